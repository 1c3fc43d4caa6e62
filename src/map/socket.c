/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps of sockets: programs may have them, but no socket of Linux's gets in, so that
 * they are as Linux's are while they are empty. */
#include "map/priv.h"

#include <sys/stat.h>

enum { FLAGS = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY, HASH_KEY_MAX = 512 };

static u64 size(const struct map_attr *a)
{
	(void)a;
	return MAP_PAGE;
}

/* ---- attributes ---- */

static bool has_values(const struct map_attr *a)
{
	return a->max_entries && (a->value_size == 4 || a->value_size == 8);
}

static int check_xskmap(const struct map_attr *a)
{
	return a->key_size == 4 && a->value_size == 4 && a->max_entries ? 0 : -EINVAL;
}

static int check_sockmap(const struct map_attr *a)
{
	return a->key_size == 4 && has_values(a) ? 0 : -EINVAL;
}

static int check_sockhash(const struct map_attr *a)
{
	if (!a->key_size || !has_values(a))
		return -EINVAL;
	return a->key_size > HASH_KEY_MAX ? -E2BIG : 0;
}

static int check_reuseport(const struct map_attr *a)
{
	return a->value_size == 4 || a->value_size == 8 ? map_array_check(a) : -EINVAL;
}

/* ---- nothing is in them ---- */

static void *lookup(struct map *m, const void *key, u32 slot)
{
	(void)m, (void)key, (void)slot;
	return NULL;
}

/* What is read is a socket's cookie, of 8 bytes. */
static int read_cookie(struct map *m, const void *key, void *value, u64 flags)
{
	(void)key, (void)value, (void)flags;
	return m->value_size == 8 ? -ENOENT : -ENOSPC;
}

static int no_read(struct map *m, const void *key, void *value, u64 flags)
{
	(void)m, (void)key, (void)value, (void)flags;
	return -EOPNOTSUPP;
}

static int no_next(struct map *m, const void *key, void *next)
{
	(void)m, (void)key, (void)next;
	return -ENOENT;
}

/* ---- nothing gets in: a value is the descriptor of a socket ---- */

static int is_socket(const struct map *m, const void *value)
{
	u64 fd = m->value_size == 8 ? get_le64(value) : get_le32(value);
	struct stat st;

	if (m->value_size == 8 && fd > INT32_MAX)
		return -EINVAL;
	if (fstat((int)fd, &st))
		return -EBADF;
	return S_ISSOCK(st.st_mode) ? -EOPNOTSUPP : -ENOTSOCK;
}

static int write_array(struct map *m, const void *key, const void *value, u64 flags)
{
	if (flags > BPF_EXIST)
		return -EINVAL;
	return map_index(key) < m->max_entries ? is_socket(m, value) : -E2BIG;
}

static int write_sock(struct map *m, const void *key, const void *value, u64 flags)
{
	(void)key, (void)flags;
	return is_socket(m, value);
}

/* ---- nor out ---- */

static int remove_xsk(struct map *m, const void *key)
{
	return map_index(key) < m->max_entries ? 0 : -EINVAL;
}

static int remove_sock(struct map *m, const void *key)
{
	(void)m, (void)key;
	return -EINVAL;
}

static int remove_hashed(struct map *m, const void *key)
{
	(void)m, (void)key;
	return -ENOENT;
}

static int remove_reuseport(struct map *m, const void *key)
{
	return map_index(key) < m->max_entries ? -ENOENT : -E2BIG;
}

#define SOCKETS(name, nr, all, checks, reads, writes, removes, nexts) \
	const struct map_ops name = {.type = (nr),                    \
				     .flags = (all),                  \
				     .check = (checks),               \
				     .size = size,                    \
				     .lookup = lookup,                \
				     .read = (reads),                 \
				     .write = (writes),               \
				     .remove = (removes),             \
				     .next = (nexts)}

SOCKETS(map_xskmap, BPF_MAP_TYPE_XSKMAP, FLAGS, check_xskmap, no_read, write_array, remove_xsk,
	map_array_next);
SOCKETS(map_sockmap, BPF_MAP_TYPE_SOCKMAP, FLAGS, check_sockmap, read_cookie, write_sock,
	remove_sock, map_array_next);
SOCKETS(map_sockhash, BPF_MAP_TYPE_SOCKHASH, FLAGS, check_sockhash, read_cookie, write_sock,
	remove_hashed, no_next);
SOCKETS(map_reuseport, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, BPF_F_NUMA_NODE | MAP_ACCESS,
	check_reuseport, read_cookie, write_array, remove_reuseport, map_array_next);
