/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts the packets of a capture that match a filter: the library from text to
 * verdict. `cc count.c $(pkg-config --cflags --libs onebpf)` */
#include <onebpf.h>
#include <string.h>

static struct ob_err *compile(const char *text, uint32_t linktype, struct ob_filter **ret)
{
	struct ob_filter_opts opts = {.linktype = linktype};
	struct ob_prog *prog;
	struct ob_err *err = ob_filter_compile(text, strlen(text), &opts, &prog);

	if (err)
		return err;
	err = ob_prog_check(prog, OB_RULES_LINUX);
	if (!err)
		err = ob_filter_create(prog, OB_DIALECT_LINUX, ret);
	ob_prog_destroy(prog);
	return err;
}

static struct ob_err *count(struct ob_capture *capture, const char *text)
{
	uint32_t linktype = ob_capture_linktype(capture);
	const struct ob_packet *p;
	unsigned long all = 0, matched = 0;
	struct ob_filter *filter;
	struct ob_err *err = compile(text, linktype, &filter);

	if (err)
		return err;
	while (!(err = ob_capture_next(capture, &p)) && p) {
		all++;
		matched += p->linktype == linktype &&
			   ob_filter_run(filter, p->data, p->caplen, p->len) != 0;
	}
	ob_filter_destroy(filter);
	printf("%lu of %lu packets\n", matched, all);
	return err;
}

int main(int argc, char **argv)
{
	struct ob_capture *capture = NULL;
	struct ob_err *err;

	if (argc != 3) {
		fprintf(stderr, "usage: count FILE FILTER\n");
		return 2;
	}
	err = ob_capture_open(argv[1], &capture);
	if (!err)
		err = count(capture, argv[2]);
	ob_capture_close(capture);
	if (err)
		ob_err_print(err, stderr);
	ob_err_destroy(err);
	return err ? 2 : 0;
}
