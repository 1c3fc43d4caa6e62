/* SPDX-License-Identifier: BSD-2-Clause */
/* Two scalars through random arithmetic and comparisons at 64 bits: the numbers
 * that really come are always among them, the running kernel knows no more, and
 * what its log says is what we print.
 * Usage: scalar_kernel [programs [seed]] */
#include "check/scalar.h"
#include "machine.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BEGIN = 4, STEPS = 14, SLOTS = BEGIN + STEPS + 2, TRIALS = 64 };

static u64 runs = 4000;
static bool failed;
static u64 equal, better, worse, kept;

static struct eb code[SLOTS];
static struct scalar known[SLOTS][2]; /* of r6 and r7, behind each instruction */
static bool reached[SLOTS];
static u64 trial[TRIALS][2];
static u32 trials;

/* ---- what we say ---- */

static void sext(struct scalar *d, u32 bytes, bool is64)
{
	scalar_sext(d, bytes);
	if (!is64)
		scalar_zext(d, 4);
}

static void abstract(struct scalar *d, const struct eb *e, const struct scalar *s)
{
	switch (ebpf_rows[e->op].form) {
	case EBF_MOVSX:
		*d = *s;
		sext(d, ebpf_rows[e->op].value / 8, e->op >= EB_MOVSX8_64);
		return;
	case EBF_SWAP:
		scalar_swap(d, e->op, ebpf_rows[e->op].value);
		return;
	default:
		scalar_alu(d, e->op, s, (ebpf_rows[e->op].code & 7) == 7);
	}
}

static bool is_shift(enum eb_op op)
{
	return (op >= EB_LSH_32_K && op <= EB_RSH_64_X) ||
	       (op >= EB_ARSH_32_K && op <= EB_ARSH_64_X);
}

static struct eb random_insn(void)
{
	struct eb e = {.dst = (u8)(6 + (rnd() & 1)), .imm = (s32)number()};

	e.src = 13 - e.dst;
	do {
		e.op = rnd() % 3 ? (u8)(EB_ADD_32_K + rnd() % (EB_BSWAP64 - EB_ADD_32_K + 1))
				 : (u8)(EB_JEQ_32_K + rnd() % (EB_JSLE_64_X - EB_JEQ_32_K + 1));
		/* A copy of a register links both in Linux, which is not ours to do. */
	} while (e.op == EB_MOV_64_X || e.op == EB_MOV_32_X);
	if (!has_src(&e))
		e.src = 0;
	else
		e.imm = 0;
	if (ebpf_rows[e.op].form == EBF_NEG)
		e.imm = 0;
	if (ebpf_rows[e.op].form == EBF_MOVSX)
		e.src = e.dst;
	if (ebpf_rows[e.op].form == EBF_SWAP)
		e.imm = ebpf_rows[e.op].value;
	if (is_shift(e.op) && !has_src(&e))
		e.imm = (s64)(rnd() % ((ebpf_rows[e.op].code & 7) == 7 ? 64 : 32));
	if (e.op >= EB_DIV_32_K && e.op <= EB_SMOD_64_X && !has_src(&e) && !e.imm)
		e.imm = 3;
	return e;
}

static void lost(u32 pc, u32 reg, u64 v)
{
	struct buf b = {0};

	for (u32 i = 0; i <= pc; i++) {
		buf_clear(&b);
		ebpf_dis_one(&b, &code[i], i);
		printf("    %2u: %s\n", i, b.p);
	}
	buf_clear(&b);
	scalar_put(&b, &known[pc][reg]);
	printf("    r%u is 0x%llx, not one of %s\n", 6 + reg, (unsigned long long)v, b.p);
	buf_deinit(&b);
	failed = true;
}

static void check_trials(u32 pc)
{
	for (u32 i = 0; i < trials; i++)
		for (u32 r = 0; r < 2; r++)
			if (!failed && !scalar_has(&known[pc][r], trial[i][r]))
				lost(pc, r, trial[i][r]);
	kept += trials;
}

