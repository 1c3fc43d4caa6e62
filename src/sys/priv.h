/* SPDX-License-Identifier: BSD-2-Clause */
/* The door's inside: what the kernel's verifier wrote. */
#ifndef SYS_PRIV_H
#define SYS_PRIV_H

#include "sys/sys.h"

enum { LOG_LINES = 4 };

/* The last of a verifier's log: its reasons, and the instruction it was at. */
struct log {
	u32 insn; /* UINT32_MAX: it was at none */
	struct bytes line[LOG_LINES];
	u32 n;
};
void log_read(struct log *to, const char *text);

/* Why who ("the kernel") refused the program, at its place in p, which it saw behind
 * `before` other instructions; `otherwise` is told when the log is silent. */
struct ob_err *log_err(const char *who, const char *text, const char *otherwise,
		       const struct prog *p, u32 before);

#endif
