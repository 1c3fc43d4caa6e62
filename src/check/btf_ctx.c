/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program is attached to, by the kernel's types: the arguments that are its
 * context, what it returns; and arguments and results of helpers that are objects of the
 * kernel. */
#include "check/priv.h"

enum { ARGS = 12, ARG = 8 };

/* ---- what it is attached to ---- */

static bool attaches(const struct verify *v)
{
	return v->type == PROGTYPE_TRACING || v->type == PROGTYPE_LSM || v->type == PROGTYPE_EXT ||
	       v->type == PROGTYPE_STRUCT_OPS;
}

static bool traces_function(const struct verify *v)
{
	return v->attach == ATTACH_TRACE_FENTRY || v->attach == ATTACH_TRACE_FEXIT ||
	       v->attach == ATTACH_MODIFY_RETURN || v->attach == ATTACH_TRACE_ITER;
}

static bool may_sleep(const struct verify *v)
{
	switch (v->type) {
	case PROGTYPE_TRACING:
		return traces_function(v);
	case PROGTYPE_LSM:
		return v->attach != ATTACH_LSM_CGROUP;
	case PROGTYPE_KPROBE:
	case PROGTYPE_STRUCT_OPS:
	case PROGTYPE_SYSCALL:
		return true;
	default:
		return false;
	}
}

static int wrong_name(struct verify *v, const char *name)
{
	return say(v, -EINVAL, "attach_btf_id %u points to wrong type name %s\n",
		   v->how->attach_btf_id, name);
}

/* Of a typedef "btf_trace_...": a pointer to a function, whose first argument is not ours. */
static int attach_trace(struct verify *v, const struct btf *b, const struct btf_type *t)
{
	const char *name = btf_name(b, t->name_off);

	if (!btf_is(t, BTF_KIND_TYPEDEF))
		return say(v, -EINVAL, "attach_btf_id %u is not a typedef\n",
			   v->how->attach_btf_id);
	if (strncmp(name, "btf_trace_", 10))
		return wrong_name(v, name);
	t = btf_skip(b, t->type, NULL);
	t = t && btf_is(t, BTF_KIND_PTR) ? btf_type(b, t->type) : NULL;
	if (!t || !btf_is(t, BTF_KIND_FUNC_PROTO))
		return -EINVAL;
	v->attach_name = name + 10;
	v->proto = t;
	v->proto_skip = 1;
	return 0;
}

/* The member of a struct of operations: a pointer to a function. */
static int attach_ops(struct verify *v, const struct btf *b, const struct btf_type *t)
{
	if (!btf_is(t, BTF_KIND_STRUCT) || v->attach >= btf_len(t))
		return say(v, -EINVAL, "attach to invalid member idx %u of struct %s\n", v->attach,
			   btf_name(b, t->name_off));
	const struct btf_member *m = &btf_members(t)[v->attach];
	const struct btf_type *p = btf_skip(b, m->type, NULL);
	p = p && btf_is(p, BTF_KIND_PTR) ? btf_skip(b, p->type, NULL) : NULL;
	v->attach_name = btf_name(b, m->name_off);
	if (!p || !btf_is(p, BTF_KIND_FUNC_PROTO))
		return say(v, -EINVAL, "attach to invalid member %s(@idx %u) of struct %s\n",
			   v->attach_name, v->attach, btf_name(b, t->name_off));
	v->proto = p;
	return 0;
}

static int attach_function(struct verify *v, const struct btf *b, const struct btf_type *t)
{
	if (v->type == PROGTYPE_TRACING && !traces_function(v))
		return -EINVAL;
	if (!btf_is(t, BTF_KIND_FUNC))
		return say(v, -EINVAL, "attach_btf_id %u is not a function\n",
			   v->how->attach_btf_id);
	v->attach_name = btf_name(b, t->name_off);
	if (v->type == PROGTYPE_LSM && !v->how->gpl)
		return say(v, -EINVAL, "LSM programs must have a GPL compatible license\n");
	if (v->type == PROGTYPE_LSM && strncmp(v->attach_name, "bpf_lsm_", 8))
		return wrong_name(v, v->attach_name);
	v->proto = btf_type(b, t->type);
	return v->proto && btf_is(v->proto, BTF_KIND_FUNC_PROTO) ? 0 : -EINVAL;
}

int check_attach(struct verify *v)
{
	const struct btf *b = v->how->kernel;
	bool sleeps = v->how->prog_flags & CHECK_SLEEPABLE;

	if (v->type == PROGTYPE_SYSCALL && !sleeps)
		return say(v, -EINVAL, "Syscall programs can only be sleepable\n");
	if (sleeps && !may_sleep(v))
		return say(v, -EINVAL,
			   "Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs "
			   "can be sleepable\n");
	if (!attaches(v))
		return 0;
	if (!v->how->attach_btf_id)
		return say(v, -EINVAL, "Tracing programs must provide btf_id\n");
	const struct btf_type *t = b ? btf_type(b, v->how->attach_btf_id) : NULL;
	if (!t)
		return say(v, -EINVAL, "attach_btf_id %u is invalid\n", v->how->attach_btf_id);
	if (v->type == PROGTYPE_STRUCT_OPS)
		return attach_ops(v, b, t);
	if (v->type == PROGTYPE_TRACING && v->attach == ATTACH_TRACE_RAW_TP)
		return attach_trace(v, b, t);
	return attach_function(v, b, t);
}

