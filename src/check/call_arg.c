/* SPDX-License-Identifier: BSD-2-Clause */
/* Arguments of helpers, by their kind (isa/helper.h). */
#include "check/priv.h"

/* ---- which registers will do ---- */

enum { KINDS = 12 };
#define SOCKS     REG_SOCK_COMMON, REG_SOCKET, REG_TCP_SOCK, REG_XDP_SOCK
#define BYTES     REG_STACK, REG_PACKET, REG_PACKET_META, REG_MAP_KEY, REG_MAP_VALUE
#define BYTES_ANY BYTES, REG_MEM, REG_MEM | REG_RINGBUF, REG_BUF, REG_BTF | REG_TRUSTED

static const u32 fits[][KINDS] = {
	[HELPER_CTX] = {REG_CTX},
	[HELPER_MAP] = {REG_MAP},
	[HELPER_KEY] = {BYTES_ANY},
	[HELPER_VALUE] = {BYTES_ANY},
	[HELPER_OUT_VALUE] = {BYTES_ANY},
	[HELPER_MEM] = {BYTES_ANY},
	[HELPER_OUT] = {BYTES_ANY},
	[HELPER_INOUT] = {BYTES_ANY},
	[HELPER_SIZE] = {REG_SCALAR},
	[HELPER_SIZE0] = {REG_SCALAR},
	[HELPER_ALLOC_SIZE] = {REG_SCALAR},
	[HELPER_CONST_STR] = {REG_MAP_VALUE},
	[HELPER_STACK] = {REG_STACK},
	[HELPER_FUNC] = {REG_FUNC},
	[HELPER_SPIN_LOCK] = {REG_MAP_VALUE, REG_BTF | REG_ALLOC},
	[HELPER_TIMER] = {REG_MAP_VALUE},
	[HELPER_KPTR_DEST] = {REG_MAP_VALUE, REG_BTF | REG_ALLOC},
	[HELPER_DYNPTR] = {REG_STACK, REG_DYNPTR},
	[HELPER_OUT_DYNPTR] = {REG_STACK, REG_DYNPTR},
	[HELPER_RINGBUF_MEM] = {REG_MEM | REG_RINGBUF},
	[HELPER_SOCKET] = {REG_SOCKET},
	[HELPER_SOCK_COMMON] = {SOCKS},
	[HELPER_BTF_SOCK] = {SOCKS, REG_BTF, REG_BTF | REG_TRUSTED},
	[HELPER_BTF_ID] = {REG_BTF, REG_BTF | REG_TRUSTED, REG_BTF | REG_RCU},
	[HELPER_PERCPU_BTF_ID] = {REG_BTF | REG_PERCPU, REG_BTF | REG_PERCPU | REG_RCU,
				  REG_BTF | REG_PERCPU | REG_TRUSTED},
	[HELPER_VOID] = {0},
};

static int check_type(struct verify *v, const struct call *c, u32 regno, u64 arg)
{
	const struct reg *r = &regs(v)[regno];
	u32 kind = helper_kind(arg), type = r->type, i;
	const u32 *good = fits[kind];

	if (kind == HELPER_MEM || (arg & HELPER_RDONLY))
		type &= ~(u32)REG_RDONLY;
	if (kind == HELPER_MEM || kind == HELPER_OUT || kind == HELPER_INOUT)
		type &= ~(u32)REG_OF_PACKET;
	if (arg & HELPER_NULLABLE)
		type &= ~(u32)REG_NULLABLE;
	if (c->id == HELPERID_kptr_xchg && regno == 2 && (type & REG_ALLOC))
		type &= ~(u32)(REG_ALLOC | REG_PERCPU);
	for (i = 0; i < KINDS && good[i]; i++)
		if (type == good[i])
			return 0;
	say(v, 0, "R%u type=%s expected=", regno, reg_name(r->type));
	for (u32 k = 0; k < i; k++)
		say(v, 0, k + 1 < i ? "%s, " : "%s\n", reg_name(good[k]));
	return -EACCES;
}

/* Objects of which a part may be given. */
static bool may_be_inside(u32 type)
{
	switch (type) {
	case REG_BTF:
	case REG_BTF | REG_TRUSTED:
	case REG_BTF | REG_RCU:
	case REG_BTF | REG_ALLOC:
	case REG_BTF | REG_ALLOC | REG_NON_OWNING:
	case REG_BTF | REG_ALLOC | REG_NON_OWNING | REG_RCU:
		return true;
	default:
		return false;
	}
}

