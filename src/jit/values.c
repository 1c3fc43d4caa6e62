/* SPDX-License-Identifier: BSD-2-Clause */
/* Better operations with the same results.
 *
 * A region is walked once, forwards. Each result is a *value* with a number; a
 * copy has the number of what was copied. It is known how a value was made from
 * others, so that an operation may go back to those, as long as some register
 * still holds them: r3 = r1; r3 += r2; r4 = *(u8 *)(r3 + 1) loads from
 * r1 + r2 + 1. What is not needed then falls to the sweep. An earlier slot is
 * changed only if nobody has used its result, and if this slot overwrites it. */
#include "jit/op.h"

enum { VALUES = REGION_MAX * 6 + 16, NOVAL = 0 };

enum kind {
	V_ANY,
	V_CONST, /* k */
	V_ADDR,  /* a + (b << scale) + k; NOVAL: not there */
	V_SHL,   /* a shifted by k */
	V_SHR,
	V_AND, /* a & k */
	V_MEM, /* n bytes at a + (b << scale) + k, shifted left */
};

struct val {
	u8 kind, wide; /* 64 bits, or of 32-bit operations */
	u8 bits;       /* all above are 0 */
	u8 reg;        /* that got it first */
	u8 scale;
	u8 n, shift; /* V_MEM */
	bool big;    /* V_MEM: big-endian */
	u16 a, b;
	u16 uses;
	u32 slot;  /* that made it */
	u32 epoch; /* V_MEM: stores before it */
	s64 k;
};

struct walk {
	struct ops *o;
	u32 pc, epoch;
	u16 n;
	u16 now[EBPF_REGS]; /* the value of each register */
	struct val v[VALUES];
};

/* ---- values ---- */

static u16 add(struct walk *w, struct val v)
{
	v.slot = w->pc;
	w->v[w->n] = v;
	return w->n++;
}

static u8 holder(const struct walk *w, u16 id)
{
	if (id == NOVAL)
		return NOREG;
	if (w->now[w->v[id].reg] == id)
		return w->v[id].reg;
	for (u8 r = 0; r < EBPF_REGS; r++)
		if (w->now[r] == id)
			return r;
	return NOREG;
}

static u16 use(struct walk *w, u8 reg)
{
	u16 id = w->now[reg];

	w->v[id].uses++;
	return id;
}

static void set(struct walk *w, u8 reg, struct val v)
{
	v.reg = reg;
	if (!v.bits)
		v.bits = v.wide ? 64 : 32;
	w->now[reg] = add(w, v);
}

static void set_any(struct walk *w, u8 reg, bool wide, u32 bits)
{
	set(w, reg,
	    (struct val){.kind = V_ANY, .wide = wide, .bits = (u8)MIN(bits, wide ? 64u : 32u)});
}

static u8 bit_length(u64 x) { return x ? (u8)(64 - __builtin_clzll(x)) : 1; }

/* The register that holds it, which is then read. */
static u8 take(struct walk *w, u16 id)
{
	w->v[id].uses++;
	return holder(w, id);
}

/* The register from which an operation may read what reg holds. */
static u8 source(struct walk *w, u8 reg) { return holder(w, use(w, reg)); }

/* The same, where only the low bits count. */
static u8 low_source(struct walk *w, u8 reg, u32 bits)
{
	u16 id = use(w, reg);
	const struct val *v = &w->v[id];
	u64 low = bits == 64 ? ~0ull : (1ull << bits) - 1;

	if (v->kind == V_AND && ((u64)v->k & low) == low) {
		if (holder(w, v->a) != NOREG)
			return take(w, v->a);
	}
	return holder(w, id);
}

/* ---- addresses ---- */

struct addr {
	u16 a, b;
	u8 scale;
	s64 k;
};

static bool fits(s64 k) { return k == (s32)k; }

/* How the value is a sum of what registers hold now. */
static struct addr as_addr(const struct walk *w, u16 id, bool wide)
{
	const struct val *v = &w->v[id];
	struct addr self = {.a = id}, r = self;

