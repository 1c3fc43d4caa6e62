# SPDX-License-Identifier: BSD-2-Clause
# ld [k] loads four bytes, the first one highest
-- asm
    ld [2]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0x456789ab
====
# ldh [k] loads two bytes
-- asm
    ldh [6]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0xcdef
====
# ldb [k] loads one byte
-- asm
    ldb [7]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0xef
====
# ld [x + k]
-- asm
    ldx #3
    ld [x + 1]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0x89abcdef
====
# ldh [x + k]
-- asm
    ldx #3
    ldh [x + 2]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0xabcd
====
# ldb [x + k]
-- asm
    ldx #3
    ldb [x + 0]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0x67
====
# ld #k
-- asm
    ld #0xfedcba98
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0xfedcba98
====
# st M[k] and ld M[k]
-- asm
    ld #5
    st M[15]
    ld #6
    st M[0]
    ld M[15]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 5
====
# ld #pktlen is the length on the wire
-- asm
    ld #pktlen
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 8
====
# ldx #k
-- asm
    ldx #7
    txa
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 7
====
# stx M[k] and ldx M[k]
-- asm
    ldx #9
    stx M[3]
    ldx #1
    ldx M[3]
    txa
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 9
====
# ldx #pktlen
-- asm
    ldx #pktlen
    txa
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 8
====
# ldxb 4*([k]&0xf) keeps A
-- asm
    ld #1
    ldxb 4*([6]&0xf)
    add x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 53
====
# add #k wraps
-- asm
    ld #0xffffffff
    add #3
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 2
====
# add x
-- asm
    ld #5
    ldx #0xfffffffe
    add x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 3
====
# sub #k wraps
-- asm
    ld #2
    sub #3
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0xffffffff
====
# sub x
-- asm
    ld #9
    ldx #4
    sub x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 5
====
# mul #k keeps the low 32 bits
-- asm
    ld #0x10001
    mul #0x10001
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0x20001
====
# mul x
-- asm
    ld #6
    ldx #7
    mul x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 42
====
# div #k has no sign
-- asm
    ld #0xfffffffe
    div #2
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0x7fffffff
====
# div x
-- asm
    ld #43
    ldx #6
    div x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 7
====
# or #k
-- asm
    ld #0xf0
    or #0x0c
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0xfc
====
# or x
-- asm
    ld #1
    ldx #6
    or x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 7
====
# and #k
-- asm
    ld #0xff
    and #0x3c
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0x3c
====
# and x
-- asm
    ld #0xf3
    ldx #0x1f
    and x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0x13
====
# lsh #k
-- asm
    ld #3
    lsh #31
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0x80000000
====
# lsh x
-- asm
    ld #3
    ldx #4
    lsh x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 48
====
# rsh #k shifts zeros in
-- asm
    ld #0x80000000
    rsh #31
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 1
====
# rsh x
-- asm
    ld #0x80
    ldx #4
    rsh x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 8
====
# neg
-- asm
    ld #1
    neg
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0xffffffff
====
# neg of 0x80000000 is itself
-- asm
    ld #0x80000000
    neg
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0x80000000
====
# mod #k has no sign
-- asm
    ld #0xffffffff
    mod #10
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 5
====
# mod x
-- asm
    ld #43
    ldx #6
    mod x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 1
====
# xor #k
-- asm
    ld #0xff
    xor #0x0f
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0xf0
====
# xor x
-- asm
    ld #5
    ldx #6
    xor x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 3
====
# ja
-- asm
    ja yes
    ret #1
yes: ret #2
-- packet 01 23 45 67 89 ab cd ef
-- want ret 2
====
# ret #k
-- asm
    ret #0xffffffff
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0xffffffff
====
# ret a
-- asm
    ld #3
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 3
====
# tax
-- asm
    ld #4
    tax
    ld #0
    txa
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 4
====
# txa
-- asm
    ldx #4
    txa
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 4
====
# A and X begin as 0
-- asm
    add x
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 0
====
# jeq #k compares without sign
-- asm
    ld #0
    st M[0]
    ld #5
    jeq #5, t0, f0
