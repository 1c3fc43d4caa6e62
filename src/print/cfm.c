/* SPDX-License-Identifier: BSD-2-Clause */
/* Connectivity fault management: IEEE 802.1ag, ITU-T Y.1731. */
#include "print/part.h"

enum { HEADER = 4, CCM = 1, LBR = 2, LBM = 3, LTR = 4, LTM = 5, RDI = 0x80 };

static const struct word opcodes[] = {{CCM, "Continuity Check Message"},
				      {LBR, "Loopback Reply"},
				      {LBM, "Loopback Message"},
				      {LTR, "Linktrace Reply"},
				      {LTM, "Linktrace Message"}};

static const struct word tlvs[] = {{0, "End"},
				   {1, "Sender ID"},
				   {2, "Port status"},
				   {4, "Data"},
				   {3, "Interface status"},
				   {5, "Reply Ingress"},
				   {6, "Reply Egress"},
				   {31, "Organization Specific"}};

/* The interval between two, and after how long the other is lost: least and most. */
static const struct {
	const char *interval, *least, *most;
} intervals[] = {
	{"invalid", "invalid", "invalid"}, {"300 Hz", "10.83ms", "11.67ms"},
	{"10ms", "32.5ms", "35ms"},        {"100ms", "325ms", "350ms"},
	{"1.000s", "3.250s", "3.500s"},    {"10s", "32.5s", "35s"},
	{"1min", "3.25min", "3.5min"},     {"10min", "32.5min", "35min"},
};

static const struct word md_formats[] = {{0, "reserved"},
					 {1, "No MD Name present"},
					 {2, "DNS string"},
					 {3, "MAC + 16Bit Integer"},
					 {4, "Character string"}};
static const struct word ma_formats[] = {
	{1, "Primary VID"}, {2, "Character string"}, {3, "16-bit Integer"}, {4, "VPN-ID"}};
static const struct word port_states[] = {{1, "Blocked"}, {2, "Up"}};
static const struct word interface_states[] = {{1, "Up"},          {2, "Down"},
					       {3, "Testing"},     {5, "Dormant"},
					       {6, "not present"}, {7, "lower Layer down"}};
static const struct word chassis[] = {{1, "Chassis component"}, {2, "Interface alias"},
				      {3, "Port component"},    {4, "MAC address"},
				      {5, "Network address"},   {6, "Interface name"},
				      {7, "Locally assigned"}};
static const struct word replays[] = {{1, "Exact Match"}, {2, "Filtering DB"}, {3, "MIP CCM DB"}};
static const struct word ltm_flags[] = {{0x80, "Use Forwarding-DB only"}};
static const struct word ltr_flags[] = {
	{0x80, "UseFDB Only"}, {0x40, "FwdYes"}, {0x20, "Terminal MEP"}};

static bool ma_name(struct print_state *s, struct pdu d, u32 off, u32 room)
{
	u8 format = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);

	say(s, "\n\t  MA Name-Format ");
	put_word(s, WORDS(ma_formats), format, "Unknown");
	put_f(s, " (%u), MA name length %u", format, n);
	if (n > room) {
		put_f(s, " (too large, must be <= %u)", room);
		return false;
	}
	say(s, "\n\t  MA Name: ");
	if (format == 2) {
		for (u32 i = 0; i < n; i++)
			put_unctrl(s, pdu_u8(s, d, off + 2 + i));
	} else {
		pdu_need(s, d, off + 2, n);
		put_bytes(s, "\n\t    ", d, off + 2, n);
	}
	return true;
}

