/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside our kernel: the functions behind kfunc.def. */
#ifndef KERN_KFUNC_H
#define KERN_KFUNC_H

#include "kern/helper.h"

/* A function of the kernel: its registers are r1 to r5, the run is r. */
#define BPF_KFUNC(name)                                                              \
	u64 kfunc_##name(UNUSED u64 r1, UNUSED u64 r2, UNUSED u64 r3, UNUSED u64 r4, \
			 UNUSED u64 r5, UNUSED struct run *r)

#define LINUX(name)
#define HERE(name)                     env_fn kfunc_##name;
#define KFUNC(name, where, who, flags) where(name)
#include "isa/kfunc.def"
#undef LINUX
#undef HERE

/* Ours, by its id in the kernel's types; NULL: there is none. env->kfunc */
env_fn *kern_kfunc(void *arg, u32 id, s32 btf);

/* What a program has for a key, and may read. */
bool kern_kfunc_has(u64 at, u64 size);

#endif
