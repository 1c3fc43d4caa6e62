/* SPDX-License-Identifier: BSD-2-Clause */
/* LSP ping, RFC 4379. */
#include "print/ldp.h"

enum { HEADER = 32, TLV = 4 };
enum { FEC_STACK = 1, MAPPING = 2, VENDOR = 5, DISCRIMINATOR = 15 };

static const struct word types[] = {
	{1, "MPLS Echo Request"},
	{2, "MPLS Echo Reply"},
};

static const struct word modes[] = {
	{1, "Do not reply"},
	{2, "Reply via an IPv4/IPv6 UDP packet"},
	{3, "Reply via an IPv4/IPv6 UDP packet with Router Alert"},
	{4, "Reply via application level control channel"},
};

static const struct word codes[] = {
	{0, "No return code or return code contained in the Error Code TLV"},
	{1, "Malformed echo request received"},
	{2, "One or more of the TLVs was not understood"},
	{3, "Replying router is an egress for the FEC at stack depth 0"},
	{4, "Replying router has no mapping for the FEC at stack depth 0"},
	{5, "Reserved"},
	{6, "Reserved"},
	{7, "Reserved"},
	{8, "Label switched at stack-depth 0"},
	{9, "Label switched but no MPLS forwarding at stack-depth"},
	{10, "Mapping for this FEC is not the given label at stack depth 0"},
	{11, "No label entry at stack-depth 0"},
	{12, "Protocol not associated with interface at FEC stack depth 0"},
	{13, "Premature termination of ping due to label stack shrinking to a single label"},
};

static const struct word tlvs[] = {
	{1, "Target FEC Stack"},       {2, "Downstream Mapping"},    {3, "Pad"},
	{5, "Vendor Enterprise Code"}, {7, "Interface Label Stack"}, {9, "Error Code"},
	{10, "Reply TOS Byte"},        {15, "BFD Discriminator"},    {64512, "Vendor Private Code"},
};

static const struct word fecs[] = {
	{1, "LDP IPv4 prefix"},
	{2, "LDP IPv6 prefix"},
	{3, "RSVP IPv4 Session Query"},
	{4, "RSVP IPv6 Session Query"},
	{5, "Reserved"},
	{6, "VPN IPv4 prefix"},
	{7, "VPN IPv6 prefix"},
	{8, "L2 VPN endpoint"},
	{9, "FEC 128 pseudowire (old)"},
	{10, "FEC 128 pseudowire"},
	{12, "BGP labeled IPv4 prefix"},
	{13, "BGP labeled IPv6 prefix"},
};

/* RFC 4379 3.2: how long each kind of FEC is; 0: any length */
static const u8 sizes[] = {[1] = 5,  [2] = 17, [3] = 20,  [4] = 56, [6] = 13, [7] = 25,
			   [8] = 14, [9] = 10, [10] = 14, [12] = 5, [13] = 17};

static void put_type(struct print_state *s, u16 type)
{
	const char *name = pseudowire_name(type);

	if (name)
		put_f(s, "%s (%u)", name, type);
	else
		put_f(s, "unknown (%u)", type);
}

static void rsvp(struct print_state *s, const u8 *p, u32 size)
{
	void (*put_addr_of)(struct print_state *, const u8 *) = size == 4 ? put_ip4 : put_ip6;

	say(s, "\n\t      tunnel end-point ");
	put_addr_of(s, p);
	say(s, ", tunnel sender ");
	put_addr_of(s, p + 4 + 2 * size);
	put_f(s, ", lsp-id 0x%04x\n\t      tunnel-id 0x%04x, extended tunnel-id ",
	      get_be16(p + 6 + 3 * size), get_be16(p + 2 + size));
	put_addr_of(s, p + 4 + size);
}

