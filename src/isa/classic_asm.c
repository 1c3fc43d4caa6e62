/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads classic programs: bpf_asm's syntax, tcpdump's three listings, and the
 * one line of xt_bpf. Which operands a mnemonic takes is the table's business. */
#include "isa/isa.h"

#include <stdlib.h>

enum kind { END, EOL, WORD, NUMBER, PUNCT };

/* A token, or any stretch of one line. */
struct tok {
	enum kind kind;
	u32 line, bol; /* bol: where the line begins */
	u32 at, n;     /* in the text */
	s64 value;     /* of a number; of punctuation, the character */
};

/* Where a jump goes: a label, or the number of an instruction. */
struct ref {
	u32 pc;
	enum { JT, JF, JA } slot;
	struct tok to;
};

struct label {
	struct tok name;
	u32 pc;
	const char *text; /* the whole; name.at is in it */
};

struct job {
	struct arena *a;
	const char *name, *text;
	u32 n;
	u32 pos, line, bol;
	struct tok tok; /* the next one */
	struct ob_err *err;
	struct {
		struct ob_cbpf *v;
		u32 n, cap;
	} code;
	struct {
		struct ref *v;
		u32 n, cap;
	} refs;
	struct {
		struct label *v;
		u32 n, cap;
	} labels;
};

/* ---- errors ---- */

static struct ob_err *place(const struct job *j, const struct tok *t, struct ob_err *err)
{
	const char *line = j->text + t->bol, *end = memchr(line, '\n', j->n - t->bol);

	return err_at_text(err, j->name, t->line, t->at - t->bol + 1, MAX(t->n, 1u), line,
			   end ? (size_t)(end - line) : j->n - t->bol);
}

static bool bad(struct job *j, const struct tok *t, const char *fmt, ...) PRINTF(3, 4);
static bool bad(struct job *j, const struct tok *t, const char *fmt, ...)
{
	va_list ap;

	if (j->err)
		return false;
	va_start(ap, fmt);
	j->err = place(j, t, err_newv(OB_SYNTAX, fmt, ap));
	va_end(ap);
	return false;
}

/* The token's text for a message, cut to what is worth reading. */
static const char *show(const struct job *j, const struct tok *t)
{
	if (t->kind == END)
		return "the end";
	if (t->kind == EOL)
		return "the end of the line";
	return arena_printf(j->a, "`%.*s`", (int)MIN(t->n, 40u), j->text + t->at);
}

/* ---- tokens ---- */

