// SPDX-License-Identifier: BSD-2-Clause
// an exception gives what the program may not return
// kfuncs=bpf_throw type=cgroup_skb want=refuse
r1 = 7
call kfunc 1
r0 = 0
exit
