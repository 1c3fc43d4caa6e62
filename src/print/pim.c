/* SPDX-License-Identifier: BSD-2-Clause */
/* PIM version 2, RFC 7761, and its older self inside IGMP. */
#include "print/part.h"

enum { PIM = 103, HEADER = 4 };
enum { HELLO, REGISTER, STOP, JOIN, BOOTSTRAP, ASSERT, GRAFT, GRAFT_ACK, CANDIDATE, REFRESH, DF };

static const struct word types[] = {{HELLO, "Hello"},
				    {REGISTER, "Register"},
				    {STOP, "Register Stop"},
				    {JOIN, "Join / Prune"},
				    {BOOTSTRAP, "Bootstrap"},
				    {ASSERT, "Assert"},
				    {GRAFT, "Graft"},
				    {GRAFT_ACK, "Graft Acknowledgement"},
				    {CANDIDATE, "Candidate RP Advertisement"},
				    {REFRESH, "Prune Refresh"},
				    {DF, "DF Election"},
				    {11, "ECMP Redirect"}};

static const struct word hello_options[] = {{1, "Hold Time"},
					    {2, "LAN Prune Delay"},
					    {18, "DR Priority (Old)"},
					    {19, "DR Priority"},
					    {20, "Generation ID"},
					    {21, "State Refresh Capability"},
					    {22, "Bi-Directional Capability"},
					    {24, "Address List"},
					    {65001, "Address List (Old)"}};

enum kind { UNICAST, GROUP, SOURCE };

/* An encoded address: its length, or 0 for one that is not known; then the
 * packet is given up. */
static u32 address(struct print_state *s, struct pdu d, u32 off, enum kind kind)
{
	u8 family = pdu_u8(s, d, off);
	u32 hdr = kind == UNICAST ? 2 : 4;

	if ((family != 1 && family != 2) || pdu_u8(s, d, off + 1))
		pdu_cut(s);
	u32 n = family == 1 ? 4 : 16;
	const u8 *p = pdu_need(s, d, off, hdr + n);
	if (n == 4)
		put_ip4(s, p + hdr);
	else
		put_ip6(s, p + hdr);
	if (kind != UNICAST && p[3] != n * 8)
		put_f(s, "/%u", p[3]);
	if (kind == SOURCE && p[2]) {
		put_f(s, "(%s%s%s", p[2] & 4 ? "S" : "", p[2] & 2 ? "W" : "", p[2] & 1 ? "R" : "");
		if (p[2] & 0xf8)
			put_f(s, "+0x%02x", p[2] & 0xf8);
		put_c(s, ')');
	}
	return hdr + n;
}

static void span(struct print_state *s, u16 seconds)
{
	if (seconds == 0xffff)
		say(s, "infinite");
	else
		put_span(s, seconds);
}

static void bad_length(struct print_state *s, u32 n, u32 want)
{
	put_f(s, "[option length: %u != %u]", n, want);
	pdu_invalid(s);
}

static void option(struct print_state *s, struct pdu d, u16 type)
{
	switch (type) {
	case 1:
		if (d.len != 2)
			bad_length(s, d.len, 2);
		else
			span(s, pdu_be16(s, d, 0));
		break;
	case 2:
		if (d.len != 4) {
			bad_length(s, d.len, 4);
		} else {
			u16 delay = pdu_be16(s, d, 0);

			put_f(s, "\n\t    T-bit=%u, LAN delay %ums, Override interval %ums",
			      delay >> 15, delay & 0x7fff, pdu_be16(s, d, 2));
		}
		break;
	case 18:
	case 19:
		if (d.len == 0)
			say(s, "Bi-Directional Capability (Old)");
		else if (d.len == 4)
			put_f(s, "%u", pdu_be32(s, d, 0));
		else
			bad_length(s, d.len, 4);
		break;
	case 20:
		if (d.len != 4)
			bad_length(s, d.len, 4);
		else
			put_f(s, "0x%08x", pdu_be32(s, d, 0));
		break;
	case 21:
		if (d.len != 4) {
			bad_length(s, d.len, 4);
			break;
		}
		put_f(s, "v%u", pdu_u8(s, d, 0));
		if (pdu_u8(s, d, 1)) {
			say(s, ", interval ");
			put_span(s, pdu_u8(s, d, 1));
		}
		if (pdu_be16(s, d, 2))
			put_f(s, " ?0x%04x?", pdu_be16(s, d, 2));
		break;
	case 22:
		break;
	case 24:
	case 65001:
		if (s->opt.verbose <= 1)
			break;
		for (u32 off = 0; off < d.len;) {
			say(s, "\n\t    ");
			off += address(s, d, off, UNICAST);
		}
		break;
	default:
		if (s->opt.verbose <= 1)
			put_bytes(s, "\n\t    ", d, 0, d.len);
	}
}

