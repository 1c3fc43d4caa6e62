/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a value came from: its life, followed backwards along the path, through copies,
 * spills, arithmetic and calls. */
#include "check/explain_priv.h"

struct track {
	const struct explain *x;
	struct origin *o;
	u32 at, frame, reg;
};

static bool add(struct track *t, enum from_how how, u32 at)
{
	if (t->o->n == LEN(t->o->v))
		return false;
	t->o->v[t->o->n++] = (struct from){how, at, t->reg, t->frame};
	return true;
}

static bool ends(struct track *t, enum from_how how, u32 at)
{
	add(t, how, at);
	return false;
}

static const struct reg *reg_in(const struct shot *s, u32 frame, u32 reg)
{
	return frame <= s->s.top ? &s->s.frame[frame]->reg[reg] : NULL;
}

/* The slot that an access through base reaches, as frame and number. */
static bool stack_slot(const struct shot *s, u32 base, s32 off, u32 *frame, u32 *slot)
{
	const struct reg *r = &shot_frame(s)->reg[base];
	s64 at = (s64)off + r->off + (s64)r->v.bits.value;

	if (r->type != REG_STACK || !scalar_is_const(&r->v) || at >= 0 || at < -EBPF_STACK)
		return false;
	*frame = r->frame;
	*slot = (u32)(-at - 1) / SLOT;
	return true;
}

/* What was stored last into the slot, before step `at`. */
static bool follow_slot(struct track *t, u32 at, u32 frame, u32 slot)
{
	for (u32 i = at; i-- > 0;) {
		const struct shot *s = &t->x->shot[i];
		const struct eb *e = &t->x->p->ext[s->pc];
		u8 form = ebpf_rows[e->op].form;
		u32 f, n;

		if (form != EBF_STX && form != EBF_ST)
			continue;
		if (!stack_slot(s, e->dst, e->off, &f, &n) || f != frame || n != slot)
			continue;
		if (form == EBF_ST)
			return ends(t, FROM_CONST, i);
		t->at = i;
		t->frame = s->s.top;
		t->reg = e->src;
		return true;
	}
	return ends(t, FROM_LOAD, at);
}

static bool follow_load(struct track *t, u32 i, const struct eb *e)
{
	const struct shot *s = &t->x->shot[i];
	u32 frame, slot;

	if (!stack_slot(s, e->src, e->off, &frame, &slot) || frame > s->s.top ||
	    slot >= s->s.frame[frame]->slots || !slot_spilled(&s->s.frame[frame]->stack[slot]))
		return ends(t, FROM_LOAD, i);
	return add(t, FROM_SPILL, i) && follow_slot(t, i, frame, slot);
}

static bool follow_alu(struct track *t, u32 i, const struct eb *e, u8 form)
{
	const struct shot *s = &t->x->shot[i];
	bool mov = e->op >= EB_MOV_32_K && e->op <= EB_MOV_64_X;

	if (mov && form == EBF_ALU_K)
		return ends(t, FROM_CONST, i);
	if (mov) {
		bool go = add(t, op_is64(e->op) ? FROM_COPY : FROM_LOW, i);
		t->reg = e->src;
		return go;
	}
	bool go = add(t, form == EBF_MOVSX ? FROM_LOW : FROM_PARTS, i);
	if (form == EBF_MOVSX || (form == EBF_ALU_X && reg_points(&shot_frame(s)->reg[e->src]) &&
				  !reg_points(&shot_frame(s)->reg[e->dst])))
		t->reg = e->src;
	return go;
}

/* The instruction of step i wrote the register. */
static bool written(struct track *t, u32 i)
{
	const struct eb *e = &t->x->p->ext[t->x->shot[i].pc];
	u8 form = ebpf_rows[e->op].form;

	t->at = i;
	switch ((enum eb_form)form) {
	case EBF_ALU_K:
	case EBF_ALU_X:
	case EBF_NEG:
	case EBF_SWAP:
	case EBF_MOVSX:
		return follow_alu(t, i, e, form);
	case EBF_LDX:
		return follow_load(t, i, e);
	case EBF_LDDW:
		return ends(t, FROM_CONST, i);
	case EBF_CALL:
	case EBF_KFUNC:
	case EBF_LOCAL:
	case EBF_ABS:
	case EBF_IND:
		return ends(t, t->reg ? FROM_GONE : FROM_RESULT, i);
	default:
		return ends(t, FROM_LOAD, i);
	}
}

