/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier, inside: what it knows of a program, and of a machine that runs it.
 *
 * A state is what is known before an instruction: registers and stack of every active
 * function, references, locks. One state is current; those of branches not yet walked
 * are pending; those kept at prune points are explored, and each knows its parent, the
 * kept state on the way to it. A kept state's `branches` counts the paths from it that
 * have not ended; with 0 all that follows from it was found to be safe.
 *
 * Functions return 0 or a negative errno, as Linux, having said why in the log. Want of
 * memory does not return: check_verify ends with ENOMEM. The rules, their order and
 * their messages are those of Linux 6.18, kernel/bpf/verifier.c. */
#ifndef CHECK_PRIV_H
#define CHECK_PRIV_H

#include "check/check.h"
#include "check/scalar.h"

#include <errno.h>

/* ---- registers ---- */

enum reg_kind {
	REG_NONE, /* nothing was written there */
	REG_SCALAR,
	REG_CTX,
	REG_MAP,
	REG_MAP_VALUE,
	REG_MAP_KEY,
	REG_STACK, /* off counts from the frame's end: -8 */
	REG_PACKET_META,
	REG_PACKET,
	REG_PACKET_END,
	REG_FLOW_KEYS,
	REG_SOCKET,
	REG_SOCK_COMMON,
	REG_TCP_SOCK,
	REG_TP_BUFFER,
	REG_XDP_SOCK,
	REG_BTF, /* a kernel object */
	REG_MEM,
	REG_ARENA,
	REG_BUF,
	REG_FUNC,
	REG_DYNPTR,
	REG_KINDS
};
enum reg_flag {
	REG_NULLABLE = 1 << 8,
	REG_RDONLY = 1 << 9,
	REG_RINGBUF = 1 << 10,
	REG_USER = 1 << 11,
	REG_PERCPU = 1 << 12,
	REG_RCU = 1 << 13,
	REG_UNTRUSTED = 1 << 14,
	REG_TRUSTED = 1 << 15,
	REG_ALLOC = 1 << 16,
	REG_NON_OWNING = 1 << 17,
	REG_OF_PACKET = 1 << 18, /* of REG_MEM: a dynptr's part of a packet */
};
static inline u32 reg_kind(u32 type) { return type & 0xff; }

/* In id: the register is its twin's value plus off; or the low half of that. */
#define ID_PLUS64 (1u << 31)
#define ID_PLUS32 (1u << 30)
#define ID_PLUS   (ID_PLUS64 | ID_PLUS32)
/* range of a packet pointer that was compared with the packet's end */
enum { AT_END = -1, BEYOND_END = -2 };

/* Registers with one id (not 0) hold the same value, or point to the same object. */
struct reg {
	u32 type; /* kind and flags */
	s32 off;
	union {
		struct {
			const struct prog_map *map;
			u32 map_uid; /* which look-up in a map of maps it came from */
		};
		struct {
			const struct btf *btf;
			u32 btf_id;
			u32 iter_state : 2, iter_depth : 30;
		};
		struct {
			u32 mem_size, dynptr_id;
		};
		s32 range; /* bytes of the packet proved to be there */
		u32 subprog;
		struct {
			u8 dynptr; /* enum dynptr_kind */
			bool first;
		};
		u64 raw[2];
	};
	struct scalar v; /* the number; of a pointer, what was added to it besides off */
	u32 id, ref;
	u8 frame;     /* of REG_STACK */
	bool precise; /* of a scalar: the proof hung on its range */
};

static inline bool reg_is_null(const struct reg *r)
{
	return r->type == REG_SCALAR && scalar_is_const(&r->v) && !r->v.bits.value;
}
static inline bool reg_is_packet(const struct reg *r)
{
	return reg_kind(r->type) == REG_PACKET || reg_kind(r->type) == REG_PACKET_META;
}
static inline bool reg_is_packet_any(const struct reg *r)
{
	return reg_is_packet(r) || r->type == REG_PACKET_END;
}

enum slot_kind { SLOT_INVALID, SLOT_SPILL, SLOT_MISC, SLOT_ZERO, SLOT_DYNPTR, SLOT_ITER, SLOT_IRQ };
enum { SLOT = 8, SLOTS = EBPF_STACK / SLOT };

