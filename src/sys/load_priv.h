/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the loader: what a kernel can do, and the steps of loading. */
#ifndef SYS_LOAD_PRIV_H
#define SYS_LOAD_PRIV_H

#include "isa/bpf.h"
#include "prog/object.h"
#include "sys/priv.h"

#include <errno.h>

enum feature {
	FEATURE_NAME,
	FEATURE_EXPECTED_ATTACH,
	FEATURE_READ_KERNEL, /* bpf_probe_read_kernel beside bpf_probe_read */
	FEATURE_ARRAY_MMAP,
	FEATURE_MEMORY_BY_CGROUP, /* maps do not count as locked memory */
	FEATURE_PERF_LINK,
	FEATURE_COOKIE,
	FEATURE_BTF,
	FEATURE_BTF_FUNC,
	FEATURE_BTF_GLOBAL_FUNC,
	FEATURE_BTF_DATASEC,
	FEATURE_BTF_QUESTION, /* "?" in the name of a DATASEC */
	FEATURE_BTF_FLOAT,
	FEATURE_BTF_DECL_TAG,
	FEATURE_BTF_TYPE_TAG,
	FEATURE_BTF_ENUM64,
	FEATURE_COUNT
};

/* What was found so far, each when it is first asked for (feature.c). */
struct features {
	const struct sys_door *door;
	u8 found[FEATURE_COUNT]; /* 0: not asked yet; 1: no; 2: yes */
	u32 usdt_places;         /* that have got their number */
};
bool feature_has(struct features *f, enum feature which);

/* A name as the kernel takes it: 15 characters, others as "_"; none where it takes none. */
void load_name(struct features *f, char to[BPF_OBJ_NAME_LEN], const char *name);
/* The door refuses for want of a right, of memory ...: the error names what would help.
 * EPERM and ENOSYS are told in full; else "cannot WHAT: why". */
struct ob_err *load_err(const struct sys_door *door, int err, const char *fmt, ...) PRINTF(3, 4);

struct ob_err *load_btf(struct sys_loaded *l);                    /* load_btf.c */
struct ob_err *load_maps(struct sys_loaded *l, const char *pins); /* load_map.c */
/* What map slots hold, once maps and programs are there. */
struct ob_err *load_slots(struct sys_loaded *l, bool programs);
struct ob_err *load_progs(struct sys_loaded *l); /* load_prog.c */
/* The same program as another type: a descriptor or -errno. */
int load_as(const struct sys_loaded *l, const struct object_program *p, u32 type, u32 attach,
	    u32 target);

#endif
