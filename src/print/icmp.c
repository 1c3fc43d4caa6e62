/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP, RFC 792, with the packets that its errors quote. */
#include "print/priv.h"

enum { CODE = 1, SUM = 2, ID = 4, QUOTED = 5, SEQ = 6, QUOTE = 8, EXTENSION = 136 };
enum {
	ECHO_REPLY = 0,
	UNREACH = 3,
	QUENCH = 4,
	REDIRECT = 5,
	ECHO = 8,
	ROUTER_AD = 9,
	ROUTER_SOL = 10,
	EXCEEDED = 11,
	PARAMETER = 12,
	STAMP = 13,
	STAMP_REPLY = 14,
	INFO = 15,
	INFO_REPLY = 16,
	MASK = 17,
	MASK_REPLY = 18
};

static const struct word words[] = {
	{QUENCH, "source quench"},      {ROUTER_SOL, "router solicitation"},
	{INFO, "information request"},  {INFO_REPLY, "information reply"},
	{MASK, "address mask request"},
};

/* %s stands for the address that the quoted packet went to. */
static const struct unreachable {
	const char *before, *after;
} unreachables[] = {
	[0] = {"net ", " unreachable"},
	[1] = {"host ", " unreachable"},
	[5] = {"", " unreachable - source route failed"},
	[6] = {"net ", " unreachable - unknown"},
	[7] = {"host ", " unreachable - unknown"},
	[8] = {"", " unreachable - source host isolated"},
	[9] = {"net ", " unreachable - admin prohibited"},
	[10] = {"host ", " unreachable - admin prohibited"},
	[11] = {"net ", " unreachable - tos prohibited"},
	[12] = {"host ", " unreachable - tos prohibited"},
	[13] = {"host ", " unreachable - admin prohibited filter"},
	[14] = {"host ", " unreachable - host precedence violation"},
	[15] = {"host ", " unreachable - precedence cutoff"},
};

static const u8 *quoted_dst(struct print_state *s, struct pdu d)
{
	return pdu_need(s, d, QUOTE + 16, 4);
}

static void unreachable_port(struct print_state *s, struct pdu d)
{
	pdu_check(s, d, QUOTE + 9, 1);
	u8 proto = d.p[QUOTE + 9];
	u32 hdr = (d.p[QUOTE] & 15) * 4u;
	u16 port = pdu_be16(s, d, QUOTE + hdr + 2);

	put_ip4(s, quoted_dst(s, d));
	switch (proto) {
	case 6:
		say(s, " tcp port ");
		put_port(s, true, port);
		break;
	case 17:
		say(s, " udp port ");
		put_port(s, false, port);
		break;
	default:
		put_f(s, " protocol %u port %u", proto, port);
	}
	say(s, " unreachable");
}

static void unreachable(struct print_state *s, struct pdu d, u8 code)
{
	switch (code) {
	case 2:
		put_ip4(s, quoted_dst(s, d));
		put_f(s, " protocol %u unreachable", pdu_u8(s, d, QUOTE + 9));
		return;
	case 3:
		unreachable_port(s, d);
		return;
	case 4: {
		u16 mtu = pdu_be16(s, d, SEQ);

		put_ip4(s, quoted_dst(s, d));
		say(s, " unreachable - need to frag");
		if (mtu)
			put_f(s, " (mtu %u)", mtu);
		return;
	}
	}
	if (code < LEN(unreachables)) {
		put_s(s, unreachables[code].before);
		put_ip4(s, quoted_dst(s, d));
		put_s(s, unreachables[code].after);
	} else {
		put_ip4(s, quoted_dst(s, d));
		put_f(s, " unreachable - #%u", code);
	}
}

static void redirect(struct print_state *s, struct pdu d, u8 code)
{
	if (code > 3)
		put_f(s, "redirect-#%u ", code);
	else if (code > 1)
		say(s, "redirect-tos ");
	else
		say(s, "redirect ");
	put_ip4(s, quoted_dst(s, d));
	say(s, " to ");
	if (code <= 3)
		put_s(s, code & 1 ? "host " : "net ");
	put_ip4(s, pdu_need(s, d, 4, 4));
}

static void put_lifetime(struct print_state *s, u32 t)
{
	if (t < 60)
		put_f(s, "%u", t);
	else if (t < 3600)
		put_f(s, "%u:%02u", t / 60, t % 60);
	else
		put_f(s, "%u:%02u:%02u", t / 3600, t % 3600 / 60, t % 60);
}

