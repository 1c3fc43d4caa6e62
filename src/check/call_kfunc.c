/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of functions of the kernel, by their id in its BTF: numeric iterators, and
 * sections of RCU and without preemption. Their arguments are what their types say. */
#include "check/priv.h"

enum kfunc_kind {
	KFUNC_ITER_NEW = 1,
	KFUNC_ITER_NEXT,
	KFUNC_ITER_DESTROY,
	KFUNC_RCU_LOCK,
	KFUNC_RCU_UNLOCK,
	KFUNC_PREEMPT_OFF,
	KFUNC_PREEMPT_ON
};

static const struct {
	const char *name;
	enum kfunc_kind kind;
} kfuncs[] = {
	{"bpf_iter_num_new", KFUNC_ITER_NEW},         {"bpf_iter_num_next", KFUNC_ITER_NEXT},
	{"bpf_iter_num_destroy", KFUNC_ITER_DESTROY}, {"bpf_rcu_read_lock", KFUNC_RCU_LOCK},
	{"bpf_rcu_read_unlock", KFUNC_RCU_UNLOCK},    {"bpf_preempt_disable", KFUNC_PREEMPT_OFF},
	{"bpf_preempt_enable", KFUNC_PREEMPT_ON},
};

enum iter_state { ITER_NONE, ITER_ACTIVE, ITER_DRAINED };

/* A call, while it is looked at. */
struct kcall {
	const char *name;
	enum kfunc_kind kind;
	const struct btf_type *proto;
	const struct btf *btf;
	struct frame *frame; /* of the iterator: its lowest slot */
	u32 slot, ref;
};

static const struct btf_type *func_of(const struct verify *v, const struct eb *e)
{
	const struct btf *b = v->how->kernel;
	const struct btf_type *t = b && !e->off ? btf_type(b, (u32)e->imm) : NULL;

	return t && btf_is(t, BTF_KIND_FUNC) ? t : NULL;
}

static enum kfunc_kind kind_of(const char *name)
{
	for (u32 i = 0; i < LEN(kfuncs); i++)
		if (!strcmp(kfuncs[i].name, name))
			return kfuncs[i].kind;
	return 0;
}

const char *kfunc_name(const struct verify *v, const struct eb *e)
{
	const struct btf_type *t = func_of(v, e);

	return t ? btf_name(v->how->kernel, t->name_off) : "<invalid>";
}

u8 kfunc_facts(const struct verify *v, const struct eb *e)
{
	return kind_of(kfunc_name(v, e)) == KFUNC_ITER_NEXT ? FACT_ITER_NEXT : 0;
}

u32 kfunc_args(const struct verify *v, const struct eb *e)
{
	const struct btf_type *t = func_of(v, e);
	const struct btf_type *proto = t ? btf_type(v->how->kernel, t->type) : NULL;

	return proto && btf_is(proto, BTF_KIND_FUNC_PROTO) ? MIN(btf_len(proto), 5u) : 5;
}

bool kfunc_may_lock(const struct verify *v, const struct eb *e)
{
	(void)v, (void)e;
	return false;
}

/* ---- iterators: some slots of the stack ---- */

/* The lowest slot, -1: it lies where none can. */
static s64 iter_slot(struct verify *v, const struct reg *r, u32 n)
{
	s64 off = r->off + (s64)r->v.bits.value;

	if (r->type != REG_STACK)
		return say(v, -1, "arg#0 expected pointer to an iterator on stack\n");
	if (!scalar_is_const(&r->v))
		return say(v, -1, "iter has to be at a constant offset\n");
	if (off % SLOT || off >= 0 || off < -EBPF_STACK || -off < (s64)n * SLOT)
		return say(v, -1, "cannot pass in iter at an offset=%lld\n", (long long)off);
	return -off / SLOT - 1;
}

static const char *iter_name(const struct kcall *c)
{
	static _Thread_local char name[64];
	const char *from = c->name + strlen("bpf_iter_"), *end = strrchr(from, '_');

	snprintf(name, sizeof(name), "%.*s", (int)(end ? end - from : 0), from);
	return name;
}

