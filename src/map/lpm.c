/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_LPM_TRIE: values by the longest prefix that fits.
 *
 * A node has the bits that all below it share; what only branches holds no value.
 * Nodes lie in one array and know each other by index, 0 for none. An update or
 * removal takes the lock, builds what is new aside, and then stores one word: the
 * link to it, or a node's kind. So look-ups need no lock and see a whole trie, and
 * so does who comes after a killed process: he makes the list of free nodes anew
 * from what the trie does not reach.
 *
 * A node that was let go is used again, perhaps while a look-up stands on it.
 * `gone` is counted up between the two; a look-up that saw it move begins anew. */
#include "map/lock.h"
#include "map/priv.h"

#include <stdlib.h>

enum { DATA_MIN = 1, DATA_MAX = 256, KEY = 4 /* bytes before the data */ };

struct node {
	u32 child[2];
	u32 prefix; /* bits */
	u32 branch; /* 1: it holds no value */
	u8 data[];  /* then the value, at value_off */
};

struct own {
	u32 root;
	u32 gone;
	u32 value_off, stride; /* of nodes, bytes */
	u64 nodes;             /* that there is room for, with node 0 */
	_Alignas(64) struct map_lock lock;
	u32 entries;
	u32 free;   /* a list by child[0] */
	u32 unused; /* from here on, nodes that never were */
};

static int check(const struct map_attr *a)
{
	if (!a->max_entries || !(a->flags & BPF_F_NO_PREALLOC) || !map_access_ok(a->flags) ||
	    a->key_size < KEY + DATA_MIN || a->key_size > KEY + DATA_MAX || !a->value_size ||
	    a->value_size > MAP_KMALLOC_MAX - DATA_MAX - 24)
		return -EINVAL;
	return 0;
}

static u32 node_bytes(const struct map_attr *a)
{
	return (u32)(sizeof(struct node) + map_round(a->key_size - KEY, 8) +
		     map_round(a->value_size, 8));
}

/* Each entry may need a branch, and one node of each kind is on its way. */
static u64 nodes(const struct map_attr *a)
{
	return MIN(2 * (u64)a->max_entries + 2, (u64)UINT32_MAX);
}

static u64 size(const struct map_attr *a) { return map_round(nodes(a) * node_bytes(a), MAP_PAGE); }

static void init(struct map *m)
{
	const struct map_attr *a = &m->head->attr;
	struct own *o = map_own(m, struct own);

	o->stride = node_bytes(a);
	o->value_off = (u32)(sizeof(struct node) + map_round(a->key_size - KEY, 8));
	o->nodes = nodes(a);
	o->unused = 1;
}

static struct node *node(const struct map *m, u32 i)
{
	return (struct node *)(void *)(m->data + (u64)i * map_own(m, struct own)->stride);
}

static u8 *value_of(const struct map *m, struct node *n)
{
	return (u8 *)n + map_own(m, struct own)->value_off;
}

