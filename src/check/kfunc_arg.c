/* SPDX-License-Identifier: BSD-2-Clause */
/* Arguments of functions of the kernel: what they must be follows from their types, and from
 * how their names end. */
#include "check/kfunc.h"

/* An argument. */
struct arg {
	u32 i, regno;
	const char *name, *next;   /* "buffer__opt"; of the one behind it, or "" */
	const struct btf_type *to; /* what it points to; NULL: void */
	u32 to_id;
};

static bool ends(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n >= e && !strcmp(name + n - e, end);
}

static const char *arg_name(const struct kcall *c, u32 i)
{
	return i < c->argc ? btf_name(c->btf, btf_params(c->proto)[i].name_off) : "";
}

static bool has_size(const struct arg *a)
{
	return ends(a->next, "__sz") || ends(a->next, "__szk");
}

static const char *to_name(const struct kcall *c, const struct arg *a)
{
	return a->to ? btf_name(c->btf, a->to->name_off) : "";
}

static const char *to_kind(const struct arg *a)
{
	return !a->to ? "UNKNOWN" : btf_is(a->to, BTF_KIND_STRUCT) ? "STRUCT" : "UNION";
}

/* ---- numbers ---- */

static int check_number(struct verify *v, struct kcall *c, const struct arg *a)
{
	const struct reg *r = &regs(v)[a->regno];

	if (r->type != REG_SCALAR)
		return say(v, -EINVAL, "R%u is not a scalar\n", a->regno);
	if (!ends(a->name, "__k"))
		return 0;
	if (!scalar_is_const(&r->v))
		return say(v, -EINVAL, "R%u must be a known constant\n", a->regno);
	c->number = r->v.bits.value;
	return precise_reg(v, a->regno);
}

/* ---- objects of the kernel ---- */

static int check_trust(struct verify *v, const struct kcall *c, const struct arg *a)
{
	const struct reg *r = &regs(v)[a->regno];

	if (reg_trusted(r))
		return 0;
	if (!(c->row->flags & KFUNC_RCU))
		return say(v, -EINVAL, "R%u must be referenced or trusted\n", a->regno);
	if (r->type & REG_RCU)
		return 0;
	return say(v, -EINVAL, "R%u must be a rcu pointer\n", a->regno);
}

static int check_object(struct verify *v, const struct kcall *c, const struct arg *a)
{
	const struct reg *r = &regs(v)[a->regno];
	bool releases = c->release_reg == a->regno;
	int err = check_trust(v, c, a);

	if (!err)
		err = check_arg_offset(v, a->regno,
				       HELPER_BTF_ID | (releases ? HELPER_RELEASE : 0));
	if (err)
		return err;
	if (r->btf && same_type(r->btf, r->btf_id, r->off, c->btf, a->to_id, releases))
		return 0;
	const struct btf_type *t = r->btf ? btf_type(r->btf, r->btf_id) : NULL;
	return say(v, -EINVAL,
		   "kernel function %s args#%u expected pointer to %s %s but R%u has a pointer to "
		   "%s %s\n",
		   c->name, a->i, to_kind(a), to_name(c, a), a->regno,
		   t && !btf_is(t, BTF_KIND_STRUCT) ? "UNION" : "STRUCT",
		   t ? btf_name(r->btf, t->name_off) : "");
}

/* ---- the context, dynptrs, memory ---- */

static bool is_context(const struct verify *v, const struct kcall *c, const struct arg *a)
{
	const char *name = to_name(c, a);

	if (c->nr == KFUNC_cast_to_kern_ctx)
		return true;
	return (!strcmp(name, "__sk_buff") && v->kind->ctx == CTX_SKB) ||
	       (!strcmp(name, "xdp_md") && v->kind->ctx == CTX_XDP);
}

static int check_context(struct verify *v, const struct arg *a)
{
	const struct reg *r = &regs(v)[a->regno];
	int err = check_arg_offset(v, a->regno, HELPER_CTX);

	if (err || r->type == REG_CTX)
		return err;
	return say(v, -EINVAL, "arg#%u expected pointer to ctx, but got %s\n", a->i,
		   reg_name(r->type));
}

