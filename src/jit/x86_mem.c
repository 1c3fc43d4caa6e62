/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads, stores and atomic operations. In safe mode an access is looked at
 * before it is made; its address is then in r11. */
#include "jit/x86.h"

enum { WRITE = 256 };

static u32 log2_of(u32 size) { return size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3; }

/* base + (index << scale) + off, in the machine's registers. */
struct mem {
	u8 base, index, scale;
	s32 off;
};

static struct mem operand(const struct op *o)
{
	return (struct mem){o->base == NOREG ? NONE : x86_reg[o->base],
			    o->index == NOREG ? NONE : x86_reg[o->index], o->scale, o->disp};
}

static void at(struct x86 *x, bool w, u32 op, u8 reg, struct mem m)
{
	rmx(&x->c, w, op, reg, m.base, m.index, m.scale, m.off);
}

static bool in_frame(const struct op *o, u32 size)
{
	return o->base == 10 && o->index == NOREG && o->disp >= -EBPF_STACK &&
	       o->disp <= -(s32)size;
}

/* Where the operand is, made sure of. */
static struct mem check(struct x86 *x, const struct op *o, u32 what, u32 pc)
{
	struct code *c = &x->c;
	u32 size = what & 255;

	if (!x->safe || in_frame(o, size))
		return operand(o);
	struct aside s = {.kind = ASIDE_CHECK, .slot = pc, .what = what, .back = label_new(c)};
	u32 slow = x86_aside(x, s);
	at(x, true, 0x8d, R11, operand(o)); /* lea */
	mov(c, true, R10, R11);
	rm(c, true, 0x2b, R10, RBP, ENGINE(E_AT));
	rm(c, true, 0x3b, R10, RBP, ENGINE((what & WRITE ? E_WRITE : E_READ) + log2_of(size)));
	jump_to(c, JUMP_IF, CC_AE, slow);
	label_here(c, s.back);
	return (struct mem){R11, NONE, 0, 0};
}

void x86_lea(struct x86 *x, const struct op *o)
{
	at(x, o->e.op == OP_LEA_64, 0x8d, x86_reg[o->e.dst], operand(o));
}

void x86_load_big(struct x86 *x, const struct op *o)
{
	struct code *c = &x->c;
	bool w = o->e.op == OP_LDBE_DW;
	u8 d = x86_reg[o->e.dst];

	if (o->e.op == OP_LDBE_H) {
		at(x, false, 0xb7 | X_0F, d, operand(o));
		rr(c, false, 0xc1 | X_66, 0, d); /* rol d16, 8 */
		put8(c, 8);
	} else if (x->movbe) {
		at(x, w, 0xf0 | X_0F38, d, operand(o));
	} else {
		at(x, w, 0x8b, d, operand(o));
		head(c, w, (u8)(0xc8 | (d & 7)) | X_0F, 0, d);
	}
}

static void load(struct x86 *x, u8 op, u8 to, struct mem m)
{
	enum { MODE = 0xe0, MEMSX = 0x80 };
	u32 size = ebpf_size((enum eb_op)op);
	bool sign = (ebpf_rows[op].code & MODE) == MEMSX;

	if (size == 8)
		at(x, true, 0x8b, to, m);
	else if (size == 4)
		at(x, sign, sign ? 0x63 : 0x8b, to, m);
	else if (size == 2)
		at(x, sign, (sign ? 0xbf : 0xb7) | X_0F, to, m);
	else
		at(x, sign, (sign ? 0xbe : 0xb6) | X_0F, to, m);
}

static void store(struct x86 *x, u32 size, u8 from, struct mem m)
{
	u32 op = size == 1 ? 0x88 | X_BYTE : size == 2 ? 0x89 | X_66 : 0x89;

	at(x, size == 8, op, from, m);
}

static void store_imm(struct x86 *x, u32 size, s32 imm, struct mem m)
{
	if (x->harden) {
		x86_const(x, size == 8, R9, imm);
		store(x, size, R9, m);
		return;
	}
	at(x, size == 8, size == 1 ? 0xc6 : size == 2 ? 0xc7 | X_66 : 0xc7, 0, m);
	put(&x->c, &imm, MIN(size, 4u));
}

/* What was there goes to src: tried again until nobody came between. */
static void fetch_loop(struct x86 *x, u32 op, bool w, u8 s, struct mem m)
{
	struct code *c = &x->c;
	u8 fresh = s == RAX ? R9 : s;

	if (m.base != R11)
		at(x, true, 0x8d, R11, m);
	mov(c, true, R10, s);
	if (s != RAX)
		mov(c, true, R9, RAX);
	rm(c, w, 0x8b, RAX, R11, 0);
	u32 again = c->raw.n;
	mov(c, w, fresh, RAX);
	rr(c, w, op, R10, fresh);
	rm(c, w, 0xb1 | X_0F | X_LOCK, fresh, R11, 0); /* cmpxchg */
	put8(c, 0x75);
	put8(c, (u8)(again - (c->raw.n + 1)));
	if (!w)
		mov(c, false, RAX, RAX);
	if (s != RAX) {
		mov(c, true, s, RAX);
		mov(c, true, RAX, R9);
	}
}

/* op r/m, reg. A family of the table without one does not build. */
enum {
	RMW_ATOMIC_ADD = 0x01,
	RMW_ATOMIC_OR = 0x09,
	RMW_ATOMIC_AND = 0x21,
	RMW_ATOMIC_XOR = 0x31,
};

