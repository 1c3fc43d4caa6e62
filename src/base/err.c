/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors are values: a code, a place, a reason, notes. */
#include "base/base.h"

#include <errno.h>
#include <stdlib.h>

enum place { NOWHERE, TEXT, INSN, BYTE, WHOLE };

struct ob_err {
	enum ob_code code;
	int errnum;
	enum place place;
	const char *kind; /* "", "note: " or "hint: " */
	char *name, *text, *reason;
	u64 at; /* line, instruction or byte offset */
	u32 col, len;
	struct ob_err *next; /* notes, in order */
};

static struct ob_err nomem = {
	.code = OB_NOMEM,
	.errnum = ENOMEM,
	.kind = "",
	.reason = (char *)"out of memory",
};

struct ob_err *err_nomem(void) { return &nomem; }

static char *format(const char *fmt, va_list ap)
{
	char *s;

	return vasprintf(&s, fmt, ap) < 0 ? NULL : s;
}

static bool is_control(char c) { return (u8)c < ' ' || c == 127; }

enum { LONGEST = 1000 };

/* What a reason quotes may be of any length and hold any byte: it shall stay one
 * line, and not speak to the terminal. The middle of a long one is left out. */
static void tidy(char *s)
{
	size_t n = strlen(s), half = LONGEST / 2;

	if (n > LONGEST + 3) {
		memcpy(s + half, "...", 3);
		memmove(s + half + 3, s + n - half, half + 1);
	}
	for (; *s; s++)
		if (is_control(*s))
			*s = '?';
}

struct ob_err *err_newv(enum ob_code code, const char *fmt, va_list ap)
{
	struct ob_err *e = calloc(1, sizeof(*e));

	if (!e)
		return &nomem;
	e->code = code;
	e->kind = "";
	e->reason = format(fmt, ap);
	if (!e->reason) {
		free(e);
		return &nomem;
	}
	tidy(e->reason);
	return e;
}

struct ob_err *err_new(enum ob_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct ob_err *e = err_newv(code, fmt, ap);
	va_end(ap);
	return e;
}

struct ob_err *err_sys(int errnum, const char *fmt, ...)
{
	bool perm = errnum == EPERM || errnum == EACCES;
	va_list ap;

	va_start(ap, fmt);
	char *what = format(fmt, ap);
	va_end(ap);
	if (!what)
		return &nomem;
	struct ob_err *e = err_new(perm ? OB_PERM : OB_IO, "%s: %s", what, strerror(errnum));
	if (e != &nomem)
		e->errnum = errnum;
	free(what);
	return e;
}

static void set_name(struct ob_err *e, const char *name)
{
	free(e->name);
	e->name = name ? strdup(name) : NULL;
	if (e->name)
		tidy(e->name);
}

struct ob_err *err_at_text(struct ob_err *e, const char *name, u32 line, u32 col, u32 len,
			   const char *text, size_t n)
{
	if (e == &nomem)
		return e;
	set_name(e, name);
	e->place = TEXT;
	e->at = line;
	e->col = col;
	e->len = len;
	free(e->text);
	e->text = text ? strndup(text, n) : NULL;
	return e;
}

static struct ob_err *at(struct ob_err *e, enum place place, const char *name, u64 where)
{
	if (e == &nomem)
		return e;
	set_name(e, name);
	e->place = place;
	e->at = where;
	return e;
}

struct ob_err *err_at_insn(struct ob_err *e, u32 insn) { return at(e, INSN, NULL, insn); }

struct ob_err *err_at_byte(struct ob_err *e, const char *name, u64 off)
{
	return at(e, BYTE, name, off);
}

struct ob_err *err_at_file(struct ob_err *e, const char *name) { return at(e, WHOLE, name, 0); }

struct ob_err *err_add(struct ob_err *e, struct ob_err *note)
{
	if (e == &nomem || note == &nomem) {
		if (note != &nomem)
			ob_err_destroy(note);
		return e;
	}
	if (!*note->kind)
		note->kind = "note: ";
	struct ob_err **end = &e->next;
	while (*end)
		end = &(*end)->next;
	*end = note;
	return e;
}

static struct ob_err *add(struct ob_err *e, const char *kind, const char *fmt, va_list ap)
{
	struct ob_err *note = err_newv(e->code, fmt, ap);

	if (note != &nomem)
		note->kind = kind;
	return err_add(e, note);
}

struct ob_err *err_note(struct ob_err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(e, "note: ", fmt, ap);
	va_end(ap);
	return e;
}

struct ob_err *err_hint(struct ob_err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(e, "hint: ", fmt, ap);
	va_end(ap);
	return e;
}

enum ob_code ob_err_code(const struct ob_err *e) { return e->code; }

int ob_err_errno(const struct ob_err *e) { return e->errnum; }

const char *ob_err_reason(const struct ob_err *e) { return e->reason; }

unsigned ob_err_line(const struct ob_err *e) { return e->place == TEXT ? (unsigned)e->at : 0; }

unsigned ob_err_column(const struct ob_err *e) { return e->place == TEXT ? e->col : 0; }

/* A long line is shown as a window of WINDOW columns around the mistake. */
enum { WINDOW = 76 };

static void print_caret(const struct ob_err *e, FILE *to)
{
	size_t n = strlen(e->text), col = e->col ? e->col - 1 : 0, from = 0;

	if (col > n)
		col = n;
	if (n > WINDOW && col > WINDOW / 2)
		from = col - WINDOW / 2;
	size_t len = MIN(n - from, (size_t)WINDOW);
	bool cut = from + len < n;

	fprintf(to, "    %s", from ? "..." : "");
	for (size_t i = from; i < from + len; i++) {
		char c = e->text[i];

		fputc(is_control(c) && c != '\t' ? '?' : c, to);
	}
	fprintf(to, "%s\n    %s", cut ? "..." : "", from ? "   " : "");
	for (size_t i = from; i < col; i++)
		fputc(e->text[i] == '\t' ? '\t' : ' ', to);
	fputc('^', to);
	for (size_t i = 1; i < e->len && col + i < from + len; i++)
		fputc('~', to);
	fputc('\n', to);
}

static void print_one(const struct ob_err *e, FILE *to)
{
	switch (e->place) {
	case TEXT:
		fprintf(to, "%s:", e->name ? e->name : "text");
		if (e->at)
			fprintf(to, "%llu:", (unsigned long long)e->at);
		fprintf(to, "%u: ", e->col);
		break;
	case INSN:
		fprintf(to, "insn %llu: ", (unsigned long long)e->at);
		break;
	case BYTE:
		if (e->name)
			fprintf(to, "%s: ", e->name);
		fprintf(to, "byte %llu: ", (unsigned long long)e->at);
		break;
	case WHOLE:
		fprintf(to, "%s: ", e->name);
		break;
	case NOWHERE:
		break;
	}
	fprintf(to, "%s%s\n", e->kind, e->reason);
	if (e->place == TEXT && e->text)
		print_caret(e, to);
}

void ob_err_print(const struct ob_err *e, FILE *to)
{
	for (; e; e = e->next)
		print_one(e, to);
}

void ob_err_destroy(struct ob_err *e)
{
	while (e && e != &nomem) {
		struct ob_err *next = e->next;

		free(e->name);
		free(e->text);
		free(e->reason);
		free(e);
		e = next;
	}
}

const char *ob_version(void) { return OB_VERSION; }
