# SPDX-License-Identifier: BSD-2-Clause
# what seccomp allows
-- asm
    ld [0]
    ld [60]
    ld #pktlen
    ldx #pktlen
    st M[0]
    ldx M[0]
    ld M[0]
    stx M[1]
    txa
    tax
    add #1
    sub x
    mul #3
    div #2
    and x
    or #1
    xor #2
    lsh #1
    rsh x
    neg
    jeq #1, a, b
a: jset x, b
b: jgt #1, c
c: jge x, d
d: ja e
e: ret a
-- with seccomp
-- packet 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 
-- want agree
====
# seccomp refuses a load behind seccomp_data
-- asm
    ld [64]
    ret a
-- with seccomp
-- want err
offset 64; seccomp allows multiples of 4 below 64
====
# seccomp refuses a load off the grid
-- asm
    ld [2]
    ret a
-- with seccomp
-- want err
offset 2; seccomp allows multiples of 4 below 64
====
# seccomp refuses an ancillary load
-- asm
    ld #proto
    ret a
-- with seccomp
-- want err
offset -4096; seccomp allows multiples of 4
====
# seccomp refuses halfwords
-- asm
    ldh [0]
    ret a
-- with seccomp
-- want err
`ldh [0]`: seccomp does not allow this kind of load
====
# seccomp refuses bytes
-- asm
    ldb [0]
    ret a
-- with seccomp
-- want err
seccomp does not allow this kind of load
====
# seccomp refuses words relative to X
-- asm
    ld [x + 0]
    ret a
-- with seccomp
-- want err
seccomp does not allow this kind of load
====
# seccomp refuses halfwords relative to X
-- asm
    ldh [x + 0]
    ret a
-- with seccomp
-- want err
seccomp does not allow this kind of load
====
# seccomp refuses bytes relative to X
-- asm
    ldb [x + 0]
    ret a
-- with seccomp
-- want err
seccomp does not allow this kind of load
====
# seccomp refuses header lengths
-- asm
    ldxb 4*([0]&0xf)
    ret a
-- with seccomp
-- want err
seccomp does not allow this kind of load
====
# seccomp refuses mod #k
-- asm
    mod #3
    ret a
-- with seccomp
-- want err
`mod #3`: seccomp does not allow mod
====
# seccomp refuses mod x
-- asm
    mod x
    ret a
-- with seccomp
-- want err
seccomp does not allow mod
====
# seccomp refuses what Linux's rules refuse
-- asm
    lsh #32
    ret a
-- with seccomp
-- want err
0 to 31 are allowed
