# SPDX-License-Identifier: BSD-2-Clause
# -n: numbers; sequence numbers count from the connection's first
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -c 12 2>/dev/null
-- stdout
22:13:20.000250 ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
22:13:20.000500 ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46
22:13:20.001700 IP 192.0.2.10.40123 > 192.0.2.1.53: 7982+ A? example.com. (29)
22:13:20.020000 IP 192.0.2.1.53 > 192.0.2.10.40123: 7982 1/0/0 A 198.51.100.80 (45)
22:13:20.020430 IP 192.0.2.10.50001 > 192.0.2.22.22: Flags [S], seq 1000, win 64240, options [mss 1460,sackOK,TS val 20 ecr 0,nop,wscale 7], length 0
22:13:20.020860 IP 192.0.2.22.22 > 192.0.2.10.50001: Flags [S.], seq 9000, ack 1001, win 64240, options [mss 1460,sackOK,TS val 20 ecr 19,nop,wscale 7], length 0
22:13:20.021290 IP 192.0.2.10.50001 > 192.0.2.22.22: Flags [.], ack 1, win 502, options [nop,nop,TS val 20 ecr 19], length 0
22:13:20.021720 IP 192.0.2.22.22 > 192.0.2.10.50001: Flags [P.], seq 1:22, ack 1, win 502, options [nop,nop,TS val 21 ecr 20], length 21: SSH: SSH-2.0-OpenSSH_9.2
22:13:20.022150 IP 192.0.2.10.50001 > 192.0.2.22.22: Flags [P.], seq 1:22, ack 22, win 502, options [nop,nop,TS val 21 ecr 20], length 21: SSH: SSH-2.0-OpenSSH_9.6
22:13:20.022580 IP 192.0.2.10.50001 > 192.0.2.22.22: Flags [F.], seq 22, ack 22, win 502, options [nop,nop,TS val 22 ecr 21], length 0
22:13:20.023010 IP 192.0.2.10.50080 > 198.51.100.80.80: Flags [P.], seq 2001:2051, ack 3001, win 502, options [nop,nop,TS val 22 ecr 21], length 50: HTTP: GET / HTTP/1.1
22:13:20.023440 IP 198.51.100.80.80 > 192.0.2.10.50080: Flags [P.], seq 1:71, ack 50, win 502, options [nop,nop,TS val 23 ecr 22], length 70: HTTP: HTTP/1.1 200 OK
====
# -S leaves sequence numbers as they are
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -S -t -c 7 'tcp port 22 and ip' 2>/dev/null
-- stdout
IP 192.0.2.10.50001 > 192.0.2.22.22: Flags [S], seq 1000, win 64240, options [mss 1460,sackOK,TS val 20 ecr 0,nop,wscale 7], length 0
IP 192.0.2.22.22 > 192.0.2.10.50001: Flags [S.], seq 9000, ack 1001, win 64240, options [mss 1460,sackOK,TS val 20 ecr 19,nop,wscale 7], length 0
IP 192.0.2.10.50001 > 192.0.2.22.22: Flags [.], ack 9001, win 502, options [nop,nop,TS val 20 ecr 19], length 0
IP 192.0.2.22.22 > 192.0.2.10.50001: Flags [P.], seq 9001:9022, ack 1001, win 502, options [nop,nop,TS val 21 ecr 20], length 21: SSH: SSH-2.0-OpenSSH_9.2
IP 192.0.2.10.50001 > 192.0.2.22.22: Flags [P.], seq 1001:1022, ack 9022, win 502, options [nop,nop,TS val 21 ecr 20], length 21: SSH: SSH-2.0-OpenSSH_9.6
IP 192.0.2.10.50001 > 192.0.2.22.22: Flags [F.], seq 1022, ack 9022, win 502, options [nop,nop,TS val 22 ecr 21], length 0
====
# -v adds the headers' fields and checks the sums
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -v -t -c 4 2>/dev/null
-- stdout
ARP, Ethernet (len 6), IPv4 (len 4), Request who-has 192.0.2.1 tell 192.0.2.10, length 46
ARP, Ethernet (len 6), IPv4 (len 4), Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46
IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 57)
    192.0.2.10.40123 > 192.0.2.1.53: 7982+ A? example.com. (29)
IP (tos 0x0, ttl 64, id 2, offset 0, flags [DF], proto UDP (17), length 73)
    192.0.2.1.53 > 192.0.2.10.40123: 7982 1/0/0 example.com. A 198.51.100.80 (45)
