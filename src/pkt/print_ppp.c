/* SPDX-License-Identifier: BSD-2-Clause */
/* PPP, RFC 1661, on its own and over Ethernet. */
#include "pkt/print_priv.h"

static u32 ppp_link_print(struct print_state *s, struct pdu d)
{
	s->name = "ppp";
	put_unknown(s, d);
	return 0;
}
static void pppoe_print(struct print_state *s, struct pdu d) { put_unknown(s, d); }

const struct link_printer ppp_link = {"ppp", 9, ppp_link_print};
const struct link_printer ppp_serial_link = {"ppp", 50, ppp_link_print};
const struct link_printer ppp_ether_link = {"ppp", 51, ppp_link_print};
const struct printer pppoed_printer = {"pppoe", pppoe_print};
const struct printer pppoes_printer = {"pppoe", pppoe_print};
