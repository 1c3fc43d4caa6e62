/* SPDX-License-Identifier: BSD-2-Clause */
/* LISP, RFC 6830: control messages. */
#include "print/part.h"

enum { MAP_REGISTER = 3, MAP_NOTIFY = 4, HEADER = 16 };

static const struct word types[] = {{0, "LISP-Reserved"},
				    {1, "LISP-Map-Request"},
				    {2, "LISP-Map-Reply"},
				    {3, "LISP-Map-Register"},
				    {4, "LISP-Map-Notify"},
				    {7, "LISP-Map-Referral"},
				    {8, "LISP-Encapsulated-Message"}};

/* By type and the flags of the first three bytes. */
static const struct word register_flags[] = {{0x080000, "P-Proxy-Map-Reply"},
					     {0x040000, "S-LISP-SEC-Capable"},
					     {0x020000, "I-xTR-ID-Present"},
					     {0x010000, "R-Build-For-RTR"},
					     {0x000001, "M-Want-Map-Notify"}};
static const struct word notify_flags[] = {{0x080000, "I-xTR-ID-Present"},
					   {0x040000, "R-Build-For-RTR"}};
static const struct word record_actions[] = {
	{0, "No-Action"}, {1, "Natively-Forward"}, {2, "Send-Map-Request"}, {3, "Drop"}};
static const struct word locator_flags[] = {
	{0x0004, "Local-Locator"}, {0x0002, "RLoc-Probed"}, {0x0001, "Reachable"}};
static const struct word auth_types[] = {{0, "None"}, {1, "SHA1"}, {2, "SHA256"}};

static void lisp_print(struct print_state *s, struct pdu d)
{
	s->name = "lisp";
	pdu_need(s, d, 0, 4);
	u32 head = pdu_be32(s, d, 0) >> 8;
	u8 type = (u8)(head >> 20), records = pdu_u8(s, d, 3);
	put_word(s, WORDS(types), type, "unknown-type-%u");
	if (type != MAP_REGISTER && type != MAP_NOTIFY) {
		if (s->opt.verbose)
			put_bytes(s, "\n\t", d, 0, d.len);
		return;
	}
	pdu_need(s, d, 0, HEADER);
	if (s->opt.verbose) {
		say(s, ", flags [");
		if (type == MAP_REGISTER)
			put_bits(s, WORDS(register_flags), head & 0xfffff, ", ", "none");
		else
			put_bits(s, WORDS(notify_flags), head & 0xfffff, ", ", "none");
		say(s, "],");
	}
	put_f(s, "%s%u record(s),", s->opt.verbose ? "\n    " : ", ", records);
	if (s->opt.verbose) {
		say(s, " Authentication ");
		put_word(s, WORDS(auth_types), pdu_be16(s, d, 12), "unknown-type");
		put_c(s, ',');
	}
	u32 off = HEADER, auth = pdu_be16(s, d, 14);
	if (s->opt.verbose && auth) {
		put_bytes(s, "\n    Authentication-Data: ", d, off, auth);
		pdu_need(s, d, off, auth);
	}
	off += auth;
	while (records--) {
		if (d.len < off + 12)
			pdu_invalid(s);
		pdu_need(s, d, off, 12);
		u32 locators = pdu_u8(s, d, off + 4);
		u8 bits = pdu_u8(s, d, off + 5);
		u16 act = pdu_be16(s, d, off + 6), version = pdu_be16(s, d, off + 8),
		    family = pdu_be16(s, d, off + 10);
		if (s->opt.verbose) {
			put_f(s, "\n      Record TTL %u, %s, ", pdu_be32(s, d, off),
			      act & 0x1000 ? "Authoritative" : "Non-Authoritative");
			put_word(s, WORDS(record_actions), act >> 13, "Unknown");
			put_f(s, ", Map Version: %u,", version & 0xfff);
		} else {
			put_c(s, '\n');
		}
		say(s, " EID ");
		off += 12;
		u32 n = family == 1 ? 4 : family == 2 ? 16 : 0;
		if (!n)
			pdu_invalid(s);
		const u8 *p = pdu_need(s, d, off, n);
		if (n == 4)
			put_ip4(s, p);
		else
			put_ip6(s, p);
		put_f(s, "/%u, %u locator(s)", bits, locators);
		off += n;
		while (locators--) {
			if (d.len < off + 8)
				pdu_invalid(s);
			pdu_need(s, d, off, 8);
			u16 f = pdu_be16(s, d, off + 4);
			family = pdu_be16(s, d, off + 6);
			n = family == 1 ? 4 : family == 2 ? 16 : 0;
			if (!n)
				pdu_invalid(s);
			p = pdu_need(s, d, off + 8, n);
			put_s(s, s->opt.verbose ? "\n        LOC " : " LOC ");
			if (n == 4)
				put_ip4(s, p);
			else
				put_ip6(s, p);
			off += 8 + n;
			if (!s->opt.verbose)
				continue;
			const u8 *w = p - 8;
			put_f(s,
			      "\n          Priority/Weight %u/%u, Multicast Priority/Weight %u/%u, "
			      "flags [",
			      w[0], w[1], w[2], w[3]);
			put_bits(s, WORDS(locator_flags), f, ", ", "none");
			say(s, "],");
		}
	}
	if (d.len >= off + 24) {
		put_bytes(s, "\n    xTR-ID: ", d, off, 16);
		put_f(s, "\n    SITE-ID: %llu", (unsigned long long)pdu_be64(s, d, off + 16));
	}
}

const struct printer lisp_printer = {"lisp", lisp_print};
