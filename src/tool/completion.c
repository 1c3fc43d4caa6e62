/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf completion SHELL`: what bash, zsh and fish complete, from the verbs'
 * tables. */
#include "tool/opt.h"

/* Single quotes around a text for a shell. */
static void quote(struct buf *b, const char *s)
{
	buf_putc(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_puts(b, "'\\''");
		else
			buf_putc(b, *s);
	}
	buf_putc(b, '\'');
}

static void words(struct buf *b, const char *const *list)
{
	for (u32 i = 0; list && list[i]; i++)
		buf_printf(b, "%s%s", i ? " " : "", list[i]);
}

static void verb_names(struct buf *b)
{
	for (u32 i = 0; verbs[i]; i++)
		buf_printf(b, "%s%s", i ? " " : "", verbs[i]->name);
}

/* What operands are made of: of help, the verbs. */
static void operand_words(struct buf *b, const struct verb *v)
{
	if (v == &verb_help)
		verb_names(b);
	else
		words(b, v->words);
}

static bool offered(const struct opt *o) { return o->kind != OPT_GROUP && o->kind != OPT_REFUSED; }

/* ---- bash ---- */

static void bash_values(struct buf *b, const struct opt *o)
{
	static const char *const how[] = {
		[COMPLETE_NOTHING] = "COMPREPLY=()",
		[COMPLETE_FILE] = "COMPREPLY=($(compgen -f -- \"$cur\"))",
		[COMPLETE_INTERFACE] =
			"COMPREPLY=($(compgen -W \"any $(ls /sys/class/net)\" -- \"$cur\"))",
		[COMPLETE_USER] = "COMPREPLY=($(compgen -u -- \"$cur\"))",
	};

	if (!offered(o) || !o->arg)
		return;
	buf_puts(b, "\t\t");
	if (o->letter)
		buf_printf(b, "-%c%s", o->letter, o->name ? "|" : "");
	if (o->name)
		buf_printf(b, "--%s", o->name);
	buf_puts(b, ") ");
	if (o->kind == OPT_WORD) {
		buf_puts(b, "COMPREPLY=($(compgen -W \"");
		words(b, o->words);
		buf_puts(b, "\" -- \"$cur\"))");
	} else {
		buf_puts(b, how[o->complete]);
	}
	buf_puts(b, "; return;;\n");
}

static void bash_verb(struct buf *b, const struct verb *v)
{
	buf_printf(b, "\t%s)\n\t\tcase $prev in\n", v->name);
	for (const struct opt *o = v->opt; o->kind; o++)
		bash_values(b, o);
	buf_puts(b, "\t\tesac\n\t\toptions=\"--help --version");
	for (const struct opt *o = v->opt; o->kind; o++) {
		if (offered(o) && o->letter)
			buf_printf(b, " -%c", o->letter);
		if (offered(o) && o->name)
			buf_printf(b, " --%s", o->name);
	}
	buf_puts(b, "\"\n\t\twords=\"");
	operand_words(b, v);
	buf_puts(b, "\";;\n");
}

static void bash(struct buf *b)
{
	buf_puts(b, "# bash completion for onebpf\n"
		    "_onebpf() {\n"
		    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		    "\tlocal options= words=\n"
		    "\t[[ $cur == = ]] && cur=\n"
		    "\t[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
		    "\tif ((COMP_CWORD == 1)); then\n"
		    "\t\tCOMPREPLY=($(compgen -W \"--help --version ");
	verb_names(b);
	buf_puts(b, "\" -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n");
	for (u32 i = 0; verbs[i]; i++)
		bash_verb(b, verbs[i]);
	buf_puts(b, "\tesac\n"
		    "\t[[ $cur == -* ]] && words=$options\n"
		    "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		    "}\n"
		    "complete -o bashdefault -F _onebpf onebpf\n");
}

/* ---- zsh ---- */

/* In a spec of _arguments, brackets and colons belong to the syntax. */
static void zsh_text(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("[]:\\", *s))
			buf_putc(b, '\\');
		buf_putc(b, *s == '\'' ? '`' : *s);
	}
}

static void zsh_one(struct buf *b, const struct opt *o, const char *dashes, const char *name)
{
	static const char *const how[] = {
		[COMPLETE_NOTHING] = " ",
		[COMPLETE_FILE] = "_files",
		[COMPLETE_INTERFACE] = "_net_interfaces",
		[COMPLETE_USER] = "_users",
	};

	buf_printf(b, "\t\t'*%s%s%s[", dashes, name, !o->arg ? "" : dashes[1] ? "=" : "+");
	zsh_text(b, o->help);
	buf_putc(b, ']');
	if (o->arg && o->kind == OPT_WORD) {
		buf_printf(b, ":%s:(", o->arg);
		words(b, o->words);
		buf_putc(b, ')');
	} else if (o->arg) {
		buf_printf(b, ":%s:%s", o->arg, how[o->complete]);
	}
	buf_puts(b, "' \\\n");
}

