/* SPDX-License-Identifier: BSD-2-Clause */
/* Management frames of IEEE 802.11. */
#include "print/wifi.h"

enum { WEP = 0x4000, ESS = 0x01, PRIVACY = 0x10 };
enum { E_SSID = 0, E_RATES = 1, E_FH = 2, E_DS = 3, E_CF = 4, E_TIM = 5, E_CHALLENGE = 16 };
enum { OPEN = 0, SHARED = 1 };

/* What the elements of a frame say. */
struct elements {
	struct pdu ssid, rates;
	bool has_ssid, has_rates, has_channel, has_challenge;
	u8 channel;
};

/* False when an element is cut, or damaged. */
static bool collect(struct pdu d, struct elements *e)
{
	*e = (struct elements){0};
	for (u32 off = 0; off < d.len;) {
		if (!pdu_has(d, off, 2) || d.len - off < 2)
			return false;
		u8 kind = d.p[off], n = d.p[off + 1];

		if (!pdu_has(d, off, 2u + n) || d.len - off < 2u + n)
			return false;
		struct pdu value = pdu_part(d, off + 2, n);
		off += 2u + n;
		switch (kind) {
		case E_SSID:
			if (n > 32)
				return false;
			if (!e->has_ssid)
				e->ssid = value;
			e->has_ssid = true;
			break;
		case E_CHALLENGE:
			if (n > 253)
				return false;
			e->has_challenge = true;
			break;
		case E_RATES:
			if (n > 16)
				return false;
			if (!e->has_rates && n)
				e->rates = value;
			e->has_rates |= n;
			break;
		case E_DS:
			if (n != 1) {
				off += 0;
				break;
			}
			if (!e->has_channel)
				e->channel = value.p[0];
			e->has_channel = true;
			break;
		case E_CF:
			if (n != 6)
				break;
			break;
		case E_TIM:
			if (n <= 3)
				break;
			if (n - 3 > 251)
				return false;
			break;
		}
	}
	return true;
}

static void put_ssid(struct print_state *s, const struct elements *e)
{
	if (!e->has_ssid)
		return;
	say(s, " (");
	put_chars(s, e->ssid, 0, e->ssid.len);
	put_c(s, ')');
}

static void put_rates(struct print_state *s, const struct elements *e)
{
	if (!e->has_rates)
		return;
	say(s, " [");
	for (u32 i = 0; i < e->rates.len; i++) {
		u8 v = e->rates.p[i];

		if (i)
			put_c(s, ' ');
		put_f(s, "%2.1f", .5 * (v & 0x7f));
		if (v & 0x80)
			put_c(s, '*');
	}
	if (e->rates.len)
		put_c(s, ' ');
	say(s, "Mbit]");
}

static void put_channel(struct print_state *s, const struct elements *e, u16 capability)
{
	if (e->has_channel)
		put_f(s, " CH: %u", e->channel);
	if (capability & PRIVACY)
		say(s, ", PRIVACY");
}

static bool beacon(struct print_state *s, struct pdu d, bool probe)
{
	struct elements e;

	if (!pdu_has(d, 0, 12) || d.len < 12)
		return false;
	u16 capability = get_le16(d.p + 10);
	bool whole = collect(pdu_skip(d, 12), &e);
	put_ssid(s, &e);
	put_rates(s, &e);
	if (!probe)
		put_s(s, capability & ESS ? " ESS" : " IBSS");
	put_channel(s, &e, capability);
	return whole;
}

static bool request(struct print_state *s, struct pdu d, bool again)
{
	u32 fixed = again ? 10 : 4;
	struct elements e;

	if (!pdu_has(d, 0, fixed) || d.len < fixed)
		return false;
	bool whole = collect(pdu_skip(d, fixed), &e);
	put_ssid(s, &e);
	if (again) {
		say(s, " AP : ");
		put_ether(s, d.p + 4);
	} else {
		put_rates(s, &e);
	}
	return whole;
}

static bool response(struct print_state *s, struct pdu d)
{
	struct elements e;

	if (!pdu_has(d, 0, 6) || d.len < 6)
		return false;
	put_f(s, " AID(%x) :%s: ", get_le16(d.p + 4) & 0x3fff,
	      get_le16(d.p) & PRIVACY ? " PRIVACY " : "");
	put_s(s, wifi_status(get_le16(d.p + 2)));
	return collect(pdu_skip(d, 6), &e);
}

static bool probe(struct print_state *s, struct pdu d)
{
	struct elements e;
	bool whole = collect(d, &e);

	put_ssid(s, &e);
	put_rates(s, &e);
	return whole;
}

