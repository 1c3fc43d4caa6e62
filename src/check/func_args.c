/* SPDX-License-Identifier: BSD-2-Clause */
/* What functions begin with: the context, or what a global function's prototype says. */
#include "check/priv.h"

enum { ARGS = 5 };

/* ---- prototypes ---- */

static int bad_arg(struct verify *v, u32 nr, u32 i, const char *why)
{
	return say(v, -EINVAL, "Arg#%u of func#%u ('%s'): %s\n", i, nr, subprog_name(v, nr), why);
}

/* Is it this program's context? Its struct's name says so. */
static bool is_context(const struct verify *v, const struct btf_type *t)
{
	const char *name = btf_name(v->p->btf, t->name_off);

	if (!btf_is(t, BTF_KIND_STRUCT) && !btf_is(t, BTF_KIND_FWD))
		return false;
	if (v->type == PROGTYPE_KPROBE)
		return !strcmp(name, "pt_regs") || !strcmp(name, "bpf_user_pt_regs_t");
	return !strcmp(name, ctx_rows[v->kind->ctx].type);
}

/* The tags "arg:..." of parameter i: nonnull, ctx, nullable, trusted ... */
static bool has_tag(const struct verify *v, u32 func, u32 i, const char *tag)
{
	const struct btf *b = v->p->btf;
	const struct btf_type *t;

	for (u32 id = b->first; (t = btf_type(b, id)); id++) {
		const char *name = btf_name(b, t->name_off);
		if (!btf_is(t, BTF_KIND_DECL_TAG) || t->type != func ||
		    ((const struct btf_decl_tag *)(t + 1))->component_idx != (s32)i)
			continue;
		if (!strncmp(name, "arg:", 4) && !strcmp(name + 4, tag))
			return true;
	}
	return false;
}

static int pointer_arg(struct verify *v, u32 nr, u32 i, const struct btf_type *ptr,
		       struct sub_arg *to)
{
	const struct btf *b = v->p->btf;
	const struct btf_type *t = btf_skip(b, ptr->type, NULL);
	s64 size = t ? btf_size(b, ptr->type) : -1;

	if ((t && is_context(v, t)) || has_tag(v, v->sub[nr].type, i, "ctx")) {
		to->type = REG_CTX;
		return 0;
	}
	if (size < 0)
		return bad_arg(v, nr, i, "a pointer to what has no size");
	to->type = REG_MEM;
	if (!has_tag(v, v->sub[nr].type, i, "nonnull"))
		to->type |= REG_NULLABLE;
	to->mem_size = (u32)size;
	return 0;
}

static bool is_number(const struct btf_type *t)
{
	return t &&
	       (btf_is(t, BTF_KIND_INT) || btf_is(t, BTF_KIND_ENUM) || btf_is(t, BTF_KIND_ENUM64));
}

static int read_proto(struct verify *v, u32 nr)
{
	struct subprog *s = &v->sub[nr];
	const struct btf *b = v->p->btf;
	const struct btf_type *f = b && s->type ? btf_type(b, s->type) : NULL;
	const struct btf_type *proto = f ? btf_type(b, f->type) : NULL;
	int err = 0;

	if (!proto || s->has_type)
		return proto ? 0 : -EINVAL;
	if (btf_len(proto) > ARGS)
		return say(v, -EINVAL, "Global function %s() with %u > %d args. Buggy compiler.\n",
			   subprog_name(v, nr), btf_len(proto), ARGS);
	if (!is_number(btf_skip(b, proto->type, NULL)))
		return say(v, -EINVAL,
			   "Global function %s() doesn't return scalar. Only those are "
			   "supported.\n",
			   subprog_name(v, nr));
	struct sub_arg *arg = arena_array(&v->arena, struct sub_arg, ARGS);
	for (u32 i = 0; i < btf_len(proto) && !err; i++) {
		const struct btf_type *t = btf_skip(b, btf_params(proto)[i].type, NULL);
		if (is_number(t))
			arg[i].type = REG_SCALAR;
		else if (t && btf_is(t, BTF_KIND_PTR))
			err = pointer_arg(v, nr, i, t, &arg[i]);
		else
			err = bad_arg(v, nr, i, "neither a number nor a pointer");
	}
	s->arg = arg;
	s->args = btf_len(proto);
	s->has_type = !err;
	return err;
}

/* ---- inside ---- */

static void give(struct verify *v, const struct sub_arg *a, struct reg *r)
{
	if (a->type == REG_SCALAR) {
		reg_unknown(v, r);
		return;
	}
	reg_zero_off(r, a->type);
	if (a->type & REG_NULLABLE)
		r->id = ++v->ids;
	if (reg_kind(a->type) == REG_MEM)
		r->mem_size = a->mem_size;
}

int give_function_args(struct verify *v, u32 nr)
{
	if (!nr) {
		reg_zero_off(&regs(v)[1], REG_CTX);
		return 0;
	}
	if (logs(v, 3))
		say(v, 0, "Validating %s() func#%u...\n", subprog_name(v, nr), nr);
	int err = read_proto(v, nr);
	for (u32 i = 0; i < v->sub[nr].args && !err; i++)
		give(v, &v->sub[nr].arg[i], &regs(v)[i + 1]);
	return err;
}

/* ---- outside ---- */

static int check_memory_arg(struct verify *v, u32 regno, const struct sub_arg *a)
{
	const struct reg *r = &regs(v)[regno];
	struct reg kept = *r;

	if (reg_is_null(r) && (a->type & REG_NULLABLE))
		return 0;
	if ((r->type & REG_NULLABLE) && !(a->type & REG_NULLABLE))
		return say(v, -EINVAL, "arg#%u is expected to be non-NULL\n", regno - 1);
	regs(v)[regno].type &= ~(u32)REG_NULLABLE;
	int err = check_helper_memory(v, NULL, regno, a->mem_size, ACCESS_READ, false);
	if (!err)
		err = check_helper_memory(v, NULL, regno, a->mem_size, ACCESS_WRITE, false);
	regs(v)[regno] = kept;
	return err;
}

int check_global_args(struct verify *v, u32 nr)
{
	const struct subprog *s = &v->sub[nr];
	int err = read_proto(v, nr);

	for (u32 i = 0; i < s->args && !err; i++) {
		const struct sub_arg *a = &s->arg[i];
		u32 regno = i + 1;
		const struct reg *r = &regs(v)[regno];
		if (a->type == REG_SCALAR) {
			err = r->type == REG_SCALAR
				      ? 0
				      : say(v, -EINVAL, "R%u is not a scalar\n", regno);
		} else if (a->type == REG_CTX) {
			if (r->type != REG_CTX)
				err = say(v, -EINVAL, "arg#%u expects pointer to ctx\n", i);
			else
				err = check_fixed_off(v, r, regno, true);
		} else {
			err = check_memory_arg(v, regno, a);
		}
	}
	return err;
}
