/* SPDX-License-Identifier: BSD-2-Clause */
/* The classic checker: Linux's rules, and what seccomp and libpcap make of them. */
#include "check/check.h"

#include <stdlib.h>

enum { SECCOMP_DATA = 64 }; /* sizeof(struct seccomp_data) */

struct job {
	const struct ob_cbpf *code;
	u32 n;
	enum check_profile profile;
};

/* "insn 3: `lsh #40`: ..." */
static struct ob_err *refuse(const struct job *j, u32 pc, const char *fmt, ...) PRINTF(3, 4);
static struct ob_err *refuse(const struct job *j, u32 pc, const char *fmt, ...)
{
	struct buf text = {0}, why = {0};
	char msg[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	cbpf_dis_one(&text, &j->code[pc], pc);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i] == '\t' ? ' ' : text.p[i];

		if (c != ' ' || (i + 1 < text.n && text.p[i + 1] != ' '))
			buf_putc(&why, c);
	}
	struct ob_err *err =
		text.oom || why.oom ? err_nomem() : err_new(OB_REFUSED, "`%s`: %s", why.p, msg);
	buf_deinit(&text);
	buf_deinit(&why);
	return err_at_insn(err, pc);
}

/* Why an opcode is none of the rows. */
static const char *unknown(u16 code)
{
	if (code & 0xff00)
		return "the high 8 bits of an opcode must be 0";
	switch (code) {
	case 0x0e:
		return "ret takes a constant (0x06) or A (0x16)";
	case 0x8c:
		return "neg has no form with X (only 0x84)";
	case 0xa1:
		return "the IP header length is loaded with byte size (0xb1)";
	case 0x21:
		return "X has no absolute load";
	}
	switch (code & 7) {
	case 5:
		return "jumps are ja, jeq, jgt, jge and jset";
	case 4:
		return "arithmetic is add, sub, mul, div, or, and, lsh, rsh, neg, mod and xor";
	case 0:
	case 1:
		return "this size or addressing mode does not exist";
	}
	return "its unused bits must be 0";
}

/* ---- the rules that classic.def names ---- */

static struct ob_err *rule_any(const struct job *j, u32 pc)
{
	(void)j, (void)pc;
	return NULL;
}

static struct ob_err *rule_divisor(const struct job *j, u32 pc)
{
	return j->code[pc].k ? NULL : refuse(j, pc, "division by the constant 0");
}

static struct ob_err *rule_shift(const struct job *j, u32 pc)
{
	u32 k = j->code[pc].k;

	if (k < 32 || j->profile == CHECK_LIBPCAP)
		return NULL;
	return refuse(j, pc, "shift by %u; 0 to 31 are allowed", k);
}

static struct ob_err *rule_cell(const struct job *j, u32 pc)
{
	u32 k = j->code[pc].k;

	if (k < CBPF_MEMWORDS)
		return NULL;
	return refuse(j, pc, "cell %u; M[0] to M[%d] exist", k, CBPF_MEMWORDS - 1);
}

static struct ob_err *rule_offset(const struct job *j, u32 pc)
{
	u32 k = j->code[pc].k;

	if (k < CBPF_AD_OFF || cbpf_anc(k) || j->profile == CHECK_LIBPCAP)
		return NULL;
	return refuse(j, pc, "0x%x + %u names no ancillary load; those are multiples of 4 below %d",
		      CBPF_AD_OFF, k - CBPF_AD_OFF, CA_MAX);
}

static struct ob_err *rule_ja(const struct job *j, u32 pc)
{
	u32 k = j->code[pc].k, to = pc + 1 + k;
	bool back = k >= 0x80000000;

	if (k < j->n - pc - 1 || (j->profile == CHECK_LIBPCAP && to < j->n))
		return NULL;
	if (back && j->profile != CHECK_LIBPCAP)
		return refuse(j, pc, "jumps back by %u; only forward jumps are allowed", -k);
	return refuse(j, pc, "jumps to instruction %lld of %u",
		      (long long)pc + 1 + (back ? (long long)(int)k : k), j->n);
}

