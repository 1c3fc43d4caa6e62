/* SPDX-License-Identifier: BSD-2-Clause */
/* .BTF.ext, read: a header, then for each kind of record its size and blocks, each of
 * which names a section. Blocks are sorted by section, so that what is said of one lies
 * together, whatever the file's order. */
#include "prog/btf_priv.h"
#include "prog/btf_ext.h"

enum kind { FUNC, LINE, CORE, KINDS };
enum { HEAD_MIN = 24, HEAD_CORE = 32, BLOCK = 8 };

static const struct {
	const char *name;
	const char *words; /* of a record: @ a place, t a type, n a name, # a number */
	u32 size;
} kinds[KINDS] = {
	[FUNC] = {"func_info", "@t", sizeof(struct bpf_func_info)},
	[LINE] = {"line_info", "@nn#", sizeof(struct bpf_line_info)},
	[CORE] = {"core_relo", "@tn#", sizeof(struct bpf_core_relo)},
};

struct block {
	const char *name; /* of a section */
	enum kind kind;
	u32 n, size;   /* records, bytes of each in the file */
	const u8 *rec; /* they lie behind each other */
};

struct reader {
	struct bytes data;
	const struct btf *b;
	bool swapped;
	struct block *block;
	u32 blocks, cap;
	u64 total[KINDS]; /* records */
};

static u32 word(const struct reader *r, const u8 *p)
{
	return r->swapped ? get_be32(p) : get_le32(p);
}

static struct ob_err *bad(const struct reader *r, const u8 *at, enum kind k, const char *what,
			  u64 value)
{
	return err_at_byte(err_new(OB_FORMAT, ".BTF.ext: %s: %s %llu", kinds[k].name, what,
				   (unsigned long long)value),
			   NULL, (u64)(at - r->data.p));
}

/* ---- records ---- */

static struct ob_err *check_record(const struct reader *r, enum kind k, const u8 *p)
{
	for (const char *c = kinds[k].words; *c; c++, p += 4) {
		u32 w = word(r, p);

		if (*c == '@' && w % 8)
			return bad(r, p, k, "no instruction begins at", w);
		if (*c == 't' && w >= r->b->n)
			return bad(r, p, k, "there is no type", w);
		if (*c == 'n' && !btf_str(r->b, w))
			return bad(r, p, k, "there is no string", w);
	}
	return NULL;
}

static struct block *add_block(struct reader *r)
{
	if (r->blocks == r->cap) {
		u32 cap = MAX(r->cap * 2, 16u);
		struct block *more = realloc(r->block, cap * sizeof(*more));

		if (!more)
			return NULL;
		r->block = more;
		r->cap = cap;
	}
	return &r->block[r->blocks++];
}

static struct ob_err *read_block(struct reader *r, enum kind k, u32 size, struct bytes *left)
{
	const u8 *p = left->p;

	if (left->n < BLOCK)
		return bad(r, p, k, "a section's head is cut: bytes left", left->n);
	const char *name = btf_str(r->b, word(r, p));
	u64 n = word(r, p + 4);
	if (!name || !*name)
		return bad(r, p, k, "there is no name at", word(r, p));
	if (!bytes_has(*left, BLOCK, n * size))
		return bad(r, p + 4, k, "more records than there are bytes for:", n);
	for (u64 i = 0; i < n; i++) {
		struct ob_err *err = check_record(r, k, p + BLOCK + i * size);
		if (err)
			return err;
	}
	struct block *block = add_block(r);
	if (!block)
		return err_nomem();
	*block = (struct block){name, k, (u32)n, size, p + BLOCK};
	r->total[k] += n;
	*left = bytes_part(*left, BLOCK + n * size, left->n);
	return NULL;
}

static struct ob_err *read_kind(struct reader *r, enum kind k, struct bytes part)
{
	struct ob_err *err = NULL;

	if (!part.n)
		return NULL;
	if (part.n < 4)
		return bad(r, part.p, k, "no size of records, bytes are there:", part.n);
	u32 size = word(r, part.p);
	if (size < kinds[k].size || size % 4)
		return bad(r, part.p, k, "no record has the size", size);
	part = bytes_part(part, 4, part.n);
	while (part.n && !err)
		err = read_block(r, k, size, &part);
	return err;
}

/* ---- the header ---- */