====
# -v for IPv6
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -vv -t -c 2 ip6 2>/dev/null
-- stdout
IP6 (hlim 64, next-header TCP (6) payload length: 40) 2001:db8::a.50022 > 2001:db8::22.22: Flags [S], cksum 0x1a56 (correct), seq 5000, win 64240, options [mss 1460,sackOK,TS val 23 ecr 0,nop,wscale 7], length 0
IP6 (hlim 64, next-header TCP (6) payload length: 40) 2001:db8::22.22 > 2001:db8::a.50022: Flags [S.], cksum 0xfed6 (correct), seq 7000, ack 5001, win 64240, options [mss 1460,sackOK,TS val 23 ecr 22,nop,wscale 7], length 0
====
# -e adds the link header
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -e -t -c 3 2>/dev/null
-- stdout
02:00:00:00:00:0a > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 60: Request who-has 192.0.2.1 tell 192.0.2.10, length 46
02:00:00:00:00:01 > 02:00:00:00:00:0a, ethertype ARP (0x0806), length 60: Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46
02:00:00:00:00:0a > 02:00:00:00:00:01, ethertype IPv4 (0x0800), length 71: 192.0.2.10.40123 > 192.0.2.1.53: 7982+ A? example.com. (29)
====
# -q says less
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -q -t 2>/dev/null
-- stdout
ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46
IP 192.0.2.10.40123 > 192.0.2.1.53: UDP, length 29
IP 192.0.2.1.53 > 192.0.2.10.40123: UDP, length 45
IP 192.0.2.10.50001 > 192.0.2.22.22: tcp 0
IP 192.0.2.22.22 > 192.0.2.10.50001: tcp 0
IP 192.0.2.10.50001 > 192.0.2.22.22: tcp 0
IP 192.0.2.22.22 > 192.0.2.10.50001: tcp 21
IP 192.0.2.10.50001 > 192.0.2.22.22: tcp 21
IP 192.0.2.10.50001 > 192.0.2.22.22: tcp 0
IP 192.0.2.10.50080 > 198.51.100.80.80: tcp 50
IP 198.51.100.80.80 > 192.0.2.10.50080: tcp 70
IP6 2001:db8::a.50022 > 2001:db8::22.22: tcp 0
IP6 2001:db8::22.22 > 2001:db8::a.50022: tcp 0
IP6 2001:db8::a.50022 > 2001:db8::22.22: tcp 0
IP6 2001:db8::22.22 > 2001:db8::a.50022: tcp 21
IP 192.0.2.10 > 192.0.2.1: ICMP echo request, id 2570, seq 1, length 40
IP 192.0.2.1 > 192.0.2.10: ICMP echo reply, id 2570, seq 1, length 40
IP6 2001:db8::a > 2001:db8::1: ICMP6, echo request, id 2570, seq 1, length 40
IP6 2001:db8::1 > 2001:db8::a: ICMP6, echo reply, id 2570, seq 1, length 40
IP 192.0.2.10 > 192.0.2.1: ICMP echo request, id 2570, seq 7, length 40
IP 192.0.2.10.5060 > 192.0.2.22.22: UDP, length 30
IP 192.0.2.10.123 > 198.51.100.80.123: UDP, length 48
====
# -tt counts from 1970, -ttt from the packet before, -ttttt from the first
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -q -tt -c 3 2>/dev/null
-- stdout
1700000000.000250 ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
1700000000.000500 ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46
1700000000.001700 IP 192.0.2.10.40123 > 192.0.2.1.53: UDP, length 29
====
# -ttt
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -q -ttt -c 3 2>/dev/null
-- stdout
 00:00:00.000000 ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
 00:00:00.000250 ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46
 00:00:00.001200 IP 192.0.2.10.40123 > 192.0.2.1.53: UDP, length 29
====
# -tttt has the date
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -q -tttt -c 1 2>/dev/null
-- stdout
2023-11-14 22:13:20.000250 ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
====
# -ttttt
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -q -ttttt -c 3 2>/dev/null
-- stdout
 00:00:00.000000 ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
 00:00:00.000250 ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46
 00:00:00.001450 IP 192.0.2.10.40123 > 192.0.2.1.53: UDP, length 29
====
# -# numbers the packets
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -q -t --number -c 2 arp 2>/dev/null
-- stdout
    1  ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
    2  ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46
====
# -x: bytes behind the link header
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -q -t -x -c 1 2>/dev/null
-- stdout
ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
	0x0000:  0001 0800 0604 0001 0200 0000 000a c000
	0x0010:  020a 0000 0000 0000 c000 0201 0000 0000
	0x0020:  0000 0000 0000 0000 0000 0000 0000
====
# -XX: all bytes, and as characters
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -q -t -XX -c 1 icmp 2>/dev/null
-- stdout
IP 192.0.2.10 > 192.0.2.1: ICMP echo request, id 2570, seq 1, length 40
	0x0000:  0200 0000 0001 0200 0000 000a 0800 4500  ..............E.
	0x0010:  003c 000b 4000 4001 b6aa c000 020a c000  .<..@.@.........
	0x0020:  0201 0800 4351 0a0a 0001 6162 6364 6566  ....CQ....abcdef
	0x0030:  6768 696a 6b6c 6d6e 6f70 7172 7374 7576  ghijklmnopqrstuv
	0x0040:  7761 6263 6465 6667 6869                 wabcdefghi
====
# -A: as characters
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -n -q -t -A -c 1 'tcp port 80' 2>/dev/null
-- stdout
IP 192.0.2.10.50080 > 198.51.100.80.80: tcp 50
E..f.	@.@.M....
.3dP...P.............	.....
........GET / HTTP/1.1
Host: example.com
Accept: */*


====
# every packet of the example, as tcpdump prints it
-- skip-unless tcpdump --version 2>&1 | grep -q 'tcpdump version 4.99.3'
-- sh
for o in -n -ne -nq -nS -nx -nxx -nX -nXX -nA -nAA -nt -ntt -nttt -ntttt -nttttt '-n#' -nK; do
	tcpdump $o -r $SRCDIR/example/demo.pcap >theirs 2>/dev/null
	onebpf dump $o -r $SRCDIR/example/demo.pcap >ours 2>/dev/null
	cmp theirs ours || echo differs: $o
done
-- stdout
