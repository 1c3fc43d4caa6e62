/* SPDX-License-Identifier: BSD-2-Clause */
/* The objects of RSVP: RFC 2205, 2210, 3209, 3473. */
#include "print/gmpls.h"
#include "print/rsvp.h"

/* A rate as RFC 2210 gives it, bytes a second, in megabits. */
static void put_rate(struct print_state *s, struct pdu d, u32 off)
{
	put_f(s, "%.10g Mbps", (double)(pdu_float(s, d, off) / 125000));
}

/* One parameter of a service; its number of bytes behind the head. */
static void parameter(struct print_state *s, struct pdu d, u32 off, u8 id, u32 n,
		      const char *indent)
{
	switch (id) {
	case 4:
		if (n == 4)
			put_f(s, "%s\tIS hop count: %u", indent, pdu_be32(s, d, off));
		break;
	case 6:
		if (n == 4) {
			put_f(s, "%s\tPath b/w estimate: ", indent);
			put_rate(s, d, off);
		}
		break;
	case 8:
		if (n == 4) {
			put_f(s, "%s\tMinimum path latency: ", indent);
			if (pdu_be32(s, d, off) == 0xffffffff)
				say(s, "don't care");
			else
				put_u(s, pdu_be32(s, d, off));
		}
		break;
	case 10:
		if (n == 4)
			put_f(s, "%s\tComposed MTU: %u bytes", indent, pdu_be32(s, d, off));
		break;
	case 127:
		if (n != 20)
			break;
		put_f(s, "%s\tToken Bucket Rate: ", indent);
		put_rate(s, d, off);
		put_f(s, "%s\tToken Bucket Size: %.10g bytes", indent,
		      (double)pdu_float(s, d, off + 4));
		put_f(s, "%s\tPeak Data Rate: ", indent);
		put_rate(s, d, off + 8);
		put_f(s, "%s\tMinimum Policed Unit: %u bytes", indent, pdu_be32(s, d, off + 12));
		put_f(s, "%s\tMaximum Packet Size: %u bytes", indent, pdu_be32(s, d, off + 16));
		break;
	case 130:
		if (n != 8)
			break;
		put_f(s, "%s\tRate: ", indent);
		put_rate(s, d, off);
		put_f(s, "%s\tSlack Term: %u", indent, pdu_be32(s, d, off + 4));
		break;
	case 133:
	case 134:
	case 135:
	case 136:
		if (n == 4) {
			static const char *const sums[] = {"End-to-end C", "End-to-end D",
							   "Since-last-reshaping point C",
							   "Since-last-reshaping point D"};

			put_f(s, "%s\t%s: %u", indent, sums[id - 133], pdu_be32(s, d, off));
		}
		break;
	default:
		if (s->opt.verbose <= 1) {
			char deeper[32];

			snprintf(deeper, sizeof deeper, "%s\t", indent);
			put_bytes(s, deeper, d, off, n);
		}
	}
}

