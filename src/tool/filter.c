/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf filter`: compiles a filter and shows it: code, graph, cost. */
#include "check/check.h"
#include "pkt/pkt.h"
#include "tap/tap.h"
#include "tool/dis.h"
#include "tool/expr.h"
#include "tool/json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

struct filter_cmd {
	u32 d, no_optimise, explain, json, live, check;
	u32 show; /* a word of shows, from 1 */
	u64 snaplen;
	const char *linktype, *capture, *file, *netmask, *raw;
};

static const char *const shows[] = {"tree",       "graph", "dot",         "svg",    "opt", "cspf",
				    "cspf-short", "ebpf",  "ebpf-kernel", "native", NULL};
enum { SHOW_CSPF = FILTER_OPT + 1, SHOW_EBPF = SHOW_CSPF + 2, SHOW_EBPF_KERNEL, SHOW_NATIVE };

_Static_assert(FILTER_TREE == 0 && FILTER_GRAPH == 1 && FILTER_DOT == 2 && FILTER_SVG == 3 &&
		       FILTER_OPT == 4,
	       "shows[] is in the order of enum filter_show");

static const char *name_of(u32 linktype)
{
	const char *name = linktype_name(linktype);

	return name ? name : "a link type without a name";
}

static struct ob_err *linktype_of(const char *capture, u32 *ret)
{
	struct pkt_reader *r;
	struct ob_err *err = pkt_open(capture, NULL, &r);

	if (err)
		return err;
	*ret = pkt_iface(r, 0)->linktype;
	pkt_close(r);
	return NULL;
}

static struct ob_err *read_netmask(const char *s, struct filter_opts *to)
{
	struct in_addr a;

	if (inet_pton(AF_INET, s, &a) != 1)
		return err_hint(err_new(OB_SYNTAX, "\"%s\" is no netmask", s),
				"as in --netmask 255.255.255.0");
	to->has_netmask = true;
	to->netmask = ntohl(a.s_addr);
	return NULL;
}

static struct ob_err *read_opts(const struct filter_cmd *c, struct filter_opts *to)
{
	struct ob_err *err = NULL;

	*to = (struct filter_opts){
		.linktype = 1, /* Ethernet */
		.snaplen = (u32)c->snaplen,
		.no_optimise = c->no_optimise,
		.live = c->live,
		.names = &expr_names,
	};
	if (c->capture)
		err = linktype_of(c->capture, &to->linktype);
	if (!err && c->linktype)
		err = expr_linktype(c->linktype, &to->linktype);
	if (!err && c->netmask)
		err = read_netmask(c->netmask, to);
	return err;
}

/* ---- --explain: each instruction beside the words it serves ---- */

enum { WORDS_AT = 46, WORDS_MAX = 60 };

static void untab(struct buf *b, const char *s)
{
	for (; *s; s++)
		buf_putc(b, *s == '\t' || *s == '\n' ? ' ' : *s);
}

static void explain_words(struct buf *b, const struct prog *p, u32 pc)
{
	u32 n = p->source ? (u32)strlen(p->source) : 0;

	if (!p->span || p->span[pc].from >= p->span[pc].to || p->span[pc].to > n)
		return;
	buf_pad(b, WORDS_AT);
	buf_putc(b, ' ');
	u32 len = p->span[pc].to - p->span[pc].from;
	for (u32 i = 0; i < MIN(len, (u32)WORDS_MAX); i++) {
		char c = p->source[p->span[pc].from + i];

		buf_putc(b, (u8)c < ' ' ? ' ' : c);
	}
	if (len > WORDS_MAX)
		buf_puts(b, " ...");
}

static void explain_insn(struct buf *b, const struct prog *p, u32 pc)
{
	struct buf one = {0};

	if (p->kind == PROG_EXTENDED && p->ext[pc].op == EB_WIDE)
		return;
	if (p->kind == PROG_EXTENDED)
		ebpf_dis_one(&one, &p->ext[pc], pc);
	else
		cbpf_dis_one(&one, &p->classic[pc], pc);
	buf_printf(b, "(%03u) ", pc);
	untab(b, one.p ? one.p : "");
	while (b->n && b->p[b->n - 1] == ' ')
		b->n--;
	buf_deinit(&one);
	explain_words(b, p, pc);
	buf_putc(b, '\n');
}

static bool ancillary(const struct ob_cbpf *i)
{
	return (i->code & 0xe7) == 0x20 && i->k >= CBPF_AD_OFF;
}

/* The fewest and most instructions that a packet may take, loads that leave
 * the packet aside. Needs: jumps go forward. */
static void path_lengths(const struct prog *p, u32 *shortest, u32 *longest)
{
	u32(*len)[2] = calloc(p->n + 1, sizeof(*len));

	*shortest = *longest = 0;
	for (u32 i = p->n; len && i-- > 0;) {
		const struct ob_cbpf *c = &p->classic[i];
		u32 t = i + 1, f = i + 1;

		if ((c->code & 7) == 6) {
			len[i][0] = len[i][1] = 1;
			continue;
		}
		if (c->code == 0x05)
			t = f = i + 1 + c->k;
		else if ((c->code & 7) == 5)
			t += c->jt, f += c->jf;
		t = MIN(t, p->n);
		f = MIN(f, p->n);
		len[i][0] = 1 + MIN(len[t][0], len[f][0]);
		len[i][1] = 1 + MAX(len[t][1], len[f][1]);
	}
	if (len) {
		*shortest = len[0][0];
		*longest = len[0][1];
	}
	free(len);
}

static void explain_kernel(struct buf *b, const struct prog *p)
{
	struct tap_trial t;
	struct ob_err *err = tap_try(p->classic, p->n, &t);

	if (err) {
		buf_printf(b, "kernel        not tried: %s\n", ob_err_reason(err));
		ob_err_destroy(err);
		return;
	}
	if (t.refused)
		buf_printf(b, "kernel        refuses it: %s\n", strerror(t.refused));
	else if (t.memory)
		buf_printf(b, "kernel        takes it, for %u bytes", t.memory);
	else
		buf_puts(b, "kernel        takes it");
	if (!t.refused && t.optmem_max)
		buf_printf(b, " of net.core.optmem_max = %u", t.optmem_max);
	if (!t.refused)
		buf_putc(b, '\n');
	else if (t.refused == ENOMEM)
		buf_printf(b, "              net.core.optmem_max is %u bytes a socket\n",
			   t.optmem_max);
}

static void explain_limits(struct buf *b, const struct prog *p)
{
	u32 backward = 0, anc = 0, shortest, longest;

	for (u32 i = 0; i < p->n; i++) {
		backward += p->classic[i].code == 0x05 && p->classic[i].k >= p->n;
		anc += ancillary(&p->classic[i]);
	}
	buf_printf(b, "\ninstructions  %u, of %u that the kernel takes%s\n", p->n, CBPF_MAXINSNS,
		   p->n > CBPF_MAXINSNS ? ": too many, it runs only in this process" : "");
	if (backward) {
		buf_printf(b, "loops         %u backward jump%s: it runs only in this process\n",
			   backward, backward == 1 ? "" : "s");
	} else {
		path_lengths(p, &shortest, &longest);
		buf_printf(b, "path          %u", shortest);
		if (longest > shortest)
			buf_printf(b, " to %u", longest);
		buf_printf(b, " instruction%s a packet\n", longest == 1 ? "" : "s");
	}
	if (anc)
		buf_printf(b, "ancillary     %u load%s: only for live packets\n", anc,
			   anc == 1 ? "" : "s");
	explain_kernel(b, p);
}

static void explain(struct buf *b, const struct prog *p, const char *linktype)
{
	buf_printf(b, "for %s\n\n", linktype);
	for (u32 i = 0; i < p->n; i++)
		explain_insn(b, p, i);
	explain_limits(b, p);
}

/* ---- --json ---- */

static void json_insn(struct buf *b, const struct prog *p, u32 pc)
{
	const struct ob_cbpf *c = &p->classic[pc];

	buf_printf(b, "%s{\"code\":%u,\"jt\":%u,\"jf\":%u,\"k\":%u", pc ? "," : "", c->code, c->jt,
		   c->jf, c->k);
	if (p->span && p->span[pc].from < p->span[pc].to)
		buf_printf(b, ",\"from\":%u,\"to\":%u", p->span[pc].from, p->span[pc].to);
	buf_putc(b, '}');
}

static void json(struct buf *b, const struct prog *p, const char *linktype)
{
	buf_puts(b, "{\"schema\":1,\"linktype\":");
	json_text(b, linktype, strlen(linktype));
	if (p->source) {
		buf_puts(b, ",\"filter\":");
		json_text(b, p->source, strlen(p->source));
	}
	buf_puts(b, ",\"code\":[");
	for (u32 i = 0; i < p->n; i++)
		json_insn(b, p, i);
	buf_puts(b, "],\"notes\":[");
	for (u32 i = 0; i < p->notes; i++) {
		buf_printf(b, "%s{\"from\":%u,\"to\":%u,\"text\":", i ? "," : "",
			   p->note[i].span.from, p->note[i].span.to);
		json_text(b, p->note[i].text, strlen(p->note[i].text));
		buf_putc(b, '}');
	}
	buf_puts(b, "]}\n");
}

/* ---- --show=ebpf ---- */

static struct ob_err *extend(const struct prog *p, bool kernel, struct prog **ret)
{
	bool linux_rules = kernel;

	for (u32 i = 0; i < p->n; i++)
		linux_rules |= ancillary(&p->classic[i]);
	struct ob_err *err =
		check_classic(p->classic, p->n, linux_rules ? CHECK_LINUX : CHECK_LIBPCAP);
	if (err)
		return err;
	return prog_extend(p,
			   kernel        ? CBPF_FOR_SOCKET
			   : linux_rules ? CBPF_FOR_LINUX
					 : CBPF_FOR_LIBPCAP,
			   ret);
}

static struct ob_err *write_extended(const struct filter_cmd *c, const struct prog *p,
				     struct buf *out)
{
	struct prog *ext;
	struct ob_err *err = extend(p, c->show - 1 == SHOW_EBPF_KERNEL, &ext);

	if (err)
		return err;
	if (c->show - 1 == SHOW_NATIVE)
		err = dis_native(ext, 0, out);
	else if (c->explain)
		for (u32 i = 0; i < ext->n; i++)
			explain_insn(out, ext, i);
	else
		ebpf_dis(out, ext->ext, ext->n);
	prog_destroy(ext);
	return err;
}

/* ---- the verb ---- */

static struct ob_err *from_listing(const char *path, struct prog **ret)
{
	struct buf text = {0};
	struct ob_cbpf *code;
	struct arena a;
	u32 n;

	arena_init(&a);
	struct ob_err *err = expr_read(path, 1 << 20, &text);
	if (!err)
		err = cbpf_asm(&a, path, text.p ? text.p : "", text.n, &code, &n);
	if (!err)
		err = prog_create_classic(code, n, ret);
	buf_deinit(&text);
	arena_deinit(&a);
	return err;
}

static struct ob_err *write_code(const struct filter_cmd *c, const char *text, size_t n,
				 const struct filter_opts *o, struct buf *out)
{
	struct prog *p;
	struct ob_err *err = c->raw ? from_listing(c->raw, &p) : filter_compile(text, n, o, &p);

	if (err)
		return err;
	if (c->check)
		err = check_classic(p->classic, p->n, CHECK_LINUX);
	if (!c->json)
		expr_warn("filter", p);
	if (err)
		;
	else if (c->show > SHOW_EBPF)
		err = write_extended(c, p, out);
	else if (c->json)
		json(out, p, name_of(o->linktype));
	else if (c->explain)
		explain(out, p, c->raw ? "a listing" : name_of(o->linktype));
	else if (!c->check || c->d)
		cbpf_dis(out, p->classic, p->n, (enum cbpf_form)MIN(MAX(c->d, 1u), 3u));
	prog_destroy(p);
	return err;
}

/* Headers without options are assumed only where it cannot be done without. */
static struct ob_err *write_cspf(const char *text, size_t n, const struct filter_opts *o,
				 enum filter_cspf coding, struct buf *out)
{
	struct cspf code;
	u32 need;
	struct ob_err *err = filter_cspf(text, n, o, false, coding, &code, &need);

	if (err && ob_err_code(err) == OB_UNSUPPORTED) {
		ob_err_destroy(err);
		err = filter_cspf(text, n, o, true, coding, &code, &need);
		if (!err)
			buf_puts(out, "; IPv4 headers are taken to have no options\n");
	}
	if (err)
		return err;
	buf_printf(out, "; packets of %u bytes or more\n", need);
	cspf_dis(out, code.word, code.n);
	return NULL;
}

static struct ob_err *write_all(const struct filter_cmd *c, char **operand, struct buf *text,
				struct buf *out)
{
	struct filter_opts o;
	struct ob_err *err = read_opts(c, &o);

	if (!err && operand[0] && !operand[1] && !strcmp(operand[0], "-"))
		err = expr_gather(NULL, "-", text);
	else if (!err)
		err = expr_gather(operand, c->file, text);
	if (err)
		return err;
	const char *s = text->p ? text->p : "";
	if (c->show > SHOW_EBPF)
		return write_code(c, s, text->n, &o, out);
	if (c->show > SHOW_CSPF && !c->raw)
		return write_cspf(s, text->n, &o, (enum filter_cspf)(c->show - 1 - SHOW_CSPF), out);
	if (c->show && !c->raw)
		return filter_show(s, text->n, &o, (enum filter_show)(c->show - 1), out);
	return write_code(c, s, text->n, &o, out);
}

static int run(const void *opts, char **operand)
{
	struct buf text = {0}, out = {0};
	struct ob_err *err = write_all(opts, operand, &text, &out);
	int status = DONE;

	if (!err && out.oom)
		err = err_nomem();
	bool refused = err && ob_err_code(err) == OB_REFUSED;
	if (err)
		status = fail("filter", err);
	if (refused)
		status = NO;
	else if (out.n)
		fwrite(out.p, 1, out.n, stdout);
	buf_deinit(&text);
	buf_deinit(&out);
	return status;
}

#define TO(field) .to = offsetof(struct filter_cmd, field)

/* clang-format off */
static const struct opt options[] = {
	{OPT_GROUP, .help = "What to show"},
	{OPT_COUNT, 'd', true, TO(d), .help = "the code: -d as text, -dd as C, -ddd as numbers",
	 .more = "The text is that of tcpdump, byte for byte. It is what is shown "
		 "when nothing else is asked for"},
	{OPT_COUNT, .name = "explain", .top = true, TO(explain),
	 .help = "instructions beside the words they serve; limits",
	 .more = "The kernel is asked: the program is attached to a socket that receives nothing"},
	{OPT_WORD, .name = "show", .arg = "FORM", .top = true, TO(show), .words = shows,
	 .help = "another form: tree, graph, dot, svg, cspf, ebpf, native; opt: passes",
	 .more = "opt is the graph after each pass, cspf the program for the stack machine that BPF "
		 "replaced, cspf-short the same with its short-circuit operators. ebpf is the extended "
		 "program that runs in this process, ebpf-kernel the same as a socket filter of Linux; "
		 "with --explain beside the words they serve. native is the machine code of this "
		 "processor beside the extended program and the words"},
	{OPT_COUNT, 'j', true, "json", TO(json), .help = "the code and its notes as a line of JSON"},
	{OPT_COUNT, .name = "check", TO(check), .help = "write nothing, but say whether Linux would take it",
	 .more = "The exit status is 1 when it would not"},
	{OPT_GROUP, .help = "What to compile"},
	{OPT_TEXT, 'F', true, "file", "FILE", TO(file), .complete = COMPLETE_FILE,
	 .help = "read the filter from FILE", .more = "From # to the end of a line is a comment. Operands are then not looked at. A filter that is only - is read from standard input"},
	{OPT_TEXT, .name = "raw", .arg = "FILE", TO(raw), .complete = COMPLETE_FILE,
	 .help = "read a program instead: a listing of -d, -dd or -ddd, or assembler"},
	{OPT_COUNT, 'O', true, "no-optimize", TO(no_optimise), .help = "do not optimise"},
	{OPT_GROUP, .help = "What to compile it for"},
	{OPT_TEXT, 'y', true, "linktype", "LINKTYPE", TO(linktype),
	 .help = "the link type, by name or LINKTYPE_ number; else EN10MB"},
	{OPT_TEXT, 'r', true, "read", "CAPTURE", TO(capture), .complete = COMPLETE_FILE,
	 .help = "the link type of this capture file"},
	{OPT_NUMBER, 's', false, "snapshot-length", "LEN", TO(snaplen), .max = 0x7fffffff,
	 .help = "what the program returns for a packet that it takes; else 262144"},
	{OPT_TEXT, .name = "netmask", .arg = "MASK", TO(netmask),
	 .help = "the netmask, for ip broadcast"},
	{OPT_COUNT, .name = "live", TO(live),
	 .help = "for live packets: the kernel's ancillary data may be used"},
	{0},
};
/* clang-format on */

static const struct example examples[] = {
	{"what does it run?", "onebpf filter tcp port 80"},
	{"which word costs what?", "onebpf filter --explain ip or vlan"},
	{"how does it decide?", "onebpf filter --show=graph port 22"},
	{"for iptables -m bpf", "onebpf filter -y RAW -ddd udp"},
	{0},
};

const struct verb verb_filter = {
	.name = "filter",
	.does = "compile a filter and show it: code, graph, cost",
	.operands = "[expression]",
	.opt = options,
	.example = examples,
	.words = expr_words,
	.size = sizeof(struct filter_cmd),
	.run = run,
};
