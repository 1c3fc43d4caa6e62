/* SPDX-License-Identifier: BSD-2-Clause */
/* Cases that are a classic program or a filter: its packets are given to every
 * engine there is, and all must say the same. A filter is evaluated as a tree,
 * and runs as optimised and as unoptimised code; code runs in both dialects. */
#include <stdlib.h>

#include "check/check.h"
#include "filter/filter.h"
#include "pkt/pkt.h"
#include "run.h"
#include "vm/vm.h"

struct packet {
	struct bytes data;
	u32 wirelen;
	u32 line;
	bool answered; /* for -- want agree: */
	u32 answer;    /* what the first who was asked said */
};

struct machine {
	const struct test *t;
	const char *top;
	FILE *out;
	struct arena arena;
	struct filter_opts opts;
	enum check_profile profile;
	bool only_linux, only_libpcap;
	struct {
		struct packet *v;
		u32 n, cap;
	} packets;
	struct {
		char **v;
		u32 n, cap;
	} wants;
};

static bool bad(struct machine *m, const char *fmt, ...) PRINTF(2, 3);
static bool bad(struct machine *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("    ", m->out);
	vfprintf(m->out, fmt, ap);
	fputc('\n', m->out);
	va_end(ap);
	return false;
}

static char *err_text(struct machine *m, struct ob_err *err)
{
	char *text = NULL, *copy;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ob_err_print(err, f);
	fclose(f);
	copy = arena_strndup(&m->arena, text, n);
	free(text);
	ob_err_destroy(err);
	return copy;
}

/* ---- reading the case ---- */

