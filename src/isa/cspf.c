/* SPDX-License-Identifier: BSD-2-Clause */
/* CSPF: names of its actions and operators, assembler and disassembler. */
#include "isa/isa.h"

#include <ctype.h>
#include <strings.h>

struct word {
	const char *name;
	u16 code;
	bool ends;
	u16 value;
};

/* clang-format off */
static const struct word actions[] = {
	{"NOPUSH", CSPF_NOPUSH, false, 0},
	{"PUSHLIT", CSPF_PUSHLIT, false, 0},
#define CSPF_CONST(name, code, value) {#name, code, false, value},
#include "isa/cspf.def"
};

static const struct word binops[] = {
	{"NOP", CSPF_NOP, false, 0},
#define CSPF_BINARY(name, code, result)     {#name, code, false, 0},
#define CSPF_END(name, code, when, verdict) {#name, code, true, 0},
#include "isa/cspf.def"
};
/* clang-format on */

static const struct word *by_code(const struct word *list, size_t n, u32 code)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].code == code)
			return &list[i];
	return NULL;
}

static const struct word *by_name(const struct word *list, size_t n, struct bytes s)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i].name) == s.n &&
		    !strncasecmp(list[i].name, (const char *)s.p, s.n))
			return &list[i];
	return NULL;
}

const char *cspf_action_name(u32 action)
{
	const struct word *w = by_code(actions, LEN(actions), action);

	return w ? w->name : NULL;
}

const char *cspf_binop_name(u32 binop)
{
	const struct word *w = by_code(binops, LEN(binops), binop);

	return w ? w->name : NULL;
}

bool cspf_binop_ends(u32 binop)
{
	const struct word *w = by_code(binops, LEN(binops), binop);

	return w && w->ends;
}

s32 cspf_const(u32 action)
{
	const struct word *w = by_code(actions, LEN(actions), action);

	return w && action != CSPF_NOPUSH && action != CSPF_PUSHLIT ? w->value : -1;
}

/* ---- listing ---- */

static bool is_operation(const u16 *word, u32 left)
{
	u32 action = cspf_action(*word);

	if (!cspf_binop_name(cspf_binop(*word)))
		return false;
	if (action == CSPF_PUSHLIT)
		return left > 1;
	return action >= CSPF_PUSHWORD || cspf_action_name(action);
}

static void list_one(struct buf *to, const u16 *word)
{
	u32 action = cspf_action(*word), binop = cspf_binop(*word);

	if (action >= CSPF_PUSHWORD)
		buf_printf(to, "PUSHWORD+%u", action - CSPF_PUSHWORD);
	else if (action == CSPF_PUSHLIT)
		buf_printf(to, "PUSHLIT 0x%04x", word[1]);
	else if (action != CSPF_NOPUSH || binop == CSPF_NOP)
		buf_puts(to, cspf_action_name(action));
	if (binop != CSPF_NOP)
		buf_printf(to, "%s%s", action == CSPF_NOPUSH ? "" : " ", cspf_binop_name(binop));
}

void cspf_dis(struct buf *to, const u16 *word, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		buf_printf(to, "(%03u) ", i);
		if (!is_operation(word + i, n - i)) {
			buf_printf(to, ".word 0x%04x\n", word[i]);
			continue;
		}
		list_one(to, word + i);
		buf_putc(to, '\n');
		i += cspf_action(word[i]) == CSPF_PUSHLIT;
	}
}

/* ---- assembling ---- */

struct reader {
	const char *name, *text;
	u32 line;
	const char *p, *end, *start; /* of the line */
	struct cspf *to;
};

static struct ob_err *wrong(const struct reader *r, struct bytes at, const char *fmt, ...)
{
	u32 col = (u32)((const char *)at.p - r->start) + 1;
	va_list ap;

	va_start(ap, fmt);
	struct ob_err *err = err_newv(OB_SYNTAX, fmt, ap);
	va_end(ap);
	return err_at_text(err, r->name, r->line, col, MAX((u32)at.n, 1u), r->start,
			   (size_t)(r->end - r->start));
}

