/* SPDX-License-Identifier: BSD-2-Clause */
/* Words, numbers and registers of the assembler for extended BPF; its errors. */
#include "isa/ebpf_asm.h"

/* ---- errors ---- */

static struct ob_err *place(const struct ea *j, u32 at, u32 len, struct ob_err *err)
{
	u32 line = 1, bol = 0;
	const char *end = memchr(j->text + at, '\n', j->n - at);

	for (u32 i = 0; i < at; i++)
		if (j->text[i] == '\n') {
			line++;
			bol = i + 1;
		}
	return err_at_text(err, j->name, line, at - bol + 1, MAX(len, 1u), j->text + bol,
			   (size_t)((end ? end : j->text + j->n) - (j->text + bol)));
}

bool ea_bad(struct ea *j, enum ob_code code, u32 at, u32 len, const char *fmt, ...)
{
	va_list ap;

	if (j->err)
		return false;
	va_start(ap, fmt);
	j->err = place(j, at, len, err_newv(code, fmt, ap));
	va_end(ap);
	return false;
}

void ea_note(struct ea *j, u32 at, u32 len, const char *what)
{
	if (j->err)
		j->err = err_add(j->err, place(j, at, len, err_new(OB_SYNTAX, "%s", what)));
}

const char *ea_show(struct ea *j, u32 at, u32 len)
{
	if (at >= j->n)
		return "the end";
	if (j->text[at] == '\n' || !len)
		return "the end of the line";
	return arena_printf(j->a, "`%.*s`", (int)MIN(len, 40u), j->text + at);
}

bool ea_expected(struct ea *j, const char *what)
{
	u32 len = ea_len(j);

	return ea_bad(j, OB_SYNTAX, j->pos, len, "%s is expected here, not %s", what,
		      ea_show(j, j->pos, len));
}

void ea_did_you_mean(struct ea *j, u32 at, u32 len, const char *const *list)
{
	const char *near = word_nearest(arena_strndup(j->a, j->text + at, MIN(len, 40u)), list);

	if (near && j->err)
		err_hint(j->err, "did you mean `%s`?", near);
}

/* ---- words ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool ea_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
	       c == '.' || c == '$' || c == '@';
}

u32 ea_len(const struct ea *j)
{
	u32 percent = ea_char(j, 0) == '%' && ea_is_reg(j), n = percent;

	while (ea_is_word(ea_char(j, n)))
		n++;
	return n || j->pos >= j->n || ea_char(j, 0) == '\n' ? n : 1;
}

static void skip_line(struct ea *j)
{
	const char *end = memchr(j->text + j->pos, '\n', j->n - j->pos);

	j->pos = end ? (u32)(end - j->text) : j->n;
}

static bool skip_comment(struct ea *j)
{
	if (ea_char(j, 0) == '#' || (ea_char(j, 0) == '/' && ea_char(j, 1) == '/')) {
		skip_line(j);
		return true;
	}
	if (ea_char(j, 0) != '/' || ea_char(j, 1) != '*')
		return false;
	for (j->pos += 2; j->pos < j->n; j->pos++)
		if (ea_char(j, 0) == '*' && ea_char(j, 1) == '/') {
			j->pos += 2;
			return true;
		}
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

void ea_blanks(struct ea *j)
{
	for (;;) {
		while (is_blank(ea_char(j, 0)))
			j->pos++;
		if (!skip_comment(j))
			return;
	}
}

void ea_skip(struct ea *j, u32 n)
{
	j->pos += n;
	j->last = j->pos;
	ea_blanks(j);
}

bool ea_at_end(const struct ea *j)
{
	return j->pos >= j->n || ea_char(j, 0) == '\n' || ea_char(j, 0) == ';';
}

bool ea_is(const struct ea *j, const char *word)
{
	u32 n = (u32)strlen(word);

	return n <= j->n - j->pos && !memcmp(j->text + j->pos, word, n) &&
	       !(ea_is_word(*word) && ea_is_word(ea_char(j, n)));
}

bool ea_take(struct ea *j, const char *word)
{
	if (!ea_is(j, word))
		return false;
	ea_skip(j, (u32)strlen(word));
	return true;
}

bool ea_need(struct ea *j, const char *word)
{
	return ea_take(j, word) || ea_expected(j, arena_printf(j->a, "`%s`", word));
}

/* ---- numbers ----
 *
 * They are exact until they are asked to fit: beyond +-2^64 is an error. */

