/* SPDX-License-Identifier: BSD-2-Clause */
/* BGP, RFC 4271: its messages. */
#include "print/bgp.h"

enum { HEADER = 19, LENGTH = 16, TYPE = 18, MARKER = 16 };
enum { OPEN = 1, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH };

static const char *const messages[] = {
	NULL, "Open", "Update", "Notification", "Keepalive", "Route Refresh",
};

const char *bgp_afi(u16 afi)
{
	static const struct word names[] = {
		{0, "Reserved"},      {1, "IPv4"},
		{2, "IPv6"},          {3, "NSAP"},
		{4, "HDLC"},          {5, "BBN 1822"},
		{6, "802"},           {7, "E.163"},
		{8, "E.164"},         {9, "F.69"},
		{10, "X.121"},        {11, "Novell IPX"},
		{12, "Appletalk"},    {13, "Decnet IV"},
		{14, "Banyan Vines"}, {15, "E.164 with NSAP subaddress"},
		{25, "VPLS"},         {196, "Layer-2 VPN"},
	};

	return word_of(names, LEN(names), afi);
}

const char *bgp_safi(u8 safi)
{
	static const struct word names[] = {
		{0, "Reserved"},
		{1, "Unicast"},
		{2, "Multicast"},
		{3, "Unicast+Multicast"},
		{4, "labeled Unicast"},
		{5, "Multicast VPN"},
		{64, "Tunnel"},
		{65, "VPLS"},
		{66, "MDT"},
		{70, "EVPN"},
		{128, "labeled VPN Unicast"},
		{129, "labeled VPN Multicast"},
		{130, "labeled VPN Unicast+Multicast"},
		{132, "Route Target Routing Information"},
	};

	return word_of(names, LEN(names), safi);
}

static const struct word capabilities[] = {
	{1, "Multiprotocol Extensions"},
	{2, "Route Refresh"},
	{3, "Cooperative Route Filtering"},
	{4, "Multiple Routes to a Destination"},
	{5, "Extended Next Hop Encoding"},
	{8, "Multiple Labels"},
	{64, "Graceful Restart"},
	{65, "32-Bit AS Number"},
	{67, "Dynamic Capability"},
	{68, "Multisession BGP"},
	{69, "Multiple Paths"},
	{70, "Enhanced Route Refresh"},
	{71, "Long-lived Graceful Restart"},
	{128, "Route Refresh (Cisco)"},
};

static void put_family(struct print_state *s, struct pdu d, u32 off, u32 safi_off)
{
	u16 afi = pdu_be16(s, d, off);
	u8 safi = pdu_u8(s, d, off + safi_off);

	put_f(s, "AFI %s (%u), SAFI %s (%u)", bgp_afi(afi) ?: "Unknown", afi,
	      bgp_safi(safi) ?: "Unknown", safi);
}

static void restart(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	u16 v = pdu_be16(s, d, off);

	put_f(s, "\n\t\tRestart Flags: [%s%s], Restart Time %us", v & 0x8000 ? "R" : "none", "",
	      v & 0xfff);
	for (off += 2, n -= 2; n >= 4; off += 4, n -= 4) {
		say(s, "\n\t\t  ");
		put_family(s, d, off, 2);
		put_f(s, ", Forwarding state preserved: %s",
		      pdu_u8(s, d, off + 3) & 0x80 ? "yes" : "no");
	}
}

static void paths(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const char *const ways[] = {"Bogus", "Receive", "Send", "Both"};

	for (; n >= 4; off += 4, n -= 4) {
		say(s, "\n\t\t");
		put_family(s, d, off, 2);
		u8 way = pdu_u8(s, d, off + 3);
		if (way && way < LEN(ways))
			put_f(s, ", Send/Receive: %s", ways[way]);
		else
			put_f(s, ", Send/Receive: Bogus (0x%02x)", way);
	}
}

static bool too_short(struct print_state *s, u32 n, u32 least)
{
	if (n < least)
		put_f(s, " (too short, < %u)", least);
	return n < least;
}

/* False: this ends the list. */
static bool capability(struct print_state *s, struct pdu d, u32 off, u8 type, u32 n)
{
	switch (type) {
	case 1:
		if (too_short(s, n, 4))
			return false;
		say(s, "\n\t\t");
		put_family(s, d, off, 3);
		break;
	case 64:
		if (too_short(s, n, 2))
			return false;
		restart(s, d, off, n);
		break;
	case 2:
	case 8:
	case 71:
	case 128:
		break;
	case 65:
		if (too_short(s, n, 4))
			return false;
		put_f(s, "\n\t\t 4 Byte AS %u", pdu_be32(s, d, off));
		break;
	case 69:
		if (!n) {
			say(s, " (bogus)");
			break;
		}
		paths(s, d, off, n);
		break;
	default:
		put_f(s, "\n\t\tno decoder for Capability %u", type);
		if (s->opt.verbose <= 1)
			put_dump(s, "\n\t\t", pdu_need(s, d, off, n), n, false);
	}
	return true;
}

