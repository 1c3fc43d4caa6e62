/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on values that belong to a task, a cgroup, a file or a socket; and on the value
 * that a cgroup has for the program. kernel/bpf/bpf_task_storage.c and its neighbours. */
#include "kern/fake.h"
#include "kern/packet.h"

#include <stdlib.h>
#include <unistd.h>

enum { CREATE = BPF_LOCAL_STORAGE_GET_F_CREATE };

static struct map *map_of(struct run *r, u64 map, u32 type)
{
	struct map *m = kern_map(r, map);

	return m && m->type == type ? m : NULL;
}

/* The owner's value; NULL: there is none, or no room for one. */
static u64 get(struct run *r, struct map *m, u64 owner, u64 init, u64 flags)
{
	if (!m || (init && !kern_may(r, init, m->value_size, false)))
		return 0;
	if (flags & ~(u64)CREATE)
		return 0;
	return reg_of(flags ? map_storage_get(m, owner, init ? addr_of(init) : NULL, r->slot)
			    : m->ops->lookup(m, &owner, r->slot));
}

/* ---- tasks, cgroups: what current_task and its cgroup are, as this world knows them ---- */

static bool object(struct run *r, u64 at, enum fake_kind kind, u64 *owner)
{
	return at && (kern_fake_owner(at, kind, owner) || kern_no_object(r, at));
}

static u64 object_get_value(struct run *r, u64 map, u32 type, u64 at, enum fake_kind kind, u64 init,
			    u64 flags)
{
	u64 owner;

	return object(r, at, kind, &owner) ? get(r, map_of(r, map, type), owner, init, flags) : 0;
}

static u64 object_delete_value(struct run *r, u64 map, u32 type, u64 at, enum fake_kind kind)
{
	u64 owner;
	struct map *m = map_of(r, map, type);

	if (!m || !object(r, at, kind, &owner))
		return minus(EINVAL);
	return (u64)(s64)m->ops->remove(m, &owner);
}

/* Linux: map, task, first value or NULL, flags */
BPF_HELPER(task_storage_get)
{
	return object_get_value(r, r1, MAPTYPE_TASK_STORAGE, r2, FAKE_TASK, r3, r4);
}

BPF_HELPER(task_storage_delete)
{
	return object_delete_value(r, r1, MAPTYPE_TASK_STORAGE, r2, FAKE_TASK);
}

BPF_HELPER(cgrp_storage_get)
{
	return object_get_value(r, r1, MAPTYPE_CGRP_STORAGE, r2, FAKE_CGROUP, r3, r4);
}

BPF_HELPER(cgrp_storage_delete)
{
	return object_delete_value(r, r1, MAPTYPE_CGRP_STORAGE, r2, FAKE_CGROUP);
}

/* No hook of ours has a file. */
BPF_HELPER(inode_storage_get) { return r2 ? kern_no_object(r, r2) : 0; }

BPF_HELPER(inode_storage_delete)
{
	return map_of(r, r1, MAPTYPE_INODE_STORAGE) && r2 ? kern_no_object(r, r2) : minus(EINVAL);
}

/* ---- sockets: that of a test run, whose values go with it ---- */

/* Above all numbers that a descriptor's socket may have. */
static u64 socket_owner(const struct bpf_sock *sk)
{
	return (u64)1 << 63 | (u64)getpid() << 32 | (u32)(uintptr_t)sk;
}

static bool stores(struct kern_pkt *p, struct map *m)
{
	for (u32 i = 0; i < p->stores; i++)
		if (p->store[i] == m)
			return true;
	if (p->stores == LEN(p->store))
		return false;
	p->store[p->stores++] = map_get(m);
	return true;
}

void packet_end_storages(struct kern_pkt *p)
{
	u64 owner = socket_owner(&p->sk);

	for (; p->stores; p->stores--) {
		struct map *m = p->store[p->stores - 1];
		m->ops->remove(m, &owner);
		map_put(m);
	}
}

/* Linux: map, socket, first value or NULL, flags */
BPF_HELPER(sk_storage_get)
{
	struct map *m = map_of(r, r1, MAPTYPE_SK_STORAGE);
	const struct bpf_sock *sk = m && r2 ? kern_sock_of(r, r2) : NULL;

	if (!sk || !stores(kern_ctx(r)->pkt, m))
		return 0;
	return get(r, m, socket_owner(sk), r3, r4);
}

BPF_HELPER(sk_storage_delete)
{
	struct map *m = map_of(r, r1, MAPTYPE_SK_STORAGE);
	const struct bpf_sock *sk = m && r2 ? kern_sock_of(r, r2) : NULL;
	u64 owner = sk ? socket_owner(sk) : 0;

	return sk ? (u64)(s64)m->ops->remove(m, &owner) : minus(EINVAL);
}

/* ---- the value of a cgroup for the program: in a test run one that nobody else sees ---- */

/* Linux: map, flags. It cannot fail, so the run ends when there is no memory. */
BPF_HELPER(get_local_storage)
{
	struct map *m = kern_map(r, r1);
	struct kern_ctx *c = kern_ctx(r);
	bool per_cpu = m && m->type == MAPTYPE_PERCPU_CGROUP_STORAGE;

	if (!m || !c || (!per_cpu && m->type != MAPTYPE_CGROUP_STORAGE))
		return kern_no_object(r, r1);
	u32 copies = per_cpu ? m->slots : 1;
	if (!c->local[per_cpu])
		c->local[per_cpu] = calloc(copies, m->stride);
	if (!c->local[per_cpu])
		return kern_no_object(r, r1);
	u8 *value = (u8 *)c->local[per_cpu] + (per_cpu ? (u64)(r->slot % copies) * m->stride : 0);
	c->region[KERN_REGIONS - 1 - per_cpu] = (struct region){reg_of(value), m->value_size, true};
	r->regions = KERN_REGIONS;
	return reg_of(value);
}