bool returns_nothing(const struct verify *v)
{
	if (v->type != PROGTYPE_STRUCT_OPS &&
	    (v->type != PROGTYPE_LSM || v->attach == ATTACH_LSM_CGROUP))
		return false;
	return v->proto && !v->proto->type;
}

/* ---- its arguments ---- */

static bool args_trusted(const struct verify *v)
{
	return v->type == PROGTYPE_LSM || v->type == PROGTYPE_STRUCT_OPS ||
	       v->attach == ATTACH_TRACE_RAW_TP || v->attach == ATTACH_TRACE_ITER;
}

static int no_arg(struct verify *v, u32 i)
{
	return say(v, -EACCES, "func '%s' doesn't have %u-th argument\n", v->attach_name, i + 1);
}

/* The type of argument i, or, behind the last, of the result. */
static int arg_type(struct verify *v, u32 i, u32 *id)
{
	u32 n = btf_len(v->proto) - v->proto_skip;

	if (i < n) {
		*id = btf_params(v->proto)[i + v->proto_skip].type;
		return 0;
	}
	if (i > n)
		return no_arg(v, i);
	switch (v->attach) {
	case ATTACH_LSM_MAC:
	case ATTACH_LSM_CGROUP:
	case ATTACH_TRACE_FEXIT:
	case ATTACH_MODIFY_RETURN:
		*id = v->proto->type;
		return 0;
	default:
		return no_arg(v, i);
	}
}

/* An iterator is run once more behind the last object, without one. */
static u32 iter_flags(const struct verify *v, u32 i)
{
	static const char *const with_map[] = {"bpf_iter_bpf_map_elem", "bpf_iter_sockmap",
					       "bpf_iter_bpf_sk_storage_map"};

	if (v->attach != ATTACH_TRACE_ITER || v->type != PROGTYPE_TRACING || !i)
		return 0;
	for (u32 k = 0; k < LEN(with_map); k++)
		if (i == 1 && !strcmp(v->attach_name, with_map[k]))
			return 0;
	return REG_NULLABLE;
}

/* Keys and values that an iterator of elements is given. */
static bool give_buffer(struct verify *v, u32 i, struct reg *got)
{
	if (!iter_flags(v, i) || i < 2)
		return false;
	reg_zero_off(got, REG_BUF | REG_NULLABLE | (i == 2 ? REG_RDONLY : 0));
	got->id = ++v->ids;
	return true;
}

static bool nullable_param(const struct verify *v, u32 i)
{
	u32 k = i + v->proto_skip;
	const char *name = k < btf_len(v->proto)
				   ? btf_name(v->how->kernel, btf_params(v->proto)[k].name_off)
				   : "";
	size_t n = strlen(name);

	return n > 10 && !strcmp(name + n - 10, "__nullable");
}

static int give_pointer(struct verify *v, u32 i, u32 to, struct reg *got)
{
	const struct btf *b = v->how->kernel;
	u32 id, type = REG_BTF | (args_trusted(v) ? REG_TRUSTED : 0) | iter_flags(v, i);
	const struct btf_type *t = btf_skip(b, to, &id);

	if (!to || !t || btf_is(t, BTF_KIND_INT)) {
		if (!give_buffer(v, i, got))
			reg_unknown(v, got);
		return 0;
	}
	if (nullable_param(v, i))
		type |= REG_NULLABLE;
	if (!btf_is_composite(t))
		return say(v, -EACCES, "func '%s' arg%u type %s is not a struct\n", v->attach_name,
			   i, btf_kind_name(btf_kind_of(t)));
	if (!iter_flags(v, i))
		say(v, 0, "func '%s' arg%u has btf_id %u type %s '%s'\n", v->attach_name, i, id,
		    btf_kind_name(btf_kind_of(t)), btf_name(b, t->name_off));
	give_btf(v, got, type, b, id);
	return 0;
}

int check_btf_ctx(struct verify *v, s64 off, u32 size, enum access how, struct reg *got)
{
	const struct btf *b = v->how->kernel;
	u32 id = 0;

	if (!v->proto || how == ACCESS_WRITE || off < 0 || off >= ARGS * ARG || off % size)
		return -EACCES;
	if (off % ARG)
		return say(v, -EACCES, "func '%s' offset %d is not multiple of 8\n", v->attach_name,
			   (s32)off);
	u32 i = (u32)off / ARG;
	int err = arg_type(v, i, &id);
	if (err)
		return err;
	const struct btf_type *t = btf_skip(b, id, NULL);
	if (!t || btf_is(t, BTF_KIND_INT) || btf_is(t, BTF_KIND_ENUM) ||
	    btf_is(t, BTF_KIND_ENUM64) || btf_is_composite(t))
		return 0;
	if (!btf_is(t, BTF_KIND_PTR))
		return say(v, -EACCES,
			   "func '%s' arg%u '%s' has type %s. Only pointer access is allowed\n",
			   v->attach_name, i, btf_name(b, t->name_off),
			   btf_kind_name(btf_kind_of(t)));
	if (size != ARG)
		return say(v, -EACCES, "func '%s' size %u must be 8\n", v->attach_name, size);
	return give_pointer(v, i, t->type, got);
}

