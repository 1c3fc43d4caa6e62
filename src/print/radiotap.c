/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands in front of a frame of 802.11: radiotap, Prism, AVS. */
#include "print/wifi.h"

enum { PRISM_LEN = 144, PRISM_AVS = 0x80211001, AVS_LEN = 64 };
enum {
	F_CFP = 0x01,
	F_SHORT = 0x02,
	F_WEP = 0x04,
	F_FRAG = 0x08,
	F_FCS = 0x10,
	F_PAD = 0x20,
	F_BAD = 0x40
};
enum { NAMESPACE = 29, VENDOR = 30, EXT = 31 };

/* The fields in their order: alignment and length. */
static const struct {
	u8 align, len;
} fields[] = {
	{8, 8}, {1, 1}, {1, 1}, {2, 4}, {2, 2}, {1, 1}, {1, 1}, {2, 2}, {2, 2}, {1, 1}, {1, 1},
	{1, 1}, {1, 1}, {1, 1}, {2, 2}, {2, 2}, {1, 1}, {1, 1}, {4, 8}, {1, 3}, {4, 8}, {2, 12},
};

static void put_channel(struct print_state *s, u32 freq, u32 flags, u32 present)
{
	put_f(s, "%u MHz", freq);
	if ((flags & 0x880) == 0x880)
		say(s, " FHSS");
	bool half = flags & 0x4000, quarter = flags & 0x8000;
	const char *part = half ? "/10Mhz" : quarter ? "/5Mhz" : "";
	if (present & 1u << 19)
		say(s, " 11n");
	else if ((flags & 0x140) == 0x140)
		put_f(s, " 11a%s", part);
	else if ((flags & 0xc0) == 0xc0 || (flags & 0x480) == 0x480)
		put_f(s, " 11g%s", part);
	else if ((flags & 0xa0) == 0xa0)
		say(s, " 11b");
	if ((flags & 0x10) && !(present & 1u << 19))
		say(s, " Turbo");
	bool ht = flags & 0x70000;
	if (ht)
		say(s, " ht");
	if (flags & 0x10000)
		say(s, "/20");
	else if (flags & 0x40000)
		say(s, "/40-");
	else if (flags & 0x20000)
		say(s, "/40+");
	put_c(s, ' ');
}

/* IEEE 802.11n: the rate in units of 0.5 Mbit at 20 MHz and the long guard interval, of
 * streams with one modulation, and of those with several from index 33 on. */
static const u16 even_rates[] = {13, 26, 39, 52, 78, 104, 117, 130};
static const u16 uneven_rates[] = {
	78,  104, 130, 117, 156, 195, 104, 130, 130, 156, 182, 182, 208, 156, 195,
	195, 234, 273, 273, 312, 130, 156, 182, 156, 182, 208, 234, 208, 234, 260,
	260, 286, 195, 234, 273, 234, 273, 312, 351, 312, 351, 390, 390, 429,
};

static double mcs_rate(u32 mcs, bool wide, bool shortgi)
{
	double rate;

	if (mcs < 32)
		rate = even_rates[mcs % 8] * (mcs / 8 + 1) / 2.0;
	else if (mcs == 32)
		rate = wide ? 6.0 * 52 / 108 : 0;
	else if (mcs - 33 < LEN(uneven_rates))
		rate = uneven_rates[mcs - 33] / 2.0;
	else
		return 0;
	if (wide)
		rate = rate * 108 / 52;
	return shortgi ? rate * 10 / 9 : rate;
}

