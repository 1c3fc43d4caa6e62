/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing captures: what is written is read back, and a file is valid however
 * the writing ends. */
#include "make.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/onebpf-write.XXXXXX", path[64];
static u8 data[(256 << 10) + 5];

static struct pkt nth(u32 i)
{
	u32 caplen = i * 7919 % 1600;

	return (struct pkt){
		.data = data + i % 1000,
		.caplen = caplen,
		.len = caplen + i % 3,
		.ns = (u64)i * 1000000007 * 997,
		.nr = i + 1,
		.linktype = 1,
	};
}

static struct pkt_writer *create(const char *name, struct pkt_writer_opts opts)
{
	struct pkt_writer *w = NULL;
	struct ob_err *err = pkt_create(path, &opts, &w);

	EXPECT(name, !err, "%s", ob_err_reason(err));
	ob_err_destroy(err);
	return w;
}

/* Every packet of the file is the one that was written at its place. */
static u64 read_back(const char *name, u32 snaplen, bool nano, bool whole)
{
	struct pkt_reader *r;
	struct pkt p;
	enum pkt_status end;
	u64 n = 0;
	struct ob_err *err = pkt_open(path, NULL, &r);

	EXPECT(name, !err, "%s", ob_err_reason(err));
	if (err) {
		ob_err_destroy(err);
		return 0;
	}
	while ((end = pkt_next(r, &p)) == PKT_OK) {
		struct pkt want = nth((u32)n++);
		u32 caplen = MIN(want.caplen, snaplen);
		u64 ns = nano ? want.ns : want.ns / 1000 * 1000;
		if (p.caplen != caplen || p.len != want.len || p.ns != ns ||
		    memcmp(p.data, want.data, caplen)) {
			EXPECT(name, false, "packet %llu differs", (unsigned long long)n);
			break;
		}
	}
	err = pkt_reader_err(r);
	EXPECT(name, end == PKT_EOF || (!whole && end == PKT_ERR && ob_err_code(err) == OB_CUT),
	       "the end: %s", err ? ob_err_reason(err) : "early");
	ob_err_destroy(err);
	pkt_close(r);
	return n;
}

static void round_trip(void)
{
	static const struct pkt_writer_opts t[] = {
		{.linktype = 1},
		{.linktype = 1, .snaplen = 96},
		{.linktype = 1, .nano = true},
		{.linktype = 1, .unbuffered = true},
	};

	for (u32 i = 0; i < LEN(t); i++) {
		struct pkt_writer *w = create("round trip", t[i]);
		struct ob_err *err = NULL;
		for (u32 j = 0; j < 3000 && !err; j++) {
			struct pkt p = nth(j);
			err = pkt_write(w, &p);
			if (t[i].unbuffered && j == 1234)
				EXPECT("unbuffered",
				       read_back("unbuffered", 262144, false, true) == 1235,
				       "all are there");
		}
		EXPECT("round trip", !err, "%s", ob_err_reason(err));
		err = pkt_finish(w);
		EXPECT("round trip", !err, "%s", ob_err_reason(err));
		u64 n = read_back("round trip", t[i].snaplen ? t[i].snaplen : 262144, t[i].nano,
				  true);
		EXPECT("round trip", n == 3000, "%llu", (unsigned long long)n);
	}
}

/* The bytes themselves, and a packet larger than the buffer. */
static void bytes_of_file(void)
{
	static const u8 want[] = {
		0x4d, 0x3c, 0xb2, 0xa1, 2, 0,    4,   0, 0, 0,    0,    0,    0,    0,
		0,    0,    0,    0,    0, 0x40, 113, 0, 0, 0x24, 0xfe, 0xff, 0xff, 0xff,
		255,  201,  154,  59,   2, 0,    0,   0, 9, 0,    0,    0,    0xab, 0xcd,
	};
	struct pkt p = {(const u8 *)"\xab\xcd", 2, 9, 4294967294999999999u, 1, 113, 0, {0}};
	struct pkt large = {data, sizeof(data), sizeof(data), 0, 2, 113, 0, {0}};
	struct pkt_writer *w = create("bytes", (struct pkt_writer_opts){
						       .linktype = 113 | 0x24000000,
						       .snaplen = 1 << 30,
						       .nano = true,
					       });
	u8 got[sizeof(want) + 1];

	pkt_write(w, &p);
	pkt_write(w, &large);
	pkt_finish(w);
	int fd = open(path, O_RDONLY);
	EXPECT("bytes", read(fd, got, sizeof(got)) == sizeof(got), "all");
	EXPECT("bytes", !memcmp(got, want, sizeof(want)), "as told by the format");
	EXPECT("bytes", lseek(fd, 0, SEEK_END) == sizeof(want) + 16 + (256 << 10), "the size");
	close(fd);
}

