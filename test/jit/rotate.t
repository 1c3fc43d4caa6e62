# SPDX-License-Identifier: BSD-2-Clause
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
