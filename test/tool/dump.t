# SPDX-License-Identifier: BSD-2-Clause
# prints as tcpdump does, whatever the letters
-- skip-unless command -v tcpdump
-- sh
# What TCP and UDP carry is not printed yet.
onebpf dump -r "$SRCDIR/example/demo.pcap" -w few.pcap 2>/dev/null \
	'arp or icmp or ip and tcp and tcp[13] & 8 = 0 or vlan and not udp'
f=few.pcap
while read -r args; do
	# shellcheck disable=SC2086
	tcpdump -r "$f" $args >theirs.txt 2>theirs.err
	# shellcheck disable=SC2086
	onebpf dump -r "$f" $args >ours.txt 2>ours.err
	cmp -s ours.txt theirs.txt || { echo "differs: $args"; diff theirs.txt ours.txt | head -4; }
	cmp -s ours.err theirs.err || { echo "stderr: $args"; diff theirs.err ours.err; }
	echo "$args" >>tried
done <<'END'
-n
-nn
-n -v
-nvv
-nvvv
-ne
-nq
-nt
-ntt
-nttt
-ntttt
-nttttt
-nx
-nxx
-nX
-nXX
-nA
-nS
-n#
-n --number
-nK
-n --nano
-n --time-stamp-precision=nano -tt
-n --micro
-nb
-nu
-n -c 3
-n -c 2 tcp
-nl
-n -O port 22
-n -y EN10MB tcp
--count
--count icmp or arp
-n -s 64 --count
END
wc -l <tried
-- stdout
33
====
# lists the filter's code for the file it is for
-- skip-unless command -v tcpdump
-- sh
f=$SRCDIR/example/demo.pcap
for d in -d -dd -ddd; do
	tcpdump $d -r "$f" ip 2>theirs.err >theirs.txt
	onebpf dump $d -r "$f" ip 2>ours.err >ours.txt
	cmp ours.txt theirs.txt
	tcpdump $d -y RAW ip 2>theirs.err >theirs.txt
	onebpf dump $d -y RAW ip 2>ours.err >ours.txt
	cmp ours.txt theirs.txt
done
onebpf dump -d arp
-- stdout
(000) ldh      [12]
(001) jeq      #0x806           jt 2	jf 3
(002) ret      #262144
(003) ret      #0
-- stderr
Warning: assuming Ethernet
====
# ip broadcast in a file: no netmask is known, all ones and zeros count
-- skip-unless command -v tcpdump
-- sh
f=$SRCDIR/example/demo.pcap
tcpdump -d -r "$f" -O 'ip broadcast' >theirs.txt 2>/dev/null
onebpf dump -d -r "$f" -O 'ip broadcast' >ours.txt 2>/dev/null
cmp ours.txt theirs.txt
onebpf dump -r "$f" --count 'ip[16:4] = 0xffffffff or ip broadcast' 2>/dev/null
-- stdout
0 packets
====
# --skip counts packets that match, -c those after it
-- sh
f=$SRCDIR/example/demo.pcap
onebpf dump -nt -r "$f" 2>/dev/null tcp >all.txt
onebpf dump -nt -r "$f" --skip 2 -c 3 tcp 2>/dev/null >some.txt
sed -n 3,5p all.txt | sed 's/ack [0-9]*//' >want.txt
sed 's/ack [0-9]*//' some.txt | cut -d, -f1 >got.txt
cut -d, -f1 want.txt | cmp - got.txt
wc -l <got.txt
onebpf dump -r "$f" --skip 20 --count 2>/dev/null
onebpf dump -r "$f" --skip 99 --count 2>/dev/null
onebpf dump -r "$f" -c 1 --count 2>/dev/null
-- stdout
3
3 packets
0 packets
1 packet
====
# what is only counted is what is printed, wherever it begins and ends
-- sh
f=$SRCDIR/example/demo.pcap
cat "$f" >long.pcap
for i in $(seq 300); do tail -c +25 "$f"; done >>long.pcap
echo long.pcap >list
echo long.pcap >>list
for filter in '' 'tcp' 'len > 70' 'ip[0] = 0'; do
	n=$(onebpf dump -nt -r long.pcap $filter 2>/dev/null | wc -l)
	[ -z "$filter" ] || echo "$n of $filter"
	for skip in 0 1 777 100000; do
		for c in 1 333 100000; do
			left=$((n > skip ? n - skip : 0))
			got=$(onebpf dump -r long.pcap --skip $skip -c $c --count $filter 2>/dev/null)
			want=$((left < c ? left : c))
			[ "${got% packet*}" = $want ] || echo "$filter, $skip, $c: $got, not $want"
			got=$(onebpf dump -V list --skip $skip -c $c --count $filter 2>/dev/null)
			left=$((2 * n > skip ? 2 * n - skip : 0))
			want=$((left < c ? left : c))
			[ "${got% packet*}" = $want ] || echo "$filter, $skip, $c: list $got, not $want"
		done
	done
