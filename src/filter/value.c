/* SPDX-License-Identifier: BSD-2-Clause */
/* Values: pure functions of a packet, hash-consed. Folding never loses a load
 * that could reject the packet, and never adds a wrap that was not written. */
#include "filter/priv.h"

static u32 smear(u32 x) /* the smallest 2^n - 1 that is >= x */
{
	x |= x >> 1;
	x |= x >> 2;
	x |= x >> 4;
	x |= x >> 8;
	return x | x >> 16;
}

enum { MAX_CELLS = 10 }; /* the emitter needs some too */

static u32 fold(enum val_op op, u32 a, u32 b)
{
	switch (op) {
	case V_ADD:
		return a + b;
	case V_SUB:
		return a - b;
	case V_MUL:
		return a * b;
	case V_DIV:
		return a / b;
	case V_MOD:
		return a % b;
	case V_AND:
		return a & b;
	case V_OR:
		return a | b;
	case V_XOR:
		return a ^ b;
	case V_LSH:
		return b < 32 ? a << b : 0;
	case V_RSH:
		return b < 32 ? a >> b : 0;
	case V_NEG:
		return -a;
	default:
		return 0;
	}
}

static u32 max_of(u64 max) { return max > UINT32_MAX ? UINT32_MAX : (u32)max; }

/* The largest value and the possible bits, from those of the parts. */
static void bound(struct val *v)
{
	u64 a = v->a ? v->a->max : 0, b = v->b ? v->b->max : 0, max = UINT32_MAX;
	u32 bits = UINT32_MAX;
	bool konst = v->b && v->b->op == V_CONST;

	switch (v->op) {
	case V_CONST:
		max = bits = v->k;
		break;
	case V_CELL:
		max = v->max;
		break;
	case V_LOAD:
		max = bits = UINT32_MAX >> (32 - 8 * v->size);
		break;
	case V_ADD:
		max = a + b;
		break;
	case V_MUL:
		max = a * b;
		break;
	case V_DIV:
		max = konst ? a / MAX(v->b->k, 1) : a;
		break;
	case V_MOD:
		max = b ? MIN(a, b - 1) : 0;
		break;
	case V_AND:
		max = MIN(a, b);
		bits = v->a->bits & v->b->bits;
		break;
	case V_OR:
	case V_XOR:
		bits = v->a->bits | v->b->bits;
		max = bits;
		break;
	case V_LSH:
		if (konst) {
			bits = v->a->bits << v->b->k;
			max = a << v->b->k;
		}
		break;
	case V_RSH:
		max = a;
		if (konst) {
			bits = v->a->bits >> v->b->k;
			max = a >> v->b->k;
		}
		break;
	default:
		break;
	}
	if (max > UINT32_MAX)
		max = UINT32_MAX;
	else
		bits &= smear((u32)max);
	v->max = MIN(max_of(max), bits);
	v->bits = bits;
	if (v->op == V_CELL)
		v->cells = 1u << v->k;
	else
		v->cells = (v->a ? v->a->cells : 0) | (v->b ? v->b->cells : 0);
}

/* Buckets are a power of two. */
static struct val **bucket_of(struct filter *f, const struct val *v)
{
	u64 h = (u64)v->op * 0x9e3779b97f4a7c15u + v->size * 0x8f1bbcdcu;

	h += v->k * 0xff51afd7ed558ccdu;
	h += (v->a ? v->a->id + 1 : 0) * 0xc4ceb9fe1a85ec53u;
	h += (v->b ? v->b->id + 1 : 0) * 0x9fb21c651e98df25u;
	return &f->vals.bucket[(h ^ h >> 29) >> 8 & (f->vals.buckets - 1)];
}

static void grow(struct filter *f)
{
	f->vals.buckets = f->vals.buckets ? f->vals.buckets * 4 : 128;
	f->vals.bucket = arena_array(&f->a, struct val *, f->vals.buckets);
	for (u32 i = 0; i < f->vals.n; i++) {
		struct val *v = f->vals.v[i], **slot = bucket_of(f, v);

		v->next = *slot;
		*slot = v;
	}
}

static struct val *intern(struct filter *f, struct val key)
{
	if (f->vals.n >= f->vals.buckets)
		grow(f);
	struct val **slot = bucket_of(f, &key);

	for (struct val *v = *slot; v; v = v->next)
		if (v->op == key.op && v->size == key.size && v->k == key.k && v->a == key.a &&
		    v->b == key.b)
			return v;
	struct val *v = arena_new(&f->a, struct val);
	*v = key;
	v->id = f->vals.n;
	v->next = *slot;
	bound(v);
	*slot = v;
	vec_push(&f->a, f->vals) = v;
	return v;
}

struct val *val_const(struct filter *f, u32 k)
{
	return intern(f, (struct val){.op = V_CONST, .k = k});
}

