// SPDX-License-Identifier: BSD-2-Clause
// an ancestor of a cgroup, both released
// kfuncs=bpf_cgroup_from_id,bpf_cgroup_release,bpf_cgroup_ancestor type=syscall flags=16 want=accept
r1 = 1
call kfunc 1
if r0 == 0 goto out
r6 = r0
r1 = r0
r2 = 0
call kfunc 3
if r0 == 0 goto one
r1 = r0
call kfunc 2
one:
r1 = r6
call kfunc 2
out:
r0 = 0
exit
