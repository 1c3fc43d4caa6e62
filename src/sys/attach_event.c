/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of perf_event_open(2) with a program: tracepoints, samples, and what probes of
 * functions share. */
#include "sys/attach.h"

#include <fcntl.h>
#include <linux/version.h>
#include <stdlib.h>
#include <unistd.h>

enum { FREQUENCY = 99 };

const char *const tracefs[2] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

/* ---- files that say what there is ---- */

static long number_in(const char *path)
{
	FILE *f = fopen(path, "re");
	long n;

	if (!f)
		return -errno;
	if (fscanf(f, "%ld", &n) != 1)
		n = -EINVAL;
	fclose(f);
	return n;
}

long tracefs_number(const char *name)
{
	char path[300];
	long n = -ENOENT;

	for (u32 i = 0; i < LEN(tracefs) && n == -ENOENT; i++) {
		snprintf(path, sizeof(path), "%s/%s", tracefs[i], name);
		n = number_in(path);
	}
	return n;
}

int tracefs_write(const char *name, const char *text)
{
	int err = -ENOENT;
	char path[300];

	for (u32 i = 0; i < LEN(tracefs) && err == -ENOENT; i++) {
		snprintf(path, sizeof(path), "%s/%s", tracefs[i], name);
		int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
		if (fd < 0) {
			err = -errno;
			continue;
		}
		ssize_t put = write(fd, text, strlen(text));
		err = put >= 0 ? 0 : errno == ENOENT ? -EADDRNOTAVAIL : -errno;
		close(fd);
	}
	return err;
}

/* ---- the event and its program ---- */

int event_attach(const struct attach *a, struct perf_event_attr *e, pid_t pid, int cpu, u64 cookie,
		 struct sys_link *to)
{
	struct features *f = a->l->features;
	int fd = a->door->perf(e, pid, cpu), link = -1, err = 0;

	if (fd < 0)
		return fd;
	if (feature_has(f, FEATURE_PERF_LINK)) {
		union bpfattr attr = {.link = {.prog_fd = (u32)a->prog,
					       .target_fd = (u32)fd,
					       .attach_type = ATTACH_PERF_EVENT,
					       .perf_cookie = cookie}};

		err = link = a->door->bpf(BPF_LINK_CREATE, &attr.a, sizeof(attr.link));
	} else {
		err = a->door->control(fd, PERF_EVENT_IOC_SET_BPF, (unsigned long)a->prog);
	}
	if (err >= 0)
		err = a->door->control(fd, PERF_EVENT_IOC_ENABLE, 0);
	if (err >= 0 && link_hold(to, fd))
		return -ENOMEM;
	if (err >= 0 && link >= 0 && link_hold(to, link))
		return -ENOMEM;
	if (err < 0) {
		close(fd);
		if (link >= 0)
			close(link);
		return err;
	}
	to->kind = BPF_LINK_TYPE_PERF_EVENT;
	to->how = link >= 0 ? "link" : "perf event";
	return 0;
}

static struct ob_err *say_paranoid(struct ob_err *err)
{
	long level = number_in("/proc/sys/kernel/perf_event_paranoid");

	return level < 0 ? err : err_note(err, "kernel.perf_event_paranoid is %ld", level);
}

