/* SPDX-License-Identifier: BSD-2-Clause */
/* The flow graph: what is reached, where it goes back, where states may meet. */
#include "check/priv.h"

/* Of an instruction while the graph is walked in depth; below it, which of its ways
 * were taken. */
enum { FOUND = 0x10, DONE = 0x20, THROUGH = 1, BRANCHED = 2 };

struct walker {
	struct verify *v;
	u8 *mark;
	u32 *stack;
	u32 depth;
};

u32 successors(const struct verify *v, u32 pc, u32 to[2])
{
	const struct eb *e = insn_at(v, pc);
	u32 n = 0;

	if (e->op == EB_EXIT)
		return 0;
	if (e->op != EB_JA && e->op != EB_JAL)
		to[n++] = pc + slots_of(e);
	if (ebpf_is_jump((enum eb_op)e->op))
		to[n++] = (u32)ebpf_target(e, pc);
	return n;
}

static void mark_point(struct walker *w, u32 pc, u8 flags)
{
	if (pc < w->v->p->n)
		w->v->fact[pc].flags |= flags;
}

static void say_line(struct verify *v, u32 pc)
{
	if (v->p->lines)
		say(v, 0, "%u: ", pc);
	log_line(v, pc);
}

/* 1: to is to be walked first; 0: it was; else an error. */
static int edge(struct walker *w, u32 from, s64 to, u8 how)
{
	struct verify *v = w->v;

	if (w->mark[from] >= (FOUND | how))
		return 0;
	if (to < 0 || to >= v->p->n) {
		say_line(v, from);
		return say(v, -EINVAL, "jump out of range from insn %u to %lld\n", from,
			   (long long)to);
	}
	if (how == BRANCHED)
		mark_point(w, (u32)to, FACT_PRUNE | FACT_JUMP);
	if (!w->mark[to]) {
		w->mark[from] = FOUND | how;
		w->mark[to] = FOUND;
		w->stack[w->depth++] = (u32)to;
		return 1;
	}
	if ((w->mark[to] & 0xf0) != FOUND) {
		w->mark[from] = FOUND | how;
		return 0;
	}
	if (v->capable && v->how->level != CHECK_SEED)
		return 0;
	say_line(v, from);
	say_line(v, (u32)to);
	return say(v, -EINVAL, "back-edge from insn %u to %lld\n", from, (long long)to);
}

/* Its callee has been walked by then, unless they call each other. */
static void take_effects(struct walker *w, u32 pc, s64 to)
{
	struct verify *v = w->v;
	struct subprog *s = &v->sub[subprog_of(v, pc)];
	s32 nr = subprog_at(v, to);

	if (nr >= 0) {
		s->changes_packet |= v->sub[nr].changes_packet;
		s->might_sleep |= v->sub[nr].might_sleep;
	}
}

static int call_edges(struct walker *w, u32 pc, bool inside)
{
	const struct eb *e = insn_at(w->v, pc);
	u32 next = pc + slots_of(e);
	int err = edge(w, pc, next, THROUGH);

	if (err)
		return err;
	mark_point(w, next, FACT_PRUNE | FACT_JUMP);
	if (!inside)
		return 0;
	mark_point(w, pc, FACT_PRUNE);
	take_effects(w, pc, ebpf_target(e, pc));
	return edge(w, pc, ebpf_target(e, pc), BRANCHED);
}

static bool calls_back_later(u32 id) { return id == HELPERID_timer_set_callback; }

static bool calls_back(u32 id)
{
	return id == HELPERID_for_each_map_elem || id == HELPERID_find_vma || id == HELPERID_loop ||
	       id == HELPERID_user_ringbuf_drain;
}

