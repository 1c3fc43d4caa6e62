/* SPDX-License-Identifier: BSD-2-Clause */
/* 802.11: headers of variable length, and addresses whose places depend on the
 * kind of frame.
 *
 *	 frame control 0           1
 *	| subtype:4 | type:2 | v:2 | ... fromds:1 tods:1 |
 *	type 0 management, 1 control, 2 data; bit 7 of a data frame: QoS
 *
 * The lengths of both headers are put into cells before all else. */
#include "filter/gen.h"

bool gen_is_wlan(const struct gen *g) { return g->link->medium == &medium_wlan; }

static struct pred *always(struct gen *g, struct val *cell, struct val *base, u32 k)
{
	return gen_put(g, cell, base ? gen_op_k(g, V_ADD, base, k) : val_const(g->f, k));
}

/* Prism headers have 144 bytes; some drivers write an AVS header instead. */
static struct pred *prism_len(struct gen *g)
{
	struct pred *avs = gen_masked(g, W_PACKET, 0, 4, 0xfffff000, 0x80211000);

	avs = gen_and(g, avs, gen_put(g, g->var_hdr, gen_load(g, W_PACKET, 4, 4)));
	return gen_or(g, avs, always(g, g->var_hdr, NULL, 144));
}

struct pred *gen_wlan_hdr(struct gen *g)
{
	struct val *high;

	if (g->outer->nr == LT_PRISM)
		return prism_len(g);
	if (g->outer->nr == LT_AVS)
		return gen_put(g, g->var_hdr, gen_load(g, W_PACKET, 4, 4));
	high = gen_op_k(g, V_LSH, gen_load(g, W_PACKET, 3, 1), 8);
	return gen_put(g, g->var_hdr, gen_op(g, V_OR, high, gen_load(g, W_PACKET, 2, 1)));
}

static struct pred *fc0(struct gen *g, u32 bits)
{
	struct val *v = gen_at(g, (struct off){g->var_hdr, 0}, 0, 1);

	return pred_test_k(g->f, v, C_SET, bits, g->at);
}

/* The radiotap flags, at 8 or behind a time stamp at 16, say whether the 802.11
 * header is padded. Presence bits beyond the first word are not understood. */
static struct pred *is_padded(struct gen *g)
{
	struct pred *known = gen_and(g, gen_set(g, W_PACKET, 4, 4, 0x02000000),
				     gen_not(g, gen_set(g, W_PACKET, 4, 4, 0x00000080)));
	struct pred *stamp = gen_set(g, W_PACKET, 4, 4, 0x01000000);
	struct pred *late = gen_and(g, stamp, gen_set(g, W_PACKET, 16, 1, 0x20));
	struct pred *soon = gen_and(g, gen_not(g, stamp), gen_set(g, W_PACKET, 8, 1, 0x20));

	return gen_and(g, known, gen_or(g, late, soon));
}

/* Data frames with QoS have 2 bytes more. */
static struct pred *data_len(struct gen *g, struct val *to)
{
	struct pred *qos = gen_and(g, fc0(g, 0x80), always(g, to, g->var_hdr, 26));

	return gen_or(g, qos, always(g, to, g->var_hdr, 24));
}

static struct pred *padded_len(struct gen *g)
{
	struct val *len = val_cell(g->f, UINT16_MAX + 26);
	struct val *up = gen_op_k(g, V_AND, gen_op_k(g, V_ADD, len, 3), ~3u);
	struct pred *p = gen_and(g, is_padded(g), gen_put(g, g->var_payload, up));

	return gen_and(g, data_len(g, len), gen_or(g, p, gen_put(g, g->var_payload, len)));
}

/* Frames of other kinds stand apart, so that what is known of them lasts. */
struct pred *gen_wlan_payload(struct gen *g)
{
	struct pred *other = always(g, g->var_payload, g->var_hdr, 24);
	struct pred *odd = gen_and(g, fc0(g, 0x04), other);
	struct pred *low = gen_and(g, gen_not(g, fc0(g, 0x08)), other);
	bool pads = g->outer->nr == LT_RADIOTAP;

	return gen_or(g, gen_or(g, odd, low), pads ? padded_len(g) : data_len(g, g->var_payload));
}

void gen_wlan_init(struct gen *g)
{
	static const u32 max[][2] = {{LT_RADIOTAP, UINT16_MAX},
				     {LT_PPI, UINT16_MAX},
				     {LT_PRISM, UINT32_MAX},
				     {LT_AVS, UINT32_MAX}};
	u32 most = 0;

	for (size_t i = 0; i < LEN(max); i++)
		if (max[i][0] == g->link->nr)
			g->hdr.var = val_cell(g->f, most = max[i][1]);
	g->var_hdr = g->hdr.var;
	most = most > UINT16_MAX ? most : most + 28;
	g->var_payload = g->payload.var = val_cell(g->f, most);
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
