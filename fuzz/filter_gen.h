/* SPDX-License-Identifier: BSD-2-Clause */
/* Random filters, and random packets that have a chance to match them: both
 * draw addresses, ports and numbers from the same small pools. */
#ifndef FUZZ_FILTER_GEN_H
#define FUZZ_FILTER_GEN_H

#include "base/base.h"

struct dice {
	u64 state;
};

static inline u32 roll(struct dice *d, u32 n)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return n ? (u32)((d->state * 0x2545f4914f6cdd1du) >> 33) % n : 0;
}

static inline void dice_seed(struct dice *d, const u8 *data, size_t n)
{
	u64 h = 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ data[i]) * 0x100000001b3u;
	d->state = hash_u64(h + n) | 1;
}

static const char *const gen_host[] = {"10.0.0.1",    "10.0.0.2",    "10.1.2.3",
				       "192.168.1.1", "192.168.1.2", "1.2.3.4"};
static const u32 gen_addr[] = {0x0a000001, 0x0a000002, 0x0a010203,
			       0xc0a80101, 0xc0a80102, 0x01020304};
static const char *const gen_net[] = {
	"10.0.0.0/8", "10.0.0.0/24", "192.168.0.0/16", "192.168.1",      "10.1.2.0/30",
	"1.2.3.4/32", "10",          "0.0.0.0/0",      "192.168.1.0/31", "128.0.0.0/1"};
static const char *const gen_host6[] = {"::1", "fe80::1", "2001:db8::1", "2001:db8::2"};
static const u16 gen_port[] = {22, 53, 80, 443, 1000, 1023, 0, 65535};
static const char *const gen_mac[] = {"00:11:22:33:44:55", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01",
				      "02:00:00:00:00:01"};
static const u8 gen_mac_bytes[][6] = {{0, 0x11, 0x22, 0x33, 0x44, 0x55},
				      {255, 255, 255, 255, 255, 255},
				      {1, 0, 0x5e, 0, 0, 1},
				      {2, 0, 0, 0, 0, 1}};

/* %h host, %n net, %p port, %6 IPv6 host, %m MAC, %c number, %a arithmetic,
 * %r relation, %d direction, %l protocol */
static const char *const gen_prim[] = {
	"ip",
	"ip6",
	"arp",
	"tcp",
	"udp",
	"icmp",
	"rarp",
	"sctp",
	"icmp6",
	"igmp",
	"%dhost %h",
	"%dhost %h",
	"%dhost %h",
	"%dnet %n",
	"%dnet %n",
	"%dport %p",
	"%dport %p",
	"%dport %p",
	"%dport %p",
	"%dportrange %p-%p",
	"tcp %dport %p",
	"udp %dport %p",
	"ip %dhost %h",
	"arp %dhost %h",
	"ip6 %dhost %6",
	"%dhost %6",
	"ip6 %dnet 2001:db8::/32",
	"ip6 %dnet fe80::/10",
	"ether %dhost %m",
	"ether proto 0x0800",
	"ether proto 0x86dd",
	"ip proto %c",
	"ip6 proto %c",
	"proto %c",
	"ether proto %c",
	"less %c",
	"greater %c",
	"%a %r %a",
	"%a %r %a",
	"%a %r %c",
	"%a %r %c",
	"%a & %c %r %c",
	"%a & %c %r 0",
	"%a & %c != 0",
	"%a %r %c",
	"ip broadcast",
	"ether broadcast",
	"ip multicast",
	"ether multicast",
	"ip6 multicast",
	"ip net %n",
	"len %r %c",
	"host %h or %h",
	"port %p or %p",
	"src host %h or dst port %p",
	"not host %h",
	"atalk",
	"stp",
	"ipx",
	"llc",
	"llc u",
};
static const char *const gen_wrap[] = {
	"vlan", "vlan %c", "mpls", "mpls %c", "pppoes", "pppoed", "geneve", "geneve %c",
};
static const char *const gen_access[] = {"ether", "ip",  "tcp",  "udp",   "icmp",
					 "ip6",   "arp", "link", "icmp6", "sctp"};
static const char *const gen_rel[] = {"=", "!=", ">", "<", ">=", "<="};
static const char *const gen_op[] = {"+", "-", "*", "&", "|", "^", "/", "%", "<<", ">>"};
static const char *const gen_dir[] = {"", "src ", "dst ", "src or dst ", "src and dst "};

#define PICK(d, list) ((list)[roll((d), LEN(list))])

