/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside gen*.c: where the headers are while an expression is walked from left
 * to right, and the tests that are made from that.
 *
 * `vlan`, `mpls`, `pppoes`, `lane`, `geneve` and our `inner` words move the
 * offsets for the rest of the expression in text order, whatever `or` and `not`
 * stand around them. The order of tests is libpcap's: a load that leaves the
 * packet rejects it, so the order is part of the meaning. */
#ifndef FILTER_GEN_H
#define FILTER_GEN_H

#include "filter/priv.h"

#define UNSET 0xffffffffu /* an offset that this link type does not have */

struct gen;

/* What an offset is relative to. */
enum where { W_PACKET, W_HDR, W_PREVHDR, W_LLC, W_MPLS, W_TYPE, W_NET, W_NOSNAP, W_TRAN4, W_TRAN6 };

/* What a family of link types knows. A NULL hook: there is no such thing, and
 * the primitive is refused. */
struct medium {
	/* the packet carries this protocol: an Ethernet type, or an LLC SAP up to 1500 */
	struct pred *(*proto)(struct gen *g, u32 proto);
	/* a frame from, to ... this hardware address */
	struct pred *(*host)(struct gen *g, const u8 mac[6], enum dir dir);
	struct pred *(*multicast)(struct gen *g);
	struct pred *(*broadcast)(struct gen *g);
	struct pred *(*llc)(struct gen *g); /* an LLC frame, to some extent */
	struct pred *(*outbound)(struct gen *g, bool out);
	bool vlan;  /* may carry VLAN tags */
	bool vague; /* a packet can be found to be IPv4 and IPv6 */
};

/* One link type. Offsets are from the start of the packet; net and nosnap (the
 * network header, behind LLC without SNAP) from the payload. */
struct link {
	u16 nr; /* LINKTYPE_ number */
	u32 type, payload, net, nosnap;
	const struct medium *medium;
	u8 src, dst; /* hardware addresses, from the link header */
	u8 hdr;      /* the link header, behind a fixed prefix */
};

enum {
	LT_ETHERNET = 1,
	LT_TOKEN_RING = 6,
	LT_ARCNET = 7,
	LT_SLIP = 8,
	LT_PPP = 9,
	LT_FDDI = 10,
	LT_ATM_RFC1483 = 100,
	LT_C_HDLC = 104,
	LT_WLAN = 105,
	LT_FRELAY = 107,
	LT_LOOP = 108,
	LT_HDLC = 112,
	LT_SLL = 113,
	LT_PFLOG = 117,
	LT_PRISM = 119,
	LT_SUNATM = 123,
	LT_RADIOTAP = 127,
	LT_ARCNET_LINUX = 129,
	LT_MTP2_PHDR = 139,
	LT_MTP2 = 140,
	LT_AVS = 163,
	LT_PPP_PPPD = 166,
	LT_PPI = 192,
	LT_ERF = 197,
	LT_NETANALYZER = 240,
	LT_SLL2 = 276
};

struct off {
	struct val *var; /* NULL: a constant offset */
	u32 k;
};

enum { CHAIN6_MAX = 6, CHAIN4_MAX = 1 }; /* headers that are skipped */

struct gen {
	struct filter *f;
	struct span at; /* the words being translated */
	const struct link *link, *prev, *outer;
	struct off hdr, prevhdr, outerhdr; /* link-layer headers */
	struct off payload, type;
	u32 net, nosnap;  /* from payload */
	u32 labels, tags; /* MPLS labels and VLAN tags passed */
	bool tunnel;      /* an Ethernet header only if hdr is not payload */
	bool ip6;         /* `ip6 and` stands before: tcp[] means that over IPv6, */
	u32 nots;         /* but not under a `not` */
	/* behind each header of the chain at chain_of: the same for all chains there */
	struct val *chain6[CHAIN6_MAX], *chain4[CHAIN4_MAX];
	struct val *end_next, *end_at; /* portchain: the last header's number and place */
	struct off chain_of;
	/* the link type's own variable offsets: cells, set by the prelude if used */
	struct val *var_hdr, *var_payload;
	bool used_hdr, used_payload;
};

