/* SPDX-License-Identifier: BSD-2-Clause */
/* Random BTF: types that mostly make sense, types of the running kernel, and
 * mutants of both. */
#ifndef BTF_MAKE_H
#define BTF_MAKE_H

#include "prog/btf_priv.h"

enum { MAKE_TYPES = 48, MAKE_BYTES = 1 << 16 };

static struct {
	u64 random;
	u8 types[MAKE_BYTES];
	u32 types_n, n; /* bytes; types */
	char strings[MAKE_BYTES];
	u32 strings_n;
	u32 name[64], names;
	u8 kind[MAKE_TYPES + 1];
	bool tidy; /* makes fewer mistakes */
	u8 data[2 * MAKE_BYTES + 256];
	u32 data_n;
} mk;

static u64 mk_any(void)
{
	mk.random ^= mk.random << 13;
	mk.random ^= mk.random >> 7;
	mk.random ^= mk.random << 17;
	return (mk.random * 0x2545f4914f6cdd1du) >> 8;
}

static u32 mk_below(u32 n) { return n ? (u32)(mk_any() % n) : 0; }
static bool mk_rarely(u32 n) { return !mk_below(n); }

static u32 mk_string(const char *s, size_t n)
{
	u32 at = mk.strings_n;

	if (at + n + 1 > sizeof(mk.strings))
		return 0;
	memcpy(mk.strings + at, s, n);
	mk.strings[at + n] = 0;
	mk.strings_n += (u32)n + 1;
	return at;
}

static void mk_word(u32 v)
{
	if (mk.types_n + 4 > sizeof(mk.types))
		return;
	memcpy(mk.types + mk.types_n, &v, 4);
	mk.types_n += 4;
}

static void mk_begin(u64 seed)
{
	mk.random = hash_u64(seed + 1) | 1;
	mk.types_n = mk.n = mk.names = 0;
	mk.strings_n = 0;
	mk_string("", 0);
}

static void mk_type(u32 name, u32 kind, u32 flag, u32 vlen, u32 size)
{
	mk_word(name);
	mk_word(flag << 31 | kind << 24 | vlen);
	mk_word(size);
	mk.n++;
	mk.kind[MIN(mk.n, (u32)MAKE_TYPES)] = (u8)kind;
}

static void mk_names(void)
{
	static const char *const names[] = {
		"int",
		"a",
		"b",
		"c_1",
		"_x.y",
		"bpf_spin_lock",
		"bpf_timer",
		"bpf_list_head",
		"bpf_list_node",
		"bpf_rb_root",
		"bpf_rb_node",
		"bpf_refcount",
		"bpf_wq",
		"bpf_res_spin_lock",
		"bpf_task_work",
		"kptr",
		"kptr_untrusted",
		"percpu_kptr",
		"uptr",
		"user",
		"contains:a:b",
		"contains:b:a",
		"contains:a:",
		"contains:",
		"task_struct",
		"cgroup",
		"sk_buff",
		"file",
		"bpf_cpumask",
		".data",
		".rodata.str 1",
		"1bad",
		"bad name",
		"sp\xe4t",
		"\xd7",
		"contains:none:a",
	};

	for (u32 i = 0; i < LEN(names); i++)
		mk.name[mk.names++] = mk_string(names[i], strlen(names[i]));
	if (mk_rarely(30)) {
		char longer[1200];

		memset(longer, 'n', sizeof(longer));
		mk.name[mk.names++] =
			mk_string(longer, mk_below(2) ? 509 + mk_below(6) : 1000 + mk_below(100));
		mk.name[mk_below(5)] = mk.name[mk.names - 1];
	}
}

/* A good name mostly, "" sometimes. */
static u32 mk_name(void)
{
	if (mk_rarely(mk.tidy ? 1000 : 40))
		return mk.name[mk_below(mk.names)];
	return mk.name[mk_below(mk_below(3) ? 5 : 20)];
}
static u32 mk_maybe(void) { return mk_rarely(4) ? 0 : mk_name(); }

/* Kinds as bits: what values are of, what modifiers and pointers may also stand before. */
enum {
	MK_VALUE = 1 << BTF_KIND_INT | 1 << BTF_KIND_PTR | 1 << BTF_KIND_ARRAY |
		   1 << BTF_KIND_STRUCT | 1 << BTF_KIND_UNION | 1 << BTF_KIND_ENUM |
		   1 << BTF_KIND_TYPEDEF | 1 << BTF_KIND_VOLATILE | 1 << BTF_KIND_CONST |
		   1 << BTF_KIND_FLOAT | 1 << BTF_KIND_TYPE_TAG | 1 << BTF_KIND_ENUM64,
	MK_ANY = MK_VALUE | 1 << BTF_KIND_FWD | 1 << BTF_KIND_FUNC_PROTO | 1 << BTF_KIND_RESTRICT,
	MK_TAGGED = 1 << BTF_KIND_STRUCT | 1 << BTF_KIND_UNION | 1 << BTF_KIND_FUNC |
		    1 << BTF_KIND_VAR | 1 << BTF_KIND_TYPEDEF,
};

