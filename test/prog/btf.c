/* SPDX-License-Identifier: BSD-2-Clause */
/* What can be asked of types; types made, written, read again, and made one. */
#include "prog/btf_priv.h"

static u32 failed;

static void check(bool ok, const char *name)
{
	printf("%s %s\n", ok ? "ok" : "FAIL", name);
	failed += !ok;
}

/* Ids of what make() makes. */
enum {
	INT = 1,
	CHAR,
	U64,
	ENUM,
	ENUM64,
	STRUCT,
	PTR,
	TYPEDEF,
	CONST,
	ARRAY,
	ARRAYS,
	OUTER,
	FWD,
	PROTO,
	FUNC,
	VAR,
	SECTION,
	COUNT
};

static void add_int(struct btf_maker *m, const char *name, u32 size, u32 encoding)
{
	btf_maker_add(m, name, BTF_KIND_INT, false, 0, size);
	btf_maker_word(m, encoding << 24 | size * 8);
}

static void add_words(struct btf_maker *m, const u32 *w, u32 n)
{
	for (u32 i = 0; i < n; i++)
		btf_maker_word(m, w[i]);
}

#define WORDS(m, ...) add_words(m, (const u32[]){__VA_ARGS__}, LEN(((const u32[]){__VA_ARGS__})))

static void make(struct btf_maker *m)
{
	add_int(m, "int", 4, BTF_INT_SIGNED);
	add_int(m, "char", 1, 0);
	add_int(m, "u64", 8, 0);
	btf_maker_add(m, "e", BTF_KIND_ENUM, true, 2, 4);
	WORDS(m, btf_maker_name(m, "minus"), (u32)-3, btf_maker_name(m, "plus"), 3);
	btf_maker_add(m, "e64", BTF_KIND_ENUM64, false, 1, 8);
	WORDS(m, btf_maker_name(m, "big"), 1, 2);
	btf_maker_add(m, "s", BTF_KIND_STRUCT, true, 3, 16);
	WORDS(m, btf_maker_name(m, "a"), INT, 5 << 24 | 3, btf_maker_name(m, "b"), CHAR, 8);
	WORDS(m, btf_maker_name(m, "c"), U64, 64);
	btf_maker_add(m, "", BTF_KIND_PTR, false, 0, STRUCT);
	btf_maker_add(m, "s_t", BTF_KIND_TYPEDEF, false, 0, CONST);
	btf_maker_add(m, "", BTF_KIND_CONST, false, 0, STRUCT);
	btf_maker_add(m, "", BTF_KIND_ARRAY, false, 0, 0);
	WORDS(m, TYPEDEF, INT, 3);
	btf_maker_add(m, "", BTF_KIND_ARRAY, false, 0, 0);
	WORDS(m, ARRAY, INT, 2);
	btf_maker_add(m, "outer", BTF_KIND_UNION, false, 2, 96);
	WORDS(m, 0, ARRAYS, 0, btf_maker_name(m, "p"), PTR, 0);
	btf_maker_add(m, "elsewhere", BTF_KIND_FWD, true, 0, 0);
	btf_maker_add(m, "", BTF_KIND_FUNC_PROTO, false, 2, 0);
	WORDS(m, btf_maker_name(m, "x"), INT, btf_maker_name(m, "y"), PTR);
	btf_maker_add(m, "f", BTF_KIND_FUNC, false, BTF_FUNC_GLOBAL, PROTO);
	btf_maker_add(m, "v", BTF_KIND_VAR, false, 0, ARRAY);
	WORDS(m, BTF_VAR_STATIC);
	btf_maker_add(m, ".data", BTF_KIND_DATASEC, false, 1, 48);
	WORDS(m, VAR, 0, 48);
}

