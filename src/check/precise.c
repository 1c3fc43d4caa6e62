/* SPDX-License-Identifier: BSD-2-Clause */
/* Precision: when the proof hangs on the range of a number, all kept states on the way to
 * it must remember where that number came from, and so which of theirs are compared
 * exactly. The way is walked backwards, instruction by instruction. */
#include "check/priv.h"

enum { ARGS = 0x3e, UNSUPPORTED = 1 };

/* ---- what is wanted ---- */

static u16 *wanted(struct verify *v) { return &v->back.reg[v->back.frame]; }
static u64 *wanted_slots(struct verify *v) { return &v->back.slot[v->back.frame]; }

static bool nothing_wanted(const struct verify *v)
{
	u64 any = 0;

	for (u32 i = 0; i < EBPF_FRAMES; i++)
		any |= v->back.reg[i] | v->back.slot[i];
	return !any;
}

static void want_nothing(struct verify *v) { memset(&v->back, 0, sizeof(v->back)); }

static const char *reg_set(u32 set, char text[64])
{
	char *at = text;

	*at = 0;
	for (u32 i = 0; i < EBPF_REGS; i++)
		if (set >> i & 1)
			at += sprintf(at, "%sr%u", at == text ? "" : ",", i);
	return text;
}

static const char *slot_set(u64 set, char text[512])
{
	char *at = text;

	*at = 0;
	for (u32 i = 0; i < SLOTS; i++)
		if (set >> i & 1)
			at += sprintf(at, "%s-%u", at == text ? "" : ",", (i + 1) * SLOT);
	return text;
}

static bool link_wanted(const struct verify *v, const struct links *l, u32 i)
{
	u32 frame = l->v[i].frame, at = l->v[i].at;

	return l->v[i].is_slot ? v->back.slot[frame] >> at & 1 : v->back.reg[frame] >> at & 1;
}

/* Who took a range together is wanted together. */
static void want_linked(struct verify *v, const struct hist *h)
{
	struct links l;
	bool any = false;

	if (!h || !h->linked)
		return;
	links_unpack(h->linked, &l);
	for (u32 i = 0; i < l.n; i++)
		any |= link_wanted(v, &l, i);
	for (u32 i = 0; any && i < l.n; i++)
		if (l.v[i].is_slot)
			v->back.slot[l.v[i].frame] |= (u64)1 << l.v[i].at;
		else
			v->back.reg[l.v[i].frame] |= (u16)(1u << l.v[i].at);
}

/* ---- one instruction back ---- */

static int back_bug(struct verify *v, u32 pc)
{
	return say(v, -EFAULT, "verifier bug: backtracking at insn %u: regs %x\n", pc, *wanted(v));
}

static void back_alu(struct verify *v, const struct eb *e)
{
	u16 *w = wanted(v), dst = (u16)(1u << e->dst), src = (u16)(1u << e->src);
	u8 form = ebpf_rows[e->op].form;
	bool mov = form == EBF_MOVSX || (form <= EBF_ALU_X && op_family(e->op) == EB_MOV_64_X);

	if (!(*w & dst) || form == EBF_NEG || form == EBF_SWAP)
		return;
	if (mov)
		*w &= (u16)~dst;
	if (form != EBF_ALU_K && e->src != EBPF_REGS - 1)
		*w |= src;
}

static void want_slot(struct verify *v, const struct hist *h)
{
	if (h && (h->flags & HIST_STACK))
		v->back.slot[h->flags & HIST_FRAME] |= (u64)1 << (h->flags >> HIST_SLOT_SHIFT & 63);
}

static void back_load(struct verify *v, u32 reg, const struct hist *h)
{
	u16 *w = wanted(v), bit = (u16)(1u << reg);

	if (!(*w & bit))
		return;
	*w &= (u16)~bit;
	want_slot(v, h);
}

static int back_store(struct verify *v, const struct eb *e, const struct hist *h)
{
	u16 *w = wanted(v);
	u8 form = ebpf_rows[e->op].form;

	if (*w >> e->dst & 1)
		return UNSUPPORTED; /* pointers were subtracted */
	if (!h || !(h->flags & HIST_STACK))
		return 0;
	u64 *slots = &v->back.slot[h->flags & HIST_FRAME];
	u64 bit = (u64)1 << (h->flags >> HIST_SLOT_SHIFT & 63);
	if (!(*slots & bit))
		return 0;
	*slots &= ~bit;
	if (form == EBF_STX || form == EBF_STORE_REL)
		*w |= (u16)(1u << e->src);
	return 0;
}

