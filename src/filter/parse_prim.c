/* SPDX-License-Identifier: BSD-2-Clause */
/* Primitives: a keyword with what belongs to it, neither address nor arithmetic. */
#include "filter/parse.h"

/* clang-format off */
static const struct name_num wlan_types[] = {
	{"mgt", 0x00}, {"management", 0x00}, {"ctl", 0x04}, {"control", 0x04}, {"data", 0x08},
	{NULL, 0},
};
static const struct name_num wlan_mgt[] = {
	{"assocreq", 0x00}, {"assoc-req", 0x00}, {"assocresp", 0x10}, {"assoc-resp", 0x10},
	{"reassocreq", 0x20}, {"reassoc-req", 0x20}, {"reassocresp", 0x30},
	{"reassoc-resp", 0x30}, {"probereq", 0x40}, {"probe-req", 0x40}, {"proberesp", 0x50},
	{"probe-resp", 0x50}, {"beacon", 0x80}, {"atim", 0x90}, {"disassoc", 0xa0},
	{"disassociation", 0xa0}, {"auth", 0xb0}, {"authentication", 0xb0}, {"deauth", 0xc0},
	{"deauthentication", 0xc0}, {NULL, 0},
};
static const struct name_num wlan_ctl[] = {
	{"bar", 0x80}, {"ba", 0x90}, {"ps-poll", 0xa0}, {"rts", 0xb0}, {"cts", 0xc0},
	{"ack", 0xd0}, {"cf-end", 0xe0}, {"cf-end-ack", 0xf0}, {NULL, 0},
};
static const struct name_num wlan_data[] = {
	{"data", 0x00}, {"data-cf-ack", 0x10}, {"data-cf-poll", 0x20},
	{"data-cf-ack-poll", 0x30}, {"null", 0x40}, {"cf-ack", 0x50}, {"cf-poll", 0x60},
	{"cf-ack-poll", 0x70}, {"qos-data", 0x80}, {"qos-data-cf-ack", 0x90},
	{"qos-data-cf-poll", 0xa0}, {"qos-data-cf-ack-poll", 0xb0}, {"qos", 0xc0},
	{"qos-cf-poll", 0xe0}, {"qos-cf-ack-poll", 0xf0}, {NULL, 0},
};
static const struct name_num wlan_dirs[] = {
	{"nods", 0}, {"tods", 1}, {"fromds", 2}, {"dstods", 3}, {NULL, 0},
};
static const struct name_num llc_types[] = {
	{"i", 0}, {"s", 0}, {"u", 0}, {"rr", 0}, {"rnr", 0}, {"rej", 0}, {"ui", 0}, {"ua", 0},
	{"disc", 0}, {"dm", 0}, {"sabme", 0}, {"test", 0}, {"xid", 0}, {"frmr", 0}, {NULL, 0},
};
static const struct {
	const char *s, *num;	/* what its number is; NULL: it has none */
	u32 max;
	bool port;
} inners[] = {
	{"gre", "a key", UINT32_MAX, false}, {"ipip", NULL, 0, false},
	{"gtpu", "a TEID", UINT32_MAX, true}, {"vxlan", "a VNI", 0xffffff, true},
	{"geneve", "a VNI", 0xffffff, true},
};
/* clang-format on */

static const struct name_num *const wlan_subtypes[] = {wlan_mgt, wlan_ctl, wlan_data};
enum { WLAN_TYPE = 0x0c, WLAN_SUBTYPE = 0xf0, WLAN_TYPES = LEN(wlan_subtypes) };

static struct tree *prim(struct parser *p, enum prim what)
{
	struct tree *t = node(p, TREE_PRIM, p->t->span);

	t->prim = what;
	p->t++;
	return t;
}

static u32 bits_of(struct parser *p, const struct token *t, u32 mask, const char *what)
{
	if (t->num & ~(u64)mask)
		filter_fail(p->f, OB_RANGE, t->span, "%s is no %s: its bits are those of 0x%02x",
			    tok_text(p, t), what, mask);
	return (u32)t->num;
}

_Noreturn static void unknown(struct parser *p, const struct token *t, const struct name_num *list,
			      const char *what)
{
	const char *near = name_nearest(list, t->s);
	struct buf all = {0};
	struct ob_err *err =
		filter_err(p->f, OB_NAME, t->span, "%s is no %s", tok_text(p, t), what);

	if (near)
		err = err_hint(err, "did you mean `%s`?", near);
	for (; list->s; list++)
		buf_printf(&all, "%s%s", all.n ? " " : "", list->s);
	err = err_hint(err, "known are: %s", all.oom ? "" : all.p);
	buf_deinit(&all);
	filter_fail_err(p->f, err);
}

