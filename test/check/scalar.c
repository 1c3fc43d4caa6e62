/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier's numbers at widths where all of them can be tried: every
 * operator, branch, refinement, extension, swap and join, for soundness, and how
 * far each is from the best possible.
 * Usage: scalar [pairs [seed]]: how many pairs of numbers each operator gets at
 * most: 140000 are all of 3 bits, 27 million all of 4. */
static unsigned width = 4, low_width = 2;
#define W    width
#define H    low_width
#define BYTE 1
#include "check/scalar.c"
#include "check/scalar_alu.c"
#include "check/scalar_branch.c"

#include <stdio.h>
#include <stdlib.h>

/* A set of numbers of up to 6 bits is 64 bits: bit v is v. */
typedef u64 set;

static u64 pairs, state = 1;

static struct scalar *all;
static set *members;
static u32 count;

static struct tally {
	u64 n, exact, lost, best;
} tally;
static bool failed;

static u64 rnd(void)
{
	state += 0x9e3779b97f4a7c15u;
	return hash_u64(state);
}

/* All numbers; those of a run; those in signed order, from the smallest. */
static set every(void) { return ones(1u << W); }
static set run(u64 min, u64 max) { return ones((u32)max + 1) & ~ones((u32)min); }

static set turned(set m)
{
	u32 half = 1u << (W - 1);

	return (m >> half | m << half) & every();
}

/* A set of numbers of H bits, for each value of the bits above. */
static set repeated(set m)
{
	set all_of = m;

	for (u32 n = 1u << H; n < 1u << W; n <<= 1)
		all_of |= all_of << n;
	return all_of;
}

static set with_bit(u32 bit)
{
	static const set of[] = {0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc, 0xf0f0f0f0f0f0f0f0,
				 0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffffffff00000000};

	return of[bit] & every();
}

static set numbers(const struct scalar *s)
{
	u64 low = top(W), low32 = top(H);
	u32 half = 1u << (H - 1);
	set signed32 = run((u64)s->smin32 + low32, (u64)s->smax32 + low32), m;

	if (s->umin > s->umax || s->smin > s->smax || s->umin32 > s->umax32 ||
	    s->smin32 > s->smax32)
		return 0;
	m = run(s->umin, s->umax) & turned(run((u64)s->smin + low, (u64)s->smax + low)) &
	    repeated(run(s->umin32, s->umax32)) &
	    repeated((signed32 >> half | signed32 << half) & ones(1u << H));
	for (u32 i = 0; i < W; i++)
		if (!(s->bits.mask >> i & 1))
			m &= s->bits.value >> i & 1 ? with_bit(i) : ~with_bit(i);
	return m;
}

static u64 first(set m) { return (u64)__builtin_ctzll(m); }
static u64 last(set m) { return 63 - (u64)__builtin_clzll(m); }

/* What a set of numbers is at best. */
static struct scalar best(set m)
{
	set biased = turned(m), low = m, low_biased;
	struct scalar s = {.umin = first(m), .umax = last(m)};

	for (u32 n = 1u << H; n < 1u << W; n <<= 1)
		low |= low >> n;
	low &= ones(1u << H);
	low_biased = (low >> (1u << (H - 1)) | low << (1u << (H - 1))) & ones(1u << H);
	for (u32 i = 0; i < W; i++) {
		bool one = m & with_bit(i), zero = m & ~with_bit(i);
		s.bits.mask |= (u64)(one && zero) << i;
		s.bits.value |= (u64)(one && !zero) << i;
	}
	s.smin = (s64)(first(biased) - top(W));
	s.smax = (s64)(last(biased) - top(W));
	s.umin32 = (u32)first(low);
	s.umax32 = (u32)last(low);
	s.smin32 = (s32)(first(low_biased) - top(H));
	s.smax32 = (s32)(last(low_biased) - top(H));
	return s;
}

