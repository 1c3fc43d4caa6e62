# SPDX-License-Identifier: BSD-2-Clause
# it prints r0, all 64 bits of it, from a file and from standard input
-- sh
onebpf run prog.s
onebpf run - <prog.s
printf 'r0 = 0\nexit\n' | onebpf run -
printf 'r0 = -1\nexit\n' | onebpf run -
printf 'w0 = -1\nexit\n' | onebpf run -
-- file prog.s
r0 = 0x123456789abcdef0 ll
exit
-- stdout
0x123456789abcdef0
0x123456789abcdef0
0x0
0xffffffffffffffff
0xffffffff
====
# r1 is the memory, r2 its length; 0 and 0 when there is none
-- sh
printf 'r0 = *(u8 *)(r1 + 2)\nexit\n' >third.s
printf 'r0 = r2\nexit\n' >length.s
onebpf run --mem 010203 third.s
onebpf run -m '01 02:ab' third.s
printf 'abc' >bytes
onebpf run --mem @bytes third.s
onebpf run --mem @bytes length.s
onebpf run --mem '' length.s
onebpf run length.s
printf 'r0 = r1\nexit\n' | onebpf run -
-- stdout
0x3
0xab
0x63
0x3
0x0
0x0
0x0
====
# packets of a capture, counted from 1
-- sh
printf 'r0 = r2\nexit\n' >length.s
printf 'r0 = *(u16 *)(r1 + 12)\nexit\n' >type.s
cp "$SRCDIR/example/demo.pcap" demo.pcap
cp demo.pcap name:7
onebpf run --pkt demo.pcap type.s
onebpf run -p demo.pcap:1 type.s
onebpf run -p name:7 type.s
onebpf run -p name:7:1 type.s
for n in 1 2 3 23; do onebpf run -p demo.pcap:$n length.s; done >ours.txt
onebpf dump -n -r demo.pcap -w all.pcap 2>dump.txt
onebpf dump -# -xx -r demo.pcap 2>dump.txt |
	awk '/^ *[0-9]+ / { n++ } /^\t0x/ { sub(/.*: */, ""); gsub(/ /, ""); len[n] += length($0) / 2 }
	END { printf "0x%x\n0x%x\n0x%x\n0x%x\n", len[1], len[2], len[3], len[23] }' | diff - ours.txt
for n in 0 24 99999999999999999999; do onebpf run -p demo.pcap:$n length.s; echo $?; done
onebpf run -p none.pcap length.s; echo $?
onebpf run -p type.s length.s; echo $?
onebpf run -p demo.pcap -m 00 length.s; echo $?
-- stdout
0x608
0x608
0x608
0x608
2
2
2
2
2
2
-- stderr has
no packet has the number 0
demo.pcap: there is no packet 24, it has 23
no packet has the number 99999999999999999999
none.pcap
type.s
--mem and --pkt
====
# instructions as they are stored
-- sh
raw() { perl -e 'print pack("H*", $ARGV[0])' "$1"; }
raw b7000000070000009500000000 >short
raw b7000000070000009500000000000000 >prog
onebpf run --raw prog
onebpf run --raw - <prog
onebpf run prog; echo $?
onebpf run --raw short; echo $?
printf 1234567 | onebpf run --raw -; echo $?
-- stdout
0x7
0x7
2
2
2
-- stderr has
onebpf run: prog: this is not text
hint: instructions as they are stored are read with --raw
onebpf run: short: 13 bytes: with --raw
onebpf run: -: 7 bytes: with --raw the length is a multiple of 8
====
# what is no program is told so
-- sh
: >empty
printf '\n\n' >blank
mkdir folder
printf '\177ELF\002\001\001' >prog.o
printf 'r0 = 7\nfrob r1\nexit\n' >wrong.s
for file in empty blank folder prog.o wrong.s none.s; do onebpf run $file; echo $?; done
for file in empty folder prog.o; do onebpf run --raw $file; echo $?; done
onebpf run; echo $?
onebpf run empty blank; echo $?
onebpf run --mem 0g empty; echo $?
onebpf run --mem 012 empty; echo $?
onebpf run --mem @none empty; echo $?
onebpf run --engine fast empty; echo $?
onebpf run --repeat 0 empty; echo $?
-- stdout
2
2
2
2
2
2
2
2
2
2
2
2
2
2
2
2
-- stderr has
onebpf run: empty: the file is empty
blank:1:1: there is no instruction
folder: cannot read: Is a directory
prog.o: ELF: no header
wrong.s:2:1: 
none.s: cannot open: No such file
empty: the file is empty
folder: cannot read
prog.o: this is an ELF object
no file is given
one file is run at a time: "blank"
--mem:1: two hexadecimal digits
    0g
    ^
