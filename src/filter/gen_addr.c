/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses: host, net, ether host, gateway, broadcast, multicast. */
#include "filter/gen.h"

#include <stdlib.h>

struct pred *gen_both(struct gen *g, enum dir dir, struct pred *src, struct pred *dst)
{
	switch (dir) {
	case D_SRC:
		return src;
	case D_DST:
		return dst;
	case D_AND:
		return gen_and(g, src, dst);
	default:
		return gen_or(g, src, dst);
	}
}

void gen_dir_check(struct gen *g, enum dir dir)
{
	static const char *const word[] = {
		[D_ADDR1] = "addr1", [D_ADDR2] = "addr2", [D_ADDR3] = "addr3",
		[D_ADDR4] = "addr4", [D_RA] = "ra",       [D_TA] = "ta",
	};

	if (dir >= D_ADDR1)
		gen_refuse(g, "`%s` goes with hardware addresses on 802.11 only", word[dir]);
}

/* ---- network addresses ---- */

struct addr {
	bool v6, ip_only; /* of a name, where no type field tells ARP from IP */
	u32 addr, mask;
	u8 addr6[16], mask6[16];
	struct span at;
};

struct addrs {
	struct addr *v;
	u32 n, cap;
};

/* The words of an IPv6 address, the first word first. */
static struct pred *words6(struct gen *g, u32 off, const u8 a[16], const u8 m[16])
{
	struct pred *p = NULL;

	for (u32 i = 0; i < 16; i += 4) {
		struct pred *w = gen_masked(g, W_NET, off + i, 4, get_be32(m + i), get_be32(a + i));

		p = p ? gen_and(g, p, w) : w;
	}
	return p;
}

static struct pred *one_of(struct gen *g, const struct addr *a, u32 off)
{
	struct span all = g->at;

	g->at = a->at;
	struct pred *one = a->v6 ? words6(g, off, a->addr6, a->mask6)
				 : gen_masked(g, W_NET, off, 4, a->mask, a->addr);
	g->at = all;
	return one;
}

static struct pred *any_of(struct gen *g, const struct addrs *in, bool v6, u32 off)
{
	struct pred *any = gen_bool(g, false);

	for (u32 i = 0; i < in->n; i++)
		if (in->v[i].v6 == v6)
			any = gen_or(g, any, one_of(g, &in->v[i], off));
	return any;
}

/* One protocol that holds addresses at fixed places. With `src and dst` both
 * are one of the list's, but the same one. */
static struct pred *holds(struct gen *g, const struct addrs *in, enum dir dir, u32 proto, u32 src,
			  u32 dst)
{
	struct pred *link = gen_proto_link(g, proto), *any = gen_bool(g, false);
	bool v6 = proto == ET_IP6;

	if (dir != D_AND)
		return gen_and(g, link,
			       gen_both(g, dir, any_of(g, in, v6, src), any_of(g, in, v6, dst)));
	for (u32 i = 0; i < in->n; i++)
		if (in->v[i].v6 == v6)
			any = gen_or(
				g, any,
				gen_and(g, one_of(g, &in->v[i], src), one_of(g, &in->v[i], dst)));
	return gen_and(g, link, any);
}

/* what: "IPv4", "IPv6" or "IP"; before: the protocols that have such addresses. */
static _Noreturn void bad_proto(struct gen *g, enum proto p, const char *what, const char *before)
{
	struct ob_err *err = filter_err(g->f, OB_UNSUPPORTED, g->at, "`%s` has no %s addresses",
					proto_word(p), what);

	if (p == P_LINK)
		err = err_hint(err, "ether host takes an address like 02:00:00:00:00:01");
	filter_fail_err(g->f, err_hint(err, "%s can stand before %s addresses", before, what));
}

/* DECnet: `area.node`, in one of four places. */
static struct pred *decnet_place(struct gen *g, u32 flags, u32 at, u32 addr)
{
	static const struct {
		u32 size, mask, flags, pad;
	} shape[] = {
		{1, 0x07, 0x02, 0},
		{2, 0xff07, 0x8102, 1},
		{1, 0x07, 0x06, 0},
		{2, 0xff07, 0x8106, 1},
	};
	struct pred *p =
		gen_masked(g, W_NET, 2, shape[flags].size, shape[flags].mask, shape[flags].flags);

