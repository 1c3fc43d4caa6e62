# SPDX-License-Identifier: BSD-2-Clause
# the three listings, tcpdump's byte for byte where the code is the same
-- skip-unless command -v tcpdump
-- sh
for args in ip arp 'ip6 proto 6' '-y RAW ip' '-O ip' '-s 96 arp' '-y LINUX_SLL arp' ''; do
	for d in -d -dd -ddd; do
		# shellcheck disable=SC2086
		tcpdump -y EN10MB $d $args >theirs.txt 2>/dev/null
		# shellcheck disable=SC2086
		onebpf filter $d $args | cmp - theirs.txt || echo "differs: $d $args"
	done
done
onebpf filter arp | cmp - <<'END'
(000) ldh      [12]
(001) jeq      #0x806           jt 2	jf 3
(002) ret      #262144
(003) ret      #0
END
-- stdout
====
# operands, -F and - are the same filter; the empty one takes everything
-- sh
echo tcp port 80 >f
onebpf filter tcp port 80 >want.txt
onebpf filter 'tcp port 80' | cmp - want.txt
onebpf filter -F f | cmp - want.txt
onebpf filter -F f operands are not looked at | cmp - want.txt
onebpf filter - <f | cmp - want.txt
onebpf filter -F - <f | cmp - want.txt
onebpf filter
-- stdout
(000) ret      #262144
====
# --explain names the words of each instruction, and asks the kernel
-- sh
onebpf filter --explain -s 100 'ip or vlan' | sed 's/for [0-9]* bytes of .*/for N bytes/'
-- stdout
for EN10MB

(000) ldh      [12]                            ip
(001) jeq      #0x800           jt 5 jf 2      ip
(002) jeq      #0x8100          jt 5 jf 3      vlan
(003) jeq      #0x88a8          jt 5 jf 4      vlan
(004) jeq      #0x9100          jt 5 jf 6      vlan
(005) ret      #100
(006) ret      #0

instructions  7, of 4096 that the kernel takes
path          3 to 6 instructions a packet
kernel        takes it, for N bytes
====
# limits that it breaks are told
-- sh
awk 'BEGIN { print 4097; for (i = 0; i < 4096; i++) print "0 0 0 1"; print "6 0 0 1" }' >long.txt
onebpf filter --raw long.txt --explain | tail -3
onebpf filter --raw long.txt --check; echo $?
printf '2\n5 0 0 4294967295\n6 0 0 0\n' >loop.txt
onebpf filter --raw loop.txt --explain | tail -2
onebpf filter --raw loop.txt --check; echo $?
onebpf filter --check ip; echo $?
onebpf filter --explain --live inbound | grep ancillary
-- stdout
instructions  4097, of 4096 that the kernel takes: too many, it runs only in this process
path          4097 instructions a packet
kernel        refuses it: Invalid argument
1
loops         1 backward jump: it runs only in this process
kernel        refuses it: Invalid argument
1
0
ancillary     1 load: only for live packets
-- stderr has
onebpf filter: 4097 instructions
onebpf filter: insn 0
====
# the other forms
-- sh
onebpf filter --show=tree arp
onebpf filter --show=graph arp
onebpf filter --show=opt arp | head -1
onebpf filter --show=dot arp | head -1
onebpf filter --show=svg arp | head -1 | cut -c 1-39
onebpf filter --show=nothing arp; echo $?
-- stdout
arp
[12:2] == 0x806
   0  [12:2] == 0x806                     yes accept    no reject
