/* SPDX-License-Identifier: BSD-2-Clause */
/* The time synchronization protocol of timed(8). */
#include "print/part.h"

enum { TYPE = 0, VERSION = 1, SEQ = 2, SECONDS = 4, FRACTION = 8, NAME = 12 };

static void timed_print(struct print_state *s, struct pdu d)
{
	static const char *const types[] = {
		"TSP_ANY",      "TSP_ADJTIME",  "TSP_ACK",     "TSP_MASTERREQ",  "TSP_MASTERACK",
		"TSP_SETTIME",  "TSP_MASTERUP", "TSP_SLAVEUP", "TSP_ELECTION",   "TSP_ACCEPT",
		"TSP_REFUSE",   "TSP_CONFLICT", "TSP_RESOLVE", "TSP_QUIT",       "TSP_DATE",
		"TSP_DATEREQ",  "TSP_DATEACK",  "TSP_TRACEON", "TSP_TRACEOFF",   "TSP_MSITE",
		"TSP_MSITEREQ", "TSP_TEST",     "TSP_SETDATE", "TSP_SETDATEREQ", "TSP_LOOP",
	};

	s->name = "timed";
	u8 type = pdu_u8(s, d, TYPE);
	if (type < LEN(types))
		put_s(s, types[type]);
	else
		put_f(s, "(tsp_type %#x)", type);
	put_f(s, " vers %u", pdu_u8(s, d, VERSION));
	put_f(s, " seq %u", pdu_be16(s, d, SEQ));
	if (type == 1 || type == 5 || type == 22 || type == 23) {
		s32 sec = (s32)pdu_be32(s, d, SECONDS);
		s32 usec = (s32)pdu_be32(s, d, FRACTION);

		if (usec < 0)
			put_f(s, " time %d.%06d", sec, -usec);
		else if (sec < 0)
			put_f(s, " time %d.%06d", sec + 1 ? sec + 1 : 0, 1000000 - usec);
		else
			put_f(s, " time %d.%06d", sec, usec);
	}
	say(s, " name ");
	for (u32 off = NAME;; off++) {
		u8 c = pdu_u8(s, d, off);

		if (!c)
			break;
		put_unctrl(s, c);
	}
}

const struct printer timed_printer = {"timed", timed_print};
