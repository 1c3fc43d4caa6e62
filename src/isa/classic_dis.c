/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists classic programs as tcpdump -d, -dd and -ddd do, byte for byte. */
#include "isa/isa.h"

static void offset(char *to, size_t n, u32 k)
{
	const struct cb_anc_row *anc = cbpf_anc(k);

	if (anc)
		snprintf(to, n, "[%s]", anc->dis);
	else
		snprintf(to, n, "[%d]", (int)k);
}

static void operand(char *to, size_t n, enum cb_operand o, u32 k, u32 pc)
{
	switch (o) {
	case CBO_NONE:
		*to = 0;
		break;
	case CBO_ABS:
		offset(to, n, k);
		break;
	case CBO_IND:
		snprintf(to, n, "[x + %d]", (int)k);
		break;
	case CBO_HEX:
		snprintf(to, n, "#0x%x", k);
		break;
	case CBO_DEC:
		snprintf(to, n, "#%d", (int)k);
		break;
	case CBO_X:
		snprintf(to, n, "x");
		break;
	case CBO_MEM:
		snprintf(to, n, "M[%d]", (int)k);
		break;
	case CBO_LEN:
		snprintf(to, n, "#pktlen");
		break;
	case CBO_MSH:
		snprintf(to, n, "4*([%d]&0xf)", (int)k);
		break;
	case CBO_JA:
		snprintf(to, n, "%d", (int)(pc + 1 + k));
		break;
	}
}

void cbpf_dis_one(struct buf *to, const struct ob_cbpf *insn, u32 pc)
{
	int row = cbpf_row(insn->code);
	const char *mnemonic = "unimp";
	char arg[32];

	/* libpcap does not know `ldx #pktlen`; what it shows is what we show. */
	if (row < 0 || row == CB_LDX_LEN) {
		snprintf(arg, sizeof(arg), "0x%x", insn->code);
	} else {
		mnemonic = cbpf_rows[row].mnemonic;
		operand(arg, sizeof(arg), cbpf_rows[row].operand, insn->k, pc);
	}
	if (cbpf_is_cond(insn->code))
		buf_printf(to, "%-8s %-16s jt %u\tjf %u", mnemonic, arg, pc + 1 + insn->jt,
			   pc + 1 + insn->jf);
	else
		buf_printf(to, "%-8s %s", mnemonic, arg);
}

void cbpf_dis(struct buf *to, const struct ob_cbpf *code, u32 n, enum cbpf_form form)
{
	if (form == CBPF_DECIMAL)
		buf_printf(to, "%u\n", n);
	for (u32 i = 0; i < n; i++) {
		const struct ob_cbpf *c = &code[i];

		switch (form) {
		case CBPF_TEXT:
			buf_printf(to, "(%03u) ", i);
			cbpf_dis_one(to, c, i);
			buf_putc(to, '\n');
			break;
		case CBPF_C:
			buf_printf(to, "{ 0x%x, %u, %u, 0x%08x },\n", c->code, c->jt, c->jf, c->k);
			break;
		case CBPF_DECIMAL:
			buf_printf(to, "%u %u %u %u\n", c->code, c->jt, c->jf, c->k);
			break;
		}
	}
}
