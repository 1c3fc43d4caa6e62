/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of DHCPv6, which HNCP carries, too. */
#ifndef PRINT_DHCP6_H
#define PRINT_DHCP6_H

#include "print/part.h"

/* `left` bytes of options at the head of d. */
void print_dhcp6_options(struct print_state *s, struct pdu d, u32 left);
/* NULL for a number that is not known. */
const char *dhcp6_option_name(u16 type);

#endif
