/* SPDX-License-Identifier: BSD-2-Clause */
/* Enumerators: their values, and whether they are there. */
#include "core.h"

#ifdef TARGET

enum named { ONE = 10, TWO___flavour = -20, FOUR = 40 };
typedef enum { ANON_A = 3, ANON_B } anon_e;
enum wide { WIDE = 0x123456789abcull, WIDE_MAX = ~0ull };
enum signed_wide { SIGNED_WIDE = -0x123456789abcll };
KEEP(enum named, named);
KEEP(anon_e, anon_e);
KEEP(enum wide, wide);
KEEP(enum signed_wide, sw);

#else

enum named { ONE = 1, TWO, THREE };
enum named___f { FOUR___x = 4 };
typedef enum { ANON_A, ANON_B, ANON_C } anon_e;
enum wide { WIDE = 0x1111111111ull, WIDE_MAX = ~0ull - 1 };
enum signed_wide { SIGNED_WIDE = -0x1111111111ll };
enum absent { NOT_THERE = 1 };

#define EACH(fn)                                                                                   \
	fn(enum named, ONE) fn(enum named, TWO) fn(enum named, THREE) fn(enum named___f, FOUR___x) \
		fn(anon_e, ANON_A) fn(anon_e, ANON_B) fn(anon_e, ANON_C)                           \
			fn(enum absent, NOT_THERE)
#define EACH_64(fn) fn(enum wide, WIDE) fn(enum wide, WIDE_MAX) fn(enum signed_wide, SIGNED_WIDE)
#define ASK(type, v)                                              \
	PROG(value_##v)(void) { return VALUE(type, v, V_VALUE); } \
	PROG(exists_##v)(void) { return VALUE(type, v, V_EXISTS); }
EACH(ASK)
#if __clang_major__ >= 15
EACH_64(ASK)
#endif

#endif
