// SPDX-License-Identifier: BSD-2-Clause
// a keyring, put back
// kfuncs=bpf_lookup_system_key,bpf_key_put,bpf_lookup_user_key type=tracing trace=sys_enter want=accept
r1 = 0
call kfunc 1
if r0 == 0 goto out
r1 = r0
call kfunc 2
out:
r0 = 0
exit
