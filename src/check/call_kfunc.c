/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of functions of the kernel, by their id in its BTF: may it be called here, what it
 * does to sections of code, and what comes back. */
#include "check/kfunc.h"

enum { ERRNO_MAX = 4095 };

static const struct btf_type *func_of(const struct verify *v, const struct eb *e)
{
	const struct btf *b = v->how->kernel;
	const struct btf_type *t = b && !e->off ? btf_type(b, (u32)e->imm) : NULL;

	return t && btf_is(t, BTF_KIND_FUNC) ? t : NULL;
}

static const struct kfunc_row *row_of(const struct verify *v, const struct eb *e)
{
	return kfunc_row(kfunc_find(kfunc_name(v, e)));
}

const char *kfunc_name(const struct verify *v, const struct eb *e)
{
	const struct btf_type *t = func_of(v, e);

	return t ? btf_name(v->how->kernel, t->name_off) : "<invalid>";
}

u8 kfunc_facts(const struct verify *v, const struct eb *e)
{
	const struct kfunc_row *row = row_of(v, e);

	if (!row)
		return 0;
	return (row->flags & KFUNC_NEXT ? FACT_ITER_NEXT : 0) |
	       (row->flags & KFUNC_CALLS ? FACT_CALLBACK : 0);
}

bool kfunc_sleeps(const struct verify *v, const struct eb *e)
{
	const struct kfunc_row *row = row_of(v, e);

	return row && (row->flags & KFUNC_SLEEP);
}

bool kfunc_throws(const struct verify *v, const struct eb *e)
{
	return e->op == EB_CALL_KFUNC && kfunc_find(kfunc_name(v, e)) == KFUNC_throw;
}

u32 kfunc_args(const struct verify *v, const struct eb *e)
{
	const struct kfunc_row *row = row_of(v, e);
	const struct btf_type *t = row && (row->types & type_bit(v->type)) ? func_of(v, e) : NULL;
	const struct btf_type *proto = t ? btf_type(v->how->kernel, t->type) : NULL;

	return proto && btf_is(proto, BTF_KIND_FUNC_PROTO) ? MIN(btf_len(proto), 5u) : 5;
}

bool kfunc_may_lock(const struct verify *v, const struct eb *e)
{
	const struct kfunc_row *row = row_of(v, e);

	return row && (row->flags & KFUNC_LOCKED);
}

/* ---- sections ---- */

/* What was safe while RCU was held is so no longer. */
static void forget_rcu(struct verify *v)
{
	struct walk w = {.s = v->cur};

	for (struct reg *r; (r = walk_next(&w));)
		if (r->type & REG_RCU)
			r->type = (r->type & ~(u32)(REG_RCU | REG_NULLABLE)) | REG_UNTRUSTED;
}

static int sleeps_within(struct verify *v, const struct kcall *c)
{
	const struct state *s = v->cur;
	const char *where = s->rcu_locks       ? "rcu_read_lock region"
			    : s->preempt_locks ? "non-preemptible region"
			    : s->irq_id        ? "IRQ-disabled region"
					       : NULL;

	if (!(c->row->flags & KFUNC_SLEEP) || !where)
		return 0;
	return say(v, -EACCES, "kernel func %s is sleepable within %s\n", c->name, where);
}

static int check_section(struct verify *v, const struct kcall *c)
{
	struct state *s = v->cur;

	if (s->rcu_locks && in_tree_callback(v) &&
	    (c->nr == KFUNC_rcu_read_lock || c->nr == KFUNC_rcu_read_unlock))
		return say(v, -EACCES,
			   "Calling bpf_rcu_read_{lock,unlock} in unnecessary rbtree callback\n");
	switch (c->nr) {
	case KFUNC_rcu_read_lock:
		if (s->rcu_locks)
			return say(v, -EINVAL, "nested rcu read lock (kernel function %s)\n",
				   c->name);
		s->rcu_locks++;
		return 0;
	case KFUNC_rcu_read_unlock:
		if (!s->rcu_locks)
			return say(v, -EINVAL, "unmatched rcu read unlock (kernel function %s)\n",
				   c->name);
		if (!--s->rcu_locks)
			forget_rcu(v);
		return 0;
	case KFUNC_preempt_disable:
		s->preempt_locks++;
		return 0;
	case KFUNC_preempt_enable:
		if (!s->preempt_locks)
			return say(v, -EINVAL,
				   "unmatched attempt to enable preemption (kernel function %s)\n",
				   c->name);
		s->preempt_locks--;
		return 0;
	default:
		return sleeps_within(v, c);
	}
}

