/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of BOOTP and DHCP by number, RFC 2132. */
#ifndef PRINT_BOOTP_H
#define PRINT_BOOTP_H

#include "print/part.h"

enum { PAD = 0, END = 255 };

/* How an option's data is shown; the plain ones come as lists. */
enum bootp_form {
	ANY,
	ADDRESSES,
	LONGS,
	SIGNED,
	SHORTS,
	BYTES,
	BOOLS,
	PAIRS,
	TEXT,
	NODE,
	OVERLOAD,
	KIND,
	PARAMETERS,
	CLIENT_ID,
	AGENT,
	USER_CLASS,
	FQDN,
	ROUTES,
};

struct bootp_option {
	const char *name; /* NULL: not known */
	u8 form;
};

extern const struct bootp_option bootp_options[256];

#endif
