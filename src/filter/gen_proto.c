/* SPDX-License-Identifier: BSD-2-Clause */
/* Protocols: `proto`, the short forms (`tcp`), and chains of headers. */
#include "filter/gen.h"

const char *proto_word(enum proto p)
{
	static const char *const word[P_COUNT] = {
		[P_DEFAULT] = "",
#define PROTO(name, spelling, ...) [P_##name] = spelling,
#include "filter/proto.def"
#undef PROTO
	};

	return word[p];
}

/* ---- numbers ---- */

static struct pred *ip6_proto(struct gen *g, u32 v)
{
	struct pred *frag =
		gen_and(g, gen_eq(g, W_NET, 6, 1, IP_FRAGMENT), gen_eq(g, W_NET, 40, 1, v));

	return gen_and(g, gen_proto_link(g, ET_IP6), gen_or(g, gen_eq(g, W_NET, 6, 1, v), frag));
}

/* The NLPID; Cisco HDLC has a byte before it. */
static struct pred *iso_proto(struct gen *g, u32 v)
{
	u32 nr = g->link->nr;

	if (nr == LT_FRELAY)
		return gen_eq(g, W_HDR, 2, 2, 0x300 | v);
	if (nr == LT_C_HDLC || nr == LT_HDLC)
		return gen_and(g, gen_proto_link(g, SAP_ISO << 8 | SAP_ISO),
			       gen_eq(g, W_NOSNAP, 1, 1, v));
	return gen_and(g, gen_proto_link(g, SAP_ISO), gen_eq(g, W_NOSNAP, 0, 1, v));
}

struct pred *gen_proto(struct gen *g, u32 v, enum proto proto)
{
	switch (proto) {
	case P_DEFAULT:
		return gen_or(g, gen_proto(g, v, P_IP), gen_proto(g, v, P_IP6));
	case P_LINK:
		return gen_proto_link(g, v);
	case P_IP:
		return gen_and(g, gen_proto_link(g, ET_IP), gen_eq(g, W_NET, 9, 1, v));
	case P_IP6:
		return ip6_proto(g, v);
	case P_ISO:
		return iso_proto(g, v);
	case P_ISIS:
		return gen_and(g, iso_proto(g, ISO_ISIS), gen_eq(g, W_NOSNAP, 4, 1, v));
	default:
		gen_refuse(g,
			   "`%s proto` means nothing; ether, ip, ip6, iso and isis have protocols",
			   proto_word(proto));
	}
}

/* ---- short forms ---- */

static struct pred *isis_any(struct gen *g, const u8 *type, u32 n)
{
	struct pred *any = gen_proto(g, type[0], P_ISIS);

	for (u32 i = 1; i < n; i++)
		any = gen_or(g, any, gen_proto(g, type[i], P_ISIS));
	return any;
}

/* PDU types of IS-IS: hello 15, 16, 17 (point to point); LSP 18, 20; CSNP 24,
 * 25; PSNP 26, 27; the first of two is of level 1. */
static struct pred *isis(struct gen *g, enum proto proto)
{
	static const struct {
		enum proto proto;
		u8 n, type[5];
	} sets[] = {
		{P_ISIS_L1, 5, {26, 24, 18, 15, 17}}, {P_ISIS_L2, 5, {27, 25, 20, 16, 17}},
		{P_ISIS_IIH, 3, {17, 15, 16}},        {P_ISIS_LSP, 2, {18, 20}},
		{P_ISIS_SNP, 4, {27, 26, 24, 25}},    {P_ISIS_CSNP, 2, {24, 25}},
		{P_ISIS_PSNP, 2, {26, 27}},
	};

	for (size_t i = 0; i < LEN(sets); i++)
		if (sets[i].proto == proto)
			return isis_any(g, sets[i].type, sets[i].n);
	gen_refuse(g, "`%s` alone means nothing", proto_word(proto));
}

