/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on maps. A program's register holds the address of a struct map. */
#include "kern/helper.h"
#include "map/lock.h"

#include <sched.h>

/* The map, if a program may have what lies at key. */
static struct map *with_key(struct run *r, u64 map, u64 key)
{
	struct map *m = kern_map(r, map);

	return m && kern_may(r, key, m->key_size, false) ? m : NULL;
}

static struct map *with_value(struct run *r, u64 map, u64 value, bool write)
{
	struct map *m = kern_map(r, map);

	return m && kern_may(r, value, m->value_size, write) ? m : NULL;
}

BPF_HELPER(map_lookup_elem)
{
	struct map *m = with_key(r, r1, r2);

	return m && m->lookup ? reg_of(m->lookup(m, addr_of(r2), r->slot)) : 0;
}

/* Of another CPU. */
BPF_HELPER(map_lookup_percpu_elem)
{
	struct map *m = with_key(r, r1, r2);

	if (!m || !m->lookup || !m->ops->per_cpu || (u32)r3 >= m->slots)
		return 0;
	return reg_of(m->lookup(m, addr_of(r2), (u32)r3));
}

BPF_HELPER(map_update_elem)
{
	struct map *m = with_key(r, r1, r2);

	if (!m || !kern_may(r, r3, m->value_size, false))
		return 0;
	if (!m->ops->update)
		return minus(EOPNOTSUPP);
	return (u64)m->ops->update(m, addr_of(r2), addr_of(r3), r4, r->slot);
}

BPF_HELPER(map_delete_elem)
{
	struct map *m = with_key(r, r1, r2);

	if (!m)
		return 0;
	return (u64)(m->ops->remove ? m->ops->remove(m, addr_of(r2)) : -EOPNOTSUPP);
}

BPF_HELPER(map_push_elem)
{
	struct map *m = with_value(r, r1, r2, false);

	if (!m)
		return 0;
	return (u64)(m->ops->push ? m->ops->push(m, addr_of(r2), r3) : -EOPNOTSUPP);
}

BPF_HELPER(map_pop_elem)
{
	struct map *m = with_value(r, r1, r2, true);

	if (!m)
		return 0;
	return (u64)(m->ops->pop ? m->ops->pop(m, addr_of(r2)) : -EOPNOTSUPP);
}

BPF_HELPER(map_peek_elem)
{
	struct map *m = with_value(r, r1, r2, true);

	if (!m)
		return 0;
	return (u64)(m->ops->peek ? m->ops->peek(m, addr_of(r2)) : -EOPNOTSUPP);
}

/* ---- bpf_for_each_map_elem ---- */

struct visit {
	struct run *r;
	u64 fn, ctx;
};

/* Not 0: no further. */
static long visit(struct map *m, void *key, void *value, void *arg)
{
	const struct visit *v = arg;
	struct lent lent;

	kern_lend(v->r, &lent, key, m->key_size);
	u64 stop = run_callback(v->r, v->fn, reg_of(m), reg_of(key), reg_of(value), v->ctx, 0);
	kern_take_back(v->r, &lent);
	return v->r->fault || stop;
}

/* Linux: map, callback(map, key, value, ctx), ctx, flags */
BPF_HELPER(for_each_map_elem)
{
	struct map *m = kern_map(r, r1);
	struct visit v = {r, r2, r3};

	if (!m)
		return 0;
	if (r4 || !m->ops->each)
		return minus(EINVAL);
	return (u64)m->ops->each(m, visit, &v, r->slot);
}

/* ---- what lies in values ---- */

/* A program that nobody has checked may wait for itself, or for a word that is no
 * lock: then its time is up. */
static bool lock_ends(struct run *r, const u32 *word)
{
	enum { YIELDS = 10000, LOOK = 256 };

	for (u32 i = 1; i < YIELDS; i++) {
		u32 was = __atomic_load_n(word, __ATOMIC_RELAXED);
		/* map_spin_lock takes it from who has died. */
		if (!was || (i % LOOK == 0 && lock_thread_is_dead(was, true)))
			return true;
		sched_yield();
	}
	r->fault = FAULT_BUDGET;
	return false;
}

BPF_HELPER(spin_lock)
{
	u32 *word = addr_of(r1);

	if (kern_may(r, r1, r1 % 4 ? UINT64_MAX : 4, true) &&
	    (kern_trusts(r) || lock_ends(r, word)))
		map_spin_lock(word);
	return 0;
}

BPF_HELPER(spin_unlock)
{
	if (kern_may(r, r1, r1 % 4 ? UINT64_MAX : 4, true))
		map_spin_unlock(addr_of(r1));
	return 0;
}

BPF_HELPER(kptr_xchg)
{
	if (!kern_may(r, r1, 8, true) || r1 % 8)
		return 0;
	return __atomic_exchange_n((u64 *)addr_of(r1), r2, __ATOMIC_SEQ_CST);
}
