/* SPDX-License-Identifier: BSD-2-Clause */
/* ATM with SunATM's header of 4 bytes: direction and traffic type, VPI, VCI.
 * LANE inside: two bytes, then an Ethernet frame. */
#include "filter/gen.h"

enum { PT_LANE = 1, PT_LLC = 2, VCI_METAC = 1, VCI_SC = 5 };

static bool is_atm(const struct gen *g) { return g->outer->nr == LT_SUNATM; }

static struct pred *traffic(struct gen *g, u32 type)
{
	return gen_masked(g, W_HDR, 0, 1, 0x0f, type);
}

static struct pred *atm_proto(struct gen *g, u32 proto)
{
	return gen_and(g, traffic(g, PT_LLC), gen_llc_proto(g, proto));
}

/* What follows is about LLC again, even behind `lane`. */
static struct pred *atm_llc(struct gen *g)
{
	struct pred *p = traffic(g, PT_LLC);

	g->link = g->prev;
	return p;
}

const struct medium medium_sunatm = {
	.proto = atm_proto,
	.llc = atm_llc,
};

static struct pred *vpi(struct gen *g, u32 v) { return gen_eq(g, W_HDR, 1, 1, v); }

static struct pred *vci(struct gen *g, u32 v) { return gen_eq(g, W_HDR, 2, 2, v); }

static struct pred *circuit(struct gen *g, u32 v) { return gen_and(g, vpi(g, 0), vci(g, v)); }

static struct pred *lane(struct gen *g)
{
	struct pred *p = traffic(g, PT_LANE);

	gen_push(g, LT_ETHERNET, (struct off){NULL, 6});
	g->type = (struct off){NULL, 18};
	g->payload = (struct off){NULL, 20};
	g->net = 0;
	g->nosnap = 3;
	return p;
}

static struct pred *oam_f4(struct gen *g)
{
	return gen_and(g, vpi(g, 0), gen_or(g, vci(g, 3), vci(g, 4)));
}

/* Q.2931: setup, call proceeding, connect, connect ack, release, release done */
static struct pred *signalling(struct gen *g, u32 on, bool ack)
{
	static const u8 message[] = {0x05, 0x02, 0x07, 0x4d, 0x5a, 0x0f};
	struct pred *any = gen_eq(g, W_HDR, 9, 1, message[0]);

	for (u32 i = 1; i < (ack ? 6 : 5); i++)
		any = gen_or(g, any, gen_eq(g, W_HDR, 9, 1, message[i]));
	return gen_and(g, circuit(g, on), any);
}

struct pred *gen_atm(struct gen *g, const struct tree *t)
{
	if (!is_atm(g))
		gen_refuse(g, "this is about ATM (SunATM); the link type is %s", gen_linkname(g));
	switch ((enum atm_type)t->num) {
	case ATM_METAC:
		return circuit(g, VCI_METAC);
	case ATM_BCC:
		return circuit(g, 2);
	case ATM_SC:
		return circuit(g, VCI_SC);
	case ATM_ILMIC:
		return circuit(g, 16);
	case ATM_OAMF4SC:
		return circuit(g, 3);
	case ATM_OAMF4EC:
		return circuit(g, 4);
	case ATM_LANE:
		return lane(g);
	case ATM_OAM:
	case ATM_OAMF4:
		return oam_f4(g);
	case ATM_CONNECTMSG:
		return signalling(g, VCI_SC, true);
	case ATM_METACONNECT:
		return signalling(g, VCI_METAC, false);
	}
	return NULL;
}

struct pred *gen_atm_field(struct gen *g, const struct tree *t)
{
	if (!is_atm(g))
		gen_refuse(g, "vpi and vci are fields of ATM (SunATM); this is %s",
			   gen_linkname(g));
	if (t->field == F_VPI)
		return gen_cmp(g, W_HDR, 1, 1, t->rel, t->num);
	return gen_cmp(g, W_HDR, 2, 2, t->rel, t->num);
}
