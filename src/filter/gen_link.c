/* SPDX-License-Identifier: BSD-2-Clause */
/* Link types: where their headers are, and how each family of them says which
 * protocol a packet carries. */
#include "filter/gen.h"

/* ---- SNAP and LLC, of use to several families ---- */

static struct pred *snap_type(struct gen *g, u32 org, u32 type)
{
	u8 h[8] = {SAP_SNAP, SAP_SNAP,        3,       (u8)(org >> 16), (u8)(org >> 8),
		   (u8)org,  (u8)(type >> 8), (u8)type};

	return gen_bytes(g, W_LLC, 0, h, 8);
}

static bool is_pair(u32 proto)
{
	return proto == SAP_ISO || proto == SAP_IP || proto == SAP_NETBEUI;
}

/* Where all frames have an LLC header: both SAPs, the first, or the SNAP type. */
struct pred *gen_llc_proto(struct gen *g, u32 proto)
{
	if (is_pair(proto))
		return gen_eq(g, W_LLC, 0, 2, proto << 8 | proto);
	if (proto == ET_ATALK)
		return snap_type(g, 0x080007, ET_ATALK);
	if (proto <= ETHERMTU)
		return gen_eq(g, W_LLC, 0, 1, proto);
	return gen_eq(g, W_LLC, 6, 2, proto);
}

static struct pred *yes(struct gen *g) { return gen_bool(g, true); }

/* ---- Ethernet ---- */

static struct pred *is_802_3(struct gen *g) { return gen_cmp(g, W_TYPE, 0, 2, R_LE, ETHERMTU); }

static struct pred *apple(struct gen *g, struct pred *llc, u32 proto)
{
	u32 org = proto == ET_ATALK ? 0x080007 : 0;
	struct pred *snap = gen_and(g, llc, snap_type(g, org, proto));

	return gen_or(g, gen_eq(g, W_TYPE, 0, 2, proto), snap);
}

/* IPX: Ethernet II, or 802.3 with SNAP, with the IPX SAP, or with no LLC. */
static struct pred *ether_ipx(struct gen *g)
{
	struct pred *sap =
		gen_or(g, gen_eq(g, W_LLC, 0, 1, SAP_IPX), gen_eq(g, W_LLC, 0, 2, 0xffff));
	struct pred *llc = gen_or(g, snap_type(g, 0, ET_IPX), sap);

	return gen_or(g, gen_eq(g, W_TYPE, 0, 2, ET_IPX), gen_and(g, is_802_3(g), llc));
}

static struct pred *ether_type(struct gen *g, u32 proto)
{
	if (is_pair(proto))
		return gen_and(g, is_802_3(g), gen_eq(g, W_LLC, 0, 2, proto << 8 | proto));
	if (proto == SAP_IPX)
		return ether_ipx(g);
	if (proto == ET_ATALK || proto == ET_AARP)
		return apple(g, is_802_3(g), proto);
	if (proto <= ETHERMTU)
		return gen_and(g, is_802_3(g), gen_eq(g, W_TYPE, 2, 1, proto));
	return gen_eq(g, W_TYPE, 0, 2, proto);
}

/* Ethernet in ATM LANE: not a control frame. Behind a tunnel: if there is an
 * Ethernet header. */
static struct pred *prev_check(struct gen *g)
{
	if (g->tunnel)
		return gen_not(g, pred_test(g->f, g->hdr.var, C_EQ, g->payload.var, g->at));
	if (g->prev->nr == LT_SUNATM)
		return gen_not(g, gen_eq(g, W_PREVHDR, 4, 2, 0xff00));
	return NULL;
}

static struct pred *checked(struct gen *g, struct pred *check, struct pred *p)
{
	return check ? gen_and(g, check, p) : p;
}

/* Behind a tunnel there is an Ethernet type with or without a header. */
static struct pred *ether_proto(struct gen *g, u32 proto)
{
	return checked(g, g->tunnel ? NULL : prev_check(g), ether_type(g, proto));
}

/* ---- addresses at fixed places: Ethernet, FDDI, token ring, Fibre Channel ---- */

