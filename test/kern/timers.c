/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers in map values, and other callbacks, on every engine. */
#include "kern/priv.h"
#include "kern/timer.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int failed;
static const char *engine;

static void check(const char *name, bool good)
{
	printf("%s %s: %s%s\n", good ? "ok" : "FAIL", engine, name, good ? "" : ": not as wanted");
	failed |= !good;
}

static const struct {
	const char *name;
	struct ob_run_opts opts;
} ways[] = {
	{"interpreter, safe", {.engine = OB_ENGINE_INTERP}},
	{"JIT, safe", {.engine = OB_ENGINE_BEST}},
	{"interpreter", {.engine = OB_ENGINE_INTERP, .trusted = true}},
	{"JIT", {.engine = OB_ENGINE_BEST, .trusted = true}},
};

/* The value of the map: a timer, then what programs write. */
struct value {
	u64 timer[2];
	u64 count, key, result, limit;
};

static const struct map_host host = {.drop = kern_timer_drop};

static struct map *new_map(u32 type)
{
	struct map_attr a = {.type = type,
			     .key_size = 4,
			     .value_size = sizeof(struct value),
			     .max_entries = 4,
			     .slots = 1,
			     .fields = 1,
			     .field = {{0, 16, MAP_TIMER}}};
	struct map *m;

	if (map_create(&a, -1, &m))
		abort();
	m->host = &host;
	return m;
}

struct program {
	struct ob_prog *prog;
	struct ob_run *run;
};

static struct program make(const struct ob_run_opts *way, struct map *m, const char *text)
{
	struct ob_run_opts opts = *way;
	struct program p;

	opts.map = (struct ob_map *const *)&m;
	opts.maps = 1;
	struct ob_err *err = ob_prog_assemble_ebpf("timer", text, strlen(text), &p.prog);
	if (!err)
		err = ob_run_create(p.prog, &opts, &p.run);
	if (err) {
		ob_err_print(err, stdout);
		abort();
	}
	return p;
}

static void destroy(struct program p)
{
	ob_run_destroy(p.run);
	ob_prog_destroy(p.prog);
}

static s64 run(struct program p, u64 what, u64 arg)
{
	struct ob_run_args a = {.reg = {what, arg}};
	u64 r0 = 0;
	struct ob_err *err = ob_run_call_args(p.run, &a, &r0);

	if (err)
		ob_err_print(err, stdout);
	ob_err_destroy(err);
	return err ? -1000 : (s64)r0;
}

/* r1: 0 init with flags r2; 1 set_callback; 2 start in r2 ns; 3 cancel; 4 start at r2.
 * The element is that of key 2. The function counts, stores its key, and starts the
 * timer again until the count is the limit. */
static const char text[] = "r6 = r1\n"
			   "r7 = r2\n"
			   "*(u32 *)(r10 - 4) = 2\n"
			   "r1 = map_idx 0 ll\n"
			   "r2 = r10\n"
			   "r2 += -4\n"
			   "call 1\n"
			   "if r0 == 0 goto none\n"
			   "r1 = r0\n"
			   "if r6 == 0 goto init\n"
			   "if r6 == 1 goto set\n"
			   "if r6 == 2 goto start\n"
			   "if r6 == 4 goto at\n"
			   "call 172\n"
			   "exit\n"
			   "init:\n"
			   "r2 = map_idx 0 ll\n"
			   "r3 = r7\n"
			   "call 169\n"
			   "exit\n"
			   "set:\n"
			   "r2 = func fired ll\n"
			   "call 170\n"
			   "exit\n"
			   "start:\n"
			   "r2 = r7\n"
			   "r3 = 0\n"
			   "call 171\n"
			   "exit\n"
			   "at:\n"
			   "r2 = r7\n"
			   "r3 = 1\n"
			   "call 171\n"
			   "exit\n"
			   "none:\n"
			   "r0 = -100\n"
			   "exit\n"
			   "fired:\n"
			   "r6 = r3\n"
			   "r2 = *(u32 *)(r2 + 0)\n"
			   "*(u64 *)(r6 + 24) = r2\n"
			   "r1 = r6\n"
			   "r4 = *(u64 *)(r6 + 40)\n"
			   "if r4 != 99 goto more\n"
			   "call 172\n"
			   "*(u64 *)(r6 + 32) = r0\n"
			   "goto done\n"
			   "more:\n"
			   "r2 = 1000\n"
			   "r3 = 0\n"
			   "r5 = *(u64 *)(r6 + 16)\n"
			   "if r5 >= r4 goto done\n"
			   "call 171\n"
			   "done:\n"
			   "r1 = 1\n"
			   "lock *(u64 *)(r6 + 16) += r1\n"
			   "r0 = 0\n"
			   "exit\n";
enum { INIT, SET, START, CANCEL, AT };

static struct value *element(struct map *m)
{
	u32 key = 2;
	struct value zero = {0};

