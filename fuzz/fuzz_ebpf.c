/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended programs: every engine in every mode must say the same of a run.
 *
 * Input: 8 bytes of seed, then bytes that make the choices of the generator
 * (test/vm/programs_ebpf.h) until they are used up and the seed goes on. */
#include "../test/vm/engines_ebpf.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	u64 seed = 0;
	size_t head = MIN(n, sizeof(seed));
	struct done first;

	if (head)
		memcpy(&seed, data, head);
	if (!eng_compare(seed % 5 ? GEN_TIDY : GEN_WILD, seed, data + head, n - head, &first)) {
		eng_show(stderr);
		fprintf(stderr, "%s\n", w.why);
		abort();
	}
	eng_done();
	return 0;
}