/* Their result was read from memory; what they store there is anything. */
static int back_atomic(struct verify *v, const struct eb *e, const struct hist *h)
{
	u8 form = ebpf_rows[e->op].form;

	if (form == EBF_LOAD_ACQ) {
		back_load(v, e->dst, h);
		return 0;
	}
	if (form == EBF_STORE_REL)
		return back_store(v, e, h);
	if (*wanted(v) >> e->dst & 1)
		return UNSUPPORTED;
	if (form != EBF_ATOMIC)
		back_load(v, form == EBF_CMPXCHG ? 0 : e->src, h);
	return 0;
}

/* The function that was called was entered here: what it wants, its caller gave. */
static int back_enter(struct verify *v, u32 pc, bool give)
{
	struct back *b = &v->back;

	if ((b->reg[b->frame] & ~ARGS) || b->slot[b->frame] || !b->frame)
		return back_bug(v, pc);
	if (give)
		b->reg[b->frame - 1] |= b->reg[b->frame];
	b->reg[b->frame] = 0;
	b->frame--;
	return 0;
}

static int back_call(struct verify *v, const struct eb *e, u32 pc, u32 behind)
{
	u16 *w = wanted(v);

	if (e->op == EB_CALL_LOCAL) {
		s32 nr = subprog_at(v, ebpf_target(e, pc));
		if (nr < 0 || !v->sub[nr].global)
			return back_enter(v, pc, true);
		if (*w & ARGS)
			return back_bug(v, pc);
		*w &= (u16)~1;
		return 0;
	}
	if ((v->fact[pc].flags & FACT_CALLBACK) && pc != behind - 1)
		return back_enter(v, pc, false);
	*w &= (u16)~1;
	return *w & ARGS ? back_bug(v, pc) : 0;
}

/* A function ended here: behind is where its caller went on. */
static int back_exit(struct verify *v, u32 pc, u32 behind)
{
	struct back *b = &v->back;
	u16 *w = wanted(v);

	if (behind != UINT32_MAX && (v->fact[behind].flags & FACT_CALLBACK))
		*w &= (u16)~ARGS;
	if ((*w & ARGS) || b->frame + 1 >= EBPF_FRAMES)
		return back_bug(v, pc);
	bool result = behind != UINT32_MAX && behind &&
		      insn_at(v, behind - 1)->op == EB_CALL_LOCAL && (*w & 1);
	*w &= (u16)~1;
	b->frame++;
	if (result)
		*wanted(v) |= 1;
	return 0;
}

/* The function ended before its end, with a result that is its own. */
static int back_early(struct verify *v, u32 pc, u32 behind)
{
	int err = back_exit(v, pc, behind);

	if (!err)
		*wanted(v) &= (u16)~1;
	return err;
}

static void back_compare(struct verify *v, const struct eb *e, const struct hist *h)
{
	u16 *w = wanted(v), dst = (u16)(1u << e->dst), src = (u16)(1u << e->src);

	if (ebpf_rows[e->op].form != EBF_JMP_X || !(*w & (dst | src)))
		return;
	if (!h || !(h->flags & HIST_SRC_STACK))
		*w |= src;
	if (!h || !(h->flags & HIST_DST_STACK))
		*w |= dst;
}

static void log_step(struct verify *v, u32 pc)
{
	char r[64], s[512];

	if (!logs(v, 2))
		return;
	say(v, 0, "mark_precise: frame%u: regs=%s stack=%s before %u: ", v->back.frame,
	    reg_set(*wanted(v), r), slot_set(*wanted_slots(v), s), pc);
	put_insn(v->how->text, v, pc);
	buf_putc(v->how->text, '\n');
}

