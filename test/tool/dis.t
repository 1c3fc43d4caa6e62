# SPDX-License-Identifier: BSD-2-Clause
# bytes, hexadecimal and text are told apart
-- sh
printf '\267\0\0\0\5\0\0\0\225\0\0\0\0\0\0\0' >bytes
echo 'b700 0000 0500 0000 9500000000000000' >digits
echo 'mov r0, 5; exit' >text
for file in bytes digits text; do onebpf dis $file; done
-- stdout
	r0 = 5
	exit
	r0 = 5
	exit
	r0 = 5
	exit
====
# bytes that look like text are bytes with --raw
-- sh
printf 'exit // ' >text
onebpf dis text
onebpf dis --raw text
-- stdout
	exit
	.insn 0x202f2f2074697865
====
# labels of jumps and of functions; what cannot be said is raw
-- sh
onebpf dis - <<'END'
	r1 = f ll
	if r0 == 0 goto +2
	call f
	gotol -2
	.insn 0x0000000000400005
f:	exit
	.insn 0x00000000000000ff
	.insn 0x000000040000008d
END
-- stdout
	r1 = func F6 ll
	if r0 == 0 goto L5
L3:
	call F6
	gotol L3
L5:
	.insn 0x0000000000400005 // goto +64

F6:
	exit
	.insn 0x00000000000000ff
	.insn 0x000000040000008d // callx r4
====
# as llvm-objdump
-- sh
printf 'r0 = 5 ll\n.insn 255\nif r0 == 0 goto -4\nexit' | onebpf dis -f objdump -
-- stdout
       0:	18 00 00 00 05 00 00 00 00 00 00 00 00 00 00 00	r0 = 5 ll
       2:	ff 00 00 00 00 00 00 00	<unknown>
       3:	15 00 fc ff 00 00 00 00	if r0 == 0 goto -4
       4:	95 00 00 00 00 00 00 00	exit
====
# the options of machine code need --native
-- sh
echo exit | onebpf dis --safe -
-- status 2
-- stderr
onebpf dis: --plain, --harden, --safe and --no-optimize are about --native code
====
# Zydis' struct is as we know it, and says what instructions are
-- skip-unless test -e /usr/include/Zydis/Zydis.h
-- sh
cat >a.c <<'END'
#include <Zydis/Zydis.h>
#include "tool/zydis.c"
#define SAME(a, b) _Static_assert(offsetof(struct instruction, a) == offsetof(ZydisDisassembledInstruction, b), #a)
SAME(addr, runtime_address);
SAME(mode, info);
SAME(length, info.length);
SAME(operands, operands);
SAME(text, text);
_Static_assert(sizeof(struct instruction) == sizeof(ZydisDisassembledInstruction), "size");
_Static_assert(LONG_64 == ZYDIS_MACHINE_MODE_LONG_64, "mode");
int main(void)
{
	static const u8 code[] = {0x48, 0x83, 0xf9, 0x05, 0x77, 0x02, 0x06};
	char text[128];
	u32 len;

	for (u32 at = 0; zydis_one(code + at, sizeof(code) - at, 0x1000 + at, &len, text, sizeof(text)); at += len)
		printf("%u %s\n", len, text);
	return 0;
}
END
${CC:-cc} -std=gnu11 -D_GNU_SOURCE -I"$SRCDIR/src" -I"$SRCDIR/include" a.c -o a && ./a
-- stdout
4 cmp rcx, 0x05
2 jnbe 0x0000000000001008
