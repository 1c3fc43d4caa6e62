/* SPDX-License-Identifier: BSD-2-Clause */
/* PPP over Ethernet, RFC 2516. */
#include "print/priv.h"

enum { CODE = 1, SESSION = 2, LENGTH = 4, HEADER = 6, TAG = 4, EOL = 0 };
enum { TEXT_MAX = 80, HEX_MAX = 20 };

static const struct word codes[] = {
	{0x00, ""}, {0x07, "PADO"}, {0x09, "PADI"}, {0x19, "PADR"}, {0x65, "PADS"}, {0xa7, "PADT"},
};

static const struct word tags[] = {
	{0x0000, "EOL"},
	{0x0101, "Service-Name"},
	{0x0102, "AC-Name"},
	{0x0103, "Host-Uniq"},
	{0x0104, "AC-Cookie"},
	{0x0105, "Vendor-Specific"},
	{0x0110, "Relay-Session-ID"},
	{0x0201, "Service-Name-Error"},
	{0x0202, "AC-System-Error"},
	{0x0203, "Generic-Error"},
};

static bool graphic(u8 c) { return c >= ' ' && c < 0x7f; }

/* As text when most of it is, else in hexadecimal. */
static void put_value(struct print_state *s, const u8 *p, u32 n)
{
	u32 good = 0;

	for (u32 i = 0; i < n; i++)
		good += graphic(p[i]);
	if (good > n - good) {
		say(s, " \"");
		for (u32 i = 0; i < n && i < TEXT_MAX; i++)
			put_c(s, graphic(p[i]) ? (char)p[i] : '.');
		put_c(s, '"');
		return;
	}
	say(s, " 0x");
	for (u32 i = 0; i < n && i < HEX_MAX; i++)
		put_f(s, "%02X", p[i]);
	if (n >= HEX_MAX)
		say(s, "...");
}

static void tag_list(struct print_state *s, struct pdu d)
{
	u16 type = 0xffff;

	while (d.len && type != EOL) {
		pdu_need(s, d, 0, TAG);
		type = get_be16(d.p);
		u32 n = get_be16(d.p + 2);
		d = pdu_skip(d, TAG);
		pdu_need(s, d, 0, n);
		say(s, " [");
		put_word(s, tags, LEN(tags), type, "TAG-0x%x");
		if (n)
			put_value(s, d.p, n);
		put_c(s, ']');
		d = pdu_skip(d, n);
	}
}

static void pppoe_print(struct print_state *s, struct pdu d)
{
	s->name = "pppoe";
	if (d.len < HEADER) {
		put_f(s, " (length %u < %u)", d.len, HEADER);
		put_invalid(s);
		return;
	}
	pdu_need(s, d, 0, HEADER);
	u32 len = get_be16(d.p + LENGTH), session = get_be16(d.p + SESSION), left = d.len - HEADER;
	u8 version = d.p[0] >> 4, type = d.p[0] & 15, code = d.p[CODE];
	if (version != 1)
		put_f(s, " [ver %u]", version);
	if (type != 1)
		put_f(s, " [type %u]", type);
	say(s, "PPPoE ");
	put_word(s, codes, LEN(codes), code, "PAD-%X");
	if (len > left) {
		put_f(s, " [len %u > %u!]", len, left);
		len = left;
	}
	if (session)
		put_f(s, " [ses 0x%x]", session);
	const u8 *head = d.p;
	d = pdu_skip(d, HEADER);
	d.len = len;
	if (code) {
		tag_list(s, d);
	} else if (get_be16(head + LENGTH)) {
		put_c(s, ' ');
		print_ppp(s, d);
	}
}

static u32 link_print(struct print_state *s, struct pdu d)
{
	u32 n = HEADER;

	if (pdu_has(d, 0, HEADER + 2) && !d.p[CODE])
		n += d.p[HEADER] & 1 ? 1 : 2;
	s->link_len = n;
	pppoe_print(s, d);
	return n;
}

const struct printer pppoed_printer = {"pppoe", pppoe_print};
const struct printer pppoes_printer = {"pppoe", pppoe_print};
const struct link_printer ppp_ether_link = {"pppoe", 51, link_print};
