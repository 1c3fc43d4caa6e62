/* SPDX-License-Identifier: BSD-2-Clause */
/* LLDP, IEEE 802.1AB: the TLVs that everyone has. */
#include "print/lldp.h"

enum { END, CHASSIS, PORT, TTL, PORT_TEXT, NAME, TEXT, CAPABILITIES, ADDRESS, ORG = 127 };
enum { AFI_IP4 = 1, AFI_IP6 = 2, AFI_802 = 6 };

static const struct word tlvs[] = {
	{END, "End"},
	{CHASSIS, "Chassis ID"},
	{PORT, "Port ID"},
	{TTL, "Time to Live"},
	{PORT_TEXT, "Port Description"},
	{NAME, "System Name"},
	{TEXT, "System Description"},
	{CAPABILITIES, "System Capabilities"},
	{ADDRESS, "Management Address"},
	{ORG, "Organization specific"},
};

static const struct word chassis_types[] = {
	{1, "Chassis component"}, {2, "Interface alias"}, {3, "Port component"}, {4, "MAC address"},
	{5, "Network address"},   {6, "Interface name"},  {7, "Local"},
};

static const struct word port_types[] = {
	{1, "Interface alias"}, {2, "Port component"},   {3, "MAC address"}, {4, "Network Address"},
	{5, "Interface Name"},  {6, "Agent circuit ID"}, {7, "Local"},
};

static const struct word capability_words[] = {
	{0x01, "Other"},  {0x02, "Repeater"},  {0x04, "Bridge"}, {0x08, "WLAN AP"},
	{0x10, "Router"}, {0x20, "Telephone"}, {0x40, "Docsis"}, {0x80, "Station Only"},
};

static const struct word numberings[] = {
	{1, "Unknown"}, {2, "Interface Index"}, {3, "System Port Number"}};

/* RFC 1700 address family numbers, as tcpdump calls them. */
static const struct word families[] = {
	{0, "Reserved"},      {1, "IPv4"},
	{2, "IPv6"},          {3, "NSAP"},
	{4, "HDLC"},          {5, "BBN 1822"},
	{6, "802"},           {7, "E.163"},
	{8, "E.164"},         {9, "F.69"},
	{10, "X.121"},        {11, "Novell IPX"},
	{12, "Appletalk"},    {13, "Decnet IV"},
	{14, "Banyan Vines"}, {15, "E.164 with NSAP subaddress"},
	{16, "DNS"},          {17, "Distinguished Name"},
	{18, "AS Number"},    {25, "L2VPN"},
	{196, "VPLS"},
};

static bool network_address(struct print_state *s, struct pdu d)
{
	if (d.len < 1)
		return false;
	u8 family = pdu_u8(s, d, 0);
	u32 need = family == AFI_IP4 ? 4 : family == AFI_IP6 ? 16 : family == AFI_802 ? 6 : 0;

	if (need && d.len < 1 + need)
		return false;
	say(s, "AFI ");
	put_word(s, WORDS(families), family, "Unknown");
	put_f(s, " (%u)", family);
	if (!need) {
		say(s, ", no AF printer !");
		return true;
	}
	const u8 *p = pdu_need(s, d, 1, need);
	say(s, ": ");
	if (family == AFI_IP4)
		put_ip4(s, p);
	else if (family == AFI_IP6)
		put_ip6(s, p);
	else
		put_ether(s, p);
	return true;
}

/* mac and net: the subtypes that are addresses. */
static enum lldp_result identity(struct print_state *s, struct pdu d, const struct word *types,
				 u8 mac, u8 net)
{
	u8 type = pdu_u8(s, d, 0);

	say(s, "\n\t  Subtype ");
	put_word(s, types, 7, type, "Unknown");
	put_f(s, " (%u): ", type);
	if (type == mac) {
		if (d.len < 7)
			return LLDP_SHORT;
		put_ether(s, pdu_need(s, d, 1, 6));
	} else if (type == net) {
		if (!network_address(s, pdu_part(d, 1, d.len - 1)))
			return LLDP_SHORT;
	} else if (word_of(types, 7, type)) {
		put_padded(s, d, 1, d.len - 1);
	} else {
		return LLDP_DUMP;
	}
	return LLDP_DONE;
}

static enum lldp_result capabilities(struct print_state *s, struct pdu d)
{
	static const char *const what[] = {"System ", "Enabled"};

