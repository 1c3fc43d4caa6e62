/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf asm`: text of an extended program to instructions, or to an object file. */
#include "prog/object.h"
#include "tool/program.h"

#include <stdlib.h>
#include <unistd.h>

struct asm_cmd {
	u32 form; /* enum program_form, or AS_OBJECT, from 1 */
	const char *output;
	const char *section, *name, *license;
	struct opt_list map;
};

enum { AS_OBJECT = PROGRAM_OBJDUMP + 1, MAPS = LEN(((struct opt_list *)0)->v) };
static const char *const forms[] = {"raw", "hex", "c", "text", "objdump", "object", NULL};

/* ---- maps ---- */

struct maps {
	struct prog_map v[MAPS];
	const char *name[MAPS + 1]; /* ends with NULL */
	char text[MAPS][64];
};

/* `,` number */
static bool number(const char **s, u32 *ret)
{
	char *end;
	u64 n;

	if (**s != ',')
		return false;
	n = strtoull(*s + 1, &end, 0);
	if (end == *s + 1 || n > UINT32_MAX)
		return false;
	*ret = (u32)n;
	*s = end;
	return true;
}

/* name `=` type `,` key size `,` value size `,` entries [`,` flags] */
static struct ob_err *read_map(const char *text, struct prog_map *m, char name[64])
{
	const char *type = strchr(text, '='), *end;
	struct ob_err *err;

	if (!type || type == text || type - text > 63)
		return err_hint(err_new(OB_SYNTAX, "--map %s: no name and type", text),
				"--map counts=hash,4,8,64");
	snprintf(name, 64, "%.*s", (int)(type - text), text);
	*m = (struct prog_map){.name = name};
	end = strchrnul(++type, ',');
	if (!maptype_find(type, (size_t)(end - type), &m->type)) {
		err = err_new(OB_NAME, "--map %s: no type of maps is called %.*s", name,
			      (int)(end - type), type);
		return err_hint(err, "hash, array, ... as in onebpf-maps(7)");
	}
	if (!number(&end, &m->key_size) || !number(&end, &m->value_size) ||
	    !number(&end, &m->max_entries) || (*end && !number(&end, &m->flags)) || *end)
		return err_hint(
			err_new(OB_SYNTAX, "--map %s: the numbers are not those of a map", name),
			"bytes of a key, bytes of a value, entries, and perhaps flags");
	return NULL;
}

static struct ob_err *read_maps(const struct opt_list *l, struct maps *m)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < l->n && !err; i++) {
		err = read_map(l->v[i], &m->v[i], m->text[i]);
		m->name[i] = m->text[i];
		for (u32 k = 0; k < i && !err; k++)
			if (!strcmp(m->name[k], m->name[i]))
				err = err_new(OB_NAME, "--map %s: given twice", m->name[i]);
	}
	return err;
}

/* ---- all of it ---- */

static struct ob_err *write_object(const struct asm_cmd *c, const struct maps *m, struct prog *p,
				   struct buf *out)
{
	struct object_out how = {.section = c->section, .name = c->name, .license = c->license};

	if (!section_find(c->section, strlen(c->section)))
		return err_hint(
			err_new(OB_NAME, "--section %s: no type of program has it", c->section),
			"xdp, tc, socket, kprobe/NAME, tracepoint/GROUP/NAME ...");
	p->map = m->v;
	p->maps = c->map.n;
	return object_write(out, p, &how);
}

static struct ob_err *check_form(const struct asm_cmd *c, u32 form)
{
	bool object = c->section || c->name || c->license || c->map.n;

	if (form == AS_OBJECT && !c->section)
		return err_hint(err_new(OB_SYNTAX, "an object says what its program is"),
				"--section xdp");
	if (form != AS_OBJECT && object)
		return err_new(OB_SYNTAX,
			       "--section, --name, --license and --map are about objects");
	if ((form == PROGRAM_RAW || form == AS_OBJECT) && !c->output && isatty(STDOUT_FILENO))
		return err_hint(err_new(OB_UNSUPPORTED, "bytes are not for a terminal"),
				"-o FILE, or --form=hex");
	return NULL;
}

static struct ob_err *assemble(const struct asm_cmd *c, char **operand)
{
	u32 form = c->form ? c->form - 1 : c->section ? (u32)AS_OBJECT : (u32)PROGRAM_RAW;
	struct maps maps = {0};
	struct buf out = {0};
	const char *path;
	struct prog *p;
	struct ob_err *err = program_operand(operand, &path);

	if (!err)
		err = check_form(c, form);
	if (!err)
		err = read_maps(&c->map, &maps);
	if (!err)
		err = program_read_maps(path, maps.name, &p);
	if (err)
		return err;
	if (form == AS_OBJECT)
		err = write_object(c, &maps, p, &out);
	else
		program_write(p, (enum program_form)form, &out);
	prog_destroy(p);
	if (!err && out.oom)
		err = err_nomem();
	else if (!err && c->output)
		err = program_save(c->output, out.p, out.n);
	else if (!err)
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
	{OPT_WORD, 'f', true, "form", "FORM", TO(form), .words = forms,
	 .help = "raw (when nothing is said), hex, c, text, objdump or object",
	 .more = "raw is 8 bytes an instruction, little-endian, and does not go to a terminal; "
		 "hex the same in hexadecimal; c initialisers of struct bpf_insn; text and "
		 "objdump are those of onebpf-dis(1); object is an ELF file, as clang makes them"},
	{OPT_GROUP, .help = "An object file"},
	{OPT_TEXT, 's', true, "section", "SECTION", TO(section),
	 .help = "what the program is, as in C's SEC(): xdp, kprobe/NAME",
	 .more = "It makes the form an object"},
	{OPT_TEXT, 'n', .name = "name", .arg = "NAME", TO(name), .help = "of its function, else program"},
	{OPT_TEXT, 'l', .name = "license", .arg = "LICENSE", TO(license),
	 .help = "GPL, for helpers that ask for it; else none"},
	{OPT_LIST, 'm', .name = "map", .arg = "NAME=TYPE,K,V,N", TO(map),
	 .help = "a map that the text names: r1 = map NAME ll",
	 .more = "TYPE is as in onebpf-maps(7), then bytes of a key, bytes of a value, entries, and perhaps flags"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"assemble a file", "onebpf asm -o prog.bin prog.s"},
	{"which bytes are these?", "echo 'r0 = 5 ll' | onebpf asm -f hex -"},
	{"for a C array", "onebpf asm --form=c prog.s"},
	{"an object for any loader", "onebpf asm -o prog.o -s xdp prog.s"},
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
