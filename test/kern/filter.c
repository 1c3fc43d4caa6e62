/* SPDX-License-Identifier: BSD-2-Clause */
/* What a user of the library does with a packet filter on the fastest engine, and
 * with a classic program in extended code, by onebpf.h alone. */
#include <stdlib.h>
#include <string.h>

#include "onebpf.h"

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

/* The code of the error, which is destroyed; 0 for none. */
static int code(struct ob_err *err)
{
	int ret = err ? (int)ob_err_code(err) : 0;

	ob_err_destroy(err);
	return ret;
}

static struct ob_prog *assemble(const char *text)
{
	struct ob_prog *p;

	return ob_prog_assemble("text", text, strlen(text), &p) ? NULL : p;
}

static void fastest(void)
{
	static const uint8_t packet[] = {1, 2, 3, 4};
	struct ob_meta meta = {.has_dev = true, .ifindex = 7};
	struct ob_prog *p = assemble("ldb [1]\ntax\nld #ifidx\nadd x\nret a\n");
	struct ob_filter *f;

	check("unchecked programs do not run",
	      code(ob_filter_create(p, OB_DIALECT_LINUX, &f)) == OB_REFUSED);
	check("the checker passes it", !ob_prog_check(p, OB_RULES_LINUX));
	check("checked programs run", !ob_filter_create(p, OB_DIALECT_LINUX, &f));
	ob_prog_destroy(p);
	check("without a device", ob_filter_run(f, packet, 4, 4) == 2);
	check("with a device", ob_filter_run_meta(f, packet, 4, 4, &meta) == 9);
	check("a short packet is dropped", ob_filter_run(f, NULL, 0, 0) == 0);
#ifdef __x86_64__
	check("it is compiled", ob_filter_is_compiled(f));
#endif
	ob_filter_destroy(f);
	ob_filter_destroy(NULL);
}

/* What is called, and the end of an attribute list. */
static void calling(void)
{
	static const uint8_t packet[] = {4, 0, 1, 0, 6, 0, 9, 0, 5, 5};
	struct ob_prog *p = assemble("ld #0\nldx #9\nld #nla\ntax\nld #rand\nldb [x + 4]\nret a\n");
	struct ob_filter *f;

	check("the checker passes calls", !ob_prog_check(p, OB_RULES_LINUX));
	check("calls are compiled", !ob_filter_create(p, OB_DIALECT_LINUX, &f));
	check("an attribute is found", ob_filter_run(f, packet, 10, 10) == 5);
	check("or it is not", ob_filter_run(f, packet, 7, 7) == 6);
	ob_filter_destroy(f);
	ob_prog_destroy(p);
}

static void dialects(void)
{
	struct ob_prog *p = assemble("ldx #33\nld #1\nlsh x\nret a\n");
	struct ob_filter *f;

	check("the checker passes shifts", !ob_prog_check(p, OB_RULES_LINUX));
	check("Linux's", !ob_filter_create(p, OB_DIALECT_LINUX, &f));
	check("shifts by 1", ob_filter_run(f, NULL, 0, 0) == 2);
	ob_filter_destroy(f);
	check("libpcap's", !ob_filter_create(p, OB_DIALECT_LIBPCAP, &f));
	check("shifts by 33", ob_filter_run(f, NULL, 0, 0) == 0);
	ob_filter_destroy(f);
	ob_prog_destroy(p);
}

static void extending(void)
{
	struct ob_prog *p = assemble("ldb [1]\nret a\n"), *ext, *again;
	struct ob_run_opts opts = {.trusted = true};
	struct ob_run *run;
	uint8_t packet[] = {1, 2};
	uint32_t n;

	check("unchecked programs are not extended",
	      code(ob_prog_extend(p, OB_FOR_LIBPCAP, &ext)) == OB_REFUSED);
	check("the rules are libpcap's", !ob_prog_check(p, OB_RULES_LIBPCAP));
	check("which are not enough for Linux",
	      code(ob_prog_extend(p, OB_FOR_SOCKET, &ext)) == OB_REFUSED);
	check("they are for libpcap", !ob_prog_extend(p, OB_FOR_LIBPCAP, &ext));
	check("it is extended code", ob_prog_ebpf(ext, &n) && n == 5 && !ob_prog_code(ext, &n));
	check("which is not extended again",
	      code(ob_prog_extend(ext, OB_FOR_LIBPCAP, &again)) == OB_UNSUPPORTED);
	check("it runs as any other", !ob_run_create(ext, &opts, &run));
	check("and returns the same", ob_run_fast(run, packet, 2) == 2);
	check("of a short packet, too", ob_run_fast(run, packet, 1) == 0);
	ob_run_destroy(run);
	ob_prog_destroy(ext);
	ob_prog_destroy(p);
}

static void socket_filter(void)
{
	static const char *const without[] = {"#hatype", "#nla", "#nlan", "#poff"};
	struct ob_prog *ext;
	char text[64];

	for (size_t i = 0; i < sizeof(without) / sizeof(*without); i++) {
		snprintf(text, sizeof(text), "ld %s\nret a\n", without[i]);
		struct ob_prog *p = assemble(text);
		ob_err_destroy(ob_prog_check(p, OB_RULES_LINUX));
		struct ob_err *err = ob_prog_extend(p, OB_FOR_SOCKET, &ext);
		check(without[i], err && strstr(ob_err_reason(err), without[i] + 1) &&
					  code(err) == OB_UNSUPPORTED);
		ob_prog_destroy(p);
	}
}

int main(void)
{
	fastest();
	calling();
	dialects();
	extending();
	socket_filter();
	return failed;
}
