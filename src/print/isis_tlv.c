/* SPDX-License-Identifier: BSD-2-Clause */
/* The TLVs of IS-IS. */
#include "print/isis.h"

static void put_default_metric(struct print_state *s, const u8 *p)
{
	put_f(s, ", Default Metric: %u, %s", p[0] & ISIS_METRIC, isis_metric_kind(p[0]));
	isis_put_metrics(s, p, "\n\t\t  ");
}

static enum isis_end areas(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; off < d.len;) {
		u8 n = pdu_u8(s, d, off++);

		if (n > d.len - off)
			return ISIS_CUT;
		put_f(s, "\n\t      Area address (length: %u): ", n);
		put_nsap(s, d, off, n);
		off += n;
	}
	return ISIS_OK;
}

static enum isis_end neighbours(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; d.len - off >= 6; off += 6) {
		const u8 *p = pdu_need(s, d, off, 6);

		say(s, "\n\t      SNPA: ");
		put_system_id(s, p);
	}
	return ISIS_OK;
}

static enum isis_end partition(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; d.len - off >= 6; off += 6) {
		const u8 *p = pdu_need(s, d, off, 6);

		say(s, "\n\t      ");
		put_system_id(s, p);
	}
	return ISIS_OK;
}

static enum isis_end reachability(struct print_state *s, struct pdu d)
{
	u8 flag = pdu_u8(s, d, 0);

	say(s, "\n\t      ");
	if (flag > 1)
		put_f(s, "bogus virtual flag 0x%02x", flag);
	else
		put_s(s, flag ? "IsVirtual" : "IsNotVirtual");
	for (u32 off = 1; d.len - off >= 11; off += 11) {
		const u8 *p = pdu_need(s, d, off, 11);

		say(s, "\n\t      IS Neighbor: ");
		put_node_id(s, p + 4);
		put_default_metric(s, p);
	}
	return ISIS_OK;
}

static enum isis_end es_neighbours(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; d.len - off >= 10; off += 10) {
		const u8 *p = pdu_need(s, d, off, 10);

		say(s, "\n\t      ES Neighbor: ");
		put_system_id(s, p + 4);
		put_default_metric(s, p);
	}
	return ISIS_OK;
}

static enum isis_end prefixes(struct print_state *s, struct pdu d)
{
	u32 off = 4;

	if (d.len < 4)
		return ISIS_CUT;
	say(s, "\n\t      Metric Block");
	put_default_metric(s, pdu_need(s, d, 0, 4));
	while (off < d.len) {
		u8 half = pdu_u8(s, d, off++);
		u32 n = half / 2u;

		if (n > d.len - off)
			return ISIS_CUT;
		say(s, "\n\t\tAddress: ");
		put_nsap(s, d, off, n);
		put_f(s, "/%u", half * 4u);
		off += n;
	}
	return ISIS_OK;
}

static enum isis_end instances(struct print_state *s, struct pdu d)
{
	if (d.len < 4)
		return ISIS_CUT;
	put_f(s, "\n\t      Instance ID: %u, ITIDs(%u)%s ", pdu_be16(s, d, 0), (d.len - 2) / 2,
	      d.len == 2 ? "" : ":");
	for (u32 off = 2; d.len - off >= 2; off += 2)
		put_f(s, "%u%s", pdu_be16(s, d, off), d.len - off == 2 ? "" : ", ");
	return ISIS_OK;
}

static enum isis_end entries(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; d.len - off >= 16; off += 16) {
		const u8 *p = pdu_need(s, d, off, 16);

		say(s, "\n\t      lsp-id: ");
		put_lsp_id(s, p + 2);
		put_f(s, ", seq: 0x%08x, lifetime: %5us, chksum: 0x%04x", get_be32(p + 10),
		      get_be16(p), get_be16(p + 14));
	}
	return ISIS_OK;
}

static enum isis_end authentication(struct print_state *s, struct pdu d)
{
	u8 type = pdu_u8(s, d, 0);