typedef __int128 wide;
#define WIDE_MAX ((wide)1 << 64)

enum { DEPTH = 64 };

static u32 digit(char c)
{
	if (is_digit(c))
		return (u32)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? (u32)(c - 'a') + 10 : 99;
}

/* 0x hex | 0b binary | 0 octal | decimal */
static bool literal(struct ea *j, wide *ret)
{
	u32 at = j->pos, len = ea_len(j), base = 10, i = 0;
	char second = ea_char(j, 1) | 0x20;

	if (ea_char(j, 0) == '0' && len > 1) {
		base = second == 'x' ? 16 : second == 'b' ? 2 : 8;
		i = base == 8 ? 1 : 2;
	}
	if (i == len)
		return ea_bad(j, OB_SYNTAX, at, len, "%s has no digits", ea_show(j, at, len));
	*ret = 0;
	for (; i < len; i++) {
		u32 d = digit(ea_char(j, i));

		if (d >= base)
			return ea_bad(j, OB_SYNTAX, at, len, "%s is not a number of base %u",
				      ea_show(j, at, len), base);
		*ret = *ret * base + d;
		if (*ret > UINT64_MAX)
			return ea_bad(j, OB_RANGE, at, len, "%s does not fit in 64 bits",
				      ea_show(j, at, len));
	}
	ea_skip(j, len);
	return true;
}

static bool expression(struct ea *j, u32 level, u32 depth, wide *ret);

/* number | `(` expression `)` | (`-` | `+` | `~`) primary */
static bool primary(struct ea *j, u32 depth, wide *ret)
{
	if (depth > DEPTH)
		return ea_bad(j, OB_RANGE, j->pos, 1, "more than %d levels of an expression",
			      DEPTH);
	if (ea_take(j, "("))
		return expression(j, 0, depth + 1, ret) && ea_need(j, ")");
	bool minus = ea_is(j, "-"), not = ea_is(j, "~");
	if (minus || not || ea_is(j, "+")) {
		ea_skip(j, 1);
		if (!primary(j, depth + 1, ret))
			return false;
		*ret = minus ? -*ret : not ? ~*ret : *ret;
		return true;
	}
	if (!is_digit(ea_char(j, 0)))
		return ea_expected(j, "a number");
	return literal(j, ret);
}

