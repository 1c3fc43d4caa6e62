/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers in map values. */
#ifndef KERN_TIMER_H
#define KERN_TIMER_H

#include "kern/priv.h"

/* The element goes: its timers are cancelled and no more (map_host.drop). */
void kern_timer_drop(struct map *m, u8 *value);
/* Who started the program's timers goes: they are cancelled and waited for. */
void kern_timer_end_run(const struct ob_run *k);
/* No program and no descriptor has the map any longer: as above. */
void kern_timer_end_map(const struct map *m);

/* The functions behind the helpers: 0, 1 or -errno. at: struct bpf_timer, which lies
 * in an element of m. */
int kern_timer_init(struct map *m, u64 *at, u64 flags);
int kern_timer_set(u64 *at, struct ob_run *k, u64 fn);
int kern_timer_start(u64 *at, u64 ns, u64 flags);
int kern_timer_cancel(u64 *at);

#endif
