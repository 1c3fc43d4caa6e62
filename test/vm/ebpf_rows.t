# SPDX-License-Identifier: BSD-2-Clause
# arithmetic as RFC 9669 4.1 has it, on every engine, the kernel too where it may
-- sh
is() {
	got=$(echo "$2" | onebpf run --engine all - 2>err.txt) && [ "$got" = "$1" ] ||
		{ echo "$2: $got, not $1"; grep -v without err.txt; }
}
is 0x0 'r0 = 7; r1 = 0; r0 /= r1; exit'
is 0x7 'r0 = 7; r1 = 0; r0 %= r1; exit'
is 0x0 'r0 = 7; r1 = 0; w0 /= w1; exit'
is 0x7 'r0 = 0x100000007 ll; r1 = 0; w0 %= w1; exit'
is 0x8000000000000000 'r0 = 0x8000000000000000 ll; r1 = -1; r0 s/= r1; exit'
is 0x0 'r0 = 0x8000000000000000 ll; r1 = -1; r0 s%= r1; exit'
is 0x80000000 'w0 = 0x80000000; w1 = -1; w0 s/= w1; exit'
is 0x0 'w0 = 0x80000000; w1 = -1; w0 s%= w1; exit'
is 0xfffffffffffffffd 'r0 = -10; r1 = 3; r0 s/= r1; exit'
is 0xffffffffffffffff 'r0 = -10; r1 = 3; r0 s%= r1; exit'
is 0x2 'r0 = 1; r1 = 65; r0 <<= r1; exit'
is 0x2 'r0 = 1; r1 = 33; w0 <<= w1; exit'
is 0x1 'r0 = 1; r1 = 64; r0 >>= r1; exit'
is 0xfffffffffffffffe 'r0 = -8; r0 s>>= 2; exit'
is 0xfffffffe 'w0 = -8; w0 s>>= 2; exit'
is 0xffffffff 'w0 = -1; exit'
is 0xffffffffffffffff 'r0 = -1; exit'
is 0x0 'r0 = -1; w0 += 1; exit'
is 0xffffffff 'r0 = 1; w0 = -w0; exit'
is 0x123456789abcdef0 'r0 = 0x123456789abcdef0 ll; exit'
-- stdout
====
# moves with sign, and byte order
-- sh
is() {
	got=$(echo "$2" | onebpf run --engine all - 2>err.txt) && [ "$got" = "$1" ] ||
		{ echo "$2: $got, not $1"; grep -v without err.txt; }
}
is 0xffffffffffffff80 'r1 = 0x180; r0 = (s8)r1; exit'
is 0xffffff80 'r1 = 0x180; w0 = (s8)w1; exit'
is 0xffffffffffff8000 'r1 = 0x18000; r0 = (s16)r1; exit'
is 0xffffffff80000000 'r1 = 0x80000000 ll; r0 = (s32)r1; exit'
is 0x3412 'r0 = 0x1234; r0 = be16 r0; exit'
is 0x78563412 'r0 = 0x912345678 ll; r0 = be32 r0; exit'
is 0xf0debc9a78563412 'r0 = 0x123456789abcdef0 ll; r0 = be64 r0; exit'
is 0x5678 'r0 = 0x12345678; r0 = le16 r0; exit'
is 0x7856 'r0 = 0x12345678; r0 = bswap16 r0; exit'
is 0xffffffffffffff80 '*(u8 *)(r10 - 1) = 0x80; r0 = *(s8 *)(r10 - 1); exit'
is 0xffffffffffffffff '*(u64 *)(r10 - 8) = -1; r0 = *(u64 *)(r10 - 8); exit'
-- stdout
====
# jumps compare what they say, in the width they say
-- sh
is() {
	got=$(echo "r0 = 1; r1 = $2; if $3 goto yes; r0 = 0; yes: exit" | onebpf run --engine all - 2>err.txt) &&
		[ "$got" = "$1" ] || { echo "$2, $3: $got, not $1"; grep -v without err.txt; }
}
is 0x1 '-1' 'r1 > 5'
is 0x0 '-1' 'r1 s> 5'
is 0x1 '-1' 'r1 s< 0'
is 0x0 '-1' 'r1 < 0'
is 0x1 '0x100000001 ll' 'w1 == 1'
is 0x0 '0x100000001 ll' 'r1 == 1'
is 0x1 '-1' 'r1 == -1'
is 0x1 '4' 'r1 & 6'
is 0x0 '8' 'r1 & 6'
is 0x1 '-5' 'w1 s<= -5'
is 0x1 '7' 'r1 >= 7'
is 0x0 '7' 'r1 != 7'
-- stdout
====
# atomic operations give back what was there, zero-extended
-- sh
is() {
	got=$(echo "$2" | onebpf run --engine all - 2>err.txt) && [ "$got" = "$1" ] ||
		{ echo "$2: $got, not $1"; grep -v without err.txt; }
}
first='*(u64 *)(r10 - 8) = 5; r1 = 3'
last='r0 = *(u64 *)(r10 - 8); exit'
is 0x8 "$first; lock *(u64 *)(r10 - 8) += r1; $last"
is 0x7 "$first; lock *(u64 *)(r10 - 8) |= r1; $last"
is 0x1 "$first; lock *(u64 *)(r10 - 8) &= r1; $last"
is 0x6 "$first; lock *(u64 *)(r10 - 8) ^= r1; $last"
is 0x5 "$first; r1 = atomic_fetch_or((u64 *)(r10 - 8), r1); r0 = r1; exit"
is 0x5 "$first; w1 = atomic_fetch_and((u32 *)(r10 - 8), w1); r0 = r1; exit"
is 0x5 "$first; r1 = xchg_64(r10 - 8, r1); r0 = r1; exit"
is 0x3 "$first; r0 = 5; r0 = cmpxchg_64(r10 - 8, r0, r1); $last"
is 0x5 "$first; r0 = 4; r0 = cmpxchg_64(r10 - 8, r0, r1); $last"
is 0x5 "$first; r0 = 0x100000005 ll; w0 = cmpxchg32_32(r10 - 8, w0, w1); exit"
-- stdout
====
# a local call has a frame of its own and keeps r6 to r9
-- sh
cat >a.s <<'END'
	r6 = 5
	*(u64 *)(r10 - 8) = 11
	r1 = 2
	call f
	r1 = *(u64 *)(r10 - 8)
	r0 += r1
	r0 += r6
	exit
