/* SPDX-License-Identifier: BSD-2-Clause */
/* Equal types become one. Types are equal when nothing that can be reached from them
 * tells them apart; loops are no hindrance.
 *
 * It is found as a machine's equal states are: types that look the same by themselves
 * are one class, and classes are split by the classes that their types refer to, until
 * none is split any more. Then a struct that is only declared is the one of its name,
 * when there is one definition only. */
#include "prog/btf_priv.h"

struct dedup {
	const struct btf *b;
	u64 *class, *next; /* of each id */
	u32 *to;           /* the type that it becomes */
	u32 *slot, slots;  /* ids by class, 0: free */
	bool declared;     /* a declaration became a definition */
};

/* Called for each word behind the first three of a type: what it is, and where. */
static void each_word(const struct btf_type *t,
		      void (*fn)(struct dedup *d, u64 *h, char what, u32 word), struct dedup *d,
		      u64 *h)
{
	const struct btf_shape *s = &btf_shapes[btf_kind_of(t)];
	const u32 *w = (const u32 *)(t + 1);
	u32 n = s->each ? btf_len(t) : 1;

	for (u32 i = 0; i < n; i++)
		for (const char *c = s->words; *c; c++, w++)
			fn(d, h, *c, *w);
}

static void hash_text(u64 *h, const char *s)
{
	for (; *s; s++)
		*h = hash_add(*h, (u8)*s);
	*h = hash_add(*h, 0x100);
}

static void hash_itself(struct dedup *d, u64 *h, char what, u32 word)
{
	if (what == 'n')
		hash_text(h, btf_name(d->b, word));
	else if (what == '#')
		*h = hash_add(*h, word);
}

static void hash_others(struct dedup *d, u64 *h, char what, u32 word)
{
	if (what == 't')
		*h = hash_add(*h, d->class[word]);
}

enum { INFO = (int)0x9f00ffffu }; /* kind, flag, number of elements; the rest means nothing */

/* Variables, and the sections that they lie in, are no types: each is itself. */
static u64 look(struct dedup *d, u32 id)
{
	const struct btf_type *t = btf_type(d->b, id);
	bool itself = btf_is(t, BTF_KIND_VAR) || btf_is(t, BTF_KIND_DATASEC) || id < d->b->first;
	u64 h = hash_add(itself ? id : 0, t->info & INFO);

	hash_text(&h, btf_name(d->b, t->name_off));
	if (!btf_shapes[btf_kind_of(t)].refers)
		h = hash_add(h, t->size);
	each_word(t, hash_itself, d, &h);
	return h;
}

static u64 look_further(struct dedup *d, u32 id)
{
	const struct btf_type *t = btf_type(d->b, id);
	u64 h = hash_u64(d->class[id] + 1); /* else A with B looks like B with A */

	if (btf_shapes[btf_kind_of(t)].refers)
		h = hash_add(h, d->class[t->type]);
	each_word(t, hash_others, d, &h);
	return h;
}

/* The first type of a class; 0: this is it, and is kept. */
static u32 first_of(struct dedup *d, u64 class, u32 id)
{
	u32 i = (u32)hash_u64(class) & (d->slots - 1);

	for (; d->slot[i]; i = (i + 1) & (d->slots - 1))
		if (d->class[d->slot[i]] == class)
			return d->slot[i];
	d->slot[i] = id;
	return 0;
}

static u32 count_classes(struct dedup *d)
{
	u32 n = 0;

	memset(d->slot, 0, d->slots * sizeof(*d->slot));
	for (u32 id = 1; id < d->b->n; id++) {
		u32 first = first_of(d, d->class[id], id);

		d->to[id] = first ? first : id;
		n += !first;
	}
	return n;
}

enum { ROUNDS = 4096 };

/* A chain takes as many rounds as it is long, so hostile ones are given up: false. */
static bool split(struct dedup *d)
{
	u32 classes, before = 0, left = ROUNDS;

	for (u32 id = 1; id < d->b->n; id++)
		d->class[id] = look(d, id);
	while ((classes = count_classes(d)) > before) {
		u64 *last = d->class;

		if (!left--)
			return false;
		before = classes;
		for (u32 id = 1; id < d->b->n; id++)
			d->next[id] = look_further(d, id);
		d->class = d->next;
		d->next = last;
	}
	return true;
}

