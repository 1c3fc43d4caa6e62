/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the comparison with libpcap from a seed.
 *
 *	oracle [runs [seed [linktype]]]; ORACLE_SHOW=n: print that many differences */
#include "oracle.h"

int main(int argc, char **argv)
{
	u64 runs = argc > 1 ? strtoull(argv[1], NULL, 0) : 40000;
	u32 only = argc > 3 ? (u32)atoi(argv[3]) : UINT32_MAX;
	struct buf text = {0};

	dice = argc > 2 ? strtoull(argv[2], NULL, 0) * 2 + 1 : 12345;
	if (getenv("ORACLE_SHOW"))
		show_max = atoi(getenv("ORACLE_SHOW"));
	for (u64 i = 0; i < runs; i++) {
		oracle_round(&text, only);
	}
	buf_deinit(&text);
	printf("# %llu expressions, %llu refused by both", (unsigned long long)compiled,
	       (unsigned long long)refused);
	for (u32 i = 0; i < WHYS; i++)
		printf(", %llu %s", (unsigned long long)count[i], why_name[i]);
	printf(", %llu matched\n", (unsigned long long)matched);
	puts(count[DIFFERENT] ? "FAIL meaning: differs from libpcap's" : "ok meaning");
	return count[DIFFERENT] != 0;
}
