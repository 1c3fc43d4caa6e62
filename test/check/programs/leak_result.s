// SPDX-License-Identifier: BSD-2-Clause
// a pointer that is returned
// level=unprivileged want=refuse
r0 = r1
exit
