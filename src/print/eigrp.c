/* SPDX-License-Identifier: BSD-2-Clause */
/* EIGRP, RFC 7868. */
#include "print/part.h"

enum { HEADER = 20, TLV = 4 };

static const struct word opcodes[] = {{1, "Update"}, {3, "Query"}, {4, "Reply"},
				      {5, "Hello"},  {6, "SAP"},   {8, "Probe"}};

static const struct word flag_words[] = {{0x01, "Init"},
					 {0x02, "Conditionally Received"},
					 {0x04, "Restart"},
					 {0x08, "End-of-Table"}};

static const struct word tlvs[] = {
	{0x0001, "General Parameters"},
	{0x0002, "Authentication"},
	{0x0003, "Sequence"},
	{0x0004, "Software Version"},
	{0x0005, "Next Multicast Sequence"},
	{0x0102, "IP Internal routes"},
	{0x0103, "IP External routes"},
	{0x0104, "IP Community"},
	{0x0202, "AppleTalk Internal routes"},
	{0x0203, "AppleTalk External routes"},
	{0x0204, "AppleTalk Cable setup"},
	{0x0302, "IPX Internal routes"},
	{0x0303, "IPX External routes"},
};

static const struct word sources[] = {{1, "IGRP"},  {2, "EIGRP"}, {3, "Static"},    {4, "RIP"},
				      {5, "Hello"}, {6, "OSPF"},  {7, "IS-IS"},     {8, "EGP"},
				      {9, "BGP"},   {10, "IDRP"}, {11, "Connected"}};

static const struct word external_flags[] = {{0x01, "External"}, {0x02, "Candidate Default"}};

static void metric(struct print_state *s, struct pdu d, u32 off)
{
	u32 delay = pdu_be32(s, d, off), bandwidth = pdu_be32(s, d, off + 4);

	put_f(s,
	      "\n\t      delay %u ms, bandwidth %u Kbps, mtu %u, hop %u, reliability %u, load %u",
	      delay / 100, bandwidth, pdu_be24(s, d, off + 8), pdu_u8(s, d, off + 11),
	      pdu_u8(s, d, off + 12), pdu_u8(s, d, off + 13));
}

