/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets in packets: VLAN tags, MPLS labels, PPPoE, and tunnels over IP. What
 * stands to the right is about the inner packet.
 *
 * Where the inner headers begin is put into cells by the tests that find them,
 * when they hold. */
#include "filter/gen.h"

/* ---- VLAN ---- */

static struct pred *tagged(struct gen *g)
{
	struct pred *p = gen_or(g, gen_proto_link(g, ET_8021Q), gen_proto_link(g, ET_8021AD));

	return gen_or(g, p, gen_proto_link(g, ET_QINQ));
}

static struct pred *in_packet(struct gen *g, const struct tree *t)
{
	struct pred *p = tagged(g);

	return t->has_num ? gen_and(g, p, gen_masked(g, W_NET, 0, 2, 0xfff, t->num)) : p;
}

static struct off later(struct gen *g, struct off o, struct val *by)
{
	return (struct off){o.var ? gen_op(g, V_ADD, o.var, by) : by, o.k};
}

/* Linux takes the outermost tag out of the packet, and remembers it beside. */
static struct pred *live_vlan(struct gen *g, const struct tree *t)
{
	struct val *present = val_anc(g->f, CA_VLAN_TAG_PRESENT), *by = val_cell(g->f, 4);
	struct pred *beside = pred_test_k(g->f, present, C_EQ, 1, g->at);
	struct pred *inside = gen_and(g, gen_not(g, beside), gen_put(g, by, val_const(g->f, 4)));

	inside = gen_and(g, inside, in_packet(g, t));
	if (t->has_num)
		beside = gen_and(
			g, beside,
			pred_masked(g->f, val_anc(g->f, CA_VLAN_TAG), 0xfff, t->num, g->at));
	g->payload = later(g, g->payload, by);
	g->type = later(g, g->type, by);
	return gen_or(g, beside, inside);
}

static bool is_outermost(const struct gen *g)
{
	return !g->tags && !g->hdr.var && g->hdr.k == g->outerhdr.k;
}

struct pred *gen_vlan(struct gen *g, const struct tree *t)
{
	struct pred *p;

	if (g->labels)
		gen_refuse(g, "`vlan` behind `mpls`: a label does not say that a tag follows");
	if (!g->link->medium->vlan || g->link->nr == LT_PPI)
		gen_refuse(g, "%s has no VLAN tags", gen_linkname(g));
	if (t->num > 0xfff)
		filter_fail(g->f, OB_RANGE, g->at, "VLAN %u; the largest is 4095", t->num);
	if (g->f->opts->live && !gen_is_wlan(g) && is_outermost(g)) {
		p = live_vlan(g, t);
	} else {
		p = in_packet(g, t);
		g->payload.k += 4;
		g->type.k += 4;
	}
	g->tags++;
	g->ip6 = false;
	return p;
}

/* ---- MPLS, PPPoE ---- */

static struct pred *labelled(struct gen *g)
{
	u32 nr = g->link->nr;

	if (g->labels) /* the label before was not the last */
		return gen_masked(g, W_MPLS, 2, 1, 1, 0);
	if (nr == LT_PPP)
		return gen_proto_link(g, PPP_MPLS);
	if (nr != LT_C_HDLC && nr != LT_HDLC && g->link->medium != &medium_ether)
		gen_refuse(g, "MPLS is not known on %s", gen_linkname(g));
	return gen_proto_link(g, ET_MPLS);
}

struct pred *gen_mpls(struct gen *g, const struct tree *t)
{
	struct pred *p = labelled(g);

	if (t->num > 0xfffff)
		filter_fail(g->f, OB_RANGE, g->at, "MPLS label %u; the largest is 1048575", t->num);
	if (t->has_num)
		p = gen_and(g, p, gen_masked(g, W_NET, 0, 4, 0xfffff000, t->num << 12));
	g->net += 4;
	g->nosnap += 4;
	g->labels++;
	g->ip6 = false;
	return p;
}

