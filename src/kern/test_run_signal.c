/* SPDX-License-Identifier: BSD-2-Clause */
/* A signal ends what BPF_PROG_TEST_RUN repeats (bpf_test_timer_continue): signals wait
 * for that time, and it is looked whether one does. */
#include "kern/trial.h"

#include <pthread.h>

enum { EACH = 64 };

/* An instruction's own cannot wait. */
static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};

void trial_listen(struct trial_ear *e, u32 repeat)
{
	sigset_t all;

	e->open = repeat > 1;
	if (!e->open)
		return;
	sigfillset(&all);
	for (u32 i = 0; i < LEN(own); i++)
		sigdelset(&all, own[i]);
	pthread_sigmask(SIG_BLOCK, &all, &e->was);
}

static bool is_ignored(int sig)
{
	struct sigaction is;

	if (sigaction(sig, NULL, &is))
		return true;
	if (is.sa_flags & SA_SIGINFO || is.sa_handler != SIG_DFL)
		return !(is.sa_flags & SA_SIGINFO) && is.sa_handler == SIG_IGN;
	return sig == SIGCHLD || sig == SIGURG || sig == SIGWINCH || sig == SIGCONT;
}

bool trial_hears(const struct trial_ear *e, u32 done)
{
	sigset_t waits;

	if (!e->open || done % EACH || sigpending(&waits))
		return false;
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (sigismember(&waits, sig) == 1 && sigismember(&e->was, sig) == 0 &&
		    !is_ignored(sig))
			return true;
	return false;
}

void trial_close(const struct trial_ear *e)
{
	if (e->open)
		pthread_sigmask(SIG_SETMASK, &e->was, NULL);
}
