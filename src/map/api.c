/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps for embedders: onebpf.h. struct ob_map is struct map. */
#include "map/priv.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { EACH = 64 /* elements of a batch */ };

static struct map *private(const struct ob_map *map) { return (struct map *)map; }

/* ---- made, opened, closed ---- */

static bool good_name(const char *name)
{
	size_t n = 0;

	for (; name[n]; n++)
		if (n + 1 == MAP_NAME ||
		    (!isalnum((unsigned char)name[n]) && name[n] != '_' && name[n] != '.'))
			return false;
	return true;
}

static struct ob_err *refused(const struct ob_map_opts *o, int err)
{
	if (err == -ENOMEM)
		return err_nomem();
	if (err == -EINVAL || err == -E2BIG || err == -ERANGE)
		return err_new(OB_RANGE,
			       "no map of type %u has key_size %u, value_size %u, max_entries %u, "
			       "flags 0x%x, extra %llu: %s",
			       o->type, o->key_size, o->value_size, o->max_entries, o->flags,
			       (unsigned long long)o->extra, strerror(-err));
	if (err == -EOPNOTSUPP)
		return err_new(OB_UNSUPPORTED, "a map of type %u means nothing without a kernel",
			       o->type);
	return err_sys(-err, "a map of type %u", o->type);
}

struct ob_err *ob_map_create(const struct ob_map_opts *o, struct ob_map **ret)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	struct map_attr a = {.type = o->type,
			     .key_size = o->key_size,
			     .value_size = o->value_size,
			     .max_entries = o->max_entries,
			     .flags = o->flags,
			     .extra = o->extra,
			     .slots = o->copies ? o->copies : (u32)MAX(cpus, 1)};
	struct map *m;

	if (o->name && !good_name(o->name))
		return err_new(OB_RANGE, "a name has at most %d of A-Z a-z 0-9 _ .", MAP_NAME - 1);
	if (o->name)
		memcpy(a.name, o->name, strlen(o->name));
	a.slots = MIN(a.slots, (u32)MAP_SLOTS_MAX);
	int err = map_create(&a, -1, &m);
	if (err)
		return refused(o, err);
	*ret = (struct ob_map *)m;
	return NULL;
}

struct ob_err *ob_map_open(int fd, struct ob_map **ret)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	struct map *m;

	if (own < 0)
		return err_sys(errno, "descriptor %d", fd);
	int err = map_open(own, &m);
	if (err == -EINVAL)
		return err_new(OB_FORMAT, "descriptor %d is of no map", fd);
	if (err)
		return err == -ENOMEM ? err_nomem() : err_sys(-err, "descriptor %d", fd);
	*ret = (struct ob_map *)m;
	return NULL;
}

void ob_map_close(struct ob_map *map) { map_put(private(map)); }

int ob_map_fd(const struct ob_map *map) { return private(map)->fd; }

struct ob_map_opts ob_map_describe(const struct ob_map *map)
{
	const struct map_attr *a = &private(map)->head->attr;

	return (struct ob_map_opts){a->type,  a->key_size, a->value_size, a->max_entries,
				    a->flags, a->extra,    a->slots,      a->name};
}

size_t ob_map_value_bytes(const struct ob_map *map) { return map_value_bytes(private(map)); }

void *ob_map_memory(const struct ob_map *map, size_t *stride)
{
	const struct map *m = private(map);

	if (m->type != BPF_MAP_TYPE_ARRAY && m->type != BPF_MAP_TYPE_PERCPU_ARRAY)
		return NULL;
	*stride = m->stride;
	return m->data;
}

/* ---- elements ---- */

int ob_map_lookup(struct ob_map *map, const void *key, void *value)
{
	return map_read(private(map), key, value, 0);
}

int ob_map_update(struct ob_map *map, const void *key, const void *value, uint64_t flags)
{
	return map_write(private(map), key, value, flags);
}

int ob_map_delete(struct ob_map *map, const void *key) { return map_remove(private(map), key); }

int ob_map_take(struct ob_map *map, const void *key, void *value)
{
	return map_take(private(map), key, value, 0);
}

