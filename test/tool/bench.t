# SPDX-License-Identifier: BSD-2-Clause
# The comparison of 1993: every verdict agrees, and the paper's ratios are beside ours
-- sh
onebpf bench 1993 -n 16 -t 1 >out || exit
grep -o 'All .* agree' out
grep '1993, SPARC' out | uniq
grep -c '^Mix' out
awk 'length > 100' out
-- stdout
All 768 verdicts agree
  1993, SPARC instructions, live trace      1.55     3.43     4.37    18.06   yes
3
====
# JSON has all of it: operations do not depend on the host
-- sh
onebpf bench 1993 --json -n 1000 -t 1 | tr '{' '\n' | grep -A4 '"F4"' | head -3 |
	sed 's/,"instructions.*//; s/"accepted":[0-9.]*/"accepted":X/'
-- stdout
"name":"F4","text":"host horse and host gauguin","accepted":X,"paper":18.06,"machines":[
"name":"CSPF tree","length":65,"operations":65.0000
"name":"CSPF short","length":46,"operations":19.4380
====
# Without a name, what there is
-- sh
onebpf bench
-- stdout
onebpf bench 1993: CSPF beside BPF on the four filters of the paper
====
# A benchmark that does not exist
-- sh
onebpf bench 1994
-- stderr has
no benchmark "1994"
onebpf bench 1993
-- status 2
====
# It takes no argument
-- sh
onebpf bench 1993 more
-- stderr has
1993 takes no argument: "more"
-- status 2
====
# The command shows CSPF programs; what is assumed is said
-- sh
onebpf filter --show=cspf ip host 10.0.0.1
onebpf filter --show=cspf-short tcp dst port 80 | head -1
-- stdout
; packets of 34 bytes or more
(000) PUSHWORD+6
(001) PUSHLIT 0x0800 EQ
(003) PUSHWORD+14
(004) PUSHONE EQ
(005) PUSHWORD+13
(006) PUSHLIT 0x0a00 EQ
(008) AND
(009) PUSHWORD+16
(010) PUSHONE EQ
(011) PUSHWORD+15
(012) PUSHLIT 0x0a00 EQ
(014) AND
(015) OR
(016) AND
; IPv4 headers are taken to have no options
====
# Standard output that takes nothing is an error, told once
-- sh
onebpf bench 1993 -n 1 -t 1 >/dev/full
-- stderr
onebpf bench: cannot write to standard output: No space left on device
-- status 2
