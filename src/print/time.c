/* SPDX-License-Identifier: BSD-2-Clause */
/* Time stamps: local time, the date, seconds since 1970, differences. */
#include "print/priv.h"

#include <time.h>

enum { NS = 1000000000, DAY = 86400, QUARTER = 900 };

static void two(char *o, s64 v)
{
	o[0] = (char)('0' + v / 10);
	o[1] = (char)('0' + v % 10);
}

static s64 floor_mod(s64 a, s64 b)
{
	s64 m = a % b;

	return m < 0 ? m + b : m;
}

/* Seconds east of Greenwich. Zones change at quarters of an hour, so that one
 * answer of the C library serves for a quarter. */
static s64 zone(struct print_state *s, s64 sec)
{
	s64 key = (sec - floor_mod(sec, QUARTER)) / QUARTER;

	if (key != s->zone_key) {
		time_t t = (time_t)sec;
		struct tm tm;

		s->zone = localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
		s->zone_key = key;
	}
	return s->zone;
}

static void put_clock(struct print_state *s, s64 sec)
{
	if (sec != s->second) {
		s64 in_day = floor_mod(sec, DAY);

		two(s->clock, in_day / 3600);
		s->clock[2] = ':';
		two(s->clock + 3, in_day / 60 % 60);
		s->clock[5] = ':';
		two(s->clock + 6, in_day % 60);
		s->second = sec;
	}
	put(s, s->clock, 8);
}

static void put_fraction(struct print_state *s, u64 ns)
{
	u32 n = s->opt.nano ? 9 : 6, v = (u32)(ns % NS);
	char text[11];

	if (!s->opt.nano)
		v /= 1000;
	text[0] = '.';
	for (u32 i = n; i; i--, v /= 10)
		text[i] = (char)('0' + v % 10);
	text[n + 1] = ' ';
	put(s, text, n + 2);
}

static void put_date(struct print_state *s, s64 sec)
{
	struct tm tm;
	time_t t = (time_t)sec;

	if (gmtime_r(&t, &tm))
		put_f(s, "%04d-%02d-%02d ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static void put_difference(struct print_state *s, u64 ns)
{
	if (!s->has_ref)
		s->ref_ns = ns;
	s->has_ref = true;
	u64 diff = ns < s->ref_ns ? s->ref_ns - ns : ns - s->ref_ns;

	put_c(s, ns < s->ref_ns ? '-' : ' ');
	put_clock(s, (s64)(diff / NS));
	put_fraction(s, diff);
	if (s->opt.time == 3)
		s->ref_ns = ns;
}

void put_time(struct print_state *s, u64 ns)
{
	s64 sec = (s64)(ns / NS);

	switch (s->opt.time) {
	case 1:
		return;
	case 2:
		put_f(s, "%lld", (long long)sec);
		break;
	case 3:
	case 5:
		put_difference(s, ns);
		return;
	default:
		sec += zone(s, sec);
		if (s->opt.time == 4)
			put_date(s, sec);
		put_clock(s, sec);
	}
	put_fraction(s, ns);
}
