/* SPDX-License-Identifier: BSD-2-Clause */
/* Random filters on random packets: the expression tree, the plain code, the
 * optimised code and both as extended code must give one verdict, in both
 * dialects of the machine. */
#include "check/check.h"
#include "filter/filter.h"
#include "filter/priv.h"
#include "filter_gen.h"
#include "kern/kern.h"
#include "vm/vm.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { PACKETS = 64 };

struct engine {
	struct prog *prog;
	struct vm_classic *vm[2];
	struct vm_ebpf *extended[2];
	struct kern_filter *fastest[2];
};

static void engine_extend(struct engine *e, int dialect)
{
	static const struct env none;
	struct prog *ext;

	if (prog_extend(e->prog, dialect ? CBPF_FOR_LIBPCAP : CBPF_FOR_LINUX, &ext) ||
	    vm_ebpf_create(ext, &none, 0, &e->extended[dialect]) ||
	    kern_filter_create(e->prog, dialect ? VM_LIBPCAP : VM_LINUX, 0, &e->fastest[dialect]))
		abort();
	prog_destroy(ext);
}

static void engine_open(struct engine *e, const struct buf *text, struct filter_opts *o, bool plain)
{
	*e = (struct engine){0};
	o->no_optimise = plain;
	struct ob_err *err = filter_compile(text->p, text->n, o, &e->prog);
	if (err && ob_err_code(err) != OB_NEVER && plain)
		e->prog = NULL;
	ob_err_destroy(err);
	if (!e->prog)
		return;
	if (e->prog->n <= CBPF_MAXINSNS) {
		err = check_classic(e->prog->classic, e->prog->n, CHECK_LINUX);
		if (err) {
			ob_err_print(err, stderr);
			fprintf(stderr, "filter: %s\n", text->p);
			abort();
		}
	}
	for (int i = 0; i < 2; i++) {
		err = vm_classic_create(e->prog, i ? VM_LIBPCAP : VM_LINUX, &e->vm[i]);
		if (err)
			abort();
		engine_extend(e, i);
	}
}

static void engine_close(struct engine *e)
{
	for (int i = 0; i < 2; i++) {
		vm_classic_destroy(e->vm[i]);
		vm_ebpf_destroy(e->extended[i]);
		kern_filter_destroy(e->fastest[i]);
	}
	prog_destroy(e->prog);
}

/* All that is returned, by extended code too: or it aborts. */
static bool run(struct engine *e, int dialect, const struct vm_pkt *pkt)
{
	static const struct ob_meta none;
	struct run r = {0};

	if (!e->prog)
		return false;
	u32 ret = vm_classic_run(e->vm[dialect], pkt);
	u64 extended = vm_ebpf_run(e->extended[dialect], (u64)(uintptr_t)pkt->data, pkt->caplen,
				   pkt->len, dialect ? 0 : (u64)(uintptr_t)&none, 0, &r);
	u32 fastest = kern_filter_run(e->fastest[dialect], pkt->data, pkt->caplen, pkt->len, NULL);
	if (ret != extended || ret != fastest) {
		fprintf(stderr, "filter: %s\nclassic %#x, extended %#llx, fastest %#x\n",
			e->prog->source, ret, (unsigned long long)extended, fastest);
		abort();
	}
	return ret != 0;
}

static void differ(const struct buf *text, u32 link, int dialect, const u8 *p, u32 n,
		   const bool v[3])
{
	fprintf(stderr,
		"filter: %s\nlink type %u, dialect %d: tree %d plain %d optimised %d\npacket: ",
		text->p, link, dialect, v[0], v[1], v[2]);
	for (u32 i = 0; i < n; i++)
		fprintf(stderr, "%02x", p[i]);
	fprintf(stderr, "\n");
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const u32 links[] = {1,   1,   1,   1,   1,   1, 1,   1,  101,
				    113, 276, 105, 127, 192, 9, 104, 10, 6};
	struct dice d;
	struct buf text = {0};
	struct engine plain, best;
	struct filter f;

	dice_seed(&d, data, n);
	struct filter_opts o = {.linktype = PICK(&d, links)};
	gen_filter(&d, &text, roll(&d, 4));
	engine_open(&plain, &text, &o, true);
	engine_open(&best, &text, &o, false);
	if (!plain.prog)
		goto out;
	o.no_optimise = false;
	filter_begin(&f, text.p, text.n, &o);
	if (setjmp(f.fail))
		abort(); /* it compiled before */
	struct pred *tree = filter_meaning(&f);
	for (u32 i = 0; i < PACKETS; i++) {
		u8 p[512];
		u32 len = gen_packet(&d, p);

		for (int dialect = 0; dialect < 2; dialect++) {
			struct vm_pkt pkt = {.data = p, .caplen = len, .len = len};
			struct packet raw = {.data = {p, len}, .wirelen = len, .libpcap = dialect};
			bool v[3] = {pred_eval(tree, &raw), run(&plain, dialect, &pkt),
				     run(&best, dialect, &pkt)};

			if (v[0] != v[1] || v[0] != v[2])
				differ(&text, o.linktype, dialect, p, len, v);
		}
	}
	ob_err_destroy(filter_end(&f));
out:
	engine_close(&plain);
	engine_close(&best);
	buf_deinit(&text);
	return 0;
}
