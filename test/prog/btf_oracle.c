/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_BTF_LOAD: the running kernel and btf_load must say the same of any bytes:
 * taken or refused, the errno, and each byte of the log.
 * Usage: btf_oracle [count [seed]] */
#include "btf_make.h"

#include <sys/syscall.h>
#include <unistd.h>

static char kernel_log[1 << 22];
static struct buf our_log;
static u64 taken, errnos[600];

static int kernel_load(bool log)
{
	union bpf_attr a = {.btf = (u64)(uintptr_t)mk.data, .btf_size = mk.data_n};

	if (log) {
		a.btf_log_buf = (u64)(uintptr_t)kernel_log;
		a.btf_log_size = sizeof(kernel_log);
		a.btf_log_level = 1;
	}
	*kernel_log = 0;
	int fd = (int)syscall(SYS_bpf, BPF_BTF_LOAD, &a, sizeof(a));
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int our_load(const struct btf *kernel)
{
	u8 *exact = memcpy(malloc(mk.data_n + 1), mk.data, mk.data_n);
	struct btf *b = NULL;

	buf_clear(&our_log);
	int err = btf_load((struct bytes){exact, mk.data_n}, kernel, &our_log, &b);
	free(exact);
	btf_destroy(b);
	return err;
}

static void show(u64 seed)
{
	FILE *f = fopen("/tmp/btf-differs", "w");

	if (f) {
		fwrite(mk.data, 1, mk.data_n, f);
		fclose(f);
	}
	printf("    input %llu, kept as /tmp/btf-differs\n", (unsigned long long)seed);
}

/* The lines from the first that differs. */
static void show_logs(const char *a, const char *b)
{
	const char *line = a;

	for (; *a && *a == *b; a++, b++)
		if (*a == '\n')
			line = a + 1;
	b -= a - line;
	printf("    kernel: %.200s\n    ours:   %.200s\n", line, b);
}

static bool same(u64 seed, const struct btf *kernel, u64 *logs)
{
	int theirs = kernel_load(true), ours = our_load(kernel);
	const char *log = our_log.p ? our_log.p : "";

	if (!theirs)
		taken++;
	else
		errnos[-theirs % 600]++;
	if (theirs == ours && !strcmp(log, kernel_log))
		return true;
	*logs += theirs == ours;
	printf("    kernel %d, ours %d\n", theirs, ours);
	show_logs(kernel_log, log);
	show(seed);
	return false;
}

enum from { RANDOM, FIELDS, PIECES };

static void make(enum from what, u64 seed, const struct btf *kernel)
{
	if (what == RANDOM)
		mk_random(seed);
	else if (what == FIELDS)
		mk_fields(seed);
	else
		mk_piece(seed, kernel);
}

static bool group(const char *name, u64 from, u64 n, const struct btf *kernel, enum from what)
{
	u64 differ = 0, logs = 0;

	taken = 0;
	memset(errnos, 0, sizeof(errnos));
	for (u64 i = from; i < from + n; i++) {
		make(what, i, kernel);
		for (u32 j = i % 4; j > 0; j--)
			mk_mutate();
		differ += !same(i, kernel, &logs);
		if (differ > 8)
			break;
	}
	printf("    %llu taken", (unsigned long long)taken);
	for (u32 i = 0; i < LEN(errnos); i++)
		if (errnos[i])
			printf(", %llu errno %u", (unsigned long long)errnos[i], i);
	printf("\n%s %s: %llu differ, %llu of them in the log only\n", differ ? "FAIL" : "ok", name,
	       (unsigned long long)differ, (unsigned long long)logs);
	return !differ;
}

/* ---- maps with types ---- */

static int kernel_create(const struct btf_map *m, int btf)
{
	union bpf_attr a = {.map_type = m->type,
			    .key_size = m->key_size,
			    .value_size = m->value_size,
			    .max_entries = m->max_entries,
			    .map_flags = m->flags};

	if (btf >= 0) {
		a.btf_fd = (u32)btf;
		a.btf_key_type_id = m->key;
		a.btf_value_type_id = m->value;
	}
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a));
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* These cannot be made without types. */
static bool is_storage(u32 type)
{
	return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE ||
	       type == BPF_MAP_TYPE_TASK_STORAGE || type == MAPTYPE_CGRP_STORAGE;
}

static u32 size_of(const struct btf *b, u32 id)
{
	s64 size = id ? btf_size(b, id) : -1;

	if (mk_rarely(30))
		return mk_below(9);
	return size < 0 || size > 4096 ? 4 : (u32)size;
}

