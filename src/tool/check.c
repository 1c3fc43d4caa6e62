/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf check`: proves an extended program safe, or says where it is not. */
#include "tool/check.h"

#include <stdlib.h>

struct check_cmd {
	const char *type, *attach;
	u32 profile; /* enum check_level, from 1 */
	u64 log, flags;
	u32 raw, no_prune, not_gpl, kernel;
	const char *maps;
};

static const char *const profiles[] = {"seed", "unprivileged", "capable", "privileged", NULL};

static struct ob_err *set_type(const struct check_cmd *c, struct prog *p)
{
	p->type = PROGTYPE_SOCKET_FILTER;
	if (c->type && !prog_find(c->type, strlen(c->type), &p->type))
		return err_new(OB_NAME, "there is no program type `%s`", c->type);
	if (c->attach && !attach_find(c->attach, strlen(c->attach), &p->attach))
		return err_new(OB_NAME, "there is no attach type `%s`", c->attach);
	return NULL;
}

/* "type,key,value,entries[,flags]", separated by blanks: the maps map_idx 0, 1 ... */
static struct ob_err *set_maps(const struct check_cmd *c, struct arena *a, struct prog *p)
{
	struct {
		struct prog_map *v;
		u32 n, cap;
	} maps = {0};
	const char *s = c->maps ? c->maps : "";

	while (*s) {
		unsigned n[5] = {0};
		int used = 0;
		if (sscanf(s, "%u,%u,%u,%u%n,%u%n", &n[0], &n[1], &n[2], &n[3], &used, &n[4],
			   &used) < 4)
			return err_new(OB_SYNTAX, "`%s` is no map: type,key,value,entries", s);
		vec_push(a, maps) = (struct prog_map){.name = "",
						      .type = n[0],
						      .key_size = n[1],
						      .value_size = n[2],
						      .max_entries = n[3],
						      .flags = n[4]};
		s += used;
		s += strspn(s, " ");
	}
	p->map = maps.v;
	p->maps = maps.n;
	return NULL;
}

static void print(struct buf *b)
{
	if (b->n)
		fwrite(b->p, 1, b->n, stdout);
	buf_clear(b);
}

static struct ob_err *ask_kernel(const struct prog *p, const struct check_how *how, bool accepted,
				 int *status)
{
	int verdict;
	struct ob_err *err = check_in_kernel(p, how, &verdict);

	if (err)
		return err;
	if (how->text)
		print(how->text);
	if (verdict)
		printf("the kernel refuses it: %s\n", strerror(-verdict));
	else
		puts("the kernel accepts it");
	*status = accepted && !verdict ? DONE : NO;
	return NULL;
}

static struct ob_err *report(const struct check_cmd *c, const struct prog *p, int *status)
{
	struct buf text = {0};
	struct ob_err *bad = NULL;
	struct check_how how = {
		.level = c->profile ? (enum check_level)(c->profile - 1) : CHECK_PRIVILEGED,
		.gpl = !c->not_gpl,
		.prog_flags = (u32)c->flags,
		.log = (u32)c->log,
		.text = c->log ? &text : NULL,
		.no_prune = c->no_prune,
	};
	struct check_result r;
	int err = check_verify(p, &how, &r);

	print(&text);
	if (err)
		printf("refused at instruction %u: %s\n", r.pc, strerror(-err));
	else
		printf("accepted: %u instructions simulated\n", r.insns);
	*status = err ? NO : DONE;
	if (c->kernel)
		bad = ask_kernel(p, &how, !err, status);
	buf_deinit(&text);
	return bad;
}

static struct ob_err *check(const struct check_cmd *c, char **operand, int *status)
{
	struct arena a;
	const char *path;
	struct prog *p;
	struct ob_err *err = program_operand(operand, &path);

	if (!err)
		err = program_read(path, c->raw, &p);
	if (err)
		return err;
	arena_init(&a);
	err = set_type(c, p);
	if (!err)
		err = set_maps(c, &a, p);
	if (!err)
		err = report(c, p, status);
	arena_deinit(&a);
	prog_destroy(p);
	return err;
}

static int run(const void *opts, char **operand)
{
	int status = DONE;
	struct ob_err *err = check(opts, operand, &status);

	return err ? fail("check", err) : status;
}

#define TO(field) .to = offsetof(struct check_cmd, field)

/* clang-format off */
static const struct opt options[] = {
	{OPT_GROUP, .help = "What the program is"},
	{OPT_TEXT, 't', true, "type", "TYPE", TO(type),
	 .help = "as bpftool names it: xdp, sched_cls; socket_filter when nothing is said"},
	{OPT_TEXT, .name = "attach", .arg = "TYPE", TO(attach),
	 .help = "where it is to be attached"},
	{OPT_TEXT, 'm', true, "maps", "MAPS", TO(maps),
	 .help = "its maps, each TYPE,KEY,VALUE,ENTRIES[,FLAGS] as numbers"},
	{OPT_COUNT, .name = "raw", TO(raw),
	 .help = "the file holds bytes, whatever they look like"},
	{OPT_COUNT, .name = "not-gpl", TO(not_gpl),
	 .help = "its licence does not go with the GPL"},
	{OPT_GROUP, .help = "By which rules"},
	{OPT_WORD, 'p', true, "profile", "PROFILE", TO(profile), .words = profiles,
	 .help = "seed, unprivileged, capable or privileged (when nothing is said)"},
	{OPT_NUMBER, .name = "flags", .arg = "N", TO(flags), .max = UINT32_MAX,
	 .help = "those of BPF_PROG_LOAD"},
	{OPT_COUNT, .name = "no-prune", TO(no_prune),
	 .help = "walk every path to its end"},
	{OPT_COUNT, 'k', true, "kernel", TO(kernel),
	 .help = "ask the running kernel as well",
	 .more = "Its verdict and log are shown behind ours; the program is not kept"},
	{OPT_GROUP, .help = "What to show"},
	{OPT_NUMBER, 'l', true, "log", "N", TO(log), .max = 7,
	 .help = "the log, by Linux's levels: 1 paths, 2 all, 4 numbers"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"would Linux take it?", "onebpf check --type xdp prog.s"},
	{"what does the verifier know?", "onebpf check --log 2 prog.s"},
	{0},
};

const struct verb verb_check = {
	.name = "check",
	.does = "prove an extended program safe, or say where it is not",
	.operands = "FILE|-",
	.opt = options,
	.example = examples,
	.size = sizeof(struct check_cmd),
	.run = run,
};
