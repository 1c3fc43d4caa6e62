/* SPDX-License-Identifier: BSD-2-Clause */
/* The classic machine: decoded once to threaded code, run by one loop.
 *
 * Every instruction keeps a slot of its own. A fused op stands in the slot of
 * its first instruction and reads the operands of the others from their slots,
 * which stay whole, so that any instruction can still be jumped to. */
#include "vm/vm.h"

#include <stdlib.h>
#include <sys/random.h>

struct op {
	const void *go; /* the label that does it */
	u32 k;
	u32 more;                 /* see decode() */
	const struct op *jt, *jf; /* where jumps lead */
};

/* op[0] is the prologue, op[1 + pc] an instruction. The counted form is not
 * fused: its labels all count, then go to real[]. */
struct vm_classic {
	const struct op *first, *counted_first;
	const void **real;
	struct op *counted;
	struct op op[];
};

/* Ops that are no rows: rows with special operands, then fused ones. */
#define LOADS(F, jump)    \
	F(LD_W_ABS, jump) \
	F(LD_H_ABS, jump) F(LD_B_ABS, jump) F(LD_W_IND, jump) F(LD_H_IND, jump) F(LD_B_IND, jump)
#define LOADS_AND_JUMPS(F) LOADS(F, JEQ) LOADS(F, JGT) LOADS(F, JGE) LOADS(F, JSET)
#define ABS_LOADS(F)       F(LD_W_ABS) F(LD_H_ABS) F(LD_B_ABS)

enum op_name {
	SPECIAL = CB_COUNT,
	CLEAR = SPECIAL, /* the prologue: M[] = 0 */
	LD_NEG,          /* absolute load below 0: k, more is the size */
	MSH_NEG,
	ANC,     /* ancillary load: k is its number */
	JA_BACK, /* ja backwards */
	FUSED,
	JEQ_JEQ = FUSED, /* jeq K whose jf is another jeq K */
	MSH_JA,
	MSH_LDH_JEQ,
#define F(load, jump) load##_##jump,
	LOADS_AND_JUMPS(F)
#undef F
#define F(load) load##_JEQ_JEQ, load##_AND_JEQ,
		ABS_LOADS(F)
#undef F
			OP_COUNT
};

/* Where a load from outside of [0, 2^31) finds its bytes, as Linux's
 * bpf_skb_load_helper_*, or NULL. */
static const u8 *reach(const struct vm_pkt *pkt, u32 off, u32 size)
{
	static const struct ob_meta none;
	const struct ob_meta *anc = pkt->anc ? pkt->anc : &none;
	u64 at = off;

	if (off >= CBPF_NET_OFF)
		at = (u64)(off - CBPF_NET_OFF) + anc->net_off;
	else if (off >= CBPF_LL_OFF && anc->has_ll)
		at = off - CBPF_LL_OFF;
	else if (off >= 0x80000000)
		return NULL;
	return bytes_has((struct bytes){pkt->data, pkt->caplen}, at, size) ? pkt->data + at : NULL;
}

static u32 get_be(const u8 *p, u32 size)
{
	return size == 4 ? get_be32(p) : size == 2 ? get_be16(p) : *p;
}

/* The offset of the first attribute of this type in [at, at + n), or 0. The
 * headers are in host order: {u16 length with header, u16 type}. */
static u32 find_nlattr(const u8 *data, u32 at, u32 n, u32 type)
{
	enum { HEADER = 4, TYPE_MASK = 0x3fff };
	u16 head[2];

	while (n >= HEADER) {
		memcpy(head, data + at, sizeof(head));
		if (head[0] < HEADER || head[0] > n)
			return 0;
		if ((head[1] & TYPE_MASK) == type)
			return at;
		u32 step = MIN((head[0] + 3u) & ~3u, n);
		at += step;
		n -= step;
	}
	return 0;
}

static u32 nlattr(const struct vm_pkt *pkt, u32 at, u32 type, bool nested)
{
	u16 len;

	if (pkt->caplen < 4 || at > pkt->caplen - 4)
		return 0;
	if (!nested)
		return find_nlattr(pkt->data, at, pkt->caplen - at, type);
	memcpy(&len, pkt->data + at, sizeof(len));
	if (len < 4 || len > pkt->caplen - at)
		return 0;
	return find_nlattr(pkt->data, at + 4, len - 4u, type);
}

