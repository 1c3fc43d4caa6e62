/* SPDX-License-Identifier: BSD-2-Clause */
/* Traffic engineering, RFC 3471: names that OSPF, IS-IS and RSVP share. */
#ifndef PRINT_GMPLS_H
#define PRINT_GMPLS_H

#include "print/part.h"

extern const struct word gmpls_protections[8], gmpls_switchings[8], gmpls_encodings[11];
extern const struct word bandwidth_models[3];

/* A float of bytes a second as megabits. */
void put_mbps(struct print_state *s, struct pdu d, u32 off);

#endif