f:	r6 = 100
	*(u64 *)(r10 - 8) = 1
	r0 = r1
	r0 += r6
	exit
END
onebpf run --engine all a.s 2>/dev/null
-- stdout
0x76
====
# two shifts and an or rotate, whichever registers they use
-- sh
for last in 'r0 = r2' 'r0 = r3' 'r0 = r4' 'r0 = r2; r0 ^= r3; r0 ^= r4'; do
	for body in 'r3 = r2; r3 >>= 51; r2 <<= 13; r2 |= r3' 'r3 = r2; r3 <<= 13; r2 >>= 51; r3 |= r2' \
		'r3 = r2; r3 >>= 51; r4 = r2; r4 <<= 13; r4 |= r3' 'r3 = r2; r3 <<= 32; r4 = r2; r4 >>= 32; r3 |= r4' \
		'w3 = w2; w3 >>= 25; w2 <<= 7; w2 |= w3' 'w3 = w2; w3 >>= 25; w4 = w2; w4 <<= 7; w3 |= w4'
	do
		echo "r2 = 0x923456789abcdef1 ll; r3 = 0; r4 = 0; $body; $last; exit" | onebpf run --engine all - 2>/dev/null
	done
done | sort | uniq -c | tr -s ' '
-- stdout
 3 0x0
 3 0x1246
 1 0x18fb452f0162fef1
 1 0x4d
 2 0x5e6f7880
 2 0x5e6f78cd
 1 0x88888899abcdef1
 2 0x8acf13579bde2000
 3 0x8acf13579bde3246
 1 0x92345678
 1 0x923456789abcdebc
 3 0x923456789abcdef1
 1 0x9abcdef192345678
