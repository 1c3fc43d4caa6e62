/* SPDX-License-Identifier: BSD-2-Clause */
/* The control messages of the routing protocol for low-power networks, RFC
 * 6550 6. */
#include "print/part.h"

enum { CODE = 1, BODY = 4, SECURE = 0x80 };
enum { INFO_LEN = 24, INFO_ID = 8, TARGET_LEN = 20, TARGET_ID = 4 };

static void options(struct print_state *s, struct pdu d)
{
	static const struct word kinds[] = {
		{1, "padN"},      {2, "metrics"},     {3, "routinginfo"}, {4, "config"},
		{5, "rpltarget"}, {6, "transitinfo"}, {8, "destprefix"},  {9, "rpltargetdesc"},
	};

	while (d.len) {
		u32 n = 1;

		if (!pdu_u8(s, d, 0)) {
			say(s, " opt:pad1");
		} else {
			pdu_check(s, d, 0, 2);
			n = 2u + d.p[1];
			say(s, " opt:");
			put_word(s, WORDS(kinds), d.p[0], "subopt:%u");
			put_f(s, " len:%u ", n);
			pdu_check(s, d, 0, n);
			if (s->opt.verbose > 2)
				put_dump(s, " ", d.p + 2, n - 2, false);
		}
		d = pdu_skip(d, n);
	}
}

/* instance 1, version 1, rank 2, mode and preference 1, sequence 1, unused 2, DODAG 16 */
static void information(struct print_state *s, struct pdu d)
{
	static const struct word modes[] = {{0, "nonstoring"},
					    {1, "storing"},
					    {2, "nonstoring-multicast"},
					    {3, "storing-multicast"}};

	if (d.len < INFO_LEN) {
		put_f(s, " [length %u < %u]", d.len, INFO_LEN);
		pdu_invalid(s);
	}
	pdu_check(s, d, 0, INFO_LEN);
	u8 mode = d.p[4];
	say(s, " [dagid:");
	put_ip6(s, d.p + INFO_ID);
	put_f(s, ",seq:%u,instance:%u,rank:%u,%smop:", d.p[5], d.p[0], get_be16(d.p + 2),
	      mode & 0x80 ? "grounded," : "");
	put_word(s, WORDS(modes), mode >> 3 & 7, "mop%u");
	put_f(s, ",prf:%u]", mode & 7);
	if (s->opt.verbose > 1)
		options(s, pdu_skip(d, INFO_LEN));
}

/* instance 1, flags 1, two more, DODAG 16 if the flags say so: the length of
 * all that. Under `has` they do. */
static u32 put_dodag(struct print_state *s, struct pdu d, u8 has, u32 seq)
{
	pdu_check(s, d, 0, TARGET_ID);
	bool given = d.p[1] & has;
	if (given)
		pdu_check(s, d, 0, TARGET_LEN);
	say(s, " [dagid:");
	if (given)
		put_ip6(s, d.p + TARGET_ID);
	else
		say(s, "<elided>");
	put_f(s, ",seq:%u,instance:%u,", d.p[seq], d.p[0]);
	return given ? TARGET_LEN : TARGET_ID;
}

static void advertisement(struct print_state *s, struct pdu d)
{
	pdu_check(s, d, 0, TARGET_LEN);
	u32 n = put_dodag(s, d, 0x40, 3);

	put_f(s, "%s%s%02x]", d.p[1] & 0x80 ? "acK," : "", d.p[1] & 0x40 ? "Dagid," : "", d.p[1]);
	if (s->opt.verbose > 1)
		options(s, pdu_skip(d, n));
}

static void acknowledgement(struct print_state *s, struct pdu d)
{
	u32 n = put_dodag(s, d, 0x80, 2);

	put_f(s, "status:%u]", d.p[3]);
	if (s->opt.verbose > 1)
		options(s, pdu_skip(d, n));
}

bool print_rpl(struct print_state *s, struct pdu d)
{
	static void (*const prints[])(struct print_state *, struct pdu) = {
		NULL, information, advertisement, acknowledgement};
	static const char *const names[] = {
		"DODAG Information Solicitation", "DODAG Information Object",
		"Destination Advertisement Object", "Destination Advertisement Object Ack"};
	u8 code = pdu_u8(s, d, CODE);

	if (code & SECURE) {
		say(s, ", (SEC) [worktodo]");
		return false;
	}
	say(s, ", (CLR)");
	if (code >= LEN(names)) {
		put_f(s, "RPL message, unknown code %u", code);
		return false;
	}
	put_s(s, names[code]);
	if (s->opt.verbose && prints[code])
		prints[code](s, pdu_skip(d, BODY));
	return false;
}
