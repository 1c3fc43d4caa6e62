/* SPDX-License-Identifier: BSD-2-Clause */
/* Random filters for CSPF: as far as they can be expressed, the tree and the
 * short circuit must give the verdict of the meaning, on every packet that is
 * long enough and whose IPv4 headers, where the filter looks for the end of
 * one, have no options. */
#include "check/check.h"
#include "filter/cspf.h"
#include "filter_gen.h"
#include "vm/vm.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { PACKETS = 64 };

static const struct filter_opts *opts_of(struct dice *d)
{
	static const struct filter_opts ethernet = {.linktype = 1}, raw = {.linktype = 101},
					sll = {.linktype = 113};

	return !roll(d, 4) ? &raw : !roll(d, 4) ? &sll : &ethernet;
}

static void fault(const struct buf *text, const char *what)
{
	fprintf(stderr, "filter: %s\n%s\n", text->p, what);
	abort();
}

static struct vm_cspf *compile(const struct buf *text, const struct filter_opts *o,
			       enum filter_cspf coding, u32 *need)
{
	struct vm_cspf *c = NULL;
	struct cspf code;
	struct ob_err *err = filter_cspf(text->p, text->n, o, true, coding, &code, need);

	if (!err) {
		if (check_cspf(code.word, code.n))
			fault(text, "the checker refuses what was compiled");
		if (vm_cspf_create(code.word, code.n, &c))
			fault(text, "no memory");
	}
	ob_err_destroy(err);
	return c;
}

static bool has_options(const struct filter *f, struct packet *pkt)
{
	for (u32 i = 0; i < f->vals.n; i++) {
		const struct val *v = f->vals.v[i];

		if (v->op == V_LOAD && v->a && val_eval(v->a, pkt) != 20)
			return true;
	}
	return false;
}

static void run_on_packet(const struct buf *text, struct filter *f, const struct pred *meaning,
			  struct vm_cspf *const c[2], u8 *p, u32 n)
{
	struct packet pkt = {.data = {p, n}, .wirelen = n};

	if (has_options(f, &pkt))
		return;
	bool want = pred_eval(meaning, &pkt);
	for (u32 k = 0; k < 2; k++)
		if (c[k] && vm_cspf_run(c[k], p, n) != want) {
			for (u32 i = 0; i < n; i++)
				fprintf(stderr, "%02x", p[i]);
			fprintf(stderr, "\nwanted %d\n", want);
			fault(text, k ? "the short circuit differs" : "the tree differs");
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf text = {0};
	struct filter f;
	struct dice d;
	u32 need[2] = {0};

	dice_seed(&d, data, n);
	gen_filter(&d, &text, roll(&d, 4));
	const struct filter_opts *o = opts_of(&d);
	struct vm_cspf *c[2] = {compile(&text, o, FILTER_CSPF_TREE, &need[0]),
				compile(&text, o, FILTER_CSPF_SHORT, &need[1])};
	if (c[0] || c[1]) {
		filter_begin(&f, text.p, text.n, o);
		if (setjmp(f.fail))
			abort(); /* it compiled before */
		const struct pred *meaning = filter_meaning(&f);
		for (u32 i = 0; i < PACKETS; i++) {
			u8 p[512];
			u32 len = gen_packet(&d, p);

			if (len >= MAX(need[0], need[1]))
				run_on_packet(&text, &f, meaning, c, p, len);
		}
		ob_err_destroy(filter_end(&f));
	}
	vm_cspf_destroy(c[0]);
	vm_cspf_destroy(c[1]);
	buf_deinit(&text);
	return 0;
}
