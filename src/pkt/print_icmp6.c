/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMPv6, RFC 4443, and neighbour discovery, RFC 4861. */
#include "pkt/print_priv.h"

static void icmp6_print(struct print_state *s, struct pdu d)
{
	s->name = "icmp6";
	(void)d;
}

const struct printer icmp6_printer = {"icmp6", icmp6_print};
