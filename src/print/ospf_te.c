/* SPDX-License-Identifier: BSD-2-Clause */
/* Traffic engineering in opaque LSAs of OSPF: RFC 3630, 4203, 4124. */
#include "print/gmpls.h"
#include "print/ospf.h"

static const struct word tlvs[] = {{1, "Router Address"}, {2, "Link"}};

static const struct word subs[] = {
	{1, "Link Type"},
	{2, "Link ID"},
	{3, "Local Interface IP address"},
	{4, "Remote Interface IP address"},
	{5, "Traffic Engineering Metric"},
	{6, "Maximum Bandwidth"},
	{7, "Maximum Reservable Bandwidth"},
	{8, "Unreserved Bandwidth"},
	{9, "Administrative Group"},
	{11, "Link Local/Remote Identifier"},
	{14, "Link Protection Type"},
	{15, "Interface Switching Capability"},
	{16, "Shared Risk Link Group"},
	{17, "Bandwidth Constraints"},
};

static void interface_capability(struct print_state *s, struct pdu d, u32 n)
{
	u8 kind = pdu_u8(s, d, 0);

	say(s, "\n\t\tInterface Switching Capability: ");
	put_word(s, gmpls_switchings, 8, kind, "Unknown");
	say(s, "\n\t\tLSP Encoding: ");
	put_word(s, gmpls_encodings, 11, pdu_u8(s, d, 1), "Unknown");
	say(s, "\n\t\tMax LSP Bandwidth:");
	for (u32 i = 0; i < 8; i++) {
		pdu_need(s, d, 4 + 4 * i, 4);
		put_f(s, "\n\t\t  priority level %u: ", i);
		put_mbps(s, d, 4 + 4 * i);
	}
	(void)n;
}

static void constraints(struct print_state *s, struct pdu d, u32 n)
{
	u8 model = pdu_u8(s, d, 0);

	say(s, "\n\t\tBandwidth Constraints Model: ");
	put_word(s, bandwidth_models, 3, model, "Unknown");
	put_f(s, " (%u)", model);
	for (u32 i = 0; 4 + 4 * i + 4 <= n; i++) {
		put_f(s, "\n\t\t  Bandwidth constraint CT%u: ", i);
		put_mbps(s, d, 4 + 4 * i);
	}
}

static bool bogus(struct print_state *s, const char *op, u32 want)
{
	put_f(s, " %s %u", op, want);
	return false;
}

static void put_id(struct print_state *s, struct pdu d, u32 off)
{
	const u8 *p = pdu_need(s, d, off, 4);

	say(s, ", ");
	put_ip4(s, p);
	put_f(s, " (0x%08x)", get_be32(p));
}

static bool sub(struct print_state *s, struct pdu d, u32 type, u32 n)
{
	switch (type) {
	case 9:
		if (n != 4)
			return bogus(s, "!=", 4);
		put_f(s, ", 0x%08x", pdu_be32(s, d, 0));
		break;
	case 2:
	case 11:
		if (n != 4 && n != 8)
			return bogus(s, "!= 4 or", 8);
		put_id(s, d, 0);
		if (n == 8)
			put_id(s, d, 4);
		break;
	case 3:
	case 4:
		if (n != 4)
			return bogus(s, "!=", 4);
		say(s, ", ");
		put_ip4(s, pdu_need(s, d, 0, 4));
		break;
	case 6:
	case 7:
		if (n != 4)
			return bogus(s, "!=", 4);
		say(s, ", ");
		put_mbps(s, d, 0);
		break;
	case 8:
		if (n != 32)
			return bogus(s, "!=", 32);
		for (u32 i = 0; i < 8; i++) {
			put_f(s, "\n\t\tTE-Class %u: ", i);
			put_mbps(s, d, 4 * i);
		}
		break;
	case 17:
		constraints(s, d, n);
		break;
	case 5:
		if (n != 4)
			return bogus(s, "!=", 4);
		put_f(s, ", Metric %u", pdu_be32(s, d, 0));
		break;
	case 14:
		if (n < 1)
			return bogus(s, "<", 1);
		say(s, ", ");
		put_bits(s, gmpls_protections, 8, pdu_u8(s, d, 0), ", ", "none");
		break;
	case 15:
		if (n < 36)
			return bogus(s, "<", 36);
		interface_capability(s, d, n);
		break;
	case 1:
		if (n != 1)
			return bogus(s, "!=", 1);
		put_f(s, ", %s (%u)",
		      pdu_u8(s, d, 0) == 1   ? "Point-to-point"
		      : pdu_u8(s, d, 0) == 2 ? "Multi-Access"
					     : "unknown",
		      pdu_u8(s, d, 0));
		break;
	case 16:
		if (n % 4)
			return bogus(s, "not a multiple of", 4);
		for (u32 off = 0; off < n; off += 4)
			put_f(s, "\n\t\t  Shared risk group: %u", pdu_be32(s, d, off));
		return false;
	default:
		if (s->opt.verbose <= 1)
			put_bytes(s, "\n\t\t", d, 0, n);
	}
	return true;
}

static bool link(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; off < d.len;) {
		u32 left = d.len - off;
		if (left < 4) {
			put_f(s, "\n\t    Remaining TLV length < 4");
			return false;
		}
		u32 type = pdu_be16(s, d, off), n = pdu_be16(s, d, off + 2);
		if (!n || n > left - 4)
			return false;
		say(s, "\n\t      ");
		put_word(s, WORDS(subs), type, "unknown");
		put_f(s, " subTLV (%u), length: %u", type, n);
		pdu_need(s, d, off + 4, n);
		if (!sub(s, pdu_skip(d, off + 4), type, n))
			return false;
		off += 4 + ((n + 3) & ~3u);
	}
	return true;
}

bool ospf_te(struct print_state *s, struct pdu d)
{
	for (u32 off = 0; off < d.len;) {
		u32 type = pdu_be16(s, d, off), n = pdu_be16(s, d, off + 2);

		say(s, "\n\t    ");
		put_word(s, WORDS(tlvs), type, "unknown");
		put_f(s, " TLV (%u), length: %u", type, n);
		off += 4;
		if (n > d.len - off) {
			put_f(s, "\n\t    Bogus length %u > remaining LS length %u", n,
			      d.len - off);
			return false;
		}
		pdu_need(s, d, off, n);
		if (type == 1) {
			if (n < 4) {
				put_f(s, "\n\t      Bogus length %u < 4", n);
				return false;
			}
			say(s, ", ");
			put_ip4(s, pdu_need(s, d, off, 4));
		} else if (type == 2) {
			if (!link(s, pdu_part(d, off, n)))
				return false;
		} else if (s->opt.verbose <= 1) {
			put_bytes(s, "\n\t      ", d, off, n);
		}
		off += (n + 3) & ~3u;
	}
	return true;
}