	return gen_and(g, p, gen_eq(g, W_NET, 2 + shape[flags].pad + at, 2, addr));
}

/* Data packets with short or long headers, with 0 or 1 byte of padding. */
static struct pred *decnet_one(struct gen *g, u32 addr, u32 at_short, u32 at_long)
{
	u32 swapped = (addr & 0xff) << 8 | (addr >> 8 & 0xff);
	struct pred *p = NULL;

	for (u32 i = 0; i < 4; i++) {
		u32 at = i < 2 ? at_short : at_long;
		struct pred *one = decnet_place(g, i, at, swapped);

		p = p ? gen_or(g, p, one) : one;
	}
	return gen_and(g, gen_proto_link(g, ET_DN), p);
}

static struct pred *decnet(struct gen *g, u32 addr, enum dir dir)
{
	gen_dir_check(g, dir);
	return gen_both(g, dir, decnet_one(g, addr, 3, 15), decnet_one(g, addr, 1, 7));
}

static struct pred *in4(struct gen *g, const struct addrs *in, const struct tree *t)
{
	enum dir dir = t->quals.dir;
	struct pred *p;

	switch (t->quals.proto) {
	case P_DEFAULT:
		p = holds(g, in, dir, ET_IP, 12, 16);
		if (g->labels || in->v->ip_only)
			return p;
		p = gen_or(g, p, holds(g, in, dir, ET_ARP, 14, 24));
		return gen_or(g, p, holds(g, in, dir, ET_RARP, 14, 24));
	case P_IP:
		return holds(g, in, dir, ET_IP, 12, 16);
	case P_ARP:
		return holds(g, in, dir, ET_ARP, 14, 24);
	case P_RARP:
		return holds(g, in, dir, ET_RARP, 14, 24);
	default:
		bad_proto(g, t->quals.proto, "IPv4", "ip, arp and rarp");
	}
}

static struct pred *in_list(struct gen *g, const struct addrs *in, const struct tree *t)
{
	enum proto proto = t->quals.proto;
	struct pred *p = gen_bool(g, false);
	bool four = false, six = false;

	gen_dir_check(g, t->quals.dir);
	for (u32 i = 0; i < in->n; i++)
		*(in->v[i].v6 ? &six : &four) = true;
	if (four)
		p = in4(g, in, t);
	if (six && proto != P_DEFAULT && proto != P_IP6)
		bad_proto(g, proto, "IPv6", "only ip6");
	return six ? gen_or(g, p, holds(g, in, t->quals.dir, ET_IP6, 8, 24)) : p;
}

static void make_mask6(u8 m[16], u32 bits)
{
	for (u32 i = 0; i < 16; i++) {
		u32 n = MIN(bits, 8);

		m[i] = (u8)(0xff00 >> n);
		bits -= n;
	}
}

/* ---- names ---- */

/* Those of the name's addresses that the qualifier lets through. */
static void add_found(struct gen *g, const struct tree *t, const struct ident *id,
		      const struct filter_addrs *found, struct addrs *to)
{
	u32 before = to->n;

	for (u32 i = 0; i < found->n; i++) {
		const struct filter_addr *a = &found->v[i];
		struct addr new = {.v6 = a->v6, .addr = a->v4, .mask = UINT32_MAX, .at = g->at};

		if (t->quals.proto == (a->v6 ? P_IP : P_IP6))
			continue;
		new.ip_only = g->type.k == UNSET;
		memcpy(new.addr6, a->a6, 16);
		memset(new.mask6, 255, 16);
		vec_push(&g->f->a, *to) = new;
	}
	if (to->n == before)
		filter_fail(g->f, OB_NAME, id->span, "host `%s` has no %s address", id->s,
			    t->quals.proto == P_IP6 ? "IPv6" : "IPv4");
}

