# SPDX-License-Identifier: BSD-2-Clause
# what README.md shows of worlds
-- skip-unless PATH=$PATH:/usr/sbin command -v bpftool
-- sh
export PATH=$PATH:/usr/sbin XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
sed -n 's/^    \(onebpf user .*\)/\1/p' "$SRCDIR/README.md" >script
sh -e script
wc -l <script
-- stdout
Found 0 elements
2
====
# the examples of onebpf-user(1)
-- skip-unless PATH=$PATH:/usr/sbin command -v bpftool
-- sh
export PATH=$PATH:/usr/sbin XDG_RUNTIME_DIR=$PWD/run SHELL=/bin/true; mkdir -m 700 run
sed -n '/^.Sh EXAMPLES/,/^.Sh SEE/{s/^.Dl //;/^\./d;s/\\e$/\\/;p;}' "$SRCDIR/man/onebpf-user.1" >text
sed ':a;/\\$/{N;s/\\\n *//;ba;}' text >session
sed -n 's/^\$ //p' session >script
grep -A1 '^\$.*dump' session | tail -n 1 >want
sh -e script | diff want -
wc -l <script
-- stdout
3
====
# the journey of doc/architecture.md, from text to the hash cell
-- skip-unless PATH=$PATH:/usr/sbin command -v bpftool
-- sh
export PATH=$PATH:/usr/sbin XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user -w lab -- bpftool map create /sys/fs/bpf/m type hash key 4 value 4 entries 4 name m
sed -n 's/^    \(onebpf user -w lab .*\)/\1/p' "$SRCDIR/doc/architecture.md" >script
sh -e script
onebpf user -w lab -- bpftool map dump pinned /sys/fs/bpf/m
ls run/onebpf/lab | grep -v '^bpf-prog' | sed 's/-[0-9a-f]*\.so$/.so/'
-- stdout
key: 01 00 00 00  value: 02 00 00 00
Found 1 element
bpf-map.1
fs
onebpf-user.so
ref
slots
trace
world
====
# what the verifier refuses is loaded only when kernel.unchecked is set
-- skip-unless PATH=$PATH:/usr/sbin command -v bpftool && command -v clang
-- file p.c
__attribute__((section("socket"))) int f(int *ctx) { return ctx[100]; }
char _license[] __attribute__((section("license"))) = "GPL";
-- sh
export PATH=$PATH:/usr/sbin XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
clang -O1 -target bpf -c p.c -o p.o
onebpf user -- bpftool prog load p.o /sys/fs/bpf/p 2>&1 | grep 'bpf_context'
onebpf user --set kernel.unchecked=1 -- bpftool prog load p.o /sys/fs/bpf/p && echo loaded
onebpf user -- bpftool prog show pinned /sys/fs/bpf/p | grep -o 'socket_filter  name f'
-- stdout
invalid bpf_context access off=400 size=4
loaded
socket_filter  name f
