/* SPDX-License-Identifier: BSD-2-Clause */
/* Which programs may say where they attach, and what they may call: what the tables
 * of isa say, in Linux's words. */
#include "kern/call.h"

/* LIRC_MODE2: as Linux without remote controls. */
bool kern_prog_type_known(u32 type)
{
	return type && type < PROGTYPE_COUNT && type != PROGTYPE_LIRC_MODE2;
}

bool kern_attach_fits(u32 type, u32 attach) { return prog_expects(type, attach); }

void kern_helper_name(u32 id, char name[64])
{
	const struct helper_row *row = helper_row(id);

	snprintf(name, 64, "%s%s", row ? "bpf_" : "", row ? row->name : "unknown");
}

bool kern_helper_allowed(u32 type, u32 attach, bool gpl, u32 id, char *why, size_t n)
{
	char name[64];
	const struct helper_row *row = helper_for(id, type, attach);

	kern_helper_name(id, name);
	if (!helper_row(id))
		snprintf(why, n, "invalid func %s#%d", name, (int)id);
	else if (!row || !row->here)
		snprintf(why, n, "program of this type cannot use helper %s#%d", name, (int)id);
	else if ((row->flags & HELPER_GPL) && !gpl)
		snprintf(why, n,
			 "cannot call GPL-restricted function from non-GPL compatible program");
	else
		return true;
	return false;
}
