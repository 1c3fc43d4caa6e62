/* SPDX-License-Identifier: BSD-2-Clause */
/* core_relos of BPF_PROG_LOAD: what a program knows of the kernel's types is adjusted by
 * who loads it. check_core_relo of kernel/bpf/verifier.c. */
#include "kern/verify.h"
#include "prog/prog.h"

#include <errno.h>

enum { RECORD_MIN = 16, RECORD_MAX = 252, KNOWN = sizeof(struct bpf_core_relo) };

static int says(struct user_log *log, int err, const char *fmt, ...) PRINTF(3, 4);
static int says(struct user_log *log, int err, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	if (log->level) {
		va_start(ap, fmt);
		vsnprintf(line, sizeof(line), fmt, ap);
		va_end(ap);
		buf_puts(&log->text, line);
	}
	return err;
}

static int refuse(struct user_log *log, struct ob_err *err)
{
	if (!err)
		return 0;
	int ret = ob_err_code(err) == OB_NOMEM ? -ENOMEM : -EINVAL;
	says(log, ret, "%s\n", ob_err_reason(err));
	ob_err_destroy(err);
	return ret;
}

/* Record i, `size` bytes at `from`. */
static int one(u64 from, u32 i, u32 size, u64 uattr, struct core *c, struct ob_ebpf *insn, u32 n,
	       struct user_log *log)
{
	struct bpf_core_relo relo = {0};
	u32 known = KNOWN;
	int err = size > KNOWN ? user_rest_is_zero(from, size, KNOWN) : 0;

	if (err == -E2BIG) {
		says(log, 0, "nonzero tailing record in core_relo");
		return call_put(uattr, a.core_relo_rec_size, known) ? -EFAULT : -E2BIG;
	}
	if (err || user_read(&relo, from, MIN(size, known)))
		return -EFAULT;
	if (relo.insn_off % 8 || relo.insn_off / 8 >= n)
		return says(log, -EINVAL, "Invalid core_relo[%u].insn_off:%u prog->len:%u\n", i,
			    relo.insn_off, n);
	return refuse(log, core_adjust(c, insn, n, &relo));
}

int kern_relocate(const union bpfattr *attr, u64 uattr, const struct kern_btf *types,
		  struct ob_ebpf *insn, u32 n, struct user_log *log)
{
	u32 relos = attr->a.core_relo_cnt, size = attr->a.core_relo_rec_size;

	if (!relos)
		return 0;
	if (relos > INT32_MAX / KNOWN || size < RECORD_MIN || size > RECORD_MAX || size % 4)
		return -EINVAL;
	struct core *c = NULL;
	int err = refuse(log, core_create(types->types, kern_vmlinux(), NULL, NULL, &c));
	for (u32 i = 0; i < relos && !err; i++)
		err = one(attr->a.core_relos + (u64)i * size, i, size, uattr, c, insn, n, log);
	core_destroy(c);
	return err;
}
