/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of helpers: may it be called here, are its arguments right, what comes back. */
#include "check/priv.h"

enum { ERRNO_MAX = 4095 };

/* ---- may it? ---- */

static const char *name_of(u32 id)
{
	const struct helper_row *row = helper_row(id);

	return row ? row->name : NULL;
}

static int check_region_of_code(struct verify *v, u32 id)
{
	const struct state *s = v->cur;
	const char *where = s->rcu_locks       ? "rcu_read_lock region"
			    : s->preempt_locks ? "non-preemptible region"
			    : s->irq_id        ? "IRQ-disabled region"
					       : NULL;

	if (!where)
		return 0;
	return say(v, -EINVAL, "sleepable helper bpf_%s#%u in %s\n", name_of(id), id, where);
}

/* What only some iterators have: bpf_iter_tcp_get_func_proto, bpf_iter_unix_get_func_proto. */
static bool may_set_options(const struct verify *v, u32 id)
{
	const char *to = v->attach_name ? v->attach_name : "";

	return v->type != PROGTYPE_TRACING ||
	       (id != HELPERID_setsockopt && id != HELPERID_getsockopt) ||
	       !strcmp(to, "bpf_iter_tcp") || !strcmp(to, "bpf_iter_unix");
}

static int check_may_call(struct verify *v, struct call *c)
{
	const struct helper_row *row = helper_row(c->id);

	c->fn = row && may_set_options(v, c->id) ? helper_for(c->id, v->type, v->attach) : NULL;
	if (!row)
		return say(v, -EINVAL, "invalid func unknown#%u\n", c->id);
	if (!c->fn || (v->how->here && !row->here) || (!v->capable && (row->flags & HELPER_BPF)) ||
	    (!v->leaks && (row->flags & HELPER_PERFMON)))
		return say(v, -EINVAL, "program of this type cannot use helper bpf_%s#%u\n",
			   row->name, c->id);
	if (!v->how->gpl && (c->fn->flags & HELPER_GPL))
		return say(v, -EINVAL,
			   "cannot call GPL-restricted function from non-GPL compatible program\n");
	if (!(c->fn->flags & HELPER_SLEEP))
		return 0;
	if (!v->cur->sleepable)
		return say(v, -EINVAL, "helper call might sleep in a non-sleepable prog\n");
	return check_region_of_code(v, c->id);
}

/* ---- what it does besides ---- */

/* What a map's value owns now may still be looked at within a section of RCU, if each CPU
 * has a copy of it. */
static int hand_over(struct verify *v, u32 id)
{
	const struct state *s = v->cur;
	bool rcu = s->rcu_locks || s->locks || !s->sleepable;
	struct walk w = {.s = v->cur};

	for (struct reg *r; rcu && (r = walk_next(&w));)
		if (r->ref == id && (r->type & REG_ALLOC) && (r->type & REG_PERCPU)) {
			r->ref = 0;
			r->type = (r->type & ~(u32)REG_ALLOC) | REG_RCU;
		}
	return ref_release(v, id);
}

static int release(struct verify *v, struct call *c)
{
	const struct reg *r = &regs(v)[c->release_reg];
	int err = -EINVAL;

	if (!c->release_reg)
		return 0;
	u32 kind = helper_kind(c->fn->arg[c->release_reg - 1]);
	if (kind == HELPER_DYNPTR)
		err = release_dynptr(v, c->release_reg);
	else if (c->ref && c->id == HELPERID_kptr_xchg)
		err = hand_over(v, c->ref);
	else if (c->ref)
		err = ref_release(v, c->ref);
	else if (reg_is_null(r))
		err = 0;
	if (err)
		return say(v, err, "func bpf_%s#%u reference has not been acquired before\n",
			   name_of(c->id), c->id);
	return 0;
}

/* Unprivileged, a tail call is made safe for one program array, whichever way led there. */
static int check_tail_call(struct verify *v, const struct call *c)
{
	const struct reg *index = &regs(v)[3];
	struct fact *f = &v->fact[v->pc];
	u32 nr = (u32)(c->map - v->map) + 1;
	bool known = index->type == REG_SCALAR && scalar_is_const(&index->v) &&
		     index->v.bits.value < c->map->max_entries;
	int err = known ? precise_reg(v, 3) : 0;

	if (err)
		return err;
	if (!v->no_v1 && f->family && f->family != nr)
		return say(v, -EINVAL, "tail_call abusing map_ptr\n");
	f->family = nr;
	return check_leaks(v, false, true, "tail_call");
}