void set_ctx_btf(struct verify *v, const struct ctx_field *f, struct reg *got)
{
	static const struct {
		const char *field, *type;
	} fields[] = {{"state", "nf_hook_state"}, {"skb", "sk_buff"}};

	for (u32 i = 0; v->how->kernel && i < LEN(fields); i++)
		if (!strcmp(f->name, fields[i].field))
			give_btf(v, got, got->type, v->how->kernel,
				 btf_find(v->how->kernel, fields[i].type, BTF_KIND_STRUCT));
}

/* ---- helpers ---- */

/* Is the object at off of a struct one of that name? A struct begins with its first
 * member. */
static bool is_named(const struct btf *b, u32 id, s64 off, const char *name)
{
	const struct btf_type *t = btf_type(b, id);

	for (u32 n = 0; t && btf_is_composite(t) && n < BTF_CHAIN; n++) {
		const struct btf_type *in = NULL;
		if (!off && !strcmp(btf_name(b, t->name_off), name))
			return true;
		for (u32 i = 0; i < btf_len(t) && !in; i++) {
			u32 at = btf_member_at(t, i) / 8, mid;
			const struct btf_type *m = btf_skip(b, btf_members(t)[i].type, &mid);
			if (m && btf_is_composite(m) && off >= at && off < at + (s64)m->size) {
				in = m;
				off -= at;
			}
		}
		t = in;
	}
	return false;
}

int check_btf_arg(struct verify *v, struct call *c, u32 regno, u64 arg)
{
	const struct reg *r = &regs(v)[regno];
	const char *want = helper_btf(arg);

	if (c->id == HELPERID_kptr_xchg && regno == 2)
		return check_kptr_given(v, c, regno);
	if (reg_kind(r->type) != REG_BTF || helper_kind(arg) != HELPER_BTF_ID)
		return 0;
	if (!r->btf)
		return say(v, -EACCES, "R%u is a kernel object of no known type\n", regno);
	if (!want || is_named(r->btf, r->btf_id, r->off, want))
		return 0;
	const struct btf_type *t = btf_type(r->btf, r->btf_id);
	return say(v, -EACCES, "R%u is of type %s but %s is expected\n", regno,
		   t ? btf_name(r->btf, t->name_off) : "", want);
}

int set_btf_result(struct verify *v, struct call *c, u32 flags)
{
	const struct btf *b = v->how->kernel;
	const char *name = helper_btf(c->fn->result);
	u32 id = b && name ? btf_find(b, name, BTF_KIND_STRUCT) : 0;

	if (c->id == HELPERID_kptr_xchg) {
		give_kptr(v, c, flags);
		return 0;
	}
	if (!id)
		return say(v, -EINVAL,
			   "the types of the kernel that bpf_%s#%u returns are not known\n",
			   helper_row(c->id)->name, c->id);
	reg_zero_off(&regs(v)[0], REG_BTF | flags);
	regs(v)[0].btf = b;
	regs(v)[0].btf_id = id;
	return 0;
}

void give_vma(struct verify *v, struct reg *r)
{
	const struct btf *b = v->how->kernel;
	u32 id = b ? btf_find(b, "vm_area_struct", BTF_KIND_STRUCT) : 0;

	give_btf(v, r, REG_BTF, id ? b : NULL, id);
}

/* ---- variables of the kernel ---- */

static bool is_percpu(const struct btf *b, u32 var)
{
	u32 id = btf_find(b, ".data..percpu", BTF_KIND_DATASEC);
	const struct btf_type *t = id ? btf_type(b, id) : NULL;

	for (u32 i = 0; t && i < btf_len(t); i++)
		if (btf_vars(t)[i].type == var)
			return true;
	return false;
}

int load_btf_id(struct verify *v, const struct eb *e, struct reg *r)
{
	const struct btf *b = v->how->kernel;
	u32 id = (u32)e->imm, to;
	const struct btf_type *t = b ? btf_type(b, id) : NULL;

	if (!t || (!btf_is(t, BTF_KIND_VAR) && !btf_is(t, BTF_KIND_FUNC)))
		return say(v, -EINVAL, "pseudo btf_id %u in ldimm64 isn't KIND_VAR or KIND_FUNC\n",
			   id);
	reg_zero_off(r, REG_MEM | REG_RDONLY);
	if (btf_is(t, BTF_KIND_FUNC))
		return 0;
	const struct btf_type *type = btf_skip(b, t->type, &to);
	bool percpu = is_percpu(b, id);
	if (percpu || (type && btf_is_composite(type)))
		give_btf(v, r, REG_BTF | (percpu ? REG_PERCPU : 0), b, percpu ? t->type : to);
	else
		r->mem_size = (u32)MAX(btf_size(b, t->type), 0);
	return 0;
}
