/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports: single, ranges, lists, names; and behind IPv6 extension headers. */
#include "filter/gen.h"

#include <stdlib.h>

enum { ANY_TRANSPORT = 0 };

struct range {
	u32 from, to; /* from <= to */
	u32 transport;
	struct span at;
};

struct ports {
	struct range *v;
	u32 n, cap;
	u32 transport; /* the ranges of this one are meant: IP protocol, or ANY_TRANSPORT */
	enum dir dir;
};

/* One port, at an offset. A range loads it for each of its ends. */
static struct pred *atom(struct gen *g, struct off at, u32 off, const struct range *r)
{
	struct val *v = gen_at(g, at, off, 2);

	if (r->from == r->to)
		return pred_test_k(g->f, v, C_EQ, r->from, r->at);
	return gen_and(g, pred_test_k(g->f, v, C_GE, r->from, r->at),
		       pred_rel(g->f, v, R_LE, val_const(g->f, r->to), r->at));
}

static struct pred *any_atom(struct gen *g, struct off at, u32 off, struct ports p)
{
	struct pred *any = gen_bool(g, false);

	for (u32 i = 0; i < p.n; i++)
		if (p.v[i].transport == p.transport)
			any = gen_or(g, any, atom(g, at, off, &p.v[i]));
	return any;
}

/* With `src and dst` both are one of the list's, but the same one. */
static struct pred *atoms(struct gen *g, struct off at, struct ports p)
{
	struct pred *any = gen_bool(g, false);

	if (p.dir != D_AND)
		return gen_both(g, p.dir, any_atom(g, at, 0, p), any_atom(g, at, 2, p));
	for (u32 i = 0; i < p.n; i++)
		if (p.v[i].transport == p.transport)
			any = gen_or(g, any,
				     gen_and(g, atom(g, at, 0, &p.v[i]), atom(g, at, 2, &p.v[i])));
	return any;
}

/* Not a later fragment. */
struct pred *gen_frag(struct gen *g) { return gen_not(g, gen_set(g, W_NET, 6, 2, 0x1fff)); }

static struct pred *over4(struct gen *g, struct ports p, u32 transport)
{
	struct pred *ip = gen_and(g, gen_eq(g, W_NET, 9, 1, transport), gen_frag(g));

	return gen_and(g, ip, atoms(g, gen_off(g, W_TRAN4), p));
}

static struct pred *over6(struct gen *g, struct ports p, u32 transport)
{
	return gen_and(g, gen_eq(g, W_NET, 6, 1, transport), atoms(g, gen_off(g, W_TRAN6), p));
}

static struct pred *each(struct gen *g, struct ports p,
			 struct pred *(*over)(struct gen *, struct ports, u32))
{
	if (p.transport != ANY_TRANSPORT)
		return over(g, p, p.transport);
	/* They exclude each other: the commonest first. */
	struct pred *any = gen_or(g, over(g, p, IP_TCP), over(g, p, IP_UDP));
	return gen_or(g, any, over(g, p, IP_SCTP));
}

static struct pred *ports4(struct gen *g, struct ports p)
{
	return gen_and(g, gen_proto_link(g, ET_IP), each(g, p, over4));
}

static struct pred *ports6(struct gen *g, struct ports p)
{
	return gen_and(g, gen_proto_link(g, ET_IP6), each(g, p, over6));
}

struct pred *gen_port_to4(struct gen *g, u32 port)
{
	struct range r = {port, port, IP_UDP, g->at};

	return ports4(g, (struct ports){&r, 1, 1, IP_UDP, D_DST});
}

struct pred *gen_port_to6(struct gen *g, u32 port)
{
	struct range r = {port, port, IP_UDP, g->at};

	return ports6(g, (struct ports){&r, 1, 1, IP_UDP, D_DST});
}

/* ---- behind extension headers ---- */

static struct pred *is(struct gen *g, struct val *x, u32 k)
{
	return pred_test_k(g->f, x, C_EQ, k, g->at);
}

static struct pred *transport(struct gen *g, struct val *next, struct ports p)
{
	if (p.transport != ANY_TRANSPORT)
		return is(g, next, p.transport);
	struct pred *any = gen_or(g, is(g, next, IP_TCP), is(g, next, IP_UDP));
	return gen_or(g, any, is(g, next, IP_SCTP));
}

