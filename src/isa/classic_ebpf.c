/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a classic program as extended code.
 *
 * A is r0, so that `ret a` is exit. X, cells, and a pointer into the packet get
 * the registers that are left, those first which a called function need not
 * keep. Where a packet is too short, all that can follow is rejected at once. */
#include "isa/extend.h"

/* How far a reject may be, where a conditional jump can go 32,767 slots. */
enum { REJECT_FAR = 20000 };

/* ---- leaving ---- */

static void put_reject(struct job *j)
{
	u32 at = put(j, EB_MOV_32_K, A, 0, 0, 0);

	put(j, EB_EXIT, 0, 0, 0, 0);
	for (u32 i = 0; i < j->rejects.n; i++)
		j->code.v[j->rejects.v[i]].off = (s32)(at - j->rejects.v[i] - 1);
	j->rejects.n = 0;
}

static void put_ret(struct job *j, u32 pc)
{
	if (j->x.i[pc].row == CB_RET_K)
		put_k(j, EB_MOV_32_K, A, j->x.code[pc].k);
	put(j, EB_EXIT, 0, 0, 0, 0);
}

static bool rejects(const struct job *j, u32 pc) { return j->x.i[pc].need == CX_SURELY; }

static void arrive(struct job *j, u32 pc)
{
	struct known *k = &j->known[pc];

	if (!k->set) {
		*k = j->now;
		k->set = true;
		return;
	}
	k->have = MIN(k->have, j->now.have);
	k->havex = MIN(k->havex, j->now.havex);
	if (k->bias != j->now.bias)
		k->bias = NOWHERE;
}

static void jump(struct job *j, u32 slot, u32 to)
{
	if (rejects(j, to)) {
		vec_push(j->x.a, j->rejects) = slot;
		return;
	}
	arrive(j, to);
	vec_push(j->x.a, j->jumps) = (struct fixup){slot, to};
}

/* Goes on at `to`, where nothing of this instruction is left to be done. */
static void go(struct job *j, u32 to)
{
	if (rejects(j, to)) {
		put_reject(j);
	} else if (to == j->next[j->pc]) {
		arrive(j, to);
	} else if (!j->x.i[to].ways) {
		put_ret(j, to);
	} else {
		jump(j, put(j, EB_JA, 0, 0, 0, 0), to);
	}
}

/* ---- the other rows ---- */

