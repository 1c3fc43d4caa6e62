/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF files of 64 bits, in either byte order: sections, symbols, relocations. What
 * elf_open took can be asked for without fear: all of it lies in the file. */
#ifndef PROG_ELF_H
#define PROG_ELF_H

#include "base/base.h"

struct elf {
	struct bytes file; /* borrowed */
	bool big;          /* most significant byte first */
	u16 type, machine; /* ET_REL ..., EM_BPF ... */
	u32 sections;      /* with the empty section 0 */
	u64 table;         /* where their headers stand */
	struct bytes names;
};

struct elf_section {
	const char *name;
	u32 type; /* SHT_PROGBITS ... */
	u64 flags, addr, size, entry;
	u32 link, info;
	struct bytes data; /* nothing for SHT_NOBITS */
};

struct elf_symbol {
	const char *name;
	u8 type, bind, visibility; /* STV_HIDDEN ... */
	u16 section;               /* an index, or SHN_ABS ... */
	u64 value, size;
};

struct elf_reloc {
	u64 off;
	u32 symbol, type;
	s64 addend; /* 0 in a section of type SHT_REL */
};

/* Does the file begin as an ELF file does? */
bool elf_is(struct bytes file);
/* OB_FORMAT with the byte, OB_UNSUPPORTED for 32 bits. */
struct ob_err *elf_open(struct bytes file, struct elf *ret);
/* i < sections */
struct elf_section elf_section(const struct elf *e, u32 i);
/* 0: there is none of that name. */
u32 elf_find(const struct elf *e, const char *name);
/* Of a section of type SHT_SYMTAB; i < elf_symbols. */
u64 elf_symbols(const struct elf_section *s);
struct elf_symbol elf_symbol(const struct elf *e, const struct elf_section *s, u64 i);
/* Of a section of type SHT_REL or SHT_RELA; i < elf_relocs. */
u64 elf_relocs(const struct elf_section *s);
struct elf_reloc elf_reloc(const struct elf *e, const struct elf_section *s, u64 i);

#endif