static struct pred *mac_host(struct gen *g, const u8 mac[6], enum dir dir)
{
	gen_dir_check(g, dir);
	struct pred *check = g->link->medium == &medium_ether ? prev_check(g) : NULL;
	struct pred *src = gen_bytes(g, W_HDR, g->link->src, mac, 6);
	struct pred *dst = gen_bytes(g, W_HDR, g->link->dst, mac, 6);

	return checked(g, check, gen_both(g, dir, src, dst));
}

static struct pred *mac_broadcast(struct gen *g)
{
	static const u8 all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	return g->link->medium->host(g, all, D_DST);
}

static struct pred *mac_multicast(struct gen *g)
{
	struct pred *check = g->link->medium == &medium_ether ? prev_check(g) : NULL;

	return checked(g, check, gen_set(g, W_HDR, g->link->dst, 1, 1));
}

/* 802.3, and not NetWare's frames without LLC. */
static struct pred *ether_llc(struct gen *g)
{
	if (g->link->nr != LT_ETHERNET)
		gen_refuse(g, "`llc` is not known on %s", gen_linkname(g));
	return gen_and(g, is_802_3(g), gen_not(g, gen_eq(g, W_LLC, 0, 2, 0xffff)));
}

/* ---- Cisco HDLC, PPP ---- */

static struct pred *hdlc_proto(struct gen *g, u32 proto)
{
	if (proto == SAP_ISO)
		proto = SAP_ISO << 8 | SAP_ISO;
	return gen_eq(g, W_TYPE, 0, 2, proto);
}

static u32 ppp_number(u32 proto)
{
	static const struct {
		u16 ether, ppp;
	} map[] = {
		{ET_IP, PPP_IP}, {ET_IP6, PPP_IP6},  {ET_DN, PPP_DECNET},  {ET_ATALK, PPP_APPLE},
		{ET_NS, PPP_NS}, {SAP_ISO, PPP_OSI}, {SAP_STP, PPP_BRPDU}, {SAP_IPX, PPP_IPX},
	};

	for (size_t i = 0; i < LEN(map); i++)
		if (map[i].ether == proto)
			return map[i].ppp;
	return proto;
}

static struct pred *ppp_proto(struct gen *g, u32 proto)
{
	return gen_eq(g, W_TYPE, 0, 2, ppp_number(proto));
}

static struct pred *ppp_bsdos_proto(struct gen *g, u32 proto)
{
	struct pred *p = ppp_proto(g, proto);

	if (proto != ET_IP)
		return p;
	p = gen_or(g, p, gen_eq(g, W_TYPE, 0, 2, PPP_VJC));
	return gen_or(g, p, gen_eq(g, W_TYPE, 0, 2, PPP_VJNC));
}

/* ---- no more than IP ---- */

static struct pred *raw_proto(struct gen *g, u32 proto)
{
	if (proto != ET_IP && proto != ET_IP6)
		return gen_bool(g, false);
	return gen_masked(g, W_HDR, 0, 1, 0xf0, proto == ET_IP ? 0x40 : 0x60);
}

static struct pred *ipv4_proto(struct gen *g, u32 proto) { return gen_bool(g, proto == ET_IP); }

static struct pred *ipv6_proto(struct gen *g, u32 proto) { return gen_bool(g, proto == ET_IP6); }

/* An address family, in the byte order of the machine that captured; IPv6 has
 * another number on each system. */
static struct pred *family(struct gen *g, u32 af)
{
	bool little = g->link->nr != LT_LOOP && !g->f->opts->big_endian;

	return gen_eq(g, W_HDR, 0, 4, little ? __builtin_bswap32(af) : af);
}

static struct pred *loopback_proto(struct gen *g, u32 proto)
{
	if (proto == ET_IP)
		return family(g, 2);
	if (proto != ET_IP6)
		return gen_bool(g, false);
	if (g->f->opts->live)
		return family(g, 10);
	return gen_or(g, family(g, 30), gen_or(g, family(g, 24), family(g, 28)));
}

