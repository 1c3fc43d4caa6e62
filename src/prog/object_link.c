/* SPDX-License-Identifier: BSD-2-Clause */
/* Linking: a program's own code, behind it the functions that it calls, once each, in
 * the order in which they are met. */
#include "prog/object_priv.h"

enum {
	CODE_CALL = BPF_JMP | BPF_CALL,
	CODE_LDDW = BPF_LD | BPF_IMM | BPF_DW,
	POISON_CALL = 2002000000, /* libbpf's number for a function that is not there */
};

/* A function in the making: its instructions up to `next` are done. */
struct part {
	struct object_func *f;
	u32 next;
	const struct object_ref *ref, *end; /* those to come */
};

struct link {
	struct object *o;
	struct ob_ebpf *code; /* which is the object's */
	u32 n, cap;
	bool listing; /* what is the kernel's stays as it is */
	u64 *room;    /* slots that all programs may still have */
	struct {
		struct part *v;
		u32 n, cap;
	} stack;
	struct { /* as they follow each other */
		struct object_func **v;
		u32 n, cap;
	} func;
};

/* ---- code ---- */

static struct ob_err *append(struct link *l, struct object_func *f)
{
	const struct object_section *s = &l->o->priv->section[f->section];
	u64 n = (u64)l->n + f->n;

	if (n > EBPF_MAX || f->n > *l->room)
		return object_err(l->o, OB_RANGE, "section %s: %s: more than %u instructions",
				  s->elf.name, f->name, EBPF_MAX);
	if (n > l->cap) {
		u32 cap = (u32)MIN(MAX(n, 2ull * l->cap), (u64)EBPF_MAX);
		struct ob_ebpf *more = realloc(l->code, cap * sizeof(*more));

		if (!more)
			return err_nomem();
		l->o->priv->code = l->code = more;
		l->o->priv->code_cap = l->cap = cap;
	}
	memcpy(l->code + l->n, s->elf.data.p + (u64)f->at * OBJECT_SLOT, f->n * sizeof(*l->code));
	f->mark = l->o->priv->mark;
	f->place = l->n;
	l->n = (u32)n;
	*l->room -= f->n;

	vec_push(&l->o->priv->arena, l->func) = f;
	vec_push(&l->o->priv->arena, l->stack) =
		(struct part){f, 0, object_refs(s, f->at), s->refs ? s->ref + s->refs : NULL};
	return NULL;
}

/* The place of a function in this program. */
static struct ob_err *place(struct link *l, struct object_func *f, u32 *ret)
{
	struct ob_err *err = f->mark == l->o->priv->mark ? NULL : append(l, f);

	*ret = f->place;
	return err;
}

/* ---- what instructions refer to ---- */

/* By its id in the kernel's types, or 0. */
static void put_type(struct ob_ebpf *i, u64 id)
{
	i->src = id ? BPF_PSEUDO_BTF_ID : 0;
	i->imm = (s32)id;
	i[1].imm = 0;
}

static struct ob_err *put_extern(const struct link *l, const struct object_func *f, u32 at,
				 const struct object_ref *ref)
{
	const struct object_extern *e = &l->o->ext[ref->what];
	struct ob_ebpf *i = &l->code[f->place + at];
	u64 value = e->value;

	if (l->listing) {
		if (i->code == CODE_CALL)
			*i = (struct ob_ebpf){.code = CODE_CALL, .src = BPF_PSEUDO_KFUNC_CALL};
		return NULL;
	}
	if (!l->o->priv->found[ref->what] && !e->weak)
		return object_err_extern(l->o, f->section, f->at + at, e);
	switch (e->kind) {
	case EXTERN_KCONFIG:
		if (i->imm < 0 || (u32)i->imm >= e->size)
			return object_err_insn(l->o, f->section, f->at + at, OB_RANGE,
					       "byte %d of %s, which has %u", i->imm, e->name,
					       e->size);
		i->src = BPF_PSEUDO_MAP_IDX_VALUE;
		i[1].imm = (s32)e->off + i->imm;
		i->imm = (s32)l->o->priv->kconfig;
		break;
	case EXTERN_VAR:
		put_type(i, value);
		break;
	case EXTERN_ADDRESS:
		if (value)
			value += (u64)(s64)i->imm;
		i->imm = (s32)value;
		i[1].imm = (s32)(value >> 32);
		break;
	case EXTERN_FUNC:
		if (i->code == CODE_LDDW) { /* is there one? */
			put_type(i, value);
			break;
		}
		i->src = value ? BPF_PSEUDO_KFUNC_CALL : 0;
		i->imm = value ? (s32)value : POISON_CALL + (s32)ref->what;
		break;
	}
	return NULL;
}

