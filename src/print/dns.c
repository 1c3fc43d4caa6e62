/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS messages, RFC 1035, over UDP and TCP, and multicast DNS, RFC 6762. */
#include "print/dns.h"

enum { ID = 0, FLAGS = 2, QD = 4, AN = 6, NS = 8, AR = 10, HEADER = 12 };
enum { QR = 0x8000, AA = 0x400, TC = 0x200, RD = 0x100, RA = 0x80, AD = 0x20, CD = 0x10 };
enum { POINTER = 0xc0, MAX_POINTER = 0x3fff, IQUERY = 1, IN = 1, TOP = 0x8000 };

static const char *const ops[] = {
	"",         " inv_q",    " stat",     " op3",     " notify",  " update",
	" op6",     " op7",      " op8",      " updateA", " updateD", " updateDA",
	" updateM", " updateMA", " zoneInit", " zoneRef",
};

static const char *const results[] = {
	"",          " FormErr", " ServFail", " NXDomain", " NotImp",  " Refused",
	" YXDomain", " YXRRSet", " NXRRSet",  " NotAuth",  " NotZone", " Resp11",
	" Resp12",   " Resp13",  " Resp14",   " NoChange",
};

static const struct word types[] = {
	/* clang-format off */
	{1, "A"}, {2, "NS"}, {3, "MD"}, {4, "MF"}, {5, "CNAME"}, {6, "SOA"}, {7, "MB"}, {8, "MG"},
	{9, "MR"}, {10, "NULL"}, {11, "WKS"}, {12, "PTR"}, {13, "HINFO"}, {14, "MINFO"},
	{15, "MX"}, {16, "TXT"}, {17, "RP"}, {18, "AFSDB"}, {19, "X25"}, {20, "ISDN"}, {21, "RT"},
	{22, "NSAP"}, {23, "NSAP_PTR"}, {24, "SIG"}, {25, "KEY"}, {26, "PX"}, {27, "GPOS"},
	{28, "AAAA"}, {29, "LOC"}, {30, "NXT"}, {31, "EID"}, {32, "NIMLOC"}, {33, "SRV"},
	{34, "ATMA"}, {35, "NAPTR"}, {36, "KX"}, {37, "CERT"}, {38, "A6"}, {39, "DNAME"},
	{40, "SINK"}, {41, "OPT"}, {42, "APL"}, {43, "DS"}, {44, "SSHFP"}, {45, "IPSECKEY"},
	{46, "RRSIG"}, {47, "NSEC"}, {48, "DNSKEY"}, {99, "SPF"}, {100, "UINFO"}, {101, "UID"},
	{102, "GID"}, {103, "UNSPEC"}, {104, "UNSPECA"}, {249, "TKEY"}, {250, "TSIG"},
	{251, "IXFR"}, {252, "AXFR"}, {253, "MAILB"}, {254, "MAILA"}, {255, "ANY"}, {256, "URI"},
	/* clang-format on */
};

static const struct word classes[] = {{1, "IN"}, {3, "CHAOS"}, {4, "HS"}, {255, "ANY"}};

void put_dns_type(struct print_state *s, u16 type)
{
	put_word(s, types, LEN(types), type, "Type%u");
}

void put_dns_class(struct print_state *s, u16 class)
{
	if (class != IN) {
		put_c(s, ' ');
		put_word(s, classes, LEN(classes), class, "(Class %u)");
	}
}

void put_dns_label(struct print_state *s, struct pdu msg, u32 off, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		pdu_check(s, msg, off + i, 1);
		put_unctrl(s, msg.p[off + i]);
	}
}

/* RFC 1035 4.1.4: pointers go backwards only, and no name is longer than its
 * message, so that the walk ends. */
static u8 name_byte(struct print_state *s, struct pdu msg, u32 off)
{
	pdu_check(s, msg, off, 1);
	return msg.p[off];
}

