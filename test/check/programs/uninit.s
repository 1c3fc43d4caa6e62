// SPDX-License-Identifier: BSD-2-Clause
// a register that nobody wrote
// want=refuse
r0 = r2
exit
