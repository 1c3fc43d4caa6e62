/* SPDX-License-Identifier: BSD-2-Clause */
/* The keywords, and the tables of named values. */
#include "filter/parse.h"

/* clang-format off */
#define P8(n, a, b, c, d, e, f, g, ...) \
	{a, TK_PROTO, P_##n}, {b, TK_PROTO, P_##n}, {c, TK_PROTO, P_##n}, {d, TK_PROTO, P_##n}, \
	{e, TK_PROTO, P_##n}, {f, TK_PROTO, P_##n}, {g, TK_PROTO, P_##n},
#define PROTO(n, ...) P8(n, __VA_ARGS__, NULL, NULL, NULL, NULL, NULL, NULL, NULL)

static const struct word proto_words[] = {
#include "filter/proto.def"
};
#undef PROTO

/* The likeliest first: of two that are as near, the first is the one meant. */
static const struct word words[] = {
	{"and", TK_AND, 0}, {"or", TK_OR, 0}, {"not", TK_NOT, 0},
	{"host", TK_TYPE, T_HOST}, {"port", TK_TYPE, T_PORT}, {"net", TK_TYPE, T_NET},
	{"src", TK_SRC, D_SRC}, {"dst", TK_DST, D_DST}, {"portrange", TK_TYPE, T_PORTRANGE},
	{"proto", TK_KIND, T_PROTO}, {"protochain", TK_KIND, T_PROTOCHAIN},
	{"gateway", TK_KIND, T_GATEWAY}, {"mask", TK_MASK, 0},
	{"broadcast", TK_CAST, PR_BROADCAST}, {"multicast", TK_CAST, PR_MULTICAST},
	{"less", TK_LENGTH, PR_LESS}, {"greater", TK_LENGTH, PR_GREATER},
	{"len", TK_LEN, 0}, {"length", TK_LEN, 0}, {"byte", TK_BYTE, 0},
	{"inbound", TK_WAY, PR_INBOUND}, {"outbound", TK_WAY, PR_OUTBOUND},
	{"vlan", TK_TAG, PR_VLAN}, {"mpls", TK_TAG, PR_MPLS}, {"pppoes", TK_TAG, PR_PPPOES},
	{"geneve", TK_TAG, PR_GENEVE}, {"pppoed", TK_PPPOED, 0},
	{"ifindex", TK_IFINDEX, 0},
	{"ifname", TK_PF_NAME, PR_PF_IFNAME}, {"on", TK_PF_NAME, PR_PF_IFNAME},
	{"rset", TK_PF_NAME, PR_PF_RSET}, {"ruleset", TK_PF_NAME, PR_PF_RSET},
	{"rnr", TK_PF_NUM, PR_PF_RNR}, {"rulenum", TK_PF_NUM, PR_PF_RNR},
	{"srnr", TK_PF_NUM, PR_PF_SRNR}, {"subrulenum", TK_PF_NUM, PR_PF_SRNR},
	{"reason", TK_PF_WORD, PR_PF_REASON}, {"action", TK_PF_WORD, PR_PF_ACTION},
	{"type", TK_WLAN_TYPE, 0}, {"subtype", TK_WLAN_SUBTYPE, 0},
	{"dir", TK_WLAN_DIR, 0}, {"direction", TK_WLAN_DIR, 0},
	{"addr1", TK_ADDR, D_ADDR1}, {"address1", TK_ADDR, D_ADDR1},
	{"addr2", TK_ADDR, D_ADDR2}, {"address2", TK_ADDR, D_ADDR2},
	{"addr3", TK_ADDR, D_ADDR3}, {"address3", TK_ADDR, D_ADDR3},
	{"addr4", TK_ADDR, D_ADDR4}, {"address4", TK_ADDR, D_ADDR4},
	{"ra", TK_ADDR, D_RA}, {"ta", TK_ADDR, D_TA},
	{"llc", TK_LLC, 0}, {"lane", TK_ATM, ATM_LANE}, {"metac", TK_ATM, ATM_METAC},
	{"bcc", TK_ATM, ATM_BCC}, {"sc", TK_ATM, ATM_SC}, {"ilmic", TK_ATM, ATM_ILMIC},
	{"oam", TK_ATM, ATM_OAM}, {"oamf4", TK_ATM, ATM_OAMF4},
	{"oamf4ec", TK_ATM, ATM_OAMF4EC}, {"oamf4sc", TK_ATM, ATM_OAMF4SC},
	{"connectmsg", TK_ATM, ATM_CONNECTMSG}, {"metaconnect", TK_ATM, ATM_METACONNECT},
	{"fisu", TK_SS7, SS7_FISU}, {"lssu", TK_SS7, SS7_LSSU}, {"lsu", TK_SS7, SS7_LSSU},
	{"msu", TK_SS7, SS7_MSU}, {"hfisu", TK_SS7, SS7_HFISU}, {"hlssu", TK_SS7, SS7_HLSSU},
	{"hmsu", TK_SS7, SS7_HMSU},
	{"vpi", TK_FIELD, F_VPI}, {"vci", TK_FIELD, F_VCI}, {"sio", TK_FIELD, F_SIO},
	{"opc", TK_FIELD, F_OPC}, {"dpc", TK_FIELD, F_DPC}, {"sls", TK_FIELD, F_SLS},
	{"hsio", TK_FIELD, F_HSIO}, {"hopc", TK_FIELD, F_HOPC}, {"hdpc", TK_FIELD, F_HDPC},
	{"hsls", TK_FIELD, F_HSLS},
	{"tcpflags", TK_NUM, 13}, {"icmptype", TK_NUM, 0}, {"icmpcode", TK_NUM, 1},
	{"icmp6type", TK_NUM, 0}, {"icmp6code", TK_NUM, 1},
	{"tcp-syn", TK_NUM, 0x02}, {"tcp-fin", TK_NUM, 0x01}, {"tcp-rst", TK_NUM, 0x04},
	{"tcp-push", TK_NUM, 0x08}, {"tcp-ack", TK_NUM, 0x10}, {"tcp-urg", TK_NUM, 0x20},
	{"tcp-ece", TK_NUM, 0x40}, {"tcp-cwr", TK_NUM, 0x80},
	{"icmp-echoreply", TK_NUM, 0}, {"icmp-unreach", TK_NUM, 3},
	{"icmp-sourcequench", TK_NUM, 4}, {"icmp-redirect", TK_NUM, 5},
	{"icmp-echo", TK_NUM, 8}, {"icmp-routeradvert", TK_NUM, 9},
	{"icmp-routersolicit", TK_NUM, 10}, {"icmp-timxceed", TK_NUM, 11},
	{"icmp-paramprob", TK_NUM, 12}, {"icmp-tstamp", TK_NUM, 13},
	{"icmp-tstampreply", TK_NUM, 14}, {"icmp-ireq", TK_NUM, 15},
	{"icmp-ireqreply", TK_NUM, 16}, {"icmp-maskreq", TK_NUM, 17},
	{"icmp-maskreply", TK_NUM, 18},
	{"icmp6-destinationunreach", TK_NUM, 1}, {"icmp6-packettoobig", TK_NUM, 2},
	{"icmp6-timeexceeded", TK_NUM, 3}, {"icmp6-parameterproblem", TK_NUM, 4},
	{"icmp6-echo", TK_NUM, 128}, {"icmp6-echoreply", TK_NUM, 129},
	{"icmp6-multicastlistenerquery", TK_NUM, 130},
	{"icmp6-multicastlistenerreportv1", TK_NUM, 131},
	{"icmp6-multicastlistenerdone", TK_NUM, 132},
	{"icmp6-routersolicit", TK_NUM, 133}, {"icmp6-routeradvert", TK_NUM, 134},
	{"icmp6-neighborsolicit", TK_NUM, 135}, {"icmp6-neighboradvert", TK_NUM, 136},
	{"icmp6-redirect", TK_NUM, 137}, {"icmp6-routerrenum", TK_NUM, 138},
	{"icmp6-nodeinformationquery", TK_NUM, 139},
	{"icmp6-nodeinformationresponse", TK_NUM, 140},
	{"icmp6-ineighbordiscoverysolicit", TK_NUM, 141},
	{"icmp6-ineighbordiscoveryadvert", TK_NUM, 142},
	{"icmp6-multicastlistenerreportv2", TK_NUM, 143},
	{"icmp6-homeagentdiscoveryrequest", TK_NUM, 144},
	{"icmp6-homeagentdiscoveryreply", TK_NUM, 145},
	{"icmp6-mobileprefixsolicit", TK_NUM, 146}, {"icmp6-mobileprefixadvert", TK_NUM, 147},
	{"icmp6-certpathsolicit", TK_NUM, 148}, {"icmp6-certpathadvert", TK_NUM, 149},
	{"icmp6-multicastrouteradvert", TK_NUM, 151},
	{"icmp6-multicastroutersolicit", TK_NUM, 152},
	{"icmp6-multicastrouterterm", TK_NUM, 153},
};

/* Ours: names wherever libpcap takes a name. */
static const char *const ours[] = {
	"portchain", "inner", "vxlan", "gre", "ipip", "gtpu", "mark", "cpu", "queue", "rxhash",
	"random", "tcp6", "udp6",
};
/* clang-format on */

static const struct word *find_in(const struct word *w, size_t count, const char *s, size_t n)
{
	for (size_t i = 0; i < count; i++) {
		const char *k = w[i].s;

		if (k && k[0] == s[0] && k[1] == s[1] && !strncmp(k, s, n) && !k[n])
			return &w[i];
	}
	return NULL;
}

const struct word *word_find(const char *s, size_t n)
{
	const struct word *w = n < 2 ? NULL : find_in(words, LEN(words), s, n);

	return w || n < 2 ? w : find_in(proto_words, LEN(proto_words), s, n);
}

bool word_is_ours(const char *s)
{
	for (size_t i = 0; i < LEN(ours); i++)
		if (!strcmp(s, ours[i]))
			return true;
	return false;
}

static void nearer(const char *word, const char *candidate, u32 *best, const char **ret)
{
	u32 d = candidate ? word_distance(word, candidate, *best) : *best;

	if (d < *best) {
		*best = d;
		*ret = candidate;
	}
}

/* How many edits a misspelt word may be away, and one. */
static u32 reach(const char *word)
{
	size_t n = strlen(word);

	return n < 2 ? 0 : n < 4 ? 2 : n < 8 ? 3 : 4;
}

const char *word_near(const char *word, u64 kinds)
{
	char low[40];
	u32 best = reach(word);
	const char *ret = NULL;
	size_t i;

	for (i = 0; word[i] && i + 1 < sizeof(low); i++)
		low[i] = word[i] >= 'A' && word[i] <= 'Z' ? word[i] + 32 : word[i];
	low[i] = 0;
	for (i = 0; i < LEN(proto_words); i++)
		if (kinds >> TK_PROTO & 1)
			nearer(low, proto_words[i].s, &best, &ret);
	for (i = 0; i < LEN(words); i++)
		if (kinds >> words[i].kind & 1)
			nearer(low, words[i].s, &best, &ret);
	for (i = 0; i < LEN(ours); i++)
		if (kinds >> TK_NAME & 1)
			nearer(low, ours[i], &best, &ret);
	return ret && strcmp(ret, word) ? ret : NULL;
}

const char *filter_word_nearest(const char *word) { return word_near(word, UINT64_MAX); }

int name_num(const struct name_num *list, const char *s)
{
	for (; list->s; list++)
		if (!strcasecmp(list->s, s))
			return list->num;
	return -1;
}

const char *name_nearest(const struct name_num *list, const char *s)
{
	u32 best = reach(s);
	const char *ret = NULL;

	for (; list->s; list++)
		nearer(s, list->s, &best, &ret);
	return ret;
}
