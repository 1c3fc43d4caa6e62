/* SPDX-License-Identifier: BSD-2-Clause */
/* An object file's sections and symbols, and its programs, by the sections that they
 * stand in. */
#include "prog/object_priv.h"

/* ---- sections and symbols ---- */

static u8 kind_of(const struct elf_section *s)
{
	static const struct {
		const char *family;
		u8 kind;
	} families[] = {
		{".data", SECTION_DATA},
		{".rodata", SECTION_DATA},
		{".bss", SECTION_DATA},
		{".struct_ops", SECTION_OPS},
	};

	if (s->type != SHT_PROGBITS && s->type != SHT_NOBITS)
		return SECTION_OTHER;
	if (s->flags & SHF_EXECINSTR)
		return s->size && s->type == SHT_PROGBITS ? SECTION_CODE : SECTION_OTHER;
	if (!strcmp(s->name, ".maps"))
		return SECTION_MAPS;
	if (!strcmp(s->name, "maps"))
		return SECTION_OLD_MAPS;
	for (u32 i = 0; i < LEN(families); i++)
		if (object_in_family(s->name, families[i].family))
			return s->size ? families[i].kind : SECTION_OTHER;
	return SECTION_OTHER;
}

static struct ob_err *check_header(const struct object *o)
{
	const struct elf *e = &o->priv->elf;

	if (e->big)
		return err_hint(object_err(o, OB_UNSUPPORTED,
					   "it is for machines that store the most significant "
					   "byte first"),
				"clang -target bpfel compiles for this one");
	if (e->machine != EM_BPF && e->machine != EM_NONE)
		return object_err(o, OB_UNSUPPORTED, "its machine has the number %u, BPF is %u",
				  e->machine, EM_BPF);
	if (e->type != ET_REL)
		return object_err(o, OB_UNSUPPORTED, "it is no relocatable object (ELF type %u)",
				  e->type);
	return NULL;
}

static struct ob_err *read_symbols(struct object *o, u32 table)
{
	struct object_priv *p = o->priv;
	const struct elf_section *s = &p->section[table].elf;
	u64 n = elf_symbols(s);

	if (p->symbol)
		return object_err(o, OB_FORMAT, "section %s: a second table of symbols", s->name);
	if (n > UINT32_MAX)
		return object_err(o, OB_RANGE, "section %s: too many symbols", s->name);
	p->symbols = (u32)n;
	p->symbol = arena_array(&p->arena, struct elf_symbol, MAX(n, 1u));
	p->symbol_ext = arena_array(&p->arena, s32, MAX(n, 1u));
	for (u32 i = 0; i < p->symbols; i++) {
		struct elf_symbol *sym = &p->symbol[i];

		*sym = elf_symbol(&p->elf, s, i);
		p->symbol_ext[i] = OBJECT_NONE;
		if (sym->section && *sym->name && sym->type != STT_SECTION)
			vec_push(&p->arena, p->by_name) = (struct object_name){sym->name, i};
	}
	object_names_sort(&p->by_name);
	return NULL;
}

/* The relocations of a section that we read. */
static struct ob_err *find_relocs(struct object *o, u32 i)
{
	struct object_priv *p = o->priv;
	const struct elf_section *s = &p->section[i].elf;

	if (s->info >= p->elf.sections)
		return object_err(o, OB_FORMAT, "section %s: relocations of section %u, of %u",
				  s->name, s->info, p->elf.sections);
	if (p->section[s->info].reloc)
		return object_err(o, OB_UNSUPPORTED, "section %s: a second list of relocations",
				  s->name);
	p->section[s->info].reloc = i;
	return NULL;
}

static struct ob_err *read_license(struct object *o)
{
	u32 at = object_section(o, "license"), version = object_section(o, "version");
	struct bytes b;

	o->license = "";
	b = o->priv->section[at].elf.data;
	if (b.n)
		o->license = arena_strndup(&o->priv->arena, (const char *)b.p,
					   strnlen((const char *)b.p, b.n));
	if (!version)
		return NULL;
	b = o->priv->section[version].elf.data;
	if (b.n != 4)
		return object_err(o, OB_FORMAT, "section version: %llu bytes, not 4",
				  (unsigned long long)b.n);
	o->version = get_le32(b.p);
	return NULL;
}

struct ob_err *object_read_sections(struct object *o)
{
	struct object_priv *p = o->priv;
	struct ob_err *err = elf_open(p->file, &p->elf);

