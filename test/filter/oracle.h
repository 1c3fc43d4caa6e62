/* SPDX-License-Identifier: BSD-2-Clause */
/* The meaning of expressions against libpcap's unoptimised code: random
 * expressions, random packets, every link type. A few differences are libpcap's
 * and known; they are counted by their reason. */
#ifndef TEST_FILTER_ORACLE_H
#define TEST_FILTER_ORACLE_H

#include <netdb.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "filter/priv.h"
#include "words.h"

enum { PACKETS = 24, NETMASK = 0xffffff00 };

static const u16 link_types[] = {
	1,   0,   6,   7,   8,   9,   10,  50,  51,  99,  100, 101, 102, 103, 104, 105, 106, 107,
	108, 109, 112, 113, 114, 117, 119, 122, 123, 127, 129, 130, 131, 132, 133, 134, 135, 136,
	137, 138, 139, 140, 163, 164, 165, 166, 167, 168, 178, 179, 180, 181, 182, 183, 192, 194,
	195, 197, 200, 220, 226, 228, 229, 232, 233, 234, 238, 239, 240, 241, 276, 147,
};

enum why {
	SAME,
	DIFFERENT,
	WRONG,     /* libpcap's meaning is wrong: see known_wrong() */
	WRAPS,     /* X + k beyond 32 bits, shifts beyond 31: we follow Linux */
	UNDEFINED, /* libpcap's code reads a scratch register that nothing set */
	CLOBBERED, /* libpcap keeps a header's length in a register that it reuses */
	CUT,       /* of packets that are cut: loads are fewer, or in another order */
	WHYS
};

static const char *const why_name[WHYS] = {"same",      "different", "known wrong", "wraps",
					   "undefined", "clobbered", "cut"};
static u64 count[WHYS], matched, compiled, refused;
static int shown, show_max = 5;

/* ---- libpcap's machine, with Linux's rules on demand ---- */

struct machine {
	const struct ob_cbpf *code;
	struct bytes data;
	u32 wirelen, a, x, mem[16];
	u32 set;                              /* which of mem were written */
	bool linux_rules, undefined, endless; /* AH can lead a chain back to itself */
};

static bool fetch(struct machine *m, u64 off, u32 size)
{
	if (m->linux_rules)
		off = (u32)off;
	if (!bytes_has(m->data, off, size))
		return false;
	const u8 *p = m->data.p + off;
	m->a = size == 1 ? *p : size == 2 ? get_be16(p) : get_be32(p);
	return true;
}

static bool alu(struct machine *m, u32 op, u32 b)
{
	u32 by = m->linux_rules ? b & 31 : b;

	switch (op) {
	case BPF_ADD:
		m->a += b;
		break;
	case BPF_SUB:
		m->a -= b;
		break;
	case BPF_MUL:
		m->a *= b;
		break;
	case BPF_DIV:
		if (!b)
			return false;
		m->a /= b;
		break;
	case BPF_MOD:
		if (!b)
			return false;
		m->a %= b;
		break;
	case BPF_AND:
		m->a &= b;
		break;
	case BPF_OR:
		m->a |= b;
		break;
	case BPF_XOR:
		m->a ^= b;
		break;
	case BPF_LSH:
		m->a = by < 32 ? m->a << by : 0;
		break;
	case BPF_RSH:
		m->a = by < 32 ? m->a >> by : 0;
		break;
	case BPF_NEG:
		m->a = -m->a;
		break;
	}
	return true;
}

static u32 recall(struct machine *m, u32 k)
{
	m->undefined |= !(m->set >> k & 1);
	return m->mem[k];
}

static void store(struct machine *m, u32 k, u32 v)
{
	m->mem[k] = v;
	m->set |= 1u << k;
}

static bool jump_taken(struct machine *m, const struct ob_cbpf *i)
{
	u32 b = BPF_SRC(i->code) == BPF_X ? m->x : i->k;

	switch (BPF_OP(i->code)) {
	case BPF_JEQ:
		return m->a == b;
	case BPF_JGT:
		return m->a > b;
	case BPF_JGE:
		return m->a >= b;
	default:
		return m->a & b;
	}
}

