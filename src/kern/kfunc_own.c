/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the kernel on objects that programs allocate: made, counted, let go; and one
 * that each CPU has its own copy of. */
#include "kern/call.h"
#include "kern/kfunc.h"
#include "kern/ksym.h"
#include "kern/own.h"

#include <errno.h>

enum { OBJECT_MOST = 4088 }; /* Linux: of its largest cache, behind a link */

static u32 cpus(void) { return world()->page->cpus; }

struct own_root *own_root_at(struct run *r, u64 at)
{
	return kern_may(r, at, at % 8 ? UINT64_MAX : sizeof(struct own_root), true) ? addr_of(at)
										    : NULL;
}

static u64 make(const struct run *r, u64 type, bool percpu)
{
	const struct kern_prog *p = ((const struct ob_run *)r->env->arg)->prog;
	struct object *btf = p && p->head->btf_id ? kern_recent(OBJECT_BTF, p->head->btf_id) : NULL;
	const struct btf_type *t =
		btf ? btf_type(((const struct kern_btf *)btf->p)->types, (u32)type) : NULL;

	if (!t || !btf_is(t, BTF_KIND_STRUCT) || t->size > OBJECT_MOST)
		return 0;
	struct own o = {.btf = btf->id,
			.type = (u32)type,
			.size = t->size,
			.copies = percpu ? MAX(cpus(), 2u) : 1};
	o.at = own_new(o.btf, o.type, o.size, o.copies);
	const struct btf_fields *f = o.at ? own_fields(&o) : NULL;
	for (u32 i = 0; f && i < f->n; i++)
		if (f->field[i].kind == BTF_REFCOUNT)
			*(u32 *)(void *)(o.at + f->field[i].off) = 1;
	return reg_of(o.at);
}

BPF_KFUNC(obj_new_impl) { return make(r, r1, false); }
BPF_KFUNC(percpu_obj_new_impl) { return make(r, r1, true); }

/* Linux: object */
BPF_KFUNC(obj_drop_impl)
{
	own_drop(r1);
	return 0;
}

BPF_KFUNC(percpu_obj_drop_impl)
{
	own_drop(r1);
	return 0;
}

/* Linux: object. One that nobody owns any more gets no owner. A pointer to a part of it will
 * do; what comes back is to the whole, as the verifier has it (Linux gives back the part). */
BPF_KFUNC(refcount_acquire_impl)
{
	struct own o;
	const struct btf_fields *f = own_find(r1, &o) ? own_fields(&o) : NULL;

	for (u32 i = 0; f && i < f->n; i++) {
		if (f->field[i].kind != BTF_REFCOUNT)
			continue;
		u32 *count = (u32 *)(void *)(o.at + f->field[i].off);
		u32 n = __atomic_load_n(count, __ATOMIC_RELAXED);
		while (n && !__atomic_compare_exchange_n(count, &n, n + 1, false, __ATOMIC_ACQ_REL,
							 __ATOMIC_RELAXED))
			;
		return n ? reg_of(o.at) : 0;
	}
	return 0;
}

/* ---- of each CPU ---- */

static u64 copy_of(u64 at, u32 slot)
{
	struct own o;

	if (slot >= cpus())
		return 0;
	if (kern_ksym_has(at, 1))
		return at;
	if (!own_find(at, &o) || slot >= o.copies)
		return 0;
	return reg_of(o.at + (size_t)slot * own_stride(o.size));
}

/* Linux: pointer, cpu */
BPF_HELPER(per_cpu_ptr) { return copy_of(r1, (u32)r2); }

/* Linux: pointer */
BPF_HELPER(this_cpu_ptr) { return copy_of(r1, r->slot); }
