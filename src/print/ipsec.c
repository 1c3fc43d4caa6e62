/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec: ESP (RFC 4303), AH (RFC 4302), and IPComp (RFC 3173). */
#include "print/part.h"

enum { FIXED = 12 };

static void esp_print(struct print_state *s, struct pdu d)
{
	s->name = "esp";
	pdu_check(s, d, 0, 9);
	put_f(s, "ESP(spi=0x%08x,seq=0x%x), length %u", get_be32(d.p), get_be32(d.p + 4), d.len);
}

static void ah_print(struct print_state *s, struct pdu d)
{
	s->name = "ah";
	say(s, "AH");
	pdu_need(s, d, 0, 2);
	u32 n = d.p[1], sum = n ? (n - 1) * 4 : 0;

	put_c(s, '(');
	if (s->opt.verbose)
		put_f(s, "length=%u(%u-bytes),", n, (n + 2) * 4);
	u16 reserved = pdu_be16(s, d, 2);
	if (reserved)
		put_f(s, "reserved=0x%x[MustBeZero],", reserved);
	put_f(s, "spi=0x%08x,", pdu_be32(s, d, 4));
	put_f(s, "seq=0x%x,", pdu_be32(s, d, 8));
	say(s, "icv=0x");
	for (u32 i = 0; i < sum; i++)
		put_hex(s, pdu_need(s, d, FIXED + i, 1), 1);
	say(s, "): ");
	print_ip_proto(s, d.p[0], pdu_skip(d, (n + 2) * 4));
}

static void ipcomp_print(struct print_state *s, struct pdu d)
{
	s->name = "ipcomp";
	pdu_need(s, d, 0, 4);
	put_f(s, "IPComp(cpi=0x%04x)", get_be16(d.p + 2));
}

const struct printer esp_printer = {"esp", esp_print};
const struct printer ah_printer = {"ah", ah_print};
const struct printer ipcomp_printer = {"ipcomp", ipcomp_print};
