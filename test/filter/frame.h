/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of every link type, most of them well formed, from random numbers. */
#ifndef TEST_FILTER_FRAME_H
#define TEST_FILTER_FRAME_H

#include "base/base.h"

static u64 dice = 1;
static struct bytes script; /* decisions that a fuzzer takes, before the dice do */

static inline u32 any(void)
{
	if (script.n >= 2) {
		u32 v = get_le16(script.p);

		script.p += 2;
		script.n -= 2;
		return v * 0x10001u;
	}
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (u32)(dice * 0x2545f4914f6cdd1du >> 32);
}

static inline u32 below(u32 n) { return any() % n; }
static inline bool one_in(u32 n) { return below(n) == 0; }

#define PICK(a) ((a)[below(LEN(a))])

struct frame {
	u8 p[512];
	u32 n;
};

static inline void put(struct frame *f, u32 v, u32 size)
{
	while (size-- && f->n < sizeof(f->p))
		f->p[f->n++] = (u8)(v >> (8 * size));
}

static inline void fill(struct frame *f, u32 n)
{
	while (n--)
		put(f, any(), 1);
}

/* The addresses and numbers that expressions ask for, too. */
static const u32 hosts4[] = {0x0a000001, 0x0a000002, 0xc0a80101, 0xe0000001, 0x0a0000ff};
static const u16 ports[] = {22, 53, 80, 443, 6081, 4789, 2152, 20, 21, 65535};
static const u8 macs[][6] = {{2, 0, 0, 0, 0, 1},
			     {2, 0, 0, 0, 0, 2},
			     {255, 255, 255, 255, 255, 255},
			     {1, 0, 0x5e, 0, 0, 1}};
static const u8 hosts6[][16] = {
	{0x20, 1, 0xd, 0xb8, [15] = 1}, {0xfe, 0x80, [15] = 2}, {0xff, 2, [15] = 1}};
static const u16 types[] = {0x800,  0x800,  0x800,  0x86dd, 0x86dd, 0x806,  0x8035, 0x8100, 0x88a8,
			    0x9100, 0x8847, 0x8863, 0x8864, 0x6003, 0x809b, 0x80f3, 0x8137, 0x42,
			    0xfe,   0xf0,   0xe0,   0x06,   0x6004, 0x600,  0x9000, 0x6558};

static void put_mac(struct frame *f)
{
	const u8 *m = PICK(macs);

	for (u32 i = 0; i < 6; i++)
		put(f, m[i], 1);
}

static void put_type(struct frame *f, u32 type, u32 depth);
static void put_ether(struct frame *f, u32 type, u32 depth);

static void put_snap(struct frame *f, u32 type)
{
	if (type <= 1500 && !one_in(8)) {
		put(f, type << 8 | type, 2);
		put(f, one_in(2) ? 3 : any(), 1);
		return;
	}
	put(f, 0xaaaa03, 3);
	put(f, type == 0x809b && !one_in(4) ? 0x080007 : 0, 3);
	put(f, type, 2);
}

static void put_ether(struct frame *f, u32 type, u32 depth)
{
	put_mac(f);
	put_mac(f);
	if (type > 1500 && !one_in(10)) {
		put(f, type, 2);
	} else {
		put(f, below(1501), 2);
		if (type == 0xe0 && one_in(2))
			put(f, 0xffff, 2);
		else
			put_snap(f, type);
	}
	put_type(f, type, depth);
}

/* Geneve, VXLAN, GTP-U */
static void put_over_udp(struct frame *f, u32 port, u32 depth)
{
	u32 options = below(3), type = one_in(2) ? 0x6558 : PICK(types);
	u32 flags = one_in(2) ? 0 : below(8);

	if (port == 4789) {
		put(f, one_in(6) ? 0 : 0x08000000, 4);
		put(f, 5 << 8, 4);
		put_ether(f, PICK(types), depth);
		return;
	}
	if (port == 2152) {
		put(f, (one_in(8) ? any() : 0x30) | flags, 1);
		put(f, one_in(8) ? any() : 255, 1);
		fill(f, 6);
		fill(f, flags ? 3 : 0);
		put(f, one_in(2) ? 0 : 0x85, flags ? 1 : 0);
		put(f, 0x01001000 | one_in(4), flags & 4 && f->p[f->n - 1] ? 4 : 0);
		put_type(f, one_in(2) ? 0x800 : 0x86dd, depth);
		return;
	}
	put(f, options | (one_in(8) ? 0xc0 : 0), 1);
	put(f, 0, 1);
	put(f, type, 2);
	put(f, 5 << 8, 4);
	fill(f, options * 4);
	if (type == 0x6558)
		put_ether(f, PICK(types), depth);
	else
		put_type(f, type, depth);
}

