# SPDX-License-Identifier: BSD-2-Clause
# files that are none: one error, exit status 2, nothing on standard output
-- sh
mkdir dir
: >empty
echo 'this is a letter, not a capture' >letter
head -c 10 "$SRCDIR/example/demo.pcap" >short
for f in missing dir empty letter short; do
	onebpf dump -r $f --count; echo $?
done
onebpf dump -V missing; echo $?
onebpf dump -V empty; echo $?
onebpf dump -r "$SRCDIR/example/demo.pcap" -F missing; echo $?
onebpf dump -r "$SRCDIR/example/demo.pcap" -w missing/out.pcap; echo $?
-- stdout
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
onebpf dump: missing: cannot open: No such file or directory
onebpf dump: dir
onebpf dump: empty: byte 0
onebpf dump: letter: byte 0: not a pcap
onebpf dump: short
onebpf dump: missing: cannot open: No such file or directory
onebpf dump: empty: names no file to read
onebpf dump: missing: cannot open: No such file or directory
onebpf dump: missing/out.pcap
====
# all packets before the damage, then the byte; what was written is valid
-- sh
f=$SRCDIR/example/demo.pcap
head -c 700 "$f" >cut.pcap
onebpf dump -n -r "$f" 2>/dev/null >all.txt
onebpf dump -n -r cut.pcap >got.txt; echo $?
n=$(wc -l <got.txt)
[ "$n" -gt 3 ] && head -n "$n" all.txt | cmp - got.txt
onebpf dump -r cut.pcap -w out.pcap; echo $?
[ "$(onebpf dump -r out.pcap --count 2>/dev/null)" = "$n packets" ] || echo "not $n"
[ "$(onebpf dump -r cut.pcap --count 2>/dev/null)" = "$n packets" ] || echo "not $n"
-- stdout
2
2
-- stderr has
reading from file cut.pcap
onebpf dump: cut.pcap: byte
the file ends early
====
# a packet that claims to be huge
-- sh
head -c 24 "$SRCDIR/example/demo.pcap" >huge.pcap
printf '\1\0\0\0\0\0\0\0\377\377\377\177\377\377\377\177' >>huge.pcap
onebpf dump -n -r huge.pcap
-- status 2
-- stderr has
onebpf dump: huge.pcap: byte 24
====
# a full disk: the error, exit status 2
-- skip-unless test -w /dev/full
-- sh
onebpf dump -n -r "$SRCDIR/example/demo.pcap" >/dev/full; echo $?
onebpf dump -r "$SRCDIR/example/demo.pcap" -w - >/dev/full; echo $?
onebpf dump -r "$SRCDIR/example/demo.pcap" -w /dev/full; echo $?
onebpf dump -r "$SRCDIR/example/demo.pcap" --count >/dev/full; echo $?
-- stdout
2
2
2
2
-- stderr has
cannot write to standard output: No space left on device
No space left on device
/dev/full: cannot write: No space left on device
cannot write to standard output: No space left on device
====
# a disk that fills up: whole packets only, and readable
-- sh
(ulimit -f 1; trap '' XFSZ; onebpf dump -r "$SRCDIR/example/demo.pcap" -w out.pcap); echo $?
onebpf dump -r out.pcap --count 2>/dev/null
-- stdout has
2
packets
-- stderr has
File too large
the file is valid and holds
====
# the output is not the input
-- sh
cp "$SRCDIR/example/demo.pcap" same.pcap
onebpf dump -r same.pcap -w same.pcap; echo $?
cmp same.pcap "$SRCDIR/example/demo.pcap"
-- stdout
2
-- stderr has
same.pcap
====
# a standard stream that is closed: an error, and no other file takes its place
-- sh
f=$SRCDIR/example/demo.pcap
onebpf dump -n -r "$f" -w out.pcap --print >&- 2>err.txt; echo $?
grep -c 'cannot write to standard output: Bad file descriptor' err.txt
onebpf dump -r "$f" -w whole.pcap >&- 2>&- <&-; echo $?
cmp whole.pcap "$f"
onebpf dump -r - --count <&- 2>/dev/null; echo $?
-- stdout
2
1
0
2
====
# a closed pipe ends it silently
-- skip-unless command -v bash
-- sh
i=0
while [ $i -lt 400 ]; do echo "$SRCDIR/example/demo.pcap"; i=$((i + 1)); done >list
bash -c 'onebpf dump -n -V list 2>err.txt | head -1 >/dev/null; echo ${PIPESTATUS[0]}'
grep -v 'reading from' err.txt
-- status 1
-- stdout
141
====
# a filter that no packet can match: exit status 1; a wrong one: 2, with its column
-- sh
f=$SRCDIR/example/demo.pcap
onebpf dump -r "$f" -w made.pcap ip and arp; echo $?
onebpf dump -r "$f" -w made.pcap host; echo $?
onebpf dump -r "$f" -w made.pcap prot 80; echo $?
ls made.pcap 2>/dev/null
onebpf dump -r "$f" '(tcp'; echo $?
-- stdout
1
2
2
2
-- stderr has
matches no packet
    ip and arp
    ^
    host
    prot 80
    ^
did you mean `port`?
    (tcp
====
# a filter of 100 KB, deep parentheses
-- sh
f=$SRCDIR/example/demo.pcap
awk 'BEGIN { for (i = 0; i < 7000; i++) printf "%shost 10.%d.%d.1", i ? " or " : "", i / 250, i % 250 }' >big.txt
onebpf dump -r "$f" --count -F big.txt 2>/dev/null
awk 'BEGIN { for (i = 0; i < 50000; i++) printf "("; printf "tcp"; for (i = 0; i < 50000; i++) printf ")" }' >deep.txt
onebpf dump -r "$f" --count -F deep.txt; echo $?
-- stdout
0 packets
2
-- stderr has
onebpf dump: filter:1002: nested too deeply
====
# an error stays short and one line, and speaks to no terminal
-- sh
long() { awk -v n="$1" 'BEGIN { while (n--) printf "a" }'; }
for n in 900 960 970 971 972 973 974 975 976 977 978 980 100000; do
	onebpf filter "host $(long $n)" 2>err.txt
	head -1 err.txt | awk -v n="$n" '{ print n, length < 1100, $NF ~ /`$/ }'
done
onebpf filter "$(long 100000)" 2>err.txt
awk 'length > 1100' err.txt
esc=$(printf 'a\033[31m\nb')
onebpf dump -r "$esc"
onebpf "$esc"
-- stdout
900 1 1
960 1 1
970 1 1
971 1 1
972 1 1
973 1 1
974 1 1
975 1 1
976 1 1
977 1 1
978 1 1
980 1 1
100000 1 1
-- stderr
onebpf dump: a?[31m?b: cannot open: No such file or directory
onebpf: no verb "a?[31m?b"
hint: the verbs: onebpf --help
-- status 2
====
# a new user's rights: nobody may capture, and is told what is missing
-- skip-unless test "$(id -u)" = 0 && command -v setpriv && setpriv --reuid=65534 --clear-groups true
-- sh
cp "$(command -v onebpf)" .
chmod 755 . onebpf
setpriv --reuid=65534 --clear-groups --bounding-set=-all ./onebpf dump -i lo
-- status 2
-- stderr has
onebpf dump: cannot capture on lo: Operation not permitted
CAP_NET_RAW
sudo
