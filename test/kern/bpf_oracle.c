/* SPDX-License-Identifier: BSD-2-Clause */
/* The bpf() call of our world beside the running kernel's: random attributes for
 * every command, the same in both, must give the same errno, and the same bytes
 * where the call writes.
 *
 *	bpf_oracle [calls [seed]]
 *
 * Two in a thousand may differ: order of checks, where several things are wrong.
 * V=1 shows them. Descriptors and pointers are drawn from tables that have the same things in both
 * worlds. Nothing is attached to anything real: targets are always wrong ones. */
#include "isa/bpf.h"
#include "kern/kern.h"
#include "isa/isa.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int worlds = 2; /* 1: ours alone, where the kernel's is not permitted */

enum { WORLDS = 2, OURS = 0, LINUX = 1, OBJECTS = 48, BUFFERS = 6, BUFFER = 4096 };

static u64 seed;
static u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}
static u32 below(u32 n) { return (u32)(rnd() >> 20) % n; }
static bool one_in(u32 n) { return !below(n); }

static long call(int world, int cmd, void *attr, u32 size)
{
	if (world == OURS)
		return kern_bpf(cmd, attr, size);
	long ret = syscall(__NR_bpf, cmd, attr, size);
	return ret < 0 ? -errno : ret;
}

/* ---- what both worlds have ---- */

static int object[WORLDS][OBJECTS];
static u32 objects, hashes, hash_at[8];
static u8 *buffer[WORLDS][BUFFERS]; /* each ends where nothing is mapped */
static const char license[] = "GPL";

