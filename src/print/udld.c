/* SPDX-License-Identifier: BSD-2-Clause */
/* UDLD (RFC 5171), VTP and DTP of Cisco. */
#include "print/part.h"

enum { UDLD_HEADER = 4, TLV = 4 };

static const struct word udld_tlvs[] = {
	{1, "Device-ID TLV"},        {2, "Port-ID TLV"},          {3, "Echo TLV"},
	{4, "Message Interval TLV"}, {5, "Timeout Interval TLV"}, {6, "Device Name TLV"},
	{7, "Sequence Number TLV"},
};

static const struct word codes[] = {
	{0, "Reserved"}, {1, "Probe message"}, {2, "Echo message"}, {3, "Flush message"}};

static const struct word flag_words[] = {{0x01, "RT"},    {0x02, "RSY"},   {0x04, "MBZ-2"},
					 {0x08, "MBZ-3"}, {0x10, "MBZ-4"}, {0x20, "MBZ-5"},
					 {0x40, "MBZ-6"}, {0x80, "MBZ-7"}};

static bool udld_value(struct print_state *s, struct pdu d, u16 type)
{
	switch (type) {
	case 1:
	case 2:
	case 6:
		if (!d.len)
			return false;
		say(s, ", ");
		put_padded(s, d, 0, d.len);
		break;
	case 3:
		say(s, ", ");
		put_chars(s, d, 0, d.len);
		break;
	case 4:
	case 5:
		if (d.len != 1)
			return false;
		put_f(s, ", %us", pdu_u8(s, d, 0));
		break;
	case 7:
		if (d.len != 4)
			return false;
		put_f(s, ", %u", pdu_be32(s, d, 0));
		break;
	default:
		pdu_need(s, d, 0, d.len);
	}
	return true;
}

static void udld_print(struct print_state *s, struct pdu d)
{
	s->name = "udld";
	if (d.len < UDLD_HEADER)
		pdu_invalid(s);
	u8 b0 = pdu_u8(s, d, 0), flags = pdu_u8(s, d, 1);
	put_f(s, "UDLDv%u, Code ", b0 >> 5);
	put_word(s, WORDS(codes), b0 & 31, "Reserved");
	put_f(s, " (%x), Flags [", b0 & 31);
	put_bits(s, WORDS(flag_words), flags, ", ", "none");
	put_f(s, "] (0x%02x), length %u", flags, d.len);
	if (!s->opt.verbose) {
		pdu_need(s, d, 0, d.len);
		return;
	}
	put_f(s, "\n\tChecksum 0x%04x (unverified)", pdu_be16(s, d, 2));
	d = pdu_skip(d, UDLD_HEADER);
	while (d.len) {
		if (d.len < TLV)
			pdu_invalid(s);
		u16 type = pdu_be16(s, d, 0), n = pdu_be16(s, d, 2);
		say(s, "\n\t");
		put_word(s, WORDS(udld_tlvs), type, "Unknown");
		put_f(s, " (0x%04x) TLV, length %u", type, n);
		if (n < TLV || n > d.len)
			pdu_invalid(s);
		if (!udld_value(s, pdu_part(d, TLV, n - TLV), type))
			pdu_invalid(s);
		d = pdu_skip(d, n);
	}
}

const struct printer udld_printer = {"udld", udld_print};

enum { SUMMARY = 1, SUBSET = 2, REQUEST = 3, JOIN = 4, VTP_LEN = 36 };

static const struct word vtp_types[] = {{SUMMARY, "Summary advertisement"},
					{SUBSET, "Subset advertisement"},
					{REQUEST, "Advertisement request"},
					{JOIN, "Join message"}};

static const struct word vlan_types[] = {
	{1, "Ethernet"}, {2, "FDDI"}, {3, "Token Ring"}, {4, "FDDI-Net"}, {5, "Token Ring-Net"}};

