/* SPDX-License-Identifier: BSD-2-Clause */
/* Types of a kind by their names, found at once: those whose names have one hash are
 * chained, in order. */
#include "prog/core_priv.h"

struct btf_index {
	const struct btf *b;
	u32 kinds; /* a bit for each */
	u32 n;
	struct entry {
		u32 id, next; /* a place in `entry`, 0: none */
	} * entry;            /* by id; the first is none */
	u32 *slot;            /* the first of each, 0: none */
	u32 slots;            /* a power of two */
};

/* "___" between two other characters begins a flavour. */
size_t btf_essential(const char *name)
{
	size_t n = strlen(name);

	if (!strstr(name, "___")) /* nearly all */
		return n;
	for (size_t i = n < 5 ? 0 : n - 4; i-- > 0;)
		if (name[i] != '_' && !memcmp(name + i + 1, "___", 3) && name[i + 4] != '_')
			return i + 1;
	return n;
}

static u32 *slot_of(const struct btf_index *x, const char *name, size_t n)
{
	u64 h = n, last = 0;

	for (; n >= 8; n -= 8, name += 8)
		h = hash_add(h, get_le64((const u8 *)name));
	memcpy(&last, name, n);
	return &x->slot[hash_u64(hash_add(h, last)) & (x->slots - 1)];
}

static const struct btf_type *own(const struct btf *b, u32 i)
{
	return (const struct btf_type *)(const void *)(b->types.p + b->at[i]);
}

static bool has(const struct btf_index *x, const struct btf_type *t)
{
	return x->kinds >> btf_kind_of(t) & 1 && t->name_off;
}

static u32 count(const struct btf_index *x)
{
	u32 n = 0;

	for (u32 i = 0; i < x->b->n - x->b->first; i++)
		n += has(x, own(x->b, i));
	return n;
}

/* From the last to the first, as each becomes the head of its chain. */
static void fill(struct btf_index *x)
{
	u32 at = x->n;

	for (u32 i = x->b->n - x->b->first; i-- > 0;) {
		const struct btf_type *t = own(x->b, i);

		if (!has(x, t))
			continue;
		const char *name = btf_name(x->b, t->name_off);
		u32 *slot = slot_of(x, name, btf_essential(name));

		x->entry[at] = (struct entry){x->b->first + i, *slot};
		*slot = at--;
	}
}

struct btf_index *btf_index_create(const struct btf *b, u32 kind)
{
	const u32 enums = 1 << BTF_KIND_ENUM | 1 << BTF_KIND_ENUM64;
	struct btf_index *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	*x = (struct btf_index){.b = b, .kinds = 1u << kind, .slots = 16};
	if (x->kinds & enums)
		x->kinds = enums;
	x->n = count(x);
	while (x->slots < x->n)
		x->slots *= 2;
	x->slot = calloc(x->slots, sizeof(*x->slot));
	x->entry = calloc(x->n + 1, sizeof(*x->entry));
	if (x->slot && x->entry) {
		fill(x);
		return x;
	}
	btf_index_destroy(x);
	return NULL;
}

void btf_index_destroy(struct btf_index *x)
{
	if (!x)
		return;
	free(x->entry);
	free(x->slot);
	free(x);
}

u32 btf_index_next(const struct btf_index *x, const char *name, size_t n, u32 *at)
{
	for (*at = *at ? x->entry[*at].next : *slot_of(x, name, n); *at; *at = x->entry[*at].next) {
		u32 id = x->entry[*at].id;
		const char *is = btf_name(x->b, btf_type(x->b, id)->name_off);

		if (!strncmp(is, name, n) && btf_essential(is) == n)
			return id;
	}
	return 0;
}