/* type[7] is the byte at the lowest address; slot 0 lies below the frame's end. */
struct slot {
	struct reg reg;
	u8 type[SLOT];
};

enum { MAIN = -1 }; /* callsite */

struct frame {
	struct reg reg[EBPF_REGS];
	struct slot *stack;
	u32 slots; /* that were touched */
	s32 callsite;
	u32 number, subprog;
	u32 async_entry, callback_depth;
	bool callback, async, exception;
	bool has_range; /* of what a callback must return: */
	s32 lo, hi;
};

enum ref_kind { REF_POINTER = 1, REF_IRQ, REF_LOCK, REF_RES_LOCK, REF_RES_LOCK_IRQ };
struct ref {
	u32 kind, id;
	u32 insn;        /* which got it */
	const void *ptr; /* of a lock: what it lies in */
};

/* How the path came to an instruction that had more than one before it, or what it did
 * there that precision must know. */
enum {
	HIST_FRAME = 7, /* of a stack access: frame, slot */
	HIST_SLOT_SHIFT = 3,
	HIST_STACK = 1 << 9,
	HIST_SRC_STACK = 1 << 10, /* of a comparison: that operand pointed to the stack */
	HIST_DST_STACK = 1 << 11,
};
struct hist {
	u32 pc, before;
	u16 flags;
	u64 linked; /* registers and slots that took a range together (link.c) */
};

struct state {
	struct frame *frame[EBPF_FRAMES];
	u32 top;              /* the frame that runs */
	struct state *parent; /* the kept state before it */
	u32 branches;
	u32 pc, first, last; /* its instruction; the first and the last since its parent */
	struct ref *ref;
	u32 refs, locks, preempt_locks, irq_id, lock_id;
	const void *lock_ptr;
	u32 rcu_locks;
	bool speculative, sleepable;
	u32 may_goto_depth, unroll_depth, depth;
	u32 walked; /* instructions on the way here */
	u32 trace;  /* how->seen's, copied with the state */
	struct hist *hist;
	u32 hists, hist_cap;
	struct state *equal; /* of a back edge: the kept state that covers it */
	/* of a kept state */
	struct state *next;
	u32 hits, misses;
	u32 held; /* back edges that it covers */
	bool cleaned, evicted;
};

/* ---- what is known of the program ---- */

enum fact_flag {
	FACT_PRUNE = 1,      /* states may meet here */
	FACT_JUMP = 2,       /* more than one way leads here */
	FACT_CHECKPOINT = 4, /* a state must be kept here */
	FACT_CALLBACK = 8,   /* calls a function that calls back at once */
	FACT_ITER_NEXT = 16, /* a kernel function iter_..._next */
	FACT_SEEN = 32,      /* was simulated */
};
enum { NO_LOOP = UINT32_MAX };
struct fact {
	u16 live; /* registers that are read before they are written: a set */
	u8 flags;
	u8 alu; /* what sanitation an addition to a pointer was given (spec.c) */
	u32 alu_limit;
	u32 scc;    /* which loop it is part of, 0: none */
	u32 family; /* of what memory it touches: a reg's type, 0: not known yet */
	/* Of a call of bpf_loop with no flags: the function's first slot + 1; 0: not known yet;
	 * NO_LOOP: it may be another, or have flags. */
	u32 loop;
};

struct subprog {
	u32 start, end; /* slots [start, end) */
	s32 stack;      /* bytes, 0 or less than 0: none */
	bool global, called, async, tail_call, ld_abs, has_type, changes_packet, might_sleep;
	bool exception, verified;
	u32 type; /* of its FUNC in the program's BTF, 0: not known */
	u32 args;
	const struct sub_arg *arg;
};

/* What a global function takes. */
struct sub_arg {
	u32 type; /* a reg's; REG_SCALAR: any number */
	u32 mem_size, btf_id;
	const struct btf *btf;
};

/* ---- the job ---- */

struct pending {
	struct state *state;
	struct pending *next;
	u32 pc, before;
	size_t log;
};

enum { IDS = 1024, LINKS = 6 };
struct idpair {
	u32 old, cur;
};

struct verify {
	const struct prog *p;
	const struct check_how *how;
	const struct prog_row *kind;
	u32 type, attach; /* of the program */
	/* What it is attached to, in the kernel's types; NULL: nothing. */
	const struct btf_type *proto;
	const char *attach_name;
	u32 proto_skip; /* arguments that it does not get */
	/* What the level permits. */
	bool leaks, uninit, no_v1, capable, strict, any_align;
	u32 limit_insns, limit_pending;