static const struct word vlan_tlvs[] = {
	{0x01, "Source-routing Ring Number"},
	{0x02, "Source-routing Bridge Number"},
	{0x03, "STP type"},
	{0x04, "Parent VLAN"},
	{0x05, "Translationally bridged VLANs"},
	{0x06, "Pruning"},
	{0x07, "Bridge Type"},
	{0x08, "Max ARE Hops"},
	{0x09, "Max STE Hops"},
	{0x0a, "Backup CRF Mode"},
};

static const struct word stp_types[] = {{1, "SRT"}, {2, "SRB"}, {3, "Auto"}};

static void summary(struct print_state *s, struct pdu d)
{
	pdu_need(s, d, VTP_LEN, 8);
	put_f(s, "\n\t  Config Rev %x, Updater %s", pdu_be32(s, d, VTP_LEN), "");
	put_ip4(s, pdu_need(s, d, VTP_LEN + 4, 4));
	const u8 *p = pdu_need(s, d, VTP_LEN + 8, 12);
	put_f(s, ", Timestamp 0x%08x 0x%08x 0x%08x", get_be32(p), get_be32(p + 4), get_be32(p + 8));
	p = pdu_need(s, d, VTP_LEN + 20, 16);
	put_f(s, ", MD5 digest: %08x%08x%08x%08x", get_be32(p), get_be32(p + 4), get_be32(p + 8),
	      get_be32(p + 12));
}

/* The value of a TLV of a VLAN. */
static void vlan_value(struct print_state *s, u8 type, struct pdu d, u32 off)
{
	static const struct word yes[] = {{1, "Enabled"}, {2, "Disabled"}};
	static const struct word bridges[] = {{1, "SRB"}, {2, "SRT"}};
	static const struct word backups[] = {{1, "Backup"}, {2, "Not backup"}};
	u16 v = pdu_be16(s, d, off);

	switch (type) {
	case 0x03:
		say(s, ", ");
		put_word(s, WORDS(stp_types), v, "Unknown");
		put_f(s, " (%u)", v);
		break;
	case 0x06:
		say(s, ", ");
		put_word(s, WORDS(yes), v, "Unknown");
		put_f(s, " (%u)", v);
		break;
	case 0x07:
		say(s, ", ");
		put_word(s, WORDS(bridges), v, "Unknown");
		put_f(s, " (%u)", v);
		break;
	case 0x0a:
		say(s, ", ");
		put_word(s, WORDS(backups), v, "Unknown");
		put_f(s, " (%u)", v);
		break;
	default:
		put_f(s, ", %u", v);
	}
}

/* One VLAN: its length, 0 when it is damaged. */
static u32 vlan(struct print_state *s, struct pdu d, u32 off, u32 end)
{
	u8 n = pdu_u8(s, d, off), name = pdu_u8(s, d, off + 3), type;

	if (n < 12 || n > end - off || (u32)name + 12 > n)
		return 0;
	type = pdu_u8(s, d, off + 2);
	put_f(s, "\n\tVLAN info status %s, type %s, VLAN-id %u, MTU %u, SAID 0x%08x, Name ",
	      pdu_u8(s, d, off + 1) == 0   ? "Operational"
	      : pdu_u8(s, d, off + 1) == 1 ? "Shutdown/Suspended"
					   : "Unknown",
	      word_of(WORDS(vlan_types), type) ? word_of(WORDS(vlan_types), type) : "Unknown",
	      pdu_be16(s, d, off + 4), pdu_be16(s, d, off + 6), pdu_be32(s, d, off + 8));
	put_padded(s, d, off + 12, name);
	u32 at = 12 + ((name + 3u) & ~3u);
	while (at + 2 <= n) {
		u8 kind = pdu_u8(s, d, off + at), words = pdu_u8(s, d, off + at + 1);

		u32 want = 1;
		say(s, "\n\t\t");
		put_word(s, WORDS(vlan_tlvs), kind, "Unknown");
		put_f(s, " TLV (0x%04x) TLV", kind);
		if (word_of(WORDS(vlan_tlvs), kind) && words != want) {
			put_f(s, " (invalid TLV length %u != %u)", words, want);
			return 0;
		}
		if (at + 2 + words * 2u > n)
			return 0;
		if (word_of(WORDS(vlan_tlvs), kind))
			vlan_value(s, kind, d, off + at + 2);
		at += 2 + words * 2u;
	}
	return n;
}

