# SPDX-License-Identifier: BSD-2-Clause
# one instruction, many spellings
-- file spellings
b7 00 00 00 05 00 00 00|r0 = 5|mov r0, 5|mov64 r0, 5|mov %r0, 0x5|r0=5|  r0  =  2+3 ;|r0 = (1 << 2) \| 1|r0 = 0b101|r0 = 05|0: (b7) r0 = 5|0: b7 00 00 00 05 00 00 00 r0 = 0x5
b7 00 00 00 ff ff ff ff|r0 = -1|r0 = 0xffffffff|r0 = 4294967295|mov r0, -1|r0 = ~0|r0 = 4 - 5
b4 01 00 00 02 00 00 00|w1 = 2|mov32 r1, 2|mov32 w1, 2
bf 21 00 00 00 00 00 00|r1 = r2|mov r1, r2|mov64 %r1, %r2
bf 21 08 00 00 00 00 00|r1 = (s8)r2|r1 = (s8) r2|movsx864 r1, r2|movsx8 r1, r2
bc 21 10 00 00 00 00 00|w1 = (s16)w2|movsx1632 r1, r2
87 03 00 00 00 00 00 00|r3 = -r3|r3 = - r3|neg r3|neg64 r3
84 03 00 00 00 00 00 00|w3 = -w3|neg32 r3
3f 21 01 00 00 00 00 00|r1 s/= r2|sdiv r1, r2|sdiv64 r1, r2
94 01 01 00 07 00 00 00|w1 s%= 7|smod32 r1, 7
c7 01 00 00 03 00 00 00|r1 s>>= 3|arsh r1, 3|r1 s>>=3
d7 05 00 00 40 00 00 00|r5 = bswap64 r5|bswap64 r5|swap64 r5
dc 05 00 00 10 00 00 00|r5 = be16 r5|be16 r5
61 10 04 00 00 00 00 00|r0 = *(u32 *)(r1 + 4)|r0 = *(u32*)(r1+4)|w0 = *(u32 *)(r1 + 0x4)|ldxw r0, [r1+4]|ldxw r0, [r1 + 4]|ldxw %r0, [%r1+4]
71 10 00 00 00 00 00 00|r0 = *(u8 *)(r1 + 0)|r0 = *(u8 *)(r1)|r0 = *(u8 *)(r1 - 0)|ldxb r0, [r1]
91 10 fc ff 00 00 00 00|r0 = *(s8 *)(r1 - 4)|ldxsb r0, [r1-4]|r0 = *(s8 *)(r1 + -4)
72 0a f8 ff 05 00 00 00|*(u8 *)(r10 - 8) = 5|stb [r10-8], 5
7b 1a f8 ff 00 00 00 00|*(u64 *)(r10 - 8) = r1|stxdw [r10-8], r1
63 1a f8 ff 00 00 00 00|*(u32 *)(r10 - 8) = r1|*(u32 *)(r10 - 8) = w1|stxw [r10-8], r1
db 21 08 00 00 00 00 00|lock *(u64 *)(r1 + 8) += r2|lock add [r1+8], r2|lock add64 [r1+8], r2
c3 21 08 00 00 00 00 00|lock *(u32 *)(r1 + 8) += r2|lock *(u32 *)(r1 + 8) += w2|lock add32 [r1+8], r2
db 21 08 00 a1 00 00 00|r2 = atomic_fetch_xor((u64 *)(r1 + 8), r2)|r2 = atomic64_fetch_xor((u64 *)(r1 +8), r2)|lock fetch_xor [r1+8], r2
c3 21 08 00 41 00 00 00|w2 = atomic_fetch_or((u32 *)(r1 + 8), w2)|r2 = atomic_fetch_or((u32 *)(r1 + 8), r2)|lock fetch_or32 [r1+8], r2
db 21 08 00 e1 00 00 00|r2 = xchg_64(r1 + 8, r2)|r2 = atomic64_xchg((u64 *)(r1 + 8), r2)|lock xchg [r1+8], r2
c3 21 08 00 f1 00 00 00|w0 = cmpxchg32_32(r1 + 8, w0, w2)|r0 = atomic_cmpxchg((u32 *)(r1 +8), r0, r2)|lock cmpxchg32 [r1+8], r2
db 10 08 00 00 01 00 00|r0 = load_acquire((u64 *)(r1 + 8))|ldacqdw r0, [r1+8]
d3 21 08 00 10 01 00 00|store_release((u8 *)(r1 + 8), w2)|store_release((u8 *)(r1 + 8), r2)|strelb [r1+8], r2
20 00 00 00 0c 00 00 00|r0 = *(u32 *)skb[12]|ldabsw 12
50 20 00 00 00 00 00 00|r0 = *(u8 *)skb[r2]|r0 = *(u8 *)skb[r2 + 0]|ldindb r2, 0
05 00 00 00 00 00 00 00|goto +0|goto 1f; 1:|goto l; l:|goto pc+0|ja +0|goto +0x0 <l+0x8>
06 00 00 00 00 00 00 00|gotol +0|ja32 +0|gotol l; l:
e5 00 00 00 00 00 00 00|may_goto +0|may_goto l; l:
65 01 00 00 ff ff ff ff|if r1 s> -1 goto +0|jsgt r1, -1, +0|if r1 s>-1 goto l;l:
46 01 00 00 05 00 00 00|if w1 & 5 goto +0|jset32 r1, 5, +0
5d 21 ff ff 00 00 00 00|if r1 != r2 goto -1|jne r1, r2, -1|1: if r1 != r2 goto 1b|l: jne r1, r2, l|if r1 != r2 goto pc-1
85 00 00 00 05 00 00 00|call 5|call 0x5|call bpf_ktime_get_ns#5
85 10 00 00 00 00 00 00|call +0|call l; l:|call local l; l:|call local +0|call pc+0
85 20 02 00 07 00 00 00|call kfunc 7, 2
8d 03 00 00 00 00 00 00|callx r3
95 00 00 00 00 00 00 00|exit|.insn 0x95|.8byte 0x95
18 02 00 00 89 67 45 23|r2 = 0x123456789 ll|lddw r2, 0x123456789|lddw %r2, 4886718345
18 42 00 00 01 00 00 00|r2 = func l ll; l:|r2 = l ll; l:|lddw r2, l; l:|r2 = func +1 ll
18 12 00 00 03 00 00 00|r2 = map_fd 3 ll|lddw r2, map_fd 3
18 22 00 00 03 00 00 00|r2 = map_value 3, 8 ll|lddw r2, map_value 3, 8
-- sh
sed 's/\\|/@/g' <spellings | while IFS= read -r line; do
	want=${line%%|*} rest=${line#*|}
	while [ "$rest" ]; do
		one=${rest%%|*}
		[ "$one" = "$rest" ] && rest= || rest=${rest#*|}
		one=$(printf '%s' "$one" | tr @ '|')
		printf '%s exit\nexit\n' "$one
" >in.s
		got=$(onebpf asm -f hex in.s | head -n 1)
		[ "$got" = "$want" ] || echo "$one: $got, not $want"
		echo >>count
	done
done
[ "$(wc -l <count)" -gt 120 ] || wc -l <count
-- stdout
====
# statements, comments, labels
-- sh
onebpf dis - <<'END'
; r0 = 1: the lines of llvm-objdump -S
start:	r0 = 0; r1 = 1 ; r2 = 2 # three
	/* r0 = 3
	   r0 = 4 */ r0 = 5 // one
1:	r0 += 1
	if r0 < 10 goto 1b; if r0 > 20 goto 1f
	.globl start ; and what clang -S says besides
1:
last:	goto start
	call 1f
	r1 = last ll
1: exit
END
-- stdout
L0:
	r0 = 0
	r1 = 1
	r2 = 2
	r0 = 5
L4:
	r0 += 1
	if r0 < 10 goto L4
	if r0 > 20 goto F7

F7:
	goto L0
	call F11
	r1 = func F7 ll

F11:
	exit
====
# what is wrong is said where it is
-- sh
try() { printf '%b\n' "$1" | onebpf asm -f hex - 2>&1 | sed 's/^onebpf asm: -://'; }
try 'r0 = w1'
try 'w0 = r1'
try 'r11 = 0'
try 'r0 !! 5'
try 'if r0 = 5 goto +1'
try 'r0 = 0x123456789'
try 'w0 = 0x123456789'
try 'r0 = 18446744073709551616 ll'
try 'r0 = 09'
try 'r0 = 1 / 0'
try 'r0 = *(u32 *)(r1 + 32768)'
try 'r0 = *(u33 *)(r1 + 0)'
try 'w0 = *(u64 *)(r1 + 0)'
try '*(s8 *)(r1 + 0) = 1'
try 'lock *(u16 *)(r1 + 0) += r2'
try 'r0 = xchg_64(r1 + 0, r2)'
try 'r1 = cmpxchg_64(r1 + 0, r0, r2)'
try 'r0 = cmpxchg_64(r1 + 0, r3, r2)'
try 'r1 = *(u8 *)skb[0]'
try 'r1 = be16 r2'
try 'r1 = -r2'
try 'movv r0, 5'
try 'add r0'
try 'ldxw r0, r1'
try 'add r0, 5 ; add five'
try 'goto there\ntere: exit'
try 'goto 1f\n1b: exit'
try 'goto 1b'
try 'goto 3'
try 'goto +1\nexit'
try 'a: exit\na: exit'
try 'r0 = 5 6'
try '0: b7 00 00 00 05 00 00 00 r0 = 6'
try '# nothing'
{ echo 'goto far'; yes exit | head -n 32768; echo 'far: if r0 == 0 goto near'; yes exit | head -n 40000; echo 'near: exit'; } >in.s
onebpf asm -f hex in.s 2>&1; sed 's/goto far/gotol far/' in.s | onebpf asm -f hex - 2>&1
-- status 2
-- stdout
1:6: a 64-bit register, r1, is expected here, not `w1`
    r0 = w1
         ^~
1:6: a 32-bit register, w1, is expected here, not `r1`
    w0 = r1
         ^~
1:1: there is no register `r11`, only r0 to r10
    r11 = 0
    ^~~
1:4: one of += -= *= /= s/= |= &= <<= >>= %= s%= ^= = s>>= is expected here, not `!`
    r0 !! 5
       ^
1:7: one of == > >= & != s> s>= < <= s< s<= is expected here, not `=`
    if r0 = 5 goto +1
          ^
1:6: a 32-bit immediate is -2147483648 to 4294967295, not `0x123456789`
    r0 = 0x123456789
         ^~~~~~~~~~~
hint: `ll` behind it makes it a 64-bit immediate
1:6: a 32-bit immediate is -2147483648 to 4294967295, not `0x123456789`
    w0 = 0x123456789
         ^~~~~~~~~~~
1:6: `18446744073709551616` does not fit in 64 bits
    r0 = 18446744073709551616 ll
         ^~~~~~~~~~~~~~~~~~~~
1:6: `09` is not a number of base 8
    r0 = 09
         ^~
1:8: a division by zero
    r0 = 1 / 0
           ^
1:18: an offset is -32768 to 32767, not `+ 32768`
    r0 = *(u32 *)(r1 + 32768)
                     ^~~~~~~
1:8: a type, u8 to u64 or s8 to s32, is expected here, not `u33`
    r0 = *(u33 *)(r1 + 0)
           ^~~
1:1: u64 needs a 64-bit register, r0
    w0 = *(u64 *)(r1 + 0)
    ^~
1:3: this does not work with s8
    *(s8 *)(r1 + 0) = 1
      ^~
1:8: this does not work with u16
    lock *(u16 *)(r1 + 0) += r2
           ^~~
1:22: the operand and the result are in the same register, r0
    r0 = xchg_64(r1 + 0, r2)
                         ^~
1:1: the result of cmpxchg goes to r0
    r1 = cmpxchg_64(r1 + 0, r0, r2)
    ^~
1:25: cmpxchg compares with r0, not `r3`
    r0 = cmpxchg_64(r1 + 0, r3, r2)
                            ^~
1:1: the result of a packet load goes to r0
    r1 = *(u8 *)skb[0]
    ^~
1:11: bytes are swapped in place: r1 is expected here, not `r2`
    r1 = be16 r2
              ^~
1:7: a register is negated in place: r1 is expected here, not `r2`
    r1 = -r2
          ^~
1:1: `movv` begins no instruction
    movv r0, 5
    ^~~~
hint: did you mean `mov`?
1:7: `,` is expected here, not the end of the line
    add r0
          ^
1:10: `[` is expected here, not `r1`
    ldxw r0, r1
             ^~
1:17: a register is expected here, not `five`
    add r0, 5 ; add five
                    ^~~~
hint: `;` separates statements; # or // begins a comment
1:6: there is no label `there`
    goto there
         ^~~~~
hint: did you mean `tere`?
1:6: no label for `1f` comes after it
    goto 1f
         ^~
1:6: no label for `1b` is before it
    goto 1b
         ^~
1:6: a distance begins with + or -, unlike `3`
    goto 3
         ^
hint: +3 slots from the next instruction, or a label
1:6: `+1` leads to slot 2, out of 0 to 1
    goto +1
         ^~
2:1: the label `a` is there already
    a: exit
    ^
-:1:1: note: it is here
    a: exit
    ^
1:8: the end of the statement is expected here, not `6`
    r0 = 5 6
           ^
1:4: the bytes mean something else than the text
    0: b7 00 00 00 05 00 00 00 r0 = 6
       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
1:1: there is no instruction
    # nothing
    ^
onebpf asm: in.s:1:6: +32768 slots are too far: this jump has 16 bits for it
    goto far
         ^~~
hint: gotol has 32 bits
onebpf asm: -:32770:22: +40000 slots are too far: this jump has 16 bits for it
    far: if r0 == 0 goto near
                         ^~~~
hint: jump the other way over a gotol, which has 32 bits