/* The comparison at pc is false; returns whether that can be. */
static bool pass(u32 pc, struct scalar *d, struct scalar *s)
{
	const struct eb *e = &code[pc];
	bool is64 = (ebpf_rows[e->op].code & 7) == 5;
	int said = scalar_branch(d, s, e->op, is64);
	u32 n = 0;

	for (u32 i = 0; i < trials; i++) {
		u64 right = has_src(e) ? trial[i][e->src - 6] : (u64)e->imm;
		bool jumps = machine(e, trial[i][e->dst - 6], right);
		if (said >= 0 && jumps != said)
			lost(pc, e->dst - 6, trial[i][e->dst - 6]);
		if (!jumps)
			memmove(trial[n++], trial[i], sizeof(trial[i]));
	}
	trials = n;
	if (said == 1)
		return false;
	if (scalar_refine(d, s, e->op, false, is64))
		return true;
	if (n)
		lost(pc, e->dst - 6, trial[0][e->dst - 6]);
	return false;
}

static bool step(u32 pc)
{
	const struct eb *e = &code[pc];
	struct scalar *now = known[pc], k = scalar_const((u64)e->imm);
	struct scalar *d = &now[e->dst - 6], *s = has_src(e) ? &now[e->src - 6] : &k;

	memcpy(now, known[pc - 1], sizeof(known[pc]));
	if (ebpf_is_cond(e->op)) {
		if (!pass(pc, d, s))
			return false;
	} else {
		abstract(d, e, s);
		for (u32 i = 0; i < trials; i++) {
			u64 *t = trial[i];
			t[e->dst - 6] =
				machine(e, t[e->dst - 6], has_src(e) ? t[e->src - 6] : (u64)e->imm);
		}
	}
	check_trials(pc);
	return true;
}

/* Linux goes two ways, with 0 and with -1, at an AND or OR of what is one of them. */
static bool forks(u32 pc)
{
	const struct eb *e = &code[pc];
	const struct scalar *d = &known[pc - 1][e->dst - 6];

	if (e->op < EB_OR_32_K || e->op > EB_AND_64_X)
		return false;
	return (d->smin >= -1 && d->smax <= 0) || (d->smin32 >= -1 && d->smax32 <= 0);
}

/* Two numbers of which nothing is known, steps, and an end where jumps lead. */
static void make(void)
{
	static const struct eb begin[BEGIN] = {{.op = EB_CALL, .imm = 7},
					       {.op = EB_MOV_64_X, .dst = 6},
					       {.op = EB_CALL, .imm = 7},
					       {.op = EB_MOV_64_X, .dst = 7}};

	memcpy(code, begin, sizeof(begin));
	memset(reached, 0, sizeof(reached));
	trials = TRIALS;
	for (u32 i = 0; i < TRIALS; i++)
		for (u32 r = 0; r < 2; r++)
			trial[i][r] = number();
	known[BEGIN - 1][0] = known[BEGIN - 1][1] = scalar_any();
	bool alive = true, forked = false;
	for (u32 pc = BEGIN; pc < SLOTS - 2; pc++) {
		code[pc] = random_insn();
		if (ebpf_is_cond(code[pc].op))
			code[pc].off = (s32)(SLOTS - 2 - pc - 1);
		alive = alive && step(pc);
		forked |= alive && forks(pc);
		reached[pc] = alive && !forked;
	}
	code[SLOTS - 2] = (struct eb){.op = EB_MOV_64_K};
	code[SLOTS - 1] = (struct eb){.op = EB_EXIT};
}

/* ---- what Linux says ---- */

static char text[1 << 18];

static bool load(void)
{
	struct ob_ebpf insns[SLOTS];
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
			    .insns = (u64)(uintptr_t)insns,
			    .insn_cnt = SLOTS,
			    .license = (u64)(uintptr_t) "GPL",
			    .log_level = 2,
			    .log_buf = (u64)(uintptr_t)text,
			    .log_size = sizeof(text)};

	ebpf_encode(code, SLOTS, insns);
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &a, sizeof(a));
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void set_bound(struct scalar *s, const char *name, size_t n, u64 v)
{
	static const char *const names[] = {"smin",   "smax",   "umin",   "umax",
					    "smin32", "smax32", "umin32", "umax32"};
	u32 i = 0;

	while (i < LEN(names) && (strlen(names[i]) != n || strncmp(name, names[i], n)))
		i++;
	switch (i) {
	case 0:
		s->smin = (s64)v;
		break;
	case 1:
		s->smax = (s64)v;
		break;
	case 2:
		s->umin = v;
		break;
	case 3:
		s->umax = v;
		break;
	case 4:
		s->smin32 = (s32)v;
		break;
	case 5:
		s->smax32 = (s32)v;
		break;
	case 6:
		s->umin32 = (u32)v;
		break;
	case 7:
		s->umax32 = (u32)v;
		break;
	default:
		printf("    Linux has a bound %.*s\n", (int)n, name);
		failed = true;
	}
}