/* An id, mostly of a type of these kinds that is there already. */
static u32 mk_id_of(u32 kinds)
{
	u32 wild = mk.tidy ? 200 : 20, id = 0;

	if (mk_rarely(wild))
		return mk_below(MAKE_TYPES);
	for (u32 i = 0; i < 20; i++) {
		id = mk.n ? 1 + mk_below(MIN(mk.n, (u32)MAKE_TYPES)) : 1;
		if (kinds & 1u << mk.kind[id])
			return id;
	}
	return mk.tidy ? 1 : id;
}
static u32 mk_id(void) { return mk_id_of(MK_VALUE); }

static void mk_int(void)
{
	static const u32 sizes[] = {1, 2, 4, 8, 16, 4, 4};
	u32 size = sizes[mk_below(LEN(sizes))], bits = size * 8, off = 0;
	u32 encoding = mk_below(3) ? mk_below(2) : 1u << mk_below(mk.tidy ? 3 : 4);

	if (mk_rarely(mk.tidy ? 40 : 8))
		bits = 1 + mk_below(bits);
	if (mk_rarely(20))
		off = mk_below(9);
	mk_type(mk_maybe(), BTF_KIND_INT, 0, 0, size);
	mk_word(encoding << 24 | off << 16 | bits);
}

static void mk_members(bool is_union)
{
	static const struct {
		u32 name, size;
	} special[] = {{5, 4}, {6, 16}, {7, 16}, {8, 24}, {9, 16}, {10, 32}, {11, 4}};
	u32 n = mk_below(6), flag = mk_rarely(4), each = 8u << mk_below(4), size = n * each;
	u32 name = mk_maybe(), i = mk_below(LEN(special));

	if (mk_rarely(3)) {
		name = mk.name[special[i].name];
		size = special[i].size;
		n = mk_below(2);
	}
	mk_type(name, is_union ? BTF_KIND_UNION : BTF_KIND_STRUCT, flag, n,
		mk_rarely(8) ? mk_below(64) : size);
	for (i = 0; i < n; i++) {
		u32 at = is_union ? 0 : i * each * 8,
		    bits = flag && mk_rarely(3) ? mk_below(33) : 0;

		mk_word(mk_maybe());
		mk_word(mk_id());
		mk_word(bits << 24 | (mk_rarely(10) ? at + mk_below(16) : at));
	}
}

static void mk_enum(bool wide)
{
	u32 n = mk_below(4);

	mk_type(mk_maybe(), wide ? BTF_KIND_ENUM64 : BTF_KIND_ENUM, mk_below(2), n,
		1u << (mk_rarely(4) ? mk_below(5)
		       : wide       ? 3
				    : 2));
	for (u32 i = 0; i < n; i++) {
		mk_word(mk_name());
		mk_word((u32)mk_any());
		if (wide)
			mk_word((u32)mk_any());
	}
}

static void mk_proto(void)
{
	u32 n = mk_below(4);

	mk_type(0, BTF_KIND_FUNC_PROTO, 0, n, mk_rarely(3) ? 0 : mk_id());
	for (u32 i = 0; i < n; i++) {
		bool vararg = i == n - 1 && mk_rarely(3);

		mk_word(vararg ? 0 : mk_maybe());
		mk_word(vararg ? 0 : mk_id());
	}
}

static void mk_section(void)
{
	u32 n = mk_below(4);

	mk_type(mk.name[29 + mk_below(2)], BTF_KIND_DATASEC, 0, n, 1 + n * 64);
	for (u32 i = 0; i < n; i++) {
		mk_word(mk_id_of(1 << BTF_KIND_VAR));
		mk_word(i * 64);
		mk_word(mk_rarely(3) ? mk_below(64) : 64);
	}
}

static void mk_tag(void)
{
	u32 name = mk_below(3) ? mk.name[20 + mk_below(4)] : mk_name();

	mk_type(name, BTF_KIND_DECL_TAG, mk_rarely(8), 0, mk_id_of(MK_TAGGED));
	mk_word(mk_below(3) ? mk_below(4) : (u32)-1);
}