	struct arena arena;
	struct pool *pool;
	jmp_buf fail;

	struct prog_map *map; /* p's, with all that is known of them */
	struct fact *fact;    /* one a slot */
	struct subprog *sub;
	u32 subs;
	u32 *order; /* of the flow graph: every instruction behind those that it leads to */
	u32 ordered;
	struct live *live;  /* which slots of the stack are still read (live_stack.c) */
	struct scc **loops; /* by number */
	u32 sccs;

	struct state *cur;
	struct pending *pending;
	u32 pendings;
	struct state **kept; /* heads by instruction and caller */
	struct hist *entry;  /* what was recorded for the current instruction, or NULL */
	u32 pc, before;
	u32 ids;
	u32 async_entries;
	bool changed_packet; /* the function called last may have */
	bool limits_explored;
	struct reg scratch[2];
	struct idpair idmap[IDS];
	u32 idpairs, idmap_next;

	/* Backtracking: which registers and slots are wanted, by frame. */
	struct back {
		u32 frame;
		u16 reg[EBPF_FRAMES];
		u64 slot[EBPF_FRAMES];
	} back;

	/* The log. What was touched since it was printed: */
	u32 touched_regs;
	u64 touched_slots;
	size_t before_pos, insn_len;
	const struct prog_line *line;
	u32 line_at;

	u32 insns, jumps, jumps_before, insns_before;
	u32 states, most_states, peak, kept_now, evicted, back_edges;
	u32 stack_depth;
	u32 sub_now;           /* the function that is verified by itself */
	u32 context;           /* bytes of it that are accessed (check_result) */
	bool odd;              /* an access was to what is not plain (check_result) */
	const char *not_here;  /* a function of the kernel that our world has not */
	const char *no_struct; /* of a map, likewise, that the program looks into */
};

#define POINTER_SLACK (1u << 29) /* BPF_MAX_VAR_OFF */
enum { PACKET_MAX = 0xffff };
/* prog_flags; struct check_how says which */
enum { CHECK_STRICT = 1, CHECK_ANY_ALIGNMENT = 2, CHECK_STATE_FREQ = 8, CHECK_SLEEPABLE = 16 };

static inline struct frame *running(const struct verify *v) { return v->cur->frame[v->cur->top]; }
/* Where a frame of a state stands. */
static inline u32 frame_pc(const struct state *s, u32 frame)
{
	return frame == s->top ? s->pc : (u32)s->frame[frame + 1]->callsite;
}
static inline struct reg *regs(const struct verify *v) { return running(v)->reg; }
static inline const struct eb *insn_at(const struct verify *v, u32 pc) { return &v->p->ext[pc]; }

/* ---- log.c ---- */
/* Adds to the log; returns err. */
int say(struct verify *v, int err, const char *fmt, ...) PRINTF(3, 4);
static inline bool logs(const struct verify *v, u32 levels)
{
	return v->how->text && (v->how->log & levels);
}
static inline void touch_reg(struct verify *v, u32 r) { v->touched_regs |= 1u << r; }
static inline void touch_slot(struct verify *v, u32 slot) { v->touched_slots |= (u64)1 << slot; }
void touch_all(struct verify *v);
void touch_none(struct verify *v);
const char *reg_name(u32 type); /* "map_value_or_null"; in a buffer of four in turn */
const char *tnum_text(struct tnum t);
void log_state(struct verify *v, const struct state *s, u32 frame, bool all);
void log_insn_state(struct verify *v, const struct state *s, u32 frame);
void put_reg(struct buf *b, const struct frame *f, const struct reg *r);
void log_line(struct verify *v, u32 pc);
void log_insn(struct verify *v, u32 pc);
void log_cut(struct verify *v, size_t at);
size_t log_pos(const struct verify *v);
/* log_insn.c: as Linux prints it, without a newline */
void put_insn(struct buf *to, const struct verify *v, u32 pc);

