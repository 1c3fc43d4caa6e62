/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet socket's ring (TPACKET_V3): blocks are taken, packets made whole and
 * filtered where the kernel did not. */
#include "tap/priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	VLAN_LEN = 4,
	ROOM = 32, /* in front of a packet, for a VLAN tag or a cooked header */
	BEHIND_MS = 1,
	BLOCK = 1 << 16,
	LAZY_BLOCK = 1 << 19, /* where a wake-up may wait for so many packets */
};

_Static_assert((int)SLL2_LEN <= (int)ROOM, "headers that we add have room");

struct ob_err *ring_create(struct ring *r, u32 bytes, u32 retire_ms)
{
	int version = TPACKET_V3, reserve = ROOM;
	const struct source *s = r->source;
	size_t block = BLOCK;

	while (block < s->s.snaplen + 4096u ||
	       (s->o.lazy && block < LAZY_BLOCK && block <= bytes / 8))
		block *= 2;
	struct tpacket_req3 req = {
		.tp_block_size = (unsigned)block,
		.tp_block_nr = (unsigned)MAX(bytes / block, (size_t)2),
		.tp_frame_size = (unsigned)block,
		.tp_retire_blk_tov = retire_ms,
	};
	req.tp_frame_nr = req.tp_block_nr;
	if (setsockopt(r->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) < 0 ||
	    setsockopt(r->fd, SOL_PACKET, PACKET_RESERVE, &reserve, sizeof(reserve)) < 0 ||
	    setsockopt(r->fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) < 0)
		return err_hint(err_sys(errno, "cannot make a ring of %u bytes",
					req.tp_block_nr * req.tp_block_size),
				"a smaller one: -B KIB");
	r->block_size = block;
	r->blocks = req.tp_block_nr;
	r->size = block * r->blocks;
	void *p = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (p == MAP_FAILED)
		return err_sys(errno, "cannot map the ring");
	r->map = p;
	return NULL;
}

void ring_destroy(struct ring *r)
{
	if (r->map)
		munmap(r->map, r->size);
	if (r->fd >= 0)
		close(r->fd);
}

/* ---- a packet ---- */

static const struct sockaddr_ll *address(const struct tpacket3_hdr *h)
{
	return (const void *)((const u8 *)h + TPACKET_ALIGN(sizeof(*h)));
}

