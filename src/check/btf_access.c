/* SPDX-License-Identifier: BSD-2-Clause */
/* Pointers to kernel objects, whose types the kernel's BTF describes. Without these types
 * nothing is known of them, and nothing may be done. */
#include "check/priv.h"

int check_btf_access(struct verify *v, u32 regno, s64 off, u32 size, enum access how, s32 value)
{
	(void)off, (void)size, (void)how, (void)value;
	return say(v, -EACCES, "R%u invalid mem access '%s'\n", regno,
		   reg_name(regs(v)[regno].type));
}

int check_btf_ctx(struct verify *v, s64 off, u32 size, enum access how, struct reg *got)
{
	(void)v, (void)got;
	if (how == ACCESS_WRITE || off < 0 || off % 8 || size != 8 || off >= 12 * 8)
		return -EACCES;
	return v->how->kernel ? 0 : -EACCES;
}

void set_ctx_btf(struct verify *v, const struct ctx_field *f, struct reg *got)
{
	(void)v, (void)f, (void)got;
}

int check_map_struct(struct verify *v, u32 regno, s64 off, u32 size, enum access how, s32 value)
{
	(void)off, (void)size, (void)how, (void)value;
	return say(v, -EACCES, "R%u invalid mem access 'map_ptr'\n", regno);
}

int check_kptr(struct verify *v, u32 regno, s64 off, enum access how, s32 value)
{
	(void)how, (void)value;
	return say(v, -EACCES, "R%u: the kptr at off=%d cannot be accessed\n", regno, (s32)off);
}

int check_kptr_dest(struct verify *v, struct call *c, u32 regno)
{
	(void)c;
	return say(v, -EINVAL, "R%u: kptrs cannot be exchanged\n", regno);
}

int check_btf_arg(struct verify *v, struct call *c, u32 regno, u64 arg)
{
	const struct reg *r = &regs(v)[regno];

	(void)c, (void)arg;
	if (reg_kind(r->type) != REG_BTF || r->btf)
		return 0;
	return say(v, -EACCES, "R%u is a kernel object of no known type\n", regno);
}

int set_btf_result(struct verify *v, struct call *c, u32 flags)
{
	(void)flags;
	return say(v, -EINVAL, "the types of the kernel that helper %u returns are not known\n",
		   c->id);
}

int load_btf_id(struct verify *v, const struct eb *e, struct reg *r)
{
	(void)r;
	return say(v, -EINVAL, "ldimm64 unable to resolve btf id %d\n", (s32)e->imm);
}

void give_vma(struct verify *v, struct reg *r)
{
	(void)v;
	reg_zero_off(r, REG_BTF);
}

/* Does the function that it is attached to return nothing? */
bool returns_nothing(const struct verify *v)
{
	(void)v;
	return false;
}

int check_attach(struct verify *v)
{
	(void)v;
	return 0;
}
