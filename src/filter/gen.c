/* SPDX-License-Identifier: BSD-2-Clause */
/* From the tree to its meaning: the walk, and the tests that all families use. */
#include "filter/gen.h"

#include <stdlib.h>

struct val *gen_op(struct gen *g, enum val_op op, struct val *a, struct val *b)
{
	return val_alu(g->f, op, a, b);
}

struct val *gen_op_k(struct gen *g, enum val_op op, struct val *a, u32 k)
{
	return val_alu_k(g->f, op, a, k);
}

struct pred *gen_put(struct gen *g, struct val *cell, struct val *v)
{
	return pred_set(g->f, cell, v, g->at);
}

static struct off plus(struct off o, u32 k) { return (struct off){o.var, o.k + k}; }

static struct off net(struct gen *g) { return plus(g->payload, g->net); }

/* Behind an IPv4 header of any length. */
static struct off tran4(struct gen *g)
{
	struct val *len = val_msh(g->f, net(g).var, net(g).k);

	if (net(g).var)
		len = gen_op(g, V_ADD, net(g).var, len);
	return (struct off){len, net(g).k};
}

static struct off place(struct gen *g, enum where where)
{
	switch (where) {
	case W_PACKET:
		break;
	case W_HDR:
		return g->hdr;
	case W_PREVHDR:
		return g->prevhdr;
	case W_LLC:
		return g->payload;
	case W_MPLS:
		return plus(net(g), -4u);
	case W_TYPE:
		return g->type;
	case W_NET:
		return net(g);
	case W_NOSNAP:
		return plus(g->payload, g->nosnap);
	case W_TRAN4:
		return tran4(g);
	case W_TRAN6:
		return plus(net(g), 40);
	}
	return (struct off){NULL, 0};
}

struct off gen_off(struct gen *g, enum where where)
{
	struct off o = place(g, where);
	struct val *var = where == W_TRAN4 ? g->payload.var : o.var;

	g->used_hdr |= var && var == g->var_hdr;
	g->used_payload |= var && var == g->var_payload;
	return o;
}

/* An offset that a link type does not have gives loads that always fail: they
 * must not turn into one of Linux's special negative offsets. */
struct val *gen_at(struct gen *g, struct off base, u32 off, u32 size)
{
	u32 k = base.k + off;

	if (!base.var && k > INT32_MAX)
		k = INT32_MAX - 8;
	return val_load(g->f, base.var, k, size);
}

struct val *gen_load(struct gen *g, enum where where, u32 off, u32 size)
{
	return gen_at(g, gen_off(g, where), off, size);
}

struct pred *gen_cmp(struct gen *g, enum where w, u32 off, u32 size, enum rel rel, u32 k)
{
	return pred_rel(g->f, gen_load(g, w, off, size), rel, val_const(g->f, k), g->at);
}

struct pred *gen_eq(struct gen *g, enum where w, u32 off, u32 size, u32 k)
{
	return gen_cmp(g, w, off, size, R_EQ, k);
}

struct pred *gen_masked(struct gen *g, enum where w, u32 off, u32 size, u32 mask, u32 k)
{
	return pred_masked(g->f, gen_load(g, w, off, size), mask, k, g->at);
}

struct pred *gen_set(struct gen *g, enum where w, u32 off, u32 size, u32 bits)
{
	return pred_test_k(g->f, gen_load(g, w, off, size), C_SET, bits, g->at);
}

struct pred *gen_bytes(struct gen *g, enum where w, u32 off, const u8 *p, u32 n)
{
	struct pred *all = NULL;

	while (n) {
		u32 size = n >= 4 ? 4 : n >= 2 ? 2 : 1, k = 0;

		n -= size;
		for (u32 i = 0; i < size; i++)
			k = k << 8 | p[n + i];
		struct pred *one = gen_eq(g, w, off + n, size, k);
		all = all ? gen_and(g, all, one) : one;
	}
	return all ? all : gen_bool(g, true);
}

