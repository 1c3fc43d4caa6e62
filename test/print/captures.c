/* SPDX-License-Identifier: BSD-2-Clause */
/* The captures of a directory beside tcpdump, packet by packet, and packets of
 * them with bytes and lengths changed.
 *
 * CAPTURES=DIR or FILE: which; MUTATE=N: N changed packets for each one, by
 * SEED; SWEEP=N: each byte of each file's first N packets takes all values;
 * SHOW=N: so many differing packets of each file are shown. */
#include "print/print.h"

#include <glob.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PACKETS_MAX = 20000, TEXT_MAX = 512 << 20, PERCENT_LEAST = 97, SWEEP_BYTES = 512 };

static const struct {
	const char *letters;
	struct print_opts opts;
} variants[] = {
	{"-n", {0}},
	{"-nv", {.verbose = 1}},
	{"-ne", {.link = true}},
	{"-nvv", {.verbose = 2}},
	{"-nq", {.quick = 1}},
};

struct share {
	u64 lines, equal;
};

static char path[] = "/tmp/onebpf-captures-XXXXXX";
static u64 seed;
static u32 mutations, sweeps, shown;

static u32 number(const char *name, u32 otherwise)
{
	const char *text = getenv(name);

	return text ? (u32)strtoul(text, NULL, 0) : otherwise;
}

static u32 any(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 11) % below;
}

/* One to three changes near the front, where headers are; one packet in four
 * is cut, too. */
static void mutate(u8 *p, struct pkt *of)
{
	static const u8 edges[] = {0, 1, 2, 3, 4, 7, 8, 0x7f, 0x80, 0xfe, 0xff};
	u32 n = of->caplen;

	for (u32 i = 1 + any(3); i && n; i--) {
		u8 *at = p + any(any(4) ? MIN(n, 96u) : n);

		switch (any(4)) {
		case 0:
			*at = edges[any(LEN(edges))];
			break;
		case 1:
			*at ^= (u8)(1 << any(8));
			break;
		case 2:
			*at = (u8)(*at + any(9) - 4);
			break;
		default:
			*at = (u8)any(256);
		}
	}
	if (!any(4) && n)
		of->caplen = 1 + any(n);
	if (!any(16))
		of->len = of->caplen;
}

static struct ob_err *write_mutations(struct pkt_writer *w, struct pkt p)
{
	struct ob_err *err = NULL;

	for (u32 i = 0; i < mutations && !err; i++) {
		u8 *copy = malloc(p.caplen + 1);
		struct pkt changed = p;

		if (!copy)
			break;
		memcpy(copy, p.data, p.caplen);
		changed.data = copy;
		mutate(copy, &changed);
		err = pkt_write(w, &changed);
		free(copy);
	}
	return err;
}

static struct ob_err *write_sweep(struct pkt_writer *w, struct pkt p)
{
	static u8 copy[SWEEP_BYTES];
	struct ob_err *err = NULL;

	if (p.nr > sweeps || p.caplen > SWEEP_BYTES)
		return NULL;
	memcpy(copy, p.data, p.caplen);
	p.data = copy;
	for (u32 off = 0; off < p.caplen && !err; off++) {
		u8 was = copy[off];

		for (u32 v = 0; v < 256 && !err; v++) {
			copy[off] = (u8)v;
			err = pkt_write(w, &p);
		}
		copy[off] = was;
	}
	return err;
}

/* The capture of this room's own that tcpdump reads in place of the given one. */
static struct ob_err *write_changed(const char *name)
{
	struct pkt_reader *r;
	struct pkt_writer *w = NULL;
	struct pkt p;
	struct ob_err *err = pkt_open(name, NULL, &r);

	if (err)
		return err;
	while (!err && pkt_next(r, &p) == PKT_OK && p.nr < PACKETS_MAX) {
		struct pkt_writer_opts opts = {.linktype = p.linktype};

		if (!w)
			err = pkt_create(path, &opts, &w);
		if (!err)
			err = sweeps ? write_sweep(w, p) : write_mutations(w, p);
	}
	pkt_close(r);
	return err ? err : pkt_finish(w);
}

