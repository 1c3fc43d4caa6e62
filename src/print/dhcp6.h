/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of DHCPv6, which HNCP carries, too. */
#ifndef PRINT_DHCP6_H
#define PRINT_DHCP6_H

#include "print/part.h"

/* `left` bytes of options at the head of d. */
void print_dhcp6_options(struct print_state *s, struct pdu d, u32 left);

#endif
