/* SPDX-License-Identifier: BSD-2-Clause */
/* The precision time protocol, IEEE 1588. */
#include "print/part.h"

static const struct word messages[] = {
	{0, "sync msg"},
	{1, "delay req msg"},
	{2, "peer delay req msg"},
	{3, "peer delay resp msg"},
	{8, "follow up msg"},
	{9, "delay resp msg"},
	{10, "pdelay resp fup msg"},
	{11, "announce msg"},
	{12, "signalling msg"},
	{13, "management msg"},
};

static const struct word controls[] = {{0, "Sync"},       {1, "Delay_Req"},  {2, "Follow_Up"},
				       {3, "Delay_Resp"}, {4, "Management"}, {5, "Other"}};

static const struct word flag_words[] = {
	{0x0001, "l1 61"},
	{0x0002, "l1 59"},
	{0x0004, "utc reasonable"},
	{0x0008, "timescale"},
	{0x0010, "time tracable"},
	{0x0020, "frequency tracable"},
	{0x0100, "alternate master"},
	{0x0200, "two step"},
	{0x0400, "unicast"},
	{0x1000, "profile specific 1"},
	{0x2000, "profile specific 2"},
	{0x4000, "security mask"},
};

/* d ends where the message does; what is longer is shown. */
static void stamp(struct print_state *s, struct pdu d, u32 off, const char *what, const char *sep)
{
	u32 high = pdu_be16(s, d, off);
	u32 seconds = pdu_be32(s, d, off + 2), nanos = pdu_be32(s, d, off + 6);

	put_f(s, ", %s :", what);
	put_f(s, " %.0f seconds%s%u nanoseconds", (double)((u64)high << 32 | seconds), sep, nanos);
}

static void port(struct print_state *s, struct pdu d, u32 off)
{
	put_f(s, ", port identity : 0x%llx", (unsigned long long)pdu_be64(s, d, off));
	put_f(s, ", port id : %u", pdu_be16(s, d, off + 8));
}

static void put_clock_class(struct print_state *s, struct pdu d, u32 off)
{
	static const struct word sources[] = {
		{0x10, "atomic"}, {0x20, "gps"},         {0x30, "terresterial radio"},
		{0x40, "ptp"},    {0x50, "ntp"},         {0x60, "hand set"},
		{0x90, "other"},  {0xa0, "internal osc"}};

	put_f(s, ", origin cur utc :%u", pdu_be16(s, d, off));
	put_f(s, ", rsvd : %u", pdu_u8(s, d, off + 2));
	put_f(s, ", gm priority_1 : %u", pdu_u8(s, d, off + 3));
	put_f(s, ", gm clock class : %u", pdu_u8(s, d, off + 4));
	put_f(s, ", gm clock accuracy : %u", pdu_u8(s, d, off + 5));
	put_f(s, ", gm clock variance : %u", pdu_be16(s, d, off + 6));
	put_f(s, ", gm priority_2 : %u", pdu_u8(s, d, off + 8));
	put_f(s, ", gm clock id : 0x%llx", (unsigned long long)pdu_be64(s, d, off + 9));
	put_f(s, ", steps removed : %u", pdu_be16(s, d, off + 17));
	u8 source = pdu_u8(s, d, off + 19);
	put_f(s, ", time source : 0x%02x", source);
	if (word_of(WORDS(sources), source))
		put_f(s, " (%s)", word_of(WORDS(sources), source));
}

/* Flags of one bit each, as tcpdump takes them from four fields. */
static void put_management(struct print_state *s, u32 v)
{
	put_f(s,
	      ", , start boundary hops  %u, , boundary hops  %u, , flags  0x%x, , reserved  0x%x",
	      v >> 24 & 1, v >> 24 & 1, v >> 24 & 1, v >> 24 & 1);
}

static void version2(struct print_state *s, struct pdu d)
{
	u8 b0 = pdu_u8(s, d, 0), type = b0 & 15;

	put_f(s, ", v1 compat : %s", b0 >> 4 & 1 ? "yes" : "no");
	say(s, ", msg type : ");
	put_word(s, WORDS(messages), type, "Reserved");
	u16 len = pdu_be16(s, d, 2);
	put_f(s, ", length : %u", len);
	put_f(s, ", domain : %u", pdu_u8(s, d, 4));
	put_f(s, ", reserved1 : %u", pdu_u8(s, d, 5));
	u16 flags = pdu_be16(s, d, 6);
	say(s, ", Flags [");
	put_bits(s, WORDS(flag_words), flags, ", ", "none");
	put_c(s, ']');
	u64 correction = pdu_be64(s, d, 8);
	put_f(s, ", NS correction : %llu", (unsigned long long)(correction >> 16));
	put_f(s, ", sub NS correction : %u", (u32)(correction & 0xffff));
	put_f(s, ", reserved2 : %u", pdu_be32(s, d, 16));
	put_f(s, ", clock identity : 0x%llx", (unsigned long long)pdu_be64(s, d, 20));
	put_f(s, ", port id : %u", pdu_be16(s, d, 28));
	put_f(s, ", seq id : %u", pdu_be16(s, d, 30));
	u8 control = pdu_u8(s, d, 32);
	put_f(s, ", control : %u (", control);
	put_word(s, WORDS(controls), control, "Reserved");
	put_c(s, ')');
	put_f(s, ", log message interval : %u", pdu_u8(s, d, 33));
	switch (type) {
	case 0:
	case 1:
		stamp(s, d, 34, "originTimeStamp", ", ");
		break;
	case 2:
		stamp(s, d, 34, "preciseOriginTimeStamp", ", ");
		port(s, d, 44);
		break;
	case 3:
		stamp(s, d, 34, "receiveTimeStamp", ", ");
		port(s, d, 44);
		break;
	case 8:
		stamp(s, d, 34, "preciseOriginTimeStamp", ", ");
		break;
	case 9:
		stamp(s, d, 34, "receiveTimeStamp", ", ");
		port(s, d, 44);
		break;
	case 10:
		stamp(s, d, 34, "preciseOriginTimeStamp", ", ");
		port(s, d, 44);
		break;
	case 11:
		stamp(s, d, 34, "originTimeStamp", " ");
		put_clock_class(s, d, 44);
		break;
	case 12:
		port(s, d, 34);
		break;
	case 13:
		port(s, d, 34);
		put_management(s, pdu_be32(s, d, 44));
		break;
	}
}

static void ptp_print(struct print_state *s, struct pdu d)
{
	s->name = "ptp";
	if (d.len < 34) {
		put_f(s, " [length %u < 34]", d.len);
		pdu_invalid(s);
	}
	u8 version = pdu_u8(s, d, 1);
	put_f(s, "PTPv%u", version);
	if (version == 2)
		version2(s, d);
}

const struct printer ptp_printer = {"ptp", ptp_print};
