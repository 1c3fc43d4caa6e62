/* SPDX-License-Identifier: BSD-2-Clause */
/* How filters are understood: each beside the same with all qualifiers and
 * parentheses written out, and the limits of depth and length. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "filter/parse.h"

static struct ob_err *parse(const char *text, size_t n, struct buf *to)
{
	struct filter f = {.text = text, .n = (u32)n};

	arena_init(&f.a);
	f.a.fail = &f.fail;
	buf_clear(to);
	buf_puts(to, "");
	if (!setjmp(f.fail))
		tree_show(filter_parse(&f), to);
	arena_deinit(&f.a);
	return f.err;
}

/* clang-format off */
static const struct {
	const char *name, *filter, *shown;
} meaning[] = {
	{"empty", " \t\n", ""},
	{"equal strength", "tcp or udp and len > 9 or ip", "tcp\nor udp\nand len > 9\nor ip\n"},
	{"parentheses group", "tcp or (udp and len > 9)",
	 "tcp\nor (\n    udp\n    and len > 9\n)\n"},
	{"not is tight", "not tcp and ! udp", "not tcp\nand not udp\n"},
	{"not not", "not not tcp", "not not tcp\n"},
	{"signs", "tcp && !udp || ip", "tcp\nand not udp\nor ip\n"},
	{"port list by or", "port 80 or 443", "port 80\nor port 443\n"},
	{"all qualifiers go on", "tcp src port 80 and not 443 or 22",
	 "tcp src port 80\nand not tcp src port 443\nor tcp src port 22\n"},
	{"qualifiers of the last", "host 10.0.0.1 and port 80 or 443",
	 "host 10.0.0.1\nand port 80\nor port 443\n"},
	{"a list in parentheses", "src (10.0.0.1 or 10.0.0.2)",
	 "src 10.0.0.1\nor src 10.0.0.2\n"},
	{"more parentheses than libpcap takes", "src ((10.0.0.1) or ((10.0.0.2)))",
	 "src 10.0.0.1\nor src 10.0.0.2\n"},
	{"not in a list", "port not (80 and not 22)",
	 "not (\n    port 80\n    and not port 22\n)\n"},
	{"what stood before a parenthesis goes on behind it",
	 "port 80 or (tcp and host 10.0.0.1) or 22",
	 "port 80\nor (\n    tcp\n    and host 10.0.0.1\n)\nor port 22\n"},
	{"what stood before goes into it", "port 80 and (443 or 22)",
	 "port 80\nand (\n    port 443\n    or port 22\n)\n"},
	{"not passes on", "not port 80 or 443", "not port 80\nor port 443\n"},
	{"numbers or arithmetic", "port 80 and 44 = len and (1 + 1) = 2",
	 "port 80\nand 44 = len\nand (1 + 1) = 2\n"},
	{"both directions", "src or dst port 22 or src and dst host 10.0.0.1",
	 "src or dst port 22\nor src and dst host 10.0.0.1\n"},
	{"dst or src", "dst and src net 10.0.0.0/8", "src and dst net 10.0.0.0/8\n"},
	{"aliases", "length == 5 and wlan address1 aa:bb:cc:dd:ee:ff and direction tods",
	 "len = 5\nand link addr1 aa:bb:cc:dd:ee:ff\nand dir 1\n"},
	{"links are one", "fddi[0] = tr[1]", "link[0] = link[1]\n"},
	{"OSI", "es-is or is-is or esis", "esis\nor isis\nor esis\n"},
	{"escaped", "ip proto \\tcp or \\udp", "ip proto \\tcp\nor ip proto \\udp\n"},
	{"numbers", "len = 0x10 and len = 010 and len = 0",
	 "len = 16\nand len = 8\nand len = 0\n"},
	{"names of numbers", "tcp[tcpflags] & (tcp-syn|tcp-cwr) != 0 and icmp6[icmp6type] = icmp6-echo",
	 "(tcp[13] & (2 | 128)) != 0\nand icmp6[0] = 128\n"},
	{"multiplication first", "1 + 2 * 3 - 4 = 5", "((1 + (2 * 3)) - 4) = 5\n"},
	{"shifts, and, or", "1 | 2 & 3 << 4 + 5 = 6", "(1 | (2 & (3 << (4 + 5)))) = 6\n"},
	{"to the left", "8 / 4 / 2 = 8 - 4 - 2", "((8 / 4) / 2) = ((8 - 4) - 2)\n"},
	{"% takes all on its right", "1 + 2 % 3 + 4 = 5", "(1 + (2 % (3 + 4))) = 5\n"},
	{"^ too", "1 * 2 ^ 3 | 4 ^ 5 = 6", "(1 * (2 ^ (3 | (4 ^ 5)))) = 6\n"},
	{"minus is tight", "len = - 1 + 2", "len = ((- 1) + 2)\n"},
	{"but not before %", "len = - 1 % 2", "len = (- (1 % 2))\n"},
	{"names with dashes", "host a-b-c and port x_y", "host a-b-c\nand port x_y\n"},
	{"a minus sign needs a space", "ip[0]-1 = 2 and host 5-3",
	 "(ip[0] - 1) = 2\nand host 5-3\n"},
	{"vlan", "vlan 5 and vlan (7) and mpls", "vlan 5\nand vlan 7\nand mpls\n"},
	{"802.11", "type mgt subtype BEACON and subtype ba and type 8",
	 "type 0x00 subtype 0x80\nand type 0x04 subtype 0x90\nand type 0x08\n"},
	{"llc", "llc and llc rnr and llc Sabme", "llc\nand llc rnr\nand llc sabme\n"},
	{"field lists", "vpi (1 or 2) and opc > 5",
	 "vpi = 1\nor vpi = 2\nand opc > 5\n"},
	{"packet filter", "on eth0 and rulenum 5 and reason match and action pass",
	 "ifname eth0\nand rnr 5\nand reason match\nand action pass\n"},
	{"byte", "byte 1 & 2 or less 5 or byte 0 == 1", "byte 1 & 2\nor less 5\nor byte 0 = 1\n"},
	{"ATM and SS7", "oamf4 and metaconnect or lsu and hmsu and vci 3",
	 "oamf4\nand metaconnect\nor lssu\nand hmsu\nand vci = 3\n"},
	{"broadcast", "ether broadcast and multicast", "link broadcast\nand multicast\n"},
	{"v6", "host ::1 or 1:2:3:4:5:6:7:: and net 2001:db8::/32",
	 "host ::1\nor host 1:2:3:4:5:6:7::\nand net 2001:db8::/32\n"},
	/* ours */
	{"port lists", "tcp port 80,443, domain or 22,23",
	 "tcp port 80,443,domain\nor tcp port 22,23\n"},
	{"range lists", "portrange 1-5,8-9", "portrange 1-5,8-9\n"},
	{"portchain", "portchain 80 or src portchain (22 or 23)",
	 "portchain 80\nor (\n    src portchain 22\n    or src portchain 23\n)\n"},
	{"inner", "inner gre and inner gtpu 5 port 2152 and inner vxlan port 4789",
	 "inner gre\nand inner gtpu 5 port 2152\nand inner vxlan port 4789\n"},
	{"vxlan", "port 4789 and vxlan 5", "port 4789\nand vxlan 5\n"},
	{"our words are names where names stand",
	 "host mark or inner or portchain and src vxlan and port cpu",
	 "host \\mark\nor host \\inner\nor host \\portchain\nand src \\vxlan\nand port \\cpu\n"},
	{"and numbers where they are compared", "host a or mark = 1 and cpu & 3 = queue",
	 "host a\nor mark = 1\nand (cpu & 3) = queue\n"},
	{"in parentheses", "(rxhash) % 4 = random and ((mark)) = 1 or (host a or mark)",
	 "(rxhash % 4) = random\nand mark = 1\nor (\n    host a\n    or host \\mark\n)\n"},
	{"over IPv6", "tcp6[13] & 2 != 0 and udp6[0:2] = 53",
	 "(tcp6[13] & 2) != 0\nand udp6[0:2] = 53\n"},
	{"eight bytes", "ether[0:8] = 0x0011223344556677 and ip[12:8] != ip6[0:8]",
	 "link[0:8] = 0x11223344556677\nand ip[12:8] != ip6[0:8]\n"},
};
/* clang-format on */

