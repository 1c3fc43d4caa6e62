// SPDX-License-Identifier: BSD-2-Clause
// a function that sleeps, in a program that may not
// kfuncs=bpf_lookup_system_key,bpf_key_put,bpf_lookup_user_key type=tracing trace=sys_enter want=refuse
r1 = 0
r2 = 0
call kfunc 3
r0 = 0
exit
