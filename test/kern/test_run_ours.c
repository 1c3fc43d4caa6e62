/* SPDX-License-Identifier: BSD-2-Clause */
/* Test runs in our world only: threads at once, live frames, repeats, and programs
 * that no verifier would take. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "kern/kern.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

enum { THREADS = 4, RUNS = 3000, SIZE = 100 };

static int load(u32 type, const struct ob_ebpf *code, u32 n)
{
	union bpf_attr a = {.prog_type = type,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = n,
			    .license = (u64)(uintptr_t) "GPL"};

	return kern_bpf(BPF_PROG_LOAD, &a, sizeof(a));
}

static bool say(bool ok, const char *what)
{
	printf("%s %s\n", ok ? "ok" : "FAIL", what);
	return ok;
}

/* ---- threads: each has its packet, at an address of its own ---- */

/* data[0..3] += 1 for XDP, whose address is kept in r0 */
static const struct ob_ebpf count[] = {
	{.code = 0x61, .dst = 2, .src = 1}, /* r2 = data */
	{.code = 0x61, .dst = 3, .src = 2}, /* r3 = *(u32 *)r2 */
	{.code = 0x07, .dst = 3, .imm = 1}, /* r3 += 1 */
	{.code = 0x63, .dst = 2, .src = 3}, /* *(u32 *)r2 = r3 */
	{.code = 0xbf, .dst = 0, .src = 2}, /* r0 = r2 */
	{.code = 0x95},
};

struct job {
	int fd;
	u32 first;
	bool ok;
};

static void *many(void *arg)
{
	struct job *j = arg;
	u8 in[SIZE] = {0}, out[SIZE];

	j->ok = true;
	for (u32 i = 0; i < RUNS && j->ok; i++) {
		put_le32(in, j->first + i);
		in[SIZE - 1] = (u8)j->first;
		union bpf_attr a = {.test = {.prog_fd = (u32)j->fd,
					     .data_in = (u64)(uintptr_t)in,
					     .data_size_in = SIZE,
					     .data_out = (u64)(uintptr_t)out,
					     .data_size_out = SIZE,
					     .repeat = 3}};
		j->ok = !kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) &&
			get_le32(out) == j->first + i + 3 && out[SIZE - 1] == (u8)j->first &&
			a.test.retval && a.test.data_size_out == SIZE;
	}
	return NULL;
}

static bool threads(int fd)
{
	pthread_t t[THREADS];
	struct job j[THREADS];
	bool ok = true;

	for (u32 i = 0; i < THREADS; i++) {
		j[i] = (struct job){.fd = fd, .first = i << 24};
		pthread_create(&t[i], NULL, many, &j[i]);
	}
	for (u32 i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		ok &= j[i].ok;
	}
	return say(ok, "threads: each run changes its own packet");
}

/* ---- live frames ---- */

static bool live(int fd)
{
	u8 in[SIZE] = {7};
	union bpf_attr a = {.test = {.prog_fd = (u32)fd,
				     .data_in = (u64)(uintptr_t)in,
				     .data_size_in = SIZE,
				     .repeat = 1000,
				     .flags = 2}};
	bool ok = !kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) && !a.test.retval && in[0] == 7;
	a.test.batch_size = 257;
	ok &= kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) == -E2BIG;
	a.test.batch_size = 256;
	a.test.data_size_in = 3409; /* a frame's own struct takes of the page */
	u8 big[4096] = {0};
	a.test.data_in = (u64)(uintptr_t)big;
	ok &= kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a)) == -EINVAL;
	a.test.data_size_in = 3408;
	a.test.data_size_out = 0;
	ok &= !kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));
	return say(ok, "live frames: each as it was given");
}

/* ---- signals ---- */

static volatile sig_atomic_t rang;

static void ring(int sig) { rang = sig; }

static int run_on(int fd, u32 repeat, int sig, u32 flags)
{
	u8 in[SIZE] = {0};
	const struct itimerval soon = {.it_value = {.tv_usec = 5000}}, never = {0};
	union bpf_attr a = {.test = {.prog_fd = (u32)fd,
				     .data_in = (u64)(uintptr_t)in,
				     .data_size_in = SIZE,
				     .repeat = repeat,
				     .flags = flags}};

	rang = 0;
	setitimer(sig == SIGALRM ? ITIMER_REAL : ITIMER_VIRTUAL, &soon, NULL);
	int err = (int)kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));
	setitimer(sig == SIGALRM ? ITIMER_REAL : ITIMER_VIRTUAL, &never, NULL);
	return err;
}

