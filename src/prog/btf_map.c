/* SPDX-License-Identifier: BSD-2-Clause */
/* What MAP_CREATE asks of the types of keys and values. */
#include "prog/btf_priv.h"

int btf_map_check(const struct btf *b, const struct btf_map *m, const struct btf *kernel,
		  struct btf_fields *ret)
{
	(void)b, (void)m, (void)kernel, (void)ret;
	return 0;
}
