/* SPDX-License-Identifier: BSD-2-Clause */
/* The notation of clang and llvm-objdump, and the kernel's spellings of it. */
#include "isa/ebpf_asm.h"

/* ---- rows ---- */

/* Of a form with this symbol and number of bytes (0: any), or -1. */
static int find(enum eb_form form, const char *symbol, u32 n, u32 size)
{
	for (int r = 0; r < EB_COUNT; r++)
		if (ebpf_rows[r].form == form && !strncmp(ebpf_rows[r].symbol, symbol, n) &&
		    !ebpf_rows[r].symbol[n] && (!size || ebpf_size(r) == size))
			return r;
	return -1;
}

/* The row of the longest sign that stands here, of that form and width. */
static int sign(struct ea *j, enum eb_form form, bool wide)
{
	int best = -1;
	size_t len = 0;

	for (int r = 0; r < EB_COUNT; r++) {
		const struct eb_row *row = &ebpf_rows[r];
		bool row_wide = form == EBF_ATOMIC ? ebpf_size(r) == 8 : row->code & 1;
		size_t n = strlen(row->symbol);

		if (row->form == form && row_wide == wide && n > len && n <= j->n - j->pos &&
		    !memcmp(j->text + j->pos, row->symbol, n)) {
			best = r;
			len = n;
		}
	}
	if (best >= 0)
		ea_skip(j, (u32)len);
	return best;
}

/* The signs that may stand here, for a message. */
static bool bad_sign(struct ea *j, enum eb_form form)
{
	struct buf b = {0};

	for (int r = 0; r < EB_COUNT; r++) {
		char *word = arena_printf(j->a, " %s", ebpf_rows[r].symbol);

		if (ebpf_rows[r].form == form && (!b.p || !strstr(b.p, word)))
			buf_puts(&b, word);
	}
	ea_expected(j, arena_printf(j->a, "one of%s", b.p ? b.p : ""));
	buf_deinit(&b);
	return false;
}

/* The same operation with a register; ebpf.def has them next to each other. */
_Static_assert(EB_ADD_32_X == EB_ADD_32_K + 1 && EB_ADD_64_X == EB_ADD_64_K + 1 &&
		       EB_JEQ_32_X == EB_JEQ_32_K + 1 && EB_JEQ_64_X == EB_JEQ_64_K + 1,
	       "K, X");

/* ---- operands ---- */

struct mem {
	u32 size, at, len; /* of the type, in the text */
	bool is_signed;
	u8 reg;
	s64 off;
};

/* (`u` | `s`) (8 | 16 | 32 | 64) */
static bool type(struct ea *j, struct mem *m)
{
	static const char *const types[] = {"u8", "u16", "u32", "u64", "s8", "s16", "s32"};

	m->at = j->pos;
	for (u32 i = 0; i < LEN(types); i++)
		if (ea_take(j, types[i])) {
			m->len = (u32)strlen(types[i]);
			m->size = 1u << (i & 3);
			m->is_signed = i > 3;
			return true;
		}
	return ea_expected(j, "a type, u8 to u64 or s8 to s32,");
}

/* `r1` [(`+` | `-`) number], no brackets */
static bool address(struct ea *j, struct mem *m)
{
	m->off = 0;
	if (!ea_reg_of(j, true, &m->reg))
		return false;
	if (!ea_is(j, "+") && !ea_is(j, "-"))
		return true;
	return ea_number(j, "an offset", INT16_MIN, INT16_MAX, &m->off);
}

/* `(` type `*` `)` `(` address `)`: behind its first bracket */
static bool memory(struct ea *j, struct mem *m)
{
	return type(j, m) && ea_need(j, "*") && ea_need(j, ")") && ea_need(j, "(") &&
	       address(j, m) && ea_need(j, ")");
}

/* w is as good as r where 32 bits or fewer are moved. */
static bool value_reg(struct ea *j, const struct mem *m, u8 *ret)
{
	struct ea_reg r;

	if (!ea_reg(j, &r))
		return false;
	*ret = r.nr;
	if (r.wide || (m->size < 8 && !m->is_signed))
		return true;
	return ea_bad(j, OB_SYNTAX, r.at, r.len, "%.*s needs a 64-bit register, r%u", (int)m->len,
		      j->text + m->at, r.nr);
}

