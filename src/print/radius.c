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

/* A value of n bytes; they are here. */
typedef void value_print(struct print_state *s, const u8 *p, u32 n, u8 type);

static bool wrong(struct print_state *s, u32 n, u32 want)
{
	if (n != want)
		put_f(s, "ERROR: length %u != %u", n, want);
	return n != want;
}

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
	for (u32 i = 0; i < n && p[i]; i++)
		put_unctrl(s, p[i]);
}

static void text(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	put_string(s, p, n);
}

/* RFC 2868 3: a tag of 1 to 31 */
static void put_tag(struct print_state *s, u8 tag)
{
	if (tag)
		put_f(s, "Tag[%u] ", tag);
	else
		say(s, "Tag[Unused] ");
}

static void tag_text(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (p[0] <= 31)
		put_tag(s, p[0]);
	else
		put_c(s, ' ');
	put_string(s, p + 1, n - 1);
}

static void tag_salt(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (n < 3)
		pdu_cut_hard(s);
	put_tag(s, p[0] <= 31 ? p[0] : 0);
	put_f(s, "Salt %u ", get_be16(p + 1));
	put_string(s, p + 3, n - 3);
}

static void vlan_name(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	put_f(s, "%s (0x%02x) ",
	      p[0] == 0x31   ? "Tagged"
	      : p[0] == 0x32 ? "Untagged"
			     : "Unknown tag",
	      p[0]);
	put_string(s, p + 1, n - 1);
}

static void vlan_id(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (wrong(s, n, 4))
		return;
	put_f(s, "%s (0x%02x) %u",
	      p[0] == 0x31   ? "Tagged"
	      : p[0] == 0x32 ? "Untagged"
			     : "Unknown tag",
	      p[0], get_be32(p) & 0xffffff);
}

static void address(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	if (wrong(s, n, 4))
		return;
	u32 v = get_be32(p);
	if ((type == 8 || type == 14) && v == 0xffffffff)
		say(s, "User Selected");
	else if ((type == 8 || type == 14) && v == 0xfffffffe)
		say(s, "NAS Select");
	else
		put_ip4(s, p);
}

static void number(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (!wrong(s, n, 4))
		put_u(s, get_be32(p));
}

static void word(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	if (wrong(s, n, 4))
		return;
	const char *name = radius_word(type, get_be32(p));
	if (name)
		put_s(s, name);
	else
		put_f(s, "#%u", get_be32(p));
}

static void tag_word(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	if (wrong(s, n, 4))
		return;
	u32 v = get_be32(p) & 0xffffff;
	const char *name = radius_word(type, v);
	put_tag(s, p[0]);
	if (name)
		put_s(s, name);
	else
		put_f(s, "#%u", v);
}

static void tag_number(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (wrong(s, n, 4))
		return;
	put_tag(s, p[0]);
	put_u(s, get_be32(p) & 0xffffff);
}

static void seconds(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (wrong(s, n, 4))
		return;
	u32 v = get_be32(p);
	if (v < 60)
		put_f(s, "%02u secs", v);
	else if (v < 3600)
		put_f(s, "%02u:%02u min", v / 60, v % 60);
	else if (v < 86400)
		put_f(s, "%02u:%02u:%02u hours", v / 3600, v / 60 % 60, v % 60);
	else
		put_f(s, "%u days, %02u:%02u:%02u hours", v / 86400, v / 3600 % 24, v / 60 % 60,
		      v % 60);
}

static void date(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	char line[64];
	struct tm tm;

	(void)type;
	if (wrong(s, n, 4))
		return;
	time_t t = (time_t)(s32)get_be32(p);
	if (localtime_r(&t, &tm) && strftime(line, sizeof line, "%a %b %e %H:%M:%S %Y", &tm))
		put_s(s, line);
}

static void vendor(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (n < 4)
		pdu_cut_hard(s);
	u32 id = get_be32(p);
	put_f(s, "Vendor: %s (%u)", radius_vendor(id) ?: "Unknown", id);
	for (p += 4, n -= 4; n >= 2;) {
		u8 sub = p[0], len = p[1];

		put_f(s, "\n\t    Vendor Attribute: %u", sub);
		if (id == 0xffffffff)
			len = 0;
		if (len < 2) {
			put_f(s, ", Length: %u (bogus, must be >= 2)", len);
			return;
		}
		put_f(s, ", Length: %u", len - 2);
		if (len > n) {
			say(s, " (bogus, goes past end of vendor-specific attribute)");
			return;
		}
		say(s, ", Value: ");
		put_text(s, p + 2, len - 2);
		p += len;
		n -= len;
	}
}

static void cause(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (n != 4) {
		put_f(s, "Error: length %u != 4", n);
		return;
	}
	u32 v = get_be32(p);
	const char *name = radius_cause(v);
	put_f(s, "Error cause %u: ", v);
	if (name)
		put_s(s, name);
	else
		put_f(s, "Error-Cause %u not known", v);
}

