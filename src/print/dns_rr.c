/* SPDX-License-Identifier: BSD-2-Clause */
/* Resource records of DNS. */
#include "print/dns.h"

enum { T_OPT = 41, FIXED = 10, TOP = 0x8000 };

/* The data of one record: [off, end) of the message, all of which is there. */
struct rr {
	const struct dns *m;
	u32 off, end;
	u16 class;
	u16 flags; /* of OPT: the lower half of its time to live */
};

static void put_relative(struct print_state *s, u32 sec)
{
	static const struct {
		u32 sec;
		char unit;
	} units[] = {{31536000, 'y'}, {604800, 'w'}, {86400, 'd'},
		     {3600, 'h'},     {60, 'm'},     {1, 's'}};

	if (!sec)
		say(s, "0s");
	for (size_t i = 0; i < LEN(units); i++)
		if (sec >= units[i].sec) {
			put_u(s, sec / units[i].sec);
			put_c(s, units[i].unit);
			sec %= units[i].sec;
		}
}

/* Each hook is false when the record is cut. */
static bool name_at(struct print_state *s, const struct rr *r, u32 off)
{
	put_c(s, ' ');
	return put_dns_name(s, r->m->msg, off);
}

static bool rr_a(struct print_state *s, const struct rr *r)
{
	if (!pdu_has(r->m->msg, r->off, 4))
		return false;
	put_c(s, ' ');
	put_ip4(s, r->m->msg.p + r->off);
	return true;
}

static bool rr_aaaa(struct print_state *s, const struct rr *r)
{
	if (!pdu_has(r->m->msg, r->off, 16))
		return false;
	put_c(s, ' ');
	put_ip6(s, r->m->msg.p + r->off);
	return true;
}

static bool rr_name(struct print_state *s, const struct rr *r) { return name_at(s, r, r->off); }

static bool rr_soa(struct print_state *s, const struct rr *r)
{
	struct pdu msg = r->m->msg;
	u32 off = r->off;

	if (!s->opt.verbose)
		return true;
	for (int i = 0; i < 2; i++) {
		put_c(s, ' ');
		off = put_dns_name(s, msg, off);
		if (!off)
			return false;
	}
	if (!pdu_has(msg, off, 20))
		return false;
	for (u32 i = 0; i < 20; i += 4) {
		put_c(s, ' ');
		put_u(s, get_be32(msg.p + off + i));
	}
	return true;
}

static bool rr_mx(struct print_state *s, const struct rr *r)
{
	struct pdu msg = r->m->msg;

	if (!pdu_has(msg, r->off, 2)) {
		put_c(s, ' ');
		return false;
	}
	if (!name_at(s, r, r->off + 2))
		return false;
	put_f(s, " %u", get_be16(msg.p + r->off));
	return true;
}

static bool rr_srv(struct print_state *s, const struct rr *r)
{
	struct pdu msg = r->m->msg;

	if (!pdu_has(msg, r->off, 6)) {
		put_c(s, ' ');
		return false;
	}
	if (!name_at(s, r, r->off + 6))
		return false;
	const u8 *p = msg.p + r->off;
	put_f(s, ":%u %u %u", get_be16(p + 4), get_be16(p), get_be16(p + 2));
	return true;
}

static bool rr_txt(struct print_state *s, const struct rr *r)
{
	for (u32 off = r->off; off < r->end;) {
		u32 n = pdu_u8(s, r->m->msg, off++);

		say(s, " \"");
		put_dns_label(s, r->m->msg, off, n);
		put_c(s, '"');
		off += n;
	}
	return true;
}

/* RFC 2874: a prefix length, the rest of the address, the prefix's name. */
static bool rr_a6(struct print_state *s, const struct rr *r)
{
	struct pdu msg = r->m->msg;
	u32 bits = pdu_u8(s, msg, r->off), skip = bits / 8;
	u8 addr[16] = {0};

	if (bits > 128) {
		put_f(s, " %u(bad plen)", bits);
		return true;
	}
	if (bits < 128) {
		memcpy(addr + skip, pdu_need(s, msg, r->off + 1, 16 - skip), 16 - skip);
		put_f(s, " %u ", bits);
		put_ip6(s, addr);
	}
	return !bits || name_at(s, r, r->off + 17 - skip);
}