struct pred *gen_pppoes(struct gen *g, const struct tree *t)
{
	struct pred *p = gen_proto_link(g, ET_PPPOES);

	if (t->num > 0xffff)
		filter_fail(g->f, OB_RANGE, g->at, "PPPoE session %u; the largest is 65535",
			    t->num);
	if (t->has_num)
		p = gen_and(g, p, gen_masked(g, W_NET, 0, 4, 0xffff, t->num));
	gen_push(g, LT_PPP, (struct off){g->payload.var, g->payload.k + g->net + 6});
	g->type = g->hdr;
	g->payload.k = g->hdr.k + 2;
	g->net = g->nosnap = 0;
	return p;
}

/* ---- tunnels over IP ---- */

/* How far a header can lie behind v, as far as is known. */
static u32 max_plus(const struct val *v, u32 k)
{
	u32 max = v ? v->max : 0;

	return max > UINT32_MAX - k ? UINT32_MAX : max + k;
}

static struct val *sum(struct gen *g, struct off o)
{
	return o.var ? gen_op_k(g, V_ADD, o.var, o.k) : val_const(g->f, o.k);
}

static struct val *behind(struct gen *g, const struct val *v, u32 k)
{
	return val_cell(g->f, max_plus(v, k));
}

/* Over IPv4, or IPv6: where the header ends, without the constant part of the
 * network header's own place, goes into a cell. */
static struct off over(struct gen *g, struct pred **four, struct pred *six)
{
	struct off tran = gen_off(g, W_TRAN4), net = gen_off(g, W_NET);
	struct val *end = behind(g, net.var, 60);
	struct val *fixed = sum(g, (struct off){net.var, 40});

	*four = gen_or(g, gen_and(g, *four, gen_put(g, end, tran.var)),
		       gen_and(g, six, gen_put(g, end, fixed)));
	return (struct off){end, net.k};
}

/* An Ethernet type at h + 2, then at `start` either an Ethernet frame, if the
 * type is 0x6558, or the protocol itself. */
static struct pred *ether_inside(struct gen *g, struct pred *p, struct off h, struct val *start,
				 u32 room)
{
	struct val *hdr = behind(g, h.var, h.k + room), *type = behind(g, hdr, 12);
	struct val *payload = behind(g, hdr, 14);
	struct pred *eth = pred_test_k(g->f, gen_at(g, h, 2, 2), C_EQ, ET_TEB, g->at);
	struct pred *bare = gen_put(g, type, sum(g, (struct off){h.var, h.k + 2}));

	p = gen_and(g, p, gen_put(g, hdr, start));
	eth = gen_and(g, eth, gen_put(g, type, gen_op_k(g, V_ADD, hdr, 12)));
	eth = gen_and(g, eth, gen_put(g, payload, gen_op_k(g, V_ADD, hdr, 14)));
	bare = gen_and(g, bare, gen_put(g, payload, hdr));
	gen_push(g, LT_ETHERNET, (struct off){hdr, 0});
	g->type = (struct off){type, 0};
	g->payload = (struct off){payload, 0};
	g->net = 0;
	g->tunnel = true;
	return gen_and(g, p, gen_or(g, eth, bare));
}

/* IPv4 or IPv6 at h. */
static struct pred *ip_inside(struct gen *g, struct pred *p, struct off h)
{
	gen_push(g, 101, h);
	g->payload = h;
	g->type = (struct off){NULL, UNSET};
	g->net = g->nosnap = g->labels = 0;
	return p;
}

/* ---- over UDP ---- */

typedef struct pred *check_fn(struct gen *, enum where, const struct tree *);

static struct pred *over_udp(struct gen *g, check_fn *check, const struct tree *t, u32 port,
			     struct off *h)
{
	struct pred *four = gen_and(g, gen_port_to4(g, port), check(g, W_TRAN4, t));
	struct pred *six = gen_and(g, gen_port_to6(g, port), check(g, W_TRAN6, t));

	*h = over(g, &four, six);
	h->k += 8;
	return four;
}

