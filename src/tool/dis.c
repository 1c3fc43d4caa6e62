/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf dis`: lists an extended program, and the machine code made from it. */
#include "jit/jit.h"
#include "tool/dis.h"
#include "tool/object.h"

struct dis_cmd {
	u32 form; /* enum program_form, from 1 */
	u32 raw, native, plain, harden, safe, no_opt;
};

/* g: p is this program of the object. */
static struct ob_err *list(const struct dis_cmd *c, const struct prog *p,
			   const struct object_file *f, const struct object_program *g,
			   struct buf *out)
{
	enum program_form form = c->form ? (enum program_form)(c->form - 1) : PROGRAM_TEXT;
	unsigned flags = (c->plain ? JIT_PLAIN : 0) | (c->harden ? JIT_HARDEN : 0) |
			 (c->safe ? JIT_SAFE : 0) | (c->no_opt ? JIT_NO_OPT : 0);

	if (c->native)
		return dis_native(p, flags, out);
	if (flags)
		return err_new(OB_SYNTAX, "--plain, --harden, --safe and --no-optimize are about "
					  "--native code");
	if (g)
		object_file_list(f, g, form, out);
	else
		program_write(p, form, out);
	return NULL;
}

/* A program of it, or all of them. */
static struct ob_err *list_object(const struct dis_cmd *c, struct object_file *f, struct buf *out)
{
	struct object *o = f->o;
	bool first = true;

	for (u32 i = 0; i < o->progs; i++)
		o->prog[i].skip = f->g && f->g != &o->prog[i];
	struct ob_err *err = object_link(o, NULL);
	for (u32 i = 0; i < o->progs && !err; i++) {
		if (o->prog[i].skip)
			continue;
		if (!first && c->form - 1 != PROGRAM_RAW)
			buf_putc(out, '\n');
		first = false;
		err = list(c, o->prog[i].prog, f, &o->prog[i], out);
	}
	return err;
}

static struct ob_err *list_file(const struct dis_cmd *c, const char *path, struct buf *out)
{
	struct object_file f;
	struct prog *p;
	bool is;
	struct ob_err *err = object_file_open(path, &f, &is);

	if (err)
		return err;
	if (is) {
		err = list_object(c, &f, out);
		object_file_close(&f);
		return err;
	}
	err = program_read(path, c->raw, &p);
	if (err)
		return err;
	err = list(c, p, NULL, NULL, out);
	prog_destroy(p);
	return err;
}

static struct ob_err *disassemble(const struct dis_cmd *c, char **operand)
{
	struct buf out = {0};
	const char *path;
	struct ob_err *err = program_operand(operand, &path);

	if (!err)
		err = list_file(c, path, &out);
	if (!err && out.oom)
		err = err_nomem();
	if (!err)
		fwrite(out.p, 1, out.n, stdout);
	buf_deinit(&out);
	return err;
}

static int run(const void *opts, char **operand)
{
	struct ob_err *err = disassemble(opts, operand);

	return err ? fail("dis", err) : DONE;
}

#define TO(field) .to = offsetof(struct dis_cmd, field)

/* clang-format off */
static const struct opt options[] = {
	{OPT_GROUP, .help = "What to show"},
	{OPT_WORD, 'f', true, "form", "FORM", TO(form), .words = program_forms,
	 .help = "text (when nothing is said), objdump, c, hex or raw",
	 .more = "text has labels, and is assembled to the same bytes again. objdump has indices and "
		 "bytes, as llvm-objdump -d; c is for a C array"},
	{OPT_COUNT, .name = "raw", .top = true, TO(raw),
	 .help = "the file holds bytes, whatever they look like"},
	{OPT_GROUP, .help = "Machine code"},
	{OPT_COUNT, 'n', true, "native", TO(native),
	 .help = "each instruction beside the machine code made from it",
	 .more = "It is decoded by the Zydis library where that is installed"},
	{OPT_COUNT, .name = "plain", TO(plain),
	 .help = "only what every processor of the kind has"},
	{OPT_COUNT, .name = "harden", TO(harden), .help = "constants of the program are hidden"},
	{OPT_COUNT, .name = "safe", TO(safe), .help = "with a check at every access"},
	{OPT_COUNT, 'O', false, "no-optimize", TO(no_opt),
	 .help = "instruction by instruction"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"what is in these bytes?", "onebpf dis prog.bin"},
	{"with indices and bytes", "onebpf dis -f objdump prog.bin"},
	{"what did clang make of it?", "onebpf dis prog.o:count"},
	{"what does the processor run?", "onebpf dis --native prog.s"},
	{0},
};

const struct verb verb_dis = {
	.name = "dis",
	.does = "list an extended program, and its machine code",
	.operands = "FILE[:NAME]|-",
	.opt = options,
	.example = examples,
	.size = sizeof(struct dis_cmd),
	.run = run,
};
