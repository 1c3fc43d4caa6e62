/* SPDX-License-Identifier: BSD-2-Clause */
/* Ethernet: addresses, VLAN tags, then a type or an 802.3 length. */
#include "print/priv.h"

enum { ADDRS = 12, MAX_LENGTH = 1500 };

static bool is_vlan(u16 type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

/* vlan 5, p 3, DEI */
void put_vlan(struct print_state *s, u16 tci)
{
	say(s, "vlan ");
	put_u(s, tci & 0xfff);
	say(s, ", p ");
	put_u(s, tci >> 13);
	if (tci & 0x1000)
		say(s, ", DEI");
}

void put_ethertype(struct print_state *s, u16 type)
{
	const char *name = ethertype_name(type);

	if (!s->opt.quick) {
		say(s, "ethertype ");
		put_s(s, name ? name : "Unknown");
		say(s, " (0x");
		put_x(s, type, 4);
		put_c(s, ')');
	} else if (name) {
		put_s(s, name);
	} else {
		say(s, "Unknown Ethertype (0x");
		put_x(s, type, 4);
		put_c(s, ')');
	}
}

static void put_addrs(struct print_state *s)
{
	put_ether(s, s->l2_src);
	say(s, " > ");
	put_ether(s, s->l2_dst);
	say(s, ", ");
}

static void put_length(struct print_state *s, u32 len)
{
	say(s, ", length ");
	put_u(s, len);
	say(s, ": ");
}

/* The tags in front of the type; d and *hdr move past them. False when the
 * packet ends before the next type. */
static bool tags(struct print_state *s, struct pdu *d, u16 *type, u32 *hdr, u32 whole,
		 bool *said_length)
{
	while (is_vlan(*type)) {
		if (d->cap < 4 || d->len < 4) {
			s->name = "vlan";
			put_cut(s);
			*hdr += MIN(d->cap, d->len);
			return false;
		}
		if (s->opt.link) {
			put_ethertype(s, *type);
			if (*said_length)
				say(s, ", ");
			else
				put_length(s, whole);
			*said_length = true;
			put_vlan(s, pdu_be16(s, *d, 0));
			say(s, ", ");
		}
		*type = pdu_be16(s, *d, 2);
		*d = pdu_skip(*d, 4);
		*hdr += 4;
	}
	return true;
}

/* RFC 1042: a length, and LLC behind it. */
static u32 sized(struct print_state *s, struct pdu d, u16 length, bool said_length)
{
	if (length < d.len) {
		d.len = length;
		d = pdu_clip(d, length);
	}
	if (s->opt.link) {
		say(s, "802.3");
		if (!said_length)
			put_length(s, d.len);
	}
	int n = print_llc(s, d);
	if (n >= 0)
		return (u32)n;
	put_unknown(s, d);
	return (u32)-n;
}

static void typed(struct print_state *s, struct pdu d, u16 type, u32 whole, bool said_length)
{
	if (s->opt.link) {
		put_ethertype(s, type);
		if (said_length)
			say(s, ", ");
		else
			put_length(s, whole);
	}
	const u8 *src = s->l2_src, *dst = s->l2_dst;
	if (print_ethertype(s, type, d))
		return;
	s->l2_src = src;
	s->l2_dst = dst;
	if (!s->opt.link) {
		put_addrs(s);
		put_ethertype(s, type);
		put_length(s, whole);
	}
	put_unknown(s, d);
}

u32 print_ether(struct print_state *s, struct pdu d)
{
	u32 whole = d.len, hdr = ADDRS + 2;
	bool said_length = false;

	s->name = "ether";
	if (d.cap < hdr) {
		put_cut(s);
		return d.cap;
	}
	s->l2_dst = d.p;
	s->l2_src = d.p + 6;
	if (s->opt.link)
		put_addrs(s);
	u16 type = pdu_be16(s, d, ADDRS);
	d = pdu_skip(d, hdr);
	bool tagged = tags(s, &d, &type, &hdr, whole, &said_length);
	s->link_len = hdr;
	if (!tagged)
		return hdr;
	if (type <= MAX_LENGTH)
		return hdr + sized(s, d, type, said_length);
	typed(s, d, type, whole, said_length);
	return hdr;
}

const struct link_printer ether_link = {"ether", 1, print_ether};

static void bridged_print(struct print_state *s, struct pdu d)
{
	u32 link_len = s->link_len;

	if (!print_enter(s))
		return;
	print_ether(s, d);
	print_leave(s);
	s->link_len = link_len;
}

const struct printer bridged_printer = {"ether", bridged_print};