static u32 load(const u32 *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static void store(u32 *p, u32 v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }

static u32 bit(const u8 *data, u32 i) { return data[i / 8] >> (7 - i % 8) & 1; }
static u32 prefix_of(const void *key) { return map_index(key); }
static const u8 *data_of(const void *key) { return (const u8 *)key + KEY; }
static u32 bits(const struct map *m) { return (m->key_size - KEY) * 8; }

/* Bits in which a and b begin alike, of n bytes. */
static u32 same_bits(const u8 *a, const u8 *b, u32 n)
{
	u32 i = 0;

	for (; n - i >= 8; i += 8) {
		u64 diff = get_be64(a + i) ^ get_be64(b + i);
		if (diff)
			return i * 8 + (u32)__builtin_clzll(diff);
	}
	if (n - i >= 4) {
		u32 diff = get_be32(a + i) ^ get_be32(b + i);
		if (diff)
			return i * 8 + (u32)__builtin_clz(diff);
		i += 4;
	}
	for (; i < n; i++)
		if (a[i] != b[i])
			return i * 8 + (u32)__builtin_clz((u32)(a[i] ^ b[i])) - 24;
	return n * 8;
}

static u32 match(const struct map *m, const struct node *n, const u8 *data, u32 prefix)
{
	u32 same = same_bits(n->data, data, m->key_size - KEY);

	return MIN(MIN(same, prefix), n->prefix);
}

/* ---- look-ups ---- */

/* One walk, of whatever there is: the node found, or NULL. It ends, since a
 * node's prefix is longer than that of the one above. */
static inline struct node *walk(const struct map *m, const void *key, u32 bytes)
{
	const struct own *o = map_own(m, const struct own);
	u32 prefix = prefix_of(key), low = 0;
	const u8 *data = data_of(key);
	struct node *found = NULL;

	for (u32 i = load(&o->root); i && i < o->nodes;) {
		struct node *n = (struct node *)(void *)(m->data + (u64)i * o->stride);
		u32 p = n->prefix;
		if (p > prefix || p < low)
			break;
		/* The first p bits alone matter: p <= prefix. */
		if (same_bits(n->data, data, bytes) < p)
			break;
		if (!load(&n->branch))
			found = n;
		if (p == bytes * 8)
			break;
		i = load(&n->child[bit(data, p)]);
		low = p + 1;
	}
	return found;
}

static inline void *find(struct map *m, const void *key, u32 bytes)
{
	const struct own *o = map_own(m, const struct own);
	struct node *n;
	u32 gone;

	if (unlikely(prefix_of(key) > bytes * 8))
		return NULL;
	do {
		gone = load(&o->gone);
		n = walk(m, key, bytes);
		atomic_thread_fence(memory_order_acquire);
	} while (unlikely(__atomic_load_n(&o->gone, __ATOMIC_RELAXED) != gone));
	return n ? value_of(m, n) : NULL;
}

static void *lookup(struct map *m, const void *key, u32 slot)
{
	(void)slot;
	switch (m->key_size) {
	case KEY + 4:
		return find(m, key, 4);
	case KEY + 8:
		return find(m, key, 8);
	case KEY + 16:
		return find(m, key, 16);
	default:
		return find(m, key, m->key_size - KEY);
	}
}

/* A copy is of one node, as it was when it was found. */
static int read_value(struct map *m, const void *key, void *value, u64 flags)
{
	const struct own *o = map_own(m, const struct own);
	const void *from;
	u32 gone;

	(void)flags;
	do {
		gone = load(&o->gone);
		from = lookup(m, key, 0);
		if (from)
			map_copy(m, value, from);
		atomic_thread_fence(memory_order_acquire);
	} while (__atomic_load_n(&o->gone, __ATOMIC_RELAXED) != gone);
	return from ? 0 : -ENOENT;
}

/* ---- nodes, under the lock ---- */

static u32 take_node(struct map *m)
{
	struct own *o = map_own(m, struct own);
	u32 i = o->free;

	if (!i || i >= o->nodes)
		return o->unused < o->nodes ? o->unused++ : 0;
	o->free = node(m, i)->child[0];
	return i;
}

static void give_node(struct map *m, u32 i)
{
	struct own *o = map_own(m, struct own);

	store(&o->gone, o->gone + 1);
	atomic_thread_fence(memory_order_release);
	node(m, i)->child[0] = o->free;
	o->free = i;
}

static u32 new_node(struct map *m, const u8 *data, u32 prefix, const void *value)
{
	u32 i = take_node(m);

	if (!i)
		return 0;
	struct node *n = node(m, i);
	n->child[0] = n->child[1] = 0;
	n->prefix = prefix;
	n->branch = value == NULL;
	memcpy(n->data, data, m->key_size - KEY);
	if (value)
		map_copy(m, value_of(m, n), value);
	return i;
}

/* Marks what the trie reaches, and counts its entries. */
static u32 mark(struct map *m, u8 *reached)
{
	u32 stack[DATA_MAX * 8 + 2], depth = 0, entries = 0;
	struct own *o = map_own(m, struct own);

	stack[depth++] = o->root;
	while (depth) {
		u32 i = stack[--depth];
		if (!i || i >= o->unused || reached[i / 8] >> i % 8 & 1)
			continue;
		reached[i / 8] |= (u8)(1 << i % 8);
		struct node *n = node(m, i);
		entries += !n->branch;
		for (u32 c = 0; c < 2 && depth < LEN(stack); c++)
			stack[depth++] = n->child[c];
	}
	return entries;
}

static int recover(struct map *m)
{
	struct own *o = map_own(m, struct own);
	u8 *reached = calloc(1, o->unused / 8 + 1);

	if (!reached)
		return -ENOMEM;
	o->entries = mark(m, reached);
	o->free = 0;
	for (u32 i = 1; i < o->unused; i++)
		if (!(reached[i / 8] >> i % 8 & 1))
			give_node(m, i);
	free(reached);
	return 0;
}

static int enter(struct map *m)
{
	int died = map_lock(&map_own(m, struct own)->lock);

	return died > 0 ? recover(m) : died;
}

static void leave(struct map *m) { map_unlock(&map_own(m, struct own)->lock); }

/* ---- changes ---- */

/* Where the walk for a key ended: the link to the last node looked at, and the
 * bits that match there. */
struct place {
	u32 *link, *above; /* above: the link to the node that has `link` */
	struct node *n, *parent;
	u32 matched;
};

static struct place locate(struct map *m, const void *key)
{
	struct own *o = map_own(m, struct own);
	struct place p = {.link = &o->root};
	u32 prefix = prefix_of(key), low = 0;

	while (*p.link && *p.link < o->nodes) {
		p.n = node(m, *p.link);
		if (p.n->prefix < low)
			break;
		low = p.n->prefix + 1;
		p.matched = match(m, p.n, data_of(key), prefix);
		if (p.n->prefix != p.matched || p.n->prefix == prefix)
			return p;
		p.parent = p.n;
		p.above = p.link;
		p.link = &p.n->child[bit(data_of(key), p.n->prefix)];
	}
	p.n = NULL;
	return p;
}

static int may_add(const struct map *m, u64 flags)
{
	if (flags == BPF_EXIST)
		return -ENOENT;
	return map_own(m, struct own)->entries == m->max_entries ? -ENOSPC : 0;
}

/* Below a new branch: the node that was there, and the new one. */
static int add_branch(struct map *m, const struct place *p, u32 i)
{
	u32 b = new_node(m, p->n->data, p->matched, NULL);

	if (!b)
		return -ENOMEM;
	u32 side = bit(node(m, i)->data, p->matched);
	node(m, b)->child[side] = i;
	node(m, b)->child[!side] = *p->link;
	store(p->link, b);
	return 0;
}

static int put(struct map *m, const struct place *p, u32 i, u64 flags)
{
	struct own *o = map_own(m, struct own);
	u32 old = *p->link, prefix = node(m, i)->prefix;
	bool same = p->n && p->n->prefix == p->matched;
	int err = same && !p->n->branch ? 0 : may_add(m, flags);

	if (same && !p->n->branch && flags == BPF_NOEXIST)
		err = -EEXIST;
	if (err)
		return err;
	if (same) {
		bool was = p->n->branch;
		memcpy(node(m, i)->child, p->n->child, sizeof(p->n->child));
		store(p->link, i);
		if (!was)
			map_drop(m, value_of(m, p->n));
		give_node(m, old);
		o->entries += was;
		return 0;
	}
	if (p->n && p->matched != prefix) {
		err = add_branch(m, p, i);
		o->entries += !err;
		return err;
	}
	if (p->n)
		node(m, i)->child[bit(p->n->data, prefix)] = old;
	store(p->link, i);
	o->entries++;
	return 0;
}

static int update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	(void)slot;
	if (flags > BPF_EXIST || prefix_of(key) > bits(m))
		return -EINVAL;
	int err = enter(m);
	if (err)
		return err;
	u32 i = new_node(m, data_of(key), prefix_of(key), value);
	err = -ENOMEM;
	if (i) {
		struct place p = locate(m, key);
		err = put(m, &p, i, flags);
	}
	if (i && err)
		give_node(m, i);
	leave(m);
	return err;
}

