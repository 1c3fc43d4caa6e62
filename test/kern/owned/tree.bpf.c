/* SPDX-License-Identifier: BSD-2-Clause */
/* Trees, ordered by a function of the program's. */
#include "owned.h"

struct item {
	u64 key;
	struct bpf_rb_node node;
	u64 data;
};
struct other {
	struct bpf_rb_node node;
	u64 data;
};
struct both {
	struct bpf_list_node list;
	struct bpf_rb_node tree;
	struct bpf_refcount count;
	u64 key;
};

PRIVATE struct bpf_spin_lock guard;
PRIVATE struct bpf_rb_root items IN(item, node);
PRIVATE struct bpf_rb_root others IN(other, node);
OTHER struct bpf_spin_lock other_guard;
OTHER struct bpf_rb_root boths IN(both, tree);
OTHER struct bpf_list_head both_list IN(both, list);

KEEP bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return OF(a, struct item, node)->key < OF(b, struct item, node)->key;
}

KEEP bool both_less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return OF(a, struct both, tree)->key < OF(b, struct both, tree)->key;
}

SEC("tc") int in_order(struct ctx *ctx)
{
	u64 sum = 0, seed = 12345;

	for (int i = 0; i < 9; i++) {
		struct item *n = make(struct item);
		if (!n)
			return 1;
		seed = seed * 1103515245 + 12345;
		n->key = (seed >> 16) & 15;
		n->data = i;
		lock(&guard);
		add(&items, &n->node, less);
		unlock(&guard);
	}
	for (int i = 0; i < 10; i++) {
		lock(&guard);
		struct bpf_rb_node *first = bpf_rbtree_first(&items);
		if (!first) {
			unlock(&guard);
			return sum;
		}
		first = bpf_rbtree_remove(&items, first);
		unlock(&guard);
		if (!first)
			return 2;
		struct item *n = OF(first, struct item, node);
		sum = sum * 31 + n->key * 16 + n->data;
		drop(n);
	}
	return sum;
}

/* The tree's shape can be seen. */
SEC("tc") int shape(struct ctx *ctx)
{
	u64 sum = 0;

	for (int i = 0; i < 7; i++) {
		struct item *n = make(struct item);
		if (!n)
			return 1;
		n->key = i * 5 & 7;
		lock(&guard);
		add(&items, &n->node, less);
		unlock(&guard);
	}
	lock(&guard);
	struct bpf_rb_node *at = bpf_rbtree_root(&items);
	if (at) {
		sum = OF(at, struct item, node)->key;
		struct bpf_rb_node *left = bpf_rbtree_left(&items, at);
		if (left) {
			sum = sum * 10 + OF(left, struct item, node)->key;
			if (bpf_rbtree_left(&items, left))
				sum += 1000;
		}
		struct bpf_rb_node *right = bpf_rbtree_right(&items, at);
		if (right) {
			sum = sum * 10 + OF(right, struct item, node)->key;
			if (bpf_rbtree_right(&items, right))
				sum += 1000;
		}
	}
	unlock(&guard);
	for (int i = 0; i < 8; i++) {
		lock(&guard);
		struct bpf_rb_node *out = bpf_rbtree_root(&items);
		if (out)
			sum += i * OF(out, struct item, node)->key;
		out = out ? bpf_rbtree_remove(&items, out) : out;
		unlock(&guard);
		if (out)
			drop(OF(out, struct item, node));
	}
	return sum;
}

SEC("tc") int borrowed_after_removal(struct ctx *ctx)
{
	struct item *n = make(struct item);
	u64 data = 0;

	if (!n)
		return 1;
	n->data = 5;
	lock(&guard);
	add(&items, &n->node, less);
	struct bpf_rb_node *out = bpf_rbtree_remove(&items, &n->node);
	data = n->data;
	unlock(&guard);
	if (!out)
		return 2;
	drop(OF(out, struct item, node));
	return data;
}

