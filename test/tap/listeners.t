# SPDX-License-Identifier: BSD-2-Clause
# the library's listeners: each gets what its filter takes, once, as long as it asked for
-- skip-unless unshare -Urn ip link add v0 type veth peer name v1 && command -v python3
-- sh
cat >live.sh <<'END'
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
"$O/example/listeners" v1 2000 'udp src port 1003' 'udp src portrange 1002-1004' 'tcp' >out.txt 2>err.txt &
until grep -q listening err.txt; do sleep 0.05; done
python3 "$TESTDIR/tool/send.py" 100 100 0 v0
wait $!; echo $?
sort out.txt
END
unshare -Urn sh live.sh
-- stdout
0
3 received, 0 dropped
listener 0: 1 accepted, 0 dropped, 1 given
listener 0: packet 1, 114 of 114 bytes
listener 1: 3 accepted, 0 dropped, 3 given
listener 1: packet 1, 60 of 114 bytes
listener 1: packet 2, 60 of 114 bytes
listener 1: packet 3, 60 of 114 bytes
listener 2: 0 accepted, 0 dropped, 0 given
====
# errors of the library are those of the command
-- skip-unless unshare -Urn true
-- sh
unshare -Urn "$O/example/listeners" nosuch 10 tcp; echo $?
unshare -Urn "$O/example/listeners" lo 10 tcp; echo $?
-- stdout
2
2
-- stderr has
no interface "nosuch"
interface lo is down
