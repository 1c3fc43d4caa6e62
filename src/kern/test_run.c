/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_PROG_TEST_RUN: which way a program is run; its memory in and out. */
#include "kern/trial.h"

#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- in and out ---- */

int trial_ctx_in(const struct trial *t, void *to, u32 most)
{
	u32 size = t->a->test.ctx_size_in;

	if (!t->a->test.ctx_in && !t->a->test.ctx_out)
		return 0;
	memset(to, 0, most);
	if (!t->a->test.ctx_in)
		return 1;
	int err = user_rest_is_zero(t->a->test.ctx_in, size, most);
	if (!err)
		err = user_read(to, t->a->test.ctx_in, MIN(size, most));
	return err ? err : 1;
}

int trial_ctx_out(const struct trial *t, const void *ctx, u32 size)
{
	u32 room = t->a->test.ctx_size_out;

	if (!t->a->test.ctx_out)
		return 0;
	if (user_write(t->a->test.ctx_out, ctx, MIN(size, room)) ||
	    call_put(t->uattr, a.test.ctx_size_out, size))
		return -EFAULT;
	return size > room ? -ENOSPC : 0;
}

int trial_out(const struct trial *t, const void *data, u32 size, u32 pieces)
{
	u32 room = t->a->test.data_size_out, n = room ? MIN(size, room) : size;
	u64 to = t->a->test.data_out;

	if (to && n < pieces)
		return -ENOSPC;
	if (to && (user_write(to, data, n - pieces) ||
		   user_write(to + n - pieces, (const u8 *)data + size - pieces, pieces)))
		return -EFAULT;
	if (call_put(t->uattr, a.test.data_size_out, size) ||
	    call_put(t->uattr, a.test.retval, t->retval) ||
	    call_put(t->uattr, a.test.duration, t->duration))
		return -EFAULT;
	return n < size ? -ENOSPC : 0;
}

int trial_data_in(const struct trial *t, void *to, u32 size)
{
	return user_read(to, t->a->test.data_in, size);
}

bool trial_zero(const void *p, u32 from, u32 to)
{
	for (u32 i = from; i < to; i++)
		if (((const u8 *)p)[i])
			return false;
	return true;
}

/* ---- running ---- */

int trial_run(struct trial *t)
{
	u32 repeat = MAX(t->a->test.repeat, 1u);
	struct trial_ear ear;
	int err = 0;

	trial_listen(&ear, repeat);
	u64 start = clock_ns(CLOCK_MONOTONIC);
	for (u32 i = 0; i < repeat && !err; i++) {
		if (i && trial_hears(&ear, i))
			err = -EINTR;
		else
			t->retval = (u32)kern_prog_call(t->prog, &t->ctx);
		if (t->ctx.fault)
			err = -EFAULT;
	}
	t->duration = (u32)MIN((clock_ns(CLOCK_MONOTONIC) - start) / repeat, (u64)UINT32_MAX);
	trial_close(&ear);
	return err;
}

/* ---- devices ---- */

/* Of /sys/class/net/NAME/queues: rx-0, rx-1 ... */
static u32 count_queues(const char *name)
{
	char path[64 + IF_NAMESIZE];
	struct dirent *e;
	u32 n = 0;

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", name);
	DIR *d = opendir(path);
	while (d && (e = readdir(d)))
		n += !strncmp(e->d_name, "rx-", 3);
	if (d)
		closedir(d);
	return MAX(n, 1u);
}

int trial_device(u32 ifindex, u8 address[ETH_ALEN], u32 *queues)
{
	struct ifreq req = {0};

	if (!if_indextoname(ifindex, req.ifr_name))
		return -ENODEV;
	*queues = count_queues(req.ifr_name);
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s >= 0 && !ioctl(s, SIOCGIFHWADDR, &req))
		memcpy(address, req.ifr_hwaddr.sa_data, ETH_ALEN);
	if (s >= 0)
		close(s);
	return 0;
}

/* ---- ways ---- */

/* None of our world's programs is attached to a function, which Linux would call. */
static long run_tracing(const struct trial *t)
{
	return t->a->test.flags || t->a->test.cpu || t->a->test.batch_size ? -EINVAL : -EFAULT;
}

static long run(struct trial *t)
{
	switch ((enum prog_run)prog_row(t->prog->type)->run) {
	case RUN_NONE:
		return -ENOTSUPP_LINUX;
	case RUN_SKB:
		return trial_skb(t);
	case RUN_XDP:
		return trial_xdp(t);
	case RUN_FLOW:
		return trial_flow(t);
	case RUN_SK_LOOKUP:
		return trial_sk_lookup(t);
	case RUN_RAW_TP:
		return trial_raw_tp(t);
	case RUN_TRACING:
		return run_tracing(t);
	case RUN_STRUCT_OPS:
		return -EOPNOTSUPP;
	case RUN_SYSCALL:
		return trial_syscall(t);
	case RUN_NETFILTER:
		return trial_netfilter(t);
	}
	return -ENOTSUPP_LINUX;
}

long kern_test_run(const struct kern_prog *p, union bpfattr *attr, u64 uattr)
{
	struct trial t = {.prog = p, .a = &attr->a, .uattr = uattr};

	long ret = run(&t);
	free(t.ctx.local[0]);
	free(t.ctx.local[1]);
	return ret;
}