static _Noreturn void unknown_host(struct gen *g, const struct ident *id)
{
	struct ob_err *err = filter_err(g->f, OB_NAME, id->span, "unknown host `%s`", id->s);
	const char *near = filter_word_nearest(id->s);

	if (strspn(id->s, "0123456789.") == strlen(id->s))
		err = err_hint(err, "an IPv4 address has four numbers");
	else if (near)
		err = err_hint(err, "did you mean `%s`?", near);
	else if (!g->f->opts->names || !g->f->opts->names->host)
		err = err_hint(err, "names are not looked up here: write the address");
	filter_fail_err(g->f, err);
}

/* The caller's addresses are freed before anything can fail. */
static void host_name(struct gen *g, const struct tree *t, const struct ident *id, struct addrs *to)
{
	const struct filter_names *names = g->f->opts->names;
	struct filter_addrs found = {0}, kept = {0};

	if (names && names->host && names->host(names->arg, id->s, &found)) {
		g->f->a.fail = NULL;
		kept.v = arena_dup(&g->f->a, found.v, found.n * sizeof(*found.v));
		g->f->a.fail = &g->f->fail;
		kept.n = kept.v ? found.n : 0;
	}
	free(found.v);
	if (!kept.n)
		unknown_host(g, id);
	add_found(g, t, id, &kept, to);
}

static bool find_mac(struct gen *g, const char *name, u8 mac[6])
{
	const struct filter_names *names = g->f->opts->names;

	return names && names->ether && names->ether(names->arg, name, mac);
}

static bool is_arcnet(const struct gen *g)
{
	return g->link->nr == LT_ARCNET || g->link->nr == LT_ARCNET_LINUX;
}

static void need_mac(struct gen *g)
{
	if (!g->link->medium->host || is_arcnet(g))
		gen_refuse(g, "%s has no hardware addresses of 6 bytes", gen_linkname(g));
}

static struct pred *mac_host(struct gen *g, const struct tree *t, const u8 mac[6])
{
	if (t->quals.proto != P_LINK || (t->quals.type != T_HOST && t->quals.type != T_DEFAULT)) {
		struct ob_err *err = filter_err(g->f, OB_SYNTAX, g->at,
						"a hardware address goes with `ether host`");
		filter_fail_err(g->f, err_hint(err, "ether host, ether src or ether dst"));
	}
	need_mac(g);
	return g->link->medium->host(g, mac, t->quals.dir);
}

static struct pred *mac_name(struct gen *g, const struct tree *t, const struct ident *id)
{
	u8 mac[6];

	need_mac(g);
	if (!find_mac(g, id->s, mac))
		filter_fail(g->f, OB_NAME, id->span, "unknown hardware address `%s`", id->s);
	return mac_host(g, t, mac);
}

static struct pred *arcnet_host(struct gen *g, const struct tree *t, const struct ident *id)
{
	if (!is_arcnet(g))
		gen_refuse(g, "$xx is an address on ARCNET; this is %s", gen_linkname(g));
	if (t->quals.proto != P_LINK || (t->quals.type != T_HOST && t->quals.type != T_DEFAULT))
		gen_refuse(g, "$xx goes with `link host`");
	return g->link->medium->host(g, (u8[6]){(u8)id->num}, t->quals.dir);
}

/* A network's number has as many bytes as are not 0 in front. */
static void add4(struct gen *g, struct addrs *to, u32 addr, u32 mask)
{
	vec_push(&g->f->a, *to) = (struct addr){.addr = addr, .mask = mask, .at = g->at};
}

static void promote(struct gen *g, struct addrs *to, u32 addr)
{
	u32 mask = UINT32_MAX;

	while (addr && !(addr & 0xff000000)) {
		addr <<= 8;
		mask <<= 8;
	}
	add4(g, to, addr, mask);
}