/* A type, rather a struct than another. */
static u32 any_value(const struct btf *b)
{
	u32 id = 1 + mk_below(b->n);

	for (u32 i = 0; i < 4 && id < b->n && !btf_is(btf_type(b, id), BTF_KIND_STRUCT); i++)
		id = 1 + mk_below(b->n);
	return id;
}

static struct btf_map make_map(const struct btf *b)
{
	static const u32 flags[] = {0,
				    0,
				    BPF_F_NO_PREALLOC,
				    BPF_F_NO_PREALLOC,
				    BPF_F_RDONLY_PROG,
				    BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG,
				    BPF_F_MMAPABLE};
	struct btf_map m = {.type = 1 + mk_below(33),
			    .key = mk_rarely(4)  ? 0
				   : mk_below(2) ? 1
						 : mk_id(),
			    .value = any_value(b),
			    .max_entries = mk_below(3) ? 1 : mk_below(3),
			    .flags = flags[mk_below(LEN(flags))]};

	if (mk_rarely(2))
		m.type = mk_below(2) ? BPF_MAP_TYPE_HASH : BPF_MAP_TYPE_ARRAY;
	m.key_size = m.key ? size_of(b, m.key) : mk_below(2) * 4;
	m.value_size = size_of(b, m.value);
	if (m.type == BPF_MAP_TYPE_RINGBUF || m.type == BPF_MAP_TYPE_USER_RINGBUF)
		m.max_entries = 4096;
	if (is_storage(m.type)) {
		m.max_entries = 0;
		m.flags |= BPF_F_NO_PREALLOC;
		m.flags &= ~(u32)BPF_F_MMAPABLE;
	}
	return m;
}

static u64 made, with_fields, refused[600];

static bool same_map(const struct btf *b, const struct btf *kernel, int fd, u64 seed)
{
	struct btf_map m = make_map(b);
	struct btf_fields f;

	if (is_storage(m.type) ? m.key_size != 4 || !m.value_size || !m.key ||
					 m.flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)
			       : kernel_create(&m, -1))
		return true;
	int theirs = kernel_create(&m, fd), ours = btf_map_check(b, &m, kernel, &f);
	made += !theirs;
	with_fields += !theirs && f.n;
	refused[-theirs % 600]++;
	if (theirs == ours)
		return true;
	printf("    map type %u flags %x key %u (%u) value %u (%u): kernel %d, ours %d\n", m.type,
	       m.flags, m.key, m.key_size, m.value, m.value_size, theirs, ours);
	show(seed);
	return false;
}

static bool maps(u64 from, u64 n, const struct btf *kernel)
{
	u64 differ = 0, asked = 0;

	for (u64 i = from; i < from + n && differ < 9; i++) {
		union bpf_attr a = {0};
		struct btf *b;

		make(i % 4 ? FIELDS : RANDOM, i, NULL);
		a.btf = (u64)(uintptr_t)mk.data;
		a.btf_size = mk.data_n;
		if (btf_load((struct bytes){mk.data, mk.data_n}, kernel, NULL, &b))
			continue;
		int fd = (int)syscall(SYS_bpf, BPF_BTF_LOAD, &a, sizeof(a));
		for (u32 j = 0; j < 20; j++, asked++)
			differ += !same_map(b, kernel, fd, i);
		close(fd);
		btf_destroy(b);
	}
	printf("    %llu maps, %llu made, %llu of them with fields", (unsigned long long)asked,
	       (unsigned long long)made, (unsigned long long)with_fields);
	for (u32 i = 1; i < LEN(refused); i++)
		if (refused[i])
			printf(", %llu errno %u", (unsigned long long)refused[i], i);
	bool ok = !differ && with_fields;
	printf("\n%s maps: %llu differ\n", ok ? "ok" : "FAIL", (unsigned long long)differ);
	return ok;
}

static struct bytes file(const char *path)
{
	static u8 text[1 << 24];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

	if (f)
		fclose(f);
	return (struct bytes){text, n};
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 8000;
	u64 from = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct btf *kernel = NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	mk_random(1);
	int err = kernel_load(false);
	if (err == -EPERM || err == -ENOSYS) {
		printf("skip kernel: bpf() is not permitted here\n");
		return 0;
	}
	err = btf_load(file("/sys/kernel/btf/vmlinux"), NULL, NULL, &kernel);
	if (err) {
		printf("FAIL vmlinux: %d\n", err);
		return 1;
	}
	bool ok = group("random types", from, n, kernel, RANDOM);
	ok &= group("fields of the kernel's", from, n, kernel, FIELDS);
	ok &= group("pieces of the kernel's types", from, n, kernel, PIECES);
	ok &= maps(from, n / 8, kernel);
	btf_destroy(kernel);
	buf_deinit(&our_log);
	return !ok;
}
