# SPDX-License-Identifier: BSD-2-Clause
# For the cases about object files: a packet, and a compiler.
packet=ffffffffffff0202020202020800450000140000000040060000

compile() {
	for clang in clang-19 clang-14 clang; do
		command -v $clang >/dev/null || continue
		$clang -g -O2 -w -target bpf -c "$1" -o "${1%.c}.o"
		return
	done
	return 1
}
