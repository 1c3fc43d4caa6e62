/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading captures: every variant of both formats, cut and damaged anywhere. */
#include "make.h"

#include <sys/resource.h>
#include <zlib.h>
#include <zstd.h>

static void expect_error(const char *name, const struct seen *s, u64 packets, const char *want)
{
	EXPECT(name, s->n == packets, "%llu packets, not %llu (%s)", (unsigned long long)s->n,
	       (unsigned long long)packets, s->error);
	if (!*want)
		EXPECT(name, s->end == PKT_EOF && !*s->error, "%s", s->error);
	else
		EXPECT(name, s->end == PKT_ERR && strstr(s->error, want), "\"%s\", not \"%s\"",
		       s->error, want);
}

static void expect_packet(const char *name, const struct seen *s, u32 i, u64 ns, u32 caplen,
			  u32 len, u32 linktype)
{
	const struct pkt *p = &s->pkt[i];

	EXPECT(name, p->nr == i + 1, "%u", i);
	EXPECT(name, p->ns == ns, "%llu, not %llu", (unsigned long long)p->ns,
	       (unsigned long long)ns);
	EXPECT(name, p->caplen == caplen && p->len == len, "%u of %u", p->caplen, p->len);
	EXPECT(name, p->linktype == linktype, "%u", p->linktype);
}

/* ---- pcap ---- */

static void pcap_variants(void)
{
	static const struct {
		const char *name;
		u32 magic, version, scale;
	} t[] = {
		{"microseconds", 0xa1b2c3d4, 0x20004, 1000},
		{"nanoseconds", 0xa1b23c4d, 0x20004, 1},
		{"kuznetzov", 0xa1b2cd34, 0x20004, 1000},
		{"version 2.2", 0xa1b2c3d4, 0x20002, 1000},
		{"version 2.3", 0xa1b2c3d4, 0x20003, 1000},
		{"version 543.0", 0xa1b2c3d4, 543 << 16, 1000},
	};

	for (u32 i = 0; i < LEN(t) * 2; i++) {
		struct file f = {.big = i & 1};
		struct seen s;
		bool before = t[i / 2].version != 0x20004;
		put_header(&f, t[i / 2].magic, t[i / 2].version, 100, 1 | 0x24000000);
		for (u32 j = 0; j < 3; j++) {
			put32(&f, 0xfffffff0 + j);
			put32(&f, 999 + j);
			put32(&f, before ? 1500 : 40 + j);
			put32(&f, before ? 40 + j : 1500);
			if (t[i / 2].magic == 0xa1b2cd34)
				put_data(&f, 8, 0);
			put_data(&f, 40 + j, j);
		}
		see(&f, &s);
		expect_error(t[i / 2].name, &s, 3, "");
		for (u32 j = 0; j < 3; j++)
			expect_packet(t[i / 2].name, &s, j,
				      (0xfffffff0ull + j) * 1000000000 + (999 + j) * t[i / 2].scale,
				      40 + j, 1500, 1);
		buf_deinit(&f.b);
	}
}

/* Version 2.3 was written with both orders of the lengths. */
static void pcap_version_23(void)
{
	struct file f = {0};
	struct seen s;

	put_header(&f, 0xa1b2c3d4, 0x20003, 100, 1);
	put_packet(&f, 1, 0, 20, 60);
	put32(&f, 2);
	put32(&f, 0);
	put32(&f, 60);
	put32(&f, 20);
	put_data(&f, 20, 0);
	see(&f, &s);
	expect_error("2.3", &s, 2, "");
	expect_packet("2.3", &s, 1, 2000000000, 20, 60, 1);
	buf_deinit(&f.b);
}

