/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of RSVP share. */
#ifndef PRINT_RSVP_H
#define PRINT_RSVP_H

#include "print/part.h"

/* One object's value; indent stands in front of each line. False when its bytes
 * are to be shown. */
bool rsvp_object(struct print_state *s, struct pdu d, u8 class, u8 ctype, const char *indent);
/* RFC 2210: flow specifications and advertisements. */
bool rsvp_intserv(struct print_state *s, struct pdu d, const char *indent);

#endif
