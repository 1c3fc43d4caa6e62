/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf bench NAME`: measures engines and peers side by side. */
#include "tool/bench.h"

/* Every benchmark, ends with NULL. */
static const struct bench *const benches[] = {
	NULL,
};

struct bench_cmd {
	u64 seconds;
};

static struct ob_err *none(const char *name)
{
	struct ob_err *err = name ? err_new(OB_NAME, "no benchmark \"%s\"", name)
				  : err_new(OB_SYNTAX, "which benchmark?");

	for (u32 i = 0; benches[i]; i++)
		err = err_hint(err, "onebpf bench %s: %s", benches[i]->name, benches[i]->does);
	return err;
}

static int run_bench(const void *opts, char **operand)
{
	const struct bench_cmd *o = opts;

	for (u32 i = 0; *operand && benches[i]; i++)
		if (!strcmp(benches[i]->name, *operand))
			return benches[i]->run(operand + 1, (u32)o->seconds);
	return fail("bench", none(*operand));
}

static const struct opt options[] = {
	{OPT_NUMBER, .letter = 't', .name = "time", .arg = "SECONDS", .top = true, .max = 3600,
	 .to = offsetof(struct bench_cmd, seconds), .help = "measure about this long"},
	{0},
};

static const struct example examples[] = {
	{"what was gained in 1993?", "onebpf bench 1993"},
	{0},
};

const struct verb verb_bench = {
	.name = "bench",
	.does = "measure engines and peers side by side",
	.operands = "name [argument ...]",
	.opt = options,
	.example = examples,
	.size = sizeof(struct bench_cmd),
	.run = run_bench,
};
