/* SPDX-License-Identifier: BSD-2-Clause */
/* Which programs may say where they attach, and what they may call: what the tables
 * of isa say, in Linux's words. */
#include "kern/call.h"

/* Linux without a remote control knows no programs for one. */
bool kern_prog_type_known(u32 type)
{
	return type && prog_row(type) && type != PROGTYPE_LIRC_MODE2;
}

bool kern_attach_fits(u32 type, u32 attach) { return prog_expects(type, attach); }

const char *kern_helper_name(u32 id)
{
	const struct helper_row *row = helper_row(id);

	return row ? row->name : "unknown";
}

bool kern_helper_allowed(u32 type, u32 attach, bool gpl, u32 id, char *why, size_t n)
{
	const struct helper_row *known = helper_row(id), *row = helper_for(id, type, attach);

	if (!known)
		snprintf(why, n, "invalid func unknown#%d", (int)id);
	else if (!row || !known->here)
		snprintf(why, n, "program of this type cannot use helper bpf_%s#%u", known->name,
			 id);
	else if ((row->flags & HELPER_GPL) && !gpl)
		snprintf(why, n,
			 "cannot call GPL-restricted function from non-GPL compatible program");
	else
		return true;
	return false;
}