static void vni_fits(struct gen *g, const struct tree *t)
{
	if (t->num > 0xffffff)
		filter_fail(g->f, OB_RANGE, g->at, "network %u; the largest is 16777215", t->num);
}

static struct pred *vni(struct gen *g, enum where tran, const struct tree *t, struct pred *p)
{
	if (!t->has_num)
		return p;
	return gen_and(g, p, gen_masked(g, tran, 12, 4, 0xffffff00, t->num << 8));
}

static struct pred *is_geneve(struct gen *g, enum where tran, const struct tree *t)
{
	return vni(g, tran, t, gen_masked(g, tran, 8, 1, 0xc0, 0));
}

/* 8 bytes, and options that are counted in 4. */
static struct pred *geneve(struct gen *g, const struct tree *t, u32 port)
{
	struct off h;

	vni_fits(g, t);
	struct pred *p = over_udp(g, is_geneve, t, port, &h);
	struct val *len = gen_op_k(g, V_AND, gen_at(g, h, 0, 1), 0x3f);
	len = gen_op(g, V_ADD, gen_op_k(g, V_MUL, len, 4), h.var);
	return ether_inside(g, p, h, gen_op_k(g, V_ADD, len, h.k + 8), 8 + 4 * 63);
}

static struct pred *is_vxlan(struct gen *g, enum where tran, const struct tree *t)
{
	return vni(g, tran, t, gen_masked(g, tran, 8, 1, 0x08, 0x08));
}

static struct pred *vxlan(struct gen *g, const struct tree *t, u32 port)
{
	struct off h;

	vni_fits(g, t);
	struct pred *p = over_udp(g, is_vxlan, t, port, &h);
	gen_push(g, LT_ETHERNET, (struct off){h.var, h.k + 8});
	g->prev = g->link; /* no check of the carrier */
	g->type = (struct off){h.var, h.k + 20};
	g->payload = (struct off){h.var, h.k + 22};
	g->net = g->labels = g->tags = 0;
	g->nosnap = 3;
	return p;
}

/* Version 1, GTP not GTP', a G-PDU. */
static struct pred *is_gtpu(struct gen *g, enum where tran, const struct tree *t)
{
	struct pred *p = gen_masked(g, tran, 8, 1, 0xf0, 0x30);

	p = gen_and(g, p, gen_eq(g, tran, 9, 1, 255));
	return t->has_num ? gen_and(g, p, gen_eq(g, tran, 12, 4, t->num)) : p;
}

static struct pred *byte_is_0(struct gen *g, struct off at)
{
	return pred_test_k(g->f, gen_at(g, at, 0, 1), C_EQ, 0, g->at);
}

/* Behind the extension header at `at`, whose first byte counts 4 bytes. */
static struct val *gtp_next(struct gen *g, struct off at)
{
	return gen_op(g, V_ADD, sum(g, at), gen_op_k(g, V_MUL, gen_at(g, at, 0, 1), 4));
}

/* 8 bytes; 4 more with any of the flags E, S, PN; with E and a type that is not
 * 0 an extension header, and another behind it if its last byte is not 0. */
static struct pred *gtpu(struct gen *g, const struct tree *t, u32 port)
{
	struct off h, first, second;
	struct pred *p = over_udp(g, is_gtpu, t, port, &h);
	struct val *flags = gen_at(g, h, 0, 1), *end = behind(g, h.var, h.k + 2200);
	struct pred *plain = pred_masked(g->f, flags, 7, 0, g->at);
	struct pred *no_ext = pred_masked(g->f, flags, 4, 0, g->at);

	first = (struct off){h.var, h.k + 12};
	second = (struct off){behind(g, h.var, h.k + 1100), 0};
	no_ext = gen_or(g, no_ext, byte_is_0(g, (struct off){h.var, h.k + 11}));
	plain = gen_and(g, plain, gen_put(g, end, sum(g, (struct off){h.var, h.k + 8})));
	no_ext = gen_and(g, no_ext, gen_put(g, end, sum(g, first)));

