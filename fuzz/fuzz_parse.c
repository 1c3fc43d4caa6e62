/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters made of words, against libpcap's parser: what it accepts we accept,
 * and with the same meaning.
 *
 * The tree of an accepted filter is shown as a filter again, all its qualifiers
 * and parentheses written out. That must be read as the same tree, and libpcap
 * must make the same code of it as of the original. */
#include <netdb.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "filter/priv.h"

enum { TEXT_MAX = 2000, TOKENS_MAX = 120, DEPTH_MAX = 5 };

/* ---- names, so that nobody asks the network ---- */

struct resolved {
	struct addrinfo ai;
	struct sockaddr_storage to;
};

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **ret)
{
	struct resolved *a = calloc(1, sizeof *a);
	struct sockaddr_in *v4 = (void *)&a->to;
	struct sockaddr_in6 *v6 = (void *)&a->to;

	a->ai.ai_family = AF_INET;
	a->ai.ai_addr = (void *)&a->to;
	a->ai.ai_addrlen = sizeof *v4;
	a->ai.ai_socktype = hints ? hints->ai_socktype : 0;
	if (host && inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		a->ai.ai_family = AF_INET6;
		a->ai.ai_addrlen = sizeof *v6;
	} else if (host && !strcmp(host, "somehost")) {
		v4->sin_addr.s_addr = htonl(0xc0000201);
	} else if (!host && service && !strcmp(service, "domain")) {
		v4->sin_port = htons(53);
	} else {
		free(a);
		return EAI_NONAME;
	}
	a->to.ss_family = (sa_family_t)a->ai.ai_family;
	*ret = &a->ai;
	return 0;
}

void freeaddrinfo(struct addrinfo *ai) { free(ai); }

struct netent *getnetbyname(const char *name)
{
	(void)name;
	return NULL;
}

int ether_hostton(const char *name, struct ether_addr *ret)
{
	(void)name;
	(void)ret;
	return -1;
}

/* ---- making filters ---- */

