/* SPDX-License-Identifier: BSD-2-Clause */
/* LLDP: what IEEE 802.1, 802.3, and IANA add. */
#include "print/lldp.h"

enum { OUI_8021 = 0x0080c2, OUI_8023 = 0x00120f, OUI_TIA = 0x0012bb, OUI_DCBX = 0x001b21 };
enum { OUI_IANA = 0x00005e };

/* The priorities of eight bits, or of eight fields. */
static void put_eight_bits(struct print_state *s, const char *title, u8 v)
{
	put_f(s, "\n\t    %s\n\t     Priority : 0  1  2  3  4  5  6  7\n\t     Value    : ", title);
	for (u32 i = 0; i < 8; i++)
		put_f(s, "%-2u ", v >> i & 1);
}

static void put_tables(struct print_state *s, struct pdu d, u32 off)
{
	say(s, "\n\t    Priority Assignment Table\n\t     Priority : 0   1   2   3   4   5   6   7"
	       "\n\t     Value    : ");
	for (u32 i = 0; i < 4; i++) {
		u8 v = pdu_u8(s, d, off + i);

		put_f(s, i < 3 ? "%-3u %-3u " : "%-3u %-3u", v >> 4, v & 15);
	}
	say(s, "\n\t    TC Bandwidth Table\n\t     TC%   : 0   1   2   3   4   5   6   7"
	       "\n\t     Value : ");
	for (u32 i = 0; i < 8; i++)
		put_f(s, i < 7 ? "%-3u " : "%-3u", pdu_u8(s, d, off + 4 + i));
	say(s, "\n\t    TSA Assignment Table\n\t     Traffic Class: 0   1   2   3   4   5   6   7"
	       "\n\t     Value        : ");
	for (u32 i = 0; i < 8; i++)
		put_f(s, i < 7 ? "%-3u " : "%-3u", pdu_u8(s, d, off + 12 + i));
}

static const struct word ppvid_flags[] = {{0x02, "supported"}, {0x04, "enabled"}};

static enum lldp_result vlan_name(struct print_state *s, struct pdu d)
{
	put_f(s, "\n\t    vlan id (VID): %u", pdu_be16(s, d, 4));
	u32 n = pdu_u8(s, d, 6);
	if (d.len < 7 + n)
		return LLDP_DONE;
	say(s, "\n\t    vlan name: ");
	put_padded(s, d, 7, n);
	return LLDP_DONE;
}

static enum lldp_result protocol(struct print_state *s, struct pdu d)
{
	u32 n = pdu_u8(s, d, 4);

	if (d.len < 5 + n)
		return LLDP_DONE;
	say(s, "\n\t    protocol identity: ");
	put_padded(s, d, 5, n);
	return LLDP_DONE;
}

static enum lldp_result aggregation(struct print_state *s, struct pdu d)
{
	static const struct word flags[] = {{0x01, "supported"}, {0x02, "enabled"}};

	if (d.len < 9)
		return LLDP_DONE;
	say(s, "\n\t    aggregation status [");
	put_bits(s, WORDS(flags), pdu_u8(s, d, 4), ", ", "none");
	put_f(s, "], aggregation port ID %u", pdu_be32(s, d, 5));
	return LLDP_DONE;
}

static void ets_configuration(struct print_state *s, struct pdu d)
{
	u8 v = pdu_u8(s, d, 4);

	put_f(s, "\n\t    Willing:%u, CBS:%u, RES:%u, Max TCs:%u", v >> 7, v >> 6 & 1, v >> 3 & 7,
	      v & 7);
	put_tables(s, d, 5);
}

static void flow_control(struct print_state *s, struct pdu d)
{
	u8 v = pdu_u8(s, d, 4);

	put_f(s, "\n\t    Willing: %u, MBC: %u, RES: %u, PFC cap:%u ", v >> 7, v >> 6 & 1,
	      v >> 4 & 3, v & 15);
	put_eight_bits(s, "PFC Enable", pdu_u8(s, d, 5));
}

