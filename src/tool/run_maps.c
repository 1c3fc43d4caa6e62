/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf run`: an object's maps and variables, set before the run and shown behind it. */
#include "isa/isa.h"
#include "tool/load.h"
#include "tool/run.h"
#include "tool/typed.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>

enum { ELEMENTS_MAX = 100000 };

/* "NAME=..." */
static struct ob_err *name_of(const char *option, const char *text, char **name, const char **rest)
{
	const char *eq = strchr(text, '=');

	if (!eq || eq == text)
		return err_new(OB_SYNTAX, "%s: NAME=... is expected, not \"%s\"", option, text);
	*name = strndup(text, (size_t)(eq - text));
	*rest = eq + 1;
	return *name ? NULL : err_nomem();
}

static struct ob_err *in_option(struct ob_err *err, const char *option, const char *name)
{
	struct ob_err *more =
		err_new(ob_err_code(err), "%s %s: %s", option, name, ob_err_reason(err));

	ob_err_destroy(err);
	return more;
}

/* ---- variables ---- */

static struct ob_err *set_variable(const struct object *o, const char *name, const char *text)
{
	u32 map, type;
	struct bytes at = object_variable(o, name, &map, &type);

	if (!at.p)
		return err_new(OB_NAME, "--data: the object has no variable %s", name);
	struct ob_err *err = typed_read(&text, o->btf, type, (u8 *)(uintptr_t)at.p, (u32)at.n);
	if (!err && *text)
		err = err_new(OB_SYNTAX, "\"%s\" follows the value", text);
	return err ? in_option(err, "--data", name) : NULL;
}

struct ob_err *run_set_variables(const struct run_cmd *c, const struct object *o)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < c->data.n && !err; i++) {
		char *name = NULL;
		const char *text;

		err = name_of("--data", c->data.v[i], &name, &text);
		if (!err)
			err = set_variable(o, name, text);
		free(name);
	}
	return err;
}

/* ---- maps ---- */

static bool is_per_cpu(u32 type)
{
	return type == MAPTYPE_PERCPU_HASH || type == MAPTYPE_PERCPU_ARRAY ||
	       type == MAPTYPE_LRU_PERCPU_HASH || type == MAPTYPE_PERCPU_CGROUP_STORAGE;
}

/* A map while it is read or written. */
struct access {
	const struct sys_door *door;
	const struct object *o;
	const struct object_map *m;
	int fd;
	u32 copies, stride; /* of a value */
	u8 *key, *value;
};

static struct ob_err *access_init(struct access *a, const struct sys_loaded *l, u32 map)
{
	const struct prog_map *s = &l->object->map[map].shape;

	*a = (struct access){l->door,     l->object, &l->object->map[map],
			     l->map[map], 1,         s->value_size,
			     NULL,        NULL};
	if (is_per_cpu(s->type)) {
		a->copies = l->door->cpus();
		a->stride = (s->value_size + 7) & ~7u;
	}
	a->key = calloc(1, s->key_size + 1);
	a->value = calloc(MAX(a->copies, 1u), a->stride + 1);
	return a->key && a->value ? NULL : err_nomem();
}

static void access_deinit(struct access *a)
{
	free(a->key);
	free(a->value);
}

static int call(const struct access *a, int cmd, void *next)
{
	union bpf_attr attr = {
		.map_fd = (u32)a->fd,
		.key = a->m->shape.key_size ? (u64)(uintptr_t)a->key : 0,
		.value = (u64)(uintptr_t)(next ? next : a->value),
	};

	return a->door->bpf(cmd, &attr, sizeof(attr));
}

static struct ob_err *set_element(struct access *a, const char **text)
{
	const struct prog_map *s = &a->m->shape;
	struct ob_err *err = NULL;

	if (s->key_size) {
		err = typed_read(text, a->o->btf, s->key, a->key, s->key_size);
		*text += strspn(*text, " \t");
		if (!err && *(*text)++ != ':')
			return err_new(OB_SYNTAX, "KEY:VALUE is expected: a colon behind the key");
	}
	if (!err)
		err = typed_read(text, a->o->btf, s->value, a->value, s->value_size);
	if (err)
		return err;
	for (u32 i = 1; i < a->copies; i++)
		memcpy(a->value + (size_t)i * a->stride, a->value, s->value_size);
	int no = call(a, BPF_MAP_UPDATE_ELEM, NULL);
	return no < 0 ? err_sys(-no, "cannot update the map in %s", a->door->name) : NULL;
}

static struct ob_err *set_map(const struct sys_loaded *l, const char *name, const char *text)
{
	const struct object_map *m = object_map(l->object, name);
	struct access a;

	if (!m || l->map[m - l->object->map] < 0)
		return err_new(OB_NAME, "--map: the object has no map %s", name);
	struct ob_err *err = access_init(&a, l, (u32)(m - l->object->map));
	while (!err) {
		err = set_element(&a, &text);
		text += err ? 0 : strspn(text, " \t");
		if (err || !*text)
			break;
		if (*text++ != ',')
			err = err_new(OB_SYNTAX, "a comma is expected, not \"%s\"", text - 1);
	}
	access_deinit(&a);
	return err ? in_option(err, "--map", name) : NULL;
}

struct ob_err *run_set_maps(const struct run_cmd *c, const struct sys_loaded *l)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < c->map.n && !err; i++) {
		char *name = NULL;
		const char *text;

		err = name_of("--map", c->map.v[i], &name, &text);
		if (!err)
			err = set_map(l, name, text);
		free(name);
	}
	return err;
}

/* ---- shown ---- */

struct lines {
	char **v;
	u32 n, cap;
	bool json, oom;
};

static void add(struct lines *l, struct buf *b)
{
	if (l->n == l->cap) {
		u32 cap = l->cap ? l->cap * 2 : 16;
		char **more = realloc(l->v, cap * sizeof(*more));

		l->oom |= !more;
		if (!more)
			return buf_deinit(b);
		l->v = more;
		l->cap = cap;
	}
	l->oom |= b->oom;
	if (b->oom)
		buf_deinit(b);
	else
		l->v[l->n++] = b->p;
	*b = (struct buf){0};
}

static void put_value(struct buf *to, const struct object *o, u32 type, const u8 *p, u32 n,
		      bool json)
{
	u64 x = 0;

	if (type && o->btf) {
		load_value(to, o->btf, type, (struct bytes){p, n}, json);
	} else if (n <= 8 && !(n & (n - 1))) {
		memcpy(&x, p, n);
		buf_printf(to, "%llu", (unsigned long long)x);
	} else {
		buf_puts(to, json ? "\"" : "");
		for (u32 i = 0; i < n; i++)
			buf_printf(to, "%02x", p[i]);
		buf_puts(to, json ? "\"" : "");
	}
}

static bool is_zero(const u8 *p, u32 n) { return !n || (!*p && !memcmp(p, p + 1, n - 1)); }

static void add_element(const struct access *a, const u8 *value, struct lines *l)
{
	const struct prog_map *s = &a->m->shape;
	struct buf b = {0};

	buf_printf(&b, l->json ? "{\"map\":\"%s\",\"key\":" : "%s[", a->m->name);
	put_value(&b, a->o, s->key, a->key, s->key_size, l->json);
	buf_puts(&b, l->json ? ",\"value\":" : "] = ");
	put_value(&b, a->o, s->value, value, s->value_size, l->json);
	buf_puts(&b, l->json ? "}" : "");
	add(l, &b);
}

static void add_elements(struct access *a, struct lines *l)
{
	u32 type = a->m->shape.type;
	bool quiet = type == MAPTYPE_ARRAY || type == MAPTYPE_PERCPU_ARRAY || a->copies > 1;
	u8 *next = calloc(1, a->m->shape.key_size + 1);
	union bpf_attr attr = {.map_fd = (u32)a->fd, .next_key = (u64)(uintptr_t)next};

	for (u32 n = 0; next && n < ELEMENTS_MAX; n++) {
		if (a->door->bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof(attr)) < 0)
			break;
		memcpy(a->key, next, a->m->shape.key_size);
		attr.key = (u64)(uintptr_t)a->key;
		if (call(a, BPF_MAP_LOOKUP_ELEM, NULL) < 0)
			continue;
		for (u32 i = 0; i < a->copies; i++) {
			const u8 *value = a->value + (size_t)i * a->stride;

			if (!quiet || !is_zero(value, a->m->shape.value_size))
				add_element(a, value, l);
		}
	}
	free(next);
}

static void add_variable(const struct access *a, const char *name, u32 type, u32 off, u32 size,
			 struct lines *l)
{
	struct buf b = {0};

	buf_printf(&b, l->json ? "{\"variable\":\"%s\",\"value\":" : "%s = ", name);
	put_value(&b, a->o, type, a->value + off, size, l->json);
	buf_puts(&b, l->json ? "}" : "");
	add(l, &b);
}

static void add_variables(struct access *a, struct lines *l)
{
	const struct btf *btf = a->o->btf;
	const struct btf_type *t = a->m->shape.value ? btf_type(btf, a->m->shape.value) : NULL;

	if (call(a, BPF_MAP_LOOKUP_ELEM, NULL) < 0)
		return;
	if (!t)
		return add_variable(a, a->m->name, 0, 0, a->m->shape.value_size, l);
	for (u32 i = 0; btf_is(t, BTF_KIND_DATASEC) && i < btf_len(t); i++) {
		const struct btf_var_secinfo *v = &btf_vars(t)[i];
		const struct btf_type *var = btf_type(btf, v->type);

		if (btf_is(var, BTF_KIND_VAR) && v->offset <= a->m->shape.value_size &&
		    v->size <= a->m->shape.value_size - v->offset)
			add_variable(a, btf_name(btf, var->name_off), var->type, v->offset, v->size,
				     l);
	}
}

static bool is_shown(const struct object_map *m)
{
	const struct maptype_row *row = maptype_row(m->shape.type);

	if (m->kind == OBJECT_DATA || m->kind == OBJECT_BSS)
		return true;
	return m->kind == OBJECT_MAP && m->shape.key_size && row && (row->flags & MAPUSE_LOOKUP) &&
	       m->shape.type != MAPTYPE_ARRAY_OF_MAPS && m->shape.type != MAPTYPE_HASH_OF_MAPS;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the object's order; what one holds is sorted, so that worlds can be compared. */
void run_put_maps(const struct run_cmd *c, const struct sys_loaded *loaded, struct buf *to)
{
	struct lines l = {.json = c->json};

	for (u32 i = 0; i < loaded->object->maps; i++) {
		const struct object_map *m = &loaded->object->map[i];
		u32 first = l.n;
		struct access a;

		if (loaded->map[i] < 0 || !is_shown(m))
			continue;
		struct ob_err *err = access_init(&a, loaded, i);
		if (!err && m->kind == OBJECT_MAP)
			add_elements(&a, &l);
		else if (!err)
			add_variables(&a, &l);
		l.oom |= err != NULL;
		ob_err_destroy(err);
		access_deinit(&a);
		if (m->kind == OBJECT_MAP && l.n > first)
			qsort(l.v + first, l.n - first, sizeof(*l.v), by_text);
	}
	for (u32 i = 0; i < l.n; i++) {
		buf_puts(to, c->json && i ? "," : "");
		buf_puts(to, l.v[i]);
		buf_puts(to, c->json ? "" : "\n");
		free(l.v[i]);
	}
	free(l.v);
	to->oom |= l.oom;
}
