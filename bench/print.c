/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of packets: `dump -n -r` beside `tcpdump -n -r` on a million packets,
 * which are a few of the fuzzer's, over Ethernet and IPv4, from ever changing
 * ports. Both take turns; the fastest of several rounds counts. */
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

enum { PACKETS = 1000000, ROUNDS = 3, SEED_HEAD = 6, SEED_MAX = 512, PORT = 14 + 20 };

static const char path[] = "build/bench-print.pcap";
/* Six of ten lines are of TCP. */
static const char *const names[] = {"tcp",  "sack", "tcp",    "http",   "sack",
				    "http", "dns",  "answer", "answer", "dns"};

struct seed {
	u8 data[SEED_MAX];
	u32 n;
};

static struct seed read_seed(const char *name)
{
	char file[128];
	u8 head[SEED_HEAD];
	struct seed s;

	snprintf(file, sizeof file, "fuzz/seed/fuzz_print/%s", name);
	FILE *f = fopen(file, "rb");
	if (!f || fread(head, 1, SEED_HEAD, f) != SEED_HEAD) {
		perror(file);
		exit(2);
	}
	s.n = (u32)fread(s.data, 1, SEED_MAX, f);
	fclose(f);
	return s;
}

static void make_file(void)
{
	static const u8 head[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [18] = 4, [20] = 1};
	struct seed seeds[LEN(names)];
	FILE *f = fopen(path, "wb");
	u8 b[16];

	for (size_t i = 0; i < LEN(names); i++)
		seeds[i] = read_seed(names[i]);
	if (!f || fwrite(head, 1, sizeof head, f) != sizeof head) {
		perror(path);
		exit(2);
	}
	for (u32 i = 0; i < PACKETS; i++) {
		struct seed *s = &seeds[i % LEN(seeds)];

		put_le32(b, 1700000000 + i / 10000);
		put_le32(b + 4, i % 10000 * 100);
		put_le32(b + 8, s->n);
		put_le32(b + 12, s->n);
		put_be16(s->data + PORT, (u16)(20000 + i % 30000));
		fwrite(b, 1, sizeof b, f);
		fwrite(s->data, 1, s->n, f);
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

	if (system(command)) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
	return bench_now() - start;
}

static void compare(const char *letters)
{
	char ours[128], theirs[128];
	double a = 1e9, b = 1e9;

	snprintf(ours, sizeof ours, "onebpf dump %s -r %s >/dev/null 2>&1", letters, path);
	snprintf(theirs, sizeof theirs, "tcpdump -Z root %s -r %s >/dev/null 2>&1", letters, path);
	for (u32 i = 0; i < ROUNDS; i++) {
		a = MIN(a, once(ours));
		b = MIN(b, once(theirs));
	}
	printf("%-30s %8.3f %8.3f %7.2f\n", letters, a, b, b / a);
	fflush(stdout);
}

int main(void)
{
	make_file();
	puts("A million packets as lines, seconds; more than 1: we are faster.");
	printf("%-30s %8s %8s %7s\n", "", "onebpf", "tcpdump", "ratio");
	compare("-n");
	compare("-nv");
	compare("-ne");
	unlink(path);
	return 0;
}
