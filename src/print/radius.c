/* SPDX-License-Identifier: BSD-2-Clause */
/* RADIUS, RFC 2865 and 2866. */
#include "print/radius.h"

#include <time.h>

enum { HEADER = 20, AUTHENTICATOR = 4 };

static const struct word codes[] = {
	{1, "Access-Request"},
	{2, "Access-Accept"},
	{3, "Access-Reject"},
	{4, "Accounting-Request"},
	{5, "Accounting-Response"},
	{11, "Access-Challenge"},
	{12, "Status-Server"},
	{13, "Status-Client"},
	{40, "Disconnect-Request"},
	{41, "Disconnect-ACK"},
	{42, "Disconnect-NAK"},
	{43, "CoA-Request"},
	{44, "CoA-ACK"},
	{45, "CoA-NAK"},
	{255, "Reserved"},
};

/* An attribute's value of n bytes; they are here. */
struct attr {
	const u8 *p;
	u32 n;
	u8 type;
};

typedef void value_print(struct print_state *s, struct attr a);

static void put_text(struct print_state *s, const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		put_c(s, p[i] >= ' ' && p[i] < 0x7f ? (char)p[i] : '.');
}

static void put_plain(struct print_state *s, const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		put_unctrl(s, p[i]);
}

/* Up to the first zero. */
static void put_string(struct print_state *s, const u8 *p, u32 n)
{
	const u8 *end = memchr(p, 0, n);

	put_text(s, p, end ? (u32)(end - p) : n);
}

static void text(struct print_state *s, struct attr a) { put_string(s, a.p, a.n); }

/* RFC 2868 3: a tag of 1 to 31 */
static void put_tag(struct print_state *s, u8 tag)
{
	if (tag)
		put_f(s, "Tag[%u] ", tag);
	else
		say(s, "Tag[Unused] ");
}

static void tag_text(struct print_state *s, struct attr a)
{
	if (a.p[0] > 31) {
		put_string(s, a.p, a.n);
		return;
	}
	put_tag(s, a.p[0]);
	put_string(s, a.p + 1, a.n - 1);
}

static void tag_salt(struct print_state *s, struct attr a)
{
	if (a.n < 3) {
		put_cut(s);
		return;
	}
	put_tag(s, a.p[0] <= 31 ? a.p[0] : 0);
	put_f(s, "Salt %u ", get_be16(a.p + 1));
	put_string(s, a.p + 3, a.n - 3);
}

static void put_vlan_tag(struct print_state *s, u8 tag)
{
	static const struct word tags[] = {{0x31, "Tagged"}, {0x32, "Untagged"}};

	put_f(s, "%s (0x%02x) ", word_of(WORDS(tags), tag) ?: "Unknown tag", tag);
}

static void vlan_name(struct print_state *s, struct attr a)
{
	put_vlan_tag(s, a.p[0]);
	put_string(s, a.p + 1, a.n - 1);
}

static void vlan_id(struct print_state *s, struct attr a)
{
	put_vlan_tag(s, a.p[0]);
	put_u(s, get_be32(a.p) & 0xffffff);
}

static void address(struct print_state *s, struct attr a)
{
	u32 v = get_be32(a.p);
	if ((a.type == 8 || a.type == 14) && v == 0xffffffff)
		say(s, "User Selected");
	else if ((a.type == 8 || a.type == 14) && v == 0xfffffffe)
		say(s, "NAS Select");
	else
		put_ip4(s, a.p);
}

static void number(struct print_state *s, struct attr a) { put_u(s, get_be32(a.p)); }

static void word(struct print_state *s, struct attr a)
{
	const char *name = radius_word(a.type, get_be32(a.p));
	if (name)
		put_s(s, name);
	else
		put_f(s, "#%u", get_be32(a.p));
}

static void tag_word(struct print_state *s, struct attr a)
{
	u32 v = get_be32(a.p) & 0xffffff;
	const char *name = radius_word(a.type, v);
	put_tag(s, a.p[0]);
	if (name)
		put_s(s, name);
	else
		put_f(s, "#%u", v);
}

static void tag_number(struct print_state *s, struct attr a)
{
	put_tag(s, a.p[0]);
	put_u(s, get_be32(a.p) & 0xffffff);
}

