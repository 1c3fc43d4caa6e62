/* SPDX-License-Identifier: BSD-2-Clause */
/* Who began an exchange of ISAKMP: the cookies seen so far, and their ends. */
#ifndef PRINT_ROLES_H
#define PRINT_ROLES_H

#include "print/priv.h"

enum { ROLES = 20 };

struct roles {
	struct role {
		u8 cookie[8], from[16], to[16];
		u8 ver;
	} v[ROLES];
	u32 n; /* recorded so far; the oldest goes first */
};

/* "I", "R" or "?" for the packet in hand; head: both its cookies. */
const char *ike_role(struct print_state *s, const u8 *head);

#endif
