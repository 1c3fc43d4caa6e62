# SPDX-License-Identifier: BSD-2-Clause
# listings of what clang compiles are read as they are; our own is what llvm-mc reads
-- skip-unless { command -v clang-19 && command -v llvm-objdump-19 && command -v llvm-mc-19 && command -v llvm-objcopy-19; } || { command -v clang && command -v llvm-objdump && command -v llvm-mc && command -v llvm-objcopy; }
-- file a.c
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#ifdef ALONE
#define INNER static inline __attribute__((always_inline))
#else
#define INNER static __attribute__((noinline))
#endif

INNER u64 mix(u64 a, u64 b)
{
	for (u32 i = 0; i < 100; i++) {
		a = a * 0x9e3779b97f4a7c15ull + (b >> 7 | b << 57);
		b ^= a >> (a & 31);
		if ((s64)a < (s64)b)
			a = -a;
	}
	return a % 1000003 / (b | 1);
}

INNER int signs(signed char *p, short *q, int *r)
{
	int sum = 0;

	for (int i = -5; i <= 300; i++) {
		sum += p[i & 7] * q[i & 3] - r[i & 1];
		if (sum & 0x80001000)
			sum >>= 3;
		p[i & 7] = (signed char)(sum + 3);
		q[1] = 500, r[1] = -1;
	}
	return sum;
}

u64 first(u8 *ctx)
{
	signed char bytes[8] = {1, 2, 3, -4, 5, 6, -7, 8};
	short shorts[4] = {1000, -2000, 3000, 4};
	int ints[2] = {*(int *)ctx, *(int *)(ctx + 4)};
	u64 sum = mix(*(u64 *)ctx, *(u16 *)(ctx + 8));

	__sync_fetch_and_add((u64 *)(ctx + 16), sum);
	sum += __builtin_bswap64(sum) + __builtin_bswap32((u32)sum) + __builtin_bswap16((u16)sum);
	switch (*ctx) {
	case 1: return sum;
	case 2: return sum + (u64)signs(bytes, shorts, ints);
	case 77: return ((u64(*)(int))5)(3);
	}
	return *(u32 *)(ctx + 24) > 7 ? 1ull << 40 : (u64)signs(bytes, shorts, ints);
}
-- file atomic.c
unsigned long long all(unsigned long long *p, unsigned int *q)
{
	unsigned long long sum = __sync_fetch_and_add(p, 3) + __sync_fetch_and_or(p, 5);

	sum += __sync_fetch_and_and(q, 6) + __sync_fetch_and_xor(q, 9);
	sum += __sync_val_compare_and_swap(p, 1, 2) + __sync_val_compare_and_swap(q, 1, 2);
	sum += __sync_lock_test_and_set(p, 4) + __sync_lock_test_and_set(q, 4);
	return sum;
}
-- sh
# compiled CLANG-SUFFIX CPU FILE OPTIONS: to a.o, its code to want
compiled() {
	v=$1 cpu=$2
	clang$v -O2 -target bpf -mcpu=$cpu -c "$3" $4 -o a.o 2>/dev/null && llvm-objcopy$v -O binary -j .text a.o want
}
same() { cmp want got && count=$((count + 1)) || echo "$*"; }
count=0
for v in -19 ''; do
	command -v clang$v >/dev/null && command -v llvm-mc$v >/dev/null || continue
	for cpu in v1 v2 v3 v4; do
		for c in a.c atomic.c; do
			compiled "$v" $cpu $c || continue
			for imm in '' --print-imm-hex; do
				llvm-objdump$v -d -j .text --mcpu=$cpu $imm a.o >a.s
				onebpf asm a.s >got
				same "llvm-objdump$v $cpu $c $imm"
			done
			# without its bytes a listing does not tell kinds of calls apart
			compiled "$v" $cpu $c -DALONE
			# clang 14 reads and lists less than it writes
			[ "$c$v" != atomic.c ] || continue
			llvm-objdump$v -d -j .text --mcpu=$cpu --no-show-raw-insn a.o >a.s
			onebpf asm a.s >got
			same "llvm-objdump$v $cpu $c without bytes"
			onebpf dis want >ours.s
			llvm-mc$v -triple bpfel -mcpu=$cpu -filetype=obj ours.s -o b.o && llvm-objcopy$v -O binary -j .text b.o got
			same "llvm-mc$v $cpu $c"
		done
	done
done
[ $count -ge 20 ] || echo "only $count were compared"
-- stdout
