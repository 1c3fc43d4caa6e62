# SPDX-License-Identifier: BSD-2-Clause
# simplify: operations on a constant are undone
-- filter
(ether[0:2] << 2) = 8 and ether[2] / 4 = 1 and ether[4] % 8 = 3
ether[0:2] = 2 and ether[2] >= 4 and ether[2] < 8 and ether[4] & 7 = 3
-- packet cuts 0002050bff
-- packet cuts 0002070bffff
-- packet cuts 00020803ff
-- packet cuts 40020703
-- packet cuts 000207130b00
-- code
(000) ldh      [0]
(001) jeq      #0x2             jt 2	jf 9
(002) ldb      [2]
(003) and      #0xfc
(004) jeq      #0x4             jt 5	jf 9
(005) ldb      [4]
(006) and      #0x7
(007) jeq      #0x3             jt 8	jf 9
(008) ret      #262144
(009) ret      #0
-- want agree 2
====
# simplify: a mask of high bits is a comparison
-- filter
ether[0] & 0xf0 = 0xf0
ether[0] >= 240
-- packet cuts f0
-- packet cuts ef
-- packet cuts ff
-- code
(000) ldb      [0]
(001) jgt      #0xef            jt 2	jf 3
(002) ret      #262144
(003) ret      #0
-- want agree 2
====
# simplify: what no byte can be, but the load stays
-- filter
ether[0] = 256 or ether[1] + 5 > 4
ether[1] >= 0 or ether[0] > 300
-- packet cuts 0000
-- code
(000) ldb      [1]
(001) ret      #262144
-- want agree 1
====
# simplify: a shift that loses bits is undone with a mask
-- filter
ether[0:4] << 8 = 0x100
ether[0:4] & 0xffffff = 1
-- packet cuts ff000001
-- packet cuts 00000001
-- packet cuts 01000100
-- code
(000) ld       [0]
(001) and      #0xffffff
(002) jeq      #0x1             jt 3	jf 4
(003) ret      #262144
(004) ret      #0
-- want agree 2
====
# thread: what is known is not asked again: pass by pass
-- sh
onebpf filter --show=opt "(ip and tcp) or (ip and udp)"
-- stdout
after generation:
   0  [12:2] == 0x800                     yes 1         no 7
   1  [12:2] == 0x800                     yes 2         no 3
   2  [23] == 6                           yes accept    no 3
   3  [12:2] == 0x86dd                    yes 4         no 7
   4  [20] == 6                           yes accept    no 5
   5  [20] == 44                          yes 6         no 7
   6  [54] == 6                           yes accept    no 7
   7  [12:2] == 0x800                     yes 8         no reject
   8  [12:2] == 0x800                     yes 9         no 10
   9  [23] == 17                          yes accept    no 10
  10  [12:2] == 0x86dd                    yes 11        no reject
  11  [20] == 17                          yes accept    no 12
  12  [20] == 44                          yes 13        no reject
  13  [54] == 17                          yes accept    no reject

after thread:
   0  [12:2] == 0x800                     yes 1         no reject
   1  [23] == 6                           yes accept    no 2
   2  [23] == 17                          yes accept    no reject
====
# thread: what is known is not asked again
-- filter
(ip and tcp) or (ip and udp)
ip and (ip proto 6 or 17)
-- packet cuts 0200000000010200000000020800 4500002800010000400600000a0000010a000002 001600500000000100000000500203e800000000
-- packet cuts 0200000000010200000000020800 4700002800010000401100000a0000010a0000020101010101010101 005000160000000100000000500203e800000000
-- packet cuts 0200000000010200000000020800 4500002800010001400600000a0000010a000002 001600500000000100000000500203e800000000
-- packet cuts 02000000000102000000000286dd60000000001c114020010db800000000000000000000000120010db8000000000000000000000002000100020000000100000000500203e800000000
-- want agree 101
====
# thread: a range that excludes another
-- filter
ether[0] > 10 and not (ether[0] < 5 and ether[3] = 1)
ether[0] > 10
-- packet cuts 0b000000
-- packet cuts 04000001
-- packet cuts 0a000001
-- code
(000) ldb      [0]
(001) jgt      #0xa             jt 2	jf 3
(002) ret      #262144
(003) ret      #0
-- want agree 4
====
# thread: a known bit decides a mask
-- filter
ether[0] & 4 != 0 and ether[0] & 6 != 0 and not ether[0] = 3
ether[0] & 4 != 0
-- packet cuts 04
-- packet cuts 02
-- packet cuts 06
-- packet cuts 03
-- code
(000) ldb      [0]
(001) jset     #0x4             jt 2	jf 3
(002) ret      #262144
(003) ret      #0
-- want agree 2
====
# thread: a load that may reject is not passed
-- filter
ether[0] = 1 or ether[20] = 2 or ether[0] = 1
-- packet cuts 010000000000000000000000000000000000000000
-- packet cuts 000000000000000000000000000000000000000002
-- packet cuts 020000000000000000000000000000000000000000
-- code
(000) ldb      [0]
(001) jeq      #0x1             jt 4	jf 2
(002) ldb      [20]
(003) jeq      #0x2             jt 4	jf 5
(004) ret      #262144
(005) ret      #0
-- want agree 22
====
# merge: equal tails are one
-- filter
(tcp and dst port 80) or (udp and dst port 80)
tcp dst port 80 or udp dst port 80
-- packet cuts 02000000000102000000000208004500002800010000400600000a0000010a000002000100500000000100000000500203e800000000
-- packet cuts 02000000000102000000000208004600002800010000401100000a0000010a00000201010101000100500000000100000000500203e800000000
-- packet cuts 02000000000102000000000286dd60000000001c064020010db800000000000000000000000120010db8000000000000000000000002000700500000000100000000500203e800000000
-- packet cuts 02000000000102000000000208004500002800010000408400000a0000010a000002000100500000000100000000500203e800000000
-- code
(000) ldh      [12]
(001) jeq      #0x800           jt 2	jf 10
(002) ldb      [23]
(003) jeq      #0x6             jt 5	jf 4
(004) jeq      #0x11            jt 5	jf 17
(005) ldh      [20]
(006) jset     #0x1fff          jt 17	jf 7
(007) ldxb     4*([14]&0xf)
(008) ldh      [x + 16]
(009) jeq      #0x50            jt 16	jf 17
(010) jeq      #0x86dd          jt 11	jf 17
(011) ldb      [20]
(012) jeq      #0x6             jt 14	jf 13
(013) jeq      #0x11            jt 14	jf 17
(014) ldh      [56]
(015) jeq      #0x50            jt 16	jf 17
(016) ret      #262144
(017) ret      #0
-- want agree 51
====
# merge: a load before one that reaches further is not needed
-- filter
(ether[1] = 0 or ether[1] != 0) and ether[2] = 1
-- packet cuts 000001
-- packet cuts 000000
-- code
(000) ldb      [2]
(001) jeq      #0x1             jt 2	jf 3
(002) ret      #262144
(003) ret      #0
-- want agree 1
====
# cells: what nobody reads is not stored
-- filter
len > 5
-- linktype IEEE802_11_RADIOTAP
-- packet cuts 00000800
-- packet cuts 0000080000000000
-- code
(000) ld       #pktlen
(001) jgt      #0x5             jt 2	jf 3
(002) ret      #262144
(003) ret      #0
-- want agree 9
====
# cells: set as late as it can be: the graph
-- sh
onebpf filter --show=graph -y IEEE802_11_RADIOTAP "pppoes and ip"
-- stdout
   0  M0 = ([3] << 8) | [2]               then 1
   1  [M0 + 0] & 4                        yes reject    no 2
   2  [M0 + 0] & 8                        yes 3         no reject
   3  [M0 + 0] > 127                      yes 4         no 5
   4  M2 = M0 + 26                        then 6
   5  M2 = M0 + 24                        then 6
   6  [4:4] & 0x2000000                   yes 7         no 12
   7  [4:4] & 128                         yes 12        no 8
   8  [4:4] & 0x1000000                   yes 9         no 10
   9  [16] & 32                           yes 11        no 12
  10  [8] & 32                            yes 11        no 12
  11  M1 = (M2 + 3) & 0x1fffc             then 13
  12  M1 = M2                             then 13
  13  [M1 + 6:2] == 0x8864                yes 14        no reject
  14  [M1 + 14:2] == 33                   yes accept    no reject