/* clang-format off */
static const char *const protos[] = {
	"ether", "link", "fddi", "tr", "wlan", "ppp", "slip", "ip", "ip6", "arp", "rarp",
	"sctp", "tcp", "udp", "icmp", "icmp6", "igmp", "igrp", "pim", "vrrp", "carp", "ah",
	"esp", "atalk", "aarp", "decnet", "lat", "sca", "mopdl", "moprc", "iso", "esis",
	"es-is", "isis", "is-is", "clnp", "l1", "l2", "iih", "lsp", "snp", "csnp", "psnp",
	"stp", "ipx", "netbeui", "radio", "ip", "tcp", "udp", "ether",
};
static const char *const dirs[] = {
	"src", "dst", "addr1", "address2", "addr3", "addr4", "ra", "ta", "src", "dst",
};
static const char *const types[] = {"host", "net", "port", "portrange"};
static const char *const kinds[] = {"proto", "protochain", "gateway"};
static const char *const ids[] = {
	"80", "1.2.3.4", "10.1", "10.0.0/24", "1.2.3.4 mask 255.0.0.0", "somehost", "domain",
	"10-20", "aa:bb:cc:dd:ee:ff", "aabb.ccdd.eeff", "1-2-3-4-5-6", "$ab", "::1", "1:2::/16",
	"2001:db8::1", "::ffff:1.2.3.4", "\\tcp", "\\ip", "0x50", "1.2.3.4.5", "aabbccddeeff",
	"443", "17", "10.0.0.0/8", "localhost", "\\udp", "6", "22", "eth0", "data", "beacon",
};
/* What fits the type that stands before, so that more filters make sense. */
static const char *const fitting[][4] = {
	{"1.2.3.4", "somehost", "10.1", "192.0.2.1"},
	{"10.0.0.0/8", "10", "1.2.3.0/24", "10.1 mask 255.255.0.0"},
	{"80", "443", "0x50", "domain"},
	{"10-20", "80", "1-65535", "5"},
	{"6", "17", "\\tcp", "\\udp"},
};
static const char *const nums[] = {
	"0", "1", "2", "4", "80", "0x10", "010", "65535", "4294967295", "tcp-syn", "icmp-echo",
	"icmp6-echo", "tcpflags", "13", "0xffff", "icmp6type",
};
static const char *const ops[] = {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"};
static const char *const rels[] = {"=", "==", "!=", ">", "<", ">=", "<="};
static const char *const simple[] = {
	"inbound", "outbound", "vlan", "mpls", "pppoes", "pppoed", "geneve", "llc", "broadcast",
	"multicast", "lane", "metac", "bcc", "sc", "ilmic", "oam", "oamf4", "oamf4ec", "oamf4sc",
	"connectmsg", "metaconnect", "fisu", "lssu", "lsu", "msu", "hfisu", "hlssu", "hmsu",
};
static const char *const with_num[] = {
	"less", "greater", "ifindex", "vlan", "mpls", "pppoes", "geneve", "rnr", "rulenum",
	"srnr", "subrulenum", "reason", "vpi", "vci", "sio", "opc", "dpc", "sls", "hsio", "hopc",
	"hdpc", "hsls", "type", "dir", "direction",
};
static const char *const with_name[] = {
	"type mgt", "type data", "type ctl subtype ack", "subtype beacon", "dir tods",
	"type mgt subtype probe-req", "type 8 subtype 0x10", "subtype QoS", "llc rr", "llc rnr",
	"llc ui", "llc S", "ifname eth0", "on eth0", "rset x", "ruleset y", "reason match",
	"action pass", "action drop", "reason short", "byte 1 & 3", "byte 0 = 4", "byte 2 > 5",
	"less 5", "vpi ( 1 or 2 )", "opc ( 3 )", "vci > 5", "sio != 3", "hsls ( 1 or 2 or 3 )",
};
static const char *const lists[] = {"53,67", "1-5,8-9", "domain,80"};
static const char *const odd[] = {
	"(", ")", "[", "]", ":", ",", "!", "not", "and", "or", "&&", "||", "/", "mask", "-",
	"1.2.3.4.", "1::2:", "1:2:", "0x", "08", "4294967296", "$abc", "$", "a_b", "a-", "_",
	"\\", "\\a]b", "aa:bb:cc:dd:ee:ff:", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8:9", "123456789012",
	"12345678901", "::1.2.3.256", "::01.2.3.4", "1.2.3.400", "0x1.2", "=>", "<>", "'", ";",
	"portchain", "inner", "vxlan", "gre", "ipip", "gtpu", "mark", "cpu", "queue", "rxhash",
	"random", "tcp6", "udp6", "host mark", "port inner", "TCP", "foo", "len", "length", "byte",
	"subtype", "\t", "\n", "::", ":::", "1:::2", "ab:cd", "a::b::c", "1.2", "1.2.3", "host",
	"tcp[", "ip[0:2]", "::12345", "1:2:3:4:5:6:1.2.3.4", "abcd:1", "==", "!=", "&", "|", "5-3",
};
/* clang-format on */

static struct {
	const u8 *p;
	size_t n, at;
	const char *tokens[TOKENS_MAX];
	u32 count, fit;
	char text[TEXT_MAX];
} in;

static u32 pick(size_t n)
{
	u32 v = in.at < in.n ? in.p[in.at++] : 0;

	return v % (u32)n;
}
#define ONE(list) put(list[pick(LEN(list))])

static void put(const char *s)
{
	if (in.count < TOKENS_MAX)
		in.tokens[in.count++] = s;
}

static void make_expr(u32 depth);

static void make_arith(u32 depth)
{
	u32 what = depth ? pick(8) : pick(3);

	if (what < 2) {
		ONE(nums);
	} else if (what == 2) {
		put("len");
	} else if (what == 3) {
		put("(");
		make_arith(depth - 1);
		put(")");
	} else if (what == 4) {
		put("-");
		make_arith(depth - 1);
	} else if (what == 5) {
		static const char *const sizes[] = {": 1", ": 2", ": 4"};

		ONE(protos);
		put("[");
		make_arith(depth - 1);
		if (pick(2))
			ONE(sizes);
		put("]");
	} else {
		make_arith(depth - 1);
		ONE(ops);
		make_arith(depth - 1);
	}
}

static void make_id(u32 depth)
{
	u32 what = pick(16);

	if (what == 0 && depth) {
		put("not");
		make_id(depth - 1);
	} else if (what < 3 && depth) {
		put("(");
		make_id(depth - 1);
		while (pick(3)) {
			put(pick(2) ? "or" : "and");
			make_id(depth - 1);
		}
		put(")");
	} else if (what == 3) {
		ONE(lists);
	} else if (what < 12) {
		ONE(fitting[in.fit]);
	} else {
		ONE(ids);
	}
}

static void make_head(u32 depth)
{
	u32 what = pick(8);

	if (pick(2))
		ONE(protos);
	if (what == 0) {
		in.fit = 4;
		ONE(kinds);
	} else if (what == 1) {
		put(pick(2) ? "src" : "dst");
		put(pick(2) ? "or" : "and");
		put(pick(2) ? "dst" : "src");
	} else if (what < 4) {
		ONE(dirs);
	}
	if (what > 0)
		in.fit = 0;
	if (what > 0 && (what > 3 || pick(2))) {
		in.fit = pick(LEN(types));
		put(types[in.fit]);
	}
	make_id(depth);
}

static void make_one(u32 depth, bool first)
{
	switch (depth ? pick(16) : 1 + pick(5)) {
	case 0:
		put("(");
		make_expr(depth - 1);
		put(")");
		break;
	case 1:
		ONE(protos);
		break;
	case 2:
		ONE(simple);
		break;
	case 3:
		ONE(with_num);
		ONE(nums);
		break;
	case 4:
		ONE(with_name);
		break;
	case 6:
		put(pick(2) ? "!" : "not");
		make_one(depth - 1, first);
		break;
	case 7:
	case 8:
		make_arith(depth);
		ONE(rels);
		make_arith(depth);
		break;
	case 9:
		ONE(protos);
		put(pick(2) ? "broadcast" : "multicast");
		break;
	case 10:
	case 11:
		if (!first) {
			make_id(depth);
			break;
		}
		/* fall through */
	default:
		make_head(depth);
	}
}

static void make_expr(u32 depth)
{
	make_one(depth, false);
	while (pick(3)) {
		put(pick(2) ? "or" : "and");
		make_one(depth, false);
	}
}

static const char *any_token(void)
{
	switch (pick(10)) {
	case 0:
		return protos[pick(LEN(protos))];
	case 1:
		return dirs[pick(LEN(dirs))];
	case 2:
		return types[pick(LEN(types))];
	case 3:
		return kinds[pick(LEN(kinds))];
	case 4:
		return ids[pick(LEN(ids))];
	case 5:
		return nums[pick(LEN(nums))];
	case 6:
		return simple[pick(LEN(simple))];
	case 7:
		return pick(2) ? rels[pick(LEN(rels))] : ops[pick(LEN(ops))];
	default:
		return odd[pick(LEN(odd))];
	}
}

static void spoil(void)
{
	for (u32 k = pick(6); k > 2 && in.count; k--) {
		u32 i = pick(in.count);

		switch (pick(4)) {
		case 0:
			in.tokens[i] = any_token();
			break;
		case 1:
			in.tokens[i] = in.tokens[pick(in.count)];
			break;
		case 2:
			memmove(in.tokens + i, in.tokens + i + 1,
				(--in.count - i) * sizeof *in.tokens);
			break;
		default:
			put(any_token());
		}
	}
}

static void write_text(void)
{
	size_t n = 0;
	bool tight = pick(8) == 0;

	for (u32 i = 0; i < in.count && n + 64 < TEXT_MAX; i++)
		n += (size_t)sprintf(in.text + n, "%s%s", in.tokens[i],
				     tight && pick(2) ? "" : " ");
	in.text[n] = 0;
}

/* Mistakes within words: a character too much, too few, or another one. */
static void spoil_text(void)
{
	static const char any[] = " ()!&|=<>[]:,./-_\\$0129afgxzXT%^*+\t\x80\xc3\x01";
	size_t n = strlen(in.text);

	for (u32 k = pick(4); k && n && n + 2 < TEXT_MAX; k--) {
		size_t i = (pick(256) << 8 | pick(256)) % n;
		u32 what = pick(3);

		if (what == 0) {
			memmove(in.text + i, in.text + i + 1, n-- - i);
			continue;
		}
		if (what == 1)
			memmove(in.text + i + 1, in.text + i, ++n - i);
		in.text[i] = any[pick(sizeof any - 1)];
	}
}

static void make(void)
{
	if (pick(4)) {
		make_expr(1 + pick(DEPTH_MAX - 1));
		spoil();
	} else {
		for (u32 k = 1 + pick(12); k; k--)
			put(any_token());
	}
	write_text();
	if (!pick(4))
		spoil_text();
}

/* ---- both parsers ---- */

static _Noreturn void wrong(const char *what, const char *a, const char *b)
{
	fprintf(stderr, "%s\n  filter: %s\n  %s\n  %s\n", what, in.text, a ? a : "", b ? b : "");
	abort();
}

/* Whether the tree has anything that libpcap 1.10.3 does not know. */
static bool arith_ours(const struct arith *x)
{
	if (!x)
		return false;
	return x->v6 || x->op == A_ANC || x->size == 8 || arith_ours(x->a) || arith_ours(x->b);
}

static bool tree_ours(const struct tree *t)
{
	for (; t->op == TREE_AND || t->op == TREE_OR || t->op == TREE_NOT; t = t->a)
		if (t->b && tree_ours(t->b))
			return true;
	if (t->op == TREE_PRIM && (t->prim == PR_INNER || t->prim == PR_VXLAN))
		return true;
	/* 802.11 types 0x80 and 0x90 of control frames are in libpcap 1.11 */
	return t->n_list || t->quals.type == T_PORTCHAIN || arith_ours(t->x) || arith_ours(t->y);
}

struct reading {
	char *shown; /* NULL: refused */
	char *reason;
	enum ob_code code;
	bool ours;
};

/* The error must have its place inside of the text. */
static void check_err(const struct ob_err *err, const char *text)
{
	if (ob_err_column(err) < 1 || ob_err_column(err) > strlen(text) + 1)
		wrong("an error without a column", ob_err_reason(err), NULL);
}

static struct reading read_ours(const char *text)
{
	struct filter f = {.text = text, .n = (u32)strlen(text)};
	struct reading r = {0};

	arena_init(&f.a);
	f.a.fail = &f.fail;
	if (setjmp(f.fail)) {
		check_err(f.err, text);
		r = (struct reading){.code = ob_err_code(f.err),
				     .reason = strdup(ob_err_reason(f.err))};
		ob_err_destroy(f.err);
	} else {
		struct tree *t = filter_parse(&f);
		struct buf b = {0};

		buf_puts(&b, "");
		tree_show(t, &b);
		r = (struct reading){.shown = b.p ? b.p : strdup(""), .ours = tree_ours(t)};
	}
	arena_deinit(&f.a);
	return r;
}

static struct {
	int dlt;
	pcap_t *pcap;
} links[] = {{DLT_EN10MB, 0},    {DLT_EN10MB, 0},     {DLT_IEEE802_11, 0}, {DLT_SUNATM, 0},
	     {DLT_MTP2, 0},      {DLT_PFLOG, 0},      {DLT_ARCNET, 0},     {DLT_EN10MB, 0},
	     {DLT_LINUX_SLL, 0}, {DLT_ATM_RFC1483, 0}};

static pcap_t *link_of(u32 i)
{
	if (!links[i].pcap)
		links[i].pcap = pcap_open_dead(links[i].dlt, 65535);
	return links[i].pcap;
}

/* Its message, or NULL and the code. */
static const char *read_theirs(pcap_t *p, const char *text, struct bpf_program *code)
{
	*code = (struct bpf_program){0};
	return pcap_compile(p, code, text, 0, 0xffffff00) ? pcap_geterr(p) : NULL;
}

static bool is_syntax(const char *message) { return strstr(message, "syntax error"); }

static bool same_code(const struct bpf_program *a, const struct bpf_program *b)
{
	return a->bf_len == b->bf_len &&
	       !memcmp(a->bf_insns, b->bf_insns, a->bf_len * sizeof *a->bf_insns);
}

/* `host ((a))`: libpcap takes one pair of parentheses, we take more. */
static bool has_double_paren(const char *s)
{
	for (; *s; s++)
		if (*s == '(' && s[1 + strspn(s + 1, " \t\n\r")] == '(')
			return true;
	return false;
}

static void compare(pcap_t *p, const struct reading *r)
{
	struct bpf_program code, again;
	char message[PCAP_ERRBUF_SIZE];
	const char *err = read_theirs(p, in.text, &code);

	if (err)
		err = strncpy(message, err, sizeof message - 1);
	if (!r->shown) {
		if (!err)
			wrong("libpcap accepts it, we do not", r->reason, NULL);
		return;
	}
	const char *err2 = read_theirs(p, r->shown, &again);
	bool both_syntax = err && err2 && is_syntax(err) && is_syntax(err2);

	if (!r->ours && both_syntax)
		wrong("libpcap has a syntax error, we do not", err, r->shown);
	if (!r->ours && err && is_syntax(err) && !has_double_paren(in.text))
		wrong("libpcap understands only what we show", err, r->shown);
	if (!err && r->ours && !strstr(in.text, "vxlan"))
		wrong("libpcap understands it without our extensions", r->shown, NULL);
	if (!err && err2 && !r->ours)
		wrong("libpcap does not understand what we show", err2, r->shown);
	if (!err && !err2 && !same_code(&code, &again))
		wrong("libpcap makes other code of what we show", r->shown, NULL);
	if (err && !err2 && !is_syntax(err))
		wrong("libpcap refuses only the original", err, r->shown);
	if (!err)
		pcap_freecode(&code);
	if (!err2)
		pcap_freecode(&again);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);
int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	struct reading r, again;
	pcap_t *p;

	in.p = data;
	in.n = n;
	in.at = in.count = in.fit = 0;
	p = link_of(pick(LEN(links)));
	make();
	r = read_ours(in.text);
	if (r.shown) {
		again = read_ours(r.shown);
		if (!again.shown || strcmp(again.shown, r.shown))
			wrong("what we show is not what we read",
			      again.shown ? again.shown : again.reason, r.shown);
		free(again.shown);
	}
	compare(p, &r);
	free(r.shown);
	free(r.reason);
	return 0;
}
