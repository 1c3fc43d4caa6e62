# SPDX-License-Identifier: BSD-2-Clause
# gzip, zstd and standard input give what the plain file gives
-- skip-unless command -v gzip zstd
-- sh
cp $SRCDIR/example/demo.pcap plain
onebpf dump -n -r plain >want 2>err && [ -s want ] || exit 1
gzip -k plain && zstd -q plain
for f in plain.gz plain.zst; do
	onebpf dump -n -r $f 2>err | cmp - want && echo $f
	onebpf dump -n -r - <$f 2>err | cmp - want && echo "$f as input"
	cat $f | onebpf dump -n -r - 2>err | cmp - want && echo "$f through a pipe"
done
(head -c 1000 plain | gzip; tail -c +1001 plain | gzip) >two.gz
onebpf dump -n -r two.gz 2>err | cmp - want && echo two members
-- stdout
plain.gz
plain.gz as input
plain.gz through a pipe
plain.zst
plain.zst as input
plain.zst through a pipe
two members
====
# a cut file gives the packets before, then the byte offset and status 2
-- sh
head -c 1000 $SRCDIR/example/demo.pcap >cut.pcap
onebpf dump -n -t -r cut.pcap >lines; echo $?
wc -l <lines
onebpf dump -r cut.pcap -w out.pcap 2>err; echo $?
onebpf dump --count -r out.pcap 2>err; echo $?
-- stdout
2
10
2
10 packets
0
-- stderr
reading from file cut.pcap, link-type EN10MB (Ethernet), snapshot length 262144
onebpf dump: cut.pcap: byte 916: the file ends early: a packet of 132 bytes has only 84
====
# a cut gzip file gives the packets before, then an error
-- skip-unless command -v gzip
-- sh
for i in 1 2 3 4 5 6 7 8 9 10; do tail -c +25 $SRCDIR/example/demo.pcap; done >packets
(head -c 24 $SRCDIR/example/demo.pcap; cat packets) | gzip | head -c -9 >cut.gz
onebpf dump --count -r cut.gz; echo $?
-- stdout
230 packets
2
-- stderr has
cut.gz: byte 23154: the gzip data ends early
====
# pcapng: interfaces of two link types, a filter for each; then a bad length
-- sh
printf '\n\r\r\n\034\0\0\0\115\074\053\032\1\0\0\0\377\377\377\377\377\377\377\377\034\0\0\0' >f
printf '\1\0\0\0\024\0\0\0\1\0\0\0\0\0\0\0\024\0\0\0' >>f
printf '\1\0\0\0\024\0\0\0\145\0\0\0\0\0\0\0\024\0\0\0' >>f
ip='\105\0\0\034\0\0\0\0\100\021\0\0\300\0\2\1\300\0\2\2\0\065\0\065\0\010\0\0'
printf '\6\0\0\0\074\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\034\0\0\0\034\0\0\0'"$ip"'\074\0\0\0' >>f
printf '\6\0\0\0\114\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\052\0\0\0\052\0\0\0' >>f
printf '\2\0\0\0\0\2\2\0\0\0\0\1\010\0'"$ip"'\0\0\114\0\0\0' >>f
printf '\6\0\0\0\015\0\0\0' >>f
onebpf dump -n -t -r f udp port 53; echo $?
onebpf dump --count -r f ip; echo $?
-- stdout
IP 192.0.2.1.53 > 192.0.2.2.53: domain [length 0 < 12] (invalid)
IP 192.0.2.1.53 > 192.0.2.2.53: domain [length 0 < 12] (invalid)
2
2 packets
2
-- stderr has
f: byte 204: the file ends early: a block of 12 bytes has only 8
====
# what is not a capture is told as what it is, and an output is not touched
-- sh
cp $SRCDIR/example/demo.pcap keep
: >empty
echo hello, world >text
for f in empty text nosuch .; do onebpf dump -r $f -w keep; echo $?; done
cmp keep $SRCDIR/example/demo.pcap && echo kept
-- stdout
2
2
2
2
kept
-- stderr
onebpf dump: empty: byte 0: the file is empty
onebpf dump: text: byte 0: not a pcap or pcapng file: begins with 68 65 6c 6c
onebpf dump: nosuch: cannot open: No such file or directory
onebpf dump: .: cannot read: Is a directory
====
# a file is not written onto itself
-- sh
cp $SRCDIR/example/demo.pcap f
ln f g
onebpf dump -r f -w g; echo $?
cmp f $SRCDIR/example/demo.pcap && echo kept
-- stdout
2
kept
-- stderr has
onebpf dump: g: is being read: the output would overwrite its own input
====
# a full disk: the file ends with a whole packet
-- sh
(head -c 24 $SRCDIR/example/demo.pcap
for i in 1 2 3 4 5 6 7 8 9; do tail -c +25 $SRCDIR/example/demo.pcap; done) >f
(ulimit -f 20; onebpf dump -r f -w out; echo $?)
onebpf dump --count -r out 2>err; echo $?
-- stdout has
2
 packets