/* unit NULL: an event that every kernel with perf events has. */
struct ob_err *event_err(const struct attach *a, int no, const char *unit, const char *fmt, ...)
{
	char what[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (a->door->own)
		return err_hint(err_new(OB_UNSUPPORTED,
					"%s (%s): %s: no event of Linux reaches a world of our own",
					a->p->name, a->p->section, what),
				"run it (onebpf run), or attach it in the kernel (--kernel)");
	struct ob_err *err = attach_err(a, no, "%s", what);
	if (no == -EPERM || no == -EACCES)
		return say_paranoid(err);
	if (no == -EINVAL && unit && !strcmp(unit, "uprobe"))
		return err_note(err, "no instruction begins there, or it cannot be probed");
	return err;
}

/* ---- functions by name, for kernels before 4.17 ---- */

static void forget(struct sys_link *l)
{
	char text[128];

	while (l->n) /* an event in use is not removed */
		close(l->fd[--l->n]);
	snprintf(text, sizeof(text), "-:onebpf/%s", strchr(l->own.name, '/') + 1);
	*strchr(l->own.name, '/') = 0;
	tracefs_write(l->own.name, text);
}

struct ob_err *event_by_name(const struct attach *a, const char *unit, bool returns,
			     const char *what, struct sys_link *to)
{
	static u32 count;
	char name[40], text[512], file[100], id[100];

	snprintf(name, sizeof(name), "p%d_%u", (int)getpid(), count++);
	snprintf(file, sizeof(file), "%s_events", unit);
	if ((size_t)snprintf(text, sizeof(text), "%c:onebpf/%s %s", returns ? 'r' : 'p', name,
			     what) >= sizeof(text))
		return attach_err(a, -ENAMETOOLONG, "cannot probe %s", what);
	int no = tracefs_write(file, text);
	if (no == -ENOENT)
		return err_hint(err_new(OB_UNSUPPORTED,
					"%s (%s): this kernel cannot probe functions: it has no "
					"unit %s, and no %s in tracefs",
					a->p->name, a->p->section, unit, file),
				"a kernel with CONFIG_%s_EVENTS; mount -t tracefs tracefs %s",
				*unit == 'k' ? "KPROBE" : "UPROBE", tracefs[0]);
	if (no == -EADDRNOTAVAIL)
		return err_note(err_new(OB_NAME, "%s (%s): the kernel has no function %s",
					a->p->name, a->p->section, what),
				"or it was inlined everywhere; /proc/kallsyms lists them");
	if (no < 0)
		return event_err(a, no, unit, "cannot probe %s", what);
	snprintf(to->own.name, sizeof(to->own.name), "%.60s/%.60s", file, name);
	to->undo = forget;
	snprintf(id, sizeof(id), "events/onebpf/%s/id", name);
	long nr = tracefs_number(id);
	struct perf_event_attr e = {.type = PERF_TYPE_TRACEPOINT, .config = (u64)nr};
	pid_t pid = *unit == 'u' && a->opts->pid ? a->opts->pid : -1;
	no = nr < 0 ? (int)nr : event_attach(a, &e, pid, pid > 0 ? -1 : 0, 0, to);
	if (no < 0)
		return event_err(a, no, unit, "cannot attach to %s", what);
	to->how = "tracefs";
	return NULL;
}

/* ---- tracepoints ---- */

static struct ob_err *no_tracepoint(const struct attach *a, long no)
{
	const char *name = a->p->target;
	struct ob_err *err;

	if (no == -EACCES || no == -EPERM)
		return err_hint(attach_err(a, (int)no, "tracefs cannot be read"),
				"be root, or have tracefs mounted for your group");
	if (tracefs_number("events/sched/sched_switch/id") < 0)
		return err_hint(err_new(OB_UNSUPPORTED, "%s (%s): there is no tracefs with events",
					a->p->name, a->p->section),
				"mount -t tracefs tracefs %s; a kernel with CONFIG_FTRACE",
				tracefs[0]);
	err = err_new(OB_NAME, "%s: the kernel has no tracepoint %s", a->p->name, name);
	return err_hint(err, "they are listed in %s/available_events, with : in the place of /",
			tracefs[0]);
}

static struct ob_err *tracepoint(const struct attach *a, struct sys_link *to)
{
	const char *slash = strchr(a->p->target, '/');
	char path[256];

	if (!slash)
		return err_hint(err_new(OB_NAME, "%s: section %s names no tracepoint", a->p->name,
					a->p->section),
				"SEC(\"tp/CATEGORY/NAME\")");
	if (a->door->own)
		return event_err(a, -ENOSYS, NULL, "cannot attach to tracepoint %s", a->p->target);
	snprintf(path, sizeof(path), "events/%s/id", a->p->target);
	long id = tracefs_number(path);
	if (id < 0)
		return no_tracepoint(a, id);
	struct perf_event_attr e = {.type = PERF_TYPE_TRACEPOINT, .config = (u64)id};
	int no = event_attach(a, &e, -1, 0, 0, to);
	if (no < 0)
		return event_err(a, no, NULL, "cannot attach to tracepoint %s", a->p->target);
	return link_where(to, "tracepoint %s", a->p->target);
}

const struct attach_kind attach_tracepoint = {(const char *const[]){"tracepoint", "tp", NULL},
					      tracepoint};

/* ---- samples of every CPU ---- */

static struct ob_err *samples(const struct attach *a, struct sys_link *to)
{
	u64 freq = a->opts->freq ? a->opts->freq : FREQUENCY;
	struct perf_event_attr e = {.type = PERF_TYPE_SOFTWARE,
				    .config = PERF_COUNT_SW_CPU_CLOCK,
				    .freq = 1,
				    .sample_freq = freq};
	u32 cpus = a->door->cpus(), got = 0;
	bool one = a->opts->pid != 0;

	for (u32 cpu = 0; cpu < (one ? 1 : cpus); cpu++) {
		int no = event_attach(a, &e, one ? a->opts->pid : -1, one ? -1 : (int)cpu, 0, to);

		if (no == -ENODEV) /* it is offline */
			continue;
		if (no < 0)
			return event_err(a, no, NULL, "cannot sample CPU %u", cpu);
		got++;
	}
	if (one)
		return link_where(to, "%llu samples a second of process %d",
				  (unsigned long long)freq, (int)a->opts->pid);
	return link_where(to, "%llu samples a second of %u CPUs", (unsigned long long)freq, got);
}

const struct attach_kind attach_samples = {(const char *const[]){"perf_event", NULL}, samples};