static bool load(struct machine *m, const struct ob_cbpf *i)
{
	u32 size = BPF_SIZE(i->code) == BPF_W ? 4 : BPF_SIZE(i->code) == BPF_H ? 2 : 1;

	switch (BPF_MODE(i->code)) {
	case BPF_ABS:
		return fetch(m, i->k, size);
	case BPF_IND:
		return fetch(m, (u64)m->x + i->k, size);
	case BPF_LEN:
		m->a = m->wirelen;
		return true;
	case BPF_IMM:
		m->a = i->k;
		return true;
	default:
		m->a = recall(m, i->k);
		return true;
	}
}

static bool load_x(struct machine *m, const struct ob_cbpf *i)
{
	u32 a = m->a;
	bool ok = true;

	if (BPF_MODE(i->code) == BPF_MSH) {
		ok = fetch(m, i->k, 1);
		m->a = (m->a & 15) * 4;
	} else {
		ok = load(m, i);
	}
	m->x = m->a;
	m->a = a;
	return ok;
}

static bool run(struct machine *m)
{
	for (u32 pc = 0, steps = 0; steps < 100000; steps++) {
		const struct ob_cbpf *i = &m->code[pc++];
		bool ok = true;

		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			ok = load(m, i);
			break;
		case BPF_LDX:
			ok = load_x(m, i);
			break;
		case BPF_ST:
			store(m, i->k, m->a);
			break;
		case BPF_STX:
			store(m, i->k, m->x);
			break;
		case BPF_ALU:
			ok = alu(m, BPF_OP(i->code), BPF_SRC(i->code) == BPF_X ? m->x : i->k);
			break;
		case BPF_JMP:
			pc += BPF_OP(i->code) == BPF_JA ? i->k : jump_taken(m, i) ? i->jt : i->jf;
			break;
		case BPF_MISC:
			*(BPF_MISCOP(i->code) == BPF_TAX ? &m->x : &m->a) =
				BPF_MISCOP(i->code) == BPF_TAX ? m->a : m->x;
			break;
		default:
			return i->k != 0;
		}
		if (!ok)
			return false;
	}
	m->endless = true;
	return false;
}

/* The length of the code that computes the lengths of variable headers: it ends
 * with the last of these instructions that it holds, in this order. */
static u32 prologue(const struct bpf_program *p, u32 link)
{
	const struct bpf_insn *i = p->bf_insns;
	u32 n = link == 192 ? 2 : 0, st = BPF_ST;

	switch (link) {
	case 117:
		return p->bf_len > 5 && i[3].code == st ? 5 : 0;
	case 127:
	case 192:
		n += p->bf_len > n + 7 && i[n + 5].code == st ? 7 : 0;
		break;
	case 119:
		n += p->bf_len > 8 && i[6].code == st ? 8 : 0;
		break;
	case 163:
		n += p->bf_len > 3 && i[1].code == st ? 3 : 0;
		break;
	case 105:
		n += i[0].code == (BPF_LDX | BPF_IMM) && i[1].code == (BPF_MISC | BPF_TXA);
		break;
	default:
		return 0;
	}
	bool payload = p->bf_len > n + 10 && n && i[n].code == (BPF_MISC | BPF_TXA) &&
		       i[n + 1].k == 24 && i[n + 2].code == st;
	return n + (payload ? 10 + (link == 127 ? 12 : 0) : 0);
}

/* A register that the prologue sets is set again behind it. */
static bool clobbers(const struct bpf_program *p, u32 link)
{
	u32 n = prologue(p, link), kept = 0, again = 0;

	for (u32 i = 0; i < p->bf_len; i++)
		if (p->bf_insns[i].code == BPF_ST)
			*(i < n ? &kept : &again) |= 1u << p->bf_insns[i].k;
	return kept & again;
}

/* ---- names, as libpcap looks them up ---- */

static bool name_host(void *arg, const char *name, struct filter_addrs *ret)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;

	(void)arg;
	if (!strstr(name, "localhost") || getaddrinfo(name, NULL, &hints, &found))
		return false;
	for (struct addrinfo *i = found; i; i = i->ai_next) {
		if (i->ai_family == AF_INET)
			filter_addrs_add4(
				ret, ntohl(((struct sockaddr_in *)i->ai_addr)->sin_addr.s_addr));
		else
			filter_addrs_add6(ret,
					  ((struct sockaddr_in6 *)i->ai_addr)->sin6_addr.s6_addr);
	}
	freeaddrinfo(found);
	return true;
}

