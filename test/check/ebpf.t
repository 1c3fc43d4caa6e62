# SPDX-License-Identifier: BSD-2-Clause
# an opcode that does not exist
-- ebpf
r0 = 0
.insn 0xff
exit
-- want err
there is no opcode 0xff
insn 1
====
# a field that is not used
-- ebpf
.insn 0x0000000100000095
exit
-- want err
opcode 0x95 does not use imm, which must be 0
====
# a register that does not exist
-- ebpf
.insn 0x0000000000000bb7
exit
-- want err
there is no register r11
====
# an operation that does not exist
-- ebpf
.insn 0x00000000000700bf
exit
-- want err
opcode 0xbf has no operation with off 7
====
# half of a 64-bit immediate
-- ebpf
r0 = 0
.insn 0x0000000000000018
-- want err
the second half of the 64-bit immediate is missing
====
# a 64-bit immediate with junk in its second half
-- ebpf
.insn 0x0000000000000018
.insn 0x0000000000000001
exit
-- want err
of the second half of a 64-bit immediate only imm may be set
====
# a jump behind the program
-- ebpf
r0 = 0
.insn 0x0000000000050005
exit
-- want err
jumps to slot 7; the program has slots 0 to 2
insn 1
====
# a jump just behind the program
-- ebpf
r0 = 0
.insn 0x0000000000010005
exit
-- want err
jumps to slot 3; the program has slots 0 to 2
====
# a jump to before the program
-- ebpf
r0 = 0
.insn 0x00000000fffd0005
exit
-- want err
jumps to slot -1; the program has slots 0 to 2
====
# a far jump to before the program
-- ebpf
r0 = 0
.insn 0x8000000000000006
exit
-- want err
jumps to slot -2147483646; the program has slots 0 to 2
====
# a jump into a 64-bit immediate
-- ebpf
.insn 0x0000000000010005
r0 = 5 ll
exit
-- want err
jumps to slot 2, the second half of a 64-bit immediate
====
# a conditional jump into a 64-bit immediate
-- ebpf
.insn 0x0000000000010015
r0 = 5 ll
exit
-- want err
jumps to slot 2, the second half of a 64-bit immediate
====
# may_goto behind the program
-- ebpf
r0 = 0
.insn 0x00000000000500e5
exit
-- want err
jumps to slot 7; the program has slots 0 to 2
====
# a jump into another function
-- ebpf
call f
goto in
exit
f: r0 = 0
in: exit
-- want err
jumps to slot 4, out of its function, slots 0 to 2
insn 1
====
# a jump back into another function
-- ebpf
m: call f
exit
f: if r1 == 0 goto m
exit
-- want err
jumps to slot 0, out of its function, slots 2 to 3
insn 2
====
# the address of a function begins one
-- ebpf
r1 = f ll
goto f
f: exit
-- want err
jumps to slot 3, out of its function, slots 0 to 2
insn 2
====
# a call out of the program
-- ebpf
r0 = 1
.insn 0x0000006400001085
exit
-- want err
calls slot 102; the program has slots 0 to 2
====
# a call into a 64-bit immediate
-- ebpf
.insn 0x0000000100001085
r0 = 5 ll
exit
-- want err
calls slot 2, the second half of a 64-bit immediate
====
# the address of what is no function
-- ebpf
.insn 0x0000006400004018
.insn 0
exit
-- want err
takes the address of slot 101; the program has slots 0 to 2
====
# a program that goes on behind its end
-- ebpf
r0 = 0
-- want err
the function at slot 0 goes on behind its end; exit or goto must be last
insn 0
====
# a 64-bit immediate at the end
-- ebpf
exit
r0 = 5 ll
-- want err
the function at slot 0 goes on behind its end
insn 1
====
# a conditional jump at the end
-- ebpf
l: exit
if r0 == 0 goto l
-- want err
the function at slot 0 goes on behind its end
====
# may_goto at the end
-- ebpf
l: exit
may_goto l
-- want err
the function at slot 0 goes on behind its end
====
# a function that goes on into the next
-- ebpf
call f
exit
f: r0 = 0
call g
g: exit
-- want err
the function at slot 2 goes on behind its end
insn 3
====
# callx
-- ebpf
r0 = 5
callx r0
exit
-- want err
calls what a register says
insn 1
====
# r10 is not written: a move
-- ebpf
r10 = 5
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 is not written: a sum
-- ebpf
r10 += r1
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 is not written: a load
-- ebpf
r10 = *(u64 *)(r1 + 0)
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 is not written: a 64-bit immediate
-- ebpf
r10 = 5 ll
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 is not written: negation
-- ebpf
r10 = -r10
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 is not written: a swap
-- ebpf
r10 = be16 r10
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 is not written: a move with sign
-- ebpf
r10 = (s8)r1
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 is not written: the value before
-- ebpf
r10 = atomic_fetch_add((u64 *)(r1 + 0), r10)
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 is not written: an exchange
-- ebpf
r10 = xchg_64(r1 + 0, r10)
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 is not written: a load that acquires
-- ebpf
r10 = load_acquire((u64 *)(r1 + 0))
exit
-- want err
writes r10, the frame pointer, which may only be read
insn 0
====
# r10 may be read, stored, compared and be a base
-- ebpf
r0 = r10
*(u64 *)(r10 - 8) = r10
r0 -= r10
if r10 == 0 goto +0
exit
-- want
r0 = 0
====
# the last instruction may be any jump that always goes
-- ebpf
goto l
m: exit
l: r0 = 4
gotol m
-- want
r0 = 4
