/* SPDX-License-Identifier: BSD-2-Clause */
/* Warnings: filters that mean something else than most people think. Few, and
 * only where that is certain. */
#include "filter/gen.h"

#include <ctype.h>

static int len(struct span s) { return (int)(s.to - s.from); }

static const char *text(const struct gen *g, struct span s) { return g->f->text + s.from; }

/* ---- shapes ---- */

static bool moves(const struct tree *t)
{
	return t->op == TREE_PRIM &&
	       (t->prim == PR_VLAN || t->prim == PR_MPLS || t->prim == PR_PPPOES);
}

/* The last in text order that moves the offsets, or NULL; not inside `not`. */
static const struct tree *find(const struct tree *t, bool (*is)(const struct tree *))
{
	for (; t->op == TREE_AND || t->op == TREE_OR; t = t->a) {
		const struct tree *r = find(t->b, is);

		if (r)
			return r;
	}
	return is(t) ? t : NULL;
}

static bool is_vlan(const struct tree *t) { return t->op == TREE_PRIM && t->prim == PR_VLAN; }

/* A test of what a packet carries, which a tag would stand before. */
static bool above_link(const struct tree *t)
{
	if (t->op == TREE_ID)
		return t->quals.proto != P_LINK;
	return t->op == TREE_PROTO;
}

/* A short form: the qualifiers were written for another identifier. */
static bool inherits(const struct tree *t)
{
	return t->op == TREE_ID && t->ident.span.from > t->quals_span.to &&
	       t->span.from > t->quals_span.to;
}

static char beside(const struct gen *g, u32 at, int step)
{
	s64 i = (s64)at;

	for (; i >= 0 && i < (s64)g->f->n; i += step)
		if (!isspace((unsigned char)g->f->text[i]))
			return g->f->text[i];
	return 0;
}

static bool in_parentheses(const struct gen *g, const struct tree *t)
{
	u32 from = t->span.from, to = t->span.to;
	bool inside = beside(g, from, 1) == '(' && to && beside(g, to - 1, -1) == ')';
	bool outside = from && beside(g, from - 1, -1) == '(' && beside(g, to, 1) == ')';

	return inside || outside;
}

/* ---- what is told ---- */

/* `icmp and vlan` */
static void order(struct gen *g, const struct tree *t)
{
	const struct tree *tag = find(t->b, moves), *before;

	if (!tag || !g->link->medium->vlan || find(t->a, moves))
		return;
	before = find(t->a, above_link);
	if (before)
		filter_warn(g->f, before->span,
			    "`%.*s` stands before `%.*s`: it is asked of the packet outside; to "
			    "ask it of "
			    "what is inside, write `%.*s` first",
			    len(before->span), text(g, before->span), len(tag->span),
			    text(g, tag->span), len(tag->span), text(g, tag->span));
}

/* `vlan 100 or vlan 200` */
static void second_tag(struct gen *g, const struct tree *t)
{
	const struct tree *one = find(t->a, is_vlan), *two = find(t->b, is_vlan);

	if (!one || !two || !two->has_num)
		return;
	filter_warn(g->f, two->span,
		    "each `vlan` looks one tag deeper, behind `or` too: this is the inner tag; for "
		    "either "
		    "number in the outer one, write `vlan and (ether[14:2] & 0xfff = %u or "
		    "ether[14:2] & "
		    "0xfff = %u)`",
		    one->num, two->num);
}

/* `not host a or b` */
static void short_not(struct gen *g, const struct tree *t)
{
	const struct tree *no = t->a;

	if (no->op != TREE_NOT || no->a->op != TREE_ID || !inherits(t->b) || in_parentheses(g, no))
		return;
	filter_warn(g->f, t->span,
		    "`not` is about `%.*s` alone; to exclude both, write `not (%.*s or %.*s)`",
		    len(no->a->span), text(g, no->a->span), len(no->a->span), text(g, no->a->span),
		    len(t->b->span), text(g, t->b->span));
}

/* `port 80 and 443` */
static void two_ports(struct gen *g, const struct tree *t)
{
	if (t->a->op != TREE_ID || t->a->quals.type != T_PORT || !inherits(t->b) ||
	    t->a->quals.dir != D_DEFAULT)
		return;
	filter_warn(
		g->f, t->span,
		"this is about packets from one of the ports to the other; for either, write `or`");
}

void gen_warn(struct gen *g, const struct tree *t)
{
	for (; t->op == TREE_AND || t->op == TREE_OR || t->op == TREE_NOT; t = t->a) {
		if (t->op == TREE_AND) {
			order(g, t);
			two_ports(g, t);
		} else if (t->op == TREE_OR) {
			second_tag(g, t);
			short_not(g, t);
		}
		if (t->op != TREE_NOT)
			gen_warn(g, t->b);
	}
}
