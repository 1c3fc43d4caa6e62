/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs of generate.h given to the verifier and to the running kernel: what
 * one takes and the other does not is counted by what the other says of it.
 * Usage: verify_kernel [programs [seed]] */
#include "check/check.h"
#include "generate.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static u64 runs = 1500;
static int map_fd;
static char text[1 << 20];

/* What was said, and how often. */
struct tally {
	char said[120];
	u64 n, first;
};
static struct tally ours[256], theirs[256], words[256];
static u64 agree_yes, agree_no, same_words, we_take, we_refuse, sign_links, divisions, forked,
	exact;

static int sys_bpf(int cmd, union bpf_attr *a) { return (int)syscall(SYS_bpf, cmd, a, sizeof(*a)); }

static int load(u32 level)
{
	struct ob_ebpf insns[GEN_MAX];
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_XDP,
			    .insns = (u64)(uintptr_t)insns,
			    .insn_cnt = g.n,
			    .license = (u64)(uintptr_t) "GPL",
			    .log_level = level,
			    .log_buf = level ? (u64)(uintptr_t)text : 0,
			    .log_size = level ? sizeof(text) : 0};

	ebpf_encode(g.code, g.n, insns);
	for (u32 i = 0; i < g.n; i++)
		if (g.code[i].op == EB_LDDW_MAP_IDX) {
			struct eb e[2] = {
				{.op = EB_LDDW_MAP_FD, .dst = g.code[i].dst, .imm = map_fd},
				{.op = EB_WIDE}};
			ebpf_encode(e, 2, insns + i);
		}
	*text = 0;
	int fd = sys_bpf(BPF_PROG_LOAD, &a);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -errno : 0;
}

/* The last line before the numbers; numbers in it become #. */
static void last_words(const char *log, char *to, size_t size)
{
	const char *end = strstr(log, "\nprocessed "), *at;
	size_t n = 0;

	if (!end)
		end = log + strlen(log);
	for (at = end; at > log && at[-1] != '\n'; at--)
		;
	for (; at < end && n + 1 < size; at++) {
		bool digit = *at >= '0' && *at <= '9';
		if (!digit || !n || to[n - 1] != '#')
			to[n++] = digit ? '#' : *at;
	}
	to[n] = 0;
}

static void count(struct tally *list, const char *said, u64 nr)
{
	for (u32 i = 0; i < 256; i++)
		if (!list[i].n || !strcmp(list[i].said, said)) {
			if (!list[i].n)
				list[i].first = nr;
			snprintf(list[i].said, sizeof(list[i].said), "%s", said);
			list[i].n++;
			return;
		}
}

static void print(const struct tally *list, const char *what)
{
	for (u32 i = 0; i < 256 && list[i].n; i++)
		printf("    %s %llu times, first program %llu: %s\n", what,
		       (unsigned long long)list[i].n, (unsigned long long)list[i].first,
		       list[i].said);
}

static void show(const char *log)
{
	struct buf b = {0};

	for (u32 i = 0; i < g.n; i++)
		if (g.code[i].op != EB_WIDE) {
			buf_clear(&b);
			ebpf_dis_one(&b, &g.code[i], i);
			printf("    %3u: %s\n", i, b.p);
		}
	printf("---- ours\n%s---- Linux\n%s", log, text);
	buf_deinit(&b);
}

static int ask(const struct prog *p, struct buf *log, u32 level)
{
	struct check_how how = {.level = CHECK_PRIVILEGED, .gpl = true, .text = log, .log = level};

	return check_verify(p, &how, NULL);
}

