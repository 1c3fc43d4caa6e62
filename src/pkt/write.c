/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes pcap. Invariant: buf holds whole packets, and the file ends with a
 * whole packet after every write that succeeds. */
#include "pkt/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 256 << 10, FILE_HEADER = 24, HEADER = 16 };

struct pkt_writer {
	int fd;
	int errnum; /* of the write that failed */
	u32 linktype, snaplen;
	u32 max;  /* what packets are cut to */
	u32 unit; /* nanoseconds in a fraction */
	bool unbuffered, told;
	bool whole; /* the write failed, and the file ends with a whole packet */
	u8 *buf;
	size_t n, cap;
	u64 packets; /* whole ones, in the file */
	char *name;
};

static const char *shown(const struct pkt_writer *w)
{
	return strcmp(w->name, "-") ? w->name : "standard output";
}

static struct ob_err *failed(struct pkt_writer *w)
{
	struct ob_err *err = err_at_file(err_sys(w->errnum, "cannot write"), shown(w));

	w->told = true;
	if (w->whole)
		err_note(err, "the file is valid and holds %llu packets",
			 (unsigned long long)w->packets);
	return err;
}

/* Counts the packets that n bytes of buf hold whole, and what is over. */
static size_t part_packet(struct pkt_writer *w, size_t n)
{
	size_t at = 0;

	while (n - at >= HEADER && n - at - HEADER >= get_le32(w->buf + at + 8)) {
		at += HEADER + get_le32(w->buf + at + 8);
		w->packets++;
	}
	return n - at;
}

/* A write stopped after n bytes of buf: the file is cut back to the last
 * whole packet, where it can be. */
static void cut_back(struct pkt_writer *w, size_t n)
{
	size_t over = part_packet(w, n);
	off_t end = lseek(w->fd, 0, SEEK_CUR);
	struct stat st;

	if (end < (off_t)over || fstat(w->fd, &st) || !S_ISREG(st.st_mode) || st.st_size != end)
		return;
	w->whole = !over || !ftruncate(w->fd, end - (off_t)over);
	lseek(w->fd, -(off_t)over, SEEK_CUR);
}

static ssize_t write_some(int fd, const u8 *p, size_t n)
{
	for (;;) {
		ssize_t done = write(fd, p, n);
		if (done >= 0 || (errno != EINTR && errno != EAGAIN))
			return done;
		if (errno == EAGAIN)
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
	}
}

/* Returns how much was written: all of it unless w->errnum is set. */
static size_t write_all(struct pkt_writer *w, const u8 *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t some = write_some(w->fd, p + done, n - done);
		if (some <= 0) {
			w->errnum = some ? errno : ENOSPC;
			break;
		}
		done += (size_t)some;
	}
	return done;
}

struct ob_err *pkt_flush(struct pkt_writer *w)
{
	if (w->errnum)
		return failed(w);
	size_t done = write_all(w, w->buf, w->n);
	if (w->errnum) {
		cut_back(w, done);
		return failed(w);
	}
	part_packet(w, w->n);
	w->n = 0;
	return NULL;
}

static struct ob_err *write_header(struct pkt_writer *w)
{
	u8 h[FILE_HEADER] = {0};

	put_le32(h, w->unit == 1 ? 0xa1b23c4d : 0xa1b2c3d4);
	put_le16(h + 4, 2);
	put_le16(h + 6, 4);
	put_le32(h + 16, w->snaplen);
	put_le32(h + 20, w->linktype);
	size_t done = write_all(w, h, sizeof(h));
	return done == sizeof(h) ? NULL : failed(w);
}

static struct ob_err *make_room(struct pkt_writer *w, size_t n)
{
	if (w->errnum)
		return failed(w);
	struct ob_err *err = w->n ? pkt_flush(w) : NULL;
	if (err || n <= w->cap)
		return err;
	u8 *bigger = realloc(w->buf, n);
	if (!bigger)
		return err_nomem();
	w->buf = bigger;
	w->cap = n;
	return NULL;
}

