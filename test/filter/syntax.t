# SPDX-License-Identifier: BSD-2-Clause
# a condition is missing after `and`
-- filter
port 80 and
-- want err
filter:12: expected a condition such as `tcp` or `port 80` after `and`, found the end
    port 80 and
               ^
====
# a condition is missing after `&&`
-- filter
tcp &&
-- want err
filter:7: expected a condition such as `tcp` or `port 80` after `&&`, found the end
====
# a misspelt word where a condition begins
-- filter
prot 80
(prot 80)
not prot 80
udp or prot 80
-- want err
`prot` is not a keyword
^~~~
hint: did you mean `port`?
====
# a misspelt word after a protocol
-- filter
tcp prot 80
udp prot 53
-- want err
filter:5: expected `src`, `dst`, `host`, `net`, `port`, `portrange`, `proto`, `[`, `and`, `or` or the end
    ^~~~
hint: did you mean `port`?
====
# a misspelt word after a direction is a host until something follows it
-- filter
dst prot 80
-- want err
filter:10: expected `and`, `or` or the end after `prot`, found `80`
hint: did you mean `port`?
====
# letters in the wrong order
-- filter
tpc
-- want err
hint: did you mean `tcp`?
====
# letters of the wrong size
-- filter
TCP
-- want err
filter:1: `TCP` is not a keyword
hint: did you mean `tcp`?
====
# a word too much
-- filter
tcpp
-- want err
filter:1: `tcpp` is not a keyword
hint: did you mean `tcp`?
====
# a misspelt `and`
-- filter
port 80 adn tcp
-- want err
filter:9: expected `and`, `or` or the end after `80`, found `adn`
hint: did you mean `and`?
====
# a misspelt number
-- filter
tcp[tcpflags] & tcp-sin != 0
-- want err
filter:17: expected a number, `len` or bytes of the packet such as ip[0] after `&`, found `tcp-sin`
hint: did you mean `tcp-syn`?
====
# a name alone
-- filter
example
-- want err
filter:1: `example` is not a keyword
hint: a name needs a qualifier: host example, port example
====
# a word of another trade
-- filter
pid 1
-- want err
filter:1: `pid` is not a keyword
hint: packets carry no process; `onebpf trace` watches what processes do
====
# what is in a packet has no word
-- filter
http
-- want err
hint: a filter sees ports, not what they carry: tcp port 80
====
# an address is missing
-- filter
host
-- want err
filter:5: expected a host name, an address or `(` after `host`, found the end of the filter
====
# a direction with nothing behind it
-- filter
tcp src
-- want err
filter:8: expected `host`, `net`, `port`, `portrange`, a host name, an address or `(` after `src`
====
# half of both directions
-- filter
src or 10.0.0.1
-- want err
filter:8: expected `dst` after `or`, found `10.0.0.1`
====
# a port is missing
-- filter
udp port
-- want err
filter:9: expected a port (a number or the name of a service) after `port`
====
# a keyword where a name should stand
-- filter
ip proto tcp
-- want err
filter:10: expected a protocol (a number or a name) after `proto`, found `tcp`
hint: `tcp` is a keyword; as a name it is written \tcp
====
# a parenthesis that is not closed
-- filter
(tcp
(tcp or (udp and ip)
(1 = 1
-- want err
filter:1: this `(` is never closed
    ^
====
# ... is pointed at
-- filter
port 80 and (tcp or udp
-- want err
filter:13: this `(` is never closed
hint: add `)` where it ends
====
# a parenthesis that is not open
-- filter
tcp)
-- want err
filter:4: this `)` closes nothing: no `(` is open
====
# a bracket that is not closed
-- filter
tcp[13
tcp[0:2
-- want err
filter:4: this `[` is never closed
====
# a bracket that is not open
-- filter
tcp]
-- want err
filter:4: this `]` closes nothing
====
# nothing in parentheses
-- filter
()
-- want err
filter:2: expected a condition such as `tcp` or `port 80` after `(`, found `)`
====
# `and` twice
-- filter
tcp and and udp
-- want err
filter:9: `and` joins two conditions; there is none between it and `and`
====
# `or` at the beginning
-- filter
or tcp
-- want err
filter:1: `or` joins two conditions; there is none before it
====
# no `and` between two conditions
-- filter
host 10.0.0.1 port 80
-- want err
filter:15: expected `and`, `or` or the end after `10.0.0.1`, found `port`
hint: two conditions are joined with `and` or `or`
====
# two ports
-- filter
port 80 443
-- want err
filter:9: expected `and`, `or` or the end after `80`, found `443`
hint: several ports are written 80,443 or `80 or 443`
====
# an operator for numbers between conditions
-- filter
tcp & udp
-- want err
filter:5: expected
hint: conditions are joined with `and` or `&&`; `&` is for numbers
====
# and between names
-- filter
a & b
-- want err
filter:1: `a` is not a keyword
hint: numbers and bytes of the packet are compared, as in ip[8] < 5
====
# a turned comparison
-- filter
len => 5
-- want err
filter:6: expected a number
hint: `at least` is written `>=`
====
# a comparison of another language
-- filter
len <> 5
-- want err
filter:6: expected a number
hint: `not equal` is written `!=`
====
# a comparison is missing
-- filter
tcp[13] & 2
-- want err
filter:12: expected a comparison (= != < <= > >=) after `2`, found the end of the filter
hint: to test bits, write: tcp[13] & 2 != 0
====
# two comparisons in one
-- filter
4 < len < 9
-- want err
filter:9: expected `and`, `or` or the end after `len`, found `<`
hint: comparisons are joined with `and`: 4 < len and len < 9
====
# a protocol is no number
-- filter
tcp = 5
-- want err
filter:5: expected
hint: say which byte is to be compared, as in tcp[0]
====
# a size that no load has
-- filter
tcp[0:3] = 1
-- want err
filter:7: `3` bytes cannot be read at once: the size is 1, 2, 4, or 8 to compare
====
# eight bytes are only compared
-- filter
ether[0:8] & 1 = 1
ether[0:8] > ip[0:4]
ip[ether[0:8]] = 1
-- want err
8 bytes can only be compared
====
# and nothing else with more than 32 bits
-- filter
len < 0x100000000
-- want err
filter:7: 0x100000000 does not fit in 32 bits: only 8 bytes, as in ether[0:8], are compared with more
====
# a port that is none
-- filter
port 99999
portrange 99999
port (99999)
tcp port 22,99999
-- want err
`99999` is no port: ports are 0 to 65535
~~~~
====
# the lengths of networks
-- filter
net 10.0.0.0/33
-- want err
filter:14: /33 is too long: an IPv4 network part has 0 to 32 bits
====
# and over IPv6
-- filter
net ::1/129
-- want err
filter:9: /129 is too long: an IPv6 network part has 0 to 128 bits
====
# a network of one number
-- filter
net 10/8
-- want err
filter:7: expected `and`, `or` or the end after `10`, found `/`
hint: write the dots: net 10.0.0.0/8
====
# a part of an address that is too large
-- filter
host 10.0.0.256
-- want err
filter:6: `10.0.0.256` is no IPv4 address: its parts are decimal, 0 to 255
====
# an address with too many parts is a name, and unknown
-- filter
ip host 1.2.3.4.5
-- want err
filter:9: unknown host `1.2.3.4.5`
hint: an IPv4 address has four numbers
====
# colons that make no address
-- filter
ether host 00:11:22:
host 1::2::3
-- want err
this is neither an Ethernet nor an IPv6 address
====
# an address alone
-- filter
10.0.0.0/8
-- want err
filter:1: `10.0.0.0` stands alone: nothing says what it is the address of
hint: write: net 10.0.0.0/8
====
# a number alone
-- filter
tcp and 80
-- want err
filter:9: `80` stands alone: nothing says what it is the number of
hint: write for example: port 80
====
# nothing is inherited from what passes nothing on
-- filter
(port 80) or 443
-- want err
filter:14: `443` stands alone
====
# an address is no port
-- filter
port 10.0.0.1
-- want err
filter:6: `port` takes a number or a name, not the address `10.0.0.1`
====
# an octal number
-- filter
port 080
-- want err
filter:6: a number that begins with 0 is octal and has no 8 or 9
====
# a VLAN that is too large
-- filter
vlan 5000
-- want err
filter:6: 5000 is too large: a VLAN number is at most 4095
====
# what means nothing
-- filter
tcp port 80; ls
-- want err
filter:12: `;` means nothing in a filter
====
# an unknown 802.11 name
-- linktype IEEE802_11
-- filter
subtype becon
type mgt subtype becon
-- want err
`becon` is no 802.11 subtype
hint: did you mean `beacon`?
====
# an unknown LLC name
-- filter
llc ux
-- want err
filter:5: `ux` is no LLC type
known are: i s u rr rnr
====
# what `inner` takes
-- filter
inner l2tp
-- want err
filter:7: expected gre, ipip, gtpu, vxlan or geneve after `inner`, found `l2tp`
====
# the same in other words
-- filter
tcp port 22 or tcp port 80
tcp port 22 or 80
tcp port (22 or 80)
tcp port 22,80
tcp and (port 22 or 80)
(tcp && port 22) || (tcp && port 80)
not (not tcp port 22 and not tcp port 80)
! (! tcp port 22 and ! 80)
tcp port ssh,0x50
(tcp port 026) or tcp port 80
tcp[0:2] = 22 or tcp[2:2] == 22 or tcp[0:2] = 80 or tcp[2:2] = 80 or tcp6[0:2] = 22 or tcp6[2:2] = 22 or tcp6[0:2] = 80 or tcp6[2:2] = 80
-- capture example/demo.pcap
-- want
agree
====
# `and` is no stronger than `or`, and that is told
-- filter
tcp or udp and port 22
(tcp or udp) and port 22
(tcp and port 22) or (udp and port 22)
-- capture example/demo.pcap
-- want
agree
-- note
12: `and` and `or` are equally strong: this is (... or ...) and ...
====
# a list that is none: what is before `or` belongs together
-- filter
udp and port 22 or 80
(udp and port 22) or port 80
-- capture example/demo.pcap
-- want
agree
-- note
17: `and` and `or` are equally strong: this is (... and ...) or ...; a list of ports or addresses
====
# a filter whose meaning is what it looks like has no warning
-- sh
onebpf filter '(tcp or udp) and port 22'
onebpf filter 'tcp and port 22 or port 53'
onebpf filter 'tcp or port 22 or port 53'
onebpf filter 'port 22 or 53 and tcp'
onebpf filter 'port (22 or 53) and tcp'
onebpf filter '(port 22 or (udp)) and ip'
onebpf filter 'udp and port (22 or 53)'
onebpf filter 'host 10.0.0.1 or 10.0.0.2 or 10.0.0.3 and udp'
-- stderr
====
# a filter of several lines has line and column
-- file f
tcp and
  prot 80 and
udp
-- file g
tcp and
ip or prot 80 and
-- sh
onebpf filter -F f
onebpf filter -F g
printf 'tcp and  \n' >h
onebpf filter -F h
-- stderr has
filter:2:3: `prot` is not a keyword
      prot 80 and
      ^~~~
filter:2:7: `prot` is not a keyword
filter:8: expected a condition such as `tcp` or `port 80` after `and`, found the end of the filter
    tcp and
           ^
-- status 2
====
# a number after a protocol
-- filter
tcp 80
-- want err
filter:5: expected `src`
hint: say what the number is: tcp port 80
====
# an address after a protocol
-- filter
ip 10.0.0.1
-- want err
filter:4: expected `src`
hint: say what it is: ip host 10.0.0.1
====
# an IPv4 address alone
-- filter
10.0.0.1
-- want err
hint: write: host 10.0.0.1
====
# an Ethernet address alone
-- filter
ip and 0:1:2:3:4:5
-- want err
hint: write: ether host 0:1:2:3:4:5
====
# a mask is for IPv4
-- filter
net ::1 mask ::
-- want err
filter:9: expected `and`, `or` or the end after `::1`, found `mask`
hint: a mask follows an IPv4 address
====
# a length follows an address
-- filter
net example/24
-- want err
filter:12: expected
hint: the length of a network follows an address
====
# only ports are listed
-- filter
host a,b
-- want err
filter:7: expected
hint: only ports can be listed with `,`: port 80,443
====
# a list needs a port behind each comma
-- filter
port 80,
-- want err
filter:9: expected a port after `,`, found the end of the filter
====
# `|` between conditions
-- filter
tcp | udp
-- want err
filter:5: expected
hint: conditions are joined with `or` or `||`; `|` is for numbers
====
# another turned comparison
-- filter
len =< 5
-- want err
hint: `at most` is written `<=`
====
# what is wanted behind the other types
-- filter
portrange
-- want err
filter:10: expected a range of ports such as 1-1023 after `portrange`
====
# a network
-- filter
src net
-- want err
filter:8: expected a network such as 10.0.0.0/8, or its name, after `net`
====
# parentheses around numbers, of fields and of tags are closed too
-- filter
len > (1 + 2
vpi (1 or 2
-- linktype SUNATM
-- want err
this `(` is never closed
====
# and of tags
-- filter
vlan (5
-- want err
filter:6: this `(` is never closed
====
# the numbers of tags
-- filter
mpls 0x100000
-- want err
filter:6: 1048576 is too large: an MPLS label is at most 1048575
====
# of sessions
-- filter
pppoes 65536
-- want err
filter:8: 65536 is too large: a PPPoE session is at most 65535
====
# of virtual networks
-- filter
geneve 16777216
inner vxlan 16777216
vxlan 16777216
-- want err
16777216 is too large: a VNI is at most 16777215
====
# a size of 32 bits where no more is meant
-- filter
ifindex 4294967296
-- want err
filter:9: `4294967296` does not fit in 32 bits: at most 4294967295 (0xffffffff)
====
# the bits of 802.11
-- linktype IEEE802_11
-- filter
type 5
-- want err
filter:6: `5` is no 802.11 type: its bits are those of 0x0c
====
# a long word is cut
-- filter
tcp aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
-- want err
found `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...`