done
-- stdout
3612 of tcp
5719 of len > 70
0 of ip[0] = 0
====
# what it writes it reads again, and --print prints as well
-- sh
f=$SRCDIR/example/demo.pcap
onebpf dump -n -r "$f" >all.txt 2>/dev/null
onebpf dump -r "$f" -w copy.pcap 2>/dev/null
onebpf dump -n -r copy.pcap 2>/dev/null | cmp - all.txt
onebpf dump -n -r "$f" -w other.pcap -U --print 2>/dev/null | cmp - all.txt
cmp copy.pcap other.pcap
onebpf dump -r "$f" -w - 2>/dev/null | cmp - copy.pcap
onebpf dump -r - -w - <"$f" 2>/dev/null | onebpf dump -n -r - 2>/dev/null | cmp - all.txt
onebpf dump --nano -r "$f" -w nano.pcap 2>/dev/null
od -An -tx1 -N4 nano.pcap
onebpf dump -n --micro -r nano.pcap 2>/dev/null | cmp - all.txt
-- stdout
 4d 3c b2 a1
====
# -s cuts packets, and the file says so
-- sh
onebpf dump -r "$SRCDIR/example/demo.pcap" -s 20 -w cut.pcap 2>/dev/null
od -An -tu4 -j16 -N4 cut.pcap
od -An -tu4 -j32 -N4 cut.pcap
onebpf dump -n -r cut.pcap -c 1 2>&1 | head -1
-- stdout
         20
         20
reading from file cut.pcap, link-type EN10MB (Ethernet), snapshot length 20
====
# without -s nothing is cut, however long; -s 0 neither
-- sh
{
	printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\4\347\0\0\0'
	printf '\0\0\0\0\0\0\0\0\0\0\10\0\0\0\10\0'
	head -c 524288 /dev/zero
} >long.pcap
for args in '' '-s 0' '-c 1'; do
	# shellcheck disable=SC2086
	onebpf dump -r long.pcap $args -w out.pcap 2>/dev/null
	cmp long.pcap out.pcap
