/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters for CSPF: a boolean tree of tests on 16-bit words of the packet. */
#ifndef FILTER_CSPF_H
#define FILTER_CSPF_H

#include "filter/priv.h"

struct atom { /* packet word & mask REL k */
	u16 word, mask, k;
	u16 rel; /* CSPF_EQ, _NEQ, _LT, _LE, _GT or _GE */
};

enum expr_op { E_FALSE, E_TRUE, E_ATOM, E_AND, E_OR };

struct expr { /* never changed once it is made */
	enum expr_op op;
	struct atom atom;
	u32 n; /* parts of an E_AND or E_OR: two or more, none of the same kind */
	struct expr **v;
};

struct cspf_job {
	struct filter *f;
	bool assume_ihl5;
	u32 tests; /* that were read from the filter */
	u32 need;  /* bytes of a packet that they look at */
	struct {
		struct atom *v;
		u32 n, cap;
	} fact; /* what is known to hold around the part that is simplified */
	struct cspf code;
};

/* cspf.c: the work of filter_cspf, behind the meaning of a filter. */
void cspf_compile(struct filter *f, const struct pred *p, bool assume_ihl5, enum filter_cspf coding,
		  struct cspf *ret, u32 *need);

/* cspf_expr.c */
struct expr *expr_bool(struct cspf_job *c, bool value);
struct expr *expr_atom(struct cspf_job *c, struct atom a);
/* op over the parts; those of the same op are taken in, constants folded. */
struct expr *expr_join(struct cspf_job *c, enum expr_op op, struct expr *const *v, u32 n);
struct expr *expr_pair(struct cspf_job *c, enum expr_op op, struct expr *a, struct expr *b);
struct expr *expr_not(struct cspf_job *c, const struct expr *e);
/* What e is when `fact` is known to hold. */
struct expr *expr_given(struct cspf_job *c, struct expr *e, struct atom fact);
/* The cheapest tree that was found for the same meaning; multiply: also by
 * multiplying out conditions that have few cases in common. */
struct expr *expr_improve(struct cspf_job *c, struct expr *e, bool multiply);
/* Operations to find its value. */
u32 expr_cost(const struct expr *e);
struct atom atom_not(struct atom a);

#endif
