# SPDX-License-Identifier: BSD-2-Clause
# several interfaces: one output in the order of times, each with its counters
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v python3
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link add v0 type veth peer name v1; ip link add w0 type veth peer name w1
for i in v0 v1 w0 w1; do ip link set $i up; done
onebpf dump -i v1 -i w1 -n -tt -v udp >out.txt 2>err.txt &
until grep -q 'on w1' err.txt; do sleep 0.05; done
python3 "$TESTDIR/tool/send.py" 201 28 0.002 v0 w0
sleep 0.3
kill -INT $!; wait $!; echo $?
cat err.txt
grep -o 'id [0-9]*' out.txt | awk '$2 != NR - 1 { bad++ } END { print NR " packets, " bad + 0 " out of order" }'
END
unshare -Urn sh live.sh
-- stdout
0
listening on v1, link-type EN10MB (Ethernet), snapshot length 262144 bytes
listening on w1, link-type EN10MB (Ethernet), snapshot length 262144 bytes
201 packets captured
201 packets received by filter
0 packets dropped by kernel
v1: 101 captured, 101 received by filter, 0 dropped by kernel
w1: 100 captured, 100 received by filter, 0 dropped by kernel
201 packets, 0 out of order
====
# a filter of its own, link types that differ, and what pcapng says of it all
-- skip-unless unshare -Urn ip tuntap add t0 mode tun && command -v python3
-- sh
cat >live.sh <<'END'
unset SUDO_UID
got() { until kill -USR1 $p; sleep 0.05; grep -q "^$1 packets* received" err.txt; do :; done; }
ip link add v0 type veth peer name v1; ip tuntap add t0 mode tun
ip addr add 10.7.0.1/24 dev t0
for i in v0 v1 t0; do ip link set $i up; done
onebpf dump -i v1 -i t0 -w out.pcap 2>&1; echo $?
onebpf dump -i v1 -i t0 --iface-filter 't0=ip proto 17 and dst port 9' 'udp src port 1003' -s 60 -w out.pcapng 2>err.txt &
p=$!
until grep -q 'on t0' err.txt; do sleep 0.05; done
python3 "$TESTDIR/tool/send.py" 200 100 0 v0
# What is sent before the device's queue is ready is lost: again, until it comes out.
python3 -c "
import os, fcntl, struct, socket, select
f = os.open('/dev/net/tun', os.O_RDWR)
fcntl.ioctl(f, 0x400454ca, struct.pack('16sH', b't0', 0x1001))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def passes(port):
    s.sendto(b'hello', ('10.7.0.2', port))
    while select.select([f], [], [], 0.2)[0]:
        p = os.read(f, 2048)
        if p[0] == 0x45 and p[22:24] == struct.pack('>H', port): return True
for port in (7, 9, 9, 8):
    while not passes(port): pass
