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

static int take_lock(struct verify *v, const struct reg *r)
{
	struct state *s = v->cur;

	if (s->locks)
		return say(v, -EINVAL, "Locking two bpf_spin_locks are not allowed\n");
	u32 was = v->ids;
	ref_acquire(v, REF_LOCK, r->map);
	v->ids = was;
	s->ref[s->refs - 1].id = r->id;
	s->locks++;
	s->lock_id = r->id;
	s->lock_ptr = r->map;
	return 0;
}

static int give_lock(struct verify *v, const struct reg *r)
{
	struct state *s = v->cur;

	if (!s->locks)
		return say(v, -EINVAL, "bpf_spin_unlock without taking a lock\n");
	if (s->lock_id != r->id || s->lock_ptr != r->map)
		return say(v, -EINVAL, "bpf_spin_unlock of different lock\n");
	ref_drop_lock(v, s);
	s->locks--;
	s->lock_id = 0;
	s->lock_ptr = NULL;
	return 0;
}

static int check_lock(struct verify *v, struct call *c, u32 regno)
{
	const struct reg *r = &regs(v)[regno];
	int err;

	if (reg_kind(r->type) != REG_MAP_VALUE)
		return say(v, -EINVAL, "R%u is no value of a map: its lock is not known\n", regno);
	err = find_field(v, regno, BTF_SPIN_LOCK, "bpf_spin_lock");
	if (err)
		return err;
	return c->id == HELPERID_spin_lock ? take_lock(v, r) : give_lock(v, r);
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

int check_special_arg(struct verify *v, struct call *c, u32 regno, u64 arg)
{
	switch (helper_kind(arg)) {
	case HELPER_SPIN_LOCK:
		return check_lock(v, c, regno);
	case HELPER_TIMER:
		return check_timer(v, c, regno);
	case HELPER_KPTR_DEST:
		return check_kptr_dest(v, c, regno);
	case HELPER_DYNPTR:
	case HELPER_OUT_DYNPTR:
		return check_dynptr_arg(v, c, regno, arg);
	default:
		return 0;
	}
}
