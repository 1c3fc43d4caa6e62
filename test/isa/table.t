# SPDX-License-Identifier: BSD-2-Clause
# an instruction that the interpreter lacks does not build
-- sh
mkdir isa
sed 's/^CB(TXA.*/&\nCB(NEW, 0x97, "new", NONE, 0, 0, any, 0)/' "$SRCDIR/src/isa/classic.def" >isa/classic.def
try() { ${CC:-cc} -I. -I"$SRCDIR/src" -I"$SRCDIR/include" -std=gnu11 -D_GNU_SOURCE -fsyntax-only "$SRCDIR/src/$1" 2>&1; }
try isa/classic_asm.c && echo the assembler takes the row
try vm/classic.c | grep -o 'label.*NEW' | head -n 1 | tr -d "'‘’"
-- stdout
the assembler takes the row
label NEW
====
# a row that names a rule which the checker lacks does not build
-- sh
mkdir isa
sed 's/^\(CB(TXA.*\) any, /\1 unheard, /' "$SRCDIR/src/isa/classic.def" >isa/classic.def
${CC:-cc} -I. -I"$SRCDIR/src" -I"$SRCDIR/include" -std=gnu11 -D_GNU_SOURCE -fsyntax-only "$SRCDIR/src/check/classic.c" 2>&1 |
	grep -o 'rule_unheard' | head -n 1
-- stdout
rule_unheard
====
# two rows of one opcode do not build
-- sh
mkdir isa
sed 's/^CB(TXA, *0x87/CB(TXA, 0x07/' "$SRCDIR/src/isa/classic.def" >isa/classic.def
${CC:-cc} -I. -I"$SRCDIR/src" -I"$SRCDIR/include" -std=gnu11 -D_GNU_SOURCE -fsyntax-only "$SRCDIR/src/isa/classic.c" 2>&1 |
	grep -o 'duplicate case' | head -n 1
-- stdout
duplicate case
====
# a new extended operation of a known form is listed and assembled as it is
-- file main.c
#include "isa/isa.h"
int main(void)
{
	static const char text[] = "r1 ~&= r2; nand r1, 5; w1 ~&= 6; if r1 !& 7 goto +0; exit";
	struct ob_ebpf *code;
	struct eb_span *spans;
	struct eb rows[8];
	struct buf b = {0};
	struct arena a;
	u32 n;

	arena_init(&a);
	struct ob_err *err = ebpf_asm(&a, "text", text, strlen(text), &code, &spans, &n);
	if (err)
		return ob_err_print(err, stdout), 1;
	ebpf_decode(code, n, rows);
	ebpf_dis(&b, rows, n);
	fputs(b.p, stdout);
	return 0;
}
-- sh
mkdir isa
sed 's/^EB_ALU(XOR.*/&\nEB_ALU(NAND, 0xe0, 0, BASE32, BASE64, "~\&=", ~(d \& s))/
	s/^EB_JMP(JNE.*/&\nEB_JMP(JNSET, 0xe0, "!\&", !(d \& s))/' "$SRCDIR/src/isa/ebpf.def" >isa/ebpf.def
sed -i '/^EB(MAY_GOTO/d' isa/ebpf.def # has the opcode
sed 's/EB_MAY_GOTO/EB_JAL/' "$SRCDIR/src/isa/ebpf.h" >isa/ebpf.h
${CC:-cc} -I. -I"$SRCDIR/src" -I"$SRCDIR/include" -std=gnu11 -D_GNU_SOURCE main.c "$SRCDIR"/src/isa/ebpf*.c "$SRCDIR"/src/base/*.c -o main 2>&1 | grep -v 'MAY_GOTO' | grep error
./main
-- stdout
	r1 ~&= r2
	r1 ~&= 5
	w1 ~&= 6
	if r1 !& 7 goto L4
L4:
	exit
====
# an extended form that the lister or the older notation lacks does not build
-- sh
mkdir isa
sed 's/^EB(EXIT.*/&\nEB(NEW, 0xf5, NEW, 0, LINUX, "new")/' "$SRCDIR/src/isa/ebpf.def" >isa/ebpf.def
sed 's/^	EBF_COUNT$/	EBF_NEW,\n&/' "$SRCDIR/src/isa/ebpf.h" >isa/ebpf.h
for file in isa/ebpf_dis.c isa/ebpf_asm_old.c tool/help_isa.c; do
	cp "$SRCDIR/src/$file" .
	${CC:-cc} -I. -I"$SRCDIR/src" -I"$SRCDIR/include" -std=gnu11 -D_GNU_SOURCE -Wall -fsyntax-only "$(basename $file)" 2>&1 | grep -c 'EBF_NEW.*not handled'
done
-- stdout
1
2
1
====
# two extended rows of one opcode and selector do not build
-- sh
mkdir isa
sed 's/^EB(CALL_LOCAL, *0x85, LOCAL, 1/EB(CALL_LOCAL, 0x85, LOCAL, 2/' "$SRCDIR/src/isa/ebpf.def" >isa/ebpf.def
${CC:-cc} -I. -I"$SRCDIR/src" -I"$SRCDIR/include" -std=gnu11 -D_GNU_SOURCE -fsyntax-only "$SRCDIR/src/isa/ebpf.c" 2>&1 |
	grep -o 'duplicate case' | head -n 1
-- stdout
duplicate case
====
# an extended row or form that an engine lacks does not build
-- sh
mkdir isa jit
cp "$SRCDIR"/src/jit/*.[ch] jit
sed 's/^EB_ALU(XOR.*/&\nEB_ALU(NAND, 0xe0, 0, BASE32, BASE64, "~\&=", ~(d \& s))/
	s/^EB_JMP(JNE.*/&\nEB_JMP(JNSET, 0xe0, "!\&", !(d \& s))/
	s/^EB_RMW(ATOMIC_OR.*/&\nEB_RMW(ATOMIC_NAND, 0x60, "~\&=", ~(m \& s))/
	s/^EB(NEG_32.*/&\nEB(ABS_32, 0x94, NEG, 7, BASE32, "abs")/
	s/^EB(EXIT.*/&\nEB(NEW, 0xf5, NEW, 0, LINUX, "new")/' "$SRCDIR/src/isa/ebpf.def" >isa/ebpf.def
sed 's/^	EBF_COUNT$/	EBF_NEW,\n&/' "$SRCDIR/src/isa/ebpf.h" >isa/ebpf.h
try() {
	${CC:-cc} -I. -I"$SRCDIR/src" -I"$SRCDIR/include" -std=gnu11 -D_GNU_SOURCE -Wall -fsyntax-only "$@" 2>&1 |
		grep -oE "WAY_NAND|CC_JNSET|RMW_ATOMIC_NAND|EBF_NEW|label .*(ABS_32|NEW)" | tr -d "'‘’" | sort -u
}
cp "$SRCDIR"/src/vm/ebpf* .
for file in jit/x86_alu.c jit/x86.c jit/x86_mem.c ebpf.c; do echo $file; try $file; done
-- stdout
jit/x86_alu.c
WAY_NAND
jit/x86.c
CC_JNSET
EBF_NEW
jit/x86_mem.c
RMW_ATOMIC_NAND
ebpf.c
label ABS_32
label NEW