static int special(struct verify *v, struct call *c)
{
	switch (c->id) {
	case HELPERID_tail_call:
		return check_tail_call(v, c);
	case HELPERID_get_local_storage:
		if (reg_is_null(&regs(v)[2]))
			return 0;
		return say(v, -EINVAL, "get_local_storage() doesn't support non-zero flags\n");
	case HELPERID_for_each_map_elem:
	case HELPERID_find_vma:
	case HELPERID_loop:
	case HELPERID_user_ringbuf_drain:
		return check_callback(v, c, false);
	case HELPERID_timer_set_callback:
		return check_callback(v, c, true);
	default:
		return check_special_args(v, c);
	}
}

/* Memory that the helper fills is written byte by byte. */
static int write_raw(struct verify *v, struct call *c)
{
	int err = 0;

	for (u32 i = 0; i < c->raw_size && !err; i++)
		err = check_memory(v, c->raw_reg, (s32)i, 1, ACCESS_WRITE, NO_REG, false, false);
	return err;
}

/* ---- what comes back ---- */

static bool finds_for_sure(const struct call *c)
{
	return c->id == HELPERID_map_lookup_elem && c->const_key >= 0 &&
	       c->const_key < c->map->max_entries &&
	       (c->map->type == MAPTYPE_ARRAY || c->map->type == MAPTYPE_PERCPU_ARRAY);
}

static u32 result_flags(u64 result)
{
	return (result & HELPER_NULLABLE ? REG_NULLABLE : 0) |
	       (result & HELPER_RDONLY ? REG_RDONLY : 0) |
	       (result & HELPER_RINGBUF ? REG_RINGBUF : 0) |
	       (result & HELPER_TRUSTED ? REG_TRUSTED : 0);
}

static void found_value(struct verify *v, struct call *c, struct reg *r, u32 flags)
{
	if (finds_for_sure(c))
		flags &= ~(u32)REG_NULLABLE;
	reg_zero_off(r, REG_MAP_VALUE | flags);
	r->map = c->map;
	r->map_uid = c->map_uid;
	if (!(flags & REG_NULLABLE) && c->map->fields &&
	    (c->map->fields->kinds & (BTF_SPIN_LOCK | BTF_RES_SPIN_LOCK)))
		r->id = ++v->ids;
}

/* A CPU's copy of what the argument is of: a variable of the kernel, or an object of the
 * program's. */
static void give_copy(const struct call *c, struct reg *r, u32 flags)
{
	const struct btf_type *t = btf_skip(c->ret_btf, c->ret_id, NULL);

	if (!t || !btf_is(t, BTF_KIND_STRUCT)) {
		reg_zero_off(r, REG_MEM | flags);
		r->mem_size = (u32)MAX(btf_size(c->ret_btf, c->ret_id), 0);
		return;
	}
	reg_zero_off(r, REG_BTF | (flags & ~(u32)REG_RDONLY));
	if (c->ret_own)
		r->type = REG_BTF | REG_ALLOC | REG_RCU;
	r->btf = c->ret_btf;
	r->btf_id = c->ret_id;
}

static int set_result(struct verify *v, struct call *c)
{
	struct reg *r = &regs(v)[0];
	u64 result = c->fn->result;
	u32 flags = result_flags(result);

	switch (helper_kind(result)) {
	case HELPER_INT:
		reg_unknown(v, r);
		return 0;
	case HELPER_VOID:
	case HELPER_NONE:
		return 0;
	case HELPER_VALUE:
		found_value(v, c, r, flags);
		break;
	case HELPER_SOCKET:
		reg_zero_off(r, REG_SOCKET | flags);
		break;
	case HELPER_SOCK_COMMON:
		reg_zero_off(r, REG_SOCK_COMMON | flags);
		break;
	case HELPER_TCP_SOCK:
		reg_zero_off(r, REG_TCP_SOCK | flags);
		break;
	case HELPER_MEM:
		reg_zero_off(r, REG_MEM | (flags & ~(u32)REG_RDONLY));
		r->mem_size = c->mem_size;
		break;
	case HELPER_MEM_OR_BTF_ID:
		give_copy(c, r, flags);
		break;
	default: {
		int err = set_btf_result(v, c, flags);
		if (err)
			return err;
	}
	}
	if (r->type & REG_NULLABLE)
		r->id = ++v->ids;
	return 0;
}

static bool acquires(const struct call *c)
{
	switch (c->id) {
	case HELPERID_sk_lookup_tcp:
	case HELPERID_sk_lookup_udp:
	case HELPERID_skc_lookup_tcp:
	case HELPERID_ringbuf_reserve:
	case HELPERID_kptr_xchg:
		return true;
	case HELPERID_map_lookup_elem:
		return c->map->type == MAPTYPE_SOCKMAP || c->map->type == MAPTYPE_SOCKHASH;
	default:
		return false;
	}
}

