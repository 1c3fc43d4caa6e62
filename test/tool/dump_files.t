# SPDX-License-Identifier: BSD-2-Clause
# -C, -G, -W: every combination, with and without a time in the name
-- file mk
# mk TIME...: a packet of 484 bytes at each, 500 bytes in the file
byte() { printf "\\$(printf %03o $(($1 & 255)))"; }
word() { byte $1; byte $(($1 >> 8)); byte $(($1 >> 16)); byte $(($1 >> 24)); }
printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0'
for t; do word $t; word 0; word 484; word 484; head -c 484 /dev/zero; done
-- sh
sh mk 100 100 100 105 105 105 105 110 119 120 121 >in.pcap
try() {
	echo "$*"
	rm -rf d; mkdir d
	(cd d; onebpf dump -r ../in.pcap "$@" 2>&1 | grep -v reading)
	for f in d/*; do
		set -- $(onebpf dump -r $f -tt -q 2>&1 | cut -d. -f1 | grep '^1..$')
		echo "  ${f#d/}: $*"
	done
}
try -w f -C 1K
try -w f%s -C 1K
try -w f -C 1K -W 3
try -w f%s -C 1K -W 11
try -w f -C 1K -W 1
try -w f%s -G 10
try -w f -G 10
try -w f%s -G 10 -W 2
try -w f -G 10 -W 2
try -w f%s -C 1K -G 10
try -w f -C 1K -G 10
try -w f%s -C 1K -G 10 -W 2
try -w f -C 1K -G 10 -W 2
-- stdout
-w f -C 1K
  f: 100 100 100
  f1: 105 105 105
  f2: 105 110 119
  f3: 120 121
-w f%s -C 1K
  f%s: 100 100 100
  f%s1: 105 105 105
  f%s2: 105 110 119
  f%s3: 120 121
-w f -C 1K -W 3
  f0: 120 121
  f1: 105 105 105
  f2: 105 110 119
-w f%s -C 1K -W 11
  f%s00: 100 100 100
  f%s01: 105 105 105
  f%s02: 105 110 119
  f%s03: 120 121
-w f -C 1K -W 1
  f: 120 121
-w f%s -G 10
  f100: 100 100 100 105 105 105 105
  f110: 110 119
  f120: 120 121
-w f -G 10
onebpf dump: each file of -G replaces the one before: f has no time in it, as %F-%T
  f: 120 121
-w f%s -G 10 -W 2
Maximum file limit reached: 2
  f100: 100 100 100 105 105 105 105
  f110: 110 119
-w f -G 10 -W 2
onebpf dump: each file of -G replaces the one before: f has no time in it, as %F-%T
Maximum file limit reached: 2
  f: 110 119
-w f%s -C 1K -G 10
  f100: 100 100 100
  f1001: 105 105 105
  f1002: 105
  f110: 110 119
  f120: 120 121
-w f -C 1K -G 10
onebpf dump: each file of -G replaces the one before: f has no time in it, as %F-%T
  f: 120 121
  f1: 105 105 105
  f2: 105
-w f%s -C 1K -G 10 -W 2
  f1000: 105
  f1001: 105 105 105
  f1100: 110 119
  f1200: 120 121
-w f -C 1K -G 10 -W 2
onebpf dump: each file of -G replaces the one before: f has no time in it, as %F-%T
  f0: 120 121
  f1: 105 105 105
====
# -C and -W as tcpdump: the same names and the same bytes
-- skip-unless command -v tcpdump
-- sh
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
	tail -c +25 $SRCDIR/example/demo.pcap
done >part
(head -c 24 $SRCDIR/example/demo.pcap; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	cat part part part part part part
done) >in.pcap
for args in '-C 1' '-C 1 -W 1' '-C 1 -W 2' '-C 1 -W 11' '-C 1 -G 86400' '-C 1 -G 86400 -W 2'; do
	rm -rf ours theirs
	mkdir ours theirs
	onebpf dump -r in.pcap -w ours/f $args 2>err || cat err
	tcpdump -r in.pcap -Z "$(id -un)" -w theirs/f $args 2>err || cat err
	diff -r ours theirs && ls ours | tr '\n' ' ' && echo "$args"
done
-- stdout
f f1 f2 -C 1
f -C 1 -W 1
f0 f1 -C 1 -W 2
f00 f01 f02 -C 1 -W 11
f f1 f2 -C 1 -G 86400
f0 f1 -C 1 -G 86400 -W 2
====
# rotated pcapng: each file has the interfaces and comments
-- sh
onebpf dump -r $SRCDIR/example/demo.pcap -w in.pcapng --nano 2>/dev/null
onebpf dump -r in.pcapng -w f.pcapng -C 1K --comment 'why this is kept' --pcapng 2>/dev/null
for f in f.pcapng*; do
	grep -c 'why this is kept' $f
	onebpf dump --count -r $f 2>/dev/null
done
-- stdout
1
9 packets
1
7 packets
1
7 packets
====
# what is asked of no file is refused
-- sh
cp $SRCDIR/example/demo.pcap in
for args in '-C 1' '-w f -W 1' '-w f -z ls' '-w - -G 1' '-w f -C 1x' '-w f -C 0' '-w f -C K' \
	'-w f -C 99999999999999G' '--pcapng' '-w f.pcap --comment x' '-w no/f -C 1' '-w . -C 1K'; do
	onebpf dump -r in $args || ls
done
-- stdout
in
in
in
in
in
in
in
in
in
in
in
in
-- stderr has
option -C needs -w FILE
option -W needs -C or -G
option -z needs -C or -G
option -G needs files with names, not -w -
option -C needs a size, not "1x"
hint: as 10 (millions of bytes), 500K, 10M, 2G
option -C needs a size, not "0"
option -C needs a size, not "K"
option -C needs a size, not "99999999999999G"
option --pcapng needs -w FILE
option --comment needs a pcapng file
hint: --pcapng, or a name that ends with .pcapng
no/f: cannot create: No such file or directory
.: cannot create: Is a directory
====
# -z: a command for each complete file, the last one too; failures are told
-- skip-unless command -v gzip
-- file pack
#!/bin/sh
[ "$1" = f2 ] && exit 3
[ "$1" = f1 ] && kill -9 $$
echo "$# $1$(cat)" >>log
-- sh
chmod +x pack
for i in 1 2 3 4 5; do tail -c +25 $SRCDIR/example/demo.pcap; done >part
(head -c 24 $SRCDIR/example/demo.pcap; cat part part) >in.pcap
onebpf dump -r in.pcap -C 7K -w f -z ./pack 2>err; echo $?
sort err
sort log
onebpf dump -r in.pcap -C 7K -w g -z gzip; echo $?
for f in g*; do onebpf dump -r $f --count; done
ls f* g* | tr '\n' ' '
onebpf dump -r in.pcap -C 7K -w h -z ./missing; echo $?
-- stdout
2
onebpf dump: ./pack failed with status 3
onebpf dump: ./pack has failed
onebpf dump: ./pack was killed by signal 9 (Killed)
reading from file in.pcap, link-type EN10MB (Ethernet), snapshot length 262144
1 f
1 f3
0
72 packets
72 packets
72 packets
14 packets
f f1 f2 f3 g.gz g1.gz g2.gz g3.gz 2
-- stderr has
onebpf dump: cannot run ./missing h: No such file or directory
onebpf dump: ./missing has failed
====
# a live capture as pcapng: name, filter and statistics of the interface
-- skip-unless unshare -Urn ip link set lo up && command -v bash capinfos
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link set lo up
onebpf dump -i lo -c 2 -w out.pcapng --nano --comment 'from a test' udp port 9 2>err &
until grep -q listening err; do sleep 0.05; done
for p in 7 9 9; do echo hello >/dev/udp/127.0.0.1/$p; done
wait $!; echo $?
capinfos out.pcapng | grep -E '(Capture comment|Name|Filter string|Time ticks per second|stat entries|Number of packets) ?[=:]' |
	sed 's/  */ /g'
od -An -v -tx1 out.pcapng | tr -d ' \n' | grep -o '0600080002000000000000000700080000000000000000000800080002000000' | tail -1
END
unshare -Urn bash live.sh
-- stdout
0
Number of packets: 2
Capture comment: from a test
 Name = lo
 Time ticks per second = 1000000000
 Filter string = udp port 9
 Number of stat entries = 1
 Number of packets = 2
0600080002000000000000000700080000000000000000000800080002000000
