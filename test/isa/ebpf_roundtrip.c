/* SPDX-License-Identifier: BSD-2-Clause */
/* Random slots of every row, and slots of any bits: decoded, encoded, listed and
 * assembled they come back bit by bit; and in the older notation too. */
#include <stdlib.h>

#include "../programs.h"

enum { SLOTS = 512, TURNS = 3000 };

static int failed;

static void result(const char *name, const char *why)
{
	printf("%s %s%s%s\n", why ? "FAIL" : "ok", name, why ? ": " : "", why ? why : "");
	failed |= why != NULL;
}

static s32 any_off(struct rnd *r, s32 most)
{
	s32 far = (s32)(rnd(r) & (u32)most);

	return below(r, 4) ? (s32)below(r, 40) - 20 : below(r, 2) ? far : -far - 1;
}

/* Any value of every field that the row has. */
static struct eb random_row(struct rnd *r, u32 op)
{
	u8 uses = ebpf_uses(ebpf_rows[op].form);
	struct eb e = {.op = (u8)op};

	if (uses & EB_DST)
		e.dst = (u8)below(r, EBPF_REGS);
	if (uses & EB_SRC)
		e.src = (u8)below(r, EBPF_REGS);
	if (uses & EB_OFF)
		e.off = any_off(r, 32767);
	if (uses & EB_IMM)
		e.imm = (s32)edge(r);
	switch (ebpf_rows[op].form) {
	case EBF_JAL:
	case EBF_LOCAL:
		e.off = any_off(r, INT32_MAX);
		e.imm = 0;
		break;
	case EBF_CALLX:
		e.imm_form = e.dst && below(r, 2);
		break;
	case EBF_LDDW:
		if (op == EB_LDDW || op == EB_LDDW_MAP_VALUE || op == EB_LDDW_MAP_IDX_VALUE)
			e.imm = (s64)((u64)edge(r) << 32 | (u32)e.imm);
		else
			e.imm = (u32)e.imm;
		if (op == EB_LDDW_FUNC) {
			e.imm = 0;
			e.off = any_off(r, 100);
		}
	}
	return e;
}

static u32 random_rows(struct rnd *r, struct eb *to)
{
	u32 n = 0;

	while (n < SLOTS - 1) {
		to[n] = random_row(r, below(r, EB_COUNT));
		if (ebpf_rows[to[n++].op].form == EBF_LDDW)
			to[n++] = (struct eb){.op = EB_WIDE};
	}
	return n;
}

static bool same(const struct eb *a, const struct eb *b)
{
	return a->op == b->op && a->dst == b->dst && a->src == b->src && a->off == b->off &&
	       a->imm == b->imm && a->imm_form == b->imm_form;
}

static void show(const char *what, const struct ob_ebpf *i)
{
	fprintf(stderr, "%s: code %02x dst %u src %u off %d imm %d\n", what, i->code, i->dst,
		i->src, i->off, i->imm);
}

static const char *reads_back(const struct buf *text, const struct ob_ebpf *code, u32 n)
{
	const char *why = NULL;
	struct ob_ebpf *again;
	struct eb_span *span;
	struct arena a;
	u32 m;

	arena_init(&a);
	struct ob_err *err = ebpf_asm(&a, "listing", text->p, text->n, &again, &span, &m);
	if (err) {
		ob_err_print(err, stderr);
		why = "a listing is not read back";
	} else if (m != n) {
		why = "a listing comes back as another number of slots";
	}
	for (u32 i = 0; i < n && !why; i++)
		if (memcmp(&code[i], &again[i], sizeof(code[i]))) {
			show("listed", &code[i]);
			show("read", &again[i]);
			fprintf(stderr, "%.*s\n", (int)(span[i].to - span[i].from),
				text->p + span[i].from);
			why = "a slot comes back otherwise";
		} else if (span[i].from >= span[i].to || span[i].to > text->n) {
			why = "a span is not in the text";
		}
	ob_err_destroy(err);
	arena_deinit(&a);
	return why;
}

static const char *listing(const struct ob_ebpf *code, u32 n)
{
	struct eb rows[SLOTS];
	struct buf b = {0};

	ebpf_decode(code, n, rows);
	ebpf_dis(&b, rows, n);
	const char *why = reads_back(&b, code, n);
	buf_deinit(&b);
	return why;
}

