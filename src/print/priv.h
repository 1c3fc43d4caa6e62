/* SPDX-License-Identifier: BSD-2-Clause */
/* What the printers share: a checked cursor, text, and the tables. */
#ifndef PRINT_PRIV_H
#define PRINT_PRIV_H

#include <setjmp.h>

#include "print/print.h"

/* A part of a packet: `cap` bytes are here, `len` there should be. Reading
 * beyond cap cuts the printing short: "[|name]" ends the line. */
struct pdu {
	const u8 *p;
	u32 cap, len;
};

/* The network layer around a transport. */
struct net {
	const u8 *src, *dst;
	const u8 *final; /* the last stop of a source route, or dst */
	u8 ver;          /* 4 or 6; 0 outside IP */
	u8 proto;        /* of the header itself, not of its last extension */
	u8 ttl;
	bool fragment; /* more follow */
};

struct flows;
struct roles;

struct print_state {
	struct print_opts opt;
	char *o, *end; /* where text goes, and where room for it ends */
	struct buf *to;
	const char *name; /* what is being printed: the name in [|name] */
	struct net net;
	u32 link_len; /* of the link header, for -x */
	u32 depth;
	size_t mark;               /* a cut takes back the text from here on; 0: none */
	bool terse;                /* unknown payloads are not dumped: -q, -x, -X */
	const u8 *l2_src, *l2_dst; /* of the frame, or NULL */
	struct flows *flows;
	struct roles *roles; /* made when ISAKMP is first seen */
	u64 count;
	u64 ref_ns; /* the time that -ttt and -ttttt count from */
	bool has_ref;
	s64 zone_key, zone; /* the offset of local time in one quarter of an hour */
	s64 second;         /* what clock holds */
	char clock[8];
	jmp_buf cut; /* the end of this line */
	jmp_buf oom; /* the end of this packet */
};

enum { CUT_HARD = 1, CUT_SOFT, CUT_INVALID };

/* One protocol. `name` stands in [|name] and, under the same rule as tcpdump's,
 * at the head of the line; both are required. */
struct printer {
	const char *name;
	void (*print)(struct print_state *s, struct pdu d);
};

/* A link layer: prints, and returns the length of its header (for -x). */
struct link_printer {
	const char *name;
	u32 linktype;
	u32 (*print)(struct print_state *s, struct pdu d);
};

/* ---- the cursor ---- */
static inline _Noreturn void pdu_cut(struct print_state *s) { longjmp(s->cut, CUT_SOFT); }

static inline _Noreturn void pdu_cut_hard(struct print_state *s) { longjmp(s->cut, CUT_HARD); }

/* Prints " (invalid)" and gives the packet up. */
static inline _Noreturn void pdu_invalid(struct print_state *s) { longjmp(s->cut, CUT_INVALID); }

static inline bool pdu_has(struct pdu d, u32 off, u32 n)
{
	return off <= d.cap && d.cap - off >= n;
}

static inline const u8 *pdu_need(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (unlikely(!pdu_has(d, off, n)))
		pdu_cut_hard(s);
	return d.p + off;
}

/* The same where tcpdump looks before it reads: it then still knows the length
 * of the link header, and leaves it out of -x. */
static inline void pdu_check(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (unlikely(!pdu_has(d, off, n)))
		pdu_cut(s);
}

static inline u8 pdu_u8(struct print_state *s, struct pdu d, u32 off)
{
	return *pdu_need(s, d, off, 1);
}

static inline u16 pdu_be16(struct print_state *s, struct pdu d, u32 off)
{
	return get_be16(pdu_need(s, d, off, 2));
}

static inline u32 pdu_be32(struct print_state *s, struct pdu d, u32 off)
{
	return get_be32(pdu_need(s, d, off, 4));
}

/* What follows the first n bytes. */
static inline struct pdu pdu_skip(struct pdu d, u32 n)
{
	u32 have = MIN(n, d.cap);

	return (struct pdu){d.p + have, d.cap - have, d.len > n ? d.len - n : 0};
}

/* The first n bytes; len is left alone. */
static inline struct pdu pdu_clip(struct pdu d, u32 n)
{
	d.cap = MIN(d.cap, n);
	return d;
}