	if (!m->ops->lookup(m, &key, 0) && map_write(m, &key, &zero, 0))
		abort();
	return m->ops->lookup(m, &key, 0);
}

static u64 count(const struct value *v) { return __atomic_load_n(&v->count, __ATOMIC_ACQUIRE); }

static bool waits_for(const struct value *v, u64 n)
{
	for (u32 i = 0; i < 5000 && count(v) < n; i++)
		usleep(1000);
	return count(v) == n;
}

static void life(const struct ob_run_opts *way, u32 type)
{
	struct map *m = new_map(type);
	struct program p = make(way, m, text);
	struct value *v = element(m);

	check("not initialised", run(p, START, 0) == -EINVAL && run(p, CANCEL, 0) == -EINVAL &&
					 run(p, SET, 0) == -EINVAL);
	check("flags", run(p, INIT, 2) == -EINVAL && run(p, INIT, 16) == -EINVAL);
	check("it is made once", !run(p, INIT, CLOCK_MONOTONIC) && run(p, INIT, 1) == -EBUSY);
	check("without a function", run(p, START, 0) == -EINVAL && run(p, CANCEL, 0) == 0);
	check("it is started", !run(p, SET, 0) && !run(p, START, 1000000));
	check("it fires", waits_for(v, 1) && v->key == 2);
	v->limit = 20;
	check("it starts itself again", !run(p, START, 0) && waits_for(v, 21));
	check("it is cancelled before", !run(p, START, 3600000000000) && run(p, CANCEL, 0) == 1);
	check("and has no function then", run(p, START, 0) == -EINVAL && run(p, CANCEL, 0) == 0);
	v->limit = 99;
	check("by its own function it is not", !run(p, SET, 0) && !run(p, START, 0) &&
						       waits_for(v, 22) &&
						       (s64)v->result == -EDEADLK);
	v->limit = 0;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	check("at a time", !run(p, AT, (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec + 2000000) &&
				   waits_for(v, 23));
	destroy(p);
	check("it goes with its program", !v->timer[0]);
	map_put(m);
}

/* A deleted element's timer does not fire, nor does that of a destroyed program. */
static void ends(const struct ob_run_opts *way)
{
	struct map *m = new_map(MAPTYPE_HASH);
	struct program p = make(way, m, text);
	struct value *v = element(m);
	u32 key = 2;

	run(p, INIT, CLOCK_MONOTONIC);
	run(p, SET, 0);
	run(p, START, 20000000);
	check("its element goes", !map_remove(m, &key) && run(p, START, 0) == -100);
	usleep(40000);
	check("it does not fire", !count(v));
	v = element(m);
	check("a new element has none", run(p, START, 0) == -EINVAL);
	run(p, INIT, CLOCK_MONOTONIC);
	run(p, SET, 0);
	run(p, START, 20000000);
	destroy(p);
	usleep(40000);
	check("nor after its program", !count(v));
	map_put(m);
}

/* Many, in an order that is not theirs. */
static void many(const struct ob_run_opts *way)
{
	enum { N = 64 };
	struct map *m[N];
	struct program p[N];
	struct value *v[N];
	bool good = true;

	for (u32 i = 0; i < N; i++) {
		m[i] = new_map(MAPTYPE_ARRAY);
		p[i] = make(way, m[i], text);
		v[i] = element(m[i]);
		run(p[i], INIT, CLOCK_MONOTONIC);
		run(p[i], SET, 0);
		run(p[i], START, i % 3 ? (i * 37 % N) * 200000 : 3600000000000);
	}
	for (u32 i = 0; i < N; i += 3)
		run(p[i], START, 1000 * i);
	for (u32 i = 0; i < N; i++)
		good &= waits_for(v[i], 1);
	check("64 of them fire", good);
	for (u32 i = 0; i < N; i++) {
		destroy(p[i]);
		map_put(m[i]);
	}
}

static void forked(const struct ob_run_opts *way)
{
	struct map *m = new_map(MAPTYPE_ARRAY);
	struct program p = make(way, m, text);
	struct value *v = element(m);
	int status;

	run(p, INIT, CLOCK_MONOTONIC);
	run(p, SET, 0);
	run(p, START, 3600000000000);
	pid_t pid = fork();
	if (!pid) {
		bool good = run(p, INIT, 1) == -EBUSY && run(p, START, 0) == -EINVAL;
		v->limit = run(p, CANCEL, 0) == 1;
		_exit(!good);
	}
	waitpid(pid, &status, 0);
	check("a child has no timers, but may stop its parent's", !status && v->limit == 1);
	destroy(p);
	map_put(m);
}

int main(void)
{
	for (u32 i = 0; i < LEN(ways); i++) {
		engine = ways[i].name;
		life(&ways[i].opts, MAPTYPE_ARRAY);
		life(&ways[i].opts, MAPTYPE_HASH);
		ends(&ways[i].opts);
		many(&ways[i].opts);
		forked(&ways[i].opts);
	}
	return failed;
}
