/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of a filter that cannot be understood. */
#include "filter/parse.h"

enum { QUOTE = 60 };

const char *tok_text(struct parser *p, const struct token *t)
{
	u32 n = t->span.to - t->span.from;
	const char *s = p->f->text + t->span.from;

	if (t->kind == TK_END)
		return "the end of the filter";
	if (n == 1 && ((u8)*s < 32 || (u8)*s > 126))
		return arena_printf(&p->f->a, "a byte 0x%02x", (u8)*s);
	if (n > QUOTE)
		return arena_printf(&p->f->a, "`%.*s...`", QUOTE, s);
	return arena_printf(&p->f->a, "`%.*s`", (int)n, s);
}

static bool is_text(const struct parser *p, const struct token *t, const char *s)
{
	size_t n = strlen(s);

	return t->span.to - t->span.from == n && !memcmp(p->f->text + t->span.from, s, n);
}

/* A token that is none: it says why itself. */
static void check_bad(struct parser *p)
{
	const struct token *t = p->t;

	if (t->kind != TK_BAD)
		return;
	if (t->s)
		filter_fail(p->f, OB_SYNTAX, t->span, "%s", t->s);
	filter_fail(p->f, OB_SYNTAX, t->span, "%s means nothing in a filter", tok_text(p, t));
}

/* Mistakes that are known by two tokens, wherever they stand. */
static struct ob_err *hint_pair(struct parser *p, struct ob_err *err)
{
	const struct token *t = p->t, *prev = t > p->toks.v ? t - 1 : NULL;

	if (!prev || t->kind == TK_END)
		return err;
	if (prev->span.to != t->span.from)
		return err;
	if (is_text(p, prev, "=") && is_text(p, t, ">"))
		return err_hint(err, "`at least` is written `>=`");
	if (is_text(p, prev, "=") && is_text(p, t, "<"))
		return err_hint(err, "`at most` is written `<=`");
	if (is_text(p, prev, "<") && is_text(p, t, ">"))
		return err_hint(err, "`not equal` is written `!=`");
	return err;
}

static const char *after(struct parser *p)
{
	if (p->t == p->toks.v)
		return "";
	return arena_printf(&p->f->a, " after %s", tok_text(p, p->t - 1));
}

void expected(struct parser *p, const char *want)
{
	check_bad(p);
	struct ob_err *err = filter_err(p->f, OB_SYNTAX, p->t->span, "expected %s%s, found %s",
					want, after(p), tok_text(p, p->t));
	filter_fail_err(p->f, hint_pair(p, err));
}

void unclosed(struct parser *p, struct span open, const char *closer)
{
	struct ob_err *err = filter_err(p->f, OB_SYNTAX, open, "this `%s` is never closed",
					*closer == ')' ? "(" : "[");

	filter_fail_err(p->f, err_hint(err, "add `%s` where it ends", closer));
}

/* Words of neighbouring trades. */
static const char *known_word(const char *word)
{
	static const struct {
		const char *word, *hint;
	} known[] = {
		{"pid", "packets carry no process; `onebpf trace` watches what processes do"},
		{"process", "packets carry no process; `onebpf trace` watches what processes do"},
		{"uid", "packets carry no user"},
		{"user", "packets carry no user"},
		{"http", "a filter sees ports, not what they carry: tcp port 80"},
		{"https", "a filter sees ports, not what they carry: tcp port 443"},
		{"dns", "a filter sees ports, not what they carry: port 53"},
		{"ssh", "a filter sees ports, not what they carry: tcp port 22"},
		{"dhcp", "a filter sees ports, not what they carry: udp port 67 or 68"},
		{"ipv4", "did you mean `ip`?"},
		{"ipv6", "did you mean `ip6`?"},
		{"icmpv6", "did you mean `icmp6`?"},
		{"gre", "by its number: ip proto 47; what is in it: inner gre"},
		{"ospf", "by its number: ip proto 89"},
		{"ipip", "by its number: ip proto 4; what is in it: inner ipip"},
		{"gtpu", "what is in it: inner gtpu"},
		{"portchain", "it takes a port: portchain 80"},
		{"tcp6", "TCP over IPv6 is `ip6 and tcp`; its bytes are tcp6[13]"},
		{"udp6", "UDP over IPv6 is `ip6 and udp`; its bytes are udp6[0:2]"},
	};

	for (size_t i = 0; i < LEN(known); i++)
		if (!strcasecmp(word, known[i].word))
			return known[i].hint;
	return NULL;
}

static struct ob_err *did_you_mean(struct ob_err *err, const char *near)
{
	return near ? err_hint(err, "did you mean `%s`?", near) : err;
}

static const char *as_written(struct parser *p, const struct token *t)
{
	return arena_strndup(&p->f->a, p->f->text + t->span.from, t->span.to - t->span.from);
}