static void vtp_print(struct print_state *s, struct pdu d)
{
	s->name = "vtp";
	if (d.len < VTP_LEN)
		pdu_cut(s);
	pdu_check(s, d, 0, VTP_LEN);
	u8 type = pdu_u8(s, d, 1), name = pdu_u8(s, d, 3);
	put_f(s, "VTPv%u, Message ", pdu_u8(s, d, 0));
	put_word(s, WORDS(vtp_types), type, "Unknown message type");
	put_f(s, " (0x%02x), length %u", type, d.len);
	if (!s->opt.verbose) {
		pdu_need(s, d, 0, d.len);
		return;
	}
	say(s, "\n\tDomain name: ");
	if (name < 1 || name > 32) {
		put_f(s, " [invalid MgmtD Len %u]", name);
		pdu_invalid(s);
	}
	put_padded(s, d, 4, name);
	static const struct word thirds[] = {
		{SUMMARY, "Followers"}, {SUBSET, "Seq number"}, {REQUEST, "Rsvd"}, {JOIN, "Rsvd"}};
	say(s, ", ");
	put_word(s, WORDS(thirds), type, "Unknown");
	put_f(s, ": %u", pdu_u8(s, d, 2));
	if (type == SUMMARY) {
		summary(s, d);
	} else if (type == SUBSET) {
		put_f(s, ", Config Rev %x", pdu_be32(s, d, VTP_LEN));
		for (u32 off = VTP_LEN + 4, n; off < d.len; off += n) {
			n = vlan(s, d, off, d.len);
			if (!n)
				pdu_invalid(s);
		}
	} else if (type == REQUEST) {
		put_f(s, "\n\tStart value: %u", pdu_be32(s, d, VTP_LEN));
	}
}

const struct printer vtp_printer = {"vtp", vtp_print};

static void dtp_print(struct print_state *s, struct pdu d)
{
	static const struct word names[] = {
		{1, "Domain"}, {2, "Status"}, {3, "DTP type"}, {4, "Neighbor"}};

	s->name = "dtp";
	if (d.len < 1)
		pdu_cut(s);
	put_f(s, "DTPv%u, length %u", pdu_u8(s, d, 0), d.len);
	if (!s->opt.verbose)
		return;
	d = pdu_skip(d, 1);
	while (d.len) {
		if (d.len < TLV)
			pdu_invalid(s);
		u16 type = pdu_be16(s, d, 0), n = pdu_be16(s, d, 2);
		put_f(s, "\n\t%s (0x%04x) TLV, length %u",
		      word_of(WORDS(names), type) ? word_of(WORDS(names), type) : "Unknown", type,
		      n);
		if (n < TLV || n > d.len) {
			put_f(s, "[invalid TLV length %u]", n);
			pdu_invalid(s);
		}
		struct pdu v = pdu_part(d, TLV, n - TLV);
		if (type == 1) {
			say(s, ", ");
			put_padded(s, v, 0, v.len);
		} else if (type == 2 || type == 3) {
			if (v.len != 1)
				pdu_invalid(s);
			put_f(s, ", 0x%x", pdu_u8(s, v, 0));
		} else if (type == 4) {
			if (v.len != 6)
				pdu_invalid(s);
			const u8 *p = pdu_need(s, v, 0, 6);
			say(s, ", ");
			put_ether(s, p);
		}
		d = pdu_skip(d, n);
	}
}

const struct printer dtp_printer = {"dtp", dtp_print};
