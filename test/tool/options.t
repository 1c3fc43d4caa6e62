# SPDX-License-Identifier: BSD-2-Clause
# letters are joined, values are attached or apart, operands may stand between
-- sh
f=$SRCDIR/example/demo.pcap
one=$(onebpf dump -n -tt -e -c 3 -r "$f" tcp 2>/dev/null)
for args in "-nttec3 -r$f tcp" "tcp -ntt -e -c3 -r $f" "-r $f tcp -enttc 3" \
	"-nette --read=$f -c 3 -- tcp" "-nette --read $f -c3 tcp" "--rea=$f -nttec3 tcp"; do
	# shellcheck disable=SC2086
	[ "$(onebpf dump $args 2>/dev/null)" = "$one" ] || echo "differs: $args"
done
echo "$one" | wc -l
-- stdout
3
====
# after -- everything is the filter, and the last value counts
-- sh
onebpf dump -r nothere -r "$SRCDIR/example/demo.pcap" --count -- -1 '!= len' 2>/dev/null
-- stdout
23 packets
====
# unknown options: one line and a hint, nothing on standard output
-- sh
for args in '--cuont' '-nY' '--wrte=x' '--xyzzy' '-c' '-c 0' '-c x' '-c 1 --count=3' '--skip=-1' '-Q up' '--d'; do
	# shellcheck disable=SC2086
	onebpf dump $args; echo $?
done
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
2
2
-- stderr
onebpf dump: no option --cuont
hint: did you mean --count?
onebpf dump: no option -Y
hint: see: onebpf dump --help
onebpf dump: no option --wrte
hint: did you mean --write?
onebpf dump: no option --xyzzy
hint: see: onebpf dump --help
onebpf dump: option -c needs a value: N
hint: see: onebpf dump --help
onebpf dump: option -c: 0 is out of range, at least 1
onebpf dump: option -c needs a number, not "x"
onebpf dump: option --count takes no value
onebpf dump: option --skip needs a number, not "-1"
onebpf dump: option -Q does not know "up"
hint: one of: in, out, inout
onebpf dump: no option --d
hint: several begin so: --dont-verify-checksums, --direction
====
# what is known from tcpdump and not done is refused by name
-- sh
for args in '-E spi@1:x' '-m mib' '-M secret' '-I'; do
	# shellcheck disable=SC2086
	onebpf dump -r "$SRCDIR/example/demo.pcap" $args ip || echo $?
done
-- stdout
2
2
2
2
-- stderr has
option -E is not done: ESP
option -m is not done: SNMP
option -M is not done: TCP-MD5
option -I is not done: make the interface a monitor first
====
# verbs: none, unknown, almost right, an option before
-- sh
onebpf; echo $?
onebpf dmp; echo $?
onebpf frobnicate; echo $?
onebpf -r x; echo $?
-- stdout
2
2
2
2
-- stderr has
usage: onebpf VERB
onebpf: no verb "dmp"
hint: did you mean: onebpf dump
onebpf: no verb "frobnicate"
hint: the verbs: onebpf --help
onebpf: no option -r before the verb
====
# the name onebpf-dump is the verb
-- sh
ln -s "$(command -v onebpf)" onebpf-dump
ln -s "$(command -v onebpf)" onebpf-what
./onebpf-dump -r "$SRCDIR/example/demo.pcap" --count 2>/dev/null
./onebpf-what --version | sed 's/ .*//'
-- stdout
23 packets
onebpf
features:
====
# what contradicts itself is refused
-- sh
onebpf dump; echo $?
onebpf dump -r x -i y; echo $?
onebpf dump -tttttt -r x; echo $?
onebpf dump -y nosuch -r x; echo $?
onebpf dump -y en10m -r x; echo $?
: >x.pcap
onebpf dump x.pcap; echo $?
onebpf dump -r "$SRCDIR/example/demo.pcap" -Z nosuchuser; echo $?
-- stdout
2
2
2
2
2
2
2
-- stderr has
onebpf dump: where shall packets come from?
hint: -r FILE reads a capture, -i IF listens (-D lists interfaces)
onebpf dump: only one of -r, -V and -i may be given
onebpf dump: -t may be given at most 5 times
onebpf dump: no link type "nosuch"
hint: as EN10MB, RAW, LINUX_SLL2, or a LINKTYPE_ number
onebpf dump: no link type "en10m"
hint: did you mean EN10MB?
onebpf dump: where shall packets come from?
hint: did you mean: -r x.pcap
onebpf dump: no user "nosuchuser"
====
# the clocks; of two precisions --micro counts
-- sh
onebpf dump -J -i lo
onebpf dump --nano --micro -r "$SRCDIR/example/demo.pcap" -nt -c 1 2>/dev/null | wc -c
onebpf dump -r "$SRCDIR/example/demo.pcap" -nt -c 1 2>/dev/null | wc -c
onebpf dump -r "$SRCDIR/example/demo.pcap" -ntt -c 1 --nano 2>/dev/null | cut -d ' ' -f 1
-- stdout
Time stamp types for lo (use option -j to set):
  host (Host)
58
58
1700000000.000250000
