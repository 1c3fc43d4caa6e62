/* SPDX-License-Identifier: BSD-2-Clause */
/* Conditional jumps: which ways there are, and what is known on each. */
#include "check/priv.h"

/* a OP b as b OP a */
static enum eb_op mirrored(enum eb_op op)
{
	switch (op) {
	case EB_JGT_64_X:
		return EB_JLT_64_X;
	case EB_JLT_64_X:
		return EB_JGT_64_X;
	case EB_JGE_64_X:
		return EB_JLE_64_X;
	case EB_JLE_64_X:
		return EB_JGE_64_X;
	case EB_JSGT_64_X:
		return EB_JSLT_64_X;
	case EB_JSLT_64_X:
		return EB_JSGT_64_X;
	case EB_JSGE_64_X:
		return EB_JSLE_64_X;
	case EB_JSLE_64_X:
		return EB_JSGE_64_X;
	default:
		return op;
	}
}

/* ---- is it taken? 1, 0, -1 ---- */

static int packet_taken(const struct reg *a, const struct reg *b, enum eb_op op)
{
	const struct reg *ptr = a;

	if (a->type == REG_PACKET_END) {
		ptr = b;
		op = mirrored(op);
	} else if (b->type != REG_PACKET_END) {
		return -1;
	}
	if (!reg_is_packet(ptr) || ptr->range >= 0)
		return -1;
	if ((op == EB_JLE_64_X || op == EB_JGT_64_X) && ptr->range == BEYOND_END)
		return op == EB_JGT_64_X;
	if (op == EB_JLT_64_X || op == EB_JGE_64_X)
		return op == EB_JGE_64_X;
	return -1;
}

static int taken(const struct verify *v, const struct reg *a, const struct reg *b, enum eb_op op,
		 bool is64)
{
	if (is64 && reg_is_packet_any(a) && reg_is_packet_any(b))
		return packet_taken(a, b, op);
	if (reg_points(b)) {
		const struct reg *swap = a;
		a = b;
		b = swap;
	}
	if (!reg_points(a))
		return scalar_branch(&a->v, &b->v, op, is64);
	if (!is64 || !reg_is_null(b) || !reg_not_null(v, a))
		return -1;
	return op == EB_JEQ_64_X ? 0 : op == EB_JNE_64_X ? 1 : -1;
}

/* ---- packets: a comparison with the end proves bytes ---- */

static bool is_start(const struct reg *r)
{
	return r->type == REG_PACKET && !r->id && !r->off && scalar_is_const(&r->v) &&
	       !r->v.bits.value;
}

/* ptr has passed: as many bytes as it was moved are there; one more when it is below
 * the end itself. */
static void prove(struct state *s, const struct reg *ptr, bool below)
{
	struct walk w = {.s = s};
	const struct reg p = *ptr;

	if (p.off < 0 || (!p.off && below))
		return;
	if (p.v.umax > PACKET_MAX || p.v.umax + (u32)p.off > PACKET_MAX)
		return;
	s32 range = p.off + below;
	for (struct reg *r; (r = walk_next(&w));)
		if (r->type == p.type && r->id == p.id)
			r->range = MAX(r->range, range);
}

static void mark_end(struct state *s, u32 reg, bool beyond)
{
	struct reg *r = &s->frame[s->top]->reg[reg];

	if (r->type == REG_PACKET)
		r->range = beyond ? BEYOND_END : AT_END;
}

/* The comparison is of a packet pointer with the packet's end, or of one of its metadata
 * with its start: then both states learn from it. yes: where it is true. */