	say(s, "\n\t      ");
	switch (type) {
	case 1:
		say(s, "simple text password: ");
		put_chars(s, d, 1, d.len - 1);
		break;
	case 54:
		say(s, "HMAC-MD5 password: ");
		for (u32 i = 1; i < d.len; i++)
			put_f(s, "%02x", pdu_u8(s, d, i));
		say(s, " (unchecked)");
		break;
	case 3:
		put_f(s, "Generic Crypto key-id: %u, password: ", pdu_be16(s, d, 1));
		for (u32 i = 3; i < d.len; i++)
			put_f(s, "%02x", pdu_u8(s, d, i));
		break;
	default:
		put_f(s, "unknown Authentication type 0x%02x: ", type);
		put_bytes(s, "\n\t\t  ", d, 1, d.len - 1);
	}
	return ISIS_OK;
}

static enum isis_end checksum(struct print_state *s, struct pdu d, struct pdu pdu)
{
	u16 sum = pdu_be16(s, d, 0);

	put_f(s, "\n\t      checksum: 0x%04x ", sum);
	put_osi_sum(s, pdu, sum, (u32)(d.p - pdu.p), pdu.len);
	return ISIS_OK;
}

static enum isis_end purge(struct print_state *s, struct pdu d)
{
	if (d.len < 7)
		return ISIS_CUT;
	say(s, "\n\t      Purge Originator System-ID: ");
	put_system_id(s, pdu_need(s, d, 1, 6));
	if (d.len == 7)
		return ISIS_OK;
	if (d.len < 13)
		return ISIS_CUT;
	const u8 *p = pdu_need(s, d, 7, 7);
	say(s, "\n\t      Received from System-ID: ");
	put_system_id(s, p);
	return ISIS_OK;
}

static enum isis_end nlpids(struct print_state *s, struct pdu d)
{
	say(s, "\n\t      NLPID(s): ");
	for (u32 i = 0; i < d.len; i++) {
		u8 id = pdu_u8(s, d, i);

		put_f(s, "%s (0x%02x)%s", nlpid_name(id), id, i + 1 < d.len ? ", " : "");
	}
	return ISIS_OK;
}

static enum isis_end domain(struct print_state *s, struct pdu d)
{
	static const struct word kinds[] = {
		{0, "Reserved"}, {1, "Routing-Domain Specific"}, {2, "AS Number Tag"}};
	u8 type = pdu_u8(s, d, 0);

	say(s, "\n\t      Inter-Domain Information Type: ");
	put_word(s, WORDS(kinds), type, "Unknown (0x%02x)");
	if (type == 2) {
		if (d.len < 3)
			return ISIS_CUT;
		put_f(s, "AS Number: %u", pdu_be16(s, d, 1));
	} else {
		put_bytes(s, "\n\t      ", d, 1, d.len - 1);
	}
	return ISIS_OK;
}

static enum isis_end addresses(struct print_state *s, struct pdu d, u32 size)
{
	for (u32 off = 0; d.len - off >= size; off += size) {
		const u8 *p = pdu_need(s, d, off, size);

		if (size == 4) {
			say(s, "\n\t      IPv4 interface address: ");
			put_ip4(s, p);
		} else {
			say(s, "\n\t      IPv6 interface address: ");
			put_ip6(s, p);
		}
	}
	return ISIS_OK;
}

static enum isis_end risk_group(struct print_state *s, struct pdu d)
{
	if (d.len < 16)
		return d.len < 7 ? ISIS_CUT : ISIS_CUT;
	say(s, "\n\t      IS Neighbor: ");
	put_node_id(s, pdu_need(s, d, 0, 7));
	put_f(s, ", Flags: [%s]", pdu_u8(s, d, 7) & 1 ? "numbered" : "unnumbered");
	say(s, "\n\t      IPv4 interface address: ");
	put_ip4(s, pdu_need(s, d, 8, 4));
	say(s, "\n\t      IPv4 neighbor address: ");
	put_ip4(s, pdu_need(s, d, 12, 4));
	for (u32 off = 16; d.len - off >= 4; off += 4)
		put_f(s, "\n\t      Link-ID: 0x%08x", pdu_be32(s, d, off));
	return ISIS_OK;
}