static struct ob_err *rule_cond(const struct job *j, u32 pc)
{
	const struct ob_cbpf *c = &j->code[pc];
	u32 room = j->n - pc - 1; /* instructions behind this one */

	if (c->jt < room && c->jf < room)
		return NULL;
	return refuse(j, pc, "jumps to instruction %u; the last is %u",
		      pc + 1 + (c->jt >= room ? c->jt : c->jf), j->n - 1);
}

static struct ob_err *check_insn(const struct job *j, u32 pc)
{
	static struct ob_err *(*const rules[CB_COUNT])(const struct job *j, u32 pc) = {
#define CB(name, code, mnemonic, operand, reads, writes, rule, ...) [CB_##name] = rule_##rule,
#include "isa/classic.def"
	};
	int row = cbpf_row(j->code[pc].code);

	if (row < 0)
		return refuse(j, pc, "opcode 0x%x is none of the %d: %s", j->code[pc].code,
			      CB_COUNT, unknown(j->code[pc].code));
	return rules[row](j, pc);
}

/* Linux's check_load_and_stores: mask[pc] has the cells that every path to pc
 * has stored. Code behind a jump that nothing reaches may load any. */
static struct ob_err *check_cells(const struct job *j, u16 *mask)
{
	u16 stored = 0;

	for (u32 pc = 0; pc < j->n; pc++) {
		const struct ob_cbpf *c = &j->code[pc];
		int row = cbpf_row(c->code);

		stored &= mask[pc];
		if (cbpf_rows[row].writes & CB_M)
			stored |= (u16)(1 << c->k);
		if (cbpf_rows[row].reads & CB_M && !(stored & 1 << c->k))
			return refuse(j, pc, "M[%u] is not stored on every path that leads here",
				      c->k);
		if (row == CB_JMP_JA) {
			mask[pc + 1 + c->k] &= stored;
			stored = 0xffff;
		} else if (cbpf_is_cond(c->code)) {
			mask[pc + 1 + c->jt] &= stored;
			mask[pc + 1 + c->jf] &= stored;
			stored = 0xffff;
		}
	}
	return NULL;
}

/* Linux's seccomp_check_filter: the program sees only struct seccomp_data. */
static struct ob_err *check_seccomp(const struct job *j)
{
	for (u32 pc = 0; pc < j->n; pc++) {
		int row = cbpf_row(j->code[pc].code);
		u32 k = j->code[pc].k;

		if (!cbpf_rows[row].seccomp)
			return refuse(j, pc, "seccomp does not allow %s",
				      cbpf_rows[row].reads & CB_P ? "this kind of load" : "mod");
		if (row == CB_LD_W_ABS && (k >= SECCOMP_DATA || k & 3))
			return refuse(j, pc, "offset %d; seccomp allows multiples of 4 below %d",
				      (int)k, SECCOMP_DATA);
	}
	return NULL;
}

static struct ob_err *check_shape(const struct job *j)
{
	if (!j->n)
		return err_new(OB_REFUSED, "the program is empty; it needs a ret");
	if (j->n > CBPF_MAXINSNS && j->profile != CHECK_LIBPCAP)
		return err_new(OB_REFUSED, "%u instructions; at most %d are allowed", j->n,
			       CBPF_MAXINSNS);
	for (u32 pc = 0; pc < j->n; pc++) {
		struct ob_err *err = check_insn(j, pc);

		if (err)
			return err;
	}
	if ((j->code[j->n - 1].code & 7) != 6)
		return refuse(j, j->n - 1, "the last instruction must be ret");
	return NULL;
}

struct ob_err *check_classic(const struct ob_cbpf *code, u32 n, enum check_profile profile)
{
	struct job j = {code, n, profile};
	struct ob_err *err = check_shape(&j);

	if (err || profile == CHECK_LIBPCAP)
		return err;
	u16 *mask = malloc(n * sizeof(*mask));
	if (!mask)
		return err_nomem();
	memset(mask, 0xff, n * sizeof(*mask));
	err = check_cells(&j, mask);
	free(mask);
	return err || profile != CHECK_SECCOMP ? err : check_seccomp(&j);
}
