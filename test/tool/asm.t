# SPDX-License-Identifier: BSD-2-Clause
# every form, and each is read back
-- sh
cat >in.s <<'END'
	r1 = 0x123456789 ll
	r0 = be16 r0
	if r0 s> -1 goto out
	*(u8 *)(r10 - 1) = 255
out:	exit
END
for form in hex c text objdump; do
	onebpf asm --form=$form in.s
done
onebpf asm in.s >raw
wc -c <raw
for form in raw hex text objdump; do
	onebpf asm -f $form in.s | onebpf asm - | cmp - raw
done
-- stdout
18 01 00 00 89 67 45 23
00 00 00 00 01 00 00 00
dc 00 00 00 10 00 00 00
65 00 01 00 ff ff ff ff
72 0a ff ff ff 00 00 00
95 00 00 00 00 00 00 00
{ 0x18, 1, 0, 0, 591751049 }, /* r1 = 0x123456789 ll */
{ 0x00, 0, 0, 0, 1 },
{ 0xdc, 0, 0, 0, 16 }, /* r0 = be16 r0 */
{ 0x65, 0, 0, 1, -1 }, /* if r0 s> -1 goto +1 */
{ 0x72, 10, 0, -1, 255 }, /* *(u8 *)(r10 - 1) = 255 */
{ 0x95, 0, 0, 0, 0 }, /* exit */
	r1 = 0x123456789 ll
	r0 = be16 r0
	if r0 s> -1 goto L5
	*(u8 *)(r10 - 1) = 255
L5:
	exit
       0:	18 01 00 00 89 67 45 23 00 00 00 00 01 00 00 00	r1 = 0x123456789 ll
       2:	dc 00 00 00 10 00 00 00	r0 = be16 r0
       3:	65 00 01 00 ff ff ff ff	if r0 s> -1 goto +1
       4:	72 0a ff ff ff 00 00 00	*(u8 *)(r10 - 1) = 255
       5:	95 00 00 00 00 00 00 00	exit
48
====
# the C form is C, and the kernel's struct
-- skip-unless test -e /usr/include/linux/bpf.h
-- sh
printf 'r0 = -2147483648\n*(u16 *)(r10 - 2) = r3\nexit\n' >in.s
{
	echo '#include <linux/bpf.h>'
	echo '#include <unistd.h>'
	echo 'static const struct bpf_insn code[] = {'
	onebpf asm -f c in.s
	echo '};'
	echo 'int main(void) { return write(1, code, sizeof(code)) < 0; }'
} >a.c
${CC:-cc} -Wall -Werror a.c -o a
./a >out
onebpf asm in.s | cmp - out
====
# an output file is whole or as it was
-- sh
echo exit | onebpf asm -o out -
wc -c <out
echo 'r0 = 5; nonsense' | onebpf asm -o out -; echo $?
wc -c <out
ls
umask 027
echo 'exit' | onebpf asm -f hex -o out -
stat -c %a out
cat out
echo exit | onebpf asm -o /nonexistent/out -; echo $?
echo exit | onebpf asm -o /dev/stdout -f hex - | cat
readlink /dev/stdout
ln -s out link
echo 'exit; exit' | onebpf asm -o link -
readlink link; wc -c <out
-- stdout
8
2
8
out
640
95 00 00 00 00 00 00 00
2
95 00 00 00 00 00 00 00
/proc/self/fd/1
out
16
-- stderr
onebpf asm: -:1:9: `nonsense` begins no instruction
    r0 = 5; nonsense
            ^~~~~~~~
