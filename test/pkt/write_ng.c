/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing pcapng: sections, interfaces, options and times of a file of either
 * byte order are read back as they were; statistics; a full disk. */
#include "make.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/onebpf-write-ng.XXXXXX", path[64];

static void put_number(struct file *f, u32 code, u32 n, u64 v)
{
	put16(f, code);
	put16(f, n);
	if (n == 8 && f->big)
		put32(f, (u32)(v >> 32));
	put32(f, (u32)v);
	if (n == 8 && !f->big)
		put32(f, (u32)(v >> 32));
}

static void put_text(struct file *f, u32 code, const char *s)
{
	put16(f, code);
	put16(f, (u32)strlen(s));
	buf_puts(&f->b, s);
	buf_add(&f->b, "\0\0\0", -strlen(s) & 3);
}

static void put_block(struct file *f, u32 type, const u32 *word, u32 n, u32 data)
{
	block_begin(f, type);
	for (u32 i = 0; i < n; i++)
		put32(f, word[i]);
	put_data(f, data, 1);
	buf_add(&f->b, "\0\0\0", -data & 3);
}

/* A section with a comment, interfaces of two link types and resolutions. */
static void put_all(struct file *f, bool big)
{
	f->big = big;
	size_t at = f->b.n;
	block_begin(f, 0x0a0d0d0a);
	put32(f, 0x1a2b3c4d);
	put16(f, 1);
	put16(f, 0);
	put32(f, ~0u);
	put32(f, ~0u);
	put_text(f, 1, big ? "of a big machine" : "first");
	put_text(f, 3, "An OS");
	put_text(f, 1, "second");
	put32(f, 0);
	block_end(f, at);
	at = f->b.n;
	block_begin(f, 1);
	put16(f, 1);
	put16(f, 0);
	put32(f, 100);
	put_text(f, 2, "eth7");
	put_text(f, 3, "a description");
	put_number(f, 8, 8, 10000000000);
	put_number(f, 10, 4, 3600);
	put_text(f, 9, "\x09");
	put_text(f, 1, "ours");
	put32(f, 0);
	block_end(f, at);
	put_iface(f, 101, 0, big ? 6 : 3, big ? 5 : 0, "tun0");
	at = f->b.n;
	put_block(f, 6, (u32[]){0, 0x179, 12345, 61, 99}, 5, 61);
	put_text(f, 1, "look at this");
	put_number(f, 2, 4, 0x12345678);
	put_number(f, 5, 8, 0x123456789abcdef0);
	put32(f, 0);
	block_end(f, at);
	put_enhanced(f, 1, 1700000000000, 7, 7);
}

static u64 sum_of(struct bytes b)
{
	u64 sum = b.n;

	for (u64 i = 0; i < b.n; i++)
		sum = hash_add(sum, b.p[i]);
	return sum;
}

/* Everything that is told of packet `nr`. */
struct told {
	u64 data, options, iface_options, section, ns, units;
	u32 iface, linktype, caplen, len, snaplen;
	char name[36]; /* no hole is left: they are compared as bytes */
};

static u32 tell(const struct pkt_reader *r, const struct pkt *p, struct told *to)
{
	const struct pkt_iface *i = pkt_iface(r, p->iface);

	*to = (struct told){
		.data = sum_of((struct bytes){p->data, p->caplen}),
		.options = sum_of(p->options),
		.iface_options = sum_of(i->options),
		.ns = p->ns,
		.units = i->units,
		.iface = p->iface,
		.linktype = i->linktype,
		.caplen = p->caplen,
		.len = p->len,
		.snaplen = i->snaplen,
	};
	struct bytes s = pkt_section(r), comment = pkt_option_find(s, PKT_COMMENT);
	to->section = sum_of(comment) + sum_of(pkt_option_find(s, PKT_OS));
	memcpy(to->name, i->name, sizeof(i->name));
	return 1;
}

static u32 tell_all(struct pkt_reader *r, struct told *to, u32 max)
{
	struct pkt p;
	u32 n = 0;

	while (n < max && pkt_next(r, &p) == PKT_OK)
		n += tell(r, &p, &to[n]);
	return n;
}

static void copied(void)
{
	struct file f = {0};
	struct told a[8], b[8];
	struct pkt_reader *r;
	struct pkt_writer *w;
	struct pkt p;

	put_all(&f, false);
	put_all(&f, true);
	struct bytes in = {(const u8 *)f.b.p, f.b.n};
	if (pkt_open_bytes("in", in, &r))
		abort();
	u32 n = tell_all(r, a, LEN(a));
	pkt_close(r);
	EXPECT("copied", n == 4, "%u packets", n);
	EXPECT("copied", a[0].options == a[2].options, "in either byte order");
	EXPECT("copied", a[0].iface_options == a[2].iface_options, "in either byte order");
	EXPECT("copied", a[0].section != a[2].section, "sections are their own");
	if (pkt_open_bytes("in", in, &r))
		abort();
	struct pkt_writer_opts o = {.pcapng = true, .from = r};
	if (pkt_create(path, &o, &w))
		abort();
	while (pkt_next(r, &p) == PKT_OK)
		if (pkt_write_like(w, r) || pkt_write(w, &p))
			abort();
	pkt_close(r);
	u64 size = pkt_writer_size(w);
	EXPECT("copied", !pkt_finish(w), "ends well");
	struct stat st;
	EXPECT("copied", !stat(path, &st) && (u64)st.st_size == size, "its size is known");
	if (pkt_open(path, NULL, &r))
		abort();
	n = tell_all(r, b, LEN(b));
	EXPECT("copied", n == 4, "%u packets", n);
	for (u32 i = 0; i < 4; i++)
		EXPECT("copied", !memcmp(&a[i], &b[i], sizeof(a[i])), "packet %u", i + 1);
	EXPECT("copied", !strcmp(b[0].name, "eth7") && b[0].snaplen == 100, "%s", b[0].name);
	EXPECT("copied", pkt_option_find(pkt_section(r), PKT_APPLICATION).p, "by whom");
	pkt_close(r);
	buf_deinit(&f.b);
}