/* ---- gen.c ---- */
struct off gen_off(struct gen *g, enum where where);
struct val *gen_at(struct gen *g, struct off base, u32 off, u32 size);
struct val *gen_load(struct gen *g, enum where where, u32 off, u32 size);
struct pred *gen_cmp(struct gen *g, enum where w, u32 off, u32 size, enum rel rel, u32 k);
struct pred *gen_eq(struct gen *g, enum where w, u32 off, u32 size, u32 k);
struct pred *gen_masked(struct gen *g, enum where w, u32 off, u32 size, u32 mask, u32 k);
struct pred *gen_set(struct gen *g, enum where w, u32 off, u32 size, u32 bits); /* any of them */
/* n bytes, compared from the last to the first in words as large as possible */
struct pred *gen_bytes(struct gen *g, enum where w, u32 off, const u8 *p, u32 n);
struct pred *gen_bool(struct gen *g, bool value);
struct pred *gen_and(struct gen *g, struct pred *a, struct pred *b);
struct pred *gen_or(struct gen *g, struct pred *a, struct pred *b);
struct pred *gen_not(struct gen *g, struct pred *a);
struct pred *gen_put(struct gen *g, struct val *cell, struct val *v); /* cell = v; true */
struct val *gen_op(struct gen *g, enum val_op op, struct val *a, struct val *b);
struct val *gen_op_k(struct gen *g, enum val_op op, struct val *a, u32 k);
/* A new link layer of this type inside the present one. */
void gen_push(struct gen *g, u32 linktype, struct off hdr);
const char *gen_linkname(const struct gen *g);
_Noreturn void gen_refuse(struct gen *g, const char *fmt, ...) PRINTF(2, 3);

/* ---- gen_link.c ---- */
const struct link *link_find(u32 linktype);
void gen_link_init(struct gen *g);
struct pred *gen_proto_link(struct gen *g, u32 proto); /* `ether proto` */
struct pred *gen_llc_proto(struct gen *g, u32 proto);
extern const struct medium medium_wlan, medium_sunatm, medium_ether;

/* ---- gen_wlan.c ---- */
void gen_wlan_init(struct gen *g);
struct pred *gen_wlan_hdr(struct gen *g);     /* sets var_hdr */
struct pred *gen_wlan_payload(struct gen *g); /* sets var_payload, from var_hdr */
bool gen_is_wlan(const struct gen *g);
struct pred *gen_wlan_type(struct gen *g, const struct tree *t);
struct pred *gen_wlan_dir(struct gen *g, const struct tree *t);

/* An identifier and the tree whose qualifiers it has. Lists hold those that can
 * stand for one another: `host a or host b` asks for the protocol once. */
struct item {
	const struct tree *t;
	const struct ident *id;
};
struct span gen_words(const struct item *items, u32 n); /* qualifiers included */

/* ---- gen_addr.c ---- */
struct pred *gen_hosts(struct gen *g, const struct item *items, u32 n);
struct pred *gen_broadcast(struct gen *g, const struct tree *t);
struct pred *gen_multicast(struct gen *g, const struct tree *t);
/* Refuses the directions that only 802.11 has. */
void gen_dir_check(struct gen *g, enum dir dir);
/* one test each for source and destination, joined as the direction says */
struct pred *gen_both(struct gen *g, enum dir dir, struct pred *src, struct pred *dst);

/* The cell for the end of the chain's header number i, which begins at `at`. */
struct val *gen_chain_cell(struct gen *g, struct off at, bool ip6, u32 i);

