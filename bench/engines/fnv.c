/* SPDX-License-Identifier: BSD-2-Clause */
/* FNV-1a over the memory. */
unsigned long long prog(const unsigned char *mem, unsigned long long len)
{
	unsigned long long h = 0xcbf29ce484222325;

	for (unsigned long long i = 0; i < len; i++)
		h = (h ^ mem[i]) * 0x100000001b3;
	return h;
}