static void net_name(struct gen *g, const struct ident *id, struct addrs *to)
{
	const struct filter_names *names = g->f->opts->names;
	u32 v = 0;

	if (!names || !names->net || !names->net(names->arg, id->s, &v) || !v) {
		struct ob_err *err =
			filter_err(g->f, OB_NAME, id->span, "unknown network `%s`", id->s);
		const char *near = filter_word_nearest(id->s);

		filter_fail_err(g->f, near ? err_hint(err, "did you mean `%s`?", near) : err);
	}
	promote(g, to, v);
}

/* `gateway NAME`: `ether host NAME and not host NAME`. */
static struct pred *gateway(struct gen *g, const struct tree *t, const struct ident *id)
{
	struct tree both = *t;
	u8 mac[6];

	if (id->kind != ID_NAME)
		gen_refuse(g, "`gateway` needs a name: of a host, and of a hardware address");
	need_mac(g);
	if (!find_mac(g, id->s, mac))
		filter_fail(g->f, OB_NAME, id->span, "unknown hardware address `%s`", id->s);
	both.quals.dir = D_OR;
	struct addrs addrs = {0};
	struct pred *link = g->link->medium->host(g, mac, D_OR);
	host_name(g, &both, id, &addrs);
	return gen_and(g, link, gen_not(g, in_list(g, &addrs, &both)));
}

/* ---- by what was written ---- */

static _Noreturn void host_bits(struct gen *g, const struct ident *id, u32 addr)
{
	struct ob_err *err =
		filter_err(g->f, OB_RANGE, id->span, "the address has bits outside its mask");

	filter_fail_err(g->f, err_hint(err, "the network is %u.%u.%u.%u", addr >> 24,
				       addr >> 16 & 255, addr >> 8 & 255, addr & 255));
}

static void need_net(struct gen *g, const struct tree *t, const struct ident *id)
{
	if (t->quals.type == T_NET)
		return;
	struct ob_err *err = filter_err(g->f, OB_SYNTAX, id->span, "a mask goes with `net`");
	filter_fail_err(g->f, err_hint(err, "net %.*s", (int)(id->span.to - id->span.from),
				       g->f->text + id->span.from));
}

static u32 left(u32 v, u32 bits) { return bits >= 32 ? v : v << (32 - bits); }

static void masked4(struct gen *g, const struct tree *t, const struct ident *id, struct addrs *to)
{
	u32 addr = left(id->v4, id->v4_bits), mask;

	if (id->kind == ID_V4_MASK) {
		mask = left(id->mask, id->mask_bits);
	} else {
		if (id->num > 32)
			filter_fail(g->f, OB_RANGE, id->span, "a mask of %u bits; IPv4 has 32",
				    id->num);
		mask = id->num ? UINT32_MAX << (32 - id->num) : 0;
	}
	if (addr & ~mask)
		host_bits(g, id, addr & mask);
	need_net(g, t, id);
	add4(g, to, addr, mask);
}

static void address6(struct gen *g, const struct tree *t, const struct ident *id, struct addrs *to)
{
	struct addr new = {.v6 = true, .at = g->at};

	if (id->num > 128)
		filter_fail(g->f, OB_RANGE, id->span, "a mask of %u bits; IPv6 has 128", id->num);
	make_mask6(new.mask6, id->num);
	memcpy(new.addr6, id->v6, 16);
	for (u32 i = 0; i < 16; i++)
		if (id->v6[i] & ~new.mask6[i])
			filter_fail(g->f, OB_RANGE, id->span,
				    "the address has bits outside its mask");
	if (id->num != 128)
		need_net(g, t, id);
	vec_push(&g->f->a, *to) = new;
}

/* DECnet: `area.node`, or the number that they make. */
static struct pred *decnet_host(struct gen *g, const struct tree *t, const struct ident *id)
{
	u32 area, node;

	if (id->kind == ID_NUM)
		return decnet(g, id->num, t->quals.dir);
	if (id->kind == ID_NAME)
		gen_refuse(g, "DECnet names are not known: write AREA.NODE");
	if (id->kind != ID_V4 || !id->s || sscanf(id->s, "%u.%u", &area, &node) != 2)
		filter_fail(g->f, OB_SYNTAX, id->span, "a DECnet address is AREA.NODE");
	return decnet(g, (area << 10 & 0xfc00) | (node & 0x3ff), t->quals.dir);
}

