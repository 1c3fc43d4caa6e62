/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMPv6, RFC 4443, and the messages of neighbour discovery, RFC 4861. */
#include "print/priv.h"

enum { CODE = 1, SUM = 2, FIELD = 4, SEQ = 6, QUOTE = 8, QUOTE_SRC = 16, QUOTE_DST = 32 };
enum { ICMP6 = 58, TCP = 6, UDP = 17 };

static void put_quoted(struct print_state *s, struct pdu d, u32 off)
{
	put_ip6(s, pdu_need(s, d, off, 16));
}

/* What the quoted packet carries, behind its extension headers; its protocol
 * in *proto. Nothing is left when that cannot be found. */
static struct pdu quoted_payload(struct print_state *s, struct pdu d, u8 *proto)
{
	pdu_check(s, d, QUOTE, 40);
	*proto = d.p[QUOTE + 6];
	d = pdu_skip(d, QUOTE + 40);
	for (;;) {
		u32 n;

		switch (*proto) {
		case 0:
		case 43:
		case 60:
			n = (pdu_u8(s, d, 1) + 1u) << 3;
			break;
		case 44:
			if (pdu_be16(s, d, 2) & 0xfff8)
				pdu_cut(s);
			n = 8;
			break;
		case 50:
		case 51:
		case 59:
			pdu_cut(s);
		default:
			return d;
		}
		*proto = pdu_u8(s, d, 0);
		d = pdu_skip(d, n);
	}
}

static void unreachable_port(struct print_state *s, struct pdu d)
{
	u8 proto;
	struct pdu in = quoted_payload(s, d, &proto);

	if (proto != TCP && proto != UDP)
		pdu_cut(s);
	pdu_check(s, in, 0, 4);
	u16 port = pdu_be16(s, in, 2);
	say(s, ", ");
	put_quoted(s, d, QUOTE_DST);
	put_s(s, proto == TCP ? " tcp port " : " udp port ");
	put_port(s, proto == TCP, port);
}

/* An unknown message as bytes; -vv and more leave it out. */
static bool unknown(struct print_state *s, struct pdu d)
{
	if (s->opt.verbose <= 1)
		put_dump(s, "\n\t", d.p, MIN(d.cap, d.len), false);
	return true;
}

/* The hooks print what follows the name; true when the line ends there, else
 * the length may follow. */
static bool unreachable(struct print_state *s, struct pdu d)
{
	static const char *const what[] = {", unreachable route", ",  unreachable prohibited",
					   ", beyond scope", ", unreachable address",
					   ", unreachable port"};
	u8 code = pdu_u8(s, d, CODE);

	if (code >= LEN(what)) {
		put_f(s, ", unknown unreach code (%u)", code);
		return s->opt.verbose <= 1 && unknown(s, d);
	}
	put_s(s, what[code]);
	if (code == 4) {
		unreachable_port(s, d);
		return false;
	}
	pdu_need(s, d, QUOTE_DST, 16);
	put_c(s, ' ');
	put_quoted(s, d, QUOTE_DST);
	if (code == 2) {
		say(s, ", source address ");
		put_quoted(s, d, QUOTE_SRC);
	}
	return false;
}

static bool too_big(struct print_state *s, struct pdu d)
{
	put_f(s, ", mtu %u", pdu_be32(s, d, FIELD));
	return false;
}

static bool exceeded(struct print_state *s, struct pdu d)
{
	u8 code = pdu_u8(s, d, CODE);

	if (code == 0) {
		pdu_need(s, d, QUOTE_DST, 16);
		say(s, " for ");
		put_quoted(s, d, QUOTE_DST);
	} else if (code == 1) {
		say(s, " (reassembly)");
	} else {
		put_f(s, ", unknown code (%u)", code);
	}
	return false;
}

static bool parameter(struct print_state *s, struct pdu d)
{
	static const char *const what[] = {"erroneous", "next header", "option",
					   "incomplete header chain"};
	u8 code = pdu_u8(s, d, CODE);

	pdu_check(s, d, QUOTE_DST, 16);
	if (code < LEN(what))
		put_f(s, ", %s - octet %u", what[code], pdu_be32(s, d, FIELD));
	else
		put_f(s, ", code-#%u", code);
	return false;
}

static bool echo(struct print_state *s, struct pdu d)
{
	pdu_need(s, d, FIELD, 4);
	say(s, ", id ");
	put_u(s, get_be16(d.p + FIELD));
	say(s, ", seq ");
	put_u(s, get_be16(d.p + SEQ));
	return false;
}

static bool plain(struct print_state *s, struct pdu d)
{
	(void)s, (void)d;
	return false;
}

static bool router_sol(struct print_state *s, struct pdu d)
{
	if (s->opt.verbose)
		print_nd_options(s, pdu_skip(d, 8));
	return false;
}

static bool router_ad(struct print_state *s, struct pdu d)
{
	static const struct word flags[] = {{0x80, "managed"},
					    {0x40, "other stateful"},
					    {0x20, "home agent"},
					    {0x02, "ipv6 only"}};

	if (!s->opt.verbose)
		return false;
	pdu_need(s, d, 0, 16);
	put_f(s, "\n\thop limit %u, Flags [", pdu_u8(s, d, 4));
	put_bits(s, flags, LEN(flags), pdu_u8(s, d, 5), ", ", "none");
	put_f(s, "], pref %s, router lifetime %us", nd_preference(pdu_u8(s, d, 5)),
	      pdu_be16(s, d, 6));
	put_f(s, ", reachable time %ums, retrans timer %ums", pdu_be32(s, d, 8),
	      pdu_be32(s, d, 12));
	print_nd_options(s, pdu_skip(d, 16));
	return false;
}

