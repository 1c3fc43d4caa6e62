/* SPDX-License-Identifier: BSD-2-Clause */
/* Assembles extended BPF: statements, labels, and the columns of a listing.
 *
 * `;` separates statements; as the first on its line it begins a comment, as
 * the source lines of llvm-objdump -S do. `#` and `//` comment to the end of the
 * line. `12:` is a label that may come again, to which 12f and 12b lead; so the
 * indices of a listing are labels. The bytes behind one must mean its text. */
#include "isa/ebpf_asm.h"

enum { NOT_YET = UINT32_MAX };
#define NOWHERE INT64_MIN

/* ---- labels ---- */

static u64 hash(const char *p, u32 n)
{
	u64 h = n;

	for (u32 i = 0; i < n; i++)
		h = hash_add(h, (u8)p[i]);
	return h;
}

static u32 *find_slot(struct ea *j, u32 at, u32 len)
{
	u32 i = (u32)hash(j->text + at, len) & (j->slots - 1);

	for (; j->slot[i]; i = (i + 1) & (j->slots - 1)) {
		const struct ea_label *l = &j->labels.v[j->slot[i] - 1];

		if (l->len == len && !memcmp(j->text + l->at, j->text + at, len))
			break;
	}
	return &j->slot[i];
}

static void more_slots(struct ea *j)
{
	j->slots = j->slots ? 2 * j->slots : 64;
	j->slot = arena_array(j->a, u32, j->slots);
	for (u32 i = 0; i < j->labels.n; i++)
		*find_slot(j, j->labels.v[i].at, j->labels.v[i].len) = i + 1;
}

/* The label of that name, which need not be defined yet. */
static struct ea_label *label(struct ea *j, u32 at, u32 len)
{
	if (2 * (j->labels.n + 1) > j->slots)
		more_slots(j);
	u32 *slot = find_slot(j, at, len);

	if (!*slot) {
		vec_push(j->a, j->labels) = (struct ea_label){at, len, NOT_YET, 0, 0};
		*slot = j->labels.n;
	}
	return &j->labels.v[*slot - 1];
}

static bool is_local(const struct ea *j, u32 at)
{
	return j->text[at] >= '0' && j->text[at] <= '9';
}

/* [at, at + len) is a label of the next instruction. */
static bool define(struct ea *j, u32 at, u32 len)
{
	struct ea_label *l = label(j, at, len);

	if (l->pc != NOT_YET && !is_local(j, at)) {
		ea_bad(j, OB_NAME, at, len, "the label %s is there already", ea_show(j, at, len));
		ea_note(j, l->def, l->len, "it is here");
		return false;
	}
	l->pc = j->code.n;
	l->def = at;
	for (u32 i = l->waits; i; i = j->refs.v[i - 1].next)
		j->refs.v[i - 1].target = l->pc;
	l->waits = 0;
	return true;
}

static void refer(struct ea *j, u32 at, u32 len, u32 name_len)
{
	bool back = name_len != len && j->text[at + name_len] == 'b',
	     ahead = name_len != len && !back;
	struct ea_label *l = label(j, at, name_len);
	struct ea_ref ref = {j->code.n, at, len, NOWHERE, 0};

	if (l->pc != NOT_YET && !ahead)
		ref.target = l->pc;
	else if (!back)
		ref.next = l->waits;
	vec_push(j->a, j->refs) = ref;
	if (ref.target == NOWHERE && !back)
		l->waits = j->refs.n;
}

bool ea_is_local(const struct ea *j)
{
	u32 n = ea_len(j), i = 0;

	while (i < n && is_local(j, j->pos + i))
		i++;
	return i && i + 1 == n && strchr("bf", ea_char(j, i));
}

/* (`+` | `-`) number | `pc` (`+` | `-`) number | number (`f` | `b`) | name */
bool ea_target(struct ea *j)
{
	u32 at = j->pos, len = ea_len(j), digits = 0;
	bool local = ea_is_local(j);
	s64 distance;

	if (ea_is(j, "pc") && strchr("+-", ea_char(j, 2)) && ea_char(j, 2))
		ea_skip(j, 2);
	if (ea_is(j, "+") || ea_is(j, "-")) {
		if (!ea_number(j, "a distance", INT32_MIN, INT32_MAX, &distance))
			return false;
		vec_push(j->a, j->refs) = (struct ea_ref){j->code.n, at, j->last - at,
							  (s64)j->code.n + 1 + distance, 0};
		return true;
	}
	if (!len || !ea_is_word(ea_char(j, 0)))
		return ea_expected(j, "a label or a distance");
	while (digits < len && is_local(j, at + digits))
		digits++;
	if (digits == len) {
		ea_bad(j, OB_SYNTAX, at, len, "a distance begins with + or -, unlike %s",
		       ea_show(j, at, len));
		err_hint(j->err, "+%s slots from the next instruction, or a label",
			 arena_strndup(j->a, j->text + at, MIN(len, 40u)));
		return false;
	}
	ea_skip(j, len);
	refer(j, at, len, local ? digits : len);
	return true;
}

