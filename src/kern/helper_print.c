/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that print: to the trace, into memory, into what an iterator is read by. */
#include "kern/format.h"
#include "kern/helper.h"
#include "kern/trace.h"

enum {
	LINE_MAX = 1024, /* MAX_BPRINTF_BUF */
	TEXT_MAX = 65536 /* a format without a size, as far as it is looked for its 0 */
};

/* The arguments of a helper that has them in memory: false, and *ret is the errno. */
static bool arguments(struct run *r, u64 at, u32 size, u64 arg[FORMAT_ARGS], u64 *ret)
{
	*ret = size % 8 || size > FORMAT_ARGS * 8 || (size && !at) ? minus(EINVAL) : 0;
	if (*ret || !kern_may(r, at, size, false))
		return false;
	memcpy(arg, addr_of(at), size);
	return true;
}

/* A format that must have its 0 within size. */
static bool sized(struct run *r, u64 fmt, u32 size, u64 *ret)
{
	*ret = 0;
	if (!kern_may(r, fmt, size, false))
		return false;
	if (!memchr(addr_of(fmt), 0, size))
		*ret = minus(EINVAL);
	return !*ret;
}

/* ---- to the trace ---- */

static u64 trace(struct run *r, u64 fmt, const u64 *arg, u32 n)
{
	const struct ob_run *k = r->env->arg;
	char line[LINE_MAX];
	struct format f;
	int err = format_take(&f, r, addr_of(fmt), arg, n);

	if (err)
		return (u64)err;
	u32 len = format_print(&f, line, sizeof(line));
	u32 kept = MIN(len, (u32)sizeof(line) - 1);
	if (k->opts.print)
		k->opts.print(k->opts.arg, line, kept);
	else if (k->prog)
		trace_print(r->slot, line, kept);
	return len;
}

BPF_HELPER(trace_printk)
{
	u64 ret;

	if (!sized(r, r1, size_of(r2), &ret))
		return ret;
	return trace(r, r1, (u64[3]){r3, r4, r5}, 3);
}

/* Linux: format, its size, arguments, their size */
BPF_HELPER(trace_vprintk)
{
	u64 arg[FORMAT_ARGS], ret;

	if (!arguments(r, r3, size_of(r4), arg, &ret) || !sized(r, r1, size_of(r2), &ret))
		return ret;
	return trace(r, r1, arg, size_of(r4) / 8);
}

/* ---- into memory ---- */

/* Linux: to, its size, format, arguments, their size */
BPF_HELPER(snprintf)
{
	u64 arg[FORMAT_ARGS], ret;
	struct format f;

	if (!kern_may(r, r1, size_of(r2), true) || !kern_may_text(r, r3, TEXT_MAX) ||
	    !arguments(r, r4, size_of(r5), arg, &ret))
		return r->fault ? 0 : ret;
	int err = format_take(&f, r, addr_of(r3), arg, size_of(r5) / 8);
	if (err)
		return (u64)err;
	return format_print(&f, addr_of(r1), size_of(r2)) + (u64)1;
}

/* ---- iterators ---- */

/* Where the program's output goes; NULL: it is no iterator. */
static struct buf *seq_of(struct run *r)
{
	struct kern_ctx *c = kern_ctx(r);

	return c ? c->seq : NULL;
}

BPF_HELPER(seq_write)
{
	struct buf *to = seq_of(r);

	if (!kern_may(r, r2, size_of(r3), false))
		return 0;
	if (!to)
		return minus(EINVAL);
	buf_add(to, addr_of(r2), size_of(r3));
	return to->oom ? minus(EOVERFLOW) : 0;
}

/* Linux: file, format, its size, arguments, their size */
BPF_HELPER(seq_printf)
{
	u64 arg[FORMAT_ARGS], ret;
	struct buf *to = seq_of(r);
	struct format f;

	if (!arguments(r, r4, size_of(r5), arg, &ret) || !sized(r, r2, size_of(r3), &ret))
		return ret;
	int err = to ? format_take(&f, r, addr_of(r2), arg, size_of(r5) / 8) : -EINVAL;
	if (err)
		return (u64)err;
	u32 n = format_print(&f, NULL, 0);
	if (buf_room(to, n)) {
		format_print(&f, to->p + to->n, n + 1);
		to->n += n;
	}
	return to->oom ? minus(EOVERFLOW) : 0;
}
