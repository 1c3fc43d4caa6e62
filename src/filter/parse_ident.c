/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses, numbers and names: what stands after `host`, `port` and the like. */
#include "filter/parse.h"

static bool begins_ident(enum tok kind)
{
	return kind == TK_NAME || kind == TK_NUM || kind == TK_V4 || kind == TK_V6 ||
	       kind == TK_MAC || kind == TK_AID;
}

bool at_ident(const struct parser *p) { return begins_ident(p->t->kind); }

/* Ours: `portchain` is a name wherever a name alone could stand. */
bool at_portchain(const struct parser *p)
{
	return at_name(p, "portchain") &&
	       (begins_ident(p->t[1].kind) || p->t[1].kind == TK_LPAREN || p->t[1].kind == TK_NOT);
}

static bool takes_port(enum type t) { return t == T_PORT || t == T_PORTRANGE || t == T_PORTCHAIN; }

static const char *type_word(enum type t)
{
	static const char *const words[] = {"",      "host",       "net",
					    "port",  "portrange",  "gateway",
					    "proto", "protochain", "portchain"};
	return words[t];
}

static void check_address(struct parser *p, const struct token *t, const struct scope *in)
{
	enum type type = in->q.type;

	if (takes_port(type) || type == T_PROTO || type == T_PROTOCHAIN)
		filter_fail(p->f, OB_SYNTAX, t->span,
			    "`%s` takes a number or a name, not the address %s", type_word(type),
			    tok_text(p, t));
}

static void check_port(struct parser *p, const struct token *t, const struct scope *in)
{
	if (takes_port(in->q.type) && t->num > 65535)
		filter_fail(p->f, OB_RANGE, t->span, "%s is no port: ports are 0 to 65535",
			    tok_text(p, t));
}

/* Each part in decimal, whatever zeros stand before it. Returns the bits written. */
static u32 v4(struct parser *p, const struct token *t, u32 *ret)
{
	const char *s = p->f->text;
	u32 bits = 0, part = 0;

	*ret = 0;
	for (u32 i = t->span.from;; i++) {
		if (i == t->span.to || s[i] == '.') {
			*ret = *ret << 8 | part;
			bits += 8;
			part = 0;
			if (i == t->span.to)
				return bits;
			continue;
		}
		part = part * 10 + (u32)(s[i] - '0');
		if (s[i] < '0' || s[i] > '9' || part > 255)
			filter_fail(p->f, OB_RANGE, t->span,
				    "%s is no IPv4 address: its parts are decimal, 0 to 255",
				    tok_text(p, t));
	}
}

static u32 prefix(struct parser *p, u32 max)
{
	struct token *t;

	p->t++;
	t = take(p, TK_NUM, "the length of the network part in bits");
	if (t->num > max)
		filter_fail(p->f, OB_RANGE, t->span,
			    "/%s is too long: an IPv%d network part has 0 to %u bits",
			    arena_strndup(&p->f->a, p->f->text + t->span.from,
					  t->span.to - t->span.from),
			    max == 32 ? 4 : 6, max);
	return (u32)t->num;
}

static void ident_v4(struct parser *p, struct ident *id, const struct scope *in)
{
	struct token *t = p->t++;

	id->kind = ID_V4;
	check_address(p, t, in);
	if (at_op(p, A_DIV)) {
		id->kind = ID_V4_LEN;
		id->v4_bits = v4(p, t, &id->v4);
		id->num = prefix(p, 32);
	} else if (at(p, TK_MASK)) {
		p->t++;
		id->kind = ID_V4_MASK;
		id->v4_bits = v4(p, t, &id->v4);
		t = take(p, TK_V4, "a mask such as 255.255.255.0");
		id->mask_bits = v4(p, t, &id->mask);
	} else if (in->q.proto != P_DECNET) { /* there it is AREA.NODE */
		id->v4_bits = v4(p, t, &id->v4);
	}
}

static void ident_v6(struct parser *p, struct ident *id, const struct scope *in)
{
	struct token *t = p->t++;

	check_address(p, t, in);
	id->kind = ID_V6;
	id->num = 128;
	lex_v6(p->f->text + t->span.from, t->span.to - t->span.from, id->v6);
	if (at_op(p, A_DIV))
		id->num = prefix(p, 128);
}