static bool is_iter(const struct frame *f, u32 slot)
{
	return slot < f->slots && f->stack[slot].type[SLOT - 1] == SLOT_ITER;
}

static int iter_new(struct verify *v, struct kcall *c, u32 regno, u32 id, u32 n)
{
	struct frame *f = c->frame;
	int err = 0;

	for (u32 i = 0; i < n; i++)
		if (is_iter(f, c->slot - i))
			return say(v, -EINVAL, "expected uninitialized iter_%s as arg #%u\n",
				   iter_name(c), regno - 1);
	for (u32 i = 0; i < n && !err; i++)
		err = check_memory(v, regno, (s32)i * SLOT, SLOT, ACCESS_WRITE, NO_REG, false,
				   false);
	if (err)
		return err;
	u32 ref = ref_acquire(v, REF_POINTER, NULL);
	for (u32 i = 0; i < n; i++) {
		struct slot *s = &f->stack[c->slot - i];
		reg_zero_off(&s->reg, REG_STACK);
		s->reg.btf = c->btf;
		s->reg.btf_id = id;
		s->reg.iter_state = ITER_ACTIVE;
		s->reg.ref = i ? 0 : ref;
		memset(s->type, SLOT_ITER, SLOT);
		live_write(v, f->number, (u64)1 << (c->slot - i));
		touch_slot(v, c->slot - i);
	}
	return 0;
}

static int iter_use(struct verify *v, struct kcall *c, u32 regno, u32 id, u32 n)
{
	const struct frame *f = c->frame;

	for (u32 i = 0; i < n; i++) {
		const struct reg *r = is_iter(f, c->slot - i) ? &f->stack[c->slot - i].reg : NULL;
		if (!r || r->btf_id != id || r->btf != c->btf || !r->ref != (i > 0))
			return say(v, -EINVAL, "expected an initialized iter_%s as arg #%u\n",
				   iter_name(c), regno - 1);
	}
	for (u32 i = 0; i < n; i++) {
		live_read(v, f->number, (u64)1 << (c->slot - i));
		touch_slot(v, c->slot - i);
	}
	c->ref = f->stack[c->slot].reg.ref;
	return 0;
}

static void iter_destroy(struct verify *v, struct kcall *c, u32 n)
{
	struct frame *f = c->frame;

	ref_release(v, c->ref);
	for (u32 i = 0; i < n; i++) {
		memset(&f->stack[c->slot - i], 0, sizeof(struct slot));
		live_write(v, f->number, (u64)1 << (c->slot - i));
		touch_slot(v, c->slot - i);
	}
}

static int check_iter(struct verify *v, struct kcall *c, u32 regno, u32 id,
		      const struct btf_type *t)
{
	const struct reg *r = &regs(v)[regno];
	u32 n = t->size / SLOT;
	s64 slot = iter_slot(v, r, n);

	if (slot < 0)
		return -EINVAL;
	c->frame = frame_of(v, r);
	c->slot = (u32)slot;
	if (c->kind == KFUNC_ITER_NEW)
		return iter_new(v, c, regno, id, n);
	int err = iter_use(v, c, regno, id, n);
	if (!err && c->kind == KFUNC_ITER_DESTROY)
		iter_destroy(v, c, n);
	return err;
}

/* One way it gives an element, and is walked with what is common to all turns; one way it
 * has none. */
static int iter_next(struct verify *v, struct kcall *c)
{
	struct reg *it = &c->frame->stack[c->slot].reg, *r0 = &regs(v)[0];

	if (it->iter_state == ITER_ACTIVE) {
		struct state *before =
			v->cur->parent ? previous_entry(v, v->cur->parent, v->pc) : NULL;
		struct state *s = branch_push(v, v->pc + 1, v->pc, false);
		if (!s)
			return -ENOMEM;
		s->frame[c->frame->number]->stack[c->slot].reg.iter_depth++;
		if (before)
			widen(v, before, s);
		set_not_null(v, &s->frame[s->top]->reg[0]);
	}
	it->iter_state = ITER_DRAINED;
	reg_const(v, r0, 0);
	return 0;
}