static int sized(struct ea *j, enum eb_form form, const struct mem *m)
{
	int row = find(form, j->text + m->at, m->len, 0);

	if (row < 0)
		ea_bad(j, OB_SYNTAX, m->at, m->len, "this does not work with %.*s", (int)m->len,
		       j->text + m->at);
	return row;
}

/* As sized, of operations that tell their size by their registers. */
static int atomic(struct ea *j, enum eb_form form, const struct mem *m)
{
	for (int r = 0; r < EB_COUNT; r++)
		if (ebpf_rows[r].form == form && ebpf_size(r) == m->size && !m->is_signed)
			return r;
	return sized(j, form, m);
}

/* ---- `r0 = ` ... ---- */

static bool same_reg(struct ea *j, const struct ea_reg *a, const char *what)
{
	struct ea_reg b;

	if (!ea_reg(j, &b))
		return false;
	if (a->nr == b.nr && a->wide == b.wide)
		return true;
	return ea_bad(j, OB_SYNTAX, b.at, b.len, "%s in place: %c%u is expected here, not %s", what,
		      a->wide ? 'r' : 'w', a->nr, ea_show(j, b.at, b.len));
}

static bool wide_only(struct ea *j, const struct ea_reg *d, const char *what)
{
	return d->wide ||
	       ea_bad(j, OB_SYNTAX, d->at, d->len, "%s needs a 64-bit register, r%u", what, d->nr);
}

static bool result_r0(struct ea *j, const struct ea_reg *d, const char *what)
{
	return d->nr == 0 ||
	       ea_bad(j, OB_SYNTAX, d->at, d->len, "the result of %s goes to r0", what);
}

/* `skb` `[` number `]` | `skb` `[` register [(`+` | `-`) number] `]` */
static bool packet(struct ea *j, const struct ea_reg *d, const struct mem *m)
{
	struct eb e = {0};
	bool reg;
	int row;

	if (!ea_need(j, "["))
		return false;
	reg = ea_is_reg(j);
	if (reg && !ea_reg_of(j, true, &e.src))
		return false;
	if (!(reg && ea_is(j, "]")) && !ea_imm32(j, &e.imm))
		return false;
	row = sized(j, reg ? EBF_IND : EBF_ABS, m);
	e.op = (u8)row;
	return row >= 0 && result_r0(j, d, "a packet load") && ea_need(j, "]") && ea_add(j, e);
}

/* `*` `(` type `*` `)` ( `(` address `)` | `skb` ... ) */
static bool load(struct ea *j, const struct ea_reg *d)
{
	struct mem m;

	if (!ea_need(j, "*") || !ea_need(j, "(") || !type(j, &m) || !ea_need(j, "*") ||
	    !ea_need(j, ")"))
		return false;
	if (ea_take(j, "skb"))
		return packet(j, d, &m);
	if (!ea_need(j, "(") || !address(j, &m) || !ea_need(j, ")"))
		return false;
	if (!d->wide && (m.size == 8 || m.is_signed))
		return wide_only(j, d, m.is_signed ? "a load that extends the sign" : "u64");
	int row = sized(j, EBF_LDX, &m);
	return row >= 0 && ea_add(j, (struct eb){(u8)row, d->nr, m.reg, false, (s32)m.off, 0});
}

/* `(` (s8 | s16 | s32) `)` register: behind the bracket */
static bool extend(struct ea *j, const struct ea_reg *d)
{
	struct eb e = {.dst = d->nr};
	struct mem m;
	int row = -1;

	if (!type(j, &m) || !ea_need(j, ")") || !ea_reg_of(j, d->wide, &e.src))
		return false;
	for (int r = 0; r < EB_COUNT && row < 0; r++)
		if (ebpf_rows[r].form == EBF_MOVSX && (ebpf_rows[r].code & 1) == d->wide &&
		    m.is_signed && ebpf_rows[r].value == 8 * m.size)
			row = r;
	e.op = (u8)row;
	if (row < 0)
		return ea_bad(j, OB_SYNTAX, m.at, m.len, "%c%u cannot be made from %.*s",
			      d->wide ? 'r' : 'w', d->nr, (int)m.len, j->text + m.at);
	return ea_add(j, e);
}

