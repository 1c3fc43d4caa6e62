/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of printers: by link type, Ethernet type, IP protocol, port. */
#include "print/priv.h"

static const struct link_printer *const links[] = {
	&ether_link, &null_link,     &loop_link,  &raw_link,        &raw4_link,      &raw6_link,
	&sll_link,   &sll2_link,     &ppp_link,   &ppp_serial_link, &ppp_ether_link, &cisco_link,
	&wifi_link,  &radiotap_link, &prism_link, &avs_link,        &frelay_link,    &mfr_link,
	&vsock_link, &edsa_link,     &dsa_link,   &arcnet_link,
};

const struct link_printer *printer_by_link(u32 linktype)
{
	for (size_t i = 0; i < LEN(links); i++)
		if (links[i]->linktype == linktype)
			return links[i];
	return NULL;
}

static const struct ethertype {
	u16 type;
	const char *name;
	const struct printer *by; /* NULL: known by name only */
} ethertypes[] = {
	/* clang-format off */
	{0x0800, "IPv4", &ip_printer},
	{0x86dd, "IPv6", &ip6_printer},
	{0x0806, "ARP", &arp_printer},
	{0x8035, "Reverse ARP", &rarp_printer},
	{0x8863, "PPPoE D", &pppoed_printer},
	{0x8864, "PPPoE S", &pppoes_printer},
	{0x8100, "802.1Q", NULL},
	{0x88a8, "802.1Q-QinQ", NULL},
	{0x9100, "802.1Q-9100", NULL},
	{0x9200, "802.1Q-9200", NULL},
	{0x00fe, "GRE-OSI", &isoclns_printer},
	{0x0200, "PUP", NULL},
	{0x0500, "Sprite", NULL},
	{0x0600, "NS", NULL},
	{0x0707, "GeoNet (old)", NULL},
	{0x1000, "Trail", NULL},
	{0x1111, "CALM FAST", &calm_printer},
	{0x6001, "MOP DL", NULL},
	{0x6002, "MOP RC", NULL},
	{0x6003, "DN", NULL},
	{0x6004, "LAT", NULL},
	{0x6007, "SCA", NULL},
	{0x6558, "TEB", NULL},
	{0x8038, "Lanbridge", NULL},
	{0x803c, "DEC DNS", NULL},
	{0x803e, "DEC DTS", NULL},
	{0x805b, "VEXP", NULL},
	{0x805c, "VPROD", NULL},
	{0x809b, "Appletalk", NULL},
	{0x80f3, "Appletalk ARP", NULL},
	{0x8137, "IPX", &ipx_printer},
	{0x8808, "MPCP", NULL},
	{0x8809, "Slow Protocols", &slow_printer},
	{0x880b, "PPP", &ppp_printer},
	{0x8847, "MPLS unicast", &mpls_printer},
	{0x8848, "MPLS multicast", &mpls_printer},
	{0x886f, "MS NLB heartbeat", &msnlb_printer},
	{0x888e, "EAPOL", &eapol_printer},
	{0x8899, "Realtek protocols", NULL},
	{0x88a2, "AoE", &aoe_printer},
	{0x88ca, "TIPC", NULL},
	{0x88cc, "LLDP", &lldp_printer},
	{0x88e5, "802.1AE MACsec", &macsec_printer},
	{0x88f7, "PTP", &ptp_printer},
	{0x8902, "CFM", &cfm_printer},
	{0x893a, "IEEE1905.1", NULL},
	{0x8947, "GeoNet", NULL},
	{0x894f, "NSH", NULL},
	{0x9000, "Loopback", &loopback_printer},
	{0xabcd, "CFM (old)", &cfm_printer},
	{0xd28b, "Arista Vendor Specific Protocol", &arista_printer},
	{0xfefe, "OSI", &isoclns_printer},
	/* clang-format on */
};

static const struct ethertype *find_ethertype(u16 type)
{
	for (size_t i = 0; i < LEN(ethertypes); i++)
		if (ethertypes[i].type == type)
			return &ethertypes[i];
	return NULL;
}

const char *ethertype_name(u16 type)
{
	const struct ethertype *e = find_ethertype(type);

	return e ? e->name : NULL;
}

/* Looked into in a frame of Ethernet alone: they tell its ends, or stand before another
 * type of it. */
static bool is_framed(const struct printer *by)
{
	return by == &macsec_printer || by == &arista_printer;
}

bool print_ethertype(struct print_state *s, u16 type, struct pdu d)
{
	const struct ethertype *e = find_ethertype(type);

	if (!e || !e->by || (is_framed(e->by) && !s->l2_src))
		return false;
	s->name = e->by->name;
	e->by->print(s, d);
	return true;
}

