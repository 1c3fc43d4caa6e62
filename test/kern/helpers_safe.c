/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that nobody has checked call every helper with anything: in safe mode that
 * is a fault or an errno, never a crash, and the engines agree which.
 * Usage: helpers_safe [programs [seed]] */
#include "../programs.h"
#include "isa/bpf.h"
#include "isa/ebpf.h"
#include "kern/priv.h"

#include <stdlib.h>

enum { CALLS = 6, MEM = 256, SLOTS = 400 };

static u64 programs = 2000, seed = 1;
static struct rnd dice;

static struct map *map[6];

static void maps(void)
{
	static const struct map_attr a[] = {
		{.type = MAPTYPE_ARRAY, .key_size = 4, .value_size = 64, .max_entries = 4},
		{.type = MAPTYPE_HASH, .key_size = 8, .value_size = 16, .max_entries = 8},
		{.type = MAPTYPE_RINGBUF, .max_entries = 4096},
		{.type = MAPTYPE_QUEUE, .value_size = 8, .max_entries = 4},
		{.type = MAPTYPE_PERCPU_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 2},
		{.type = MAPTYPE_ARRAY,
		 .key_size = 4,
		 .value_size = 32,
		 .max_entries = 2,
		 .fields = 1,
		 .field = {{8, 16, MAP_TIMER}}},
	};

	for (u32 i = 0; i < LEN(map); i++) {
		struct map_attr one = a[i];
		one.slots = 2;
		if (map_create(&one, -1, &map[i]))
			abort();
	}
}

/* ---- programs ---- */

static struct ob_ebpf code[SLOTS];
static u32 n;

static void emit(u8 op, u8 dst, u8 src, s16 off, s32 imm)
{
	code[n++] = (struct ob_ebpf){.code = op, .dst = dst, .src = src, .off = off, .imm = imm};
}

static void wide(u8 dst, u8 kind, u64 v)
{
	emit(0x18, dst, kind, 0, (s32)v);
	emit(0, 0, 0, 0, (s32)(v >> 32));
}

static u64 any(void)
{
	static const u64 edges[] = {0,    1,          8,          16,        64,
				    4096, 1ull << 32, 1ull << 47, INT64_MAX, -1ull};

	switch (below(&dice, 4)) {
	case 0:
		return edges[below(&dice, LEN(edges))] + below(&dice, 3) - 1;
	case 1:
		return (u64)rnd(&dice) << 32 | rnd(&dice);
	default:
		return below(&dice, 80);
	}
}

enum what { NUMBER, SMALL, MAP, VALUE, FUNC, MEMORY, STACK, WHATS };

/* What a helper wants there, mostly. */
static enum what wanted(u64 arg)
{
	if (below(&dice, 12) == 0)
		return below(&dice, WHATS);
	switch (helper_kind(arg)) {
	case HELPER_NONE:
		return NUMBER;
	case HELPER_ANY:
		return below(&dice, 3) ? SMALL : NUMBER;
	case HELPER_MAP:
		return MAP;
	case HELPER_SIZE:
	case HELPER_SIZE0:
	case HELPER_ALLOC_SIZE:
		return SMALL;
	case HELPER_FUNC:
		return FUNC;
	case HELPER_TIMER:
		return VALUE;
	}
	return (enum what[]){MEMORY, STACK, STACK, VALUE}[below(&dice, 4)];
}