static void mk_one(void)
{
	static const u8 likely_kinds[] = {1, 1,  1,  2,  2,  3,  4,  4,  4,  4,  5,  6,  7, 8,
					  9, 10, 11, 12, 13, 13, 14, 15, 16, 17, 18, 18, 19};
	u32 kind = likely_kinds[mk_below(LEN(likely_kinds))];

	switch (kind) {
	case BTF_KIND_INT:
		mk_int();
		return;
	case BTF_KIND_ARRAY:
		mk_type(0, kind, 0, 0, 0);
		mk_word(mk_id());
		mk_word(mk_id_of(1 << BTF_KIND_INT));
		mk_word(mk_rarely(10) ? (u32)mk_any() : mk_below(5));
		return;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		mk_members(kind == BTF_KIND_UNION);
		return;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		mk_enum(kind == BTF_KIND_ENUM64);
		return;
	case BTF_KIND_FWD:
		mk_type(mk_name(), kind, mk_below(2), 0, 0);
		return;
	case BTF_KIND_TYPEDEF:
		mk_type(mk_name(), kind, 0, 0, mk_id_of(MK_ANY));
		return;
	case BTF_KIND_FUNC:
		mk_type(mk_name(), kind, 0, mk_below(2), mk_id_of(1 << BTF_KIND_FUNC_PROTO));
		return;
	case BTF_KIND_FUNC_PROTO:
		mk_proto();
		return;
	case BTF_KIND_VAR:
		mk_type(mk_name(), kind, 0, 0, mk_id());
		mk_word(mk_below(2));
		return;
	case BTF_KIND_DATASEC:
		mk_section();
		return;
	case BTF_KIND_FLOAT:
		mk_type(mk_maybe(), kind, 0, 0, 4u << mk_below(3));
		return;
	case BTF_KIND_DECL_TAG:
		mk_tag();
		return;
	case BTF_KIND_TYPE_TAG:
		mk_type(mk_rarely(4) ? mk_name() : mk.name[15 + mk_below(5)], kind, mk_rarely(8), 0,
			mk_id_of(MK_ANY));
		return;
	default:
		mk_type(0, kind, 0, 0, mk_rarely(3) ? 0 : mk_id_of(MK_ANY));
	}
}

static void mk_finish(void)
{
	struct btf_header h = {.magic = BTF_MAGIC,
			       .version = BTF_VERSION,
			       .hdr_len = sizeof(h),
			       .type_len = mk.types_n,
			       .str_off = mk.types_n,
			       .str_len = mk.strings_n};
	u32 pad = mk_rarely(50) ? mk_below(9) : 0;

	h.hdr_len += pad;
	mk.data_n = 0;
	memset(mk.data, 0, sizeof(h) + pad);
	memcpy(mk.data, &h, sizeof(h));
	memcpy(mk.data + h.hdr_len, mk.types, mk.types_n);
	memcpy(mk.data + h.hdr_len + mk.types_n, mk.strings, mk.strings_n);
	mk.data_n = h.hdr_len + mk.types_n + mk.strings_n;
}

/* Types that go one to the next, about as deep as Linux follows. */
static void mk_chain(void)
{
	u32 n = 28 + mk_below(8), pick = mk_below(4), last = mk.n + n + 1;

	for (u32 i = 0; i < n; i++) {
		u32 kind = pick == 3 ? mk_below(3) : pick, next = mk.n + 2;

		if (next > last)
			next = 1;
		if (kind == 0) {
			mk_type(0, BTF_KIND_CONST, 0, 0, next);
		} else if (kind == 1) {
			mk_type(mk.name[1], BTF_KIND_STRUCT, 0, 1, 4);
			mk_word(0);
			mk_word(next);
			mk_word(0);
		} else {
			mk_type(0, BTF_KIND_ARRAY, 0, 0, 0);
			mk_word(next);
			mk_word(1);
			mk_word(1);
		}
	}
	mk_type(mk.name[1], BTF_KIND_TYPEDEF, 0, 0, 1);
}

static void mk_random(u64 seed)
{
	mk_begin(seed);
	mk.tidy = mk_below(4);
	mk_names();
	mk_type(mk.name[0], BTF_KIND_INT, 0, 0, 4);
	mk_word(32);
	if (mk_rarely(8))
		mk_chain();
	for (u32 n = 1 + mk_below(mk_rarely(3) ? MAKE_TYPES : 8); n > 0; n--)
		mk_one();
	mk_finish();
}

/* ---- values with fields of the kernel's ---- */

/* Names by their place in mk_names. */
enum { MK_A = 1, MK_B = 2, MK_SPECIAL = 5, MK_TAG = 15, MK_CONTAINS = 20, MK_TASK = 24 };
enum { MK_SPECIALS = 10 };

