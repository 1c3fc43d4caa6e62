/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs in bench/engines, and the memory that they are given. */
#include "programs.h"

#include <stdlib.h>

#include "bench.h"

/* ---- memory ---- */

static void fill_random(u8 *mem)
{
	for (u32 i = 0; i < PROGRAM_MEM; i += 8)
		put_le64(mem + i, hash_u64(i + 1));
}

/* Nanoseconds as they are measured: most are near 2^15. */
static void fill_times(u8 *mem)
{
	for (u32 i = 0; i < PROGRAM_MEM; i += 4) {
		u64 random = hash_u64(i + 1);

		put_le32(mem + i, (u32)(0x200 | (random & 0x1ff))
					  << __builtin_popcountll(random >> 52));
	}
}

static void fill_names(u8 *mem)
{
	static const char *const names[] = {
		"bash",        "systemd",     "systemd-journa", "systemd-udevd",
		"kworker/0:1", "kworker/1:0", "ksoftirqd/0",    "ksoftirqd/1",
		"nginx",       "postgres",    "python3",        "sshd",
	};

	memset(mem, 0, PROGRAM_MEM);
	for (u32 i = 0; i < PROGRAM_MEM; i += 16)
		strcpy((char *)mem + i, names[hash_u64(i + 1) % LEN(names)]);
}

static void fill_packets(u8 *mem)
{
	for (u32 i = 0; i < PROGRAM_MEM / 64; i++)
		mix_packet(MIX_MIXED, i, mem + (size_t)i * 64, 64);
}

#define ALL(F)              \
	F(fnv, random)      \
	F(checksum, random) \
	F(siphash, random)  \
	F(primes, random)   \
	F(log2, times)      \
	F(copy, random)     \
	F(strings, names)   \
	F(machine, random)  \
	F(packets, packets)

#define F(name, fill) u64 native_##name(void *mem, u64 len);
ALL(F)
#undef F

const struct program programs[PROGRAMS] = {
#define F(name, fill) {#name, native_##name, fill_##fill},
	ALL(F)
#undef F
};

/* ---- code ---- */

struct ob_err *program_load(const struct program *p, const char *top, struct prog **ret)
{
	char path[512], text[1 << 16];
	FILE *f;

	snprintf(path, sizeof(path), "%s/bench/engines/%s.s", top, p->name);
	f = fopen(path, "r");
	if (!f)
		return err_new(OB_IO, "%s: cannot be opened", path);
	size_t n = fread(text, 1, sizeof(text), f);
	fclose(f);
	return prog_assemble(path, text, n, ret);
}

enum { HEAD = 2, AGAIN = 2, MEM_AT = -504, LEN_AT = -512 };

/* A copy of p that ends at the next one: its exits become jumps there. */
static u32 put_copy(struct ob_ebpf *to, const struct prog *p)
{
	u32 end = AGAIN + p->n;

	to[0] = (struct ob_ebpf){.code = 0x79, .dst = 1, .src = 10, .off = MEM_AT};
	to[1] = (struct ob_ebpf){.code = 0x79, .dst = 2, .src = 10, .off = LEN_AT};
	memcpy(to + AGAIN, p->stored, p->n * sizeof(*to));
	for (u32 i = AGAIN; i < end; i++)
		if (p->ext[i - AGAIN].op == EB_EXIT)
			to[i] = (struct ob_ebpf){.code = 0x05, .off = (s16)(end - i - 1)};
	return end;
}

static struct ob_err *load_all(const char *top, struct prog *ret[PROGRAMS])
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < PROGRAMS && !err; i++)
		err = program_load(&programs[i], top, &ret[i]);
	return err;
}

static struct ob_err *chain(struct prog *const *p, u32 n, struct prog **ret, u32 *copies)
{
	u32 longest = 0, at = HEAD;

	for (u32 i = 0; i < PROGRAMS; i++)
		longest = MAX(longest, p[i]->n + AGAIN);
	struct ob_ebpf *code = calloc((size_t)n + longest + 1, sizeof(*code));
	if (!code)
		return err_nomem();
	code[0] = (struct ob_ebpf){.code = 0x7b, .dst = 10, .src = 1, .off = MEM_AT};
	code[1] = (struct ob_ebpf){.code = 0x7b, .dst = 10, .src = 2, .off = LEN_AT};
	for (*copies = 0; at < n; ++*copies)
		at += put_copy(code + at, p[*copies % PROGRAMS]);
	code[at++] = (struct ob_ebpf){.code = 0x95};
	struct ob_err *err = prog_create_ebpf(code, at, ret);
	free(code);
	return err;
}

struct ob_err *program_chain(const char *top, u32 n, struct prog **ret, u32 *copies)
{
	struct prog *p[PROGRAMS] = {0};
	struct ob_err *err = load_all(top, p);

	if (!err)
		err = chain(p, n, ret, copies);
	for (u32 i = 0; i < PROGRAMS; i++)
		prog_destroy(p[i]);
	return err;
}
