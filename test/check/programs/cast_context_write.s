// SPDX-License-Identifier: BSD-2-Clause
// it is only read
// kfuncs=bpf_cast_to_kern_ctx type=xdp want=refuse
call kfunc 1
*(u64 *)(r0 + 0) = 1
r0 = 0
exit
