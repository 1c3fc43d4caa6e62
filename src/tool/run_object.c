/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf run`: a program of an object, with its maps, in a world of this process's own
 * or in the kernel. It is run as BPF_PROG_TEST_RUN runs its type; a type that has no
 * such run gets the memory as its context, in our world. */
#include "kern/kern.h"
#include "tool/kernel.h"
#include "tool/check.h"
#include "tool/run.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 16, CONTEXT_MAX = 4096 }; /* for what a packet grows by */

static double now(void) { return (double)clock_ns(CLOCK_MONOTONIC); }

/* ---- the object ---- */

static struct ob_err *set_type(const struct run_cmd *c, struct object_program *g)
{
	if (c->type && !prog_find(c->type, strlen(c->type), &g->type))
		return err_new(OB_NAME, "--type: there is no type of program %s", c->type);
	if (c->type)
		g->attach = 0;
	return object_typed(g);
}

struct ob_err *run_object_begin(const struct run_cmd *c, struct object_file *f)
{
	if (c->budget)
		return err_new(OB_SYNTAX, "--budget is not for programs of object files");
	struct ob_err *err = object_file_program(f, &f->g);

	if (!err)
		err = set_type(c, f->g);
	if (err)
		return err;
	unsetenv(SYS_WORLD); /* the world is this process's own */
	for (u32 i = 0; i < f->o->progs; i++)
		f->o->prog[i].skip = f->g != &f->o->prog[i];
	/* Programs that its maps hold are run, too. */
	for (u32 i = 0; i < f->o->maps; i++) {
		f->o->map[i].pin = 0; /* nothing is to stay */
		for (u32 k = 0; k < f->o->map[i].slots; k++)
			if (!f->o->map[i].slot[k].is_map)
				f->o->prog[f->o->map[i].slot[k].what].skip = false;
	}
	return run_set_variables(c, f->o);
}

/* ---- one run ---- */

struct trial {
	const struct job *job;
	const struct sys_loaded *loaded;
	struct outcome *o;
	const struct prog_row *row;
	int fd;
	u8 *out; /* the packet as it is afterwards */
	u32 room;
};

static bool takes_packet(const struct prog_row *row)
{
	return row->run == RUN_SKB || row->run == RUN_XDP || row->run == RUN_FLOW ||
	       row->run == RUN_NETFILTER;
}

static struct ob_err *refused(const struct trial *t, int no)
{
	const struct object_program *g = t->job->object->g;

	if (no == 524)
		return err_hint(err_new(OB_UNSUPPORTED, "%s runs no program of type %s for a trial",
					t->loaded->door->name, t->row->name),
				"onebpf load attaches it");
	if (no == EINVAL && takes_packet(t->row) && t->job->mem.n < ETH_HLEN)
		return err_hint(err_new(OB_SYNTAX,
					"a program of type %s gets a packet of at least %u bytes",
					t->row->name, ETH_HLEN),
				"--pkt FILE.pcap, or --mem with its bytes");
	return err_sys(no, "%s does not run %s", t->loaded->door->name, g->name);
}

static int test_run(struct trial *t, u32 repeat, u64 *r0, u32 *ns, u32 *n)
{
	struct bytes mem = t->job->mem;
	union bpf_attr a = {.test = {.prog_fd = (u32)t->fd, .repeat = repeat}};

	if (takes_packet(t->row)) {
		a.test.data_in = (u64)(uintptr_t)mem.p;
		a.test.data_size_in = (u32)mem.n;
		a.test.data_out = (u64)(uintptr_t)t->out;
		a.test.data_size_out = t->room;
	} else if (t->row->run != RUN_TRACING && mem.n) {
		memcpy(t->out, mem.p, mem.n);
		a.test.ctx_in = (u64)(uintptr_t)t->out;
		a.test.ctx_size_in = (u32)mem.n;
	}
	if (t->row->run == RUN_RAW_TP || t->row->run == RUN_SYSCALL || t->row->run == RUN_TRACING)
		a.test.repeat = 0;
	int no = t->loaded->door->bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));
	*r0 = a.test.retval;
	*ns = a.test.duration;
	*n = takes_packet(t->row) ? MIN(a.test.data_size_out, t->room) : (u32)mem.n;
	return no < 0 ? no : 0;
}

/* The memory is the context; without one it is zeros of the size that the type has. */
static int context_run(struct trial *t, u64 *r0, u32 *ns, u32 *n)
{
	struct bytes mem = t->job->mem;
	u32 size = mem.n ? (u32)mem.n : MAX(ctx_rows[t->row->ctx].size, 64u);
	double start = now();

	memset(t->out, 0, size);
	if (mem.n)
		memcpy(t->out, mem.p, mem.n);
	int no = kern_prog_run(t->fd, t->out, size, r0);
	*ns = (u32)(now() - start);
	*n = mem.n ? size : 0;
	return no;
}

static int run_one(struct trial *t, u32 repeat, u64 *r0, u32 *ns, u32 *n)
{
	if (t->row->run == RUN_NONE && t->loaded->door->own)
		return context_run(t, r0, ns, n);
	return test_run(t, repeat, r0, ns, n);
}

static struct ob_err *run_first(struct trial *t)
{
	struct outcome *o = t->o;
	u32 ns = 0, n = 0;
	int no = run_one(t, 1, &o->r0, &ns, &n);

	if (no == -EFAULT && t->loaded->door->own) {
		o->run = *kern_last_fault();
		o->r0 = 0;
		n = 0;
	} else if (no) {
		return refused(t, -no);
	}
	o->runs = 1;
	o->ns = ns;
	o->after_n = n;
	o->after = malloc(n + 1);
	if (!o->after)
		return err_nomem();
	memcpy(o->after, t->out, n);
	return NULL;
}

static struct ob_err *run_again(struct trial *t)
{
	u64 left = t->job->cmd->repeat - MIN(t->job->cmd->repeat, 1u), r0;
	double total = 0;
	u32 ns, n;

	while (left && !t->o->run.fault) {
		bool one = t->row->run == RUN_NONE || t->row->run == RUN_RAW_TP ||
			   t->row->run == RUN_SYSCALL || t->row->run == RUN_TRACING;
		u32 part = one ? 1 : (u32)MIN(left, 1u << 20);
		int no = run_one(t, part, &r0, &ns, &n);

		if (no)
			return refused(t, -no);
		total += (double)ns * part;
		t->o->runs += part;
		left -= part;
	}
	if (t->o->runs > 1)
		t->o->ns = total / (double)(t->o->runs - 1);
	return NULL;
}

/* What the program printed, in our world. */
static void pass_on(const struct sys_door *door)
{
	int fd = door->own ? door->trace() : -1;
	char text[4096];
	ssize_t n;

	while (fd >= 0 && (n = read(fd, text, sizeof(text))) > 0)
		fwrite(text, 1, (size_t)n, stderr);
	if (fd >= 0)
		close(fd);
}

static struct ob_err *run_loaded(struct trial *t)
{
	const struct run_cmd *c = t->job->cmd;
	struct ob_err *err = run_set_maps(c, t->loaded);

	t->room = (u32)t->job->mem.n + ROOM;
	t->out = err ? NULL : calloc(1, t->room + CONTEXT_MAX);
	if (!err && !t->out)
		err = err_nomem();
	if (!err)
		err = run_first(t);
	pass_on(t->loaded->door);
	if (!err && (c->show_maps))
		run_put_maps(c, t->loaded, &t->o->maps);
	if (!err)
		err = run_again(t);
	free(t->out);
	return err ? err : t->o->maps.oom ? err_nomem() : NULL;
}

/* ---- one engine ---- */

static struct ob_err *set_world(enum run_engine engine, const struct run_cmd *c)
{
	const struct {
		const char *name, *value;
	} settings[] = {
		{"kernel.unchecked", c->unchecked ? "1" : "0"},
		{"net.core.bpf_jit_enable", engine == RUN_INTERP ? "0" : "1"},
		{"net.core.bpf_jit_harden", c->harden && engine != RUN_INTERP ? "2" : "0"},
	};

	for (u32 i = 0; i < LEN(settings); i++) {
		int no = kern_world_own(settings[i].name, settings[i].value);

		if (no)
			return err_sys(-no, "cannot set %s of our world", settings[i].name);
	}
	return NULL;
}

static struct ob_err *load(const struct job *job, bool own, struct kernel *k,
			   struct sys_loaded **ret)
{
	struct object *object = job->object->o;
	const struct object_target target = kernel_target(k);
	struct ob_err *err = object_link(object, &target);

	if (err)
		return err;
	const struct sys_load_opts opts = {
		.door = own ? &sys_door_own : &sys_door_linux,
		.kernel = k->types,
	};
	err = sys_load(object, &opts, ret);
	if (err && own && ob_err_code(err) == OB_REFUSED)
		err = check_say(object, k->types, err);
	return err;
}

struct ob_err *run_on_object(enum run_engine engine, const struct job *job, struct outcome *o)
{
	bool own = engine != RUN_KERNEL;
	const struct object_program *g = job->object->g;
	struct trial t = {.job = job, .o = o, .row = prog_row(g->type)};
	struct sys_loaded *loaded = NULL;
	struct kernel k = {0};
	double start = now();
	struct ob_err *err = own ? set_world(engine, job->cmd) : NULL;

	if (!err)
		err = kernel_open(own, NULL, &k);
	if (err)
		return err;
	o->engine = own ? engine == RUN_INTERP ? "interp" : "jit" : "kernel";
	err = load(job, own, &k, &loaded);
	if (!err) {
		o->prepare = now() - start;
		t.loaded = loaded;
		t.fd = loaded->prog[g - job->object->o->prog];
		err = run_loaded(&t);
		sys_loaded_close(loaded);
	}
	kernel_close(&k);
	return err;
}
