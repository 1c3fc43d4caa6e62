# SPDX-License-Identifier: BSD-2-Clause
# a packet by name, by bytes, with a length on the wire
-- asm
    ldh [12]
    jeq #0x806, arp, other
arp: ret #42
other: ld len
    ret a
-- packet @arp-request
-- packet 000000000000 000000000000 0800  # IPv4
-- packet len=1500
00 00 00 00 00 00   # to
00 00 00 00 00 00
08 00
-- want
ret 42
ret 14
ret 1500
====
# a wrong verdict, a wrong error and a missing one are failures
-- file test/x/a.t
# wrong verdict
\-- asm
ret #1
\-- packet 00
\-- want reject
\====
# wrong error
\-- asm
ja -1
\-- want err
no such thing
\====
# no error
\-- asm
ret #1
\-- want err
\====
# verdicts for packets that are not there
\-- asm
ret #1
\-- packet 00
\-- packet 01
\-- want
accept
accept
accept
-- sh
SRCDIR=$PWD "$O/test/run" | sed 's/ (line.*//' | grep -v '^    +' | sort
-- stdout has
2 packets, but 3 lines of -- want
asm, libpcap dialect: packet 1
asm, linux dialect: packet 1
checker lacks, or has too early: no such thing
wanted an error, but the program was accepted
0 passed, 4 failed, 0 skipped
FAIL x/a.t:13: no error
FAIL x/a.t:18: verdicts for packets that are not there
FAIL x/a.t:1: wrong verdict
FAIL x/a.t:7: wrong error
====
# a capture is as many packets
-- asm
    ldh [12]
    jeq #0x86dd, six, not
six: ret #1
not: ret #0
-- capture example/demo.pcap
-- want agree 6
====
# a filter is asked as a tree and as code; several lines mean the same
-- filter
port 22
tcp port 22 or udp port 22 or sctp port 22
-- packet @ssh4-syn
-- packet @dns-query
-- packet @ssh6-server
-- packet @vlan-udp22
-- want
accept
reject
accept
reject
====
# names mean what test/names.c says
-- filter
host both
host 192.0.2.2 or host 2001:db8::2
-- capture example/demo.pcap
-- want agree 0
====
# two filters that differ, too much code and a note that is not there are failures
-- file test/x/a.t
# differ
\-- filter
tcp
ip and tcp
\-- packet 0000000000000000000000000000 # too short
\-- packet @p
\-- want agree
\====
# too much
\-- filter
port 22
\-- at-most 2
\====
# no note
\-- filter
tcp
\-- code
\-- note
nothing
\====
# unknown packet
\-- filter
tcp
\-- packet @q
\-- want accept
-- sh
grep '^ssh6-syn' "$TESTDIR/packets" | sed 's/^[^ ]*/p/' >test/packets
SRCDIR=$PWD "$O/test/run" | sort
-- stdout has
2 instructions, wanted at most 2
notes lacks, or has too early: nothing
test/packets has no packet q
0 passed, 4 failed, 0 skipped
