/* SPDX-License-Identifier: BSD-2-Clause */
/* DHCPv6, RFC 8415, and its options. */
#include "print/dhcp6.h"

enum { RELAY_FORWARD = 12, RELAY_REPLY = 13, HEADER = 4, RELAY_HEADER = 34, OPTION = 4 };
enum { STATUS_CODE = 13 };

static const struct word messages[] = {
	{1, "solicit"},      {2, "advertise"},   {3, "request"},
	{4, "confirm"},      {5, "renew"},       {6, "rebind"},
	{7, "reply"},        {8, "release"},     {9, "decline"},
	{10, "reconfigure"}, {11, "inf-req"},    {12, "relay-fwd"},
	{13, "relay-reply"}, {14, "leasequery"}, {15, "leasequery-reply"},
};

static const struct word statuses[] = {
	{0, "Success"},        {1, "UnspecFail"},    {2, "NoAddrsAvail"},  {3, "NoBinding"},
	{4, "NotOnLink"},      {5, "UseMulticast"},  {6, "NoPrefixAvail"}, {7, "UnknownQueryType"},
	{8, "MalformedQuery"}, {9, "NotConfigured"}, {10, "NotAllowed"},
};

/* An option's data of n bytes, which are here; false: cut. */
typedef bool option_print(struct print_state *s, struct pdu d, u32 n);

static bool what(struct print_state *s)
{
	say(s, " ?)");
	return true;
}

static bool done(struct print_state *s)
{
	put_c(s, ')');
	return true;
}

static bool nothing(struct print_state *s, struct pdu d, u32 n)
{
	(void)d, (void)n;
	return done(s);
}

static void put_name(struct print_state *s, u16 type)
{
	const char *name = dhcp6_option_name(type);

	if (name)
		put_s(s, name);
	else
		put_f(s, "opt_%u", type);
}

/* RFC 8415 11: hardware address and time, vendor, hardware address */
static bool duid(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 2)
		return what(s);
	u16 type = get_be16(d.p);
	u32 off;
	switch (type) {
	case 1:
		if (n < 8)
			return what(s);
		put_f(s, " hwaddr/time type %u time %u ", get_be16(d.p + 2), get_be32(d.p + 4));
		off = 8;
		break;
	case 2:
		if (n < 8)
			return what(s);
		say(s, " vid ");
		put_hex(s, d.p + 2, 8);
		return done(s);
	case 3:
		if (n < 4)
			return what(s);
		put_f(s, " hwaddr type %u ", get_be16(d.p + 2));
		off = 4;
		break;
	default:
		put_f(s, " type %u", type);
		return done(s);
	}
	put_hex(s, d.p + off, n - off);
	return done(s);
}

static bool inside(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (n > off)
		print_dhcp6_options(s, pdu_skip(d, off), n - off);
	return done(s);
}

static bool ia(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 12)
		return what(s);
	put_f(s, " IAID:%u T1:%u T2:%u", get_be32(d.p), get_be32(d.p + 4), get_be32(d.p + 8));
	return inside(s, d, 12, n);
}

static bool ia_ta(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 4)
		return what(s);
	put_f(s, " IAID:%u", get_be32(d.p));
	return inside(s, d, 4, n);
}

static bool ia_addr(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 24)
		return what(s);
	put_c(s, ' ');
	put_ip6(s, d.p);
	put_f(s, " pltime:%u vltime:%u", get_be32(d.p + 16), get_be32(d.p + 20));
	return inside(s, d, 24, n);
}

static bool ia_prefix(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 25)
		return what(s);
	put_c(s, ' ');
	put_ip6(s, d.p + 9);
	put_f(s, "/%u pltime:%u vltime:%u", d.p[8], get_be32(d.p), get_be32(d.p + 4));
	return inside(s, d, 25, n);
}

static bool requests(struct print_state *s, struct pdu d, u32 n)
{
	if (n % 2)
		return what(s);
	for (u32 i = 0; i < n; i += 2) {
		put_c(s, ' ');
		put_name(s, get_be16(d.p + i));
	}
	return done(s);
}

static bool preference(struct print_state *s, struct pdu d, u32 n)
{
	if (n != 1)
		return what(s);
	put_f(s, " %u", d.p[0]);
	return done(s);
}

static bool elapsed(struct print_state *s, struct pdu d, u32 n)
{
	if (n != 2)
		return what(s);
	put_f(s, " %u", get_be16(d.p));
	return done(s);
}

static bool seconds(struct print_state *s, struct pdu d, u32 n)
{
	if (n != 4)
		return what(s);
	put_f(s, " %u", get_be32(d.p));
	return done(s);
}

