/* SPDX-License-Identifier: BSD-2-Clause */
/* The meaning of a filter against libpcap's: the input decides which
 * expression, link type and packets are made. */
#include "../test/filter/oracle.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	struct buf text = {0};

	script = (struct bytes){data, n};
	dice = 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < n; i++)
		dice = hash_add(dice, data[i]) | 1;
	oracle_round(&text, UINT32_MAX);
	buf_deinit(&text);
	if (count[DIFFERENT])
		abort();
	return 0;
}
