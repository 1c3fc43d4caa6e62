/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects that values of maps and other objects own: needs a compiler that knows tags of
 * types. */
#include "owned.h"

struct plain {
	u64 a, b;
};
struct counted {
	u64 a;
	struct bpf_refcount count;
	struct bpf_list_node node;
};
struct parent {
	struct bpf_spin_lock guard;
	u64 n;
};
struct nested {
	struct plain KPTR *in;
	u64 n;
};
struct large {
	u64 words[65];
};
struct pointer {
	struct plain *p;
};

PRIVATE struct bpf_spin_lock guard;

struct value {
	struct plain KPTR *plain;
	struct counted KPTR *counted;
	struct plain PERCPU *each;
	struct nested KPTR *nested;
	u64 n;
};
#define MAP(name, nr, val)             \
	struct {                       \
		u32 (*type)[nr];       \
		u32 (*max_entries)[4]; \
		u32 *key;              \
		val *value;            \
	} name SEC(".maps")
MAP(array, 2, struct value);
MAP(hash, 1, struct value);

#define VALUE(v)                                        \
	u32 v##_key = 0;                                \
	struct value *v = map_lookup(&array, &v##_key); \
	if (!v)                                         \
	return 0
#define PLAIN(p)                              \
	struct plain *p = make(struct plain); \
	if (!p)                               \
	return 1

SEC("tc") int keep(struct ctx *ctx)
{
	VALUE(v);
	PLAIN(p);
	p->a = 7;
	struct plain *old = kptr_xchg(&v->plain, p);
	int ret = 1;
	if (old) {
		ret = old->a + 10;
		drop(old);
	}
	return ret;
}

SEC("tc") int take_back(struct ctx *ctx)
{
	VALUE(v);
	struct plain *old = kptr_xchg(&v->plain, NULL);
	if (!old)
		return 100;
	int ret = old->a;
	drop(old);
	return ret;
}

SEC("tc") int read_kept(struct ctx *ctx)
{
	VALUE(v);
	PLAIN(p);
	p->a = 9;
	p = kptr_xchg(&v->plain, p);
	if (p)
		drop(p);
	bpf_rcu_read_lock();
	p = v->plain;
	int ret = p ? p->a : 50;
	bpf_rcu_read_unlock();
	return ret;
}

SEC("tc") int write_kept(struct ctx *ctx)
{
	VALUE(v);
	PLAIN(p);
	p = kptr_xchg(&v->plain, p);
	if (p)
		drop(p);
	p = v->plain;
	if (!p)
		return 1;
	p->b = 5;
	return p->b;
}

SEC("tc") int in_an_object(struct ctx *ctx)
{
	struct nested *n = make(struct nested);

	if (!n)
		return 1;
	struct plain *p = make(struct plain);
	if (!p) {
		drop(n);
		return 2;
	}
	p->a = 3;
	p = kptr_xchg(&n->in, p);
	if (p)
		drop(p);
	p = kptr_xchg(&n->in, NULL);
	int ret = 4;
	if (p) {
		ret = p->a;
		drop(p);
	}
	drop(n);
	return ret;
}

SEC("tc") int nested_in_a_map(struct ctx *ctx)
{
	VALUE(v);
	struct nested *n = make(struct nested);

	if (!n)
		return 1;
	struct plain *p = make(struct plain);
	if (p)
		p = kptr_xchg(&n->in, p);
	if (p)
		drop(p);
	n->n = 6;
	n = kptr_xchg(&v->nested, n);
	if (!n)
		return 2;
	int ret = n->n;
	drop(n);
	return ret;
}

SEC("tc") int goes_with_element(struct ctx *ctx)
{
	struct value init = {.n = 1};
	int n = 0;

	for (u32 i = 0; i < 50; i++) {
		u32 key = i & 3;
		map_update(&hash, &key, &init, 0);
		struct value *v = map_lookup(&hash, &key);
		if (!v)
			return -1;
		struct plain *p = make(struct plain);
		if (!p)
			return -2;
		p = kptr_xchg(&v->plain, p);
		n += p != NULL;
		if (p)
			drop(p);
		if (i & 4)
			map_delete(&hash, &key);
	}
	return n;
}

SEC("tc") int counts_kept(struct ctx *ctx)
{
	VALUE(v);
	struct counted *a = make(struct counted);
	int ret = 3;

	if (!a)
		return 1;
	a->a = 8;
	a = kptr_xchg(&v->counted, a);
	if (a)
		drop(a);
	bpf_rcu_read_lock();
	a = v->counted;
	if (a) {
		a = acquire(a);
		if (a) {
			ret = a->a;
			drop(a);
		}
	}
	bpf_rcu_read_unlock();
	return ret;
}

/* ---- of each CPU ---- */

SEC("tc") int each_cpu(struct ctx *ctx)
{
	VALUE(v);
	struct plain PERCPU *p = percpu_make(struct plain);
	int ret = 5;

	if (!p)
		return 1;
	p = kptr_xchg(&v->each, p);
	if (p)
		percpu_drop(p);
	bpf_rcu_read_lock();
	p = v->each;
	if (p) {
		struct plain *mine = this_cpu_ptr(p);
		mine->a += 5;
		mine = per_cpu_ptr(p, cpu());
		if (mine)
			ret -= mine->a;
		if (per_cpu_ptr(p, 5000))
			ret += 100;
	}
	bpf_rcu_read_unlock();
	return ret;
}

SEC("tc") int each_cpu_in_rcu(struct ctx *ctx)
{
	VALUE(v);
	int ret = 0;

	bpf_rcu_read_lock();
	struct plain PERCPU *p = percpu_make(struct plain), *old;
	if (!p)
		goto out;
	old = kptr_xchg(&v->each, p);
	struct plain *mine = this_cpu_ptr(p);
	mine->a = 6;
	ret = mine->a - 6;
	if (old)
		percpu_drop(old);
out:
	bpf_rcu_read_unlock();
	return ret;
}

SEC("tc") int no_each_cpu_fresh(struct ctx *ctx)
{
	struct plain *p = percpu_make(struct plain);

	if (!p)
		return 1;
	struct plain *mine = this_cpu_ptr(p);
	mine->a = 1;
	percpu_drop(p);
	return 0;
}

SEC("tc") int no_each_cpu_direct(struct ctx *ctx)
{
	struct plain *p = percpu_make(struct plain);

	if (!p)
		return 1;
	p->a = 1;
	percpu_drop(p);
	return 0;
}

SEC("tc") int no_each_cpu_plain_drop(struct ctx *ctx)
{
	struct plain *p = percpu_make(struct plain);

	if (p)
		drop(p);
	return 0;
}

SEC("tc") int no_plain_each_cpu_drop(struct ctx *ctx)
{
	struct plain *p = make(struct plain);

	if (p)
		percpu_drop(p);
	return 0;
}

SEC("tc") int no_each_cpu_large(struct ctx *ctx)
{
	void *p = percpu_make(struct large);

	if (p)
		percpu_drop(p);
	return 0;
}

SEC("tc") int no_each_cpu_special(struct ctx *ctx)
{
	void *p = percpu_make(struct parent);

	if (p)
		percpu_drop(p);
	return 0;
}

SEC("tc") int no_each_cpu_pointer(struct ctx *ctx)
{
	void *p = percpu_make(struct pointer);

	if (p)
		percpu_drop(p);
	return 0;
}

SEC("tc") int no_each_cpu_leak(struct ctx *ctx)
{
	void *p = percpu_make(struct plain);

	return p != NULL;
}

SEC("tc") int no_each_cpu_as_plain(struct ctx *ctx)
{
	VALUE(v);
	struct plain *p = percpu_make(struct plain);

	if (!p)
		return 1;
	p = kptr_xchg(&v->plain, p);
	if (p)
		drop(p);
	return 0;
}

/* Which Linux 6.18 takes, and then frees what is not its memory. */
SEC("tc") int here_no_plain_as_each_cpu(struct ctx *ctx)
{
	VALUE(v);
	PLAIN(p);
	p = kptr_xchg(&v->each, p);
	if (p)
		percpu_drop(p);
	return 0;
}

/* ---- refused ---- */

SEC("tc") int no_keep_wrong_type(struct ctx *ctx)
{
	VALUE(v);
	struct counted *c = make(struct counted);

	if (!c)
		return 1;
	void *old = kptr_xchg(&v->plain, c);
	if (old)
		drop(old);
	return 0;
}

SEC("tc") int no_keep_inside(struct ctx *ctx)
{
	VALUE(v);
	PLAIN(p);
	void *old = kptr_xchg(&v->plain, &p->b);
	if (old)
		drop(old);
	return 0;
}

SEC("tc") int no_use_of_kept(struct ctx *ctx)
{
	VALUE(v);
	PLAIN(p);
	void *old = kptr_xchg(&v->plain, p);
	if (old)
		drop(old);
	return p->a;
}

SEC("tc") int no_exchanged_left(struct ctx *ctx)
{
	VALUE(v);
	PLAIN(p);
	kptr_xchg(&v->plain, p);
	return 0;
}

SEC("tc") int no_drop_of_kept(struct ctx *ctx)
{
	VALUE(v);
	struct plain *p = v->plain;

	if (p)
		drop(p);
	return 0;
}

SEC("tc") int no_store_to_kptr(struct ctx *ctx)
{
	VALUE(v);
	PLAIN(p);
	v->plain = p;
	return 0;
}

SEC("tc") int no_store_to_nested(struct ctx *ctx)
{
	struct nested *n = make(struct nested);

	if (!n)
		return 1;
	n->in = NULL;
	drop(n);
	return 0;
}

SEC("tc") int no_count_of_value(struct ctx *ctx)
{
	VALUE(v);
	void *p = acquire(v);
	if (p)
		drop(p);
	return 0;
}

SEC("tc") int no_kptr_in_lock(struct ctx *ctx)
{
	VALUE(v);
	PLAIN(p);
	lock(&guard);
	p = kptr_xchg(&v->plain, p);
	unlock(&guard);
	if (p)
		drop(p);
	return 0;
}

SEC("tc") int no_irq_in_map(struct ctx *ctx)
{
	VALUE(v);
	bpf_local_irq_save(&v->n);
	bpf_local_irq_restore(&v->n);
	return 0;
}
