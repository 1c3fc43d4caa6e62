/* SPDX-License-Identifier: BSD-2-Clause */
/* MACsec, IEEE 802.1AE. */
#include "print/part.h"

enum { ICV = 16, SHORT_MASK = 0x3f };

static const struct word bits[] = {{0x08, "E"}, {0x04, "C"}, {0x40, "S"}, {0x10, "B"}};

/* an 0, pn 72, flags ECI, sl 34, sci 2eb73f3995c30001, */
static void put_tag(struct print_state *s, struct pdu d)
{
	u8 tci = pdu_u8(s, d, 0), sl = pdu_u8(s, d, 1) & SHORT_MASK;
	bool sci = tci & 0x20;

	put_f(s, "an %u, pn %u, flags ", tci & 3, pdu_be32(s, d, 2));
	put_bits(s, WORDS(bits), tci, "", sci ? "" : "none");
	if (sci)
		put_c(s, 'I');
	if (sl)
		put_f(s, ", sl %u", sl);
	if (sci)
		put_f(s, ", sci %016llx", (unsigned long long)pdu_be64(s, d, 6));
	say(s, ", ");
}

static void macsec_print(struct print_state *s, struct pdu d)
{
	s->name = "macsec";
	if (d.cap < 6)
		pdu_cut(s);
	u8 tci = d.p[0], sl = d.p[1] & SHORT_MASK;
	bool sci = tci & 0x20;
	u32 hdr = sci ? 14 : 6;
	if (d.cap < hdr)
		pdu_cut(s);
	if (s->opt.link)
		put_tag(s, d);
	struct pdu body = pdu_skip(d, hdr);
	if (body.len < ICV)
		pdu_invalid(s);
	if (!(tci & 0x0c)) {
		body.len -= ICV;
		body = pdu_clip(body, body.len);
	}
	if (sl && sl < body.len) {
		body.len = sl;
		body = pdu_clip(body, sl);
	}
	const u8 *src = s->l2_src, *dst = s->l2_dst;
	if (tci & 0x0c) {
		if (!s->opt.link) {
			put_ether(s, src);
			say(s, " > ");
			put_ether(s, dst);
			say(s, " 802.1AE MACsec, ");
			put_tag(s, d);
		}
		put_unknown(s, body);
		return;
	}
	s->link_len += hdr;
	u16 type = pdu_be16(s, body, 0);
	if (s->opt.link) {
		const char *name = ethertype_name(type);

		put_f(s, "ethertype %s (0x%04x), ", name ? name : "Unknown", type);
	}
	body = pdu_skip(body, 2);
	if (print_ethertype(s, type, body))
		return;
	if (!s->opt.link) {
		put_ether(s, src);
		say(s, " > ");
		put_ether(s, dst);
		say(s, ", ");
		put_ethertype(s, type);
		put_f(s, ", length %u: ", body.len);
	}
	put_unknown(s, body);
}

const struct printer macsec_printer = {"macsec", macsec_print};
