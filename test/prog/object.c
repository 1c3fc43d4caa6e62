/* SPDX-License-Identifier: BSD-2-Clause */
/* What is found in objects: three that clang 19 made, of the fuzzer's seeds. */
#include "prog/object.h"

#include <stdlib.h>

static u32 failed;
static struct buf file;
static struct object *o;

static void check(bool ok, const char *name)
{
	printf("%s %s\n", ok ? "ok" : "FAIL", name);
	failed += !ok;
}

static struct bytes bytes(void) { return (struct bytes){(const u8 *)file.p, file.n}; }

static void read_seed(const char *name)
{
	char path[512];
	size_t n;

	snprintf(path, sizeof(path), "%s/fuzz/seed/fuzz_object/%s", getenv("SRCDIR") ?: ".", name);
	FILE *f = fopen(path, "re");
	buf_clear(&file);
	while (f && buf_room(&file, 1 << 14) && (n = fread(file.p + file.n, 1, 1 << 14, f)))
		file.n += n;
	if (f)
		fclose(f);
}

static bool open_seed(const char *name)
{
	read_seed(name);
	struct ob_err *err = object_open("folder/seed.bpf.o", bytes(), &o);
	if (err)
		ob_err_print(err, stdout);
	check(!err, name);
	ob_err_destroy(err);
	return !err;
}

static bool is(const char *a, const char *b) { return a && b && !strcmp(a, b); }

/* The reason has this in it. */
static bool told(struct ob_err *err, enum ob_code code, const char *part)
{
	bool ok = err && ob_err_code(err) == code && strstr(ob_err_reason(err), part);

	if (!ok && err)
		ob_err_print(err, stdout);
	ob_err_destroy(err);
	return ok;
}

/* ---- typed: .maps, variables, externs, functions ---- */

static const char *hz;
static const char *setting(void *arg, const char *name)
{
	(void)arg;
	return is(name, "CONFIG_HZ") ? hz : NULL;
}

static void typed_parts(void)
{
	const struct object_program *x = object_program(o, "x"), *t = object_program(o, "?tc");
	const struct object_map *m = object_map(o, "m"), *outer = object_map(o, "o");
	u32 map, type;

	check(is(o->name, "seed.bpf") && is(o->license, "GPL") && !o->version, "name and licence");
	check(o->progs == 2 && x && t && is(t->name, "t"), "programs by function and by section");
	check(x && is(x->kind->prefix, "xdp") && x->type == PROGTYPE_XDP && !x->skip,
	      "a section's type");
	check(t && t->skip && is(t->kind->prefix, "tc"), "? is not loaded unless asked");
	check(m && m->shape.type == 1 && m->shape.key_size == 4 && m->shape.value_size == 8 &&
		      m->shape.max_entries == 8 && m->shape.key && m->shape.value,
	      "a map by its types");
	check(outer && outer->inner >= 0 && o->map[outer->inner].kind == OBJECT_INNER &&
		      o->map[outer->inner].shape.type == 2,
	      "a map of maps");
	check(outer && outer->slots == 1 && outer->slot->is_map && !outer->slot->index &&
		      is(o->map[outer->slot->what].name, "i0"),
	      "what it holds at first");
	struct bytes v = object_variable(o, "data", &map, &type);
	check(v.n == 4 && *v.p == 4 && o->map[map].kind == OBJECT_DATA && type, "a variable");
	v = object_variable(o, "hid", &map, &type);
	check(v.n == 4 && o->map[map].kind == OBJECT_BSS, "a static one");
	v = object_variable(o, "lim", &map, &type);
	check(v.n == 4 && *v.p == 3 && o->map[map].kind == OBJECT_RODATA &&
		      o->map[map].shape.flags & 128,
	      "a constant one");
	check(!object_variable(o, "none", &map, &type).p && !object_map(o, "none") &&
		      !object_program(o, "none"),
	      "what there is not");
	check(o->externs == 3 && o->ext[0].kind == EXTERN_KCONFIG && !o->ext[0].weak, "externs");
}

/* Kernel types of our own: the externs' names. */
static struct btf *make_kernel(bool whole)
{
	struct btf_maker *m = btf_maker_create(NULL);
	struct btf *b = NULL;

