/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the checks: the cases in test/ROOM/NAME.t, the programs made from
 * test/ROOM/NAME.c, and each fuzzer for a moment; several at a time, each in
 * a process group of its own that gets TIMEOUT seconds. Ends with the totals.
 *
 * Environment: SRCDIR is the top of the project, O the folder with what was
 * built, SAN is set when that was built with the sanitizers. */
#include <ftw.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

enum { TIMEOUT = 30, JOBS_MAX = 64 };

struct job {
	pid_t pid;
	const struct test *test; /* NULL: a program */
	const char *name;        /* "filter/port.t" */
	FILE *out;               /* what it had to say */
	double start;
	char dir[32]; /* its empty directory, "" for none */
};

static struct {
	const char *src, *built;
	struct arena arena;
	struct job job[JOBS_MAX];
	u32 jobs, running;
	u32 count[3]; /* by outcome */
	double timeout;
	bool verbose;
} run;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

char *read_all(FILE *f)
{
	char *text = NULL;
	size_t cap = 0;

	if (f && getdelim(&text, &cap, 0, f) >= 0)
		return text;
	free(text);
	return strdup("");
}

/* ---- differences ---- */

static size_t line_len(const char *s)
{
	const char *end = strchr(s, '\n');

	return end ? (size_t)(end - s) + 1 : strlen(s);
}

static void put_lines(FILE *out, char mark, const char *s, const char *end)
{
	while (s < end) {
		size_t n = line_len(s);

		fprintf(out, "    %c %.*s%s", mark, (int)n, s, s[n - 1] == '\n' ? "" : "\n");
		s += n;
	}
}

bool same_text(FILE *out, const char *what, const char *want, const char *got)
{
	const char *w_end = want + strlen(want), *g_end = got + strlen(got);
	u32 line = 1;

	while (w_end > want + 1 && w_end[-1] == '\n' && w_end[-2] == '\n')
		w_end--;
	while (g_end > got + 1 && g_end[-1] == '\n' && g_end[-2] == '\n')
		g_end--;
	if (w_end - want == g_end - got && !memcmp(want, got, (size_t)(g_end - got)))
		return true;
	while (want < w_end && got < g_end) {
		size_t n = line_len(want);

		if (n != line_len(got) || memcmp(want, got, n))
			break;
		want += n;
		got += n;
		line++;
	}
	fprintf(out, "    %s, from line %u: - wanted, + got\n", what, line);
	put_lines(out, '-', want, w_end);
	put_lines(out, '+', got, g_end);
	return false;
}

bool has_lines(FILE *out, const char *what, const char *want, const char *got)
{
	const char *at = got;

	for (size_t n; *want; want += n) {
		char part[1024];

		n = line_len(want);
		snprintf(part, sizeof part, "%.*s", (int)(n - (want[n - 1] == '\n')), want);
		at = strstr(at, part);
		if (!at) {
			fprintf(out, "    %s lacks, or has too early: %s\n", what, part);
			put_lines(out, '+', got, got + strlen(got));
			return false;
		}
		at += strcspn(at, "\n");
	}
	return true;
}

/* ---- one test ---- */

/* The command that must succeed for the test to make sense, and does not. */
static const char *unmet(const struct test *t)
{
	for (u32 i = 0; i < t->n; i++) {
		const char *need = t->part[i].arg;

		if (!strcmp(t->part[i].name, "skip-unless") &&
		    system(arena_printf(&run.arena, "{ %s; } >/dev/null 2>&1", need)))
			return need;
	}
	return NULL;
}

static enum outcome run_test(const struct job *j)
{
	const char *need = unmet(j->test);

	if (need) {
		fprintf(j->out, "needs `%s`", need);
		return SKIP;
	}
	if (test_part(j->test, "sh"))
		return run_shell(j->test, j->dir, j->out);
	if (test_part(j->test, "ebpf"))
		return run_ebpf(j->test, j->out);
	return run_machine(j->test, run.src, j->out);
}

