/* SPDX-License-Identifier: BSD-2-Clause */
/* HSRP, RFC 2281. */
#include "print/part.h"

static const struct word ops[] = {{0, "hello"}, {1, "coup"}, {2, "resign"}};
static const struct word states[] = {{0, "initial"}, {1, "learn"},   {2, "listen"},
				     {4, "speak"},   {8, "standby"}, {16, "active"}};

static void hsrp_print(struct print_state *s, struct pdu d)
{
	s->name = "hsrp";
	u8 version = pdu_u8(s, d, 0);
	put_f(s, "HSRPv%u", version);
	if (version)
		return;
	u8 op = pdu_u8(s, d, 1);
	put_c(s, '-');
	put_word(s, WORDS(ops), op, "unknown (%u)");
	put_f(s, " %u: ", d.len);
	u8 state = pdu_u8(s, d, 2);
	say(s, "state=");
	put_word(s, WORDS(states), state, "Unknown (%u)");
	put_f(s, " group=%u ", pdu_u8(s, d, 6));
	u8 reserved = pdu_u8(s, d, 7);
	if (reserved)
		put_f(s, "[reserved=%d!] ", reserved);
	const u8 *address = pdu_need(s, d, 16, 4);
	say(s, "addr=");
	put_ip4(s, address);
	if (!s->opt.verbose)
		return;
	say(s, " hellotime=");
	put_span(s, pdu_u8(s, d, 3));
	say(s, " holdtime=");
	put_span(s, pdu_u8(s, d, 4));
	put_f(s, " priority=%u", pdu_u8(s, d, 5));
	say(s, " auth=\"");
	put_padded(s, d, 8, 8);
	put_c(s, '"');
}

const struct printer hsrp_printer = {"hsrp", hsrp_print};
