/* SPDX-License-Identifier: BSD-2-Clause */
/* The control protocols of PPP: RFC 1661, 1332, 5072, 1962, 2125. */
#include "print/part.h"
#include "print/ppp.h"

enum { CODE, ID, LENGTH, BODY = 4 };
enum { OUI_MORE = 11, MAGIC_END = 8, TIME_END = 12 };

/* Prints the value of an option that begins at d and has n bytes; false at the
 * end of the list. */
typedef bool option_print(struct print_state *s, struct pdu d, u32 n);

struct option {
	u8 type;
	const char *name;
	u8 len; /* of the option, if it must be so or, `least`, at least so */
	bool least;
	bool ends;           /* a wrong length is the end of the list */
	option_print *print; /* NULL: as bytes */
};

static void dump(struct print_state *s, const char *indent, struct pdu d, u32 off, u32 n)
{
	if (pdu_has(d, off, 0))
		put_dump(s, indent, d.p + off, MIN(n, d.cap - off), false);
}

static bool nothing(struct print_state *s, struct pdu d, u32 n)
{
	(void)s, (void)d, (void)n;
	return true;
}

static bool number16(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	put_f(s, ": %u", pdu_be16(s, d, 2));
	return true;
}

static bool bits16(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	put_f(s, ": 0x%04x", pdu_be16(s, d, 2));
	return true;
}

static bool bits32(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	put_f(s, ": 0x%08x", pdu_be32(s, d, 2));
	return true;
}

static bool address(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	const u8 *p = pdu_need(s, d, 2, 4);
	say(s, ": ");
	put_ip4(s, p);
	return true;
}

/* ---- LCP ---- */
static bool vendor(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	u32 oui = pdu_be24(s, d, 2);
	put_f(s, ": Vendor: %s (%u)", oui_name(oui), oui);
	return true;
}

static bool authentication(struct print_state *s, struct pdu d, u32 n)
{
	static const struct word algorithms[] = {
		{5, "MD5"}, {0x80, "MS-CHAPv1"}, {0x81, "MS-CHAPv2"}};
	u16 proto = pdu_be16(s, d, 2);
	const char *name = ppp_name(proto);
	u8 algorithm;

	put_f(s, ": %s", name ?: "Unknown Auth Proto (0x04x)");
	switch (proto) {
	case PPP_CHAP:
		algorithm = pdu_u8(s, d, 4);
		say(s, ", ");
		put_word(s, WORDS(algorithms), algorithm, "Unknown Auth Alg %u");
		break;
	case PPP_PAP:
	case PPP_SPAP:
	case PPP_OLD_SPAP:
	case PPP_EAP:
		break;
	default:
		dump(s, "\n\t", d, 0, n);
	}
	return true;
}

static bool quality(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	put_s(s, pdu_be16(s, d, 2) == PPP_LQM ? ": LQR" : ": unknown");
	return true;
}

static bool callback(struct print_state *s, struct pdu d, u32 n)
{
	static const struct word operations[] = {{0, "UserAuth"}, {1, "DialString"}, {2, "LocalID"},
						 {3, "E.164"},    {4, "X.500"},      {6, "CBCP"}};
	(void)n;
	say(s, ": ");
	u8 v = pdu_u8(s, d, 2);
	put_f(s, ": Callback Operation %s (%u)", word_of(WORDS(operations), v) ?: "Unknown", v);
	return true;
}

static bool discriminator(struct print_state *s, struct pdu d, u32 n)
{
	static const struct word classes[] = {
		{0, "Null"}, {1, "Local"}, {4, "Magic-Num-Block"}, {5, "PSNDN"}};
	u8 class = pdu_u8(s, d, 2);
	u32 want = class == 2 ? 7 : class == 3 ? 9 : n;

	if (n != want) {
		put_f(s, " (length bogus, should be = %u)", want);
		return false;
	} else if (class == 2) {
		const u8 *p = pdu_need(s, d, 3, 4);
		say(s, ": IPv4 ");
		put_ip4(s, p);
	} else if (class == 3) {
		const u8 *p = pdu_need(s, d, 3, 6);
		say(s, ": MAC ");
		put_ether(s, p);
	} else {
		say(s, ": ");
		put_word(s, WORDS(classes), class, "Unknown class %u");
	}
	return true;
}