	if (!wide && v->kind == V_AND && (u32)v->k == UINT32_MAX)
		v = &w->v[r.a = self.a = holder(w, v->a) == NOREG ? id : v->a];
	if (v->kind == V_ADDR && (v->wide || !wide))
		r = (struct addr){v->a, v->b, v->scale, v->k};
	else if (v->kind == V_SHL && (v->wide || !wide) && v->k <= 3)
		r = (struct addr){NOVAL, v->a, (u8)v->k, 0};
	else
		return self;
	if ((r.a && holder(w, r.a) == NOREG) || (r.b && holder(w, r.b) == NOREG))
		return self;
	return r;
}

static bool sum(struct addr x, struct addr y, struct addr *ret)
{
	struct addr r = {.k = x.k + y.k};
	u16 plain[4];
	u32 n = 0;

	if (x.a)
		plain[n++] = x.a;
	if (y.a)
		plain[n++] = y.a;
	if (x.b && y.b)
		return false;
	r.b = x.b ? x.b : y.b;
	r.scale = x.b ? x.scale : y.scale;
	if (n + !!r.b > 2 || !fits(r.k))
		return false;
	if (n == 2) {
		r.b = plain[1];
		r.scale = 0;
	}
	if (n)
		r.a = plain[0];
	*ret = r;
	return true;
}

static void put_addr(struct walk *w, struct op *op, struct addr x)
{
	op->base = take(w, x.a);
	op->index = take(w, x.b);
	op->scale = x.b ? x.scale : 0;
	op->disp = (s32)x.k;
}

/* ---- arithmetic ---- */

static void copy(struct walk *w, struct op *op, u16 id)
{
	u8 from = holder(w, id), to = op->e.dst;

	op->e = (struct eb){.op = from == to ? OP_NOP : EB_MOV_64_X, .dst = to, .src = from};
	w->now[to] = id;
}

static void constant(struct walk *w, struct op *op, bool wide, s64 k)
{
	u64 value = wide ? (u64)k : (u32)k;

	set(w, op->e.dst,
	    (struct val){
		    .kind = V_CONST, .wide = wide, .k = (s64)value, .bits = bit_length(value)});
}

/* dst += what `by` says. */
static void add_to(struct walk *w, struct op *op, bool wide, struct addr by, u32 bits)
{
	u8 d = op->e.dst;
	u16 id = use(w, d);
	struct val r = {.kind = V_ANY, .wide = wide};
	struct addr all;

	r.bits = (u8)MIN(MAX(w->v[id].bits, bits) + 1u, wide ? 64u : 32u);
	struct addr mine = as_addr(w, id, wide);
	/* One that others need is not worth making anew from its parts. */
	bool parts = mine.a != id && (mine.a && !mine.b ? true : w->v[id].uses == 1);
	if (!parts)
		mine = (struct addr){.a = id};
	if (sum(mine, by, &all)) {
		bool in_place =
			all.a == id && holder(w, id) == d && (!all.b || (!all.scale && !all.k));
		if (!in_place && !(all.b == id && !all.scale && !all.k && holder(w, id) == d)) {
			put_addr(w, op, all);
			op->e.op = wide ? OP_LEA_64 : OP_LEA_32;
		}
		r.kind = V_ADDR;
		r.a = all.a;
		r.b = all.b;
		r.scale = all.scale;
		r.k = all.k;
	}
	set(w, d, r);
}

/* A register that is added: where only one other reads it, what it is made of. */
static struct addr addend(struct walk *w, u16 id, bool wide)
{
	struct addr r = as_addr(w, id, wide);

	if (w->v[id].kind == V_CONST)
		return (struct addr){.k = wide ? w->v[id].k : (s32)w->v[id].k};
	return w->v[id].uses > 1 && (r.b || r.k) ? (struct addr){.a = id} : r;
}

