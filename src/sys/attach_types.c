/* SPDX-License-Identifier: BSD-2-Clause */
/* Where there are no kprobes: the same program at a function by its types. Its context
 * is another one there, so it may do anything but read it. */
#include "sys/attach.h"

#include <stdlib.h>

enum { REGS = 11, ALL_ARGS = 0x3e };

/* Which registers may hold the context, a bit each, before every instruction. */
struct flow {
	const struct prog *p;
	u16 *held;
	bool *seen;
	bool changed, touches;
};

static void reach(struct flow *f, s64 pc, u16 held)
{
	if (pc < 0 || pc >= (s64)f->p->n)
		return;
	if (!f->seen[pc] || (f->held[pc] | held) != f->held[pc])
		f->changed = true;
	f->seen[pc] = true;
	f->held[pc] |= held;
}

/* Opcodes: RFC 9669 3.1. Loads through the context read it; where it goes to memory or
 * to another function it is out of sight. */
static u16 step(struct flow *f, const struct ob_ebpf *c, u16 held)
{
	enum { CLASS = 7, LD = 0, LDX = 1, ST = 2, STX = 3, ALU64 = 7, ALU = 4 };
	u16 dst = (u16)(1 << c->dst), src = (u16)(1 << c->src);
	u8 class = c->code & CLASS;

	switch (class) {
	case LD:
		return held & (u16)~dst;
	case LDX:
		f->touches |= held & src;
		return held & (u16)~dst;
	case ST:
		f->touches |= held & dst;
		return held;
	case STX:
		f->touches |= held & (dst | src);
		return held;
	case ALU:
	case ALU64:
		if ((c->code & 0xf0) == 0xb0 && !(c->code & 8)) /* dst = imm */
			return held & (u16)~dst;
		if ((c->code & 0xf0) == 0xb0)
			held &= (u16)~dst;
		if (c->code & 8 && held & src)
			held |= dst;
		return held;
	}
	return held;
}

static void walk(struct flow *f, u32 pc)
{
	enum { JA = 0x05, JA32 = 0x06, CALL = 0x85, EXIT = 0x95, LDDW = 0x18 };
	const struct ob_ebpf *c = &f->p->stored[pc];
	u16 held = step(f, c, f->held[pc]);
	bool jump = (c->code & 7) == 5 || (c->code & 7) == 6;

	if (c->code == EXIT)
		return;
	if (c->code == CALL) {
		if (c->src == 1 && held & ALL_ARGS)
			f->touches = true;
		if (c->src == 1)
			reach(f, (s64)pc + 1 + c->imm, 0);
		reach(f, (s64)pc + 1, held & (u16) ~(ALL_ARGS | 1));
		return;
	}
	if (c->code == JA || c->code == JA32) {
		reach(f, (s64)pc + 1 + (c->code == JA ? c->off : c->imm), held);
		return;
	}
	if (jump)
		reach(f, (s64)pc + 1 + c->off, held);
	reach(f, (s64)pc + (c->code == LDDW ? 2 : 1), held);
}

/* Does it read its context, as far as can be seen? */
static bool reads_context(const struct prog *p)
{
	struct flow f = {p, calloc(p->n + 1, sizeof(u16)), calloc(p->n + 1, sizeof(bool)), true,
			 false};

	if (!f.held || !f.seen)
		f.touches = true;
	else
		reach(&f, 0, 1 << 1);
	while (f.changed && !f.touches) {
		f.changed = false;
		for (u32 pc = 0; pc < p->n; pc++)
			if (f.seen[pc])
				walk(&f, pc);
	}
	free(f.held);
	free(f.seen);
	return f.touches;
}

struct ob_err *attach_by_types(const struct attach *a, const char *function, bool returns,
			       struct ob_err *err, struct sys_link *to)
{
	u32 attach = returns ? ATTACH_TRACE_FEXIT : ATTACH_TRACE_FENTRY;
	u32 id = *function && a->l->kernel ? btf_find(a->l->kernel, function, BTF_KIND_FUNC) : 0;

	if (!*function || !a->l->kernel)
		return err;
	if (reads_context(a->p->prog))
		return err_note(err, "it could run there by the function's types, but it reads its "
				     "context (struct pt_regs), which would be another one");
	if (!id)
		return err_note(err, "the kernel's types have no function %s", function);
	int fd = load_as(a->l, a->p, PROGTYPE_TRACING, attach, id);
	if (fd < 0)
		return err_note(err, "by the function's types it is refused: %s", strerror(-fd));
	struct ob_err *no = link_hold(to, fd);
	union bpf_attr attr = {.raw_tracepoint = {.prog_fd = (u32)fd}};
	int link = no ? -ENOMEM
		      : a->door->bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr.raw_tracepoint));
	ob_err_destroy(no);
	if (link < 0)
		return err_note(err, "by the function's types it cannot be attached: %s",
				link == -ENOTSUPP_LINUX ? "not supported" : strerror(-link));
	ob_err_destroy(err);
	to->how = returns ? "fexit" : "fentry";
	to->kind = BPF_LINK_TYPE_TRACING;
	return link_hold(to, link);
}
