/* SPDX-License-Identifier: BSD-2-Clause */
/* Multicast listener discovery, RFC 2710 and RFC 3810. */
#include "print/priv.h"

enum { DELAY = 4, GROUPS = 6, GROUP = 8, FLAGS = 24, INTERVAL = 25, SOURCES = 26 };
enum { V1 = 24, V2 = 28, RECORD = 20 };

static const struct word kinds[] = {
	{1, "is_in"}, {2, "is_ex"}, {3, "to_in"}, {4, "to_ex"}, {5, "allow"}, {6, "block"},
};

bool print_mld(struct print_state *s, struct pdu d)
{
	if (!pdu_has(d, GROUP, 16))
		return false;
	put_f(s, "max resp delay: %u addr: ", get_be16(d.p + DELAY));
	put_ip6(s, d.p + GROUP);
	return false;
}

/* A number with an exponent: plain below 2^(bits + 3). */
static u32 expand(u32 v, u32 bits)
{
	if (v < 1u << (bits + 3))
		return v;
	return ((v & ((1u << bits) - 1)) | 1u << bits) << ((v >> bits & 7) + 3);
}

static void put_sources(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	say(s, " {");
	for (u32 i = 0; i < n; i++) {
		const u8 *p = pdu_need(s, d, off + 16 * i, 16);

		put_c(s, ' ');
		put_ip6(s, p);
	}
	say(s, " }");
}

static void query2(struct print_state *s, struct pdu d)
{
	u32 delay = pdu_be16(s, d, DELAY);

	if (s->opt.verbose)
		put_f(s, " [max resp delay=%u]", expand(delay, 12));
	const u8 *group = pdu_need(s, d, GROUP, 16);
	say(s, " [gaddr ");
	put_ip6(s, group);
	if (s->opt.verbose) {
		u8 flags = pdu_u8(s, d, FLAGS);

		if (flags & 8)
			say(s, " sflag");
		if (flags & 7)
			put_f(s, " robustness=%u", flags & 7);
		put_f(s, " qqi=%u", expand(pdu_u8(s, d, INTERVAL), 4));
	}
	u32 n = pdu_be16(s, d, SOURCES);
	if (d.len < V2 + 16 * n)
		say(s, " [invalid number of sources]");
	else if (n && s->opt.verbose > 1)
		put_sources(s, d, V2, n);
	else if (n)
		put_f(s, ", %u source(s)", n);
	put_c(s, ']');
}

bool print_mld_query(struct print_state *s, struct pdu d)
{
	if (d.len == V1)
		return print_mld(s, d);
	if (d.len >= V2) {
		say(s, " v2");
		query2(s, d);
	} else {
		put_f(s, " unknown-version (len %u) ", d.len);
	}
	return false;
}

/* The length of the record at off, 0 when it does not fit. */
static u32 record(struct print_state *s, struct pdu d, u32 off)
{
	if (d.len < off + RECORD) {
		say(s, " [invalid number of groups]");
		return 0;
	}
	const u8 *group = pdu_need(s, d, off + 4, 16);
	say(s, " [gaddr ");
	put_ip6(s, group);
	put_c(s, ' ');
	put_word(s, kinds, LEN(kinds), pdu_u8(s, d, off), " [v2-report-#%u]");
	u32 n = pdu_be16(s, d, off + 2);
	if (d.len < off + RECORD + 16 * n) {
		put_f(s, " [invalid number of sources %u]", n);
		return 0;
	}
	if (s->opt.verbose > 1)
		put_sources(s, d, off + RECORD, n);
	else
		put_f(s, ", %u source(s)", n);
	put_c(s, ']');
	return RECORD + 16 * n;
}

bool print_mld_report(struct print_state *s, struct pdu d)
{
	if (d.len < GROUP) {
		put_f(s, " [invalid len %u]", d.len);
		return false;
	}
	u32 n = pdu_be16(s, d, GROUPS);
	put_f(s, ", %u group record(s)", n);
	for (u32 off = GROUP, len; s->opt.verbose && n; n--, off += len) {
		len = record(s, d, off);
		if (!len)
			break;
	}
	return false;
}
