/* SPDX-License-Identifier: BSD-2-Clause */
/* From an object to descriptors: its types, maps and programs, loaded through one of
 * the two doors; attached; what they write, read. Part of sys.h. */
#ifndef SYS_LOAD_H
#define SYS_LOAD_H

#include "prog/prog.h"

#include <sys/types.h>

union bpf_attr;
struct perf_event_attr;
struct object;

/* ---- doors (door.c): who answers ----
 *
 * What a call returns is a descriptor, a number or 0, or -errno. */
struct sys_door {
	const char *name; /* "the kernel", "our world" */
	bool own;         /* no event of Linux reaches it */
	int (*bpf)(int cmd, union bpf_attr *attr, unsigned size);
	int (*perf)(struct perf_event_attr *a, pid_t pid, int cpu);
	/* "uprobe", "type" or "format/retprobe": the number in a unit's file, -1: there is none. */
	int (*unit)(const char *unit, const char *file);
	int (*control)(int fd, unsigned long cmd, unsigned long arg); /* ioctl() */
	long (*map)(size_t n, int prot, int fd, off_t off);           /* mmap(), shared */
	/* A descriptor of the caller's that poll() finds readable when the ring buffer or
	 * perf event behind fd has been written to. */
	int (*wait)(int fd);
	int (*make_folder)(const char *path); /* for pins */
	int (*trace)(void);                   /* what programs print, not waiting */
	u32 (*cpus)(void);                    /* that per-CPU values have copies for */
};
extern const struct sys_door sys_door_linux, sys_door_own;

/* ---- loading (load.c) ---- */

struct sys_load_opts {
	const struct sys_door *door;
	const struct btf *kernel; /* its types, where targets are looked for; NULL: unknown */
	const char *pins;         /* maps that name themselves there; NULL: /sys/fs/bpf */
};

struct sys_loaded {
	const struct sys_door *door;
	const struct object *object;
	const struct btf *kernel;
	int btf;                /* descriptors, -1: there is none */
	int *map;               /* one a map of the object */
	int *prog;              /* one a program */
	bool *reused;           /* the map was pinned before */
	struct ob_err *warning; /* what was left out for this kernel, or NULL */
	struct features *features;
};

/* Loads all of a linked object; it is borrowed, so is kernel. OB_PERM, OB_UNSUPPORTED
 * and OB_REFUSED with what would help; for a refused program with the verifier's log,
 * at the line of its source. */
struct ob_err *sys_load(const struct object *o, const struct sys_load_opts *opts,
			struct sys_loaded **ret);
void sys_loaded_close(struct sys_loaded *l); /* NULL is allowed */
/* The id, in the kernel's types, of what a program is for; 0: it needs none. OB_NAME,
 * OB_UNSUPPORTED */
struct object_program;
struct ob_err *sys_target(const struct btf *kernel, const struct object_program *p, u32 *id);
/* Pins map or program below a folder, which is made. */
struct ob_err *sys_pin(const struct sys_loaded *l, int fd, const char *folder, const char *name);

/* ---- attaching (attach.c) ---- */

struct sys_attach_opts {
	pid_t pid;             /* events of user programs: of this process; 0: of all */
	const char *interface; /* packets */
	const char *cgroup;    /* a directory; NULL: the root of all */
	const char *hook;      /* netfilter: "ipv4:input:0"; NULL: that */
	u64 freq;              /* samples a second and CPU; 0: 99 */
};

/* Where one program is attached, until it is closed. */
struct sys_link {
	const char *name; /* the program's, or the table's: borrowed */
	u32 prog;         /* its number in the object */
	u32 kind;         /* of its link, enum bpf_link; 0: none */
	char *where;      /* "/bin/bash:readline, entry", "eth0, ingress" */
	const char *how;  /* "link", "netlink", "cgroup" ... */
	int *fd;          /* what holds it */
	u32 n, cap;
	void (*undo)(struct sys_link *l); /* or NULL */
	struct {
		int target, prog;
		u32 attach, handle, ifindex;
		bool made;
		char name[128];
	} own; /* the undoer's */
};

/* Does its section say of itself where it goes? */
bool sys_attaches(const struct object_program *p);
/* As its section says. OB_UNSUPPORTED with what is missing and would help, OB_NAME
 * with what is not found, OB_PERM. */
struct ob_err *sys_attach(const struct sys_loaded *l, u32 prog, const struct sys_attach_opts *opts,
			  struct sys_link **ret);
/* Hands a table of functions to the kernel, map number `map` of the object. */
struct ob_err *sys_attach_table(const struct sys_loaded *l, u32 map, struct sys_link **ret);
void sys_link_close(struct sys_link *l); /* NULL is allowed */
/* What an iterator writes: a descriptor to read it from, or -errno. */
int sys_link_read(const struct sys_loaded *l, const struct sys_link *link);

/* ---- what programs write (events.c) ---- */

struct sys_events;
/* cpu: -1 for a ring buffer. data is gone when it returns; false: no more for now. */
typedef bool sys_event_fn(void *arg, u32 map, s32 cpu, struct bytes data);

/* Of all ring buffers, and of perf event arrays if a program writes to one. l is
 * borrowed. */
struct ob_err *sys_events_open(const struct sys_loaded *l, struct sys_events **ret);
void sys_events_close(struct sys_events *e); /* NULL is allowed */
u32 sys_events_sources(const struct sys_events *e);
int sys_events_fd(const struct sys_events *e); /* for poll(); borrowed */
bool sys_events_read(struct sys_events *e, sys_event_fn *fn, void *arg);
/* Full perf buffers lose events and tell how many; of ring buffers only their writer
 * knows. */
void sys_events_count(const struct sys_events *e, u64 *events, u64 *lost);

#endif