static void seconds(struct print_state *s, struct attr a)
{
	u32 v = get_be32(a.p);
	if (v < 60)
		put_f(s, "%02u secs", v);
	else if (v < 3600)
		put_f(s, "%02u:%02u min", v / 60, v % 60);
	else
		put_f(s, "%02u:%02u:%02u hours", v / 3600, v / 60 % 60, v % 60);
}

static void date(struct print_state *s, struct attr a)
{
	char line[64];
	struct tm tm;

	time_t t = (time_t)(s32)get_be32(a.p);
	if (localtime_r(&t, &tm) && strftime(line, sizeof line, "%a %b %e %H:%M:%S %Y", &tm))
		put_s(s, line);
}

static void vendor(struct print_state *s, struct attr a)
{
	if (a.n < 4) {
		put_cut(s);
		return;
	}
	u32 id = get_be32(a.p);
	put_f(s, "Vendor: %s (%u)", radius_vendor(id) ?: "Unknown", id);
	for (a.p += 4, a.n -= 4; a.n >= 2;) {
		u8 sub = a.p[0], len = a.p[1];

		put_f(s, "\n\t    Vendor Attribute: %u", sub);
		if (id == 0xffffffff)
			len = 0;
		if (len < 2) {
			put_f(s, ", Length: %u (bogus, must be >= 2)", len);
			return;
		}
		if (len > a.n) {
			put_f(s, ", Length: %u (bogus, goes past end of vendor-specific attribute)",
			      len);
			return;
		}
		put_f(s, ", Length: %u, Value: ", len - 2);
		put_text(s, a.p + 2, len - 2);
		a.p += len;
		a.n -= len;
	}
}

static void cause(struct print_state *s, struct attr a)
{
	if (a.n != 4) {
		put_f(s, "Error: length %u != 4", a.n);
		return;
	}
	u32 v = get_be32(a.p);
	const char *name = radius_cause(v);
	put_f(s, "Error cause %u: ", v);
	if (name)
		put_s(s, name);
	else
		put_f(s, "Error-Cause %u not known", v);
}

static void arap_password(struct print_state *s, struct attr a)
{
	say(s, "User_challenge (");
	for (u32 i = 0; i < 8; i++)
		put_f(s, "%02X", a.p[i]);
	say(s, ") User_resp(");
	for (u32 i = 8; i < 16; i++)
		put_f(s, "%02X", a.p[i]);
	put_c(s, ')');
}

static void arap_features(struct print_state *s, struct attr a)
{
	put_f(s, "User can%s change password, Min password length: %u", a.p[0] ? "" : "not",
	      a.p[1]);
	put_f(s, ", created at: %08X, expires in: %08X, Current Time: %08X", get_be32(a.p + 2),
	      get_be32(a.p + 6), get_be32(a.p + 10));
}

static void arap_response(struct print_state *s, struct attr a)
{
	for (u32 i = 0; i < 8; i++)
		put_f(s, "%02X", a.p[i]);
}

static void address6(struct print_state *s, struct attr a) { put_ip6(s, a.p); }

/* RFC 3162 2.3 */
static void prefix6(struct print_state *s, struct attr a)
{
	u8 addr[16] = {0};

	if (a.n < 2 || a.n > 18) {
		put_f(s, "ERROR: length %u not in range (2..18)", a.n);
		return;
	}
	if (a.p[1] > 128) {
		put_f(s, "ERROR: netmask %u not in range (0..128)", a.p[1]);
		return;
	}
	memcpy(addr, a.p + 2, a.n - 2);
	put_ip6(s, addr);
	put_f(s, "/%u", a.p[1]);
	if (a.p[1] > 8 * (a.n - 2))
		say(s, " (inconsistent prefix length)");
}

static void home_prefix(struct print_state *s, struct attr a)
{
	if (a.p[0] > 128) {
		put_f(s, "ERROR: netmask %u not in range (0..128)", a.p[0]);
		return;
	}
	put_ip6(s, a.p + 1);
	put_f(s, "/%u", a.p[0]);
}