static void make_buffers(void)
{
	for (int w = 0; w < WORLDS; w++)
		for (u32 i = 0; i < BUFFERS; i++) {
			u8 *p = mmap(NULL, 2 * BUFFER, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			mprotect(p + BUFFER, BUFFER, PROT_NONE);
			buffer[w][i] = p;
		}
}

static void add(int fd[WORLDS])
{
	if (fd[OURS] < 0 || (worlds > 1 && fd[LINUX] < 0)) {
		printf("FAIL: an object of the test: ours %d, the kernel's %d\n", fd[OURS],
		       fd[LINUX]);
		exit(1);
	}
	for (int w = 0; w < worlds; w++)
		object[w][objects] = fd[w];
	objects++;
}

static void make(int cmd, union bpfattr a)
{
	int fd[WORLDS];

	for (int w = 0; w < worlds; w++) {
		union bpfattr mine = a;
		fd[w] = (int)call(w, cmd, &mine, sizeof(mine));
	}
	add(fd);
}

static bool is_hash(u32 type)
{
	return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

static void make_map(u32 type, u32 key, u32 value, u32 max, u32 flags)
{
	if (is_hash(type))
		hash_at[hashes++] = objects;
	make(BPF_MAP_CREATE, (union bpfattr){.a = {.map_type = type,
						   .key_size = key,
						   .value_size = value,
						   .max_entries = max,
						   .map_flags = flags}});
}

/* An int, as BTF has it. */
static void make_types(void)
{
	static const u32 types[] = {0x0001eb9f, 24, 0, 16, 16, 5, 1, 1 << 24, 4, 32, 0x746e6900, 0};

	make(BPF_BTF_LOAD, (union bpfattr){.btf = {.btf = (u64)(uintptr_t)types, .size = 45}});
}

/* A link to what hardly ever happens. */
static void make_link(const struct bpf_insn *code)
{
	static const char event[] = "sys_exit";
	int fd[WORLDS];

	for (int w = 0; w < worlds; w++) {
		union bpfattr a = {.a = {.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
					 .insn_cnt = 2,
					 .insns = (u64)(uintptr_t)code,
					 .license = (u64)(uintptr_t)license}};
		u32 prog = (u32)call(w, BPF_PROG_LOAD, &a, sizeof(a));
		a = (union bpfattr){.raw_tp = {.name = (u64)(uintptr_t)event, .prog_fd = prog}};
		fd[w] = (int)call(w, BPF_RAW_TRACEPOINT_OPEN, &a, sizeof(a));
		close((int)prog);
	}
	add(fd);
}

/* Of a map of maps, whose elements are like the first object. */
static void make_outer(u32 type)
{
	int fd[WORLDS];

	if (is_hash(type))
		hash_at[hashes++] = objects;
	for (int w = 0; w < worlds; w++) {
		union bpfattr a = {.a = {.map_type = type,
					 .key_size = 4,
					 .value_size = 4,
					 .max_entries = 3,
					 .inner_map_fd = (u32)object[w][0]}};
		fd[w] = (int)call(w, BPF_MAP_CREATE, &a, sizeof(a));
	}
	add(fd);
}

static void add_files(void)
{
	int files[WORLDS];

	for (int w = 0; w < WORLDS; w++)
		files[w] = open("/dev/null", O_RDWR);
	add(files);
	for (int w = 0; w < WORLDS; w++)
		files[w] = socket(AF_INET, SOCK_DGRAM, 0);
	add(files);
	for (int w = 0; w < WORLDS; w++)
		files[w] = (int)syscall(SYS_pidfd_open, getpid(), 0);
	add(files);
}

static void make_objects(void)
{
	static const struct bpf_insn code[] = {{.code = 0xb7, .imm = 1}, {.code = 0x95}};

	make_map(BPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);
	make_map(BPF_MAP_TYPE_ARRAY, 4, 13, 3, BPF_F_RDONLY);
	make_map(BPF_MAP_TYPE_ARRAY, 4, 8, 4, BPF_F_WRONLY);
	make_map(BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_MMAPABLE);
	make_map(BPF_MAP_TYPE_HASH, 8, 8, 4, 0);
	make_map(BPF_MAP_TYPE_HASH, 4, 16, 3, BPF_F_NO_PREALLOC);
	make_map(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 2, 0);
	make_map(BPF_MAP_TYPE_QUEUE, 0, 8, 4, 0);
	make_map(BPF_MAP_TYPE_STACK, 0, 8, 4, 0);
	make_map(BPF_MAP_TYPE_LPM_TRIE, 8, 8, 4, BPF_F_NO_PREALLOC);
	make_map(BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 4, 0);
	make_map(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	make_map(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0);
	make_map(BPF_MAP_TYPE_LRU_HASH, 4, 8, 64, 0);
	make_map(BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 4, 0);
	make_map(BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 64, 0);
	make_map(BPF_MAP_TYPE_STACK_TRACE, 4, 64, 4, 0);
	make_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 2, 0);
	make_map(BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 2, 0);
	make_map(BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0, 0);
	make_map(MAPTYPE_USER_RINGBUF, 0, 0, 4096, 0);
	make_outer(BPF_MAP_TYPE_ARRAY_OF_MAPS);
	make_outer(BPF_MAP_TYPE_HASH_OF_MAPS);
	make_types();
	u32 load[] = {BPF_PROG_TYPE_SOCKET_FILTER,  BPF_PROG_TYPE_XDP,
		      BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_PROG_TYPE_CGROUP_SKB,
		      BPF_PROG_TYPE_SCHED_CLS,      BPF_PROG_TYPE_KPROBE};
	for (u32 i = 0; i < LEN(load); i++)
		make(BPF_PROG_LOAD, (union bpfattr){.a = {.prog_type = load[i],
							  .insn_cnt = 2,
							  .insns = (u64)(uintptr_t)code,
							  .license = (u64)(uintptr_t)license}});
	make_link(code);
	add_files();
}

/* ---- attributes ---- */

enum kind {
	FD,
	PTR,
	FLAGS,
	SMALL,
	MAPTYPE,
	PROGTYPE,
	ATTACH,
	NAME,
	SIZE,
	ID,
	ANY,
	TEXT,
	CODE,
	LARGE,
	TESTFLAGS, /* none with which packets are sent, or summed */
};

/* A place in attr, and what it takes. */
struct place {
	u16 off;
	u8 size, kind;
};
#define AT(field, kind)                                                                   \
	{                                                                                 \
		offsetof(union bpfattr, field), sizeof(((union bpfattr *)0)->field), kind \
	}
enum { PLACES = 24 };

static const struct form {
	int cmd;
	bool gives_fd;
	struct place place[PLACES];
} forms[] = {
	{BPF_MAP_CREATE,
	 true,
	 {AT(a.map_type, MAPTYPE), AT(a.key_size, SMALL), AT(a.value_size, SMALL),
	  AT(a.max_entries, SMALL), AT(a.map_flags, FLAGS), AT(a.inner_map_fd, FD),
	  AT(a.map_name, NAME), AT(a.map_extra, SMALL)}},
	{BPF_MAP_LOOKUP_ELEM,
	 false,
	 {AT(a.map_fd, FD), AT(a.key, PTR), AT(a.value, PTR), AT(a.flags, FLAGS)}},
	{BPF_MAP_UPDATE_ELEM,
	 false,
	 {AT(a.map_fd, FD), AT(a.key, PTR), AT(a.value, PTR), AT(a.flags, FLAGS)}},
	{BPF_MAP_DELETE_ELEM, false, {AT(a.map_fd, FD), AT(a.key, PTR)}},
	{BPF_MAP_GET_NEXT_KEY, false, {AT(a.map_fd, FD), AT(a.key, PTR), AT(a.next_key, PTR)}},
	{BPF_MAP_LOOKUP_AND_DELETE_ELEM,
	 false,
	 {AT(a.map_fd, FD), AT(a.key, PTR), AT(a.value, PTR), AT(a.flags, FLAGS)}},
	{BPF_MAP_FREEZE, false, {AT(a.map_fd, FD)}},
	{BPF_MAP_LOOKUP_BATCH,
	 false,
	 {AT(a.batch.map_fd, FD), AT(a.batch.in_batch, PTR), AT(a.batch.out_batch, PTR),
	  AT(a.batch.keys, PTR), AT(a.batch.values, PTR), AT(a.batch.count, SMALL),
	  AT(a.batch.elem_flags, FLAGS), AT(a.batch.flags, FLAGS)}},
	{BPF_MAP_LOOKUP_AND_DELETE_BATCH,
	 false,
	 {AT(a.batch.map_fd, FD), AT(a.batch.in_batch, PTR), AT(a.batch.out_batch, PTR),
	  AT(a.batch.keys, PTR), AT(a.batch.values, PTR), AT(a.batch.count, SMALL),
	  AT(a.batch.elem_flags, FLAGS), AT(a.batch.flags, FLAGS)}},
	{BPF_MAP_UPDATE_BATCH,
	 false,
	 {AT(a.batch.map_fd, FD), AT(a.batch.keys, PTR), AT(a.batch.values, PTR),
	  AT(a.batch.count, SMALL), AT(a.batch.elem_flags, FLAGS), AT(a.batch.flags, FLAGS)}},
	{BPF_MAP_DELETE_BATCH,
	 false,
	 {AT(a.batch.map_fd, FD), AT(a.batch.keys, PTR), AT(a.batch.count, SMALL),
	  AT(a.batch.elem_flags, FLAGS), AT(a.batch.flags, FLAGS)}},
	{BPF_PROG_LOAD,
	 true,
	 {AT(a.prog_type, PROGTYPE), AT(a.insn_cnt, SMALL), AT(a.insns, CODE), AT(a.license, TEXT),
	  AT(a.log_level, SMALL), AT(a.log_size, SIZE), AT(a.log_buf, PTR), AT(a.prog_flags, FLAGS),
	  AT(a.prog_name, NAME), AT(a.expected_attach_type, ATTACH), AT(a.prog_btf_fd, FD),
	  AT(a.func_info_rec_size, SMALL), AT(a.func_info_cnt, SMALL),
	  AT(a.line_info_rec_size, SMALL), AT(a.line_info_cnt, SMALL)}},
	{BPF_PROG_TEST_RUN,
	 false,
	 {AT(a.test.prog_fd, FD), AT(a.test.data_size_in, SIZE), AT(a.test.data_size_out, SIZE),
	  AT(a.test.data_in, PTR), AT(a.test.data_out, PTR), AT(a.test.ctx_size_in, SIZE),
	  AT(a.test.ctx_size_out, SIZE), AT(a.test.ctx_in, PTR), AT(a.test.ctx_out, PTR),
	  AT(a.test.flags, TESTFLAGS), AT(a.test.cpu, SMALL), AT(a.test.batch_size, SMALL)}},
	{BPF_OBJ_PIN, false, {AT(a.pathname, TEXT), AT(a.bpf_fd, FD), AT(a.file_flags, FLAGS)}},
	{BPF_OBJ_GET, true, {AT(a.pathname, TEXT), AT(a.bpf_fd, SMALL), AT(a.file_flags, FLAGS)}},
	{BPF_PROG_ATTACH,
	 false,
	 {AT(attach.target_fd, FD), AT(attach.attach_bpf_fd, FD), AT(attach.attach_type, ATTACH),
	  AT(attach.attach_flags, FLAGS)}},
	{BPF_PROG_DETACH,
	 false,
	 {AT(attach.target_fd, FD), AT(attach.attach_bpf_fd, FD), AT(attach.attach_type, ATTACH),
	  AT(attach.attach_flags, FLAGS)}},
	{BPF_PROG_QUERY,
	 false,
	 {AT(query.target_fd, FD), AT(query.attach_type, ATTACH), AT(query.query_flags, FLAGS),
	  AT(query.count, SMALL)}},
	{BPF_PROG_GET_NEXT_ID, false, {AT(by_id.id, ID)}},
	{BPF_MAP_GET_NEXT_ID, false, {AT(by_id.id, ID)}},
	{BPF_BTF_GET_NEXT_ID, false, {AT(by_id.id, LARGE)}},
	{BPF_LINK_GET_NEXT_ID, false, {AT(by_id.id, ID)}},
	{BPF_PROG_GET_FD_BY_ID, true, {AT(by_id.id, ID), AT(by_id.open_flags, FLAGS)}},
	{BPF_MAP_GET_FD_BY_ID, true, {AT(by_id.id, ID), AT(by_id.open_flags, FLAGS)}},
	{BPF_BTF_GET_FD_BY_ID, true, {AT(by_id.id, ID), AT(by_id.open_flags, FLAGS)}},
	{BPF_LINK_GET_FD_BY_ID, true, {AT(by_id.id, ID), AT(by_id.open_flags, FLAGS)}},
	{BPF_OBJ_GET_INFO_BY_FD,
	 false,
	 {AT(a.info.bpf_fd, FD), AT(a.info.info_len, SIZE), AT(a.info.info, PTR)}},
	{BPF_RAW_TRACEPOINT_OPEN, true, {AT(raw_tp.name, TEXT), AT(raw_tp.prog_fd, FD)}},
	{BPF_BTF_LOAD,
	 true,
	 {AT(btf.btf, PTR), AT(btf.size, SIZE), AT(btf.log_buf, PTR), AT(btf.log_size, SIZE),
	  AT(btf.log_level, SMALL), AT(btf.flags, FLAGS)}},
	{BPF_TASK_FD_QUERY,
	 false,
	 {AT(a.task_fd_query.pid, ID), AT(a.task_fd_query.fd, FD), AT(a.task_fd_query.flags, FLAGS),
	  AT(a.task_fd_query.buf_len, SIZE), AT(a.task_fd_query.buf, PTR)}},
	{BPF_LINK_CREATE,
	 true,
	 {AT(link.prog_fd, FD), AT(link.target_fd, FD), AT(link.attach_type, ATTACH),
	  AT(link.flags, FLAGS)}},
	{BPF_LINK_UPDATE,
	 false,
	 {AT(a.link_update.link_fd, FD), AT(a.link_update.new_prog_fd, FD),
	  AT(a.link_update.flags, FLAGS), AT(a.link_update.old_prog_fd, FD)}},
	{BPF_LINK_DETACH, false, {AT(a.link_detach.link_fd, FD)}},
	{BPF_ENABLE_STATS, true, {AT(a.enable_stats.type, SMALL)}},
	{BPF_ITER_CREATE, true, {AT(a.iter_create.link_fd, FD), AT(a.iter_create.flags, FLAGS)}},
	{BPF_PROG_BIND_MAP,
	 false,
	 {AT(a.prog_bind_map.prog_fd, FD), AT(a.prog_bind_map.map_fd, FD),
	  AT(a.prog_bind_map.flags, FLAGS)}},
	{BPFCMD_TOKEN_CREATE,
	 true,
	 {AT(a.iter_create.link_fd, FLAGS), AT(a.iter_create.flags, FD)}},
	{BPFCMD_PROG_STREAM_READ_BY_FD,
	 false,
	 {AT(stream.buf, PTR), AT(stream.buf_len, SIZE), AT(stream.stream_id, SMALL),
	  AT(stream.prog_fd, FD)}},
};

static void put(union bpfattr *a, struct place p, u64 v) { memcpy(a->byte + p.off, &v, p.size); }

static u64 small(void)
{
	static const u64 odd[] = {
		0,        1,    2,     3,     4,     5,       8,       12,         13,
		16,       24,   32,    64,    255,   256,     512,     513,        4096,
		4097,     8192, 32768, 32769, 65536, 1 << 20, 1 << 30, UINT32_MAX, UINT32_MAX - 7,
		INT32_MAX};

	return one_in(3) ? odd[below(LEN(odd))] : odd[below(10)];
}

static u64 pointer(int w, u32 which, u32 off)
{
	if (which == BUFFERS)
		return 0;
	if (which == BUFFERS + 1)
		return 16;
	return (u64)(uintptr_t)buffer[w][which] + off;
}

/* The same choice for both worlds. */
static void fill(union bpfattr a[WORLDS], struct place p)
{
	static const char *const texts[] = {
		"/sys/fs/bpf/onebpf-none/x", "GPL", "sys_enter_", "", "/tmp", "BSD"};
	static const struct bpf_insn code[] = {{.code = 0xb7, .imm = 1}, {.code = 0x95}};
	u64 v = 0;

	switch ((enum kind)p.kind) {
	case FD: {
		u32 i = below(objects + 3);
		for (int w = 0; w < worlds; w++)
			put(&a[w], p,
			    i < objects    ? (u64)object[w][i]
			    : i == objects ? 9999
					   : (u64)-1);
		return;
	}
	case PTR: {
		u32 which = one_in(8) ? BUFFERS + below(2) : below(BUFFERS);
		u32 off = one_in(6) ? BUFFER - below(64) : 0;
		for (int w = 0; w < worlds; w++)
			put(&a[w], p, pointer(w, which, off));
		return;
	}
	case CODE:
		v = one_in(6) ? 16 : (u64)(uintptr_t)code;
		break;
	case TEXT:
		v = one_in(8) ? 16 : (u64)(uintptr_t)texts[below(LEN(texts))];
		break;
	case NAME:
		for (int w = 0; w < worlds; w++)
			memcpy(a[w].byte + p.off, one_in(8) ? "bad name" : "name", 5);
		memcpy(a[LINUX].byte + p.off, a[OURS].byte + p.off, p.size);
		return;
	case FLAGS:
		v = one_in(2) ? 0 : one_in(4) ? rnd() : 1ull << below(18);
		break;
	case SMALL:
		v = small();
		break;
	case TESTFLAGS:
		v = one_in(2) ? 0 : (u64)rnd() & ~(u64)6;
		break;
	case SIZE:
		v = one_in(2) ? BUFFER : small();
		break;
	case MAPTYPE:
		/* Maps of devices and CPUs, and arenas, are not made here. */
		do
			v = below(MAPTYPE_COUNT + 1);
		while (v == MAPTYPE_DEVMAP || v == MAPTYPE_DEVMAP_HASH || v == MAPTYPE_CPUMAP ||
		       v == MAPTYPE_ARENA || v == MAPTYPE_STRUCT_OPS);
		break;
	case PROGTYPE:
		/* TRACING, EXT and LSM need types of the kernel to attach to. */
		do
			v = below(34);
		while (v == 26 || v == 28 || v == 29);
		break;
	case ATTACH:
		v = one_in(2) ? 0 : below(54); /* netkit is not everywhere */
		break;
	case ID:
		v = one_in(2) ? UINT32_MAX - below(3) : INT32_MAX - 2 + below(4);
		break;
	case LARGE:
		v = INT32_MAX - 2 + below(4);
		break;
	case ANY:
		v = rnd();
	}
	for (int w = 0; w < worlds; w++)
		put(&a[w], p, v);
}

/* ---- comparing ---- */

static u32 flipped;
static u64 calls, accepted, wrong;
static u64 per_cmd[BPFCMD_COUNT], ok_cmd[BPFCMD_COUNT];

static void show(const struct form *f, const union bpfattr *a, u32 size, const long ret[WORLDS])
{
	if (++wrong > 40 || !getenv("V"))
		return;
	printf("differs: cmd %d size %u: ours %ld, the kernel's %ld\n", f->cmd, size, ret[OURS],
	       ret[LINUX]);
	for (u32 i = 0; i < PLACES && f->place[i].size; i++) {
		struct place p = f->place[i];
		u64 v = 0;
		memcpy(&v, a[OURS].byte + p.off, p.size > 8 ? 8 : p.size);
		printf("   @%u kind %u = 0x%llx", p.off, p.kind, (unsigned long long)v);
		for (u32 o = 0; p.kind == FD && o < objects; o++)
			if ((int)v == object[OURS][o])
				printf(" (object %u)", o);
	}
	printf(" flipped %u\n", flipped);
}

static bool walks(long ret) { return !ret || ret == -ENOENT || ret == -EFAULT; }

/* Errors that must be the same. Which key of a hash is the last one is not. */
static bool same(const struct form *f, const union bpfattr *a, const long ret[WORLDS])
{
	if (f->gives_fd && ret[OURS] >= 0 && ret[LINUX] >= 0)
		return true;
	bool hash = false;
	for (u32 i = 0; i < hashes; i++)
		hash |= (int)a->a.map_fd == object[OURS][hash_at[i]];
	if (f->cmd == BPF_MAP_GET_NEXT_KEY && hash && walks(ret[OURS]) && walks(ret[LINUX]))
		return true;
	return ret[OURS] == ret[LINUX];
}

/* What a batch has taken out of a hash is not the same in both worlds: all goes. */
static void empty_hashes(void)
{
	u64 key[2];

	for (u32 i = 0; i < hashes; i++)
		for (int w = 0; w < worlds; w++) {
			union bpfattr a = {.a.map_fd = (u32)object[w][hash_at[i]]};
			a.a.next_key = (u64)(uintptr_t)key;
			while (!call(w, BPF_MAP_GET_NEXT_KEY, &a, sizeof(a))) {
				union bpfattr d = {.a.map_fd = a.a.map_fd, .a.key = a.a.next_key};
				call(w, BPF_MAP_DELETE_ELEM, &d, sizeof(d));
			}
		}
}

/* A changed descriptor, id or pointer would be another one in each world, and a test run
 * could be one of a thousand million rounds. */
static bool is_own(const struct place *p)
{
	return p->kind == FD || p->kind == PTR || p->kind == ID;
}

static bool may_flip(const struct form *f, u32 at)
{
	for (u32 i = 0; i < PLACES && f->place[i].size; i++)
		if (is_own(&f->place[i]) && at - f->place[i].off < f->place[i].size)
			return false;
	return f->cmd != BPF_PROG_TEST_RUN;
}

/* Does an attr of this size end in the middle of one of them? */
static bool cuts(const struct form *f, u32 size)
{
	for (u32 i = 0; i < PLACES && f->place[i].size; i++)
		if (is_own(&f->place[i]) && size - f->place[i].off < f->place[i].size)
			return true;
	return false;
}

/* Linux would take all memory there is. */
static void limit_map(union bpfattr *a)
{
	enum { ENTRIES = 1 << 12 };
	u64 bytes = ((u64)a->a.key_size + a->a.value_size) * a->a.max_entries;

	if (a->a.max_entries > ENTRIES && bytes > 64 << 20)
		a->a.max_entries = ENTRIES;
}

static void one_call(void)
{
	const struct form *f = &forms[below(LEN(forms))];
	union bpfattr a[WORLDS] = {{.byte = {0}}, {.byte = {0}}};
	long ret[WORLDS] = {0};
	u32 size = one_in(20) ? 8 + below(192) : BPFATTR_SIZE;
	u8 big[WORLDS][256] = {{0}};

	if (cuts(f, size))
		size = BPFATTR_SIZE;

	for (u32 i = 0; i < BUFFERS; i++)
		for (u32 b = 0; b < BUFFER; b += 8) {
			u64 v = one_in(2) || i > 3 ? 0 : below(5);
			memcpy(buffer[OURS][i] + b, &v, 8);
			memcpy(buffer[LINUX][i] + b, &v, 8);
		}
	for (u32 i = 0; i < PLACES && f->place[i].size; i++)
		if (!one_in(12) || f->place[i].kind == LARGE)
			fill(a, f->place[i]);
	u32 tail = one_in(4) ? 1 + below(64) : 0;
	flipped = 0;
	if (one_in(25)) {
		u32 at = below(BPFATTR_SIZE);
		if (may_flip(f, at)) {
			flipped = at;
			a[OURS].byte[at] ^= 1 + below(3);
			a[LINUX].byte[at] = a[OURS].byte[at];
		}
	}
	for (int w = 0; w < worlds; w++) {
		if (f->cmd == BPF_MAP_CREATE)
			limit_map(&a[w]);
		memcpy(big[w], &a[w], sizeof(a[w]));
		if (size > 190)
			big[OURS][size] = big[LINUX][size] = 0;
		if (size > BPFATTR_SIZE && tail)
			big[w][BPFATTR_SIZE + tail % (size - BPFATTR_SIZE)] = 1;
		ret[w] = call(w, f->cmd, big[w], size);
	}
	calls++;
	per_cmd[f->cmd]++;
	ok_cmd[f->cmd] += ret[LINUX] >= 0;
	accepted += ret[LINUX] >= 0;
	if (worlds > 1 && !same(f, &a[OURS], ret))
		show(f, a, size, ret);
	if (f->cmd == BPF_MAP_LOOKUP_AND_DELETE_BATCH || f->cmd == BPF_MAP_DELETE_BATCH)
		empty_hashes();
	for (int w = 0; w < worlds; w++)
		if (f->gives_fd && ret[w] >= 0)
			close((int)ret[w]);
}

static u32 descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	u32 n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
	char path[512];
	union bpfattr probe = {.a = {.map_type = BPF_MAP_TYPE_ARRAY,
				     .key_size = 4,
				     .value_size = 4,
				     .max_entries = 1}};

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	seed = seed * 0x9e3779b97f4a7c15 + 1;
	long fd = call(LINUX, BPF_MAP_CREATE, &probe, sizeof(probe));
	if (fd < 0) {
		printf("skip kernel: its bpf() is not permitted here; ours alone\n");
		worlds = 1;
	} else {
		close((int)fd);
	}
	char name[64];
	snprintf(name, sizeof(name), "test-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path))) {
		printf("FAIL: no world\n");
		return 1;
	}
	setenv("ONEBPF_WORLD", path, 1);
	/* A small number may be an interface. */
	if (unshare(CLONE_NEWNET) && worlds > 1)
		printf("skip network: no namespace of its own\n");
	make_buffers();
	make_objects();
	u32 before = descriptors();
	for (u64 i = 0; i < n; i++)
		one_call();
	u32 leaked = descriptors() - before;
	if (leaked)
		printf("FAIL bpf: %u descriptors are left open\n", leaked);
	kern_world_remove(path);
	if (getenv("V"))
		for (u32 c = 0; c < BPFCMD_COUNT; c++)
			printf("cmd %u: %llu calls, %llu accepted\n", c,
			       (unsigned long long)per_cmd[c], (unsigned long long)ok_cmd[c]);
	printf("%s bpf: %llu calls, %llu accepted by the kernel, %llu differ\n",
	       wrong > n / 500 ? "FAIL" : "ok", (unsigned long long)calls,
	       (unsigned long long)accepted, (unsigned long long)wrong);
	return wrong > n / 500 || leaked;
}
