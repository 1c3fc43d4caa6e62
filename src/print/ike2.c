/* SPDX-License-Identifier: BSD-2-Clause */
/* The payloads of IKEv2, RFC 7296. */
#include "print/ike.h"

enum { PROPOSAL = 2, TRANSFORM = 3, SA_PAYLOAD = 33, CRITICAL = 0x80 };

static const struct word notices[] = {
	{1, "unsupported_critical_payload"},
	{4, "invalid_ike_spi"},
	{5, "invalid_major_version"},
	{7, "invalid_syntax"},
	{9, "invalid_message_id"},
	{11, "invalid_spi"},
	{14, "no_protocol_chosen"},
	{17, "invalid_ke_payload"},
	{24, "authentication_failed"},
	{34, "single_pair_required"},
	{35, "no_additional_sas"},
	{36, "internal_address_failure"},
	{37, "failed:cp_required"},
	{39, "invalid_selectors"},
	{16384, "initial_contact"},
	{16385, "set_window_size"},
	{16386, "additional_ts_possible"},
	{16387, "ipcomp_supported"},
	{16388, "nat_detection_source_ip"},
	{16389, "nat_detection_destination_ip"},
	{16390, "cookie"},
	{16391, "use_transport_mode"},
	{16392, "http_cert_lookup_supported"},
	{16393, "rekey_sa"},
	{16394, "tfc_padding_not_supported"},
	{16395, "non_first_fragment_also"},
};

/* "name:", or "name[C]:" for one that must be understood. */
static void put_head(struct print_state *s, struct pdu d, const char *name)
{
	put_s(s, name);
	if (d.p[1] & CRITICAL)
		say(s, "[C]");
	put_c(s, ':');
}

static void put_named(struct print_state *s, struct pdu d, u8 type)
{
	put_ike_name(s, type);
	if (d.p[1] & CRITICAL)
		say(s, "[C]");
	put_c(s, ':');
}

static bool plain(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)at;
	put_named(s, d, type);
	put_f(s, " len=%u", n - 4);
	if (n > 4 && s->opt.verbose > 2) {
		put_c(s, ' ');
		put_hex(s, pdu_need(s, d, 4, n - 4), n - 4);
	}
	return true;
}

static void put_transform_id(struct print_state *s, u8 type, u16 id)
{
	static const struct word prfs[] = {
		{1, "hmac-md5"}, {2, "hmac-sha"}, {3, "hmac-tiger"}, {4, "aes128_xcbc"}};
	static const struct word macs[] = {
		{1, "hmac-md5"}, {2, "hmac-sha"}, {3, "dec-mac"}, {4, "kpdk-md5"}, {5, "aes-xcbc"}};
	static const struct word esn[] = {{0, "no-esn"}, {1, "esn"}};

	switch (type) {
	case 1:
		put_word(s, ike_ciphers + 1, LEN(ike_ciphers) - 1, id, "#%u");
		break;
	case 2:
		put_word(s, WORDS(prfs), id, "#%u");
		break;
	case 3:
		put_word(s, WORDS(macs), id, "#%u");
		break;
	case 4:
		put_word(s, ike_groups + 1, LEN(ike_groups) - 1, id, "#%u");
		break;
	case 5:
		put_word(s, WORDS(esn), id, "#%u");
		break;
	default:
		put_u(s, id);
	}
}

static bool transform(struct print_state *s, struct pdu d, u32 n, u32 number, u32 depth)
{
	static const struct word types[] = {
		{1, "encr"}, {2, "prf"}, {3, "integ"}, {4, "dh"}, {5, "esn"}};

	put_c(s, '\n');
	for (u32 i = 0; i < depth; i++)
		say(s, "    ");
	if (n < 8 || !pdu_has(d, 0, n)) {
		say(s, "(");
		ike_cut(s, TRANSFORM);
		put_c(s, ')');
		return false;
	}
	put_f(s, "(t: #%u type=", number);
	put_word(s, WORDS(types), d.p[4], "#%u");
	say(s, " id=");
	put_transform_id(s, d.p[4], get_be16(d.p + 6));
	put_c(s, ' ');
	for (u32 off = 8, len; off < n; off += len) {
		len = ike_attribute(s, d, off, n, ike_attrs, LEN(ike_attrs));
		if (!len) {
			say(s, "[|attr]");
			break;
		}
	}
	put_c(s, ')');
	return true;
}

static bool proposal(struct print_state *s, struct pdu d, u32 n, u32 depth)
{
	if (n < 8 || !pdu_has(d, 0, 8))
		return ike_cut(s, PROPOSAL);
	u32 spi = d.p[6], count = d.p[7];
	put_f(s, "p: #%u protoid=", d.p[4]);
	put_ike_proto(s, d.p[5]);
	put_f(s, " transform=%u len=%u", count, n);
	if (spi) {
		say(s, " spi=");
		if (!pdu_has(d, 8, spi))
			return ike_cut(s, PROPOSAL);
		put_hex(s, d.p + 8, spi);
	}
	u32 off = 8 + spi;
	for (u32 i = 1, more = 1; more && off < n; i++) {
		if (!pdu_has(d, off, 4))
			return ike_cut(s, PROPOSAL);
		u32 len = get_be16(d.p + off + 2);

		more = d.p[off];
		if (len > n - off || len < 4)
			return ike_cut(s, PROPOSAL);
		if (!transform(s, pdu_skip(d, off), len, i, depth + 1))
			return false;
		off += len;
	}
	return true;
}

