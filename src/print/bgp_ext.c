/* SPDX-License-Identifier: BSD-2-Clause */
/* BGP extended communities, RFC 4360 and what came after it. */
#include "print/bgp.h"

/* How the six bytes behind the type are shown. */
enum form { HEX, AS2, ADDR, AS4, ROUTER, OSPF_ROUTE, BANDWIDTH, LAYER2, SOURCE_AS };

static const struct community {
	u16 type;
	u8 form;
	const char *name;
} communities[] = {
	{0x0002, AS2, "target"},
	{0x0003, AS2, "origin"},
	{0x0005, ROUTER, "ospf-domain"},
	{0x0009, SOURCE_AS, "source-AS"},
	{0x000a, AS2, "l2vpn-id"},
	{0x0102, ADDR, "target"},
	{0x0103, ADDR, "origin"},
	{0x0105, ROUTER, "ospf-domain"},
	{0x0107, ROUTER, "ospf-router-id"},
	{0x010b, ADDR, "vrf-route-import"},
	{0x0202, AS4, "target"},
	{0x0203, AS4, "origin"},
	{0x0205, ROUTER, "ospf-domain"},
	{0x0306, OSPF_ROUTE, "ospf-route-type"},
	{0x4004, BANDWIDTH, "link-BW"},
	{0x8000, OSPF_ROUTE, "ospf-route-type"},
	{0x8001, ROUTER, "ospf-router-id"},
	{0x8005, ROUTER, "ospf-domain"},
	{0x800a, LAYER2, "layer2-info"},
	{0x8800, HEX, "eigrp-general-route (flag, tag)"},
	{0x8801, HEX, "eigrp-route-metric (AS, delay)"},
	{0x8802, HEX, "eigrp-route-metric (reliability, nexthop, bandwidth)"},
	{0x8803, HEX, "eigrp-route-metric (load, MTU)"},
	{0x8804, HEX, "eigrp-external-route (remote-AS, remote-ID)"},
	{0x8805, HEX, "eigrp-external-route (remote-proto, remote-metric)"},
	{0xf10a, ADDR, "l2vpn-id"},
};

static const struct word encapsulations[] = {
	{0, "Reserved"},
	{1, "Frame Relay"},
	{2, "ATM AAL5 SDU VCC transport"},
	{3, "ATM transparent cell transport"},
	{4, "Ethernet (VLAN) Tagged Mode"},
	{5, "Ethernet Raw Mode"},
	{6, "Cisco HDLC"},
	{7, "PPP"},
	{8, "SONET/SDH Circuit Emulation Service over MPLS"},
	{9, "ATM n-to-one VCC cell transport"},
	{10, "ATM n-to-one VPC cell transport"},
	{11, "IP layer 2 transport"},
	{15, "Frame Relay Port mode"},
	{17, "Structure-agnostic E1 over packet"},
	{18, "Structure-agnostic T1 (DS1) over packet"},
	{19, "VPLS"},
	{20, "Structure-agnostic T3 (DS3) over packet"},
	{21, "Nx64kbit/s Basic Service using Structure-aware"},
	{25, "Frame Relay DLCI"},
	{40, "Structure-agnostic E3 over packet"},
	{41, "Octet-aligned payload for structure-agnostic DS1 circuits"},
	{42, "E&M NxDS0 with CAS using structure-aware"},
};

static void put_ospf_route(struct print_state *s, const u8 *p)
{
	static const struct word types[] = {{1, "Router"},   {2, "Network"},       {3, "Summary"},
					    {5, "External"}, {7, "NSSA External"}, {129, "Sham"},
					    {130, "Sham"}};
	bool external = p[4] == 5 || p[4] == 7;

	say(s, "area:");
	put_ip4(s, p);
	say(s, ", router-type:");
	put_word(s, types, LEN(types), p[4], "unknown (0x%02x)");
	say(s, ", metric-type:");
	put_s(s, p[5] == 1 ? "E2" : external ? "E1" : "");
	if (p[5] == 1 && external)
		say(s, "E1");
}

static void put_value(struct print_state *s, u8 form, const u8 *p)
{
	union {
		u32 bits;
		float value;
	} speed = {get_be32(p + 2)};

	switch (form) {
	case AS2:
		put_f(s, "%u:%u (= ", get_be16(p), get_be32(p + 2));
		put_ip4(s, p + 2);
		put_c(s, ')');
		break;
	case ADDR:
		put_ip4(s, p);
		put_f(s, ":%u", get_be16(p + 4));
		break;
	case AS4:
		put_f(s, "%u:%u", get_be32(p), get_be16(p + 4));
		break;
	case ROUTER:
		put_ip4(s, p);
		break;
	case OSPF_ROUTE:
		put_ospf_route(s, p);
		break;
	case BANDWIDTH:
		put_f(s, "bandwidth: %.3f Mbps", (double)speed.value * 8 / 1000000);
		break;
	case LAYER2:
		put_word(s, encapsulations, LEN(encapsulations), p[0], "unknown encaps");
		put_f(s, " Control Flags [0x%02x]:MTU %u", p[1], get_be16(p + 2));
		break;
	case SOURCE_AS:
		put_f(s, "AS %u", get_be16(p));
		break;
	default:
		put_hex(s, p, 6);
	}
}

void put_bgp_community(struct print_state *s, const u8 *p)
{
	static const struct word flags[] = {{0x8000, "vendor-specific"},
					    {0x4000, "non-transitive"}};
	static const struct community none = {0, HEX, "unknown extd community typecode"};
	const struct community *c = &none;
	u16 type = get_be16(p);

	for (size_t i = 0; i < LEN(communities) && c == &none; i++)
		if (communities[i].type == type)
			c = &communities[i];
	put_f(s, "\n\t    %s (0x%04x), Flags [", c->name, type);
	put_bits(s, flags, LEN(flags), type, ", ", "none");
	say(s, "]: ");
	put_value(s, c->form, p + 2);
}