/* name: "room/name.c" below test/, or "fuzz/name.c" */
static void run_program(const struct job *j)
{
	bool fuzz = !strncmp(j->name, "fuzz/", 5);
	char *path = arena_printf(&run.arena, "%s/%s%.*s", run.built, fuzz ? "" : "test/",
				  (int)strlen(j->name) - 2, j->name);

	if (fuzz) {
		setenv("FUZZ_SECONDS", "0.5", 0);
		setenv("FUZZ_SEED", "1", 0);
	}
	dup2(fileno(j->out), 1);
	dup2(fileno(j->out), 2);
	execl(path, path, NULL);
	printf("FAIL start: %s: %m\n", path);
	fflush(stdout);
	_exit(1);
}

static void start(const struct test *t, const char *name)
{
	struct job *j = run.job;

	while (j->pid)
		j++;
	*j = (struct job){.test = t, .name = name, .start = now()};
	j->out = fdopen(memfd_create("out", MFD_CLOEXEC), "w+");
	if (t && test_part(t, "sh")) {
		strcpy(j->dir, "/tmp/onebpf-test.XXXXXX");
		if (!mkdtemp(j->dir)) {
			perror(j->dir);
			exit(2);
		}
	}
	fflush(NULL);
	j->pid = fork();
	if (!j->pid) {
		enum outcome result;

		setpgid(0, 0);
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		if (!t)
			run_program(j);
		result = run_test(j);
		fflush(j->out);
		exit((int)result); /* not _exit: leaks are looked for here */
	}
	setpgid(j->pid, j->pid);
	run.running++;
}

/* ---- what came of it ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static void tell(enum outcome result, const char *where, const char *text)
{
	static const char *const word[] = {"ok", "FAIL", "skip"};

	run.count[result]++;
	if (result == PASS && !run.verbose)
		return;
	printf("%s %s%s%s\n", word[result], where, result == SKIP ? ": " : "",
	       result == SKIP ? text : "");
	if (result == FAIL)
		fputs(text, stdout);
}

/* A program's lines `ok NAME`, `FAIL NAME: why`, `skip NAME: why` are tests. */
static void tell_program(const struct job *j, const char *died, char *text)
{
	u32 failed = run.count[FAIL], seen = 0;
	char *rest = strdup(text);

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *where =
			arena_printf(&run.arena, "%s: %s", j->name, line + strcspn(line, " "));

		if (!strncmp(line, "ok ", 3))
			tell(PASS, where, "");
		else if (!strncmp(line, "FAIL ", 5))
			tell(FAIL, where, "");
		else if (!strncmp(line, "skip ", 5))
			tell(SKIP, where, "");
		else
			continue;
		seen++;
	}
	if (died && run.count[FAIL] == failed)
		tell(FAIL, arena_printf(&run.arena, "%s: %s", j->name, died), rest);
	else if (!seen)
		tell(FAIL, arena_printf(&run.arena, "%s: has no test", j->name), rest);
	free(rest);
}

static void finish(struct job *j, int status)
{
	const char *died = NULL;
	char *text;

	kill(-j->pid, SIGKILL); /* what it may have left running */
	if (WIFSIGNALED(status))
		died = now() - j->start >= run.timeout ? "took too long"
						       : arena_printf(&run.arena, "killed: %s",
								      strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) > (j->test ? SKIP : 0))
		died = arena_printf(&run.arena, "exit status %d", WEXITSTATUS(status));
	rewind(j->out);
	text = read_all(j->out);
	if (j->test) {
		char *where = arena_printf(&run.arena, "%s:%u: %s%s%s", j->name, j->test->line,
					   j->test->title, died ? ": " : "", died ? died : "");
		tell(died ? FAIL : (enum outcome)WEXITSTATUS(status), where, text);
	} else {
		tell_program(j, died, text);
	}
	free(text);
	fclose(j->out);
	if (j->dir[0])
		nftw(j->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	j->pid = 0;
	run.running--;
}