/* ---- declarations ---- */

/* A name's one definition: its class by name, 0 when there are several. */
static void find_definitions(struct dedup *d, u32 *by_name)
{
	for (u32 id = 1; id < d->b->n; id++) {
		const struct btf_type *t = btf_type(d->b, id);
		u64 h = btf_is(t, BTF_KIND_UNION);

		if (!btf_is_composite(t) || !*btf_name(d->b, t->name_off) || d->to[id] != id)
			continue;
		hash_text(&h, btf_name(d->b, t->name_off));
		d->class[id] = h;
		u32 first = first_of(d, h, id);
		by_name[first ? first : id] = first ? UINT32_MAX : id;
	}
}

static bool resolve_declarations(struct dedup *d)
{
	u32 *by_name = calloc(d->b->n, sizeof(*by_name));

	if (!by_name)
		return false;
	memset(d->slot, 0, d->slots * sizeof(*d->slot));
	find_definitions(d, by_name);
	for (u32 id = 1; id < d->b->n; id++) {
		const struct btf_type *t = btf_type(d->b, id);
		u64 h = btf_flag(t);

		if (!btf_is(t, BTF_KIND_FWD) || d->to[id] != id || id < d->b->first ||
		    !*btf_name(d->b, t->name_off))
			continue;
		hash_text(&h, btf_name(d->b, t->name_off));
		d->class[id] = h;
		u32 first = first_of(d, h, id);
		if (first && by_name[first] && by_name[first] != UINT32_MAX) {
			d->to[id] = by_name[first];
			d->declared = true;
		}
	}
	free(by_name);
	return true;
}

/* ---- what is left ---- */

/* Types go before those that are kept, so ids come first. */
static void number(struct dedup *d, u32 *id_of)
{
	u32 next = d->b->first;

	for (u32 id = 1; id < d->b->n; id++)
		if (id < d->b->first)
			id_of[id] = id;
		else if (d->to[id] == id)
			id_of[id] = next++;
	for (u32 id = d->b->first; id < d->b->n; id++) {
		u32 to = id;

		while (d->to[to] != to)
			to = d->to[to];
		id_of[id] = id_of[to];
	}
}

static struct ob_err *make(struct dedup *d, struct btf **ret)
{
	struct btf_maker *m = btf_maker_create(d->b->base);
	u32 *id_of = calloc(d->b->n, sizeof(*id_of));
	struct ob_err *err;

	if (m && id_of) {
		number(d, id_of);
		for (u32 id = d->b->first; id < d->b->n; id++)
			if (d->to[id] == id)
				btf_maker_copy(m, d->b, id, id_of);
		err = btf_maker_finish(m, ret);
	} else {
		err = err_nomem();
	}
	btf_maker_destroy(m);
	free(id_of);
	return err;
}

static struct ob_err *dedup(const struct btf *b, bool *again, struct btf **ret)
{
	struct dedup d = {.b = b, .slots = 16};
	struct ob_err *err = NULL;

	while (d.slots < 2 * b->n)
		d.slots *= 2;
	d.class = calloc(b->n, sizeof(*d.class));
	d.next = calloc(b->n, sizeof(*d.next));
	d.to = calloc(b->n, sizeof(*d.to));
	d.slot = calloc(d.slots, sizeof(*d.slot));
	if (!d.class || !d.next || !d.to || !d.slot)
		err = err_nomem();
	else if (!split(&d))
		err = err_new(OB_UNSUPPORTED, "types refer to each other more than %u deep",
			      ROUNDS);
	if (!err && !resolve_declarations(&d))
		err = err_nomem();
	if (!err)
		err = make(&d, ret);
	free(d.class);
	free(d.next);
	free(d.to);
	free(d.slot);
	*again = d.declared;
	return err;
}

struct ob_err *btf_dedup(const struct btf *b, struct btf **ret)
{
	bool again;
	struct btf *more;
	struct ob_err *err = dedup(b, &again, &more);

	/* What referred to a declaration may be equal to something now. */
	while (!err && again) {
		struct btf *last = more;

		err = dedup(last, &again, &more);
		btf_destroy(last);
	}
	if (!err)
		*ret = more;
	return err;
}
