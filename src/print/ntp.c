/* SPDX-License-Identifier: BSD-2-Clause */
/* NTP, RFC 5905: its one line. */
#include "print/priv.h"

static void ntp_print(struct print_state *s, struct pdu d)
{
	static const char *const modes[] = {
		"unspecified", "symmetric active", "symmetric passive", "Client",
		"Server",      "Broadcast",        "Control Message",   "Reserved"};

	s->name = "ntp";
	u8 status = pdu_u8(s, d, 0);
	put_f(s, "NTPv%u, %s, length %u", status >> 3 & 7, modes[status & 7], d.len);
}

const struct printer ntp_printer = {"ntp", ntp_print};