bool rsvp_intserv(struct print_state *s, struct pdu d, const char *indent)
{
	static const struct word services[] = {{1, "Default/Global Information"},
					       {2, "Guaranteed Service"},
					       {5, "Controlled Load"}};
	static const struct word parameters[] = {{4, "IS hop cnt"},
						 {6, "Path b/w estimate"},
						 {8, "Minimum path latency"},
						 {10, "Composed MTU"},
						 {127, "Token Bucket TSpec"},
						 {130, "Guaranteed Service RSpec"},
						 {133, "End-to-end composed C"},
						 {134, "End-to-end composed D"},
						 {135, "Since-last-reshaping point composed C"},
						 {136, "Since-last-reshaping point composed D"}};
	const char *line = strchr(indent, '\t');
	char tabs[16];

	snprintf(tabs, sizeof tabs, "\n%.*s", (int)strspn(line, "\t"), line);
	if (d.len < 4)
		return false;
	put_f(s, "%sMsg-Version: %u, length: %u", indent, pdu_u8(s, d, 0) >> 4,
	      pdu_be16(s, d, 2) << 2);
	for (u32 off = 4; d.len - off >= 4 && off < d.len;) {
		u8 service = pdu_u8(s, d, off);
		u32 left = pdu_be16(s, d, off + 2) * 4u;

		put_f(s, "%sService Type: ", indent);
		put_word(s, WORDS(services), service, "unknown");
		put_f(s, " (%u), break bit %s set, Service length: %u", service,
		      pdu_u8(s, d, off + 1) & 0x80 ? "" : "not", left);
		off += 4;
		while (left >= 4 && d.len - off >= 4 && off < d.len) {
			u8 id = pdu_u8(s, d, off);
			u32 n = pdu_be16(s, d, off + 2) * 4u;

			put_f(s, "%s  Parameter ID: ", indent);
			put_word(s, WORDS(parameters), id, "unknown");
			put_f(s, " (%u), length: %u, Flags: [0x%02x]", id, n,
			      pdu_u8(s, d, off + 1));
			if (off + 4 + n > d.len || left < 4 + n)
				return false;
			pdu_need(s, d, off + 4, n);
			parameter(s, d, off + 4, id, n, tabs);
			off += 4 + n;
			left -= 4 + n;
		}
	}
	return true;
}

static void put_address(struct print_state *s, struct pdu d, u32 off, bool six)
{
	const u8 *p = pdu_need(s, d, off, six ? 16 : 4);

	if (six)
		put_ip6(s, p);
	else
		put_ip4(s, p);
}

static bool session(struct print_state *s, struct pdu d, u8 ctype, const char *indent)
{
	bool six = ctype == 2 || ctype == 8 || ctype == 14;
	u32 n = six ? 16 : 4;

	switch (ctype) {
	case 1:
	case 2:
		if (d.len < n + 4)
			return false;
		put_f(s, "%sIPv%u DestAddress: ", indent, six ? 6 : 4);
		put_address(s, d, 0, six);
		put_f(s, ", Protocol ID: 0x%02x", pdu_u8(s, d, n));
		put_f(s, "%sFlags: [0x%02x], DestPort %u", indent, pdu_u8(s, d, n + 1),
		      pdu_be16(s, d, n + 2));
		return true;
	case 7:
	case 8:
	case 11:
	case 13:
	case 14:
		if (d.len < (six ? 36u : 12u))
			return false;
		put_f(s, "%sIPv%u %s: ", indent, six ? 6 : 4,
		      ctype > 11 ? "P2MP LSP ID" : "Tunnel EndPoint");
		put_address(s, d, 0, six);
		put_f(s, ", Tunnel ID: 0x%04x, Extended Tunnel ID: ", pdu_be16(s, d, n + 2));
		put_address(s, d, n + 4, six);
		return true;
	}
	return false;
}

/* FilterSpec and Sender Template. */
static bool source(struct print_state *s, struct pdu d, u8 ctype, const char *indent, bool template)
{
	bool six = ctype == 2;
	u32 n = six ? 16 : 4;

	if (ctype == 1 || ctype == 2) {
		if (d.len < n + 4)
			return false;
		put_f(s, "%sSource Address: ", indent);
		put_address(s, d, 0, six);
		put_f(s, ", Source Port: %u", pdu_be16(s, d, n + 2));
		return true;
	}
	if (ctype != 7 || d.len < 8)
		return false;
	put_f(s, "%s%s: ", indent, template ? "IPv4 Tunnel Sender Address" : "Source Address");
	put_address(s, d, 0, false);
	put_f(s, ", LSP-ID: 0x%04x", pdu_be16(s, d, 6));
	return true;
}

static bool label(struct print_state *s, struct pdu d, u8 ctype, const char *indent)
{
	if (ctype == 1) {
		for (u32 off = 0; off + 4 <= d.len; off += 4)
			put_f(s, "%sLabel: %u", indent, pdu_be32(s, d, off));
		return true;
	}
	if (ctype != 2 || d.len < 4)
		return false;
	put_f(s, "%sGeneralized Label: %u", indent, pdu_be32(s, d, 0));
	return true;
}

