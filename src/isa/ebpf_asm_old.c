/* SPDX-License-Identifier: BSD-2-Clause */
/* The older notation, of mnemonics: `add64 r0, r1`, `ldxw r0, [r1+4]`, `jeq r1,
 * 5, +3`. Names without a width are of 64 bits. */
#include "isa/ebpf_asm.h"

/* ---- names ---- */

/* `ADD` of `ADD_64_K`, in small letters */
static void put_base(struct buf *b, const char *name)
{
	for (; *name && *name != '_'; name++)
		buf_putc(b, (char)(*name >= 'A' && *name <= 'Z' ? *name | 0x20 : *name));
}

static const char *size_letter(enum eb_op op)
{
	static const char *const letters[] = {[1] = "b", [2] = "h", [4] = "w", [8] = "dw"};

	return letters[ebpf_size(op)];
}

static void put_mnemonic(struct buf *b, enum eb_op op)
{
	const struct eb_row *row = &ebpf_rows[op];
	u32 width = row->code & 1 ? 64 : 32, bits = 8 * ebpf_size(op);

	switch ((enum eb_form)row->form) {
	case EBF_ALU_K:
	case EBF_ALU_X:
	case EBF_NEG:
	case EBF_MOVSX:
	case EBF_JMP_K:
	case EBF_JMP_X:
		put_base(b, row->name);
		buf_printf(b, "%u", width);
		break;
	case EBF_SWAP:
	case EBF_CALL:
	case EBF_LOCAL:
	case EBF_KFUNC:
	case EBF_CALLX:
	case EBF_EXIT:
	case EBF_LDDW:
		put_base(b, row->name);
		break;
	case EBF_JA:
		buf_puts(b, op == EB_JA ? "ja" : row->symbol);
		break;
	case EBF_JAL:
		buf_puts(b, "ja32");
		break;
	case EBF_ABS:
		buf_printf(b, "ldabs%s", size_letter(op));
		break;
	case EBF_IND:
		buf_printf(b, "ldind%s", size_letter(op));
		break;
	case EBF_LDX:
		buf_printf(b, "ldx%s%s", *row->symbol == 's' ? "s" : "", size_letter(op));
		break;
	case EBF_ST:
		buf_printf(b, "st%s", size_letter(op));
		break;
	case EBF_STX:
		buf_printf(b, "stx%s", size_letter(op));
		break;
	case EBF_ATOMIC:
	case EBF_FETCH:
		buf_puts(b, row->form == EBF_FETCH ? "lock fetch_" : "lock ");
		put_base(b, row->name + strlen("ATOMIC_"));
		buf_printf(b, "%u", bits);
		break;
	case EBF_XCHG:
	case EBF_CMPXCHG:
		buf_puts(b, "lock ");
		put_base(b, row->name);
		buf_printf(b, "%u", bits);
		break;
	case EBF_LOAD_ACQ:
		buf_printf(b, "ldacq%s", size_letter(op));
		break;
	case EBF_STORE_REL:
		buf_printf(b, "strel%s", size_letter(op));
		break;
	case EBF_COUNT:
		break;
	}
}

void ebpf_mnemonic(char to[EBPF_MNEMONIC], enum eb_op op)
{
	struct buf b = {0};

	put_mnemonic(&b, op);
	snprintf(to, EBPF_MNEMONIC, "%s", b.p ? b.p : "");
	buf_deinit(&b);
}