/* GRE, IP in IP */
static void put_over_ip(struct frame *f, u32 proto, u32 depth)
{
	u32 flags = below(16) << 12, type = one_in(3) ? 0x6558 : PICK(types);

	if (proto != 47) {
		put_type(f, one_in(2) ? 0x800 : 0x86dd, depth);
		return;
	}
	flags &= one_in(8) ? 0xffff : 0xb000;
	put(f, flags, 2);
	put(f, type, 2);
	for (u32 i = (u32)__builtin_popcount(flags & 0xb000); i; i--)
		put(f, 42, 4);
	if (type == 0x6558)
		put_ether(f, PICK(types), depth);
	else
		put_type(f, type, depth);
}

static void put_transport(struct frame *f, u32 proto, u32 depth)
{
	u32 dst = PICK(ports);

	if (proto == 51 || proto == 0 || proto == 43 || proto == 60) {
		u32 next = one_in(3) ? 51 : one_in(2) ? 6 : 17;

		put(f, next, 1);
		put(f, below(3), 1);
		fill(f, 6 + (proto == 51 ? 0 : 8 * below(2)));
		if (depth < 6)
			put_transport(f, next, depth + 1);
		return;
	}
	if (proto == 44) {
		put(f, 6, 1);
		put(f, 0, 1);
		put(f, one_in(2) ? 0 : any(), 2);
		fill(f, 4);
		put_transport(f, 6, depth);
		return;
	}
	if ((proto == 47 || proto == 4 || proto == 41) && depth < 4) {
		put_over_ip(f, proto, depth + 1);
		return;
	}
	put(f, PICK(ports), 2);
	put(f, dst, 2);
	if (proto != 17 || (dst != 6081 && dst != 4789 && dst != 2152) || depth >= 4) {
		fill(f, 20);
		return;
	}
	fill(f, 4);
	put_over_udp(f, dst, depth + 1);
}

static void put_ip4(struct frame *f, u32 depth)
{
	static const u8 protos[] = {6, 6, 6, 17, 17, 17, 132, 1, 2, 9, 50, 51, 103, 112, 47, 4, 89};
	u32 proto = PICK(protos), words = one_in(3) ? 5 + below(4) : 5;

	put(f, (one_in(20) ? below(16) << 4 : 0x40) | (one_in(30) ? below(16) : words), 1);
	put(f, any(), 1);
	put(f, any(), 4);
	put(f, one_in(4) ? any() : one_in(3) ? 0x4000 : 0, 2);
	put(f, any(), 1);
	put(f, proto, 1);
	put(f, any(), 2);
	put(f, PICK(hosts4), 4);
	put(f, PICK(hosts4), 4);
	fill(f, (words - 5) * 4);
	put_transport(f, proto, depth);
}

static void put_ip6(struct frame *f, u32 depth)
{
	static const u8 protos[] = {6, 6, 17, 17, 132, 58, 44, 0, 43, 60, 51, 50, 59, 103, 4};
	u32 proto = PICK(protos);
	const u8 *src = PICK(hosts6), *dst = PICK(hosts6);

	put(f, one_in(20) ? any() : 0x60000000, 4);
	put(f, any(), 2);
	put(f, proto, 1);
	put(f, any(), 1);
	for (u32 i = 0; i < 16; i++)
		put(f, src[i], 1);
	for (u32 i = 0; i < 16; i++)
		put(f, dst[i], 1);
	put_transport(f, proto, depth);
}

static void put_mpls(struct frame *f, u32 depth)
{
	do
		put(f, (one_in(2) ? 100 : 200) << 12 | (one_in(2) ? 0x100 : 0), 4);
	while (one_in(2) && f->n < 200);
	f->p[f->n - 2] |= !one_in(6);
	if (one_in(2))
		put_ip4(f, depth + 1);
	else
		put_ip6(f, depth + 1);
}

static void put_ppp(struct frame *f, u32 depth)
{
	u32 what = below(8);

	put(f, what < 3 ? 0x21 : what < 5 ? 0x57 : what == 5 ? 0x281 : what == 6 ? 0x2f : 0x23, 2);
	put_type(f, what < 3 ? 0x800 : what < 5 ? 0x86dd : what == 5 ? 0x8847 : 0xfe, depth + 1);
}

static void put_decnet(struct frame *f)
{
	static const u8 flags[] = {0x02, 0x06, 0x81};

	fill(f, 2);
	put(f, PICK(flags), 1);
	if (one_in(3))
		put(f, one_in(2) ? 2 : 6, 1);
	for (u32 i = 0; i < 12; i++)
		put(f, one_in(2) ? 0x0104 : 0x0204, 2);
}