static bool sa(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	put_head(s, d, "sa");
	put_f(s, " len=%u", n - 4);
	u32 off = 4;
	for (u32 more = PROPOSAL; more;) {
		if (off + 4 > n || !pdu_has(d, off, 4))
			return ike_cut(s, type);
		u32 len = get_be16(d.p + off + 2);

		more = d.p[off];
		if (len > n - off || len < 4)
			return ike_cut(s, type);
		put_c(s, '\n');
		for (u32 i = 0; i <= at.depth; i++)
			say(s, "    ");
		put_c(s, '(');
		bool ok = proposal(s, pdu_skip(d, off), len, at.depth + 1);
		put_c(s, ')');
		if (!ok)
			return false;
		off += len;
	}
	return true;
}

static bool key_exchange(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)at;
	if (n < 8)
		return ike_cut(s, type);
	put_named(s, d, type);
	put_f(s, " len=%u group=", n - 8);
	put_word(s, ike_groups + 1, LEN(ike_groups) - 1, pdu_be16(s, d, 4), "#%u");
	if (n > 8 && s->opt.verbose > 2) {
		put_c(s, ' ');
		put_hex(s, pdu_need(s, d, 8, n - 8), n - 8);
	}
	return true;
}

static void put_printable(struct print_state *s, const u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		put_c(s, p[i] >= ' ' && p[i] < 0x7f ? (char)p[i] : '.');
}

static bool identity(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	static const struct word types[] = {{1, "ipv4"}, {2, "fqdn"}, {3, "rfc822"}, {5, "ipv6"},
					    {9, "dn"},   {10, "gn"},  {11, "keyid"}};

	(void)at;
	put_named(s, d, type);
	put_f(s, " len=%u", n - 4);
	if (n > 4 && s->opt.verbose > 2) {
		put_c(s, ' ');
		put_hex(s, pdu_need(s, d, 4, n - 4), n - 4);
	}
	u8 kind = pdu_u8(s, d, 4);
	const char *name = word_of(WORDS(types), kind);
	if (name)
		put_f(s, " %s:", name);
	if (n < 8)
		return ike_cut(s, type);
	const u8 *p = pdu_need(s, d, 8, n - 8);
	if (!name)
		return true;
	if (kind == 2 || kind == 3)
		put_printable(s, p, n - 8);
	else
		put_hex(s, p, n - 8);
	return true;
}

static bool authentication(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	static const struct word methods[] = {
		{0, "invalid"}, {1, "rsasig"}, {2, "shared-secret"}, {3, "dsssig"}};

	(void)at;
	put_named(s, d, type);
	if (n < 8)
		return ike_cut(s, type);
	put_f(s, " len=%u method=", n - 4);
	put_word(s, WORDS(methods), pdu_u8(s, d, 4), "#%u");
	if (n <= 8)
		return true;
	if (s->opt.verbose > 1) {
		say(s, " authdata=(");
		put_hex(s, pdu_need(s, d, 8, n - 8), n - 8);
		say(s, ") ");
	} else {
		put_ike_some(s, d, 8);
	}
	return true;
}

static bool nonce(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)type, (void)at;
	put_head(s, d, "nonce");
	put_f(s, " len=%u", n - 4);
	if (n <= 4)
		return true;
	if (s->opt.verbose > 1) {
		say(s, " nonce=(");
		put_hex(s, pdu_need(s, d, 4, n - 4), n - 4);
		say(s, ") ");
	} else {
		put_ike_some(s, d, 4);
	}
	return true;
}

static const char *notice_name(u16 v)
{
	const char *name = word_of(WORDS(notices), v);

	if (name)
		return name;
	if (v < 16384)
		return v < 8192 ? "error" : "private-error";
	return v < 40960 ? "status" : "private-status";
}

static bool notify(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)at;
	put_head(s, d, "n");
	if (n < 8 || !pdu_has(d, 4, 4))
		return ike_cut(s, type);
	u32 spi = d.p[5], off = 8 + spi;
	u16 notice = get_be16(d.p + 6);
	say(s, " prot_id=");
	put_ike_proto(s, d.p[4]);
	put_f(s, " type=%u(%s)", notice, notice_name(notice));
	if (spi) {
		say(s, " spi=");
		put_hex(s, pdu_need(s, d, 8, spi), spi);
	}
	if (notice == 16390 && off < n) {
		const u8 *p = pdu_need(s, d, off, n - off);

		if (n - off > 30) {
			put_ike_some(s, d, off);
		} else {
			say(s, " data=(");
			put_hex(s, p, n - off);
			put_c(s, ')');
		}
	}
	return true;
}

static bool vendor(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)at;
	put_named(s, d, type);
	put_f(s, " len=%u vid=", n - 4);
	put_printable(s, pdu_need(s, d, 4, n - 4), n - 4);
	if (n > 8 && s->opt.verbose > 2) {
		put_c(s, ' ');
		put_hex(s, d.p + 4, n - 4);
	}
	return true;
}

ike_payload *ike2_payload(u8 type)
{
	static ike_payload *const payloads[] = {
		[0] = sa,     [1] = key_exchange, [2] = identity,       [3] = identity,
		[4] = plain,  [5] = plain,        [6] = authentication, [7] = nonce,
		[8] = notify, [9] = plain,        [10] = vendor,        [11] = plain,
		[12] = plain, [13] = plain,       [14] = plain,         [15] = plain,
	};
	u32 i = type - (u32)SA_PAYLOAD;

	return i < LEN(payloads) ? payloads[i] : NULL;
}
