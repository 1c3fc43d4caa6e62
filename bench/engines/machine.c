/* SPDX-License-Identifier: BSD-2-Clause */
/* A 16-way switch: each byte is an operation on one number. */
unsigned long long prog(const unsigned char *mem, unsigned long long len)
{
	unsigned long long v = 1;

	for (unsigned long long i = 0; i < len; i++) {
		switch (mem[i] & 15) {
		case 0:
			v += 3;
			break;
		case 1:
			v ^= v >> 7;
			break;
		case 2:
			v *= 5;
			break;
		case 3:
			v -= mem[i];
			break;
		case 4:
			v = ~v;
			break;
		case 5:
			v <<= 1;
			break;
		case 6:
			v |= 9;
			break;
		case 7:
			v += v >> 3;
			break;
		case 8:
			v ^= 0x55;
			break;
		case 9:
			v -= 11;
			break;
		case 10:
			v += i;
			break;
		case 11:
			v ^= i << 5;
			break;
		case 12:
			v *= 3;
			break;
		case 13:
			v >>= 1;
			break;
		case 14:
			v &= 0xffffffffffff;
			break;
		case 15:
			v += 0x1234;
			break;
		}
	}
	return v;
}