static enum lldp_result application(struct print_state *s, struct pdu d)
{
	if (d.len < 8)
		return LLDP_DONE;
	put_f(s, "\n\t    RES: %u", pdu_u8(s, d, 4));
	if (d.len - 5 == 0)
		return LLDP_DONE;
	say(s, "\n\t    Application Priority Table");
	for (u32 off = 5; off + 3 <= d.len; off += 3) {
		u8 v = pdu_u8(s, d, off);

		put_f(s, "\n\t      Priority: %u, RES: %u, Sel: %u, Protocol ID: %u", v >> 5,
		      v >> 3 & 3, v & 7, pdu_be16(s, d, off + 1));
	}
	return LLDP_DONE;
}

static void evb(struct print_state *s, struct pdu d)
{
	u8 v = pdu_u8(s, d, 4);

	say(s, "\n\t    EVB Bridge Status");
	put_f(s, "\n\t      RES: %u, BGID: %u, BGID Capable: %u", v >> 3, v >> 1 & 1, v & 1);
	put_f(s, ", RRCAP: %u", v >> 2 & 1);
	v = pdu_u8(s, d, 5);
	say(s, "\n\t    EVB Station Status");
	put_f(s, "\n\t      RES: %u, SGID: %u, RRREQ: %u,RRSTAT: %u ", v >> 4, v >> 3 & 1,
	      v >> 2 & 1, v & 3);
	v = pdu_u8(s, d, 6);
	put_f(s, "\n\t    R: %u, RTE: %u, ", v >> 5, v & 31);
	v = pdu_u8(s, d, 7);
	put_f(s, "EVB Mode: %s [%u]",
	      (const char *const[]){"Not Supported", "EVB Bridge", "EVB Station",
				    "Reserved"}[v >> 6],
	      v >> 6);
	put_f(s, "\n\t    ROL: %u, RWD: %u, ", v >> 5 & 1, v & 31);
	v = pdu_u8(s, d, 8);
	put_f(s, "RES: %u, ROL: %u, RKA: %u", v >> 6, v >> 5 & 1, v & 31);
}

static enum lldp_result cdcp(struct print_state *s, struct pdu d)
{
	u8 v = pdu_u8(s, d, 4);

	put_f(s, "\n\t    Role: %u, RES: %u, Scomp: %u ", v >> 7, v >> 4 & 7, v >> 3 & 1);
	put_f(s, "ChnCap: %u", pdu_be16(s, d, 6) & 0xfff);
	if ((d.len - 8) % 3)
		return LLDP_DONE;
	for (u32 off = 8; off < d.len; off += 3) {
		u32 pair = pdu_be24(s, d, off);

		put_f(s, "\n\t      SCID: %u, SVID: %u", pair >> 12, pair & 0xfff);
	}
	return LLDP_DONE;
}

static const struct word names_8021[] = {
	{1, "Port VLAN Id"},
	{2, "Port and Protocol VLAN ID"},
	{3, "VLAN name"},
	{4, "Protocol Identity"},
	{7, "Link aggregation"},
	{8, "Congestion Notification"},
	{9, "ETS Configuration"},
	{10, "ETS Recommendation"},
	{11, "Priority Flow Control Configuration"},
	{12, "Application Priority"},
	{13, "EVB"},
	{14, "CDCP"},
};

static u32 least_8021(u8 type)
{
	static const u8 least[] = {0, 6, 7, 7, 5, 0, 0, 9, 6, 25, 25, 6, 5, 9, 8};

	return type < LEN(least) ? least[type] : 0;
}

static enum lldp_result ieee_8021(struct print_state *s, struct pdu d)
{
	u8 type = pdu_u8(s, d, 3), v;