static struct ob_err *put_missing(const struct link *l, const struct object_func *f, u32 at,
				  const struct object_ref *ref)
{
	struct ob_err *err;

	if (l->listing) {
		if (l->code[f->place + at].code == CODE_CALL)
			l->code[f->place + at].src = BPF_PSEUDO_KFUNC_CALL;
		return NULL;
	}
	err = object_err_insn(l->o, f->section, f->at + at, OB_NAME,
			      "%s is not defined, nor declared as __kconfig or __ksym",
			      l->o->priv->symbol[ref->what].name);
	return err_hint(err, "objects that belong together are linked by bpftool gen object");
}

static struct ob_err *put_function(struct link *l, const struct object_func *f, u32 at,
				   struct object_func *to)
{
	u32 there, here = f->place + at;
	struct ob_err *err = place(l, to, &there);

	if (!err)
		l->code[here].imm = (s32)there - (s32)here - 1;
	return err;
}

static struct ob_err *put(struct link *l, const struct object_func *f, u32 at,
			  const struct object_ref *ref)
{
	struct ob_ebpf *i = &l->code[f->place + at];

	switch (ref->kind) {
	case REF_MAP:
		i->src = BPF_PSEUDO_MAP_IDX;
		i->imm = (s32)ref->what;
		i[1].imm = 0;
		return NULL;
	case REF_DATA:
		i->src = BPF_PSEUDO_MAP_IDX_VALUE;
		i->imm = (s32)ref->what;
		i[1].imm = (s32)ref->off;
		return NULL;
	case REF_EXTERN:
		return put_extern(l, f, at, ref);
	case REF_MISSING:
		return put_missing(l, f, at, ref);
	case REF_FUNC:
		i->src = BPF_PSEUDO_FUNC;
		i[1].imm = 0;
		break;
	}
	return put_function(l, f, at, object_func_at(l->o, ref->what, ref->off));
}

/* A call without a relocation: it stays in its section. */
static struct ob_err *put_near(struct link *l, const struct object_func *f, u32 at)
{
	s64 to = (s64)f->at + at + 1 + l->code[f->place + at].imm;
	struct object_func *g = object_func_at(l->o, f->section, to);

	if (g)
		return put_function(l, f, at, g);
	if (to >= f->at && to < (s64)f->at + f->n)
		return NULL;
	return object_err_insn(l->o, f->section, f->at + at, OB_FORMAT,
			       "it calls instruction %lld, where no function begins",
			       (long long)to);
}

/* Goes on until a function is met that comes first: then that is on top of the stack. */
static struct ob_err *go_on(struct link *l)
{
	u32 top = l->stack.n - 1;
	struct part *p = &l->stack.v[top];
	struct object_func *f = p->f;
	struct ob_err *err = NULL;

	while (p->next < f->n && !err) {
		u32 at = p->next;
		const struct ob_ebpf *i = &l->code[f->place + at];
		bool wide = i->code == CODE_LDDW, ref = p->ref < p->end;

		ref = ref && p->ref->insn == f->at + at;
		p->next += 1 + wide;
		if (wide && at + 1 == f->n)
			return object_err_insn(l->o, f->section, f->at + at, OB_FORMAT,
					       "half of a 64-bit immediate ends %s", f->name);
		if (ref)
			err = put(l, f, at, p->ref++);
		else if (i->code == CODE_CALL && i->src == BPF_PSEUDO_CALL)
			err = put_near(l, f, at);
		if (p->ref < p->end && p->ref->insn < f->at + p->next)
			return object_err_insn(l->o, f->section, p->ref->insn, OB_FORMAT,
					       "a relocation inside of a 64-bit immediate");
		if (l->stack.n > top + 1)
			return err;
		p = &l->stack.v[top];
	}
	l->stack.n--;
	return err;
}

