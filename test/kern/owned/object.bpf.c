/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects by themselves: counted, with locks and lists of their own; and sections of code. */
#include "owned.h"

struct plain {
	u64 a, b;
};
struct counted {
	u64 a;
	struct bpf_refcount count;
	struct bpf_list_node node;
};
struct child {
	u64 n;
	struct bpf_list_node node;
};
struct parent {
	struct bpf_spin_lock guard;
	struct bpf_list_head children IN(child, node);
	u64 n;
};
struct locked {
	struct bpf_res_spin_lock guard;
	u64 n;
};
struct large {
	u64 words[65];
};
struct largest {
	u8 bytes[4088];
};
struct too_large {
	u8 bytes[4089];
};

PRIVATE struct bpf_spin_lock guard;
PRIVATE struct bpf_list_head counted IN(counted, node);
SEC(".data.res") struct bpf_res_spin_lock res;
SEC(".data.res2") struct bpf_res_spin_lock res2;

#define MAP(name, nr, val)             \
	struct {                       \
		u32 (*type)[nr];       \
		u32 (*max_entries)[4]; \
		u32 *key;              \
		val *value;            \
	} name SEC(".maps")
MAP(locks, 2, struct locked);

#define PLAIN(p)                              \
	struct plain *p = make(struct plain); \
	if (!p)                               \
	return 1

SEC("tc") int counts(struct ctx *ctx)
{
	struct counted *a = make(struct counted), *b;

	if (!a)
		return 1;
	a->a = 6;
	b = acquire(a);
	drop(a);
	int ret = b->a;
	drop(b);
	return ret;
}

SEC("tc") int counts_borrowed(struct ctx *ctx)
{
	struct counted *a = make(struct counted), *b;
	int ret = 3;

	if (!a)
		return 1;
	a->a = 6;
	lock(&guard);
	push_front(&counted, &a->node);
	b = acquire(a);
	unlock(&guard);
	lock(&guard);
	struct bpf_list_node *out = pop_front(&counted);
	unlock(&guard);
	if (out)
		drop(OF(out, struct counted, node));
	if (b) {
		ret = b->a;
		drop(b);
	}
	return ret;
}

SEC("tc") int has_a_list(struct ctx *ctx)
{
	struct parent *p = make(struct parent);
	int ret = 0;

	if (!p)
		return 1;
	for (int i = 0; i < 3; i++) {
		struct child *c = make(struct child);
		if (!c)
			break;
		c->n = i + 2;
		lock(&p->guard);
		push_back(&p->children, &c->node);
		unlock(&p->guard);
	}
	lock(&p->guard);
	struct bpf_list_node *out = pop_back(&p->children);
	unlock(&p->guard);
	if (out) {
		ret = OF(out, struct child, node)->n;
		drop(OF(out, struct child, node));
	}
	drop(p);
	return ret;
}

SEC("tc") int sizes(struct ctx *ctx)
{
	struct large *l = make(struct large);
	struct largest *m = make(struct largest);
	struct too_large *t = make(struct too_large);
	int ret = (l != NULL) + 2 * (m != NULL) + 4 * (t != NULL);

	if (l)
		drop(l);
	if (m)
		drop(m);
	if (t)
		drop(t);
	return ret;
}

/* In Linux it has what was there before. */
SEC("tc") int here_zeroed(struct ctx *ctx)
{
	u64 sum = 0;

	for (int i = 0; i < 4; i++) {
		PLAIN(p);
		sum += p->a + p->b;
		p->a = 77;
		p->b = 78;
		drop(p);
	}
	return sum;
}

/* ---- refused ---- */

SEC("tc") int no_count_there(struct ctx *ctx)
{
	PLAIN(p);
	struct plain *q = acquire(p);
	drop(p);
	drop(q);
	return 0;
}

SEC("tc") int no_count_dropped(struct ctx *ctx)
{
	struct counted *a = make(struct counted), *b;

	if (!a)
		return 1;
	drop(a);
	b = acquire(a);
	drop(b);
	return 0;
}

SEC("tc") int no_count_left(struct ctx *ctx)
{
	struct counted *a = make(struct counted), *b;

	if (!a)
		return 1;
	b = acquire(a);
	drop(a);
	return b->a;
}

