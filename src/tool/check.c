/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf check`: proves an extended program safe, or says why it is not. */
#include "tool/check.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tool/kernel.h"
#include "tool/object.h"

static const char *const profiles[] = {"seed", "unprivileged", "capable", "privileged", NULL};
static const char *const shows[] = {"states", "liveness", "cost", NULL};

/* ---- what is said of it ---- */

static struct ob_err *set_type(const struct check_cmd *c, u32 *type, u32 *attach)
{
	struct ob_err *err = c->type ? object_type_find(c->type, type) : NULL;

	if (!err && c->attach && !attach_find(c->attach, strlen(c->attach), attach))
		err = err_new(OB_NAME, "there is no attach type `%s`", c->attach);
	return err;
}

/* "type,key,value,entries[,flags]", separated by blanks: the maps map_idx 0, 1 ... */
static struct ob_err *set_maps(const struct check_cmd *c, struct arena *a, struct prog *p)
{
	struct {
		struct prog_map *v;
		u32 n, cap;
	} maps = {0};
	const char *s = c->maps ? c->maps : "";

	while (*s) {
		unsigned n[5] = {0};
		int used = 0;
		if (sscanf(s, "%u,%u,%u,%u%n,%u%n", &n[0], &n[1], &n[2], &n[3], &used, &n[4],
			   &used) < 4)
			return err_new(OB_SYNTAX, "`%s` is no map: type,key,value,entries", s);
		vec_push(a, maps) = (struct prog_map){.name = "",
						      .type = n[0],
						      .key_size = n[1],
						      .value_size = n[2],
						      .max_entries = n[3],
						      .flags = n[4]};
		s += used;
		s += strspn(s, " ");
	}
	p->map = maps.v;
	p->maps = maps.n;
	return NULL;
}

/* ---- one program ---- */

static void ask_linux(struct check_job *j)
{
	struct check_world w;

	j->peer.asked = check_world_open(&sys_door_linux, j, &j->peer.log, &w);
	if (!j->peer.asked)
		return;
	j->peer.err = MIN(w.prog, 0);
	check_world_close(&w);
}

/* The same with all that its object knows: types, functions, sections of data. */
static void ask_linux_object(struct check_job *j)
{
	struct object *o = j->object;
	struct prog **kept = calloc(o->progs + 1, sizeof(*kept));
	const struct sys_load_opts opts = {.door = &sys_door_linux, .kernel = j->how.kernel};
	struct sys_loaded *loaded = NULL;

	if (!kept)
		return;
	for (u32 i = 0; i < o->progs; i++) {
		kept[i] = o->prog[i].prog;
		if (kept[i] != j->p)
			o->prog[i].prog = NULL;
	}
	struct ob_err *err = sys_load(o, &opts, &loaded);
	for (u32 i = 0; i < o->progs; i++)
		o->prog[i].prog = kept[i];
	free(kept);
	j->peer.asked = !err || ob_err_code(err) == OB_REFUSED;
	j->peer.err = err ? -EACCES : 0;
	if (err)
		buf_puts(&j->peer.log, ob_err_reason(err));
	ob_err_destroy(err);
	if (loaded)
		sys_loaded_close(loaded);
}

/* A word of its log that is not an instruction or a state: the line before the numbers. */
static void put_linux(const struct check_job *j, struct buf *to)
{
	const char *log = j->peer.log.p ? j->peer.log.p : "", *end = strstr(log, "processed ");

	if (!j->peer.asked) {
		buf_printf(to, "the kernel could not be asked%s%s\n", *log ? ": " : "", log);
		return;
	}
	buf_printf(to, "the kernel %s it", j->peer.err ? "refuses" : "accepts");
	if (j->peer.err) {
		size_t n = end ? (size_t)(end - log) : strlen(log);

		while (n && log[n - 1] == '\n')
			n--;
		size_t from = n;
		while (from && log[from - 1] != '\n')
			from--;
		buf_printf(to, ": %.*s", (int)(n - from), log + from);
	}
	buf_printf(to, "%s\n", !j->peer.err == !j->err ? "" : " (unlike onebpf)");
}

static void put_verdict(const struct check_job *j, struct buf *to)
{
	if (!j->err)
		buf_printf(to,
			   "%s: accepted: %u instructions simulated, %u states, %u bytes of "
			   "stack\n",
			   j->name, j->r.insns, j->r.states, j->r.stack);
	else if (j->x)
		explanation_put(to, j->x, j->p);
	else
		buf_printf(to, "%s: refused at instruction %u: %s\n", j->name, j->r.pc,
			   strerror(-j->err));
	for (u32 i = 0; j->x && j->cmd->explain && i < j->x->steps; i++) {
		buf_printf(to, "%s%u:",
			   i ? ""
			     : "the path, with what was known before each "
			       "instruction:\n",
			   j->x->path[i].pc);
		buf_printf(to, "%s\n  ", j->x->path[i].state);
		if (j->p->ext[j->x->path[i].pc].op < EB_COUNT)
			ebpf_dis_one(to, &j->p->ext[j->x->path[i].pc], j->x->path[i].pc);
		buf_putc(to, '\n');
	}
	if (j->cmd->kernel)
		put_linux(j, to);
}

static struct ob_err *write_page(const struct check_job *j)
{
	struct buf page = {0};

	check_html(j, &page);
	struct ob_err *err = page.oom ? err_nomem() : program_save(j->cmd->html, page.p, page.n);
	buf_deinit(&page);
	return err;
}

/* Verified, explained, shown. */
static struct ob_err *check_one(struct check_job *j, int *status)
{
	struct buf log = {0}, out = {0};
	struct ob_err *err = NULL;

	j->how.text = j->how.log ? &log : NULL;
	j->err = check_verify(j->p, &j->how, &j->r);
	j->how.text = NULL;
	if (j->err)
		*status = NO;
	if (j->cmd->kernel && j->object)
		ask_linux_object(j);
	else if (j->cmd->kernel)
		ask_linux(j);
	if (j->peer.asked && j->peer.err)
		*status = NO;
	if (j->err)
		check_job_explain(j);
	if (j->cmd->json)
		check_json(j, &out);
	else
		put_verdict(j, &out);
	check_show(j, &out);
	if (log.n)
		fwrite(log.p, 1, log.n, stdout);
	if (out.n)
		fwrite(out.p, 1, out.n, stdout);
	if (log.oom || out.oom)
		err = err_nomem();
	if (!err && j->cmd->html)
		err = write_page(j);
	explanation_destroy(j->x);
	buf_deinit(&log);
	buf_deinit(&out);
	buf_deinit(&j->peer.log);
	return err;
}

static struct check_job job_of(const struct check_cmd *c, const struct prog *p, const char *name)
{
	return (struct check_job){
		.cmd = c,
		.p = p,
		.name = name,
		.how = {.level = c->profile ? (enum check_level)(c->profile - 1) : CHECK_PRIVILEGED,
			.gpl = !c->not_gpl,
			.prog_flags = (u32)c->flags,
			.log = (u32)c->log,
			.no_prune = c->no_prune}};
}

/* ---- text and bytes ---- */

static struct ob_err *check_text(const struct check_cmd *c, const char *path, int *status)
{
	struct arena a;
	struct prog *p;
	struct ob_err *err = program_read(path, c->raw, &p);

	if (err)
		return err;
	arena_init(&a);
	p->type = PROGTYPE_SOCKET_FILTER;
	err = set_type(c, &p->type, &p->attach);
	if (!err)
		err = set_maps(c, &a, p);
	if (!err) {
		struct check_job j = job_of(c, p, path);

		err = check_one(&j, status);
	}
	arena_deinit(&a);
	prog_destroy(p);
	return err;
}

/* ---- objects ---- */

static struct ob_err *object_job(const struct check_cmd *c, struct object *o,
				 const struct object_program *g, const struct btf *kernel,
				 struct check_job *j)
{
	*j = job_of(c, g->prog, g->name);
	j->object = o;
	j->from = g;
	g->prog->type = g->type;
	g->prog->attach = g->attach;
	j->how.gpl = license_is_gpl(o->license) && !c->not_gpl;
	j->how.prog_flags |= g->prog_flags;
	j->how.kernel = kernel;
	return sys_target(kernel, g, &j->how.attach_btf_id);
}

static struct ob_err *choose(const struct check_cmd *c, struct object_file *f)
{
	for (u32 i = 0; i < f->o->progs; i++) {
		struct object_program *g = &f->o->prog[i];

		g->skip = f->g && g != f->g;
		struct ob_err *err = g->skip ? NULL : set_type(c, &g->type, &g->attach);
		if (!err && !g->skip)
			err = object_typed(g);
		if (err)
			return err;
	}
	return NULL;
}

/* Each table of functions has rules of its own for what its programs may do. */
static struct ob_err *no_rules(const struct object_program *g)
{
	struct ob_err *err = err_new(
		OB_UNSUPPORTED,
		"%s: what a function of a table (struct_ops) may do is the kernel's own rule",
		g->name);

	return err_hint(err, "onebpf load asks the kernel");
}

static struct ob_err *check_object(const struct check_cmd *c, struct object_file *f, int *status)
{
	struct kernel k = {0};
	struct ob_err *err = choose(c, f);

	if (!err)
		err = kernel_open(true, c->types, &k);
	if (!err) {
		const struct object_target target = kernel_target(&k);

		err = object_link(f->o, &target);
	}
	for (u32 i = 0; i < f->o->progs && !err; i++) {
		struct check_job j;

		if (!f->o->prog[i].prog || f->o->prog[i].skip)
			continue;
		if (f->o->prog[i].type == PROGTYPE_STRUCT_OPS) {
			*status = fail("check", no_rules(&f->o->prog[i]));
			continue;
		}
		err = object_job(c, f->o, &f->o->prog[i], k.types, &j);
		if (!err)
			err = check_one(&j, status);
	}
	kernel_close(&k);
	return err;
}

/* false: it is accepted. */
static bool say_why(struct object *o, const struct object_program *g, const struct btf *kernel)
{
	static const struct check_cmd cmd;
	struct check_job j;
	struct buf out = {0};
	struct ob_err *err = object_job(&cmd, o, g, kernel, &j);

	ob_err_destroy(err);
	j.err = err ? 0 : check_verify(j.p, &j.how, &j.r);
	if (!j.err)
		return false;
	check_job_explain(&j);
	if (j.x)
		explanation_put(&out, j.x, j.p);
	if (out.n && !out.oom)
		fwrite(out.p, 1, out.n, stderr);
	buf_deinit(&out);
	explanation_destroy(j.x);
	return true;
}

struct ob_err *check_say(struct object *o, const struct btf *kernel, struct ob_err *err)
{
	for (u32 i = 0; i < o->progs; i++) {
		const struct object_program *g = &o->prog[i];
		if (!g->prog || !say_why(o, g, kernel))
			continue;
		ob_err_destroy(err);
		return err_new(OB_REFUSED, "our world refuses the program %s, section %s", g->name,
			       g->section);
	}
	return err;
}

static struct ob_err *check(const struct check_cmd *c, char **operand, int *status)
{
	struct object_file f;
	const char *path;
	bool is = false;
	struct ob_err *err = program_operand(operand, &path);

	if (!err && !c->raw)
		err = object_file_open(path, &f, &is);
	if (err)
		return err;
	if (!is)
		return check_text(c, path, status);
	err = check_object(c, &f, status);
	object_file_close(&f);
	return err;
}

static int run(const void *opts, char **operand)
{
	int status = DONE;
	struct ob_err *err = check(opts, operand, &status);

	return err ? fail("check", err) : flushed("check", status);
}

#define TO(field) .to = offsetof(struct check_cmd, field)

/* clang-format off */
static const struct opt options[] = {
	{OPT_GROUP, .help = "What the program is"},
	{OPT_TEXT, 't', true, "type", "TYPE", TO(type),
	 .help = "as bpftool names it: xdp, sched_cls; socket_filter when nothing is said"},
	{OPT_TEXT, .name = "attach", .arg = "TYPE", TO(attach),
	 .help = "where it is to be attached"},
	{OPT_TEXT, .name = "types", .arg = "FILE", TO(types), .complete = COMPLETE_FILE,
	 .help = "the kernel's types, which objects are linked for",
	 .more = "BTF, or an ELF file with it. When nothing is said: the running kernel's"},
	{OPT_TEXT, 'm', false, "maps", "MAPS", TO(maps),
	 .help = "its maps, each TYPE,KEY,VALUE,ENTRIES[,FLAGS] as numbers"},
	{OPT_COUNT, .name = "raw", TO(raw),
	 .help = "the file holds bytes, whatever they look like"},
	{OPT_COUNT, .name = "not-gpl", TO(not_gpl),
	 .help = "its licence does not go with the GPL"},
	{OPT_GROUP, .help = "By which rules"},
	{OPT_WORD, 'p', true, "profile", "PROFILE", TO(profile), .words = profiles,
	 .help = "seed, unprivileged, capable (CAP_BPF) or privileged (the usual)"},
	{OPT_NUMBER, .name = "flags", .arg = "N", TO(flags), .max = UINT32_MAX,
	 .help = "those of BPF_PROG_LOAD"},
	{OPT_COUNT, .name = "no-prune", TO(no_prune),
	 .help = "walk every path to its end"},
	{OPT_COUNT, 'k', true, "kernel", TO(kernel),
	 .help = "ask the running kernel, too, and show both verdicts"},
	{OPT_GROUP, .help = "What to show"},
	{OPT_NUMBER, 'l', false, "log", "N", TO(log), .max = 7,
	 .help = "the log, by Linux's levels: 1 paths, 2 all, 4 numbers"},
	{OPT_COUNT, 'e', true, "explain", TO(explain),
	 .help = "of a refused program the whole path, with what was known on it"},
	{OPT_WORD, 's', true, "show", "WHAT", TO(show), .words = shows,
	 .help = "states, liveness or cost of every instruction or line"},
	{OPT_COUNT, 'j', true, "json", TO(json), .help = "the verdict and its reasons as JSON"},
	{OPT_TEXT, .top = true, .name = "html", .arg = "FILE", TO(html), .complete = COMPLETE_FILE,
	 .help = "write a page to walk along the path with a browser"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"why is it refused?", "onebpf check prog.o"},
	{"would this kernel take it?", "onebpf check --kernel --type xdp prog.s"},
	{"what makes it expensive?", "onebpf check --show cost prog.o:main"},
	{0},
};

const struct verb verb_check = {
	.name = "check",
	.does = "prove a BPF program safe, or say why it is not",
	.operands = "FILE[:NAME]|-",
	.opt = options,
	.example = examples,
	.size = sizeof(struct check_cmd),
	.run = run,
};
