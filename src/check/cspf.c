/* SPDX-License-Identifier: BSD-2-Clause */
/* The CSPF checker: everything that the machine need not look at again. As a
 * program has no branches, the depth of its stack at each word is one number. */
#include "check/check.h"

static struct ob_err *refuse(u32 at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct ob_err *err = err_newv(OB_REFUSED, fmt, ap);
	va_end(ap);
	return err_at_insn(err, at);
}

/* Checks the operation at word[at] and takes depth over it. */
static struct ob_err *step(const u16 *word, u32 n, u32 at, u32 *depth)
{
	u32 action = cspf_action(word[at]), binop = cspf_binop(word[at]);

	if (action < CSPF_PUSHWORD && !cspf_action_name(action))
		return refuse(at, "there is no action %u: only 0 to %u, and PUSHWORD from %u on",
			      action, CSPF_PUSH00FF, CSPF_PUSHWORD);
	if (!cspf_binop_name(binop))
		return refuse(at, "there is no operator %u: only 0 to %u", binop, CSPF_NEQ);
	if (action == CSPF_PUSHLIT && at + 1 == n)
		return refuse(at, "PUSHLIT is the last word: its literal is missing");
	if (action != CSPF_NOPUSH && ++*depth > CSPF_MAXWORDS)
		return refuse(at, "the stack overflows: it holds %u words", CSPF_MAXWORDS);
	if (binop == CSPF_NOP)
		return NULL;
	if (*depth < 2)
		return refuse(at, "%s takes two words from the stack, which holds %u",
			      cspf_binop_name(binop), *depth);
	*depth -= cspf_binop_ends(binop) ? 2 : 1;
	return NULL;
}

struct ob_err *check_cspf(const u16 *word, u32 n)
{
	u32 depth = 1; /* the TRUE that is there at the start */

	if (n > CSPF_MAXWORDS)
		return refuse(CSPF_MAXWORDS, "the program has %u words: at most %u are allowed", n,
			      CSPF_MAXWORDS);
	for (u32 i = 0; i < n; i++) {
		struct ob_err *err = step(word, n, i, &depth);
		if (err)
			return err;
		i += cspf_action(word[i]) == CSPF_PUSHLIT;
	}
	return depth ? NULL : refuse(n, "the stack is empty at the end: there is no verdict");
}