static void show(const char *what, const struct scalar *s)
{
	printf("    %s: bits (%llx; %llx) u %llu..%llu s %lld..%lld, low u %u..%u s %d..%d\n", what,
	       (unsigned long long)s->bits.value, (unsigned long long)s->bits.mask,
	       (unsigned long long)s->umin, (unsigned long long)s->umax, (long long)s->smin,
	       (long long)s->smax, s->umin32, s->umax32, s->smin32, s->smax32);
}

static void judge(const char *what, const struct scalar *a, const struct scalar *b,
		  const struct scalar *got, set want)
{
	set have = numbers(got);

	if (want & ~have) {
		if (!failed) {
			printf("    %s at %u bits loses %016llx of %016llx\n", what, W,
			       (unsigned long long)(want & ~have), (unsigned long long)want);
			show("a", a);
			show("b", b);
			show("result", got);
		}
		failed = true;
	}
	if (!want)
		return;
	struct scalar at_best = best(want);
	set closest = numbers(&at_best);
	tally.n++;
	tally.exact += have == closest;
	tally.lost += (u64)__builtin_popcountll(have & ~closest);
	tally.best += (u64)__builtin_popcountll(closest);
}

static void report(const char *what)
{
	if (tally.n)
		printf("    %u bits %-9s %9llu tried, %6.2f %% as good as can be; %6.2f %% more "
		       "numbers\n",
		       W, what, (unsigned long long)tally.n,
		       100.0 * (double)tally.exact / (double)tally.n,
		       100.0 * (double)tally.lost / (double)tally.best);
	tally = (struct tally){0};
}

/* ---- all scalars of a width ---- */

static int order(const void *a, const void *b) { return memcmp(a, b, sizeof(struct scalar)); }

static void add(struct scalar s)
{
	static u32 room;

	if (!scalar_sync(&s))
		return;
	if (count >= room || !all) {
		room = MAX(1024, count * 2);
		all = realloc(all, sizeof(*all) * room);
	}
	all[count++] = s;
}

static void each_bits(void)
{
	struct scalar s = scalar_any();

	for (s.bits.mask = 0; s.bits.mask < (u64)1 << W; s.bits.mask++)
		for (s.bits.value = 0; s.bits.value < (u64)1 << W; s.bits.value++)
			if (!(s.bits.value & s.bits.mask))
				add(s);
}

/* Every pair of bounds of one kind: 1, 2 of all bits, 3, 4 of the low half. */
static void each_bounds(struct scalar s, u32 part)
{
	u32 w = part < 3 ? W : H;

	for (s64 max = 0; max < (s64)1 << w; max++)
		for (s64 min = 0; min <= max; min++) {
			s64 low = min - (s64)top(w), high = max - (s64)top(w);
			struct scalar t = s;
			switch (part) {
			case 1:
				t.umin = MAX(t.umin, (u64)min);
				t.umax = MIN(t.umax, (u64)max);
				break;
			case 2:
				t.smin = MAX(t.smin, low);
				t.smax = MIN(t.smax, high);
				break;
			case 3:
				t.umin32 = MAX(t.umin32, (u32)min);
				t.umax32 = MIN(t.umax32, (u32)max);
				break;
			default:
				t.smin32 = MAX(t.smin32, (s32)low);
				t.smax32 = MIN(t.smax32, (s32)high);
			}
			add(t);
		}
}

static void dedupe(void)
{
	u32 n = 0;

	qsort(all, count, sizeof(*all), order);
	for (u32 i = 0; i < count; i++)
		if (!n || !scalar_equal(&all[i], &all[n - 1]))
			all[n++] = all[i];
	count = n;
}

static void clear(void)
{
	free(all);
	all = NULL;
	count = 0;
}

static void ready(void)
{
	dedupe();
	members = realloc(members, sizeof(*members) * count);
	for (u32 i = 0; i < count; i++)
		members[i] = numbers(&all[i]);
}