	put_f(s, "\n\t  %s Subtype (%u)",
	      word_of(WORDS(names_8021), type) ? word_of(WORDS(names_8021), type) : "unknown",
	      type);
	if (d.len < least_8021(type))
		return LLDP_DONE;
	switch (type) {
	case 1:
		put_f(s, "\n\t    port vlan id (PVID): %u", pdu_be16(s, d, 4));
		return LLDP_DONE;
	case 2:
		v = pdu_u8(s, d, 4);
		put_f(s, "\n\t    port and protocol vlan id (PPVID): %u, flags [",
		      pdu_be16(s, d, 5));
		put_bits(s, WORDS(ppvid_flags), v, ", ", "none");
		put_f(s, "] (0x%02x)", v);
		return LLDP_DONE;
	case 3:
		return vlan_name(s, d);
	case 4:
		return protocol(s, d);
	case 7:
		return aggregation(s, d);
	case 8:
		put_eight_bits(s, "Pre-Priority CNPV Indicator", pdu_u8(s, d, 4));
		put_eight_bits(s, "Pre-Priority Ready Indicator", pdu_u8(s, d, 5));
		return LLDP_DONE;
	case 9:
		ets_configuration(s, d);
		return LLDP_DONE;
	case 10:
		put_f(s, "\n\t    RES: %u", pdu_u8(s, d, 4));
		put_tables(s, d, 5);
		return LLDP_DONE;
	case 11:
		flow_control(s, d);
		return LLDP_DONE;
	case 12:
		return application(s, d);
	case 13:
		evb(s, d);
		return LLDP_DONE;
	case 14:
		return cdcp(s, d);
	}
	return LLDP_DUMP;
}

static const struct word autoneg[] = {{0x01, "supported"}, {0x02, "enabled"}};

static const struct word pmd[] = {
	{0x4000, "10BASE-T hdx"},
	{0x2000, "10BASE-T fdx"},
	{0x1000, "100BASE-T4"},
	{0x0800, "100BASE-TX hdx"},
	{0x0400, "100BASE-TX fdx"},
	{0x0200, "100BASE-T2 hdx"},
	{0x0100, "100BASE-T2 fdx"},
	{0x0080, "Pause for fdx links"},
	{0x0040, "Asym PAUSE for fdx"},
	{0x0020, "Sym PAUSE for fdx"},
	{0x0010, "Asym and Sym PAUSE for fdx"},
	{0x0008, "1000BASE-{X LX SX CX} hdx"},
	{0x0004, "1000BASE-{X LX SX CX} fdx"},
	{0x0002, "1000BASE-T hdx"},
	{0x0001, "1000BASE-T fdx"},
};

/* RFC 3636 */
static const struct word maus[] = {
	{0, "Unknown"},
	{1, "AUI"},
	{2, "10BASE_5"},
	{3, "FOIRL"},
	{4, "10BASE2"},
	{5, "10BASET duplex mode unknown"},
	{6, "10BASEFP"},
	{7, "10BASEFB"},
	{8, "10BASEFL duplex mode unknown"},
	{9, "10BROAD36"},
	{10, "10BASET hdx"},
	{11, "10BASET fdx"},
	{12, "10BASEFL hdx"},
	{13, "10BASEFL fdx"},
	{14, "100BASET4"},
	{15, "100BASETX hdx"},
	{16, "100BASETX fdx"},
	{17, "100BASEFX hdx"},
	{18, "100BASEFX fdx"},
	{19, "100BASET2 hdx"},
	{20, "100BASET2 fdx"},
	{21, "1000BASEX hdx"},
	{22, "1000BASEX fdx"},
	{23, "1000BASELX hdx"},
	{24, "1000BASELX fdx"},
	{25, "1000BASESX hdx"},
	{26, "1000BASESX fdx"},
	{27, "1000BASECX hdx"},
	{28, "1000BASECX fdx"},
	{29, "1000BASET hdx"},
	{30, "1000BASET fdx"},
	{31, "10GBASEX"},
	{32, "10GBASELX4"},
	{33, "10GBASER"},
	{34, "10GBASEER"},
	{35, "10GBASELR"},
	{36, "10GBASESR"},
	{37, "10GBASEW"},
	{38, "10GBASEEW"},
	{39, "10GBASELW"},
	{40, "10GBASESW"},
};

