/* SPDX-License-Identifier: BSD-2-Clause */
/* References: what was got and must be given back, and locks. */
#include "check/priv.h"

u32 ref_acquire(struct verify *v, u32 kind, const void *ptr)
{
	struct state *s = v->cur;
	struct ref *r = pool_get(v, (s->refs + 1) * sizeof(*r));

	if (s->refs)
		memcpy(r, s->ref, s->refs * sizeof(*r));
	pool_put(v, s->ref, s->refs * sizeof(*r));
	r[s->refs] = (struct ref){kind, ++v->ids, v->pc, ptr};
	s->ref = r;
	s->refs++;
	return v->ids;
}

bool ref_known(const struct state *s, u32 id)
{
	for (u32 i = 0; i < s->refs; i++)
		if (s->ref[i].id == id)
			return true;
	return false;
}

bool ref_drop(struct verify *v, struct state *s, u32 id)
{
	for (u32 i = 0; i < s->refs; i++) {
		if (s->ref[i].id != id)
			continue;
		u32 n = s->refs - 1;
		struct ref *r = n ? pool_get(v, n * sizeof(*r)) : NULL;
		if (n) {
			memcpy(r, s->ref, i * sizeof(*r));
			memcpy(r + i, s->ref + i + 1, (n - i) * sizeof(*r));
		}
		pool_put(v, s->ref, s->refs * sizeof(*r));
		s->ref = r;
		s->refs = n;
		return true;
	}
	return false;
}

static bool is_lock(const struct ref *r, u32 kinds, u32 id, const void *ptr)
{
	return r->kind >= REF_LOCK && (kinds >> r->kind & 1) && r->id == id && r->ptr == ptr;
}

bool ref_lock_known(const struct state *s, u32 kinds, u32 id, const void *ptr)
{
	for (u32 i = 0; i < s->refs; i++)
		if (is_lock(&s->ref[i], kinds, id, ptr))
			return true;
	return false;
}

bool ref_drop_lock(struct verify *v, u32 kind, u32 id, const void *ptr)
{
	struct state *s = v->cur;
	const void *ptr_before = NULL;
	u32 id_before = 0;

	for (u32 i = 0; i < s->refs; i++) {
		if (is_lock(&s->ref[i], 1u << kind, id, ptr)) {
			s->ref[i].id = UINT32_MAX;
			ref_drop(v, s, UINT32_MAX);
			s->locks--;
			s->lock_id = id_before;
			s->lock_ptr = ptr_before;
			return true;
		}
		if (s->ref[i].kind >= REF_LOCK) {
			id_before = s->ref[i].id;
			ptr_before = s->ref[i].ptr;
		}
	}
	return false;
}

int ref_release(struct verify *v, u32 id)
{
	struct walk w = {.s = v->cur};

	if (!ref_drop(v, v->cur, id))
		return -EINVAL;
	for (struct reg *r; (r = walk_next(&w));) {
		if (r->ref != id)
			continue;
		if (v->leaks)
			reg_unknown(v, r);
		else
			reg_none(r);
	}
	return 0;
}

static int check_references(struct verify *v, bool exception)
{
	const struct state *s = v->cur;
	int err = 0;

	if (!exception && s->top)
		return 0;
	for (u32 i = 0; i < s->refs; i++)
		if (s->ref[i].kind == REF_POINTER)
			err = say(v, -EINVAL, "Unreleased reference id=%u alloc_insn=%u\n",
				  s->ref[i].id, s->ref[i].insn);
	return err;
}

int check_leaks(struct verify *v, bool exception, bool locks, const char *what)
{
	const struct state *s = v->cur;

	if (locks && s->locks)
		return say(v, -EINVAL, "%s cannot be used inside bpf_spin_lock-ed region\n", what);
	int err = check_references(v, exception);
	if (err)
		return say(v, err, "%s would lead to reference leak\n", what);
	if (locks && s->irq_id)
		return say(v, -EINVAL, "%s cannot be used inside bpf_local_irq_save-ed region\n",
			   what);
	if (locks && s->rcu_locks)
		return say(v, -EINVAL, "%s cannot be used inside bpf_rcu_read_lock-ed region\n",
			   what);
	if (locks && s->preempt_locks)
		return say(v, -EINVAL, "%s cannot be used inside bpf_preempt_disable-ed region\n",
			   what);
	return 0;
}
