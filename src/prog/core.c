/* SPDX-License-Identifier: BSD-2-Clause */
/* CO-RE: each relocation's type is looked for in the target by its essential name; all
 * types that have what is asked for must agree on the number. */
#include "prog/core_priv.h"

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
		struct btf_index *index;
	} * target; /* the kernel, then modules, as far as they were asked */
	u32 targets;
	bool all;             /* there are no more modules */
	struct cands **cands; /* by local type; NULL until asked */
	struct core_job job;
	u32 left; /* work that may still be done */
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
	for (u32 i = 0; i < c->targets; i++)
		btf_index_destroy(c->target[i].index);
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
	more[c->targets] = (struct target){b, btf_index_create(b, true)};
	return more[c->targets++].index;
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

/* In targets [from, to); v NULL: counts only. */
static u32 look_in(const struct core *c, u32 from, u32 to, u32 local, struct cand *v)
{
	const struct btf_type *t = btf_type(c->local, local);
	const char *name = btf_name(c->local, t->name_off);
	size_t n = btf_essential(name);
	u32 found = 0;

	for (u32 i = from; i < to; i++) {
		const struct target *in = &c->target[i];

		for (u32 id = 0; (id = btf_index_next(in->index, name, n, id));) {
			if (!core_like_kinds(btf_type(in->btf, id), t))
				continue;
			if (v)
				v[found] = (struct cand){in->btf, id};
			found++;
		}
	}
	return found;
}

/* Modules are asked when the kernel has none of that name. */
static struct cands *cands_of(struct core *c, u32 local)
{
	struct cands **cands = &c->cands[local];
	u32 from = 0, to = 1, n;

	if (*cands)
		return *cands;
	if (!c->targets && !add_target(c, c->kernel))
		return NULL;
	n = look_in(c, 0, 1, local, NULL);
	if (!n) {
		if (!add_modules(c))
			return NULL;
		from = 1;
		to = c->targets;
		n = look_in(c, from, to, local, NULL);
	}
	*cands = calloc(1, sizeof(**cands) + n * sizeof(struct cand));
	if (*cands)
		(*cands)->n = look_in(c, from, to, local, (*cands)->v);
	return *cands;
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

/* ---- the instructions ---- */

static bool add_miss(struct core_code *code, u32 pc, const struct core_spec *s)
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
	core_put_spec(&what, s);
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
	err = find(c, r, &local, &result);
	c->left -= may - c->job.left;
	if (err)
		return err_at_insn(err_note(err, "in %s", code->name), pc);
	const char *why = core_patch(code->insn, code->n, pc, &result, &poisoned);
	if (why)
		return err_at_insn(err_note(wrong(OB_REFUSED, why, &local), "in %s", code->name),
				   pc);
	return poisoned && !add_miss(code, pc, &local) ? err_nomem() : NULL;
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
