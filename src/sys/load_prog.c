/* SPDX-License-Identifier: BSD-2-Clause */
/* An object's programs: code with the descriptors of its maps, what they attach to by
 * the kernel's types, where they came from; and why one is refused. */
#include "sys/load_priv.h"

#include <linux/version.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { LOG_FIRST = 1 << 16, LOG_MOST = (1 << 24) - 1, TRIES = 5 };
enum { LDDW = 0x18, CALL = 0x85 };
enum { BY_FD = 1, VALUE_BY_FD = 2, BY_INDEX = 5, VALUE_BY_INDEX = 6 };

/* ---- targets ---- */

/* As the kernel names what a program of that attach type is for. */
static const char *prefix_of(const struct object_program *p, u32 *kind)
{
	*kind = BTF_KIND_FUNC;
	switch (p->attach) {
	case ATTACH_TRACE_RAW_TP:
		*kind = BTF_KIND_TYPEDEF;
		return "btf_trace_";
	case ATTACH_LSM_MAC:
	case ATTACH_LSM_CGROUP:
		return "bpf_lsm_";
	case ATTACH_TRACE_ITER:
		return "bpf_iter_";
	}
	return "";
}

static struct ob_err *no_target(const struct sys_loaded *l, const struct object_program *p)
{
	if (p->type == PROGTYPE_EXT)
		return err_new(OB_UNSUPPORTED,
			       "%s: it replaces a function of another program (%s), which cannot "
			       "be named yet",
			       p->name, p->section);
	if (!*p->target)
		return err_hint(err_new(OB_NAME, "%s: section %s does not say what it is for",
					p->name, p->section),
				"SEC(\"%s/NAME\")", p->section);
	if (!l->kernel)
		return err_hint(err_new(OB_UNSUPPORTED, "%s (%s): the kernel's types are not known",
					p->name, p->section),
				"a kernel with CONFIG_DEBUG_INFO_BTF");
	return NULL;
}

/* The id of what it is for; 0 in *id for a program that needs none. */
static struct ob_err *find_target(const struct sys_loaded *l, const struct object_program *p,
				  u32 *id)
{
	u32 kind;
	const char *prefix = prefix_of(p, &kind);
	struct buf name = {0};

	*id = p->ops;
	if (p->ops || !p->kind || !(p->kind->flags & SECTION_BTF))
		return NULL;
	struct ob_err *err = no_target(l, p);
	if (err)
		return err;
	buf_printf(&name, "%s%s", prefix, p->target);
	*id = name.oom ? 0 : btf_find(l->kernel, name.p, kind);
	if (!*id) {
		err = err_new(OB_NAME, "%s (%s): the kernel has no %s %s", p->name, p->section,
			      kind == BTF_KIND_TYPEDEF       ? "tracepoint"
			      : !strcmp(prefix, "bpf_iter_") ? "iterator"
			      : *prefix                      ? "hook"
							     : "function",
			      p->target);
		if (!*prefix)
			err = err_note(err, "or it was inlined everywhere, or is a module's");
	}
	buf_deinit(&name);
	return err;
}

/* ---- code ---- */

/* The helpers that tell user from kernel memory came with Linux 5.5. */
static s32 older_helper(s32 nr)
{
	enum { READ = 4, READ_STR = 45, USER = 112, KERNEL, USER_STR, KERNEL_STR };

	return nr == USER || nr == KERNEL           ? READ
	       : nr == USER_STR || nr == KERNEL_STR ? READ_STR
						    : nr;
}

