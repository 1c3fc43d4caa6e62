/* SPDX-License-Identifier: BSD-2-Clause */
/* Tags of Marvell switches between the addresses and the type: DSA and EDSA. */
#include "print/part.h"

enum { ADDRS = 12, TO_CPU = 0, FROM_CPU = 1, SNIFFER = 2, FORWARD = 3, MAX_LENGTH = 1500 };

static const char *const modes[] = {"To CPU", "From CPU", "To Sniffer", "Forward"};

/* -e: all of it. */
static void put_tag(struct print_state *s, const u8 *t)
{
	u32 mode = t[0] >> 6, vid = (t[2] & 0x0fu) << 8 | t[3];
	bool tagged = t[0] & 0x20;

	put_f(s, "mode %s, ", modes[mode]);
	switch (mode) {
	case TO_CPU:
		put_f(s, "dev %u, %s %u, ", t[0] & 31, t[1] & 4 ? "trunk" : "port", t[1] >> 3);
		put_f(s, "%s, VID %u%s, FPri %u, ", tagged ? "tagged" : "untagged", vid,
		      tagged && t[1] & 1 ? ", CFI" : "", t[2] >> 5);
		break;
	case FROM_CPU:
		put_f(s, "target dev %u, port %u, ", t[0] & 31, t[1] >> 3);
		put_f(s, "%s, VID %u, FPri %u, ", tagged ? "tagged" : "untagged", vid, t[2] >> 5);
		break;
	default:
		put_f(s, "dev %u, %s %u, ", t[0] & 31, t[1] & 4 ? "trunk" : "port", t[1] >> 3);
		put_f(s, "%s, VID %u, FPri %u, ", tagged ? "tagged" : "untagged", vid, t[2] >> 5);
	}
}

static void put_brief(struct print_state *s, const u8 *t)
{
	u32 mode = t[0] >> 6, vid = (t[2] & 0x0fu) << 8 | t[3];
	const char *before = mode == FROM_CPU  ? "CPU > "
			     : mode == FORWARD ? "Forward "
					       : "",
		   *after = mode == TO_CPU    ? " > CPU"
			    : mode == SNIFFER ? " > Tx Sniffer"
					      : "";

	put_f(s, "%s%s %u.%u%s, VLAN %u%c, ", before,
	      mode == FORWARD && t[1] & 4 ? "trunk" : "port", t[0] & 31, t[1] >> 3, after, vid,
	      t[0] & 0x20 ? 't' : 'u');
}

static u32 frame(struct print_state *s, struct pdu d, u32 hdr, bool extended)
{
	u32 whole = d.len, tag = ADDRS + (extended ? 4 : 0);

	if (d.cap < tag + 6) {
		put_cut(s);
		return d.cap;
	}
	s->l2_dst = d.p;
	s->l2_src = d.p + 6;
	if (s->opt.link) {
		put_ether(s, s->l2_src);
		say(s, " > ");
		put_ether(s, s->l2_dst);
		say(s, ", Marvell ");
	}
	if (extended) {
		u16 type = pdu_be16(s, d, ADDRS);
		const char *name = ethertype_name(type);

		if (s->opt.link)
			put_f(s, "EDSA ethertype 0x%04x (%s), rsvd %u %u, ", type,
			      name ? name : "Unknown", d.p[ADDRS + 2], d.p[ADDRS + 3]);
		else
			put_f(s, "EDSA 0x%04x, ", type);
	} else {
		say(s, "DSA ");
	}
	if (s->opt.link)
		put_tag(s, d.p + tag);
	else
		put_brief(s, d.p + tag);
	u16 type = pdu_be16(s, d, tag + 4);
	struct pdu body = pdu_skip(d, hdr);
	s->link_len = hdr;
	if (type <= MAX_LENGTH) {
		if (s->opt.link)
			put_f(s, "802.3, length %u: ", type);
		if (type < body.len) {
			body.len = type;
			body = pdu_clip(body, type);
		}
		int n = print_llc(s, body);
		if (n < 0)
			put_unknown(s, body);
		return hdr + (u32)(n < 0 ? -n : n);
	}
	if (s->opt.link) {
		put_ethertype(s, type);
		put_f(s, ", length %u: ", whole);
	}
	if (!print_ethertype(s, type, body)) {
		if (!s->opt.link) {
			put_ether(s, d.p + 6);
			say(s, " > ");
			put_ether(s, d.p);
			say(s, ", ");
			put_ethertype(s, type);
			put_f(s, ", length %u: ", whole);
		}
		put_unknown(s, body);
	}
	return hdr;
}

static u32 edsa_print(struct print_state *s, struct pdu d)
{
	s->name = "edsa";
	return frame(s, d, ADDRS + 10, true);
}

static u32 dsa_print(struct print_state *s, struct pdu d)
{
	s->name = "dsa";
	return frame(s, d, ADDRS + 6, false);
}

const struct link_printer edsa_link = {"edsa", 285, edsa_print};
const struct link_printer dsa_link = {"dsa", 284, dsa_print};