after generation:
digraph filter {
<svg xmlns="http://www.w3.org/2000/svg"
2
-- stderr has
option --show does not know "nothing"
====
# extended code: one check a path, constants in the packet's byte order, and back
-- sh
onebpf filter --show=ebpf ip | tee text
onebpf asm -f text text | cmp - text && echo read back
onebpf filter --show=ebpf --explain 'ip or arp' | sed -n 's/  */ /g; 3p; 4p'
onebpf filter --live --show=ebpf ifindex 3 | head -4
onebpf filter -d ip > listing
onebpf filter --show=ebpf-kernel --raw listing | head -3
-- stdout
	if w2 < 14 goto L5
	r0 = *(u16 *)(r1 + 12)
	if w0 != 8 goto L5
	w0 = 262144
	exit
L5:
	w0 = 0
	exit
read back
(002) if w0 == 8 goto +1 ip
(003) if w0 != 1544 goto +2 arp
	w0 = 0
	r3 = *(u8 *)(r4 + 0)
	if w3 != 0 goto L4
	exit
	r6 = r1
	r0 = *(u16 *)skb[12]
	if w0 != 2048 goto L5
====
# what an extended socket filter has not, and what may not run at all
-- sh
echo 'ld #hatype; ret a' | tr ';' '\n' | onebpf filter --raw - --show=ebpf-kernel; echo $?
echo 'ld #5; ja -2; ret a' | tr ';' '\n' | onebpf filter --raw - --show=ebpf-kernel; echo $?
-- stdout
2
1
-- stderr has
onebpf filter: insn 0: an extended socket filter of Linux has no hatype
onebpf filter: insn 1
====
# JSON, one object
-- skip-unless command -v python3
-- sh
onebpf filter -j 'ip and src 10.0.0.1' >out.txt
python3 -c "
import json
text = open('out.txt').read()
d = json.loads(text)
print(text.count('\n'), d['schema'], d['linktype'], d['filter'], len(d['code']), d['code'][-1]['k'])
one = d['code'][1]
print(one['code'], hex(one['k']), d['filter'][one['from']:one['to']])
"
-- stdout
1 1 EN10MB ip and src 10.0.0.1 6 0
21 0x800 ip
====
# listings are read back, in all forms
-- sh
for d in -d -dd -ddd; do
	onebpf filter $d 'tcp port 80 or vlan' >a.txt
	onebpf filter --raw a.txt $d | cmp - a.txt
	onebpf filter --raw - $d <a.txt | cmp - a.txt
done
printf 'ldh [12]\njeq #0x800, yes, no\nyes: ret #-1\nno: ret #0\n' | onebpf filter --raw - -ddd
printf 'ldh [12]\nfrob #1\n' | onebpf filter --raw -; echo $?
printf 'ja 0\n' | onebpf filter --raw - --check; echo $?
-- stdout
4
40 0 0 12
21 0 1 2048
6 0 0 4294967295
6 0 0 0
2
1
-- stderr has
onebpf filter: -:2:
frob
onebpf filter: insn 0
====
# the link type: by name, by number, of a file
-- sh
onebpf filter -y RAW -ddd ip6 >want.txt
onebpf filter -y 101 -ddd ip6 | cmp - want.txt
onebpf filter -y DLT_RAW -ddd ip6 | cmp - want.txt
onebpf filter -y LINKTYPE_RAW -ddd ip6 | cmp - want.txt
onebpf filter -r "$SRCDIR/example/demo.pcap" ip6 >eth.txt
onebpf filter ip6 | cmp - eth.txt
onebpf filter -y NOSUCH ip6; echo $?
onebpf filter -r nosuch ip6; echo $?
onebpf filter ip broadcast; echo $?
onebpf filter --netmask 255.255.255.0 ip broadcast | grep -q 0xff || echo none
onebpf filter --netmask nosuch ip broadcast; echo $?
-- stdout
2
2
2
2
-- stderr has
no link type "NOSUCH"
onebpf filter: nosuch
needs the network's mask
"nosuch" is no netmask
====
# errors point at their column; statuses tell no from cannot
-- sh
onebpf filter 'tcp prot 80'; echo $?
onebpf filter 'ip and arp'; echo $?
onebpf filter -F missing; echo $?
-- stdout
2
1
2
-- stderr has
onebpf filter: filter:5
    tcp prot 80
        ^
this matches no packet
onebpf filter: missing: cannot open: No such file or directory
====
# a file may have comments; columns stay, an operand may not
-- sh
printf '# the web # or\ntcp port 80 # plain\n or tcp port 443#' >web.txt
onebpf filter tcp port 80 or tcp port 443 >a.txt
onebpf filter -F web.txt | cmp - a.txt
onebpf dump -d -y EN10MB -F web.txt | cmp - a.txt
onebpf filter - <web.txt | cmp - a.txt
printf 'tcp # or\n  prot 80' | onebpf filter -F -
onebpf filter 'tcp # port 80'
-- status 2
-- stderr has
onebpf filter: filter:2:3: expected
      prot 80
      ^~~~
hint: did you mean `port`?
onebpf filter: filter:5: `#` means nothing in a filter
    tcp # port 80
        ^
====
# a warning points at its words, and changes neither code nor status
-- sh
onebpf filter 'ip or tcp and port 80' >a.txt; echo $?
onebpf filter '(ip or tcp) and port 80' | cmp - a.txt
onebpf dump -r "$SRCDIR/example/demo.pcap" --count 'arp or tcp and port 80'
-- stdout
0
2 packets
-- stderr has
onebpf filter: filter:11: warning: `and` and `or` are equally strong
    ip or tcp and port 80
              ^~~
onebpf dump: filter:12: warning: `and` and `or` are equally strong
====
# what the kernel has no memory for is said
-- skip-unless test "$(cat /proc/sys/net/core/optmem_max)" -le 131072
-- sh
awk 'BEGIN { print 1501; for (i = 0; i < 1500; i++) print "48 0 0 20"; print "6 0 0 1" }' >big.txt
onebpf filter --raw big.txt --explain | tail -2
-- stdout has
kernel        refuses it: Cannot allocate memory
net.core.optmem_max is
====
# names are looked up in the system
-- skip-unless getent services ssh && getent protocols gre && getent ahostsv4 localhost
-- sh
onebpf filter tcp port ssh >a.txt; onebpf filter tcp port 22 | cmp - a.txt
onebpf filter ip proto gre >a.txt; onebpf filter ip proto 47 | cmp - a.txt
onebpf filter ip host localhost | grep -c 0x7f000001
onebpf filter port nosuchservice; echo $?
-- stdout
2
2
-- stderr has
nosuchservice
====
# the machine code stands beside the program and the words that it serves
-- sh
onebpf filter --show=native ip
-- skip-unless [ "$(uname -m)" = x86_64 ]
-- stdout has
; 1: ip
0 if w2 < 14 goto +4
21: c3
