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
static struct ob_err *hint_word(struct ob_err *err, const char *word)
{
	static const struct {
		const char *word, *hint;
	} known[] = {
		{"pid", "packets carry no process; `onebpf trace` watches what processes do"},
		{"process", "packets carry no process; `onebpf trace` watches what processes do"},
		{"uid", "packets carry no user"},
		{"http", "a filter sees ports, not what they carry: tcp port 80"},
		{"https", "a filter sees ports, not what they carry: tcp port 443"},
		{"dns", "a filter sees ports, not what they carry: port 53"},
		{"ssh", "a filter sees ports, not what they carry: tcp port 22"},
		{"dhcp", "a filter sees ports, not what they carry: udp port 67 or 68"},
		{"ipv4", "the word is `ip`"},
		{"ipv6", "the word is `ip6`"},
		{"icmpv6", "the word is `icmp6`"},
		{"gre", "by its number: ip proto 47; for what is in it: inner gre"},
		{"ospf", "by its number: ip proto 89"},
		{"ipip", "by its number: ip proto 4; for what is in it: inner ipip"},
		{"gtpu", "for what is in it: inner gtpu"},
		{"portchain", "it takes a port: portchain 80"},
		{"inner", "it takes gre, ipip, gtpu, vxlan or geneve: inner gre"},
		{"tcp6", "tcp over IPv6 is `ip6 and tcp`; its bytes are tcp6[13]"},
		{"udp6", "udp over IPv6 is `ip6 and udp`; its bytes are udp6[0:2]"},
	};
	const char *near;

	for (size_t i = 0; i < LEN(known); i++)
		if (!strcasecmp(word, known[i].word))
			return err_hint(err, "%s", known[i].hint);
	near = filter_word_nearest(word);
	return near && strcmp(near, word) ? err_hint(err, "did you mean `%s`?", near) : err;
}

/* A name where only a keyword, or a name with a qualifier, could stand. */
_Noreturn static void not_a_keyword(struct parser *p, const struct token *t)
{
	struct ob_err *err =
		filter_err(p->f, OB_NAME, t->span, "%s is not a keyword", tok_text(p, t));

	err = hint_word(err, t->s);
	if (t[1].kind == TK_REL || t[1].kind == TK_OP)
		err = err_hint(err, "compared are bytes of the packet, as ip[8]; conditions are "
				    "joined with `and` and `or`");
	else if (t[1].kind == TK_END || t[1].kind == TK_AND || t[1].kind == TK_OR ||
		 t[1].kind == TK_RPAREN)
		err = err_hint(err, "a name needs a qualifier: host %s, port %s", t->s, t->s);
	filter_fail_err(p->f, err);
}

void bare(struct parser *p, const struct token *t)
{
	const char *text = tok_text(p, t), *s;
	struct ob_err *err;

	if (t->kind == TK_NAME)
		not_a_keyword(p, t);
	s = arena_strndup(&p->f->a, p->f->text + t->span.from, t->span.to - t->span.from);
	err = filter_err(p->f, OB_SYNTAX, t->span,
			 "%s stands alone: nothing says what it is the %s of", text,
			 t->kind == TK_NUM ? "number" : "address");
	if (t->kind == TK_NUM)
		err = err_hint(err, "write for example: port %s", s);
	else if (t->kind == TK_MAC || t->kind == TK_AID)
		err = err_hint(err, "write: ether host %s", s);
	else
		err = err_hint(err, "write: %s %s", t[1].kind == TK_OP ? "net" : "host", s);
	filter_fail_err(p->f, err);
}

static void stray_closer(struct parser *p)
{
	if (at(p, TK_RPAREN) && !p->open)
		filter_fail(p->f, OB_SYNTAX, p->t->span, "this `)` closes nothing: no `(` is open");
}

void no_condition(struct parser *p)
{
	struct token *t = p->t;

	check_bad(p);
	if (at_ident(p))
		bare(p, t);
	stray_closer(p);
	if (at(p, TK_AND) || at(p, TK_OR))
		filter_fail(p->f, OB_SYNTAX, t->span, "%s joins two conditions; there is none%s%s",
			    tok_text(p, t), t == p->toks.v ? " before it" : "", after(p));
	expected(p, "a condition such as `tcp` or `port 80`");
}