static bool signals(int fd)
{
	bool ok = true;

	signal(SIGALRM, ring);
	ok &= say(run_on(fd, UINT32_MAX, SIGALRM, 0) == -EINTR && rang == SIGALRM,
		  "a signal ends what is repeated");
	ok &= say(run_on(fd, UINT32_MAX, SIGALRM, 2) == -EINTR && rang == SIGALRM,
		  "and live frames");
	signal(SIGVTALRM, SIG_IGN);
	ok &= say(!run_on(fd, 300000, SIGVTALRM, 0), "one that is ignored does not");
	return ok;
}

/* ---- what a verifier would refuse ---- */

static bool ends(u32 type, const struct ob_ebpf *code, u32 n)
{
	u8 in[SIZE] = {0};
	int fd = load(type, code, n);
	union bpf_attr a = {
		.test = {.prog_fd = (u32)fd, .data_in = (u64)(uintptr_t)in, .data_size_in = SIZE}};
	int err = fd < 0 ? fd : kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));

	close(fd);
	if (err != -EFAULT)
		printf("    %d\n", err);
	return err == -EFAULT;
}

static bool wild(void)
{
	const struct ob_ebpf beyond[] = {{.code = 0x61, .dst = 2, .src = 1},
					 {.code = 0x71, .src = 2, .off = SIZE},
					 {.code = 0x95}};
	const struct ob_ebpf before[] = {{.code = 0x61, .dst = 2, .src = 1},
					 {.code = 0x72, .dst = 2, .off = -1},
					 {.code = 0x95}};
	const struct ob_ebpf no_ctx[] = {{.code = 0xb7, .dst = 1, .imm = 4096},
					 {.code = 0xb7, .dst = 2, .imm = 4},
					 {.code = 0x85, .imm = HELPERID_xdp_adjust_head},
					 {.code = 0x95}};
	const struct ob_ebpf to_nowhere[] = {{.code = 0xb7, .dst = 2},
					     {.code = 0xb7, .dst = 3, .imm = 4096},
					     {.code = 0xb7, .dst = 4, .imm = 8},
					     {.code = 0x85, .imm = HELPERID_skb_load_bytes},
					     {.code = 0x95}};
	const struct ob_ebpf gone[] = {{.code = 0xbf, .dst = 6, .src = 1},
				       {.code = 0xb7, .dst = 2, .imm = -50},
				       {.code = 0x85, .imm = HELPERID_xdp_adjust_tail},
				       {.code = 0x61, .dst = 2, .src = 6},
				       {.code = 0x71, .src = 2, .off = 50},
				       {.code = 0x95}};
	const struct ob_ebpf read_only[] = {{.code = 0x79, .dst = 2, .src = 1, .off = 168},
					    {.code = 0x62, .dst = 2, .off = 4},
					    {.code = 0x95}};
	bool ok =
		ends(PROGTYPE_XDP, beyond, LEN(beyond)) && ends(PROGTYPE_XDP, before, LEN(before));

	ok &= ends(PROGTYPE_XDP, no_ctx, LEN(no_ctx)) && ends(PROGTYPE_XDP, gone, LEN(gone));
	ok &= ends(PROGTYPE_SCHED_CLS, to_nowhere, LEN(to_nowhere));
	ok &= ends(PROGTYPE_SCHED_CLS, read_only, LEN(read_only));
	return say(ok, "programs that go wrong: EFAULT");
}

/* ---- segment routing: a header inside of a packet, or before it ---- */

enum { ETH = 14, IP6 = 40, SRH = 40, ROUTING = 43, INLINE = 1, IN_IP6 = 41, UDP = 17 };

/* Two segments: 1... and 2..., of which the latter is the next one. */
static void make_srh(u8 srh[SRH])
{
	memset(srh, 0, SRH);
	srh[1] = SRH / 8 - 1;
	srh[2] = 4;
	srh[3] = srh[4] = 1;
	memset(srh + 8, 1, 16);
	memset(srh + 24, 2, 16);
}