static bool continuity(struct print_state *s, struct pdu d, u8 flags)
{
	if (d.len < 70)
		return false;
	u32 step = flags & 7;
	put_f(s, "\n\t  CCM Interval %s, min CCM Lifetime %s, max CCM Lifetime %s",
	      intervals[step].interval, intervals[step].least, intervals[step].most);
	put_f(s, "\n\t  Sequence Number 0x%08x, MA-End-Point-ID 0x%04x", pdu_be32(s, d, 0),
	      pdu_be16(s, d, 4));
	u8 format = pdu_u8(s, d, 6);
	say(s, "\n\t  MD Name Format ");
	put_word(s, WORDS(md_formats), format, "Unknown");
	put_f(s, " (%u)", format);
	if (format == 1)
		return ma_name(s, d, 7, 45);
	u8 n = pdu_u8(s, d, 7);
	put_f(s, ", MD Name length %u", n);
	if (n < 1 || n > 43) {
		put_f(s, " - must be between 1 and %u", 43);
		return false;
	}
	say(s, "\n\t  MD Name: ");
	if (format == 2 || format == 4) {
		for (u32 i = 0; i < n; i++)
			put_unctrl(s, pdu_u8(s, d, 8 + i));
	} else if (format == 3) {
		if (n == 8) {
			put_ether(s, pdu_need(s, d, 8, 6));
			put_f(s, ", %u", pdu_be16(s, d, 14));
		}
	} else {
		put_bytes(s, "\n\t    ", d, 8, n);
	}
	return ma_name(s, d, 8u + n, 44u - n);
}

static bool linktrace(struct print_state *s, struct pdu d, u8 flags)
{
	if (d.len < 17)
		return false;
	say(s, ", Flags [");
	put_bits(s, WORDS(ltm_flags), flags, ", ", "none");
	put_f(s, "]\n\t  Transaction-ID 0x%08x, ttl %u", pdu_be32(s, d, 0), pdu_u8(s, d, 4));
	say(s, "\n\t  Original-MAC ");
	put_ether(s, pdu_need(s, d, 5, 6));
	say(s, ", Target-MAC ");
	put_ether(s, pdu_need(s, d, 11, 6));
	return true;
}

static bool reply(struct print_state *s, struct pdu d, u8 flags)
{
	if (d.len < 6)
		return false;
	say(s, ", Flags [");
	put_bits(s, WORDS(ltr_flags), flags, ", ", "none");
	put_f(s, "]\n\t  Transaction-ID 0x%08x, ttl %u", pdu_be32(s, d, 0), pdu_u8(s, d, 4));
	say(s, "\n\t  Replay-Action ");
	put_word(s, WORDS(replays), pdu_u8(s, d, 5), "Unknown");
	put_f(s, " (%u)", pdu_u8(s, d, 5));
	return true;
}

static void management(struct print_state *s, struct pdu d, u32 off, const char *what)
{
	u8 n = pdu_u8(s, d, off);

	put_f(s, "\n\t  Management Address%s Length %u", what, n);
	if (n > d.len - off - 1) {
		say(s, " (invalid)");
		return;
	}
	if (!n)
		return;
	put_f(s, "\n\t  Management Address%s: ", what);
	put_bytes(s, "", d, off + 1, n);
}

static void sender(struct print_state *s, struct pdu d)
{
	u8 n = pdu_u8(s, d, 0), type;

	if (d.len < 1)
		return;
	if (n) {
		if (d.len < 2)
			return;
		type = pdu_u8(s, d, 1);
		say(s, "\n\t  Chassis-ID Type ");
		put_word(s, WORDS(chassis), type, "Unknown");
		put_f(s, " (%u), Chassis-ID length %u", type, n);
		if (d.len - 2 < n) {
			say(s, "\n\t  (TLV too short)");
			return;
		}
		if (type == 4) {
			if (n != 6) {
				say(s, " (invalid address length)");
				return;
			}
			say(s, "\n\t  MAC ");
			put_ether(s, pdu_need(s, d, 2, 6));
		} else if (type == 1 || type == 2 || type == 3 || type == 6 || type == 7) {
			put_padded(s, d, 2, n);
		} else {
			put_bytes(s, "\n\t  ", d, 2, n);
		}
	}
	u32 off = n ? 2u + n : 1;
	if (off >= d.len)
		return;
	u8 domain = pdu_u8(s, d, off);
	management(s, d, off, " Domain");
	off += 1u + domain;
	if (off < d.len && domain)
		management(s, d, off, "");
}

