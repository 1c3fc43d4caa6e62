/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a pcap file: exactly what libpcap makes of them. */
#include "capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_libpcap(struct bytes in, struct found all)
{
	struct found theirs;
	bool opens = libpcap_reads(in, &theirs);

	must(theirs.packets == all.packets, "as many packets as libpcap finds");
	must(theirs.failed == all.failed, "ends as for libpcap");
	must(opens || all.failed, "opens as for libpcap");
	must(theirs.odd || same(all, theirs), "the packets that libpcap finds");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes in = {data, n};

	if (n >= 4 && get_le32(data) == 0x0a0d0d0a)
		return 0; /* that is for fuzz_pcapng */
	struct found all = check_capture(in);
	if (!is_packed(in))
		check_libpcap(in, all);
	return 0;
}