static int load_encap(const u8 srh[SRH], u32 how)
{
	struct ob_ebpf code[32];
	u32 n = 0, word[2];

	for (u32 i = 0; i < SRH / 8; i++) {
		memcpy(word, srh + (size_t)i * 8, 8);
		code[n++] = (struct ob_ebpf){.code = 0x18, .dst = 2, .imm = (s32)word[0]};
		code[n++] = (struct ob_ebpf){.imm = (s32)word[1]};
		code[n++] = (struct ob_ebpf){
			.code = 0x7b, .dst = 10, .src = 2, .off = (s16)(i * 8 - SRH)};
	}
	code[n++] = (struct ob_ebpf){.code = 0xb7, .dst = 2, .imm = (s32)how};
	code[n++] = (struct ob_ebpf){.code = 0xbf, .dst = 3, .src = 10};
	code[n++] = (struct ob_ebpf){.code = 0x07, .dst = 3, .imm = -SRH};
	code[n++] = (struct ob_ebpf){.code = 0xb7, .dst = 4, .imm = SRH};
	code[n++] = (struct ob_ebpf){.code = 0x85, .imm = HELPERID_lwt_push_encap};
	code[n++] = (struct ob_ebpf){.code = 0x95};
	return load(PROGTYPE_LWT_IN, code, n);
}

/* The length of what has become of the packet; 0: it failed in another way than for want
 * of a route. */
static u32 encap(const u8 in[SIZE], const u8 srh[SRH], u32 how, u8 out[2 * SIZE])
{
	int fd = load_encap(srh, how);
	union bpf_attr a = {.test = {.prog_fd = (u32)fd,
				     .data_in = (u64)(uintptr_t)in,
				     .data_size_in = SIZE,
				     .data_out = (u64)(uintptr_t)out,
				     .data_size_out = 2 * SIZE}};
	int err = fd < 0 ? fd : kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));

	close(fd);
	return err || (s32)a.test.retval != -EINVAL ? 0 : a.test.data_size_out;
}

static bool segments(void)
{
	u8 in[SIZE], out[2 * SIZE], srh[SRH], want[2 * SIZE] = {0};

	for (u32 i = 0; i < SIZE; i++)
		in[i] = (u8)i;
	put_be16(in + 12, 0x86dd);
	put_be32(in + ETH, 0x60012345);
	put_be16(in + ETH + 4, SIZE - ETH - IP6);
	in[ETH + 6] = UDP;
	make_srh(srh);

	memcpy(want + ETH, in + ETH, IP6);
	memcpy(want + ETH + IP6, srh, SRH);
	memcpy(want + ETH + IP6 + SRH, in + ETH + IP6, SIZE - ETH - IP6);
	put_be16(want + ETH + 4, SIZE - ETH - IP6 + SRH);
	want[ETH + 6] = ROUTING;
	want[ETH + IP6] = UDP;
	memcpy(want + ETH + IP6 + 8, in + ETH + 24, 16); /* the last one is whom it was for */
	memset(want + ETH + 24, 2, 16);
	bool ok = encap(in, srh, INLINE, out) == SIZE + SRH && !memcmp(out, want, SIZE + SRH);

	memset(want, 0, sizeof(want));
	put_be32(want + ETH, 0x60012345 & 0xf00fffff);
	put_be16(want + ETH + 4, SIZE - ETH + SRH);
	want[ETH + 6] = ROUTING;
	want[ETH + 7] = in[ETH + 7];
	memset(want + ETH + 24, 2, 16);
	memcpy(want + ETH + IP6, srh, SRH);
	want[ETH + IP6] = IN_IP6;
	memcpy(want + ETH + IP6 + SRH, in + ETH, SIZE - ETH);
	ok &= encap(in, srh, 0, out) == SIZE + IP6 + SRH && !memcmp(out, want, SIZE + IP6 + SRH);

	srh[4] = 2; /* there is no third segment */
	ok &= encap(in, srh, INLINE, out) == SIZE && !memcmp(out + ETH, in + ETH, SIZE - ETH);
	return say(ok, "segment routing: inline and around");
}

int main(void)
{
	char name[40], path[256];

	snprintf(name, sizeof(name), "test-run-ours-%d", getpid());
	if (kern_world_dir(name, path, sizeof(path)) || setenv("ONEBPF_WORLD", path, 1) ||
	    kern_world_set(path, "kernel.unchecked", "1"))
		return !say(false, "world");
	int fd = load(PROGTYPE_XDP, count, LEN(count));
	bool ok = say(fd >= 0, "load");
	ok = ok && threads(fd) && live(fd) && signals(fd) && wild() && segments();
	close(fd);
	kern_world_remove(path);
	return !ok;
}