static bool wanted(const struct source *s, const struct sockaddr_ll *from)
{
	bool outgoing = from->sll_pkttype == PACKET_OUTGOING;

	if (s->o.direction == TAP_OUT)
		return outgoing;
	if (s->o.direction == TAP_IN)
		return !outgoing;
	return !outgoing || (u32)from->sll_ifindex != s->tap->loopback;
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

static bool passes(const struct source *s, const struct tpacket3_hdr *h, const u8 *p)
{
	if (!s->here)
		return true;
	if (s->s.place != TAP_HERE && (u64)h->tp_sec * 1000000000u + h->tp_nsec >
					      __atomic_load_n(&s->until, __ATOMIC_RELAXED))
		return true;
	return kern_filter_run(s->here, p, h->tp_snaplen, h->tp_len, NULL);
}

/* Makes the packet whole in its place, once. False: it is not to be given.
 * Needs: TP_STATUS_VLAN_VALID only where there is a tag, as since Linux 3.0. */
static bool prepare(struct ring *r, struct tpacket3_hdr *h)
{
	const struct source *s = r->source;
	u8 *start = (u8 *)h + h->tp_mac, *p = start;
	bool taken = wanted(s, address(h));

	if (taken) {
		if (s->cooked)
			p = insert_cooked(address(h), p);
		else if (s->s.linktype == LINK_ETHERNET && h->tp_status & TP_STATUS_VLAN_VALID &&
			 h->tp_snaplen >= 2 * ETH_ALEN)
			p = insert_vlan(h, p);
		u32 added = (u32)(start - p);
		h->tp_mac = (u16)(h->tp_mac - added);
		h->tp_snaplen += added;
		h->tp_len += added;
		taken = passes(s, h, p);
	}
	if (!taken)
		__atomic_store_n(&r->refused, r->refused + 1, __ATOMIC_RELAXED);
	h->tp_status = taken;
	return taken;
}

/* ---- blocks ---- */

static struct tpacket_hdr_v1 *block_head(const struct ring *r, u32 block)
{
	return &((struct tpacket_block_desc *)(r->map + block * r->block_size))->hdr.bh1;
}

static bool is_ours(const struct tpacket_hdr_v1 *h)
{
	return __atomic_load_n(&h->block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER;
}

static struct tpacket3_hdr *first(struct tpacket_hdr_v1 *h)
{
	return (void *)((u8 *)h - offsetof(struct tpacket_block_desc, hdr) +
			h->offset_to_first_pkt);
}

static struct tpacket3_hdr *behind(struct tpacket3_hdr *h)
{
	return (void *)((u8 *)h + h->tp_next_offset);
}

/* Gives this block back and takes the next one, if it is full. */
static bool next_block(struct ring *r)
{
	struct tpacket_hdr_v1 *h = block_head(r, r->block);

	if (r->held) {
		__atomic_store_n(&h->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		r->block = r->block + 1 == r->blocks ? 0 : r->block + 1;
		r->held = false;
		__atomic_store_n(&r->back, r->back + 1, __ATOMIC_RELEASE);
		h = block_head(r, r->block);
	}
	if (r->threaded ? __atomic_load_n(&r->ready, __ATOMIC_ACQUIRE) == r->back : !is_ours(h))
		return false;
	r->held = true;
	r->since = clock_ns(CLOCK_MONOTONIC);
	r->left = h->num_pkts;
	r->opened += h->num_pkts;
	r->next = first(h);
	return true;
}

bool ring_peek(struct ring *r)
{
	while (!r->have) {
		while (!r->left)
			if (!next_block(r))
				return false;
		struct tpacket3_hdr *h = r->next;
		r->left--;
		r->next = behind(h);
		if (!(r->threaded ? h->tp_status : prepare(r, h)))
			continue;
		r->head = (struct tap_pkt){
			.data = {(u8 *)h + h->tp_mac, MIN(h->tp_snaplen, r->source->s.snaplen)},
			.len = h->tp_len,
			.source = r->source->nr,
			.ns = (u64)h->tp_sec * 1000000000u + h->tp_nsec,
		};
		r->have = true;
	}
	return true;
}

/* Would every packet be given, whatever is in it? */
static bool takes_all(const struct source *s)
{
	return s->s.place != TAP_HERE && !s->until && s->o.direction == TAP_INOUT &&
	       s->s.iface.index && !s->s.iface.loopback;
}

u64 ring_skip(struct ring *r)
{
	u64 n = 0;

	if (r->threaded || !takes_all(r->source))
		return 0;
	do {
		n += r->have + r->left;
		r->have = false;
		r->left = 0;
	} while (next_block(r));
	r->given += n;
	return n;
}

/* ---- the thread of a ring ---- */

static void prepare_block(struct ring *r, struct tpacket_hdr_v1 *b)
{
	struct tpacket3_hdr *h = first(b);

	for (u32 n = b->num_pkts; n; n--, h = behind(h))
		prepare(r, h);
	__atomic_store_n(&r->ready, r->ready + 1, __ATOMIC_RELEASE);
}

static void wake(int fd)
{
	u64 one = 1;

	while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* False: it is to end. As long as the last block has not gone back, poll finds the
 * socket readable: then it is `idle`, and sleeps. */
static bool wait_for_block(struct ring *r, bool idle)
{
	struct tap *t = r->source->tap;
	struct pollfd p[] = {{.fd = t->end, .events = POLLIN}, {.fd = r->fd, .events = POLLIN}};
	socklen_t size = sizeof(int);
	int failed = 0;

	poll(p, 2, -1);
	if (p[1].revents & POLLERR &&
	    getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &failed, &size) == 0 && failed) {
		__atomic_store_n(&r->failed, failed, __ATOMIC_RELAXED);
		wake(t->wake);
	}
	if (idle && p[1].revents & POLLIN)
		poll(p, 1, BEHIND_MS);
	return !p[0].revents;
}

static void *read_ring(void *arg)
{
	struct ring *r = arg;
	bool some = false;
	u32 block = 0;

	do {
		some = false;
		while (r->ready - __atomic_load_n(&r->back, __ATOMIC_ACQUIRE) < r->blocks &&
		       is_ours(block_head(r, block))) {
			prepare_block(r, block_head(r, block));
			block = block + 1 == r->blocks ? 0 : block + 1;
			some = true;
		}
		if (some)
			wake(r->source->tap->wake);
	} while (wait_for_block(r, !some));
	return NULL;
}

struct ob_err *ring_thread(struct ring *r)
{
	sigset_t all, old;

	sigfillset(&all); /* signals are for the one who waits for packets */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r->threaded = true;
	int failed = pthread_create(&r->thread, NULL, read_ring, r);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	r->threaded = !failed;
	return failed ? err_sys(failed, "cannot start a thread for a ring") : NULL;
}

void ring_count(struct ring *r)
{
	struct tpacket_stats_v3 s = {0};
	socklen_t size = sizeof(s);

	/* Reading them sets them to 0 in the kernel. */
	if (getsockopt(r->fd, SOL_PACKET, PACKET_STATISTICS, &s, &size) == 0) {
		r->received += s.tp_packets;
		r->dropped += s.tp_drops;
	}
}

bool ring_filling(struct ring *r)
{
	ring_count(r);
	return r->received - r->dropped != r->opened;
}
