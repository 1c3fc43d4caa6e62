/* SPDX-License-Identifier: BSD-2-Clause */
/* What the benchmarks share: time, and packets of two mixes. */
#ifndef BENCH_H
#define BENCH_H

#include "base/base.h"

double bench_now(void); /* seconds */

/* What is on the wire. TCP: nine packets of ten are TCP over IPv4, mostly of
 * the web. MIXED: TCP and UDP over both versions of IP, ICMP, ARP, VLAN. */
enum mix { MIX_TCP, MIX_MIXED, MIX_COUNT };
extern const char *const mix_name[MIX_COUNT];

/* Fills n bytes (at least 64) with packet number i of a mix: the same bytes
 * every time. */
void mix_packet(enum mix mix, u32 i, u8 *to, u32 n);

#endif
