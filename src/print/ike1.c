/* SPDX-License-Identifier: BSD-2-Clause */
/* The payloads of IKE version 1, RFC 2408, 2407, 2409. */
#include "print/ike.h"

enum { IPSEC = 1, PROPOSAL = 2, TRANSFORM = 3, REPLAY_STATUS = 24577, LIFETIME = 24576 };

const struct word ike_groups[19] = {
	{0, NULL},          {1, "modp768"},     {2, "modp1024"},    {3, "EC2N 2^155"},
	{4, "EC2N 2^185"},  {5, "modp1536"},    {6, "iana-grp06"},  {7, "iana-grp07"},
	{8, "iana-grp08"},  {9, "iana-grp09"},  {10, "iana-grp10"}, {11, "iana-grp11"},
	{12, "iana-grp12"}, {13, "iana-grp13"}, {14, "modp2048"},   {15, "modp3072"},
	{16, "modp4096"},   {17, "modp6144"},   {18, "modp8192"},
};

const struct word ike_ciphers[13] = {
	{0, NULL},   {1, "1des-iv64"}, {2, "1des"},     {3, "3des"},  {4, "rc5"},
	{5, "idea"}, {6, "cast"},      {7, "blowfish"}, {8, "3idea"}, {9, "1des-iv32"},
	{10, "rc4"}, {11, "null"},     {12, "aes"},
};

static const struct word enc[] = {{1, "1des"}, {2, "idea"}, {3, "blowfish"}, {4, "rc5"},
				  {5, "3des"}, {6, "cast"}, {7, "aes"}};
static const struct word hashes[] = {{1, "md5"},      {2, "sha1"},     {3, "tiger"},
				     {4, "sha2-256"}, {5, "sha2-384"}, {6, "sha2-512"}};
static const struct word auths[] = {
	{1, "preshared"}, {2, "dss"}, {3, "rsa sig"}, {4, "rsa enc"}, {5, "rsa enc revised"}};
static const struct word group_types[] = {{1, "MODP"}, {2, "ECP"}, {3, "EC2N"}};
static const struct word life_types[] = {{1, "sec"}, {2, "kb"}};
static const struct word modes[] = {{1, "tunnel"}, {2, "transport"}};
static const struct word macs[] = {
	{1, "hmac-md5"}, {2, "hmac-sha1"}, {3, "1des-mac"}, {4, "keyed"}};
static const struct word ah[] = {{1, "(reserved)"}, {2, "md5"},      {3, "sha"},     {4, "1des"},
				 {5, "sha2-256"},   {6, "sha2-384"}, {7, "sha2-512"}};
static const struct word compressions[] = {{1, "oui"}, {2, "deflate"}, {3, "lzs"}};

#define GROUPS ike_groups + 1, LEN(ike_groups) - 1

const struct ike_attr ike_attrs[17] = {
	[1] = {"enc", WORDS(enc)},
	[2] = {"hash", WORDS(hashes)},
	[3] = {"auth", WORDS(auths)},
	[4] = {"group desc", GROUPS},
	[5] = {"group type", WORDS(group_types)},
	[6] = {"group prime", NULL, 0},
	[7] = {"group gen1", NULL, 0},
	[8] = {"group gen2", NULL, 0},
	[9] = {"group curve A", NULL, 0},
	[10] = {"group curve B", NULL, 0},
	[11] = {"lifetype", WORDS(life_types)},
	[12] = {"lifeduration", NULL, 0},
	[13] = {"prf", NULL, 0},
	[14] = {"keylen", NULL, 0},
	[15] = {"field", NULL, 0},
	[16] = {"order", NULL, 0},
};

static const struct ike_attr ipsec_attrs[] = {
	[1] = {"lifetype", WORDS(life_types)},
	[2] = {"life", NULL, 0},
	[3] = {"group desc", GROUPS},
	[4] = {"enc mode", WORDS(modes)},
	[5] = {"auth", WORDS(macs)},
	[6] = {"keylen", NULL, 0},
	[7] = {"rounds", NULL, 0},
	[8] = {"dictsize", NULL, 0},
	[9] = {"privalg", NULL, 0},
};

