/* SPDX-License-Identifier: BSD-2-Clause */
/* A world that processes share: objects live as long as somebody holds, pins or
 * needs them, however their holders end. Every process of it is real. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "kern/kern.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static u32 failed;
static char world_path[512];

static void check(bool good, const char *what, long got)
{
	if (good)
		return;
	printf("FAIL %s: %ld\n", what, got);
	fflush(stdout);
	failed++;
}

static int call(int cmd, union bpfattr a) { return kern_bpf(cmd, &a.a, sizeof(a)); }

static int make_map(u32 type, u32 inner)
{
	return call(BPF_MAP_CREATE, (union bpfattr){.a = {.map_type = type,
							  .key_size = 4,
							  .value_size = 4,
							  .max_entries = 8,
							  .inner_map_fd = inner}});
}

static int make_prog(int map)
{
	struct bpf_insn code[] = {
		{.code = 0x18, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
		{.code = 0},
		{.code = 0xb7, .imm = 1},
		{.code = 0x95},
	};
	return call(BPF_PROG_LOAD, (union bpfattr){.a = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
							 .insn_cnt = 4,
							 .insns = (u64)(uintptr_t)code,
							 .license = (u64)(uintptr_t) "GPL"}});
}

static int update(int map, u32 key, u32 value)
{
	return call(BPF_MAP_UPDATE_ELEM, (union bpfattr){.a = {.map_fd = (u32)map,
							       .key = (u64)(uintptr_t)&key,
							       .value = (u64)(uintptr_t)&value}});
}

static int lookup(int map, u32 key, u32 *value)
{
	return call(BPF_MAP_LOOKUP_ELEM, (union bpfattr){.a = {.map_fd = (u32)map,
							       .key = (u64)(uintptr_t)&key,
							       .value = (u64)(uintptr_t)value}});
}

static int pin(int fd, const char *name)
{
	return call(BPF_OBJ_PIN,
		    (union bpfattr){.pin = {.pathname = (u64)(uintptr_t)name, .bpf_fd = (u32)fd}});
}

static int get(const char *name)
{
	return call(BPF_OBJ_GET, (union bpfattr){.pin = {.pathname = (u64)(uintptr_t)name}});
}

static void unpin(const char *name)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/fs/%s", world_path, strrchr(name, '/') + 1);
	unlink(path);
}

static int by_id(int cmd, u32 id) { return call(cmd, (union bpfattr){.by_id = {.id = id}}); }

static u32 count(int cmd)
{
	union bpfattr a = {.byte = {0}};
	u32 n = 0;

	while (!kern_bpf(cmd, &a.a, sizeof(a))) {
		n++;
		a.by_id.id = a.by_id.next_id;
	}
	return n;
}

static u32 id_of(int fd)
{
	struct bpf_map_info info = {0};
	union bpfattr a = {.a = {.info = {(u32)fd, sizeof(info), (u64)(uintptr_t)&info}}};

	return kern_bpf(BPF_OBJ_GET_INFO_BY_FD, &a.a, sizeof(a)) ? 0 : info.id;
}

static int join(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- the tests ---- */

static void lives_by_descriptor(void)
{
	int m = make_map(BPF_MAP_TYPE_HASH, 0), d = dup(m);
	u32 id = id_of(m);

	close(m);
	check(id_of(d) == id, "a copy of the descriptor holds it", id_of(d));
	check(count(BPF_MAP_GET_NEXT_ID) == 1, "maps while it is held", 0);
	close(d);
	check(by_id(BPF_MAP_GET_FD_BY_ID, id) == -ENOENT, "an id of the dead", id);
	check(!count(BPF_MAP_GET_NEXT_ID), "maps when it is closed", 0);
}

static void lives_by_pin(void)
{
	static const char name[] = "/sys/fs/bpf/one";
	int m = make_map(BPF_MAP_TYPE_HASH, 0);
	u32 v = 0;

	check(!update(m, 1, 42), "update", 0);
	check(!pin(m, name), "pin", 0);
	check(pin(m, name) == -EEXIST, "pin again", 0);
	close(m);
	check(count(BPF_MAP_GET_NEXT_ID) == 1, "maps while it is pinned", 0);
	pid_t pid = fork();
	if (!pid) {
		m = get(name);
		_exit(m < 0 || lookup(m, 1, &v) || v != 42 || update(m, 1, 43));
	}
	check(!join(pid), "what a child sees", 0);
	m = get(name);
	check(m >= 0 && !lookup(m, 1, &v) && v == 43, "what the child wrote", v);
	unpin(name);
	close(m);
	check(get(name) == -ENOENT, "get without pin", 0);
	check(!count(BPF_MAP_GET_NEXT_ID), "maps when it is unpinned", 0);
}