static u32 random_u32(void)
{
	static __thread u64 state;

	while (!state)
		if (getrandom(&state, sizeof(state), 0) < 0)
			state = (uintptr_t)&state;
	return (u32)hash_u64(state += 0x9e3779b97f4a7c15);
}

/* False ends the run: Linux then returns A as it stands, not 0. */
static bool ancillary(const struct vm_pkt *pkt, u32 n, u32 X, u32 *A)
{
	static const struct ob_meta none;
	const struct ob_meta *anc = pkt->anc ? pkt->anc : &none;

	switch ((enum cb_anc)n) {
	case CA_PROTOCOL:
		*A = anc->protocol;
		return true;
	case CA_PKTTYPE:
		*A = anc->pkttype;
		return true;
	case CA_IFINDEX:
		*A = anc->has_dev ? anc->ifindex : *A;
		return anc->has_dev;
	case CA_NLATTR:
		*A = nlattr(pkt, *A, X, false);
		return true;
	case CA_NLATTR_NEST:
		*A = nlattr(pkt, *A, X, true);
		return true;
	case CA_MARK:
		*A = anc->mark;
		return true;
	case CA_QUEUE:
		*A = anc->queue;
		return true;
	case CA_HATYPE:
		*A = anc->has_dev ? anc->hatype : *A;
		return anc->has_dev;
	case CA_RXHASH:
		*A = anc->rxhash;
		return true;
	case CA_CPU:
		*A = anc->cpu;
		return true;
	case CA_ALU_XOR_X:
		*A ^= X;
		return true;
	case CA_VLAN_TAG:
		*A = anc->vlan_tag;
		return true;
	case CA_VLAN_TAG_PRESENT:
		*A = anc->vlan_tag_present;
		return true;
	case CA_PAY_OFFSET:
		*A = anc->pay_offset;
		return true;
	case CA_RANDOM:
		*A = random_u32();
		return true;
	case CA_VLAN_TPID:
		*A = anc->vlan_tpid;
		return true;
	}
	return false;
}

/* A run. In the loop pc, A, X and the packet's bounds stay in registers; only
 * for what is rare, aside(), the first three are in here. */
struct frame {
	const struct vm_classic *c;
	const struct vm_pkt *pkt;
	const struct op *pc;
	u32 A, X;
	u32 from; /* of a load */
	u32 back; /* jumps back that are left */
	u64 *count;
	u32 M[CBPF_MEMWORDS];
};

/* What aside() does. The low bits are a load's size or an ancillary load's
 * number; libpcap's drop when nothing is known. */
enum request { ASIDE_LOAD = 0x100, ASIDE_MSH = 0x200, ASIDE_ANC = 0x400, ANC_OR_DROP = 0x80 };

/* False ends the run, with A as the verdict. */
static __attribute__((noinline, cold)) bool aside(struct frame *r, u32 request)
{
	u32 n = request & 0x7f;

	if (request & ASIDE_ANC) {
		if (r->pkt->anc || !(request & ANC_OR_DROP))
			return ancillary(r->pkt, n, r->X, &r->A);
		r->A = 0;
		return false;
	}
	const u8 *at = reach(r->pkt, r->from, n);
	if (!at)
		r->A = 0;
	else if (request & ASIDE_MSH)
		r->X = (*at & 0xfu) << 2;
	else
		r->A = get_be(at, n);
	return at;
}

/* The pieces of which the labels are made. They end in the slot behind. */
#define ASIDE(what)             \
	do {                    \
		request = what; \
		goto rare;      \
	} while (0)
#define ABS(get)                                 \
	do {                                     \
		if (unlikely(caplen < pc->more)) \
			return 0;                \
		A = get(p + pc->k);              \
		pc++;                            \
	} while (0)
#define IND(get, size)                               \
	do {                                         \
		u64 off = (u64)X + pc->k;            \
		if (unlikely(off + size > caplen)) { \
			if (!pc->more)               \
				return 0;            \
			r.from = (u32)off;           \
			ASIDE(ASIDE_LOAD | size);    \
		}                                    \
		A = get(p + off);                    \
		pc++;                                \
	} while (0)
#define MSH()                                    \
	do {                                     \
		if (unlikely(caplen < pc->more)) \
			return 0;                \
		X = (p[pc->k] & 0xfu) << 2;      \
		pc++;                            \
	} while (0)
