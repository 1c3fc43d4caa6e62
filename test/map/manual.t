# SPDX-License-Identifier: BSD-2-Clause
# onebpf-maps(7) has every type, as MAP_CREATE takes it
-- sh
onebpf help --man maps >made.txt
sed -n '/Begin: onebpf help --man maps/,/End: onebpf help/p' "$SRCDIR/man/onebpf-maps.7" |
	diff made.txt - >diff.txt || { echo "man/onebpf-maps.7 is not what onebpf help --man maps says"; head -5 diff.txt; }
sed -n 's/^MAP(\([0-9]*\), *[A-Z_]*, *\([a-z_]*\),.*/\2 \1/p' "$SRCDIR/src/isa/map.def" | grep -v '^unspec' >rows.txt
sed -n '/^.It Cm/{s/.* //;N;s/\nNumber \([0-9]*\).*/ \1/;p;}' made.txt | diff rows.txt -
wc -l <rows.txt
-- stdout
33
====
# its examples
-- skip-unless PATH=$PATH:/usr/sbin command -v bpftool
-- sh
export PATH=$PATH:/usr/sbin XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
sed -n '/^.Sh EXAMPLES/,/^.Sh SEE/p' "$SRCDIR/man/onebpf-maps.7" | sed -n '/^.Bd/,/^.Ed/{/^\./d;s/\\e$/\\/;p;}' >text
sed ':a;/\\$/{N;s/\\\n *//;ba;}' text | grep -v '^\$ onebpf user' >session
sed -n 's/^\$ //p' session >script
grep -v '^\$' session >want
onebpf user --private -- sh -e script | diff want -
wc -l <script
-- stdout
7
