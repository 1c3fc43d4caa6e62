/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside lex.c and parse*.c: tokens, the parser's state, and what each file offers the others. */
#ifndef FILTER_PARSE_H
#define FILTER_PARSE_H

#include "filter/priv.h"

enum tok {
	TK_END,
	TK_BAD,  /* s: the reason; matches nothing, so that the first mistake is told first */
	TK_NUM,  /* num */
	TK_NAME, /* s */
	TK_V4,
	TK_V6,
	TK_MAC,
	TK_AID,
	TK_LPAREN,
	TK_RPAREN,
	TK_LBRACKET,
	TK_RBRACKET,
	TK_COLON,
	TK_COMMA,
	TK_NOT,
	TK_AND,
	TK_OR,
	TK_OP,  /* num: enum arith_op */
	TK_REL, /* num: enum rel */
	/* keywords; num as said in words.c */
	TK_PROTO,
	TK_SRC,
	TK_DST,
	TK_ADDR,
	TK_TYPE,
	TK_KIND,
	TK_MASK,
	TK_CAST,
	TK_LENGTH,
	TK_BYTE,
	TK_WAY,
	TK_IFINDEX,
	TK_TAG,
	TK_PPPOED,
	TK_PF_NAME,
	TK_PF_NUM,
	TK_PF_WORD,
	TK_WLAN_TYPE,
	TK_WLAN_SUBTYPE,
	TK_WLAN_DIR,
	TK_LLC,
	TK_ATM,
	TK_SS7,
	TK_FIELD,
	TK_LEN,
};

struct token {
	enum tok kind;
	struct span span;
	u64 num;
	const char *s;
};

/* What stands before a place: the qualifiers that an address there takes. */
struct scope {
	struct quals q;
	struct span span;
};

enum { MAX_DEPTH = 1000 }; /* of parentheses, `not`, and of an arithmetic tree */

struct parser {
	struct filter *f;
	struct {
		struct token *v;
		u32 n, cap;
	} toks;          /* ends with TK_END */
	struct token *t; /* the next one */
	u32 depth;       /* of recursion */
	u32 open;        /* parentheses around here */
	bool warned;
};

/* lex.c: the whole text into p->toks */
void lex(struct parser *p);
bool lex_v6(const char *s, u32 n, u8 ret[16]);

/* words.c */
struct word {
	const char *s;
	enum tok kind;
	u32 num;
};
const struct word *word_find(const char *s, size_t n);
bool word_is_ours(const char *s); /* a word that only its place makes special */
/* The keyword of these kinds (bits 1 << kind; TK_NAME: ours) most like a misspelt word, or NULL. */
const char *word_near(const char *word, u64 kinds);
/* Value of a name in a table that ends with NULL, whatever its case; -1. */
struct name_num {
	const char *s;
	int num;
};
int name_num(const struct name_num *list, const char *s);
const char *name_nearest(const struct name_num *list, const char *s);

/* parse.c */
static inline bool at(const struct parser *p, enum tok kind) { return p->t->kind == kind; }
static inline bool at_op(const struct parser *p, enum arith_op op)
{
	return p->t->kind == TK_OP && p->t->num == op;
}
static inline struct span span_to(struct span from, struct span to)
{
	return (struct span){from.from, to.to};
}
bool at_name(const struct parser *p, const char *s);
void enter(struct parser *p); /* one level deeper; leave: p->depth-- */
/* The next token, which must be of this kind; `want` completes "expected ..." */
struct token *take(struct parser *p, enum tok kind, const char *want);
u32 take_num(struct parser *p, const char *want); /* of 32 bits */
/* NUM or (NUM) in any number of parentheses, at most max; `what` names it */
u32 take_pnum(struct parser *p, u32 max, const char *what);
struct tree *node(struct parser *p, enum tree_op op, struct span span);

/* parse_arith.c */
bool at_arith(const struct parser *p);      /* what can only begin arithmetic: no number, no ( */
bool at_arith_word(const struct parser *p); /* `mark` and the like, with an operator after it */
struct arith *arith_primary(struct parser *p);
struct arith *arith_rest(struct parser *p, struct arith *left);
struct tree *relation(struct parser *p, struct arith *x); /* from its operator on */

/* parse_prim.c: a primitive other than an address; NULL when none stands here */
struct tree *primitive(struct parser *p);
struct tree *wlan(struct parser *p, struct quals q);
bool at_inner(const struct parser *p);

/* parse_ident.c */
bool at_ident(const struct parser *p);
bool at_portchain(const struct parser *p);
struct tree *ident(struct parser *p, const struct scope *in);
struct tree *ident_num(struct parser *p, const struct token *num, const struct scope *in);

/* parse_err.c */
const char *tok_text(struct parser *p, const struct token *t); /* as written, in quotes, cut */
_Noreturn void expected(struct parser *p, const char *want);
_Noreturn void no_condition(struct parser *p); /* a condition should begin here */
_Noreturn void no_join(struct parser *p);      /* `and`, `or` or the end should stand here */
_Noreturn void no_ident(struct parser *p, const struct scope *in); /* an address should */
_Noreturn void no_number(struct parser *p); /* a piece of arithmetic should */
_Noreturn void no_comparison(struct parser *p, const struct arith *x); /* x must be compared */
_Noreturn void bare(struct parser *p, const struct token *t); /* an address with no qualifier */
_Noreturn void unclosed(struct parser *p, struct span open, const char *closer);

#endif