static bool rr_uri(struct print_state *s, const struct rr *r)
{
	const u8 *p = pdu_need(s, r->m->msg, r->off, 4);

	put_f(s, " %u %u ", get_be16(p), get_be16(p + 2));
	if (r->end - r->off > 4)
		put_dns_label(s, r->m->msg, r->off + 4, r->end - r->off - 4);
	return true;
}

static bool rr_string(struct print_state *s, const struct rr *r)
{
	put_dns_label(s, r->m->msg, r->off, r->end - r->off);
	return true;
}

static bool rr_opt(struct print_state *s, const struct rr *r)
{
	put_f(s, " UDPsize=%u", r->class);
	if (r->flags & 0x8000)
		say(s, " DO");
	if (r->off < r->end) {
		say(s, " [");
		put_edns(s, r->m->msg, r->off, r->end);
		put_c(s, ']');
	}
	return true;
}

static bool rr_tsig(struct print_state *s, const struct rr *r)
{
	static const struct {
		const char *name;
		bool data; /* so many bytes follow */
	} fields[] = {{"fudge", false},
		      {"maclen", true},
		      {"origid", false},
		      {"error", false},
		      {"otherlen", true}};
	struct pdu msg = r->m->msg;

	if (!s->opt.verbose)
		return true;
	put_c(s, ' ');
	u32 off = put_dns_name(s, msg, r->off);
	if (!off)
		return false;
	off += 6;
	for (size_t i = 0; i < LEN(fields); i++) {
		if (!pdu_has(msg, off, 2))
			return false;
		u16 v = get_be16(msg.p + off);
		put_f(s, " %s=%u", fields[i].name, v);
		off += 2 + (fields[i].data ? v : 0u);
	}
	return true;
}

static const struct {
	u16 type;
	bool (*print)(struct print_state *s, const struct rr *r);
} kinds[] = {
	{1, rr_a},     {2, rr_name},    {5, rr_name},     {6, rr_soa},    {12, rr_name},
	{15, rr_mx},   {16, rr_txt},    {28, rr_aaaa},    {33, rr_srv},   {38, rr_a6},
	{39, rr_name}, {T_OPT, rr_opt}, {104, rr_string}, {250, rr_tsig}, {256, rr_uri},
};

u32 put_dns_record(struct print_state *s, const struct dns *m, u32 off)
{
	struct pdu msg = m->msg;

	if (s->opt.verbose) {
		put_c(s, ' ');
		off = put_dns_name(s, msg, off);
		if (!off)
			return 0;
	} else {
		off = skip_dns_name(msg, off);
	}
	if (!off || !pdu_has(msg, off, FIXED))
		return msg.cap;
	const u8 *p = msg.p + off;
	u16 type = get_be16(p), len = get_be16(p + 8);
	struct rr r = {m, off + FIXED, off + FIXED + len, get_be16(p + 2), get_be16(p + 6)};
	bool flush = m->multicast && (r.class & TOP);
	if (m->multicast)
		r.class &= ~TOP;
	if (type != T_OPT)
		put_dns_class(s, r.class);
	if (flush)
		say(s, " (Cache flush)");
	if (type != T_OPT && s->opt.verbose > 2) {
		say(s, " [");
		put_relative(s, get_be32(p + 4));
		put_c(s, ']');
	}
	put_c(s, ' ');
	put_dns_type(s, type);
	if (!pdu_has(msg, r.off, len))
		return 0;
	for (size_t i = 0; i < LEN(kinds); i++)
		if (kinds[i].type == type && !kinds[i].print(s, &r))
			return 0;
	return r.end;
}