static const struct option lcp[] = {
	/* clang-format off */
	{0, "Vend-Ext", 6, true, false, vendor},
	{1, "MRU", 4, false, false, number16},
	{2, "ACCM", 6, false, false, bits32},
	{3, "Auth-Prot", 4, true, false, authentication},
	{4, "Qual-Prot", 4, true, true, quality},
	{5, "Magic-Num", 6, false, true, bits32},
	{6, "deprecated(6)", 0, false, false, NULL},
	{7, "PFC", 0, false, false, nothing},
	{8, "ACFC", 0, false, false, nothing},
	{9, "FCS-Alt", 0, false, false, NULL},
	{10, "SDP", 0, false, false, NULL},
	{11, "Num-Mode", 0, false, false, NULL},
	{12, "deprecated(12)", 0, false, false, NULL},
	{13, "Call-Back", 3, true, true, callback},
	{14, "deprecated(14)", 0, false, false, NULL},
	{15, "deprecated(15)", 0, false, false, NULL},
	{16, "deprecated(16)", 0, false, false, NULL},
	{17, "MRRU", 4, false, true, number16},
	{18, "12-Bit seq #", 0, false, false, NULL},
	{19, "End-Disc", 3, true, true, discriminator},
	{20, "Proprietary", 0, false, false, NULL},
	{21, "DCE-Id", 0, false, false, NULL},
	{22, "MP+", 0, false, false, NULL},
	{23, "Link-Disc", 4, false, true, bits16},
	{24, "LCP-Auth-Opt", 0, false, false, NULL},
	{25, "COBS", 0, false, false, NULL},
	{26, "Prefix-elision", 0, false, false, NULL},
	{27, "Multilink-header-Form", 0, false, false, NULL},
	{28, "I18N", 0, false, false, NULL},
	{29, "SDL-over-SONET/SDH", 0, false, false, NULL},
	{30, "PPP-Muxing", 0, false, false, NULL},
	/* clang-format on */
};

/* ---- IPCP and IPv6CP ---- */
static bool addresses(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	pdu_need(s, d, 2, 8);
	say(s, ": src ");
	put_ip4(s, d.p + 2);
	say(s, ", dst ");
	put_ip4(s, d.p + 6);
	return true;
}

/* RFC 2507 5.2 and its suboptions, RFC 3544. */
static bool header_compression(struct print_state *s, struct pdu d, u32 n)
{
	static const struct word kinds[] = {{1, "RTP-Compression"},
					    {2, "Enhanced RTP-Compression"}};

	if (n < 14) {
		say(s, " (length bogus, should be >= 14)");
		return false;
	}
	if (!pdu_has(d, 2, 14)) {
		say(s, "[|ipcp]");
		return false;
	}
	put_f(s, "\n\t    TCP Space %u, non-TCP Space %u, maxPeriod %u, maxTime %u, maxHdr %u",
	      get_be16(d.p + 4), get_be16(d.p + 6), get_be16(d.p + 8), get_be16(d.p + 10),
	      get_be16(d.p + 12));
	u32 left = n - 14;
	if (!left)
		return true;
	put_f(s, "\n\t      Suboptions, length %u", left);
	for (u32 off = 14, len; left >= 2; off += len, left -= len) {
		if (!pdu_has(d, off, 2)) {
			say(s, "[|ipcp]");
			return false;
		}
		len = d.p[off + 1];
		if (!len || len > left)
			return true;
		say(s, "\n\t\t");
		put_s(s, word_of(WORDS(kinds), d.p[off]) ?: "Unknown");
		put_f(s, " Suboption #%u, length %u", d.p[off], len);
	}
	return true;
}

static bool compression(struct print_state *s, struct pdu d, u32 n)
{
	u16 kind = pdu_be16(s, d, 2);

	put_f(s, ": %s (0x%02x):",
	      kind == 0x2d   ? "VJ-Comp"
	      : kind == 0x61 ? "IP Header Compression"
			     : "Unknown",
	      kind);
	return kind != 0x61 || header_compression(s, d, n);
}

static const struct option ipcp[] = {
	{1, "IP-Addrs", 10, false, false, addresses}, {2, "IP-Comp", 4, true, false, compression},
	{3, "IP-Addr", 6, false, false, address},     {4, "Home-Addr", 6, false, false, address},
	{129, "Pri-DNS", 6, false, false, address},   {130, "Pri-NBNS", 6, false, false, address},
	{131, "Sec-DNS", 6, false, false, address},   {132, "Sec-NBNS", 6, false, false, address},
};

static bool interface_id(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	if (!pdu_has(d, 2, 8)) {
		say(s, "[|ip6cp]");
		return false;
	}
	put_f(s, ": %04x:%04x:%04x:%04x", get_be16(d.p + 2), get_be16(d.p + 4), get_be16(d.p + 6),
	      get_be16(d.p + 8));
	return true;
}