static const char *one_by_one(const struct eb *rows, u32 n)
{
	struct ob_ebpf code[SLOTS];
	struct eb again[SLOTS];

	ebpf_encode(rows, n, code);
	ebpf_decode(code, n, again);
	for (u32 i = 0; i < n; i++)
		if (!same(&rows[i], &again[i])) {
			show(rows[i].op < EB_COUNT ? ebpf_rows[rows[i].op].name : "?", &code[i]);
			return "a row is decoded otherwise than it was encoded";
		}
	return NULL;
}

static void every_row(void)
{
	struct rnd r = {1};
	const char *why = NULL;

	for (u32 turn = 0; turn < TURNS && !why; turn++) {
		struct ob_ebpf code[SLOTS];
		struct eb rows[SLOTS];
		u32 n = random_rows(&r, rows);

		why = one_by_one(rows, n);
		ebpf_encode(rows, n, code);
		if (!why)
			why = listing(code, n);
	}
	result("every row, every field", why);
}

/* Fields that have a meaning are more likely than they would be. */
static struct ob_ebpf random_slot(struct rnd *r)
{
	struct ob_ebpf i = {.code = (u8)rnd(r), .dst = below(r, 12), .src = below(r, 12)};

	if (below(r, 2))
		i.off = (s16)rnd(r);
	if (below(r, 2))
		i.imm = (s32)edge(r);
	if (!below(r, 8))
		i.code = 0x18;
	if (!below(r, 8))
		i = (struct ob_ebpf){.imm = i.imm};
	return i;
}

static void any_slot(void)
{
	struct rnd r = {2};
	const char *why = NULL;

	for (u32 turn = 0; turn < TURNS && !why; turn++) {
		struct ob_ebpf code[SLOTS], again[SLOTS];
		struct eb rows[SLOTS];

		for (u32 i = 0; i < SLOTS; i++)
			code[i] = random_slot(&r);
		ebpf_decode(code, SLOTS, rows);
		ebpf_encode(rows, SLOTS, again);
		if (memcmp(code, again, sizeof(code)))
			why = "a slot is encoded otherwise than it was decoded";
		else
			why = listing(code, SLOTS);
	}
	result("any slot", why);
}

/* Jumps must lead somewhere, so one slot is 40 before and after it are there. */
static const char *old_one(const struct eb *e)
{
	struct ob_ebpf code[128];
	struct eb rows[128] = {0};
	struct buf b = {0};
	u32 n = ebpf_rows[e->op].form == EBF_LDDW ? 2 : 1;

	for (u32 i = 0; i < LEN(rows); i++)
		rows[i] = (struct eb){.op = EB_EXIT};
	rows[40] = *e;
	if (n == 2)
		rows[41] = (struct eb){.op = EB_WIDE};
	for (u32 i = 0; i < LEN(rows); i++)
		if (i != 41 || n == 1) {
			ebpf_dis_old(&b, &rows[i]);
			buf_putc(&b, '\n');
		}
	ebpf_encode(rows, LEN(rows), code);
	const char *why = reads_back(&b, code, LEN(rows));
	buf_deinit(&b);
	return why;
}

static void old_notation(void)
{
	struct rnd r = {3};
	const char *why = NULL;

	for (u32 op = 0; op < EB_COUNT && !why; op++)
		for (u32 turn = 0; turn < 20 && !why; turn++) {
			struct eb e = random_row(&r, op);

			e.imm_form = false;
			if (ebpf_is_jump(op) || op == EB_CALL_LOCAL || op == EB_LDDW_FUNC)
				e.off = (s32)below(&r, 70) - 35;
			why = old_one(&e);
		}
	result("the older notation of every row", why);
}

/* A million instructions, each with a label and a jump to one far away. */
static void large(void)
{
	enum { N = 1000000 };
	struct buf b = {0};
	struct ob_ebpf *code;
	struct eb_span *span;
	struct arena a;
	u32 n = 0;

	for (u32 i = 0; i < N; i++)
		buf_printf(&b, "l%u: gotol l%u\n", i, (u32)((u64)i * 7919 % N));
	arena_init(&a);
	struct ob_err *err = ebpf_asm(&a, "large", b.p, b.n, &code, &span, &n);
	const char *why = err ? ob_err_reason(err) : n != N ? "slots are missing" : NULL;
	for (u32 i = 0; i < n && !why; i++)
		if ((s64)i + 1 + code[i].imm != (s64)((u64)i * 7919 % N))
			why = "a jump leads elsewhere";
	result("a million instructions", why);
	ob_err_destroy(err);
	arena_deinit(&a);
	buf_deinit(&b);
}

int main(void)
{
	every_row();
	any_slot();
	old_notation();
	large();
	return failed;
}