/* ---- cfg.c, subprog.c, live.c ---- */
int find_subprogs(struct verify *v);
int check_shape(struct verify *v); /* fields, borders, ends */
int check_maps(struct verify *v);  /* may the program have them? */
int check_graph(struct verify *v); /* reach, loops; fills in fact, order */
int check_stack_depth(struct verify *v);
/* debug_info.c: before the functions are found, and behind */
int check_funcs_early(struct verify *v);
int check_debug_info(struct verify *v);
void find_live(struct verify *v);               /* registers; loops */
s32 subprog_at(const struct verify *v, s64 pc); /* -1: none begins there */
u32 subprog_of(const struct verify *v, u32 pc);
const char *subprog_name(const struct verify *v, u32 nr);
/* Where control may go from there: at most two; a 64-bit immediate is one. */
bool helper_moves_packet(u32 id);
u32 successors(const struct verify *v, u32 pc, u32 to[2]);
static inline u32 slots_of(const struct eb *e)
{
	return e->op < EB_COUNT && ebpf_rows[e->op].form == EBF_LDDW ? 2 : 1;
}

/* ---- live_stack.c ---- */
void live_init(struct verify *v);
void live_begin(struct verify *v); /* an instruction */
void live_read(struct verify *v, u32 frame, u64 slots);
void live_write(struct verify *v, u32 frame, u64 slots); /* all of them, for sure */
void live_commit(struct verify *v);
void live_update(struct verify *v);
/* Is the slot read behind where a kept state's frame stands? */
bool live_slot(struct verify *v, const struct state *s, u32 frame, u32 slot);

/* ---- state.c ---- */
void *pool_get(struct verify *v, size_t n); /* zeroed */
void pool_put(struct verify *v, void *p, size_t n);
struct state *state_new(struct verify *v);
void state_copy(struct verify *v, struct state *to, const struct state *from);
void state_free(struct verify *v, struct state *s);
struct frame *frame_push(struct verify *v, struct state *s, s32 callsite, u32 subprog);
void frame_pop(struct verify *v, struct state *s);
void frame_grow(struct verify *v, struct frame *f, u32 bytes);
/* A branch to be walked later, a copy of the current state; NULL: too many. */
struct state *branch_push(struct verify *v, u32 pc, u32 before, bool speculative);
/* One that begins with nothing: the frame is to be pushed. */
struct state *branch_push_fresh(struct verify *v, u32 pc, u32 before);
bool branch_pop(struct verify *v, bool cut_log); /* becomes current; false: none is left */
int hist_push(struct verify *v, struct state *s, u16 flags, u64 linked);
/* Every register and whole spilled register of all frames. */
struct walk {
	struct state *s;
	u32 frame, reg, slot;
};
struct reg *walk_next(struct walk *w);

/* ---- reg.c ---- */
void reg_none(struct reg *r);
void reg_unknown(const struct verify *v, struct reg *r);
void reg_known(struct reg *r, u64 value); /* keeps what it is besides */
void reg_const(const struct verify *v, struct reg *r, u64 value);
void reg_zero_off(struct reg *r, u32 type);                  /* a pointer without offset, no id */
bool reg_leaks(const struct verify *v, const struct reg *r); /* a pointer that must not be seen */
u32 reg_width(const struct reg *r);                          /* bits that a number may need */
bool reg_points(const struct reg *r);                        /* a pointer */
/* Of an object that the program has allocated, or may: MEM_ALLOC. */
static inline bool reg_is_own(const struct reg *r)
{
	return reg_kind(r->type) == REG_BTF && (r->type & REG_ALLOC);
}
/* The fields of what it points to that are the kernel's; NULL: none. */
const struct btf_fields *reg_fields(const struct reg *r);
bool reg_may_hold_lock(const struct reg *r);
bool reg_not_null(const struct verify *v, const struct reg *r);
void set_not_null(struct verify *v, struct reg *r);
void give_id(struct verify *v, struct reg *r); /* before it is copied */
/* A number that is no longer that of its twins, nor one plus something. */
static inline void reg_unlink(struct reg *r) { r->id = 0, r->off = 0; }
int read_reg(struct verify *v, u32 r);
int write_reg(struct verify *v, u32 r);      /* it becomes unknown */
int write_reg_kept(struct verify *v, u32 r); /* only the right to write is checked */
void forget_args(struct verify *v);          /* r0 to r5 */
void forget_packet(struct verify *v);        /* packet pointers of all frames */

