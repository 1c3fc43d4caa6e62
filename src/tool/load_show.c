/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf load --show`: variables and maps, as they are at the end. */
#include "isa/bpf.h"
#include "tool/json.h"
#include "tool/load.h"

#include <stdlib.h>

static void text(struct buf *b, const char *s) { json_text(b, s, strlen(s)); }

static bool per_cpu(u32 type)
{
	return type == MAPTYPE_PERCPU_HASH || type == MAPTYPE_PERCPU_ARRAY ||
	       type == MAPTYPE_LRU_PERCPU_HASH || type == MAPTYPE_PERCPU_CGROUP_STORAGE;
}

/* One map's memory for a key and its value, or its values. */
struct entry {
	const struct object_map *m;
	int fd;
	u32 copies, stride; /* of values */
	u8 *key, *value;
};

static bool entry_init(const struct load *l, u32 map, struct entry *e)
{
	const struct prog_map *s = &l->object->map[map].shape;

	*e = (struct entry){.m = &l->object->map[map],
			    .fd = l->loaded->map[map],
			    .copies = 1,
			    .stride = s->value_size};
	if (per_cpu(s->type)) {
		e->copies = l->loaded->door->cpus();
		e->stride = (s->value_size + 7) & ~7u;
	}
	e->key = calloc(1, s->key_size + 8);
	e->value = calloc(e->copies, (size_t)e->stride + 8);
	return e->key && e->value;
}

static void entry_deinit(struct entry *e)
{
	free(e->key);
	free(e->value);
}

static int look_up(const struct load *l, const struct entry *e)
{
	union bpf_attr a = {.map_fd = (u32)e->fd,
			    .key = (u64)(uintptr_t)e->key,
			    .value = (u64)(uintptr_t)e->value};

	return l->loaded->door->bpf(BPF_MAP_LOOKUP_ELEM, &a, sizeof(a));
}

/* The key behind the one that is there. */
static bool next_key(const struct load *l, const struct entry *e, bool first)
{
	union bpf_attr a = {.map_fd = (u32)e->fd,
			    .key = first ? 0 : (u64)(uintptr_t)e->key,
			    .next_key = (u64)(uintptr_t)e->key};

	return l->loaded->door->bpf(BPF_MAP_GET_NEXT_KEY, &a, sizeof(a)) >= 0;
}

static void put_values(struct load *l, const struct entry *e)
{
	const struct prog_map *s = &e->m->shape;

	if (e->copies > 1)
		buf_putc(&l->out, '[');
	for (u32 i = 0; i < e->copies; i++) {
		if (i)
			buf_puts(&l->out, l->cmd->json ? "," : " ");
		load_value(&l->out, l->object->btf, s->value,
			   (struct bytes){e->value + i * e->stride, s->value_size}, l->cmd->json);
	}
	if (e->copies > 1)
		buf_putc(&l->out, ']');
}

static void put_entry(struct load *l, const struct entry *e)
{
	const struct prog_map *s = &e->m->shape;
	struct bytes key = {e->key, s->key_size};

	if (l->cmd->json) {
		buf_puts(&l->out, "{\"type\":\"entry\",\"map\":");
		text(&l->out, e->m->name);
		buf_puts(&l->out, ",\"key\":");
		load_value(&l->out, l->object->btf, s->key, key, true);
		buf_puts(&l->out, ",\"value\":");
		put_values(l, e);
		buf_puts(&l->out, "}\n");
		return;
	}
	buf_printf(&l->out, "%s[", e->m->name);
	load_value(&l->out, l->object->btf, s->key, key, false);
	buf_puts(&l->out, "] = ");
	put_values(l, e);
	buf_putc(&l->out, '\n');
}

/* A map that others change may lead round in a circle. */
static struct ob_err *show_map(struct load *l, u32 map)
{
	u64 most = 2 * (u64)l->object->map[map].shape.max_entries + 16;
	struct entry e;
	struct ob_err *err = entry_init(l, map, &e) ? NULL : err_nomem();

	for (u64 i = 0; !err && i < most && next_key(l, &e, !i); i++)
		if (look_up(l, &e) >= 0)
			put_entry(l, &e);
	entry_deinit(&e);
	return err;
}

static struct ob_err *show_variable(struct load *l, const char *name, struct bytes at, u32 map,
				    u32 type)
{
	struct entry e;
	struct ob_err *err = entry_init(l, map, &e) ? NULL : err_nomem();
	u64 off = (u64)(at.p - l->object->map[map].data);

	if (!err && look_up(l, &e) < 0)
		err = err_new(OB_IO, "%s cannot be read", name);
	if (!err) {
		if (l->cmd->json) {
			buf_puts(&l->out, "{\"type\":\"variable\",\"name\":");
			text(&l->out, name);
			buf_puts(&l->out, ",\"value\":");
		} else {
			buf_printf(&l->out, "%s = ", name);
		}
		load_value(&l->out, l->object->btf, type, (struct bytes){e.value + off, at.n},
			   l->cmd->json);
		buf_puts(&l->out, l->cmd->json ? "}\n" : "\n");
	}
	entry_deinit(&e);
	return err;
}

static struct ob_err *show(struct load *l, const char *name)
{
	struct object_map *m = object_map(l->object, name);
	u32 map, type;

	if (m && l->loaded->map[m - l->object->map] >= 0)
		return show_map(l, (u32)(m - l->object->map));
	struct bytes at = object_variable(l->object, name, &map, &type);
	if (at.p && l->loaded->map[map] >= 0)
		return show_variable(l, name, at, map, type);
	return err_new(OB_NAME, "the object has no map or variable %s", name);
}

struct ob_err *load_show(struct load *l)
{
	struct ob_err *err = NULL;

	for (const char *s = l->cmd->show; s && *s && !err;) {
		size_t n = strcspn(s, ",");
		char *name = strndup(s, n);

		err = name ? show(l, name) : err_nomem();
		free(name);
		s += n + (s[n] == ',');
	}
	if (l->out.n)
		fwrite(l->out.p, 1, l->out.n, stdout);
	buf_clear(&l->out);
	return err;
}