static int step_back(struct verify *v, u32 pc, u32 behind, const struct hist *h)
{
	const struct eb *e = insn_at(v, pc);
	bool early = behind != UINT32_MAX && behind != pc + 1;
	int err = 0;

	if (e->op == EB_WIDE)
		return 0;
	log_step(v, pc);
	want_linked(v, h);
	switch ((enum eb_form)ebpf_rows[e->op].form) {
	case EBF_ALU_K:
	case EBF_ALU_X:
	case EBF_NEG:
	case EBF_MOVSX:
	case EBF_SWAP:
		back_alu(v, e);
		break;
	case EBF_LDX:
		back_load(v, e->dst, h);
		break;
	case EBF_ST:
	case EBF_STX:
		err = back_store(v, e, h);
		break;
	case EBF_ATOMIC:
	case EBF_FETCH:
	case EBF_XCHG:
	case EBF_CMPXCHG:
	case EBF_LOAD_ACQ:
	case EBF_STORE_REL:
		err = back_atomic(v, e, h);
		break;
	case EBF_CALL:
	case EBF_LOCAL:
	case EBF_KFUNC:
		if (is_tail_call(e) && early)
			return back_early(v, pc, behind);
		return back_call(v, e, pc, behind);
	case EBF_EXIT:
		return back_exit(v, pc, behind);
	case EBF_JMP_K:
	case EBF_JMP_X:
		back_compare(v, e, h);
		break;
	case EBF_LDDW:
		*wanted(v) &= (u16) ~(1u << e->dst);
		break;
	case EBF_ABS:
	case EBF_IND:
		if (early)
			return back_early(v, pc, behind);
		return *wanted(v) & 1 ? UNSUPPORTED : 0;
	default:
		break;
	}
	want_linked(v, h);
	return err;
}

/* ---- from state to state ---- */

static void force(struct verify *v, struct state *s, u32 frame, struct reg *r, int name)
{
	(void)s;
	if (r->type != REG_SCALAR || r->precise)
		return;
	r->precise = true;
	if (logs(v, 2))
		say(v, 0,
		    name < 0 ? "force_precise: frame%u: forcing fp%d to be precise\n"
			     : "force_precise: frame%u: forcing r%d to be precise\n",
		    frame, name);
}

void precise_all(struct verify *v, struct state *s)
{
	if (logs(v, 2))
		say(v, 0, "mark_precise: frame%u: falling back to forcing all scalars precise\n",
		    s->top);
	for (s = s->parent; s; s = s->parent)
		for (u32 i = 0; i <= s->top; i++) {
			struct frame *f = s->frame[i];
			for (u32 k = 0; k < EBPF_REGS - 1; k++)
				force(v, s, i, &f->reg[k], (int)k);
			for (u32 k = 0; k < f->slots; k++)
				if (slot_spilled(&f->stack[k]))
					force(v, s, i, &f->stack[k].reg, -(int)(k + 1) * SLOT);
		}
}

void imprecise_all(struct state *s)
{
	struct walk w = {.s = s};

	for (struct reg *r; (r = walk_next(&w));)
		if (r->type == REG_SCALAR)
			r->precise = false;
}

/* True: it was so already, or is no number: then nothing is wanted of its past. */
static bool settle(struct reg *r, bool *changed)
{
	if (r->type != REG_SCALAR || r->precise)
		return true;
	r->precise = true;
	*changed = true;
	return false;
}

static int settle_state(struct verify *v, struct state *s, bool *changed)
{
	char r[64], t[512];

	for (u32 i = v->back.frame + 1; i-- > 0;) {
		struct frame *f = s->frame[i];
		for (u32 k = 0; k < EBPF_REGS; k++)
			if ((v->back.reg[i] >> k & 1) && settle(&f->reg[k], changed))
				v->back.reg[i] &= (u16) ~(1u << k);
		for (u32 k = 0; k < SLOTS; k++) {
			if (!(v->back.slot[i] >> k & 1))
				continue;
			if (k >= f->slots || !slot_spilled(&f->stack[k]) ||
			    settle(&f->stack[k].reg, changed))
				v->back.slot[i] &= ~((u64)1 << k);
		}
		if (logs(v, 2)) {
			say(v, 0, "mark_precise: frame%u: parent state regs=%s stack=%s: ", i,
			    reg_set(v->back.reg[i], r), slot_set(v->back.slot[i], t));
			log_state(v, s, i, true);
		}
	}
	return 0;
}

