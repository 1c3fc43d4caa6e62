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
