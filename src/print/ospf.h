/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of OSPF share. */
#ifndef PRINT_OSPF_H
#define PRINT_OSPF_H

#include "print/part.h"

enum { OSPF_HELLO = 1, OSPF_DD, OSPF_REQUEST, OSPF_UPDATE, OSPF_ACK };
enum { LSA_HEADER = 20 };

/* The packet behind the router and the area. */
void ospf3_body(struct print_state *s, struct pdu d, u8 type);
void ospf_dd_flags(struct print_state *s, u8 flags);
/* The content of an LSA of version 2, by type and opaque type; false: its bytes
 * are to be shown. */
void ospf_lsa(struct print_state *s, struct pdu d, u8 type, u8 opaque);
/* RFC 3630: false when it is broken off. */
bool ospf_te(struct print_state *s, struct pdu d);
/* RFC 3623 */
bool ospf_grace(struct print_state *s, struct pdu d);

#endif
