/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic programs' loads in extended code. */
#include "isa/extend.h"

#include <stddef.h>

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

void cx_new_x(struct job *j)
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
		cx_new_x(j);
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

void cx_load_len(struct job *j, int dst)
{
	if (j->x.target == CBPF_FOR_SOCKET)
		load(j, 4, dst, CTX, SKB_LEN);
	else
		put_x(j, EB_MOV_32_X, dst, LEN);
}

void cx_load(struct job *j, const struct cx_insn *i)
{
	bool socket = j->x.target == CBPF_FOR_SOCKET;

	if (i->load)
		(socket ? socket_load : packet_load)(j, i);
	else
		(socket ? socket_ancillary : ancillary)(j, i);
}