static void put_raw(struct print_state *s, struct pdu d, u32 off, u32 n)
{
	put_c(s, ' ');
	put_hex(s, pdu_need(s, d, off, n), n);
}

static bool sa(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	static const struct word situations[] = {{1, "identity"}, {2, "secrecy"}, {4, "integrity"}};

	say(s, "sa:");
	if (n < 12 || !pdu_has(d, 4, 8))
		return ike_cut(s, type);
	u32 doi = get_be32(d.p + 4), sit = get_be32(d.p + 8), off = 12;
	if (doi != IPSEC) {
		put_f(s, " doi=%u situation=%u", doi, sit);
		return true;
	}
	say(s, " doi=ipsec situation=");
	put_bits(s, WORDS(situations), sit, "+", "");
	if (sit != 1) {
		if (!pdu_has(d, off, 4))
			return ike_cut(s, type);
		put_f(s, " ident=%u", doi);
		off += 4;
	}
	at.doi = IPSEC;
	if (!pdu_has(d, off, 4))
		return ike_cut(s, type);
	return ike_chain(s, pdu_skip(d, off), n > off ? n - off : 0, PROPOSAL, at);
}

static bool proposal(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	say(s, "p:");
	if (n < 8 || !pdu_has(d, 4, 4))
		return ike_cut(s, type);
	u32 spi = d.p[6];
	put_f(s, " #%u protoid=", d.p[4]);
	put_ike_proto(s, d.p[5]);
	put_f(s, " transform=%u", d.p[7]);
	if (spi) {
		say(s, " spi=");
		if (!pdu_has(d, 8, spi))
			return ike_cut(s, type);
		put_hex(s, d.p + 8, spi);
	}
	at.proto = d.p[5];
	u32 off = 8 + spi;
	if (off > n || !pdu_has(d, off, 4))
		return ike_cut(s, type);
	return ike_chain(s, pdu_skip(d, off), n - off, TRANSFORM, at);
}

static void put_transform_id(struct print_state *s, u32 proto, u8 id)
{
	static const struct word phase1[] = {{1, "ike"}};

	switch (proto) {
	case 1:
		put_word(s, WORDS(phase1), id, "#%u");
		break;
	case 2:
		put_word(s, WORDS(ah), id, "#%u");
		break;
	case 3:
		put_word(s, ike_ciphers + 1, LEN(ike_ciphers) - 1, id, "#%u");
		break;
	case 4:
		put_word(s, WORDS(compressions), id, "#%u");
		break;
	default:
		put_u(s, id);
	}
}

static bool transform(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	say(s, "t:");
	if (n < 8 || !pdu_has(d, 4, 4))
		return ike_cut(s, type);
	put_f(s, " #%u id=", d.p[4]);
	put_transform_id(s, at.proto, d.p[5]);
	put_c(s, ' ');
	for (u32 off = 8, len; off < n; off += len) {
		len = at.proto == 1 && at.doi == IPSEC
			      ? ike_attribute(s, d, off, n, ike_attrs, LEN(ike_attrs))
			      : ike_attribute(s, d, off, n, ipsec_attrs, LEN(ipsec_attrs));
		if (!len) {
			say(s, "[|attr]");
			return true;
		}
	}
	return true;
}

static bool key_exchange(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)type, (void)at;
	put_f(s, "ke: key len=%u", n - 4);
	if (n > 4 && s->opt.verbose > 2)
		put_raw(s, d, 4, n - 4);
	return true;
}

static const struct word id_types[] = {
	{1, "IPv4"},    {2, "FQDN"},     {3, "user FQDN"}, {4, "IPv4net"},
	{5, "IPv6"},    {6, "IPv6net"},  {7, "IPv4range"}, {8, "IPv6range"},
	{9, "ASN1 DN"}, {10, "ASN1 GN"}, {11, "keyid"},
};

