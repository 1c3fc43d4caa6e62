/* SPDX-License-Identifier: BSD-2-Clause */
/* What a user of the library does with a classic program, by onebpf.h alone. */
#include <stdlib.h>
#include <string.h>

#include "onebpf.h"

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

static struct ob_prog *assemble(const char *text)
{
	struct ob_prog *p;

	return ob_prog_assemble("text", text, strlen(text), &p) ? NULL : p;
}

/* The code of the error, which is destroyed; 0 for none. */
static int code(struct ob_err *err)
{
	int ret = err ? (int)ob_err_code(err) : 0;

	ob_err_destroy(err);
	return ret;
}

static void assembling(void)
{
	struct ob_prog *p;
	struct ob_err *err = ob_prog_assemble("mine", "ld #len\nrit a\n", 14, &p);

	check("an error has its place", err && ob_err_code(err) == OB_SYNTAX &&
						ob_err_line(err) == 2 && ob_err_column(err) == 1);
	ob_err_destroy(err);
}

static void listing(void)
{
	struct ob_prog *p = assemble("ldh [12]\nret a\n");
	uint32_t n;
	char text[200] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	check("code is given back", ob_prog_code(p, &n)[1].code == 0x16 && n == 2);
	check("a listing is written", !ob_prog_list(p, OB_LIST_DECIMAL, f));
	fclose(f);
	check("the listing is tcpdump's", !strcmp(text, "2\n40 0 0 12\n22 0 0 0\n"));
	f = fopen("/dev/full", "w");
	setvbuf(f, NULL, _IONBF, 0);
	check("a full disk is an error", code(ob_prog_list(p, OB_LIST_TEXT, f)) == OB_IO);
	fclose(f);
	ob_prog_destroy(p);
}

static void running(void)
{
	static const uint8_t packet[] = {1, 2, 3, 4};
	struct ob_meta meta = {.has_dev = true, .ifindex = 7};
	struct ob_prog *p = assemble("ldb [1]\ntax\nld #ifidx\nadd x\nret a\n");
	struct ob_classic *c;
	uint64_t count = 0;

	check("unchecked programs do not run",
	      code(ob_classic_create(p, OB_DIALECT_LINUX, &c)) == OB_REFUSED);
	check("the checker passes it", !ob_prog_check(p, OB_RULES_LINUX));
	check("checked programs run", !ob_classic_create(p, OB_DIALECT_LINUX, &c));
	ob_prog_destroy(p);
	check("without a device", ob_classic_run(c, packet, 4, 4) == 2);
	check("with a device", ob_classic_run_meta(c, packet, 4, 4, &meta, &count) == 9);
	check("instructions are counted", count == 5);
	check("a short packet is dropped", ob_classic_run(c, NULL, 0, 0) == 0);
	ob_classic_destroy(c);
}

static void rules(void)
{
	struct ob_prog *p = assemble("ld M[1]\nret a\n");
	struct ob_classic *c;

	check("Linux's rules refuse", code(ob_prog_check(p, OB_RULES_LINUX)) == OB_REFUSED);
	check("libpcap's rules do not", !ob_prog_check(p, OB_RULES_LIBPCAP));
	check("rules of libpcap are not enough for Linux",
	      code(ob_classic_create(p, OB_DIALECT_LINUX, &c)) == OB_REFUSED);
	check("they are for libpcap", !ob_classic_create(p, OB_DIALECT_LIBPCAP, &c));
	check("cells begin as 0", ob_classic_run(c, NULL, 0, 0) == 0);
	ob_classic_destroy(c);
	ob_prog_destroy(p);
	ob_prog_destroy(NULL);
	ob_classic_destroy(NULL);
}

int main(void)
{
	assembling();
	listing();
	running();
	rules();
	return failed;
}
