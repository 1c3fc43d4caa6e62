/* SPDX-License-Identifier: BSD-2-Clause */
/* Perf events of tracepoints and probes: objects that take a program and tell of it.
 * Nothing makes them happen. kernel/events/core.c, kernel/trace/trace_event_perf.c. */
#include "kern/event.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROGS_MAX = 64, GROUP = 320 };

/* ---- the object ---- */

static struct event_head *head_of(struct object_file *f)
{
	return (struct event_head *)(void *)f->head->own;
}

static void close_event(void *arg)
{
	struct kern_event *e = arg;

	object_unmap(&e->file);
	free(e);
}

static int open_event(int fd, u32 id, void **ret)
{
	struct kern_event *e = calloc(1, sizeof(*e));
	int err = e ? object_map_file(fd, OBJECT_EVENT, &e->file) : -ENOMEM;

	close(fd);
	if (err) {
		free(e);
		return err;
	}
	e->id = id;
	e->head = head_of(&e->file);
	*ret = e;
	return 0;
}

const struct object_ops object_event_ops = {open_event, close_event};

static int publish(const struct event_head *h)
{
	struct kern_event *e = calloc(1, sizeof(*e));
	int fd = e ? object_file(world(), OBJECT_EVENT, "", 0, &e->file) : -ENOMEM;

	if (fd < 0) {
		free(e);
		return fd;
	}
	e->id = e->file.head->id;
	e->head = head_of(&e->file);
	*e->head = *h;
	return object_add(world(), OBJECT_EVENT, e->id, e, fd, O_RDWR);
}

/* ---- perf_event_open ---- */

