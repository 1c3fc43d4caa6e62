/* SPDX-License-Identifier: BSD-2-Clause */
/* Babel, RFC 8966, with source-specific routing, RFC 9079, and the older
 * authentication of RFC 7298. */
#include "print/babel.h"

enum { HEADER = 4, MAGIC = 42 };
struct speaker {
	u8 v4[16], v6[16]; /* what following updates leave out */
};

/* A message: its body of n bytes. False: it is invalid, and so the packet. */
struct message {
	struct pdu d;
	u32 n;
	u8 type;
	struct speaker *k;
};

typedef bool message_print(struct print_state *s, const struct message *m);

/* Without -v a message is its name. */
static bool brief(struct print_state *s, const char *name)
{
	if (!s->opt.verbose)
		put_s(s, name);
	return !s->opt.verbose;
}

static bool cut_short(const struct message *m, u32 least) { return m->n < least; }

static void put_interval(struct print_state *s, u16 v)
{
	if (v)
		put_f(s, "%u.%02us", v / 100, v % 100);
	else
		say(s, "0.0s (bogus)");
}

static void put_timestamp(struct print_state *s, u32 v)
{
	put_f(s, "%u.%06us", v / 1000000, v % 1000000);
}

static void put_id(struct print_state *s, const u8 *p)
{
	for (u32 i = 0; i < 8; i++) {
		if (i)
			put_c(s, ':');
		put_x(s, p[i], 2);
	}
}

static void sub_diversity(struct print_state *s, const u8 *p, u32 n)
{
	say(s, " sub-diversity");
	if (!n)
		say(s, " empty");
	for (u32 i = 0; i < n; i++)
		put_f(s, "%c%u", i ? '-' : ' ', p[i]);
}

static bool sub_timestamp(struct print_state *s, const u8 *p, u32 n, u8 type)
{
	say(s, " sub-timestamp");
	if (type == 4 && n >= 4) {
		put_c(s, ' ');
		put_timestamp(s, get_be32(p));
	} else if (type == 5 && n >= 8) {
		put_c(s, ' ');
		put_timestamp(s, get_be32(p));
		put_c(s, '|');
		put_timestamp(s, get_be32(p + 4));
	} else {
		put_invalid(s);
		return false;
	}
	return true;
}

/* False for invalid. */
static bool sub_list(struct print_state *s, const struct message *m, u32 off)
{
	const u8 *p = m->d.p;

	while (off < m->n) {
		u8 type = p[off++];

		if (!type) {
			say(s, " sub-pad1");
			continue;
		}
		if (type & 0x80)
			say(s, " (M)");
		if (off == m->n)
			return false;
		u32 n = p[off++];
		if (off + n > m->n)
			return false;
		if (type == 1)
			say(s, " sub-padn");
		else if (type == 2)
			sub_diversity(s, p + off, n);
		else if (type != 3)
			put_f(s, " sub-unknown-0x%02x", type);
		else if (!sub_timestamp(s, p + off, n, m->type))
			return true;
		off += n;
	}
	return true;
}

/* What stands behind the fields of a message. */
static bool sub_tlvs(struct print_state *s, const struct message *m, u32 off)
{
	if (!sub_list(s, m, off))
		put_invalid(s);
	return true;
}

static bool ack_request(struct print_state *s, const struct message *m)
{
	if (brief(s, " ack-req"))
		return true;
	say(s, "\n\tAcknowledgment Request ");
	if (cut_short(m, 6))
		return false;
	put_f(s, "%04x ", get_be16(m->d.p + 2));
	put_interval(s, get_be16(m->d.p + 4));
	return true;
}

static bool ack(struct print_state *s, const struct message *m)
{
	if (brief(s, " ack"))
		return true;
	say(s, "\n\tAcknowledgment ");
	if (cut_short(m, 2))
		return false;
	put_f(s, "%04x", get_be16(m->d.p));
	return true;
}

