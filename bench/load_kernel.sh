#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A large object into the running kernel, verified there and pinned: the whole command,
# beside bpftool prog loadall. They take turns, and the fastest of several rounds counts.
set -u
rounds=7 programs=40 statements=250

leave() { echo "left out: $1"; exit 0; }
clang=$(command -v clang-19 || command -v clang-14 || command -v clang) || leave 'there is no clang here'
command -v bpftool >/dev/null || leave 'there is no bpftool here'
at=${BPFFS:-/sys/fs/bpf}/onebpf-bench-$$
mkdir "$at" 2>/dev/null || leave 'it needs root, and a bpf file system in /sys/fs/bpf'
work=$(mktemp -d)
trap 'rm -rf "$at" "$work"' EXIT
trap 'exit 1' INT TERM

source() {
	cat <<-'END'
		#define SEC(n) __attribute__((section(n)))
		struct task_struct { int pid, tgid; } __attribute__((preserve_access_index));
		struct { int (*type)[2]; int (*max_entries)[64]; int (*key); long (*value); } m SEC(".maps");
		static void *(*lookup)(void *, const void *) = (void *)1;
		static long (*tell)(void *, unsigned, const void *) = (void *)113;
		static struct task_struct *(*task)(void) = (void *)35;
		long total, data[64] = {1};
		char LICENSE[] SEC("license") = "GPL";
	END
	p=0
	while [ $p -lt $programs ]; do
		echo "SEC(\"tracepoint\") int p$p(void *c) {"
		echo "struct task_struct *t = task(); long x = $p, *v; int k = $p, y = 0;"
		s=0
		while [ $s -lt $statements ]; do
			echo "x ^= x >> $((s % 30 + 1)); x *= $((2 * s + 3)); x += data[x & 63];"
			[ $((s % 10)) -ne 0 ] ||
				echo 'k = x & 63; v = lookup(&m, &k); if (v) *v += x; tell(&y, 4, &t->tgid); x += y;'
			s=$((s + 1))
		done
		echo 'total += x; return 0; }'
		p=$((p + 1))
	done
}
source | $clang -g -O2 -w -target bpf -x c -c -o "$work/big.o" - || exit 1
instructions=$(llvm-size-19 -A "$work/big.o" 2>/dev/null | awk '$1 == "tracepoint" {print $2 / 8}')

# least VARIABLE COMMAND: the time it took in microseconds, if that is less
least() {
	variable=$1
	shift
	start=$(date +%s%N)
	"$@" >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
	took=$((($(date +%s%N) - start) / 1000))
	eval "[ \$$variable -le $took ] || $variable=$took"
	rm -rf "$at/it"
}

us=999999999 them=999999999 round=0
while [ $round -lt $rounds ]; do
	least us onebpf load --quiet --pin "$at/it" "$work/big.o"
	least them bpftool prog loadall "$work/big.o" "$at/it"
	round=$((round + 1))
done
awk -v us=$us -v them=$them -v n="${instructions:-?}" -v p=$programs 'BEGIN {
	printf "%-44s %10s %10s %7s\n", "", "ms", "bpftool", "ratio"
	printf "%-44s %10.1f %10.1f %7.2f\n", p " programs, " n " instructions, loaded", us / 1e3, them / 1e3, them / us
}'