int check_arg_offset(struct verify *v, u32 regno, u64 arg)
{
	const struct reg *r = &regs(v)[regno];
	u32 kind = helper_kind(arg);

	if (arg & HELPER_RELEASE) {
		if (kind == HELPER_DYNPTR && r->type == REG_STACK)
			return 0;
		if (r->off)
			return say(v, -EINVAL,
				   "R%u must have zero offset when passed to release func or "
				   "trusted arg to kfunc\n",
				   regno);
		return check_fixed_off(v, r, regno, true);
	}
	switch (reg_kind(r->type)) {
	case REG_STACK:
	case REG_PACKET:
	case REG_PACKET_META:
	case REG_MAP_KEY:
	case REG_MAP_VALUE:
	case REG_MEM:
	case REG_BUF:
	case REG_ARENA:
	case REG_SCALAR:
		return 0;
	default:
		return check_fixed_off(v, r, regno, !may_be_inside(r->type));
	}
}

/* ---- memory ---- */

int check_helper_memory(struct verify *v, struct call *c, u32 regno, s64 size, enum access how,
			bool zero_ok)
{
	const struct reg *r = &regs(v)[regno];
	int err;

	switch (reg_kind(r->type)) {
	case REG_PACKET:
	case REG_PACKET_META:
		return check_packet(v, regno, r->off, (u32)size, zero_ok);
	case REG_MAP_KEY:
		if (how == ACCESS_WRITE)
			break;
		return check_region(v, regno, r->off, (u32)size, r->map->key_size, false);
	case REG_MAP_VALUE:
		err = check_map_mode(v, regno, 0, (u32)size, how);
		return err ? err : check_map_bytes(v, regno, r->off, (u32)size, zero_ok, true);
	case REG_MEM:
		if (how == ACCESS_WRITE && (r->type & REG_RDONLY))
			break;
		return check_region(v, regno, r->off, (u32)size, r->mem_size, zero_ok);
	case REG_BUF:
		if (how == ACCESS_WRITE && (r->type & REG_RDONLY))
			break;
		return check_buffer(v, r->type & REG_RDONLY ? "rdonly" : "rdwr", r, regno, r->off,
				    (u32)size, NULL);
	case REG_STACK:
		return check_stack_range(v, regno, r->off, size, zero_ok, how, c);
	case REG_BTF:
		return check_btf_access(v, regno, r->off, (u32)size, ACCESS_READ, NO_REG);
	case REG_CTX:
		if (v->kind->ctx != CTX_BYTES)
			return say(v, -EACCES, "R%u type=ctx expected=fp\n", regno);
		if (!size)
			return zero_ok ? 0 : -EACCES;
		return check_memory(v, regno, (s32)size - 1, 1, how, NO_REG, false, false);
	default:
		if (zero_ok && !size && reg_is_null(r))
			return 0;
		return say(v, -EACCES, "R%u type=%s expected=fp\n", regno, reg_name(r->type));
	}
	return say(v, -EACCES, "R%u cannot write into %s\n", regno, reg_name(r->type));
}

int check_size(struct verify *v, struct call *c, u32 regno, u32 mem_reg, enum access how,
	       bool zero_ok)
{
	const struct reg *r = &regs(v)[regno];

	c->size_max = (s64)r->v.umax;
	if (r->v.smin < 0)
		return say(v, -EACCES,
			   "R%u min value is negative, either use unsigned or 'var &= const'\n",
			   regno);
	if (!r->v.umin && !zero_ok)
		return say(v, -EACCES, "R%u invalid zero-sized read: u64=[%lld,%lld]\n", regno,
			   (long long)r->v.umin, (long long)r->v.umax);
	if (r->v.umax >= POINTER_SLACK)
		return say(v, -EACCES,
			   "R%u unbounded memory access, use 'var &= const' or 'if (var < "
			   "const)'\n",
			   regno);
	int err = check_helper_memory(v, scalar_is_const(&r->v) ? c : NULL, mem_reg, (s64)r->v.umax,
				      how, zero_ok);
	return err ? err : precise_reg(v, regno);
}

static enum access access_of(u64 arg)
{
	u32 kind = helper_kind(arg);

