// SPDX-License-Identifier: BSD-2-Clause
// bpf_loop: what its function does to the stack
// type=kprobe back=7 want=accept
r1 = 3
r2 = back ll
r3 = 0
r4 = 0
call 181
exit
back:
r0 = 0
exit
