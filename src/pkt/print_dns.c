/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS, RFC 1035. */
#include "pkt/print_priv.h"

enum { POINTER = 0xc0, MAX_POINTER = 0x3fff };

/* RFC 1035 4.1.4: pointers go backwards only, so that the walk ends. */
u32 put_dns_name(struct print_state *s, struct pdu msg, u32 off)
{
	u32 limit = off, after = 0;
	u8 n = pdu_u8(s, msg, off++);

	if (!n)
		put_c(s, '.');
	while (n) {
		if ((n & POINTER) == POINTER) {
			u32 to = (n << 8 | pdu_u8(s, msg, off)) & MAX_POINTER;

			if (!after)
				after = off + 1;
			if (to >= limit) {
				say(s, "<BAD PTR>");
				return 0;
			}
			limit = off = to;
		} else if (n & POINTER) {
			put_f(s, "<ELT %u>", n & 0x3f);
			return 0;
		} else {
			for (u32 i = 0; i < n; i++)
				put_unctrl(s, pdu_u8(s, msg, off + i));
			put_c(s, '.');
			off += n;
		}
		n = pdu_u8(s, msg, off++);
	}
	return after ? after : off;
}

static void dns_print(struct print_state *s, struct pdu d)
{
	s->name = "domain";
	put_f(s, "UDP, length %u", d.len);
}

const struct printer dns_printer = {"domain", dns_print};
