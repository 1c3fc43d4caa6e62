/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists, in data and in values of maps. */
#include "owned.h"

struct item {
	u64 key;
	struct bpf_list_node node;
	u64 data;
};
struct other {
	struct bpf_list_node node;
	u64 data;
};
struct two {
	struct bpf_list_node a;
	u64 data;
	struct bpf_list_node b;
};

PRIVATE struct bpf_spin_lock guard;
PRIVATE struct bpf_list_head items IN(item, node);
PRIVATE struct bpf_list_head twos IN(two, b);
OTHER struct bpf_spin_lock other_guard;
OTHER struct bpf_list_head other_items IN(item, node);

struct value {
	u64 n;
	struct bpf_spin_lock guard;
	struct bpf_list_head items IN(item, node);
};
struct {
	u32 (*type)[1];
	u32 (*max_entries)[4];
	u32 *key;
	struct value *value;
} map SEC(".maps");

#define LIST_MOST 100

SEC("tc") int push_and_pop(struct ctx *ctx)
{
	struct item *n = make(struct item);
	struct bpf_list_node *out;

	if (!n)
		return 1;
	n->key = 5;
	n->data = 7;
	lock(&guard);
	push_front(&items, &n->node);
	unlock(&guard);
	lock(&guard);
	out = pop_front(&items);
	unlock(&guard);
	if (!out)
		return 2;
	n = OF(out, struct item, node);
	u64 sum = n->key * 10 + n->data;
	drop(n);
	return sum;
}

SEC("tc") int order(struct ctx *ctx)
{
	u64 sum = 0;

	for (int i = 0; i < 6; i++) {
		struct item *n = make(struct item);
		if (!n)
			return 1;
		n->data = i + 1;
		lock(&guard);
		if (i & 1)
			push_front(&items, &n->node);
		else
			push_back(&items, &n->node);
		unlock(&guard);
	}
	for (int i = 0; i < 8; i++) {
		struct bpf_list_node *out;
		lock(&guard);
		out = i & 2 ? pop_back(&items) : pop_front(&items);
		unlock(&guard);
		sum *= 7;
		if (!out)
			continue;
		struct item *n = OF(out, struct item, node);
		sum += n->data;
		drop(n);
	}
	return sum;
}

SEC("tc") int borrowed_after_push(struct ctx *ctx)
{
	struct item *n = make(struct item);
	u64 data = 0;

	if (!n)
		return 1;
	lock(&guard);
	n->data = 4;
	push_back(&items, &n->node);
	n->data++;
	data = n->data;
	unlock(&guard);
	lock(&guard);
	struct bpf_list_node *out = pop_back(&items);
	unlock(&guard);
	if (!out)
		return 2;
	drop(OF(out, struct item, node));
	return data;
}

SEC("tc") int peek(struct ctx *ctx)
{
	u64 sum = 0;

	for (int i = 0; i < 3; i++) {
		struct item *n = make(struct item);
		if (!n)
			return 1;
		n->data = i + 1;
		lock(&guard);
		push_back(&items, &n->node);
		unlock(&guard);
	}
	lock(&guard);
	struct bpf_list_node *first = bpf_list_front(&items), *last = bpf_list_back(&items);
	if (first)
		sum += OF(first, struct item, node)->data;
	if (last)
		sum += 10 * OF(last, struct item, node)->data;
	unlock(&guard);
	for (int i = 0; i < 4; i++) {
		lock(&guard);
		struct bpf_list_node *out = pop_front(&items);
		if (!bpf_list_front(&items))
			sum += 100;
		unlock(&guard);
		if (out)
			drop(OF(out, struct item, node));
	}
	return sum;
}

SEC("tc") int second_node(struct ctx *ctx)
{
	struct two *n;

	lock(&guard);
	struct bpf_list_node *out = pop_front(&twos);
	unlock(&guard);
	if (!out)
		return 3;
	n = OF(out, struct two, b);
	int data = n->data;
	drop(n);
	return data;
}

SEC("tc") int in_a_map(struct ctx *ctx)
{
	u32 key = 1;
	struct value init = {.n = 3};
	u64 sum = 0;

	map_update(&map, &key, &init, 0);
	struct value *v = map_lookup(&map, &key);
	if (!v)
		return 1;
	for (int i = 0; i < 3; i++) {
		struct item *n = make(struct item);
		if (!n)
			return 2;
		n->data = i + 2;
		lock(&v->guard);
		push_back(&v->items, &n->node);
		unlock(&v->guard);
	}
	lock(&v->guard);
	struct bpf_list_node *out = pop_front(&v->items);
	unlock(&v->guard);
	if (out) {
		struct item *n = OF(out, struct item, node);
		sum = n->data;
		drop(n);
	}
	map_delete(&map, &key);
	return sum;
}

/* What a map's value owns goes with it: memory does not run out. */
SEC("tc") int many_in_a_map(struct ctx *ctx)
{
	struct value init = {.n = 3};
	int n = 0;

	for (u32 i = 0; i < LIST_MOST; i++) {
		u32 key = i % 8;
		map_update(&map, &key, &init, 0);
		struct value *v = map_lookup(&map, &key);
		if (!v) {
			key = (i + 4) % 8;
			map_delete(&map, &key);
			continue;
		}
		struct item *it = make(struct item);
		if (!it)
			return -1;
		lock(&v->guard);
		push_back(&v->items, &it->node);
		unlock(&v->guard);
		n++;
	}
	for (u32 key = 0; key < 8; key++) {
		u32 k = key;
		map_delete(&map, &k);
	}
	return n;
}

SEC("tc") int no_lock_held(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	push_front(&items, &n->node);
	return 0;
}

