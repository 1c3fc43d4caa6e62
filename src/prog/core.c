/* SPDX-License-Identifier: BSD-2-Clause */
/* CO-RE: each relocation's type is looked for in the target by its essential name; all
 * types that have what is asked for must agree on the number. */
#include "prog/core_priv.h"
#include "prog/prog.h"

enum { KNOWN = 512 };

/* Types of the target that may be one of the object's. As libbpf does, those that lacked
 * something that another had are not asked again. */
struct cands {
	u32 n;
	struct cand {
		const struct btf *btf;
		u32 id;
	} v[];
};

struct core {
	const struct btf *local, *kernel;
	const struct btf *(*module)(void *arg, u32 i);
	void *arg;
	struct target {
		const struct btf *btf;
		struct btf_index *index[BTF_KINDS]; /* NULL until asked */
	} * target; /* the kernel, then modules, as far as they were asked */
	u32 targets;
	bool all;             /* there are no more modules */
	struct cands **cands; /* by local type; NULL until asked */
	struct core_job job;
	u32 left; /* work that may still be done */
	struct known {
		bool known;
		u32 type, kind, way; /* as a relocation has them */
		struct core_result is;
	} known[KNOWN]; /* the last of each slot */
};

/* ---- life ---- */

struct ob_err *core_create(const struct btf *local, const struct btf *kernel,
			   const struct btf *(*module)(void *arg, u32 i), void *arg,
			   struct core **ret)
{
	struct core *c = calloc(1, sizeof(*c));

	if (!c)
		return err_nomem();
	*c = (struct core){.local = local,
			   .kernel = kernel,
			   .module = module,
			   .arg = arg,
			   .all = !module,
			   .left = CORE_ALL,
			   .cands = calloc(local->n, sizeof(struct cands *))};
	if (c->cands) {
		*ret = c;
		return NULL;
	}
	core_destroy(c);
	return err_nomem();
}

void core_destroy(struct core *c)
{
	if (!c)
		return;
	for (u32 i = 0; i < c->targets * BTF_KINDS; i++)
		btf_index_destroy(c->target[i / BTF_KINDS].index[i % BTF_KINDS]);
	for (u32 i = 0; c->cands && i < c->local->n; i++)
		free(c->cands[i]);
	free(c->target);
	free(c->cands);
	free(c);
}

/* ---- candidates ---- */

static bool add_target(struct core *c, const struct btf *b)
{
	struct target *more = realloc(c->target, (c->targets + 1) * sizeof(*more));

	if (!more)
		return false;
	c->target = more;
	more[c->targets++] = (struct target){.btf = b};
	return true;
}

static bool add_modules(struct core *c)
{
	const struct btf *b;

	while (!c->all && (b = c->module(c->arg, c->targets - 1)))
		if (!add_target(c, b))
			return false;
	c->all = true;
	return true;
}

/* It is full at each power of two. */
static bool add_cand(struct cands **to, struct cand one)
{
	u32 n = (*to)->n;

	if (!(n & (n - 1))) {
		struct cands *more = realloc(*to, sizeof(*more) + MAX(n * 2, 1u) * sizeof(one));

		if (!more)
			return false;
		*to = more;
	}
	(*to)->v[(*to)->n++] = one;
	return true;
}

static const struct btf_index *index_of(struct target *t, u32 kind)
{
	if (!t->index[kind])
		t->index[kind] = btf_index_create(t->btf, kind);
	return t->index[kind];
}

/* Adds those of targets [from, end). */
static bool look_in(struct core *c, u32 from, u32 end, u32 local, struct cands **to)
{
	const struct btf_type *t = btf_type(c->local, local);
	const char *name = btf_name(c->local, t->name_off);
	size_t n = btf_essential(name);

	for (u32 i = from; i < end; i++) {
		const struct btf_index *x = index_of(&c->target[i], btf_kind_of(t));

		if (!x)
			return false;
		for (u32 at = 0, id; (id = btf_index_next(x, name, n, &at));)
			if (!add_cand(to, (struct cand){c->target[i].btf, id}))
				return false;
	}
	return true;
}

/* Modules are asked when the kernel has none of that name. */
static bool look(struct core *c, u32 local, struct cands **to)
{
	if (!c->targets && !add_target(c, c->kernel))
		return false;
	if (!look_in(c, 0, 1, local, to))
		return false;
	return (*to)->n || (add_modules(c) && look_in(c, 1, c->targets, local, to));
}

static struct cands *cands_of(struct core *c, u32 local)
{
	struct cands **cands = &c->cands[local], *made;

	if (*cands)
		return *cands;
	made = calloc(1, sizeof(*made));
	if (made && look(c, local, &made))
		return *cands = made;
	free(made);
	return NULL;
}

/* ---- one relocation ---- */

/* "TEXT: <byte_off> [7] struct sk_buff.hash (0:3 @ offset 12)" */
static struct ob_err *wrong(enum ob_code code, const char *why, const struct core_spec *s)
{
	struct buf what = {0};
	struct ob_err *err;

	core_put_spec(&what, s);
	err = what.oom ? err_nomem() : err_new(code, "CO-RE relocation %s: %s", what.p, why);
	buf_deinit(&what);
	return err;
}

static struct ob_err *note(struct ob_err *err, const char *text, const struct core_spec *s)
{
	struct buf what = {0};

	core_put_spec(&what, s);
	err = what.oom ? err : err_note(err, "%s %s", text, what.p);
	buf_deinit(&what);
	return err;
}

static struct ob_err *ambiguous(const struct core_spec *local, const struct core_spec *a,
				const struct core_spec *b)
{
	struct ob_err *err = wrong(OB_REFUSED, "the target has types that differ in it", local);

	return note(note(err, "there is", a), "and", b);
}