static void put_osi(struct frame *f)
{
	static const u8 nlpid[] = {0x81, 0x82, 0x83, 0x83, 0x83},
			pdu[] = {15, 16, 17, 18, 20, 24, 25, 26, 27};

	if (one_in(3))
		put(f, 3, 1);
	put(f, PICK(nlpid), 1);
	fill(f, 3);
	put(f, PICK(pdu), 1);
	fill(f, 10);
}

static void put_type(struct frame *f, u32 type, u32 depth)
{
	if (depth > 5)
		return;
	switch (type) {
	case 0x800:
		put_ip4(f, depth);
		return;
	case 0x86dd:
		put_ip6(f, depth);
		return;
	case 0x806:
	case 0x8035:
		put(f, 0x00010800, 4);
		put(f, 0x06040001, 4);
		put_mac(f);
		put(f, PICK(hosts4), 4);
		put_mac(f);
		put(f, PICK(hosts4), 4);
		return;
	case 0x8100:
	case 0x88a8:
	case 0x9100:
		put(f, (any() & 0xf000) | (one_in(2) ? 100 : 200), 2);
		type = PICK(types);
		put(f, type, 2);
		put_type(f, type, depth + 1);
		return;
	case 0x8847:
		put_mpls(f, depth);
		return;
	case 0x8864:
		put(f, 0x1100, 2);
		put(f, one_in(2) ? 7 : any(), 2);
		put(f, any(), 2);
		put_ppp(f, depth);
		return;
	case 0x6003:
		put_decnet(f);
		return;
	case 0xfe:
		put_osi(f);
		return;
	default:
		fill(f, below(40));
	}
}

static void put_wlan(struct frame *f, u32 type)
{
	u32 kind = one_in(4) ? below(3) : 2, sub = one_in(2) ? 0 : below(16), ds = below(4);

	put(f, sub << 4 | kind << 2 | (one_in(20) ? below(4) : 0), 1);
	put(f, ds | (any() & 0x40), 1);
	fill(f, 2);
	put_mac(f);
	put_mac(f);
	put_mac(f);
	fill(f, 2);
	if (ds == 3 && one_in(2))
		put_mac(f);
	if (sub & 8)
		fill(f, 2);
	if (one_in(6))
		fill(f, 2);
	put_snap(f, type);
	put_type(f, type, 0);
}

static void put_radiotap(struct frame *f, u32 len_field)
{
	u32 present = one_in(2) ? 0x2f : any(), n = 8 + 4 * below(6);

	put(f, 0, 2);
	put(f, one_in(20) ? any() : (n & 255) << 8, 2);
	if (len_field) {
		put(f, one_in(8) ? any() : 0x69000000, 4);
	} else {
		put(f, (present & 0x7f) << 24 | (one_in(10) ? 0x80 : 0) | (any() & 0xffff00), 4);
	}
	fill(f, n - 8);
	if (!len_field && f->n > 16 && one_in(2)) {
		f->p[8] |= 0x20;
		f->p[16] |= 0x20;
	}
}

static void put_avs(struct frame *f)
{
	u32 n = 8 + 4 * below(15);

	put(f, 0x80211000 + below(3), 4);
	put(f, one_in(20) ? any() : n, 4);
	fill(f, n - 8);
}

static u32 arcnet_type(u32 type)
{
	switch (type) {
	case 0x800:
		return one_in(2) ? 212 : 240;
	case 0x806:
		return one_in(2) ? 213 : 241;
	case 0x86dd:
		return 0xc4;
	case 0x8035:
		return 214;
	default:
		return 221;
	}
}

