/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring of printed lines: several writers, readers, and writers that are killed. */
#include "kern/trace.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 3, LINES = 600, LONG = 900 };

static int failed;
static struct trace *t;
static int fd;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

static void one_line(void)
{
	struct trace_reader r, other;
	char line[2000], name[17], want[64];
	unsigned cpu;
	int pid;

	trace_begin(t, &r, false);
	check("nothing is there", !trace_read(t, &r, line, sizeof(line), 0));
	prctl(PR_SET_NAME, "a name");
	trace_write(t, 7, "hello 1", 7);
	size_t n = trace_read(t, &r, line, sizeof(line), 0);
	snprintf(want, sizeof(want), "%16s-%-7d [007] ..... ", "a name", gettid());
	check("it is laid out as Linux's", n == strlen(line) &&
						   !strncmp(line, want, strlen(want)) &&
						   strstr(line, ": bpf_trace_printk: hello 1\n"));
	check("it is read by others as such",
	      sscanf(line, " %16[^-]-%d [%u]", name, &pid, &cpu) == 3 && pid == gettid() &&
		      cpu == 7);
	check("once", !trace_read(t, &r, line, sizeof(line), 0));
	trace_begin(t, &other, true);
	check("by every reader", trace_read(t, &other, line, sizeof(line), 0) == n);
	trace_write(t, 0, "cut", 3);
	check("it is cut", trace_read(t, &r, line, 10, 0) == 9 && strlen(line) == 9);
}

static void files(void)
{
	int bad = memfd_create("bad", 0);
	struct trace *none = NULL;

	check("a file of another kind",
	      write(bad, "x", 1) == 1 && trace_open(bad, &none) == -EINVAL && !none);
	check("the same by another descriptor", !trace_open(dup(fd), &none));
	struct trace_reader r;
	char line[200];
	trace_begin(none, &r, false);
	trace_write(t, 1, "there", 5);
	check("has the same lines", trace_read(none, &r, line, sizeof(line), 0) > 0);
	trace_close(none);
	check("and is this process's when told so", !trace_use(t) && trace_use(t) == t);
	trace_print(2, "mine", 4);
	check("then", trace_read(t, &r, line, sizeof(line), 0) && strstr(line, "[002]"));
	trace_use(NULL);
	trace_print(2, "lost", 4);
	check("and not", !trace_read(t, &r, line, sizeof(line), 0));
}

/* Line i of writer w, which tells its own length. */
static u32 text_of(char to[LONG + 40], u32 w, u32 i)
{
	u32 fill = (i * 37 + w) % LONG;
	u32 n = (u32)sprintf(to, "%u %u %u ", w, i, fill);

	memset(to + n, (int)('a' + i % 26), fill);
	return n + fill;
}

static void writer(u32 w)
{
	char text[LONG + 40];

	for (u32 i = 0; i < LINES; i++)
		trace_write(t, w, text, text_of(text, w, i));
}

static bool is_whole(const char *line, u32 *w, u32 *i)
{
	const char *text = strstr(line, "printk: ");
	char want[LONG + 40];

	if (!text || sscanf(text + 8, "%u %u", w, i) != 2 || *w >= WRITERS || *i >= LINES)
		return false;
	u32 n = text_of(want, *w, *i);
	return !memcmp(text + 8, want, n) && !strcmp(text + 8 + n, "\n");
}

/* Is a writer at work? Who has ended is waited for, and becomes 0. */
static bool any_left(pid_t pid[WRITERS])
{
	bool left = false;

	for (u32 w = 0; w < WRITERS; w++) {
		if (pid[w] && waitpid(pid[w], NULL, WNOHANG) == pid[w])
			pid[w] = 0;
		left |= pid[w];
	}
	return left;
}

/* All lines come, whole and each writer's in its order, or are counted as lost. */
static void many(bool kill_one)
{
	struct trace_reader r;
	u32 next[WRITERS] = {0}, seen = 0, w, i;
	char line[2000];
	pid_t pid[WRITERS];
	bool good = true;

	trace_begin(t, &r, false);
	for (w = 0; w < WRITERS; w++)
		if (!(pid[w] = fork())) {
			writer(w);
			_exit(0);
		}
	if (kill_one) {
		usleep(500);
		kill(pid[0], SIGKILL);
	}
	while (trace_read(t, &r, line, sizeof(line), 300) || any_left(pid)) {
		bool whole = is_whole(line, &w, &i);
		good &= whole && i >= next[w];
		if (whole) {
			next[w] = i + 1;
			seen++;
		}
	}
	check(kill_one ? "one is killed: lines are whole" : "lines are whole and in order", good);
	check("the others' last lines come", next[1] == LINES && next[2] == LINES);
	if (!kill_one)
		check("or they are counted", seen + r.lost >= WRITERS * LINES);
}

/* A reader that is asleep is woken. */
static void woken(void)
{
	struct trace_reader r;
	char line[200];
	pid_t pid;

	trace_begin(t, &r, false);
	if (!(pid = fork())) {
		usleep(30000);
		trace_write(t, 0, "wake", 4);
		_exit(0);
	}
	check("a reader is woken", trace_read(t, &r, line, sizeof(line), 10000) > 0);
	waitpid(pid, NULL, 0);
}

static void overrun(void)
{
	struct trace_reader r;
	char line[200];
	u32 n = 0;

	trace_begin(t, &r, false);
	for (u32 i = 0; i < 20000; i++)
		trace_write(t, 0, "again", 5);
	while (trace_read(t, &r, line, sizeof(line), 0))
		n++;
	check("who is too slow has the newest lines", n > 4000 && n < 20000 && r.lost);
}

int main(void)
{
	fd = memfd_create("trace", 0);
	if (trace_open(dup(fd), &t))
		abort();
	one_line();
	files();
	many(false);
	many(true);
	woken();
	overrun();
	trace_close(t);
	return failed;
}