static void vpn(struct print_state *s, struct pdu d, u32 off, bool v6)
{
	say(s, "\n\t      RD: ");
	put_bgp_rd(s, d, off);
	say(s, ", ");
	if (v6)
		put_ip6(s, d.p + off + 8);
	else
		put_ip4(s, d.p + off + 8);
	put_f(s, "/%u", d.p[off + 8 + (v6 ? 16 : 4)]);
}

/* An element of the right length. */
static void fec(struct print_state *s, struct pdu d, u32 off, u16 type)
{
	const u8 *p = pdu_need(s, d, off, sizes[type]);

	switch (type) {
	case 1:
	case 12:
		say(s, "\n\t      ");
		put_ip4(s, p);
		put_f(s, "/%u", p[4]);
		break;
	case 2:
	case 13:
		say(s, "\n\t      ");
		put_ip6(s, p);
		put_f(s, "/%u", p[16]);
		break;
	case 3:
	case 4:
		rsvp(s, p, type == 3 ? 4 : 16);
		break;
	case 6:
	case 7:
		vpn(s, d, off, type == 7);
		break;
	case 8:
		say(s, "\n\t      RD: ");
		put_bgp_rd(s, d, off);
		put_f(s, ", Sender VE ID: %u, Receiver VE ID: %u\n\t      Encapsulation Type: ",
		      get_be16(p + 8), get_be16(p + 10));
		put_type(s, get_be16(p + 12));
		break;
	case 9:
		say(s, "\n\t      Remote PE: ");
		put_ip4(s, p);
		put_f(s, "\n\t      PW ID: 0x%08x, PW Type: ", get_be32(p + 4));
		put_type(s, get_be16(p + 8));
		break;
	case 10:
		say(s, "\n\t      Sender PE: ");
		put_ip4(s, p);
		say(s, ", Remote PE: ");
		put_ip4(s, p + 4);
		put_f(s, "\n\t      PW ID: 0x%08x, PW Type: ", get_be32(p + 8));
		put_type(s, get_be16(p + 12));
		break;
	}
}

static bool too_short(struct print_state *s, const char *what)
{
	put_f(s, "\n\t      %s is too short", what);
	return true;
}

/* Each value says whether its bytes are to be dumped, too. */
static bool fec_stack(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	while (n) {
		if (n < TLV)
			return too_short(s, "TLV");
		u16 type = pdu_be16(s, d, off), len = pdu_be16(s, d, off + 2);
		u32 whole = len + (-len & 3u);
		u8 size = type < LEN(sizes) ? sizes[type] : 0;

		off += TLV;
		n -= TLV;
		if (len > n)
			return too_short(s, "TLV");
		put_f(s, "\n\t    %s subTLV (%u), length: %u",
		      word_of(WORDS(fecs), type) ?: "Unknown", type, len);
		bool dump = !size;
		if (size && len != size) {
			put_f(s, "\n\t      invalid subTLV length, should be %u", size);
			dump = true;
		} else if (size) {
			fec(s, d, off, type);
		}
		if (dump || s->opt.verbose > 1)
			put_bytes(s, "\n\t      ", d, off, len);
		off += whole;
		n = n > whole ? n - whole : 0;
	}
	return false;
}

static bool mapping(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const struct word kinds[] = {
		{1, "IPv4"}, {2, "Unnumbered IPv4"}, {3, "IPv6"}, {4, "IPv6"}};

	if (n < 4)
		return too_short(s, "TLV");
	u16 mtu = pdu_be16(s, d, off);
	u8 kind = pdu_u8(s, d, off + 2);
	put_f(s, "\n\t    MTU: %u, Address-Type: %s (%u)", mtu,
	      word_of(WORDS(kinds), kind) ?: "unknown", kind);
	if (!kind || kind > 4)
		return true;
	u32 size = kind < 3 ? 4 : 16, own = kind % 2 ? size : 4;
	if (n < 4 + size + own + 4)
		return too_short(s, "TLV");
	const u8 *p = pdu_need(s, d, off + 4, size + own);
	say(s, "\n\t    Downstream IP: ");
	if (size == 4)
		put_ip4(s, p);
	else
		put_ip6(s, p);
	say(s, "\n\t    Downstream Interface I");
	if (kind == 1) {
		say(s, "P: ");
		put_ip4(s, p + size);
	} else if (kind == 3) {
		say(s, "P: ");
		put_ip6(s, p + size);
	} else {
		put_f(s, "ndex: 0x%08x", get_be32(p + size));
	}
	return true;
}

