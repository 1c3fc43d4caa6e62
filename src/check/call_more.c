/* SPDX-License-Identifier: BSD-2-Clause */
/* What some helpers ask besides, once each argument is right by itself. */
#include "check/priv.h"

static int from_memory(struct verify *v)
{
	u32 type = regs(v)[1].type;

	if (type == REG_MAP_VALUE)
		return 0;
	return say(v, -EACCES, "Unsupported reg type %s for bpf_dynptr_from_mem data\n",
		   reg_name(type));
}

/* Needs: the format is a text that ends in its map (check_arg). */
static int check_snprintf(struct verify *v)
{
	const struct reg *fmt = &regs(v)[3];
	u64 bytes = regs(v)[5].v.bits.value, at = (u64)fmt->off + fmt->v.bits.value;

	if (bytes % 8)
		return -EINVAL;
	if (format_valid((const char *)fmt->map->fixed.p + at, (u32)(bytes / 8)))
		return 0;
	return say(v, -EINVAL, "Invalid format string\n");
}

int check_special_args(struct verify *v, struct call *c)
{
	switch (c->id) {
	case HELPERID_snprintf:
		return check_snprintf(v);
	case HELPERID_dynptr_from_mem:
		return from_memory(v);
	case HELPERID_dynptr_data:
		return dynptr_slice(v, c);
	default:
		return 0;
	}
}
