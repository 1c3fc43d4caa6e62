/* SPDX-License-Identifier: BSD-2-Clause */
/* One packet: its time, its line, its bytes. */
#include "print/priv.h"
#include "print/flow.h"

#include <stdlib.h>

enum { PACKET_MAX = 262144, DEPTH_MAX = 100 };

struct print_state *print_create(const struct print_opts *opts)
{
	struct print_state *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->opt = *opts;
	s->terse = opts->hex || opts->hex_ascii || opts->quick;
	s->zone_key = s->second = INT64_MIN;
	s->flows = flows_create();
	if (!s->flows) {
		free(s);
		return NULL;
	}
	return s;
}

void print_destroy(struct print_state *s)
{
	if (!s)
		return;
	flows_destroy(s->flows);
	free(s->roles);
	free(s);
}

bool print_enter(struct print_state *s)
{
	if (s->depth == DEPTH_MAX) {
		say(s, " [nested too deep]");
		return false;
	}
	s->depth++;
	return true;
}

static void put_rewind(struct print_state *s)
{
	if (s->mark)
		s->o = s->to->p + s->mark;
	s->mark = 0;
}

void print_inside(struct print_state *s, const struct printer *by, struct pdu d)
{
	struct net net = s->net;
	u32 depth = s->depth;
	jmp_buf outer;

	memcpy(outer, s->cut, sizeof outer);
	int why = setjmp(s->cut);
	if (!why && print_enter(s))
		by->print(s, d);
	memcpy(s->cut, outer, sizeof outer);
	s->net = net;
	s->depth = depth;
	if (why == CUT_SOFT) {
		put_rewind(s);
		put_cut(s);
	} else if (why == CUT_INVALID) {
		put_invalid(s);
	} else if (why) {
		longjmp(s->cut, why);
	}
}

static void claim(struct print_state *s, bool *bad, const char *what)
{
	put_s(s, *bad ? "," : "[Invalid header:");
	put_s(s, what);
	*bad = true;
}

/* Lengths that no capture can have are all that is said of a packet. */
static bool bad_lengths(struct print_state *s, const struct pkt *p)
{
	bool bad = false;

	if (!p->caplen)
		claim(s, &bad, " caplen==0");
	if (!p->len)
		claim(s, &bad, " len==0");
	else if (p->len < p->caplen) {
		claim(s, &bad, "");
		put_f(s, " len(%u) < caplen(%u)", p->len, p->caplen);
	}
	if (p->caplen > PACKET_MAX) {
		claim(s, &bad, "");
		put_f(s, " caplen(%u) > %u", p->caplen, PACKET_MAX);
	}
	if (p->len > PACKET_MAX) {
		claim(s, &bad, "");
		put_f(s, " len(%u) > %u", p->len, PACKET_MAX);
	}
	if (bad)
		put_c(s, ']');
	return bad;
}

static void line(struct print_state *s, const struct pkt *p)
{
	struct pdu d = {p->data, p->caplen, p->len};
	const struct link_printer *by = printer_by_link(p->linktype);

	put_time(s, p->ns);
	s->name = "";
	s->link_len = 0;
	s->depth = 0;
	s->mark = 0;
	s->net = (struct net){0};
	s->l2_src = s->l2_dst = NULL;
	switch (setjmp(s->cut)) {
	case 0:
		if (by)
			s->link_len = by->print(s, d);
		else
			print_no_link(s, p->linktype, d);
		break;
	case CUT_HARD:
		s->link_len = 0;
		/* fallthrough */
	case CUT_SOFT:
		put_rewind(s);
		put_cut(s);
		break;
	case CUT_INVALID:
		put_invalid(s);
		break;
	}
}

/* The whole packet, or what follows the link header. */
static struct bytes dumped_part(const struct print_state *s, const struct pkt *p, u8 level)
{
	u64 skip = level > 1 ? 0 : s->link_len;

	return bytes_part((struct bytes){p->data, p->caplen}, skip, p->caplen);
}

static void dump(struct print_state *s, const struct pkt *p)
{
	if (s->opt.hex_ascii) {
		struct bytes b = dumped_part(s, p, s->opt.hex_ascii);

		put_dump(s, "\n\t", b.p, (u32)b.n, true);
	} else if (s->opt.hex) {
		struct bytes b = dumped_part(s, p, s->opt.hex);

		put_dump(s, "\n\t", b.p, (u32)b.n, false);
	} else if (s->opt.ascii) {
		struct bytes b = dumped_part(s, p, s->opt.ascii);

		if (b.n)
			put_ascii(s, b.p, (u32)b.n);
	}
}

void print_packet(struct print_state *s, const struct pkt *p, struct buf *to)
{
	s->to = to;
	s->o = s->end = to->p ? to->p + to->n : NULL;
	s->count++;
	if (setjmp(s->oom)) {
		to->oom = true;
		return;
	}
	if (!buf_room(to, 512))
		return;
	s->o = to->p + to->n;
	s->end = to->p + to->cap - 1;
	if (s->opt.number)
		put_f(s, "%5llu  ", (unsigned long long)s->count);
	if (!bad_lengths(s, p)) {
		line(s, p);
		dump(s, p);
	}
	put_c(s, '\n');
	to->n = (size_t)(s->o - to->p);
	*s->o = 0;
}
