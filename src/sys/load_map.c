/* SPDX-License-Identifier: BSD-2-Clause */
/* An object's maps: made or found by their pins, filled, and frozen where the program
 * only reads them. */
#include "sys/load_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#define PINS "/sys/fs/bpf"

enum { PIN_NONE, PIN_BY_NAME };

/* ---- shapes as the kernel wants them ---- */

static bool is_ring(u32 type) { return type == MAPTYPE_RINGBUF || type == MAPTYPE_USER_RINGBUF; }

static bool is_data(const struct object_map *m)
{
	return m->kind >= OBJECT_DATA && m->kind <= OBJECT_KCONFIG;
}

static u32 entries(const struct sys_loaded *l, const struct prog_map *s)
{
	u64 page = (u64)sysconf(_SC_PAGESIZE), n = page;

	if (s->type == MAPTYPE_PERF_EVENT_ARRAY && !s->max_entries)
		return l->door->cpus();
	if (!is_ring(s->type) || !s->max_entries)
		return s->max_entries;
	while (n < s->max_entries)
		n *= 2;
	return n > UINT32_MAX ? s->max_entries : (u32)n;
}

/* Types whose keys and values are the kernel's own. */
static bool takes_types(u32 type)
{
	switch (type) {
	case MAPTYPE_PERF_EVENT_ARRAY:
	case MAPTYPE_CGROUP_ARRAY:
	case MAPTYPE_STACK_TRACE:
	case MAPTYPE_ARRAY_OF_MAPS:
	case MAPTYPE_HASH_OF_MAPS:
	case MAPTYPE_DEVMAP:
	case MAPTYPE_DEVMAP_HASH:
	case MAPTYPE_CPUMAP:
	case MAPTYPE_XSKMAP:
	case MAPTYPE_SOCKMAP:
	case MAPTYPE_SOCKHASH:
	case MAPTYPE_QUEUE:
	case MAPTYPE_STACK:
	case MAPTYPE_ARENA:
	case MAPTYPE_STRUCT_OPS:
		return false;
	}
	return true;
}

/* ".rodata" of "counter.o" is "counter.rodata", as libbpf has it; a section with a
 * name of its own keeps it. */
static void map_name(struct sys_loaded *l, const struct object_map *m, char to[BPF_OBJ_NAME_LEN])
{
	char full[64];
	size_t n = strlen(m->name);

	if (!is_data(m) || strchr(m->name + 1, '.') || n >= BPF_OBJ_NAME_LEN) {
		load_name(l->features, to, m->name);
		return;
	}
	size_t before = MIN(strlen(l->object->name), MIN(8u, BPF_OBJ_NAME_LEN - 1 - n));
	snprintf(full, sizeof(full), "%.*s%s", (int)before, l->object->name, m->name);
	load_name(l->features, to, full);
}

/* ---- making one ---- */

static int create(struct sys_loaded *l, const struct object_map *m, int inner)
{
	const struct prog_map *s = &m->shape;
	union bpf_attr a = {.map_type = s->type,
			    .key_size = s->key_size,
			    .value_size = s->value_size,
			    .max_entries = entries(l, s),
			    .map_flags = s->flags,
			    .inner_map_fd = inner < 0 ? 0 : (u32)inner,
			    .map_ifindex = m->ifindex,
			    .map_extra = s->extra,
			    .btf_vmlinux_value_type_id = m->ops};

	map_name(l, m, a.map_name);
	if (s->flags & BPF_F_NUMA_NODE)
		a.numa_node = m->numa;
	if (is_data(m) && s->flags & BPF_F_MMAPABLE &&
	    !feature_has(l->features, FEATURE_ARRAY_MMAP))
		a.map_flags &= ~(u32)BPF_F_MMAPABLE;
	if (m->ops) {
		a.btf_fd = (u32)l->btf;
		return l->door->bpf(BPF_MAP_CREATE, &a, sizeof(a));
	}
	if (l->btf >= 0 && takes_types(s->type) && (s->value || s->key)) {
		a.btf_fd = (u32)l->btf;
		a.btf_key_type_id = s->key;
		a.btf_value_type_id = s->value;
	}
	int fd = l->door->bpf(BPF_MAP_CREATE, &a, sizeof(a));
	if (fd >= 0 || !a.btf_fd)
		return fd;
	a.btf_fd = a.btf_key_type_id = a.btf_value_type_id = 0;
	int plain = l->door->bpf(BPF_MAP_CREATE, &a, sizeof(a));
	return plain < 0 ? fd : plain;
}

