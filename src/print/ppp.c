/* SPDX-License-Identifier: BSD-2-Clause */
/* PPP, RFC 1661, its serial framing, RFC 1662, and Cisco's. */
#include "print/ppp.h"

enum { ADDRESS = 0xff, CISCO_UNICAST = 0x0f, CISCO_BROADCAST = 0x8f };
enum {
	FRAMED = 0xff03,
	IN = 0x0003,
	OUT = 0x0103,
	COMPRESSED = 0x00fd,
	BANDWIDTH = 0xc02d,
	HEADER = 4
};

/* Protocols by number: printed by another file, as a control protocol, or by
 * name only. */
static const struct ppp_proto {
	u16 proto;
	const char *name;
	const struct printer *by;
	bool control;
} protos[] = {
	/* clang-format off */
	{0x0021, "IP", &ip_printer, false},
	{0x0023, "OSI", NULL, false},
	{0x0025, "NS", NULL, false},
	{0x0027, "DECNET", NULL, false},
	{0x0029, "APPLE", NULL, false},
	{0x002b, "IPX", NULL, false},
	{0x002d, "VJC IP", NULL, false},
	{0x002f, "VJNC IP", &ip_printer, false},
	{0x0031, "BRPDU", NULL, false},
	{0x0033, "STII", NULL, false},
	{0x0035, "VINES", NULL, false},
	{0x003d, "MLPPP", NULL, false},
	{0x0057, "IP6", &ip6_printer, false},
	{0x00fd, "Compressed", NULL, false},
	{0x0201, "HELLO", NULL, false},
	{0x0231, "LUXCOM", NULL, false},
	{0x0233, "SNS", NULL, false},
	{0x0281, "MPLS", &mpls_printer, false},
	{0x0283, "MPLS", &mpls_printer, false},
	{0x8021, "IPCP", NULL, true},
	{0x8023, "OSICP", NULL, true},
	{0x8025, "NSCP", NULL, false},
	{0x8027, "DECNETCP", NULL, false},
	{0x8029, "APPLECP", NULL, false},
	{0x802b, "IPXCP", NULL, false},
	{0x8033, "STIICP", NULL, false},
	{0x8035, "VINESCP", NULL, false},
	{0x8057, "IP6CP", NULL, true},
	{0x80fd, "CCP", NULL, true},
	{0x8281, "MPLSCP", NULL, true},
	{0xc021, "LCP", NULL, true},
	{0xc023, "PAP", &pap_printer, false},
	{0xc025, "LQM", NULL, false},
	{0xc027, "SPAP", NULL, false},
	{0xc02b, "BACP", NULL, true},
	{0xc02d, "BAP", NULL, false},
	{0xc03d, "MLPPP-CP", NULL, false},
	{0xc223, "CHAP", &chap_printer, false},
	{0xc227, "EAP", NULL, false},
	/* clang-format on */
};

static const struct ppp_proto *find(u16 proto)
{
	for (size_t i = 0; i < LEN(protos); i++)
		if (protos[i].proto == proto)
			return &protos[i];
	return NULL;
}

const char *ppp_name(u16 proto)
{
	const struct ppp_proto *p = find(proto);

	return p ? p->name : NULL;
}

static void unknown(struct print_state *s, struct pdu d)
{
	put_dump(s, "\n\t", d.p, MIN(d.cap, d.len), false);
}

static void proto_print(struct print_state *s, u16 proto, struct pdu d)
{
	const struct ppp_proto *p = find(proto);

	if (p && p->by) {
		s->name = p->by->name;
		p->by->print(s, d);
	} else if (p && p->control) {
		print_ppp_control(s, proto, d);
	} else if (proto == BANDWIDTH) {
		return;
	} else if (proto == COMPRESSED) {
		say(s, "compressed PPP data");
	} else {
		if (p)
			put_s(s, p->name);
		else
			put_f(s, "unknown PPP protocol (0x%04x)", proto);
		put_c(s, ' ');
		unknown(s, d);
	}
}

/* A frame with or without address and control: RFC 1661 6.6 lets them go, and
 * 6.5 half of the protocol. */