--mem:3: two hexadecimal digits
none: cannot open
option --engine does not know "fast"
option --repeat
====
# the shape is checked first; unchecked, mistakes fault when they are reached
-- sh
raw() { perl -e 'print pack("H*", $ARGV[0])' "$1"; }
raw b700000007000000950000000000000006ff000000000000 >after
raw ff00000000000000 >bad
raw b700000007000000 >falls
for file in after bad falls; do
	for engine in interp all; do
		onebpf run -e $engine --raw $file 2>err.txt; echo $?
		grep -c unchecked err.txt
		onebpf run -e $engine --raw --unchecked $file 2>err.txt; echo $?
		grep -c unchecked err.txt
	done
done
onebpf run --raw bad; onebpf run --unchecked --raw falls; echo $?
-- stdout
1
0
0x7
0
1
1
0
0x7
0
1
1
0
1
1
1
0
1
1
1
0
1
1
1
0
1
1
1
-- stderr has
insn 0: there is no opcode 0xff
unchecked: mistakes are found when they are reached
onebpf run: insn 1: this is no instruction
====
# every fault names its instruction; the engines agree about it
-- sh
fault() {
	echo "$1"
	shift
	for engine in interp all; do
		onebpf run -e $engine "$@" 2>err.txt; echo $?
		grep -v without err.txt | grep 'onebpf run: '
	done | sed 's/0x[0-9a-f]*/ADDR/g'
	grep DIFFER err.txt
}
printf 'r0 = 0\nr0 = *(u32 *)(r1 + 1)\nexit\n' >read.s
printf 'r0 = 0\n*(u8 *)(r1 + 4) = 1\nexit\n' >write.s
printf 'r0 = 0\nl:\ngoto l\n' >loop.s
printf 'r0 = *(u64 *)(r10 - 520)\nexit\n' >stack.s
printf 'call f\nexit\nf:\ncall f\nexit\n' >depth.s
printf 'r0 = 0\ncall 999999\nexit\n' >call.s
perl -e 'print pack("H*", "1811000003000000000000000000000095" . "00000000000000")' >map
perl -e 'print pack("H*", "20000000000000009500000000000000")' >packet
fault read -m 01020304 read.s
fault write -m 01020304 write.s
fault none read.s
fault stack stack.s
fault budget --budget 1000 loop.s
fault depth depth.s
fault call call.s
fault map --raw map
fault packet --raw packet
onebpf run -m 01020304 write.s 2>&1 | grep -o 'this is byte.*'
onebpf run read.s
-- stdout has
read
1
read.s:2:1: read of 4 bytes at ADDR
1
read.s:2:1: read of 4 bytes at ADDR
write
write.s:2:1: write of 1 byte at ADDR
write.s:2:1: write of 1 byte at ADDR
none
read.s:2:1: read of 4 bytes at ADDR
read.s:2:1: read of 4 bytes at ADDR
stack
stack.s:1:1: read of 8 bytes at ADDR
stack.s:1:1: read of 8 bytes at ADDR
budget
loop.s:3:1: the budget of 1000 instructions is used up
loop.s:3:1: the budget of 1000 instructions is used up
depth
depth.s:4:1: more than 8 functions are active
depth.s:4:1: more than 8 functions are active
call
call.s:2:1: there is no function 999999 to call
call.s:2:1: there is no function 999999 to call
map
insn 0: the 64-bit immediate ADDR stands for nothing here
insn 0: the 64-bit immediate ADDR stands for nothing here
packet
insn 0: a packet is loaded from, but there is none
insn 0: a packet is loaded from, but there is none
this is byte 4 of it
-- stderr has
note: there is no memory besides the stack
-- status 1
====
# helpers: the clock, chance, the process
-- sh
printf 'call 5\nr6 = r0\ncall 5\nr0 -= r6\nr0 >>= 33\nexit\n' | onebpf run -
printf 'call 7\nr0 >>= 32\nexit\n' | onebpf run -
printf 'call 14\nr1 = r0\nr0 >>= 32\nw1 = w1\nif r0 == r1 goto l\nexit\nl:\nr0 = 1\nexit\n' | onebpf run -
printf 'call 15\nr0 <<= 32\nr0 >>= 32\nexit\n' | onebpf run - | { read -r uid; [ $((uid)) = "$(id -u)" ] && echo uid; }
printf 'call 5\nr6 = r0\ncall 125\nr0 -= r6\nr0 s>>= 63\nexit\n' | onebpf run -
for id in 5 7 8 14 15 118 125 160; do printf 'call %s\nexit\n' $id | onebpf run -; done | grep -c 0x
-- stdout
0x0
0x0
0x1
uid
0x0
8
====
# trace_printk writes to standard error; its format is memory that it may read
-- sh
printf 'r6 = r1\nr3 = -7\nr4 = 255\nr5 = 65\ncall 6\nexit\n' >print.s
hex() { printf '%s\0' "$1" | perl -ne 'print unpack("H*", $_)'; }
for format in 'a %d %x %c;' '%ld %lx %%;' '%u %llu;' '%s' '%d %d %d %d' '%' '%l'; do
	echo
	onebpf run -m "$(hex "$format")" print.s 2>&1