static const struct option ip6cp[] = {{1, "Interface-ID", 10, false, false, interface_id}};

/* ---- CCP and BACP ---- */
static bool bsd_compress(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	u8 v = pdu_u8(s, d, 2);
	put_f(s, ": Version: %u, Dictionary Bits: %u", v >> 5, v & 31);
	return true;
}

static bool mvrca(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	u8 v = pdu_u8(s, d, 2), id = pdu_u8(s, d, 3);
	put_f(s, ": Features: %u, PxP: %s, History: %u, #CTX-ID: %u", v >> 6,
	      v & 0x20 ? "Enabled" : "Disabled", v & 31, id);
	return true;
}

static bool deflate(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	u8 v = pdu_u8(s, d, 2), w = pdu_u8(s, d, 3);
	put_f(s, ": Window: %uK, Method: %s (0x%x), MBZ: %u, CHK: %u", v >> 4,
	      (v & 15) == 8 ? "zlib" : "unknown", v & 15, w >> 2, w & 3);
	return true;
}

static const struct option ccp[] = {
	/* clang-format off */
	{0, "OUI", 0, false, false, NULL},
	{1, "Pred-1", 0, false, false, NULL},
	{2, "Pred-2", 0, false, false, NULL},
	{3, "Puddle", 0, false, false, NULL},
	{16, "HP-PPC", 0, false, false, NULL},
	{17, "Stac-LZS", 0, false, false, NULL},
	{18, "MPPC", 0, false, false, NULL},
	{19, "Gand-FZA", 0, false, false, NULL},
	{20, "V.42bis", 0, false, false, NULL},
	{21, "BSD-Comp", 3, true, false, bsd_compress},
	{23, "LZS-DCP", 0, false, false, NULL},
	{24, "MVRCA", 4, true, false, mvrca},
	{25, "DEC", 0, false, false, NULL},
	{26, "Deflate", 4, true, false, deflate},
	{255, "Reserved", 0, false, false, NULL},
	/* clang-format on */
};

static bool favored(struct print_state *s, struct pdu d, u32 n)
{
	(void)n;
	put_f(s, ": Magic-Num 0x%08x", pdu_be32(s, d, 2));
	return true;
}

static const struct option bacp[] = {{1, "Favored-Peer", 6, false, false, favored}};

static const struct family {
	u16 proto;
	const char *cut;     /* the name in [|name] */
	const char *unknown; /* for a type without a name; NULL: that is all of it */
	const struct option *options;
	u32 n;
} families[] = {
	{PPP_LCP, "lcp", NULL, WORDS(lcp)},
	{PPP_IPCP, "ipcp", "unknown", WORDS(ipcp)},
	{PPP_IP6CP, "ip6cp", "unknown", WORDS(ip6cp)},
	{PPP_CCP, "ccp", "Unknown", WORDS(ccp)},
	{PPP_BACP, "bacp", "Unknown", WORDS(bacp)},
};

static const struct option *find(const struct family *f, u8 type)
{
	for (u32 i = 0; i < f->n; i++)
		if (f->options[i].type == type)
			return &f->options[i];
	return NULL;
}

/* The length of the option at d, or 0 at the end of the list. `whole` is the
 * length of the message: tcpdump holds the option's against that. */
static u32 option(struct print_state *s, const struct family *f, struct pdu d, u32 whole)
{
	if (!pdu_has(d, 0, 2)) {
		put_f(s, "[|%s]", f->cut);
		return 0;
	}
	u8 type = d.p[0], n = d.p[1];
	const struct option *o = find(f, type);
	if (whole < n)
		return 0;
	if (!o && !f->unknown) {
		put_f(s, "\n\tunknown LCP option 0x%02x", type);
		return n < 2 ? 0 : n;
	}
	put_f(s, "\n\t  %s Option (0x%02x), length %u", o ? o->name : f->unknown, type, n);
	if (n < 2) {
		say(s, " (length bogus, should be >= 2)");
		return 0;
	}
	if (o && o->len && (o->least ? n < o->len : n != o->len)) {
		put_f(s, " (length bogus, should be %s %u)", o->least ? ">=" : "=", o->len);
		return o->ends ? 0 : n;
	}
	if (o && o->print && !o->print(s, d, n))
		return 0;
	if (!o || !o->print || s->opt.verbose > 1)
		dump(s, "\n\t    ", d, 2, n - 2);
	return n;
}

