/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the kernel: kprobe/FUNCTION[+OFFSET], system calls by their names, and
 * many functions at once. */
#include "sys/attach.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { MANY = 1 << 16 };

static bool returns(const struct attach *a) { return !strncmp(a->p->kind->prefix, "kret", 4); }

static bool is_syscall(const struct attach *a) { return strstr(a->p->kind->prefix, "syscall"); }

/* How a machine's Linux calls the function of a system call, since 4.17. */
static void syscall_name(char *to, size_t n, const char *name)
{
#ifdef __x86_64__
	snprintf(to, n, "__x64_sys_%s", name);
#elif defined(__aarch64__)
	snprintf(to, n, "__arm64_sys_%s", name);
#else
	snprintf(to, n, "sys_%s", name);
#endif
}

struct kernel_spec {
	char function[256];
	u64 off;
};

static struct ob_err *read_spec(const struct attach *a, struct kernel_spec *to)
{
	const char *plus = strchr(a->p->target, '+');
	size_t n = plus ? (size_t)(plus - a->p->target) : strlen(a->p->target);
	char *end = NULL, name[200];

	*to = (struct kernel_spec){0};
	if (plus)
		to->off = strtoull(plus + 1, &end, 0);
	if (!n || n >= sizeof(name) || (plus && (*end || end == plus + 1)))
		return err_hint(err_new(OB_NAME, "%s: section %s does not name a function",
					a->p->name, a->p->section),
				"SEC(\"%s/FUNCTION\")", a->p->kind->prefix);
	snprintf(name, sizeof(name), "%.*s", (int)n, a->p->target);
	if (is_syscall(a))
		syscall_name(to->function, sizeof(to->function), name);
	else
		strcpy(to->function, name);
	return NULL;
}

static struct ob_err *kprobe_err(const struct attach *a, int no, const struct kernel_spec *s)
{
	if (no == -ENOENT || no == -EADDRNOTAVAIL)
		return err_note(err_new(OB_NAME, "%s (%s): the kernel has no function %s",
					a->p->name, a->p->section, s->function),
				"or it was inlined everywhere; /proc/kallsyms lists them");
	if (no == -EINVAL)
		return err_note(event_err(a, no, "kprobe", "cannot attach to %s", s->function),
				"it may be one that must not be probed");
	return event_err(a, no, "kprobe", "cannot attach to %s", s->function);
}

static struct ob_err *kprobe(const struct attach *a, struct sys_link *to)
{
	int type = a->door->unit("kprobe", "type");
	int bit = a->door->unit("kprobe", "format/retprobe");
	struct kernel_spec s;
	char what[300];
	struct ob_err *err = read_spec(a, &s);

	if (err)
		return err;
	snprintf(what, sizeof(what), "%s+%llu", s.function, (unsigned long long)s.off);
	if (type < 0) {
		err = event_by_name(a, "kprobe", returns(a), what, to);
		if (err && ob_err_code(err) == OB_UNSUPPORTED)
			err = attach_by_types(a, s.off ? "" : s.function, returns(a), err, to);
	} else {
		struct perf_event_attr e = {.type = (u32)type,
					    .config = returns(a) ? (u64)1 << MAX(bit, 0) : 0,
					    .config1 = (u64)(uintptr_t)s.function,
					    .config2 = s.off};
		int no = event_attach(a, &e, -1, 0, 0, to);

		err = no < 0 ? kprobe_err(a, no, &s) : NULL;
	}
	if (err)
		return err;
	return link_where(to, "%s %s", returns(a) ? "return of" : "entry of",
			  s.off ? what : s.function);
}

const struct attach_kind attach_kprobe = {
	(const char *const[]){"kprobe", "kretprobe", "ksyscall", "kretsyscall", NULL}, kprobe};

/* ---- many ---- */

struct names {
	char **v;
	u32 n, cap;
};

static bool add_name(struct names *to, const char *name)
{
	if (to->n == to->cap) {
		u32 cap = to->cap ? 2 * to->cap : 64;
		char **more = cap > MANY ? NULL : realloc(to->v, cap * sizeof(*more));

		if (!more)
			return false;
		to->v = more;
		to->cap = cap;
	}
	to->v[to->n] = strdup(name);
	return to->v[to->n] && ++to->n;
}

/* The functions that may be probed are those that ftrace knows. */
static struct ob_err *find_names(const struct attach *a, const char *pattern, struct names *to)
{
	FILE *f = NULL;
	char path[128], line[512], name[256];
	bool room = true;
	int no = -ENOENT;

	for (u32 i = 0; i < LEN(tracefs) && !f && no == -ENOENT; i++) {
		snprintf(path, sizeof(path), "%s/available_filter_functions", tracefs[i]);
		f = fopen(path, "re");
		no = f ? 0 : -errno;
	}
	if (!f)
		return err_hint(attach_err(a, no, "cannot read %s", path),
				"a kernel with CONFIG_FUNCTION_TRACER; mount -t tracefs tracefs %s",
				tracefs[0]);
	while (room && fgets(line, sizeof(line), f))
		if (sscanf(line, "%255s", name) == 1 && !fnmatch(pattern, name, 0))
			room = add_name(to, name);
	fclose(f);
	if (!room)
		return err_new(OB_RANGE, "%s (%s): more functions than %d", a->p->name,
			       a->p->section, MANY);
	return to->n ? NULL
		     : err_new(OB_NAME, "%s: the kernel has no function like %s", a->p->name,
			       pattern);
}

static struct ob_err *kprobe_multi(const struct attach *a, struct sys_link *to)
{
	enum { RETURN = 1 };
	struct names names = {0};
	union bpfattr attr = {.link = {.prog_fd = (u32)a->prog, .attach_type = a->p->attach}};
	struct ob_err *err = find_names(a, a->p->target, &names);

	if (!err) {
		attr.link.kprobe_multi.syms = (u64)(uintptr_t)names.v;
		attr.link.kprobe_multi.cnt = names.n;
		attr.link.kprobe_multi.flags = returns(a) ? RETURN : 0;
		int fd = a->door->bpf(BPF_LINK_CREATE, &attr.a, sizeof(attr.link));
		if (fd == -EOPNOTSUPP)
			err = err_hint(attach_err(a, fd, "cannot attach to many functions"),
				       "a kernel with CONFIG_FPROBE");
		else if (fd < 0)
			err = event_err(a, fd, "kprobe", "cannot attach to %u functions like %s",
					names.n, a->p->target);
		else
			err = link_hold(to, fd);
	}
	to->kind = BPF_LINK_TYPE_KPROBE_MULTI;
	if (!err)
		err = link_where(to, "%s %u functions like %s",
				 returns(a) ? "return of" : "entry of", names.n, a->p->target);
	while (names.n)
		free(names.v[--names.n]);
	free(names.v);
	return err;
}

const struct attach_kind attach_kprobe_multi = {
	(const char *const[]){"kprobe.multi", "kretprobe.multi", "kprobe.session", NULL},
	kprobe_multi,
};