static bool ok(bool good, const char *name, const char *why)
{
	if (good)
		printf("ok %s\n", name);
	else
		printf("FAIL %s: %s\n", name, why);
	return good;
}

static bool test_meaning(void)
{
	struct buf b = {0};
	bool all = true;

	for (size_t i = 0; i < LEN(meaning); i++) {
		const char *text = meaning[i].filter;
		struct ob_err *err = parse(text, strlen(text), &b);

		all &= ok(!err && !strcmp(b.p, meaning[i].shown), meaning[i].name,
			  err ? ob_err_reason(err) : b.p);
		ob_err_destroy(err);
	}
	buf_deinit(&b);
	return all;
}

/* clang-format off */
static const struct {
	const char *name, *head, *part, *tail;
	u32 times;
	const char *reason;	/* NULL: understood */
} deep[] = {
	{"100000 terms", "tcp", " or udp and not ip", "", 50000, NULL},
	{"50000 ports", "port 1", ",2", "", 50000, NULL},
	{"50000 numbers of a field", "vpi (1", " or 2", ")", 50000, NULL},
	{"900 parentheses", "", "(tcp and not ", "udp", 450, "never closed"},
	{"100000 parentheses", "", "(", "tcp", 100000, "nested too deeply"},
	{"100000 parentheses of an address", "host ", "(", "a", 100000, "nested too deeply"},
	{"100000 not", "", "not ", "tcp", 100000, "nested too deeply"},
	{"100000 minus signs", "len = ", "- ", "1", 100000, "nested too deeply"},
	{"100000 brackets", "", "ip[", "0", 100000, "nested too deeply"},
	{"100000 sums", "len = 1", " + 1", "", 100000, "too much arithmetic"},
	{"100000 remainders", "len = 1", " % 1", "", 100000, "nested too deeply"},
	{"100000 letters", "host ", "a", "", 100000, NULL},
	{"100000 digits", "port ", "1", "", 100000, "too large"},
	{"100000 colons", "host 1", ":", "", 100000, "expected `and`"},
};
/* clang-format on */

