# SPDX-License-Identifier: BSD-2-Clause
# the loopback: the filter in the kernel, -c, counters, times of now
-- skip-unless unshare -Urn ip link set lo up && command -v bash
-- sh
cat >live.sh <<'END'
ip link set lo up
unset SUDO_UID
before=$(date +%s)
onebpf dump -i lo -n -tt -c 2 udp and port 9 >out.txt 2>err.txt &
until grep -q listening err.txt; do sleep 0.05; done
for p in 7 9 8 9; do echo hello >/dev/udp/127.0.0.1/$p; done
wait $!; echo $?
while read -r time rest; do
	[ "${time%.*}" -ge "$before" ] && [ "${time%.*}" -le "$(date +%s)" ] || echo "time $time"
	echo "$rest" | sed 's/1\.[0-9]* >/1.PORT >/'
done <out.txt
cat err.txt
END
unshare -Urn bash live.sh
-- stdout
0
IP 127.0.0.1.PORT > 127.0.0.1.9: UDP, length 6
IP 127.0.0.1.PORT > 127.0.0.1.9: UDP, length 6
listening on lo, link-type EN10MB (Ethernet), snapshot length 262144 bytes
2 packets captured
2 packets received by filter
0 packets dropped by kernel
====
# any: cooked packets, filtered in the kernel or here, give the same
-- skip-unless unshare -Urn ip link set lo up && command -v bash
-- sh
cat >live.sh <<'END'
ip link set lo up
unset SUDO_UID
for filter in 'udp port 9' 'udp port 9 and len < 1000' 'ifindex 1 and udp' 'ether proto \ip and udp'; do
	: >err.txt
	onebpf dump -i any -n -t -e -c 2 "$filter" >out.txt 2>err.txt &
	until grep -q listening err.txt; do sleep 0.05; done
	for n in 1 2 3; do echo hello >/dev/udp/127.0.0.1/9; done
	wait $!
	echo "$filter: $?"
	sed 's/1\.[0-9]* >/1.PORT >/' out.txt | uniq -c
	grep 'runs here' err.txt || :
done
END
unshare -Urn bash live.sh
-- stdout
udp port 9: 0
      2 lo    In  ifindex 1 00:00:00:00:00:00 ethertype IPv4 (0x0800), length 54: 127.0.0.1.PORT > 127.0.0.1.9: UDP, length 6
udp port 9 and len < 1000: 0
      2 lo    In  ifindex 1 00:00:00:00:00:00 ethertype IPv4 (0x0800), length 54: 127.0.0.1.PORT > 127.0.0.1.9: UDP, length 6
onebpf dump: any: the kernel cannot take this filter (it asks for more than the kernel sees of a cooked packet); it runs here
ifindex 1 and udp: 0
      2 lo    In  ifindex 1 00:00:00:00:00:00 ethertype IPv4 (0x0800), length 54: 127.0.0.1.PORT > 127.0.0.1.9: UDP, length 6
ether proto \ip and udp: 0
      2 lo    In  ifindex 1 00:00:00:00:00:00 ethertype IPv4 (0x0800), length 54: 127.0.0.1.PORT > 127.0.0.1.9: UDP, length 6
====
# a VLAN tag that the kernel took out is back, in print and in the file
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v python3
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link add v0 type veth peer name v1
ip link set v0 up; ip link set v1 up
onebpf dump -i v1 -n -t -e vlan 7 and udp >out.txt 2>err.txt &
p=$!
onebpf dump -i v1 -w out.pcap udp or vlan 2>err2.txt &
q=$!
until grep -q listening err.txt && grep -q listening err2.txt; do sleep 0.05; done
python3 -c "
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('v0', 0))
ip = bytes.fromhex('4500001c0001000040110000010101010202020200010002000800005555')
for tag in ('', '81000007', '8100000881000007'):
    s.send(bytes.fromhex('ffffffffffff020000000001' + tag + '0800') + ip)
