/* SPDX-License-Identifier: BSD-2-Clause */
/* A program's life, and what the library's users may ask of it. */
#include "prog/prog.h"

#include <errno.h>
#include <stdlib.h>

struct ob_err *prog_create_classic(const struct ob_cbpf *code, u32 n, struct prog **ret)
{
	struct prog *p = calloc(1, sizeof(*p));
	struct ob_cbpf *copy = malloc(MAX(n, 1u) * sizeof(*copy));

	if (!p || !copy) {
		free(p);
		free(copy);
		return err_nomem();
	}
	if (n)
		memcpy(copy, code, n * sizeof(*copy));
	p->kind = PROG_CLASSIC;
	p->classic = copy;
	p->n = n;
	*ret = p;
	return NULL;
}

struct ob_err *prog_create_ebpf(const struct ob_ebpf *code, u32 n, struct prog **ret)
{
	struct prog *p = calloc(1, sizeof(*p));
	struct ob_ebpf *copy = malloc(MAX(n, 1u) * sizeof(*copy));
	struct eb *ext = malloc(MAX(n, 1u) * sizeof(*ext));

	if (!p || !copy || !ext) {
		free(p);
		free(copy);
		free(ext);
		return err_nomem();
	}
	if (n)
		memcpy(copy, code, n * sizeof(*copy));
	ebpf_decode(copy, n, ext);
	p->kind = PROG_EXTENDED;
	p->stored = copy;
	p->ext = ext;
	p->n = n;
	*ret = p;
	return NULL;
}

/* Takes over nothing: name, text and spans are copied. */
static struct ob_err *add_source(struct prog *p, const char *name, const char *text, size_t n,
				 const struct eb_span *span)
{
	p->name = name ? strdup(name) : NULL;
	p->source = malloc(n + 1);
	p->span = malloc((p->n + 1) * sizeof(*p->span));
	if ((name && !p->name) || !p->source || !p->span)
		return err_nomem();
	memcpy(p->source, text, n);
	p->source[n] = 0;
	for (u32 i = 0; i < p->n; i++)
		p->span[i] = (struct prog_span){span[i].from, span[i].to};
	return NULL;
}

struct ob_err *prog_assemble(const char *name, const char *text, size_t n, struct prog **ret)
{
	return prog_assemble_maps(name, text, n, NULL, ret);
}

struct ob_err *prog_assemble_maps(const char *name, const char *text, size_t n,
				  const char *const *maps, struct prog **ret)
{
	struct ob_ebpf *code;
	struct eb_span *span;
	struct prog *p = NULL;
	struct arena a;
	u32 count;

	arena_init(&a);
	struct ob_err *err = ebpf_asm_maps(&a, name, text, n, maps, &code, &span, &count);
	if (!err)
		err = prog_create_ebpf(code, count, &p);
	if (!err)
		err = add_source(p, name, text, n, span);
	arena_deinit(&a);
	if (err)
		prog_destroy(p);
	else
		*ret = p;
	return err;
}

void prog_destroy(struct prog *p)
{
	if (!p)
		return;
	for (u32 i = 0; i < p->notes; i++)
		free(p->note[i].text);
	free(p->note);
	free(p->span);
	free(p->source);
	free(p->name);
	free(p->classic);
	free(p->stored);
	free(p->ext);
	free(p);
}

struct ob_err *prog_may_run(const struct prog *p, enum ob_dialect dialect)
{
	u32 need = 1u << OB_RULES_LINUX | 1u << OB_RULES_SECCOMP;

	if (p->kind != PROG_CLASSIC)
		return err_new(OB_UNSUPPORTED, "this is an extended program, not a classic one");
	if (dialect == OB_DIALECT_LIBPCAP)
		need |= 1u << OB_RULES_LIBPCAP;
	if (p->checked & need)
		return NULL;
	return err_new(OB_REFUSED, "the program has not passed the checker%s",
		       p->checked ? " by rules that hold for this dialect" : "");
}

struct ob_err *ob_prog_create(const struct ob_cbpf *code, uint32_t n, struct ob_prog **ret)
{
	struct prog *p;
	struct ob_err *err = prog_create_classic(code, n, &p);

	if (!err)
		*ret = prog_public(p);
	return err;
}

struct ob_err *ob_prog_assemble(const char *name, const char *text, size_t n, struct ob_prog **ret)
{
	struct ob_cbpf *code;
	struct arena a;
	u32 count;

	arena_init(&a);
	struct ob_err *err = cbpf_asm(&a, name, text, n, &code, &count);
	if (!err)
		err = ob_prog_create(code, count, ret);
	arena_deinit(&a);
	return err;
}

void ob_prog_destroy(struct ob_prog *p) { prog_destroy(prog_private(p)); }

struct ob_err *ob_prog_create_ebpf(const struct ob_ebpf *code, uint32_t n, struct ob_prog **ret)
{
	struct prog *p;

	if (n > EBPF_MAX)
		return err_new(OB_RANGE, "%u instructions, of at most %u", n, EBPF_MAX);
	struct ob_err *err = prog_create_ebpf(code, n, &p);
	if (!err)
		*ret = prog_public(p);
	return err;
}

struct ob_err *ob_prog_assemble_ebpf(const char *name, const char *text, size_t n,
				     struct ob_prog **ret)
{
	struct prog *p;
	struct ob_err *err = prog_assemble(name, text, n, &p);

	if (!err)
		*ret = prog_public(p);
	return err;
}

const struct ob_cbpf *ob_prog_code(const struct ob_prog *p, uint32_t *n)
{
	bool is = prog_private(p)->kind == PROG_CLASSIC;

	*n = is ? prog_private(p)->n : 0;
	return is ? prog_private(p)->classic : NULL;
}

const struct ob_ebpf *ob_prog_ebpf(const struct ob_prog *p, uint32_t *n)
{
	bool is = prog_private(p)->kind == PROG_EXTENDED;

	*n = is ? prog_private(p)->n : 0;
	return is ? prog_private(p)->stored : NULL;
}

struct ob_err *ob_prog_list(const struct ob_prog *prog, enum ob_listing how, FILE *to)
{
	const struct prog *p = prog_private(prog);
	struct buf b = {0};
	struct ob_err *err = NULL;

	if (p->kind == PROG_EXTENDED && how != OB_LIST_TEXT)
		return err_new(OB_UNSUPPORTED, "extended programs are listed as text only");
	if (p->kind == PROG_EXTENDED)
		ebpf_dis(&b, p->ext, p->n);
	else
		cbpf_dis(&b, p->classic, p->n, (enum cbpf_form)how);
	if (b.oom)
		err = err_nomem();
	else if (fwrite(b.p ? b.p : "", 1, b.n, to) != b.n)
		err = err_sys(errno, "cannot write the listing");
	buf_deinit(&b);
	return err;
}