/* ---- link.c ---- */
struct links {
	u32 n;
	struct {
		u8 frame, is_slot, at;
	} v[LINKS];
};
void links_collect(struct verify *v, struct state *s, u32 id, struct links *l);
u64 links_pack(const struct links *l);
void links_unpack(u64 packed, struct links *l);
void links_sync(struct verify *v, struct state *s, const struct reg *known, const struct links *l);

/* ---- alu.c, pointer.c ---- */
int check_alu(struct verify *v, const struct eb *e);
/* swapped: the number stood in dst. */
int add_to_pointer(struct verify *v, const struct eb *e, const struct reg *ptr,
		   const struct reg *off, bool swapped);

/* ---- spec.c: what a processor may do that guesses wrong ---- */
enum spec_why { SPEC_BOUNDS = 1, SPEC_TYPE, SPEC_PATHS, SPEC_LIMIT, SPEC_STACK };
struct spec {
	bool left;
	u8 alu;
	u32 limit;
};
/* An addition to a pointer: before it is done, and behind it. 0 or a reason. */
int spec_before(struct verify *v, const struct eb *e, const struct reg *ptr, const struct reg *off,
		struct spec *s);
int spec_after(struct verify *v, const struct eb *e, const struct reg *dst, const struct spec *s);
int spec_number(struct verify *v, const struct eb *e); /* an addition to a number */
int spec_refuse(struct verify *v, const struct eb *e, int why, bool swapped);
/* The way that is not taken may be taken for a while; e: its comparison, or NULL. */
bool spec_path(struct verify *v, const struct eb *e, u32 to);

/* ---- jump.c ---- */
/* A member of a family of four stands for all: op as _64_X has it. */
static inline enum eb_op op_family(u8 op)
{
	u8 first = ebpf_is_cond((enum eb_op)op) ? EB_JEQ_32_K : EB_ADD_32_K;

	return (enum eb_op)(op - (op - first) % 4 + 3);
}
static inline bool op_is64(u8 op) { return op_family(op) - op < 2; }
static inline bool op_is_x(u8 op) { return (op_family(op) - op) % 2 == 0; }
int check_cond(struct verify *v, const struct eb *e);
int check_may_goto(struct verify *v, const struct eb *e);
void set_null_or_not(struct verify *v, struct state *s, u32 reg, bool null);

/* ---- memory.c ---- */
enum access { ACCESS_READ, ACCESS_WRITE };
enum { NO_REG = -1 };
/* value: the register that is read into or stored, NO_REG for none. */
int check_memory(struct verify *v, u32 ptr, s32 off, u32 size, enum access how, s32 value,
		 bool aligned, bool sign);
int check_load(struct verify *v, const struct eb *e, bool sign);
int check_store(struct verify *v, const struct eb *e);
int check_atomic(struct verify *v, const struct eb *e);
/* Bytes [off, off + size) of an object of mem_size bytes. */
int check_region(struct verify *v, u32 reg, s64 off, u32 size, u32 mem_size, bool zero_ok);
int check_map_bytes(struct verify *v, u32 reg, s64 off, u32 size, bool zero_ok, bool helper);
const char *special_name(u32 kind); /* of a field that is the kernel's: "kptr" */
int check_map_mode(struct verify *v, u32 reg, s64 off, u32 size, enum access how);
int check_packet(struct verify *v, u32 reg, s64 off, u32 size, bool zero_ok);
int check_buffer(struct verify *v, const char *what, const struct reg *r, u32 regno, s64 off,
		 u32 size, u32 *most);
/* Pointers that must be as they were given: no variable offset, no offset. */
int check_arg_offset(struct verify *v, u32 reg, u64 arg); /* as helper.def has it */
int check_fixed_off(struct verify *v, const struct reg *r, u32 regno, bool zero_only);
int check_pointer_aligned(struct verify *v, const struct reg *r, u32 size);
bool may_touch_packet(const struct verify *v, const struct helper_row *h, enum access how);

/* ---- stack.c ---- */
struct call;
int check_stack(struct verify *v, u32 ptr, s64 off, u32 size, enum access how, s32 value);
/* Memory of a helper: bytes are read, or (call's raw) need not be initialised. */
int check_stack_range(struct verify *v, u32 reg, s64 off, s64 size, bool zero_ok, enum access how,
		      struct call *c);