const char *ebpf_old_operands(enum eb_form form)
{
	switch (form) {
	case EBF_ALU_K:
		return "d, i";
	case EBF_ALU_X:
	case EBF_MOVSX:
		return "d, s";
	case EBF_NEG:
	case EBF_SWAP:
	case EBF_CALLX:
		return "d";
	case EBF_JMP_K:
		return "d, i, >";
	case EBF_JMP_X:
		return "d, s, >";
	case EBF_JA:
	case EBF_JAL:
		return ">";
	case EBF_CALL:
		return "i";
	case EBF_LOCAL:
		return "local >";
	case EBF_KFUNC:
		return "kfunc i";
	case EBF_EXIT:
		return "";
	case EBF_LDDW:
		return "d, w";
	case EBF_ABS:
		return "i";
	case EBF_IND:
		return "s, i";
	case EBF_LDX:
	case EBF_LOAD_ACQ:
		return "d, [S]";
	case EBF_ST:
		return "[D], i";
	case EBF_STX:
	case EBF_ATOMIC:
	case EBF_FETCH:
	case EBF_XCHG:
	case EBF_CMPXCHG:
	case EBF_STORE_REL:
		return "[D], s";
	case EBF_COUNT:
		break;
	}
	return "";
}

/* ---- reading ---- */

/* Of the word at pos, whose 64 may be missing; the row with an immediate where
 * there are two; or -1. */
static int find_mnemonic(struct ea *j, const char *word, u32 n)
{
	for (u32 more = 0; more <= 2; more += 2)
		for (int r = 0; r < EB_COUNT; r++) {
			const char *name = j->mnemonic[r];

			if (!strncmp(name, word, n) && strlen(name) == n + more &&
			    (!more || !strcmp(name + n, "64")))
				return r;
		}
	return -1;
}

static void make_names(struct ea *j)
{
	j->mnemonic = arena_alloc(j->a, sizeof(*j->mnemonic) * EB_COUNT);
	for (int r = 0; r < EB_COUNT; r++)
		ebpf_mnemonic(j->mnemonic[r], r);
}

static bool is_32(const struct eb_row *row, enum eb_op op)
{
	u8 class = row->code & 7;

	return class == 4 || class == 6 || (ebpf_size(op) && ebpf_size(op) < 8);
}

static bool reg(struct ea *j, const struct eb *e, u8 *ret)
{
	struct ea_reg r;

	if (!ea_reg(j, &r))
		return false;
	*ret = r.nr;
	return r.wide || is_32(&ebpf_rows[e->op], e->op) ||
	       ea_bad(j, OB_SYNTAX, r.at, r.len, "%s needs a 64-bit register, r%u",
		      j->mnemonic[e->op], r.nr);
}

/* register [(`+` | `-`) number], in square brackets */
static bool address(struct ea *j, u8 *nr, s32 *off)
{
	s64 v = 0;

	if (!ea_reg_of(j, true, nr))
		return false;
	if ((ea_is(j, "+") || ea_is(j, "-")) &&
	    !ea_number(j, "an offset", INT16_MIN, INT16_MAX, &v))
		return false;
	*off = (s32)v;
	return true;
}

static bool operand(struct ea *j, struct eb *e, char what)
{
	switch (what) {
	case 'd':
		return reg(j, e, &e->dst);
	case 's':
		return reg(j, e, &e->src);
	case 'i':
		return ea_imm32(j, &e->imm);
	case '>':
		return ea_target(j);
	case 'D':
		return address(j, &e->dst, &e->off);
	case 'S':
		return address(j, &e->src, &e->off);
	case ' ':
		return true;
	}
	return ea_need(j, (char[]){what, 0});
}

static bool operands(struct ea *j, struct eb e)
{
	const struct eb_row *row = &ebpf_rows[e.op];

	for (const char *s = ebpf_old_operands(row->form); *s; s++) {
		bool either = row->form == EBF_ALU_K || row->form == EBF_JMP_K;

		if (*s == 'w')
			return ea_wide(j, e.dst, false);
		if (*s == 'i' && either && ea_is_reg(j)) {
			e.op++;
			if (!operand(j, &e, 's'))
				return false;
		} else if (!operand(j, &e, *s)) {
			return false;
		}
	}
	return ea_add(j, e);
}

