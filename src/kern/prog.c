/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs of our world: their files, this process's code of them, running them. */
#include "kern/call.h"
#include "kern/own.h"
#include "kern/packet.h"
#include "kern/xlate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const struct ob_ebpf *insns(const struct kern_prog *p)
{
	return (const struct ob_ebpf *)(const void *)(p->file.blob + p->head->insns_at);
}

static int errno_of(struct ob_err *err)
{
	int ret = ob_err_code(err) == OB_NOMEM ? -ENOMEM : -EINVAL;

	ob_err_destroy(err);
	return ret;
}

/* ---- the object ---- */

static void close_prog(void *arg)
{
	struct kern_prog *p = arg;

	ob_run_destroy(p->run);
	ob_run_destroy(p->fast);
	prog_destroy(p->p);
	for (u32 i = 0; i < p->maps; i++)
		object_put(p->map[i]);
	free(p->map);
	object_unmap(&p->file);
	free(p);
}

static bool in_blob(const struct kern_prog *p, u32 at, u64 n)
{
	return at <= p->file.n && p->file.n - at >= n;
}

static int open_maps(struct kern_prog *p)
{
	const struct prog_head *h = p->head;

	if (!in_blob(p, h->maps_at, (u64)h->maps * 4) ||
	    !in_blob(p, h->insns_at, (u64)h->insns * 8) ||
	    !in_blob(p, h->loops_at, (u64)h->loops * sizeof(struct xlate_loop)))
		return -EINVAL;
	p->map = calloc(MAX(h->maps, 1u), sizeof(struct object *));
	if (!p->map)
		return -ENOMEM;
	for (; p->maps < h->maps; p->maps++) {
		u32 id = get_le32(p->file.blob + h->maps_at + 4 * p->maps);
		int err = object_get_id(OBJECT_MAP, id, &p->map[p->maps]);
		if (err)
			return err;
	}
	return 0;
}

static int open_prog(int fd, u32 id, void **ret)
{
	struct kern_prog *p = calloc(1, sizeof(*p));
	int err = p ? object_map_file(fd, OBJECT_PROG, &p->file) : -ENOMEM;

	close(fd);
	if (err) {
		free(p);
		return err;
	}
	p->id = id;
	p->head = (struct prog_head *)(void *)p->file.head->own;
	p->type = p->head->type;
	p->attach = p->head->attach;
	err = open_maps(p);
	if (!err)
		err = kern_prog_prepare(p);
	if (err) {
		close_prog(p);
		return err;
	}
	*ret = p;
	return 0;
}

const struct object_ops object_prog_ops = {open_prog, close_prog};

int kern_prog_prepare(struct kern_prog *p)
{
	const struct world *w = world();
	/* What the verifier has seen may have any shape where control never comes. */
	struct ob_run_opts o = {.trusted = w->page->unchecked == KERN_RUN_TRUSTED,
				.unchecked = w->page->unchecked == KERN_REFUSE,
				.engine = w->page->no_jit ? OB_ENGINE_INTERP : OB_ENGINE_BEST,
				.harden = w->page->harden && !w->page->no_jit,
				.maps = p->maps};
	struct map **map = calloc(MAX(p->maps, 1u), sizeof(struct map *));

	if (!map)
		return -ENOMEM;
	int cannot = 0;
	for (u32 i = 0; i < p->maps; i++) {
		map[i] = p->map[i]->p;
		if (!cannot && own_may(map[i]))
			cannot = own_open();
	}
	if (cannot) {
		free(map);
		return cannot;
	}
	o.map = (struct ob_map *const *)map;
	struct ob_err *err = prog_create_ebpf(insns(p), p->head->insns, &p->p);
	if (!err)
		err = kern_prepare(p->p, &o, p, &p->run);
	if (!err && p->head->plain && !w->page->watch) {
		/* What control never reaches may have a shape that is not for this. */
		o.trusted = true;
		o.unchecked = false;
		ob_err_destroy(kern_prepare(p->p, &o, p, &p->fast));
	}
	free(map);
	return err ? errno_of(err) : 0;
}

/* ---- running ---- */

static _Thread_local struct run last_fault;