/* The instruction before pc on the way, -1: pc is the state's first. */
static s64 before(const struct state *s, u32 pc, u32 *hists)
{
	const struct hist *h = *hists ? &s->hist[*hists - 1] : NULL;

	if (pc == s->first && (!*hists || (*hists == 1 && h->pc == pc)))
		return -1;
	if (h && h->pc == pc) {
		--*hists;
		return (s32)h->before;
	}
	return (s64)pc - 1;
}

/* A global function is entered with what its prototype says. */
static bool at_entry(struct verify *v, struct state *s, bool *changed)
{
	u16 *w = wanted(v);

	if (s->top || !s->frame[0]->subprog || *wanted_slots(v) || (*w & ~ARGS))
		return false;
	for (u32 i = 1; i <= 5; i++)
		if (*w >> i & 1)
			settle(&s->frame[0]->reg[i], changed);
	want_nothing(v);
	return true;
}

/* 0: go on with the parent; 1: done. */
static int walk_back(struct verify *v, struct state *start, struct state *s, s64 last, u32 *behind,
		     bool *skip)
{
	u32 hists = s->hists;

	for (s64 pc = last;;) {
		const struct hist *h =
			hists && s->hist[hists - 1].pc == pc ? &s->hist[hists - 1] : NULL;
		int err = *skip ? 0 : step_back(v, (u32)pc, *behind, h);
		*skip = false;
		if (err == UNSUPPORTED) {
			precise_all(v, start);
			want_nothing(v);
			return 1;
		}
		if (err)
			return err;
		if (nothing_wanted(v))
			return 1;
		*behind = (u32)pc;
		pc = before(s, (u32)pc, &hists);
		if (pc < 0)
			return 0;
	}
}

int precise_state(struct verify *v, struct state *start, s32 reg, bool *changed)
{
	struct state *s = start;
	bool skip = true, ignored;
	u32 behind = UINT32_MAX;
	s64 last = start->pc, first = start->first;

	if (!v->capable)
		return 0;
	changed = changed ? changed : &ignored;
	v->back.frame = s->top;
	if (reg >= 0)
		*wanted(v) |= (u16)(1u << reg);
	while (!nothing_wanted(v)) {
		if (logs(v, 2))
			say(v, 0,
			    "mark_precise: frame%u: last_idx %d first_idx %d subseq_idx %d \n",
			    v->back.frame, (int)last, (int)first, (int)behind);
		if (last < 0)
			return at_entry(v, s, changed) ? 0 : back_bug(v, 0);
		int err = walk_back(v, start, s, last, &behind, &skip);
		if (err)
			return err < 0 ? err : 0;
		s = s->parent;
		if (!s)
			break;
		settle_state(v, s, changed);
		behind = (u32)first;
		last = (s32)s->last;
		first = s->first;
	}
	if (!nothing_wanted(v)) {
		precise_all(v, start);
		want_nothing(v);
	}
	return 0;
}

int precise_reg(struct verify *v, u32 reg) { return precise_state(v, v->cur, (s32)reg, NULL); }

/* ---- from a kept state to one that it covers ---- */

static void want_of_frame(struct verify *v, const struct frame *f, u32 nr)
{
	const char *sep = NULL;

	for (u32 i = 0; i < EBPF_REGS - 1 + f->slots; i++) {
		bool slot = i >= EBPF_REGS - 1;
		u32 k = slot ? i - (EBPF_REGS - 1) : i;
		const struct reg *r = slot ? &f->stack[k].reg : &f->reg[k];
		if (r->type != REG_SCALAR || !r->precise || (slot && !slot_spilled(&f->stack[k])))
			continue;
		if (slot)
			v->back.slot[nr] |= (u64)1 << k;
		else
			v->back.reg[nr] |= (u16)(1u << k);
		if (!logs(v, 2))
			continue;
		if (!sep)
			say(v, 0, "frame %u: propagating ", nr);
		say(v, 0, slot ? "%sfp%d" : "%sr%d", sep ? sep : "",
		    slot ? -(int)(k + 1) * SLOT : (int)k);
		sep = ",";
	}
	if (sep)
		say(v, 0, "\n");
}

int propagate_precision(struct verify *v, const struct state *old, struct state *cur, bool *changed)
{
	want_nothing(v);
	for (u32 i = old->top + 1; i-- > 0;)
		want_of_frame(v, old->frame[i], i);
	return precise_state(v, cur, -1, changed);
}
