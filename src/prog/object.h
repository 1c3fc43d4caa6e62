/* SPDX-License-Identifier: BSD-2-Clause */
/* Object files of BPF, as clang (or onebpf) makes them: their programs, maps, data,
 * types, and what they ask of outside. The journey: object_open reads and checks all
 * of the file; the user may change what is to be loaded (types, sizes, data);
 * object_link makes each program whole, for a kernel of given types; then
 * sys/ creates the maps and loads the programs. */
#ifndef PROG_OBJECT_H
#define PROG_OBJECT_H

#include "prog/prog.h"

/* What is put into a map before its programs run. */
struct object_slot {
	u32 index;   /* the key */
	bool is_map; /* a map of the object, else a program */
	u32 what;    /* its number */
};

enum object_map_kind {
	OBJECT_MAP,     /* declared in .maps, or in the older maps section */
	OBJECT_DATA,    /* .data, .data.* */
	OBJECT_RODATA,  /* .rodata, .rodata.*: frozen once it is filled */
	OBJECT_BSS,     /* .bss, .bss.* */
	OBJECT_KCONFIG, /* .kconfig: the kernel's settings, frozen */
	OBJECT_INNER,   /* the template of a map of maps: not loaded by itself */
	OBJECT_STRUCT_OPS,
};

struct object_map {
	enum object_map_kind kind;
	const char *name;         /* in the source, or its section's */
	struct prog_map shape;    /* inner: that of the map in `inner` */
	u32 numa, ifindex;        /* numa counts with BPF_F_NUMA_NODE */
	u32 pin;                  /* LIBBPF_PIN_...: 1 by name; iproute2: 1 object, 2 global */
	u32 id;                   /* iproute2's */
	s32 inner;                /* the number of its inner map, -1: none */
	u32 section;              /* of data, 0: none */
	u8 *data;                 /* shape.value_size bytes, to be changed at will; NULL: none */
	u32 ops;                  /* of struct_ops, once linked: the kernel's type of the value, as
				   * which data stands then; 0: that kernel has none of it */
	struct object_slot *slot; /* of struct_ops: a program's place in the value, as index */
	u32 slots;
};

/* A function of a program that is linked. */
struct object_part {
	const char *name;
	u32 pc, n;  /* its slots */
	u32 in, at; /* where they stand in the file: the section's number, slots */
};

/* A relocation of CO-RE that did not resolve (core.h); pc: in the linked program. */
struct core_miss {
	u32 pc;
	const char *what; /* "<byte_off> [7] struct sk_buff.hash (0:3 @ offset 12)" */
};

struct object_program {
	const char *name, *section;
	const char *target;             /* behind "kprobe/"; "" for none */
	const struct section_row *kind; /* NULL: no section that we know */
	u32 type, attach;               /* as the section says, may be changed */
	u32 prog_flags;                 /* BPF_F_SLEEPABLE ... */
	u32 ops;                        /* of struct_ops, once linked: the kernel's struct whose
					 * field number `attach` it is; 0: not known */
	bool skip;                      /* "?..." sections are not loaded unless asked */
	u32 in, at, n;                  /* its section's number, its slots there */
	struct prog *prog;              /* whole, when it is linked; else NULL */
	const struct object_part *part; /* its functions, its own comes first */
	u32 parts;
	struct core_miss *miss; /* what the kernel's types have not */
	u32 misses;
};

enum object_extern_kind {
	EXTERN_KCONFIG, /* `off` in the map of kind OBJECT_KCONFIG */
	EXTERN_VAR,     /* a variable of the kernel, of a type */
	EXTERN_ADDRESS, /* the same without a type: an address (/proc/kallsyms) */
	EXTERN_FUNC,    /* a function of the kernel: kfunc */
};
struct object_extern {
	enum object_extern_kind kind;
	const char *name;
	bool weak;
	u32 type; /* in the object's BTF: of the variable, or FUNC */
	u32 off, size;
	u64 value; /* its address, or its id in the kernel's BTF, once it is linked; 0: none */
};

struct object {
	const char *name; /* of the file, without folders and ".o" */
	const char *license;
	u32 version;           /* of the kernel, 0: none is said */
	const struct btf *btf; /* fixed up (sizes of sections, offsets of variables), or NULL */
	struct object_program *prog;
	u32 progs;
	struct object_map *map;
	u32 maps;
	struct object_extern *ext;
	u32 externs;
	struct object_priv *priv;
};

/* The bytes are borrowed until object_close. OB_FORMAT and OB_UNSUPPORTED say which
 * section, symbol, relocation, and where. */
struct ob_err *object_open(const char *name, struct bytes file, struct object **ret);
void object_close(struct object *o);
/* By the name of its function, or of its section; NULL: none, or more than one. */
struct object_program *object_program(const struct object *o, const char *name);
struct object_map *object_map(const struct object *o, const char *name);
/* A variable of a data map by its name: its bytes in the map's data, its type. */
struct bytes object_variable(const struct object *o, const char *name, u32 *map, u32 *type);

/* What the programs are linked for. */
struct object_target {
	const struct btf *kernel; /* where CO-RE looks (core.c), and kfuncs; NULL: nowhere */
	/* The types of its modules, one after another, which go on from its own: CO-RE asks
	 * for them when the kernel has no type of a name. NULL: no more; may be NULL. */
	const struct btf *(*module)(void *arg, u32 i);
	/* A symbol's address, 0: there is none; may be NULL. */
	u64 (*address)(void *arg, const char *symbol);
	/* The value of a kernel setting, "CONFIG_HZ", as .config has it ("250", "y",
	 * "\"text\""), NULL: not set; LINUX_KERNEL_VERSION too. May be NULL. */
	const char *(*setting)(void *arg, const char *name);
	void *arg;
};
/* Makes prog of every program that is not to be skipped: code of its own section,
 * behind it the functions that it calls, once each; CO-RE applied; maps as indices,
 * calls of kernel functions by the ids that they have there; func and line records.
 * The first thing that does not resolve is the error, and names where. to NULL: for a
 * listing; what is the kernel's stays as the file has it. */
struct ob_err *object_link(struct object *o, const struct object_target *to);
/* What an instruction of a linked program refers to: "counts", "total + 4", a function;
 * nothing is written where there is none. */
void object_put_name(struct buf *to, const struct object *o, const struct object_program *g,
		     u32 pc);

/* The types that programs of our world meet, as a target where there is no kernel:
 * contexts, what helpers take and give, headers of packets (core_world.c). */
struct ob_err *core_world(struct btf **ret);

/* ---- objects out (write.c) ---- */

struct object_out {
	const char *section;      /* "xdp": what the program is, as the loaders read it */
	const char *name;         /* of its function; NULL: as its types say, or "program" */
	const char *license;      /* NULL: none is written */
	const struct bytes *data; /* of each map of the program: its values when it is a section
				   * of variables (".data"); NULL, or no bytes: what is fixed */
};
/* Adds an ELF object that loaders take: the program, the functions that it calls, its maps
 * as .maps, its types, functions and lines. OB_UNSUPPORTED with the instruction: what no
 * object can say (a descriptor, the address of a map's value), or that the values of a
 * section are not known. */
struct ob_err *object_write(struct buf *out, const struct prog *p, const struct object_out *how);

#endif
