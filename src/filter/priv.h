/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the filter room: one job, and the four forms that a filter takes.
 *
 *   text --lex,parse--> struct tree   what was written, with columns
 *        --gen-------->  struct pred   a boolean tree of tests on values: its meaning
 *        --lower------>  struct node   the flow graph, improved by passes
 *        --emit------->  struct prog   classic code
 *
 * The meaning of a filter is that of its struct pred tree, evaluated from left
 * to right, stopping as soon as the answer is known. A load that leaves the
 * packet, or a division by zero, rejects the packet at once, whatever `not`
 * stands around it. Every later form keeps exactly that meaning. */
#ifndef FILTER_PRIV_H
#define FILTER_PRIV_H

#include "filter/filter.h"

struct span { /* columns [from, to) of the text, counted from 0 */
	u32 from, to;
};

/* ---- the tree: what was written (lex.c, parse.c) ---- */

/* Words that name a protocol and may stand before `host`, `port`, `[` or alone.
 * proto.def: PROTO(name, "spelling", "other spelling" or NULL). */
enum proto {
	P_DEFAULT,
#define PROTO(name, ...) P_##name,
#include "filter/proto.def"
#undef PROTO
	P_COUNT
};

enum dir {
	D_DEFAULT,
	D_SRC,
	D_DST,
	D_OR,
	D_AND,
	D_ADDR1,
	D_ADDR2,
	D_ADDR3,
	D_ADDR4,
	D_RA,
	D_TA,
};

enum type {
	T_DEFAULT,
	T_HOST,
	T_NET,
	T_PORT,
	T_PORTRANGE,
	T_GATEWAY,
	T_PROTO,
	T_PROTOCHAIN,
	T_PORTCHAIN, /* ours: a port, also behind IPv6 extension headers */
};

struct quals {
	enum proto proto;
	enum dir dir;
	enum type type;
	bool none; /* in the parser only: there are none to inherit */
};

enum id_kind {
	ID_NAME,    /* s: a word; also port and number ranges such as 10-20 */
	ID_NUM,     /* num */
	ID_V4,      /* v4 as written: 2 to 4 numbers, v4_bits = 16 to 32; for DECnet only s */
	ID_V4_LEN,  /* v4 / num */
	ID_V4_MASK, /* v4 mask mask (mask_bits as v4_bits) */
	ID_V6,      /* v6 / num (128 when not written) */
	ID_MAC,     /* mac */
	ID_AID,     /* num: $xx, one byte, ARCnet and MS/TP */
};

struct ident {
	enum id_kind kind;
	struct span span;
	const char *s; /* as written, 0-terminated */
	u32 num;
	u32 v4, v4_bits, mask, mask_bits;
	u8 v6[16], mac[6];
};

/* Simple primitives: a keyword with at most a number or a name. */
enum prim {
	PR_BROADCAST, /* quals.proto */
	PR_MULTICAST, /* quals.proto */
	PR_LESS,
	PR_GREATER, /* num */
	PR_BYTE,    /* num = index, num2 = value, rel char in `ch`: & | < > = */
	PR_INBOUND,
	PR_OUTBOUND,
	PR_IFINDEX, /* num */
	PR_VLAN,
	PR_MPLS,
	PR_PPPOES,
	PR_GENEVE,
	PR_VXLAN, /* has_num, num */
	PR_PPPOED,
	PR_PF_IFNAME,
	PR_PF_RSET, /* s */
	PR_PF_RNR,
	PR_PF_SRNR, /* num */
	PR_PF_REASON,
	PR_PF_ACTION, /* s, or num with has_num */
	PR_WLAN_TYPE, /* num = bits of fc0 under mask num2 (type 0x0c, subtype 0xf0) */
	PR_WLAN_DIR,  /* num */
	PR_LLC,       /* s: NULL, "i" "s" "u" "rr" "rnr" ... */
	PR_ATM,       /* num: enum atm_type: a type on its own */
	PR_SS7,       /* num: enum ss7_type */
	/* ours */
	PR_INNER, /* s: "gre" "ipip" "gtpu" "vxlan" "geneve"; has_num, num = key, TEID or VNI;
		   * num2 = UDP port, 0 when not written */
};