static const u8 same[CB_COUNT] = {
#define CB(...)
#define CB_ALU(name, ...) \
	[CB_ALU_##name##_K] = EB_##name##_32_K, [CB_ALU_##name##_X] = EB_##name##_32_X,
#define CB_JMP(name, ...) \
	[CB_JMP_##name##_K] = EB_##name##_32_K, [CB_JMP_##name##_X] = EB_##name##_32_X,
#include "isa/classic.def"
};

static u32 constant(const struct job *j, const struct cx_insn *i)
{
	u8 b[4];
	u32 k = j->x.code[j->pc].k;

	if (i->raw == 4) {
		put_be32(b, k);
		memcpy(&k, b, 4);
	} else if (i->raw == 2 && (k <= UINT16_MAX || i->row != CB_JMP_JEQ_K)) {
		u16 half;

		put_be16(b, (u16)k);
		memcpy(&half, b, 2);
		k = half;
	}
	return k;
}

static void alu(struct job *j, const struct cx_insn *i)
{
	bool shift = i->row == CB_ALU_LSH_K || i->row == CB_ALU_RSH_K;
	bool shift_x = i->row == CB_ALU_LSH_X || i->row == CB_ALU_RSH_X;

	if (i->row == CB_ALU_NEG) {
		put(j, EB_NEG_32, A, 0, 0, 0);
	} else if (!(i->reads & LIVE_X)) {
		bool gone = shift && j->x.code[j->pc].k >= 32;

		put_k(j, gone ? EB_MOV_32_K : same[i->row], A, gone ? 0 : constant(j, i));
	} else {
		if (i->row == CB_ALU_DIV_X || i->row == CB_ALU_MOD_X)
			reject_if(j, EB_JEQ_32_K, j->rx, 0, 0);
		put_x(j, same[i->row], A, j->rx);
	}
	if (shift_x && j->x.target == CBPF_FOR_LIBPCAP) {
		put(j, EB_JLT_32_K, j->rx, 0, 1, 32);
		put_k(j, EB_MOV_32_K, A, 0);
	}
}

static void store(struct job *j, u32 k, int src)
{
	if (j->cell[k] >= 0)
		put_x(j, EB_MOV_32_X, j->cell[k], src);
	else
		put(j, EB_STX_W, FP, src, CELLS_AT + 4 * (s32)k, 0);
}

static void recall(struct job *j, u32 k, int dst)
{
	if (j->cell[k] >= 0)
		put_x(j, EB_MOV_32_X, dst, j->cell[k]);
	else
		load(j, 4, dst, FP, CELLS_AT + 4 * (s32)k);
}

static void other(struct job *j, const struct cx_insn *i)
{
	u32 k = j->x.code[j->pc].k;

	switch ((enum cb_op)i->row) {
	case CB_LD_IMM:
		put_k(j, EB_MOV_32_K, A, k);
		break;
	case CB_LD_MEM:
		recall(j, k, A);
		break;
	case CB_LD_LEN:
		cx_load_len(j, A);
		break;
	case CB_LDX_IMM:
		put_k(j, EB_MOV_32_K, j->rx, k);
		break;
	case CB_LDX_MEM:
		recall(j, k, j->rx);
		break;
	case CB_LDX_LEN:
		cx_load_len(j, j->rx);
		break;
	case CB_ST:
		store(j, k, A);
		break;
	case CB_STX:
		store(j, k, j->rx);
		break;
	case CB_TAX:
		put_x(j, EB_MOV_32_X, j->rx, A);
		break;
	case CB_TXA:
		put_x(j, EB_MOV_32_X, A, j->rx);
		break;
	default:
		alu(j, i);
	}
	if (cbpf_rows[i->row].writes & CB_X)
		cx_new_x(j);
}

/* ---- jumps ---- */

static enum eb_op inverse(enum eb_op op)
{
	switch (op) {
	case EB_JEQ_32_K:
		return EB_JNE_32_K;
	case EB_JEQ_32_X:
		return EB_JNE_32_X;
	case EB_JGT_32_K:
		return EB_JLE_32_K;
	case EB_JGT_32_X:
		return EB_JLE_32_X;
	case EB_JGE_32_K:
		return EB_JLT_32_K;
	case EB_JGE_32_X:
		return EB_JLT_32_X;
	default:
		return op;
	}
}

static void condition(struct job *j, const struct cx_insn *i)
{
	bool by_x = i->reads & LIVE_X, next = i->to[0] == j->next[j->pc];
	enum eb_op op = same[i->row], other = inverse(op);
	int src = by_x ? j->rx : 0;
	s64 k = by_x ? 0 : (s32)constant(j, i);

	if (next && other != op) {
		jump(j, put(j, other, A, src, 0, k), i->to[1]);
		arrive(j, i->to[0]);
	} else if (next) { /* jset has no inverse */
		u32 skip = put(j, op, A, src, 0, k);

		go(j, i->to[1]);
		j->code.v[skip].off = (s32)(j->code.n - skip - 1);
		arrive(j, i->to[0]);
	} else {
		jump(j, put(j, op, A, src, 0, k), i->to[0]);
		go(j, i->to[1]);
	}
}

static void jump_back(struct job *j, const struct cx_insn *i)
{
	if (j->x.target == CBPF_FOR_SOCKET) {
		refuse(j, "jump back");
		return;
	}
	reject_if(j, EB_JEQ_32_K, j->turns, 0, 0);
	put(j, EB_ADD_32_K, j->turns, 0, 0, -1);
	jump(j, put(j, EB_JA, 0, 0, 0, 0), i->to[0]);
}

static void insn(struct job *j, const struct cx_insn *i)
{
	if (i->back) {
		jump_back(j, i);
		return;
	}
	if (!i->ways) {
		put_ret(j, j->pc);
		return;
	}
	if (i->ways == 2) {
		condition(j, i);
		return;
	}
	if (i->dead || i->row == CB_JMP_JA)
		;
	else if (i->load || i->anc >= 0)
		cx_load(j, i);
	else
		other(j, i);
	go(j, i->to[0]);
}

/* Jumps to a reject must not become too long. A socket filter is short enough. */
static void shorten_rejects(struct job *j)
{
	if (!j->rejects.n || j->code.n - j->rejects.v[0] < REJECT_FAR ||
	    j->x.target == CBPF_FOR_SOCKET)
		return;
	put(j, EB_JA, 0, 0, 2, 0);
	put_reject(j);
}

/* ---- registers ---- */

static s8 take(struct job *j, s8 first)
{
	for (s8 r = first; r < FP; r++)
		if (!(j->taken & 1u << r)) {
			j->taken |= 1u << r;
			return r;
		}
	return -1;
}

static bool needs_p(const struct cx_insn *i)
{
	return i->load == CX_IND || i->load == CX_WRAP || i->anc == CA_IFINDEX ||
	       i->anc == CA_HATYPE;
}

static bool needs_meta(const struct cx_insn *i)
{
	return i->load == CX_FAR || i->load == CX_WRAP || i->anc >= 0;
}

static void take_registers(struct job *j)
{
	bool socket = j->x.target == CBPF_FOR_SOCKET, x = j->x.uses & LIVE_X;
	bool p = false, len = false, meta = false, back = false, save = false, call = false,
	     packet = false;

	for (u32 pc = 0; pc < j->x.n; pc++) {
		const struct cx_insn *i = &j->x.i[pc];

		if (!i->reached)
			continue;
		p |= needs_p(i);
		meta |= needs_meta(i);
		packet |= i->load != CX_NONE;
		len |= !i->dead && cbpf_rows[i->row].reads & CB_L;
		save |= i->row == CB_LDX_MSH && i->out & LIVE_A;
		x |= i->row == CB_LDX_MSH && i->load == CX_FAR;
		back |= i->back;
		call |= i->anc == CA_NLATTR || i->anc == CA_NLATTR_NEST || i->anc == CA_RANDOM;
	}
	s8 first = call ? KEPT : LEN;
	j->taken = socket ? 0x7f : 7u | (u32)len << LEN | (u32)meta << META;
	j->rp = p && !socket ? take(j, LEN) : -1;
	j->rx = x ? take(j, first) : -1;
	j->save = save && socket ? take(j, first) : -1;
	j->turns = back && !socket ? take(j, first) : -1;
	for (u32 k = 0; k < CBPF_MEMWORDS; k++)
		j->cell[k] = j->x.uses & live_cell(k) ? take(j, first) : -1;
	if (socket && (len || meta || packet))
		put_x(j, EB_MOV_64_X, CTX, 1);
}

static void begin(struct job *j)
{
	u32 live = j->x.i[0].in;

	take_registers(j);
	if (live & LIVE_A)
		put_k(j, EB_MOV_32_K, A, 0);
	if (live & LIVE_X)
		put_k(j, EB_MOV_32_K, j->rx, 0);
	if (j->turns >= 0)
		put_k(j, EB_MOV_32_K, j->turns, CBPF_BACK_MAX);
	for (u32 k = 0; k < CBPF_MEMWORDS; k++)
		if (!(live & live_cell(k)))
			;
		else if (j->cell[k] >= 0)
			put_k(j, EB_MOV_32_K, j->cell[k], 0);
		else
			put(j, EB_ST_W, FP, 0, CELLS_AT + 4 * (s32)k, 0);
}

/* ---- all of it ---- */

static void find_next(struct job *j)
{
	u32 next = j->x.n;

	for (u32 pc = j->x.n; pc-- > 0;) {
		const struct cx_insn *i = &j->x.i[pc];

		j->next[pc] = next;
		if (!i->reached)
			continue;
		next = pc;
		if (i->back)
			j->known[i->to[0]] = (struct known){.set = true, .bias = NOWHERE};
	}
}

static void bind_jumps(struct job *j)
{
	for (u32 i = 0; i < j->jumps.n; i++) {
		struct eb *e = &j->code.v[j->jumps.v[i].slot];

		e->off = (s32)(j->at[j->jumps.v[i].to] - j->jumps.v[i].slot - 1);
		if (e->op == EB_JA && e->off != (s16)e->off)
			e->op = EB_JAL;
	}
}

static void write_all(struct job *j)
{
	u32 n = j->x.n;

	cx_facts(&j->x);
	j->known = arena_array(j->x.a, struct known, n);
	j->at = arena_array(j->x.a, u32, n);
	j->next = arena_array(j->x.a, u32, n);
	j->now.bias = NOWHERE;
	if (rejects(j, 0)) {
		put_reject(j);
		return;
	}
	find_next(j);
	begin(j);
	arrive(j, 0);
	for (j->pc = 0; j->pc < n; j->pc++) {
		if (!j->x.i[j->pc].reached || !j->known[j->pc].set)
			continue;
		shorten_rejects(j);
		j->now = j->known[j->pc];
		j->at[j->pc] = j->code.n;
		insn(j, &j->x.i[j->pc]);
	}
	if (j->rejects.n)
		put_reject(j);
	bind_jumps(j);
}

static bool write_within(struct job *j)
{
	struct arena *a = j->x.a;
	jmp_buf here, *outer = a->fail;
	bool good = true;

	a->fail = &here;
	if (setjmp(here))
		good = false;
	else
		write_all(j);
	a->fail = outer;
	return good;
}

struct ob_err *cbpf_extend(struct arena *a, const struct ob_cbpf *code, u32 n,
			   enum cbpf_target target, struct ob_ebpf **ret, u32 **from, u32 *count)
{
	struct job j = {.x = {.a = a, .code = code, .n = n, .target = target}};
	struct ob_ebpf *stored;

	if (!write_within(&j)) {
		ob_err_destroy(j.err);
		return err_nomem();
	}
	if (j.err)
		return j.err;
	stored = arena_array(a, struct ob_ebpf, j.code.n);
	if (!stored)
		return err_nomem();
	ebpf_encode(j.code.v, j.code.n, stored);
	*ret = stored;
	*from = j.from.v;
	*count = j.code.n;
	return NULL;
}
