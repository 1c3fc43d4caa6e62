/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside object files: what is kept of the file, and what its readers share. */
#ifndef PROG_OBJECT_PRIV_H
#define PROG_OBJECT_PRIV_H

#include "isa/bpf.h"
#include "prog/core.h"
#include "prog/object.h"

#include <elf.h>
#include <stdlib.h>

enum {
	OBJECT_SLOT = sizeof(struct ob_ebpf),
	OBJECT_DATA_MAX = 1 << 30, /* bytes of all variables */
	OBJECT_NONE = -1,
};

enum object_section_kind {
	SECTION_OTHER,
	SECTION_CODE,
	SECTION_MAPS,     /* described by types: .maps */
	SECTION_OLD_MAPS, /* described by their bytes: maps */
	SECTION_DATA,
	SECTION_OPS, /* .struct_ops */
};

/* What an instruction of the file asks for. */
enum object_ref_kind {
	REF_MAP,     /* the map `what` */
	REF_DATA,    /* the address `off` in the values of the map `what` */
	REF_CALL,    /* the function at slot `off` of the section `what` */
	REF_FUNC,    /* the same, as an address */
	REF_EXTERN,  /* the extern `what` */
	REF_MISSING, /* the symbol `what`, which nobody defines or declares */
};
struct object_ref {
	u32 insn; /* a slot of its section */
	u8 kind;
	u32 what;
	s64 off;
};

struct object_section {
	struct elf_section elf;
	u8 kind;
	u32 map; /* SECTION_DATA: its map */
	u32 reloc;
	u32 func, funcs; /* the first of those that lie here, and how many */
	struct object_ref *ref;
	u32 refs;                           /* by insn */
	const struct btf_ext_section *info; /* of code; NULL: none */
};

struct object_func {
	const char *name;
	u32 section, at, n; /* slots */
	bool global;
	s32 prog;        /* OBJECT_NONE: it is called only */
	u32 mark, place; /* slot `place` of the program that was linked last as number `mark` */
};

/* Lists of names that can be searched: sorted, first ones first. */
struct object_name {
	const char *name;
	u32 nr;
};
struct object_names {
	struct object_name *v;
	u32 n, cap;
};

struct object_priv {
	struct arena arena;
	const char *path;
	struct bytes file;
	struct elf elf;
	struct object_section *section;
	struct elf_symbol *symbol;
	s32 *symbol_ext; /* the extern that an undefined symbol is */
	u32 symbols;
	/* Sections, symbols that are defined, types of data sections. */
	struct object_names by_section, by_name, by_datasec;
	struct object_func *func; /* by section and slot */
	u32 funcs;
	struct btf *btf;
	struct btf_ext *info; /* NULL: there is none */
	struct core *core;    /* while programs are linked; NULL: without types */
	u64 data;             /* bytes of all variables */
	u32 kconfig;          /* the map of the settings, where there are any */
	u32 map_cap;
	struct object_place {
		u32 section, map;
		u64 off;
		u64 values; /* where in it those of the map begin */
	} * place;          /* where the maps are described, by section and off */
	u32 places, place_cap;
	struct btf *loaded;     /* the types again, checked as the kernel does it; mostly NULL */
	struct prog_map *shape; /* of all maps, for the programs that are linked */
	bool *found;            /* the kernel has the extern */
	u32 mark;               /* programs linked so far */
	struct ob_ebpf *code;   /* room for one that is linked */
	u32 code_cap;
};

/* Read in this order. */
struct ob_err *object_read_sections(struct object *o); /* object_section.c */
struct ob_err *object_read_types(struct object *o);    /* object_btf.c */
struct ob_err *object_read_programs(struct object *o); /* object_section.c */
struct ob_err *object_read_externs(struct object *o);  /* object_extern.c */
struct ob_err *object_read_info(struct object *o);     /* object_info.c */
struct ob_err *object_read_maps(struct object *o);     /* object_map.c */
struct ob_err *object_read_data(struct object *o);     /* object_data.c */
struct ob_err *object_read_relocs(struct object *o);   /* object_reloc.c */
struct ob_err *object_fill_maps(struct object *o);     /* object_map.c */

/* ---- shared ---- */

struct ob_err *object_err(const struct object *o, enum ob_code code, const char *fmt, ...)
	PRINTF(3, 4);
/* Of an instruction: "section xdp, instruction 3: ..." */
struct ob_err *object_err_insn(const struct object *o, u32 section, u32 insn, enum ob_code code,
			       const char *fmt, ...) PRINTF(5, 6);

void object_names_sort(struct object_names *l);
/* The first of that name, or NULL. */
const struct object_name *object_names_find(const struct object_names *l, const char *name);

/* ".data" is a family: ".data", ".data.x". */
bool object_in_family(const char *name, const char *family);
/* One map more. */
struct object_map *object_add_map(struct object *o, enum object_map_kind kind, const char *name);
/* Its variables; zeros. */
struct ob_err *object_add_data(struct object *o, struct object_map *m, u64 size);
/* Tables of functions as the kernel has them (object_ops.c). OB_NAME, OB_UNSUPPORTED */
struct ob_err *object_fit_ops(struct object *o, const struct btf *kernel);
/* The function that begins there, NULL: none does. */
struct object_func *object_func_at(const struct object *o, u32 section, s64 slot);
/* To be changed: the types are the object's own. */
static inline struct btf_type *object_type(const struct object *o, u32 id)
{
	return (struct btf_type *)(uintptr_t)btf_type(o->priv->btf, id);
}
static inline struct btf_var_secinfo *object_vars(struct btf_type *section)
{
	return (struct btf_var_secinfo *)(uintptr_t)btf_vars(section);
}
/* The number of it, 0: none. */
static inline u32 object_named(const struct object_names *l, const char *name)
{
	const struct object_name *found = object_names_find(l, name);

	return found ? found->nr : 0;
}
static inline u32 object_section(const struct object *o, const char *name)
{
	return object_named(&o->priv->by_section, name);
}
static inline u32 object_datasec(const struct object *o, const char *name)
{
	return object_named(&o->priv->by_datasec, name);
}
/* The map that is described there, or NULL. */
struct object_map *object_map_at(const struct object *o, u32 section, u64 off);
/* A section's references, from the first at or behind a slot on. */
const struct object_ref *object_refs(const struct object_section *s, u32 insn);
/* CO-RE in the code of a program whose parts are known; its functions and lines; what an
 * instruction of it asks for (object_info.c). */
struct ob_err *object_apply_core(struct object *o, struct object_program *g, struct ob_ebpf *code);
void object_add_info(struct object *o, struct object_program *g);
void object_put_core(struct buf *to, const struct object *o, const struct object_part *part,
		     u32 pc);
/* Of the values of the shapes (object_fields.c); kernel may be NULL. */
void object_find_fields(struct object *o, const struct btf *kernel);
/* The settings and addresses that externs stand for (object_extern.c); what is not
 * found is an error where it is used. */
struct ob_err *object_resolve_externs(struct object *o, const struct object_target *to);
struct ob_err *object_err_extern(const struct object *o, u32 section, u32 insn,
				 const struct object_extern *e);

#endif
