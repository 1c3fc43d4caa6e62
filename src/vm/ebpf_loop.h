/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop of the extended machine, which ebpf.c includes with SAFE 1 and 0:
 * gcc cannot make two of one function with computed goto. */

/* ---- the pieces of which the labels are made ---- */

#define DST    R[pc->dst]
#define SRC    R[pc->src]
#define IMM    ((u64)(s64)pc->imm)
#define SLOT() ((u64)(pc - m.c->op))
#define GO()   goto * pc->go
#define NEXT()        \
	do {          \
		pc++; \
		GO(); \
	} while (0)
#define FAIL(what, where, value)     \
	do {                         \
		kind = what;         \
		slot = (u32)(where); \
		addr = value;        \
		size = 0;            \
		goto fault;          \
	} while (0)

#if SAFE
#define OP(name) \
	name:    \
	count++;
#define SPEND()                                        \
	do {                                           \
		if (unlikely(count > limit))           \
			FAIL(FAULT_BUDGET, SLOT(), 0); \
	} while (0)
#define LAND(by)                                                   \
	do {                                                       \
		if (unlikely(SLOT() + 1 + (u64)(by) > m.c->n))     \
			FAIL(FAULT_OP, SLOT() + 1 + (u64)(by), 0); \
	} while (0)
#define REACH(n, write)                                          \
	do {                                                     \
		size = n;                                        \
		if (unlikely(!reach(&m, addr, size, write))) {   \
			kind = write ? FAULT_WRITE : FAULT_READ; \
			slot = (u32)SLOT();                      \
			goto fault;                              \
		}                                                \
	} while (0)
/* What calls of helpers and packet loads leave in r1 to r5. */
#define CLOBBER() memset(&R[1], 0, 5 * sizeof(R[0]))
/* What a function finds besides its arguments. */
#define ENTER()                                                \
	do {                                                   \
		memset((u8 *)(uintptr_t)m.low, 0, EBPF_STACK); \
		R[0] = R[6] = R[7] = R[8] = R[9] = 0;          \
	} while (0)
#define DEPTH() m.r->depth = (u32)(up - m.first)
/* What helpers and their callbacks must know, and what those change. */
#define TELL()                                   \
	do {                                     \
		m.r->stack = m.low;              \
		m.r->stack_size = m.top - m.low; \
		m.count = count;                 \
		m.up = up;                       \
	} while (0)
#define HEAR() count = m.count
/* Control goes to another program, or back. */
#define SWITCH() m.r->env = m.c->env
#else
#define OP(name) \
	name:
#define SPEND()         ((void)0)
#define LAND(by)        ((void)0)
#define REACH(n, write) ((void)0)
#define CLOBBER()       ((void)0)
#define ENTER()         ((void)0)
#define DEPTH()         ((void)0)
#define TELL()          (m.up = up)
#define HEAR()          ((void)0)
#define SWITCH()        ((void)0)
#endif

#define JUMP(distance)              \
	do {                        \
		s64 by = distance;  \
		if (SAFE && by < 0) \
			SPEND();    \
		LAND(by);           \
		pc += by + 1;       \
		GO();               \
	} while (0)

#define BRANCH(test)                   \
	do {                           \
		if (test)              \
			JUMP(pc->off); \
		NEXT();                \
	} while (0)

