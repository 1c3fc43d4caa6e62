/* SPDX-License-Identifier: BSD-2-Clause */
/* Types made one by one, and written. Each string is kept once. */
#include "prog/btf_priv.h"

struct btf_maker {
	const struct btf *base;
	struct buf types, strings;
	u32 n, first_str;
	u32 *slot, slots, used; /* offsets of strings by their hash, 0: free */
	bool oom;
};

struct btf_maker *btf_maker_create(const struct btf *base)
{
	struct btf_maker *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->base = base;
	m->n = base ? base->n : 1;
	m->first_str = base ? base->first_str + (u32)base->strings.n : 0;
	if (!base)
		buf_putc(&m->strings, 0);
	return m;
}

void btf_maker_destroy(struct btf_maker *m)
{
	if (!m)
		return;
	buf_deinit(&m->types);
	buf_deinit(&m->strings);
	free(m->slot);
	free(m);
}

/* ---- strings ---- */

static u64 hash_of(const char *s)
{
	u64 h = 0;

	for (; *s; s++)
		h = hash_add(h, (u8)*s);
	return hash_u64(h);
}

/* Slots hold offsets from 1 on, for the base's maker may begin with a string. */
static u32 *slot_of(const struct btf_maker *m, const char *s)
{
	u32 i = (u32)hash_of(s) & (m->slots - 1);

	while (m->slot[i] && strcmp(m->strings.p + m->slot[i] - 1, s) != 0)
		i = (i + 1) & (m->slots - 1);
	return &m->slot[i];
}

static bool grow(struct btf_maker *m)
{
	u32 *old = m->slot, n = m->slots;
	u32 *more = calloc(n ? n * 2 : 256, sizeof(*more));

	if (!more)
		return false;
	m->slot = more;
	m->slots = n ? n * 2 : 256;
	for (u32 i = 0; i < n; i++)
		if (old[i])
			*slot_of(m, m->strings.p + old[i] - 1) = old[i];
	free(old);
	return true;
}

u32 btf_maker_name(struct btf_maker *m, const char *s)
{
	if (!*s)
		return 0;
	if (m->used >= m->slots / 2 && !grow(m)) {
		m->oom = true;
		return 0;
	}
	u32 *slot = slot_of(m, s);
	if (!*slot) {
		*slot = (u32)m->strings.n + 1;
		buf_add(&m->strings, s, strlen(s) + 1);
		m->used++;
	}
	return m->first_str + *slot - 1;
}

/* ---- types ---- */

void btf_maker_word(struct btf_maker *m, u32 word) { buf_add(&m->types, &word, sizeof(word)); }

u32 btf_maker_add(struct btf_maker *m, const char *name, u32 kind, bool flag, u32 len, u32 third)
{
	btf_maker_word(m, btf_maker_name(m, name));
	btf_maker_word(m, (u32)flag << 31 | kind << 24 | len);
	btf_maker_word(m, third);
	return m->n++;
}

u32 btf_maker_copy(struct btf_maker *m, const struct btf *b, u32 id, const u32 *id_of)
{
	const struct btf_type *t = btf_type(b, id);
	const struct btf_shape *s = &btf_shapes[btf_kind_of(t)];
	const u32 *w = (const u32 *)(t + 1);
	u32 n = s->each ? btf_len(t) : 1;
	u32 made = btf_maker_add(m, btf_name(b, t->name_off), btf_kind_of(t), btf_flag(t),
				 btf_len(t), s->refers ? id_of[t->type] : t->size);

	for (u32 i = 0; i < n; i++)
		for (const char *c = s->words; *c; c++, w++)
			btf_maker_word(m, *c == 'n'   ? btf_maker_name(m, btf_name(b, *w))
					  : *c == 't' ? id_of[*w]
						      : *w);
	return made;
}

struct ob_err *btf_maker_finish(struct btf_maker *m, struct btf **ret)
{
	struct btf_header h = {.magic = BTF_MAGIC,
			       .version = BTF_VERSION,
			       .hdr_len = BTF_HEAD,
			       .type_len = (u32)m->types.n,
			       .str_off = (u32)m->types.n,
			       .str_len = (u32)m->strings.n};
	struct buf all = {0};
	struct ob_err *err;

	buf_add(&all, &h, sizeof(h));
	buf_add(&all, m->types.p, m->types.n);
	buf_add(&all, m->strings.p, m->strings.n);
	if (m->oom || m->types.oom || m->strings.oom || all.oom)
		err = err_nomem();
	else
		err = btf_read((struct bytes){(const u8 *)all.p, all.n}, m->base, ret);
	buf_deinit(&all);
	return err;
}

/* ---- bytes ---- */

void btf_write(struct buf *out, const struct btf *b, bool swapped)
{
	struct btf_header h = {.magic = BTF_MAGIC,
			       .version = BTF_VERSION,
			       .hdr_len = BTF_HEAD,
			       .type_len = (u32)b->types.n,
			       .str_off = (u32)b->types.n,
			       .str_len = (u32)b->strings.n};
	size_t at = out->n;

	buf_add(out, &h, sizeof(h));
	buf_add(out, b->types.p, b->types.n);
	buf_add(out, b->strings.p, b->strings.n);
	if (!swapped || out->oom)
		return;
	btf_swap_header((u8 *)out->p + at);
	btf_swap_words((u8 *)out->p + at + BTF_HEAD, b->types.n);
}