"
sleep 0.3
kill -INT $p $q
wait $p; echo $?
wait $q; echo $?
cat out.txt
onebpf dump -n -t -e -r out.pcap udp or vlan 2>/dev/null
END
unshare -Urn sh live.sh
-- stdout
0
0
02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype 802.1Q (0x8100), length 48: vlan 7, p 0, ethertype IPv4 (0x0800), 1.1.1.1.1 > 2.2.2.2.2: UDP, length 0
02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype IPv4 (0x0800), length 44: 1.1.1.1.1 > 2.2.2.2.2: UDP, length 0
02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype 802.1Q (0x8100), length 48: vlan 7, p 0, ethertype IPv4 (0x0800), 1.1.1.1.1 > 2.2.2.2.2: UDP, length 0
02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype 802.1Q (0x8100), length 52: vlan 8, p 0, ethertype 802.1Q (0x8100), vlan 7, p 0, ethertype IPv4 (0x0800), 1.1.1.1.1 > 2.2.2.2.2: UDP, length 0
====
# what goes wrong: no such interface, one that is down, a filter that never matches
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1
-- sh
cat >live.sh <<'END'
unset SUDO_UID
onebpf dump -i nosuch; echo $?
onebpf dump -i lo; echo $?
ip link set lo up
onebpf dump -i lo ip and arp; echo $?
onebpf dump -i lo -y LINUX_SLL -c 1; echo $?
onebpf dump -i lo -Z nosuchuser; echo $?
onebpf dump -i lo -w missing/file; echo $?
onebpf dump -i lo -i lo; echo $?
onebpf dump -i lo -i any; echo $?
onebpf dump -i lo --iface-filter v0=udp; echo $?
onebpf dump -i lo --iface-filter lo; echo $?
onebpf dump -i lo --fanout other:2; echo $?
onebpf dump -i lo -j adapter; echo $?
ip link add veth17 type veth peer name v1
onebpf dump -i veth1; echo $?
END
unshare -Urn sh live.sh
-- stdout
2
2
1
2
2
2
2
2
2
2
2
2
2
-- stderr has
onebpf dump: no interface "nosuch"
hint: there are: any, lo
onebpf dump: interface lo is down
hint: ip link set lo up
this matches no packet
lo has link type EN10MB (Ethernet), not LINUX_SLL (Linux cooked v1)
hint: the link types of an interface: -L -i lo
no user "nosuchuser"
missing/file
interface lo is given twice
"any" has the packets of lo, too
names "v0", which no -i does
needs IF=FILTER, not "lo"
hint: as --iface-filter 'eth0=port 53'
option --fanout cannot be "other:2"
lo has no clock "adapter"
hint: those it has: -J -i lo
no interface "veth1"
hint: did you mean veth17?
====
# -D and -L, -Q, -p, -B, -s
-- skip-unless unshare -Urn ip link set lo up && command -v bash
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link set lo up
onebpf dump -D
onebpf dump -L -i 2
onebpf dump -i lo -Q in -p -B 512 -s 60 -c 1 -w - udp 2>err.txt >out.pcap &
until grep -q listening err.txt; do sleep 0.05; done
grep CapEff /proc/$!/status
kill -USR1 $!
until grep -q dropped err.txt; do sleep 0.05; done
printf %080d 0 >/dev/udp/127.0.0.1/9
wait $!; echo $?
od -An -tu4 -j16 -N4 out.pcap
od -An -tu4 -j32 -N8 out.pcap
cat err.txt
END
unshare -Urn bash live.sh
-- stdout
1.any (captures on all interfaces) [Up, Running]
2.lo [Up, Running, Loopback] 127.0.0.1/8 ::1/128
Data link types for lo (use option -y to set):
  EN10MB (Ethernet)
  LINUX_SLL2 (Linux cooked v2)
CapEff:	0000000000000000
0
         60
         60        122
listening on lo, link-type EN10MB (Ethernet), snapshot length 60 bytes
0 packets captured
0 packets received by filter
0 packets dropped by kernel
1 packet captured
1 packet received by filter
0 packets dropped by kernel
====
# rights are gone once all is open; the file belongs to the user
-- skip-unless test "$(id -u)" = 0 && id nobody && unshare -n ip link set lo up && command -v setpriv
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link set lo up
onebpf dump -i lo -Z nobody -w out.pcap udp 2>err.txt &
until grep -q listening err.txt; do sleep 0.05; done
grep -E '^(Uid|CapEff|CapPrm|NoNewPrivs)' /proc/$!/status
kill $!; wait $!; echo $?
head -1 err.txt
stat -c %U out.pcap
onebpf dump -r out.pcap --count 2>/dev/null
SUDO_UID=65534 onebpf dump -i lo -c 0 -n 2>/dev/null
: >err.txt
SUDO_UID=65534 onebpf dump -i lo -n 2>err.txt &
until grep -q listening err.txt; do sleep 0.05; done
grep -E '^Uid' /proc/$!/status
kill $!
END
unshare -n sh live.sh
-- stdout
Uid:	65534	65534	65534	65534
CapPrm:	0000000000000000
CapEff:	0000000000000000
NoNewPrivs:	1
0
onebpf dump: dropped privs to nobody, who owns out.pcap
nobody
0 packets
Uid:	65534	65534	65534	65534
