/* SPDX-License-Identifier: BSD-2-Clause */
/* RSVP, RFC 2205: messages, and the heads of their objects. */
#include "print/rsvp.h"

enum { HEADER = 8, OBJECT = 4, BUNDLE = 12 };

static const struct word types[] = {
	{1, "Path"},         {2, "Resv"},     {3, "PathErr"},
	{4, "ResvErr"},      {5, "PathTear"}, {6, "ResvTear"},
	{7, "ResvConf"},     {12, "Bundle"},  {13, "Acknowledgement"},
	{14, "Hello (Old)"}, {15, "Refresh"}, {20, "Hello"},
};

static const struct word flag_words[] = {{0x01, "Refresh reduction capable"}};

static const struct word classes[] = {
	{1, "Session"},
	{3, "RSVP Hop"},
	{4, "Integrity"},
	{5, "Time Values"},
	{6, "Error Spec"},
	{7, "Scope"},
	{8, "Style"},
	{9, "Flowspec"},
	{10, "FilterSpec"},
	{11, "Sender Template"},
	{12, "Sender TSpec"},
	{13, "Adspec"},
	{14, "Policy Data"},
	{15, "Confirm"},
	{16, "Label"},
	{19, "Label Request"},
	{20, "ERO"},
	{21, "RRO"},
	{22, "Hello"},
	{23, "Message ID"},
	{24, "Message ID Ack"},
	{25, "Message ID List"},
	{34, "Recovery Label"},
	{35, "Upstream Label"},
	{36, "Label Set"},
	{37, "Protection"},
	{50, "S2L"},
	{63, "Detour"},
	{66, "Class Type"},
	{125, "Class Type (old)"},
	{129, "Suggested Label"},
	{130, "Acceptable Label Set"},
	{131, "Restart Capability"},
	{195, "Notify Request"},
	{196, "Administrative Status"},
	{198, "Association"},
	{205, "Fast Re-Route"},
	{207, "Session Attribute"},
	{229, "Generalized UNI"},
	{230, "Call-ID"},
};

/* Class and type in one number. */
static const struct word ctypes[] = {
	{0x0101, "IPv4"},
	{0x0102, "IPv6"},
	{0x0107, "Tunnel IPv4"},
	{0x010b, "UNI IPv4"},
	{0x010d, "IPv4 P2MP LSP Tunnel"},
	{0x010e, "IPv6 P2MP LSP Tunnel"},
	{0x0301, "IPv4"},
	{0x0302, "IPv6"},
	{0x0501, "1"},
	{0x0601, "IPv4"},
	{0x0602, "IPv6"},
	{0x0701, "IPv4"},
	{0x0801, "1"},
	{0x0901, "obsolete"},
	{0x0902, "IntServ"},
	{0x0a01, "IPv4"},
	{0x0a02, "IPv6"},
	{0x0a03, "IPv6 Flow-label"},
	{0x0a07, "Tunnel IPv4"},
	{0x0a0c, "IPv4 P2MP LSP Tunnel"},
	{0x0b01, "IPv4"},
	{0x0b02, "IPv6"},
	{0x0b07, "Tunnel IPv4"},
	{0x0b0c, "IPv4 P2MP LSP Tunnel"},
	{0x0c01, "obsolete"},
	{0x0c02, "IntServ"},
	{0x0d02, "IntServ"},
	{0x0f01, "IPv4"},
	{0x0f02, "IPv6"},
	{0x1001, "Label"},
	{0x1002, "Generalized Label"},
	{0x1003, "Waveband Switching"},
	{0x1301, "without label range"},
	{0x1302, "with ATM label range"},
	{0x1303, "with FR label range"},
	{0x1304, "Generalized Label"},
	{0x1401, "IPv4"},
	{0x1501, "IPv4"},
	{0x1601, "Hello Request"},
	{0x1602, "Hello Ack"},
	{0x1701, "1"},
	{0x1801, "Message id ack"},
	{0x1802, "Message id nack"},
	{0x1901, "1"},
	{0x2201, "Label"},
	{0x2301, "Label"},
	{0x2302, "Generalized Label"},
	{0x2303, "Waveband Switching"},
	{0x2401, "1"},
	{0x3201, "IPv4 sub-LSP"},
	{0x3f07, "Tunnel IPv4"},
	{0x4201, "1"},
	{0x7d01, "1"},
	{0x8101, "Label"},
	{0x8302, "IPv6"},
	{0x8301, "IPv4"},
	{0xc301, "IPv4"},
	{0xc401, "1"},
	{0xc601, "IPv4"},
	{0xc602, "IPv6"},
	{0xcd01, "1"},
	{0xcd07, "Tunnel IPv4"},
	{0xcf07, "Tunnel IPv4"},
	{0xe501, "1"},
};

