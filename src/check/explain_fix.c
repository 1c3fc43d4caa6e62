/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes that mend common mistakes: instructions are put into the program, and it is
 * verified again. What is not accepted then is not offered. */
#include "check/explain_priv.h"

#include <stdlib.h>

enum { PATCH = 24, ROUNDS = 8, SAVE = 3 };

/* Instructions that go before one; what jumped to it runs them, too. */
struct patch {
	u32 at, n;
	struct ob_ebpf insn[PATCH];
	bool gpl;   /* the licence alone is changed */
	s32 off_at; /* added to the offset of the instruction behind */
	u32 leave;  /* that of its instructions which goes to slot `to`, 0: none does */
	u32 to;
	bool turns;    /* the jump before goes to the second of its instructions */
	const char *c; /* the same in C */
};

enum { LDX_DW = 0x79, LDX_W = 0x61, STX_DW = 0x7b, ST_DW = 0x7a };
enum {
	MOV_K = 0xb7,
	MOV_X = 0xbf,
	ADD_K = 0x07,
	JNE_K = 0x55,
	JEQ_K = 0x15,
	JLE_K = 0xb5,
	JLE_X = 0xbd,
	CALL = 0x85,
	EXIT = 0x95
};
enum { MAY_GOTO = 0xe5, JA = 0x05 };

static void put(struct patch *p, u8 code, u32 dst, u32 src, s32 off, s32 imm)
{
	if (p->n < PATCH)
		p->insn[p->n++] = (struct ob_ebpf){.code = code,
						   .dst = dst & 15,
						   .src = src & 15,
						   .off = (s16)off,
						   .imm = imm};
}

/* ---- the program with them ---- */

static u32 moved(const struct patch *p, u32 pc) { return pc + (pc > p->at ? p->n : 0); }

static bool fix_jump(const struct patch *p, const struct eb *e, u32 pc, struct ob_ebpf *i)
{
	u8 form = e->op < EB_COUNT ? ebpf_rows[e->op].form : EBF_COUNT;
	bool far = form == EBF_LOCAL || form == EBF_JAL || e->op == EB_LDDW_FUNC;
	u32 here = pc + (pc >= p->at ? p->n : 0);

	if (e->op >= EB_COUNT ||
	    !(ebpf_is_jump((enum eb_op)e->op) || form == EBF_LOCAL || e->op == EB_LDDW_FUNC))
		return true;
	s64 off = (s64)moved(p, (u32)ebpf_target(e, pc)) - here - 1;
	if (far)
		i->imm = (s32)off;
	else
		i->off = (s16)off;
	return far || off == (s16)off;
}

static struct prog *patched(struct explain *x, const struct prog *p, const struct patch *f)
{
	struct ob_ebpf *code = arena_array(&x->arena, struct ob_ebpf, p->n + f->n);
	struct prog_func *func = arena_array(&x->arena, struct prog_func, p->funcs + 1);
	struct prog_line *line = arena_array(&x->arena, struct prog_line, p->lines + 1);
	struct prog *ret = NULL;
	bool fits = true;

	for (u32 i = 0; i < p->n; i++) {
		struct ob_ebpf *to = &code[i + (i >= f->at ? f->n : 0)];

		*to = p->stored[i];
		fits &= fix_jump(f, &p->ext[i], i, to);
		if (i == f->at)
			to->off = (s16)(to->off + f->off_at);
	}
	memcpy(&code[f->at], f->insn, f->n * sizeof(*code));
	if (f->turns)
		code[f->at - 1].off = 1;
	if (f->leave) {
		s64 off = (s64)moved(f, f->to) - (f->at + f->leave) - 1;
		code[f->at + f->leave].off = (s16)off;
		fits &= off == (s16)off;
	}
	struct ob_err *err = fits ? prog_create_ebpf(code, p->n + f->n, &ret) : NULL;
	ob_err_destroy(err);
	if (!ret)
		return NULL;
	for (u32 i = 0; i < p->funcs; i++)
		func[i] = (struct prog_func){moved(f, p->func[i].pc), p->func[i].type};
	for (u32 i = 0; i < p->lines; i++) {
		line[i] = p->line[i];
		line[i].pc = moved(f, line[i].pc);
	}
	ret->type = p->type;
	ret->attach = p->attach;
	ret->map = p->map;
	ret->maps = p->maps;
	ret->btf = p->btf;
	ret->func = func;
	ret->funcs = p->funcs;
	ret->line = line;
	ret->lines = p->lines;
	return ret;
}

