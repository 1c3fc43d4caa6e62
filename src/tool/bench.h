/* SPDX-License-Identifier: BSD-2-Clause */
/* A benchmark is one const struct in one file, named in bench.c. */
#ifndef TOOL_BENCH_H
#define TOOL_BENCH_H

#include "tool/opt.h"
#include "vm/vm.h"

struct bench_opts {
	u64 seconds, packets; /* 0: its own choice */
	u32 json;
};

struct bench {
	const char *name, *does;
	/* argument ends with NULL. Returns the exit status. */
	int (*run)(char **argument, const struct bench_opts *opts);
};

extern const struct bench bench_1993;

/* ---- counting host instructions (bench_count.c) ---- */

/* By the processor's counter where there is one and it may be used; else by
 * stepping a child through the work, one instruction at a time: exact, too, but
 * slow, so that only a part of the work should be given to it. */
enum counter { COUNT_NOT, COUNT_PERF, COUNT_STEP };
enum counter counter_find(void);
/* Instructions that work(arg) takes in user space, or false. */
bool counter_run(enum counter how, void (*work)(void *), void *arg, u64 *ret);

/* ---- packets of 1993 (bench_packets.c) ---- */

enum { HORSE = 0xc000020b, GAUGUIN = 0xc000020c }; /* 192.0.2.11 and .12 */

struct mix {
	const char *name;
	u8 tcp, udp, icmp, arp, rarp, other; /* percent, 100 together */
	u8 port;                             /* percent of tcp from or to one of F3's ports */
	u8 horse;                            /* percent of ip and arp from or to horse alone */
	u8 pair;                             /* percent of them between horse and gauguin */
};

/* n packets for Ethernet, always the same for a mix, 60 to 1514 bytes long, of
 * which 96 are kept; IPv4 headers have no options. free() frees all of them. */
struct vm_pkt *packets_make(const struct mix *mix, u32 n);

#endif
