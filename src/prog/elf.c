/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF files, read through checked readers only. */
#include "prog/elf.h"

#include <elf.h>
#include <stddef.h>

static u16 get16(const struct elf *e, const u8 *p) { return e->big ? get_be16(p) : get_le16(p); }
static u32 get32(const struct elf *e, const u8 *p) { return e->big ? get_be32(p) : get_le32(p); }
static u64 get64(const struct elf *e, const u8 *p) { return e->big ? get_be64(p) : get_le64(p); }

/* A field of one of <elf.h>'s structs. */
#define AT(p, type, field) ((p) + offsetof(type, field))

bool elf_is(struct bytes file) { return file.n >= SELFMAG && !memcmp(file.p, ELFMAG, SELFMAG); }

static struct ob_err *bad(u64 at, const char *what)
{
	return err_at_byte(err_new(OB_FORMAT, "ELF: %s", what), NULL, at);
}

/* A string of a string table, "" where there is none. */
static const char *string(struct bytes table, u64 off)
{
	if (off >= table.n || !memchr(table.p + off, 0, table.n - off))
		return "";
	return (const char *)table.p + off;
}

static const u8 *header(const struct elf *e, u32 i)
{
	return e->file.p + e->table + (u64)i * sizeof(Elf64_Shdr);
}

struct elf_section elf_section(const struct elf *e, u32 i)
{
	const u8 *h = header(e, i);
	struct elf_section s = {
		.name = string(e->names, get32(e, AT(h, Elf64_Shdr, sh_name))),
		.type = get32(e, AT(h, Elf64_Shdr, sh_type)),
		.flags = get64(e, AT(h, Elf64_Shdr, sh_flags)),
		.addr = get64(e, AT(h, Elf64_Shdr, sh_addr)),
		.size = get64(e, AT(h, Elf64_Shdr, sh_size)),
		.entry = get64(e, AT(h, Elf64_Shdr, sh_entsize)),
		.link = get32(e, AT(h, Elf64_Shdr, sh_link)),
		.info = get32(e, AT(h, Elf64_Shdr, sh_info)),
	};

	if (s.type != SHT_NOBITS && s.type != SHT_NULL)
		s.data = bytes_part(e->file, get64(e, AT(h, Elf64_Shdr, sh_offset)), s.size);
	return s;
}

static struct ob_err *check_sections(const struct elf *e)
{
	for (u32 i = 1; i < e->sections; i++) {
		struct elf_section s = elf_section(e, i);

		if (s.type != SHT_NOBITS && s.type != SHT_NULL && s.data.n != s.size)
			return bad((u64)(header(e, i) - e->file.p), "a section is not in the file");
	}
	return NULL;
}

/* Counts that do not fit stand in section 0. */
static struct ob_err *find_sections(struct elf *e)
{
	const u8 *p = e->file.p;
	u32 names = get16(e, AT(p, Elf64_Ehdr, e_shstrndx));

	e->table = get64(e, AT(p, Elf64_Ehdr, e_shoff));
	e->sections = get16(e, AT(p, Elf64_Ehdr, e_shnum));
	if (!e->table)
		return e->sections = 0, NULL;
	if (get16(e, AT(p, Elf64_Ehdr, e_shentsize)) != sizeof(Elf64_Shdr))
		return bad(offsetof(Elf64_Ehdr, e_shentsize), "section headers of another size");
	if (!bytes_has(e->file, e->table, sizeof(Elf64_Shdr)))
		return bad(offsetof(Elf64_Ehdr, e_shoff), "the sections are not in the file");
	if (!e->sections) {
		u64 n = elf_section(e, 0).size;

		e->sections = (u32)MIN(n, (u64)UINT32_MAX);
	}
	if ((e->file.n - e->table) / sizeof(Elf64_Shdr) < e->sections)
		return bad(offsetof(Elf64_Ehdr, e_shnum), "the sections are not in the file");
	if (names == SHN_XINDEX)
		names = elf_section(e, 0).link;
	if (names && names < e->sections)
		e->names = elf_section(e, names).data;
	return check_sections(e);
}

struct ob_err *elf_open(struct bytes file, struct elf *ret)
{
	struct elf e = {.file = file};

	if (!elf_is(file) || file.n < sizeof(Elf64_Ehdr))
		return bad(0, "no header");
	if (file.p[EI_CLASS] != ELFCLASS64)
		return err_at_byte(err_new(OB_UNSUPPORTED, "ELF: not of 64 bits"), NULL, EI_CLASS);
	if (file.p[EI_DATA] != ELFDATA2LSB && file.p[EI_DATA] != ELFDATA2MSB)
		return bad(EI_DATA, "of no known byte order");
	e.big = file.p[EI_DATA] == ELFDATA2MSB;
	e.type = get16(&e, AT(file.p, Elf64_Ehdr, e_type));
	e.machine = get16(&e, AT(file.p, Elf64_Ehdr, e_machine));
	struct ob_err *err = find_sections(&e);
	if (!err)
		*ret = e;
	return err;
}

u32 elf_find(const struct elf *e, const char *name)
{
	for (u32 i = 1; i < e->sections; i++)
		if (!strcmp(elf_section(e, i).name, name))
			return i;
	return 0;
}

/* ---- symbols and relocations ---- */

u64 elf_symbols(const struct elf_section *s) { return s->data.n / sizeof(Elf64_Sym); }

struct elf_symbol elf_symbol(const struct elf *e, const struct elf_section *s, u64 i)
{
	const u8 *p = s->data.p + i * sizeof(Elf64_Sym);
	u8 info = *AT(p, Elf64_Sym, st_info);
	struct bytes names = {0};

	if (s->link < e->sections)
		names = elf_section(e, s->link).data;
	return (struct elf_symbol){
		.name = string(names, get32(e, AT(p, Elf64_Sym, st_name))),
		.type = ELF64_ST_TYPE(info),
		.bind = ELF64_ST_BIND(info),
		.visibility = ELF64_ST_VISIBILITY(*AT(p, Elf64_Sym, st_other)),
		.section = get16(e, AT(p, Elf64_Sym, st_shndx)),
		.value = get64(e, AT(p, Elf64_Sym, st_value)),
		.size = get64(e, AT(p, Elf64_Sym, st_size)),
	};
}

static u64 reloc_size(const struct elf_section *s)
{
	return s->type == SHT_RELA ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);
}

u64 elf_relocs(const struct elf_section *s) { return s->data.n / reloc_size(s); }

struct elf_reloc elf_reloc(const struct elf *e, const struct elf_section *s, u64 i)
{
	const u8 *p = s->data.p + i * reloc_size(s);
	u64 info = get64(e, AT(p, Elf64_Rel, r_info));

	return (struct elf_reloc){
		.off = get64(e, AT(p, Elf64_Rel, r_offset)),
		.symbol = ELF64_R_SYM(info),
		.type = ELF64_R_TYPE(info),
		.addend = s->type == SHT_RELA ? (s64)get64(e, AT(p, Elf64_Rela, r_addend)) : 0,
	};
}
