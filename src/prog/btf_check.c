/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_BTF_LOAD: the header, the sections, and each type by itself. What Linux
 * refuses is refused, with its errno and its words. */
#include "prog/btf_priv.h"

enum {
	NAME_OFF_MAX = 0xffffff, /* BTF_MAX_NAME_OFFSET of Linux */
	ID_MAX = 0xfffff,
	INFO_MASK = (int)0x9f00ffffu,
	INT_MASK = 0x0fffffff,
	LINE = 1024, /* a piece of Linux's log is at most that, with its 0 */
};

/* ---- the log: each call of btf_say is one of Linux's, which cuts it ---- */

void btf_say(struct btf_check *c, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	if (!c->log)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n > 0)
		buf_add(c->log, line, MIN((size_t)n, sizeof(line) - 1));
}

/* A name as the log shows it. */
static const char *shown(const struct btf *b, u32 off)
{
	const char *s = off ? btf_str(b, off) : "(anon)";

	return s ? s : "(invalid-name-offset)";
}

static void say_int(struct btf_check *c, const struct btf_type *t)
{
	static const char *const names[] = {"(none)", "SIGNED", "CHAR", "UNKN", "BOOL"};
	u32 is = btf_int(t), encoding = BTF_INT_ENCODING(is);

	btf_say(c, "size=%u bits_offset=%u nr_bits=%u encoding=%s", t->size, BTF_INT_OFFSET(is),
		BTF_INT_BITS(is), encoding < LEN(names) ? names[encoding] : "UNKN");
}

static void say_proto(struct btf_check *c, const struct btf_type *t)
{
	const struct btf_param *p = btf_params(t);
	u32 n = btf_len(t);

	btf_say(c, "return=%u args=(", t->type);
	for (u32 i = 0; i < n; i++) {
		if (i == n - 1 && !p[i].type)
			btf_say(c, i ? ", vararg" : "vararg");
		else
			btf_say(c, i ? ", %u %s" : "%u %s", p[i].type, shown(c->b, p[i].name_off));
	}
	btf_say(c, n ? ")" : "void)");
}

static void say_details(struct btf_check *c, const struct btf_type *t)
{
	const struct btf_array *a = btf_array_of(t);

	switch (btf_kind_of(t)) {
	case BTF_KIND_INT:
		say_int(c, t);
		return;
	case BTF_KIND_ARRAY:
		btf_say(c, "type_id=%u index_type_id=%u nr_elems=%u", a->type, a->index_type,
			a->nelems);
		return;
	case BTF_KIND_FWD:
		btf_say(c, "%s", btf_flag(t) ? "union" : "struct");
		return;
	case BTF_KIND_FUNC_PROTO:
		say_proto(c, t);
		return;
	case BTF_KIND_VAR:
		btf_say(c, "type_id=%u linkage=%u", t->type,
			((const struct btf_var *)(t + 1))->linkage);
		return;
	case BTF_KIND_DECL_TAG:
		btf_say(c, "type=%u component_idx=%d", t->type,
			((const struct btf_decl_tag *)(t + 1))->component_idx);
		return;
	case BTF_KIND_FLOAT:
		btf_say(c, "size=%u", t->size);
		return;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_DATASEC:
		btf_say(c, "size=%u vlen=%u", t->size, btf_len(t));
		return;
	default:
		btf_say(c, "type_id=%u", t->type);
	}
}

static void say_why(struct btf_check *c, const char *why)
{
	if (why)
		btf_say(c, " %s", why);
	btf_say(c, "\n");
}

int btf_say_type(struct btf_check *c, const struct btf_type *t, const char *why)
{
	if (!c->log)
		return -EINVAL;
	btf_say(c, "[%u] %s %s ", c->id, btf_kind_name(btf_kind_of(t)), shown(c->b, t->name_off));
	say_details(c, t);
	say_why(c, why);
	return -EINVAL;
}

int btf_say_member(struct btf_check *c, const struct btf_type *t, const struct btf_member *m,
		   const char *why)
{
	if (!c->log)
		return -EINVAL;
	if (c->resolving)
		btf_say_type(c, t, NULL);
	if (btf_flag(t))
		btf_say(c, "\t%s type_id=%u bitfield_size=%u bits_offset=%u",
			shown(c->b, m->name_off), m->type, BTF_MEMBER_BITFIELD_SIZE(m->offset),
			BTF_MEMBER_BIT_OFFSET(m->offset));
	else
		btf_say(c, "\t%s type_id=%u bits_offset=%u", shown(c->b, m->name_off), m->type,
			m->offset);
	say_why(c, why);
	return -EINVAL;
}

