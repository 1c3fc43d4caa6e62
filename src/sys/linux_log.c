/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel's verifier says of a program, as an error of ours. */
#include "sys/priv.h"

#include <ctype.h>

enum { REASONS = 4 };

/* "12: (61) r0 = *(u32 *)(r1 +100)", "12: R1=pkt()", "from 3 to 7: R0=1": where
 * the verifier is. Writes the instruction, if it names one. */
static bool is_place(const char *s, size_t n, u32 *insn)
{
	size_t i = 0;
	u32 nr = 0;

	if (n > 5 && !memcmp(s, "from ", 5) && isdigit((u8)s[5]))
		return true;
	for (; i < n && i < 8 && isdigit((u8)s[i]); i++)
		nr = nr * 10 + (u32)(s[i] - '0');
	if (!i || n - i < 2 || s[i] != ':' || s[i + 1] != ' ')
		return false;
	if (n - i > 2 && s[i + 2] == '(')
		*insn = nr;
	return true;
}

static bool has_prefix(const char *s, size_t n, const char *prefix)
{
	size_t len = strlen(prefix);

	return n >= len && !memcmp(s, prefix, len);
}

/* What it counted, and how it came where it is: not why it refused. */
static bool is_chatter(const char *s, size_t n)
{
	static const char *const list[] = {
		"processed ", "verification time", "stack depth",    "mark_precise", "func#",
		"caller:",    "callee:",           "returning from", "to caller at", " frame",
		" R"};

	for (u32 i = 0; i < LEN(list); i++)
		if (has_prefix(s, n, list[i]))
			return true;
	return !n;
}

void log_read(struct log *to, const char *text)
{
	*to = (struct log){.insn = UINT32_MAX};
	for (const char *s = text; *s; s += *s == '\n') {
		size_t n = strcspn(s, "\n");

		if (is_place(s, n, &to->insn)) {
			to->n = 0;
		} else if (!is_chatter(s, n)) {
			u32 at = MIN(to->n, (u32)LOG_LINES - 1);

			to->line[at] = (struct bytes){(const u8 *)s, n};
			to->n = at + 1;
		}
		s += n;
	}
}

static struct ob_err *quote(struct ob_err *err, struct bytes line)
{
	return err_note(err, "%.*s", (int)MIN(line.n, 400u), (const char *)line.p);
}

struct ob_err *log_err(const char *who, const char *text, const char *otherwise,
		       const struct prog *p, u32 before)
{
	struct log log;
	bool counts = false;

	log_read(&log, text);
	if (!log.n)
		return err_new(OB_REFUSED, "%s refuses the program: %s", who, otherwise);
	struct bytes last = log.line[log.n - 1];
	struct ob_err *err = err_new(OB_REFUSED, "%s refuses the program: %.*s", who,
				     (int)MIN(last.n, 400u), (const char *)last.p);
	if (log.insn != UINT32_MAX && log.insn >= before && log.insn - before < p->n)
		err = prog_err_at(err, p, log.insn - before);
	else if (log.insn != UINT32_MAX && log.insn < before)
		err = err_note(err, "found where the program returns");
	for (u32 i = 0; i + 1 < log.n; i++)
		err = quote(err, log.line[i]);
	for (u32 i = 0; i < log.n; i++)
		counts |= memmem(log.line[i].p, log.line[i].n, "insn ", 5) != NULL;
	if (counts)
		err = err_note(err, "the kernel counts %u instructions that stand before it",
			       before);
	return err;
}