SEC("tc") int in_both(struct ctx *ctx)
{
	struct both *n = make(struct both), *m;
	int ret = 0;

	if (!n)
		return 1;
	n->key = 3;
	m = acquire(n);
	lock(&other_guard);
	add(&boths, &n->tree, both_less);
	push_back(&both_list, &m->list);
	unlock(&other_guard);
	lock(&other_guard);
	struct bpf_list_node *l = pop_front(&both_list);
	unlock(&other_guard);
	if (!l)
		return 2;
	m = OF(l, struct both, list);
	ret = m->key;
	lock(&other_guard);
	struct bpf_rb_node *t = bpf_rbtree_remove(&boths, &m->tree);
	unlock(&other_guard);
	drop(m);
	if (!t)
		return 3;
	n = OF(t, struct both, tree);
	ret += 10 * n->key;
	drop(n);
	return ret;
}

/* The second time it is dropped. */
SEC("tc") int put_twice(struct ctx *ctx)
{
	struct both *n = make(struct both), *m;
	int first, second;

	if (!n)
		return 1;
	m = acquire(n);
	lock(&other_guard);
	first = add(&boths, &n->tree, both_less);
	second = add(&boths, &m->tree, both_less);
	unlock(&other_guard);
	lock(&other_guard);
	struct bpf_rb_node *t = bpf_rbtree_first(&boths);
	if (t)
		t = bpf_rbtree_remove(&boths, t);
	unlock(&other_guard);
	if (!t)
		return 3;
	drop(OF(t, struct both, tree));
	return 100 * (first != 0) + 10 * (second == -22) + 1;
}

SEC("tc") int not_in_the_tree(struct ctx *ctx)
{
	struct both *n = make(struct both), *m;
	int ret = 0;

	if (!n)
		return 1;
	m = acquire(n);
	lock(&other_guard);
	push_front(&both_list, &n->list);
	struct bpf_rb_node *t = bpf_rbtree_remove(&boths, &n->tree);
	if (bpf_rbtree_left(&boths, &n->tree))
		ret = 5;
	unlock(&other_guard);
	if (t) {
		ret = 7;
		drop(OF(t, struct both, tree));
	}
	drop(m);
	lock(&other_guard);
	struct bpf_list_node *l = pop_back(&both_list);
	unlock(&other_guard);
	if (l)
		drop(OF(l, struct both, list));
	return ret + 40;
}

KEEP bool calls(struct bpf_rb_node *a, const struct bpf_rb_node *b) { return ktime() & 1; }
KEEP bool drops(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	drop(OF(a, struct item, node));
	return 0;
}
KEEP bool adds(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	add(&items, a, less);
	return 0;
}
KEEP bool removes(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	bpf_rbtree_remove(&items, a);
	return 0;
}
KEEP bool unlocks(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	unlock(&guard);
	return 0;
}
KEEP bool writes(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	OF(a, struct item, node)->data = 5;
	return OF(a, struct item, node)->key < OF(b, struct item, node)->key;
}
KEEP bool looks(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return bpf_rbtree_first(&items) != NULL;
}
KEEP bool out_of_range(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	u64 n = OF(a, struct item, node)->key;

	__asm__ volatile("r0 = %0; exit" ::"r"(n) : "r0");
	return 0;
}
KEEP bool returns_it(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	__asm__ volatile("r0 = %0; exit" ::"r"(a) : "r0");
	return 0;
}

#define WITH(less)                                          \
	struct item *n = make(struct item);                 \
	if (!n)                                             \
		return 1;                                   \
	lock(&guard);                                       \
	int ret = add(&items, &n->node, less);              \
	unlock(&guard);                                     \
	lock(&guard);                                       \
	struct bpf_rb_node *out = bpf_rbtree_first(&items); \
	if (out)                                            \
		out = bpf_rbtree_remove(&items, out);       \
	unlock(&guard);                                     \
	if (out)                                            \
		drop(OF(out, struct item, node));           \
	return ret

