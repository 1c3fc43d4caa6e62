/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_MAP_TYPE_STACK_TRACE: traces, each in the place that its hash names, which
 * is its id.
 *
 * A place's state is 0 for empty, else its version in the upper half (counted up
 * with each trace) and in the lower one FULL, or the thread that writes it. Who
 * reads looks at the state before and after; a writer that died is as empty. */
#include "map/lock.h"
#include "map/priv.h"

#include <unistd.h>

enum { DEPTH_MAX = 127 /* kernel.perf_event_max_stack */, FULL = UINT32_MAX };

struct place {
	u64 state;
	u32 n, hash;
	u8 data[];
};

static u32 item_bytes(u32 flags)
{
	return flags & BPF_F_STACK_BUILD_ID ? sizeof(struct bpf_stack_build_id) : 8;
}

static int check(const struct map_attr *a)
{
	u32 item = item_bytes(a->flags);

	if (!a->max_entries || a->key_size != 4 || a->value_size < 8 || a->value_size % item ||
	    a->value_size / item > DEPTH_MAX)
		return -EINVAL;
	return a->max_entries > 1u << 31 ? -E2BIG : 0;
}

static u64 places(u32 max_entries)
{
	u64 n = 1;

	while (n < max_entries)
		n *= 2;
	return n;
}

static u64 stride(u32 value_size) { return sizeof(struct place) + map_round(value_size, 8); }

static u64 size(const struct map_attr *a)
{
	return map_round(places(a->max_entries) * stride(a->value_size), MAP_PAGE);
}

static struct place *at(const struct map *m, u32 id)
{
	return id < places(m->max_entries)
		       ? (struct place *)(void *)(m->data + id * stride(m->value_size))
		       : NULL;
}

static u64 state(const struct place *p) { return __atomic_load_n(&p->state, __ATOMIC_ACQUIRE); }

static bool swap(struct place *p, u64 was, u64 now)
{
	return __atomic_compare_exchange_n(&p->state, &was, now, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

static u32 hash_of(const u64 *ips, u32 n)
{
	u64 h = n;

	for (u32 i = 0; i < n; i++)
		h = hash_add(h, ips[i]);
	return (u32)hash_u64(h);
}

/* Without a file to name, an item of a build-id map is an address. */
static void put_items(const struct map *m, u8 *to, const u64 *ips, u32 n)
{
	if (!(m->flags & BPF_F_STACK_BUILD_ID)) {
		memcpy(to, ips, 8 * (size_t)n);
		return;
	}
	for (u32 i = 0; i < n; i++) {
		struct bpf_stack_build_id item = {.status = BPF_STACK_BUILD_ID_IP, .ip = ips[i]};
		memcpy(to + i * sizeof(item), &item, sizeof(item));
	}
}

static bool same(const struct map *m, const struct place *p, const u64 *ips, u32 n)
{
	u8 items[DEPTH_MAX * sizeof(struct bpf_stack_build_id)];

	put_items(m, items, ips, n);
	return p->n == n && !memcmp(p->data, items, (size_t)n * item_bytes(m->flags));
}

long map_stack_put(struct map *m, const u64 *ips, u32 n, u64 flags)
{
	n = MIN(n, m->value_size / item_bytes(m->flags));
	u32 hash = hash_of(ips, n), id = hash & (u32)(places(m->max_entries) - 1);
	struct place *p = at(m, id);
	u64 was = state(p);

	if ((u32)was == FULL && p->hash == hash) {
		bool equal = flags & BPF_F_FAST_STACK_CMP || same(m, p, ips, n);
		atomic_thread_fence(memory_order_acquire);
		if (equal && state(p) == was)
			return id;
	}
	bool empty = !(u32)was || ((u32)was != FULL && lock_thread_is_dead((u32)was, true));
	u64 version = (was >> 32) + 1;
	if ((!empty && !(flags & BPF_F_REUSE_STACKID)) || ((u32)was != FULL && !empty) ||
	    !swap(p, was, version << 32 | lock_thread()))
		return -EEXIST;
	p->n = n;
	p->hash = hash;
	put_items(m, p->data, ips, n);
	__atomic_store_n(&p->state, version << 32 | FULL, __ATOMIC_RELEASE);
	return id;
}

static int copy_out(const struct map *m, const struct place *p, u8 *value)
{
	u64 was = state(p);

	if ((u32)was != FULL)
		return -ENOENT;
	u32 bytes = MIN(p->n * item_bytes(m->flags), m->value_size);
	memcpy(value, p->data, bytes);
	memset(value + bytes, 0, m->value_size - bytes);
	atomic_thread_fence(memory_order_acquire);
	return state(p) == was ? 0 : -EAGAIN;
}

static int read_trace(struct map *m, const void *key, void *value, u64 flags)
{
	const struct place *p = at(m, map_index(key));
	int err = -ENOENT;

	(void)flags;
	while (p && (err = copy_out(m, p, value)) == -EAGAIN)
		;
	return err;
}

static int remove_trace(struct map *m, const void *key)
{
	struct place *p = at(m, map_index(key));

	if (!p)
		return -E2BIG;
	u64 was = state(p);
	return (u32)was == FULL && swap(p, was, was >> 32 << 32) ? 0 : -ENOENT;
}

static int take_trace(struct map *m, const void *key, void *value, u64 flags)
{
	int err = read_trace(m, key, value, flags);

	return err ? err : remove_trace(m, key);
}

static int no_update(struct map *m, const void *key, const void *value, u64 flags, u32 slot)
{
	(void)m, (void)key, (void)value, (void)flags, (void)slot;
	return -EINVAL;
}

static int next(struct map *m, const void *key, void *to)
{
	const struct place *p = key ? at(m, map_index(key)) : NULL;
	u32 id = p && (u32)state(p) == FULL ? map_index(key) + 1 : 0;

	for (; (p = at(m, id)); id++)
		if ((u32)state(p) == FULL) {
			memcpy(to, &id, 4);
			return 0;
		}
	return -ENOENT;
}

const struct map_ops map_stack_trace = {
	.type = BPF_MAP_TYPE_STACK_TRACE,
	.flags = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_STACK_BUILD_ID,
	.check = check,
	.size = size,
	.update = no_update,
	.remove = remove_trace,
	.read = read_trace,
	.take = take_trace,
	.next = next,
};
