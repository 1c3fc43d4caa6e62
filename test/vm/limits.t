# SPDX-License-Identifier: BSD-2-Clause
# ld [k] may read the last byte, and drops beyond it
-- asm
    ld [0]
    ret a
-- packet 01 02 03 04
-- packet len=1000 01 02 03
-- want
ret 0x01020304
reject
====
# ld [x + k] may read the last byte, and drops beyond it
-- asm
    ldx #0
    ld [x + 0]
    ret a
-- packet 01 02 03 04
-- packet 01 02 03
-- want
ret 0x01020304
reject
====
# ld [k] far away drops
-- asm
    ld [0x7fffffff]
    ret #1
-- packet 00
-- want reject
====
# ld [x + k] that wraps reads, as Linux does
-- asm
    ldx #0xffffffff
    ld [x + 1]
    ret a
-- with linux
-- packet 01 02 03 04
-- want ret 0x01020304
====
# ld [x + k] that wraps drops, as libpcap does
-- asm
    ldx #0xffffffff
    ld [x + 1]
    ret #1
-- with libpcap
-- packet 01 02 03 04
-- want reject
====
# ldh [k] may read the last byte, and drops beyond it
-- asm
    ldh [2]
    ret a
-- packet 01 02 03 04
-- packet len=1000 01 02 03
-- want
ret 0x0304
reject
====
# ldh [x + k] may read the last byte, and drops beyond it
-- asm
    ldx #1
    ldh [x + 2]
    ret a
-- packet 00 01 02 03 04
-- packet 01 02 03
-- want
ret 0x0304
reject
====
# ldh [k] far away drops
-- asm
    ldh [0x7fffffff]
    ret #1
-- packet 00
-- want reject
====
# ldh [x + k] that wraps reads, as Linux does
-- asm
    ldx #0xffffffff
    ldh [x + 1]
    ret a
-- with linux
-- packet 01 02 03 04
-- want ret 0x0102
====
# ldh [x + k] that wraps drops, as libpcap does
-- asm
    ldx #0xffffffff
    ldh [x + 1]
    ret #1
-- with libpcap
-- packet 01 02 03 04
-- want reject
====
# ldb [k] may read the last byte, and drops beyond it
-- asm
    ldb [3]
    ret a
-- packet 01 02 03 04
-- packet len=1000 01 02 03
-- want
ret 0x04
reject
====
# ldb [x + k] may read the last byte, and drops beyond it
-- asm
    ldx #1
    ldb [x + 3]
    ret a
-- packet 00 01 02 03 04
-- packet 01 02 03
-- want
ret 0x04
reject
====
# ldb [k] far away drops
-- asm
    ldb [0x7fffffff]
    ret #1
-- packet 00
-- want reject
====
# ldb [x + k] that wraps reads, as Linux does
-- asm
    ldx #0xffffffff
    ldb [x + 1]
    ret a
-- with linux
-- packet 01 02 03 04
-- want ret 1
====
# ldb [x + k] that wraps drops, as libpcap does
-- asm
    ldx #0xffffffff
    ldb [x + 1]
    ret #1
-- with libpcap
-- packet 01 02 03 04
-- want reject
====
# ldxb drops beyond the packet
-- asm
    ldxb 4*([1]&0xf)
    ret #1
-- packet 00 05
-- packet 00
-- want
ret 1
reject
====
# an empty packet has no byte
-- asm
    ldb [0]
    ret #1
-- packet 
-- want reject
====
# lsh by X uses the low 5 bits, as Linux does
-- asm
    ld #3
    ldx #33
    lsh x
    ret a
-- with linux
-- packet 00
-- want ret 6
====
# lsh by X >= 32 gives 0, as libpcap does
-- asm
    ld #3
    ldx #33
    lsh x
    add #1
    ret a
-- with libpcap
-- packet 00
-- want ret 1
====
# lsh by 32 leaves A, as Linux does
-- asm
    ld #3
    ldx #32
    lsh x
    ret a
-- with linux
-- packet 00
-- want ret 3
====
# rsh by X uses the low 5 bits, as Linux does
-- asm
    ld #6
    ldx #33
    rsh x
    ret a
-- with linux
-- packet 00
-- want ret 3
====
# rsh by X >= 32 gives 0, as libpcap does
-- asm
    ld #6
    ldx #33
    rsh x
    add #1
    ret a
-- with libpcap
-- packet 00
-- want ret 1
====
# a shift by a constant >= 32 gives 0 in libpcap's dialect
-- asm
    ld #6
    lsh #32
    add #1
    ret a
-- with libpcap
-- packet 00
-- want ret 1
====
# div by X = 0 drops
-- asm
    ld #6
    ldx #0
    div x
    ret #1
-- packet 00
-- want reject
====
# mod by X = 0 drops
-- asm
    ld #6
    ldx #0
    mod x
    ret #1
-- packet 00
-- want reject
====
# cells that nothing was stored to are 0, as in libpcap
-- asm
    ld M[7]
    add #1
    ret a
-- with libpcap
-- packet 00
-- want ret 1
====
# a jump back counts a loop's turns, as protochain needs
-- asm
loop: ldb [x + 0]
    jeq #9, end
    txa
    add #1
    tax
    ja loop
end: txa
    ret a
-- with libpcap
-- packet 01 01 01 09
-- packet 01 01
-- want
ret 3
reject
====
# a loop that never ends is ended, and drops
-- asm
loop: ld #1
    ja loop
    ret #1
-- with libpcap
-- packet 00
-- want reject
====
# a jump to itself is ended, and drops
-- asm
loop: ja loop
    ret #1
-- with libpcap
-- packet 00
-- want reject