/* Those of which one part says something. */
static void simple(void)
{
	clear();
	each_bits();
	for (u32 part = 1; part < 5; part++)
		each_bounds(scalar_any(), part);
	ready();
}

/* All there are. */
static void full(void)
{
	clear();
	each_bits();
	for (u32 part = 1; part < 5; part++) {
		struct scalar *from = all;
		u32 n = count;

		all = NULL;
		count = 0;
		for (u32 i = 0; i < n; i++) {
			each_bounds(from[i], part);
			if (i % 256 == 255)
				dedupe();
		}
		dedupe();
		free(from);
	}
	ready();
}

/* ---- one number and two ---- */

static bool pair(u64 i, u32 *a, u32 *b)
{
	u64 of = (u64)count * count;

	if (i >= MIN(of, pairs))
		return false;
	*a = (u32)(of <= pairs ? i / count : rnd() % count);
	*b = (u32)(of <= pairs ? i % count : rnd() % count);
	return true;
}

static u64 compute_one(enum alu op, u64 x, u64 y, u32 w)
{
	s64 sx = signed_of(x, w), sy = signed_of(y, w);
	u64 n = y & (w <= 2 ? 1 : w <= 4 ? 3 : 7);

	switch (op) {
	case ALU_ADD:
		return x + y;
	case ALU_SUB:
		return x - y;
	case ALU_MUL:
		return x * y;
	case ALU_DIV:
		return y ? x / y : 0;
	case ALU_SDIV:
		return y ? (u64)(sx / sy) : 0;
	case ALU_MOD:
		return y ? x % y : x;
	case ALU_SMOD:
		return y ? (u64)(sx % sy) : x;
	case ALU_AND:
		return x & y;
	case ALU_OR:
		return x | y;
	case ALU_XOR:
		return x ^ y;
	case ALU_LSH:
		return x << n;
	case ALU_RSH:
		return x >> n;
	case ALU_ARSH:
		return (u64)(sx >> n);
	case ALU_MOV:
		return y;
	case ALU_NEG:
		return -x;
	}
	return 0;
}

static const char *const alu_names[] = {
#define EB(...)
#define EB_ALU(name, ...) #name,
#include "isa/ebpf.def"
	"NEG"};

static void try_alu(enum alu op, bool is64)
{
	enum eb_op row = op == ALU_NEG ? EB_NEG_32 : (enum eb_op)(EB_ADD_32_K + 4 * op);
	u32 w = is64 ? W : H, a, b;
	u8 table[64][64];
	char name[16];

	for (u64 x = 0; x < (u64)1 << W; x++)
		for (u64 y = 0; y < (u64)1 << W; y++)
			table[x][y] = (u8)(compute_one(op, x & ones(w), y & ones(w), w) & ones(w));
	for (u64 i = 0; pair(i, &a, &b); i++) {
		struct scalar d = all[a];
		set want = 0;

		for (set x = members[a]; x; x &= x - 1)
			for (set y = members[b]; y; y &= y - 1)
				want |= (set)1 << table[__builtin_ctzll(x)][__builtin_ctzll(y)];
		scalar_alu(&d, row, &all[b], is64);
		snprintf(name, sizeof(name), "%s%s", alu_names[op], is64 ? "" : " low");
		judge(name, &all[a], &all[b], &d, want);
	}
	report(name);
}

static bool compare_one(enum jump op, u64 x, u64 y, u32 w)
{
	s64 sx = signed_of(x, w), sy = signed_of(y, w);

	x &= ones(w);
	y &= ones(w);
	switch (op) {
	case JUMP_JEQ:
		return x == y;
	case JUMP_JGT:
		return x > y;
	case JUMP_JGE:
		return x >= y;
	case JUMP_JSET:
		return x & y;
	case JUMP_JNE:
		return x != y;
	case JUMP_JSGT:
		return sx > sy;
	case JUMP_JSGE:
		return sx >= sy;
	case JUMP_JLT:
		return x < y;
	case JUMP_JLE:
		return x <= y;
	case JUMP_JSLT:
		return sx < sy;
	case JUMP_JSLE:
		return sx <= sy;
	case JUMP_COUNT:
		break;
	}
	return false;
}