static void mac_phy(struct print_state *s, struct pdu d)
{
	u8 v = pdu_u8(s, d, 4);
	u16 w = pdu_be16(s, d, 5);

	say(s, "\n\t    autonegotiation [");
	put_bits(s, WORDS(autoneg), v, ", ", "none");
	put_f(s, "] (0x%02x)\n\t    PMD autoneg capability [", v);
	put_bits(s, WORDS(pmd), w, ", ", "unknown");
	put_f(s, "] (0x%04x)", w);
	w = pdu_be16(s, d, 7);
	say(s, "\n\t    MAU type ");
	put_word(s, WORDS(maus), w, "unknown");
	put_f(s, " (0x%04x)", w);
}

static void power(struct print_state *s, struct pdu d)
{
	static const struct word support[] = {
		{0x01, "PSE"}, {0x02, "supported"}, {0x04, "enabled"}, {0x08, "can be controlled"}};
	static const struct word pairs[] = {{1, "signal"}, {2, "spare"}};
	static const struct word classes[] = {
		{1, "class0"}, {2, "class1"}, {3, "class2"}, {4, "class3"}, {5, "class4"}};

	say(s, "\n\t    MDI power support [");
	put_bits(s, WORDS(support), pdu_u8(s, d, 4), ", ", "none");
	say(s, "], power pair ");
	put_word(s, WORDS(pairs), pdu_u8(s, d, 5), "unknown");
	say(s, ", power class ");
	put_word(s, WORDS(classes), pdu_u8(s, d, 6), "unknown");
}

static enum lldp_result ieee_8023(struct print_state *s, struct pdu d)
{
	static const struct word names[] = {{1, "MAC/PHY configuration/status"},
					    {2, "Power via MDI"},
					    {3, "Link aggregation"},
					    {4, "Max frame size"}};
	static const u8 least[] = {0, 9, 7, 9, 6};
	u8 type = pdu_u8(s, d, 3);

	say(s, "\n\t  ");
	put_word(s, WORDS(names), type, "unknown");
	put_f(s, " Subtype (%u)", type);
	if (type < LEN(least) && d.len < least[type])
		return LLDP_DONE;
	switch (type) {
	case 1:
		mac_phy(s, d);
		return LLDP_DONE;
	case 2:
		power(s, d);
		return LLDP_DONE;
	case 3:
		return aggregation(s, d);
	case 4:
		put_f(s, "\n\t    MTU size %u", pdu_be16(s, d, 4));
		return LLDP_DONE;
	}
	return LLDP_DUMP;
}

static enum lldp_result iana(struct print_state *s, struct pdu d)
{
	u8 type = pdu_u8(s, d, 3);

	put_f(s, "\n\t  %s Subtype (%u)", type == 1 ? "MUD-URL" : "unknown", type);
	if (type != 1)
		return LLDP_DUMP;
	say(s, "\n\t  MUD-URL=");
	put_padded(s, d, 4, d.len - 4);
	return LLDP_DONE;
}

enum lldp_result lldp_org(struct print_state *s, struct pdu d)
{
	u32 oui = pdu_be24(s, d, 0);

	put_f(s, ": OUI %s (0x%06x)", oui_name(oui), oui);
	switch (oui) {
	case OUI_8021:
		return ieee_8021(s, d);
	case OUI_8023:
		return ieee_8023(s, d);
	case OUI_TIA:
		return lldp_med(s, d);
	case OUI_IANA:
		return iana(s, d);
	case OUI_DCBX:
		put_f(s, "\n\t  DCB Capability Exchange Protocol Rev 1 Subtype (%u)",
		      pdu_u8(s, d, 3));
		return LLDP_DUMP;
	}
	return LLDP_DUMP;
}
