# SPDX-License-Identifier: BSD-2-Clause
# the library counts what a filter matches
-- sh
"$O/example/count" "$SRCDIR/example/demo.pcap" 'port 22'
"$O/example/count" "$SRCDIR/example/demo.pcap" ''
-- stdout
10 of 23 packets
23 of 23 packets
====
# and says what is wrong with a filter, or with a file
-- sh
"$O/example/count" "$SRCDIR/example/demo.pcap" 'prot 22' || echo $?
"$O/example/count" nowhere.pcap ip || echo $?
-- stdout
2
2
-- stderr has
`prot` is not a keyword
did you mean `port`?
nowhere.pcap
====
# the library runs a program ten million times
-- sh
"$O/example/embed" | sed 's/, [0-9.]* ns a run/, N ns a run/'
-- stdout
10000000, N ns a run
====
# a parent and its child count in one map
-- sh
"$O/example/share" 'hello, here' 'she sells' | sort -k2 -n -r | head -3
-- stdout
e 5
l 4
s 3
