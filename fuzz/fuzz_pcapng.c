/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a pcapng file: libpcap, which gives up earlier (several link
 * types, byte orders, lengths) and whose times overflow, finds the same first
 * packets. Written as pcapng again, it has the same packets. */
#include "capture.h"

#include <sys/mman.h>
#include <unistd.h>

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

/* Finer times than nanoseconds, and those that are no power of ten, are rounded. */
static bool same_units(const struct pkt_reader *r)
{
	const struct pkt_iface *p;

	for (u32 i = 0; (p = pkt_iface(r, i)); i++)
		if (p->units > 1000000000 || 1000000000 % p->units)
			return false;
	return true;
}

static void copy(struct pkt_reader *r, const char *path, bool *exact)
{
	struct pkt_writer_opts o = {.pcapng = true, .from = r};
	struct pkt_writer *w;
	struct pkt p;

	must(!pkt_create(path, &o, &w), "a copy is made");
	while (pkt_next(r, &p) == PKT_OK) {
		*exact &= same_units(r) && p.ns < UINT64_MAX; /* which stands for more */
		must(!pkt_write_like(w, r) && !pkt_write(w, &p), "what is read can be written");
	}
	must(!pkt_finish(w), "the copy is whole");
	ob_err_destroy(pkt_reader_err(r));
}

static void check_copy(struct bytes in, struct found all)
{
	int fd = memfd_create("copy", 0);
	struct pkt_reader *r;
	char path[32];
	bool exact = true;
	struct ob_err *err = pkt_open_bytes("input", in, &r);

	if (err || fd < 0) {
		ob_err_destroy(err);
		close(fd);
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	copy(r, path, &exact);
	pkt_close(r);
	u64 n = (u64)lseek(fd, 0, SEEK_END);
	void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	struct found again = read_all((struct bytes){p, n}, UINT64_MAX);
	munmap(p, n);
	close(fd);
	must(same_packets(again, all), "a copy has the same packets");
	must(!exact || again.times == all.times, "and the same times");
}

static void check(struct bytes in)
{
	struct found all = check_capture(in), theirs;

	check_copy(in, all);
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
