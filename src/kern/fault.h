/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies of memory that may not be there: a bad address is an answer. */
#ifndef KERN_FAULT_H
#define KERN_FAULT_H

#include "base/base.h"

/* n bytes from or to an address of this process: 0, or -EFAULT with part of them
 * copied. */
int kern_read(void *to, u64 from, size_t n);
int kern_write(u64 to, const void *from, size_t n);
/* Text with its 0, at most n bytes: how many, -EFAULT. n of them may have no 0. */
long kern_read_text(char *to, u64 from, u32 n);
/* This thread looks again whether the program has changed its signals. */
void kern_fault_forget(void);

#endif