/* Each label that is defined, for "did you mean". */
static void near_label(struct ea *j, const struct ea_ref *r)
{
	enum { MOST = 10000 };
	const char **list = arena_array(j->a, const char *, MIN(j->labels.n, MOST) + 1u);
	u32 n = 0;

	for (u32 i = 0; i < j->labels.n && n < MOST; i++) {
		const struct ea_label *l = &j->labels.v[i];

		if (l->pc != NOT_YET && !is_local(j, l->at))
			list[n++] = arena_strndup(j->a, j->text + l->at, MIN(l->len, 40u));
	}
	ea_did_you_mean(j, r->at, r->len, list);
}

static bool no_label(struct ea *j, const struct ea_ref *r)
{
	const char *name = ea_show(j, r->at, r->len);

	if (is_local(j, r->at) && j->text[r->at + r->len - 1] == 'f')
		return ea_bad(j, OB_NAME, r->at, r->len, "no label for %s comes after it", name);
	if (is_local(j, r->at))
		return ea_bad(j, OB_NAME, r->at, r->len, "no label for %s is before it", name);
	ea_bad(j, OB_NAME, r->at, r->len, "there is no label %s", name);
	near_label(j, r);
	return false;
}

static bool too_far(struct ea *j, const struct ea_ref *r, s64 off)
{
	u8 op = j->code.v[r->pc].op;

	ea_bad(j, OB_RANGE, r->at, r->len, "%+lld slots are too far: this jump has 16 bits for it",
	       (long long)off);
	if (op == EB_JA)
		err_hint(j->err, "gotol has 32 bits");
	else
		err_hint(j->err, "jump the other way over a gotol, which has 32 bits");
	return false;
}

static bool resolve(struct ea *j, const struct ea_ref *r)
{
	struct eb *e = &j->code.v[r->pc];

	if (r->target == NOWHERE)
		return no_label(j, r);
	s64 off = r->target - r->pc - 1;
	if (r->target < 0 || r->target >= j->code.n)
		return ea_bad(j, OB_RANGE, r->at, r->len, "%s leads to slot %lld, out of 0 to %u",
			      ea_show(j, r->at, r->len), (long long)r->target, j->code.n - 1);
	if (ebpf_uses(ebpf_rows[e->op].form) & EB_OFF && off != (s16)off)
		return too_far(j, r, off);
	e->off = (s32)off;
	return true;
}

/* ---- instructions ---- */

bool ea_add(struct ea *j, struct eb e)
{
	struct eb_span span = {j->from, j->last};
	u32 n = e.op < EB_COUNT && ebpf_rows[e.op].form == EBF_LDDW ? 2 : 1;

	if (j->code.n + n > EBPF_MAX)
		return ea_bad(j, OB_RANGE, j->from, j->last - j->from, "more than %d slots",
			      EBPF_MAX);
	vec_push(j->a, j->code) = e;
	vec_push(j->a, j->spans) = span;
	if (n == 2) {
		vec_push(j->a, j->code) = (struct eb){.op = EB_WIDE};
		vec_push(j->a, j->spans) = span;
	}
	return true;
}

static bool raw(struct ea *j)
{
	s64 bytes;

	return ea_number(j, "the 8 bytes of a slot, as a number,", 0, UINT64_MAX, &bytes) &&
	       ea_add(j, (struct eb){.op = EB_BAD, .imm = bytes});
}

/* What clang -S writes that says nothing about the instructions. */
static bool skip_directive(struct ea *j)
{
	static const char *const words[] = {".text",  ".globl",   ".global",  ".type", ".size",
					    ".weak",  ".hidden",  ".p2align", ".file", ".loc",
					    ".ident", ".addrsig", NULL};

	for (u32 i = 0; words[i]; i++)
		if (ea_is(j, words[i])) {
			while (j->pos < j->n && ea_char(j, 0) != '\n')
				j->pos++;
			return true;
		}
	return false;
}