	if (err)
		return err_at_file(err, p->path);
	err = check_header(o);
	if (err)
		return err;
	p->section = arena_array(&p->arena, struct object_section, MAX(p->elf.sections, 1u));
	for (u32 i = 1; i < p->elf.sections; i++) {
		p->section[i].elf = elf_section(&p->elf, i);
		p->section[i].kind = kind_of(&p->section[i].elf);
		vec_push(&p->arena, p->by_section) =
			(struct object_name){p->section[i].elf.name, i};
	}
	object_names_sort(&p->by_section);
	for (u32 i = 1; i < p->elf.sections && !err; i++) {
		u32 type = p->section[i].elf.type;

		if (type == SHT_SYMTAB)
			err = read_symbols(o, i);
		else if (type == SHT_REL || type == SHT_RELA)
			err = find_relocs(o, i);
	}
	return err ? err : read_license(o);
}

/* ---- functions ---- */

static struct ob_err *add_function(struct object *o, u32 section, const struct elf_symbol *s)
{
	struct object_priv *p = o->priv;
	u64 size = p->section[section].elf.size;

	if (s->value % OBJECT_SLOT || s->size % OBJECT_SLOT)
		return object_err(o, OB_FORMAT, "section %s: %s does not lie at whole instructions",
				  p->section[section].elf.name, s->name);
	if (s->value >= size || s->size > size - s->value)
		return object_err(o, OB_FORMAT, "section %s: %s leaves it, %llu bytes at %llu",
				  p->section[section].elf.name, s->name,
				  (unsigned long long)s->size, (unsigned long long)s->value);
	p->func[p->funcs++] = (struct object_func){
		.name = s->name,
		.section = section,
		.at = (u32)(s->value / OBJECT_SLOT),
		.n = (u32)(s->size / OBJECT_SLOT),
		.global = s->bind != STB_LOCAL,
		.prog = OBJECT_NONE,
	};
	return NULL;
}

static bool in_code(const struct object *o, const struct elf_symbol *s)
{
	return s->section < o->priv->elf.sections &&
	       o->priv->section[s->section].kind == SECTION_CODE;
}

/* LLVM before 8 does not say which symbols are functions; nor does it that labels in
 * them are none. */
static bool is_old_function(const struct elf_symbol *s)
{
	return s->type == STT_NOTYPE && *s->name &&
	       (s->bind != STB_LOCAL || (*s->name != '.' && strncmp(s->name, "LBB", 3) != 0));
}

/* Of a section without functions: what its symbols may be; where there is none at its
 * beginning, one of its name. */
static struct ob_err *add_old(struct object *o, u32 section)
{
	struct object_priv *p = o->priv;
	const struct elf_symbol whole = {.name = p->section[section].elf.name, .bind = STB_GLOBAL};
	struct ob_err *err = NULL;
	bool begun = false;

	for (u32 i = 0; i < p->symbols && !err; i++) {
		struct elf_symbol s = p->symbol[i];

		if (s.section != section || !is_old_function(&s) || s.value % OBJECT_SLOT)
			continue;
		s.size = 0;
		begun |= !s.value;
		err = add_function(o, section, &s);
	}
	return err || begun ? err : add_function(o, section, &whole);
}

static int by_place(const void *a, const void *b)
{
	const struct object_func *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (int)y->global - (int)x->global;
}

/* Sorted, once each, every one with an end. */
static void arrange(struct object_priv *p)
{
	u32 n = 0;

	qsort(p->func, p->funcs, sizeof(*p->func), by_place);
	for (u32 i = 0; i < p->funcs; i++)
		if (!n || p->func[n - 1].section != p->func[i].section ||
		    p->func[n - 1].at != p->func[i].at)
			p->func[n++] = p->func[i];
	p->funcs = n;
	for (u32 i = 0; i < n; i++) {
		struct object_func *f = &p->func[i];
		struct object_section *s = &p->section[f->section];
		bool last = i + 1 == n || p->func[i + 1].section != f->section;

		if (!f->n)
			f->n = (last ? (u32)(s->elf.size / OBJECT_SLOT) : p->func[i + 1].at) -
			       f->at;
		if (!s->funcs++)
			s->func = i;
	}
}

static struct ob_err *read_functions(struct object *o)
{
	struct object_priv *p = o->priv;
	struct ob_err *err = NULL;
	u32 most = p->elf.sections;

