/* SPDX-License-Identifier: BSD-2-Clause */
/* An input that misbehaves: made from what the path demands, and tried before it is told. */
#include "check/explain_priv.h"

enum { PACKET = 1514, SHORTEST = 14, LOADS = 64 };

/* Bytes of the packet that the path read and compared: what they must be. */
struct demand {
	u32 off, size;
	u64 value;
	bool swapped;
};

struct search {
	struct explain *x;
	struct demand need[LOADS];
	u32 needs;
	u8 packet[PACKET];
};

static bool swaps(enum eb_op op, u32 *size)
{
	switch (op) {
	case EB_BE16:
	case EB_BSWAP16:
		*size = 2;
		return true;
	case EB_BE32:
	case EB_BSWAP32:
		*size = 4;
		return true;
	default:
		return false;
	}
}

/* The register compared at step i was read from the packet at a fixed place. */
static void learn(struct search *s, u32 i, u32 reg)
{
	struct explain *x = s->x;
	struct demand d = {0};
	struct origin o;
	u32 size;

	explain_origin(x, i, x->shot[i].s.top, reg, &o);
	if (!o.n || o.v[o.n - 1].how != FROM_LOAD || s->needs == LOADS)
		return;
	for (u32 k = 0; k + 1 < o.n; k++) {
		const struct eb *e = &x->p->ext[x->shot[o.v[k].at].pc];

		if (o.v[k].how != FROM_PARTS)
			continue;
		if (!swaps((enum eb_op)e->op, &size) || d.swapped)
			return;
		d.swapped = true;
	}
	const struct shot *at = &x->shot[o.v[o.n - 1].at];
	const struct eb *e = &x->p->ext[at->pc];
	if (ebpf_rows[e->op].form != EBF_LDX)
		return;
	const struct reg *base = &shot_frame(at)->reg[e->src];
	s64 off = (s64)base->off + e->off + (s64)base->v.umin;
	d.size = ebpf_size((enum eb_op)e->op);
	if (base->type != REG_PACKET || off < 0 || off + d.size > PACKET)
		return;
	d.off = (u32)off;
	d.value = shot_frame(&x->shot[i + 1])->reg[reg].v.umin;
	s->need[s->needs++] = d;
}

static void learn_all(struct search *s)
{
	struct explain *x = s->x;

	for (u32 i = 0; i + 1 < x->shots; i++) {
		const struct eb *e = &x->p->ext[x->shot[i].pc];
		const struct shot *now = &x->shot[i], *then = now + 1;

		if (!ebpf_is_cond((enum eb_op)e->op) || now->s.top != then->s.top)
			continue;
		if (shot_frame(now)->reg[e->dst].type == REG_SCALAR &&
		    shot_frame(then)->reg[e->dst].type == REG_SCALAR)
			learn(s, i, e->dst);
	}
}

static void fill(struct search *s, u8 byte)
{
	memset(s->packet, byte, sizeof(s->packet));
	for (u32 i = 0; i < s->needs; i++) {
		const struct demand *d = &s->need[i];

		for (u32 k = 0; k < d->size; k++)
			s->packet[d->off + k] =
				(u8)(d->value >> 8 * (d->swapped ? d->size - 1 - k : k));
	}
}

static bool misbehaves(const struct explain *x, const struct explain_fate *f)
{
	switch (x->cause) {
	case CAUSE_RESULT:
		return !f->fault && ((s64)(s32)f->r0 < x->lo || (s64)(s32)f->r0 > x->hi);
	case CAUSE_LOOP:
	case CAUSE_SIZE:
		return f->fault == FAULT_BUDGET;
	case CAUSE_NULL:
	case CAUSE_PACKET:
	case CAUSE_BOUNDS:
	case CAUSE_INDEX:
	case CAUSE_NUMBER:
	case CAUSE_MOVED:
		return f->fault == FAULT_READ || f->fault == FAULT_WRITE;
	default:
		return false;
	}
}

static void tell(struct search *s, const struct explain_trial *t, const struct explain_fate *f)
{
	struct explain *x = s->x;
	struct buf b = {0};
	u32 shown = 0;

	buf_printf(&b, "%u bytes of input", t->n);
	for (u32 i = 0; i < s->needs; i++) {
		const struct demand *d = &s->need[i];

		if (d->off + d->size > t->n || shown++ >= 8)
			continue;
		buf_printf(&b, ", [%u] =", d->off);
		for (u32 k = 0; k < d->size; k++)
			buf_printf(&b, " %02x", t->packet[d->off + k]);
	}
	buf_printf(&b, "%s %02x", s->needs ? ", the others" : ", all", t->fill);
	if (x->p->maps && t->fills)
		buf_printf(&b, "; values of maps all %02x", t->fill);
	else if (x->p->maps)
		buf_puts(&b, "; maps as they are made");
	if (f->fault == FAULT_BUDGET)
		buf_printf(&b,
			   "\nit was still running when its budget was used up, at instruction "
			   "%u",
			   f->pc);
	else if (f->fault)
		buf_printf(&b, "\nreplayed: instruction %u %s %u bytes that are not the program's",
			   f->pc, f->fault == FAULT_READ ? "reads" : "writes", f->size);
	else
		buf_printf(&b, "\nreplayed: it returns %d", (s32)f->r0);
	if (!b.oom)
		x->out.input = arena_strndup(&x->arena, b.p, b.n);
	buf_deinit(&b);
}

static bool try_one(struct search *s, u32 n, u8 byte, bool fills, bool *runs)
{
	struct explain_trial t = {s->packet, n, fills, byte};
	struct explain_fate f = {0};

	fill(s, byte);
	*runs = s->x->ask->run(s->x->ask->arg, &t, &f);
	if (!*runs || !misbehaves(s->x, &f))
		return false;
	tell(s, &t, &f);
	return true;
}

void explain_try(struct explain *x)
{
	static const u8 bytes[] = {0x00, 0xff, 0x01, 0x10, 0x40, 0x7f, 0x80};
	struct search *s = arena_new(&x->arena, struct search);
	const struct reg *r =
		x->reg != NONE && x->shots ? &shot_frame(last_shot(x))->reg[x->reg] : NULL;
	u32 proved = r && r->type == REG_PACKET && r->range > 0 ? (u32)r->range : 0;
	bool runs = true;

	if (!x->ask || !x->ask->run || !x->shots)
		return;
	s->x = x;
	learn_all(s);
	const u32 lengths[] = {MAX(proved, (u32)SHORTEST), 64, SHORTEST, PACKET};
	for (u32 fills = 0; fills <= !!x->p->maps; fills++)
		for (u32 i = 0; i < LEN(lengths); i++)
			for (u32 k = 0; k < LEN(bytes) && runs; k++)
				if (try_one(s, MIN(lengths[i], (u32)PACKET), bytes[k], fills,
					    &runs))
					return;
}