static struct ob_err *create_err(const struct sys_loaded *l, const struct object_map *m, int err)
{
	const struct prog_map *s = &m->shape;
	const struct maptype_row *row = maptype_row(s->type);
	struct ob_err *e = load_err(l->door, err, "cannot create map %s", m->name);

	return err_note(e, "type %s (%u), key of %u bytes, value of %u, %u entries, flags 0x%x",
			row ? row->name : "?", s->type, s->key_size, s->value_size, entries(l, s),
			s->flags);
}

/* ---- pins ---- */

/* What a map of that shape would be told to be. */
static bool same_shape(const struct sys_loaded *l, const struct prog_map *s,
		       const struct bpf_map_info *i)
{
	return s->type == i->type && s->key_size == i->key_size && s->value_size == i->value_size &&
	       entries(l, s) == i->max_entries &&
	       (s->flags & ~(u32)BPF_F_NUMA_NODE) == (i->map_flags & ~(u32)BPF_F_NUMA_NODE) &&
	       s->extra == i->map_extra;
}

static struct ob_err *check_shape(const struct sys_loaded *l, const struct object_map *m, int fd,
				  const char *path)
{
	const struct prog_map *s = &m->shape;
	struct bpf_map_info i = {0};
	union bpf_attr a = {
		.info = {.bpf_fd = (u32)fd, .info_len = sizeof(i), .info = (u64)(uintptr_t)&i}};
	int err = l->door->bpf(BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a));

	if (err < 0)
		return load_err(l->door, err, "cannot ask what is pinned at %s", path);
	if (same_shape(l, s, &i))
		return NULL;
	struct ob_err *e = err_new(OB_REFUSED, "%s is another kind of map than %s", path, m->name);
	e = err_note(e, "pinned: type %u, key %u, value %u, %u entries, flags 0x%x", i.type,
		     i.key_size, i.value_size, i.max_entries, i.map_flags);
	e = err_note(e, "wanted: type %u, key %u, value %u, %u entries, flags 0x%x", s->type,
		     s->key_size, s->value_size, entries(l, s), s->flags);
	return err_hint(e, "remove it, or choose another folder for pins");
}

static bool pins(const struct object_map *m) { return m->pin != PIN_NONE && m->kind == OBJECT_MAP; }

static struct ob_err *find_pinned(struct sys_loaded *l, u32 nr, const char *folder)
{
	const struct object_map *m = &l->object->map[nr];
	struct buf path = {0};
	struct ob_err *err = NULL;

	buf_printf(&path, "%s/%s", folder, m->name);
	if (path.oom) {
		buf_deinit(&path);
		return err_nomem();
	}
	union bpf_attr a = {.pathname = (u64)(uintptr_t)path.p};
	int fd = l->door->bpf(BPF_OBJ_GET, &a, sizeof(a));
	if (fd >= 0) {
		l->map[nr] = fd;
		l->reused[nr] = true;
		err = check_shape(l, m, fd, path.p);
	} else if (fd != -ENOENT) {
		err = load_err(l->door, fd, "cannot open %s", path.p);
	}
	buf_deinit(&path);
	return err;
}

/* Every folder on the way that is not there. */
static int make_folders(const struct sys_door *d, char *path)
{
	for (char *s = path + 1; (s = strchr(s, '/')); s++) {
		*s = 0;
		int err = access(path, F_OK) ? d->make_folder(path) : 0;
		*s = '/';
		if (err && !d->own)
			return err;
	}
	return d->make_folder(path);
}

struct ob_err *sys_pin(const struct sys_loaded *l, int fd, const char *folder, const char *name)
{
	struct buf path = {0};
	struct ob_err *err = NULL;

	buf_printf(&path, "%s", folder);
	int no = path.oom ? -ENOMEM : make_folders(l->door, path.p);
	if (no) {
		err = load_err(l->door, no, "cannot make the folder %s", folder);
		buf_deinit(&path);
		return err_hint(err, "pins lie below " PINS);
	}
	buf_printf(&path, "/%s", name);
	union bpf_attr a = {.pathname = (u64)(uintptr_t)path.p, .bpf_fd = (u32)fd};
	no = path.oom ? -ENOMEM : l->door->bpf(BPF_OBJ_PIN, &a, sizeof(a));
	if (no < 0)
		err = load_err(l->door, no, "cannot pin %s", path.oom ? name : path.p);
	if (no == -EPERM || no == -EINVAL)
		err = err_hint(err, "is a file system of type bpf there? mount -t bpf bpf " PINS);
	buf_deinit(&path);
	return err;
}