struct val *val_len(struct filter *f) { return intern(f, (struct val){.op = V_LEN}); }

/* base + c is folded into the offset where neither sum can wrap. */
struct val *val_load(struct filter *f, struct val *base, u32 k, u32 size)
{
	while (base && base->op == V_ADD && base->b->op == V_CONST &&
	       (u64)base->a->max + base->b->k + k <= INT32_MAX) {
		k += base->b->k;
		base = base->a;
	}
	if (base && base->op == V_CONST && (u64)base->k + k <= INT32_MAX) {
		k += base->k;
		base = NULL;
	}
	return intern(
		f, (struct val){.op = V_LOAD, .size = (u8)size, .faults = true, .k = k, .a = base});
}

/* Each random number is another one: the serial number keeps them apart. */
struct val *val_anc(struct filter *f, enum cb_anc anc)
{
	bool device = false;
	struct val key = {.op = V_ANC, .k = anc};

	switch (anc) {
#define CA(name, n, dev, ...) \
	case CA_##name:       \
		device = dev; \
		break;
#include "isa/anc.def"
#undef CA
	}
	key.faults = device;
	if (anc == CA_RANDOM) {
		struct val *serial = val_const(f, f->vals.n);

		key.b = serial;
	}
	return intern(f, key);
}

struct val *val_neg(struct filter *f, struct val *a)
{
	if (a->op == V_CONST)
		return val_const(f, -a->k);
	if (a->op == V_NEG)
		return a->a;
	return intern(f, (struct val){.op = V_NEG, .a = a, .faults = a->faults});
}

static bool commutes(enum val_op op)
{
	return op == V_ADD || op == V_MUL || op == V_AND || op == V_OR || op == V_XOR;
}

/* x op k where k leaves x as it is. */
static bool is_neutral(enum val_op op, const struct val *x, u32 k)
{
	switch (op) {
	case V_ADD:
	case V_SUB:
	case V_OR:
	case V_XOR:
	case V_LSH:
	case V_RSH:
		return k == 0;
	case V_MUL:
	case V_DIV:
		return k == 1;
	case V_AND:
		return (x->bits & ~k) == 0;
	default:
		return false;
	}
}

/* Multiplications by powers of two become shifts, subtractions additions. */
static void strength(enum val_op *op, u32 *k)
{
	bool power = *k && !(*k & (*k - 1));

	if (*op == V_SUB) {
		*op = V_ADD;
		*k = -*k;
	} else if (*op == V_MOD && power) {
		*op = V_AND;
		*k -= 1;
	} else if ((*op == V_MUL || *op == V_DIV) && power) {
		*op = *op == V_MUL ? V_LSH : V_RSH;
		*k = (u32)__builtin_ctz(*k);
	}
}

/* (x op j) op k as one operation, where there is one. */
static bool join(enum val_op op, u32 j, u32 *k)
{
	switch (op) {
	case V_ADD:
		*k += j;
		return true;
	case V_AND:
		*k &= j;
		return true;
	case V_OR:
		*k |= j;
		return true;
	case V_XOR:
		*k ^= j;
		return true;
	case V_LSH:
	case V_RSH:
		if (*k + j > 31)
			return false;
		*k += j;
		return true;
	default:
		return false;
	}
}

struct val *val_alu_k(struct filter *f, enum val_op op, struct val *a, u32 k)
{
	if (a->op == V_CONST && !((op == V_DIV || op == V_MOD) && !k))
		return val_const(f, fold(op, a->k, k));
	if ((op == V_LSH || op == V_RSH) && k > 31)
		return val_alu_k(f, V_AND, a, 0);
	strength(&op, &k);
	if (op == V_AND)
		k &= a->bits;
	if (is_neutral(op, a, k))
		return a;
	if (a->op == op && a->b->op == V_CONST && join(op, a->b->k, &k))
		return val_alu_k(f, op, a->a, k);
	bool faults = a->faults || ((op == V_DIV || op == V_MOD) && !k);
	return intern(f, (struct val){.op = op, .a = a, .b = val_const(f, k), .faults = faults});
}

static bool adds_k(const struct val *v) { return v->op == V_ADD && v->b->op == V_CONST; }

struct val *val_alu(struct filter *f, enum val_op op, struct val *a, struct val *b)
{
	if (commutes(op) && (a->op == V_CONST || (b->op != V_CONST && a->id > b->id))) {
		struct val *t = a;

		a = b;
		b = t;
	}
	if (b->op == V_CONST)
		return val_alu_k(f, op, a, b->k);
	if (op == V_ADD) { /* (p + k) + b is (p + b) + k, which a load may fold */
		struct val *sum = adds_k(a) ? a : b, *other = sum == a ? b : a;

		if (adds_k(sum))
			return val_alu_k(f, op, val_alu(f, op, sum->a, other), sum->b->k);
	}
	if (a == b && (op == V_AND || op == V_OR))
		return a;
	bool faults = a->faults || b->faults || op == V_DIV || op == V_MOD;
	return intern(f, (struct val){.op = op, .a = a, .b = b, .faults = faults});
}