static u64 run_once(const struct kern_prog *p, struct kern_ctx *ctx)
{
	struct run r = {.arg = ctx, .region = ctx->region, .regions = ctx->regions};
	struct world *w = world();

	if (ctx->pkt)
		packet_loads(ctx->pkt, &r);
	if (!kern_slot_enter(w->slots, w->page->cpus, &r)) {
		__atomic_fetch_add(&p->head->misses, 1, __ATOMIC_RELAXED);
		return 0;
	}
	const struct ob_run *run = p->fast && ctx->pkt ? p->fast : p->run;
	u64 ret = kern_call(run, (u64[5]){(u64)(uintptr_t)ctx->ctx}, &r);
	kern_slot_leave(w->slots, &r);
	ctx->fault = r.fault;
	if (unlikely(r.fault)) {
		last_fault = r;
		last_fault.region = NULL;
		last_fault.env = NULL;
	}
	return r.fault ? 0 : ret;
}

const struct run *kern_last_fault(void) { return &last_fault; }

u64 kern_prog_call(const struct kern_prog *p, struct kern_ctx *ctx)
{
	ctx->prog = p;
	ctx->region[0] = (struct region){(u64)(uintptr_t)ctx->ctx, ctx->ctx_size, true};
	ctx->regions = MAX(ctx->regions, 1u);
	if (likely(!world()->page->stats))
		return run_once(p, ctx);
	u64 start = clock_ns(CLOCK_MONOTONIC), ret = run_once(p, ctx);
	__atomic_fetch_add(&p->head->run_ns, clock_ns(CLOCK_MONOTONIC) - start, __ATOMIC_RELAXED);
	__atomic_fetch_add(&p->head->run_count, 1, __ATOMIC_RELAXED);
	return ret;
}

int kern_prog_run(int fd, void *ctx, u32 size, u64 *r0)
{
	struct object *o;
	int err = object_get(fd, OBJECT_PROG, &o);

	if (err)
		return err;
	struct kern_ctx c = {.ctx = ctx, .ctx_size = size};
	*r0 = kern_prog_call(o->p, &c);
	object_put(o);
	return c.fault ? -EFAULT : 0;
}

/* ---- by id, while programs run ----
 *
 * Ids are never used again, so what is found once stays true. Each holds its object
 * as long as the process lives: a program may be using it. */
enum { RECENT = 1024 };
struct recent {
	struct object *o;
	struct recent *next;
};
static struct recent *recent[RECENT];

struct object *kern_recent(enum object_kind kind, u32 id)
{
	struct recent **at = &recent[(id * OBJECT_KINDS + kind) % RECENT];
	struct recent *first = __atomic_load_n(at, __ATOMIC_ACQUIRE);
	struct object *o;

	for (struct recent *r = first; r; r = r->next)
		if (likely(r->o->id == id && r->o->kind == kind))
			return r->o;
	if (object_get_id(kind, id, &o))
		return NULL;
	struct recent *mine = malloc(sizeof(*mine));
	if (!mine) {
		object_put(o);
		return NULL;
	}
	*mine = (struct recent){o, first};
	while (!__atomic_compare_exchange_n(at, &mine->next, mine, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE))
		;
	return o;
}

/* The verifier of Linux has unprivileged programs compare all of the index before. */
const void *kern_tail(struct run *r, u64 map, u64 wide)
{
	u32 index = (u32)wide;
	const struct ob_run *k = r->env->arg;
	struct map *m = kern_map(r, map);
	u32 id;

	if (!m || m->type != BPF_MAP_TYPE_PROG_ARRAY || index >= m->max_entries ||
	    (index != wide && k->prog && k->prog->head->wide_index) ||
	    map_read(m, &index, &id, 0) || !id)
		return NULL;
	struct object *o = kern_recent(OBJECT_PROG, id);
	if (!o)
		return NULL;
	const struct ob_run *to = ((const struct kern_prog *)o->p)->run;
	return k->jit ? (const void *)to->jit : (const void *)to->vm;
}

enum { TYPE_BITS = 16, ATTACH_BITS = 16 };

int kern_prog_fits(struct map_host_data *h, const struct prog_head *p)
{
	u64 frags = p->flags & BPF_F_XDP_HAS_FRAGS, none = 0;
	u64 wanted = p->type | (u64)p->attach << TYPE_BITS | frags << (TYPE_BITS + ATTACH_BITS);

	if (__atomic_compare_exchange_n(&h->owner, &none, wanted, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return 0;
	return none == wanted ? 0 : -EINVAL;
}

u32 kern_owner_type(const struct map_host_data *h)
{
	return (u32)__atomic_load_n(&h->owner, __ATOMIC_ACQUIRE) & ((1u << TYPE_BITS) - 1);
}
