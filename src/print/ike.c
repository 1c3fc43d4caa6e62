/* SPDX-License-Identifier: BSD-2-Clause */
/* ISAKMP, RFC 2408, and IKEv2, RFC 7296: the header and the chain of payloads;
 * NAT traversal, RFC 3948. */
#include "print/ike.h"
#include "print/roles.h"

enum { HEADER = 28, NEXT = 16, VERSION = 17, EXCHANGE = 18, FLAGS = 19, MSGID = 20, LENGTH = 24 };
enum { SA = 33, ENCRYPTED = 46, DEPTH_MAX = 8 };

static const struct word exchanges[] = {
	{0, "none"},        {1, "base"},        {2, "ident"},         {3, "auth"},
	{4, "agg"},         {5, "inf"},         {32, "oakley-quick"}, {33, "oakley-newgroup"},
	{34, "ikev2_init"}, {35, "ikev2_auth"}, {36, "child_sa"},     {37, "inf2"},
};

static const char *const names[] = {
	"none",  "sa",     "p",     "t",      "ke",      "id",    "cert",  "cr",    "hash",
	"sig",   "nonce",  "n",     "d",      "vid",     "pay14", "pay15", "pay16", "pay17",
	"pay18", "pay19",  "pay20", "pay21",  "pay22",   "pay23", "pay24", "pay25", "pay26",
	"pay27", "pay28",  "pay29", "pay30",  "pay31",   "pay32", "v2sa",  "v2ke",  "v2IDi",
	"v2IDr", "v2cert", "v2cr",  "v2auth", "v2nonce", "v2n",   "v2d",   "v2vid", "v2TSi",
	"v2TSr", "v2e",    "v2cp",  "v2eap",
};

void put_ike_name(struct print_state *s, u8 type)
{
	if (type < LEN(names))
		put_s(s, names[type]);
	else
		put_f(s, "#%u", type);
}

bool ike_cut(struct print_state *s, u8 type)
{
	say(s, " [|");
	put_ike_name(s, type);
	put_c(s, ']');
	return false;
}

void put_ike_some(struct print_state *s, struct pdu d, u32 off)
{
	u32 have = d.cap > off ? d.cap - off : 0, first = MIN(have, 10), rest = have - first;

	say(s, " data=(");
	put_hex(s, d.p + off, first);
	say(s, "...");
	off += first;
	if (rest > 20)
		off += rest - 20;
	put_hex(s, d.p + off, MIN(rest, 20));
	put_c(s, ')');
}

void put_ike_proto(struct print_state *s, u8 proto)
{
	static const struct word protos[] = {
		{1, "isakmp"}, {2, "ipsec-ah"}, {3, "ipsec-esp"}, {4, "ipcomp"}};

	put_word(s, WORDS(protos), proto, "#%u");
}

u32 ike_attribute(struct print_state *s, struct pdu d, u32 off, u32 end,
		  const struct ike_attr *table, u32 n)
{
	if (end - off < 4)
		return 0;
	pdu_need(s, d, off, 4);
	u16 head = get_be16(d.p + off), type = head & 0x7fff, v = get_be16(d.p + off + 2);
	u32 len = head & 0x8000 ? 4 : 4 + v;
	const struct ike_attr *a = type < n && table[type].name ? &table[type] : NULL;

	if (!(head & 0x8000) && v > end - off - 4)
		return 0;
	say(s, "(type=");
	if (a)
		put_s(s, a->name);
	else
		put_f(s, "#%u", type);
	if (head & 0x8000) {
		const char *word = a ? word_of(a->values, a->n, v) : NULL;

		say(s, " value=");
		if (word)
			put_s(s, word);
		else
			put_x(s, v, 4);
	} else {
		put_f(s, " len=%u value=", v);
		if (!pdu_has(d, off + 4, v)) {
			put_c(s, ')');
			return 0;
		}
		put_hex(s, d.p + off + 4, v);
	}
	put_c(s, ')');
	return len;
}

static bool payload(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	ike_payload *print = type >= SA ? ike2_payload(type) : ike1_payload(type);

	if (print)
		return print(s, d, n, type, at);
	put_ike_name(s, type);
	return true;
}