static bool value(struct print_state *s, struct pdu d, u32 off, u32 n, u16 type)
{
	switch (type) {
	case FEC_STACK:
		return fec_stack(s, d, off, n);
	case MAPPING:
		return mapping(s, d, off, n);
	case VENDOR:
		if (n < 4)
			return too_short(s, "TLV");
		put_f(s, "\n\t    Vendor: Unknown (0x%04x)", pdu_be32(s, d, off));
		return false;
	case DISCRIMINATOR:
		if (n < 4)
			return too_short(s, "TLV");
		put_f(s, "\n\t    BFD Discriminator 0x%08x", pdu_be32(s, d, off));
		return false;
	}
	return s->opt.verbose <= 1;
}

static void put_time_stamp(struct print_state *s, const char *name, const u8 *p)
{
	put_s(s, name);
	if (get_be64(p))
		put_ntp_time(s, p);
	else
		say(s, "no timestamp");
}

static void lspping_print(struct print_state *s, struct pdu d)
{
	s->name = "lspping";
	if (d.len < HEADER) {
		say(s, "\n\t\t packet is too short");
		return;
	}
	pdu_check(s, d, 0, HEADER);
	const u8 *p = d.p;
	u16 version = get_be16(p);
	if (version != 1) {
		put_f(s, "LSP-PING version %u packet not supported", version);
		return;
	}
	const char *type = word_of(WORDS(types), p[4]) ?: "unknown";
	if (!s->opt.verbose) {
		put_f(s, "LSP-PINGv%u, ", version);
		put_word(s, WORDS(types), p[4], "unknown (%u)");
		put_f(s, ", seq %u, length: %u", get_be32(p + 12), d.len);
		return;
	}
	put_f(s, "\n\tLSP-PINGv%u, msg-type: %s (%u), length: %u\n\t  reply-mode: %s (%u)", version,
	      type, p[4], d.len, word_of(WORDS(modes), p[5]) ?: "unknown", p[5]);
	put_f(s, "\n\t  Return Code: %s (%u)\n\t  Return Subcode: (%u)",
	      word_of(WORDS(codes), p[6]) ?: "unknown", p[6], p[7]);
	put_f(s, "\n\t  Sender Handle: 0x%08x, Sequence: %u", get_be32(p + 8), get_be32(p + 12));
	put_time_stamp(s, "\n\t  Sender Timestamp: ", p + 16);
	put_time_stamp(s, " Receiver Timestamp: ", p + 24);
	for (u32 off = HEADER, left = d.len - HEADER; left;) {
		if (left < TLV) {
			say(s, "\n\t\t packet is too short");
			return;
		}
		u16 kind = pdu_be16(s, d, off);
		u32 n = pdu_be16(s, d, off + 2), whole = n + (-n & 3u);

		put_f(s, "\n\t  %s TLV (%u), length: %u", word_of(WORDS(tlvs), kind) ?: "Unknown",
		      kind, n);
		off += TLV;
		left -= TLV;
		if (n > left) {
			say(s, "\n\t\t packet is too short");
			return;
		}
		pdu_check(s, d, off, n);
		if (value(s, d, off, n, kind) || s->opt.verbose > 1)
			put_bytes(s, "\n\t    ", d, off, n);
		off += whole;
		left = left > whole ? left - whole : 0;
	}
}

const struct printer lspping_printer = {"lspping", lspping_print};
