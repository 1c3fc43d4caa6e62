/* SPDX-License-Identifier: BSD-2-Clause */
/* Pointers to objects that are kept in values of maps: loads, stores, and the exchange of
 * those that own what they point to. What they point to is the kernel's, or the program's. */
#include "check/priv.h"

const struct btf_field *field_at(const struct btf_fields *f, s64 off, u32 kinds)
{
	for (u32 i = 0; f && i < f->n; i++)
		if ((f->field[i].kind & kinds) && f->field[i].off == off)
			return &f->field[i];
	return NULL;
}

static const struct btf *types_of(const struct verify *v, const struct btf *own,
				  const struct btf_field *f)
{
	return f->kernels ? v->how->kernel : own;
}

static const char *type_name(const struct btf *b, u32 id)
{
	const struct btf_type *t = b ? btf_type(b, id) : NULL;

	return t ? btf_name(b, t->name_off) : "";
}

/* Whether a type is the kernel's is known only with its types. */
static int need_types(struct verify *v)
{
	if (v->how->kernel)
		return 0;
	return say(v, -ENOTSUP, "kptrs need the kernel's types (CONFIG_DEBUG_INFO_BTF)\n");
}

/* ---- loads ---- */

/* Objects that are freed only behind a section of RCU. */
static bool rcu_protected(const struct btf *b, const struct btf_field *f)
{
	static const char *const names[] = {"task_struct", "cgroup", "bpf_cpumask",
					    "bpf_crypto_ctx", "prog_test_ref_kfunc"};

	if (!f->kernels || f->kind == BTF_KPTR_PERCPU)
		return true;
	for (u32 i = 0; i < LEN(names); i++)
		if (!strcmp(type_name(b, f->type), names[i]))
			return true;
	return false;
}

static u32 load_flags(const struct verify *v, const struct btf *b, const struct btf_field *f)
{
	const struct state *s = v->cur;
	bool rcu = s->rcu_locks || s->locks || !s->sleepable;

	if (f->kind == BTF_KPTR_UNREF || !rcu || !rcu_protected(b, f))
		return REG_NULLABLE | REG_UNTRUSTED;
	if (f->kind == BTF_KPTR_PERCPU)
		return REG_NULLABLE | REG_RCU | REG_PERCPU;
	const struct btf_fields *in = f->kernels ? NULL : btf_meta(b, f->type);
	return REG_NULLABLE | REG_RCU | (f->kernels ? 0 : REG_ALLOC) |
	       (in && (in->kinds & BTF_NODE) ? REG_NON_OWNING : 0);
}

static void load(struct verify *v, const struct btf *b, const struct btf_field *f, struct reg *to)
{
	if (f->kind != BTF_UPTR) {
		give_btf(v, to, REG_BTF | load_flags(v, b, f), b, f->type);
		return;
	}
	v->odd = true;
	reg_zero_off(to, REG_MEM | REG_NULLABLE);
	to->mem_size = btf_type(b, f->type)->size;
	to->id = ++v->ids;
}

/* ---- stores ---- */

bool same_type(const struct btf *b, u32 id, s64 off, const struct btf *want_btf, u32 want,
	       bool strict)
{
	const struct btf_type *t = btf_type(b, id);

	for (u32 n = 0; b == want_btf && t && n < BTF_CHAIN; n++) {
		const struct btf_type *in = NULL;
		if (!off && id == want)
			return true;
		if (strict || !btf_is(t, BTF_KIND_STRUCT))
			return false;
		for (u32 i = 0; i < btf_len(t) && !in; i++) {
			u32 at = btf_member_at(t, i) / 8, mid;
			const struct btf_type *m = btf_skip(b, btf_members(t)[i].type, &mid);
			if (!m || !btf_is_composite(m) || off < at || off >= at + (s64)m->size)
				continue;
			in = m;
			id = mid;
			off -= at;
		}
		t = in;
	}
	return false;
}

static int bad_type(struct verify *v, u32 regno, const char *is, const struct btf *b,
		    const struct btf_field *f)
{
	const char *name = type_name(b, f->type);

	say(v, 0, "invalid kptr access, R%u type=%s%s expected=ptr_%s", regno,
	    reg_name(regs(v)[regno].type), is, name);
	if (f->kind == BTF_KPTR_UNREF)
		say(v, 0, " or untrusted_ptr_%s", name);
	return say(v, -EACCES, "\n");
}