/* What a class that is not known asks for: the two bits on top. */
static const char *unknown_class(u8 class)
{
	if (!(class & 0x80))
		return "reject";
	return class & 0x40 ? "ignore and forward" : "ignore silently";
}

/* Objects up to the end of d; false when one is damaged. */
static bool objects(struct print_state *s, struct pdu d, bool bundled)
{
	const char *margin = bundled ? "\n\t    " : "\n\t  ",
		   *indent = bundled ? "\n\t      " : "\n\t    ";

	while (d.len) {
		if (d.len < OBJECT)
			return false;
		pdu_check(s, d, 0, OBJECT);
		u32 n = pdu_be16(s, d, 0);
		u8 class = pdu_u8(s, d, 2), ctype = pdu_u8(s, d, 3);
		const char *name = word_of(WORDS(classes), class),
			   *kind = word_of(WORDS(ctypes), (u32) class << 8 | ctype);
		if (n % 4) {
			put_f(s, "%sERROR: object header size %u not a multiple of 4", margin, n);
			return false;
		}
		if (n < OBJECT) {
			put_f(s, "%sERROR: object header too short %u(must be >= %u)", margin, n,
			      OBJECT);
			return false;
		}
		put_f(s, "%s%s Object (%u) Flags: [%s if unknown], Class-Type: %s (%u), length: %u",
		      margin, name ? name : "Unknown", class, unknown_class(class),
		      kind ? kind : "Unknown", ctype, n);
		if (n > d.len) {
			put_f(s, "%sERROR: object goes past end of objects TLV", margin);
			return false;
		}
		pdu_check(s, d, 0, n);
		struct pdu v = pdu_part(d, OBJECT, n - OBJECT);
		if (!v.len) {
			put_f(s, "%sERROR: object is too short", margin);
			return false;
		}
		bool known = rsvp_object(s, v, class, ctype, indent);
		if (!known || s->opt.verbose > 1)
			put_bytes(s, indent, v, 0, v.len);
		d = pdu_skip(d, n);
	}
	return true;
}

static void head(struct print_state *s, struct pdu d, const char *margin)
{
	u8 b0 = pdu_u8(s, d, 0), type = pdu_u8(s, d, 1);

	put_f(s, "%sRSVPv%u ", margin, b0 >> 4);
	put_word(s, WORDS(types), type, "unknown, type: %u");
	put_f(s, " Message (%u), Flags: [", type);
	put_bits(s, WORDS(flag_words), b0 & 15, ", ", "none");
	put_f(s, "], length: %u, ttl: %u, checksum: 0x%04x", pdu_be16(s, d, 6), pdu_u8(s, d, 4),
	      pdu_be16(s, d, 2));
}

static void bundle(struct print_state *s, struct pdu d)
{
	while (d.len) {
		pdu_check(s, d, 0, HEADER);
		u32 n = pdu_be16(s, d, 6);
		u8 version = pdu_u8(s, d, 0) >> 4;
		if (version != 1) {
			put_f(s, "ERROR: RSVP version %u packet not supported", version);
			return;
		}
		head(s, d, "\n\t  ");
		if (n < HEADER || n > d.len)
			pdu_invalid(s);
		if (!objects(s, pdu_part(d, HEADER, n - HEADER), true))
			return;
		d = pdu_skip(d, n);
	}
}

static void rsvp_print(struct print_state *s, struct pdu d)
{
	s->name = "rsvp";
	pdu_check(s, d, 0, HEADER);
	u8 version = pdu_u8(s, d, 0) >> 4, type = pdu_u8(s, d, 1);
	if (version != 1) {
		put_f(s, "ERROR: RSVP version %u packet not supported", version);
		return;
	}
	if (!s->opt.verbose) {
		put_f(s, "RSVPv%u ", version);
		put_word(s, WORDS(types), type, "unknown (%u)");
		put_f(s, " Message, length: %u", d.len);
		return;
	}
	u32 n = pdu_be16(s, d, 6);
	head(s, d, "\n\t");
	if (n < HEADER) {
		put_f(s, " (too short - must be >= %u)", HEADER);
		return;
	}
	struct pdu body = pdu_part(d, HEADER, n - HEADER);
	if (type == BUNDLE)
		bundle(s, body);
	else if (word_of(WORDS(types), type))
		objects(s, body, false);
	else
		put_bytes(s, "\n\t    ", body, 0, body.len);
}

const struct printer rsvp_printer = {"rsvp", rsvp_print};