int btf_say_var(struct btf_check *c, const struct btf_type *t, const struct btf_var_secinfo *v,
		const char *why)
{
	if (!c->log)
		return -EINVAL;
	if (c->resolving)
		btf_say_type(c, t, NULL);
	btf_say(c, "\t type_id=%u offset=%u size=%u", v->type, v->offset, v->size);
	say_why(c, why);
	return -EINVAL;
}

/* ---- names ---- */

bool btf_valid_off(const struct btf *b, u32 off) { return off <= NAME_OFF_MAX && btf_str(b, off); }

/* Linux's ctype is Latin-1's. */
static bool is_letter(u8 c)
{
	if (c >= 0xc0)
		return c != 0xd7 && c != 0xf7;
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool is_printed(u8 c) { return (c >= ' ' && c < 127) || c >= 0xa0; }

static bool may_begin(u8 c) { return is_letter(c) || c == '_' || c == '.'; }

bool btf_valid_name(const struct btf *b, u32 off)
{
	const char *s = btf_str(b, off);
	u32 n = 0;

	if (!s || !may_begin((u8)*s))
		return false;
	for (n = 1; s[n] && n < BTF_NAME_MAX; n++)
		if (!may_begin((u8)s[n]) && !(s[n] >= '0' && s[n] <= '9'))
			return false;
	return !s[n];
}

static bool valid_section(const struct btf *b, u32 off)
{
	const char *s = btf_str(b, off);
	u32 n = 0;

	if (!s || !*s)
		return false;
	for (; s[n] && n < BTF_NAME_MAX; n++)
		if (!is_printed((u8)s[n]))
			return false;
	return !s[n];
}

/* ---- one type: NULL, or what is wrong ---- */

static const char *plain(const struct btf_type *t)
{
	if (btf_len(t))
		return "vlen != 0";
	return btf_flag(t) ? "Invalid btf_info kind_flag" : NULL;
}

static const char *named(const struct btf_check *c, const struct btf_type *t)
{
	return t->name_off && btf_valid_name(c->b, t->name_off) ? NULL : "Invalid name";
}

static const char *maybe_named(const struct btf_check *c, const struct btf_type *t)
{
	return t->name_off ? named(c, t) : NULL;
}

static bool is_id(u32 id) { return id && id <= ID_MAX; }

static const char unsupported[] = "Unsupported encoding";

static const char *check_int(const struct btf_type *t)
{
	u32 is = btf_int(t), bits = BTF_INT_BITS(is) + BTF_INT_OFFSET(is);
	u32 encoding = BTF_INT_ENCODING(is);

	if (bits > 128)
		return "nr_bits exceeds 128";
	if ((bits + 7) / 8 > t->size)
		return "nr_bits exceeds type_size";
	return encoding & (encoding - 1) || encoding > BTF_INT_BOOL ? unsupported : NULL;
}

static const char *check_array(const struct btf_type *t)
{
	const struct btf_array *a = btf_array_of(t);

	if (t->name_off)
		return "Invalid name";
	if (plain(t))
		return plain(t);
	if (t->size)
		return "size != 0";
	if (!is_id(a->type))
		return "Invalid elem";
	return is_id(a->index_type) ? NULL : "Invalid index";
}

/* What has nothing but a type that it goes on to. */
static const char *check_ref(const struct btf_check *c, const struct btf_type *t)
{
	u32 kind = btf_kind_of(t);

	if (btf_len(t))
		return "vlen != 0";
	if (btf_flag(t) && kind != BTF_KIND_TYPE_TAG)
		return "Invalid btf_info kind_flag";
	if (t->type > ID_MAX)
		return "Invalid type_id";
	if (kind == BTF_KIND_TYPEDEF)
		return named(c, t);
	if (kind == BTF_KIND_TYPE_TAG)
		return *btf_name(c->b, t->name_off) ? NULL : "Invalid name";
	return t->name_off ? "Invalid name" : NULL;
}

static const char *check_fwd(const struct btf_check *c, const struct btf_type *t)
{
	if (btf_len(t))
		return "vlen != 0";
	return t->type ? "type != 0" : named(c, t);
}

static const char *check_func(const struct btf_check *c, const struct btf_type *t)
{
	const char *why = named(c, t);

	if (!why && btf_len(t) > BTF_FUNC_GLOBAL)
		why = "Invalid func linkage";
	return why || !btf_flag(t) ? why : "Invalid btf_info kind_flag";
}

static const char *check_var(const struct btf_check *c, const struct btf_type *t)
{
	u32 linkage = ((const struct btf_var *)(t + 1))->linkage;

	if (plain(t) || named(c, t))
		return plain(t) ? plain(t) : named(c, t);
	if (!is_id(t->type))
		return "Invalid type_id";
	return linkage > BTF_VAR_GLOBAL_ALLOCATED ? "Linkage not supported" : NULL;
}

static const char *check_section(const struct btf_check *c, const struct btf_type *t)
{
	if (!t->size)
		return "size == 0";
	if (btf_flag(t))
		return "Invalid btf_info kind_flag";
	return valid_section(c->b, t->name_off) ? NULL : "Invalid name";
}

static const char *check_float(const struct btf_type *t)
{
	if (plain(t))
		return plain(t);
	return t->size == 2 || t->size == 4 || t->size == 8 || t->size == 12 || t->size == 16
		       ? NULL
		       : "Invalid type_size";
}

static const char *check_decl_tag(const struct btf_check *c, const struct btf_type *t)
{
	if (!*btf_name(c->b, t->name_off))
		return "Invalid value";
	if (btf_len(t))
		return "vlen != 0";
	return ((const struct btf_decl_tag *)(t + 1))->component_idx < -1 ? "Invalid component_idx"
									  : NULL;
}

static const char *check_enum(const struct btf_check *c, const struct btf_type *t)
{
	if (t->size > 8 || !t->size || t->size & (t->size - 1))
		return "Unexpected size";
	return maybe_named(c, t);
}

static const char *check_proto(const struct btf_type *t)
{
	if (t->name_off)
		return "Invalid name";
	return btf_flag(t) ? "Invalid btf_info kind_flag" : NULL;
}

static const char *check_itself(const struct btf_check *c, const struct btf_type *t)
{
	switch (btf_kind_of(t)) {
	case BTF_KIND_INT:
		return plain(t) ? plain(t) : check_int(t);
	case BTF_KIND_ARRAY:
		return check_array(t);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return maybe_named(c, t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return check_enum(c, t);
	case BTF_KIND_FWD:
		return check_fwd(c, t);
	case BTF_KIND_FUNC:
		return check_func(c, t);
	case BTF_KIND_FUNC_PROTO:
		return check_proto(t);
	case BTF_KIND_VAR:
		return check_var(c, t);
	case BTF_KIND_DATASEC:
		return check_section(c, t);
	case BTF_KIND_FLOAT:
		return check_float(t);
	case BTF_KIND_DECL_TAG:
		return check_decl_tag(c, t);
	default:
		return check_ref(c, t);
	}
}

/* ---- its elements ---- */

static const char *check_member(const struct btf_check *c, const struct btf_type *t, u32 i,
				u32 last)
{
	const struct btf_member *m = &btf_members(t)[i];
	u32 off = btf_member_at(t, i);

	if (m->name_off && !btf_valid_name(c->b, m->name_off))
		return "Invalid name";
	if (!is_id(m->type))
		return "Invalid type_id";
	if ((btf_is(t, BTF_KIND_UNION) && off) || last > off)
		return "Invalid member bits_offset";
	return off / 8 + !!(off % 8) > t->size ? "Member bits_offset exceeds its struct size"
					       : NULL;
}

static int check_members(struct btf_check *c, const struct btf_type *t)
{
	char why[64];
	u32 last = 0;

	for (u32 i = 0; i < btf_len(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *wrong = check_member(c, t, i, last);

		if (!btf_valid_off(c->b, m->name_off)) {
			snprintf(why, sizeof(why), "Invalid member name_offset:%u", m->name_off);
			wrong = why;
		}
		btf_say_member(c, t, m, wrong);
		if (wrong)
			return -EINVAL;
		last = btf_member_at(t, i);
	}
	return 0;
}

static int check_enumerators(struct btf_check *c, const struct btf_type *t)
{
	for (u32 i = 0; i < btf_len(t); i++) {
		u32 name = btf_enum_name(t, i);
		s64 value = btf_enum_value(t, i);

		if (!btf_valid_off(c->b, name)) {
			btf_say(c, "\tInvalid name_offset:%u", name);
			return -EINVAL;
		}
		if (!name || !btf_valid_name(c->b, name))
			return btf_say_type(c, t, "Invalid name");
		btf_say(c, btf_flag(t) ? "\t%s val=%lld\n" : "\t%s val=%llu\n", shown(c->b, name),
			(long long)value);
	}
	return 0;
}

static const char *check_place(const struct btf_type *t, const struct btf_var_secinfo *v, u64 last)
{
	if (!is_id(v->type))
		return "Invalid type_id";
	if (v->offset < last || v->offset >= t->size)
		return "Invalid offset";
	if (!v->size || v->size > t->size)
		return "Invalid size";
	/* In 32 bits, as Linux adds. */
	return v->offset + v->size > t->size ? "Invalid offset+size" : NULL;
}

static int check_vars(struct btf_check *c, const struct btf_type *t)
{
	u64 last = 0, sum = 0;

	for (u32 i = 0; i < btf_len(t); i++) {
		const struct btf_var_secinfo *v = &btf_vars(t)[i];
		const char *wrong = check_place(t, v, last);

		btf_say_var(c, t, v, wrong);
		if (wrong)
			return -EINVAL;
		last = v->offset + v->size;
		sum += v->size;
	}
	return sum > t->size ? btf_say_type(c, t, "Invalid btf_info size") : 0;
}

static int check_elements(struct btf_check *c, const struct btf_type *t)
{
	switch (btf_kind_of(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return check_members(c, t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return check_enumerators(c, t);
	case BTF_KIND_DATASEC:
		return check_vars(c, t);
	default:
		return 0;
	}
}

/* ---- all types ---- */

/* "[2] INT (anon)" and numbers, for what cannot be shown in full. */
static int say_short(struct btf_check *c, const struct btf_type *t, const char *fmt, u32 a, u32 n)
{
	btf_say(c, "[%u] %s %s", c->id, btf_kind_name(btf_kind_of(t)), shown(c->b, t->name_off));
	btf_say(c, " ");
	btf_say(c, fmt, a, n);
	btf_say(c, "\n");
	return -EINVAL;
}

static int check_type(struct btf_check *c, const struct btf_type *t, u64 left, u64 *size)
{
	u32 kind = btf_kind_of(t);

	left -= BTF_ONE;
	if (t->info & ~(u32)INFO_MASK)
		return btf_say(c, "[%u] Invalid btf_info:%x", c->id, t->info), -EINVAL;
	if (!kind || kind > BTF_KIND_MAX)
		return btf_say(c, "[%u] Invalid kind:%u", c->id, kind), -EINVAL;
	if (!btf_valid_off(c->b, t->name_off))
		return btf_say(c, "[%u] Invalid name_offset:%u", c->id, t->name_off), -EINVAL;

	u32 need = btf_bytes(t) - BTF_ONE;
	if (left < need)
		return say_short(c, t, "meta_left:%u meta_needed:%u", (u32)left, need);
	if (kind == BTF_KIND_INT && !plain(t) && btf_int(t) & ~(u32)INT_MASK)
		return say_short(c, t, "Invalid int_data:%x", btf_int(t), 0);
	const char *wrong = check_itself(c, t);
	btf_say_type(c, t, wrong);
	if (wrong)
		return wrong == unsupported ? -ENOTSUPP_LINUX : -EINVAL;
	*size = BTF_ONE + need;
	return check_elements(c, t);
}

static int check_types(struct btf_check *c)
{
	struct btf *b = c->b;
	u64 size = 0;

	c->id = b->n;
	for (u64 at = 0; at < b->types.n; at += size, c->id++) {
		u64 left = b->types.n - at;

		if (left < BTF_ONE) {
			btf_say(c, "[%u] meta_left:%u meta_needed:%u", c->id, (u32)left,
				(u32)BTF_ONE);
			return -EINVAL;
		}
		int err = check_type(c, (const void *)(b->types.p + at), left, &size);
		if (err)
			return err;
		/* Linux goes on, and what is too much is not there. */
		if (b->n == ID_MAX)
			btf_say(c, "Exceeded max num of types");
		else
			btf_add(b, (u32)at);
	}
	return 0;
}

/* ---- the header and its sections ---- */

static int no(struct btf_check *c, int err, const char *why)
{
	btf_say(c, "%s", why);
	return -err;
}

static void say_header(struct btf_check *c, const struct btf_header *h, u64 n)
{
	btf_say(c, "magic: 0x%x\n", h->magic);
	btf_say(c, "version: %u\n", h->version);
	btf_say(c, "flags: 0x%x\n", h->flags);
	btf_say(c, "hdr_len: %u\n", h->hdr_len);
	btf_say(c, "type_off: %u\n", h->type_off);
	btf_say(c, "type_len: %u\n", h->type_len);
	btf_say(c, "str_off: %u\n", h->str_off);
	btf_say(c, "str_len: %u\n", h->str_len);
	btf_say(c, "btf_total_size: %u\n", (u32)n);
}

/* The two sections lie one behind the other, and there is nothing else. */
static int check_sections(struct btf_check *c, const struct btf_header *h, u32 left)
{
	struct {
		u32 off, len;
	} s[2] = {{h->type_off, h->type_len}, {h->str_off, h->str_len}};
	s32 order = (s32)(s[0].off - s[1].off);
	u32 first = order > 0 || (!order && (s32)(s[0].len - s[1].len) > 0), total = 0;

	for (u32 i = 0; i < 2; i++) {
		u32 off = s[first ^ i].off, len = s[first ^ i].len;

		if (left < off)
			return no(c, EINVAL, "Invalid section offset");
		if (total < off)
			return no(c, EINVAL, "Unsupported section found");
		if (total > off)
			return no(c, EINVAL, "Section overlap found");
		if (left - total < len)
			return no(c, EINVAL, "Total section length too long");
		total += len;
	}
	return left == total ? 0 : no(c, EINVAL, "Unsupported section found");
}

static int check_header(struct btf_check *c, struct bytes data, struct btf_header *h)
{
	u32 len;

	if (data.n < offsetof(struct btf_header, type_off))
		return no(c, EINVAL, "hdr_len not found");
	memcpy(&len, data.p + offsetof(struct btf_header, hdr_len), 4);
	if (data.n < len)
		return no(c, EINVAL, "btf_header not found");
	for (u64 i = BTF_HEAD; i < len; i++)
		if (data.p[i])
			return no(c, E2BIG, "Unsupported btf_header");
	memcpy(h, data.p, MIN(len, (u32)BTF_HEAD));
	say_header(c, h, data.n);
	if (h->magic != BTF_MAGIC)
		return no(c, EINVAL, "Invalid magic");
	if (h->version != BTF_VERSION)
		return no(c, ENOTSUPP_LINUX, "Unsupported version");
	if (h->flags)
		return no(c, ENOTSUPP_LINUX, "Unsupported flags");
	if (data.n == h->hdr_len)
		return no(c, EINVAL, "No data");
	return check_sections(c, h, (u32)data.n - h->hdr_len);
}

static int check_strings(struct btf_check *c, const struct btf_header *h, struct bytes data)
{
	u64 at = (u64)h->hdr_len + h->str_off;

	if (at + h->str_len != data.n)
		return no(c, EINVAL, "String section is not at the end");
	if (!h->str_len || h->str_len - 1 > NAME_OFF_MAX || data.p[data.n - 1] || data.p[at])
		return no(c, EINVAL, "Invalid string section");
	if (h->type_off & 3)
		return no(c, EINVAL, "Unaligned type_off");
	return h->type_len ? 0 : no(c, EINVAL, "No type found");
}

static int check_all(struct btf_check *c, const struct btf *kernel)
{
	int err = check_types(c);

	if (!err)
		err = btf_resolve(c);
	if (!err)
		err = btf_check_tags(c);
	return err ? err : btf_find_metas(c->b, kernel);
}

int btf_load(struct bytes data, const struct btf *kernel, struct buf *log, struct btf **ret)
{
	struct btf_check c = {.log = log};
	struct btf_header h = {0};

	if (data.n > BTF_SIZE_MAX)
		return -E2BIG;
	int err = check_header(&c, data, &h);
	if (!err)
		err = check_strings(&c, &h, data);
	if (err)
		return err;
	c.b = btf_new(data, &h, NULL);
	if (!c.b)
		return -ENOMEM;
	err = check_all(&c, kernel);
	free(c.state);
	if (!err && log && log->oom)
		err = -ENOMEM;
	if (err)
		btf_destroy(c.b);
	else
		*ret = c.b;
	return err;
}