struct pred *gen_proto_word(struct gen *g, enum proto proto)
{
	static const struct {
		u16 v;
		u8 in;
	} map[P_COUNT] = {
		[P_IP] = {ET_IP, P_LINK},
		[P_IP6] = {ET_IP6, P_LINK},
		[P_ARP] = {ET_ARP, P_LINK},
		[P_RARP] = {ET_RARP, P_LINK},
		[P_ATALK] = {ET_ATALK, P_LINK},
		[P_AARP] = {ET_AARP, P_LINK},
		[P_DECNET] = {ET_DN, P_LINK},
		[P_SCA] = {ET_SCA, P_LINK},
		[P_LAT] = {ET_LAT, P_LINK},
		[P_MOPDL] = {ET_MOPDL, P_LINK},
		[P_MOPRC] = {ET_MOPRC, P_LINK},
		[P_ISO] = {SAP_ISO, P_LINK},
		[P_STP] = {SAP_STP, P_LINK},
		[P_IPX] = {SAP_IPX, P_LINK},
		[P_NETBEUI] = {SAP_NETBEUI, P_LINK},
		[P_SCTP] = {IP_SCTP, P_DEFAULT},
		[P_TCP] = {IP_TCP, P_DEFAULT},
		[P_UDP] = {IP_UDP, P_DEFAULT},
		[P_PIM] = {IP_PIM, P_DEFAULT},
		[P_AH] = {IP_AH, P_DEFAULT},
		[P_ESP] = {IP_ESP, P_DEFAULT},
		[P_ICMP] = {IP_ICMP, P_IP},
		[P_IGMP] = {IP_IGMP, P_IP},
		[P_IGRP] = {IP_IGRP, P_IP},
		[P_VRRP] = {IP_VRRP, P_IP},
		[P_CARP] = {IP_VRRP, P_IP},
		[P_ICMP6] = {IP_ICMP6, P_IP6},
		[P_ESIS] = {ISO_ESIS, P_ISO},
		[P_ISIS] = {ISO_ISIS, P_ISO},
		[P_CLNP] = {ISO_CLNP, P_ISO},
	};

	if (map[proto].v)
		return gen_proto(g, map[proto].v, map[proto].in);
	return isis(g, proto);
}

/* ---- names ---- */

struct number {
	const char *name;
	u32 v;
};

static const struct number ether_names[] = {
	{"aarp", ET_AARP},   {"arp", ET_ARP},     {"atalk", ET_ATALK},
	{"decnet", ET_DN},   {"ip", ET_IP},       {"ip6", ET_IP6},
	{"lat", ET_LAT},     {"lldp", ET_LLDP},   {"loopback", ET_LOOPBACK},
	{"mopdl", ET_MOPDL}, {"moprc", ET_MOPRC}, {"rarp", ET_RARP},
	{"sca", ET_SCA},     {"slow", ET_SLOW},   {"iso", SAP_ISO},
	{"stp", SAP_STP},    {"ipx", SAP_IPX},    {"netbeui", SAP_NETBEUI},
	{NULL, 0},
};

static const struct number iso_names[] = {
	{"clnp", ISO_CLNP},
	{"esis", ISO_ESIS},
	{"isis", ISO_ISIS},
	{NULL, 0},
};

static const struct number ip_names[] = {
	{"ip", 0},          {"icmp", 1},
	{"igmp", 2},        {"ggp", 3},
	{"ipencap", 4},     {"ipip", 4},
	{"st", 5},          {"tcp", 6},
	{"egp", 8},         {"igp", 9},
	{"igrp", 9},        {"pup", 12},
	{"udp", 17},        {"hmp", 20},
	{"xns-idp", 22},    {"rdp", 27},
	{"iso-tp4", 29},    {"dccp", 33},
	{"xtp", 36},        {"ddp", 37},
	{"idpr-cmtp", 38},  {"ipv6", 41},
	{"ipv6-route", 43}, {"ipv6-frag", 44},
	{"idrp", 45},       {"rsvp", 46},
	{"gre", 47},        {"esp", 50},
	{"ah", 51},         {"skip", 57},
	{"ipv6-icmp", 58},  {"icmp6", 58},
	{"ipv6-nonxt", 59}, {"ipv6-opts", 60},
	{"rspf", 73},       {"vmtp", 81},
	{"eigrp", 88},      {"ospf", 89},
	{"ax.25", 93},      {"etherip", 97},
	{"encap", 98},      {"pim", 103},
	{"ipcomp", 108},    {"vrrp", 112},
	{"carp", 112},      {"l2tp", 115},
	{"isis", 124},      {"sctp", 132},
	{"fc", 133},        {"mobility-header", 135},
	{"udplite", 136},   {"mpls-in-ip", 137},
	{"hip", 139},       {"shim6", 140},
	{"wesp", 141},      {"rohc", 142},
	{NULL, 0},
};

static bool find_number(const struct number *in, const char *name, u32 *ret)
{
	for (; in->name; in++)
		if (!strcmp(in->name, name)) {
			*ret = in->v;
			return true;
		}
	return false;
}

static _Noreturn void unknown(struct gen *g, const struct ident *id, const struct number *in)
{
	const char *list[80], *near;
	u32 n = 0;

	for (; in->name && n + 1 < LEN(list); in++)
		list[n++] = in->name;
	list[n] = NULL;
	near = word_nearest(id->s, list);
	struct ob_err *err = filter_err(g->f, OB_NAME, id->span, "unknown protocol `%s`", id->s);
	filter_fail_err(g->f, near ? err_hint(err, "did you mean `%s`?", near) : err);
}