/* The next word of the line; empty at its end or at a comment. */
static struct bytes next_word(struct reader *r)
{
	while (r->p < r->end && isspace((unsigned char)*r->p))
		r->p++;
	const char *from = r->p;
	while (r->p < r->end && !isspace((unsigned char)*r->p) && *r->p != ';')
		r->p++;
	return (struct bytes){(const u8 *)from, (u64)(r->p - from)};
}

/* A number of at most `max`, decimal or 0x...; the whole word must be one. */
static bool number(struct bytes s, u32 max, u32 *ret)
{
	bool hex = s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X');
	u64 v = 0;

	for (u64 i = hex ? 2 : 0; i < s.n; i++) {
		int c = tolower(s.p[i]);
		int digit = c >= '0' && c <= '9'          ? c - '0'
			    : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
							  : -1;

		if (digit < 0)
			return false;
		v = v * (hex ? 16 : 10) + (u32)digit;
		if (v > max)
			return false;
	}
	*ret = (u32)v;
	return s.n > 0;
}

static struct ob_err *put(struct reader *r, struct bytes at, u32 word)
{
	if (r->to->n == CSPF_MAXWORDS)
		return wrong(r, at, "the program has more than %u words", CSPF_MAXWORDS);
	r->to->word[r->to->n++] = (u16)word;
	return NULL;
}

static bool is_index(struct bytes s) { return s.n > 2 && s.p[0] == '(' && s.p[s.n - 1] == ')'; }

/* PUSHWORD+n | PUSHZERO | ...; false when it is not an action */
static bool read_action(struct bytes s, u32 *ret)
{
	static const char prefix[] = "PUSHWORD+";
	const struct word *w = by_name(actions, LEN(actions), s);
	u32 n;

	if (w)
		return *ret = w->code, true;
	if (s.n < sizeof(prefix) || strncasecmp((const char *)s.p, prefix, sizeof(prefix) - 1))
		return false;
	if (!number(bytes_part(s, sizeof(prefix) - 1, s.n), CSPF_ACTIONS - CSPF_PUSHWORD - 1, &n))
		return false;
	*ret = CSPF_PUSHWORD + n;
	return true;
}

/* line = [ "(" index ")" ] ( ".word" number | [ action [ number ] ] [ binop ] ) */
static struct ob_err *read_line(struct reader *r)
{
	struct bytes first, w = next_word(r);
	u32 action = CSPF_NOPUSH, literal = 0;

	if (is_index(w))
		w = next_word(r);
	first = w;
	if (!w.n)
		return NULL;
	if (w.n == 5 && !strncasecmp((const char *)w.p, ".word", 5)) {
		w = next_word(r);
		if (!number(w, 0xffff, &literal))
			return wrong(r, w, "a number from 0 to 0xffff is wanted after .word");
		struct bytes more = next_word(r);
		return more.n ? wrong(r, more, "nothing can follow the number")
			      : put(r, first, literal);
	}
	if (read_action(w, &action)) {
		w = next_word(r);
		if (action == CSPF_PUSHLIT) {
			if (!number(w, 0xffff, &literal))
				return wrong(r, w,
					     "a number from 0 to 0xffff is wanted after PUSHLIT");
			w = next_word(r);
		}
	}
	const struct word *op = w.n ? by_name(binops, LEN(binops), w) : &binops[0];
	if (!op)
		return wrong(r, w, "'%.*s' is neither an action nor an operator of CSPF",
			     (int)MIN(w.n, 40u), (const char *)w.p);
	struct bytes more = next_word(r);
	if (more.n)
		return wrong(r, more, "nothing can follow the operator");
	struct ob_err *err = put(r, first, action | (u32)op->code << CSPF_OPSHIFT);
	return err || action != CSPF_PUSHLIT ? err : put(r, first, literal);
}

struct ob_err *cspf_asm(const char *name, const char *text, size_t n, struct cspf *ret)
{
	struct cspf code = {.n = 0};
	struct reader r = {.name = name, .text = text, .end = text, .to = &code};

	for (const char *p = text, *end = text + n; p < end; p = r.end + 1) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		r.line++;
		r.p = r.start = p;
		r.end = nl ? nl : end;
		struct ob_err *err = read_line(&r);
		if (err)
			return err;
	}
	*ret = code;
	return NULL;
}
