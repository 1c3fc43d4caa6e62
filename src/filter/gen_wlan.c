/* SPDX-License-Identifier: BSD-2-Clause */
/* 802.11: headers of variable length, and addresses whose places depend on the
 * kind of frame.
 *
 *	 frame control 0           1
 *	| subtype:4 | type:2 | v:2 | ... fromds:1 tods:1 |
 *	type 0 management, 1 control, 2 data; bit 7 of a data frame: QoS
 *
 * Lengths are computed without branches, such that just those bytes are read
 * that libpcap's branching code reads. */
#include "filter/gen.h"

bool gen_is_wlan(const struct gen *g) { return g->link->medium == &medium_wlan; }

static struct val *bit(struct gen *g, struct val *x, u32 nr)
{
	return gen_op_k(g, V_AND, gen_op_k(g, V_RSH, x, nr), 1);
}

static struct val *packet(struct gen *g, struct val *off, u32 k, u32 size)
{
	return val_load(g->f, off, k, size);
}

/* Prism headers have 144 bytes; some drivers write an AVS header instead. */
static struct val *prism_len(struct gen *g)
{
	struct val *cookie = gen_op_k(g, V_AND, packet(g, NULL, 0, 4), 0xfffff000);
	struct val *avs = gen_is_zero(g, gen_op_k(g, V_XOR, cookie, 0x80211000));
	struct val *len = packet(g, gen_op_k(g, V_MUL, avs, 4), 0, 4);

	len = gen_op(g, V_MUL, avs, gen_op_k(g, V_SUB, len, 144));
	return gen_op_k(g, V_ADD, len, 144);
}

static struct val *radio_len(struct gen *g)
{
	struct val *high = gen_op_k(g, V_LSH, packet(g, NULL, 3, 1), 8);

	return gen_op(g, V_OR, high, packet(g, NULL, 2, 1));
}

/* 3 if the radiotap flags say that the 802.11 header is padded to a multiple of
 * 4. Words other than the first of the presence bits are not understood. */
static struct val *padding(struct gen *g, struct val *data)
{
	struct val *present = packet(g, gen_op_k(g, V_MUL, data, 4), 0, 4);
	struct val *known = gen_op(g, V_AND, data, bit(g, present, 25));
	struct val *more = gen_op_k(g, V_XOR, bit(g, present, 7), 1);
	struct val *off;

	known = gen_op(g, V_AND, known, more);
	off = gen_op_k(g, V_MUL, gen_op_k(g, V_ADD, bit(g, present, 24), 1), 8);
	off = gen_op(g, V_MUL, known, off);
	return gen_op_k(g, V_MUL, gen_op(g, V_AND, known, bit(g, packet(g, off, 0, 1), 5)), 3);
}

static struct val *header_len(struct gen *g)
{
	struct val *hdr = g->hdr.var, *fc = packet(g, hdr, 0, 1), *end, *pad, *data;

	data = gen_op(g, V_AND, bit(g, fc, 3), gen_op_k(g, V_XOR, bit(g, fc, 2), 1));
	end = gen_op_k(g, V_MUL, gen_op(g, V_AND, data, bit(g, fc, 7)), 2);
	end = gen_op_k(g, V_ADD, end, 24);
	if (hdr)
		end = gen_op(g, V_ADD, hdr, end);
	if (g->link->nr != LT_RADIOTAP)
		return end;
	pad = padding(g, data);
	return gen_op(g, V_AND, gen_op(g, V_ADD, end, pad), gen_op_k(g, V_XOR, pad, UINT32_MAX));
}

void gen_wlan_init(struct gen *g)
{
	switch (g->link->nr) {
	case LT_PRISM:
		g->hdr.var = prism_len(g);
		break;
	case LT_AVS:
		g->hdr.var = packet(g, NULL, 4, 4);
		break;
	case LT_RADIOTAP:
	case LT_PPI:
		g->hdr.var = radio_len(g);
		break;
	}
	g->var_hdr = g->hdr.var;
	g->var_payload = g->payload.var = header_len(g);
}

static struct pred *fc_has(struct gen *g, u32 byte, u32 bits)
{
	return gen_set(g, W_HDR, byte, 1, bits);
}

static struct pred *fc_lacks(struct gen *g, u32 byte, u32 bits)
{
	return gen_not(g, fc_has(g, byte, bits));
}

