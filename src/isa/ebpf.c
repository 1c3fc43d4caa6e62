/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended BPF: what ebpf.def says, as tables; decoding and encoding. */
#include "isa/isa.h"

const struct eb_row ebpf_rows[EB_COUNT] = {
#define EB(name, code, form, value, group, symbol) \
	[EB_##name] = {#name, symbol, code, EBF_##form, EBG_##group, value},
#include "isa/ebpf.def"
};

const char *const ebpf_groups[EBG_COUNT] = {
	[EBG_BASE32] = "base32",     [EBG_BASE64] = "base64",     [EBG_DIVMUL32] = "divmul32",
	[EBG_DIVMUL64] = "divmul64", [EBG_ATOMIC32] = "atomic32", [EBG_ATOMIC64] = "atomic64",
	[EBG_PACKET] = "packet",     [EBG_LINUX] = "linux",
};

_Static_assert(EB_OPS <= 256, "struct eb keeps an operation in a byte");

u8 ebpf_uses(enum eb_form form)
{
	static const u8 uses[EBF_COUNT] = {
		[EBF_ALU_K] = EB_DST | EB_IMM,
		[EBF_ALU_X] = EB_DST | EB_SRC,
		[EBF_NEG] = EB_DST,
		[EBF_MOVSX] = EB_DST | EB_SRC,
		[EBF_SWAP] = EB_DST,
		[EBF_JMP_K] = EB_DST | EB_OFF | EB_IMM,
		[EBF_JMP_X] = EB_DST | EB_SRC | EB_OFF,
		[EBF_JA] = EB_OFF,
		[EBF_JAL] = EB_IMM,
		[EBF_CALL] = EB_IMM,
		[EBF_LOCAL] = EB_IMM,
		[EBF_KFUNC] = EB_OFF | EB_IMM,
		[EBF_CALLX] = EB_DST,
		[EBF_EXIT] = 0,
		[EBF_LDDW] = EB_DST | EB_IMM,
		[EBF_ABS] = EB_IMM,
		[EBF_IND] = EB_SRC | EB_IMM,
		[EBF_LDX] = EB_DST | EB_SRC | EB_OFF,
		[EBF_ST] = EB_DST | EB_OFF | EB_IMM,
		[EBF_STX] = EB_DST | EB_SRC | EB_OFF,
		[EBF_ATOMIC] = EB_DST | EB_SRC | EB_OFF,
		[EBF_FETCH] = EB_DST | EB_SRC | EB_OFF,
		[EBF_XCHG] = EB_DST | EB_SRC | EB_OFF,
		[EBF_CMPXCHG] = EB_DST | EB_SRC | EB_OFF,
		[EBF_LOAD_ACQ] = EB_DST | EB_SRC | EB_OFF,
		[EBF_STORE_REL] = EB_DST | EB_SRC | EB_OFF,
	};

	return uses[form];
}

enum { LDDW = 0x18, CALL = 0x85, CALLX = 0x8d };

u8 ebpf_selector(u8 code)
{
	switch (code & 7) {
	case 4:
	case 7:
		return (code & 0xf0) == 0xd0 ? EB_IMM : EB_OFF; /* SWAP, else SDIV, MOVSX */
	case 3:
		return (code & 0xe0) == 0xc0 ? EB_IMM : 0; /* ATOMIC */
	}
	return code == LDDW || code == CALL ? EB_SRC : 0;
}

static s32 field(struct ob_ebpf i, u8 which)
{
	return which == EB_DST   ? i.dst
	       : which == EB_SRC ? i.src
	       : which == EB_OFF ? i.off
	       : which == EB_IMM ? i.imm
				 : 0;
}

/* The row of an opcode and a value of its selector, or -1. */
static int find(u8 code, s32 value)
{
	if (value < 0 || value > 0xffff)
		return -1;
	switch ((u32)code << 16 | (u32)value) {
#define EB(name, code, form, value, ...)  \
	case (u32)(code) << 16 | (value): \
		return EB_##name;
#include "isa/ebpf.def"
	}
	return -1;
}

/* The fields that must be 0 and are not. LDDW's other kinds than a number have
 * rules of their own in `ebpf_decode`. */
static u8 junk(struct ob_ebpf i, const struct eb_row *row)
{
	u8 unused = (u8) ~(ebpf_uses(row->form) | ebpf_selector(i.code)), found = 0;

	for (u8 f = EB_DST; f <= EB_IMM; f <<= 1)
		if (unused & f && field(i, f))
			found |= f;
	/* clang before 19 stored callx's register in imm */
	if (i.code == CALLX && found == EB_IMM && !i.dst && i.imm > 0 && i.imm < EBPF_REGS)
		found = 0;
	return found;
}

int ebpf_row(struct ob_ebpf i)
{
	int row = find(i.code, field(i, ebpf_selector(i.code)));

	if (row < 0 || junk(i, &ebpf_rows[row]))
		return -1;
	u8 uses = ebpf_uses(ebpf_rows[row].form);
	if ((uses & EB_DST && i.dst >= EBPF_REGS) || (uses & EB_SRC && i.src >= EBPF_REGS))
		return -1;
	return row;
}

static struct eb bad(const struct ob_ebpf *i)
{
	struct eb e = {.op = EB_BAD};

	memcpy(&e.imm, i, sizeof(*i));
	return e;
}

static bool second_half(struct ob_ebpf i) { return !i.code && !i.dst && !i.src && !i.off; }

/* In the second slot of a 64-bit immediate only imm is used, and that only by
 * numbers and by offsets into a map's value. */
static bool pair_ok(int row, const struct ob_ebpf *i)
{
	if (!second_half(i[1]))
		return false;
	return row == EB_LDDW || row == EB_LDDW_MAP_VALUE || row == EB_LDDW_MAP_IDX_VALUE ||
	       !i[1].imm;
}

static struct eb decode_one(const struct ob_ebpf *i, int row)
{
	struct eb e = {.op = (u8)row, .dst = i->dst, .src = i->src, .off = i->off, .imm = i->imm};

	switch (ebpf_rows[row].form) {
	case EBF_JAL:
	case EBF_LOCAL:
		e.off = i->imm;
		e.imm = 0;
		break;
	case EBF_CALLX:
		e.imm_form = i->imm != 0;
		e.dst = e.imm_form ? (u8)i->imm : i->dst;
		e.imm = 0;
		break;
	}
	u8 selector = ebpf_selector(i->code);
	if (selector == EB_SRC)
		e.src = 0;
	else if (selector == EB_OFF)
		e.off = 0;
	else if (selector == EB_IMM)
		e.imm = 0;
	return e;
}

void ebpf_decode(const struct ob_ebpf *from, u32 n, struct eb *to)
{
	for (u32 i = 0; i < n; i++) {
		int row = ebpf_row(from[i]);

		if (row < 0) {
			to[i] = bad(&from[i]);
			continue;
		}
		if (from[i].code != LDDW) {
			to[i] = decode_one(&from[i], row);
			continue;
		}
		if (i + 1 == n || !pair_ok(row, &from[i])) {
			to[i] = bad(&from[i]);
			continue;
		}
		to[i] = decode_one(&from[i], row);
		to[i].imm = (s64)((u64)(u32)from[i].imm | (u64)(u32)from[i + 1].imm << 32);
		if (row == EB_LDDW_FUNC) {
			to[i].off = from[i].imm;
			to[i].imm = 0;
		}
		to[++i] = (struct eb){.op = EB_WIDE};
	}
}

static struct ob_ebpf encode_one(const struct eb *e)
{
	const struct eb_row *row = &ebpf_rows[e->op];
	struct ob_ebpf i = {.code = row->code, .dst = e->dst & 15, .src = e->src & 15};
	u8 selector = ebpf_selector(row->code), uses = ebpf_uses(row->form);

	if (uses & EB_OFF)
		i.off = (s16)e->off;
	if (uses & EB_IMM)
		i.imm = (s32)e->imm;
	if (row->form == EBF_JAL || row->form == EBF_LOCAL)
		i.imm = e->off;
	if (e->imm_form)
		i.dst = 0, i.imm = e->dst;
	if (selector == EB_SRC)
		i.src = row->value & 15;
	else if (selector == EB_OFF)
		i.off = (s16)row->value;
	else if (selector == EB_IMM)
		i.imm = row->value;
	return i;
}

void ebpf_encode(const struct eb *from, u32 n, struct ob_ebpf *to)
{
	for (u32 i = 0; i < n; i++) {
		const struct eb *e = &from[i];

		if (e->op == EB_BAD) {
			memcpy(&to[i], &e->imm, sizeof(to[i]));
		} else if (e->op == EB_WIDE) {
			u64 imm = i ? (u64)from[i - 1].imm : 0;

			to[i] = (struct ob_ebpf){.imm = (s32)(imm >> 32)};
		} else {
			to[i] = encode_one(e);
			if (e->op == EB_LDDW_FUNC)
				to[i].imm = e->off;
		}
	}
}

/* ---- why it is none ---- */

static void name_fields(char *to, size_t size, u8 set)
{
	static const char *const names[] = {"dst", "src", "off", "imm"};
	size_t n = 0;

	*to = 0;
	for (u32 i = 0; i < LEN(names); i++)
		if (set & 1 << i)
			n += (size_t)snprintf(to + n, size - MIN(n, size), "%s%s", n ? ", " : "",
					      names[i]);
}

static bool known(u8 code)
{
	for (u32 i = 0; i < EB_COUNT; i++)
		if (ebpf_rows[i].code == code)
			return true;
	return false;
}

void ebpf_why_bad(const struct ob_ebpf *from, u32 n, u32 at, char *why, size_t size)
{
	const struct ob_ebpf i = from[at];
	u8 selector = ebpf_selector(i.code);
	int row = find(i.code, field(i, selector));
	char names[32];

	if (!known(i.code)) {
		snprintf(why, size, "there is no opcode 0x%02x", i.code);
		return;
	}
	if (row < 0) {
		name_fields(names, sizeof(names), selector);
		snprintf(why, size, "opcode 0x%02x has no operation with %s %d", i.code, names,
			 field(i, selector));
		return;
	}
	u8 extra = junk(i, &ebpf_rows[row]), uses = ebpf_uses(ebpf_rows[row].form);
	if (extra) {
		name_fields(names, sizeof(names), extra);
		snprintf(why, size, "opcode 0x%02x does not use %s, which must be 0", i.code,
			 names);
	} else if (uses & EB_DST && i.dst >= EBPF_REGS) {
		snprintf(why, size, "there is no register r%u", i.dst);
	} else if (uses & EB_SRC && i.src >= EBPF_REGS) {
		snprintf(why, size, "there is no register r%u", i.src);
	} else if (at + 1 == n) {
		snprintf(why, size, "the second half of the 64-bit immediate is missing");
	} else {
		snprintf(why, size,
			 "of the second half of a 64-bit immediate only imm may be set%s",
			 second_half(from[at + 1]) ? ", and of this kind not even that" : "");
	}
}

u32 ebpf_size(enum eb_op op)
{
	u8 code;

	if (op >= EB_COUNT)
		return 0;
	code = ebpf_rows[op].code;
	if ((code & 7) > 3 || code == LDDW)
		return 0;
	static const u8 size[] = {4, 2, 1, 8};
	return size[code >> 3 & 3];
}
