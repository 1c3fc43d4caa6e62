/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of `onebpf check`. */
#ifndef TOOL_CHECK_H
#define TOOL_CHECK_H

#include "check/check.h"
#include "tool/program.h"

/* What the running kernel says: 0 or -errno; its log is added to how->text. Maps are made
 * for the time. OB_PERM, OB_IO: it cannot be asked. */
struct ob_err *check_in_kernel(const struct prog *p, const struct check_how *how, int *verdict);

#endif