/* ---- pieces ---- */

/* The lowest byte of a frame that the program uses, as a positive number. */
static s32 stack_used(const struct explain *x, u32 frame)
{
	u32 n = 0;

	for (u32 i = 0; i < x->shots; i++)
		if (frame <= x->shot[i].s.top)
			n = MAX(n, x->shot[i].s.frame[frame]->slots);
	for (u32 i = 0; i < x->p->n; i++) {
		const struct eb *e = &x->p->ext[i];
		u8 form = e->op < EB_COUNT ? ebpf_rows[e->op].form : EBF_EXIT;

		if (form == EBF_LDX && e->src == 10 && e->off < 0)
			n = MAX(n, ((u32)-e->off + SLOT - 1) / SLOT);
		if ((form == EBF_STX || form == EBF_ST) && e->dst == 10 && e->off < 0)
			n = MAX(n, ((u32)-e->off + SLOT - 1) / SLOT);
	}
	return (s32)n * SLOT;
}

/* Ends the function, with a result that the program may have. */
static s32 harmless(const struct explain *x)
{
	enum { XDP_PASS = 2 };
	s32 lo, hi;

	if (x->p->type == PROGTYPE_XDP)
		return XDP_PASS;
	if (!prog_returns(x->p->type, x->p->attach, &lo, &hi))
		return 0;
	return lo <= 0 && hi >= 0 ? 0 : lo;
}

static void put_return(const struct explain *x, struct patch *f)
{
	put(f, MOV_K, 0, 0, 0, harmless(x));
	put(f, EXIT, 0, 0, 0, 0);
}

static const char *before_line(struct explain *x, u32 pc)
{
	const struct prog_line *l = explain_line(x->p, pc);

	return l ? explain_text(x, "before line %u", l->line)
		 : explain_text(x, "before instruction %u", pc);
}

static const char *return_text(struct explain *x)
{
	return explain_text(x, "return %d;", harmless(x));
}

/* ---- by cause ---- */

static bool fix_null(struct explain *x, struct patch *f)
{
	f->at = x->out.pc;
	put(f, JNE_K, x->reg, 0, 2, 0);
	put_return(x, f);
	f->c = explain_text(x, "%s: if (!pointer) %s\n    (insn: if r%u == 0 goto out)",
			    before_line(x, x->out.pc), return_text(x), x->reg);
	return true;
}

/* The step where a variable number was added to the pointer; its register in *num. */
static u32 added_at(struct explain *x, u32 *num)
{
	struct origin o;
	const struct shot *s = last_shot(x);

	explain_origin(x, x->shots - 1, s->s.top, x->reg, &o);
	for (u32 i = 0; i < o.n; i++) {
		const struct shot *at = &x->shot[o.v[i].at];
		const struct eb *e = &x->p->ext[at->pc];

		if (o.v[i].how != FROM_PARTS || e->op != EB_ADD_64_X)
			continue;
		bool swapped = !reg_points(&shot_frame(at)->reg[e->dst]);
		*num = swapped ? e->dst : e->src;
		if (!scalar_is_const(&shot_frame(at)->reg[*num].v))
			return o.v[i].at;
	}
	return NONE;
}

