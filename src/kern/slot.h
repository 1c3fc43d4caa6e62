/* SPDX-License-Identifier: BSD-2-Clause */
/* Execution slots: whose copy of per-CPU values a running program has. */
#ifndef KERN_SLOT_H
#define KERN_SLOT_H

#include "kern/priv.h"

/* One is held by one thread: by a run, and by the runs inside of it (a program that
 * is called by what a program's helper does has the slot of the outer one, as in
 * Linux, where they are on one CPU). It may lie in memory that processes share: a
 * slot whose holder was killed is taken from it. */
struct slots {
	u32 n;
	u64 missed; /* runs that found none in time */
	_Alignas(64) struct {
		_Alignas(64) u64 holder; /* map/lock.h */
	} slot[];
};

/* All zero and n set is a beginning. */
static inline size_t kern_slots_bytes(u32 n)
{
	return sizeof(struct slots) + n * sizeof(((struct slots *)0)->slot[0]);
}

/* r->slot becomes one of the first most slots, if it can that of the CPU; waits for
 * it up to 20 ms. False: it is missed. Between them the thread runs the program. */
bool kern_slot_enter(struct slots *s, u32 most, struct run *r);
void kern_slot_leave(struct slots *s, struct run *r);
/* This process's own, for runs outside of any world. */
struct slots *kern_slots(void);

#endif
