/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads through pointers to kernel objects: what lies at an offset of a struct, as the
 * kernel's types say, and how far the pointer that comes back may be believed. */
#include "check/priv.h"

enum { NESTED = 16 };

struct hit {
	u32 id;     /* the struct that the pointer leads to; 0: a number is read */
	u32 flags;  /* REG_USER, REG_PERCPU, REG_RCU, REG_UNTRUSTED */
	u32 member; /* its name */
};

static const char *name_of(const struct btf *b, u32 id)
{
	const struct btf_type *t = btf_type(b, id);

	return t ? btf_name(b, t->name_off) : "";
}

/* The tags of what a pointer points to: "rcu", "user", "percpu". */
static u32 tags_of(const struct btf *b, u32 id)
{
	static const struct {
		const char *name;
		u32 flag;
	} tags[] = {{"user", REG_USER}, {"percpu", REG_PERCPU}, {"rcu", REG_RCU}};
	const struct btf_type *t = btf_type(b, id);
	u32 flags = 0;

	for (u32 n = 0; t && btf_is(t, BTF_KIND_TYPE_TAG) && n < BTF_CHAIN; n++) {
		for (u32 i = 0; i < LEN(tags); i++)
			if (!strcmp(btf_name(b, t->name_off), tags[i].name))
				flags |= tags[i].flag;
		t = btf_type(b, t->type);
	}
	return flags;
}

static int read_pointer(struct verify *v, const struct btf *b, const struct btf_type *ptr,
			struct hit *h)
{
	u32 id;
	const struct btf_type *to = btf_skip(b, ptr->type, &id);

	(void)v;
	if (!to || !btf_is_composite(to)) {
		h->id = 0;
		return 0;
	}
	h->id = id;
	h->flags |= tags_of(b, ptr->type);
	return 0;
}

/* Arrays, also of arrays: their innermost element. */
static const struct btf_type *element(const struct btf *b, const struct btf_type *t, u32 *id)
{
	for (u32 n = 0; t && btf_is(t, BTF_KIND_ARRAY) && n < BTF_CHAIN; n++)
		t = btf_skip(b, btf_array_of(t)->type, id);
	return t;
}

static int beyond(struct verify *v, const struct btf *b, const struct btf_type *t, u32 off,
		  u32 size)
{
	return say(v, -EACCES, "access beyond struct %s at off %u size %u\n",
		   btf_name(b, t->name_off), off, size);
}

/* The member at off: *id becomes its type, *off counts from there. 1: it is a struct, to
 * be looked into; 0: h says what is read. */
static int member(struct verify *v, const struct btf *b, const struct btf_type *t, u32 i, u32 *id,
		  u32 *off, u32 size, struct hit *h)
{
	const struct btf_member *m = &btf_members(t)[i];
	u32 at = btf_member_at(t, i) / 8, mid;
	s64 bytes = btf_size(b, m->type);
	const struct btf_type *mt = btf_skip(b, m->type, &mid);

	mt = element(b, mt, &mid);
	s64 one = mt ? btf_size(b, mid) : -1;
	if (!mt || one <= 0)
		return say(v, -EINVAL, "member %s has no type\n", btf_name(b, m->name_off));
	u32 within = *off - at;
	if (bytes > one || !bytes)
		within %= (u32)one;
	if (btf_is_composite(mt)) {
		*id = mid;
		*off = within;
		return 1;
	}
	h->member = m->name_off;
	if (btf_is(mt, BTF_KIND_PTR)) {
		if (within || size != 8)
			return say(v, -EACCES,
				   "cannot access ptr member %s with moff %u in struct %s with off "
				   "%u size %u\n",
				   btf_name(b, m->name_off), at, btf_name(b, t->name_off), *off,
				   size);
		return read_pointer(v, b, mt, h);
	}
	if (bytes && *off + size > at + bytes)
		return say(v, -EACCES,
			   "access beyond the end of member %s (mend:%u) in struct %s with off %u "
			   "size %u\n",
			   btf_name(b, m->name_off), (u32)(at + bytes), btf_name(b, t->name_off),
			   *off, size);
	h->id = 0;
	return 0;
}

static bool holds(const struct btf *b, const struct btf_type *t, u32 i, u32 off)
{
	u32 at = btf_member_at(t, i) / 8;
	s64 bytes = btf_size(b, btf_members(t)[i].type);
	bool last = i + 1 == btf_len(t);

	return off >= at && (off < at + bytes || (!bytes && last));
}

