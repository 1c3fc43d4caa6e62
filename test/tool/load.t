# SPDX-License-Identifier: BSD-2-Clause
# what is asked for wrongly is told
-- sh
onebpf load; onebpf load --user --kernel x.o; onebpf load -i lo x.o; onebpf load -w w x.o
onebpf load none.o; echo text >x.o; onebpf load x.o
-- status 2
-- stderr has
which file?
--user and --kernel exclude each other
nothing is attached
--world is for --user
none.o: cannot open
ELF
====
# sections of older loaders do not tell what a program is; maps that pin themselves are
# pinned in a world that ends with the command, too
-- skip-unless $TESTDIR/load/can
-- file p.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, int);
	__type(value, long);
} kept SEC(".maps");
SEC("first_0") int first(void *c) { int k = 0; return bpf_map_lookup_elem(&kept, &k) ? XDP_PASS : XDP_DROP; }
SEC("tc") int second(void *c) { return 0; }
-- sh
$TESTDIR/load/compile p
onebpf load --user p.o; onebpf load --user --type xpd p.o
onebpf load --user --type xdp p.o | sed 's/id [0-9]* *//; s/[0-9]* slots/N slots/'
-- stdout
p: loaded into our world
map   kept               array, key 4, value 8, 1 entry
prog  first              xdp, N slots, from first_0
prog  second             sched_cls, N slots, from tc
-- stderr
onebpf load: section first_0 does not tell the type of first
hint: say it: --type xdp
note: in p.o
onebpf load: there is no program type `xpd`
note: in p.o
====
# what an object becomes is told, a line for each; it is pinned, and found again
-- skip-unless $TESTDIR/load/can && command -v bpftool
-- file p.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, int);
	__type(value, long);
} kept SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 5000);
} events SEC(".maps");
int count = 5;
const volatile int limit = 3;
SEC("xdp") int pass(void *ctx)
{
	int key = limit;
	long *n = bpf_map_lookup_elem(&kept, &key);
	count++;
	bpf_ringbuf_output(&events, &key, sizeof(key), 0);
	return n ? XDP_PASS : XDP_DROP;
}
SEC("?tc") int not_asked(void *ctx) { return 0; }
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile p
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user -w t --set kernel.unchecked=1 -- true
load='onebpf load --user -w t'
plain() { sed 's/id [0-9]* *//; s/[0-9]* slots/N slots/'; }
$load --show count,limit p.o | plain
$load --pin /sys/fs/bpf/one p.o >/dev/null
onebpf user -w t -- sh -c 'ls /sys/fs/bpf/one; bpftool map update pinned /sys/fs/bpf/one/kept key 3 0 0 0 value 9 0 0 0 0 0 0 0'
$load --pin /sys/fs/bpf/one p.o >/dev/null; echo $?
onebpf user -w t -- sh -c 'rm /sys/fs/bpf/one/[_ep]*'
$load --pin /sys/fs/bpf/one --prog not_asked --show kept p.o | plain | grep -v '^map   [.e]'
sed 's/entries, 8/entries, 9/' p.bpf.c >q.bpf.c; $TESTDIR/load/compile q
$load --pin /sys/fs/bpf/one q.o; echo $?
-- stdout
p: loaded into our world
map   kept               hash, key 4, value 8, 8 entries
map   events             ringbuf, key 0, value 0, 8192 entries
map   .data              array, key 4, value 4, 1 entry
map   .rodata            array, key 4, value 4, 1 entry
prog  pass               xdp, N slots, from xdp
count = 5
limit = 3
_data
_rodata
events
kept
pass
2
p: loaded into our world
map   kept               hash, key 4, value 8, 8 entries, found pinned
prog  not_asked          sched_cls, N slots, from ?tc
kept[3] = 9
1
-- stderr has
cannot pin /sys/fs/bpf/one/events: File exists
/sys/fs/bpf/one/kept is another kind of map than kept
pinned: type 1, key 4, value 8, 8 entries, flags 0x0
wanted: type 1, key 4, value 8, 9 entries, flags 0x0
====
# events of another process in our world are decoded, those without a type are shown
-- skip-unless $TESTDIR/load/can && command -v bpftool
-- file r.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
enum colour { RED, GREEN = 5, BLUE };
struct event {
	int n;
	enum colour c;
	unsigned a : 3, b : 5;
	char name[8];
	short v[3];
	void *p;
	_Bool yes;
	struct { int x, y; } at;
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} perfs SEC(".maps");
int runs;
SEC("tc") int go(struct __sk_buff *ctx)
{
	struct event e = {.n = -1, .c = BLUE, .a = 5, .b = 17, .name = "a\"b", .v = {1, -2, 3},
			  .p = (void *)16, .yes = 1, .at = {3, 4}};
	int two[2] = {7, 8};
	runs++;
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	bpf_ringbuf_output(&events, two, sizeof(two), 0);
	bpf_perf_event_output(ctx, &perfs, BPF_F_CURRENT_CPU, &e, sizeof(e));
	bpf_printk("run %d", runs);
	return 0;
}
struct event *unused __attribute__((unused));
char _license[] SEC("license") = "GPL";
-- file go
head -c 64 /dev/zero >zeros
onebpf user -w t -- sh -c 'for i in 1 2 3 4 5 6 7 8 9; do
	id=$(bpftool prog | sed -n "s/:.*name go.*//p" | tail -1)
	[ -z "$id" ] || break; sleep 0.3