static bool name_port(void *arg, const char *name, const char *transport, u16 *ret)
{
	struct servent *s = getservbyname(name, transport);

	(void)arg;
	*ret = s ? ntohs((u16)s->s_port) : 0;
	return s;
}

static bool name_proto(void *arg, const char *name, u8 *ret)
{
	struct protoent *p = getprotobyname(name);

	(void)arg;
	*ret = p ? (u8)p->p_proto : 0;
	return p;
}

static bool name_net(void *arg, const char *name, u32 *ret)
{
	struct netent *n = getnetbyname(name);

	(void)arg;
	*ret = n ? n->n_net : 0;
	return n;
}

static const struct filter_names names = {
	.host = name_host, .port = name_port, .proto = name_proto, .net = name_net};

/* ---- one expression ---- */

/* What a file of this link type is to libpcap; without one, live rules. */
static pcap_t *open_link(u32 linktype, bool live)
{
	u8 header[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0};
	char why[PCAP_ERRBUF_SIZE];

	if (live)
		return pcap_open_dead((int)linktype_dlt(linktype), 262144);
	put_le32(header + 16, 262144);
	put_le32(header + 20, linktype);
	FILE *f = fmemopen(NULL, sizeof(header), "w+");
	if (!f || fwrite(header, sizeof(header), 1, f) != 1)
		return NULL;
	rewind(f);
	return pcap_fopen_offline(f, why);
}

struct ours {
	struct filter f;
	struct pred *p;
	char why[400];
};

static bool ours_compile(struct ours *o, const char *text, const struct filter_opts *opts)
{
	o->p = NULL;
	filter_begin(&o->f, text, strlen(text), opts);
	if (setjmp(o->f.fail) == 0)
		o->p = filter_meaning(&o->f);
	else
		snprintf(o->why, sizeof(o->why), "%s", ob_err_reason(o->f.err));
	return o->p != NULL;
}

/* One of the two refuses, for a reason that the other does not share. */
static bool excused(const char *ours, const char *theirs)
{
	static const char *const reasons[] = {
		"too many registers", /* of arithmetic; ours are for headers */
		"division by zero",        "modulus by zero", "shift by more", /* of x / (0 + y) */
		"variable length headers", /* protochain there */
		"unknown data link type",  /* link[] works with us */
	};

	if (ours)
		return strstr(ours, "headers of variable length"); /* protochains at two places */
	for (size_t i = 0; i < LEN(reasons); i++)
		if (strstr(theirs, reasons[i]))
			return true;
	return false;
}

static void show(const char *text, u32 link, bool live, const char *what, const struct frame *f)
{
	if (shown++ >= show_max)
		return;
	printf("link %u%s: %s\n\t%s\n", link, live ? " live" : "", text, what);
	for (u32 i = 0; f && i < f->n; i++)
		printf("%s%02x%s", i ? "" : "\t", f->p[i], i + 1 == f->n ? "\n" : "");
}

/* What libpcap means by accident, and tcp[] behind `ip6 and`, which is ours; see
 * doc/differences.md. */
static bool known_wrong(const char *text, u32 link)
{
	bool moves = link == 105 || link == 117 || link == 119 || link == 127 || link == 163 ||
		     link == 192;

	/* in a chain, AH loses its place; `$02` is read as d0; behind PPPoE, and
	 * behind `geneve ... or`, on link types with variable headers the registers are
	 * mixed up */
	bool ours = strstr(text, "ip6 and ") && (strstr(text, "tcp[") || strstr(text, "udp["));

	return ours || strstr(text, "protochain") || strchr(text, '$') ||
	       (moves && strstr(text, "pppoes")) ||
	       (moves && strstr(text, "geneve") && strstr(text, " or "));
}

/* Lists of addresses and ports are grouped by field, what the rest of an `and`
 * rules out is not asked, and masks without bits load nothing: so a cut packet
 * may fail later, or not at all. */
static bool cut_only(const struct ob_cbpf *code, struct ours *o, const struct frame *f, u32 wirelen,
		     const char *text)
{
	struct frame whole = *f;
	struct machine m = {.code = code, .data = {whole.p, sizeof(whole.p)}, .wirelen = wirelen};
	struct packet pkt = {.data = m.data, .wirelen = wirelen, .libpcap = true};
	bool lists = strstr(text, " or "), masks = strchr(text, '/'),
	     joined = strstr(text, " and ");

	memset(whole.p + whole.n, 0, sizeof(whole.p) - whole.n);
	return (lists || masks || joined) && run(&m) == pred_eval(o->p, &pkt);
}

