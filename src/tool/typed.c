/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of C types, written by people: numbers, texts, structs in braces. */
#include "tool/typed.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

enum { DEPTH = 16 };

struct reader {
	const char *at;
	const struct btf *b;
};

static struct ob_err *read_value(struct reader *r, u32 type, u8 *to, u32 size, u32 depth);

static void skip_blanks(struct reader *r) { r->at += strspn(r->at, " \t"); }

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

static struct ob_err *expected(const struct reader *r, const char *what)
{
	if (!*r->at)
		return err_new(OB_SYNTAX, "%s is missing at the end", what);
	return err_new(OB_SYNTAX, "%s is expected, not \"%s\"", what, r->at);
}

/* ---- numbers ---- */

static struct ob_err *put(u8 *to, u32 size, u64 n, bool negative, const char *text, int len)
{
	if (size > sizeof(n))
		return err_new(OB_RANGE, "%.*s cannot be %u bytes long", len, text, size);
	if (size < 8 &&
	    (negative ? (n + ((u64)1 << (size * 8 - 1))) >> (size * 8) : n >> (size * 8)))
		return err_new(OB_RANGE, "%.*s does not fit into %u byte%s", len, text, size,
			       size == 1 ? "" : "s");
	memcpy(to, &n, size);
	return NULL;
}

static struct ob_err *read_number(struct reader *r, u8 *to, u32 size)
{
	const char *from = r->at;
	bool negative = *from == '-';
	char *end;
	u64 n;

	if (*from == '\'' && from[1] && from[2] == '\'') {
		r->at += 3;
		return put(to, size, (u8)from[1], false, from, 3);
	}
	errno = 0;
	n = strtoull(from, &end, 0);
	if (end == from || isspace((u8)*from))
		return expected(r, "a number");
	if (errno)
		return err_new(OB_RANGE, "%.*s is too large", (int)(end - from), from);
	r->at = end;
	return put(to, size, n, negative, from, (int)(end - from));
}

static size_t word_len(const char *s)
{
	size_t n = 0;

	if (isdigit((u8)*s))
		return 0;
	while (isalnum((u8)s[n]) || s[n] == '_')
		n++;
	return n;
}

static bool is_word(const char *name, const char *s, size_t n)
{
	return n && strlen(name) == n && !memcmp(name, s, n);
}

static struct ob_err *read_enum(struct reader *r, const struct btf_type *t, u8 *to, u32 size)
{
	size_t n = word_len(r->at);

	for (u32 i = 0; n && i < btf_len(t); i++)
		if (is_word(btf_name(r->b, btf_enum_name(t, i)), r->at, n)) {
			s64 v = btf_enum_value(t, i);

			r->at += n;
			memcpy(to, &v, MIN(size, 8u));
			return NULL;
		}
	if (n)
		return err_new(OB_NAME, "%.*s is none of enum %s", (int)n, r->at,
			       btf_name(r->b, t->name_off));
	return read_number(r, to, size);
}

static struct ob_err *read_int(struct reader *r, u8 *to, u32 size)
{
	size_t n = word_len(r->at);

	if (!is_word("true", r->at, n) && !is_word("false", r->at, n))
		return read_number(r, to, size);
	*to = *r->at == 't';
	r->at += n;
	return NULL;
}

/* ---- texts and bytes ---- */

static struct ob_err *read_text(struct reader *r, u8 *to, u32 size)
{
	const char *end = strchr(++r->at, '"');
	size_t n = end ? (size_t)(end - r->at) : 0;

	if (!end)
		return expected(r, "a closing quote");
	if (n > size)
		return err_new(OB_RANGE, "\"%.*s\" does not fit into %u bytes", (int)n, r->at,
			       size);
	memcpy(to, r->at, n);
	r->at = end + 1;
	return NULL;
}

static int digit(char c)
{
	return isdigit((u8)c) ? c - '0' : isxdigit((u8)c) ? (c | 32) - 'a' + 10 : -1;
}

static struct ob_err *read_bytes(struct reader *r, u8 *to, u32 size)
{
	u32 n = 0;

	while (digit(r->at[0]) >= 0 && digit(r->at[1]) >= 0 && n < size) {
		to[n++] = (u8)(digit(r->at[0]) << 4 | digit(r->at[1]));
		r->at += 2;
		r->at += *r->at == ' ' && digit(r->at[1]) >= 0;
	}
	if (n != size || digit(*r->at) >= 0)
		return err_new(OB_SYNTAX, "%u bytes are expected, in hexadecimal: there is no type",
			       size);
	return NULL;
}

