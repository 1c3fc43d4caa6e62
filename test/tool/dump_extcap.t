# SPDX-License-Identifier: BSD-2-Clause
# extcap: interfaces, link types, what can be chosen, is a filter right?
-- skip-unless unshare -Urn ip link set lo up
-- sh
cat >live.sh <<'END'
ip link set lo up
ip link add down0 type veth peer name down1
onebpf dump --extcap-interfaces --extcap-version=4.0 | sed 's/version=[0-9.]*/version=N/'
onebpf dump --extcap-dlts --extcap-interface onebpf-lo
onebpf dump --extcap-dlts --extcap-interface onebpf-any
onebpf dump --extcap-config --extcap-interface onebpf-lo | grep -c '^arg .*{call=--'
for f in 'port 80' 'prot 80' 'port 80 and' 'ip and arp'; do
	onebpf dump --extcap-interface onebpf-lo --extcap-capture-filter "$f"; echo "$?: $f"
done
onebpf dump --extcap-dlts --extcap-interface onebpf-nosuch; echo $?
onebpf dump --extcap-config; echo $?
onebpf dump --capture --extcap-interface onebpf-lo; echo $?
END
unshare -Urn sh live.sh
-- stdout
extcap {version=N}{display=onebpf}
interface {value=onebpf-any}{display=onebpf, its own filters: any}
interface {value=onebpf-lo}{display=onebpf, its own filters: lo}
dlt {number=1}{name=EN10MB}{display=Ethernet}
dlt {number=276}{name=LINUX_SLL2}{display=Linux cooked v2}
5
0: port 80
`prot` is not a keyword
0: prot 80
expected a condition such as `tcp` or `port 80` after `and`, found the end of the filter
0: port 80 and
this matches no packet
0: ip and arp
2
2
2
-- stderr has
no interface "nosuch"
which interface? --extcap-interface=onebpf-IF
where shall packets go? --fifo=FILE
====
# extcap: --capture into a FIFO, with what was chosen, until SIGTERM
-- skip-unless unshare -Urn ip link set lo up && command -v bash mkfifo
-- sh
cat >live.sh <<'END'
ip link set lo up
unset SUDO_UID
ln -s "$(command -v onebpf)" onebpf-dump
mkfifo fifo
cat fifo >got.pcap &
cat=$!
./onebpf-dump --capture --extcap-interface onebpf-lo --fifo fifo --extcap-capture-filter 'udp port 9' \
	--direction in --snapshot-length 44 --nano 2>err &
p=$!
until [ -s got.pcap ]; do sleep 0.02; done
sleep 0.2
for p9 in 7 9 7 9; do echo hello >/dev/udp/127.0.0.1/$p9; done
until [ $(wc -c <got.pcap) -ge 144 ]; do sleep 0.02; done
kill $p
wait $p; echo $?
wait $cat
onebpf dump -n -t -r got.pcap 2>/dev/null | sed 's/1\.[0-9]* >/1.PORT >/'
od -An -tx4 -N4 got.pcap
END
unshare -Urn bash live.sh
-- stdout
0
IP 127.0.0.1.PORT > 127.0.0.1.9: UDP, length 6
IP 127.0.0.1.PORT > 127.0.0.1.9: UDP, length 6
 a1b23c4d
====
# tshark captures through it
-- skip-unless command -v tshark bash && unshare -Urn ip link set lo up
-- sh
cat >live.sh <<'END'
ip link set lo up
unset SUDO_UID
export HOME=$PWD
for dir in .config .local/lib; do
	mkdir -p $dir/wireshark/extcap
	ln -s "$(command -v onebpf)" $dir/wireshark/extcap/onebpf-dump
done
tshark -D 2>/dev/null | sed -n 's/^[0-9]*\. \(onebpf-.*\)/\1/p'
while sleep 0.05; do echo hello >/dev/udp/127.0.0.1/9; echo no >/dev/udp/127.0.0.1/7; done &
p=$!
timeout 20 tshark -i onebpf-lo -f 'udp port 9' -c 3 -w out.pcapng 2>err; echo $?
kill $p
grep extcap err || :
tshark -r out.pcapng -T fields -e udp.dstport -e frame.protocols 2>/dev/null
END
unshare -Urn bash live.sh
-- stdout
onebpf-any (onebpf, its own filters: any)
onebpf-lo (onebpf, its own filters: lo)
0
9	eth:ethertype:ip:udp:data
9	eth:ethertype:ip:udp:data
9	eth:ethertype:ip:udp:data
