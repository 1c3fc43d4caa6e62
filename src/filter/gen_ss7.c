/* SPDX-License-Identifier: BSD-2-Clause */
/* SS7: MTP2 signal units by their length indicator, MTP3 fields.
 *
 *	 0      1      2       3     4        5        6        7
 *	| BSN  | FSN  | li:6  | SIO | dpc:8  | opc:2 dpc:6 | opc:8 | sls:4 opc:4 |
 *
 * High-speed links have sequence numbers of 2 bytes each and a length of 9
 * bits: everything else is 3 bytes later. */
#include "filter/gen.h"

static u32 start(struct gen *g, const struct link *l)
{
	switch (l->nr) {
	case LT_MTP2:
		return 0;
	case LT_MTP2_PHDR:
		return 4;
	case LT_ERF:
		return 20;
	default:
		gen_refuse(g, "this is about SS7 (MTP2); the link type is %s", gen_linkname(g));
	}
}

static struct pred *length(struct gen *g, u32 base, bool fast, enum rel rel, u32 k)
{
	struct val *v = gen_load(g, W_PACKET, base + (fast ? 4 : 2), fast ? 2 : 1);

	v = gen_op_k(g, V_AND, v, fast ? 0xff80 : 0x3f);
	return pred_rel(g->f, v, rel, val_const(g->f, k), g->at);
}

struct pred *gen_ss7(struct gen *g, const struct tree *t)
{
	u32 base = start(g, g->link), few = t->num >= SS7_HFISU ? 0x100 : 2;
	bool fast = t->num >= SS7_HFISU;

	switch ((enum ss7_type)t->num) {
	case SS7_FISU:
	case SS7_HFISU:
		return length(g, base, fast, R_EQ, 0);
	case SS7_LSSU:
	case SS7_HLSSU:
		return gen_and(g, length(g, base, fast, R_GT, 0), length(g, base, fast, R_LE, few));
	case SS7_MSU:
	case SS7_HMSU:
		return length(g, base, fast, R_GT, few);
	}
	return NULL;
}

static u32 opc_bits(u32 v) { return (v & 0x3c00) >> 10 | (v & 0x3fc) << 6 | (v & 3) << 22; }

static u32 dpc_bits(u32 v) { return (v & 0xff) << 24 | (v & 0x3f00) << 8; }

static u32 sls_bits(u32 v) { return v << 4; }

static u32 sio_bits(u32 v) { return v; }

struct pred *gen_ss7_field(struct gen *g, const struct tree *t)
{
	static const struct {
		const char *name;
		u32 max, at, size, mask;
		u32 (*bits)(u32);
	} fields[] = {
		{"sio", 255, 3, 1, UINT32_MAX, sio_bits},
		{"opc", 16383, 4, 4, 0x00c0ff0f, opc_bits},
		{"dpc", 16383, 4, 4, 0xff3f0000, dpc_bits},
		{"sls", 15, 7, 1, 0xf0, sls_bits},
	};
	bool fast = t->field >= F_HSIO;
	u32 i = t->field - (fast ? F_HSIO : F_SIO);
	u32 at = start(g, g->outer) + fields[i].at + (fast ? 3 : 0);

	if (t->num > fields[i].max)
		filter_fail(g->f, OB_RANGE, g->at, "%s %u; the largest is %u", fields[i].name,
			    t->num, fields[i].max);
	struct val *v =
		gen_op_k(g, V_AND, gen_load(g, W_PACKET, at, fields[i].size), fields[i].mask);
	return pred_rel(g->f, v, t->rel, val_const(g->f, fields[i].bits(t->num)), g->at);
}