/* ---- content ---- */

static struct ob_err *fill(const struct sys_loaded *l, u32 nr)
{
	const struct object_map *m = &l->object->map[nr];
	u32 key = 0;
	union bpf_attr a = {.map_fd = (u32)l->map[nr],
			    .key = (u64)(uintptr_t)&key,
			    .value = (u64)(uintptr_t)m->data};
	int err = l->door->bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a));

	if (err < 0)
		return load_err(l->door, err, "cannot fill map %s", m->name);
	if (m->kind != OBJECT_RODATA && m->kind != OBJECT_KCONFIG)
		return NULL;
	union bpf_attr freeze = {.map_fd = (u32)l->map[nr]};
	err = l->door->bpf(BPF_MAP_FREEZE, &freeze, sizeof(freeze));
	if (err < 0 && err != -EINVAL) /* before Linux 5.2 */
		return load_err(l->door, err, "cannot freeze map %s", m->name);
	return NULL;
}

static bool has_slots(const struct sys_loaded *l, u32 map)
{
	return l->map[map] >= 0 && !l->reused[map] && l->object->map[map].kind != OBJECT_STRUCT_OPS;
}

struct ob_err *load_slots(struct sys_loaded *l, bool programs)
{
	const struct object *o = l->object;

	for (u32 i = 0; i < o->maps; i++)
		for (u32 k = 0; has_slots(l, i) && k < o->map[i].slots; k++) {
			const struct object_slot *s = &o->map[i].slot[k];
			u32 fd = (u32)(s->is_map ? l->map[s->what] : l->prog[s->what]);
			union bpf_attr a = {.map_fd = (u32)l->map[i],
					    .key = (u64)(uintptr_t)&s->index,
					    .value = (u64)(uintptr_t)&fd};

			if (s->is_map == programs || (s32)fd < 0)
				continue;
			int err = l->door->bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a));
			if (err < 0)
				return load_err(
					l->door, err, "cannot put %s into slot %u of map %s",
					s->is_map ? o->map[s->what].name : o->prog[s->what].name,
					s->index, o->map[i].name);
		}
	return NULL;
}

/* ---- all of them ---- */

static struct ob_err *make(struct sys_loaded *l, u32 nr)
{
	const struct object_map *m = &l->object->map[nr];
	int inner = -1;

	if (m->inner >= 0) {
		const struct object_map *t = &l->object->map[m->inner];

		inner = create(l, t, -1);
		if (inner < 0)
			return create_err(l, t, inner);
	}
	l->map[nr] = create(l, m, inner);
	if (inner >= 0)
		close(inner);
	if (l->map[nr] < 0)
		return create_err(l, m, l->map[nr]);
	return m->data && is_data(m) ? fill(l, nr) : NULL;
}

static struct ob_err *make_or_find(struct sys_loaded *l, u32 nr, const char *folder)
{
	const struct object_map *m = &l->object->map[nr];
	struct ob_err *err = pins(m) ? find_pinned(l, nr, folder) : NULL;

	if (err || l->reused[nr])
		return err;
	err = make(l, nr);
	if (!err && pins(m))
		err = sys_pin(l, l->map[nr], folder, m->name);
	return err;
}

struct ob_err *load_maps(struct sys_loaded *l, const char *pin_folder)
{
	const char *folder = pin_folder ? pin_folder : PINS;

	for (u32 i = 0; i < l->object->maps; i++) {
		const struct object_map *m = &l->object->map[i];
		struct ob_err *err = NULL;

		if (m->kind == OBJECT_STRUCT_OPS && !m->ops && !l->door->own)
			err = err_new(OB_UNSUPPORTED,
				      "%s is a table of functions (struct_ops) that this kernel "
				      "has no use for",
				      m->name);
		else if (m->kind != OBJECT_INNER)
			err = make_or_find(l, i, folder);
		if (err)
			return err;
	}
	return load_slots(l, false);
}