/* ---- text (text.c) ---- */
void put_room(struct print_state *s, size_t n); /* makes room, or gives up */

static inline void put(struct print_state *s, const char *p, size_t n)
{
	if (unlikely((size_t)(s->end - s->o) < n))
		put_room(s, n);
	memcpy(s->o, p, n);
	s->o += n;
}

static inline void put_c(struct print_state *s, char c)
{
	if (unlikely(s->end == s->o))
		put_room(s, 1);
	*s->o++ = c;
}

#define say(s, text) put((s), "" text, sizeof(text) - 1)
static inline void put_s(struct print_state *s, const char *p) { put(s, p, strlen(p)); }

void put_u(struct print_state *s, u32 v);
void put_x(struct print_state *s, u32 v, u32 digits); /* at least so many digits */
void put_hex(struct print_state *s, const u8 *p, u32 n);
void put_f(struct print_state *s, const char *fmt, ...) PRINTF(2, 3);
void put_unctrl(struct print_state *s, u8 c);     /* as cat -v shows it */
void put_invalid(struct print_state *s);          /* " (invalid)" */
void put_cut(struct print_state *s);              /* " [|name]" */
void put_ip4(struct print_state *s, const u8 *p); /* with names unless -n */
void put_ip6(struct print_state *s, const u8 *p);
void put_addr(struct print_state *s, const u8 *p); /* as s->net.ver says */
void put_ether(struct print_state *s, const u8 *p);
void put_port(struct print_state *s, bool tcp, u16 port);
/* Words for the bits of v joined by sep, or `none`. */
struct word {
	u32 v;
	const char *text;
};
void put_bits(struct print_state *s, const struct word *w, u32 n, u32 v, const char *sep,
	      const char *none);
const char *word_of(const struct word *w, u32 n, u32 v); /* or NULL */
/* unknown: what to print for a number that has no word; it holds one %u or %x. */
void put_word(struct print_state *s, const struct word *w, u32 n, u32 v, const char *unknown);

/* What is printed until put_keep is taken back when the packet turns out to be cut. */
static inline void put_mark(struct print_state *s) { s->mark = (size_t)(s->o - s->to->p); }
static inline void put_keep(struct print_state *s) { s->mark = 0; }

/* ---- dumps (hex.c) ---- */
void put_dump(struct print_state *s, const char *indent, const u8 *p, u32 n, bool ascii);
void put_ascii(struct print_state *s, const u8 *p, u32 n);
/* What nothing here knows, unless terse. */
void put_unknown(struct print_state *s, struct pdu d);

/* ---- time (time.c) ---- */
void put_time(struct print_state *s, u64 ns);

/* Eight bytes from 1900, RFC 5905 6: seconds, and the date in parentheses. */
void put_ntp_time(struct print_state *s, const u8 *p);

/* ---- checksums (sum.c) ---- */
u16 sum_of(const u8 *p, u32 n); /* 0 when it is right */
/* Over the pseudo header of s->net, too. */
u16 sum_pseudo(struct print_state *s, u8 proto, const u8 *p, u32 n);
u16 sum_should(u16 field, u16 sum);

/* ---- by number (table.c) ---- */
/* NULL when the number is not known. */
const struct link_printer *printer_by_link(u32 linktype);
const struct printer *printer_by_port(bool tcp, u16 sport, u16 dport);
/* What -T says of a protocol: NULL without -T, or when its type goes elsewhere. */
const struct printer *printer_forced(struct print_state *s, u8 proto);
const char *ethertype_name(u16 type);
const char *oui_name(u32 oui); /* never NULL */
const char *ip_proto_name(u8 proto);
bool ip_proto_says_ends(u8 proto);

/* Prints the payload of an IP packet. */
void print_ip_proto(struct print_state *s, u8 proto, struct pdu d);
/* False when the type is not known, and nothing was printed. */
bool print_ethertype(struct print_state *s, u16 type, struct pdu d);
/* Likewise for what LLC and SNAP announce. */
bool print_sap(struct print_state *s, u8 dsap, u8 ssap, u16 control, struct pdu d);
/* The header of SNAP and what follows; false when that is not known. */
bool print_snap_header(struct print_state *s, struct pdu d);
bool print_snap(struct print_state *s, u32 oui, u16 pid, struct pdu d);
/* The length of the LLC header, negative when nobody knows what follows. */
int print_llc(struct print_state *s, struct pdu d);
/* What may stand behind the packet that an ICMP error quotes; `sure`: its
 * length says so, else only a right checksum makes it an extension. */