/* Operations on memory that give back what was there: `name` ( `((` type `*)(`
 * address `)` | `(` address ) `,` ... `)`. The kernel writes atomic64_xchg for
 * xchg_64. */
static const struct call {
	const char *word;
	u8 form, size; /* size 0: there is a type */
} calls[] = {
	{"xchg_64", EBF_XCHG, 8},
	{"xchg32_32", EBF_XCHG, 4},
	{"cmpxchg_64", EBF_CMPXCHG, 8},
	{"cmpxchg32_32", EBF_CMPXCHG, 4},
	{"atomic64_xchg", EBF_XCHG, 0},
	{"atomic_xchg", EBF_XCHG, 0},
	{"atomic64_cmpxchg", EBF_CMPXCHG, 0},
	{"atomic_cmpxchg", EBF_CMPXCHG, 0},
	{"load_acquire", EBF_LOAD_ACQ, 0},
};

/* The `add` of atomic_fetch_add or atomic64_fetch_add: a row of 32 bits, or -1. */
static int fetched(const struct ea *j, u32 *len)
{
	static const char *const before[] = {"atomic_fetch_", "atomic64_fetch_"};

	*len = ea_len(j);
	for (u32 i = 0; i < LEN(before); i++) {
		u32 n = (u32)strlen(before[i]);

		if (*len <= n || memcmp(j->text + j->pos, before[i], n))
			continue;
		for (int r = 0; r < EB_COUNT; r++) {
			char word[EBPF_MNEMONIC];

			if (ebpf_rows[r].form != EBF_FETCH)
				continue;
			ebpf_mnemonic(word, r); /* "lock fetch_add32" */
			const char *op = word + strlen("lock fetch_");
			if (strcspn(op, "0123456789") == *len - n &&
			    !memcmp(op, j->text + j->pos + n, *len - n))
				return r;
		}
	}
	return -1;
}

static bool call_memory(struct ea *j, u32 size, struct mem *m)
{
	*m = (struct mem){.size = size};
	if (!ea_need(j, "("))
		return false;
	return size ? address(j, m) : ea_need(j, "(") && memory(j, m);
}

static bool call_reg(struct ea *j, const struct mem *m, struct ea_reg *r)
{
	if (!ea_need(j, ",") || !ea_reg(j, r))
		return false;
	return r->wide || m->size < 8 || wide_only(j, r, "an operation on u64");
}

static bool call(struct ea *j, const struct ea_reg *d, u32 form, u32 size, int row)
{
	struct eb e = {.dst = d->nr};
	struct ea_reg r;
	struct mem m;

	if (!call_memory(j, size, &m))
		return false;
	if (row < 0)
		row = atomic(j, form, &m);
	else if (m.size == 8 && !m.is_signed)
		row += EB_ATOMIC_ADD_FETCH_64 - EB_ATOMIC_ADD_FETCH_32;
	else if (m.size != 4 || m.is_signed)
		row = sized(j, form, &m);
	if (row < 0 || (m.size == 8 && !wide_only(j, d, "an operation on u64")))
		return false;
	e.op = (u8)row;
	e.off = (s32)m.off;
	if (form == EBF_LOAD_ACQ) {
		e.src = m.reg;
		return ea_need(j, ")") && ea_add(j, e);
	}
	e.dst = m.reg;
	if (form == EBF_CMPXCHG) {
		if (!result_r0(j, d, "cmpxchg") || !call_reg(j, &m, &r))
			return false;
		if (r.nr)
			return ea_bad(j, OB_SYNTAX, r.at, r.len, "cmpxchg compares with r0, not %s",
				      ea_show(j, r.at, r.len));
	}
	if (!call_reg(j, &m, &r))
		return false;
	if (form != EBF_CMPXCHG && r.nr != d->nr)
		return ea_bad(j, OB_SYNTAX, r.at, r.len,
			      "the operand and the result are in the same register, r%u", d->nr);
	e.src = r.nr;
	return ea_need(j, ")") && ea_add(j, e);
}

