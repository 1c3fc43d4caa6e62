/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside our kernel: variables of the running kernel that programs name. */
#ifndef KERN_KSYM_H
#define KERN_KSYM_H

#include "prog/prog.h"

/* The address of a variable or function, by its id in the kernel's types; 0: it is
 * neither, or memory is short. There are zeros, of the size of a variable. */
u64 kern_ksym(u32 id);
/* Do these bytes lie there? They may be read. */
bool kern_ksym_has(u64 at, u64 size);

#endif
