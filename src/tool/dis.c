/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf dis`: lists an extended program, and the machine code made from it. */
#include "jit/jit.h"
#include "tool/dis.h"
#include "tool/program.h"

struct dis_cmd {
	u32 form; /* enum program_form, from 1 */
	u32 raw, native, plain, harden, safe, no_opt;
};

static struct ob_err *list(const struct dis_cmd *c, const struct prog *p, struct buf *out)
{
	enum program_form form = c->form ? (enum program_form)(c->form - 1) : PROGRAM_TEXT;
	unsigned flags = (c->plain ? JIT_PLAIN : 0) | (c->harden ? JIT_HARDEN : 0) |
			 (c->safe ? JIT_SAFE : 0) | (c->no_opt ? JIT_NO_OPT : 0);

	if (c->native)
		return dis_native(p, flags, out);
	if (flags)
		return err_new(OB_SYNTAX, "--plain, --harden, --safe and --no-optimize are about "
					  "--native code");
	program_write(p, form, out);
	return NULL;
}

static struct ob_err *disassemble(const struct dis_cmd *c, char **operand)
{
	struct buf out = {0};
	const char *path;
	struct prog *p;
	struct ob_err *err = program_operand(operand, &path);

	if (!err)
		err = program_read(path, c->raw, &p);
	if (err)
		return err;
	err = list(c, p, &out);
	prog_destroy(p);
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
	{"what does the processor run?", "onebpf dis --native prog.s"},
	{0},
};

const struct verb verb_dis = {
	.name = "dis",
	.does = "list an extended program, and its machine code",
	.operands = "FILE|-",
	.opt = options,
	.example = examples,
	.size = sizeof(struct dis_cmd),
	.run = run,
};