/* One struct: as member. */
static int level(struct verify *v, const struct btf *b, u32 *id, u32 *off, u32 size, struct hit *h)
{
	const struct btf_type *t = btf_type(b, *id);
	u32 n = btf_len(t);
	bool open = n && btf_is(t, BTF_KIND_STRUCT) && !btf_size(b, btf_members(t)[n - 1].type);

	if (*off + size > t->size && !open)
		return beyond(v, b, t, *off, size);
	if (btf_is(t, BTF_KIND_UNION) && n != 1)
		h->flags |= REG_UNTRUSTED;
	for (u32 i = 0; i < n; i++) {
		if (btf_member_bits(b, t, i)) {
			u32 bit = btf_member_at(t, i);
			if (*off * 8 < bit + btf_member_bits(b, t, i) && bit < (*off + size) * 8) {
				h->id = 0;
				return 0;
			}
			continue;
		}
		if (holds(b, t, i, *off))
			return member(v, b, t, i, id, off, size, h);
	}
	return say(v, -EINVAL, "struct %s doesn't have field at offset %u\n",
		   btf_name(b, t->name_off), *off);
}

static int look(struct verify *v, const struct btf *b, u32 id, u32 off, u32 size, struct hit *h)
{
	*h = (struct hit){0};
	for (u32 n = 0; n < NESTED; n++) {
		const struct btf_type *t = btf_type(b, id);
		if (!t || !btf_is_composite(t))
			return say(v, -EINVAL, "Type '%s' is not a struct\n", name_of(b, id));
		int ret = level(v, b, &id, &off, size, h);
		if (ret <= 0)
			return ret;
	}
	return say(v, -EINVAL, "max struct nesting depth exceeded\n");
}

/* ---- how far it may be believed ---- */

/* The kernel says of members of some structs that they are as safe as these: there is a
 * struct NAME__safe_WHAT with them. */
