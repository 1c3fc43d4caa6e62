/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets in packets: VLAN tags, MPLS labels, PPPoE, and tunnels over IP. What
 * stands to the right is about the inner packet.
 *
 * Where the inner headers begin is a value, computed without branches, so that
 * one expression serves packets with and without options. */
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
	struct val *present = val_anc(g->f, CA_VLAN_TAG_PRESENT);
	struct pred *beside = pred_test_k(g->f, present, C_EQ, 1, g->at);
	struct val *by = gen_op_k(g, V_MUL, gen_op_k(g, V_XOR, present, 1), 4);
	struct pred *inside = gen_and(g, gen_not(g, beside), in_packet(g, t));

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

static struct val *not_zero(struct gen *g, struct val *v)
{
	return gen_op_k(g, V_XOR, gen_is_zero(g, v), 1);
}

/* 1 if the packet is IPv6, 0 if it is IPv4; of no use where it is neither. */
static struct val *is_ip6(struct gen *g)
{
	const struct medium *m = g->link->medium;
	bool told = m->ip6.mask && !g->labels;
	struct val *v = told ? gen_load(g, m->ip6.where, m->ip6.off, m->ip6.size)
			     : gen_load(g, W_NET, 0, 1);
	u32 bits = told ? m->ip6.mask : 0x20; /* version 4 is 0100, 6 is 0110 */

	if (bits & (bits - 1))
		return not_zero(g, gen_op_k(g, V_AND, v, bits));
	return gen_op_k(g, V_AND, gen_op_k(g, V_RSH, v, (u32)__builtin_ctz(bits)), 1);
}

/* Behind the IP header, of whichever version. */
static struct off behind_ip(struct gen *g)
{
	struct off net = gen_off(g, W_NET);
	struct val *six = is_ip6(g), *four = gen_op_k(g, V_XOR, six, 1);
	struct val *len = gen_op(g, V_MUL, val_msh(g->f, net.var, net.k), four);

	len = gen_op(g, V_ADD, len, gen_op_k(g, V_MUL, six, 40));
	return later(g, net, len);
}

static struct val *sum(struct gen *g, struct off o)
{
	return o.var ? gen_op_k(g, V_ADD, o.var, o.k) : val_const(g->f, o.k);
}

static struct pred *readable(struct gen *g, struct val *v)
{
	return pred_test_k(g->f, v, C_GE, 0, g->at);
}

/* An Ethernet type at h + 2, then at h + len either an Ethernet frame, if the
 * type is 0x6558, or the protocol itself. */
static struct pred *ether_inside(struct gen *g, struct pred *p, struct off h, struct val *len)
{
	struct val *start = sum(g, h), *type = gen_at(g, h, 2, 2);
	struct val *eth = gen_is_zero(g, gen_op_k(g, V_XOR, type, ET_TEB));
	struct val *end = gen_op(g, V_ADD, start, len);
	struct val *skip = gen_op(g, V_MUL, eth, gen_op_k(g, V_ADD, len, 10));

	gen_push(g, LT_ETHERNET, (struct off){end, 0});
	g->type = (struct off){gen_op(g, V_ADD, gen_op_k(g, V_ADD, start, 2), skip), 0};
	g->payload = (struct off){gen_op(g, V_ADD, end, gen_op_k(g, V_MUL, eth, 14)), 0};
	g->net = 0;
	g->maybe_eth = eth;
	return gen_and(g, p, readable(g, g->payload.var));
}

/* IPv4 or IPv6 at h. */
static struct pred *ip_inside(struct gen *g, struct pred *p, struct off h)
{
	struct off at = h.var ? (struct off){sum(g, h), 0} : h;

	gen_push(g, 101, at);
	g->payload = at;
	g->type = (struct off){NULL, UNSET};
	g->net = g->nosnap = g->labels = 0;
	return p;
}

/* ---- over UDP ---- */