static void capability_list(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	for (u32 at = 0; at < n;) {
		u8 type = pdu_u8(s, d, off + at);
		u32 len = pdu_u8(s, d, off + at + 1);

		pdu_need(s, d, off + at + 2, len);
		put_f(s, "\n\t      %s (%u), length: %u",
		      word_of(capabilities, LEN(capabilities), type) ?: "Unknown", type, len);
		at += 2;
		if (!capability(s, d, off + at, type, len))
			return;
		if (s->opt.verbose > 1 && len)
			put_dump(s, "\n\t\t", d.p + off + at, len, false);
		at += len;
	}
}

static bool open_message(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const struct word options[] = {{1, "Authentication Information"},
					      {2, "Capabilities Advertisement"}};

	if (!pdu_has(d, off, 29))
		return false;
	put_f(s, "\n\t  Version %u, ", d.p[off + HEADER]);
	put_f(s, "my AS %u, Holdtime %us, ID ", get_be16(d.p + off + 20), get_be16(d.p + off + 22));
	put_ip4(s, d.p + off + 24);
	u32 len = d.p[off + 28];
	put_f(s, "\n\t  Optional parameters, length: %u", len);
	if (n < 29)
		return true;
	for (u32 at = 0; at < len;) {
		if (!pdu_has(d, off + 29 + at, 2))
			return false;
		u8 type = d.p[off + 29 + at], size = d.p[off + 30 + at];
		if (at + 2 + size > len) {
			put_f(s, "\n\t     Option %u, length: %u, goes past the end of the options",
			      type, size);
			return true;
		}
		put_f(s, "\n\t    Option %s (%u), length: %u",
		      word_of(options, LEN(options), type) ?: "Unknown", type, size);
		at += 2;
		if (type == 2)
			capability_list(s, d, off + 29 + at, size);
		else
			put_f(s, "\n\t      no decoder for option %u", type);
		at += size;
	}
	return true;
}

static bool update(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	u32 end = off + n, len;

	if (!pdu_has(d, off, 23))
		return false;
	off += HEADER;
	len = get_be16(d.p + off);
	off += 2;
	if (len) {
		if (!pdu_has(d, off, len) || off + len > end)
			return false;
		say(s, "\n\t  Withdrawn routes:");
		if (!bgp_ip4_routes(s, d, off, len))
			return false;
		off += len;
	}
	if (!pdu_has(d, off, 2) || off + 2 > end)
		return false;
	u32 attrs = get_be16(d.p + off);
	off += 2;
	if (!attrs && off == end) {
		say(s, "\n\t  End-of-Rib Marker (empty NLRI)");
		return true;
	}
	if (attrs > end - off)
		return false;
	if (attrs) {
		if (!bgp_attributes(s, d, off, attrs, 0))
			return false;
		off += attrs;
	}
	if (off < end) {
		say(s, "\n\t  Updated routes:");
		return bgp_ip4_routes(s, d, off, end - off);
	}
	return true;
}

static const struct word errors[] = {
	{1, "Message Header Error"},       {2, "OPEN Message Error"},
	{3, "UPDATE Message Error"},       {4, "Hold Timer Expired"},
	{5, "Finite State Machine Error"}, {6, "Cease"},
	{7, "Capability Message Error"},
};

/* RFC 4271 4.5, RFC 6608, RFC 4486, draft-ietf-idr-dynamic-cap */
static const struct word reasons[] = {
	{1 << 8 | 1, "Connection Not Synchronized"},
	{1 << 8 | 2, "Bad Message Length"},
	{1 << 8 | 3, "Bad Message Type"},
	{2 << 8 | 1, "Unsupported Version Number"},
	{2 << 8 | 2, "Bad Peer AS"},
	{2 << 8 | 3, "Bad BGP Identifier"},
	{2 << 8 | 4, "Unsupported Optional Parameter"},
	{2 << 8 | 5, "Authentication Failure"},
	{2 << 8 | 6, "Unacceptable Hold Time"},
	{2 << 8 | 7, "Capability Message Error"},
	{3 << 8 | 1, "Malformed Attribute List"},
	{3 << 8 | 2, "Unrecognized Well-known Attribute"},
	{3 << 8 | 3, "Missing Well-known Attribute"},
	{3 << 8 | 4, "Attribute Flags Error"},
	{3 << 8 | 5, "Attribute Length Error"},
	{3 << 8 | 6, "Invalid ORIGIN Attribute"},
	{3 << 8 | 7, "AS Routing Loop"},
	{3 << 8 | 8, "Invalid NEXT_HOP Attribute"},
	{3 << 8 | 9, "Optional Attribute Error"},
	{3 << 8 | 10, "Invalid Network Field"},
	{3 << 8 | 11, "Malformed AS_PATH"},
	{5 << 8 | 0, "Unspecified Error"},
	{5 << 8 | 1, "In OpenSent State"},
	{5 << 8 | 2, "In OpenConfirm State"},
	{5 << 8 | 3, "In Established State"},
	{6 << 8 | 1, "Maximum Number of Prefixes Reached"},
	{6 << 8 | 2, "Administrative Shutdown"},
	{6 << 8 | 3, "Peer Unconfigured"},
	{6 << 8 | 4, "Administrative Reset"},
	{6 << 8 | 5, "Connection Rejected"},
	{6 << 8 | 6, "Other Configuration Change"},
	{6 << 8 | 7, "Connection Collision Resolution"},
	{7 << 8 | 1, "Invalid Action Value"},
	{7 << 8 | 2, "Invalid Capability Length"},
	{7 << 8 | 3, "Malformed Capability Value"},
	{7 << 8 | 4, "Unsupported Capability Code"},
};

