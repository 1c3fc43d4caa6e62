/* SPDX-License-Identifier: BSD-2-Clause */
/* What the benchmarks share: time, programs for two kernels, packets of two mixes. */
#ifndef BENCH_H
#define BENCH_H

#include "prog/prog.h"

/* Seconds; of this process's work: for what takes so long that others always run in
 * between. */
double bench_now(void);
double bench_cpu(void);

/* Ends with the error, if there is one. */
_Noreturn void bench_give_up(const char *what, struct ob_err *err);
void bench_must(const char *what, struct ob_err *err);

/* The body so many times: r6 counts, and stands at r10 - 8 and r10 - 16; r9 is the
 * memory, r7 (0 at first) the result; `goto next` ends one of them. */
struct prog *bench_loop(const char *name, const char *body, u32 times);
/* The same program, with the kernel's descriptor in place of our number of a map. */
struct prog *bench_for_kernel(const struct prog *ours, int fd);

/* What is on the wire. TCP: nine packets of ten are TCP over IPv4, mostly of
 * the web. MIXED: TCP and UDP over both versions of IP, ICMP, ARP, VLAN. */
enum mix { MIX_TCP, MIX_MIXED, MIX_COUNT };
extern const char *const mix_name[MIX_COUNT];

/* Fills n bytes (at least 64) with packet number i of a mix: the same bytes
 * every time. */
void mix_packet(enum mix mix, u32 i, u8 *to, u32 n);

#endif
