/* SPDX-License-Identifier: BSD-2-Clause */
/* NTP, RFC 5905, and its control messages, RFC 9327. */
#include "print/priv.h"

#include <time.h>

enum { STATUS = 0, STRATUM, POLL, PRECISION, DELAY = 4, DISPERSION = 8, REFERENCE = 12 };
enum { REF_TIME = 16, ORG_TIME = 24, RECV_TIME = 32, XMT_TIME = 40, HEADER = 48 };
enum { CONTROL = 6, RESERVED = 7, CONTROL_HEADER = 12, KEY = 4, MD5 = 16, SHA1 = 20 };

static const s64 to_1970 = 2208988800; /* seconds from 1900 */

/* 16 bits of seconds, 16 of their fraction. */
static void put_short(struct print_state *s, const u8 *p)
{
	put_f(s, "%u.%06u", get_be16(p), (u32)(get_be16(p + 2) / 65536.0 * 1000000.0));
}

static void put_fixed(struct print_state *s, u32 sec, u32 fraction)
{
	put_f(s, "%u.%09u", sec, (u32)(fraction / 4294967296.0 * 1000000000.0));
}

void put_ntp_time(struct print_state *s, const u8 *p)
{
	u32 sec = get_be32(p);
	time_t t = (time_t)(sec - to_1970);
	char text[32];
	struct tm tm;

	put_fixed(s, sec, get_be32(p + 4));
	if (sec && gmtime_r(&t, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		put_f(s, " (%s)", text);
}

static void put_difference(struct print_state *s, const u8 *from, const u8 *to)
{
	u64 a = get_be64(from), b = get_be64(to), d = b > a ? b - a : a - b;

	if (!a) {
		put_ntp_time(s, to);
		return;
	}
	put_c(s, b > a ? '+' : '-');
	put_fixed(s, (u32)(d >> 32), (u32)d);
}

static void put_poll(struct print_state *s, s8 poll)
{
	put_f(s, ", poll %d", poll);
	if (poll >= 0 && poll < 32)
		put_f(s, " (%us)", 1u << poll);
	else if (poll < 0 && poll > -32)
		put_f(s, " (1/%us)", 1u << -poll);
}

static void put_reference(struct print_state *s, const u8 *p, u8 stratum)
{
	say(s, ", Reference-ID: ");
	if (!stratum)
		say(s, "(unspec)");
	else if (stratum == 1)
		for (int i = 0; i < 4; i++)
			put_unctrl(s, p[i]);
	else
		put_f(s, "0x%08x", get_be32(p));
}

static const char *stratum_name(u8 stratum)
{
	if (stratum < 2)
		return stratum ? "primary reference" : "unspecified";
	return stratum < 16 ? "secondary reference" : "reserved";
}

static void authentication(struct print_state *s, struct pdu d)
{
	u32 more = d.len - HEADER;

	if (more == KEY || more == KEY + MD5 || more == KEY + SHA1) {
		put_f(s, "\n\tKey id: %u", pdu_be32(s, d, HEADER));
		if (more == KEY)
			return;
		const u8 *p = pdu_need(s, d, HEADER + KEY, more - KEY);
		say(s, "\n\tAuthentication: ");
		put_hex(s, p, more - KEY);
	} else if (more) {
		put_f(s, "\n\t(%u more bytes after the header)", more);
	}
}

static void times(struct print_state *s, struct pdu d)
{
	static const char *const names[] = {
		"\n\t  Reference Timestamp:  ", "\n\t  Originator Timestamp: ",
		"\n\t  Receive Timestamp:    ", "\n\t  Transmit Timestamp:   "};

	if (d.len < HEADER) {
		put_invalid(s);
		pdu_need(s, d, 0, d.len);
		return;
	}
	u8 stratum = pdu_u8(s, d, STRATUM);
	put_f(s, ", Stratum %u (%s)", stratum, stratum_name(stratum));
	put_poll(s, (s8)pdu_u8(s, d, POLL));
	put_f(s, ", precision %d", (s8)pdu_u8(s, d, PRECISION));
	pdu_need(s, d, DELAY, 4);
	say(s, "\n\tRoot Delay: ");
	put_short(s, d.p + DELAY);
	pdu_need(s, d, DISPERSION, 4);
	say(s, ", Root dispersion: ");
	put_short(s, d.p + DISPERSION);
	pdu_need(s, d, REFERENCE, 4);
	put_reference(s, d.p + REFERENCE, stratum);
	for (u32 i = 0; i < LEN(names); i++) {
		const u8 *p = pdu_need(s, d, REF_TIME + 8 * i, 8);

		put_s(s, names[i]);
		put_ntp_time(s, p);
	}
	say(s, "\n\t    Originator - Receive Timestamp:  ");
	put_difference(s, d.p + ORG_TIME, d.p + RECV_TIME);
	say(s, "\n\t    Originator - Transmit Timestamp: ");
	put_difference(s, d.p + ORG_TIME, d.p + XMT_TIME);
	authentication(s, d);
}

static void control(struct print_state *s, struct pdu d)
{
	if (d.len < CONTROL_HEADER) {
		put_invalid(s);
		pdu_need(s, d, 0, d.len);
		return;
	}
	u8 op = pdu_u8(s, d, 1);
	put_f(s, ", %s, %s, %s, OpCode=%u", op & 0x80 ? "Response" : "Request",
	      op & 0x40 ? "Error" : "OK", op & 0x20 ? "More" : "Last", op & 0x1f);
	put_c(s, '\n');
	put_f(s, "\tSequence=%u", pdu_be16(s, d, 2));
	put_f(s, ", Status=%#x", pdu_be16(s, d, 4));
	put_f(s, ", Assoc.=%u", pdu_be16(s, d, 6));
	put_f(s, ", Offset=%u", pdu_be16(s, d, 8));
	u32 n = pdu_be16(s, d, 10);
	put_f(s, ", Count=%u", n);
	if (n > d.len - CONTROL_HEADER) {
		put_invalid(s);
		pdu_need(s, d, 0, d.len);
	} else if (n) {
		pdu_need(s, d, CONTROL_HEADER, n);
		say(s, "\n\tTO-BE-DONE: data not interpreted");
	}
}

static void ntp_print(struct print_state *s, struct pdu d)
{
	static const char *const modes[] = {
		"unspecified", "symmetric active", "symmetric passive", "Client",
		"Server",      "Broadcast",        "Control Message",   "Reserved"};
	static const char *const leaps[] = {"", "+1s", "-1s", "clock unsynchronized"};

	s->name = "ntp";
	u8 status = pdu_u8(s, d, STATUS);
	put_f(s, "NTPv%u, %s, length %u", status >> 3 & 7, modes[status & 7], d.len);
	if (!s->opt.verbose)
		return;
	put_f(s, "\n\tLeap indicator: %s (%u)", leaps[status >> 6], status & 0xc0);
	if ((status & 7) == CONTROL)
		control(s, d);
	else if ((status & 7) != RESERVED)
		times(s, d);
}

const struct printer ntp_printer = {"ntp", ntp_print};