/* The link header for a protocol, and the protocol. */
static void put_link(struct frame *f, u32 link, u32 type)
{
	static const u32 af6[] = {10, 24, 28, 30};
	u32 af = type == 0x800 ? 2 : type == 0x86dd ? PICK(af6) : below(40);

	switch (link) {
	case 0:
	case 109:
		put(f, __builtin_bswap32(af), 4);
		fill(f, link ? 8 : 0);
		break;
	case 108:
		put(f, af, 4);
		break;
	case 1:
		put_ether(f, type, 0);
		return;
	case 240:
		fill(f, 4);
		put_ether(f, type, 0);
		return;
	case 241:
		fill(f, 12);
		put_ether(f, type, 0);
		return;
	case 6:
	case 10:
	case 122:
		fill(f, link == 10 ? 1 : 2);
		put_mac(f);
		put_mac(f);
		fill(f, link == 122 ? 2 : 0);
		put_snap(f, type);
		break;
	case 7:
	case 129:
		put(f, below(3), 1);
		put(f, below(3), 1);
		fill(f, link == 7 ? 0 : 2);
		put(f, arcnet_type(type), 1);
		fill(f, 3);
		break;
	case 8:
		put(f, below(2), 1);
		fill(f, 15);
		break;
	case 102:
		fill(f, 24);
		break;
	case 9:
	case 50:
	case 166:
		put(f, link == 166 ? below(2) << 8 | 3 : 0xff03, 2);
		put_ppp(f, 0);
		return;
	case 51:
		fill(f, 6);
		put_ppp(f, 0);
		return;
	case 103:
		fill(f, 5);
		put(f, type == 0x800 ? 0x21 : 0x57, 2);
		fill(f, 17);
		break;
	case 100:
	case 106:
		put_snap(f, type);
		break;
	case 104:
	case 112:
		put(f, 0x0f00, 2);
		put(f, type == 0xfe ? 0xfefe : type, 2);
		break;
	case 105:
		put_wlan(f, type);
		return;
	case 119:
		if (one_in(2))
			put_avs(f);
		else
			fill(f, 144);
		put_wlan(f, type);
		return;
	case 163:
		put_avs(f);
		put_wlan(f, type);
		return;
	case 127:
	case 192:
		put_radiotap(f, link == 192);
		put_wlan(f, type);
		return;
	case 107:
		fill(f, 2);
		put(f, type == 0x800 ? 0x3cc : type == 0x86dd ? 0x38e : 0x381 + below(3), 2);
		break;
	case 113:
		put(f, below(6), 2);
		fill(f, 12);
		put(f, type <= 1500 ? (one_in(3) ? 1 : 4) : type, 2);
		if (type <= 1500)
			put_snap(f, type);
		break;
	case 276:
		put(f, type, 2);
		fill(f, 2);
		put(f, below(3), 4);
		fill(f, 2);
		put(f, below(6), 1);
		fill(f, 9);
		break;
	case 117: {
		u32 n = one_in(3) ? 61 + below(40) : 61;
		u32 from = f->n;

		put(f, n, 1);
		put(f, type == 0x86dd ? 10 : 2, 1);
		put(f, below(4), 1);
		put(f, below(4), 1);
		put(f, 0x656d3000, 4); /* em0 */
		fill(f, 12);
		put(f, 0x6d796b65, 4); /* myke */
		fill(f, 12);
		put(f, below(3), 4);
		put(f, below(3), 4);
		fill(f, 16);
		put(f, below(3), 1);
		fill(f, ((n + 3) & ~3u) - (f->n - from));
		break;
	}
	case 123:
		put(f, one_in(2) ? 2 : one_in(2) ? 1 : any(), 1);
		put(f, one_in(2) ? 0 : below(4), 1);
		put(f, one_in(4) ? 16 : below(7), 2);
		if ((f->p[0] & 15) == 1) {
			put(f, one_in(4) ? 0xff00 : 1, 2);
			put_ether(f, type, 0);
			return;
		}
		if (one_in(4)) {
			static const u8 messages[] = {5, 2, 7, 15, 0x4d, 0x5a};

			fill(f, 5);
			put(f, PICK(messages), 1);
			fill(f, 20);
			return;
		}
		put_snap(f, type);
		break;
	case 138:
		fill(f, 16);
		put(f, type, 2);
		break;
	case 99:
		fill(f, 6);
		put(f, type, 2);
		fill(f, 36);
		break;
	case 226:
		put(f, 1, 1);
		put(f, type == 0x800 ? 2 : 26, 1);
		put(f, 1 + below(2), 2);
		fill(f, 20);
		break;
	case 139:
	case 197:
		fill(f, link == 139 ? 4 : 20);
		/* fall through */
	case 140:
		fill(f, 2);
		put(f, one_in(2) ? below(5) : any(), 1);
		put(f, one_in(2) ? 0x85 : any(), 1);
		put(f, one_in(2) ? 0 : any(), 2);
		put(f, 0x05400010, 4);
		fill(f, 10);
		return;
	case 165:
		put(f, 0x55ff, 2);
		fill(f, 20);
		return;
	case 101:
	case 228:
	case 229:
	case 114:
		break;
	default: /* Juniper and others */
		put(f, one_in(4) ? any() : 0x4d474300 + below(4), 4);
		fill(f, 4 * below(6));
		break;
	}
	put_type(f, type, 0);
}

/* A frame, sometimes damaged, sometimes cut. */
static void make_frame(struct frame *f, u32 link)
{
	f->n = 0;
	if (one_in(20))
		fill(f, below(200));
	else
		put_link(f, link, PICK(types));
	for (u32 i = one_in(3) ? below(4) : 0; i && f->n; i--)
		f->p[below(f->n)] ^= (u8)(1 << below(8));
	if (one_in(3))
		f->n = below(f->n + 1);
}

#endif