static bool reason(struct print_state *s, struct pdu d, const u8 *src)
{
	if (!pdu_has(d, 0, 2) || d.len < 2)
		return false;
	if (src && !s->opt.link) {
		say(s, " (");
		put_ether(s, src);
		put_c(s, ')');
	}
	say(s, ": ");
	put_s(s, wifi_reason(get_le16(d.p)));
	return true;
}

static bool authentication(struct print_state *s, struct pdu d)
{
	static const char *const methods[] = {"Open System", "Shared Key", "EAP"};
	struct elements e;

	if (!pdu_has(d, 0, 6) || d.len < 6)
		return false;
	u16 method = get_le16(d.p), turn = get_le16(d.p + 2), status = get_le16(d.p + 4);
	bool whole = collect(pdu_skip(d, 6), &e);
	const char *name = method < LEN(methods) ? methods[method] : "Reserved";
	if (method == SHARED && turn <= 3) {
		put_f(s, " (%s)-%x%s %s", name, turn,
		      turn == 2 || turn == 3 ? " [Challenge Text]" : ":",
		      turn & 1 ? wifi_status(status) : "");
		return whole;
	}
	put_f(s, " (%s)-%x: %s", name, turn, turn & 1 ? wifi_status(status) : "");
	return whole;
}

static const struct word categories[] = {
	{0, "Spectrum Management"},
	{1, "QoS"},
	{2, "DLS"},
	{3, "BA"},
	{13, "MeshAction"},
	{14, "MultiohopAction"},
	{15, "SelfprotectAction"},
	{127, "Vendor"},
};

static const struct word actions[] = {
	{0x0300, "ADDBA Request"},
	{0x0301, "ADDBA Response"},
	{0x0302, "DELBA"},
	{0x0d00, "MeshLink"},
	{0x0d01, "HWMP"},
	{0x0d02, "Gate Announcement"},
	{0x0d03, "Congestion Control"},
	{0x0d04, "MCCA Setup Request"},
	{0x0d05, "MCCA Setup Reply"},
	{0x0d06, "MCCA Advertisement Request"},
	{0x0d07, "MCCA Advertisement"},
	{0x0d08, "MCCA Teardown"},
	{0x0d09, "TBTT Adjustment Request"},
	{0x0d0a, "TBTT Adjustment Response"},
	{0x0e00, "Proxy Update"},
	{0x0e01, "Proxy Update Confirmation"},
	{0x0f01, "Peering Open"},
	{0x0f02, "Peering Confirm"},
	{0x0f03, "Peering Close"},
	{0x0f04, "Group Key Inform"},
	{0x0f05, "Group Key Acknowledge"},
};

static bool action(struct print_state *s, struct pdu d, const u8 *src)
{
	if (!pdu_has(d, 0, 2) || d.len < 2)
		return false;
	if (s->opt.link) {
		say(s, ": ");
	} else {
		say(s, " (");
		put_ether(s, src);
		say(s, "): ");
	}
	put_word(s, WORDS(categories), d.p[0], "Reserved(%u)");
	put_c(s, ' ');
	const char *name = word_of(WORDS(actions), (u32)d.p[0] << 8 | d.p[1]);
	if (name)
		put_s(s, name);
	else
		put_f(s, "Act#%u", d.p[1]);
	return true;
}

bool wifi_management(struct print_state *s, u16 control, const u8 *src, struct pdu d)
{
	u32 type = control >> 4 & 15;

	switch (type) {
	case 0:
		say(s, "Assoc Request");
		return request(s, d, false);
	case 1:
		say(s, "Assoc Response");
		return response(s, d);
	case 2:
		say(s, "ReAssoc Request");
		return request(s, d, true);
	case 3:
		say(s, "ReAssoc Response");
		return response(s, d);
	case 4:
		say(s, "Probe Request");
		return probe(s, d);
	case 5:
		say(s, "Probe Response");
		return beacon(s, d, true);
	case 8:
		say(s, "Beacon");
		if (control & WEP) {
			put_c(s, ' ');
			return wifi_wep(s, d);
		}
		return beacon(s, d, false);
	case 9:
		say(s, "ATIM");
		return true;
	case 10:
		say(s, "Disassociation");
		return reason(s, d, NULL);
	case 11:
		say(s, "Authentication");
		if (!pdu_has(d, 0, 2))
			return false;
		if (control & WEP) {
			put_c(s, ' ');
			return wifi_wep(s, d);
		}
		return authentication(s, d);
	case 12:
		say(s, "DeAuthentication");
		return reason(s, d, src);
	case 13:
		say(s, "Action");
		return action(s, d, src);
	}
	put_f(s, "Unhandled Management subtype(%x)", type);
	return true;
}
