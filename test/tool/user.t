# SPDX-License-Identifier: BSD-2-Clause
# the command's status is its own, that of a signal 128 and its number
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
for n in 0 1 2 77; do onebpf user -- sh -c "exit $n"; echo $?; done
onebpf user --private -- sh -c 'exit 5'; echo $?
onebpf user --private -- sh -c 'kill -9 $$'; echo $?
onebpf user -- sh -c 'kill -15 $$'; echo $?
onebpf user -- ./none; echo $?
: >plain; onebpf user -- ./plain; echo $?
-- stdout
0
1
2
77
5
137
143
127
126
-- stderr has
Terminated
onebpf user: cannot run ./none: No such file or directory
onebpf user: cannot run ./plain: Permission denied
====
# options end where the command begins
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user echo -w --json
onebpf user -w other echo -- -l
onebpf user -- echo a -- b
ls run/onebpf
-- stdout
-w --json
\-- -l
a -- b
default
other
====
# without a command it is a shell
-- stdin
echo "in ${ONEBPF_WORLD##*/}"
exit 3
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
SHELL=/bin/sh onebpf user -w mine
echo $?
unset SHELL
onebpf user -w mine </dev/null
-- stdout
in mine
3
====
# a world has a directory that only its user may enter, and a list
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user --list
onebpf user -w two true
onebpf user -w one true
onebpf user --list | sed "s|$PWD|PWD|"
stat -c %a run/onebpf run/onebpf/one run/onebpf/one/fs
onebpf user -w two --remove
onebpf user --list | sed "s|$PWD|PWD|"
onebpf user --remove; echo $?
onebpf user --remove -w one; echo $?
ls run/onebpf
-- stdout
world              maps  progs  links   btfs  directory
one                   0      0      0      0  PWD/run/onebpf/one
two                   0      0      0      0  PWD/run/onebpf/two
700
700
700
world              maps  progs  links   btfs  directory
one                   0      0      0      0  PWD/run/onebpf/one
2
0
-- stderr
onebpf user: no world "default"
====
# a private world goes with its command
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user --private sh -c 'test -d "$ONEBPF_WORLD" && ls "$XDG_RUNTIME_DIR"/onebpf | wc -l'
ls run/onebpf
-- stdout
1
====
# who ends the command that has a private world ends what runs in it, and the world
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
mkfifo ready
onebpf user --private sh -c 'trap "echo ended; exit 9" TERM; echo >ready; while :; do sleep 0.05; done' & pid=$!
read line <ready
kill $pid; wait $pid; echo $?
ls run/onebpf
-- stdout
ended
9
====
# what is made for a world is read; who writes there writes to Linux's
-- skip-unless [ "$(id -u)" = 0 ] && command -v setpriv && [ -e /proc/sys/net/core/bpf_jit_enable ]
-- sh
dir=/dev/shm/onebpf-test.$$; mkdir $dir; chown 65534 $dir; trap 'rm -rf $dir' EXIT
cp "$(command -v onebpf)" $dir/copy
nobody() { cd / && XDG_RUNTIME_DIR=$dir setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }
nobody cat /proc/sys/net/core/bpf_jit_harden 2>&1 | cut -d : -f 3
nobody $dir/copy user cat /proc/sys/net/core/bpf_jit_harden
nobody $dir/copy user sh -c 'echo 1 >/proc/sys/net/core/bpf_jit_harden' 2>&1 | cut -d : -f 3
nobody $dir/copy user sh -c 'echo 1 >>/proc/mounts' 2>&1 | cut -d : -f 3
-- stdout
 Permission denied
0
 cannot create /proc/sys/net/core/bpf_jit_harden
 cannot create /proc/mounts