/* The bytes of packets and statistics, behind a section and an interface. */
static void bytes_of_file(void)
{
	static const u8 want[] = {
		6, 0, 0, 0, 40, 0,  0, 0,  0, 0, 0, 0, 0, 0,  0, 0, 7, 0,  0, 0, 5, 0,  0,
		0, 9, 0, 0, 0,  1,  2, 3,  4, 5, 0, 0, 0, 40, 0, 0, 0, 6,  0, 0, 0, 32, 0,
		0, 0, 0, 0, 0,  0,  0, 0,  0, 0, 8, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,  32,
		0, 0, 0, 5, 0,  0,  0, 64, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0,  0, 9, 0, 0,  0,
		2, 0, 8, 0, 0,  0,  0, 0,  3, 0, 0, 0, 3, 0,  8, 0, 0, 0,  0, 0, 9, 0,  0,
		0, 7, 0, 8, 0,  77, 0, 0,  0, 0, 0, 0, 0, 0,  0, 0, 0, 64, 0, 0, 0,
	};
	struct pkt_writer_opts o = {.linktype = 1, .pcapng = true};
	struct pkt p = {
		.data = (const u8 *)"\1\2\3\4\5", .caplen = 5, .len = 9, .ns = 7999, .linktype = 1};
	struct pkt_stats s = {~0ull, ~0ull, ~0ull, 77, ~0ull, 3000, 9000};
	struct pkt_writer *w;
	u8 got[sizeof(want)] = {0};

	if (pkt_create(path, &o, &w) || pkt_write(w, &p))
		abort();
	p.caplen = p.len = 0;
	p.ns = 8000;
	if (pkt_write(w, &p) || pkt_write_stats(w, 0, &s) || pkt_write_stats(w, 1, &s))
		abort();
	EXPECT("bytes", !pkt_finish(w), "ends well");
	FILE *f = fopen(path, "r");
	fseek(f, -(long)sizeof(want), SEEK_END);
	EXPECT("bytes", fread(got, 1, sizeof(got), f) == sizeof(got), "all");
	EXPECT("bytes", !memcmp(got, want, sizeof(want)), "as told by the format");
	fclose(f);
}

static void refused(const char *name, struct ob_err *err, const char *why)
{
	EXPECT(name, err && strstr(ob_err_reason(err), why), "%s", err ? ob_err_reason(err) : "");
	ob_err_destroy(err);
}

static void refusals(void)
{
	struct pkt_writer_opts o = {.linktype = 1, .pcapng = true};
	struct pkt p = {.data = (const u8 *)"", .linktype = 1, .nr = 1};
	struct pkt_iface wide = {.linktype = 65536, .units = 1000000};
	struct pkt_writer *w;

	if (pkt_create(path, &o, &w) || pkt_write(w, &p))
		abort();
	p.iface = 1;
	refused("refusals", pkt_write(w, &p), "is of interface 1, but the file has 1");
	p.iface = 0;
	p.linktype = 101;
	refused("refusals", pkt_write(w, &p), "has link type 101, but its interface has 1");
	refused("refusals", pkt_write_iface(w, &wide), "does not fit");
	EXPECT("refusals", !pkt_finish(w), "ends well");
}

/* A limit on the size of files, at every byte of a packet. */
static void full_disk(void)
{
	struct rlimit old, now;
	static u8 data[1000];

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	for (u32 limit = 3000; limit < 3000 + 1100; limit += 7) {
		struct pkt_writer_opts o = {.linktype = 1, .pcapng = true, .unbuffered = limit & 1};
		struct pkt p = {.data = data, .linktype = 1};
		struct ob_err *err = NULL;
		struct pkt_reader *r;
		struct pkt_writer *w;
		u32 n = 0;
		char want[64];

		if (pkt_create(path, &o, &w))
			abort();
		now = old;
		now.rlim_cur = limit;
		setrlimit(RLIMIT_FSIZE, &now);
		for (u32 i = 0; i < 10 && !err; i++) {
			p.caplen = p.len = 400 + 37 * i;
			err = pkt_write(w, &p);
		}
		if (!err)
			err = pkt_flush(w);
		EXPECT("full disk", err && ob_err_errno(err) == EFBIG, "is told");
		EXPECT("full disk", !pkt_finish(w), "once");
		setrlimit(RLIMIT_FSIZE, &old);
		if (pkt_open(path, NULL, &r))
			abort();
		while (pkt_next(r, &p) == PKT_OK)
			n++;
		EXPECT("full disk", !pkt_reader_err(r), "ends with a whole packet");
		pkt_close(r);
		snprintf(want, sizeof(want), "valid and holds %u packets", n);
		char text[256];
		error_text(err, text, sizeof(text));
		EXPECT("full disk", n && strstr(text, want), "%s, not %s", text, want);
	}
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} t[] = {
		{"copied", copied},
		{"bytes", bytes_of_file},
		{"refusals", refusals},
		{"full disk", full_disk},
	};
	bool ok = true;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/out.pcapng", dir);
	for (u32 i = 0; i < LEN(t); i++) {
		failures = 0;
		t[i].run();
		if (!failures)
			printf("ok %s\n", t[i].name);
		ok &= !failures;
	}
	unlink(path);
	rmdir(dir);
	return !ok;
}