static void pcap_lengths(void)
{
	static const struct {
		u32 type, snaplen, caplen, want;
		const char *error;
	} t[] = {
		{1, 64, 65, 64, ""},
		{1, 0, 1000, 1000, ""},
		{1, 0xffffffff, 1000, 1000, ""},
		{1, 64, 262144, 64, ""},
		{1, 64, 262145, 0, "byte 76: packet 2 has 262145 captured bytes; at most 262144"},
		{249, 0, 262145, 262145, ""},
		{249, 0, 1048577, 0, "at most 1048576"},
		{231, 0, 1048577, 1048577, ""},
		{1, 64, 0xffffffff, 0, "4294967295 captured bytes"},
		{1, 64, 0, 0, ""},
	};

	for (u32 i = 0; i < LEN(t); i++) {
		struct file f = {0};
		struct seen s;
		put_header(&f, 0xa1b2c3d4, 0x20004, t[i].snaplen, t[i].type);
		put_packet(&f, 1, 0, 36, 36);
		put32(&f, 1);
		put32(&f, 1);
		put32(&f, t[i].caplen);
		put32(&f, 2000000);
		put_data(&f, t[i].caplen > 2000000 ? 16 : t[i].caplen, 0);
		see(&f, &s);
		expect_error("lengths", &s, *t[i].error ? 1 : 2, t[i].error);
		if (!*t[i].error)
			expect_packet("lengths", &s, 1, 1000001000, t[i].want, 2000000, t[i].type);
		buf_deinit(&f.b);
	}
}

/* The variant's own snaplen did not count an Ethernet header. */
static void pcap_patched_snaplen(void)
{
	for (u32 type = 1; type <= 6; type += 5) {
		struct file f = {0};
		struct seen s;
		put_header(&f, 0xa1b2cd34, 0x20004, 20, type);
		put32(&f, 0);
		put32(&f, 0);
		put32(&f, 40);
		put32(&f, 40);
		put_data(&f, 8 + 40, 0);
		see(&f, &s);
		expect_error("patched snaplen", &s, 1, "");
		expect_packet("patched snaplen", &s, 0, 0, type == 1 ? 34 : 20, 40, type);
		buf_deinit(&f.b);
	}
}

/* A file that is cut after n bytes gives the packets that n bytes hold, and
 * tells where the cut one begins. */
static void cut_anywhere(const char *name, const struct file *f, const u64 *start, u32 packets)
{
	for (u64 n = 0; n < f->b.n; n++) {
		struct file part = {.b = {.p = f->b.p, .n = n}};
		struct seen s;
		char where[32];
		u32 k = 0;
		while (k < packets && start[k + 1] <= n)
			k++;
		snprintf(where, sizeof(where), "byte %llu: ", (unsigned long long)start[k]);
		see(&part, &s);
		bool whole = n == start[k];
		expect_error(name, &s, k, n < start[0] ? "f: byte " : whole ? "" : where);
		if (*s.error && n)
			EXPECT(name,
			       strstr(s.error, "ends early") || strstr(s.error, "no interface"),
			       "%s", s.error);
	}
}

static void pcap_cut(void)
{
	struct file f = {0};
	u64 start[4];

	put_header(&f, 0xa1b2c3d4, 0x20004, 100, 1);
	for (u32 i = 0; i < 3; i++) {
		start[i] = f.b.n;
		put_packet(&f, i, i, i * 7, 100);
	}
	start[3] = f.b.n;
	cut_anywhere("pcap cut", &f, start, 3);
	buf_deinit(&f.b);
}

static void strange_files(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *want;
	} t[] = {
		{"", 0, "the file is empty"},
		{"\xd4\xc3", 2, "ends early"},
		{"hello, world", 12, "begins with 68 65 6c 6c"},
		{"BZh91AY&SY", 10, "bzip2"},
		{"\xfd"
		 "7zXZ\0\0",
		 7, "xz"},
		{"\x7f"
		 "ELF\2\1\1\0",
		 8, "ELF"},
		{"snoop\0\0\0\0\0\0\2", 12, "snoop"},
		{"\xd4\xc3\xb2\xa1\2\0\5\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0", 24, "version 2.5"},
		{"\xd4\xc3\xb2\xa1\1\0\0\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0", 24, "version 1.0"},
		{"\x1f\x8b", 2, "gzip data ends early"},
		{"\x1f\x8bxxxxxxxxxx", 12, "gzip data"},
		{"\x28\xb5\x2f\xfd", 4, "zstd data ends early"},
		{"\x28\xb5\x2f\xfdxxxxxxxxxxxxxxxxx", 21, "zstd data"},
	};

	for (u32 i = 0; i < LEN(t); i++) {
		struct seen s;
		see_bytes((struct bytes){(const u8 *)t[i].bytes, t[i].n}, &s);
		expect_error("strange", &s, 0, t[i].want);
	}
}