static const char *iface(void *arg, u32 index)
{
	static char name[IF_NAMESIZE];

	(void)arg;
	return if_indextoname(index, name);
}

static void ours(const char *name, struct print_opts opts, struct buf *to)
{
	static const struct print_names names = {.iface = iface};
	struct pkt_reader *r;
	struct pkt p;

	opts.numeric = opts.number = true;
	opts.names = &names;
	struct print_state *s = print_create(&opts);
	struct ob_err *err = pkt_open(name, NULL, &r);

	while (!err && s && pkt_next(r, &p) == PKT_OK && to->n < TEXT_MAX)
		print_packet(s, &p, to);
	if (!err)
		pkt_close(r);
	ob_err_destroy(err);
	print_destroy(s);
}

static void theirs(const char *name, const char *letters, struct buf *to)
{
	char command[1024], part[4096];
	size_t n;

	snprintf(command, sizeof command, "timeout 60 tcpdump -# %s -r '%s' 2>/dev/null", letters,
		 name);
	FILE *f = popen(command, "r");
	if (!f)
		return;
	while ((n = fread(part, 1, sizeof part, f)) && to->n < TEXT_MAX)
		buf_add(to, part, n);
	pclose(f);
	buf_putc(to, 0);
	to->n--;
}

/* The text of packet nr, which begins at text: up to the number of the next. */
static size_t packet_text(const char *text, u64 nr)
{
	char next[32];

	snprintf(next, sizeof next, "\n%5llu  ", (unsigned long long)nr + 1);
	const char *end = strstr(text, next);
	return end ? (size_t)(end - text) + 1 : strlen(text);
}

