# SPDX-License-Identifier: BSD-2-Clause
# an address is made where it is used
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r3 = r1; r3 += r2; r0 = *(u8 *)(r3 + 1); exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
0f b6 44 37 01
c3
====
# so is one with a scale
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r3 = r2; r3 <<= 3; r3 += r1; r0 = *(u64 *)(r3 - 8); exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
48 8b 44 f7 f8
c3
====
# a sum that is needed is one instruction
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r0 = r1; r0 += r2; r0 += 5; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
48 8d 44 37 05
c3
====
# four bytes that become a word are loaded as one
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r2 = *(u8 *)(r1 + 0); r3 = *(u8 *)(r1 + 1); r3 <<= 8; r3 |= r2; r4 = *(u8 *)(r1 + 2); r4 <<= 16; r0 = *(u8 *)(r1 + 3); r0 <<= 24; r0 |= r4; r0 |= r3; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
8b 07
c3
====
# in the other byte order, too
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r2 = *(u8 *)(r1 + 1); r0 = *(u8 *)(r1 + 0); r0 <<= 8; r0 |= r2; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
0f b7 07
66 c1 c0 08
c3
====
# not over a store
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r2 = *(u8 *)(r1 + 1); *(u8 *)(r1 + 4) = 0; r0 = *(u8 *)(r1 + 0); r0 <<= 8; r0 |= r2; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
0f b6 77 01
c6 47 04 00
0f b6 07
48 c1 e0 08
48 09 f0
c3
====
# two shifts cut
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r0 = r1; r0 <<= 32; r0 >>= 32; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
89 f8
c3
====
# or extend
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r0 = r1; r0 <<= 32; r0 s>>= 32; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
48 63 c7
c3
====
# what is short already is not cut again
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r0 = *(u8 *)(r1 + 0); w0 = w0; r0 &= 255; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
0f b6 07
c3
====
# a test of bits needs no and
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r2 = r1; r2 &= 4; r0 = r1; if r2 == 0 goto l; r0 += 1; l: r0 += 1; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
48 89 f8
40 f6 c7 04
74 04
48 8d 47 01
48 83 c0 01
c3
====
# nor a comparison behind what made the number
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r0 = r1; l: r0 += -1; if r0 != 0 goto l; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
48 89 f8
48 83 c0 ff
75 fa
c3
====
# a constant in a register is one in the instruction
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r2 = 7; r0 = r1; r0 += r2; r0 ^= r2; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
48 8d 47 07
48 83 f0 07
c3
====
# a constant divisor is multiplied with
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'w0 = w1; w0 /= 10; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
89 f8
41 89 c2
41 bb cd cc cc cc
4d 0f af d3
49 c1 ea 20
41 c1 ea 03
44 89 d0
c3
====
# a power of two is shifted by
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'w0 = w1; w0 %= 8; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
89 f8
83 e0 07
c3
====
# two verdicts are chosen without a jump
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'if r1 == 5 goto l; r0 = 1; exit; l: r0 = 2; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
48 83 ff 05
b8 01 00 00 00
41 ba 02 00 00 00
49 0f 44 c2
c3
b8 01 00 00 00
c3
b8 02 00 00 00
c3
====
# what nobody needs goes
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- sh
echo 'r3 = 5; r4 = r3; r0 = 0; exit' | onebpf dis --native --plain - | grep -oE ' [0-9a-f]+: ([0-9a-f]{2} )+' | sed 's/.*: //; s/ $//'
-- stdout
31 c0
c3