/* ---- structs and arrays ---- */

static struct ob_err *read_member(struct reader *r, const struct btf_type *t, u32 i, u8 *to,
				  u32 depth)
{
	u32 at = btf_member_at(t, i), bits = btf_member_bits(r->b, t, i),
	    type = btf_members(t)[i].type;
	s64 size = btf_size(r->b, type);

	if (bits) {
		u64 value = 0, mask = bits < 64 ? ((u64)1 << bits) - 1 : ~(u64)0;
		struct ob_err *err = read_number(r, (u8 *)&value, 8);

		if (!err && value & ~mask)
			return err_new(OB_RANGE, "%llu does not fit into %u bits",
				       (unsigned long long)value, bits);
		for (u32 k = 0; !err && k < bits && (at + k) / 8 < t->size; k++)
			to[(at + k) / 8] |= (u8)((value >> k & 1) << (at + k) % 8);
		return err;
	}
	if (size < 0 || at % 8 || at / 8 > t->size || size > t->size - at / 8)
		return err_new(OB_FORMAT, "a member of %s lies outside of it",
			       btf_name(r->b, t->name_off));
	return read_value(r, type, to + at / 8, (u32)size, depth);
}

static struct ob_err *named_member(struct reader *r, const struct btf_type *t, u8 *to, u32 depth)
{
	size_t n = word_len(++r->at);

	for (u32 i = 0; i < btf_len(t); i++)
		if (is_word(btf_name(r->b, btf_members(t)[i].name_off), r->at, n)) {
			r->at += n;
			if (!take(r, '='))
				return expected(r, "=");
			return read_member(r, t, i, to, depth);
		}
	return err_new(OB_NAME, "struct %s has no member %.*s", btf_name(r->b, t->name_off), (int)n,
		       r->at);
}

static struct ob_err *read_struct(struct reader *r, const struct btf_type *t, u8 *to, u32 depth)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; !take(r, '}') && !err; i++) {
		if (i && !take(r, ','))
			return expected(r, "a comma or }");
		skip_blanks(r);
		if (*r->at == '.')
			err = named_member(r, t, to, depth);
		else if (i < btf_len(t))
			err = read_member(r, t, i, to, depth);
		else
			return err_new(OB_RANGE, "struct %s has %u members",
				       btf_name(r->b, t->name_off), btf_len(t));
		if (err)
			return err;
	}
	return err;
}

static struct ob_err *read_array(struct reader *r, const struct btf_type *t, u8 *to, u32 size,
				 u32 depth)
{
	s64 one = btf_size(r->b, btf_array_of(t)->type);
	struct ob_err *err = NULL;

	for (u64 i = 0; !take(r, '}') && !err; i++) {
		if (i && !take(r, ','))
			return expected(r, "a comma or }");
		if (one <= 0 || (i + 1) * (u64)one > size)
			return err_new(OB_RANGE, "the array has %u elements",
				       btf_array_of(t)->nelems);
		err = read_value(r, btf_array_of(t)->type, to + i * (u64)one, (u32)one, depth);
	}
	return err;
}

static struct ob_err *read_value(struct reader *r, u32 type, u8 *to, u32 size, u32 depth)
{
	const struct btf_type *t = type ? btf_skip(r->b, type, NULL) : NULL;
	u32 kind = t ? btf_kind_of(t) : 0;

	if (depth == DEPTH)
		return err_new(OB_RANGE, "more than %u structs in each other", DEPTH);
	skip_blanks(r);
	if (!t)
		return size <= 8 && !(size & (size - 1)) ? read_number(r, to, size)
							 : read_bytes(r, to, size);
	if (kind == BTF_KIND_ARRAY && *r->at == '"')
		return read_text(r, to, size);
	if (btf_is_composite(t) || kind == BTF_KIND_ARRAY) {
		if (!take(r, '{'))
			return expected(r, "{");
		return btf_is_composite(t) ? read_struct(r, t, to, depth + 1)
					   : read_array(r, t, to, size, depth + 1);
	}
	if (kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64)
		return read_enum(r, t, to, size);
	return read_int(r, to, size);
}

struct ob_err *typed_read(const char **text, const struct btf *b, u32 type, u8 *to, u32 size)
{
	struct reader r = {*text, b};

	memset(to, 0, size);
	struct ob_err *err = read_value(&r, b ? type : 0, to, size, 0);
	*text = r.at;
	return err;
}