static void cut(struct map *m, const struct place *p)
{
	u32 gone = *p->link, left = p->n->child[0], right = p->n->child[1];

	if (left && right) {
		store(&p->n->branch, 1);
		map_drop(m, value_of(m, p->n));
		return;
	}
	if (p->parent && p->parent->branch && !left && !right) {
		u32 branch = *p->above;
		store(p->above, p->parent->child[p->link == &p->parent->child[0]]);
		give_node(m, branch);
	} else {
		store(p->link, left ? left : right);
	}
	map_drop(m, value_of(m, p->n));
	give_node(m, gone);
}

static int remove_key(struct map *m, const void *key)
{
	if (prefix_of(key) > bits(m))
		return -EINVAL;
	int err = enter(m);
	if (err)
		return err;
	struct place p = locate(m, key);
	bool there =
		p.n && p.n->prefix == prefix_of(key) && p.n->prefix == p.matched && !p.n->branch;
	if (there) {
		cut(m, &p);
		map_own(m, struct own)->entries--;
	}
	leave(m);
	return there ? 0 : -ENOENT;
}

/* ---- keys in order: what lies below comes first, as in Linux ---- */

static u32 leftmost(const struct map *m, u32 i)
{
	u64 nodes = map_own(m, struct own)->nodes;
	u32 found = 0;

	while (i && i < nodes) {
		struct node *n = node(m, i);
		u32 left = load(&n->child[0]);
		if (!load(&n->branch)) {
			found = i;
			if (!left)
				left = load(&n->child[1]);
		}
		if (left && left < nodes && node(m, left)->prefix <= n->prefix)
			break;
		i = left;
	}
	return found;
}