static bool label_request(struct print_state *s, struct pdu d, u8 ctype, const char *indent)
{
	if (ctype == 1) {
		u16 type = pdu_be16(s, d, 2);
		const char *name = ethertype_name(type);

		if (name)
			put_f(s, "%sL3 Protocol ID: %s", indent, name);
		else
			put_f(s, "%sL3 Protocol ID: Unknown protocol (0x%04x)", indent, type);
		return true;
	}
	if (ctype != 4 || d.len < 4)
		return false;
	u8 encoding = pdu_u8(s, d, 0), switching = pdu_u8(s, d, 1);
	put_f(s, "%sLSP Encoding Type: ", indent);
	put_word(s, gmpls_encodings, LEN(gmpls_encodings), encoding, "Unknown");
	put_f(s, " (%u)%sSwitching Type: ", encoding, indent);
	put_word(s, gmpls_switchings, LEN(gmpls_switchings), switching, "Unknown");
	put_f(s, " (%u), Payload ID: Unknown (0x%04x)", switching, pdu_be16(s, d, 2));
	return true;
}

/* Explicit and record routes: RFC 3209 4.3 and 4.4. */
static bool route(struct print_state *s, struct pdu d, const char *indent)
{
	static const struct word types[] = {{1, "IPv4 prefix"},
					    {2, "IPv6 prefix"},
					    {3, "Label"},
					    {32, "Autonomous system number"},
					    {64, "MPLS LSP Termination"}};
	static const struct word flags[] = {{0x01, "Local protection available"},
					    {0x02, "Local protection in-use"},
					    {0x04, "Bandwidth protection"},
					    {0x08, "Node protection"}};
	static const struct word label_flags[] = {{0x01, "Global"}};

	for (u32 off = 0; off < d.len;) {
		u8 b = pdu_u8(s, d, off), type = b & 0x7f, n = pdu_u8(s, d, off + 1);

		put_f(s, "%sSubobject Type: ", indent);
		put_word(s, WORDS(types), type, "Unknown %u");
		put_f(s, ", length %u", n);
		if (!n || n > d.len - off)
			return n > d.len - off ? false : true;
		if (type == 1) {
			if (n != 8) {
				say(s, " ERROR: length != 8");
				return true;
			}
			u8 bits = pdu_u8(s, d, off + 6);
			if (bits != 32) {
				put_f(s, " ERROR: Prefix length %u != 32", bits);
				pdu_invalid(s);
			}
			put_f(s, ", %s, ", b & 0x80 ? "Loose" : "Strict");
			put_address(s, d, off + 2, false);
			put_f(s, "/%u, Flags: [", pdu_u8(s, d, off + 6));
			put_bits(s, WORDS(flags), pdu_u8(s, d, off + 7), ", ", "none");
			put_c(s, ']');
		} else if (type == 3) {
			if (n < 8) {
				say(s, " ERROR: length < 8");
				return true;
			}
			u8 f = pdu_u8(s, d, off + 2), ctype = pdu_u8(s, d, off + 3);
			say(s, ", Flags: [");
			put_bits(s, WORDS(label_flags), f, ", ", "none");
			put_f(s, "] (0x%x), Class-Type: %s (%u), %u", f,
			      ctype == 1 ? "IPv4" : "Unknown", ctype, pdu_be32(s, d, off + 4));
		}
		off += n;
	}
	return true;
}

static bool error_spec(struct print_state *s, struct pdu d, u8 ctype, const char *indent)
{
	static const struct word codes[] = {{1, "admission control failure"},
					    {24, "routing problem"},
					    {25, "RSVP over MPLS error"},
					    {31, "Notify error"}};
	bool six = ctype == 2;
	u32 n = six ? 16 : 4;

	if ((ctype != 1 && ctype != 2) || d.len < n + 4)
		return false;
	put_f(s, "%sError Node Address: ", indent);
	put_address(s, d, 0, six);
	u8 code = pdu_u8(s, d, n + 1);
	put_f(s, ", Flags: [0x%02x]%sError Code: ", pdu_u8(s, d, n), indent);
	put_word(s, WORDS(codes), code, "unknown");
	put_f(s, " (%u)", code);
	if (!six)
		put_f(s, ", Unknown Error Value (%u)", pdu_be16(s, d, n + 2));
	return true;
}

