/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands on maps: kernel/bpf/syscall.c says what they check, in what order. */
#include "kern/call.h"
#include "kern/own.h"
#include "kern/timer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- the object ---- */

static void wake(struct map *m) { kern_wake(OBJECT_MAP, m->id); }

static struct map *inner(struct map *m, u32 id)
{
	struct object *o = kern_recent(OBJECT_MAP, id);

	(void)m;
	return o ? o->p : NULL;
}

static void drop_fields(struct map *m, u8 *value)
{
	kern_timer_drop(m, value);
	own_drop_value(m, value);
}

static const struct map_host host = {.wake = wake, .inner = inner, .drop = drop_fields};

/* Without the descriptor, which would hold the object. */
static void settle(struct map *m)
{
	m->host = &host;
	close(m->fd);
	m->fd = -1;
}

static int open_map(int fd, u32 id, void **ret)
{
	struct map *m;
	int err = map_open(fd, &m);

	(void)id;
	if (err)
		return err;
	settle(m);
	*ret = m;
	return 0;
}

static void close_map(void *p)
{
	kern_timer_end_map(p);
	own_forget_map(p);
	map_put(p);
}

const struct object_ops object_map_ops = {open_map, close_map};

/* A map and what its descriptor may do; object_put when done. */
static int get(u32 fd, bool read, bool write, struct object **o, struct map **ret)
{
	int err = object_get((int)fd, OBJECT_MAP, o);

	if (err)
		return err;
	int mode = object_mode((int)fd);
	*ret = (*o)->p;
	if ((read && mode == O_WRONLY) || (write && mode == O_RDONLY) ||
	    (write && __atomic_load_n(&(*ret)->head->frozen, __ATOMIC_ACQUIRE))) {
		object_put(*o);
		return -EPERM;
	}
	return 0;
}

/* ---- creating ---- */

int call_name(char to[16], const char from[16])
{
	u32 n = 0;

	memset(to, 0, 16);
	for (; n < 16 && from[n]; n++) {
		char c = from[n];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '.'))
			return -EINVAL;
		to[n] = c;
	}
	return n < 16 ? (int)n : -EINVAL;
}

