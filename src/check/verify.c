/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier: the graph of the program, then all of its paths, one after another. */
#include "check/priv.h"

#include <stdlib.h>

enum { INSNS_MAX = 1000000, PENDING_MAX = 8192, MEMORY = 1 << 30 };
enum { SEED_INSNS = 4096, SEED_WALKED = 65536, SEED_PENDING = 1024 };

/* ---- an instruction ---- */

static int load_wide(struct verify *v, const struct eb *e)
{
	int err = write_reg(v, e->dst);
	struct reg *r = &regs(v)[e->dst];
	u32 nr = (u32)e->imm;

	if (err)
		return err;
	switch (e->op) {
	case EB_LDDW:
		reg_const(v, r, (u64)e->imm);
		return 0;
	case EB_LDDW_BTF_ID:
		return load_btf_id(v, e, r);
	case EB_LDDW_FUNC:
		nr = (u32)subprog_at(v, ebpf_target(e, v->pc));
		if (!v->p->funcs)
			return say(v, -EINVAL, "missing btf func_info\n");
		if (v->sub[nr].global || !nr)
			return say(v, -EINVAL, "callback function not static\n");
		reg_zero_off(r, REG_FUNC);
		r->subprog = nr;
		return 0;
	}
	if (nr >= v->p->maps)
		return say(v, -EBADF, "fd %u is not pointing to valid bpf_map\n", nr);
	const struct prog_map *map = &v->map[nr];
	bool value = e->op == EB_LDDW_MAP_VALUE || e->op == EB_LDDW_MAP_IDX_VALUE;
	if (value && map->type == MAPTYPE_ARENA) {
		reg_unknown(v, r);
		return 0;
	}
	reg_zero_off(r, value ? REG_MAP_VALUE : REG_MAP);
	r->map = map;
	r->off = value ? (s32)((u64)e->imm >> 32) : 0;
	return 0;
}

static int next(struct verify *v, const struct eb *e, int err)
{
	v->pc += err ? 0 : slots_of(e);
	return err;
}

static int check_insn(struct verify *v, const struct eb *e, bool *ends)
{
	switch ((enum eb_form)ebpf_rows[e->op].form) {
	case EBF_ALU_K:
	case EBF_ALU_X:
	case EBF_NEG:
	case EBF_MOVSX:
	case EBF_SWAP:
		return next(v, e, check_alu(v, e));
	case EBF_LDX:
		return next(v, e, check_load(v, e, e->op >= EB_LDSX_W && e->op <= EB_LDSX_B));
	case EBF_ST:
	case EBF_STX:
		return next(v, e, check_store(v, e));
	case EBF_ATOMIC:
	case EBF_FETCH:
	case EBF_XCHG:
	case EBF_CMPXCHG:
	case EBF_LOAD_ACQ:
	case EBF_STORE_REL:
		return next(v, e, check_atomic(v, e));
	case EBF_LDDW:
		return next(v, e, load_wide(v, e));
	case EBF_ABS:
	case EBF_IND:
		return check_skb_load(v, e);
	case EBF_JMP_K:
	case EBF_JMP_X:
		v->jumps++;
		return check_cond(v, e);
	case EBF_JA:
	case EBF_JAL:
		v->jumps++;
		if (e->op == EB_MAY_GOTO)
			return check_may_goto(v, e);
		v->pc = (u32)ebpf_target(e, v->pc);
		return 0;
	case EBF_CALL:
	case EBF_LOCAL:
	case EBF_KFUNC:
		v->jumps++;
		return check_call(v, e, ends);
	case EBF_EXIT:
		v->jumps++;
		return check_exit(v, ends);
	default:
		return say(v, -EINVAL, "unknown opcode %02x\n", ebpf_rows[e->op].code);
	}
}

/* ---- a path ---- */

static const char *guessing(const struct verify *v)
{
	return v->cur->speculative ? " (speculative execution)" : "";
}

static void log_covered(struct verify *v, bool resumed)
{
	if (!logs(v, 3))
		return;
	if (resumed)
		say(v, 0, "\nfrom %d to %u%s: safe\n", (s32)v->before, v->pc, guessing(v));
	else
		say(v, 0, "%u: safe\n", v->pc);
}

static void log_before(struct verify *v, bool *resumed)
{
	if (logs(v, 2) && *resumed) {
		say(v, 0, "\nfrom %d to %u%s:", (s32)v->before, v->pc, guessing(v));
		log_state(v, v->cur, v->cur->top, true);
		*resumed = false;
	}
	if (!logs(v, 3))
		return;
	if (v->touched_regs || v->touched_slots)
		log_insn_state(v, v->cur, v->cur->top);
	log_insn(v, v->pc);
}

