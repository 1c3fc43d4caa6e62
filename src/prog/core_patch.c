/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions adjusted: an immediate, or the offset (and with it the size) of a load or
 * store. What there is not becomes a call of a helper that there is not either. */
#include "prog/core_priv.h"

#include <linux/bpf.h>

static bool is_wide(const struct ob_ebpf *i) { return i->code == (BPF_LD | BPF_IMM | BPF_DW); }

static void poison(struct ob_ebpf *i, u32 left)
{
	const struct ob_ebpf call = {.code = BPF_JMP | BPF_CALL, .imm = CORE_POISON};

	if (is_wide(i) && left > 1)
		i[1] = call;
	i[0] = call;
}

static const char *patch_alu(struct ob_ebpf *i, const struct core_result *r)
{
	if (BPF_SRC(i->code) != BPF_K)
		return "arithmetic without a number";
	if (r->checks && (u64)(s64)i->imm != r->was)
		return "its number is not what the object's types say";
	i->imm = (s32)(u32)r->is;
	return NULL;
}

static u32 bytes_of(const struct ob_ebpf *i)
{
	static const u8 sizes[] = {4, 2, 1, 8}; /* BPF_W, BPF_H, BPF_B, BPF_DW */

	return sizes[BPF_SIZE(i->code) >> 3];
}

static const char *patch_size(struct ob_ebpf *i, const struct core_result *r)
{
	static const u8 codes[] = {[1] = BPF_B, [2] = BPF_H, [4] = BPF_W, [8] = BPF_DW};
	u32 n = r->is_size;

	if (bytes_of(i) != r->was_size)
		return "it is not as wide as the object's types say";
	if (!n || n > 8 || n & (n - 1))
		return "the field in the target is not 1, 2, 4 or 8 bytes wide";
	i->code = (u8)(BPF_MODE(i->code) | codes[n] | BPF_CLASS(i->code));
	return NULL;
}

static const char *patch_memory(struct ob_ebpf *i, u32 left, const struct core_result *r,
				bool *poisoned)
{
	if (r->checks && (u64)(s64)i->off != r->was)
		return "its offset is not what the object's types say";
	if (r->is > INT16_MAX)
		return "the field in the target lies farther than 32767 bytes";
	if (r->bad_size) {
		poison(i, left);
		*poisoned = true;
		return NULL;
	}
	i->off = (s16)r->is;
	return r->is_size == r->was_size ? NULL : patch_size(i, r);
}

static const char *patch_wide(struct ob_ebpf *i, u32 left, const struct core_result *r)
{
	if (!is_wide(i) || i->src || i->off || left < 2)
		return "it loads no 64-bit number";
	if (i[1].code || i[1].dst || i[1].src || i[1].off)
		return "it loads no 64-bit number";
	if (r->checks && ((u64)(u32)i[1].imm << 32 | (u32)i[0].imm) != r->was)
		return "its number is not what the object's types say";
	i[0].imm = (s32)(u32)r->is;
	i[1].imm = (s32)(u32)(r->is >> 32);
	return NULL;
}

const char *core_patch(struct ob_ebpf *insn, u32 n, u32 i, const struct core_result *r,
		       bool *poisoned)
{
	insn += i;
	*poisoned = r->poison;
	if (r->poison) {
		poison(insn, n - i);
		return NULL;
	}
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return patch_alu(insn, r);
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		return patch_memory(insn, n - i, r, poisoned);
	case BPF_LD:
		return patch_wide(insn, n - i, r);
	default:
		return "it has neither a number nor an offset to adjust";
	}
}
