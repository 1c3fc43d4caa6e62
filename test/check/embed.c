/* SPDX-License-Identifier: BSD-2-Clause */
/* State embedding: programs that the verifier takes are run step by step, and at
 * each step every register and byte of the stack of the running function must lie
 * in one of the states that the verifier had for that instruction. No access may
 * leave the packet, the map's values, the context and the stack.
 *
 * Without pruning every state that a run can be in was simulated. With pruning, what
 * was not marked as precise may differ, so that only accesses are judged then.
 * Usage: embed [programs [seed [runs of each]]] */
#include "check/priv.h"
#include "generate.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	STATES = 400, /* kept for an instruction */
	STEPS = 4000, /* of a run */
	STACK = EBPF_STACK,
	DEPTH = 2, /* functions that are active */
};

/* Where things lie for the programs: far from each other. */
#define CTX    0x40000000000000u
#define VALUES 0x50000000000000u
#define PACKET 0x60000000000000u
#define FRAMES 0x70000000000000u
#define APART  ((u64)1 << 40)

static u64 runs = 4000, first = 1, each = 24, tried, taken, executions, steps, skipped;
static bool failed;

/* ---- what the verifier said ---- */

struct seen {
	struct reg reg[EBPF_REGS];
	struct slot slot[SLOTS];
	u32 slots, depth;
};

static struct {
	struct seen *v;
	u32 n, cap;
} seen[GEN_MAX];
static bool too_many;

static void remember(void *arg, u32 pc, const struct check_state *before)
{
	const struct state *s = (const struct state *)before;
	const struct frame *f = s->frame[s->top];

	(void)arg;
	if (s->speculative)
		return;
	if (seen[pc].n == STATES) {
		too_many = true;
		return;
	}
	if (seen[pc].n == seen[pc].cap) {
		seen[pc].cap = seen[pc].cap ? seen[pc].cap * 2 : 4;
		seen[pc].v = realloc(seen[pc].v, seen[pc].cap * sizeof(struct seen));
	}
	struct seen *to = &seen[pc].v[seen[pc].n++];
	memcpy(to->reg, f->reg, sizeof(to->reg));
	to->slots = MIN(f->slots, (u32)SLOTS);
	to->depth = s->top;
	if (to->slots)
		memcpy(to->slot, f->stack, to->slots * sizeof(struct slot));
}

static int verify(struct prog *p, bool prune, struct buf *log, u32 level)
{
	struct check_how how = {.level = CHECK_PRIVILEGED,
				.gpl = true,
				.no_prune = !prune,
				.text = log,
				.log = level};
	struct check_result r;

	if (!prune && !log) {
		for (u32 i = 0; i < GEN_MAX; i++)
			seen[i].n = 0;
		too_many = false;
		how.seen = remember;
	}
	return check_verify(p, &how, &r);
}

/* ---- a machine that only goes where it may ---- */

static struct {
	u64 r[EBPF_REGS];
	u32 pc, depth;
	u32 back;
	u64 kept[4]; /* r6 to r9 of the caller */
	u8 stack[DEPTH][STACK], packet[GEN_PACKET], value[GEN_ENTRIES][GEN_VALUE];
	u32 packet_len;
} m;

static u64 frame_top(u32 depth) { return FRAMES + depth * APART + STACK; }

static u8 *memory(u64 addr, u32 size)
{
	u64 off;

	for (u32 i = 0; i <= m.depth; i++)
		if ((off = addr - FRAMES - i * APART) <= STACK - size)
			return &m.stack[i][off];
	for (u32 i = 0; i < GEN_ENTRIES; i++)
		if ((off = addr - VALUES - i * APART) <= GEN_VALUE - size)
			return &m.value[i][off];
	off = addr - PACKET;
	return size <= m.packet_len && off <= m.packet_len - size ? &m.packet[off] : NULL;
}

static u64 get(const u8 *p, u32 size)
{
	u64 v = 0;

	memcpy(&v, p, size);
	return v;
}

static void print_program(void)
{
	struct buf b = {0};
	struct prog *p = gen_prog();

	for (u32 i = 0; i < g.n; i++) {
		if (g.code[i].op == EB_WIDE)
			continue;
		buf_clear(&b);
		ebpf_dis_one(&b, &g.code[i], i);
		printf("    %3u: %s\n", i, b.p);
	}
	buf_clear(&b);
	verify(p, true, &b, 2);
	if (getenv("LOG"))
		puts(b.p);
	buf_deinit(&b);
	prog_destroy(p);
}

static bool fail(const char *why)
{
	if (!failed) {
		print_program();
		printf("    at %u: %s\n", m.pc, why);
		for (u32 i = 0; i < EBPF_REGS; i++)
			printf("    r%u = 0x%llx\n", i, (unsigned long long)m.r[i]);
	}
	failed = true;
	return false;
}

static void random_memory(void)
{
	for (u32 i = 0; i < GEN_ENTRIES; i++)
		for (u32 j = 0; j < GEN_VALUE; j += 8) {
			u64 v = number();
			memcpy(&m.value[i][j], &v, 8);
		}
	for (u32 i = 0; i < DEPTH; i++)
		for (u32 j = 0; j < STACK; j += 8) {
			u64 v = rnd();
			memcpy(&m.stack[i][j], &v, 8);
		}
	m.packet_len = pick(GEN_PACKET + 1);
}