done
printf 'r2 = 9\ncall 6\nexit\n' >beyond.s
echo
onebpf run -m 6100 beyond.s; echo $?
printf 'r1 = 0x6425 ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\nr3 = 42\ncall 6\nexit\n' | onebpf run - 2>&1
-- stdout

a -7 ff A;0xa

-7 ff %;0x8

4294967289 255;0xf

0x0

0xffffffffffffffea

0xffffffffffffffea

0xffffffffffffffea

1
420x2
-- stderr has
beyond.s:2:1: read of 9 bytes
====
# strncmp
-- sh
printf 'r3 = r1\nr3 += 4\nr2 = 4\ncall 182\nexit\n' >cmp.s
for mem in 6162630061626300 6162640061626300 6162620061626300 6162636461626364 6100ffff61000000; do onebpf run -m $mem cmp.s; done
onebpf run -m 61626364616263 cmp.s
-- stdout
0x0
0x1
0xffffffffffffffff
0x0
0x0
-- stderr has
cmp.s:4:1: read of 1 byte
-- status 1
====
# strtol and strtoul read what the kernel's read
-- skip-unless printf 'r0 = 0\nexit\n' | onebpf run -e kernel -; test $? != 2
-- sh
number() {
	perl -e 'my ($text, $base, $helper) = @ARGV; my @v = unpack("Q<3", pack("a24", $text));
	printf "r1 = 0x%x ll\n*(u64 *)(r10 - %d) = r1\n", $v[$_], 24 - 8 * $_ for 0 .. 2;
	print "r1 = 77\n*(u64 *)(r10 - 32) = r1\nr1 = r10\nr1 += -24\nr2 = 24\nr3 = $base\nr4 = r10\nr4 += -32\n",
	"call $helper\nr1 = *(u64 *)(r10 - 32)\nr0 <<= 56\nr0 ^= r1\nexit\n"' -- "$@"
}
for helper in 105 106; do
	for base in 0 8 10 16 3; do
		for text in 12 -12 '  7x' 0x1f 0x 010 '' - +5 99z 9223372036854775808 -9223372036854775808 18446744073709551616; do
			number "$text" $base $helper | onebpf run -e all - >out.txt 2>err.txt && [ ! -s err.txt ] ||
				! grep -v 'without jit' err.txt || echo "$helper $base '$text'"
		done
	done