t0: ld M[0]
    or #1
    st M[0]
f0: ld #5
    jeq #4, t1, f1
t1: ld M[0]
    or #2
    st M[0]
f1: ld #4
    jeq #5, t2, f2
t2: ld M[0]
    or #4
    st M[0]
f2: ld #2147483648
    jeq #1, t3, f3
t3: ld M[0]
    or #8
    st M[0]
f3: ld #1
    jeq #2147483648, t4, f4
t4: ld M[0]
    or #16
    st M[0]
f4: ld #0
    jeq #4294967295, t5, f5
t5: ld M[0]
    or #32
    st M[0]
f5: ld #2147483648
    jeq #2147483648, t6, f6
t6: ld M[0]
    or #64
    st M[0]
f6: ld M[0]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 65
====
# jeq x compares without sign
-- asm
    ld #0
    st M[0]
    ldx #5
    ld #5
    jeq x, t0, f0
t0: ld M[0]
    or #1
    st M[0]
f0: ldx #4
    ld #5
    jeq x, t1, f1
t1: ld M[0]
    or #2
    st M[0]
f1: ldx #5
    ld #4
    jeq x, t2, f2
t2: ld M[0]
    or #4
    st M[0]
f2: ldx #1
    ld #2147483648
    jeq x, t3, f3
t3: ld M[0]
    or #8
    st M[0]
f3: ldx #2147483648
    ld #1
    jeq x, t4, f4
t4: ld M[0]
    or #16
    st M[0]
f4: ldx #4294967295
    ld #0
    jeq x, t5, f5
t5: ld M[0]
    or #32
    st M[0]
f5: ldx #2147483648
    ld #2147483648
    jeq x, t6, f6
t6: ld M[0]
    or #64
    st M[0]
f6: ld M[0]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 65
====
# jgt #k compares without sign
-- asm
    ld #0
    st M[0]
    ld #5
    jgt #5, t0, f0
t0: ld M[0]
    or #1
    st M[0]
f0: ld #5
    jgt #4, t1, f1
t1: ld M[0]
    or #2
    st M[0]
f1: ld #4
    jgt #5, t2, f2
t2: ld M[0]
    or #4
    st M[0]
f2: ld #2147483648
    jgt #1, t3, f3
t3: ld M[0]
    or #8
    st M[0]
f3: ld #1
    jgt #2147483648, t4, f4
t4: ld M[0]
    or #16
    st M[0]
f4: ld #0
    jgt #4294967295, t5, f5
t5: ld M[0]
    or #32
    st M[0]
f5: ld #2147483648
    jgt #2147483648, t6, f6
t6: ld M[0]
    or #64
    st M[0]
f6: ld M[0]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 10
====
# jgt x compares without sign
-- asm
    ld #0
    st M[0]
    ldx #5
    ld #5
    jgt x, t0, f0
t0: ld M[0]
    or #1
    st M[0]
f0: ldx #4
    ld #5
    jgt x, t1, f1
t1: ld M[0]
    or #2
    st M[0]
f1: ldx #5
    ld #4
    jgt x, t2, f2
t2: ld M[0]
    or #4
    st M[0]
f2: ldx #1
    ld #2147483648
    jgt x, t3, f3
t3: ld M[0]
    or #8
    st M[0]
f3: ldx #2147483648
    ld #1
    jgt x, t4, f4
t4: ld M[0]
    or #16
    st M[0]
f4: ldx #4294967295
    ld #0
    jgt x, t5, f5
t5: ld M[0]
    or #32
    st M[0]
f5: ldx #2147483648
    ld #2147483648
    jgt x, t6, f6
t6: ld M[0]
    or #64
    st M[0]
