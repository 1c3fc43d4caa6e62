/* SPDX-License-Identifier: BSD-2-Clause */
/* SOME/IP, the remote calls of cars (AUTOSAR). */
#include "print/part.h"

enum { HEADER = 16, EVENT = 0x8000 };

static const struct word types[] = {
	{0, "REQUEST"},
	{1, "REQUEST_NO_RETURN"},
	{2, "NOTIFICATION"},
	{32, "TP_REQUEST"},
	{33, "TP_REQUEST_NO_RETURN"},
	{34, "TP_NOTIFICATION"},
	{128, "RESPONSE"},
	{129, "ERROR"},
	{160, "TP_RESPONSE"},
	{161, "TP_ERROR"},
};

static const struct word codes[] = {
	{0, "E_OK"},
	{1, "E_NOT_OK"},
	{2, "E_UNKNOWN_SERVICE"},
	{3, "E_UNKNOWN_METHOD"},
	{4, "E_NOT_READY"},
	{5, "E_NOT_REACHABLE"},
	{6, "E_TIMEOUT"},
	{7, "E_WRONG_PROTOCOL_VERSION"},
	{8, "E_WRONG_INTERFACE_VERSION"},
	{9, "E_MALFORMED_MESSAGE"},
	{10, "E_WRONG_MESSAGE_TYPE"},
	{11, "E_E2E_REPEATED"},
	{12, "E_E2E_WRONG_SEQUENCE"},
	{13, "E_E2E"},
	{14, "E_E2E_NOT_AVAILABLE"},
	{15, "E_E2E_NO_NEW_DATA"},
};

static void someip_print(struct print_state *s, struct pdu d)
{
	s->name = "someip";
	say(s, "SOMEIP");
	if (d.len < HEADER) {
		put_invalid(s);
		pdu_need(s, d, 0, d.len);
		return;
	}
	u16 service = pdu_be16(s, d, 0), method = pdu_be16(s, d, 2);
	put_f(s, ", service %u, %s %u", service, method & EVENT ? "event" : "method",
	      method & 0x7fff);
	u32 n = pdu_be32(s, d, 4);
	put_f(s, ", len %u", n);
	pdu_need(s, d, 8, 4);
	put_f(s, ", client %u", pdu_be16(s, d, 8));
	put_f(s, ", session %u", pdu_be16(s, d, 10));
	put_f(s, ", pver %u", pdu_u8(s, d, 12));
	put_f(s, ", iver %u", pdu_u8(s, d, 13));
	put_f(s, ", msgtype %s", word_of(WORDS(types), pdu_u8(s, d, 14)) ?: "Unknown");
	put_f(s, ", retcode %s\n", word_of(WORDS(codes), pdu_u8(s, d, 15)) ?: "Unknown");
}

const struct printer someip_printer = {"someip", someip_print};