SEC("tc") int no_other_lock(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&other_guard);
	push_front(&items, &n->node);
	unlock(&other_guard);
	return 0;
}

SEC("tc") int no_pop_unlocked(struct ctx *ctx)
{
	struct bpf_list_node *out = pop_front(&items);

	if (out)
		drop(OF(out, struct item, node));
	return 0;
}

SEC("tc") int no_drop(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	n->data = 1;
	return 0;
}

SEC("tc") int no_drop_of_popped(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_list_node *out = pop_front(&items);
	unlock(&guard);
	return out != NULL;
}

SEC("tc") int no_null_check(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_list_node *out = pop_front(&items);
	unlock(&guard);
	drop(OF(out, struct item, node));
	return 0;
}

SEC("tc") int no_new_check(struct ctx *ctx)
{
	struct item *n = make(struct item);

	n->data = 1;
	drop(n);
	return 0;
}

SEC("tc") int no_drop_without_check(struct ctx *ctx)
{
	struct item *n = make(struct item);

	drop(n);
	return 0;
}

SEC("tc") int no_use_after_drop(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	drop(n);
	return n->data;
}

SEC("tc") int no_drop_twice(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	drop(n);
	drop(n);
	return 0;
}

SEC("tc") int no_push_twice(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	push_front(&items, &n->node);
	push_front(&items, &n->node);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_drop_of_pushed(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	push_front(&items, &n->node);
	unlock(&guard);
	drop(n);
	return 0;
}

SEC("tc") int no_drop_of_borrowed(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	push_front(&items, &n->node);
	drop(n);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_use_behind_unlock(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	push_front(&items, &n->node);
	unlock(&guard);
	return n->data;
}

SEC("tc") int no_peek_behind_unlock(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_list_node *first = bpf_list_front(&items);
	unlock(&guard);
	if (!first)
		return 1;
	return OF(first, struct item, node)->data;
}

SEC("tc") int no_drop_of_peeked(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_list_node *first = bpf_list_front(&items);
	if (first)
		drop(OF(first, struct item, node));
	unlock(&guard);
	return 0;
}

SEC("tc") int no_push_of_peeked(struct ctx *ctx)
{
	lock(&guard);
	struct bpf_list_node *first = bpf_list_front(&items);
	if (first)
		push_back(&items, first);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_other_type(struct ctx *ctx)
{
	struct other *n = make(struct other);

	if (!n)
		return 1;
	lock(&guard);
	push_front(&items, &n->node);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_other_node(struct ctx *ctx)
{
	struct two *n = make(struct two);

	if (!n)
		return 1;
	lock(&guard);
	push_front(&twos, &n->a);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_node_there(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	push_front(&items, (void *)&n->data);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_head_there(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	push_front((void *)&items + 8, &n->node);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_variable_head(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	push_front((void *)&items + (prandom() & 8), &n->node);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_head_on_stack(struct ctx *ctx)
{
	u64 head[2] = {0};
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	push_front((void *)head, &n->node);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_node_on_stack(struct ctx *ctx)
{
	struct item n = {0};

	lock(&guard);
	push_front(&items, &n.node);
	unlock(&guard);
	return 0;
}

SEC("tc") int no_node_written(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	*(u64 *)&n->node = 1;
	drop(n);
	return 0;
}

SEC("tc") int no_node_read(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	u64 word = *(volatile u64 *)&n->node;
	drop(n);
	return word;
}

SEC("tc") int no_head_read(struct ctx *ctx) { return *(volatile u64 *)&items; }

SEC("tc") int no_beyond(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	*(volatile u64 *)(n + 1) = 1;
	drop(n);
	return 0;
}

SEC("tc") int no_drop_inside(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	drop(&n->node);
	return 0;
}

SEC("tc") int no_map_value_lock(struct ctx *ctx)
{
	u32 a = 1, b = 2;
	struct value *v = map_lookup(&map, &a), *w = map_lookup(&map, &b);

	if (!v || !w)
		return 1;
	struct item *n = make(struct item);
	if (!n)
		return 2;
	lock(&v->guard);
	push_back(&w->items, &n->node);
	unlock(&v->guard);
	return 0;
}

SEC("tc") int no_unlock(struct ctx *ctx)
{
	struct item *n = make(struct item);

	if (!n)
		return 1;
	lock(&guard);
	push_front(&items, &n->node);
	return 0;
}

SEC("tc") int no_new_under_lock(struct ctx *ctx)
{
	lock(&guard);
	struct item *n = make(struct item);
	unlock(&guard);
	if (n)
		drop(n);
	return 0;
}

SEC("tc") int no_drop_of_value(struct ctx *ctx)
{
	u32 key = 1;
	struct value *v = map_lookup(&map, &key);

	if (v)
		drop(v);
	return 0;
}

SEC("tc") int no_drop_of_number(struct ctx *ctx)
{
	drop((void *)5);
	return 0;
}

SEC("tc") int no_type_number(struct ctx *ctx)
{
	void *p = bpf_obj_new_impl(prandom(), NULL);

	if (p)
		drop(p);
	return 0;
}

SEC("tc") int no_type_of_int(struct ctx *ctx)
{
	void *p = bpf_obj_new_impl(__builtin_btf_type_id(*(u64 *)0, 0), NULL);

	if (p)
		drop(p);
	return 0;
}

SEC("tc") int no_type_at_all(struct ctx *ctx)
{
	void *p = bpf_obj_new_impl(100000, NULL);

	if (p)
		drop(p);
	return 0;
}

SEC("tc") int no_wide_type(struct ctx *ctx)
{
	void *p = bpf_obj_new_impl(1UL << 32 | 2, NULL);

	if (p)
		drop(p);
	return 0;
}