static struct ob_err *other_type(const struct pkt_writer *w, const struct pkt *p)
{
	u32 want = w->linktype & LINKTYPE_MAX;
	const char *a = linktype_name(p->linktype), *b = linktype_name(want);
	struct ob_err *err = err_new(
		OB_UNSUPPORTED,
		"packet %llu has link type %u (%s), but a pcap file has one only: %u (%s)",
		(unsigned long long)p->nr, p->linktype, a ? a : "unknown", want, b ? b : "unknown");

	return err_at_file(err, shown(w));
}

struct ob_err *pkt_write(struct pkt_writer *w, const struct pkt *p)
{
	u64 sec = p->ns / 1000000000;
	u32 caplen = MIN(p->caplen, w->max);
	size_t n = HEADER + (size_t)caplen;

	if (p->linktype != (w->linktype & LINKTYPE_MAX))
		return other_type(w, p);
	if (sec > UINT32_MAX)
		return err_at_file(
			err_new(OB_RANGE,
				"the time of packet %llu, %llu s, is after the year 2106 "
				"where pcap ends",
				(unsigned long long)p->nr, (unsigned long long)sec),
			shown(w));
	if (n > w->cap - w->n || w->errnum) {
		struct ob_err *err = make_room(w, n);
		if (err)
			return err;
	}
	u8 *h = w->buf + w->n;
	put_le32(h, (u32)sec);
	put_le32(h + 4, (u32)(p->ns % 1000000000) / w->unit);
	put_le32(h + 8, caplen);
	put_le32(h + 12, p->len);
	memcpy(h + HEADER, p->data, caplen);
	w->n += n;
	return w->unbuffered ? pkt_flush(w) : NULL;
}

static bool same_file(const struct pkt_reader *from, const struct stat *to)
{
	struct stat st;

	return from && from->in.fd >= 0 && !fstat(from->in.fd, &st) && S_ISREG(st.st_mode) &&
	       st.st_dev == to->st_dev && st.st_ino == to->st_ino;
}

static struct ob_err *open_file(struct pkt_writer *w, const struct pkt_reader *from)
{
	bool out = !strcmp(w->name, "-");
	struct stat st;

	w->fd = out ? STDOUT_FILENO : open(w->name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (w->fd < 0 || fstat(w->fd, &st))
		return err_at_file(err_sys(errno, "cannot create"), shown(w));
	if (same_file(from, &st))
		return err_at_file(err_new(OB_IO, "is being read: the output would overwrite "
						  "its own input"),
				   shown(w));
	if (!out && S_ISREG(st.st_mode) && ftruncate(w->fd, 0))
		return err_at_file(err_sys(errno, "cannot empty"), shown(w));
	return NULL;
}

static void writer_destroy(struct pkt_writer *w)
{
	if (w->fd > STDOUT_FILENO)
		close(w->fd);
	free(w->buf);
	free(w->name);
	free(w);
}

struct ob_err *pkt_create(const char *path, const struct pkt_writer_opts *opts,
			  struct pkt_writer **ret)
{
	struct pkt_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return err_nomem();
	w->fd = -1;
	w->linktype = opts->linktype;
	w->max = pkt_max_snaplen(opts->linktype & LINKTYPE_MAX);
	w->snaplen = opts->snaplen ? opts->snaplen : w->max;
	w->max = MIN(w->max, w->snaplen);
	w->unit = opts->nano ? 1 : 1000;
	w->unbuffered = opts->unbuffered;
	w->name = strdup(path);
	w->buf = malloc(BUFFER);
	w->cap = BUFFER;
	struct ob_err *err = w->name && w->buf ? open_file(w, opts->from) : err_nomem();
	if (!err)
		err = write_header(w);
	if (err)
		writer_destroy(w);
	else
		*ret = w;
	return err;
}

struct ob_err *pkt_finish(struct pkt_writer *w)
{
	struct ob_err *err = NULL;

	if (!w)
		return NULL;
	if (!w->told)
		err = pkt_flush(w);
	if (!err && w->fd > STDOUT_FILENO) {
		int fd = w->fd;
		w->fd = -1;
		if (close(fd))
			err = err_at_file(err_sys(errno, "cannot write"), shown(w));
	}
	writer_destroy(w);
	return err;
}
