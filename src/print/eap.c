/* SPDX-License-Identifier: BSD-2-Clause */
/* EAPOL (IEEE 802.1X) and EAP (RFC 3748). */
#include "print/part.h"

enum { FRAME = 4, HEADER = 4, REQUEST = 1, RESPONSE = 2 };
enum {
	IDENTITY = 1,
	NOTIFICATION = 2,
	NAK = 3,
	TLS = 13,
	SIM = 18,
	TTLS = 21,
	AKA = 23,
	FAST = 43
};

static const struct word frames[] = {
	{0, "EAP packet"},
	{1, "EAPOL start"},
	{2, "EAPOL logoff"},
	{3, "EAPOL key"},
	{4, "Encapsulated ASF alert"},
};

static const struct word codes[] = {
	{1, "Request"}, {2, "Response"}, {3, "Success"}, {4, "Failure"}};

static const struct word types[] = {
	{0, "No proposed"},
	{IDENTITY, "Identity"},
	{NOTIFICATION, "Notification"},
	{NAK, "Nak"},
	{4, "MD5-challenge"},
	{5, "OTP"},
	{6, "GTC"},
	{TLS, "TLS"},
	{SIM, "SIM"},
	{TTLS, "TTLS"},
	{AKA, "AKA"},
	{FAST, "FAST"},
	{254, "Expanded type"},
	{255, "Experimental"},
};

static const struct word tls_flags[] = {
	{0x80, "Length included bit"}, {0x40, "More fragments bit"}, {0x20, "Start bit"}};

static const struct word aka_types[] = {
	{1, "Challenge"},     {2, "Authentication reject"}, {4, "AKA synchronization failure"},
	{5, "Identity"},      {12, "Notification"},         {13, "Reauthentication"},
	{14, "Client error"},
};

static void tls(struct print_state *s, struct pdu d, const char *version)
{
	u8 flags = pdu_u8(s, d, 0);

	if (version)
		put_f(s, " %sv%u", version, flags & 7);
	say(s, " flags [");
	put_bits(s, WORDS(tls_flags), flags, ", ", "none");
	put_f(s, "] 0x%02x", flags);
	if (flags & 0x80)
		put_f(s, ", len %u", pdu_be32(s, d, 1));
}

static void nak(struct print_state *s, struct pdu d)
{
	for (u32 i = 0; i < d.len; i++) {
		u8 type = pdu_u8(s, d, i);

		if (i)
			say(s, ",");
		put_c(s, ' ');
		put_word(s, WORDS(types), type, "unknown");
		put_f(s, " (%u)", type);
	}
}

/* d: what follows the type; its length is what EAP says. */
static void method(struct print_state *s, struct pdu d, u8 type)
{
	switch (type) {
	case IDENTITY:
		say(s, ", Identity: ");
		put_padded(s, d, 0, d.len);
		break;
	case NOTIFICATION:
		say(s, ", Notification: ");
		put_padded(s, d, 0, d.len);
		break;
	case NAK:
		nak(s, d);
		break;
	case TTLS:
		tls(s, d, "TTLS");
		break;
	case TLS:
		tls(s, d, NULL);
		break;
	case FAST:
		tls(s, d, "FAST");
		break;
	case AKA:
	case SIM:
		say(s, " subtype [");
		put_word(s, WORDS(aka_types), pdu_u8(s, d, 0), "unknown");
		put_f(s, "] 0x%02x", pdu_u8(s, d, 0));
		break;
	}
}

static void eap(struct print_state *s, struct pdu d)
{
	s->name = "eap";
	u8 code = pdu_u8(s, d, 0), id = pdu_u8(s, d, 1);
	u32 len = pdu_be16(s, d, 2);

	put_word(s, WORDS(codes), code, "unknown");
	put_f(s, " (%u), id %u, len %u", code, id, len);
	if (len > d.len) {
		put_invalid(s);
		return;
	}
	pdu_check(s, d, 0, len);
	if (code != REQUEST && code != RESPONSE)
		return;
	u8 type = pdu_u8(s, d, HEADER);
	say(s, "\n\t\t Type ");
	put_word(s, WORDS(types), type, "unknown");
	put_f(s, " (%u)", type);
	if (len > HEADER + 1)
		method(s, pdu_part(d, HEADER + 1, len - HEADER - 1), type);
}

static void eapol_print(struct print_state *s, struct pdu d)
{
	s->name = "eap";
	if (d.len < FRAME) {
		put_f(s, " [|%s]", "eap");
		return;
	}
	pdu_check(s, d, 0, FRAME);
	u8 type = pdu_u8(s, d, 1);
	put_word(s, WORDS(frames), type, "unknown");
	put_f(s, " (%u) v%u, len %u", type, pdu_u8(s, d, 0), pdu_be16(s, d, 2));
	if (!s->opt.verbose || type != 0)
		return;
	if (d.len < FRAME + HEADER)
		pdu_cut(s);
	say(s, ", ");
	pdu_check(s, d, FRAME, HEADER);
	if (pdu_be16(s, d, 2) != pdu_be16(s, d, FRAME + 2)) {
		say(s, "EAP fragment?");
		return;
	}
	eap(s, pdu_skip(d, FRAME));
}

static void eap_print(struct print_state *s, struct pdu d) { eap(s, d); }

const struct printer eapol_printer = {"eap", eapol_print};
const struct printer eap_printer = {"eap", eap_print};
