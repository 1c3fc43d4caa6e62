# SPDX-License-Identifier: BSD-2-Clause
# a full disk: the files are valid, what is on them is counted, rotation stops too
-- skip-unless unshare -Urm true
-- sh
(head -c 24 $SRCDIR/example/demo.pcap
for i in 1 2 3 4 5 6 7 8 9; do
	for j in 1 2 3 4 5 6 7 8 9; do tail -c +25 $SRCDIR/example/demo.pcap; done
done) >in.pcap
mkdir disk
cat >full.sh <<'END'
mount -t tmpfs -o size=64k none disk || exit
for args in '-w disk/f' '-w disk/f -U' '-w disk/f.pcapng' '-w disk/f -C 20K' '-w disk/f -C 20K -z true'; do
	onebpf dump -r in.pcap $args 2>err; echo "$?: $args"
	sed -n 's/holds [0-9]* packets/holds N packets/; /No space\|valid/p' err
	for f in disk/*; do onebpf dump --count -r $f 2>err || cat err; done | awk '{n += $1} END {print (n > 200)}'
	rm disk/*
done
END
unshare -Urm sh full.sh
-- stdout
2: -w disk/f
onebpf dump: disk/f: cannot write: No space left on device
note: the file is valid and holds N packets
1
2: -w disk/f -U
onebpf dump: disk/f: cannot write: No space left on device
note: the file is valid and holds N packets
1
2: -w disk/f.pcapng
onebpf dump: disk/f.pcapng: cannot write: No space left on device
note: the file is valid and holds N packets
1
2: -w disk/f -C 20K
onebpf dump: disk/f2: cannot write: No space left on device
note: the file is valid and holds N packets
1
2: -w disk/f -C 20K -z true
onebpf dump: disk/f2: cannot write: No space left on device
note: the file is valid and holds N packets
1
====
# what cannot be written to is told; what was there is kept until the input is open
-- sh
cp $SRCDIR/example/demo.pcap in
mkdir dir
echo precious >keep
for out in dir no/f dir/ /dev/full; do onebpf dump -r in -w $out; echo $?; done 2>&1 | grep -v reading
onebpf dump -r nosuch -w keep 2>err; echo $?
onebpf dump -r in -w keep 'prot 80' 2>err; echo $?
cat keep
onebpf dump -r in -w keep 2>err; cmp in keep; echo $?
ln -s in link
onebpf dump -r in -w link 2>err; echo $?
cmp in $SRCDIR/example/demo.pcap
-- stdout
onebpf dump: dir: cannot create: Is a directory
2
onebpf dump: no/f: cannot create: No such file or directory
2
onebpf dump: dir/: cannot create: Is a directory
2
onebpf dump: /dev/full: cannot write: No space left on device
2
2
2
precious
0
2
====
# standard output: -w -, into a pipe whose reader goes, when it is full, when it is closed
-- sh
(head -c 24 $SRCDIR/example/demo.pcap
for i in 1 2 3 4 5 6 7 8 9; do
	for j in 1 2 3 4 5 6 7 8 9; do tail -c +25 $SRCDIR/example/demo.pcap; done
done) >in
for format in '' --pcapng; do
	onebpf dump -r in -w - $format 2>/dev/null | onebpf dump -r - --count 2>/dev/null
	onebpf dump -r in -w - $format 2>err | head -c 100 | wc -c
	grep -v reading err
	onebpf dump -r in -w - $format >/dev/full 2>err; echo $?; grep -v reading err
	onebpf dump -r in -w - $format >&- 2>err; echo $?; grep -v reading err
done
onebpf dump -n -r in 2>err | head -1 | wc -l
grep -v reading err
onebpf dump -n -r in >/dev/full 2>err; echo $?; grep -v reading err
-- stdout
1863 packets
100
2
onebpf dump: standard output: cannot write: No space left on device
2
onebpf dump: standard output: cannot write: Bad file descriptor
1863 packets
100
2
onebpf dump: standard output: cannot write: No space left on device
2
onebpf dump: standard output: cannot write: Bad file descriptor
1
2
onebpf dump: cannot write to standard output: No space left on device
====
# no right to write into a directory
-- skip-unless test "$(id -u)" = 0 && command -v setpriv
-- sh
cp $SRCDIR/example/demo.pcap in
cp "$(command -v onebpf)" onebpf
chmod 755 . onebpf
mkdir ro; chmod 755 ro
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
nobody ./onebpf dump -r in -w ro/f; echo $?
nobody ./onebpf dump -D >list; wc -l <list | grep -q '^[1-9]' && echo listed
-- stdout
2
listed
-- stderr has
onebpf dump: ro/f: cannot create: Permission denied
onebpf dump: packets of these may not be captured: Operation not permitted
hint: how to change that: onebpf doctor packets
