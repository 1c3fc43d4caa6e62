/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens to a tree. `and` and `or` are of one strength and group to the left;
 * an address without qualifiers takes those that stand before it.
 *
 * A `(` may open a condition, a list of addresses or a piece of arithmetic;
 * what was found in it is told by the kind of the part that comes back. */
#include "filter/parse.h"

enum { WANT_COND = 1, WANT_IDENT = 2, WANT_BARE = 4 };

struct part {
	enum { COND, IDENT, NUMBER, ARITH } kind;
	struct tree *t;     /* COND, IDENT */
	struct arith *x;    /* ARITH; NUMBER: only one, in parentheses or not */
	struct token *num;  /* NUMBER */
	bool grouped;       /* no OR of two conditions without parentheses */
	bool anded;         /* `and` with a condition came last */
	struct scope scope; /* COND, IDENT: what it passes on */
};

static const struct scope nothing = {.q.none = true};

bool at_name(const struct parser *p, const char *s)
{
	return p->t->kind == TK_NAME && !strcmp(p->t->s, s) && p->f->text[p->t->span.from] != '\\';
}

void enter(struct parser *p)
{
	if (++p->depth > MAX_DEPTH)
		filter_fail(
			p->f, OB_RANGE, p->t->span,
			"nested too deeply: at most %d levels of parentheses, brackets, `not` and "
			"operators are understood",
			MAX_DEPTH);
}

struct token *take(struct parser *p, enum tok kind, const char *want)
{
	if (!at(p, kind))
		expected(p, want);
	return p->t++;
}

static u32 narrow(struct parser *p, const struct token *t)
{
	if (t->num > UINT32_MAX)
		filter_fail(p->f, OB_RANGE, t->span,
			    "%s does not fit in 32 bits: at most 4294967295 (0xffffffff)",
			    tok_text(p, t));
	return (u32)t->num;
}

u32 take_num(struct parser *p, const char *want) { return narrow(p, take(p, TK_NUM, want)); }

u32 take_pnum(struct parser *p, u32 max, const char *what)
{
	u32 opened = 0, num;
	struct token *open = p->t, *t;

	for (; at(p, TK_LPAREN); p->t++)
		opened++;
	t = p->t;
	num = take_num(p, what);
	if (num > max)
		filter_fail(p->f, OB_RANGE, t->span, "%u is too large: %s is at most %u", num, what,
			    max);
	for (; opened && at(p, TK_RPAREN); p->t++)
		opened--;
	if (opened && at(p, TK_END))
		unclosed(p, open->span, ")");
	if (opened)
		expected(p, "`)`");
	return num;
}

struct tree *node(struct parser *p, enum tree_op op, struct span span)
{
	struct tree *t = arena_new(&p->f->a, struct tree);

	t->op = op;
	t->span = span;
	return t;
}

static struct tree *join(struct parser *p, enum tree_op op, struct tree *a, struct tree *b)
{
	struct tree *t = node(p, op, span_to(a->span, b->span));

	t->a = a;
	t->b = b;
	return t;
}

/* A name that only its place makes a keyword: what follows it could not follow
 * a name. */
static bool at_ours(const struct parser *p)
{
	return at_arith_word(p) || at_portchain(p) || at_inner(p) || at_name(p, "vxlan");
}

static struct part element(struct parser *p, int want, const struct scope *in);

static struct part part_cond(struct tree *t, struct scope passes)
{
	return (struct part){.kind = COND, .t = t, .grouped = true, .scope = passes};
}

static struct part part_ident(struct tree *t, const struct scope *in)
{
	return (struct part){.kind = IDENT, .t = t, .grouped = true, .scope = *in};
}

/* Two filters that most people read otherwise. Told once. */
static void warn_strength(struct parser *p, const struct token *join, const char *what)
{
	if (!p->warned)
		filter_warn(p->f, join->span, "`and` and `or` are equally strong: this is %s",
			    what);
	p->warned = true;
}

/* `a or b and c`; `host a and port 80 or 443` */
static void check_strength(struct parser *p, const struct token *join, const struct part *left,
			   const struct part *right)
{
	if (join->kind == TK_AND && !left->grouped && left->t->op == TREE_OR)
		warn_strength(p, join, "(... or ...) and ...; parentheses make it clear");
	if (join->kind == TK_OR && left->anded && right->kind == IDENT)
		warn_strength(p, join,
			      "(... and ...) or ...; a list of ports or addresses stands in "
			      "parentheses");
}

/* chain: element ( ("and" | "or") element )*
 * After the first element an address may stand, with the qualifiers of what is
 * before it; in a list of addresses nothing else may. */
static struct part chain(struct parser *p, struct part left)
{
	while (at(p, TK_AND) || at(p, TK_OR)) {
		const struct token *op = p->t++;
		int want = left.kind == IDENT ? WANT_IDENT : WANT_COND | WANT_IDENT;
		struct part right = element(p, want, &left.scope);

		check_strength(p, op, &left, &right);
		left.t = join(p, op->kind == TK_AND ? TREE_AND : TREE_OR, left.t, right.t);
		left.scope = right.scope;
		left.grouped &= right.kind == IDENT; /* `port 80 or 443` is one thing */
		left.anded = op->kind == TK_AND && right.kind == COND;
	}
	return left;
}

/* "(" ... ")". What is in it passes nothing on: what stood before does. */
static struct part paren(struct parser *p, int want, const struct scope *in)
{
	struct token *open = p->t++;
	struct part inside;