	for (u32 i = 0; i < 2; i++) {
		u32 v = pdu_be16(s, d, 2 * i);

		if (i == 0)
			pdu_be16(s, d, 2);
		put_f(s, "\n\t  %s Capabilities [", what[i]);
		put_bits(s, WORDS(capability_words), v, ", ", "none");
		put_f(s, "] (0x%04x)", v);
	}
	return LLDP_DONE;
}

static enum lldp_result management(struct print_state *s, struct pdu d)
{
	u32 n = pdu_u8(s, d, 0);

	if (n < 1)
		return LLDP_SHORT;
	if (d.len < 1 + n)
		return LLDP_SHORT;
	put_f(s, "\n\t  Management Address length %u, ", n);
	if (!network_address(s, pdu_part(d, 1, n)))
		return LLDP_SHORT;
	u32 off = 1 + n;
	if (d.len < off + 5)
		return LLDP_SHORT;
	u8 kind = pdu_u8(s, d, off);
	u32 number = pdu_be32(s, d, off + 1);
	say(s, "\n\t  ");
	put_word(s, WORDS(numberings), kind, "Unknown");
	put_f(s, " Interface Numbering (%u): %u", kind, number);
	off += 5;
	if (d.len > off) {
		u32 oid = pdu_u8(s, d, off);

		if (d.len < off + 1 + oid)
			return LLDP_SHORT;
		if (oid) {
			put_f(s, "\n\t  OID length %u", oid);
			put_padded(s, d, off + 1, oid);
		}
	}
	return LLDP_DONE;
}

static enum lldp_result value(struct print_state *s, struct pdu d, u32 type)
{
	switch (type) {
	case CHASSIS:
		return identity(s, d, chassis_types, 4, 5);
	case PORT:
		return identity(s, d, port_types, 3, 4);
	case TTL:
		put_f(s, ": TTL %us", pdu_be16(s, d, 0));
		return LLDP_DONE;
	case PORT_TEXT:
	case NAME:
		say(s, ": ");
		put_padded(s, d, 0, d.len);
		return LLDP_DONE;
	case TEXT:
		say(s, "\n\t  ");
		put_padded(s, d, 0, d.len);
		return LLDP_DONE;
	case CAPABILITIES:
		return capabilities(s, d);
	case ADDRESS:
		return management(s, d);
	case ORG:
		return lldp_org(s, d);
	}
	return LLDP_DUMP;
}

/* Values shorter than this are cut; without -v the system's name is all that is printed. */
static u32 least(u32 type)
{
	switch (type) {
	case CHASSIS:
	case PORT:
		return 2;
	case TTL:
		return 2;
	case CAPABILITIES:
		return 4;
	case ADDRESS:
		return 1;
	case ORG:
		return 4;
	}
	return 0;
}

static bool tlv(struct print_state *s, struct pdu d, u32 type, u32 left)
{
	enum lldp_result result = LLDP_DUMP;

	if (s->opt.verbose) {
		say(s, "\n\t");
		put_word(s, WORDS(tlvs), type, "Unknown");
		put_f(s, " TLV (%u), length %u", type, d.len);
	}
	if (type == END || !d.len)
		return true;
	if (left < d.len)
		return false;
	if (d.len)
		pdu_check(s, d, 0, d.len);
	if (d.len < least(type))
		return false;
	if (s->opt.verbose) {
		result = value(s, d, type);
		if (result == LLDP_SHORT)
			return false;
	} else if (type == NAME) {
		say(s, ": ");
		put_padded(s, d, 0, d.len);
	}
	if (s->opt.verbose > 1 || (s->opt.verbose && result == LLDP_DUMP))
		put_bytes(s, "\n\t  ", d, 0, d.len);
	return true;
}

static void lldp_print(struct print_state *s, struct pdu d)
{
	s->name = "lldp";
	put_f(s, "LLDP, length %u", d.len);
	while (d.len >= 2) {
		pdu_check(s, d, 0, 2);
		u32 head = pdu_be16(s, d, 0), type = head >> 9, n = head & 0x1ff;

		d = pdu_skip(d, 2);
		if (!tlv(s, pdu_part(d, 0, n), type, d.len))
			pdu_cut(s);
		if (type == END || !n)
			break;
		d = pdu_skip(d, n);
	}
}

const struct printer lldp_printer = {"lldp", lldp_print};
