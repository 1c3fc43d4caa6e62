/* SPDX-License-Identifier: BSD-2-Clause */
/* The printer against tcpdump 4.99.3: the packets of fuzz/seed/fuzz_print, cut
 * at every length, under many options. */
#include "../../fuzz/linktypes.h"
#include "print/print.h"

#include <glob.h>
#include <net/if.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = 6, SEED_MAX = 2048, TEXT_MAX = 32 << 20 };

static const struct {
	const char *letters;
	struct print_opts opts;
} variants[] = {
	{"", {0}},
	{"-v", {.verbose = 1}},
	{"-vv", {.verbose = 2}},
	{"-vvv", {.verbose = 3}},
	{"-e", {.link = true}},
	{"-q", {.quick = 1}},
	{"-qe", {.quick = 1, .link = true}},
	{"-S", {.absolute = true}},
	{"-vvK", {.verbose = 2, .unchecked = true}},
	{"-t", {.time = 1}},
	{"-tt", {.time = 2}},
	{"-ttt", {.time = 3}},
	{"-tttt", {.time = 4}},
	{"-ttttt", {.time = 5}},
	{"-x", {.hex = 1}},
	{"-xx", {.hex = 2}},
	{"-X", {.hex_ascii = 1}},
	{"-XX", {.hex_ascii = 2}},
	{"-A", {.ascii = 1}},
	{"-AA", {.ascii = 2}},
	{"-#evX", {.number = true, .link = true, .verbose = 1, .hex_ascii = 1}},
};

struct seed {
	u32 linktype, n;
	u8 data[SEED_MAX];
};

static char path[] = "/tmp/onebpf-print-XXXXXX";
static int failures;

static bool read_seed(const char *name, struct seed *ret)
{
	u8 head[HEAD];
	FILE *f = fopen(name, "rb");

	if (!f)
		return false;
	bool ok = fread(head, 1, HEAD, f) == HEAD;
	ret->linktype = linktypes[head[0] % LEN(linktypes)];
	ret->n = (u32)fread(ret->data, 1, SEED_MAX, f);
	fclose(f);
	return ok && ret->n;
}

/* Each packet whole, then cut, its time a little later each time. */
static struct pkt cut(const struct seed *s, u32 n)
{
	return (struct pkt){.data = s->data,
			    .caplen = n,
			    .len = s->n,
			    .ns = 1700000000000000000 + n * 1234567000ull,
			    .linktype = s->linktype};
}

static bool write_capture(const struct seed *s)
{
	struct pkt_writer_opts opts = {.linktype = s->linktype};
	struct pkt_writer *w;
	struct ob_err *err = pkt_create(path, &opts, &w);

	for (u32 n = s->n; !err && n; n--) {
		struct pkt p = cut(s, n);

		err = pkt_write(w, &p);
	}
	if (!err)
		err = pkt_finish(w);
	bool ok = !err;
	ob_err_destroy(err);
	return ok;
}

static const char *iface(void *arg, u32 index)
{
	static char name[IF_NAMESIZE];

	(void)arg;
	return if_indextoname(index, name);
}

static void ours(const struct seed *s, struct print_opts opts, struct buf *to)
{
	static const struct print_names names = {.iface = iface};

	opts.numeric = true;
	opts.names = &names;
	struct print_state *state = print_create(&opts);

	for (u32 n = s->n; state && n; n--) {
		struct pkt p = cut(s, n);

		print_packet(state, &p, to);
	}
	print_destroy(state);
}

static void theirs(const char *letters, struct buf *to)
{
	char command[256], part[4096];
	size_t n;

	snprintf(command, sizeof command, "tcpdump -n %s -r %s 2>/dev/null", letters, path);
	FILE *f = popen(command, "r");
	if (!f)
		return;
	while ((n = fread(part, 1, sizeof part, f)) && to->n < TEXT_MAX)
		buf_add(to, part, n);
	pclose(f);
}

/* The first line that differs. */
static void tell(const char *name, const char *letters, const char *a, const char *b)
{
	while (*a && *b) {
		size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");

		if (n != m || memcmp(a, b, n))
			break;
		a += n + !!a[n];
		b += m + !!b[m];
	}
	printf("FAIL print %s: tcpdump %s says '%.*s', we '%.*s'\n", name, letters,
	       (int)strcspn(b, "\n"), b, (int)strcspn(a, "\n"), a);
	failures++;
}

static void compare(const char *name, const struct seed *s)
{
	int before = failures;

	if (!write_capture(s)) {
		printf("FAIL print %s: the capture cannot be written\n", name);
		failures++;
		return;
	}
	for (size_t i = 0; i < LEN(variants) && failures == before; i++) {
		struct buf a = {0}, b = {0};

		ours(s, variants[i].opts, &a);
		theirs(variants[i].letters, &b);
		if (!a.n || a.n != b.n || memcmp(a.p, b.p, a.n))
			tell(name, variants[i].letters, a.p ? a.p : "", b.p ? b.p : "");
		buf_deinit(&a);
		buf_deinit(&b);
	}
	if (failures == before)
		printf("ok print %s, %u lengths, %zu options, as tcpdump\n", name, s->n,
		       LEN(variants));
}

int main(void)
{
	static struct seed seed;
	const char *top = getenv("SRCDIR");
	char pattern[512];
	glob_t found;

	setenv("TZ", "UTC", 1);
	tzset();
	if (system("tcpdump --version 2>&1 | grep -q 'tcpdump version 4\\.99\\.3'")) {
		puts("skip print_tcpdump: tcpdump 4.99.3 is not here");
		return 0;
	}
	snprintf(pattern, sizeof pattern, "%s/fuzz/seed/fuzz_print/*", top ? top : ".");
	int fd = mkstemp(path);
	if (fd < 0 || glob(pattern, 0, NULL, &found)) {
		puts("FAIL print_tcpdump: no packets, or no room for them");
		return 1;
	}
	close(fd);
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (read_seed(found.gl_pathv[i], &seed))
			compare(strrchr(found.gl_pathv[i], '/') + 1, &seed);
	globfree(&found);
	unlink(path);
	return failures > 0;
}
