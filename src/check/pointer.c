/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic on pointers: what may be added to which, and where they then point. */
#include "check/priv.h"

static bool may_move(const struct reg *ptr, const struct scalar *n, enum eb_op op)
{
	bool known = scalar_is_const(n);

	switch (reg_kind(ptr->type)) {
	case REG_CTX:
	case REG_MAP_VALUE:
	case REG_MAP_KEY:
	case REG_STACK:
	case REG_PACKET_META:
	case REG_PACKET:
	case REG_TP_BUFFER:
	case REG_BTF:
	case REG_MEM:
	case REG_BUF:
	case REG_FUNC:
	case REG_DYNPTR:
		return true;
	case REG_FLOW_KEYS:
		return known;
	case REG_MAP:
		return known && !n->smin && op == EB_ADD_64_X;
	default:
		return false;
	}
}

static int check_sane(struct verify *v, const struct reg *r, u32 type)
{
	const s64 most = POINTER_SLACK;
	s64 value = (s64)r->v.bits.value, least = r->v.smin;

	if (scalar_is_const(&r->v) && (value >= most || value <= -most))
		return say(v, -EINVAL, "math between %s pointer and %lld is not allowed\n",
			   reg_name(type), (long long)value);
	if (r->off >= most || r->off <= -most)
		return say(v, -EINVAL, "%s pointer offset %d is not allowed\n", reg_name(type),
			   r->off);
	if (least == INT64_MIN)
		return say(v, -EINVAL,
			   "math between %s pointer and register with unbounded min value is not "
			   "allowed\n",
			   reg_name(type));
	if (least >= most || least <= -most)
		return say(v, -EINVAL, "value %lld makes %s pointer be out of bounds\n",
			   (long long)least, reg_name(type));
	return 0;
}

static int check_op(struct verify *v, const struct eb *e, enum eb_op op, const struct reg *ptr,
		    bool swapped)
{
	const char *symbol = ebpf_rows[e->op].symbol;

	switch (op) {
	case EB_ADD_64_X:
		return 0;
	case EB_SUB_64_X:
		if (swapped)
			return say(v, -EACCES, "R%u tried to subtract pointer from scalar\n",
				   e->dst);
		if (ptr->type == REG_STACK)
			return say(v, -EACCES, "R%u subtraction from stack pointer prohibited\n",
				   e->dst);
		return 0;
	case EB_AND_64_X:
	case EB_OR_64_X:
	case EB_XOR_64_X:
		return say(v, -EACCES, "R%u bitwise operator %s on pointer prohibited\n", e->dst,
			   symbol);
	default:
		return say(v, -EACCES, "R%u pointer arithmetic with %s operator prohibited\n",
			   e->dst, symbol);
	}
}

/* dst is a copy of ptr. */
static void add_known(struct reg *dst, s64 to)
{
	dst->off = (s32)to;
	if (reg_is_packet(dst) && dst->range < 0)
		dst->range = 0;
}

static void add_unknown(struct verify *v, struct reg *dst, enum eb_op op, const struct scalar *n)
{
	bool known = scalar_is_const(n), negative = n->smin < 0;

	scalar_alu(&dst->v, op, n, true);
	dst->v.smin32 = INT32_MIN;
	dst->v.smax32 = INT32_MAX;
	dst->v.umin32 = 0;
	dst->v.umax32 = UINT32_MAX;
	scalar_sync(&dst->v);
	if (!reg_is_packet(dst))
		return;
	if (!known || op == EB_SUB_64_X)
		dst->id = ++v->ids;
	if (dst->range < 0 || (op == EB_ADD_64_X ? !known : negative))
		dst->range = 0;
}

/* Unprivileged, the result must point into the object, so that guesses stay there. */
static int check_bounds(struct verify *v, u32 regno, const struct reg *dst)
{
	s64 at = dst->off + (s64)dst->v.bits.value;

	if (v->no_v1)
		return 0;
	if (dst->type == REG_MAP_VALUE && check_map_bytes(v, regno, dst->off, 1, false, true))
		return say(v, -EACCES,
			   "R%u pointer arithmetic of map value goes out of range, prohibited for "
			   "!root\n",
			   regno);
	if (dst->type != REG_STACK)
		return 0;
	if (!scalar_is_const(&dst->v))
		return say(v, -EACCES,
			   "R%u variable stack access prohibited for !root, var_off=%s off=%lld\n",
			   regno, tnum_text(dst->v.bits), (long long)at);
	if (at >= 0 || at < -EBPF_STACK)
		return say(v, -EACCES,
			   "R%u stack pointer arithmetic goes out of range, prohibited for !root; "
			   "off=%lld\n",
			   regno, (long long)at);
	return 0;
}

static int check_kind(struct verify *v, const struct eb *e, const struct reg *ptr,
		      const struct reg *off)
{
	if (ptr->type & REG_NULLABLE)
		return say(v, -EACCES,
			   "R%u pointer arithmetic on %s prohibited, null-check it first\n", e->dst,
			   reg_name(ptr->type));
	if (!may_move(ptr, &off->v, op_family(e->op)))
		return say(v, -EACCES, "R%u pointer arithmetic on %s prohibited\n", e->dst,
			   reg_name(ptr->type));
	int err = check_sane(v, off, ptr->type);
	return err ? err : check_sane(v, ptr, ptr->type);
}

static int moved(struct verify *v, const struct eb *e, const struct reg *ptr, const struct reg *off,
		 bool swapped)
{
	enum eb_op op = op_family(e->op);
	struct reg *dst = &regs(v)[e->dst], out = *ptr;
	const struct scalar n = off->v;
	struct spec s = {0};
	s64 to = op == EB_ADD_64_X ? ptr->off + n.smin : ptr->off - n.smin;
	bool sums = op == EB_ADD_64_X || op == EB_SUB_64_X;
	int why = sums ? spec_before(v, e, ptr, off, &s) : 0;

	if (why)
		return spec_refuse(v, e, why, swapped);
	int err = check_op(v, e, op, ptr, swapped);
	if (err)
		return err;
	if (scalar_is_const(&n) && to == (s32)to)
		add_known(&out, to);
	else
		add_unknown(v, &out, op, &n);
	*dst = out;
	err = check_sane(v, dst, dst->type);
	if (!err)
		err = check_bounds(v, e->dst, dst);
	if (err)
		return err;
	why = spec_after(v, e, dst, &s);
	return why ? spec_refuse(v, e, why, swapped) : 0;
}

int add_to_pointer(struct verify *v, const struct eb *e, const struct reg *ptr,
		   const struct reg *off, bool swapped)
{
	if (!op_is64(e->op)) {
		if (op_family(e->op) == EB_SUB_64_X && v->leaks) {
			reg_unknown(v, &regs(v)[e->dst]);
			return 0;
		}
		return say(v, -EACCES, "R%u 32-bit pointer arithmetic prohibited\n", e->dst);
	}
	if (reg_kind(ptr->type) == REG_MEM && (ptr->type & REG_UNTRUSTED) &&
	    !(ptr->type & REG_NULLABLE)) {
		regs(v)[e->dst] = *ptr;
		return 0;
	}
	int err = check_kind(v, e, ptr, off);
	return err ? err : moved(v, e, ptr, off, swapped);
}