/* The rare paths read what they need from r, not from registers kept for them. */
#define FORGET()        __asm__ volatile("" ::: "memory")
#define BYTE(p)         (*(p))
#define LOAD_LD_W_ABS() ABS(get_be32)
#define LOAD_LD_H_ABS() ABS(get_be16)
#define LOAD_LD_B_ABS() ABS(BYTE)
#define LOAD_LD_W_IND() IND(get_be32, 4)
#define LOAD_LD_H_IND() IND(get_be16, 2)
#define LOAD_LD_B_IND() IND(BYTE, 1)
#define TEST_JEQ        (A == pc->k)
#define TEST_JGT        (A > pc->k)
#define TEST_JGE        (A >= pc->k)
#define TEST_JSET       (A & pc->k)
#define GO()            goto * pc->go
#define NEXT()        \
	do {          \
		pc++; \
		GO(); \
	} while (0)
/* The empty asm keeps this a branch: branches are predicted, but a conditional
 * move would make every op wait for the packet byte that the last one read. */
#define JUMP(test)                              \
	do {                                    \
		if (test) {                     \
			pc = pc->jt;            \
			__asm__("" : "+r"(pc)); \
		} else {                        \
			pc = pc->jf;            \
		}                               \
		GO();                           \
	} while (0)
#define JUMP_TWICE()                 \
	do {                         \
		if (A == pc->k) {    \
			pc = pc->jt; \
			GO();        \
		}                    \
		pc = pc->jf;         \
		JUMP(A == pc->k);    \
	} while (0)