static void router_ad(struct print_state *s, struct pdu d)
{
	u32 n = pdu_u8(s, d, 4), size = pdu_u8(s, d, 5);

	say(s, "router advertisement lifetime ");
	put_lifetime(s, pdu_be16(s, d, 6));
	put_f(s, " %u:", n);
	if (size != 2) {
		put_f(s, " [size %u]", size);
		return;
	}
	for (u32 off = 8; n; n--, off += 8) {
		pdu_check(s, d, off, 8);
		say(s, " {");
		put_ip4(s, d.p + off);
		put_f(s, " %u}", get_be32(d.p + off + 4));
	}
}

static void exceeded(struct print_state *s, u8 code)
{
	if (code == 0)
		say(s, "time exceeded in-transit");
	else if (code == 1)
		say(s, "ip reassembly time exceeded");
	else
		put_f(s, "time exceeded-#%u", code);
}

/* Milliseconds since midnight. */
static void put_ms(struct print_state *s, const char *what, u32 ms)
{
	u32 sec = ms / 1000;

	put_f(s, "%s %02u:%02u:%02u.%03u", what, sec / 3600, sec / 60 % 60, sec % 60, ms % 1000);
}

static void stamp(struct print_state *s, struct pdu d, bool reply)
{
	if (reply)
		pdu_check(s, d, 0, 20);
	pdu_need(s, d, ID, 4);
	put_f(s, "time stamp %s id %u seq %u", reply ? "reply" : "query", get_be16(d.p + ID),
	      get_be16(d.p + SEQ));
	if (!reply)
		return;
	put_ms(s, ": org", pdu_be32(s, d, 8));
	put_ms(s, ", recv", pdu_be32(s, d, 12));
	put_ms(s, ", xmit", pdu_be32(s, d, 16));
}

static void body(struct print_state *s, struct pdu d, u8 type, u8 code)
{
	const char *word = word_of(words, LEN(words), type);

	if (word) {
		put_s(s, word);
		return;
	}
	switch (type) {
	case ECHO:
	case ECHO_REPLY:
		put_s(s, type == ECHO ? "echo request, id " : "echo reply, id ");
		put_u(s, pdu_be16(s, d, ID));
		say(s, ", seq ");
		put_u(s, pdu_be16(s, d, SEQ));
		break;
	case UNREACH:
		unreachable(s, d, code);
		break;
	case REDIRECT:
		redirect(s, d, code);
		break;
	case ROUTER_AD:
		router_ad(s, d);
		break;
	case EXCEEDED:
		pdu_check(s, d, QUOTE, 20);
		exceeded(s, code);
		break;
	case PARAMETER:
		if (code)
			put_f(s, "parameter problem - code %u", code);
		else
			put_f(s, "parameter problem - octet %u", pdu_u8(s, d, 4));
		break;
	case MASK_REPLY:
		put_f(s, "address mask is 0x%08x", pdu_be32(s, d, 8));
		break;
	case STAMP:
	case STAMP_REPLY:
		stamp(s, d, type == STAMP_REPLY);
		break;
	default:
		put_f(s, "type-#%u", type);
	}
}

static void check_sum(struct print_state *s, struct pdu d)
{
	u16 sum, field;

	if (s->net.fragment || !pdu_has(d, 0, d.len) || !(sum = sum_of(d.p, d.len)))
		return;
	field = pdu_be16(s, d, SUM);
	put_f(s, " (wrong icmp cksum %x (->%x)!)", field, sum_should(field, sum));
}

static bool quotes(u8 type)
{
	return type == UNREACH || type == QUENCH || type == REDIRECT || type == EXCEEDED ||
	       type == PARAMETER;
}

static bool extends(u8 type) { return type == UNREACH || type == EXCEEDED || type == PARAMETER; }

static void quote(struct print_state *s, struct pdu d)
{
	struct pdu in = pdu_skip(d, QUOTE);

	say(s, "\n\t");
	in.len = pdu_be16(s, in, 2);
	in = pdu_clip(in, in.len);
	print_inside(s, &ip_printer, in);
	s->name = "icmp";
}

static void icmp_print(struct print_state *s, struct pdu d)
{
	u8 type, code;

	s->name = "icmp";
	put_mark(s);
	say(s, "ICMP ");
	type = pdu_u8(s, d, 0);
	code = pdu_u8(s, d, CODE);
	body(s, d, type, code);
	put_keep(s);
	say(s, ", length ");
	put_u(s, d.len);
	if (!s->opt.verbose)
		return;
	check_sum(s, d);
	if (quotes(type))
		quote(s, d);
	if (extends(type) && d.len > EXTENSION)
		print_icmp_ext(s, pdu_skip(d, EXTENSION), pdu_u8(s, d, QUOTED));
}

const struct printer icmp_printer = {"icmp", icmp_print};