static enum isis_end restart(struct print_state *s, struct pdu d)
{
	static const struct word flags[] = {{0x01, "Restart Request"},
					    {0x02, "Restart Acknowledgement"},
					    {0x04, "Suppress adjacency advertisement"}};

	say(s, "\n\t      Flags [");
	put_bits(s, WORDS(flags), pdu_u8(s, d, 0), ", ", "none");
	put_c(s, ']');
	if (d.len < 3)
		return ISIS_OK;
	put_f(s, ", Remaining holding time %us", pdu_be16(s, d, 1));
	if (d.len == 9) {
		say(s, ", for ");
		put_system_id(s, pdu_need(s, d, 3, 6));
	}
	return ISIS_OK;
}

static enum isis_end adjacency(struct print_state *s, struct pdu d, struct pdu pdu)
{
	static const struct word states[] = {{0, "Up"}, {1, "Initializing"}, {2, "Down"}};
	u8 state = pdu_u8(s, d, 0);

	say(s, "\n\t      Adjacency State: ");
	put_word(s, WORDS(states), state, "unknown");
	put_f(s, " (%u)", state);
	if (d.len < 5)
		return ISIS_OK;
	if (d.len < 15) {
		/* tcpdump reads what would be there, beyond the end */
		put_f(s, "\n\t      Neighbor Extended Local circuit-ID: 0x%08x",
		      pdu_be32(s, pdu, (u32)(d.p - pdu.p) + 11));
		return ISIS_OK;
	}
	put_f(s, "\n\t      Extended Local circuit-ID: 0x%08x", pdu_be32(s, d, 1));
	say(s, "\n\t      Neighbor System-ID: ");
	put_system_id(s, pdu_need(s, d, 5, 6));
	put_f(s, "\n\t      Neighbor Extended Local circuit-ID: 0x%08x", pdu_be32(s, d, 11));
	return ISIS_OK;
}

static enum isis_end capability(struct print_state *s, struct pdu d)
{
	static const struct word flags[] = {{0x01, "S bit"}, {0x02, "D bit"}};
	static const struct word subs[] = {{2, "SR-Capabilities"}, {19, "SR-Algorithm"}};

	if (d.len < 5) {
		put_f(s, " [object length %u < 5]", d.len);
		return ISIS_CUT;
	}
	say(s, "\n\t      Router-ID ");
	put_ip4(s, pdu_need(s, d, 0, 4));
	say(s, ", Flags [");
	put_bits(s, WORDS(flags), pdu_u8(s, d, 4), ", ", "none");
	put_c(s, ']');
	for (u32 off = 5; d.len - off >= 2;) {
		u8 type = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);

		say(s, "\n\t\t");
		put_word(s, WORDS(subs), type, "unknown");
		put_f(s, " subTLV #%u, length: %u", type, n);
		off += 2;
		if (n > d.len - off)
			return ISIS_CUT;
		if (type == 2) {
			static const struct word sr[] = {{0x80, "ipv4"}, {0x40, "ipv6"}};

			if (n < 5 || d.len - off < 8)
				pdu_cut(s);
			say(s, ", Flags [");
			put_bits(s, WORDS(sr), pdu_u8(s, d, off), ", ", "None");
			put_f(s, "], Range %u, SID value %u", pdu_be24(s, d, off + 1),
			      pdu_be24(s, d, off + 6));
		} else {
			put_bytes(s, "\n\t\t", d, off, n);
		}
		off += n;
	}
	return ISIS_OK;
}

static enum isis_end vendor(struct print_state *s, struct pdu d)
{
	if (d.len < 3)
		return ISIS_CUT;
	u32 oui = pdu_be24(s, d, 0);
	put_f(s, "\n\t      Vendor: %s (%u)", oui_name(oui), oui);
	if (d.len > 3)
		put_bytes(s, "\n\t\t", d, 3, d.len - 3);
	return ISIS_OK;
}