static struct ob_err *link_code(struct link *l, const struct object_program *g)
{
	struct ob_err *err = append(l, object_func_at(l->o, g->in, g->at));

	while (!err && l->stack.n)
		err = go_on(l);
	return err;
}

/* ---- the program ---- */

static void make_parts(const struct link *l, struct object_program *g)
{
	struct object_part *v = arena_array(&l->o->priv->arena, struct object_part, l->func.n);

	for (u32 i = 0; i < l->func.n; i++) {
		const struct object_func *f = l->func.v[i];

		v[i] = (struct object_part){f->name, f->place, f->n, f->section, f->at};
	}
	g->part = v;
	g->parts = l->func.n;
}

static struct ob_err *finish(struct link *l, struct object_program *g)
{
	struct object *o = l->o;
	struct prog *p;
	struct ob_err *err = prog_create_ebpf(l->code, l->n, &p);

	if (err)
		return err;
	p->name = strdup(o->priv->path);
	if (!p->name) {
		prog_destroy(p);
		return err_nomem();
	}
	p->type = g->type;
	p->attach = g->attach;
	p->map = o->priv->shape;
	p->maps = o->maps;
	g->prog = p;
	if (o->btf)
		object_add_info(o, g);
	return NULL;
}

static void make_shapes(struct object *o)
{
	struct prog_map *shape = arena_array(&o->priv->arena, struct prog_map, o->maps + 1);

	for (u32 i = 0; i < o->maps; i++) {
		const struct object_map *m = &o->map[i];

		shape[i] = m->shape;
		shape[i].inner = m->inner >= 0 ? &shape[m->inner] : NULL;
		if (m->kind == OBJECT_RODATA || m->kind == OBJECT_KCONFIG)
			shape[i].fixed = (struct bytes){m->data, m->shape.value_size};
	}
	o->priv->shape = shape;
}

static struct ob_err *link_one(struct object *o, const struct object_target *to, u64 *room,
			       struct object_program *g)
{
	struct link l = {.o = o,
			 .listing = !to,
			 .room = room,
			 .code = o->priv->code,
			 .cap = o->priv->code_cap};

	prog_destroy(g->prog);
	g->prog = NULL;
	o->priv->mark++;
	struct ob_err *err = link_code(&l, g);
	if (!err)
		make_parts(&l, g);
	if (!err && o->priv->core)
		err = object_apply_core(o, g, l.code);
	if (!err)
		err = finish(&l, g);
	return err;
}

static struct ob_err *link_all(struct object *o, const struct object_target *to)
{
	u64 room = 4ull * EBPF_MAX;
	struct ob_err *err = to ? object_resolve_externs(o, to) : NULL;

	if (!err && to && o->btf)
		err = core_create(o->btf, to->kernel, to->module, to->arg, &o->priv->core);
	if (!err && to && o->btf)
		err = object_fit_ops(o, to->kernel);
	make_shapes(o);
	if (to)
		object_find_fields(o, to->kernel);
	for (u32 i = 0; i < o->progs && !err; i++)
		if (!o->prog[i].skip)
			err = link_one(o, to, &room, &o->prog[i]);
	return err;
}

struct ob_err *object_link(struct object *o, const struct object_target *to)
{
	jmp_buf fail;

	if (setjmp(fail)) {
		o->priv->arena.fail = NULL;
		return err_nomem();
	}
	o->priv->arena.fail = &fail;
	struct ob_err *err = link_all(o, to);
	core_destroy(o->priv->core);
	o->priv->core = NULL;
	o->priv->arena.fail = NULL;
	return err;
}
