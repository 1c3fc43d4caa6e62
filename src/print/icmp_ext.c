/* SPDX-License-Identifier: BSD-2-Clause */
/* Extensions behind a quoted packet, RFC 4884: MPLS labels and others. */
#include "print/priv.h"

/* version and reserved bits 2, checksum 2; then objects: length 2, class 1,
 * type 1, data */
enum { HEADER = 4, OBJECT = 4, VERSION = 2 };

static void put_label(struct print_state *s, u32 v)
{
	put_f(s, "\n\t    label %u, tc %u%s, ttl %u", v >> 12, v >> 9 & 7, v & 0x100 ? ", [S]" : "",
	      v & 0xff);
}

/* The length of the object at the head of d, 0 when the rest makes no sense. */
static u32 object(struct print_state *s, struct pdu d)
{
	pdu_check(s, d, 0, OBJECT);
	u32 len = get_be16(d.p), class = d.p[2], type = d.p[3];
	const char *name = class == 1   ? "MPLS Stack Entry"
			   : class == 2 ? "Interface Identification"
					: "unknown";

	put_f(s, "\n\t  %s Object (%u), Class-Type: %u, length %u", name, class, type, len);
	if (!class || len < OBJECT)
		return 0;
	d = pdu_skip(d, OBJECT);
	if (class == 1 && type == 1)
		put_label(s, pdu_be32(s, d, 0));
	else
		put_dump(s, "\n\t    ", d.p, MIN(len - OBJECT, d.cap), false);
	return len;
}

void print_icmp_ext(struct print_state *s, struct pdu d, bool sure)
{
	pdu_check(s, d, 0, HEADER + 1);
	bool whole = pdu_has(d, 0, d.len);
	u16 sum = whole ? sum_of(d.p, d.len) : 0;

	if (!sure && sum)
		return;
	put_f(s, "\n\tICMP Multi-Part extension v%u", d.p[0] >> 4);
	if (d.p[0] >> 4 != VERSION) {
		say(s, " packet not supported");
		return;
	}
	if (whole)
		put_f(s, ", checksum 0x%04x (%scorrect), length %u", get_be16(d.p + 2),
		      sum ? "in" : "", d.len);
	d = pdu_skip(d, HEADER);
	while (d.len > OBJECT) {
		u32 n = object(s, d);

		if (!n || n > d.len)
			return;
		d = pdu_skip(d, n);
	}
}
