# SPDX-License-Identifier: BSD-2-Clause
# the machine's kernel takes our objects, as bpftool loads them
-- skip-unless test -e /objects/unlink.o
-- sh
for name in unlink wire; do
	bpftool prog loadall /objects/$name.o /sys/fs/bpf/$name >out 2>&1 || cat out
	ls /sys/fs/bpf/$name
done
-- stdout
at_fentry
at_fexit
at_kprobe
at_kretprobe
at_ksyscall
at_lsm
at_raw_tp
at_tp_btf
at_tracepoint
at_connect
at_egress
at_tc
at_xdp