0
-- stderr has
onebpf dump: out: cannot write: File too large
note: the file is valid and holds
====
# a closed pipe is not worth a message
-- sh
(head -c 24 $SRCDIR/example/demo.pcap
for i in 1 2 3 4 5 6 7 8 9; do
	for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do tail -c +25 $SRCDIR/example/demo.pcap; done
done) >f
onebpf dump -r f -w - 2>err | head -c 24 | wc -c
grep -v 'reading from' err
true
-- stdout
24
====
# what tcpdump writes from the same file is the same file
-- skip-unless command -v tcpdump
-- sh
for args in '' '-c 7' 'udp or arp'; do
	tcpdump -r $SRCDIR/example/demo.pcap -w theirs $args 2>err
	onebpf dump -r $SRCDIR/example/demo.pcap -w ours $args 2>err
	cmp ours theirs && echo "same: $args"
done
onebpf dump -r ours -w - 2>err | cmp - ours && echo copied
-- stdout
same: 
same: -c 7
same: udp or arp
copied
====
# pcapng: what capinfos and tshark read is what tcpdump reads from pcap
-- skip-unless command -v tshark capinfos
-- sh
in=$SRCDIR/example/demo.pcap
onebpf dump -r $in -w a.pcapng --comment 'made for a test' --comment 'ünïcode' 2>err || cat err
onebpf dump -r $in -w b --pcapng --nano -s 60 2>err || cat err
onebpf dump -r a.pcapng -w c.ntar 2>err || cat err
onebpf dump -r a.pcapng -w d.pcap 2>err || cat err
cmp $in d.pcap
for f in a.pcapng b c.ntar; do
	capinfos $f | grep -E '^(Number|Capture [ac]|File type)|(Encaps|length|per second)' | sed 's/^/'$f': /'
done
for f in $in a.pcapng c.ntar; do
	tshark -r $f -T fields -e frame.time_epoch -e frame.len -e frame.cap_len -e frame.protocols \
		2>/dev/null | md5sum
done | uniq | wc -l
-- stdout
a.pcapng: File type:           Wireshark/... - pcapng
a.pcapng: Number of packets:   23
a.pcapng: Capture application: onebpf 0.1.0
a.pcapng: Capture comment:     made for a test
a.pcapng: Capture comment:     ünïcode
a.pcapng: Number of interfaces in file: 1
a.pcapng:                      Encapsulation = Ethernet (1 - ether)
a.pcapng:                      Capture length = 262144
a.pcapng:                      Time ticks per second = 1000000
b: File type:           Wireshark/... - pcapng
b: Number of packets:   23
b: Capture application: onebpf 0.1.0
b: Number of interfaces in file: 1
b:                      Encapsulation = Ethernet (1 - ether)
b:                      Capture length = 60
b:                      Time ticks per second = 1000000000
c.ntar: File type:           Wireshark/... - pcapng
c.ntar: Number of packets:   23
c.ntar: Capture application: onebpf 0.1.0
c.ntar: Capture comment:     made for a test
c.ntar: Capture comment:     ünïcode
c.ntar: Number of interfaces in file: 1
c.ntar:                      Encapsulation = Ethernet (1 - ether)
c.ntar:                      Capture length = 262144
c.ntar:                      Time ticks per second = 1000000
1
====
# a pcapng file of several interfaces, filtered, keeps what it says of them
-- skip-unless command -v capinfos mergecap editcap
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -w eth.pcapng 2>err || cat err
onebpf dump -r eth.pcapng -w raw.pcapng --nano -y RAW -c 3 2>err || cat err
mergecap -I none -w both.pcapng eth.pcapng raw.pcapng
editcap -a 9:'look here' both.pcapng in.pcapng
onebpf dump -r in.pcapng -w out.pcapng 'len > 60' 2>err || cat err
onebpf dump --count -r in.pcapng 'len > 60' 2>err || cat err
capinfos -I -c out.pcapng | grep -e Number -e Encap -e 'per second'
tshark -r out.pcapng -T fields -e frame.comment 2>/dev/null | grep look
-- stdout
22 packets
Number of packets:   22
Number of interfaces in file: 2
                     Encapsulation = Ethernet (1 - ether)
                     Time ticks per second = 1000000
                     Number of stat entries = 0
                     Number of packets = 21
                     Encapsulation = Raw IP (7 - rawip)
                     Time ticks per second = 1000000000
                     Number of stat entries = 0
                     Number of packets = 1
look here
