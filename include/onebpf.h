/* SPDX-License-Identifier: BSD-2-Clause */
/* onebpf: the whole of BPF in one library. */
#ifndef ONEBPF_H
#define ONEBPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OB_VERSION_MAJOR 0
#define OB_VERSION_MINOR 1
#define OB_VERSION       "0.1.0"

/* The version of the library that is running, as OB_VERSION. */
const char *ob_version(void);

/* Errors are values. A function that can fail returns NULL for success and
 * otherwise an error that the caller owns; its results, which come last, are
 * written only on success. */
struct ob_err;

enum ob_code {
	OB_NOMEM = 1,   /* out of memory */
	OB_SYNTAX,      /* the text cannot be understood */
	OB_NAME,        /* a name is not known */
	OB_RANGE,       /* a number, length or offset is out of range */
	OB_UNSUPPORTED, /* understood, but cannot be done here */
	OB_NEVER,       /* the filter matches no packet */
	OB_REFUSED,     /* the program is not safe */
	OB_FORMAT,      /* a file is damaged or of an unknown kind */
	OB_CUT,         /* a file ends early */
	OB_IO,          /* the system refused an operation; see ob_err_errno */
	OB_PERM,        /* a right is missing */
	OB_FAULT,       /* a program did something wrong while it ran */
};

enum ob_code ob_err_code(const struct ob_err *err);
int ob_err_errno(const struct ob_err *err);          /* 0 when none is known */
const char *ob_err_reason(const struct ob_err *err); /* one line, no newline */
/* The place: line and column count from 1, 0 when there is none. */
unsigned ob_err_line(const struct ob_err *err);
unsigned ob_err_column(const struct ob_err *err);
/* Writes the error, its place, a caret under the mistake and its notes. */
void ob_err_print(const struct ob_err *err, FILE *to);
void ob_err_destroy(struct ob_err *err); /* NULL is allowed */

/* A classic instruction, laid out as Linux's struct sock_filter and as
 * libpcap's struct bpf_insn. */