/* One instruction of the path. */
static int step(struct verify *v, bool *resumed, bool *ends)
{
	struct fact *f = &v->fact[v->pc];
	const struct eb *e = insn_at(v, v->pc);
	u32 pc = v->pc;
	int err = 0;

	v->entry = NULL;
	if (++v->insns > v->limit_insns)
		return say(v, -E2BIG, "BPF program is too large. Processed %u insn\n", v->insns);
	v->cur->last = v->before;
	v->cur->pc = v->pc;
	if (f->flags & FACT_PRUNE) {
		err = visit(v, ends);
		if (*ends && !err)
			log_covered(v, *resumed);
		if (err || *ends)
			return err;
	}
	if (f->flags & FACT_JUMP)
		hist_push(v, v->cur, 0, 0);
	log_before(v, resumed);
	if (v->how->path_max && ++v->cur->walked > v->how->path_max) {
		*ends = true;
		return 0;
	}
	if (v->how->seen)
		v->how->seen(v->how->arg, pc, (const struct check_state *)v->cur);
	live_begin(v);
	bool nested = v->cur->top && e->op == EB_EXIT;
	err = check_insn(v, e, ends);
	v->before = pc;
	if (e->op != EB_EXIT && e->op != EB_CALL_LOCAL)
		live_commit(v);
	*resumed |= nested;
	return err;
}

int walk_paths(struct verify *v)
{
	bool resumed = false, ends = false, cut = !(v->how->log & 2);

	for (;;) {
		int err = step(v, &resumed, &ends);
		if (err)
			return err;
		if (!ends)
			continue;
		ends = false;
		touch_all(v);
		err = path_ended(v);
		if (err)
			return err;
		live_update(v);
		if (!branch_pop(v, cut))
			return 0;
		resumed = true;
	}
}

/* ---- a function ---- */

static void forget_kept(struct verify *v)
{
	for (u32 i = 0; i < v->p->n; i++)
		for (struct state *s = v->kept[i], *after; s; s = after) {
			after = s->next;
			state_free(v, s);
		}
	memset(v->kept, 0, v->p->n * sizeof(*v->kept));
	memset(v->loops, 0, (v->sccs + 1) * sizeof(*v->loops));
	v->kept_now = v->evicted = v->back_edges = 0;
	live_init(v);
}

static int verify_function(struct verify *v, u32 nr)
{
	size_t at = log_pos(v);

	v->sub_now = nr;
	v->line = NULL;
	v->before_pos = 0;
	v->cur = state_new(v);
	v->cur->branches = 1;
	v->cur->sleepable = v->how->prog_flags & CHECK_SLEEPABLE;
	v->cur->first = v->sub[nr].start;
	frame_push(v, v->cur, MAIN, nr);
	v->pc = v->sub[nr].start;
	v->before = UINT32_MAX;
	int err = give_function_args(v, nr);
	if (!err)
		err = walk_paths(v);
	if (err)
		return err;
	if (!(v->how->log & 2))
		log_cut(v, at);
	state_free(v, v->cur);
	v->cur = NULL;
	forget_kept(v);
	return 0;
}

static int verify_globals(struct verify *v)
{
	bool again = true;

	while (again) {
		again = false;
		for (u32 i = 1; i < v->subs; i++) {
			struct subprog *s = &v->sub[i];
			if (!s->global || !s->called || s->verified)
				continue;
			int err = verify_function(v, i);
			if (err)
				return err;
			if (logs(v, 3))
				say(v, 0,
				    "Func#%u ('%s') is safe for any args that match its "
				    "prototype\n",
				    i, subprog_name(v, i));
			s->verified = again = true;
		}
	}
	return 0;
}

/* ---- the program ---- */

/* Why a value has no fields that can be used, who made the map was told. */
static void find_fields(struct verify *v, struct prog_map *m)
{
	enum { ALL = (1 << 14) - 1, VALUES = ALL & ~BTF_NODE };
	u32 id;

	if (m->fields || !m->btf || !m->value)
		return;
	struct btf_fields *f = arena_new(&v->arena, struct btf_fields);
	if (btf_skip(m->btf, m->value, &id) &&
	    !btf_fields(m->btf, id, VALUES, m->value_size, v->how->kernel, f) && f->n)
		m->fields = f;
}

/* The maps, and those in them, with the fields of their values. */
static void take_maps(struct verify *v)
{
	v->map = arena_array(&v->arena, struct prog_map, v->p->maps + 1);
	for (u32 i = 0; i < v->p->maps; i++) {
		v->map[i] = v->p->map[i];
		find_fields(v, &v->map[i]);
		if (!v->map[i].inner)
			continue;
		struct prog_map *inner = arena_new(&v->arena, struct prog_map);
		*inner = *v->map[i].inner;
		find_fields(v, inner);
		v->map[i].inner = inner;
	}
}

static void set_level(struct verify *v)
{
	enum check_level level = v->how->level;

	v->capable = level != CHECK_UNPRIVILEGED;
	v->leaks = v->uninit = v->no_v1 = v->capable && level != CHECK_CAPABLE;
	v->strict = v->how->prog_flags & CHECK_STRICT;
	v->limit_insns = INSNS_MAX;
	v->limit_pending = PENDING_MAX;
	if (v->how->level == CHECK_SEED) {
		v->limit_insns = SEED_WALKED;
		v->limit_pending = SEED_PENDING;
	}
	if (v->how->limit)
		v->limit_insns = v->how->limit;
}