static void add_lines(struct arena *a, const char *text, void *to)
{
	struct {
		char **v;
		u32 n, cap;
	} *list = to;
	char *copy = arena_strndup(a, text, strlen(text)), *save;

	for (char *s = strtok_r(copy, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
		if (s[strspn(s, " \t")])
			vec_push(a, *list) = s + strspn(s, " \t");
}

static bool read_with(struct machine *m, const char *words)
{
	char *copy = arena_strndup(&m->arena, words, strlen(words)), *save;

	for (char *w = strtok_r(copy, " \t\n", &save); w; w = strtok_r(NULL, " \t\n", &save)) {
		u8 a[4];

		if (!strcmp(w, "live"))
			m->opts.live = true;
		else if (!strcmp(w, "linux"))
			m->only_linux = true;
		else if (!strcmp(w, "libpcap"))
			m->only_libpcap = true, m->profile = CHECK_LIBPCAP;
		else if (!strcmp(w, "seccomp"))
			m->only_linux = true, m->profile = CHECK_SECCOMP;
		else if (sscanf(w, "snaplen=%u", &m->opts.snaplen) == 1)
			;
		else if (sscanf(w, "netmask=%hhu.%hhu.%hhu.%hhu", a, a + 1, a + 2, a + 3) == 4)
			m->opts.has_netmask = true, m->opts.netmask = get_be32(a);
		else
			return bad(m, "-- with: unknown word: %s", w);
	}
	return true;
}

/* The bytes of hex digits; blanks, and what follows a #, are skipped. */
static bool add_hex(struct machine *m, const char *text, u8 *to, u32 *n, u32 max)
{
	for (const char *s = text; *s; s++) {
		char two[3] = {s[0], s[1]}, *end;

		if (*s == '#')
			s += strcspn(s, "\n") - 1;
		else if (!strchr(" \t\n", *s)) {
			to[*n] = (u8)strtoul(two, &end, 16);
			if (end != two + 2)
				return bad(m, "not hexadecimal: %.20s", s);
			if (++*n == max)
				return bad(m, "the packet is longer than %u bytes", max);
			s++;
		}
	}
	return true;
}

/* A line `NAME HEX` of test/packets. */
static char *named_packet(struct machine *m, const char *name)
{
	char *path = arena_printf(&m->arena, "%s/test/packets", m->top), *line = NULL, *ret = NULL;
	size_t cap = 0, n = strlen(name);
	FILE *f = fopen(path, "r");

	while (!ret && f && getline(&line, &cap, f) > 0)
		if (!strncmp(line, name, n) && line[n] == ' ')
			ret = arena_strndup(&m->arena, line + n, strlen(line + n));
	free(line);
	if (f)
		fclose(f);
	if (!ret)
		bad(m, "test/packets has no packet %s", name);
	return ret;
}

/* Exactly as long as it is, so that the sanitizers see a read beyond. */
static void add_packet(struct machine *m, const u8 *p, u32 n, u32 wirelen, u32 line)
{
	vec_push(&m->arena, m->packets) = (struct packet){
		.data = {n ? memcpy(malloc(n), p, n) : NULL, n}, .wirelen = wirelen, .line = line};
}

/* [cuts] [len=N] [@NAME] [HEX], the HEX also on the lines below. */
static bool read_packet(struct machine *m, const struct part *p)
{
	const char *arg = p->arg;
	u8 bytes[65536];
	u32 n = 0, wirelen = 0;
	bool cuts = !strncmp(arg, "cuts", 4);

	if (cuts) {
		arg += 4;
		arg += strspn(arg, " \t");
	}
	if (!strncmp(arg, "len=", 4)) {
		wirelen = (u32)strtoul(arg + 4, (char **)&arg, 0);
		arg += strspn(arg, " \t");
	}
	if (*arg == '@') {
		size_t k = strcspn(++arg, " \t");
		char *hex = named_packet(m, arena_strndup(&m->arena, arg, k));

		if (!hex || !add_hex(m, hex, bytes, &n, sizeof(bytes)))
			return false;
		arg += k;
	}
	if (!add_hex(m, arg, bytes, &n, sizeof(bytes)) ||
	    !add_hex(m, p->body, bytes, &n, sizeof(bytes)))
		return false;
	for (u32 cut = cuts ? 0 : n; cut <= n; cut++)
		add_packet(m, bytes, cut, wirelen ? wirelen : n, p->line);
	return true;
}

/* All packets of a capture, which is below the top. */
static bool read_capture(struct machine *m, const struct part *p)
{
	struct pkt_reader *r = NULL;
	struct ob_err *err = pkt_open(arena_printf(&m->arena, "%s/%s", m->top, p->arg), NULL, &r);
	enum pkt_status status;
	struct pkt pkt;

	if (err)
		return bad(m, "%s", err_text(m, err));
	m->opts.linktype = pkt_iface(r, 0)->linktype;
	while ((status = pkt_next(r, &pkt)) == PKT_OK) {
		u8 *copy = malloc(MAX(pkt.caplen, 1u));

		memcpy(copy, pkt.data, pkt.caplen);
		vec_push(&m->arena, m->packets) =
			(struct packet){{copy, pkt.caplen}, pkt.len, p->line, false, 0};
	}
	if (status == PKT_ERR)
		bad(m, "%s", err_text(m, pkt_reader_err(r)));
	pkt_close(r);
	return status == PKT_EOF;
}

static bool read_parts(struct machine *m)
{
	m->opts.linktype = 1;
	for (u32 i = 0; i < m->t->n; i++) {
		const struct part *p = &m->t->part[i];

		if (!strcmp(p->name, "linktype") && !linktype_find(p->arg, &m->opts.linktype))
			return bad(m, "unknown link type: %s", p->arg);
		if (!strcmp(p->name, "with") && !read_with(m, p->arg))
			return false;
		if (!strcmp(p->name, "packet") && !read_packet(m, p))
			return false;
		if (!strcmp(p->name, "capture") && !read_capture(m, p))
			return false;
		if (!strcmp(p->name, "want") && strcmp(p->arg, "err")) {
			add_lines(&m->arena, p->arg, &m->wants);
			add_lines(&m->arena, p->body, &m->wants);
		}
	}
	return true;
}

/* ---- the error that is wanted ---- */

static const struct part *want_err(const struct machine *m)
{
	const struct part *p = test_part(m->t, "want");

	return p && !strcmp(p->arg, "err") ? p : NULL;
}

/* err: what came of it, NULL for success. True when that was wanted. */
static bool settle(struct machine *m, struct ob_err *err, const char *what)
{
	const struct part *p = want_err(m);

	if (!p)
		return bad(m, "%s: %s", what, err_text(m, err));
	return has_lines(m->out, what, p->body, err_text(m, err));
}

/* ---- verdicts ---- */

/* Does the packet's result fulfil the line of -- want that is for it? */
static bool fulfils(struct machine *m, u32 i, u32 got, const char *who)
{
	const char *want = m->wants.v[m->wants.n == 1 ? 0 : i];
	struct packet *k = &m->packets.v[i];
	u32 number;
	bool ok;

	if (!strncmp(want, "agree", 5)) {
		if (!k->answered)
			k->answer = got;
		k->answered = true;
		return got == k->answer ||
		       bad(m, "%s: packet %u: got %u, not %u", who, i + 1, got, k->answer);
	}
	if (!strcmp(want, "accept"))
		ok = got != 0;
	else if (!strcmp(want, "reject"))
		ok = got == 0;
	else if (sscanf(want, "ret %i", (int *)&number) == 1)
		ok = got == number;
	else
		return bad(m, "-- want: not understood: %s", want);
	return ok ||
	       bad(m, "%s: packet %u (line %u): wanted %s, got %u", who, i + 1, k->line, want, got);
}

static bool run_dialect(struct machine *m, const struct prog *p, enum vm_dialect d, const char *who)
{
	struct vm_classic *vm = NULL;
	struct ob_err *err = vm_classic_create(p, d, &vm);
	bool ok = true;

	if (err)
		return bad(m, "%s: %s", who, err_text(m, err));
	for (u32 i = 0; i < m->packets.n; i++) {
		const struct packet *k = &m->packets.v[i];
		struct vm_pkt pkt = {k->data.p, (u32)k->data.n, k->wirelen, NULL};

		ok &= fulfils(m, i, vm_classic_run(vm, &pkt), who);
	}
	vm_classic_destroy(vm);
	return ok;
}

static bool run_prog(struct machine *m, const struct prog *p, const char *who)
{
	struct ob_err *err = check_classic(p->classic, p->n, m->profile);
	bool ok = true;

	if (err)
		return bad(m, "%s: refused: %s", who, err_text(m, err));
	if (!m->only_libpcap)
		ok &= run_dialect(m, p, VM_LINUX,
				  arena_printf(&m->arena, "%s, linux dialect", who));
	if (!m->only_linux)
		ok &= run_dialect(m, p, VM_LIBPCAP,
				  arena_printf(&m->arena, "%s, libpcap dialect", who));
	return ok;
}

/* Of `agree N`: so many packets were accepted. */
static bool agreed(struct machine *m)
{
	u32 wanted, got = 0;

	if (m->wants.n != 1 || sscanf(m->wants.v[0], "agree %u", &wanted) != 1)
		return true;
	for (u32 i = 0; i < m->packets.n; i++)
		got += m->packets.v[i].answer != 0;
	return got == wanted || bad(m, "%u packets were accepted, not %u", got, wanted);
}

static bool enough(struct machine *m)
{
	if (m->wants.n && !m->packets.n)
		return bad(m, "-- want, but there is no -- packet");
	if (m->packets.n && m->wants.n != 1 && m->wants.n != m->packets.n)
		return bad(m, "%u packets, but %u lines of -- want", m->packets.n, m->wants.n);
	return true;
}

/* ---- a program as text ---- */

/* Every listing, read back, must be the same program. */
static bool reads_back(struct machine *m, const struct ob_cbpf *code, u32 n)
{
	for (int form = CBPF_TEXT; form <= CBPF_DECIMAL; form++) {
		struct buf b = {0};
		struct ob_cbpf *again = NULL;
		struct ob_err *err;
		u32 count = 0;
		bool same;

		cbpf_dis(&b, code, n, (enum cbpf_form)form);
		err = cbpf_asm(&m->arena, "listing", b.p, b.n, &again, &count);
		if (err)
			return bad(m, "form %d is not read back: %s%s", form, err_text(m, err),
				   b.p);
		same = count == n && !memcmp(again, code, n * sizeof(*code));
		if (!same)
			return bad(m, "form %d is read back differently:\n%s", form, b.p);
		buf_deinit(&b);
	}
	return true;
}

static bool run_asm(struct machine *m)
{
	const char *text = test_part(m->t, "asm")->body;
	struct ob_cbpf *code = NULL;
	struct prog *p = NULL;
	struct ob_err *err;
	bool ok;
	u32 n = 0;

	err = cbpf_asm(&m->arena, "asm", text, strlen(text), &code, &n);
	if (err)
		return settle(m, err, "assembler");
	if (!reads_back(m, code, n))
		return false;
	err = check_classic(code, n, m->profile);
	if (err)
		return settle(m, err, "checker");
	if (want_err(m))
		return bad(m, "wanted an error, but the program was accepted");
	if (!m->packets.n) /* then the empty one */
		read_packet(m, &(struct part){"packet", "", "", m->t->line});
	err = prog_create_classic(code, n, &p);
	if (err)
		return bad(m, "%s", err_text(m, err));
	ok = enough(m) && run_prog(m, p, "asm") && agreed(m);
	prog_destroy(p);
	return ok;
}

/* ---- filters ---- */

static bool code_is(struct machine *m, const struct prog *p)
{
	const struct part *code = test_part(m->t, "code"), *most = test_part(m->t, "at-most");
	struct buf b = {0};
	bool ok = true;

	if (code) {
		cbpf_dis(&b, p->classic, p->n, CBPF_TEXT);
		ok &= same_text(m->out, "code", code->body, b.p);
		buf_deinit(&b);
	}
	if (most && p->n > (u32)atoi(most->arg))
		ok = bad(m, "%u instructions, wanted at most %s", p->n, most->arg);
	return ok;
}

/* Only the first line has the notes and the code that the case tells. */
static bool first_is(struct machine *m, const struct prog *p)
{
	struct buf b = {0};
	bool ok = true;

	for (u32 i = 0; i < p->notes; i++)
		buf_printf(&b, "%u: %s\n", p->note[i].span.from + 1, p->note[i].text);
	for (u32 i = 0; i < m->t->n; i++)
		if (!strcmp(m->t->part[i].name, "note"))
			ok &= has_lines(m->out, "notes", m->t->part[i].body, b.p ? b.p : "");
	buf_deinit(&b);
	return ok && code_is(m, p);
}

static bool run_tree(struct machine *m, const char *text)
{
	bool ok = true;

	for (u32 i = 0; i < m->packets.n; i++) {
		const struct packet *k = &m->packets.v[i];
		struct ob_err *err;
		u32 got = 0;

		err = filter_eval(text, strlen(text), &m->opts, k->data, k->wirelen, &got);
		if (err)
			return bad(m, "%s: tree: %s", text, err_text(m, err));
		ok &= fulfils(m, i, got, arena_printf(&m->arena, "%s: tree", text));
	}
	return ok;
}

static bool run_code(struct machine *m, const char *text, bool first, bool optimise)
{
	char *who =
		arena_printf(&m->arena, "%s: %s", text, optimise ? "optimised" : "not optimised");
	struct prog *p = NULL;
	struct ob_err *err;
	bool ok;

	m->opts.no_optimise = !optimise;
	err = filter_compile(text, strlen(text), &m->opts, &p);
	if (err)
		return bad(m, "%s: %s", who, err_text(m, err));
	ok = run_prog(m, p, who);
	if (first && optimise)
		ok &= first_is(m, p);
	prog_destroy(p);
	return ok;
}

static bool run_wrong(struct machine *m, const char *text)
{
	struct prog *p = NULL;
	struct ob_err *err = filter_compile(text, strlen(text), &m->opts, &p);

	if (err)
		return settle(m, err, "error");
	prog_destroy(p);
	return bad(m, "%s: wanted an error, but it was compiled", text);
}

static bool run_filter(struct machine *m)
{
	struct {
		char **v;
		u32 n, cap;
	} line = {0};
	bool ok = true;

	add_lines(&m->arena, test_part(m->t, "filter")->body, &line);
	if (!line.n)
		vec_push(&m->arena, line) = "";
	if (!want_err(m) && !enough(m))
		return false;
	for (u32 i = 0; i < line.n; i++) {
		if (want_err(m)) {
			ok &= run_wrong(m, line.v[i]);
			continue;
		}
		ok &= run_tree(m, line.v[i]);
		ok &= run_code(m, line.v[i], i == 0, true);
		ok &= run_code(m, line.v[i], i == 0, false);
	}
	return ok && agreed(m);
}

enum outcome run_machine(const struct test *t, const char *top, FILE *out)
{
	struct machine m = {.t = t, .top = top, .out = out};
	bool ok;

	arena_init(&m.arena);
	m.opts.names = &test_names;
	ok = read_parts(&m) && (test_part(t, "asm") ? run_asm(&m) : run_filter(&m));
	for (u32 i = 0; i < m.packets.n; i++)
		free((u8 *)m.packets.v[i].data.p);
	arena_deinit(&m.arena);
	return ok ? PASS : FAIL;
}