/* be16 register, and its like */
static bool swap(struct ea *j, const struct ea_reg *d, int row)
{
	return wide_only(j, d, "a byte swap") && same_reg(j, d, "bytes are swapped") &&
	       ea_add(j, (struct eb){.op = (u8)row, .dst = d->nr});
}

static bool assign_word(struct ea *j, const struct ea_reg *d)
{
	u32 len;
	int row = find(EBF_SWAP, j->text + j->pos, ea_len(j), 0);

	if (row >= 0) {
		ea_skip(j, ea_len(j));
		return swap(j, d, row);
	}
	for (u32 i = 0; i < LEN(calls); i++)
		if (ea_take(j, calls[i].word))
			return call(j, d, calls[i].form, calls[i].size, -1);
	row = fetched(j, &len);
	if (row >= 0) {
		ea_skip(j, len);
		return call(j, d, EBF_FETCH, 0, row);
	}
	return wide_only(j, d, "an address") && ea_wide(j, d->nr, true);
}

/* Is there a register behind the sign? */
static bool negates(struct ea *j)
{
	u32 pos = j->pos;
	bool yes;

	if (!ea_take(j, "-"))
		return false;
	yes = ea_is_reg(j);
	if (!yes)
		j->pos = pos;
	return yes;
}

static bool casts(struct ea *j)
{
	u32 pos = j->pos;

	if (ea_take(j, "(") &&
	    (ea_is(j, "s8") || ea_is(j, "s16") || ea_is(j, "s32") || ea_is(j, "u8") ||
	     ea_is(j, "u16") || ea_is(j, "u32") || ea_is(j, "u64")))
		return true;
	j->pos = pos;
	return false;
}

/* number [`ll`] */
static bool assign_number(struct ea *j, const struct ea_reg *d, int row)
{
	struct eb e = {.op = EB_LDDW, .dst = d->nr};
	u32 pos = j->pos;

	if (!ea_number(j, "a number", INT64_MIN, UINT64_MAX, &e.imm))
		return false;
	if (ea_take(j, "ll"))
		return wide_only(j, d, "a 64-bit immediate") && ea_add(j, e);
	j->pos = pos;
	e.op = (u8)row;
	if (ea_imm32(j, &e.imm))
		return ea_add(j, e);
	if (d->wide)
		err_hint(j->err, "`ll` behind it makes it a 64-bit immediate");
	return false;
}

static bool assign(struct ea *j, const struct ea_reg *d, int row)
{
	struct eb e = {.op = (u8)(row + 1), .dst = d->nr};

	if (ea_is_reg(j))
		return ea_reg_of(j, d->wide, &e.src) && ea_add(j, e);
	if (ea_is(j, "*"))
		return load(j, d);
	if (casts(j))
		return extend(j, d);
	if (negates(j)) {
		e.op = d->wide ? EB_NEG_64 : EB_NEG_32;
		return same_reg(j, d, "a register is negated") && ea_add(j, e);
	}
	if (ea_is_number(j))
		return assign_number(j, d, row);
	if (ea_is_word(ea_char(j, 0)))
		return assign_word(j, d);
	return ea_expected(j, "a register, a number or a load");
}

/* register sign (register | number), or what `=` may have behind it */
static bool alu(struct ea *j)
{
	struct ea_reg d;
	struct eb e = {0};
	int row;

	if (!ea_reg(j, &d))
		return false;
	row = sign(j, EBF_ALU_K, d.wide);
	if (row < 0)
		return bad_sign(j, EBF_ALU_K);
	if (row == EB_MOV_64_K || row == EB_MOV_32_K)
		return assign(j, &d, row);
	e.dst = d.nr;
	e.op = (u8)row;
	if (!ea_is_reg(j))
		return ea_imm32(j, &e.imm) && ea_add(j, e);
	e.op++;
	return ea_reg_of(j, d.wide, &e.src) && ea_add(j, e);
}

/* ---- the others ---- */

