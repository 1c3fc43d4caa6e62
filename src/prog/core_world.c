/* SPDX-License-Identifier: BSD-2-Clause */
/* The types of our world, made from the tables: structs of core_world.def, and the enums
 * by which programs ask what there is. */
#include "prog/core_priv.h"
#include "prog/object.h"

enum what { STRUCT_ROW, OPEN_ROW, FIELD_ROW, POINTER_ROW, INSIDE_ROW, CLOSE_ROW };

enum number { NUMBER_NONE, U8, U16, U32, U64, S8, S16, S32, S64, NUMBERS };

struct row {
	u8 what;
	u8 kind; /* of a struct: BTF_KIND_STRUCT or UNION; of a field: enum number */
	u8 bits; /* of a bitfield, else 0 */
	bool array;
	u16 count; /* of its elements */
	u32 at;    /* in bits */
	u32 size;
	const char *name, *ref;
};

#define STRUCT(n, bytes) {STRUCT_ROW, BTF_KIND_STRUCT, .size = bytes, .name = #n},
#define OPEN(is, n, off, bytes) \
	{OPEN_ROW, BTF_KIND_##is, .at = 8 * (off), .size = bytes, .name = #n},
#define FIELD(n, off, type) {FIELD_ROW, type, .at = 8 * (off), .name = #n},
#define ARRAY(n, off, type, len) \
	{FIELD_ROW, type, .at = 8 * (off), .name = #n, .array = true, .count = len},
#define BITS(n, off, type, len) {FIELD_ROW, type, .at = off, .name = #n, .bits = len},
#define POINTER(n, off, to)     {POINTER_ROW, .at = 8 * (off), .name = #n, .ref = #to},
#define INSIDE(n, off, is)      {INSIDE_ROW, .at = 8 * (off), .name = #n, .ref = #is},
#define CLOSE                   {.what = CLOSE_ROW},
#define END                     {.what = CLOSE_ROW},

static const struct row rows[] = {
#include "prog/core_world.def"
};

static const struct {
	const char *name;
	u32 size, encoding;
} numbers[NUMBERS] = {
	[U8] = {"unsigned char", 1, 0},
	[U16] = {"unsigned short", 2, 0},
	[U32] = {"unsigned int", 4, 0},
	[U64] = {"unsigned long long", 8, 0},
	[S8] = {"signed char", 1, BTF_INT_SIGNED},
	[S16] = {"short", 2, BTF_INT_SIGNED},
	[S32] = {"int", 4, BTF_INT_SIGNED},
	[S64] = {"long long", 8, BTF_INT_SIGNED},
};

struct world {
	struct btf_maker *m;
	u32 number[NUMBERS];
	u32 id[LEN(rows)]; /* of each row's type */
};

static void add_numbers(struct world *w)
{
	for (u32 i = U8; i < NUMBERS; i++) {
		w->number[i] = btf_maker_add(w->m, numbers[i].name, BTF_KIND_INT, false, 0,
					     numbers[i].size);
		btf_maker_word(w->m, numbers[i].encoding << 24 | numbers[i].size * 8);
	}
}

/* ---- structs ---- */

/* A struct is only declared here: it may come later in the table. */
static u32 add_pointer(struct world *w, const char *to)
{
	u32 id = 0;

	if (strcmp(to, "void") != 0)
		id = btf_maker_add(w->m, to, BTF_KIND_FWD, false, 0, 0);
	return btf_maker_add(w->m, "", BTF_KIND_PTR, false, 0, id);
}

static u32 add_array(struct world *w, u32 type, u32 n)
{
	u32 id = btf_maker_add(w->m, "", BTF_KIND_ARRAY, false, 0, 0);

	btf_maker_word(w->m, type);
	btf_maker_word(w->m, w->number[U32]);
	btf_maker_word(w->m, n);
	return id;
}

static u32 find_struct(const struct world *w, u32 before, const char *name)
{
	for (u32 i = 0; i < before; i++)
		if (rows[i].what == STRUCT_ROW && !strcmp(rows[i].name, name))
			return w->id[i];
	return 0;
}

static u32 add_struct(struct world *w, u32 from);

static u32 add_type(struct world *w, u32 i)
{
	const struct row *r = &rows[i];

	switch (r->what) {
	case FIELD_ROW:
		return r->array ? add_array(w, w->number[r->kind], r->count) : w->number[r->kind];
	case POINTER_ROW:
		return add_pointer(w, r->ref);
	case INSIDE_ROW:
		return find_struct(w, i, r->ref);
	default:
		return add_struct(w, i);
	}
}

/* The row behind this one's struct, or field. */
static u32 behind(u32 i)
{
	u32 depth = 0;

	do {
		if (rows[i].what == CLOSE_ROW)
			depth--;
		else if (rows[i].what == STRUCT_ROW || rows[i].what == OPEN_ROW)
			depth++;
		i++;
	} while (depth);
	return i;
}

static u32 add_struct(struct world *w, u32 from)
{
	const struct row *r = &rows[from];
	bool bits = false;
	u32 n = 0, id;

	for (u32 i = from + 1; rows[i].what != CLOSE_ROW; i = behind(i), n++) {
		w->id[i] = add_type(w, i);
		bits |= rows[i].bits;
	}
	id = btf_maker_add(w->m, r->what == STRUCT_ROW ? r->name : "", r->kind, bits, n, r->size);
	for (u32 i = from + 1; rows[i].what != CLOSE_ROW; i = behind(i)) {
		btf_maker_word(w->m, btf_maker_name(w->m, rows[i].name));
		btf_maker_word(w->m, w->id[i]);
		btf_maker_word(w->m, rows[i].at | (u32)rows[i].bits << 24);
	}
	return id;
}

/* ---- enums ---- */

struct value {
	const char *name;
	u32 n;
};

static void add_enum(struct world *w, const char *name, const struct value *v, u32 n)
{
	btf_maker_add(w->m, name, BTF_KIND_ENUM, false, n, 4);
	for (u32 i = 0; i < n; i++) {
		btf_maker_word(w->m, btf_maker_name(w->m, v[i].name));
		btf_maker_word(w->m, v[i].n);
	}
}

static void add_enums(struct world *w)
{
	static const struct value actions[] = {{"XDP_ABORTED", 0},
					       {"XDP_DROP", 1},
					       {"XDP_PASS", 2},
					       {"XDP_TX", 3},
					       {"XDP_REDIRECT", 4}};
	static const struct value maps[] = {
#define MAP(nr, id, ...) {"BPF_MAP_TYPE_" #id, nr},
#include "isa/map.def"
#undef MAP
	};
	static const struct value progs[] = {
#define PROG(nr, id, ...) {"BPF_PROG_TYPE_" #id, nr},
#include "isa/prog.def"
	};

	add_enum(w, "xdp_action", actions, LEN(actions));
	add_enum(w, "bpf_map_type", maps, LEN(maps));
	add_enum(w, "bpf_prog_type", progs, LEN(progs));
}

/* The helpers that do here what they do, so that a program can ask. */
static void add_helpers(struct world *w)
{
	char name[HELPER_COUNT][64];
	struct value v[HELPER_COUNT];
	u32 n = 0;

	for (u32 id = 1; id < HELPER_COUNT; id++) {
		const struct helper_row *row = helper_row(id);

		if (!row || row->here != HELPER_HERE)
			continue;
		snprintf(name[n], sizeof(name[n]), "BPF_FUNC_%s", row->name);
		v[n] = (struct value){name[n], id};
		n++;
	}
	add_enum(w, "bpf_func_id", v, n);
}

struct ob_err *core_world(struct btf **ret)
{
	struct world w = {.m = btf_maker_create(NULL)};
	struct btf *all = NULL;
	struct ob_err *err;

	if (!w.m)
		return err_nomem();
	add_numbers(&w);
	for (u32 i = 0; i < LEN(rows); i = behind(i))
		w.id[i] = add_struct(&w, i);
	add_enums(&w);
	add_helpers(&w);
	err = btf_maker_finish(w.m, &all);
	if (!err)
		err = btf_dedup(all, ret);
	btf_destroy(all);
	btf_maker_destroy(w.m);
	return err;
}
