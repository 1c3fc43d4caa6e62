/* SPDX-License-Identifier: BSD-2-Clause */
/* SLARP, the keepalives and addresses of Cisco's HDLC. */
#include "print/part.h"

static void slarp_print(struct print_state *s, struct pdu d)
{
	s->name = "chdlc_slarp";
	if (d.len < 14)
		pdu_cut(s);
	put_f(s, "SLARP (length: %u), ", d.len);
	pdu_need(s, d, 0, 14);
	u32 code = pdu_be32(s, d, 0);
	switch (code) {
	case 0:
		say(s, "request");
		pdu_need(s, d, 4, 10);
		break;
	case 1:
		say(s, "reply ");
		put_ip4(s, pdu_need(s, d, 4, 4));
		put_c(s, '/');
		put_ip4(s, pdu_need(s, d, 8, 4));
		break;
	case 2:
		put_f(s, "keepalive: mineseen=0x%08x", pdu_be32(s, d, 4));
		put_f(s, ", yourseen=0x%08x", pdu_be32(s, d, 8));
		put_f(s, ", reliability=0x%04x", pdu_be16(s, d, 12));
		if (d.len >= 18) {
			u32 up = pdu_be32(s, d, 14) / 1000;

			put_f(s, ", link uptime=%ud%uh%um%us", up / 86400, up / 3600 % 24,
			      up / 60 % 60, up % 60);
		}
		break;
	default:
		put_f(s, "0x%02x unknown", code);
		if (s->opt.verbose <= 1)
			put_bytes(s, "\n\t", d, 4, d.len - 4);
		break;
	}
	if (d.len > 18 && s->opt.verbose)
		put_f(s, ", (trailing junk: %u bytes)", d.len - 18);
	if (s->opt.verbose > 1 && d.len > 18)
		put_bytes(s, "\n\t", d, 18, d.len - 18);
}

const struct printer slarp_printer = {"slarp", slarp_print};