/* May the register's pointer be put there? */
static int check_fits(struct verify *v, u32 regno, const struct btf *b, const struct btf_field *f)
{
	const struct reg *r = &regs(v)[regno];
	bool kernels = reg_kind(r->type) == REG_BTF && r->btf == v->how->kernel;
	u32 good = kernels ? REG_NULLABLE | REG_TRUSTED | REG_RCU : REG_NULLABLE | REG_ALLOC;

	if (kernels && f->kind == BTF_KPTR_UNREF)
		good |= REG_UNTRUSTED;
	if (!kernels && f->kind == BTF_KPTR_PERCPU)
		good |= REG_PERCPU;
	if (reg_kind(r->type) != REG_BTF || (r->type & ~(good | 0xffu)) || !r->btf)
		return bad_type(v, regno, "", b, f);
	/* Linux 6.18 takes the other kind of memory here. */
	if ((f->kind == BTF_KPTR_PERCPU) != !!(r->type & REG_PERCPU))
		return bad_type(v, regno, "", b, f);
	int err = check_fixed_off(v, r, regno, false);
	if (err)
		return err;
	if (same_type(r->btf, r->btf_id, r->off, b, f->type, f->kind != BTF_KPTR_UNREF))
		return 0;
	return bad_type(v, regno, type_name(r->btf, r->btf_id), b, f);
}

static int store(struct verify *v, const struct eb *e, s32 value, const struct btf *b,
		 const struct btf_field *f)
{
	if (f->kind & (BTF_KPTR_REF | BTF_KPTR_PERCPU))
		return say(v, -EACCES, "store to referenced kptr disallowed\n");
	if (f->kind == BTF_UPTR)
		return say(v, -EACCES, "store to uptr disallowed\n");
	if (value >= 0)
		return reg_is_null(&regs(v)[value]) ? precise_reg(v, (u32)value)
						    : check_fits(v, (u32)value, b, f);
	if (!e->imm)
		return 0;
	return say(v, -EACCES, "BPF_ST imm must be 0 when storing to kptr at off=%u\n", f->off);
}

/* Needs: all of the kptr's bytes, and no others, are touched (check_map_bytes). */
int check_kptr(struct verify *v, u32 regno, s64 off, enum access how, s32 value)
{
	const struct reg *r = &regs(v)[regno];
	const struct eb *e = insn_at(v, v->pc);
	u8 form = ebpf_rows[e->op].form;
	const struct btf_field *f =
		field_at(r->map->fields, off + (s64)r->v.bits.value, BTF_KPTR | BTF_UPTR);
	int err = need_types(v);

	if (err)
		return err;
	if (form != EBF_LDX && form != EBF_STX && form != EBF_ST)
		return say(v, -EACCES,
			   "kptr in map can only be accessed using BPF_MEM instruction mode\n");
	const struct btf *b = types_of(v, r->map->btf, f);
	if (how == ACCESS_WRITE)
		return store(v, e, value, b, f);
	load(v, b, f, &regs(v)[value]);
	return 0;
}

/* ---- kptr_xchg ---- */

int check_kptr_dest(struct verify *v, struct call *c, u32 regno)
{
	const struct reg *r = &regs(v)[regno];
	bool alloc = reg_kind(r->type) == REG_BTF;
	const struct btf_fields *fields = alloc ? btf_meta(r->btf, r->btf_id) : r->map->fields;
	const struct btf *own = alloc ? r->btf : r->map->btf;
	s64 off = r->off + (s64)r->v.bits.value;
	int err = need_types(v);

	if (err)
		return err;
	if (!own)
		return say(v, -EINVAL, "map '%s' has to have BTF in order to use bpf_kptr_xchg\n",
			   r->map->name ? r->map->name : "");
	if (!alloc)
		c->map = r->map;
	if (!scalar_is_const(&r->v))
		return say(v, -EINVAL,
			   "R%u doesn't have constant offset. kptr has to be at the constant "
			   "offset\n",
			   regno);
	if (!fields || !(fields->kinds & BTF_KPTR))
		return say(v, -EINVAL, "R%u has no valid kptr\n", regno);
	const struct btf_field *f = field_at(fields, off, BTF_KPTR);
	if (!f)
		return say(v, -EACCES, "off=%lld doesn't point to kptr\n", (long long)off);
	if (f->kind == BTF_KPTR_UNREF)
		return say(v, -EACCES, "off=%lld kptr isn't referenced kptr\n", (long long)off);
	c->kptr = f;
	c->ret_btf = types_of(v, own, f);
	return 0;
}

int check_kptr_given(struct verify *v, const struct call *c, u32 regno)
{
	if (regs(v)[regno].type & REG_NULLABLE)
		return say(v, -EACCES, "Possibly NULL pointer passed to helper arg%u\n", regno);
	return check_fits(v, regno, c->ret_btf, c->kptr);
}

void give_kptr(struct verify *v, const struct call *c, u32 flags)
{
	struct reg *r = &regs(v)[0];
	bool percpu = c->kptr->kind == BTF_KPTR_PERCPU;

	reg_zero_off(r, REG_BTF | flags);
	if (!c->kptr->kernels)
		r->type |= REG_ALLOC | (percpu ? REG_PERCPU : 0);
	r->btf = c->ret_btf;
	r->btf_id = c->kptr->type;
}
