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

static struct ob_err *check_jumps(const struct job *j, u32 pc)
{
	const struct ob_cbpf *c = &j->code[pc];
	u32 room = j->n - pc - 1; /* instructions behind this one */

	if (c->code == cbpf_rows[CB_JMP_JA].code) {
		bool back = c->k >= 0x80000000;

		if (c->k < room || (j->profile == CHECK_LIBPCAP && pc + 1 + c->k < j->n))
			return NULL;
		if (back && j->profile != CHECK_LIBPCAP)
			return refuse(j, pc, "jumps back by %u; only forward jumps are allowed",
				      -c->k);
		return refuse(j, pc, "jumps to instruction %lld of %u",
			      (long long)pc + 1 + (back ? (long long)(int)c->k : c->k), j->n);
	}
	if (!cbpf_is_cond(c->code))
		return NULL;
	if (c->jt >= room || c->jf >= room)
		return refuse(j, pc, "jumps to instruction %u; the last is %u",
			      pc + 1 + (c->jt >= room ? c->jt : c->jf), j->n - 1);
	return NULL;
}

static struct ob_err *check_insn(const struct job *j, u32 pc)
{
	const struct ob_cbpf *c = &j->code[pc];
	bool linux_rules = j->profile != CHECK_LIBPCAP;

	switch (cbpf_row(c->code)) {
	case -1:
		return refuse(j, pc, "opcode 0x%x is none of the %d: %s", c->code, CB_COUNT,
			      unknown(c->code));
	case CB_ALU_DIV_K:
	case CB_ALU_MOD_K:
		if (!c->k)
			return refuse(j, pc, "division by the constant 0");
		break;
	case CB_ALU_LSH_K:
	case CB_ALU_RSH_K:
		if (linux_rules && c->k >= 32)
			return refuse(j, pc, "shift by %u; 0 to 31 are allowed", c->k);
		break;
	case CB_LD_MEM:
	case CB_LDX_MEM:
	case CB_ST:
	case CB_STX:
		if (c->k >= CBPF_MEMWORDS)
			return refuse(j, pc, "cell %u; M[0] to M[%d] exist", c->k,
				      CBPF_MEMWORDS - 1);
		break;
	case CB_LD_W_ABS:
	case CB_LD_H_ABS:
	case CB_LD_B_ABS:
		if (linux_rules && c->k >= CBPF_AD_OFF && !cbpf_anc(c->k))
			return refuse(j, pc,
				      "0x%x + %u names no ancillary load; those are multiples "
				      "of 4 below %d",
				      CBPF_AD_OFF, c->k - CBPF_AD_OFF, CA_MAX);
		break;
	}
	return check_jumps(j, pc);
}

/* Linux's check_load_and_stores: mask[pc] has the cells that every path to pc
 * has stored. Code behind a jump that nothing reaches may load any. */
static struct ob_err *check_cells(const struct job *j, u16 *mask)
{
	u16 stored = 0;

	for (u32 pc = 0; pc < j->n; pc++) {
		const struct ob_cbpf *c = &j->code[pc];

		stored &= mask[pc];
		switch (cbpf_row(c->code)) {
		case CB_ST:
		case CB_STX:
			stored |= (u16)(1 << c->k);
			break;
		case CB_LD_MEM:
		case CB_LDX_MEM:
			if (stored & 1 << c->k)
				break;
			return refuse(j, pc, "M[%u] is not stored on every path that leads here",
				      c->k);
		case CB_JMP_JA:
			mask[pc + 1 + c->k] &= stored;
			stored = 0xffff;
			break;
		default:
			if (!cbpf_is_cond(c->code))
				break;
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

_Static_assert((int)CHECK_LINUX == OB_RULES_LINUX && (int)CHECK_SECCOMP == OB_RULES_SECCOMP &&
		       (int)CHECK_LIBPCAP == OB_RULES_LIBPCAP,
	       "the profiles have public names");

struct ob_err *ob_prog_check(struct ob_prog *prog, enum ob_rules rules)
{
	struct prog *p = prog_private(prog);
	struct ob_err *err = check_classic(p->classic, p->n, (enum check_profile)rules);

	if (!err)
		p->checked |= 1u << rules;
	return err;
}