static bool hello(struct print_state *s, const struct message *m)
{
	if (brief(s, " hello"))
		return true;
	say(s, "\n\tHello ");
	if (cut_short(m, 6))
		return false;
	put_f(s, "%sseqno %u interval ", get_be16(m->d.p) & 0x8000 ? "(Unicast) " : "",
	      get_be16(m->d.p + 2));
	put_interval(s, get_be16(m->d.p + 4));
	return sub_tlvs(s, m, 6);
}

static bool ihu(struct print_state *s, const struct message *m)
{
	u8 addr[16];

	if (brief(s, " ihu"))
		return true;
	say(s, "\n\tIHU ");
	if (cut_short(m, 6))
		return false;
	u8 ae = m->d.p[0];
	int n = babel_address(ae, m->d.p + 6, m->n - 6, addr);
	if (n < 0) {
		put_cut(s);
		return true;
	}
	if (ae)
		babel_put_address(s, addr);
	else
		say(s, "any");
	put_f(s, " rxcost %u interval ", get_be16(m->d.p + 2));
	put_interval(s, get_be16(m->d.p + 4));
	return sub_tlvs(s, m, 6 + (u32)n);
}

static bool router_id(struct print_state *s, const struct message *m)
{
	if (brief(s, " router-id"))
		return true;
	say(s, "\n\tRouter Id");
	if (cut_short(m, 10))
		return false;
	put_c(s, ' ');
	put_id(s, m->d.p + 2);
	return true;
}

static bool next_hop(struct print_state *s, const struct message *m)
{
	u8 addr[16];

	if (brief(s, " nh"))
		return true;
	say(s, "\n\tNext Hop");
	if (cut_short(m, 2))
		return false;
	int n = babel_address(m->d.p[0], m->d.p + 2, m->n - 2, addr);
	if (n < 0)
		return false;
	put_c(s, ' ');
	if (m->d.p[0])
		babel_put_address(s, addr);
	else
		say(s, "invalid AE 0");
	return true;
}

static bool update(struct print_state *s, const struct message *m)
{
	const u8 *p = m->d.p;
	u8 addr[16];

	if (!s->opt.verbose) {
		say(s, " update");
		if (m->n < 10)
			return false;
		put_f(s, "%s%s%s", p[1] & 0x80 ? "/prefix" : "", p[1] & 0x40 ? "/id" : "",
		      p[1] & 0x3f ? "/unknown" : "");
		return true;
	}
	say(s, "\n\tUpdate");
	if (cut_short(m, 10))
		return false;
	u8 ae = p[0], plen = p[2];
	int n = babel_prefix(ae, plen, p[3], p + 10, ae == IPV4 ? m->k->v4 : m->k->v6, m->n - 10,
			     addr);
	if (n < 0)
		return false;
	put_f(s, "%s%s%s ", p[1] & 0x80 ? "/prefix" : "", p[1] & 0x40 ? "/id" : "",
	      p[1] & 0x3f ? "/unknown" : "");
	babel_put_prefix(s, addr, babel_plen(ae, plen));
	put_f(s, " metric %u seqno %u interval ", get_be16(p + 8), get_be16(p + 6));
	put_interval(s, get_be16(p + 4));
	if (p[1] & 0x80)
		memcpy(ae == IPV4 ? m->k->v4 : m->k->v6, addr, 16);
	return sub_tlvs(s, m, 10 + (u32)n);
}

static bool request(struct print_state *s, const struct message *m)
{
	const u8 *p = m->d.p;
	u8 addr[16];

	if (brief(s, " route-request"))
		return true;
	say(s, "\n\tRoute Request ");
	if (cut_short(m, 2))
		return false;
	int n = babel_prefix(p[0], p[1], 0, p + 2, NULL, m->n - 2, addr);
	if (n < 0)
		return false;
	say(s, "for ");
	babel_put_prefix(s, addr, babel_plen(p[0], p[1]));
	return true;
}

