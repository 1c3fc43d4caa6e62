/* SPDX-License-Identifier: BSD-2-Clause */
/* CSPF programs: checker, machine, and their text, against a naive reference.
 *
 * Input: the number of words of the program, the words (big-endian), then the
 * packet. The reference looks at everything at every step: what the checker
 * accepts must never surprise it, and what it refuses must have a fault. */
#include <stdlib.h>

#include "check/check.h"
#include "isa/isa.h"
#include "vm/vm.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

enum outcome { REJECT, ACCEPT, BROKEN };

struct naive {
	u16 stack[CSPF_MAXWORDS];
	u32 depth;
	u64 count;
};

static bool pop(struct naive *m, u16 *ret)
{
	if (!m->depth)
		return false;
	*ret = m->stack[--m->depth];
	return true;
}

static bool push(struct naive *m, u16 v)
{
	if (m->depth == CSPF_MAXWORDS)
		return false;
	m->stack[m->depth++] = v;
	return true;
}

/* One operation behind its action. ends: the program is over with *verdict. */
static bool operate(struct naive *m, u32 op, bool *ends, enum outcome *verdict)
{
	u16 b, a;

	if (!op)
		return true;
	if (op > 13 || !pop(m, &b) || !pop(m, &a))
		return false;
	switch (op) {
	case 9:
		*verdict = ACCEPT, *ends = a == b;
		return true;
	case 10:
		*verdict = REJECT, *ends = a != b;
		return true;
	case 11:
		*verdict = REJECT, *ends = a == b;
		return true;
	case 12:
		*verdict = ACCEPT, *ends = a != b;
		return true;
	}
	u16 result[] = {[1] = a == b, [2] = a<b, [3] = a <= b, [4] = a> b,
			[5] = a >= b, [6] = a & b,
			[7] = a | b,  [8] = a ^ b,
			[13] = a != b};
	return push(m, result[op]);
}

/* Runs to the end even behind a verdict when `all`, to see every fault. */
static enum outcome naive_run(const u16 *w, u32 n, struct bytes packet, bool all, u64 *count)
{
	struct naive m = {.stack = {1}, .depth = 1};
	bool over = false;
	enum outcome verdict = REJECT, v = REJECT;

	for (u32 i = 0; i < n && (all || !over); i++) {
		static const u16 fixed[] = {0, 0, 0, 1, 0xffff, 0xff00, 0x00ff};
		u32 action = w[i] % 1024, op = w[i] / 1024;
		bool ends = false, ok = true;

		m.count += !over;
		if (action >= 16) {
			u64 at = 2 * ((u64)action - 16);
			bool there = at + 1 < packet.n;

			if (!there && !over)
				over = true, verdict = REJECT;
			ok = push(&m, there ? (u16)(packet.p[at] * 256 + packet.p[at + 1]) : 0);
		} else if (action == 1) {
			if (++i == n)
				return BROKEN;
			ok = push(&m, w[i]);
		} else if (action) {
			if (action > 6)
				return BROKEN;
			ok = push(&m, fixed[action]);
		}
		if (!ok || ((all || !over) && !operate(&m, op, &ends, &v)))
			return BROKEN;
		if (ends && !over)
			over = true, verdict = v;
	}
	*count = m.count;
	if (over && !all)
		return verdict;
	if (!m.depth)
		return BROKEN;
	return over ? verdict : m.stack[m.depth - 1] ? ACCEPT : REJECT;
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_cspf: %s\n", what);
	abort();
}

static void round_trip(const u16 *w, u32 n)
{
	struct buf text = {0};
	struct cspf back;

	cspf_dis(&text, w, n);
	struct ob_err *err = cspf_asm("listing", text.p ? text.p : "", text.n, &back);
	if (err)
		ob_err_print(err, stderr);
	must(!err, "a listing cannot be read back");
	must(back.n == n && !memcmp(back.word, w, n * sizeof(*w)),
	     "a listing reads back as other words");
	buf_deinit(&text);
}

static void any_text(const u8 *data, size_t n)
{
	struct cspf code;
	struct ob_err *err = cspf_asm("input", (const char *)data, n, &code);

	if (!err)
		round_trip(code.word, code.n);
	ob_err_destroy(err);
}

static void run_both(const u16 *w, u32 n, struct bytes packet)
{
	struct vm_cspf *c = NULL;
	u64 count = 0, naive_count = 0;
	/* exactly as long as it is, so that the sanitizers see a read beyond */
	u8 *copy = malloc(packet.n ? packet.n : 1);

	must(copy && !vm_cspf_create(w, n, &c), "no memory");
	memcpy(copy, packet.p, packet.n);
	bool got = vm_cspf_run_counted(c, copy, (u32)packet.n, &count);
	must(got == vm_cspf_run(c, copy, (u32)packet.n), "counting changes the verdict");
	must(got == (naive_run(w, n, packet, false, &naive_count) == ACCEPT), "verdicts differ");
	must(count == naive_count, "the numbers of operations differ");
	vm_cspf_destroy(c);
	free(copy);
}

/* Brings words near to what there is, and drops operators that lack operands,
 * so that most of these programs are sound. */
static void mend(u16 *w, u32 n)
{
	u32 depth = 1;

	for (u32 i = 0; i < n; i++) {
		static const u8 near[] = {0, 1, 2, 3, 4, 5, 6, 16, 17, 18, 19, 20, 21, 30, 31, 99};
		u32 action = near[w[i] % 16], op = w[i] / 16 % 14;

		depth += action != 0;
		if (depth < 2)
			op = 0;
		if (op)
			depth -= op >= 9 && op <= 12 ? 2 : 1;
		w[i] = (u16)(action | op << 10);
		if (action == 1 && i + 1 < n)
			w[++i] %= 3;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u16 w[300];
	u64 count;

	any_text(data, size);
	if (!size)
		return 0;
	u32 n = (u32)MIN(MIN((size_t)data[0] + data[0] / 8, (size - 1) / 2), LEN(w));
	for (u32 i = 0; i < n; i++)
		w[i] = get_be16(data + 1 + 2 * i);
	if (data[0] & 1)
		mend(w, n);
	struct bytes packet = {data + 1 + 2 * n, size - 1 - 2 * n};
	struct ob_err *err = check_cspf(w, n);
	bool broken = n > CSPF_MAXWORDS || naive_run(w, n, packet, true, &count) == BROKEN;
	must(!err == !broken, err ? "a sound program is refused" : "a broken program is accepted");
	if (n <= CSPF_MAXWORDS)
		round_trip(w, n);
	if (!err)
		run_both(w, n, packet);
	ob_err_destroy(err);
	return 0;
}
