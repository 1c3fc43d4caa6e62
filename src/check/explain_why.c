/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong, from the instruction and the state before it: what was known, what would
 * have been needed, where that was lost. */
#include "check/explain_priv.h"

enum { RDONLY_PROG = 1 << 7 };

static bool hides_addresses(const struct explain *x)
{
	return x->how.level == CHECK_UNPRIVILEGED || x->how.level == CHECK_CAPABLE;
}

static const char *verb_of(enum access how) { return how == ACCESS_WRITE ? "store" : "load"; }

static void unset(struct explain *x, u32 reg)
{
	x->cause = CAUSE_UNSET;
	x->reg = reg;
	x->out.what = explain_text(x, "r%u is used, but holds nothing", reg);
	x->out.knew = "nothing was written to it on this path, or a call has taken it";
	x->out.needs = "a value on every path to here";
	explain_life(x, reg);
}

/* ---- memory ---- */

static const char *mapped_field(struct explain *x, const struct reg *r, s64 at)
{
	const struct prog_map *m = r->map;
	u32 id;
	const struct btf_type *t = m->btf && m->value ? btf_skip(m->btf, m->value, &id) : NULL;

	if (!t || (!btf_is(t, BTF_KIND_STRUCT) && !btf_is(t, BTF_KIND_DATASEC)) || at < 0)
		return NULL;
	for (u32 i = 0; i < btf_len(t); i++) {
		if (btf_is(t, BTF_KIND_DATASEC)) {
			const struct btf_var_secinfo *var = &btf_vars(t)[i];
			const struct btf_type *vt = btf_type(m->btf, var->type);

			if (vt && at >= var->offset && at < (s64)var->offset + var->size)
				return btf_name(m->btf, vt->name_off);
			continue;
		}
		s64 from = btf_member_at(t, i) / 8, size = btf_size(m->btf, btf_members(t)[i].type);

		if (at >= from && at < from + size)
			return btf_name(m->btf, btf_members(t)[i].name_off);
	}
	(void)x;
	return NULL;
}

static void bounds(struct explain *x, const struct reg *r, const char *what, s64 off, s64 size,
		   u32 object)
{
	s64 lo = off + r->off + r->v.smin, hi = off + r->off + (s64)r->v.umax + size;
	const char *field =
		reg_kind(r->type) == REG_MAP_VALUE ? mapped_field(x, r, off + r->off) : NULL;

	x->cause = CAUSE_BOUNDS;
	x->from = off;
	x->size = size;
	x->hi = object;
	if (scalar_is_const(&r->v)) {
		x->out.what = explain_text(x, "%s lies outside of %lld..%lld", what, 0LL,
					   (long long)object);
		x->out.knew = explain_text(x, "bytes %lld to %lld are touched",
					   (long long)lo + (s64)0, (long long)(hi - 1));
	} else if (r->v.smin < 0) {
		x->out.what = explain_text(x, "%s may lie before the beginning", what);
		x->out.knew = explain_text(x, "%s; its index may be negative", explain_reg(x, r));
	} else if (r->v.umax >= POINTER_SLACK) {
		x->out.what = explain_text(x, "%s: its index has no upper bound", what);
		x->out.knew = explain_reg(x, r);
	} else {
		x->out.what = explain_text(x, "%s may reach beyond the end", what);
		x->out.knew = explain_text(x, "bytes %lld to %lld may be touched", (long long)lo,
					   (long long)(hi - 1));
		if (hi - object > 0 && hi - object <= MAX(size, 8) && r->v.umax)
			x->out.knew = explain_text(
				x, "%s: %lld too many, as of an index that is one too large",
				x->out.knew, (long long)(hi - object));
	}
	x->out.needs =
		explain_text(x, "bytes 0 to %lld%s%s%s", (long long)object - 1,
			     field ? ", in or behind `" : "", field ? field : "", field ? "`" : "");
}