enum atm_type {
	ATM_METAC,
	ATM_BCC,
	ATM_SC,
	ATM_ILMIC,
	ATM_OAMF4SC,
	ATM_OAMF4EC,
	ATM_LANE,
	ATM_OAM,
	ATM_OAMF4,
	ATM_CONNECTMSG,
	ATM_METACONNECT
};
enum ss7_type { SS7_FISU, SS7_LSSU, SS7_MSU, SS7_HFISU, SS7_HLSSU, SS7_HMSU };
enum field { /* for TREE_FIELD: field relation number */
	     F_VPI,
	     F_VCI,
	     F_SIO,
	     F_OPC,
	     F_DPC,
	     F_SLS,
	     F_HSIO,
	     F_HOPC,
	     F_HDPC,
	     F_HSLS,
};

enum rel { R_EQ, R_NE, R_GT, R_GE, R_LT, R_LE };

enum anc_word { AW_MARK, AW_CPU, AW_QUEUE, AW_RXHASH, AW_RANDOM }; /* ours, in arithmetic */

enum arith_op {
	A_NUM, /* num */
	A_LEN,
	A_ACCESS, /* proto [ a : size ]; size 1, 2, 4, or 8 (ours; only compared) */
	A_ANC,    /* num: enum anc_word */
	A_NEG,    /* a */
	A_ADD,
	A_SUB,
	A_MUL,
	A_DIV,
	A_MOD,
	A_AND,
	A_OR,
	A_XOR,
	A_LSH,
	A_RSH,
};

struct arith {
	enum arith_op op;
	struct span span;
	enum proto proto;
	bool v6; /* ours: tcp6[..], udp6[..], icmp6 is itself: the transport header over IPv6 */
	u32 size;
	u32 height; /* of the tree below, bounded by the parser */
	u64 num;    /* above 32 bits only beside an 8-byte access */
	struct arith *a, *b;
};

enum tree_op {
	TREE_TRUE, /* the empty filter */
	TREE_AND,
	TREE_OR,
	TREE_NOT,   /* a, b */
	TREE_PROTO, /* quals.proto alone: `tcp` */
	TREE_ID,    /* quals, ident; n_list > 0: a port list, ident is list[0] */
	TREE_PRIM,  /* prim ... */
	TREE_FIELD, /* field, rel, num */
	TREE_REL,   /* x rel y */
};

/* Chains of and/or lean to the left and may be very long: walk `a` in a loop.
 * Everything else is nested at most 1000 levels deep. */
struct tree {
	enum tree_op op;
	struct span span;
	struct tree *a, *b;
	struct quals quals;
	struct span quals_span; /* where the qualifiers were written (maybe inherited) */
	struct ident ident, *list;
	u32 n_list;
	enum prim prim;
	enum field field;
	enum rel rel;
	char ch;
	bool has_num;
	u32 num, num2;
	const char *s;
	struct arith *x, *y;
};

/* ---- values (value.c): pure functions of the packet, hash-consed ----
 *
 * Two values are the same if their pointers are. All are 32 bits, unsigned,
 * and wrap. The constructors fold what can be folded without losing a load. */
enum val_op {
	V_CONST, /* k */
	V_LEN,   /* bytes on the wire */
	V_LOAD,  /* size bytes at a + k; a is NULL for an absolute load */
	V_ANC,   /* k: enum cb_anc */
	V_CELL,  /* k: what PRED_SET assigned last, 0 at first; lives in a scratch cell */
	V_NEG,   /* a */
	V_ADD,
	V_SUB,
	V_MUL,
	V_DIV,
	V_MOD,
	V_AND,
	V_OR,
	V_XOR,
	V_LSH,
	V_RSH,   /* a, b */
	V_TEST,  /* not a value: the name of the test `a cmp b` (k: cmp), for facts */
	V_PARAM, /* what a shared tail finds in A (k = 0) or X (k = 1); opt_share.c */
};

