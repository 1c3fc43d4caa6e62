/* SPDX-License-Identifier: BSD-2-Clause */
/* The small primitives: lengths, direction, interface, PF logs, LLC, byte. */
#include "filter/gen.h"

#include <strings.h>

struct word {
	const char *name;
	u32 v;
};

static u32 find(struct gen *g, const struct word *in, const char *name, const char *what)
{
	const char *list[32];
	u32 n = 0;

	for (const struct word *w = in; w->name; w++) {
		if (!strcasecmp(w->name, name))
			return w->v;
		list[n++] = w->name;
	}
	list[n] = NULL;
	const char *near = word_nearest(name, list);
	struct ob_err *err = filter_err(g->f, OB_NAME, g->at, "unknown %s `%s`", what, name);
	filter_fail_err(g->f, near ? err_hint(err, "did you mean `%s`?", near) : err);
}

/* ---- what the kernel knows of a packet ---- */

static struct pred *beside(struct gen *g, enum cb_anc anc, u32 v, const char *what)
{
	if (!g->f->opts->live)
		gen_refuse(g, "a capture of type %s does not hold the %s; a live capture does",
			   gen_linkname(g), what);
	return pred_test_k(g->f, val_anc(g->f, anc), C_EQ, v, g->at);
}

static struct pred *direction(struct gen *g, bool out)
{
	if (g->link->medium->outbound)
		return g->link->medium->outbound(g, out);
	struct pred *p = beside(g, CA_PKTTYPE, 4, "direction");
	return out ? p : gen_not(g, p);
}

static struct pred *ifindex(struct gen *g, u32 nr)
{
	if (g->link->nr == LT_SLL2)
		return gen_eq(g, W_HDR, 4, 4, nr);
	return beside(g, CA_IFINDEX, nr, "interface");
}

/* ---- PF logs: length, family, action, reason, ifname[16], ruleset[16],
 * rule number, subrule number, uid, pid, rule uid, rule pid, direction ---- */

enum {
	PF_ACTION = 2,
	PF_REASON = 3,
	PF_IFNAME = 4,
	PF_RULESET = 20,
	PF_RULE = 36,
	PF_SUBRULE = 40,
	PF_NAME_MAX = 15
};

static const struct word pf_reasons[] = {
	{"match", 0},        {"bad-offset", 1},  {"fragment", 2},        {"short", 3},
	{"normalize", 4},    {"memory", 5},      {"bad-timestamp", 6},   {"congestion", 7},
	{"ip-option", 8},    {"proto-cksum", 9}, {"state-mismatch", 10}, {"state-insert", 11},
	{"state-limit", 12}, {"src-limit", 13},  {"synproxy", 14},       {NULL, 0},
};

static const struct word pf_actions[] = {
	{"pass", 0},    {"accept", 0}, {"drop", 1},           {"block", 1}, {"scrub", 2},
	{"noscrub", 3}, {"nat", 4},    {"nonat", 5},          {"binat", 6}, {"nobinat", 7},
	{"rdr", 8},     {"nordr", 9},  {"synproxy-drop", 10}, {NULL, 0},
};

static struct pred *pf_name(struct gen *g, u32 at, const char *name)
{
	size_t n = strlen(name);

	if (n > PF_NAME_MAX)
		filter_fail(g->f, OB_RANGE, g->at, "a name of %zu bytes; PF has %d", n,
			    PF_NAME_MAX);
	return gen_bytes(g, W_HDR, at, (const u8 *)name, (u32)n);
}

static u32 pf_number(struct gen *g, const struct tree *t, const struct word *in, const char *what)
{
	return t->has_num ? t->num : find(g, in, t->s, what);
}

static struct pred *pf(struct gen *g, const struct tree *t)
{
	if (g->link->nr != LT_PFLOG)
		gen_refuse(g, "this is about PF logs; the link type is %s", gen_linkname(g));
	switch (t->prim) {
	case PR_PF_IFNAME:
		return pf_name(g, PF_IFNAME, t->s);
	case PR_PF_RSET:
		return pf_name(g, PF_RULESET, t->s);
	case PR_PF_RNR:
		return gen_eq(g, W_HDR, PF_RULE, 4, t->num);
	case PR_PF_SRNR:
		return gen_eq(g, W_HDR, PF_SUBRULE, 4, t->num);
	case PR_PF_REASON:
		return gen_eq(g, W_HDR, PF_REASON, 1, pf_number(g, t, pf_reasons, "reason"));
	default:
		return gen_eq(g, W_HDR, PF_ACTION, 1, pf_number(g, t, pf_actions, "action"));
	}
}

/* ---- LLC: the control byte says I (bit 0 clear), S (01) or U (11) ---- */

/* Bits under a mask, in one number: mask << 8 | bits. */
static const struct word llc_kinds[] = {
	{"s", 0x0301},    {"u", 0x0303},   {"rr", 0x0f01},   {"rnr", 0x0f05}, {"rej", 0x0f09},
	{"ui", 0xef03},   {"ua", 0xef63},  {"disc", 0xef43}, {"dm", 0xef0f},  {"sabme", 0xef6f},
	{"test", 0xefe3}, {"xid", 0xefaf}, {"frmr", 0xef87}, {"i", 0x0100},   {NULL, 0},
};

static struct pred *llc(struct gen *g, const char *kind)
{
	if (!g->link->medium->llc)
		gen_refuse(g, "`llc` is not known on %s", gen_linkname(g));
	u32 bits = kind ? find(g, llc_kinds, kind, "kind of LLC frame") : 0;
	struct pred *p = g->link->medium->llc(g);
	return kind ? gen_and(g, p, gen_masked(g, W_LLC, 2, 1, bits >> 8, bits & 0xff)) : p;
}

/* ---- bytes and lengths ---- */

static struct pred *byte(struct gen *g, const struct tree *t)
{
	struct val *v = gen_load(g, W_HDR, t->num, 1);

	switch (t->ch) {
	case '<':
		return pred_rel(g->f, v, R_LT, val_const(g->f, t->num2), g->at);
	case '>':
		return pred_test_k(g->f, v, C_GT, t->num2, g->at);
	case '=':
		return pred_test_k(g->f, v, C_EQ, t->num2, g->at);
	default:
		v = gen_op_k(g, t->ch == '|' ? V_OR : V_AND, v, t->num2);
		return gen_not(g, pred_test_k(g->f, v, C_EQ, 0, g->at));
	}
}

static struct pred *length(struct gen *g, enum rel rel, u32 n)
{
	return pred_rel(g->f, val_len(g->f), rel, val_const(g->f, n), g->at);
}

struct pred *gen_misc(struct gen *g, const struct tree *t)
{
	switch (t->prim) {
	case PR_LESS:
		return length(g, R_LE, t->num);
	case PR_GREATER:
		return length(g, R_GE, t->num);
	case PR_BYTE:
		return byte(g, t);
	case PR_INBOUND:
	case PR_OUTBOUND:
		return direction(g, t->prim == PR_OUTBOUND);
	case PR_IFINDEX:
		return ifindex(g, t->num);
	case PR_PPPOED:
		return gen_proto_link(g, ET_PPPOED);
	case PR_LLC:
		return llc(g, t->s);
	default:
		return pf(g, t);
	}
}
