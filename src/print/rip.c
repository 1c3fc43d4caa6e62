/* SPDX-License-Identifier: BSD-2-Clause */
/* RIP, RFC 1058, 2453 and 4822; RIPng, RFC 2080. */
#include "print/part.h"

enum { HEADER = 4, ENTRY = 20, NG_HOP = 255, AUTH = 0xffff };

static const struct word commands[] = {
	{1, "Request"},   {2, "Response"}, {3, "Trace on"},
	{4, "Trace off"}, {5, "Poll"},     {6, "Poll Entry"},
};

static const struct word families[] = {
	{0, "0"},    {2, "IPv4"},  {6, "NS"},    {7, "ISO"},   {16, "Appletalk"},
	{23, "IPX"}, {24, "IPv6"}, {28, "IPv6"}, {30, "IPv6"},
};

static void put_family(struct print_state *s, u16 family)
{
	say(s, "AFI ");
	put_word(s, WORDS(families), family, "Unknown (%u)");
}

static void entry1(struct print_state *s, struct pdu d)
{
	u16 family = get_be16(d.p);

	if ((!family || family == 2) &&
	    (get_be16(d.p + 2) || get_be32(d.p + 8) || get_be32(d.p + 12))) {
		put_dump(s, "\n\t  ", d.p, ENTRY, false);
		return;
	}
	if (!family) {
		say(s, "\n\t  AFI 0, ");
		put_ip4(s, d.p + 4);
		put_f(s, ", metric: %u", get_be32(d.p + 16));
	} else if (family == 2) {
		say(s, "\n\t  ");
		put_ip4(s, d.p + 4);
		put_f(s, ", metric: %u", get_be32(d.p + 16));
	} else {
		say(s, "\n\t ");
		put_family(s, family);
		say(s, ", ");
		put_dump(s, "\n\t  ", d.p + 4, ENTRY - 4, false);
	}
}

/* Bits of a mask, or -1 when they are no prefix. */
static int mask_bits(u32 mask)
{
	int n = 0;

	while (mask & 0x80000000u) {
		mask <<= 1;
		n++;
	}
	return mask ? -1 : n;
}

/* How much an authentication entry takes, of `left` bytes. */
static u32 auth(struct print_state *s, struct pdu d, u32 left)
{
	u16 type = get_be16(d.p + 2);

	if ((type == 2 || type == 3) && (left < ENTRY || !pdu_has(d, 0, ENTRY)))
		return 0;
	if (type == 2) {
		say(s, "\n\t  Simple Text Authentication data: ");
		put_padded(s, d, 4, 16);
	} else if (type == 3) {
		put_f(s,
		      "\n\t  Auth header: Packet Len %u, Key-ID %u, Auth Data Len %u, SeqNo %u, "
		      "MBZ %u, MBZ %u",
		      get_be16(d.p + 4), d.p[6], d.p[7], get_be32(d.p + 8), get_be32(d.p + 12),
		      get_be32(d.p + 16));
	} else if (type == 1) {
		say(s, "\n\t  Auth trailer:");
		put_bytes(s, "\n\t  ", d, 4, left - 4);
		return left;
	} else {
		put_f(s, "\n\t  Unknown (%u) Authentication data:", type);
		put_bytes(s, "\n\t  ", d, 4, left - 4);
		return left;
	}
	return ENTRY;
}

static u32 entry2(struct print_state *s, struct pdu d, u32 left)
{
	char text[16];

	if (left < 4 || !pdu_has(d, 0, 4))
		return 0;
	u16 family = get_be16(d.p);
	if (family == AUTH)
		return auth(s, d, left);
	if (family != 2 && family) {
		say(s, "\n\t  ");
		put_family(s, family);
		if (left < ENTRY)
			return 0;
		put_bytes(s, "\n\t  ", d, 4, ENTRY - 4);
		return ENTRY;
	}
	if (left < ENTRY || !pdu_has(d, 0, ENTRY))
		return 0;
	say(s, "\n\t  ");
	put_family(s, family);
	snprintf(text, sizeof text, "%u.%u.%u.%u", d.p[4], d.p[5], d.p[6], d.p[7]);
	put_f(s, ", %15s/%-2d, tag 0x%04x, metric: %u, next-hop: ", text,
	      mask_bits(get_be32(d.p + 8)), get_be16(d.p + 2), get_be32(d.p + 16));
	if (get_be32(d.p + 12))
		put_ip4(s, d.p + 12);
	else
		say(s, "self");
	return ENTRY;
}

