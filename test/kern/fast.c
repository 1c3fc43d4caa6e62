/* SPDX-License-Identifier: BSD-2-Clause */
/* What the verifier's proof is enough for runs without run-time checks, unless kernel.watch
 * is set; what follows addresses that nobody has proved is always watched. Both say the same. */
#include "kern/call.h"
#include "sys/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { PACKET = 64 };

static const struct {
	const char *name;
	u32 type, retval;
	bool plain;
	const char *text;
} cases[] = {
	{"a packet", BPF_PROG_TYPE_XDP, 1 + 2 + 3, true,
	 "r2 = *(u32 *)(r1 + 4)\nr1 = *(u32 *)(r1 + 0)\nr3 = r1\nr3 += 14\nr0 = 0\n"
	 "if r3 > r2 goto out\nr0 = *(u8 *)(r1 + 1)\nr2 = *(u8 *)(r1 + 2)\nr0 += r2\n"
	 "r2 = *(u8 *)(r1 + 3)\nr0 += r2\nout: exit\n"},
	{"the stack", BPF_PROG_TYPE_SCHED_CLS, 7, true,
	 "*(u64 *)(r10 - 8) = 7\nr1 = r10\nr1 += -8\ncall local f\nexit\n"
	 "f: r0 = *(u64 *)(r1 + 0)\nexit\n"},
	{"a helper that follows addresses", BPF_PROG_TYPE_SCHED_CLS, (u32)-EFAULT, false,
	 "r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall 112\nexit\n"},
	{"a socket", BPF_PROG_TYPE_SCHED_CLS, 3, false,
	 "r2 = *(u64 *)(r1 + 168)\nr0 = 3\nif r2 == 0 goto out\nr1 = *(u32 *)(r2 + 4)\n"
	 "out: exit\n"},
	{"a tail call", BPF_PROG_TYPE_SCHED_CLS, 5, false,
	 "r2 = map_idx 0 ll\nr3 = 0\ncall 12\nr0 = 5\nexit\n"},
	{"a context of any length", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, false, "r0 = 0\nexit\n"},
};

static int map_fd;

static bool run(u32 i, u32 *code, u32 *r0)
{
	static char log[1 << 16];
	u8 packet[PACKET];
	struct prog *p;
	struct ob_err *err = prog_assemble(cases[i].name, cases[i].text, strlen(cases[i].text), &p);

	if (err) {
		ob_err_print(err, stdout);
		ob_err_destroy(err);
		return false;
	}
	union bpf_attr a = {.prog_type = cases[i].type,
			    .insns = (u64)(uintptr_t)p->stored,
			    .insn_cnt = p->n,
			    .license = (u64)(uintptr_t) "GPL",
			    .fd_array = (u64)(uintptr_t)&map_fd,
			    .log_buf = (u64)(uintptr_t)log,
			    .log_size = sizeof(log),
			    .log_level = 1};
	int fd = kern_bpf(BPF_PROG_LOAD, &a, sizeof(a));
	prog_destroy(p);
	if (fd < 0) {
		puts(log);
		return false;
	}
	struct bpf_prog_info info = {0};
	a = (union bpf_attr){.info = {.bpf_fd = (u32)fd,
				      .info_len = sizeof(info),
				      .info = (u64)(uintptr_t)&info}};
	bool ok = !kern_bpf(BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a));
	for (u32 b = 0; b < PACKET; b++)
		packet[b] = (u8)b;
	a = (union bpf_attr){.test = {.prog_fd = (u32)fd}};
	if (cases[i].type != BPF_PROG_TYPE_RAW_TRACEPOINT) {
		a.test.data_in = (u64)(uintptr_t)packet;
		a.test.data_size_in = PACKET;
	}
	ok = ok && !kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));
	close(fd);
	*code = info.jited_prog_len;
	*r0 = a.test.retval;
	return ok;
}

static bool judge(const char *path, u32 i)
{
	u32 code[2], r0[2];

	for (u32 watch = 0; watch < 2; watch++) {
		kern_world_set(path, "kernel.watch", watch ? "1" : "0");
		if (!run(i, &code[watch], &r0[watch])) {
			printf("FAIL %s: it does not run\n", cases[i].name);
			return false;
		}
	}
	if (r0[0] != cases[i].retval || r0[1] != cases[i].retval) {
		printf("FAIL %s: %d, watched %d, not %d\n", cases[i].name, (s32)r0[0], (s32)r0[1],
		       (s32)cases[i].retval);
		return false;
	}
	if (code[1] && (code[0] < code[1]) != cases[i].plain) {
		printf("FAIL %s: %u bytes of code, %u watched\n", cases[i].name, code[0], code[1]);
		return false;
	}
	printf("ok %s\n", cases[i].name);
	return true;
}

int main(void)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_PROG_ARRAY,
			    .key_size = 4,
			    .value_size = 4,
			    .max_entries = 1};
	char name[32], path[256];
	bool ok = true;

	snprintf(name, sizeof(name), "test-fast-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path)) || setenv("ONEBPF_WORLD", path, 1)) {
		puts("FAIL world");
		return 1;
	}
	map_fd = kern_bpf(BPF_MAP_CREATE, &a, sizeof(a));
	for (u32 i = 0; i < LEN(cases); i++)
		ok &= judge(path, i);
	kern_world_remove(path);
	return !ok;
}