/* Hop-by-hop, destination options and routing headers have a length; a
 * fragment header has 8 bytes, a 0 there, and must be the first's. */
static struct pred *extension(struct gen *g, struct val *next, struct off at)
{
	struct pred *first = pred_masked(g->f, gen_at(g, at, 2, 2), 0xfff8, 0, g->at);
	struct pred *any = gen_or(g, is(g, next, IP_HOPOPTS), is(g, next, IP_DSTOPTS));

	any = gen_or(g, any, is(g, next, IP_ROUTING));
	return gen_or(g, any, gen_and(g, is(g, next, IP_FRAGMENT), first));
}

static struct pred *end(struct gen *g, struct val *next, struct val *place)
{
	return gen_and(g, gen_put(g, g->end_next, next), gen_put(g, g->end_at, place));
}

/* Always true: the number and the place of the header that is none of those. */
static struct pred *chain6(struct gen *g, struct val *next, struct off at, u32 i)
{
	struct val *place = at.var ? at.var : val_const(g->f, 0), *then = gen_at(g, at, 0, 1);
	struct val *size = gen_op_k(g, V_MUL, gen_op_k(g, V_ADD, gen_at(g, at, 1, 1), 1), 8);
	struct val *beyond = gen_op(g, V_ADD, place, size);
	struct pred *more = extension(g, next, at);

	if (i + 1 == CHAIN6_MAX) {
		more = gen_and(g, more, end(g, then, beyond));
	} else {
		struct off later = {gen_chain_cell(g, at, true, i), at.k};

		more = gen_and(g, more, gen_put(g, later.var, beyond));
		more = gen_and(g, more, chain6(g, then, later, i + 1));
	}
	return gen_or(g, more, end(g, next, place));
}

/* First where the chain ends, then what is there. */
static struct pred *portchain6(struct gen *g, struct ports p)
{
	struct off at = gen_off(g, W_TRAN6);

	gen_chain_cell(g, at, true, 0);
	if (!g->end_next) {
		g->end_next = val_cell(g->f, 255);
		g->end_at = val_cell(g->f, UINT32_MAX);
	}
	struct pred *chain = chain6(g, gen_load(g, W_NET, 6, 1), at, 0);

	at.var = g->end_at;
	chain = gen_and(g, chain, gen_and(g, transport(g, g->end_next, p), atoms(g, at, p)));
	return gen_and(g, gen_proto_link(g, ET_IP6), chain);
}

/* ---- names and numbers ---- */

static bool lookup(struct gen *g, const char *name, const char *transport, u16 *port)
{
	const struct filter_names *names = g->f->opts->names;

	return names && names->port && names->port(names->arg, name, transport, port);
}

/* A name known to both protocols with one number stands for all transports;
 * with two numbers, for TCP's. */
static bool port_by_name(struct gen *g, const char *name, u32 want, u32 *port, u32 *transport)
{
	u16 tcp, udp, sctp;
	bool is_tcp = lookup(g, name, "tcp", &tcp), is_udp = lookup(g, name, "udp", &udp);

	if (want == IP_SCTP && lookup(g, name, "sctp", &sctp)) {
		*port = sctp;
		*transport = IP_SCTP;
		return true;
	}
	if (!is_tcp && !is_udp)
		return false;
	*port = is_tcp ? tcp : udp;
	*transport = !is_udp ? IP_TCP : !is_tcp ? IP_UDP : tcp == udp ? ANY_TRANSPORT : IP_TCP;
	return true;
}

static _Noreturn void unknown_port(struct gen *g, const struct ident *id, const char *name)
{
	struct ob_err *err = filter_err(g->f, OB_NAME, id->span, "unknown port `%s`", name);
	const char *near = filter_word_nearest(name);

	if (near)
		err = err_hint(err, "did you mean `%s`?", near);
	filter_fail_err(g->f, err);
}

static u32 number(struct gen *g, const struct ident *id, const char *s, size_t n, u32 want,
		  u32 *transport)
{
	char *name = arena_strndup(&g->f->a, s, n), *end;
	unsigned long v = strtoul(name, &end, 0);
	u32 port;

	if (*name >= '0' && *name <= '9' && !*end) {
		*transport = ANY_TRANSPORT;
		if (v > 65535)
			filter_fail(g->f, OB_RANGE, id->span, "port %s; the largest is 65535",
				    name);
		return (u32)v;
	}
	if (!port_by_name(g, name, want, &port, transport))
		unknown_port(g, id, name);
	return port;
}