static void options(struct print_state *s, u16 proto, struct pdu d, u32 left)
{
	const struct family *f = NULL;
	u32 whole = left + BODY, n;

	for (size_t i = 0; i < LEN(families); i++)
		if (families[i].proto == proto)
			f = &families[i];
	for (; f && left; left -= n, d = pdu_skip(d, n)) {
		n = option(s, f, d, whole);
		if (!n)
			return;
		if (left < n) {
			put_f(s, " [remaining options length %u < %u]", left, n);
			put_invalid(s);
			return;
		}
	}
}

/* ---- messages ---- */
static void rejected(struct print_state *s, struct pdu d, u32 n)
{
	u16 proto = pdu_be16(s, d, 0);

	put_f(s, "\n\t  Rejected %s Protocol (0x%04x)", ppp_name(proto) ?: "unknown", proto);
	if (n > 2) {
		say(s, "\n\t  Rejected Packet");
		dump(s, "\n\t    ", d, 2, n - 2);
	}
}

static void put_magic(struct print_state *s, struct pdu d)
{
	put_f(s, "\n\t  Magic-Num 0x%08x", pdu_be32(s, d, 0));
}

/* tcpdump prints four bytes more than the message has. */
static void identification(struct print_state *s, struct pdu d, u32 n, const char *name)
{
	put_magic(s, d);
	if (n == 4)
		return;
	say(s, "\n\t  Message\n\t    ");
	u32 have = MIN(n, d.cap - 4);
	put_chars(s, d, 4, have);
	if (have < n)
		put_f(s, "[|%s]", name);
}

static void echo(struct print_state *s, struct pdu d, u32 n, const char *name)
{
	put_magic(s, d);
	if (n == 4)
		return;
	say(s, "\n\t  -----trailing data-----");
	if (pdu_has(d, 4, n - 4))
		dump(s, "\n\t  ", d, 4, n - 4);
	else
		put_f(s, "[|%s]", name);
}

static void body(struct print_state *s, u16 proto, struct pdu d, u8 code, u32 n, const char *name)
{
	struct pdu in = pdu_skip(d, BODY);

	switch (code) {
	case 0:
		if (n < OUI_MORE - BODY)
			break;
		put_magic(s, in);
		u32 oui = pdu_be24(s, in, 4);
		put_f(s, " Vendor: %s (%u)", oui_name(oui), oui);
		break;
	case 1 ... 4:
		options(s, proto, in, n);
		break;
	case 5 ... 7:
		break;
	case 8:
		if (n >= 2)
			rejected(s, in, n);
		break;
	case 9 ... 11:
		if (n >= MAGIC_END - BODY)
			echo(s, in, n, name);
		break;
	case 12:
		if (n >= MAGIC_END - BODY)
			identification(s, in, n, name);
		break;
	case 13:
		if (n < TIME_END - BODY)
			break;
		put_magic(s, in);
		put_f(s, ", Seconds-Remaining %us", pdu_be32(s, in, 4));
		break;
	default:
		/* Their numbers have two bytes, which stand before d. */
		if (s->opt.verbose <= 1)
			put_dump(s, "\n\t  ", d.p - 2, MIN(n + BODY, d.cap) + 2, false);
	}
}

void print_ppp_control(struct print_state *s, u16 proto, struct pdu d)
{
	static const char *const codes[] = {
		"Vendor-Extension", "Conf-Request", "Conf-Ack",    "Conf-Nack",   "Conf-Reject",
		"Term-Request",     "Term-Ack",     "Code-Reject", "Prot-Reject", "Echo-Request",
		"Echo-Reply",       "Disc-Req",     "Ident",       "Time-Rem",    "Reset-Req",
		"Reset-Ack",
	};
	const char *name = ppp_name(proto);

	put_f(s, "%s, ", name);
	if (d.len < BODY || d.cap < 2) {
		put_f(s, "[|%s]", name);
		return;
	}
	u8 code = d.p[CODE];
	put_f(s, "%s (0x%02x), id %u, length %u",
	      code < LEN(codes) ? codes[code] : "Unknown Opcode", code, d.p[ID], d.len + 2);
	if (!s->opt.verbose)
		return;
	u32 n = pdu_be16(s, d, LENGTH);
	if (n < BODY) {
		put_f(s, "\n\tencoded length %u (< 4))", n);
		return;
	}
	if (n > d.len) {
		put_f(s, "\n\tencoded length %u (> packet length %u))", n, d.len);
		return;
	}
	put_f(s, "\n\tencoded length %u (=Option(s) length %u)", n, n - BODY);
	if (n == BODY)
		return;
	if (s->opt.verbose > 1)
		put_dump(s, "\n\t", d.p - 2, 6, false);
	body(s, proto, d, code, n - BODY, name);
}
