/* SPDX-License-Identifier: BSD-2-Clause */
/* OLSR, RFC 3626, with the link qualities and names of olsrd. */
#include "print/part.h"

enum { HELLO = 1, TC, MID, HNA, POWERINFO = 128, NAMESERVICE = 130, HELLO_LQ = 201, TC_LQ };
enum { HEADER = 4, MESSAGE4 = 12, MESSAGE6 = 24 };

static const struct word messages[] = {
	{HELLO, "Hello"},
	{TC, "TC"},
	{MID, "MID"},
	{HNA, "HNA"},
	{POWERINFO, "Powerinfo"},
	{NAMESERVICE, "Nameservice"},
	{HELLO_LQ, "Hello-LQ"},
	{TC_LQ, "TC-LQ"},
};

/* RFC 3626 18.3: a mantissa of four bits, an exponent of four */
static double span(u8 v) { return (1 + (v >> 4) / 16.0) * (1 << (v & 15)) / 16; }

static void put_any(struct print_state *s, const u8 *p, bool v6)
{
	if (v6)
		put_ip6(s, p);
	else
		put_ip4(s, p);
}

static bool cut(struct print_state *s)
{
	put_cut(s);
	return false;
}

static bool bad(struct print_state *s)
{
	put_invalid(s);
	return false;
}

static bool neighbours(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	say(s, "\n\t      neighbor\n\t\t");
	for (u32 i = 0; i + 4 <= n; i += 4) {
		const u8 *p = pdu_need(s, d, off + i, 4);

		put_ip4(s, p);
		put_c(s, ' ');
	}
	return true;
}

static bool neighbours_lq(struct print_state *s, struct pdu d, u32 off, u32 n, bool v6)
{
	u32 size = v6 ? 20 : 8;

	for (; n >= size; n -= size, off += size) {
		const u8 *p = pdu_need(s, d, off, size);

		say(s, "\n\t      neighbor ");
		put_any(s, p, v6);
		p += size - 4;
		put_f(s, ", link-quality %.2f%%, neighbor-link-quality %.2f%%", p[0] / 2.55,
		      p[1] / 2.55);
	}
	return true;
}

static bool hello(struct print_state *s, struct pdu d, u32 off, u32 n, u8 type, bool v6)
{
	static const char *const links[] = {"Unspecified", "Asymmetric", "Symmetric", "Lost"};
	static const char *const kinds[] = {"Not-Neighbor", "Symmetric", "Symmetric-MPR"};

	if (n < 4)
		return cut(s);
	pdu_need(s, d, off, 4);
	put_f(s, "\n\t  hello-time %.3fs, MPR willingness %u", span(d.p[off + 2]), d.p[off + 3]);
	for (off += 4, n -= 4; n;) {
		if (n < 4)
			return cut(s);
		pdu_need(s, d, off, 4);
		u8 code = d.p[off];
		u32 len = get_be16(d.p + off + 2), kind = code >> 2;

		put_f(s, "\n\t    link-type %s, neighbor-type %s, len %u", links[code & 3],
		      kind < LEN(kinds) ? kinds[kind] : "Unknown", len);
		if (len < 4 || len > n)
			return bad(s);
		if (type == HELLO && pdu_need(s, d, off, len))
			neighbours(s, d, off + 4, len - 4);
		else if ((len - 4) % (v6 ? 20 : 8))
			return bad(s);
		else
			neighbours_lq(s, d, off + 4, len - 4, v6);
		off += len;
		n -= len;
	}
	return true;
}

static bool topology(struct print_state *s, struct pdu d, u32 off, u32 n, u8 type, bool v6)
{
	if (n < 4)
		return cut(s);
	pdu_need(s, d, off, 4);
	put_f(s, "\n\t    advertised neighbor seq 0x%04x", get_be16(d.p + off));
	if (type == TC)
		return neighbours(s, d, off + 4, n - 4);
	return neighbours_lq(s, d, off + 4, n - 4, v6);
}

static bool interfaces(struct print_state *s, struct pdu d, u32 off, u32 n, bool v6)
{
	u32 size = v6 ? 16 : 4;

	for (; n >= size; n -= size, off += size) {
		const u8 *p = pdu_need(s, d, off, size);

		say(s, "\n\t  interface address ");
		put_any(s, p, v6);
	}
	return true;
}