static void prefix(struct print_state *s, struct pdu d, u32 off, u32 n, const u8 *hop)
{
	u8 bits = pdu_u8(s, d, off), address[4] = {0};
	u32 bytes = (bits + 7u) / 8;

	if (bits > 32) {
		put_f(s, "\n\t    illegal prefix length %u", bits);
		return;
	}
	(void)n;
	memcpy(address, pdu_need(s, d, off + 1, bytes), bytes);
	say(s, "\n\t    IPv4 prefix: ");
	char text[16];
	snprintf(text, sizeof text, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
	put_f(s, "%15s/%u, nexthop: ", text, bits);
	if (get_be32(hop))
		put_ip4(s, hop);
	else
		say(s, "self");
}

static void external(struct print_state *s, struct pdu d, u32 off)
{
	put_f(s, "\n\t      origin-router %s", "");
	put_ip4(s, pdu_need(s, d, off, 4));
	put_f(s, ", origin-as %u, origin-proto ", pdu_be32(s, d, off + 4));
	put_word(s, WORDS(sources), pdu_u8(s, d, off + 18), "unknown");
	say(s, ", flags [");
	put_bits(s, WORDS(external_flags), pdu_u8(s, d, off + 19), ", ", "none");
	put_f(s, "], tag: 0x%08x, metric: %u", pdu_be32(s, d, off + 8), pdu_be32(s, d, off + 12));
}

static u32 least(u16 type)
{
	switch (type) {
	case 0x0001:
		return 8;
	case 0x0004:
		return 4;
	case 0x0102:
		return 21;
	case 0x0103:
		return 41;
	case 0x0204:
		return 8;
	case 0x0202:
		return 22;
	case 0x0203:
		return 36;
	}
	return 0;
}

/* False when its bytes are to be shown. */
static bool value(struct print_state *s, struct pdu d, u16 type)
{
	switch (type) {
	case 0x0001:
		put_f(s, "\n\t    holdtime: %us, k1 %u, k2 %u, k3 %u, k4 %u, k5 %u",
		      pdu_be16(s, d, 6), pdu_u8(s, d, 0), pdu_u8(s, d, 1), pdu_u8(s, d, 2),
		      pdu_u8(s, d, 3), pdu_u8(s, d, 4));
		return true;
	case 0x0004:
		put_f(s, "\n\t    IOS version: %u.%u, EIGRP version %u.%u", pdu_u8(s, d, 0),
		      pdu_u8(s, d, 1), pdu_u8(s, d, 2), pdu_u8(s, d, 3));
		return true;
	case 0x0102:
		prefix(s, d, 20, d.len, pdu_need(s, d, 0, 4));
		metric(s, d, 4);
		return true;
	case 0x0103:
		prefix(s, d, 40, d.len, pdu_need(s, d, 0, 4));
		external(s, d, 4);
		metric(s, d, 24);
		return true;
	case 0x0204:
		put_f(s, "\n\t    Cable-range: %u-%u, Router-ID %u", pdu_be16(s, d, 0),
		      pdu_be16(s, d, 2), pdu_be32(s, d, 4));
		return true;
	case 0x0202:
		put_f(s, "\n\t    Cable-Range: %u-%u, nexthop: %u.%u", pdu_be16(s, d, 18),
		      pdu_be16(s, d, 20), pdu_be16(s, d, 0), pdu_be16(s, d, 2));
		metric(s, d, 4);
		return true;
	}
	return false;
}

static void tlv_list(struct print_state *s, struct pdu d)
{
	while (d.len) {
		pdu_need(s, d, 0, TLV);
		u16 type = pdu_be16(s, d, 0), n = pdu_be16(s, d, 2);

		if (n < TLV || n > d.len) {
			put_bytes(s, "\n\t    ", d, TLV, d.len - TLV);
			return;
		}
		say(s, "\n\t  ");
		put_word(s, WORDS(tlvs), type, "Unknown");
		put_f(s, " TLV (0x%04x), length: %u", type, n);
		if (n < TLV + least(type)) {
			put_f(s, " (too short, < %u)", least(type) + TLV);
			return;
		}
		pdu_need(s, d, TLV, n - TLV);
		struct pdu v = pdu_part(d, TLV, n - TLV);
		bool known = value(s, v, type);
		if (s->opt.verbose > 1 || (!known && s->opt.verbose <= 1))
			put_bytes(s, "\n\t    ", v, 0, v.len);
		d = pdu_skip(d, n);
	}
}

static void eigrp_print(struct print_state *s, struct pdu d)
{
	s->name = "eigrp";
	pdu_check(s, d, 0, HEADER);
	u8 version = pdu_u8(s, d, 0), op = pdu_u8(s, d, 1);
	if (version != 2) {
		put_f(s, "EIGRP version %u packet not supported", version);
		return;
	}
	if (!s->opt.verbose) {
		say(s, "EIGRP ");
		put_word(s, WORDS(opcodes), op, "unknown, type: %u");
		put_f(s, ", length: %u", d.len);
		return;
	}
	if (d.len < HEADER) {
		put_f(s, "EIGRP %s, length: %u (too short, < %u)", "", d.len, HEADER);
		return;
	}
	put_f(s, "\n\tEIGRP v%u, opcode: ", version);
	put_word(s, WORDS(opcodes), op, "unknown, type: %u");
	put_f(s, " (%u), chksum: 0x%04x, Flags: [", op, pdu_be16(s, d, 2));
	put_bits(s, WORDS(flag_words), pdu_be32(s, d, 4), ", ", "none");
	put_f(s, "]\n\tseq: 0x%08x, ack: 0x%08x, VRID: %u, AS: %u, length: %u", pdu_be32(s, d, 8),
	      pdu_be32(s, d, 12), pdu_be16(s, d, 16), pdu_be16(s, d, 18), d.len - HEADER);
	tlv_list(s, pdu_skip(d, HEADER));
}

const struct printer eigrp_printer = {"eigrp", eigrp_print};