static void and_with(struct walk *w, struct op *op, bool wide, u64 mask)
{
	u8 d = op->e.dst;
	u16 id = use(w, d);
	const struct val *v = &w->v[id];
	u64 all = v->bits == 64 ? ~0ull : (1ull << v->bits) - 1;

	if ((wide || v->bits <= 32) && (mask & all) == all) {
		copy(w, op, id);
		return;
	}
	if (mask == 0xff || mask == 0xffff) {
		op->e.op = mask == 0xff ? OP_ZX8 : OP_ZX16;
		op->e.src = holder(w, id);
	} else if (mask == 0xffffffff) {
		op->e.op = EB_MOV_32_X;
		op->e.src = holder(w, id);
	}
	set(w, d,
	    (struct val){.kind = V_AND,
			 .wide = wide,
			 .a = id,
			 .k = (s64)mask,
			 .bits = MIN(v->bits, bit_length(mask))});
}

static u8 extension(bool sign, bool wide, u32 bits)
{
	if (!sign)
		return bits == 8            ? OP_ZX8
		       : bits == 16         ? OP_ZX16
		       : wide && bits == 32 ? EB_MOV_32_X
					    : OP_NOP;
	if (wide)
		return bits == 8    ? EB_MOVSX8_64
		       : bits == 16 ? EB_MOVSX16_64
		       : bits == 32 ? EB_MOVSX32_64
				    : OP_NOP;
	return bits == 8 ? EB_MOVSX8_32 : bits == 16 ? EB_MOVSX16_32 : OP_NOP;
}

/* The slot that made the value may be taken out: it worked on its register in
 * place, nobody but this slot has looked, and this slot overwrites it. */
static bool removable(const struct walk *w, u16 id, u8 reg, u8 op)
{
	const struct op *made = &w->o->op[w->v[id].slot];

	return w->v[id].uses == 1 && w->v[id].reg == reg && made->e.op == op && made->e.dst == reg;
}

/* d <<= k; d >>= k: what is left is its low part, with zeros or with its sign. */
static bool extend(struct walk *w, struct op *op, bool wide, bool sign, u32 k)
{
	u8 d = op->e.dst, by = extension(sign, wide, (wide ? 64 : 32) - k), from;
	u16 id = w->now[d];
	const struct val *v = &w->v[id];

	if (v->kind != V_SHL || v->wide != wide || v->k != k || by == OP_NOP)
		return false;
	from = holder(w, v->a);
	if (from == NOREG) {
		if (!removable(w, id, d, wide ? EB_LSH_64_K : EB_LSH_32_K))
			return false;
		w->o->op[v->slot].e.op = OP_NOP;
		from = d;
	} else {
		take(w, v->a);
	}
	op->e = (struct eb){.op = by, .dst = d, .src = from};
	u64 mask = wide ? ~0ull >> k : ~0u >> k;
	if (sign)
		set_any(w, d, wide, 64);
	else
		set(w, d,
		    (struct val){.kind = V_AND,
				 .wide = wide,
				 .a = v->a,
				 .k = (s64)mask,
				 .bits = bit_length(mask)});
	return true;
}

static void shift_right(struct walk *w, struct op *op, bool wide, bool sign, u32 k)
{
	u8 d = op->e.dst;
	u16 id = use(w, d);
	u32 bits = w->v[id].bits;

	if (extend(w, op, wide, sign, k))
		return;
	if (sign && bits >= (wide ? 64u : 32u))
		set_any(w, d, wide, 64);
	else
		set(w, d,
		    (struct val){.kind = bits <= 32 || wide ? V_SHR : V_ANY,
				 .wide = wide,
				 .a = id,
				 .k = k,
				 .bits = (u8)(MIN(bits, wide ? 64u : 32u) > k
						      ? MIN(bits, wide ? 64u : 32u) - k
						      : 1)});
}

static void shift_left(struct walk *w, struct op *op, bool wide, u32 k)
{
	u8 d = op->e.dst;
	u16 id = use(w, d);

	set(w, d,
	    (struct val){.kind = V_SHL,
			 .wide = wide,
			 .a = id,
			 .k = k,
			 .bits = (u8)MIN(w->v[id].bits + k, wide ? 64u : 32u)});
}

