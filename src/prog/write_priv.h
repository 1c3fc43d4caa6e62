/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the writer of objects: an ELF file in the making, and a program's parts. */
#ifndef PROG_WRITE_PRIV_H
#define PROG_WRITE_PRIV_H

#include "prog/btf_priv.h"
#include "prog/object.h"

#include <elf.h>

/* ---- the file (write_elf.c) ---- */

struct out_section {
	const char *name;
	u32 type, flags, align, link, info, entry;
	u64 size; /* of SHT_NOBITS */
	struct buf data;
};

/* Section 0 and symbol 0 are there from the beginning; local symbols come first. */
struct out_elf {
	struct arena *a;
	struct {
		struct out_section *v;
		u32 n, cap;
	} section;
	struct {
		Elf64_Sym *v;
		u32 n, cap;
	} symbol;
	struct buf names; /* .strtab, for sections and symbols */
};

void out_init(struct out_elf *e, struct arena *a);
void out_deinit(struct out_elf *e);
/* A section's number. The pointer that out_data gives is good until the next section. */
u32 out_section(struct out_elf *e, const char *name, u32 type, u32 flags, u32 align);
static inline struct buf *out_data(struct out_elf *e, u32 section)
{
	return &e->section.v[section].data;
}
u32 out_symbol(struct out_elf *e, const char *name, u32 type, bool local, u32 section, u64 value,
	       u64 size);
/* Adds .symtab and .strtab, and all of the file to `to`. False: no memory. */
bool out_write(struct out_elf *e, struct buf *to);

/* ---- the program ---- */

struct write_func {
	u32 pc, n;    /* slots of the program */
	u32 part, at; /* its section, as a number of `part`, and its slot there */
	u32 symbol, type;
	const char *name;
	bool local;
};

struct writer {
	struct arena a;
	const struct prog *p;
	const struct object_out *how;
	struct out_elf elf;
	struct btf_maker *maker; /* of the types that are written, or NULL */
	struct write_func *func; /* by pc; the first is the program */
	u32 funcs;
	struct {
		const char *name;
		u32 section, rel, slots;
	} part[2];             /* the program's section, and .text */
	u32 text;              /* the symbol of .text, 0: there is none */
	u32 maps_section;      /* 0: there are no maps but of variables */
	u32 *map_section;      /* of each map's values, 0: it has none */
	u32 *map_symbol;       /* of each map, or of its section */
	const char **map_name; /* in the source; of values, their section's */
};

/* Is it a map of variables? Then its values are a section. */
static inline bool write_is_data(const struct prog_map *m) { return m->name && m->name[0] == '.'; }

/* ---- types and lines (write_types.c) ---- */
/* Adds .BTF and .BTF.ext where they are needed, and the maps' room and symbols in .maps. */
struct ob_err *write_types(struct writer *w);

#endif
