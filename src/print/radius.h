/* SPDX-License-Identifier: BSD-2-Clause */
/* The names and numbers of RADIUS. */
#ifndef PRINT_RADIUS_H
#define PRINT_RADIUS_H

#include "print/part.h"

/* How an attribute's value is shown. */
enum radius_form {
	NONE,
	TEXT,
	ADDRESS,
	NUMBER,
	WORD,
	SECONDS,
	VENDOR,
	DATE,
	VLAN_ID,
	VLAN_NAME,
	TAG_WORD,
	TAG_TEXT,
	TAG_SALT,
	TAG_NUMBER,
	ARAP_PASSWORD,
	ARAP_FEATURES,
	ARAP_RESPONSE,
	ADDRESS6,
	PREFIX6,
	EAP,
	CAUSE,
	FEATURES,
	HOME_PREFIX,
	OPERATOR,
	LOCATION,
	LOCATION_DATA,
	POLICY,
};

struct radius_attr {
	const char *name; /* NULL: not known */
	u8 form;
};

extern const struct radius_attr radius_attrs[256];
/* Each NULL when the number is not known. */
const char *radius_word(u8 attr, u32 v);
const char *radius_cause(u32 v);
const char *radius_vendor(u32 v);

#endif
