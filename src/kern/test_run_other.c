/* SPDX-License-Identifier: BSD-2-Clause */
/* Test runs of programs that are given no packet as it goes through the network:
 * flow dissectors, socket look-up, netfilter, raw tracepoints, system calls. */
#include "kern/trial.h"

#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static bool options(const struct trial *t)
{
	return t->a->test.flags || t->a->test.cpu || t->a->test.batch_size;
}

/* ---- flow dissectors ---- */

static u16 clamp(u16 n, u32 lo, u32 hi) { return (u16)MIN(MAX(n, lo), hi); }

/* bpf_flow_dissect, each time anew. */
static int dissect(struct trial *t, struct kern_pkt *p, u32 flags)
{
	u32 repeat = MAX(t->a->test.repeat, 1u);
	union bpf_attr once = *t->a;
	const union bpf_attr *all = t->a;
	struct trial_ear ear;
	u64 ns = 0;
	int err = 0;

	once.test.repeat = 1;
	t->a = &once;
	trial_listen(&ear, repeat);
	for (u32 i = 0; i < repeat && !err; i++) {
		p->keys = (struct bpf_flow_keys){
			.nhoff = ETH_HLEN, .thoff = ETH_HLEN, .flags = flags};
		memcpy(&p->keys.n_proto, p->data + 12, 2);
		err = trial_run(t);
		p->keys.nhoff = clamp(p->keys.nhoff, ETH_HLEN, p->len);
		p->keys.thoff = clamp(p->keys.thoff, p->keys.nhoff, p->len);
		ns += t->duration;
		if (!err && i + 1 < repeat && trial_hears(&ear, i + 1))
			err = -EINTR;
	}
	trial_close(&ear);
	t->a = all;
	t->duration = (u32)(ns / repeat);
	return err;
}

static long flow_with(struct trial *t, struct kern_pkt *p)
{
	struct bpf_flow_keys c;
	const u32 at = offsetof(struct bpf_flow_keys, flags);
	int err = trial_data_in(t, p->data, p->len);

	if (err)
		return err;
	int have = trial_ctx_in(t, &c, sizeof(c));
	if (have < 0)
		return have;
	if (have && (!trial_zero(&c, 0, at) || !trial_zero(&c, at + 4, sizeof(c))))
		return -EINVAL;
	p->skb.flow_keys = &p->keys;
	p->no_skb = true;
	packet_enter(p, &t->ctx);
	err = dissect(t, p, have ? c.flags : 0);
	if (!err)
		err = trial_out(t, &p->keys, sizeof(p->keys), 0);
	return err || !have ? err : trial_ctx_out(t, &c, sizeof(c));
}

long trial_flow(struct trial *t)
{
	u32 size = t->a->test.data_size_in;

	if (options(t) || size < ETH_HLEN || size > TRIAL_PAGE)
		return -EINVAL;
	struct kern_pkt *p = packet_create(PKT_SKB, size, 0);
	if (!p)
		return -ENOMEM;
	long ret = flow_with(t, p);
	packet_destroy(p);
	return ret;
}

/* ---- socket look-up: no socket is ever found ---- */

long trial_sk_lookup(struct trial *t)
{
	struct bpf_sk_lookup c, ran;
	const u32 end = offsetof(struct bpf_sk_lookup, ingress_ifindex);

	if (options(t) || t->a->test.data_in || t->a->test.data_size_in || t->a->test.data_out ||
	    t->a->test.data_size_out)
		return -EINVAL;
	int have = trial_ctx_in(t, &c, sizeof(c));
	if (have <= 0)
		return have ? have : -EINVAL;
	if (c.cookie || !trial_zero(&c, end, sizeof(c)))
		return -EINVAL;
	if (c.local_port > UINT16_MAX)
		return -ERANGE;
	if ((u16)c.family != AF_INET && (u16)c.family != AF_INET6)
		return -EAFNOSUPPORT;
	ran = c;
	ran.family = (u16)c.family;
	if (ran.family == AF_INET6)
		ran.remote_ip4 = ran.local_ip4 = 0;
	else
		memset(ran.remote_ip6, 0, 16), memset(ran.local_ip6, 0, 16);
	t->ctx.ctx = &ran;
	t->ctx.ctx_size = sizeof(ran);
	int err = trial_run(t);
	if (err)
		return err;
	c.cookie = 0;
	err = trial_out(t, NULL, 0, 0);
	return err ? err : trial_ctx_out(t, &c, sizeof(c));
}

