/* SPDX-License-Identifier: BSD-2-Clause */
/* The stack, byte by byte: what was stored there, and what comes back. */
#include "check/priv.h"

bool slot_spilled(const struct slot *s) { return s->type[SLOT - 1] == SLOT_SPILL; }

bool slot_spilled_scalar(const struct slot *s)
{
	return slot_spilled(s) && s->reg.type == REG_SCALAR;
}

bool slot_special(const struct slot *s)
{
	u8 t = s->type[SLOT - 1];

	return t == SLOT_SPILL || t == SLOT_DYNPTR || t == SLOT_ITER || t == SLOT_IRQ;
}

struct frame *frame_of(const struct verify *v, const struct reg *r)
{
	return v->cur->frame[r->frame];
}

static u32 slot_at(s64 off) { return (u32)(-off - 1) / SLOT; }
static u8 *type_at(struct frame *f, s64 off)
{
	return &f->stack[slot_at(off)].type[(u32)(-off - 1) % SLOT];
}

static u16 access_flags(const struct frame *f, u32 slot)
{
	return (u16)(HIST_STACK | f->number | slot << HIST_SLOT_SHIFT);
}

static bool spillable(const struct reg *r)
{
	switch (reg_kind(r->type)) {
	case REG_NONE:
	case REG_SCALAR:
	case REG_DYNPTR:
	case REG_TP_BUFFER:
		return false;
	default:
		return true;
	}
}

/* ---- bounds ---- */

static int bounds_err(struct verify *v, const struct frame *f, s64 from, s64 to, enum access how)
{
	s64 least = how == ACCESS_WRITE || v->uninit ? -EBPF_STACK : -(s64)f->slots * SLOT;

	if (from < least || from > -1)
		return -EACCES;
	return to > 0 ? -EINVAL : to < from ? -EFAULT : 0;
}

static int check_bounds(struct verify *v, u32 regno, s64 off, s64 size, enum access how)
{
	const struct reg *r = &regs(v)[regno];
	struct frame *f = frame_of(v, r);
	const char *what = how == ACCESS_READ ? " read from" : " write to";
	bool known = scalar_is_const(&r->v);

	if (!known && (r->v.smax >= POINTER_SLACK || r->v.smin <= -(s64)POINTER_SLACK))
		return say(v, -EACCES, "invalid unbounded variable-offset%s stack R%u\n", what,
			   regno);
	s64 from = r->v.smin + off, to = r->v.smax + off + size;
	int err = bounds_err(v, f, from, to, how);
	if (!err) {
		frame_grow(v, f, (u32)-from);
		return 0;
	}
	if (known)
		return say(v, err, "invalid%s stack R%u off=%lld size=%d\n", what, regno,
			   (long long)from, (s32)size);
	return say(v, err, "invalid variable-offset%s stack R%u var_off=%s off=%d size=%d\n", what,
		   regno, tnum_text(r->v.bits), (s32)off, (s32)size);
}

/* ---- stores ---- */

/* A pointer or number of 8 bytes, or a number of fewer; what is above it is anything. */
static void spill(const struct verify *v, struct slot *s, const struct reg *r, u32 size)
{
	u32 i = SLOT;

	s->reg = *r;
	while (i > SLOT - size)
		s->type[--i] = SLOT_SPILL;
	for (; i; i--)
		if (s->type[i - 1] != SLOT_ZERO && !(v->leaks && s->type[i - 1] == SLOT_INVALID))
			s->type[i - 1] = SLOT_MISC;
}

static void scrub(struct slot *s)
{
	for (u32 i = 0; i < SLOT; i++)
		if (s->type[i] != SLOT_INVALID)
			s->type[i] = SLOT_MISC;
}