/* Bits of a mask, -1 for what is none, unless lenient. */
static int mask_bits(const u8 *p, u32 n, bool lenient)
{
	int bits = 0;
	u32 i = 0;

	while (i < n && p[i] == 0xff) {
		bits += 8;
		i++;
	}
	if (i < n) {
		u8 v = p[i++];

		for (; v & 0x80; v = (u8)(v << 1))
			bits++;
		if (v && !lenient)
			return -1;
	}
	for (; i < n; i++)
		if (p[i] && !lenient)
			return -1;
	return bits;
}

static bool networks(struct print_state *s, struct pdu d, u32 off, u32 n, bool v6)
{
	u32 size = v6 ? 16 : 4, total = n / (2 * size);

	put_f(s, "\n\t  Advertised networks (total %u)", total);
	for (u32 i = 0; i < total; i++, off += 2 * size) {
		const u8 *p = pdu_need(s, d, off, 2 * size);

		if (v6)
			put_f(s, "\n\t    #%u: ", i);
		else if (i % 4 == 0)
			say(s, "\n\t    ");
		put_any(s, p, v6);
		put_f(s, "/%u", (u32)mask_bits(p + size, size, v6));
		if (!v6 && i % 4 != 3 && i + 1 < total)
			say(s, ", ");
	}
	return true;
}

static bool names(struct print_state *s, struct pdu d, u32 off, u32 n, bool v6)
{
	u32 size = v6 ? 16 : 4;

	if (n < 4)
		return cut(s);
	pdu_need(s, d, off, 4);
	u32 count = get_be16(d.p + off + 2);
	put_f(s, "\n\t  Version %u, Entries %u", get_be16(d.p + off), count);
	off += 4;
	n -= 4;
	for (u32 i = 0; i < count; i++) {
		if (n < 4)
			break;
		pdu_need(s, d, off, 4);
		u32 type = get_be16(d.p + off), len = get_be16(d.p + off + 2);
		u32 whole = (len + 3) & ~3u;

		put_f(s, "\n\t    #%u: type %#06x, length %u", i, type, len);
		off += 4;
		n -= 4;
		if (n < size + len)
			return bad(s);
		const u8 *p = pdu_need(s, d, off, size + len);
		say(s, ", address ");
		put_any(s, p, v6);
		say(s, ", name \"");
		put_chars(s, d, off + size, len);
		put_c(s, '"');
		off += size + whole;
		n = n > size + whole ? n - size - whole : 0;
	}
	return true;
}

/* The n bytes of a message's body. */
static bool body(struct print_state *s, struct pdu d, u32 off, u32 n, u8 type, bool v6)
{
	switch (type) {
	case HELLO:
	case HELLO_LQ:
		return hello(s, d, off, n, type, v6);
	case TC:
	case TC_LQ:
		return topology(s, d, off, n, type, v6);
	case MID:
		return interfaces(s, d, off, n, v6);
	case HNA:
		return networks(s, d, off, n, v6);
	case NAMESERVICE:
		return names(s, d, off, n, v6);
	}
	put_bytes(s, "\n\t    ", d, off, n);
	return true;
}

static void olsr_print(struct print_state *s, struct pdu d)
{
	bool v6 = s->net.ver == 6;
	u32 head = v6 ? MESSAGE6 : MESSAGE4;

	s->name = "olsr";
	put_f(s, "OLSRv%u", v6 ? 6 : 4);
	if (d.len < HEADER || !pdu_has(d, 0, HEADER))
		pdu_cut(s);
	u32 n = MIN(get_be16(d.p), d.len);
	put_f(s, ", seq 0x%04x, length %u", get_be16(d.p + 2), n);
	if (!s->opt.verbose)
		return;
	for (u32 off = HEADER; off < n;) {
		pdu_check(s, d, off, head);
		const u8 *p = d.p + off;
		u32 len = get_be16(p + 2), tail = head - 4;

		put_f(s, "\n\t%s Message (0x%02x), originator ",
		      word_of(WORDS(messages), p[0]) ?: "Unknown", p[0]);
		put_any(s, p + 4, v6);
		put_f(s, ", ttl %u, hop %u\n\t  vtime %.3fs, msg-seq 0x%04x, length %u", p[tail],
		      p[tail + 1], span(p[1]), get_be16(p + tail + 2), len);
		if (len < head || off + len > n) {
			put_invalid(s);
			return;
		}
		if (!body(s, d, off + head, len - head, p[0], v6))
			return;
		off += len;
	}
}

const struct printer olsr_printer = {"olsr", olsr_print};
