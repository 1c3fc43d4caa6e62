/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole command beside tcpdump on 6 million packets of 64 bytes, and
 * beside cat on 500 MB of large ones. The files are made in build/ first,
 * stay in the page cache, and go afterwards. All take turns; the fastest of
 * several rounds counts. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { SMALL = 6000000, LARGE = 330000, ROUNDS = 5 };

static const char small_file[] = "build/bench-small.pcap";
static const char large_file[] = "build/bench-large.pcap";

static void make_file(const char *path, enum mix mix, u32 packets, u32 size)
{
	static const u8 head[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [18] = 4, [20] = 1};
	FILE *f = fopen(path, "wb");
	u8 b[16 + 1514];

	if (!f || fwrite(head, 1, 24, f) != 24) {
		perror(path);
		exit(2);
	}
	for (u32 i = 0; i < packets; i++) {
		put_le32(b, 1700000000 + i / 100000);
		put_le32(b + 4, i % 100000 * 10);
		put_le32(b + 8, size);
		put_le32(b + 12, size);
		mix_packet(mix, i, b + 16, size);
		fwrite(b, 1, 16 + size, f);
	}
	if (fclose(f)) {
		perror(path);
		exit(2);
	}
}

/* Seconds that a shell command takes. */
static double once(const char *command)
{
	double start = bench_now();
	int status = system(command);

	if (status) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
	return bench_now() - start;
}

static void compare(const char *what, const char *ours, const char *theirs)
{
	double a = 1e9, b = 1e9;

	for (u32 i = 0; i < ROUNDS; i++) {
		a = MIN(a, once(ours));
		b = MIN(b, once(theirs));
	}
	printf("%-46s %8.3f %8.3f %7.2f\n", what, a, b, b / a);
	fflush(stdout);
}

#define QUIET " >/dev/null 2>&1"
#define OUT   "build/bench-out.pcap"

int main(void)
{
	make_file(small_file, MIX_MIXED, SMALL, 64);
	make_file(large_file, MIX_TCP, LARGE, 1514);
	puts("The whole command, seconds; more than 1: we are faster.");
	printf("%-46s %8s %8s %7s\n", "6 million packets of 64 bytes", "onebpf", "tcpdump",
	       "ratio");
	compare("--count", "onebpf dump -n -r build/bench-small.pcap --count" QUIET,
		"tcpdump -Z root -n -r build/bench-small.pcap --count" QUIET);
	compare("--count port 22", "onebpf dump -n -r build/bench-small.pcap --count port 22" QUIET,
		"tcpdump -Z root -n -r build/bench-small.pcap --count port 22" QUIET);
	compare("-w FILE", "onebpf dump -r build/bench-small.pcap -w " OUT QUIET,
		"tcpdump -Z root -r build/bench-small.pcap -w " OUT QUIET);
	compare("-w FILE port 22", "onebpf dump -r build/bench-small.pcap -w " OUT " port 22" QUIET,
		"tcpdump -Z root -r build/bench-small.pcap -w " OUT " port 22" QUIET);
	printf("\n%-46s %8s %8s %7s\n", "500 MB of large packets", "onebpf", "cat", "ratio");
	compare("--count, beside cat >/dev/null",
		"onebpf dump -n -r build/bench-large.pcap --count" QUIET,
		"cat build/bench-large.pcap >/dev/null");
	compare("--count port 22, beside cat >/dev/null",
		"onebpf dump -n -r build/bench-large.pcap --count port 22" QUIET,
		"cat build/bench-large.pcap >/dev/null");
	unlink(small_file);
	unlink(large_file);
	unlink(OUT);
	return 0;
}