static struct ob_err *hint_after(struct parser *p, struct ob_err *err)
{
	const struct token *t = p->t, *prev = t - 1;
	const char *near = t->kind == TK_NAME ? filter_word_nearest(t->s) : NULL;

	if (near && strcmp(near, t->s) && prev->kind == TK_PROTO)
		return err_hint(err, "did you mean `%s`?", near);
	if (t->kind == TK_NUM && (prev->kind == TK_NUM || prev->kind == TK_NAME))
		return err_hint(err, "several are written with `or` between them; ports also "
				     "as a list: port 80,443");
	if (t->kind == TK_NUM && prev->kind == TK_PROTO)
		return err_hint(err, "say what the number is: %s port, %s proto ...",
				tok_text(p, prev), tok_text(p, prev));
	if (at_ident(p) && prev->kind == TK_PROTO)
		return err_hint(err, "say what it is: `host`, `net`, `src` or `dst` must stand "
				     "before it");
	if (t->kind == TK_COMMA)
		return err_hint(err, "only ports can be listed with `,`: port 80,443");
	if (is_text(p, t, "&"))
		return err_hint(err,
				"conditions are joined with `and` or `&&`; `&` is for numbers");
	if (is_text(p, t, "|"))
		return err_hint(err, "conditions are joined with `or` or `||`; `|` is for numbers");
	if (t->kind == TK_REL && prev->kind == TK_PROTO)
		return err_hint(err, "say which byte is to be compared: %.*s[0]",
				(int)(prev->span.to - prev->span.from),
				p->f->text + prev->span.from);
	if (is_text(p, t, "/") && prev->kind == TK_NUM)
		return err_hint(err, "a network of one number needs a dot: 10.0/8");
	if (t->kind == TK_MASK)
		return err_hint(err, "a mask follows an IPv4 address: net 10.0.0.0 mask 255.0.0.0");
	if (near && strcmp(near, t->s))
		return err_hint(err, "did you mean `%s`?", near);
	if (t->kind != TK_RBRACKET && t->kind != TK_COLON && t->kind != TK_REL && t->kind != TK_OP)
		return err_hint(err, "two conditions are joined with `and` or `or`");
	return err;
}

void no_join(struct parser *p)
{
	check_bad(p);
	stray_closer(p);
	struct ob_err *err =
		filter_err(p->f, OB_SYNTAX, p->t->span, "expected `and`, `or` or %s%s, found %s",
			   p->open ? "`)`" : "the end", after(p), tok_text(p, p->t));
	filter_fail_err(p->f, hint_after(p, hint_pair(p, err)));
}

static const char *wanted(const struct scope *in)
{
	switch (in->q.type) {
	case T_PORT:
	case T_PORTCHAIN:
		return "a port: a number or the name of a service";
	case T_PORTRANGE:
		return "a range of ports such as 1-1023";
	case T_PROTO:
	case T_PROTOCHAIN:
		return "a protocol: a number or a name";
	case T_NET:
		return "a network such as 10.0.0.0/8, or its name";
	case T_GATEWAY:
		return "the name of a gateway";
	case T_HOST:
		return "a host name or address";
	default:
		return "a host name or address, or one of host, net, port, portrange,";
	}
}

void not_an_ident(struct parser *p, const struct scope *in)
{
	const struct token *t = p->t;
	struct ob_err *err;

	check_bad(p);
	stray_closer(p);
	err = filter_err(p->f, OB_SYNTAX, t->span, "expected %s%s, found %s", wanted(in), after(p),
			 tok_text(p, t));
	err = hint_pair(p, err);
	if (in->q.type == T_PROTO && t->kind == TK_PROTO)
		err = err_hint(err,
			       "a name that is also a keyword is written with \\ before it: "
			       "\\%.*s",
			       (int)(t->span.to - t->span.from), p->f->text + t->span.from);
	else if (t->kind > TK_REL && t->s)
		err = err_hint(err, "%s is a keyword; as a name it is written with \\ before it",
			       tok_text(p, t));
	filter_fail_err(p->f, err);
}
