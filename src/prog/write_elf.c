/* SPDX-License-Identifier: BSD-2-Clause */
/* A relocatable ELF file of this machine's byte order, from sections and symbols. */
#include "prog/write_priv.h"

static u32 add_name(struct out_elf *e, const char *name)
{
	u32 at = (u32)e->names.n;

	if (!*name)
		return 0;
	buf_add(&e->names, name, strlen(name) + 1);
	return at;
}

void out_init(struct out_elf *e, struct arena *a)
{
	*e = (struct out_elf){.a = a};
	buf_putc(&e->names, 0);
	vec_push(a, e->section) = (struct out_section){.name = ""};
	vec_push(a, e->symbol) = (Elf64_Sym){0};
}

void out_deinit(struct out_elf *e)
{
	for (u32 i = 0; i < e->section.n; i++)
		buf_deinit(&e->section.v[i].data);
	buf_deinit(&e->names);
}

u32 out_section(struct out_elf *e, const char *name, u32 type, u32 flags, u32 align)
{
	vec_push(e->a, e->section) =
		(struct out_section){.name = name, .type = type, .flags = flags, .align = align};
	return e->section.n - 1;
}

u32 out_symbol(struct out_elf *e, const char *name, u32 type, bool local, u32 section, u64 value,
	       u64 size)
{
	vec_push(e->a, e->symbol) = (Elf64_Sym){
		.st_name = add_name(e, name),
		.st_info = ELF64_ST_INFO(local ? STB_LOCAL : STB_GLOBAL, type),
		.st_shndx = (u16)section,
		.st_value = value,
		.st_size = size,
	};
	return e->symbol.n - 1;
}

static void add_symbols(struct out_elf *e)
{
	u32 locals = 0, at = out_section(e, ".symtab", SHT_SYMTAB, 0, 8);
	struct out_section *s = &e->section.v[at];

	while (locals < e->symbol.n && ELF64_ST_BIND(e->symbol.v[locals].st_info) == STB_LOCAL)
		locals++;
	s->link = at + 1;
	s->info = locals;
	s->entry = sizeof(Elf64_Sym);
	buf_add(&s->data, e->symbol.v, e->symbol.n * sizeof(*e->symbol.v));
	for (u32 i = 0; i < at; i++)
		if (e->section.v[i].type == SHT_REL)
			e->section.v[i].link = at;
}

static void pad(struct buf *to, size_t from, u64 align)
{
	while ((to->n - from) % align && !to->oom)
		buf_putc(to, 0);
}

static Elf64_Shdr header_of(const struct out_section *s, u32 name, u64 at)
{
	return (Elf64_Shdr){
		.sh_name = name,
		.sh_type = s->type,
		.sh_flags = s->flags,
		.sh_offset = s->type ? at : 0,
		.sh_size = s->type == SHT_NOBITS ? s->size : s->data.n,
		.sh_link = s->link,
		.sh_info = s->info,
		.sh_addralign = s->align,
		.sh_entsize = s->entry,
	};
}

bool out_write(struct out_elf *e, struct buf *to)
{
	size_t from = to->n;
	Elf64_Ehdr h = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB,
			    EV_CURRENT},
		.e_type = ET_REL,
		.e_machine = EM_BPF,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr),
	};

	add_symbols(e);
	u32 names = out_section(e, ".strtab", SHT_STRTAB, 0, 1), n = e->section.n;
	Elf64_Shdr *table = arena_array(e->a, Elf64_Shdr, n);
	u32 *name = arena_array(e->a, u32, n);

	for (u32 i = 0; i < n; i++)
		name[i] = add_name(e, e->section.v[i].name);
	buf_add(out_data(e, names), e->names.p, e->names.n);
	buf_add(to, &h, sizeof(h));
	for (u32 i = 0; i < n; i++) {
		struct out_section *s = &e->section.v[i];

		pad(to, from, MAX(s->align, 1u));
		table[i] = header_of(s, name[i], to->n - from);
		buf_add(to, s->data.p ? s->data.p : "", s->data.n);
		to->oom |= s->data.oom;
	}
	pad(to, from, 8);
	h.e_shoff = to->n - from;
	h.e_shnum = (u16)n;
	h.e_shstrndx = (u16)names;
	buf_add(to, table, n * sizeof(*table));
	if (to->oom || e->names.oom)
		return false;
	memcpy(to->p + from, &h, sizeof(h));
	return true;
}