/* ---- is what is among what was said ---- */

static bool reg_fits(const struct reg *r, u64 v)
{
	u64 off = (u64)(s64)r->off, base;

	if ((r->type & REG_NULLABLE) && !v)
		return true;
	switch (reg_kind(r->type)) {
	case REG_NONE:
	case REG_MAP:
		return true;
	case REG_SCALAR:
		return scalar_has(&r->v, v);
	case REG_CTX:
		return scalar_has(&r->v, v - CTX - off);
	case REG_STACK:
		return scalar_has(&r->v, v - frame_top(r->frame) - off);
	case REG_MAP_VALUE:
		base = VALUES + ((v - VALUES + APART / 2) & ~(APART - 1));
		return scalar_has(&r->v, v - base - off);
	case REG_PACKET:
		return scalar_has(&r->v, v - PACKET - off) &&
		       (r->range <= 0 || v - off + (u64)r->range <= PACKET + m.packet_len);
	case REG_PACKET_END:
		return v == PACKET + m.packet_len;
	default:
		return false;
	}
}

/* The byte at the lowest address has the last type. */
static bool slot_fits(const struct slot *s, const u8 *bytes)
{
	u32 n = 0;

	for (u32 i = 0; i < SLOT; i++)
		if (s->type[SLOT - 1 - i] == SLOT_ZERO && bytes[i])
			return false;
	while (n < SLOT && s->type[SLOT - 1 - n] == SLOT_SPILL)
		n++;
	if (n == SLOT || s->reg.type != REG_SCALAR)
		return !n || reg_fits(&s->reg, get(bytes, n));
	if (n != 1 && n != 2 && n != 4)
		return true;
	struct scalar low = s->reg.v; /* what was stored was its low bytes */
	scalar_zext(&low, n);
	return scalar_has(&low, get(bytes, n));
}

static bool fits(const struct seen *s)
{
	if (s->depth != m.depth)
		return false;
	for (u32 i = 0; i < EBPF_REGS; i++)
		if (!reg_fits(&s->reg[i], m.r[i]))
			return false;
	for (u32 i = 0; i < s->slots; i++)
		if (!slot_fits(&s->slot[i], &m.stack[m.depth][STACK - SLOT * (i + 1)]))
			return false;
	return true;
}

/* What of each state does not fit. */
static void print_states(void)
{
	struct buf b = {0};

	for (u32 n = 0; n < seen[m.pc].n && n < 8; n++) {
		const struct seen *s = &seen[m.pc].v[n];
		buf_printf(&b, "    state %u, depth %u:", n, s->depth);
		for (u32 i = 0; i < EBPF_REGS; i++)
			if (!reg_fits(&s->reg[i], m.r[i])) {
				buf_printf(&b, " r%u=kind%x%+d ", i, s->reg[i].type, s->reg[i].off);
				scalar_put(&b, &s->reg[i].v);
			}
		for (u32 i = 0; i < s->slots; i++)
			if (!slot_fits(&s->slot[i], &m.stack[m.depth][STACK - SLOT * (i + 1)])) {
				buf_printf(&b, " fp-%u=", SLOT * (i + 1));
				scalar_put(&b, &s->slot[i].reg.v);
				buf_printf(&b, " types");
				for (u32 j = 0; j < SLOT; j++)
					buf_printf(&b, " %u", s->slot[i].type[j]);
			}
		buf_putc(&b, '\n');
	}
	fputs(b.p ? b.p : "", stdout);
	buf_deinit(&b);
}

static bool embedded(void)
{
	for (u32 i = seen[m.pc].n; i-- > 0;)
		if (fits(&seen[m.pc].v[i]))
			return true;
	return false;
}

/* ---- a step ---- */

static bool load(const struct eb *e)
{
	u32 size = ebpf_size(e->op);
	u64 addr = m.r[e->src] + (u64)(s64)e->off;
	bool sign = e->op >= EB_LDSX_W && e->op <= EB_LDSX_B;

	if (addr == CTX || addr == CTX + 4) {
		m.r[e->dst] = PACKET + (addr == CTX ? 0 : m.packet_len);
		return true;
	}
	const u8 *p = memory(addr, size);
	if (!p)
		return fail("reads outside");
	u64 v = get(p, size);
	m.r[e->dst] = sign ? (u64)((s64)(v << (64 - 8 * size)) >> (64 - 8 * size)) : v;
	return true;
}

static bool store(const struct eb *e, u64 v)
{
	u32 size = ebpf_size(e->op);
	u8 *p = memory(m.r[e->dst] + (u64)(s64)e->off, size);

	if (!p)
		return fail("writes outside");
	memcpy(p, &v, size);
	return true;
}