static inline u32 gen_number(struct dice *d)
{
	static const u32 few[] = {0,      1,      2,      4,      5,      6,   8,   15,
				  16,     17,     58,     64,     100,    132, 255, 256,
				  0x0800, 0x0806, 0x86dd, 0xff00, 0xffff, 1500};

	switch (roll(d, 12)) {
	case 0:
		return 1u << roll(d, 32);
	case 1:
		return roll(d, 0x7fffffff) * 2 + roll(d, 2);
	case 2:
		return UINT32_MAX << roll(d, 32);
	case 3:
		return roll(d, 64);
	default:
		return PICK(d, few);
	}
}

static inline void gen_arith(struct dice *d, struct buf *to, u32 depth)
{
	static const u32 sizes[] = {1, 2, 4};

	switch (roll(d, depth ? 8 : 3)) {
	case 0:
		buf_printf(to, roll(d, 4) ? "%u" : "0x%x", gen_number(d));
		return;
	case 1:
	case 2:
	case 3:
		if (!roll(d, 10)) {
			buf_puts(to, "len");
			return;
		}
		buf_printf(to, "%s[", PICK(d, gen_access));
		if (depth && !roll(d, 6))
			gen_arith(d, to, depth - 1);
		else
			buf_printf(to, "%u", roll(d, 24));
		buf_printf(to, ":%u]", PICK(d, sizes));
		return;
	case 4:
		buf_puts(to, "-");
		gen_arith(d, to, 0);
		return;
	default:
		break;
	}
	const char *op = PICK(d, gen_op);
	buf_putc(to, '(');
	gen_arith(d, to, depth - 1);
	buf_printf(to, " %s ", op);
	if (*op == '<' || (*op == '>' && roll(d, 8)))
		buf_printf(to, "%u", roll(d, 32));
	else if ((*op == '/' || *op == '%') && roll(d, 2))
		buf_printf(to, "%u", 1 + roll(d, 20));
	else
		gen_arith(d, to, depth - 1);
	buf_putc(to, ')');
}

static inline void gen_fill(struct dice *d, const char *s, struct buf *to)
{
	for (; *s; s++) {
		if (*s != '%') {
			buf_putc(to, *s);
			continue;
		}
		switch (*++s) {
		case 'h':
			buf_puts(to, PICK(d, gen_host));
			break;
		case 'n':
			buf_puts(to, PICK(d, gen_net));
			break;
		case '6':
			buf_puts(to, PICK(d, gen_host6));
			break;
		case 'm':
			buf_puts(to, PICK(d, gen_mac));
			break;
		case 'p':
			buf_printf(to, "%u", PICK(d, gen_port));
			break;
		case 'c':
			buf_printf(to, "%u", roll(d, 3) ? gen_number(d) & 0xff : gen_number(d));
			break;
		case 'a':
			gen_arith(d, to, roll(d, 3));
			break;
		case 'r':
			buf_puts(to, PICK(d, gen_rel));
			break;
		case 'd':
			buf_puts(to, PICK(d, gen_dir));
			break;
		}
	}
}

static inline void gen_filter(struct dice *d, struct buf *to, u32 depth)
{
	u32 n = 1 + roll(d, 3);

	if (!depth) {
		gen_fill(d, roll(d, 25) ? PICK(d, gen_prim) : PICK(d, gen_wrap), to);
		return;
	}
	for (u32 i = 0; i < n; i++) {
		if (i)
			buf_puts(to, roll(d, 2) ? " and " : " or ");
		if (!roll(d, 6))
			buf_puts(to, "not ");
		buf_putc(to, '(');
		gen_filter(d, to, depth - 1);
		buf_putc(to, ')');
	}
}

/* ---- packets ---- */

static inline void gen_put(u8 *p, u32 *n, u32 v, u32 size)
{
	while (size--)
		p[(*n)++] = (u8)(v >> (8 * size));
}

static inline void gen_random(struct dice *d, u8 *p, u32 *n, u32 count)
{
	while (count--)
		p[(*n)++] = roll(d, 3) ? (u8)gen_number(d) : (u8)roll(d, 256);
}

static inline void gen_transport(struct dice *d, u8 *p, u32 *n)
{
	gen_put(p, n, PICK(d, gen_port), 2);
	gen_put(p, n, PICK(d, gen_port), 2);
	gen_random(d, p, n, 20);
}

static inline u32 gen_proto(struct dice *d)
{
	static const u8 protos[] = {6, 6,  6, 17, 17, 17, 132, 1,  58,
				    2, 47, 4, 41, 0,  44, 51,  60, 43};

	return roll(d, 12) ? PICK(d, protos) : roll(d, 256);
}