static struct pred *pflog_proto(struct gen *g, u32 proto)
{
	if (proto != ET_IP && proto != ET_IP6)
		return gen_bool(g, false);
	return gen_eq(g, W_HDR, 1, 1, proto == ET_IP ? 2 : 10);
}

static struct pred *ipnet_proto(struct gen *g, u32 proto)
{
	if (proto != ET_IP && proto != ET_IP6)
		return gen_bool(g, false);
	return gen_eq(g, W_TYPE, 0, 1, proto == ET_IP ? 2 : 26);
}

/* ---- Linux cooked ---- */

static struct pred *sll_802_2(struct gen *g) { return gen_eq(g, W_TYPE, 0, 2, 4); }

static struct pred *sll_ipx(struct gen *g)
{
	struct pred *llc = gen_or(g, gen_eq(g, W_LLC, 0, 1, SAP_IPX), snap_type(g, 0, ET_IPX));
	struct pred *p = gen_and(g, sll_802_2(g), llc);

	p = gen_or(g, gen_eq(g, W_TYPE, 0, 2, 1), p);
	return gen_or(g, gen_eq(g, W_TYPE, 0, 2, ET_IPX), p);
}

static struct pred *sll_proto(struct gen *g, u32 proto)
{
	if (is_pair(proto))
		return gen_and(g, sll_802_2(g), gen_eq(g, W_LLC, 0, 2, proto << 8 | proto));
	if (proto == SAP_IPX)
		return sll_ipx(g);
	if (proto == ET_ATALK || proto == ET_AARP)
		return apple(g, sll_802_2(g), proto);
	if (proto <= ETHERMTU)
		return gen_and(g, sll_802_2(g), gen_eq(g, W_HDR, g->payload.k, 1, proto));
	return gen_eq(g, W_TYPE, 0, 2, proto);
}

static struct pred *sll_outbound(struct gen *g, bool out)
{
	struct pred *p =
		g->link->nr == LT_SLL ? gen_eq(g, W_HDR, 0, 2, 4) : gen_eq(g, W_HDR, 10, 1, 4);

	return out ? p : gen_not(g, p);
}

/* ---- the rest ---- */

static struct pred *arcnet_proto(struct gen *g, u32 proto)
{
	static const struct {
		u16 proto;
		u8 type, old;
	} map[] = {
		{ET_IP, 212, 240}, {ET_ARP, 213, 241}, {ET_IP6, 0xc4, 0},
		{ET_RARP, 214, 0}, {ET_ATALK, 221, 0},
	};

	for (size_t i = 0; i < LEN(map); i++)
		if (map[i].proto == proto) {
			struct pred *p = gen_eq(g, W_TYPE, 0, 1, map[i].type);

			return map[i].old ? gen_or(g, p, gen_eq(g, W_TYPE, 0, 1, map[i].old)) : p;
		}
	return gen_bool(g, false);
}

/* Source first, one byte each; 0 is for all. */
static struct pred *arcnet_host(struct gen *g, const u8 mac[6], enum dir dir)
{
	gen_dir_check(g, dir);
	return gen_both(g, dir, gen_eq(g, W_HDR, 0, 1, mac[0]), gen_eq(g, W_HDR, 1, 1, mac[0]));
}

static struct pred *arcnet_broadcast(struct gen *g) { return gen_eq(g, W_HDR, 1, 1, 0); }

static struct pred *ltalk_proto(struct gen *g, u32 proto) { return gen_bool(g, proto == ET_ATALK); }

/* A header of two bytes, UI (3), and the NLPID. */
static struct pred *frelay_proto(struct gen *g, u32 proto)
{
	struct pred *p;

	if (proto == ET_IP || proto == ET_IP6)
		return gen_eq(g, W_HDR, 2, 2, proto == ET_IP ? 0x03cc : 0x038e);
	if (proto != SAP_ISO)
		return gen_bool(g, false);
	p = gen_or(g, gen_eq(g, W_HDR, 2, 2, 0x300 | ISO_CLNP),
		   gen_eq(g, W_HDR, 2, 2, 0x300 | ISO_ESIS));
	return gen_or(g, p, gen_eq(g, W_HDR, 2, 2, 0x300 | ISO_ISIS));
}