static bool match_packet(const struct eb *e, struct state *no, struct state *yes)
{
	const struct reg *a = &no->frame[no->top]->reg[e->dst];
	const struct reg *b = &no->frame[no->top]->reg[e->src];
	enum eb_op op = op_family(e->op);
	u32 reg = e->dst;

	if ((a->type == REG_PACKET_END && b->type == REG_PACKET) ||
	    (is_start(a) && b->type == REG_PACKET_META)) {
		a = b;
		reg = e->src;
		op = mirrored(op);
	} else if (!(a->type == REG_PACKET && b->type == REG_PACKET_END) &&
		   !(a->type == REG_PACKET_META && is_start(b))) {
		return false;
	}
	switch (op) {
	case EB_JGT_64_X:
		prove(no, a, false);
		mark_end(yes, reg, true);
		return true;
	case EB_JLT_64_X:
		prove(yes, a, true);
		mark_end(no, reg, false);
		return true;
	case EB_JGE_64_X:
		prove(no, a, true);
		mark_end(yes, reg, false);
		return true;
	case EB_JLE_64_X:
		prove(yes, a, false);
		mark_end(no, reg, true);
		return true;
	default:
		return false;
	}
}

/* ---- pointers that may be null ---- */

void set_null_or_not(struct verify *v, struct state *s, u32 reg, bool null)
{
	const struct reg *which = &s->frame[s->top]->reg[reg];
	u32 id = which->id;
	struct walk w = {.s = s};

	if (null && which->ref && which->ref == id)
		ref_drop(v, s, id);
	for (struct reg *r; (r = walk_next(&w));) {
		if (!(r->type & REG_NULLABLE) || r->id != id)
			continue;
		if (!scalar_is_const(&r->v) || r->v.bits.value ||
		    (r->off && !(r->type & (REG_ALLOC | REG_NON_OWNING))))
			continue;
		if (null) {
			reg_const(v, r, 0);
			continue;
		}
		set_not_null(v, r);
		if (!reg_may_hold_lock(r))
			r->id = 0;
	}
}

/* A pointer that equals one that is not null is not null. */
static void learn_not_null(struct verify *v, const struct eb *e, struct reg *no, struct reg *yes)
{
	enum eb_op op = op_family(e->op);
	struct reg *a = &no[e->dst], *b = &no[e->src];
	struct reg *where = op == EB_JEQ_64_X ? yes : op == EB_JNE_64_X ? no : NULL;

	if (!where || !op_is64(e->op) || !reg_points(a) || !reg_points(b) ||
	    !((a->type ^ b->type) & REG_NULLABLE) || reg_kind(a->type) == REG_BTF ||
	    reg_kind(b->type) == REG_BTF)
		return;
	set_not_null(v, &where[b->type & REG_NULLABLE ? e->src : e->dst]);
}

/* ---- the jump ---- */

static int check_operands(struct verify *v, const struct eb *e, struct reg **a, struct reg **b)
{
	bool x = op_is_x(e->op);
	int err = read_reg(v, e->dst);
	u16 flags = 0;

	if (!err && x)
		err = read_reg(v, e->src);
	if (err)
		return err;
	*a = &regs(v)[e->dst];
	*b = x ? &regs(v)[e->src] : &v->scratch[0];
	if (!x)
		reg_const(v, *b, (u64)e->imm);
	else if (!(reg_is_packet_any(*a) && reg_is_packet_any(*b)) && reg_leaks(v, *b))
		return say(v, -EACCES, "R%u pointer comparison prohibited\n", e->src);
	if ((*a)->type == REG_STACK)
		flags |= HIST_DST_STACK;
	if (x && (*b)->type == REG_STACK)
		flags |= HIST_SRC_STACK;
	return flags ? hist_push(v, v->cur, flags, 0) : 0;
}

/* Only one way: the proof hangs on what decided it. */
static int one_way(struct verify *v, const struct eb *e, bool yes, const struct reg *a,
		   const struct reg *b)
{
	u32 to = (u32)ebpf_target(e, v->pc), next = v->pc + 1;
	int err = 0;

	if (!reg_points(a))
		err = precise_reg(v, e->dst);
	if (!err && op_is_x(e->op) && !reg_points(b))
		err = precise_reg(v, e->src);
	if (err)
		return err;
	if (!spec_path(v, e, yes ? next : to))
		return -EFAULT;
	if (logs(v, 3))
		log_insn_state(v, v->cur, v->cur->top);
	v->pc = yes ? to : next;
	return 0;
}

