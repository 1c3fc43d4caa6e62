/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of contexts and of sockets: isa/context.def says which there are. */
#include "check/priv.h"

enum { TCP_SOCK_SIZE = 112, TCP_BYTES_RECEIVED = 80, TCP_BYTES_ACKED = 88, XDP_SOCK_SIZE = 4 };

static void take(struct verify *v, const struct ctx_field *f, struct reg *got)
{
	u32 type = REG_SCALAR;

	switch ((enum ctx_kind)f->kind) {
	case FIELD_SCALAR:
		return;
	case FIELD_PACKET:
		type = REG_PACKET;
		break;
	case FIELD_PACKET_END:
		type = REG_PACKET_END;
		break;
	case FIELD_PACKET_META:
		type = REG_PACKET_META;
		break;
	case FIELD_FLOW_KEYS:
		type = REG_FLOW_KEYS;
		break;
	case FIELD_SOCK:
		type = REG_SOCKET;
		break;
	case FIELD_SOCK_OR_NULL:
		type = REG_SOCKET | REG_NULLABLE;
		break;
	case FIELD_SOCK_COMMON_OR_NULL:
		type = REG_SOCK_COMMON | REG_NULLABLE;
		break;
	case FIELD_BUFFER:
		type = REG_TP_BUFFER;
		break;
	case FIELD_TRUSTED:
		type = REG_BTF | REG_TRUSTED;
		break;
	}
	reg_zero_off(got, type);
	if (type & REG_NULLABLE)
		got->id = ++v->ids;
	if (reg_kind(type) == REG_BTF)
		set_ctx_btf(v, f, got);
}

static int refused(struct verify *v, s64 off, u32 size)
{
	say(v, 0, "invalid bpf_context access off=%d size=%d\n", (s32)off, size);
	log_line(v, v->pc);
	return -EACCES;
}

/* cg_skb_is_valid_access: without CAP_BPF */
static bool capable_only(const struct verify *v, const struct ctx_field *f, enum access how)
{
	if (v->type != PROGTYPE_CGROUP_SKB)
		return false;
	return f->kind != FIELD_SCALAR ? f->kind == FIELD_PACKET || f->kind == FIELD_PACKET_END
				       : how == ACCESS_WRITE && !strcmp(f->name, "tstamp");
}

int check_ctx(struct verify *v, s64 off, u32 size, enum access how, struct reg *got)
{
	const struct ctx_field *f;

	if (v->kind->ctx == CTX_BTF)
		return check_btf_ctx(v, off, size, how, got) ? refused(v, off, size) : 0;
	if (off < 0 || off > PACKET_MAX)
		return refused(v, off, size);
	f = ctx_field(v->type, v->attach, (u32)off, size, how == ACCESS_WRITE);
	if (!f || (!v->capable && capable_only(v, f, how)))
		return refused(v, off, size);
	if (how == ACCESS_READ)
		take(v, f, got);
	return 0;
}

/* ---- sockets ---- */

static bool sock_field(u32 off, u32 size, bool common)
{
	u32 n;
	const struct ctx_field *f = ctx_fields(CTX_SOCK, &n);

	for (u32 i = 0; i < n; i++, f++) {
		u8 reads = f->reads;
		if (off < f->off || off - f->off > f->size || f->size - (off - f->off) < size)
			continue;
		if (!(reads & size & 15) || off % size || ((reads & CTX_FIRST) && off != f->off))
			continue;
		return !(common && off >= 8 && off < 24);
	}
	return false;
}

static bool tcp_field(u32 off, u32 size)
{
	bool wide = off == TCP_BYTES_RECEIVED || off == TCP_BYTES_ACKED;

	return off % size == 0 && off < TCP_SOCK_SIZE && size == (wide ? 8 : 4);
}

int check_sock(struct verify *v, u32 regno, s64 off, u32 size)
{
	const struct reg *r = &regs(v)[regno];
	bool ok = false;

	if (r->v.smin < 0)
		return say(v, -EACCES,
			   "R%u min value is negative, either use unsigned index or do a if (index "
			   ">=0) check.\n",
			   regno);
	if (off >= 0 && off <= PACKET_MAX)
		switch (r->type) {
		case REG_SOCK_COMMON:
			ok = sock_field((u32)off, size, true);
			break;
		case REG_SOCKET:
			ok = sock_field((u32)off, size, false);
			break;
		case REG_TCP_SOCK:
			ok = tcp_field((u32)off, size);
			break;
		default:
			ok = off < XDP_SOCK_SIZE && size == 4;
		}
	if (ok)
		return 0;
	return say(v, -EACCES, "R%u invalid %s access off=%d size=%d\n", regno, reg_name(r->type),
		   (s32)off, size);
}