/* Without start it only gives away its labels. */
static u64 LOOP(struct machine *start, const struct op *pc, const u64 *arg,
		const void *const **labels)
{
	static const void *const label[OP_COUNT] = {
#define EB(name, ...) [EB_##name] = &&name,
#include "isa/ebpf.def"
		[EB_WIDE] = &&BAD,
		[EB_BAD] = &&BAD,
		[OP_TAIL_CALL] = &&TAIL_CALL,
		[OP_NO_CALL] = &&NO_CALL,
		[OP_NO_IMM64] = &&NO_IMM64,
#if !SAFE
#define PAIR(kind, first, second) [kind##_##first##_##second] = &&kind##_##first##_##second,
#include "vm/ebpf_pairs.def"
#endif
	};

	if (unlikely(!start)) {
		*labels = label;
		return 0;
	}
	struct machine m = *start;
	u64 R[EBPF_REGS] = {0, arg[0], arg[1], arg[2], arg[3], arg[4]};
	struct caller *up = m.base; /* behind those that wait */
	struct run *r = m.r;
	const struct vm_ebpf *c;
	const struct op *to;
	u64 loops = MAY_GOTO_MAX, addr;
	u32 kind, slot, size;
	env_fn *fn;

	R[10] = m.low + EBPF_STACK;
	r->engine[E_MACHINE] = (uintptr_t)&m;
#if SAFE
	u64 count = m.count, limit = r->budget ? r->budget : UINT64_MAX;
	DEPTH();
	ENTER();
#endif
	GO();

	/* clang-format off */

	/* Arithmetic and jumps are the table's. */
#define ALU(name, bits)                                                                            \
	OP(name##_##bits##_K) DST = name##_##bits((u##bits)DST, (u##bits)IMM); NEXT();             \
	OP(name##_##bits##_X) DST = name##_##bits((u##bits)DST, (u##bits)SRC); NEXT();
#define EB_ALU(name, ...) ALU(name, 32) ALU(name, 64)
#define COND(name, bits)                                                                           \
	OP(name##_##bits##_K)                                                                      \
		BRANCH(name##_##bits((u##bits)DST, (u##bits)IMM));              \
	OP(name##_##bits##_X)                                                                      \
		BRANCH(name##_##bits((u##bits)DST, (u##bits)SRC));
#define EB_JMP(name, ...) COND(name, 32) COND(name, 64)
#define ATOMIC(name, bits)                                                                         \
	OP(name##_##bits)                                                                          \
		addr = DST + (u64)(s64)pc->off;                                                    \
		REACH(bits / 8, true);                                                             \
		name##_##bits(addr, (u##bits)SRC);                                                 \
		NEXT();                                                                            \
	OP(name##_FETCH_##bits)                                                                    \
		addr = DST + (u64)(s64)pc->off;                                                    \
		REACH(bits / 8, true);                                                             \
		SRC = name##_##bits(addr, (u##bits)SRC);                                           \
		NEXT();
#define EB_RMW(name, ...) ATOMIC(name, 32) ATOMIC(name, 64)
#define EB(...)
#include "isa/ebpf.def"

	OP(NEG_32) DST = (u32)-(u32)DST; NEXT();
	OP(NEG_64) DST = -DST; NEXT();
	OP(MOVSX8_32) DST = (u32)(s8)SRC; NEXT();
	OP(MOVSX16_32) DST = (u32)(s16)SRC; NEXT();
	OP(MOVSX8_64) DST = (u64)(s8)SRC; NEXT();
	OP(MOVSX16_64) DST = (u64)(s16)SRC; NEXT();
	OP(MOVSX32_64) DST = (u64)(s32)SRC; NEXT();
	OP(LE16) DST = htole16((u16)DST); NEXT();
	OP(LE32) DST = htole32((u32)DST); NEXT();
	OP(LE64) DST = htole64(DST); NEXT();
	OP(BE16) DST = htobe16((u16)DST); NEXT();
	OP(BE32) DST = htobe32((u32)DST); NEXT();
	OP(BE64) DST = htobe64(DST); NEXT();
	OP(BSWAP16) DST = __builtin_bswap16((u16)DST); NEXT();
	OP(BSWAP32) DST = __builtin_bswap32((u32)DST); NEXT();
	OP(BSWAP64) DST = __builtin_bswap64(DST); NEXT();

	/* Memory. */
#define LOAD(name, bits, get, sign)                                                                \
	OP(name)                                                                                   \
		addr = SRC + (u64)(s64)pc->off;                                                    \
		REACH(bits / 8, false);                                                            \
		DST = (u64)(sign##bits)get##bits(addr);                                            \
		NEXT();
#define STORE(name, bits, put, value)                                                              \
	OP(name)                                                                                   \
		addr = DST + (u64)(s64)pc->off;                                                    \
		REACH(bits / 8, true);                                                             \
		put##bits(addr, (u##bits)value);                                                   \
		NEXT();
	LOAD(LDX_B, 8, get, u)
	LOAD(LDX_H, 16, get, u)
	LOAD(LDX_W, 32, get, u)
	LOAD(LDX_DW, 64, get, u)
	LOAD(LDSX_B, 8, get, s)
	LOAD(LDSX_H, 16, get, s)
	LOAD(LDSX_W, 32, get, s)
	LOAD(LOAD_ACQ_B, 8, get_acquire, u)
	LOAD(LOAD_ACQ_H, 16, get_acquire, u)
	LOAD(LOAD_ACQ_W, 32, get_acquire, u)
	LOAD(LOAD_ACQ_DW, 64, get_acquire, u)
	STORE(ST_B, 8, put, IMM)
	STORE(ST_H, 16, put, IMM)
	STORE(ST_W, 32, put, IMM)
	STORE(ST_DW, 64, put, IMM)
	STORE(STX_B, 8, put, SRC)
	STORE(STX_H, 16, put, SRC)
	STORE(STX_W, 32, put, SRC)
	STORE(STX_DW, 64, put, SRC)
	STORE(STORE_REL_B, 8, put_release, SRC)
	STORE(STORE_REL_H, 16, put_release, SRC)
	STORE(STORE_REL_W, 32, put_release, SRC)
	STORE(STORE_REL_DW, 64, put_release, SRC)
#define EXCHANGE(bits)                                                                             \
	OP(XCHG_##bits)                                                                            \
		addr = DST + (u64)(s64)pc->off;                                                    \
		REACH(bits / 8, true);                                                             \
		SRC = xchg##bits(addr, (u##bits)SRC);                                              \
		NEXT();                                                                            \
	OP(CMPXCHG_##bits)                                                                         \
		addr = DST + (u64)(s64)pc->off;                                                    \
		REACH(bits / 8, true);                                                             \
		R[0] = cmpxchg##bits(addr, (u##bits)R[0], (u##bits)SRC);                           \
		NEXT();
	EXCHANGE(32)
	EXCHANGE(64)

	OP(LDDW)
	LDDW_MAP_FD: LDDW_MAP_VALUE: LDDW_BTF_ID: LDDW_FUNC: LDDW_MAP_IDX: LDDW_MAP_IDX_VALUE:
		DST = pc[1].wide;
		pc += 2;
		GO();
	OP(NO_IMM64)
		FAIL(FAULT_IMM64, SLOT(), pc[1].wide);

#define PACKET(index, get, n)                                                                      \
	do {                                                                                       \
		if (unlikely(!r->pkt))                                                             \
			FAIL(FAULT_PACKET, SLOT(), 0);                                             \
		const u8 *at = run_packet_at(r, (u32)(index), n);                                      \
		CLOBBER();                                                                         \
		R[0] = 0;                                                                          \
		if (unlikely(!at))                                                                 \
			goto leave;                                                                \
		R[0] = get(at);                                                                    \
		NEXT();                                                                            \
	} while (0)
	OP(LD_ABS_W) PACKET(IMM, get_be32, 4);
	OP(LD_ABS_H) PACKET(IMM, get_be16, 2);
	OP(LD_ABS_B) PACKET(IMM, *, 1);
	OP(LD_IND_W) PACKET(IMM + SRC, get_be32, 4);
	OP(LD_IND_H) PACKET(IMM + SRC, get_be16, 2);
	OP(LD_IND_B) PACKET(IMM + SRC, *, 1);

	/* Where control goes. */
	OP(MAY_GOTO)
		if (likely(loops)) {
			loops--;
			NEXT();
		}
		JUMP(pc->imm);
	JAL:
	OP(JA)
		JUMP(pc->imm);

	OP(CALL)
	CALL_KFUNC:
		fn = pc->fn;
	call_out:
		TELL();
		R[0] = fn(R[1], R[2], R[3], R[4], R[5], r);
		HEAR();
		CLOBBER();
		if (unlikely(r->fault)) {
			if (!r->fault_inside)
				r->fault_pc = (u32)SLOT();
			goto stop;
		}
		NEXT();
	OP(NO_CALL)
		FAIL(FAULT_CALL, SLOT(), (u32)pc->imm);

	OP(CALL_LOCAL)
		SPEND();
		if (unlikely(up == m.end))
			FAIL(FAULT_DEPTH, SLOT(), 0);
		LAND(pc->imm);
		to = pc + 1 + pc->imm;
	call_local:
		up->c = m.c;
		up->back = pc + 1;
		up->loops = loops;
		memcpy(up->kept, &R[6], sizeof(up->kept));
		up++;
		DEPTH();
		m.low -= EBPF_STACK;
		R[10] = m.low + EBPF_STACK;
		loops = MAY_GOTO_MAX;
		ENTER();
		pc = to;
		GO();
	OP(CALLX)
		SPEND();
		addr = DST;
		to = function_at(m.c, addr);
		if (to) {
			if (unlikely(up == m.end))
				FAIL(FAULT_DEPTH, SLOT(), 0);
			goto call_local;
		}
		fn = helper_of(m.c, addr);
		if (fn)
			goto call_out;
		FAIL(FAULT_CALL, SLOT(), addr);
	OP(TAIL_CALL)
		SPEND();
		c = tail_of(&m, R[2], R[3]);
		addr = R[1];
		CLOBBER();
		if (!c) {
			R[0] = UINT64_MAX;
			NEXT();
		}
		R[1] = addr;
		r->tails++;
		m.end = up + EBPF_FRAMES - 1;
		r->deepest = (u32)(m.end - m.first);
		m.c = c;
		SWITCH();
		pc = c->op;
		R[10] = m.low + EBPF_STACK;
		loops = MAY_GOTO_MAX;
		ENTER();
		GO();

	OP(EXIT)
	leave:
		if (up == m.base)
			goto end;
		up--;
		DEPTH();
		m.c = up->c;
		SWITCH();
		pc = up->back;
		loops = up->loops;
		memcpy(&R[6], up->kept, sizeof(up->kept));
		m.low += EBPF_STACK;
		R[10] = m.low + EBPF_STACK;
		GO();

#if !SAFE
	u64 *d;

#define FIRST(kind, first, second)                                                                 \
	kind##_##first##_##second:                                                                 \
		d = &DST;                                                                          \
		do_##first(d, &SRC, pc);                                                           \
		pc++;
#define SAME(first, second)                                                                        \
	FIRST(SAME, first, second)                                                                 \
		do_##second(d, &SRC, pc);                                                          \
		NEXT();
#define USED(first, second)                                                                        \
	FIRST(USED, first, second)                                                                 \
		do_##second(&DST, d, pc);                                                          \
		NEXT();
#define ANY(first, second)                                                                         \
	FIRST(ANY, first, second)                                                                  \
		do_##second(&DST, &SRC, pc);                                                       \
		NEXT();
#define SAME_JUMP(first, second) FIRST(SAME, first, second) BRANCH(do_##second(d, &SRC, pc));
#define ANY_JUMP(first, second) FIRST(ANY, first, second) BRANCH(do_##second(&DST, &SRC, pc));
#define GOTO(first) FIRST(ANY, first, JA) JUMP(pc->imm);
#define JUMPS(first, second)                                                                       \
	ANY_##first##_##second:                                                                    \
		if (do_##first(&DST, &SRC, pc))                                                    \
			JUMP(pc->off);                                                             \
		pc++;                                                                              \
		BRANCH(do_##second(&DST, &SRC, pc));
#include "vm/ebpf_pairs.def"
#endif

BAD:
	FAIL(FAULT_OP, SLOT(), 0);

	/* clang-format on */
fault:
	r->fault = kind;
	r->fault_pc = slot;
	r->fault_size = size;
	r->fault_addr = addr;
stop:
	R[0] = 0;
end:
#if SAFE
	start->count = count;
#endif
	return R[0];
}

#undef DST
#undef SRC
#undef IMM
#undef SLOT
#undef GO
#undef NEXT
#undef FAIL
#undef OP
#undef SPEND
#undef LAND
#undef REACH
#undef CLOBBER
#undef ENTER
#undef DEPTH
#undef TELL
#undef HEAR
#undef SWITCH
#undef JUMP
#undef BRANCH
#undef ALU
#undef FIRST
#undef COND
#undef ATOMIC
#undef LOAD
#undef STORE
#undef EXCHANGE
#undef PACKET