/* ---- gen_port.c ---- */
struct pred *gen_ports(struct gen *g, const struct item *items, u32 n);
struct pred *gen_port_to4(struct gen *g, u32 port); /* `udp dst port` over IPv4 */
struct pred *gen_port_to6(struct gen *g, u32 port);

/* ---- gen_proto.c ---- */
struct pred *gen_proto(struct gen *g, u32 v, enum proto proto);
struct pred *gen_proto_word(struct gen *g, enum proto proto); /* `tcp` alone */
struct pred *gen_proto_id(struct gen *g, const struct tree *t, const struct ident *id);
const char *proto_word(enum proto p);

/* ---- gen_arith.c ---- */
struct pred *gen_rel(struct gen *g, const struct tree *t);
struct pred *gen_frag(struct gen *g); /* the first fragment, or not fragmented */

/* ---- gen_encap.c ---- */
struct pred *gen_vlan(struct gen *g, const struct tree *t);
struct pred *gen_mpls(struct gen *g, const struct tree *t);
struct pred *gen_pppoes(struct gen *g, const struct tree *t);
struct pred *gen_inner(struct gen *g, const struct tree *t);

/* ---- gen_atm.c, gen_ss7.c, gen_misc.c ---- */
struct pred *gen_atm(struct gen *g, const struct tree *t);
struct pred *gen_atm_field(struct gen *g, const struct tree *t);
struct pred *gen_ss7(struct gen *g, const struct tree *t);
struct pred *gen_ss7_field(struct gen *g, const struct tree *t);
struct pred *gen_misc(struct gen *g, const struct tree *t);

/* ---- gen_warn.c ---- */
void gen_warn(struct gen *g, const struct tree *t);

enum {
	ET_NS = 0x0600,
	ET_IP = 0x0800,
	ET_ARP = 0x0806,
	ET_MOPDL = 0x6001,
	ET_MOPRC = 0x6002,
	ET_DN = 0x6003,
	ET_LAT = 0x6004,
	ET_SCA = 0x6007,
	ET_TEB = 0x6558,
	ET_RARP = 0x8035,
	ET_ATALK = 0x809b,
	ET_AARP = 0x80f3,
	ET_8021Q = 0x8100,
	ET_IPX = 0x8137,
	ET_IP6 = 0x86dd,
	ET_MPLS = 0x8847,
	ET_PPPOED = 0x8863,
	ET_PPPOES = 0x8864,
	ET_8021AD = 0x88a8,
	ET_LOOPBACK = 0x9000,
	ET_QINQ = 0x9100,
	ET_LLDP = 0x88cc,
	ET_SLOW = 0x8809,
	ETHERMTU = 1500,
	SAP_IP = 0x06,
	SAP_STP = 0x42,
	SAP_SNAP = 0xaa,
	SAP_IPX = 0xe0,
	SAP_NETBEUI = 0xf0,
	SAP_ISO = 0xfe,
	PPP_IP = 0x21,
	PPP_OSI = 0x23,
	PPP_NS = 0x25,
	PPP_DECNET = 0x27,
	PPP_APPLE = 0x29,
	PPP_IPX = 0x2b,
	PPP_VJC = 0x2d,
	PPP_VJNC = 0x2f,
	PPP_BRPDU = 0x31,
	PPP_IP6 = 0x57,
	PPP_MPLS = 0x281,
	ISO_CLNP = 0x81,
	ISO_ESIS = 0x82,
	ISO_ISIS = 0x83,
	IP_HOPOPTS = 0,
	IP_ICMP = 1,
	IP_IGMP = 2,
	IP_IPIP = 4,
	IP_TCP = 6,
	IP_IGRP = 9,
	IP_UDP = 17,
	IP_IP6 = 41,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_GRE = 47,
	IP_ESP = 50,
	IP_AH = 51,
	IP_ICMP6 = 58,
	IP_DSTOPTS = 60,
	IP_PIM = 103,
	IP_VRRP = 112,
	IP_SCTP = 132,
};

#endif
