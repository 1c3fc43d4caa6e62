/* SPDX-License-Identifier: BSD-2-Clause */
/* .BTF.ext: which function begins where, which line of C an instruction is of, and what
 * is to be adjusted to the types of a kernel (CO-RE). */
#ifndef PROG_BTF_EXT_H
#define PROG_BTF_EXT_H

#include "prog/btf.h"

#include <linux/bpf.h>

/* What is said of the section of that name, in the machine's byte order, as the file has
 * it in order. insn_off counts bytes from the section's beginning; it is a multiple of 8.
 * Ids and names are in the BTF. */
struct btf_ext_section {
	const char *name;
	const struct bpf_func_info *func;
	const struct bpf_line_info *line;
	const struct bpf_core_relo *core;
	u32 funcs, lines, cores;
};

struct btf_ext {
	struct btf_ext_section *section;
	u32 sections;
	struct arena arena;
};

/* Reads either byte order, and records longer than those above: what is more is passed
 * over. OB_FORMAT, OB_UNSUPPORTED, with the byte. */
struct ob_err *btf_ext_read(struct bytes data, const struct btf *b, struct btf_ext **ret);
void btf_ext_destroy(struct btf_ext *x);
/* NULL: nothing is said of it. */
const struct btf_ext_section *btf_ext_find(const struct btf_ext *x, const char *section);

#endif