static struct pred *either_ip(struct gen *g,
			      struct pred *(*check)(struct gen *, enum where, const struct tree *),
			      const struct tree *t, u32 port)
{
	struct pred *four = gen_and(g, gen_port_to4(g, port), check(g, W_TRAN4, t));
	struct pred *six = gen_and(g, gen_port_to6(g, port), check(g, W_TRAN6, t));

	return gen_or(g, four, six);
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

static struct pred *geneve(struct gen *g, const struct tree *t, u32 port)
{
	vni_fits(g, t);
	struct pred *p = either_ip(g, is_geneve, t, port);
	struct off h = behind_ip(g);

	h.k += 8;
	struct val *options = gen_op_k(g, V_AND, gen_at(g, h, 0, 1), 0x3f);
	struct val *len = gen_op_k(g, V_ADD, gen_op_k(g, V_MUL, options, 4), 8);
	return ether_inside(g, p, h, len);
}

static struct pred *is_vxlan(struct gen *g, enum where tran, const struct tree *t)
{
	return vni(g, tran, t, gen_masked(g, tran, 8, 1, 0x08, 0x08));
}

static struct pred *vxlan(struct gen *g, const struct tree *t, u32 port)
{
	vni_fits(g, t);
	struct pred *p = either_ip(g, is_vxlan, t, port);
	struct off h = behind_ip(g);

	gen_push(g, LT_ETHERNET, (struct off){sum(g, h), 16});
	g->prev = g->link; /* no check of the carrier */
	g->type = (struct off){g->hdr.var, 28};
	g->payload = (struct off){g->hdr.var, 30};
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

/* Where an extension header follows: its length, in 4 bytes, at its first byte;
 * 0 without one. */
static struct val *gtp_extension(struct gen *g, struct val *at, struct val *more)
{
	struct val *words = val_load(g->f, gen_op(g, V_MUL, at, more), 0, 1);

	return gen_op(g, V_MUL, gen_op_k(g, V_MUL, words, 4), more);
}

/* 8 bytes; 4 more with any of the flags E, S, PN; with E and a type that is not
 * 0 an extension header, and another behind it if its last byte is not 0. */
static struct pred *gtpu(struct gen *g, const struct tree *t, u32 port)
{
	struct pred *p = either_ip(g, is_gtpu, t, port);
	struct off h = behind_ip(g);

	h.k += 8;
	struct val *flags = gen_at(g, h, 0, 1), *start = sum(g, h);
	struct val *e = gen_op_k(g, V_AND, gen_op_k(g, V_RSH, flags, 2), 1);
	struct val *any = not_zero(g, gen_op_k(g, V_AND, flags, 7));
	struct val *type = val_load(g->f, gen_op(g, V_MUL, start, e), 11, 1);
	struct val *end =
		gen_op(g, V_ADD, start, gen_op_k(g, V_ADD, gen_op_k(g, V_MUL, any, 4), 8));

	for (u32 i = 0; i < 2; i++) {
		e = gen_op(g, V_AND, e, not_zero(g, type));
		end = gen_op(g, V_ADD, end, gtp_extension(g, end, e));
		if (!i)
			type = val_load(g->f, gen_op_k(g, V_SUB, end, 1), 0, 1);
	}
	return ip_inside(g, gen_and(g, p, readable(g, end)), (struct off){end, 0});
}

/* ---- over IP ---- */

static struct pred *carried(struct gen *g, u32 nr)
{
	struct pred *four = gen_and(g, gen_proto(g, nr, P_IP), gen_frag(g));
	struct pred *six = gen_and(g, gen_proto_link(g, ET_IP6), gen_eq(g, W_NET, 6, 1, nr));

	return gen_or(g, four, six);
}

static struct pred *ipip(struct gen *g)
{
	struct pred *p = gen_or(g, carried(g, IP_IPIP), carried(g, IP_IP6));

	return ip_inside(g, p, behind_ip(g));
}

/* Version 0 without routing. A checksum, a key and a sequence number have 4
 * bytes each, in this order, where there is one. */
static struct pred *gre(struct gen *g, const struct tree *t)
{
	struct pred *p = carried(g, IP_GRE);
	struct off h = behind_ip(g);
	struct val *flags = gen_at(g, h, 0, 2);
	struct val *c = gen_op_k(g, V_AND, gen_op_k(g, V_RSH, flags, 15), 1);
	struct val *k = gen_op_k(g, V_AND, gen_op_k(g, V_RSH, flags, 13), 1);
	struct val *s = gen_op_k(g, V_AND, gen_op_k(g, V_RSH, flags, 12), 1);
	struct val *len = gen_op(g, V_ADD, gen_op(g, V_ADD, c, k), s);

	p = gen_and(g, p, pred_masked(g->f, flags, 0x4007, 0, g->at));
	if (t->has_num) {
		struct val *key = gen_op_k(g, V_MUL, c, 4);

		p = gen_and(g, p, pred_test_k(g->f, k, C_EQ, 1, g->at));
		key = gen_at(g, later(g, h, key), 4, 4);
		p = gen_and(g, p, pred_test_k(g->f, key, C_EQ, t->num, g->at));
	}
	len = gen_op_k(g, V_ADD, gen_op_k(g, V_MUL, len, 4), 4);
	p = ether_inside(g, p, h, len);
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