static bool test_deep(void)
{
	struct buf text = {0}, b = {0};
	bool all = true;

	for (size_t i = 0; i < LEN(deep); i++) {
		buf_clear(&text);
		buf_puts(&text, deep[i].head);
		for (u32 k = 0; k < deep[i].times; k++)
			buf_puts(&text, deep[i].part);
		buf_puts(&text, deep[i].tail);
		struct ob_err *err = parse(text.p, text.n, &b);
		const char *reason = err ? ob_err_reason(err) : "understood";
		const char *want = deep[i].reason;

		all &= ok(want ? err && strstr(reason, want) : !err, deep[i].name, reason);
		ob_err_destroy(err);
	}
	buf_deinit(&text);
	buf_deinit(&b);
	return all;
}

/* What is not text has its place too. */
static bool test_bytes(void)
{
	static const char *const odd[] = {"tcp \0", "tcp \x80\x81", "\xff", "tcp\x01 ",
					  "host \\\0"};
	static const u32 len[] = {5, 6, 1, 5, 7}, column[] = {5, 5, 1, 4, 6};
	struct buf b = {0};
	bool all = true;

	for (size_t i = 0; i < LEN(odd); i++) {
		struct ob_err *err = parse(odd[i], len[i], &b);

		all &= err && ob_err_column(err) == column[i];
		ob_err_destroy(err);
	}
	buf_deinit(&b);
	return ok(all, "bytes that are no text", "accepted, or the wrong column");
}

static bool ident_of(const char *text, struct ident *ret)
{
	struct filter f = {.text = text, .n = (u32)strlen(text)};

	arena_init(&f.a);
	f.a.fail = &f.fail;
	if (!setjmp(f.fail))
		*ret = filter_parse(&f)->ident;
	arena_deinit(&f.a);
	ob_err_destroy(f.err);
	return !f.err;
}

/* Every way to write an address, read as the C library reads it. */
static bool test_v6(void)
{
	static const char *const part[] = {"0",   "1",  "ab",        "1234",    "FfFf",      ":",
					   ":",   "::", ":",         "1.2.3.4", "255.0.0.1", ":",
					   "256", ":",  "1.2.3.256", "01.2.3.4"};
	u64 seed = 1;
	u32 good = 0;
	bool same = true;

	for (u32 i = 0; i < 200000; i++) {
		char text[200] = "host ";
		struct ident id = {0};
		u8 want[16];

		for (u64 k = 3 + (seed = hash_u64(seed + 1)) % 14; k; k--)
			strcat(text, part[(seed = hash_u64(seed + 1)) % LEN(part)]);
		if (!strchr(text, ':'))
			continue;
		bool is = inet_pton(AF_INET6, text + 5, want) == 1;
		bool ours = ident_of(text, &id) && id.kind == ID_V6;

		good += is;
		if (is != ours || (is && memcmp(want, id.v6, 16)))
			same = ok(false, "IPv6 as the C library", text);
	}
	return same && ok(good > 500, "IPv6 as the C library", "too few good ones");
}

static bool test_other_addresses(void)
{
	static const u8 mac[] = {0x0a, 0x1b, 0x02, 0xff, 0x00, 0xe5};
	static const char *const forms[] = {"a:1b:2:FF:0:e5", "0a-1b-02-ff-00-e5",
					    "a.1b.02.ff.0.e5", "0a1b.02FF.00e5", "0a1b02ff00e5"};
	struct ident id;
	bool all = true;

	for (size_t i = 0; i < LEN(forms); i++) {
		char text[64];

		sprintf(text, "ether host %s", forms[i]);
		all &= ok(ident_of(text, &id) && id.kind == ID_MAC && !memcmp(id.mac, mac, 6), text,
			  "other bytes");
	}
	all &= ok(ident_of("link host $a7", &id) && id.kind == ID_AID && id.num == 0xa7, "$a7", "");
	all &= ok(ident_of("net 10.010/9", &id) && id.kind == ID_V4_LEN && id.v4 == 0xa0a &&
			  id.v4_bits == 16 && id.num == 9,
		  "10.010/9", "parts are decimal");
	all &= ok(ident_of("net 10.1.2 mask 255.255.254.0", &id) && id.kind == ID_V4_MASK &&
			  id.v4 == 0xa0102 && id.v4_bits == 24 && id.mask == 0xfffffe00 &&
			  id.mask_bits == 32,
		  "10.1.2 mask 255.255.254.0", "");
	all &= ok(ident_of("net 2001:db8::/32", &id) && id.num == 32, "2001:db8::/32", "");
	return all;
}

int main(void)
{
	bool all = test_meaning();

	all &= test_deep();
	all &= test_bytes();
	all &= test_v6();
	return !(all & test_other_addresses());
}