/* ---- netfilter ---- */

enum { LOCAL_OUT = 3, HOOK_STATE = 48, PF_AT = 1, POINTERS_AT = 8 };

/* What Linux has as struct nf_hook_state and struct sk_buff is not there: a program
 * that looks into them fails. */
long trial_netfilter(struct trial *t)
{
	u32 size = t->a->test.data_size_in;
	u8 state[HOOK_STATE] = {0}, data[TRIAL_PAGE];
	u8 hook = LOCAL_OUT, pf = AF_INET;
	u64 ctx[2] = {0};

	if (options(t) || size < 20 || size > TRIAL_PAGE - 64 - TRIAL_SHARED_INFO)
		return -EINVAL;
	int err = trial_data_in(t, data, size);
	if (err)
		return err;
	int have = trial_ctx_in(t, state, sizeof(state));
	if (have < 0)
		return have;
	if (have) {
		hook = state[0];
		pf = state[PF_AT];
		if (!trial_zero(state, POINTERS_AT, sizeof(state)) ||
		    (pf != AF_INET && pf != AF_INET6))
			return -EINVAL;
	}
	if (hook != LOCAL_OUT) {
		u32 proto = size >= ETH_HLEN ? get_be16(data + 12) : 0;
		if (size < ETH_HLEN + 20)
			return -EINVAL;
		if (proto != ETH_P_IP && proto != ETH_P_IPV6)
			return -EPROTO;
		if (proto == ETH_P_IPV6 && size < ETH_HLEN + 40)
			return -EINVAL;
		if (pf != (proto == ETH_P_IP ? AF_INET : AF_INET6))
			return -EINVAL;
	}
	t->ctx.ctx = ctx;
	t->ctx.ctx_size = sizeof(ctx);
	err = trial_run(t);
	return err ? err : trial_out(t, NULL, 0, 0);
}

/* As much of the context as the program accesses must be there. */
static bool has_context(const struct trial *t, u32 most)
{
	return t->a->test.ctx_size_in >= t->prog->head->context && t->a->test.ctx_size_in <= most;
}

/* ---- raw tracepoints ---- */

enum { ARGS_MOST = 96, ON_CPU = 1 };

/* On that processor, if this thread may go there. */
static int on_cpu(struct trial *t, u32 cpu)
{
	cpu_set_t was, only;

	if ((int)cpu == sched_getcpu())
		return trial_run(t);
	if (cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof(was), &was))
		return -ENXIO;
	CPU_ZERO(&only);
	CPU_SET(cpu, &only);
	if (sched_setaffinity(0, sizeof(only), &only))
		return -ENXIO;
	int err = trial_run(t);
	sched_setaffinity(0, sizeof(was), &was);
	return err;
}

long trial_raw_tp(struct trial *t)
{
	const union bpf_attr *a = t->a;
	u64 ctx[ARGS_MOST / 8] = {0};

	if (a->test.data_in || a->test.data_out || a->test.ctx_out || a->test.duration ||
	    a->test.repeat || a->test.batch_size || !has_context(t, ARGS_MOST))
		return -EINVAL;
	if (!(a->test.flags & ON_CPU) && a->test.cpu)
		return -EINVAL;
	int err = user_read(ctx, a->test.ctx_in, a->test.ctx_size_in);
	if (err)
		return err;
	t->ctx.ctx = ctx;
	t->ctx.ctx_size = sizeof(ctx);
	err = a->test.flags & ON_CPU ? on_cpu(t, a->test.cpu) : trial_run(t);
	return err ? err : call_put(t->uattr, a.test.retval, t->retval);
}

/* ---- system calls ---- */

long trial_syscall(struct trial *t)
{
	const union bpf_attr *a = t->a;
	void *ctx;

	if (a->test.data_in || a->test.data_out || a->test.ctx_out || a->test.duration ||
	    a->test.repeat || a->test.flags || a->test.batch_size || !has_context(t, UINT16_MAX))
		return -EINVAL;
	int err = user_dup(a->test.ctx_in, a->test.ctx_size_in, &ctx);
	if (err)
		return err;
	t->ctx.ctx = a->test.ctx_size_in ? ctx : NULL;
	t->ctx.ctx_size = a->test.ctx_size_in;
	err = trial_run(t);
	if (!err)
		err = call_put(t->uattr, a.test.retval, t->retval);
	if (!err)
		err = user_write(a->test.ctx_in, ctx, a->test.ctx_size_in);
	free(ctx);
	return err;
}
