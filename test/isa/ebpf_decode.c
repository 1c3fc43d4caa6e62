/* SPDX-License-Identifier: BSD-2-Clause */
/* What is no instruction is refused for the right reason: every unused field of
 * every row, registers beyond r10, unknown opcodes and selectors, halves of
 * 64-bit immediates. */
#include <stdlib.h>

#include "isa/isa.h"

static int failed;

static void result(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": see above");
	failed |= !good;
}

/* An instruction of the row with nothing in it that need not be. */
static void plain(enum eb_op op, struct ob_ebpf to[2])
{
	struct eb e[2] = {{.op = (u8)op}, {.op = EB_WIDE}};

	ebpf_encode(e, ebpf_rows[op].form == EBF_LDDW ? 2 : 1, to);
}

static u32 slots(enum eb_op op) { return ebpf_rows[op].form == EBF_LDDW ? 2 : 1; }

static void set(struct ob_ebpf *i, u8 field, s32 value)
{
	switch (field) {
	case EB_DST:
		i->dst = (u8)value & 15;
		break;
	case EB_SRC:
		i->src = (u8)value & 15;
		break;
	case EB_OFF:
		i->off = (s16)value;
		break;
	case EB_IMM:
		i->imm = value;
		break;
	}
}

/* NULL: as it should be. */
static const char *says(const struct ob_ebpf *i, u32 n, const char *want, char why[256])
{
	struct eb rows[2];

	ebpf_decode(i, n, rows);
	if (rows[0].op != EB_BAD)
		return "is decoded";
	ebpf_why_bad(i, n, 0, why, 256);
	return strstr(why, want) ? NULL : why;
}

static bool expect(const char *what, const struct ob_ebpf *i, u32 n, const char *want)
{
	char why[256];
	const char *got = says(i, n, want, why);

	if (got)
		printf("%s: wanted \"%s\", got \"%s\"\n", what, want, got);
	return !got;
}

static bool is_decoded(enum eb_op op, const struct ob_ebpf *i)
{
	struct eb rows[2];

	ebpf_decode(i, slots(op), rows);
	if (rows[0].op == op)
		return true;
	printf("%s is not decoded\n", ebpf_rows[op].name);
	return false;
}

static void unused_fields(void)
{
	static const char *const names[] = {"dst", "src", "off", "imm"};
	static const s32 values[] = {1, 10, 15, -1, 0x100, INT32_MIN};
	bool good = true;
	u32 tried = 0;

	for (u32 op = 0; op < EB_COUNT; op++) {
		u8 known = ebpf_uses(ebpf_rows[op].form) | ebpf_selector(ebpf_rows[op].code);
		struct ob_ebpf i[2], zero[2];

		plain(op, zero);
		good &= is_decoded(op, zero);
		for (u32 f = 0; f < 4; f++)
			for (u32 v = 0; v < LEN(values) && !(known & 1 << f); v++) {
				char want[64];

				memcpy(i, zero, sizeof(i));
				set(i, (u8)(1 << f), values[v]);
				/* too large for the field, or the register of an old callx */
				if (!memcmp(i, zero, sizeof(*i)) ||
				    (op == EB_CALLX && f == 3 && values[v] > 0 && values[v] <= 10))
					continue;
				snprintf(want, sizeof(want), "does not use %s, which must be 0",
					 names[f]);
				good &= expect(ebpf_rows[op].name, i, slots(op), want);
				tried++;
			}
	}
	result("unused fields of every row", good && tried > 500);
}

static void two_fields(void)
{
	struct ob_ebpf i = {.code = 0x95, .src = 3, .imm = 4};

	result("several of them", expect("exit", &i, 1, "does not use src, imm, which must be 0"));
}

static void registers(void)
{
	bool good = true;

	for (u32 op = 0; op < EB_COUNT; op++)
		for (u8 field = EB_DST; field <= EB_SRC; field <<= 1)
			for (u32 nr = 9; nr < 16 && ebpf_uses(ebpf_rows[op].form) & field; nr++) {
				char want[64];
				struct ob_ebpf i[2];

				plain(op, i);
				set(i, field, (s32)nr);
				snprintf(want, sizeof(want), "there is no register r%u", nr);
				good &= nr < EBPF_REGS
						? is_decoded(op, i)
						: expect(ebpf_rows[op].name, i, slots(op), want);
			}
	result("registers beyond r10", good);
}

static bool has_row(u8 code, s32 selected)
{
	for (u32 op = 0; op < EB_COUNT; op++)
		if (ebpf_rows[op].code == code && (selected < 0 || ebpf_rows[op].value == selected))
			return true;
	return false;
}

static void opcodes(void)
{
	bool good = true;
	u32 without = 0;

	for (u32 code = 0; code < 256; code++) {
		struct ob_ebpf i = {.code = (u8)code, .imm = 64};
		char want[64];

		if (has_row((u8)code, -1))
			continue;
		snprintf(want, sizeof(want), "there is no opcode 0x%02x", code);
		good &= expect("opcode", &i, 1, want);
		without++;
	}
	result("unknown opcodes", good && without > 50);
}

static void selectors(void)
{
	bool good = true;
	u32 without = 0;

	for (u32 op = 0; op < EB_COUNT; op++) {
		u8 code = ebpf_rows[op].code, field = ebpf_selector(code);

		for (s32 v = 0; v < 0x200 && field; v++) {
			struct ob_ebpf i = {.code = code};

			if (has_row(code, v) || (field <= EB_SRC && v > 15))
				continue;
			set(&i, field, v);
			good &= expect(ebpf_rows[op].name, &i, 1, "has no operation with ");
			without++;
		}
	}
	result("selectors of no row", good && without > 1000);
}

static void halves(void)
{
	bool good = true;

	for (u32 op = EB_LDDW; op <= EB_LDDW_MAP_IDX_VALUE; op++) {
		bool both = op == EB_LDDW || op == EB_LDDW_MAP_VALUE || op == EB_LDDW_MAP_IDX_VALUE;
		struct ob_ebpf i[2];

		plain(op, i);
		good &= expect("half", i, 1, "the second half of the 64-bit immediate is missing");
		for (u8 field = EB_DST; field <= EB_OFF; field <<= 1) {
			plain(op, i);
			set(&i[1], field, 1);
			good &= expect(ebpf_rows[op].name, i, 2, "only imm may be set");
		}
		plain(op, i);
		i[1].code = 0x95;
		good &= expect(ebpf_rows[op].name, i, 2, "only imm may be set");
		plain(op, i);
		i[1].imm = 7;
		good &= both ? is_decoded(op, i)
			     : expect(ebpf_rows[op].name, i, 2, "and of this kind not even that");
	}
	result("halves of 64-bit immediates", good);
}

/* clang before 19 has callx's register in imm. */
static void old_callx(void)
{
	bool good = true;

	for (s32 nr = 1; nr < 20; nr++) {
		struct ob_ebpf i = {.code = 0x8d, .imm = nr};
		struct eb e;

		ebpf_decode(&i, 1, &e);
		good &= nr < EBPF_REGS ? e.op == EB_CALLX && e.dst == nr && e.imm_form
				       : e.op == EB_BAD;
		i.dst = 1;
		good &= expect("callx", &i, 1, "does not use imm");
	}
	result("callx of two kinds", good);
}

int main(void)
{
	unused_fields();
	two_fields();
	registers();
	opcodes();
	selectors();
	halves();
	old_callx();
	return failed;
}