/* Operations that make a number of which Linux 6.18 knows little or nothing. */
static bool not_followed(void)
{
	for (u32 i = 0; i < g.n; i++) {
		const struct eb *e = &g.code[i];
		if (e->op >= EB_COUNT)
			continue;
		u8 form = ebpf_rows[e->op].form;
		bool divides = e->op >= EB_DIV_32_K && e->op <= EB_SDIV_64_X;
		bool rest = e->op >= EB_MOD_32_K && e->op <= EB_SMOD_64_X;
		bool shifts = (e->op >= EB_LSH_32_K && e->op <= EB_RSH_64_X) ||
			      (e->op >= EB_ARSH_32_K && e->op <= EB_ARSH_64_X);
		if (divides || rest || form == EBF_SWAP || (shifts && has_src(e)))
			return true;
	}
	return false;
}

/* Linux 6.18 takes a number that was filled with a sign for the one that was spilled. */
static bool loads_sign(void)
{
	for (u32 i = 0; i < g.n; i++)
		if (g.code[i].src == 10 && g.code[i].op >= EB_LDSX_W && g.code[i].op <= EB_LDSX_B)
			return true;
	return false;
}

/* Linux walks on from an AND or OR of 0 or -1 twice, once with each. */
static bool forks(void)
{
	u32 from, to;

	load(2);
	for (const char *at = text; (at = strstr(at, "\nfrom ")); at++)
		if (sscanf(at, "\nfrom %u to %u:", &from, &to) == 2 && from == to)
			return true;
	return false;
}

static void one(u64 nr, bool loud)
{
	char us[120] = "", them[120] = "";
	struct buf log = {0};

	seed = hash_u64(nr);
	generate();
	struct prog *p = gen_prog();
	int a = ask(p, NULL, 0), b = load(0);
	if ((a && a != -E2BIG) || loud)
		ask(p, &log, 1 + loud);
	if ((b && b != -E2BIG) || loud)
		load(1 + loud);
	last_words(log.p ? log.p : "", us, sizeof(us));
	last_words(text, them, sizeof(them));
	if (loud)
		show(log.p);
	if (!a && !b) {
		agree_yes++;
	} else if (a && b) {
		agree_no++;
		same_words += a == b && !strcmp(us, them);
		if (strcmp(us, them) || getenv("ALL"))
			count(words, us, nr);
	} else if (b) {
		we_take++;
		if (not_followed())
			divisions++;
		else
			count(theirs, them, nr);
	} else if (loads_sign()) {
		sign_links++;
	} else if (forks()) {
		forked++;
	} else if (strstr(us, "invalid size of register fill")) {
		exact++; /* of a spilled pointer, at an offset that Linux does not know */
	} else {
		we_refuse++;
		count(ours, us, nr);
	}
	buf_deinit(&log);
	prog_destroy(p);
}

int main(int argc, char **argv)
{
	u64 from = 1;
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY,
			    .key_size = 4,
			    .value_size = GEN_VALUE,
			    .max_entries = GEN_ENTRIES};

	if (argc > 1)
		runs = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		from = strtoull(argv[2], NULL, 0);
	map_fd = sys_bpf(BPF_MAP_CREATE, &a);
	if (map_fd < 0) {
		printf("skip kernel: %s\n", strerror(errno));
		return 0;
	}
	for (u64 i = 0; i < runs; i++)
		one(from + i, runs == 1);
	printf("    both take %llu, both refuse %llu, in the same words %llu\n",
	       (unsigned long long)agree_yes, (unsigned long long)agree_no,
	       (unsigned long long)same_words);
	printf("    only Linux takes: by a link that a sign breaks %llu, as it goes two ways with "
	       "0 and "
	       "-1 %llu\n",
	       (unsigned long long)sign_links, (unsigned long long)forked);
	printf("    only Linux refuses, with divisions, swaps or shifts by registers: %llu of "
	       "%llu\n",
	       (unsigned long long)divisions, (unsigned long long)we_take);
	print(theirs, "only Linux refuses");
	print(ours, "only we refuse");
	if (getenv("WORDS"))
		print(words, "in other words");
	printf("%s kernel: the same verdicts\n", we_refuse ? "FAIL" : "ok");
	return we_refuse != 0;
}
