# SPDX-License-Identifier: BSD-2-Clause
# no packets: what the interface saw, and what the filter took of it
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v bash
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link set lo up
ip link add v0 type veth peer name v1; ip link set v1 up
echo 1 >/proc/sys/net/ipv6/conf/v0/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/v1/disable_ipv6
ip link set v0 up
try() {
	: >err
	onebpf dump -n "$@" >/dev/null 2>err &
	until [ "$(grep -c listening err)" = "$n" ]; do sleep 0.05; done
	for p in 9 9 9; do echo hello >/dev/udp/127.0.0.1/$p; done
	sleep 0.5
	kill -INT $!
	wait $!; echo "$?: $*"
	grep hint err | sed 's/[0-9]* packets/N packets/'
}
n=1
try -i lo udp port 7
try -i v0
try -i lo udp port 9
n=2
try -i lo -i v0 tcp
END
unshare -Urn bash live.sh
-- stdout
0: -i lo udp port 7
hint: lo has seen N packets meanwhile, none that "udp port 7" is true of; it carries only what this machine sends to itself
0: -i v0
hint: v0 has seen no packet meanwhile
0: -i lo udp port 9
0: -i lo -i v0 tcp
hint: lo has seen N packets meanwhile, none that "tcp" is true of; it carries only what this machine sends to itself
hint: v0 has seen no packet meanwhile
====
# on a terminal, somebody who waits is told after ten seconds
-- skip-unless unshare -Urn ip link set lo up && command -v script
-- sh
cat >live.sh <<'END'
unset SUDO_UID
ip link set lo up
timeout 13 onebpf dump -n -i lo udp port 7
END
unshare -Urn script -qec 'sh live.sh' out >/dev/null </dev/null
tr -d '\r' <out | grep -c '^hint: no packet yet: lo has seen'
-- stdout
1