====
# cells: set as late as it can be
-- filter
pppoes and ip
-- linktype IEEE802_11_RADIOTAP
-- packet cuts 0000090000000000008801000000000000000000000000000000000000000000000000aaaa03000000886411000000001400214500
-- want agree 3
====
# sets: constants that touch are an interval
-- filter
ether[0] = 1 or ether[0] = 3 or ether[0] = 2 or ether[0] = 4
ether[0] > 0 and ether[0] < 5
-- packet cuts 00
-- packet cuts 01
-- packet cuts 04
-- packet cuts 05
-- code
(000) ldb      [0]
(001) jgt      #0x4             jt 4	jf 2
(002) jeq      #0x0             jt 4	jf 3
(003) ret      #262144
(004) ret      #0
-- want agree 2
====
# sets: all but a few are said as those few
-- filter
ether[0] < 3 or ether[0] > 3
ether[0] != 3
-- packet cuts 02
-- packet cuts 03
-- packet cuts 04
-- code
(000) ldb      [0]
(001) jeq      #0x3             jt 3	jf 2
(002) ret      #262144
(003) ret      #0
-- want agree 2
====
# sets: the second list of a value joins the first, and does the load between when it hits: the graph
-- sh
onebpf filter --show=graph "ether[0] = 1 or ether[9] = 2 or ether[0] = 3 or ether[0] = 5 or ether[0] = 7 or ether[0] = 9"
-- stdout
   0  [0] == 1                            yes accept    no 1
   1  [9] == 2                            yes accept    no 2
   2  [0] == 3                            yes accept    no 3
   3  [0] == 5                            yes accept    no 4
   4  [0] == 7                            yes accept    no 5
   5  [0] == 9                            yes accept    no reject
