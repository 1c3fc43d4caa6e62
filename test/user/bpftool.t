# SPDX-License-Identifier: BSD-2-Clause
# a map made in one shell, seen in another, pinned, and gone with its pin
-- skip-unless PATH=$PATH:/usr/sbin command -v bpftool
-- sh
PATH=$PATH:/usr/sbin
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
m=/sys/fs/bpf/m
onebpf user -- bpftool map create $m type hash key 4 value 8 entries 16 name m
onebpf user -- bpftool map update pinned $m key 1 0 0 0 value 1 2 3 4 5 6 7 8
sh -c "onebpf user -- bpftool map dump pinned $m"
onebpf user -- bpftool -f map | sed 's/memlock.*/memlock N/'
onebpf user -- bpftool map update pinned $m key 1 0 0 0 value 1 2 3 4 5 6 7 8 noexist; echo $?
onebpf user -- ls -l $m | cut -c 1-10
onebpf user -- cat $m; echo $?
onebpf user -w other -- bpftool map
onebpf user -- rm $m
onebpf user -- bpftool map
onebpf user --list | grep -c 'default  *0  *0  *0  *0'
-- stdout
key: 01 00 00 00  value: 01 02 03 04 05 06 07 08
Found 1 element
1: hash  name m  flags 0x0
	key 4B  value 8B  max_entries 16  memlock N
	pinned /sys/fs/bpf/m
