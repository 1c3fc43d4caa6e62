/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux cooked captures, both versions: what a packet socket knew. */
#include "print/priv.h"

enum { SLL_LEN = 16, SLL2_LEN = 20, P_802_3 = 1, P_802_2 = 4, MAX_LENGTH = 1500 };

static const struct word types[] = {
	{0, "In"}, {1, "B"}, {2, "M"}, {3, "P"}, {4, "Out"},
};

/* The fields that both versions have, at their places. */
struct cooked {
	u16 proto;
	u16 halen;
	const u8 *addr;
	u32 hdr, whole;
	u32 index;
};

static void put_type(struct print_state *s, u32 type, const char *fmt)
{
	const char *text = word_of(types, LEN(types), type);

	put_f(s, fmt, text ? text : "?");
}

static void put_cooked(struct print_state *s, const struct cooked *c)
{
	if (c->halen == 6) {
		put_ether(s, c->addr);
		put_c(s, ' ');
	}
	if (s->opt.quick)
		return;
	if (c->proto == P_802_3)
		say(s, "802.3");
	else if (c->proto == P_802_2)
		say(s, "802.2");
	else
		put_ethertype(s, c->proto);
	say(s, ", length ");
	put_u(s, c->whole);
	say(s, ": ");
}

/* The header, if it has not been printed yet, and the bytes. */
typedef void cooked_header(struct print_state *s, const struct cooked *c, struct pdu all);

static u32 payload(struct print_state *s, struct pdu all, const struct cooked *c,
		   cooked_header *header)
{
	struct pdu d = pdu_skip(all, c->hdr);
	u32 hdr = c->hdr;
	u16 type = c->proto;

	while (type == 0x8100) {
		if (d.cap < 4) {
			s->name = "vlan";
			put_cut(s);
			return hdr + d.cap;
		}
		if (s->opt.link) {
			put_vlan(s, pdu_be16(s, d, 0));
			say(s, ", ");
		}
		type = pdu_be16(s, d, 2);
		if (type <= MAX_LENGTH)
			type = P_802_2;
		if (!s->opt.quick) {
			const char *name = ethertype_name(type);

			say(s, "ethertype ");
			put_s(s, name ? name : "Unknown");
			say(s, ", ");
		}
		d = pdu_skip(d, 4);
		hdr += 4;
	}
	s->link_len = hdr;
	if (type == P_802_2) {
		int n = print_llc(s, d);

		if (n >= 0)
			return hdr + (u32)n;
		put_unknown(s, d);
	} else if (type <= MAX_LENGTH) {
		put_unknown(s, d);
	} else if (!print_ethertype(s, type, d)) {
		struct cooked after = *c;

		after.whole = d.len + c->hdr;
		if (!s->opt.link)
			header(s, &after, all);
		put_unknown(s, d);
	}
	return hdr;
}

static void sll_header(struct print_state *s, const struct cooked *c, struct pdu all)
{
	put_type(s, pdu_be16(s, all, 0), "%3s ");
	put_cooked(s, c);
}

static u32 sll_print(struct print_state *s, struct pdu d)
{
	s->name = "sll";
	if (d.cap < SLL_LEN) {
		put_cut(s);
		return 0;
	}
	struct cooked c = {.proto = pdu_be16(s, d, 14),
			   .halen = pdu_be16(s, d, 4),
			   .addr = d.p + 6,
			   .hdr = SLL_LEN,
			   .whole = d.len};
	if (s->opt.link)
		sll_header(s, &c, d);
	return payload(s, d, &c, sll_header);
}

static void sll2_header(struct print_state *s, const struct cooked *c, struct pdu all)
{
	(void)all;
	put_f(s, "ifindex %u ", c->index);
	put_cooked(s, c);
}

static u32 sll2_print(struct print_state *s, struct pdu d)
{
	const struct print_names *by = s->opt.names;

	s->name = "sll2";
	if (d.cap < SLL2_LEN) {
		put_cut(s);
		return 0;
	}
	struct cooked c = {.proto = pdu_be16(s, d, 0),
			   .halen = pdu_u8(s, d, 11),
			   .addr = d.p + 12,
			   .hdr = SLL2_LEN,
			   .whole = d.len,
			   .index = pdu_be32(s, d, 4)};
	const char *name = by && by->iface ? by->iface(by->arg, c.index) : NULL;
	put_f(s, "%-5s ", name ? name : "?");
	put_type(s, pdu_u8(s, d, 10), "%-3s ");
	if (s->opt.link)
		sll2_header(s, &c, d);
	return payload(s, d, &c, sll2_header);
}

const struct link_printer sll_link = {"sll", 113, sll_print};
const struct link_printer sll2_link = {"sll2", 276, sll2_print};