static bool unknown(struct ea *j, u32 at, u32 len)
{
	static const char *const others[] = {"if",   "goto", "gotol", "may_goto",     "lock",
					     "exit", "call", "callx", "store_release"};
	const char *list[EB_COUNT + LEN(others) + 1] = {0};
	u32 n = 0;

	for (int r = 0; r < EB_COUNT; r++) {
		size_t k = strlen(j->mnemonic[r]);
		bool wide = k > 2 && !strcmp(j->mnemonic[r] + k - 2, "64") &&
			    ebpf_rows[r].form != EBF_SWAP;

		list[n++] = arena_strndup(j->a, j->mnemonic[r], wide ? k - 2 : k);
	}
	for (u32 i = 0; i < LEN(others); i++)
		list[n++] = others[i];
	ea_bad(j, OB_SYNTAX, at, len, "%s begins no instruction", ea_show(j, at, len));
	ea_did_you_mean(j, at, len, list);
	return false;
}

/* Some assemblers have comments behind `;`, whose words then look like these. */
static bool not_a_comment(struct ea *j)
{
	u32 at = j->from;

	while (at && strchr(" \t", j->text[at - 1]))
		at--;
	if (at && j->text[at - 1] == ';' && j->err)
		err_hint(j->err, "`;` separates statements; # or // begins a comment");
	return false;
}

/* [`lock`] mnemonic operands */
bool ea_old(struct ea *j)
{
	u32 at = j->pos, len = ea_len(j);
	const char *word;
	int row;

	if (!j->mnemonic)
		make_names(j);
	if (ea_take(j, "lock"))
		word = arena_printf(j->a, "lock %.*s", (int)MIN(ea_len(j), 40u), j->text + j->pos);
	else if (len > 4 && !memcmp(j->text + j->pos, "swap", 4))
		word = arena_printf(j->a, "b%.*s", (int)MIN(len, 40u), j->text + at);
	else
		word = arena_strndup(j->a, j->text + at, MIN(len, 40u));
	row = find_mnemonic(j, word, (u32)strlen(word));
	if (row < 0 || !*word)
		return unknown(j, at, j->pos + ea_len(j) - at) || not_a_comment(j);
	ea_skip(j, ea_len(j));
	return operands(j, (struct eb){.op = (u8)row}) || not_a_comment(j);
}

/* ---- both notations ---- */

/* (`kfunc` number [`,` number] | `local` target | number | target)  |  `x` register */
bool ea_call(struct ea *j)
{
	struct eb e = {.op = EB_CALL};
	s64 btf = 0;

	if (ea_take(j, "callx")) {
		e.op = EB_CALLX;
		return ea_reg_of(j, true, &e.dst) && ea_add(j, e);
	}
	ea_skip(j, 4);
	if (ea_take(j, "kfunc") && !ea_at_end(j)) {
		e.op = EB_CALL_KFUNC;
		if (!ea_imm32(j, &e.imm))
			return false;
		if (ea_take(j, ",") &&
		    !ea_number(j, "the index of a BTF", INT16_MIN, INT16_MAX, &btf))
			return false;
		e.off = (s32)btf;
		return ea_add(j, e);
	}
	u32 n = ea_len(j);
	/* bpftool: bpf_map_lookup_elem#1 */
	if (ea_char(j, n) == '#' && ea_char(j, n + 1) >= '0' && ea_char(j, n + 1) <= '9' &&
	    ea_is_word(ea_char(j, 0)) && !ea_is(j, "pc"))
		j->pos += n + 1;
	if (ea_char(j, 0) >= '0' && ea_char(j, 0) <= '9' && !ea_is_local(j))
		return ea_imm32(j, &e.imm) && ea_add(j, e);
	u32 pos = j->pos;
	if (ea_take(j, "local") && ea_at_end(j))
		j->pos = pos;
	e.op = EB_CALL_LOCAL;
	return ea_target(j) && ea_add(j, e);
}

/* `map` name: not a label that is called `map` */
static bool names_map(struct ea *j)
{
	u32 pos = j->pos;

	if (ea_take(j, "map") && ea_len(j) && ea_is_word(ea_char(j, 0)) && !ea_is(j, "ll"))
		return true;
	j->pos = pos;
	return false;
}