"
got 4
kill -INT $p; wait $p; echo $?
head -2 err.txt; tail -5 err.txt
onebpf dump -n -t -r out.pcapng 2>/dev/null | sed 's/10.7.0.1\.[0-9]*/10.7.0.1.PORT/'
grep -aoE 'udp src port 1003|ip proto 17[a-z0-9 ]*' out.pcapng
END
unshare -Urn sh live.sh
-- stdout
onebpf dump: a pcap file has one link type; those of v1 and t0 differ
hint: --pcapng, or a name that ends with .pcapng
2
0
listening on v1, link-type EN10MB (Ethernet), snapshot length 60 bytes
listening on t0, link-type RAW (Raw IP), snapshot length 60 bytes
4 packets captured
4 packets received by filter
0 packets dropped by kernel
v1: 2 captured, 2 received by filter, 0 dropped by kernel
t0: 2 captured, 2 received by filter, 0 dropped by kernel
IP 10.0.0.1.1003 > 10.0.0.2.9: UDP, length 72
IP 10.0.0.1.1003 > 10.0.0.2.9: UDP, length 72
IP 10.7.0.1.PORT > 10.7.0.2.9: UDP, length 5
IP 10.7.0.1.PORT > 10.7.0.2.9: UDP, length 5
udp src port 1003
ip proto 17 and dst port 9
====
# an interface goes down, comes up, is removed; the other goes on until it has gone too
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v python3
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link add v0 type veth peer name v1; ip link add w0 type veth peer name w1
for i in v0 v1 w0 w1; do ip link set $i up; done
onebpf dump -i v1 -i w1 -n -t udp >out.txt 2>err.txt &
until grep -q 'on w1' err.txt; do sleep 0.05; done
send() { python3 "$TESTDIR/tool/send.py" $1 28 0 $2; }
send 2 v0
ip link set v1 down
until grep -q 'v1 is down' err.txt; do sleep 0.05; done
send 3 w0
ip link set v1 up
until grep -q 'v1 is up' err.txt; do sleep 0.05; done
send 5 v0
ip link del v0
until grep -q 'v1 has gone' err.txt; do sleep 0.05; done
send 7 w0
ip link del w0
wait $!; echo $?
grep -v 'w1.*down; packets' err.txt
wc -l <out.txt
END
unshare -Urn sh live.sh
-- stdout
2
listening on v1, link-type EN10MB (Ethernet), snapshot length 262144 bytes
listening on w1, link-type EN10MB (Ethernet), snapshot length 262144 bytes
onebpf dump: interface v1 is down; packets come again when it is up
onebpf dump: interface v1 is up again
onebpf dump: interface v1 has gone
onebpf dump: interface w1 has gone
17 packets captured
17 packets received by filter
0 packets dropped by kernel
v1: 7 captured, 7 received by filter, 0 dropped by kernel
w1: 10 captured, 10 received by filter, 0 dropped by kernel
onebpf dump: interface w1 has gone
17
====
# a ring that runs over: what was sent is what was captured and dropped
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v python3
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
for how in '-w out.pcap' '--fanout lb:2 -w out.pcap' '-Q out -w out.pcap'; do
	: >err.txt
	onebpf dump -i v1 -B 512 $how udp 2>err.txt &
	p=$!
	until grep -q listening err.txt; do sleep 0.05; done
	kill -STOP $p
	python3 "$TESTDIR/tool/send.py" 4000 1400 0 v0
	kill -CONT $p
	sleep 0.5
	kill -INT $p; wait $p
	awk -v n="$(onebpf dump -r out.pcap --count 2>/dev/null)" '{ v[$3 $4] = $1 }
		END { print v["receivedby"], v["captured"] + v["droppedby"] + v["nottaken"], (v["droppedby"] > 1000), v["captured"] + 0 == n + 0 }' err.txt
done
END
unshare -Urn sh live.sh
-- stdout
4000 4000 1 1
4000 4000 1 1
4000 4000 1 1
====
# fanout: every packet once, in order, whatever the way of sharing
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v python3
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
for how in hash:3 cpu:2 lb:4 rnd:3 qm:2 rollover:2; do
	: >err.txt
	onebpf dump -i v1 -n -t -v --fanout $how 'udp and src portrange 1000-1089' >out.txt 2>err.txt &
	p=$!
	until grep -q listening err.txt; do sleep 0.05; done
	ls /proc/$p/task | wc -l
	python3 "$TESTDIR/tool/send.py" 1000 28 0 v0
	sleep 0.2
	kill -INT $p; wait $p
	grep captured err.txt
	grep -o 'id [0-9]*' out.txt | awk 'NR > 1 && $2 <= last { bad++ } { last = $2 } END { print NR " packets, " bad + 0 " out of order" }'
