/* SPDX-License-Identifier: BSD-2-Clause */
/* What the programs here share. Each is one function, prog(mem, len), that
 * looks at no more than len bytes, and compiles for BPF without relocations. */
#ifndef PROG_H
#define PROG_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define INLINE static inline __attribute__((always_inline))

u64 prog(void *mem, u64 len);

#endif
