/* SPDX-License-Identifier: BSD-2-Clause */
/* Types one by one, as `bpftool btf dump` prints them. */
#include "prog/btf_priv.h"

static const char *shown(const struct btf *b, u32 off) { return off ? btf_name(b, off) : "(anon)"; }

static const char *linkage(u32 nr)
{
	static const char *const names[] = {"static", "global", "extern"};

	return nr < LEN(names) ? names[nr] : "(unknown)";
}

static void put_int(struct buf *out, const struct btf_type *t)
{
	static const char *const names[] = {"(none)", "SIGNED", "CHAR", "UNKN", "BOOL"};
	u32 is = btf_int(t), encoding = BTF_INT_ENCODING(is);

	buf_printf(out, " size=%u bits_offset=%u nr_bits=%u encoding=%s", t->size,
		   BTF_INT_OFFSET(is), BTF_INT_BITS(is),
		   encoding < LEN(names) ? names[encoding] : "UNKN");
}

static void put_members(struct buf *out, const struct btf *b, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);

	buf_printf(out, " size=%u vlen=%u", t->size, btf_len(t));
	for (u32 i = 0; i < btf_len(t); i++, m++) {
		buf_printf(out, "\n\t'%s' type_id=%u bits_offset=%u", shown(b, m->name_off),
			   m->type, btf_member_at(t, i));
		if (btf_flag(t) && BTF_MEMBER_BITFIELD_SIZE(m->offset))
			buf_printf(out, " bitfield_size=%u", BTF_MEMBER_BITFIELD_SIZE(m->offset));
	}
}

static void put_enumerators(struct buf *out, const struct btf *b, const struct btf_type *t)
{
	bool wide = btf_is(t, BTF_KIND_ENUM64);

	buf_printf(out, " encoding=%s size=%u vlen=%u", btf_flag(t) ? "SIGNED" : "UNSIGNED",
		   t->size, btf_len(t));
	for (u32 i = 0; i < btf_len(t); i++) {
		long long value = btf_enum_value(t, i);

		buf_printf(out, btf_flag(t) ? "\n\t'%s' val=%lld%s" : "\n\t'%s' val=%llu%s",
			   shown(b, btf_enum_name(t, i)), value,
			   !wide         ? ""
			   : btf_flag(t) ? "LL"
					 : "ULL");
	}
}

static void put_params(struct buf *out, const struct btf *b, const struct btf_type *t)
{
	const struct btf_param *p = btf_params(t);

	buf_printf(out, " ret_type_id=%u vlen=%u", t->type, btf_len(t));
	for (u32 i = 0; i < btf_len(t); i++, p++)
		buf_printf(out, "\n\t'%s' type_id=%u", shown(b, p->name_off), p->type);
}

static void put_vars(struct buf *out, const struct btf *b, const struct btf_type *t)
{
	const struct btf_var_secinfo *v = btf_vars(t);

	buf_printf(out, " size=%u vlen=%u", t->size, btf_len(t));
	for (u32 i = 0; i < btf_len(t); i++, v++) {
		const struct btf_type *var = btf_type(b, v->type);

		buf_printf(out, "\n\ttype_id=%u offset=%u size=%u (%s '%s')", v->type, v->offset,
			   v->size, btf_kind_name(btf_kind_of(var)), shown(b, var->name_off));
	}
}

void btf_put_raw(struct buf *out, const struct btf *b, u32 id)
{
	const struct btf_type *t = btf_type(b, id);
	const u32 *w = (const u32 *)(t + 1);

	buf_printf(out, "[%u] %s '%s'", id, btf_kind_name(btf_kind_of(t)), shown(b, t->name_off));
	switch (btf_kind_of(t)) {
	case BTF_KIND_INT:
		put_int(out, t);
		break;
	case BTF_KIND_ARRAY:
		buf_printf(out, " type_id=%u index_type_id=%u nr_elems=%u", w[0], w[1], w[2]);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		put_members(out, b, t);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		put_enumerators(out, b, t);
		break;
	case BTF_KIND_FWD:
		buf_printf(out, " fwd_kind=%s", btf_flag(t) ? "union" : "struct");
		break;
	case BTF_KIND_FUNC:
		buf_printf(out, " type_id=%u linkage=%s", t->type, linkage(btf_len(t)));
		break;
	case BTF_KIND_FUNC_PROTO:
		put_params(out, b, t);
		break;
	case BTF_KIND_VAR:
		buf_printf(out, " type_id=%u, linkage=%s", t->type, linkage(w[0]));
		break;
	case BTF_KIND_DATASEC:
		put_vars(out, b, t);
		break;
	case BTF_KIND_FLOAT:
		buf_printf(out, " size=%u", t->size);
		break;
	case BTF_KIND_DECL_TAG:
		buf_printf(out, " type_id=%u component_idx=%d", t->type, (s32)w[0]);
		break;
	default:
		buf_printf(out, " type_id=%u", t->type);
	}
	buf_putc(out, '\n');
}