====
# sets: the second list of a value joins the first, and does the load between when it hits
-- filter
ether[0] = 1 or ether[9] = 2 or ether[0] = 3 or ether[0] = 5 or ether[0] = 7 or ether[0] = 9
-- packet cuts 01000000000000000000
-- packet cuts 00000000000000000002
-- packet cuts 07000000000000000000
-- packet cuts 09000000000000000000
-- packet cuts 08000000000000000000
-- want agree 13
====
# sets: nothing to load where a hit rejects
-- filter
ether[9] = 9 and not (ether[0] = 1 or ether[30] = 2 or ether[0] = 3)
ether[9] = 9 and not ether[0] = 1 and not ether[30] = 2 and not ether[0] = 3
-- packet cuts 00000000000000000009000000000000000000000000000000000000000000
-- packet cuts 01000000000000000009000000000000000000000000000000000000000000
-- packet cuts 03000000000000000009000000000000000000000000000000000000000000
-- code
(000) ldb      [9]
(001) jeq      #0x9             jt 2	jf 8
(002) ldb      [0]
(003) jeq      #0x1             jt 8	jf 4
(004) jeq      #0x3             jt 8	jf 5
(005) ldb      [30]
(006) jeq      #0x2             jt 8	jf 7
(007) ret      #262144
(008) ret      #0
-- want agree 1
====
# sets: what is in A already comes first
-- filter
ether[20] > 5 and not (ether[0] = 2 or ether[20] = 9)
-- packet cuts 000000000000000000000000000000000000000006
-- packet cuts 000000000000000000000000000000000000000009
-- packet cuts 020000000000000000000000000000000000000006
-- code
(000) ldb      [20]
(001) jeq      #0x9             jt 6	jf 2
(002) jgt      #0x5             jt 3	jf 6
(003) ldb      [0]
(004) jeq      #0x2             jt 6	jf 5
(005) ret      #262144
(006) ret      #0
-- want agree 1
====
# sets: a large one is a search tree: the graph
-- sh
onebpf filter --show=graph "ether[0:2] = 1 or ether[0:2] = 4 or ether[0:2] = 7 or ether[0:2] = 10 or ether[0:2] = 13 or ether[0:2] = 16 or ether[0:2] = 19 or ether[0:2] = 22 or ether[0:2] = 25 or ether[0:2] = 28 or ether[0:2] = 31 or ether[0:2] = 34 or ether[0:2] = 37 or ether[0:2] = 40 or ether[0:2] = 43 or ether[0:2] = 46 or ether[0:2] = 49 or ether[0:2] = 52 or ether[0:2] = 55 or ether[0:2] = 58 or ether[0:2] = 61 or ether[0:2] = 64 or ether[0:2] = 67 or ether[0:2] = 70"
-- stdout
   0  [0:2] > 34                          yes 1         no 14
   1  [0:2] > 52                          yes 2         no 8
   2  [0:2] == 55                         yes accept    no 3
   3  [0:2] == 58                         yes accept    no 4
   4  [0:2] == 61                         yes accept    no 5
   5  [0:2] == 64                         yes accept    no 6
   6  [0:2] == 67                         yes accept    no 7
   7  [0:2] == 70                         yes accept    no reject
   8  [0:2] == 37                         yes accept    no 9
   9  [0:2] == 40                         yes accept    no 10
  10  [0:2] == 43                         yes accept    no 11
  11  [0:2] == 46                         yes accept    no 12
  12  [0:2] == 49                         yes accept    no 13
  13  [0:2] == 52                         yes accept    no reject
  14  [0:2] > 16                          yes 15        no 21
  15  [0:2] == 19                         yes accept    no 16
  16  [0:2] == 22                         yes accept    no 17
  17  [0:2] == 25                         yes accept    no 18
  18  [0:2] == 28                         yes accept    no 19
  19  [0:2] == 31                         yes accept    no 20
  20  [0:2] == 34                         yes accept    no reject
  21  [0:2] == 1                          yes accept    no 22
  22  [0:2] == 4                          yes accept    no 23
  23  [0:2] == 7                          yes accept    no 24
  24  [0:2] == 10                         yes accept    no 25
  25  [0:2] == 13                         yes accept    no 26
  26  [0:2] == 16                         yes accept    no reject
