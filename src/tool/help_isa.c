/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of operations of onebpf-isa(7), made from the table of instructions. */
#include "isa/isa.h"
#include "tool/opt.h"

/* What becomes of dst or of the memory, or when a jump is taken; of the families
 * as ebpf.def computes it. */
static const char *const results[EB_COUNT] = {
#define EB(name, ...)
#define EB_ALU(name, code, value, g32, g64, symbol, ...)                      \
	[EB_##name##_32_K] = #__VA_ARGS__, [EB_##name##_32_X] = #__VA_ARGS__, \
	[EB_##name##_64_K] = #__VA_ARGS__, [EB_##name##_64_X] = #__VA_ARGS__,
#define EB_JMP(name, code, symbol, ...)                                       \
	[EB_##name##_32_K] = #__VA_ARGS__, [EB_##name##_32_X] = #__VA_ARGS__, \
	[EB_##name##_64_K] = #__VA_ARGS__, [EB_##name##_64_X] = #__VA_ARGS__,
#define EB_RMW(name, value, symbol, ...)                                  \
	[EB_##name##_32] = #__VA_ARGS__, [EB_##name##_64] = #__VA_ARGS__, \
	[EB_##name##_FETCH_32] = #__VA_ARGS__, [EB_##name##_FETCH_64] = #__VA_ARGS__,
#include "isa/ebpf.def"
};

static const char *const wide_kinds[] = {
	"dst becomes the number",
	"dst becomes the map of this descriptor",
	"dst becomes the address of a map's value, of the map of this descriptor, and an offset",
	"dst becomes the address of a variable of the kernel, by its BTF id",
	"dst becomes the address of a function of the program",
	"dst becomes the map of this index in the list given to the kernel",
	"dst becomes the address of a map's value, of the map of this index, and an offset",
};
_Static_assert(LEN(wide_kinds) == EB_LDDW_MAP_IDX_VALUE - EB_LDDW + 1, "every kind");

static const char *meaning(enum eb_op op)
{
	bool wide = ebpf_rows[op].code & 1;

	switch ((enum eb_form)ebpf_rows[op].form) {
	case EBF_ALU_K:
	case EBF_ALU_X:
		return wide ? "dst becomes" : "dst becomes, of 32 bits, the upper ones 0:";
	case EBF_JMP_K:
	case EBF_JMP_X:
		return wide ? "jumps when" : "jumps when, of the low 32 bits,";
	case EBF_ATOMIC:
		return "the memory m becomes, at once,";
	case EBF_FETCH:
		return "src becomes what was in the memory, which becomes, at once,";
	case EBF_NEG:
		return wide ? "dst becomes 0 - dst"
			    : "dst becomes 0 - dst, of 32 bits, the upper ones 0";
	case EBF_MOVSX:
		return "dst becomes the low bits of src, extended by their sign";
	case EBF_SWAP:
		return "the low bits of dst change their byte order, the upper ones become 0";
	case EBF_JA:
		return op == EB_JA ? "jumps"
				   : "jumps, or goes on when the program ran for too long";
	case EBF_JAL:
		return "jumps, 32 bits far";
	case EBF_CALL:
		return "calls a helper by its number: r1 to r5 are given, r0 comes back";
	case EBF_LOCAL:
		return "calls a function of the program, with a stack frame of its own";
	case EBF_KFUNC:
		return "calls a function of the kernel by its BTF id; off is the place of its BTF";
	case EBF_CALLX:
		return "calls the function whose address is in dst";
	case EBF_EXIT:
		return "returns from the function, or ends the program with r0";
	case EBF_LDDW:
		return wide_kinds[op - EB_LDDW];
	case EBF_ABS:
		return "loads bytes of the packet at imm into r0, in host order";
	case EBF_IND:
		return "loads bytes of the packet at src and imm into r0, in host order";
	case EBF_LDX:
		return *ebpf_rows[op].symbol == 's'
			       ? "dst becomes bytes of memory, extended by their sign"
			       : "dst becomes bytes of memory, the upper ones 0";
	case EBF_ST:
		return "memory becomes imm";
	case EBF_STX:
		return "memory becomes src";
	case EBF_XCHG:
		return "src and the memory change places, at once";
	case EBF_CMPXCHG:
		return "when the memory is r0 it becomes src, at once; r0 becomes what was there";
	case EBF_LOAD_ACQ:
		return "dst becomes bytes of memory, before anything behind it";
	case EBF_STORE_REL:
		return "memory becomes src, after anything before it";
	case EBF_COUNT:
		break;
	}
	return "";
}

static const char *headline(enum eb_form form)
{
	switch (form) {
	case EBF_ALU_K:
		return "Arithmetic";
	case EBF_NEG:
		return "Negation, sign and byte order";
	case EBF_JMP_K:
		return "Conditional jumps";
	case EBF_JA:
		return "Jumps, calls, the end";
	case EBF_LDDW:
		return "64-bit immediates";
	case EBF_ABS:
		return "Loads from the packet";
	case EBF_LDX:
		return "Memory";
	case EBF_ATOMIC:
		return "Atomic operations";
	default:
		return NULL;
	}
}

static void put_fields(struct buf *b, enum eb_op op)
{
	static const char *const names[] = {"dst", "src", "off", "imm"};
	u8 uses = ebpf_uses(ebpf_rows[op].form), selector = ebpf_selector(ebpf_rows[op].code);
	u32 n = 0;

	for (u32 i = 0; i < LEN(names); i++) {
		if (uses & 1 << i)
			buf_printf(b, "%s%s", n++ ? ", " : "", names[i]);
		else if (selector == 1 << i && ebpf_rows[op].value)
			buf_printf(b, "%s%s is %u", n++ ? ", " : "", names[i], ebpf_rows[op].value);
	}
	if (!n)
		buf_puts(b, "no field");
}

static void put_row(struct buf *b, enum eb_op op)
{
	struct eb e = {.op = (u8)op, .dst = 1, .src = 2, .off = 4, .imm = 5};

	buf_puts(b, ".It Li ");
	ebpf_dis_one(b, &e, 0);
	buf_puts(b, "\n.Dl ");
	ebpf_dis_old(b, &e);
	buf_printf(b, "\nOpcode 0x%02x; ", ebpf_rows[op].code);
	put_fields(b, op);
	buf_printf(b, "; %s.\n%c%s%s%s%s\n", ebpf_groups[ebpf_rows[op].group], *meaning(op) & ~0x20,
		   meaning(op) + 1, results[op] ? "\n.Li " : "", results[op] ? results[op] : "",
		   results[op] ? " ." : ".");
}

void help_isa(FILE *to)
{
	struct buf b = {0};
	const char *open = NULL;

	buf_puts(&b, ".\\\" Begin: onebpf help --man isa\n");
	for (u32 op = 0; op < EB_COUNT; op++) {
		const char *head = headline(ebpf_rows[op].form);

		if (head && head != open) {
			buf_printf(&b, "%s.Ss %s\n.Bl -tag -width Ds\n", open ? ".El\n" : "", head);
			open = head;
		}
		put_row(&b, op);
	}
	buf_puts(&b, ".El\n.\\\" End: onebpf help --man isa\n");
	if (b.n)
		fwrite(b.p, 1, b.n, to);
	buf_deinit(&b);
}