static bool fast_reroute(struct print_state *s, struct pdu d, u8 ctype, const char *indent)
{
	if ((ctype != 1 && ctype != 7) || d.len < (ctype == 1 ? 20u : 16u))
		return false;
	put_f(s, "%sSetup Priority: %u, Holding Priority: %u, Hop-limit: %u, Bandwidth: ", indent,
	      pdu_u8(s, d, 0), pdu_u8(s, d, 1), pdu_u8(s, d, 2));
	put_rate(s, d, 4);
	if (ctype == 1)
		put_f(s, "%sInclude-any: 0x%08x, Exclude-any: 0x%08x, Include-all: 0x%08x", indent,
		      pdu_be32(s, d, 8), pdu_be32(s, d, 12), pdu_be32(s, d, 16));
	else
		put_f(s, "%sInclude Colors: 0x%08x, Exclude Colors: 0x%08x", indent,
		      pdu_be32(s, d, 8), pdu_be32(s, d, 12));
	return true;
}

static bool session_attribute(struct print_state *s, struct pdu d, u8 ctype, const char *indent)
{
	static const struct word flags[] = {{0x01, "Local Protection"},
					    {0x02, "Label Recording"},
					    {0x04, "SE Style"},
					    {0x08, "Bandwidth protection desired"},
					    {0x10, "Node protection desired"}};

	if (ctype != 7 || d.len < 4)
		return false;
	u8 n = pdu_u8(s, d, 3), f = pdu_u8(s, d, 2);
	if (d.len < 4u + n)
		return false;
	put_f(s, "%sSession Name: ", indent);
	put_chars(s, d, 4, n);
	put_f(s, "%sSetup Priority: %u, Holding Priority: %u, Flags: [", indent, pdu_u8(s, d, 0),
	      pdu_u8(s, d, 1));
	put_bits(s, WORDS(flags), f, ", ", "none");
	put_f(s, "] (0x%x)", f);
	return true;
}

static bool message_ids(struct print_state *s, struct pdu d, u8 class, u8 ctype, const char *indent)
{
	if ((class != 24 && ctype != 1) || (class == 24 && ctype != 1 && ctype != 2) || d.len < 4)
		return false;
	put_f(s, "%sFlags [0x%02x], epoch: %u", indent, pdu_u8(s, d, 0), pdu_be24(s, d, 1));
	for (u32 off = 4; off + 4 <= d.len; off += 4)
		put_f(s, "%s%sMessage-ID 0x%08x (%u)", indent, class == 23 ? "" : "  ",
		      pdu_be32(s, d, off), pdu_be32(s, d, off));
	return true;
}

static bool integrity(struct print_state *s, struct pdu d, const char *indent)
{
	if (d.len < 32)
		return false;
	put_f(s, "%sKey-ID 0x%04x%08x, Sequence 0x%08x%08x, Flags [%s]", indent, pdu_be16(s, d, 2),
	      pdu_be32(s, d, 4), pdu_be32(s, d, 8), pdu_be32(s, d, 12),
	      pdu_u8(s, d, 0) & 0x80 ? "Handshake" : "none");
	put_f(s, "%sMD5-sum 0x%08x%08x%08x%08x ", indent, pdu_be32(s, d, 16), pdu_be32(s, d, 20),
	      pdu_be32(s, d, 24), pdu_be32(s, d, 28));
	say(s, " (unchecked)");
	return true;
}

