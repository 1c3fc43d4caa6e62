/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf dump` gives up what it does not need, before it looks at packets. */
#include "tap/tap.h"
#include "tool/dump.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A system call that the table does not have. */
static void not_allowed(int sig, siginfo_t *info, void *context)
{
	char text[160];
	int n = snprintf(text, sizeof(text),
			 "onebpf dump: system call %d is not allowed in the sandbox; without one: "
			 "--no-sandbox\n",
			 info->si_syscall);

	(void)sig;
	(void)context;
	if (write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(UNSURE);
	_exit(UNSURE);
}

/* Of the files that -w's text becomes: what stands before any time in it. */
static struct ob_err *output_dir(const struct dump_cmd *c, char *buf, size_t n, const char **ret)
{
	size_t fixed = c->seconds ? strcspn(c->write, "%") : strlen(c->write);

	if (fixed + 2 > n)
		return err_new(OB_RANGE, "the name \"%s\" is too long", c->write);
	memcpy(buf, c->write, fixed);
	memcpy(buf + fixed, "x", 2); /* so that "dir/" is in dir */
	*ret = dirname(buf);
	if (access(*ret, W_OK | X_OK) == 0)
		return NULL;
	return err_hint(err_sys(errno, "the files of -C and -G cannot be made in %s", *ret),
			"-Z USER chooses who makes them");
}

static void catch_calls(void)
{
	struct sigaction act = {.sa_sigaction = not_allowed, .sa_flags = SA_SIGINFO};

	sigemptyset(&act.sa_mask);
	sigaction(SIGSYS, &act, NULL);
}

struct ob_err *dump_confine(const struct dump *d)
{
	const struct dump_cmd *c = d->cmd;
	struct tap_sandbox o = {.reads = c->list, .makes = c->size || c->seconds};
	char buf[4096];

	struct ob_err *err = o.makes ? output_dir(c, buf, sizeof(buf), &o.dir) : NULL;
	if (err || c->no_sandbox)
		return err;
	tzset(); /* reads a file */
	catch_calls();
	err = tap_sandbox(&o);
	if (err)
		fail("dump", err_hint(err, "goes on without; --no-sandbox does not try"));
	return NULL;
}
