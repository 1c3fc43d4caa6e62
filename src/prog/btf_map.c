/* SPDX-License-Identifier: BSD-2-Clause */
/* What MAP_CREATE asks of the types of keys and values. */
#include "prog/btf_priv.h"

/* The fields that values of a map type may have. */
static u32 fields_of(u32 type)
{
	enum {
		LOCKS = BTF_SPIN_LOCK | BTF_RES_SPIN_LOCK,
		WORK = BTF_TIMER | BTF_WORKQUEUE | BTF_TASK_WORK,
		OBJECTS = BTF_KPTR | BTF_REFCOUNT,
	};

	switch (type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_ARRAY:
		return LOCKS | WORK | OBJECTS | BTF_ROOT;
	case BPF_MAP_TYPE_LRU_HASH:
		return WORK | OBJECTS | BTF_ROOT;
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return OBJECTS;
	case BPF_MAP_TYPE_TASK_STORAGE:
		return LOCKS | OBJECTS | BTF_UPTR;
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case MAPTYPE_CGRP_STORAGE:
		return LOCKS | OBJECTS;
	case BPF_MAP_TYPE_CGROUP_STORAGE:
		return LOCKS;
	default:
		return 0;
	}
}

static bool is_int(const struct btf_type *t, u32 size)
{
	return btf_is(t, BTF_KIND_INT) && t->size == size && btf_regular_int(t);
}

/* A member that is an int of so many bytes, at that byte. */
static bool is_int_at(const struct btf *b, const struct btf_type *s, u32 i, u32 at, u32 size)
{
	const struct btf_member *m = &btf_members(s)[i];
	u32 id = m->type, off = btf_member_at(s, i);
	const struct btf_type *t = btf_sized(b, &id, NULL);

	if (!t || !btf_is(t, BTF_KIND_INT))
		return false;
	u32 bits = BTF_INT_BITS(btf_int(t));
	if (btf_flag(s))
		return !BTF_MEMBER_BITFIELD_SIZE(m->offset) && (off + 7) / 8 == at &&
		       (bits + 7) / 8 == size;
	return !BTF_INT_OFFSET(btf_int(t)) && off == at * 8 && bits == size * 8;
}

/* A cgroup's inode number, alone or before the attach type. */
static bool is_cgroup_key(const struct btf *b, const struct btf_type *key, u32 size)
{
	if (size != sizeof(struct bpf_cgroup_storage_key))
		return btf_is(key, BTF_KIND_INT) && BTF_INT_BITS(btf_int(key)) == 64 &&
		       !BTF_INT_OFFSET(btf_int(key));
	return btf_is(key, BTF_KIND_STRUCT) && btf_len(key) == 2 && is_int_at(b, key, 0, 0, 8) &&
	       is_int_at(b, key, 1, 8, 4);
}

/* key: void where there is none. */
static int check_kinds(const struct btf *b, const struct btf_map *m, const struct btf_type *key,
		       const struct btf_type *value)
{
	bool good = btf_kind_of(key);

	switch (m->type) {
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		/* A section of an object's variables is an array of one without a key. */
		good = good ? is_int(key, 4)
			    : m->type == BPF_MAP_TYPE_ARRAY && m->max_entries == 1 &&
				       btf_is(value, BTF_KIND_DATASEC);
		break;
	case BPF_MAP_TYPE_LPM_TRIE:
		good = btf_is(key, BTF_KIND_STRUCT);
		break;
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		good = is_cgroup_key(b, key, m->key_size);
		break;
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case MAPTYPE_CGRP_STORAGE:
		good = good && is_int(key, 4);
		break;
	case BPF_MAP_TYPE_BLOOM_FILTER:
		good = !good;
		break;
	case MAPTYPE_ARENA:
		good = true;
		break;
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case BPF_MAP_TYPE_STACK_TRACE:
	case BPF_MAP_TYPE_CGROUP_ARRAY:
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
	case BPF_MAP_TYPE_SOCKMAP:
	case BPF_MAP_TYPE_SOCKHASH:
	case BPF_MAP_TYPE_CPUMAP:
	case BPF_MAP_TYPE_XSKMAP:
		return -ENOTSUPP_LINUX;
	default:
		break;
	}
	return good ? 0 : -EINVAL;
}

/* Types that ask nothing of a key refuse a map without one before they look at
 * its values. */
static bool needs_key(u32 type)
{
	switch (type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
	case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
	case BPF_MAP_TYPE_STRUCT_OPS:
		return true;
	default:
		return false;
	}
}

static int check_values(const struct btf *b, const struct btf_map *m, const struct btf *kernel,
			const struct btf_fields *f)
{
	bool device = m->type == BPF_MAP_TYPE_DEVMAP || m->type == BPF_MAP_TYPE_DEVMAP_HASH;

	if (!f->n)
		return 0;
	if (device || (m->flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)))
		return -EACCES;
	if (f->kinds & ~fields_of(m->type))
		return -EOPNOTSUPP;
	return btf_check_fields(b, f, kernel);
}

int btf_map_check(const struct btf *b, const struct btf_map *m, const struct btf *kernel,
		  struct btf_fields *ret)
{
	enum { ALL = (1 << 14) - 1, VALUES = ALL & ~BTF_NODE };
	u32 key_id = m->key, value_id = m->value, size;
	const struct btf_type *key, *value;

	key = m->key ? btf_sized(b, &key_id, &size) : btf_type(b, 0);
	if (!key || (m->key && size != m->key_size) || (!m->key && needs_key(m->type)))
		return -EINVAL;
	value = btf_sized(b, &value_id, &size);
	if (!value || size != m->value_size)
		return -EINVAL;
	ret->err = btf_fields(b, value_id, VALUES, size, kernel, ret);
	int err = check_values(b, m, kernel, ret);
	return err ? err : check_kinds(b, m, key, value);
}