	btf_maker_add(m, "int", 1, false, 0, 4);
	btf_maker_word(m, 32);
	btf_maker_add(m, "", 13, false, 0, 0);
	btf_maker_add(m, "kf", 12, false, 1, 2);
	btf_maker_add(m, whole ? "kv" : "other", 14, false, 0, 1);
	btf_maker_word(m, 1);
	ob_err_destroy(btf_maker_finish(m, &b));
	btf_maker_destroy(m);
	return b;
}

/* The instruction that calls a function of the kernel, in r2's place its number. */
static const struct eb *find(const struct prog *p, u8 op, s64 imm)
{
	for (u32 i = 0; i < p->n; i++)
		if (p->ext[i].op == op && (imm < 0 || p->ext[i].imm == imm))
			return &p->ext[i];
	return NULL;
}

/* Calls lead to parts, lines are in order. */
static bool is_sound(const struct object_program *g)
{
	bool ok = true;

	for (u32 i = 0; i < g->prog->n; i++) {
		const struct eb *e = &g->prog->ext[i];
		bool found = e->op != EB_CALL_LOCAL && e->op != EB_LDDW_FUNC;

		for (u32 k = 1; k < g->parts; k++)
			found |= ebpf_target(e, i) == g->part[k].pc;
		ok &= found;
	}
	for (u32 i = 1; i < g->prog->lines; i++)
		ok &= g->prog->line[i].pc > g->prog->line[i - 1].pc &&
		      g->prog->line[i].pc < g->prog->n;
	return ok;
}

static void typed_link(void)
{
	struct btf *kernel = make_kernel(true), *less = make_kernel(false);
	struct object_target to = {.kernel = kernel, .setting = setting};
	struct object_program *x = object_program(o, "x"), *t = object_program(o, "t");
	u32 map, type;

	hz = NULL;
	check(told(object_link(o, &to), OB_NAME, "the kernel has no setting CONFIG_HZ"),
	      "a setting that is missing, where it is used");
	hz = "\"text\"";
	check(told(object_link(o, &to), OB_RANGE, "takes as no text"), "one of another type");
	hz = "4294967296";
	check(told(object_link(o, &to), OB_RANGE, "a smaller number"), "one that is too large");
	hz = "250";
	check(!object_link(o, &to), "it links");
	check(x->prog && !t->prog, "what is to be skipped is not linked");
	struct bytes v = object_variable(o, "CONFIG_HZ", &map, &type);
	check(v.n == 4 && *v.p == 250 && o->map[map].kind == OBJECT_KCONFIG, "the setting's value");
	check(x->parts == 3 && is(x->part[0].name, "x") && is(x->part[1].name, "add") &&
		      is(x->part[2].name, "cb"),
	      "its functions, in the order in which they are met");
	check(x->prog->funcs == 3 && x->prog->lines > 3 && x->prog->func[1].pc == x->part[1].pc,
	      "functions and lines follow");
	check(is_sound(x), "calls lead to them");
	check(find(x->prog, EB_CALL_KFUNC, 3) && find(x->prog, EB_LDDW_BTF_ID, 3),
	      "a function of the kernel, called and asked for");
	check(x->prog->maps == o->maps && x->prog->type == PROGTYPE_XDP, "maps and type");
	t->skip = false;
	to.kernel = less;
	check(told(object_link(o, &to), OB_NAME, "variable kv"), "a variable that is missing");
	to.kernel = NULL;
	x->skip = true;
	check(told(object_link(o, &to), OB_NAME, "section ?tc, instruction"), "and its place");
	t->skip = true;
	x->skip = false;
	check(!object_link(o, &to) && !find(x->prog, EB_CALL_KFUNC, -1),
	      "a weak function is not there");
	btf_destroy(kernel);
	btf_destroy(less);
}

/* ---- old: maps as numbers, of iproute2; sections of before 1.0 ---- */