/* In all candidates that have it: the value is the same, or there is none at all. */
static struct ob_err *resolve(struct core *c, const struct core_spec *local,
			      struct core_result *ret)
{
	struct cands *cands = cands_of(c, local->root);
	struct core_spec first, s;
	struct core_result r;
	const char *why;
	u32 found = 0;

	if (!cands)
		return err_nomem();
	for (u32 i = 0; i < cands->n; i++) {
		int ok = core_match(&c->job, local, cands->v[i].btf, cands->v[i].id, &s);

		if (ok == CORE_WRONG)
			return note(wrong(OB_UNSUPPORTED, c->job.why, local), "in the target:", &s);
		if (ok == CORE_NO)
			continue;
		why = core_value(local, &s, &r);
		if (why)
			return note(wrong(OB_UNSUPPORTED, why, local), "in the target:", &s);
		if (found && (s.bits != first.bits || r.poison != ret->poison || r.is != ret->is))
			return ambiguous(local, &first, &s);
		if (!found) {
			first = s;
			*ret = r;
		}
		cands->v[found++] = cands->v[i];
	}
	if (found) {
		cands->n = found;
		return NULL;
	}
	why = core_value(local, NULL, ret);
	return why ? wrong(OB_UNSUPPORTED, why, local) : NULL;
}

static struct ob_err *find(struct core *c, const struct bpf_core_relo *r, struct core_spec *local,
			   struct core_result *ret)
{
	const char *why = core_parse(c->local, r, local);

	if (why) {
		struct buf what = {0};

		core_put(&what, c->local, r);
		struct ob_err *err =
			err_new(OB_FORMAT, "CO-RE relocation %s: %s", what.p ? what.p : "", why);
		buf_deinit(&what);
		return err;
	}
	if (r->kind == BPF_CORE_TYPE_ID_LOCAL) {
		*ret = (struct core_result){.was = r->type_id, .is = r->type_id};
		return NULL;
	}
	if (!*btf_name(c->local, btf_type(c->local, r->type_id)->name_off))
		return wrong(OB_UNSUPPORTED, "a type without a name cannot be looked for", local);
	if (!c->kernel)
		return err_hint(
			wrong(OB_UNSUPPORTED, "there are no types of a kernel to look in", local),
			"a kernel has them in /sys/kernel/btf/vmlinux; a file will do");
	return resolve(c, local, ret);
}

/* The same was mostly asked for before. What has been found stays so: candidates only
 * become those that had it. */
static struct ob_err *find_once(struct core *c, const struct bpf_core_relo *r,
				struct core_result *ret)
{
	u64 way = (u64)r->type_id << 32 | r->access_str_off;
	struct known *k = &c->known[hash_u64(way + r->kind) % KNOWN];
	struct core_spec local;
	struct ob_err *err = NULL;

	if (!k->known || k->type != r->type_id || k->kind != r->kind || k->way != r->access_str_off)
		err = find(c, r, &local, &k->is);
	k->known = !err;
	k->type = r->type_id;
	k->kind = r->kind;
	k->way = r->access_str_off;
	*ret = k->is;
	return err;
}

/* ---- the instructions ---- */

static bool add_miss(struct core_code *code, u32 pc, const struct btf *b,
		     const struct bpf_core_relo *r)
{
	struct buf what = {0};

	if (code->misses == code->cap) {
		u32 cap = MAX(code->cap * 2, 8u);
		struct core_miss *more = arena_array(code->arena, struct core_miss, cap);

		if (!more)
			return false;
		if (code->misses)
			memcpy(more, code->miss, code->misses * sizeof(*more));
		code->miss = more;
		code->cap = cap;
	}
	core_put(&what, b, r);
	char *text = what.oom ? NULL : arena_strndup(code->arena, what.p, what.n);
	buf_deinit(&what);
	if (text)
		code->miss[code->misses++] = (struct core_miss){pc, text};
	return text;
}

static struct ob_err *apply(struct core *c, struct core_code *code, u32 pc,
			    const struct bpf_core_relo *r)
{
	struct core_result result;
	struct core_spec local;
	u32 may = MIN(c->left, (u32)CORE_WORK);
	bool poisoned;
	struct ob_err *err;

	c->job = (struct core_job){.left = may};
	err = find_once(c, r, &result);
	c->left -= may - c->job.left;
	if (err)
		return err_at_insn(err_note(err, "in %s", code->name), pc);
	const char *why = core_patch(code->insn, code->n, pc, &result, &poisoned);
	if (why) {
		core_parse(c->local, r, &local);
		return err_at_insn(err_note(wrong(OB_REFUSED, why, &local), "in %s", code->name),
				   pc);
	}
	return poisoned && !add_miss(code, pc, c->local, r) ? err_nomem() : NULL;
}

struct ob_err *core_apply(struct core *c, struct core_code *code, const struct bpf_core_relo *relo,
			  u32 relos)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < relos && !err; i++) {
		u32 slot = relo[i].insn_off / 8;

		if (slot >= code->first && slot - code->first < code->n)
			err = apply(c, code, slot - code->first, &relo[i]);
	}
	return err;
}

struct ob_err *core_adjust(struct core *c, struct ob_ebpf *insn, u32 n,
			   const struct bpf_core_relo *relo)
{
	struct arena a;
	struct core_code code = {.name = "the program", .insn = insn, .n = n, .arena = &a};

	arena_init(&a);
	struct ob_err *err = core_apply(c, &code, relo, 1);
	arena_deinit(&a);
	return err;
}
