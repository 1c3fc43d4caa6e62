/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: INT, TERM and HUP end it, the second one at once; USR1 counts;
 * USR2 flushes. */
#include "tool/dump.h"

#include <unistd.h>

struct dump_signals dump_signals;

static void caught(int sig)
{
	switch (sig) {
	case SIGUSR1:
		dump_signals.count = 1;
		break;
	case SIGUSR2:
		dump_signals.flush = 1;
		break;
	default:
		if (dump_signals.stop)
			_exit(128 + sig);
		dump_signals.stop = 1;
	}
}

void dump_signals_catch(void)
{
	static const int list[] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP};
	struct sigaction act = {.sa_handler = caught}, old;

	sigemptyset(&act.sa_mask);
	for (u32 i = 0; i < LEN(list); i++)
		sigaction(list[i], &act, &old);
	signal(SIGXFSZ, SIG_IGN);      /* write() tells it */
	if (old.sa_handler == SIG_IGN) /* nohup */
		sigaction(SIGHUP, &old, NULL);
}