void print_icmp_ext(struct print_state *s, struct pdu d, bool sure);
/* Parts of ICMPv6: true when the line ends there. */
bool print_mld(struct print_state *s, struct pdu d);
bool print_mld_query(struct print_state *s, struct pdu d);
bool print_mld_report(struct print_state *s, struct pdu d);
bool print_node_query(struct print_state *s, struct pdu d);
bool print_node_reply(struct print_state *s, struct pdu d);
bool print_rpl(struct print_state *s, struct pdu d);
void print_nd_options(struct print_state *s, struct pdu d);
const char *nd_preference(u8 flags);
/* A domain name, which begins at off of its message: the offset behind it, or
 * 0 for a bad one. */
u32 put_dns_name(struct print_state *s, struct pdu msg, u32 off);
/* The TCP option of n bytes at d; false for a bad one. flags: the segment's. */
bool print_mptcp(struct print_state *s, struct pdu d, u32 n, u8 flags);
u32 print_ether(struct print_state *s, struct pdu d);
void print_ppp(struct print_state *s, struct pdu d);
void put_vlan(struct print_state *s, u16 tci);
void put_proto(struct print_state *s, u8 proto);
void put_ethertype(struct print_state *s, u16 type); /* "ethertype IPv4 (0x0800)" */
void print_no_link(struct print_state *s, u32 linktype, struct pdu d);

/* Prints a packet inside a packet; where it is cut, the outer one goes on. */
void print_inside(struct print_state *s, const struct printer *by, struct pdu d);
/* Enters and leaves a packet inside a packet; false when it is too deep. */
bool print_enter(struct print_state *s);
static inline void print_leave(struct print_state *s) { s->depth--; }

extern const struct link_printer ether_link, null_link, loop_link, raw_link, raw4_link, raw6_link,
	sll_link, sll2_link, ppp_link, ppp_serial_link, ppp_ether_link, cisco_link;
extern const struct printer arp_printer, rarp_printer, ip_printer, ip6_printer, none_printer,
	pppoed_printer, pppoes_printer, tcp_printer, udp_printer, icmp_printer, icmp6_printer,
	dns_printer, mdns_printer, dns_tcp_printer, http_printer, rtsp_printer, ftp_printer,
	smtp_printer, sip_printer, ssh_printer, ntp_printer, mpls_printer, igmp_printer,
	gre_printer, vxlan_printer;
/* applications */
extern const struct printer bgp_printer, bootp_printer, radius_printer, tftp_printer, rip_printer,
	ripng_printer, babel_printer, dhcp6_printer, isakmp_printer, natt_printer, snmp_printer,
	olsr_printer, aodv_printer, krb_printer, ldp_printer, sflow_printer, someip_printer,
	rpki_printer, msdp_printer, resp_printer, beep_printer, whois_printer, lspping_printer,
	syslog_printer, timed_printer, autorp_printer, vqp_printer;

extern const struct link_printer wifi_link, radiotap_link, prism_link, avs_link, frelay_link,
	mfr_link, vsock_link, edsa_link, dsa_link, arcnet_link;
extern const struct printer stp_printer, cdp_printer, esp_printer, ah_printer, ipcomp_printer,
	vrrp_printer, lldp_printer, eapol_printer, eap_printer, sctp_printer, ospf_printer,
	isoclns_printer, geneve_printer, hsrp_printer, bfd_printer, bfd_echo_printer, eigrp_printer,
	dccp_printer, udld_printer, vtp_printer, dtp_printer, aoe_printer, msnlb_printer,
	loopback_printer, ptp_printer, slarp_printer, slow_printer, cfm_printer, pim_printer,
	pim1_printer, macsec_printer, lisp_printer, arista_printer, mobility_printer, rsvp_printer,
	calm_printer, bridged_printer, ipx_printer, llc_ipx_printer, carp_printer, ppp_printer;

#endif