static bool fix_bounds(struct explain *x, struct patch *f)
{
	const struct reg *r = x->reg == NONE ? NULL : &shot_frame(last_shot(x))->reg[x->reg];
	u32 num, at;

	if (!r)
		return false;
	if (r->type == REG_SCALAR) { /* the size of memory */
		const struct reg *mem = &shot_frame(last_shot(x))->reg[x->reg - 1];
		s64 most = reg_kind(mem->type) == REG_STACK ? -(s64)(mem->off + mem->v.smin)
			   : reg_kind(mem->type) == REG_MAP_VALUE
				   ? (s64)mem->map->value_size - mem->off
				   : 0;

		if (most <= 0)
			return false;
		f->at = x->out.pc;
		put(f, JLE_K, x->reg, 0, 2, (s32)most);
		put_return(x, f);
		if (!r->v.umin) {
			put(f, JNE_K, x->reg, 0, 2, 0);
			put_return(x, f);
		}
		f->c = explain_text(x, "%s: if (size > %lld%s) %s", before_line(x, x->out.pc),
				    (long long)most, r->v.umin ? "" : " || !size", return_text(x));
		return true;
	}
	at = added_at(x, &num);
	if (at == NONE)
		return false;
	const struct shot *s = &x->shot[at];
	s64 low = x->from + r->off;
	s64 most = x->hi ? x->hi - x->size - low : -x->size - low;
	if (!x->hi || most < 0)
		return false;
	f->at = s->pc;
	put(f, JLE_K, num, 0, 2, (s32)most);
	put_return(x, f);
	f->c = explain_text(x,
			    "%s: if (offset > %lld) %s  (r%u, in bytes; with elements of %lld "
			    "bytes: if (index >= %lld))",
			    before_line(x, s->pc), (long long)most, return_text(x), num,
			    (long long)x->size, (long long)(most / x->size + 1));
	return true;
}

static bool fix_stack(struct explain *x, struct patch *f)
{
	const struct frame *fr = last_shot(x)->s.frame[x->ref];
	s64 from = x->lo & ~(s64)(SLOT - 1);
	u32 n = 0;

	f->at = 0;
	if (x->ref)
		for (u32 i = 0; i + 1 < x->shots; i++)
			if (x->shot[i].s.top < x->ref && x->shot[i + 1].s.top == x->ref)
				f->at = x->shot[i + 1].pc;
	(void)fr;
	for (s64 i = from; i < x->hi && n < PATCH - 2; i += SLOT, n++)
		put(f, ST_DW, 10, 0, (s32)i, 0);
	f->c = "give the variable a value where it is declared: = {0}\n"
	       "    (a struct with padding: memset() it)";
	return n;
}

static u32 field_offset(const struct explain *x, enum ctx_kind kind)
{
	u32 n, ctx = x->v.kind->ctx;
	const struct ctx_field *f =
		ctx == CTX_BTF || !ctx ? NULL : ctx_fields((enum prog_ctx)ctx, &n);

	for (u32 i = 0; f && i < n; i++)
		if (f[i].kind == kind)
			return f[i].off;
	return NONE;
}

/* Two registers besides those that the instruction uses. */
static void scratch(const struct explain *x, u32 pc, u32 two[2])
{
	const struct eb *e = &x->p->ext[pc];
	u32 used = ebpf_rows[e->op].form == EBF_CALL ? 0x3e : ebpf_reads(e), n = 0;

	for (u32 i = 10; i-- > 0 && n < 2;)
		if (!(used >> i & 1))
			two[n++] = i;
}

/* Takes the context at the function's beginning, and data_end where it is needed. */
static bool fix_packet(struct explain *x, struct patch *f, struct patch *first)
{
	u32 two[2], end = field_offset(x, FIELD_PACKET_END);
	const struct frame *fr = shot_frame(last_shot(x));
	const struct reg *r = &fr->reg[x->reg];
	s32 used = stack_used(x, 0);
	s64 bytes = x->from + x->size;

	if (last_shot(x)->s.top || end == NONE || r->v.smin < 0 ||
	    used + SAVE * SLOT > EBPF_STACK || bytes <= 0)
		return false;
	scratch(x, x->out.pc, two);
	first->at = 0;
	put(first, STX_DW, 10, 1, -used - SLOT, 0);
	f->at = x->out.pc + first->n;
	for (u32 i = 0; i < 2; i++)
		if (fr->reg[two[i]].type != REG_NONE)
			put(f, STX_DW, 10, two[i], -used - (s32)(i + 2) * SLOT, 0);
	put(f, LDX_DW, two[0], 10, -used - SLOT, 0);
	put(f, LDX_W, two[0], two[0], (s32)end, 0);
	put(f, MOV_X, two[1], x->reg, 0, 0);
	put(f, ADD_K, two[1], 0, 0, (s32)bytes);
	put(f, JLE_X, two[1], two[0], 2, 0);
	put_return(x, f);
	for (u32 i = 0; i < 2; i++)
		if (fr->reg[two[i]].type != REG_NONE)
			put(f, LDX_DW, two[i], 10, -used - (s32)(i + 2) * SLOT, 0);
	f->c = explain_text(
		x,
		"%s: if ((void *)pointer + %lld > (void *)(long)ctx->data_end) %s\n"
		"    (pointer: what r%u holds there; after a call that moves the packet "
		"read data and data_end again)",
		before_line(x, x->out.pc), (long long)bytes, return_text(x), x->reg);
	return true;
}