/* Into a function, or out of it. */
static bool crossed(struct track *t, u32 i, bool in)
{
	const struct eb *e = &t->x->p->ext[t->x->shot[i].pc];

	t->at = i;
	if (!in) {
		if (t->frame == t->x->shot[i + 1].s.top && !t->reg)
			t->frame = t->x->shot[i].s.top;
		return true;
	}
	if (t->frame == t->x->shot[i].s.top)
		return t->reg <= 5 ? ends(t, FROM_GONE, i) : true;
	if (t->frame != t->x->shot[i + 1].s.top)
		return true;
	if (e->op != EB_CALL_LOCAL)
		return ends(t, FROM_ENTRY, i);
	if (!t->reg || (t->reg > 5 && t->reg < 10))
		return ends(t, FROM_NOWHERE, i);
	if (t->reg == 10)
		return ends(t, FROM_CONST, i);
	t->frame = t->x->shot[i].s.top;
	return true;
}

static bool changed(const struct reg *before, const struct reg *after)
{
	if (before->type != after->type)
		return true;
	if (reg_is_packet(after))
		return before->range != after->range;
	return after->type == REG_SCALAR && !scalar_equal(&before->v, &after->v);
}

static bool back(struct track *t)
{
	u32 i = t->at - 1;
	const struct shot *s = &t->x->shot[i], *then = s + 1;
	const struct eb *e = &t->x->p->ext[s->pc];

	if (then->s.top != s->s.top)
		return crossed(t, i, then->s.top > s->s.top);
	t->at = i;
	if (t->frame == s->s.top && (ebpf_writes(e) >> t->reg & 1))
		return written(t, i);
	const struct reg *b = reg_in(s, t->frame, t->reg), *a = reg_in(then, t->frame, t->reg);
	if (!b || !a || !changed(b, a))
		return true;
	if (ebpf_is_cond((enum eb_op)e->op))
		return add(t, FROM_CHECK, i);
	return b->type == a->type ? true : ends(t, FROM_GONE, i);
}

void explain_origin(const struct explain *x, u32 at, u32 frame, u32 reg, struct origin *ret)
{
	struct track t = {x, ret, at, frame, reg};

	ret->n = 0;
	if (!x->shots)
		return;
	while (t.at)
		if (!back(&t))
			return;
	const struct reg *r = reg_in(&x->shot[0], t.frame, t.reg);
	add(&t, r && r->type != REG_NONE ? FROM_ENTRY : FROM_NOWHERE, 0);
}

u32 origin_begin(const struct origin *o) { return o->n ? o->v[o->n - 1].at : NONE; }

/* ---- told ---- */

static const char *argument(struct explain *x, const struct from *f)
{
	const struct prog *p = x->p;
	u32 fn = 0;

	for (u32 i = 0; i < p->funcs; i++)
		if (p->func[i].pc <= x->shot[f->at].pc)
			fn = p->func[i].type;
	const struct btf_type *t = fn ? btf_type(p->btf, fn) : NULL;
	const struct btf_type *proto = t ? btf_type(p->btf, t->type) : NULL;
	if (!proto || !f->reg || f->reg > btf_len(proto))
		return explain_text(x, "argument %u", f->reg);
	return btf_name(p->btf, btf_params(proto)[f->reg - 1].name_off);
}

/* A number that came back from the stack as any number: what had been stored there? */
static bool tell_stack(struct explain *x, const struct from *f, const char *is)
{
	const struct shot *s = &x->shot[f->at];
	const struct eb *e = &x->p->ext[s->pc];
	struct origin o = {0};
	struct track t = {x, &o, f->at, f->frame, f->reg};
	u32 frame, slot;

	if (ebpf_rows[e->op].form != EBF_LDX || !stack_slot(s, e->src, e->off, &frame, &slot))
		return false;
	if (follow_slot(&t, f->at, frame, slot))
		explain_note(x, x->shot[t.at].pc, "r%u is stored here: %s", t.reg,
			     explain_reg(x, reg_in(&x->shot[t.at], t.frame, t.reg)));
	explain_note(x, s->pc,
		     "r%u is read back from the stack, which has not kept what was known of it (it "
		     "keeps that of whole slots of 8 bytes): %s",
		     f->reg, is);
	return true;
}