static void packet(struct explain *x, const struct reg *r, const char *what, s64 off, s64 size)
{
	s64 from = off + r->off;

	x->cause = CAUSE_PACKET;
	x->from = off;
	x->size = size;
	x->out.what = explain_text(x, "%s may leave the packet", what);
	x->out.knew = explain_text(x, "r%u is %s", x->reg, explain_reg(x, r));
	if (r->v.smin < 0) {
		x->out.what = explain_text(x, "%s may lie before the packet", what);
		x->out.needs = "an offset that is not negative";
		return;
	}
	x->out.needs =
		explain_text(x, "%lld bytes from there, which a comparison with data_end proves",
			     (long long)(from + size));
}

/* Bytes of a frame from `at` on, negative: the first that was never written, or 0. */
static s64 unwritten(const struct frame *f, s64 at, s64 size)
{
	for (s64 i = at; i < at + size && i < 0; i++) {
		u32 slot = (u32)(-i - 1) / SLOT, byte = (u32)(-i - 1) % SLOT;

		if (slot >= f->slots || f->stack[slot].type[byte] == SLOT_INVALID)
			return i;
	}
	return 0;
}

static void stack(struct explain *x, const struct reg *r, const char *what, s64 off, s64 size)
{
	const struct frame *f = last_shot(x)->s.frame[r->frame];
	s64 at = off + r->off + r->v.smin, end = off + r->off + r->v.smax + size;
	s64 hole = unwritten(f, at, end - at);

	if (at < -EBPF_STACK || end > 0) {
		x->cause = CAUSE_BOUNDS;
		x->hi = 0;
		x->out.what = explain_text(x, "%s lies outside of the stack", what);
		x->out.knew = explain_text(x, "bytes %lld to %lld of a frame that has -512 to -1",
					   (long long)at, (long long)end - 1);
		return;
	}
	if (!hole)
		return;
	x->cause = CAUSE_STACK;
	x->lo = at;
	x->hi = end;
	x->ref = r->frame;
	x->out.what = explain_text(x, "%s is of stack that was not written", what);
	x->out.knew = explain_text(x,
				   "of the bytes at r10%lld to r10%lld the one at r10%lld was "
				   "not written on this path",
				   (long long)at, (long long)end - 1, (long long)hole);
	x->out.needs = "all of them written: a variable, or the padding of a struct, without a "
		       "value";
}

static void context(struct explain *x, const struct reg *r, s64 off, s64 size, enum access how)
{
	u32 ctx = x->v.kind ? x->v.kind->ctx : CTX_NONE, n = 0;
	const struct ctx_field *f = ctx == CTX_BTF ? NULL : ctx_fields((enum prog_ctx)ctx, &n);

	if (r->off || !scalar_is_const(&r->v) || r->v.bits.value) {
		x->cause = CAUSE_CTX_MOVED;
		x->from = off;
		x->out.what = "the context is read through a pointer that was moved";
		x->out.knew = explain_text(x, "r%u is %s", x->reg, explain_reg(x, r));
		x->out.needs = "the pointer as it was given; its fields by their names";
		explain_life(x, x->reg);
		return;
	}
	x->cause = CAUSE_CTX_FIELD;
	x->out.what = explain_text(x, "this %s of the context is not allowed", verb_of(how));
	for (u32 i = 0; i < n; i++)
		if (off >= f[i].off && off < f[i].off + f[i].size) {
			x->out.knew = explain_text(x, "%lld bytes at %lld, of the field %s",
						   (long long)size, (long long)off, f[i].name);
			x->out.needs = how == ACCESS_WRITE
					       ? "a field that this type of program may write"
					       : "a field that it may read, in a size that it has";
			return;
		}
	x->out.knew = explain_text(
		x, "there is no field at byte %lld%s%s", (long long)off,
		ctx && ctx < CTX_COUNT && ctx_rows[ctx].type ? " of struct " : "",
		ctx && ctx < CTX_COUNT && ctx_rows[ctx].type ? ctx_rows[ctx].type : "");
}

