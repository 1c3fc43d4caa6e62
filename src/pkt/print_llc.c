/* SPDX-License-Identifier: BSD-2-Clause */
/* IEEE 802.2 LLC, and SNAP. */
#include "pkt/print_priv.h"

int print_llc(struct print_state *s, struct pdu d)
{
	s->name = "llc";
	(void)d;
	return -3;
}