static bool named_map(struct ea *j, s64 *ret)
{
	u32 at = j->pos, len = ea_len(j);

	for (u32 i = 0; j->maps && j->maps[i]; i++)
		if (ea_take(j, j->maps[i])) {
			*ret = i;
			return true;
		}
	ea_skip(j, len);
	ea_bad(j, OB_NAME, at, len, "no map is called %s", ea_show(j, at, len));
	if (j->maps)
		ea_did_you_mean(j, at, len, j->maps);
	return false;
}

/* number | kind number [`,` number] | `map` name | [`func`] target, and then `ll` */
bool ea_wide(struct ea *j, u8 dst, bool need_ll)
{
	struct eb e = {.op = EB_LDDW_FUNC, .dst = dst};
	s64 high = 0;
	bool func = ea_take(j, "func"), map = !func && names_map(j);

	if (map) {
		e.op = EB_LDDW_MAP_IDX;
		if (!named_map(j, &e.imm) || (need_ll && !ea_need(j, "ll")))
			return false;
		ea_take(j, "ll");
		return ea_add(j, e);
	}
	for (u32 op = EB_LDDW_MAP_FD; !func && op <= EB_LDDW_MAP_IDX_VALUE; op++)
		if (op != EB_LDDW_FUNC && ea_take(j, ebpf_rows[op].symbol))
			e.op = (u8)op;
	if (!func && e.op == EB_LDDW_FUNC && ea_is_number(j)) {
		e.op = EB_LDDW;
		if (!ea_number(j, "a 64-bit immediate", INT64_MIN, UINT64_MAX, &e.imm))
			return false;
	} else if (e.op == EB_LDDW_FUNC) {
		if (!ea_target(j))
			return false;
	} else {
		if (!ea_imm32(j, &e.imm) || (ea_take(j, ",") && !ea_imm32(j, &high)))
			return false;
		e.imm = (s64)((u64)(u32)e.imm | (u64)(u32)high << 32);
	}
	if (need_ll ? !ea_need(j, "ll") : (ea_take(j, "ll"), false))
		return false;
	return ea_add(j, e);
}

/* [kind] number [`,` number] */
static void put_wide(struct buf *to, const struct eb *e)
{
	if (e->op == EB_LDDW) {
		buf_printf(to, "0x%llx", (unsigned long long)e->imm);
	} else if (e->op == EB_LDDW_FUNC) {
		buf_printf(to, "func %+d", e->off);
	} else {
		buf_printf(to, "%s %d", ebpf_rows[e->op].symbol, (s32)e->imm);
		if ((u64)e->imm >> 32)
			buf_printf(to, ", %d", (s32)((u64)e->imm >> 32));
	}
}

static void put_operand(struct buf *to, const struct eb *e, char what)
{
	switch (what) {
	case 'd':
	case 's':
		buf_printf(to, "r%u", what == 'd' ? e->dst : e->src);
		break;
	case 'D':
	case 'S':
		buf_printf(to, "r%u%+d", what == 'D' ? e->dst : e->src, e->off);
		break;
	case 'i':
		if (e->op == EB_CALL)
			buf_printf(to, "%u", (u32)e->imm);
		else
			buf_printf(to, "%lld", (long long)e->imm);
		break;
	case '>':
		buf_printf(to, "%+d", e->off);
		break;
	case 'w':
		put_wide(to, e);
		break;
	default:
		buf_putc(to, what);
	}
}

void ebpf_dis_old(struct buf *to, const struct eb *e)
{
	const struct eb_row *row = &ebpf_rows[e->op];
	const char *s = ebpf_old_operands(row->form);

	put_mnemonic(to, e->op);
	if (*s)
		buf_putc(to, ' ');
	if (*s == 'l' || *s == 'k') { /* local, kfunc */
		size_t n = strcspn(s, " ");

		buf_add(to, s, n);
		s += n;
	}
	for (; *s; s++)
		put_operand(to, e, *s);
	if (e->op == EB_CALL_KFUNC && e->off)
		buf_printf(to, ", %d", e->off);
}
