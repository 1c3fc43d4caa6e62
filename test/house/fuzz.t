# SPDX-License-Identifier: BSD-2-Clause
# the driver finds a fault, and finds it again by its seed, its number and its file
-- skip-unless [ -z "$SAN" ] && command -v cc
-- file f.c
#include <stdint.h>
#include <stdlib.h>
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (n > 3 && (p[0] ^ p[1]) == 7)
		abort();
	return 0;
}
-- sh
cc -I"$SRCDIR/include" -I"$SRCDIR/src" -D_GNU_SOURCE f.c "$SRCDIR/fuzz/main.c" "$O/libonebpf.a" -o f || exit 1
export TMPDIR=$PWD
FUZZ_SEED=5 FUZZ_RUNS=100000 ./f 2>one.txt >&2; echo $?
FUZZ_SEED=5 FUZZ_RUNS=100000 ./f 2>two.txt >&2
cmp one.txt two.txt && grep -c '^FUZZ_SEED=5, input [0-9]* of [0-9]* bytes, kept as .*fuzz-input' one.txt
./f fuzz-input >/dev/null 2>&1; echo $?
FUZZ_RUNS=3 ./f </dev/null
-- stdout
134
1
134
ok f: 3 inputs
