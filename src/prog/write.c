/* SPDX-License-Identifier: BSD-2-Clause */
/* A program as an object file: its own code in the section that says what it is, the
 * functions that it calls in .text, maps in .maps, variables in sections of their own;
 * what refers to functions and maps becomes relocations. */
#include "prog/write_priv.h"

#include <linux/bpf.h>

enum { SLOT = sizeof(struct ob_ebpf) };

static struct ob_err *at(const struct writer *w, u32 pc, enum ob_code code, const char *what)
{
	return prog_err_at(err_new(code, "an object cannot say this: %s", what), w->p, pc);
}

/* ---- functions ---- */

static bool refers(const struct eb *e) { return e->op == EB_CALL_LOCAL || e->op == EB_LDDW_FUNC; }

static struct ob_err *mark_targets(struct writer *w, bool *begins)
{
	begins[0] = true;
	for (u32 i = 0; i < w->p->funcs; i++)
		if (w->p->func[i].pc < w->p->n)
			begins[w->p->func[i].pc] = true;
	for (u32 pc = 0; pc < w->p->n; pc++) {
		const struct eb *e = &w->p->ext[pc];
		s64 to = refers(e) ? ebpf_target(e, pc) : 0;

		if (to < 0 || to >= w->p->n)
			return at(w, pc, OB_FORMAT, "a function outside of the program");
		if (refers(e) && !to)
			return at(w, pc, OB_UNSUPPORTED, "a call of the program's own beginning");
		if (refers(e))
			begins[to] = true;
	}
	return NULL;
}

/* The number of the function that slot pc lies in. */
static u32 func_at(const struct writer *w, u32 pc)
{
	u32 from = 0, to = w->funcs;

	while (to - from > 1) {
		u32 mid = from + (to - from) / 2;

		if (w->func[mid].pc <= pc)
			from = mid;
		else
			to = mid;
	}
	return from;
}

static struct ob_err *check_jumps(const struct writer *w)
{
	for (u32 pc = 0; pc < w->p->n; pc++) {
		const struct eb *e = &w->p->ext[pc];
		s64 to = ebpf_target(e, pc);

		if (!ebpf_is_jump((enum eb_op)e->op))
			continue;
		if (to < 0 || to >= w->p->n || func_at(w, (u32)to) != func_at(w, pc))
			return at(w, pc, OB_UNSUPPORTED, "a jump out of a function");
	}
	return NULL;
}

/* Loaders take what is called, and nothing else. */
static struct ob_err *check_called(struct writer *w)
{
	u32 *stack = arena_array(&w->a, u32, w->funcs), n = 1;
	bool *called = arena_array(&w->a, bool, w->funcs);

	called[0] = true;
	while (n) {
		const struct write_func *f = &w->func[stack[--n]];

		for (u32 pc = f->pc; pc < f->pc + f->n; pc++) {
			const struct eb *e = &w->p->ext[pc];
			u32 to = refers(e) ? func_at(w, (u32)ebpf_target(e, pc)) : 0;

			if (!called[to])
				stack[n++] = to;
			called[to] = true;
		}
	}
	for (u32 i = 0; i < w->funcs; i++)
		if (!called[i])
			return at(w, w->func[i].pc, OB_UNSUPPORTED, "a function that nobody calls");
	return NULL;
}

static void name_func(struct writer *w, struct write_func *f)
{
	const struct prog *p = w->p;

	for (u32 i = 0; i < p->funcs; i++) {
		const struct btf_type *t = btf_type(p->btf, p->func[i].type);

		if (p->func[i].pc != f->pc || !t)
			continue;
		f->type = p->func[i].type;
		f->name = btf_name(p->btf, t->name_off);
		f->local = btf_is(t, BTF_KIND_FUNC) && btf_len(t) == BTF_FUNC_STATIC;
	}
	if (!f->pc && w->how->name)
		f->name = w->how->name;
	if (!f->name || !*f->name)
		f->name = f->pc ? arena_printf(&w->a, "function_%u", f->pc) : "program";
	f->local &= f->pc != 0;
}

static struct ob_err *find_functions(struct writer *w)
{
	bool *begins = arena_array(&w->a, bool, w->p->n);
	struct ob_err *err = mark_targets(w, begins);