/* ---- two halves of an or ---- */

/* x << k | x >> (width - k) */
static bool rotate(struct walk *w, struct op *op, bool wide, u16 d, u16 s)
{
	const struct val *x = &w->v[d], *y = &w->v[s];
	bool first = x->kind == V_SHL;
	u32 width = wide ? 64 : 32;

	if (first ? y->kind != V_SHR : x->kind != V_SHR || y->kind != V_SHL)
		return false;
	if (x->a != y->a || x->wide != wide || y->wide != wide || x->k + y->k != width || !x->k)
		return false;
	u8 from = holder(w, x->a), to = op->e.dst;
	s64 left = first ? x->k : y->k;
	struct eb rol = {.op = wide ? OP_ROL_64 : OP_ROL_32, .dst = to, .src = from, .imm = left};
	if (from == NOREG) {
		u8 made = first ? (wide ? EB_LSH_64_K : EB_LSH_32_K)
				: (wide ? EB_RSH_64_K : EB_RSH_32_K);
		if (!removable(w, d, to, made))
			return false;
		rol.src = to;
		w->o->op[x->slot].e = rol;
		op->e.op = OP_NOP;
	} else {
		take(w, x->a);
		op->e = rol;
	}
	set_any(w, to, wide, 64);
	return true;
}

/* A value as bytes of memory, shifted. */
static bool as_bytes(const struct walk *w, u16 id, struct val *ret)
{
	const struct val *v = &w->v[id];
	u32 shift = 0;

	if (v->kind == V_SHL && !(v->k & 7)) {
		shift = (u32)v->k;
		if (w->v[v->a].bits + shift > (v->wide ? 64u : 32u))
			return false;
		v = &w->v[v->a];
	}
	if (v->kind != V_MEM || v->epoch != w->epoch || v->shift + shift > 56)
		return false;
	*ret = *v;
	ret->shift += (u8)shift;
	return true;
}

/* Puts a load into the slot, if bytes can be loaded so. */
static void load_bytes(struct walk *w, struct op *op, const struct val *m)
{
	static const u8 little[] = {[2] = EB_LDX_H, [4] = EB_LDX_W, [8] = EB_LDX_DW};
	static const u8 big[] = {[2] = OP_LDBE_H, [4] = OP_LDBE_W, [8] = OP_LDBE_DW};
	u8 base = holder(w, m->a), index = holder(w, m->b);

	if (m->shift || m->n & (m->n - 1) || (m->a && base == NOREG) || (m->b && index == NOREG))
		return;
	op->e = (struct eb){.op = m->big ? big[m->n] : little[m->n], .dst = op->e.dst};
	op->base = take(w, m->a);
	op->index = take(w, m->b);
	op->scale = m->scale;
	op->disp = (s32)m->k;
}

/* Neighbours in memory that are neighbours in the value, too. */
static bool join(struct walk *w, struct op *op, bool wide, u16 d, u16 s)
{
	struct val x, y;

	if (w->o->safe || !as_bytes(w, d, &x) || !as_bytes(w, s, &y) || x.a != y.a || x.b != y.b ||
	    x.scale != y.scale)
		return false;
	if (x.shift > y.shift) { /* x is the lower part */
		struct val t = x;

		x = y;
		y = t;
	}
	bool little = x.shift + 8 * x.n == y.shift && x.k + x.n == y.k && (!x.big || x.n == 1) &&
		      (!y.big || y.n == 1);
	bool big = x.shift + 8 * x.n == y.shift && y.k + y.n == x.k && (x.big || x.n == 1) &&
		   (y.big || y.n == 1);
	if (!little && !big)
		return false;
	struct val m = {.kind = V_MEM,
			.wide = wide,
			.a = x.a,
			.b = x.b,
			.scale = x.scale,
			.n = x.n + y.n,
			.shift = x.shift,
			.big = big,
			.epoch = w->epoch,
			.k = little ? x.k : y.k,
			.bits = (u8)(y.shift + 8 * y.n)};
	if (m.bits > (wide ? 64 : 32))
		return false;
	load_bytes(w, op, &m);
	set(w, op->e.dst, m);
	return true;
}

