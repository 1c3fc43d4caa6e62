/* SPDX-License-Identifier: BSD-2-Clause */
/* Sub-TLVs of IS-IS: RFC 5305, 5307, 5130, IEEE 802.1aq. */
#include "print/gmpls.h"
#include "print/isis.h"

static const struct word reach_names[] = {
	{3, "Administrative groups"},
	{4, "Link Local/Remote Identifier"},
	{5, "Link Remote Identifier"},
	{6, "IPv4 interface address"},
	{8, "IPv4 neighbor address"},
	{9, "Maximum link bandwidth"},
	{10, "Reservable link bandwidth"},
	{11, "Unreserved bandwidth"},
	{18, "Traffic Engineering Metric"},
	{19, "Link Attribute"},
	{20, "Link Protection Type"},
	{21, "Interface Switching Capability"},
	{22, "Bandwidth Constraints"},
	{24, "unknown"},
	{29, "SPB Metric"},
	{250, "Reserved for cisco specific extensions"},
	{251, "Reserved for cisco specific extensions"},
	{255, "Reserved for future expansion"},
};

static const struct word attributes[] = {{0x01, "Local Protection Available"},
					 {0x02, "Link excluded from local protection path"}};

static void switching(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	u8 kind = pdu_u8(s, d, off);

	say(s, "\n\t          Interface Switching Capability:");
	put_word(s, gmpls_switchings, LEN(gmpls_switchings), kind, "Unknown");
	say(s, ", LSP Encoding: ");
	put_word(s, gmpls_encodings, LEN(gmpls_encodings), pdu_u8(s, d, off + 1), "Unknown");
	say(s, "\n\t          Max LSP Bandwidth:");
	for (u32 i = 0; i < 8; i++) {
		pdu_need(s, d, off + 4 + 4 * i, 4);
		put_f(s, "\n\t            priority level %u: ", i);
		put_mbps(s, d, off + 4 + 4 * i);
	}
	off += 36;
	n -= 36;
	if (kind <= 4 && kind && n >= 6) {
		pdu_need(s, d, off, 6);
		say(s, "\n\t          Min LSP Bandwidth: ");
		put_mbps(s, d, off);
		put_f(s, "\n\t          Interface MTU: %u", pdu_be16(s, d, off + 4));
	} else if (kind == 100 && n >= 8) {
		pdu_need(s, d, off, 5);
		say(s, "\n\t          Min LSP Bandwidth: ");
		put_mbps(s, d, off);
		put_f(s, "\n\t          Indication %s",
		      pdu_u8(s, d, off + 4) & 0x80 ? "Arbitrary SONET/SDH (0x01)"
						   : "Standard SONET/SDH (0x00)");
	} else if (n) {
		put_bytes(s, "\n\t          ", d, off, n);
	}
}

static void constraints(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const struct word models[] = {{0, "Russian dolls"}, {1, "Maximum allocation"}};
	u8 model = pdu_u8(s, d, off);

	say(s, "\n\t        Bandwidth Constraints Model ID: ");
	put_word(s, WORDS(models), model, "unknown");
	put_f(s, " (%u)", model);
	for (u32 i = 0; 4 * i + 4 + 4 <= n; i++) {
		put_f(s, "\n\t          Bandwidth constraint CT%u: ", i);
		put_mbps(s, d, off + 4 + 4 * i);
	}
}

/* A value that is printed behind the sub-TLV's head; false: not known. */
static bool reach_sub(struct print_state *s, struct pdu d, u32 off, u8 type, u32 n)
{
	switch (type) {
	case 3:
		if (n >= 4)
			put_f(s, ", 0x%08x", pdu_be32(s, d, off));
		break;
	case 4:
	case 5:
		if (n >= 4) {
			put_f(s, ", 0x%08x", pdu_be32(s, d, off));
			if (n == 8)
				put_f(s, ", 0x%08x", pdu_be32(s, d, off + 4));
		}
		break;
	case 6:
	case 8:
		if (n >= 4) {
			say(s, ", ");
			put_ip4(s, pdu_need(s, d, off, 4));
		}
		break;
	case 9:
	case 10:
		if (n >= 4) {
			say(s, ", ");
			put_mbps(s, d, off);
		}
		break;
	case 11:
		for (u32 i = 0; n >= 32 && i < 8; i++) {
			put_f(s, "\n\t          TE-Class %u: ", i);
			put_mbps(s, d, off + 4 * i);
		}
		break;
	case 18:
		if (n == 3)
			put_f(s, ", %u", pdu_be24(s, d, off));
		break;
	case 19:
		if (n == 2) {
			u16 v = pdu_be16(s, d, off);

			say(s, ", [ ");
			put_bits(s, WORDS(attributes), v, ", ", "none");
			put_f(s, " ] (0x%04x)", v);
		}
		break;
	case 20:
		if (n >= 2) {
			say(s, ", ");
			put_bits(s, gmpls_protections, LEN(gmpls_protections), pdu_u8(s, d, off),
				 ", ", "none");
			put_f(s, ", Priority %u", pdu_u8(s, d, off + 1));
		}
		break;
	case 21:
		if (n >= 36)
			switching(s, d, off, n);
		break;
	case 22:
		if (!n)
			return true;
		constraints(s, d, off, n);
		break;
	case 29:
		if (n >= 6) {
			put_f(s, ", LM: %u", pdu_be24(s, d, off));
			put_f(s, ", P: %u", pdu_u8(s, d, off + 3));
			put_f(s, ", P-ID: %u", pdu_be16(s, d, off + 4));
		}
		break;
	default:
		return false;
	}
	return true;
}

