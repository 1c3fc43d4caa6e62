/* SPDX-License-Identifier: BSD-2-Clause */
/* MPLS, RFC 3032: a stack of labels, and what seems to follow. */
#include "print/priv.h"

enum { IP4_NULL = 0, IP6_NULL = 2, IMPLICIT_NULL = 3, BOTTOM = 0x100, RESERVED_END = 16 };

static const struct word names[] = {
	{0, "IPv4 explicit NULL"},
	{1, "router alert"},
	{2, "IPv6 explicit NULL"},
	{3, "implicit NULL"},
};

static void put_label(struct print_state *s, u32 v, bool first)
{
	u32 label = v >> 12;
	const char *name = word_of(names, LEN(names), label);

	put_s(s, !first && s->opt.verbose ? "\n\t" : " ");
	put_f(s, "(label %u", label);
	if (s->opt.verbose && label < RESERVED_END)
		put_f(s, " (%s)", name ? name : "rsvd");
	put_f(s, ", tc %u%s, ttl %u)", v >> 9 & 7, v & BOTTOM ? ", [S]" : "", v & 0xff);
}

/* There is no protocol number: the label or the first byte has to tell. */
static const struct printer *guess(struct print_state *s, u32 label, struct pdu d)
{
	if (label == IP4_NULL || label == IMPLICIT_NULL)
		return &ip_printer;
	if (label == IP6_NULL)
		return &ip6_printer;
	u8 b = pdu_u8(s, d, 0);
	if (b >= 0x45 && b <= 0x4f)
		return &ip_printer;
	return b >> 4 == 6 ? &ip6_printer : NULL;
}

static void mpls_print(struct print_state *s, struct pdu d)
{
	u32 v = 0;
	bool first = true;

	s->name = "mpls";
	say(s, "MPLS");
	while (!(v & BOTTOM)) {
		if (d.len < 4) {
			put_invalid(s);
			return;
		}
		v = pdu_be32(s, d, 0);
		put_label(s, v, first);
		first = false;
		d = pdu_skip(d, 4);
	}
	if (!d.len && v >> 12 != IP4_NULL && v >> 12 != IP6_NULL && v >> 12 != IMPLICIT_NULL)
		return;
	const struct printer *by = guess(s, v >> 12, d);
	if (!by) {
		put_unknown(s, d);
		if (!s->terse)
			pdu_need(s, d, 0, d.len);
		return;
	}
	put_s(s, s->opt.verbose ? "\n\t" : " ");
	if (print_enter(s)) {
		by->print(s, d);
		print_leave(s);
	}
}

const struct printer mpls_printer = {"mpls", mpls_print};