static bool is_outer(u32 type)
{
	return type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

/* What programs may expect of the maps in this one. */
static int describe_inner(u32 fd, struct map_host_data *ret)
{
	struct object *o;
	struct map *m;
	int err = object_get((int)fd, OBJECT_MAP, &o);

	if (err)
		return err;
	m = o->p;
	if (is_outer(m->type))
		err = -EINVAL;
	else if (m->type == BPF_MAP_TYPE_PROG_ARRAY || m->type == BPF_MAP_TYPE_CGROUP_STORAGE ||
		 m->type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE ||
		 m->type == BPF_MAP_TYPE_STRUCT_OPS)
		err = -ENOTSUPP_LINUX;
	ret->inner = m->head->attr;
	ret->inner_btf_id = map_host_data(m)->btf_id;
	ret->inner_btf_key = map_host_data(m)->btf_key;
	ret->inner_btf_value = map_host_data(m)->btf_value;
	object_put(o);
	return err;
}

static bool fits_inner(const struct map_attr *meta, const struct map *m)
{
	const struct map_attr *a = &m->head->attr;
	bool sized = a->type == BPF_MAP_TYPE_ARRAY && !(meta->flags & BPF_F_INNER_MAP);

	return meta->type == a->type && meta->key_size == a->key_size &&
	       meta->value_size == a->value_size && meta->flags == a->flags &&
	       (!sized || meta->max_entries == a->max_entries) && meta->fields == a->fields &&
	       !memcmp(meta->field, a->field, a->fields * sizeof(a->field[0]));
}

static int check_ids(const union bpf_attr *a)
{
	if (a->btf_vmlinux_value_type_id) {
		if (a->map_type != BPF_MAP_TYPE_STRUCT_OPS || a->btf_key_type_id ||
		    a->btf_value_type_id)
			return -EINVAL;
	} else if (a->btf_key_type_id && !a->btf_value_type_id) {
		return -EINVAL;
	}
	if (a->map_extra && a->map_type != BPF_MAP_TYPE_BLOOM_FILTER &&
	    a->map_type != MAPTYPE_ARENA)
		return -EINVAL;
	return 0;
}

static int open_mode(u32 flags)
{
	if ((flags & BPF_F_RDONLY) && (flags & BPF_F_WRONLY))
		return -EINVAL;
	return flags & BPF_F_RDONLY ? O_RDONLY : flags & BPF_F_WRONLY ? O_WRONLY : O_RDWR;
}

/* All that is said of a map but what BTF adds. */
static int describe(const union bpfattr *attr, struct map_attr *ret)
{
	const union bpf_attr *a = &attr->a;
	int err = check_ids(a);

	if (!err && open_mode(a->map_flags) < 0)
		err = -EINVAL;
	if (!err && (a->map_flags & BPF_F_NUMA_NODE) && a->numa_node != UINT32_MAX && a->numa_node)
		err = -EINVAL;
	*ret = (struct map_attr){.type = a->map_type,
				 .key_size = a->key_size,
				 .value_size = a->value_size,
				 .max_entries = a->max_entries,
				 .flags = a->map_flags & ~(u32)MAPF_TOKEN_FD,
				 .extra = a->map_extra,
				 .slots = world()->page->cpus};
	if (!err)
		err = map_check(ret);
	if (!err && a->map_ifindex)
		err = -EINVAL;
	return err;
}

_Static_assert(sizeof(struct map_host_data) <= sizeof(((struct map_head *)0)->host), "it fits");

static int set_btf(const union bpf_attr *a, struct map_attr *ma, struct map_host_data *h)
{
	struct object *o;

	if (!a->btf_key_type_id && !a->btf_value_type_id)
		return 0;
	int err = object_get((int)a->btf_fd, OBJECT_BTF, &o);
	if (err)
		return err;
	h->btf_id = o->id;
	h->btf_key = a->btf_key_type_id;
	h->btf_value = a->btf_value_type_id;
	err = kern_map_btf(o->p, a->btf_key_type_id, a->btf_value_type_id, ma);
	if (!err && ma->fields && !kern_capable(CAP_BPF))
		err = -EPERM;
	object_put(o);
	return err;
}

static int read_hash(const union bpfattr *attr, struct map_host_data *h)
{
	if (!attr->map.excl_prog_hash)
		return attr->map.excl_prog_hash_size ? -EINVAL : 0;
	if (attr->map.excl_prog_hash_size != PROG_HASH)
		return -EINVAL;
	h->exclusive = true;
	return user_read(h->hash, attr->map.excl_prog_hash, PROG_HASH);
}

/* The file, the block, the name by which it is found. */
static long publish(struct world *w, const struct map_attr *a, const struct map_host_data *h)
{
	int fd = world_begin(w);
	struct map *m;

	if (fd < 0)
		return fd;
	int err = map_create(a, fd, &m);
	if (err)
		return err;
	u32 id = world_new_id(w, OBJECT_MAP);
	m->id = m->head->id = id;
	*map_host_data(m) = *h;
	fd = m->fd;
	m->fd = -1;
	m->host = &host;
	bool types = h->btf_id || h->inner_btf_id;
	int refs = types ? world_refs_begin(w, OBJECT_MAP, id) : -1;
	if (h->btf_id)
		err = world_ref(w, OBJECT_MAP, id, OBJECT_BTF, h->btf_id);
	if (!err && h->inner_btf_id && h->inner_btf_id != h->btf_id)
		err = world_ref(w, OBJECT_MAP, id, OBJECT_BTF, h->inner_btf_id);
	if (err) {
		map_put(m);
		close(fd);
	} else {
		err = object_add(w, OBJECT_MAP, id, m, fd, open_mode(a->flags));
	}
	if (refs >= 0)
		close(refs);
	if (err >= 0 && (a->type == BPF_MAP_TYPE_RINGBUF || a->type == BPF_MAP_TYPE_USER_RINGBUF))
		kern_wake_make(OBJECT_MAP, id);
	return err;
}

long call_map_create(union bpfattr *attr, u64 uattr, u32 size)
{
	struct world *w = world();
	struct map_host_data h = {.btf_id = 0};
	struct map_attr a;

	(void)uattr, (void)size;
	if (!w)
		return -errno;
	int err = describe(attr, &a);
	if (!err && (attr->a.map_flags & MAPF_TOKEN_FD))
		err = call_no_token(attr->map.token_fd);
	if (!err && !call_may_make_map(a.type))
		err = -EPERM;
	if (!err && is_outer(a.type))
		err = describe_inner(attr->a.inner_map_fd, &h);
	if (!err && call_name(a.name, attr->a.map_name) < 0)
		err = -EINVAL;
	if (!err)
		err = set_btf(&attr->a, &a, &h);
	if (!err)
		err = read_hash(attr, &h);
	return err ? err : publish(w, &a, &h);
}

/* ---- keys and values ---- */

static int copy_key(const struct map *m, u64 from, void **ret)
{
	*ret = NULL;
	if (!m->key_size)
		return from ? -EINVAL : 0;
	return user_dup(from, m->key_size, ret);
}

/* Of a storage: the number of the owner behind the descriptor. */
static int copy_element_key(const struct map *m, u64 from, void **ret)
{
	int err = copy_key(m, from, ret);
	u64 owner;
	s32 fd;

	if (err || !kern_has_owners(m->type))
		return err;
	memcpy(&fd, *ret, sizeof(fd));
	err = kern_owner(m->type, fd, &owner);
	void *key = err ? NULL : realloc(*ret, sizeof(owner));
	if (!key)
		return err ? err : -ENOMEM;
	memcpy(key, &owner, sizeof(owner));
	*ret = key;
	return 0;
}

static int no_lock(const struct map *m, u64 flags)
{
	return (flags & BPF_F_LOCK) && !map_has_lock(m) ? -EINVAL : 0;
}

long call_map_lookup(union bpfattr *attr, u64 uattr, u32 size)
{
	union bpf_attr *a = &attr->a;
	struct object *o;
	struct map *m;
	void *key = NULL, *value = NULL;

	(void)uattr, (void)size;
	if (a->flags & ~(u64)BPF_F_LOCK)
		return -EINVAL;
	int err = get(a->map_fd, true, false, &o, &m);
	if (err)
		return err;
	err = no_lock(m, a->flags);
	if (!err)
		err = copy_element_key(m, a->key, &key);
	if (!err && !(value = calloc(1, map_value_bytes(m) + 1)))
		err = -ENOMEM;
	if (!err && m->type == BPF_MAP_TYPE_BLOOM_FILTER)
		err = user_read(value, a->value, m->value_size);
	if (!err)
		err = map_read(m, key, value, a->flags);
	if (!err && m->type != BPF_MAP_TYPE_BLOOM_FILTER)
		err = user_write(a->value, value, map_value_bytes(m));
	free(value);
	free(key);
	object_put(o);
	return err;
}

/* ---- values that are descriptors ---- */

/* A cgroup's number. */
static int other_id(const struct map *m, int fd, u32 *id)
{
	u64 ino;
	int err = m->type == BPF_MAP_TYPE_CGROUP_ARRAY
			  ? kern_file_of(fd, KERN_CGROUP2, -EBADF, &ino)
			  : -EBADF;

	if (!err)
		*id = (u32)ino;
	return err;
}

/* Links the object into the map's references, and gives its id. */
static int hold_value(const struct map *m, int fd, enum object_kind kind, u32 *id)
{
	struct object *o;
	int err = object_get(fd, kind, &o);

	if (err)
		return kind == OBJECT_PERF ? -EBADF : err;
	if (kind == OBJECT_MAP && !fits_inner(&map_host_data(m)->inner, o->p))
		err = -EINVAL;
	if (kind == OBJECT_PROG)
		err = kern_prog_fits(map_host_data(m), ((const struct kern_prog *)o->p)->head);
	if (!err)
		err = world_ref(world(), OBJECT_MAP, m->id, kind, o->id);
	*id = o->id;
	object_put(o);
	return err;
}

static enum object_kind value_kind(const struct map *m)
{
	switch (m->type) {
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return OBJECT_MAP;
	case BPF_MAP_TYPE_PROG_ARRAY:
		return OBJECT_PROG;
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return OBJECT_PERF;
	}
	return OBJECT_KINDS;
}

/* The object that the element names, 0: none. Of perf events the call tells no id. */
static u32 id_at(struct map *m, const void *key)
{
	u32 id = 0;

	if (m->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return map_id(m, key);
	return map_read(m, key, &id, 0) ? 0 : id;
}

/* No element names it any more: then the reference goes. */
static void let_go(struct map *m, u32 id)
{
	enum object_kind kind = value_kind(m);
	u8 *key = calloc(2, m->key_size);
	bool first = true;

	if (!key || !id || kind == OBJECT_KINDS) {
		free(key);
		return;
	}
	u8 *now = key, *next = key + m->key_size;
	while (!map_next(m, first ? NULL : now, next)) {
		first = false;
		memcpy(now, next, m->key_size);
		if (id_at(m, now) == id) {
			free(key);
			return;
		}
	}
	free(key);
	world_unref(world(), OBJECT_MAP, m->id, kind, id);
}

static int update_fd(struct map *m, const void *key, const void *value, u64 flags)
{
	bool hash = m->type == BPF_MAP_TYPE_HASH_OF_MAPS;
	u32 id = 0;
	s32 fd;

	/* bpf_fd_array_map_update_elem: before the descriptor is looked at. */
	if (!hash && flags != BPF_ANY)
		return -EINVAL;
	if (!hash && get_le32(key) >= m->max_entries)
		return -E2BIG;
	memcpy(&fd, value, 4);
	int err = value_kind(m) == OBJECT_KINDS ? other_id(m, fd, &id)
						: hold_value(m, fd, value_kind(m), &id);
	if (err)
		return err;
	u32 before = id_at(m, key);
	err = map_write(m, key, &id, flags);
	if (err)
		let_go(m, id);
	else if (before != id)
		let_go(m, before);
	return err;
}

static int update(struct map *m, const void *key, const void *value, u64 flags)
{
	return m->ops->holds_fd ? update_fd(m, key, value, flags) : map_write(m, key, value, flags);
}

static int drop(struct map *m, const void *key)
{
	u32 before = m->ops->holds_fd ? id_at(m, key) : 0;
	int err = map_remove(m, key);

	if (!err)
		let_go(m, before);
	return err;
}

long call_map_update(union bpfattr *attr, u64 uattr, u32 size)
{
	union bpf_attr *a = &attr->a;
	struct object *o;
	struct map *m;
	void *key = NULL, *value = NULL;

	(void)uattr, (void)size;
	int err = get(a->map_fd, false, true, &o, &m);
	if (err)
		return err;
	err = no_lock(m, a->flags);
	if (!err)
		err = copy_element_key(m, a->key, &key);
	if (!err)
		err = user_dup(a->value, map_value_bytes(m), &value);
	if (!err)
		err = update(m, key, value, a->flags);
	free(value);
	free(key);
	object_put(o);
	return err;
}

long call_map_delete(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;
	struct map *m;
	void *key = NULL;

	(void)uattr, (void)size;
	int err = get(attr->a.map_fd, false, true, &o, &m);
	if (err)
		return err;
	err = copy_element_key(m, attr->a.key, &key);
	if (!err)
		err = drop(m, key);
	free(key);
	object_put(o);
	return err;
}

long call_map_next(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;
	struct map *m;
	void *key = NULL, *next = NULL;

	(void)uattr, (void)size;
	int err = get(attr->a.map_fd, true, false, &o, &m);
	if (err)
		return err;
	if (attr->a.key)
		err = copy_key(m, attr->a.key, &key);
	if (!err && !(next = malloc(m->key_size + 1)))
		err = -ENOMEM;
	if (!err)
		err = map_next(m, key, next);
	if (!err)
		err = user_write(attr->a.next_key, next, m->key_size);
	free(next);
	free(key);
	object_put(o);
	return err;
}

long call_map_take(union bpfattr *attr, u64 uattr, u32 size)
{
	union bpf_attr *a = &attr->a;
	struct object *o;
	struct map *m;
	void *key = NULL, *value = NULL;

	(void)uattr, (void)size;
	if (a->flags & ~(u64)BPF_F_LOCK)
		return -EINVAL;
	int err = get(a->map_fd, true, true, &o, &m);
	if (err)
		return err;
	if (a->flags && (m->type == BPF_MAP_TYPE_QUEUE || m->type == BPF_MAP_TYPE_STACK))
		err = -EINVAL;
	if (!err)
		err = no_lock(m, a->flags);
	if (!err)
		err = copy_key(m, a->key, &key);
	if (!err && !(value = calloc(1, map_value_bytes(m) + 1)))
		err = -ENOMEM;
	if (!err)
		err = map_take(m, key, value, a->flags);
	if (!err)
		err = user_write(a->value, value, map_value_bytes(m));
	free(value);
	free(key);
	object_put(o);
	return err;
}

long call_map_freeze(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;
	struct map *m;

	(void)uattr, (void)size;
	int err = object_get((int)attr->a.map_fd, OBJECT_MAP, &o);
	if (err)
		return err;
	m = o->p;
	if (m->type == BPF_MAP_TYPE_STRUCT_OPS || m->head->attr.fields)
		err = -ENOTSUPP_LINUX;
	else if (object_mode((int)attr->a.map_fd) == O_RDONLY ||
		 __atomic_load_n(&m->head->frozen, __ATOMIC_ACQUIRE))
		err = -EPERM;
	else if (kern_is_written((int)attr->a.map_fd))
		err = -EBUSY;
	else
		err = map_freeze(m);
	/* Mapped for writing at the same moment? */
	if (!err && kern_is_written((int)attr->a.map_fd)) {
		__atomic_store_n(&m->head->frozen, 0, __ATOMIC_RELEASE);
		err = -EBUSY;
	}
	object_put(o);
	return err;
}

/* ---- batches ---- */

static int batch_flags(const struct map *m, u64 flags)
{
	return flags & ~(u64)BPF_F_LOCK ? -EINVAL : no_lock(m, flags);
}

static long batch_read(union bpfattr *attr, u64 uattr, bool take)
{
	union bpf_attr *a = &attr->a;
	struct object *o;
	struct map *m;
	void *in = NULL, *out = NULL, *keys = NULL, *values = NULL;
	u32 count = 0;
	int err = get(a->batch.map_fd, true, take, &o, &m);

	if (err)
		return err;
	if (!map_can_batch(m, take ? MAP_BATCH_TAKE : MAP_BATCH_READ))
		err = -ENOTSUPP_LINUX;
	if (!err)
		err = a->batch.flags && m->ops->batch ? -EINVAL
						      : batch_flags(m, a->batch.elem_flags);
	if (!err && !a->batch.count)
		goto out;
	u32 step = map_batch_bytes(m), room = MIN(a->batch.count, m->max_entries + 1);
	if (!err)
		err = call_put(uattr, a.batch.count, count);
	if (!err && a->batch.in_batch)
		err = user_dup(a->batch.in_batch, step, &in);
	out = calloc(1, step);
	keys = malloc((size_t)m->key_size * room + 1);
	values = calloc(room + 1, map_value_bytes(m));
	if (!err && (!out || !keys || !values))
		err = -ENOMEM;
	if (err)
		goto out;
	count = a->batch.count;
	err = map_batch(m, in, out, keys, values, &count, a->batch.elem_flags, take);
	if (map_batch_is_over(m, in)) /* Linux answers that before it writes anything */
		goto out;
	if (user_write(a->batch.keys, keys, (size_t)m->key_size * count) ||
	    user_write(a->batch.values, values, (size_t)map_value_bytes(m) * count) ||
	    ((count || m->ops->batch) && user_write(a->batch.out_batch, out, step)) ||
	    call_put(uattr, a.batch.count, count))
		err = -EFAULT;
out:
	free(in);
	free(out);
	free(keys);
	free(values);
	object_put(o);
	return err;
}

long call_map_batch_lookup(union bpfattr *attr, u64 uattr, u32 size)
{
	(void)size;
	return batch_read(attr, uattr, false);
}

long call_map_batch_take(union bpfattr *attr, u64 uattr, u32 size)
{
	(void)size;
	return batch_read(attr, uattr, true);
}

/* One by one: what was done before an element that is not there stays done. key, value:
 * room for one of each. */
static int change(struct map *m, const union bpf_attr *a, bool write, void *key, void *value,
		  u32 *count)
{
	u32 bytes = map_value_bytes(m);
	int err = 0;

	for (u32 i = 0; !err && i < a->batch.count; i++) {
		err = user_read(key, a->batch.keys + (u64)i * m->key_size, m->key_size);
		if (!err && write)
			err = user_read(value, a->batch.values + (u64)i * bytes, bytes);
		if (!err)
			err = write ? update(m, key, value, a->batch.elem_flags) : drop(m, key);
		*count = i + !err;
	}
	return err;
}

static long batch_change(union bpfattr *attr, u64 uattr, bool write)
{
	const union bpf_attr *a = &attr->a;
	struct object *o;
	struct map *m;
	u32 count = 0;
	int err = get(a->batch.map_fd, false, true, &o, &m);

	if (err)
		return err;
	if (!map_can_batch(m, write ? MAP_BATCH_WRITE : MAP_BATCH_REMOVE))
		err = -ENOTSUPP_LINUX;
	if (!err)
		err = batch_flags(m, a->batch.elem_flags);
	if (!err && a->batch.count) {
		void *key = malloc(m->key_size + 1), *value = malloc(map_value_bytes(m) + 1);
		err = key && value ? change(m, a, write, key, value, &count) : -ENOMEM;
		free(key);
		free(value);
		if (call_put(uattr, a.batch.count, count))
			err = -EFAULT;
	}
	object_put(o);
	return err;
}

long call_map_batch_update(union bpfattr *attr, u64 uattr, u32 size)
{
	(void)size;
	return batch_change(attr, uattr, true);
}

long call_map_batch_delete(union bpfattr *attr, u64 uattr, u32 size)
{
	(void)size;
	return batch_change(attr, uattr, false);
}