239
-rw-------
1
1
-- stderr
Error: update failed: File exists
cat: /sys/fs/bpf/m: Input/output error
====
# the trace pipe is read, without anything mounted
-- skip-unless "$TESTDIR/user/can"
-- file print.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp")
int say(struct xdp_md *ctx)
{
	bpf_printk("length %d", ctx->data_end - ctx->data);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
-- sh
PATH=$PATH:/usr/sbin
export XDG_RUNTIME_DIR=/dev/shm/onebpf-test.$$; mkdir -m 700 $XDG_RUNTIME_DIR
trap 'rm -rf $XDG_RUNTIME_DIR' EXIT
"$(command -v clang-19 || command -v clang-14 || command -v clang)" -O2 -g -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -c print.bpf.c
head -c 64 /dev/zero >packet
onebpf user bpftool prog load print.bpf.o /sys/fs/bpf/say
onebpf user bpftool prog run pinned /sys/fs/bpf/say data_in packet repeat 2 | sed 's/, .*//'
onebpf user timeout 1 cat /sys/kernel/tracing/trace_pipe | sed 's/^ *\([a-z]*\)-[0-9]* .*: \(bpf_\)/\1: \2/'
onebpf user stat -f -c %t /sys/kernel/tracing /sys/fs/bpf
-- stdout
Return value: 2
bpftool: bpf_trace_printk: length 64
bpftool: bpf_trace_printk: length 64
74726163
cafe4a11
====
# an iterator is pinned and read
-- skip-unless [ -r /sys/kernel/btf/vmlinux ] && "$TESTDIR/user/can"
-- file it.bpf.c
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("iter/bpf_map")
int dump(struct bpf_iter__bpf_map *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct bpf_map *map = ctx->map;
	if (ctx->meta->seq_num == 0)
		BPF_SEQ_PRINTF(seq, "maps\n");
	if (map && map->name[0] == 'o' && map->name[1] == 'b')
		BPF_SEQ_PRINTF(seq, "%s %d %d\n", map->name, map->key_size, map->max_entries);
	return 0;
}
char _license[] SEC("license") = "GPL";
-- file session
mkdir /sys/fs/bpf/ti
bpftool map create /sys/fs/bpf/ti/h type hash key 4 value 8 entries 4 name obt_h
bpftool map create /sys/fs/bpf/ti/a type array key 4 value 8 entries 3 name obt_a
bpftool iter pin it.bpf.o /sys/fs/bpf/ti/it
cat /sys/fs/bpf/ti/it /sys/fs/bpf/ti/it
cat /sys/fs/bpf/ti/h
bpftool link show pinned /sys/fs/bpf/ti/it | sed 's/^[0-9]*:/N:/; s/prog [0-9]*/prog N/'
rm -r /sys/fs/bpf/ti
-- sh
PATH=$PATH:/usr/sbin
export XDG_RUNTIME_DIR=/dev/shm/onebpf-test.$$; mkdir -m 700 $XDG_RUNTIME_DIR
trap 'rm -rf $XDG_RUNTIME_DIR' EXIT
bpftool btf dump file /sys/kernel/btf/vmlinux format c >vmlinux.h
"$(command -v clang-19 || command -v clang-14 || command -v clang)" -O2 -g -target bpf -I. -c it.bpf.c
onebpf user --private sh session 2>&1
-- stdout
maps
obt_h 4 4
obt_a 4 3
maps
obt_h 4 4
obt_a 4 3
cat: /sys/fs/bpf/ti/h: Input/output error
N: iter  prog N  target_name bpf_map  
====
# who walks, looks and moves in /sys/fs/bpf finds there what is pinned
-- skip-unless command -v cc && PATH=$PATH:/usr/sbin command -v bpftool
-- file walk.c
#define _GNU_SOURCE
#include <ftw.h>
#include <stdio.h>
static int fn(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return printf("%s %s %d\n", path, path + at->base, at->level) < 0;
}
int main(void)
{
	return nftw("/sys/fs/bpf", fn, 4, FTW_PHYS);
}
-- sh
PATH=$PATH:/usr/sbin
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
cc walk.c -o walk
cat >session <<'END'
cd /sys/fs && mkdir -p bpf/a/b && cd "$OLDPWD"
bpftool map create /sys/fs/bpf/a/b/m type array key 4 value 4 entries 1 name m
./walk
ls -l /sys/fs//bpf/a/b/ | tail -n 1 | cut -d ' ' -f 1,5,9
ln -s m /sys/fs/bpf/a/b/link && readlink /sys/fs/bpf/a/b/link
cp /sys/fs/bpf/a/b/m copy 2>&1; [ -e /sys/fs/bpf/a/b/m ] && mv /sys/fs/bpf/a/b/m /sys/fs/bpf/n
rm -r /sys/fs/bpf/a; ls /sys/fs/bpf; find /sys/fs/bpf -type f
bpftool map show pinned /sys/fs/bpf/n | head -n 1 | cut -d ' ' -f 1,2
END
onebpf user --private sh session
-- stdout
/sys/fs/bpf bpf 0
/sys/fs/bpf/a a 1
/sys/fs/bpf/a/b b 2
/sys/fs/bpf/a/b/m m 3
-rw------- 0 m
m
cp: cannot open '/sys/fs/bpf/a/b/m' for reading: Input/output error
n
/sys/fs/bpf/n
1: array
====
# the same as nobody, who may not ask the kernel
-- skip-unless [ "$(id -u)" = 0 ] && PATH=$PATH:/usr/sbin command -v bpftool && command -v setpriv
-- sh
PATH=$PATH:/usr/sbin
dir=/dev/shm/onebpf-test.$$; mkdir $dir; chown 65534 $dir; trap 'rm -rf $dir' EXIT
cp "$(command -v onebpf)" $dir/copy; chmod 755 $dir/copy
nobody() { cd / && setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all env -u XDG_RUNTIME_DIR "$@"; }
user() { nobody env XDG_RUNTIME_DIR=$dir $dir/copy user "$@"; }
nobody bpftool map 2>&1 | head -n 1
user bpftool map create /sys/fs/bpf/m type hash key 4 value 8 entries 16 name m
user bpftool map show pinned /sys/fs/bpf/m | sed 's/memlock.*/memlock N/'
user bpftool feature probe kernel | grep -E 'map_type hash |for unpriv.* enabled|JIT compiler is e|Global'
-- stdout
Error: can't get next map: Operation not permitted
1: hash  name m  flags 0x0
	key 4B  value 8B  max_entries 16  memlock N
bpf() syscall for unprivileged users is enabled
JIT compiler is enabled
Global memory limit for JIT compiler for unprivileged users is 264241152 bytes
eBPF map_type hash is available
====
# in a session of bpftool's words, a world answers as the kernel
-- skip-unless [ "$(id -u)" = 0 ] && PATH=$PATH:/usr/sbin command -v bpftool && onebpf doctor bpf && unshare -m mount -t bpf bpf /sys/fs/bpf
-- file session
d=/sys/fs/bpf/t
run() { echo "\$ $*"; "$@" 2>&1; echo "= $?"; }
mkdir -p $d
run bpftool map create $d/h type hash key 4 value 8 entries 4 name obt_h
run bpftool map create $d/a type array key 4 value 8 entries 3 name obt_arr flags 0x400
run bpftool map create $d/p type percpu_array key 4 value 4 entries 2 name obt_percpu
run bpftool map create $d/q type queue value 4 entries 3 name obt_q
run bpftool map create $d/s type stack value 4 entries 3 name obt_s
run bpftool map create $d/l type lpm_trie key 8 value 1 entries 3 name obt_trie flags 1
run bpftool map create $d/r type ringbuf entries 4096 name obt_ring
run bpftool map create $d/lru type lru_hash key 4 value 4 entries 8 name obt_lru
run bpftool map create $d/bad type hash key 0 value 8 entries 4 name obt_bad
run bpftool map create $d/h type hash key 4 value 8 entries 4 name obt_again
run bpftool map create $d/o type array_of_maps key 4 value 4 entries 2 name obt_outer inner_map pinned $d/a
for m in h a p q s l r lru o; do run bpftool -f map show pinned $d/$m; done
run bpftool -f map show name obt_h
run bpftool -j -p map show pinned $d/h
run bpftool map update pinned $d/h key 1 0 0 0 value 1 2 3 4 5 6 7 8
run bpftool map update pinned $d/h key 2 0 0 0 value 8 7 6 5 4 3 2 1 noexist
run bpftool map update pinned $d/h key 2 0 0 0 value 8 7 6 5 4 3 2 1 noexist
run bpftool map update pinned $d/h key 3 0 0 0 value 8 7 6 5 4 3 2 1 exist
run bpftool map lookup pinned $d/h key 1 0 0 0
run bpftool map lookup pinned $d/h key 9 0 0 0
run bpftool map delete pinned $d/h key 9 0 0 0
run bpftool map delete pinned $d/h key 2 0 0 0
run bpftool map getnext pinned $d/h
run bpftool map getnext pinned $d/h key 1 0 0 0
run bpftool map dump pinned $d/h
run bpftool -j map dump pinned $d/h
run bpftool map update pinned $d/a key 2 0 0 0 value hex 00 ff 00 ff 01 02 03 04
run bpftool map dump pinned $d/a
run bpftool map update pinned $d/a key 3 0 0 0 value 0 0 0 0 0 0 0 0
run bpftool map update pinned $d/p key 1 0 0 0 value 7 0 0 0
run bpftool map dump pinned $d/p
run bpftool map enqueue pinned $d/q value 1 2 3 4
run bpftool map enqueue pinned $d/q value 5 6 7 8
run bpftool map peek pinned $d/q
run bpftool map dequeue pinned $d/q
run bpftool map dequeue pinned $d/q
run bpftool map dequeue pinned $d/q
run bpftool map push pinned $d/s value 1 1 1 1
run bpftool map push pinned $d/s value 2 2 2 2
run bpftool map pop pinned $d/s
run bpftool map update pinned $d/l key 8 0 0 0 10 0 0 0 value 1
run bpftool map update pinned $d/l key 16 0 0 0 10 1 0 0 value 2
run bpftool map lookup pinned $d/l key 32 0 0 0 10 1 2 3
run bpftool map lookup pinned $d/l key 32 0 0 0 10 9 2 3
run bpftool map lookup pinned $d/l key 32 0 0 0 11 9 2 3
run bpftool map dump pinned $d/l
run bpftool map update pinned $d/o key 0 0 0 0 value pinned $d/a
run bpftool map update pinned $d/o key 1 0 0 0 value pinned $d/h
run bpftool map freeze pinned $d/a
run bpftool map update pinned $d/a key 1 0 0 0 value 0 0 0 0 0 0 0 0
run bpftool map show pinned $d/a
run bpftool map pin pinned $d/a $d/a2
run bpftool -f map show name obt_arr
run bpftool map show id 4000000000
run bpftool map show name nothing_so
run bpftool map show pinned $d/none
run ls $d
run cat $d/h
run rm $d/a2
run mv $d/a $d/b
run bpftool map show pinned $d/b
run stat -c '%F %a' $d/b $d
run find $d -name '[a-p]'
run bpftool struct_ops
run bpftool cgroup tree /none
run bpftool -V
rm -r $d
run bpftool map show name obt_h
-- sh
PATH=$PATH:/usr/sbin
export XDG_RUNTIME_DIR=/dev/shm/onebpf-test.$$; mkdir -m 700 $XDG_RUNTIME_DIR
trap 'rm -rf $XDG_RUNTIME_DIR' EXIT
unshare -m sh -c 'mount -t bpf bpf /sys/fs/bpf; sh session' >kernel.txt
onebpf user --private sh session >user.txt
norm() { sed -E 's/^[0-9]+: /N: /; s/memlock [0-9]+B/memlock N/; s/("id"|"bytes_memlock"): [0-9]+/\1: N/' $1 |
	awk '/^\$/ { split("", seen) } !/pinned \// || !seen[$0]++'; }
norm kernel.txt >k.txt; norm user.txt >u.txt
diff k.txt u.txt
grep -c '^= 0' k.txt
-- stdout
57
====
# programs, their types, data and skeletons: a world answers as the kernel
-- skip-unless [ "$(id -u)" = 0 ] && "$TESTDIR/user/can" && onebpf doctor bpf && unshare -m mount -t bpf bpf /sys/fs/bpf
-- file obtprog.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct value {
	int a;
	char name[8];
};
const volatile int limit = 5;
struct value total = {1, "abc"};
static __attribute__((noinline)) int twice(int n) { return n * 2 + limit; }
static __attribute__((noinline)) int thrice(int n) { return n * 3 + twice(n); }
SEC("xdp")
int obtpass(struct xdp_md *ctx)
{
	total.a += twice(total.a) + thrice(1);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
-- file session
d=/sys/fs/bpf/t
run() { echo "\$ $*"; "$@" 2>&1; echo "= $?"; }
mkdir -p $d
run bpftool prog load obtprog.bpf.o $d/prog
run bpftool prog show pinned $d/prog
run bpftool -j -p prog show pinned $d/prog
run bpftool prog dump xlated pinned $d/prog
run bpftool prog dump xlated pinned $d/prog linum
run bpftool prog load obtprog.bpf.o $d/prog
run bpftool prog load none.bpf.o $d/prog2
run bpftool prog run pinned $d/prog data_in packet data_out out repeat 1
run bpftool prog run pinned $d/prog data_in packet repeat 5
run bpftool prog run pinned $d/prog
run bpftool map dump name obtprog.bss
run bpftool map dump name obtprog.data
run bpftool map dump name obtprog.rodata
run bpftool map show name obtprog.rodata
run bpftool btf dump map name obtprog.data
run bpftool btf dump prog pinned $d/prog
run bpftool btf dump prog pinned $d/prog format c
run bpftool gen skeleton obtprog.bpf.o
run bpftool gen object linked.o obtprog.bpf.o
run bpftool prog loadall obtprog.bpf.o $d/all
run ls $d/all
run bpftool prog show name nothing_so
run bpftool prog show id 4000000000
run bpftool net
rm -r $d
run bpftool prog show name obtpass
-- sh
PATH=$PATH:/usr/sbin
export XDG_RUNTIME_DIR=/dev/shm/onebpf-test.$$; mkdir -m 700 $XDG_RUNTIME_DIR
trap 'rm -rf $XDG_RUNTIME_DIR' EXIT
"$(command -v clang-19 || command -v clang-14 || command -v clang)" -O2 -g -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -c obtprog.bpf.c
head -c 64 /dev/zero >packet
norm() { sed -E 's/^[0-9]+: /N: /; s/memlock [0-9]+B/memlock N/; s/loaded_at [^ ]*/loaded_at T/; s/jited [0-9]+B/jited N/
	s/("(id|loaded_at|bytes_memlock|bytes_jited|btf_id)"): [0-9]+/\1: N/; s/(map_ids|btf_id) [0-9,]+/\1 N/; s/"map_ids": \[.*/"map_ids": N/
	s/id:[0-9]+/id:N/; s/(call pc.*)#.*/\1/; s/duration.*/duration N/' $1; }
unshare -m sh -c 'mount -t bpf bpf /sys/fs/bpf; sh session' >kernel.txt
onebpf user --private sh session >user.txt
norm kernel.txt >k.txt; norm user.txt >u.txt
diff k.txt u.txt
grep -c '^= 0' k.txt
-- stdout
18
====
# what one process puts into a list, another takes out
-- skip-unless PATH=$PATH:/usr/sbin command -v bpftool && { command -v clang-19 || command -v clang-14; }
-- sh
PATH=$PATH:/usr/sbin
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
clang=$(command -v clang-19 || command -v clang-14)
"$clang" -O2 -g -target bpf -c "$TESTDIR/kern/owned/stress.bpf.c" -o stress.o
head -c 64 /dev/zero >packet
run() { onebpf user -- bpftool prog run pinned "/sys/fs/bpf/s/$1" data_in packet | sed 's/,.*//'; }
onebpf user -- bpftool prog loadall stress.o /sys/fs/bpf/s
run push_three; run push_three; run grow
onebpf user -- bpftool map dump name queues | tr -d ' \n'; echo
-- stdout
Return value: 3
Return value: 14
Return value: 0
[{"key":1,"value":{"guard":{"val":0},"list":{},"tree":{}}}]
