/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs that the verifier takes, run without run-time checks and with them: the
 * same result, packet and value.
 *
 *	fast_random [programs [seed]] */
#include "../check/generate.h"
#include "check/check.h"
#include "kern/call.h"

#include <errno.h>
#include <unistd.h>

struct result {
	u32 r0, n;
	u8 packet[256], value[GEN_ENTRIES][GEN_VALUE];
};

static int make_map(void)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY,
			    .key_size = 4,
			    .value_size = GEN_VALUE,
			    .max_entries = GEN_ENTRIES};

	return kern_bpf(BPF_MAP_CREATE, &a, sizeof(a));
}

/* 0, or an errno: EACCES and the like when it is refused. */
static int run(const struct prog *p, struct result *to)
{
	int map = make_map(), err = 0;
	u8 packet[GEN_PACKET];
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_XDP,
			    .insns = (u64)(uintptr_t)p->stored,
			    .insn_cnt = p->n,
			    .license = (u64)(uintptr_t) "GPL",
			    .fd_array = (u64)(uintptr_t)&map};
	int fd = kern_bpf(BPF_PROG_LOAD, &a, sizeof(a));

	memset(to, 0, sizeof(*to));
	for (u32 b = 0; b < GEN_PACKET; b++)
		packet[b] = (u8)(b * 37);
	a = (union bpf_attr){.test = {.prog_fd = (u32)fd,
				      .data_in = (u64)(uintptr_t)packet,
				      .data_size_in = GEN_PACKET,
				      .data_out = (u64)(uintptr_t)to->packet,
				      .data_size_out = sizeof(to->packet)}};
	if (fd < 0)
		err = -fd;
	else
		err = -kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));
	to->r0 = a.test.retval;
	to->n = a.test.data_size_out;
	for (u32 key = 0; key < GEN_ENTRIES; key++) {
		a = (union bpf_attr){.map_fd = (u32)map,
				     .key = (u64)(uintptr_t)&key,
				     .value = (u64)(uintptr_t)to->value[key]};
		kern_bpf(BPF_MAP_LOOKUP_ELEM, &a, sizeof(a));
	}
	if (fd >= 0)
		close(fd);
	close(map);
	return err;
}

/* Two runs must agree: it reads no bytes of the stack that it has not written, tells no
 * addresses, and asks for no random numbers. */
static bool is_certain(const struct prog *p)
{
	const struct check_how how = {.level = CHECK_CAPABLE, .gpl = true};

	for (u32 pc = 0; pc < p->n; pc++)
		if (p->ext[pc].op == EB_CALL && p->ext[pc].imm == HELPER_RANDOM)
			return false;
	return !check_verify(p, &how, NULL);
}

int main(int argc, char **argv)
{
	u32 n = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 300, taken = 0, compared = 0;
	char name[40], path[256];
	bool bad = false;

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	snprintf(name, sizeof(name), "test-fast-random-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path)) || setenv("ONEBPF_WORLD", path, 1)) {
		puts("FAIL world");
		return 1;
	}
	for (u32 i = 0; i < n && !bad; i++) {
		u64 began = seed;
		generate();
		struct prog *p = gen_prog();
		static struct result fast, watched;
		kern_world_set(path, "kernel.watch", "0");
		int err = run(p, &fast);
		if (!err || err == EFAULT) {
			kern_world_set(path, "kernel.watch", "1");
			int same = run(p, &watched);
			taken++;
			bad = err || same;
			if (is_certain(p)) {
				compared++;
				bad |= memcmp(&fast, &watched, sizeof(fast)) != 0;
			}
			if (bad)
				printf("FAIL program of seed %llu: %d, r0 %u; watched %d, r0 %u\n",
				       (unsigned long long)began, err, fast.r0, same, watched.r0);
		}
		prog_destroy(p);
	}
	kern_world_remove(path);
	if (!bad)
		printf("ok %u programs, %u taken, %u compared\n", n, taken, compared);
	return bad || !compared;
}