static u32 digit(char c) { return (u32)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10); }

static void ident_mac(struct parser *p, struct ident *id, const struct scope *in)
{
	struct token *t = p->t++;
	const char *s = p->f->text + t->span.from, *end = p->f->text + t->span.to;

	check_address(p, t, in);
	id->kind = ID_MAC;
	for (u32 i = 0; i < 6; i++) {
		s += strchr(":-.", *s) != NULL;
		id->mac[i] = (u8)digit(*s++);
		if (s < end && !strchr(":-.", *s))
			id->mac[i] = (u8)(id->mac[i] << 4 | digit(*s++));
	}
}

static void ident_aid(struct parser *p, struct ident *id)
{
	struct token *t = p->t++;

	id->kind = ID_AID;
	for (u32 i = t->span.from + 1; i < t->span.to; i++)
		id->num = id->num << 4 | digit(p->f->text[i]);
}

static void set_num(struct parser *p, struct ident *id, const struct token *t,
		    const struct scope *in)
{
	check_port(p, t, in);
	if (t->num > UINT32_MAX)
		filter_fail(p->f, OB_RANGE, t->span, "%s does not fit in 32 bits", tok_text(p, t));
	id->kind = ID_NUM;
	id->num = (u32)t->num;
}

static void finish(struct parser *p, struct ident *id, const struct token *first)
{
	const struct token *last = p->t - 1;

	id->span = span_to(first->span, last->span);
	if (!id->s)
		id->s = arena_strndup(&p->f->a, p->f->text + id->span.from,
				      id->span.to - id->span.from);
}

static struct ident port_in_list(struct parser *p, const struct scope *in)
{
	struct token *t = p->t;
	struct ident id = {.kind = ID_NAME};

	if (!at(p, TK_NUM) && !at(p, TK_NAME))
		expected(p, "a port");
	if (at(p, TK_NUM))
		set_num(p, &id, t, in);
	else
		id.s = t->s;
	p->t++;
	finish(p, &id, t);
	return id;
}

/* list: port ( "," port )*, ours */
static void port_list(struct parser *p, struct tree *t, const struct scope *in)
{
	struct {
		struct ident *v;
		u32 n, cap;
	} list = {0};

	vec_push(&p->f->a, list) = t->ident;
	while (at(p, TK_COMMA)) {
		p->t++;
		struct ident id = port_in_list(p, in);
		vec_push(&p->f->a, list) = id;
	}
	t->list = list.v;
	t->n_list = list.n;
	t->span.to = p->t[-1].span.to;
}

static struct tree *made(struct parser *p, struct ident id, const struct token *first,
			 const struct scope *in)
{
	struct tree *t = node(p, TREE_ID, first->span);

	t->quals = in->q;
	t->quals_span = in->span;
	t->ident = id;
	t->span = id.span;
	if (at(p, TK_COMMA) && takes_port(in->q.type) &&
	    (first->kind == TK_NUM || first->kind == TK_NAME) && p->t == first + 1)
		port_list(p, t, in);
	return t;
}

struct tree *ident_num(struct parser *p, const struct token *num, const struct scope *in)
{
	struct ident id = {.span = num->span};

	set_num(p, &id, num, in);
	id.s = arena_strndup(&p->f->a, p->f->text + num->span.from, num->span.to - num->span.from);
	return made(p, id, num, in);
}

/* address: name | number | v4 ( "/" number | "mask" v4 )? | v6 ( "/" number )? | mac | "$" xx */
struct tree *ident(struct parser *p, const struct scope *in)
{
	struct token *first = p->t;
	struct ident id = {.kind = ID_NAME};

	switch (first->kind) {
	case TK_V4:
		ident_v4(p, &id, in);
		break;
	case TK_V6:
		ident_v6(p, &id, in);
		break;
	case TK_MAC:
		ident_mac(p, &id, in);
		break;
	case TK_AID:
		ident_aid(p, &id);
		break;
	default:
		id.s = first->s;
		p->t++;
	}
	finish(p, &id, first);
	return made(p, id, first, in);
}
