/* SPDX-License-Identifier: BSD-2-Clause */
/* An object's types, in words that the kernel knows: what is newer than it becomes
 * something older of the same size, so that ids and offsets stay as they are. */
#include "sys/load_priv.h"

#include <ctype.h>
#include <stdlib.h>

enum { LOG_FIRST = 1 << 16, LOG_MOST = (1 << 24) - 1 };

struct rewrite {
	struct features *f;
	const struct btf *from;
	u8 *types;   /* of the copy */
	char *names; /* of the copy */
	u32 word;    /* an INT of the types, for what has no type of its own; 0: none */
};

static u32 info(u32 kind, u32 len) { return kind << 24 | len; }

/* A section's name as one of a struct. */
static void plain_name(char *s, bool dots)
{
	for (; *s; s++)
		if (*s == '?' || (dots && !isalnum((u8)*s) && *s != '_'))
			*s = '_';
}

static void section_as_struct(struct rewrite *r, struct btf_type *t)
{
	struct btf_var_secinfo *v = (struct btf_var_secinfo *)(t + 1);

	plain_name(r->names + t->name_off, true);
	for (u32 i = 0; i < btf_len(t); i++) {
		struct btf_member m = {btf_type(r->from, v[i].type)->name_off, v[i].type,
				       v[i].offset * 8};

		_Static_assert(sizeof(m) == sizeof(*v), "one becomes the other");
		memcpy(&v[i], &m, sizeof(m));
	}
	t->info = info(BTF_KIND_STRUCT, btf_len(t));
}

static void enum64_as_union(struct rewrite *r, struct btf_type *t)
{
	struct btf_member *m = (struct btf_member *)(t + 1);

	for (u32 i = 0; i < btf_len(t); i++) {
		m[i].type = r->word;
		m[i].offset = 0;
	}
	t->info = info(BTF_KIND_UNION, btf_len(t));
}

/* VAR and DECL_TAG have one word behind them, as INT has. */
static void as_byte(struct btf_type *t)
{
	t->info = info(BTF_KIND_INT, 0);
	t->size = 1;
	*(u32 *)(t + 1) = 8;
}

static void rewrite_one(struct rewrite *r, struct btf_type *t)
{
	switch (btf_kind_of(t)) {
	case BTF_KIND_VAR:
		if (!feature_has(r->f, FEATURE_BTF_DATASEC))
			as_byte(t);
		break;
	case BTF_KIND_DECL_TAG:
		if (!feature_has(r->f, FEATURE_BTF_DECL_TAG))
			as_byte(t);
		break;
	case BTF_KIND_DATASEC:
		if (!feature_has(r->f, FEATURE_BTF_DATASEC))
			section_as_struct(r, t);
		else if (strchr(r->names + t->name_off, '?') &&
			 !feature_has(r->f, FEATURE_BTF_QUESTION))
			plain_name(r->names + t->name_off, false);
		break;
	case BTF_KIND_FUNC_PROTO: /* its parameters are as long as an ENUM's values */
		if (!feature_has(r->f, FEATURE_BTF_FUNC)) {
			t->info = info(BTF_KIND_ENUM, btf_len(t));
			t->size = 4;
		}
		break;
	case BTF_KIND_FUNC:
		if (!feature_has(r->f, FEATURE_BTF_FUNC))
			t->info = info(BTF_KIND_TYPEDEF, 0);
		else if (btf_len(t) && !feature_has(r->f, FEATURE_BTF_GLOBAL_FUNC))
			t->info = info(BTF_KIND_FUNC, BTF_FUNC_STATIC);
		break;
	case BTF_KIND_FLOAT:
		if (!feature_has(r->f, FEATURE_BTF_FLOAT))
			t->info = info(BTF_KIND_STRUCT, 0);
		break;
	case BTF_KIND_TYPE_TAG:
		if (!feature_has(r->f, FEATURE_BTF_TYPE_TAG)) {
			t->name_off = 0;
			t->info = info(BTF_KIND_CONST, 0);
		}
		break;
	case BTF_KIND_ENUM:
		if (btf_flag(t) && !feature_has(r->f, FEATURE_BTF_ENUM64))
			t->info = info(BTF_KIND_ENUM, btf_len(t));
		break;
	case BTF_KIND_ENUM64:
		if (!feature_has(r->f, FEATURE_BTF_ENUM64))
			enum64_as_union(r, t);
		break;
	}
}

static u32 find_word(const struct btf *b)
{
	for (u32 id = b->first; id < b->n; id++)
		if (btf_is(btf_type(b, id), BTF_KIND_INT) && btf_type(b, id)->size <= 4)
			return id;
	return 0;
}

static void rewrite(struct features *f, const struct btf *b, struct buf *copy)
{
	const struct btf_header *h = (const struct btf_header *)(const void *)copy->p;
	struct rewrite r = {f, b, (u8 *)copy->p + h->hdr_len + h->type_off,
			    copy->p + h->hdr_len + h->str_off, find_word(b)};

	for (u32 id = b->first; id < b->n; id++) {
		u64 at = (u64)((const u8 *)btf_type(b, id) - b->types.p);

		rewrite_one(&r, (struct btf_type *)(void *)(r.types + at));
	}
}

static int load(const struct sys_door *d, const struct buf *b, char *log, u32 size)
{
	union bpf_attr a = {.btf = (u64)(uintptr_t)b->p,
			    .btf_size = (u32)b->n,
			    .btf_log_buf = (u64)(uintptr_t)log,
			    .btf_log_size = size,
			    .btf_log_level = log ? 1 : 0};

	return d->bpf(BPF_BTF_LOAD, &a, sizeof(a));
}

/* The last line of what the kernel says is why. */
static struct ob_err *refused(const struct sys_door *d, const struct buf *b, int why)
{
	struct ob_err *err;
	char *log = NULL;

	for (u32 size = LOG_FIRST;; size = LOG_MOST) {
		free(log);
		log = calloc(1, size);
		if (!log)
			return err_nomem();
		if (load(d, b, log, size) != -ENOSPC || size == LOG_MOST)
			break;
	}
	size_t n = strlen(log);
	while (n && log[n - 1] == '\n')
		log[--n] = 0;
	const char *line = strrchr(log, '\n');
	line = line ? line + 1 : log;
	err = err_new(OB_REFUSED, "%s refuses the object's types: %s; they are left out", d->name,
		      *line ? line : strerror(-why));
	free(log);
	return err;
}

struct ob_err *load_btf(struct sys_loaded *l)
{
	const struct btf *b = l->object->btf;
	struct buf copy = {0};

	if (!b || !feature_has(l->features, FEATURE_BTF))
		return NULL;
	btf_write(&copy, b, false);
	if (copy.oom) {
		buf_deinit(&copy);
		return err_nomem();
	}
	rewrite(l->features, b, &copy);
	int fd = load(l->door, &copy, NULL, 0);
	if (fd >= 0)
		l->btf = fd;
	else
		l->warning = refused(l->door, &copy, fd);
	buf_deinit(&copy);
	return NULL;
}