done
END
unshare -Urn sh live.sh
-- stdout
4
900 packets captured
900 packets, 0 out of order
3
900 packets captured
900 packets, 0 out of order
5
900 packets captured
900 packets, 0 out of order
4
900 packets captured
900 packets, 0 out of order
3
900 packets captured
900 packets, 0 out of order
3
900 packets captured
900 packets, 0 out of order
====
# a filter that the kernel does not take runs here, in threads too
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v python3
-- sh
cat >live.sh <<'END'
unset SUDO_UID
# no neighbour is looked for meanwhile: what comes at the very end waits, and is told apart
[ ! -e /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
long='udp src port 1005'
for i in $(seq 1 2100); do long="$long or ether[$i:4] = 0x12345678"; done
for how in '' '--fanout lb:2'; do
	: >err.txt
	onebpf dump -i v1 $how --count "$long" 2>err.txt >out.txt &
	until grep -q listening err.txt; do sleep 0.05; done
	python3 "$TESTDIR/tool/send.py" 1000 28 0 v0
	sleep 0.2
	kill -INT $!; wait $!
	cat out.txt
	awk '/kernel cannot/; { v[$3 $4] = $1 } END { print v["captured"], v["receivedby"] == v["captured"] + v["nottaken"] }' err.txt
done
END
unshare -Urn sh live.sh
-- stdout
10 packets
onebpf dump: v1: the kernel cannot take this filter (4232 instructions, at most 4096), nor as extended code (bpf() is not permitted); it runs here
10 1
10 packets
onebpf dump: v1: the kernel cannot take this filter (4232 instructions, at most 4096), nor as extended code (bpf() is not permitted); it runs here
10 1
====
# one that is too long for classic code runs in the kernel as extended code, where bpf() is permitted
-- skip-unless test "$(id -u)" = 0 && unshare -n ip link add v0 type veth peer name v1 && command -v python3 bpftool && bpftool prog list
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
long='udp src port 1005'
for i in $(seq 1 2100); do long="$long or ether[$i:4] = 0x12345678"; done
onebpf dump -i v1 -w out.pcap "$long" 2>err.txt &
until grep -q listening err.txt; do sleep 0.05; done
python3 "$TESTDIR/tool/send.py" 1000 28 0 v0
sleep 0.2
kill -INT $!; wait $!
grep kernel err.txt
onebpf dump -r out.pcap -n -t -c 1 2>/dev/null
END
unshare -n sh live.sh
-- stdout
onebpf dump: v1: the kernel cannot take this filter (4232 instructions, at most 4096); it runs there as extended code
0 packets dropped by kernel
IP 10.0.0.1.1005 > 10.0.0.2.9: UDP, length 0
====
# packets that are only counted: all that came before the signal, whether their block was full or not
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v python3
-- sh
cat >live.sh <<'END'
unset SUDO_UID
got() { until kill -USR1 $p; sleep 0.05; grep -q "^$1 packets* received" err.txt; do :; done; }
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
for how in '-i v1' '-i v1 -Q in' '-i v1 --fanout lb:2' '-i any -Q in'; do
	: >err.txt
	onebpf dump $how --count udp >out.txt 2>err.txt &
	p=$!
	until grep -q listening err.txt; do sleep 0.05; done
	python3 "$TESTDIR/tool/send.py" 1000 28 0 v0
	got 1000
	kill -INT $p; wait $p
	cat out.txt
done
END
timeout 30 unshare -Urn sh live.sh
-- stdout
1000 packets
1000 packets
1000 packets
1000 packets
====
# the second signal ends it where it cannot write, whatever waits
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v python3
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link add v0 type veth peer name v1; ip link add w0 type veth peer name w1
for i in v0 v1 w0 w1; do ip link set $i up; done
mkfifo out
exec 3<>out
onebpf dump -i v1 -i w1 -n -t udp >out 2>err.txt &
p=$!
until grep -q 'on w1' err.txt; do sleep 0.05; done
python3 "$TESTDIR/tool/send.py" 6000 28 0 v0 w0
python3 -c "
import fcntl, struct, termios, time
while struct.unpack('i', fcntl.ioctl(3, termios.FIONREAD, b'0000'))[0] < 60000: time.sleep(0.05)
"
kill -INT $p
sleep 0.3
kill -INT $p && echo "it waits"
wait $p; echo $?
END
timeout 30 unshare -Urn sh live.sh
-- stdout
it waits
130