bool ike_chain(struct print_state *s, struct pdu d, u32 end, u8 type, struct ike at)
{
	if (at.depth++ == DEPTH_MAX)
		return false;
	while (type) {
		if (!pdu_has(d, 0, 4) || end < 4)
			return ike_cut(s, type);
		u8 next = d.p[0];
		u32 n = get_be16(d.p + 2);

		if (n > end || !pdu_has(d, 0, n))
			return ike_cut(s, type);
		put_c(s, '\n');
		for (u32 i = 0; i < at.depth; i++)
			say(s, "    ");
		put_c(s, '(');
		bool ok = n >= 4 && payload(s, d, n, type, at);
		put_c(s, ')');
		if (!ok)
			return false;
		type = type == ENCRYPTED ? 0 : next;
		d = pdu_skip(d, n);
		end -= n;
	}
	return true;
}

static void version1(struct print_state *s, struct pdu d, struct ike at)
{
	u8 flags = d.p[FLAGS];

	put_f(s, " phase %s %s ", at.phase == 1 ? "1" : "2/others", ike_role(s, d.p));
	put_word(s, WORDS(exchanges), d.p[EXCHANGE], "#%u");
	if (flags)
		put_f(s, "[%s%s]", flags & 1 ? "E" : "", flags & 2 ? "C" : "");
	if (!s->opt.verbose)
		return;
	put_c(s, ':');
	if (flags & 1) {
		say(s, " [encrypted ");
		put_ike_name(s, d.p[NEXT]);
		put_c(s, ']');
		return;
	}
	ike_chain(s, pdu_skip(d, HEADER), d.len - HEADER, d.p[NEXT], at);
}

static void version2(struct print_state *s, struct pdu d, struct ike at)
{
	u8 flags = d.p[FLAGS];

	put_f(s, " %s ", at.phase == 1 ? "parent_sa" : "child_sa ");
	put_word(s, WORDS(exchanges), d.p[EXCHANGE], "#%u");
	if (flags)
		put_f(s, "[%s%s%s]", flags & 8 ? "I" : "", flags & 0x10 ? "V" : "",
		      flags & 0x20 ? "R" : "");
	if (!s->opt.verbose)
		return;
	put_c(s, ':');
	if (flags & 1) {
		say(s, " [encrypted ");
		put_ike_name(s, d.p[NEXT]);
		put_c(s, ']');
		return;
	}
	ike_chain(s, pdu_skip(d, HEADER), d.len - HEADER, d.p[NEXT], at);
}

static void isakmp_print(struct print_state *s, struct pdu d)
{
	s->name = "isakmp";
	if (!pdu_has(d, 0, HEADER))
		pdu_cut(s);
	say(s, "isakmp");
	u8 major = d.p[VERSION] >> 4;
	struct ike at = {.phase = get_be32(d.p + MSGID) ? 2 : 1};
	if (s->opt.verbose) {
		put_f(s, " %u.%u msgid %08x", major, d.p[VERSION] & 15, get_be32(d.p + MSGID));
		if (s->opt.verbose > 1) {
			say(s, " cookie ");
			put_hex(s, d.p, 8);
			say(s, "->");
			put_hex(s, d.p + 8, 8);
		}
	}
	put_c(s, ':');
	d.cap = MIN(d.cap, d.len);
	if (d.len < HEADER)
		return;
	if (major == 1)
		version1(s, d, at);
	else if (major == 2)
		version2(s, d, at);
	else
		return;
	if (s->opt.verbose && get_be32(d.p + LENGTH) != d.len)
		put_f(s, " (len mismatch: isakmp %u/ip %u)", get_be32(d.p + LENGTH), d.len);
}

/* RFC 3948: ESP, IKE behind four zero bytes, or one byte of 0xff */
static void natt_print(struct print_state *s, struct pdu d)
{
	s->name = "isakmp_rfc3948";
	if (pdu_u8(s, d, 0) == 0xff && d.len == 1) {
		say(s, "isakmp-nat-keep-alive");
		return;
	}
	if (d.len < 9)
		pdu_cut(s);
	pdu_need(s, d, 0, 4);
	if (!get_be32(d.p)) {
		say(s, "NONESP-encap: ");
		isakmp_print(s, pdu_skip(d, 4));
		return;
	}
	say(s, "UDP-encap: ");
	esp_printer.print(s, d);
}

const struct printer isakmp_printer = {"isakmp", isakmp_print};
const struct printer natt_printer = {"isakmp", natt_print};
