/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields: moved, resized, in anonymous structs, in arrays, bitfields, gone. */
#include "core.h"

enum color { RED };
union word {
	u32 n;
	u8 bytes[4];
} CORE;

#ifdef TARGET

struct inner {
	u32 pad, b[6];
	s16 c;
} CORE;
struct task {
	u64 pad[3];
	s64 pid;
	struct {
		u32 filler;
		union {
			u16 flags;
			struct {
				u64 deep;
			};
		};
	};
	u32 short_id;
	u64 wide;
	s32 narrow_signed;
	struct inner in[4];
	u32 f1 : 3, f2 : 11, f3 : 18;
	s32 sf : 5;
	u64 long_field : 40;
	char *name;
	enum color color;
	union word word;
	float single;
	u32 (*fn)(u32);
	u8 _Bool_like;
	u32 tail[];
} CORE;
KEEP(struct task, task);

struct many {
	u32 x;
} CORE;
struct many___two {
	u32 y, x;
} CORE;
KEEP(struct many, many);
KEEP(struct many___two, many2);

struct one {
	u32 a, b;
} CORE;
struct one___v2 {
	u32 a;
	u64 c;
} CORE;
KEEP(struct one, one);
KEEP(struct one___v2, one2);

struct far {
	u8 filler[40000];
	u32 x;
} CORE;
KEEP(struct far, far);

#else

struct inner {
	u32 b[6];
	s16 c;
} CORE;
struct task {
	s32 pid;
	u16 flags;
	u64 deep;
	u64 short_id;
	u32 wide;
	s64 narrow_signed;
	struct inner in[2];
	u32 f1 : 3, f2 : 11, f3 : 18;
	s32 sf : 5;
	u32 long_field : 20;
	char *name;
	enum color color;
	union word word;
	float single;
	u32 (*fn)(u32);
	u64 gone;
	u32 tail[];
} CORE;
struct task___flavour {
	u64 deep;
	u32 pid;
	u32 gone;
} CORE;
struct many {
	u32 x;
} CORE;
struct one {
	u32 a, b;
	u64 c;
} CORE;
struct far {
	u32 x;
} CORE;
struct absent {
	u32 x, y;
} CORE;

PROG(load_moved)(struct task *t) { return t->flags + t->deep; }
PROG(load_flavour)(struct task___flavour *t) { return t->deep; }
PROG(load_resized)(struct task *t) { return t->short_id + t->wide; }
PROG(load_signed)(struct task *t) { return t->narrow_signed; }
PROG(load_nested)(struct task *t) { return t->in[1].b[3] + t->in[0].c; }
PROG(load_pointers)(struct task *t) { return (u64)t->name + (u64)t->fn; }
PROG(load_enum)(struct task *t) { return t->color + t->word.n + t->word.bytes[2]; }
PROG(load_tail)(struct task *t) { return t->tail[7]; }
PROG(load_gone)(struct task *t) { return FIELD(t->gone, EXISTS) ? t->gone : 1; }
PROG(load_absent)(struct absent *a) { return a->x + a->y; }
PROG(store)(struct task *t)
{
	t->flags = 3;
	t->deep = (u64)t;
	t->wide = 7;
	return 0;
}
PROG(addresses)(struct task *t)
{
	return (u64)ACCESS(&t->in[1].b[2]) + (u64)ACCESS(&t[3].pid) + (u64)ACCESS(&t->single);
}
PROG(exists)(struct task *t)
{
	return FIELD(t->flags, EXISTS) << 1 | FIELD(t->gone, EXISTS) << 2 |
	       FIELD(t->in[1].c, EXISTS) << 3 | FIELD(((struct absent *)t)->x, EXISTS) << 4 |
	       FIELD(t->in[5].c, EXISTS) << 5 | FIELD(t->f2, EXISTS) << 6;
}
PROG(sizes)(struct task *t)
{
	return FIELD(t->pid, SIZE) + FIELD(t->in, SIZE) + FIELD(t->f2, SIZE) +
	       FIELD(t->long_field, SIZE) + FIELD(t->in[0].b[1], SIZE) + FIELD(t->tail, SIZE) +
	       FIELD(t->word, SIZE);
}
PROG(signs)(struct task *t)
{
	return FIELD(t->pid, SIGNED) | FIELD(t->sf, SIGNED) << 1 | FIELD(t->color, SIGNED) << 2 |
	       FIELD(t->flags, SIGNED) << 3;
}
PROG(shifts)(struct task *t)
{
	return FIELD(t->f1, LSHIFT) + FIELD(t->f1, RSHIFT) + FIELD(t->f2, LSHIFT) +
	       FIELD(t->f3, RSHIFT) + FIELD(t->sf, LSHIFT) + FIELD(t->sf, RSHIFT) +
	       FIELD(t->long_field, LSHIFT) + FIELD(t->long_field, RSHIFT) + FIELD(t->pid, LSHIFT) +
	       FIELD(t->pid, RSHIFT) + FIELD(t->flags, RSHIFT);
}
PROG(offsets)(struct task *t)
{
	return FIELD(t->f1, OFFSET) + FIELD(t->f2, OFFSET) + FIELD(t->long_field, OFFSET) +
	       FIELD(t->in[1].b[1], OFFSET) + FIELD(t->single, OFFSET);
}
PROG(no_shift_of_element)(struct task *t) { return FIELD(t->in[1].b[1], LSHIFT); }
PROG(ambiguous)(struct many *m) { return m->x; }
PROG(narrowed)(struct one *o) { return o->a + o->b + o->c; }
PROG(narrowed_other)(struct one *o) { return o->c + o->b; }
PROG(too_far_for_a_load)(struct far *f) { return f->x; }
PROG(not_too_far)(struct far *f) { return (u64)ACCESS(&f->x); }

#endif