/* A number, or a name in the list. */
static u32 bits_or_name(struct parser *p, u32 mask, const struct name_num *list, const char *what)
{
	struct token *t = p->t;
	int num;

	if (!at(p, TK_NUM) && !at(p, TK_NAME))
		expected(p, what);
	p->t++;
	if (t->kind == TK_NUM)
		return bits_of(p, t, mask, what);
	num = name_num(list, t->s);
	if (num < 0)
		unknown(p, t, list, what);
	return (u32)num;
}

static u32 wlan_subtype(struct parser *p, u32 type)
{
	if (at(p, TK_NAME) && type >> 2 >= WLAN_TYPES)
		filter_fail(p->f, OB_NAME, p->t->span,
			    "the subtypes of 802.11 type 0x%02x have no names; write a number",
			    type);
	return bits_or_name(p, WLAN_SUBTYPE,
			    type >> 2 < WLAN_TYPES ? wlan_subtypes[type >> 2] : NULL,
			    "802.11 subtype");
}

/* A subtype whose type is not told: the name of any. */
static u32 wlan_any_subtype(struct parser *p)
{
	struct token *t = take(p, TK_NAME, "the name of an 802.11 subtype");

	for (u32 i = 0; i < WLAN_TYPES; i++) {
		int num = name_num(wlan_subtypes[i], t->s);

		if (num >= 0)
			return (u32)num | i << 2;
	}
	for (u32 i = 0; i < WLAN_TYPES; i++)
		if (name_nearest(wlan_subtypes[i], t->s))
			unknown(p, t, wlan_subtypes[i], "802.11 subtype");
	filter_fail(p->f, OB_NAME, t->span, "%s is no 802.11 subtype", tok_text(p, t));
}

/* wlan: "type" type ( "subtype" subtype )? | "subtype" name | "dir" ( number | name ) */
struct tree *wlan(struct parser *p, struct quals q)
{
	struct tree *t = NULL;

	if (at(p, TK_WLAN_DIR)) {
		t = prim(p, PR_WLAN_DIR);
		t->num = bits_or_name(p, UINT32_MAX, wlan_dirs, "802.11 direction");
	} else if (at(p, TK_WLAN_SUBTYPE)) {
		t = prim(p, PR_WLAN_TYPE);
		t->num = wlan_any_subtype(p);
		t->num2 = WLAN_TYPE | WLAN_SUBTYPE;
	} else if (at(p, TK_WLAN_TYPE)) {
		t = prim(p, PR_WLAN_TYPE);
		t->num = bits_or_name(p, WLAN_TYPE, wlan_types, "802.11 type");
		t->num2 = WLAN_TYPE;
		if (at(p, TK_WLAN_SUBTYPE)) {
			p->t++;
			t->num |= wlan_subtype(p, t->num);
			t->num2 |= WLAN_SUBTYPE;
		}
	}
	if (t)
		t->quals = q;
	return t;
}

/* "llc" ( name | "rnr" )? */
static struct tree *llc(struct parser *p)
{
	struct tree *t = prim(p, PR_LLC);

	if (at(p, TK_PF_NUM) && p->t->num == PR_PF_RNR) {
		p->t++;
		t->s = "rnr";
	} else if (at(p, TK_NAME)) {
		for (const struct name_num *n = llc_types; n->s; n++)
			if (!strcasecmp(n->s, p->t->s))
				t->s = n->s;
		if (!t->s)
			unknown(p, p->t, llc_types, "LLC type");
		p->t++;
	}
	return t;
}

/* "byte" number ( "&" | "|" | "<" | ">" | "=" ) number */
static struct tree *byte(struct parser *p)
{
	static const char want[] = "one of & | < > =";
	struct tree *t = prim(p, PR_BYTE);

	t->num = take_num(p, "the offset of a byte");
	if (at_op(p, A_AND) || at_op(p, A_OR))
		t->ch = p->t->num == A_AND ? '&' : '|';
	else if (at(p, TK_REL) && (p->t->num == R_EQ || p->t->num == R_LT || p->t->num == R_GT))
		t->ch = p->t->num == R_EQ ? '=' : p->t->num == R_LT ? '<' : '>';
	else
		expected(p, want);
	p->t++;
	t->num2 = take_num(p, "a number to compare the byte with");
	return t;
}

static u32 tag_max(enum prim what)
{
	switch (what) {
	case PR_VLAN:
		return 0xfff;
	case PR_MPLS:
		return 0xfffff;
	case PR_PPPOES:
		return 0xffff;
	default:
		return 0xffffff;
	}
}

static const char *tag_name(enum prim what)
{
	switch (what) {
	case PR_VLAN:
		return "a VLAN number";
	case PR_MPLS:
		return "an MPLS label";
	case PR_PPPOES:
		return "a PPPoE session";
	default:
		return "a VNI";
	}
}

/* ( "vlan" | "mpls" | "pppoes" | "geneve" | "vxlan" ) number? */
static struct tree *tag(struct parser *p, enum prim what)
{
	struct tree *t = prim(p, what);

