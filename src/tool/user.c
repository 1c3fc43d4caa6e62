/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf user`: runs any program with bpf() answered in user space. */
#include "kern/kern.h"
#include "sys/sys.h"
#include "tool/opt.h"
#include "tool/user.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct user_cmd {
	const char *world, *set;
	u32 alone, list, remove, unprivileged;
	u64 cpus;
};

enum { NOT_FOUND = 127, NOT_RUN = 126 };

static const char first[] = "default";

/* ---- worlds ---- */

static int list(void)
{
	struct arena a;
	struct sys_worlds all = {0};

	arena_init(&a);
	struct ob_err *err = sys_world_list(&a, &all);
	if (!err && all.n)
		printf("%-16s %6s %6s %6s %6s  %s\n", "world", "maps", "progs", "links", "btfs",
		       "directory");
	for (u32 i = 0; !err && i < all.n; i++) {
		const struct sys_world *w = &all.v[i];

		printf("%-16s %6u %6u %6u %6u  %s\n", w->name, w->maps, w->progs, w->links, w->btfs,
		       w->path);
	}
	arena_deinit(&a);
	return err ? fail("user", err) : DONE;
}

static int drop(const char *name)
{
	struct ob_err *err = sys_world_remove(name);

	if (!err)
		return DONE;
	bool in_use = ob_err_code(err) == OB_REFUSED;
	fail("user", err);
	return in_use ? NO : UNSURE;
}

/* ---- the command ---- */

/* Where execvp() will find it; false: it will not. */
static bool find(const char *name, struct buf *ret)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/')) {
		buf_puts(ret, name);
		return true;
	}
	for (const char *at = path ? path : "/bin:/usr/bin"; at; at = strchr(at, ':')) {
		at += *at == ':';
		size_t n = strcspn(at, ":");

		buf_clear(ret);
		buf_printf(ret, "%.*s%s%s", (int)n, at, n ? "/" : "", name);
		if (!ret->oom && !access(ret->p, X_OK))
			return true;
	}
	return false;
}

static struct ob_err *reachable(const char *name)
{
	struct buf path = {0};
	const char *why = find(name, &path) && !path.oom ? sys_out_of_reach(path.p) : NULL;
	struct ob_err *err = NULL;

	if (why)
		err = err_hint(err_new(OB_UNSUPPORTED, "%s %s", path.p, why),
			       "what answers its bpf() is put into dynamically linked programs "
			       "by the loader; this one would reach Linux");
	buf_deinit(&path);
	return err;
}

/* Ours, then what was there, but for one of another world. */
static void put_preload(struct buf *to, const char *library)
{
	const char *at = getenv("LD_PRELOAD");

	buf_puts(to, library);
	while (at && *at) {
		size_t n = strcspn(at, ": ");
		bool ours = memmem(at, n, "/" SYS_LIBRARY, sizeof(SYS_LIBRARY)) != NULL;

		if (n && !ours)
			buf_printf(to, ":%.*s", (int)n, at);
		at += n;
		at += strspn(at, ": ");
	}
}

static struct ob_err *set_environment(const char *world, bool unprivileged)
{
	struct buf library = {0}, preload = {0};
	struct ob_err *err = sys_world_library(world, user_library(), &library);

	if (!err)
		put_preload(&preload, library.p);
	if (!err && (preload.oom || setenv("LD_PRELOAD", preload.p, 1) ||
		     setenv(SYS_WORLD, world, 1) || (unprivileged && setenv(SYS_RIGHTS, "1", 1))))
		err = err_nomem();
	buf_deinit(&library);
	buf_deinit(&preload);
	return err;
}

static int not_run(const char *name)
{
	int why = errno;

	fail("user", err_sys(why, "cannot run %s", name));
	return why == ENOENT ? NOT_FOUND : NOT_RUN;
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static pid_t child;

static void pass_on(int sig) { kill(child, sig); }

/* Signals from the terminal reach the command by themselves. */
static int run_alone(const char *world, char **command)
{
	int status;
	struct ob_err *err = NULL;

	child = fork();
	if (!child) {
		execvp(*command, command);
		_exit(not_run(*command));
	}
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	if (child > 0) {
		signal(SIGTERM, pass_on);
		signal(SIGHUP, pass_on);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		err = err_sys(errno, "cannot run %s", *command);
	struct ob_err *left = sys_world_remove(world);
	if (left)
		fail("user", left);
	return err ? fail("user", err) : status_of(status);
}

/* "NAME=VALUE,NAME=VALUE" */
static struct ob_err *apply(const char *world, const char *settings)
{
	struct ob_err *err = NULL;
	char name[64], value[64];
	int n = 0;

	for (const char *at = settings; at && *at && !err; at += n) {
		n = 0;
		if (sscanf(at, "%63[^=,]=%63[^,]%n", name, value, &n) != 2 || !n)
			return err_hint(err_new(OB_SYNTAX, "\"%s\" is no setting", at),
					"onebpf user --set NAME=VALUE");
		n += at[n] == ',';
		int failed = kern_world_set(world, name, value);
		if (failed == -ENOENT)
			err = err_hint(err_new(OB_NAME, "a world has no setting \"%s\"", name),
				       "there are: kernel.unchecked, kernel.watch, kernel.cpus, "
				       "kernel.unprivileged_bpf_disabled, "
				       "net.core.bpf_jit_enable, net.core.bpf_jit_harden");
		else if (failed == -ERANGE || failed == -EINVAL)
			err = err_new(OB_RANGE, "%s cannot be \"%s\"", name, value);
		else if (failed)
			err = err_sys(-failed, "cannot set %s", name);
	}
	return err;
}

static struct ob_err *configure(const char *world, const struct user_cmd *c)
{
	struct ob_err *err = apply(world, c->set);
	char cpus[40];

	snprintf(cpus, sizeof(cpus), "kernel.cpus=%llu", (unsigned long long)c->cpus);
	return err || !c->cpus ? err : apply(world, cpus);
}

static int run_in(const char *name, const struct user_cmd *c, char **command)
{
	struct buf world = {0};
	struct ob_err *err = reachable(*command);

	if (!err)
		err = sys_world_make(name, &world);
	if (!err)
		err = configure(world.p, c);
	if (!err)
		err = set_environment(world.p, c->unprivileged);
	if (!err)
		err = sys_guard();
	buf_deinit(&world);
	if (err)
		return fail("user", err);
	fflush(NULL);
	if (c->alone)
		return run_alone(name, command);
	execvp(*command, command);
	return not_run(*command);
}

static int run(const void *opts, char **operand)
{
	const struct user_cmd *c = opts;
	char *shell[] = {getenv("SHELL"), NULL};
	char own[32];

	if (c->list)
		return list();
	if (c->remove)
		return drop(c->world ? c->world : first);
	if (c->alone && c->world)
		return fail("user", err_new(OB_SYNTAX, "a private world has no name"));
	if (!shell[0] || !*shell[0])
		shell[0] = (char *)"/bin/sh";
	snprintf(own, sizeof(own), "private-%d", (int)getpid());
	const char *name = c->alone ? own : c->world ? c->world : first;
	return run_in(name, c, *operand ? operand : shell);
}

#define TO(field) .to = offsetof(struct user_cmd, field)

/* clang-format off */
static const struct opt options[] = {
	{OPT_GROUP, .help = "Which world"},
	{OPT_TEXT, 'w', true, "world", "NAME", TO(world),
	 .help = "the world of this name; else \"default\"",
	 .more = "It is made when there is none, shared by all that name it, and kept until it is removed or the machine starts anew"},
	{OPT_COUNT, .name = "private", .top = true, TO(alone),
	 .help = "a world of its own, which goes with the command"},
	{OPT_TEXT, .name = "set", .top = true, .arg = "NAME=VALUE[,...]", TO(set),
	 .help = "how it is to behave: kernel.unchecked, kernel.cpus, kernel.unprivileged_bpf_disabled",
	 .more = "It stays so for all that are in it"},
	{OPT_NUMBER, .name = "cpus", .arg = "N", TO(cpus), .min = 1, .max = 1024,
	 .help = "processors that per-CPU maps have a value for; else this machine's",
	 .more = "Maps that are there keep theirs"},
	{OPT_COUNT, .name = "unprivileged", TO(unprivileged),
	 .help = "the command may do what Linux lets anyone do with bpf(), no more",
	 .more = "Without it, it has the rights of root in its world, until it gives them up"},
	{OPT_GROUP, .help = "Worlds"},
	{OPT_COUNT, 'l', true, "list", TO(list), .help = "show all worlds of this user"},
	{OPT_COUNT, .name = "remove", .top = true, TO(remove),
	 .help = "remove the world and all that is in it",
	 .more = "It is refused while a process holds an object of it"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"which maps are there?", "onebpf user -- bpftool map"},
	{"does it load?", "onebpf user --private --set kernel.unchecked=1 -- ./loader"},
	{"a shell in a world of its own name", "onebpf user -w try"},
	{0},
};

const struct verb verb_user = {
	.name = "user",
	.does = "run any program with bpf() answered in user space",
	.operands = "[--] [command [argument ...]]",
	.opt = options,
	.example = examples,
	.size = sizeof(struct user_cmd),
	.command = true,
	.run = run,
};