/* Without pc it only gives away its labels. */
static u32 loop(const struct vm_classic *c, const struct op *pc, const struct vm_pkt *pkt,
		u64 *count, const void *const **labels)
{
	static const void *const label[OP_COUNT + 1] = {
#define CB(name, ...) [CB_##name] = &&name,
#include "isa/classic.def"
		[CLEAR] = &&CLEAR,
		[LD_NEG] = &&LD_NEG,
		[MSH_NEG] = &&MSH_NEG,
		[ANC] = &&ANC,
		[JA_BACK] = &&JA_BACK,
		[JEQ_JEQ] = &&JEQ_JEQ,
		[MSH_JA] = &&MSH_JA,
		[MSH_LDH_JEQ] = &&MSH_LDH_JEQ,
#define F(load, jump) [load##_##jump] = &&load##_##jump,
		LOADS_AND_JUMPS(F)
#undef F
#define F(load) [load##_JEQ_JEQ] = &&load##_JEQ_JEQ, [load##_AND_JEQ] = &&load##_AND_JEQ,
			ABS_LOADS(F)
#undef F
				[OP_COUNT] = &&COUNT,
	};

	if (unlikely(!pc)) {
		*labels = label;
		return 0;
	}
	struct frame r; /* the rest is set before it is used */
	r.c = c;
	r.pkt = pkt;
	r.count = count;
	r.back = CBPF_BACK_MAX;
	const u8 *p = pkt->data;
	u64 caplen = pkt->caplen;
	u32 A = 0, X = 0, request;
	GO();

	/* clang-format off */
rare:
	FORGET();
	r.pc = pc + 1;
	r.A = A;
	r.X = X;
	if (!aside(&r, request))
		return r.A;
	pc = r.pc;
	A = r.A;
	X = r.X;
	p = r.pkt->data;
	caplen = r.pkt->caplen;
	GO();

COUNT:
	FORGET();
	++*r.count;
	goto *r.c->real[pc - r.c->counted];

CLEAR:
	memset(r.M, 0, sizeof(r.M));
	NEXT();

LD_W_ABS:
	ABS(get_be32);
	GO();
LD_H_ABS:
	ABS(get_be16);
	GO();
LD_B_ABS:
	ABS(BYTE);
	GO();
LD_W_IND:
	IND(get_be32, 4);
	GO();
LD_H_IND:
	IND(get_be16, 2);
	GO();
LD_B_IND:
	IND(BYTE, 1);
	GO();
LDX_MSH:
	MSH();
	GO();
LD_NEG:
	r.from = pc->k;
	ASIDE(ASIDE_LOAD | pc->more);
MSH_NEG:
	r.from = pc->k;
	ASIDE(ASIDE_MSH | 1);
ANC:
	ASIDE(ASIDE_ANC | pc->more | pc->k);
LD_IMM:
	A = pc->k;
	NEXT();
LD_MEM:
	A = r.M[pc->k];
	NEXT();
LD_LEN:
	FORGET();
	A = r.pkt->len;
	NEXT();
LDX_IMM:
	X = pc->k;
	NEXT();
LDX_MEM:
	X = r.M[pc->k];
	NEXT();
LDX_LEN:
	FORGET();
	X = r.pkt->len;
	NEXT();
ST:
	r.M[pc->k] = A;
	NEXT();
STX:
	r.M[pc->k] = X;
	NEXT();

	/* The arithmetic and the jumps are the table's. A shift by X >= 32 has
	 * `more` = 0 in libpcap's dialect, all ones in Linux's. */
#define CB_ALU(name, code, mnemonic, with_k, rule, seccomp, fails, ...)                                  \
	ALU_##name##_K:                                                                            \
	{                                                                                          \
		u32 s = pc->k;                                                                     \
		if (fails)                                                                         \
			return 0;                                                                  \
		A = __VA_ARGS__;                                                                   \
		NEXT();                                                                            \
	}                                                                                          \
	ALU_##name##_X:                                                                            \
	{                                                                                          \
		u32 s = X;                                                                         \
		if (fails)                                                                         \
			return 0;                                                                  \
		A = __VA_ARGS__;                                                                   \
		if (CB_ALU_##name##_X == CB_ALU_LSH_X || CB_ALU_##name##_X == CB_ALU_RSH_X)        \
			A &= s < 32 ? ~0u : pc->more;                                              \
		NEXT();                                                                            \
	}
#define CB_JMP(name, code, mnemonic, ...)                                                          \
	JMP_##name##_K:                                                                            \
	{                                                                                          \
		u32 s = pc->k;                                                                     \
		JUMP(__VA_ARGS__);                                                                 \
	}                                                                                          \
	JMP_##name##_X:                                                                            \
	{                                                                                          \
		u32 s = X;                                                                         \
		JUMP(__VA_ARGS__);                                                                 \
	}
#define CB(...)
#include "isa/classic.def"

ALU_NEG:
	A = -A;
	NEXT();
JA_BACK:
	if (!r.back--)
		return 0;
JMP_JA:
	pc = pc->jt;
	GO();
RET_K:
	return pc->k;
RET_A:
	return A;
TAX:
	X = A;
	NEXT();
TXA:
	A = X;
	NEXT();

JEQ_JEQ:
	JUMP_TWICE();
MSH_JA:
	MSH();
	pc = pc->jt;
	GO();
MSH_LDH_JEQ:
	MSH();
	LOAD_LD_H_IND();
	JUMP(TEST_JEQ);
#define F(load, jump)                                                                              \
	load##_##jump : LOAD_##load();                                                             \
	JUMP(TEST_##jump);
	LOADS_AND_JUMPS(F)
#undef F
#define F(load)                                                                                    \
	load##_JEQ_JEQ : LOAD_##load();                                                            \
	JUMP_TWICE();                                                                              \
	load##_AND_JEQ : LOAD_##load();                                                            \
	A &= pc->k;                                                                                \
	pc++;                                                                                      \
	JUMP(TEST_JEQ);
	ABS_LOADS(F)
#undef F
}

/* clang-format on */

/* ---- decoding ---- */

struct job {
	const struct ob_cbpf *code;
	u32 n;
	enum vm_dialect dialect;
	const void *const *label;
};

static u32 size_of(int row)
{
	switch (row) {
	case CB_LD_W_ABS:
		return 4;
	case CB_LD_H_ABS:
		return 2;
	default:
		return 1;
	}
}

/* An absolute load or msh: `more` is the packet length that it needs. */
static int decode_abs(const struct job *j, const struct ob_cbpf *c, int row, struct op *op)
{
	bool linux_rules = j->dialect == VM_LINUX;
	u32 size = size_of(row);

	if (row != CB_LDX_MSH && cbpf_anc(c->k) &&
	    (linux_rules || (row == CB_LD_B_ABS && (c->k - CBPF_AD_OFF == CA_VLAN_TAG ||
						    c->k - CBPF_AD_OFF == CA_VLAN_TAG_PRESENT)))) {
		op->k = c->k - CBPF_AD_OFF;
		op->more = linux_rules ? 0 : ANC_OR_DROP;
		return ANC;
	}
	if (linux_rules && c->k >= 0x80000000) {
		op->more = size;
		return row == CB_LDX_MSH ? MSH_NEG : LD_NEG;
	}
	if (c->k > UINT32_MAX - size) {
		op->k = 0;
		return CB_RET_K;
	}
	op->more = c->k + size;
	return row;
}

/* Fills all but go, and returns the op's name. */
static int decode(const struct job *j, u32 pc, const struct op *base, struct op *op)
{
	const struct ob_cbpf *c = &j->code[pc];
	int row = cbpf_row(c->code);

	*op = (struct op){.k = c->k};
	switch (row) {
	case CB_LD_W_ABS:
	case CB_LD_H_ABS:
	case CB_LD_B_ABS:
	case CB_LDX_MSH:
		return decode_abs(j, c, row, op);
	case CB_LD_W_IND:
	case CB_LD_H_IND:
	case CB_LD_B_IND:
		op->more = j->dialect == VM_LINUX;
		break;
	case CB_ALU_LSH_X:
	case CB_ALU_RSH_X:
		op->more = j->dialect == VM_LINUX ? UINT32_MAX : 0;
		break;
	case CB_ALU_LSH_K:
	case CB_ALU_RSH_K:
		if (c->k < 32)
			break;
		op->k = 0;
		return CB_LD_IMM;
	case CB_JMP_JA:
		op->jt = base + (u32)(pc + 1 + c->k);
		return op->jt <= base + pc ? JA_BACK : row;
	default:
		if (cbpf_is_cond(c->code)) {
			op->jt = base + pc + 1 + c->jt;
			op->jf = base + pc + 1 + c->jf;
		}
	}
	return row;
}

/* The fused op that may stand at a slot, or its own name. name[n] to name[n + 1]
 * are no rows, so that looking ahead is safe. */
static int fuse(const struct job *j, const int *name, u32 pc)
{
	int first = name[pc], next = name[pc + 1], third = name[pc + 2];
	bool chain = false; /* of jeqs: this or the next one fails to another */

	if (first == CB_JMP_JEQ_K)
		chain = name[pc + 1 + j->code[pc].jf] == CB_JMP_JEQ_K;
	else if (next == CB_JMP_JEQ_K)
		chain = name[pc + 2 + j->code[pc + 1].jf] == CB_JMP_JEQ_K;
	if (first == CB_JMP_JEQ_K && chain)
		return JEQ_JEQ;
	if (first == CB_LDX_MSH && next == CB_JMP_JA)
		return MSH_JA;
	if (first == CB_LDX_MSH && next == CB_LD_H_IND && third == CB_JMP_JEQ_K)
		return MSH_LDH_JEQ;
#define F(load)                                                                  \
	if (first == CB_##load && next == CB_JMP_JEQ_K && chain)                 \
		return load##_JEQ_JEQ;                                           \
	if (first == CB_##load && next == CB_ALU_AND_K && third == CB_JMP_JEQ_K) \
		return load##_AND_JEQ;
	ABS_LOADS(F)
#undef F
#define F(load, jump)                                        \
	if (first == CB_##load && next == CB_JMP_##jump##_K) \
		return load##_##jump;
	LOADS_AND_JUMPS(F)
#undef F
	return first;
}

static bool reads_cells(const struct job *j)
{
	for (u32 pc = 0; pc < j->n; pc++)
		if (cbpf_rows[cbpf_row(j->code[pc].code)].reads & CB_M)
			return true;
	return false;
}

/* Both forms begin with the prologue, which only libpcap's dialect may need:
 * Linux's checker has proved that cells are stored before they are loaded. */
static void fill(const struct job *j, struct vm_classic *c, int *name)
{
	bool clear = j->dialect == VM_LIBPCAP && reads_cells(j);
	const void *const *label = j->label;

	c->op[0].go = c->counted[0].go = label[CLEAR];
	c->first = clear ? c->op : c->op + 1;
	c->counted_first = clear ? c->counted : c->counted + 1;
	for (u32 pc = 0; pc < j->n; pc++) {
		name[pc] = decode(j, pc, c->op + 1, &c->op[pc + 1]);
		decode(j, pc, c->counted + 1, &c->counted[pc + 1]);
		c->counted[pc + 1].go = label[OP_COUNT];
		c->real[pc + 1] = label[name[pc]];
	}
	for (u32 pc = 0; pc < j->n; pc++)
		c->op[pc + 1].go = label[fuse(j, name, pc)];
}

/* The least that decoding stands on; the checker has said much more. */
static struct ob_err *sound(const struct prog *p)
{
	for (u32 pc = 0; pc < p->n; pc++)
		if (cbpf_row(p->classic[pc].code) < 0)
			return err_at_insn(err_new(OB_REFUSED, "opcode 0x%x does not exist",
						   p->classic[pc].code),
					   pc);
	return NULL;
}

struct ob_err *vm_classic_create(const struct prog *p, enum vm_dialect d, struct vm_classic **ret)
{
	struct job j = {p->classic, p->n, d, NULL};
	struct ob_err *err = sound(p);
	size_t n = (size_t)p->n + 1;

	if (err)
		return err;
	struct vm_classic *c = malloc(sizeof(*c) + n * (2 * sizeof(struct op) + sizeof(void *)));
	int *name = malloc((n + 1) * sizeof(*name));
	if (!c || !name) {
		free(c);
		free(name);
		return err_nomem();
	}
	name[p->n] = name[p->n + 1] = -1;
	c->counted = c->op + n;
	c->real = (const void **)(c->counted + n);
	loop(NULL, NULL, NULL, NULL, &j.label);
	fill(&j, c, name);
	free(name);
	*ret = c;
	return NULL;
}

void vm_classic_destroy(struct vm_classic *c) { free(c); }

u32 vm_classic_run(const struct vm_classic *c, const struct vm_pkt *pkt)
{
	return loop(c, c->first, pkt, NULL, NULL);
}

u32 vm_classic_run_counted(const struct vm_classic *c, const struct vm_pkt *pkt, u64 *count)
{
	*count = 0;
	return loop(c, c->counted_first, pkt, count, NULL);
}

/* ---- for programs that were made extended ---- */

static u64 call_random(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r1, (void)r2, (void)r3, (void)r4, (void)r5, (void)r;
	return random_u32();
}

static u64 call_nlattr(u64 data, u64 caplen, u64 A, u64 X, u64 r5, struct run *r)
{
	struct vm_pkt pkt = {.data = (const u8 *)(uintptr_t)data, .caplen = (u32)caplen};

	(void)r5, (void)r;
	return nlattr(&pkt, (u32)A, (u32)X, false);
}

static u64 call_nlattr_nest(u64 data, u64 caplen, u64 A, u64 X, u64 r5, struct run *r)
{
	struct vm_pkt pkt = {.data = (const u8 *)(uintptr_t)data, .caplen = (u32)caplen};

	(void)r5, (void)r;
	return nlattr(&pkt, (u32)A, (u32)X, true);
}

env_fn *vm_classic_helper(u32 id)
{
	switch ((enum cbpf_call)id) {
	case CBPF_CALL_RANDOM:
		return call_random;
	case CBPF_CALL_NLATTR:
		return call_nlattr;
	case CBPF_CALL_NLATTR_NEST:
		return call_nlattr_nest;
	case CBPF_CALL_CPU:
		break;
	}
	return NULL;
}

/* ---- for the library's users ---- */

_Static_assert((int)VM_LINUX == OB_DIALECT_LINUX && (int)VM_LIBPCAP == OB_DIALECT_LIBPCAP,
	       "the dialects have public names");

struct ob_err *ob_classic_create(const struct ob_prog *prog, enum ob_dialect dialect,
				 struct ob_classic **ret)
{
	struct vm_classic *c;

	struct ob_err *err = prog_may_run(prog_private(prog), dialect);
	if (!err)
		err = vm_classic_create(prog_private(prog), (enum vm_dialect)dialect, &c);
	if (!err)
		*ret = (struct ob_classic *)c;
	return err;
}

void ob_classic_destroy(struct ob_classic *c) { vm_classic_destroy((struct vm_classic *)c); }

uint32_t ob_classic_run(const struct ob_classic *c, const void *data, uint32_t caplen, uint32_t len)
{
	struct vm_pkt pkt = {data, caplen, len, NULL};

	return vm_classic_run((const struct vm_classic *)c, &pkt);
}

uint32_t ob_classic_run_meta(const struct ob_classic *c, const void *data, uint32_t caplen,
			     uint32_t len, const struct ob_meta *meta, uint64_t *count)
{
	const struct vm_classic *vm = (const struct vm_classic *)c;
	struct vm_pkt pkt = {data, caplen, len, meta};

	return count ? vm_classic_run_counted(vm, &pkt, count) : vm_classic_run(vm, &pkt);
}