static bool atomic(const struct eb *e)
{
	u32 size = ebpf_size(e->op);
	u8 *p = memory(m.r[e->dst] + (u64)(s64)e->off, size);
	u64 old, v = m.r[e->src];

	if (!p)
		return fail("an atomic operation outside");
	old = get(p, size);
	switch (e->op) {
	case EB_ATOMIC_ADD_64:
		v += old;
		break;
	case EB_ATOMIC_AND_FETCH_64:
		v &= old;
		m.r[e->src] = old;
		break;
	case EB_XCHG_32:
	case EB_XCHG_64:
		m.r[e->src] = old;
		break;
	case EB_CMPXCHG_64:
		v = old == m.r[0] ? v : old;
		m.r[0] = old;
		break;
	default:
		return fail("not of this machine");
	}
	memcpy(p, &v, size);
	return true;
}

static bool call(const struct eb *e)
{
	if (e->imm == HELPER_LOOKUP) {
		const u8 *key = memory(m.r[2], 4);
		if (!key)
			return fail("a key outside");
		u64 k = get(key, 4);
		m.r[0] = k < GEN_ENTRIES ? VALUES + k * APART : 0;
	} else {
		m.r[0] = number() & 0xffffffff;
	}
	for (u32 i = 1; i < 6; i++)
		m.r[i] = rnd();
	return true;
}

static bool step(void)
{
	const struct eb *e = &g.code[m.pc++];

	switch (ebpf_rows[e->op].form) {
	case EBF_LDX:
		return load(e);
	case EBF_ST:
		return store(e, (u64)e->imm);
	case EBF_STX:
		return store(e, m.r[e->src]);
	case EBF_ATOMIC:
	case EBF_FETCH:
	case EBF_XCHG:
	case EBF_CMPXCHG:
		return atomic(e);
	case EBF_LDDW:
		m.pc++;
		m.r[e->dst] = 0;
		return true;
	case EBF_CALL:
		return call(e);
	case EBF_LOCAL:
		if (m.depth == DEPTH - 1)
			return fail("too deep");
		memcpy(m.kept, &m.r[6], sizeof(m.kept));
		m.back = m.pc;
		m.pc = (u32)ebpf_target(e, m.pc - 1);
		m.r[10] = frame_top(++m.depth);
		return true;
	case EBF_EXIT:
		memcpy(&m.r[6], m.kept, sizeof(m.kept));
		m.r[10] = frame_top(--m.depth);
		m.pc = m.back;
		for (u32 i = 1; i < 6; i++)
			m.r[i] = rnd();
		return true;
	case EBF_JA:
		m.pc = (u32)ebpf_target(e, m.pc - 1);
		return true;
	default:;
		u64 v = machine(e, m.r[e->dst], has_src(e) ? m.r[e->src] : (u64)e->imm);
		if (!ebpf_is_cond(e->op))
			m.r[e->dst] = v;
		else if (v)
			m.pc = (u32)ebpf_target(e, m.pc - 1);
		return true;
	}
}

static bool run(bool states)
{
	random_memory();
	for (u32 i = 0; i < EBPF_REGS; i++)
		m.r[i] = rnd();
	m.pc = m.depth = 0;
	m.r[1] = CTX;
	m.r[10] = frame_top(0);
	for (u32 i = 0; i < STEPS; i++) {
		if (states && !embedded())
			return print_states(), fail("in no state of the verifier's");
		steps++;
		if (g.code[m.pc].op == EB_EXIT && !m.depth)
			break;
		if (!step())
			return false;
	}
	executions++;
	return true;
}

/* A rule that is stricter for what is known better: a part of a pointer may be read from
 * the stack, or written there, at an offset that varies, but not at one that is known. */
static bool pointer_part(struct prog *p)
{
	struct buf b = {0};

	verify(p, false, &b, 1);
	bool is = b.p && (strstr(b.p, "invalid size of register fill") ||
			  strstr(b.p, "invalid size of register spill"));
	buf_deinit(&b);
	return is;
}

static void one(void)
{
	generate();
	struct prog *p = gen_prog();
	int pruned = verify(p, true, NULL, 0);
	bool states = false;

	tried++;
	int whole = verify(p, false, NULL, 0);
	if (!whole != !pruned && whole != -E2BIG && !pointer_part(p)) {
		print_program();
		printf("    pruning says %d, all paths %d\n", pruned, whole);
		failed = true;
	}
	states = !whole && !too_many;
	skipped += !whole && too_many;
	if (!pruned) {
		taken++;
		for (u64 i = 0; i < each && run(states); i++)
			;
	}
	prog_destroy(p);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		runs = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		first = strtoull(argv[2], NULL, 0);
	if (argc > 3)
		each = strtoull(argv[3], NULL, 0);
	for (u64 i = 0; i < runs && !failed; i++) {
		seed = hash_u64(first + i);
		one();
	}
	bool enough = taken > tried / 20;
	printf("    %llu programs, %llu taken, %llu of them of too many states; %llu runs, %llu "
	       "steps\n",
	       (unsigned long long)tried, (unsigned long long)taken, (unsigned long long)skipped,
	       (unsigned long long)executions, (unsigned long long)steps);
	printf("%s embed: what comes was foreseen\n", failed || !enough ? "FAIL" : "ok");
	for (u32 i = 0; i < GEN_MAX; i++)
		free(seen[i].v);
	return failed || !enough;
}