static void check_asking(const struct btf *b)
{
	u32 id = 0;

	check(b->n == COUNT && btf_type(b, COUNT - 1) && !btf_type(b, COUNT), "ids");
	check(btf_kind_of(btf_type(b, 0)) == 0, "void is type 0");
	check(btf_find(b, "s", BTF_KIND_STRUCT) == STRUCT && btf_find(b, "s", 0) == STRUCT &&
		      !btf_find(b, "s", BTF_KIND_UNION) && !btf_find(b, "t", 0),
	      "finding by name and kind");
	check(btf_skip(b, TYPEDEF, &id) == btf_type(b, STRUCT) && id == STRUCT, "skipping");
	check(btf_size(b, ARRAYS) == 96 && btf_size(b, TYPEDEF) == 16 && btf_size(b, PTR) == 8 &&
		      btf_size(b, VAR) == 48 && btf_size(b, SECTION) == 48,
	      "sizes");
	check(btf_size(b, 0) < 0 && btf_size(b, FWD) < 0 && btf_size(b, FUNC) < 0, "no sizes");
	check(btf_align(b, CHAR) == 1 && btf_align(b, ARRAYS) == 8 && btf_align(b, STRUCT) == 8 &&
		      btf_align(b, FWD) == 0,
	      "alignment");
	const struct btf_type *s = btf_type(b, STRUCT);
	check(btf_member_at(s, 0) == 3 && btf_member_bits(b, s, 0) == 5 &&
		      btf_member_at(s, 2) == 64 && btf_member_bits(b, s, 2) == 0,
	      "members and bitfields");
	check(btf_enum_value(btf_type(b, ENUM), 0) == -3 &&
		      btf_enum_value(btf_type(b, ENUM64), 0) == 0x200000001 &&
		      !strcmp(btf_name(b, btf_enum_name(btf_type(b, ENUM64), 0)), "big"),
	      "values of enumerations");
	check(btf_len(btf_type(b, PROTO)) == 2 && btf_params(btf_type(b, PROTO))[1].type == PTR &&
		      btf_vars(btf_type(b, SECTION))[0].size == 48,
	      "parameters and variables");
	check(!btf_str(b, (u32)b->strings.n) && btf_str(b, (u32)b->strings.n - 1), "strings");
}

static bool same_bytes(const struct btf *a, const struct btf *b)
{
	return a->types.n == b->types.n && a->strings.n == b->strings.n &&
	       !memcmp(a->types.p, b->types.p, a->types.n) &&
	       !memcmp(a->strings.p, b->strings.p, a->strings.n);
}

static void check_writing(const struct btf *b)
{
	for (u32 swapped = 0; swapped < 2; swapped++) {
		struct buf out = {0};
		struct btf *again = NULL;

		btf_write(&out, b, swapped);
		struct ob_err *err = btf_read((struct bytes){(u8 *)out.p, out.n}, NULL, &again);
		check(!err && same_bytes(b, again) && again->swapped == swapped,
		      swapped ? "written in the other byte order" : "written and read");
		struct btf *loaded = NULL;
		check(!err && !btf_load(again->data, NULL, NULL, &loaded), "Linux would take it");
		btf_destroy(loaded);
		ob_err_destroy(err);
		btf_destroy(again);
		buf_deinit(&out);
	}
}

static bool points_to_itself(const struct btf *b, u32 id)
{
	const struct btf_type *next = btf_type(b, btf_members(btf_type(b, id))[0].type);

	return btf_is(next, BTF_KIND_PTR) && next->type == id;
}

