/* SPDX-License-Identifier: BSD-2-Clause */
/* How many primes are below 200, and the integer logarithms of their squares. */
unsigned long long prog(const unsigned char *mem, unsigned long long len)
{
	unsigned long long found = 0;

	(void)mem, (void)len;
	for (unsigned int n = 2; n < 200; n++) {
		unsigned int d = 2, log = 0;

		for (; d * d <= n; d++)
			if (n % d == 0)
				break;
		if (d * d <= n)
			continue;
		for (unsigned int v = n * n; v >>= 1;)
			log++;
		found += 1 + (log << 16);
	}
	return found;
}
