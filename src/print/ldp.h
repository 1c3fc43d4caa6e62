/* SPDX-License-Identifier: BSD-2-Clause */
/* What LDP and LSP ping say in the same words. */
#ifndef PRINT_LDP_H
#define PRINT_LDP_H

#include "print/bgp.h"

/* NULL for a type that is not known. */
const char *pseudowire_name(u16 type);
/* RFC 5085 5.1: two bytes of bits at off */
void put_vccv(struct print_state *s, struct pdu d, u32 off);

#endif
