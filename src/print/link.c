/* SPDX-License-Identifier: BSD-2-Clause */
/* Link layers with little in them: BSD loopback, raw IP, and what we cannot
 * print. */
#include "print/priv.h"

enum { AF_IP4 = 2, AF_NS = 6, AF_OSI = 7, AF_APPLE = 16, AF_IPX = 23 };

static bool is_ip6(u32 family) { return family == 24 || family == 28 || family == 30; }

static void put_family(struct print_state *s, u32 family, u32 len)
{
	const char *name = family == AF_IP4     ? "IPv4"
			   : is_ip6(family)     ? "IPv6"
			   : family == AF_NS    ? "NS"
			   : family == AF_OSI   ? "ISO"
			   : family == AF_APPLE ? "Appletalk"
			   : family == AF_IPX   ? "IPX"
						: NULL;

	if (!s->opt.quick)
		put_f(s, "AF %s (%u)", name ? name : "Unknown", family);
	else if (name)
		put_s(s, name);
	else
		put_f(s, "Unknown AF %u", family);
	say(s, ", length ");
	put_u(s, len);
	say(s, ": ");
}

static u32 family_print(struct print_state *s, struct pdu d, u32 family)
{
	u32 whole = d.len;

	if (s->opt.link)
		put_family(s, family, whole);
	d = pdu_skip(d, 4);
	s->link_len = 4;
	if (family == AF_IP4 || is_ip6(family)) {
		print_ethertype(s, family == AF_IP4 ? 0x0800 : 0x86dd, d);
	} else {
		if (!s->opt.link)
			put_family(s, family, whole);
		put_unknown(s, d);
	}
	return 4;
}

/* The order of bytes is that of the machine which wrote the packet. */
static u32 null_print(struct print_state *s, struct pdu d)
{
	s->name = "null";
	u32 family = get_le32(pdu_need(s, d, 0, 4));

	if (family & 0xffff0000)
		family = __builtin_bswap32(family);
	return family_print(s, d, family);
}

static u32 raw_print(struct print_state *s, struct pdu d)
{
	s->name = "raw";
	if (s->opt.link)
		say(s, "ip: ");
	switch (pdu_u8(s, d, 0) >> 4) {
	case 4:
		print_ethertype(s, 0x0800, d);
		break;
	case 6:
		print_ethertype(s, 0x86dd, d);
		break;
	default:
		say(s, "unknown ip ");
		put_u(s, pdu_u8(s, d, 0) >> 4);
	}
	return 0;
}

void print_no_link(struct print_state *s, u32 linktype, struct pdu d)
{
	const char *name = linktype_name(linktype);

	put_f(s, "link-type %s (%u), length %u: ", name ? name : "Unknown", linktype, d.len);
	put_unknown(s, d);
}

const struct link_printer null_link = {"null", 0, null_print};
const struct link_printer loop_link = {"null", 108, null_print};
const struct link_printer raw_link = {"raw", 101, raw_print};
const struct link_printer raw4_link = {"raw", 228, raw_print};
const struct link_printer raw6_link = {"raw", 229, raw_print};