/* Ids of what members may be, and their sizes. */
static struct {
	u32 id[64], size[64], n;
} mk_may;

static u32 mk_may_be(u32 size)
{
	u32 i = mk_may.n++ % LEN(mk_may.id);

	mk_may.id[i] = mk.n;
	mk_may.size[i] = size;
	return mk.n;
}

static void mk_array(u32 i, u32 n)
{
	u32 id = mk_may.id[i], size = mk_may.size[i];

	mk_type(0, BTF_KIND_ARRAY, 0, 0, 0);
	mk_word(id);
	mk_word(1);
	mk_word(n);
	mk_may_be(size * n);
}

static void mk_kptr(u32 to)
{
	if (mk_rarely(4)) {
		mk_type(0, BTF_KIND_CONST, 0, 0, to);
		to = mk.n;
	}
	if (mk_rarely(30)) {
		mk_type(mk.name[MK_TAG], BTF_KIND_TYPE_TAG, 0, 0, to);
		to = mk.n;
	}
	mk_type(mk.name[MK_TAG + mk_below(mk_rarely(9) ? 5 : 4)], BTF_KIND_TYPE_TAG, mk_rarely(30),
		0, to);
	mk_type(0, BTF_KIND_PTR, 0, 0, mk.n);
	if (mk_rarely(6))
		mk_type(0, mk_below(2) ? BTF_KIND_VOLATILE : BTF_KIND_CONST, 0, 0, mk.n);
	mk_may_be(8);
}

/* A struct of what there is; some of its members get tags. */
static void mk_value(u32 name)
{
	u32 n = 1 + mk_below(5), at = 0, pick[8], off[8];

	for (u32 i = 0; i < n; i++) {
		pick[i] = mk_below(MIN(mk_may.n, (u32)LEN(mk_may.id)));
		off[i] = mk_rarely(60) ? at + 4 : at;
		at = off[i] + (mk_may.size[pick[i]] + 7) / 8 * 8;
	}
	mk_type(name, BTF_KIND_STRUCT, mk_rarely(10), n, at + (mk_rarely(5) ? 8 : 0));
	u32 id = mk_may_be(at);
	for (u32 i = 0; i < n; i++) {
		mk_word(mk.name[MK_A + i % 4]);
		mk_word(mk_may.id[pick[i]]);
		mk_word(off[i] * 8);
	}
	for (u32 i = 0; i < n; i++) {
		if (mk_rarely(4))
			continue;
		mk_type(mk.name[MK_CONTAINS + (mk_rarely(8) ? mk_below(4) : mk_below(2))],
			BTF_KIND_DECL_TAG, 0, 0, id);
		mk_word(i);
	}
}

static void mk_variables(void)
{
	u32 n = 1 + mk_below(3), first = mk.n + 1, pick[4], at = 0;

	for (u32 i = 0; i < n; i++) {
		pick[i] = mk_below(MIN(mk_may.n, (u32)LEN(mk_may.id)));
		mk_type(mk.name[MK_A + i], BTF_KIND_VAR, 0, 0, mk_may.id[pick[i]]);
		mk_word(1);
	}
	for (u32 i = 0; i < n; i++)
		at += (mk_may.size[pick[i]] + 7) / 8 * 8;
	mk_type(mk.name[29], BTF_KIND_DATASEC, 0, n, at ? at : 1);
	at = 0;
	for (u32 i = 0; i < n; i++) {
		mk_word(first + i);
		mk_word(at);
		mk_word(mk_may.size[pick[i]]);
		at += (mk_may.size[pick[i]] + 7) / 8 * 8;
	}
	if (mk_below(2)) {
		mk_type(mk.name[MK_CONTAINS], BTF_KIND_DECL_TAG, 0, 0, first);
		mk_word((u32)-1);
	}
}

