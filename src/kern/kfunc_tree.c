/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the kernel on ordered trees: red-black ones, whose shape programs see
 * (bpf_rbtree_left, _right). All is done under the lock beside the root, which the verifier
 * has seen to.
 *
 * No red node has a red child, and all ways down have as many black nodes. */
#include "kern/kfunc.h"
#include "kern/own.h"

#include <errno.h>

enum { RED = 0, BLACK = 1, DEPTH_MAX = 128 };
enum { LEFT, RIGHT };

/* struct bpf_rb_node */
struct node {
	u64 up; /* its parent, 0: none; and its colour in bit 0 */
	u64 to[2];
	u64 root; /* its number; 0: it is in no tree */
};
_Static_assert(sizeof(struct node) == 32, "as Linux has it");

/* NULL: no node can lie there. */
static struct node *node_at(u64 at)
{
	return own_has(at, sizeof(struct node)) && at % 8 == 0 ? addr_of(at) : NULL;
}

static struct node *parent(const struct node *n) { return node_at(n->up & ~(u64)1); }
static struct node *child(const struct node *n, u32 side) { return node_at(n->to[side]); }
static bool is_black(const struct node *n) { return !n || (n->up & 1) == BLACK; }
static void paint(struct node *n, u64 colour) { n->up = (n->up & ~(u64)1) | colour; }
static void set_parent(struct node *n, const struct node *p) { n->up = reg_of(p) | (n->up & 1); }
static u32 side_of(const struct node *p, const struct node *n)
{
	return p->to[LEFT] == reg_of(n) ? LEFT : RIGHT;
}

/* What led to `old` leads to `n` (NULL: to nothing). */
static void replace(struct own_root *t, const struct node *old, struct node *n)
{
	struct node *p = parent(old);

	if (p)
		p->to[side_of(p, old)] = reg_of(n);
	else
		t->first = reg_of(n);
	if (n)
		set_parent(n, p);
}

/* n goes down on that side, its child of the other one comes up. */
static void rotate(struct own_root *t, struct node *n, u32 side)
{
	struct node *up = child(n, !side), *in = up ? child(up, side) : NULL;

	if (!up)
		return;
	replace(t, n, up);
	n->to[!side] = reg_of(in);
	if (in)
		set_parent(in, n);
	up->to[side] = reg_of(n);
	set_parent(n, up);
}

/* ---- in ---- */

static void balance_red(struct own_root *t, struct node *n)
{
	struct node *p, *g;

	while ((p = parent(n)) && !is_black(p) && (g = parent(p))) {
		u32 side = side_of(g, p);
		struct node *uncle = child(g, !side);
		if (!is_black(uncle)) {
			paint(p, BLACK);
			paint(uncle, BLACK);
			paint(g, RED);
			n = g;
			continue;
		}
		if (side_of(p, n) != side) {
			rotate(t, p, side);
			n = p;
			p = parent(n);
		}
		paint(p, BLACK);
		paint(g, RED);
		rotate(t, g, !side);
	}
	if (node_at(t->first))
		paint(node_at(t->first), BLACK);
}

/* Where it belongs; the program says what comes before what. False: its function did
 * something wrong. */
static bool insert(struct run *r, struct own_root *t, struct node *n, u64 less)
{
	struct node *p = NULL, *at = node_at(t->first);
	u32 side = LEFT;

	for (u32 i = 0; at; i++) {
		bool before = run_callback(r, less, reg_of(n), reg_of(at), 0, 0, 0);
		if (r->fault || i == DEPTH_MAX)
			return false;
		p = at;
		side = before ? LEFT : RIGHT;
		at = child(p, side);
	}
	n->to[LEFT] = n->to[RIGHT] = 0;
	n->up = reg_of(p) | RED;
	if (p)
		p->to[side] = reg_of(n);
	else
		t->first = reg_of(n);
	balance_red(t, n);
	return true;
}

/* ---- out ---- */

