# SPDX-License-Identifier: BSD-2-Clause
# a removal is seen where the object's programs are attached, and one hook forbids it
-- skip-unless test -e /objects/unlink.o
-- sh
onebpf load --kernel --attach --show hits,removed /objects/unlink.o >out 2>err &
load=$!
until grep -q '^link  at_ksyscall' err; do kill -0 $load || break; sleep 0.1; done
touch marked other forbidden; rm marked; rm other; rm forbidden; ls
kill -INT $load; wait $load; echo $?
awk '/^hits/ { gsub(/[][]/, ""); print $3, ($4 >= 3), $5, $6, $7, $8, ($9 >= 3), ($10 >= 3), $11 }' out
grep removed out
sed -n 's/  *id [0-9]* */ /p' err
bpftool link
-- stdout
err
forbidden
out
0
1 1 1 1 1 1 1 1 1
removed = 0
map   .kconfig array, key 4, value 1, 1 entry
map   .data array, key 4, value 4, 1 entry
map   .bss array, key 4, value 72, 1 entry
map   .rodata.str1.1 array, key 4, value 17, 1 entry
prog  at_kprobe kprobe, 33 slots, from kprobe/vfs_unlink
prog  at_kretprobe kprobe, 7 slots, from kretprobe/vfs_unlink
prog  at_fentry tracing, 27 slots, from fentry/vfs_unlink
prog  at_fexit tracing, 35 slots, from fexit/vfs_unlink
prog  at_lsm lsm, 59 slots, from lsm/inode_unlink
prog  at_tracepoint tracepoint, 26 slots, from tracepoint/syscalls/sys_enter_unlinkat
prog  at_raw_tp raw_tracepoint, 7 slots, from raw_tp/sched_process_exec
prog  at_tp_btf tracing, 21 slots, from tp_btf/sched_process_exec
prog  at_ksyscall kprobe, 68 slots, from ksyscall/unlinkat
link  at_kprobe entry of vfs_unlink
link  at_kretprobe return of vfs_unlink
link  at_fentry entry of vfs_unlink
link  at_fexit exit of vfs_unlink
link  at_lsm hook inode_unlink
link  at_tracepoint tracepoint syscalls/sys_enter_unlinkat
link  at_raw_tp raw tracepoint sched_process_exec
link  at_tp_btf tracepoint sched_process_exec
link  at_ksyscall entry of __x64_sys_unlinkat
====
# packets are seen at an interface and leaving a cgroup, and what is attached goes
-- skip-unless test -e /objects/wire.o
-- sh
ip link add near type veth peer name far
ip netns add beyond
ip link set far netns beyond
ip address add 192.0.2.5/30 dev near
ip link set near up
ip -n beyond address add 192.0.2.6/30 dev far
ip -n beyond link set far up
mkdir /sys/fs/cgroup/here; echo $$ >/sys/fs/cgroup/here/cgroup.procs
onebpf load --kernel --attach -i near --cgroup /sys/fs/cgroup/here --show seen /objects/wire.o >out 2>err &
load=$!
until grep -q '^link  at_connect' err; do kill -0 $load || break; sleep 0.1; done
ping -q -c 3 -i 0.2 192.0.2.6 | grep -o '3 received'
kill -INT $load; wait $load; echo $?
grep seen out
sed -n 's/^link *\([^ ]*\)  *\(id [0-9]*\)\{0,1\} */\1: /p' err
bpftool net show dev near | grep -c at_; bpftool cgroup show /sys/fs/cgroup/here
ip link delete near
-- stdout
3 received
0
seen[0] = 3
seen[1] = 3
seen[2] = 3
seen[3] = 0
at_xdp: interface near
at_tc: interface near, ingress, by netlink
at_egress: cgroup /sys/fs/cgroup/here
at_connect: cgroup /sys/fs/cgroup/here
0
====
# events come by ring buffer and as text
-- skip-unless test -e /objects/exec.o
-- sh
onebpf load --kernel --attach --show samples,functions /objects/exec.o >out 2>err &
load=$!
until grep -q '^link  at_user' err; do kill -0 $load || break; sleep 0.1; done
env true; sh -c 'i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done'; sleep 1
kill -INT $load; wait $load; echo $?
grep -E '^[0-9]|bin/true' out | sed 's/^.*bpf_trace_printk: //' | sort
awk '/^samples/ { print ($3 > 10) } /^functions/ { print ($3 >= 1) }' out
sed -n 's/^link *\([^ ]*\)  *\(id [0-9]*\)\{0,1\} */\1: /p' err
grep -o '[1-9][0-9]* events, 0 lost' err | sed 's/^[0-9]*/some/'
-- stdout
0
1 init
about to run /bin/true
told: old_pid=1 file="/bin/true"
1
1
tell: tracepoint sched_process_exec
print: entry of bprm_execve
sample: 99 samples a second of 2 CPUs
at_user: entry of /lib/x86_64-linux-gnu/libc.so.6:getopt_long
each_task: iterator over task
some events, 0 lost
====
# functions of the kernel by kprobes, tracepoints
-- skip-unless test -e /objects/unlink.o
-- file during
onebpf load -a "$@" >out.txt 2>said.txt &
pid=$!
for i in $(seq 100); do
	kill -0 $pid 2>/dev/null && ! grep -q ^link said.txt || break
	sleep 0.1
