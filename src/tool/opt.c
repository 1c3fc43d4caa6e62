/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a command line by a verb's option table, in getopt's style. */
#include "tool/opt.h"

#include <errno.h>
#include <stdlib.h>

struct line {
	const struct verb *verb;
	char **next; /* the argument after this one */
	char *opts;
	const char **asked;
};

static struct ob_err *number(const struct opt *o, const char *shown, const char *value, u64 *ret)
{
	char *end;

	errno = 0;
	u64 n = strtoull(value, &end, 0);
	if (*value < '0' || *value > '9' || *end)
		return err_new(OB_SYNTAX, "option %s needs a number, not \"%s\"", shown, value);
	if (errno || (o->max && n > o->max))
		return err_new(OB_RANGE, "option %s: %s is out of range, at most %llu", shown,
			       value, (unsigned long long)(o->max ? o->max : UINT64_MAX));
	if (n < o->min)
		return err_new(OB_RANGE, "option %s: %s is out of range, at least %llu", shown,
			       value, (unsigned long long)o->min);
	*ret = n;
	return NULL;
}

static struct ob_err *word(const struct opt *o, const char *shown, const char *value, u32 *ret)
{
	struct buf all = {0};

	for (u32 i = 0; o->words[i]; i++) {
		if (!strcasecmp(o->words[i], value)) {
			*ret = i + 1;
			buf_deinit(&all);
			return NULL;
		}
		buf_printf(&all, "%s%s", i ? ", " : "", o->words[i]);
	}
	struct ob_err *err = err_new(OB_NAME, "option %s does not know \"%s\"", shown, value);
	err = err_hint(err, "one of: %s", all.p);
	buf_deinit(&all);
	return err;
}

static struct ob_err *list(const char *shown, const char *value, struct opt_list *to)
{
	if (to->n == LEN(to->v))
		return err_new(OB_RANGE, "option %s: more than %zu of them", shown, LEN(to->v));
	to->v[to->n++] = value;
	return NULL;
}

static struct ob_err *take(struct line *l, const struct opt *o, const char *shown,
			   const char *value)
{
	void *to = l->opts + o->to;

	switch (o->kind) {
	case OPT_COUNT:
		++*(u32 *)to;
		return NULL;
	case OPT_TEXT:
		*(const char **)to = value;
		return NULL;
	case OPT_LIST:
		return list(shown, value, to);
	case OPT_NUMBER:
		return number(o, shown, value, to);
	case OPT_WORD:
		return word(o, shown, value, to);
	case OPT_REFUSED:
		return err_new(OB_UNSUPPORTED, "option %s is not done: %s", shown, o->help);
	case OPT_GROUP:
		break;
	}
	return NULL;
}

static struct ob_err *no_value(const struct line *l, const struct opt *o, const char *shown)
{
	struct ob_err *err = err_new(OB_SYNTAX, "option %s needs a value: %s", shown, o->arg);

	return err_hint(err, "see: onebpf %s --help", l->verb->name);
}

static struct ob_err *unknown(const struct line *l, const char *shown, const char *name)
{
	struct ob_err *err = err_new(OB_NAME, "no option %s", shown);
	const char *list[128] = {"help", "version"};
	u32 n = 2;

	for (const struct opt *o = l->verb->opt; o->kind && n < LEN(list) - 1; o++)
		if (o->name && o->kind != OPT_REFUSED)
			list[n++] = o->name;
	const char *near = name ? word_nearest(name, list) : NULL;
	if (near)
		return err_hint(err, "did you mean --%s?", near);
	return err_hint(err, "see: onebpf %s --help", l->verb->name);
}

/* The first of its letters fit several. */
static struct ob_err *several(const struct line *l, const char *shown, const char *name)
{
	size_t n = strlen(name);
	struct buf all = {0};

	for (const struct opt *o = l->verb->opt; o->kind; o++)
		if (o->name && !strncmp(o->name, name, n))
			buf_printf(&all, "%s--%s", all.n ? ", " : "", o->name);
	if (!all.n)
		return unknown(l, shown, name);
	struct ob_err *err =
		err_hint(err_new(OB_NAME, "no option %s", shown), "several begin so: %s", all.p);
	buf_deinit(&all);
	return err;
}

static const struct opt *by_letter(const struct verb *v, char c)
{
	for (const struct opt *o = v->opt; o->kind; o++)
		if (o->letter == c)
			return o;
	return NULL;
}

/* `-nnvvr FILE`: letters until one takes the rest, or the next argument. */
static struct ob_err *letters(struct line *l, const char *s)
{
	for (; *s; s++) {
		char shown[3] = {'-', *s, 0};
		const struct opt *o = by_letter(l->verb, *s);
		struct ob_err *err;

		if (!o && *s == 'h') {
			*l->asked = "help";
			return NULL;
		}
		if (!o)
			return unknown(l, shown, NULL);
		if (!o->arg) {
			err = take(l, o, shown, NULL);
			if (err)
				return err;
			continue;
		}
		const char *value = s[1] ? s + 1 : *l->next;
		if (o->kind != OPT_REFUSED && !value)
			return no_value(l, o, shown);
		if (!s[1] && value)
			l->next++;
		return take(l, o, shown, value);
	}
	return NULL;
}

/* An exact name, or the beginning of only one. */
static const struct opt *by_name(const struct verb *v, const char *name, size_t n)
{
	const struct opt *found = NULL;
	u32 matches = 0;

	for (const struct opt *o = v->opt; o->kind; o++) {
		if (!o->name || strncmp(o->name, name, n) != 0)
			continue;
		if (!o->name[n])
			return o;
		found = o;
		matches++;
	}
	return matches == 1 ? found : NULL;
}

/* `--name`, `--name=value`, `--name value`. */
static struct ob_err *long_name(struct line *l, const char *s)
{
	size_t n = strcspn(s, "=");
	char name[64], shown[80];

	snprintf(name, sizeof(name), "%.*s", (int)MIN(n, sizeof(name)), s);
	snprintf(shown, sizeof(shown), "--%s", name);
	if (!strcmp(s, "help") || !strcmp(s, "version")) {
		*l->asked = *s == 'h' ? "help" : "version";
		return NULL;
	}
	const struct opt *o = by_name(l->verb, s, n);
	if (!o)
		return several(l, shown, name);
	if (!o->arg && s[n])
		return err_new(OB_SYNTAX, "option %s takes no value", shown);
	if (!o->arg || s[n])
		return take(l, o, shown, s[n] ? s + n + 1 : NULL);
	if (o->kind != OPT_REFUSED && !*l->next)
		return no_value(l, o, shown);
	return take(l, o, shown, *l->next ? *l->next++ : NULL);
}

struct ob_err *opt_parse(const struct verb *v, char **argv, void *opts, char ***operand,
			 const char **asked)
{
	struct line l = {.verb = v, .next = argv, .opts = opts, .asked = asked};
	char **keep = argv;
	struct ob_err *err = NULL;

	*asked = NULL;
	*operand = argv;
	while (*l.next && !err && !*asked) {
		char *s = *l.next++;
		bool plain = *s != '-' || !s[1], rest = plain ? v->command : !strcmp(s, "--");

		if (plain)
			*keep++ = s;
		else if (s[1] != '-')
			err = letters(&l, s + 1);
		else if (s[2])
			err = long_name(&l, s + 2);
		while (rest && *l.next)
			*keep++ = *l.next++;
	}
	*keep = NULL;
	return err;
}