	return kind == HELPER_OUT || kind == HELPER_INOUT || kind == HELPER_OUT_VALUE ? ACCESS_WRITE
										      : ACCESS_READ;
}

static int check_fixed_memory(struct verify *v, struct call *c, u32 regno, u64 arg)
{
	u32 size = helper_bytes(arg), kind = helper_kind(arg);
	const struct reg *r = &regs(v)[regno];

	c->raw = kind == HELPER_OUT;
	if (!size)
		return 0;
	int err = check_helper_memory(v, c, regno, size, access_of(arg), false);
	if (err || !(arg & HELPER_ALIGNED))
		return err;
	return check_pointer_aligned(v, r, size);
}

/* ---- keys and values of maps ---- */

/* The key when it is a constant on the stack: an element of an array is then surely
 * there. Else -1. */
static int constant_key(struct verify *v, struct call *c, u32 regno)
{
	const struct reg *r = &regs(v)[regno];
	u32 size = c->map->key_size, zeros = 0, spilled = 0;

	if (!v->capable || r->type != REG_STACK || !scalar_is_const(&r->v) ||
	    (c->map->type != MAPTYPE_ARRAY && c->map->type != MAPTYPE_PERCPU_ARRAY))
		return 0;
	s64 off = r->off + (s64)r->v.bits.value;
	u32 at = (u32)(-off - 1);
	const struct slot *s = &frame_of(v, r)->stack[at / SLOT];
	for (s32 i = (s32)(at % SLOT); i >= 0 && s->type[i] == SLOT_ZERO; i--)
		zeros++;
	if (zeros >= size) {
		c->const_key = 0;
		return 0;
	}
	for (s32 i = (s32)(at % SLOT); i >= 0 && s->type[i] == SLOT_SPILL; i--)
		spilled++;
	if (spilled != size || !slot_spilled_scalar(s) || !scalar_is_const(&s->reg.v))
		return 0;
	memset(&v->back, 0, sizeof(v->back));
	v->back.slot[r->frame] |= (u64)1 << at / SLOT;
	c->const_key = (s64)s->reg.v.bits.value;
	return precise_state(v, v->cur, -1, NULL);
}

static int check_key(struct verify *v, struct call *c, u32 regno)
{
	if (!c->map)
		return say(v, -EFAULT, "invalid map_ptr to access map->key\n");
	int err = check_helper_memory(v, NULL, regno, c->map->key_size, ACCESS_READ, false);
	return err ? err : constant_key(v, c, regno);
}

static int check_value(struct verify *v, struct call *c, u32 regno, u64 arg)
{
	if ((arg & HELPER_NULLABLE) && reg_is_null(&regs(v)[regno]))
		return 0;
	if (!c->map)
		return say(v, -EFAULT, "invalid map_ptr to access map->value\n");
	c->raw = helper_kind(arg) == HELPER_OUT_VALUE;
	/* A bloom filter is asked whether it has a value. */
	if (c->map->type == MAPTYPE_BLOOM_FILTER)
		c->raw = false;
	return check_helper_memory(v, c, regno, c->map->value_size,
				   c->raw ? ACCESS_WRITE : ACCESS_READ, false);
}

/* Values of maps of sockets are sockets. */
static int resolve_value(struct verify *v, const struct call *c, u64 *arg)
{
	if (!c->map)
		return say(v, -EFAULT, "invalid map_ptr to access map->type\n");
	if (c->map->type != MAPTYPE_SOCKMAP && c->map->type != MAPTYPE_SOCKHASH)
		return 0;
	if (helper_kind(*arg) != HELPER_VALUE)
		return say(v, -EINVAL, "invalid arg_type for sockmap/sockhash\n");
	*arg = (*arg & ~(u64)0xff) | HELPER_BTF_SOCK;
	return 0;
}

static int check_map(struct verify *v, struct call *c, u32 regno)
{
	const struct reg *r = &regs(v)[regno];

	if (c->map && (c->map != r->map || c->map_uid != r->map_uid))
		return say(v, -EINVAL,
			   "timer pointer in R1 map_uid=%u doesn't match map pointer in R2 "
			   "map_uid=%u\n",
			   c->map_uid, r->map_uid);
	c->map = r->map;
	c->map_uid = r->map_uid;
	return 0;
}

