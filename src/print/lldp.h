/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two halves of LLDP share. */
#ifndef PRINT_LLDP_H
#define PRINT_LLDP_H

#include "print/part.h"

/* What a part of a TLV did: printed, not known (its bytes are shown), or found
 * to be too short. */
enum lldp_result { LLDP_DONE, LLDP_DUMP, LLDP_SHORT };

/* The value of a TLV 127, from the OUI on. */
enum lldp_result lldp_org(struct print_state *s, struct pdu d);
/* The same when ANSI/TIA made it. */
enum lldp_result lldp_med(struct print_state *s, struct pdu d);

#endif