	enter(p);
	p->open++;
	inside = element(p, want | WANT_BARE, in);
	if (inside.kind == COND || inside.kind == IDENT)
		inside = chain(p, inside);
	if (at(p, TK_END))
		unclosed(p, open->span, ")");
	if (!at(p, TK_RPAREN))
		no_join(p);
	struct span span = span_to(open->span, p->t++->span);
	if (inside.t)
		inside.t->span = span;
	else
		inside.x->span = span;
	inside.scope = *in;
	inside.grouped = true;
	inside.anded = false;
	p->open--;
	p->depth--;
	return inside;
}

/* What begins with arithmetic: a relation, a number that is an address, or,
 * directly inside parentheses, a piece of a greater expression. */
static struct part from_arith(struct parser *p, struct part left, int want, const struct scope *in)
{
	struct arith *x = left.x;

	if (want & WANT_COND) {
		x = arith_rest(p, x);
		if (x != left.x)
			left.kind = ARITH;
		if (at(p, TK_REL))
			return part_cond(relation(p, x), nothing);
	}
	if (want & WANT_BARE && at(p, TK_RPAREN))
		return (struct part){.kind = left.kind, .x = x, .num = left.num};
	if (want & WANT_IDENT && left.kind == NUMBER)
		return part_ident(ident_num(p, left.num, in), in);
	if (left.kind == NUMBER)
		bare(p, left.num);
	no_comparison(p, x);
}

/* head: proto? ( dir type? | type | "proto" | "protochain" | "gateway" )
 * dir:  "src" | "dst" | "src" ("or" | "and") "dst" | "addr1" ... */
static enum dir direction(struct parser *p)
{
	enum tok first = p->t++->kind, other = first == TK_SRC ? TK_DST : TK_SRC;

	if (first == TK_ADDR)
		return (enum dir)p->t[-1].num;
	if (at(p, TK_OR) || at(p, TK_AND)) {
		enum dir both = at(p, TK_OR) ? D_OR : D_AND;

		p->t++;
		take(p, other, other == TK_DST ? "`dst`" : "`src`");
		return both;
	}
	return first == TK_SRC ? D_SRC : D_DST;
}

static bool at_direction(const struct parser *p)
{
	return at(p, TK_SRC) || at(p, TK_DST) || at(p, TK_ADDR);
}

static enum type type(struct parser *p)
{
	if (at(p, TK_TYPE))
		return (enum type)p->t++->num;
	if (at_portchain(p)) {
		p->t++;
		return T_PORTCHAIN;
	}
	return T_DEFAULT;
}

/* Whether qualifiers stand here; those found are in q. */
static bool head(struct parser *p, struct quals *q)
{
	if (at_direction(p)) {
		q->dir = direction(p);
		q->type = type(p);
		return true;
	}
	if (at(p, TK_KIND)) {
		q->type = (enum type)p->t++->num;
		return true;
	}
	q->type = type(p);
	return q->type != T_DEFAULT;
}

/* condition: head address | proto | proto? ("broadcast" | "multicast" | wlan) | primitive */
static struct part condition(struct parser *p)
{
	struct token *first = p->t;
	struct scope s = {.span = first->span};
	struct tree *t = NULL;

	if (at(p, TK_PROTO))
		s.q.proto = (enum proto)p->t++->num;
	if (head(p, &s.q)) {
		s.span = span_to(s.span, p->t[-1].span);
		t = element(p, WANT_IDENT, &s).t;
		t->span.from = first->span.from;
		return part_cond(t, s);
	}
	if (at(p, TK_CAST)) {
		t = node(p, TREE_PRIM, p->t->span);
		t->prim = (enum prim)p->t++->num;
		t->quals = s.q;
	} else {
		t = wlan(p, s.q);
	}
	if (!t && first != p->t) {
		t = node(p, TREE_PROTO, s.span);
		t->quals = s.q;
		t->quals_span = s.span;
	}
	if (!t)
		t = primitive(p);
	if (!t)
		no_condition(p);
	t->span = span_to(first->span, p->t[-1].span);
	return part_cond(t, nothing);
}

static struct part negation(struct parser *p, int want, const struct scope *in)
{
	struct span not = p->t++->span;
	struct part part;
	struct tree *t;

	enter(p);
	part = element(p, want & ~WANT_BARE, in);
	t = node(p, TREE_NOT, span_to(not, part.t->span));
	t->a = part.t;
	part.t = t;
	p->depth--;
	return part;
}

/* element: "not" element | "(" ... ")" | condition | relation | address */
static struct part element(struct parser *p, int want, const struct scope *in)
{
	struct part left = {.kind = ARITH};

	if (in->q.none)
		want &= ~WANT_IDENT;
	if (at(p, TK_NOT))
		return negation(p, want, in);
	if (at(p, TK_LPAREN)) {
		left = paren(p, want, in);
		if (left.kind == COND || left.kind == IDENT)
			return left;
		return from_arith(p, left, want, in);
	}
	if (at(p, TK_NUM)) {
		left.kind = NUMBER;
		left.num = p->t;
		left.x = arith_primary(p);
		return from_arith(p, left, want, in);
	}
	if (want & WANT_IDENT && at_ident(p) && !(want & WANT_COND && at_ours(p)))
		return part_ident(ident(p, in), in);
	if (!(want & WANT_COND))
		no_ident(p, in);
	if (!at_arith(p))
		return condition(p);
	left.x = arith_primary(p);
	return from_arith(p, left, want, in);
}

struct tree *filter_parse(struct filter *f)
{
	struct parser p = {.f = f};
	struct part all;

	lex(&p);
	p.t = p.toks.v;
	if (at(&p, TK_END))
		return node(&p, TREE_TRUE, (struct span){0, f->n});
	all = chain(&p, element(&p, WANT_COND, &nothing));
	if (!at(&p, TK_END))
		no_join(&p);
	return all.t;
}