static void expect_refused(const char *name, struct ob_err *err, enum ob_code code, const char *why)
{
	char text[256];

	EXPECT(name, err && ob_err_code(err) == code, "%d", err ? (int)ob_err_code(err) : 0);
	if (!err)
		return;
	error_text(err, text, sizeof(text));
	EXPECT(name, strstr(text, why), "\"%s\", not \"%s\"", text, why);
}

static void refusals(void)
{
	struct pkt_writer *w = create("refusals", (struct pkt_writer_opts){.linktype = 1});
	struct pkt p = nth(0);

	p.linktype = 101;
	expect_refused(
		"link type", pkt_write(w, &p), OB_UNSUPPORTED,
		"packet 1 has link type 101 (RAW), but a pcap file has one only: 1 (EN10MB)");
	p.linktype = 1;
	p.ns = 4294967296 * 1000000000;
	expect_refused("2106", pkt_write(w, &p), OB_RANGE, "after the year 2106");
	p = nth(0);
	EXPECT("refusals", !pkt_write(w, &p), "goes on");
	EXPECT("refusals", !pkt_finish(w), "ends well");
	EXPECT("refusals", read_back("refusals", 262144, false, true) == 1, "the good one");
	w = NULL;
	struct pkt_writer_opts opts = {.linktype = 1};
	expect_refused("no folder", pkt_create("/nonexistent/x", &opts, &w), OB_IO,
		       "/nonexistent/x: cannot create: No such file");
}

static void own_input(void)
{
	struct pkt_writer *w = create("own input", (struct pkt_writer_opts){.linktype = 1});
	struct pkt_reader *r;
	struct pkt p = nth(0);

	pkt_write(w, &p);
	pkt_finish(w);
	if (pkt_open(path, NULL, &r))
		abort();
	struct pkt_writer_opts opts = {.linktype = 1, .from = r};
	expect_refused("own input", pkt_create(path, &opts, &w), OB_IO, "is being read");
	pkt_close(r);
	EXPECT("own input", read_back("own input", 262144, false, true) == 1, "is untouched");
}

/* The disk is full: a limit on the size of files, at every byte of a packet. */
static void full_disk(void)
{
	struct rlimit old, now;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	for (u32 limit = 300000; limit < 300000 + 1700; limit += 13) {
		struct pkt_writer *w = create("full disk", (struct pkt_writer_opts){.linktype = 1});
		struct ob_err *err = NULL;
		char text[256], want[64];
		now = old;
		now.rlim_cur = limit;
		setrlimit(RLIMIT_FSIZE, &now);
		for (u32 i = 0; i < 3000 && !err; i++) {
			struct pkt p = nth(i);
			err = pkt_write(w, &p);
		}
		EXPECT("full disk", err && ob_err_errno(err) == EFBIG, "is told");
		struct pkt p = nth(0);
		struct ob_err *again = pkt_write(w, &p);
		EXPECT("full disk", again, "is told again");
		ob_err_destroy(again);
		EXPECT("full disk", !pkt_finish(w), "but not at the end");
		setrlimit(RLIMIT_FSIZE, &old);
		u64 n = read_back("full disk", 262144, false, true);
		snprintf(want, sizeof(want), "valid and holds %llu packets", (unsigned long long)n);
		error_text(err, text, sizeof(text));
		EXPECT("full disk", strstr(text, want), "\"%s\", not \"%s\"", text, want);
		struct stat st;
		EXPECT("full disk",
		       !stat(path, &st) && st.st_size <= limit && st.st_size + 1616 > limit,
		       "%lld of %u", (long long)st.st_size, limit);
	}
	if (access("/dev/full", W_OK))
		return;
	struct pkt_writer *w;
	struct pkt_writer_opts opts = {.linktype = 1};
	struct ob_err *err = pkt_create("/dev/full", &opts, &w);
	EXPECT("full disk", err && ob_err_errno(err) == ENOSPC, "/dev/full");
	ob_err_destroy(err);
}

