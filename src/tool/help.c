/* SPDX-License-Identifier: BSD-2-Clause */
/* Help, the version and the manual's option lists, made from the verbs' tables. */
#include "tool/opt.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum { COLUMN = 30, WIDTH = 79 };

/* "-r, --read FILE" */
static void name_option(struct buf *b, const struct opt *o)
{
	if (o->letter)
		buf_printf(b, "-%c%s", o->letter, o->name ? ", " : "");
	else
		buf_puts(b, "    ");
	if (o->name)
		buf_printf(b, "--%s", o->name);
	if (o->arg)
		buf_printf(b, " %s", o->arg);
}

/* Words of s from the column where b ends, broken before WIDTH. */
static void wrap(struct buf *b, const char *s, size_t indent)
{
	size_t line = b->n;

	while (line && b->p[line - 1] != '\n')
		line--;
	while (*s) {
		size_t n = strcspn(s, " ");

		if (b->n - line + n > WIDTH && b->n - line > indent) {
			while (b->n && b->p[b->n - 1] == ' ')
				b->n--;
			buf_putc(b, '\n');
			line = b->n;
			buf_pad(b, indent);
		}
		buf_add(b, s, n);
		s += n;
		while (*s == ' ')
			s++;
		if (*s)
			buf_putc(b, ' ');
	}
}

static void show_option(struct buf *b, const struct opt *o, bool whole)
{
	buf_puts(b, "  ");
	name_option(b, o);
	buf_putc(b, ' ');
	buf_pad(b, COLUMN);
	wrap(b, o->help, COLUMN);
	if (whole && o->more) {
		buf_puts(b, ". ");
		wrap(b, o->more, COLUMN);
	}
	buf_putc(b, '\n');
}

static void show_examples(struct buf *b, const struct verb *v)
{
	for (const struct example *e = v->example; e && e->question; e++) {
		buf_printf(b, "  %s ", e->command);
		buf_pad(b, 44);
		buf_printf(b, "%s\n", e->question);
	}
}

static void usage(struct buf *b, const struct verb *v)
{
	buf_printf(b, "usage: onebpf %s%s%s%s\n%s\n", v->name, v->opt->kind ? " [options]" : "",
		   *v->operands ? " " : "", v->operands, v->does);
}

static void put(struct buf *b, FILE *to)
{
	if (b->n)
		fwrite(b->p, 1, b->n, to);
	buf_deinit(b);
}

void help_first(const struct verb *v, FILE *to)
{
	struct buf b = {0};
	bool more = false;

	usage(&b, v);
	if (v->example)
		buf_putc(&b, '\n');
	show_examples(&b, v);
	buf_putc(&b, '\n');
	for (const struct opt *o = v->opt; o->kind; o++) {
		if (o->top)
			show_option(&b, o, false);
		else if (o->kind != OPT_GROUP)
			more = true;
	}
	if (more)
		buf_printf(&b, "\nall options: onebpf help %s\n", v->name);
	put(&b, to);
}

void help_full(const struct verb *v, FILE *to)
{
	struct buf b = {0};

	usage(&b, v);
	if (v->opt->kind != OPT_GROUP)
		buf_putc(&b, '\n');
	for (const struct opt *o = v->opt; o->kind; o++) {
		if (o->kind == OPT_GROUP)
			buf_printf(&b, "\n%s\n", o->help);
		else if (o->kind != OPT_REFUSED)
			show_option(&b, o, true);
	}
	if (v->example)
		buf_puts(&b, "\nExamples\n");
	show_examples(&b, v);
	buf_puts(&b, "\nExit status: 0 done, 1 no, 2 could not tell.\n");
	put(&b, to);
}

/* Sentences: each begins a line, the first with a capital, the last with its
 * full stop. A backslash is no escape. */
static void mdoc_text(struct buf *b, const char *s)
{
	size_t line = b->n;

	if (*s >= 'a' && *s <= 'z')
		buf_putc(b, (char)(*s++ - 'a' + 'A'));
	for (; *s; s++) {
		bool sentence = *s == ' ' && s[-1] == '.';

		if (sentence || (*s == ' ' && b->n - line + strcspn(s + 1, " ") > WIDTH - 2)) {
			buf_putc(b, '\n');
			line = b->n;
		} else if (*s == '\\') {
			buf_puts(b, "\\e");
		} else {
			buf_putc(b, *s);
		}
	}
	buf_puts(b, s[-1] == '?' ? "\n" : ".\n");
}