static void zsh_verb(struct buf *b, const struct verb *v)
{
	buf_printf(b, "\t%s)\n\t\t_arguments -s \\\n\t\t'--help[help]' \\\n", v->name);
	for (const struct opt *o = v->opt; o->kind; o++) {
		char letter[2] = {o->letter};

		if (offered(o) && o->letter)
			zsh_one(b, o, "-", letter);
		if (offered(o) && o->name)
			zsh_one(b, o, "--", o->name);
	}
	buf_puts(b, "\t\t'*:operand:(");
	operand_words(b, v);
	buf_puts(b, ")';;\n");
}

static void zsh(struct buf *b)
{
	buf_puts(b, "#compdef onebpf\n"
		    "_onebpf() {\n"
		    "\tif ((CURRENT == 2)); then\n"
		    "\t\tlocal -a list=(\n");
	for (u32 i = 0; verbs[i]; i++) {
		buf_printf(b, "\t\t'%s:", verbs[i]->name);
		zsh_text(b, verbs[i]->does);
		buf_puts(b, "'\n");
	}
	buf_puts(b, "\t\t)\n\t\t_describe verb list\n\t\treturn\n\tfi\n"
		    "\tlocal verb=$words[2]\n"
		    "\tshift words\n\t((CURRENT--))\n"
		    "\tcase $verb in\n");
	for (u32 i = 0; verbs[i]; i++)
		zsh_verb(b, verbs[i]);
	/* Found through fpath it is called, by source it is read. */
	buf_puts(b, "\tesac\n}\n"
		    "if [[ $funcstack[1] == _onebpf ]]; then\n"
		    "\t_onebpf \"$@\"\n"
		    "else\n"
		    "\tcompdef _onebpf onebpf\n"
		    "fi\n");
}

/* ---- fish ---- */

static void fish_option(struct buf *b, const struct verb *v, const struct opt *o)
{
	static const char *const how[] = {
		[COMPLETE_NOTHING] = " -x",
		[COMPLETE_FILE] = " -r -F",
		[COMPLETE_INTERFACE] = " -x -a '(ls /sys/class/net) any'",
		[COMPLETE_USER] = " -x -a '(__fish_complete_users)'",
	};

	buf_printf(b, "complete -c onebpf -n '__fish_seen_subcommand_from %s'", v->name);
	if (o->letter)
		buf_printf(b, " -s '%c'", o->letter);
	if (o->name)
		buf_printf(b, " -l %s", o->name);
	if (o->arg && o->kind == OPT_WORD) {
		buf_puts(b, " -x -a '");
		words(b, o->words);
		buf_putc(b, '\'');
	} else if (o->arg) {
		buf_puts(b, how[o->complete]);
	}
	buf_puts(b, " -d ");
	quote(b, o->help);
	buf_putc(b, '\n');
}

static void fish_verb(struct buf *b, const struct verb *v)
{
	buf_printf(b, "complete -c onebpf -n __fish_use_subcommand -a %s -d ", v->name);
	quote(b, v->does);
	buf_putc(b, '\n');
	for (const struct opt *o = v->opt; o->kind; o++)
		if (offered(o))
			fish_option(b, v, o);
	buf_printf(b, "complete -c onebpf -n '__fish_seen_subcommand_from %s' -a '", v->name);
	operand_words(b, v);
	buf_puts(b, "'\n");
}

static void fish(struct buf *b)
{
	buf_puts(b, "# fish completion for onebpf\ncomplete -c onebpf -f\n"
		    "complete -c onebpf -l help -d help\n"
		    "complete -c onebpf -n __fish_use_subcommand -l version -d version\n");
	for (u32 i = 0; verbs[i]; i++)
		fish_verb(b, verbs[i]);
}

static const char *const shells[] = {"bash", "zsh", "fish", NULL};

static int run_completion(const void *opts, char **operand)
{
	static void (*const write[])(struct buf *) = {bash, zsh, fish};
	struct buf b = {0};

	(void)opts;
	for (u32 i = 0; *operand && shells[i]; i++) {
		if (strcmp(*operand, shells[i]) != 0)
			continue;
		write[i](&b);
		fwrite(b.p, 1, b.n, stdout);
		buf_deinit(&b);
		return DONE;
	}
	struct ob_err *err = *operand ? err_new(OB_NAME, "no completion for \"%s\"", *operand)
				      : err_new(OB_SYNTAX, "which shell?");
	return fail("completion", err_hint(err, "one of: bash, zsh, fish"));
}

static const struct opt options[] = {{0}};

static const struct example examples[] = {
	{"complete in this shell", "source <(onebpf completion bash)"},
	{0},
};

const struct verb verb_completion = {
	.name = "completion",
	.does = "what bash, zsh or fish should complete",
	.operands = "bash|zsh|fish",
	.opt = options,
	.example = examples,
	.words = shells,
	.run = run_completion,
};
