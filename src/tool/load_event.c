/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf load`: what programs write, as it comes: events of ring and perf buffers by
 * their types, lines of bpf_printk, the text of iterators. */
#include "isa/isa.h"
#include "tool/json.h"
#include "tool/load.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINE = 4096 };

/* ---- which type ---- */

static bool is_event_map(const struct object_map *m)
{
	return m->shape.type == MAPTYPE_RINGBUF || m->shape.type == MAPTYPE_PERF_EVENT_ARRAY;
}

static u32 find_type(const struct btf *b, const char *name, size_t n)
{
	static const u32 kinds[] = {BTF_KIND_STRUCT, BTF_KIND_TYPEDEF, BTF_KIND_UNION,
				    BTF_KIND_INT};
	char text[128];
	u32 id = 0;

	if (!strncmp(name, "struct ", 7) && n > 7)
		name += 7, n -= 7;
	if (n >= sizeof(text))
		return 0;
	snprintf(text, sizeof(text), "%.*s", (int)n, name);
	for (u32 i = 0; b && i < LEN(kinds) && !id; i++)
		id = btf_find(b, text, kinds[i]);
	return id;
}

static struct ob_err *one_type(struct load *l, const char *s, size_t n)
{
	const char *eq = memchr(s, '=', n), *type = eq ? eq + 1 : s;
	size_t type_n = n - (size_t)(type - s);
	u32 id = find_type(l->object->btf, type, type_n);
	bool any = false;

	if (!id)
		return err_hint(err_new(OB_NAME, "the object has no type %.*s", (int)type_n, type),
				"the types are: onebpf btf -f c FILE");
	for (u32 i = 0; i < l->object->maps; i++) {
		const struct object_map *m = &l->object->map[i];
		bool named = eq && strlen(m->name) == (size_t)(eq - s) &&
			     !strncmp(m->name, s, (size_t)(eq - s));

		if (is_event_map(m) && (named || !eq)) {
			l->event_type[i] = id;
			any = true;
		}
	}
	return any ? NULL
		   : err_new(OB_NAME, "the object has no ring or perf buffer %.*s",
			     eq ? (int)(eq - s) : 0, s);
}

/* "MAP=TYPE,MAP=TYPE"; without it the type that the map itself is said to hold. */
struct ob_err *load_event_types(struct load *l)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < l->object->maps; i++)
		if (is_event_map(&l->object->map[i]))
			l->event_type[i] = l->object->map[i].shape.value;
	for (const char *s = l->cmd->event; s && *s && !err;) {
		size_t n = strcspn(s, ",");

		err = one_type(l, s, n);
		s += n + (s[n] == ',');
	}
	return err;
}

/* What nobody has named is what its name says, if the sizes fit: events of "struct
 * event". */
static u32 guess(const struct load *l, u32 map, u64 size)
{
	const char *name = l->object->map[map].name;
	size_t n = strlen(name);
	const struct btf *b = l->object->btf;
	const u32 ids[] = {n > 1 && name[n - 1] == 's' ? find_type(b, name, n - 1) : 0,
			   find_type(b, name, n), find_type(b, "event", 5),
			   find_type(b, "data_t", 6)};

	for (u32 i = 0; i < LEN(ids); i++) {
		s64 has = ids[i] ? btf_size(b, ids[i]) : -1;

		/* a perf buffer rounds up to 8, less its own 4 */
		if (has > 0 && size >= (u64)has && size - (u64)has < 8)
			return ids[i];
	}
	return 0;
}

/* ---- events ---- */

static bool event(void *arg, u32 map, s32 cpu, struct bytes data)
{
	struct load *l = arg;
	const char *name = l->object->map[map].name;
	u32 type = l->event_type[map] ? l->event_type[map] : guess(l, map, data.n);

	if (!l->cmd->json) {
		buf_printf(&l->out, "%s: ", name);
		load_value(&l->out, l->object->btf, type, data, false);
		buf_putc(&l->out, '\n');
		return l->out.n < 1 << 16;
	}
	buf_puts(&l->out, "{\"type\":\"event\",\"map\":");
	json_text(&l->out, name, strlen(name));
	if (cpu >= 0)
		buf_printf(&l->out, ",\"cpu\":%d", cpu);
	buf_puts(&l->out, type ? ",\"value\":" : ",\"hex\":");
	load_value(&l->out, l->object->btf, type, data, true);
	buf_puts(&l->out, "}\n");
	return l->out.n < 1 << 16;
}

static void write_out(struct load *l)
{
	fwrite(l->out.p ? l->out.p : "", 1, l->out.n, stdout);
	fflush(stdout);
	buf_clear(&l->out);
}

static void take_events(struct load *l, struct sys_events *e)
{
	while (!sys_events_read(e, event, l))
		write_out(l);
}

/* ---- what they print ---- */

struct lines {
	int fd; /* -1: none is read */
	char text[LINE];
	size_t n;
};

static bool prints(const struct object *o)
{
	enum { CALL = 0x85, PRINTK = 6, VPRINTK = 177 };

	for (u32 i = 0; i < o->progs; i++)
		for (u32 k = 0; o->prog[i].prog && k < o->prog[i].prog->n; k++) {
			const struct ob_ebpf *c = &o->prog[i].prog->stored[k];

			if (c->code == CALL && !c->src && (c->imm == PRINTK || c->imm == VPRINTK))
				return true;
		}
	return false;
}

static void put_line(struct load *l, const char *s, size_t n)
{
	static const char mark[] = "bpf_trace_printk: ";
	const char *text = memmem(s, n, mark, sizeof(mark) - 1);

	if (!text) /* of other tracers */
		return;
	l->prints++;
	if (!l->cmd->json) {
		buf_add(&l->out, s, n);
		buf_putc(&l->out, '\n');
		return;
	}
	text += sizeof(mark) - 1;
	buf_puts(&l->out, "{\"type\":\"print\",\"text\":");
	json_text(&l->out, text, n - (size_t)(text - s));
	buf_puts(&l->out, "}\n");
}

static void take_lines(struct load *l, struct lines *in)
{
	ssize_t got;

	while (in->fd >= 0 &&
	       (got = read(in->fd, in->text + in->n, sizeof(in->text) - in->n)) > 0) {
		char *s = in->text, *end = in->text + in->n + got, *nl;

		while ((nl = memchr(s, '\n', (size_t)(end - s)))) {
			put_line(l, s, (size_t)(nl - s));
			s = nl + 1;
		}
		in->n = (size_t)(end - s);
		if (in->n == sizeof(in->text))
			in->n = 0;
		memmove(in->text, s, in->n);
	}
}

static bool tracing_is_off(void)
{
	FILE *f = fopen("/sys/kernel/tracing/tracing_on", "re");
	bool off = f && fgetc(f) == '0';

	if (f)
		fclose(f);
	return off;
}

/* Lines from before are not of these programs. */
static void open_lines(struct load *l, struct lines *in)
{
	in->fd = -1;
	if (!prints(l->object))
		return;
	in->fd = l->loaded->door->trace();
	if (in->fd < 0)
		fprintf(stderr, "onebpf load: what programs print is not shown: %s\n",
			strerror(-in->fd));
	else if (!l->cmd->user && tracing_is_off())
		fprintf(stderr, "onebpf load: the kernel keeps nothing that programs print\n"
				"  hint: echo 1 >/sys/kernel/tracing/tracing_on\n");
	while (in->fd >= 0 && read(in->fd, in->text, sizeof(in->text)) > 0)
		;
}

/* ---- iterators ---- */

static struct ob_err *read_all(struct load *l, const struct sys_link *link)
{
	int fd = sys_link_read(l->loaded, link);
	char part[1 << 14];
	ssize_t n = 0;

	if (fd < 0)
		return err_sys(-fd, "cannot read iterator %s", link->name);
	write_out(l);
	while ((n = read(fd, part, sizeof(part))) > 0 || (n < 0 && errno == EAGAIN))
		if (n > 0 && !l->cmd->json)
			fwrite(part, 1, (size_t)n, stdout);
		else if (n > 0)
			buf_add(&l->out, part, (size_t)n);
	int why = n < 0 ? errno : 0;
	close(fd);
	return why ? err_sys(why, "cannot read iterator %s", link->name) : NULL;
}

struct ob_err *load_iterate(struct load *l)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < l->links && !err; i++) {
		const char *name = l->link[i]->name;

		if (l->link[i]->kind != BPFLINK_ITER)
			continue;
		err = read_all(l, l->link[i]);
		if (err || !l->cmd->json)
			continue;
		struct buf text = l->out;
		l->out = (struct buf){0};
		buf_puts(&l->out, "{\"type\":\"iterator\",\"name\":");
		json_text(&l->out, name, strlen(name));
		buf_puts(&l->out, ",\"text\":");
		json_text(&l->out, text.p ? text.p : "", text.n);
		buf_puts(&l->out, "}\n");
		buf_deinit(&text);
		write_out(l);
	}
	return err;
}

/* ---- until it is over ---- */

static volatile sig_atomic_t stop;

static void caught(int sig)
{
	if (stop)
		_exit(128 + sig);
	stop = 1;
}

static void catch_signals(sigset_t *before)
{
	struct sigaction act = {.sa_handler = caught};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, before);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

static struct timespec left(u64 end)
{
	u64 now = clock_ns(CLOCK_MONOTONIC), ns = now < end ? end - now : 0;

	return (struct timespec){(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
}

static void sum_up(struct load *l, struct sys_events *e)
{
	u64 events, lost;

	sys_events_count(e, &events, &lost);
	if (l->cmd->json) {
		buf_printf(&l->out,
			   "{\"type\":\"summary\",\"events\":%llu,\"lost\":%llu,\"lines\":%u}\n",
			   (unsigned long long)events, (unsigned long long)lost, l->prints);
		write_out(l);
	} else if (!l->cmd->quiet) {
		fprintf(stderr, "%llu events, %llu lost", (unsigned long long)events,
			(unsigned long long)lost);
		if (l->prints)
			fprintf(stderr, ", %u line%s", l->prints, l->prints == 1 ? "" : "s");
		fprintf(stderr, "; detached\n");
	}
}

static void detach(struct load *l)
{
	while (l->links)
		sys_link_close(l->link[--l->links]);
}

struct ob_err *load_stream(struct load *l)
{
	struct lines lines = {.fd = -1};
	struct sys_events *e;
	sigset_t before;
	u64 end =
		l->cmd->seconds ? clock_ns(CLOCK_MONOTONIC) + l->cmd->seconds * (u64)1000000000 : 0;
	struct ob_err *err = sys_events_open(l->loaded, &e);

	if (err)
		return err;
	catch_signals(&before);
	open_lines(l, &lines);
	int pid = l->cmd->pid ? (int)syscall(SYS_pidfd_open, (pid_t)l->cmd->pid, 0) : -1;
	struct pollfd fds[] = {
		{sys_events_fd(e), POLLIN, 0}, {lines.fd, POLLIN, 0}, {pid, POLLIN, 0}};
	while (!stop && !ferror(stdout) && !fds[2].revents) {
		struct timespec t = left(end);

		if (end && !t.tv_sec && !t.tv_nsec)
			break;
		if (ppoll(fds, LEN(fds), end ? &t : NULL, &before) < 0 && errno != EINTR)
			break;
		take_events(l, e);
		take_lines(l, &lines);
		write_out(l);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	detach(l);
	take_events(l, e);
	take_lines(l, &lines);
	write_out(l);
	sum_up(l, e);
	if (lines.fd >= 0)
		close(lines.fd);
	if (pid >= 0)
		close(pid);
	sys_events_close(e);
	return NULL;
}
