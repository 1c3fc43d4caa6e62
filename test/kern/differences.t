# SPDX-License-Identifier: BSD-2-Clause
# doc/differences.md has a row for every command, map type, program type and link type
-- file part
# The first column of the table below "### TITLE".
awk -v title="### $1" '$0 == title { on = 1; next } /^##/ { on = 0 } on && /^\| [a-z]/' "$SRCDIR/doc/differences.md" |
	sed 's/^| \([a-z_0-9 ]*\) |.*/\1/'
-- sh
names() { sed -n "s/^$1([0-9]*, *[A-Z_0-9]*, *\([a-z_0-9]*\)[,)].*/\1/p" "$SRCDIR/src/isa/$2"; }
compare() {
	names "$2" "$3" >want
	sh part "$1" | tail -n +2 | diff want - >diff.txt || { echo "$1:"; cat diff.txt; }
	[ "$(wc -l <want)" -ge "$4" ] || echo "few: $1"
}
compare Commands COMMAND call.def 38
compare 'Map types' MAP map.def 34
compare 'Program types' PROG prog.def 33
compare 'Link types' LINK call.def 15
-- stdout
====
# each helper stands where it is: with what differs, or among those that are not here
-- sh
doc() { awk '$0 == "### Helpers" { on = 1; next } /^##/ { on = 0 } on' "$SRCDIR/doc/differences.md"; }
doc | sed '/^| not here /,$d' | sed -n 's/^| \([a-z_0-9]*\) |.*/\1 here/p' | grep -v '^helper here' >is
doc | sed '1,/^| not here /d' | sed -n 's/^| [^|]* | \(.*\) |$/\1/p' | tr -d ' ' | tr ',' '\n' | sed 's/$/ linux/' >>is
sed -n 's/^HELPER([0-9]*, *\([a-z_0-9]*\), *\(HERE\|INSN\),.*/\1 here/p; s/^HELPER([0-9]*, *\([a-z_0-9]*\), *\(LINUX\|DENIED\),.*/\1 linux/p' \
	"$SRCDIR/src/isa/helper.def" | sort >want
sort is | grep -v '^---' | diff want -
wc -l <want
-- stdout
211
