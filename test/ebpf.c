/* SPDX-License-Identifier: BSD-2-Clause */
/* Cases that are an extended program: it runs on every engine in every mode,
 * and in the kernel where that may be asked, and all must do what is wanted. */
#include <stdlib.h>

#include "check/check.h"
#include "jit/jit.h"
#include "run.h"
#include "sys/sys.h"
#include "vm/vm.h"

static const struct engine {
	const char *name;
	bool jit;
	unsigned flags;
} engines[] = {
	{"interpreter, safe", false, VM_SAFE},
	{"JIT, safe", true, JIT_SAFE},
	{"JIT, safe, plain", true, JIT_SAFE | JIT_PLAIN},
	{"JIT, safe, hardened", true, JIT_SAFE | JIT_HARDEN},
	{"JIT, safe, not optimised", true, JIT_SAFE | JIT_NO_OPT},
	{"interpreter, fast", false, 0},
	{"JIT, fast", true, 0},
	{"JIT, plain", true, JIT_PLAIN},
	{"JIT, hardened", true, JIT_HARDEN},
	{"JIT, not optimised", true, JIT_NO_OPT},
};

_Static_assert((int)VM_SAFE == (int)JIT_SAFE,
	       "one flag says for both engines whether they are safe");

struct bed {
	const struct test *t;
	FILE *out;
	struct arena arena;
	bool unchecked; /* the shape may be anything: safe engines only */
	bool ours;      /* the kernel is not asked */
	bool kernel;    /* where it may be asked, it must take the program */
	bool has_mem;
	u64 budget;
	struct bytes mem;
	struct {
		char **v;
		u32 n, cap;
	} wants;
};

/* What a run did. */
struct done {
	const char *who;
	u64 r0;
	char *fault; /* as printed, NULL: none */
	const u8 *mem;
};

static bool bad(struct bed *b, const char *fmt, ...) PRINTF(2, 3);
static bool bad(struct bed *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("    ", b->out);
	vfprintf(b->out, fmt, ap);
	fputc('\n', b->out);
	va_end(ap);
	return false;
}

static char *err_text(struct bed *b, struct ob_err *err)
{
	char *text = NULL, *copy;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ob_err_print(err, f);
	fclose(f);
	copy = arena_strndup(&b->arena, text, n);
	free(text);
	ob_err_destroy(err);
	return copy;
}

/* ---- reading the case ---- */

static bool read_hex(struct bed *b, const char *text, struct bytes *ret)
{
	u8 *to = arena_raw(&b->arena, strlen(text) / 2 + 1);
	u64 n = 0;

	for (const char *s = text + strspn(text, " \t\n"); *s; s += 2 + strspn(s + 2, " \t\n")) {
		char two[3] = {s[0], s[1]}, *end;

		to[n++] = (u8)strtoul(two, &end, 16);
		if (end != two + 2)
			return bad(b, "not hexadecimal: %.20s", s);
	}
	*ret = (struct bytes){to, n};
	return true;
}

static bool read_with(struct bed *b, const char *words)
{
	char *copy = arena_strndup(&b->arena, words, strlen(words)), *save;

	for (char *w = strtok_r(copy, " \t\n", &save); w; w = strtok_r(NULL, " \t\n", &save)) {
		unsigned long long n;

		if (!strcmp(w, "unchecked"))
			b->unchecked = true;
		else if (!strcmp(w, "ours"))
			b->ours = true;
		else if (!strcmp(w, "kernel"))
			b->kernel = true;
		else if (sscanf(w, "budget=%llu", &n) == 1)
			b->budget = n;
		else
			return bad(b, "-- with: unknown word: %s", w);
	}
	return true;
}

