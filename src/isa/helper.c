/* SPDX-License-Identifier: BSD-2-Clause */
/* What helper.def says, as a table. */
#include "isa/isa.h"

static const struct helper_row rows[] = {
#define HELPER(id, name, gpl, result, a, b, c, d, e) \
	{id,                                         \
	 #name,                                      \
	 gpl,                                        \
	 HELPER_##result,                            \
	 {HELPER_##a, HELPER_##b, HELPER_##c, HELPER_##d, HELPER_##e}},
#include "isa/helper.def"
};

const struct helper_row *helper_row(u32 id)
{
	for (u32 i = 0; i < LEN(rows); i++)
		if (rows[i].id == id)
			return &rows[i];
	return NULL;
}

const struct helper_row *helper_find(const char *name, size_t n)
{
	if (n > 4 && !memcmp(name, "bpf_", 4))
		name += 4, n -= 4;
	for (u32 i = 0; i < LEN(rows); i++)
		if (strlen(rows[i].name) == n && !memcmp(rows[i].name, name, n))
			return &rows[i];
	return NULL;
}
