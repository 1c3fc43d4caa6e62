# SPDX-License-Identifier: BSD-2-Clause
# loads of every size, aligned or not, with and without sign
-- ebpf
r0 = *($1 *)(r1 + $2)
exit
-- mem 00 81 02 83 04 85 06 87 08
-- each
u8 1 = 0x81
u8 8 = 8
s8 1 = 0xffffffffffffff81
s8 2 = 2
u16 0 = 0x8100
u16 7 = 0x0887
s16 0 = 0xffffffffffff8100
s16 1 = 0x281
u32 0 = 0x83028100
u32 5 = 0x08870685
s32 0 = 0xffffffff83028100
s32 1 = 0x4830281
u64 0 = 0x8706850483028100
u64 1 = 0x0887068504830281
====
# loads before the register that they start from
-- ebpf
r1 += 8
r0 = *(u64 *)(r1 - 8)
exit
-- mem 01 02 03 04 05 06 07 08
-- want
r0 = 0x0807060504030201
====
# a load into its own base
-- ebpf
r1 = *(u16 *)(r1 + 1)
r0 = r1
exit
-- mem 01 02 03
-- want
r0 = 0x0302
====
# stores of every size change no byte more
-- ebpf
r2 = 0x1122334455667788 ll
*(u8 *)(r1 + 0) = r2
*(u16 *)(r1 + 2) = r2
*(u32 *)(r1 + 5) = r2
*(u64 *)(r1 + 10) = r2
r0 = 0
exit
-- mem 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
-- want
r0 = 0
mem 88 00 88 77 00 88 77 66 55 00 88 77 66 55 44 33 22 11 00
====
# stores of constants, which extend their sign
-- ebpf
*(u8 *)(r1 + 0) = -2
*(u16 *)(r1 + 2) = -2
*(u32 *)(r1 + 5) = -2
*(u64 *)(r1 + 10) = -2
r0 = 0
exit
-- mem 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
-- want
r0 = 0
mem fe 00 fe ff 00 fe ff ff ff 00 fe ff ff ff ff ff ff ff 00
====
# an address wraps at 64 bits
-- ebpf
r2 = r1
r3 = -1
r2 -= r3
r0 = *(u8 *)(r2 - 1)
r3 = 0x8000000000000000 ll
r1 += r3
r1 += r3
r4 = *(u8 *)(r1 + 1)
r0 += r4
exit
-- mem 05 06
-- want
r0 = 11
====
# the stack: what was stored, in all sizes
-- ebpf
r1 = 0x0123456789abcdef ll
*(u64 *)(r10 - 512) = r1
*(u64 *)(r10 - 8) = r1
r0 = *(u16 *)(r10 - 510)
r2 = *(u8 *)(r10 - 1)
r0 <<= 8
r0 |= r2
exit
-- with kernel
-- want
r0 = 0x89ab01
====
# atomic operations of 64 bits
-- ebpf
r2 = $1 ll
*(u64 *)(r10 - 8) = r2
r2 = $3 ll
lock *(u64 *)(r10 - 8) $2 r2
r0 = *(u64 *)(r10 - 8)
exit
-- each
0xffffffffffffffff += 2 = 1
0xf0f0f0f000000000 |= 0x0f0000000000000f = 0xfff0f0f00000000f
0xf0f0f0f000000001 &= 0xff000000ffffffff = 0xf000000000000001
0xf0f0f0f000000001 ^= 0xff000000ffffffff = 0x0ff0f0f0fffffffe
====
# atomic operations of 32 bits leave the upper half of the memory
-- ebpf
r2 = $1 ll
*(u64 *)(r10 - 8) = r2
r2 = $3 ll
lock *(u32 *)(r10 - 8) $2 w2
r0 = *(u64 *)(r10 - 8)
exit
-- each
0x55555555ffffffff += 0x900000002 = 0x5555555500000001
0x55555555f0f00000 |= 0x0f0000000000000f = 0x55555555f0f0000f
0x55555555f0f00001 &= 0x00000000ff000001 = 0x55555555f0000001
0x55555555f0f00001 ^= 0xffffffffff000001 = 0x555555550ff00000
====
# with the value before, of 64 bits
-- ebpf
r2 = 0xfffffffffffffff0 ll
*(u64 *)(r10 - 8) = r2
r2 = 0x1f
r2 = atomic_fetch_$1((u64 *)(r10 - 8), r2)
r0 = *(u64 *)(r10 - 8)
r0 ^= r2
exit
-- each
add = 0xffffffffffffffff
or = 0xf
and = 0xffffffffffffffe0
xor = 0x1f
====
# with the value before, of 32 bits and zero-extended
-- ebpf
r2 = 0x77777777fffffff0 ll
*(u64 *)(r10 - 8) = r2
r2 = 0xffffffff0000001f ll
w2 = atomic_fetch_$1((u32 *)(r10 - 8), w2)
r0 = *(u64 *)(r10 - 8)
r0 ^= r2
exit
-- each
add = 0x77777777ffffffff
or = 0x777777770000000f
and = 0x77777777ffffffe0
xor = 0x777777770000001f
====
# exchange, of 64 bits
-- ebpf
r2 = 0x1111111122222222 ll
*(u64 *)(r10 - 8) = r2
r2 = 0x3333333344444444 ll
r2 = xchg_64(r10 - 8, r2)
r0 = *(u64 *)(r10 - 8)
r0 -= r2
exit
-- with kernel
-- want
r0 = 0x2222222222222222
====
# exchange, of 32 bits
-- ebpf
r2 = 0x1111111122222222 ll
*(u64 *)(r10 - 8) = r2
r2 = 0x3333333344444444 ll
w2 = xchg32_32(r10 - 8, w2)
r0 = *(u64 *)(r10 - 8)
r0 -= r2
exit
-- with kernel
-- want
r0 = 0x1111111122222222
====
# compare and exchange, of 64 bits: r0 is what was there
-- ebpf
r0 = $1 ll
r2 = 0x100000005 ll
*(u64 *)(r10 - 8) = r2
r2 = 9
r0 = cmpxchg_64(r10 - 8, r0, r2)
r2 = *(u64 *)(r10 - 8)
r0 <<= 4
r0 += r2
exit
-- each
0x100000005 = 0x1000000059
5 = 0x1100000055
====
# compare and exchange, of 32 bits: the low half of r0 counts, the old value is zero-extended
-- ebpf
r0 = $1 ll
r2 = 0x100000005 ll
*(u64 *)(r10 - 8) = r2
r2 = 9
w0 = cmpxchg32_32(r10 - 8, w0, w2)
r2 = *(u64 *)(r10 - 8)
r0 <<= 4
r0 += r2
exit
-- each
0x100000005 = 0x100000059
0x700000005 = 0x100000059
6 = 0x100000055
0xffffffff00000000 = 0x100000055
====
# atomic operations where nothing is aligned
-- ebpf
r2 = 0x101
lock *(u64 *)(r1 + 1) += r2
r3 = 0x10
w3 = atomic_fetch_add((u32 *)(r1 + 3), w3)
r4 = 0x77
r4 = xchg_64(r1 + 1, r4)
r0 = r3
r0 <<= 32
r0 ^= r4
exit
-- mem 00 ff 01 02 03 04 05 06 07 08
-- want
r0 = 0x0202060603120300
mem 00 77 00 00 00 00 00 00 00 08
====
# loads that acquire and stores that release
-- ebpf
r2 = 0x1122334455667788 ll
store_release((u8 *)(r1 + 0), w2)
store_release((u16 *)(r1 + 2), w2)
store_release((u32 *)(r1 + 4), w2)
store_release((u64 *)(r1 + 8), r2)
w3 = load_acquire((u8 *)(r1 + 15))
w4 = load_acquire((u16 *)(r1 + 14))
w5 = load_acquire((u32 *)(r1 + 12))
r0 = load_acquire((u64 *)(r1 + 8))
r0 ^= r3
r4 <<= 16
r0 ^= r4
r5 <<= 32
r0 ^= r5
exit
-- mem 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
-- want
r0 = 0x0000000044447799
mem 88 00 88 77 88 77 66 55 88 77 66 55 44 33 22 11
====
# a 64-bit immediate is one instruction of two slots
-- ebpf
goto +2
r0 = 0x9500000000000000 ll
r0 = 0xfffffffffffffffe ll
exit
-- want
r0 = 0xfffffffffffffffe