static void or_with(struct walk *w, struct op *op, bool wide)
{
	u16 d = use(w, op->e.dst), s = use(w, op->e.src);

	if (rotate(w, op, wide, d, s) || join(w, op, wide, d, s))
		return;
	op->e.src = holder(w, s);
	set_any(w, op->e.dst, wide, MAX(w->v[d].bits, w->v[s].bits));
}

/* ---- one operation ---- */

static bool takes_const(u8 family)
{
	return family == EB_ADD_32_K || family == EB_SUB_32_K || family == EB_MUL_32_K ||
	       family == EB_OR_32_K || family == EB_AND_32_K || family == EB_XOR_32_K ||
	       family == EB_LSH_32_K || family == EB_RSH_32_K || family == EB_ARSH_32_K ||
	       family == EB_DIV_32_K || family == EB_MOD_32_K;
}

static u32 result_bits(u8 family, const struct val *d, u32 s_bits, u64 k, bool by_const)
{
	switch (family) {
	case EB_OR_32_K:
	case EB_XOR_32_K:
		return MAX(d->bits, s_bits);
	case EB_DIV_32_K:
		return d->bits;
	case EB_MOD_32_K:
		return by_const && k ? MIN((u32)bit_length(k - 1), (u32)d->bits) : d->bits;
	case EB_MUL_32_K:
		return MIN(d->bits + s_bits, 64u);
	}
	return 64;
}

static void with_const(struct walk *w, struct op *op, u8 family, bool wide)
{
	s64 k = op->e.imm;
	u32 count = (u32)k & (wide ? 63 : 31);
	u8 d = op->e.dst;

	switch (family) {
	case EB_MOV_32_K:
		constant(w, op, wide, k);
		return;
	case EB_ADD_32_K:
		add_to(w, op, wide, (struct addr){.k = k}, wide && k < 0 ? 64 : bit_length((u64)k));
		return;
	case EB_SUB_32_K:
		add_to(w, op, wide, (struct addr){.k = -k}, 64);
		return;
	case EB_AND_32_K:
		and_with(w, op, wide, wide ? (u64)k : (u32)k);
		return;
	case EB_LSH_32_K:
		shift_left(w, op, wide, count);
		return;
	case EB_RSH_32_K:
	case EB_ARSH_32_K:
		shift_right(w, op, wide, family == EB_ARSH_32_K, count);
		return;
	}
	u64 value = wide ? (u64)k : (u32)k;
	const struct val *v = &w->v[use(w, d)];
	set_any(w, d, wide, result_bits(family, v, bit_length(value), value, true));
}

static void with_reg(struct walk *w, struct op *op, u8 family, bool wide)
{
	u8 d = op->e.dst, s = op->e.src;
	const struct val *v = &w->v[w->now[s]];

	if (family == EB_MOV_32_K) {
		u16 id = use(w, s);

		if (wide || w->v[id].bits <= 32) {
			copy(w, op, id);
			return;
		}
		op->e.src = holder(w, id);
		set(w, d, (struct val){.kind = V_AND, .a = id, .k = UINT32_MAX, .bits = 32});
		return;
	}
	if (v->kind == V_CONST && takes_const(family) && (!wide || fits(v->k))) {
		op->e.op--; /* its row with a constant */
		op->e.imm = wide ? v->k : (s32)v->k;
		with_const(w, op, family, wide);
		return;
	}
	if (family == EB_OR_32_K) {
		or_with(w, op, wide);
		return;
	}
	if (family == EB_ADD_32_K && d != s) {
		u16 id = use(w, s);

		op->e.src = holder(w, id);
		add_to(w, op, wide, addend(w, id, wide), w->v[id].bits);
		return;
	}
	const struct val *to = &w->v[use(w, d)];
	u32 bits = result_bits(family, to, v->bits, 0, false);
	op->e.src = wide ? source(w, s) : low_source(w, s, 32);
	set_any(w, d, wide, bits);
}

