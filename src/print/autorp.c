/* SPDX-License-Identifier: BSD-2-Clause */
/* Auto-RP of Cisco: rendezvous points of PIM. */
#include "print/part.h"

static void cut_if(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	if (off + n > d.len)
		pdu_cut_hard(s);
	pdu_need(s, d, off, n);
}

/* The groups of one point: the offset behind them. */
static u32 groups(struct print_state *s, struct pdu d, u32 off, u8 count)
{
	char before = ' ';

	for (; count; count--, off += 6) {
		cut_if(s, d, off, 6);
		u8 flags = d.p[off];

		put_f(s, "%c%s", before, flags & 1 ? "!" : "");
		put_ip4(s, d.p + off + 2);
		put_f(s, "/%u", d.p[off + 1]);
		if (flags & 2)
			say(s, " bidir");
		if (flags & 0xfc)
			put_f(s, "[rsvd=0x%02x]", flags & 0xfc);
		before = ',';
	}
	return off;
}

static void autorp_print(struct print_state *s, struct pdu d)
{
	static const struct word kinds[] = {{1, "candidate-advert"}, {2, "mapping"}};
	static const struct word versions[] = {
		{0, "PIMv?"}, {1, "PIMv1"}, {2, "PIMv2"}, {3, "PIMv1+2"}};

	s->name = "cisco_autorp";
	if (d.len < 8)
		pdu_cut(s);
	say(s, " auto-rp ");
	u8 type = pdu_u8(s, d, 0);
	const char *kind = type >> 4 == 1 ? word_of(WORDS(kinds), type & 15) : NULL;
	if (kind)
		put_s(s, kind);
	else
		put_f(s, "type-0x%02x", type);
	u8 count = pdu_u8(s, d, 1);
	say(s, " Hold ");
	u32 hold = pdu_be16(s, d, 2);
	if (hold)
		put_span(s, hold);
	else
		say(s, "FOREVER");
	u32 off = 8;
	for (; count; count--) {
		cut_if(s, d, off, 4);
		say(s, " RP ");
		put_ip4(s, d.p + off);
		cut_if(s, d, off + 4, 1);
		u8 version = d.p[off + 4];
		put_c(s, ' ');
		put_word(s, WORDS(versions), version & 3, "%u");
		if (version & 0xfc)
			put_f(s, " [rsvd=0x%02x]", version & 0xfc);
		cut_if(s, d, off + 5, 1);
		off = groups(s, d, off + 6, d.p[off + 5]);
	}
}

const struct printer autorp_printer = {"cisco_autorp", autorp_print};
