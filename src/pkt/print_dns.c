/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS, RFC 1035. */
#include "pkt/print_priv.h"

static void dns_print(struct print_state *s, struct pdu d)
{
	s->name = "domain";
	put_f(s, "UDP, length %u", d.len);
}

const struct printer dns_printer = {"domain", dns_print};