static struct pred *data_frame(struct gen *g)
{
	return gen_and(g, fc_lacks(g, 0, 0x04), fc_has(g, 0, 0x08));
}

static struct pred *wlan_proto(struct gen *g, u32 proto)
{
	return gen_and(g, data_frame(g), gen_llc_proto(g, proto));
}

/* The address at `off` is mac; without mac: is a multicast address. */
static struct pred *addr(struct gen *g, u32 off, const u8 *mac)
{
	return mac ? gen_bytes(g, W_HDR, off, mac, 6) : fc_has(g, off, 1);
}

/* where byte & bits is clear: the address at `off`; where it is set: p */
static struct pred *either(struct gen *g, u32 byte, u32 bits, u32 off, const u8 *mac,
			   struct pred *p)
{
	struct pred *clear = gen_and(g, fc_lacks(g, byte, bits), addr(g, off, mac));

	return gen_or(g, clear, gen_and(g, fc_has(g, byte, bits), p));
}

static struct pred *wlan_src(struct gen *g, const u8 *mac)
{
	struct pred *p = either(g, 1, 1, 16, mac, addr(g, 24, mac));

	p = either(g, 1, 2, 10, mac, p);
	return gen_and(g, fc_lacks(g, 0, 4), either(g, 0, 8, 10, mac, p));
}

static struct pred *wlan_dst(struct gen *g, const u8 *mac)
{
	struct pred *p = either(g, 1, 1, 4, mac, addr(g, 16, mac));

	return gen_and(g, fc_lacks(g, 0, 4), either(g, 0, 8, 4, mac, p));
}

static struct pred *fc0_not(struct gen *g, u32 mask, u32 value)
{
	return gen_not(g, gen_masked(g, W_HDR, 0, 1, mask, value));
}

/* Control frames of the kinds CTS and ACK have no second address. */
static struct pred *has_addr2(struct gen *g)
{
	struct pred *p = gen_and(g, fc0_not(g, 0xf0, 0xc0), fc0_not(g, 0xf0, 0xd0));

	return gen_or(g, fc0_not(g, 0x0c, 0x04), p);
}

static struct pred *wlan_host(struct gen *g, const u8 mac[6], enum dir dir)
{
	switch (dir) {
	case D_SRC:
		return wlan_src(g, mac);
	case D_DST:
		return wlan_dst(g, mac);
	case D_AND:
		return gen_and(g, wlan_src(g, mac), wlan_dst(g, mac));
	case D_DEFAULT:
	case D_OR:
		return gen_or(g, wlan_src(g, mac), wlan_dst(g, mac));
	case D_ADDR1:
		return addr(g, 4, mac);
	case D_ADDR2:
		return gen_and(g, has_addr2(g), addr(g, 10, mac));
	case D_ADDR3:
		return gen_and(g, fc0_not(g, 0x0c, 0x04), addr(g, 16, mac));
	case D_ADDR4:
		return gen_and(g, gen_masked(g, W_HDR, 1, 1, 3, 3), addr(g, 24, mac));
	case D_RA:
		return gen_and(g, fc_has(g, 0, 8), addr(g, 4, mac));
	case D_TA:
		return gen_and(g, gen_and(g, fc_has(g, 0, 8), has_addr2(g)), addr(g, 10, mac));
	}
	return NULL;
}

static struct pred *wlan_broadcast(struct gen *g)
{
	static const u8 all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	return wlan_dst(g, all);
}

static struct pred *wlan_multicast(struct gen *g) { return wlan_dst(g, NULL); }

const struct medium medium_wlan = {
	.proto = wlan_proto,
	.host = wlan_host,
	.multicast = wlan_multicast,
	.broadcast = wlan_broadcast,
	.llc = data_frame,
	.ip6 = {W_LLC, 6, 2, 1},
	.vlan = true,
};

static void need_wlan(struct gen *g, const char *what)
{
	if (!gen_is_wlan(g) || g->link->nr == LT_PPI)
		gen_refuse(g, "`%s` is known on 802.11 only; this is %s", what, gen_linkname(g));
}

struct pred *gen_wlan_type(struct gen *g, const struct tree *t)
{
	need_wlan(g, "type");
	return gen_masked(g, W_HDR, 0, 1, t->num2, t->num);
}

struct pred *gen_wlan_dir(struct gen *g, const struct tree *t)
{
	need_wlan(g, "dir");
	return gen_masked(g, W_HDR, 1, 1, 3, t->num);
}
