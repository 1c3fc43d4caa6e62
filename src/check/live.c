/* SPDX-License-Identifier: BSD-2-Clause */
/* Which registers are still read, and which instructions make a loop: both from the
 * flow graph alone, function by function. */
#include "check/priv.h"

enum { ALL_REGS = 0xffff, CALLEE_READS = 0x3e, CALL_WRITES = 0x3f };

static u16 call_reads(const struct verify *v, const struct eb *e)
{
	const struct helper_row *row = helper_for((u32)e->imm, v->type, v->attach);
	u32 n = 0;

	if (e->op == EB_CALL_KFUNC)
		return (u16)(((1u << kfunc_args(v, e)) - 1) << 1);
	if (e->op != EB_CALL || !row)
		return CALLEE_READS;
	while (n < HELPER_ARGS && row->arg[n])
		n++;
	return (u16)(((1u << n) - 1) << 1);
}

static void reads_writes(const struct verify *v, const struct eb *e, u16 *reads, u16 *writes)
{
	u8 form = ebpf_rows[e->op].form;

	*reads = ebpf_reads(e);
	*writes = ebpf_writes(e);
	if (form == EBF_ABS || form == EBF_IND) {
		*reads = ALL_REGS;
		*writes = 0;
	} else if (form == EBF_CALL || form == EBF_LOCAL || form == EBF_KFUNC) {
		*reads = call_reads(v, e);
		*writes = CALL_WRITES;
	}
}

static bool step(struct verify *v, u32 pc)
{
	u16 reads, writes, out = 0;
	u32 to[2], n = successors(v, pc, to);

	for (u32 i = 0; i < n; i++)
		out |= v->fact[to[i]].live;
	reads_writes(v, insn_at(v, pc), &reads, &writes);
	u16 in = (u16)((out & ~writes) | reads);
	bool changed = in != v->fact[pc].live;
	v->fact[pc].live = in;
	return changed;
}

static void find_registers(struct verify *v)
{
	for (bool changed = true; changed;) {
		changed = false;
		for (u32 pc = v->p->n; pc-- > 0;)
			if (insn_at(v, pc)->op != EB_WIDE)
				changed |= step(v, pc);
	}
}

/* ---- loops: strongly connected components, by Tarjan ---- */

struct tarjan {
	struct verify *v;
	u32 *pre, *low, *stack, *walk;
	u32 stacked, walked, next;
};
enum { OFF_STACK = UINT32_MAX };

static bool loops_itself(const struct verify *v, u32 pc)
{
	u32 to[2], n = successors(v, pc, to);

	for (u32 i = 0; i < n; i++)
		if (to[i] == pc)
			return true;
	return false;
}

static void pop_component(struct tarjan *t, u32 pc)
{
	struct verify *v = t->v;
	bool loop = t->stack[t->stacked - 1] != pc || loops_itself(v, pc);
	u32 at;

	if (loop)
		v->sccs++;
	do {
		at = t->stack[--t->stacked];
		t->low[at] = OFF_STACK;
		if (loop)
			v->fact[at].scc = v->sccs;
	} while (at != pc);
}

/* False: a successor is to be walked first. */
static bool walk_one(struct tarjan *t, u32 pc)
{
	u32 to[2], n = successors(t->v, pc, to);

	if (!t->pre[pc]) {
		t->low[pc] = t->pre[pc] = t->next++;
		t->stack[t->stacked++] = pc;
	}
	for (u32 i = 0; i < n; i++) {
		if (!t->pre[to[i]]) {
			t->walk[t->walked++] = to[i];
			return false;
		}
		t->low[pc] = MIN(t->low[pc], t->low[to[i]]);
	}
	t->walked--;
	if (t->low[pc] == t->pre[pc])
		pop_component(t, pc);
	return true;
}

static void find_loops(struct verify *v)
{
	size_t size = ((size_t)v->p->n + 1) * sizeof(u32);
	struct tarjan t = {
		v, pool_get(v, size), pool_get(v, size), pool_get(v, size), pool_get(v, size), 0, 0,
		1};

	for (u32 pc = 0; pc < v->p->n; pc++) {
		if (t.pre[pc] || insn_at(v, pc)->op == EB_WIDE)
			continue;
		t.walk[0] = pc;
		for (t.walked = 1; t.walked;)
			walk_one(&t, t.walk[t.walked - 1]);
	}
	pool_put(v, t.pre, size);
	pool_put(v, t.low, size);
	pool_put(v, t.stack, size);
	pool_put(v, t.walk, size);
}

static void log_live(struct verify *v)
{
	struct buf *b = v->how->text;

	buf_puts(b, "Live regs before insn:\n");
	for (u32 pc = 0; pc < v->p->n; pc += slots_of(insn_at(v, pc))) {
		const struct fact *f = &v->fact[pc];
		if (f->scc)
			buf_printf(b, "%3u %3u: ", f->scc, pc);
		else
			buf_printf(b, "    %3u: ", pc);
		for (u32 i = 0; i < 10; i++)
			buf_putc(b, f->live >> i & 1 ? (char)('0' + i) : '.');
		buf_putc(b, ' ');
		put_insn(b, v, pc);
		buf_putc(b, '\n');
	}
}

void find_live(struct verify *v)
{
	find_loops(v);
	find_registers(v);
	if (logs(v, 2))
		log_live(v);
}