hint: `;` separates statements; # or // begins a comment
onebpf asm: /nonexistent/out: cannot create: No such file or directory
====
# a full disk leaves what was there
-- skip-unless mount -t tmpfs -o size=16k none /mnt && umount /mnt
-- sh
mkdir small
unshare -m sh -c 'mount -t tmpfs -o size=16k none small
echo exit | onebpf asm -o small/out - || exit
yes exit | head -n 5000 | onebpf asm -o small/out -; echo $?
ls small; wc -c <small/out'
-- stdout
2
out
8
-- stderr
onebpf asm: small/out: cannot write: No space left on device
====
# bytes do not go to a terminal
-- skip-unless command -v script
-- sh
echo exit >in.s
TERM=dumb script -qec 'onebpf asm in.s; echo $?; onebpf asm -f hex in.s' /dev/null | tr -d '\r'
-- stdout
onebpf asm: bytes are not for a terminal
hint: -o FILE, or --form=hex
2
95 00 00 00 00 00 00 00
====
# what is no program
-- sh
: >empty
printf '\177ELF\2\1\1' >x.o
printf '\0\1\2' >three
for file in empty x.o three nowhere; do onebpf asm $file; echo $?; done
onebpf asm; onebpf asm a b
echo '# nothing' | onebpf asm -
-- status 2
-- stdout
2
2
2
2
-- stderr
onebpf asm: empty: the file is empty
onebpf asm: x.o: this is an object file, not the text or the bytes of a program
hint: its programs as text: onebpf dis x.o
onebpf asm: three: these are 3 bytes: a program has 8 for each instruction
onebpf asm: nowhere: cannot open: No such file or directory
onebpf asm: which file? - is standard input
onebpf asm: one file at a time, not also b
onebpf asm: -:1:1: there is no instruction
    # nothing
    ^
====
# an object: a program, a function that it calls, a map
-- sh
cat >count.s <<'S'
	*(u32 *)(r10 - 4) = 0
	r2 = r10
	r2 += -4
	r1 = map seen ll
	call 1
	if r0 == 0 goto out
	r1 = 1
	lock *(u64 *)(r0 + 0) += r1
	call three
out:	r0 = 2
	exit
three:	r0 = 3
	exit
S
onebpf asm -o count.o -s xdp -l GPL -n count -m other=hash,8,8,10,1 -m seen=array,4,8,1 count.s
onebpf dis count.o | grep -e '^;' -e map_idx -e 'call F'
onebpf run -m "$(printf '00 %.0s' $(seq 20))" --show-maps count.o
onebpf asm -s tc/ingress count.s -f hex -m seen=array,4,8,1; echo $?
onebpf asm -s tc/ingress -m sean=array,4,8,1 count.s >x; echo $?
onebpf asm -f object count.s >x; echo $?
onebpf asm -s nothing -m seen=array,4,8,1 count.s >x; echo $?
onebpf asm -s xdp -m seen=arry,4,8,1 count.s >x; echo $?
onebpf asm -s xdp -m seen=array,4,8 count.s >x; echo $?
echo 'r1 = map_fd 5 ll; exit' | onebpf asm -s xdp - >x; echo $?
-- stdout
; program count, section xdp: xdp, 14 instructions
	r1 = map_idx 1 ll // seen
	call F12 // function_12
; function_12
0x2
seen[0] = 1
2
2
2
2
2
2
2
-- stderr
onebpf asm: --section, --name, --license and --map are about objects
onebpf asm: count.s:4:11: no map is called `seen`
    	r1 = map seen ll
    	         ^~~~
hint: did you mean `sean`?
onebpf asm: an object says what its program is
hint: --section xdp
onebpf asm: --section nothing: no type of program has it
hint: xdp, tc, socket, kprobe/NAME, tracepoint/GROUP/NAME ...
onebpf asm: --map seen: no type of maps is called arry
hint: hash, array, ... as in onebpf-maps(7)
onebpf asm: --map seen: the numbers are not those of a map
hint: bytes of a key, bytes of a value, entries, and perhaps flags
onebpf asm: -:1:1: an object cannot say this: a map by its descriptor; maps have names
    r1 = map_fd 5 ll; exit
    ^~~~~~~~~~~~~~~~
note: insn 0: `r1 = map_fd 5 ll`
====
# libbpf takes the object, and the kernel its program
-- skip-unless [ "$(id -u)" = 0 ] && bpftool version && bpftool map list
-- sh
trap 'rm -f /sys/fs/bpf/onebpf-asm-$$' EXIT
echo 'r1 = map seen ll; call f; exit; f: r0 = 2; exit' | onebpf asm -o x.o -s xdp -m seen=array,4,8,1 -
bpftool prog load x.o /sys/fs/bpf/onebpf-asm-$$ && bpftool prog show pinned /sys/fs/bpf/onebpf-asm-$$ | grep -o 'xdp  name program'
-- stdout
xdp  name program
