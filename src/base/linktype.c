/* SPDX-License-Identifier: BSD-2-Clause */
/* Link types by number and by name. */
#include "base/base.h"

#include <stdlib.h>
#include <strings.h>

static const struct linktype {
	u16 nr, dlt;
	const char *name, *alias, *desc;
} table[] = {
#define LT(nr, dlt, name, alias, desc) {nr, dlt, #name, #alias, desc},
#include "base/linktype.def"
#undef LT
};

static const struct linktype *find(u32 nr)
{
	for (size_t i = 0; i < LEN(table); i++)
		if (table[i].nr == nr)
			return &table[i];
	return NULL;
}

const char *linktype_name(u32 nr)
{
	const struct linktype *t = find(nr);

	return t ? t->name : NULL;
}

const char *linktype_desc(u32 nr)
{
	const struct linktype *t = find(nr);

	return t ? t->desc : NULL;
}

u32 linktype_dlt(u32 nr)
{
	const struct linktype *t = find(nr);

	return t ? t->dlt : nr;
}

static bool number(const char *s, u32 *ret)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	unsigned long n = strtoul(s, &end, 10);
	if (*end || n > LINKTYPE_MAX)
		return false;
	*ret = (u32)n;
	return true;
}

bool linktype_find(const char *name, u32 *ret)
{
	if (number(name, ret))
		return true;
	if (!strncasecmp(name, "DLT_", 4))
		name += 4;
	else if (!strncasecmp(name, "LINKTYPE_", 9))
		name += 9;
	for (size_t i = 0; i < LEN(table); i++)
		if (!strcasecmp(name, table[i].name) || !strcasecmp(name, table[i].alias)) {
			*ret = table[i].nr;
			return true;
		}
	return false;
}

bool linktype_row(u32 i, u32 *nr)
{
	if (i >= LEN(table))
		return false;
	*nr = table[i].nr;
	return true;
}
