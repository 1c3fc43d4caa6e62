/* SPDX-License-Identifier: BSD-2-Clause */
/* Prepares an extended program for an engine, and runs it. */
#include "check/check.h"
#include "kern/fake.h"
#include "kern/kfunc.h"
#include "kern/helper.h"
#include "kern/ksym.h"
#include "kern/own.h"
#include "kern/slot.h"
#include "kern/timer.h"

#include <stdlib.h>

/* ---- preparing ---- */

static env_fn *find_helper(void *arg, u32 id)
{
	const struct ob_run *k = arg;

	for (u32 i = 0; i < k->opts.helpers; i++)
		if (k->helper[i].id == id)
			return (env_fn *)k->helper[i].fn;
	return kern_helper(id);
}

/* map_idx N: the map; map_idx_value N + off: an address in an array's values; btf_id N:
 * that of a variable of the kernel. */
static bool find_imm64(void *arg, enum eb_op kind, u64 imm, u64 *ret)
{
	const struct ob_run *k = arg;
	u32 nr = (u32)imm, off = (u32)(imm >> 32);

	if (kind == EB_LDDW_BTF_ID) {
		*ret = k->prog && !off ? kern_ksym(nr) : 0;
		return *ret;
	}
	if ((kind != EB_LDDW_MAP_IDX && kind != EB_LDDW_MAP_IDX_VALUE) || nr >= k->maps)
		return false;
	struct map *m = k->map[nr];
	if (kind == EB_LDDW_MAP_IDX && off)
		return false;
	if (kind == EB_LDDW_MAP_IDX_VALUE &&
	    (m->type != BPF_MAP_TYPE_ARRAY || off >= (u64)m->max_entries * m->stride))
		return false;
	*ret = (u64)(uintptr_t)(kind == EB_LDDW_MAP_IDX ? (u8 *)m : m->data + off);
	return true;
}

static bool overrides(const struct ob_run *k, u32 id)
{
	for (u32 i = 0; i < k->opts.helpers; i++)
		if (k->helper[i].id == id)
			return true;
	return false;
}

/* Of an array the values' place, of other maps their own function. */
static bool find_lookup(void *arg, u64 map, struct env_lookup *ret)
{
	const struct ob_run *k = arg;
	const struct map *m = (const struct map *)(uintptr_t)map;

	if (overrides(k, BPF_FUNC_map_lookup_elem))
		return false;
	*ret = (struct env_lookup){.fn = (void *)m->lookup};
	if (m->type == BPF_MAP_TYPE_ARRAY || m->type == BPF_MAP_TYPE_PERCPU_ARRAY)
		*ret = (struct env_lookup){.base = (u64)(uintptr_t)m->data,
					   .max = m->max_entries,
					   .slots = m->ops->per_cpu ? m->slots : 0,
					   .stride = m->stride};
	return true;
}

static bool may_touch(struct run *r, u64 addr, u32 size, bool write)
{
	const struct ob_run *k = r->env->arg;

	for (u32 i = 0; i < k->maps; i++)
		if (map_has(k->map[i], addr, size))
			return true;
	if (!write && (kern_lent(r, addr, size) || kern_fake_has(addr, size) ||
		       kern_kfunc_has(addr, size) || kern_ksym_has(addr, size)))
		return true;
	return k->prog && (own_has(addr, size) || kern_in_map(addr, size));
}

struct map *kern_map(struct run *r, u64 reg)
{
	const struct ob_run *k = r->env->arg;
	struct map *m = (struct map *)(uintptr_t)reg;

	if (k->opts.trusted)
		return m;
	for (u32 i = 0; i < k->maps; i++)
		if (k->map[i] == m)
			return m;
	if (k->prog && kern_is_map(m))
		return m;
	r->fault = FAULT_READ;
	r->fault_addr = reg;
	r->fault_size = sizeof(*m);
	return NULL;
}

static struct ob_err *check(const struct prog *p, const struct ob_run_opts *o)
{
	if (p->kind != PROG_EXTENDED)
		return err_new(OB_UNSUPPORTED, "this is a classic program, not an extended one");
	if (o->trusted && o->unchecked)
		return err_new(OB_REFUSED, "what is not checked cannot be trusted");
	if (o->trusted && o->budget)
		return err_new(OB_UNSUPPORTED, "a trusted program runs without a budget");
	if (o->engine == OB_ENGINE_JIT && !jit_here())
		return err_new(OB_UNSUPPORTED, "there is no JIT for this processor");
	if (o->engine == OB_ENGINE_INTERP && o->harden)
		return err_new(OB_UNSUPPORTED, "only the JIT hardens a program");
	return o->unchecked ? NULL : check_ebpf(p);
}