static void arap_password(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (wrong(s, n, 16))
		return;
	say(s, "User_challenge (");
	put_hex(s, p, 8);
	say(s, ") User_resp(");
	for (u32 i = 8; i < 16; i++)
		put_f(s, "%02X", p[i]);
	put_c(s, ')');
}

static void arap_features(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (wrong(s, n, 14))
		return;
	put_f(s, "User can%s change password, Min password length: %u", p[0] ? "" : "not", p[1]);
	put_f(s, ", created at: %08X, expires in: %08X, Current Time: %08X", get_be32(p + 2),
	      get_be32(p + 6), get_be32(p + 10));
}

static void arap_response(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (wrong(s, n, 8))
		return;
	for (u32 i = 0; i < 8; i++)
		put_f(s, "%02X", p[i]);
}

static void address6(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (!wrong(s, n, 16))
		put_ip6(s, p);
}

/* RFC 3162 2.3 */
static void prefix6(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	u8 addr[16] = {0};

	(void)type;
	if (n < 2 || n > 18) {
		put_f(s, "ERROR: length %u not in range (2..18)", n);
		return;
	}
	if (p[1] > 128) {
		put_f(s, "ERROR: netmask %u not in range (0..128)", p[1]);
		return;
	}
	memcpy(addr, p + 2, n - 2);
	put_ip6(s, addr);
	put_f(s, "/%u", p[1]);
	if (p[1] > 8 * (n - 2))
		say(s, " (inconsistent prefix length)");
}

static void home_prefix(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (wrong(s, n, 17))
		return;
	if (p[0] > 128) {
		put_f(s, "ERROR: netmask %u not in range (0..128)", p[0]);
		return;
	}
	put_ip6(s, p + 1);
	put_f(s, "/%u", p[0]);
}

static void features(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	static const struct word bits[] = {{1, "MIP6_INTEGRATED"},
					   {2, "LOCAL_HOME_AGENT_ASSIGNMENT"}};

	(void)type;
	if (wrong(s, n, 8))
		return;
	put_c(s, '[');
	put_bits(s, bits, LEN(bits), get_be32(p + 4), ", ", "");
	put_c(s, ']');
}

static void operator_name(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	static const struct word spaces[] = {
		{'0', "TADIG"}, {'1', "REALM"}, {'2', "E212"}, {'3', "ICC"}};

	(void)type;
	if (n < 2) {
		put_f(s, "ERROR: length %u < 2", n);
		return;
	}
	put_c(s, '[');
	put_word(s, spaces, LEN(spaces), p[0], "unknown namespace %u");
	say(s, "] ");
	put_plain(s, p + 1, n - 1);
}

static void location(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	static const struct word kinds[] = {{0, "Civic"}, {1, "Geospatial"}};
	static const struct word entities[] = {{0, "User"}, {1, "NAS"}};

	(void)type;
	if (n < 21) {
		put_f(s, "ERROR: length %u < 21", n);
		return;
	}
	put_f(s, "index %u, code ", get_be16(p));
	put_word(s, kinds, LEN(kinds), p[2], "Unknown (%u)");
	say(s, ", entity ");
	put_word(s, entities, LEN(entities), p[3], "Unknown (%u)");
	say(s, ", sighting time ");
	put_ntp_time(s, p + 4);
	say(s, ", time to live ");
	put_ntp_time(s, p + 12);
	say(s, ", method \"");
	put_plain(s, p + 20, n - 20);
	put_c(s, '"');
}

static void location_data(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (n < 3) {
		put_f(s, "ERROR: length %u < 3", n);
		return;
	}
	put_f(s, "index %u, location", get_be16(p));
	put_dump(s, "\n\t    ", p + 2, n - 2, true);
}

static void policy(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)type;
	if (n < 10) {
		put_f(s, "ERROR: length %u < 10", n);
		return;
	}
	u16 flags = get_be16(p);
	say(s, "flags [");
	for (u32 i = 15; i && flags; i--)
		if (flags & 1 << (15 - i))
			put_f(s, "MBZ-%u%s", i, flags >> (16 - i) ? ", " : "");
	if (flags & 0x8000)
		say(s, "Retransmission Allowed");
	put_f(s, "%s], retention expires ", flags ? "" : "none");
	put_ntp_time(s, p + 2);
	if (n == 10)
		return;
	say(s, ", note well \"");
	put_plain(s, p + 10, n - 10);
	put_c(s, '"');
}

static void eap(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	(void)p, (void)n, (void)type;
	say(s, "EAP fragment?");
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
		value_print *print = values[radius_attrs[type].form];
		if (n > 2 && print)
			print(s, pdu_need(s, d, 2, n - 2), n - 2, type);
		if (s->opt.verbose > 1)
			put_dump(s, "\n\t    ", pdu_need(s, d, 0, n), n, false);
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