static void features(struct print_state *s, struct attr a)
{
	static const struct word low[] = {{1, "MIP6_INTEGRATED"},
					  {2, "LOCAL_HOME_AGENT_ASSIGNMENT"}};
	static const struct word high[] = {
		{1 << 8, "PMIP6_SUPPORTED"},
		{1 << 9, "IP4_HOA_SUPPORTED"},
		{1 << 10, "LOCAL_MAG_ROUTING_SUPPORTED"},
		{1 << 11, "ASSIGN_LOCAL_IP"},
		{1 << 12, "MIP4_SUPPORTED"},
		{1 << 13, "OPTIMIZED_IDLE_MODE_MOBILITY"},
		{1 << 14, "GTPv2_SUPPORTED"},
		{1 << 15, "IP4_TRANSPORT_SUPPORTED"},
		{1 << 16, "IP4_HOA_ONLY_SUPPORTED"},
		{1 << 17, "INTER_MAG_ROUTING_SUPPORTED"},
	};
	u32 upper = get_be32(a.p), lower = get_be32(a.p + 4);

	put_c(s, '[');
	put_bits(s, WORDS(low), lower, ", ", "");
	if (lower & 3 && upper & 0x3ff00)
		say(s, ", ");
	put_bits(s, WORDS(high), upper, ", ", "");
	put_c(s, ']');
}

static void operator_name(struct print_state *s, struct attr a)
{
	static const struct word spaces[] = {
		{'0', "TADIG"}, {'1', "REALM"}, {'2', "E212"}, {'3', "ICC"}};

	if (a.n < 2) {
		put_f(s, "ERROR: length %u < 2", a.n);
		return;
	}
	put_c(s, '[');
	put_word(s, spaces, LEN(spaces), a.p[0], "unknown namespace %u");
	say(s, "] ");
	put_plain(s, a.p + 1, a.n - 1);
}

static void location(struct print_state *s, struct attr a)
{
	static const struct word kinds[] = {{0, "Civic"}, {1, "Geospatial"}};
	static const struct word entities[] = {{0, "User"}, {1, "NAS"}};

	if (a.n < 21) {
		put_f(s, "ERROR: length %u < 21", a.n);
		return;
	}
	put_f(s, "index %u, code ", get_be16(a.p));
	put_word(s, kinds, LEN(kinds), a.p[2], "Unknown (%u)");
	say(s, ", entity ");
	put_word(s, entities, LEN(entities), a.p[3], "Unknown (%u)");
	say(s, ", sighting time ");
	put_ntp_time(s, a.p + 4);
	say(s, ", time to live ");
	put_ntp_time(s, a.p + 12);
	say(s, ", method \"");
	put_plain(s, a.p + 20, a.n - 20);
	put_c(s, '"');
}

static void location_data(struct print_state *s, struct attr a)
{
	if (a.n < 3) {
		put_f(s, "ERROR: length %u < 3", a.n);
		return;
	}
	put_f(s, "index %u, location", get_be16(a.p));
	put_dump(s, "\n\t    ", a.p + 2, a.n - 2, true);
}

static void policy(struct print_state *s, struct attr a)
{
	if (a.n < 10) {
		put_f(s, "ERROR: length %u < 10", a.n);
		return;
	}
	u16 flags = get_be16(a.p);
	say(s, "flags [");
	for (u32 i = 15; i && flags; i--)
		if (flags & 1 << (15 - i))
			put_f(s, "MBZ-%u%s", i, flags >> (16 - i) ? ", " : "");
	if (flags & 0x8000)
		say(s, "Retransmission Allowed");
	put_f(s, "%s], retention expires ", flags ? "" : "none");
	put_ntp_time(s, a.p + 2);
	if (a.n == 10)
		return;
	say(s, ", note well \"");
	put_plain(s, a.p + 10, a.n - 10);
	put_c(s, '"');
}

static void eap(struct print_state *s, struct attr a)
{
	if (a.p[0] < 1 || a.p[0] > 4 || a.n < 4 || get_be16(a.p + 2) > a.n) {
		say(s, "EAP fragment?");
		return;
	}
	eap_printer.print(s, (struct pdu){a.p, a.n, a.n});
	s->name = "radius";
}

static value_print *const values[] = {
	[TEXT] = text,
	[ADDRESS] = address,
	[NUMBER] = number,
	[WORD] = word,
	[SECONDS] = seconds,
	[VENDOR] = vendor,
	[DATE] = date,
	[VLAN_ID] = vlan_id,
	[VLAN_NAME] = vlan_name,
	[TAG_WORD] = tag_word,
	[TAG_TEXT] = tag_text,
	[TAG_SALT] = tag_salt,
	[TAG_NUMBER] = tag_number,
	[ARAP_PASSWORD] = arap_password,
	[ARAP_FEATURES] = arap_features,
	[ARAP_RESPONSE] = arap_response,
	[ADDRESS6] = address6,
	[PREFIX6] = prefix6,
	[EAP] = eap,
	[CAUSE] = cause,
	[FEATURES] = features,
	[HOME_PREFIX] = home_prefix,
	[OPERATOR] = operator_name,
	[LOCATION] = location,
	[LOCATION_DATA] = location_data,
	[POLICY] = policy,
};

