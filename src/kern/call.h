/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside our kernel: the commands of the bpf() call. */
#ifndef KERN_CALL_H
#define KERN_CALL_H

#include "isa/bpf.h"
#include "kern/world.h"

#include <linux/capability.h>

/* ---- the caller's memory (user.c): EFAULT, never a crash ---- */
int user_read(void *to, u64 from, size_t n);
int user_write(u64 to, const void *from, size_t n);
/* Text up to its 0, at most n bytes with it: its length; E2BIG: longer. */
long user_text(char *to, u64 from, size_t n);
/* A copy that the caller frees. */
int user_dup(u64 from, size_t n, void **ret);
/* Of an info structure: ours is n bytes, the caller has room for have. */
int user_rest_is_zero(u64 from, size_t have, size_t known);

/* ---- what the verifier and BTF write for the caller (log.c) ---- */
struct user_log {
	u32 level;
	u64 at;
	u32 size;
	struct buf text;
};
/* EINVAL as bpf_verifier_log_attr_valid. */
int user_log_init(struct user_log *l, u32 level, u64 at, u32 size);
/* Hands it out. true_size: what it would take. ENOSPC, EFAULT, or err. */
int user_log_finish(struct user_log *l, int err, u32 *true_size);

/* ---- rights (rights.c) ---- */
bool call_may_make_map(u32 type);
bool call_may_load(u32 type);

/* ---- commands; attr is the caller's, copied in; uattr where it lies. What they
 * write of it goes out by user_write. Each answers as kern_bpf ---- */
typedef long call_fn(union bpfattr *attr, u64 uattr, u32 size);
call_fn call_map_create, call_map_lookup, call_map_update, call_map_delete, call_map_next,
	call_map_take, call_map_freeze, call_map_batch_lookup, call_map_batch_take,
	call_map_batch_update, call_map_batch_delete;
call_fn call_prog_load, call_prog_test_run, call_prog_bind_map;
call_fn call_obj_pin, call_obj_get, call_info, call_next_prog, call_next_map, call_next_btf,
	call_next_link, call_prog_by_id, call_map_by_id, call_btf_by_id, call_link_by_id;
call_fn call_btf_load;
call_fn call_prog_attach, call_prog_detach, call_prog_query, call_raw_tracepoint, call_link_create,
	call_link_update, call_link_detach, call_iter_create, call_task_fd_query, call_enable_stats,
	call_token_create, call_stream_read;

/* Writes one field of the caller's attr. */
#define call_put(uattr, field, value)                                                     \
	user_write((uattr) + offsetof(union bpfattr, field), &(__typeof__(value)){value}, \
		   sizeof(((union bpfattr *)0)->field))

/* What a descriptor for a token answers: none is one. EBADF, EINVAL */
int call_no_token(int fd);

/* ---- what is known of an object ---- */
/* What the caller gave, as far as we know it: its length, or -errno. */
int call_take_info(const union bpf_attr *a, void *info, u32 known, u32 *len);
int call_give_info(const union bpf_attr *a, u64 uattr, const void *info, u32 len);
/* Into the caller's buffer of `room` bytes, not 0: ENOSPC when it is cut, EFAULT */
int call_give_name(u64 to, u32 room, const char *name);

/* ---- names ---- */
/* bpf_obj_name_cpy: its length, EINVAL */
int call_name(char to[16], const char from[16]);

/* ---- kinds of objects ---- */

enum { PROG_HASH = 32 };

/* In struct map_head's host. */
struct map_host_data {
	u32 btf_id, btf_key, btf_value, btf_vmlinux_value;
	u64 owner;             /* of a program array, atomic: see kern_prog_fits */
	struct map_attr inner; /* of a map of maps */
	u32 inner_btf_id, inner_btf_key, inner_btf_value;
	bool exclusive; /* for programs of this hash alone */
	u8 hash[PROG_HASH];
};
static inline struct map_host_data *map_host_data(const struct map *m)
{
	return (struct map_host_data *)(void *)m->head->host;
}

/* May a program of this hash use it? */
static inline bool kern_map_admits(const struct map *m, const u8 hash[PROG_HASH])
{
	const struct map_host_data *h = map_host_data(m);

	return !h->exclusive || !memcmp(h->hash, hash, PROG_HASH);
}

enum { PROG_TAG = 8 };

/* In a program file's head. The blob: instructions (as given, with an index into
 * the maps where a descriptor was), ids of maps, func_info, line_info, the log. */
struct prog_head {
	u32 type, attach, flags, insns;
	u32 maps, btf_id, gpl, uid;
	u64 load_time;                           /* ns since boot */
	u64 run_ns, run_count, misses;           /* atomic */
	u32 insns_at, maps_at, func_at, line_at; /* bytes */
	u32 func_size, funcs, line_size, lines;  /* of a record; how many */
	u32 verified, attach_btf_id, attach_btf_obj, attach_prog;
	u32 loops_at, loops; /* struct xlate_loop */
	u32 plain;           /* it may run without run-time checks (fast.c) */
	u32 context;         /* bytes that its context must have */
	u32 wide_index;      /* all 64 bits of a tail call's index count */
	u32 callers;         /* program arrays' slots and links that have it */
	u8 tag[PROG_TAG];
	char name[16];
};

