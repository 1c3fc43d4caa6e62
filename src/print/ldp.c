/* SPDX-License-Identifier: BSD-2-Clause */
/* LDP, RFC 5036, with pseudowires, RFC 4447. */
#include "print/ldp.h"

enum { HEADER = 10, MESSAGE = 8, TLV = 4 };
enum {
	FEC = 0x0100,
	ADDRESSES = 0x0101,
	LABEL = 0x0200,
	STATUS = 0x0300,
	HELLO = 0x0400,
	TRANSPORT4 = 0x0401,
	SEQUENCE = 0x0402,
	TRANSPORT6 = 0x0403,
	SESSION = 0x0500,
	FAULT = 0x0503,
};

static const struct word messages[] = {
	{0x0001, "Notification"},
	{0x0100, "Hello"},
	{0x0200, "Initialization"},
	{0x0201, "Keepalive"},
	{0x0300, "Address"},
	{0x0301, "Address Withdraw"},
	{0x0400, "Label Mapping"},
	{0x0401, "Label Request"},
	{0x0402, "Label Withdraw"},
	{0x0403, "Label Release"},
	{0x0404, "Label Abort Request"},
};

static const struct word tlvs[] = {
	{FEC, "FEC"},
	{ADDRESSES, "Address List"},
	{0x0103, "Hop Count"},
	{0x0104, "Path Vector"},
	{LABEL, "Generic Label"},
	{0x0201, "ATM Label"},
	{0x0202, "Frame-Relay Label"},
	{STATUS, "Status"},
	{0x0301, "Extended Status"},
	{0x0302, "Returned PDU"},
	{0x0303, "Returned Message"},
	{HELLO, "Common Hello Parameters"},
	{TRANSPORT4, "IPv4 Transport Address"},
	{SEQUENCE, "Configuration Sequence Number"},
	{TRANSPORT6, "IPv6 Transport Address"},
	{SESSION, "Common Session Parameters"},
	{0x0501, "ATM Session Parameters"},
	{0x0502, "Frame-Relay Session Parameters"},
	{FAULT, "Fault-Tolerant Session Parameters"},
	{0x0600, "Label Request Message ID"},
	{0x0601, "MTU"},
};

static const struct word pseudowires[] = {
	{0, "Reserved"},
	{1, "Frame Relay DLCI (Martini Mode)"},
	{2, "ATM AAL5 SDU VCC transport"},
	{3, "ATM transparent cell transport"},
	{4, "Ethernet VLAN"},
	{5, "Ethernet"},
	{6, "Cisco-HDLC"},
	{7, "PPP"},
	{8, "SONET/SDH Circuit Emulation Service over MPLS"},
	{9, "ATM n-to-one VCC cell transport"},
	{10, "ATM n-to-one VPC cell transport"},
	{11, "IP Layer2 Transport"},
	{12, "ATM one-to-one VCC Cell Mode"},
	{13, "ATM one-to-one VPC Cell Mode"},
	{14, "ATM AAL5 PDU VCC transport"},
	{15, "Frame-Relay Port mode"},
	{16, "SONET/SDH Circuit Emulation over Packet"},
	{17, "Structure-agnostic E1 over Packet"},
	{18, "Structure-agnostic T1 (DS1) over Packet"},
	{19, "Structure-agnostic E3 over Packet"},
	{20, "Structure-agnostic T3 (DS3) over Packet"},
	{21, "CESoPSN basic mode"},
	{22, "TDMoIP basic mode"},
	{23, "CESoPSN TDM with CAS"},
	{24, "TDMoIP TDM with CAS"},
	{25, "Frame Relay DLCI"},
	{64, "IP-interworking"},
};

const char *pseudowire_name(u16 type) { return word_of(WORDS(pseudowires), type); }