static void closed_pipe(void)
{
	int fd[2], keep = dup(STDOUT_FILENO);
	struct pkt_writer *w;
	struct pkt_writer_opts opts = {.linktype = 1};
	struct ob_err *err = NULL;

	signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	if (pipe(fd) || dup2(fd[1], STDOUT_FILENO) < 0)
		abort();
	close(fd[1]);
	bool created = !pkt_create("-", &opts, &w);
	close(fd[0]);
	for (u32 i = 0; created && i < 3000 && !err; i++) {
		struct pkt p = nth(i);
		err = pkt_write(w, &p);
	}
	struct ob_err *at_end = created ? pkt_finish(w) : NULL;
	dup2(keep, STDOUT_FILENO);
	close(keep);
	EXPECT("closed pipe", created && err && ob_err_errno(err) == EPIPE, "is told");
	EXPECT("closed pipe", !at_end, "once");
	ob_err_destroy(err);
}

static u64 libpcap_reads(void)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline(path, why);
	struct pcap_pkthdr *h;
	const u_char *bytes;
	u64 n = 0;

	while (p && pcap_next_ex(p, &h, &bytes) == 1)
		n++;
	if (p)
		pcap_close(p);
	return n;
}

/* Writes for ever, and tells how many packets it has flushed. */
static _Noreturn void write_on(struct pkt_writer *w, bool unbuffered, _Atomic u32 *flushed)
{
	for (u32 j = 0;; j++) {
		struct pkt p = nth(j);
		if (pkt_write(w, &p) || (!unbuffered && j % 50 == 49 && pkt_flush(w)))
			_exit(1);
		if (unbuffered || j % 50 == 49)
			*flushed = j + 1;
	}
}

/* Killed at any moment: what was flushed is there, and tcpdump reads as much. A
 * packet behind it may be cut: the kernel ends a write between two pages. */
static void killed(void)
{
	static const struct pkt_writer_opts t[] = {
		{.linktype = 1},
		{.linktype = 1, .unbuffered = true},
		{.linktype = 1, .pcapng = true},
		{.linktype = 1, .pcapng = true, .unbuffered = true},
	};
	_Atomic u32 *flushed = mmap(NULL, sizeof(*flushed), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	srandom(7);
	for (u32 i = 0; i < 200; i++) {
		const struct pkt_writer_opts *o = &t[i % LEN(t)];
		struct pkt_writer *w = create("killed", *o);
		*flushed = 0;
		pid_t pid = fork();
		if (pid == 0)
			write_on(w, o->unbuffered, flushed);
		while (!*flushed)
			usleep(100);
		usleep((useconds_t)random() % 5000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		u64 n = read_back("killed", 262144, false, false);
		EXPECT("killed", n >= *flushed, "%llu of %u packets", (unsigned long long)n,
		       *flushed);
		u64 theirs = libpcap_reads();
		EXPECT("killed", theirs == n, "libpcap reads %llu of %llu",
		       (unsigned long long)theirs, (unsigned long long)n);
		pkt_finish(w); /* this process has written nothing */
	}
	munmap(flushed, sizeof(*flushed));
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} t[] = {
		{"round trip", round_trip}, {"bytes", bytes_of_file}, {"refusals", refusals},
		{"own input", own_input},   {"full disk", full_disk}, {"closed pipe", closed_pipe},
		{"killed", killed},
	};
	bool ok = true;

	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i * i >> 3);
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/out.pcap", dir);
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