/* The transport that was asked for against that of the name. */
static u32 agree(struct gen *g, const struct ident *id, u32 want, u32 found)
{
	if (want == ANY_TRANSPORT || found == ANY_TRANSPORT || want == found)
		return want == ANY_TRANSPORT ? found : want;
	const char *is = found == IP_TCP ? "tcp" : found == IP_UDP ? "udp" : "sctp";
	filter_fail(g->f, OB_NAME, id->span, "port `%s` is known for %s only", id->s, is);
}

static u32 wanted(struct gen *g, const struct tree *t)
{
	switch (t->quals.proto) {
	case P_DEFAULT:
		return ANY_TRANSPORT;
	case P_TCP:
		return IP_TCP;
	case P_UDP:
		return IP_UDP;
	case P_SCTP:
		return IP_SCTP;
	default:
		gen_refuse(g, "`%s` has no ports; tcp, udp and sctp have",
			   proto_word(t->quals.proto));
	}
}

static bool is_range(const struct tree *t, const struct ident *id, const char **dash)
{
	*dash = strchr(id->s, '-');
	return *dash &&
	       (t->quals.type == T_PORTRANGE || (t->n_list && *id->s >= '0' && *id->s <= '9'));
}

static struct range named(struct gen *g, const struct tree *t, const struct ident *id, u32 want)
{
	struct range r = {0};
	const char *dash;
	u32 other;

	if (is_range(t, id, &dash)) {
		r.from = number(g, id, id->s, (size_t)(dash - id->s), want, &r.transport);
		r.to = number(g, id, dash + 1, strlen(dash + 1), want, &other);
		if (other != r.transport)
			r.transport = ANY_TRANSPORT;
	} else if (t->quals.type == T_PORTRANGE) {
		filter_fail(g->f, OB_SYNTAX, id->span, "a port range is FROM-TO");
	} else {
		r.from = r.to = number(g, id, id->s, strlen(id->s), want, &r.transport);
	}
	r.transport = agree(g, id, want, r.transport);
	return r;
}

static struct range written(struct gen *g, const struct tree *t, const struct ident *id)
{
	u32 want = wanted(g, t);
	struct range r = {id->num, id->num, want, g->at};

	if (id->kind == ID_NAME)
		r = named(g, t, id, want);
	else if (id->kind != ID_NUM)
		filter_fail(g->f, OB_SYNTAX, id->span,
			    "a port is a number or a name, not an address");
	if (r.from > 65535 || r.to > 65535)
		filter_fail(g->f, OB_RANGE, id->span, "port %u; the largest is 65535",
			    MAX(r.from, r.to));
	if (t->quals.dir >= D_ADDR1)
		gen_refuse(g, "ports are src or dst");
	u32 from = MIN(r.from, r.to), to = MAX(r.from, r.to);
	return (struct range){from, to, r.transport, g->at};
}

/* A transport's ranges together. */
static struct pred *of_transport(struct gen *g, enum type type, struct ports p)
{
	for (u32 i = 0; i < p.n; i++)
		if (p.v[i].transport == p.transport)
			return gen_or(g, type == T_PORTCHAIN ? portchain6(g, p) : ports6(g, p),
				      ports4(g, p));
	return gen_bool(g, false);
}

struct pred *gen_ports(struct gen *g, const struct item *items, u32 n)
{
	static const u8 transports[] = {ANY_TRANSPORT, IP_TCP, IP_UDP, IP_SCTP};
	struct ports p = {.dir = items->t->quals.dir};
	struct pred *any = gen_bool(g, false);

	for (u32 i = 0; i < n; i++) {
		g->at = gen_words(&items[i], 1);
		vec_push(&g->f->a, p) = written(g, items[i].t, items[i].id);
	}
	g->at = gen_words(items, n);
	for (u32 i = 0; i < LEN(transports); i++) {
		p.transport = transports[i];
		any = gen_or(g, any, of_transport(g, items->t->quals.type, p));
	}
	return any;
}