/* path: a node for each prefix length at most. */
static u32 behind(const struct map *m, const void *key, u32 *path)
{
	u32 root = load(&map_own(m, struct own)->root), depth = 0, i = root, matched = 0;
	u32 prefix = prefix_of(key);

	while (i && i < map_own(m, struct own)->nodes && depth <= bits(m)) {
		struct node *n = node(m, i);
		path[depth++] = i;
		matched = match(m, n, data_of(key), prefix);
		if (n->prefix != matched || n->prefix == prefix)
			break;
		i = load(&n->child[bit(data_of(key), n->prefix)]);
	}
	if (!i || i >= map_own(m, struct own)->nodes || node(m, i)->prefix != matched ||
	    load(&node(m, i)->branch))
		return leftmost(m, root);
	for (depth--; depth; depth--) {
		struct node *n = node(m, path[depth - 1]);
		u32 right = load(&n->child[1]);
		if (load(&n->child[0]) == path[depth] && right)
			return leftmost(m, right);
		if (!load(&n->branch))
			return path[depth - 1];
	}
	return 0;
}

static int next(struct map *m, const void *key, void *to)
{
	const struct own *o = map_own(m, const struct own);
	bool begin = !key || prefix_of(key) > bits(m);
	u32 path[DATA_MAX * 8 + 1], gone, i;

	do {
		gone = load(&o->gone);
		i = begin ? leftmost(m, load(&o->root)) : behind(m, key, path);
		if (i) {
			memcpy(to, &node(m, i)->prefix, 4);
			memcpy((u8 *)to + KEY, node(m, i)->data, m->key_size - KEY);
		}
		atomic_thread_fence(memory_order_acquire);
	} while (__atomic_load_n(&o->gone, __ATOMIC_RELAXED) != gone);
	return i ? 0 : -ENOENT;
}

const struct map_ops map_lpm = {
	.type = BPF_MAP_TYPE_LPM_TRIE,
	.flags = BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | MAP_ACCESS,
	.batches = MAP_BATCH_READ | MAP_BATCH_WRITE | MAP_BATCH_REMOVE,
	.check = check,
	.size = size,
	.init = init,
	.lookup = lookup,
	.update = update,
	.remove = remove_key,
	.read = read_value,
	.next = next,
};