static void lives_by_need(void)
{
	int m = make_map(BPF_MAP_TYPE_ARRAY, 0), p = make_prog(m);
	u32 id = id_of(m);

	check(p >= 0, "program", p);
	close(m);
	m = by_id(BPF_MAP_GET_FD_BY_ID, id);
	check(m >= 0, "a map that a program needs", m);
	close(m);
	close(p);
	check(!count(BPF_PROG_GET_NEXT_ID), "programs", 0);
	check(!count(BPF_MAP_GET_NEXT_ID), "maps after the program", 0);

	int in = make_map(BPF_MAP_TYPE_HASH, 0);
	int out = make_map(BPF_MAP_TYPE_ARRAY_OF_MAPS, (u32)in);
	check(out >= 0 && !update(out, 2, (u32)in), "a map in a map", out);
	id = id_of(in);
	close(in);
	u32 have = 0;
	check(!lookup(out, 2, &have) && have == id, "its id", have);
	in = make_map(BPF_MAP_TYPE_HASH, 0);
	check(!update(out, 2, (u32)in), "another in its place", 0);
	check(by_id(BPF_MAP_GET_FD_BY_ID, id) == -ENOENT, "what was there before", 0);
	close(in);
	close(out);
	check(!count(BPF_MAP_GET_NEXT_ID), "maps after the outer one", 0);
}

static void survives_kill(void)
{
	int pair[2], ready[2];

	if (pipe(ready) || socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) {
		check(false, "pipe", errno);
		return;
	}
	pid_t pid = fork();
	if (!pid) {
		int a = make_map(BPF_MAP_TYPE_HASH, 0), b = make_map(BPF_MAP_TYPE_HASH, 0);
		struct iovec io = {"x", 1};
		union {
			char room[CMSG_SPACE(sizeof(int))];
			struct cmsghdr h;
		} c = {.h = {.cmsg_len = CMSG_LEN(sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS}};
		memcpy(CMSG_DATA(&c.h), &b, sizeof(b));
		struct msghdr m = {.msg_iov = &io,
				   .msg_iovlen = 1,
				   .msg_control = &c,
				   .msg_controllen = sizeof(c)};
		if (a < 0 || update(b, 7, 70) || sendmsg(pair[1], &m, 0) < 0)
			_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	char x;
	check(read(ready[0], &x, 1) == 1, "child", 0);
	check(count(BPF_MAP_GET_NEXT_ID) == 2, "maps of the child", count(BPF_MAP_GET_NEXT_ID));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr h;
	} c;
	struct iovec io = {&x, 1};
	struct msghdr m = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c)};
	int fd = -1;
	check(count(BPF_MAP_GET_NEXT_ID) == 1, "only the sent one is left",
	      count(BPF_MAP_GET_NEXT_ID));
	if (recvmsg(pair[0], &m, 0) == 1)
		memcpy(&fd, CMSG_DATA(&c.h), sizeof(fd));
	u32 v = 0;
	check(!lookup(fd, 7, &v) && v == 70, "a map that was sent", v);
	close(fd);
	close(pair[0]);
	close(pair[1]);
	close(ready[0]);
	close(ready[1]);
	check(!count(BPF_MAP_GET_NEXT_ID), "maps at the end", 0);
}

/* A process does all that makes and changes files of the world, until it is killed. */
static void busy(void)
{
	static const char name[] = "/sys/fs/bpf/busy";

	for (u32 i = 0;; i++) {
		int in = make_map(BPF_MAP_TYPE_HASH, 0);
		int out = make_map(BPF_MAP_TYPE_ARRAY_OF_MAPS, (u32)in), p = make_prog(in);
		update(out, i % 8, (u32)in);
		update(in, i, i);
		pin(out, name);
		close(in);
		int again = get(name);
		close(again);
		unpin(name);
		close(p);
		close(out);
	}
}

static void works_after_kills(u32 n)
{
	for (u32 i = 0; i < n; i++) {
		pid_t pid = fork();
		if (!pid)
			busy();
		nanosleep(&(struct timespec){.tv_nsec = 300000 + (i * 7919 % 4000) * 1000}, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		unpin("/sys/fs/bpf/busy");
		u32 maps = count(BPF_MAP_GET_NEXT_ID), progs = count(BPF_PROG_GET_NEXT_ID);
		/* What needs another is swept first, then that. */
		maps = count(BPF_MAP_GET_NEXT_ID);
		check(!maps && !progs, "objects that a killed process left", maps + progs);
		int m = make_map(BPF_MAP_TYPE_HASH, 0);
		u32 v = 0;
		check(m >= 0 && !update(m, 1, i) && !lookup(m, 1, &v) && v == i, "a map after", v);
		close(m);
	}
}

int main(int argc, char **argv)
{
	char name[64];

	snprintf(name, sizeof(name), "test-world-%d", getpid());
	if (kern_world_dir(name, world_path, sizeof(world_path)) ||
	    kern_world_set(world_path, "kernel.unchecked", "1")) {
		puts("FAIL no world");
		return 1;
	}
	setenv("ONEBPF_WORLD", world_path, 1);
	lives_by_descriptor();
	lives_by_pin();
	lives_by_need();
	survives_kill();
	works_after_kills(argc > 1 ? (u32)atoi(argv[1]) : 40);
	kern_world_remove(world_path);
	if (!failed)
		puts("ok world");
	return failed != 0;
}
