/* SPDX-License-Identifier: BSD-2-Clause */
/* A ring of ISAKMP cookies. */
#include "print/roles.h"

#include <stdlib.h>

static struct role *find(struct roles *r, const u8 *cookie)
{
	for (u32 i = 0; i < MIN(r->n, (u32)ROLES); i++)
		if (!memcmp(r->v[i].cookie, cookie, 8))
			return &r->v[i];
	return NULL;
}

const char *ike_role(struct print_state *s, const u8 *head)
{
	static const u8 none[8];
	u32 size = s->net.ver == 6 ? 16 : 4;

	if (!s->roles && !(s->roles = calloc(1, sizeof *s->roles)))
		return "?";
	struct role *r = find(s->roles, head);
	if (!r && memcmp(head + 8, none, 8))
		return "?";
	if (!r) {
		r = &s->roles->v[s->roles->n++ % ROLES];
		memcpy(r->cookie, head, 8);
		memcpy(r->from, s->net.src, size);
		memcpy(r->to, s->net.dst, size);
		r->ver = s->net.ver;
		return "I";
	}
	if (r->ver != s->net.ver)
		return "?";
	if (!memcmp(r->from, s->net.src, size) && !memcmp(r->to, s->net.dst, size))
		return "I";
	if (!memcmp(r->to, s->net.src, size) && !memcmp(r->from, s->net.dst, size))
		return "R";
	return "?";
}