static bool is_word(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static char peek(const struct job *j, u32 ahead)
{
	return j->n - j->pos > ahead ? j->text[j->pos + ahead] : 0;
}

static void newline(struct job *j)
{
	j->line++;
	j->bol = j->pos;
}

/* Blanks and comments; a comment over several lines does not end a line. */
static void skip_blanks(struct job *j)
{
	while (j->pos < j->n) {
		char c = peek(j, 0);

		if (c == ';') {
			while (j->pos < j->n && peek(j, 0) != '\n')
				j->pos++;
		} else if (c == '/' && peek(j, 1) == '*') {
			for (j->pos += 2; j->pos < j->n; j->pos++) {
				if (peek(j, 0) == '*' && peek(j, 1) == '/')
					break;
				if (peek(j, 0) == '\n') {
					j->pos++;
					newline(j);
					j->pos--;
				}
			}
			j->pos = MIN(j->pos + 2, j->n);
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
			j->pos++;
		} else {
			return;
		}
	}
}

static u32 digit(char c)
{
	if (is_digit(c))
		return (u32)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? (u32)(c - 'a') + 10 : 99;
}

/* [-] ( 0x hex | 0b binary | 0 octal | decimal ), -2^31 to 2^32 - 1 */
static bool lex_number(struct job *j, struct tok *t)
{
	bool minus = peek(j, 0) == '-';
	u32 base = 10;
	u64 v = 0;

	j->pos += minus;
	if (peek(j, 0) == '0') {
		char c = peek(j, 1) | 0x20;

		base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
		j->pos += base == 8 ? 1 : 2;
	}
	u32 from = j->pos;
	while (is_word(peek(j, 0), false)) {
		u32 d = digit(peek(j, 0));

		t->n = ++j->pos - t->at;
		if (d >= base)
			return bad(j, t, "%s is not a number of base %u", show(j, t), base);
		v = MIN(v * base + d, (u64)1 << 40);
	}
	t->n = j->pos - t->at;
	if (base != 8 && j->pos == from)
		return bad(j, t, "%s has no digits", show(j, t));
	if (v > (minus ? (u64)1 << 31 : UINT32_MAX))
		return bad(j, t, "%s does not fit in 32 bits", show(j, t));
	t->value = minus ? -(s64)v : (s64)v;
	return true;
}

static bool next(struct job *j)
{
	skip_blanks(j);
	struct tok *t = &j->tok, now = {END, j->line, j->bol, j->pos, 0, 0};
	char c = peek(j, 0);

	*t = now;
	if (j->pos >= j->n)
		return true;
	if (c == '\n') {
		t->kind = EOL;
		j->pos++;
		newline(j);
		return true;
	}
	if (is_digit(c) || (c == '-' && is_digit(peek(j, 1)))) {
		t->kind = NUMBER;
		return lex_number(j, t);
	}
	t->kind = is_word(c, true) ? WORD : PUNCT;
	t->value = c;
	do
		j->pos++;
	while (t->kind == WORD && is_word(peek(j, 0), false));
	t->n = j->pos - t->at;
	if (t->kind == PUNCT && (c < ' ' || c > '~'))
		return bad(j, t, "a byte of value 0x%02x has no meaning here", (u8)c);
	return true;
}

static bool is(const struct job *j, char c) { return j->tok.kind == PUNCT && j->tok.value == c; }

static bool tok_is(const struct job *j, const struct tok *t, const char *word)
{
	return t->kind == WORD && strlen(word) == t->n && !memcmp(j->text + t->at, word, t->n);
}

static bool is_the(const struct job *j, const char *word) { return tok_is(j, &j->tok, word); }

static bool expect(struct job *j, char c)
{
	if (is(j, c))
		return next(j);
	return bad(j, &j->tok, "`%c` is expected here, not %s", c, show(j, &j->tok));
}

static bool number(struct job *j, s64 *v)
{
	if (j->tok.kind != NUMBER)
		return bad(j, &j->tok, "a number is expected here, not %s", show(j, &j->tok));
	*v = j->tok.value;
	return next(j);
}

static bool at_end_of_line(const struct job *j) { return j->tok.kind == EOL || j->tok.kind == END; }

static bool skip_lines(struct job *j)
{
	while (j->tok.kind == EOL)
		if (!next(j))
			return false;
	return true;
}

static bool add(struct job *j, const struct tok *t, struct ob_cbpf c)
{
	if (j->code.n == CBPF_ASM_MAX)
		return bad(j, t, "more than %d instructions", CBPF_ASM_MAX);
	vec_push(j->a, j->code) = c;
	return true;
}

/* ---- operands ---- */

/* As in the table, and three more. A constant may stand where the table has
 * CBO_HEX or CBO_DEC; a bare number only where bpf_asm allows it. */
enum { BARE = CBO_JA + 1, REG_A, CONSTANT = CBO_HEX };

struct operand {
	u32 kind;
	s64 k;
	struct tok at;
};

static bool anc_by_name(const struct job *j, const struct tok *t, s64 *k)
{
	static const struct {
		const char *dis, *text;
		u32 n;
	} names[] = {
#define CA(name, n, dev, dis, text) {dis, text, n},
#include "isa/anc.def"
#undef CA
		{"vlan_pr", "vlan_pr", CA_VLAN_TAG_PRESENT},
	};

	for (u32 i = 0; i < LEN(names); i++)
		if (tok_is(j, t, names[i].dis) || tok_is(j, t, names[i].text)) {
			*k = (s64)CBPF_AD_OFF + names[i].n;
			return true;
		}
	return false;
}

static bool bad_name(struct job *j, const char *what)
{
	static const char *const names[] = {
#define CA(name, n, dev, dis, text) text,
#include "isa/anc.def"
#undef CA
		"pktlen",
		NULL,
	};
	const struct tok *t = &j->tok;
	const char *near =
		word_nearest(arena_strndup(j->a, j->text + t->at, MIN(t->n, 40u)), names);

	bad(j, t, "%s is no %s", show(j, t), what);
	if (near && j->err)
		err_hint(j->err, "did you mean `%s`?", near);
	return false;
}

/* `[` ( number | ancillary name | [%]x [(+|-) number] ) `]` */
static bool brackets(struct job *j, struct operand *o)
{
	bool minus = false;

	if (!next(j))
		return false;
	if (is(j, '%') && !next(j))
		return false;
	o->kind = is_the(j, "x") || is_the(j, "X") ? CBO_IND : CBO_ABS;
	if (o->kind == CBO_ABS) {
		if (j->tok.kind == WORD) {
			if (!anc_by_name(j, &j->tok, &o->k))
				return bad_name(j, "ancillary load");
			return next(j) && expect(j, ']');
		}
		return number(j, &o->k) && expect(j, ']');
	}
	if (!next(j))
		return false;
	if (is(j, ']'))
		return next(j);
	if (is(j, '+') || is(j, '-')) {
		minus = is(j, '-');
		if (!next(j))
			return false;
	}
	if (!number(j, &o->k))
		return false;
	if (minus)
		o->k = -o->k;
	return expect(j, ']');
}

/* 4 `*` `(` `[` number `]` `&` 0xf `)` */
static bool header_length(struct job *j, struct operand *o)
{
	struct tok four = j->tok, mask;
	s64 v;

	if (!next(j))
		return false;
	if (!is(j, '*')) {
		o->kind = BARE;
		o->k = four.value;
		return true;
	}
	o->kind = CBO_MSH;
	if (four.value != 4)
		return bad(j, &four, "only 4*([k]&0xf) can be loaded, not %s*", show(j, &four));
	if (!next(j) || !expect(j, '(') || !expect(j, '[') || !number(j, &o->k) ||
	    !expect(j, ']') || !expect(j, '&'))
		return false;
	mask = j->tok;
	if (!number(j, &v))
		return false;
	if (v != 0xf)
		return bad(j, &mask, "only 4*([k]&0xf) can be loaded, not &%s", show(j, &mask));
	return expect(j, ')');
}

/* len | pktlen | an ancillary name | x | a | M `[` number `]` */
static bool word(struct job *j, struct operand *o)
{
	if (is_the(j, "len") || is_the(j, "pktlen"))
		o->kind = CBO_LEN;
	else if (is_the(j, "x") || is_the(j, "X"))
		o->kind = CBO_X;
	else if (is_the(j, "a") || is_the(j, "A"))
		o->kind = REG_A;
	else if (is_the(j, "M") || is_the(j, "m"))
		o->kind = CBO_MEM;
	else if (anc_by_name(j, &j->tok, &o->k))
		o->kind = CBO_ABS;
	else
		return bad_name(j, "operand");
	if (!next(j))
		return false;
	return o->kind != CBO_MEM || (expect(j, '[') && number(j, &o->k) && expect(j, ']'));
}

static bool operand(struct job *j, struct operand *o)
{
	*o = (struct operand){.kind = CBO_NONE, .at = j->tok};
	bool good = true;

	if (at_end_of_line(j))
		return true;
	if (is(j, '[')) {
		good = brackets(j, o);
	} else if (is(j, '#')) {
		if (!next(j))
			return false;
		o->kind = CONSTANT;
		good = j->tok.kind == WORD ? word(j, o) : number(j, &o->k);
	} else if (is(j, '%')) {
		good = next(j) && word(j, o);
	} else if (j->tok.kind == NUMBER) {
		good = header_length(j, o);
	} else if (j->tok.kind == WORD) {
		good = word(j, o);
	} else {
		return bad(j, &j->tok, "an operand is expected here, not %s", show(j, &j->tok));
	}
	if (good && j->tok.line == o->at.line && j->tok.at > o->at.at)
		o->at.n = j->tok.at - o->at.at;
	while (o->at.n > 1 && strchr(" \t,", j->text[o->at.at + o->at.n - 1]))
		o->at.n--;
	return good;
}

/* ---- instructions ---- */

/* What is written otherwise than in the table; swap: the jumps change places. */
static const struct alias {
	const char *word, *mnemonic;
	bool swap, bare;
} aliases[] = {
	{"ldi", "ld", false, true},  {"ldxi", "ldx", false, true}, {"jmp", "ja", false, false},
	{"jne", "jeq", true, false}, {"jneq", "jeq", true, false}, {"jlt", "jge", true, false},
	{"jle", "jgt", true, false},
};

static const char *const words[] = {
#define CB(name, code, mnemonic, ...) mnemonic,
#include "isa/classic.def"
	"ldi", "ldxi", "jmp", "jne", "jneq", "jlt", "jle", NULL,
};

static u32 class_of(enum cb_operand o) { return o == CBO_DEC ? CONSTANT : o; }

static int find_row(const char *mnemonic, u32 kind)
{
	if (!strcmp(mnemonic, "ret") && kind == REG_A)
		return CB_RET_A;
	if (!strcmp(mnemonic, "ldx") && kind == CBO_MSH)
		return CB_LDX_MSH;
	for (int r = 0; r < CB_COUNT; r++)
		if (!strcmp(cbpf_rows[r].mnemonic, mnemonic) &&
		    class_of(cbpf_rows[r].operand) == kind)
			return r;
	return -1;
}

/* "`ldh` takes [k], [x + k] or an ancillary name, not ..." */
static bool bad_operand(struct job *j, const char *mnemonic, const struct operand *o)
{
	static const char *const forms[] = {
		[CBO_NONE] = "nothing", [CBO_ABS] = "[k]",     [CBO_IND] = "[x + k]",
		[CBO_HEX] = "#k",       [CBO_DEC] = "#k",      [CBO_X] = "x",
		[CBO_MEM] = "M[k]",     [CBO_LEN] = "#pktlen", [CBO_MSH] = "4*([k]&0xf)",
		[CBO_JA] = "a label",
	};
	struct buf b = {0};

	for (int r = 0, n = 0; r < CB_COUNT; r++)
		if (!strcmp(cbpf_rows[r].mnemonic, mnemonic))
			buf_printf(&b, "%s%s", n++ ? " or " : "", forms[cbpf_rows[r].operand]);
	bad(j, &o->at, "`%s` takes %s, not %s", mnemonic, b.p ? b.p : "",
	    o->kind == CBO_NONE ? "nothing" : show(j, &o->at));
	if (o->kind == BARE && j->err && find_row(mnemonic, CONSTANT) >= 0)
		err_hint(j->err, "a constant is written #%lld", (long long)o->k);
	buf_deinit(&b);
	return false;
}

static bool target(struct job *j, u32 slot)
{
	if (j->tok.kind != WORD && j->tok.kind != NUMBER)
		return bad(j, &j->tok, "a label is expected here, not %s", show(j, &j->tok));
	vec_push(j->a, j->refs) = (struct ref){j->code.n, slot, j->tok};
	return next(j);
}

/* `,` label [`,` label]  |  jt number jf number */
static bool targets(struct job *j, bool swap)
{
	if (is_the(j, "jt")) {
		if (!next(j) || !target(j, JT))
			return false;
		if (!is_the(j, "jf"))
			return bad(j, &j->tok, "`jf` is expected here, not %s", show(j, &j->tok));
		return next(j) && target(j, JF);
	}
	if (!expect(j, ',') || !target(j, swap ? JF : JT))
		return false;
	if (!is(j, ','))
		return true; /* the other one is the next instruction */
	return next(j) && target(j, swap ? JT : JF);
}

/* unimp number [jt number jf number]: what a listing has for no instruction */
static bool unimp(struct job *j, struct ob_cbpf *c)
{
	struct tok at = j->tok;
	s64 code;

	if (!number(j, &code))
		return false;
	if (code < 0 || code > 0xffff)
		return bad(j, &at, "an opcode has 16 bits, which %s does not fit", show(j, &at));
	c->code = (u16)code;
	return !is_the(j, "jt") || targets(j, false);
}

static bool instruction(struct job *j)
{
	struct tok first = j->tok;
	const char *w = arena_strndup(j->a, j->text + first.at, MIN(first.n, 40u)), *mnemonic = w;
	struct ob_cbpf c = {0};
	bool swap = false, bare = false;
	struct operand o;

	if (!next(j))
		return false;
	if (!strcmp(w, "unimp"))
		return unimp(j, &c) && add(j, &first, c);
	for (u32 i = 0; i < LEN(aliases); i++)
		if (!strcmp(w, aliases[i].word)) {
			mnemonic = aliases[i].mnemonic;
			swap = aliases[i].swap;
			bare = aliases[i].bare;
		}
	if (!strcmp(mnemonic, "ja")) {
		c.code = cbpf_rows[CB_JMP_JA].code;
		return target(j, JA) && add(j, &first, c);
	}
	u32 i = 0;
	while (words[i] && strcmp(words[i], w))
		i++;
	if (!words[i]) {
		const char *near = word_nearest(w, words);

		bad(j, &first, "%s is no instruction", show(j, &first));
		if (near && j->err)
			err_hint(j->err, "did you mean `%s`?", near);
		return false;
	}
	if (!operand(j, &o))
		return false;
	int row = find_row(mnemonic, bare && o.kind == BARE ? (u32)CONSTANT : o.kind);
	if (row < 0 || (bare && class_of(cbpf_rows[row].operand) != CONSTANT))
		return bad_operand(j, mnemonic, &o);
	c.code = cbpf_rows[row].code;
	c.k = (u32)o.k;
	return (!cbpf_is_cond(c.code) || targets(j, swap)) && add(j, &first, c);
}

/* The `12)` of a listing's `(012)`, in decimal whatever its zeros. */
static bool listing_number(struct job *j)
{
	struct tok at = {NUMBER, j->line, j->bol, j->pos, 0, 0};

	for (; is_digit(peek(j, 0)); j->pos++, at.n++)
		at.value = MIN(at.value * 10 + peek(j, 0) - '0', CBPF_ASM_MAX);
	if (at.value != j->code.n || !at.n)
		return bad(j, &at, "this is instruction %u, not %s", j->code.n, show(j, &at));
	return next(j) && expect(j, ')');
}

/* [`(` number `)`] { label `:` } [instruction] */
static bool line(struct job *j)
{
	if (is(j, '(') && !listing_number(j))
		return false;
	while (j->tok.kind == WORD) {
		struct job before = *j;

		if (!next(j))
			return false;
		if (!is(j, ':')) {
			j->pos = before.pos;
			j->line = before.line;
			j->bol = before.bol;
			j->tok = before.tok;
			if (!instruction(j))
				return false;
			break;
		}
		vec_push(j->a, j->labels) = (struct label){before.tok, j->code.n, j->text};
		if (!next(j))
			return false;
	}
	if (!at_end_of_line(j))
		return bad(j, &j->tok, "%s is not expected here", show(j, &j->tok));
	return true;
}

/* ---- labels ---- */

static int by_name(const void *va, const void *vb)
{
	const struct label *a = va, *b = vb;
	u32 n = MIN(a->name.n, b->name.n);
	int d = memcmp(a->text + a->name.at, b->text + b->name.at, n);

	return d ? d : (a->name.n > b->name.n) - (a->name.n < b->name.n);
}

static bool sort_labels(struct job *j)
{
	if (j->labels.n)
		qsort(j->labels.v, j->labels.n, sizeof(*j->labels.v), by_name);
	for (u32 i = 1; i < j->labels.n; i++) {
		struct label *a = &j->labels.v[i - 1], *b = &j->labels.v[i];

		if (by_name(a, b))
			continue;
		struct label *first = a->name.at < b->name.at ? a : b, *second = first == a ? b : a;
		bad(j, &second->name, "label %s is there already", show(j, &second->name));
		if (j->err)
			err_add(j->err, place(j, &first->name, err_new(OB_SYNTAX, "here")));
		return false;
	}
	return true;
}

static bool find_target(struct job *j, const struct ref *r, s64 *to)
{
	struct label key = {r->to, 0, j->text}, *found = NULL;

	if (r->to.kind == NUMBER) {
		*to = r->to.value;
		return true;
	}
	if (j->labels.n)
		found = bsearch(&key, j->labels.v, j->labels.n, sizeof(key), by_name);
	if (!found)
		return bad(j, &r->to, "there is no label %s", show(j, &r->to));
	if (found->pc >= j->code.n)
		return bad(j, &r->to, "no instruction follows the label %s", show(j, &r->to));
	*to = found->pc;
	return true;
}

static bool resolve(struct job *j)
{
	for (u32 i = 0; i < j->refs.n; i++) {
		const struct ref *r = &j->refs.v[i];
		struct ob_cbpf *c = &j->code.v[r->pc];
		s64 to = 0;

		if (!find_target(j, r, &to))
			return false;
		s64 distance = to - r->pc - 1;
		if (r->slot == JA) {
			c->k = (u32)distance;
			continue;
		}
		if (distance < 0)
			return bad(j, &r->to, "a conditional jump can only go forward");
		if (distance > 255)
			return bad(j, &r->to,
				   "a conditional jump passes over at most 255 instructions, "
				   "not %lld; `ja` reaches further",
				   (long long)distance);
		*(r->slot == JT ? &c->jt : &c->jf) = (u8)distance;
	}
	return true;
}

static bool read_text(struct job *j)
{
	while (j->tok.kind != END)
		if (!line(j) || (j->tok.kind == EOL && !next(j)))
			return false;
	return sort_labels(j) && resolve(j);
}

/* ---- numbers ---- */

/* The four numbers of an instruction, with a separator between them or none. */
static bool read_four(struct job *j, char between)
{
	static const u32 max[] = {0xffff, 0xff, 0xff, UINT32_MAX};
	static const char *const name[] = {"an opcode", "jt", "jf", "k"};
	struct tok first = j->tok;
	s64 v[4];

	for (u32 i = 0; i < 4; i++) {
		if (i && between && !expect(j, between))
			return false;
		struct tok at = j->tok;
		if (!number(j, &v[i]))
			return false;
		if (v[i] > max[i] || (v[i] < 0 && i < 3))
			return bad(j, &at, "%s is at most %u, not %s", name[i], max[i],
				   show(j, &at));
	}
	return add(j, &first, (struct ob_cbpf){(u16)v[0], (u8)v[1], (u8)v[2], (u32)v[3]});
}

/* { `{` code `,` jt `,` jf `,` k `}` [`,`] } */
static bool read_c(struct job *j)
{
	while (j->tok.kind != END) {
		if (!expect(j, '{') || !read_four(j, ',') || !expect(j, '}'))
			return false;
		if (is(j, ',') && !next(j))
			return false;
		if (!skip_lines(j))
			return false;
	}
	return true;
}

/* count { ( newline | `,` ) code jt jf k } [`,`] */
static bool read_decimal(struct job *j)
{
	struct tok count = j->tok;
	s64 n;

	if (!number(j, &n))
		return false;
	for (;;) {
		bool separate = is(j, ',') || j->tok.kind == EOL;

		if (is(j, ',') && !next(j))
			return false;
		if (!skip_lines(j))
			return false;
		if (j->tok.kind == END)
			break;
		if (!separate)
			return bad(j, &j->tok, "`,` or a new line is expected here, not %s",
				   show(j, &j->tok));
		if (!read_four(j, 0))
			return false;
	}
	if (n != j->code.n)
		return bad(j, &count, "%s instructions are announced, but there are %u",
			   show(j, &count), j->code.n);
	return true;
}

static __attribute__((noinline)) bool read_program(struct job *j)
{
	struct tok first;

	if (!next(j) || !skip_lines(j))
		return false;
	first = j->tok;
	if (!(is(j, '{') ? read_c(j) : first.kind == NUMBER ? read_decimal(j) : read_text(j)))
		return false;
	if (!j->code.n)
		return bad(j, &first, "there is no instruction");
	return true;
}

static bool read_within(struct job *j, jmp_buf *outer)
{
	jmp_buf here;
	bool good;

	j->a->fail = &here;
	if (setjmp(here)) {
		ob_err_destroy(j->err);
		j->err = err_nomem();
		good = false;
	} else {
		good = read_program(j);
	}
	j->a->fail = outer;
	return good;
}

struct ob_err *cbpf_asm(struct arena *a, const char *name, const char *text, size_t n,
			struct ob_cbpf **code, u32 *count)
{
	struct job j = {.a = a, .name = name, .text = text, .n = (u32)n, .line = 1};

	if (n >= UINT32_MAX)
		return err_at_file(err_new(OB_RANGE, "longer than 4 GiB"), name);
	if (!read_within(&j, a->fail))
		return j.err;
	*code = j.code.v;
	*count = j.code.n;
	return NULL;
}