/* libpcap looks at the magic number alone: any protocol may be inside. */
static struct pred *juniper_proto(struct gen *g, u32 proto)
{
	(void)proto;
	return gen_masked(g, W_HDR, 0, 4, 0xffffff00, 0x4d474300);
}

static struct pred *juniper_outbound(struct gen *g, bool out)
{
	return gen_masked(g, W_HDR, 3, 1, 1, out ? 0 : 1);
}

static struct pred *bacnet_proto(struct gen *g, u32 proto)
{
	(void)proto;
	return gen_masked(g, W_HDR, 0, 4, 0xffff0000, 0x55ff0000);
}

static struct pred *type_proto(struct gen *g, u32 proto) { return gen_eq(g, W_TYPE, 0, 2, proto); }

static struct pred *slip_outbound(struct gen *g, bool out)
{
	struct pred *p = gen_eq(g, W_HDR, 0, 1, 0);

	return out ? gen_not(g, p) : p;
}

static struct pred *ipnet_outbound(struct gen *g, bool out)
{
	return gen_eq(g, W_HDR, 2, 2, out ? 1 : 2);
}

static struct pred *pppd_outbound(struct gen *g, bool out) { return gen_eq(g, W_HDR, 0, 1, out); }

static struct pred *pflog_outbound(struct gen *g, bool out)
{
	return gen_eq(g, W_HDR, 60, 1, out ? 2 : 1);
}

const struct medium medium_ether = {
	.proto = ether_proto,
	.host = mac_host,
	.multicast = mac_multicast,
	.broadcast = mac_broadcast,
	.llc = ether_llc,
	.vlan = true,
};

#define MAC_LLC                                                               \
	.proto = gen_llc_proto, .host = mac_host, .multicast = mac_multicast, \
	.broadcast = mac_broadcast

/* clang-format off */
static const struct medium
	fddi = {MAC_LLC, .llc = yes},
	fibre = {MAC_LLC},
	rfc1483 = {.proto = gen_llc_proto, .llc = yes},
	clip = {.proto = gen_llc_proto},
	hdlc = {.proto = hdlc_proto},
	ppp = {.proto = ppp_proto},
	pppd = {.proto = ppp_proto, .outbound = pppd_outbound},
	ppp_bsdos = {.proto = ppp_bsdos_proto},
	slip = {.proto = raw_proto, .outbound = slip_outbound},
	raw = {.proto = raw_proto},
	ipv4 = {.proto = ipv4_proto},
	ipv6 = {.proto = ipv6_proto},
	loopback = {.proto = loopback_proto},
	pflog = {.proto = pflog_proto, .outbound = pflog_outbound},
	ipnet = {.proto = ipnet_proto, .outbound = ipnet_outbound},
	sll = {.proto = sll_proto, .outbound = sll_outbound},
	sll2 = {.proto = type_proto, .outbound = sll_outbound},
	arcnet = {.proto = arcnet_proto, .host = arcnet_host, .multicast = arcnet_broadcast,
		  .broadcast = arcnet_broadcast},
	ltalk = {.proto = ltalk_proto},
	frelay = {.proto = frelay_proto},
	juniper = {.proto = juniper_proto, .outbound = juniper_outbound, .vague = true},
	bacnet = {.proto = bacnet_proto, .vague = true},
	typed = {.proto = type_proto},
	none = {.proto = NULL};

/* number, offset of the type, of the payload, network header in it, the same
 * without SNAP; family; source, destination, link header. */
