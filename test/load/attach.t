# SPDX-License-Identifier: BSD-2-Clause
# functions of a program: one, its return, all of a pattern, those of one process
-- skip-unless $TESTDIR/load/can kernel
-- file f.bpf.c
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
int hits[6];
long at, distance;
#define COUNT(i) { __sync_fetch_and_add(&hits[i], 1); return 0; }
SEC("uprobe/./victim:work") int entry(struct pt_regs *c) { at = c->rip; COUNT(0) }
SEC("uretprobe/./victim:work") int back(void *c) COUNT(1)
SEC("uprobe.multi/./victim:wor*") int many(void *c) COUNT(2)
SEC("uprobe/./victim:work+4") int inside(struct pt_regs *c) { distance = c->rip - at; COUNT(3) }
SEC("?uprobe/./victim:none") int none(void *c) COUNT(4)
SEC("?uprobe/none:none") int nowhere(void *c) COUNT(5)
char _license[] SEC("license") = "GPL";
-- file victim.c
#include <unistd.h>
__attribute__((noinline, aligned(16))) int work(int x)
{
	__asm__ volatile("nop; nop; nop; nop; nop; nop; nop; nop");
	return x + 1;
}
__attribute__((noinline)) int worry(int x) { __asm__ volatile(""); return x + 2; }
int main(int argc, char **argv)
{
	int sum = 0;
	while (argc > 1 && access(argv[1], F_OK))
		usleep(50000);
	for (int i = 0; i < 10; i++)
		sum += work(i) + worry(i);
	usleep(argc > 1 ? 300000 : 0);
	return !sum;
}
-- sh
$TESTDIR/load/compile f
cc -O1 -fcf-protection=none -o victim victim.c
$TESTDIR/load/during ./victim --show hits,distance f.o
./victim ready & pid=$!
$TESTDIR/load/during './victim; : >ready; sleep 0.2' -p $pid --show hits f.o; wait
for p in none nowhere; do onebpf load -a -q --prog $p f.o 2>&1; done; true
-- stdout
hits = [10 10 20 10 0 0]
distance = 4
hits = [10 10 20 10 0 0]
onebpf load: ./victim has no function none
hint: a stripped program has only what it exports; an offset in the file may be named, too: ./victim:0x1234
onebpf load: no program or library is called none
====
# a probe that a program's author put there, with its arguments and its semaphore
-- skip-unless $TESTDIR/load/can kernel && [ -e /usr/include/bpf/usdt.bpf.h ]
-- file u.bpf.c
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>
long got[4];
int n, args;
SEC("usdt/./victim:test:go")
int BPF_USDT(on_go, long a, unsigned long b, long c, long d)
{
	got[0] = a;
	got[1] = b;
	got[2] = c;
	got[3] = d;
	n++;
	args = bpf_usdt_arg_cnt(ctx);
	return 0;
}
char _license[] SEC("license") = "GPL";
-- file victim.c
#include <stdio.h>
unsigned short on __attribute__((section(".probes"), used));
#define PROBE(a, b, c)                                                                   \
	__asm__ volatile("990: nop\n"                                                    \
			 ".pushsection .note.stapsdt,\"\",\"note\"\n.balign 4\n"         \
			 ".4byte 992f-991f, 994f-993f, 3\n991: .asciz \"stapsdt\"\n"     \
			 "992: .balign 4\n993: .8byte 990b\n.8byte 0\n.8byte on\n"       \
			 ".asciz \"test\"\n.asciz \"go\"\n"                              \
			 ".asciz \"-4@%0 8@%1 -2@%2 1@$7\"\n994: .balign 4\n.popsection" \
			 ::"r"(a), "m"(b), "r"(c))
