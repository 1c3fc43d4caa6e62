/* SPDX-License-Identifier: BSD-2-Clause */
/* LLDP-MED, ANSI/TIA-1057. */
#include "print/lldp.h"

/* Two address bits above 32: RFC 3825. */
static u64 five_bytes(struct print_state *s, struct pdu d, u32 off)
{
	return (u64)pdu_u8(s, d, off) << 32 | pdu_be32(s, d, off + 1);
}

static enum lldp_result coordinates(struct print_state *s, struct pdu d)
{
	static const struct word altitudes[] = {{1, "meters"}, {2, "floors"}};
	static const struct word datums[] = {{1, "World Geodesic System 1984"},
					     {2, "North American Datum 1983 (NAVD88)"},
					     {3, "North American Datum 1983 (MLLW)"}};

	if (d.len < 21)
		return LLDP_DONE;
	u64 v = five_bytes(s, d, 5);
	put_f(s, "\n\t    Latitude resolution %u, latitude value %llu", pdu_u8(s, d, 5) >> 2,
	      (unsigned long long)(v & 0x3ffffffff));
	v = five_bytes(s, d, 10);
	put_f(s, "\n\t    Longitude resolution %u, longitude value %llu", pdu_u8(s, d, 10) >> 2,
	      (unsigned long long)(v & 0x3ffffffff));
	u8 type = pdu_u8(s, d, 15) >> 4;
	say(s, "\n\t    Altitude type ");
	put_word(s, WORDS(altitudes), type, "unknown");
	put_f(s, " (%u)", type);
	put_f(s, "\n\t    Altitude resolution %u, altitude value 0x%x",
	      pdu_be16(s, d, 15) >> 6 & 0x3f,
	      (u32)(pdu_u8(s, d, 16) & 0x3f) << 24 | pdu_be24(s, d, 17));
	say(s, "\n\t    Datum ");
	put_word(s, WORDS(datums), pdu_u8(s, d, 20), "unknown");
	put_f(s, " (0x%02x)", pdu_u8(s, d, 20));
	return LLDP_DONE;
}

/* RFC 4119 */
static const struct word civic[] = {
	{0, "Language"},
	{1, "national subdivisions"},
	{2, "county, parish, district"},
	{3, "city, township"},
	{4, "city division, borough, city district"},
	{5, "neighborhood, block"},
	{6, "group of streets"},
	{18, "Trailing street suffix"},
	{19, "House number"},
	{20, "House number suffix"},
	{21, "Landmark or vanity address"},
	{22, "Additional location information"},
	{23, "Name"},
	{24, "Postal/ZIP code"},
	{25, "Building"},
	{26, "Unit"},
	{27, "Floor"},
	{28, "Room"},
	{29, "Place"},
	{128, "Script"},
};

static enum lldp_result civic_address(struct print_state *s, struct pdu d)
{
	if (d.len < 6)
		return LLDP_DONE;
	u32 whole = pdu_u8(s, d, 5);
	if (whole < 3 || d.len < 6 + whole)
		return LLDP_DONE;
	put_f(s, "\n\t    LCI length: %u", whole);
	put_f(s, "\n\t    LCI what: %u", pdu_u8(s, d, 6));
	put_f(s, "\n\t    Country-code ");
	put_padded(s, d, 7, 2);
	u32 left = whole - 3;
	for (u32 at = 9; left;) {
		if (left < 2)
			return LLDP_DONE;
		u8 type = pdu_u8(s, d, at), n = pdu_u8(s, d, at + 1);
		put_f(s, "\n\t      CA type \'");
		put_word(s, WORDS(civic), type, "unknown");
		put_f(s, "\' (%u), length %u: ", type, n);
		if (left - 2 < n || d.len < at + 2 + n)
			return LLDP_DONE;
		put_padded(s, d, at + 2, n);
		at += 2u + n;
		left -= 2u + n;
	}
	return LLDP_DONE;
}

static enum lldp_result location(struct print_state *s, struct pdu d)
{
	static const struct word formats[] = {
		{1, "coordinate-based LCI"}, {2, "civic address LCI"}, {3, "ECS ELIN"}};
	u8 v = pdu_u8(s, d, 4);

	say(s, "\n\t    Location data format ");
	put_word(s, WORDS(formats), v, "unknown");
	put_f(s, " (0x%02x)", v);
	switch (v) {
	case 1:
		return coordinates(s, d);
	case 2:
		return civic_address(s, d);
	case 3:
		say(s, "\n\t    ECS ELIN id ");
		put_padded(s, d, 5, d.len - 5);
		return LLDP_DONE;
	}
	say(s, "\n\t    Location ID ");
	put_bytes(s, "\n\t      ", d, 5, d.len - 5);
	return LLDP_DONE;
}