/* ---- the call ---- */

static int check_args(struct verify *v, struct kcall *c)
{
	int err = 0;

	for (u32 i = 0; i < btf_len(c->proto) && !err; i++) {
		u32 regno = i + 1, id;
		const struct btf_type *t = btf_skip(c->btf, btf_params(c->proto)[i].type, &id);

		err = read_reg(v, regno);
		if (err)
			return err;
		if (t && btf_is(t, BTF_KIND_PTR)) {
			t = btf_skip(c->btf, t->type, &id);
			err = t && btf_is(t, BTF_KIND_STRUCT) ? check_iter(v, c, regno, id, t)
							      : -EINVAL;
		} else if (regs(v)[regno].type != REG_SCALAR) {
			err = say(v, -EINVAL, "R%u is not a scalar\n", regno);
		}
	}
	return err;
}

/* What was safe while RCU was held is so no longer. */
static void forget_rcu(struct verify *v)
{
	struct walk w = {.s = v->cur};

	for (struct reg *r; (r = walk_next(&w));)
		if (r->type & REG_RCU)
			r->type = (r->type & ~(u32)(REG_RCU | REG_NULLABLE)) | REG_UNTRUSTED;
}

static int check_section(struct verify *v, const struct kcall *c)
{
	struct state *s = v->cur;

	switch (c->kind) {
	case KFUNC_RCU_LOCK:
		if (s->rcu_locks)
			return say(v, -EINVAL, "nested rcu read lock (kernel function %s)\n",
				   c->name);
		s->rcu_locks++;
		return 0;
	case KFUNC_RCU_UNLOCK:
		if (!s->rcu_locks)
			return say(v, -EINVAL, "unmatched rcu read unlock (kernel function %s)\n",
				   c->name);
		if (!--s->rcu_locks)
			forget_rcu(v);
		return 0;
	case KFUNC_PREEMPT_OFF:
		s->preempt_locks++;
		return 0;
	case KFUNC_PREEMPT_ON:
		if (!s->preempt_locks)
			return say(v, -EINVAL,
				   "unmatched attempt to enable preemption (kernel function %s)\n",
				   c->name);
		s->preempt_locks--;
		return 0;
	default:
		return 0;
	}
}

/* A pointer to a number that belongs to the iterator. */
static int set_result(struct verify *v, const struct kcall *c)
{
	struct reg *r = &regs(v)[0];
	const struct btf_type *t = btf_skip(c->btf, c->proto->type, NULL);

	if (!c->proto->type || !t)
		return 0;
	if (!btf_is(t, BTF_KIND_PTR)) {
		reg_unknown(v, r);
		return 0;
	}
	s64 size = btf_size(c->btf, t->type);
	if (size <= 0)
		return say(v, -EINVAL, "kernel function %s returns a pointer to what has no size\n",
			   c->name);
	reg_zero_off(r, REG_MEM | REG_RDONLY | REG_NULLABLE);
	r->mem_size = (u32)size;
	r->ref = c->ref;
	r->id = ++v->ids;
	return 0;
}

int check_kfunc(struct verify *v, const struct eb *e)
{
	const struct btf_type *f = func_of(v, e);
	struct kcall c = {.name = kfunc_name(v, e), .btf = v->how->kernel};

	if (!e->imm && !e->off)
		return say(v, -EINVAL,
			   "invalid kernel function call not eliminated in verifier "
			   "pass\n");
	c.kind = f && !v->how->here ? kind_of(c.name) : 0;
	if (!c.kind)
		return say(v, -EACCES, "calling kernel function %s is not allowed\n", c.name);
	c.proto = btf_type(c.btf, f->type);
	int err = check_args(v, &c);
	if (!err)
		err = check_section(v, &c);
	if (err)
		return err;
	forget_args(v);
	err = set_result(v, &c);
	if (!err && c.kind == KFUNC_ITER_NEXT)
		err = iter_next(v, &c);
	return err;
}