====
# sets: a large one is a search tree
-- filter
ether[0:2] = 1 or ether[0:2] = 4 or ether[0:2] = 7 or ether[0:2] = 10 or ether[0:2] = 13 or ether[0:2] = 16 or ether[0:2] = 19 or ether[0:2] = 22 or ether[0:2] = 25 or ether[0:2] = 28 or ether[0:2] = 31 or ether[0:2] = 34 or ether[0:2] = 37 or ether[0:2] = 40 or ether[0:2] = 43 or ether[0:2] = 46 or ether[0:2] = 49 or ether[0:2] = 52 or ether[0:2] = 55 or ether[0:2] = 58 or ether[0:2] = 61 or ether[0:2] = 64 or ether[0:2] = 67 or ether[0:2] = 70
ether[0:2] = 70 or ether[0:2] = 67 or ether[0:2] = 64 or ether[0:2] = 61 or ether[0:2] = 58 or ether[0:2] = 55 or ether[0:2] = 52 or ether[0:2] = 49 or ether[0:2] = 46 or ether[0:2] = 43 or ether[0:2] = 40 or ether[0:2] = 37 or ether[0:2] = 34 or ether[0:2] = 31 or ether[0:2] = 28 or ether[0:2] = 25 or ether[0:2] = 22 or ether[0:2] = 19 or ether[0:2] = 16 or ether[0:2] = 13 or ether[0:2] = 10 or ether[0:2] = 7 or ether[0:2] = 4 or ether[0:2] = 1
-- packet cuts 0000
-- packet cuts 0001
-- packet cuts 0002
-- packet cuts 0003
-- packet cuts 0004
-- packet cuts 0005
-- packet cuts 0006
-- packet cuts 0007
-- packet cuts 0008
-- packet cuts 0009
-- packet cuts 000a
-- packet cuts 000b
-- packet cuts 000c
-- packet cuts 000d
-- packet cuts 000e
-- packet cuts 000f
-- packet cuts 0010
-- packet cuts 0011
-- packet cuts 0012
-- packet cuts 0013
-- packet cuts 0014
-- packet cuts 0015
-- packet cuts 0016
-- packet cuts 0017
-- packet cuts 0018
-- packet cuts 0019
-- packet cuts 001a
-- packet cuts 001b
-- packet cuts 001c
-- packet cuts 001d
-- packet cuts 001e
-- packet cuts 001f
-- packet cuts 0020
-- packet cuts 0021
-- packet cuts 0022
-- packet cuts 0023
-- packet cuts 0024
-- packet cuts 0025
-- packet cuts 0026
-- packet cuts 0027
-- packet cuts 0028
-- packet cuts 0029
-- packet cuts 002a
-- packet cuts 002b
-- packet cuts 002c
-- packet cuts 002d
-- packet cuts 002e
-- packet cuts 002f
-- packet cuts 0030
-- packet cuts 0031
-- packet cuts 0032
-- packet cuts 0033
-- packet cuts 0034
-- packet cuts 0035
-- packet cuts 0036
-- packet cuts 0037
-- packet cuts 0038
-- packet cuts 0039
-- packet cuts 003a
-- packet cuts 003b
-- packet cuts 003c
-- packet cuts 003d
-- packet cuts 003e
-- packet cuts 003f
-- packet cuts 0040
-- packet cuts 0041
-- packet cuts 0042
-- packet cuts 0043
-- packet cuts 0044
-- packet cuts 0045
-- packet cuts 0046
-- packet cuts 0047
-- packet cuts 0048
-- packet cuts 0049
-- packet cuts 004a
-- want agree 24
====
# sets: nets that touch or contain each other are one
-- filter
ip and (src net 10.0.0.0/24 or src net 10.0.1.0/24 or src net 10.0.0.7 or src net 192.168.0.0/16)
-- packet cuts 02000000000102000000000208004500002800010000400600000a0000070a000002
-- packet cuts 02000000000102000000000208004500002800010000400600000a0000ff0a000002
-- packet cuts 02000000000102000000000208004500002800010000400600000a0001000a000002
-- packet cuts 02000000000102000000000208004500002800010000400600000a0002000a000002
-- packet cuts 0200000000010200000000020800450000280001000040060000c0a8ffff0a000002
-- packet cuts 0200000000010200000000020800450000280001000040060000c0a900000a000002
-- code
(000) ldh      [12]
(001) jeq      #0x800           jt 2	jf 8
(002) ld       [26]
(003) jgt      #0xa0001ff       jt 4	jf 6
(004) jgt      #0xc0a8ffff      jt 8	jf 5
(005) jgt      #0xc0a7ffff      jt 7	jf 8
(006) jgt      #0x9ffffff       jt 7	jf 8
(007) ret      #262144
(008) ret      #0
-- want agree 20
====
# share: a port behind IPv4 and IPv6, with X for the place
-- filter
port 22 or 23 or 80
-- packet cuts 0200000000010200000000020800 4500002800010000400600000a0000010a000002 001600500000000100000000500203e800000000
-- packet cuts 0200000000010200000000020800 4700002800010000401100000a0000010a0000020101010101010101 005000160000000100000000500203e800000000
-- packet cuts 02000000000102000000000286dd 60000000001c064020010db800000000000000000000000120010db8000000000000000000000002 005000160000000100000000500203e800000000
-- packet cuts 0200000000010200000000020800 4500002800010001400600000a0000010a000002 001600500000000100000000500203e800000000
-- packet cuts 02000000000102000000000208004f00002800010000401100000a0000010a00000201010101010101010101010101010101010101010101010101010101010101010101010101010101000500170000000100000000500203e800000000
-- packet cuts 02000000000102000000000208004500002800010000402f00000a0000010a000002001600160000000100000000500203e800000000
-- packet cuts 02000000000102000000000286dd60000000001c114020010db800000000000000000000000120010db8000000000000000000000002001800190000000100000000500203e800000000
-- code
(000) ldh      [12]
(001) jeq      #0x86dd          jt 2	jf 6
(002) ldb      [20]
(003) jeq      #0x6             jt 13	jf 4
(004) jeq      #0x11            jt 13	jf 5
(005) jeq      #0x84            jt 13	jf 25
(006) jeq      #0x800           jt 7	jf 25
(007) ldb      [23]
(008) jeq      #0x6             jt 11	jf 9
(009) jeq      #0x11            jt 11	jf 10
(010) jeq      #0x84            jt 11	jf 25
(011) ldh      [20]
(012) jset     #0x1fff          jt 25	jf 15
(013) ldx      #0x28
(014) ja       16
(015) ldxb     4*([14]&0xf)
(016) ldh      [x + 14]
(017) jeq      #0x16            jt 24	jf 18
(018) jeq      #0x17            jt 24	jf 19
(019) jeq      #0x50            jt 24	jf 20
(020) ldh      [x + 16]
(021) jeq      #0x16            jt 24	jf 22
(022) jeq      #0x17            jt 24	jf 23
(023) jeq      #0x50            jt 24	jf 25
(024) ret      #262144
(025) ret      #0
-- want agree 74
====
# share: an address in IP and in ARP, with A for the first: the graph
-- sh
onebpf filter --show=graph "ip host 10.0.0.1 or arp host 10.0.0.1"
-- stdout
   0  [12:2] == 0x800                     yes 1         no 2
   1  A = [26:4], X = 0                   then 4
   2  [12:2] == 0x806                     yes 3         no reject
   3  A = [28:4], X = 8                   then 4
   4  A == 0xa000001                      yes accept    no 5
   5  [X + 30:4] == 0xa000001             yes accept    no reject
