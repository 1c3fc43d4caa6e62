/* SPDX-License-Identifier: BSD-2-Clause */
/* BFD, RFC 5880 to 5883. */
#include "print/part.h"

enum { HEADER = 24, AUTH = 0x04 };
enum { SIMPLE = 1, MD5 = 2, MD5_METICULOUS = 3, SHA1 = 4, SHA1_METICULOUS = 5 };

static const struct word diagnostics[] = {
	{0, "No Diagnostic"},
	{1, "Control Detection Time Expired"},
	{2, "Echo Function Failed"},
	{3, "Neighbor Signaled Session Down"},
	{4, "Forwarding Plane Reset"},
	{5, "Path Down"},
	{6, "Concatenated Path Down"},
	{7, "Administratively Down"},
	{8, "Reverse Concatenated Path Down"},
};

static const struct word states[] = {{0, "AdminDown"}, {1, "Down"}, {2, "Init"}, {3, "Up"}};

static const struct word flag_words[] = {{0x20, "Poll"},
					 {0x10, "Final"},
					 {0x08, "Control Plane Independent"},
					 {0x04, "Authentication Present"},
					 {0x02, "Demand"},
					 {0x01, "Multipoint"}};

static const struct word flag_words0[] = {{0x80, "I Hear You"},
					  {0x40, "Demand"},
					  {0x20, "Poll"},
					  {0x10, "Final"},
					  {0x08, "Control Plane Independent"},
					  {0x04, "Authentication Present"},
					  {0x02, "Reserved"},
					  {0x01, "Reserved"}};

static const struct word auths[] = {{SIMPLE, "Simple Password"},
				    {MD5, "Keyed MD5"},
				    {MD5_METICULOUS, "Meticulous Keyed MD5"},
				    {SHA1, "Keyed SHA1"},
				    {SHA1_METICULOUS, "Meticulous Keyed SHA1"}};

static void digest(struct print_state *s, struct pdu d, u8 len, u8 right, u32 bytes,
		   const char *name)
{
	if (len != right) {
		put_f(s, "[invalid length %u]", len);
		return;
	}
	put_f(s, ", Sequence Number: 0x%08x", pdu_be32(s, d, HEADER + 4));
	put_f(s, "\n\t  %s: ", name);
	for (u32 i = 0; i < bytes; i++)
		put_f(s, "%02x", pdu_u8(s, d, HEADER + 8 + i));
}

static void authentication(struct print_state *s, struct pdu d, u32 left)
{
	if (left < 2) {
		say(s, "[invalid length]");
		pdu_invalid(s);
	}
	u8 type = pdu_u8(s, d, HEADER), len = pdu_u8(s, d, HEADER + 1);
	say(s, "\n\tAuthentication: ");
	put_word(s, WORDS(auths), type, "Unknown");
	put_f(s, " (%u), length: %u", type, len);
	pdu_need(s, d, HEADER + 2, 1);
	put_f(s, "\n\t  Auth Key ID: %u", pdu_u8(s, d, HEADER + 2));
	switch (type) {
	case SIMPLE:
		if (len < 4 || len > 19) {
			put_f(s, "[invalid length %u]", len);
			break;
		}
		say(s, ", Password: ");
		put_chars(s, d, HEADER + 3, len - 3u);
		break;
	case MD5:
	case MD5_METICULOUS:
		digest(s, d, len, 24, 16, "Digest");
		break;
	case SHA1:
	case SHA1_METICULOUS:
		digest(s, d, len, 28, 20, "Hash");
		break;
	}
}

static void bfd_print(struct print_state *s, struct pdu d)
{
	s->name = "bfd";
	u8 b0 = pdu_u8(s, d, 0), version = b0 >> 5, flags = pdu_u8(s, d, 1);

	if (version > 1) {
		put_f(s, "BFDv%u, ", version);
		put_f(s, "Control, length: %u", d.len);
		return;
	}
	put_f(s, "BFDv%u", version);
	put_s(s, s->opt.verbose ? "" : ", ");
	if (s->opt.verbose)
		put_f(s, ", length: %u\n\t", d.len);
	say(s, "Control, ");
	if (version == 1) {
		say(s, "State ");
		put_word(s, WORDS(states), flags >> 6, "unknown (%u)");
		say(s, ", ");
	}
	say(s, "Flags: [");
	if (version == 1)
		put_bits(s, WORDS(flag_words), flags & 0x3f, ", ", "none");
	else
		put_bits(s, WORDS(flag_words0), flags, ", ", "none");
	put_c(s, ']');
	if (!s->opt.verbose) {
		put_f(s, ", length: %u", d.len);
		return;
	}
	say(s, ", Diagnostic: ");
	put_word(s, WORDS(diagnostics), b0 & 31, "unknown (%u)");
	put_f(s, " (0x%02x)", b0 & 31);
	u32 multiplier = pdu_u8(s, d, 2), min_tx = pdu_be32(s, d, 12);
	put_f(s, "\n\tDetection Timer Multiplier: %u (%u ms Detection time), BFD Length: %u",
	      multiplier, multiplier * min_tx / 1000, pdu_u8(s, d, 3));
	put_f(s, "\n\tMy Discriminator: 0x%08x", pdu_be32(s, d, 4));
	put_f(s, ", Your Discriminator: 0x%08x", pdu_be32(s, d, 8));
	put_f(s, "\n\t  Desired min Tx Interval:    %4u ms", pdu_be32(s, d, 12) / 1000);
	put_f(s, "\n\t  Required min Rx Interval:   %4u ms", pdu_be32(s, d, 16) / 1000);
	put_f(s, "\n\t  Required min Echo Interval: %4u ms", pdu_be32(s, d, 20) / 1000);
	if (flags & AUTH)
		authentication(s, d, d.len > HEADER ? d.len - HEADER : 0);
}

static void echo_print(struct print_state *s, struct pdu d)
{
	s->name = "bfd";
	put_f(s, "BFD, Echo, length: %u", d.len);
	if (s->opt.verbose)
		put_bytes(s, "\n\t", d, 0, d.len);
}

const struct printer bfd_printer = {"bfd", bfd_print};
const struct printer bfd_echo_printer = {"bfd", echo_print};