/* bpf_helper_changes_pkt_data */
bool helper_moves_packet(u32 id)
{
	switch (id) {
	case HELPERID_clone_redirect:
	case HELPERID_l3_csum_replace:
	case HELPERID_l4_csum_replace:
	case HELPERID_lwt_push_encap:
	case HELPERID_lwt_seg6_action:
	case HELPERID_lwt_seg6_adjust_srh:
	case HELPERID_lwt_seg6_store_bytes:
	case HELPERID_msg_pop_data:
	case HELPERID_msg_pull_data:
	case HELPERID_msg_push_data:
	case HELPERID_skb_adjust_room:
	case HELPERID_skb_change_head:
	case HELPERID_skb_change_proto:
	case HELPERID_skb_change_tail:
	case HELPERID_skb_pull_data:
	case HELPERID_skb_store_bytes:
	case HELPERID_skb_vlan_pop:
	case HELPERID_skb_vlan_push:
	case HELPERID_store_hdr_opt:
	case HELPERID_tail_call:
	case HELPERID_xdp_adjust_head:
	case HELPERID_xdp_adjust_meta:
	case HELPERID_xdp_adjust_tail:
		return true;
	default:
		return false;
	}
}

static void mark_call(struct walker *w, u32 pc)
{
	struct verify *v = w->v;
	const struct eb *e = insn_at(v, pc);
	struct subprog *s = &v->sub[subprog_of(v, pc)];
	const struct helper_row *row = e->op == EB_CALL ? helper_row((u32)e->imm) : NULL;
	u8 facts = 0;

	if (e->op == EB_CALL_KFUNC)
		facts = kfunc_facts(v, e);
	if (row && calls_back(row->id))
		facts |= FACT_CALLBACK;
	if (row && calls_back_later(row->id))
		facts |= FACT_PRUNE;
	if (facts & FACT_CALLBACK)
		facts |= FACT_CHECKPOINT | FACT_PRUNE | FACT_JUMP;
	if (facts & FACT_ITER_NEXT)
		facts |= FACT_CHECKPOINT | FACT_PRUNE;
	mark_point(w, pc, facts);
	if (row && (row->flags & HELPER_SLEEP))
		s->might_sleep = true;
	if (e->op == EB_CALL_KFUNC && kfunc_sleeps(v, e))
		s->might_sleep = true;
	if (row && row->id == HELPERID_dynptr_write)
		s->changes_packet = true;
	if (row && helper_moves_packet(row->id))
		s->changes_packet = true;
}

static int visit_insn(struct walker *w, u32 pc)
{
	const struct eb *e = insn_at(w->v, pc);
	s64 to = ebpf_target(e, pc);
	int err;

	switch (e->op) {
	case EB_LDDW_FUNC:
		return call_edges(w, pc, true);
	case EB_EXIT:
		return 0;
	case EB_CALL:
	case EB_CALL_KFUNC:
	case EB_CALL_LOCAL:
		mark_call(w, pc);
		return call_edges(w, pc, e->op == EB_CALL_LOCAL);
	case EB_JA:
	case EB_JAL:
		err = edge(w, pc, to, THROUGH);
		if (!err)
			mark_point(w, (u32)to, FACT_PRUNE | FACT_JUMP);
		return err;
	default:
		if (!ebpf_is_jump((enum eb_op)e->op))
			return edge(w, pc, (s64)pc + slots_of(e), THROUGH);
		mark_point(w, pc, FACT_PRUNE | (e->op == EB_MAY_GOTO ? FACT_CHECKPOINT : 0));
		err = edge(w, pc, (s64)pc + 1, THROUGH);
		return err ? err : edge(w, pc, to, BRANCHED);
	}
}

static int check_reached(struct walker *w)
{
	struct verify *v = w->v;

	for (u32 pc = 0; pc < v->p->n; pc++) {
		if (w->mark[pc] != DONE)
			return say(v, -EINVAL, "unreachable insn %u\n", pc);
		if (slots_of(insn_at(v, pc)) == 2 && w->mark[++pc])
			return say(v, -EINVAL, "jump into the middle of ldimm64 insn %u\n", pc - 1);
	}
	return 0;
}

int check_graph(struct verify *v)
{
	u32 n = v->p->n;
	struct walker w = {.v = v, .depth = 1};

	w.mark = pool_get(v, n);
	w.stack = pool_get(v, (n + 1) * sizeof(u32));
	w.mark[0] = FOUND;
	while (w.depth) {
		u32 pc = w.stack[w.depth - 1];
		int err = visit_insn(&w, pc);

		if (err < 0)
			return err;
		if (!err) {
			w.mark[pc] = DONE;
			w.depth--;
		}
	}
	int err = check_reached(&w);
	pool_put(v, w.mark, n);
	pool_put(v, w.stack, (n + 1) * sizeof(u32));
	return err;
}
