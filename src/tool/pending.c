/* SPDX-License-Identifier: BSD-2-Clause */
/* Until the filter room and the assembler are whole: says so. */
#include "tool/expr.h"

struct ob_err *filter_compile(const char *text, size_t n, const struct filter_opts *opts,
			      struct prog **ret)
{
	(void)text, (void)n, (void)opts, (void)ret;
	return err_new(OB_UNSUPPORTED, "filters are not compiled yet");
}

struct ob_err *filter_show(const char *text, size_t n, const struct filter_opts *opts,
			   enum filter_show what, struct buf *to)
{
	(void)text, (void)n, (void)opts, (void)what, (void)to;
	return err_new(OB_UNSUPPORTED, "filters are not compiled yet");
}

bool filter_addrs_add4(struct filter_addrs *to, u32 host_order)
{
	(void)to, (void)host_order;
	return false;
}

bool filter_addrs_add6(struct filter_addrs *to, const u8 addr[16])
{
	(void)to, (void)addr;
	return false;
}

struct ob_err *cbpf_asm(struct arena *a, const char *name, const char *text, size_t n,
			struct ob_cbpf **code, u32 *count)
{
	(void)a, (void)name, (void)text, (void)n, (void)code, (void)count;
	return err_new(OB_UNSUPPORTED, "listings are not read yet");
}