/* It pointed into the packet before a call. */
static bool lost_packet(struct explain *x, u32 reg, const char *what)
{
	struct origin o;

	explain_origin(x, x->shots - 1, last_shot(x)->s.top, reg, &o);
	if (!o.n || o.v[o.n - 1].how != FROM_GONE)
		return false;
	const struct from *f = &o.v[o.n - 1];
	const struct reg *was = &x->shot[f->at].s.frame[f->frame]->reg[f->reg];
	if (was->type != REG_PACKET)
		return false;
	x->cause = CAUSE_MOVED;
	x->lo = was->off;
	x->out.what = explain_text(x,
				   "%s goes through a pointer from before a call that may move "
				   "the packet",
				   what);
	x->out.knew = explain_text(x, "r%u pointed into the packet, and is any number since", reg);
	x->out.needs = "data and data_end read again from the context, and compared again";
	return true;
}

static void access_bytes(struct explain *x, u32 reg, s64 off, s64 size, enum access how,
			 const char *what)
{
	const struct reg *r = &shot_frame(last_shot(x))->reg[reg];
	u32 object = 0;

	x->reg = reg;
	x->from = off;
	x->size = size;
	if (r->type == REG_NONE) {
		unset(x, reg);
		return;
	}
	if (r->type & REG_NULLABLE) {
		x->cause = CAUSE_NULL;
		x->out.what = explain_text(x, "%s goes through r%u, which may be NULL", what, reg);
		x->out.knew = explain_text(x, "r%u is %s", reg, explain_reg(x, r));
		x->out.needs = "a comparison with NULL before it";
		explain_life(x, reg);
		return;
	}
	switch (reg_kind(r->type)) {
	case REG_SCALAR:
		if (lost_packet(x, reg, what))
			break;
		x->cause = CAUSE_NUMBER;
		x->out.what = reg_is_null(r) ? explain_text(x, "%s goes through NULL", what)
					     : explain_text(x, "%s goes through a number", what);
		x->out.knew = explain_text(x, "r%u is %s", reg, explain_reg(x, r));
		x->out.needs = "a pointer that the verifier knows of";
		break;
	case REG_PACKET:
	case REG_PACKET_META:
		packet(x, r, what, off, size);
		break;
	case REG_MAP_VALUE:
	case REG_MAP_KEY:
	case REG_MEM:
		object = reg_kind(r->type) == REG_MEM       ? r->mem_size
			 : reg_kind(r->type) == REG_MAP_KEY ? r->map->key_size
							    : r->map->value_size;
		if (off + r->off + r->v.smin < 0 || r->v.umax >= POINTER_SLACK ||
		    off + r->off + (s64)r->v.umax + size > object)
			bounds(x, r, what, off, size, object);
		break;
	case REG_STACK:
		stack(x, r, what, off, size);
		break;
	case REG_CTX:
		context(x, r, off, size, how);
		return;
	case REG_PACKET_END:
		x->out.what = explain_text(x, "%s goes through the end of the packet", what);
		x->out.needs = "data_end is there to be compared with";
		break;
	default:
		break;
	}
	explain_life(x, reg);
}

static void memory(struct explain *x, const struct eb *e)
{
	u8 form = ebpf_rows[e->op].form;
	bool load = form == EBF_LDX || form == EBF_LOAD_ACQ;
	u32 base = load ? e->src : e->dst, size = ebpf_size((enum eb_op)e->op);
	const struct frame *f = shot_frame(last_shot(x));
	enum access how = load ? ACCESS_READ : ACCESS_WRITE;

	if (load && e->dst == 10)
		return;
	if (!load && form != EBF_ST && f->reg[e->src].type == REG_NONE) {
		unset(x, e->src);
		return;
	}
	if (hides_addresses(x) && form == EBF_STX && reg_points(&f->reg[e->src]) &&
	    reg_kind(f->reg[base].type) != REG_STACK) {
		x->cause = CAUSE_ADDRESS;
		x->reg = e->src;
		x->out.what = "this stores an address where others can read it";
		x->out.knew = explain_text(x, "r%u is %s", e->src, explain_reg(x, &f->reg[e->src]));
		x->out.needs = "a number: programs without privilege may not tell addresses";
		explain_life(x, e->src);
		return;
	}
	access_bytes(x, base, e->off, size, how,
		     explain_text(x, "this %s of %u bytes", verb_of(how), size));
}