	for (u32 pc = 0; pc < w->p->n; pc++)
		w->funcs += begins[pc];
	w->func = arena_array(&w->a, struct write_func, w->funcs);
	for (u32 pc = 0, i = 0; pc < w->p->n; pc++) {
		if (begins[pc])
			w->func[i++].pc = pc;
		w->func[i - 1].n++;
	}
	for (u32 i = 0; i < w->funcs && !err; i++) {
		struct write_func *f = &w->func[i];

		name_func(w, f);
		f->part = i > 0;
		f->at = w->part[f->part].slots;
		w->part[f->part].slots += f->n;
	}
	if (!err)
		err = check_jumps(w);
	return err ? err : check_called(w);
}

/* ---- sections ---- */

static void add_code(struct writer *w)
{
	for (u32 i = 0; i < 2; i++) {
		const char *rel = arena_printf(&w->a, ".rel%s", w->part[i].name);

		if (!w->part[i].slots)
			continue;
		u32 s = out_section(&w->elf, w->part[i].name, SHT_PROGBITS,
				    SHF_ALLOC | SHF_EXECINSTR, 8);
		w->part[i].section = s;
		w->part[i].rel = out_section(&w->elf, rel, SHT_REL, SHF_INFO_LINK, 8);
		w->elf.section.v[s + 1].info = s;
		w->elf.section.v[s + 1].entry = sizeof(Elf64_Rel);
	}
	if (w->how->license) {
		u32 s = out_section(&w->elf, "license", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 1);

		buf_add(out_data(&w->elf, s), w->how->license, strlen(w->how->license) + 1);
	}
}

/* What a kernel's settings were is a constant now. */
static const char *section_of(struct writer *w, const struct prog_map *m)
{
	static const char *const families[] = {".data", ".rodata", ".bss"};

	for (u32 i = 0; i < LEN(families); i++) {
		size_t n = strlen(families[i]);

		if (!strncmp(m->name, families[i], n) && (!m->name[n] || m->name[n] == '.'))
			return m->name;
	}
	return arena_printf(&w->a, ".rodata%s", m->name);
}

static struct ob_err *add_data(struct writer *w, u32 i)
{
	const struct prog_map *m = &w->p->map[i];
	const char *name = section_of(w, m);
	struct bytes data = w->how->data ? w->how->data[i] : (struct bytes){0};
	bool zeros = !strncmp(name, ".bss", 4), fixed = !strncmp(name, ".rodata", 7);

	if (!data.p)
		data = m->fixed;
	if (!data.p && !zeros)
		return err_new(OB_UNSUPPORTED, "map %s: its values are not known", m->name);
	u32 s = out_section(&w->elf, name, zeros ? SHT_NOBITS : SHT_PROGBITS,
			    fixed ? SHF_ALLOC : SHF_ALLOC | SHF_WRITE, 8);
	if (zeros)
		w->elf.section.v[s].size = m->value_size;
	else
		buf_add(out_data(&w->elf, s), data.p, data.n);
	w->map_name[i] = name;
	w->map_section[i] = s;
	w->map_symbol[i] = out_symbol(&w->elf, "", STT_SECTION, true, s, 0, 0);
	return NULL;
}

/* Local symbols are those of variables' sections and of static functions. */
static struct ob_err *add_maps(struct writer *w)
{
	struct ob_err *err = NULL;
	u32 n = 0;

	w->map_section = arena_array(&w->a, u32, w->p->maps + 1);
	w->map_symbol = arena_array(&w->a, u32, w->p->maps + 1);
	w->map_name = arena_array(&w->a, const char *, w->p->maps + 1);
	for (u32 i = 0; i < w->p->maps && !err; i++) {
		const struct prog_map *m = &w->p->map[i];

		if (write_is_data(m))
			err = add_data(w, i);
		else
			n++;
		if (!w->map_name[i])
			w->map_name[i] =
				m->name && *m->name ? m->name : arena_printf(&w->a, "map_%u", i);
	}
	if (n)
		w->maps_section =
			out_section(&w->elf, ".maps", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8);
	return err;
}

/* libbpf wants static functions by their section. */
static void add_text(struct writer *w)
{
	for (u32 i = 0; i < w->funcs && !w->text; i++)
		if (w->func[i].local)
			w->text = out_symbol(&w->elf, "", STT_SECTION, true, w->part[1].section, 0,
					     0);
}

static void add_functions(struct writer *w, bool local)
{
	for (u32 i = 0; i < w->funcs; i++) {
		struct write_func *f = &w->func[i];

		if (f->local == local)
			f->symbol = out_symbol(&w->elf, f->name, STT_FUNC, local,
					       w->part[f->part].section, (u64)f->at * SLOT,
					       (u64)f->n * SLOT);
	}
}

/* ---- instructions ---- */

