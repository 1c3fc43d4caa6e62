/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet socket and its ring (TPACKET_V3).
 *
 * The ring is an array of blocks, which the kernel fills in turn. A block is
 * ours while its status has TP_STATUS_USER; packets in it are a list of
 * offsets. It goes back to the kernel when its last packet has been left, so a
 * packet lives until the next tap_next. A socket made for protocol 0 receives
 * nothing until bind gives it a protocol: the filter is there before that. */
#include "tap/priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SNAPLEN = 262144,
	RING = 8 << 20,
	RETIRE_MS = 50, /* a block that is not full is handed over after this */
	VLAN_LEN = 4,
	ROOM = 32, /* in front of a packet, for a VLAN tag or a cooked header */
};

struct tap {
	int fd;
	struct tap_iface iface;
	enum tap_direction direction;
	u32 linktype, snaplen;
	bool cooked, promiscuous;
	u8 *ring;
	size_t size, block_size;
	u32 blocks, block;         /* how many, and whose turn it is */
	u32 left;                  /* packets of this block still to be given */
	struct tpacket3_hdr *next; /* the first of them */
	bool held;                 /* this block is ours */
	u32 loopback;              /* the index of lo, where "any" sees all twice */
	u64 received, dropped;
};

/* ---- opening ---- */

static struct ob_err *open_error(int errnum, const char *iface)
{
	struct ob_err *err = err_sys(errnum, "cannot capture on %s", iface);

	if (ob_err_code(err) != OB_PERM)
		return err;
	err = err_note(err, "a packet socket needs the capability CAP_NET_RAW");
	err = err_hint(err, "run it with sudo; it becomes you again once the device is open");
	return err_hint(err, "or once: sudo setcap cap_net_raw=ep $(command -v onebpf)");
}

/* A cooked socket gives packets from their network header on. */
static struct ob_err *make_socket(struct tap *t)
{
	t->linktype = LINK_SLL2;
	struct ob_err *err = t->cooked ? NULL : tap_iface_linktype(&t->iface, &t->linktype);
	if (err)
		return err;
	t->cooked = t->linktype == LINK_SLL2;
	t->fd = socket(AF_PACKET, (t->cooked ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC, 0);
	return t->fd < 0 ? open_error(errno, t->iface.name) : NULL;
}

static struct ob_err *make_ring(struct tap *t, u32 buffer)
{
	int version = TPACKET_V3, reserve = ROOM;
	size_t block = 1 << 16;

	while (block < t->snaplen + 4096u)
		block *= 2;
	struct tpacket_req3 req = {
		.tp_block_size = (unsigned)block,
		.tp_block_nr = (unsigned)MAX(buffer / block, (size_t)2),
		.tp_frame_size = (unsigned)block,
		.tp_retire_blk_tov = RETIRE_MS,
	};
	req.tp_frame_nr = req.tp_block_nr;
	if (setsockopt(t->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) < 0 ||
	    setsockopt(t->fd, SOL_PACKET, PACKET_RESERVE, &reserve, sizeof(reserve)) < 0 ||
	    setsockopt(t->fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) < 0)
		return err_sys(errno, "cannot make a ring of %u bytes",
			       req.tp_block_nr * req.tp_block_size);
	t->block_size = block;
	t->blocks = req.tp_block_nr;
	t->size = block * t->blocks;
	void *p = mmap(NULL, t->size, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, 0);
	if (p == MAP_FAILED)
		return err_sys(errno, "cannot map the ring");
	t->ring = p;
	return NULL;
}

struct ob_err *tap_open(const struct tap_opts *o, struct tap **ret)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (!t)
		return err_nomem();
	t->fd = -1;
	t->iface = *o->iface;
	t->direction = o->direction;
	t->cooked = o->cooked;
	t->snaplen = o->snaplen ? MIN(o->snaplen, (u32)SNAPLEN) : SNAPLEN;
	t->promiscuous = !o->no_promiscuous && t->iface.index;
	t->loopback = if_nametoindex("lo");
	struct ob_err *err = make_socket(t);
	if (!err)
		err = make_ring(t, o->buffer ? o->buffer : RING);
	if (err)
		tap_close(t);
	else
		*ret = t;
	return err;
}

void tap_close(struct tap *t)
{
	if (!t)
		return;
	if (t->ring)
		munmap(t->ring, t->size);
	if (t->fd >= 0)
		close(t->fd);
	free(t);
}

u32 tap_linktype(const struct tap *t) { return t->linktype; }

u32 tap_snaplen(const struct tap *t) { return t->snaplen; }

/* ---- starting ---- */

static int attach(struct tap *t, const struct ob_cbpf *code, u32 n)
{
	size_t size = n * sizeof(*code);
	struct ob_cbpf *copy = malloc(size);
	int on = 1, errnum = 0;

	if (!copy)
		return ENOMEM;
	memcpy(copy, code, size);
	struct sock_fprog prog = {.len = (u16)n, .filter = (struct sock_filter *)copy};
	if (n > CBPF_MAXINSNS || (t->cooked && !cooked_filter(copy, n)))
		errnum = EINVAL;
	else if (setsockopt(t->fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0 ||
		 setsockopt(t->fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)) < 0)
		errnum = errno;
	free(copy);
	return errnum;
}

/* The loopback shows every packet on its way out and on its way in again. */
static bool only_incoming(const struct tap *t)
{
	return t->direction == TAP_IN || (t->iface.loopback && t->direction == TAP_INOUT);
}