static void tell(struct explain *x, const struct from *f)
{
	const struct shot *s = &x->shot[f->at];
	const struct reg *after =
		f->at + 1 < x->shots ? reg_in(s + 1, MIN(f->frame, s[1].s.top), f->reg) : NULL;
	const char *is = after ? explain_reg(x, after) : "?";

	switch (f->how) {
	case FROM_ENTRY:
		if (f->reg == 10)
			return;
		explain_note(x, s->pc, "r%u is %s of the function", f->reg, argument(x, f));
		return;
	case FROM_CONST:
		return;
	case FROM_LOAD:
		if (!tell_stack(x, f, is))
			explain_note(x, s->pc, "r%u is read here: %s", f->reg, is);
		return;
	case FROM_RESULT:
		explain_note(x, s->pc, "r%u is what this returns: %s", f->reg, is);
		return;
	case FROM_GONE:
		explain_note(x, s->pc,
			     f->reg <= 5 && after && after->type == REG_NONE
				     ? "r%u is lost here: a call leaves nothing in r1 to r5"
				     : "r%u is lost here: the call may move the packet",
			     f->reg);
		return;
	case FROM_PARTS:
		explain_note(x, s->pc, "r%u becomes %s", f->reg, is);
		return;
	case FROM_LOW:
		explain_note(x, s->pc, "r%u is the low part of another number here: %s", f->reg,
			     is);
		return;
	case FROM_CHECK:
		explain_note(x, s->pc, "this check leaves r%u as %s", f->reg, is);
		return;
	case FROM_COPY:
	case FROM_SPILL:
	case FROM_NOWHERE:
		return;
	}
}

/* A check of another copy of the same value proves nothing of this one, from where they
 * parted. */
static void other_copies(struct explain *x, const struct origin *o, u32 frame, u32 reg)
{
	u32 begin = origin_begin(o);
	struct origin other;

	if (begin == NONE || o->v[o->n - 1].how == FROM_CONST)
		return;
	for (u32 i = begin + 1; i + 1 < x->shots; i++) {
		const struct shot *s = &x->shot[i];
		const struct eb *e = &x->p->ext[s->pc];

		if (!ebpf_is_cond((enum eb_op)e->op) || s->s.top != frame)
			continue;
		if (!changed(&shot_frame(s)->reg[e->dst], &shot_frame(s + 1)->reg[e->dst]))
			continue;
		explain_origin(x, i, frame, e->dst, &other);
		if (origin_begin(&other) != begin || other.v[other.n - 1].how == FROM_CONST)
			continue;
		bool mine = false;
		for (u32 k = 0; k < o->n; k++)
			mine |= o->v[k].how == FROM_CHECK && o->v[k].at == i;
		if (mine)
			continue;
		explain_note(x, s->pc,
			     "this check is of another copy (r%u: %s), and what it proves is not "
			     "known of r%u",
			     e->dst, explain_range(x, &shot_frame(s + 1)->reg[e->dst].v), reg);
		if (other.n > 1 && other.v[0].how != FROM_CHECK)
			explain_note(x, x->shot[other.v[0].at].pc, "they part here");
	}
}

/* Of a number that was added to a pointer on its way. */
static void life_of_index(struct explain *x, const struct from *f)
{
	const struct shot *s = &x->shot[f->at];
	const struct eb *e = &x->p->ext[s->pc];
	struct origin o;

	if (f->how != FROM_PARTS || e->op != EB_ADD_64_X)
		return;
	u32 num = reg_points(&shot_frame(s)->reg[e->dst]) ? e->src : e->dst;
	const struct reg *r = &shot_frame(s)->reg[num];
	if (r->type != REG_SCALAR || scalar_is_const(&r->v))
		return;
	explain_origin(x, f->at, s->s.top, num, &o);
	for (u32 i = o.n; i-- > 0;)
		tell(x, &o.v[i]);
	other_copies(x, &o, s->s.top, num);
}

void explain_life(struct explain *x, u32 reg)
{
	enum { MOST = 8 };
	const struct shot *s = last_shot(x);
	struct origin o;

	if (!s)
		return;
	explain_origin(x, x->shots - 1, s->s.top, reg, &o);
	for (u32 i = MIN(o.n, (u32)MOST); i-- > 0;) {
		life_of_index(x, &o.v[i]);
		tell(x, &o.v[i]);
	}
	if (shot_frame(s)->reg[reg].type == REG_SCALAR)
		other_copies(x, &o, s->s.top, reg);
}