/* What is not an IP address, or NULL. */
static struct pred *other(struct gen *g, const struct tree *t, const struct ident *id)
{
	if (t->quals.type == T_GATEWAY)
		return gateway(g, t, id);
	if (id->kind == ID_MAC)
		return mac_host(g, t, id->mac);
	if (id->kind == ID_AID)
		return arcnet_host(g, t, id);
	if (t->quals.proto == P_LINK && id->kind == ID_NAME && t->quals.type != T_NET)
		return mac_name(g, t, id);
	if (t->quals.proto == P_LINK)
		bad_proto(g, P_LINK, "IP", "ip, arp, rarp and ip6");
	return t->quals.proto == P_DECNET ? decnet_host(g, t, id) : NULL;
}

static void collect(struct gen *g, const struct tree *t, const struct ident *id, struct addrs *to)
{
	switch (id->kind) {
	case ID_NAME:
		if (t->quals.type == T_NET)
			net_name(g, id, to);
		else
			host_name(g, t, id, to);
		break;
	case ID_NUM:
		if (t->quals.type == T_NET)
			promote(g, to, id->num);
		else
			add4(g, to, id->num, UINT32_MAX);
		break;
	case ID_V4:
		add4(g, to, left(id->v4, id->v4_bits), left(UINT32_MAX, id->v4_bits));
		break;
	case ID_V4_LEN:
	case ID_V4_MASK:
		masked4(g, t, id, to);
		break;
	default:
		address6(g, t, id, to);
		break;
	}
}

struct pred *gen_hosts(struct gen *g, const struct item *items, u32 n)
{
	struct pred *p, *any = gen_bool(g, false);
	struct addrs addrs = {0};

	for (u32 i = 0; i < n; i++) {
		g->at = gen_words(&items[i], 1);
		p = other(g, items[i].t, items[i].id);
		if (p)
			any = gen_or(g, any, p);
		else
			collect(g, items[i].t, items[i].id, &addrs);
	}
	g->at = gen_words(items, n);
	return addrs.n ? gen_or(g, any, in_list(g, &addrs, items->t)) : any;
}

/* ---- broadcast, multicast ---- */

static struct pred *ip_broadcast(struct gen *g)
{
	u32 host = ~g->f->opts->netmask;

	if (!g->f->opts->has_netmask)
		gen_refuse(g, "`ip broadcast` needs the network's mask, which is not known");
	struct pred *p = gen_or(g, gen_masked(g, W_NET, 16, 4, host, 0),
				gen_masked(g, W_NET, 16, 4, host, host));
	return gen_and(g, gen_proto_link(g, ET_IP), p);
}

struct pred *gen_broadcast(struct gen *g, const struct tree *t)
{
	switch (t->quals.proto) {
	case P_DEFAULT:
	case P_LINK:
		if (!g->link->medium->broadcast)
			gen_refuse(g, "%s has no broadcast address", gen_linkname(g));
		return g->link->medium->broadcast(g);
	case P_IP:
		return ip_broadcast(g);
	default:
		gen_refuse(g, "`%s broadcast` is not known; ether and ip have broadcasts",
			   proto_word(t->quals.proto));
	}
}

struct pred *gen_multicast(struct gen *g, const struct tree *t)
{
	switch (t->quals.proto) {
	case P_DEFAULT:
	case P_LINK:
		if (!g->link->medium->multicast)
			gen_refuse(g, "%s has no multicast addresses", gen_linkname(g));
		return g->link->medium->multicast(g);
	case P_IP:
		return gen_and(g, gen_proto_link(g, ET_IP), gen_cmp(g, W_NET, 16, 1, R_GE, 224));
	case P_IP6:
		return gen_and(g, gen_proto_link(g, ET_IP6), gen_eq(g, W_NET, 24, 1, 255));
	default:
		gen_refuse(g, "`%s multicast` is not known; ether, ip and ip6 have multicasts",
			   proto_word(t->quals.proto));
	}
}
