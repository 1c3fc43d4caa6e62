/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists extended programs in llvm-objdump's notation. */
#include "isa/isa.h"

void ebpf_dis_one(struct buf *to, const struct eb *e, u32 pc)
{
	(void)pc;
	buf_puts(to, e->op < EB_COUNT ? ebpf_rows[e->op].name : "none");
}