static const struct link links[] = {
	{LT_ETHERNET,       12, 14, 0, 3, &medium_ether, 6, 0, 0},
	{LT_SLL,            14, 16, 0, 0, &sll, 0, 0, 0},
	{LT_SLL2,           0, 20, 0, 0, &sll2, 0, 0, 0},
	{101 /* raw */,     UNSET, 0, 0, 0, &raw, 0, 0, 0},
	{228 /* IPv4 */,    UNSET, 0, 0, 0, &ipv4, 0, 0, 0},
	{229 /* IPv6 */,    UNSET, 0, 0, 0, &ipv6, 0, 0, 0},
	{0 /* null */,      0, 4, 0, 0, &loopback, 0, 0, 0},
	{LT_LOOP,           0, 4, 0, 0, &loopback, 0, 0, 0},
	{109 /* enc */,     0, 12, 0, 0, &loopback, 0, 0, 0},
	{LT_WLAN,           24, 0, 8, 3, &medium_wlan, 0, 0, 0},
	{LT_RADIOTAP,       24, 0, 8, 3, &medium_wlan, 0, 0, 0},
	{LT_PRISM,          24, 0, 8, 3, &medium_wlan, 0, 0, 0},
	{LT_AVS,            24, 0, 8, 3, &medium_wlan, 0, 0, 0},
	{LT_PPI,            24, 0, 8, 3, &medium_wlan, 0, 0, 0},
	{LT_PPP,            2, 4, 0, 0, &ppp, 0, 0, 0},
	{LT_PPP_PPPD,       2, 4, 0, 0, &pppd, 0, 0, 0},
	{50 /* serial */,   2, 4, 0, 0, &ppp, 0, 0, 0},
	{51 /* PPPoE */,    6, 8, 0, 0, &ppp, 0, 0, 0},
	{103 /* BSD/OS */,  5, 24, 0, 0, &ppp_bsdos, 0, 0, 0},
	{LT_C_HDLC,         2, 4, 0, 0, &hdlc, 0, 0, 0},
	{LT_HDLC,           2, 4, 0, 0, &hdlc, 0, 0, 0},
	{LT_SLIP,           UNSET, 16, 0, 0, &slip, 0, 0, 0},
	{102 /* BSD/OS */,  UNSET, 24, 0, 0, &raw, 0, 0, 0},
	{LT_FDDI,           13, 13, 8, 3, &fddi, 7, 1, 0},
	{LT_TOKEN_RING,     14, 14, 8, 3, &fddi, 8, 2, 0},
	{122 /* Fibre */,   16, 16, 8, 3, &fibre, 10, 2, 0},
	{LT_ATM_RFC1483,    0, 0, 8, 3, &rfc1483, 0, 0, 0},
	{106 /* CLIP */,    0, 0, 8, 3, &clip, 0, 0, 0},
	{LT_SUNATM,         4, 4, 8, 3, &medium_sunatm, 0, 0, 0},
	{LT_ARCNET,         2, 6, 0, 0, &arcnet, 0, 0, 0},
	{LT_ARCNET_LINUX,   4, 8, 0, 0, &arcnet, 0, 0, 0},
	{114 /* LocalTalk*/, UNSET, 0, 0, 0, &ltalk, 0, 0, 0},
	{LT_FRELAY,         UNSET, 0, 0, 0, &frelay, 0, 0, 0},
	{138 /* 1394 */,    16, 18, 0, 0, &typed, 0, 0, 0},
	{99 /* Symantec */, 6, 44, 0, 0, &typed, 0, 0, 0},
	{LT_PFLOG,          0, 0, 0, 0, &pflog, 0, 0, 0},
	{226 /* IPNET */,   1, 24, 0, UNSET, &ipnet, 0, 0, 0},
	{LT_NETANALYZER,    16, 18, 0, 3, &medium_ether, 6, 0, 4},
	{241 /* transp. */, 24, 26, 0, 3, &medium_ether, 6, 0, 12},
	{165 /* BACnet */,  UNSET, UNSET, UNSET, UNSET, &bacnet, 0, 0, 0},
	/* Juniper: MFR, MLFR, MLPPP, PPP, C-HDLC, frame relay */
	{134, 4, 4, 0, UNSET, &juniper, 0, 0, 0},
	{131, 4, 4, 0, UNSET, &juniper, 0, 0, 0},
	{130, 4, 4, 0, UNSET, &juniper, 0, 0, 0},
	{179, 4, 4, 0, UNSET, &juniper, 0, 0, 0},
	{181, 4, 4, 0, UNSET, &juniper, 0, 0, 0},
	{180, 4, 4, 0, UNSET, &juniper, 0, 0, 0},
	{137 /* ATM1 */,    4, 4, 0, 10, &juniper, 0, 0, 0},
	{135 /* ATM2 */,    8, 8, 0, 10, &juniper, 0, 0, 0},
	{167 /* PPPoE */,   16, 14, 18, 21, &juniper, 0, 0, 0},
	{178 /* Ethernet */, 16, 14, 18, 21, &juniper, 0, 0, 0},
	{168 /* PPPoE/ATM */, 4, 6, 0, UNSET, &juniper, 0, 0, 0},
	{133 /* GGSN */,    6, 12, 0, UNSET, &juniper, 0, 0, 0},
	{132 /* ES */,      6, UNSET, UNSET, UNSET, &juniper, 0, 0, 0},
	{164 /* monitor */, 12, 12, 0, UNSET, &juniper, 0, 0, 0},
	{136 /* services */, 12, UNSET, UNSET, UNSET, &juniper, 0, 0, 0},
	{183 /* VP */,      18, UNSET, UNSET, UNSET, &juniper, 0, 0, 0},
	{200 /* ST */,      18, UNSET, UNSET, UNSET, &juniper, 0, 0, 0},
	/* ISM, VS, SRX E2E, Fibre Channel, ATM CEMIC */
	{194, 8, UNSET, UNSET, UNSET, &juniper, 0, 0, 0},
	{232, 8, UNSET, UNSET, UNSET, &juniper, 0, 0, 0},
	{233, 8, UNSET, UNSET, UNSET, &juniper, 0, 0, 0},
	{234, 8, UNSET, UNSET, UNSET, &juniper, 0, 0, 0},
	{238, 8, UNSET, UNSET, UNSET, &juniper, 0, 0, 0},
};
/* clang-format on */