done
number -12 0 105 | onebpf run -
number 12 0 106 | onebpf run -e interp -
-- stdout
0xfcfffffffffffff4
0x20000000000000c
====
# every helper that is here stands in the manual
-- sh
onebpf help --man helpers >made.txt
sed -n '/Begin: onebpf help --man helpers/,/End: onebpf help/p' "$SRCDIR/man/onebpf-run.1" |
	diff made.txt - >diff.txt || { echo "man/onebpf-run.1 is not what onebpf help --man helpers says"; head -5 diff.txt; }
sed -n 's/^HELPER(\([0-9]*\), *\([a-z_0-9]*\), *\(HERE\|INSN\).*/.It \1 Ta \2/p' "$SRCDIR/src/isa/helper.def" >rows.txt
grep '^.It [0-9]' made.txt | diff - rows.txt
[ "$(wc -l <rows.txt)" -ge 15 ] || echo few
-- stdout
====
# the memory afterwards
-- sh
printf '*(u8 *)(r1 + 17) = 0xab\nr0 = 0\nexit\n' >write.s
onebpf run --mem 000102030405060708090a0b0c0d0e0f101112 --show-mem write.s
onebpf run --show-mem write.s
-- stdout
0x0
00000000: 0001 0203 0405 0607 0809 0a0b 0c0d 0e0f
00000010: 10ab 12
-- stderr has
write of 1 byte
-- status 1
====
# a repeated run prints the result of the first; the others find what it left
-- sh
printf 'r0 = *(u8 *)(r1 + 0)\nr0 += 1\n*(u8 *)(r1 + 0) = r0\nexit\n' >count.s
onebpf run -m 00 --show-mem --repeat 200 --stats count.s 2>err.txt
awk 'NR == 1 { print $1, $2, $3 } NR == 2 { print $2, $3, ($4 > 0) }' err.txt
onebpf run -m 00 --repeat 300 -e all count.s 2>err.txt
printf 'r0 = 0\nr1 += r2\nr0 = *(u8 *)(r1 - 1)\nexit\n' | onebpf run -m 01 -r 3 -s - 2>&1 | awk '{ print $3 }'
-- stdout
0x1
00000000: 01
engine instructions runs
4 200 1
0x1

