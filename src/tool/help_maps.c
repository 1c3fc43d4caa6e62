/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of map types of onebpf-maps(7): the table of types, and what MAP_CREATE
 * takes, found by asking it. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "map/map.h"
#include "tool/opt.h"

#include <errno.h>

enum { SCAN = 2048, FLAGS = 19, NONE = UINT32_MAX };

static const char *const flag_names[FLAGS] = {
	"NO_PREALLOC",      "NO_COMMON_LRU",  "NUMA_NODE",     "RDONLY",       "WRONLY",
	"STACK_BUILD_ID",   "ZERO_SEED",      "RDONLY_PROG",   "WRONLY_PROG",  "CLONE",
	"MMAPABLE",         "PRESERVE_ELEMS", "INNER_MAP",     "LINK",         "PATH_FD",
	"VTYPE_BTF_OBJ_FD", "TOKEN_FD",       "SEGV_ON_FAULT", "NO_USER_CONV",
};

/* Types that mean nothing here are asked as Linux's: what else is EOPNOTSUPP is good. */
static bool good(const struct map_attr *a)
{
	int err = map_check(a);

	return !err || err == -EOPNOTSUPP;
}

/* Attributes of the type that are taken, with these flags among others. */
static bool find_good(u32 type, u32 flags, struct map_attr *ret)
{
	static const u32 keys[] = {4, 0, 8}, values[] = {8, 4, 0, 32}, entries[] = {4, 0, 1, 4096};
	static const u32 needed[] = {0, BPF_F_NO_PREALLOC, BPF_F_MMAPABLE};

	for (u32 f = 0; f < LEN(needed); f++)
		for (u32 k = 0; k < LEN(keys); k++)
			for (u32 v = 0; v < LEN(values); v++)
				for (u32 n = 0; n < LEN(entries); n++) {
					*ret = (struct map_attr){.type = type,
								 .key_size = keys[k],
								 .value_size = values[v],
								 .max_entries = entries[n],
								 .flags = needed[f] | flags,
								 .slots = 1};
					if (good(ret))
						return true;
				}
	return false;
}

/* The sizes that are taken for one of its fields, in words. */
static void put_sizes(struct buf *b, const char *what, struct map_attr a, size_t at)
{
	u32 *field = (u32 *)(void *)((u8 *)&a + at);
	u32 first = NONE, second = NONE, last = NONE;

	for (*field = 0; *field <= SCAN; ++*field) {
		if (!good(&a))
			continue;
		if (first == NONE)
			first = *field;
		else if (second == NONE)
			second = *field;
		last = *field;
	}
	buf_printf(b, "%s: ", what);
	if (first == NONE)
		buf_puts(b, "a power of two pages, in bytes");
	else if (second == NONE && first == 0)
		buf_puts(b, "0");
	else if (second == NONE)
		buf_printf(b, "%u", first);
	else if (second == last)
		buf_printf(b, "%u or %u", first, last);
	else if (last == SCAN)
		buf_printf(b, "at least %u", first);
	else
		buf_printf(b, "%u to %u", first, last);
	if (second != NONE && second != last && second - first > 1)
		buf_printf(b, ", in steps of %u", second - first);
}

static void put_flags(struct buf *b, u32 type)
{
	struct map_attr a;
	const char *comma = "";

	buf_puts(b, "Flags:");
	find_good(type, 0, &a);
	for (u32 i = 0; i < FLAGS; i++) {
		struct map_attr with;

		if (find_good(type, 1u << i, &with)) {
			buf_printf(b, "%s %s%s", comma, flag_names[i],
				   a.flags >> i & 1 ? " (needed)" : "");
			comma = ",";
		}
	}
	buf_puts(b, *comma ? ".\n" : " none.\n");
}

static void put_batches(struct buf *b, const struct map_ops *ops)
{
	static const char *const names[] = {"lookup", "update", "delete", "lookup and delete"};
	const char *comma = "";

	buf_puts(b, "Batches:");
	for (u32 i = 0; i < LEN(names); i++)
		if (ops->batch || ops->batches >> i & 1) {
			buf_printf(b, "%s %s", comma, names[i]);
			comma = ",";
		}
	buf_puts(b, *comma ? ".\n" : " none.\n");
}

static void put_helpers(struct buf *b, u32 type)
{
	const char *comma = "";

	buf_puts(b, "Helpers:");
	for (u32 id = 1; id < HELPER_COUNT; id++) {
		const struct helper_row *h = helper_row(id);

		if (!h || id == HELPERID_timer_init || !maptype_goes_with(type, id))
			continue;
		buf_printf(b, "%s %s%s", comma, h->name,
			   h->here == HELPER_HERE ? "" : " (not here)");
		comma = ",";
	}
	buf_puts(b, *comma ? ".\n" : " none.\n");
}

static void put_type(struct buf *b, u32 type)
{
	const struct map_ops *ops = map_ops(type);
	struct map_attr a;

	if (!ops || !find_good(type, 0, &a))
		return;
	buf_printf(b, ".It Cm %s\n", maptype_row(type)->name);
	buf_printf(b, "Number %u%s.\n", type,
		   map_check(&a)  ? "; EOPNOTSUPP"
		   : ops->per_cpu ? "; a value for each slot"
				  : "");
	put_sizes(b, "Key", a, offsetof(struct map_attr, key_size));
	put_sizes(b, "; value", a, offsetof(struct map_attr, value_size));
	put_sizes(b, "; entries", a, offsetof(struct map_attr, max_entries));
	buf_puts(b, ".\n");
	put_flags(b, type);
	if (!map_check(&a))
		put_batches(b, ops);
	put_helpers(b, type);
}

void help_maps(FILE *to)
{
	struct buf b = {0};

	buf_puts(&b, ".\\\" Begin: onebpf help --man maps\n.Bl -tag -width Ds\n");
	for (u32 type = 1; type < MAPTYPE_COUNT; type++)
		put_type(&b, type);
	buf_puts(&b, ".El\n.\\\" End: onebpf help --man maps\n");
	if (b.n)
		fwrite(b.p, 1, b.n, to);
	buf_deinit(&b);
}
