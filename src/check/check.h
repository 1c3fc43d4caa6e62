/* SPDX-License-Identifier: BSD-2-Clause */
/* May this program run? The classic checker; the extended verifier comes. */
#ifndef CHECK_H
#define CHECK_H

#include "prog/prog.h"

enum check_profile {
	CHECK_LINUX,   /* bpf_check_classic */
	CHECK_SECCOMP, /* the same, then seccomp_check_filter */
	CHECK_LIBPCAP, /* pcap_validate_filter: backward `ja` and unset M[] pass */
};

/* NULL when the program may run; else OB_REFUSED with instruction and reason. */
struct ob_err *check_classic(const struct ob_cbpf *code, u32 n, enum check_profile profile);

/* Stage one of the verifier, for an extended program: every slot is an
 * instruction, jumps stay in their function (and out of the second half of a
 * 64-bit immediate), no function goes on behind its end, no callx, r10 is not
 * written. Functions begin at slot 0 and where local calls and function
 * addresses lead. OB_REFUSED with the instruction. */
struct ob_err *check_ebpf(const struct prog *p);

/* The same for a CSPF program: its length, its actions and operators, its
 * literals, and the depth of its stack at every word. */
struct ob_err *check_cspf(const u16 *word, u32 n);

#endif
