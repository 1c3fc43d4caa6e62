/* SPDX-License-Identifier: BSD-2-Clause */
/* The numbers of the bpf() call: <linux/bpf.h>, and what it may be too old to
 * have. */
#ifndef ISA_BPF_H
#define ISA_BPF_H

#include "isa/maptype.h"

#include <linux/bpf.h>

/* Commands since Linux 6.9. */
enum {
	BPFCMD_TOKEN_CREATE = 36,
	BPFCMD_PROG_STREAM_READ_BY_FD = 37,
	BPFCMD_COUNT,
	BPFCMD_COMMON_ATTRS = 1 << 16, /* a flag beside the command, since 6.19 */
};

/* Flags of maps since 6.2. */
enum {
	MAPF_LINK = 1 << 13,
	MAPF_PATH_FD = 1 << 14,
	MAPF_VTYPE_BTF_OBJ_FD = 1 << 15,
	MAPF_TOKEN_FD = 1 << 16,
	MAPF_SEGV_ON_FAULT = 1 << 17,
	MAPF_NO_USER_CONV = 1 << 18,
};

/* union bpf_attr of Linux 6.18: what is known of the call's argument. Fields that
 * <linux/bpf.h> may lack stand beside it. */
enum { BPFATTR_SIZE = 168 };
union bpfattr {
	union bpf_attr a;
	struct {
		__u8 before[72];
		__s32 value_type_btf_obj_fd;
		__s32 token_fd;
		__u64 excl_prog_hash;
		__u32 excl_prog_hash_size;
	} map;
	struct {
		__u8 before[140];
		__u32 log_true_size;
		__s32 token_fd;
		__u32 fd_array_cnt;
		__u64 signature;
		__u32 signature_size;
		__s32 keyring_id;
	} load;
	struct {
		__u64 pathname;
		__u32 bpf_fd, file_flags;
		__s32 path_fd;
	} pin;
	struct {
		__u32 target_fd, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd;
		__u32 relative_fd;
		__u64 expected_revision;
	} attach;
	struct {
		__u32 id, next_id, open_flags;
		__s32 token_fd;
	} by_id;
	struct {
		__u32 target_fd, attach_type, query_flags, attach_flags;
		__u64 prog_ids;
		__u32 count, pad;
		__u64 prog_attach_flags, link_ids, link_attach_flags, revision;
	} query;
	struct {
		__u64 name;
		__u32 prog_fd, pad;
		__u64 cookie;
	} raw_tp;
	struct {
		__u64 btf, log_buf;
		__u32 size, log_size, log_level, log_true_size, flags;
		__s32 token_fd;
	} btf;
	struct {
		__u32 prog_fd, target_fd, attach_type, flags;
		union {
			__u32 target_btf_id;
			struct {
				__u64 info;
				__u32 info_len;
			} iter;
			__u64 perf_cookie;
			struct {
				__u32 target_btf_id, pad;
				__u64 cookie;
			} tracing;
			struct {
				__u32 pf, hooknum;
				__s32 priority;
				__u32 flags;
			} netfilter;
			struct {
				__u32 relative_fd, pad;
				__u64 expected_revision;
			} tcx;
			struct {
				__u64 path, offsets, ref_ctr_offsets, cookies;
				__u32 cnt, flags, pid;
			} uprobe_multi;
			struct {
				__u32 flags, cnt;
				__u64 syms, addrs, cookies;
			} kprobe_multi;
		};
	} link;
	struct {
		__u64 buf;
		__u32 buf_len, stream_id, prog_fd;
	} stream;
	__u8 byte[BPFATTR_SIZE];
};
_Static_assert(sizeof(union bpfattr) == BPFATTR_SIZE, "the call's argument");

/* Flags of bpf_timer_start since 6.5. */
enum { TIMERF_ABS = 1 << 0, TIMERF_CPU_PIN = 1 << 1 };

/* Linux's own errno for what it does not support, which reaches callers. */
enum { ENOTSUPP_LINUX = 524 };

#endif
