/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a classic program as extended code.
 *
 * A is r0, so that `ret a` is exit. X, cells, and a pointer into the packet get
 * the registers that are left, those first which a called function need not
 * keep. Where a packet is too short, all that can follow is rejected at once. */
#include "isa/extend.h"

#include <stddef.h>

enum { A = 0, PKT = 1, CAPLEN = 2, LEN = 3, META = 4, CTX = 6, FP = 10 };
enum { KEPT = 6 }; /* the first that a called function keeps */
/* Stack, from r10 down: cells; registers that a call would lose. */
enum { CELLS_AT = -64, SPILL_AT = -72 };
enum { REJECT_FAR = 20000, NOWHERE = INT32_MIN };

/* What is known of the packet at a place in the code. */
struct known {
	bool set;
	u64 have;  /* it has so many bytes */
	u64 havex; /* it has X + havex, unless that is 0 */
	s64 bias;  /* register p is the packet + X + bias, or NOWHERE */
};

struct fixup {
	u32 slot, to;
};

struct job {
	struct cx x;
	struct known *known; /* in front of an instruction, by all ways that were written */
	u32 *at;             /* the slot of an instruction */
	u32 *next;           /* the next that is reached */
	u32 pc;
	struct known now;
	s8 rx, rp, save;        /* registers, or -1 */
	s8 cell[CBPF_MEMWORDS]; /* register, or -1: on the stack */
	s8 turns;               /* register that counts jumps back */
	u32 taken;              /* registers, a set */
	struct {
		struct eb *v;
		u32 n, cap;
	} code;
	struct {
		u32 *v;
		u32 n, cap;
	} from, rejects; /* rejects: slots of jumps that wait for one */
	struct {
		struct fixup *v;
		u32 n, cap;
	} jumps;
	struct ob_err *err;
};

static u32 put(struct job *j, enum eb_op op, int dst, int src, s32 off, s64 imm)
{
	vec_push(j->x.a, j->from) = j->pc;
	vec_push(j->x.a, j->code) =
		(struct eb){.op = (u8)op, .dst = (u8)dst, .src = (u8)src, .off = off, .imm = imm};
	return j->code.n - 1;
}

static void put_k(struct job *j, enum eb_op op, int dst, u32 k) { put(j, op, dst, 0, 0, (s32)k); }

static void put_x(struct job *j, enum eb_op op, int dst, int src) { put(j, op, dst, src, 0, 0); }

/* dst += k, all 64 bits of it. */
static void add(struct job *j, int dst, s64 k)
{
	if (k)
		put(j, EB_ADD_64_K, dst, 0, 0, k);
}

static void number(struct job *j, int dst, u64 k)
{
	if (k <= INT32_MAX) {
		put(j, EB_MOV_32_K, dst, 0, 0, (s64)k);
	} else {
		put(j, EB_LDDW, dst, 0, 0, (s64)k);
		put(j, EB_WIDE, 0, 0, 0, 0);
	}
}

static void load(struct job *j, u32 size, int dst, int src, s32 off)
{
	put(j, size == 4 ? EB_LDX_W : size == 2 ? EB_LDX_H : EB_LDX_B, dst, src, off, 0);
}

/* ---- leaving ---- */

static void put_reject(struct job *j)
{
	u32 at = put(j, EB_MOV_32_K, A, 0, 0, 0);

	put(j, EB_EXIT, 0, 0, 0, 0);
	for (u32 i = 0; i < j->rejects.n; i++)
		j->code.v[j->rejects.v[i]].off = (s32)(at - j->rejects.v[i] - 1);
	j->rejects.n = 0;
}