/* ---- pcapng ---- */

/* Two sections of different byte order; interfaces of different link types
 * and resolutions in one file. */
static void ng_mixed(void)
{
	struct file f = {0};
	struct seen s;

	put_section(&f, false);
	put_iface(&f, 1, 96, -1, 0, "eth0");
	put_iface(&f, 101, 0, 9, 0, "tun0");
	size_t at = block_begin(&f, 0x0bad); /* unknown: skipped */
	put_data(&f, 20, 0);
	block_end(&f, at);
	put_enhanced(&f, 0, 5000001, 60, 70);
	put_enhanced(&f, 1, 5000001, 61, 71);
	put_old(&f, 1, 7000000007, 13, 14);
	put_simple(&f, 200, 96);
	put_section(&f, true);
	put_iface(&f, 113, 0, 0x80 | 10, -5, NULL);
	put_enhanced(&f, 0, 6 << 10 | 512, 0, 9);
	see(&f, &s);
	expect_error("mixed", &s, 5, "");
	expect_packet("mixed", &s, 0, 5000001000, 60, 70, 1);
	expect_packet("mixed", &s, 1, 5000001, 61, 71, 101);
	expect_packet("mixed", &s, 2, 7000000007, 13, 14, 101);
	expect_packet("mixed", &s, 3, 0, 96, 200, 1);
	expect_packet("mixed", &s, 4, 1500000000, 0, 9, 113);
	EXPECT("mixed", s.pkt[1].iface == 1 && s.pkt[4].iface == 0, "%u %u", s.pkt[1].iface,
	       s.pkt[4].iface);
	buf_deinit(&f.b);
}

static void ng_interfaces(void)
{
	struct file f = {0};
	struct pkt_reader *r;
	struct pkt p;

	put_section(&f, true);
	put_iface(&f, 1, 96, 6, 0, "eth\033[0m");
	put_iface(&f, 101, 0, 0x80 | 20, -7, "a name of more than thirty-one bytes");
	put_enhanced(&f, 0, 1, 4, 4);
	struct ob_err *err = pkt_open_bytes("f", (struct bytes){(u8 *)f.b.p, f.b.n}, &r);
	EXPECT("interfaces", !err, "opens");
	EXPECT("interfaces", pkt_next(r, &p) == PKT_OK, "has a packet");
	const struct pkt_iface *a = pkt_iface(r, 0), *b = pkt_iface(r, 1);
	EXPECT("interfaces", a && a->linktype == 1 && a->snaplen == 96 && a->units == 1000000, "a");
	EXPECT("interfaces", a && !strcmp(a->name, "eth?[0m"), "%s", a->name);
	EXPECT("interfaces", b && b->linktype == 101 && b->snaplen == 262144, "b");
	EXPECT("interfaces", b && b->units == 1 << 20 && b->offset == -7, "b");
	EXPECT("interfaces", b && !strcmp(b->name, "a name of more than thirty-one "), "%s",
	       b->name);
	EXPECT("interfaces", !pkt_iface(r, 2), "only two");
	pkt_close(r);
	buf_deinit(&f.b);
}

/* t units at a resolution, against the same in wider arithmetic. */
static void ng_times(void)
{
	static const struct {
		int resol;
		s64 offset;
		u64 time, ns;
	} t[] = {
		{0, 0, 4294967296, 4294967296000000000},
		{3, 0, 1700000000123, 1700000000123000000},
		{6, 0, 18446744073709551, 18446744073709551000u},
		{6, 0, 18446744073709552, UINT64_MAX},
		{6, 0, UINT64_MAX, UINT64_MAX},
		{9, 0, UINT64_MAX, UINT64_MAX},
		{12, 0, 1999, 1},
		{15, 0, 1999999999999999, 1999999999},
		{19, 0, UINT64_MAX, 1844674407},
		{19, 0, 9999999999, 0},
		{0x80 | 32, 0, (7ull << 32) + (1ull << 31), 7500000000},
		{0x80 | 63, 0, UINT64_MAX, 1999999999},
		{0x80 | 63, 0, (1ull << 63) + (1ull << 61), 1250000000},
		{0x80, 0, 3, 3000000000},
		{6, 1700000000, 5, 1700000000000005000},
		{6, -10, 11000000, 1000000000},
		{6, -10, 9000000, 0},
		{9, INT64_MAX, 1, UINT64_MAX},
		{9, INT64_MIN, UINT64_MAX, 0},
	};

	for (u32 i = 0; i < LEN(t) * 2; i++) {
		struct file f = {0};
		struct seen s;
		put_section(&f, i & 1);
		put_iface(&f, 1, 0, t[i / 2].resol, t[i / 2].offset, NULL);
		put_enhanced(&f, 0, t[i / 2].time, 1, 1);
		see(&f, &s);
		expect_error("times", &s, 1, "");
		expect_packet("times", &s, 0, t[i / 2].ns, 1, 1, 1);
		buf_deinit(&f.b);
	}
}

