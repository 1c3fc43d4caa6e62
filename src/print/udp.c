/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP, RFC 768. */
#include "print/priv.h"

enum { SPORT = 0, DPORT = 2, LENGTH = 4, SUM = 6, HEADER = 8, UDP = 17 };

static void put_ends(struct print_state *s, bool ports, u16 sport, u16 dport)
{
	if (s->net.proto == UDP) {
		put_addr(s, s->net.src);
		if (ports) {
			put_c(s, '.');
			put_port(s, false, sport);
		}
		say(s, " > ");
		put_addr(s, s->net.dst);
		if (ports) {
			put_c(s, '.');
			put_port(s, false, dport);
		}
		say(s, ": ");
	} else if (ports) {
		put_port(s, false, sport);
		say(s, " > ");
		put_port(s, false, dport);
		say(s, ": ");
	}
}

static void check_sum(struct print_state *s, struct pdu d, u32 len)
{
	u16 field = pdu_be16(s, d, SUM);

	if (!field && s->net.ver == 4) {
		say(s, "[no cksum] ");
		return;
	}
	if (!pdu_has(d, 0, len))
		return;
	u16 sum = sum_pseudo(s, UDP, d.p, len);
	if (sum)
		put_f(s, "[bad udp cksum 0x%04x -> 0x%04x!] ", field, sum_should(field, sum));
	else
		say(s, "[udp sum ok] ");
}

static void udp_print(struct print_state *s, struct pdu d)
{
	s->name = "udp";
	if (!pdu_has(d, DPORT, 2)) {
		put_ends(s, false, 0, 0);
		pdu_cut(s);
	}
	u16 sport = pdu_be16(s, d, SPORT), dport = pdu_be16(s, d, DPORT);
	put_ends(s, true, sport, dport);
	if (d.len < HEADER) {
		put_f(s, "truncated-udp %u", d.len);
		return;
	}
	pdu_check(s, d, LENGTH, 2);
	u32 ulen = pdu_be16(s, d, LENGTH);
	if (ulen < HEADER) {
		put_f(s, "truncated-udplength %u", ulen);
		return;
	}
	pdu_check(s, d, 0, HEADER);
	struct pdu in = pdu_skip(d, HEADER);
	ulen -= HEADER;
	in.len = MIN(in.len, ulen);
	const struct printer *by = printer_forced(s, UDP);
	if (by) {
		s->name = by->name;
		by->print(s, in);
		return;
	}
	if (s->opt.verbose > (s->net.ver == 4) && !s->opt.unchecked && !s->net.fragment)
		check_sum(s, d, in.len + HEADER);
	by = s->opt.quick ? NULL : printer_by_port(false, sport, dport);
	if (by) {
		s->name = by->name;
		by->print(s, in);
	} else if (ulen > in.len && !s->net.fragment) {
		put_f(s, "UDP, bad length %u > %u", ulen, in.len);
	} else {
		say(s, "UDP, length ");
		put_u(s, ulen);
	}
}

const struct printer udp_printer = {"udp", udp_print};