	t->has_num = at(p, TK_NUM) || at(p, TK_LPAREN);
	if (t->has_num)
		t->num = take_pnum(p, tag_max(what), tag_name(what));
	return t;
}

/* "ifname" name | "rset" name | "rnr" number | "srnr" number | "reason" (number | name)
 * | "action" name */
static struct tree *packet_filter(struct parser *p)
{
	enum tok kind = p->t->kind;
	struct tree *t = prim(p, (enum prim)p->t->num);

	if (kind == TK_PF_NUM || (t->prim == PR_PF_REASON && at(p, TK_NUM))) {
		t->has_num = true;
		t->num = take_num(p, "the number of a rule");
	} else {
		t->s = take(p, TK_NAME, "a name")->s;
	}
	return t;
}

static struct tree *field(struct parser *p, struct token *word, enum rel rel)
{
	struct tree *t = node(p, TREE_FIELD, word->span);

	t->field = (enum field)word->num;
	t->rel = rel;
	t->num = take_num(p, "a number");
	t->span = span_to(word->span, p->t[-1].span);
	return t;
}

/* field: word ( number | rel number | "(" number ( "or" number )* ")" ) */
static struct tree *fields(struct parser *p)
{
	struct token *word = p->t++, *open = p->t;
	struct tree *t, * or ;

	if (at(p, TK_REL)) {
		p->t++;
		return field(p, word, (enum rel)open->num);
	}
	if (!at(p, TK_LPAREN))
		return field(p, word, R_EQ);
	p->t++;
	for (t = field(p, word, R_EQ); at(p, TK_OR); t = or) {
		p->t++;
		or = node(p, TREE_OR, t->span);
		or->a = t;
		or->b = field(p, word, R_EQ);
		or->span.to = or->b->span.to;
	}
	if (at(p, TK_END))
		unclosed(p, open->span, ")");
	take(p, TK_RPAREN, "`or` or `)`");
	return t;
}

static int inner_word(const struct parser *p, const struct token *t)
{
	for (size_t i = 0; i < LEN(inners); i++) {
		size_t n = strlen(inners[i].s);

		if (t->span.to - t->span.from == n &&
		    !memcmp(p->f->text + t->span.from, inners[i].s, n))
			return (int)i;
	}
	return -1;
}

bool at_inner(const struct parser *p)
{
	return at_name(p, "inner") && inner_word(p, p->t + 1) >= 0;
}

/* "inner" ( "gre" number? | "ipip" | ( "gtpu" | "vxlan" | "geneve" ) number? ( "port" number )? )
 */
static struct tree *inner(struct parser *p)
{
	struct tree *t = prim(p, PR_INNER);
	int i = inner_word(p, p->t);

	if (i < 0)
		expected(p, "gre, ipip, gtpu, vxlan or geneve");
	p->t++;
	t->s = inners[i].s;
	if (inners[i].num && (at(p, TK_NUM) || at(p, TK_LPAREN))) {
		t->has_num = true;
		t->num = take_pnum(p, inners[i].max, inners[i].num);
	}
	if (inners[i].port && at(p, TK_TYPE) && p->t->num == T_PORT) {
		p->t++;
		t->num2 = take_pnum(p, 65535, "a port");
	}
	return t;
}

static struct tree *with_num(struct parser *p, const char *want)
{
	struct tree *t = prim(p, p->t->kind == TK_IFINDEX ? PR_IFINDEX : (enum prim)p->t->num);

	t->has_num = true;
	t->num = take_num(p, want);
	return t;
}

static struct tree *with_type(struct parser *p, enum prim what)
{
	u32 num = (u32)p->t->num;
	struct tree *t = prim(p, what);

	t->num = num;
	return t;
}

struct tree *primitive(struct parser *p)
{
	switch (p->t->kind) {
	case TK_LENGTH:
		return with_num(p, "a length in bytes");
	case TK_IFINDEX:
		return with_num(p, "the number of an interface");
	case TK_BYTE:
		return byte(p);
	case TK_WAY:
		return prim(p, (enum prim)p->t->num);
	case TK_TAG:
		return tag(p, (enum prim)p->t->num);
	case TK_PPPOED:
		return prim(p, PR_PPPOED);
	case TK_PF_NAME:
	case TK_PF_NUM:
	case TK_PF_WORD:
		return packet_filter(p);
	case TK_LLC:
		return llc(p);
	case TK_ATM:
		return with_type(p, PR_ATM);
	case TK_SS7:
		return with_type(p, PR_SS7);
	case TK_FIELD:
		return fields(p);
	default:
		break;
	}
	if (at_name(p, "vxlan"))
		return tag(p, PR_VXLAN);
	return at_name(p, "inner") ? inner(p) : NULL;
}