static const char *const jump_names[] = {
#define EB(...)
#define EB_JMP(name, ...) #name,
#include "isa/ebpf.def"
};

static u64 open_branches, alive;

static void try_branch(enum jump op, bool is64)
{
	enum eb_op row = (enum eb_op)(EB_JEQ_32_K + 4 * op);
	u32 w = is64 ? W : H, a, b;
	set rows[64] = {0};
	char name[16];

	snprintf(name, sizeof(name), "%s%s", jump_names[op], is64 ? "" : " low");
	for (u64 x = 0; x < (u64)1 << W; x++)
		for (u64 y = 0; y < (u64)1 << W; y++)
			rows[x] |= (set)compare_one(op, x, y, w) << y;
	for (u64 i = 0; pair(i, &a, &b); i++) {
		set left[2] = {0}, right[2] = {0};

		for (set x = members[a]; x; x &= x - 1) {
			u64 v = (u64)__builtin_ctzll(x);
			set yes = rows[v] & members[b], no = ~rows[v] & members[b];
			left[1] |= (set) !!yes << v;
			left[0] |= (set) !!no << v;
			right[1] |= yes;
			right[0] |= no;
		}
		const struct scalar other = all[b];
		int said = scalar_branch(&all[a], &other, row, is64);
		if ((said == 1 && left[0]) || (said == 0 && left[1])) {
			printf("    %s at %u bits says %d\n", name, W, said);
			show("a", &all[a]);
			show("b", &all[b]);
			failed = true;
		}
		open_branches += said < 0 && (!left[0] || !left[1]);
		for (u32 taken = 0; taken < 2; taken++) {
			struct scalar x = all[a], y = all[b];
			if (scalar_refine(&x, &y, row, taken, is64)) {
				alive += !left[taken];
				judge(name, &all[a], &all[b], &x, left[taken]);
				judge(name, &all[a], &all[b], &y, right[taken]);
			} else if (left[taken]) {
				printf("    %s at %u bits: not impossible\n", name, W);
				failed = true;
			}
		}
	}
	for (a = 0; a < count; a++) {
		u32 said = 0;
		for (set x = members[a]; x; x &= x - 1)
			said |= 1u << (rows[__builtin_ctzll(x)] >> __builtin_ctzll(x) & 1);
		int with_itself = scalar_branch(&all[a], &all[a], row, is64);
		if (with_itself >= 0 && said != 1u << with_itself) {
			show(name, &all[a]);
			failed = true;
		}
	}
	report(name);
}

static void try_join(void)
{
	u32 a, b;

	for (u64 i = 0; pair(i, &a, &b); i++) {
		struct scalar s = scalar_join(&all[a], &all[b]), m = all[a];
		judge("join", &all[a], &all[b], &s, members[a] | members[b]);
		if (!scalar_within(&all[a], &s) || !scalar_within(&all[b], &s)) {
			printf("    a join does not hold its parts\n");
			failed = true;
		}
		if (scalar_within(&all[a], &all[b]) && members[a] & ~members[b])
			failed = true;
		if (scalar_meet(&m, &all[b]))
			judge("meet", &all[a], &all[b], &m, members[a] & members[b]);
		else if (members[a] & members[b])
			failed = true;
	}
	report("join, meet");
}

static set image(set m, u64 (*f)(u64 x, u32 n), u32 n)
{
	set to = 0;

	for (; m; m &= m - 1)
		to |= (set)1 << f((u64)__builtin_ctzll(m), n);
	return to;
}

static u64 zext(u64 x, u32 n) { return x & ones(n); }
static u64 sext(u64 x, u32 n) { return (u64)signed_of(x & ones(n), n) & ones(W); }