/* ---- what comes back ---- */

static bool takes_res_lock(enum kfunc nr)
{
	return nr == KFUNC_res_spin_lock || nr == KFUNC_res_spin_lock_irqsave;
}

static int give_slice(struct verify *v, const struct kcall *c, struct reg *r)
{
	bool packet = c->dyn.kind == DYNPTR_SKB || c->dyn.kind == DYNPTR_XDP;

	reg_zero_off(r, REG_MEM | (packet ? REG_OF_PACKET : 0));
	r->mem_size = (u32)c->number;
	r->dynptr_id = c->dyn.id;
	if (c->nr == KFUNC_dynptr_slice)
		r->type |= REG_RDONLY;
	else if (!may_touch_packet(v, NULL, ACCESS_WRITE))
		return say(v, -EINVAL, "the prog does not allow writes to packet data\n");
	return 0;
}

/* A pointer that is to be read as one to a type of the program's choice. */
static int give_cast(struct verify *v, const struct kcall *c, struct reg *r)
{
	const struct btf_type *t = btf_type(c->btf, (u32)c->number);

	if (!t)
		return say(v, -EINVAL, "Unknown type ID %lld passed to kfunc bpf_rdonly_cast\n",
			   (long long)c->number);
	if (!(u32)c->number) {
		reg_zero_off(r, REG_MEM | REG_RDONLY | REG_UNTRUSTED);
		return 0;
	}
	if (!btf_is(t, BTF_KIND_STRUCT))
		return say(v, -EINVAL,
			   "kfunc bpf_rdonly_cast type ID argument must be of a struct or void\n");
	give_btf(v, r, REG_BTF | REG_UNTRUSTED, c->btf, (u32)c->number);
	return 0;
}

/* The context as the kernel has it. */
static int give_context(struct verify *v, const struct kcall *c, struct reg *r)
{
	const char *name = v->kind->ctx == CTX_SKB   ? "sk_buff"
			   : v->kind->ctx == CTX_XDP ? "xdp_buff"
						     : NULL;
	u32 id = name ? btf_find(c->btf, name, BTF_KIND_STRUCT) : 0;

	if (!id)
		return say(v, -EINVAL, "the kernel's context of this program is not known\n");
	give_btf(v, r, REG_BTF | REG_TRUSTED, c->btf, id);
	return 0;
}

static bool is_new(enum kfunc nr)
{
	return nr == KFUNC_obj_new_impl || nr == KFUNC_percpu_obj_new_impl;
}

static int give_pointer(struct verify *v, const struct kcall *c, struct reg *r, u32 to)
{
	u32 id;
	const struct btf_type *t = btf_skip(c->btf, to, &id);

	if (c->nr == KFUNC_dynptr_slice || c->nr == KFUNC_dynptr_slice_rdwr)
		return give_slice(v, c, r);
	if (c->nr == KFUNC_rdonly_cast)
		return give_cast(v, c, r);
	if (c->nr == KFUNC_cast_to_kern_ctx)
		return give_context(v, c, r);
	if (c->root || c->own_btf || is_new(c->nr))
		return give_own(v, c, r);
	if (t && btf_is(t, BTF_KIND_STRUCT)) {
		give_btf(v, r, REG_BTF, c->btf, id);
		return 0;
	}
	s64 size = btf_size(c->btf, to);
	if (size <= 0)
		return say(v, -EINVAL, "kernel function %s returns a pointer to what has no size\n",
			   c->name);
	reg_zero_off(r, REG_MEM | REG_RDONLY);
	r->mem_size = (u32)size;
	r->ref = c->ref;
	return 0;
}

