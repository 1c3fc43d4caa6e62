/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of TCP connections: open addressing, at most half full. */
#include "print/flow.h"

#include <stdlib.h>

enum { FIRST = 1 << 8, MOST = 1 << 20 };

struct flows {
	struct flow *v;
	u32 n, cap; /* cap is a power of two */
};

struct flows *flows_create(void)
{
	struct flows *f = calloc(1, sizeof *f);

	if (f && !(f->v = calloc(FIRST, sizeof *f->v))) {
		free(f);
		return NULL;
	}
	if (f)
		f->cap = FIRST;
	return f;
}

void flows_destroy(struct flows *f)
{
	if (f)
		free(f->v);
	free(f);
}

static u64 hash(const struct flow *k)
{
	u64 h = hash_u64(k->addr[0] + k->ports * 0x9e3779b97f4a7c15u);

	if (k->ver == 6)
		for (int i = 1; i < 4; i++)
			h = hash_add(h, k->addr[i]);
	return h;
}

static bool same(const struct flow *a, const struct flow *b)
{
	return a->ver == b->ver && a->ports == b->ports &&
	       !memcmp(a->addr, b->addr, sizeof a->addr);
}

static struct flow *place(const struct flows *f, const struct flow *k)
{
	u64 i = hash(k);

	while (f->v[i & (f->cap - 1)].ver && !same(&f->v[i & (f->cap - 1)], k))
		i++;
	return &f->v[i & (f->cap - 1)];
}

/* Doubles the table, or forgets everything when it is as large as it gets. */
static bool grow(struct flows *f)
{
	struct flows old = *f;

	if (old.cap == MOST) {
		memset(f->v, 0, sizeof *f->v * f->cap);
		f->n = 0;
		return true;
	}
	f->v = calloc(old.cap * 2, sizeof *f->v);
	if (!f->v) {
		*f = old;
		return false;
	}
	f->cap *= 2;
	for (u32 i = 0; i < old.cap; i++)
		if (old.v[i].ver)
			*place(f, &old.v[i]) = old.v[i];
	free(old.v);
	return true;
}

static void key(struct flow *k, const struct net *net, const u8 *src, const u8 *dst)
{
	k->ver = net->ver;
	if (net->ver == 6) {
		memcpy(k->addr, src, 16);
		memcpy(k->addr + 2, dst, 16);
	} else {
		k->addr[0] = (u64)get_be32(src) << 32 | get_be32(dst);
	}
}

struct flow *flow_find(struct print_state *s, u16 sport, u16 dport, bool *rev, bool *fresh)
{
	const struct net *net = &s->net;
	struct flows *f = s->flows;
	struct flow k = {0};

	*rev = sport > dport ||
	       (sport == dport && memcmp(net->src, net->dst, net->ver == 6 ? 16 : 4) > 0);
	if (*rev)
		key(&k, net, net->dst, net->src);
	else
		key(&k, net, net->src, net->dst);
	k.ports = *rev ? (u32)dport << 16 | sport : (u32)sport << 16 | dport;
	struct flow *at = place(f, &k);
	*fresh = !at->ver;
	if (!*fresh)
		return at;
	if (f->n >= f->cap / 2) {
		if (!grow(f))
			return NULL;
		at = place(f, &k);
	}
	f->n++;
	*at = k;
	return at;
}
