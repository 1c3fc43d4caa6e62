/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of a program: where they begin and end, what they are called with, and
 * how much stack a chain of them needs. */
#include "check/priv.h"

enum { SUBPROGS = 256, TAIL_STACK = 256, ROUND = 16 };

s32 subprog_at(const struct verify *v, s64 pc)
{
	u32 nr;

	if (pc < 0 || pc >= v->p->n)
		return -1;
	nr = subprog_of(v, (u32)pc);
	return v->sub[nr].start == pc ? (s32)nr : -1;
}

u32 subprog_of(const struct verify *v, u32 pc)
{
	u32 lo = 0, hi = v->subs;

	while (hi - lo > 1) {
		u32 mid = (lo + hi) / 2;
		if (v->sub[mid].start <= pc)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

const char *subprog_name(const struct verify *v, u32 nr)
{
	const struct btf *b = v->p->btf;
	const struct btf_type *t = b && v->sub[nr].type ? btf_type(b, v->sub[nr].type) : NULL;

	return t ? btf_name(b, t->name_off) : "";
}

static int sub_add(struct verify *v, s64 pc)
{
	u32 i = 0;

	if (pc < 0 || pc >= v->p->n)
		return say(v, -EINVAL, "call to invalid destination\n");
	while (i < v->subs && v->sub[i].start < pc)
		i++;
	if (i < v->subs && v->sub[i].start == pc)
		return 0;
	if (v->subs >= SUBPROGS)
		return say(v, -E2BIG, "too many subprograms\n");
	memmove(&v->sub[i + 1], &v->sub[i], (v->subs - i) * sizeof(*v->sub));
	v->sub[i] = (struct subprog){.start = (u32)pc};
	v->subs++;
	return 0;
}

/* What the program's BTF says of them. */
static void find_types(struct verify *v)
{
	const struct prog *p = v->p;

	for (u32 i = 0; i < p->funcs; i++) {
		s32 nr = subprog_at(v, p->func[i].pc);
		const struct btf_type *t = p->btf ? btf_type(p->btf, p->func[i].type) : NULL;

		if (nr < 0 || !t || !btf_is(t, BTF_KIND_FUNC))
			continue;
		v->sub[nr].type = p->func[i].type;
		v->sub[nr].global = nr && btf_len(t) == BTF_FUNC_GLOBAL;
	}
}

int find_subprogs(struct verify *v)
{
	v->sub = arena_array(&v->arena, struct subprog, SUBPROGS + 2);
	int err = sub_add(v, 0);

	for (u32 pc = 0; pc < v->p->n && !err; pc++) {
		const struct eb *e = insn_at(v, pc);
		if (e->op != EB_LDDW_FUNC && e->op != EB_CALL_LOCAL && e->op != EB_CALL_KFUNC)
			continue;
		if (!v->capable)
			return say(v, -EPERM,
				   "loading/calling other bpf or kernel functions are allowed for "
				   "CAP_BPF and CAP_SYS_ADMIN\n");
		if (e->op != EB_CALL_KFUNC)
			err = sub_add(v, ebpf_target(e, pc));
	}
	if (err)
		return err;
	v->sub[v->subs].start = v->p->n;
	for (u32 i = 0; i < v->subs; i++) {
		v->sub[i].end = v->sub[i + 1].start;
		if (logs(v, 2))
			say(v, 0, "func#%u @%u\n", i, v->sub[i].start);
	}
	find_types(v);
	return 0;
}

/* ---- shape ---- */

static const char *const reserved[] = {
	[0] = "LD_[ABS|IND]", [1] = "LDX", [2] = "ST", [3] = "STX", [5] = "JMP", [6] = "JMP32"};

static const char *field_name(u8 code)
{
	u8 class = code & 7, op = code & 0xf0;

	if (class == 4 || class == 7)
		return op == 0x80 ? "NEG" : op == 0xd0 ? "END" : op == 0xb0 ? "MOV" : "ALU";
	if (class == 5 && op == 0x80)
		return "CALL";
	if (class == 5 && op == 0x90)
		return "EXIT";
	return (class == 5 || class == 6) && !op ? "JA" : reserved[class];
}

static bool known_code(u8 code)
{
	bool ldx = (code & 7) == 1 && (code & 0xe0) != 0x60 && (code & 0xe0) != 0x80;

	for (u32 i = 0; i < EB_COUNT; i++)
		if (ebpf_rows[i].code == code)
			return true;
	return ldx;
}

/* What Linux calls an instruction that is none: as its stored form says. */
static int bad_insn(struct verify *v, u32 pc)
{
	struct ob_ebpf i = v->p->stored[pc];
	u8 class = i.code & 7;
	struct ob_ebpf other = i;

	if (!known_code(i.code))
		return say(v, -EINVAL, "unknown opcode %02x\n", i.code);
	other.src = i.src < EBPF_REGS ? i.src : 0;
	other.dst = i.dst < EBPF_REGS ? i.dst : 0;
	if (ebpf_row(other) >= 0)
		return say(v, -EINVAL, "R%u is invalid\n", i.src < EBPF_REGS ? i.dst : i.src);
	if (i.code == 0x18)
		return say(v, -EINVAL,
			   i.off && pc + 1 < v->p->n && !v->p->stored[pc + 1].code
				   ? "BPF_LD_IMM64 uses reserved fields\n"
				   : "invalid bpf_ld_imm64 insn\n");
	if (class == 3 && (i.code & 0xe0) == 0xc0)
		return say(v, -EINVAL, "BPF_ATOMIC uses invalid atomic opcode %02x\n", i.imm);
	return say(v, -EINVAL, "BPF_%s uses reserved fields\n", field_name(i.code));
}

static int check_insn(struct verify *v, u32 pc)
{
	const struct eb *e = insn_at(v, pc);
	enum eb_op op = (enum eb_op)e->op;

	if (op == EB_BAD || (op == EB_WIDE && (!pc || slots_of(insn_at(v, pc - 1)) != 2)))
		return bad_insn(v, pc);
	if (op == EB_CALLX)
		return say(v, -EINVAL, "unknown opcode %02x\n", ebpf_rows[op].code);
	if (op != EB_WIDE && slots_of(e) == 2 &&
	    (pc + 1 == v->p->n || insn_at(v, pc + 1)->op != EB_WIDE))
		return say(v, -EINVAL, "invalid bpf_ld_imm64 insn\n");
	return 0;
}

static int check_end(struct verify *v, const struct subprog *s)
{
	u8 op = insn_at(v, s->end - 1)->op;

	if (op == EB_EXIT || op == EB_JA || op == EB_JAL)
		return 0;
	return say(v, -EINVAL, "last insn is not an exit or jmp\n");
}

static int check_function(struct verify *v, struct subprog *s)
{
	for (u32 pc = s->start; pc < s->end; pc++) {
		const struct eb *e = insn_at(v, pc);
		u8 form = e->op < EB_COUNT ? ebpf_rows[e->op].form : EBF_COUNT;
		s64 to = ebpf_target(e, pc);

		s->tail_call |= e->op == EB_CALL && e->imm == EBPF_TAIL_CALL;
		s->ld_abs |= form == EBF_ABS || form == EBF_IND;
		if (e->op < EB_COUNT && ebpf_is_jump((enum eb_op)e->op) &&
		    (to < s->start || to >= s->end))
			return say(v, -EINVAL, "jump out of range from insn %u to %lld\n", pc,
				   (long long)to);
	}
	return check_end(v, s);
}

int check_shape(struct verify *v)
{
	int err = 0;

	for (u32 i = 0; i < v->subs && !err; i++)
		err = check_function(v, &v->sub[i]);
	for (u32 pc = 0; pc < v->p->n && !err; pc++)
		err = check_insn(v, pc);
	return err;
}

/* ---- stack of chains of calls ---- */

static u32 stack_of(const struct subprog *s)
{
	return (u32)(MAX(s->stack, 0) + ROUND - 1) / ROUND * ROUND;
}

/* Whose address is taken runs on the stack of who gives it away, at most. */
static s32 callee(const struct verify *v, u32 pc)
{
	const struct eb *e = insn_at(v, pc);

	if (e->op != EB_CALL_LOCAL && e->op != EB_LDDW_FUNC)
		return -1;
	s32 nr = subprog_at(v, ebpf_target(e, pc));
	return nr >= 0 && e->op == EB_LDDW_FUNC && v->sub[nr].async ? -1 : nr;
}

/* depth[s]: the most bytes of a chain of `frames` functions that ends in s. */
static int deepen(struct verify *v, const u32 *depth, u32 *next, u32 frames)
{
	for (u32 s = 0; s < v->subs; s++)
		for (u32 pc = v->sub[s].start; pc < v->sub[s].end && depth[s]; pc++) {
			s32 to = callee(v, pc);
			if (to < 0)
				continue;
			u32 sum = depth[s] - 1 + stack_of(&v->sub[to]);
			if (v->sub[to].tail_call && depth[s] - 1 >= TAIL_STACK)
				return say(v, -EACCES,
					   "tail_calls are not allowed when call stack of previous "
					   "frames is %u bytes. Too large\n",
					   depth[s] - 1);
			if (sum > EBPF_STACK)
				return say(v, -EACCES,
					   "combined stack size of %u calls is %u. Too large\n",
					   frames, sum);
			next[to] = MAX(next[to], sum + 1);
		}
	return 0;
}

int check_stack_depth(struct verify *v)
{
	u32 depth[SUBPROGS + 1] = {0}, next[SUBPROGS + 1];

	for (u32 s = 0; s < v->subs; s++)
		if (!s || v->sub[s].async)
			depth[s] = stack_of(&v->sub[s]) + 1;
	if (depth[0] - 1 > EBPF_STACK)
		return say(v, -EACCES, "combined stack size of 1 calls is %u. Too large\n",
			   depth[0] - 1);
	for (u32 frames = 2;; frames++) {
		bool more = false;
		memset(next, 0, sizeof(next));
		int err = deepen(v, depth, next, frames);
		if (err)
			return err;
		for (u32 s = 0; s < v->subs; s++) {
			v->stack_depth = MAX(v->stack_depth, depth[s] ? depth[s] - 1 : 0);
			more |= next[s] != 0;
		}
		if (!more)
			return 0;
		if (frames > EBPF_FRAMES)
			return say(v, -E2BIG, "the call stack of %u frames is too deep !\n",
				   frames);
		memcpy(depth, next, sizeof(next));
	}
}
