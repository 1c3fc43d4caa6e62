/* SPDX-License-Identifier: BSD-2-Clause */
/* Mobility of IPv6, RFC 6275: the header of its messages. */
#include "print/part.h"

enum { BRR, HOTI, COTI, HOT, COT, BU, BA, BE };

static const char *const names[] = {"BRR", "HoTI", "CoTI", "HoT", "CoT", "BU", "BA", "BE"};
static const u8 least[] = {8, 16, 16, 24, 24, 12, 12, 24};

/* False when the options are cut. */
static bool options(struct print_state *s, struct pdu d, u32 off, u32 end)
{
	for (u32 n; off < end; off += n) {
		if (!pdu_has(d, off, 1))
			return false;
		u8 type = d.p[off];
		n = 1;
		if (type) {
			if (end - off < 2 || !pdu_has(d, off, 2))
				return false;
			n = d.p[off + 1] + 2u;
		}
		switch (type) {
		case 0:
			say(s, "(pad1)");
			break;
		case 1:
			say(s, "(padn)");
			break;
		case 2:
			if (end - off < 4) {
				say(s, "(refresh: trunc)");
				return false;
			}
			put_f(s, "(refresh: %u)", pdu_be16(s, d, off + 2) << 2);
			break;
		case 3:
			if (end - off < 18) {
				say(s, "(altcoa: trunc)");
				return false;
			}
			say(s, "(alt-CoA: ");
			put_ip6(s, pdu_need(s, d, off + 2, 16));
			put_c(s, ')');
			break;
		case 4:
			if (end - off < 6) {
				say(s, "(ni: trunc)");
				return false;
			}
			put_f(s, "(ni: ho=0x%04x co=0x%04x)", pdu_be16(s, d, off + 2),
			      pdu_be16(s, d, off + 4));
			break;
		case 5:
			if (end - off < 12) {
				say(s, "(auth: trunc)");
				return false;
			}
			say(s, "(auth)");
			break;
		default:
			if (end - off < 2) {
				put_f(s, "(sopt_type %u: trunc)", type);
				return false;
			}
			put_f(s, "(type-0x%02x: len=%u)", type, d.p[off + 1]);
		}
	}
	return true;
}

static void update(struct print_state *s, struct pdu d)
{
	static const struct word bits[] = {
		{0x8000, "A"}, {0x4000, "H"}, {0x2000, "L"}, {0x1000, "K"}};
	u16 flags;

	put_f(s, " seq#=%u", pdu_be16(s, d, 6));
	flags = pdu_be16(s, d, 8);
	if (flags & 0xf000) {
		put_c(s, ' ');
		put_bits(s, WORDS(bits), flags, "", "");
	}
	put_f(s, " lifetime=%u", pdu_be16(s, d, 10) << 2);
}

static void mobility_print(struct print_state *s, struct pdu d)
{
	s->name = "mobility";
	pdu_check(s, d, 1, 1);
	u32 len = (d.p[1] + 1u) << 3;
	pdu_check(s, d, 2, 1);
	u8 type = d.p[2];
	if (type < LEN(least) && len < least[type]) {
		put_f(s, "(header length %u is too small for type %u)", len, type);
		pdu_cut(s);
	}
	say(s, "mobility: ");
	if (type < LEN(names)) {
		put_s(s, names[type]);
	} else {
		put_f(s, "type-#%u len=%u", type, d.p[1]);
		return;
	}
	u32 off = least[type];
	switch (type) {
	case BRR:
		break;
	case HOTI:
	case COTI:
		put_f(s, " %s Init Cookie=%08x:%08x", type == HOTI ? "Home" : "Care-of",
		      pdu_be32(s, d, 8), pdu_be32(s, d, 12));
		break;
	case HOT:
	case COT:
		put_f(s, " %s Nonce Index=0x%x", type == HOT ? "Home" : "Care-of",
		      pdu_be16(s, d, 6));
		put_f(s, " %s Init Cookie=%08x:%08x", type == HOT ? "Home" : "Care-of",
		      pdu_be32(s, d, 8), pdu_be32(s, d, 12));
		put_f(s, " %s Keygen Token=%08x:%08x", type == HOT ? "Home" : "Care-of",
		      pdu_be32(s, d, 16), pdu_be32(s, d, 20));
		break;
	case BU:
		update(s, d);
		break;
	case BA:
		put_f(s, " status=%u", pdu_u8(s, d, 6));
		if (pdu_u8(s, d, 7) & 0x80)
			say(s, " K");
		put_f(s, " seq#=%u", pdu_be16(s, d, 8));
		put_f(s, " lifetime=%u", pdu_be16(s, d, 10) << 2);
		break;
	case BE:
		put_f(s, " status=%u", pdu_u8(s, d, 6));
		say(s, " homeaddr ");
		put_ip6(s, pdu_need(s, d, 8, 16));
		break;
	}
	if (s->opt.verbose && !options(s, d, off, len))
		pdu_cut(s);
}

const struct printer mobility_printer = {"mobility", mobility_print};
