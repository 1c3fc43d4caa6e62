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