static void ng_cut(void)
{
	struct file f = {0};
	u64 start[4];

	put_section(&f, false);
	put_iface(&f, 1, 96, 9, 3, "eth0");
	for (u32 i = 0; i < 3; i++) {
		start[i] = f.b.n;
		put_enhanced(&f, 0, i, i * 7, 100);
	}
	start[3] = f.b.n;
	cut_anywhere("pcapng cut", &f, start, 3);
	buf_deinit(&f.b);
}

/* A whole file with one packet, then a block that is wrong. */
static void ng_damage(void)
{
	enum { AT = 28 + 20 + 36 }; /* section, interface, packet */
	static const struct {
		const char *name;
		u32 words[12];
		u32 n;
		const char *want;
	} t[] = {
		{"zero length", {6, 0, 0}, 3, "byte 88: a block has length 0:"},
		{"odd length", {6, 13, 0, 13}, 4, "byte 88: a block has length 13:"},
		{"length 8", {6, 8, 8}, 3, "byte 88: a block has length 8:"},
		{"huge", {6, 0xfffffffc, 0}, 3, "byte 88: a block has length 4294967292; at most"},
		{"two lengths",
		 {99, 16, 0, 20},
		 4,
		 "byte 96: a block has length 16 at its start and 20 at its end"},
		{"short packet", {6, 28, 0, 0, 0, 0, 28}, 7, "byte 84: a block of type 6 has 28"},
		{"short simple", {3, 12, 12}, 3, "byte 84: a block of type 3 has 12"},
		{"short interface", {1, 16, 0, 16}, 4, "byte 84: a block of type 1 has 16"},
		{"short section",
		 {0x0a0d0d0a, 24, 0x1a2b3c4d, 1, 0, 24},
		 6,
		 "byte 84: a block of type"},
		{"no interface",
		 {6, 32, 1, 0, 0, 0, 0, 32},
		 8,
		 "byte 84: packet 2 is of interface 1, but the section has 1"},
		{"caplen",
		 {6, 36, 0, 0, 0, 5, 5, 0, 36},
		 9,
		 "byte 84: packet 2 has 5 captured bytes, but its block has room for 4"},
		{"simple caplen", {3, 20, 5, 0, 20}, 5, "room for 4"},
		{"byte order",
		 {0x0a0d0d0a, 28, 0x1a2b3c4e, 1, 0, 0, 28},
		 7,
		 "byte 92: a section begins with byte order 4e 3c 2b 1a"},
		{"version",
		 {0x0a0d0d0a, 28, 0x1a2b3c4d, 2, 0, 0, 28},
		 7,
		 "byte 96: pcapng version 2.0"},
		{"new section",
		 {0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, 0, 28, 6, 32, 0, 0, 0},
		 12,
		 "ends early"},
		{"cut option", {1, 24, 1, 0, 0x00010002, 24}, 6, "interface 1 has an option"},
		{"tsresol", {1, 28, 1, 0, 0x00010009, 64, 28}, 7, "time resolution"},
		{"tsresol 2", {1, 28, 1, 0, 0x00010009, 0x80 | 64, 28}, 7, "time resolution"},
		{"tsresol 3", {1, 28, 1, 0, 0x00020009, 6, 28}, 7, "time resolution"},
		{"tsoffset", {1, 28, 1, 0, 0x0004000e, 6, 28}, 7, "time offset"},
	};

	for (u32 i = 0; i < LEN(t); i++) {
		struct file f = {0};
		struct seen s;
		put_section(&f, false);
		put_iface(&f, 1, 0, -1, 0, NULL);
		f.b.n -= 8; /* without an end of options */
		u32 *block = (u32 *)(f.b.p + 28);
		block[1] = 20;
		put32(&f, 20);
		put_enhanced(&f, 0, 0, 4, 4);
		EXPECT(t[i].name, f.b.n == AT, "%zu", f.b.n);
		for (u32 j = 0; j < t[i].n; j++)
			put32(&f, t[i].words[j]);
		see(&f, &s);
		expect_error(t[i].name, &s, 1, t[i].want);
		buf_deinit(&f.b);
	}
}