static bool neighbour_sol(struct print_state *s, struct pdu d)
{
	const u8 *target = pdu_need(s, d, 8, 16);

	say(s, ", who has ");
	put_ip6(s, target);
	if (s->opt.verbose)
		print_nd_options(s, pdu_skip(d, 24));
	return false;
}

static bool neighbour_ad(struct print_state *s, struct pdu d)
{
	static const struct word flags[] = {
		{0x80, "router"}, {0x40, "solicited"}, {0x20, "override"}};
	const u8 *target = pdu_need(s, d, 8, 16);

	say(s, ", tgt is ");
	put_ip6(s, target);
	if (!s->opt.verbose)
		return false;
	say(s, ", Flags [");
	put_bits(s, flags, LEN(flags), d.p[4], ", ", "none");
	put_c(s, ']');
	print_nd_options(s, pdu_skip(d, 24));
	return false;
}

static bool redirect(struct print_state *s, struct pdu d)
{
	const u8 *dst = pdu_need(s, d, 24, 16);

	say(s, ", ");
	put_ip6(s, dst);
	say(s, " to ");
	put_ip6(s, d.p + 8);
	if (s->opt.verbose)
		print_nd_options(s, pdu_skip(d, 40));
	return false;
}

static bool home_request(struct print_state *s, struct pdu d)
{
	put_f(s, ", id 0x%04x", pdu_be16(s, d, FIELD));
	return false;
}

static bool home_reply(struct print_state *s, struct pdu d)
{
	if (!s->opt.verbose)
		return false;
	home_request(s, d);
	pdu_need(s, d, 6, 2);
	for (d = pdu_skip(d, 8); d.cap; d = pdu_skip(d, 16)) {
		const u8 *addr = pdu_need(s, d, 0, 16);

		say(s, ", ");
		put_ip6(s, addr);
	}
	return false;
}

static bool mobile_ad(struct print_state *s, struct pdu d)
{
	if (!s->opt.verbose)
		return false;
	home_request(s, d);
	u8 flags = pdu_be16(s, d, 6) >> 8;
	if (flags & 0xc0)
		put_c(s, ' ');
	if (flags & 0x80)
		put_c(s, 'M');
	if (flags & 0x40)
		put_c(s, 'O');
	print_nd_options(s, pdu_skip(d, 8));
	return false;
}

static const struct message {
	u8 type;
	bool early; /* under -v the length comes before the details */
	const char *name;
	bool (*print)(struct print_state *s, struct pdu d);
} messages[] = {
	/* clang-format off */
	{1, false, "destination unreachable", unreachable},
	{2, false, "packet too big", too_big},
	{3, false, "time exceeded in-transit", exceeded},
	{4, false, "parameter problem", parameter},
	{128, false, "echo request", echo},
	{129, false, "echo reply", echo},
	{130, false, "multicast listener query", print_mld_query},
	{131, false, "multicast listener report", print_mld},
	{132, false, "multicast listener done", print_mld},
	{133, true, "router solicitation", router_sol},
	{134, true, "router advertisement", router_ad},
	{135, true, "neighbor solicitation", neighbour_sol},
	{136, true, "neighbor advertisement", neighbour_ad},
	{137, true, "redirect", redirect},
	{138, false, "router renumbering", plain},
	{139, false, "who-are-you request", print_node_query},
	{140, false, "who-are-you reply", print_node_reply},
	{141, false, "inverse neighbor solicitation", plain},
	{142, false, "inverse neighbor advertisement", plain},
	{143, false, "multicast listener report v2", print_mld_report},
	{144, false, "ha discovery request", home_request},
	{145, true, "ha discovery reply", home_reply},
	{146, false, "mobile router solicitation", home_request},
	{147, true, "mobile router advertisement", mobile_ad},
	{155, false, "RPL", print_rpl},
	{200, false, "mtrace response", NULL},
	{201, false, "mtrace message", NULL},
	/* clang-format on */
};

static const struct message *find(u8 type)
{
	for (size_t i = 0; i < LEN(messages); i++)
		if (messages[i].type == type)
			return &messages[i];
	return NULL;
}

static void check_sum(struct print_state *s, struct pdu d)
{
	if (s->net.fragment || !pdu_has(d, 0, d.len))
		return;
	u16 field = pdu_be16(s, d, SUM), sum = sum_pseudo(s, ICMP6, d.p, d.len);

	if (sum)
		put_f(s, "[bad icmp6 cksum 0x%04x -> 0x%04x!] ", field, sum_should(field, sum));
	else
		say(s, "[icmp6 sum ok] ");
}

static void put_length(struct print_state *s, u32 len)
{
	say(s, ", length ");
	put_u(s, len);
}

static void icmp6_print(struct print_state *s, struct pdu d)
{
	s->name = "icmp6";
	if (!d.len) {
		say(s, "ICMP6, length 0");
		put_invalid(s);
		return;
	}
	if (s->opt.verbose)
		check_sum(s, d);
	u8 type = pdu_u8(s, d, 0);
	const struct message *m = find(type);

	say(s, "ICMP6, ");
	if (m)
		put_s(s, m->name);
	else
		put_f(s, "unknown icmp6 type (%u)", type);
	if (m && m->early && s->opt.verbose)
		put_length(s, d.len);
	pdu_need(s, d, CODE, 1);
	if (!m || !m->print) {
		put_length(s, d.len);
		unknown(s, d);
	} else if (!m->print(s, d) && !s->opt.verbose) {
		put_length(s, d.len);
	}
}

const struct printer icmp6_printer = {"icmp6", icmp6_print};
