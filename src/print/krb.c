/* SPDX-License-Identifier: BSD-2-Clause */
/* Kerberos, version 4 in full, version 5 by name. */
#include "print/part.h"

enum { REQUEST = 1, REPLY, APPL, APPL_MUTUAL, ERROR };

/* Text up to its zero byte: the offset behind it. */
static u32 put_string(struct print_state *s, struct pdu d, u32 off)
{
	for (u8 c; (c = pdu_u8(s, d, off)); off++) {
		if (c < ' ' || c >= 0x7f)
			put_unctrl(s, c);
		else
			put_c(s, (char)c);
	}
	return off + 1;
}

/* name.instance@realm */
static u32 put_client(struct print_state *s, struct pdu d, u32 off)
{
	say(s, " ");
	off = put_string(s, d, off);
	put_c(s, '.');
	off = put_string(s, d, off);
	put_c(s, '@');
	return put_string(s, d, off);
}

static u32 number16(struct print_state *s, struct pdu d, u32 off, bool little)
{
	return little ? pdu_le16(s, d, off) : pdu_be16(s, d, off);
}

static void request(struct print_state *s, struct pdu d)
{
	u32 off = put_client(s, d, 2) + 4;

	put_f(s, " %umin ", pdu_u8(s, d, off) * 5u);
	off = put_string(s, d, off + 1);
	put_c(s, '.');
	put_string(s, d, off);
}

static void version4(struct print_state *s, struct pdu d)
{
	static const struct word types[] = {{REQUEST, "KDC_REQUEST"},
					    {REPLY, "KDC_REPLY"},
					    {APPL, "APPL_REQUEST"},
					    {APPL_MUTUAL, "APPL_REQUEST_MUTUAL"},
					    {ERROR, "ERR_REPLY"},
					    {6, "PRIVATE"},
					    {7, "SAFE"},
					    {8, "APPL_ERR"},
					    {63, "DIE"}};
	static const struct word codes[] = {
		{0, "OK"},      {1, "EXP"},      {2, "SRV_EXP"},  {3, "AUTH_EXP"},
		{4, "PKT_VER"}, {5, "P_MKVNO"},  {6, "S_MKVNO"},  {7, "BYTEORDER"},
		{8, "P_UNK"},   {9, "P_N_UNIQ"}, {10, "NULLKEY"},
	};
	u8 type = pdu_u8(s, d, 1);
	bool little = type & 1;
	u32 off;

	put_f(s, " %s ", little ? "le" : "be");
	const char *name = word_of(WORDS(types), type >> 1);
	if (name)
		put_s(s, name);
	else
		put_f(s, "#%u", type & ~1u);
	say(s, ":");
	switch (type >> 1) {
	case REQUEST:
		request(s, d);
		break;
	case REPLY:
		off = put_client(s, d, 2) + 10;
		put_f(s, " (%u)", number16(s, d, off, little));
		break;
	case APPL:
		off = 2;
		put_f(s, " v%u ", pdu_u8(s, d, off));
		off = put_string(s, d, off + 1);
		put_f(s, " (%u)", pdu_u8(s, d, off));
		put_f(s, " (%u)", pdu_u8(s, d, off + 1));
		break;
	case ERROR:
		off = put_client(s, d, 2) + 4;
		u32 code = number16(s, d, off, little);
		put_c(s, ' ');
		put_word(s, WORDS(codes), code, "#%u");
		put_c(s, ' ');
		put_string(s, d, off + 4);
		break;
	default:
		say(s, " (unknown)");
	}
}

static void krb_print(struct print_state *s, struct pdu d)
{
	s->name = "krb";
	switch (pdu_u8(s, d, 0)) {
	case 1:
	case 2:
	case 3:
		put_f(s, " v%u", d.p[0]);
		break;
	case 4:
		put_f(s, " v%u", d.p[0]);
		version4(s, d);
		break;
	case 106:
	case 107:
		say(s, " v5");
		break;
	}
}

const struct printer krb_printer = {"krb", krb_print};