static void old(void)
{
	const struct object_map *a = object_map(o, "a"), *b = object_map(o, "b"),
				*c = object_map(o, "c");
	const struct object_program *f = object_program(o, "f"), *g = object_program(o, "g");
	const struct object_program *h = object_program(o, "h");
	u32 map, type;

	check(o->version == 0x50a00, "a version");
	check(a && a->shape.type == 3 && a->shape.max_entries == 2 && a->id == 7,
	      "a program array");
	check(b && b->id == 1 && b->pin == 2, "an id and a pin");
	check(c && c->inner == (s32)(b - o->map) && c->slots == 1 && c->slot->index == 0 &&
		      c->slot->what == (u32)(b - o->map),
	      "the inner map by its id");
	check(f && f->type == PROGTYPE_SCHED_CLS && h && h->type == PROGTYPE_SOCKET_FILTER,
	      "sections with more behind the name");
	check(g && !g->kind && g->type == PROGTYPE_SCHED_CLS && a && a->slots == 1 &&
		      a->slot->index == 1 && &o->prog[a->slot->what] == g,
	      "section 7/1 is in the array");
	struct bytes v = object_variable(o, "names", &map, &type);
	check(v.n == 16 && get_le64(v.p) == 0 && get_le64(v.p + 8) == 3, "addresses in variables");
}

/* ---- ops: struct_ops, fields of values ---- */

static void ops(void)
{
	static const struct {
		const char *name, *target;
		u32 type, flags;
	} wanted[] = {
		{"my_init", "init", PROGTYPE_STRUCT_OPS, 0},
		{"my_exit", "exit", PROGTYPE_STRUCT_OPS, 16},
		{"fe", "do_unlinkat", PROGTYPE_TRACING, 16},
		{"tp", "syscalls/sys_enter_openat", PROGTYPE_TRACEPOINT, 0},
		{"fr", "", PROGTYPE_XDP, 32},
		{"no", "", 0, 0},
	};
	const struct object_map *m = object_map(o, "my_ops"), *g = object_map(o, "guarded");
	const struct object_target to = {0};
	bool ok = true;

	for (u32 i = 0; i < LEN(wanted); i++) {
		const struct object_program *p = object_program(o, wanted[i].name);

		ok &= p && is(p->target, wanted[i].target) && p->type == wanted[i].type &&
		      p->prog_flags == wanted[i].flags;
	}
	check(ok, "sections, targets, flags");
	check(is(o->license, "Dual MIT/GPL"), "a licence of two words");
	check(m && m->kind == OBJECT_STRUCT_OPS && m->shape.value_size == 40 && m->data[16] == 3 &&
		      !memcmp(m->data + 20, "mine", 5),
	      "a struct of operations");
	check(m && m->slots == 2 && m->slot[0].index == 0 && m->slot[1].index == 8 &&
		      is(o->prog[m->slot[1].what].name, "my_exit"),
	      "the programs in it");
	check(object_map(o, ".data.two") && object_map(o, ".data.two")->shape.value_size == 16,
	      "a section of variables with a name of its own");
	check(g && g->pin == 1 && g->shape.flags == 1, "a pin and flags");
	check(!object_link(o, &to), "it links without a kernel");
	const struct prog_map *shape = &object_program(o, "fr")->prog->map[g - o->map];
	check(shape->fields && shape->fields->kinds == BTF_SPIN_LOCK && shape->fields->n == 1,
	      "a lock in a value");
}

/* ---- damaged files ---- */

static void open_changed(u32 at, u8 value, enum ob_code code, const char *part)
{
	u8 was = (u8)file.p[at];
	struct object *changed;

	file.p[at] = (char)value;
	struct ob_err *err = object_open("x.o", bytes(), &changed);
	if (!err)
		object_close(changed);
	check(told(err, code, part), part);
	file.p[at] = (char)was;
}

/* However it is cut, it is not taken; and nothing is read behind its end. */
static void cut(void)
{
	u32 taken = 0;

	for (size_t n = 0; n < file.n; n++) {
		u8 *exact = memcpy(malloc(n + 1), file.p, n);
		struct object *part;
		struct ob_err *err = object_open("x.o", (struct bytes){exact, n}, &part);

		taken += !err;
		if (!err)
			object_close(part);
		ob_err_destroy(err);
		free(exact);
	}
	check(!taken, "a file that is cut");
}

int main(void)
{
	if (open_seed("typed")) {
		typed_parts();
		typed_link();
		object_close(o);
	}
	open_changed(5, 2, OB_FORMAT, "ELF: ");
	open_changed(18, 62, OB_UNSUPPORTED, "its machine has the number 62");
	open_changed(16, 2, OB_UNSUPPORTED, "no relocatable object");
	cut();
	if (open_seed("old")) {
		old();
		object_close(o);
	}
	if (open_seed("ops")) {
		ops();
		object_close(o);
	}
	buf_deinit(&file);
	return failed != 0;
}
