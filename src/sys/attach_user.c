/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of user programs: uprobe/PROGRAM:FUNCTION[+OFFSET], and many at once. */
#include "sys/attach.h"

#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

enum { MANY = 1 << 20 };

/* "path:function+0x10", "path:0x1234" */
struct user_spec {
	char file[512], function[512];
	u64 off;
};

static struct ob_err *no_spec(const struct attach *a)
{
	return err_hint(err_new(OB_NAME, "%s: section %s does not name a function", a->p->name,
				a->p->section),
			"SEC(\"%s//path/to/program:FUNCTION\"), SEC(\"%s/libc.so.6:FUNCTION\")",
			a->p->kind->prefix, a->p->kind->prefix);
}

static struct ob_err *read_spec(const struct attach *a, struct user_spec *to)
{
	const char *s = a->p->target, *colon = strrchr(s, ':');
	char *end;

	*to = (struct user_spec){0};
	if (!colon || colon == s || !colon[1] || (size_t)(colon - s) >= sizeof(to->file) ||
	    strlen(colon + 1) >= sizeof(to->function))
		return no_spec(a);
	memcpy(to->file, s, (size_t)(colon - s));
	strcpy(to->function, colon + 1);
	if (isdigit((u8)*to->function)) {
		to->off = strtoull(to->function, &end, 0);
		*to->function = 0;
		return *end ? no_spec(a) : NULL;
	}
	char *plus = strchr(to->function, '+');
	if (plus) {
		*plus = 0;
		to->off = strtoull(plus + 1, &end, 0);
		if (*end || end == plus + 1)
			return no_spec(a);
	}
	return NULL;
}

static bool returns(const struct attach *a) { return a->p->kind->prefix[1] == 'r'; }

/* ---- one ---- */

struct found {
	u64 off;
	bool any;
};

static bool take_first(void *arg, const char *name, u64 off)
{
	struct found *f = arg;

	(void)name;
	*f = (struct found){off, true};
	return false;
}

static struct ob_err *locate(const struct user_spec *s, const struct program_file *f, u64 *off)
{
	struct found at = {0};

	*off = s->off;
	if (!*s->function)
		return NULL;
	program_functions(f, s->function, take_first, &at);
	if (!at.any)
		return err_hint(
			err_new(OB_NAME, "%s has no function %s", f->path, s->function),
			"a stripped program has only what it exports; an offset in the file "
			"may be named, too: %s:0x1234",
			f->path);
	*off += at.off;
	return NULL;
}

static struct ob_err *attach_at(const struct attach *a, const char *path, u64 off,
				struct sys_link *to)
{
	int type = a->door->unit("uprobe", "type");
	int bit = a->door->unit("uprobe", "format/retprobe");
	pid_t pid = a->opts->pid ? a->opts->pid : -1;
	char what[600];

	if (type < 0) {
		snprintf(what, sizeof(what), "%s:0x%llx", path, (unsigned long long)off);
		return event_by_name(a, "uprobe", returns(a), what, to);
	}
	struct perf_event_attr e = {.type = (u32)type,
				    .config = returns(a) ? (u64)1 << MAX(bit, 0) : 0,
				    .config1 = (u64)(uintptr_t)path,
				    .config2 = off};
	int no = event_attach(a, &e, pid, pid > 0 ? -1 : 0, 0, to);
	return no < 0 ? event_err(a, no, "uprobe", "cannot attach to %s at 0x%llx", path,
				  (unsigned long long)off)
		      : NULL;
}

static struct ob_err *uprobe(const struct attach *a, struct sys_link *to)
{
	struct program_file f = {0};
	struct user_spec s;
	u64 off = 0;
	struct ob_err *err = read_spec(a, &s);

	if (!err)
		err = program_file_open(s.file, a->opts->pid, &f);
	if (!err)
		err = locate(&s, &f, &off);
	if (!err)
		err = attach_at(a, f.path, off, to);
	if (!err && *s.function && s.off)
		err = link_where(to, "%s %s:%s+0x%llx", returns(a) ? "return of" : "entry of",
				 f.path, s.function, (unsigned long long)s.off);
	else if (!err && *s.function)
		err = link_where(to, "%s %s:%s", returns(a) ? "return of" : "entry of", f.path,
				 s.function);
	else if (!err)
		err = link_where(to, "%s at 0x%llx", f.path, (unsigned long long)off);
	program_file_close(&f);
	return err;
}

const struct attach_kind attach_uprobe = {
	(const char *const[]){"uprobe", "uprobe.s", "uretprobe", "uretprobe.s", NULL}, uprobe};

/* ---- many ---- */

struct many {
	u64 *v;
	u32 n, cap;
	bool oom;
};

static bool take_all(void *arg, const char *name, u64 off)
{
	struct many *m = arg;

	(void)name;
	for (u32 i = 0; i < m->n; i++)
		if (m->v[i] == off)
			return true;
	if (m->n == m->cap) {
		u32 cap = m->cap ? 2 * m->cap : 64;
		u64 *more = cap > MANY ? NULL : realloc(m->v, cap * sizeof(*more));

		if (!more) {
			m->oom = true;
			return false;
		}
		m->v = more;
		m->cap = cap;
	}
	m->v[m->n++] = off;
	return true;
}

static struct ob_err *attach_many(const struct attach *a, const char *path, const struct many *m,
				  struct sys_link *to)
{
	enum { RETURN = 1 };
	union bpfattr attr = {.link = {.prog_fd = (u32)a->prog, .attach_type = a->p->attach}};

	attr.link.uprobe_multi.path = (u64)(uintptr_t)path;
	attr.link.uprobe_multi.offsets = (u64)(uintptr_t)m->v;
	attr.link.uprobe_multi.cnt = m->n;
	attr.link.uprobe_multi.pid = (u32)a->opts->pid;
	attr.link.uprobe_multi.flags = returns(a) ? RETURN : 0;
	int fd = a->door->bpf(BPF_LINK_CREATE, &attr.a, sizeof(attr.link));
	if (fd < 0)
		return event_err(a, fd, "uprobe", "cannot attach to %u functions of %s", m->n,
				 path);
	to->kind = BPFLINK_UPROBE_MULTI;
	return link_hold(to, fd);
}

static struct ob_err *uprobe_multi(const struct attach *a, struct sys_link *to)
{
	struct program_file f = {0};
	struct many m = {0};
	struct user_spec s;
	struct ob_err *err = read_spec(a, &s);

	if (!err)
		err = program_file_open(s.file, a->opts->pid, &f);
	if (!err)
		program_functions(&f, s.function, take_all, &m);
	if (!err && m.oom)
		err = err_nomem();
	if (!err && !m.n)
		err = err_new(OB_NAME, "%s has no function like %s", f.path, s.function);
	if (!err)
		err = attach_many(a, f.path, &m, to);
	if (!err)
		err = link_where(to, "%s %u functions of %s", returns(a) ? "return of" : "entry of",
				 m.n, f.path);
	free(m.v);
	program_file_close(&f);
	return err;
}

const struct attach_kind attach_uprobe_multi = {
	(const char *const[]){"uprobe.multi", "uretprobe.multi", "uprobe.multi.s",
			      "uretprobe.multi.s", "uprobe.session", "uprobe.session.s", NULL},
	uprobe_multi,
};
