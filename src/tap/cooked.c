/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters for cooked packets, as the kernel can run them. */
#include "tap/priv.h"

/* What a load of the header's field at k becomes, or 0. */
static u32 field(int row, u32 k)
{
	if (row == CB_LD_H_ABS && k == 0)
		return CBPF_AD_OFF + CA_PROTOCOL;
	if (row == CB_LD_W_ABS && k == 4)
		return CBPF_AD_OFF + CA_IFINDEX;
	if (row == CB_LD_H_ABS && k == 8)
		return CBPF_AD_OFF + CA_HATYPE;
	if (row == CB_LD_B_ABS && k == 10)
		return CBPF_AD_OFF + CA_PKTTYPE;
	return 0;
}

static bool load(struct ob_cbpf *i, int row, bool absolute)
{
	u32 to;

	if (absolute && i->k >= CBPF_LL_OFF)
		return true; /* ancillary, or relative to a header: means the same */
	if (i->k >= SLL2_LEN) {
		i->k -= SLL2_LEN;
		return true;
	}
	to = absolute ? field(row, i->k) : 0;
	if (to) {
		i->code = cbpf_rows[CB_LD_W_ABS].code;
		i->k = to;
	}
	return to;
}

bool cooked_filter(struct ob_cbpf *code, u32 n)
{
	for (u32 pc = 0; pc < n; pc++) {
		int row = cbpf_row(code[pc].code);
		bool ok = true;

		switch (row) {
		case CB_LD_W_ABS:
		case CB_LD_H_ABS:
		case CB_LD_B_ABS:
			ok = load(&code[pc], row, true);
			break;
		case CB_LD_W_IND:
		case CB_LD_H_IND:
		case CB_LD_B_IND:
		case CB_LDX_MSH:
			ok = load(&code[pc], row, false);
			break;
		case CB_LD_LEN: /* the kernel's length lacks the header */
		case CB_LDX_LEN:
		case -1:
			ok = false;
			break;
		}
		if (!ok)
			return false;
	}
	return true;
}