bool slot_spilled(const struct slot *s);
bool slot_spilled_scalar(const struct slot *s);
bool slot_special(const struct slot *s);
struct frame *frame_of(const struct verify *v, const struct reg *r);

/* ---- ctx.c ---- */
int check_ctx(struct verify *v, s64 off, u32 size, enum access how, struct reg *got);
int check_sock(struct verify *v, u32 regno, s64 off, u32 size);

/* ---- call.c ---- */

enum dynptr_kind { DYNPTR_NONE, DYNPTR_LOCAL, DYNPTR_RINGBUF, DYNPTR_SKB, DYNPTR_XDP };
struct dynptr_is {
	u32 id, ref;
	u8 kind; /* enum dynptr_kind, DYNPTR_NONE: there is none */
};

/* A call of a helper, while it is looked at. */
struct call {
	const struct helper_row *fn;
	u32 id;
	const struct prog_map *map;
	u32 map_uid;
	bool raw; /* memory that need not be initialised ... */
	u32 raw_reg, raw_size;
	u32 mem_size; /* HELPER_ALLOC_SIZE */
	s64 size_max; /* of the last HELPER_SIZE: what it may be at most */
	bool releases;
	u32 release_reg, ref;
	u32 subprog;                  /* HELPER_FUNC */
	const struct btf_field *kptr; /* of kptr_xchg, whose type is of: */
	const struct btf *ret_btf;
	u32 ret_id;   /* of what a CPU has a copy ... */
	bool ret_own; /* which is an object of the program's */
	s64 const_key;
	struct dynptr_is dyn; /* of an argument */
};
int check_call(struct verify *v, const struct eb *e, bool *ends);
int check_local_call(struct verify *v, const struct eb *e);
int check_exit(struct verify *v, bool *ends);
int check_result(struct verify *v, u32 reg);
int check_skb_load(struct verify *v, const struct eb *e);
static inline bool is_tail_call(const struct eb *e)
{
	return e->op == EB_CALL && e->imm == EBPF_TAIL_CALL;
}
/* The function may end here, and its caller go on: with 0 where a load leaves the packet,
 * with any number when another program has taken its place. */
int return_early(struct verify *v, bool zero);
struct frame *enter_frame(struct verify *v, struct state *s, u32 site, u32 subprog);
/* func_args.c */
int give_function_args(struct verify *v, u32 subprog); /* to the current frame */
int check_global_args(struct verify *v, u32 subprog);
/* call_arg.c: argument i of c->fn, in register r(i + 1) */
int check_arg(struct verify *v, struct call *c, u32 i);
int check_size(struct verify *v, struct call *c, u32 reg, u32 mem_reg, enum access how,
	       bool zero_ok);
int check_helper_memory(struct verify *v, struct call *c, u32 reg, s64 size, enum access how,
			bool zero_ok);
/* call_back.c: a helper that calls a function of the program */
int check_callback(struct verify *v, struct call *c, bool async);
int callback_now(struct verify *v, u32 subprog, struct frame **ret); /* its frame's args: none */
/* call_kfunc.c */
int check_kfunc(struct verify *v, const struct eb *e);
bool kfunc_may_lock(const struct verify *v, const struct eb *e); /* while a lock is held */
const char *kfunc_name(const struct verify *v, const struct eb *e);
u32 kfunc_args(const struct verify *v, const struct eb *e);
bool kfunc_sleeps(const struct verify *v, const struct eb *e);
bool kfunc_throws(const struct verify *v, const struct eb *e); /* the path ends there */
u8 kfunc_facts(const struct verify *v, const struct eb *e);    /* FACT_CALLBACK, FACT_ITER_NEXT */
/* btf_access.c, btf_ctx.c: a load through a pointer to a kernel object */
int check_btf_access(struct verify *v, u32 reg, s64 off, u32 size, enum access how, s32 value);
/* The context of a program that is attached to a function: an argument; 0 or -EACCES. */
int check_btf_ctx(struct verify *v, s64 off, u32 size, enum access how, struct reg *got);
void set_ctx_btf(struct verify *v, const struct ctx_field *f, struct reg *got);
bool reg_trusted(const struct reg *r);
void give_btf(struct verify *v, struct reg *r, u32 type, const struct btf *b, u32 id);
int check_map_struct(struct verify *v, u32 reg, s64 off, u32 size, enum access how, s32 value);
int check_btf_arg(struct verify *v, struct call *c, u32 reg, u64 arg); /* its type's type */
int set_btf_result(struct verify *v, struct call *c, u32 flags);       /* in r0 */
int load_btf_id(struct verify *v, const struct eb *e, struct reg *r);
void give_vma(struct verify *v, struct reg *r);
bool returns_nothing(const struct verify *v); /* what the program is attached to */
int check_attach(struct verify *v);
/* kfunc_graph.c */
void forget_borrowed(struct verify *v);        /* a lock is given back */
bool in_tree_callback(const struct verify *v); /* which orders a tree, under its lock */
/* kptr.c */
/* The field of these kinds that lies there, or NULL. */
const struct btf_field *field_at(const struct btf_fields *f, s64 off, u32 kinds);
/* Is the object at off of that type? A struct begins with its first member, unless strict. */
bool same_type(const struct btf *b, u32 id, s64 off, const struct btf *want_btf, u32 want,
	       bool strict);
