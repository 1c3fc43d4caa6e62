/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the kernel on lists. The nodes of one make a circle; all is done under the
 * lock beside the root, which the verifier has seen to. */
#include "kern/kfunc.h"
#include "kern/own.h"

#include <errno.h>

/* struct bpf_list_node */
struct node {
	u64 next, prev;
	u64 root; /* its number; 0: it is in no list */
};
_Static_assert(sizeof(struct node) == 24, "as Linux has it");

/* NULL: no node can lie there. */
static struct node *node_at(u64 at)
{
	return own_has(at, sizeof(struct node)) && at % 8 == 0 ? addr_of(at) : NULL;
}

static void link_node(struct own_root *root, struct node *n, bool front)
{
	u64 at = reg_of(n);
	struct node *first = node_at(root->first), *last = first ? node_at(first->prev) : NULL;

	if (!first || !last) {
		n->next = n->prev = at;
		root->first = at;
		return;
	}
	n->next = root->first;
	n->prev = first->prev;
	last->next = at;
	first->prev = at;
	if (front)
		root->first = at;
}

/* Takes it out of its list, whose it must be. */
static u64 unlink_node(struct own_root *root, u64 at)
{
	struct node *n = node_at(at), *next = n ? node_at(n->next) : NULL;
	struct node *prev = n ? node_at(n->prev) : NULL;

	if (!next || !prev || n->root != root->number)
		return 0;
	if (root->first == at)
		root->first = next == n ? 0 : n->next;
	prev->next = n->next;
	next->prev = n->prev;
	n->next = n->prev = 0;
	__atomic_store_n(&n->root, 0, __ATOMIC_RELEASE);
	return at;
}

static u64 last_of(const struct own_root *root)
{
	const struct node *first = node_at(root->first);

	return first ? first->prev : 0;
}

u64 own_list_take(struct own_root *root)
{
	u64 at = root->first ? unlink_node(root, root->first) : 0;

	if (!at)
		root->first = 0;
	return at;
}

/* Of an object with more than one owner, another may have put it into a list already: then
 * this owner's reference is dropped. */
static u64 push(struct run *r, u64 head, u64 node, bool front)
{
	struct own_root *root = own_root_at(r, head);
	struct node *n = node_at(node);
	u64 none = 0;

	if (!root || !n)
		return minus(EINVAL);
	if (!__atomic_compare_exchange_n(&n->root, &none, OWN_BUSY, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED)) {
		own_drop(node);
		return minus(EINVAL);
	}
	link_node(root, n, front);
	__atomic_store_n(&n->root, own_root_number(root), __ATOMIC_RELEASE);
	return 0;
}

/* Linux: head, node */
BPF_KFUNC(list_push_front_impl) { return push(r, r1, r2, true); }
BPF_KFUNC(list_push_back_impl) { return push(r, r1, r2, false); }

/* Linux: head */
BPF_KFUNC(list_pop_front)
{
	struct own_root *root = own_root_at(r, r1);

	return root && root->first ? unlink_node(root, root->first) : 0;
}

BPF_KFUNC(list_pop_back)
{
	struct own_root *root = own_root_at(r, r1);

	return root && root->first ? unlink_node(root, last_of(root)) : 0;
}

BPF_KFUNC(list_front)
{
	const struct own_root *root = own_root_at(r, r1);

	return root ? root->first : 0;
}

BPF_KFUNC(list_back)
{
	const struct own_root *root = own_root_at(r, r1);

	return root ? last_of(root) : 0;
}