static void relocate(struct writer *w, const struct write_func *f, u32 pc, u32 symbol, u32 type)
{
	Elf64_Rel r = {(u64)(f->at + pc - f->pc) * SLOT, ELF64_R_INFO((u64)symbol, type)};

	buf_add(out_data(&w->elf, w->part[f->part].rel), &r, sizeof(r));
}

static struct ob_err *put_map(struct writer *w, const struct write_func *f, u32 pc,
			      struct ob_ebpf *i)
{
	const struct eb *e = &w->p->ext[pc];
	u32 map = (u32)e->imm;
	bool value = e->op == EB_LDDW_MAP_IDX_VALUE;

	if (map >= w->p->maps)
		return at(w, pc, OB_RANGE, "a map that there is not");
	if (value != write_is_data(&w->p->map[map]))
		return at(w, pc, OB_UNSUPPORTED,
			  value ? "the address of a value, of a map that is no section"
				: "the map of a section of variables");
	i[0].src = 0;
	i[0].imm = value ? (s32)(e->imm >> 32) : 0;
	i[1].imm = 0;
	relocate(w, f, pc, w->map_symbol[map], R_BPF_64_64);
	return NULL;
}

static struct ob_err *put_insn(struct writer *w, const struct write_func *f, u32 pc,
			       struct ob_ebpf *i)
{
	const struct eb *e = &w->p->ext[pc];
	const struct write_func *g = &w->func[refers(e) ? func_at(w, (u32)ebpf_target(e, pc)) : 0];

	switch (e->op) {
	case EB_LDDW_MAP_FD:
	case EB_LDDW_MAP_VALUE:
		return at(w, pc, OB_UNSUPPORTED, "a map by its descriptor; maps have names");
	case EB_LDDW_MAP_IDX:
	case EB_LDDW_MAP_IDX_VALUE:
		return put_map(w, f, pc, i);
	case EB_LDDW_FUNC:
		i->src = 0;
		i->imm = g->local ? (s32)(g->at * SLOT) : 0;
		relocate(w, f, pc, g->local ? w->text : g->symbol, R_BPF_64_64);
		return NULL;
	case EB_CALL_LOCAL:
		i->imm = g->local ? (s32)g->at - 1 : -1;
		relocate(w, f, pc, g->local ? w->text : g->symbol, R_BPF_64_32);
		return NULL;
	case EB_CALL_KFUNC:
		return i->off ? at(w, pc, OB_UNSUPPORTED, "a function of a module") : NULL;
	default:
		return NULL;
	}
}

static struct ob_err *put_code(struct writer *w)
{
	struct ob_ebpf *code = arena_dup(&w->a, w->p->stored, (size_t)w->p->n * SLOT);
	struct ob_err *err = NULL;

	for (u32 i = 0; i < w->funcs && !err; i++) {
		const struct write_func *f = &w->func[i];

		for (u32 k = 0; k < f->n && !err; k++)
			err = put_insn(w, f, f->pc + k, &code[f->pc + k]);
		buf_add(out_data(&w->elf, w->part[f->part].section), code + f->pc,
			(size_t)f->n * SLOT);
	}
	return err;
}

/* ---- all of it ---- */

static struct ob_err *write_all(struct writer *w, struct buf *out)
{
	struct ob_err *err = find_functions(w);

	if (err)
		return err;
	add_code(w);
	err = add_maps(w);
	if (err)
		return err;
	add_text(w);
	add_functions(w, true);
	add_functions(w, false);
	err = write_types(w);
	if (!err)
		err = put_code(w);
	if (!err && !out_write(&w->elf, out))
		err = err_nomem();
	return err;
}

struct ob_err *object_write(struct buf *out, const struct prog *p, const struct object_out *how)
{
	struct writer *w = calloc(1, sizeof(*w));
	struct ob_err *err;
	jmp_buf fail;

	if (!w)
		return err_nomem();
	if (p->kind != PROG_EXTENDED || !p->n) {
		free(w);
		return err_new(OB_UNSUPPORTED, "an object holds extended instructions");
	}
	arena_init(&w->a);
	w->p = p;
	w->how = how;
	w->part[0].name = how->section;
	w->part[1].name = ".text";
	if (setjmp(fail)) {
		err = err_nomem();
	} else {
		w->a.fail = &fail;
		out_init(&w->elf, &w->a);
		err = write_all(w, out);
	}
	out_deinit(&w->elf);
	btf_maker_destroy(w->maker);
	arena_deinit(&w->a);
	free(w);
	return err;
}
