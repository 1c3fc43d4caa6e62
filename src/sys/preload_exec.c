/* SPDX-License-Identifier: BSD-2-Clause */
/* Children live in the world, too: what brings them there stays in their
 * environment, and one that cannot be brought is named. Async-signal-safe. */
#include "sys/preload.h"

#include <stdlib.h>

enum { TEXT = 2 * USER_PATH };

/* Room for an environment with two variables more. It is made in the caller's
 * frame, for there may be no other memory: a child of vfork() asks. */
struct envs {
	char preload[TEXT];
	char **v;
};

static const char *value_of(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env && *env; env++)
		if (!strncmp(*env, name, n) && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

/* In a world already, be it another one. */
static bool complete(char *const *env)
{
	const char *preload = value_of(env, "LD_PRELOAD");

	return value_of(env, SYS_WORLD) && preload && strstr(preload, "/" SYS_LIBRARY);
}

static size_t count(char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

static bool is(const char *entry, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(entry, name, n) && entry[n] == '=';
}

static char **fill(struct envs *e, char *const *env)
{
	const char *theirs = value_of(env, "LD_PRELOAD");
	size_t n = 0;

	snprintf(e->preload, sizeof(e->preload), "LD_PRELOAD=%s%s%s", user_library,
		 theirs ? ":" : "", theirs ? theirs : "");
	e->v[n++] = e->preload;
	e->v[n++] = user_world_entry;
	for (; env && *env; env++)
		if (!is(*env, "LD_PRELOAD") && !is(*env, SYS_WORLD))
			e->v[n++] = *env;
	e->v[n] = NULL;
	return e->v;
}

/* The environment for a child: env, or one made here. */
#define ENVS(env)                                                                       \
	({                                                                              \
		struct envs *made_ = __builtin_alloca(sizeof(*made_));                  \
		bool as_is_ = complete(env) || !*user_world;                            \
                                                                                        \
		if (!as_is_)                                                            \
			made_->v = __builtin_alloca((count(env) + 3) * sizeof(char *)); \
		as_is_ ? (char **)(env) : fill(made_, env);                             \
	})

/* ---- who stays outside ---- */

static void say(const char *a, const char *b)
{
	char line[TEXT];
	int n = snprintf(line, sizeof(line), "onebpf user: %s %s: there is no bpf() for it\n", a,
			 b);

	(void)!write(STDERR_FILENO, line, MIN((size_t)n, sizeof(line) - 1));
}

static void look_at(const char *path)
{
	int keep = errno;
	const char *why = *user_world ? sys_out_of_reach(path) : NULL;

	if (why)
		say(path, why);
	errno = keep;
}

static void look_for(const char *name)
{
	const char *at = getenv("PATH");
	char path[USER_PATH];

	if (strchr(name, '/')) {
		look_at(name);
		return;
	}
	for (at = at ? at : "/bin:/usr/bin"; at; at = strchr(at, ':')) {
		at += *at == ':';
		int n = (int)strcspn(at, ":");

		if (snprintf(path, sizeof(path), "%.*s%s%s", n, at, n ? "/" : "", name) <
			    (int)sizeof(path) &&
		    !real()->access(path, X_OK)) {
			look_at(path);
			return;
		}
	}
}

/* ---- exec ---- */

int execve(const char *path, char *const *argv, char *const *env)
{
	look_at(path);
	return real()->execve(path, argv, ENVS(env));
}

int execvpe(const char *name, char *const *argv, char *const *env)
{
	look_for(name);
	return real()->execvpe(name, argv, ENVS(env));
}

int fexecve(int fd, char *const *argv, char *const *env)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	look_at(path);
	return real()->fexecve(fd, argv, ENVS(env));
}

int execv(const char *path, char *const *argv) { return execve(path, argv, environ); }
int execvp(const char *name, char *const *argv) { return execvpe(name, argv, environ); }

/* The arguments from `first` to NULL as an array; `then` may read what follows. */
#define ARGV(first, then)                                                   \
	({                                                                  \
		size_t n_ = 1;                                              \
		va_list ap_;                                                \
                                                                            \
		va_start(ap_, first);                                       \
		while (va_arg(ap_, char *))                                 \
			n_++;                                               \
		va_end(ap_);                                                \
		char **argv_ = __builtin_alloca((n_ + 1) * sizeof(*argv_)); \
		va_start(ap_, first);                                       \
		argv_[0] = (char *)first;                                   \
		for (size_t i_ = 1; i_ <= n_; i_++)                         \
			argv_[i_] = va_arg(ap_, char *);                    \
		then;                                                       \
		va_end(ap_);                                                \
		argv_;                                                      \
	})

int execl(const char *path, const char *arg, ...)
{
	return execve(path, ARGV(arg, (void)0), environ);
}

int execlp(const char *name, const char *arg, ...)
{
	return execvpe(name, ARGV(arg, (void)0), environ);
}

int execle(const char *path, const char *arg, ...)
{
	char **env;
	char **argv = ARGV(arg, env = va_arg(ap_, char **));

	return execve(path, argv, env);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attr, char *const *argv, char *const *env)
{
	look_at(path);
	return real()->posix_spawn(pid, path, actions, attr, argv, ENVS(env));
}

int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attr, char *const *argv, char *const *env)
{
	look_for(name);
	return real()->posix_spawnp(pid, name, actions, attr, argv, ENVS(env));
}