struct pred *gen_bool(struct gen *g, bool value) { return pred_bool(g->f, value, g->at); }

struct pred *gen_and(struct gen *g, struct pred *a, struct pred *b) { return pred_and(g->f, a, b); }

struct pred *gen_or(struct gen *g, struct pred *a, struct pred *b) { return pred_or(g->f, a, b); }

struct pred *gen_not(struct gen *g, struct pred *a) { return pred_not(g->f, a); }

void gen_push(struct gen *g, u32 linktype, struct off hdr)
{
	g->prev = g->link;
	g->prevhdr = g->hdr;
	g->link = link_find(linktype);
	g->hdr = hdr;
	g->tunnel = false;
	g->ip6 = false;
}

const char *gen_linkname(const struct gen *g)
{
	const char *s = linktype_desc(g->link->nr);

	return s ? s : "this link type";
}

void gen_refuse(struct gen *g, const char *fmt, ...)
{
	char why[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	filter_fail(g->f, OB_UNSUPPORTED, g->at, "%s", why);
}

/* Identifiers, joined by `or`, that wait for more of the kind. */
struct row {
	struct item *v;
	u32 n, cap;
};

static u32 kind(enum type type)
{
	return type == T_PORTRANGE ? T_PORT : type == T_HOST || type == T_NET ? T_DEFAULT : type;
}

static bool belongs(const struct row *run, const struct tree *t)
{
	const struct quals *a, *b = &t->quals;

	if (!run->n)
		return true;
	a = &run->v[0].t->quals;
	return a->proto == b->proto && a->dir == b->dir && kind(a->type) == kind(b->type) &&
	       kind(b->type) != T_GATEWAY && kind(b->type) != T_PROTO &&
	       kind(b->type) != T_PROTOCHAIN;
}

static void add(struct gen *g, struct row *run, const struct tree *t)
{
	vec_push(&g->f->a, *run) = (struct item){t, &t->ident};
	for (u32 i = 1; i < t->n_list; i++)
		vec_push(&g->f->a, *run) = (struct item){t, &t->list[i]};
}

struct span gen_words(const struct item *items, u32 n)
{
	const struct item *last = &items[n - 1];
	struct span from = items->id == &items->t->ident ? items->t->span : items->id->span;

	return (struct span){from.from, last->id->span.to ? last->id->span.to : last->t->span.to};
}

static struct pred *identifiers(struct gen *g, const struct item *v, u32 n)
{
	g->at = gen_words(v, n);
	switch (v->t->quals.type) {
	case T_DEFAULT:
	case T_HOST:
	case T_NET:
	case T_GATEWAY:
		return gen_hosts(g, v, n);
	case T_PORT:
	case T_PORTRANGE:
	case T_PORTCHAIN:
		return gen_ports(g, v, n);
	case T_PROTO:
	case T_PROTOCHAIN:
		return gen_proto_id(g, v->t, v->id);
	}
	return NULL;
}

/* p or what waits; p may be NULL */
static struct pred *flush(struct gen *g, struct row *run, struct pred *p)
{
	if (!run->n)
		return p;
	struct pred *any = identifiers(g, run->v, run->n);
	run->n = 0;
	return p ? gen_or(g, p, any) : any;
}

static struct pred *primitive(struct gen *g, const struct tree *t)
{
	switch (t->prim) {
	case PR_BROADCAST:
		return gen_broadcast(g, t);
	case PR_MULTICAST:
		return gen_multicast(g, t);
	case PR_VLAN:
		return gen_vlan(g, t);
	case PR_MPLS:
		return gen_mpls(g, t);
	case PR_PPPOES:
		return gen_pppoes(g, t);
	case PR_GENEVE:
	case PR_VXLAN:
	case PR_INNER:
		return gen_inner(g, t);
	case PR_WLAN_TYPE:
		return gen_wlan_type(g, t);
	case PR_WLAN_DIR:
		return gen_wlan_dir(g, t);
	case PR_ATM:
		return gen_atm(g, t);
	case PR_SS7:
		return gen_ss7(g, t);
	default:
		return gen_misc(g, t);
	}
}

static struct pred *walk(struct gen *g, const struct tree *t);

static struct pred *leaf(struct gen *g, const struct tree *t)
{
	g->at = t->span;
	switch (t->op) {
	case TREE_TRUE:
		return gen_bool(g, true);
	case TREE_PROTO:
		g->ip6 |= t->quals.proto == P_IP6;
		return gen_proto_word(g, t->quals.proto);
	case TREE_PRIM:
		return primitive(g, t);
	case TREE_FIELD:
		return t->field <= F_VCI ? gen_atm_field(g, t) : gen_ss7_field(g, t);
	case TREE_REL:
		return gen_rel(g, t);
	default:
		return NULL;
	}
}

/* `ip6` is known where it was required: behind an `or`, if it stood before. */
static struct pred *join(struct gen *g, const struct tree *t, struct pred *a, bool known)
{
	if (t->op == TREE_NOT) {
		g->nots--;
		g->ip6 = known;
		return gen_not(g, a);
	}
	if (t->op == TREE_AND) {
		struct pred *b = walk(g, t->b);

		return gen_and(g, pred_before(g->f, a, b), b);
	}
	g->ip6 = known;
	struct pred *p = gen_or(g, a, walk(g, t->b));
	g->ip6 = known;
	return p;
}

/* Chains lean to the left and may be very long: down the spine, then up. */
static struct pred *walk(struct gen *g, const struct tree *t)
{
	struct {
		const struct tree **v;
		u32 n, cap;
	} spine = {0};
	struct row run = {0};
	struct pred *p = NULL;
	bool known = g->ip6;

	for (; t->op == TREE_AND || t->op == TREE_OR || t->op == TREE_NOT; t = t->a) {
		g->nots += t->op == TREE_NOT;
		vec_push(&g->f->a, spine) = t;
	}
	if (t->op == TREE_ID)
		add(g, &run, t);
	else
		p = leaf(g, t);
	while (spine.n) {
		t = spine.v[--spine.n];
		bool listed = t->op == TREE_OR && t->b->op == TREE_ID;

		if (!listed || !belongs(&run, t->b))
			p = flush(g, &run, p);
		if (listed)
			add(g, &run, t->b);
		else
			p = join(g, t, p, known);
		if (t->op == TREE_OR)
			g->ip6 = known;
	}
	return flush(g, &run, p);
}

/* PF logs: the length of the header, rounded up. */
static struct pred *pflog_payload(struct gen *g)
{
	struct val *len = gen_op_k(g, V_ADD, gen_load(g, W_PACKET, 0, 1), 3);

	return gen_put(g, g->var_payload, gen_op_k(g, V_AND, len, ~3u));
}

/* The lengths of the link type's variable headers are computed before all
 * else, if anything needs them: a packet too short for that is rejected, as
 * libpcap does. PPI: only frames that hold 802.11 are looked at at all. */
static struct pred *finish(struct gen *g, struct pred *p)
{
	g->at = (struct span){0, 0};
	if (g->outer->nr == LT_PFLOG && g->used_payload)
		filter_prelude(g->f, pflog_payload(g));
	if (g->var_hdr && (g->used_hdr || g->used_payload))
		filter_prelude(g->f, gen_wlan_hdr(g));
	if (g->outer->medium == &medium_wlan && g->used_payload)
		filter_prelude(g->f, gen_wlan_payload(g));
	if (g->link->nr == LT_PPI)
		p = gen_and(g, gen_eq(g, W_PACKET, 4, 4, 0x69000000), p);
	return p;
}

struct pred *filter_gen(struct filter *f, const struct tree *t)
{
	struct gen g = {.f = f};

	f->gen = &g;
	if (t->op == TREE_TRUE)
		return pred_bool(f, true, t->span);
	gen_link_init(&g);
	gen_warn(&g, t);
	struct pred *p = finish(&g, walk(&g, t));
	f->gen = NULL;
	return p;
}
