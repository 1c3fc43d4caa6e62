// SPDX-License-Identifier: BSD-2-Clause
// of what is no context
// kfuncs=bpf_cast_to_kern_ctx type=xdp want=refuse
r1 = r10
call kfunc 1
r0 = 0
exit
