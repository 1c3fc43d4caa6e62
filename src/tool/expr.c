/* SPDX-License-Identifier: BSD-2-Clause */
/* A filter's text, from the command line or a file, and its warnings. */
#include "tool/expr.h"

#include <ctype.h>
#include <errno.h>

enum { MAX_TEXT = 16 << 20 };

const char *const expr_words[] = {
	"and",       "or",        "not",    "host",    "net",     "port",     "portrange",
	"src",       "dst",       "proto",  "ether",   "ip",      "ip6",      "arp",
	"rarp",      "tcp",       "udp",    "sctp",    "icmp",    "icmp6",    "igmp",
	"vlan",      "mpls",      "pppoes", "pppoed",  "geneve",  "vxlan",    "gateway",
	"broadcast", "multicast", "less",   "greater", "inbound", "outbound", "ifindex",
	"ifname",    "len",       "llc",    "stp",     "wlan",    "link",     "protochain",
	NULL,
};

struct ob_err *expr_read(const char *path, size_t max, struct buf *to)
{
	bool in = !strcmp(path, "-");
	FILE *f = in ? stdin : fopen(path, "re");
	char part[16384];
	size_t n;

	if (!f)
		return err_at_file(err_sys(errno, "cannot open"), path);
	while (to->n <= max && (n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(to, part, n);
	int failed = ferror(f) ? errno : 0;
	if (!in)
		fclose(f);
	if (failed)
		return err_at_file(err_sys(failed, "cannot read"), path);
	if (to->n > max)
		return err_at_file(err_new(OB_RANGE, "longer than %zu bytes", max), path);
	return to->oom ? err_nomem() : NULL;
}

static u32 digit(char c) { return isdigit((u8)c) ? (u32)(c - '0') : (u32)(tolower(c) - 'a' + 10); }

struct ob_err *expr_bytes(const char *option, const char *text, size_t max, struct buf *to)
{
	if (*text == '@')
		return expr_read(text + 1, max, to);
	for (const char *at = text; *at; at++) {
		if (isspace((u8)*at) || *at == ':')
			continue;
		if (!isxdigit((u8)at[0]) || !isxdigit((u8)at[1]))
			return err_hint(
				err_at_text(err_new(OB_SYNTAX, "two hexadecimal digits are a byte"),
					    option, 0, (u32)(at - text) + 1, 1, text, strlen(text)),
				"the bytes of a file: %s @FILE", option);
		buf_putc(to, (char)(digit(at[0]) << 4 | digit(at[1])));
		at++;
	}
	return to->oom ? err_nomem() : NULL;
}

/* From # to the end of its line is a comment, in a file only, as for tcpdump.
 * Spaces take its place, so that columns stay. */
static void blank_comments(struct buf *text)
{
	bool in = false;

	for (size_t i = 0; i < text->n; i++) {
		if (text->p[i] == '#' || text->p[i] == '\n')
			in = text->p[i] == '#';
		if (in)
			text->p[i] = ' ';
	}
}

struct ob_err *expr_gather(char **operand, const char *file, struct buf *to)
{
	if (file) {
		struct ob_err *err = expr_read(file, MAX_TEXT, to);

		blank_comments(to);
		return err;
	}
	for (u32 i = 0; operand[i]; i++) {
		if (i)
			buf_putc(to, ' ');
		buf_puts(to, operand[i]);
	}
	return to->oom ? err_nomem() : NULL;
}

struct ob_err *expr_linktype(const char *name, u32 *ret)
{
	const char *list[512], *near;
	char upper[32];
	u32 n = 0, nr;

	if (linktype_find(name, ret))
		return NULL;
	for (u32 i = 0; n < LEN(list) - 1 && linktype_row(i, &nr); i++)
		list[n++] = linktype_name(nr);
	list[n] = NULL;
	for (n = 0; name[n] && n < sizeof(upper) - 1; n++)
		upper[n] = (char)toupper((u8)name[n]);
	upper[n] = 0;
	struct ob_err *err = err_new(OB_NAME, "no link type \"%s\"", name);
	near = word_nearest(upper, list);
	return near ? err_hint(err, "did you mean %s?", near)
		    : err_hint(err, "as EN10MB, RAW, LINUX_SLL2, or a LINKTYPE_ number");
}

/* The line and column of a place in a text, and that line. */
static struct ob_err *at(struct ob_err *err, const char *text, struct prog_span span)
{
	size_t n = strlen(text), line = 1, start = 0;

	for (size_t i = 0; i < MIN(span.from, n); i++)
		if (text[i] == '\n') {
			start = i + 1;
			line++;
		}
	size_t len = strcspn(text + start, "\n");
	bool one = line == 1 && len + 1 >= n;

	return err_at_text(err, "filter", one ? 0 : (u32)line, (u32)(span.from - start) + 1,
			   span.to > span.from ? span.to - span.from : 1, text + start, len);
}

void expr_warn(const char *verb, const struct prog *p)
{
	for (u32 i = 0; i < p->notes; i++) {
		struct ob_err *w = err_new(OB_SYNTAX, "warning: %s", p->note[i].text);

		if (p->source)
			w = at(w, p->source, p->note[i].span);
		fail(verb, w);
	}
}
