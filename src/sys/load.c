/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads a linked object: types, maps, programs, in this order. */
#include "sys/load_priv.h"

#include <ctype.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- why not ---- */

static bool has_cap(u32 cap)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return !syscall(SYS_capget, &head, data) &&
	       data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

static long setting(const char *path)
{
	FILE *f = fopen(path, "re");
	long n = -1;

	if (f && fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* Which rights are missing, and whether the machine asks for them at all. */
static struct ob_err *want_rights(struct ob_err *err)
{
	static const struct {
		u32 cap;
		const char *name, *what;
	} caps[] = {{CAP_BPF, "CAP_BPF", "maps and programs"},
		    {CAP_PERFMON, "CAP_PERFMON", "tracing"},
		    {CAP_NET_ADMIN, "CAP_NET_ADMIN", "packets"}};
	static const char off[] = "/proc/sys/kernel/unprivileged_bpf_disabled";
	struct buf missing = {0};

	for (u32 i = 0; i < LEN(caps) && !has_cap(CAP_SYS_ADMIN); i++)
		if (!has_cap(caps[i].cap))
			buf_printf(&missing, "%s%s (%s)", missing.n ? ", " : "", caps[i].name,
				   caps[i].what);
	if (!missing.n)
		return err_hint(err, "this process has the rights: a container, a lockdown, or "
				     "before Linux 5.11 the limit of `ulimit -l` forbids it");
	err = err_hint(err, "be root, or have %s; without any right: --user", missing.p);
	if (setting(off) > 0)
		err = err_note(err, "kernel.unprivileged_bpf_disabled is %ld", setting(off));
	buf_deinit(&missing);
	return err;
}

struct ob_err *load_err(const struct sys_door *door, int no, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	no = no < 0 ? -no : no;
	if (no == ENOMEM)
		return err_sys(no, "%s", what);
	if (no == ENOTSUPP_LINUX)
		return err_new(OB_UNSUPPORTED, "%s: %s does not support it", what, door->name);
	struct ob_err *err = err_sys(no, "%s", what);
	if (door->own)
		return err;
	if (no == EPERM || no == EACCES)
		return want_rights(err);
	if (no == ENOSYS)
		return err_hint(err, "the kernel has no bpf(2), or a seccomp filter forbids it; "
				     "without: --user");
	return err;
}

void load_name(struct features *f, char to[BPF_OBJ_NAME_LEN], const char *name)
{
	memset(to, 0, BPF_OBJ_NAME_LEN);
	if (!feature_has(f, FEATURE_NAME))
		return;
	for (u32 i = 0; name[i] && i < BPF_OBJ_NAME_LEN - 1; i++)
		to[i] = isalnum((u8)name[i]) || name[i] == '.' ? name[i] : '_';
}

/* ---- the journey ---- */

/* Before Linux 5.11 maps and programs count as locked memory. */
static void raise_limit(struct features *f)
{
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	if (!feature_has(f, FEATURE_MEMORY_BY_CGROUP))
		setrlimit(RLIMIT_MEMLOCK, &all);
}

static struct sys_loaded *loaded_create(const struct object *o, const struct sys_load_opts *opts)
{
	struct sys_loaded *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->door = opts->door;
	l->object = o;
	l->kernel = opts->kernel;
	l->btf = -1;
	l->map = malloc((o->maps + 1) * sizeof(*l->map));
	l->prog = malloc((o->progs + 1) * sizeof(*l->prog));
	l->reused = calloc(o->maps + 1, sizeof(*l->reused));
	l->features = calloc(1, sizeof(*l->features));
	if (!l->map || !l->prog || !l->reused || !l->features) {
		free(l->map);
		free(l->prog);
		free(l->reused);
		free(l->features);
		free(l);
		return NULL;
	}
	for (u32 i = 0; i < o->maps; i++)
		l->map[i] = -1;
	for (u32 i = 0; i < o->progs; i++)
		l->prog[i] = -1;
	l->features->door = opts->door;
	return l;
}

static void shut(int *fd, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	free(fd);
}

void sys_loaded_close(struct sys_loaded *l)
{
	if (!l)
		return;
	shut(l->prog, l->object->progs);
	shut(l->map, l->object->maps);
	if (l->btf >= 0)
		close(l->btf);
	ob_err_destroy(l->warning);
	free(l->reused);
	free(l->features);
	free(l);
}

struct ob_err *sys_load(const struct object *o, const struct sys_load_opts *opts,
			struct sys_loaded **ret)
{
	struct sys_loaded *l = loaded_create(o, opts);
	struct ob_err *err;

	if (!l)
		return err_nomem();
	raise_limit(l->features);
	err = load_btf(l);
	if (!err)
		err = load_maps(l, opts->pins);
	if (!err)
		err = load_progs(l);
	if (!err)
		err = load_slots(l, true);
	if (err) {
		sys_loaded_close(l);
		return err;
	}
	*ret = l;
	return NULL;
}
