# SPDX-License-Identifier: BSD-2-Clause
# the stored capture and the named packets are what the generator makes
-- sh
"$O/example/mkcap" made.pcap && cmp made.pcap "$SRCDIR/example/demo.pcap"
"$O/example/mkcap" --hex | cmp - "$TESTDIR/packets"
====
# another reader finds every packet whole and every checksum right
-- skip-unless command -v tcpdump
-- sh
tcpdump -nvr "$SRCDIR/example/demo.pcap" 2>&1 >out.txt | grep -v 'reading from'
grep -cE '^[0-9]' out.txt
grep -iE 'bad|incorrect|wrong|truncated|\[\|' out.txt
grep -c 'correct\|sum ok' out.txt
-- stdout
23
14