static void put_identity(struct print_state *s, struct pdu d, u32 off, u32 n, u8 type)
{
	static const u8 needs[] = {[1] = 4, [4] = 8, [5] = 16, [6] = 20, [7] = 8, [8] = 32};
	const u8 *p = pdu_need(s, d, off, n);

	put_f(s, " len=%u", n);
	if (type < LEN(needs) && n < needs[type]) {
		put_f(s, " [bad: < %u]", needs[type]);
		return;
	}
	switch (type) {
	case 1:
	case 4:
	case 7:
		put_c(s, ' ');
		put_ip4(s, p);
		if (type == 1)
			break;
		put_c(s, type == 4 ? '/' : '-');
		if (type == 4)
			put_f(s, "%u.%u.%u.%u", p[4], p[5], p[6], p[7]);
		else
			put_ip4(s, p + 4);
		break;
	case 2:
	case 3:
		put_c(s, ' ');
		put_chars(s, d, off, n);
		break;
	case 5:
		put_c(s, ' ');
		put_ip6(s, p);
		break;
	case 6:
		put_c(s, ' ');
		put_ip6(s, p);
		say(s, "/0x");
		put_hex(s, p + 16, MIN(n - 16, 16));
		break;
	case 8:
		put_c(s, ' ');
		put_ip6(s, p);
		put_c(s, '-');
		put_ip6(s, p + 16);
		break;
	}
}

static bool identity(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	static const struct word plain[] = {
		{0, "IPv4"}, {1, "IPv4net"}, {2, "IPv6"}, {3, "IPv6net"}};

	say(s, "id:");
	if (n < 8 || !pdu_has(d, 4, 4))
		return ike_cut(s, type);
	say(s, " idtype=");
	if (at.phase != 1 && at.phase != 2)
		put_word(s, WORDS(plain), d.p[4], "#%u");
	else
		put_word(s, WORDS(id_types), d.p[4], "#%u");
	put_f(s, " protoid=%u port=%u", d.p[5], get_be16(d.p + 6));
	if (n > 8)
		put_identity(s, d, 8, n - 8, d.p[4]);
	return true;
}

static bool certificate(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	static const struct word types[] = {
		{0, "none"},     {1, "pkcs7"},  {2, "pgp"},       {3, "dns"},
		{4, "x509sign"}, {5, "x509ke"}, {6, "kerberos"},  {7, "crl"},
		{8, "arl"},      {9, "spki"},   {10, "x509attr"},
	};

	(void)at;
	put_ike_name(s, type);
	put_f(s, ": len=%u type=", n - 4);
	put_word(s, WORDS(types), pdu_u8(s, d, 4), "#%u");
	if (n > 4 && s->opt.verbose > 2)
		put_raw(s, d, 4, n - 4);
	return true;
}

static bool plain(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)at;
	put_ike_name(s, type);
	put_f(s, ": len=%u", n - 4);
	if (n > 4 && s->opt.verbose > 2)
		put_raw(s, d, 4, n - 4);
	return true;
}

static bool nonce(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)type, (void)at;
	put_f(s, "nonce: n len=%u", n - 4);
	if (n > 4 && s->opt.verbose > 2) {
		put_raw(s, d, 4, n - 4);
	} else if (n > 4 && s->opt.verbose > 1) {
		put_c(s, ' ');
		put_ike_some(s, d, 4);
	}
	return true;
}

static const struct word notices[] = {
	{1, "INVALID-PAYLOAD-TYPE"},
	{2, "DOI-NOT-SUPPORTED"},
	{3, "SITUATION-NOT-SUPPORTED"},
	{4, "INVALID-COOKIE"},
	{5, "INVALID-MAJOR-VERSION"},
	{6, "INVALID-MINOR-VERSION"},
	{7, "INVALID-EXCHANGE-TYPE"},
	{8, "INVALID-FLAGS"},
	{9, "INVALID-MESSAGE-ID"},
	{10, "INVALID-PROTOCOL-ID"},
	{11, "INVALID-SPI"},
	{12, "INVALID-TRANSFORM-ID"},
	{13, "ATTRIBUTES-NOT-SUPPORTED"},
	{14, "NO-PROPOSAL-CHOSEN"},
	{15, "BAD-PROPOSAL-SYNTAX"},
	{16, "PAYLOAD-MALFORMED"},
	{17, "INVALID-KEY-INFORMATION"},
	{18, "INVALID-ID-INFORMATION"},
	{19, "INVALID-CERT-ENCODING"},
	{20, "INVALID-CERTIFICATE"},
	{21, "CERT-TYPE-UNSUPPORTED"},
	{22, "INVALID-CERT-AUTHORITY"},
	{23, "INVALID-HASH-INFORMATION"},
	{24, "AUTHENTICATION-FAILED"},
	{25, "INVALID-SIGNATURE"},
	{26, "ADDRESS-NOTIFICATION"},
	{27, "NOTIFY-SA-LIFETIME"},
	{28, "CERTIFICATE-UNAVAILABLE"},
	{29, "UNSUPPORTED-EXCHANGE-TYPE"},
	{30, "UNEQUAL-PAYLOAD-LENGTHS"},
	{8192, "RESERVED"},
	{16384, "CONNECTED"},
};
static const struct word ipsec_notices[] = {
	{24576, "RESPONDER-LIFETIME"}, {24577, "REPLAY-STATUS"}, {24578, "INITIAL-CONTACT"}};

