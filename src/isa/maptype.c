/* SPDX-License-Identifier: BSD-2-Clause */
/* What map.def says, as a table that can be asked. */
#include "isa/isa.h"

enum {
	LOOKUP = MAPUSE_LOOKUP,
	UPDATE = MAPUSE_UPDATE,
	DELETE = MAPUSE_DELETE,
	USUAL = LOOKUP | UPDATE | DELETE,
	EACH = MAPUSE_EACH,
	SLEEP = MAPUSE_SLEEP,
};

#define H(name) HELPERID_##name

static const struct maptype_row rows[] = {
#define MAP(nr, id, name, flags, ...) [nr] = {#name, flags, {__VA_ARGS__}},
#include "isa/map.def"
};

const struct maptype_row *maptype_row(u32 type) { return type < LEN(rows) ? &rows[type] : NULL; }

bool maptype_find(const char *name, size_t n, u32 *ret)
{
	for (u32 i = 0; i < LEN(rows); i++)
		if (strlen(rows[i].name) == n && !memcmp(rows[i].name, name, n)) {
			*ret = i;
			return true;
		}
	return false;
}

bool maptype_goes_with(u32 type, u32 helper)
{
	const struct maptype_row *row = maptype_row(type);

	if (!row)
		return false;
	switch (helper) {
	case HELPERID_map_lookup_elem:
		return row->flags & LOOKUP;
	case HELPERID_map_update_elem:
		return row->flags & UPDATE;
	case HELPERID_map_delete_elem:
		return row->flags & DELETE;
	case HELPERID_for_each_map_elem:
		return row->flags & EACH;
	case HELPERID_kptr_xchg: /* which maps may have a kptr, their types say */
		return true;
	case HELPERID_timer_init: /* the verifier holds it against the timer's own map */
		return true;
	}
	for (u32 i = 0; i < LEN(row->helper) && row->helper[i]; i++)
		if (row->helper[i] == helper)
			return true;
	return false;
}
