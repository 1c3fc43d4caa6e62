/* SPDX-License-Identifier: BSD-2-Clause */
/* The numbers of the bpf() call: <linux/bpf.h>, and what it may be too old to
 * have. */
#ifndef ISA_BPF_H
#define ISA_BPF_H

#include <linux/bpf.h>

/* Commands since Linux 6.9. */
enum {
	BPFCMD_TOKEN_CREATE = 36,
	BPFCMD_PROG_STREAM_READ_BY_FD = 37,
	BPFCMD_COUNT,
	BPFCMD_COMMON_ATTRS = 1 << 16, /* a flag beside the command, since 6.19 */
};

/* Map types and flags since 6.2. */
enum { MAPTYPE_CGRP_STORAGE = 32, MAPTYPE_ARENA = 33, MAPTYPE_COUNT };
enum {
	MAPF_LINK = 1 << 13,
	MAPF_PATH_FD = 1 << 14,
	MAPF_VTYPE_BTF_OBJ_FD = 1 << 15,
	MAPF_TOKEN_FD = 1 << 16,
	MAPF_SEGV_ON_FAULT = 1 << 17,
	MAPF_NO_USER_CONV = 1 << 18,
};

/* Linux's own errno for what it does not support, which reaches callers. */
enum { ENOTSUPP_LINUX = 524 };

#endif