/* A name where only a keyword, or a name with a qualifier, could stand. */
_Noreturn static void not_a_keyword(struct parser *p, const struct token *t)
{
	struct ob_err *err =
		filter_err(p->f, OB_NAME, t->span, "%s is not a keyword", tok_text(p, t));
	const char *known = known_word(t->s), *near = filter_word_nearest(t->s);

	if (known)
		err = err_hint(err, "%s", known);
	else if (near)
		err = did_you_mean(err, near);
	else if (t[1].kind != TK_REL && t[1].kind != TK_OP)
		err = err_hint(err, "a name needs a qualifier: host %s, port %s", as_written(p, t),
			       as_written(p, t));
	if (t[1].kind == TK_REL || t[1].kind == TK_OP)
		err = err_hint(err,
			       "numbers and bytes of the packet are compared, as in ip[8] < 5; "
			       "conditions are joined with `and` and `or`");
	filter_fail_err(p->f, err);
}

void bare(struct parser *p, const struct token *t)
{
	const char *s = as_written(p, t);
	struct ob_err *err;

	if (t->kind == TK_NAME)
		not_a_keyword(p, t);
	err = filter_err(p->f, OB_SYNTAX, t->span,
			 "%s stands alone: nothing says what it is the %s of", tok_text(p, t),
			 t->kind == TK_NUM ? "number" : "address");
	if (t->kind == TK_NUM)
		err = err_hint(err, "write for example: port %s", s);
	else if (t->kind == TK_MAC || t->kind == TK_AID)
		err = err_hint(err, "write: ether host %s", s);
	else if (is_text(p, t + 1, "/") && t[2].kind == TK_NUM)
		err = err_hint(err, "write: net %s/%s", s, as_written(p, t + 2));
	else
		err = err_hint(err, "write: host %s", s);
	filter_fail_err(p->f, err);
}

static void stray_closer(struct parser *p)
{
	if (at(p, TK_RPAREN) && !p->open)
		filter_fail(p->f, OB_SYNTAX, p->t->span, "this `)` closes nothing: no `(` is open");
	if (at(p, TK_RBRACKET))
		filter_fail(p->f, OB_SYNTAX, p->t->span, "this `]` closes nothing: no `[` is open");
}

void no_condition(struct parser *p)
{
	struct token *t = p->t;

	check_bad(p);
	if (at_ident(p))
		bare(p, t);
	stray_closer(p);
	if (at(p, TK_AND) || at(p, TK_OR))
		filter_fail(p->f, OB_SYNTAX, t->span, "%s joins two conditions; there is none %s%s",
			    tok_text(p, t), t == p->toks.v ? "before it" : "between it and ",
			    t == p->toks.v ? "" : tok_text(p, t - 1));
	expected(p, "a condition such as `tcp` or `port 80`");
}

static u64 bit(enum tok kind) { return (u64)1 << kind; }

static u64 qualifiers(void)
{
	return bit(TK_SRC) | bit(TK_DST) | bit(TK_TYPE) | bit(TK_KIND) | bit(TK_CAST);
}

/* After `tcp`. */
static struct ob_err *hint_after_proto(struct parser *p, struct ob_err *err, const char *proto)
{
	const struct token *t = p->t;
	const char *near =
		at(p, TK_NAME) ? word_near(t->s, qualifiers() | bit(TK_AND) | bit(TK_OR)) : NULL;

	if (near)
		return did_you_mean(err, near);
	if (at(p, TK_REL))
		return err_hint(err, "say which byte is to be compared, as in %s[0]", proto);
	if (at(p, TK_NUM))
		return err_hint(err, "say what the number is: %s port %s", proto, as_written(p, t));
	if (at_ident(p))
		return err_hint(err, "say what it is: %s host %s", proto, as_written(p, t));
	return err;
}

/* After an address or a number. */
static struct ob_err *hint_after_ident(struct parser *p, struct ob_err *err)
{
	const struct token *t = p->t, *prev = t - 1;

	if (is_text(p, t, "/") && prev->kind == TK_NUM && t[1].kind == TK_NUM)
		return err_hint(err, "write the dots: net %s.0.0.0/%s", as_written(p, prev),
				as_written(p, t + 1));
	if (is_text(p, t, "/"))
		return err_hint(err, "the length of a network follows an address: net 10.0.0.0/8");
	if (at(p, TK_MASK))
		return err_hint(err, "a mask follows an IPv4 address: net 10.0.0.0 mask 255.0.0.0");
	if (at(p, TK_COMMA))
		return err_hint(err, "only ports can be listed with `,`: port 80,443");
	if (!at_ident(p))
		return err;
	if (prev->kind == TK_NAME && word_near(prev->s, qualifiers()))
		return did_you_mean(err, word_near(prev->s, qualifiers()));
	if (at(p, TK_NUM) && prev->kind == TK_NUM)
		return err_hint(err, "several ports are written 80,443 or `80 or 443`");
	return at(p, TK_NAME) ? did_you_mean(err, word_near(t->s, bit(TK_AND) | bit(TK_OR))) : err;
}

