/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions beside the machine code made from them:
 *
 *   3 if r1 > 5 goto +2      2a: 48 83 f9 05           cmp rcx, 0x05
 *                            2e: 77 0c                 jnbe 3c (6)
 *
 * In brackets behind a jump's target: the instruction that is there. */
#include <stdlib.h>

#include "jit/jit.h"
#include "tool/dis.h"

enum { LEFT = 44, BYTES_AT = LEFT + 7, TEXT_AT = BYTES_AT + 31, SHOWN = 10 };

/* The listing calls nothing, so that any function will do for a helper. */
static u64 no_helper(u64 a, u64 b, u64 c, u64 d, u64 e, struct run *r)
{
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)r;
	return 0;
}

static env_fn *any_helper(void *arg, u32 id)
{
	(void)arg, (void)id;
	return no_helper;
}

static env_fn *any_kfunc(void *arg, u32 id, s32 btf)
{
	(void)arg, (void)id, (void)btf;
	return no_helper;
}

static bool any_imm64(void *arg, enum eb_op kind, u64 imm, u64 *ret)
{
	(void)arg, (void)kind;
	*ret = imm;
	return true;
}

static const void *no_tail(struct run *r, u64 map, u64 index)
{
	(void)r, (void)map, (void)index;
	return NULL;
}

struct native {
	const struct prog *p;
	const struct jit *j;
	struct bytes code;
	const struct jit_piece *piece;
	u32 pieces;
	struct buf *to;
	u32 line, at; /* a line of the source, and where it is */
};

/* The piece that byte `at` is in. */
static u32 piece_of(const struct native *n, u64 at)
{
	u32 low = 0, high = n->pieces;

	while (high - low > 1) {
		u32 mid = (low + high) / 2;

		if (n->piece[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* The last number of the text, and where it begins; NULL: there is none. */
static char *last_number(char *text, u64 *v)
{
	char *at = NULL;

	for (char *s = text; (s = strstr(s, "0x")); s += 2)
		at = s;
	if (at)
		*v = strtoull(at, NULL, 16);
	return at;
}

/* An address of the code becomes its offset and what is there; any other is
 * named behind, if it has a name. */
static void put_text(struct native *n, char *text)
{
	u64 base = (u64)(uintptr_t)n->code.p, v = 0;
	char *at = last_number(text, &v), name[32];
	const char *symbol = at ? jit_symbol(n->j, v, name) : NULL;

	if (at && v - base < n->code.n && n->pieces) {
		u32 slot = n->piece[piece_of(n, v - base)].slot;

		buf_add(n->to, text, (size_t)(at - text));
		buf_printf(n->to, "%llx", (unsigned long long)(v - base));
		if (slot == JIT_FRAME)
			buf_puts(n->to, " (frame)");
		else
			buf_printf(n->to, " (%u)", slot);
		return;
	}
	buf_puts(n->to, text);
	if (symbol)
		buf_printf(n->to, " (%s)", symbol);
}

static void put_bytes(struct native *n, u64 at, u32 len)
{
	buf_pad(n->to, LEFT);
	buf_printf(n->to, "%5llx:", (unsigned long long)at);
	buf_pad(n->to, BYTES_AT);
	for (u32 i = 0; i < len && i < SHOWN; i++)
		buf_printf(n->to, "%02x ", n->code.p[at + i]);
	if (len > SHOWN)
		buf_puts(n->to, "..");
}

/* The machine code of one piece, [at, end), beside what the line has already. */
static void put_code(struct native *n, u64 at, u64 end)
{
	char text[128];
	u32 len;

	while (at < end) {
		const u8 *p = n->code.p + at;
		bool known = zydis_one(p, end - at, (u64)(uintptr_t)p, &len, text, sizeof(text));

		if (!known)
			len = (u32)MIN(end - at, (u64)SHOWN);
		put_bytes(n, at, len);
		if (known) {
			buf_pad(n->to, TEXT_AT);
			put_text(n, text);
		}
		while (n->to->n && n->to->p[n->to->n - 1] == ' ')
			n->to->n--;
		buf_putc(n->to, '\n');
		at += len;
	}
}

/* The line of the source where it says more than the instruction does. */
static void put_source(struct native *n, u32 slot, const char *insn)
{
	const struct prog *p = n->p;
	u32 from, to;

	if (!p->source || !p->span || p->span[slot].from >= p->span[slot].to)
		return;
	from = p->span[slot].from;
	to = p->span[slot].to;
	if (to - from == strlen(insn) && !memcmp(p->source + from, insn, to - from))
		return;
	if (from < n->at)
		n->at = n->line = 0;
	for (; n->at < from; n->at++)
		n->line += p->source[n->at] == '\n';
	buf_printf(n->to, "; %u: %.*s\n", n->line + 1, (int)MIN(to - from, 70u), p->source + from);
}

static void put_piece(struct native *n, u32 i)
{
	u64 at = n->piece[i].at, end = i + 1 < n->pieces ? n->piece[i + 1].at : n->code.n;
	u32 slot = n->piece[i].slot;
	struct buf insn = {0};

	if (slot < n->p->n) {
		ebpf_dis_one(&insn, &n->p->ext[slot], slot);
		put_source(n, slot, insn.p ? insn.p : "");
		buf_printf(n->to, "%4u %s ", slot, insn.p ? insn.p : "");
	} else {
		buf_puts(n->to, "     (frame)");
	}
	buf_deinit(&insn);
	if (at == end)
		buf_putc(n->to, '\n');
	put_code(n, at, end);
}

struct ob_err *dis_native(const struct prog *p, unsigned flags, struct buf *to)
{
	static const struct env env = {
		.helper = any_helper, .kfunc = any_kfunc, .imm64 = any_imm64, .tail = no_tail};
	struct native n = {.p = p, .to = to};
	struct jit *j;

	if (!jit_here())
		return err_new(OB_UNSUPPORTED, "there is no compiler for this processor");
	struct ob_err *err = jit_create(p, &env, flags, &j);
	if (err)
		return err;
	n.j = j;
	n.code = jit_code(j);
	n.piece = jit_pieces(j, &n.pieces);
	for (u32 i = 0; i < n.pieces && !to->oom; i++)
		put_piece(&n, i);
	if (zydis_missing())
		fprintf(stderr, "onebpf dis: the machine code is shown as bytes: %s\n",
			zydis_missing());
	jit_destroy(j);
	return NULL;
}
