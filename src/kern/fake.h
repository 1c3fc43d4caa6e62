/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is laid out as a structure of the running kernel, as its BTF tells: what
 * programs get where Linux gives them its own. What is not set is 0. */
#ifndef KERN_FAKE_H
#define KERN_FAKE_H

#include "prog/prog.h"

struct fake {
	const struct btf_type *t;
	u8 *at; /* NULL: there is none */
	u32 size;
};

struct fake fake_create(const char *name);
void fake_destroy(struct fake *f);
/* A member, also in unions and structs without a name; one that this kernel does not
 * have is left out. */
void fake_set(struct fake *f, const char *name, const void *from, u32 n);
void fake_set_number(struct fake *f, const char *name, u64 v);
static inline void fake_point(struct fake *f, const char *name, const struct fake *to)
{
	fake_set_number(f, name, (u64)(uintptr_t)to->at);
}

/* ---- those that a thread has (task.c) ---- */

enum fake_kind { FAKE_TASK, FAKE_CGROUP };

/* The thread that runs, as a struct task_struct; NULL: the kernel's types are not to be
 * had. */
void *kern_current_task(void);
/* Its struct pt_regs, where the words are to be filled in. */
void *kern_task_regs(const void *task, u32 *size);
/* A struct vm_area_struct of this thread, which the next call changes. NULL */
void *kern_task_vma(u64 start, u64 end, u64 flags);
/* The owner of storages that such an object stands for; false: it is none. */
bool kern_fake_owner(u64 at, enum fake_kind kind, u64 *ret);
/* May programs read there? */
bool kern_fake_has(u64 at, u64 size);

#endif