enum isis_end isis_reach_subs(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	while (n) {
		if (n < 2)
			return ISIS_CUT;
		u8 type = pdu_u8(s, d, off), len = pdu_u8(s, d, off + 1);
		say(s, "\n\t        ");
		put_word(s, WORDS(reach_names), type, "unknown");
		put_f(s, " subTLV #%u, length: %u", type, len);
		off += 2;
		n -= 2;
		if (n < len) {
			say(s, " (remaining data in subTLVs shorter than the current subTLV)");
			return ISIS_BAD;
		}
		if (!reach_sub(s, d, off, type, len))
			put_bytes(s, "\n\t\t    ", d, off, len);
		off += len;
		n -= len;
	}
	return ISIS_OK;
}

enum isis_end isis_prefix_subs(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	static const struct word names[] = {{1, "32-Bit Administrative tag"},
					    {2, "64-Bit Administrative tag"},
					    {3, "Prefix SID"},
					    {117, "Management Prefix Color"}};

	while (n) {
		if (n < 2)
			return ISIS_CUT;
		u8 type = pdu_u8(s, d, off), len = pdu_u8(s, d, off + 1);
		say(s, "\n\t        ");
		put_word(s, WORDS(names), type, "unknown");
		put_f(s, " subTLV #%u, length: %u", type, len);
		off += 2;
		n -= 2;
		if (n < len)
			return ISIS_CUT;
		pdu_need(s, d, off, len);
		if (type == 1) {
			for (u32 i = 0; i + 4 <= len; i += 4)
				put_f(s, ", 0x%08x (=%u)", pdu_be32(s, d, off + i),
				      pdu_be32(s, d, off + i));
		} else if (type == 2) {
			for (u32 i = 0; i + 8 <= len; i += 8)
				put_f(s, ", 0x%08x%08x", pdu_be32(s, d, off + i),
				      pdu_be32(s, d, off + i + 4));
		} else if (type != 117) {
			put_bytes(s, "\n\t\t    ", d, off, len);
		}
		off += len;
		n -= len;
	}
	return ISIS_OK;
}

static void put_mcid(struct print_state *s, const char *name, struct pdu d, u32 off)
{
	pdu_need(s, d, off, 51);
	put_f(s, "\n\t         %s: ID: %u, Name: ", name, pdu_u8(s, d, off));
	put_padded(s, d, off + 1, 32);
	put_f(s, "\n\t              Lvl: %u, Digest: ", pdu_be16(s, d, off + 33));
	for (u32 i = 0; i < 16; i++)
		put_f(s, "%02x ", pdu_u8(s, d, off + 35 + i));
}

static void put_digest(struct print_state *s, struct pdu d, u32 off)
{
	u8 v = pdu_u8(s, d, off);

	put_f(s, "\n\t        RES: %u V: %u A: %u D: %u", v >> 5, v >> 4 & 1, v >> 2 & 3, v & 3);
	say(s, "\n\t         Digest: ");
	for (u32 i = 0; i < 8; i++) {
		put_f(s, "%08x ", pdu_be32(s, d, off + 1 + 4 * i));
		if (i == 3)
			say(s, "\n\t                 ");
	}
}

enum isis_end isis_spb_port(struct print_state *s, struct pdu d)
{
	static const struct word names[] = {{4, "SPB MCID"}, {5, "SPB Digest"}, {6, "SPB BVID"}};