done
sleep 0.5; bpftool prog run id $id data_in zeros >/dev/null'
-- sh
$TESTDIR/load/compile r
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user -w t --set kernel.unchecked=1 -- true
sh ./go & onebpf load -u -w t -a -i lo --for 5 -q --show runs r.o | sed 's/.*bpf_trace/bpf_trace/'; wait
sh ./go & onebpf load -u -w t -a -i lo --for 5 -j --show runs r.o | grep -v '"id"' | sed 's/"cpu":[0-9]*/"cpu":N/'; wait
-- stdout
events: n=-1 c=BLUE a=5 b=17 name="a\"b" v=[1 -2 3] p=0x10 yes=true at={x=3 y=4}
events: 0700000008000000
perfs: n=-1 c=BLUE a=5 b=17 name="a\"b" v=[1 -2 3] p=0x10 yes=true at={x=3 y=4}
bpf_trace_printk: run 1
runs = 1
{"type":"event","map":"events","value":{"n":-1,"c":"BLUE","a":5,"b":17,"name":"a\"b","v":[1,-2,3],"p":"0x10","yes":true,"at":{"x":3,"y":4}}}
{"type":"event","map":"events","hex":"0700000008000000"}
{"type":"event","map":"perfs","cpu":N,"value":{"n":-1,"c":"BLUE","a":5,"b":17,"name":"a\"b","v":[1,-2,3],"p":"0x10","yes":true,"at":{"x":3,"y":4}}}
{"type":"print","text":"run 1"}
{"type":"summary","events":3,"lost":0,"lines":1}
{"type":"variable","name":"runs","value":1}
====
# links of our world; what no event reaches there is told
-- skip-unless $TESTDIR/load/can
-- file k.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int x(void *c) { return 2; }
SEC("tc/egress") int t(void *c) { return 0; }
SEC("raw_tp/sched_switch") int r(void *c) { return 0; }
SEC("sk_lookup") int s(void *c) { return 1; }
SEC("?uprobe//bin/sh:main") int u(void *c) { return 0; }
SEC("?kprobe/do_exit") int k(void *c) { return 0; }
SEC("?tp/sched/sched_switch") int p(void *c) { return 0; }
SEC("?lwt_in") int l(void *c) { return 0; }
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile k
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user -w t --set kernel.unchecked=1 -- true
load='onebpf load -u -w t -a --for 1'
$load -i lo k.o 2>&1 | sed -n 's/id [0-9]* *//; /^link/p'
for p in k p l x; do $load --prog $p -q k.o 2>&1; echo $?; done
-- stdout
link  x                  interface lo
link  t                  interface lo, egress
link  r                  raw tracepoint sched_switch
link  s                  this network namespace
onebpf load: k (?kprobe/do_exit): cannot attach to do_exit: no event of Linux reaches a world of our own
hint: run it (onebpf run), or attach it in the kernel (--kernel)
2
onebpf load: p (?tp/sched/sched_switch): cannot attach to tracepoint sched/sched_switch: no event of Linux reaches a world of our own
hint: run it (onebpf run), or attach it in the kernel (--kernel)
2
onebpf load: l (?lwt_in) is not attached: it belongs to a route: ip route add ... encap bpf in obj FILE
onebpf load: no program of the object is one to be attached
2
onebpf load: x (xdp): to which interface?
hint: --interface NAME; they are: onebpf dump -D
2
====
# a program that the kernel refuses is told with its line of C
-- skip-unless $TESTDIR/load/can kernel
-- file bad.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int bad(struct xdp_md *c)
{
	int *p = (int *)(long)c->data;
	return p[3];
}
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile bad
onebpf load bad.o 2>said.txt; status=$?
cat said.txt >&2; grep -o 'bad.bpf.c:6:[29]:' said.txt | sed 's/:[29]:/:N:/'; exit $status
-- status 1
-- stdout
bad.bpf.c:6:N:
-- stderr has
the kernel refuses the program: R1 offset is outside of the packet
return p[3];
note: insn 1: `r0 = *(u32 *)(r1 + 12)`
invalid access to packet, off=12 size=4
note: program bad, section xdp
====
# what our world refuses is explained once; what it has not is named
-- skip-unless $TESTDIR/load/can
-- file bad.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int bad(struct xdp_md *c)
{
	int *p = (int *)(long)c->data;
	return p[3];
}
char _license[] SEC("license") = "GPL";
-- file task.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *t) __ksym;
SEC("tc") int has(struct __sk_buff *s)
{
	struct task_struct *t = bpf_task_from_pid(1);
	if (t)
		bpf_task_release(t);
	return 0;
}
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile bad
$TESTDIR/load/compile task
onebpf load --user bad.o 2>said.txt; echo $?
grep -c 'outside of the packet' said.txt; tail -1 said.txt
test -r /sys/kernel/btf/vmlinux || { echo 1; echo 'onebpf load: our world refuses the program: kernel function bpf_task_from_pid is not here: it has no meaning without Linux'; exit; }
onebpf load --user task.o 2>said.txt; echo $?
head -1 said.txt
-- stdout
1
1
onebpf load: our world refuses the program bad, section xdp
1
onebpf load: our world refuses the program: kernel function bpf_task_from_pid is not here: it has no meaning without Linux
====
# variables and maps are set before, in C's notation, and shown after
-- skip-unless $TESTDIR/load/can
-- sh
$TESTDIR/load/compile firewall
export XDG_RUNTIME_DIR=$PWD/run; mkdir -m 700 run
onebpf user -w t --set kernel.unchecked=1 -- true
load='onebpf load -q -u -w t'
$load -d strict=1 -d passed=7 -m 'blocked4={24,{192,0,2}}:7' --show strict,.bss,blocked4 firewall.o
$load -j -m 'blocked4={8,{10}}:1' --show blocked4 firewall.o | tail -1
$load --show none firewall.o; echo $?
$load -d none=1 firewall.o; echo $?
-- stdout
strict = 1
.bss[00000000] = passed=7 dropped=0
blocked4[bits=24 addr=[192 0 2 0]] = 7
{"type":"entry","map":"blocked4","key":{"bits":8,"addr":[10,0,0,0]},"value":1}
2
2
-- stderr has
the object has no map or variable none
none
====
# a map that lies in another one keeps its types: a timer of its values is one
-- skip-unless $TESTDIR/load/can
-- file p.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct val { struct bpf_timer timer; };
struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, int);
	__type(value, struct val);
} first SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, int);
	__array(values, struct inner);
} outer SEC(".maps") = {.values = {&first}};
SEC("tc") int start(void *c)
{
	int k = 0;
	void *m = bpf_map_lookup_elem(&outer, &k);
	struct val *v = m ? bpf_map_lookup_elem(m, &k) : 0;
	return v ? bpf_timer_init(&v->timer, m, 1) : 0;
}
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile p; onebpf load --user -q p.o
====
# helpers that have nothing to act on in our world are called, and say so
-- skip-unless $TESTDIR/load/can
-- file p.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
long said, left;
SEC("sockops") int ops(struct bpf_sock_ops *c)
{
	unsigned long value = 5;
	said = bpf_getsockopt(c, 1, 2, &value, sizeof(value));
	left = value;
	return bpf_sock_ops_cb_flags_set(c, 1) == said;
}
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile p; onebpf load --user -q p.o
