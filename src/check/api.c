/* SPDX-License-Identifier: BSD-2-Clause */
/* The checkers, as the users of the library know them. */
#include "check/check.h"

_Static_assert((int)CHECK_LINUX == OB_RULES_LINUX && (int)CHECK_SECCOMP == OB_RULES_SECCOMP &&
		       (int)CHECK_LIBPCAP == OB_RULES_LIBPCAP,
	       "the profiles have public names");

struct ob_err *ob_prog_check(struct ob_prog *prog, enum ob_rules rules)
{
	struct prog *p = prog_private(prog);
	bool extended = p->kind == PROG_EXTENDED;
	struct ob_err *err;

	if (extended != (rules == OB_RULES_EBPF))
		return err_new(OB_REFUSED, "these are no rules for %s program",
			       extended ? "an extended" : "a classic");
	if (extended)
		err = check_ebpf(p);
	else
		err = check_classic(p->classic, p->n, (enum check_profile)rules);
	if (!err)
		p->checked |= 1u << rules;
	return err;
}
