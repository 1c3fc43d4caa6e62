/* SPDX-License-Identifier: BSD-2-Clause */
/* The command: finds the verb, reads its options, runs it. */
#include "tool/opt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

const struct verb *const verbs[] = {
	&verb_dump,  &verb_filter, &verb_asm,        &verb_check, &verb_dis,
	&verb_btf,   &verb_run,    &verb_load,       &verb_user,  &verb_doctor,
	&verb_bench, &verb_help,   &verb_completion, NULL,
};

const struct verb *verb_find(const char *name)
{
	for (u32 i = 0; verbs[i]; i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

int fail(const char *verb, struct ob_err *err)
{
	int status = ob_err_code(err) == OB_NEVER ? NO : UNSURE;

	fflush(stdout);
	fprintf(stderr, "onebpf%s%s: ", verb ? " " : "", verb ? verb : "");
	ob_err_print(err, stderr);
	ob_err_destroy(err);
	return status;
}

int flushed(const char *verb, int status)
{
	if (!ferror(stdout) && fflush(stdout) == 0)
		return status;
	return fail(verb, err_sys(errno ? errno : EIO, "cannot write to standard output"));
}

static int run(const struct verb *v, char **argv)
{
	void *opts = calloc(1, v->size ? v->size : 1);
	const char *asked;
	char **operand;
	int status = DONE;

	if (!opts)
		return fail(v->name, err_nomem());
	struct ob_err *err = opt_parse(v, argv, opts, &operand, &asked);
	if (err)
		status = fail(v->name, err);
	else if (asked && !strcmp(asked, "help"))
		help_first(v, stdout);
	else if (asked)
		help_version(false, stdout);
	else
		status = v->run(opts, operand);
	free(opts);
	return flushed(v->name, status);
}

static int no_verb(const char *name)
{
	const char *list[16];
	u32 n = 0;

	for (; verbs[n] && n < LEN(list) - 1; n++)
		list[n] = verbs[n]->name;
	list[n] = NULL;
	struct ob_err *err = err_new(OB_NAME, "no verb \"%s\"", name);
	const char *near = word_nearest(name, list);
	return fail(NULL, near ? err_hint(err, "did you mean: onebpf %s", near)
			       : err_hint(err, "the verbs: onebpf --help"));
}

/* `onebpf --version [-j]`, `onebpf --help`: what stands before any verb. */
static int no_verb_option(char **argv)
{
	bool json = argv[1] && (!strcmp(argv[1], "-j") || !strcmp(argv[1], "--json"));

	if (!strcmp(argv[0], "--version") || !strcmp(argv[0], "-V"))
		help_version(json, stdout);
	else if (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"))
		help_overview(stdout);
	else
		return fail(NULL,
			    err_hint(err_new(OB_SYNTAX, "no option %s before the verb", argv[0]),
				     "see: onebpf --help"));
	return flushed(NULL, DONE);
}

/* A standard stream that is closed must not become the next file that is
 * opened. In its place stands one that fails as it would. */
static void hold_standard_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

int main(int argc, char **argv)
{
	const char *base = argc ? strrchr(argv[0], '/') : NULL;
	const struct verb *v;

	hold_standard_streams();
	libraries_init();
	signal(SIGPIPE, SIG_DFL);
	base = base ? base + 1 : argc ? argv[0] : "";
	if (!strncmp(base, "onebpf-", 7) && (v = verb_find(base + 7)))
		return run(v, argv + 1);
	if (argc < 2) {
		help_overview(stderr);
		return UNSURE;
	}
	if (argv[1][0] == '-')
		return no_verb_option(argv + 1);
	v = verb_find(argv[1]);
	return v ? run(v, argv + 2) : no_verb(argv[1]);
}