static void put_notice_data(struct print_state *s, struct pdu d, u32 off, u32 n, u16 notice)
{
	if (notice == LIFETIME) {
		say(s, " attrs=(");
		for (u32 len; off < n; off += len) {
			len = ike_attribute(s, d, off, n, ike_attrs, LEN(ike_attrs));
			if (!len) {
				say(s, "[|attr]");
				break;
			}
		}
		put_c(s, ')');
	} else if (notice == REPLAY_STATUS) {
		put_f(s, " status=(replay detection %sabled)", pdu_be32(s, d, off) ? "en" : "dis");
	} else if (s->opt.verbose > 3) {
		put_raw(s, d, off, n - off);
	} else if (s->opt.verbose) {
		put_ike_some(s, d, off);
	}
}

static bool notify(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)at;
	say(s, "n:");
	if (n < 12 || !pdu_has(d, 4, 8))
		return ike_cut(s, type);
	u32 doi = get_be32(d.p + 4), spi = d.p[9], off = 12;
	u16 notice = get_be16(d.p + 10);
	if (doi != IPSEC) {
		put_f(s, " doi=%u proto=%u", doi, d.p[8]);
	} else {
		say(s, " doi=ipsec proto=");
		put_ike_proto(s, d.p[8]);
	}
	say(s, " type=");
	if (doi == IPSEC && word_of(WORDS(ipsec_notices), notice))
		put_s(s, word_of(WORDS(ipsec_notices), notice));
	else
		put_word(s, WORDS(notices), notice, "#%u");
	if (spi) {
		say(s, " spi=");
		if (!pdu_has(d, off, spi))
			return ike_cut(s, type);
		put_hex(s, d.p + off, spi);
		off += spi;
	}
	if (doi == IPSEC && off < n)
		put_notice_data(s, d, off, n, notice);
	return true;
}

static bool deletion(struct print_state *s, struct pdu d, u32 n, u8 type, struct ike at)
{
	(void)at, (void)n;
	say(s, "d:");
	if (!pdu_has(d, 4, 8))
		return ike_cut(s, type);
	u32 doi = get_be32(d.p + 4), size = d.p[9], count = get_be16(d.p + 10);
	if (doi != IPSEC) {
		put_f(s, " doi=%u proto=%u", doi, d.p[8]);
	} else {
		say(s, " doi=ipsec proto=");
		put_ike_proto(s, d.p[8]);
	}
	put_f(s, " spilen=%u nspi=%u spi=", size, count);
	for (u32 i = 0; i < count; i++) {
		if (i)
			put_c(s, ',');
		if (!pdu_has(d, 12 + i * size, size))
			return ike_cut(s, type);
		put_hex(s, d.p + 12 + i * size, size);
	}
	return true;
}

ike_payload *ike1_payload(u8 type)
{
	static ike_payload *const payloads[] = {
		[1] = sa,       [2] = proposal,    [3] = transform,   [4] = key_exchange,
		[5] = identity, [6] = certificate, [7] = certificate, [8] = plain,
		[9] = plain,    [10] = nonce,      [11] = notify,     [12] = deletion,
		[13] = plain,
	};

	return type < LEN(payloads) ? payloads[type] : NULL;
}