static struct ob_err *prepare(const struct sys_loaded *l, const struct object_program *p,
			      struct ob_ebpf *code)
{
	for (u32 i = 0; i < p->prog->n; i++) {
		struct ob_ebpf *c = &code[i];

		*c = p->prog->stored[i];
		if (c->code == CALL && !c->src && older_helper(c->imm) != c->imm &&
		    !feature_has(l->features, FEATURE_READ_KERNEL))
			c->imm = older_helper(c->imm);
		if (c->code != LDDW || i + 1 == p->prog->n)
			continue;
		if (c->src == BY_INDEX || c->src == VALUE_BY_INDEX) {
			u32 map = (u32)c->imm;

			if (map >= l->object->maps || l->map[map] < 0)
				return err_new(OB_FORMAT,
					       "%s: insn %u is of a map that is not there", p->name,
					       i);
			c->src = c->src == BY_INDEX ? BY_FD : VALUE_BY_FD;
			c->imm = l->map[map];
		}
		code[i + 1] = p->prog->stored[i + 1];
		i++;
	}
	return NULL;
}

/* ---- where it came from ---- */

struct info {
	struct bpf_func_info *func;
	struct bpf_line_info *line;
};

static u32 offset_in(const struct btf *b, const char *s)
{
	return b->first_str + (u32)(s - (const char *)b->strings.p);
}

static bool make_info(const struct prog *p, struct info *to)
{
	to->func = calloc(p->funcs + 1, sizeof(*to->func));
	to->line = calloc(p->lines + 1, sizeof(*to->line));
	if (!to->func || !to->line)
		return false;
	for (u32 i = 0; i < p->funcs; i++)
		to->func[i] = (struct bpf_func_info){p->func[i].pc, p->func[i].type};
	for (u32 i = 0; i < p->lines; i++)
		to->line[i] = (struct bpf_line_info){
			.insn_off = p->line[i].pc,
			.file_name_off = offset_in(p->btf, p->line[i].file),
			.line_off = offset_in(p->btf, p->line[i].text),
			.line_col = p->line[i].line << 10 | (p->line[i].col & 1023),
		};
	return true;
}

/* ---- loading ---- */

/* Linux before 5.0 compares it with its own for kprobes. Debian and Ubuntu put
 * theirs in other places than the release. */
static u32 kernel_version(void)
{
	u32 major = 0, minor = 0, patch = 0;
	struct utsname u;
	FILE *f = fopen("/proc/version_signature", "re");
	bool told = f && fscanf(f, "%*s %*s %u.%u.%u", &major, &minor, &patch) == 3;

	if (f)
		fclose(f);
	if (told || uname(&u))
		return KERNEL_VERSION(major, minor, MIN(patch, 255u));
	const char *debian = strstr(u.version, "Debian ");
	sscanf(debian ? debian + 7 : u.release, "%u.%u.%u", &major, &minor, &patch);
	return KERNEL_VERSION(major, minor, MIN(patch, 255u));
}

static int load(const struct sys_door *d, const union bpf_attr *a, char *log, u32 size)
{
	for (u32 i = 0;; i++) {
		union bpf_attr now = *a;

		now.log_level = log ? 1 : 0;
		now.log_buf = (u64)(uintptr_t)log;
		now.log_size = size;
		int fd = d->bpf(BPF_PROG_LOAD, &now, sizeof(now));
		if (fd != -EAGAIN || i == TRIES)
			return fd;
	}
}

/* What the kernel's types did not have became a call that no kernel takes. */
static struct ob_err *note_miss(struct ob_err *err, const struct object_program *p, const char *log)
{
	struct log last;

	log_read(&last, log);
	for (u32 i = 0; i < p->misses && strstr(log, "195896080"); i++)
		if (p->miss[i].pc == last.insn)
			err = err_note(err, "the kernel's types have not what it needs: %s",
				       p->miss[i].what);
	return err;
}

static struct ob_err *refused(const struct sys_loaded *l, const struct object_program *p,
			      const union bpf_attr *a, int why)
{
	struct ob_err *err = NULL;

	for (u32 size = LOG_FIRST; !err; size = MIN(size * 8, (u32)LOG_MOST)) {
		char *log = calloc(1, size);

		if (!log)
			return err_nomem();
		int fd = load(l->door, a, log, size);
		if (fd >= 0) /* it was short of something, and is no more */
			err = err_new(OB_REFUSED, "%s refused it once: %s", l->door->name,
				      strerror(-why));
		else if (fd != -ENOSPC || size == LOG_MOST)
			err = *log || (why != -EPERM && why != -EACCES)
				      ? log_err(l->door->name, log, strerror(-why), p->prog, 0)
				      : load_err(l->door, why, "cannot load it");
		if (err)
			err = note_miss(err, p, log);
		if (fd >= 0)
			close(fd);
		free(log);
	}
	return err_note(err, "program %s, section %s", p->name, p->section);
}

