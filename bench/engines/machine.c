/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine of 16 operations on 4 numbers: the first 64 bytes are its code, two
 * a step, that runs on one word of each 128 bytes behind it. */
#include "prog.h"

enum { CODE = 64, STRIDE = 128 };

struct regs {
	u64 a, b, x, y;
};

INLINE void step(struct regs *r, u8 op, u8 arg)
{
	switch (op & 15) {
	case 0:
		r->a = arg;
		break;
	case 1:
		r->a += r->x;
		break;
	case 2:
		r->a -= r->b;
		break;
	case 3:
		r->a *= arg | 1;
		break;
	case 4:
		r->a ^= r->y;
		break;
	case 5:
		r->a |= arg;
		break;
	case 6:
		r->a &= r->b;
		break;
	case 7:
		r->a <<= arg & 7;
		break;
	case 8:
		r->a >>= arg & 7;
		break;
	case 9:
		r->b = r->a;
		break;
	case 10:
		r->x ^= r->a;
		break;
	case 11:
		r->y += r->a;
		break;
	case 12:
		r->b = ~r->b;
		break;
	case 13:
		if (r->a > r->b)
			r->x++;
		break;
	case 14:
		r->b += arg;
		break;
	case 15:
		r->y = r->y << 8 | (u8)r->a;
		break;
	}
}

u64 prog(void *mem, u64 len)
{
	const u8 *code = mem;
	struct regs r = {0, 0, 0, 0};

	for (u64 at = CODE; at + 8 <= len; at += STRIDE) {
		r.x += *(const u64 *)(code + at);
		for (u32 pc = 0; pc < CODE; pc += 2)
			step(&r, code[pc], code[pc + 1]);
	}
	return r.a ^ r.b ^ r.x ^ r.y;
}
