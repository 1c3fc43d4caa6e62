# SPDX-License-Identifier: BSD-2-Clause
# the kernel's filter lets through what the filter says
-- sh
ip link add left type veth peer name right
ip netns add other 2>err || cat err
ip link set right netns other
ip address add 192.0.2.1/24 dev left
ip link set left up
ip -n other address add 192.0.2.2/24 dev right
ip -n other link set right up
onebpf dump -n -t -q -i left -c 2 'icmp[icmptype] = icmp-echo' >out.txt 2>err.txt &
dump=$!; until grep -q listening err.txt; do kill -0 $dump || break; sleep 0.1; done
ping -q -c 2 -i 0.2 192.0.2.2 >/dev/null; echo $?
wait; cat out.txt
ip link delete left
-- stdout has
0
IP 192.0.2.1 > 192.0.2.2: ICMP echo request
IP 192.0.2.1 > 192.0.2.2: ICMP echo request
====
# all that doctor asks for is there, but for the processor's counters
-- sh
onebpf doctor | grep -v ' yes '
-- stdout has
not: arena
counters      no