====
# names that are none, and directories that are not to be trusted
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
for name in '' . .. a/b 'a b' a:b '$x' ../up; do onebpf user -w "$name" true 2>&1; echo $?; done
onebpf user --private -w x true; echo $?
mkdir -m 777 run/onebpf; onebpf user true; echo $?
rmdir run/onebpf; ln -s /tmp run/onebpf; onebpf user true 2>&1 | sed "s|$PWD|PWD|"
-- stdout
onebpf user: "" cannot be the name of a world
hint: letters, digits, - _ and ., at most 64
2
onebpf user: "." cannot be the name of a world
hint: letters, digits, - _ and ., at most 64
2
onebpf user: ".." cannot be the name of a world
hint: letters, digits, - _ and ., at most 64
2
onebpf user: "a/b" cannot be the name of a world
hint: letters, digits, - _ and ., at most 64
2
onebpf user: "a b" cannot be the name of a world
hint: letters, digits, - _ and ., at most 64
2
onebpf user: "a:b" cannot be the name of a world
hint: letters, digits, - _ and ., at most 64
2
onebpf user: "$x" cannot be the name of a world
hint: letters, digits, - _ and ., at most 64
2
onebpf user: "../up" cannot be the name of a world
hint: letters, digits, - _ and ., at most 64
2
2
2
onebpf user: PWD/run/onebpf is no directory that only this user can write to
====
# what the loader puts nothing into is told, and does not run: static, foreign, setuid
-- skip-unless command -v cc && cc -static -o /dev/null -x c - </dev/null -Wl,-e0 -nostdlib
-- file static.c
#include <stdio.h>
int main(void)
{
	return puts("ran") < 0;
}
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
cc -static -o static static.c && ./static
onebpf user ./static; echo $?
printf '#!%s/static\n' "$PWD" >script; chmod 755 script
onebpf user ./script 2>&1 | sed "s|$PWD|PWD|"
cp static foreign; printf '\267\000' | dd of=foreign bs=1 seek=18 conv=notrunc 2>dd.txt
onebpf user ./foreign; echo $?
cp static short; printf '\001' | dd of=short bs=1 seek=4 conv=notrunc 2>dd.txt
onebpf user ./short; echo $?
PATH=$PWD:$PATH onebpf user static 2>&1 | sed "s|$PWD|PWD|"
-- stdout
ran
2
onebpf user: ./script is statically linked
hint: what answers its bpf() is put into dynamically linked programs by the loader; this one would reach Linux
2
2
onebpf user: PWD/static is statically linked
hint: what answers its bpf() is put into dynamically linked programs by the loader; this one would reach Linux
-- stderr has
onebpf user: ./static is statically linked
onebpf user: ./foreign is made for another machine
onebpf user: ./short is made for another machine
====
# a static child runs, is named, and Linux's bpf() is out of its reach
-- skip-unless command -v cc && cc -static -o /dev/null -x c - </dev/null -Wl,-e0 -nostdlib
-- file static.c
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
	char attr[72] = {2, [4] = 4, [8] = 8, [12] = 1};
	long fd = syscall(SYS_bpf, 0, attr, sizeof(attr));
	return printf("%ld %s\n", fd, strerror(errno)) < 0;
}
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
cc -static -o static static.c
onebpf user sh -c './static; exit 0'
-- stdout
-1 Function not implemented
-- stderr
onebpf user: ./static is statically linked: there is no bpf() for it
====
# children that were given another environment still are in the world
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user env -i "$(command -v env)" | sed "s|$PWD|PWD|; s|user-[0-9a-f]*|user-X|" | sort
onebpf user env LD_PRELOAD=mine.so A=B "$(command -v env)" 2>err.txt | grep LD_PRE | sed 's|.*:||'
LD_PRELOAD=none.so onebpf user sh -c 'echo $LD_PRELOAD' 2>err.txt | sed 's|.*:||'
-- stdout
LD_PRELOAD=PWD/run/onebpf/default/onebpf-user-X.so
ONEBPF_WORLD=PWD/run/onebpf/default
mine.so
none.so
====
# a world in another is that one
-- skip-unless [ -z "$SAN" ]
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user -w in onebpf user -w out sh -c 'echo ${ONEBPF_WORLD##*/} $LD_PRELOAD' | sed "s|$PWD|PWD|; s|user-[0-9a-f]*|user-X|"
-- stdout
out PWD/run/onebpf/out/onebpf-user-X.so
====
# the library is written anew when it was changed or cannot be read
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user true
cd run/onebpf/default
one=$(ls -i onebpf-user-*.so)
onebpf user true; test "$one" = "$(ls -i onebpf-user-*.so)" && echo kept
chmod 700 onebpf-user-*.so; printf x | dd of=$(echo onebpf-user-*.so) bs=1 seek=100 conv=notrunc 2>dd.txt
onebpf user true && test "$one" != "$(ls -i onebpf-user-*.so)" && echo written
ls | grep -c onebpf-user
-- stdout
kept
written
1
====
# settings of a world, which stay; and what is none
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
cpus() { onebpf user "$@" cat /sys/devices/system/cpu/possible; }
for s in a a=1 kernel.x=1 kernel.unchecked=9 kernel.cpus=0; do cpus --set $s; echo $?; done
cpus --set kernel.unchecked=1,kernel.cpus=3
cpus --cpus 6
cpus
cpus --cpus 1
cpus --cpus 1025; echo $?
-- stdout
2
2
2
2
2
0-2
0-5
0-5
0
2
-- stderr
onebpf user: "a" is no setting
hint: onebpf user --set NAME=VALUE
onebpf user: a world has no setting "a"
hint: there are: kernel.unchecked, kernel.watch, kernel.cpus, kernel.unprivileged_bpf_disabled, net.core.bpf_jit_enable, net.core.bpf_jit_harden
onebpf user: a world has no setting "kernel.x"
hint: there are: kernel.unchecked, kernel.watch, kernel.cpus, kernel.unprivileged_bpf_disabled, net.core.bpf_jit_enable, net.core.bpf_jit_harden
onebpf user: kernel.unchecked cannot be "9"
onebpf user: kernel.cpus cannot be "0"
onebpf user: option --cpus: 1025 is out of range, at most 1024
====
# a world that a process lives in is not removed; what a process left behind is
-- skip-unless command -v cc
-- file hold.c
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char attr[72] = {2, [4] = 4, [8] = 8, [12] = 1}, c;
	if (syscall(SYS_bpf, 0, attr, sizeof(attr)) < 0)
		return 1;
	write(1, "", 1);
	return read(0, &c, 1) < 0;
}
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
cc hold.c -o hold
mkfifo in out
onebpf user ./hold <in >out & exec 3>in; head -c 1 <out >here
onebpf user --list | grep -c 'default  *1  *0  *0  *0'
onebpf user --remove; echo $?
exec 3>&-; wait
onebpf user --list | grep -c 'default  *0  *0  *0  *0'
onebpf user --remove; echo $?
onebpf user --list
-- stdout
1
1
1
0
-- stderr
onebpf user: world "default" is in use: a process holds bpf-map.1
====
# without rights it may do what Linux lets anyone do
-- skip-unless command -v bpftool
-- sh
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
make() { onebpf user $1 -- bpftool map create /sys/fs/bpf/$3 type $2 key 4 value 8 entries 16 name $3 && echo "$2"; }
make --unprivileged hash a
make --unprivileged lru_hash b
make '' lru_hash c
onebpf user --unprivileged -- bpftool map show id 1
onebpf user --set kernel.unprivileged_bpf_disabled=2 -- cat /proc/sys/kernel/unprivileged_bpf_disabled
make --unprivileged hash d
make '' hash e
-- stdout
hash
lru_hash
2
hash
-- stderr has
Operation not permitted
Operation not permitted
Operation not permitted
-- status 0
====
# rights that a program gives up it has no longer, and then has again
-- skip-unless [ -z "$SAN" ] && command -v cc
-- file drop.c
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#define ADMIN (1u << CAP_SYS_ADMIN | 1u << CAP_NET_ADMIN)
#define BPF (1u << (CAP_BPF - 32) | 1u << (CAP_PERFMON - 32))
static struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3};
static struct __user_cap_data_struct data[2];
static void show(const char *what)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_LRU_HASH, .key_size = 4, .value_size = 4, .max_entries = 1};
	int made = syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a)) >= 0;
	syscall(SYS_capget, &head, data);
	printf("%s: %d %x %x\n", what, made, data[0].effective & ADMIN, data[1].effective & BPF);
}
int main(void)
{
	show("first");
	data[0].effective &= ~ADMIN;
	data[1].effective &= ~BPF;
	syscall(SYS_capset, &head, data);
	show("dropped");
	data[1].effective |= 1u << (CAP_BPF - 32);
	syscall(SYS_capset, &head, data);
	show("taken");
	data[1].effective = data[1].permitted &= ~BPF;
	syscall(SYS_capset, &head, data);
	data[1].effective = data[1].permitted |= BPF;
	printf("%ld\n", syscall(SYS_capset, &head, data));
	show("given up");
	return 0;
}
-- sh
cc drop.c -o drop
onebpf user --private -- ./drop
-- stdout
first: 1 201000 c0
dropped: 0 0 0
taken: 1 0 80
-1
given up: 0 0 0