static s64 number_in(const char *path)
{
	FILE *f = fopen(path, "re");
	long long n = -1;

	if (f && fscanf(f, "%lld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* Linux gives the number of a kind when it starts. */
static bool is_kind(u32 type, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	return number_in(path) == type;
}

/* One of tracefs/events/GROUP: is there a tracepoint of this number? */
static bool in_group(const char *group, u64 id, char name[EVENT_NAME])
{
	char path[2 * GROUP];
	struct dirent *e;
	DIR *d = opendir(group);
	bool found = false;

	while (d && !found && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%.300s/%.200s/id", group, e->d_name);
		found = number_in(path) == (s64)id;
		if (found)
			snprintf(name, EVENT_NAME, "%s", e->d_name);
	}
	if (d)
		closedir(d);
	return found;
}

/* EINVAL: there is none. Where tracefs cannot be read every number is one. */
static int find_tracepoint(u64 id, char name[EVENT_NAME])
{
	static const char events[] = "/sys/kernel/tracing/events";
	char group[GROUP];
	struct dirent *e;
	DIR *d = opendir(events);
	bool found = !d;

	while (d && !found && (e = readdir(d))) {
		snprintf(group, sizeof(group), "%s/%.200s", events, e->d_name);
		found = e->d_name[0] != '.' && in_group(group, id, name);
	}
	if (d)
		closedir(d);
	return found ? 0 : -EINVAL;
}

static int read_name(u64 from, char to[EVENT_NAME])
{
	long n = from ? user_text(to, from, EVENT_NAME) : -EINVAL;

	return n < 0 ? (int)n : n == 0 ? -EINVAL : 0;
}

/* create_local_trace_uprobe, and what registering one finds. */
static int find_file(struct event_head *h)
{
	struct stat st;

	if (h->ref_counter & 1)
		return -EINVAL;
	if (stat(h->name, &st))
		return -errno;
	return !S_ISREG(st.st_mode) || (s64)h->offset > st.st_size ? -EINVAL : 0;
}

/* The names of kallsyms; where they cannot be read, every one is known. */
static int find_function(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], is[256];
	bool found = !f;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*s %*s %255s", is) == 1 && !strcmp(is, name);
	if (f)
		fclose(f);
	return found ? 0 : -ENOENT;
}

static int describe(const struct perf_event_attr *a, struct event_head *h)
{
	*h = (struct event_head){.enabled = !a->disabled, .config = a->config};
	if (a->type == PERF_TYPE_TRACEPOINT)
		return find_tracepoint(a->config, h->name);
	bool user = is_kind(a->type, "uprobe");
	if (!user && !is_kind(a->type, "kprobe"))
		return -ENOSYS;
	h->kind = user ? EVENT_UPROBE : EVENT_KPROBE;
	h->returns = a->config & 1;
	h->offset = a->probe_offset;
	h->ref_counter = user ? a->config >> 32 : 0;
	int err = read_name(a->uprobe_path, h->name);
	if (err)
		return err;
	return user ? find_file(h) : find_function(h->name);
}

int kern_event_open(const struct perf_event_attr *a, int pid, int cpu, unsigned long flags)
{
	const unsigned long known =
		PERF_FLAG_FD_CLOEXEC | PERF_FLAG_FD_NO_GROUP | PERF_FLAG_FD_OUTPUT;
	struct event_head h;

	if (a->type == PERF_TYPE_SOFTWARE || a->type == PERF_TYPE_HARDWARE)
		return -ENOSYS;
	int err = describe(a, &h);
	if (err == -ENOSYS)
		return err;
	if (!world())
		return -errno;
	if (flags & ~known || (pid == -1 && cpu == -1) || cpu < -1 || cpu >= (s64)kern_cpus())
		return -EINVAL;
	return err ? err : publish(&h);
}

/* ---- its program ---- */

u32 kern_event_fd_type(const struct event_head *h)
{
	switch ((enum event_kind)h->kind) {
	case EVENT_KPROBE:
		return h->returns ? BPF_FD_TYPE_KRETPROBE : BPF_FD_TYPE_KPROBE;
	case EVENT_UPROBE:
		return h->returns ? BPF_FD_TYPE_URETPROBE : BPF_FD_TYPE_UPROBE;
	case EVENT_TRACEPOINT:
		break;
	}
	return BPF_FD_TYPE_TRACEPOINT;
}

u32 kern_event_link_type(const struct event_head *h)
{
	enum { UPROBE = 1, URETPROBE, KPROBE, KRETPROBE, TRACEPOINT };

	switch ((enum event_kind)h->kind) {
	case EVENT_KPROBE:
		return h->returns ? KRETPROBE : KPROBE;
	case EVENT_UPROBE:
		return h->returns ? URETPROBE : UPROBE;
	case EVENT_TRACEPOINT:
		break;
	}
	return TRACEPOINT;
}

/* By ioctl, or by a link. */
static u32 prog_of(const struct kern_event *e)
{
	u32 prog = __atomic_load_n(&e->head->prog_id, __ATOMIC_ACQUIRE);

	return prog ? prog : kern_event_link(e->id);
}

int kern_event_takes(const struct object *o, u32 prog_type)
{
	const struct kern_event *e = o->p;
	u32 wants = e->head->kind == EVENT_TRACEPOINT ? PROGTYPE_TRACEPOINT : PROGTYPE_KPROBE;

	if (prog_type != wants)
		return -EINVAL;
	return prog_of(e) ? -EEXIST : 0;
}

static int set_prog(struct object *o, int fd)
{
	struct event_head *h = ((struct kern_event *)o->p)->head;
	struct object *prog;
	u32 none = 0;
	int err = object_get(fd, OBJECT_PROG, &prog);

	if (err)
		return err;
	err = kern_event_takes(o, ((const struct kern_prog *)prog->p)->type);
	if (!err)
		err = world_ref(world(), OBJECT_EVENT, o->id, OBJECT_PROG, prog->id);
	if (!err && !__atomic_compare_exchange_n(&h->prog_id, &none, prog->id, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		err = -EEXIST;
	object_put(prog);
	return err;
}

/* perf_event_query_prog_array: of all events of this tracepoint. */
static int query(const struct kern_event *e, u64 arg)
{
	struct perf_event_query_bpf q;
	u32 ids[PROGS_MAX], n = 0;
	struct object *o;

	if (e->head->kind != EVENT_TRACEPOINT)
		return -EINVAL;
	if (user_read(&q, arg, sizeof(q)))
		return -EFAULT;
	if (q.ids_len > PROGS_MAX)
		return -E2BIG;
	for (u32 id = 0; n < PROGS_MAX && !world_next_id(world(), OBJECT_EVENT, id, &id);) {
		if (object_get_id(OBJECT_EVENT, id, &o))
			continue;
		const struct kern_event *other = o->p;
		if (other->head->kind == EVENT_TRACEPOINT && other->head->config == e->head->config)
			ids[n] = prog_of(other), n += ids[n] != 0;
		object_put(o);
	}
	u32 room = MIN(n, q.ids_len);
	q.prog_cnt = n;
	if (user_write(arg, &q, sizeof(q)) || user_write(arg + sizeof(q), ids, room * 4))
		return -EFAULT;
	return room < n && q.ids_len ? -ENOSPC : 0;
}

int kern_event_ioctl(struct object *o, unsigned long cmd, unsigned long arg)
{
	struct kern_event *e = o->p;
	u64 number = o->id;

	switch (cmd) {
	case PERF_EVENT_IOC_ENABLE:
	case PERF_EVENT_IOC_DISABLE:
		__atomic_store_n(&e->head->enabled, cmd == PERF_EVENT_IOC_ENABLE, __ATOMIC_RELEASE);
		return 0;
	case PERF_EVENT_IOC_RESET:
		return 0;
	case PERF_EVENT_IOC_ID:
		return user_write(arg, &number, sizeof(number));
	case PERF_EVENT_IOC_SET_BPF:
		return set_prog(o, (int)arg);
	case PERF_EVENT_IOC_QUERY_BPF:
		return query(e, arg);
	case PERF_EVENT_IOC_REFRESH:
	case PERF_EVENT_IOC_SET_FILTER:
	case PERF_EVENT_IOC_PERIOD:
	case PERF_EVENT_IOC_PAUSE_OUTPUT:
		return -EINVAL;
	case PERF_EVENT_IOC_SET_OUTPUT:
	case PERF_EVENT_IOC_MODIFY_ATTRIBUTES:
		return -EOPNOTSUPP;
	}
	return -ENOTTY;
}
