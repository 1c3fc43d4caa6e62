# SPDX-License-Identifier: BSD-2-Clause
# #proto is 0 when nothing is known
-- asm
    ld #7
    ld #proto
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #type is 0 when nothing is known
-- asm
    ld #7
    ld #type
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #mark is 0 when nothing is known
-- asm
    ld #7
    ld #mark
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #queue is 0 when nothing is known
-- asm
    ld #7
    ld #queue
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #rxhash is 0 when nothing is known
-- asm
    ld #7
    ld #rxhash
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #cpu is 0 when nothing is known
-- asm
    ld #7
    ld #cpu
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #vlan_tci is 0 when nothing is known
-- asm
    ld #7
    ld #vlan_tci
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #vlan_avail is 0 when nothing is known
-- asm
    ld #7
    ld #vlan_avail
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #poff is 0 when nothing is known
-- asm
    ld #7
    ld #poff
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #vlan_tpid is 0 when nothing is known
-- asm
    ld #7
    ld #vlan_tpid
    add #1
    ret a
-- with linux
-- packet 00
-- want ret 1
====
# #ifidx without a device ends the program, which returns A
-- asm
    ld #7
    ld #ifidx
    ret #1
-- with linux
-- packet 00
-- want ret 7
====
# #hatype without a device ends the program, which returns A
-- asm
    ld #7
    ldb #hatype
    ret #1
-- with linux
-- packet 00
-- want ret 7
====
# the sizes of an ancillary load are all the same
-- asm
    ldh #mark
    ldb #mark
    ld #mark
    add #2
    ret a
-- with linux
-- packet 00
-- want ret 2
====
# #xor_x is A ^= X, older than xor
-- asm
    ld #5
    ldx #6
    ld #xor_x
    ret a
-- with linux
-- packet 00
-- want ret 3
====
# #rand gives numbers that differ
-- asm
    ld #rand
    st M[0]
    ld #rand
    ldx M[0]
    jeq x, same, other
other: ret #1
same: ret #2
-- with linux
-- packet 00
-- want ret 1
====
# #nla finds the attribute of type X at or behind A
-- asm
    ld #0
    ldx #3
    ld #nla
    ret a
-- with linux
-- packet 08 00 01 00 aa bb cc dd 05 00 03 00 ee 00 00 00
-- packet 08 00 01 00 aa bb cc dd 05 00 02 00 ee 00 00 00
-- packet 08 00 03 00 aa bb cc dd
-- want
ret 8
ret 0
ret 0
====
# #nla does not see the flags in the type
-- asm
    ld #0
    ldx #3
    ld #nla
    ret a
-- with linux
-- packet 04 00 01 00 04 00 03 80
-- want ret 4
====
# #nla with A behind the last header gives 0
-- asm
    ld #5
    ldx #0
    ld #nla
    add #1
    ret a
-- with linux
-- packet 00 00 00 00 04 00 00 00
-- want ret 1
====
# #nla may begin at the last four bytes
-- asm
    ld #4
    ldx #0
    ld #nla
    ret a
-- with linux
-- packet 00 00 00 00 04 00 00 00
-- want ret 4
====
# #nla stops at an attribute that is too short or too long
-- asm
    ld #0
    ldx #3
    ld #nla
    ret a
-- with linux
-- packet 03 00 01 00 04 00 03 00
-- packet 0c 00 01 00 04 00 03 00
-- want
ret 0
ret 0
====
# #nlan looks into the attribute at A
-- asm
    ld #4
    ldx #3
    ld #nlan
    ret a
-- with linux
-- packet ff ff ff ff 0c 00 01 00 04 00 02 00 04 00 03 00
-- packet ff ff ff ff 08 00 01 00 04 00 02 00 04 00 03 00
-- packet ff ff ff ff 0d 00 01 00 04 00 02 00 04 00 03 00
-- want
ret 12
ret 0
ret 0
====
# a load at SKF_NET_OFF counts from the network header
-- asm
    ld [-1048575]
    ret a
-- with linux
-- packet 00 01 02 03 04
-- packet 00 01 02 03
-- want
ret 0x01020304
reject
====
# an indirect load reaches SKF_NET_OFF too
-- asm
    ldx #0xfff00000
    ldb [x + 2]
    ret a
-- with linux
-- packet 01 02 03
-- want ret 3
====
# ldxb reaches SKF_NET_OFF too
-- asm
    ldxb 4*([-1048576]&0xf)
    txa
    ret a
-- with linux
-- packet 45
-- want ret 20
====
# a load at SKF_LL_OFF drops without a link-layer header
-- asm
    ldb [-2097152]
    ret #1
-- with linux
-- packet 01 02 03
-- want reject
====
# a load between the two areas and the packet drops
-- asm
    ldb [0x80000000]
    ret #1
-- with linux
-- packet 01 02 03
-- want reject
====
# libpcap knows no ancillary load by word: it is far away
-- asm
    ld #proto
    ret #1
-- with libpcap
-- packet 01 02 03
-- want reject
====
# libpcap's VLAN tag drops when nothing is known
-- asm
    ldb #vlan_tci
    ret #1
-- with libpcap
-- packet 01 02 03
-- want reject
