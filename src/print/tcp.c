/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP, RFC 9293, with sequence numbers relative to the connection's first. */
#include "print/flow.h"

enum { SPORT = 0, DPORT = 2, SEQ = 4, ACK = 8, OFF = 12, FLAGS = 13, WIN = 14, SUM = 16, URP = 18 };
enum { HEADER = 20, TCP = 6 };
enum {
	F_FIN = 1,
	F_SYN = 2,
	F_RST = 4,
	F_PSH = 8,
	F_ACK = 16,
	F_URG = 32,
	F_ECE = 64,
	F_CWR = 128
};

/* A segment, and the numbers that it is relative to. */
struct segment {
	struct pdu d;
	u16 sport, dport;
	u8 flags;
	u32 hdr;
	u32 seq, ack;           /* as printed */
	u32 base_seq, base_ack; /* of the connection, in its stored direction */
	bool rev;
};

static void put_ends(struct print_state *s, const struct segment *t)
{
	bool addr = s->net.proto == TCP;

	if (addr) {
		put_addr(s, s->net.src);
		put_c(s, '.');
	}
	put_port(s, true, t->sport);
	say(s, " > ");
	if (addr) {
		put_addr(s, s->net.dst);
		put_c(s, '.');
	}
	put_port(s, true, t->dport);
	say(s, ": ");
}

/* The letters of all 256 flag bytes would fit in a table; eight tests do. */
static void put_flags(struct print_state *s, u8 flags)
{
	static const char letter[] = "FSRP.UEW";
	char text[8], *o = text;

	for (int i = 0; i < 8; i++)
		if (flags & 1 << i)
			*o++ = letter[i];
	say(s, "Flags [");
	if (o == text)
		say(s, "none");
	else
		put(s, text, (size_t)(o - text));
	put_c(s, ']');
}

/* The first segment with an ACK, and each SYN with one, begins a connection;
 * it is shown with its numbers as they are. */
static void relate(struct print_state *s, struct segment *t)
{
	bool fresh;
	struct flow *f = flow_find(s, t->sport, t->dport, &t->rev, &fresh);

	if (!f)
		return;
	if (fresh || (t->flags & F_SYN)) {
		f->seq = t->rev ? t->ack - 1 : t->seq;
		f->ack = t->rev ? t->seq : t->ack - 1;
	} else if (t->rev) {
		t->seq -= f->ack;
		t->ack -= f->seq;
	} else {
		t->seq -= f->seq;
		t->ack -= f->ack;
	}
	t->base_seq = f->seq;
	t->base_ack = f->ack;
}

static void check_sum(struct print_state *s, struct pdu d)
{
	if (!pdu_has(d, 0, d.len))
		return;
	u16 field = pdu_be16(s, d, SUM), sum = sum_pseudo(s, TCP, d.p, d.len);

	put_f(s, ", cksum 0x%04x", field);
	if (sum)
		put_f(s, " (incorrect -> 0x%04x)", sum_should(field, sum));
	else
		say(s, " (correct)");
}

/* ---- options ----
 *
 * A printer gets the option's data: d holds the rest of the options, cut where
 * the packet is; n is how long the option says its data is, `left` how long
 * it can be. It returns how much it accounts for, BAD or CUT. */
enum { BAD = -1, CUT = -2 };
struct opt {
	struct pdu d;
	u32 n, left;
};

typedef int opt_print(struct print_state *s, const struct segment *t, struct opt o);

static int lacks(const struct opt *o, u32 n)
{
	if (n > o->left)
		return BAD;
	return pdu_has(o->d, 0, n) ? 0 : CUT;
}

static int opt_none(struct print_state *s, const struct segment *t, struct opt o)
{
	(void)s, (void)t, (void)o;
	return 0;
}

static int opt_u16(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	if ((e = lacks(&o, 2)))
		return e;
	put_c(s, ' ');
	put_u(s, get_be16(o.d.p));
	return 2;
}

static int opt_u8(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	if ((e = lacks(&o, 1)))
		return e;
	put_c(s, ' ');
	put_u(s, *o.d.p);
	return 1;
}

static int opt_u32(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	if ((e = lacks(&o, 4)))
		return e;
	put_c(s, ' ');
	put_u(s, get_be32(o.d.p));
	return 4;
}

static int opt_stamp(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	if ((e = lacks(&o, 8)))
		return e;
	say(s, " val ");
	put_u(s, get_be32(o.d.p));
	say(s, " ecr ");
	put_u(s, get_be32(o.d.p + 4));
	return 8;
}

static int opt_sack(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;
	u32 base = t->rev ? t->base_seq : t->base_ack;

	if (o.n % 8) {
		say(s, " invalid sack");
		return (int)o.n;
	}
	put_c(s, ' ');
	put_u(s, o.n / 8);
	put_c(s, ' ');
	for (u32 i = 0; i < o.n; i += 8) {
		if ((e = lacks(&o, i + 8)))
			return e;
		put_c(s, '{');
		put_u(s, get_be32(o.d.p + i) - base);
		put_c(s, ':');
		put_u(s, get_be32(o.d.p + i + 4) - base);
		put_c(s, '}');
	}
	return (int)o.n;
}

