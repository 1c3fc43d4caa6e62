/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF of files, in either byte order: checked as far as asking it needs. */
#include "prog/btf_priv.h"

void btf_swap_words(u8 *p, u64 n)
{
	for (u64 i = 0; n - i >= 4; i += 4)
		put_be32(p + i, get_le32(p + i));
}

void btf_swap_header(u8 *p)
{
	put_be16(p, get_le16(p));
	btf_swap_words(p + offsetof(struct btf_header, hdr_len),
		       BTF_HEAD - offsetof(struct btf_header, hdr_len));
}

static struct ob_err *read_header(struct bytes data, struct btf_header *h, bool *swapped)
{
	u8 head[BTF_HEAD];

	if (data.n < BTF_HEAD)
		return err_at_byte(err_new(OB_FORMAT, "%llu bytes, a header has %u",
					   (unsigned long long)data.n, (u32)BTF_HEAD),
				   NULL, 0);
	if (data.n > UINT32_MAX)
		return err_new(OB_RANGE, "more than 4 GiB of types");
	memcpy(head, data.p, sizeof(head));
	*swapped = get_be16(head) == BTF_MAGIC;
	if (*swapped)
		btf_swap_header(head);
	memcpy(h, head, sizeof(*h));
	if (h->magic != BTF_MAGIC)
		return err_at_byte(err_new(OB_FORMAT, "no BTF: it begins with 0x%04x, not 0x%04x",
					   h->magic, BTF_MAGIC),
				   NULL, 0);
	if (h->version != BTF_VERSION)
		return err_at_byte(err_new(OB_UNSUPPORTED, "BTF version %u, %u is known",
					   h->version, BTF_VERSION),
				   NULL, offsetof(struct btf_header, version));
	if (h->hdr_len < BTF_HEAD || h->hdr_len > data.n)
		return err_at_byte(err_new(OB_FORMAT, "a header of %u bytes, in a file of %llu",
					   h->hdr_len, (unsigned long long)data.n),
				   NULL, offsetof(struct btf_header, hdr_len));
	return NULL;
}

static struct ob_err *check_section(const char *what, struct bytes body, u32 off, u32 len, u32 at)
{
	if (bytes_has(body, off, len))
		return NULL;
	return err_at_byte(err_new(OB_FORMAT,
				   "the %s: %u bytes at %u, of %llu that follow the header", what,
				   len, off, (unsigned long long)body.n),
			   NULL, at);
}

static struct ob_err *check_sections(struct bytes data, const struct btf_header *h, bool split)
{
	struct bytes body = bytes_part(data, h->hdr_len, data.n), s;
	struct ob_err *err = check_section("types", body, h->type_off, h->type_len,
					   offsetof(struct btf_header, type_off));

	if (!err)
		err = check_section("strings", body, h->str_off, h->str_len,
				    offsetof(struct btf_header, str_off));
	if (err)
		return err;
	if (h->type_off < (u64)h->str_off + h->str_len &&
	    h->str_off < (u64)h->type_off + h->type_len)
		return err_at_byte(err_new(OB_FORMAT, "types and strings overlap"), NULL,
				   offsetof(struct btf_header, str_off));
	s = bytes_part(body, h->str_off, h->str_len);
	if ((!s.n && !split) || (s.n && s.p[s.n - 1]))
		return err_at_byte(err_new(OB_FORMAT, "the strings do not end with a 0"), NULL,
				   (u64)h->hdr_len + h->str_off + s.n);
	if (!split && *s.p)
		return err_at_byte(err_new(OB_FORMAT, "the first string is not empty"), NULL,
				   (u64)h->hdr_len + h->str_off);
	return NULL;
}

static struct ob_err *bad_type(const struct btf *b, u32 id, const char *what, u32 value)
{
	u64 at = (u64)(b->types.p - b->data.p) + b->at[id - b->first];

	return err_at_byte(err_new(OB_FORMAT, "type %u: %s %u", id, what, value), NULL, at);
}

/* Where each type begins. */
static struct ob_err *find_types(struct btf *b)
{
	u64 from = (u64)(b->types.p - b->data.p);

	for (u64 at = 0; at < b->types.n;) {
		const struct btf_type *t = (const void *)(b->types.p + at);
		u64 left = b->types.n - at;

		if (left < BTF_ONE)
			return err_at_byte(err_new(OB_FORMAT, "type %u is cut", b->n), NULL,
					   from + at);
		u32 kind = btf_kind_of(t);
		if (!kind || kind > BTF_KIND_MAX)
			return err_at_byte(err_new(OB_UNSUPPORTED,
						   "type %u is of kind %u, up to "
						   "%u are known",
						   b->n, kind, BTF_KIND_MAX),
					   NULL, from + at);
		if (left < btf_bytes(t))
			return err_at_byte(err_new(OB_FORMAT,
						   "type %u is cut: %s of %u bytes, %llu "
						   "are there",
						   b->n, btf_kind_name(kind), btf_bytes(t),
						   (unsigned long long)left),
					   NULL, from + at);
		btf_add(b, (u32)at);
		at += btf_bytes(t);
	}
	return NULL;
}

static struct ob_err *check_type(const struct btf *b, u32 id)
{
	const struct btf_type *t = (const void *)(b->types.p + b->at[id - b->first]);
	const struct btf_shape *s = &btf_shapes[btf_kind_of(t)];
	const u32 *w = (const u32 *)(t + 1);
	u64 strings = b->first_str + b->strings.n;
	u32 n = s->n * (s->each ? btf_len(t) : 1);

	if (t->name_off >= strings)
		return bad_type(b, id, "there is no string", t->name_off);
	if (s->refers && t->type >= b->n)
		return bad_type(b, id, "there is no type", t->type);
	for (u32 j = 0; j < s->n; j++) {
		bool name = s->words[j] == 'n';
		u64 limit = name ? strings : b->n;

		if (s->words[j] == '#')
			continue;
		for (u32 i = j; i < n; i += s->n)
			if (w[i] >= limit)
				return bad_type(b, id,
						name ? "there is no string" : "there is no type",
						w[i]);
	}
	return NULL;
}

static struct ob_err *read_types(struct btf *b)
{
	struct ob_err *err;

	if (b->swapped) {
		btf_swap_header(b->mem + (b->data.p - b->mem));
		btf_swap_words(b->mem + (b->types.p - b->mem), b->types.n);
	}
	err = find_types(b);
	for (u32 id = b->first; !err && id < b->n; id++)
		err = check_type(b, id);
	return err;
}

struct ob_err *btf_read(struct bytes data, const struct btf *base, struct btf **ret)
{
	struct btf_header h;
	bool swapped = false;
	struct ob_err *err = read_header(data, &h, &swapped);

	if (!err)
		err = check_sections(data, &h, base);
	if (err)
		return err;
	struct btf *b = btf_new(data, &h, base);
	if (!b)
		return err_nomem();
	b->swapped = swapped;
	err = read_types(b);
	if (err)
		btf_destroy(b);
	else
		*ret = b;
	return err;
}