static void atomic(struct x86 *x, u8 op, bool w, u8 s, struct mem m)
{
	struct code *c = &x->c;

	switch (op) {
#define EB_RMW(name, ...)                                                \
	case EB_##name##_32:                                             \
	case EB_##name##_64:                                             \
		at(x, w, RMW_##name | X_LOCK, s, m);                     \
		return;                                                  \
	case EB_##name##_FETCH_32:                                       \
	case EB_##name##_FETCH_64:                                       \
		if (RMW_##name == RMW_ATOMIC_ADD)                        \
			at(x, w, 0xc1 | X_0F | X_LOCK, s, m); /* xadd */ \
		else                                                     \
			fetch_loop(x, RMW_##name, w, s, m);              \
		return;
#define EB(...)
#include "isa/ebpf.def"
	case EB_XCHG_32:
	case EB_XCHG_64:
		at(x, w, 0x87, s, m);
		return;
	case EB_CMPXCHG_32:
	case EB_CMPXCHG_64:
		at(x, w, 0xb1 | X_0F | X_LOCK, s, m);
		if (!w)
			mov(c, false, RAX, RAX);
		return;
	}
}

void x86_mem(struct x86 *x, const struct op *o, u32 pc)
{
	const struct eb *e = &o->e;
	enum eb_form form = ebpf_rows[e->op].form;
	u32 size = ebpf_size((enum eb_op)e->op);
	bool reads = form == EBF_LDX || form == EBF_LOAD_ACQ;
	struct mem m = check(x, o, reads ? size : size | WRITE, pc);
	u8 s = x86_reg[e->src];

	if (reads)
		load(x, e->op, x86_reg[e->dst], m);
	else if (form == EBF_ST)
		store_imm(x, size, (s32)e->imm, m);
	else if (form == EBF_STX || form == EBF_STORE_REL)
		store(x, size, s, m);
	else
		atomic(x, e->op, size == 8, s, m);
}

/* r10d, which lies beyond the packet: if it means a place in a header, r10 becomes its
 * offset. As run_packet_at(). */
static void packet_layers(struct x86 *x, u32 size, u32 in, u32 out)
{
	struct code *c = &x->c;
	u32 have = label_new(c);

	rm(c, false, 0xb6 | X_0F, R9, RBP, RUN(pkt_layers));
	rr(c, false, 0x85, R9, R9);
	jump_to(c, JUMP_IF, CC_E, out);
	rm(c, true, 0x63, R9, RBP, RUN(pkt_net)); /* movsxd */
	alu_imm(c, false, 0, R10, (s32)-CBPF_NET_OFF);
	jump_to(c, JUMP_IF, CC_B, have); /* carry */
	rm(c, true, 0x63, R9, RBP, RUN(pkt_mac));
	alu_imm(c, false, 0, R10, (s32)(CBPF_NET_OFF - CBPF_LL_OFF));
	jump_to(c, JUMP_IF, CC_AE, out);
	label_here(c, have);
	rr(c, true, 0x01, R9, R10);
	rm(c, true, 0x8d, RAX, R10, (s32)size); /* lea */
	rm(c, false, 0x8b, R9, RBP, RUN(pkt_len));
	rr(c, true, 0x39, R9, RAX);
	jump_to(c, JUMP_IF, CC_G, out);
	rm(c, false, 0x8b, R9, RBP, RUN(pkt_back));
	rr(c, true, 0x01, R10, R9);
	jump_to(c, JUMP_IF, CC_NS, in);
}

/* Big-endian from the packet; beyond it the function returns 0, as in Linux. */
void x86_packet(struct x86 *x, const struct eb *e, u32 pc)
{
	struct code *c = &x->c;
	u32 size = ebpf_size((enum eb_op)e->op), in = label_new(c), out = label_new(c);

	if (ebpf_rows[e->op].form == EBF_IND) {
		mov(c, false, R10, x86_reg[e->src]);
		alu_imm(c, false, 0, R10, (s32)e->imm);
	} else {
		mov_imm(c, R10, (u32)e->imm);
	}
	x86_clobber(x);
	rm(c, true, 0x8b, R11, RBP, RUN(pkt));
	rr(c, true, 0x85, R11, R11);
	jump_to(c, JUMP_IF, CC_E,
		x->safe ? x86_aside(x, (struct aside){.kind = ASIDE_FAULT,
						      .fault = FAULT_PACKET,
						      .slot = pc})
			: out);
	rm(c, true, 0x8d, RAX, R10, (s32)size); /* lea */
	rm(c, false, 0x8b, R9, RBP, RUN(pkt_len));
	rr(c, true, 0x39, R9, RAX); /* cmp rax, r9 */
	jump_to(c, JUMP_IF, CC_BE, in);
	packet_layers(x, size, in, out);
	label_here(c, out);
	mov_imm(c, RAX, 0);
	x86_leave(x);
	label_here(c, in);
	rr(c, true, 0x01, R10, R11);
	if (size == 1) {
		rm(c, false, 0xb6 | X_0F, RAX, R11, 0);
	} else if (size == 2) {
		rm(c, false, 0xb7 | X_0F, RAX, R11, 0);
		put(c, "\x66\xc1\xc0\x08", 4); /* rol ax, 8 */
	} else {
		rm(c, false, 0x8b, RAX, R11, 0);
		put(c, "\x0f\xc8", 2); /* bswap eax */
	}
}
