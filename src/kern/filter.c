/* SPDX-License-Identifier: BSD-2-Clause */
/* Packet filters on the fastest engine: classic programs as machine code, by way
 * of extended code; where there is no JIT, the classic interpreter, which is about
 * three times as fast as the extended one. */
#include "jit/jit.h"
#include "kern/priv.h"
#include "vm/vm.h"

#include <stdlib.h>

struct filter {
	struct kern_filter f; /* what callers see */
	env_fn *entry;        /* NULL: classic runs it */
	struct vm_classic *classic;
	struct jit *jit;
	struct env env;
};

static struct filter *whole(const struct kern_filter *f) { return (struct filter *)(uintptr_t)f; }

static env_fn *find_helper(void *arg, u32 id)
{
	(void)arg;
	return vm_classic_helper(id);
}

static bool calls(const struct prog *p)
{
	for (u32 i = 0; i < p->n; i++)
		if (p->ext[i].op == EB_CALL)
			return true;
	return false;
}

/* Trusted: the checker has passed the program, and the translation is ours. */
static struct ob_err *compile(struct filter *f, const struct prog *p, enum vm_dialect d)
{
	struct prog *ext;
	struct ob_err *err =
		prog_extend(p, d == VM_LINUX ? CBPF_FOR_LINUX : CBPF_FOR_LIBPCAP, &ext);

	if (err)
		return err;
	f->env.helper = find_helper;
	err = jit_create(ext, &f->env, 0, &f->jit);
	if (!err) {
		f->entry = jit_entry(f->jit);
		f->f.direct = calls(ext) ? NULL : f->entry;
	}
	prog_destroy(ext);
	return err;
}

struct ob_err *kern_filter_create(const struct prog *p, enum vm_dialect d, unsigned flags,
				  struct kern_filter **ret)
{
	static const struct ob_meta none;
	struct filter *f = calloc(1, sizeof(*f));
	struct ob_err *err = NULL;

	if (!f)
		return err_nomem();
	f->f.unknown = d == VM_LINUX ? &none : NULL;
	if (jit_here() && !(flags & KERN_FILTER_INTERP))
		err = compile(f, p, d);
	if (!f->entry) { /* memory that may hold code can be forbidden */
		ob_err_destroy(err);
		err = vm_classic_create(p, d, &f->classic);
	}
	if (err)
		kern_filter_destroy(&f->f);
	else
		*ret = &f->f;
	return err;
}

void kern_filter_destroy(struct kern_filter *public)
{
	struct filter *f = whole(public);

	if (!f)
		return;
	vm_classic_destroy(f->classic);
	jit_destroy(f->jit);
	free(f);
}

bool kern_filter_is_jit(const struct kern_filter *f) { return whole(f)->entry; }

/* Apart: a struct run costs more to clear than most filters to run. */
static __attribute__((noinline)) u32 run_calling(const struct filter *f, const struct vm_pkt *pkt,
						 const struct ob_meta *meta)
{
	struct run r = {.env = &f->env};

	return (u32)f->entry((u64)(uintptr_t)pkt->data, pkt->caplen, pkt->len, (u64)(uintptr_t)meta,
			     0, &r);
}

u32 kern_filter_run_any(const struct kern_filter *public, const struct vm_pkt *pkt)
{
	const struct filter *f = whole(public);

	if (!f->entry)
		return vm_classic_run(f->classic, pkt);
	return run_calling(f, pkt, pkt->anc ? pkt->anc : public->unknown);
}

/* ---- for the library's users ---- */

struct ob_err *ob_filter_create(const struct ob_prog *prog, enum ob_dialect dialect,
				struct ob_filter **ret)
{
	struct kern_filter *f;
	struct ob_err *err = prog_may_run(prog_private(prog), dialect);

	if (!err)
		err = kern_filter_create(prog_private(prog), (enum vm_dialect)dialect, 0, &f);
	if (!err)
		*ret = (struct ob_filter *)f;
	return err;
}

void ob_filter_destroy(struct ob_filter *f) { kern_filter_destroy((struct kern_filter *)f); }

bool ob_filter_is_compiled(const struct ob_filter *f)
{
	return kern_filter_is_jit((const struct kern_filter *)f);
}

uint32_t ob_filter_run(const struct ob_filter *f, const void *data, uint32_t caplen, uint32_t len)
{
	return kern_filter_run((const struct kern_filter *)f, data, caplen, len, NULL);
}

uint32_t ob_filter_run_meta(const struct ob_filter *f, const void *data, uint32_t caplen,
			    uint32_t len, const struct ob_meta *meta)
{
	return kern_filter_run((const struct kern_filter *)f, data, caplen, len, meta);
}