const struct link *link_find(u32 linktype)
{
	for (size_t i = 0; i < LEN(links); i++)
		if (links[i].nr == linktype)
			return &links[i];
	return NULL;
}

/* Any other link type: its bytes can be looked at with link[...], no more. */
static const struct link *other(struct gen *g, u32 linktype)
{
	struct link *l = arena_new(&g->f->a, struct link);

	*l = (struct link){(u16)linktype, UNSET, UNSET, UNSET, UNSET, &none, 0, 0, 0};
	return l;
}

void gen_link_init(struct gen *g)
{
	const struct link *l = link_find(g->f->opts->linktype);

	if (!l)
		l = other(g, g->f->opts->linktype);
	g->link = g->prev = g->outer = l;
	g->hdr = (struct off){NULL, l->hdr};
	g->payload = (struct off){NULL, l->payload};
	g->type = (struct off){NULL, l->type};
	g->net = l->net;
	g->nosnap = l->nosnap;
	if (gen_is_wlan(g))
		gen_wlan_init(g);
	if (l->nr == LT_PFLOG)
		g->var_payload = g->payload.var = val_cell(g->f, 258);
	g->prevhdr = g->outerhdr = g->hdr;
}

static struct pred *mpls_proto(struct gen *g, u32 proto)
{
	if (proto != ET_IP && proto != ET_IP6)
		gen_refuse(g, "behind `mpls` only IPv4 and IPv6 can be told");
	struct pred *last = gen_masked(g, W_NET, -2u, 1, 1, 1);

	return gen_and(g, last, gen_masked(g, W_NET, 0, 1, 0xf0, proto == ET_IP ? 0x40 : 0x60));
}

/* The caller's words are at g->at. */
struct pred *gen_proto_link(struct gen *g, u32 proto)
{
	if (g->labels)
		return mpls_proto(g, proto);
	if (!g->link->medium->proto)
		gen_refuse(g,
			   "%s does not say which protocol a packet carries; link[...] can be used",
			   gen_linkname(g));
	return g->link->medium->proto(g, proto);
}
