# SPDX-License-Identifier: BSD-2-Clause
# help goes to standard output, fits a screen, and shows examples
-- sh
for verb in dump filter asm dis btf check run load user doctor bench help completion; do
	onebpf $verb --help >out.txt 2>err.txt || echo "$verb: $?"
	[ ! -s err.txt ] || cat err.txt
	[ "$(wc -l <out.txt)" -le 24 ] || echo "$verb: $(wc -l <out.txt) lines"
	[ "$(wc -L <out.txt)" -le 79 ] || echo "$verb: $(wc -L <out.txt) columns"
	grep -q "^usage: onebpf $verb" out.txt || echo "$verb: no usage"
	onebpf $verb -h | cmp - out.txt
done
[ "$(onebpf dump --help | grep -c '^  .*onebpf dump')" = 3 ] || echo examples
onebpf --help | grep -c '^  [a-z]* *[a-z]'
onebpf -nr x --help dump 2>&1 | head -1
-- stdout
16
onebpf: no option -nr before the verb
====
# all options are in the long help, and in the manual word for word
-- sh
for verb in dump filter asm dis btf check run load user doctor; do
	onebpf help --man $verb >made.txt
	sed -n "/Begin: onebpf help --man $verb/,/End: onebpf help/p" "$SRCDIR/man/onebpf-$verb.1" |
		diff made.txt - >diff.txt || { echo "man/onebpf-$verb.1 is not what onebpf help --man $verb says"; head -5 diff.txt; }
	onebpf help $verb >help.txt
	for name in $(sed '/^.Ss Refused/,$d' made.txt | grep -o 'Fl -[a-z-]*' | cut -c 4-); do
		grep -q -e "-$name" help.txt || echo "$verb: $name"
	done
	[ "$(grep -c . made.txt)" -gt 5 ] || echo "$verb: few options"
done
-- stdout
====
# the manual pages are sound
-- skip-unless command -v mandoc
-- sh
mandoc -T lint -W warning "$SRCDIR"/man/onebpf-dump.1 "$SRCDIR"/man/onebpf-filter.1 "$SRCDIR"/man/onebpf-asm.1 "$SRCDIR"/man/onebpf-dis.1
====
# help for what is not there
-- sh
onebpf help dmup
-- status 2
-- stderr has
no verb "dmup"
====
# the version has a name and features; as JSON too
-- sh
onebpf --version | sed 's/[0-9][0-9.]*/N/g'
onebpf dump --version | head -1 | sed 's/[0-9][0-9.]*/N/g'
onebpf --version -j | sed 's/[0-9][0-9.]*/N/g'
-- stdout
onebpf N
features: pcap, pcapng, gzip (zlib N), zstd N, packet sockets
onebpf N
{"name":"onebpf","version":"N","zlib":"N","zstd":"N"}
====
# a full disk is told of here, too
-- skip-unless test -w /dev/full
-- sh
onebpf --version >/dev/full; echo $?
onebpf help dump >/dev/full; echo $?
-- stdout
2
2
-- stderr has
onebpf: cannot write to standard output: No space left on device
onebpf help: cannot write to standard output: No space left on device