SEC("tc") int no_count_of_borrowed_unchecked(struct ctx *ctx)
{
	struct counted *a = make(struct counted), *b;

	if (!a)
		return 1;
	lock(&guard);
	push_front(&counted, &a->node);
	b = acquire(a);
	unlock(&guard);
	drop(b);
	return 0;
}

SEC("tc") int no_count_behind_unlock(struct ctx *ctx)
{
	struct counted *a = make(struct counted), *b;

	if (!a)
		return 1;
	lock(&guard);
	push_front(&counted, &a->node);
	unlock(&guard);
	b = acquire(a);
	if (b)
		drop(b);
	return 0;
}

SEC("tc") int no_count_written(struct ctx *ctx)
{
	struct counted *a = make(struct counted);

	if (!a)
		return 1;
	*(volatile u32 *)&a->count = 1;
	drop(a);
	return 0;
}

SEC("tc") int no_own_lock_of_other(struct ctx *ctx)
{
	struct parent *p = make(struct parent), *q;

	if (!p)
		return 1;
	q = make(struct parent);
	if (!q) {
		drop(p);
		return 2;
	}
	struct child *c = make(struct child);
	if (!c) {
		drop(p);
		drop(q);
		return 3;
	}
	lock(&p->guard);
	push_back(&q->children, &c->node);
	unlock(&p->guard);
	drop(p);
	drop(q);
	return 0;
}

SEC("tc") int no_two_locks(struct ctx *ctx)
{
	struct parent *p = make(struct parent);

	if (!p)
		return 1;
	lock(&guard);
	lock(&p->guard);
	unlock(&p->guard);
	unlock(&guard);
	drop(p);
	return 0;
}

SEC("tc") int no_other_unlock(struct ctx *ctx)
{
	struct parent *p = make(struct parent);

	if (!p)
		return 1;
	lock(&guard);
	unlock(&p->guard);
	drop(p);
	return 0;
}

SEC("tc") int no_drop_under_own_lock(struct ctx *ctx)
{
	struct parent *p = make(struct parent);

	if (!p)
		return 1;
	lock(&p->guard);
	drop(p);
	return 0;
}

SEC("tc") int no_lock_in_plain(struct ctx *ctx)
{
	PLAIN(p);
	lock((void *)p);
	unlock((void *)p);
	drop(p);
	return 0;
}

/* ---- locks that may not be had ---- */

SEC("tc") int res_locked(struct ctx *ctx)
{
	if (bpf_res_spin_lock(&res))
		return 1;
	if (bpf_res_spin_lock(&res2)) {
		bpf_res_spin_unlock(&res);
		return 2;
	}
	bpf_res_spin_unlock(&res2);
	bpf_res_spin_unlock(&res);
	return 3;
}

SEC("tc") int res_in_map(struct ctx *ctx)
{
	u32 key = 1;
	struct locked *l = map_lookup(&locks, &key);
	u64 flags;

	if (!l)
		return 1;
	if (bpf_res_spin_lock_irqsave(&l->guard, &flags))
		return 2;
	int ret = ++l->n;
	l->n = 0;
	bpf_res_spin_unlock_irqrestore(&l->guard, &flags);
	return ret;
}

/* Two values of a map: it may be the same lock. */
SEC("tc") int res_deadlock(struct ctx *ctx)
{
	u32 a = 1, b = 1;
	struct locked *l = map_lookup(&locks, &a), *m = map_lookup(&locks, &b);
	int err;

	if (!l || !m)
		return 1;
	if (bpf_res_spin_lock(&l->guard))
		return 2;
	err = bpf_res_spin_lock(&m->guard);
	if (!err)
		bpf_res_spin_unlock(&m->guard);
	bpf_res_spin_unlock(&l->guard);
	return err;
}

SEC("tc") int no_res_unchecked(struct ctx *ctx)
{
	bpf_res_spin_lock(&res);
	bpf_res_spin_unlock(&res);
	return 0;
}

SEC("tc") int no_res_twice(struct ctx *ctx)
{
	if (bpf_res_spin_lock(&res))
		return 1;
	if (bpf_res_spin_lock(&res)) {
		bpf_res_spin_unlock(&res);
		return 2;
	}
	bpf_res_spin_unlock(&res);
	bpf_res_spin_unlock(&res);
	return 0;
}