struct val {
	enum val_op op;
	u8 size;
	bool faults; /* evaluating it may reject the packet */
	u32 id;      /* dense, from 0; a part has a smaller one than the whole */
	u32 k;
	u32 max, bits; /* never above max; no bit outside bits is ever set */
	u32 cells;     /* the V_CELLs in it, as bits */
	u32 slot;      /* of facts.c */
	struct val *a, *b;
	struct val *next; /* in the hash chain */
};

/* ---- predicates (pred.c): the meaning ---- */
enum cmp { C_EQ, C_GT, C_GE, C_SET }; /* x == y, x > y, x >= y, x & y != 0 */

enum pred_op {
	PRED_FALSE,
	PRED_TRUE,
	PRED_TEST,
	PRED_SET, /* y, a V_CELL, becomes x; always true */
	PRED_NOT,
	PRED_AND,
	PRED_OR
};

struct pred {
	enum pred_op op;
	enum cmp cmp;
	struct val *x, *y;
	struct pred *a, *b;
	struct span span; /* the words that it stands for */
	/* It holds only where `lead`, which it evaluates first, is one of these; NULL: not known */
	struct val *lead;
	u32 leads[4], n_leads;
};

/* ---- the flow graph (graph.c; passes in opt_*.c; emit.c) ---- */
enum node_op {
	N_REJECT,
	N_ACCEPT,
	N_TEST,  /* x cmp y: t if it holds, else f */
	N_EVAL,  /* x is evaluated, for the packets that it rejects; then t */
	N_SET,   /* x goes to A unless NULL, y to X unless NULL; then t, which
		  * knows them as as_a and as_x (V_PARAM) */
	N_STORE, /* y, a V_CELL, becomes x; then t */
};

struct node {
	enum node_op op;
	enum cmp cmp;
	struct val *x, *y, *as_a, *as_x;
	struct node *t, *f;
	struct span span;
	u32 id;           /* position in the order of graph_order */
	u32 refs;         /* edges that come in, after graph_order */
	u32 epoch, state; /* of graph_order */
	u64 hash;
	struct val *name; /* of a test, as val_test_name; NULL when not yet made */
	void *info;       /* of the pass at work */
};

/* The reachable nodes, each before its successors; the leaves come last. */
struct order {
	struct node **v;
	u32 n;
};

struct code {
	struct ob_cbpf *v;
	struct prog_span *span;
	u32 n;
	u32 *made, n_made; /* how often each value is computed, by id */
};

/* ---- one compilation ---- */
struct note {
	struct span span;
	const char *text;
};

struct filter {
	struct arena a;
	struct arena scratch; /* of the pass at work */
	jmp_buf fail;         /* filter_fail and want of memory jump here */
	struct ob_err *err;
	const struct filter_opts *opts;
	const char *text;
	u32 n;
	struct {
		struct note *v;
		u32 n, cap;
	} notes;
	struct {
		struct val **bucket, **v;
		u32 n, cap, buckets;
	} vals; /* v[id] */
	struct val *cell[CBPF_MEMWORDS];
	u32 cells;
	struct pred *prelude; /* done before the filter, whatever its outcome; or NULL */
	struct gen *gen;      /* state of gen*.c: link type, offsets */
	struct node *accept, *reject;
	struct code code; /* the smallest that emit_size met */
	struct {
		struct node **v;
		u32 n, cap;
	} nodes;      /* all that were made, reachable or not */
	u32 n_simple; /* of which opt_simplify has seen so many */
	u32 n_order;  /* nodes in the last graph_order */
	u32 epoch;    /* of graph_order */
	u8 *uses;     /* how many nodes have a value in them: 0, 1 or more; by id */
	u32 n_uses;
	u32 slots;         /* values that ever had a fact */
	struct buf *trace; /* --show=opt: the graph after each pass goes here */
};

/* filter.c: one compilation: what work does may stop it by filter_fail. */
enum { FILTER_TEXT_LIMIT = 16 << 20 };
struct ob_err *filter_run(const char *text, size_t n, const struct filter_opts *opts,
			  void (*work)(struct filter *f, void *arg), void *arg);