static int opt_md5(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	if ((e = lacks(&o, 16)))
		return e;
	put_s(s, pdu_has(t->d, 0, t->d.len) ? " shared secret not supplied with -M"
					    : " snaplen too short");
	say(s, ", can't check - ");
	put_hex(s, o.d.p, 16);
	return 16;
}

static int opt_scps(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	if ((e = lacks(&o, 2)))
		return e;
	put_f(s, " cap %02x id %u", o.d.p[0], o.d.p[1]);
	return 2;
}

static int opt_auth(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	if (o.n < 2) {
		put_invalid(s);
		return (int)o.n;
	}
	if ((e = lacks(&o, 1)))
		return e;
	put_f(s, " keyid %u", o.d.p[0]);
	if ((e = lacks(&o, 2)))
		return e;
	put_f(s, " rnextkeyid %u", o.d.p[1]);
	if (o.n > 2)
		say(s, " mac 0x");
	for (u32 i = 2; i < o.n; i++) {
		if ((e = lacks(&o, i + 1)))
			return e;
		put_x(s, o.d.p[i], 2);
	}
	return (int)o.n;
}

static int opt_timeout(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	if ((e = lacks(&o, 2)))
		return e;
	u32 v = get_be16(o.d.p);
	put_f(s, " 0x%x %u", v, v & 1 ? (v >> 1) * 60 : v >> 1);
	return 2;
}

static void put_cookie(struct print_state *s, const u8 *p, u32 n, bool experimental)
{
	if (experimental)
		say(s, "tfo");
	if (!n) {
		say(s, " cookiereq");
	} else if (n % 2 || n < 4 || n > 16) {
		put_invalid(s);
	} else {
		say(s, " cookie ");
		put_hex(s, p, n);
	}
}

static int opt_fastopen(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	if ((e = lacks(&o, o.n)))
		return e;
	put_c(s, ' ');
	put_cookie(s, o.d.p, o.n, false);
	return (int)o.n;
}

/* RFC 6994: two bytes say whose experiment it is; 0xf989 is Fast Open's. */
static int opt_experiment(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	if ((e = lacks(&o, o.n)))
		return e;
	if (o.n < 2)
		return BAD;
	put_c(s, '-');
	if (get_be16(o.d.p) == 0xf989)
		put_cookie(s, o.d.p + 2, o.n - 2, true);
	else
		put_x(s, get_be16(o.d.p), 4);
	return (int)o.n;
}

static int opt_mptcp(struct print_state *s, const struct segment *t, struct opt o)
{
	struct pdu whole = {o.d.p - 2, o.d.cap + 2, o.d.len + 2};
	int e;

	if ((e = lacks(&o, o.n)))
		return e;
	return print_mptcp(s, whole, o.n + 2, t->flags) ? (int)o.n : BAD;
}

static int opt_unknown(struct print_state *s, const struct segment *t, struct opt o)
{
	int e;

	(void)t;
	for (u32 i = 0; i < o.n; i++) {
		if (!i)
			say(s, " 0x");
		if ((e = lacks(&o, i + 1)))
			return e;
		put_x(s, o.d.p[i], 2);
	}
	return (int)o.n;
}

enum { EOL = 0, NOP = 1 };

static const struct tcp_option {
	const char *name;
	opt_print *print;
} kinds[] = {
	[EOL] = {"eol", opt_none},       [NOP] = {"nop", opt_none},    [2] = {"mss", opt_u16},
	[3] = {"wscale", opt_u8},        [4] = {"sackOK", opt_none},   [5] = {"sack", opt_sack},
	[6] = {"echo", opt_u32},         [7] = {"echoreply", opt_u32}, [8] = {"TS", opt_stamp},
	[11] = {"cc", opt_u32},          [12] = {"ccnew", opt_u32},    [13] = {"", opt_u32},
	[19] = {"md5", opt_md5},         [20] = {"scps", opt_scps},    [28] = {"uto", opt_timeout},
	[29] = {"tcp-ao", opt_auth},     [30] = {"mptcp", opt_mptcp},  [34] = {"tfo", opt_fastopen},
	[254] = {"exp", opt_experiment},
};

static opt_print *option_name(struct print_state *s, u8 kind)
{
	if (kind < LEN(kinds) && kinds[kind].name) {
		put_s(s, kinds[kind].name);
		return kinds[kind].print;
	}
	say(s, "unknown-");
	put_u(s, kind);
	return opt_unknown;
}

/* One option at the head of d; what it takes off, 0 for the last, BAD or CUT. */
static int option(struct print_state *s, const struct segment *t, struct pdu d, u32 left)
{
	u8 kind = pdu_u8(s, d, 0);
	u32 len = 1, head = 1;

	if (kind != EOL && kind != NOP) {
		len = pdu_u8(s, d, 1);
		head = 2;
		if (len < 2 || len > left)
			return BAD;
	}
	opt_print *print = option_name(s, kind);
	struct opt o = {pdu_skip(d, head), len - head, left - head};
	int n = print(s, t, o);

	if (n < 0)
		return n;
	if ((u32)n + head != len)
		put_f(s, "[len %u]", len);
	return kind == EOL ? 0 : n + (int)head;
}

