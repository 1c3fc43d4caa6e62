/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers that are needed, and operations that are not. */
#include "jit/op.h"

enum { ROUNDS = 8, ALL = 0x7ff, CLOBBERED = 0x3f /* r0 to r5 */ };

static u16 bit(u8 reg) { return reg == NOREG ? 0 : (u16)(1u << reg); }

bool op_has_address(u8 op)
{
	switch (op) {
	case OP_LEA_32:
	case OP_LEA_64:
	case OP_LDBE_H:
	case OP_LDBE_W:
	case OP_LDBE_DW:
		return true;
	}
	return op >= EB_LDX_W && op < EB_COUNT;
}

_Static_assert(EB_LDX_W + 1 == EB_LDX_H && EB_STORE_REL_DW == EB_COUNT - 1,
	       "loads, stores and atomic operations end the table");

u16 op_reads(const struct op *o)
{
	u16 address = bit(o->base) | bit(o->index);

	switch (o->e.op) {
	case OP_NOP:
		return 0;
	case OP_LEA_32:
	case OP_LEA_64:
	case OP_LDBE_H:
	case OP_LDBE_W:
	case OP_LDBE_DW:
		return address;
	case OP_ROL_32:
	case OP_ROL_64:
	case OP_ZX8:
	case OP_ZX16:
		return bit(o->e.src);
	case OP_JNSET:
		return bit(o->e.dst);
	case OP_LOOKUP:
		return bit(2);
	}
	if (!op_has_address(o->e.op))
		return ebpf_reads(&o->e);
	switch ((enum eb_form)ebpf_rows[o->e.op].form) {
	case EBF_LDX:
	case EBF_LOAD_ACQ:
	case EBF_ST:
		return address;
	case EBF_CMPXCHG:
		return address | bit(o->e.src) | bit(0);
	default:
		return address | bit(o->e.src);
	}
}

u16 op_writes(const struct op *o)
{
	if (o->e.op == OP_NOP || o->e.op == OP_JNSET)
		return 0;
	if (o->e.op == OP_LOOKUP)
		return CLOBBERED;
	return o->e.op > OP_NOP ? bit(o->e.dst) : ebpf_writes(&o->e);
}

/* Only its result counts. */
static bool is_pure(const struct ops *o, const struct op *op)
{
	u8 k = op->e.op;

	if (k <= EB_BSWAP64 || k == EB_LDDW || k == EB_LDDW_FUNC || k == OP_LEA_32 ||
	    k == OP_LEA_64 || (k >= OP_ROL_32 && k <= OP_ZX16))
		return true;
	return !o->safe &&
	       ((k >= EB_LDDW_MAP_FD && k <= EB_LDDW_MAP_IDX_VALUE) ||
		(k >= EB_LDX_W && k <= EB_LDSX_B) || (k >= OP_LDBE_H && k <= OP_LDBE_DW));
}

static bool jumps(u8 op) { return op == OP_JNSET || ebpf_is_jump((enum eb_op)op); }

u16 op_target_live(const struct ops *o, u32 pc)
{
	s64 to = ebpf_target(&o->op[pc].e, pc);

	return to >= 0 && to < o->n ? o->live_in[to] : 0;
}

/* What is needed before the slot, from what is needed behind it. */
static u16 before(const struct ops *o, u32 pc, u16 live)
{
	const struct op *op = &o->op[pc];

	switch (op->e.op) {
	case EB_WIDE:
		return live;
	case EB_BAD:
		return 0;
	case EB_EXIT:
		return o->safe ? SAFE_EXIT : 1;
	case EB_JA:
	case EB_JAL:
		return op_target_live(o, pc);
	}
	if (jumps(op->e.op))
		live |= op_target_live(o, pc);
	return (u16)((live & ~op_writes(op)) | op_reads(op));
}

static bool live_round(struct ops *o)
{
	bool changed = false;
	u16 live = 0;

	for (u32 pc = o->n; pc-- > 0;) {
		live = before(o, pc, live);
		if (!(o->mark[pc] & MARK_ENTRY) || o->op[pc].e.op == EB_WIDE)
			continue;
		changed |= live & ~o->live_in[pc];
		o->live_in[pc] |= live;
	}
	return changed;
}

static void liveness(struct ops *o)
{
	for (u32 i = 0; i < ROUNDS; i++)
		if (!live_round(o))
			return;
	for (u32 pc = 0; pc < o->n; pc++)
		o->live_in[pc] = ALL;
}

static void sweep(struct ops *o, u32 from, u32 to)
{
	u16 live = to < o->n ? o->live_in[to] : 0;

	/* A second half that is an entry has nothing live, what is behind it has. */
	if (to < o->n && o->op[to].e.op == EB_WIDE)
		live = to + 1 < o->n ? o->live_in[to + 1] : 0;
	for (u32 pc = to; pc-- > from;) {
		struct op *op = &o->op[pc];

		op->live = live;
		if (is_pure(o, op) && !(op_writes(op) & live))
			op->e.op = OP_NOP;
		live = before(o, pc, live);
	}
}

void ops_make(struct ops *o)
{
	o->op = arena_array(o->a, struct op, o->n);
	o->live_in = arena_array(o->a, u16, o->n);
	for (u32 pc = 0; pc < o->n; pc++) {
		struct op *op = &o->op[pc];

		*op = (struct op){.e = o->p->ext[pc], .base = NOREG, .index = NOREG, .live = ALL};
		if (!op_has_address(op->e.op))
			continue;
		enum eb_form form = ebpf_rows[op->e.op].form;
		op->base = form == EBF_LDX || form == EBF_LOAD_ACQ ? op->e.src : op->e.dst;
		op->disp = op->e.off;
	}
}

void ops_simplify(struct ops *o)
{
	u32 from = 0;

	for (u32 pc = 0, begin = 0; pc < o->n; pc++) {
		if (pc - begin >= REGION_MAX && o->op[pc].e.op != EB_WIDE)
			o->mark[pc] |= MARK_ENTRY;
		if (o->mark[pc] & MARK_ENTRY)
			begin = pc;
		/* behind a second half that is entered */
		if (pc && o->op[pc - 1].e.op == EB_WIDE && o->mark[pc - 1] & MARK_ENTRY)
			o->mark[pc] |= MARK_ENTRY;
	}
	liveness(o);
	for (u32 pc = 1; pc <= o->n; pc++) {
		if (pc < o->n && !(o->mark[pc] & MARK_ENTRY))
			continue;
		ops_values(o, from, pc);
		sweep(o, from, pc);
		from = pc;
	}
}