SEC("tc") int callback_writes(struct ctx *ctx) { WITH(writes); }
SEC("tc") int no_callback_calls(struct ctx *ctx) { WITH(calls); }
SEC("tc") int no_callback_drops(struct ctx *ctx) { WITH(drops); }
SEC("tc") int no_callback_adds(struct ctx *ctx) { WITH(adds); }
SEC("tc") int no_callback_removes(struct ctx *ctx) { WITH(removes); }
SEC("tc") int no_callback_unlocks(struct ctx *ctx) { WITH(unlocks); }
SEC("tc") int callback_looks(struct ctx *ctx) { WITH(looks); }
SEC("tc") int no_callback_range(struct ctx *ctx) { WITH(out_of_range); }
SEC("tc") int no_callback_returns_it(struct ctx *ctx) { WITH(returns_it); }

SEC("tc") int no_callback_at_all(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	add(&items, &n->node, (less_fn *)(u64)prandom());
	unlock(&guard);
	return 0;
}

SEC("tc") int no_add_unlocked(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	add(&items, &n->node, less);
	return 0;
}

SEC("tc") int no_add_other_lock(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&other_guard);
	add(&items, &n->node, less);
	unlock(&other_guard);
	return 0;
}

SEC("tc") int no_first_unlocked(struct ctx *ctx) { return bpf_rbtree_first(&items) != NULL; }

SEC("tc") int no_add_twice(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	add(&items, &n->node, less);
	add(&items, &n->node, less);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_add_first(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_rb_node *first = bpf_rbtree_first(&items);
	if (first)
		add(&items, first, less);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_remove_maybe(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_rb_node *first = bpf_rbtree_first(&items);
	bpf_rbtree_remove(&items, first);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_remove_unlocked(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_rb_node *first = bpf_rbtree_first(&items);
	unlock(&guard);
	if (!first)
		return 0;
	first = bpf_rbtree_remove(&items, first);
	if (first)
		drop(OF(first, struct item, node));
	return 0;
}

SEC("tc") int no_drop_of_removed(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_rb_node *first = bpf_rbtree_first(&items);
	if (first)
		first = bpf_rbtree_remove(&items, first);
	unlock(&guard);
	return first != NULL;
}

SEC("tc") int no_removed_without_check(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_rb_node *first = bpf_rbtree_first(&items);
	if (!first) {
		unlock(&guard);
		return 0;
	}
	first = bpf_rbtree_remove(&items, first);
	unlock(&guard);
	drop(OF(first, struct item, node));
	return 0;
}

SEC("tc") int remove_owned(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	struct bpf_rb_node *out = bpf_rbtree_remove(&items, &n->node);
	unlock(&guard);
	drop(n);
	if (out)
		drop(OF(out, struct item, node));
	return 0;
}

SEC("tc") int no_other_root(struct ctx *ctx)
{
	struct other *n = make(struct other);

	if (!n)
		return 1;
	lock(&guard);
	add(&items, &n->node, less);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_list_as_tree(struct ctx *ctx)
{
	struct both *n = make(struct both);

	if (!n)
		return 1;
	lock(&other_guard);
	add((void *)&both_list, &n->tree, both_less);
	unlock(&other_guard);
	return 0;
}

SEC("tc") int no_list_node_as_tree(struct ctx *ctx)
{
	struct both *n = make(struct both);

	if (!n)
		return 1;
	lock(&other_guard);
	add(&boths, (void *)&n->list, both_less);
	unlock(&other_guard);
	return 0;
}

SEC("tc") int no_first_behind_unlock(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_rb_node *first = bpf_rbtree_first(&items);
	unlock(&guard);
	return first ? OF(first, struct item, node)->data : 0;
}

SEC("tc") int no_root_on_stack(struct ctx *ctx)
{
	u64 root[2] = {0};

	lock(&guard);
	struct bpf_rb_node *first = bpf_rbtree_first((void *)root);
	unlock(&guard);
	return first != NULL;
}

SEC("tc") int no_node_of_value(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_rb_node *out = bpf_rbtree_remove(&items, (void *)&items);
	unlock(&guard);
	return out != NULL;
}