SEC("tc") int no_res_out_of_order(struct ctx *ctx)
{
	if (bpf_res_spin_lock(&res))
		return 1;
	if (bpf_res_spin_lock(&res2)) {
		bpf_res_spin_unlock(&res);
		return 2;
	}
	bpf_res_spin_unlock(&res);
	bpf_res_spin_unlock(&res2);
	return 0;
}

SEC("tc") int no_res_left(struct ctx *ctx) { return bpf_res_spin_lock(&res); }

SEC("tc") int no_res_other(struct ctx *ctx)
{
	if (bpf_res_spin_lock(&res))
		return 1;
	bpf_res_spin_unlock(&res2);
	return 0;
}

SEC("tc") int no_res_on_stack(struct ctx *ctx)
{
	struct bpf_res_spin_lock l = {0};

	if (bpf_res_spin_lock(&l))
		return 1;
	bpf_res_spin_unlock(&l);
	return 0;
}

SEC("tc") int no_res_mixed(struct ctx *ctx)
{
	u64 flags;

	if (bpf_res_spin_lock_irqsave(&res, &flags))
		return 1;
	bpf_res_spin_unlock(&res);
	return 0;
}

SEC("tc") int no_res_as_plain(struct ctx *ctx)
{
	lock((void *)&res);
	unlock((void *)&res);
	return 0;
}

SEC("tc") int no_plain_as_res(struct ctx *ctx)
{
	if (bpf_res_spin_lock((void *)&guard))
		return 1;
	bpf_res_spin_unlock((void *)&guard);
	return 0;
}

SEC("tc") int no_call_in_res(struct ctx *ctx)
{
	if (bpf_res_spin_lock(&res))
		return 1;
	ktime();
	bpf_res_spin_unlock(&res);
	return 0;
}

/* ---- interrupts ---- */

SEC("tc") int irq(struct ctx *ctx)
{
	u64 outer, inner;

	bpf_local_irq_save(&outer);
	bpf_local_irq_save(&inner);
	u32 n = cpu();
	bpf_local_irq_restore(&inner);
	bpf_local_irq_restore(&outer);
	return n < 4096;
}

SEC("tc") int no_irq_order(struct ctx *ctx)
{
	u64 outer, inner;

	bpf_local_irq_save(&outer);
	bpf_local_irq_save(&inner);
	bpf_local_irq_restore(&outer);
	bpf_local_irq_restore(&inner);
	return 0;
}

SEC("tc") int no_irq_left(struct ctx *ctx)
{
	u64 flags;

	bpf_local_irq_save(&flags);
	return 0;
}

SEC("tc") int no_irq_twice(struct ctx *ctx)
{
	u64 flags;

	bpf_local_irq_save(&flags);
	bpf_local_irq_save(&flags);
	return 0;
}

SEC("tc") int no_irq_unsaved(struct ctx *ctx)
{
	u64 flags = 0;

	bpf_local_irq_restore(&flags);
	return 0;
}

SEC("tc") int no_irq_written(struct ctx *ctx)
{
	u64 flags;

	bpf_local_irq_save(&flags);
	flags = 5;
	bpf_local_irq_restore(&flags);
	return 0;
}

SEC("tc") int no_irq_restored_twice(struct ctx *ctx)
{
	u64 flags;

	bpf_local_irq_save(&flags);
	bpf_local_irq_restore(&flags);
	bpf_local_irq_restore(&flags);
	return 0;
}

SEC("tc") int no_irq_of_lock(struct ctx *ctx)
{
	u64 flags;

	if (bpf_res_spin_lock_irqsave(&res, &flags))
		return 1;
	bpf_local_irq_restore(&flags);
	bpf_res_spin_unlock(&res);
	return 0;
}

/* Linux gives back a pointer that is none to the whole. */
SEC("tc") int here_count_inside(struct ctx *ctx)
{
	struct counted *a = make(struct counted), *b;

	if (!a)
		return 1;
	a->a = 5;
	b = (void *)acquire(&a->node);
	drop(a);
	int wrong = b->a - 5;
	drop(b);
	return wrong;
}