static void hello(struct print_state *s, struct pdu d)
{
	while (d.len) {
		u16 type = pdu_be16(s, d, 0), n = pdu_be16(s, d, 2);

		say(s, "\n\t  ");
		put_word(s, WORDS(hello_options), type, "Unknown");
		put_f(s, " Option (%u), length %u, Value: ", type, n);
		pdu_need(s, d, HEADER, n);
		struct pdu v = pdu_part(d, HEADER, n);
		option(s, v, type);
		if (s->opt.verbose > 1)
			put_bytes(s, "\n\t    ", v, 0, n);
		d = pdu_skip(d, HEADER + n);
	}
}

static void registers(struct print_state *s, struct pdu d)
{
	static const struct word flags[] = {{0x80000000, "Border"}, {0x40000000, "Null"}};

	say(s, ", Flags [ ");
	put_bits(s, WORDS(flags), pdu_be32(s, d, 0), ", ", "none");
	say(s, " ]\n\t");
	d = pdu_skip(d, 4);
	if (!d.len)
		pdu_cut(s);
	switch (pdu_u8(s, d, 0) >> 4) {
	case 0:
		say(s, "IP-Null-header ");
		put_ip4(s, pdu_need(s, d, 12, 4));
		say(s, " > ");
		put_ip4(s, pdu_need(s, d, 16, 4));
		break;
	case 4:
	case 6:
		if (print_enter(s)) {
			print_ethertype(s, pdu_u8(s, d, 0) >> 4 == 4 ? 0x0800 : 0x86dd, d);
			print_leave(s);
		}
		break;
	default:
		put_f(s, "IP ver %u", pdu_u8(s, d, 0) >> 4);
	}
}

static void stop(struct print_state *s, struct pdu d)
{
	say(s, " group=");
	u32 off = address(s, d, 0, GROUP);
	say(s, " source=");
	address(s, d, off, UNICAST);
}

static void join(struct print_state *s, struct pdu d, bool brief)
{
	u32 off = 0;

	if (!brief) {
		say(s, ", upstream-neighbor: ");
		off = address(s, d, 0, UNICAST);
	}
	u32 groups = pdu_u8(s, d, off + 1);
	if (brief) {
		put_f(s, "\n\t  %u group(s)", groups);
	} else {
		put_f(s, "\n\t  %u group(s), holdtime: ", groups);
		span(s, pdu_be16(s, d, off + 2));
	}
	off += 4;
	for (u32 i = 1; i <= groups; i++) {
		put_f(s, "\n\t    group #%u: ", i);
		off += address(s, d, off, GROUP);
		u32 joined = pdu_be16(s, d, off), pruned = pdu_be16(s, d, off + 2);
		put_f(s, ", joined sources: %u, pruned sources: %u", joined, pruned);
		off += 4;
		for (u32 j = 1; j <= joined; j++) {
			put_f(s, "\n\t      joined source #%u: ", j);
			off += address(s, d, off, SOURCE);
		}
		for (u32 j = 1; j <= pruned; j++) {
			put_f(s, "\n\t      pruned source #%u: ", j);
			off += address(s, d, off, SOURCE);
		}
	}
}

