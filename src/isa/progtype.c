/* SPDX-License-Identifier: BSD-2-Clause */
/* What prog.def, context.def and call.def say, as tables that can be asked. */
#include "isa/sets.h"

/* ---- types ---- */

enum { ANY = RETURNS_ANY };

static const struct prog_row rows[] = {
#define PROG(nr, id, name, ctx, run, lo, hi) [nr] = {#name, CTX_##ctx, RUN_##run, lo, hi},
#include "isa/prog.def"
};

static const struct {
	u32 type;
	u64 attach;
	s32 lo, hi;
} results[] = {
#define RESULT(type, attach, lo, hi) {PROGTYPE_##type, attach, lo, hi},
#include "isa/prog.def"
};

_Static_assert(LEN(rows) == PROGTYPE_COUNT, "a row each");

const struct prog_row *prog_row(u32 type) { return type < LEN(rows) ? &rows[type] : NULL; }

static bool is(const char *name, const char *s, size_t n)
{
	return name && strlen(name) == n && !memcmp(name, s, n);
}

bool prog_find(const char *name, size_t n, u32 *ret)
{
	for (u32 i = 0; i < LEN(rows); i++)
		if (is(rows[i].name, name, n)) {
			*ret = i;
			return true;
		}
	return false;
}

bool prog_returns(u32 type, u32 attach, s32 *lo, s32 *hi)
{
	const struct prog_row *row = prog_row(type);

	if (!row)
		return false;
	*lo = row->lo;
	*hi = row->hi;
	for (u32 i = 0; i < LEN(results); i++)
		if (results[i].type == type && (results[i].attach & type_bit(attach))) {
			*lo = results[i].lo;
			*hi = results[i].hi;
		}
	return *lo != RETURNS_ANY;
}

static const struct {
	u32 type;
	u64 attach;
} expected[] = {
#define EXPECTED(type, attach) {PROGTYPE_##type, attach},
#include "isa/prog.def"
};

bool prog_expects(u32 type, u32 attach)
{
	for (u32 i = 0; i < LEN(expected); i++)
		if (expected[i].type == type)
			return expected[i].attach & type_bit(attach);
	return true;
}

static const struct {
	u32 type, onto;
	u64 attach;
} onto[] = {
#define ATTACHES(type, onto, attach) {PROGTYPE_##type, ONTO_##onto, attach},
#include "isa/prog.def"
};

enum attach_onto attach_onto(u32 attach, u32 *type)
{
	for (u32 i = 0; i < LEN(onto); i++)
		if (onto[i].attach & type_bit(attach)) {
			*type = onto[i].type;
			return (enum attach_onto)onto[i].onto;
		}
	*type = PROGTYPE_UNSPEC;
	return ONTO_NOTHING;
}

/* ---- contexts ---- */

const struct ctx_row ctx_rows[CTX_COUNT] = {
#define CONTEXT(id, type, size) [CTX_##id] = {#type, size},
#include "isa/context.def"
};

enum { NO, N = 1 | 2 | 4, FIRST = CTX_FIRST };
#define ANY ~(u64)0

static const struct ctx_field fields[] = {
#define FIELD(ctx, name, off, size, kind, reads, readers, writes, writers) \
	{CTX_##ctx, FIELD_##kind, off, size, reads, writes, readers, writers, #name},
#include "isa/context.def"
};

const struct ctx_field *ctx_fields(enum prog_ctx ctx, u32 *n)
{
	u32 first = 0;

	while (first < LEN(fields) && fields[first].ctx != ctx)
		first++;
	for (*n = 0; first + *n < LEN(fields) && fields[first + *n].ctx == ctx;)
		++*n;
	return fields + first;
}

static bool fits(const struct ctx_field *f, u8 how, u32 off, u32 size)
{
	if (off < f->off || size > f->size || off - f->off > f->size - size)
		return false;
	if (!(how & size & 15) || off % size)
		return false;
	return !(how & CTX_FIRST) || off == f->off;
}

const struct ctx_field *ctx_field(u32 type, u32 attach, u32 off, u32 size, bool write)
{
	const struct prog_row *row = prog_row(type);
	u32 n;

	if (!row || !size || (size & (size - 1)))
		return NULL;
	const struct ctx_field *f = ctx_fields(row->ctx, &n);
	u64 who = type_bit(row->ctx == CTX_SKB ? type : attach);
	for (u32 i = 0; i < n; i++, f++)
		if (fits(f, write ? f->writes : f->reads, off, size) &&
		    (who & (write ? f->writers : f->readers)))
			return f;
	return NULL;
}

/* ---- sections ---- */

enum {
	MORE = SECTION_MORE,
	SLEEP = SECTION_SLEEP,
	FRAGS = SECTION_FRAGS,
	BTF = SECTION_BTF,
	EXPECT = SECTION_EXPECT,
	OFFER = SECTION_OFFER
};

static const struct section_row sections[] = {
#define SECTION(prefix, type, attach, flags) {prefix, PROGTYPE_##type, ATTACH_##attach, flags},
#include "isa/prog.def"
};

const struct section_row *section_find(const char *name, size_t n)
{
	for (u32 i = 0; i < LEN(sections); i++) {
		size_t k = strlen(sections[i].prefix);

		if (n < k || memcmp(name, sections[i].prefix, k))
			continue;
		if (n == k || (name[k] == '/' && (sections[i].flags & SECTION_MORE)))
			return &sections[i];
	}
	return NULL;
}

/* ---- names ---- */

static const char *const commands[] = {
#define COMMAND(nr, id, name) [nr] = #name,
#include "isa/call.def"
};

static const char *const attaches[] = {
#define ATTACH(nr, id, name) [nr] = #name,
#include "isa/call.def"
};

static const char *const links[] = {
#define LINK(nr, id, name) [nr] = #name,
#include "isa/call.def"
};

const char *command_name(u32 nr) { return nr < LEN(commands) ? commands[nr] : NULL; }
const char *attach_name(u32 nr) { return nr < LEN(attaches) ? attaches[nr] : NULL; }
const char *bpflink_name(u32 nr) { return nr < LEN(links) ? links[nr] : NULL; }

bool attach_find(const char *name, size_t n, u32 *ret)
{
	for (u32 i = 0; i < LEN(attaches); i++)
		if (is(attaches[i], name, n)) {
			*ret = i;
			return true;
		}
	return false;
}
