/* SPDX-License-Identifier: BSD-2-Clause */
/* How long each jump must be, and the code in its place. All jumps begin short;
 * those that do not reach grow until all reach, so that the result is the
 * shortest that there is. */
#include "jit/priv.h"

#include <errno.h>

u32 label_new(struct code *c)
{
	vec_push(c->a, c->label) = (struct label){0};
	return c->label.n - 1;
}

void label_here(struct code *c, u32 label)
{
	c->label.v[label] = (struct label){c->raw.n, c->jump.n};
}

void jump_to(struct code *c, enum jump_kind kind, u8 cc, u32 label)
{
	vec_push(c->a, c->jump) =
		(struct jump){.at = c->raw.n, .label = label, .kind = (u8)kind, .cc = cc};
	vec_push(c->a, c->raw) = 0;
}

static u32 length(const struct jump *j)
{
	static const u8 near[] = {2, 2, 5, 7, 5}, far[] = {5, 6, 5, 7, 13};

	return j->far ? far[j->kind] : near[j->kind];
}

/* grown[i]: by how much the jumps before jump i are longer than their byte. */
static void measure(const struct code *c, u32 *grown)
{
	grown[0] = 0;
	for (u32 i = 0; i < c->jump.n; i++)
		grown[i + 1] = grown[i] + length(&c->jump.v[i]) - 1;
}

static s64 place_of(const struct code *c, const u32 *grown, u32 label)
{
	const struct label *l = &c->label.v[label];

	return (s64)l->at + grown[l->jumps];
}

static void relax(struct code *c, u32 *grown)
{
	bool again = true;

	while (again) {
		again = false;
		measure(c, grown);
		for (u32 i = 0; i < c->jump.n; i++) {
			struct jump *j = &c->jump.v[i];

			if (j->far || j->kind > JUMP_IF)
				continue;
			s64 by = place_of(c, grown, j->label) - ((s64)j->at + grown[i] + 2);
			if (by < -128 || by > 127)
				j->far = again = true;
		}
	}
}

static void write_jump(const struct jump *j, u8 *to, s64 by)
{
	u8 *p = to;

	switch ((enum jump_kind)j->kind) {
	case JUMP_ALWAYS:
		*p++ = j->far ? 0xe9 : 0xeb;
		break;
	case JUMP_IF:
		if (j->far)
			*p++ = 0x0f;
		*p++ = (u8)((j->far ? 0x80 : 0x70) | j->cc);
		break;
	case JUMP_CALL:
		*p++ = 0xe8;
		break;
	case JUMP_LEA:
		*p++ = (u8)(0x48 | (j->reg >> 3) << 2);
		*p++ = 0x8d;
		*p++ = (u8)(0x05 | (j->reg & 7) << 3);
		break;
	case JUMP_OUT:
		if (j->far) {
			*p++ = 0x49; /* mov r11, imm64 */
			*p++ = 0xbb;
			put_le64(p, j->addr);
			p += 8;
			*p++ = 0x41; /* call r11 */
			*p++ = 0xff;
			*p++ = 0xd3;
			return;
		}
		*p++ = 0xe8;
		break;
	}
	if (j->kind <= JUMP_IF && !j->far)
		*p = (u8)by;
	else
		put_le32(p, (u32)by);
}

/* False when a C function is out of reach. */
static bool in_reach(const struct code *c, const u32 *grown, const u8 *rx)
{
	for (u32 i = 0; i < c->jump.n; i++) {
		const struct jump *j = &c->jump.v[i];
		s64 by = (s64)(j->addr - (u64)(uintptr_t)(rx + j->at + grown[i] + 5));

		if (j->kind == JUMP_OUT && !j->far && by != (s32)by)
			return false;
	}
	return true;
}

static void copy(const struct code *c, const u32 *grown, struct place to)
{
	u32 from = 0;

	for (u32 i = 0; i < c->jump.n; i++) {
		const struct jump *j = &c->jump.v[i];
		u32 at = j->at + grown[i], end = at + length(j);
		s64 by = j->kind == JUMP_OUT ? (s64)(j->addr - (u64)(uintptr_t)(to.rx + end))
					     : place_of(c, grown, j->label) - (s64)end;

		memcpy(to.rw + from + grown[i], c->raw.v + from, j->at - from);
		write_jump(j, to.rw + at, by);
		from = j->at + 1;
	}
	memcpy(to.rw + from + grown[c->jump.n], c->raw.v + from, c->raw.n - from);
}

struct ob_err *link_code(struct code *c, struct place *ret, u32 *size)
{
	u32 *grown = arena_array(c->a, u32, c->jump.n + 1);

	for (u32 tries = 0; tries < 2; tries++) {
		relax(c, grown);
		*size = c->raw.n + grown[c->jump.n];
		if (!pool_take(*size, (const void *)link_code, ret))
			return err_sys(errno, "cannot have memory for machine code");
		if (in_reach(c, grown, ret->rx))
			break;
		pool_give(*ret);
		for (u32 i = 0; i < c->jump.n; i++)
			c->jump.v[i].far |= c->jump.v[i].kind == JUMP_OUT;
	}
	copy(c, grown, *ret);
	for (u32 i = 0; i < c->label.n; i++)
		c->label.v[i].at += grown[c->label.v[i].jumps];
	return NULL;
}