static enum dynptr_kind made_by(const struct kcall *c)
{
	switch (c->nr) {
	case KFUNC_dynptr_from_skb:
		return DYNPTR_SKB;
	case KFUNC_dynptr_from_xdp:
		return DYNPTR_XDP;
	default:
		return c->dyn.kind;
	}
}

static int check_dynptr(struct verify *v, struct kcall *c, const struct arg *a)
{
	u32 type = regs(v)[a->regno].type;

	if (type != REG_STACK && type != REG_DYNPTR)
		return say(v, -EINVAL,
			   "arg#%u expected pointer to stack or const struct bpf_dynptr\n", a->i);
	if (!ends(a->name, "__uninit"))
		return use_dynptr(v, a->regno, c->nr == KFUNC_dynptr_adjust, DYNPTR_NONE, &c->dyn);
	return make_dynptr(v, a->regno, made_by(c), c->dyn.kind ? &c->dyn : NULL);
}

/* And how much of it: the next argument. */
static int check_memory_and_size(struct verify *v, struct kcall *c, const struct arg *a)
{
	u32 size = a->regno + 1;
	const struct reg *r = &regs(v)[a->regno], *n = &regs(v)[size];
	struct call as = {0};
	int err = read_reg(v, size);

	if (!err && n->type != REG_SCALAR)
		err = say(v, -EINVAL, "R%u is not a scalar\n", size);
	if (err)
		return err;
	bool none = reg_is_null(r) && ends(a->name, "__opt");
	if (!none) {
		err = check_size(v, &as, size, a->regno, ACCESS_READ, true);
		if (!err)
			err = check_size(v, &as, size, a->regno, ACCESS_WRITE, true);
		if (err)
			return say(
				v, err,
				"arg#%u arg#%u memory, len pair leads to invalid memory access\n",
				a->i, a->i + 1);
	}
	if (!ends(a->next, "__szk"))
		return 0;
	if (!scalar_is_const(&n->v))
		return say(v, -EINVAL, "R%u must be a known constant\n", size);
	c->number = n->v.bits.value;
	return none ? precise_reg(v, size) : 0; /* which Linux forgets */
}

/* ---- one argument ---- */

static int check_null(struct verify *v, const struct kcall *c, const struct arg *a)
{
	const struct reg *r = &regs(v)[a->regno];

	if (!(c->row->flags & (KFUNC_TRUSTED | KFUNC_RELEASE | KFUNC_RCU)) ||
	    ends(a->name, "__nullable") || (!reg_is_null(r) && !(r->type & REG_NULLABLE)))
		return 0;
	return say(v, -EACCES, "Possibly NULL pointer passed to trusted arg%u\n", a->i);
}

static int not_memory(struct verify *v, const struct kcall *c, const struct arg *a)
{
	return say(v, -EINVAL,
		   "arg#%u pointer type %s %s must point to %sscalar, or struct with scalar\n",
		   a->i, to_kind(a), to_name(c, a), has_size(a) ? "void, " : "");
}

/* ---- objects of the program's own, and what they are put in ---- */

static const struct {
	const char *name;
	u32 kind;
} graphs[] = {{"bpf_list_head", BTF_LIST_HEAD},
	      {"bpf_list_node", BTF_LIST_NODE},
	      {"bpf_rb_root", BTF_RB_ROOT},
	      {"bpf_rb_node", BTF_RB_NODE}};

static u32 graph_kind(const struct kcall *c, const struct arg *a)
{
	for (u32 i = 0; i < LEN(graphs); i++)
		if (!strcmp(to_name(c, a), graphs[i].name))
			return graphs[i].kind;
	return 0;
}

static int check_offset(struct verify *v, const struct kcall *c, const struct arg *a)
{
	bool releases = (c->row->flags & KFUNC_RELEASE) && regs(v)[a->regno].ref;

	return check_arg_offset(v, a->regno, HELPER_BTF_ID | (releases ? HELPER_RELEASE : 0));
}

static int check_graph_arg(struct verify *v, struct kcall *c, const struct arg *a)
{
	u32 kind = graph_kind(c, a);
	int err = check_offset(v, c, a);

	if (err)
		return err;
	return kind & BTF_ROOT ? check_root(v, c, a->regno, kind)
			       : check_node(v, c, a->regno, kind);
}