/* The same by hand: between begin and end, setjmp(f->fail) must stand. */
void filter_begin(struct filter *f, const char *text, size_t n, const struct filter_opts *opts);
struct ob_err *filter_end(struct filter *f);
struct pred *filter_meaning(struct filter *f);

/* Stops the compilation with an error at these columns. */
_Noreturn void filter_fail(struct filter *f, enum ob_code code, struct span at, const char *fmt,
			   ...) PRINTF(4, 5);
/* The same with notes and hints already attached by the caller. Takes err. */
_Noreturn void filter_fail_err(struct filter *f, struct ob_err *err);
/* No packet matches: OB_NEVER, with the warnings, that may say why. */
_Noreturn void filter_never(struct filter *f, struct span at);
/* An error made at these columns, to which hints can be added. */
struct ob_err *filter_err(struct filter *f, enum ob_code code, struct span at, const char *fmt, ...)
	PRINTF(4, 5);
/* A warning: the program is made, and this is told. */
void filter_warn(struct filter *f, struct span at, const char *fmt, ...) PRINTF(3, 4);

/* parse.c. Never returns NULL: errors go to filter_fail. */
struct tree *filter_parse(struct filter *f);
/* The keyword most like a misspelt word, or NULL (words.c). */
const char *filter_word_nearest(const char *word);
void tree_show(const struct tree *t, struct buf *to);

/* Done before the whole filter, one after the other while they hold; the
 * outcome does not matter, but a load that leaves the packet rejects it. */
void filter_prelude(struct filter *f, struct pred *p);

/* gen.c and its family. */
struct pred *filter_gen(struct filter *f, const struct tree *t);

/* value.c */
struct val *val_const(struct filter *f, u32 k);
struct val *val_len(struct filter *f);
/* size 1, 2 or 4; base NULL for an absolute load */
struct val *val_load(struct filter *f, struct val *base, u32 k, u32 size);
struct val *val_anc(struct filter *f, enum cb_anc anc);
struct val *val_neg(struct filter *f, struct val *a);
struct val *val_alu(struct filter *f, enum val_op op, struct val *a, struct val *b);
struct val *val_alu_k(struct filter *f, enum val_op op, struct val *a, u32 k);
/* 4 * (P[base + k] & 15): the length of an IPv4 header; emitted as ldxb msh where it can be */
struct val *val_msh(struct filter *f, struct val *base, u32 k);
/* A new variable, for what would be computed again and again: 0 until a
 * pred_set, and never above max. */
struct val *val_cell(struct filter *f, u32 max);
void val_show(const struct val *v, struct buf *to);

/* pred.c. The span of what is made is `at`. */
struct pred *pred_bool(struct filter *f, bool value, struct span at);
struct pred *pred_test(struct filter *f, struct val *x, enum cmp cmp, struct val *y,
		       struct span at);
struct pred *pred_test_k(struct filter *f, struct val *x, enum cmp cmp, u32 k, struct span at);
/* (x & mask) == k, the usual masked compare; mask 0xffffffff needs no `and` */
struct pred *pred_masked(struct filter *f, struct val *x, u32 mask, u32 k, struct span at);
struct pred *pred_rel(struct filter *f, struct val *x, enum rel rel, struct val *y, struct span at);
struct pred *pred_not(struct filter *f, struct pred *a);
struct pred *pred_and(struct filter *f, struct pred *a, struct pred *b); /* a first */
struct pred *pred_or(struct filter *f, struct pred *a, struct pred *b);  /* a first */
/* Of a, which will be followed by `and b`, what b leaves possible: of `host H`
 * (IP, ARP or RARP) only IP before `port P`. */
struct pred *pred_before(struct filter *f, struct pred *a, const struct pred *b);
/* The cell becomes v; always true. No path may set a cell again after its use. */
struct pred *pred_set(struct filter *f, struct val *cell, struct val *v, struct span at);
void pred_show(const struct pred *p, struct buf *to);
/* One packet: the tree itself is evaluated. A fault rejects. */
struct packet {
	struct bytes data;
	u32 wirelen;
	bool libpcap; /* X + k does not wrap, shifts of 32 and more give 0 */
	bool fault;   /* out: the reason for a rejection */
	u32 cell[CBPF_MEMWORDS];
};
bool pred_eval(const struct pred *p, struct packet *pkt);
u32 val_eval(const struct val *v, struct packet *pkt);

