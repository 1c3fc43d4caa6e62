# SPDX-License-Identifier: BSD-2-Clause
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
ping -q -c 3 -i 0.2 192.0.2.2 >/dev/null
-- sh
ip link add left type veth peer name right
ip netns add far
ip link set right netns far
ip address add 192.0.2.1/24 dev left
ip link set left up
ip -n far address add 192.0.2.2/24 dev right
ip -n far link set right up
sh ./during -i left --show seen /objects/wire.o
sh ./work
tc filter show dev left ingress
ip -d link show left | grep -c xdp
ip link delete left
-- stdout
0
link  at_xdp             interface left
link  at_tc              interface left, ingress, by netlink
link  at_egress          cgroup /sys/fs/cgroup
link  at_connect         cgroup /sys/fs/cgroup
seen[0] = 3
seen[1] = 3
seen[2] = 6
seen[3] = 0
0
====
# what stands in for kprobes; many at once
-- sh
"$O/test/sys/attach" >out; grep -v ^ok out; grep -c '^ok by types' out
-- stdout
6