done
sh ./work
kill -INT $pid; wait $pid
echo $?; sed -n 's/id [0-9]* *//; /^link/p; /^onebpf/p' said.txt; cat out.txt
-- file work
touch marked; rm marked
-- sh
sh ./during --prog at_kprobe,at_kretprobe,at_ksyscall,at_tracepoint,at_raw_tp --show hits /objects/unlink.o |
	sed '/^hits/s/[1-9][0-9]*/N/g'
-- stdout
0
link  at_kprobe          entry of vfs_unlink
link  at_kretprobe       return of vfs_unlink
link  at_tracepoint      tracepoint syscalls/sys_enter_unlinkat
link  at_raw_tp          raw tracepoint sched_process_exec
link  at_ksyscall        entry of __x64_sys_unlinkat
hits = [N N 0 0 0 N N 0 N]
====
# functions, hooks and tracepoints of the kernel by their types
-- skip-unless test -e /objects/unlink.o
-- file during
onebpf load -a "$@" >out.txt 2>said.txt &
pid=$!
for i in $(seq 100); do
	kill -0 $pid 2>/dev/null && ! grep -q ^link said.txt || break
	sleep 0.1
done
sh ./work
kill -INT $pid; wait $pid
echo $?; sed -n 's/id [0-9]* *//; /^link/p; /^onebpf/p' said.txt; cat out.txt
-- file work
touch marked; rm marked
-- sh
sh ./during --prog at_fentry,at_fexit,at_lsm,at_tp_btf --show hits,removed /objects/unlink.o | sed '/^hits/s/[1-9][0-9]*/N/g'
-- stdout
0
link  at_fentry          entry of vfs_unlink
link  at_fexit           exit of vfs_unlink
link  at_lsm             hook inode_unlink
link  at_tp_btf          tracepoint sched_process_exec
hits = [0 0 N N N 0 0 N 0]
removed = 0
====
# packets, where this kernel has no links of traffic control
-- skip-unless test -e /objects/wire.o
-- file during
onebpf load -a "$@" >out.txt 2>said.txt &
pid=$!
for i in $(seq 100); do
	kill -0 $pid 2>/dev/null && ! grep -q ^link said.txt || break
	sleep 0.1
done
sh ./work
kill -INT $pid; wait $pid
echo $?; sed -n 's/id [0-9]* *//; /^link/p; /^onebpf/p' said.txt; cat out.txt
-- file work
ping -q -c 3 -i 0.2 198.51.100.2 >/dev/null
-- sh
ip link add inner type veth peer name outer
ip netns add away
ip link set outer netns away
ip address add 198.51.100.1/24 dev inner
ip link set inner up
ip -n away address add 198.51.100.2/24 dev outer
ip -n away link set outer up
# Packets of other cases leave the same cgroup.
sh ./during -i inner --show seen /objects/wire.o | sed -E 's/^(seen.2. =) ([6-9]|[1-9][0-9]+)$/\1 at least 6/'
sh ./work
tc filter show dev inner ingress
ip -d link show inner | grep -c xdp
ip link delete inner
-- stdout
0
link  at_xdp             interface inner
link  at_tc                       interface inner, ingress, by netlink
link  at_egress          cgroup /sys/fs/cgroup
link  at_connect         cgroup /sys/fs/cgroup
seen[0] = 3
seen[1] = 3
seen[2] = at least 6
seen[3] = 0
0
====
# what stands in for kprobes; many at once
-- sh
"$O/test/sys/attach" >out; grep -v ^ok out; grep -c '^ok by types' out
-- stdout
6
