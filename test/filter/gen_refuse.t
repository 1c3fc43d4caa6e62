# SPDX-License-Identifier: BSD-2-Clause
# what the link type does not have is refused, and named
-- filter
type mgt
subtype beacon
-- want err
filter:1: `type` is known on 802.11 only; this is Ethernet
====
# directions of 802.11 go with its addresses only
-- filter
ether addr1 host 02:00:00:00:00:01
addr1 host 10.0.0.1
-- want err
goes with hardware addresses on 802.11 only
====
# a link type without a type field
-- linktype USB_LINUX
-- filter
ip
port 80
host 10.0.0.1
-- want err
USB with Linux header does not say which protocol a packet carries; link[...] can be used
====
# bytes of any link type can be read
-- linktype USB_LINUX
-- filter
link[0] = 5
link[0:2] >> 8 = 5
-- packet 0500
-- packet 0600
-- want
accept
reject
====
# VLAN tags on a link type that has none
-- linktype RAW
-- filter
vlan
vlan 7
-- want err
Raw IP has no VLAN tags
====
# a tag behind a label
-- filter
mpls and vlan
-- want err
filter:10: `vlan` behind `mpls`: a label does not say that a tag follows
====
# behind a label only IP can be told
-- filter
mpls and arp
-- want err
filter:10: behind `mpls` only IPv4 and IPv6 can be told
====
# protocols that have no ports, no protocols, no addresses
-- filter
icmp port 80
-- want err
`icmp` has no ports; tcp, udp and sctp have
====
# a protocol that carries no other
-- filter
tcp proto 6
-- want err
`tcp proto` means nothing; ether, ip, ip6, iso and isis have protocols
====
# a qualifier that has no addresses of this kind
-- filter
tcp host 10.0.0.1
-- want err
`tcp` has no IPv4 addresses
hint: ip, arp and rarp can stand before IPv4 addresses
====
# nor has the other version of IP
-- filter
ip host ::1
-- want err
`ip` has no IPv6 addresses
hint: only ip6 can stand before IPv6 addresses
====
# bits outside the mask
-- filter
net 10.1.2.3/8
net 10.1.2.3 mask 255.0.0.0
-- want err
the address has bits outside its mask
hint: the network is 10.0.0.0
====
# a mask without net
-- filter
host 10.0.0.0/8
-- want err
filter:6: a mask goes with `net`
hint: net 10.0.0.0/8
====
# a misspelt protocol
-- filter
ip proto \ospff
-- want err
unknown protocol `ospff`
hint: did you mean `ospf`?
====
# a misspelt word of PF
-- linktype PFLOG
-- filter
reason mach
-- want err
unknown reason `mach`
hint: did you mean `match`?
====
# division by zero, and a shift out of the word
-- filter
ip[0] / 0 = 1
-- want err
filter:9: division by zero
====
# a shift out of the word
-- filter
ip[0] << 32 = 1
-- want err
filter:10: a shift by 32 bits; at most 31
====
# the kernel's words need a live capture
-- filter
mark = 1
-- want err
`mark` is known to the Linux kernel only, while it captures
====
# the direction is not in an Ethernet file
-- filter
inbound
outbound
-- want err
a capture of type Ethernet does not hold the direction; a live capture does
====
# the broadcast address needs the mask
-- filter
ip broadcast
-- want err
`ip broadcast` needs the network's mask, which is not known
====
# 8 bytes are only compared
-- filter
ip6[8:8] + 1 = 5
-- want err
8 bytes can only be compared
====
# an order that asks the packet outside
-- filter
icmp and vlan
-- with live
-- note
1: `icmp` stands before `vlan`
-- packet
-- want
reject
====
# and what it says where it can match nothing
-- filter
icmp and vlan
-- want err
this matches no packet
note: `icmp` stands before `vlan`
====
# a second `vlan` is the inner one
-- filter
vlan 100 or vlan 200
-- note
13: each `vlan` looks one tag deeper
-- packet 020000000001 020000000002 8100 00c8 0800
-- packet 020000000001 020000000002 8100 0064 0800
-- want
reject
accept
====
# a `not` that binds to the first address alone
-- filter
not host 10.0.0.1 or 10.0.0.2
-- note
1: `not` is about `host 10.0.0.1` alone
-- packet
-- want
reject
====
# a check that libpcap's rules leave out
-- filter
1 + tcp[0] = 5
-- note
5: these bytes are read from packets of any protocol
-- packet
-- want
reject