static void bootstrap(struct print_state *s, struct pdu d)
{
	put_f(s, " tag=%x", pdu_be16(s, d, 0));
	put_f(s, " hashmlen=%u", pdu_u8(s, d, 2));
	put_f(s, " BSRprio=%u", pdu_u8(s, d, 3));
	say(s, " BSR=");
	u32 off = 4 + address(s, d, 4, UNICAST);
	for (u32 i = 0; off < d.len; i++) {
		put_f(s, " (group%u: ", i);
		off += address(s, d, off, GROUP);
		put_f(s, " RPcnt=%u", pdu_u8(s, d, off));
		u32 n = pdu_u8(s, d, off + 1);
		put_f(s, " FRPcnt=%u", n);
		off += 4;
		for (u32 j = 0; j < n && off < d.len; j++) {
			put_f(s, " RP%u=", j);
			off += address(s, d, off, UNICAST);
			say(s, ",holdtime=");
			span(s, pdu_be16(s, d, off));
			put_f(s, ",prio=%u", pdu_u8(s, d, off + 2));
			off += 4;
		}
		put_c(s, ')');
	}
}

static void assertion(struct print_state *s, struct pdu d)
{
	say(s, " group=");
	u32 off = address(s, d, 0, GROUP);
	say(s, " src=");
	off += address(s, d, off, UNICAST);
	u32 v = pdu_be32(s, d, off);
	if (v >> 31)
		say(s, " RPT");
	put_f(s, " pref=%u", v & 0x7fffffff);
	put_f(s, " metric=%u", pdu_be32(s, d, off + 4));
}

static void candidate(struct print_state *s, struct pdu d)
{
	put_f(s, " prefix-cnt=%u", pdu_u8(s, d, 0));
	put_f(s, " prio=%u", pdu_u8(s, d, 1));
	say(s, " holdtime=");
	span(s, pdu_be16(s, d, 2));
	say(s, " RP=");
	u32 n = pdu_u8(s, d, 0), off = 4 + address(s, d, 4, UNICAST);
	for (u32 i = 0; i < n && off < d.len; i++) {
		put_f(s, " Group%u=", i);
		off += address(s, d, off, GROUP);
	}
}

static void refresh(struct print_state *s, struct pdu d)
{
	say(s, " src=");
	u32 off = address(s, d, 0, UNICAST);
	say(s, " grp=");
	off += address(s, d, off, GROUP);
	say(s, " forwarder=");
	off += address(s, d, off, UNICAST);
	put_f(s, " TUNR ");
	span(s, pdu_be16(s, d, off));
}

static void election(struct print_state *s, struct pdu d)
{
	static const struct word kinds[] = {
		{1, "Offer"}, {2, "Winner"}, {3, "Backoff"}, {4, "Pass"}};
	u8 kind = pdu_u8(s, d, 0) >> 4;

	say(s, "\n\t  ");
	put_word(s, WORDS(kinds), kind, "Unknown");
	say(s, ", rpa=");
	u32 off = address(s, d, 0, UNICAST);
	say(s, " sender pref: ");
	put_f(s, "%u, sender metric: %u", pdu_be32(s, d, off), pdu_be32(s, d, off + 4));
}

static void check_sum(struct print_state *s, struct pdu d, u8 type)
{
	u16 field = pdu_be16(s, d, 2);

	put_f(s, ", cksum 0x%04x ", field);
	if (!field) {
		say(s, "(unverified)");
		return;
	}
	if (!pdu_has(d, 0, d.len)) {
		say(s, "(unverified)");
		return;
	}
	bool right;
	if (s->net.ver == 6)
		right = !sum_pseudo(s, PIM, d.p, d.len);
	else
		right = !sum_of(d.p, d.len);
	/* a register's sum may be over its header alone */
	if (!right && type == REGISTER && d.len > 8)
		right = !sum_of(d.p, 8);
	put_s(s, right ? "(correct)" : "(incorrect)");
}

