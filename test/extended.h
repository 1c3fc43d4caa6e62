/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine for extended code as classic programs become: slow, and it minds
 * every byte. It reads and writes its stack, reads the packet and what is known
 * of it, and nothing else. */
#ifndef EXTENDED_H
#define EXTENDED_H

#include <stdlib.h>

#include "vm/vm.h"

struct machine {
	const struct vm_pkt *pkt;
	u64 r[EBPF_REGS];
	u8 stack[EBPF_STACK];
	bool known[EBPF_REGS]; /* the register was written */
	bool wrote[EBPF_STACK];
	u64 steps;
	const char *fault;
};

static inline u8 *machine_at(struct machine *m, u64 at, u32 size, bool write)
{
	u64 stack = (u64)(uintptr_t)m->stack, pkt = (u64)(uintptr_t)m->pkt->data;
	u64 meta = (u64)(uintptr_t)m->pkt->anc;

	if (at - stack < EBPF_STACK && EBPF_STACK - (at - stack) >= size) {
		for (u32 i = 0; i < size; i++) {
			if (!write && !m->wrote[at - stack + i])
				m->fault = "the stack is read before it is written";
			m->wrote[at - stack + i] |= write;
		}
		return (u8 *)(uintptr_t)at;
	}
	bool in_pkt = at - pkt < m->pkt->caplen && m->pkt->caplen - (at - pkt) >= size;
	bool in_meta = meta && at - meta < sizeof(struct ob_meta) &&
		       sizeof(struct ob_meta) - (at - meta) >= size;
	if (!write && (in_pkt || in_meta))
		return (u8 *)(uintptr_t)at;
	m->fault = write ? "a write outside of the stack" : "a read outside of all";
	return NULL;
}

static inline void machine_move(struct machine *m, const struct eb *e)
{
	u32 size = ebpf_size(e->op);
	bool write = e->op >= EB_ST_W && e->op <= EB_STX_DW;
	u8 *p = machine_at(m, m->r[write ? e->dst : e->src] + (u64)(s64)e->off, size, write);
	u64 v = e->op >= EB_STX_W ? m->r[e->src] : (u64)e->imm;

	if (!p)
		return;
	if (write) {
		memcpy(p, &v, size);
		return;
	}
	m->r[e->dst] = 0;
	memcpy(&m->r[e->dst], p, size);
}

static inline void machine_call(struct machine *m, const struct eb *e)
{
	env_fn *f = vm_classic_helper((u32)e->imm);

	if (!f) {
		m->fault = "a call of what there is not";
		return;
	}
	m->r[0] = f(m->r[1], m->r[2], m->r[3], m->r[4], m->r[5], NULL);
	for (u32 i = 1; i <= 5; i++) {
		m->r[i] = 0xdeadbeefdeadbeef;
		m->known[i] = false;
	}
	m->known[0] = true;
}

static inline u32 machine_swap(const struct eb *e, u64 v)
{
	return e->op == EB_BE16 ? __builtin_bswap16((u16)v) : __builtin_bswap32((u32)v);
}

/* Whether the jump at e is taken; otherwise the result goes to dst. */
static inline bool machine_do(struct machine *m, const struct eb *e)
{
	u64 *dst = &m->r[e->dst];

	switch (e->op) {
#define OPERATION(name, bits, k, what)                                  \
	case EB_##name: {                                               \
		typedef u##bits U;                                      \
		typedef s##bits S __attribute__((unused));              \
		enum { BITS = bits };                                   \
		U d = (U)*dst, s = (U)(k ? (u64)e->imm : m->r[e->src]); \
		(void)d, (void)s;                                       \
		what;                                                   \
	}
#define EB(...)
#define EB_ALU(name, code, value, g32, g64, symbol, ...)                  \
	OPERATION(name##_32_K, 32, true, *dst = (U)(__VA_ARGS__); break)  \
	OPERATION(name##_32_X, 32, false, *dst = (U)(__VA_ARGS__); break) \
	OPERATION(name##_64_K, 64, true, *dst = (U)(__VA_ARGS__); break)  \
	OPERATION(name##_64_X, 64, false, *dst = (U)(__VA_ARGS__); break)
#define EB_JMP(name, code, symbol, ...)                       \
	OPERATION(name##_32_K, 32, true, return __VA_ARGS__)  \
	OPERATION(name##_32_X, 32, false, return __VA_ARGS__) \
	OPERATION(name##_64_K, 64, true, return __VA_ARGS__)  \
	OPERATION(name##_64_X, 64, false, return __VA_ARGS__)
#define EB_RMW(...)
#include "isa/ebpf.def"
	case EB_NEG_32:
		*dst = 0u - (u32)*dst;
		break;
	case EB_BE16:
	case EB_BE32:
		*dst = machine_swap(e, *dst);
		break;
	case EB_JA:
	case EB_JAL:
		return true;
	case EB_LDDW:
		*dst = (u64)e->imm;
		break;
	case EB_WIDE:
		break;
	case EB_CALL:
		machine_call(m, e);
		break;
	default:
		if (ebpf_size(e->op))
			machine_move(m, e);
		else
			m->fault = "an operation that classic programs need not";
	}
	return false;
}

/* What an instruction reads must have been written. */
static inline void machine_mind(struct machine *m, const struct eb *e)
{
	u8 form = e->op < EB_COUNT ? ebpf_rows[e->op].form : EBF_EXIT, uses = ebpf_uses(form);
	bool move = e->op >= EB_MOV_32_K && e->op <= EB_MOV_64_X;
	bool reads_dst = uses & EB_DST && !move && form != EBF_LDX && form != EBF_LDDW;

	if ((reads_dst && !m->known[e->dst]) || (uses & EB_SRC && !m->known[e->src]))
		m->fault = "a register is read before it is written";
	if (uses & EB_DST && form != EBF_ST && form != EBF_STX)
		m->known[e->dst] = true;
}

/* Registers that nobody set hold rubbish, as they would. */
static inline u32 machine_run(struct machine *m, const struct eb *code, u32 n,
			      const struct vm_pkt *pkt)
{
	*m = (struct machine){.pkt = pkt};
	for (u32 i = 0; i < EBPF_REGS; i++)
		m->r[i] = 0xfeedfacefeedface + i;
	m->r[1] = (u64)(uintptr_t)pkt->data;
	m->r[2] = pkt->caplen;
	m->r[3] = pkt->len;
	m->r[4] = (u64)(uintptr_t)pkt->anc;
	m->r[10] = (u64)(uintptr_t)m->stack + EBPF_STACK;
	m->known[1] = m->known[2] = m->known[3] = m->known[4] = m->known[10] = true;
	for (u32 pc = 0; !m->fault; m->steps++) {
		if (pc >= n) {
			m->fault = "it runs out of the program";
			break;
		}
		const struct eb *e = &code[pc];
		if (e->op == EB_EXIT) {
			if (!m->known[0] || m->r[0] > UINT32_MAX)
				m->fault = "r0 is no verdict";
			break;
		}
		machine_mind(m, e);
		pc += 1 + (machine_do(m, e) ? (u32)e->off : 0);
	}
	return (u32)m->r[0];
}

#endif