static void entries(struct print_state *s, struct pdu d, u8 version)
{
	u32 left = d.len - HEADER;

	put_f(s, ", routes: %u%s", left / ENTRY, version == 2 ? " or less" : "");
	d = pdu_skip(d, HEADER);
	if (version == 1) {
		for (; left >= ENTRY && pdu_has(d, 0, ENTRY); left -= ENTRY, d = pdu_skip(d, ENTRY))
			entry1(s, d);
	} else {
		while (left) {
			u32 n = entry2(s, d, left);
			if (!n)
				break;
			left -= n;
			d = pdu_skip(d, n);
		}
	}
	if (left && d.cap)
		put_cut(s);
}

static void rip_print(struct print_state *s, struct pdu d)
{
	s->name = "rip";
	if (!pdu_has(d, 0, HEADER) || d.len < HEADER)
		pdu_cut(s);
	u8 command = d.p[0], version = d.p[1];
	put_f(s, "%sRIPv%u", s->opt.verbose ? "\n\t" : "", version);
	if (!version) {
		put_bytes(s, "\n\t", d, 0, d.len);
		return;
	}
	say(s, ", ");
	put_word(s, WORDS(commands), command, "unknown command (%u)");
	put_f(s, ", length: %u", d.len);
	if (!s->opt.verbose)
		return;
	switch (command) {
	case 1:
	case 2:
		if (version > 2) {
			say(s, ", unknown version");
			break;
		}
		entries(s, d, version);
		break;
	default:
		if (s->opt.verbose <= 1)
			put_bytes(s, "\n\t", d, 0, d.len);
	}
	if (s->opt.verbose > 1)
		put_bytes(s, "\n\t", d, 0, d.len);
}

const struct printer rip_printer = {"rip", rip_print};

/* ---- RIPng ---- */
static void put_ng_entry(struct print_state *s, struct pdu d)
{
	pdu_need(s, d, 0, ENTRY - 1);
	put_ip6(s, d.p);
	put_f(s, "/%u", d.p[18]);
	if (get_be16(d.p + 16))
		put_f(s, " [%u]", get_be16(d.p + 16));
}

/* A request for everything: one entry, all zero but its metric of 16. */
static bool wants_all(struct print_state *s, struct pdu d)
{
	static const u8 none[16];

	return d.len == HEADER + ENTRY && pdu_u8(s, d, HEADER + 19) == 16 &&
	       !memcmp(d.p + HEADER, none, 16);
}

static void ng_entries(struct print_state *s, struct pdu d, const char *what, bool metrics)
{
	u32 left = d.len - HEADER, n = left / ENTRY;
	u8 before = 0;

	if (left == n * ENTRY)
		put_f(s, " ripng-%s %u:", what, n);
	else
		put_f(s, " ripng-%s %u[%u]:", what, n, left);
	d = pdu_skip(d, HEADER);
	for (; left >= ENTRY; left -= ENTRY, d = pdu_skip(d, ENTRY)) {
		put_s(s, s->opt.verbose > 1 ? "\n\t" : " ");
		put_ng_entry(s, d);
		u8 metric = metrics ? pdu_u8(s, d, 19) : 0;
		if (metric != before)
			put_f(s, " (%u)", metric);
		before = metric;
	}
	if (left)
		put_invalid(s);
}

static void ripng_print(struct print_state *s, struct pdu d)
{
	s->name = "ripng";
	if (d.len < HEADER) {
		put_invalid(s);
		return;
	}
	u8 command = pdu_u8(s, d, 0), version = pdu_u8(s, d, 1);
	if (version != 1) {
		put_f(s, " [vers %u]", version);
		put_invalid(s);
	} else if (command == 1 && wants_all(s, d)) {
		say(s, " ripng-req dump");
	} else if (command == 1 || command == 2) {
		ng_entries(s, d, command == 1 ? "req" : "resp", command == 2);
	} else {
		put_f(s, " ripng-%u ?? %u", command, d.len);
		put_invalid(s);
	}
}

const struct printer ripng_printer = {"ripng", ripng_print};
