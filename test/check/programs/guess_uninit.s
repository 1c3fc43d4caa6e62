// SPDX-License-Identifier: BSD-2-Clause
// bytes of the stack that nobody wrote
// level=unprivileged want=refuse
r2 = *(u64 *)(r10 - 8)
r0 = 0
exit
