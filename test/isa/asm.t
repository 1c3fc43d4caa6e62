# SPDX-License-Identifier: BSD-2-Clause
# bpf_asm's example: ARP or not
-- asm
    ldh [12]
    jne #0x806, drop
    ret #-1
drop: ret #0
-- packet @arp-request
-- packet @ssh4-syn
-- want
ret 0xffffffff
ret 0
====
# comments, blank lines and labels on lines of their own
-- asm
    ; a comment
    /* one over
       two lines */ ld #1 ; and one behind

end:
last: ret a /* the last */
-- packet 00
-- want ret 1
====
# the three other jumps change places
-- asm
    ld #5
    jlt #5, no
    jle #4, no
    jneq #5, no
    jle #5, yes, no
yes: jlt #6, good, no
good: ret #1
no: ret #0
-- packet 00
-- want ret 1
====
# one target: the other is the next instruction
-- asm
    ld #5
    jeq #5, yes
    ret #0
yes: jeq #6, no
    ret #1
no: ret #0
-- packet 00
-- want ret 1
====
# numbers in four bases
-- asm
    ld #0x10
    add #0b11
    add #010
    add #10
    ret a
-- packet 00
-- want ret 37
====
# negative numbers
-- asm
    ld #-1
    add #2
    ret a
-- packet 00
-- want ret 1
====
# %x, ldi, ldxi and jmp
-- asm
    ldi 5
    ldxi #6
    add %x
    jmp end
end: ret %a
-- packet 00
-- want ret 11
====
# ldx 4*([k]&0xf), in bpf_asm's spacing
-- asm
    ldx 4*([0]&0xf)
    ldb [x+1]
    ret a
-- packet 41 02 03 04 05 06
-- want ret 6
====
# [x - k] and [x]
-- asm
    ldx #4
    ldb [x - 3]
    tax
    ldb [x]
    ret a
-- with linux
-- packet 00 03 00 09 00
-- want ret 9
====
# a listing of tcpdump -d
-- asm
    (000) ldh      [12]
    (001) jeq      #0x806           jt 2	jf 3
    (002) ret      #262144
    (003) ret      #0
-- packet @arp-request
-- want ret 262144
====
# a listing of tcpdump -dd
-- asm
    { 0x28, 0, 0, 0x0000000c },
    { 0x15, 0, 1, 0x00000806 },
    { 0x6, 0, 0, 0x00040000 },
    { 0x6, 0, 0, 0x00000000 },
-- packet @arp-request
-- want ret 262144
====
# a listing of tcpdump -ddd
-- asm
    4
    40 0 0 12
    21 0 1 2054
    6 0 0 262144
    6 0 0 0
-- packet @arp-request
-- want ret 262144
====
# one line, as iptables' bpf match takes it
-- asm
    4,40 0 0 12,21 0 1 2054,6 0 0 262144,6 0 0 0,
-- packet @arp-request
-- want ret 262144
====
# numbers of (008) and above are decimal
-- asm
    (000) ld #0
    (001) ld #1
    (002) ld #2
    (003) ld #3
    (004) ld #4
    (005) ld #5
    (006) ld #6
    (007) ld #7
    (008) ld #8
    (009) ld #9
    (010) ret a
-- packet 00
-- want ret 9
====
# a misspelt instruction
-- asm
    prot #1
-- want err
asm:1:5: `prot` is no instruction
^~~~
hint: did you mean `ret`?
====
# an operand that it does not take
-- asm
    ldh #4
-- want err
asm:1:9: `ldh` takes [k] or [x + k], not `#4`
====
# a bare number for a constant
-- asm
    ret 5
-- want err
`ret` takes #k or nothing, not `5`
hint: a constant is written #5
====
# an operand where there is none
-- asm
    tax x
-- want err
`tax` takes nothing, not `x`
====
# no operand
-- asm
    ldx
-- want err
`ldx` takes #k or M[k] or #pktlen, not nothing
====
# a label that is not there
-- asm
    jeq #1, nowhere
    ret a
-- want err
asm:1:13: there is no label `nowhere`
====
# a label twice
-- asm
l: ld #1
l: ret a
-- want err
asm:2:1: label `l` is there already
asm:1:1: note: here
====
# a label with nothing behind it
-- asm
    ja end
    ret a
end:
-- want err
asm:1:8: no instruction follows the label `end`
====
# a conditional jump back
-- asm
l: ld #1
    jeq #1, l
    ret a
-- want err
a conditional jump can only go forward
====
# a conditional jump too far
-- asm
    jeq #1, end
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
    neg
end: ret a
-- want err
passes over at most 255 instructions, not 256; `ja` reaches further
====
# a number too large
-- asm
    ret #4294967296
-- want err
`4294967296` does not fit in 32 bits
====
# a number too small
-- asm
    ret #-2147483649
-- want err
`-2147483649` does not fit in 32 bits
====
# digits that do not belong
-- asm
    ret #0x12g
-- want err
`0x12g` is not a number of base 16
====
# a number without digits
-- asm
    ret #0x
-- want err
`0x` has no digits
====
# another multiplier than 4
-- asm
    ldxb 2*([0]&0xf)
-- want err
only 4*([k]&0xf) can be loaded
====
# another mask than 0xf
-- asm
    ldxb 4*([0]&0xe)
-- want err
only 4*([k]&0xf) can be loaded
====
# an unknown ancillary load
-- asm
    ld #prtoo
-- want err
`prtoo` is no operand
hint: did you mean `proto`?
====
# an unknown ancillary load in brackets
-- asm
    ld [vlan_tcy]
-- want err
`vlan_tcy` is no ancillary load
hint: did you mean `vlan_tci`?
====
# too much on a line
-- asm
    ret a ret
-- want err
`ret` is not expected here
====
# a wrong number before an instruction
-- asm
    (001) ret a
-- want err
asm:1:6: this is instruction 0, not `001`
====
# jt without jf
-- asm
    jeq #1 jt 1
    ret a
-- want err
`jf` is expected here, not the end of the line
====
# a missing bracket
-- asm
    ldh [12
-- want err
`]` is expected here, not the end
====
# a byte that has no meaning
-- asm
    ld 
-- want err
a byte of value 0x01 has no meaning here
====
# a count that is not true
-- asm
    3,6 0 0 0
-- want err
`3` instructions are announced, but there are 1
====
# a jump offset that does not fit
-- asm
    { 0x6, 0, 300, 0 }
-- want err
jf is at most 255, not `300`
====
# an opcode that does not fit
-- asm
    1
    65536 0 0 0
-- want err
an opcode is at most 65535, not `65536`
====
# instructions without a separator
-- asm
    2,6 0 0 0 6 0 0 0
-- want err
`,` or a new line is expected here, not `6`
====
# a comment that does not end
-- asm
    /* ld #1
-- want err
there is no instruction