static bool relayed(struct print_state *s, struct pdu d, u32 n)
{
	say(s, " (");
	if (print_enter(s)) {
		d.len = n;
		d = pdu_clip(d, n);
		print_inside(s, &dhcp6_printer, d);
		print_leave(s);
	}
	return done(s);
}

static void put_words(struct print_state *s, const u8 *p, u32 words)
{
	for (u32 i = 0; i < words; i++)
		put_f(s, " %08x", get_be32(p + 4 * i));
}

/* RFC 8415 20 */
static bool authentication(struct print_state *s, struct pdu d, u32 n)
{
	const u8 *p = d.p;

	if (n < 11)
		return what(s);
	say(s, " proto: ");
	if (p[0] == 2 || p[0] == 3)
		put_s(s, p[0] == 2 ? "delayed" : "reconfigure");
	else
		put_u(s, p[0]);
	say(s, ", alg: ");
	if (p[1] == 1)
		say(s, "HMAC-MD5");
	else
		put_u(s, p[1]);
	say(s, ", RDM: ");
	if (!p[2])
		say(s, "mono");
	else
		put_u(s, p[2]);
	say(s, ", RD:");
	for (u32 i = 0; i < 8; i += 2)
		put_f(s, " %04x", get_be16(p + 3 + i));
	u32 left = n - 11;
	p += 11;
	if (p[-11] == 2 && left) {
		if (left < 20) {
			say(s, " ??");
			return done(s);
		}
		say(s, ", realm: ");
		put_hex(s, p, left - 20);
		p += left - 20;
		say(s, ", key ID: ");
		put_hex(s, p, 4);
		say(s, ", HMAC-MD5:");
		put_words(s, p + 4, 4);
	} else if (p[-11] == 3 && left == 17) {
		if (p[0] == 1)
			say(s, " reconfig-key value:");
		else if (p[0] == 2)
			say(s, " type: HMAC-MD5 value:");
		else
			put_f(s, " type: %u value:", p[0]);
		put_words(s, p + 1, 4);
	} else if (p[-11] != 2) {
		say(s, " ??");
	}
	return done(s);
}

static bool status(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 2)
		return what(s);
	put_c(s, ' ');
	u16 code = get_be16(d.p);
	if (code > 255)
		say(s, "INVALID code");
	else
		put_word(s, WORDS(statuses), code, "code%u");
	return done(s);
}

static void put_some(struct print_state *s, const u8 *p, u32 n)
{
	put_hex(s, p, MIN(n, 10));
	say(s, "...)");
}

static bool opaque(struct print_state *s, struct pdu d, u32 n)
{
	put_c(s, ' ');
	put_some(s, d.p, n);
	return true;
}

static bool remote_id(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 4)
		return what(s);
	put_f(s, " %u ", get_be32(d.p));
	put_some(s, d.p + 4, n - 4);
	return true;
}

static bool relay_data(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 16)
		return what(s);
	put_c(s, ' ');
	put_ip6(s, d.p);
	put_c(s, ' ');
	put_some(s, d.p + 16, n - 16);
	return true;
}

static bool reconfigure(struct print_state *s, struct pdu d, u32 n)
{
	if (n != 1)
		return what(s);
	say(s, " for ");
	if (d.p[0] == 5)
		say(s, "renew");
	else if (d.p[0] == 11)
		say(s, "inf-req");
	else
		put_f(s, "%s(%02x)", "?\?\?", d.p[0]);
	return done(s);
}

static bool domains(struct print_state *s, struct pdu d, u32 n)
{
	for (u32 off = 0; off < n;) {
		put_c(s, ' ');
		off = put_dns_name(s, d, off);
		if (!off)
			return false;
	}
	return done(s);
}

static bool addresses(struct print_state *s, struct pdu d, u32 n)
{
	if (n % 16)
		return what(s);
	for (u32 i = 0; i < n; i += 16) {
		put_c(s, ' ');
		put_ip6(s, d.p + i);
	}
	return done(s);
}

static bool text(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 5)
		return what(s);
	put_c(s, ' ');
	for (u32 i = 0; i < n; i++)
		put_unctrl(s, d.p[i]);
	return done(s);
}

static bool lease_query(struct print_state *s, struct pdu d, u32 n)
{
	static const struct word types[] = {{1, "by-address"}, {2, "by-clientID"}};

	if (n < 17)
		return what(s);
	put_c(s, ' ');
	put_word(s, WORDS(types), d.p[0], "type_%u");
	put_c(s, ' ');
	put_ip6(s, d.p + 1);
	return inside(s, d, 17, n);
}