====
# share: an address in IP and in ARP, with A for the first
-- filter
ip host 10.0.0.1 or arp host 10.0.0.1
-- packet cuts 0200000000010200000000020800 4500002800010000400600000a0000010a000002 001600500000000100000000500203e800000000
-- packet cuts 0200000000010200000000020806 00010800060400010200000000010a0000010200000000020a000002
-- packet cuts 0200000000010200000000020806 00010800060400010200000000010a0000030200000000020a000001
-- packet cuts 020000000001020000000002080600010800060400010200000000010a0000020200000000020a000003
-- want agree 37
====
# share: the code of A and X as parameters
-- filter
host 10.0.0.1 or host 10.0.0.9
-- packet cuts 0200000000010200000000020800 4500002800010000400600000a0000010a000002 001600500000000100000000500203e800000000
-- packet cuts 0200000000010200000000020806 00010800060400010200000000010a0000010200000000020a000002
-- packet cuts 0200000000010200000000020806 00010800060400010200000000010a0000030200000000020a000001
-- packet cuts 020000000001020000000002080600010800060400010200000000010a0000020200000000020a000009
-- code
(000) ldh      [12]
(001) jeq      #0x800           jt 7	jf 2
(002) jeq      #0x806           jt 4	jf 3
(003) jeq      #0x8035          jt 4	jf 14
(004) ldx      #0x8
(005) ld       [28]
(006) ja       8
(007) ld       [26]
(008) jeq      #0xa000001       jt 13	jf 9
(009) jeq      #0xa000009       jt 13	jf 10
(010) ld       [x + 30]
(011) jeq      #0xa000001       jt 13	jf 12
(012) jeq      #0xa000009       jt 13	jf 14
(013) ret      #262144
(014) ret      #0
-- want agree 38
====
# emit: a sum of two lengths, with the constant in the load
-- filter
tcp[((tcp[12] & 0xf0) >> 2):4] = 1 or tcp[((tcp[12] & 0xf0) >> 2) + 4] = 7
-- packet cuts 02000000000102000000000208004500002800010000400600000a0000010a000002000100020000000100000000500203e80000000000000001
-- packet cuts 02000000000102000000000208004600002800010000400600000a0000010a00000201010101000100020000000100000000500203e8000000000000000207
-- packet cuts 02000000000102000000000208004500002800010000400600000a0000010a000002000100020000000100000000500203e8000000000000000206
-- packet cuts 0200000000010200000000020800 4500002800010001400600000a0000010a000002 001600500000000100000000500203e800000000
-- code
(000) ldh      [12]
(001) jeq      #0x800           jt 2	jf 17
(002) ldb      [23]
(003) jeq      #0x6             jt 4	jf 17
(004) ldh      [20]
(005) jset     #0x1fff          jt 17	jf 6
(006) ldxb     4*([14]&0xf)
(007) ldb      [x + 26]
(008) and      #0xf0
(009) rsh      #2
(010) add      x
(011) tax      
(012) ld       [x + 14]
(013) jeq      #0x1             jt 16	jf 14
(014) ldb      [x + 18]
(015) jeq      #0x7             jt 16	jf 17
(016) ret      #262144
(017) ret      #0
-- want agree 2
====
# emit: what is computed again is kept in a scratch cell
-- filter
ether[ether[0] * ether[1]] = 1 or ether[ether[2] * ether[3]] = 2 or ether[ether[0] * ether[1] + 9] = 3
-- packet cuts 0202010001
-- packet cuts 020201020000000000000000000300
-- packet cuts 0302010202000000
-- packet cuts 010102020001
-- code
(000) ldb      [1]
(001) tax      
(002) ldb      [0]
(003) mul      x
(004) st       M[0]
(005) tax      
(006) ldb      [x + 0]
(007) jeq      #0x1             jt 18	jf 8
(008) ldb      [3]
(009) tax      
(010) ldb      [2]
(011) mul      x
(012) tax      
(013) ldb      [x + 0]
(014) jeq      #0x2             jt 18	jf 15
(015) ldx      M[0]
(016) ldb      [x + 9]
(017) jeq      #0x3             jt 18	jf 19
(018) ret      #262144
(019) ret      #0
-- want agree 8
====
# emit: an operand waits in a scratch cell
-- filter
ether[0] - ether[1] = ether[1] * ether[2]
-- packet cuts 060203
-- packet cuts 060202
-- packet cuts 000100
-- packet cuts 010100
-- code
(000) ldb      [2]
(001) tax      
(002) ldb      [1]
(003) mul      x
(004) st       M[15]
(005) ldb      [1]
(006) tax      
(007) ldb      [0]
(008) sub      x
(009) ldx      M[15]
(010) jeq      x                jt 11	jf 12
(011) ret      #262144
(012) ret      #0
-- want agree 2
====
# emit: a comparison turned, with its operands
-- filter
ether[0] > 4 * (ether[1] & 15) and ether[2] * ether[2] >= ether[0]
-- packet cuts 090203
-- packet cuts 080203
-- packet cuts 090202
-- packet cuts 100f04
-- packet cuts 3d0f08
-- code
(000) ldxb     4*([1]&0xf)
(001) ldb      [0]
(002) jgt      x                jt 3	jf 10
(003) ldb      [2]
(004) tax      
(005) mul      x
(006) tax      
(007) ldb      [0]
(008) jgt      x                jt 10	jf 9
(009) ret      #262144
(010) ret      #0
-- want agree 2
====
# encode: jumps beyond 255 instructions
-- filter
(ether[0:2] = 7 or ((ether[4:4] = 0 and ether[8:4] > 0) or (ether[4:4] = 7 and ether[8:4] > 1) or (ether[4:4] = 14 and ether[8:4] > 2) or (ether[4:4] = 21 and ether[8:4] > 3) or (ether[4:4] = 28 and ether[8:4] > 4) or (ether[4:4] = 35 and ether[8:4] > 5) or (ether[4:4] = 42 and ether[8:4] > 6) or (ether[4:4] = 49 and ether[8:4] > 7) or (ether[4:4] = 56 and ether[8:4] > 8) or (ether[4:4] = 63 and ether[8:4] > 9) or (ether[4:4] = 70 and ether[8:4] > 10) or (ether[4:4] = 77 and ether[8:4] > 11) or (ether[4:4] = 84 and ether[8:4] > 12) or (ether[4:4] = 91 and ether[8:4] > 13) or (ether[4:4] = 98 and ether[8:4] > 14) or (ether[4:4] = 105 and ether[8:4] > 15) or (ether[4:4] = 112 and ether[8:4] > 16) or (ether[4:4] = 119 and ether[8:4] > 17) or (ether[4:4] = 126 and ether[8:4] > 18) or (ether[4:4] = 133 and ether[8:4] > 19) or (ether[4:4] = 140 and ether[8:4] > 20) or (ether[4:4] = 147 and ether[8:4] > 21) or (ether[4:4] = 154 and ether[8:4] > 22) or (ether[4:4] = 161 and ether[8:4] > 23) or (ether[4:4] = 168 and ether[8:4] > 24) or (ether[4:4] = 175 and ether[8:4] > 25) or (ether[4:4] = 182 and ether[8:4] > 26) or (ether[4:4] = 189 and ether[8:4] > 27) or (ether[4:4] = 196 and ether[8:4] > 28) or (ether[4:4] = 203 and ether[8:4] > 29) or (ether[4:4] = 210 and ether[8:4] > 30) or (ether[4:4] = 217 and ether[8:4] > 31) or (ether[4:4] = 224 and ether[8:4] > 32) or (ether[4:4] = 231 and ether[8:4] > 33) or (ether[4:4] = 238 and ether[8:4] > 34) or (ether[4:4] = 245 and ether[8:4] > 35) or (ether[4:4] = 252 and ether[8:4] > 36) or (ether[4:4] = 259 and ether[8:4] > 37) or (ether[4:4] = 266 and ether[8:4] > 38) or (ether[4:4] = 273 and ether[8:4] > 39) or (ether[4:4] = 280 and ether[8:4] > 40) or (ether[4:4] = 287 and ether[8:4] > 41) or (ether[4:4] = 294 and ether[8:4] > 42) or (ether[4:4] = 301 and ether[8:4] > 43) or (ether[4:4] = 308 and ether[8:4] > 44) or (ether[4:4] = 315 and ether[8:4] > 45) or (ether[4:4] = 322 and ether[8:4] > 46) or (ether[4:4] = 329 and ether[8:4] > 47) or (ether[4:4] = 336 and ether[8:4] > 48) or (ether[4:4] = 343 and ether[8:4] > 49) or (ether[4:4] = 350 and ether[8:4] > 50) or (ether[4:4] = 357 and ether[8:4] > 51) or (ether[4:4] = 364 and ether[8:4] > 52) or (ether[4:4] = 371 and ether[8:4] > 53) or (ether[4:4] = 378 and ether[8:4] > 54) or (ether[4:4] = 385 and ether[8:4] > 55) or (ether[4:4] = 392 and ether[8:4] > 56) or (ether[4:4] = 399 and ether[8:4] > 57) or (ether[4:4] = 406 and ether[8:4] > 58) or (ether[4:4] = 413 and ether[8:4] > 59) or (ether[4:4] = 420 and ether[8:4] > 60) or (ether[4:4] = 427 and ether[8:4] > 61) or (ether[4:4] = 434 and ether[8:4] > 62) or (ether[4:4] = 441 and ether[8:4] > 63) or (ether[4:4] = 448 and ether[8:4] > 64) or (ether[4:4] = 455 and ether[8:4] > 65) or (ether[4:4] = 462 and ether[8:4] > 66) or (ether[4:4] = 469 and ether[8:4] > 67) or (ether[4:4] = 476 and ether[8:4] > 68) or (ether[4:4] = 483 and ether[8:4] > 69) or (ether[4:4] = 490 and ether[8:4] > 70) or (ether[4:4] = 497 and ether[8:4] > 71) or (ether[4:4] = 504 and ether[8:4] > 72) or (ether[4:4] = 511 and ether[8:4] > 73) or (ether[4:4] = 518 and ether[8:4] > 74) or (ether[4:4] = 525 and ether[8:4] > 75) or (ether[4:4] = 532 and ether[8:4] > 76) or (ether[4:4] = 539 and ether[8:4] > 77) or (ether[4:4] = 546 and ether[8:4] > 78) or (ether[4:4] = 553 and ether[8:4] > 79) or (ether[4:4] = 560 and ether[8:4] > 80) or (ether[4:4] = 567 and ether[8:4] > 81) or (ether[4:4] = 574 and ether[8:4] > 82) or (ether[4:4] = 581 and ether[8:4] > 83) or (ether[4:4] = 588 and ether[8:4] > 84) or (ether[4:4] = 595 and ether[8:4] > 85) or (ether[4:4] = 602 and ether[8:4] > 86) or (ether[4:4] = 609 and ether[8:4] > 87) or (ether[4:4] = 616 and ether[8:4] > 88) or (ether[4:4] = 623 and ether[8:4] > 89) or (ether[4:4] = 630 and ether[8:4] > 90) or (ether[4:4] = 637 and ether[8:4] > 91) or (ether[4:4] = 644 and ether[8:4] > 92) or (ether[4:4] = 651 and ether[8:4] > 93) or (ether[4:4] = 658 and ether[8:4] > 94) or (ether[4:4] = 665 and ether[8:4] > 95) or (ether[4:4] = 672 and ether[8:4] > 96) or (ether[4:4] = 679 and ether[8:4] > 97) or (ether[4:4] = 686 and ether[8:4] > 98) or (ether[4:4] = 693 and ether[8:4] > 99) or (ether[4:4] = 700 and ether[8:4] > 100) or (ether[4:4] = 707 and ether[8:4] > 101) or (ether[4:4] = 714 and ether[8:4] > 102) or (ether[4:4] = 721 and ether[8:4] > 103) or (ether[4:4] = 728 and ether[8:4] > 104) or (ether[4:4] = 735 and ether[8:4] > 105) or (ether[4:4] = 742 and ether[8:4] > 106) or (ether[4:4] = 749 and ether[8:4] > 107) or (ether[4:4] = 756 and ether[8:4] > 108) or (ether[4:4] = 763 and ether[8:4] > 109) or (ether[4:4] = 770 and ether[8:4] > 110) or (ether[4:4] = 777 and ether[8:4] > 111) or (ether[4:4] = 784 and ether[8:4] > 112) or (ether[4:4] = 791 and ether[8:4] > 113) or (ether[4:4] = 798 and ether[8:4] > 114) or (ether[4:4] = 805 and ether[8:4] > 115) or (ether[4:4] = 812 and ether[8:4] > 116) or (ether[4:4] = 819 and ether[8:4] > 117) or (ether[4:4] = 826 and ether[8:4] > 118) or (ether[4:4] = 833 and ether[8:4] > 119) or (ether[4:4] = 840 and ether[8:4] > 120) or (ether[4:4] = 847 and ether[8:4] > 121) or (ether[4:4] = 854 and ether[8:4] > 122) or (ether[4:4] = 861 and ether[8:4] > 123) or (ether[4:4] = 868 and ether[8:4] > 124) or (ether[4:4] = 875 and ether[8:4] > 125) or (ether[4:4] = 882 and ether[8:4] > 126) or (ether[4:4] = 889 and ether[8:4] > 127) or (ether[4:4] = 896 and ether[8:4] > 128) or (ether[4:4] = 903 and ether[8:4] > 129) or (ether[4:4] = 910 and ether[8:4] > 130) or (ether[4:4] = 917 and ether[8:4] > 131) or (ether[4:4] = 924 and ether[8:4] > 132) or (ether[4:4] = 931 and ether[8:4] > 133) or (ether[4:4] = 938 and ether[8:4] > 134) or (ether[4:4] = 945 and ether[8:4] > 135) or (ether[4:4] = 952 and ether[8:4] > 136) or (ether[4:4] = 959 and ether[8:4] > 137) or (ether[4:4] = 966 and ether[8:4] > 138) or (ether[4:4] = 973 and ether[8:4] > 139))) and ether[2:2] = 9
-- packet cuts 00070009
-- packet cuts 0007000800000007
-- packet cuts 00010009000003cd00000200
-- packet cuts 000100090000000700000001
-- packet cuts 00010008000003cd00000200
-- packet cuts 000100090000000000000001
-- want agree 3
====
# encode: with scratch cells no `ret` stands between store and load, which Linux refuses
-- filter
ether[ether[0] * ether[1]] = 1 or ether[ether[2] * ether[3]] = 2 or ((ether[0:4] = 0 and ether[8:4] > 0) or (ether[0:4] = 7 and ether[8:4] > 1) or (ether[0:4] = 14 and ether[8:4] > 2) or (ether[0:4] = 21 and ether[8:4] > 3) or (ether[0:4] = 28 and ether[8:4] > 4) or (ether[0:4] = 35 and ether[8:4] > 5) or (ether[0:4] = 42 and ether[8:4] > 6) or (ether[0:4] = 49 and ether[8:4] > 7) or (ether[0:4] = 56 and ether[8:4] > 8) or (ether[0:4] = 63 and ether[8:4] > 9) or (ether[0:4] = 70 and ether[8:4] > 10) or (ether[0:4] = 77 and ether[8:4] > 11) or (ether[0:4] = 84 and ether[8:4] > 12) or (ether[0:4] = 91 and ether[8:4] > 13) or (ether[0:4] = 98 and ether[8:4] > 14) or (ether[0:4] = 105 and ether[8:4] > 15) or (ether[0:4] = 112 and ether[8:4] > 16) or (ether[0:4] = 119 and ether[8:4] > 17) or (ether[0:4] = 126 and ether[8:4] > 18) or (ether[0:4] = 133 and ether[8:4] > 19) or (ether[0:4] = 140 and ether[8:4] > 20) or (ether[0:4] = 147 and ether[8:4] > 21) or (ether[0:4] = 154 and ether[8:4] > 22) or (ether[0:4] = 161 and ether[8:4] > 23) or (ether[0:4] = 168 and ether[8:4] > 24) or (ether[0:4] = 175 and ether[8:4] > 25) or (ether[0:4] = 182 and ether[8:4] > 26) or (ether[0:4] = 189 and ether[8:4] > 27) or (ether[0:4] = 196 and ether[8:4] > 28) or (ether[0:4] = 203 and ether[8:4] > 29) or (ether[0:4] = 210 and ether[8:4] > 30) or (ether[0:4] = 217 and ether[8:4] > 31) or (ether[0:4] = 224 and ether[8:4] > 32) or (ether[0:4] = 231 and ether[8:4] > 33) or (ether[0:4] = 238 and ether[8:4] > 34) or (ether[0:4] = 245 and ether[8:4] > 35) or (ether[0:4] = 252 and ether[8:4] > 36) or (ether[0:4] = 259 and ether[8:4] > 37) or (ether[0:4] = 266 and ether[8:4] > 38) or (ether[0:4] = 273 and ether[8:4] > 39) or (ether[0:4] = 280 and ether[8:4] > 40) or (ether[0:4] = 287 and ether[8:4] > 41) or (ether[0:4] = 294 and ether[8:4] > 42) or (ether[0:4] = 301 and ether[8:4] > 43) or (ether[0:4] = 308 and ether[8:4] > 44) or (ether[0:4] = 315 and ether[8:4] > 45) or (ether[0:4] = 322 and ether[8:4] > 46) or (ether[0:4] = 329 and ether[8:4] > 47) or (ether[0:4] = 336 and ether[8:4] > 48) or (ether[0:4] = 343 and ether[8:4] > 49) or (ether[0:4] = 350 and ether[8:4] > 50) or (ether[0:4] = 357 and ether[8:4] > 51) or (ether[0:4] = 364 and ether[8:4] > 52) or (ether[0:4] = 371 and ether[8:4] > 53) or (ether[0:4] = 378 and ether[8:4] > 54) or (ether[0:4] = 385 and ether[8:4] > 55) or (ether[0:4] = 392 and ether[8:4] > 56) or (ether[0:4] = 399 and ether[8:4] > 57) or (ether[0:4] = 406 and ether[8:4] > 58) or (ether[0:4] = 413 and ether[8:4] > 59) or (ether[0:4] = 420 and ether[8:4] > 60) or (ether[0:4] = 427 and ether[8:4] > 61) or (ether[0:4] = 434 and ether[8:4] > 62) or (ether[0:4] = 441 and ether[8:4] > 63) or (ether[0:4] = 448 and ether[8:4] > 64) or (ether[0:4] = 455 and ether[8:4] > 65) or (ether[0:4] = 462 and ether[8:4] > 66) or (ether[0:4] = 469 and ether[8:4] > 67) or (ether[0:4] = 476 and ether[8:4] > 68) or (ether[0:4] = 483 and ether[8:4] > 69) or (ether[0:4] = 490 and ether[8:4] > 70) or (ether[0:4] = 497 and ether[8:4] > 71) or (ether[0:4] = 504 and ether[8:4] > 72) or (ether[0:4] = 511 and ether[8:4] > 73) or (ether[0:4] = 518 and ether[8:4] > 74) or (ether[0:4] = 525 and ether[8:4] > 75) or (ether[0:4] = 532 and ether[8:4] > 76) or (ether[0:4] = 539 and ether[8:4] > 77) or (ether[0:4] = 546 and ether[8:4] > 78) or (ether[0:4] = 553 and ether[8:4] > 79) or (ether[0:4] = 560 and ether[8:4] > 80) or (ether[0:4] = 567 and ether[8:4] > 81) or (ether[0:4] = 574 and ether[8:4] > 82) or (ether[0:4] = 581 and ether[8:4] > 83) or (ether[0:4] = 588 and ether[8:4] > 84) or (ether[0:4] = 595 and ether[8:4] > 85) or (ether[0:4] = 602 and ether[8:4] > 86) or (ether[0:4] = 609 and ether[8:4] > 87) or (ether[0:4] = 616 and ether[8:4] > 88) or (ether[0:4] = 623 and ether[8:4] > 89) or (ether[0:4] = 630 and ether[8:4] > 90) or (ether[0:4] = 637 and ether[8:4] > 91) or (ether[0:4] = 644 and ether[8:4] > 92) or (ether[0:4] = 651 and ether[8:4] > 93) or (ether[0:4] = 658 and ether[8:4] > 94) or (ether[0:4] = 665 and ether[8:4] > 95) or (ether[0:4] = 672 and ether[8:4] > 96) or (ether[0:4] = 679 and ether[8:4] > 97) or (ether[0:4] = 686 and ether[8:4] > 98) or (ether[0:4] = 693 and ether[8:4] > 99) or (ether[0:4] = 700 and ether[8:4] > 100) or (ether[0:4] = 707 and ether[8:4] > 101) or (ether[0:4] = 714 and ether[8:4] > 102) or (ether[0:4] = 721 and ether[8:4] > 103) or (ether[0:4] = 728 and ether[8:4] > 104) or (ether[0:4] = 735 and ether[8:4] > 105) or (ether[0:4] = 742 and ether[8:4] > 106) or (ether[0:4] = 749 and ether[8:4] > 107) or (ether[0:4] = 756 and ether[8:4] > 108) or (ether[0:4] = 763 and ether[8:4] > 109) or (ether[0:4] = 770 and ether[8:4] > 110) or (ether[0:4] = 777 and ether[8:4] > 111) or (ether[0:4] = 784 and ether[8:4] > 112) or (ether[0:4] = 791 and ether[8:4] > 113) or (ether[0:4] = 798 and ether[8:4] > 114) or (ether[0:4] = 805 and ether[8:4] > 115) or (ether[0:4] = 812 and ether[8:4] > 116) or (ether[0:4] = 819 and ether[8:4] > 117) or (ether[0:4] = 826 and ether[8:4] > 118) or (ether[0:4] = 833 and ether[8:4] > 119) or (ether[0:4] = 840 and ether[8:4] > 120) or (ether[0:4] = 847 and ether[8:4] > 121) or (ether[0:4] = 854 and ether[8:4] > 122) or (ether[0:4] = 861 and ether[8:4] > 123) or (ether[0:4] = 868 and ether[8:4] > 124) or (ether[0:4] = 875 and ether[8:4] > 125) or (ether[0:4] = 882 and ether[8:4] > 126) or (ether[0:4] = 889 and ether[8:4] > 127) or (ether[0:4] = 896 and ether[8:4] > 128) or (ether[0:4] = 903 and ether[8:4] > 129) or (ether[0:4] = 910 and ether[8:4] > 130) or (ether[0:4] = 917 and ether[8:4] > 131) or (ether[0:4] = 924 and ether[8:4] > 132) or (ether[0:4] = 931 and ether[8:4] > 133) or (ether[0:4] = 938 and ether[8:4] > 134) or (ether[0:4] = 945 and ether[8:4] > 135) or (ether[0:4] = 952 and ether[8:4] > 136) or (ether[0:4] = 959 and ether[8:4] > 137) or (ether[0:4] = 966 and ether[8:4] > 138) or (ether[0:4] = 973 and ether[8:4] > 139)) or ether[ether[0] * ether[1] + 9] = 3
-- packet cuts 0202010001
-- packet cuts 0302010202000000
-- packet cuts 0000000700000000000000020000000000000000000000000000000000000000
-- packet cuts 000003cd000000000000008c0000000000000000000000000000000000000000
-- want agree 22
====
# sets: where every value hits, the load remains
-- filter
ether[0] = 1 or ether[9] < 5 or ether[9] > 3
ether[0] = 1 or ether[9] >= 0
-- packet cuts 01000000000000000000
-- packet cuts 02000000000000000000
-- code
(000) ldb      [0]
(001) jeq      #0x1             jt 3	jf 2
(002) ldb      [9]
(003) ret      #262144
-- want agree 11
====
# share: the base of a tail is not loaded before the test that spares it
-- filter
(ether[0] = 1 and (len = 7 or ether[4:4] > 1)) or (ether[0] != 1 and (len = 7 or ether[4 * (ether[3] & 15):4] > 1))
-- packet cuts len=7 0100000000
-- packet cuts len=7 0200000000
-- packet cuts len=9 01000000000000ff
-- packet cuts len=9 0200000200000000000000ff
-- packet cuts len=9 020000020000000000000000
-- code
(000) ldb      [0]
(001) jeq      #0x1             jt 2	jf 6
(002) ld       #pktlen
(003) jeq      #0x7             jt 11	jf 4
(004) ld       [4]
(005) jgt      #0x1             jt 11	jf 12
(006) ld       #pktlen
(007) jeq      #0x7             jt 11	jf 8
(008) ldxb     4*([3]&0xf)
(009) ld       [x + 0]
(010) jgt      #0x1             jt 11	jf 12
(011) ret      #262144
(012) ret      #0
-- want agree 12
====
# sets: no test goes past one that hits without the load between
-- filter
ether[11] = 16 or ether[1] = 1 or ether[11] & 1 != 0 or ether[ether[11] + 8:4] = 4 or ether[11] = 0 or ether[6] != 4 or ether[1] > 6
-- packet cuts 040f01030084f00100010001
-- packet cuts 040f01030084040100010002
-- packet cuts 040101030084040100010002
-- want agree 2
