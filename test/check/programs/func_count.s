// SPDX-License-Identifier: BSD-2-Clause
// more functions than there are
// back=1 want=refuse
r0 = 0
exit