static void reject_if(struct job *j, enum eb_op op, int dst, int src, u32 k)
{
	vec_push(j->x.a, j->rejects) = put(j, op, dst, src, 0, (s32)k);
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

/* ---- loads from the packet, for our engines ---- */

static bool wanted(const struct job *j, u32 what) { return j->x.i[j->pc].out & what; }

static void require(struct job *j, u64 end, u64 need)
{
	if (j->now.have >= end)
		return;
	reject_if(j, EB_JLT_32_K, CAPLEN, 0, (u32)need);
	j->now.have = need;
}

static void load_at(struct job *j, u32 size, int dst, u64 k)
{
	if (k <= INT16_MAX) {
		load(j, size, dst, PKT, (s32)k);
	} else {
		number(j, dst, k);
		put_x(j, EB_ADD_64_X, dst, PKT);
		load(j, size, dst, dst, 0);
	}
}

static void load_abs(struct job *j, const struct cx_insn *i, int dst, bool used)
{
	require(j, i->end, i->need);
	if (used)
		load_at(j, i->size, dst, i->end - i->size);
}

/* dst may be used even where the result is not. */
static void load_far(struct job *j, const struct cx_insn *i, int dst, bool used)
{
	u32 k = j->x.code[j->pc].k;

	if (k < CBPF_NET_OFF) {
		u64 at = k - CBPF_LL_OFF;

		load(j, 1, dst, META, offsetof(struct ob_meta, has_ll));
		reject_if(j, EB_JEQ_32_K, dst, 0, 0);
		require(j, at + i->size, at + i->size);
		if (used)
			load_at(j, i->size, dst, at);
		return;
	}
	load(j, 4, dst, META, offsetof(struct ob_meta, net_off));
	add(j, dst, k - CBPF_NET_OFF + i->size);
	reject_if(j, EB_JGT_64_X, dst, CAPLEN, 0);
	if (!used)
		return;
	put_x(j, EB_ADD_64_X, dst, PKT);
	load(j, i->size, dst, dst, -i->size);
}

/* p = X + k, then the packet + X + k */
static void point(struct job *j, u64 k)
{
	if (k <= INT32_MAX) {
		put_x(j, EB_MOV_64_X, j->rp, j->rx);
		add(j, j->rp, (s64)k);
	} else {
		number(j, j->rp, k);
		put_x(j, EB_ADD_64_X, j->rp, j->rx);
	}
	j->now.bias = NOWHERE;
}

static void point_packet(struct job *j, u64 k)
{
	put_x(j, EB_ADD_64_X, j->rp, PKT);
	j->now.bias = (s64)k;
}

static void load_ind(struct job *j, const struct cx_insn *i, bool used)
{
	u64 k = i->end - i->size;

	if (j->now.havex < i->end) {
		point(j, i->needx);
		reject_if(j, EB_JGT_64_X, j->rp, CAPLEN, 0);
		j->now.havex = i->needx;
		j->now.have = MAX(j->now.have, i->needx);
		if (used)
			point_packet(j, i->needx);
	}
	if (!used)
		return;
	s64 off = (s64)k - j->now.bias;
	if (j->now.bias == NOWHERE || off < INT16_MIN || off > INT16_MAX) {
		u64 bias = k <= INT16_MAX ? 0 : k;

		point(j, bias);
		point_packet(j, bias);
		off = (s64)(k - bias);
	}
	load(j, i->size, A, j->rp, (s32)off);
}

/* X + k may wrap, or come to SKF_LL_OFF and SKF_NET_OFF. A is free until it is
 * loaded, p ends behind what is loaded. What is beyond the packet and below
 * SKF_LL_OFF is so, too, when that is taken away from it. */
static void load_wrap(struct job *j, const struct cx_insn *i, bool used)
{
	put_x(j, EB_MOV_32_X, j->rp, j->rx);
	put_k(j, EB_ADD_32_K, j->rp, j->x.code[j->pc].k);
	add(j, j->rp, i->size);
	u32 inside = put(j, EB_JLE_64_X, j->rp, CAPLEN, 0, 0);
	add(j, j->rp, -(s64)i->size);
	u32 ll = put(j, EB_JLT_32_K, j->rp, 0, 0, (s32)CBPF_NET_OFF);
	put_k(j, EB_ADD_32_K, j->rp, 0u - CBPF_NET_OFF);
	load(j, 4, A, META, offsetof(struct ob_meta, net_off));
	put_x(j, EB_ADD_64_X, j->rp, A);
	u32 both = put(j, EB_JA, 0, 0, 0, 0);
	j->code.v[ll].off = (s32)(j->code.n - ll - 1);
	load(j, 1, A, META, offsetof(struct ob_meta, has_ll));
	reject_if(j, EB_JEQ_32_K, A, 0, 0);
	put_k(j, EB_ADD_32_K, j->rp, 0u - CBPF_LL_OFF);
	j->code.v[both].off = (s32)(j->code.n - both - 1);
	add(j, j->rp, i->size);
	reject_if(j, EB_JGT_64_X, j->rp, CAPLEN, 0);
	j->code.v[inside].off = (s32)(j->code.n - inside - 1);
	j->now.bias = NOWHERE;
	if (!used)
		return;
	put_x(j, EB_ADD_64_X, j->rp, PKT);
	load(j, i->size, A, j->rp, -i->size);
}

static void new_x(struct job *j)
{
	const struct cx_insn *i = &j->x.i[j->pc];

	j->now.bias = NOWHERE;
	j->now.havex = j->now.have > i->xmax ? j->now.have - i->xmax : 0;
}

static void packet_load(struct job *j, const struct cx_insn *i)
{
	bool msh = i->row == CB_LDX_MSH, used = wanted(j, msh ? LIVE_X : LIVE_A);
	int dst = msh ? j->rx : A;

	if (i->load == CX_ABS)
		load_abs(j, i, dst, used);
	else if (i->load == CX_FAR)
		load_far(j, i, dst, used);
	else if (i->load == CX_IND)
		load_ind(j, i, used);
	else
		load_wrap(j, i, used);
	if (msh && used) {
		put_k(j, EB_AND_32_K, dst, 15);
		put_k(j, EB_LSH_32_K, dst, 2);
	}
	if (used && i->size > 1 && !i->raw)
		put(j, i->size == 4 ? EB_BE32 : EB_BE16, A, 0, 0, 0);
	if (msh)
		new_x(j);
}

/* ---- ancillary loads, for our engines ---- */

static s32 meta_offset(enum cb_anc anc)
{
#define AT(name, field) [CA_##name] = offsetof(struct ob_meta, field)
	static const u16 at[CA_MAX] = {
		AT(PROTOCOL, protocol),     AT(PKTTYPE, pkttype),
		AT(IFINDEX, ifindex),       AT(MARK, mark),
		AT(QUEUE, queue),           AT(HATYPE, hatype),
		AT(RXHASH, rxhash),         AT(CPU, cpu),
		AT(VLAN_TAG, vlan_tag),     AT(VLAN_TAG_PRESENT, vlan_tag_present),
		AT(PAY_OFFSET, pay_offset), AT(VLAN_TPID, vlan_tpid),
	};
#undef AT
	return at[anc];
}

/* A call loses r1 to r5, of which the packet's are kept on the stack. */
static void call(struct job *j, u32 id)
{
	u32 keep = j->taken & ~(j->rp < 0 ? 0u : 1u << j->rp);

	for (int r = PKT; r <= META; r++)
		if (keep & 1u << r)
			put(j, EB_STX_DW, FP, r, SPILL_AT - 8 * r, 0);
	if (id != CBPF_CALL_RANDOM) {
		put_x(j, EB_MOV_32_X, 3, A);
		put_x(j, EB_MOV_32_X, 4, j->rx);
	}
	put(j, EB_CALL, 0, 0, 0, id);
	for (int r = PKT; r <= META; r++)
		if (keep & 1u << r)
			put(j, EB_LDX_DW, r, FP, SPILL_AT - 8 * r, 0);
	j->now.bias = NOWHERE;
}

static void ancillary(struct job *j, const struct cx_insn *i)
{
	switch ((enum cb_anc)i->anc) {
	case CA_ALU_XOR_X:
		put_x(j, EB_XOR_32_X, A, j->rx);
		return;
	case CA_RANDOM:
		call(j, CBPF_CALL_RANDOM);
		return;
	case CA_NLATTR:
		call(j, CBPF_CALL_NLATTR);
		return;
	case CA_NLATTR_NEST:
		call(j, CBPF_CALL_NLATTR_NEST);
		return;
	case CA_IFINDEX:
	case CA_HATYPE:
		load(j, 1, j->rp, META, offsetof(struct ob_meta, has_dev));
		put(j, EB_JNE_32_K, j->rp, 0, 1, 0);
		put(j, EB_EXIT, 0, 0, 0, 0);
		j->now.bias = NOWHERE;
		break;
	default:
		if (j->x.target == CBPF_FOR_LIBPCAP)
			reject_if(j, EB_JEQ_64_K, META, 0, 0);
	}
	if (wanted(j, LIVE_A))
		load(j, 4, A, META, meta_offset(i->anc));
}

/* ---- loads of a socket filter ---- */

/* Of struct __sk_buff. */
enum {
	SKB_LEN = 0,
	SKB_PKTTYPE = 4,
	SKB_MARK = 8,
	SKB_QUEUE = 12,
	SKB_PROTOCOL = 16,
	SKB_VLAN_PRESENT = 20,
	SKB_VLAN_TCI = 24,
	SKB_VLAN_PROTO = 28,
	SKB_IFINDEX = 40,
	SKB_HASH = 68
};

static void socket_load(struct job *j, const struct cx_insn *i)
{
	static const u8 abs[] = {[1] = EB_LD_ABS_B, [2] = EB_LD_ABS_H, [4] = EB_LD_ABS_W};
	static const u8 ind[] = {[1] = EB_LD_IND_B, [2] = EB_LD_IND_H, [4] = EB_LD_IND_W};
	bool msh = i->row == CB_LDX_MSH, keep = msh && wanted(j, LIVE_A);
	s32 k = (s32)j->x.code[j->pc].k;

	if (keep)
		put_x(j, EB_MOV_32_X, j->save, A);
	if (i->reads & LIVE_X)
		put(j, ind[i->size], 0, j->rx, 0, k);
	else
		put(j, abs[i->size], 0, 0, 0, k);
	if (msh && wanted(j, LIVE_X)) {
		put_k(j, EB_AND_32_K, A, 15);
		put_k(j, EB_LSH_32_K, A, 2);
		put_x(j, EB_MOV_32_X, j->rx, A);
	}
	if (keep)
		put_x(j, EB_MOV_32_X, A, j->save);
}

static void refuse(struct job *j, const char *what)
{
	if (!j->err)
		j->err = err_at_insn(err_new(OB_UNSUPPORTED,
					     "an extended socket filter of Linux has no %s", what),
				     j->pc);
}

static void socket_ancillary(struct job *j, const struct cx_insn *i)
{
	enum { TEMP = 1 };

	switch ((enum cb_anc)i->anc) {
	case CA_PROTOCOL:
		load(j, 4, A, CTX, SKB_PROTOCOL);
		put(j, EB_BE16, A, 0, 0, 0);
		return;
	case CA_PKTTYPE:
		load(j, 4, A, CTX, SKB_PKTTYPE);
		return;
	case CA_IFINDEX:
		load(j, 4, TEMP, CTX, SKB_IFINDEX);
		put(j, EB_JNE_32_K, TEMP, 0, 1, 0);
		put(j, EB_EXIT, 0, 0, 0, 0);
		put_x(j, EB_MOV_32_X, A, TEMP);
		return;
	case CA_MARK:
		load(j, 4, A, CTX, SKB_MARK);
		return;
	case CA_QUEUE:
		load(j, 4, A, CTX, SKB_QUEUE);
		return;
	case CA_RXHASH:
		load(j, 4, A, CTX, SKB_HASH);
		return;
	case CA_CPU:
		put(j, EB_CALL, 0, 0, 0, CBPF_CALL_CPU);
		return;
	case CA_RANDOM:
		put(j, EB_CALL, 0, 0, 0, CBPF_CALL_RANDOM);
		return;
	case CA_ALU_XOR_X:
		put_x(j, EB_XOR_32_X, A, j->rx);
		return;
	case CA_VLAN_TAG:
		load(j, 4, A, CTX, SKB_VLAN_TCI);
		return;
	case CA_VLAN_TAG_PRESENT:
		load(j, 4, A, CTX, SKB_VLAN_PRESENT);
		return;
	case CA_VLAN_TPID:
		load(j, 4, A, CTX, SKB_VLAN_PROTO);
		put(j, EB_BE16, A, 0, 0, 0);
		return;
	case CA_NLATTR:
	case CA_NLATTR_NEST:
	case CA_HATYPE:
	case CA_PAY_OFFSET:
		refuse(j, cbpf_anc(j->x.code[j->pc].k)->text);
	}
}

static void put_len(struct job *j, int dst)
{
	if (j->x.target == CBPF_FOR_SOCKET)
		load(j, 4, dst, CTX, SKB_LEN);
	else
		put_x(j, EB_MOV_32_X, dst, LEN);
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
		put_len(j, A);
		break;
	case CB_LDX_IMM:
		put_k(j, EB_MOV_32_K, j->rx, k);
		break;
	case CB_LDX_MEM:
		recall(j, k, j->rx);
		break;
	case CB_LDX_LEN:
		put_len(j, j->rx);
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
		new_x(j);
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
	bool socket = j->x.target == CBPF_FOR_SOCKET;

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
	else if (i->load)
		(socket ? socket_load : packet_load)(j, i);
	else if (i->anc >= 0)
		(socket ? socket_ancillary : ancillary)(j, i);
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
