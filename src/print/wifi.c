/* SPDX-License-Identifier: BSD-2-Clause */
/* IEEE 802.11: the headers of its frames, control frames, and data. */
#include "print/wifi.h"

enum { MANAGEMENT = 0, CONTROL = 1, DATA = 2 };
enum { TO_DS = 0x100, FROM_DS = 0x200, MORE = 0x400, RETRY = 0x800, SLEEP = 0x1000 };
enum { MORE_DATA = 0x2000, WEP = 0x4000, ORDER = 0x8000 };
enum {
	WRAPPER = 7,
	BAR = 8,
	BA = 9,
	POLL = 10,
	RTS = 11,
	CTS = 12,
	ACK = 13,
	END = 14,
	END_ACK = 15
};

static u32 kind(u16 control) { return control >> 2 & 3; }

static u32 subtype(u16 control) { return control >> 4 & 15; }

static bool has_qos(u16 control) { return subtype(control) & 8; }

/* 0 for what is not known. */
static u32 header_length(u16 control)
{
	switch (kind(control)) {
	case MANAGEMENT:
		return 24 + (control & ORDER ? 4 : 0);
	case CONTROL:
		switch (subtype(control)) {
		case WRAPPER:
			return 12;
		case BAR:
			return 20;
		case BA:
		case CTS:
		case ACK:
			return 10;
		case POLL:
		case RTS:
		case END:
		case END_ACK:
			return 16;
		}
		return 0;
	case DATA:
		return ((control & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS) ? 30 : 24) +
		       (has_qos(control) ? 2 : 0);
	}
	return 0;
}

static void put_named(struct print_state *s, const char *name, const u8 *p)
{
	put_s(s, name);
	put_ether(s, p);
}

static void data_addresses(struct print_state *s, u16 control, const u8 *p)
{
	static const char *const names[4][3] = {{"DA:", "SA:", "BSSID:"},
						{"BSSID:", "SA:", "DA:"},
						{"DA:", "BSSID:", "SA:"},
						{"RA:", "TA:", "DA:"}};
	static const char *const contention[] = {"", "Ack", "Poll", "Ack/Poll"};
	u32 ds = control >> 8 & 3;

	if (has_qos(control))
		put_f(s, "CF %s+QoS ", contention[subtype(control) & 3]);
	else if (subtype(control) & 3)
		put_f(s, "CF %s ", contention[subtype(control) & 3]);
	for (u32 i = 0; i < 3; i++) {
		put_named(s, names[ds][i], p + 4 + 6 * i);
		put_c(s, ' ');
	}
	if (ds == 3) {
		put_named(s, "SA:", p + 24);
		put_c(s, ' ');
	}
}

static void control_addresses(struct print_state *s, u16 control, const u8 *p)
{
	switch (subtype(control)) {
	case BAR:
		put_named(s, " RA:", p + 4);
		put_named(s, " TA:", p + 10);
		put_f(s, " CTL(%x) SEQ(%u) ", get_le16(p + 16), get_le16(p + 18));
		break;
	case BA:
	case CTS:
	case ACK:
		put_named(s, "RA:", p + 4);
		put_c(s, ' ');
		break;
	case POLL:
		put_named(s, "BSSID:", p + 4);
		put_named(s, " TA:", p + 10);
		put_c(s, ' ');
		break;
	case RTS:
		put_named(s, "RA:", p + 4);
		put_named(s, " TA:", p + 10);
		put_c(s, ' ');
		break;
	case END:
	case END_ACK:
		put_named(s, "RA:", p + 4);
		put_named(s, " BSSID:", p + 10);
		put_c(s, ' ');
		break;
	}
}

/* What -e adds. */
static void put_header(struct print_state *s, u16 control, struct pdu d)
{
	static const struct word flags[] = {{MORE_DATA, "More Data "},    {MORE, "More Fragments "},
					    {SLEEP, "Pwr Mgmt "},         {RETRY, "Retry "},
					    {ORDER, "Strictly Ordered "}, {WEP, "Protected "}};

	if (s->opt.verbose)
		put_bits(s, WORDS(flags), control, "", "");
	if (s->opt.verbose && (kind(control) != CONTROL || subtype(control) != POLL))
		put_f(s, "%uus ", get_le16(d.p + 2));
	switch (kind(control)) {
	case MANAGEMENT:
		put_named(s, "BSSID:", d.p + 16);
		put_named(s, " DA:", d.p + 4);
		put_named(s, " SA:", d.p + 10);
		put_c(s, ' ');
		break;
	case CONTROL:
		control_addresses(s, control, d.p);
		break;
	case DATA:
		data_addresses(s, control, d.p);
		break;
	}
}

