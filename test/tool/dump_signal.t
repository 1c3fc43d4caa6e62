# SPDX-License-Identifier: BSD-2-Clause
# lines come when the input rests, into a pipe too
-- sh
f=$SRCDIR/example/demo.pcap
mkfifo in out
onebpf dump -n -r - <in >out 2>/dev/null &
exec 3>in 4<out
head -c 300 "$f" >&3
read -r line <&4 && echo "${line#* }"
tail -c +301 "$f" >&3
exec 3>&-
cat <&4 | wc -l
wait
-- stdout
ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
22
====
# so do packets that are written
-- sh
f=$SRCDIR/example/demo.pcap
mkfifo in
onebpf dump -r - -w out.pcap <in 2>/dev/null &
exec 3>in
head -c 300 "$f" >&3
i=0
while [ "$(wc -c <out.pcap 2>/dev/null || echo 0)" -lt 60 ] && [ $i -lt 100 ]; do sleep 0.05; i=$((i + 1)); done
onebpf dump -r out.pcap --count 2>/dev/null
exec 3>&-
wait
-- stdout has
packets
====
# INT and TERM end it with what came so far, exit status 0
-- sh
f=$SRCDIR/example/demo.pcap
for sig in INT TERM HUP; do
	rm -f in out; mkfifo in out
	onebpf dump -n -r - --count <in >out 2>/dev/null &
	exec 3>in 4<out
	cat "$f" >&3
	sleep 0.3
	kill -$sig $!
	wait $!; echo "$sig $?"
	cat <&4
	exec 3>&- 4<&-
done
-- stdout
INT 0
23 packets
TERM 0
23 packets
HUP 0
23 packets
====
# USR1 counts, USR2 writes out
-- sh
mkfifo in
onebpf dump -r - -w out.pcap <in 2>err.txt &
exec 3>in
cat "$SRCDIR/example/demo.pcap" >&3
sleep 0.3
kill -USR1 $!
sleep 0.2
kill -USR2 $!
sleep 0.2
onebpf dump -r out.pcap --count 2>/dev/null
exec 3>&-
wait $!; echo $?
grep -v reading err.txt
-- stdout
23 packets
0
onebpf dump: 23 packets taken so far
====
# a second signal ends it at once, even when nobody takes its output
-- sh
f=$SRCDIR/example/demo.pcap
i=0
while [ $i -lt 4000 ]; do echo "$f"; i=$((i + 1)); done >list
mkfifo out
onebpf dump -n -V list >out 2>/dev/null &
exec 4<out
sleep 0.3
kill -TERM $!
sleep 0.3
kill -0 $! && echo waits
kill -TERM $!
wait $!; echo $?
-- stdout
waits
143
====
# under nohup a hangup is ignored
-- sh
mkfifo in
(trap '' HUP; exec onebpf dump -r - --count <in 2>/dev/null) &
exec 3>in
cat "$SRCDIR/example/demo.pcap" >&3
sleep 0.2
kill -HUP $!
sleep 0.2
kill -0 $! && echo lives
exec 3>&-
wait $!
-- stdout
lives
23 packets
====
# also while a file or its beginning is waited for
-- sh
mkfifo in list out
for args in '-r in' '-V list' "-r $SRCDIR/example/demo.pcap -w out"; do
	# shellcheck disable=SC2086
	onebpf dump $args 2>err.txt &
	sleep 0.3
	kill -INT $!
	wait $!; echo $?
	grep "^onebpf" err.txt
done
onebpf dump -r - <in &
exec 3>in
sleep 0.3
kill -INT $!
wait $!; echo $?
-- stdout
0
0
0
0
