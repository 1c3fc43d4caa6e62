/* SPDX-License-Identifier: BSD-2-Clause */
/* What safe code, and code with tail calls, asks C for. */
#include "jit/priv.h"

void safe_begin(struct run *r, u64 top, const struct env *env)
{
	const struct region *g = r->region;

	run_begin(r);
	r->env = env;
	r->call = safe_callback;
	r->engine[E_JIT] = 0;
	r->engine[E_LIMIT] = r->budget ? MIN(r->budget, (u64)INT64_MAX) : INT64_MAX;
	r->engine[E_LEFT] = r->engine[E_LIMIT];
	r->engine[E_TOP] = top;
	r->engine[E_AT] = r->regions ? g->at : 0;
	for (u32 i = 0; i < 4; i++) {
		u64 n = 1u << i, room = r->regions && g->size >= n ? g->size - n + 1 : 0;

		r->engine[E_READ + i] = room;
		r->engine[E_WRITE + i] = room && g->writable ? room : 0;
	}
}

static bool inside(u64 at, u64 n, u64 addr, u32 size) { return n >= size && addr - at <= n - size; }

bool safe_check(struct run *r, u64 addr, u32 what, u32 slot)
{
	bool write = what & 256;
	u32 size = what & 255;
	u64 frames = (u64)EBPF_STACK * (r->depth + 1);

	if (inside(r->engine[E_TOP] - frames, frames, addr, size))
		return true;
	for (u32 i = 0; i < r->regions; i++)
		if (inside(r->region[i].at, r->region[i].size, addr, size) &&
		    (!write || r->region[i].writable))
			return true;
	if (r->env->may_touch && r->env->may_touch(r, addr, size, write))
		return true;
	r->fault = write ? FAULT_WRITE : FAULT_READ;
	r->fault_pc = slot;
	r->fault_addr = addr;
	r->fault_size = size;
	return false;
}

const void *tail_target(struct run *r, u64 map, u64 index, const struct env *env)
{
	const struct jit *to;

	if (r->tails >= EBPF_TAILS)
		return NULL;
	to = env->tail(r, map, index);
	if (!to)
		return NULL;
	r->tails++;
	r->deepest = r->depth + EBPF_FRAMES - 1;
	r->env = to->env;
	return to->tail_entry;
}

static bool has_func(const struct jit *j, u64 addr)
{
	for (u32 lo = 0, hi = j->funcs; lo < hi;) {
		u32 mid = lo + (hi - lo) / 2;
		u64 at = (uintptr_t)j->func[mid];

		if (at == addr)
			return true;
		if (at < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

const void *safe_callx(struct run *r, u64 value, const struct jit *j)
{
	const struct env *env = j->env;
	env_fn *fn = NULL;

	r->engine[E_LOCAL] = has_func(j, value);
	if (r->engine[E_LOCAL])
		return (const void *)(uintptr_t)value;
	if (value <= UINT32_MAX && env && env->helper)
		fn = env->helper(env->arg, (u32)value);
	if (!fn) {
		r->fault = FAULT_CALL;
		r->fault_addr = value;
	}
	return (const void *)fn;
}

static bool may_call(struct run *r, const struct jit *j, u64 fn)
{
	if ((s64)r->engine[E_LEFT] < 0)
		r->fault = FAULT_BUDGET;
	else if (!j || !has_func(j, fn))
		r->fault = FAULT_CALL, r->fault_addr = fn;
	else if (r->depth >= r->deepest)
		r->fault = FAULT_DEPTH;
	return !r->fault;
}

u64 safe_callback(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	const struct jit *j = (const struct jit *)(uintptr_t)r->engine[E_JIT];
	u64 stack = r->stack, stack_size = r->stack_size, sp = r->engine[E_SP];
	u32 depth = r->depth, deepest = r->deepest;

	if (r->fault || !may_call(r, j, r->fn))
		return 0;
	r->depth++;
	u64 r0 = j->callback(r1, r2, r3, r4, r5, r);
	r->depth = depth;
	r->deepest = deepest;
	r->stack = stack;
	r->stack_size = stack_size;
	r->engine[E_SP] = sp;
	r->engine[E_JIT] = (uintptr_t)j;
	r->env = j->env;
	r->fault_inside = r->fault;
	return r0;
}

u64 jit_run_at(const struct jit *j, u64 fn, const u64 arg[5], struct run *r)
{
	if (!j->entry_at || !has_func(j, fn)) {
		run_begin(r);
		r->fault = FAULT_CALL;
		r->fault_addr = fn;
		return 0;
	}
	r->fn = fn;
	return j->entry_at(arg[0], arg[1], arg[2], arg[3], arg[4], r);
}