static bool control_frame(struct print_state *s, u16 control, struct pdu d)
{
	static const char *const names[] = {[WRAPPER] = "Control Wrapper",
					    [BAR] = "BAR",
					    [BA] = "BA",
					    [POLL] = "Power Save-Poll",
					    [RTS] = "Request-To-Send",
					    [CTS] = "Clear-To-Send",
					    [ACK] = "Acknowledgment",
					    [END] = "CF-End",
					    [END_ACK] = "CF-End+CF-Ack"};
	u32 type = subtype(control);
	bool with = !s->opt.link;

	put_s(s, names[type]);
	switch (type) {
	case WRAPPER:
		break;
	case BAR:
		if (with) {
			put_named(s, " RA:", d.p + 4);
			put_named(s, " TA:", d.p + 10);
			put_f(s, " CTL(%x) SEQ(%u) ", get_le16(d.p + 16), get_le16(d.p + 18));
		}
		break;
	case POLL:
		put_f(s, " AID(%x)", get_le16(d.p + 2));
		break;
	case RTS:
		if (with) {
			put_named(s, " TA:", d.p + 10);
			put_c(s, ' ');
		}
		break;
	default:
		if (with) {
			put_named(s, " RA:", d.p + 4);
			put_c(s, ' ');
		}
	}
	return true;
}

bool wifi_wep(struct print_state *s, struct pdu d)
{
	if (!pdu_has(d, 0, 4) || d.len < 4)
		return false;
	u32 v = get_le32(d.p);
	put_f(s, "IV:%3x Pad %x KeyID %x", v & 0xffffff, v >> 24 & 0x3f, v >> 30);
	return true;
}

static const u8 *data_source(u16 control, const u8 *p)
{
	static const u8 at[] = {10, 10, 16, 24};

	return p + at[control >> 8 & 3];
}

static const u8 *data_target(u16 control, const u8 *p)
{
	static const u8 at[] = {4, 16, 4, 16};

	return p + at[control >> 8 & 3];
}

/* The header's length with what LLC has, like the other link layers. */
static u32 data(struct print_state *s, u16 control, struct pdu frame, struct pdu d, u32 hdr)
{
	if (subtype(control) & 4)
		return hdr;
	if (control & WEP) {
		say(s, "Data ");
		if (!wifi_wep(s, d)) {
			put_cut(s);
		}
		return hdr;
	}
	s->l2_src = data_source(control, frame.p);
	s->l2_dst = data_target(control, frame.p);
	s->link_len = hdr;
	int n = print_llc(s, d);
	if (n < 0) {
		put_unknown(s, d);
		n = -n;
	}
	return hdr + (u32)n;
}

u32 print_wifi(struct print_state *s, struct pdu d, bool pad, u32 fcs)
{
	s->name = "802.11";
	if (d.len < 2 || d.cap < 2) {
		put_cut(s);
		return d.cap;
	}
	d.len = d.len > fcs ? d.len - fcs : 0;
	d = pdu_clip(d, d.len);
	u16 control = pdu_le16(s, d, 0);
	u32 hdr = header_length(control);
	if (!hdr) {
		if (kind(control) == CONTROL)
			put_f(s, "unknown 802.11 ctrl frame subtype (%u)", subtype(control));
		else
			put_f(s, "unknown 802.11 frame type (%u)", kind(control));
		return 0;
	}
	if (pad)
		hdr = (hdr + 3) & ~3u;
	if (d.len < hdr || d.cap < hdr) {
		put_cut(s);
		return d.cap;
	}
	if (s->opt.link)
		put_header(s, control, d);
	struct pdu body = pdu_skip(d, hdr);
	switch (kind(control)) {
	case MANAGEMENT:
		if (!wifi_management(s, control, d.p + 10, body)) {
			put_cut(s);
			return hdr;
		}
		break;
	case CONTROL:
		control_frame(s, control, d);
		break;
	case DATA:
		return data(s, control, d, body, hdr);
	}
	return hdr;
}

static u32 wifi_print(struct print_state *s, struct pdu d) { return print_wifi(s, d, false, 0); }

const struct link_printer wifi_link = {"802.11", 105, wifi_print};