static void pim_print(struct print_state *s, struct pdu d)
{
	s->name = "pim";
	u8 b0 = pdu_u8(s, d, 0), version = b0 >> 4, type = b0 & 15;
	if (version != 2) {
		put_f(s, "PIMv%u, length %u", version, d.len);
		return;
	}
	s->name = "pimv2";
	put_f(s, "PIMv%u, ", version);
	if (!s->opt.verbose) {
		put_word(s, WORDS(types), type, "Unknown Type");
		put_f(s, ", length %u", d.len);
		return;
	}
	put_f(s, "length %u\n\t", d.len);
	put_word(s, WORDS(types), type, "Unknown Type");
	if (pdu_u8(s, d, 1) & 15)
		say(s, ", RFC2117-encoding");
	check_sum(s, d, type);
	struct pdu body = pdu_skip(d, HEADER);
	switch (type) {
	case HELLO:
		hello(s, body);
		break;
	case REGISTER:
		registers(s, body);
		break;
	case STOP:
		stop(s, body);
		break;
	case JOIN:
	case GRAFT:
		join(s, body, false);
		break;
	case GRAFT_ACK:
		join(s, body, true);
		break;
	case BOOTSTRAP:
		bootstrap(s, body);
		break;
	case ASSERT:
		assertion(s, body);
		break;
	case CANDIDATE:
		candidate(s, body);
		break;
	case REFRESH:
		refresh(s, body);
		break;
	case DF:
		election(s, body);
		break;
	default:
		put_f(s, " [type %u]", type);
	}
}

static void put_pair(struct print_state *s, struct pdu d, u32 a, u32 b)
{
	const u8 *p = pdu_need(s, d, a, 4);

	put_ip4(s, p);
	say(s, " > ");
	put_ip4(s, pdu_need(s, d, b, 4));
}

/* From the header of IGMP on. */
static void pim1_print(struct print_state *s, struct pdu d)
{
	static const struct word modes[] = {
		{0, "Dense-mode"}, {1, "Sparse-mode"}, {2, "Sparse-Dense-mode"}};

	s->name = "pimv1";
	u8 type = pdu_u8(s, d, 1);
	put_c(s, ' ');
	switch (type) {
	case 0:
		say(s, "Query");
		if (pdu_has(d, 8, 1)) {
			u8 mode = d.p[8] >> 4;

			put_c(s, ' ');
			put_word(s, WORDS(modes), mode, "mode-%u");
		}
		if (s->opt.verbose) {
			say(s, " (Hold-time ");
			put_span(s, pdu_be16(s, d, 10));
			put_c(s, ')');
		}
		break;
	case 1:
		say(s, "Register for ");
		put_pair(s, d, 20, 24);
		break;
	case 2:
		say(s, "Register-Stop for ");
		put_pair(s, d, 8, 12);
		break;
	case 4:
		say(s, "RP-reachable");
		if (s->opt.verbose) {
			say(s, " group ");
			put_ip4(s, pdu_need(s, d, 8, 4));
			if (pdu_be32(s, d, 12) != 0xffffffff) {
				put_c(s, '/');
				put_ip4(s, pdu_need(s, d, 12, 4));
			}
			say(s, " RP ");
			put_ip4(s, pdu_need(s, d, 16, 4));
			say(s, " hold ");
			put_span(s, pdu_be16(s, d, 22));
		}
		break;
	case 5:
		say(s, "Assert for ");
		put_ip4(s, pdu_need(s, d, 16, 4));
		say(s, " > ");
		put_ip4(s, pdu_need(s, d, 8, 4));
		if (pdu_be32(s, d, 12) != 0xffffffff) {
			put_c(s, '/');
			put_ip4(s, pdu_need(s, d, 12, 4));
		}
		put_f(s, " %s pref %u metric %u", pdu_u8(s, d, 20) & 0x80 ? "RP-tree" : "SPT",
		      pdu_be32(s, d, 20) & 0x7fffffff, pdu_be32(s, d, 24));
		break;
	case 3:
	case 6:
	case 7: {
		static const char *const names[] = {"Join/Prune", "Graft", "Graft-ACK"};

		put_s(s, names[type == 3 ? 0 : type - 5]);
		if (!s->opt.verbose)
			break;
		say(s, " Upstream Nbr: ");
		put_ip4(s, pdu_need(s, d, 8, 4));
		say(s, " Hold time: ");
		put_span(s, pdu_be16(s, d, 14));
		break;
	}
	default:
		put_f(s, "[type %u]", type);
	}
	u8 version = pdu_u8(s, d, 4) >> 4;
	if (version != 1)
		put_f(s, " [v%u]", version);
}

const struct printer pim_printer = {"pimv2", pim_print};
const struct printer pim1_printer = {"pimv1", pim1_print};