/* What stands behind the first option that cannot be read. */
static void end_options(struct print_state *s, bool cut, bool any)
{
	if (cut)
		put_cut(s);
	else
		say(s, "[bad opt]");
	if (any)
		put_c(s, cut ? '>' : ']');
}

/* False when an option is bad, which ends the line. */
static bool option_list(struct print_state *s, const struct segment *t)
{
	struct pdu d = pdu_skip(t->d, HEADER);
	u32 left = t->hdr - HEADER;
	bool any = false;

	say(s, ", options [");
	while (left) {
		if (any)
			put_c(s, ',');
		int n = option(s, t, d, left);
		if (n < 0) {
			end_options(s, n == CUT, any);
			return false;
		}
		any = true;
		if (!n)
			break;
		d = pdu_skip(d, (u32)n);
		left -= (u32)n;
	}
	put_c(s, ']');
	return true;
}

static void put_seq(struct print_state *s, const struct segment *t, u32 len)
{
	say(s, ", seq ");
	put_u(s, t->seq);
	if (len) {
		put_c(s, ':');
		put_u(s, t->seq + len);
	}
}

/* A reset's data is the reason, in words. */
static void put_reason(struct print_state *s, struct pdu d)
{
	bool whole = d.cap >= d.len;
	u32 n = MIN(d.len, 30u);

	put_s(s, whole ? " [RST" : " [!RST");
	if (d.len > n)
		put_c(s, '+');
	put_c(s, ' ');
	for (u32 i = 0; i < MIN(n, d.cap); i++)
		put_unctrl(s, d.p[i]);
	put_c(s, ']');
}

static void too_long(struct print_state *s, const struct segment *t)
{
	put_f(s, " [bad hdr length %u - too long, > %u]", t->hdr, t->d.len);
}

static void payload(struct print_state *s, const struct segment *t)
{
	struct pdu in = pdu_skip(t->d, t->hdr);
	const struct printer *by;

	if (!pdu_has(t->d, 0, t->hdr)) {
		put_f(s, " [remaining caplen(%u) < header length(%u)]", t->d.cap, t->hdr);
		pdu_cut_hard(s);
	}
	if ((t->flags & F_RST) && s->opt.verbose) {
		put_reason(s, in);
	} else if ((by = s->opt.forced ? printer_forced(s, TCP)
				       : printer_by_port(true, t->sport, t->dport))) {
		s->name = by->name;
		by->print(s, in);
	}
}

static void tcp_print(struct print_state *s, struct pdu d)
{
	struct segment t = {.d = d};

	s->name = "tcp";
	if (!pdu_has(d, DPORT, 2)) {
		put_addr(s, s->net.src);
		say(s, " > ");
		put_addr(s, s->net.dst);
		put_c(s, ':');
		put_cut(s);
		return;
	}
	t.sport = pdu_be16(s, d, SPORT);
	t.dport = pdu_be16(s, d, DPORT);
	put_ends(s, &t);
	pdu_check(s, d, 0, HEADER);
	t.hdr = (d.p[OFF] >> 4) * 4u;
	if (t.hdr < HEADER) {
		put_f(s, " tcp %u [bad hdr length %u - too short, < %u]", d.len - t.hdr, t.hdr,
		      HEADER);
		return;
	}
	t.seq = get_be32(d.p + SEQ);
	t.ack = get_be32(d.p + ACK);
	t.flags = d.p[FLAGS];
	if (s->opt.quick) {
		put_f(s, "tcp %u", d.len - t.hdr);
		if (t.hdr > d.len)
			too_long(s, &t);
		return;
	}
	put_flags(s, t.flags);
	if (!s->opt.absolute && (t.flags & F_ACK))
		relate(s, &t);
	if (t.hdr > d.len) {
		too_long(s, &t);
		return;
	}
	if (s->opt.verbose && !s->opt.unchecked && !s->net.fragment)
		check_sum(s, d);
	u32 len = d.len - t.hdr;
	if (s->opt.verbose > 1 || len || (t.flags & (F_SYN | F_FIN | F_RST)))
		put_seq(s, &t, len);
	if (t.flags & F_ACK) {
		say(s, ", ack ");
		put_u(s, t.ack);
	}
	say(s, ", win ");
	put_u(s, get_be16(d.p + WIN));
	if (t.flags & F_URG) {
		say(s, ", urg ");
		put_u(s, get_be16(d.p + URP));
	}
	if (t.hdr > HEADER && !option_list(s, &t))
		return;
	say(s, ", length ");
	put_u(s, len);
	if (len)
		payload(s, &t);
}

const struct printer tcp_printer = {"tcp", tcp_print};