/* Ways through p's child on that side lack a black node. */
static void balance_black(struct own_root *t, struct node *n, struct node *p)
{
	while (p && is_black(n)) {
		u32 side = p->to[LEFT] == reg_of(n) ? LEFT : RIGHT;
		struct node *s = child(p, !side);
		if (!is_black(s)) {
			paint(s, BLACK);
			paint(p, RED);
			rotate(t, p, side);
			s = child(p, !side);
		}
		if (!s)
			break;
		if (is_black(child(s, LEFT)) && is_black(child(s, RIGHT))) {
			paint(s, RED);
			n = p;
			p = parent(n);
			continue;
		}
		if (is_black(child(s, !side))) {
			paint(child(s, side), BLACK);
			paint(s, RED);
			rotate(t, s, !side);
			s = child(p, !side);
		}
		paint(s, p->up & 1);
		paint(p, BLACK);
		paint(child(s, !side), BLACK);
		rotate(t, p, side);
		n = node_at(t->first);
		break;
	}
	if (n)
		paint(n, BLACK);
}

static struct node *least(struct node *n)
{
	for (struct node *in; (in = child(n, LEFT));)
		n = in;
	return n;
}

static void cut(struct own_root *t, struct node *n)
{
	struct node *left = child(n, LEFT), *right = child(n, RIGHT), *hole, *p;
	bool black = is_black(n);

	if (!left || !right) {
		hole = left ? left : right;
		p = parent(n);
		replace(t, n, hole);
	} else {
		struct node *next = least(right);
		black = is_black(next);
		hole = child(next, RIGHT);
		p = parent(next) == n ? next : parent(next);
		if (next != right) {
			replace(t, next, hole);
			next->to[RIGHT] = reg_of(right);
			set_parent(right, next);
		}
		replace(t, n, next);
		next->to[LEFT] = reg_of(left);
		set_parent(left, next);
		paint(next, n->up & 1);
	}
	if (black)
		balance_black(t, hole, p);
}

static u64 take_out(struct own_root *t, struct node *n)
{
	cut(t, n);
	n->up = n->to[LEFT] = n->to[RIGHT] = 0;
	__atomic_store_n(&n->root, 0, __ATOMIC_RELEASE);
	return reg_of(n);
}

u64 own_tree_take(struct own_root *t)
{
	struct node *n = node_at(t->first);

	if (!n || n->root != t->number) {
		t->first = 0;
		return 0;
	}
	return take_out(t, least(n));
}

/* ---- the functions ---- */

/* The node, if it is in this tree. */
static struct node *in_tree(struct run *r, u64 root, u64 node)
{
	const struct own_root *t = own_root_at(r, root);
	struct node *n = t ? node_at(node) : NULL;

	return n && t->number && n->root == t->number ? n : NULL;
}

/* Linux: root, node, less(node, node). As for lists: what is in one is dropped. */
BPF_KFUNC(rbtree_add_impl)
{
	struct own_root *t = own_root_at(r, r1);
	struct node *n = node_at(r2);
	u64 none = 0;

	if (!t || !n)
		return minus(EINVAL);
	if (!__atomic_compare_exchange_n(&n->root, &none, OWN_BUSY, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED)) {
		own_drop(r2);
		return minus(EINVAL);
	}
	bool in = insert(r, t, n, r3);
	__atomic_store_n(&n->root, in ? own_root_number(t) : 0, __ATOMIC_RELEASE);
	if (!in)
		own_drop(r2);
	return 0;
}

/* Linux: root, node */
BPF_KFUNC(rbtree_remove)
{
	struct node *n = in_tree(r, r1, r2);

	return n ? take_out(addr_of(r1), n) : 0;
}

BPF_KFUNC(rbtree_first)
{
	const struct own_root *t = own_root_at(r, r1);
	struct node *n = t ? node_at(t->first) : NULL;

	return n ? reg_of(least(n)) : 0;
}

BPF_KFUNC(rbtree_root)
{
	const struct own_root *t = own_root_at(r, r1);

	return t ? t->first : 0;
}

BPF_KFUNC(rbtree_left)
{
	const struct node *n = in_tree(r, r1, r2);

	return n ? n->to[LEFT] : 0;
}

BPF_KFUNC(rbtree_right)
{
	const struct node *n = in_tree(r, r1, r2);

	return n ? n->to[RIGHT] : 0;
}
