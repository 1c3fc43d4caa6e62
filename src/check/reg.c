/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers: what is put into them, and who may read and write them. */
#include "check/priv.h"

void reg_none(struct reg *r)
{
	memset(r, 0, sizeof(*r));
	r->v = scalar_const(0);
}

void reg_unknown(const struct verify *v, struct reg *r)
{
	memset(r, 0, sizeof(*r));
	r->type = REG_SCALAR;
	r->v = scalar_any();
	r->precise = !v->capable;
}

void reg_known(struct reg *r, u64 value)
{
	r->v = scalar_const(value);
	r->id = r->ref = 0;
	r->off = 0;
	r->raw[0] = r->raw[1] = 0;
}

void reg_const(const struct verify *v, struct reg *r, u64 value)
{
	memset(r, 0, sizeof(*r));
	r->type = REG_SCALAR;
	r->v = scalar_const(value);
	r->precise = !v->capable;
}

void reg_zero_off(struct reg *r, u32 type)
{
	memset(r, 0, sizeof(*r));
	r->type = type;
	r->v = scalar_const(0);
}

bool reg_points(const struct reg *r) { return r->type != REG_SCALAR; }

bool reg_leaks(const struct verify *v, const struct reg *r) { return !v->leaks && reg_points(r); }

const struct btf_fields *reg_fields(const struct reg *r)
{
	if (reg_kind(r->type) == REG_MAP_VALUE)
		return r->map->fields;
	return reg_is_own(r) && r->btf ? btf_meta(r->btf, r->btf_id) : NULL;
}

bool reg_may_hold_lock(const struct reg *r)
{
	const struct btf_fields *f = reg_fields(r);

	return f && (f->kinds & (BTF_SPIN_LOCK | BTF_RES_SPIN_LOCK));
}

static bool is_sock(u32 kind)
{
	return kind == REG_SOCKET || kind == REG_SOCK_COMMON || kind == REG_TCP_SOCK ||
	       kind == REG_XDP_SOCK;
}

bool reg_not_null(const struct verify *v, const struct reg *r)
{
	u32 kind = reg_kind(r->type);

	(void)v;
	if (r->type & REG_NULLABLE)
		return false;
	if (kind == REG_BTF)
		return reg_trusted(r);
	if (kind == REG_MEM)
		return !(r->type & REG_UNTRUSTED);
	return is_sock(kind) || kind == REG_MAP_VALUE || kind == REG_MAP_KEY || kind == REG_MAP;
}

/* mark_ptr_not_null_reg: of a map of maps what was found is a map. */
void set_not_null(struct verify *v, struct reg *r)
{
	(void)v;
	if (reg_kind(r->type) == REG_MAP_VALUE) {
		const struct prog_map *map = r->map;

		if (map->inner) {
			r->type = REG_MAP;
			r->map = map->inner;
			/* A timer or a work queue belongs to the map that it was found in. */
			r->map_uid =
				map->inner->fields && (map->inner->fields->kinds &
						       (BTF_TIMER | BTF_WORKQUEUE | BTF_TASK_WORK))
					? r->id
					: 0;
		} else if (map->type == MAPTYPE_XSKMAP) {
			r->type = REG_XDP_SOCK;
		} else if (map->type == MAPTYPE_SOCKMAP || map->type == MAPTYPE_SOCKHASH) {
			r->type = REG_SOCKET;
		} else {
			r->type = REG_MAP_VALUE;
		}
		return;
	}
	r->type &= ~(u32)REG_NULLABLE;
}

void give_id(struct verify *v, struct reg *r)
{
	if (r->type != REG_SCALAR)
		return;
	if (r->id & ID_PLUS)
		reg_unlink(r);
	if (!r->id && !scalar_is_const(&r->v))
		r->id = ++v->ids;
}

int read_reg(struct verify *v, u32 r)
{
	touch_reg(v, r);
	if (regs(v)[r].type == REG_NONE)
		return say(v, -EACCES, "R%d !read_ok\n", r);
	return 0;
}

int write_reg_kept(struct verify *v, u32 r)
{
	touch_reg(v, r);
	if (r == EBPF_REGS - 1)
		return say(v, -EACCES, "frame pointer is read only\n");
	return 0;
}

int write_reg(struct verify *v, u32 r)
{
	int err = write_reg_kept(v, r);

	if (!err)
		reg_unknown(v, &regs(v)[r]);
	return err;
}

void forget_args(struct verify *v)
{
	for (u32 i = 0; i <= 5; i++) {
		reg_none(&regs(v)[i]);
		touch_reg(v, i);
	}
}

void forget_packet(struct verify *v)
{
	struct walk w = {.s = v->cur};

	for (struct reg *r; (r = walk_next(&w));) {
		if (!reg_is_packet_any(r) && !(r->type & REG_OF_PACKET))
			continue;
		if (v->leaks)
			reg_unknown(v, r);
		else
			reg_none(r);
	}
}

u32 reg_width(const struct reg *r) { return r->v.umax ? 64 - (u32)__builtin_clzll(r->v.umax) : 0; }
