/* SPDX-License-Identifier: BSD-2-Clause */
/* Arguments that are fields of a map's value which belong to the kernel: spin locks and
 * timers. */
#include "check/priv.h"

static const struct btf_field *field_of(const struct reg *r, u32 kinds)
{
	const struct btf_fields *f = r->map->fields;

	for (u32 i = 0; f && i < f->n; i++)
		if (f->field[i].kind & kinds)
			return &f->field[i];
	return NULL;
}

static int find_field(struct verify *v, u32 regno, u32 kind, const char *name)
{
	const struct reg *r = &regs(v)[regno];
	const char *map = r->map->name ? r->map->name : "";

	if (!scalar_is_const(&r->v))
		return say(v, -EINVAL,
			   "R%u doesn't have constant offset. %s has to be at the "
			   "constant offset\n",
			   regno, name);
	if (!r->map->btf)
		return say(v, -EINVAL, "map '%s' has to have BTF in order to use %s\n", map, name);
	const struct btf_field *f = field_of(r, kind);
	if (!f)
		return say(v, -EINVAL, "map '%s' has no valid %s\n", map, name);
	s64 off = r->off + (s64)r->v.bits.value;
	if (f->off != off)
		return say(v, -EINVAL, "off %lld doesn't point to 'struct %s' that is at %u\n",
			   (long long)off, name, f->off);
	return 0;
}

/* ---- locks ---- */

enum { RES_LOCKS = 1 << REF_RES_LOCK | 1 << REF_RES_LOCK_IRQ };

static u32 lock_kind(u32 how)
{
	return !(how & LOCK_RES) ? REF_LOCK : how & LOCK_IRQ ? REF_RES_LOCK_IRQ : REF_RES_LOCK;
}

static int take_lock(struct verify *v, const struct reg *r, u32 how, const void *in)
{
	struct state *s = v->cur;

	if (!(how & LOCK_RES) && ref_lock_known(s, 1 << REF_LOCK, s->lock_id, s->lock_ptr))
		return say(v, -EINVAL, "Locking two bpf_spin_locks are not allowed\n");
	if ((how & LOCK_RES) && ref_lock_known(s, RES_LOCKS, r->id, in))
		return say(v, -EINVAL, "Acquiring the same lock again, AA deadlock detected\n");
	u32 was = v->ids;
	ref_acquire(v, lock_kind(how), in);
	v->ids = was;
	s->ref[s->refs - 1].id = r->id;
	s->locks++;
	s->lock_id = r->id;
	s->lock_ptr = in;
	return 0;
}

static int give_lock(struct verify *v, const struct reg *r, u32 how, const void *in)
{
	struct state *s = v->cur;
	const char *name = how & LOCK_RES ? "bpf_res_spin" : "bpf_spin";

	if (!s->locks)
		return say(v, -EINVAL, "%s_unlock without taking a lock\n", name);
	if (!ref_lock_known(s, 1u << lock_kind(how), r->id, in))
		return say(v, -EINVAL, "%s_unlock of different lock\n", name);
	if (s->lock_id != r->id || s->lock_ptr != in)
		return say(v, -EINVAL, "%s_unlock cannot be out of order\n", name);
	ref_drop_lock(v, lock_kind(how), r->id, in);
	forget_borrowed(v);
	return 0;
}

static int find_lock(struct verify *v, u32 regno, u32 kind, const char *name)
{
	const struct reg *r = &regs(v)[regno];
	const struct btf_fields *f = reg_fields(r);
	bool map = reg_kind(r->type) == REG_MAP_VALUE;
	const char *of = !map ? "kptr" : r->map->name ? r->map->name : "";
	const struct btf_field *lock = NULL;

	if (!scalar_is_const(&r->v))
		return say(v, -EINVAL,
			   "R%u doesn't have constant offset. %s has to be at the constant "
			   "offset\n",
			   regno, name);
	if (map && !r->map->btf)
		return say(v, -EINVAL, "map '%s' has to have BTF in order to use %s\n", of, name);
	for (u32 i = 0; f && i < f->n && !lock; i++)
		if (f->field[i].kind == kind)
			lock = &f->field[i];
	if (!lock)
		return say(v, -EINVAL, "%s '%s' has no valid %s\n", map ? "map" : "local", of,
			   name);
	s64 off = r->off + (s64)r->v.bits.value;
	if (lock->off != off)
		return say(v, -EINVAL, "off %lld doesn't point to 'struct %s' that is at %u\n",
			   (long long)off, name, lock->off);
	return 0;
}

int check_lock(struct verify *v, u32 regno, u32 how)
{
	const struct reg *r = &regs(v)[regno];
	const void *in = reg_kind(r->type) == REG_MAP_VALUE ? (const void *)r->map : r->btf;
	bool res = how & LOCK_RES;
	int err = find_lock(v, regno, res ? BTF_RES_SPIN_LOCK : BTF_SPIN_LOCK,
			    res ? "bpf_res_spin_lock" : "bpf_spin_lock");

	if (err)
		return err;
	return how & LOCK_TAKE ? take_lock(v, r, how, in) : give_lock(v, r, how, in);
}

static int check_spin_lock(struct verify *v, const struct call *c, u32 regno)
{
	if (in_tree_callback(v))
		return say(v, -EACCES, "can't spin_{lock,unlock} in rbtree cb\n");
	return check_lock(v, regno, c->id == HELPERID_spin_lock ? LOCK_TAKE : 0);
}

static int check_timer(struct verify *v, struct call *c, u32 regno)
{
	const struct reg *r = &regs(v)[regno];
	int err = find_field(v, regno, BTF_TIMER, "bpf_timer");

	if (err)
		return err;
	c->map = r->map;
	c->map_uid = r->map_uid;
	return 0;
}

static int check_percpu(struct verify *v, struct call *c, u32 regno)
{
	const struct reg *r = &regs(v)[regno];

	if (!r->btf_id)
		return say(v, -EACCES, "Helper has invalid btf_id in R%u\n", regno);
	c->ret_btf = r->btf;
	c->ret_id = r->btf_id;
	c->ret_own = r->type & REG_RCU;
	return 0;
}

int check_special_arg(struct verify *v, struct call *c, u32 regno, u64 arg)
{
	switch (helper_kind(arg)) {
	case HELPER_SPIN_LOCK:
		return check_spin_lock(v, c, regno);
	case HELPER_TIMER:
		return check_timer(v, c, regno);
	case HELPER_PERCPU_BTF_ID:
		return check_percpu(v, c, regno);
	case HELPER_KPTR_DEST:
		return check_kptr_dest(v, c, regno);
	case HELPER_DYNPTR:
	case HELPER_OUT_DYNPTR:
		return check_dynptr_arg(v, c, regno, arg);
	default:
		return 0;
	}
}
