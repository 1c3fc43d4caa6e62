/* SPDX-License-Identifier: BSD-2-Clause */
/* The shape of extended programs: instructions, and where control may go. */
#include "check/check.h"

#include <stdlib.h>

/* The rules give reasons; check_ebpf adds the place. Functions begin at slot 0
 * and where calls and function addresses lead. */
struct job {
	const struct prog *p;
	u8 *begins;   /* a bit a slot: a function */
	u32 from, to; /* the function that is looked at: slots [from, to) */
	char why[160];
};

static const char *say(struct job *j, const char *fmt, ...) PRINTF(2, 3);
static const char *say(struct job *j, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(j->why, sizeof(j->why), fmt, ap);
	va_end(ap);
	return j->why;
}

static bool begins(const struct job *j, u32 slot) { return j->begins[slot / 8] >> slot % 8 & 1; }

/* Whatever leads to a slot: it must be one where an instruction begins. */
static const char *target(struct job *j, const char *what, s64 to)
{
	if (to < 0 || to >= j->p->n)
		return say(j, "%s slot %lld; the program has slots 0 to %u", what, (long long)to,
			   j->p->n - 1);
	if (j->p->ext[to].op == EB_WIDE)
		return say(j, "%s slot %lld, the second half of a 64-bit immediate", what,
			   (long long)to);
	return NULL;
}

static bool writes_r10(const struct eb *e)
{
	switch ((enum eb_form)ebpf_rows[e->op].form) {
	case EBF_ALU_K:
	case EBF_ALU_X:
	case EBF_NEG:
	case EBF_MOVSX:
	case EBF_SWAP:
	case EBF_LDDW:
	case EBF_LDX:
	case EBF_LOAD_ACQ:
		return e->dst == EBPF_REGS - 1;
	case EBF_FETCH:
	case EBF_XCHG:
		return e->src == EBPF_REGS - 1;
	default:
		return false;
	}
}

/* What can be said of an instruction alone; it tells where functions begin. */
static const char *check_insn(struct job *j, u32 pc)
{
	const struct prog *p = j->p;
	const struct eb *e = &p->ext[pc];
	const char *why = NULL;

	if (e->op == EB_WIDE)
		return NULL;
	if (e->op == EB_BAD) {
		ebpf_why_bad(p->stored, p->n, pc, j->why, sizeof(j->why));
		return j->why;
	}
	if (e->op == EB_CALLX)
		return say(j, "calls what a register says; call takes a number or a distance");
	if (writes_r10(e))
		return say(j, "writes r10, the frame pointer, which may only be read");
	if (e->op == EB_CALL_LOCAL || e->op == EB_LDDW_FUNC) {
		s64 to = ebpf_target(e, pc);

		why = target(j, e->op == EB_CALL_LOCAL ? "calls" : "takes the address of", to);
		if (!why)
			j->begins[to / 8] |= (u8)(1 << to % 8);
	}
	return why;
}

static const char *check_jump(struct job *j, u32 pc)
{
	s64 to = ebpf_target(&j->p->ext[pc], pc);
	const char *why = target(j, "jumps to", to);

	if (why || (to >= j->from && to < j->to))
		return why;
	return say(j, "jumps to slot %lld, out of its function, slots %u to %u", (long long)to,
		   j->from, j->to - 1);
}

static const char *check_end(struct job *j, u32 pc)
{
	u8 op = j->p->ext[pc].op;

	if (op == EB_EXIT || op == EB_JA || op == EB_JAL)
		return NULL;
	return say(j, "the function at slot %u goes on behind its end; exit or goto must be last",
		   j->from);
}

/* The instruction that is at fault goes to *pc. */
static const char *check_function(struct job *j, u32 *pc)
{
	const char *why = NULL;
	u32 last = j->from;

	for (u32 i = j->from; i < j->to && !why; i++) {
		if (j->p->ext[i].op == EB_WIDE)
			continue;
		last = *pc = i;
		if (ebpf_is_jump((enum eb_op)j->p->ext[i].op))
			why = check_jump(j, i);
	}
	return why ? why : check_end(j, last);
}

static const char *check_all(struct job *j, u32 *pc)
{
	const char *why = NULL;

	for (u32 i = 0; i < j->p->n && !why; i++)
		why = check_insn(j, *pc = i);
	for (j->from = 0; j->from < j->p->n && !why; j->from = j->to) {
		j->to = j->from + 1;
		while (j->to < j->p->n && !begins(j, j->to))
			j->to++;
		why = check_function(j, pc);
	}
	return why;
}

struct ob_err *check_ebpf(const struct prog *p)
{
	struct job j = {.p = p};
	u32 pc = 0;

	if (!p->n)
		return err_new(OB_REFUSED, "the program is empty; it needs an exit");
	if (p->n > EBPF_MAX)
		return err_new(OB_REFUSED, "%u instructions; at most %d are allowed", p->n,
			       EBPF_MAX);
	j.begins = calloc(p->n / 8 + 1, 1);
	if (!j.begins)
		return err_nomem();
	const char *why = check_all(&j, &pc);
	free(j.begins);
	return why ? prog_err_at(err_new(OB_REFUSED, "%s", why), p, pc) : NULL;
}