void print_ppp(struct print_state *s, struct pdu d)
{
	u32 whole = d.len;
	u16 proto, head = pdu_has(d, 0, 2) ? get_be16(d.p) : 0;

	s->name = "ppp";
	if (d.len < 2)
		goto cut;
	if (head == FRAMED || head == IN || head == OUT) {
		if (s->opt.link && head != FRAMED)
			put_s(s, head == IN ? "In  " : "Out ");
		d = pdu_skip(d, 2);
	}
	if (d.len < 2 || d.cap < 2)
		goto cut;
	if (d.p[0] & 1) {
		proto = d.p[0];
		d = pdu_skip(d, 1);
	} else {
		proto = get_be16(d.p);
		d = pdu_skip(d, 2);
	}
	if (s->opt.link) {
		const struct ppp_proto *p = find(proto);

		put_f(s, "%s (0x%04x), length %u", p ? p->name : "unknown", proto, whole);
		if (!p)
			return;
		say(s, ": ");
	}
	proto_print(s, proto, d);
	return;
cut:
	put_cut(s);
}

static u32 ppp_link_print(struct print_state *s, struct pdu d)
{
	s->name = "ppp";
	if (d.cap < HEADER) {
		put_cut(s);
		return d.cap;
	}
	s->link_len = HEADER;
	print_ppp(s, d);
	return HEADER;
}

static u32 cisco_print(struct print_state *s, struct pdu d)
{
	s->name = "chdlc";
	if (d.len < HEADER || d.cap < HEADER) {
		put_cut(s);
		return 0;
	}
	u16 type = get_be16(d.p + 2);
	if (s->opt.link) {
		if (d.p[0] == CISCO_UNICAST || d.p[0] == CISCO_BROADCAST)
			put_s(s, d.p[0] == CISCO_UNICAST ? "unicast, " : "bcast, ");
		else
			put_f(s, "0x%02x, ", d.p[0]);
		const char *name = ethertype_name(type);
		put_f(s, "ethertype %s (0x%04x), length %u: ", name ? name : "Unknown", type,
		      d.len);
	}
	d = pdu_skip(d, HEADER);
	s->link_len = HEADER;
	if (type == 0x0800 || type == 0x86dd)
		print_ethertype(s, type, d);
	else if (type == 0x8035)
		slarp_printer.print(s, d);
	else if (type == 0xfefe)
		isoclns_printer.print(s,
				      d.cap && (d.p[0] == 0x81 || d.p[0] == 0x82 || d.p[0] == 0x83)
					      ? d
					      : pdu_skip(d, 1));
	else if (type == 0x8847 || type == 0x8848)
		print_ethertype(s, type, d);
	else if (!s->opt.link)
		put_f(s, "unknown CHDLC protocol (0x%04x)", type);
	return HEADER;
}

static u32 serial_print(struct print_state *s, struct pdu d)
{
	s->name = "ppp_hdlc";
	if (d.cap < 2) {
		put_cut(s);
		return 0;
	}
	if (d.p[0] == CISCO_UNICAST || d.p[0] == CISCO_BROADCAST)
		return cisco_print(s, d);
	if (d.cap < HEADER) {
		put_cut(s);
		return 0;
	}
	if (s->opt.link)
		put_f(s, "%02x %02x %u ", d.p[0], d.p[1], d.len);
	u16 proto = get_be16(d.p + 2);
	s->link_len = HEADER;
	if (d.p[0] == ADDRESS) {
		const struct ppp_proto *p = find(proto);

		if (p)
			put_s(s, p->name);
		else
			put_f(s, "unknown PPP protocol (0x%04x)", proto);
		say(s, ": ");
		proto_print(s, proto, pdu_skip(d, HEADER));
	} else {
		put_f(s, "unknown addr %02x; ctrl %02x", d.p[2], d.p[3]);
		return 0;
	}
	return HEADER;
}

static void ether_print(struct print_state *s, struct pdu d)
{
	if (!d.len)
		return;
	say(s, ": ");
	print_ppp(s, d);
}

const struct printer ppp_printer = {"ppp", ether_print};
const struct link_printer ppp_link = {"ppp", 9, ppp_link_print};
const struct link_printer ppp_serial_link = {"ppp_hdlc", 50, serial_print};
const struct link_printer cisco_link = {"chdlc", 104, cisco_print};