/* What needs a struct run: calls out of the program, and loads from a packet. */
static bool calls_out(const struct prog *p)
{
	for (u32 i = 0; i < p->n; i++) {
		u8 op = p->ext[i].op;

		if (op < EB_COUNT &&
		    (op == EB_CALL || op == EB_CALL_KFUNC || ebpf_rows[op].group == EBG_PACKET))
			return true;
	}
	return false;
}

/* In how many slots it may run: as many as there are copies of its per-CPU values.
 * 0: it does not matter to it. */
static u32 slots_for(const struct ob_run *k)
{
	u32 most = 0;

	for (u32 i = 0; i < k->maps; i++)
		if (k->map[i]->ops->per_cpu)
			most = MIN(most ? most : UINT32_MAX, k->map[i]->slots);
	for (u32 i = 0; !most && i < k->p->n; i++)
		if (k->p->ext[i].op == EB_CALLX ||
		    (k->p->ext[i].op == EB_CALL &&
		     k->p->ext[i].imm == BPF_FUNC_get_smp_processor_id))
			most = UINT32_MAX;
	return most;
}

static struct ob_err *prepare(struct ob_run *k)
{
	bool jit = k->opts.engine != OB_ENGINE_INTERP && jit_here();
	bool must = k->opts.engine == OB_ENGINE_JIT || k->opts.harden;
	unsigned flags = (k->opts.trusted ? 0 : JIT_SAFE) | (k->opts.harden ? JIT_HARDEN : 0);
	struct ob_err *err = jit ? jit_create(k->p, &k->env, flags, &k->jit) : NULL;

	/* Where no memory may be run, the best engine is the other one. */
	if (err && !must && (ob_err_code(err) == OB_PERM || ob_err_code(err) == OB_IO)) {
		ob_err_destroy(err);
		jit = false;
		err = NULL;
	}
	if (err)
		return err;
	if (!jit)
		return vm_ebpf_create(k->p, &k->env, k->opts.trusted ? 0 : VM_SAFE, &k->vm);
	k->entry = jit_entry(k->jit);
	k->direct = k->opts.trusted && !calls_out(k->p);
	return NULL;
}

static struct map **hold(struct map *const *map, u32 n)
{
	struct map **to = calloc(MAX(n, 1u), sizeof(struct map *));

	for (u32 i = 0; to && i < n; i++)
		to[i] = map_get(map[i]);
	return to;
}

struct ob_err *kern_prepare(const struct prog *p, const struct ob_run_opts *o,
			    const struct kern_prog *prog, struct ob_run **ret)
{
	struct ob_err *err = check(p, o);

	if (err)
		return err;
	struct ob_run *k = calloc(1, sizeof(*k));
	if (!k)
		return err_nomem();
	*k = (struct ob_run){.p = p, .opts = *o, .prog = prog};
	k->env = (struct env){.arg = k,
			      .helper = find_helper,
			      .imm64 = find_imm64,
			      .lookup = find_lookup,
			      .may_touch = may_touch};
	if (prog) {
		k->env.tail = kern_tail;
		k->env.kfunc = kern_kfunc;
	}
	k->helper = calloc(MAX(o->helpers, 1u), sizeof(*k->helper));
	k->map = hold((struct map *const *)o->map, o->maps);
	if (k->map)
		k->maps = o->maps;
	if (k->helper && o->helpers)
		memcpy(k->helper, o->helper, o->helpers * sizeof(*k->helper));
	if (k->helper && !overrides(k, BPF_FUNC_loop))
		k->env.loop = BPF_FUNC_loop;
	if (!k->opts.budget && !k->opts.trusted)
		k->opts.budget = KERN_BUDGET;
	k->slots = prog ? 0 : slots_for(k);
	err = k->helper && k->map ? prepare(k) : err_nomem();
	if (err) {
		ob_run_destroy(k);
		return err;
	}
	*ret = k;
	return NULL;
}

struct ob_err *ob_run_create(const struct ob_prog *prog, const struct ob_run_opts *opts,
			     struct ob_run **ret)
{
	static const struct ob_run_opts usual;

