/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf doctor`: what its files share. */
#ifndef TOOL_DOCTOR_H
#define TOOL_DOCTOR_H

#include "base/base.h"

enum { DOCTOR_PERMITTED = 0, DOCTOR_NO = 1, DOCTOR_UNKNOWN = 2 };

/* What was found when a thing was tried. */
struct finding {
	u32 state;
	struct buf why;  /* what the answer rests on; may be empty */
	struct buf help; /* what would make it a yes; may be empty */
};

/* One thing that a machine permits or not. */
struct doctor_row {
	const char *group; /* NULL: that of the row before */
	const char *name;
	const char *what; /* one line */
	/* Tries it. f begins as DOCTOR_NO, with nothing said. */
	void (*look)(struct finding *f);
};

/* f is no because of this errno; f->why gets its text. */
void doctor_errno(struct finding *f, int errnum);
/* A number that a file of /proc or /sys holds; false: it cannot be read. */
bool doctor_number(const char *path, long *ret);
bool doctor_has_cap(u32 cap);
/* Runs fn in a child process, which may change itself; its result, or -EIO if the
 * child died. fn's result is 0 or a negative errno above -255. */
int doctor_child(int (*fn)(void));

/* Linux's bpf(2) (doctor_bpf.c) */
void doctor_bpf(struct finding *f), doctor_maps(struct finding *f), doctor_progs(struct finding *f);
void doctor_jit(struct finding *f), doctor_btf(struct finding *f), doctor_pins(struct finding *f);
/* Events (doctor_events.c) */
void doctor_kprobe(struct finding *f), doctor_uprobe(struct finding *f);
void doctor_tracepoint(struct finding *f), doctor_fentry(struct finding *f);
void doctor_counters(struct finding *f), doctor_samples(struct finding *f);
/* Packets and this process (doctor_here.c) */
void doctor_filter(struct finding *f), doctor_packets(struct finding *f);
void doctor_sandbox(struct finding *f);
void doctor_machine_code(struct finding *f), doctor_ptrace(struct finding *f);
void doctor_userns(struct finding *f), doctor_notify(struct finding *f);
void doctor_world(struct finding *f), doctor_preload(struct finding *f);

#endif