static void put_mcs(struct print_state *s, const u8 *p)
{
	static const char *const widths[] = {"20 MHz", "40 MHz", "20 MHz (L)", "20 MHz (U)"};
	u8 known = p[0], flags = p[1], index = p[2];

	if (known & 2) {
		double rate = 0;

		if (known & 1)
			rate = mcs_rate(index, (flags & 3) == 1, flags & 4);
		if (rate > 0)
			put_f(s, "%.1f Mb/s MCS %u ", rate, index);
		else
			put_f(s, "MCS %u ", index);
	}
	if (known & 1)
		put_f(s, "%s ", widths[flags & 3]);
	if (known & 4)
		put_f(s, "%s GI ", flags & 4 ? "short" : "long");
	if (known & 8)
		put_f(s, "%s ", flags & 8 ? "greenfield" : "mixed");
	if (known & 16)
		put_f(s, "%s FEC ", flags & 16 ? "LDPC" : "BCC");
	if (known & 32)
		put_f(s, "RX-STBC%u ", flags >> 5 & 3);
}

static void put_vht(struct print_state *s, const u8 *p)
{
	static const char *const widths[] = {
		"20 MHz",        "40 MHz",        "20 MHz (L)",    "20 MHz (U)",    "80 MHz",
		"80 MHz (L)",    "80 MHz (U)",    "80 MHz (LL)",   "80 MHz (LU)",   "80 MHz (UL)",
		"80 MHz (UU)",   "160 MHz",       "160 MHz (L)",   "160 MHz (U)",   "160 MHz (LL)",
		"160 MHz (LU)",  "160 MHz (UL)",  "160 MHz (UU)",  "160 MHz (LLL)", "160 MHz (LLU)",
		"160 MHz (LUL)", "160 MHz (UUU)", "160 MHz (ULL)", "160 MHz (ULU)", "160 MHz (UUL)",
		"160 MHz (UUU)"};
	u16 known = get_le16(p);
	u8 flags = p[2], width = p[3] & 0x1f, coding = p[8];

	for (u32 i = 0; i < 4; i++) {
		u8 streams = p[4 + i] & 15, mcs = p[4 + i] >> 4;

		if (!streams)
			continue;
		put_f(s, "User %u MCS %u ", i, mcs);
		put_f(s, "%s FEC ", coding >> i & 1 ? "LDPC" : "BCC");
	}
	if (known & 0x40 && width < LEN(widths))
		put_f(s, "%s ", widths[width]);
	else if (known & 0x40)
		put_f(s, "unknown (%u) ", width);
	if (known & 4)
		put_f(s, "%s GI ", flags & 4 ? "short" : "long");
}

static void put_field(struct print_state *s, const u8 *p, u32 bit, u32 present)
{
	switch (bit) {
	case 0:
		put_f(s, "%lluus tsft ", (unsigned long long)get_le64(p));
		break;
	case 1:
		put_s(s, *p & F_CFP ? "cfp " : "");
		put_s(s, *p & F_SHORT ? "short preamble " : "");
		put_s(s, *p & F_WEP ? "wep " : "");
		put_s(s, *p & F_FRAG ? "fragmented " : "");
		put_s(s, *p & F_BAD ? "bad-fcs " : "");
		break;
	case 2:
		if (*p >= 0x80 && *p <= 0x8f)
			put_f(s, "MCS %u ", *p & 15);
		else
			put_f(s, "%2.1f Mb/s ", .5 * *p);
		break;
	case 3:
		if (!(present & 1u << 18))
			put_channel(s, get_le16(p), get_le16(p + 2), present);
		break;
	case 4:
		put_f(s, "fhset %u fhpat %u ", p[0], p[1]);
		break;
	case 5:
		put_f(s, "%ddBm signal ", (s8)*p);
		break;
	case 6:
		put_f(s, "%ddBm noise ", (s8)*p);
		break;
	case 7:
		put_f(s, "%u sq ", get_le16(p));
		break;
	case 8:
		put_f(s, "%d tx power ", -(int)get_le16(p));
		break;
	case 9:
		put_f(s, "%ddB tx attenuation ", -*p);
		break;
	case 10:
		put_f(s, "%ddBm tx power ", (s8)*p);
		break;
	case 11:
		put_f(s, "antenna %u ", *p);
		break;
	case 12:
		put_f(s, "%udB signal ", *p);
		break;
	case 13:
		put_f(s, "%udB noise ", *p);
		break;
	case 14:
		break;
	case 18:
		put_channel(s, get_le16(p + 4), get_le32(p), present);
		break;
	case 19:
		put_mcs(s, p);
		break;
	case 21:
		put_vht(s, p);
		break;
	}
}