runs
3
====
# all engines that there are run it, and agree
-- sh
cat >sum.s <<'END'
r0 = 0
r3 = r1
r3 += r2
loop:
if r1 >= r3 goto done
r4 = *(u8 *)(r1 + 0)
r0 += r4
r1 += 1
goto loop
done:
exit
END
onebpf run -e all -m 01020304ff sum.s 2>err.txt
grep DIFFER err.txt
onebpf run -e interp -m 01020304ff sum.s
onebpf run -m 01020304ff --harden sum.s 2>err.txt || cat err.txt
-- stdout
0x109
0x109
0x109
====
# a difference is told, on both sides, and is a failure
-- skip-unless printf 'r0 = 0\nexit\n' | onebpf run -e kernel -; test $? != 2
-- sh
printf 'r0 = r1\nexit\n' | onebpf run -e all -m 00 - 2>err.txt; echo $?
sed 's/0x[0-9a-f]*/ADDR/g' err.txt | grep -v without
printf '*(u64 *)(r1 + 8) = r1\nr0 = 3\nexit\n' | onebpf run -e all -m 00000000000000000000000000000000 - 2>err.txt; echo $?
grep -c 'memory, byte' err.txt
printf 'r0 = r1\nexit\n' | onebpf run -j -e all -m 00 - 2>err.txt | grep -o '"agree":[a-z]*'
-- stdout
1
onebpf run: interp and kernel DIFFER
note: r0: interp ADDR, kernel ADDR
note: the result depends on where the memory lies, on the time or on chance
1
1
"agree":false
====
# the kernel: what it runs, and what it refuses, at the place in the program
-- skip-unless printf 'r0 = 0\nexit\n' | onebpf run -e kernel -; test $? != 2
-- sh
printf 'r0 = *(u8 *)(r1 + 1)\n*(u8 *)(r1 + 0) = 9\nexit\n' >prog.s
onebpf run -e kernel -m 0102 --show-mem prog.s
onebpf run -e kernel -m 01 prog.s; echo $?
onebpf run -e all -m 0102 prog.s 2>err.txt; grep kernel err.txt
printf 'r0 = 0\nr1 = *(u8 *)(r1 + 1)\nif r1 == 2 goto l\nr0 = r9\nl:\nexit\n' >refused.s
onebpf run -e all -m 0102 refused.s
onebpf run -e kernel -m 0102 refused.s; echo $?
head -c 4000 /dev/zero >large
onebpf run -e kernel -m @large prog.s; echo $?
onebpf run -e kernel -m 0102 -r 1000 -s prog.s 2>err.txt; awk 'NR == 2 { print $1, $2, $3 }' err.txt
-- stdout
0x2
00000000: 0902
1
0x2
0x0
1
2
0x2
kernel - 1000
-- stderr has
prog.s:1:1: the kernel refuses the program: R1 offset
without kernel: refused.s:4:1: the kernel refuses the program: R9 !read_ok
onebpf run: refused.s:4:1: the kernel refuses the program: R9 !read_ok
the kernel gives a program at most
====
# without the right, the others run it all the same
-- skip-unless test "$(id -u)" = 0 && test "$(cat /proc/sys/kernel/unprivileged_bpf_disabled)" -gt 0 && command -v setpriv && setpriv --reuid=65534 --clear-groups true
-- sh
cp "$(command -v onebpf)" ./onebpf && chmod 755 . .. onebpf || exit
printf 'r0 = 7\nexit\n' >prog.s
setpriv --reuid=65534 --clear-groups ./onebpf run -e all - <prog.s; echo $?
setpriv --reuid=65534 --clear-groups ./onebpf run -e kernel - <prog.s; echo $?
-- stdout
0x7
0
2
-- stderr has
without kernel: the kernel lets no program be loaded here: Operation not permitted
hint: it wants CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN
onebpf run: the kernel lets no program
====
# JSON, one object
-- skip-unless command -v python3
-- sh
cat >prog.s <<'END'
*(u8 *)(r1 + 0) = 255
r0 = -1
exit
END
onebpf run -j --show-mem -e interp -m 0102 prog.s >out.txt
onebpf run -j -e interp prog.s >fault.txt 2>err.txt; echo $?
python3 -c "
import json
d = json.load(open('out.txt'))
e = d['engines'][0]
print(open('out.txt').read().count('\n'), d['schema'], d['agree'], e['engine'], e['r0'], e['instructions'], e['runs'], e['memory'])
f = json.load(open('fault.txt'))['engines'][0]
print(f['fault']['insn'], f['fault']['reason'][:15], 'r0' in f)
"
-- stdout
1
1 1 True interp 0xffffffffffffffff 3 1 ff02
0 write of 1 byte False
====
# a million instructions
-- sh
awk 'BEGIN { print "r0 = 0"; for (i = 0; i < 1000000; i++) print "r0 += 1"; print "exit" }' >long.s
onebpf run -e interp long.s
onebpf run long.s
onebpf run --budget 1000 long.s
-- stdout
0xf4240
0xf4240
0xf4240
====
# a loop of the default budget ends; an interrupt ends one without
-- sh
printf 'r0 = 0\nl:\nr0 += 1\ngoto l\n' >loop.s
onebpf run -e interp loop.s; echo $?
onebpf run --budget 18446744073709551615 loop.s & pid=$!
sleep 0.3; kill -TERM $pid; wait $pid; echo $?
printf 'r0 = 5\nexit\n' >five.s
onebpf run -r 18446744073709551615 -s five.s 2>err.txt & pid=$!
sleep 0.3; kill -TERM $pid; wait $pid; echo $?
awk 'NR == 2 { print ($3 > 100) }' err.txt
-- stdout
1
143
0x5
0
1
-- stderr has
the budget of 100000000 instructions is used up
onebpf run: interrupted
====
# a full disk is told of
-- skip-unless test -w /dev/full
-- sh
printf 'r0 = 5\nexit\n' | onebpf run - >/dev/full
-- stderr
onebpf run: cannot write to standard output: No space left on device
-- status 2