/* RFC 8203: why a session was shut down, in words */
static void communication(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	u32 len = pdu_u8(s, d, off);

	if (!len) {
		say(s, ", empty Shutdown Communication");
		return;
	}
	if (len > n - 1 || len > 128) {
		put_f(s, ", invalid Shutdown Communication length, Data: (length: %u)", n);
		put_dump(s, "\n\t\t", pdu_need(s, d, off, n), n, false);
		return;
	}
	put_f(s, ", Shutdown Communication (length: %u): \"", len);
	for (u32 i = 0; i < len; i++)
		put_unctrl(s, pdu_u8(s, d, off + 1 + i));
	put_c(s, '"');
}

static bool notification(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (!pdu_has(d, off, 21))
		return false;
	if (n < 21)
		return true;
	u8 major = d.p[off + 19], minor = d.p[off + 20];
	put_f(s, ", %s (%u)", word_of(errors, LEN(errors), major) ?: "Unknown Error", major);
	if (!major || major == 4 || major > 7)
		return true;
	put_f(s, "%s subcode %s (%u)", major == 5 || major == 7 ? "" : ",",
	      word_of(reasons, LEN(reasons), (u32)major << 8 | minor) ?: "Unknown", minor);
	if (major != 6)
		return true;
	if (minor == 1 && n >= 28) {
		say(s, ", ");
		put_family(s, d, off + 21, 2);
		put_f(s, ", Max Prefixes: %u", pdu_be32(s, d, off + 24));
	}
	if ((minor == 2 || minor == 4) && n > 21)
		communication(s, d, off + 21, n - 21);
	return true;
}

static bool refresh(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (!pdu_has(d, off, 23))
		return false;
	if (n < 23)
		return true;
	say(s, "\n\t  ");
	put_family(s, d, off + HEADER, 3);
	if (s->opt.verbose > 1)
		put_dump(s, "\n\t  ", pdu_need(s, d, off, n), n, false);
	return true;
}

static bool message(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	u8 type = d.p[off + TYPE];
	bool known = type && type < LEN(messages);

	put_f(s, "\n\t%s Message (%u), length: %u", known ? messages[type] : "Unknown", type, n);
	switch (type) {
	case OPEN:
		return open_message(s, d, off, n);
	case UPDATE:
		return update(s, d, off, n);
	case NOTIFICATION:
		return notification(s, d, off, n);
	case KEEPALIVE:
		return true;
	case REFRESH:
		return refresh(s, d, off, n);
	}
	put_f(s, "\n\t  no Message %u decoder", type);
	put_dump(s, "\n\t  ", pdu_need(s, d, off, n), n, false);
	return true;
}

static bool marker(struct pdu d, u32 off)
{
	for (u32 i = 0; i < MARKER; i++)
		if (d.p[off + i] != 0xff)
			return false;
	return true;
}

/* Messages begin with a marker; what is no marker is passed over. */
static void bgp_print(struct print_state *s, struct pdu d)
{
	u32 start = 0;

	s->name = "bgp";
	say(s, ": BGP");
	if (s->opt.verbose < 1)
		return;
	for (u32 off = 0; off < d.len && pdu_has(d, off, 1);) {
		if (d.p[off] != 0xff) {
			off++;
			continue;
		}
		if (!pdu_has(d, off, MARKER))
			break;
		if (!marker(d, off)) {
			off++;
			continue;
		}
		pdu_check(s, d, off, HEADER);
		if (start != off)
			put_cut(s);
		u32 n = get_be16(d.p + off + LENGTH);
		if (n < HEADER) {
			put_f(s, "\nmessage length %u < %u", n, HEADER);
			put_invalid(s);
			break;
		}
		if (!pdu_has(d, off, n)) {
			u8 type = d.p[off + TYPE];
			put_f(s, "\n[|BGP %s]",
			      type && type < LEN(messages) ? messages[type]
							   : "Unknown Message Type");
			break;
		}
		if (!message(s, d, off, n))
			put_cut(s);
		off += n;
		start = off;
	}
}

const struct printer bgp_printer = {"bgp", bgp_print};
