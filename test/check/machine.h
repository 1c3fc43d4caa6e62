/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic and comparisons as the machine does them, made from the table of
 * instructions; and random numbers that lie where bounds are. */
#ifndef MACHINE_H
#define MACHINE_H

#include "isa/ebpf.h"

static u64 seed = 1;

static inline u64 rnd(void)
{
	seed += 0x9e3779b97f4a7c15u;
	return hash_u64(seed);
}

/* Where bounds are: small, near powers of two, or anything. */
static inline u64 number(void)
{
	u64 r = rnd();

	switch (r >> 8 & 3) {
	case 0:
		return (r >> 16 & 31) - 8;
	case 1:
		return ((u64)1 << (r & 63)) + (r >> 16 & 3) - 1;
	case 2:
		return -((u64)1 << (r & 63)) + (r >> 16 & 3) - 1;
	default:
		return rnd() >> (r & 63);
	}
}

#define OF(T, name, bits, ...)                              \
	static inline T name##_##bits(u##bits d, u##bits s) \
	{                                                   \
		typedef u##bits U;                          \
		typedef s##bits S;                          \
		enum { BITS = bits };                       \
		(void)(U)d, (void)(S)s, (void)BITS;         \
		return (T)(__VA_ARGS__);                    \
	}
#define EB(...)
#define EB_ALU(name, code, value, g32, g64, symbol, ...) \
	OF(u32, name, 32, __VA_ARGS__) OF(u64, name, 64, __VA_ARGS__)
#define EB_JMP(name, code, symbol, ...) \
	OF(bool, name, 32, __VA_ARGS__) OF(bool, name, 64, __VA_ARGS__)
#include "isa/ebpf.def"
#undef OF

/* Of instruction e, with s as its right side: the new dst, or whether it jumps. */
static inline u64 machine(const struct eb *e, u64 d, u64 s)
{
	switch (e->op) {
#define EB(...)
#define EB_ALU(name, ...)                         \
	case EB_##name##_32_K:                    \
	case EB_##name##_32_X:                    \
		return name##_32((u32)d, (u32)s); \
	case EB_##name##_64_K:                    \
	case EB_##name##_64_X:                    \
		return name##_64(d, s);
#define EB_JMP EB_ALU
#include "isa/ebpf.def"
	case EB_NEG_32:
		return (u32)-d;
	case EB_NEG_64:
		return -d;
	case EB_MOVSX8_32:
		return (u32)(s8)s;
	case EB_MOVSX16_32:
		return (u32)(s16)s;
	case EB_MOVSX8_64:
		return (u64)(s8)s;
	case EB_MOVSX16_64:
		return (u64)(s16)s;
	case EB_MOVSX32_64:
		return (u64)(s32)s;
	case EB_LE16:
		return (u16)d;
	case EB_LE32:
		return (u32)d;
	case EB_BE16:
	case EB_BSWAP16:
		return __builtin_bswap16((u16)d);
	case EB_BE32:
	case EB_BSWAP32:
		return __builtin_bswap32((u32)d);
	case EB_BE64:
	case EB_BSWAP64:
		return __builtin_bswap64(d);
	default:
		return d;
	}
}

static inline bool has_src(const struct eb *e)
{
	u8 form = ebpf_rows[e->op].form;

	return form == EBF_ALU_X || form == EBF_JMP_X || form == EBF_MOVSX;
}

#endif