f6: ld M[0]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 10
====
# jge #k compares without sign
-- asm
    ld #0
    st M[0]
    ld #5
    jge #5, t0, f0
t0: ld M[0]
    or #1
    st M[0]
f0: ld #5
    jge #4, t1, f1
t1: ld M[0]
    or #2
    st M[0]
f1: ld #4
    jge #5, t2, f2
t2: ld M[0]
    or #4
    st M[0]
f2: ld #2147483648
    jge #1, t3, f3
t3: ld M[0]
    or #8
    st M[0]
f3: ld #1
    jge #2147483648, t4, f4
t4: ld M[0]
    or #16
    st M[0]
f4: ld #0
    jge #4294967295, t5, f5
t5: ld M[0]
    or #32
    st M[0]
f5: ld #2147483648
    jge #2147483648, t6, f6
t6: ld M[0]
    or #64
    st M[0]
f6: ld M[0]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 75
====
# jge x compares without sign
-- asm
    ld #0
    st M[0]
    ldx #5
    ld #5
    jge x, t0, f0
t0: ld M[0]
    or #1
    st M[0]
f0: ldx #4
    ld #5
    jge x, t1, f1
t1: ld M[0]
    or #2
    st M[0]
f1: ldx #5
    ld #4
    jge x, t2, f2
t2: ld M[0]
    or #4
    st M[0]
f2: ldx #1
    ld #2147483648
    jge x, t3, f3
t3: ld M[0]
    or #8
    st M[0]
f3: ldx #2147483648
    ld #1
    jge x, t4, f4
t4: ld M[0]
    or #16
    st M[0]
f4: ldx #4294967295
    ld #0
    jge x, t5, f5
t5: ld M[0]
    or #32
    st M[0]
f5: ldx #2147483648
    ld #2147483648
    jge x, t6, f6
t6: ld M[0]
    or #64
    st M[0]
f6: ld M[0]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 75
====
# jset #k compares without sign
-- asm
    ld #0
    st M[0]
    ld #5
    jset #5, t0, f0
t0: ld M[0]
    or #1
    st M[0]
f0: ld #5
    jset #4, t1, f1
t1: ld M[0]
    or #2
    st M[0]
f1: ld #4
    jset #5, t2, f2
t2: ld M[0]
    or #4
    st M[0]
f2: ld #2147483648
    jset #1, t3, f3
t3: ld M[0]
    or #8
    st M[0]
f3: ld #1
    jset #2147483648, t4, f4
t4: ld M[0]
    or #16
    st M[0]
f4: ld #0
    jset #4294967295, t5, f5
t5: ld M[0]
    or #32
    st M[0]
f5: ld #2147483648
    jset #2147483648, t6, f6
t6: ld M[0]
    or #64
    st M[0]
f6: ld M[0]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 71
====
# jset x compares without sign
-- asm
    ld #0
    st M[0]
    ldx #5
    ld #5
    jset x, t0, f0
t0: ld M[0]
    or #1
    st M[0]
f0: ldx #4
    ld #5
    jset x, t1, f1
t1: ld M[0]
    or #2
    st M[0]
f1: ldx #5
    ld #4
    jset x, t2, f2
t2: ld M[0]
    or #4
    st M[0]
f2: ldx #1
    ld #2147483648
    jset x, t3, f3
t3: ld M[0]
    or #8
    st M[0]
f3: ldx #2147483648
    ld #1
    jset x, t4, f4
t4: ld M[0]
    or #16
    st M[0]
f4: ldx #4294967295
    ld #0
    jset x, t5, f5
t5: ld M[0]
    or #32
    st M[0]
f5: ldx #2147483648
    ld #2147483648
    jset x, t6, f6
t6: ld M[0]
    or #64
    st M[0]
f6: ld M[0]
    ret a
-- packet 01 23 45 67 89 ab cd ef
-- want ret 71
