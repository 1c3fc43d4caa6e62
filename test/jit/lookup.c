/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups that the JIT does itself, in maps that the program names: the same
 * results as the helper's, for every index and slot, with the immediate near, far,
 * in another register first, or behind a jump. */
#include "isa/bpf.h"
#include "kern/priv.h"

static u32 failed;

static void check(bool good, const char *what, u64 got, u64 want)
{
	if (good)
		return;
	printf("FAIL %s: 0x%llx, not 0x%llx\n", what, (unsigned long long)got,
	       (unsigned long long)want);
	failed++;
}

/* r1: the key's address. r0: the value's first word, or -1. */
static const char *const ways[] = {
	"r2 = r1\nr1 = map_idx 0 ll\ncall 1\n",
	"r6 = map_idx 0 ll\nr2 = r1\nr1 = r6\ncall 1\n",
	"r2 = r1\nr1 = map_idx 0 ll\nif r2 == 7 goto on\non:\ncall 1\n",
	"r7 = map_idx 0 ll\nr6 = r1\nr2 = r1\nr1 = r7\ncall 1\nr2 = r6\nr1 = r7\ncall 1\n",
	"r1 += 0\nr2 = r1\nr3 = map_idx 0 ll\nr1 = r3\ncall 1\n",
};
static const char tail[] =
	"if r0 == 0 goto none\nr0 = *(u64 *)(r0 + 0)\nexit\nnone:\nr0 = -1\nexit\n";

static void one(struct map *m, const char *way, bool trusted)
{
	struct ob_map *maps[] = {(struct ob_map *)m};
	struct ob_run_opts o = {.trusted = trusted, .map = maps, .maps = 1};
	struct ob_prog *p;
	struct ob_run *k;
	char text[512];

	snprintf(text, sizeof(text), "%s%s", way, tail);
	struct ob_err *err = ob_prog_assemble_ebpf("lookup", text, strlen(text), &p);
	if (!err)
		err = ob_run_create(p, &o, &k);
	if (err) {
		ob_err_print(err, stdout);
		ob_err_destroy(err);
		failed++;
		return;
	}
	for (u32 i = 0; i < 8; i++) {
		u32 key[2] = {i < 7 ? i : UINT32_MAX, 0};
		u64 r0 = 0;
		err = ob_run_call(k, key, sizeof(key), &r0);
		if (err) {
			ob_err_print(err, stdout);
			ob_err_destroy(err);
			failed++;
			continue;
		}
		u64 want = i < 5 ? 1000 + i : UINT64_MAX;
		if (m->ops->per_cpu && i < 5)
			check((r0 & ~(u64)0xf0000) == want, way, r0, want);
		else
			check(r0 == want, way, r0, want);
	}
	ob_run_destroy(k);
	ob_prog_destroy(p);
}

int main(void)
{
	static const u32 types[] = {BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY,
				    BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH};
	static const u32 sizes[] = {8, 12, 16, 40};

	for (u32 t = 0; t < LEN(types) * LEN(sizes); t++) {
		struct map_attr a = {.type = types[t % LEN(types)],
				     .key_size = 4,
				     .value_size = sizes[t / LEN(types)],
				     .max_entries = 5,
				     .slots = 8};
		struct map *m;
		if (map_create(&a, -1, &m)) {
			printf("FAIL no map\n");
			return 1;
		}
		for (u32 i = 0; i < 5; i++)
			for (u32 s = 0; s < (m->ops->per_cpu ? 8u : 1u); s++) {
				u64 value[5] = {1000 + i + (m->ops->per_cpu ? s << 16 : 0)};
				m->ops->update(m, &i, value, 0, s);
			}
		for (u32 w = 0; w < LEN(ways); w++) {
			one(m, ways[w], true);
			one(m, ways[w], false);
		}
		map_put(m);
	}
	if (!failed)
		puts("ok look-ups");
	return failed != 0;
}