static struct ob_err *check_head(struct reader *r, u32 *len)
{
	if (r->data.n < HEAD_MIN)
		return err_at_byte(err_new(OB_FORMAT, ".BTF.ext: %llu bytes, a header has %u",
					   (unsigned long long)r->data.n, HEAD_MIN),
				   NULL, 0);
	u16 magic = get_le16(r->data.p);
	r->swapped = get_be16(r->data.p) == BTF_MAGIC;
	if (magic != BTF_MAGIC && !r->swapped)
		return err_at_byte(err_new(OB_FORMAT, ".BTF.ext begins with 0x%04x, not 0x%04x",
					   magic, BTF_MAGIC),
				   NULL, 0);
	if (r->data.p[2] != BTF_VERSION || r->data.p[3])
		return err_at_byte(err_new(OB_UNSUPPORTED,
					   ".BTF.ext of version %u and flags 0x%x, version %u "
					   "without flags is known",
					   r->data.p[2], r->data.p[3], BTF_VERSION),
				   NULL, 2);
	*len = word(r, r->data.p + 4);
	if (*len < HEAD_MIN || *len > r->data.n)
		return err_at_byte(err_new(OB_FORMAT, ".BTF.ext: a header of %u bytes, of %llu",
					   *len, (unsigned long long)r->data.n),
				   NULL, 4);
	return NULL;
}

static struct ob_err *read_all(struct reader *r)
{
	u32 len = 0;
	struct ob_err *err = check_head(r, &len);

	for (enum kind k = FUNC; !err && k < KINDS; k++) {
		const u8 *at = r->data.p + BLOCK * (1 + k);

		if (k == CORE && len < HEAD_CORE)
			break;
		u32 off = word(r, at), n = word(r, at + 4);
		struct bytes body = bytes_part(r->data, len, r->data.n);
		if (!bytes_has(body, off, n))
			return bad(r, at, k, "it ends behind the section, at", (u64)off + n);
		err = read_kind(r, k, bytes_part(body, off, n));
	}
	return err;
}

/* ---- by section ---- */

static int by_section(const void *pa, const void *pb)
{
	const struct block *a = pa, *b = pb;
	int c = strcmp(a->name, b->name);

	if (!c)
		c = (int)a->kind - (int)b->kind;
	return c ? c : a->rec < b->rec ? -1 : a->rec > b->rec;
}

static void copy_records(const struct reader *r, const struct block *b, u32 *to)
{
	u32 words = kinds[b->kind].size / 4;

	for (u32 i = 0; i < b->n; i++)
		for (u32 w = 0; w < words; w++)
			*to++ = word(r, b->rec + (u64)i * b->size + 4 * w);
}

static void add_records(struct btf_ext_section *s, const struct block *b, const void *rec)
{
	const void **first[KINDS] = {(void *)&s->func, (void *)&s->line, (void *)&s->core};
	u32 *n[KINDS] = {&s->funcs, &s->lines, &s->cores};

	if (!*n[b->kind])
		*first[b->kind] = rec;
	*n[b->kind] += b->n;
}

static bool sort(struct reader *r, struct btf_ext *x)
{
	u32 *to[KINDS];

	x->section = arena_array(&x->arena, struct btf_ext_section, r->blocks);
	for (enum kind k = FUNC; k < KINDS; k++)
		to[k] = arena_raw(&x->arena, r->total[k] * kinds[k].size);
	if (!x->section || !to[FUNC] || !to[LINE] || !to[CORE])
		return false;
	if (r->blocks)
		qsort(r->block, r->blocks, sizeof(*r->block), by_section);
	for (u32 i = 0; i < r->blocks; i++) {
		const struct block *b = &r->block[i];

		if (!i || strcmp(b[-1].name, b->name) != 0)
			x->section[x->sections++].name = b->name;
		copy_records(r, b, to[b->kind]);
		add_records(&x->section[x->sections - 1], b, to[b->kind]);
		to[b->kind] += (u64)b->n * kinds[b->kind].size / 4;
	}
	return true;
}

struct ob_err *btf_ext_read(struct bytes data, const struct btf *b, struct btf_ext **ret)
{
	struct reader r = {.data = data, .b = b};
	struct btf_ext *x = calloc(1, sizeof(*x));
	struct ob_err *err = x ? read_all(&r) : err_nomem();

	if (x)
		arena_init(&x->arena);
	if (!err && !sort(&r, x))
		err = err_nomem();
	free(r.block);
	if (err)
		btf_ext_destroy(x);
	else
		*ret = x;
	return err;
}

void btf_ext_destroy(struct btf_ext *x)
{
	if (!x)
		return;
	arena_deinit(&x->arena);
	free(x);
}

static int by_name(const void *name, const void *section)
{
	return strcmp(name, ((const struct btf_ext_section *)section)->name);
}

const struct btf_ext_section *btf_ext_find(const struct btf_ext *x, const char *section)
{
	if (!x->sections)
		return NULL;
	return bsearch(section, x->section, x->sections, sizeof(*x->section), by_name);
}