static u32 by_name(struct gen *g, enum proto proto, const struct ident *id)
{
	const struct filter_names *names = g->f->opts->names;
	const struct number *in = proto == P_LINK  ? ether_names
				  : proto == P_ISO ? iso_names
						   : ip_names;
	u32 v;
	u8 small;

	if (proto != P_DEFAULT && proto != P_IP && proto != P_IP6 && proto != P_LINK &&
	    proto != P_ISO)
		gen_refuse(g, "`%s proto` takes a number", proto_word(proto));
	if (in == ip_names && names && names->proto && names->proto(names->arg, id->s, &small))
		return small;
	if (!find_number(in, id->s, &v))
		unknown(g, id, in);
	return v;
}

/* ---- chains of headers ----
 *
 * At each step: the number of the next header, and where it is. libpcap loops;
 * here a few steps are unrolled. */

struct step {
	struct val *next;
	struct off at;
};

static struct pred *next_is(struct gen *g, struct step s, u32 v)
{
	return pred_test_k(g->f, s.next, C_EQ, v, g->at);
}

/* Lengths count 8 bytes beyond the first 8; in AH, 4 beyond the first 8. */
static struct pred *skip(struct gen *g, struct step s, struct val *to, bool ah)
{
	struct val *len = gen_op_k(g, V_ADD, gen_at(g, s.at, 1, 1), ah ? 2 : 1);

	len = gen_op_k(g, V_MUL, len, ah ? 4 : 8);
	return gen_put(g, to, s.at.var ? gen_op(g, V_ADD, s.at.var, len) : len);
}

static struct pred *skip_any(struct gen *g, struct step s, struct val *to, bool ip6)
{
	static const u8 headers[] = {IP_HOPOPTS, IP_DSTOPTS, IP_ROUTING, IP_FRAGMENT};
	struct pred *ah = gen_and(g, next_is(g, s, IP_AH), skip(g, s, to, true));
	struct pred *any = next_is(g, s, headers[0]);

	if (!ip6)
		return ah;
	for (u32 i = 1; i < LEN(headers); i++)
		any = gen_or(g, any, next_is(g, s, headers[i]));
	return gen_or(g, gen_and(g, any, skip(g, s, to, false)), ah);
}

struct val *gen_chain_cell(struct gen *g, struct off at, bool ip6, u32 i)
{
	struct val **cell = ip6 ? &g->chain6[i] : &g->chain4[i];
	struct off net = gen_off(g, W_NET);
	u64 max = at.var ? at.var->max : 0;

	if (net.var != g->chain_of.var || net.k != g->chain_of.k) {
		memset(g->chain6, 0, sizeof(g->chain6));
		memset(g->chain4, 0, sizeof(g->chain4));
		g->end_next = NULL;
		g->chain_of = net;
	}
	if (!*cell)
		*cell = val_cell(g->f, (u32)MIN(max + 2048, UINT32_MAX));
	return *cell;
}

static struct pred *chain(struct gen *g, struct step s, u32 v, bool ip6, u32 i)
{
	struct pred *here = next_is(g, s, v);

	if (i == (ip6 ? CHAIN6_MAX : CHAIN4_MAX))
		return here;
	struct val *to = gen_chain_cell(g, s.at, ip6, i);
	struct pred *more = skip_any(g, s, to, ip6);
	struct step t = {gen_at(g, s.at, 0, 1), {to, s.at.k}};
	return gen_or(g, here, gen_and(g, more, chain(g, t, v, ip6, i + 1)));
}

static struct pred *protochain(struct gen *g, u32 v, enum proto proto)
{
	if (proto == P_DEFAULT)
		return gen_or(g, protochain(g, v, P_IP), protochain(g, v, P_IP6));
	if (proto != P_IP && proto != P_IP6)
		gen_refuse(g, "`%s protochain` means nothing; ip and ip6 have chains",
			   proto_word(proto));
	bool ip6 = proto == P_IP6;
	struct step s = {gen_load(g, W_NET, ip6 ? 6 : 9, 1), gen_off(g, ip6 ? W_TRAN6 : W_TRAN4)};
	struct pred *p = chain(g, s, v, ip6, 0);

	if (!ip6) /* libpcap reads the length first */
		p = gen_and(g, pred_test_k(g->f, s.at.var, C_GE, 0, g->at), p);
	return gen_and(g, gen_proto_link(g, ip6 ? ET_IP6 : ET_IP), p);
}

struct pred *gen_proto_id(struct gen *g, const struct tree *t, const struct ident *id)
{
	enum proto proto = t->quals.proto;
	u32 v = id->num;

	if (t->quals.dir != D_DEFAULT)
		gen_refuse(g, "`proto` has no direction");
	if (id->kind != ID_NAME && id->kind != ID_NUM)
		filter_fail(g->f, OB_SYNTAX, id->span, "a protocol is a number or a name");
	if (id->kind == ID_NAME)
		v = by_name(g, proto, id);
	return t->quals.type == T_PROTOCHAIN ? protochain(g, v, proto) : gen_proto(g, v, proto);
}