static const struct ip_proto {
	const char *name;         /* as -v says it */
	const struct printer *by; /* NULL: "ip-proto-N length" */
	u8 only;                  /* 4 or 6: the only version it goes with; else 0 */
} ip_protos[256] = {
	/* clang-format off */
	[0] = {"Options", NULL, 0},
	[1] = {"ICMP", &icmp_printer, 4},
	[2] = {"IGMP", &igmp_printer, 0},
	[4] = {"IPIP", &ip_printer, 0},
	[6] = {"TCP", &tcp_printer, 0},
	[8] = {"EGP", NULL, 0},
	[9] = {"IGRP", NULL, 0},
	[17] = {"UDP", &udp_printer, 0},
	[33] = {"DCCP", &dccp_printer, 0},
	[41] = {"IPv6", &ip6_printer, 0},
	[43] = {"Routing", NULL, 0},
	[44] = {"Fragment", NULL, 0},
	[46] = {"RSVP", &rsvp_printer, 0},
	[47] = {"GRE", &gre_printer, 0},
	[50] = {"ESP", &esp_printer, 0},
	[51] = {"AH", &ah_printer, 0},
	[55] = {"Mobile IP", NULL, 0},
	[58] = {"ICMPv6", &icmp6_printer, 6},
	[59] = {NULL, &none_printer, 0},
	[62] = {"Mobile IP (old)", &mobility_printer, 6},
	[88] = {"EIGRP", &eigrp_printer, 0},
	[89] = {"OSPF", &ospf_printer, 0},
	[103] = {"PIM", &pim_printer, 0},
	[108] = {"Compressed IP", &ipcomp_printer, 0},
	[112] = {"VRRP", &vrrp_printer, 0},
	[113] = {"PGM", NULL, 0},
	[132] = {"SCTP", &sctp_printer, 0},
	[135] = {"Mobility", &mobility_printer, 6},
	[143] = {"Ethernet", NULL, 0},
	/* clang-format on */
};

/* Transports print addresses together with their ports. */
bool ip_proto_says_ends(u8 proto)
{
	const struct printer *by = ip_protos[proto].by;

	return by == &tcp_printer || by == &udp_printer || by == &sctp_printer ||
	       by == &dccp_printer;
}

const char *ip_proto_name(u8 proto)
{
	return ip_protos[proto].name ? ip_protos[proto].name : "unknown";
}

void put_proto(struct print_state *s, u8 proto)
{
	const struct print_names *by = s->opt.numeric ? NULL : s->opt.names;
	const char *name = by && by->proto ? by->proto(by->arg, proto) : NULL;

	if (name)
		put_s(s, name);
	else
		put_f(s, "ip-proto-%u", proto);
}

void print_ip_proto(struct print_state *s, u8 proto, struct pdu d)
{
	const struct ip_proto *p = &ip_protos[proto];

	if (p->by && p->only && p->only != s->net.ver) {
		put_f(s, "[%s requires IPv%u]", p->name, p->only);
		put_invalid(s);
	} else if (p->by) {
		if (!print_enter(s))
			return;
		const struct printer *by =
			ip_proto_says_ends(proto) ? NULL : printer_forced(s, proto);
		by = by ?: p->by;
		s->name = by->name;
		by->print(s, d);
		print_leave(s);
	} else {
		put_c(s, ' ');
		put_proto(s, proto);
		put_c(s, ' ');
		put_u(s, d.len);
	}
}

enum { LLC_UI = 3 };

/* Unnumbered information between two equal service access points. */
static const struct {
	u8 sap;
	const struct printer *by;
} saps[] = {
	{0x42, &stp_printer},
	{0xe0, &llc_ipx_printer},
	{0xfe, &isoclns_printer},
};

bool print_sap(struct print_state *s, u8 dsap, u8 ssap, u16 control, struct pdu d)
{
	for (size_t i = 0; i < LEN(saps); i++) {
		if (saps[i].sap != dsap || dsap != ssap || control != LLC_UI)
			continue;
		s->name = saps[i].by->name;
		saps[i].by->print(s, d);
		return true;
	}
	return false;
}

/* SNAP of those who do not use Ethernet types. */
static const struct {
	u32 oui;
	u16 pid;
	const struct printer *by;
} snaps[] = {
	/* clang-format off */
	{0x00000c, 0x010b, &stp_printer},
	{0x00000c, 0x0111, &udld_printer},
	{0x00000c, 0x2000, &cdp_printer},
	{0x00000c, 0x2003, &vtp_printer},
	{0x00000c, 0x2004, &dtp_printer},
	{0x0080c2, 0x0001, &bridged_printer},
	{0x0080c2, 0x0007, &bridged_printer},
	{0x0080c2, 0x000e, &stp_printer},
	/* clang-format on */
};

