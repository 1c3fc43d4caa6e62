# SPDX-License-Identifier: BSD-2-Clause
# every row has an answer, and a no says why
-- sh
onebpf doctor >out.txt; echo $?
grep -cE '^  [a-z-]+ +(yes|no|unknown) +[a-z]' out.txt
awk '/^  [a-z]/ { if (no) print "no why: " no; no = $2 == "no" ? $1 : "" } /^   / { no = "" }' out.txt
awk 'length > 79' out.txt
-- stdout
0
21
====
# names choose rows, and say by the status what is permitted
-- sh
onebpf doctor filter world preload machine-code notify; echo $?
onebpf doctor filter sandbox | grep -c 'yes  '
onebpf doctor machine-cod; echo $?
onebpf doctor x; echo $?
-- stdout
Packets
  filter        yes   a filter on an own socket

In user space
  world         yes   bpf() answered by a world of our own
  preload       yes   other programs in it: onebpf user
  machine-code  yes   our JIT
  notify        yes   answer system calls of static programs
0
2
2
2
-- stderr
onebpf doctor: nothing is called "machine-cod"
hint: did you mean machine-code?
onebpf doctor: nothing is called "x"
hint: all names: onebpf doctor
====
# root and nobody are told what holds for them
-- skip-unless [ "$(id -u)" = 0 ] && command -v setpriv && [ "$(cat /proc/sys/kernel/unprivileged_bpf_disabled)" != 0 ]
-- sh
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }
cp "$(command -v onebpf)" /tmp/onebpf-doctor.$$ && chmod 755 /tmp/onebpf-doctor.$$
cd / && nobody /tmp/onebpf-doctor.$$ doctor bpf map-types packets; echo $?
nobody /tmp/onebpf-doctor.$$ doctor world preload filter >/dev/null; echo $?
rm /tmp/onebpf-doctor.$$
-- stdout has
  bpf           no    maps and programs in the kernel
Operation not permitted
onebpf user
  map-types     no    every type of map
0 of 28: see bpf
  packets       no    packets of an interface
setcap cap_net_raw+ep
/tmp/onebpf-doctor.
1
0
====
# what it tells of bpf(2) is what bpf(2) does
-- skip-unless command -v cc
-- file bpf.c
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
	char attr[72] = {2, [4] = 4, [8] = 8, [12] = 1};
	return syscall(SYS_bpf, 0, attr, sizeof(attr)) < 0;
}
-- sh
cc bpf.c -o bpf
./bpf; a=$?
onebpf doctor bpf >/dev/null; [ $a = $? ] && echo same
-- stdout
same
====
# in a world it tells of the world
-- skip-unless [ -z "$SAN" ]
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user --private onebpf doctor bpf
-- stdout
Linux's bpf(2)
  bpf           yes   maps and programs in the kernel
====
# JSON has all of it
-- skip-unless command -v python3
-- sh
onebpf doctor --json >out.json
python3 -c '
import json
d = json.load(open("out.json"))
print(d["schema"], len(d["rows"]), {r["permitted"] for r in d["rows"]} <= {"yes", "no", "unknown"})
print(sorted(d["rows"][0]), [r["group"] for r in d["rows"] if r["name"] == "notify"])
print([r["name"] for r in d["rows"] if r["permitted"] == "no" and not r["why"]])
'
onebpf doctor --json filter
-- stdout
1 21 True
['group', 'help', 'name', 'permitted', 'what', 'why'] ['In user space']
[]
{"schema":1,"rows":[{"group":"Packets","name":"filter","what":"a filter on an own socket","permitted":"yes","why":"","help":""}]}
