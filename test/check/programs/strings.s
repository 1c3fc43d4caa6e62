// SPDX-License-Identifier: BSD-2-Clause
// texts are compared
// kfuncs=bpf_strcmp,bpf_strlen,bpf_strchr type=kprobe want=accept
*(u64 *)(r10 - 8) = 97
r1 = r10
r1 += -8
r2 = r1
call kfunc 1
r1 = r10
r1 += -8
call kfunc 2
r1 = r10
r1 += -8
r2 = 97
call kfunc 3
r0 = 0
exit