static u64 count_lines(const char *p, size_t n)
{
	u64 lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

/* The lines at the head and at the tail of both. */
static u64 equal_lines(const char *a, size_t n, const char *b, size_t m)
{
	size_t head = 0, tail = 0, most = MIN(n, m);

	while (head < most && a[head] == b[head])
		head++;
	while (head && a[head - 1] != '\n')
		head--;
	while (tail < most - head && a[n - tail - 1] == b[m - tail - 1])
		tail++;
	while (tail &&
	       (tail == n || a[n - tail - 1] != '\n' || tail == m || b[m - tail - 1] != '\n'))
		tail--;
	return count_lines(a, head) + count_lines(a + n - tail, tail);
}

/* a is theirs. */
static struct share compare(const char *a, const char *b, const char *letters)
{
	struct share sum = {0};
	u32 left = shown;

	for (u64 nr = 1; *a; nr++) {
		size_t n = packet_text(a, nr), m = packet_text(b, nr);
		u64 lines = count_lines(a, n), equal = equal_lines(a, n, b, m);

		sum.lines += lines;
		sum.equal += equal;
		if (left && (n != m || memcmp(a, b, n))) {
			left--;
			printf("%s < %.*s%s > %.*s", letters, (int)n, a, letters, (int)m, b);
		}
		a += n;
		b += m;
	}
	return sum;
}

static struct share capture(const char *name, size_t variant)
{
	struct buf a = {0}, b = {0};
	struct share sum = {0};

	theirs(name, variants[variant].letters, &a);
	ours(name, variants[variant].opts, &b);
	if (a.n)
		sum = compare(a.p, b.p ? b.p : "", variants[variant].letters);
	buf_deinit(&a);
	buf_deinit(&b);
	return sum;
}

static void percent(struct share s)
{
	printf(" %6.2f %%", s.lines ? 100.0 * (double)s.equal / (double)s.lines : 100.0);
}

/* What is in them is none of what is printed here (src/print/table.c), or printed in another
 * way on purpose (doc/differences.md): shown, and not counted. */
static const char *reason(const char *file)
{
	static const struct {
		const char *begin, *why;
	} list[] = {
		{"LINKTYPE_USER2_PKTAP", "PKTAP"},
		{"aarp", "AppleTalk ARP"},
		{"arcnet-rfc1201", "ARCnet as BSD captures it"},
		{"bgp-aigp", "Ethernet of Juniper"},
		{"cve-2014-8768-Geonet", "GeoNetworking"},
		{"cve2015-0261-ipv6", "SLIP"},
		{"forces", "ForCES"},
		{"hncp", "HNCP"},
		{"isis_poi", "Ethernet of Juniper"},
		{"juniper", "link layers of Juniper"},
		{"lwres", "lightweight resolver"},
		{"nfs", "NFS"},
		{"of10", "OpenFlow"},
		{"pgm", "PGM"},
		{"ppp_error_hexdump", "PPP with escapes of HDLC"},
		{"rsvp-rsvp_obj_print", "TIPC"},
		{"rx_", "AFS"},
		{"slip", "SLIP"},
		{"time_2038", "tcpdump cannot tell times behind 2038"},
		{"time_2106", "tcpdump cannot tell times behind 2038"},
		{"timestamp_invalid", "fractions of more than a second"},
	};

	for (size_t i = 0; i < LEN(list); i++)
		if (!strncmp(file, list[i].begin, strlen(list[i].begin)))
			return list[i].why;
	return NULL;
}

static void all_of(const char *name, struct share *total)
{
	const char *file = name, *only = getenv("OPTION");

	if (mutations || sweeps) {
		struct ob_err *err = write_changed(name);

		file = path;
		if (err) {
			ob_err_destroy(err);
			return;
		}
	}
	struct share sums[LEN(variants)] = {{0}};
	const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name, *why = reason(base);
	for (size_t i = 0; i < LEN(variants); i++) {
		if (only && strcmp(only, variants[i].letters))
			continue;
		sums[i] = capture(file, i);
		total[i].lines += why ? 0 : sums[i].lines;
		total[i].equal += why ? 0 : sums[i].equal;
	}
	if (!sums[0].lines && !only)
		return;
	for (size_t i = 0; i < LEN(variants); i++)
		percent(sums[i]);
	printf("  %s%s%s\n", base, why ? ", not counted: " : "", why ? why : "");
	fflush(stdout);
}

static int verdict(const struct share *total)
{
	bool bad = false;

	for (size_t i = 0; i < LEN(variants); i++) {
		u64 lines = total[i].lines, equal = total[i].equal;
		bool less = equal * 100 < lines * PERCENT_LEAST;

		printf("%s print %s: %llu of %llu lines", less ? "FAIL" : "ok", variants[i].letters,
		       (unsigned long long)equal, (unsigned long long)lines);
		percent(total[i]);
		putchar('\n');
		bad |= less;
	}
	return bad;
}

int main(void)
{
	const char *where = getenv("CAPTURES");
	struct share total[LEN(variants)] = {{0}};
	char pattern[512];
	struct stat st;
	glob_t found;

	setenv("TZ", "UTC", 1);
	tzset();
	if (!where) {
		puts("skip print_captures: CAPTURES=DIRECTORY names none");
		return 0;
	}
	if (system("tcpdump --version 2>&1 | grep -q 'tcpdump version 4\\.99\\.3'")) {
		puts("skip print_captures: tcpdump 4.99.3 is not here");
		return 0;
	}
	mutations = number("MUTATE", 0);
	sweeps = number("SWEEP", 0);
	shown = number("SHOW", 0);
	seed = number("SEED", 1) * 0x9e3779b97f4a7c15u | 1;
	bool one = !stat(where, &st) && S_ISREG(st.st_mode);
	snprintf(pattern, sizeof pattern, one ? "%s" : "%s/*", where);
	int fd = mkstemp(path);
	if (fd < 0 || glob(pattern, 0, NULL, &found)) {
		puts("FAIL print_captures: no captures, or no room for others");
		return 1;
	}
	close(fd);
	for (size_t i = 0; i < found.gl_pathc; i++)
		all_of(found.gl_pathv[i], total);
	globfree(&found);
	unlink(path);
	return verdict(total);
}