	for (u32 i = 0; i < p->symbols; i++)
		most += p->symbol[i].type == STT_FUNC || is_old_function(&p->symbol[i]);
	p->func = arena_array(&p->arena, struct object_func, MAX(most, 1u));
	for (u32 i = 0; i < p->symbols && !err; i++) {
		const struct elf_symbol *s = &p->symbol[i];

		if (s->type != STT_FUNC || !in_code(o, s))
			continue;
		p->section[s->section].funcs = 1;
		err = add_function(o, s->section, s);
	}
	for (u32 i = 1; i < p->elf.sections && !err; i++) {
		struct object_section *s = &p->section[i];

		if (s->kind != SECTION_CODE)
			continue;
		if (s->elf.size % OBJECT_SLOT || s->elf.size / OBJECT_SLOT > EBPF_MAX)
			err = object_err(o, OB_FORMAT, "section %s: %llu bytes of code",
					 s->elf.name, (unsigned long long)s->elf.size);
		else if (!s->funcs)
			err = add_old(o, i);
		s->funcs = 0;
	}
	if (!err)
		arrange(p);
	return err;
}

struct object_func *object_func_at(const struct object *o, u32 section, s64 slot)
{
	const struct object_section *s = &o->priv->section[section];
	struct object_func *f = o->priv->func + s->func;
	u32 from = 0, to = s->funcs;

	while (from < to) {
		u32 mid = from + (to - from) / 2;

		if (f[mid].at < slot)
			from = mid + 1;
		else
			to = mid;
	}
	return from < s->funcs && f[from].at == slot ? &f[from] : NULL;
}

/* ---- programs ---- */

/* Before libbpf 1.0 a section's name might go on anyhow behind most prefixes:
 * "socket1", "xdp_pass". The longest that fits counts. */
static const struct section_row *old_section(const char *name)
{
	const struct section_row *best = NULL;

	for (size_t n = strcspn(name, "0123456789_-./"); name[n];
	     n += 1 + strcspn(name + n + 1, "0123456789_-./")) {
		const struct section_row *row = section_find(name, n);

		if (row && !(row->flags & SECTION_MORE))
			best = row;
	}
	return best;
}

static void read_section_name(struct object_program *g)
{
	const char *name = g->section;
	size_t n;

	g->skip = *name == '?';
	name += g->skip;
	g->target = "";
	g->kind = section_find(name, strlen(name));
	if (!g->kind)
		g->kind = old_section(name);
	if (!g->kind)
		return;
	n = strlen(g->kind->prefix);
	if (name[n] == '/')
		g->target = name + n + 1;
	g->type = g->kind->type;
	g->attach = g->kind->attach;
	if (g->kind->flags & SECTION_SLEEP)
		g->prog_flags |= BPF_F_SLEEPABLE;
	if (g->kind->flags & SECTION_FRAGS)
		g->prog_flags |= BPF_F_XDP_HAS_FRAGS;
}

/* iproute2: section "7/1" holds what its program array of id 7 has at index 1. It is
 * of the type of those that call it. */
static bool is_tail_section(const char *name)
{
	size_t n = strspn(name, "0123456789");
	size_t m = n && name[n] == '/' ? strspn(name + n + 1, "0123456789") : 0;

	return m && !name[n + 1 + m];
}

static void type_tails(struct object *o)
{
	const struct object_program *first = NULL;

	for (u32 i = 0; i < o->progs && !first; i++)
		if (o->prog[i].kind)
			first = &o->prog[i];
	for (u32 i = 0; first && i < o->progs; i++)
		if (is_tail_section(o->prog[i].section)) {
			o->prog[i].type = first->type;
			o->prog[i].attach = first->attach;
		}
}

/* What is in .text is called by programs; unless it is all that there is. */
static bool is_program(const struct object *o, const struct object_func *f)
{
	bool text = object_in_family(o->priv->section[f->section].elf.name, ".text");

	return f->global && (!text || o->priv->funcs == 1);
}

struct ob_err *object_read_programs(struct object *o)
{
	struct object_priv *p = o->priv;
	struct ob_err *err = read_functions(o);

	if (err)
		return err;
	o->prog = arena_array(&p->arena, struct object_program, MAX(p->funcs, 1u));
	for (u32 i = 0; i < p->funcs; i++) {
		struct object_func *f = &p->func[i];
		struct object_program *g = &o->prog[o->progs];

		if (!is_program(o, f))
			continue;
		f->prog = (s32)o->progs++;
		*g = (struct object_program){.name = f->name,
					     .section = p->section[f->section].elf.name,
					     .in = f->section,
					     .at = f->at,
					     .n = f->n};
		read_section_name(g);
	}
	type_tails(o);
	return NULL;
}
