# SPDX-License-Identifier: BSD-2-Clause
# onebpf-isa(7) has every operation, as the table does
-- sh
onebpf help --man isa >made.txt
sed -n '/Begin: onebpf help --man isa/,/End: onebpf help/p' "$SRCDIR/man/onebpf-isa.7" |
	diff made.txt - >diff.txt || { echo "man/onebpf-isa.7 is not what onebpf help --man isa says"; head -5 diff.txt; }
[ "$(grep -c '^.It' made.txt)" = "$(grep -c '^Opcode 0x' made.txt)" ] || echo "a row lacks its fields"
[ "$(grep -c '^.It' made.txt)" -ge 150 ] || echo "few operations: $(grep -c '^.It' made.txt)"
-- stdout
====
# each notation of it is assembled to that opcode
-- sh
onebpf help --man isa | sed -n "s/^.It Li //p; s/^.Dl //p; s/^Opcode 0x\(..\).*/\1/p" >three.txt
while read -r clang && read -r old && read -r code; do
	for text in "$clang" "$old"; do
		{ echo "$text"; echo 'exit; exit; exit; exit; exit; exit'; } | onebpf asm -f hex - >out || echo "$text"
		[ "$(head -c 2 out)" = "$code" ] || echo "$text: $(head -n 1 out), not $code"
	done
done <three.txt
wc -l <three.txt
-- stdout
540