/* Bytes that are no spilled register any more. */
static int store_bytes(struct verify *v, struct frame *f, s64 off, u32 size, const struct reg *r,
		       s32 value)
{
	struct slot *s = &f->stack[slot_at(off)];
	const struct eb *e = insn_at(v, v->pc);
	bool zero = r ? reg_is_null(r) : ebpf_rows[e->op].form == EBF_ST && !e->imm;
	int err = zero && value >= 0 ? precise_reg(v, (u32)value) : 0;

	if (err)
		return err;
	if (slot_special(s))
		scrub(s);
	reg_none(&s->reg);
	for (u32 i = 0; i < size; i++)
		*type_at(f, off + i) = zero ? SLOT_ZERO : SLOT_MISC;
	return 0;
}

static int store_pointer(struct verify *v, struct frame *f, struct slot *s, const struct reg *r,
			 u32 size)
{
	if (size != SLOT) {
		log_line(v, v->pc);
		return say(v, -EACCES, "invalid size of register spill\n");
	}
	if (f != running(v) && r->type == REG_STACK)
		return say(v, -EINVAL,
			   "cannot spill pointers to stack into stack frame of the caller\n");
	spill(v, s, r, size);
	return 0;
}

static int store_fixed(struct verify *v, struct frame *f, s64 off, u32 size, s32 value)
{
	u32 at = slot_at(off);
	struct slot *s = &f->stack[at];
	struct reg *r = value >= 0 ? &regs(v)[value] : NULL;
	const struct eb *e = insn_at(v, v->pc);

	if (!v->leaks && slot_spilled(s) && s->reg.type != REG_SCALAR && size != SLOT)
		return say(v, -EACCES, "attempt to corrupt spilled pointer on stack\n");
	int err = destroy_dynptr(v, f, at);
	if (err)
		return err;
	if (off % SLOT == 0 && size == SLOT)
		live_write(v, f->number, (u64)1 << at);
	touch_slot(v, at);
	if (r && off % SLOT == 0 && r->type == REG_SCALAR && v->capable) {
		bool fits = reg_width(r) <= 8 * size;
		if (fits)
			give_id(v, r);
		spill(v, s, r, size);
		if (!fits)
			reg_unlink(&s->reg);
	} else if (!r && off % SLOT == 0 && ebpf_rows[e->op].form == EBF_ST && v->capable) {
		reg_const(v, &v->scratch[0], (u64)e->imm);
		spill(v, s, &v->scratch[0], size);
	} else if (r && spillable(r)) {
		err = store_pointer(v, f, s, r, size);
		if (err)
			return err;
	} else {
		return store_bytes(v, f, off, size, r, value);
	}
	return hist_push(v, v->cur, access_flags(f, at), 0);
}

/* One byte that may be written or not. */
static int store_maybe(struct verify *v, struct frame *f, s64 off, bool zero, bool *zeros)
{
	struct slot *s = &f->stack[slot_at(off)];
	u8 *type = type_at(f, off);

	touch_slot(v, slot_at(off));
	if (!v->leaks && *type != SLOT_MISC && *type != SLOT_ZERO)
		return say(v, -EINVAL,
			   "spilled ptr in range of var-offset stack write; insn %u, ptr off: "
			   "%lld",
			   v->pc, (long long)off);
	if (zero && *type == SLOT_SPILL && slot_spilled(s) && reg_is_null(&s->reg)) {
		*zeros = true;
		return 0;
	}
	if (*type == SLOT_INVALID && !v->uninit)
		return say(v, -EINVAL,
			   "uninit stack in range of var-offset write prohibited for !root; insn "
			   "%u, off: %lld",
			   v->pc, (long long)off);
	if (slot_special(s))
		scrub(s);
	reg_none(&s->reg);
	bool stays = zero && *type == SLOT_ZERO;
	*type = stays ? SLOT_ZERO : SLOT_MISC;
	*zeros |= stays;
	return 0;
}

static int store_variable(struct verify *v, u32 ptr, struct frame *f, s64 off, u32 size, s32 value)
{
	const struct scalar n = regs(v)[ptr].v;
	const struct eb *e = insn_at(v, v->pc);
	bool zeros = false, zero = value >= 0 ? reg_is_null(&regs(v)[value])
					      : ebpf_rows[e->op].form == EBF_ST && !e->imm;
	s64 from = n.smin + off, to = n.smax + off + size;
	int err = 0;

	for (s64 i = from; i < to && !err; i++)
		err = destroy_dynptr(v, f, slot_at(i));
	for (s64 i = from; i < to && !err; i++)
		err = store_maybe(v, f, i, zero, &zeros);
	if (!err && zeros && value >= 0)
		err = precise_reg(v, (u32)value);
	return err;
}