u32 put_dns_name(struct print_state *s, struct pdu msg, u32 off)
{
	u32 limit = off, after = 0, chars = 0;
	u8 n = name_byte(s, msg, off++);

	if (!n)
		put_c(s, '.');
	while (n) {
		if ((n & POINTER) == POINTER) {
			u32 to = (n << 8 | name_byte(s, msg, off)) & MAX_POINTER;

			if (!after)
				after = off + 1;
			if (to >= limit) {
				say(s, "<BAD PTR>");
				return 0;
			}
			limit = off = to;
		} else if ((n & POINTER) == 0x40) {
			put_f(s, "<ELT %u>", n & 0x3f);
			return 0;
		} else if (n & POINTER) {
			say(s, "<BAD LABEL TYPE>");
			return 0;
		} else {
			put_dns_label(s, msg, off, n);
			put_c(s, '.');
			off += n;
			chars += n + 1u;
			if (chars > msg.cap) {
				say(s, "<LOOP>");
				return 0;
			}
		}
		n = name_byte(s, msg, off++);
	}
	return after ? after : off;
}

u32 skip_dns_name(struct pdu msg, u32 off)
{
	while (pdu_has(msg, off, 1)) {
		u8 n = msg.p[off++];

		if ((n & POINTER) == POINTER)
			return off + 1;
		if ((n & POINTER) == 0x40)
			return 0;
		if (!n)
			return off;
		off += n;
	}
	return 0;
}

static u32 question(struct print_state *s, const struct dns *m, u32 off)
{
	u32 end = skip_dns_name(m->msg, off);

	if (!end || !pdu_has(m->msg, end, 4))
		pdu_cut(s);
	u16 type = get_be16(m->msg.p + end), class = get_be16(m->msg.p + end + 2);
	put_c(s, ' ');
	put_dns_type(s, type);
	put_dns_class(s, m->multicast ? class & ~TOP : class);
	if (m->multicast)
		put_s(s, class & TOP ? " (QU)" : " (QM)");
	say(s, "? ");
	if (!put_dns_name(s, m->msg, off))
		pdu_cut(s);
	return end + 4;
}

/* n records, which must be there; the offset behind them. */
static u32 records(struct print_state *s, const struct dns *m, u32 off, u32 n, const char *head)
{
	if (!n)
		return off;
	put_s(s, head);
	for (u32 i = 0; i < n; i++) {
		if (i && off >= m->msg.cap)
			pdu_cut(s);
		if (i)
			put_c(s, ',');
		off = put_dns_record(s, m, off);
		if (!off)
			pdu_cut(s);
	}
	return off;
}

static u32 more_records(struct print_state *s, const struct dns *m, u32 off, u32 n,
			const char *head)
{
	if (n && off >= m->msg.cap)
		pdu_cut(s);
	return records(s, m, off, n, head);
}

static u32 answered(struct print_state *s, const struct dns *m, u32 off)
{
	u32 n = get_be16(m->msg.p + QD);

	for (u32 i = 0; i < n; i++) {
		if (i)
			put_c(s, ',');
		if (s->opt.verbose > 1) {
			say(s, " q:");
			off = question(s, m, off);
			continue;
		}
		off = skip_dns_name(m->msg, off);
		if (!off)
			pdu_cut(s);
		off += 4;
	}
	return off;
}

/* The offset behind a record, 0 when it is cut; its fixed part in *fixed. */
static u32 skip_record(struct pdu msg, u32 off, const u8 **fixed)
{
	off = skip_dns_name(msg, off);
	if (!off || !pdu_has(msg, off, 10))
		return 0;
	*fixed = msg.p + off;
	return off + 10 + get_be16(*fixed + 8);
}

/* RFC 6891 6.1.3: the first OPT holds the upper eight bits of the result. */
static u32 extended(struct pdu msg)
{
	u32 n = get_be16(msg.p + AN) + get_be16(msg.p + NS), off = HEADER;
	const u8 *fixed;

	for (u32 i = get_be16(msg.p + QD); i; i--) {
		off = skip_dns_name(msg, off);
		if (!off)
			return 0;
		off += 4;
	}
	for (u32 i = 0, all = n + get_be16(msg.p + AR); i < all; i++) {
		off = skip_record(msg, off, &fixed);
		if (!off)
			return 0;
		if (i >= n && get_be16(fixed) == 41)
			return fixed[4];
	}
	return 0;
}

static void put_result(struct print_state *s, struct pdu msg, u16 flags)
{
	u32 v = extended(msg) << 4 | (flags & 15);

	if (v < LEN(results))
		put_s(s, results[v]);
	else if (v == 16 || v == 23)
		put_s(s, v == 16 ? " BadVers" : " BadCookie");
	else
		put_f(s, v == 17 || v == 21 ? "Resp%u" : " Resp%u", v);
}