/* The pointer is made again from the context, and is then to be compared again. */
static bool fix_moved(struct explain *x, struct patch *f, struct patch *first)
{
	u32 data = field_offset(x, FIELD_PACKET);
	s32 used = stack_used(x, 0);

	if (last_shot(x)->s.top || data == NONE || used + SLOT > EBPF_STACK)
		return false;
	first->at = 0;
	put(first, STX_DW, 10, 1, -used - SLOT, 0);
	f->at = x->out.pc + first->n;
	put(f, LDX_DW, x->reg, 10, -used - SLOT, 0);
	put(f, LDX_W, x->reg, x->reg, (s32)data, 0);
	put(f, ADD_K, x->reg, 0, 0, (s32)x->lo);
	f->c = explain_text(x, "%s: pointer = (void *)(long)ctx->data + %lld;",
			    before_line(x, x->out.pc), (long long)x->lo);
	return true;
}

static bool fix_index(struct explain *x, struct patch *f)
{
	if (x->hi <= 8)
		return false;
	f->at = x->out.pc;
	put(f, JLE_K, x->reg, 0, 2, (s32)x->hi - 8);
	put_return(x, f);
	f->c = explain_text(x,
			    "%s: if (index > %lld) %s  (in bytes; r%u, 64 bits of it, without a "
			    "sign)",
			    before_line(x, x->out.pc), (long long)x->hi - 8, return_text(x),
			    x->reg);
	return true;
}

static bool fix_unset(struct explain *x, struct patch *f)
{
	struct origin o;

	explain_origin(x, x->shots - 1, last_shot(x)->s.top, x->reg, &o);
	if (!o.n || o.v[o.n - 1].how != FROM_NOWHERE)
		return false;
	f->at = x->out.pc;
	put(f, MOV_K, x->reg, 0, 0, x->reg ? 0 : harmless(x));
	f->c = x->reg ? "give the variable a value where it is declared: = 0"
		      : explain_text(x, "%s: %s", before_line(x, x->out.pc), return_text(x));
	return true;
}

static bool fix_result(struct explain *x, struct patch *f)
{
	f->at = x->out.pc;
	if (x->lo < 0 || x->hi != (s32)x->hi)
		return false;
	put(f, JLE_K, 0, 0, 1, (s32)x->hi);
	put(f, MOV_K, 0, 0, 0, (s32)x->lo);
	if (x->lo > 0) {
		put(f, JNE_K, 0, 0, 1, 0);
		put(f, MOV_K, 0, 0, 0, (s32)x->lo);
	}
	f->c = explain_text(x,
			    "%s: return a number of %lld..%lld, here: if (result > %lld) result "
			    "= %lld;",
			    before_line(x, x->out.pc), (long long)x->lo, (long long)x->hi,
			    (long long)x->hi, (long long)x->lo);
	return true;
}

static bool fix_ctx(struct explain *x, struct patch *f)
{
	const struct reg *r = &shot_frame(last_shot(x))->reg[x->reg];
	const struct eb *e = &x->p->ext[x->out.pc];
	bool load = ebpf_rows[e->op].form == EBF_LDX;
	s64 off = r->off + (s64)r->v.bits.value;

	if (!scalar_is_const(&r->v) || !ebpf_size((enum eb_op)e->op) || off != (s16)off)
		return false;
	f->at = x->out.pc;
	put(f, ADD_K, load ? e->src : e->dst, 0, 0, (s32)-off);
	f->off_at = (s32)off;
	f->c = explain_text(x,
			    "read byte %lld of the context by its field's name, from the pointer "
			    "that the program was given",
			    (long long)(off + e->off));
	return true;
}

/* The last step of the path that had a choice, while the reference was held; NONE. */
static u32 last_choice(const struct explain *x, u32 id)
{
	for (u32 i = x->shots - 1; i-- > 0;) {
		const struct shot *s = &x->shot[i];

		if (s->s.top || !ref_known(&s->s, id))
			return NONE;
		if (ebpf_is_cond((enum eb_op)x->p->ext[s->pc].op) && ref_known(&s->s, id))
			return i;
	}
	return NONE;
}