void put_vccv(struct print_state *s, struct pdu d, u32 off)
{
	static const struct word channels[] = {{1, "PWE3 control word"},
					       {2, "MPLS Router Alert Label"},
					       {4, "MPLS inner label TTL = 1"}};
	static const struct word kinds[] = {{1, "ICMP Ping"}, {2, "LSP Ping"}, {4, "BFD"}};
	u8 c = pdu_u8(s, d, off), k;

	put_f(s, "\n\t\t  Control Channels (0x%02x) = [", c);
	put_bits(s, WORDS(channels), c, ", ", "none");
	k = pdu_u8(s, d, off + 1);
	put_f(s, "]\n\t\t  CV Types (0x%02x) = [", k);
	put_bits(s, WORDS(kinds), k, ", ", "none");
	put_c(s, ']');
}

/* Whether the n bytes are less than a value needs; says so. */
static bool shorter(struct print_state *s, u32 n, u32 least)
{
	if (n >= least)
		return false;
	put_f(s, " [tlv length %u < %u]", n, least);
	put_invalid(s);
	return true;
}

static void pseudowire(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const struct word parameters[] = {{1, "MTU"}, {3, "Description"}, {12, "VCCV"}};

	if (shorter(s, n, 7))
		return;
	pdu_need(s, d, off, 7);
	u16 type = get_be16(d.p + off);
	u32 info = d.p[off + 2];
	if (info && n < 11) {
		shorter(s, n, 11);
		return;
	}
	put_f(s, ": %s, %scontrol word, group-ID %u", pseudowire_name(type & 0x7fff) ?: "Unknown",
	      type & 0x8000 ? "" : "no ", get_be32(d.p + off + 3));
	if (info)
		put_f(s, ", VC-ID %u", pdu_be32(s, d, off + 7));
	put_f(s, ", VC-info-length: %u", info);
	if (!info)
		return;
	if (info < 4 || n - 7 < info)
		return;
	off += 11;
	info -= 4;
	n -= 11;
	while (info > 1 && n > 1) {
		u8 kind = pdu_u8(s, d, off);
		u32 len = pdu_u8(s, d, off + 1);

		if (len < 2 || shorter(s, n, len))
			break;
		put_f(s, "\n\t\tInterface Parameter: %s (0x%02x), len %u",
		      word_of(WORDS(parameters), kind) ?: "Unknown", kind, len);
		switch (kind) {
		case 1:
			put_f(s, ": %u", pdu_be16(s, d, off + 2));
			break;
		case 3:
			say(s, ": ");
			put_chars(s, d, off + 2, len - 2);
			break;
		case 12:
			put_vccv(s, d, off + 2);
			break;
		default:
			put_bytes(s, "\n\t\t  ", d, off + 2, len - 2);
		}
		off += len;
		n -= len;
		info = info > len ? info - len : 0;
	}
}

static void fec(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const struct word kinds[] = {
		{1, "Wildcard"}, {2, "Prefix"}, {3, "Host address"}, {0x80, "Martini VC"}};
	u8 addr[16] = {0};

	if (shorter(s, n, 1))
		return;
	u8 kind = pdu_u8(s, d, off);
	put_f(s, "\n\t      %s FEC (0x%02x)", word_of(WORDS(kinds), kind) ?: "Unknown", kind);
	off++;
	n--;
	if (kind == 0x80) {
		pseudowire(s, d, off, n);
		return;
	}
	if (kind != 2 || shorter(s, n, 2))
		return;
	u16 family = pdu_be16(s, d, off);
	if (family != 1 && family != 2) {
		put_f(s, ": Address family %u prefix", family);
		return;
	}
	put_f(s, ": IPv%u prefix ", family == 1 ? 4 : 6);
	if (n < 3) {
		say(s, "(invalid length)");
		return;
	}
	u32 bits = pdu_u8(s, d, off + 2), bytes = (bits + 7) / 8;
	if (bits > (family == 1 ? 32 : 128)) {
		s->o--;
		say(s, " (invalid length)");
		return;
	}
	if (n - 3 < bytes) {
		s->o--;
		say(s, " (invalid length)");
		return;
	}
	memcpy(addr, pdu_need(s, d, off + 3, bytes), bytes);
	if (bits % 8)
		addr[bits / 8] &= (u8)(0xff00 >> bits % 8);
	if (family == 1)
		put_ip4(s, addr);
	else
		put_ip6(s, addr);
	put_f(s, "/%u", bits);
}

