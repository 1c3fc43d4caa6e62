/* SPDX-License-Identifier: BSD-2-Clause */
/* What became of a run, said as an error. */
#include "prog/prog.h"

static struct ob_err *reason(const struct run *r)
{
	unsigned long long addr = r->fault_addr;

	switch ((enum env_fault)r->fault) {
	case FAULT_NONE:
	case FAULT_COUNT:
	case FAULT_THROWN:
		break;
	case FAULT_READ:
	case FAULT_WRITE:
		return err_new(OB_FAULT, "%s of %u byte%s at 0x%llx, which is not memory it may %s",
			       r->fault == FAULT_READ ? "read" : "write", r->fault_size,
			       r->fault_size == 1 ? "" : "s", addr,
			       r->fault == FAULT_READ ? "read" : "write");
	case FAULT_BUDGET:
		return err_new(OB_FAULT, "the budget of %llu instructions is used up",
			       (unsigned long long)r->budget);
	case FAULT_OP:
		return err_new(OB_FAULT, "this is no instruction that can be run");
	case FAULT_DEPTH:
		return err_new(OB_FAULT, "more than %u functions are active", EBPF_FRAMES);
	case FAULT_CALL:
		return err_new(OB_FAULT, "there is no function %llu to call", addr);
	case FAULT_IMM64:
		return err_new(OB_FAULT, "the 64-bit immediate 0x%llx stands for nothing here",
			       addr);
	case FAULT_PACKET:
		return err_new(OB_FAULT, "a packet is loaded from, but there is none");
	}
	return err_new(OB_FAULT, "unknown fault %u", r->fault);
}

struct ob_err *run_err(const struct run *r, const struct prog *p)
{
	return r->fault ? prog_err_at(reason(r), p, r->fault_pc) : NULL;
}

/* The line of the source that holds a character, and its number from 1. */
static const char *line_of(const char *source, u32 at, u32 *nr, size_t *n)
{
	const char *line = source;

	*nr = 1;
	for (u32 i = 0; i < at && source[i]; i++)
		if (source[i] == '\n') {
			line = source + i + 1;
			++*nr;
		}
	*n = strcspn(line, "\n");
	return line;
}

/* The line of C that an instruction was made from, NULL: it is not known. */
static const struct prog_line *c_line(const struct prog *p, u32 pc)
{
	const struct prog_line *last = NULL;

	for (u32 i = 0; i < p->lines && p->line[i].pc <= pc; i++)
		last = &p->line[i];
	return last && *last->text ? last : NULL;
}

struct ob_err *prog_err_at(struct ob_err *err, const struct prog *p, u32 pc)
{
	const struct prog_line *c = c_line(p, pc);
	struct buf text = {0};
	u32 nr;
	size_t n;

	if (pc < p->n && p->kind == PROG_EXTENDED)
		ebpf_dis_one(&text, &p->ext[pc], pc);
	if (text.n && p->source && p->span && p->span[pc].from < p->span[pc].to) {
		u32 from = p->span[pc].from;
		const char *line = line_of(p->source, from, &nr, &n);

		err = err_at_text(err, p->name ? p->name : "program", nr,
				  (u32)(p->source + from - line) + 1, p->span[pc].to - from, line,
				  n);
		err = err_note(err, "insn %u: `%s`", pc, text.p);
	} else if (text.n && c) {
		err = err_at_text(err, c->file, c->line, MAX(c->col, 1u), 1, c->text,
				  strlen(c->text));
		err = err_note(err, "insn %u: `%s`", pc, text.p);
	} else if (text.n) {
		err = err_note(err_at_insn(err, pc), "`%s`", text.p);
	} else {
		err = err_at_insn(err, pc);
	}
	buf_deinit(&text);
	return err;
}
