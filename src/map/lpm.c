/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_LPM_TRIE: values by the longest prefix that fits.
 *
 * A node has the bits that all below it share; what only branches holds no value.
 * Nodes lie in one array. What leads to one is a link, one word:
 *
 *	63      62 .. 48  47 .. 32  31 .. 0
 *	branch  0         prefix    where it is, in 8 bytes from the first; 0: none
 *
 * An update or removal takes the lock, builds what is new aside, and then stores one
 * link. So look-ups need no lock and see a whole trie, and so does who comes after a
 * killed process: he makes the list of free nodes anew from what the trie does not
 * reach.
 *
 * A node that was let go is used again, perhaps while a look-up stands on it.
 * `gone` is counted up between the two; a look-up that saw it move begins anew. */
#include "map/lock.h"
#include "map/priv.h"

#include <stdlib.h>

enum { GROW = 64 << 10 /* bytes */ };
enum { DATA_MIN = 1, DATA_MAX = 256, KEY = 4 /* bytes before the data */ };

#define BRANCH ((u64)1 << 63)

/* Walks may read what is written meanwhile; they find out by `gone`. */
#ifdef __SANITIZE_THREAD__
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
static void race_begin(void) { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
static void race_end(void) { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
#else
static inline void race_begin(void) {}
static inline void race_end(void) {}
#endif

struct node {
	u64 child[2];
	u8 data[]; /* to a multiple of 8, zeroed; then the value, at value_off */
};

struct own {
	u64 root;
	u32 gone;
	u32 value_off, stride; /* of nodes, bytes */
	u32 end;               /* of the nodes, in 8 bytes */
	_Alignas(64) struct map_lock lock;
	u32 entries;
	u32 free;   /* a list by child[0] */
	u32 unused; /* from here on, nodes that never were */
	u32 sure;   /* before it, there is memory */
};

static int check(const struct map_attr *a)
{
	if (!a->max_entries || !(a->flags & BPF_F_NO_PREALLOC) || !map_access_ok(a->flags) ||
	    a->key_size < KEY + DATA_MIN || a->key_size > KEY + DATA_MAX || !a->value_size ||
	    a->value_size > MAP_KMALLOC_MAX - DATA_MAX - 24)
		return -EINVAL;
	return 0;
}

static u32 value_off(const struct map_attr *a)
{
	return (u32)(sizeof(struct node) + map_round(a->key_size - KEY, 8));
}

static u32 node_bytes(const struct map_attr *a)
{
	return value_off(a) + (u32)map_round(a->value_size, 8);
}

/* Each entry may need a branch; one node of each kind is on its way, and one is none. */
static u64 nodes(const struct map_attr *a)
{
	return MIN(2 * (u64)a->max_entries + 3, 8 * (u64)UINT32_MAX / node_bytes(a));
}

static u64 size(const struct map_attr *a) { return map_round(nodes(a) * node_bytes(a), MAP_PAGE); }

static u64 sure(const struct map_attr *a)
{
	(void)a;
	return 0;
}

static void init(struct map *m)
{
	const struct map_attr *a = &m->head->attr;
	struct own *o = map_own(m, struct own);

	o->stride = node_bytes(a);
	o->value_off = value_off(a);
	o->end = (u32)(nodes(a) * o->stride / 8);
	o->unused = o->sure = o->stride / 8;
}

static struct node *node(const struct map *m, u32 at)
{
	return (struct node *)(void *)(m->data + (u64)at * 8);
}

static u8 *value_of(const struct map *m, u32 at)
{
	return (u8 *)node(m, at) + map_own(m, struct own)->value_off;
}

static u32 at_of(u64 link) { return (u32)link; }
static u32 prefix_at(u64 link) { return link >> 32 & UINT16_MAX; }
static u64 link_to(u32 at, u32 prefix, u64 branch) { return branch | (u64)prefix << 32 | at; }

static u64 load(const u64 *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static void store(u64 *p, u64 v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }

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
	for (; i < n; i++)
		if (a[i] != b[i])
			return i * 8 + (u32)__builtin_clz((u32)(a[i] ^ b[i])) - 24;
	return n * 8;
}

/* ---- look-ups: whatever there is, a walk ends, since prefixes grow ---- */

static bool sound(const struct own *o, u64 link, u32 low)
{
	return at_of(link) && at_of(link) < o->end && prefix_at(link) >= low;
}

/* Data of at most 8 bytes are one word; bits that a key has not are 0 on both sides. */
static inline u32 walk_word(const struct map *m, u32 prefix, u64 word)
{
	const struct own *o = map_own(m, const struct own);
	u32 low = 0, found = 0;

	for (u64 link = load(&o->root); sound(o, link, low);) {
		const struct node *n = node(m, at_of(link));
		u32 p = prefix_at(link);
		u64 diff = get_be64(n->data) ^ word;
		if (p > prefix || (diff && (u32)__builtin_clzll(diff) < p))
			break;
		found = link & BRANCH ? found : at_of(link);
		link = load(&n->child[word << p % 64 >> 63]);
		low = p + 1;
	}
	return found;
}

static inline u32 walk_bytes(const struct map *m, u32 prefix, const u8 *data, u32 bytes)
{
	const struct own *o = map_own(m, const struct own);
	u32 low = 0, found = 0;

	for (u64 link = load(&o->root); sound(o, link, low);) {
		const struct node *n = node(m, at_of(link));
		u32 p = prefix_at(link);
		if (p > prefix || same_bits(n->data, data, bytes) < p)
			break;
		found = link & BRANCH ? found : at_of(link);
		if (p == bytes * 8)
			break;
		link = load(&n->child[bit(data, p)]);
		low = p + 1;
	}
	return found;
}

static bool moved(const struct own *o, u32 gone)
{
	atomic_thread_fence(memory_order_acquire);
	return unlikely(__atomic_load_n(&o->gone, __ATOMIC_RELAXED) != gone);
}

static u32 now(const struct own *o) { return __atomic_load_n(&o->gone, __ATOMIC_ACQUIRE); }

static inline void *find_word(struct map *m, const void *key, u32 most, u64 word)
{
	const struct own *o = map_own(m, const struct own);
	u32 prefix = prefix_of(key), gone, at;

	if (unlikely(prefix > most))
		return NULL;
	race_begin();
	do {
		gone = now(o);
		at = walk_word(m, prefix, word);
	} while (moved(o, gone));
	race_end();
	return at ? value_of(m, at) : NULL;
}

static void *lookup_4(struct map *m, const void *key, u32 slot)
{
	(void)slot;
	return find_word(m, key, 32, (u64)get_be32(data_of(key)) << 32);
}

static void *lookup_8(struct map *m, const void *key, u32 slot)
{
	(void)slot;
	return find_word(m, key, 64, get_be64(data_of(key)));
}

static inline void *find_bytes(struct map *m, const void *key, u32 bytes)
{
	const struct own *o = map_own(m, const struct own);
	u32 prefix = prefix_of(key), gone, at;

	if (unlikely(prefix > bytes * 8))
		return NULL;
	race_begin();
	do {
		gone = now(o);
		at = walk_bytes(m, prefix, data_of(key), bytes);
	} while (moved(o, gone));
	race_end();
	return at ? value_of(m, at) : NULL;
}

static void *lookup_16(struct map *m, const void *key, u32 slot)
{
	(void)slot;
	return find_bytes(m, key, 16);
}

static void *lookup(struct map *m, const void *key, u32 slot)
{
	(void)slot;
	return find_bytes(m, key, m->key_size - KEY);
}

static int open_trie(struct map *m)
{
	if (m->key_size == KEY + 4)
		m->lookup = lookup_4;
	else if (m->key_size == KEY + 8)
		m->lookup = lookup_8;
	else if (m->key_size == KEY + 16)
		m->lookup = lookup_16;
	return 0;
}

/* A copy is of one node, as it was when it was found. */
static int read_value(struct map *m, const void *key, void *value, u64 flags)
{
	const struct own *o = map_own(m, const struct own);
	const void *from;
	u32 gone;

	(void)flags;
	do {
		gone = now(o);
		from = m->lookup(m, key, 0);
		if (from)
			map_copy(m, value, from);
	} while (moved(o, gone));
	return from ? 0 : -ENOENT;
}

/* ---- nodes, under the lock ---- */

static int grow(struct map *m)
{
	struct own *o = map_own(m, struct own);
	u32 one = o->stride / 8, more = MAX(one, MAX(o->sure / 4, (u32)GROW / 8));

	for (more = MIN(more, o->end - o->sure);; more = MAX(more / 2, one)) {
		if (!map_sure(m, node(m, o->sure), (u64)more * 8))
			break;
		if (more <= one)
			return -ENOMEM;
	}
	o->sure += more;
	return 0;
}

static u32 take_node(struct map *m)
{
	struct own *o = map_own(m, struct own);
	u32 at = o->free;

	if (at && at < o->end) {
		o->free = at_of(node(m, at)->child[0]);
		return at;
	}
	if (o->end - o->unused < o->stride / 8 || (o->sure - o->unused < o->stride / 8 && grow(m)))
		return 0;
	at = o->unused;
	o->unused += o->stride / 8;
	return at;
}

static void give_node(struct map *m, u32 at)
{
	struct own *o = map_own(m, struct own);

	__atomic_store_n(&o->gone, o->gone + 1, __ATOMIC_RELEASE);
	atomic_thread_fence(memory_order_release);
	__atomic_store_n(&node(m, at)->child[0], o->free, __ATOMIC_RELAXED);
	o->free = at;
}

static u32 new_node(struct map *m, const u8 *data, const void *value)
{
	u32 at = take_node(m);

	if (!at)
		return 0;
	struct node *n = node(m, at);
	__atomic_store_n(&n->child[0], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&n->child[1], 0, __ATOMIC_RELAXED);
	memcpy(n->data, data, m->key_size - KEY);
	if (value)
		map_copy(m, value_of(m, at), value);
	return at;
}

/* Marks what the trie reaches, and counts its entries. */
static u32 mark(struct map *m, u8 *reached)
{
	struct own *o = map_own(m, struct own);
	u64 stack[DATA_MAX * 8 + 2];
	u32 depth = 0, entries = 0;

	stack[depth++] = o->root;
	while (depth) {
		u64 link = stack[--depth];
		u32 nr = at_of(link) / (o->stride / 8);
		if (!at_of(link) || at_of(link) >= o->unused || reached[nr / 8] >> nr % 8 & 1)
			continue;
		reached[nr / 8] |= (u8)(1 << nr % 8);
		entries += !(link & BRANCH);
		for (u32 c = 0; c < 2 && depth < LEN(stack); c++)
			stack[depth++] = node(m, at_of(link))->child[c];
	}
	return entries;
}

static int recover(struct map *m)
{
	struct own *o = map_own(m, struct own);
	u32 step = o->stride / 8;
	u8 *reached = calloc(1, o->unused / step / 8 + 1);

	if (!reached)
		return -ENOMEM;
	o->entries = mark(m, reached);
	o->free = 0;
	for (u32 at = step; at < o->unused; at += step)
		if (!(reached[at / step / 8] >> at / step % 8 & 1))
			give_node(m, at);
	free(reached);
	return 0;
}

static int enter(struct map *m)
{
	struct map_lock *lock = &map_own(m, struct own)->lock;
	int err = map_lock(lock);

	return err > 0 ? recover(m) : err;
}

static void leave(struct map *m) { map_unlock(&map_own(m, struct own)->lock); }

/* ---- changes ---- */

/* Where the walk for a key ended: the link to the last node looked at, and the
 * bits that match there. */
struct place {
	u64 *link, *above; /* above: the link to the node that has `link` */
	u32 at, prefix, matched;
};

static struct place locate(struct map *m, const void *key)
{
	struct own *o = map_own(m, struct own);
	struct place p = {.link = &o->root};
	u32 prefix = prefix_of(key), low = 0;

	while (sound(o, *p.link, low)) {
		p.at = at_of(*p.link);
		p.prefix = prefix_at(*p.link);
		u32 same = same_bits(node(m, p.at)->data, data_of(key), m->key_size - KEY);
		p.matched = MIN(MIN(same, prefix), p.prefix);
		if (p.prefix != p.matched || p.prefix == prefix)
			return p;
		p.above = p.link;
		p.link = &node(m, p.at)->child[bit(data_of(key), p.prefix)];
		low = p.prefix + 1;
	}
	p.at = 0;
	return p;
}

static int may_add(const struct map *m, u64 flags)
{
	if (flags == BPF_EXIST)
		return -ENOENT;
	return map_own(m, struct own)->entries == m->max_entries ? -ENOSPC : 0;
}

static void replace(struct map *m, const struct place *p, u32 at)
{
	bool branch = *p->link & BRANCH;

	memcpy(node(m, at)->child, node(m, p->at)->child, sizeof(node(m, at)->child));
	store(p->link, link_to(at, p->prefix, 0));
	if (!branch)
		map_drop(m, value_of(m, p->at));
	give_node(m, p->at);
	map_own(m, struct own)->entries += branch;
}

/* A new branch, with the node that was there and the new one. */
static int add_branch(struct map *m, const struct place *p, u32 at, u32 prefix)
{
	u32 b = new_node(m, node(m, p->at)->data, NULL);

	if (!b)
		return -ENOMEM;
	u32 side = bit(node(m, at)->data, p->matched);
	store(&node(m, b)->child[side], link_to(at, prefix, 0));
	store(&node(m, b)->child[!side], *p->link);
	store(p->link, link_to(b, p->matched, BRANCH));
	return 0;
}

static int put(struct map *m, const struct place *p, u32 at, u32 prefix, u64 flags)
{
	bool same = p->at && p->prefix == p->matched, value = same && !(*p->link & BRANCH);
	int err = value ? (flags == BPF_NOEXIST ? -EEXIST : 0) : may_add(m, flags);

	if (err)
		return err;
	if (same) {
		replace(m, p, at);
		return 0;
	}
	if (p->at && p->matched != prefix) {
		err = add_branch(m, p, at, prefix);
	} else {
		if (p->at)
			store(&node(m, at)->child[bit(node(m, p->at)->data, prefix)], *p->link);
		store(p->link, link_to(at, prefix, 0));
	}
	map_own(m, struct own)->entries += !err;
	return err;
}

static int update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	(void)slot;
	if (flags > BPF_EXIST || prefix_of(key) > bits(m))
		return -EINVAL;
	int err = enter(m);
	if (err < 0)
		return err;
	u32 at = new_node(m, data_of(key), value);
	err = -ENOMEM;
	if (at) {
		struct place p = locate(m, key);
		err = put(m, &p, at, prefix_of(key), flags);
	}
	if (at && err)
		give_node(m, at);
	leave(m);
	return err;
}

static void cut(struct map *m, const struct place *p)
{
	u64 left = node(m, p->at)->child[0], right = node(m, p->at)->child[1];

	if (left && right) {
		store(p->link, *p->link | BRANCH);
		map_drop(m, value_of(m, p->at));
		return;
	}
	if (p->above && *p->above & BRANCH && !left && !right) {
		u32 branch = at_of(*p->above);
		struct node *n = node(m, branch);
		store(p->above, n->child[p->link == &n->child[0]]);
		give_node(m, branch);
	} else {
		store(p->link, left ? left : right);
	}
	map_drop(m, value_of(m, p->at));
	give_node(m, p->at);
}

static int remove_key(struct map *m, const void *key)
{
	if (prefix_of(key) > bits(m))
		return -EINVAL;
	int err = enter(m);
	if (err < 0)
		return err;
	struct place p = locate(m, key);
	bool there =
		p.at && p.prefix == prefix_of(key) && p.prefix == p.matched && !(*p.link & BRANCH);
	if (there) {
		cut(m, &p);
		map_own(m, struct own)->entries--;
	}
	leave(m);
	return there ? 0 : -ENOENT;
}

/* ---- keys in order: what lies below comes first, as in Linux ---- */

static u64 leftmost(const struct map *m, u64 link)
{
	const struct own *o = map_own(m, const struct own);
	u64 found = 0;

	for (u32 low = 0; sound(o, link, low);) {
		const struct node *n = node(m, at_of(link));
		u64 left = load(&n->child[0]);
		low = prefix_at(link) + 1;
		if (!(link & BRANCH)) {
			found = link;
			if (!left)
				left = load(&n->child[1]);
		}
		link = left;
	}
	return found;
}

/* path: a link for each prefix length at most. */
static u64 behind(const struct map *m, const void *key, u64 *path)
{
	const struct own *o = map_own(m, const struct own);
	u64 root = load(&o->root), link = root;
	u32 prefix = prefix_of(key), depth = 0, low = 0, p = 0, same = 0;

	while (sound(o, link, low)) {
		const struct node *n = node(m, at_of(link));
		path[depth++] = link;
		p = prefix_at(link);
		same = same_bits(n->data, data_of(key), m->key_size - KEY);
		if (same < p || p >= prefix)
			break;
		link = load(&n->child[bit(data_of(key), p)]);
		low = p + 1;
	}
	if (!depth || link != path[depth - 1] || p != prefix || same < p || link & BRANCH)
		return leftmost(m, root);
	for (depth--; depth; depth--) {
		const struct node *n = node(m, at_of(path[depth - 1]));
		u64 right = load(&n->child[1]);
		if (at_of(load(&n->child[0])) == at_of(path[depth]) && right)
			return leftmost(m, right);
		if (!(path[depth - 1] & BRANCH))
			return path[depth - 1];
	}
	return 0;
}

static int next(struct map *m, const void *key, void *to)
{
	const struct own *o = map_own(m, const struct own);
	bool begin = !key || prefix_of(key) > bits(m);
	u64 path[DATA_MAX * 8 + 1], link;
	u32 gone;

	do {
		gone = now(o);
		link = begin ? leftmost(m, load(&o->root)) : behind(m, key, path);
		if (link) {
			put_le32(to, prefix_at(link));
			memcpy((u8 *)to + KEY, node(m, at_of(link))->data, m->key_size - KEY);
		}
	} while (moved(o, gone));
	return link ? 0 : -ENOENT;
}

const struct map_ops map_lpm = {
	.type = BPF_MAP_TYPE_LPM_TRIE,
	.flags = BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | MAP_ACCESS,
	.batches = MAP_BATCH_READ | MAP_BATCH_WRITE | MAP_BATCH_REMOVE,
	.check = check,
	.size = size,
	.sure = sure,
	.init = init,
	.open = open_trie,
	.lookup = lookup,
	.update = update,
	.remove = remove_key,
	.read = read_value,
	.next = next,
};