/* As in C, the loosest first. */
static const char *const operators[][4] = {
	{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"},
};

static bool apply(struct ea *j, u32 at, const char *op, wide *a, wide b)
{
	if (*op == '<' || *op == '>') {
		if (b < 0 || b > 63)
			return ea_bad(j, OB_RANGE, at, 2, "a shift by %lld is not 0 to 63",
				      (long long)b);
		if (*op == '>')
			*a >>= b;
		else if (*a > WIDE_MAX >> b || *a < -(WIDE_MAX >> b))
			*a = WIDE_MAX;
		else
			*a *= (wide)1 << b;
	} else if ((*op == '/' || *op == '%') && !b) {
		return ea_bad(j, OB_RANGE, at, 1, "a division by zero");
	} else if (*op == '*' && *a && b && (*a > UINT32_MAX || *a < -(wide)UINT32_MAX) &&
		   (b > UINT32_MAX || b < -(wide)UINT32_MAX)) {
		*a = WIDE_MAX;
	} else {
		*a = *op == '|'   ? *a | b
		     : *op == '^' ? *a ^ b
		     : *op == '&' ? *a & b
		     : *op == '+' ? *a + b
		     : *op == '-' ? *a - b
		     : *op == '*' ? *a * b
		     : *op == '/' ? *a / b
				  : *a % b;
	}
	if (*a >= WIDE_MAX || *a <= -WIDE_MAX)
		return ea_bad(j, OB_RANGE, at, 1, "the expression leaves 64 bits here");
	return true;
}

static const char *operator(const struct ea *j, u32 level)
{
	for (u32 i = 0; i < 4 && operators[level][i]; i++) {
		const char *op = operators[level][i];

		if (ea_is(j, op) && ea_char(j, (u32)strlen(op)) != '=')
			return op;
	}
	return NULL;
}

/* primary { operator primary } */
static bool expression(struct ea *j, u32 level, u32 depth, wide *ret)
{
	const char *op;
	wide right;

	if (level == LEN(operators))
		return primary(j, depth, ret);
	if (!expression(j, level + 1, depth, ret))
		return false;
	while ((op = operator(j, level))) {
		u32 at = j->pos;

		ea_skip(j, (u32)strlen(op));
		if (!expression(j, level + 1, depth, &right) || !apply(j, at, op, ret, right))
			return false;
	}
	return true;
}

bool ea_is_number(const struct ea *j)
{
	return is_digit(ea_char(j, 0)) || ea_is(j, "-") || ea_is(j, "+") || ea_is(j, "(") ||
	       ea_is(j, "~");
}

bool ea_number(struct ea *j, const char *what, s64 min, u64 max, s64 *ret)
{
	u32 at = j->pos;
	wide v;

	if (!ea_is_number(j))
		return ea_expected(j, what);
	if (!expression(j, 0, 0, &v))
		return false;
	if (v < min || v > (wide)max)
		return ea_bad(j, OB_RANGE, at, j->last - at, "%s is %lld to %llu, not %s", what,
			      (long long)min, (unsigned long long)max,
			      ea_show(j, at, j->last - at));
	*ret = (s64)(u64)v;
	return true;
}

bool ea_imm32(struct ea *j, s64 *ret)
{
	if (!ea_number(j, "a 32-bit immediate", INT32_MIN, UINT32_MAX, ret))
		return false;
	*ret = (s32)*ret;
	return true;
}

/* ---- registers ---- */

bool ea_is_reg(const struct ea *j)
{
	u32 percent = ea_char(j, 0) == '%', n = percent + 1;
	char c = ea_char(j, percent);

	if ((c != 'r' && c != 'w') || !is_digit(ea_char(j, n)))
		return false;
	while (is_digit(ea_char(j, n)))
		n++;
	return !ea_is_word(ea_char(j, n));
}

bool ea_reg(struct ea *j, struct ea_reg *ret)
{
	u32 percent = ea_char(j, 0) == '%', n = percent + 1, nr = 0;

	if (!ea_is_reg(j))
		return ea_expected(j, "a register");
	ret->wide = ea_char(j, percent) == 'r';
	for (; is_digit(ea_char(j, n)); n++)
		nr = MIN(nr * 10 + (u32)(ea_char(j, n) - '0'), 99u);
	if (nr >= EBPF_REGS)
		return ea_bad(j, OB_RANGE, j->pos, n, "there is no register %s, only %c0 to %c%u",
			      ea_show(j, j->pos, n), ea_char(j, percent), ea_char(j, percent),
			      EBPF_REGS - 1);
	ret->nr = (u8)nr;
	ret->at = j->pos;
	ret->len = n;
	ea_skip(j, n);
	return true;
}

bool ea_reg_of(struct ea *j, bool wide, u8 *ret)
{
	struct ea_reg r;

	if (!ea_reg(j, &r))
		return false;
	*ret = r.nr;
	if (r.wide == wide)
		return true;
	return ea_bad(j, OB_SYNTAX, r.at, r.len,
		      "a %u-bit register, %c%u, is expected here, not %s", wide ? 64 : 32,
		      wide ? 'r' : 'w', r.nr, ea_show(j, r.at, r.len));
}
