/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside our kernel: a world and its objects.
 *
 * A world is a directory in memory. Its objects are files in it:
 *
 *	world           what all processes of the world share (struct world_page)
 *	bpf-map.17      a map, as map_create makes it
 *	bpf-prog.3, bpf-btf.2, bpf-link.1, bpf-perf.4, bpf-event.5
 *	                what was given, and in the last page a struct object_head
 *	ref/prog.3/map.17
 *	                a hard link: program 3 needs map 17
 *	fs/...          pins: hard links too
 *	attach/10.4026  what is attached without a link: hard links (bpf_attach.c)
 *	wake.17         a FIFO: readers of ring buffer 17 wait for it
 *	wake-perf.4     the same of perf event 4
 *	slots           execution slots: who runs as which CPU
 *	heap            objects that programs allocate (own.c)
 *	trace           what programs print
 *	stats           held by who wants run statistics
 *
 * A descriptor of an object is its file opened; the bits of its open mode are its
 * rights. It is held by a shared flock on the open file, which goes with the last
 * descriptor, however that was closed. What nobody holds and no second name
 * mentions is swept when somebody looks for it. */
#ifndef KERN_WORLD_H
#define KERN_WORLD_H

#include "kern/priv.h"
#include "kern/slot.h"

#include <sys/types.h>
#include <time.h>

enum object_kind {
	OBJECT_MAP,
	OBJECT_PROG,
	OBJECT_BTF,
	OBJECT_LINK,
	OBJECT_PERF,
	OBJECT_EVENT,
	OBJECT_KINDS
};
extern const char *const object_kinds[OBJECT_KINDS]; /* "map" ... */

enum { WORLD_PAGE = 4096 };

struct world_page {
	u64 magic;
	u32 cpus;                  /* possible CPUs: copies of per-CPU values */
	u32 last_id[OBJECT_KINDS]; /* atomic */
	u32 unchecked;             /* enum kern_unchecked */
	u32 unprivileged_off;      /* kernel.unprivileged_bpf_disabled */
	u32 no_jit, harden;        /* net.core.bpf_jit_enable, bpf_jit_harden */
	u64 trace_read;            /* how far trace_pipe has been read */
	u32 stats;                 /* holders of BPF_ENABLE_STATS that live */
	u32 watch;                 /* kernel.watch: all programs are checked while they run */
	u64 secret[4];             /* of SYN cookies */
};

struct world {
	char *path;
	int dir; /* O_PATH */
	dev_t dev;
	struct world_page *page;
	struct slots *slots; /* of all runs in the world */
	struct timespec refs_seen;
	bool ours; /* private: it goes with this process */
	pid_t maker;
};

/* The last page of an object that is no map. */
struct object_head {
	u64 magic;
	u32 kind, id;
	u64 size;                 /* of the file, bytes */
	_Alignas(8) u8 own[4000]; /* its kind's: struct prog_head ... */
};

/* An object as this process has it; found by its file. */
struct object {
	enum object_kind kind;
	u32 id;
	ino_t ino;
	u32 refs; /* atomic; one is the cache's */
	void *p;  /* struct map, struct kern_prog, struct kern_btf, struct kern_link */
	struct object *next;
};

/* This process's world, which is opened when it is first asked for: the one that
 * ONEBPF_WORLD names, else a private one. NULL: errno says why not. */
struct world *world(void);

/* ---- files (world.c); all return a descriptor, an id or 0, or -errno ---- */
int world_begin(struct world *w); /* an empty file without a name */
u32 world_new_id(struct world *w, enum object_kind kind);
/* It gets its name, and can be found from now on; fd becomes the caller's, as
 * world_open_id would give it. A mapping holds its open file, so whoever mapped fd
 * must not hold a lock on it. */
int world_publish(struct world *w, enum object_kind kind, u32 id, int fd, int mode);
/* A descriptor for the caller: mode is O_RDWR, O_RDONLY or O_WRONLY. ENOENT: there
 * is none that lives. */
int world_open_id(struct world *w, enum object_kind kind, u32 id, int mode);
/* The next id that lives, ENOENT after the last. */
enum { KERN_VMLINUX = 1 }; /* the id of the running kernel's own types, which nobody loads */
int world_next_id(struct world *w, enum object_kind kind, u32 after, u32 *ret);
/* Before the first reference of an object that is yet to be published: a descriptor
 * that is closed when it is. */
int world_refs_begin(struct world *w, enum object_kind kind, u32 id);
/* from needs to, from now on or no longer. */
int world_ref(struct world *w, enum object_kind from, u32 from_id, enum object_kind to, u32 to_id);
void world_unref(struct world *w, enum object_kind from, u32 from_id, enum object_kind to,
		 u32 to_id);
/* Ids of the kind that it needs, at most n: how many. */
u32 world_refs(struct world *w, enum object_kind from, u32 from_id, enum object_kind to, u32 *id,
	       u32 n);
int world_trace_file(struct world *w); /* a descriptor of the ring of lines, or -errno */
/* What the FIFO of a ring buffer or perf event is called (wake.c). */
enum { WAKE_NAME = 32 };
void kern_wake_name(char name[WAKE_NAME], enum object_kind kind, u32 id);
void world_sweep(struct world *w); /* removes all that is dead */

/* ---- objects (object.c) ---- */
/* What the descriptor stands for: one holder more. EBADF, EINVAL for another kind. */
int object_get(int fd, enum object_kind kind, struct object **ret);
int object_get_id(enum object_kind kind, u32 id, struct object **ret);
/* Of any kind; a kind of OBJECT_KINDS. */
int object_of(int fd, struct object **ret);
void object_put(struct object *o);
/* A new object, whose file is open as fd (taken); a descriptor for the caller.
 * Takes p. */
int object_add(struct world *w, enum object_kind kind, u32 id, void *p, int fd, int mode);
/* The rights of a descriptor: O_RDONLY, O_WRONLY, O_RDWR; -errno */
int object_mode(int fd);

/* The file of an object that is no map: its bytes, and a head. */
struct object_file { /* mapped */
	const u8 *blob;
	size_t n;
	struct object_head *head;
};
/* A new one, with its id, unpublished: a descriptor or -errno. blob NULL: zeros. */
int object_file(struct world *w, enum object_kind kind, const void *blob, size_t n,
		struct object_file *ret);
int object_map_file(int fd, enum object_kind kind, struct object_file *ret);
void object_unmap(struct object_file *f);

/* What a kind does when a process first meets an object, and when it lets go. fd is
 * taken. */
struct object_ops {
	int (*open)(int fd, u32 id, void **ret);
	void (*close)(void *p);
};
extern const struct object_ops object_map_ops, object_prog_ops, object_btf_ops, object_link_ops,
	object_perf_ops, object_event_ops;

#endif
