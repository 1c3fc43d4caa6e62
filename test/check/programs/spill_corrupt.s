// SPDX-License-Identifier: BSD-2-Clause
// half of a spilled pointer is overwritten
// level=unprivileged want=refuse
*(u64 *)(r10 - 8) = r10
*(u32 *)(r10 - 8) = 7
r0 = 0
exit