static void ng_order_of_blocks(void)
{
	struct file f = {0};
	struct seen s;

	put_section(&f, false);
	see(&f, &s);
	expect_error("no interface", &s, 0, "byte 28: no interface is described before the end");
	put_enhanced(&f, 0, 0, 4, 4);
	see(&f, &s);
	expect_error("packet first", &s, 0, "byte 28: a packet comes before any interface");
	buf_deinit(&f.b);
	f = (struct file){0};
	put_section(&f, false);
	put_iface(&f, 1, 0, -1, 0, NULL);
	put_section(&f, true);
	put_enhanced(&f, 0, 0, 4, 4);
	see(&f, &s);
	expect_error("interfaces end with their section", &s, 0, "the section has 0");
	buf_deinit(&f.b);
}

static void ng_limits(void)
{
	static const struct {
		u32 linktype, n;
		const char *want;
	} t[] = {
		{1, 16 << 20, ""},
		{1, (16 << 20) + 4, "a block has length 16777220; at most 16777216"},
		{231, (16 << 20) + 4, ""},
		{231, (128 << 20) + (128 << 10) + 4, "at most 134348800"},
	};

	for (u32 i = 0; i < LEN(t); i++) {
		struct file f = {0};
		struct seen s;
		put_section(&f, false);
		put_iface(&f, t[i].linktype, 0, -1, 0, NULL);
		size_t at = block_begin(&f, 99);
		while (f.b.n - at < (*t[i].want ? 100 : t[i].n - 4))
			buf_add(&f.b, "four", 4);
		put32(&f, t[i].n);
		put_le32((u8 *)f.b.p + at + 4, t[i].n);
		see(&f, &s);
		expect_error("block length", &s, 0, t[i].want);
		buf_deinit(&f.b);
	}
}

static void ng_many_interfaces(void)
{
	struct file f = {0};
	struct seen s;

	for (u32 section = 0; section < 2; section++) {
		put_section(&f, false);
		for (u32 i = 0; i < 65536; i++)
			put_iface(&f, 1, 0, -1, 0, NULL);
		put_enhanced(&f, 65535, 0, 4, 4);
	}
	see(&f, &s);
	expect_error("65536 interfaces", &s, 2, "");
	put_iface(&f, 1, 0, -1, 0, NULL);
	see(&f, &s);
	expect_error("65537 interfaces", &s, 2, "more than 65536 interfaces");
	buf_deinit(&f.b);
}

/* ---- headers in the byte order of the host ---- */

struct order {
	const char *name, *fields;
	u32 type, nset;
	u8 set[6][2];
};

static u32 width_of(char field) { return field == 'x' ? 1 : field == 'p' ? 4 : (u32)(field - '0'); }

/* How many bytes the fields have that lie whole in the first n. */
static u32 whole_fields(const char *fields, u32 n)
{
	u32 at = 0;

	for (; *fields; fields++) {
		u32 width = width_of(*fields);
		if (n - at < width)
			break;
		at += width;
	}
	return at;
}

static void reverse_fields(const char *fields, const u8 *from, u8 *to)
{
	for (; *fields; fields++) {
		u32 width = width_of(*fields);
		u32 one = *fields == 'p' ? 2 : width;
		for (u32 i = 0; i < width; i++)
			to[i] = from[i / one * one + one - 1 - i % one];
		from += width;
		to += width;
	}
}