	struct val *last = gen_op_k(g, V_SUB, second.var, 1);
	struct pred *one =
		gen_and(g, byte_is_0(g, (struct off){last, 0}), gen_put(g, end, second.var));
	struct pred *two = gen_put(g, end, gtp_next(g, second));
	struct pred *ext =
		gen_and(g, gen_put(g, second.var, gtp_next(g, first)), gen_or(g, one, two));
	p = gen_and(g, p, gen_or(g, gen_or(g, plain, no_ext), ext));
	return ip_inside(g, p, (struct off){end, 0});
}

/* ---- over IP ---- */

static struct pred *in4(struct gen *g, u32 nr)
{
	return gen_and(g, gen_proto(g, nr, P_IP), gen_frag(g));
}

static struct pred *in6(struct gen *g, u32 nr)
{
	return gen_and(g, gen_proto_link(g, ET_IP6), gen_eq(g, W_NET, 6, 1, nr));
}

static struct pred *ipip(struct gen *g)
{
	struct pred *four = gen_or(g, in4(g, IP_IPIP), in4(g, IP_IP6));
	struct off h = over(g, &four, gen_or(g, in6(g, IP_IPIP), in6(g, IP_IP6)));

	return ip_inside(g, four, h);
}

static struct pred *gre_key(struct gen *g, struct off h, u32 key)
{
	struct val *flags = gen_at(g, h, 0, 2);
	struct pred *sum_too = pred_test_k(g->f, flags, C_SET, 0x8000, g->at);
	struct pred *late = pred_test_k(g->f, gen_at(g, h, 8, 4), C_EQ, key, g->at);
	struct pred *soon = pred_test_k(g->f, gen_at(g, h, 4, 4), C_EQ, key, g->at);
	struct pred *p =
		gen_or(g, gen_and(g, sum_too, late), gen_and(g, gen_not(g, sum_too), soon));

	return gen_and(g, pred_test_k(g->f, flags, C_SET, 0x2000, g->at), p);
}

/* Version 0 without routing. A checksum, a key and a sequence number have 4
 * bytes each, in this order, where there is one: flags 15, 13, 12. How many of
 * 4 bits are set is looked up in a number that holds 2 bits for each case. */
static struct pred *gre(struct gen *g, const struct tree *t)
{
	struct pred *p = in4(g, IP_GRE);
	struct off h = over(g, &p, in6(g, IP_GRE));
	struct val *flags = gen_at(g, h, 0, 2), *many;
	u32 counts = 0;

	for (u32 i = 0; i < 16; i++)
		counts |= (u32)__builtin_popcount(i & 0xb) << 2 * i;
	p = gen_and(g, p, pred_masked(g->f, flags, 0x4007, 0, g->at));
	if (t->has_num)
		p = gen_and(g, p, gre_key(g, h, t->num));
	many = gen_op_k(g, V_AND, gen_op_k(g, V_RSH, flags, 11), 0x1e);
	many = gen_op(g, V_RSH, val_const(g->f, counts), many);
	many = gen_op_k(g, V_MUL, gen_op_k(g, V_AND, many, 3), 4);
	many = gen_op_k(g, V_ADD, gen_op(g, V_ADD, many, h.var), h.k + 4);
	p = ether_inside(g, p, h, many, 16);
	g->nosnap = 3;
	g->labels = g->tags = 0;
	return p;
}

struct pred *gen_inner(struct gen *g, const struct tree *t)
{
	if (t->prim == PR_GENEVE)
		return geneve(g, t, 6081);
	if (t->prim == PR_VXLAN)
		return vxlan(g, t, 4789);
	if (!strcmp(t->s, "geneve"))
		return geneve(g, t, t->num2 ? t->num2 : 6081);
	if (!strcmp(t->s, "vxlan"))
		return vxlan(g, t, t->num2 ? t->num2 : 4789);
	if (!strcmp(t->s, "gtpu"))
		return gtpu(g, t, t->num2 ? t->num2 : 2152);
	if (!strcmp(t->s, "gre"))
		return gre(g, t);
	return ipip(g);
}
