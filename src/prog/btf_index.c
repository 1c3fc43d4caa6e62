/* SPDX-License-Identifier: BSD-2-Clause */
/* Types by their names, found at once: ids of names with one hash are chained, in order. */
#include "prog/core_priv.h"

struct btf_index {
	const struct btf *b;
	bool essential;
	u32 slots; /* a power of two */
	u32 *slot; /* the first id, 0: none */
	u32 *next; /* of each own type */
};

/* "___" between two other characters begins a flavour. */
size_t btf_essential(const char *name)
{
	size_t n = strlen(name);

	if (!memmem(name, n, "___", 3)) /* nearly all */
		return n;
	for (size_t i = n < 5 ? 0 : n - 4; i-- > 0;)
		if (name[i] != '_' && !memcmp(name + i + 1, "___", 3) && name[i + 4] != '_')
			return i + 1;
	return n;
}

static size_t length(const struct btf_index *x, const char *name)
{
	return x->essential ? btf_essential(name) : strlen(name);
}

static u32 slot_of(const struct btf_index *x, const char *name, size_t n)
{
	u64 h = n, last = 0;

	for (; n >= 8; n -= 8, name += 8)
		h = hash_add(h, get_le64((const u8 *)name));
	memcpy(&last, name, n);
	return (u32)hash_u64(hash_add(h, last)) & (x->slots - 1);
}

static void fill(struct btf_index *x)
{
	for (u32 id = x->b->n; id-- > x->b->first;) {
		const char *name = btf_name(x->b, btf_type(x->b, id)->name_off);

		if (!*name)
			continue;
		u32 *slot = &x->slot[slot_of(x, name, length(x, name))];
		x->next[id - x->b->first] = *slot;
		*slot = id;
	}
}

struct btf_index *btf_index_create(const struct btf *b, bool essential)
{
	struct btf_index *x = calloc(1, sizeof(*x));
	u32 n = b->n - b->first;

	if (!x)
		return NULL;
	*x = (struct btf_index){.b = b, .essential = essential, .slots = 16};
	while (x->slots < n)
		x->slots *= 2;
	x->slot = calloc(x->slots, sizeof(*x->slot));
	x->next = calloc(MAX(n, 1u), sizeof(*x->next));
	if (x->slot && x->next) {
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
	free(x->slot);
	free(x->next);
	free(x);
}

u32 btf_index_next(const struct btf_index *x, const char *name, size_t n, u32 id)
{
	id = id ? x->next[id - x->b->first] : x->slot[slot_of(x, name, n)];
	for (; id; id = x->next[id - x->b->first]) {
		const char *is = btf_name(x->b, btf_type(x->b, id)->name_off);

		if (!strncmp(is, name, n) && length(x, is) == n)
			break;
	}
	return id;
}