/* { label `:` } [instruction] */
static bool statement(struct ea *j)
{
	bool known = false;

	for (u32 n; (n = ea_len(j)) && ea_is_word(ea_char(j, 0));) {
		u32 at = j->pos;

		ea_skip(j, n);
		if (!ea_is(j, ":")) {
			j->pos = at;
			break;
		}
		ea_skip(j, 1);
		if (!define(j, at, n))
			return false;
	}
	j->from = j->pos;
	if (ea_at_end(j) || skip_directive(j))
		return true;
	if (ea_take(j, ".insn") || ea_take(j, ".8byte") || ea_take(j, ".quad"))
		return raw(j);
	return ea_clang(j, &known) && (known || ea_old(j));
}

/* `<` name [`+` number] `>`: where a jump of a listing leads, in words */
static void skip_symbol(struct ea *j)
{
	u32 n = 1;

	if (ea_char(j, 0) != '<')
		return;
	while (j->n - j->pos > n && ea_char(j, n) != '>' && ea_char(j, n) != '\n')
		n++;
	ea_skip(j, n + (ea_char(j, n) == '>'));
}

static bool end_of_statement(struct ea *j)
{
	skip_symbol(j);
	if (ea_at_end(j))
		return true;
	return ea_expected(j, "the end of the statement");
}

/* ---- the columns of a listing ---- */

static u32 hex(char c)
{
	return c >= '0' && c <= '9'   ? (u32)(c - '0')
	       : c >= 'a' && c <= 'f' ? (u32)(c - 'a') + 10
				      : 16;
}

/* Two digits and a blank, eight times. */
static bool eight_bytes(struct ea *j, u8 *to)
{
	for (u32 i = 0; i < 8; i++) {
		char a = ea_char(j, 3 * i), b = ea_char(j, 3 * i + 1), c = ea_char(j, 3 * i + 2);

		if (hex(a) > 15 || hex(b) > 15 || ea_is_word(c))
			return false;
		to[i] = (u8)(hex(a) << 4 | hex(b));
	}
	ea_skip(j, 23);
	return true;
}

/* The text of a call or of a 64-bit immediate does not say which kind it is of,
 * the older text of callx not where the register is. */
static bool agree(const struct ob_ebpf *text, const struct ob_ebpf *bytes)
{
	enum { LDDW = 0x18, CALL = 0x85, CALLX = 0x8d };

	if (text->code != bytes->code)
		return false;
	if (text->code == CALLX)
		return (text->dst | text->imm) == (bytes->dst | bytes->imm);
	if (text->code == LDDW)
		return text->dst == bytes->dst && text[0].imm == bytes[0].imm &&
		       text[1].imm == bytes[1].imm;
	return text->code == CALL ? text->imm == bytes->imm : !memcmp(text, bytes, sizeof(*text));
}

/* Encodes the instruction that was read last, when it is of n slots and, as all
 * are in a listing, not waiting for a label. */
static bool encoded(const struct ea *j, u32 pc, u32 refs, u32 n, struct ob_ebpf *text)
{
	struct eb e[2];

	if (j->code.n != pc + n)
		return false;
	memcpy(e, &j->code.v[pc], n * sizeof(*e));
	if (j->refs.n > refs) {
		if (j->refs.v[refs].target == NOWHERE)
			return false;
		e->off = (s32)(j->refs.v[refs].target - pc - 1);
	}
	ebpf_encode(e, n, text);
	return true;
}

/* A statement behind its bytes, of which there are n slots. They are what counts:
 * of an object that was not linked, a call may lead anywhere. */
static bool listed(struct ea *j, const struct ob_ebpf *bytes, u32 n, u32 at)
{
	u32 pc = j->code.n, refs = j->refs.n;
	struct ob_ebpf text[2] = {0};
	struct eb e[2];

	if (ea_at_end(j) || ea_is(j, "<")) { /* <unknown> */
		skip_symbol(j);
		j->from = at;
		for (u32 i = 0; i < n; i++) {
			e[i] = (struct eb){.op = EB_BAD};
			memcpy(&e[i].imm, &bytes[i], sizeof(bytes[i]));
			if (!ea_add(j, e[i]))
				return false;
		}
		return end_of_statement(j);
	}
	if (!statement(j) || !end_of_statement(j))
		return false;
	if (!encoded(j, pc, refs, n, text) || !agree(text, bytes))
		return ea_bad(j, OB_SYNTAX, at, j->last - at,
			      "the bytes mean something else than the text");
	ebpf_decode(bytes, n, e);
	j->refs.n = refs;
	memcpy(&j->code.v[pc], e, n * sizeof(*e));
	return true;
}