static const struct word names[] = {
	{1, "Area address(es)"},
	{2, "IS Reachability"},
	{3, "ES Neighbor(s)"},
	{4, "Partition DIS"},
	{5, "Prefix Neighbors"},
	{6, "IS Neighbor(s)"},
	{7, "Instance Identifier"},
	{8, "Padding"},
	{9, "LSP entries"},
	{10, "Authentication"},
	{12, "Checksum"},
	{13, "Purge Originator Identifier"},
	{14, "LSP Buffersize"},
	{22, "Extended IS Reachability"},
	{24, "IS Alias ID"},
	{42, "DECnet Phase IV"},
	{128, "IPv4 Internal Reachability"},
	{129, "Protocols supported"},
	{130, "IPv4 External Reachability"},
	{131, "Inter-Domain Information Type"},
	{132, "IPv4 Interface address(es)"},
	{133, "IPv4 authentication (deprecated)"},
	{134, "Traffic Engineering Router ID"},
	{135, "Extended IPv4 Reachability"},
	{136, "Application specific Information"},
	{137, "Hostname"},
	{138, "Shared Risk Link Group"},
	{143, "Multi-Topology-Aware Port Capability"},
	{144, "Multi-Topology Capability"},
	{211, "Restart Signaling"},
	{222, "Multi Topology IS Reachability"},
	{229, "Multi Topology"},
	{232, "IPv6 Interface address(es)"},
	{235, "Multi-Topology IPv4 Reachability"},
	{236, "IPv6 reachability"},
	{237, "Multi-Topology IP6 Reachability"},
	{240, "Point-to-point Adjacency State"},
	{241, "Prefix SID"},
	{242, "IS-IS Router Capability"},
	{250, "Vendor Private"},
};

const char *isis_tlv_name(u8 type)
{
	const char *name = word_of(WORDS(names), type);

	return name ? name : "unknown";
}

enum isis_end isis_tlv(struct print_state *s, struct pdu d, u8 type, struct pdu pdu)
{
	switch (type) {
	case 1:
		return areas(s, d);
	case 2:
		return reachability(s, d);
	case 3:
		return es_neighbours(s, d);
	case 4:
		return partition(s, d);
	case 5:
		return prefixes(s, d);
	case 6:
		return neighbours(s, d);
	case 7:
		return instances(s, d);
	case 8:
		return ISIS_OK;
	case 9:
		return entries(s, d);
	case 10:
		return authentication(s, d);
	case 12:
		return d.len < 2 ? ISIS_CUT : checksum(s, d, pdu);
	case 13:
		return purge(s, d);
	case 14:
		if (d.len < 2)
			return ISIS_CUT;
		put_f(s, "\n\t      LSP Buffersize: %u", pdu_be16(s, d, 0));
		return ISIS_OK;
	case 22:
		return isis_extended(s, d, 0);
	case 24:
		return isis_alias(s, d);
	case 128:
	case 130:
		return isis_old_ip(s, d);
	case 129:
		return nlpids(s, d);
	case 131:
		return domain(s, d);
	case 132:
		return addresses(s, d, 4);
	case 134:
		if (d.len < 4)
			return ISIS_CUT;
		say(s, "\n\t      Traffic Engineering Router ID: ");
		put_ip4(s, pdu_need(s, d, 0, 4));
		return ISIS_OK;
	case 135:
		return isis_prefix_list(s, d, 0, false);
	case 137:
		say(s, "\n\t      Hostname: ");
		put_chars(s, d, 0, d.len);
		return ISIS_OK;
	case 138:
		return risk_group(s, d);
	case 143:
		return isis_spb_port(s, d);
	case 144:
		return isis_spb(s, d);
	case 211:
		return restart(s, d);
	case 222:
		return isis_topology(s, d, 0) ? isis_extended(s, d, 2) : ISIS_CUT;
	case 229:
		return isis_topologies_list(s, d);
	case 232:
		return addresses(s, d, 16);
	case 235:
		return isis_topology(s, d, 0) ? isis_prefix_list(s, d, 2, false) : ISIS_CUT;
	case 236:
		return isis_prefix_list(s, d, 0, true);
	case 237:
		return isis_topology(s, d, 0) ? isis_prefix_list(s, d, 2, true) : ISIS_CUT;
	case 240:
		return adjacency(s, d, pdu);
	case 242:
		return capability(s, d);
	case 250:
		return vendor(s, d);
	}
	return ISIS_UNKNOWN;
}