static u64 reverse(u64 x, u32 n)
{
	u64 to = 0;

	for (u32 i = 0; i < n; i++)
		to |= (x >> i & 1) << (n - 1 - i);
	return to;
}

static void try_one(void)
{
	for (u32 i = 0; i < count; i++) {
		judge("closed", &all[i], &all[i], &all[i], members[i]);
	}
	report("closed");
	for (u32 i = 0; i < count; i++)
		for (u32 n = 1; n <= W; n++) {
			struct scalar s = all[i];
			scalar_zext(&s, n);
			judge("zext", &all[i], &all[i], &s, image(members[i], zext, n));
		}
	report("zext");
	for (u32 i = 0; i < count; i++)
		for (u32 n = 1; n <= W; n++) {
			struct scalar s = all[i];
			scalar_sext(&s, n);
			judge("sext", &all[i], &all[i], &s, image(members[i], sext, n));
		}
	report("sext");
	for (u32 i = 0; i < count; i++)
		for (u32 n = 1; n <= W; n++) {
			struct scalar s = all[i], t = all[i];
			scalar_swap(&s, EB_BSWAP64, n);
			judge("swap", &all[i], &all[i], &s, image(members[i], reverse, n));
			scalar_swap(&t, EB_LE64, n);
			judge("no swap", &all[i], &all[i], &t, image(members[i], zext, n));
		}
	report("swap");
}

/* Closing loses no number, and what one part says, others learn. */
static void try_sync(void)
{
	struct scalar any = scalar_any();

	for (u64 i = 0; i < pairs; i++) {
		struct scalar s = any, before;
		u64 v = rnd();

		s.bits.mask = rnd() & ones(W);
		s.bits.value = v & ones(W) & ~s.bits.mask;
		s.umin = rnd() & ones(W);
		s.umax = rnd() & ones(W);
		s.smin = signed_of(rnd(), W);
		s.smax = signed_of(rnd(), W);
		s.umin32 = (u32)(rnd() & ones(H));
		s.umax32 = (u32)(rnd() & ones(H));
		s.smin32 = (s32)signed_of(rnd(), H);
		s.smax32 = (s32)signed_of(rnd(), H);
		before = s;
		set want = numbers(&s);
		if (scalar_sync(&s))
			judge("sync", &before, &before, &s, want);
		else if (want)
			failed = true;
	}
	report("sync");
}

static void try_all(void)
{
	printf("    %u bits, the low half of %u: %u numbers%s\n", W, H, count,
	       (u64)count * count <= pairs ? ", all pairs of them" : "");
	try_sync();
	try_one();
	try_join();
	for (u32 is64 = 0; is64 < 2; is64++) {
		for (u32 op = 0; op <= ALU_NEG; op++)
			try_alu((enum alu)op, is64);
		for (u32 op = 0; op < JUMP_COUNT; op++)
			try_branch((enum jump)op, is64);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		u32 w, h;
		bool full;
		u32 pairs;
	} sizes[] = {{3, 1, true, 3000},  {4, 2, true, 3000},  {5, 2, true, 2000},
		     {4, 2, false, 3000}, {5, 3, false, 3000}, {6, 3, false, 3000}};
	bool bad = false;

	if (argc > 2)
		state = strtoull(argv[2], NULL, 0);
	for (u32 i = 0; i < LEN(sizes); i++) {
		pairs = argc > 1 ? strtoull(argv[1], NULL, 0) : sizes[i].pairs;
		width = sizes[i].w;
		low_width = sizes[i].h;
		sizes[i].full ? full() : simple();
		try_all();
		printf("%s %u bits%s: no number is lost\n", failed ? "FAIL" : "ok", W,
		       sizes[i].full ? "" : ", one part at a time");
		bad |= failed;
		failed = false;
	}
	printf("    branches left open that need not be: %llu; ways not seen to be dead: %llu\n",
	       (unsigned long long)open_branches, (unsigned long long)alive);
	free(all);
	free(members);
	return bad;
}