int ob_map_next(struct ob_map *map, const void *key, void *next)
{
	return map_next(private(map), key, next);
}

int ob_map_update_batch(struct ob_map *map, const void *keys, const void *values, uint32_t *count)
{
	return map_batch_write(private(map), keys, values, count, 0);
}

int ob_map_delete_batch(struct ob_map *map, const void *keys, uint32_t *count)
{
	return map_batch_remove(private(map), keys, count, 0);
}

/* ---- all elements ---- */

/* What a batch is read into: room for `n` elements. */
struct room {
	u8 *keys, *values, *at; /* at: where the last one ended */
	u32 n;
};

static bool make_room(struct room *r, const struct map *m, u32 n)
{
	size_t key = m->key_size, value = map_value_bytes(m);
	u8 *at = r->at ? r->at : calloc(1, MAX(map_batch_bytes(m), m->key_size));
	u8 *keys = realloc(r->keys, n * key), *values = NULL;

	r->at = at;
	if (keys)
		r->keys = keys;
	if (keys)
		values = realloc(r->values, n * value);
	if (values)
		r->values = values;
	r->n = n;
	return at && keys && values;
}

static int each_batch(struct map *m, struct room *r, ob_map_fn *fn, void *arg)
{
	bool begun = false;

	for (;;) {
		u32 n = r->n;
		int err =
			map_batch(m, begun ? r->at : NULL, r->at, r->keys, r->values, &n, 0, false);
		if (err == -ENOSPC) {
			if (!make_room(r, m, r->n * 2))
				return -ENOMEM;
			continue;
		}
		if (err && err != -ENOENT)
			return err;
		for (u32 i = 0; i < n; i++) {
			int stop = fn(arg, r->keys + (size_t)i * m->key_size,
				      r->values + (size_t)i * map_value_bytes(m));
			if (stop)
				return stop;
		}
		if (err)
			return 0;
		begun = true;
	}
}

static int each_key(struct map *m, struct room *r, ob_map_fn *fn, void *arg)
{
	int err = map_next(m, NULL, r->keys);

	while (!err) {
		err = map_read(m, r->keys, r->values, 0);
		int stop = err ? 0 : fn(arg, r->keys, r->values);
		if (stop)
			return stop;
		if (!err || err == -ENOENT) {
			memcpy(r->at, r->keys, m->key_size);
			err = map_next(m, r->at, r->keys);
		}
	}
	return err == -ENOENT ? 0 : err;
}

int ob_map_each(struct ob_map *map, ob_map_fn *fn, void *arg)
{
	struct map *m = private(map);
	bool batch = m->ops->batch || m->ops->batches & MAP_BATCH_READ;
	struct room r = {0};
	int ret = -ENOMEM;

	if (!m->key_size)
		return -EINVAL;
	if (make_room(&r, m, EACH))
		ret = batch ? each_batch(m, &r, fn, arg) : each_key(m, &r, fn, arg);
	free(r.keys);
	free(r.values);
	free(r.at);
	return ret;
}

/* ---- ring buffers ---- */

static bool is_ring(const struct ob_map *map) { return private(map)->type == BPF_MAP_TYPE_RINGBUF; }

void *ob_ring_reserve(struct ob_map *map, uint64_t bytes)
{
	return is_ring(map) ? map_ring_reserve(private(map), bytes, 0) : NULL;
}

void ob_ring_commit(struct ob_map *map, void *sample)
{
	map_ring_commit(sample, 0, private(map), false);
}

void ob_ring_discard(struct ob_map *map, void *sample)
{
	map_ring_commit(sample, 0, private(map), true);
}

int ob_ring_write(struct ob_map *map, const void *data, uint64_t bytes)
{
	return is_ring(map) ? map_ring_output(private(map), data, bytes, 0) : -EINVAL;
}

long ob_ring_read(struct ob_map *map, ob_ring_fn *fn, void *arg)
{
	return is_ring(map) ? map_ring_read(private(map), fn, arg) : -EINVAL;
}

int ob_ring_wait(struct ob_map *map, int ms)
{
	return is_ring(map) ? map_ring_wait(private(map), ms) : -EINVAL;
}
