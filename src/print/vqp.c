/* SPDX-License-Identifier: BSD-2-Clause */
/* VQP, the VLAN query protocol of Cisco. */
#include "print/part.h"

enum { HEADER = 8, OBJECT = 6, CLIENT_IP = 0xc01, MAC_NULL = 0xc06, MAC = 0xc08 };

static const struct word messages[] = {
	{1, "Request, Join Port"},
	{2, "Response, VLAN"},
	{3, "Request, Reconfirm"},
	{4, "Response, Reconfirm"},
};
static const struct word errors[] = {
	{0, "No error"}, {3, "Access denied"}, {4, "Shutdown port"}, {5, "Wrong VTP domain"}};
static const struct word objects[] = {
	{CLIENT_IP, "Client IP Address"},
	{0xc02, "Port Name"},
	{0xc03, "VLAN Name"},
	{0xc04, "VTP Domain"},
	{0xc05, "Ethernet Packet"},
	{MAC_NULL, "MAC Null"},
	{MAC, "MAC Address"},
};

/* False: the length is wrong for it. */
static bool value(struct print_state *s, struct pdu d, u32 off, u32 n, u32 type)
{
	switch (type) {
	case CLIENT_IP:
		if (n != 4)
			return false;
		put_ip4(s, pdu_need(s, d, off, 4));
		put_f(s, " (0x%08x)", get_be32(d.p + off));
		return true;
	case 0xc02:
	case 0xc03:
	case 0xc04:
	case 0xc05:
		put_chars(s, d, off, n);
		return true;
	case MAC_NULL:
	case MAC:
		if (n != 6)
			return false;
		put_ether(s, pdu_need(s, d, off, 6));
		return true;
	}
	if (s->opt.verbose <= 1)
		put_bytes(s, "\n\t    ", d, off, n);
	return true;
}

static void vqp_print(struct print_state *s, struct pdu d)
{
	s->name = "vqp";
	if (d.len < HEADER) {
		put_invalid(s);
		return;
	}
	pdu_check(s, d, 0, HEADER);
	u8 version = d.p[0], count = d.p[3];
	if (version != 1) {
		put_f(s, "VQP version %u packet not supported", version);
		return;
	}
	put_s(s, s->opt.verbose ? "\n\tVQPv1, " : "VQPv1 ");
	put_word(s, WORDS(messages), d.p[1], "unknown (%u)");
	put_f(s, " Message, error-code %s (%u)", word_of(WORDS(errors), d.p[2]) ?: "unknown",
	      d.p[2]);
	if (!s->opt.verbose) {
		put_f(s, ", length %u", d.len);
		return;
	}
	put_f(s, ", seq 0x%08x, items %u, length %u", get_be32(d.p + 4), count, d.len);
	for (u32 off = HEADER, left = d.len - HEADER; left && count; count--) {
		if (left < OBJECT)
			pdu_cut(s);
		u32 type = pdu_be32(s, d, off), n = pdu_be16(s, d, off + 4);

		off += OBJECT;
		left -= OBJECT;
		put_f(s, "\n\t  %s Object (0x%08x), length %u, value: ",
		      word_of(WORDS(objects), type) ?: "Unknown", type, n);
		if (!n)
			return;
		if (left < n)
			pdu_cut(s);
		pdu_check(s, d, off, n);
		if (!value(s, d, off, n, type)) {
			put_invalid(s);
			return;
		}
		off += n;
		left -= n;
	}
}

const struct printer vqp_printer = {"vqp", vqp_print};