int check_kptr(struct verify *v, u32 reg, s64 off, enum access how, s32 value);
int check_kptr_dest(struct verify *v, struct call *c, u32 reg);        /* kptr_xchg's: where, */
int check_kptr_given(struct verify *v, const struct call *c, u32 reg); /* what, */
void give_kptr(struct verify *v, const struct call *c, u32 flags);     /* and what was there */
/* special.c: fields of values, and what else is not memory */
int check_special_arg(struct verify *v, struct call *c, u32 reg, u64 arg);
enum { LOCK_TAKE = 1, LOCK_RES = 2, LOCK_IRQ = 4 };
int check_lock(struct verify *v, u32 reg, u32 how);
/* call_more.c: all arguments, once each is right */
int check_special_args(struct verify *v, struct call *c);
/* dynptr.c */
int check_dynptr_arg(struct verify *v, struct call *c, u32 reg, u64 arg);
/* Becomes one; of: whose reference it shares, or NULL. */
int make_dynptr(struct verify *v, u32 reg, enum dynptr_kind kind, const struct dynptr_is *of);
/* Must be one; of that kind, or DYNPTR_NONE. */
int use_dynptr(struct verify *v, u32 reg, bool mutates, enum dynptr_kind want,
	       struct dynptr_is *ret);
int release_dynptr(struct verify *v, u32 reg);
int dynptr_slice(struct verify *v, struct call *c); /* dynptr_data's: of what it is */
void give_sample(struct verify *v, struct reg *r);  /* of a user ring buffer */
/* A dynptr that was in this slot is none any more */
int destroy_dynptr(struct verify *v, struct frame *f, u32 slot);
/* ref.c */
u32 ref_acquire(struct verify *v, u32 kind, const void *ptr);
bool ref_drop(struct verify *v, struct state *s, u32 id); /* the reference alone */
bool ref_lock_known(const struct state *s, u32 kinds, u32 id, const void *ptr);
/* The lock goes; the one that was taken before it is the last. */
bool ref_drop_lock(struct verify *v, u32 kind, u32 id, const void *ptr);
int ref_release(struct verify *v, u32 id); /* -EINVAL: there is none */
bool ref_known(const struct state *s, u32 id);
int check_leaks(struct verify *v, bool exception, bool locks, const char *what);

/* ---- prune.c, precise.c, loop.c ---- */
int visit(struct verify *v, bool *covered);
enum exactness { NOT_EXACT, EXACT, WITHIN };
bool states_equal(struct verify *v, const struct state *old, struct state *cur, enum exactness how);
int path_ended(struct verify *v);
int precise_reg(struct verify *v, u32 reg);
int precise_state(struct verify *v, struct state *start, s32 reg, bool *changed);
void precise_all(struct verify *v, struct state *s);
void imprecise_all(struct state *s);
int propagate_precision(struct verify *v, const struct state *old, struct state *cur,
			bool *changed);
void loop_enter(struct verify *v, struct state *s);
int loop_exit(struct verify *v, struct state *s);
bool loop_incomplete(struct verify *v, const struct state *s);
void loop_edge(struct verify *v, struct state *old, const struct state *cur);
void widen(struct verify *v, const struct state *old, struct state *cur);
struct state *previous_entry(struct verify *v, struct state *from, u32 pc);

/* ---- verify.c ---- */
int walk_paths(struct verify *v);

#endif