/* What stands in the brackets, `smin=smin32=-100,...,var_off=(0x0; 0xff)`. */
static void read_scalar(struct scalar *s, const char *p)
{
	while (*p != ')') {
		const char *names = p, *v;
		char *end;

		for (v = p; v[strcspn(v, "=,)")] == '='; v += strcspn(v, "=,)") + 1)
			;
		if (!strncmp(p, "var_off=(", 9)) {
			s->bits.value = strtoull(p + 9, &end, 0);
			s->bits.mask = strtoull(end + 2, &end, 0);
			p = end + 1;
		} else {
			u64 n = *v == '-' ? (u64)strtoll(v, &end, 0) : strtoull(v, &end, 0);
			for (; names < v; names += strcspn(names, "=") + 1)
				set_bound(s, names, strcspn(names, "="), n);
			p = end;
		}
		p += *p == ',';
	}
}

/* The register in the line of pc, as text without its id. */
static bool find(u32 pc, u32 reg, char *to, size_t size)
{
	char line[16], name[8];

	snprintf(line, sizeof(line), "\n%u: (", pc);
	snprintf(name, sizeof(name), "R%u=", reg);
	const char *at = strstr(text, line);
	if (!at)
		return false;
	const char *end = strchr(at + 1, '\n'), *r = strstr(at, name);
	if (!r || r > end)
		return false;
	r += strlen(name);
	size_t n = !strncmp(r, "scalar(", 7) ? strcspn(r, " \n") : 0;
	if (n && strstr(r, "var_off=(") && strstr(r, "var_off=(") < r + n)
		n = (size_t)(strstr(r, "))") - r) + 2;
	n = n ? n : strcspn(r, " \n");
	snprintf(to, size, "%.*s", (int)n, r);
	char *id = strstr(to, "id=");
	if (id) {
		size_t len = strcspn(id, ",)");
		memmove(id, id + len + (id[len] == ','), strlen(id + len + (id[len] == ',')) + 1);
	}
	return true;
}

static void compare(u32 pc, u32 reg)
{
	char theirs[400];
	struct scalar s = scalar_any();
	const struct scalar *ours = &known[pc][reg - 6];
	struct buf b = {0};

	if (!find(pc, reg, theirs, sizeof(theirs)))
		return;
	if (!strncmp(theirs, "scalar(", 7))
		read_scalar(&s, theirs + 7);
	else
		s = scalar_const(*theirs == '-' ? (u64)strtoll(theirs, NULL, 0)
						: strtoull(theirs, NULL, 0));
	scalar_put(&b, &s);
	if (strcmp(b.p, theirs)) {
		printf("    Linux prints %s\n    we would say %s\n", theirs, b.p);
		failed = true;
	}
	bool same = scalar_equal(ours, &s), within = scalar_within(ours, &s);
	equal += same;
	better += within && !same;
	worse += !within;
	if (!within && !failed) {
		buf_clear(&b);
		ebpf_dis_one(&b, &code[pc], pc);
		buf_puts(&b, ": ");
		scalar_put(&b, ours);
		printf("    r%u behind %s, in Linux %s\n", reg, b.p, theirs);
		lost(pc, reg - 6, 0);
	}
	buf_deinit(&b);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		runs = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	make();
	bool kernel = load();
	const char *why = kernel ? NULL : strerror(errno);
	for (u64 i = 0; i < runs && !failed; i++) {
		make();
		if (!kernel)
			continue;
		if (!load()) {
			printf("    Linux refuses: %s\n", text);
			failed = true;
		}
		for (u32 pc = BEGIN; pc < SLOTS - 2; pc++)
			for (u32 reg = 6; reached[pc] && reg < 8; reg++)
				compare(pc, reg);
	}
	printf("%s random: %llu pairs of numbers, each one that was known\n",
	       failed ? "FAIL" : "ok", (unsigned long long)kept);
	if (!kernel)
		printf("skip kernel: %s\n", why);
	else
		printf("    known as in Linux %llu times, better %llu, worse %llu\n%s kernel: it "
		       "knows no more\n",
		       (unsigned long long)equal, (unsigned long long)better,
		       (unsigned long long)worse, failed ? "FAIL" : "ok");
	return failed;
}
