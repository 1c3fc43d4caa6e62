/* SPDX-License-Identifier: BSD-2-Clause */
/* A source's sockets: bound behind a filter that takes nothing, then given the real
 * one: in the kernel as it is, in extended code, or here. */
#include "isa/bpf.h"
#include "sys/sys.h"
#include "tap/priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int attach_code(int fd, const struct ob_cbpf *code, u32 n)
{
	struct sock_fprog prog = {
		.len = (u16)n,
		.filter = (struct sock_filter *)(uintptr_t)code,
	};

	if (n > CBPF_MAXINSNS)
		return EINVAL;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0 ? errno : 0;
}

/* Every packet, and n bytes of it. */
static int attach_ret(int fd, u32 n)
{
	struct ob_cbpf code = {.code = cbpf_rows[CB_RET_K].code, .k = n};

	return attach_code(fd, &code, 1);
}

/* ---- binding ---- */

static int join(struct source *s, struct ring *r)
{
	static const u16 modes[] = {
		[TAP_HASH] = PACKET_FANOUT_HASH, [TAP_CPU] = PACKET_FANOUT_CPU,
		[TAP_LB] = PACKET_FANOUT_LB,     [TAP_RND] = PACKET_FANOUT_RND,
		[TAP_QM] = PACKET_FANOUT_QM,     [TAP_ROLLOVER] = PACKET_FANOUT_ROLLOVER,
	};
	u32 mode = modes[s->o.fanout], id = 0;
	socklen_t size = sizeof(id);

	if (s->o.fanout == TAP_HASH) /* fragments go where their packets go */
		mode |= PACKET_FANOUT_FLAG_DEFRAG;
	if (r == s->ring)
		mode |= PACKET_FANOUT_FLAG_UNIQUEID;
	else if (getsockopt(s->ring->fd, SOL_PACKET, PACKET_FANOUT, &id, &size) < 0)
		return errno;
	id = (id & 0xffff) | mode << 16;
	return setsockopt(r->fd, SOL_PACKET, PACKET_FANOUT, &id, sizeof(id)) < 0 ? errno : 0;
}

static struct ob_err *bind_ring(struct source *s, struct ring *r)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)s->s.iface.index,
	};
	int on = 1;

	if (s->only_incoming) /* older kernels lack it: then the ring looks again */
		setsockopt(r->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	int failed = attach_ret(r->fd, 0);
	if (!failed && bind(r->fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		failed = errno;
	if (failed)
		return tap_open_error(failed, s->s.iface.name);
	failed = s->o.fanout ? join(s, r) : 0;
	return failed ? err_sys(failed, "cannot share out the packets of %s", s->s.iface.name)
		      : NULL;
}

struct ob_err *source_bind(struct source *s)
{
	struct packet_mreq promiscuous = {
		.mr_ifindex = (int)s->s.iface.index,
		.mr_type = PACKET_MR_PROMISC,
	};
	struct ob_err *err = NULL;

	for (u32 i = 0; !err && i < s->rings; i++)
		err = bind_ring(s, &s->ring[i]);
	if (!err && s->s.promiscuous &&
	    setsockopt(s->ring->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous,
		       sizeof(promiscuous)) < 0)
		err = err_hint(err_sys(errno, "cannot make %s promiscuous", s->s.iface.name),
			       "without: -p");
	return err;
}

/* ---- the filter ---- */

/* In the form for this source's sockets; 0 or errno. */
static int attach_classic(struct source *s, const struct ob_cbpf *code, u32 n)
{
	int failed = 0;

	for (u32 i = 0; !failed && i < s->rings; i++)
		failed = attach_code(s->ring[i].fd, code, n);
	return failed;
}

/* A descriptor, or a negative errno. */
static int load(const struct prog *p)
{
	union bpf_attr a = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (u64)(uintptr_t)p->stored,
		.insn_cnt = p->n,
		.license = (u64)(uintptr_t) "Dual BSD/GPL",
	};
	int fd = sys_linux_bpf(BPF_PROG_LOAD, &a, sizeof(a));

	return fd < 0 ? -errno : fd;
}

static int attach_extended(struct source *s, const struct ob_cbpf *code, u32 n)
{
	struct prog *classic, *p = NULL;
	int fd = -EINVAL, failed = 0;

	struct ob_err *err = prog_create_classic(code, n, &classic);
	if (!err) {
		err = prog_extend(classic, CBPF_FOR_SOCKET, &p);
		prog_destroy(classic);
	}
	if (!err)
		fd = load(p);
	ob_err_destroy(err);
	prog_destroy(p);
	if (fd < 0)
		return -fd;
	for (u32 i = 0; !failed && i < s->rings; i++)
		if (setsockopt(s->ring[i].fd, SOL_SOCKET, SO_ATTACH_BPF, &fd, sizeof(fd)) < 0)
			failed = errno;
	close(fd);
	return failed;
}

/* Everything comes here; cut where no filter must see it whole. */
static int attach_all(struct source *s, bool whole)
{
	int failed = 0;

	for (u32 i = 0; !failed && i < s->rings; i++)
		failed = attach_ret(s->ring[i].fd, whole ? UINT32_MAX : s->s.snaplen);
	return failed;
}

static struct ob_err *attach_live(struct source *s, const struct prog *live,
				  const struct kern_filter *here)
{
	struct tap_source to = s->s;
	struct ob_cbpf *copy = malloc(live->n * sizeof(*copy));

	if (!copy)
		return err_nomem();
	memcpy(copy, live->classic, live->n * sizeof(*copy));
	to.place = TAP_KERNEL;
	to.extended = 0;
	bool can = !s->cooked || cooked_filter(copy, live->n);
	to.refused = can ? attach_classic(s, copy, live->n) : ENOTSUP;
	if (to.refused) {
		to.place = TAP_EXTENDED;
		to.extended = can ? attach_extended(s, copy, live->n) : ENOTSUP;
	}
	free(copy);
	if (to.refused && to.extended) {
		if (!here)
			return err_new(OB_UNSUPPORTED,
				       "the kernel cannot take the filter of %s: %s",
				       s->s.iface.name, strerror(to.refused));
		int failed = attach_all(s, true);
		if (failed)
			return err_sys(failed, "the kernel cannot take a filter for %s",
				       s->s.iface.name);
		to.place = TAP_HERE;
	}
	s->s.place = to.place;
	s->s.refused = to.refused;
	s->s.extended = to.extended;
	return NULL;
}

static struct ob_err *lock(struct source *s)
{
	int on = 1;

	for (u32 i = 0; i < s->rings; i++)
		if (setsockopt(s->ring[i].fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)) < 0)
			return err_sys(errno, "cannot lock the filter of %s", s->s.iface.name);
	s->locked = true;
	return NULL;
}

struct ob_err *tap_filter(struct tap *t, u32 i, const struct prog *live,
			  const struct kern_filter *here)
{
	struct source *s = t->source[i];
	struct ob_err *err = NULL;
	int failed = 0;

	if (s->locked)
		return err_new(OB_UNSUPPORTED, "the filter of %s is locked", s->s.iface.name);
	if (live)
		err = attach_live(s, live, here);
	else
		failed = attach_all(s, false);
	if (failed)
		err = err_sys(failed, "the kernel cannot take a filter for %s", s->s.iface.name);
	if (err)
		return err;
	if (!live) {
		s->s.place = TAP_KERNEL;
		s->s.refused = s->s.extended = 0;
	}
	s->here = here;
	s->until = s->filtered ? clock_ns(CLOCK_REALTIME) : 0;
	s->filtered = true;
	return s->o.replaceable ? NULL : lock(s);
}
