/* SPDX-License-Identifier: BSD-2-Clause */
/* The internet checksum, RFC 1071, over 16-bit words. */
unsigned long long prog(const unsigned char *mem, unsigned long long len)
{
	const unsigned short *p = (const unsigned short *)mem;
	unsigned int sum = 0;

	for (unsigned long long i = 0; i < len / 2; i++)
		sum += p[i];
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	return (unsigned short)~sum;
}
