/* SPDX-License-Identifier: BSD-2-Clause */
/* Time, programs for two kernels, and packets of two mixes. */
#include <stdlib.h>
#include <time.h>

#include "bench.h"
#include "isa/bpf.h"

const char *const mix_name[MIX_COUNT] = {"tcp", "mixed"};

enum { TCP = 6, UDP = 17, ICMP = 1 };

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_now(void) { return seconds(CLOCK_MONOTONIC); }

double bench_cpu(void) { return seconds(CLOCK_PROCESS_CPUTIME_ID); }

_Noreturn void bench_give_up(const char *what, struct ob_err *err)
{
	fprintf(stderr, "%s: ", what);
	ob_err_print(err, stderr);
	exit(1);
}

void bench_must(const char *what, struct ob_err *err)
{
	if (err)
		bench_give_up(what, err);
}

struct prog *bench_loop(const char *name, const char *body, u32 times)
{
	char text[2048];
	struct prog *p;
	int n = snprintf(text, sizeof(text),
			 "r9 = r1\nr6 = 0\nr7 = 0\n"
			 "again: *(u64 *)(r10 - 8) = r6\n*(u64 *)(r10 - 16) = r6\n"
			 "%s"
			 "next: r6 += 1\nif r6 < %u goto again\nr0 = r7\nexit\n",
			 body, times);

	bench_must(name, prog_assemble(name, text, (size_t)n, &p));
	return p;
}

struct prog *bench_for_kernel(const struct prog *ours, int fd)
{
	struct ob_ebpf *code = calloc(ours->n, sizeof(*code));
	struct prog *p = NULL;

	for (u32 i = 0; code && i < ours->n; i++) {
		code[i] = ours->stored[i];
		if (code[i].code == 0x18 && code[i].src == BPF_PSEUDO_MAP_IDX) {
			code[i].src = BPF_PSEUDO_MAP_FD;
			code[i].imm = fd;
		}
	}
	bench_must("program", code ? prog_create_ebpf(code, ours->n, &p) : err_nomem());
	free(code);
	return p;
}

struct kind {
	u32 part; /* of a hundred */
	u16 type;
	u8 proto;
	bool vlan;
};

static const struct kind tcp_kinds[] = {
	{90, 0x0800, TCP, false},
	{6, 0x0800, UDP, false},
	{3, 0x86dd, TCP, false},
	{1, 0x0806, 0, false},
};

static const struct kind mixed_kinds[] = {
	{30, 0x0800, TCP, false}, {25, 0x0800, UDP, false}, {15, 0x86dd, TCP, false},
	{10, 0x86dd, UDP, false}, {8, 0x0800, ICMP, false}, {5, 0x0806, 0, false},
	{7, 0x0800, TCP, true},
};

static const u16 ports[] = {443, 443, 443, 443, 80, 80, 80, 53, 22, 8080, 123, 993};

/* random: a new one for each packet, used up from its low end. */
static u32 take(u64 *random, u32 below)
{
	u32 got = (u32)(*random % below);

	*random /= below;
	return got;
}

static u8 *put16(u8 *to, u32 v)
{
	put_be16(to, (u16)v);
	return to + 2;
}

static u8 *put_ip4(u8 *to, u8 proto, u32 n, u32 from, u32 dest)
{
	memcpy(to, "\x45\0\0\0\0\0\x40\0\x40", 9);
	put_be16(to + 2, (u16)n);
	to[9] = proto;
	put_be32(to + 12, from);
	put_be32(to + 16, dest);
	return to + 20;
}

static u8 *put_ip6(u8 *to, u8 proto, u32 n, u32 from, u32 dest)
{
	put_be32(to, 0x60000000);
	put_be16(to + 4, (u16)(n - 40));
	to[6] = proto;
	to[7] = 64;
	memcpy(to + 8, "\x20\x01\x0d\xb8", 4);
	put_be32(to + 20, from);
	memcpy(to + 24, "\x20\x01\x0d\xb8", 4);
	put_be32(to + 36, dest);
	return to + 40;
}

static void put_transport(u8 *to, u8 proto, u64 *random)
{
	u32 known = ports[take(random, LEN(ports))], other = 32768 + take(random, 28000);
	bool back = take(random, 2);

	put16(put16(to, back ? known : other), back ? other : known);
	if (proto == TCP) {
		/* the rest of the header does not fit behind IPv6 in 64 bytes */
		to[8] = 1;
	}
}

void mix_packet(enum mix mix, u32 i, u8 *to, u32 n)
{
	const struct kind *kind = mix == MIX_TCP ? tcp_kinds : mixed_kinds;
	u64 random = hash_u64(i + 1);
	u32 lot = take(&random, 100), from, dest;
	u8 *at = to + 12;

	memset(to, 0, n);
	for (; lot >= kind->part; kind++)
		lot -= kind->part;
	memcpy(to, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	if (kind->vlan)
		at = put16(put16(at, 0x8100), 100);
	at = put16(at, kind->type);
	from = 0x0a000000 | take(&random, 4) << 16 | take(&random, 256);
	dest = 0x0a000000 | take(&random, 4) << 16 | take(&random, 256);
	n -= (u32)(at - to);
	if (kind->type == 0x0806) {
		memcpy(at, "\0\1\x08\0\6\4\0\1", 8);
		put_be32(at + 14, from);
		put_be32(at + 24, dest);
		return;
	}
	at = kind->type == 0x0800 ? put_ip4(at, kind->proto, n, from, dest)
				  : put_ip6(at, kind->proto, n, from, dest);
	if (kind->proto == ICMP)
		*at = 8;
	else
		put_transport(at, kind->proto, &random);
	if (kind->proto == TCP && kind->type == 0x0800 && !kind->vlan)
		at[12] = 0x50, at[13] = take(&random, 8) ? 0x10 : 0x02;
}
