/* SPDX-License-Identifier: BSD-2-Clause */
/* For own.c: programs that leave objects behind. */
#include "owned.h"

struct item {
	u64 key;
	struct bpf_list_node list;
	struct bpf_rb_node tree;
	struct bpf_refcount count;
};
struct queue {
	struct bpf_spin_lock guard;
	struct bpf_list_head list IN(item, list);
	struct bpf_rb_root tree IN(item, tree);
};
struct {
	u32 (*type)[1];
	u32 (*max_entries)[4];
	u32 *key;
	struct queue *value;
} queues SEC(".maps");
PRIVATE struct bpf_spin_lock guard;
PRIVATE struct bpf_list_head items IN(item, list);

KEEP bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return OF(a, struct item, tree)->key < OF(b, struct item, tree)->key;
}

/* And the next time it tells what there is: 2 + 3 + 4, and 5 for the three of them. */
SEC("tc") int push_three(struct ctx *ctx)
{
	u64 sum = 0;
	int n = 0;

	lock(&guard);
	bool there = bpf_list_front(&items) != NULL;
	unlock(&guard);
	for (int i = 0; i < 3; i++) {
		if (there) {
			lock(&guard);
			struct bpf_list_node *out = pop_front(&items);
			unlock(&guard);
			if (!out)
				return -1;
			sum += OF(out, struct item, list)->key;
			drop(OF(out, struct item, list));
			continue;
		}
		struct item *it = make(struct item);
		if (!it)
			return -2;
		it->key = i + 2;
		lock(&guard);
		push_back(&items, &it->list);
		unlock(&guard);
		n++;
	}
	return there ? sum + 5 : n;
}

/* In a list, in a tree, in both. */
SEC("tc") int grow(struct ctx *ctx)
{
	struct queue init = {};
	u32 key = 1;
	struct queue *q = map_lookup(&queues, &key);

	if (!q) {
		map_update(&queues, &key, &init, 1);
		q = map_lookup(&queues, &key);
	}
	for (int i = 0; q && i < 10; i++) {
		struct item *it = make(struct item), *and;
		if (!it)
			return -1;
		it->key = prandom();
		and = acquire(it);
		lock(&q->guard);
		push_back(&q->list, &it->list);
		if (i & 1)
			add(&q->tree, &and->tree, less);
		else
			push_back(&q->list, &and->list);
		unlock(&q->guard);
	}
	return 0;
}

SEC("tc") int push_or_pop(struct ctx *ctx)
{
	struct queue init = {};
	u32 what = prandom(), key = what & 3;
	struct queue *q = map_lookup(&queues, &key);

	if ((what & 0xf00) == 0x300) {
		map_delete(&queues, &key);
		return 0;
	}
	if (!q) {
		map_update(&queues, &key, &init, 1);
		return 0;
	}
	if (what & 0x1000) {
		struct item *it = make(struct item);
		if (!it)
			return -1;
		it->key = what >> 16;
		lock(&q->guard);
		if (what & 0x2000)
			push_front(&q->list, &it->list);
		else
			add(&q->tree, &it->tree, less);
		unlock(&q->guard);
	} else if (what & 0x2000) {
		lock(&q->guard);
		struct bpf_list_node *out = pop_back(&q->list);
		unlock(&q->guard);
		if (out)
			drop(OF(out, struct item, list));
	} else {
		lock(&q->guard);
		struct bpf_rb_node *out = bpf_rbtree_root(&q->tree);
		out = out ? bpf_rbtree_remove(&q->tree, out) : out;
		unlock(&q->guard);
		if (out)
			drop(OF(out, struct item, tree));
	}
	return 0;
}
