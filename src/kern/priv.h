/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside our kernel: a prepared program, and its helpers. */
#ifndef KERN_PRIV_H
#define KERN_PRIV_H

#include "jit/jit.h"
#include "kern/kern.h"
#include "vm/vm.h"

struct ob_run {
	const struct prog *p; /* borrowed: for the place of a fault */
	struct ob_run_opts opts;
	struct ob_helper *helper; /* the caller's, copied */
	struct env env;           /* its arg is this struct */
	struct vm_ebpf *vm;       /* one of the two is NULL */
	struct jit *jit;
	env_fn *entry; /* of jit */
	bool direct;   /* entry runs without a struct run */
};

/* Our own helper of this number, or NULL (helper.c). */
env_fn *kern_helper(u32 id);
/* Those that are given addresses (helper_mem.c). */
env_fn helper_trace_printk, helper_strtol, helper_strtoul, helper_strncmp;

/* May the run touch these bytes? If not, that is its fault. A trusted one may. */
bool kern_may(struct run *r, u64 at, u64 size, bool write);

#endif
