// SPDX-License-Identifier: BSD-2-Clause
// a keyring that is not put back
// kfuncs=bpf_lookup_system_key,bpf_key_put,bpf_lookup_user_key type=tracing trace=sys_enter want=refuse
r1 = 0
call kfunc 1
r0 = 0
exit