/* The bits of one word; *off moves past the fields. False when they are cut or unknown. */
static bool put_fields(struct print_state *s, struct pdu d, u32 word, u32 present, u32 *off,
		       u8 *flags)
{
	for (u32 bit = 0; bit < NAMESPACE; bit++) {
		if (!(present >> bit & 1))
			continue;
		if (word || bit >= LEN(fields) || (bit > 14 && bit < 18)) {
			put_f(s, "[bit %u] ", 32 * word + bit);
			return true;
		}
		u32 at = (*off + fields[bit].align - 1) / fields[bit].align * fields[bit].align;
		if (!pdu_has(d, at, fields[bit].len))
			return false;
		if (bit == 1)
			*flags = d.p[at];
		put_field(s, d.p + at, bit, present);
		*off = at + fields[bit].len;
	}
	return true;
}

static u32 radiotap_print(struct print_state *s, struct pdu d)
{
	s->name = "802.11_radio";
	if (d.cap < 8) {
		put_cut(s);
		return d.cap;
	}
	u32 len = pdu_le16(s, d, 2), off = 8;
	if (d.cap < len) {
		put_cut(s);
		return d.cap;
	}
	struct pdu head = pdu_part(d, 0, len);
	while (pdu_has(head, off - 4, 4) && get_le32(head.p + off - 4) >> EXT)
		off += 4;
	if (!pdu_has(head, off - 4, 4)) {
		say(s, " ");
		s->name = "802.11_radio";
		put_cut(s);
		return d.cap;
	}
	u8 flags = 0;
	bool first = true;
	u32 nr = 0;
	for (u32 word = 4, at = off; word < off; word += 4) {
		u32 present = get_le32(d.p + word);
		u8 got = flags;

		if (!put_fields(s, head, nr, present, &at, &got)) {
			put_cut(s);
			break;
		}
		if (first)
			flags = got;
		first = false;
		if (present >> VENDOR & 1)
			break;
		nr = present >> NAMESPACE & 1 ? 0 : nr + 1;
	}
	u32 n = print_wifi(s, pdu_skip(d, len), flags & F_PAD, flags & F_FCS ? 4 : 0);
	return len + n;
}

static u32 avs(struct print_state *s, struct pdu d)
{
	if (!pdu_has(d, 0, 8)) {
		put_cut(s);
		return d.cap;
	}
	u32 len = pdu_be32(s, d, 4);
	if (d.cap < len) {
		put_cut(s);
		return d.cap;
	}
	return len + print_wifi(s, pdu_skip(d, len), false, 0);
}

static u32 avs_print(struct print_state *s, struct pdu d)
{
	s->name = "802.11_radio_avs";
	return avs(s, d);
}

static u32 prism_print(struct print_state *s, struct pdu d)
{
	s->name = "prism";
	if (d.cap < 4) {
		put_cut(s);
		return d.cap;
	}
	u32 magic = pdu_be32(s, d, 0);
	if ((magic & 0xfffff000) == (PRISM_AVS & 0xfffff000))
		return avs(s, d);
	if (d.cap < PRISM_LEN) {
		put_cut(s);
		return d.cap;
	}
	return PRISM_LEN + print_wifi(s, pdu_skip(d, PRISM_LEN), false, 0);
}

const struct link_printer radiotap_link = {"802.11_radio", 127, radiotap_print};
const struct link_printer prism_link = {"prism", 119, prism_print};
const struct link_printer avs_link = {"802.11_radio_avs", 163, avs_print};