struct ob_cbpf {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

/* An extended instruction, one slot of 8 bytes, laid out as Linux's struct
 * bpf_insn (RFC 9669 3.1). A 64-bit immediate takes two. */
struct ob_ebpf {
	uint8_t code;
	uint8_t dst : 4, src : 4;
	int16_t off;
	int32_t imm;
};

/* ---- programs ----
 *
 * A program is made from instructions or text, checked, and then run. Making it
 * says nothing about whether it is safe: that is for ob_prog_check. */
struct ob_prog;

/* Copies n instructions, which may be anything. Errors: OB_NOMEM. */
struct ob_err *ob_prog_create(const struct ob_cbpf *code, uint32_t n, struct ob_prog **ret);
/* Reads text of n bytes: the syntax of Linux's bpf_asm (`ldh [12]`, `jeq #0x800,
 * yes, no`, labels, `; comments`); a listing as `tcpdump -d`, `-dd` or `-ddd`
 * writes it; or the one line of iptables' bpf match. name is for the errors:
 * OB_SYNTAX with line and column, OB_RANGE, OB_NOMEM. */
struct ob_err *ob_prog_assemble(const char *name, const char *text, size_t n, struct ob_prog **ret);
/* The same for extended programs: slots, which may be anything; and text as clang
 * and llvm-objdump write it (`r0 = *(u8 *)(r1 + 2)`). Errors besides: OB_RANGE
 * for more than 2^24 slots. */
struct ob_err *ob_prog_create_ebpf(const struct ob_ebpf *code, uint32_t n, struct ob_prog **ret);
struct ob_err *ob_prog_assemble_ebpf(const char *name, const char *text, size_t n,
				     struct ob_prog **ret);
void ob_prog_destroy(struct ob_prog *prog); /* NULL is allowed */

/* The instructions, as long as the program lives; writes their number to n.
 * NULL and 0 for a program of the other kind. */
const struct ob_cbpf *ob_prog_code(const struct ob_prog *prog, uint32_t *n);
const struct ob_ebpf *ob_prog_ebpf(const struct ob_prog *prog, uint32_t *n);

enum ob_listing {
	OB_LIST_TEXT = 1, /* as tcpdump -d: "(000) ldh      [12]" */
	OB_LIST_C,        /* as tcpdump -dd: "{ 0x28, 0, 0, 0x0000000c }," */
	OB_LIST_DECIMAL,  /* as tcpdump -ddd: "40 0 0 12" below their number */
};
/* Writes the listing, byte for byte as tcpdump does; of an extended program
 * OB_LIST_TEXT alone, which ob_prog_assemble_ebpf reads back. Errors: OB_NOMEM,
 * OB_IO, OB_UNSUPPORTED. */
struct ob_err *ob_prog_list(const struct ob_prog *prog, enum ob_listing how, FILE *to);

enum ob_rules {
	OB_RULES_LINUX,   /* of SO_ATTACH_FILTER: net/core/filter.c, bpf_check_classic() */
	OB_RULES_SECCOMP, /* the same, then kernel/seccomp.c, seccomp_check_filter() */
	OB_RULES_LIBPCAP, /* of pcap_validate_filter(): jumps back are allowed */
	OB_RULES_EBPF,    /* the shape of an extended program: instructions and jumps are valid */
};
/* NULL when the program keeps the rules, which it remembers; else OB_REFUSED,
 * with the instruction, what it has and what is allowed. Not to be called by
 * two threads at once for the same program. */
struct ob_err *ob_prog_check(struct ob_prog *prog, enum ob_rules rules);

/* What a classic program in extended code is called with. */
enum ob_extended_for {
	/* r1: the packet, r2: the number of its bytes, r3: how many it had on the
	 * wire, r4: a struct ob_meta, which for libpcap's dialect may be NULL. */
	OB_FOR_LINUX, /* in the dialects of enum ob_dialect */
	OB_FOR_LIBPCAP,
	OB_FOR_SOCKET, /* r1: Linux's struct __sk_buff, of a socket filter */
};
/* The same program in extended code: r0 is what it returned. It must have passed
 * ob_prog_check: for OB_FOR_LIBPCAP by any rules, else by Linux's or seccomp's.
 * Errors: OB_REFUSED when it was not checked; OB_UNSUPPORTED when it is no
 * classic program, or with the instruction that needs what Linux does not give to
 * extended socket filters (`#hatype`, `#nla`, `#nlan`, `#poff`); OB_NOMEM. For our
 * targets `ld #rand`, `#nla` and `#nlan` are calls of helpers 7, 0x6f62000c and
 * 0x6f620010, of which ob_filter_create knows the last two. */
struct ob_err *ob_prog_extend(const struct ob_prog *prog, enum ob_extended_for target,
			      struct ob_prog **ret);

/* ---- running classic programs ---- */
struct ob_classic;

enum ob_dialect {
	OB_DIALECT_LINUX,   /* X + k wraps at 2^32, shifts use the low 5 bits, ancillary loads */
	OB_DIALECT_LIBPCAP, /* X + k does not wrap, shifts by 32 and more give 0 */
};

/* What is known of a packet besides its bytes: what Linux's ancillary loads
 * (SKF_AD_OFF) read, and where its headers are, for loads at SKF_NET_OFF and
 * SKF_LL_OFF. All zero is a packet as on a UNIX socket: no device (ifindex and
 * hatype then end the run with A as it stands, which is Linux's way), no
 * link-layer header (loads at SKF_LL_OFF drop), the network header at byte 0. */
struct ob_meta {
	bool has_dev;
	bool has_ll;      /* the link-layer header is at byte 0 */
	uint32_t net_off; /* byte of the network header */
	uint32_t protocol, pkttype, ifindex, mark, queue, hatype, rxhash, cpu;
	uint32_t vlan_tag, vlan_tag_present, vlan_tpid, pay_offset;
};

/* Decodes a program, which may then be destroyed. It must have passed
 * ob_prog_check: for OB_DIALECT_LINUX by Linux's or seccomp's rules, for
 * OB_DIALECT_LIBPCAP by any. Errors: OB_REFUSED when not, OB_NOMEM. */
struct ob_err *ob_classic_create(const struct ob_prog *prog, enum ob_dialect dialect,
				 struct ob_classic **ret);
void ob_classic_destroy(struct ob_classic *classic); /* NULL is allowed */
/* Runs it on the caplen bytes at data, of a packet that had len bytes. Returns
 * what the program returns: how many bytes to keep, 0 to drop the packet. Ends
 * always (a run may jump back 65,536 times). Any number of threads may run it. */
uint32_t ob_classic_run(const struct ob_classic *classic, const void *data, uint32_t caplen,
			uint32_t len);
/* The same. meta may be NULL (all zero); count, when not NULL, receives the
 * number of instructions that were executed. */
uint32_t ob_classic_run_meta(const struct ob_classic *classic, const void *data, uint32_t caplen,
			     uint32_t len, const struct ob_meta *meta, uint64_t *count);

/* ---- the same on the fastest engine ---- */
struct ob_filter;

/* Compiles a classic program to machine code; where there is no JIT for the
 * processor, or memory may not become executable, it is as ob_classic_create. The
 * same rules and errors. */
struct ob_err *ob_filter_create(const struct ob_prog *prog, enum ob_dialect dialect,
				struct ob_filter **ret);
void ob_filter_destroy(struct ob_filter *filter); /* NULL is allowed */
bool ob_filter_is_compiled(const struct ob_filter *filter);
/* As ob_classic_run and ob_classic_run_meta. */
uint32_t ob_filter_run(const struct ob_filter *filter, const void *data, uint32_t caplen,
		       uint32_t len);
uint32_t ob_filter_run_meta(const struct ob_filter *filter, const void *data, uint32_t caplen,
			    uint32_t len, const struct ob_meta *meta);

/* ---- running extended programs ---- */
struct ob_run;  /* a program, prepared */
struct ob_call; /* one run of it, as a helper sees it */

enum ob_engine {
	OB_ENGINE_BEST, /* the JIT where there is one for the processor */
	OB_ENGINE_INTERP,
	OB_ENGINE_JIT,
};

/* A function that programs call by its number (`call 100`). The engines call it
 * directly: r1 to r5 are the program's, what it returns becomes r0. It must not
 * believe an address that a program gives it unless the program is trusted. */
typedef uint64_t ob_helper_fn(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5,
			      struct ob_call *call);
struct ob_helper {
	uint32_t id;
	ob_helper_fn *fn;
};
/* The arg of the run: that of ob_run_args, else of ob_run_opts. */
void *ob_call_arg(const struct ob_call *call);

struct ob_map;

/* All zero is the usual: the best engine, and checks while it runs. */
struct ob_run_opts {
	enum ob_engine engine;
	/* No checks while it runs: for programs that are known to be safe, by a
	 * verifier or because you wrote them. Any other may do anything. */
	bool trusted;
	bool unchecked;  /* not even the shape is checked: mistakes fault when reached */
	bool harden;     /* the JIT blinds the program's constants */
	uint64_t budget; /* instructions of one run; 0: 100 million, and none for the trusted */
	/* Copied. They come before the library's own, which are Linux's of the same
	 * numbers. */
	const struct ob_helper *helper;
	uint32_t helpers;
	/* What `r1 = map_idx 0 ll` and `r1 = map_idx_value 0 + 8 ll` mean. Copied, and
	 * held as long as the run lives; helpers find them, and the program may touch
	 * their values. */
	struct ob_map *const *map;
	uint32_t maps;
	void *arg;
	/* Takes what trace_printk writes, n bytes; NULL: it is dropped. */
	void (*print)(void *arg, const char *text, size_t n);
};

/* Checks the shape and prepares it; opts NULL: all zero. prog must live as long.
 * Errors: OB_REFUSED with the instruction, OB_UNSUPPORTED (no JIT here, not an
 * extended program, options that exclude each other), OB_NAME for a trusted
 * program that calls what there is not, OB_NOMEM. */
struct ob_err *ob_run_create(const struct ob_prog *prog, const struct ob_run_opts *opts,
			     struct ob_run **ret);
void ob_run_destroy(struct ob_run *run);                /* NULL is allowed */
enum ob_engine ob_run_engine(const struct ob_run *run); /* that was taken: never BEST */

/* Runs it with r1 = mem and r2 = len (bytes), and writes r0. Unless the program
 * is trusted it can touch its stack and these bytes, which it may change, and
 * nothing else. Error: OB_FAULT with the instruction, what it did and where; mem
 * then keeps what was written before. All functions that run a program may be
 * called by any number of threads at once, each with memory of its own. */
struct ob_err *ob_run_call(const struct ob_run *run, void *mem, size_t len, uint64_t *r0);

/* Memory that a run may touch. */
struct ob_region {
	void *at;
	size_t size;
	bool writable;
};
enum { OB_REGIONS_MAX = 16 };

struct ob_run_args {
	uint64_t reg[5]; /* r1 to r5 */
	const struct ob_region *region;
	uint32_t regions;
	const void *packet; /* for the historical packet loads (`r0 = *(u16 *)skb[12]`) */
	uint32_t packet_len;
	void *arg; /* for helpers; NULL: that of ob_run_opts */
};
/* The same with five registers, and any regions. Errors besides: OB_RANGE for
 * more than OB_REGIONS_MAX regions. */
struct ob_err *ob_run_call_args(const struct ob_run *run, const struct ob_run_args *args,
				uint64_t *r0);

/* As ob_run_call, but returns r0; for trusted programs, which cannot fault: of
 * others a fault gives 0. Compiled, without helpers and packet loads, it is one
 * indirect call. */
uint64_t ob_run_fast(const struct ob_run *run, void *mem, size_t len);

/* ---- maps ----
 *
 * A map is one block of shared memory: a file without a name. Who has a descriptor
 * of that file has the map: a child that was forked (which may go on using its
 * struct ob_map), and every process that is given the descriptor, by SCM_RIGHTS or
 * otherwise. It goes with the last of them. All functions may be called by any
 * number of threads and processes at once, unless it is said; look-ups take no
 * lock. A process that is killed, at whatever moment, leaves a map that works:
 * what it was doing is done or not.
 *
 * Keys and values are bytes, key_size and value_size of them, and are copied. Where
 * finding nothing is usual, functions return 0 or a negative errno, with Linux's
 * meaning: -ENOENT no such element, -EEXIST there is one, -E2BIG (of a trie -ENOSPC)
 * no room or no such index, -EINVAL flags or not for this type, -EOPNOTSUPP or
 * -524 (Linux's ENOTSUPP) not for this type. */
enum ob_map_type { /* Linux's numbers, as all of enum bpf_map_type that make sense */
		   OB_MAP_HASH = 1,
		   OB_MAP_ARRAY = 2,
		   OB_MAP_PERCPU_HASH = 5,
		   OB_MAP_PERCPU_ARRAY = 6,
		   OB_MAP_STACK_TRACE = 7,
		   OB_MAP_LRU_HASH = 9,
		   OB_MAP_LRU_PERCPU_HASH = 10,
		   OB_MAP_LPM_TRIE = 11, /* flags: 1 */
		   OB_MAP_QUEUE = 22,
		   OB_MAP_STACK = 23,
		   OB_MAP_RINGBUF = 27, /* max_entries: bytes, a power of two and of pages */
		   OB_MAP_BLOOM_FILTER = 30,
		   OB_MAP_USER_RINGBUF = 31,
};
enum { OB_ANY = 0, OB_NOEXIST = 1, OB_EXIST = 2 }; /* flags of an update */

struct ob_map_opts {
	uint32_t type;                 /* enum ob_map_type */
	uint32_t key_size, value_size; /* bytes */
	uint32_t max_entries;
	uint32_t flags;   /* of BPF_MAP_CREATE: BPF_F_MMAPABLE and the like */
	uint64_t extra;   /* of a bloom filter: hashes, 0 to 15; 0: 5 */
	uint32_t copies;  /* of a per-CPU value; 0: one for each processor there may be */
	const char *name; /* at most 15 of A-Z a-z 0-9 _ . ; NULL: none */
};

/* Errors: OB_RANGE where Linux answers EINVAL or E2BIG, OB_UNSUPPORTED, OB_IO,
 * OB_NOMEM. */
struct ob_err *ob_map_create(const struct ob_map_opts *opts, struct ob_map **ret);
/* Of a descriptor, which stays the caller's. Errors: OB_FORMAT when it is of no map,
 * OB_IO, OB_NOMEM. */
struct ob_err *ob_map_open(int fd, struct ob_map **ret);
void ob_map_close(struct ob_map *map); /* NULL is allowed */
/* The map's own descriptor: for others, not to be closed. */
int ob_map_fd(const struct ob_map *map);
/* What it was made from; name lives as long as the map. */
struct ob_map_opts ob_map_describe(const struct ob_map *map);
/* Bytes of a value as it is copied: of a per-CPU map all copies, each rounded up
 * to 8 bytes. */
size_t ob_map_value_bytes(const struct ob_map *map);
/* The values of an array themselves, *stride bytes from one to the next (of a
 * per-CPU array: from one copy to the next), as long as the map is open; NULL for
 * other types. */
void *ob_map_memory(const struct ob_map *map, size_t *stride);

/* Queues, stacks and bloom filters have no key: NULL. Of a bloom filter, value is
 * what is asked for. */
int ob_map_lookup(struct ob_map *map, const void *key, void *value);
int ob_map_update(struct ob_map *map, const void *key, const void *value, uint64_t flags);
int ob_map_delete(struct ob_map *map, const void *key);
/* Looks up and deletes: hashes; of queues and stacks, what comes first. */
int ob_map_take(struct ob_map *map, const void *key, void *value);
/* The key behind one (NULL: the first); of a key that is no more, of a hash or trie,
 * the first. -ENOENT: it was the last. */
int ob_map_next(struct ob_map *map, const void *key, void *next);
/* Calls fn for each element, as far as it returns 0, and returns what it returned
 * last; or a negative errno. What others add or delete meanwhile may be told or not. */
typedef int ob_map_fn(void *arg, const void *key, const void *value);
int ob_map_each(struct ob_map *map, ob_map_fn *fn, void *arg);
/* *count elements at once, one behind the other at keys and values; *count is then
 * how many were done before an error. */
int ob_map_update_batch(struct ob_map *map, const void *keys, const void *values, uint32_t *count);
int ob_map_delete_batch(struct ob_map *map, const void *keys, uint32_t *count);

/* Ring buffers: many writers, one reader. A sample is reserved, filled in and
 * committed by one thread; NULL: there is no room. */
void *ob_ring_reserve(struct ob_map *map, uint64_t bytes);
void ob_ring_commit(struct ob_map *map, void *sample);
void ob_ring_discard(struct ob_map *map, void *sample);
int ob_ring_write(struct ob_map *map, const void *data, uint64_t bytes); /* -EAGAIN: no room */
/* One thread at a time: calls fn for each sample in turn, as far as it returns 0.
 * How many there were; or what fn returned when that is negative; or -EINVAL. */
typedef long ob_ring_fn(void *arg, const void *sample, uint32_t bytes);
long ob_ring_read(struct ob_map *map, ob_ring_fn *fn, void *arg);
/* Sleeps until there is something to read, at most ms (-1: for ever). 0, -ETIMEDOUT,
 * -EINTR. */
int ob_ring_wait(struct ob_map *map, int ms);

/* ---- filters: text of pcap-filter(7) to a program ---- */
struct ob_addrs;

/* Names are looked up by the caller. Each hook may be NULL (then no name of
 * that kind is known), and returns false for a name that it does not know. */
struct ob_names {
	void *arg;
	/* All addresses of a host, by ob_addrs_add4 and ob_addrs_add6. */
	bool (*host)(void *arg, const char *name, struct ob_addrs *ret);
	/* transport is "tcp", "udp" or "sctp" */
	bool (*port)(void *arg, const char *name, const char *transport, uint16_t *ret);
	bool (*proto)(void *arg, const char *name, uint8_t *ret);
	/* As getnetbyname gives it: 127 for 127.0.0.0, host order. */
	bool (*net)(void *arg, const char *name, uint32_t *ret);
	bool (*ether)(void *arg, const char *name, uint8_t ret[6]);
};

/* False when memory is short. The address of version 4 is in host order. */
bool ob_addrs_add4(struct ob_addrs *to, uint32_t addr);
bool ob_addrs_add6(struct ob_addrs *to, const uint8_t addr[16]);

/* Begin with all zero, then set at least the link type. */
struct ob_filter_opts {
	uint32_t linktype; /* LINKTYPE_ number; Ethernet is 1 */
	uint32_t snaplen;  /* what the program returns for a match; 0: 262144 */
	bool no_optimise;
	bool live;                    /* for a socket of Linux: ancillary loads may be used */
	bool has_netmask;             /* for `ip broadcast` */
	bool big_endian;              /* the machine that captured; matters to BSD loopback */
	uint32_t netmask;             /* host order */
	const struct ob_names *names; /* NULL: numbers only */
};

/* Compiles n bytes of text; opts NULL means Ethernet. Errors: OB_SYNTAX, OB_NAME,
 * OB_RANGE, OB_UNSUPPORTED with column; OB_NEVER when no packet can match;
 * OB_NOMEM. */
struct ob_err *ob_filter_compile(const char *text, size_t n, const struct ob_filter_opts *opts,
				 struct ob_prog **ret);
/* Warning number i about the filter, and where in the text (a column from 1);
 * NULL beyond the last. Lives as long as the program. */
const char *ob_prog_note(const struct ob_prog *prog, uint32_t i, uint32_t *column);

/* ---- captures: packets in files ----
 *
 * Reads pcap and pcapng of either byte order, plain or packed by gzip or zstd,
 * with bounded memory whatever the file says. Writes pcap, and pcapng of one
 * interface. */
struct ob_packet {
	const uint8_t *data;  /* caplen bytes, until the next call */
	uint32_t caplen, len; /* as captured; as it was on the wire */
	uint64_t ns;          /* nanoseconds since 1970 UTC */
	uint64_t nr;          /* in its file, counted from 1 */
	uint32_t linktype;    /* LINKTYPE_ number */
	uint32_t iface;       /* number of its interface in the section of a pcapng file */
};

struct ob_capture;

/* path "-" is standard input. Errors: OB_IO, OB_PERM, OB_FORMAT, OB_CUT. */
struct ob_err *ob_capture_open(const char *path, struct ob_capture **ret);
void ob_capture_close(struct ob_capture *c); /* NULL is allowed */
/* Of the first interface. */
uint32_t ob_capture_linktype(const struct ob_capture *c);
uint32_t ob_capture_snaplen(const struct ob_capture *c);
/* The next packet, NULL at the end. A damaged or cut file gives all packets
 * before the damage, then the error with the byte offset, then the end. */
struct ob_err *ob_capture_next(struct ob_capture *c, const struct ob_packet **ret);

struct ob_capture_writer;

enum {
	OB_CAPTURE_NANO = 1,   /* times in nanoseconds, else microseconds */
	OB_CAPTURE_PCAPNG = 2, /* else pcap */
};

/* path "-" is standard output; an existing file is emptied. snaplen 0: the
 * usual limit of the link type. Errors: OB_IO, OB_PERM. */
struct ob_err *ob_capture_create(const char *path, uint32_t linktype, uint32_t snaplen,
				 unsigned flags, struct ob_capture_writer **ret);
/* Errors: OB_IO (the file then ends with a whole packet), OB_UNSUPPORTED for a
 * packet of another link type, OB_RANGE for a time after 2106 (pcap). */
struct ob_err *ob_capture_write(struct ob_capture_writer *w, const struct ob_packet *packet);
struct ob_err *ob_capture_flush(struct ob_capture_writer *w);
/* Flushes, closes and destroys, also when it returns an error. */
struct ob_err *ob_capture_finish(struct ob_capture_writer *w);

/* ---- the tap: live packets ----
 *
 * A tap is a network interface whose packets are copied by the kernel into a ring. It
 * has any number of listeners, each with a filter, a snap length and a buffer of its
 * own. The ring is read once; a listener gets a packet, once, if its filter takes it. The
 * kernel passes what any of the filters takes. Any number of threads may call these
 * functions, for a listener one at a time; whoever waits for a packet reads for all. */
struct ob_tap;
struct ob_listener;

enum ob_direction { OB_INOUT, OB_IN, OB_OUT };

/* All zero but iface is the usual. */
struct ob_tap_opts {
	const char *iface; /* a name, or "any": then packets are LINUX_SLL2 */
	uint32_t buffer;   /* bytes of the ring; 0: 8 MiB */
	enum ob_direction direction;
	bool no_promiscuous;
	bool cooked;    /* LINUX_SLL2 in any case */
	bool immediate; /* packets do not wait for others; else up to 0.1 seconds */
};
/* Needs CAP_NET_RAW, which may be given up afterwards. Nothing is received before there
 * is a listener. Errors: OB_NAME for no such interface, OB_PERM, OB_IO, OB_NOMEM. */
struct ob_err *ob_tap_open(const struct ob_tap_opts *opts, struct ob_tap **ret);
/* With its listeners. NULL is allowed. */
void ob_tap_close(struct ob_tap *tap);
uint32_t ob_tap_linktype(const struct ob_tap *tap); /* LINKTYPE_ number */

struct ob_listen_opts {
	const char *filter;           /* NULL or "": every packet */
	const struct ob_names *names; /* for names in it; NULL: numbers only */
	uint32_t snaplen;             /* at most so many bytes of a packet; 0: 262144 */
	uint32_t buffer;              /* bytes that wait to be taken; 0: 1 MiB */
};
/* From now on, until it is closed. Errors: those of ob_filter_compile, OB_IO. */
struct ob_err *ob_tap_listen(struct ob_tap *tap, const struct ob_listen_opts *opts,
			     struct ob_listener **ret);
void ob_listener_close(struct ob_listener *l); /* NULL is allowed */
/* Another filter in place of the one it has, which stays if this fails. What waits to
 * be taken has passed the old one. */
struct ob_err *ob_listener_filter(struct ob_listener *l, const char *filter,
				  const struct ob_names *names);
/* The next packet, which lives until the next call; NULL when ms milliseconds have
 * passed (-1: never). nr counts from 1. Error: OB_IO when the interface has gone. */
struct ob_err *ob_listener_next(struct ob_listener *l, int ms, const struct ob_packet **ret);

/* Packets, since the beginning. */
struct ob_listener_stats {
	uint64_t accepted; /* by the filter */
	uint64_t dropped;  /* of these, for want of room in the listener's buffer */
	uint64_t given;    /* of these, by ob_listener_next */
};
struct ob_listener_stats ob_listener_stats(struct ob_listener *l);
struct ob_tap_stats {
	uint64_t received;      /* passed by the kernel, dropped ones included */
	uint64_t dropped;       /* of these, for want of room in the ring */
	uint64_t iface_dropped; /* by the interface; UINT64_MAX: not known */
};
struct ob_tap_stats ob_tap_stats(struct ob_tap *tap);

/* A link type's name as tcpdump's -y knows it ("EN10MB"), or NULL; and the
 * number of a name (DLT_ or LINKTYPE_, any case) or of a decimal number. */
const char *ob_linktype_name(uint32_t linktype);
bool ob_linktype_find(const char *name, uint32_t *ret);

#ifdef __cplusplus
}
#endif
#endif
