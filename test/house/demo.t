# SPDX-License-Identifier: BSD-2-Clause
# the stored capture and the named packets are what the generator makes
-- sh
"$O/example/mkcap" made.pcap && cmp made.pcap "$SRCDIR/example/demo.pcap"
"$O/example/mkcap" --hex | cmp - "$TESTDIR/packets"
====
# another reader finds every packet whole and every checksum right
-- skip-unless command -v tcpdump
-- sh
tcpdump -nvr "$SRCDIR/example/demo.pcap" 2>&1 >out.txt | grep -v 'reading from'
grep -cE '^[0-9]' out.txt
grep -iE 'bad|incorrect|wrong|truncated|\[\|' out.txt
grep -c 'correct\|sum ok' out.txt
-- stdout
23
14
====
# the demonstration shows packets, the packets of port 22, code and graph
-- sh
"$SRCDIR/script/demo" "$O" >out.txt 2>err.txt || { cat out.txt err.txt; exit 1; }
sed 's/^[0-9:.]* //' out.txt
-- stdout has
$ onebpf dump -n -r
ARP, Request who-has 192.0.2.1
IP 192.0.2.10.123 > 198.51.100.80.123
$ onebpf dump -n -r
IP 192.0.2.10.50001 > 192.0.2.22.22: Flags [S]
IP6 2001:db8::22.22 > 2001:db8::a.50022
$ onebpf filter -d port 22
(000) ldh      [12]
$ onebpf filter --show=graph port 22
[12:2] == 0x800
====
# as tcpdump: the same packets
-- skip-unless command -v tcpdump
-- sh
for filter in 'port 22' arp ip6 'udp or icmp' 'host 192.0.2.22 and not tcp' 'vlan and icmp'; do
	onebpf dump -n -r "$SRCDIR/example/demo.pcap" -w ours.pcap "$filter" 2>err.txt || cat err.txt
	tcpdump -Z root -n -r "$SRCDIR/example/demo.pcap" -w theirs.pcap "$filter" 2>/dev/null
	cmp ours.pcap theirs.pcap && echo "$filter: $(wc -c <ours.pcap)"
done
-- stdout
port 22: 1019
arp: 176
ip6: 689
udp or icmp: 500
host 192.0.2.22 and not tcp: 24
vlan and icmp: 118
====
# as tcpdump: the same lines
-- skip-unless command -v tcpdump
-- sh
for options in -n '-n -e' '-n -q -tttt' '-n -X -t' '-n -S -ttt'; do
	onebpf dump $options -r "$SRCDIR/example/demo.pcap" >ours.txt 2>/dev/null
	tcpdump $options -r "$SRCDIR/example/demo.pcap" >theirs.txt 2>/dev/null
	diff theirs.txt ours.txt && echo "$options: $(grep -c '^[^	]' ours.txt) packets"
done
-- stdout
-n: 23 packets
-n -e: 23 packets
-n -q -tttt: 23 packets
-n -X -t: 23 packets
-n -S -ttt: 23 packets
