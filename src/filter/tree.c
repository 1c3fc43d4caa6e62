/* SPDX-License-Identifier: BSD-2-Clause */
/* A tree as text: a filter again, with every qualifier and every parenthesis
 * written out. */
#include "filter/parse.h"

enum { MAX_INDENT = 40 };

/* clang-format off */
static const char *const proto_words[] = {
	"",
#define FIRST(s, ...) s
#define PROTO(name, ...) FIRST(__VA_ARGS__, ),
#include "filter/proto.def"
#undef PROTO
};
static const char *const dir_words[] = {
	"", "src", "dst", "src or dst", "src and dst", "addr1", "addr2", "addr3", "addr4",
	"ra", "ta",
};
static const char *const type_words[] = {
	"", "host", "net", "port", "portrange", "gateway", "proto", "protochain", "portchain",
};
static const char *const prim_words[] = {
	"broadcast", "multicast", "less", "greater", "byte", "inbound", "outbound", "ifindex",
	"vlan", "mpls", "pppoes", "geneve", "vxlan", "pppoed", "ifname", "rset", "rnr", "srnr",
	"reason", "action", "", "dir", "llc", "", "", "inner",
};
_Static_assert(LEN(prim_words) == PR_INNER + 1, "a word for each primitive");
static const char *const atm_words[] = {
	"metac", "bcc", "sc", "ilmic", "oamf4sc", "oamf4ec", "lane", "oam", "oamf4",
	"connectmsg", "metaconnect",
};
static const char *const ss7_words[] = {"fisu", "lssu", "msu", "hfisu", "hlssu", "hmsu"};
static const char *const field_words[] = {
	"vpi", "vci", "sio", "opc", "dpc", "sls", "hsio", "hopc", "hdpc", "hsls",
};
static const char *const rel_words[] = {"=", "!=", ">", ">=", "<", "<="};
static const char *const anc_words[] = {"mark", "cpu", "queue", "rxhash", "random"};
static const char *const op_words[] = {
	"", "", "", "", "-", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>",
};
/* clang-format on */

static void word(struct buf *to, const char *s)
{
	if (*s)
		buf_printf(to, "%s ", s);
}

static void show_quals(const struct quals *q, struct buf *to)
{
	word(to, proto_words[q->proto]);
	word(to, dir_words[q->dir]);
	word(to, type_words[q->type]);
}

static bool is_plain(const char *s)
{
	size_t n = strlen(s);

	return !word_find(s, n) && !word_is_ours(s) && s[0] != '-' && s[0] != '.' && s[0] != '_' &&
	       s[n - 1] != '-' && s[n - 1] != '_' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
		       n &&
	       strspn(s, "0123456789.xX") < n &&
	       (n < 11 || strspn(s, "0123456789abcdefABCDEF.-") < n);
}

static void show_ident(const struct ident *id, struct buf *to)
{
	if (id->kind == ID_NAME && !is_plain(id->s))
		buf_putc(to, '\\');
	if (id->kind == ID_NUM)
		buf_printf(to, "%u", id->num);
	else
		buf_puts(to, id->s);
}

static void show_id(const struct tree *t, struct buf *to)
{
	show_quals(&t->quals, to);
	show_ident(&t->ident, to);
	for (u32 i = 1; i < t->n_list; i++) {
		buf_putc(to, ',');
		show_ident(&t->list[i], to);
	}
}