static bool client_data(struct print_state *s, struct pdu d, u32 n) { return inside(s, d, 0, n); }

/* RFC 5908 */
static bool ntp_server(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 4)
		return what(s);
	for (u32 off = 0; off + 4 <= n;) {
		u32 type = get_be16(d.p + off), len = get_be16(d.p + off + 2);

		off += 4;
		if (off + len > n)
			return false;
		put_f(s, " subopt:%u", type);
		if ((type == 1 || type == 2) && len == 16) {
			put_c(s, ' ');
			put_ip6(s, d.p + off);
		} else if (type == 3) {
			put_c(s, ' ');
			if (!put_dns_name(s, d, off))
				return false;
		} else {
			say(s, " ?");
		}
		off += len;
	}
	return done(s);
}

/* RFC 6334 */
static bool tunnel_name(struct print_state *s, struct pdu d, u32 n)
{
	if (n < 3)
		return what(s);
	put_c(s, ' ');
	for (u32 off = 0; off < n && d.p[off];) {
		u32 len = d.p[off++];

		if (len > n - off) {
			say(s, " ?");
			break;
		}
		for (u32 i = 0; i < len; i++)
			put_unctrl(s, d.p[off + i]);
		off += len;
		if (off < n && d.p[off])
			put_c(s, '.');
	}
	return done(s);
}

static option_print *const printers[] = {
	[1] = duid,
	[2] = duid,
	[3] = ia,
	[4] = ia_ta,
	[5] = ia_addr,
	[6] = requests,
	[7] = preference,
	[8] = elapsed,
	[9] = relayed,
	[11] = authentication,
	[STATUS_CODE] = status,
	[18] = opaque,
	[19] = reconfigure,
	[21] = domains,
	[22] = addresses,
	[23] = addresses,
	[24] = domains,
	[25] = ia,
	[26] = ia_prefix,
	[27] = addresses,
	[28] = addresses,
	[31] = addresses,
	[32] = seconds,
	[34] = addresses,
	[37] = remote_id,
	[38] = opaque,
	[40] = addresses,
	[41] = text,
	[42] = text,
	[43] = requests,
	[44] = lease_query,
	[45] = client_data,
	[46] = seconds,
	[47] = relay_data,
	[48] = addresses,
	[56] = ntp_server,
	[64] = tunnel_name,
	[112] = text,
};

void print_dhcp6_options(struct print_state *s, struct pdu d, u32 left)
{
	if (!print_enter(s))
		return;
	while (left && d.cap) {
		if (left < OPTION || !pdu_has(d, 0, OPTION))
			break;
		u16 type = get_be16(d.p);
		u32 n = get_be16(d.p + 2);

		if (left < OPTION + n || !pdu_has(d, OPTION, n))
			break;
		say(s, " (");
		put_name(s, type);
		option_print *print = type < LEN(printers) ? printers[type] : NULL;
		if (!(print ?: nothing)(s, pdu_part(d, OPTION, n), n))
			break;
		d = pdu_skip(d, OPTION + n);
		left -= OPTION + n;
	}
	if (left && d.cap)
		put_cut(s);
	print_leave(s);
}

static void relay(struct print_state *s, struct pdu d)
{
	say(s, " (");
	if (!pdu_has(d, 2, 16))
		pdu_cut(s);
	say(s, "linkaddr=");
	put_ip6(s, d.p + 2);
	if (!pdu_has(d, 18, 16))
		pdu_cut(s);
	say(s, " peeraddr=");
	put_ip6(s, d.p + 18);
	if (d.len > RELAY_HEADER)
		print_dhcp6_options(s, pdu_skip(d, RELAY_HEADER), d.len - RELAY_HEADER);
	put_c(s, ')');
}

static void dhcp6_print(struct print_state *s, struct pdu d)
{
	s->name = "dhcp6";
	say(s, "dhcp6");
	if (!pdu_has(d, 0, HEADER))
		pdu_cut(s);
	u8 type = d.p[0];
	put_c(s, ' ');
	put_word(s, WORDS(messages), type, "msgtype-%u");
	if (!s->opt.verbose)
		return;
	if (type == RELAY_FORWARD || type == RELAY_REPLY) {
		relay(s, d);
		return;
	}
	put_f(s, " (xid=%x", get_be32(d.p) & 0xffffff);
	if (d.len > HEADER)
		print_dhcp6_options(s, pdu_skip(d, HEADER), d.len - HEADER);
	put_c(s, ')');
}

const struct printer dhcp6_printer = {"dhcp6", dhcp6_print};