static bool hop(struct print_state *s, struct pdu d, u8 ctype, const char *indent)
{
	bool six = ctype == 2;

	if ((ctype != 1 && ctype != 2) || d.len < (six ? 20u : 8u))
		return false;
	put_f(s, "%sPrevious/Next Interface: ", indent);
	put_address(s, d, 0, six);
	put_f(s, ", Logical Interface Handle: 0x%08x", pdu_be32(s, d, six ? 16 : 4));
	/* tcpdump shows the bytes of the longer one, too */
	return !six;
}

static bool small(struct print_state *s, struct pdu d, u8 class, u8 ctype, const char *indent)
{
	static const struct word styles[] = {
		{10, "Fixed Filter"}, {17, "Wildcard Filter"}, {18, "Shared Explicit"}};
	static const struct word admin[] = {{0x80000000, "Reflect"},
					    {0x00000004, "Testing"},
					    {0x00000002, "Admin-down"},
					    {0x00000001, "Delete-in-progress"}};

	switch (class) {
	case 5:
		put_f(s, "%sRefresh Period: %ums", indent, pdu_be32(s, d, 0));
		return true;
	case 8:
		put_f(s, "%sReservation Style: ", indent);
		put_word(s, WORDS(styles), pdu_be24(s, d, 1), "Unknown");
		put_f(s, ", Flags: [0x%02x]", pdu_u8(s, d, 0));
		return true;
	case 15:
		put_f(s, "%sIPv%u Receiver Address: ", indent, ctype == 2 ? 6 : 4);
		put_address(s, d, 0, ctype == 2);
		return true;
	case 22:
		if (d.len < 8 || ctype > 2)
			return false;
		put_f(s, "%sSource Instance: 0x%08x, Destination Instance: 0x%08x", indent,
		      pdu_be32(s, d, 0), pdu_be32(s, d, 4));
		return true;
	case 36:
		put_f(s, "%sAction: %s (%u), Label type: %u", indent, "Unknown", pdu_u8(s, d, 0),
		      pdu_u8(s, d, 3));
		return true;
	case 66:
	case 125:
		put_f(s, "%sCT: %u", indent, pdu_be32(s, d, 0) & 7);
		return true;
	case 131:
		if (d.len < 8)
			return false;
		put_f(s, "%sRestart  Time: %ums, Recovery Time: %ums", indent, pdu_be32(s, d, 0),
		      pdu_be32(s, d, 4));
		return true;
	case 195:
		put_f(s, "%sIPv4 Notify Node Address: ", indent);
		put_address(s, d, 0, false);
		return true;
	case 196:
		put_f(s, "%sFlags [", indent);
		put_bits(s, WORDS(admin), pdu_be32(s, d, 0), ", ", "none");
		put_c(s, ']');
		return true;
	}
	return false;
}

bool rsvp_object(struct print_state *s, struct pdu d, u8 class, u8 ctype, const char *indent)
{
	switch (class) {
	case 1:
		return session(s, d, ctype, indent);
	case 3:
		return hop(s, d, ctype, indent);
	case 4:
		return integrity(s, d, indent);
	case 6:
		return error_spec(s, d, ctype, indent);
	case 9:
	case 12:
	case 13:
		return ctype == 2 && rsvp_intserv(s, d, indent);
	case 10:
		return source(s, d, ctype, indent, false);
	case 11:
		return source(s, d, ctype, indent, true);
	case 16:
	case 34:
	case 35:
	case 129:
		return label(s, d, ctype, indent);
	case 19:
		return label_request(s, d, ctype, indent);
	case 20:
	case 21:
		return ctype == 1 && route(s, d, indent);
	case 23:
	case 24:
	case 25:
		return message_ids(s, d, class, ctype, indent);
	case 205:
		return fast_reroute(s, d, ctype, indent);
	case 207:
		return session_attribute(s, d, ctype, indent);
	case 8:
	case 22:
	case 36:
	case 66:
	case 125:
	case 15:
	case 5:
	case 131:
	case 195:
	case 196:
		return ctype <= 2 && small(s, d, class, ctype, indent);
	}
	return false;
}
