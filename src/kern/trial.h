/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_PROG_TEST_RUN: what the ways to run a program share. net/bpf/test_run.c says
 * what each checks, in which order. */
#ifndef KERN_TRIAL_H
#define KERN_TRIAL_H

#include "kern/call.h"
#include "kern/packet.h"

#include <signal.h>

enum { TRIAL_PAGE = 4096, TRIAL_SHARED_INFO = 320 };

struct trial {
	const struct kern_prog *prog;
	const union bpf_attr *a;
	u64 uattr;
	struct kern_ctx ctx;
	u32 retval, duration;
};

/* How each context is made; the answer of the call. */
long trial_skb(struct trial *t);
long trial_xdp(struct trial *t);
long trial_flow(struct trial *t);
long trial_sk_lookup(struct trial *t);
long trial_netfilter(struct trial *t);
long trial_raw_tp(struct trial *t);
long trial_syscall(struct trial *t);

/* bpf_ctx_init: 1 when there is one, in `to`, `most` bytes that begin as zero; 0;
 * E2BIG, EFAULT */
int trial_ctx_in(const struct trial *t, void *to, u32 most);
int trial_ctx_out(const struct trial *t, const void *ctx, u32 size);
/* bpf_test_finish. data may be NULL when size is 0. The last `pieces` bytes lie in
 * pieces of their own: where there is too little room, Linux cuts what is before. */
int trial_out(const struct trial *t, const void *data, u32 size, u32 pieces);
int trial_data_in(const struct trial *t, void *to, u32 size);

/* Runs it `repeat` times on t->ctx: EFAULT when a run fails, which Linux's cannot; EINTR
 * when a signal comes before the last. */
int trial_run(struct trial *t);

/* Signals wait while something is repeated: has one come after so many times? Behind
 * trial_close it is the process's. */
struct trial_ear {
	sigset_t was;
	bool open;
};
void trial_listen(struct trial_ear *e, u32 repeat);
bool trial_hears(const struct trial_ear *e, u32 done);
void trial_close(const struct trial_ear *e);
bool trial_zero(const void *p, u32 from, u32 to);

/* A device of this process's network namespace: ENODEV, or 0 and its address. */
int trial_device(u32 ifindex, u8 address[ETH_ALEN], u32 *queues);

#endif
