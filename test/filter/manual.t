# SPDX-License-Identifier: BSD-2-Clause
# onebpf-filter(7) has every word of the language
-- sh
words=$PWD/words
cd "$SRCDIR"
{
	grep -ho '{"[^"]*", TK_' src/filter/words.c
	grep -ho '{"[^"]*", 0x[0-9a-f]*}' src/filter/parse_prim.c
	sed -n '/^PROTO/s/^[^,]*,//p' src/filter/proto.def | tr , '\n'
	sed -n '/ ours\[\]/,/^}/p' src/filter/words.c | tr , '\n' | grep '"'
} | sed 's/^[^"]*"//; s/".*//' | sort -u >"$words"
[ "$(wc -l <"$words")" -ge 200 ] || echo "only $(wc -l <"$words") words are found"
while read -r word; do
	sed 's/\\[&e]//g' man/onebpf-filter.7 | grep -qE "(^|[^a-z0-9])$word([^a-z0-9-]|\$)" || echo "no $word"
done <"$words"
-- stdout