static void response(struct print_state *s, const struct dns *m, u16 flags)
{
	const u8 *p = m->msg.p;
	u16 qd = get_be16(p + QD), an = get_be16(p + AN), ns = get_be16(p + NS),
	    ar = get_be16(p + AR);

	put_u(s, get_be16(p + ID));
	put_s(s, ops[flags >> 11 & 15]);
	put_result(s, m->msg, flags);
	if (flags & AA)
		put_c(s, '*');
	if (!(flags & RA))
		put_c(s, '-');
	if (flags & TC)
		put_c(s, '|');
	if (flags & AD)
		put_c(s, '$');
	if (qd != 1)
		put_f(s, " [%uq]", qd);
	u32 off = answered(s, m, HEADER);
	put_f(s, " %u/%u/%u", an, ns, ar);
	off = records(s, m, off, an, "");
	if (s->opt.verbose > 1) {
		off = more_records(s, m, off, ns, " ns:");
		more_records(s, m, off, ar, " ar:");
	}
}

static void put_counts(struct print_state *s, const u8 *p, bool inverse)
{
	u16 qd = get_be16(p + QD), an = get_be16(p + AN), ns = get_be16(p + NS),
	    ar = get_be16(p + AR);

	if (inverse && qd)
		put_f(s, " [%uq]", qd);
	if (an != inverse)
		put_f(s, " [%ua]", an);
	if (!inverse && qd != 1)
		put_f(s, " [%uq]", qd);
	if (ns)
		put_f(s, " [%un]", ns);
	if (ar)
		put_f(s, " [%uau]", ar);
}

static void request(struct print_state *s, const struct dns *m, u16 flags)
{
	const u8 *p = m->msg.p;
	u32 off = HEADER;

	put_u(s, get_be16(p + ID));
	put_s(s, ops[flags >> 11 & 15]);
	if (flags & RD)
		put_c(s, '+');
	if (flags & CD)
		put_c(s, '%');
	if (flags & 0x6cf)
		put_f(s, " [b2&3=0x%x]", flags);
	put_counts(s, p, (flags >> 11 & 15) == IQUERY);
	for (u32 n = get_be16(p + QD), i = 0; i < n; i++) {
		if (i && off >= m->msg.cap)
			pdu_cut(s);
		off = question(s, m, off);
	}
	if (s->opt.verbose > 1) {
		off = records(s, m, off, get_be16(p + AN), "");
		off = more_records(s, m, off, get_be16(p + NS), " ns:");
		more_records(s, m, off, get_be16(p + AR), " ar:");
	}
}

static void message(struct print_state *s, struct pdu d, bool multicast)
{
	struct dns m = {d, multicast};

	s->name = "domain";
	if (d.len < HEADER) {
		put_f(s, "domain [length %u < %u]", d.len, HEADER);
		put_invalid(s);
		return;
	}
	pdu_check(s, d, 0, HEADER);
	u16 flags = get_be16(d.p + FLAGS);
	if (flags & QR)
		response(s, &m, flags);
	else
		request(s, &m, flags);
	put_f(s, " (%u)", d.len);
}

static void dns_print(struct print_state *s, struct pdu d) { message(s, d, false); }

static void mdns_print(struct print_state *s, struct pdu d) { message(s, d, true); }

/* RFC 1035 4.2.2: two bytes of length come first. */
static void dns_tcp_print(struct print_state *s, struct pdu d)
{
	s->name = "domain";
	if (d.len < 2) {
		put_f(s, " [DNS over TCP: length %u < 2]", d.len);
		put_invalid(s);
		return;
	}
	u32 n = pdu_be16(s, d, 0);
	d = pdu_skip(d, 2);
	if (n != d.len) {
		put_f(s, " [prefix length(%u) != length(%u)]", n, d.len);
		put_invalid(s);
		return;
	}
	put_c(s, ' ');
	message(s, d, false);
}

const struct printer dns_printer = {"domain", dns_print};
const struct printer mdns_printer = {"domain", mdns_print};
const struct printer dns_tcp_printer = {"domain", dns_tcp_print};