/* ---- calls ---- */

static const char *const wants[] = {
	[HELPER_ANY] = "any value",
	[HELPER_CTX] = "the context, as it was given",
	[HELPER_MAP] = "a map",
	[HELPER_KEY] = "the address of a key",
	[HELPER_VALUE] = "the address of a value",
	[HELPER_OUT_VALUE] = "the address of room for a value",
	[HELPER_MEM] = "the address of memory that was written",
	[HELPER_OUT] = "the address of memory",
	[HELPER_INOUT] = "the address of memory",
	[HELPER_SIZE] = "the size of the memory before it, a number from 1",
	[HELPER_SIZE0] = "the size of the memory before it, a number from 0",
	[HELPER_ALLOC_SIZE] = "a constant size",
	[HELPER_CONST_STR] = "a constant text",
	[HELPER_STACK] = "an address in the stack",
	[HELPER_FUNC] = "a function",
	[HELPER_SPIN_LOCK] = "a bpf_spin_lock",
	[HELPER_TIMER] = "a bpf_timer",
	[HELPER_KPTR_DEST] = "a kptr in a map's value",
	[HELPER_DYNPTR] = "a dynptr",
	[HELPER_OUT_DYNPTR] = "room for a dynptr",
	[HELPER_RINGBUF_MEM] = "what bpf_ringbuf_reserve returned, and was compared with NULL",
	[HELPER_SOCKET] = "a socket",
	[HELPER_SOCK_COMMON] = "a socket",
	[HELPER_BTF_SOCK] = "a socket",
	[HELPER_BTF_ID] = "a kernel object",
	[HELPER_PERCPU_BTF_ID] = "a per-CPU variable of the kernel",
};

