/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a file of tests: cases between lines `====`, parts begin with `-- NAME`. */
#include "run.h"

enum { SH = 1, CLASSIC = 2, EXTENDED = 4, ANY = 7 };

/* Which part belongs to which kinds of cases, and whether it may stand twice. */
static const struct known {
	const char *name;
	u8 kinds;
	bool many;
} known[] = {
	/* clang-format off */
	{"sh",          SH,                 false},
	{"stdin",       SH,                 false},
	{"stdout",      SH,                 true},
	{"stderr",      SH,                 true},
	{"status",      SH,                 false},
	{"file",        SH,                 true},
	{"asm",         CLASSIC,            false},
	{"filter",      CLASSIC,            false},
	{"linktype",    CLASSIC,            false},
	{"packet",      CLASSIC,            true},
	{"capture",     CLASSIC,            true},
	{"note",        CLASSIC,            true},
	{"code",        CLASSIC,            false},
	{"at-most",     CLASSIC,            false},
	{"ebpf",        EXTENDED,           false},
	{"mem",         EXTENDED,           false},
	{"each",        EXTENDED,           false},
	{"with",        CLASSIC | EXTENDED, true},
	{"want",        CLASSIC | EXTENDED, true},
	{"skip-unless", ANY,                true},
	/* clang-format on */
};

const struct part *test_part(const struct test *t, const char *name)
{
	for (u32 i = 0; i < t->n; i++)
		if (!strcmp(t->part[i].name, name))
			return &t->part[i];
	return NULL;
}

/* Cuts the line at *at off the text; NULL at its end. */
static char *next_line(char **at)
{
	char *line = *at, *end;

	if (!*line)
		return NULL;
	end = strchr(line, '\n');
	*at = end ? end + 1 : line + strlen(line);
	if (end)
		*end = 0;
	return line;
}

static const struct known *find(const char *name)
{
	for (size_t i = 0; i < LEN(known); i++)
		if (!strcmp(known[i].name, name))
			return &known[i];
	return NULL;
}

/* The kind of a case, 0 when it is none or several. */
static u8 kind_of(const struct test *t)
{
	bool sh = test_part(t, "sh"), ebpf = test_part(t, "ebpf");
	u32 classic = !!test_part(t, "asm") + !!test_part(t, "filter");

	if (sh + ebpf + classic != 1)
		return 0;
	return sh ? SH : ebpf ? EXTENDED : CLASSIC;
}

static bool wants(const struct test *t, u8 kind)
{
	static const char *const parts[] = {"want", "code", "at-most", "each"};

	for (size_t i = 0; i < LEN(parts); i++)
		if (test_part(t, parts[i]))
			return true;
	return kind == SH;
}

static const char *check_parts(const struct test *t, u32 *line)
{
	u8 kind = kind_of(t);

	*line = t->line;
	if (!kind)
		return "a case needs one of `-- sh`, `-- asm`, `-- filter`, `-- ebpf`";
	for (u32 i = 0; i < t->n; i++) {
		const struct part *p = &t->part[i];
		const struct known *k = find(p->name);

		*line = p->line;
		if (!k)
			return "unknown part";
		if (!(k->kinds & kind))
			return "this part does not belong to this kind of case";
		if (!k->many && test_part(t, p->name) != p)
			return "this part stands there twice";
	}
	*line = t->line;
	return wants(t, kind) ? NULL : "the case wants nothing: it cannot fail";
}

struct reader {
	struct arena *a;
	const char *path;
	struct {
		struct test *v;
		u32 n, cap;
	} tests;
	struct {
		struct part *v;
		u32 n, cap;
	} parts;
	struct buf body;
	const char *title;
	u32 title_line, line;
};

static void end_part(struct reader *r)
{
	if (!r->parts.n)
		return;
	/* blank lines at the end are there for the reader */
	while (r->body.n && r->body.p[r->body.n - 1] == '\n' &&
	       (r->body.n == 1 || r->body.p[r->body.n - 2] == '\n'))
		r->body.p[--r->body.n] = 0;
	r->parts.v[r->parts.n - 1].body =
		arena_strndup(r->a, r->body.p ? r->body.p : "", r->body.n);
	buf_clear(&r->body);
}

static const char *end_case(struct reader *r, u32 *line)
{
	struct test t = {r->path, r->title, r->title_line, r->parts.n, r->parts.v};
	const char *why;

	end_part(r);
	*line = r->line;
	if (!r->parts.n)
		return r->title ? "a case with no part" : "a case with no title";
	if (!r->title)
		return "a case with no title: begin it with `# title`";
	why = check_parts(&t, line);
	if (why)
		return why;
	vec_push(r->a, r->tests) = t;
	memset(&r->parts, 0, sizeof r->parts);
	r->title = NULL;
	return NULL;
}

static void begin_part(struct reader *r, char *text)
{
	char *arg;

	end_part(r);
	arg = text + strcspn(text, " \t");
	if (*arg)
		*arg++ = 0;
	arg += strspn(arg, " \t");
	vec_push(r->a, r->parts) = (struct part){text, arg, "", r->line};
}

static const char *take_line(struct reader *r, char *text, u32 *line)
{
	if (!strcmp(text, "===="))
		return end_case(r, line);
	if (!strncmp(text, "-- ", 3)) {
		begin_part(r, text + 3);
	} else if (r->parts.n) {
		/* a backslash hides a line that would look like a part or a case */
		if (!strncmp(text, "\\-- ", 4) || !strcmp(text, "\\===="))
			text++;
		buf_puts(&r->body, text);
		buf_putc(&r->body, '\n');
	} else if (text[0] == '#') {
		if (!r->title && !strstr(text, "SPDX-License-Identifier")) {
			r->title = text + 1 + strspn(text + 1, " ");
			r->title_line = r->line;
		}
	} else if (text[strspn(text, " \t")]) {
		*line = r->line;
		return "text before the first part";
	}
	return NULL;
}

const char *test_read(struct arena *a, const char *path, char *text, struct test **ret, u32 *count,
		      u32 *line)
{
	struct reader r = {.a = a, .path = path};
	const char *why = NULL;
	char *one;

	while (!why && (one = next_line(&text))) {
		r.line++;
		why = take_line(&r, one, line);
	}
	if (!why)
		why = end_case(&r, line);
	buf_deinit(&r.body);
	*ret = r.tests.v;
	*count = r.tests.n;
	return why;
}
