# SPDX-License-Identifier: BSD-2-Clause
# a table of functions is the kernel's while the command runs, by a link or by its value
-- skip-unless $TESTDIR/load/can kernel && bpftool btf dump file /sys/kernel/btf/vmlinux | grep -q "'bpf_struct_ops_tcp_congestion_ops'"
-- file t.bpf.c
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct sock;
struct tcp_congestion_ops___mine {
	unsigned (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, unsigned ack, unsigned acked);
	unsigned (*undo_cwnd)(struct sock *sk);
	char name[16];
	int not_there;
};
SEC("struct_ops/threshold") unsigned BPF_PROG(threshold, struct sock *sk) { return 2; }
SEC("struct_ops") void BPF_PROG(avoid, struct sock *sk, unsigned ack, unsigned acked) {}
SEC("struct_ops") unsigned BPF_PROG(undo, struct sock *sk) { return 2; }
#define TABLE(section, called) SEC(section) struct tcp_congestion_ops___mine called = { \
	.ssthresh = (void *)threshold, .cong_avoid = (void *)avoid, .undo_cwnd = (void *)undo, .name = #called };
TABLE(".struct_ops", onebpf_old)
TABLE(".struct_ops.link", onebpf_new)
char _license[] SEC("license") = "GPL";
-- sh
$TESTDIR/load/compile t
onebpf load -a t.o >out 2>err &
load=$!
until grep -q '^link  onebpf_new' err; do kill -0 $load || break; sleep 0.1; done
tr ' ' '\n' </proc/sys/net/ipv4/tcp_available_congestion_control | grep onebpf | sort
kill -INT $load; wait $load; echo $?
grep -c onebpf /proc/sys/net/ipv4/tcp_available_congestion_control
sed -n 's/id [0-9]* *//; /^link/p' err
onebpf load -q --user t.o; echo $?; onebpf check t.o 2>&1; echo $?
sed 's/\.name = #called/.name = #called, .not_there = 1/' t.bpf.c >u.bpf.c
$TESTDIR/load/compile u; onebpf load -q u.o; echo $?
-- stdout
onebpf_new
onebpf_old
0
0
link  onebpf_old                  the kernel's, a table of functions, by its value
link  onebpf_new         the kernel's, a table of functions
2
onebpf check: threshold: what a function of a table (struct_ops) may do is the kernel's own rule
hint: onebpf load asks the kernel
onebpf check: avoid: what a function of a table (struct_ops) may do is the kernel's own rule
hint: onebpf load asks the kernel
onebpf check: undo: what a function of a table (struct_ops) may do is the kernel's own rule
hint: onebpf load asks the kernel
2
2
-- stderr has
Operation not supported
there is no such field in the kernel's struct tcp_congestion_ops