static void swap_or_cut(struct walk *w, struct op *op)
{
	u8 d = op->e.dst;
	u32 bits = ebpf_rows[op->e.op].value;
	u16 id = w->now[d];
	struct val m = w->v[id];

	if (op->e.op >= EB_LE16 && op->e.op <= EB_LE64) {
		if (bits == 64)
			op->e.op = OP_NOP;
		else
			and_with(w, op, true, (1ull << bits) - 1);
		return;
	}
	use(w, d);
	if (!w->o->safe && m.kind == V_MEM && m.epoch == w->epoch && !m.shift && !m.big &&
	    m.n * 8u == bits) {
		m.big = true;
		m.uses = 0;
		load_bytes(w, op, &m);
		set(w, d, m);
		return;
	}
	set_any(w, d, true, bits);
}

static void alu(struct walk *w, struct op *op)
{
	u8 family = op->e.op & (u8)~3, k = op->e.op;
	bool wide = k & 2;

	if (k <= EB_ARSH_64_X) {
		if (k & 1)
			with_reg(w, op, family, wide);
		else
			with_const(w, op, family, wide);
		return;
	}
	if (k == EB_NEG_32 || k == EB_NEG_64) {
		use(w, op->e.dst);
		set_any(w, op->e.dst, k == EB_NEG_64, 64);
	} else if (ebpf_rows[k].form == EBF_MOVSX) {
		op->e.src = low_source(w, op->e.src, ebpf_rows[k].value);
		set_any(w, op->e.dst, k >= EB_MOVSX8_64, 64);
	} else {
		swap_or_cut(w, op);
	}
}

/* ---- memory ---- */

static struct addr address(struct walk *w, struct op *op, u8 reg)
{
	u16 id = w->now[reg];
	struct addr x = as_addr(w, id, true);

	if (!fits(x.k + op->disp))
		x = (struct addr){.a = id};
	x.k += op->disp;
	put_addr(w, op, x);
	return x;
}

static void load(struct walk *w, struct op *op)
{
	u32 n = ebpf_size((enum eb_op)op->e.op);
	struct addr x = address(w, op, op->e.src);
	bool sign = op->e.op >= EB_LDSX_W && op->e.op <= EB_LDSX_B;

	if (ebpf_rows[op->e.op].form != EBF_LDX || sign)
		set_any(w, op->e.dst, true, sign ? 64 : 8 * n);
	else
		set(w, op->e.dst,
		    (struct val){.kind = V_MEM,
				 .wide = true,
				 .a = x.a,
				 .b = x.b,
				 .scale = x.scale,
				 .k = x.k,
				 .n = (u8)n,
				 .epoch = w->epoch,
				 .bits = (u8)(8 * n)});
}

static void store(struct walk *w, struct op *op)
{
	enum eb_form form = ebpf_rows[op->e.op].form;
	u32 n = ebpf_size((enum eb_op)op->e.op);

	address(w, op, op->e.dst);
	w->epoch++;
	switch (form) {
	case EBF_ST:
		break;
	case EBF_STX:
	case EBF_STORE_REL:
	case EBF_ATOMIC:
		op->e.src = low_source(w, op->e.src, 8 * n);
		break;
	case EBF_CMPXCHG:
		use(w, 0);
		op->e.src = low_source(w, op->e.src, 8 * n);
		set_any(w, 0, true, 8 * n);
		break;
	default: /* what was there comes into src */
		use(w, op->e.src);
		set_any(w, op->e.src, true, 8 * n);
	}
}

/* ---- jumps ---- */

