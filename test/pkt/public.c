/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures through the library's header alone. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <onebpf.h>

static int failures;

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	printf("FAIL public: %s\n", what);
	failures++;
}

static void refused(struct ob_err *err, enum ob_code code, const char *what)
{
	check(err && ob_err_code(err) == code && *ob_err_reason(err), what);
	ob_err_destroy(err);
}

static void write_file(const char *path, unsigned flags)
{
	struct ob_packet p = {.data = (const uint8_t *)"twelve bytes",
			      .caplen = 12,
			      .len = 99,
			      .ns = 1700000000123456789,
			      .linktype = 101};
	struct ob_capture_writer *w;

	check(!ob_capture_create(path, 101, 10, OB_CAPTURE_NANO | flags, &w), "create");
	check(!ob_capture_write(w, &p), "write");
	check(!ob_capture_flush(w), "flush");
	p.caplen = 5;
	p.ns++;
	check(!ob_capture_write(w, &p), "write again");
	p.linktype = 1;
	refused(ob_capture_write(w, &p), OB_UNSUPPORTED, "another link type");
	check(!ob_capture_finish(w), "finish");
	check(!ob_capture_finish(NULL), "finish nothing");
}

static void read_file(const char *path)
{
	const struct ob_packet *p = NULL;
	struct ob_capture *c;

	check(!ob_capture_open(path, &c), "open");
	check(ob_capture_linktype(c) == 101 && ob_capture_snaplen(c) == 10, "its kind");
	check(!ob_capture_next(c, &p) && p && p->nr == 1, "the first packet");
	check(p && p->caplen == 10 && p->len == 99 && !memcmp(p->data, "twelve byt", 10),
	      "its bytes");
	check(p && p->ns == 1700000000123456789 && p->linktype == 101, "its time");
	check(!ob_capture_next(c, &p) && p && p->nr == 2 && p->caplen == 5, "the second packet");
	check(p && p->ns == 1700000000123456790, "its time");
	check(!ob_capture_next(c, &p) && !p, "the end");
	check(!ob_capture_next(c, &p) && !p, "still the end");
	ob_capture_close(c);
	ob_capture_close(NULL);
}

static void read_cut(const char *path)
{
	const struct ob_packet *p = NULL;
	struct ob_capture *c;

	check(!truncate(path, 24 + 26 + 20), "cut");
	check(!ob_capture_open(path, &c), "open");
	check(!ob_capture_next(c, &p) && p, "the packet before");
	refused(ob_capture_next(c, &p), OB_CUT, "the error");
	check(!ob_capture_next(c, &p) && !p, "then the end");
	ob_capture_close(c);
	check(!truncate(path, 0), "empty it");
	refused(ob_capture_open(path, &c), OB_CUT, "an empty file");
}

int main(void)
{
	char path[] = "/tmp/onebpf-public.XXXXXX";
	struct ob_capture *c;
	uint32_t n;
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	write_file(path, OB_CAPTURE_PCAPNG);
	read_file(path);
	write_file(path, 0);
	read_file(path);
	read_cut(path);
	unlink(path);
	refused(ob_capture_open(path, &c), OB_IO, "no file");
	check(!strcmp(ob_linktype_name(1), "EN10MB") && !ob_linktype_name(9999), "name");
	check(ob_linktype_find("linktype_raw", &n) && n == 101, "find");
	check(!ob_linktype_find("nosuch", &n), "find nothing");
	if (!failures)
		printf("ok public\n");
	return failures > 0;
}