struct val *val_msh(struct filter *f, struct val *base, u32 k)
{
	struct val *v = val_load(f, base, k, 1);

	return val_alu_k(f, V_LSH, val_alu_k(f, V_AND, v, 0xf), 2);
}

struct val *val_cell(struct filter *f, u32 max)
{
	if (f->cells == MAX_CELLS)
		filter_fail(f, OB_UNSUPPORTED, (struct span){0, f->n},
			    "this needs more than %d headers of variable length", MAX_CELLS);
	struct val *v = intern(f, (struct val){.op = V_CELL, .k = f->cells, .max = max});
	return f->cell[f->cells++] = v;
}

struct val *val_test_name(struct filter *f, struct node *t)
{
	if (!t->name)
		t->name = intern(f, (struct val){.op = V_TEST, .k = t->cmp, .a = t->x, .b = t->y});
	return t->name;
}

struct val *val_param(struct filter *f, u32 which, u32 size)
{
	struct val *serial = val_const(f, f->vals.n);

	return intern(f, (struct val){.op = V_PARAM, .size = (u8)size, .k = which, .b = serial});
}

static const char *const op_name[] = {
	[V_ADD] = "+", [V_SUB] = "-", [V_MUL] = "*", [V_DIV] = "/",  [V_MOD] = "%",
	[V_AND] = "&", [V_OR] = "|",  [V_XOR] = "^", [V_LSH] = "<<", [V_RSH] = ">>",
};

static void show_k(u32 k, struct buf *to) { buf_printf(to, k < 1000 ? "%u" : "0x%x", k); }

static void show(const struct val *v, struct buf *to, bool inner)
{
	switch (v->op) {
	case V_CONST:
		show_k(v->k, to);
		return;
	case V_LEN:
		buf_puts(to, "len");
		return;
	case V_ANC:
		switch ((enum cb_anc)v->k) {
#define CA(name, n, dev, ...)               \
	case CA_##name:                     \
		buf_puts(to, "anc " #name); \
		return;
#include "isa/anc.def"
#undef CA
		}
		return;
	case V_LOAD:
		buf_putc(to, '[');
		if (v->a) {
			show(v->a, to, true);
			buf_puts(to, " + ");
		}
		buf_printf(to, v->size == 1 ? "%u]" : "%u:%u]", v->k, v->size);
		return;
	case V_CELL:
		buf_printf(to, "M%u", v->k);
		return;
	case V_PARAM:
		buf_puts(to, v->k ? "X" : "A");
		return;
	case V_NEG:
		buf_putc(to, '-');
		show(v->a, to, true);
		return;
	default:
		break;
	}
	buf_puts(to, inner ? "(" : "");
	show(v->a, to, true);
	if (v->op == V_ADD && v->b->op == V_CONST && v->b->k > INT32_MAX) {
		buf_puts(to, " - ");
		show_k(-v->b->k, to);
	} else {
		buf_printf(to, " %s ", op_name[v->op]);
		show(v->b, to, true);
	}
	buf_puts(to, inner ? ")" : "");
}

void val_show(const struct val *v, struct buf *to) { show(v, to, false); }

static u32 load(const struct val *v, struct packet *p)
{
	u64 off = v->k;

	if (v->a)
		off += val_eval(v->a, p);
	if (!p->libpcap) /* as Linux: the sum wraps, and there are negative offsets */
		off = (u32)off >= CBPF_NET_OFF ? (u32)off - CBPF_NET_OFF : (u32)off;
	if (!bytes_has(p->data, off, v->size)) {
		p->fault = true;
		return 0;
	}
	const u8 *q = p->data.p + off;
	return v->size == 1 ? *q : v->size == 2 ? get_be16(q) : get_be32(q);
}

u32 val_eval(const struct val *v, struct packet *p)
{
	u32 a, b;

	switch (v->op) {
	case V_CONST:
		return v->k;
	case V_LEN:
		return p->wirelen;
	case V_LOAD:
		return load(v, p);
	case V_CELL:
		return p->cell[v->k];
	case V_ANC:
		return 0;
	case V_NEG:
		return -val_eval(v->a, p);
	default:
		break;
	}
	a = val_eval(v->a, p);
	b = val_eval(v->b, p);
	if ((v->op == V_DIV || v->op == V_MOD) && !b) {
		p->fault = true;
		return 0;
	}
	if ((v->op == V_LSH || v->op == V_RSH) && !p->libpcap)
		b &= 31;
	return fold(v->op, a, b);
}
