/* SPDX-License-Identifier: BSD-2-Clause */
/* Random extended programs on every engine: all must say the same.
 * Usage: ebpf_oracle [programs [seed]] */
#include "engines_ebpf.h"

static u64 runs = 6000, seed = 1;
static u64 faults[FAULT_COUNT], counted;

static bool compare(enum gen_kind kind, u64 nr)
{
	struct done first;
	bool ok = eng_compare(kind, nr, NULL, 0, &first);

	if (!ok) {
		eng_show(stdout);
		printf("    program %llu of kind %d: %s\n", (unsigned long long)nr, (int)kind,
		       w.why);
	} else {
		faults[first.fault < FAULT_COUNT ? first.fault : 0]++;
		counted += first.count;
	}
	eng_done();
	return ok;
}

static bool group(enum gen_kind kind, const char *name, u64 n)
{
	memset(faults, 0, sizeof(faults));
	counted = 0;
	for (u64 i = 0; i < n; i++)
		if (!compare(kind, seed * 1000000007 + i)) {
			printf("FAIL %s: engines differ\n", name);
			return false;
		}
	printf("    %llu programs, %llu instructions; faults:", (unsigned long long)n,
	       (unsigned long long)counted);
	for (u32 i = 0; i < FAULT_COUNT; i++)
		printf(" %llu", (unsigned long long)faults[i]);
	printf("\n%s %s: %s\n", faults[0] > n / 8 ? "ok" : "FAIL", name, "all engines agree");
	return faults[0] > n / 8;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		runs = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	bool ok = group(GEN_TIDY, "tidy", runs / 4 * 3);
	ok &= group(GEN_WILD, "wild", runs / 4);
	return !ok;
}