	return kern_prepare(prog_private(prog), opts ? opts : &usual, NULL, ret);
}

void ob_run_destroy(struct ob_run *k)
{
	if (!k)
		return;
	kern_timer_end_run(k);
	vm_ebpf_destroy(k->vm);
	jit_destroy(k->jit);
	for (u32 i = 0; i < k->maps; i++)
		map_put(k->map[i]);
	free(k->map);
	free(k->helper);
	free(k);
}

enum ob_engine ob_run_engine(const struct ob_run *k)
{
	return k->jit ? OB_ENGINE_JIT : OB_ENGINE_INTERP;
}

struct bytes kern_code(const struct ob_run *k)
{
	return k->jit ? jit_code(k->jit) : (struct bytes){NULL, 0};
}

/* ---- running ---- */

/* An exception has ended it. */
static u64 result(struct run *r, u64 r0)
{
	if (likely(r->fault != FAULT_THROWN))
		return r0;
	r->fault = FAULT_NONE;
	r->fault_inside = false;
	return r->fault_addr;
}

u64 kern_call(const struct ob_run *k, const u64 reg[5], struct run *r)
{
	r->env = &k->env;
	if (!r->budget)
		r->budget = k->opts.budget;
	if (k->vm)
		return result(r, vm_ebpf_run(k->vm, reg[0], reg[1], reg[2], reg[3], reg[4], r));
	return result(r, k->entry(reg[0], reg[1], reg[2], reg[3], reg[4], r));
}

u64 kern_call_at(const struct ob_run *k, u64 fn, const u64 reg[5], struct run *r,
		 const struct lent *lent)
{
	r->env = &k->env;
	r->budget = k->opts.budget;
	r->lent = lent;
	return result(r,
		      k->vm ? vm_ebpf_run_at(k->vm, fn, reg, r) : jit_run_at(k->jit, fn, reg, r));
}

/* For a library user: in a slot, where that matters. False: there was none. */
static bool call_in_slot(const struct ob_run *k, const u64 reg[5], struct run *r, u64 *r0)
{
	struct slots *s = k->slots ? kern_slots() : NULL;

	if (s && !kern_slot_enter(s, k->slots, r))
		return false;
	*r0 = kern_call(k, reg, r);
	if (s)
		kern_slot_leave(s, r);
	return true;
}

static struct ob_err *finish(const struct ob_run *k, const u64 reg[5], struct run *r, u64 *r0)
{
	u64 result;

	if (!call_in_slot(k, reg, r, &result))
		return err_new(OB_IO, "too many threads run programs at this time");
	if (r->fault)
		return run_err(r, k->p);
	*r0 = result;
	return NULL;
}

struct ob_err *ob_run_call(const struct ob_run *k, void *mem, size_t len, uint64_t *r0)
{
	struct region region = {(u64)(uintptr_t)mem, len, true};
	struct run r = {.arg = k->opts.arg, .region = &region, .regions = len != 0};

	return finish(k, (u64[5]){region.at, len}, &r, r0);
}

struct ob_err *ob_run_call_args(const struct ob_run *k, const struct ob_run_args *args,
				uint64_t *r0)
{
	struct region region[OB_REGIONS_MAX];
	struct run r = {.arg = args->arg ? args->arg : k->opts.arg,
			.region = region,
			.regions = args->regions,
			.pkt = args->packet,
			.pkt_len = args->packet_len};

	if (args->regions > OB_REGIONS_MAX)
		return err_new(OB_RANGE, "%u regions, of at most %u", args->regions,
			       OB_REGIONS_MAX);
	for (u32 i = 0; i < args->regions; i++)
		region[i] = (struct region){(u64)(uintptr_t)args->region[i].at,
					    args->region[i].size, args->region[i].writable};
	return finish(k, args->reg, &r, r0);
}

uint64_t ob_run_fast(const struct ob_run *k, void *mem, size_t len)
{
	if (likely(k->direct))
		return k->entry((u64)(uintptr_t)mem, len, 0, 0, 0, NULL);
	struct region region = {(u64)(uintptr_t)mem, len, true};
	struct run r = {.arg = k->opts.arg, .region = &region, .regions = len != 0};
	u64 r0;
	return call_in_slot(k, (u64[5]){region.at, len}, &r, &r0) ? r0 : 0;
}

void *ob_call_arg(const struct ob_call *call) { return ((const struct run *)call)->arg; }