/* graph.c: lowers the predicate, and runs the passes unless opts->no_optimise. */
struct node *filter_graph(struct filter *f, struct pred *p);
struct order graph_order(struct filter *f, struct node *root);
struct node *node_new(struct filter *f, struct node from);
bool node_is_leaf(const struct node *n);
struct node *node_test(struct filter *f, struct val *x, enum cmp cmp, struct val *y, struct node *t,
		       struct node *no, struct span at);
/* graph_show.c */
void graph_show(struct filter *f, struct node *root, enum filter_show how, struct buf *to);
void node_label(const struct node *n, struct buf *to);
/* graph_svg.c; fails on graphs that are too large to be looked at */
void graph_svg(struct filter *f, struct order o, struct buf *to);

/* The passes. Each returns the new root; `changed` is set when it did something. */
/* opt_simplify.c: each test by itself: constants, cheaper forms */
struct node *opt_simplify(struct filter *f, struct node *root, bool *changed);
bool node_simplify(struct filter *f, struct node *n); /* one of them; false: as it was */
/* opt_thread.c: edges go past the tests whose outcome is known on them */
struct node *opt_thread(struct filter *f, struct node *root, bool *changed);
/* opt_merge.c: equal tails become one */
struct node *opt_merge(struct filter *f, struct node *root, bool *changed);
/* cells.c: a cell that may be read before it is set starts as 0 */
struct node *cells_start(struct filter *f, struct node *root);
/* cells.c: what nobody reads is not stored */
struct node *opt_cells(struct filter *f, struct node *root, bool *changed);
/* opt_sets.c: chains of tests of one value become search trees. Needs: facts of opt_thread */
struct node *opt_sets(struct filter *f, struct node *root, bool *changed);
bool sets_possible(struct filter *f, struct node *root); /* is there any chain? */
/* opt_share.c: tails that differ in where they look become one, with X as its parameter */
struct node *opt_share(struct filter *f, struct node *root, bool *changed);

/* facts.c: what is known of values at a place in the graph. Persistent. */
struct facts {
	struct trie *root;
	u32 height; /* of the tree: fits slots below 16^height */
	u32 reach;  /* loads of [0, reach) have succeeded */
	u32 cells;  /* that facts are about */
};
struct fact {
	u32 min, max;
	u32 known, bits; /* the bits of `known` are as in `bits` */
	u32 reach;       /* of this as a base: [this, this + reach) was loaded */
	bool evaluated;
};
enum answer { UNKNOWN, YES, NO };
/* At the beginning of the graph, whose nodes these are. */
struct facts *facts_start(struct filter *f, struct order o);
/* What holds after the test came out so. */
struct facts *facts_assume(struct filter *f, const struct facts *e, struct node *test,
			   bool outcome);
struct facts *facts_evaluated(struct filter *f, const struct facts *e, struct val *v);
struct facts *facts_store(struct filter *f, const struct facts *e, const struct node *store);
struct facts *facts_meet(struct filter *f, struct facts *a, struct facts *b);
enum answer facts_decide(struct filter *f, const struct facts *e, struct node *test);
/* Evaluating v here cannot reject the packet. */
bool facts_safe(struct filter *f, const struct facts *e, const struct val *v);
struct fact facts_of(struct filter *f, const struct facts *e, const struct val *v);

/* emit.c */
void filter_emit(struct filter *f, struct node *root, struct prog **ret);
u32 filter_snaplen(const struct filter *f);
/* The number of instructions that the graph would become. If it is below
 * `best`, the code is kept for filter_emit. */
u32 emit_size(struct filter *f, struct node *root, u32 best);
struct val *val_test_name(struct filter *f, struct node *test);
struct val *val_param(struct filter *f, u32 which, u32 size);

#endif
