/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the Babel printer share. */
#ifndef PRINT_BABEL_H
#define PRINT_BABEL_H

#include "print/part.h"

enum { ANY, IPV4, IPV6, LOCAL };

/* Prefixes are kept as IPv6; IPv4 is mapped: this is how it begins. */
extern const u8 babel_mapped[16];

void babel_put_address(struct print_state *s, const u8 *p);
/* plen counts from the head of the mapped form; 255 stands for any. */
void babel_put_prefix(struct print_state *s, const u8 *p, u32 plen);
/* Reads a prefix whose first `omitted` bytes stand in `before`: how many bytes
 * it takes of the n at p, or -1. */
int babel_prefix(u8 ae, u32 plen, u32 omitted, const u8 *p, const u8 *before, u32 n, u8 *to);
u32 babel_plen(u8 ae, u32 plen);
/* How many bytes the address takes, or -1. */
int babel_address(u8 ae, const u8 *p, u32 n, u8 *to);

#endif
