/* SPDX-License-Identifier: BSD-2-Clause */
/* MSDP, RFC 3618. */
#include "print/part.h"

enum { SA = 1, REQUEST, RESPONSE, KEEPALIVE, NOTIFICATION };

static void active(struct print_state *s, struct pdu d, u32 n, u8 type)
{
	u32 count = pdu_u8(s, d, 3);

	put_s(s, type == SA ? " SA" : " SA-Response");
	put_f(s, " %u entries", count);
	if (8 + count * 12 < n) {
		say(s, " [w/data]");
		if (s->opt.verbose > 1 && print_enter(s)) {
			put_c(s, ' ');
			ip_printer.print(s, pdu_skip(d, 8 + count * 12));
			print_leave(s);
		}
		s->name = "msdp";
	}
}

static void msdp_print(struct print_state *s, struct pdu d)
{
	s->name = "msdp";
	say(s, ": msdp");
	if (d.len < 3)
		pdu_cut(s);
	u32 first = pdu_be16(s, d, 1);
	u8 kind = d.p[0];
	if (first > 1500 || first < 3 || !kind || kind > 10)
		pdu_cut(s);
	while (d.len) {
		if (d.len < 3)
			pdu_cut(s);
		u8 type = pdu_u8(s, d, 0);
		u32 n = pdu_be16(s, d, 1);

		if (n > 1400 || s->opt.verbose)
			put_f(s, " [len %u]", n);
		if (n < 3)
			pdu_cut(s);
		switch (type) {
		case SA:
		case RESPONSE:
			active(s, d, n, type);
			break;
		case REQUEST:
			say(s, " SA-Request");
			pdu_need(s, d, 4, 4);
			say(s, " for ");
			put_ip4(s, d.p + 4);
			break;
		case KEEPALIVE:
			say(s, " Keepalive");
			break;
		case NOTIFICATION:
			say(s, " Notification");
			break;
		default:
			put_f(s, " [type=%u len=%u]", type, n);
		}
		d = pdu_skip(d, n);
	}
}

const struct printer msdp_printer = {"msdp", msdp_print};
