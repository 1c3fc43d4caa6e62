/* SPDX-License-Identifier: BSD-2-Clause */
/* ARCnet as Linux gives it: RFC 1201, and the headers of RFC 1051. */
#include "print/part.h"

/* source 1, destination 1, offset 2, type 1; of RFC 1201 flag 1, sequence 2 */
enum { SRC = 0, DST = 1, OFFSET = 2, TYPE = 4, OLD_HEADER = 5, HEADER = 8 };
enum { IP6 = 196, IP = 212, ARP = 213, RARP = 214, OLD_IP = 240, OLD_ARP = 241 };

static const struct word types[] = {
	{128, "diag"},  {IP6, "ipv6"},     {IP, "ip"},          {ARP, "arp"},    {RARP, "rarp"},
	{221, "atalk"}, {OLD_IP, "oldip"}, {OLD_ARP, "oldarp"}, {247, "banyan"}, {250, "ipx"},
};

/* tcpdump takes the offset's first byte for the type here. */
static void put_header(struct print_state *s, struct pdu d)
{
	put_f(s, "%02x %02x ", d.p[SRC], d.p[DST]);
	if (!s->opt.quick) {
		put_word(s, WORDS(types), d.p[OFFSET], "%02x");
		put_c(s, ' ');
	}
	put_f(s, "%u: ", d.len);
}

static u32 arcnet_print(struct print_state *s, struct pdu d)
{
	s->name = "arcnet_linux";
	u8 type = pdu_u8(s, d, TYPE);
	u32 n = type == OLD_IP || type == OLD_ARP ? OLD_HEADER : HEADER;
	pdu_need(s, d, 0, n);
	if (s->opt.link)
		put_header(s, d);
	d = pdu_skip(d, n);
	s->link_len = n;
	switch (type) {
	case IP:
	case OLD_IP:
		print_ethertype(s, 0x0800, d);
		break;
	case IP6:
		print_ethertype(s, 0x86dd, d);
		break;
	case ARP:
	case OLD_ARP:
		print_ethertype(s, 0x0806, d);
		break;
	case RARP:
		print_ethertype(s, 0x8035, d);
		break;
	default:
		put_dump(s, "\n\t", d.p, d.cap, true);
	}
	return n;
}

const struct link_printer arcnet_link = {"arcnet_linux", 129, arcnet_print};