bool print_snap(struct print_state *s, u32 oui, u16 pid, struct pdu d)
{
	for (size_t i = 0; i < LEN(snaps); i++) {
		if (snaps[i].oui != oui || snaps[i].pid != pid)
			continue;
		s->name = snaps[i].by->name;
		snaps[i].by->print(s, d);
		return true;
	}
	return false;
}

static const struct port {
	u16 port;
	bool tcp, udp;
	const struct printer *by;
} ports[] = {
	/* clang-format off */
	{21, true, false, &ftp_printer},
	{22, true, false, &ssh_printer},
	{25, true, false, &smtp_printer},
	{43, true, false, &whois_printer},
	{53, false, true, &dns_printer},
	{53, true, false, &dns_tcp_printer},
	{67, false, true, &bootp_printer},
	{68, false, true, &bootp_printer},
	{69, false, true, &tftp_printer},
	{80, true, false, &http_printer},
	{88, false, true, &krb_printer},
	{123, false, true, &ntp_printer},
	{161, false, true, &snmp_printer},
	{162, false, true, &snmp_printer},
	{179, true, false, &bgp_printer},
	{319, false, true, &ptp_printer},
	{320, false, true, &ptp_printer},
	{323, true, false, &rpki_printer},
	{496, false, true, &autorp_printer},
	{500, false, true, &isakmp_printer},
	{514, false, true, &syslog_printer},
	{520, false, true, &rip_printer},
	{521, false, true, &ripng_printer},
	{525, false, true, &timed_printer},
	{546, false, true, &dhcp6_printer},
	{547, false, true, &dhcp6_printer},
	{554, true, false, &rtsp_printer},
	{639, true, false, &msdp_printer},
	{646, true, true, &ldp_printer},
	{654, false, true, &aodv_printer},
	{698, false, true, &olsr_printer},
	{750, false, true, &krb_printer},
	{1589, false, true, &vqp_printer},
	{1645, false, true, &radius_printer},
	{1646, false, true, &radius_printer},
	{1700, false, true, &radius_printer},
	{1812, false, true, &radius_printer},
	{1813, false, true, &radius_printer},
	{1985, false, true, &hsrp_printer},
	{3128, true, false, &http_printer},
	{3503, false, true, &lspping_printer},
	{3784, false, true, &bfd_printer},
	{3785, false, true, &bfd_echo_printer},
	{3799, false, true, &radius_printer},
	{4342, false, true, &lisp_printer},
	{4500, false, true, &natt_printer},
	{4784, false, true, &bfd_printer},
	{4789, false, true, &vxlan_printer},
	{5060, false, true, &sip_printer},
	{5353, false, true, &mdns_printer},
	{6081, false, true, &geneve_printer},
	{6343, false, true, &sflow_printer},
	{6379, true, false, &resp_printer},
	{6696, false, true, &babel_printer},
	{6697, false, true, &babel_printer},
	{7500, false, true, &isakmp_printer},
	{8080, true, false, &http_printer},
	{8500, false, true, &isakmp_printer},
	{8554, true, false, &rtsp_printer},
	{10288, true, false, &beep_printer},
	{30490, false, true, &someip_printer},
	/* clang-format on */
};

const struct printer *printer_by_port(bool tcp, u16 sport, u16 dport)
{
	for (size_t i = 0; i < LEN(ports); i++)
		if ((ports[i].port == sport || ports[i].port == dport) &&
		    (tcp ? ports[i].tcp : ports[i].udp))
			return ports[i].by;
	return NULL;
}

/* By the same places: what carries the type. */
const char *const print_types[] = {"aodv", "carp",   "domain", "ptp",   "radius", "resp",
				   "snmp", "someip", "tftp",   "vxlan", NULL};

static const struct {
	const struct printer *udp, *tcp, *ip;
} forced[] = {
	{&aodv_printer, NULL, NULL},
	{NULL, NULL, &carp_printer},
	{&dns_printer, &dns_tcp_printer, NULL},
	{&ptp_printer, NULL, NULL},
	{&radius_printer, NULL, NULL},
	{NULL, &resp_printer, NULL},
	{&snmp_printer, NULL, NULL},
	{&someip_printer, NULL, NULL},
	{&tftp_printer, NULL, NULL},
	{&vxlan_printer, NULL, NULL},
};
_Static_assert(LEN(forced) + 1 == LEN(print_types), "a row for each type");

enum { TCP = 6, UDP = 17, VRRP = 112 };

const struct printer *printer_forced(struct print_state *s, u8 proto)
{
	if (!s->opt.forced)
		return NULL;
	u32 i = s->opt.forced - 1;
	return proto == UDP    ? forced[i].udp
	       : proto == TCP  ? forced[i].tcp
	       : proto == VRRP ? forced[i].ip
			       : NULL;
}