/* What the call is given, and the memory that it points to. */
struct asked {
	union bpf_attr attr;
	struct ob_ebpf *code;
	struct info info;
};

static void asked_deinit(struct asked *q)
{
	free(q->code);
	free(q->info.func);
	free(q->info.line);
}

static struct ob_err *ask(const struct sys_loaded *l, const struct object_program *p, u32 target,
			  struct asked *q)
{
	*q = (struct asked){.code = malloc((p->prog->n + 1) * sizeof(*q->code))};
	if (!q->code || !make_info(p->prog, &q->info))
		return err_nomem();
	union bpf_attr *a = &q->attr;
	a->prog_type = p->type;
	a->expected_attach_type = p->attach;
	a->insns = (u64)(uintptr_t)q->code;
	a->insn_cnt = p->prog->n;
	a->license = (u64)(uintptr_t)(l->object->license ? l->object->license : "");
	a->kern_version = l->object->version;
	a->prog_flags = p->prog_flags;
	a->attach_btf_id = target;
	load_name(l->features, a->prog_name, p->name);
	if (p->type == PROGTYPE_KPROBE && !l->door->own)
		a->kern_version = kernel_version();
	if (p->kind && p->kind->flags & SECTION_OFFER &&
	    !feature_has(l->features, FEATURE_EXPECTED_ATTACH))
		a->expected_attach_type = 0;
	if (l->btf >= 0 && p->prog->funcs && feature_has(l->features, FEATURE_BTF_FUNC)) {
		a->prog_btf_fd = (u32)l->btf;
		a->func_info = (u64)(uintptr_t)q->info.func;
		a->func_info_cnt = p->prog->funcs;
		a->func_info_rec_size = sizeof(*q->info.func);
		a->line_info = (u64)(uintptr_t)q->info.line;
		a->line_info_cnt = p->prog->lines;
		a->line_info_rec_size = sizeof(*q->info.line);
	}
	return prepare(l, p, q->code);
}

static struct ob_err *load_one(struct sys_loaded *l, u32 nr)
{
	const struct object_program *p = &l->object->prog[nr];
	struct asked q;
	u32 target;
	struct ob_err *err = find_target(l, p, &target);

	if (err)
		return err;
	err = ask(l, p, target, &q);
	int fd = err ? -EINVAL : load(l->door, &q.attr, NULL, 0);
	if (!err && (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM || fd == -ENOSYS))
		err = load_err(l->door, fd, "cannot load %s", p->name);
	else if (!err && fd < 0)
		err = refused(l, p, &q.attr, fd);
	asked_deinit(&q);
	if (!err)
		l->prog[nr] = fd;
	return err;
}

int load_as(const struct sys_loaded *l, const struct object_program *p, u32 type, u32 attach,
	    u32 target)
{
	struct object_program other = *p;
	struct asked q;
	int fd = -EINVAL;

	other.type = type;
	other.attach = attach;
	other.kind = NULL;
	struct ob_err *err = ask(l, &other, target, &q);
	if (!err)
		fd = load(l->door, &q.attr, NULL, 0);
	asked_deinit(&q);
	ob_err_destroy(err);
	return fd;
}

struct ob_err *sys_target(const struct btf *kernel, const struct object_program *p, u32 *id)
{
	const struct sys_loaded l = {.kernel = kernel};

	return find_target(&l, p, id);
}

struct ob_err *load_progs(struct sys_loaded *l)
{
	for (u32 i = 0; i < l->object->progs; i++) {
		struct ob_err *err = l->object->prog[i].prog ? load_one(l, i) : NULL;

		if (err)
			return err;
	}
	return NULL;
}
