# SPDX-License-Identifier: BSD-2-Clause
# each instruction stands beside the words that it serves, qualifiers included
-- sh
onebpf filter --explain 'tcp dst port 80 or 443 and not src host 192.0.2.1' | sed 's/^([0-9]*) //; s/ jt [0-9]* jf [0-9]*//' | tr -s ' '
-- stdout has
ldh [12] tcp dst port 80 or 443
jeq #0x50 tcp dst port 80
jeq #0x1bb 443
jeq #0xc0000201 src host 192.0.2.1