static void stop_late(void)
{
	for (u32 i = 0; i < run.jobs; i++)
		if (run.job[i].pid && now() - run.job[i].start >= run.timeout)
			kill(-run.job[i].pid, SIGKILL);
}

/* Waits until at most `most` are running. SIGCHLD only interrupts the pause. */
static void wait_until(u32 most)
{
	while (run.running > most) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		for (u32 i = 0; pid > 0 && i < run.jobs; i++)
			if (run.job[i].pid == pid)
				finish(&run.job[i], status);
		if (pid <= 0) {
			poll(NULL, 0, 2);
			stop_late();
		}
	}
}

static void add(const struct test *t, const char *name)
{
	wait_until(run.jobs - 1);
	start(t, name);
}

/* ---- which ---- */

static bool chosen(const char *name, char **only)
{
	if (!*only)
		return true;
	for (; *only; only++)
		if (!strncmp(name, *only, strlen(*only)))
			return true;
	return false;
}

static void add_file(const char *path, const char *name)
{
	struct test *test = NULL;
	u32 n = 0, line = 0;
	FILE *f = fopen(path, "r");
	char *text = read_all(f);
	const char *why = test_read(&run.arena, name, arena_strndup(&run.arena, text, strlen(text)),
				    &test, &n, &line);

	free(text);
	if (f)
		fclose(f);
	if (why)
		tell(FAIL, arena_printf(&run.arena, "%s:%u: %s", name, line, why), "");
	for (u32 i = 0; i < n && !why; i++)
		add(&test[i], name);
}

/* pattern: below the top; skip: the folder that names do not show */
static void add_all(const char *pattern, const char *skip, char **only)
{
	char *full = arena_printf(&run.arena, "%s/%s", run.src, pattern);
	size_t prefix = strlen(run.src) + 1 + strlen(skip);
	glob_t g;

	if (glob(full, 0, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *name = arena_strndup(&run.arena, g.gl_pathv[i] + prefix,
						 strlen(g.gl_pathv[i] + prefix));

		if (!chosen(name, only))
			continue;
		if (name[strlen(name) - 1] == 't')
			add_file(g.gl_pathv[i], name);
		else
			add(NULL, name);
	}
	globfree(&g);
}

/* The groups of the tests do not get what the terminal sends. */
static void interrupted(int signal)
{
	for (u32 i = 0; i < run.jobs; i++)
		if (run.job[i].pid)
			kill(-run.job[i].pid, SIGKILL);
	_exit(128 + signal);
}

static const char *need_env(const char *name)
{
	const char *value = getenv(name);

	if (!value) {
		fprintf(stderr, "%s is not set: run this by `make check`\n", name);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	(void)argc;
	run.src = need_env("SRCDIR");
	run.built = need_env("O");
	run.jobs = cpus < 1 ? 1 : MIN((u32)cpus, JOBS_MAX);
	run.timeout = getenv("SAN") && *getenv("SAN") ? 4 * TIMEOUT : TIMEOUT;
	run.verbose = getenv("V") && *getenv("V");
	arena_init(&run.arena);
	setenv("PATH", arena_printf(&run.arena, "%s:%s", run.built, need_env("PATH")), 1);
	setenv("TESTDIR", arena_printf(&run.arena, "%s/test", run.src), 1);
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "UTC", 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);

	add_all("test/*/*.t", "test/", argv + 1);
	add_all("test/*/*.c", "test/", argv + 1);
	add_all("fuzz/fuzz_*.c", "", argv + 1);
	wait_until(0);
	if (!run.count[PASS] && !run.count[FAIL] && !run.count[SKIP])
		tell(FAIL, "no test of that name", "");
	printf("%u passed, %u failed, %u skipped\n", run.count[PASS], run.count[FAIL],
	       run.count[SKIP]);
	return run.count[FAIL] > 0;
}