static bool is_safe(const struct reg *r, const struct hit *h, const char *what)
{
	const struct btf *b = r->btf;
	char name[128];

	snprintf(name, sizeof(name), "%s__safe_%s", name_of(b, r->btf_id), what);
	u32 id = btf_find(b, name, BTF_KIND_STRUCT), to;
	const struct btf_type *t = id ? btf_type(b, id) : NULL;
	for (u32 i = 0; t && i < btf_len(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const struct btf_type *p = btf_skip(b, m->type, NULL);
		if (strcmp(btf_name(b, m->name_off), btf_name(b, h->member)) || !p)
			continue;
		if (btf_is(p, BTF_KIND_PTR) && btf_skip(b, p->type, &to) && to == h->id)
			return true;
	}
	return false;
}

bool reg_trusted(const struct reg *r)
{
	u32 kind = reg_kind(r->type);

	if (r->ref)
		return true;
	if (kind == REG_BTF)
		return (r->type & (REG_TRUSTED | REG_ALLOC)) &&
		       !(r->type & ~(u32)(0xff | REG_TRUSTED | REG_ALLOC));
	return kind == REG_SOCKET || kind == REG_SOCK_COMMON || kind == REG_TCP_SOCK;
}

static u32 flags_behind(const struct verify *v, const struct reg *r, const struct hit *h)
{
	u32 flags = h->flags & ~(u32)REG_RCU; /* what lies in a union stays untrusted */
	bool rcu = v->cur->rcu_locks || v->cur->locks || !v->cur->sleepable;

	if (r->type & REG_UNTRUSTED)
		return REG_UNTRUSTED;
	if (!reg_trusted(r) && !(r->type & REG_RCU))
		return flags;
	if (is_safe(r, h, "trusted"))
		return h->flags | REG_TRUSTED;
	if (is_safe(r, h, "trusted_or_null"))
		return h->flags | REG_TRUSTED | REG_NULLABLE;
	if (!rcu || (r->type & REG_NULLABLE))
		return REG_UNTRUSTED;
	if (is_safe(r, h, "rcu"))
		return flags | REG_RCU;
	if (is_safe(r, h, "rcu_or_null"))
		return (flags & ~(u32)REG_UNTRUSTED) | REG_RCU | REG_NULLABLE;
	return h->flags & REG_RCU ? flags | REG_RCU | REG_NULLABLE : flags;
}

static int check_may(struct verify *v, u32 regno, s64 off, enum access how)
{
	const struct reg *r = &regs(v)[regno];
	const char *name = r->btf ? name_of(r->btf, r->btf_id) : "";

	if (!r->btf)
		return say(v, -EACCES, "R%u invalid mem access '%s'\n", regno, reg_name(r->type));
	if (!v->leaks)
		return say(v, -EPERM,
			   "'struct %s' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN\n",
			   name);
	if (!v->how->gpl && r->btf == v->how->kernel)
		return say(v, -EINVAL,
			   "Cannot access kernel 'struct %s' from non-GPL compatible program\n",
			   name);
	if (off < 0)
		return say(v, -EACCES, "R%u is ptr_%s invalid negative access: off=%d\n", regno,
			   name, (s32)off);
	if (!scalar_is_const(&r->v) || r->v.bits.value)
		return say(v, -EACCES,
			   "R%u is ptr_%s invalid variable offset: off=%d, var_off=%s\n", regno,
			   name, (s32)off, tnum_text(r->v.bits));
	if (r->type & (REG_USER | REG_PERCPU))
		return say(v, -EACCES, "R%u is ptr_%s access %s memory: off=%d\n", regno, name,
			   r->type & REG_USER ? "user" : "percpu", (s32)off);
	if (how == ACCESS_WRITE && (!(r->type & REG_ALLOC) || (r->type & REG_UNTRUSTED)))
		return say(v, -EACCES, "only read is supported\n");
	return 0;
}

void give_btf(struct verify *v, struct reg *r, u32 type, const struct btf *b, u32 id)
{
	reg_zero_off(r, type);
	r->btf = b;
	r->btf_id = id;
	if (type & REG_NULLABLE)
		r->id = ++v->ids;
}

/* What belongs to the kernel in an object that a program may allocate. */
static int check_own_fields(struct verify *v, const struct reg *r, s64 off, u32 size)
{
	const struct btf_fields *f = r->type & REG_ALLOC ? btf_meta(r->btf, r->btf_id) : NULL;

	for (u32 i = 0; f && i < f->n; i++)
		if (off < (s64)f->field[i].off + f->field[i].size && f->field[i].off < off + size)
			return say(v, -EACCES, "direct access to %s is disallowed\n",
				   special_name(f->field[i].kind));
	return 0;
}

int check_btf_access(struct verify *v, u32 regno, s64 off, u32 size, enum access how, s32 value)
{
	const struct reg *r = &regs(v)[regno];
	struct hit h;
	int err = check_may(v, regno, off, how);

	v->odd = true;

	if (!err && off > INT32_MAX)
		err = -EACCES;
	if (!err)
		err = check_own_fields(v, r, off, size);
	if (!err)
		err = look(v, r->btf, r->btf_id, (u32)off, size, &h);
	if (err || how == ACCESS_WRITE || value < 0)
		return err;
	if (!h.id || (r->type & REG_ALLOC)) {
		reg_unknown(v, &regs(v)[value]);
		return 0;
	}
	u32 flags = flags_behind(v, r, &h);
	give_btf(v, &regs(v)[value], REG_BTF | flags, r->btf, h.id);
	return 0;
}

/* ---- maps, as the kernel's structs ---- */

int check_map_struct(struct verify *v, u32 regno, s64 off, u32 size, enum access how, s32 value)
{
	const struct reg *r = &regs(v)[regno];
	const struct btf *b = v->how->kernel;
	bool array = r->map->type == MAPTYPE_ARRAY, hash = r->map->type == MAPTYPE_HASH;
	const char *name = array ? "bpf_array" : hash ? "bpf_htab" : NULL;
	u32 id = b && name ? btf_find(b, name, BTF_KIND_STRUCT) : 0;
	struct hit h;

	if (!b)
		return say(v, -ENOTSUP,
			   "map_ptr access not supported without CONFIG_DEBUG_INFO_BTF\n");
	if (!id)
		return say(v, -ENOTSUP, "map_ptr access not supported for map type %u\n",
			   r->map->type);
	if (!v->leaks)
		return say(v, -EPERM,
			   "'struct %s' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN\n",
			   name);
	if (off < 0)
		return say(v, -EACCES, "R%u is %s invalid negative access: off=%d\n", regno, name,
			   (s32)off);
	if (how != ACCESS_READ)
		return say(v, -EACCES, "only read from %s is supported\n", name);
	int err = look(v, b, id, (u32)MIN(off, INT32_MAX), size, &h);
	if (!err && v->how->here)
		v->no_struct = name;
	if (err || value < 0)
		return err;
	if (h.id)
		give_btf(v, &regs(v)[value], REG_BTF | REG_UNTRUSTED, b, h.id);
	else
		reg_unknown(v, &regs(v)[value]);
	return 0;
}