static int set_result(struct verify *v, const struct kcall *c)
{
	struct reg *r = &regs(v)[0];
	const struct btf_type *t = btf_skip(c->btf, c->proto->type, NULL);

	if (!c->proto->type || !t)
		return 0;
	if (!btf_is(t, BTF_KIND_PTR)) {
		if (takes_res_lock(c->nr))
			reg_const(v, r, 0);
		else
			reg_unknown(v, r);
		return 0;
	}
	int err = give_pointer(v, c, r, t->type);
	if (err)
		return err;
	bool maybe = (c->row->flags & KFUNC_MAYBE) && !c->owns;
	if (maybe) {
		r->type |= REG_NULLABLE;
		r->id = ++v->ids;
	}
	if (c->row->flags & KFUNC_ACQUIRE) {
		r->ref = ref_acquire(v, REF_POINTER, NULL);
		if (maybe)
			r->id = r->ref;
	} else {
		lend_own(c, r);
	}
	if (reg_may_hold_lock(r) && !r->id)
		r->id = ++v->ids;
	return 0;
}

/* ---- the call ---- */

static int release(struct verify *v, const struct kcall *c, u32 id)
{
	if (!c->release_reg || !ref_release(v, regs(v)[c->release_reg].ref))
		return 0;
	return say(v, -EINVAL, "kfunc %s#%u reference has not been acquired before\n", c->name, id);
}

static int may_call(struct verify *v, const struct kcall *c)
{
	if (!v->how->gpl)
		return say(v, -EINVAL,
			   "cannot call kernel function from non-GPL compatible program\n");
	if (!c->row || !(c->row->types & type_bit(v->type)))
		return say(v, -EACCES, "calling kernel function %s is not allowed\n", c->name);
	if ((c->row->flags & KFUNC_SLEEP) && !v->cur->sleepable)
		return say(v, -EACCES, "program must be sleepable to call sleepable kfunc %s\n",
			   c->name);
	if (v->how->here && !c->row->here && !v->not_here)
		v->not_here = c->name;
	return 0;
}

/* One way the lock is not to be had. */
static int fail_to_lock(struct verify *v)
{
	struct state *s = branch_push(v, v->pc + 1, v->pc, false);

	if (!s)
		return say(v, -ENOMEM, "failed to push state for failed lock acquisition\n");
	struct reg *r = s->frame[s->top]->reg;
	for (u32 i = 0; i <= 5; i++)
		reg_none(&r[i]);
	reg_unknown(v, &r[0]);
	r[0].v.smin = r[0].v.smin32 = -ERRNO_MAX;
	r[0].v.smax = r[0].v.smax32 = -1;
	scalar_sync(&r[0].v);
	return 0;
}

/* The path ends; what the program returns is the cookie. */
static int check_throw(struct verify *v)
{
	int err = check_result(v, 1);

	return err ? err : check_leaks(v, true, true, "bpf_throw");
}

int check_kfunc(struct verify *v, const struct eb *e)
{
	const struct btf_type *f = func_of(v, e);
	struct kcall c = {.name = kfunc_name(v, e), .btf = v->how->kernel};

	if (!e->imm && !e->off)
		return say(v, -EINVAL,
			   "invalid kernel function call not eliminated in verifier "
			   "pass\n");
	c.nr = f ? kfunc_find(c.name) : KFUNC_NONE;
	c.row = kfunc_row(c.nr);
	int err = may_call(v, &c);
	if (err)
		return err;
	c.proto = btf_type(c.btf, f->type);
	c.argc = btf_len(c.proto);
	if (takes_res_lock(c.nr))
		err = fail_to_lock(v);
	if (!err)
		err = check_kfunc_args(v, &c);
	if (!err && (c.row->flags & KFUNC_CALLS))
		err = check_tree_callback(v, &c);
	if (!err)
		err = check_section(v, &c);
	if (!err)
		err = release(v, &c, (u32)e->imm);
	if (!err)
		err = check_insert(v, &c);
	if (!err && c.nr == KFUNC_throw)
		return check_throw(v);
	if (err)
		return err;
	forget_args(v);
	err = set_result(v, &c);
	if (!err && (c.row->flags & KFUNC_NEXT))
		err = iter_next(v, &c);
	return err;
}
