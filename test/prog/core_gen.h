/* SPDX-License-Identifier: BSD-2-Clause */
/* C for CO-RE, made from a number: structs as the object knows them and, mutated, as the
 * target has them (#ifdef TARGET), and programs that ask for their fields. */
#include "base/base.h"

enum { GEN_STRUCTS = 4, GEN_MEMBERS = 9, GEN_PROGRAMS = 24 };

enum gen_kind { GEN_INT, GEN_PTR, GEN_ARRAY, GEN_STRUCT, GEN_STRUCTS_OF, GEN_BITS, GEN_ENUM };

struct gen_member {
	enum gen_kind kind;
	u32 type, n; /* a number of int, or of a struct; elements, bits */
};

static u64 gen_seed;

/* The same number for the same question. */
static u32 gen_roll(u32 what, u32 a, u32 b, u32 max)
{
	return (u32)(hash_u64(hash_add(hash_add(hash_add(gen_seed, what), a), b)) % max);
}

static u64 gen_state;
static u32 gen_next(u32 max)
{
	gen_state = hash_u64(gen_state + 0x9e3779b97f4a7c15);
	return (u32)(gen_state >> 20) % max;
}

static const char *const gen_ints[] = {"u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64"};

enum { ROLL_KIND, ROLL_TYPE, ROLL_N, ROLL_CHANGE, ROLL_WRAP, ROLL_TURN, ROLL_DROP, ROLL_NAME };

static struct gen_member gen_member(u32 s, u32 m, bool target)
{
	static const u8 kinds[] = {GEN_INT,  GEN_INT,  GEN_INT,        GEN_PTR,  GEN_ARRAY,
				   GEN_BITS, GEN_BITS, GEN_STRUCTS_OF, GEN_ENUM, GEN_STRUCT};
	u32 change = target ? gen_roll(ROLL_CHANGE, s, m, 8) : 7;
	struct gen_member g = {kinds[gen_roll(ROLL_KIND, s, m, LEN(kinds))],
			       gen_roll(ROLL_TYPE, s, m, 8), 1 + gen_roll(ROLL_N, s, m, 6)};

	if (change == 0)
		g.kind = kinds[gen_roll(ROLL_KIND, s + 100, m, LEN(kinds))];
	if (change == 0 || change == 1)
		g.type = gen_roll(ROLL_TYPE, s + 100, m, 8);
	if (change == 2)
		g.n = 1 + gen_roll(ROLL_N, s + 100, m, 6);
	if ((g.kind == GEN_STRUCT || g.kind == GEN_STRUCTS_OF) && !s)
		g.kind = GEN_INT;
	if (g.kind == GEN_STRUCT || g.kind == GEN_STRUCTS_OF)
		g.type %= s;
	return g;
}

static void gen_put_member(FILE *f, u32 s, u32 m, bool target)
{
	struct gen_member g = gen_member(s, m, target);

	switch (g.kind) {
	case GEN_INT:
		fprintf(f, "\t%s m%u;\n", gen_ints[g.type], m);
		break;
	case GEN_PTR:
		fprintf(f, "\tstruct s%u *m%u;\n", g.type % GEN_STRUCTS, m);
		break;
	case GEN_ARRAY:
		fprintf(f, "\t%s m%u[%u];\n", gen_ints[g.type], m, g.n);
		break;
	case GEN_STRUCT:
		fprintf(f, "\tstruct s%u m%u;\n", g.type, m);
		break;
	case GEN_STRUCTS_OF:
		fprintf(f, "\tstruct s%u m%u[%u];\n", g.type, m, g.n);
		break;
	case GEN_BITS:
		fprintf(f, "\t%s m%u : %u;\n", gen_ints[g.type | 4], m, g.n * 5);
		break;
	case GEN_ENUM:
		fprintf(f, "\tenum e m%u;\n", m);
		break;
	}
}

/* In the target members turn, some are gone, some stand in structs without names. */
static void gen_put_struct(FILE *f, u32 s, bool target, const char *flavour)
{
	u32 turn = target ? gen_roll(ROLL_TURN, s, 0, GEN_MEMBERS) : 0, open = 0;

	fprintf(f, "struct s%u%s {\n", s, flavour);
	for (u32 i = 0; i < GEN_MEMBERS; i++) {
		u32 m = (i + turn) % GEN_MEMBERS, wrap = gen_roll(ROLL_WRAP, s + target * 50, m, 6);

		if (target && !gen_roll(ROLL_DROP, s, m, 7))
			continue;
		if (wrap < 2 && open < 3 && ++open)
			fprintf(f, "\t%s {\n", wrap ? "union" : "struct");
		gen_put_member(f, s, m, target);
		if (wrap == 2 && open && open--)
			fprintf(f, "\t};\n");
	}
	for (; open; open--)
		fprintf(f, "\t};\n");
	fprintf(f, "} CORE;\n");
}

