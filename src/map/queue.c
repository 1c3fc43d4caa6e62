/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_QUEUE, STACK: values in a circle of max_entries + 1 places, of
 * which the one at head is free.
 *
 * Both ends are one word, so that what is pushed, popped or replaced is there or
 * not, whenever its process is killed: a value is written before the ends move. */
#include "map/lock.h"
#include "map/priv.h"

struct own {
	_Alignas(64) struct map_lock lock;
	u64 ends; /* head, and tail in the upper half: the oldest */
};

static int check(const struct map_attr *a)
{
	if (!a->max_entries || a->key_size || !a->value_size || !map_access_ok(a->flags))
		return -EINVAL;
	return a->value_size > MAP_KMALLOC_MAX ? -E2BIG : 0;
}

static u64 size(const struct map_attr *a)
{
	return map_round(map_round(a->value_size, 8) * ((u64)a->max_entries + 1), MAP_PAGE);
}

static u8 *at(const struct map *m, u64 i) { return m->data + i * m->stride; }

static u64 before(const struct map *m, u64 i) { return i ? i - 1 : m->max_entries; }
static u64 behind(const struct map *m, u64 i) { return i == m->max_entries ? 0 : i + 1; }

static void move_ends(struct own *o, u64 head, u64 tail)
{
	__atomic_store_n(&o->ends, tail << 32 | head, __ATOMIC_RELEASE);
}

static int push(struct map *m, const void *value, u64 flags)
{
	struct own *o = map_own(m, struct own);

	if (flags & BPF_NOEXIST || flags > BPF_EXIST)
		return -EINVAL;
	int err = map_lock(&o->lock);
	if (err < 0)
		return err;
	u64 head = (u32)o->ends, tail = o->ends >> 32, next = behind(m, head);
	bool full = next == tail;
	if (!full || flags & BPF_EXIST) {
		map_copy(m, at(m, head), value);
		move_ends(o, next, full ? behind(m, tail) : tail);
	}
	map_unlock(&o->lock);
	return full && !(flags & BPF_EXIST) ? -E2BIG : 0;
}

/* The first to go: of a stack the newest, else the oldest. */
static int get(struct map *m, void *value, bool stack, bool take)
{
	struct own *o = map_own(m, struct own);
	int err = map_lock(&o->lock);

	if (err < 0)
		return err;
	u64 head = (u32)o->ends, tail = o->ends >> 32;
	bool empty = head == tail;
	if (empty) {
		memset(value, 0, m->value_size);
	} else if (stack) {
		map_copy(m, value, at(m, before(m, head)));
		if (take)
			move_ends(o, before(m, head), tail);
	} else {
		map_copy(m, value, at(m, tail));
		if (take)
			move_ends(o, head, behind(m, tail));
	}
	map_unlock(&o->lock);
	return empty ? -ENOENT : 0;
}

static int queue_pop(struct map *m, void *value) { return get(m, value, false, true); }
static int queue_peek(struct map *m, void *value) { return get(m, value, false, false); }
static int stack_pop(struct map *m, void *value) { return get(m, value, true, true); }
static int stack_peek(struct map *m, void *value) { return get(m, value, true, false); }

static int read_first(struct map *m, const void *key, void *value, u64 flags)
{
	(void)key, (void)flags;
	return m->ops->peek(m, value);
}

static int take_first(struct map *m, const void *key, void *value, u64 flags)
{
	(void)key, (void)flags;
	return m->ops->pop(m, value);
}

static int write_last(struct map *m, const void *key, const void *value, u64 flags)
{
	(void)key;
	return push(m, value, flags);
}

static int no_update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	(void)m, (void)key, (void)value, (void)flags, (void)slot;
	return -EINVAL;
}

static int no_remove(struct map *m, const void *key)
{
	(void)m, (void)key;
	return -EINVAL;
}

static int no_next(struct map *m, const void *key, void *next)
{
	(void)m, (void)key, (void)next;
	return -EINVAL;
}

#define COMMON                                                                             \
	.flags = BPF_F_NUMA_NODE | MAP_ACCESS, .check = check, .size = size, .push = push, \
	.update = no_update, .remove = no_remove, .read = read_first, .write = write_last, \
	.take = take_first, .next = no_next

const struct map_ops map_queue = {
	.type = BPF_MAP_TYPE_QUEUE,
	COMMON,
	.pop = queue_pop,
	.peek = queue_peek,
};

const struct map_ops map_stack = {
	.type = BPF_MAP_TYPE_STACK,
	COMMON,
	.pop = stack_pop,
	.peek = stack_peek,
};
