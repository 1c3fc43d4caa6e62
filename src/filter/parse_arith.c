/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic and comparisons.
 *
 * From loose to tight: | & (<< >>) (+ -) (* /) and unary -. Two operators
 * stand outside of that order, as in libpcap's grammar: % and ^ take the
 * tightest operand on their left and all that follows on their right, so that
 * `1 + 2 % 3 + 4` is 1 + (2 % (3 + 4)). */
#include "filter/parse.h"

enum { LOOSEST = 0, TIGHTEST = 9 };

static const char *const anc_words[] = {"mark", "cpu", "queue", "rxhash", "random"};

static int anc_word(const struct parser *p)
{
	for (size_t i = 0; i < LEN(anc_words); i++)
		if (at_name(p, anc_words[i]))
			return (int)i;
	return -1;
}

static bool at_access6(const struct parser *p)
{
	return p->t[0].kind == TK_NAME && p->t[1].kind == TK_LBRACKET &&
	       (at_name(p, "tcp6") || at_name(p, "udp6"));
}

bool at_arith_word(const struct parser *p)
{
	const struct token *next = p->t + 1;

	if (at_access6(p))
		return true;
	if (anc_word(p) < 0)
		return false;
	while (next->kind == TK_RPAREN)
		next++;
	return next->kind == TK_OP || next->kind == TK_REL;
}

bool at_arith(const struct parser *p)
{
	return (at(p, TK_PROTO) && p->t[1].kind == TK_LBRACKET) || at(p, TK_LEN) ||
	       at_op(p, A_SUB) || anc_word(p) >= 0 || at_access6(p);
}

static struct arith *arith_new(struct parser *p, enum arith_op op, struct span span)
{
	struct arith *x = arena_new(&p->f->a, struct arith);

	x->op = op;
	x->span = span;
	x->height = 1;
	return x;
}

/* A number of 64 bits, or 8 bytes of the packet, can only be compared. */
static void be_narrow(struct parser *p, const struct arith *x)
{
	if (x->op == A_NUM && x->num > UINT32_MAX)
		filter_fail(p->f, OB_RANGE, x->span,
			    "%.*s does not fit in 32 bits: only 8 bytes, as in ether[0:8], are "
			    "compared with more",
			    (int)(x->span.to - x->span.from), p->f->text + x->span.from);
	if (x->op == A_ACCESS && x->size == 8)
		filter_fail(p->f, OB_RANGE, x->span,
			    "8 bytes can only be compared, with a number or with 8 bytes");
}

static struct arith *arith_join(struct parser *p, enum arith_op op, struct arith *a,
				struct arith *b)
{
	struct arith *x = arith_new(p, op, span_to(a->span, b->span));

	be_narrow(p, a);
	be_narrow(p, b);
	x->a = a;
	x->b = b;
	x->height = 1 + MAX(a->height, b->height);
	if (x->height > MAX_DEPTH)
		filter_fail(p->f, OB_RANGE, x->span,
			    "too much arithmetic: at most %d operators in a row are understood",
			    MAX_DEPTH);
	return x;
}

static u32 strength(enum arith_op op)
{
	switch (op) {
	case A_OR:
		return 1;
	case A_AND:
		return 2;
	case A_LSH:
	case A_RSH:
		return 3;
	case A_ADD:
	case A_SUB:
		return 4;
	case A_MUL:
	case A_DIV:
		return 5;
	default:
		return TIGHTEST; /* % and ^ */
	}
}

/* The operators from `least` on that follow left. */
static struct arith *climb(struct parser *p, struct arith *left, u32 least)
{
	while (at(p, TK_OP)) {
		enum arith_op op = (enum arith_op)p->t->num;
		u32 s = strength(op);

		if (s < least)
			break;
		p->t++;
		enter(p);
		struct arith *right = climb(p, arith_primary(p), s == TIGHTEST ? LOOSEST : s + 1);
		left = arith_join(p, op, left, right);
		p->depth--;
	}
	return left;
}