static bool casts(u32 id)
{
	switch (id) {
	case HELPERID_tcp_sock:
	case HELPERID_sk_fullsock:
	case HELPERID_skc_to_tcp_sock:
	case HELPERID_skc_to_tcp6_sock:
	case HELPERID_skc_to_udp6_sock:
	case HELPERID_skc_to_mptcp_sock:
	case HELPERID_skc_to_tcp_timewait_sock:
	case HELPERID_skc_to_tcp_request_sock:
		return true;
	default:
		return false;
	}
}

static void own_result(struct verify *v, struct call *c)
{
	struct reg *r = &regs(v)[0];

	if (c->id == HELPERID_dynptr_data)
		r->dynptr_id = c->dyn.id;
	if (casts(c->id) || c->id == HELPERID_dynptr_data)
		r->ref = c->ref;
	else if (acquires(c))
		r->id = r->ref = ref_acquire(v, REF_POINTER, NULL);
}

static void refine_result(struct verify *v, struct call *c)
{
	struct reg *r = &regs(v)[0];

	if (helper_kind(c->fn->result) != HELPER_INT)
		return;
	switch (c->id) {
	case HELPERID_get_stack:
	case HELPERID_get_task_stack:
	case HELPERID_probe_read_str:
	case HELPERID_probe_read_kernel_str:
	case HELPERID_probe_read_user_str:
		r->v.smax = c->size_max;
		r->v.smax32 = (s32)c->size_max;
		r->v.smin = -ERRNO_MAX;
		r->v.smin32 = -ERRNO_MAX;
		scalar_sync(&r->v);
		break;
	case HELPERID_get_smp_processor_id:
		if (v->how->cpus)
			r->v = scalar_between(0, v->how->cpus - 1);
		break;
	}
}

static int check_map_kind(struct verify *v, const struct call *c)
{
	bool timer = c->id >= HELPERID_timer_init && c->id <= HELPERID_timer_cancel;

	if (!c->map || timer || maptype_goes_with(c->map->type, c->id))
		return 0;
	return say(v, -EINVAL, "cannot pass map_type %u into func bpf_%s#%u\n", c->map->type,
		   name_of(c->id), c->id);
}

/* record_func_map: a program may only read it. */
static int check_map_change(struct verify *v, const struct call *c)
{
	enum { RDONLY_PROG = 1 << 7 };
	bool changes = c->id == HELPERID_map_update_elem || c->id == HELPERID_map_delete_elem ||
		       c->id == HELPERID_map_push_elem || c->id == HELPERID_map_pop_elem;

	if (!changes || !c->map || !(c->map->flags & RDONLY_PROG))
		return 0;
	return say(v, -EACCES, "write into map forbidden\n");
}

static int check_helper(struct verify *v, const struct eb *e)
{
	struct call c = {.id = (u32)e->imm, .const_key = -1};
	int err = check_may_call(v, &c);

	for (u32 i = 0; i < HELPER_ARGS && !err; i++)
		err = check_arg(v, &c, i);
	if (!err)
		err = check_map_change(v, &c);
	if (!err)
		err = write_raw(v, &c);
	if (!err)
		err = release(v, &c);
	if (!err)
		err = special(v, &c);
	if (err)
		return err;
	forget_args(v);
	err = set_result(v, &c);
	if (err)
		return err;
	own_result(v, &c);
	refine_result(v, &c);
	err = check_map_kind(v, &c);
	bool writes = c.id == HELPERID_dynptr_write && c.dyn.kind == DYNPTR_SKB;
	if (!err && (helper_moves_packet(c.id) || writes) && c.id != HELPERID_tail_call)
		forget_packet(v);
	return err;
}

int check_call(struct verify *v, const struct eb *e, bool *ends)
{
	if (v->cur->locks && ((e->op == EB_CALL && e->imm != HELPERID_spin_unlock) ||
			      (e->op == EB_CALL_KFUNC && !kfunc_may_lock(v, e))))
		return say(v, -EINVAL, "function calls are not allowed while holding a lock\n");
	if (e->op == EB_CALL_LOCAL)
		return check_local_call(v, e);
	int err = e->op == EB_CALL ? check_helper(v, e) : check_kfunc(v, e);
	if (!err && kfunc_throws(v, e))
		*ends = true;
	if (err)
		return err;
	if (is_tail_call(e) && v->cur->top)
		return return_early(v, false);
	v->pc++;
	return 0;
}
