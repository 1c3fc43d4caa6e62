/* SPDX-License-Identifier: BSD-2-Clause */
/* Syslog, RFC 3164. */
#include "print/part.h"

enum { DIGITS_MAX = 3 };

static const char *const facilities[] = {
	"kernel", "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
	"uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "cron",
	"local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7",
};
static const char *const severities[] = {"emergency", "alert",  "critical", "error",
					 "warning",   "notice", "info",     "debug"};

static void put_facility(struct print_state *s, u32 v)
{
	if (v < LEN(facilities))
		put_s(s, facilities[v]);
	else
		put_f(s, "unknown (%u)", v);
}

static void syslog_print(struct print_state *s, struct pdu d)
{
	u32 off = 1, v = 0;

	s->name = "syslog";
	if (pdu_u8(s, d, 0) != '<') {
		put_invalid(s);
		return;
	}
	for (; off <= DIGITS_MAX && pdu_u8(s, d, off) >= '0' && d.p[off] <= '9'; off++)
		v = v * 10 + d.p[off] - '0';
	if (pdu_u8(s, d, off) != '>') {
		put_invalid(s);
		return;
	}
	if (!s->opt.verbose) {
		say(s, "SYSLOG ");
		put_facility(s, v >> 3);
		put_f(s, ".%s, length: %u", severities[v & 7], d.len);
		return;
	}
	put_f(s, "SYSLOG, length: %u\n\tFacility ", d.len);
	put_facility(s, v >> 3);
	put_f(s, " (%u)", v >> 3);
	put_f(s, ", Severity %s (%u)\n\tMsg: ", severities[v & 7], v & 7);
	for (off++; off < d.len; off++)
		put_unctrl(s, pdu_u8(s, d, off));
	if (s->opt.verbose > 1)
		put_bytes(s, "\n\t", d, 0, d.len);
}

const struct printer syslog_printer = {"syslog", syslog_print};
