/* SPDX-License-Identifier: BSD-2-Clause */
/* Map types, as a table: map.def. */
#ifndef ISA_MAPTYPE_H
#define ISA_MAPTYPE_H

#include "base/base.h"

enum map_type {
#define MAP(nr, id, ...) MAPTYPE_##id = nr,
#include "isa/map.def"
	MAPTYPE_COUNT
};

enum {
	MAPUSE_LOOKUP = 1,
	MAPUSE_UPDATE = 2,
	MAPUSE_DELETE = 4,
	MAPUSE_EACH = 8,
	MAPUSE_SLEEP = 16
};

struct maptype_row {
	const char *name; /* "percpu_hash" */
	u8 flags;         /* MAPUSE_LOOKUP ... */
	u8 helper[5];     /* besides, 0 ends them */
};

/* NULL: Linux has no such type. */
const struct maptype_row *maptype_row(u32 type);
bool maptype_find(const char *name, size_t n, u32 *ret);
/* May this helper be given a map of this type? */
bool maptype_goes_with(u32 type, u32 helper);

#endif