static int check_res_lock(struct verify *v, const struct kcall *c, const struct arg *a)
{
	u32 type = regs(v)[a->regno].type, how = LOCK_RES;
	int err = check_offset(v, c, a);

	if (err)
		return err;
	if (type != REG_MAP_VALUE && type != (REG_BTF | REG_ALLOC))
		return say(v, -EINVAL, "arg#%u doesn't point to map value or allocated object\n",
			   a->i);
	if (c->nr == KFUNC_res_spin_lock || c->nr == KFUNC_res_spin_lock_irqsave)
		how |= LOCK_TAKE;
	if (c->nr == KFUNC_res_spin_lock_irqsave || c->nr == KFUNC_res_spin_unlock_irqrestore)
		how |= LOCK_IRQ;
	return check_lock(v, a->regno, how);
}

static int check_function(struct verify *v, struct kcall *c, const struct arg *a)
{
	const struct reg *r = &regs(v)[a->regno];
	int err = check_offset(v, c, a);

	if (err)
		return err;
	if (r->type != REG_FUNC)
		return say(v, -EINVAL, "arg%u expected pointer to func\n", a->i);
	c->subprog = r->subprog;
	return 0;
}

static int check_own_arg(struct verify *v, struct kcall *c, const struct arg *a)
{
	bool gone = ends(a->name, "__alloc");
	int err = gone ? check_trust(v, c, a) : 0;

	if (!err)
		err = check_offset(v, c, a);
	if (err)
		return err;
	return gone ? check_own(v, c, a->regno) : check_counted(v, c, a->regno);
}

static int check_pointer(struct verify *v, struct kcall *c, const struct arg *a)
{
	const struct reg *r = &regs(v)[a->regno];
	int err = check_null(v, c, a);

	if (err)
		return err;
	if (r->ref) {
		c->ref = r->ref;
		if (c->row->flags & KFUNC_RELEASE)
			c->release_reg = a->regno;
	}
	if (is_context(v, c, a))
		return check_context(v, a);
	if (ends(a->name, "__alloc") || ends(a->name, "__refcounted_kptr"))
		return check_own_arg(v, c, a);
	if (!strcmp(to_name(c, a), "bpf_dynptr"))
		return check_dynptr(v, c, a);
	if (graph_kind(c, a))
		return check_graph_arg(v, c, a);
	if (ends(a->name, "__irq_flag"))
		return check_irq_flag(v, c, a->regno);
	if (!strcmp(to_name(c, a), "bpf_res_spin_lock"))
		return check_res_lock(v, c, a);
	if (a->to && btf_is(a->to, BTF_KIND_FUNC_PROTO))
		return check_function(v, c, a);
	if (!a->i && (c->row->flags & (KFUNC_NEW | KFUNC_NEXT | KFUNC_DESTROY)))
		return check_iter(v, c, a->regno, a->to_id, a->to);
	if (reg_kind(r->type) == REG_BTF && a->to && btf_is(a->to, BTF_KIND_STRUCT))
		return check_object(v, c, a);
	return has_size(a) && !a->to ? check_memory_and_size(v, c, a) : not_memory(v, c, a);
}

static int check_one(struct verify *v, struct kcall *c, const struct arg *a,
		     const struct btf_type *t)
{
	touch_reg(v, a->regno);
	return t && btf_is(t, BTF_KIND_PTR) ? check_pointer(v, c, a) : check_number(v, c, a);
}

int check_kfunc_args(struct verify *v, struct kcall *c)
{
	int err = 0;

	for (u32 i = 0; i < c->argc && !err; i++) {
		struct arg a = {i, i + 1, arg_name(c, i), arg_name(c, i + 1), NULL, 0};
		const struct btf_type *t = btf_skip(c->btf, btf_params(c->proto)[i].type, NULL);
		if (ends(a.name, "__ign"))
			continue;
		if (t && btf_is(t, BTF_KIND_PTR))
			a.to = btf_skip(c->btf, t->type, &a.to_id);
		if (!a.to_id)
			a.to = NULL;
		err = check_one(v, c, &a, t);
		i += t && btf_is(t, BTF_KIND_PTR) && !a.to && has_size(&a);
	}
	if (err || !(c->row->flags & KFUNC_RELEASE) || c->release_reg)
		return err;
	return say(v, -EINVAL, "release kernel function %s expects refcounted PTR_TO_BTF_ID\n",
		   c->name);
}