/* An expression for a field, and what it is. */
static struct gen_member gen_put_path(char *to, size_t size)
{
	u32 s = gen_next(GEN_STRUCTS);
	size_t n = (size_t)snprintf(to, size, "((struct s%u%s *)p)%s", s,
				    gen_next(5) ? "" : "___mine", gen_next(8) ? "" : "[2]");
	bool element = to[n - 1] == ']';
	struct gen_member g;

	for (u32 i = 0;; i++) {
		u32 m = gen_next(GEN_MEMBERS);

		g = gen_member(s, m, false);
		n += (size_t)snprintf(to + n, size - n, "%sm%u", i || element ? "." : "->", m);
		if (g.kind == GEN_STRUCTS_OF || (g.kind == GEN_ARRAY && gen_next(4)))
			n += (size_t)snprintf(to + n, size - n, "[%u]", gen_next(g.n));
		if (g.kind == GEN_ARRAY && to[n - 1] == ']')
			g.kind = GEN_INT, g.n = 0;
		if (g.kind != GEN_STRUCT && g.kind != GEN_STRUCTS_OF)
			return g;
		s = g.type;
	}
}

static void gen_put_access(FILE *f)
{
	static const char *const asked[] = {"OFFSET", "SIZE",   "EXISTS",
					    "SIGNED", "LSHIFT", "RSHIFT"};
	char path[256];
	struct gen_member g = gen_put_path(path, sizeof(path));
	bool element = path[strlen(path) - 1] == ']';
	u32 what = gen_next(9);

	if (what >= LEN(asked) && g.kind != GEN_ARRAY && g.kind != GEN_BITS)
		fprintf(f, what == 8 ? "(u64)ACCESS(&%s)" : "(u64)%s", path);
	else if (g.kind == GEN_ARRAY || g.kind == GEN_PTR || element || what >= LEN(asked))
		fprintf(f, "FIELD(%s, %s)", path, asked[what % 3]);
	else
		fprintf(f, "FIELD(%s, %s)", path, asked[what]);
}

static void gen_put_other(FILE *f, bool matches)
{
	static const char *const types[] = {"TYPE_EXISTS", "TYPE_SIZE", "TYPE_MATCHES"};
	u32 what = gen_next(5);

	if (what < 3)
		fprintf(f, "TYPE(struct s%u%s, %s)", gen_next(GEN_STRUCTS),
			gen_next(3) ? "" : "___mine", types[gen_next(matches ? 3 : 2)]);
	else if (what == 3)
		fprintf(f, "TYPE_ID(struct s%u, %s)", gen_next(GEN_STRUCTS),
			gen_next(2) ? "LOCAL" : "THERE");
	else
		fprintf(f, "VALUE(enum e, E%u, %s)", gen_next(4),
			gen_next(2) ? "V_VALUE" : "V_EXISTS");
}

/* matches: the compiler knows TYPE_MATCHES. */
static void gen_source(FILE *f, u64 seed, bool matches)
{
	gen_seed = hash_u64(seed + 1);
	gen_state = gen_seed;
	fprintf(f, "#include \"core.h\"\n#ifdef TARGET\nenum e { E0 = %u, E1 = -7, E3 = 9 };\n",
		gen_roll(ROLL_NAME, 0, 0, 100));
	for (u32 s = 0; s < GEN_STRUCTS; s++) {
		gen_put_struct(f, s, true, "");
		fprintf(f, "KEEP(struct s%u, s%u);\n", s, s);
		if (gen_roll(ROLL_NAME, s, 1, 4))
			continue;
		gen_put_struct(f, s, gen_roll(ROLL_NAME, s, 2, 2), "___two");
		fprintf(f, "KEEP(struct s%u___two, t%u);\n", s, s);
	}
	fprintf(f, "#else\nenum e { E0 = 1, E1, E2, E3 };\n");
	for (u32 s = 0; s < GEN_STRUCTS; s++) {
		gen_put_struct(f, s, false, "");
		gen_put_struct(f, s, false, "___mine");
	}
	for (u32 i = 0; i < GEN_PROGRAMS; i++) {
		fprintf(f, "PROG(p%u)(void *p)\n{\n\treturn 1", i);
		for (u32 k = 1 + gen_next(4); k; k--) {
			fprintf(f, "\n\t\t+ ");
			if (gen_next(5))
				gen_put_access(f);
			else
				gen_put_other(f, matches);
		}
		fprintf(f, ";\n}\n");
	}
	fprintf(f, "#endif\n");
}