int main(void)
{
	volatile unsigned long large = 0x123456789abcdef0;
	for (int i = 0; i < 10; i++)
		if (on)
			PROBE(-i, large, (short)-3);
	printf("semaphore %d\n", on);
}
-- sh
$TESTDIR/load/compile u
cc -O1 -o victim victim.c
$TESTDIR/load/during ./victim --show got,n,args u.o
./victim
-- stdout
semaphore 1
got = [-9 1311768467463790320 -3 7]
n = 10
args = 4
semaphore 0
====
# tracepoints in three ways, samples, an iterator
-- skip-unless $TESTDIR/load/can kernel && [ -e /sys/kernel/tracing/events/sched/sched_switch/id ]
-- file t.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
_Bool seen[4];
SEC("tp/sched/sched_switch") int by_name(void *c) { seen[0] = 1; return 0; }
SEC("raw_tp/sched_switch") int raw(void *c) { seen[1] = 1; return 0; }
SEC("tp_btf/sched_switch") int by_type(void *c) { seen[2] = 1; return 0; }
SEC("perf_event") int sample(void *c) { seen[3] = 1; return 0; }
SEC("?tp/sched/none") int none(void *c) { return 0; }
SEC("?raw_tp/none") int raw_none(void *c) { return 0; }
SEC("?tp_btf/none") int type_none(void *c) { return 0; }
SEC("?fentry/none") int function_none(void *c) { return 0; }
char _license[] SEC("license") = "GPL";
-- file i.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id, seq_num;
} __attribute__((preserve_access_index));
struct bpf_iter__bpf_map {
	struct bpf_iter_meta *meta;
	void *map;
} __attribute__((preserve_access_index));
SEC("iter/bpf_map") int maps(struct bpf_iter__bpf_map *c)
{
	if (!c->meta->seq_num)
		BPF_SEQ_PRINTF(c->meta->seq, "first\n");
	if (!c->map)
		BPF_SEQ_PRINTF(c->meta->seq, "last\n");
	return 0;
}
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile t; $TESTDIR/load/compile i
onebpf load -a -q --for 1 --show seen t.o
onebpf load -a -q i.o
for p in none raw_none type_none function_none; do onebpf load -a -q --prog $p t.o 2>&1; done; true
-- stdout
seen = [true true true true]
first
last
onebpf load: none: the kernel has no tracepoint sched/none
hint: they are listed in /sys/kernel/tracing/available_events, with : in the place of /
onebpf load: raw_none: the kernel has no tracepoint none
hint: its name alone, without a category: raw_tp/sched_switch
onebpf load: type_none (?tp_btf/none): the kernel has no tracepoint none
onebpf load: function_none (?fentry/none): the kernel has no function none
note: or it was inlined everywhere, or is a module's
====
# packets: an interface, a socket, a cgroup, a network namespace
-- skip-unless $TESTDIR/load/can kernel && unshare -n true
-- file n.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
int hits[7];
#define COUNT(i, ret) { __sync_fetch_and_add(&hits[i], 1); return ret; }
SEC("xdp") int x(void *c) COUNT(0, XDP_PASS)
SEC("tc/ingress") int in(void *c) COUNT(1, -1)
SEC("tc/egress") int out(void *c) COUNT(2, 0)
SEC("classifier") int old(void *c) COUNT(3, -1)
SEC("socket") int sock(void *c) COUNT(4, 0)
SEC("sk_lookup") int find(void *c) COUNT(5, 1)
SEC("flow_dissector") int flow(void *c) { return BPF_OK; }
char _license[] SEC("license") = "GPL";
-- file try
ip link set lo up
$TESTDIR/load/during 'for i in 1 2 3; do bash -c "echo >/dev/udp/127.0.0.1/9"; done 2>none' -i lo --show hits n.o
sed -n 's/id [0-9]* *//; /^link/p' said.txt
onebpf load -a --pin /sys/fs/bpf/onebpf-load-$$ --prog in -i lo -q n.o
bpftool link show pinned /sys/fs/bpf/onebpf-load-$$/in_link | sed 's/^[0-9]*: \(type 11\|tcx\) .*/tcx/;q'
rm -r /sys/fs/bpf/onebpf-load-$$
-- sh
export PATH=$PATH:/usr/sbin
$TESTDIR/load/compile n
unshare -n bash ./try
-- stdout
hits = [6 6 6 6 12 3 0]
link  x                  interface lo
link  in                 interface lo, ingress
link  out                interface lo, egress
link  old                interface lo, ingress
link  sock                        a socket on lo, by socket
link  find               this network namespace
link  flow               this network namespace
tcx
====
# the snoopers see what others do
-- skip-unless $TESTDIR/load/can kernel && [ -e /sys/kernel/tracing/events/syscalls/sys_enter_openat/id ]
-- sh
$TESTDIR/load/compile exec; $TESTDIR/load/compile open; $TESTDIR/load/compile latency; $TESTDIR/load/compile offcpu
: >a-file-of-ours; ln -s "$(command -v cat)" our-cat
plain() { sed -n "/our-cat/{s/pid=[0-9]*/pid=N/;s/uid=[0-9]*/uid=N/;p}"; }
$TESTDIR/load/during ./our-cat\ a-file-of-ours exec.o | plain
$TESTDIR/load/during './our-cat a-file-of-ours; ./our-cat none-of-ours 2>none' open.o | sed -n '/"our-cat".*of-ours/p' | plain
onebpf load -qa --for 1 --show calls latency.o | grep -c 'count=[1-9]' | sed 's/^[1-9].*/some/'
onebpf load -qa --for 1 --show slept offcpu.o | grep -c 'tgid=[1-9].* comm="..*"] = [1-9]' | sed 's/^[1-9].*/some/'
-- stdout
events: pid=N uid=N comm="our-cat" file="./our-cat"
events: pid=N result=3 flags=0 comm="our-cat" file="a-file-of-ours"
events: pid=N result=-2 flags=0 comm="our-cat" file="none-of-ours"
some
some
