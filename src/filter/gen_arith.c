/* SPDX-License-Identifier: BSD-2-Clause */
/* Relations: arithmetic on bytes of the packet.
 *
 * A relation first checks that the packet carries the protocols whose bytes are
 * read, then reads all of them, then compares. As in libpcap the checks are
 * those of the leftmost operand of each side: `1 + tcp[0]` checks nothing. */
#include "filter/gen.h"

struct term {
	struct val *v;
	struct pred *check; /* or NULL */
	bool ip6;           /* of TCP or UDP over IPv6, since `ip6 and` stands before */
};

static struct term term(struct gen *g, const struct arith *a);

static struct pred *also(struct gen *g, struct pred *a, struct pred *b)
{
	return a && b ? gen_and(g, a, b) : a ? a : b;
}

static struct term loaded(struct gen *g, struct off base, struct val *index, u32 size,
			  struct pred *check)
{
	if (base.var)
		index = gen_op(g, V_ADD, base.var, index);
	if (index->op == V_CONST && (u64)index->k + base.k > INT32_MAX)
		return (struct term){gen_at(g, (struct off){NULL, UINT32_MAX}, 0, size), check,
				     false};
	return (struct term){val_load(g->f, index, base.k, size), check, false};
}

/* With libpcap `ip6 and tcp[0]` matches nothing, where a packet is IPv4 or IPv6. */
static bool known_ip6(const struct gen *g) { return g->ip6 && !g->nots && !g->link->medium->vague; }

static struct pred *transport6(struct gen *g, struct pred *check, enum proto p)
{
	u32 nr = p == P_TCP ? IP_TCP : p == P_UDP ? IP_UDP : IP_ICMP6;

	check = also(g, check, gen_proto_link(g, ET_IP6));
	return gen_and(g, check, gen_eq(g, W_NET, 6, 1, nr));
}

/* IPv4, then what the index needs, then the protocol, then not a later fragment */
static struct pred *transport4(struct gen *g, struct pred *check, enum proto p)
{
	struct pred *inner = gen_and(g, gen_proto_word(g, p), gen_frag(g));

	return gen_and(g, gen_proto_link(g, ET_IP), also(g, check, inner));
}

static struct off radio(struct gen *g)
{
	u32 nr = g->link->nr;

	if (nr != LT_RADIOTAP && nr != LT_AVS && nr != LT_PRISM)
		gen_refuse(g, "`radio[]` needs a radio header; this is %s", gen_linkname(g));
	return gen_off(g, W_PACKET);
}

/* The access starts `more` bytes later than written. */
static struct term access_at(struct gen *g, const struct arith *a, u32 more, u32 size)
{
	struct term i = term(g, a->a);

	i.v = gen_op_k(g, V_ADD, i.v, more);
	switch (a->proto) {
	case P_RADIO:
		return loaded(g, radio(g), i.v, size, i.check);
	case P_LINK:
		return loaded(g, gen_off(g, W_HDR), i.v, size, i.check);
	case P_IP:
	case P_ARP:
	case P_RARP:
	case P_ATALK:
	case P_DECNET:
	case P_SCA:
	case P_LAT:
	case P_MOPRC:
	case P_MOPDL:
	case P_IP6:
		i.check = also(g, i.check, gen_proto_word(g, a->proto));
		return loaded(g, gen_off(g, W_NET), i.v, size, i.check);
	case P_TCP:
	case P_UDP:
		if (a->v6 || known_ip6(g)) {
			i = loaded(g, gen_off(g, W_TRAN6), i.v, size,
				   transport6(g, i.check, a->proto));
			i.ip6 = true;
			return i;
		}
		/* fall through */
	case P_SCTP:
	case P_ICMP:
	case P_IGMP:
	case P_IGRP:
	case P_PIM:
	case P_VRRP:
	case P_CARP:
		return loaded(g, gen_off(g, W_TRAN4), i.v, size, transport4(g, i.check, a->proto));
	case P_ICMP6:
		return loaded(g, gen_off(g, W_TRAN6), i.v, size, transport6(g, i.check, P_ICMP6));
	default:
		gen_refuse(g, "the bytes of `%s` cannot be reached", proto_word(a->proto));
	}
}

static struct term access(struct gen *g, const struct arith *a)
{
	if (a->size == 8)
		gen_refuse(g, "8 bytes can only be compared, with a number or with 8 other bytes");
	if (a->size != 1 && a->size != 2 && a->size != 4)
		gen_refuse(g, "an access has 1, 2, 4 or 8 bytes");
	return access_at(g, a, 0, a->size);
}

static struct val *ancillary(struct gen *g, u32 word)
{
	static const struct {
		const char *name;
		enum cb_anc anc;
	} words[] = {
		[AW_MARK] = {"mark", CA_MARK},       [AW_CPU] = {"cpu", CA_CPU},
		[AW_QUEUE] = {"queue", CA_QUEUE},    [AW_RXHASH] = {"rxhash", CA_RXHASH},
		[AW_RANDOM] = {"random", CA_RANDOM},
	};

	if (!g->f->opts->live)
		gen_refuse(g, "`%s` is known to the Linux kernel only, while it captures",
			   words[word].name);
	return val_anc(g->f, words[word].anc);
}