static int refine(struct verify *v, const struct eb *e, struct reg *no, struct reg *yes)
{
	struct reg *no_b = &v->scratch[0], *yes_b = &v->scratch[1];
	enum eb_op op = op_family(e->op);
	bool is64 = op_is64(e->op);

	if (op_is_x(e->op)) {
		no_b = &no[e->src];
		yes_b = &yes[e->src];
	} else {
		*yes_b = *no_b;
	}
	if (no[e->dst].type != REG_SCALAR || no_b->type != REG_SCALAR)
		return 0;
	struct scalar kept[4] = {no[e->dst].v, no_b->v, yes[e->dst].v, yes_b->v};
	if (!scalar_refine(&no[e->dst].v, &no_b->v, op, false, is64)) {
		no[e->dst].v = kept[0];
		no_b->v = kept[1];
	}
	if (!scalar_refine(&yes[e->dst].v, &yes_b->v, op, true, is64)) {
		yes[e->dst].v = kept[2];
		yes_b->v = kept[3];
	}
	return 0;
}

static void spread(struct verify *v, struct state *yes, u32 reg, const struct links *l)
{
	struct reg *no_r = &regs(v)[reg], *yes_r = &yes->frame[yes->top]->reg[reg];

	if (no_r->type != REG_SCALAR || !no_r->id || no_r->id != yes_r->id)
		return;
	links_sync(v, v->cur, no_r, l);
	links_sync(v, yes, yes_r, l);
}

static int both_ways(struct verify *v, const struct eb *e, struct reg *a, struct reg *b)
{
	enum eb_op op = op_family(e->op);
	bool x = op_is_x(e->op), equality = op == EB_JEQ_64_X || op == EB_JNE_64_X;
	struct links l = {0};

	if (x && b->type == REG_SCALAR && b->id)
		links_collect(v, v->cur, b->id, &l);
	if (a->type == REG_SCALAR && a->id)
		links_collect(v, v->cur, a->id, &l);
	if (l.n > 1)
		hist_push(v, v->cur, 0, links_pack(&l));
	struct state *yes = branch_push(v, (u32)ebpf_target(e, v->pc), v->pc, false);
	if (!yes)
		return -E2BIG;
	struct reg *yes_regs = yes->frame[yes->top]->reg;
	refine(v, e, regs(v), yes_regs);
	if (x)
		spread(v, yes, e->src, &l);
	spread(v, yes, e->dst, &l);
	if (x)
		learn_not_null(v, e, regs(v), yes_regs);
	if (equality && op_is64(e->op) && (a->type & REG_NULLABLE) && reg_is_null(b)) {
		set_null_or_not(v, v->cur, e->dst, op == EB_JNE_64_X);
		set_null_or_not(v, yes, e->dst, op == EB_JEQ_64_X);
	} else if (!(x && op_is64(e->op) && match_packet(e, v->cur, yes)) && reg_leaks(v, a)) {
		return say(v, -EACCES, "R%u pointer comparison prohibited\n", e->dst);
	}
	if (logs(v, 3))
		log_insn_state(v, v->cur, v->cur->top);
	v->pc++;
	return 0;
}

int check_cond(struct verify *v, const struct eb *e)
{
	struct reg *a, *b;
	int err = check_operands(v, e, &a, &b);

	if (err)
		return err;
	int is = taken(v, a, b, op_family(e->op), op_is64(e->op));
	return is >= 0 ? one_way(v, e, is, a, b) : both_ways(v, e, a, b);
}

/* It may jump out of the loop at any time: the loop's body is walked with what is
 * common to all turns. */
int check_may_goto(struct verify *v, const struct eb *e)
{
	struct state *before = previous_entry(v, v->cur->parent, v->pc);
	struct state *s = branch_push(v, v->pc + 1, v->pc, false);

	if (!s)
		return -ENOMEM;
	s->may_goto_depth++;
	if (before)
		widen(v, before, s);
	v->pc = (u32)ebpf_target(e, v->pc);
	return 0;
}