static void show_prim(const struct tree *t, struct buf *to)
{
	word(to, proto_words[t->quals.proto]);
	buf_puts(to, prim_words[t->prim]);
	switch (t->prim) {
	case PR_BYTE:
		buf_printf(to, " %u %c %u", t->num, t->ch, t->num2);
		break;
	case PR_LESS:
	case PR_GREATER:
	case PR_IFINDEX:
	case PR_WLAN_DIR:
		buf_printf(to, " %u", t->num);
		break;
	case PR_WLAN_TYPE:
		buf_printf(to, "type 0x%02x", t->num & 0x0c);
		if (t->num2 & 0xf0)
			buf_printf(to, " subtype 0x%02x", t->num & 0xf0);
		break;
	case PR_ATM:
		buf_puts(to, atm_words[t->num]);
		break;
	case PR_SS7:
		buf_puts(to, ss7_words[t->num]);
		break;
	default:
		if (t->s)
			buf_printf(to, " %s%s",
				   t->prim == PR_LLC || t->prim == PR_INNER || is_plain(t->s)
					   ? ""
					   : "\\",
				   t->s);
		if (t->has_num)
			buf_printf(to, " %u", t->num);
		if (t->prim == PR_INNER && t->num2)
			buf_printf(to, " port %u", t->num2);
	}
}

static void show_arith(const struct arith *x, struct buf *to)
{
	switch (x->op) {
	case A_NUM:
		buf_printf(to, x->num < 256 ? "%llu" : "0x%llx", (unsigned long long)x->num);
		break;
	case A_LEN:
		buf_puts(to, "len");
		break;
	case A_ANC:
		buf_puts(to, anc_words[x->num]);
		break;
	case A_ACCESS:
		buf_printf(to, "%s%s[", proto_words[x->proto], x->v6 ? "6" : "");
		show_arith(x->a, to);
		buf_printf(to, x->size == 1 ? "]" : ":%u]", x->size);
		break;
	case A_NEG:
		buf_puts(to, "(- ");
		show_arith(x->a, to);
		buf_putc(to, ')');
		break;
	default:
		buf_putc(to, '(');
		show_arith(x->a, to);
		buf_printf(to, " %s ", op_words[x->op]);
		show_arith(x->b, to);
		buf_putc(to, ')');
	}
}

static bool is_chain(const struct tree *t) { return t->op == TREE_AND || t->op == TREE_OR; }

static void line(struct buf *to, u32 indent)
{
	buf_putc(to, '\n');
	for (u32 i = 0; i < MIN(indent, (u32)MAX_INDENT); i++)
		buf_puts(to, "    ");
}

static void show_chain(const struct tree *t, u32 indent, struct buf *to);

static void show_one(const struct tree *t, u32 indent, struct buf *to)
{
	for (; t->op == TREE_NOT; t = t->a)
		buf_puts(to, "not ");
	switch (t->op) {
	case TREE_PROTO:
		buf_puts(to, proto_words[t->quals.proto]);
		break;
	case TREE_ID:
		show_id(t, to);
		break;
	case TREE_PRIM:
		show_prim(t, to);
		break;
	case TREE_FIELD:
		buf_printf(to, "%s %s %u", field_words[t->field], rel_words[t->rel], t->num);
		break;
	case TREE_REL:
		show_arith(t->x, to);
		buf_printf(to, " %s ", rel_words[t->rel]);
		show_arith(t->y, to);
		break;
	default:
		buf_putc(to, '(');
		line(to, indent + 1);
		show_chain(t, indent + 1, to);
		line(to, indent);
		buf_putc(to, ')');
	}
}

/* A chain leans to the left and may be very long: it is walked, not descended. */
static void show_chain(const struct tree *t, u32 indent, struct buf *to)
{
	struct buf links = {0};

	for (; is_chain(t); t = t->a)
		buf_add(&links, &t, sizeof(t));
	show_one(t, indent, to);
	for (size_t i = links.n; i; i -= sizeof(t)) {
		memcpy(&t, links.p + i - sizeof(t), sizeof(t));
		line(to, indent);
		buf_puts(to, t->op == TREE_AND ? "and " : "or ");
		show_one(t->b, indent, to);
	}
	to->oom |= links.oom;
	buf_deinit(&links);
}

void tree_show(const struct tree *t, struct buf *to)
{
	if (t->op == TREE_TRUE)
		return;
	show_chain(t, 0, to);
	buf_putc(to, '\n');
}