static bool seqno_request(struct print_state *s, const struct message *m)
{
	const u8 *p = m->d.p;
	u8 addr[16];

	if (brief(s, " seqno-request"))
		return true;
	say(s, "\n\tSeqno Request ");
	if (cut_short(m, 14))
		return false;
	int n = babel_prefix(p[0], p[1], 0, p + 14, NULL, m->n - 14, addr);
	if (n < 0)
		return false;
	put_f(s, "(%u hops) for ", p[4]);
	babel_put_prefix(s, addr, babel_plen(p[0], p[1]));
	put_f(s, " seqno %u id ", get_be16(p + 2));
	put_id(s, p + 6);
	return true;
}

static bool ts_pc(struct print_state *s, const struct message *m)
{
	if (brief(s, " tspc"))
		return true;
	say(s, "\n\tTS/PC ");
	if (cut_short(m, 6))
		return false;
	put_f(s, "timestamp %u packetcounter %u", get_be32(m->d.p + 2), get_be16(m->d.p));
	return true;
}

static bool hmac(struct print_state *s, const struct message *m)
{
	if (brief(s, " hmac"))
		return true;
	say(s, "\n\tHMAC ");
	if (cut_short(m, 18))
		return false;
	put_f(s, "key-id %u digest-%u ", get_be16(m->d.p), m->n - 2);
	for (u32 i = 2; i < m->n; i++)
		put_f(s, "%02X", m->d.p[i]);
	return true;
}

static bool ss_update(struct print_state *s, const struct message *m)
{
	const u8 *p = m->d.p;
	u8 addr[16], from[16];

	if (brief(s, " ss-update"))
		return true;
	say(s, "\n\tSS-Update");
	if (cut_short(m, 10))
		return false;
	u8 ae = p[0];
	int n = babel_prefix(ae, p[2], p[3], p + 10, ae == IPV4 ? m->k->v4 : m->k->v6, m->n - 10,
			     addr);
	if (n < 0)
		return false;
	int sn = ae == ANY ? -1
			   : babel_prefix(ae, p[1], 0, p + 10 + n, NULL, m->n - 10 - (u32)n, from);
	if (sn < 0)
		return false;
	put_c(s, ' ');
	babel_put_prefix(s, addr, babel_plen(ae, p[2]));
	say(s, " from ");
	babel_put_prefix(s, from, babel_plen(ae, p[1]));
	put_f(s, " metric %u seqno %u interval ", get_be16(p + 8), get_be16(p + 6));
	put_interval(s, get_be16(p + 4));
	return sub_tlvs(s, m, 10 + (u32)(n + sn));
}

static bool ss_request(struct print_state *s, const struct message *m)
{
	const u8 *p = m->d.p;
	u8 addr[16], from[16];
	int n, sn = 0;

	if (brief(s, " ss-request"))
		return true;
	say(s, "\n\tSS-Request ");
	if (cut_short(m, 3))
		return false;
	n = babel_prefix(p[0], p[1], 0, p + 3, NULL, m->n - 3, addr);
	if (n < 0)
		return false;
	sn = babel_prefix(p[0], p[2], 0, p + 3 + n, NULL, m->n - 3 - (u32)n, from);
	if (sn < 0)
		return false;
	say(s, "for (");
	babel_put_prefix(s, addr, babel_plen(p[0], p[1]));
	say(s, ", ");
	babel_put_prefix(s, from, babel_plen(p[0], p[2]));
	put_c(s, ')');
	return true;
}

static bool ss_seqno_request(struct print_state *s, const struct message *m)
{
	const u8 *p = m->d.p;
	u8 addr[16], from[16];

	if (brief(s, " ss-mh-request"))
		return true;
	say(s, "\n\tSS-MH-Request ");
	if (cut_short(m, 14))
		return false;
	int n = babel_prefix(p[0], p[1], 0, p + 14, NULL, m->n - 14, addr);
	if (n < 0)
		return false;
	int sn = babel_prefix(p[0], p[5], 0, p + 14 + n, NULL, m->n - 14 - (u32)n, from);
	if (sn < 0)
		return false;
	put_f(s, "(%u hops) for (", p[4]);
	babel_put_prefix(s, addr, babel_plen(p[0], p[1]));
	say(s, ", ");
	babel_put_prefix(s, from, babel_plen(p[0], p[5]));
	put_f(s, ") seqno %u id ", get_be16(p + 2));
	put_id(s, p + 6);
	return true;
}

