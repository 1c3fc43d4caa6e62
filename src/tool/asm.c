/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf asm`: text of an extended program to instructions. */
#include "tool/program.h"

#include <unistd.h>

struct asm_cmd {
	u32 form; /* enum program_form, from 1 */
	const char *output;
};

static struct ob_err *assemble(const struct asm_cmd *c, char **operand)
{
	enum program_form form = c->form ? (enum program_form)(c->form - 1) : PROGRAM_RAW;
	struct buf out = {0};
	const char *path;
	struct prog *p;
	struct ob_err *err = program_operand(operand, &path);

	if (!err && form == PROGRAM_RAW && !c->output && isatty(STDOUT_FILENO))
		err = err_hint(err_new(OB_UNSUPPORTED, "bytes are not for a terminal"),
			       "-o FILE, or --form=hex");
	if (!err)
		err = program_read(path, false, &p);
	if (err)
		return err;
	program_write(p, form, &out);
	prog_destroy(p);
	if (out.oom)
		err = err_nomem();
	else if (c->output)
		err = program_save(c->output, out.p, out.n);
	else
		fwrite(out.p, 1, out.n, stdout);
	buf_deinit(&out);
	return err;
}

static int run(const void *opts, char **operand)
{
	struct ob_err *err = assemble(opts, operand);

	return err ? fail("asm", err) : DONE;
}

#define TO(field) .to = offsetof(struct asm_cmd, field)

/* clang-format off */
static const struct opt options[] = {
	{OPT_TEXT, 'o', true, "output", "FILE", TO(output), .complete = COMPLETE_FILE,
	 .help = "write to FILE, else to standard output",
	 .more = "The file is written whole or not at all"},
	{OPT_WORD, 'f', true, "form", "FORM", TO(form), .words = program_forms,
	 .help = "raw (when nothing is said), hex, c, text or objdump",
	 .more = "raw is 8 bytes an instruction, little-endian, and does not go to a terminal; "
		 "hex the same in hexadecimal; c initialisers of struct bpf_insn; text and "
		 "objdump are those of onebpf-dis(1)"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"assemble a file", "onebpf asm -o prog.bin prog.s"},
	{"which bytes are these?", "echo 'r0 = 5 ll' | onebpf asm -f hex -"},
	{"for a C array", "onebpf asm --form=c prog.s"},
	{0},
};

const struct verb verb_asm = {
	.name = "asm",
	.does = "assemble an extended program",
	.operands = "FILE|-",
	.opt = options,
	.example = examples,
	.size = sizeof(struct asm_cmd),
	.run = run,
};
