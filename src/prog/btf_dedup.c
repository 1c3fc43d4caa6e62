/* SPDX-License-Identifier: BSD-2-Clause */
/* Equal types become one. Types are equal when nothing that can be reached from them
 * tells them apart; loops are no hindrance.
 *
 * It is found as a machine's equal states are: types that look the same by themselves
 * are one class, and classes are split by the classes that their types refer to, until
 * none is split any more.
 *
 * A struct that is only declared is the one of its name, when all definitions of it are
 * equal. That is taken for granted first, so that they refer to it by its name alone; a
 * name whose definitions then differ is given up, and all is begun again. */
#include "prog/btf_priv.h"

struct dedup {
	const struct btf *b;
	u64 *class, *next; /* of each id */
	u32 *to;           /* the type that it becomes */
	u32 *slot, slots;  /* ids by class, 0: free */
	u64 *named;        /* of each struct whose name is also declared: its name, else 0 */
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
		*h = hash_add(*h, d->named[word] ? d->named[word] : d->class[word]);
}

enum { INFO = (int)0x9f00ffffu }; /* kind, flag, number of elements; the rest means nothing */

/* Variables, and the sections that they lie in, are no types: each is itself. */
static u64 look(struct dedup *d, u32 id)
{
	const struct btf_type *t = btf_type(d->b, id);
	bool itself = btf_is(t, BTF_KIND_VAR) || btf_is(t, BTF_KIND_DATASEC);
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
		hash_others(d, &h, 't', t->type);
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

enum { ROUNDS = 4096, NAMES = 64 };

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

/* Of a struct or union that has a name or is declared; else 0. */
static u64 name_of(const struct dedup *d, u32 id)
{
	const struct btf_type *t = btf_type(d->b, id);
	bool declared = btf_is(t, BTF_KIND_FWD);
	u64 h = declared ? btf_flag(t) : btf_is(t, BTF_KIND_UNION);

	if ((!declared && !btf_is_composite(t)) || !*btf_name(d->b, t->name_off))
		return 0;
	hash_text(&h, btf_name(d->b, t->name_off));
	return h | 1;
}

static bool is_declaration(const struct dedup *d, u32 id)
{
	return d->named[id] && btf_is(btf_type(d->b, id), BTF_KIND_FWD);
}

/* Names in question, each with its first definition or, before there is one, its first
 * declaration: a table like that of classes. */
static u32 *named_slot(struct dedup *d, u64 name)
{
	u32 i = (u32)hash_u64(name) & (d->slots - 1);

	while (d->slot[i] && d->named[d->slot[i]] != name)
		i = (i + 1) & (d->slots - 1);
	return &d->slot[i];
}

/* Gives up the names whose first type has that mark; were there any? */
static bool forget(struct dedup *d, const bool *mark, bool which)
{
	bool any = false;

	for (u32 id = 1; id < d->b->n; id++) { /* the names are in use until all are known */
		d->next[id] = d->named[id] && mark[*named_slot(d, d->named[id])] == which;
		any |= d->next[id];
	}
	for (u32 id = 1; id < d->b->n; id++)
		if (d->next[id])
			d->named[id] = 0;
	return any;
}

/* Those that are both declared and defined. */
static void find_names(struct dedup *d, bool *both)
{
	memset(d->slot, 0, d->slots * sizeof(*d->slot));
	for (u32 id = 1; id < d->b->n; id++) {
		d->named[id] = name_of(d, id);
		u32 *slot = d->named[id] ? named_slot(d, d->named[id]) : NULL;
		if (slot && !*slot)
			*slot = id;
		else if (slot && is_declaration(d, id) != is_declaration(d, *slot))
			both[*slot] = true;
	}
	forget(d, both, false);
}

/* False: the definitions of a name differ. Else declarations become definitions. */
static bool resolve_names(struct dedup *d, bool *differs)
{
	memset(d->slot, 0, d->slots * sizeof(*d->slot));
	for (u32 id = 1; id < d->b->n; id++) {
		u32 *slot =
			d->named[id] && !is_declaration(d, id) ? named_slot(d, d->named[id]) : NULL;
		if (slot && !*slot)
			*slot = id;
		else if (slot && d->class[*slot] != d->class[id])
			differs[*slot] = true;
	}
	if (forget(d, differs, true))
		return false;
	for (u32 id = d->b->first; id < d->b->n; id++)
		if (is_declaration(d, id))
			d->to[id] = d->to[*named_slot(d, d->named[id])];
	return true;
}

/* NULL, or why not. */
static struct ob_err *find_equal(struct dedup *d)
{
	bool *mark = calloc(d->b->n, sizeof(*mark));
	bool done = false;

	if (!mark)
		return err_nomem();
	find_names(d, mark);
	for (u32 i = 0; !done; i++) {
		if (i == NAMES) /* one after another: none then */
			memset(d->named, 0, d->b->n * sizeof(*d->named));
		if (!split(d))
			break;
		memset(mark, 0, d->b->n * sizeof(*mark));
		done = resolve_names(d, mark);
	}
	free(mark);
	return done ? NULL
		    : err_new(OB_UNSUPPORTED, "types refer to each other more than %u deep",
			      ROUNDS);
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

struct ob_err *btf_dedup(const struct btf *b, struct btf **ret)
{
	struct dedup d = {.b = b, .slots = 16};
	struct ob_err *err;

	while (d.slots < 2 * b->n)
		d.slots *= 2;
	d.class = calloc(b->n, sizeof(*d.class));
	d.next = calloc(b->n, sizeof(*d.next));
	d.named = calloc(b->n, sizeof(*d.named));
	d.to = calloc(b->n, sizeof(*d.to));
	d.slot = calloc(d.slots, sizeof(*d.slot));
	if (!d.class || !d.next || !d.named || !d.to || !d.slot)
		err = err_nomem();
	else
		err = find_equal(&d);
	if (!err)
		err = make(&d, ret);
	free(d.class);
	free(d.next);
	free(d.named);
	free(d.to);
	free(d.slot);
	return err;
}