/* RFC 8967 */
static bool mac(struct print_state *s, const struct message *m)
{
	static const struct {
		const char *brief, *full;
	} names[] = {{" mac", "MAC"},
		     {" pc", "PC"},
		     {" challenge_request", "Challenge Request"},
		     {" challenge_reply", "Challenge Reply"}};

	if (!s->opt.verbose) {
		put_s(s, names[m->type - 16].brief);
		return true;
	}
	put_f(s, "\n\t%s", names[m->type - 16].full);
	if (m->type != 17) {
		put_f(s, " len %u", m->n);
		return true;
	}
	if (cut_short(m, 4))
		return false;
	put_f(s, " value %u index len %u", get_be32(m->d.p), m->n - 4);
	return true;
}

static message_print *const messages[] = {
	[2] = ack_request,    [3] = ack,
	[4] = hello,          [5] = ihu,
	[6] = router_id,      [7] = next_hop,
	[8] = update,         [9] = request,
	[10] = seqno_request, [11] = ts_pc,
	[12] = hmac,          [13] = ss_update,
	[14] = ss_request,    [15] = ss_seqno_request,
	[16] = mac,           [17] = mac,
	[18] = mac,           [19] = mac,
};

static bool one(struct print_state *s, const struct message *m)
{
	if (m->type == 1) {
		if (s->opt.verbose)
			put_f(s, "\n\tPad %u", m->n + 2);
		else
			say(s, " padN");
		return true;
	}
	if (m->type < LEN(messages))
		return messages[m->type](s, m);
	if (s->opt.verbose)
		put_f(s, "\n\tUnknown message type %u", m->type);
	else
		say(s, " unknown");
	return true;
}

/* The n bytes of messages from off on: false when one is invalid. */
static bool all(struct print_state *s, struct pdu d, u32 off, u32 n, struct speaker *k)
{
	for (u32 at = 0; at < n;) {
		u8 type = pdu_u8(s, d, off + at);

		if (!type) {
			put_s(s, s->opt.verbose ? "\n\tPad 1" : " pad1");
			at++;
			continue;
		}
		if (at + 2 > n)
			return false;
		u32 len = pdu_u8(s, d, off + at + 1);
		if (at + 2 + len > n)
			return false;
		pdu_need(s, d, off + at + 2, len);
		struct message m = {pdu_part(d, off + at + 2, len), len, type, k};
		if (!one(s, &m))
			return false;
		at += len + 2;
	}
	return true;
}

static void babel_print(struct print_state *s, struct pdu d)
{
	struct speaker k = {{0}, {0}};

	s->name = "babel";
	memcpy(k.v4, babel_mapped, 12);
	say(s, "babel");
	pdu_check(s, d, 0, HEADER);
	u8 magic = pdu_u8(s, d, 0), version = pdu_u8(s, d, 1);
	if (magic != MAGIC) {
		say(s, " invalid header");
		return;
	}
	put_f(s, " %u", version);
	if (version != 2) {
		say(s, " unknown version");
		return;
	}
	u32 n = pdu_be16(s, d, 2);
	put_f(s, " (%u)", n);
	if (HEADER + n > d.len || !all(s, d, HEADER, n, &k)) {
		put_invalid(s);
		return;
	}
	if (HEADER + n == d.len)
		return;
	put_s(s, s->opt.verbose ? "\n\t----" : " |");
	if (!all(s, d, HEADER + n, d.len - HEADER - n, &k))
		put_invalid(s);
}

const struct printer babel_printer = {"babel", babel_print};