static void host_order_cut(const struct order *t, const u8 *little, const u8 *big, u32 n,
			   u32 caplen)
{
	struct file f = {.big = true};
	struct pkt_reader *r;
	struct pkt p;
	u32 whole = whole_fields(t->fields, caplen);

	put_header(&f, 0xa1b2c3d4, 0x20004, 0, t->type);
	put32(&f, 0);
	put32(&f, 0);
	put32(&f, caplen);
	put32(&f, n);
	buf_add(&f.b, big, caplen);
	if (pkt_open_bytes("f", (struct bytes){(u8 *)f.b.p, f.b.n}, &r))
		abort();
	bool ok = pkt_next(r, &p) == PKT_OK && p.caplen == caplen;
	EXPECT(t->name, ok && !memcmp(p.data, little, whole), "turned, %u of %u", caplen, n);
	EXPECT(t->name, ok && !memcmp(p.data + whole, big + whole, caplen - whole),
	       "a cut field is left, %u of %u", caplen, n);
	pkt_close(r);
	buf_deinit(&f.b);
}

/* The same packet from a little- and from a big-endian machine. In `fields` a
 * digit is a field of so many bytes, p two of two bytes that turn together or
 * not at all, and x a byte that does not turn; `set` is
 * what some bytes must be in little-endian order. */
static void host_order(void)
{
	/* clang-format off */
	static const struct order t[] = {
		{"NULL", "4xxxxxxxx", 0, 0, {{0}}},
		{"ENC", "4xxxxxxxx", 109, 0, {{0}}},
		{"LOOP", "xxxxxxxxx", 108, 0, {{0}}},
		{"SLL, CAN", "xxxxxxxxxxxxxxxx4xxxx", 113, 2, {{14, 0}, {15, 12}}},
		{"SLL, CAN FD", "xxxxxxxxxxxxxxxx4xxxx", 113, 2, {{14, 0}, {15, 13}}},
		{"SLL, IP", "xxxxxxxxxxxxxxxxxxxxxxx", 113, 2, {{14, 8}, {15, 0}}},
		{"SLL2, CAN", "xxxxxxxxxxxxxxxxxxxx4xxxx", 276, 2, {{0, 0}, {1, 12}}},
		{"USB, control", "8xxxx2xx84444xxxxxxxxxxxxxx", 189, 1, {{9, 2}}},
		{"USB, isochronous", "8xxxx2xx8444444xxxxxxxx", 189, 1, {{9, 0}}},
		{"USB mapped", "8xxxx2xx84444xxxxxxxx4444xxxx", 220, 1, {{9, 3}}},
		{"USB mapped, isochronous", "8xxxx2xx8444444" "4444" "444xxxx444xxxx" "xxxxxxxx",
		 220, 5, {{9, 0}, {60, 2}, {61, 0}, {62, 0}, {63, 0}}},
		{"NFLOG", "xxxx" "pxxxx" "pxxxx" "pxxxx", 239, 6,
		 {{1, 0}, {4, 7}, {5, 0}, {12, 8}, {13, 0}, {21, 0}}},
		{"NFLOG, other version", "xxxxxxxxxxxx", 239, 1, {{1, 1}}},
		{"NFLOG, short length", "xxxx" "p" "xxxxxxx", 239, 3, {{1, 0}, {4, 0}, {5, 0}}},
		{"Ethernet", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 1, 0, {{0}}},
	};
	/* clang-format on */

	for (u32 i = 0; i < LEN(t); i++) {
		u8 little[128], big[128];
		u32 n = whole_fields(t[i].fields, sizeof(little));
		for (u32 j = 0; j < sizeof(little); j++)
			little[j] = (u8)(100 + j);
		for (u32 j = 0; j < t[i].nset; j++)
			little[t[i].set[j][0]] = t[i].set[j][1];
		reverse_fields(t[i].fields, little, big);
		for (u32 caplen = n; caplen > 0; caplen--)
			host_order_cut(&t[i], little, big, n, caplen);
	}
}

/* ---- packed ---- */

static struct bytes gzip(struct bytes b, int level)
{
	z_stream z = {0};

	deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	uLong max = deflateBound(&z, b.n);
	u8 *p = malloc(max);
	z.next_in = (u8 *)b.p;
	z.avail_in = (uInt)b.n;
	z.next_out = p;
	z.avail_out = (uInt)max;
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return (struct bytes){p, z.total_out};
}