/* Sets one of r1 to r5. *func: where the address of the function has to go. */
static void argument(u8 reg, u64 arg, u32 *func)
{
	switch (wanted(arg)) {
	case NUMBER:
		wide(reg, 0, any());
		break;
	case SMALL:
		wide(reg, 0, below(&dice, 4) ? 8 * below(&dice, 4) : below(&dice, 20));
		break;
	case MAP:
		wide(reg, BPF_PSEUDO_MAP_IDX, below(&dice, LEN(map)));
		break;
	case VALUE:
		wide(reg, BPF_PSEUDO_MAP_IDX_VALUE,
		     (u64)(8 * below(&dice, 6)) << 32 | (below(&dice, 2) ? 5 : 0));
		break;
	case FUNC:
		*func = n;
		wide(reg, BPF_PSEUDO_FUNC, 0);
		break;
	case MEMORY:
		emit(0xbf, reg, 6, 0, 0);
		emit(0x07, reg, 0, 0,
		     (s32)below(&dice, 10) ? (s32)below(&dice, 200)
					   : (s32)below(&dice, MEM + 40) - 20);
		break;
	default:
		emit(0xbf, reg, 10, 0, 0);
		emit(0x07, reg, 0, 0, -8 * (s32)below(&dice, 12));
	}
}

static const struct helper_row *helper(void)
{
	const struct helper_row *h;

	do
		h = helper_row(below(&dice, HELPER_COUNT));
	while (!h || !h->here || h->id == BPF_FUNC_tail_call);
	return h;
}

static void generate(void)
{
	u32 func[CALLS * 5], funcs = 0;

	n = 0;
	emit(0xbf, 6, 1, 0, 0);
	for (s16 off = -96; off < 0; off += 8)
		emit(0x7a, 10, 0, off, (s32)any());
	for (u32 i = 0; i < CALLS; i++) {
		const struct helper_row *h = helper();
		for (u8 reg = 1; reg <= 5; reg++) {
			u32 at = UINT32_MAX;
			argument(reg, h->arg[reg - 1], &at);
			if (at != UINT32_MAX)
				func[funcs++] = at;
		}
		emit(0x85, 0, 0, 0, (s32)h->id);
		if (below(&dice, 2)) /* what it returned may be an argument, later */
			emit(0x7b, 10, 0, -8 * (s16)(1 + below(&dice, 12)), 0);
	}
	emit(0x95, 0, 0, 0, 0);
	for (u32 i = 0; i < funcs; i++)
		code[func[i]].imm = (s32)(n - func[i] - 1);
	emit(0xb7, 0, 0, 0, (s32)below(&dice, 2));
	if (below(&dice, 2))
		emit(0x61, 4, 2, 0, 0);
	if (below(&dice, 3) == 0)
		emit(0x85, 0, 0, 0, (s32)helper()->id);
	emit(0x95, 0, 0, 0, 0);
}

/* ---- running ---- */

static u64 ran, faults;

static void run_on(enum ob_engine engine, struct ob_prog *p)
{
	u8 mem[MEM] = {0};
	struct ob_run_opts opts = {.engine = engine,
				   .budget = 100000,
				   .map = (struct ob_map *const *)map,
				   .maps = LEN(map)};
	struct ob_run *run = NULL;
	u64 r0;
	struct ob_err *err = ob_run_create(p, &opts, &run);

	if (!err)
		err = ob_run_call(run, mem, MEM, &r0);
	ran += !err;
	faults += err != NULL;
	if (err && getenv("WHY"))
		ob_err_print(err, stdout);
	ob_err_destroy(err);
	ob_run_destroy(run);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		programs = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	maps();
	for (u64 i = 0; i < programs; i++) {
		struct ob_prog *p;

		dice.s = hash_u64(seed * 1000003 + i) | 1;
		generate();
		struct ob_err *err = ob_prog_create_ebpf(code, n, &p);
		if (err) {
			ob_err_print(err, stdout);
			return 1;
		}
		run_on(OB_ENGINE_INTERP, p);
		run_on(OB_ENGINE_BEST, p);
		ob_prog_destroy(p);
	}
	bool enough = faults > programs / 4 && ran > programs / 50;
	printf("    %llu runs end well, %llu with a fault\n", (unsigned long long)ran,
	       (unsigned long long)faults);
	printf("%s helpers: anything may be asked of them\n", enough ? "ok" : "FAIL");
	return !enough;
}
