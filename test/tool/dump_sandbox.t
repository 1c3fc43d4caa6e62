# SPDX-License-Identifier: BSD-2-Clause
# the manual lists the calls of the sandbox's table
-- sh
onebpf help --man sandbox >made.txt
sed -n '/Begin: onebpf help --man sandbox/,/End: onebpf help/p' "$SRCDIR/man/onebpf-dump.1" |
	diff made.txt - >diff.txt || { echo "man/onebpf-dump.1 is not what onebpf help --man sandbox says"; head -5 diff.txt; }
grep -c '^.It .* Ta ' made.txt | grep -q '[3-9].' && echo long
-- stdout
long
====
# reading, following, capturing: the process is limited; not with --no-sandbox
-- skip-unless unshare -Urn ip link set lo up && test -z "$SAN"
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link set lo up
limits() {
	: >err
	onebpf dump "$@" >out 2>err &
	until grep -q -e listening -e reading err; do sleep 0.02; done
	sleep 0.1
	echo $(grep -E '^(NoNewPrivs|Seccomp):' /proc/$!/status) "$*"
	kill $!
	wait $! || echo $?
}
limits -r in --follow -n
limits -r in --follow -n -w out.pcap
limits -r in --follow -n --no-sandbox
limits -i lo -n
limits -i any -w f -G 10
limits -i lo --no-sandbox
END
cp $SRCDIR/example/demo.pcap in
unshare -Urn sh live.sh
-- stdout
NoNewPrivs: 1 Seccomp: 2 -r in --follow -n
NoNewPrivs: 1 Seccomp: 2 -r in --follow -n -w out.pcap
NoNewPrivs: 0 Seccomp: 0 -r in --follow -n --no-sandbox
NoNewPrivs: 1 Seccomp: 2 -i lo -n
NoNewPrivs: 1 Seccomp: 2 -i any -w f -G 10
NoNewPrivs: 1 Seccomp: 0 -i lo --no-sandbox
====
# what needs more than packets goes on: names, lists, other link types, more files
-- sh
in=$SRCDIR/example/demo.pcap
onebpf dump -r $in -y RAW -w raw.pcap 2>err
onebpf dump -r $in -w eth.pcap 2>err
printf '%s\n' eth.pcap raw.pcap eth.pcap >list
onebpf dump -V list -w all.pcapng --pcapng 2>err || cat err
onebpf dump --count -r all.pcapng 'host localhost or port domain or proto \udp or len > 0' 2>err || cat err
onebpf dump --count -V list 'host localhost or port domain or len > 0' 2>err || cat err
onebpf dump -t -r $in port domain 2>err | head -1 | grep -o domain
onebpf dump -t -r $in -w f -C 1K -z true 2>err || cat err
ls f*
-- stdout
69 packets
69 packets
domain
f
f1
f2
====
# a directory in which the next file cannot be made is refused at once
-- skip-unless test "$(id -u)" = 0 && id nobody
-- sh
cp $SRCDIR/example/demo.pcap in
mkdir closed open
chmod 700 closed
chmod 777 open .
onebpf dump -r in -Z nobody -C 1K -w closed/f; echo $?
onebpf dump -r in -Z nobody -C 1K -w open/f; echo $?
stat -c '%U %n' open/*
-- stdout
2
0
nobody open/f
nobody open/f1
nobody open/f2
-- stderr has
the files of -C and -G cannot be made in closed: Permission denied
hint: -Z USER chooses who makes them