static int check_alloc_size(struct verify *v, struct call *c, u32 regno)
{
	const struct reg *r = &regs(v)[regno];

	if (!scalar_is_const(&r->v))
		return say(v, -EACCES, "R%u is not a known constant'\n", regno);
	c->mem_size = (u32)r->v.bits.value;
	return precise_reg(v, regno);
}

/* A constant text: it ends within its map. */
static int check_const_str(struct verify *v, u32 regno)
{
	enum { RDONLY = 1 << 7 };
	const struct reg *r = &regs(v)[regno];

	if (!(r->map->flags & RDONLY) || !r->map->fixed.p)
		return say(v, -EACCES, "R%u does not point to a readonly map'\n", regno);
	if (!scalar_is_const(&r->v))
		return say(v, -EACCES, "R%u is not a constant address'\n", regno);
	int err = check_map_bytes(v, regno, r->off, r->map->value_size - (u32)r->off, false, true);
	if (err)
		return err;
	u64 at = (u64)r->off + r->v.bits.value;
	if (at >= r->map->fixed.n || !memchr(r->map->fixed.p + at, 0, r->map->fixed.n - at))
		return say(v, -EINVAL, "string is not zero-terminated\n");
	return 0;
}

/* ---- one argument ---- */

static int by_kind(struct verify *v, struct call *c, u32 i, u64 arg)
{
	u32 regno = i + 1;

	switch (helper_kind(arg)) {
	case HELPER_MAP:
		return check_map(v, c, regno);
	case HELPER_KEY:
		return check_key(v, c, regno);
	case HELPER_VALUE:
	case HELPER_OUT_VALUE:
		return check_value(v, c, regno, arg);
	case HELPER_MEM:
	case HELPER_OUT:
	case HELPER_INOUT:
		return check_fixed_memory(v, c, regno, arg);
	case HELPER_SIZE:
	case HELPER_SIZE0:
		return check_size(v, c, regno, regno - 1, access_of(c->fn->arg[i - 1]),
				  helper_kind(arg) == HELPER_SIZE0);
	case HELPER_ALLOC_SIZE:
		return check_alloc_size(v, c, regno);
	case HELPER_CONST_STR:
		return check_const_str(v, regno);
	case HELPER_FUNC:
		c->subprog = regs(v)[regno].subprog;
		return 0;
	default:
		return check_special_arg(v, c, regno, arg);
	}
}

static int check_reference(struct verify *v, struct call *c, u32 regno, u64 arg)
{
	const struct reg *r = &regs(v)[regno];

	if (arg & HELPER_RELEASE) {
		if (helper_kind(arg) != HELPER_DYNPTR && !r->ref && !reg_is_null(r))
			return say(v, -EINVAL,
				   "R%u must be referenced when passed to release function\n",
				   regno);
		c->release_reg = regno;
	}
	if (!r->ref || helper_kind(arg) == HELPER_KPTR_DEST)
		return 0;
	if (c->ref)
		return say(v, -EACCES, "more than one arg with ref_obj_id R%u %u %u", regno, r->ref,
			   c->ref);
	c->ref = r->ref;
	return 0;
}

int check_arg(struct verify *v, struct call *c, u32 i)
{
	u64 arg = c->fn->arg[i];
	u32 regno = i + 1;
	const struct reg *r = &regs(v)[regno];

	if (!arg)
		return 0;
	int err = read_reg(v, regno);
	if (err)
		return err;
	if (helper_kind(arg) == HELPER_ANY) {
		if (reg_leaks(v, r))
			return say(v, -EACCES, "R%u leaks addr into helper function\n", regno);
		return 0;
	}
	if (reg_is_packet(r) && !may_touch_packet(v, c->fn, ACCESS_READ))
		return say(v, -EACCES, "helper access to the packet is not allowed\n");
	if (helper_kind(arg) == HELPER_VALUE || helper_kind(arg) == HELPER_OUT_VALUE) {
		err = resolve_value(v, c, &arg);
		if (err)
			return err;
	}
	if (!(reg_is_null(r) && (arg & HELPER_NULLABLE))) {
		err = check_type(v, c, regno, arg);
		if (!err)
			err = check_btf_arg(v, c, regno, arg);
		if (!err)
			err = check_arg_offset(v, regno, arg);
		if (err)
			return err;
	}
	err = check_reference(v, c, regno, arg);
	return err ? err : by_kind(v, c, i, arg);
}