static inline void gen_ip(struct dice *d, u8 *p, u32 *n)
{
	u32 ihl = roll(d, 5) ? 5 : roll(d, 16), start = *n;

	gen_put(p, n, 0x40 | ihl, 1);
	gen_random(d, p, n, 5);
	gen_put(p, n, roll(d, 4) ? roll(d, 2) * 0x4000 : roll(d, 65536), 2);
	gen_put(p, n, roll(d, 256), 1);
	gen_put(p, n, gen_proto(d), 1);
	gen_random(d, p, n, 2);
	gen_put(p, n, PICK(d, gen_addr), 4);
	gen_put(p, n, PICK(d, gen_addr), 4);
	while (*n - start < ihl * 4)
		gen_random(d, p, n, 1);
	gen_transport(d, p, n);
}

static inline void gen_ip6(struct dice *d, u8 *p, u32 *n)
{
	static const u8 addr[][16] = {{[15] = 1},
				      {0xfe, 0x80, [15] = 1},
				      {0x20, 1, 0x0d, 0xb8, [15] = 1},
				      {0x20, 1, 0x0d, 0xb8, [15] = 2},
				      {0xff, 2, [15] = 1}};

	gen_put(p, n, 0x60000000, 4);
	gen_random(d, p, n, 2);
	gen_put(p, n, gen_proto(d), 1);
	gen_random(d, p, n, 1);
	memcpy(p + *n, PICK(d, addr), 16);
	memcpy(p + *n + 16, PICK(d, addr), 16);
	*n += 32;
	if (!roll(d, 4)) {
		gen_put(p, n, gen_proto(d), 1);
		gen_random(d, p, n, 7);
	}
	gen_transport(d, p, n);
}

static inline void gen_arp(struct dice *d, u8 *p, u32 *n)
{
	gen_put(p, n, 1, 2);
	gen_put(p, n, 0x0800, 2);
	gen_put(p, n, 0x0604, 2);
	gen_put(p, n, 1 + roll(d, 4), 2);
	memcpy(p + *n, PICK(d, gen_mac_bytes), 6);
	*n += 6;
	gen_put(p, n, PICK(d, gen_addr), 4);
	memcpy(p + *n, PICK(d, gen_mac_bytes), 6);
	*n += 6;
	gen_put(p, n, PICK(d, gen_addr), 4);
}

static inline void gen_network(struct dice *d, u8 *p, u32 *n, u32 type)
{
	switch (type) {
	case 0x0800:
		gen_ip(d, p, n);
		return;
	case 0x86dd:
		gen_ip6(d, p, n);
		return;
	case 0x0806:
	case 0x8035:
		gen_arp(d, p, n);
		return;
	default:
		gen_random(d, p, n, 40);
		return;
	}
}

static inline u32 gen_type(struct dice *d)
{
	static const u16 types[] = {0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x8035,
				    0x8864, 0x8863, 0x8847, 100,    0x88a8, 0x809b, 0x0806};

	return roll(d, 15) ? PICK(d, types) : roll(d, 65536);
}

/* An Ethernet frame, maybe tagged, in at most 512 bytes. */
static inline u32 gen_packet(struct dice *d, u8 p[512])
{
	u32 n = 0, type = gen_type(d), tags = roll(d, 5) ? 0 : 1 + roll(d, 2);

	memcpy(p, PICK(d, gen_mac_bytes), 6);
	memcpy(p + 6, PICK(d, gen_mac_bytes), 6);
	n = 12;
	while (tags--) {
		gen_put(p, &n, roll(d, 3) ? 0x8100 : 0x88a8, 2);
		gen_put(p, &n, gen_number(d) & 0xffff, 2);
	}
	gen_put(p, &n, type, 2);
	if (type == 0x8864) {
		gen_put(p, &n, 0x1100, 2);
		gen_put(p, &n, roll(d, 4), 2);
		gen_put(p, &n, 40, 2);
		gen_put(p, &n, roll(d, 2) ? 0x21 : 0x57, 2);
		gen_network(d, p, &n, roll(d, 2) ? 0x0800 : 0x86dd);
	} else if (type == 0x8847) {
		gen_put(p, &n, roll(d, 0x7fffffff) & ~0x100u, roll(d, 2) * 4);
		gen_put(p, &n, roll(d, 0x7fffffff) | 0x100, 4);
		gen_network(d, p, &n, roll(d, 2) ? 0x0800 : 0x86dd);
	} else {
		gen_network(d, p, &n, type);
	}
	for (u32 flips = roll(d, 4) ? 0 : roll(d, 4); flips--;)
		p[roll(d, n)] ^= (u8)(1u << roll(d, 8));
	return roll(d, 3) ? n : roll(d, n + 1);
}

#endif