static u32 release_of(const struct eb *e)
{
	if (e->op != EB_CALL)
		return 0;
	switch (e->imm) {
	case HELPERID_ringbuf_reserve:
		return HELPERID_ringbuf_discard;
	case HELPERID_sk_lookup_tcp:
	case HELPERID_sk_lookup_udp:
	case HELPERID_skc_lookup_tcp:
		return HELPERID_sk_release;
	default:
		return 0;
	}
}

/* Kept on the stack when it is got; released where the path takes its last turn. */
static bool fix_leak(struct explain *x, struct patch *f, struct patch *first)
{
	const struct ref *ref = &last_shot(x)->s.ref[x->ref];
	s32 used = stack_used(x, 0);
	u32 release = release_of(&x->p->ext[ref->insn]), turn = last_choice(x, ref->id);

	if (!release || last_shot(x)->s.top || turn == NONE || used + 2 * SLOT > EBPF_STACK)
		return false;
	u32 pc = x->shot[turn].pc, then = x->shot[turn + 1].pc;
	bool jumps = then != pc + 1, r0 = shot_frame(&x->shot[turn])->reg[0].type != REG_NONE;
	first->at = ref->insn + 1;
	put(first, STX_DW, 10, 0, -used - SLOT, 0);
	f->at = pc + 1 + (pc >= first->at ? first->n : 0);
	f->turns = jumps;
	if (jumps)
		put(f, JA, 0, 0, 4 + 2 * r0, 0);
	if (r0)
		put(f, STX_DW, 10, 0, -used - 2 * SLOT, 0);
	put(f, LDX_DW, 1, 10, -used - SLOT, 0);
	put(f, MOV_K, 2, 0, 0, 0);
	put(f, CALL, 0, 0, 0, (s32)release);
	if (r0)
		put(f, LDX_DW, 0, 10, -used - 2 * SLOT, 0);
	if (jumps) {
		f->leave = f->n;
		f->to = then + (then >= first->at ? first->n : 0);
		put(f, JA, 0, 0, 0, 0);
	}
	f->c = explain_text(x, "behind %s, on this path: %s",
			    explain_line(x->p, pc)
				    ? explain_text(x, "line %u", explain_line(x->p, pc)->line)
				    : explain_text(x, "instruction %u", pc),
			    release == HELPERID_ringbuf_discard ? "bpf_ringbuf_discard(record, 0);"
								: "bpf_sk_release(sk);");
	return true;
}

static bool fix_loop(struct explain *x, struct patch *f)
{
	u32 at = NONE;

	for (u32 i = 0; i + 1 < x->shots; i++)
		if (x->shot[i + 1].pc < x->shot[i].pc && x->shot[i].s.top == x->shot[i + 1].s.top)
			at = x->shot[i + 1].pc;
	if (at == NONE && x->before)
		at = x->out.pc;
	if (at == NONE)
		return false;
	f->at = at;
	put(f, MAY_GOTO, 0, 0, 1, 0);
	put(f, JA, 0, 0, 2, 0);
	put_return(x, f);
	f->c = explain_text(x,
			    "%s: in the loop's condition `&& can_loop` (may_goto, Linux 6.9), or "
			    "an upper bound: i < 1000",
			    before_line(x, at));
	return true;
}

/* Patches for the cause, first that which is for the beginning. */
static u32 patches(struct explain *x, struct patch f[2])
{
	memset(f, 0, 2 * sizeof(*f));
	if (x->cause == CAUSE_GPL) {
		f[0].gpl = true;
		f[0].c = "add: char LICENSE[] SEC(\"license\") = \"GPL\";";
		return 1;
	}
	if (!x->shots)
		return 0;
	switch (x->cause) {
	case CAUSE_NULL:
		return fix_null(x, &f[0]);
	case CAUSE_BOUNDS:
		return fix_bounds(x, &f[0]);
	case CAUSE_STACK:
		return fix_stack(x, &f[0]);
	case CAUSE_PACKET:
		return fix_packet(x, &f[1], &f[0]) ? 2 : 0;
	case CAUSE_INDEX:
		return fix_index(x, &f[0]);
	case CAUSE_MOVED:
		return fix_moved(x, &f[1], &f[0]) ? 2 : 0;
	case CAUSE_UNSET:
		return fix_unset(x, &f[0]);
	case CAUSE_RESULT:
		return fix_result(x, &f[0]);
	case CAUSE_CTX_MOVED:
		return fix_ctx(x, &f[0]);
	case CAUSE_LEAK:
		return fix_leak(x, &f[1], &f[0]) ? 2 : 0;
	case CAUSE_LOOP:
	case CAUSE_SIZE:
		return fix_loop(x, &f[0]);
	default:
		return 0;
	}
}

