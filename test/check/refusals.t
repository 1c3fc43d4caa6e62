# SPDX-License-Identifier: BSD-2-Clause
# an opcode that is no row
-- asm
    unimp 0x99
    ret a
-- want err
insn 0: `unimp 0x99`: opcode 0x99 is none of the 49
====
# ret x
-- asm
    unimp 0xe
    ret a
-- want err
ret takes a constant (0x06) or A (0x16)
====
# neg with the X bit
-- asm
    unimp 0x8c
    ret a
-- want err
neg has no form with X
====
# the header length by word
-- asm
    unimp 0xa1
    ret a
-- want err
byte size (0xb1)
====
# ldx [k]
-- asm
    unimp 0x21
    ret a
-- want err
X has no absolute load
====
# a stray bit above
-- asm
    unimp 0x106
    ret a
-- want err
the high 8 bits of an opcode must be 0
====
# a stray bit below
-- asm
    unimp 0x8e
    ret a
-- want err
its unused bits must be 0
====
# a jump that does not exist
-- asm
    unimp 0x55 jt 1 jf 1
    ret a
-- want err
jumps are ja, jeq, jgt, jge and jset
====
# arithmetic that does not exist
-- asm
    unimp 0xb4
    ret a
-- want err
arithmetic is add, sub,
====
# a size that does not exist
-- asm
    unimp 0x38
    ret a
-- want err
this size or addressing mode does not exist
====
# div #0
-- asm
    ld #1
    div #0
    ret a
-- want err
insn 1: `div #0`: division by the constant 0
====
# mod #0
-- asm
    mod #0
    ret a
-- want err
insn 0: `mod #0`: division by the constant 0
====
# lsh #32
-- asm
    lsh #32
    ret a
-- want err
insn 0: `lsh #32`: shift by 32; 0 to 31 are allowed
====
# rsh #4294967295
-- asm
    rsh #4294967295
    ret a
-- want err
shift by 4294967295; 0 to 31 are allowed
====
# lsh #31 and rsh #0 pass
-- asm
    ld #1
    lsh #31
    rsh #0
    ret a
-- packet 00
-- want ret 0x80000000
====
# ld M[16]
-- asm
    ld M[16]
    ret a
-- want err
insn 0: `ld M[16]`: cell 16; M[0] to M[15] exist
====
# ldx M[16]
-- asm
    ldx M[16]
    ret a
-- want err
cell 16; M[0] to M[15] exist
====
# st M[16]
-- asm
    st M[16]
    ret a
-- want err
cell 16; M[0] to M[15] exist
====
# stx M[-1]
-- asm
    stx M[-1]
    ret a
-- want err
cell 4294967295; M[0] to M[15] exist
====
# ja beyond the end
-- asm
    ja 2
    ret a
-- want err
insn 0: `ja 2`: jumps to instruction 2 of 2
====
# ja back
-- asm
    ret a
    ja 0
    ret a
-- want err
insn 1: `ja 0`: jumps back by 2; only forward jumps are allowed
====
# ja to itself
-- asm
    ja 0
    ret a
-- want err
jumps back by 1; only forward jumps are allowed
====
# a true jump beyond the end
-- asm
    jeq #1 jt 2 jf 1
    ret a
-- want err
insn 0: `jeq #0x1 jt 2 jf 1`: jumps to instruction 2; the last is 1
====
# a false jump beyond the end
-- asm
    jset x jt 1 jf 256
    ret a
-- want err
jumps to instruction 256; the last is 1
====
# an ancillary load that does not exist
-- asm
    ldb [-4095]
    ret a
-- want err
insn 0: `ldb [-4095]`: 0xfffff000 + 1 names no ancillary load
====
# an ancillary load beyond the last
-- asm
    ldh [-4032]
    ret a
-- want err
0xfffff000 + 64 names no ancillary load
====
# just below the ancillary area passes
-- asm
    ld [-4097]
    ret #1
-- packet 00
-- want reject
====
# no ret at the end
-- asm
    ld #1
-- want err
insn 0: `ld #0x1`: the last instruction must be ret
====
# a jump at the end
-- asm
    ja 1
-- want err
insn 0: `ja 1`: jumps to instruction 1 of 1
====
# a cell that nothing was stored to
-- asm
    ld M[3]
    ret a
-- want err
insn 0: `ld M[3]`: M[3] is not stored on every path
====
# a cell that one path does not store
-- asm
    jeq #1, yes, no
yes: st M[3]
no: ldx M[3]
    ret a
-- want err
insn 2: `ldx M[3]`: M[3] is not stored on every path
====
# a cell that both paths store
-- asm
    jeq #1, yes, no
yes: st M[3]
    ja end
no: stx M[3]
end: ld M[3]
    add #5
    ret a
-- packet 00
-- want ret 5
====
# code that nothing reaches may load any cell
-- asm
    ja end
    ld M[3]
end: ret #1
-- packet 00
-- want ret 1
====
# a shift by X is not checked
-- asm
    ldx #40
    lsh x
    ret #1
-- packet 00
-- want ret 1
====
# libpcap's rules pass a cell that nothing was stored to
-- asm
    ld M[3]
    add #1
    ret a
-- with libpcap
-- packet 00
-- want ret 1
====
# libpcap's rules refuse a jump back before the start
-- asm
    ja -1
    ret a
-- with libpcap
-- want err
jumps to instruction -1 of 2
====
# libpcap's rules refuse a jump beyond the end
-- asm
    ja 2
    ret a
-- with libpcap
-- want err
jumps to instruction 2 of 2
====
# libpcap's rules refuse a cell that does not exist
-- asm
    st M[16]
    ret a
-- with libpcap
-- want err
M[0] to M[15] exist
====
# libpcap's rules refuse division by 0
-- asm
    div #0
    ret a
-- with libpcap
-- want err
division by the constant 0