struct ob_err *tap_start(struct tap *t, const struct ob_cbpf *code, u32 n, int *refused)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)t->iface.index,
	};
	struct packet_mreq promiscuous = {
		.mr_ifindex = (int)t->iface.index,
		.mr_type = PACKET_MR_PROMISC,
	};
	int on = 1;

	*refused = n ? attach(t, code, n) : 0;
	if (*refused)
		return NULL;
	if (only_incoming(t)) /* older kernels lack it: tap_next looks again */
		setsockopt(t->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	if (bind(t->fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return open_error(errno, t->iface.name);
	if (t->promiscuous && setsockopt(t->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous,
					 sizeof(promiscuous)) < 0)
		return err_hint(err_sys(errno, "cannot make %s promiscuous", t->iface.name),
				"without: -p");
	return tap_wait(t, 0);
}

/* ---- receiving ---- */

static struct tpacket_hdr_v1 *block_head(const struct tap *t)
{
	return &((struct tpacket_block_desc *)(t->ring + t->block * t->block_size))->hdr.bh1;
}

/* Gives this block back and takes the next one, if it is full. */
static bool next_block(struct tap *t)
{
	struct tpacket_hdr_v1 *h = block_head(t);

	if (t->held) {
		__atomic_store_n(&h->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		t->block = t->block + 1 == t->blocks ? 0 : t->block + 1;
		t->held = false;
		h = block_head(t);
	}
	if (!(__atomic_load_n(&h->block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
		return false;
	t->held = true;
	t->left = h->num_pkts;
	t->next = (void *)((u8 *)h - offsetof(struct tpacket_block_desc, hdr) +
			   h->offset_to_first_pkt);
	return true;
}

static const struct sockaddr_ll *address(const struct tpacket3_hdr *h)
{
	return (const void *)((const u8 *)h + TPACKET_ALIGN(sizeof(*h)));
}

static bool wanted(const struct tap *t, const struct sockaddr_ll *from)
{
	bool outgoing = from->sll_pkttype == PACKET_OUTGOING;

	if (t->direction == TAP_OUT)
		return outgoing;
	if (t->direction == TAP_IN)
		return !outgoing;
	return !outgoing || (u32)from->sll_ifindex != t->loopback;
}

/* The kernel took the tag out; put it back between addresses and type. */
static u8 *insert_vlan(const struct tpacket3_hdr *h, u8 *p)
{
	u16 tpid = h->tp_status & TP_STATUS_VLAN_TPID_VALID ? h->hv1.tp_vlan_tpid : ETH_P_8021Q;

	memmove(p - VLAN_LEN, p, 2 * ETH_ALEN);
	p -= VLAN_LEN;
	put_be16(p + 12, tpid);
	put_be16(p + 14, (u16)h->hv1.tp_vlan_tci);
	return p;
}

static u8 *insert_cooked(const struct sockaddr_ll *from, u8 *p)
{
	p -= SLL2_LEN;
	put_be16(p, ntohs(from->sll_protocol));
	put_be16(p + 2, 0);
	put_be32(p + 4, (u32)from->sll_ifindex);
	put_be16(p + 8, from->sll_hatype);
	p[10] = from->sll_pkttype;
	p[11] = MIN(from->sll_halen, 8);
	memcpy(p + 12, from->sll_addr, 8);
	return p;
}

/* Needs: TP_STATUS_VLAN_VALID only where there is a tag, as since Linux 3.0. */
static void read_packet(const struct tap *t, struct tpacket3_hdr *h, struct tap_pkt *ret)
{
	u8 *p = (u8 *)h + h->tp_mac, *start = p;

	if (t->cooked)
		p = insert_cooked(address(h), p);
	else if (t->linktype == LINK_ETHERNET && h->tp_status & TP_STATUS_VLAN_VALID &&
		 h->tp_snaplen >= 2 * ETH_ALEN)
		p = insert_vlan(h, p);
	u32 added = (u32)(start - p);
	ret->data = (struct bytes){p, MIN(h->tp_snaplen + added, t->snaplen)};
	ret->len = h->tp_len + added;
	ret->ns = (u64)h->tp_sec * 1000000000u + h->tp_nsec;
}

bool tap_next(struct tap *t, struct tap_pkt *ret)
{
	for (;;) {
		while (!t->left)
			if (!next_block(t))
				return false;
		struct tpacket3_hdr *h = t->next;
		t->left--;
		t->next = (void *)((u8 *)h + h->tp_next_offset);
		if (!wanted(t, address(h)))
			continue;
		read_packet(t, h, ret);
		return true;
	}
}

struct ob_err *tap_wait(struct tap *t, int ms)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN};
	socklen_t size = sizeof(int);
	int failed = 0;

	if (poll(&p, 1, ms) < 0)
		return errno == EINTR ? NULL : err_sys(errno, "cannot wait for packets");
	if (!(p.revents & (POLLERR | POLLHUP | POLLNVAL)))
		return NULL;
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &failed, &size) < 0)
		failed = errno;
	if (failed == ENETDOWN)
		return err_new(OB_IO, "interface %s is down", t->iface.name);
	return failed ? err_sys(failed, "cannot receive from %s", t->iface.name) : NULL;
}

struct tap_stats tap_stats(struct tap *t)
{
	struct tpacket_stats_v3 s = {0};
	socklen_t size = sizeof(s);

	/* Reading them sets them to 0 in the kernel. */
	if (getsockopt(t->fd, SOL_PACKET, PACKET_STATISTICS, &s, &size) == 0) {
		t->received += s.tp_packets;
		t->dropped += s.tp_drops;
	}
	return (struct tap_stats){t->received, t->dropped};
}