struct arith *arith_rest(struct parser *p, struct arith *left) { return climb(p, left, LOOSEST); }

static struct arith *arith(struct parser *p) { return arith_rest(p, arith_primary(p)); }

static u32 access_size(struct parser *p)
{
	struct token *t;

	if (!at(p, TK_COLON))
		return 1;
	p->t++;
	t = take(p, TK_NUM, "a size: 1, 2 or 4 (8 to compare)");
	if (t->num != 1 && t->num != 2 && t->num != 4 && t->num != 8)
		filter_fail(p->f, OB_RANGE, t->span,
			    "%s bytes cannot be read at once: the size is 1, 2, 4, or 8 to compare",
			    tok_text(p, t));
	return (u32)t->num;
}

/* access: (proto | "tcp6" | "udp6") "[" arith ( ":" size )? "]" */
static struct arith *access(struct parser *p)
{
	struct token *word = p->t++, *open = p->t++;
	struct arith *x = arith_new(p, A_ACCESS, word->span);

	x->v6 = word->kind == TK_NAME;
	x->proto = !x->v6 ? (enum proto)word->num : word->s[0] == 't' ? P_TCP : P_UDP;
	enter(p);
	x->a = arith(p);
	p->depth--;
	be_narrow(p, x->a);
	x->height = 1 + x->a->height;
	x->size = access_size(p);
	if (at(p, TK_END))
		unclosed(p, open->span, "]");
	x->span = span_to(word->span, take(p, TK_RBRACKET, "`]`")->span);
	return x;
}

/* "-" takes the tightest operand, and % and ^ behind it */
static struct arith *negative(struct parser *p)
{
	struct arith *x = arith_new(p, A_NEG, p->t++->span);

	enter(p);
	x->a = climb(p, arith_primary(p), TIGHTEST);
	p->depth--;
	be_narrow(p, x->a);
	x->height = 1 + x->a->height;
	x->span = span_to(x->span, x->a->span);
	return x;
}

static struct arith *in_parens(struct parser *p)
{
	struct token *open = p->t++;
	struct arith *x;

	enter(p);
	p->open++;
	x = arith(p);
	p->open--;
	p->depth--;
	if (at(p, TK_END))
		unclosed(p, open->span, ")");
	x->span = span_to(open->span, take(p, TK_RPAREN, "an operator or `)`")->span);
	return x;
}

/* primary: number | "len" | access | word | "-" primary | "(" arith ")" */
struct arith *arith_primary(struct parser *p)
{
	struct token *t = p->t;
	struct arith *x;

	if (at_op(p, A_SUB))
		return negative(p);
	if (at(p, TK_LPAREN))
		return in_parens(p);
	if ((at(p, TK_PROTO) && t[1].kind == TK_LBRACKET) || at_access6(p))
		return access(p);
	if (!at(p, TK_NUM) && !at(p, TK_LEN) && anc_word(p) < 0)
		no_number(p);
	x = arith_new(p, at(p, TK_NUM) ? A_NUM : at(p, TK_LEN) ? A_LEN : A_ANC, t->span);
	x->num = x->op == A_ANC ? (u64)anc_word(p) : t->num;
	p->t++;
	return x;
}

static bool is_wide(const struct arith *x) { return x->op == A_ACCESS && x->size == 8; }

/* relation: arith rel arith */
struct tree *relation(struct parser *p, struct arith *x)
{
	struct token *op = p->t++;
	struct tree *t = node(p, TREE_REL, x->span);
	const struct arith *odd;

	t->rel = (enum rel)op->num;
	t->x = x;
	t->y = arith(p);
	t->span = span_to(x->span, t->y->span);
	if (is_wide(x) || is_wide(t->y)) {
		odd = is_wide(x) ? t->y : x;
		if (odd->op != A_NUM && !is_wide(odd))
			filter_fail(p->f, OB_RANGE, odd->span,
				    "8 bytes can only be compared with a number or with 8 bytes");
	} else {
		be_narrow(p, x);
		be_narrow(p, t->y);
	}
	return t;
}
