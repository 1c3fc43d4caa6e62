/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf load`: an object's programs, loaded, attached, and what they tell. */
#include "tool/load.h"

#include <ctype.h>
#include <stdlib.h>

#include "tool/check.h"
#include "tool/expr.h"
#include "tool/kernel.h"
#include "tool/object.h"
#include "tool/program.h"
#include "tool/run.h"

enum { LARGEST = 1 << 30 };

/* ---- which programs ---- */

static struct ob_err *choose(const struct load_cmd *c, struct object *o)
{
	for (u32 i = 0; c->only && i < o->progs; i++)
		o->prog[i].skip = true;
	for (const char *s = c->only; s && *s;) {
		size_t n = strcspn(s, ",");
		char *name = strndup(s, n);
		struct object_program *p = name ? object_program(o, name) : NULL;
		struct ob_err *err =
			p ? NULL : err_new(OB_NAME, "no one program is called %s", name);

		free(name);
		if (err)
			return err;
		p->skip = false;
		s += n + (s[n] == ',');
	}
	return NULL;
}

/* Older loaders were told, and did not look at the section. */
static struct ob_err *set_types(const struct load_cmd *c, struct object *o)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < o->progs && !err; i++) {
		struct object_program *p = &o->prog[i];

		if (p->skip || p->kind)
			continue;
		err = c->type ? object_type_find(c->type, &p->type) : object_typed(p);
	}
	return err;
}

static struct ob_err *enter_world(const struct load_cmd *c)
{
	struct buf path = {0};
	struct ob_err *err = NULL;

	if (c->world) {
		err = sys_world_make(c->world, &path);
		if (!err && setenv(SYS_WORLD, path.p, 1))
			err = err_nomem();
	}
	buf_deinit(&path);
	return err;
}

/* ---- pins ---- */

/* The file system of pins has no names with a point. */
static struct ob_err *pin(const struct load *l, int fd, const char *name, const char *behind)
{
	struct buf b = {0};

	buf_printf(&b, "%s%s", name, behind);
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '.')
			b.p[i] = '_';
	struct ob_err *err = b.oom ? err_nomem() : sys_pin(l->loaded, fd, l->cmd->pin, b.p);
	buf_deinit(&b);
	return err;
}

static struct ob_err *pin_all(const struct load *l)
{
	const struct object *o = l->object;
	struct ob_err *err = NULL;

	for (u32 i = 0; i < o->maps && !err; i++)
		if (l->loaded->map[i] >= 0 && !l->loaded->reused[i] &&
		    !(o->map[i].pin && o->map[i].kind == OBJECT_MAP))
			err = pin(l, l->loaded->map[i], o->map[i].name, "");
	for (u32 i = 0; i < o->progs && !err; i++)
		if (l->loaded->prog[i] >= 0)
			err = pin(l, l->loaded->prog[i], o->prog[i].name, "");
	for (u32 i = 0; i < l->links && !err; i++) {
		const struct sys_link *k = l->link[i];

		if (!k->kind || !k->n)
			err = err_new(
				OB_UNSUPPORTED,
				"%s is attached by %s, which no pin can keep: it ends with this "
				"command",
				k->name, k->how);
		else
			err = pin(l, k->fd[k->n - 1], k->name, "_link");
	}
	return err;
}

/* ---- attaching ---- */

static struct ob_err *attach_tables(struct load *l)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < l->object->maps && !err; i++) {
		if (l->object->map[i].kind != OBJECT_STRUCT_OPS || l->loaded->map[i] < 0)
			continue;
		err = sys_attach_table(l->loaded, i, &l->link[l->links]);
		if (!err)
			load_say_link(l, l->link[l->links++]);
	}
	return err;
}

static struct ob_err *attach_all(struct load *l)
{
	const struct load_cmd *c = l->cmd;
	const struct sys_attach_opts opts = {.pid = (pid_t)c->pid,
					     .interface = c->interface,
					     .cgroup = c->cgroup,
					     .hook = c->hook,
					     .freq = c->freq};
	struct ob_err *err = attach_tables(l);

	for (u32 i = 0; i < l->object->progs && !err; i++) {
		if (l->loaded->prog[i] < 0 || l->object->prog[i].ops)
			continue;
		struct ob_err *no = sys_attach(l->loaded, i, &opts, &l->link[l->links]);

		if (!no) {
			load_say_link(l, l->link[l->links++]);
		} else if (sys_attaches(&l->object->prog[i])) {
			err = no;
		} else {
			load_say(l);
			fail("load", no);
		}
	}
	if (!err && !l->links)
		err = err_new(OB_UNSUPPORTED, "no program of the object is one to be attached");
	return err;
}

static bool iterators_only(const struct load *l)
{
	for (u32 i = 0; i < l->links; i++)
		if (l->link[i]->kind != BPFLINK_ITER)
			return false;
	return true;
}

static struct ob_err *attach(struct load *l)
{
	struct ob_err *err = attach_all(l);

	load_say(l);
	if (!err && l->cmd->pin)
		return pin_all(l);
	if (!err)
		err = load_iterate(l);
	if (!err && !iterators_only(l))
		err = load_stream(l);
	return err;
}

/* ---- the journey ---- */

/* As onebpf run has them. */
static struct ob_err *set_variables(const struct load_cmd *c, const struct object *o)
{
	const struct run_cmd set = {.data = c->data};

	return run_set_variables(&set, o);
}

static struct ob_err *set_maps(const struct load_cmd *c, const struct sys_loaded *l)
{
	const struct run_cmd set = {.map = c->map};

	return run_set_maps(&set, l);
}

static struct ob_err *load_in(struct load *l, const struct kernel *k)
{
	const struct load_cmd *c = l->cmd;
	const struct sys_load_opts opts = {.door = c->user ? &sys_door_own : &sys_door_linux,
					   .kernel = k->types,
					   .pins = c->pin};
	struct ob_err *err = sys_load(l->object, &opts, &l->loaded);

	if (err && c->user && ob_err_code(err) == OB_REFUSED)
		err = check_say(l->object, k->types, err);
	if (err)
		return err;
	if (l->loaded->warning) {
		fail("load", l->loaded->warning);
		l->loaded->warning = NULL;
	}
	l->link = calloc(l->object->progs + l->object->maps + 1, sizeof(*l->link));
	l->event_type = calloc(l->object->maps + 1, sizeof(*l->event_type));
	if (!l->link || !l->event_type)
		return err_nomem();
	err = load_event_types(l);
	if (!err)
		err = set_maps(c, l->loaded);
	if (err)
		return err;
	if (!c->json)
		buf_printf(&l->out, "%s: loaded into %s\n", l->object->name, l->loaded->door->name);
	load_say_objects(l);
	if (c->attach) {
		err = attach(l);
	} else {
		load_say(l);
		err = c->pin ? pin_all(l) : NULL;
	}
	return err ? err : load_show(l);
}

static struct ob_err *load_file(const struct load_cmd *c, const char *path, struct buf *file,
				struct load *l)
{
	struct kernel k = {0};
	struct ob_err *err = expr_read(path, LARGEST, file);

	if (err)
		return err;
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	err = object_open(name, (struct bytes){(const u8 *)file->p, file->n}, &l->object);
	if (!err)
		err = choose(c, l->object);
	if (!err)
		err = set_types(c, l->object);
	if (!err)
		err = set_variables(c, l->object);
	if (!err)
		err = kernel_open(c->user, c->types, &k);
	if (!err) {
		struct object_target target = kernel_target(&k);

		err = object_link(l->object, &target);
	}
	if (err)
		err = err_note(err, "in %s", path);
	if (!err)
		err = load_in(l, &k);
	while (l->links)
		sys_link_close(l->link[--l->links]);
	free(l->link);
	free(l->event_type);
	sys_loaded_close(l->loaded);
	object_close(l->object);
	kernel_close(&k);
	return err;
}

static struct ob_err *bad_options(const struct load_cmd *c)
{
	if (c->user && c->kernel)
		return err_new(OB_SYNTAX, "--user and --kernel exclude each other");
	if (c->world && !c->user)
		return err_new(OB_SYNTAX, "--world is for --user");
	if (!c->attach &&
	    (c->interface || c->cgroup || c->pid || c->seconds || c->event || c->freq || c->hook))
		return err_hint(err_new(OB_SYNTAX, "nothing is attached"), "--attach");
	if (c->pin && c->attach && (c->seconds || c->event))
		return err_new(OB_SYNTAX, "what is pinned stays attached: nothing is waited for");
	return NULL;
}

static int run(const void *opts, char **operand)
{
	const struct load_cmd *c = opts;
	struct load l = {.cmd = c};
	struct buf file = {0};
	const char *path;
	struct ob_err *err = program_operand(operand, &path);

	if (!err)
		err = bad_options(c);
	if (!err)
		err = enter_world(c);
	if (!err)
		err = load_file(c, path, &file, &l);
	buf_deinit(&file);
	buf_deinit(&l.out);
	if (!err)
		return DONE;
	bool refused = ob_err_code(err) == OB_REFUSED;
	int status = fail("load", err);
	return refused ? NO : status;
}

#define TO(field) .to = offsetof(struct load_cmd, field)

/* clang-format off */
static const struct opt options[] = {
	{OPT_GROUP, .help = "Where"},
	{OPT_COUNT, .name = "kernel", TO(kernel), .help = "into the kernel, as when nothing is said"},
	{OPT_COUNT, 'u', true, "user", TO(user), .help = "into a world of our own, without any right",
	 .more = "No event of Linux reaches it; its programs run when they are asked to"},
	{OPT_TEXT, 'w', .name = "world", .arg = "NAME", TO(world),
	 .help = "the world of this name, as onebpf user has it; else one that ends with the command"},
	{OPT_TEXT, .name = "pin", .top = true, .arg = "FOLDER", TO(pin), .complete = COMPLETE_FILE,
	 .help = "keep all of it, pinned below FOLDER",
	 .more = "With --attach also what is attached stays so. Maps that pin themselves by name are looked for there, else in /sys/fs/bpf"},
	{OPT_GROUP, .help = "What"},
	{OPT_TEXT, .name = "prog", .arg = "NAME[,...]", TO(only),
	 .help = "these programs alone, also those whose section begins with ?"},
	{OPT_TEXT, 't', .name = "type", .arg = "TYPE", TO(type),
	 .help = "of programs whose section does not tell it, as bpftool names it"},
	{OPT_LIST, 'd', .name = "data", .arg = "NAME=VALUE", TO(data),
	 .help = "what a variable holds at first"},
	{OPT_LIST, 'm', .name = "map", .arg = "NAME=KEY:VALUE,...", TO(map),
	 .help = "what a map holds at first",
	 .more = "Values are written as for onebpf run"},
	{OPT_TEXT, .name = "btf", .arg = "FILE", TO(types), .complete = COMPLETE_FILE,
	 .help = "the kernel's types, if it does not tell them itself"},
	{OPT_GROUP, .help = "Attached"},
	{OPT_COUNT, 'a', true, "attach", TO(attach), .help = "attach as the sections say; show what comes"},
	{OPT_NUMBER, 'p', true, "pid", "PID", TO(pid), .min = 1, .max = 1 << 22, .more = "When it ends, so does the command",
	 .help = "user programs, samples: of this process"},
	{OPT_TEXT, 'i', true, "interface", "NAME", TO(interface), .complete = COMPLETE_INTERFACE,
	 .help = "packets: of this interface"},
	{OPT_TEXT, .name = "cgroup", .arg = "FOLDER", TO(cgroup), .complete = COMPLETE_FILE,
	 .help = "of this cgroup, not of the root of all"},
	{OPT_TEXT, .name = "hook", .arg = "FAMILY:HOOK[:PRIORITY]", TO(hook),
	 .help = "netfilter: where; else ipv4:input"},
	{OPT_NUMBER, 'F', .name = "freq", .arg = "HZ", TO(freq), .min = 1, .max = 100000,
	 .help = "samples a second and CPU; else 99"},
	{OPT_NUMBER, .name = "for", .top = true, .arg = "SECONDS", TO(seconds), .min = 1, .max = 1 << 30,
	 .help = "end after so long, not by Ctrl-C"},
	{OPT_GROUP, .help = "Output"},
	{OPT_TEXT, 'e', true, "event", "[MAP=]TYPE[,...]", TO(event),
	 .help = "the type of a buffer's events",
	 .more = "Without it: the map's value type, else struct MAP, or event, if that has their size; else they are shown in hexadecimal"},
	{OPT_TEXT, 's', true, "show", "NAME[,...]", TO(show),
	 .help = "variables and maps to be shown at the end"},
	{OPT_COUNT, 'j', true, "json", TO(json), .help = "one JSON object a line"},
	{OPT_COUNT, 'q', .name = "quiet", TO(quiet), .help = "events and what programs print, nothing else"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"does the kernel take it?", "onebpf load prog.o"},
	{"what does it see?", "onebpf load -a --for 10 execsnoop.o"},
	{"keep it attached", "onebpf load -a -i eth0 --pin FOLDER fw.o"},
	{"without any right", "onebpf load --user prog.o"},
	{0},
};

const struct verb verb_load = {
	.name = "load",
	.does = "load an object, attach it, show what it tells",
	.operands = "FILE",
	.opt = options,
	.example = examples,
	.size = sizeof(struct load_cmd),
	.run = run,
};
