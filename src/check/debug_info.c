/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program's BTF says of its functions and lines: it must be of this program. */
#include "check/priv.h"

/* ---- functions ---- */

static int check_func(struct verify *v, u32 i)
{
	const struct prog_func *f = &v->p->func[i];
	const struct btf_type *t = v->p->btf ? btf_type(v->p->btf, f->type) : NULL;

	if (!i && f->pc)
		return say(v, -EINVAL, "nonzero insn_off %u for the first func info record", f->pc);
	if (i && f->pc <= f[-1].pc)
		return say(v, -EINVAL,
			   "same or smaller insn offset (%u) than previous func info record (%u)",
			   f->pc, f[-1].pc);
	if (!t || !btf_is(t, BTF_KIND_FUNC))
		return say(v, -EINVAL, "invalid type id %u in func info", f->type);
	t = btf_type(v->p->btf, t->type);
	return t && btf_is(t, BTF_KIND_FUNC_PROTO) ? 0 : -EINVAL;
}

int check_funcs_early(struct verify *v)
{
	int err = 0;

	for (u32 i = 0; i < v->p->funcs && !err; i++)
		err = check_func(v, i);
	return err;
}

/* Does it return a number of at most 8 bytes? Only such a function may end at once. */
static bool returns_number(const struct btf *b, u32 func)
{
	const struct btf_type *proto = btf_type(b, btf_type(b, func)->type);
	const struct btf_type *t = btf_skip(b, proto->type, NULL);

	return proto->type && t &&
	       (btf_is(t, BTF_KIND_ENUM) || btf_is(t, BTF_KIND_ENUM64) ||
		(btf_is(t, BTF_KIND_INT) && t->size <= 8));
}

static int check_ends(struct verify *v, const struct subprog *s, const char *where)
{
	if (s->ld_abs)
		return say(v, -EINVAL, "LD_ABS is %s\n", where);
	if (s->tail_call)
		return say(v, -EINVAL, "tail_call is %s\n", where);
	return 0;
}

static int check_funcs(struct verify *v)
{
	const struct prog *p = v->p;
	int err = 0;

	for (u32 i = 1; i < v->subs && !p->funcs && !err; i++)
		err = check_ends(v, &v->sub[i], "not allowed in subprogs without BTF");
	if (!p->funcs)
		return err;
	if (p->funcs != v->subs)
		return say(v, -EINVAL,
			   "number of funcs in func_info doesn't match number of subprogs\n");
	for (u32 i = 0; i < v->subs && !err; i++) {
		if (v->sub[i].start != p->func[i].pc)
			return say(v, -EINVAL,
				   "func_info BTF section doesn't match subprog layout in BPF "
				   "program\n");
		if (i && !returns_number(p->btf, p->func[i].type))
			err = check_ends(v, &v->sub[i],
					 "only allowed in functions that return 'int'.");
	}
	return err;
}

/* ---- lines ---- */

static int check_line(struct verify *v, u32 i)
{
	const struct prog_line *l = &v->p->line[i];

	if ((i && l->pc <= l[-1].pc) || l->pc >= v->p->n)
		return say(v, -EINVAL,
			   "Invalid line_info[%u].insn_off:%u (prev_offset:%u prog->len:%u)\n", i,
			   l->pc, i ? l[-1].pc : 0, v->p->n);
	if (insn_at(v, l->pc)->op == EB_WIDE)
		return say(v, -EINVAL, "Invalid insn code at line_info[%u].insn_off\n", i);
	if (!l->file || !l->text)
		return say(v, -EINVAL, "Invalid line_info[%u].line_off or .file_name_off\n", i);
	return 0;
}

static int check_lines(struct verify *v)
{
	u32 sub = 0;
	int err = 0;

	for (u32 i = 0; i < v->p->lines && !err; i++) {
		u32 pc = v->p->line[i].pc;
		err = check_line(v, i);
		if (!err && sub < v->subs && v->sub[sub].start < pc)
			break;
		sub += sub < v->subs && pc == v->sub[sub].start;
	}
	if (err || !v->p->lines || sub == v->subs)
		return err;
	return say(v, -EINVAL, "missing bpf_line_info for func#%u\n", sub);
}

int check_debug_info(struct verify *v)
{
	int err = check_funcs(v);

	return err ? err : check_lines(v);
}