	if (d.len < 2)
		return ISIS_CUT;
	u16 v = pdu_be16(s, d, 0);
	put_f(s, "\n\t       RES: %u, MTID(s): %u", v >> 12, v & 0xfff);
	for (u32 off = 2; d.len - off >= 2;) {
		u8 type = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);

		off += 2;
		say(s, "\n\t       ");
		put_word(s, WORDS(names), type, "unknown");
		put_f(s, " subTLV #%u, length: %u", type, n);
		if (n > d.len - off) {
			say(s, " (> containing TLV length)");
			return ISIS_CUT;
		}
		if (type == 4) {
			if (n < 102) {
				put_f(s, " (must be at least 102)");
				return ISIS_CUT;
			}
			put_mcid(s, "MCID", d, off);
			put_mcid(s, "AUX-MCID", d, off + 51);
		} else if (type == 5) {
			if (n < 33) {
				put_f(s, " (must be at least 33)");
				return ISIS_CUT;
			}
			put_digest(s, d, off);
		} else if (type == 6) {
			for (u32 i = 0; i + 6 <= n; i += 6) {
				u16 w = pdu_be16(s, d, off + i + 4);

				put_f(s, "\n\t           ECT: %08x", pdu_be32(s, d, off + i));
				put_f(s, " BVID: %u, U:%01x M:%01x ", w >> 4, w >> 3 & 1,
				      w >> 2 & 1);
			}
		}
		off += n;
	}
	return ISIS_OK;
}

static enum isis_end instance(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	put_f(s, "\n\t        CIST Root-ID: %08x %08x", pdu_be32(s, d, off),
	      pdu_be32(s, d, off + 4));
	put_f(s, ", Path Cost: %08x", pdu_be32(s, d, off + 8));
	put_f(s, ", Prio: %u", pdu_be16(s, d, off + 12));
	u32 v = pdu_be32(s, d, off + 14);
	put_f(s, "\n\t        RES: %u, V: %u, SPSource-ID: %u",
	      v >> 21 & 0x7ff ? (v >> 16) >> 5 & 0x3ff : 0, v >> 20 & 1, v & 0xfffff);
	u8 trees = pdu_u8(s, d, off + 18);
	put_f(s, ", No of Trees: %x", trees);
	for (u32 at = 19; trees; trees--, at += 8) {
		if (n - at < 8)
			return ISIS_CUT;
		u8 b = pdu_u8(s, d, off + at);
		u32 ids = pdu_be24(s, d, off + at + 5);
		put_f(s, "\n\t         U:%u, M:%u, A:%u, RES:%u", b >> 7, b >> 6 & 1, b >> 5 & 1,
		      b & 31);
		put_f(s, ", ECT: %08x, BVID: %u, SPVID: %u", pdu_be32(s, d, off + at + 1),
		      ids >> 12, ids & 0xfff);
	}
	return ISIS_OK;
}

enum isis_end isis_spb(struct print_state *s, struct pdu d)
{
	static const struct word names[] = {{1, "SPB Instance"},
					    {3, "SPBM Service Identifier and Unicast Address"}};

	if (d.len < 2)
		return ISIS_CUT;
	u16 v = pdu_be16(s, d, 0);
	put_f(s, "\n\t      O: %u, RES: %u, MTID(s): %u", v >> 15, v >> 12 & 7, v & 0xfff);
	for (u32 off = 2; d.len - off >= 2;) {
		u8 type = pdu_u8(s, d, off), n = pdu_u8(s, d, off + 1);

		off += 2;
		say(s, "\n\t      ");
		put_word(s, WORDS(names), type, "unknown");
		put_f(s, " subTLV #%u, length: %u", type, n);
		if (n > d.len - off) {
			say(s, " (> containing TLV length)");
			return ISIS_CUT;
		}
		if (type == 1) {
			if (n < 19 || instance(s, d, off, n) != ISIS_OK)
				return ISIS_CUT;
		} else if (type == 3) {
			if (n < 8)
				return ISIS_CUT;
			put_f(s, "\n\t        BMAC: %08x%04x, RES: %u, VID: %u",
			      pdu_be32(s, d, off), pdu_be16(s, d, off + 4),
			      pdu_be16(s, d, off + 6) >> 12, pdu_be16(s, d, off + 6) & 0xfff);
			for (u32 i = 8; i + 4 <= n; i += 4) {
				u32 w = pdu_be32(s, d, off + i);

				put_f(s, "\n\t        T: %u, R: %u, RES: %u, ISID: %u", w >> 31,
				      w >> 30 & 1, w >> 24 & 63, w & 0xffffff);
			}
		}
		off += n;
	}
	return ISIS_OK;
}