static void addresses(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (shorter(s, n, 2))
		return;
	u16 family = pdu_be16(s, d, off);
	u32 size = family == 1 ? 4 : 16;

	put_f(s, "\n\t      Address Family: ");
	off += 2;
	n -= 2;
	put_s(s, bgp_afi(family) ?: "Unknown");
	if (!bgp_afi(family))
		put_f(s, " (%u)", family);
	say(s, ", addresses");
	if (family != 1 && family != 2)
		return;
	for (; n >= size; n -= size, off += size) {
		const u8 *p = pdu_need(s, d, off, size);

		put_c(s, ' ');
		if (family == 1)
			put_ip4(s, p);
		else
			put_ip6(s, p);
	}
}

static void hello(struct print_state *s, struct pdu d, u32 off)
{
	u16 flags = pdu_be16(s, d, off + 2);

	put_f(s, "\n\t      Hold Time: %us, Flags: [%s Hello%s]", get_be16(d.p + off),
	      flags & 0x8000 ? "Targeted" : "Link",
	      flags & 0x4000 ? ", Request for targeted Hellos" : "");
}

static void session(struct print_state *s, struct pdu d, u32 off)
{
	pdu_need(s, d, off, 8);
	put_f(s, "\n\t      Version: %u, Keepalive: %us, Flags: [%s, Loop Detection %s]",
	      get_be16(d.p + off), get_be16(d.p + off + 2),
	      d.p[off + 6] & 0x80 ? "Downstream On Demand" : "Downstream Unsolicited",
	      d.p[off + 6] & 0x40 ? "Enabled" : "Disabled");
}

static void fault(struct print_state *s, struct pdu d, u32 off)
{
	u16 flags = pdu_be16(s, d, off);

	put_f(s, "\n\t      Flags: [%sReconnect, %sSave State, %sAll-Label Protection, ",
	      flags & 0x8000 ? "" : "No ", flags & 8 ? "" : "Don't ", flags & 4 ? "" : "No ");
	put_f(s, "%s Checkpoint, %sRe-Learn State]",
	      flags & 2 ? "Sequence Numbered Label" : "All Labels", flags & 1 ? "" : "Don't ");
	u32 v = pdu_be32(s, d, off + 4);
	if (v)
		put_f(s, ", Reconnect Timeout: %ums", v);
	v = pdu_be32(s, d, off + 8);
	if (v)
		put_f(s, ", Recovery Time: %ums", v);
}

static void status(struct print_state *s, struct pdu d, u32 off)
{
	u32 v = pdu_be32(s, d, off);

	put_f(s, "\n\t      Status: 0x%02x, Flags: [%s and %s forward]", v & 0x3fffffff,
	      v & 0x80000000 ? "Fatal error" : "Advisory Notification",
	      v & 0x40000000 ? "do" : "don't");
	v = pdu_be32(s, d, off + 4);
	if (v)
		put_f(s, ", causing Message ID: 0x%08x", v);
}

static void value(struct print_state *s, struct pdu d, u32 off, u32 n, u16 type)
{
	switch (type) {
	case FEC:
		fec(s, d, off, n);
		break;
	case ADDRESSES:
		addresses(s, d, off, n);
		break;
	case HELLO:
		if (!shorter(s, n, 4))
			hello(s, d, off);
		break;
	case TRANSPORT4:
		if (shorter(s, n, 4))
			break;
		pdu_need(s, d, off, 4);
		say(s, "\n\t      IPv4 Transport Address: ");
		put_ip4(s, d.p + off);
		break;
	case TRANSPORT6:
		if (shorter(s, n, 16))
			break;
		pdu_need(s, d, off, 16);
		say(s, "\n\t      IPv6 Transport Address: ");
		put_ip6(s, d.p + off);
		break;
	case SEQUENCE:
		if (!shorter(s, n, 4))
			put_f(s, "\n\t      Sequence Number: %u", pdu_be32(s, d, off));
		break;
	case LABEL:
		if (!shorter(s, n, 4))
			put_f(s, "\n\t      Label: %u", pdu_be32(s, d, off) & 0xfffff);
		break;
	case STATUS:
		if (!shorter(s, n, 8))
			status(s, d, off);
		break;
	case SESSION:
		if (!shorter(s, n, 8))
			session(s, d, off);
		break;
	case FAULT:
		if (!shorter(s, n, 12))
			fault(s, d, off);
		break;
	default:
		if (s->opt.verbose <= 1)
			put_bytes(s, "\n\t      ", d, off, n);
	}
}