static const u8 sizes[] = {
	[ADDRESS] = 4,        [NUMBER] = 4,         [WORD] = 4,      [SECONDS] = 4,
	[DATE] = 4,           [VLAN_ID] = 4,        [TAG_WORD] = 4,  [TAG_NUMBER] = 4,
	[ARAP_PASSWORD] = 16, [ARAP_FEATURES] = 14, [ADDRESS6] = 16, [FEATURES] = 8,
	[HOME_PREFIX] = 17,
};

/* A vendor's attributes as far as they are here. */
static void cut_vendor(struct print_state *s, struct pdu d, u8 type)
{
	u32 off = 4;

	pdu_need(s, d, 0, off);
	while (pdu_has(d, off, 2) && d.p[off + 1] >= 2 && pdu_has(d, off, d.p[off + 1]))
		off += d.p[off + 1];
	vendor(s, (struct attr){d.p, off, type});
	pdu_need(s, d, off, 2);
	put_cut(s);
}

static void cut_tag(struct print_state *s, struct pdu d)
{
	put_tag(s, pdu_u8(s, d, 0));
	pdu_cut_hard(s);
}

/* The value of n bytes at the head of d. */
static void value(struct print_state *s, struct pdu d, u32 n, u8 type)
{
	u8 form = radius_attrs[type].form, size = form < LEN(sizes) ? sizes[form] : 0;

	if (!values[form])
		return;
	if (size && n != size)
		put_f(s, "ERROR: length %u != %u", n, size);
	else if (form == ARAP_RESPONSE && n < 8)
		put_f(s, "ERROR: length %u != 8", n);
	else if (pdu_has(d, 0, n))
		values[form](s, (struct attr){d.p, n, type});
	else if (form == VENDOR)
		cut_vendor(s, d, type);
	else if (form == TAG_WORD || form == TAG_NUMBER)
		cut_tag(s, d);
	else if (size || form == ARAP_RESPONSE)
		pdu_cut_hard(s);
	else
		put_cut(s);
}

static void attributes(struct print_state *s, struct pdu d, u32 left)
{
	while (left) {
		if (left < 2)
			pdu_cut(s);
		u8 type = pdu_u8(s, d, 0);
		u32 n = pdu_u8(s, d, 1);

		put_f(s, "\n\t  %s Attribute (%u), length: %u",
		      radius_attrs[type].name ?: "Unknown", type, n);
		if (n < 2) {
			say(s, " (bogus, must be >= 2)");
			return;
		}
		if (n > left) {
			say(s, " (bogus, goes past end of packet)");
			return;
		}
		say(s, ", Value: ");
		if (n > 2)
			value(s, pdu_skip(d, 2), n - 2, type);
		if (n > 2 && s->opt.verbose > 1)
			put_bytes(s, "\n\t    ", d, 2, n - 2);
		d = pdu_skip(d, n);
		left -= n;
	}
}

static void radius_print(struct print_state *s, struct pdu d)
{
	s->name = "radius";
	pdu_check(s, d, 0, HEADER);
	u32 n = get_be16(d.p + 2);
	if (n < HEADER) {
		put_cut(s);
		return;
	}
	n = MIN(n, d.len);
	const char *code = word_of(codes, LEN(codes), d.p[0]);
	if (!s->opt.verbose) {
		put_f(s, "RADIUS, %s (%u), id: 0x%02x length: %u", code ?: "Unknown Command",
		      d.p[0], d.p[1], n);
		return;
	}
	put_f(s, "RADIUS, length: %u\n\t%s (%u), id: 0x%02x, Authenticator: ", n,
	      code ?: "Unknown Command", d.p[0], d.p[1]);
	put_hex(s, d.p + AUTHENTICATOR, 16);
	if (n > HEADER)
		attributes(s, pdu_skip(d, HEADER), n - HEADER);
}

const struct printer radius_printer = {"radius", radius_print};