/* (a & mask) == 0 needs no and. */
static void test_bits(struct walk *w, struct op *op, const struct val *v)
{
	bool equal = op->e.op == EB_JEQ_64_K || op->e.op == EB_JEQ_32_K;
	bool differ = op->e.op == EB_JNE_64_K || op->e.op == EB_JNE_32_K;
	u8 from = holder(w, v->a);

	if (v->kind != V_AND || op->e.imm || (!equal && !differ) || from == NOREG ||
	    (u64)v->k > UINT32_MAX)
		return;
	op->e.op = equal ? OP_JNSET : EB_JSET_32_K;
	op->e.dst = take(w, v->a);
	op->e.imm = (s32)v->k;
}

static void branch(struct walk *w, struct op *op)
{
	bool by_reg = (op->e.op - EB_JEQ_32_K) & 1, wide = (op->e.op - EB_JEQ_32_K) & 2;
	u16 id = w->now[op->e.dst], by = w->now[op->e.src];

	op->e.dst = wide ? source(w, op->e.dst) : low_source(w, op->e.dst, 32);
	if (by_reg && w->v[by].kind == V_CONST && (!wide || fits(w->v[by].k))) {
		op->e.op--;
		op->e.imm = wide ? w->v[by].k : (s32)w->v[by].k;
	} else if (by_reg) {
		op->e.src = wide ? source(w, op->e.src) : low_source(w, op->e.src, 32);
		return;
	}
	test_bits(w, op, &w->v[id]);
}

/* Who goes elsewhere may need what he has. */
static void leave(struct walk *w, u16 live)
{
	for (u8 r = 0; r < EBPF_REGS; r++)
		if (live >> r & 1)
			use(w, r);
}

/* A look-up in a map that is known needs no helper. */
static void look_up(struct walk *w, struct op *op)
{
	const struct val *v = &w->v[w->now[1]];
	const struct eb *made = &w->o->op[v->slot].e;

	if (w->o->safe || op->e.op != EB_CALL || op->e.imm != 1 || made->dst != v->reg ||
	    (made->op != EB_LDDW_MAP_FD && made->op != EB_LDDW_MAP_IDX))
		return;
	op->e.op = OP_LOOKUP;
	op->disp = (s32)v->slot;
}

static void other(struct walk *w, struct op *op)
{
	look_up(w, op);
	u16 reads = op_reads(op), writes = op_writes(op);

	leave(w, op->e.op == EB_EXIT && w->o->safe ? SAFE_EXIT : reads);
	for (u8 r = 0; r < EBPF_REGS; r++)
		if (writes >> r & 1)
			set_any(w, r, true, 64);
	if (op->e.op == OP_LOOKUP)
		w->epoch++;
	else if (ebpf_rows[op->e.op].form >= EBF_CALL && ebpf_rows[op->e.op].form <= EBF_CALLX)
		w->epoch++;
}

static void step(struct walk *w, struct op *op)
{
	u8 k = op->e.op;

	if (k == EB_WIDE || k == EB_BAD)
		return;
	if (k <= EB_BSWAP64) {
		alu(w, op);
	} else if (ebpf_is_cond((enum eb_op)k)) {
		branch(w, op);
		leave(w, op_target_live(w->o, w->pc));
	} else if (ebpf_is_jump((enum eb_op)k)) {
		leave(w, op_target_live(w->o, w->pc));
	} else if (k == EB_LDDW) {
		constant(w, op, true, op->e.imm);
	} else if (!op_has_address(k)) {
		other(w, op);
	} else if (ebpf_rows[k].form == EBF_LDX || ebpf_rows[k].form == EBF_LOAD_ACQ) {
		load(w, op);
	} else {
		store(w, op);
	}
}

void ops_values(struct ops *o, u32 from, u32 to)
{
	struct walk w;

	w.o = o;
	w.pc = from;
	w.epoch = 0;
	w.n = 1;
	w.v[NOVAL] = (struct val){.kind = V_ANY, .bits = 64};
	for (u8 r = 0; r < EBPF_REGS; r++)
		w.now[r] = add(&w, (struct val){.kind = V_ANY, .wide = true, .bits = 64, .reg = r});
	for (; w.pc < to; w.pc++)
		step(&w, &o->op[w.pc]);
}