done
onebpf dump -r long.pcap -s 300000 -w out.pcap 2>/dev/null
wc -c <out.pcap
-- stdout
300040
====
# -V reads many files; the filter may come from a file
-- sh
f=$SRCDIR/example/demo.pcap
printf '%s\n\n%s\n' "$f" "$f" >list
printf 'udp\nor arp\n' >filter.txt
onebpf dump -V list --count 2>err.txt
grep -c 'reading from' err.txt
onebpf dump -V - --count -F filter.txt <list 2>/dev/null
onebpf dump -r "$f" --count udp or arp 2>/dev/null
onebpf dump -V list -c 30 --count 2>/dev/null
onebpf dump -V list -w both.pcap 2>/dev/null && onebpf dump -r both.pcap --count 2>/dev/null
-- stdout
46 packets
2
10 packets
5 packets
30 packets
46 packets
====
# packed captures, from a file and through a pipe
-- skip-unless command -v gzip
-- sh
gzip -c "$SRCDIR/example/demo.pcap" >demo.gz
onebpf dump -r demo.gz --count 2>/dev/null
onebpf dump -r - --count tcp <demo.gz 2>/dev/null
onebpf dump -r "$SRCDIR/example/demo.pcap" --count tcp 2>/dev/null
-- stdout
23 packets
12 packets
12 packets
====
# pcapng with two link types: the filter is compiled for each
-- sh
# section; interface 0: Ethernet; 1: raw IP; one packet of UDP on each; ARP on 0
{
	printf '\n\r\r\n\034\0\0\0\115\074\053\032\1\0\0\0\377\377\377\377\377\377\377\377\034\0\0\0'
	printf '\1\0\0\0\024\0\0\0\1\0\0\0\0\0\4\0\024\0\0\0'
	printf '\1\0\0\0\024\0\0\0\145\0\0\0\0\0\4\0\024\0\0\0'
	printf '\6\0\0\0\114\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\052\0\0\0\052\0\0\0'
	printf '\2\0\0\0\0\1\2\0\0\0\0\2\10\0'
	printf '\105\0\0\034\0\1\0\0\100\21\0\0\1\1\1\1\2\2\2\2\0\1\0\2\0\10\0\0\0\0\114\0\0\0'
	printf '\6\0\0\0\074\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\034\0\0\0\034\0\0\0'
	printf '\105\0\0\034\0\1\0\0\100\21\0\0\3\3\3\3\4\4\4\4\0\1\0\2\0\10\0\0\074\0\0\0'
} >two.pcapng
onebpf dump -ntr two.pcapng udp 2>/dev/null
onebpf dump -r two.pcapng --count src 3.3.3.3 2>/dev/null
# This can match no packet of the second type.
onebpf dump -r two.pcapng --count 'ip and ip[0] & 0xf0 = 0x60' 2>/dev/null; echo $?
onebpf dump -r two.pcapng --count ether host 2:0:0:0:0:1; echo $?
onebpf dump -r two.pcapng -w out.pcap; echo $?
onebpf dump -r out.pcap --count 2>/dev/null
onebpf dump -L -r two.pcapng
-- stdout
IP 1.1.1.1.1 > 2.2.2.2.2: UDP, length 0
IP 3.3.3.3.1 > 4.4.4.4.2: UDP, length 0
1 packet
0 packets
0
1 packet
2
2
1 packet
Data link types of two.pcapng:
  EN10MB (Ethernet)
  RAW (Raw IP)
-- stderr has
for the packets with link type RAW (Raw IP) in this file
packet 2 has link type 101 (RAW)
====
# -T: what is carried, whatever the ports; a type UDP does not carry changes nothing there
-- sh
# UDP 1111 to 2222 with a question for a.b, then TCP with a command of Redis
{
	printf '\324\303\262\241\002\0\004\0\0\0\0\0\0\0\0\0\0\0\004\0\145\0\0\0'
	printf '\0\0\0\0\0\0\0\0\061\0\0\0\061\0\0\0'
	printf '\105\0\0\061\0\0\0\0\100\021\0\0\300\0\002\001\300\0\002\002\004\127\010\256\0\035\0\0'
	printf '\022\064\001\0\0\001\0\0\0\0\0\0\001a\001b\0\0\001\0\001'
	printf '\0\0\0\0\0\0\0\0\066\0\0\0\066\0\0\0'
	printf '\105\0\0\066\0\0\0\0\100\006\0\0\300\0\002\001\300\0\002\002'
	printf '\004\127\010\256\0\0\0\001\0\0\0\0\120\010\0\144\0\0\0\0*1\r\n$4\r\nPING\r\n'
} >two.pcap
for type in domain resp DOMAIN tftp; do onebpf dump -nt -r two.pcap -T $type 2>/dev/null; done
onebpf dump -r two.pcap -T rtp || echo $?
-- stdout
IP 192.0.2.1.1111 > 192.0.2.2.2222: 4660+ A? a.b. (21)
IP 192.0.2.1.1111 > 192.0.2.2.2222: Flags [P], seq 1:15, win 100, length 14 [prefix length(10801) != length(12)] (invalid)
IP 192.0.2.1.1111 > 192.0.2.2.2222: UDP, length 21
IP 192.0.2.1.1111 > 192.0.2.2.2222: Flags [P], seq 1:15, win 100, length 14: RESP "PING"
IP 192.0.2.1.1111 > 192.0.2.2.2222: 4660+ A? a.b. (21)
IP 192.0.2.1.1111 > 192.0.2.2.2222: Flags [P], seq 1:15, win 100, length 14 [prefix length(10801) != length(12)] (invalid)
IP 192.0.2.1.1111 > 192.0.2.2.2222: TFTP, length 21, tftp-#4660
IP 192.0.2.1.1111 > 192.0.2.2.2222: Flags [P], seq 1:15, win 100, length 14
2
-- stderr
onebpf dump: option -T does not know "rtp"
hint: one of: aodv, carp, domain, ptp, radius, resp, snmp, someip, tftp, vxlan