/* ---- loads ---- */

/* Bytes of which none is a spilled register's: all zero, or anything. */
static void load_bytes(struct verify *v, struct frame *f, s64 from, s64 to, u32 value)
{
	bool zero = true;

	for (s64 i = from; i < to && zero; i++) {
		touch_slot(v, slot_at(i));
		zero = *type_at(f, i) == SLOT_ZERO;
	}
	if (zero)
		reg_const(v, &regs(v)[value], 0);
	else
		reg_unknown(v, &regs(v)[value]);
}

static int unreadable(struct verify *v, s64 off, u32 i, u32 size)
{
	return say(v, -EACCES, "invalid read from stack off %lld+%u size %u\n", (long long)off, i,
		   size);
}

static bool readable(const struct verify *v, u8 type, bool spill_ok)
{
	return type == SLOT_MISC || type == SLOT_ZERO || (type == SLOT_SPILL && spill_ok) ||
	       (type == SLOT_INVALID && v->uninit);
}

/* Some bytes of a spilled number. */
static int load_part(struct verify *v, struct frame *f, s64 off, u32 size, u32 value)
{
	struct slot *s = &f->stack[slot_at(off)];
	struct reg *r = &s->reg, *to = &regs(v)[value];
	u32 spilled = 1, spills = 0, zeros = 0;

	while (spilled < SLOT && s->type[SLOT - 1 - spilled] == SLOT_SPILL)
		spilled++;
	if (size <= spilled && off % SLOT == 0) {
		if (v->capable && size == 4 && spilled == 4 && reg_width(r) <= 32)
			give_id(v, r);
		*to = *r;
		if (reg_width(r) > size * 8)
			reg_unlink(to);
		return hist_push(v, v->cur, access_flags(f, slot_at(off)), 0);
	}
	for (u32 i = 0; i < size; i++) {
		u8 type = *type_at(f, off + i);
		if (!readable(v, type, true))
			return unreadable(v, off, i, size);
		spills += type == SLOT_SPILL;
		zeros += type == SLOT_ZERO;
	}
	if (spills == size && reg_is_null(r)) {
		reg_const(v, to, 0);
		return hist_push(v, v->cur, access_flags(f, slot_at(off)), 0);
	}
	if (zeros == size)
		reg_const(v, to, 0);
	else
		reg_unknown(v, to);
	return 0;
}

static int load_spilled(struct verify *v, struct frame *f, s64 off, u32 size, s32 value)
{
	struct slot *s = &f->stack[slot_at(off)];
	bool whole = size == SLOT && s->type[0] == SLOT_SPILL;

	if (!whole && s->reg.type != REG_SCALAR) {
		log_line(v, v->pc);
		return say(v, -EACCES, "invalid size of register fill\n");
	}
	if (!whole)
		return value < 0 ? 0 : load_part(v, f, off, size, (u32)value);
	if (value >= 0) {
		if (v->capable)
			give_id(v, &s->reg);
		regs(v)[value] = s->reg;
	} else if (reg_leaks(v, &s->reg)) {
		return say(v, -EACCES, "leaking pointer from stack off %lld\n", (long long)off);
	}
	return hist_push(v, v->cur, access_flags(f, slot_at(off)), 0);
}

static int load_fixed(struct verify *v, struct frame *f, s64 off, u32 size, s32 value)
{
	u32 at = slot_at(off);

	touch_slot(v, at);
	live_read(v, f->number, (u64)1 << at);
	if (slot_spilled(&f->stack[at]))
		return load_spilled(v, f, off, size, value);
	for (u32 i = 0; i < size; i++)
		if (!readable(v, *type_at(f, off + i), false))
			return unreadable(v, off, i, size);
	if (value >= 0)
		load_bytes(v, f, off, off + size, (u32)value);
	return 0;
}

