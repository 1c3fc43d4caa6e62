/* SPDX-License-Identifier: BSD-2-Clause */
/* What a user of the library does with a filter, by onebpf.h alone. */
#include <string.h>

#include "onebpf.h"

static int failed;

static void check(const char *name, bool good)
{
	printf("%s %s%s\n", good ? "ok" : "FAIL", name, good ? "" : ": not as wanted");
	failed |= !good;
}

static bool find_host(void *arg, const char *name, struct ob_addrs *ret)
{
	static const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

	++*(int *)arg;
	return !strcmp(name, "here") && ob_addrs_add4(ret, 0xc0000201) && ob_addrs_add6(ret, six);
}

static uint32_t run(struct ob_prog *p, const void *packet, uint32_t n)
{
	struct ob_classic *c;
	uint32_t ret;

	if (ob_prog_check(p, OB_RULES_LINUX) || ob_classic_create(p, OB_DIALECT_LINUX, &c))
		return 0xdead;
	ret = ob_classic_run(c, packet, n, n);
	ob_classic_destroy(c);
	return ret;
}

static void compiles(void)
{
	uint8_t packet[60] = {[12] = 8, [14] = 0x45, [23] = 6, [37] = 22};
	struct ob_filter_opts opts = {.linktype = 1, .snaplen = 96};
	struct ob_prog *p;

	check("a filter compiles", !ob_filter_compile("tcp dst port 22 and x", 15, &opts, &p));
	check("it accepts what it should", run(p, packet, sizeof(packet)) == 96);
	packet[37] = 23;
	check("it rejects what it should", run(p, packet, sizeof(packet)) == 0);
	check("it has no warning", !ob_prog_note(p, 0, NULL));
	ob_prog_destroy(p);

	check("Ethernet is meant without options", !ob_filter_compile("ip", 2, NULL, &p));
	check("then whole packets are kept", run(p, packet, sizeof(packet)) == 262144);
	ob_prog_destroy(p);
}

static void names(void)
{
	int asked = 0;
	struct ob_names names = {.arg = &asked, .host = find_host};
	struct ob_filter_opts opts = {.linktype = 101, .names = &names};
	uint8_t four[40] = {0x45, [12] = 192, [14] = 2, [15] = 1};
	uint8_t six[40] = {0x60, [24] = 0x20, 0x01, 0x0d, 0xb8, [39] = 1};
	struct ob_prog *p;
	struct ob_err *err;

	check("a name is looked up", !ob_filter_compile("host here", 9, &opts, &p) && asked == 1);
	check("its first address matches", run(p, four, sizeof(four)) != 0);
	check("its second address matches", run(p, six, sizeof(six)) != 0);
	ob_prog_destroy(p);
	err = ob_filter_compile("host there", 10, &opts, &p);
	check("an unknown name has its column",
	      err && ob_err_code(err) == OB_NAME && ob_err_column(err) == 6);
	ob_err_destroy(err);
	err = ob_filter_compile("port ssh", 8, &opts, &p);
	check("a kind with no hook has no names", err && ob_err_code(err) == OB_NAME);
	ob_err_destroy(err);
	err = ob_filter_compile("ip and arp", 10, NULL, &p);
	check("what cannot match says so", err && ob_err_code(err) == OB_NEVER);
	ob_err_destroy(err);
}

int main(void)
{
	compiles();
	names();
	return failed;
}
