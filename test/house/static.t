# SPDX-License-Identifier: BSD-2-Clause
# one file with everything in it: no interpreter, no library, and not big
-- skip-unless [ -z "$SAN" ] && command -v readelf
-- sh
file=$O/onebpf-static
readelf -lW "$file" | grep -c INTERP
readelf -dW "$file" | grep -c NEEDED
[ "$(stat -c %s "$file")" -lt 6000000 ] && echo small
"$file" --version | head -n 1
-- stdout
0
0
small
onebpf 0.1.0
====
# it says what the other says
-- skip-unless [ -z "$SAN" ]
-- file prog.s
r0 = *(u8 *)(r1 + 1)
r0 += r2
exit
-- sh
mkdir bin; ln -s "$O/onebpf-static" bin/onebpf
both() { onebpf "$@" >one 2>&1; a=$?; bin/onebpf "$@" >two 2>&1; [ $a = $? ] && cmp one two && echo same; }
both dump -n -r "$SRCDIR/example/demo.pcap" port 22
both dump -r "$SRCDIR/example/demo.pcap" -c 3
both filter -d host localhost and port ssh and ip proto icmp
both filter -d host nonesuch.invalid
both filter --show=graph tcp
both run --engine all --mem 0102030405 prog.s
both dis prog.s
both user --private -- sh -c 'exit 3'
both user --private -- ./none
both help filter
-- stdout
same
same
same
same
same
same
same
same
same
same
====
# alone in a root directory it filters
-- skip-unless [ -z "$SAN" ] && unshare -r true
-- sh
mkdir root; cp "$O/onebpf-static" "$SRCDIR/example/demo.pcap" root
unshare -r chroot root /onebpf-static dump -n -r demo.pcap port 22 | wc -l
unshare -r chroot root /onebpf-static filter -d host 192.0.2.1 or port 80 | tail -n 1
-- stdout
10
(031) ret      #0
-- stderr has
reading from file demo.pcap
====
# a world of its own takes it along: the preload library is in it
-- skip-unless [ -z "$SAN" ] && command -v bpftool
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
"$O/onebpf-static" user -- bpftool map create /sys/fs/bpf/m type hash key 4 value 8 entries 16 name m
"$O/onebpf-static" user -- bpftool map show name m | head -n 1
onebpf user -- bpftool map show name m | head -n 1
-- stdout
1: hash  name m  flags 0x0
1: hash  name m  flags 0x0
====
# what it cannot do it says
-- skip-unless [ -z "$SAN" ]
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
echo 'r0 = 5; exit' | "$O/onebpf-static" dis --native - | grep -c 'b8 05 00 00 00'
"$O/onebpf-static" user -- "$O/onebpf-static" --version; echo $?
-- stdout
1
2
-- stderr has
a static command does not load the library that decodes it
onebpf-static is statically linked
