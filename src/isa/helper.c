/* SPDX-License-Identifier: BSD-2-Clause */
/* What helper.def says, as a table. */
#include "isa/sets.h"

enum {
	LINUX = HELPER_ELSEWHERE,
	HERE = HELPER_HERE,
	INSN = HELPER_HERE,
	DENIED = HELPER_DENIED,
};

enum {
	GPL = HELPER_GPL,
	PKT = HELPER_PKT,
	SLEEP = HELPER_SLEEP,
	FAST = HELPER_FAST,
	ASKS = HELPER_ASKS,
	BPF = HELPER_BPF,
	PERFMON = HELPER_PERFMON,
};

enum {
	NONE = HELPER_NONE,
	ANY = HELPER_ANY,
	CTX = HELPER_CTX,
	MAP = HELPER_MAP,
	KEY = HELPER_KEY,
	VALUE = HELPER_VALUE,
	OUT_VALUE = HELPER_OUT_VALUE,
	MEM = HELPER_MEM,
	OUT = HELPER_OUT,
	INOUT = HELPER_INOUT,
	SIZE = HELPER_SIZE,
	SIZE0 = HELPER_SIZE0,
	ALLOC_SIZE = HELPER_ALLOC_SIZE,
	CONST_STR = HELPER_CONST_STR,
	STACK = HELPER_STACK,
	FUNC = HELPER_FUNC,
	SPIN_LOCK = HELPER_SPIN_LOCK,
	TIMER = HELPER_TIMER,
	KPTR_DEST = HELPER_KPTR_DEST,
	DYNPTR = HELPER_DYNPTR,
	OUT_DYNPTR = HELPER_OUT_DYNPTR,
	RINGBUF_MEM = HELPER_RINGBUF_MEM,
	SOCKET = HELPER_SOCKET,
	SOCK_COMMON = HELPER_SOCK_COMMON,
	TCP_SOCK = HELPER_TCP_SOCK,
	BTF_SOCK = HELPER_BTF_SOCK,
	BTF_ID = HELPER_BTF_ID,
	PERCPU_BTF_ID = HELPER_PERCPU_BTF_ID,
	MEM_OR_BTF_ID = HELPER_MEM_OR_BTF_ID,
	INT = HELPER_INT,
	VOID = HELPER_VOID,

	NULLABLE = HELPER_NULLABLE,
	RDONLY = HELPER_RDONLY,
	RINGBUF = HELPER_RINGBUF,
	RELEASE = HELPER_RELEASE,
	ALIGNED = HELPER_ALIGNED,
	TRUSTED = HELPER_TRUSTED,
	IN_MEM = HELPER_IN_MEM,
	IN_RING = HELPER_IN_RING,
};

enum btf_type {
	BTFTYPE_none,
#define BTFTYPE(name) BTFTYPE_##name,
#include "isa/helper.def"
};

static const char *const btf_types[] = {
	NULL,
#define BTFTYPE(name) #name,
#include "isa/helper.def"
};

#define BYTES(n)  ((u64)(n) << 32)
#define BTF(name) (BTF_ID | (u64)BTFTYPE_##name << 48)

static const struct helper_row rows[] = {
#define HELPER(id, name, where, who, flags, result, ...) \
	[id] = {id, #name, where, flags, who, result, {__VA_ARGS__}},
#include "isa/helper.def"
};

_Static_assert(LEN(rows) == HELPER_COUNT, "the last helper");

enum {
#define HELPER(id, name, where, ...) IS_HERE_##id = where,
#include "isa/helper.def"
};

static const struct helper_row variants[] = {
#define VARIANT(id, who, flags, result, ...) \
	{id, NULL, IS_HERE_##id, flags, who, result, {__VA_ARGS__}},
#include "isa/helper.def"
};

static const struct {
	u32 id;
	u64 type, attach;
} attached[] = {
#define ATTACHED(id, type, attach) {id, type, attach},
#include "isa/helper.def"
};

const char *helper_btf(u64 arg) { return btf_types[arg >> 48]; }

const struct helper_row *helper_row(u32 id)
{
	return id < LEN(rows) && rows[id].name ? &rows[id] : NULL;
}

const struct helper_row *helper_find(const char *name, size_t n)
{
	if (n > 4 && !memcmp(name, "bpf_", 4))
		name += 4, n -= 4;
	for (u32 i = 1; i < LEN(rows); i++)
		if (strlen(rows[i].name) == n && !memcmp(rows[i].name, name, n))
			return &rows[i];
	return NULL;
}

static bool may(u32 id, u64 types, u64 type, u32 attach)
{
	bool asked = false;

	for (u32 i = 0; i < LEN(attached); i++)
		if (attached[i].id == id && attached[i].type == type) {
			if (attached[i].attach & type_bit(attach))
				return true;
			asked = true;
		}
	return (types & type) && !asked;
}

const struct helper_row *helper_for(u32 id, u32 type, u32 attach)
{
	const struct helper_row *row = helper_row(id);

	if (!row || !may(id, row->types, type_bit(type), attach))
		return NULL;
	for (u32 i = 0; i < LEN(variants); i++)
		if (variants[i].id == id && (variants[i].types & type_bit(type)))
			return &variants[i];
	return row;
}

bool license_is_gpl(const char *license)
{
	static const char *const good[] = {
		"GPL",          "GPL v2",       "GPL and additional rights",
		"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

	for (u32 i = 0; license && i < LEN(good); i++)
		if (!strcmp(license, good[i]))
			return true;
	return false;
}
