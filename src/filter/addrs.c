/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses of a name, as the caller's lookup gathers them. */
#include "filter/filter.h"

#include <stdlib.h>

static bool add(struct filter_addrs *to, struct filter_addr addr)
{
	if (to->n == to->cap) {
		u32 cap = to->cap ? 2 * to->cap : 4;
		void *v = realloc(to->v, cap * sizeof(*to->v));

		if (!v)
			return false;
		to->v = v;
		to->cap = cap;
	}
	to->v[to->n++] = addr;
	return true;
}

bool filter_addrs_add4(struct filter_addrs *to, u32 host_order)
{
	return add(to, (struct filter_addr){.v4 = host_order});
}

bool filter_addrs_add6(struct filter_addrs *to, const u8 addr[16])
{
	struct filter_addr a = {.v6 = true};

	memcpy(a.a6, addr, 16);
	return add(to, a);
}
