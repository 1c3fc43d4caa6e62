# SPDX-License-Identifier: BSD-2-Clause
# --follow: goes on as the file grows, a record in parts too; SIGINT ends it
-- file grow
for f in in.pcap in.pcapng; do
	: >grown
	onebpf dump -n -t -r grown --follow "$@" >out 2>err &
	n=$(wc -c <$f) at=0
	for to in 10 24 30 200 201 900 1000 "$n"; do
		tail -c +$((at + 1)) $f | head -c $((to - at)) >>grown
		at=$to
		sleep 0.07
	done
	until [ "$(wc -l <out)" = "$(wc -l <want)" ]; do sleep 0.02; done
	kill -0 $! && kill -INT $!
	wait $!; echo $?
	cmp out want
	grep -v reading err || :
done
-- sh
cp $SRCDIR/example/demo.pcap in.pcap
onebpf dump -r in.pcap -w in.pcapng 2>/dev/null
onebpf dump -n -t -r in.pcap >want 2>/dev/null
timeout 20 sh grow
onebpf dump -n -t -r in.pcap udp >want 2>/dev/null
timeout 20 sh grow udp
-- stdout
0
0
0
0
====
# --follow: -c ends it, a file that becomes shorter is told, -w is written while it waits
-- sh
cp $SRCDIR/example/demo.pcap in
timeout 10 onebpf dump -n -t -r in --follow -c 2; echo $?
timeout 10 onebpf dump -r in --follow -w out &
until [ -e out ] && [ $(wc -c <out) = $(wc -c <in) ]; do sleep 0.02; done
: >in
wait $!; echo $?
cmp out $SRCDIR/example/demo.pcap
onebpf dump --follow -i lo; echo $?
-- stdout
ARP, Request who-has 192.0.2.1 tell 192.0.2.10, length 46
ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 46
0
2
2
-- stderr has
in: became shorter, 0 bytes, while its end was waited for
option --follow needs -r FILE
====
# a FIFO: lines come while it is open, the end when all writers closed it
-- skip-unless command -v mkfifo
-- sh
in=$SRCDIR/example/demo.pcap
mkfifo fifo
onebpf dump -n -t -r fifo >out 2>err &
exec 3>fifo
head -c 1000 $in >&3
until [ "$(wc -l <out)" = 10 ]; do sleep 0.02; done
tail -c +1001 $in >&3
exec 3>&-
wait $!; echo $?
onebpf dump -n -t -r $in 2>/dev/null | cmp - out && wc -l <out
-- stdout
0
23
