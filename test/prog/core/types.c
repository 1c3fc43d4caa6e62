/* SPDX-License-Identifier: BSD-2-Clause */
/* Types: their ids, sizes, whether they are there, and whether they match. */
#include "core.h"

#ifdef TARGET

struct point {
	s32 x, y, z;
};
typedef struct point point_t;
typedef int (*call_t)(struct point *, s64);
typedef int (*other_t)(struct point *);
typedef struct {
	u32 a;
} anon_t;
union u {
	u32 n;
	u64 wide;
};
struct opaque;
struct holder {
	struct opaque *p;
	struct point *q;
	enum level { LOW = 1, HIGH = 5, MORE = 6 } level;
	u32 list[4];
	call_t call;
	struct point at;
	const volatile u32 hard;
	anon_t anon;
};
typedef u64 number_t;
typedef u32 array_t[5];
typedef void nothing_t;
KEEP(point_t, point);
KEEP(call_t, call);
KEEP(other_t, other);
KEEP(anon_t, anon);
KEEP(union u, u);
KEEP(struct holder, holder);
KEEP(number_t, number);
KEEP(array_t, array);
KEEP(nothing_t, nothing);

#else

struct point {
	s32 x, y;
};
struct point___same {
	s32 z, x;
};
struct point___other {
	s64 x;
};
struct point___more {
	s32 x, w;
};
struct point___unsigned {
	u32 x;
};
typedef struct point point_t;
typedef int (*call_t)(struct point *, s64);
typedef int (*other_t)(struct point *, s32);
typedef struct {
	u32 a;
} anon_t;
union u {
	u32 n;
};
struct u___struct {
	u32 n;
};
struct opaque {
	u32 unknown;
};
struct holder {
	struct opaque *p;
	enum level { LOW = 1, HIGH = 2 } level;
	u32 list[4];
	call_t call;
	const volatile u32 hard;
	anon_t anon;
};
struct holder___pointer {
	union u *p;
};
struct holder___array {
	u32 list[3];
};
struct holder___enum {
	enum level___other { LOW___1, LOWEST } level;
};
struct holder___inside {
	struct point___same at;
};
typedef u32 number_t;
typedef u32 array_t[5];
typedef void nothing_t;
struct absent {
	u32 x;
};

#define EACH(fn)                                                                                  \
	fn(point, struct point) fn(same, struct point___same) fn(wider, struct point___other) fn( \
		more, struct point___more) fn(uns, struct point___unsigned) fn(typedef, point_t)  \
		fn(call, call_t) fn(other, other_t) fn(anon, anon_t) fn(u, union u)               \
			fn(u_struct, struct u___struct) fn(opaque, struct opaque) fn(             \
				holder, struct holder) fn(hpointer, struct holder___pointer)      \
				fn(harray, struct holder___array) fn(henum, struct holder___enum) \
					fn(hinside, struct holder___inside) fn(number, number_t)  \
						fn(array, array_t) fn(absent, struct absent)      \
							fn(en, enum level)
#define ASK(name, type)                                                       \
	PROG(t_##name)(void)                                                  \
	{                                                                     \
		return TYPE(type, TYPE_EXISTS) | TYPE(type, TYPE_SIZE) << 8 | \
		       TYPE_ID(type, THERE) << 16;                            \
	}                                                                     \
	PROG(local_##name)(void) { return TYPE_ID(type, LOCAL); }
#define MATCH(name, type) \
	PROG(match_##name)(void) { return TYPE(type, TYPE_MATCHES); }
EACH(ASK)
#if __clang_major__ >= 15
EACH(MATCH)
#endif

#endif
