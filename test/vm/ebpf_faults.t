# SPDX-License-Identifier: BSD-2-Clause
# a read that begins before the memory
-- ebpf
r0 = *(u8 *)(r1 - 1)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault read of 1 byte at
fault ebpf:1:
====
# a read that begins behind the memory
-- ebpf
r0 = 0
r0 = *(u8 *)(r1 + 8)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault read of 1 byte at
fault ebpf:2:
====
# a read of 2 bytes whose last is not in the memory
-- ebpf
r0 = *(u16 *)(r1 + 7)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault read of 2 bytes at
====
# a write of 2 bytes whose last is not in the memory
-- ebpf
r0 = 1
*(u16 *)(r1 + 7) = r0
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 2 bytes at
mem 00 01 02 03 04 05 06 07
====
# a write of 2 bytes, a constant, before the memory
-- ebpf
*(u16 *)(r1 - 1) = 1
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 2 bytes at
mem 00 01 02 03 04 05 06 07
====
# a read of 4 bytes whose last is not in the memory
-- ebpf
r0 = *(u32 *)(r1 + 5)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault read of 4 bytes at
====
# a write of 4 bytes whose last is not in the memory
-- ebpf
r0 = 1
*(u32 *)(r1 + 5) = r0
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 4 bytes at
mem 00 01 02 03 04 05 06 07
====
# a write of 4 bytes, a constant, before the memory
-- ebpf
*(u32 *)(r1 - 1) = 1
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 4 bytes at
mem 00 01 02 03 04 05 06 07
====
# a read of 8 bytes whose last is not in the memory
-- ebpf
r0 = *(u64 *)(r1 + 1)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault read of 8 bytes at
====
# a write of 8 bytes whose last is not in the memory
-- ebpf
r0 = 1
*(u64 *)(r1 + 1) = r0
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 8 bytes at
mem 00 01 02 03 04 05 06 07
====
# a write of 8 bytes, a constant, before the memory
-- ebpf
*(u64 *)(r1 - 1) = 1
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 8 bytes at
mem 00 01 02 03 04 05 06 07
====
# a signed read
-- ebpf
r0 = *(s16 *)(r1 + 7)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault read of 2 bytes at
====
# memory of no bytes
-- ebpf
r0 = *(u8 *)(r1 + 0)
exit
-- mem 
-- want
fault read of 1 byte at
====
# no memory
-- ebpf
r0 = *(u8 *)(r1 + 0)
exit
-- want
fault read of 1 byte at 0x0
====
# an address near the end of all
-- ebpf
r1 = -4
r0 = *(u64 *)(r1 + 0)
exit
-- want
fault read of 8 bytes at 0xfffffffffffffffc
====
# an offset that wraps
-- ebpf
r1 = 0
r0 = *(u64 *)(r1 - 4)
exit
-- want
fault read of 8 bytes at 0xfffffffffffffffc
====
# above the frame
-- ebpf
r0 = *(u64 *)(r10 - 7)
exit
-- want
fault read of 8 bytes at
====
# a byte above the frame
-- ebpf
*(u8 *)(r10 + 0) = 1
exit
-- want
fault write of 1 byte at
====
# below the frame
-- ebpf
r0 = *(u64 *)(r10 - 513)
exit
-- want
fault read of 8 bytes at
====
# the frame of a function that has ended
-- ebpf
call f
r0 = *(u64 *)(r0 - 8)
exit
f:
*(u64 *)(r10 - 8) = 1
r0 = r10
exit
-- want
fault read of 8 bytes at
fault ebpf:2:
====
# an atomic operation is a write
-- ebpf
r0 = 1
lock *(u64 *)(r1 + 1) += r0
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 8 bytes at
mem 00 01 02 03 04 05 06 07
====
# so is one that gives the value before
-- ebpf
r0 = 1
w0 = atomic_fetch_or((u32 *)(r1 + 5), w0)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 4 bytes at
mem 00 01 02 03 04 05 06 07
====
# and an exchange
-- ebpf
r0 = 1
r0 = xchg_64(r1 + 1, r0)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 8 bytes at
====
# and one that compares
-- ebpf
r0 = 1
r2 = 2
r0 = cmpxchg_64(r1 + 1, r0, r2)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 8 bytes at
====
# a load that acquires is a read
-- ebpf
w0 = load_acquire((u16 *)(r1 + 7))
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault read of 2 bytes at
====
# a store that releases is a write
-- ebpf
r0 = 1
store_release((u32 *)(r1 + 5), w0)
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault write of 4 bytes at
====
# what happened before a fault stays
-- ebpf
*(u8 *)(r1 + 0) = 9
r0 = *(u8 *)(r1 + 8)
*(u8 *)(r1 + 1) = 9
exit
-- mem 00 01 02 03 04 05 06 07
-- want
fault ebpf:2:
mem 09 01 02 03 04 05 06 07
====
# a loop without end uses up the budget, at its jump back
-- ebpf
r0 = 0
l:
r0 += 1
if r0 != 0 goto l
exit
-- mem 
-- with budget=1000
-- want
fault budget of 1000 instructions
fault insn 2
====
# a budget that is just enough
-- ebpf
r0 = 0
l: r0 += 1
if r0 != 10 goto l
exit
-- with budget=19
-- want
r0 = 10
====
# and one less: the 9th jump back comes with instruction 19
-- ebpf
r0 = 0
l: r0 += 1
if r0 != 10 goto l
exit
-- with budget=18
-- want
fault budget of 18 instructions
fault insn 2
====
# straight code is not cut
-- ebpf
r0 = 1
r0 += 1
r0 += 1
r0 += 1
exit
-- with budget=1
-- want
r0 = 4
====
# a 64-bit immediate counts once
-- ebpf
l:
r0 = 5 ll
goto l
-- with budget=3
-- want
fault budget of 3 instructions
fault insn 2
====
# gotol back
-- ebpf
l:
r0 = 0
gotol l
-- with budget=100
-- want
fault budget
fault insn 1
====
# a jump to itself
-- ebpf
goto -1
-- with budget=100 unchecked
-- want
fault budget
fault insn 0
====
# a call looks at the budget
-- ebpf
r0 = 1
r0 = 2
call f
exit
f: exit
-- with budget=2
-- want
fault budget
fault insn 2
====
# callx too
-- ebpf
r0 = f ll
r0 = f ll
callx r0
exit
f: exit
-- with budget=2 unchecked
-- want
fault budget
fault insn 4
====
# what is no instruction faults when it is reached
-- ebpf
r0 = 1
if r0 == 0 goto +1
exit
.insn 0xff
-- with unchecked
-- want
r0 = 1
====
# and not before
-- ebpf
r0 = 1
if r0 == 1 goto +1
exit
.insn 0xff
-- with unchecked
-- want
fault this is no instruction
fault insn 3
====
# behind the end
-- ebpf
r0 = 1
-- with unchecked
-- want
fault this is no instruction
fault insn 1
====
# a jump out of the program
-- ebpf
r0 = 1
.insn 0x0000000000050005
exit
-- with unchecked
-- want
fault this is no instruction
fault insn 7
====
# a jump to before the program
-- ebpf
r0 = 1
.insn 0x00000000fff00005
exit
-- with unchecked
-- want
fault this is no instruction
fault insn 4294967282
====
# a far jump out of the program
-- ebpf
.insn 0x7fffffff00000006
exit
-- with unchecked
-- want
fault this is no instruction
fault insn 2147483648
====
# a conditional one, taken
-- ebpf
r0 = 1
.insn 0x0000000100640015
exit
-- with unchecked
-- want
fault this is no instruction
fault insn 102
====
# a conditional one, not taken
-- ebpf
r0 = 2
.insn 0x0000000100640015
exit
-- with unchecked
-- want
r0 = 2
====
# a call out of the program
-- ebpf
r0 = 1
.insn 0x0000006400001085
exit
-- with unchecked
-- want
fault this is no instruction
fault insn 102
====
# into the second half of a 64-bit immediate
-- ebpf
.insn 0x0000000000010005
r0 = 5 ll
exit
-- with unchecked
-- want
fault this is no instruction
fault insn 2
====
# half of a 64-bit immediate
-- ebpf
.insn 0x0000000000000018
-- with unchecked
-- want
fault this is no instruction
fault insn 0
====
# a map that nobody knows
-- ebpf
r1 = map_fd 3 ll
r0 = 0
exit
-- with unchecked
-- want
fault the 64-bit immediate 0x3 stands for nothing here
fault insn 0
====
# a packet load without a packet
-- ebpf
r0 = *(u16 *)skb[12]
exit
-- with unchecked
-- want
fault a packet is loaded from
fault insn 0