/* "x.o: file format elf64-bpf", "Disassembly of section .text:" */
static bool is_headline(const struct ea *j)
{
	const char *line = j->text + j->pos, *end = memchr(line, '\n', j->n - j->pos);
	size_t n = end ? (size_t)(end - line) : j->n - j->pos;
	static const char format[] = ":\tfile format elf";

	return ea_is(j, "Disassembly of section") || memmem(line, n, format, sizeof(format) - 1);
}

/* 16 digits ` <` name `>:` */
static bool function_head(struct ea *j, bool *found)
{
	u32 n = 0;

	while (n < 16 && hex(ea_char(j, n)) < 16)
		n++;
	*found = n == 16 && ea_char(j, 16) == ' ' && ea_char(j, 17) == '<';
	if (!*found)
		return true;
	j->pos += 18;
	u32 at = j->pos;
	while (j->pos < j->n && !strchr(">\n", ea_char(j, 0)))
		j->pos++;
	u32 len = j->pos - at;
	return ea_need(j, ">") && ea_need(j, ":") && define(j, at, len);
}

/* index `:` bytes [bytes] text  |  index `:` `(` opcode `)` text */
static bool index_and_bytes(struct ea *j, bool *found)
{
	u32 at = j->pos, n = ea_len(j), bytes_at;
	struct ob_ebpf bytes[2];

	*found = false;
	if (!n || !is_local(j, at) || ea_char(j, n) != ':')
		return true;
	ea_skip(j, n + 1);
	bytes_at = j->pos;
	if (eight_bytes(j, (u8 *)&bytes[0])) {
		u32 slots = 1 + eight_bytes(j, (u8 *)&bytes[1]);

		*found = true;
		if (!define(j, at, n))
			return false;
		j->from = j->pos;
		return listed(j, bytes, slots, bytes_at);
	}
	/* bpftool and the kernel's log: the opcode in brackets */
	if (ea_char(j, 0) == '(' && hex(ea_char(j, 1)) < 16 && hex(ea_char(j, 2)) < 16 &&
	    ea_char(j, 3) == ')') {
		ea_skip(j, 4);
		return define(j, at, n);
	}
	j->pos = at;
	return true;
}

static void skip_line(struct ea *j)
{
	while (j->pos < j->n && ea_char(j, 0) != '\n')
		j->pos++;
}

/* statement { `;` statement } */
static bool line(struct ea *j)
{
	bool done;

	ea_blanks(j);
	if (ea_is(j, ";") || is_headline(j)) {
		skip_line(j);
		return true;
	}
	if (!function_head(j, &done))
		return false;
	if (done)
		return end_of_statement(j);
	if (!index_and_bytes(j, &done))
		return false;
	while (done || (statement(j) && end_of_statement(j))) {
		done = false;
		if (!ea_is(j, ";"))
			return true;
		ea_skip(j, 1);
	}
	return false;
}

static __attribute__((noinline)) bool read_program(struct ea *j)
{
	for (;;) {
		if (!line(j))
			return false;
		if (j->pos >= j->n)
			break;
		j->pos++;
	}
	if (!j->code.n)
		return ea_bad(j, OB_SYNTAX, 0, 1, "there is no instruction");
	for (u32 i = 0; i < j->refs.n; i++)
		if (!resolve(j, &j->refs.v[i]))
			return false;
	return true;
}

static bool read_within(struct ea *j, struct ob_ebpf **code, jmp_buf *outer)
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
		if (good) {
			*code = arena_array(j->a, struct ob_ebpf, j->code.n);
			ebpf_encode(j->code.v, j->code.n, *code);
		}
	}
	j->a->fail = outer;
	return good;
}

struct ob_err *ebpf_asm(struct arena *a, const char *name, const char *text, size_t n,
			struct ob_ebpf **code, struct eb_span **spans, u32 *count)
{
	return ebpf_asm_maps(a, name, text, n, NULL, code, spans, count);
}

struct ob_err *ebpf_asm_maps(struct arena *a, const char *name, const char *text, size_t n,
			     const char *const *maps, struct ob_ebpf **code, struct eb_span **spans,
			     u32 *count)
{
	struct ea j = {.a = a, .name = name, .text = text, .n = (u32)n, .maps = maps};

	if (n >= UINT32_MAX)
		return err_at_file(err_new(OB_RANGE, "longer than 4 GiB"), name);
	if (!read_within(&j, code, a->fail))
		return j.err;
	*spans = j.spans.v;
	*count = j.code.n;
	return NULL;
}