/* False when its bytes are to be shown. */
static bool value(struct print_state *s, struct pdu d, u8 type)
{
	switch (type) {
	case 1:
		sender(s, d);
		return true;
	case 2:
	case 3:
		if (d.len < 1) {
			say(s, " (too short)");
			return true;
		}
		say(s, ", Status: ");
		if (type == 2)
			put_word(s, WORDS(port_states), pdu_u8(s, d, 0), "Unknown");
		else
			put_word(s, WORDS(interface_states), pdu_u8(s, d, 0), "Unknown");
		put_f(s, " (%u)", pdu_u8(s, d, 0));
		return true;
	case 31:
		if (d.len < 4)
			return false;
		put_f(s, ", Vendor: %s (%u), Sub-Type %u", oui_name(pdu_be24(s, d, 0)),
		      pdu_be24(s, d, 0), pdu_u8(s, d, 3));
		return false;
	}
	return false;
}

static void tlv_list(struct print_state *s, struct pdu d)
{
	while (d.len) {
		u8 type = pdu_u8(s, d, 0);

		say(s, "\n\t");
		put_word(s, WORDS(tlvs), type, "Unknown");
		put_f(s, " TLV (0x%02x)", type);
		if (!type)
			return;
		if (d.len < 3) {
			say(s, "\n\t\t packet is too short");
			return;
		}
		u32 n = pdu_be16(s, d, 1);
		put_f(s, ", length %u", n);
		d = pdu_skip(d, 3);
		if (d.len < n) {
			say(s, "\n\t\t packet is too short");
			return;
		}
		pdu_need(s, d, 0, n);
		struct pdu v = pdu_part(d, 0, n);
		bool known = value(s, v, type);
		if (!known || s->opt.verbose > 1)
			put_bytes(s, "\n\t  ", v, 0, n);
		d = pdu_skip(d, n);
	}
}

static void cfm_print(struct print_state *s, struct pdu d)
{
	s->name = "cfm";
	if (d.len < HEADER)
		pdu_cut(s);
	pdu_check(s, d, 0, HEADER);
	u8 b0 = pdu_u8(s, d, 0), op = pdu_u8(s, d, 1), flags = pdu_u8(s, d, 2),
	   first = pdu_u8(s, d, 3);
	if (b0 & 31) {
		put_f(s, "CFMv%u not supported, length %u", b0 & 31, d.len);
		return;
	}
	say(s, "CFMv0 ");
	put_word(s, WORDS(opcodes), op, "unknown (%u)");
	put_f(s, ", MD Level %u, length %u", b0 >> 5, d.len);
	if (!s->opt.verbose)
		return;
	put_f(s, "\n\tFirst TLV offset %u", first);
	struct pdu body = pdu_skip(d, HEADER);
	if (first > body.len) {
		put_f(s, " (too large, must be <= %u)", body.len);
		return;
	}
	bool fine = true;
	pdu_need(s, body, 0, first);
	switch (op) {
	case CCM:
		put_f(s, ", Flags [CCM Interval %u%s]", flags & 7, flags & RDI ? ", RDI" : "");
		fine = continuity(s, pdu_part(body, 0, first), flags);
		break;
	case LTM:
		fine = linktrace(s, pdu_part(body, 0, first), flags);
		break;
	case LTR:
		fine = reply(s, pdu_part(body, 0, first), flags);
		break;
	default:
		if (body.len > first)
			put_bytes(s, "\n\t  ", body, 0, body.len - first);
	}
	if (!fine)
		pdu_invalid(s);
	tlv_list(s, pdu_skip(body, first));
}

const struct printer cfm_printer = {"cfm", cfm_print};