static void check_dedup(const struct btf *b)
{
	struct btf_maker *m = btf_maker_create(NULL);
	struct btf *twice = NULL, *once = NULL;

	/* The second time, all ids are those of the first; and a loop: two structs that
	 * point to themselves, one of them declared besides. */
	make(m);
	make(m);
	for (u32 i = 0; i < 2; i++) {
		u32 id = btf_maker_add(m, "node", BTF_KIND_STRUCT, false, 1, 8);
		WORDS(m, btf_maker_name(m, "next"), id + 1, 0);
		btf_maker_add(m, "", BTF_KIND_PTR, false, 0, id);
	}
	btf_maker_add(m, "node", BTF_KIND_FWD, false, 0, 0);
	btf_maker_add(m, "", BTF_KIND_PTR, false, 0, 2 * COUNT + 3);
	struct ob_err *err = btf_maker_finish(m, &twice);
	if (!err)
		err = btf_dedup(twice, &once);
	/* Once all, the variable and its section twice; a node and a pointer to it. */
	check(!err && once->n == COUNT + 2 + 2, "equal types become one");
	u32 node = err ? 0 : btf_find(once, "node", BTF_KIND_STRUCT);
	check(node && points_to_itself(once, node), "a loop is kept");
	check(node && !btf_find(once, "node", BTF_KIND_FWD) &&
		      btf_find(once, "elsewhere", BTF_KIND_FWD),
	      "a declaration becomes its definition");
	check(!err && once->strings.n == twice->strings.n && twice->strings.n > b->strings.n,
	      "a string is kept once");
	ob_err_destroy(err);
	btf_destroy(once);
	btf_destroy(twice);
	btf_maker_destroy(m);
}

static void check_split(const struct btf *base)
{
	struct btf_maker *m = btf_maker_create(base);
	struct btf *b = NULL;
	u32 id = btf_maker_add(m, "more", BTF_KIND_TYPEDEF, false, 0, STRUCT), to = 0;
	struct ob_err *err = btf_maker_finish(m, &b);

	check(!err && id == COUNT && b->n == COUNT + 1, "ids go on from the base's");
	check(!err && btf_skip(b, id, &to) == btf_type(base, STRUCT) && to == STRUCT &&
		      !strcmp(btf_name(b, btf_type(b, id)->name_off), "more") &&
		      btf_find(b, "s", 0) == STRUCT,
	      "the base's types are there");
	ob_err_destroy(err);
	btf_destroy(b);
	btf_maker_destroy(m);
}

/* A struct of two pointers with such tags: what they are taken for. */
static u32 tagged(const char *one, const char *two)
{
	struct btf_maker *m = btf_maker_create(NULL);
	u32 s = btf_maker_add(m, "object", BTF_KIND_STRUCT, false, 0, 0), pointer[2];
	struct btf *b = NULL, *loaded = NULL;
	struct btf_fields f = {0};

	for (u32 i = 0; i < 2; i++) {
		u32 tag = btf_maker_add(m, i ? two : one, BTF_KIND_TYPE_TAG, false, 0, s);

		pointer[i] = btf_maker_add(m, "", BTF_KIND_PTR, false, 0, tag);
	}
	u32 id = btf_maker_add(m, "holder", BTF_KIND_STRUCT, false, 2, 16);
	WORDS(m, btf_maker_name(m, "a"), pointer[0], 0, btf_maker_name(m, "b"), pointer[1], 64);
	struct ob_err *err = btf_maker_finish(m, &b);
	if (!err && !btf_load(b->data, NULL, NULL, &loaded) &&
	    btf_fields(loaded, id, BTF_KPTR, 16, NULL, &f))
		f.kinds = 0;
	ob_err_destroy(err);
	btf_destroy(loaded);
	btf_destroy(b);
	btf_maker_destroy(m);
	return f.n == 2 ? f.field[0].kind << 16 | f.field[1].kind : 0;
}

static void check_tags(void)
{
	const u32 both = BTF_KPTR_UNREF << 16 | BTF_KPTR_REF;

	check(tagged("kptr_untrusted", "kptr") == both, "tags of pointers to objects");
	check(tagged("kptr", "kptr_ref") == both, "those before Linux 6.4");
	check(!tagged("kptr", "kptr_old"), "and no others");
}

int main(void)
{
	struct btf_maker *m = btf_maker_create(NULL);
	struct btf *b = NULL;

	make(m);
	struct ob_err *err = btf_maker_finish(m, &b);
	check(!err, "made");
	if (!err) {
		check_asking(b);
		check_writing(b);
		check_dedup(b);
		check_split(b);
	}
	check_tags();
	ob_err_destroy(err);
	btf_destroy(b);
	btf_maker_destroy(m);
	return failed != 0;
}
