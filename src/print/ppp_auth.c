/* SPDX-License-Identifier: BSD-2-Clause */
/* PAP, RFC 1334, and CHAP, RFC 1994. */
#include "print/part.h"
#include "print/ppp.h"

enum { CODE, ID, LENGTH, BODY = 4 };

/* code 1, id 1, length 2; false when that is all there is to print. */
static bool header(struct print_state *s, struct pdu d, const char *name, const char *cut,
		   const struct word *codes, u32 n)
{
	if (!d.len) {
		put_f(s, "[|%s]", cut);
		return false;
	}
	if (d.len < BODY) {
		put_f(s, "[|%s 0x%02x]", cut, pdu_u8(s, d, 0));
		return false;
	}
	u8 code = pdu_u8(s, d, CODE);
	put_f(s, "%s, %s (0x%02x)", name, word_of(codes, n, code) ?: "unknown", code);
	put_f(s, ", id %u", pdu_u8(s, d, ID));
	return true;
}

/* A counted text at *off of a message of n bytes; false when it does not fit. */
static bool counted(struct print_state *s, struct pdu d, u32 *off, u32 n, const char *what)
{
	if (n < *off + 1)
		return false;
	u32 len = pdu_u8(s, d, *off);
	*off += 1;
	if (n - *off < len)
		return false;
	put_s(s, what);
	put_chars(s, d, *off, len);
	*off += len;
	return true;
}

static void pap_print(struct print_state *s, struct pdu d)
{
	static const struct word codes[] = {{1, "Auth-Req"}, {2, "Auth-ACK"}, {3, "Auth-NACK"}};

	if (!header(s, d, "PAP", "pap", WORDS(codes)))
		return;
	u32 n = pdu_be16(s, d, LENGTH), off = BODY;
	u8 code = d.p[CODE];
	if (d.len < n)
		put_f(s, ", length %u > packet size", n);
	else if (n < BODY)
		put_f(s, ", length %u < PAP header length", n);
	else if (code >= 1 && code <= 3 && n < BODY + (code == 1 ? 2 : 1))
		say(s, "[|pap]");
	else if (code == 1 && counted(s, d, &off, n, ", Peer "))
		counted(s, d, &off, n, ", Name ");
	else if (code == 2 || code == 3)
		counted(s, d, &off, n, ", Msg ");
}

static void chap_print(struct print_state *s, struct pdu d)
{
	static const struct word codes[] = {
		{1, "Challenge"}, {2, "Response"}, {3, "Success"}, {4, "Fail"}};

	if (!header(s, d, "CHAP", "chap", WORDS(codes)))
		return;
	u32 n = pdu_be16(s, d, LENGTH), off = BODY;
	u8 code = d.p[CODE];
	if (code == 1 || code == 2) {
		if (d.len < BODY + 1)
			return;
		u32 len = pdu_u8(s, d, off++);
		if (d.len - off < len)
			return;
		say(s, ", Value ");
		for (; len; len--)
			put_x(s, pdu_u8(s, d, off++), 2);
		say(s, ", Name ");
	} else if (code == 3 || code == 4) {
		say(s, ", Msg ");
	} else {
		return;
	}
	put_chars(s, d, off, n - off);
}

const struct printer pap_printer = {"ppp", pap_print};
const struct printer chap_printer = {"ppp", chap_print};
