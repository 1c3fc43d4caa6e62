/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a pcapng file: libpcap, which gives up earlier (several link
 * types, byte orders, lengths) and whose times overflow, finds the same first
 * packets. */
#include "capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Input that does not begin like a section gets one with two interfaces, so
 * that the blocks behind are reached. */
/* clang-format off */
static const u8 start[] = {
	0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 28, 0, 0, 0,
	1, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 96, 0, 0, 0, 20, 0, 0, 0,
	1, 0, 0, 0, 28, 0, 0, 0, 1, 0, 0, 0, 96, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 28, 0, 0, 0,
};
/* clang-format on */

static void check(struct bytes in)
{
	struct found all = check_capture(in), theirs;

	libpcap_reads(in, &theirs);
	if (theirs.odd)
		return;
	if (all.failed && !all.packets) /* libpcap skips the first section's end */
		return;
	must(theirs.packets <= all.packets, "no packet that libpcap finds is missed");
	must(same_packets(theirs, read_all(in, theirs.packets)), "the packets that libpcap finds");
	must(theirs.failed || !all.failed, "what libpcap finds whole is whole");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n >= 4 && get_le32(data) == 0x0a0d0d0a) {
		check((struct bytes){data, n});
		return 0;
	}
	u8 *p = malloc(sizeof(start) + n);
	memcpy(p, start, sizeof(start));
	memcpy(p + sizeof(start), data, n);
	check((struct bytes){p, sizeof(start) + n});
	free(p);
	return 0;
}