static void add_lines(struct bed *b, const char *text)
{
	char *copy = arena_strndup(&b->arena, text, strlen(text)), *save;

	for (char *s = strtok_r(copy, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
		if (s[strspn(s, " \t")])
			vec_push(&b->arena, b->wants) = s + strspn(s, " \t");
}

static bool read_parts(struct bed *b)
{
	for (u32 i = 0; i < b->t->n; i++) {
		const struct part *p = &b->t->part[i];

		if (!strcmp(p->name, "with") && !read_with(b, p->arg))
			return false;
		if (!strcmp(p->name, "mem")) {
			b->has_mem = true;
			if (!read_hex(b, arena_printf(&b->arena, "%s %s", p->arg, p->body),
				      &b->mem))
				return false;
		}
		if (!strcmp(p->name, "want") && strcmp(p->arg, "err")) {
			add_lines(b, p->arg);
			add_lines(b, p->body);
		}
	}
	return true;
}

/* ---- what is wanted ---- */

static bool fulfils_mem(struct bed *b, const struct done *d, const char *hex)
{
	struct bytes want;

	if (!read_hex(b, hex, &want))
		return false;
	if (want.n == b->mem.n && (!want.n || !memcmp(want.p, d->mem, want.n)))
		return true;
	bad(b, "%s: the memory is not as wanted, but", d->who);
	for (u64 i = 0; i < b->mem.n; i++)
		fprintf(b->out, "%s%02x", i ? " " : "    ", d->mem[i]);
	fputc('\n', b->out);
	return false;
}

static bool fulfils(struct bed *b, const struct done *d, const char *want)
{
	char *end;

	if (!strncmp(want, "fault ", 6))
		return d->fault ? strstr(d->fault, want + 6) ||
					  bad(b, "%s: wanted %s, got:\n%s", d->who, want, d->fault)
				: bad(b, "%s: wanted %s, got r0 = 0x%llx", d->who, want,
				      (unsigned long long)d->r0);
	if (!strncmp(want, "mem ", 4))
		return fulfils_mem(b, d, want + 4);
	if (strncmp(want, "r0 = ", 5))
		return bad(b, "-- want: not understood: %s", want);
	u64 r0 = strtoull(want + 5, &end, 0);
	if (end == want + 5 || end[strspn(end, " \t")])
		return bad(b, "-- want: not a number: %s", want);
	if (d->fault)
		return bad(b, "%s: wanted %s, got a fault:\n%s", d->who, want, d->fault);
	return d->r0 == r0 ||
	       bad(b, "%s: wanted %s, got 0x%llx", d->who, want, (unsigned long long)d->r0);
}

static bool fulfils_all(struct bed *b, const struct done *d)
{
	bool ok = true, fault = false;

	for (u32 i = 0; i < b->wants.n; i++) {
		ok &= fulfils(b, d, b->wants.v[i]);
		fault |= !strncmp(b->wants.v[i], "fault ", 6);
	}
	return d->fault && !fault ? bad(b, "%s: a fault:\n%s", d->who, d->fault) : ok;
}

/* ---- running ---- */

static u64 run_engine(const struct engine *e, const struct prog *p, const u64 reg[2], struct run *r,
		      struct ob_err **err)
{
	static const struct env none;
	struct vm_ebpf *vm = NULL;
	struct jit *jit = NULL;
	u64 r0 = 0;

	r->env = &none;
	*err = e->jit ? jit_create(p, &none, e->flags, &jit)
		      : vm_ebpf_create(p, &none, e->flags, &vm);
	if (!*err)
		r0 = jit ? jit_entry(jit)(reg[0], reg[1], 0, 0, 0, r)
			 : vm_ebpf_run(vm, reg[0], reg[1], 0, 0, 0, r);
	vm_ebpf_destroy(vm);
	jit_destroy(jit);
	return r0;
}

/* The memory is exactly as long as it is, so that the sanitizers see more. */
static bool try_engine(struct bed *b, const struct engine *e, const struct prog *p, bool *faulted)
{
	u8 *mem = malloc(b->mem.n);
	u64 reg[2] = {b->has_mem ? (uintptr_t)mem : 0, b->mem.n};
	struct region region = {(uintptr_t)mem, b->mem.n, true};
	struct run r = {.region = &region, .regions = b->has_mem, .budget = b->budget};
	struct done d = {.who = e->name, .mem = mem};
	struct ob_err *err;

	if (b->mem.n)
		memcpy(mem, b->mem.p, b->mem.n);
	d.r0 = run_engine(e, p, reg, &r, &err);
	bool ok = !err || bad(b, "%s: %s", e->name, err_text(b, err));
	if (ok && r.fault)
		d.fault = err_text(b, run_err(&r, p));
	ok = ok && fulfils_all(b, &d);
	*faulted |= r.fault != 0;
	free(mem);
	return ok;
}

static bool try_kernel(struct bed *b, const struct prog *p)
{
	struct done d = {.who = "kernel"};
	struct sys_prog *s = NULL;
	u32 ns;
	struct ob_err *err = sys_prog_load(p, (u32)b->mem.n, &s);

	if (err && b->kernel && ob_err_code(err) == OB_REFUSED)
		return bad(b, "the kernel refuses it: %s", err_text(b, err));
	if (err) { /* it may not be asked, or its verifier wants more */
		ob_err_destroy(err);
		return true;
	}
	u8 *mem = malloc(b->mem.n + 1);
	if (b->mem.n)
		memcpy(mem, b->mem.p, b->mem.n);
	err = sys_prog_run(s, mem, 1, &d.r0, &ns);
	d.mem = mem;
	bool ok = err ? bad(b, "kernel: %s", err_text(b, err)) : fulfils_all(b, &d);
	free(mem);
	sys_prog_close(s);
	return ok;
}

/* Engines that check nothing get only what was checked and has no fault. */
static bool run_all(struct bed *b, const struct prog *p)
{
	bool ok = true, faulted = false;

	for (u32 i = 0; i < LEN(engines) && ok; i++) {
		bool safe = engines[i].flags & VM_SAFE;

		if ((engines[i].jit && !jit_here()) || (!safe && (b->unchecked || faulted)))
			continue;
		ok = try_engine(b, &engines[i], p, &faulted);
	}
	return ok && (b->unchecked || b->ours || faulted || try_kernel(b, p));
}

/* The listing, read back, must be the same program. */
static bool reads_back(struct bed *b, const struct prog *p)
{
	struct buf text = {0};
	struct prog *again = NULL;

	ebpf_dis(&text, p->ext, p->n);
	struct ob_err *err = prog_assemble("listing", text.p ? text.p : "", text.n, &again);
	bool ok = err ? bad(b, "the listing is not read back: %s", err_text(b, err))
		      : again->n == p->n &&
				  !memcmp(again->stored, p->stored, p->n * sizeof(*p->stored));
	if (!err && !ok)
		bad(b, "the listing is read back differently:\n%s", text.p);
	prog_destroy(again);
	buf_deinit(&text);
	return ok;
}

static bool settle(struct bed *b, const struct part *want, struct ob_err *err, const char *what)
{
	if (!want)
		return bad(b, "%s: %s", what, err_text(b, err));
	return has_lines(b->out, what, want->body, err_text(b, err));
}

static bool run_text(struct bed *b, const char *text)
{
	const struct part *want = test_part(b->t, "want");
	struct prog *p = NULL;

	if (want && strcmp(want->arg, "err"))
		want = NULL;
	struct ob_err *err = prog_assemble("ebpf", text, strlen(text), &p);
	if (err)
		return settle(b, want, err, "assembler");
	bool ok = reads_back(b, p);
	err = ok && !b->unchecked ? check_ebpf(p) : NULL;
	if (err)
		ok = settle(b, want, err, "checker");
	else if (ok && want)
		ok = bad(b, "wanted an error, but the program was accepted");
	else if (ok)
		ok = run_all(b, p);
	prog_destroy(p);
	return ok;
}

/* ---- tables: the program with $1 .. of each line `WORD... = RESULT` ---- */

static char *fill_in(struct bed *b, const char *text, char *const *word, u32 words)
{
	struct buf to = {0};

	for (const char *s = text; *s; s++) {
		u32 nr = s[0] == '$' && s[1] >= '1' && s[1] <= '9' ? (u32)(s[1] - '0') : 0;

		if (nr && nr <= words) {
			buf_puts(&to, word[nr - 1]);
			s++;
		} else {
			buf_putc(&to, *s);
		}
	}
	char *ret = arena_strndup(&b->arena, to.p ? to.p : "", to.n);
	buf_deinit(&to);
	return ret;
}

static bool run_line(struct bed *b, const char *text, char *line)
{
	char *equals = strrchr(line, '='), *word[9], *save;
	u32 n = 0;

	if (!equals)
		return bad(b, "-- each: no `= RESULT`: %s", line);
	const char *whole = arena_strndup(&b->arena, line, strlen(line));
	*equals = 0;
	b->wants.n = 0;
	vec_push(&b->arena, b->wants) =
		arena_printf(&b->arena, "r0 = %s", equals + 1 + strspn(equals + 1, " "));
	for (char *w = strtok_r(line, " \t", &save); w && n < LEN(word);
	     w = strtok_r(NULL, " \t", &save))
		word[n++] = w;
	return run_text(b, fill_in(b, text, word, n)) || bad(b, "at the line: %s", whole);
}

static bool run_table(struct bed *b, const char *text, const char *lines)
{
	char *copy = arena_strndup(&b->arena, lines, strlen(lines)), *save;
	bool ok = true;
	u32 n = 0;

	for (char *s = strtok_r(copy, "\n", &save); s; s = strtok_r(NULL, "\n", &save), n++)
		ok &= run_line(b, text, s);
	return n ? ok : bad(b, "-- each: no line");
}

enum outcome run_ebpf(const struct test *t, FILE *out)
{
	struct bed b = {.t = t, .out = out, .budget = 100000};
	const char *text = test_part(t, "ebpf")->body;
	const struct part *each = test_part(t, "each");
	bool ok;

	arena_init(&b.arena);
	ok = read_parts(&b) && (each ? run_table(&b, text, each->body) : run_text(&b, text));
	arena_deinit(&b.arena);
	return ok ? PASS : FAIL;
}