/* `*` `(` type `*` `)` `(` address `)` `=` (register | number) */
static bool store(struct ea *j)
{
	struct eb e = {0};
	struct mem m;
	int row;

	if (!ea_need(j, "*") || !ea_need(j, "(") || !memory(j, &m) || !ea_need(j, "="))
		return false;
	bool reg = ea_is_reg(j);
	row = sized(j, reg ? EBF_STX : EBF_ST, &m);
	if (row < 0)
		return false;
	e = (struct eb){.op = (u8)row, .dst = m.reg, .off = (s32)m.off};
	return (reg ? value_reg(j, &m, &e.src) : ea_imm32(j, &e.imm)) && ea_add(j, e);
}

/* `*` `(` type `*` `)` `(` address `)` sign register: behind `lock` */
static bool locked(struct ea *j)
{
	struct eb e = {0};
	struct mem m;
	int row;

	if (!ea_need(j, "*") || !ea_need(j, "(") || !memory(j, &m))
		return false;
	if (m.is_signed || m.size < 4)
		return sized(j, EBF_ATOMIC, &m) >= 0;
	row = sign(j, EBF_ATOMIC, m.size == 8);
	if (row < 0)
		return bad_sign(j, EBF_ATOMIC);
	e = (struct eb){.op = (u8)row, .dst = m.reg, .off = (s32)m.off};
	return value_reg(j, &m, &e.src) && ea_add(j, e);
}

/* `(` `(` type `*` `)` `(` address `)` `,` register `)` */
static bool release(struct ea *j)
{
	struct eb e = {0};
	struct mem m;
	int row;

	if (!call_memory(j, 0, &m))
		return false;
	row = atomic(j, EBF_STORE_REL, &m);
	if (row < 0)
		return false;
	e = (struct eb){.op = (u8)row, .dst = m.reg, .off = (s32)m.off};
	return ea_need(j, ",") && value_reg(j, &m, &e.src) && ea_need(j, ")") && ea_add(j, e);
}

/* register sign (register | number) `goto` target: behind `if` */
static bool conditional(struct ea *j)
{
	struct ea_reg d;
	struct eb e = {0};
	int row;

	if (!ea_reg(j, &d))
		return false;
	row = sign(j, EBF_JMP_K, d.wide);
	if (row < 0)
		return bad_sign(j, EBF_JMP_K);
	e.op = (u8)row;
	e.dst = d.nr;
	if (ea_is_reg(j)) {
		e.op++;
		if (!ea_reg_of(j, d.wide, &e.src))
			return false;
	} else if (!ea_imm32(j, &e.imm)) {
		return false;
	}
	return ea_need(j, "goto") && ea_target(j) && ea_add(j, e);
}

static bool jump(struct ea *j, int row)
{
	return ea_target(j) && ea_add(j, (struct eb){.op = (u8)row});
}

/* The row of `goto`, `gotol`, `may_goto` or `exit`, or -1. */
static int plain(const struct ea *j)
{
	static const u8 forms[] = {EBF_JA, EBF_JAL, EBF_EXIT};

	for (u32 i = 0; i < LEN(forms); i++) {
		int row = find(forms[i], j->text + j->pos, ea_len(j), 0);

		if (row >= 0)
			return row;
	}
	return -1;
}

/* A word that begins an instruction of this notation. */
bool ea_clang(struct ea *j, bool *known)
{
	int row;

	*known = true;
	if (ea_is_reg(j))
		return alu(j);
	if (ea_is(j, "*"))
		return store(j);
	if (ea_take(j, "if"))
		return conditional(j);
	if (ea_take(j, "store_release"))
		return release(j);
	if (ea_is(j, "call") || ea_is(j, "callx"))
		return ea_call(j);
	row = plain(j);
	if (row >= 0) {
		ea_skip(j, ea_len(j));
		if (row == EB_EXIT)
			return ea_add(j, (struct eb){.op = EB_EXIT});
		return jump(j, row);
	}
	u32 pos = j->pos;
	if (ea_take(j, "lock") && ea_is(j, "*"))
		return locked(j);
	j->pos = pos;
	*known = false;
	return true;
}