static int load_variable(struct verify *v, u32 ptr, struct frame *f, s64 off, u32 size, u32 value)
{
	const struct scalar n = regs(v)[ptr].v;
	int err = check_stack_range(v, ptr, off, size, false, ACCESS_READ, NULL);

	if (!err)
		load_bytes(v, f, n.smin + off, n.smax + off + size, value);
	return err;
}

int check_stack(struct verify *v, u32 ptr, s64 off, u32 size, enum access how, s32 value)
{
	struct reg *r = &regs(v)[ptr];
	struct frame *f = frame_of(v, r);
	bool known = scalar_is_const(&r->v);
	int err = check_bounds(v, ptr, off, size, how);

	if (err)
		return err;
	if (how == ACCESS_WRITE)
		return known ? store_fixed(v, f, off + (s64)r->v.bits.value, size, value)
			     : store_variable(v, ptr, f, off, size, value);
	if (value < 0 && !known)
		return say(v, -EACCES,
			   "variable offset stack pointer cannot be passed into helper function; "
			   "var_off=%s off=%d size=%d\n",
			   tnum_text(r->v.bits), (s32)off, size);
	return known ? load_fixed(v, f, off + (s64)r->v.bits.value, size, value)
		     : load_variable(v, ptr, f, off, size, (u32)value);
}

/* ---- memory that is given away ---- */

static int check_no_dynptr(struct verify *v, struct frame *f, s64 from, s64 to)
{
	for (s64 i = from; i < to; i++)
		if (slot_at(i) < f->slots && *type_at(f, i) == SLOT_DYNPTR)
			return say(v, -EACCES, "potential write to dynptr at off=%lld disallowed\n",
				   (long long)i);
	return 0;
}

/* Is this byte initialised? What may be written becomes anything. */
static bool give_byte(struct verify *v, struct frame *f, s64 off, bool clobber)
{
	struct slot *s = &f->stack[slot_at(off)];
	u8 *type = type_at(f, off);

	if (*type == SLOT_MISC)
		return true;
	if (*type == SLOT_ZERO || (*type == SLOT_INVALID && v->uninit)) {
		if (clobber)
			*type = SLOT_MISC;
		return true;
	}
	if (!slot_spilled(s) || (s->reg.type != REG_SCALAR && !v->leaks))
		return false;
	if (clobber) {
		reg_none(&s->reg);
		scrub(s);
	}
	return true;
}

int check_stack_range(struct verify *v, u32 regno, s64 off, s64 size, bool zero_ok, enum access how,
		      struct call *c)
{
	struct reg *r = &regs(v)[regno];
	struct frame *f = frame_of(v, r);
	bool known = scalar_is_const(&r->v);

	if (!size && !zero_ok)
		return say(v, -EACCES, "invalid zero-sized read\n");
	int err = check_bounds(v, regno, off, size, how);
	if (err)
		return err;
	if (!known && !v->no_v1)
		return say(v, -EACCES,
			   "R%u variable offset stack access prohibited for !root, var_off=%s\n",
			   regno, tnum_text(r->v.bits));
	s64 from = r->v.smin + off, to = r->v.smax + off + size;
	if (c && c->raw && known) {
		c->raw_reg = regno;
		c->raw_size = (u32)size;
		return check_no_dynptr(v, f, from, to);
	}
	for (s64 i = from; i < to; i++) {
		if (!give_byte(v, f, i, how == ACCESS_WRITE)) {
			if (known)
				return say(v, -EACCES,
					   "invalid read from stack R%u off %lld+%lld size %lld\n",
					   regno, (long long)from, (long long)(i - from),
					   (long long)size);
			return say(v, -EACCES,
				   "invalid read from stack R%u var_off %s+%lld size %lld\n", regno,
				   tnum_text(r->v.bits), (long long)(i - from), (long long)size);
		}
		live_read(v, f->number, (u64)1 << slot_at(i));
	}
	return 0;
}