/* Which register Linux names. */
static u32 named_reg(const struct explain *x)
{
	for (const char *s = x->out.words; (s = strchr(s, 'R')); s++)
		if (s[1] >= '0' && s[1] <= '9' &&
		    (s == x->out.words || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", s[-1])))
			return (u32)(s[1] - '0');
	return NONE;
}

static const struct prog_map *map_given(const struct explain *x, const struct helper_row *h)
{
	for (u32 i = 0; i < HELPER_ARGS; i++)
		if (helper_kind(h->arg[i]) == HELPER_MAP) {
			const struct reg *r = &shot_frame(last_shot(x))->reg[i + 1];

			return r->type == REG_MAP ? r->map : NULL;
		}
	return NULL;
}

static bool is_memory(u32 kind) { return kind >= HELPER_KEY && kind <= HELPER_INOUT; }

/* Bytes of the memory that argument i is, -1: not known. */
static s64 memory_size(const struct explain *x, const struct helper_row *h, u32 i)
{
	const struct prog_map *m = map_given(x, h);
	u32 kind = helper_kind(h->arg[i]);

	if (kind == HELPER_KEY)
		return m ? (s64)m->key_size : -1;
	if (kind == HELPER_VALUE || kind == HELPER_OUT_VALUE)
		return m ? (s64)m->value_size : -1;
	if (helper_bytes(h->arg[i]))
		return helper_bytes(h->arg[i]);
	if (i + 1 == HELPER_ARGS)
		return -1;
	const struct reg *size = &shot_frame(last_shot(x))->reg[i + 2];
	return size->type == REG_SCALAR && size->v.umax < POINTER_SLACK ? (s64)size->v.umax : -1;
}

static void argument(struct explain *x, const struct helper_row *h, u32 i)
{
	const struct reg *r = &shot_frame(last_shot(x))->reg[i + 1];
	u32 kind = helper_kind(h->arg[i]);
	const char *what = explain_text(x, "argument %u of bpf_%s", i + 1, h->name);
	s64 size = is_memory(kind) ? memory_size(x, h, i) : -1;
	bool out = kind == HELPER_OUT || kind == HELPER_OUT_VALUE || kind == HELPER_INOUT;

	x->reg = i + 1;
	if (r->type == REG_NONE) {
		unset(x, i + 1);
		return;
	}
	if ((r->type & REG_NULLABLE) || (size >= 0 && r->type != REG_SCALAR))
		access_bytes(x, i + 1, 0, MAX(size, 1), out ? ACCESS_WRITE : ACCESS_READ, what);
	if (x->cause != CAUSE_OTHER) {
		if (x->cause == CAUSE_NULL)
			x->out.what = explain_text(x, "%s may be NULL", what);
		return;
	}
	x->cause = kind == HELPER_SIZE || kind == HELPER_SIZE0 ? CAUSE_BOUNDS : CAUSE_ARG;
	x->hi = -1;
	x->out.what = explain_text(x, "%s will not do", what);
	x->out.knew = explain_text(x, "r%u is %s", i + 1, explain_reg(x, r));
	x->out.needs = kind < LEN(wants) && wants[kind] ? wants[kind] : NULL;
	explain_life(x, i + 1);
}

static void not_for_type(struct explain *x, const struct helper_row *h)
{
	struct buf b = {0};
	u32 n = 0;

	x->cause = CAUSE_HELPER;
	x->out.what = explain_text(x, "bpf_%s is not for programs of this type", h->name);
	x->out.knew = explain_text(x, "the program is of type %s",
				   prog_row(x->p->type) ? prog_row(x->p->type)->name : "?");
	for (u32 t = 1; t < PROGTYPE_COUNT; t++)
		if (h->types & type_bit(t)) {
			if (n++ < 8)
				buf_printf(&b, "%s%s", n > 1 ? ", " : "", prog_row(t)->name);
		}
	if (b.n)
		x->out.needs =
			explain_text(x, "a type that may call it: %s%s", b.p, n > 8 ? " ..." : "");
	buf_deinit(&b);
}

static void no_helper(struct explain *x, const struct eb *e)
{
	const char *missing =
		x->ask && x->ask->missing ? x->ask->missing(x->ask->arg, x->out.pc) : NULL;

	if (!missing) {
		x->cause = CAUSE_HELPER;
		x->out.what = explain_text(x, "there is no helper %d", (s32)e->imm);
		return;
	}
	x->out.what = "the kernel's types have not what this needs";
	x->out.knew = explain_text(x, "nothing there matches %s", missing);
	x->out.needs =
		"a kernel that has it, or a question before: if (bpf_core_field_exists(...))";
}

static void call(struct explain *x, const struct eb *e)
{
	const struct helper_row *row = helper_row((u32)e->imm);
	const struct helper_row *h = row ? helper_for((u32)e->imm, x->p->type, x->p->attach) : NULL;
	const struct frame *f = shot_frame(last_shot(x));
	u32 reg = named_reg(x);

	if (e->op == EB_CALL_KFUNC)
		explain_kfunc(x, e, reg);
	if (e->op != EB_CALL)
		return;
	if (!row) {
		no_helper(x, e);
		return;
	}
	if (!h || (hides_addresses(x) && (h->flags & (HELPER_BPF | HELPER_PERFMON)))) {
		not_for_type(x, row);
		if (h)
			x->out.what = explain_text(x, "bpf_%s needs privilege", row->name);
		return;
	}
	if ((h->flags & HELPER_GPL) && !x->how.gpl) {
		x->cause = CAUSE_GPL;
		x->out.what = explain_text(x,
					   "bpf_%s is only for programs whose licence goes with "
					   "the GPL",
					   h->name);
		x->out.knew = "the licence of this program does not";
		x->out.needs = "char LICENSE[] SEC(\"license\") = \"GPL\"; or \"Dual BSD/GPL\"";
		return;
	}
	for (u32 i = 0; i < HELPER_ARGS && reg == NONE; i++)
		if (h->arg[i] && f->reg[i + 1].type == REG_NONE)
			reg = i + 1;
	if (reg != NONE && reg && reg <= HELPER_ARGS && h->arg[reg - 1])
		argument(x, h, reg - 1);
}

/* ---- the end ---- */

static void leak(struct explain *x, const struct state *s)
{
	const struct ref *ref = &s->ref[s->refs - 1];
	const struct eb *e = &x->p->ext[ref->insn];
	const struct helper_row *h = e->op == EB_CALL ? helper_row((u32)e->imm) : NULL;

	x->cause = CAUSE_LEAK;
	x->ref = s->refs - 1;
	x->out.what = "the program may end with what it must give back";
	x->out.knew = explain_text(x, "what %s%s returned is still held on this path",
				   h ? "bpf_" : "", h ? h->name : kfunc_name(&x->v, e));
	x->out.needs = h && h->id == HELPERID_ringbuf_reserve
			       ? "bpf_ringbuf_submit or bpf_ringbuf_discard on every path"
		       : h && strstr(h->name, "lookup") ? "bpf_sk_release on every path"
		       : h                              ? "to release it on every path"
							: explain_release(x, e);
	explain_note(x, ref->insn, "it was got here");
}

static void ending(struct explain *x)
{
	const struct shot *s = last_shot(x);
	const struct reg *r = &shot_frame(s)->reg[0];

	for (u32 i = 0; i < s->s.refs && !s->s.top; i++)
		if (s->s.ref[i].kind == REF_POINTER) {
			leak(x, &s->s);
			return;
		}
	if (s->s.top || explain_section(x, "the program may end") || s->s.locks)
		return;
	if (r->type == REG_NONE) {
		unset(x, 0);
		x->out.what = "the program ends without a result: r0 was not written";
		return;
	}
	s32 lo, hi;
	if (hides_addresses(x) && reg_points(r)) {
		x->cause = CAUSE_ADDRESS;
		x->out.what = "the program returns an address";
		x->out.knew = explain_text(x, "r0 is %s", explain_reg(x, r));
		x->out.needs = "a number";
	} else if (prog_returns(x->p->type, x->p->attach, &lo, &hi)) {
		x->cause = CAUSE_RESULT;
		x->lo = lo;
		x->hi = hi;
		x->out.what = "the program may return what its type must not";
		x->out.knew = explain_text(x, "r0 is %s", explain_reg(x, r));
		x->out.needs =
			lo == hi ? explain_text(x, "%d", lo) : explain_text(x, "%d to %d", lo, hi);
	}
	explain_life(x, 0);
}

/* ---- loops ---- */

static void loop(struct explain *x)
{
	u32 best = 0, pc = x->out.pc, n;

	for (u32 i = 0; i < x->shots; i++) {
		n = 0;
		for (u32 k = 0; k < x->shots; k++)
			n += x->shot[k].pc == x->shot[i].pc;
		if (n > best && ebpf_is_jump((enum eb_op)x->p->ext[x->shot[i].pc].op)) {
			best = n;
			pc = x->shot[i].pc;
		}
	}
	if (x->cause == CAUSE_LOOP) {
		x->out.what = "this loop may never end";
		x->out.knew = "a turn of it changes nothing that its end depends on";
	} else {
		x->out.what = "there is too much to walk: a loop has too many turns, or no end";
		x->out.knew = explain_text(x, "%u instructions were simulated", x->r.insns);
	}
	x->out.needs = "a constant upper bound of its turns, or can_loop";
	if (best > 1)
		explain_note(x, pc, "this jump is taken again and again");
}

/* ---- arithmetic and jumps ---- */

/* Bytes of what it points to, 0: not known. */
static s64 object_size(const struct reg *r)
{
	switch (reg_kind(r->type)) {
	case REG_MAP_VALUE:
		return r->map->value_size;
	case REG_MEM:
		return r->mem_size;
	case REG_PACKET:
		return PACKET_MAX;
	default:
		return 0;
	}
}

static void arithmetic(struct explain *x, const struct eb *e)
{
	const struct frame *f = shot_frame(last_shot(x));
	bool has_src = ebpf_rows[e->op].form == EBF_ALU_X || ebpf_rows[e->op].form == EBF_JMP_X;
	const struct reg *r = &f->reg[e->dst];

	x->reg = e->dst;
	if (e->dst == 10 && !ebpf_is_cond((enum eb_op)e->op)) {
		x->out.what = "r10 is the end of the stack, and cannot be changed";
		x->out.needs = "a copy of it in another register";
		return;
	}
	if (!reg_points(r) && has_src && reg_points(&f->reg[e->src])) {
		r = &f->reg[e->src];
		x->reg = e->src;
	}
	if (!reg_points(r))
		return;
	x->out.what = ebpf_is_cond((enum eb_op)e->op)
			      ? "this comparison would tell something of an address"
			      : "this is not allowed on a pointer";
	x->out.knew = explain_text(x, "r%u is %s", x->reg, explain_reg(x, r));
	if (r->type & REG_NULLABLE) {
		x->cause = CAUSE_NULL;
		x->out.what = explain_text(x, "this moves r%u, which may be NULL", x->reg);
		x->out.needs = "a comparison with NULL before it";
	} else if (hides_addresses(x)) {
		x->cause = CAUSE_ADDRESS;
	} else if (has_src && !reg_points(&f->reg[e->src]) && !scalar_is_const(&f->reg[e->src].v)) {
		x->cause = CAUSE_INDEX;
		x->hi = object_size(r) - r->off;
		x->reg = e->src;
		x->out.what = "this moves a pointer by a number without bounds";
		x->out.needs = explain_text(x, "bounds of r%u, which is %s", e->src,
					    explain_reg(x, &f->reg[e->src]));
	}
	explain_life(x, x->reg);
}

/* ---- the refusal ---- */

static void by_form(struct explain *x)
{
	const struct eb *e = &x->p->ext[x->out.pc];
	u8 form = ebpf_rows[e->op].form;

	if (form != EBF_CALL && form != EBF_EXIT && form != EBF_LOCAL && form != EBF_KFUNC)
		for (u32 i = 0; i < EBPF_REGS; i++)
			if ((ebpf_reads(e) >> i & 1) &&
			    shot_frame(last_shot(x))->reg[i].type == REG_NONE) {
				unset(x, i);
				return;
			}
	switch ((enum eb_form)form) {
	case EBF_LDX:
	case EBF_ST:
	case EBF_STX:
	case EBF_ATOMIC:
	case EBF_FETCH:
	case EBF_XCHG:
	case EBF_CMPXCHG:
	case EBF_LOAD_ACQ:
	case EBF_STORE_REL:
		memory(x, e);
		return;
	case EBF_CALL:
	case EBF_KFUNC:
		call(x, e);
		return;
	case EBF_EXIT:
		ending(x);
		return;
	case EBF_ALU_K:
	case EBF_ALU_X:
	case EBF_NEG:
	case EBF_SWAP:
	case EBF_MOVSX:
	case EBF_JMP_K:
	case EBF_JMP_X:
		arithmetic(x, e);
		return;
	default:
		return;
	}
}

/* The first line of Linux's words that is not of a type, without its end. */
static const char *first_words(struct explain *x)
{
	const char *s = x->out.words;
	size_t n;

	while (n = strcspn(s, "\n"), s[n] && memmem(s, n, " has btf_id ", 12))
		s += n + 1;
	return n ? arena_strndup(&x->arena, s, n) : "the program is refused";
}

static void graph(struct explain *x)
{
	const char *at = strstr(x->out.words, "insn ");
	unsigned pc;

	x->cause = CAUSE_GRAPH;
	x->out.what =
		x->out.err == -E2BIG && !*x->out.words ? "the program is too long" : first_words(x);
	if (at && sscanf(at, "insn %u", &pc) == 1 && pc < x->p->n)
		x->out.pc = pc;
	if (strstr(x->out.words, "back-edge"))
		x->out.needs = "no loops: this profile is of kernels before 5.3";
}

void explain_why(struct explain *x)
{
	x->v.kind = prog_row(x->p->type);
	x->reg = NONE;
	if (x->out.pc >= x->p->n || !x->shots) {
		graph(x);
		return;
	}
	if (x->out.err == -E2BIG)
		x->cause = CAUSE_SIZE;
	else if (x->before)
		x->cause = CAUSE_LOOP;
	if (x->cause != CAUSE_OTHER)
		loop(x);
	else
		by_form(x);
	if (!x->out.what)
		x->out.what = first_words(x);
}
