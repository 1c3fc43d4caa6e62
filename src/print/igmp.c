/* SPDX-License-Identifier: BSD-2-Clause */
/* IGMP, RFC 1112, 2236 and 3376. */
#include "print/priv.h"

enum { TIME = 1, SUM = 2, GROUP = 4, V1 = 8, GROUPS = 6, SOURCES = 10, V3 = 12, RECORD = 8 };
enum {
	QUERY = 0x11,
	REPORT1 = 0x12,
	REPORT2 = 0x16,
	LEAVE = 0x17,
	REPORT3 = 0x22,
	PIM1 = 0x14,
	TRACE_REPLY = 0x1e,
	TRACE = 0x1f
};

static const struct word kinds[] = {
	{1, "is_in"}, {2, "is_ex"}, {3, "to_in"}, {4, "to_ex"}, {5, "allow"}, {6, "block"},
};

static void put_group(struct print_state *s, struct pdu d, u32 off)
{
	put_ip4(s, pdu_need(s, d, off, 4));
}

static void put_sources(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		const u8 *p = pdu_need(s, d, off + 4 * i, 4);

		put_c(s, ' ');
		put_ip4(s, p);
	}
}

/* RFC 3376 4.1.1: tenths of a second, from 128 on with an exponent */
static void put_time_code(struct print_state *s, u32 code)
{
	u32 t = code < 128 ? code : ((code & 15) | 16) << ((code >> 4 & 7) + 3);

	if (code == 100)
		return;
	say(s, " [max resp time ");
	if (t < 600) {
		put_f(s, "%u.%us", t / 10, t % 10);
	} else {
		put_f(s, "%um", t / 600);
		if (t % 600)
			put_f(s, "%us", t % 600 / 10);
	}
	put_c(s, ']');
}

static void query3(struct print_state *s, struct pdu d)
{
	say(s, " v3");
	if (d.len & 3) {
		put_f(s, " [invalid len %u]", d.len);
		return;
	}
	put_time_code(s, pdu_u8(s, d, TIME));
	if (!pdu_be32(s, d, GROUP))
		return;
	say(s, " [gaddr ");
	put_group(s, d, GROUP);
	u32 n = pdu_be16(s, d, SOURCES);
	if (d.len < V3 + 4 * n) {
		say(s, " [invalid number of sources]");
	} else if (n && s->opt.verbose > 1) {
		say(s, " {");
		put_sources(s, d, V3, n);
		say(s, " }");
	} else if (n) {
		put_f(s, ", %u source(s)", n);
	}
	put_c(s, ']');
}

static void query(struct print_state *s, struct pdu d)
{
	say(s, "igmp query");
	if (d.len >= V3) {
		query3(s, d);
		return;
	}
	u8 time = pdu_u8(s, d, TIME);
	put_s(s, time ? " v2" : " v1");
	if (time && time != 100)
		put_f(s, " [max resp time %u]", time);
	if (pdu_be32(s, d, GROUP)) {
		say(s, " [gaddr ");
		put_group(s, d, GROUP);
		put_c(s, ']');
	}
	if (d.len != V1)
		put_f(s, " [len %u]", d.len);
}

static void plain(struct print_state *s, struct pdu d, const char *what)
{
	const u8 *group = pdu_need(s, d, GROUP, 4);

	put_s(s, what);
	put_ip4(s, group);
}

/* The length of the record at off, 0 when it does not fit. */
static u32 record(struct print_state *s, struct pdu d, u32 off)
{
	if (d.len < off + RECORD) {
		say(s, " [invalid number of groups]");
		return 0;
	}
	const u8 *group = pdu_need(s, d, off + 4, 4);
	say(s, " [gaddr ");
	put_ip4(s, group);
	put_c(s, ' ');
	put_word(s, kinds, LEN(kinds), pdu_u8(s, d, off), " [v3-report-#%u]");
	u32 n = pdu_be16(s, d, off + 2);
	if (d.len < off + RECORD + 4 * n) {
		put_f(s, " [invalid number of sources %u]", n);
		return 0;
	}
	if (s->opt.verbose > 1) {
		say(s, " {");
		put_sources(s, d, off + RECORD, n);
		say(s, " }");
	} else {
		put_f(s, ", %u source(s)", n);
	}
	put_c(s, ']');
	return RECORD + 4 * n;
}

static void report3(struct print_state *s, struct pdu d)
{
	say(s, "igmp v3 report");
	if (d.len < 2 * RECORD || d.len & 3) {
		put_f(s, " [invalid len %u]", d.len);
		return;
	}
	u32 n = pdu_be16(s, d, GROUPS);
	put_f(s, ", %u group record(s)", n);
	for (u32 off = RECORD, len; s->opt.verbose && n; n--, off += len) {
		len = record(s, d, off);
		if (!len)
			return;
	}
}

static void igmp_print(struct print_state *s, struct pdu d)
{
	s->name = "igmp";
	if (s->opt.quick) {
		say(s, "igmp");
		return;
	}
	u8 type = pdu_u8(s, d, 0);
	switch (type) {
	case QUERY:
		query(s, d);
		break;
	case REPORT1:
		plain(s, d, "igmp v1 report ");
		if (d.len != V1)
			put_f(s, " [len %u]", d.len);
		break;
	case REPORT2:
		plain(s, d, "igmp v2 report ");
		break;
	case LEAVE:
		plain(s, d, "igmp leave ");
		break;
	case REPORT3:
		report3(s, d);
		break;
	case PIM1:
		say(s, "igmp pimv1");
		pim1_printer.print(s, d);
		break;
	case TRACE:
	case TRACE_REPLY:
		put_f(s, "mtrace %u: ", pdu_be32(s, d, 20) & 0xffffff);
		put_ip4(s, pdu_need(s, d, 8, 4));
		say(s, " to ");
		put_ip4(s, pdu_need(s, d, 12, 4));
		say(s, " reply-to ");
		put_ip4(s, pdu_need(s, d, 16, 4));
		break;
	default:
		put_f(s, "igmp-%u", type);
	}
	if (s->opt.verbose && pdu_has(d, SUM, 2) && pdu_has(d, 0, d.len) && sum_of(d.p, d.len))
		put_f(s, " bad igmp cksum %x!", pdu_be16(s, d, SUM));
}

const struct printer igmp_printer = {"igmp", igmp_print};