/* A program as this process has it. */
struct kern_prog {
	u32 id, type, attach;
	struct object_file file;
	struct prog_head *head;
	struct object **map; /* in the order of its instructions' indices */
	u32 maps;
	struct prog *p;
	struct ob_run *run, *fast; /* without run-time checks, for packets; or NULL */
};

/* fast.c: is the verifier's proof all that such a program needs? */
bool kern_is_plain(u32 type, const struct ob_ebpf *code, u32 n, struct object *const *map,
		   u32 maps);

struct kern_btf {
	u32 id;
	struct object_file file;
	const u8 *data;
	u32 size;
	struct btf *types;
};
struct btf_head {
	u32 size, kernel;
	char name[64];
};

enum { LINK_TARGET = 512 };
struct link_head {
	u32 type, prog_id, attach, flags; /* prog_id atomic */
	u64 cookie;
	u32 target_id, target_btf; /* by type: interface, network namespace, map ... */
	u64 target;                /* cgroup id ... */
	u32 detached;              /* atomic; the program stays the link's */
	char name[LINK_TARGET];
};
/* The program that it runs; 0: it is detached. */
static inline u32 kern_link_prog(const struct link_head *h)
{
	return __atomic_load_n(&h->detached, __ATOMIC_ACQUIRE)
		       ? 0
		       : __atomic_load_n(&h->prog_id, __ATOMIC_ACQUIRE);
}
struct kern_link {
	u32 id;
	struct object_file file;
	struct link_head *head;
};

/* Has a process mapped the map for writing? (mmap.c) */
bool kern_is_written(int fd);
/* May such a program stand in the program array, or use it? The first one decides for all:
 * its type, how it is attached, its flags. EINVAL */
int kern_prog_fits(struct map_host_data *h, const struct prog_head *p);
/* The type of programs that a program array takes; 0: of any yet */
u32 kern_owner_type(const struct map_host_data *h);
/* Key and value types against the map, and the kernel's fields of its values. */
int kern_map_btf(const struct kern_btf *btf, u32 key, u32 value, struct map_attr *a);
/* The inode of what the descriptor stands for, when it is of that file system. EBADF,
 * or `wrong`. */
enum { KERN_CGROUP2 = 0x63677270, KERN_NSFS = 0x6e736673 };
int kern_file_of(int fd, long filesystem, int wrong, u64 *ret);
/* bpf_prog_attach_check_attach_type: types that say at their load what they are
 * for. EINVAL, EPERM */
int kern_attach_allowed(const struct kern_prog *p, u32 attach);
/* Keys of storages, which are descriptors: which types have such, and the owner's
 * number. EBADF, ENOTSOCK, ENOENT (owner.c) */
bool kern_has_owners(u32 type);
int kern_owner(u32 type, int fd, u64 *ret);
bool kern_tracepoint_known(const char *name);
/* The running kernel's types; NULL: they are not to be had. */
const struct btf *kern_vmlinux(void);
/* Is it the function of an iterator that Linux has? */
bool kern_iter_known(u32 btf_id);
/* What an iterator of this function of the kernel's walks over; false: it is none of
 * ours. */
bool kern_iter_target(u32 btf_id, char name[LINK_TARGET]);
int kern_iter_link(const struct kern_prog *p, const union bpfattr *attr, struct link_head *h);
/* The link of a program that is attached by a type of the kernel's: EINVAL */
int kern_traced_link(const struct kern_prog *p, struct link_head *h);
/* A file of what the iterator wrote: a descriptor or -errno. */
int kern_iter_open(const struct kern_link *l);
/* Does anybody still want run statistics? */
void kern_stats_look(void);
/* The FIFO that readers of a ring buffer wait at: made, and written to. */
int kern_wake_make(enum object_kind kind, u32 id);
void kern_wake(enum object_kind kind, u32 id);
/* Perf events (perf.c). A mapping of n bytes may be made: 0 or -errno. */
int kern_perf_mapped(void *perf, size_t n, bool writes);
/* The event that a perf event array has for these flags of a helper: borrowed; NULL
 * and EINVAL, E2BIG, ENOENT. */
struct object *kern_perf_at(struct map *m, u64 flags, u32 cpu, s64 *err);
s64 kern_perf_output(struct map *m, u64 flags, u32 cpu, const void *data, u64 n);

/* What the tables of isa say (types.c). */
bool kern_prog_type_known(u32 type);
bool kern_attach_fits(u32 type, u32 attach);
void kern_helper_name(u32 id, char name[64]); /* "bpf_...", "unknown" */
/* May such a program call it? If not, why: Linux's words. */
bool kern_helper_allowed(u32 type, u32 attach, bool gpl, u32 id, char *why, size_t n);
int kern_link_info(const struct kern_link *l, const union bpf_attr *a, u64 uattr);
/* Makes this process's code of it: 0 or -errno. */
int kern_prog_prepare(struct kern_prog *p);
/* A program or map while programs run; it stays. NULL: there is none. */
struct object *kern_recent(enum object_kind kind, u32 id);
void kern_sha256(const u8 *p, size_t n, u8 ret[32]);

/* Runs it: takes a slot, counts. */
u64 kern_prog_call(const struct kern_prog *p, struct kern_ctx *ctx);
/* BPF_PROG_TEST_RUN (test_run.c). */
long kern_test_run(const struct kern_prog *p, union bpfattr *attr, u64 uattr);

#endif
