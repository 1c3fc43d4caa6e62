/* SPDX-License-Identifier: BSD-2-Clause */
/* Cases that are a shell script: its output and its status. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

static void put_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s", name);
	for (char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
		*at = 0;
		mkdir(path, 0777);
		*at = '/';
	}
	f = fopen(name, "w");
	if (!f || fputs(text, f) < 0 || fclose(f)) {
		perror(name);
		exit(FAIL);
	}
}

static char *get_file(const char *name)
{
	FILE *f = fopen(name, "r");
	char *text = read_all(f);

	if (f)
		fclose(f);
	return text;
}

/* Runs a script with these streams; returns what a shell calls its status. */
static int script(const char *text, const char *in, const char *out, const char *err)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (!freopen(in, "r", stdin) || !freopen(out, "w", stdout) ||
		    !freopen(err, "w", stderr))
			_exit(126);
		execl("/bin/sh", "sh", "-c", text, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 126;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool compare(const struct test *t, const char *name, const char *file, FILE *out)
{
	bool ok = true;
	char *got = get_file(file);

	for (u32 i = 0; i < t->n; i++) {
		const struct part *p = &t->part[i];

		if (strcmp(p->name, name))
			continue;
		ok &= !strcmp(p->arg, "has") ? has_lines(out, name, p->body, got)
					     : same_text(out, name, p->body, got);
	}
	free(got);
	return ok;
}

static bool run(const struct test *t, FILE *out)
{
	const struct part *in = test_part(t, "stdin"), *status = test_part(t, "status");
	int want = status ? atoi(status->arg) : 0, got;
	bool ok;

	for (u32 i = 0; i < t->n; i++)
		if (!strcmp(t->part[i].name, "file"))
			put_file(t->part[i].arg, t->part[i].body);
	if (in)
		put_file("../stdin", in->body);
	got = script(test_part(t, "sh")->body, in ? "../stdin" : "/dev/null", "../stdout",
		     "../stderr");
	ok = compare(t, "stdout", "../stdout", out);
	ok &= compare(t, "stderr", "../stderr", out);
	if (got != want) {
		char *said = get_file("../stderr");

		fprintf(out, "    status: wanted %d, got %d\n", want, got);
		if (!test_part(t, "stderr"))
			fprintf(out, "%s", said);
		free(said);
		ok = false;
	}
	return ok;
}

/* top: an empty directory that the runner removes afterwards */
enum outcome run_shell(const struct test *t, const char *top, FILE *out)
{
	if (chdir(top) || mkdir("cwd", 0700) || chdir("cwd")) {
		fprintf(out, "    no directory to work in: %m\n");
		return FAIL;
	}
	return run(t, out) ? PASS : FAIL;
}
