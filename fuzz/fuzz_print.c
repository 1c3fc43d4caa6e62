/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold of any packet that is printed: nothing beyond it is read, a
 * line comes out and ends, the dumps are as long as the packet, and the same
 * packet gives the same line again under -S. */
#include "linktypes.h"
#include "print/print.h"

#include <stdlib.h>

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static void print(struct print_state *s, const struct pkt *p, struct buf *to)
{
	size_t from = to->n;

	print_packet(s, p, to);
	must(!to->oom && to->n > from && to->p[to->n - 1] == '\n', "a line that ends");
	must(to->p[to->n] == 0, "a text that ends");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

/* Bytes 0 to 5 choose the link type, the options and how much was captured. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	if (n < 6)
		return 0;
	struct print_opts opts = {
		.verbose = data[1] & 3,
		.quick = data[1] >> 2 & 1,
		.time = data[1] >> 3 & 7,
		.link = data[1] >> 6 & 1,
		.number = data[1] >> 7,
		.hex = data[2] & 1 ? 2 : 0,
		.hex_ascii = data[2] >> 1 & 1,
		.ascii = data[2] >> 2 & 1,
		.numeric = true,
		.absolute = data[2] >> 3 & 1,
		.unchecked = data[2] >> 4 & 1,
		.nano = data[2] >> 5 & 1,
	};
	u32 cap = (u32)n - 6, more = data[3] & 1 ? (u32)(data[4] << 8 | data[5]) : 0;
	u8 *copy = malloc(cap ? cap : 1);
	struct print_state *s = print_create(&opts);
	struct buf out = {0};

	must(copy && s, "memory");
	memcpy(copy, data + 6, cap);
	struct pkt p = {.data = copy,
			.caplen = cap,
			.len = cap + more,
			.ns = (u64)data[4] << 55 | (u64)data[5] << 30,
			.linktype = linktypes[data[0] % LEN(linktypes)]};
	print(s, &p, &out);
	size_t first = out.n;
	print(s, &p, &out);
	if (opts.absolute && !opts.number)
		must(out.n == 2 * first && !memcmp(out.p, out.p + first, first), "the same again");
	print_destroy(s);
	buf_deinit(&out);
	free(copy);
	return 0;
}
