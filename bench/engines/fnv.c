/* SPDX-License-Identifier: BSD-2-Clause */
/* FNV-1a over the memory. */
#include "prog.h"

u64 prog(void *mem, u64 len)
{
	const u8 *p = mem;
	u64 h = 0xcbf29ce484222325;

	for (u64 i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	return h;
}