static void med_capabilities(struct print_state *s, struct pdu d)
{
	static const struct word flags[] = {
		{0x01, "LLDP-MED capabilities"},     {0x02, "network policy"},
		{0x04, "location identification"},   {0x08, "extended power via MDI-PSE"},
		{0x10, "extended power via MDI-PD"}, {0x20, "Inventory"}};
	static const struct word types[] = {{0, "not defined"},
					    {1, "endpoint class 1"},
					    {2, "endpoint class 2"},
					    {3, "endpoint class 3"},
					    {4, "network connectivity"}};
	u16 v = pdu_be16(s, d, 4);

	say(s, "\n\t    Media capabilities [");
	put_bits(s, WORDS(flags), v, ", ", "none");
	put_f(s, "] (0x%04x)\n\t    Device type [", v);
	put_word(s, WORDS(types), pdu_u8(s, d, 6), "unknown");
	put_f(s, "] (0x%02x)", pdu_u8(s, d, 6));
}

static void policy(struct print_state *s, struct pdu d)
{
	static const struct word types[] = {{1, "voice"},           {2, "voice signaling"},
					    {3, "guest voice"},     {4, "guest voice signaling"},
					    {5, "softphone voice"}, {6, "video conferencing"},
					    {7, "streaming video"}, {8, "video signaling"}};
	static const struct word flags[] = {
		{0x80, "Unknown"}, {0x40, "Tagged"}, {0x20, "Reserved"}};
	u16 v = pdu_be16(s, d, 5);

	say(s, "\n\t    Application type [");
	put_word(s, WORDS(types), pdu_u8(s, d, 4), "none");
	put_f(s, "] (0x%02x), Flags [", pdu_u8(s, d, 4));
	put_bits(s, WORDS(flags), v >> 8, ", ", "none");
	put_f(s, "]\n\t    Vlan id %u", (v & 0x1ffe) >> 1);
	v = pdu_be16(s, d, 6);
	put_f(s, ", L2 priority %u, DSCP value %u", (v & 0x1c0) >> 6, v & 0x3f);
}

static void extended_power(struct print_state *s, struct pdu d)
{
	static const struct word pse[] = {{0x00, "unknown"}, {0x10, "primary"}, {0x20, "backup"}};
	static const struct word pd[] = {
		{0x00, "unknown"}, {0x10, "PSE device"}, {0x20, "local"}, {0x30, "PSE and local"}};
	static const struct word priorities[] = {
		{0, "unknown"}, {1, "critical"}, {2, "high"}, {3, "low"}};
	u8 v = pdu_u8(s, d, 4);
	/* as tcpdump shifts its masks: the two bits below */
	u8 kind = v & 3;
	bool device = kind == 1;

	say(s, "\n\t    Power type [");
	put_s(s, device ? "PD device" : "PSE device");
	say(s, "], Power source [");
	put_word(s, device ? pd : pse, device ? LEN(pd) : LEN(pse), v & 0x30, "none");
	say(s, "]\n\t    Power priority [");
	put_word(s, WORDS(priorities), v & 15, "unknown");
	put_f(s, "] (0x%02x), Power ", v & 15);
	u16 w = pdu_be16(s, d, 5);
	if (w < 1024)
		put_f(s, "%.1f Watts", w / 10.0);
	else
		say(s, "Reserved");
}

enum lldp_result lldp_med(struct print_state *s, struct pdu d)
{
	static const struct word names[] = {
		{1, "LLDP-MED Capabilities"},         {2, "Network policy"},
		{3, "Location identification"},       {4, "Extended power-via-MDI"},
		{5, "Inventory - hardware revision"}, {6, "Inventory - firmware revision"},
		{7, "Inventory - software revision"}, {8, "Inventory - serial number"},
		{9, "Inventory - manufacturer name"}, {10, "Inventory - model name"},
		{11, "Inventory - asset ID"}};
	static const char *const inventory[] = {
		"Hardware revision", "Firmware revision", "Software revision", "Serial number",
		"Manufacturer name", "Model name",        "Asset ID"};
	static const u8 least[] = {0, 7, 8, 5, 7};
	u8 type = pdu_u8(s, d, 3);

	say(s, "\n\t  ");
	put_word(s, WORDS(names), type, "unknown");
	put_f(s, " Subtype (%u)", type);
	if (type < LEN(least) && d.len < least[type])
		return LLDP_DONE;
	switch (type) {
	case 1:
		med_capabilities(s, d);
		return LLDP_DONE;
	case 2:
		policy(s, d);
		return LLDP_DONE;
	case 3:
		return location(s, d);
	case 4:
		extended_power(s, d);
		return LLDP_DONE;
	}
	if (type < 5 || type > 11)
		return LLDP_DUMP;
	put_f(s, "\n\t  %s ", inventory[type - 5]);
	put_padded(s, d, 4, d.len - 4);
	return LLDP_DONE;
}
