/* SPDX-License-Identifier: BSD-2-Clause */
/* BEEP, RFC 3080: the names of its frames. */
#include "print/part.h"

static void beep_print(struct print_state *s, struct pdu d)
{
	static const char *const names[] = {"MSG", "ERR", "ANS", "NUL", "SEQ", "END", "RPY"};

	s->name = "beep";
	for (size_t i = 0; i < LEN(names); i++) {
		if (d.len < 4 || !pdu_has(d, 0, 3) || memcmp(d.p, names[i], 3))
			continue;
		if (!pdu_has(d, 3, 1) || d.p[3] != ' ')
			continue;
		if (!memcmp(names[i], "MSG", 3) || !memcmp(names[i], "END", 3))
			break;
		put_f(s, " BEEP %s", names[i]);
		return;
	}
	say(s, " BEEP (payload or undecoded)");
}

const struct printer beep_printer = {"beep", beep_print};