/* The TLVs of a message, n bytes at off. */
static void parameters(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	while (n > TLV - 1) {
		pdu_need(s, d, off, TLV);
		u16 head = get_be16(d.p + off), type = head & 0x3fff;
		u32 len = get_be16(d.p + off + 2);

		if (len > n - TLV) {
			say(s, "\n\t\t TLV contents go past end of message");
			return;
		}
		put_f(s,
		      "\n\t    %s TLV (0x%04x), length: %u, Flags: [%s and %s forward if unknown]",
		      word_of(WORDS(tlvs), type) ?: "Unknown", type, len,
		      head & 0x8000 ? "continue processing" : "ignore",
		      head & 0x4000 ? "do" : "don't");
		off += TLV;
		n -= TLV;
		value(s, d, off, len, type);
		off += len;
		n -= len;
	}
}

static bool reads(u16 type)
{
	return type == 1 || type == 0x100 || type == 0x200 || type == 0x201 || type == 0x300 ||
	       type == 0x400 || type == 0x301 || type == 0x402 || type == 0x403;
}

static void message_list(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	while (n) {
		pdu_check(s, d, off, MESSAGE);
		u16 head = get_be16(d.p + off), type = head & 0x7fff;
		u32 len = get_be16(d.p + off + 2);

		put_f(s, "\n\t  %s Message (0x%04x), length: %u",
		      word_of(WORDS(messages), type) ?: "Unknown", type, len);
		if (len < 4) {
			say(s, " (too short, < 4)");
			return;
		}
		put_f(s, ", Message ID: 0x%08x, Flags: [%s if unknown]", get_be32(d.p + off + 4),
		      head & 0x8000 ? "continue processing" : "ignore");
		u32 left = len - 4;
		pdu_check(s, d, off, len);
		if (reads(type))
			parameters(s, d, off + MESSAGE, left);
		else if (s->opt.verbose <= 1)
			put_bytes(s, "\n\t  ", d, off + MESSAGE, left);
		if (s->opt.verbose > 1)
			put_bytes(s, "\n\t  ", d, off + MESSAGE, len);
		off += len + 4;
		n = n > len + 4 ? n - len - 4 : 0;
	}
}

static void ldp_print(struct print_state *s, struct pdu d)
{
	s->name = "ldp";
	while (d.len > HEADER + MESSAGE - 1) {
		pdu_check(s, d, 0, HEADER);
		u16 version = get_be16(d.p);
		if (version != 1) {
			put_f(s, "%sLDP version %u packet not supported",
			      s->opt.verbose ? "\n\t" : "", version);
			return;
		}
		u32 n = get_be16(d.p + 2);
		if (n < 6) {
			put_f(s, "%sLDP, pdu-length: %u (too short, < 6)",
			      s->opt.verbose ? "\n\t" : "", n);
			return;
		}
		put_f(s, "%sLDP, Label-Space-ID: ", s->opt.verbose ? "\n\t" : "");
		put_ip4(s, d.p + 4);
		put_f(s, ":%u, pdu-length: %u", get_be16(d.p + 8), n);
		if (s->opt.verbose)
			message_list(s, d, HEADER, n - 6);
		d = pdu_skip(d, n + 4);
	}
}

const struct printer ldp_printer = {"ldp", ldp_print};