static enum why compare(const struct bpf_program *theirs, struct ours *o, const struct frame *f,
			u32 wirelen, const char *text, u32 link)
{
	struct machine m = {.code = (const struct ob_cbpf *)theirs->bf_insns,
			    .data = {f->p, f->n},
			    .wirelen = wirelen};
	struct packet pkt = {.data = m.data, .wirelen = wirelen, .libpcap = true};
	bool want = run(&m), got = pred_eval(o->p, &pkt);

	if (!m.undefined && !m.endless &&
	    want != (bpf_filter(theirs->bf_insns, f->p, wirelen, f->n) != 0))
		return DIFFERENT; /* of our own machine here */
	matched += want;
	if (want == got)
		return SAME;
	if (m.undefined)
		return UNDEFINED;
	if (clobbers(theirs, link))
		return CLOBBERED;
	m = (struct machine){
		.code = m.code, .data = m.data, .wirelen = wirelen, .linux_rules = true};
	pkt.libpcap = false;
	if (run(&m) == pred_eval(o->p, &pkt))
		return WRAPS;
	if (known_wrong(text, link))
		return WRONG;
	return cut_only(m.code, o, f, wirelen, text) ? CUT : DIFFERENT;
}

static void packets(const struct bpf_program *theirs, struct ours *o, const char *text, u32 link,
		    bool live)
{
	for (u32 i = 0; i < PACKETS; i++) {
		struct frame f;

		make_frame(&f, link);
		u32 wirelen = f.n + (one_in(4) ? below(100) : 0);
		enum why why = compare(theirs, o, &f, wirelen, text, link);
		count[why]++;
		if (why == DIFFERENT) {
			struct packet pkt = {
				.data = {f.p, f.n}, .wirelen = wirelen, .libpcap = true};
			bool got = pred_eval(o->p, &pkt);

			show(text, link, live,
			     got         ? "we accept"
			     : pkt.fault ? "we reject by a fault"
					 : "we reject",
			     &f);
		}
	}
}

static void one(const char *text, u32 link, bool live)
{
	bool mask = one_in(2);
	struct filter_opts opts = {.linktype = link,
				   .live = live,
				   .no_optimise = true,
				   .names = &names,
				   .has_netmask = mask,
				   .netmask = mask ? NETMASK : 0};
	/* libpcap takes the mask in network order, and so does not swap it: as the
	 * packet is loaded in host order, the mask is given so here, too. */
	struct bpf_program theirs;
	pcap_t *p = open_link(link, live);
	static struct ours o;

	if (!p)
		return;
	bool they = pcap_compile(p, &theirs, text, 0, mask ? NETMASK : PCAP_NETMASK_UNKNOWN) == 0;
	bool we = ours_compile(&o, text, &opts);
	if (they && we) {
		compiled++;
		packets(&theirs, &o, text, link, live);
	} else if (they != we && !excused(they ? o.why : NULL, pcap_geterr(p))) {
		count[DIFFERENT]++;
		char what[900];
		snprintf(what, sizeof(what), they ? "we refuse: %s" : "they refuse: %s",
			 they ? o.why : pcap_geterr(p));
		show(text, link, live, what, NULL);
	} else {
		refused++;
	}
	ob_err_destroy(filter_end(&o.f));
	if (they)
		pcap_freecode(&theirs);
	pcap_close(p);
}

/* Ours only, or changing meaning by place only: not for the comparison. */
static bool comparable(const char *text, bool live)
{
	static const char *const beside[] = {"vlan", "bound", "ifindex"};

	for (size_t i = 0; live && i < LEN(beside); i++)
		if (strstr(text, beside[i]))
			return false;
	return true;
}

/* One expression on some packets; `only`: of this link type. */
static void oracle_round(struct buf *text, u32 only)
{
	u32 link = only != UINT32_MAX ? only : one_in(3) ? 1 : PICK(link_types);
	bool live = one_in(4);

	make_words(text);
	if (comparable(text->p, live))
		one(text->p, link, live);
}

#endif