static const char *advice(const struct explain *x)
{
	switch (x->cause) {
	case CAUSE_NULL:
		return "compare the pointer with NULL before it is used";
	case CAUSE_PACKET:
		return "compare pointer + size with data_end just before, with the same pointer "
		       "that is read through; an index into the packet needs an upper bound first";
	case CAUSE_MOVED:
		return "read ctx->data and ctx->data_end again behind the call, and compare again";
	case CAUSE_BOUNDS:
	case CAUSE_INDEX:
		return "compare the index with the number of elements just before it is used, in "
		       "the variable that is used (not a copy of other width or sign)";
	case CAUSE_STACK:
	case CAUSE_UNSET:
		return "give it a value on every path; what must outlive a call goes into a "
		       "variable that is set again, or r6 to r9";
	case CAUSE_ADDRESS:
		return "store or return what the pointer leads to, not the pointer; or load the "
		       "program with CAP_BPF and CAP_PERFMON";
	case CAUSE_HELPER:
		return "another helper, or another type of program (its section's name)";
	case CAUSE_LEAK:
		return "release it on every path from there to the end";
	case CAUSE_LOOP:
	case CAUSE_SIZE:
		return "bound the loop by a constant, or use bpf_loop() or can_loop";
	case CAUSE_CTX_MOVED:
	case CAUSE_CTX_FIELD:
		return "read the context's fields by name, from the pointer that was given";
	case CAUSE_NUMBER:
		return "a pointer survives only whole: copied and spilled as 8 bytes, never "
		       "through "
		       "arithmetic of 32 bits; kernel memory is read with bpf_probe_read_kernel()";
	default:
		return NULL;
	}
}

/* One round: p, refused as y says, is changed; NULL: nothing is known that helps. */
static struct prog *change(struct explain *x, struct explain *y, struct buf *text)
{
	struct patch f[2];
	u32 n = patches(y, f);
	struct prog *p = NULL;

	for (u32 i = 0; i < n; i++) {
		if (f[i].gpl) {
			y->how.gpl = true;
			buf_printf(text, "%s\n", f[i].c);
			return patched(x, y->p, &(struct patch){.at = y->p->n});
		}
		struct prog *next = patched(x, p ? p : y->p, &f[i]);
		prog_destroy(p);
		p = next;
		if (!p)
			return NULL;
		if (f[i].c)
			buf_printf(text, "%s\n", f[i].c);
	}
	return p;
}

void explain_fix(struct explain *x)
{
	struct explain *y = calloc(1, sizeof(*y));
	struct buf text = {0};
	bool passes = false;
	u32 n = 0;

	x->out.advice = advice(x);
	if (!y)
		return;
	*y = *x;
	struct prog *p = change(x, x, &text);
	y->how = x->how;
	while (p && n++ < ROUNDS && !passes) {
		struct explain next = {.p = p, .how = y->how};

		if (y->p != x->p) {
			prog_destroy((struct prog *)(uintptr_t)y->p);
			arena_deinit(&y->arena);
		}
		*y = next;
		arena_init(&y->arena);
		y->arena.fail = &y->fail;
		bool short_of_memory = setjmp(y->fail);
		passes = !short_of_memory && !explain_find(y);
		p = passes || short_of_memory ? NULL : change(x, y, &text);
	}
	prog_destroy(p);
	if (y->p != x->p) {
		prog_destroy((struct prog *)(uintptr_t)y->p);
		arena_deinit(&y->arena);
	}
	if (passes && text.n)
		x->out.change = explain_text(x, "verified: with %s the program passes\n%s",
					     n > 1 ? "these" : "this", text.p);
	buf_deinit(&text);
	free(y);
}
