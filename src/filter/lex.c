/* SPDX-License-Identifier: BSD-2-Clause */
/* Text to tokens. As libpcap's scanner: the longest match wins, and of two
 * that are as long the one that is tried first here. */
#include "filter/parse.h"

struct in {
	const char *s, *end;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alnum(char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z'); }

static int hex(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char peek(struct in in, u32 i) { return i < (size_t)(in.end - in.s) ? in.s[i] : 0; }

/* Up to max hexadecimal digits. */
static u32 match_hex(struct in in, u32 i, u32 max)
{
	u32 n = 0;

	while (n < max && hex(peek(in, i + n)) >= 0)
		n++;
	return n;
}

/* number: digits | "0x" hex digits */
static u32 match_num(struct in in, u32 i)
{
	u32 n = 0;

	if (peek(in, i) == '0' && (peek(in, i + 1) | 32) == 'x') {
		n = match_hex(in, i + 2, UINT32_MAX);
		if (n)
			return n + 2;
		return 1;
	}
	while (is_digit(peek(in, i + n)))
		n++;
	return n;
}

/* v4: number "." number [ "." number [ "." number ]]. Exactly four if `all`. */
static u32 match_v4(struct in in, u32 i, bool all)
{
	u32 n = match_num(in, i), parts = 1;

	while (n && parts < 4 && peek(in, i + n) == '.') {
		u32 more = match_num(in, i + n + 1);

		if (!more)
			break;
		n += 1 + more;
		parts++;
	}
	return parts == 4 || (!all && parts > 1) ? n : 0;
}

/* name: [A-Za-z0-9] ( [-_.A-Za-z0-9]* [.A-Za-z0-9] )? */
static u32 match_name(struct in in)
{
	u32 n = 0, len = 0;

	if (!is_alnum(peek(in, 0)))
		return 0;
	for (;; n++) {
		char c = peek(in, n);

		if (is_alnum(c) || c == '.')
			len = n + 1;
		else if (c != '-' && c != '_')
			return len;
	}
}

/* mac: six groups of one or two digits with one of : - . between them;
 * three groups of four with dots between; twelve digits. */
static u32 match_mac(struct in in)
{
	u32 n = match_hex(in, 0, 12), i;
	char sep;

	if (n == 12)
		return 12;
	if (n == 4 && peek(in, 4) == '.' && match_hex(in, 5, 4) == 4 && peek(in, 9) == '.' &&
	    match_hex(in, 10, 4) == 4)
		return 14;
	n = match_hex(in, 0, 2);
	sep = peek(in, n);
	if (!n || (sep != ':' && sep != '-' && sep != '.'))
		return 0;
	for (i = 1; i < 6; i++) {
		u32 digits = match_hex(in, n + 1, 2);

		if (!digits || peek(in, n) != sep)
			return 0;
		n += 1 + digits;
	}
	return n;
}

/* v6: eight groups, or fewer with one "::" among them, of one to four digits;
 * the last two may be written as v4. */
static u32 match_v6(struct in in)
{
	u32 best = 0, i = 0, groups = 0;
	bool gap = false;

	if (peek(in, 0) == ':') {
		if (peek(in, 1) != ':')
			return 0;
		gap = true;
		best = i = 2;
	}
	for (;;) {
		u32 n = groups <= 6 && gap != (groups == 6) ? match_v4(in, i, true) : 0;

		if (n)
			best = MAX(best, i + n);
		n = match_hex(in, i, 4);
		if (!n || groups == (gap ? 7 : 8))
			return best;
		groups++;
		i += n;
		if (gap || groups == 8)
			best = MAX(best, i);
		if (peek(in, i) != ':')
			return best;
		i++;
		if (!gap && groups < 8 && peek(in, i) == ':') {
			gap = true;
			i++;
			best = MAX(best, i);
		}
	}
}

/* Something with colons that is no address: two or more groups, each with colons after it. */
static u32 match_bad_mac(struct in in)
{
	u32 best = 0, i = 0, groups = 0;

	for (;;) {
		u32 n = match_hex(in, i, 2);

		if (!n || peek(in, i + n) != ':')
			return best;
		for (i += n; peek(in, i) == ':'; i++)
			;
		if (++groups >= 2)
			best = i;
	}
}

static struct token *push(struct parser *p, enum tok kind, u32 from, u32 n)
{
	struct token *t = &vec_push(&p->f->a, p->toks);

	*t = (struct token){.kind = kind, .span = {from, from + n}};
	return t;
}

static void push_bad(struct parser *p, u32 from, u32 n, const char *why)
{
	push(p, TK_BAD, from, n)->s = why;
}

/* A number may have 64 bits here; who takes it decides how many are allowed. */
static void push_num(struct parser *p, u32 from, u32 n)
{
	const char *s = p->f->text + from;
	u32 base = 10, i = 0;
	u64 num = 0;

	if (s[0] == '0' && n > 1) {
		base = (s[1] | 32) == 'x' ? 16 : 8;
		i = base == 16 ? 2 : 1;
	}
	for (; i < n; i++) {
		u32 digit = (u32)hex(s[i]);

		if (digit >= base) {
			push_bad(p, from, n,
				 "a number that begins with 0 is octal and has no 8 or 9");
			return;
		}
		if (__builtin_mul_overflow(num, base, &num) ||
		    __builtin_add_overflow(num, digit, &num)) {
			push_bad(p, from, n, "this number is too large");
			return;
		}
	}
	push(p, TK_NUM, from, n)->num = num;
}

/* Four decimal parts below 256, with no zero before them. */
static bool put_v4(struct in in, u8 ret[4])
{
	for (u32 part = 0; part < 4; part++) {
		const char *from = in.s;
		u32 v = 0;

		while (in.s < in.end && is_digit(*in.s) && v < 256)
			v = v * 10 + (u32)(*in.s++ - '0');
		if (v > 255 || (*from == '0' && in.s - from > 1))
			return false;
		if (part < 3 ? *in.s++ != '.' : in.s != in.end)
			return false;
		ret[part] = (u8)v;
	}
	return true;
}

/* The shape has been matched; only the v4 part may still be wrong. */
bool lex_v6(const char *s, u32 n, u8 ret[16])
{
	struct in in = {s, s + n};
	u32 i = 0, k = 0, gap = 16;

	memset(ret, 0, 16);
	while (i < n && k < 16) {
		u32 digits = match_hex(in, i, 4), v = 0;

		if (s[i] == ':') {
			if (++i < n && s[i] == ':') {
				gap = k;
				i++;
			}
		} else if (match_v4(in, i, true)) {
			if (k > 12 || !put_v4((struct in){s + i, s + n}, ret + k))
				return false;
			k += 4;
			break;
		} else {
			while (digits--)
				v = v << 4 | (u32)hex(s[i++]);
			put_be16(ret + k, (u16)v);
			k += 2;
		}
	}
	if (gap < 16) {
		memmove(ret + 16 - (k - gap), ret + gap, k - gap);
		memset(ret + gap, 0, 16 - k);
	}
	return true;
}

static void push_v6(struct parser *p, u32 from, u32 n)
{
	u8 addr[16];

	if (lex_v6(p->f->text + from, n, addr))
		push(p, TK_V6, from, n);
	else
		push_bad(p, from, n, "this is no IPv6 address: its last part is no IPv4 address");
}

static void push_name(struct parser *p, u32 from, u32 n)
{
	const char *s = p->f->text + from;
	const struct word *w = word_find(s, n);
	struct token *t = push(p, w ? w->kind : TK_NAME, from, n);

	if (w)
		t->num = w->num;
	else
		t->s = arena_strndup(&p->f->a, s, n);
}

/* A token that begins with a letter, a digit or a colon. Returns its length. */
static u32 lex_word(struct parser *p, struct in in, u32 from)
{
	u32 name = match_name(in), mac = match_mac(in), v6 = match_v6(in);
	u32 bad = match_bad_mac(in), num = match_num(in, 0), v4 = match_v4(in, 0, false);
	u32 best = MAX(MAX(MAX(name, mac), MAX(v6, bad)), MAX(num, v4));

	if (!best)
		return 0;
	if (best == mac)
		push(p, TK_MAC, from, mac);
	else if (best == num)
		push_num(p, from, num);
	else if (best == v4)
		push(p, TK_V4, from, v4);
	else if (best == v6)
		push_v6(p, from, v6);
	else if (best == bad)
		push_bad(p, from, bad, "this is neither an Ethernet nor an IPv6 address");
	else
		push_name(p, from, name);
	return best;
}

/* A name after a backslash is a name even if it is a keyword. */
static u32 lex_escaped(struct parser *p, struct in in, u32 from)
{
	u32 n = 1;

	while (in.s + n < in.end && !strchr(" !()\n\t", in.s[n]))
		n++;
	if (n == 1)
		push_bad(p, from, 1, "a name must follow `\\`");
	else
		push(p, TK_NAME, from, n)->s = arena_strndup(&p->f->a, in.s + 1, n - 1);
	return n;
}

static const struct sign {
	char s[3];
	enum tok kind;
	u32 num;
} signs[] = {
	/* clang-format off */
	{"&&", TK_AND, 0}, {"||", TK_OR, 0}, {">=", TK_REL, R_GE}, {"<=", TK_REL, R_LE},
	{"!=", TK_REL, R_NE}, {"==", TK_REL, R_EQ}, {"<<", TK_OP, A_LSH}, {">>", TK_OP, A_RSH},
	{"(", TK_LPAREN, 0}, {")", TK_RPAREN, 0}, {"[", TK_LBRACKET, 0}, {"]", TK_RBRACKET, 0},
	{":", TK_COLON, 0}, {",", TK_COMMA, 0}, {"!", TK_NOT, 0}, {"=", TK_REL, R_EQ},
	{"<", TK_REL, R_LT}, {">", TK_REL, R_GT}, {"+", TK_OP, A_ADD}, {"-", TK_OP, A_SUB},
	{"*", TK_OP, A_MUL}, {"/", TK_OP, A_DIV}, {"%", TK_OP, A_MOD}, {"&", TK_OP, A_AND},
	{"|", TK_OP, A_OR}, {"^", TK_OP, A_XOR},
	/* clang-format on */
};

static u32 lex_sign(struct parser *p, struct in in, u32 from)
{
	char c = in.s[0], d = peek(in, 1);

	for (size_t i = 0; i < LEN(signs); i++) {
		const struct sign *s = &signs[i];

		if (s->s[0] != c || (s->s[1] && s->s[1] != d))
			continue;
		u32 n = s->s[1] ? 2 : 1;
		push(p, s->kind, from, n)->num = s->num;
		return n;
	}
	return 0;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static u32 lex_one(struct parser *p, struct in in, u32 from)
{
	u32 n;

	if (*in.s == '\\')
		return lex_escaped(p, in, from);
	if (*in.s == '$') {
		n = match_hex(in, 1, 2);
		if (n)
			push(p, TK_AID, from, 1 + n);
		else
			push_bad(p, from, 1, "one or two hexadecimal digits must follow `$`");
		return 1 + n;
	}
	n = is_alnum(*in.s) || *in.s == ':' ? lex_word(p, in, from) : 0;
	if (!n)
		n = lex_sign(p, in, from);
	if (!n) {
		/* a character of several bytes is one mistake */
		for (n = 1; in.s + n < in.end && (in.s[n] & 0xc0) == 0x80; n++)
			;
		push_bad(p, from, n, NULL);
	}
	return n;
}

void lex(struct parser *p)
{
	const char *text = p->f->text, *end = text + p->f->n;
	u32 i = 0;

	while (i < p->f->n)
		if (is_blank(text[i]))
			i++;
		else
			i += lex_one(p, (struct in){text + i, end}, i);
	push(p, TK_END, p->toks.n ? p->toks.v[p->toks.n - 1].span.to : 0, 0);
}
