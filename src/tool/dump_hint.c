/* SPDX-License-Identifier: BSD-2-Clause */
/* Why are there no packets? What is known is told: what an interface saw
 * meanwhile, and that its filter took none of it. */
#include "tool/dump_live.h"

#include <unistd.h>

enum { QUIET_S = 10 };

static void one(struct buf *to, const struct live_source *s, const struct tap_stats *t)
{
	const char *name = s->iface.name, *many = t->seen == 1 ? "" : "s";
	unsigned long long seen = t->seen;

	if (t->seen == UINT64_MAX)
		buf_printf(to, "nothing is counted of %s", name);
	else if (!t->seen)
		buf_printf(to, "%s has seen no packet meanwhile", name);
	else if (s->expr.n && !t->given)
		buf_printf(to, "%s has seen %llu packet%s meanwhile, none that \"%s\" is true of",
			   name, seen, many, s->expr.p);
	else
		buf_printf(to, "%s has seen %llu packet%s meanwhile", name, seen, many);
	if (s->iface.loopback)
		buf_puts(to, "; it carries only what this machine sends to itself");
}

static void tell(struct live *l, const char *when)
{
	struct buf to = {0};

	for (u32 i = 0; i < l->n; i++) {
		struct tap_stats t = tap_stats(l->tap, i);

		buf_printf(&to, "hint: %s", when);
		one(&to, &l->source[i], &t);
		buf_putc(&to, '\n');
	}
	if (!to.oom)
		fputs(to.p, stderr);
	buf_deinit(&to);
}

void live_hint(struct live *l)
{
	if (l->told || l->d->matched || !isatty(STDERR_FILENO) ||
	    clock_ns(CLOCK_REALTIME) < l->since + QUIET_S * 1000000000ull)
		return;
	l->told = true;
	tell(l, "no packet yet: ");
}

void live_hint_end(struct live *l)
{
	if (!l->d->matched)
		tell(l, "");
}