static enum val_op op_of(enum arith_op op)
{
	static const enum val_op map[] = {
		[A_ADD] = V_ADD, [A_SUB] = V_SUB, [A_MUL] = V_MUL, [A_DIV] = V_DIV, [A_MOD] = V_MOD,
		[A_AND] = V_AND, [A_OR] = V_OR,   [A_XOR] = V_XOR, [A_LSH] = V_LSH, [A_RSH] = V_RSH,
	};

	return map[op];
}

static void check_operand(struct gen *g, const struct arith *a)
{
	const struct arith *b = a->b;

	if (b->op != A_NUM)
		return;
	if ((a->op == A_DIV || a->op == A_MOD) && !b->num)
		filter_fail(g->f, OB_RANGE, b->span, "division by zero");
	if ((a->op == A_LSH || a->op == A_RSH) && b->num > 31)
		filter_fail(g->f, OB_RANGE, b->span, "a shift by %llu bits; at most 31",
			    (unsigned long long)b->num);
}

static struct term binary(struct gen *g, const struct arith *a)
{
	check_operand(g, a);
	bool known = g->ip6;
	struct term x = term(g, a->a), y;

	g->ip6 = known && x.ip6; /* what is not checked is as it ever was */
	y = term(g, a->b);
	g->ip6 = known;
	if (y.check && !x.check)
		filter_warn(
			g->f, a->b->span,
			"these bytes are read from packets of any protocol: only that of the first "
			"operand is checked; put this one first");
	return (struct term){gen_op(g, op_of(a->op), x.v, y.v), x.check, x.ip6};
}

static struct term term(struct gen *g, const struct arith *a)
{
	if (a->span.to)
		g->at = a->span;
	switch (a->op) {
	case A_NUM:
		if (a->num > UINT32_MAX)
			filter_fail(g->f, OB_RANGE, a->span,
				    "a number of more than 32 bits goes only beside 8 bytes");
		return (struct term){val_const(g->f, (u32)a->num), NULL, false};
	case A_LEN:
		return (struct term){val_len(g->f), NULL, false};
	case A_ACCESS:
		return access(g, a);
	case A_ANC:
		return (struct term){ancillary(g, (u32)a->num), NULL, false};
	case A_NEG: {
		struct term x = term(g, a->a);
		return (struct term){val_neg(g->f, x.v), x.check, x.ip6};
	}
	default:
		return binary(g, a);
	}
}

/* ---- 8 bytes, compared in two halves ---- */

struct wide {
	struct val *high, *low;
	struct pred *check;
};

static struct wide widen(struct gen *g, const struct arith *a)
{
	g->at = a->span;
	if (a->op == A_NUM)
		return (struct wide){val_const(g->f, (u32)(a->num >> 32)),
				     val_const(g->f, (u32)a->num), NULL};
	if (a->op == A_ACCESS && a->size == 8) {
		struct term high = access_at(g, a, 0, 4), low = access_at(g, a, 4, 4);

		return (struct wide){high.v, low.v, high.check};
	}
	struct term t = term(g, a);
	return (struct wide){val_const(g->f, 0), t.v, t.check};
}

static bool is_wide(const struct arith *a) { return a->op == A_ACCESS && a->size == 8; }

static struct pred *compare(struct gen *g, struct wide x, enum rel rel, struct wide y)
{
	static const enum rel strict[] = {
		[R_GT] = R_GT, [R_GE] = R_GT, [R_LT] = R_LT, [R_LE] = R_LT};
	struct filter *f = g->f;
	struct pred *same = pred_rel(f, x.high, R_EQ, y.high, g->at);

	if (rel == R_EQ)
		return gen_and(g, same, pred_rel(f, x.low, R_EQ, y.low, g->at));
	if (rel == R_NE)
		return gen_not(g, compare(g, x, R_EQ, y));
	struct pred *low = gen_and(g, same, pred_rel(f, x.low, rel, y.low, g->at));
	return gen_or(g, pred_rel(f, x.high, strict[rel], y.high, g->at), low);
}

/* All bytes are read before any is compared, as with 4 of them. */
static struct pred *wide_rel(struct gen *g, const struct tree *t)
{
	struct wide x = widen(g, t->x), y = widen(g, t->y);

	g->at = t->span;
	struct pred *p = compare(g, x, t->rel, y);
	if (y.low->faults)
		p = gen_and(g, pred_test_k(g->f, y.low, C_GE, 0, g->at), p);
	if (x.low->faults)
		p = gen_and(g, pred_test_k(g->f, x.low, C_GE, 0, g->at), p);
	struct pred *check = also(g, x.check, y.check);
	return check ? gen_and(g, check, p) : p;
}

struct pred *gen_rel(struct gen *g, const struct tree *t)
{
	if (is_wide(t->x) || is_wide(t->y))
		return wide_rel(g, t);
	struct term x = term(g, t->x), y = term(g, t->y);
	struct pred *check = also(g, x.check, y.check);

	struct pred *p = pred_rel(g->f, x.v, t->rel, y.v, t->span);
	return check ? gen_and(g, check, p) : p;
}