static struct ob_err *hint_join(struct parser *p, struct ob_err *err)
{
	const struct token *t = p->t, *prev = t - 1;

	if (is_text(p, t, "&"))
		return err_hint(err,
				"conditions are joined with `and` or `&&`; `&` is for numbers");
	if (is_text(p, t, "|"))
		return err_hint(err, "conditions are joined with `or` or `||`; `|` is for numbers");
	if (at(p, TK_END) || at(p, TK_RPAREN) || at(p, TK_COLON))
		return err;
	if (prev->kind == TK_PROTO)
		return hint_after_proto(p, err, as_written(p, prev));
	if (at(p, TK_REL))
		return err_hint(err, "comparisons are joined with `and`: 4 < len and len < 9");
	if (at_ident(p) || at(p, TK_OP) || at(p, TK_MASK) || at(p, TK_COMMA))
		return hint_after_ident(p, err);
	return err_hint(err, "two conditions are joined with `and` or `or`");
}

void no_join(struct parser *p)
{
	check_bad(p);
	stray_closer(p);
	bool proto = p->t > p->toks.v && p->t[-1].kind == TK_PROTO;
	struct ob_err *err = filter_err(
		p->f, OB_SYNTAX, p->t->span, "expected %s`and`, `or` or %s%s, found %s",
		proto ? "`src`, `dst`, `host`, `net`, `port`, `portrange`, `proto`, `[`, " : "",
		p->open ? "`)`" : "the end", after(p), tok_text(p, p->t));
	filter_fail_err(p->f, hint_join(p, hint_pair(p, err)));
}

static const char *wanted(const struct scope *in)
{
	switch (in->q.type) {
	case T_PORT:
	case T_PORTCHAIN:
		return "a port (a number or the name of a service)";
	case T_PORTRANGE:
		return "a range of ports such as 1-1023";
	case T_PROTO:
	case T_PROTOCHAIN:
		return "a protocol (a number or a name)";
	case T_NET:
		return "a network such as 10.0.0.0/8, or its name,";
	case T_GATEWAY:
		return "the name of a gateway";
	case T_HOST:
		return "a host name, an address or `(`";
	default:
		return "`host`, `net`, `port`, `portrange`, a host name, an address or `(`";
	}
}

void no_ident(struct parser *p, const struct scope *in)
{
	const struct token *t = p->t;
	struct ob_err *err;

	check_bad(p);
	stray_closer(p);
	err = filter_err(p->f, OB_SYNTAX, t->span, "expected %s%s, found %s", wanted(in), after(p),
			 tok_text(p, t));
	err = hint_pair(p, err);
	if (t->kind > TK_REL)
		err = err_hint(err, "%s is a keyword; as a name it is written \\%s", tok_text(p, t),
			       as_written(p, t));
	filter_fail_err(p->f, err);
}

void no_number(struct parser *p)
{
	const struct token *t = p->t;
	u64 kinds = bit(TK_NUM) | bit(TK_LEN) | bit(TK_PROTO) | bit(TK_NAME);
	struct ob_err *err;

	check_bad(p);
	err = filter_err(
		p->f, OB_SYNTAX, t->span,
		"expected a number, `len` or bytes of the packet such as ip[0]%s, found %s",
		after(p), tok_text(p, t));
	err = hint_pair(p, err);
	if (at(p, TK_NAME))
		err = did_you_mean(err, word_near(t->s, kinds));
	else if (at(p, TK_PROTO))
		err = err_hint(err, "say which of its bytes, as in %s[0]", as_written(p, t));
	else if (at(p, TK_V4) || at(p, TK_V6) || at(p, TK_MAC))
		err = err_hint(err, "addresses are not compared; write for example: host %s",
			       as_written(p, t));
	filter_fail_err(p->f, err);
}

void no_comparison(struct parser *p, const struct arith *x)
{
	struct ob_err *err;

	check_bad(p);
	err = filter_err(p->f, OB_SYNTAX, p->t->span,
			 "expected a comparison (= != < <= > >=)%s%s, found %s",
			 p->open ? " or `)`" : "", after(p), tok_text(p, p->t));
	if (x->op == A_AND)
		err = err_hint(err, "to test bits, write: %.*s != 0",
			       (int)(x->span.to - x->span.from), p->f->text + x->span.from);
	filter_fail_err(p->f, err);
}