static int verify(struct verify *v)
{
	u32 n = v->p->n;

	if (!n || n > (v->how->level >= CHECK_CAPABLE ? INSNS_MAX : SEED_INSNS))
		return -E2BIG;
	v->kind = prog_row(v->type);
	if (!v->kind)
		return -EINVAL;
	v->fact = arena_array(&v->arena, struct fact, n + 1);
	v->kept = arena_array(&v->arena, struct state *, n);
	take_maps(v);
	int err = check_funcs_early(v);
	if (!err)
		err = find_subprogs(v);
	if (!err)
		err = check_shape(v);
	if (!err)
		err = check_debug_info(v);
	if (!err)
		err = check_maps(v);
	if (!err)
		err = check_graph(v);
	if (!err)
		err = check_attach(v);
	if (err)
		return err;
	find_live(v);
	v->loops = arena_array(&v->arena, struct scc *, v->sccs + 1);
	live_init(v);
	err = verify_function(v, 0);
	if (!err)
		err = verify_globals(v);
	if (!err)
		err = check_stack_depth(v);
	if (!err && v->not_here)
		err = say(v, -EACCES,
			  "kernel function %s is not here: it has no meaning without Linux\n",
			  v->not_here);
	if (!err && v->no_struct)
		err = say(v, -EACCES, "struct %s is not here: maps are not the kernel's\n",
			  v->no_struct);
	return err;
}

static void tell_loops(const struct verify *v)
{
	enum { KEPT = 3 * SLOT };

	for (u32 s = 0; v->how->loop && s < v->subs; s++) {
		s32 depth = (MAX(v->sub[s].stack, 0) + SLOT - 1) / SLOT * SLOT;
		for (u32 pc = v->sub[s].start; pc < v->sub[s].end; pc++) {
			u32 at = v->fact[pc].loop;
			if (at && at != NO_LOOP)
				v->how->loop(v->how->arg, pc, at - 1, -(depth + KEPT));
		}
	}
}

static void log_numbers(struct verify *v, u64 ns)
{
	if (v->how->log & 4) {
		say(v, 0, "verification time %llu usec\nstack depth ",
		    (unsigned long long)ns / 1000);
		for (u32 i = 0; i < v->subs; i++)
			say(v, 0, "%s%d", i ? "+" : "", MAX(v->sub[i].stack, 0));
		say(v, 0, "\n");
	}
	say(v, 0,
	    "processed %u insns (limit %u) max_states_per_insn %u total_states %u peak_states %u "
	    "mark_read 0\n",
	    v->insns, v->limit_insns, v->most_states, v->states, v->peak);
}

int check_verify(const struct prog *p, const struct check_how *how, struct check_result *ret)
{
	struct verify *v = calloc(1, sizeof(*v));
	u64 began = clock_ns(CLOCK_MONOTONIC);
	int err;

	if (!v)
		return -ENOMEM;
	v->p = p;
	v->how = how;
	v->type = p->type;
	v->attach = p->attach;
	arena_init(&v->arena);
	v->arena.limit = how->memory ? how->memory : MEMORY;
	v->arena.fail = &v->fail;
	set_level(v);
	err = setjmp(v->fail) ? -ENOMEM : verify(v);
	if (!err)
		tell_loops(v);
	u64 ns = clock_ns(CLOCK_MONOTONIC) - began;
	log_numbers(v, ns);
	if (ret)
		*ret = (struct check_result){.insns = v->insns,
					     .states = v->states,
					     .peak = v->peak,
					     .most = v->most_states,
					     .stack = v->stack_depth,
					     .pc = v->pc,
					     .context = v->context,
					     .plain = !v->odd,
					     .trace = v->cur ? v->cur->trace : 0,
					     .memory = v->arena.held,
					     .ns = ns};
	arena_deinit(&v->arena);
	free(v);
	return err;
}

/* ---- asked ---- */

void check_state_put(struct buf *to, const struct prog *p, const struct check_state *s)
{
	const struct state *of = (const struct state *)s;
	const struct check_how how = {.text = to, .log = 2};
	struct verify v = {.p = p, .how = &how};

	log_state(&v, of, of->top, true);
	log_cut(&v, to->n ? to->n - 1 : 0);
}

static bool look(struct verify *v, u16 *live)
{
	v->fact = arena_array(&v->arena, struct fact, v->p->n + 1);
	if (find_subprogs(v) || check_shape(v) || check_graph(v))
		return false;
	find_live(v);
	for (u32 i = 0; i < v->p->n; i++)
		live[i] = v->fact[i].live;
	return true;
}

bool check_live(const struct prog *p, u16 *live)
{
	const struct check_how how = {.level = CHECK_PRIVILEGED};
	struct verify *v = calloc(1, sizeof(*v));

	if (!v)
		return false;
	v->p = p;
	v->how = &how;
	v->type = p->type;
	arena_init(&v->arena);
	v->arena.fail = &v->fail;
	set_level(v);
	bool ok = !setjmp(v->fail) && p->n && look(v, live);
	arena_deinit(&v->arena);
	free(v);
	return ok;
}
