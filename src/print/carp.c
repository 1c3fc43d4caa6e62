/* SPDX-License-Identifier: BSD-2-Clause */
/* CARP, of OpenBSD's ip_carp.h: it shares its protocol number with VRRP, so
 * that only -T can ask for it. */
#include "print/part.h"

/* version and type 1, group 1, skew 1, authlen 1, unused 1, base 1, sum 2, counter 8 */
enum { ADVERTISEMENT = 1, VERSION = 2, SUM = 6, COUNTER = 8, MAX_TTL = 255 };

static void carp_print(struct print_state *s, struct pdu d)
{
	s->name = "carp";
	pdu_check(s, d, 0, 1);
	u32 version = d.p[0] >> 4, type = d.p[0] & 15;
	put_f(s, "CARPv%u-%s %u: ", version, type == ADVERTISEMENT ? "advertise" : "unknown",
	      d.len);
	if (s->net.ttl != MAX_TTL)
		put_f(s, "[ttl=%u!] ", s->net.ttl);
	if (version != VERSION || type != ADVERTISEMENT)
		return;
	pdu_check(s, d, 0, 6);
	put_f(s, "vhid=%u advbase=%u advskew=%u authlen=%u ", d.p[1], d.p[5], d.p[2], d.p[3]);
	if (s->opt.verbose && pdu_has(d, 0, d.len) && sum_of(d.p, d.len))
		put_f(s, " (bad carp cksum %x!)", pdu_be16(s, d, SUM));
	pdu_check(s, d, COUNTER, 8);
	put_f(s, "counter=%llu", (unsigned long long)pdu_be64(s, d, COUNTER));
}

const struct printer carp_printer = {"carp", carp_print};
