/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf bench NAME`: measures engines and peers side by side. */
#include "tool/bench.h"

/* Every benchmark, ends with NULL. */
static const struct bench *const benches[] = {
	&bench_1993,
	NULL,
};

static struct ob_err *none(const char *name)
{
	struct ob_err *err = err_new(OB_NAME, "no benchmark \"%s\"", name);

	for (u32 i = 0; benches[i]; i++)
		err = err_hint(err, "onebpf bench %s: %s", benches[i]->name, benches[i]->does);
	return err;
}

static int list(void)
{
	for (u32 i = 0; benches[i]; i++)
		printf("onebpf bench %s: %s\n", benches[i]->name, benches[i]->does);
	return DONE;
}

static int run_bench(const void *opts, char **operand)
{
	const struct bench_opts *o = opts;

	if (!*operand)
		return list();
	for (u32 i = 0; benches[i]; i++)
		if (!strcmp(benches[i]->name, *operand))
			return benches[i]->run(operand + 1, o);
	return fail("bench", none(*operand));
}

static const struct opt options[] = {
	{OPT_NUMBER, .letter = 'n', .name = "packets", .arg = "N", .top = true, .min = 1,
	 .max = 1 << 20, .to = offsetof(struct bench_opts, packets), .help = "packets in each mix"},
	{OPT_COUNT, .name = "json", .top = true, .to = offsetof(struct bench_opts, json),
	 .help = "print one JSON object"},
	{OPT_NUMBER, .letter = 't', .name = "seconds", .arg = "SECONDS", .top = true, .max = 3600,
	 .to = offsetof(struct bench_opts, seconds), .help = "measure about this long"},
	{0},
};

static const struct example examples[] = {
	{"what was gained in 1993?", "onebpf bench 1993"},
	{0},
};

static const char *const names[] = {"1993", NULL};

const struct verb verb_bench = {
	.name = "bench",
	.does = "measure engines and peers side by side",
	.operands = "[name]",
	.opt = options,
	.example = examples,
	.words = names,
	.size = sizeof(struct bench_opts),
	.run = run_bench,
};
