/* SPDX-License-Identifier: BSD-2-Clause */
/* The classic instruction set: what classic.def and anc.def say, as tables. */
#include "isa/isa.h"

const struct cb_row cbpf_rows[CB_COUNT] = {
#define CB(name, code, mnemonic, operand, reads, writes, rule, seccomp) \
	[CB_##name] = {mnemonic, code, CBO_##operand, reads, writes, seccomp},
#include "isa/classic.def"
};

_Static_assert(CB_COUNT == 49, "Linux has 49 classic instructions");

int cbpf_row(u16 code)
{
	switch (code) {
#define CB(name, code, ...) \
	case code:          \
		return CB_##name;
#include "isa/classic.def"
	}
	return -1;
}

static const struct cb_anc_row anc[CA_MAX] = {
#define CA(name, n, dev, dis, text) [n] = {dis, text, dev},
#include "isa/anc.def"
#undef CA
};

const struct cb_anc_row *cbpf_anc(u32 k)
{
	u32 n = k - CBPF_AD_OFF;

	return n < CA_MAX && anc[n].dis ? &anc[n] : NULL;
}