static struct bytes zstd(struct bytes b, int level)
{
	size_t max = ZSTD_compressBound(b.n);
	u8 *p = malloc(max);

	return (struct bytes){p, ZSTD_compress(p, max, b.p, b.n, level)};
}

static struct bytes join(struct bytes a, struct bytes b)
{
	u8 *p = malloc(a.n + b.n);

	memcpy(p, a.p, a.n);
	memcpy(p + a.n, b.p, b.n);
	free((void *)a.p);
	free((void *)b.p);
	return (struct bytes){p, a.n + b.n};
}

/* Whole in two members; cut anywhere: a part of the packets, never an end. */
static void packed(const char *name, struct bytes (*pack)(struct bytes, int))
{
	struct file f = {0};
	struct seen plain, s;

	put_header(&f, 0xa1b2c3d4, 0x20004, 2000, 1);
	for (u32 i = 0; i < 500; i++)
		put_packet(&f, i * 7919, i, i * 104729 % 1999, 1500);
	struct bytes all = {(u8 *)f.b.p, f.b.n};
	see(&f, &plain);
	expect_error(name, &plain, 500, "");
	struct bytes z =
		join(pack(bytes_part(all, 0, 100000), 1), pack(bytes_part(all, 100000, all.n), 1));
	see_bytes(z, &s);
	expect_error(name, &s, 500, "");
	EXPECT(name, s.bytes == plain.bytes, "the same data");
	u64 last = 0;
	for (u64 n = 4; n < z.n; n += n < 100 || n + 100 > z.n ? 1 : 997) {
		see_bytes(bytes_part(z, 0, n), &s);
		EXPECT(name, s.n >= last && s.n <= 500, "%llu packets of %llu bytes",
		       (unsigned long long)s.n, (unsigned long long)n);
		EXPECT(name, s.end == PKT_ERR && strstr(s.error, "ends early"), "%s", s.error);
		last = s.n;
	}
	EXPECT(name, last > 300, "only %llu packets of a file cut at its very end",
	       (unsigned long long)last);
	((u8 *)z.p)[z.n * 9 / 10] ^= 0x55;
	see_bytes(z, &s);
	EXPECT(name, s.end == PKT_ERR && s.n > 300, "%llu packets before damage: %s",
	       (unsigned long long)s.n, s.error);
	free((void *)z.p);
	buf_deinit(&f.b);
}

/* Damage is told by its place in the unpacked stream. */
static void packed_damage(void)
{
	struct file f = {0};
	struct seen s;

	put_header(&f, 0xa1b2c3d4, 0x20004, 2000, 1);
	put_packet(&f, 0, 0, 60, 60);
	put32(&f, 0);
	put32(&f, 0);
	put32(&f, 1 << 30);
	put32(&f, 60);
	struct bytes z = gzip((struct bytes){(u8 *)f.b.p, f.b.n}, 6);
	see_bytes(z, &s);
	expect_error("packed damage", &s, 1, "f: byte 100: packet 2 has 1073741824");
	EXPECT("packed damage", strstr(s.error, "counted in what gzip unpacks"), "%s", s.error);
	((u8 *)z.p)[z.n - 5] ^= 1; /* the checksum */
	see_bytes(z, &s);
	EXPECT("gzip checksum", s.end == PKT_ERR, "%s", s.error);
	free((void *)z.p);
	z = gzip((struct bytes){(u8 *)f.b.p, 100}, 6);
	u8 tail[8] = {0};
	u8 *padded = memcpy(malloc(z.n + 8), z.p, z.n);
	memcpy(padded + z.n, tail, 8);
	see_bytes((struct bytes){padded, z.n + 8}, &s);
	expect_error("gzip, zeros behind", &s, 1, "");
	padded[z.n + 7] = 'x';
	see_bytes((struct bytes){padded, z.n + 8}, &s);
	expect_error("gzip, rubbish behind", &s, 1, "gzip data");
	free(padded);
	free((void *)z.p);
	buf_deinit(&f.b);
}

