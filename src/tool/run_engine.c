/* SPDX-License-Identifier: BSD-2-Clause */
/* A program on one engine, once for its result and again for the time. */
#include "sys/sys.h"
#include "tool/run.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stop, repeating;

static void caught(int sig)
{
	static const char text[] = "onebpf run: interrupted\n";

	if (repeating && !stop) {
		stop = 1;
		return;
	}
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(128 + sig);
}

void run_catch_signals(void)
{
	struct sigaction act = {.sa_handler = caught};

	sigemptyset(&act.sa_mask);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct ob_err *keep_memory(const struct job *job, struct outcome *o)
{
	o->after = malloc(job->mem.n + 1);
	if (!o->after)
		return err_nomem();
	o->after_n = job->mem.n;
	if (job->mem.n)
		memcpy(o->after, job->work, job->mem.n);
	return NULL;
}

/* ---- our own engines ---- */

static void print(void *arg, const char *text, size_t n)
{
	(void)arg;
	fwrite(text, 1, n, stderr);
}

static struct ob_err *prepare(enum run_engine engine, const struct job *job, struct ob_run **ret)
{
	const struct ob_run_opts opts = {
		.engine = engine == RUN_INTERP ? OB_ENGINE_INTERP
			  : engine == RUN_JIT  ? OB_ENGINE_JIT
					       : OB_ENGINE_BEST,
		.unchecked = job->cmd->unchecked,
		.harden = job->cmd->harden && engine != RUN_INTERP,
		.budget = job->cmd->budget,
		.print = print,
	};

	return ob_run_create(prog_public((struct prog *)(uintptr_t)job->p), &opts, ret);
}

/* What a run needs besides the engine; region and reg are filled in. */
static struct run begin(const struct job *job, struct region *region, u64 reg[5])
{
	*region = (struct region){(u64)(uintptr_t)job->work, job->mem.n, true};
	memcpy(reg, (u64[5]){region->at, region->size}, 5 * sizeof(*reg));
	return (struct run){
		.region = region,
		.regions = region->size != 0,
		.pkt = job->cmd->pkt ? job->work : NULL,
		.pkt_len = job->cmd->pkt ? (u32)job->mem.n : 0,
	};
}

static void once(const struct job *job, const struct ob_run *k, struct outcome *o)
{
	struct region region;
	u64 reg[5];
	struct run r = begin(job, &region, reg);
	double start = now();

	o->r0 = kern_call(k, reg, &r);
	o->ns = now() - start;
	o->runs = 1;
	o->run = r;
	o->run.region = NULL; /* of this function */
	o->run.env = NULL;    /* of k */
}

static void again(const struct job *job, const struct ob_run *k, struct outcome *o)
{
	struct region region;
	u64 reg[5], n = 0;
	struct run r = begin(job, &region, reg);
	double start = now();

	repeating = 1;
	while (n + 1 < job->cmd->repeat && !stop && !r.fault) {
		kern_call(k, reg, &r);
		n++;
	}
	repeating = 0;
	if (n)
		o->ns = (now() - start) / (double)n;
	o->runs += n;
}

static struct ob_err *on_own(enum run_engine engine, const struct job *job, struct outcome *o)
{
	double start = now();
	struct ob_run *k;
	struct ob_err *err = prepare(engine, job, &k);

	if (err)
		return err;
	o->prepare = now() - start;
	o->engine = ob_run_engine(k) == OB_ENGINE_JIT ? "jit" : "interp";
	o->code = kern_code(k).n;
	o->counted = true;
	once(job, k, o);
	err = keep_memory(job, o);
	if (!err && !o->run.fault)
		again(job, k, o);
	ob_run_destroy(k);
	return err;
}

bool run_varies(const struct job *job, const struct outcome *before)
{
	struct job other = *job;
	struct outcome o = {0};
	struct run_cmd once = *job->cmd;

	once.repeat = 1;
	other.cmd = &once;
	other.work = malloc(job->mem.n + 1);
	if (!other.work)
		return false;
	struct ob_err *err = run_on(RUN_INTERP, &other, &o);
	bool differs = !err && (o.r0 != before->r0 || o.run.fault != before->run.fault ||
				o.after_n != before->after_n ||
				memcmp(o.after, before->after, o.after_n) != 0);
	ob_err_destroy(err);
	outcome_deinit(&o);
	free(other.work);
	return differs;
}

/* ---- the kernel ---- */

static struct ob_err *kernel_again(const struct job *job, struct sys_prog *s, struct outcome *o)
{
	enum { AT_ONCE = 1 << 20 };
	u64 n = 0, r0, left = job->cmd->repeat - MIN(job->cmd->repeat, 1u);
	double total = 0;
	struct ob_err *err = NULL;
	u32 ns;

	repeating = 1;
	while (left && !stop && !err) {
		u32 part = (u32)MIN(left, (u64)AT_ONCE);

		err = sys_prog_run(s, job->work, part, &r0, &ns);
		if (err)
			break;
		total += (double)ns * part;
		n += part;
		left -= part;
	}
	repeating = 0;
	if (err && stop) { /* it was interrupted */
		ob_err_destroy(err);
		err = NULL;
	}
	if (n)
		o->ns = total / (double)n;
	o->runs += n;
	return err;
}

static struct ob_err *on_kernel(const struct job *job, struct outcome *o)
{
	double start = now();
	struct sys_prog *s;
	struct ob_err *err = NULL;
	u32 ns;

	if (job->mem.n > UINT32_MAX)
		return err_new(OB_RANGE, "%llu bytes are more than the kernel takes",
			       (unsigned long long)job->mem.n);
	err = sys_prog_load(job->p, (u32)job->mem.n, &s);
	if (err)
		return err;
	o->engine = "kernel";
	o->prepare = now() - start;
	err = sys_prog_run(s, job->work, 1, &o->r0, &ns);
	if (!err) {
		o->ns = ns;
		o->runs = 1;
		err = keep_memory(job, o);
	}
	if (!err)
		err = kernel_again(job, s, o);
	sys_prog_close(s);
	return err;
}

struct ob_err *run_on(enum run_engine engine, const struct job *job, struct outcome *ret)
{
	*ret = (struct outcome){0};
	if (job->object)
		return run_on_object(engine, job, ret);
	if (job->mem.n)
		memcpy(job->work, job->mem.p, job->mem.n);
	return engine == RUN_KERNEL ? on_kernel(job, ret) : on_own(engine, job, ret);
}

void outcome_deinit(struct outcome *o)
{
	ob_err_destroy(o->left_out);
	free(o->after);
	buf_deinit(&o->maps);
	*o = (struct outcome){0};
}