static void mk_fields(u64 seed)
{
	static const u32 sizes[MK_SPECIALS] = {4, 16, 16, 24, 16, 32, 4, 16, 4, 8};
	u32 targets[4];

	mk_begin(seed);
	mk_names();
	mk_may.n = 0;
	mk_type(mk.name[0], BTF_KIND_INT, 0, 0, 4);
	mk_word(32);
	mk_may_be(4);
	for (u32 i = 0; i < MK_SPECIALS; i++)
		if (mk_below(2)) {
			u32 size = mk_rarely(40) ? 8 : sizes[i];

			mk_type(mk.name[MK_SPECIAL + i], BTF_KIND_STRUCT, 0, 0, size);
			mk_may_be(size);
		}
	for (u32 i = 0; i < 4; i++) {
		static const u32 names[] = {MK_A, MK_TASK, MK_TASK + 1, MK_TASK + 4};
		bool is_struct = mk_below(8);

		mk_type(mk.name[mk_below(2) ? MK_B : names[i]],
			is_struct ? BTF_KIND_STRUCT : BTF_KIND_FWD, 0, 0,
			is_struct ? mk_below(3) * 4096 : 0);
		targets[i] = mk.n;
	}
	for (u32 n = mk_below(4); n > 0; n--)
		mk_kptr(targets[mk_below(4)]);
	mk_value(mk.name[MK_A]);
	for (u32 n = mk_below(4); n > 0; n--) {
		if (mk_rarely(3))
			mk_array(mk_below(mk_may.n), 1 + mk_below(mk_rarely(9) ? 13 : 3));
		mk_value(mk.name[MK_A + mk_below(4)]);
	}
	if (mk_rarely(3))
		mk_variables();
	mk_finish();
}

/* ---- what a file has, in pieces ---- */

/* A type and what it needs, as far as there is room. */
struct piece {
	const struct btf *from;
	u32 old[MAKE_TYPES], n;
};

static u32 mk_take(struct piece *p, u32 id)
{
	if (!id)
		return 0;
	for (u32 i = 0; i < p->n; i++)
		if (p->old[i] == id)
			return i + 1;
	if (p->n == MAKE_TYPES)
		return 1;
	p->old[p->n++] = id;
	return p->n;
}

static u32 mk_copy_name(struct piece *p, u32 off)
{
	const char *s = btf_name(p->from, off);

	return *s ? mk_string(s, strlen(s)) : 0;
}

static void mk_copy(struct piece *p, u32 id)
{
	const struct btf_type *t = btf_type(p->from, id);
	const u32 *w = (const u32 *)(t + 1);
	u32 kind = btf_kind_of(t);
	const struct btf_shape *shape = &btf_shapes[kind];

	mk_type(mk_copy_name(p, t->name_off), kind, btf_flag(t), btf_len(t),
		shape->refers ? mk_take(p, t->type) : t->size);
	for (u32 i = 0, n = shape->each ? btf_len(t) : 1; i < n; i++)
		for (const char *l = shape->words; *l; l++, w++)
			mk_word(*l == 'n' ? mk_copy_name(p, *w) : *l == 't' ? mk_take(p, *w) : *w);
}

static void mk_piece(u64 seed, const struct btf *from)
{
	struct piece p = {.from = from};

	mk_begin(seed);
	mk_take(&p, 1 + mk_below(from->n - 1));
	for (u32 i = 0; i < p.n; i++)
		mk_copy(&p, p.old[i]);
	mk_finish();
}

/* ---- mutants ---- */

static void mk_put(u32 at, u32 v)
{
	if (at + 4 <= mk.data_n)
		memcpy(mk.data + at, &v, 4);
}

static u32 mk_edge(void)
{
	static const u32 edges[] = {
		0,          1,          2,          3,          4,         7,          8,
		16,         31,         32,         64,         255,       256,        0xffff,
		0x10000,    0xfffff,    0x100000,   0xffffff,   0x1000000, 0x7fffffff, 0x80000000,
		0xffffffff, 0xfffffffe, 0x04000001, 0x84000001, 0x0f000002};

	return mk_rarely(4) ? mk_below(MAKE_TYPES) : edges[mk_below(LEN(edges))];
}

static void mk_mutate(void)
{
	u32 words = mk.types_n / 4 + 4, at = 24 + 4 * mk_below(words), v = 0;

	if (at + 4 > mk.data_n)
		at = 0;
	if (mk.data_n < 8)
		return;
	switch (mk_below(10)) {
	case 0:
		mk_put(4 * mk_below(6), mk_edge());
		return;
	case 1:
		mk.data[mk_below(mk.data_n)] ^= (u8)(1 << mk_below(8));
		return;
	case 2:
		mk.data_n -= mk_rarely(2) ? mk_below(mk.data_n) : mk_below(8);
		return;
	case 3:
	case 4:
		mk_put(at, mk_id());
		return;
	case 5:
		memcpy(&v, mk.data + at, 4);
		mk_put(at, v ^ 1u << mk_below(32));
		return;
	case 6:
		memcpy(&v, mk.data + at, 4);
		mk_put(at, (v & ~0x1f000000u) | mk_below(22) << 24);
		return;
	case 7:
		memcpy(&v, mk.data + at, 4);
		mk_put(at, v + mk_below(9) - 4);
		return;
	default:
		mk_put(at, mk_edge());
	}
}

#endif