/* Of a zstd frame with many small blocks, damage loses one. */
static void small_blocks(void)
{
	static u8 out[100000];
	struct file f = {0};
	struct seen s;
	ZSTD_CCtx *z = ZSTD_createCCtx();
	ZSTD_outBuffer to = {out, sizeof(out), 0};

	put_header(&f, 0xa1b2c3d4, 0x20004, 2000, 1);
	for (u32 i = 0; i < 50; i++) {
		put_packet(&f, i, 0, i * 31, 1600);
		ZSTD_inBuffer from = {f.b.p, f.b.n, 0};
		ZSTD_compressStream2(z, &to, &from, ZSTD_e_flush);
		buf_clear(&f.b);
	}
	out[to.pos - 2] ^= 0x55;
	see_bytes((struct bytes){out, to.pos}, &s);
	EXPECT("small blocks", s.end == PKT_ERR && s.n == 49, "%llu packets: %s",
	       (unsigned long long)s.n, s.error);
	ZSTD_freeCCtx(z);
	buf_deinit(&f.b);
}

static long max_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* 256 MiB of zeros, packed: empty packets without end. */
static void bomb(void)
{
	enum { PIECE = 1 << 20, PIECES = 256 };
	struct file f = {0};
	struct seen s;
	u8 *zeros = calloc(1, PIECE);
	z_stream z = {0};
	u8 *out = malloc(2 << 20);

	put_header(&f, 0xa1b2c3d4, 0x20004, 2000, 1);
	deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_out = out;
	z.avail_out = 2 << 20;
	z.next_in = (u8 *)f.b.p;
	z.avail_in = (uInt)f.b.n;
	deflate(&z, Z_NO_FLUSH);
	for (u32 i = 0; i < PIECES; i++) {
		z.next_in = zeros;
		z.avail_in = PIECE;
		deflate(&z, i == PIECES - 1 ? Z_FINISH : Z_NO_FLUSH);
	}
	long before = max_kib();
	see_bytes((struct bytes){out, z.total_out}, &s);
	long grown = max_kib() - before;
	expect_error("bomb", &s, (u64)PIECE * PIECES / 16, "");
	EXPECT("bomb", grown < 8 << 10, "%ld KiB more memory", grown);
	deflateEnd(&z);
	free(out);
	free(zeros);
	buf_deinit(&f.b);
}

/* A length that the file does not have takes no memory. */
static void claims(void)
{
	struct file f = {0};
	struct seen s;
	long before = max_kib();

	put_header(&f, 0xa1b2c3d4, 0x20004, 0, 231);
	put32(&f, 0);
	put32(&f, 0);
	put32(&f, 128 << 20);
	put32(&f, 128 << 20);
	put_data(&f, 1000, 0);
	see(&f, &s);
	expect_error("claims", &s, 0, "a packet of 134217744 bytes has only 1016");
	EXPECT("claims", max_kib() - before < 4 << 10, "%ld KiB", max_kib() - before);
	buf_deinit(&f.b);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} t[] = {
		{"pcap variants", pcap_variants},
		{"pcap version 2.3", pcap_version_23},
		{"pcap lengths", pcap_lengths},
		{"pcap patched snaplen", pcap_patched_snaplen},
		{"pcap cut anywhere", pcap_cut},
		{"strange files", strange_files},
		{"pcapng mixed", ng_mixed},
		{"pcapng interfaces", ng_interfaces},
		{"pcapng times", ng_times},
		{"pcapng cut anywhere", ng_cut},
		{"pcapng damage", ng_damage},
		{"pcapng order of blocks", ng_order_of_blocks},
		{"pcapng limits", ng_limits},
		{"pcapng many interfaces", ng_many_interfaces},
		{"headers in host order", host_order},
		{"claimed lengths", claims},
		{"gzip bomb", bomb},
		{"packed damage", packed_damage},
		{"small zstd blocks", small_blocks},
	};
	bool ok = true;

	for (u32 i = 0; i < LEN(t); i++) {
		failures = 0;
		t[i].run();
		if (!failures)
			printf("ok %s\n", t[i].name);
		ok &= !failures;
	}
	failures = 0;
	packed("gzip", gzip);
	packed("zstd", zstd);
	if (!failures)
		printf("ok packed\n");
	return !ok || failures;
}