static void mdoc_option(struct buf *b, const struct opt *o)
{
	buf_puts(b, ".It");
	if (o->letter)
		buf_printf(b, " Fl %c", o->letter);
	if (o->letter && o->arg)
		buf_printf(b, " Ar %s", o->arg);
	if (o->name)
		buf_printf(b, "%s Fl -%s", o->letter ? " ," : "", o->name);
	if (o->name && o->arg)
		buf_printf(b, " Ns = Ns Ar %s", o->arg);
	buf_putc(b, '\n');
	mdoc_text(b, o->help);
	if (o->more)
		mdoc_text(b, o->more);
}

void help_mdoc(const struct verb *v, FILE *to)
{
	struct buf b = {0};
	bool open = false;

	buf_printf(&b, ".\\\" Begin: onebpf help --man %s\n", v->name);
	for (const struct opt *o = v->opt; o->kind; o++) {
		bool head = o->kind == OPT_GROUP;

		if (open && head)
			buf_puts(&b, ".El\n");
		if (head)
			buf_printf(&b, ".Ss %s\n", o->help);
		if (head || !open)
			buf_puts(&b, ".Bl -tag -width Ds\n");
		open = true;
		if (!head)
			mdoc_option(&b, o);
	}
	buf_printf(&b, "%s.\\\" End: onebpf help --man %s\n", open ? ".El\n" : "", v->name);
	put(&b, to);
}

void help_overview(FILE *to)
{
	fputs("usage: onebpf VERB [options] ...\nthe whole of BPF in one command\n\n", to);
	for (u32 i = 0; verbs[i]; i++)
		fprintf(to, "  %-12s%s\n", verbs[i]->name, verbs[i]->does);
	fputs("\n"
	      "  onebpf dump -r FILE.pcap port 22       which packets of a file speak ssh?\n"
	      "  onebpf dump -i any icmp                who pings this machine?\n"
	      "  onebpf filter --explain tcp port 80    what does the kernel run for this?\n"
	      "\nof one verb: onebpf VERB --help, onebpf help VERB, man onebpf-VERB\n",
	      to);
}

void help_version(bool json, FILE *to)
{
	if (json) {
		fprintf(to,
			"{\"name\":\"onebpf\",\"version\":\"%s\",\"zlib\":\"%s\",\"zstd\":\"%s\"}"
			"\n",
			ob_version(), zlibVersion(), ZSTD_versionString());
		return;
	}
	fprintf(to, "onebpf %s\nfeatures: pcap, pcapng, gzip (zlib %s), zstd %s, packet sockets\n",
		ob_version(), zlibVersion(), ZSTD_versionString());
}

struct help_opts {
	u32 man;
};

static int run_help(const void *opts, char **operand)
{
	const struct help_opts *o = opts;

	if (!*operand) {
		help_overview(stdout);
		return DONE;
	}
	const struct verb *v = verb_find(*operand);
	if (o->man && !strcmp(*operand, "isa")) {
		help_isa(stdout);
		return DONE;
	}
	if (o->man && !strcmp(*operand, "sandbox")) {
		help_sandbox(stdout);
		return DONE;
	}
	if (o->man && !strcmp(*operand, "helpers")) {
		help_helpers(stdout);
		return DONE;
	}
	if (o->man && !strcmp(*operand, "maps")) {
		help_maps(stdout);
		return DONE;
	}
	if (!v)
		return fail("help", err_hint(err_new(OB_NAME, "no verb \"%s\"", *operand),
					     "the verbs: onebpf --help"));
	(o->man ? help_mdoc : help_full)(v, stdout);
	return DONE;
}

static const struct opt options[] = {
	{OPT_COUNT, .name = "man", .top = true, .to = offsetof(struct help_opts, man),
	 .help = "write the option list as the manual page has it"},
	{0},
};

const struct verb verb_help = {
	.name = "help",
	.does = "all options of a verb",
	.operands = "[verb]",
	.opt = options,
	.size = sizeof(struct help_opts),
	.run = run_help,
};
