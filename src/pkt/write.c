/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a capture of any kind: whole records, into a buffer, into the file. */
#include "pkt/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 256 << 10 };

const char *writer_shown(const struct pkt_writer *w)
{
	return strcmp(w->name, "-") ? w->name : "standard output";
}

static struct ob_err *failed(struct pkt_writer *w)
{
	struct ob_err *err = err_at_file(err_sys(w->errnum, "cannot write"), writer_shown(w));

	w->told = true;
	if (w->whole)
		err_note(err, "the file is valid and holds %llu packets",
			 (unsigned long long)w->packets);
	return err;
}

/* Counts the packets that n bytes of buf hold whole, and what is over. */
static size_t part_record(struct pkt_writer *w, size_t n)
{
	size_t at = 0, one;
	bool packet;

	while ((one = w->kind->record(w, w->buf + at, n - at, &packet)) > 0) {
		at += one;
		w->written += one;
		w->packets += packet;
	}
	return n - at;
}

/* A write stopped after n bytes of buf: the file is cut back to the last
 * whole packet, where it can be. */
static void cut_back(struct pkt_writer *w, size_t n)
{
	size_t over = part_record(w, n);
	off_t end = lseek(w->fd, 0, SEEK_CUR);
	struct stat st;

	if (end < (off_t)over || fstat(w->fd, &st) || !S_ISREG(st.st_mode) || st.st_size != end)
		return;
	w->whole = w->written && (!over || !ftruncate(w->fd, end - (off_t)over));
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
	part_record(w, w->n);
	w->n = 0;
	return NULL;
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

u8 *writer_room(struct pkt_writer *w, size_t n, struct ob_err **err)
{
	*err = n > w->cap - w->n || w->errnum ? make_room(w, n) : NULL;
	return *err ? NULL : w->buf + w->n;
}

struct ob_err *writer_done(struct pkt_writer *w, size_t n)
{
	w->n += n;
	return w->unbuffered ? pkt_flush(w) : NULL;
}

struct ob_err *pkt_write(struct pkt_writer *w, const struct pkt *p)
{
	return w->kind->packet(w, p, MIN(p->caplen, w->max));
}

u64 pkt_writer_size(const struct pkt_writer *w) { return w->written + w->n; }

int pkt_writer_fd(const struct pkt_writer *w, bool *made)
{
	*made = w->made;
	return w->fd;
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

	w->made = !out && access(w->name, F_OK) != 0;
	w->fd = out ? STDOUT_FILENO : open(w->name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (w->fd < 0 || fstat(w->fd, &st))
		return err_at_file(err_sys(errno, "cannot create"), writer_shown(w));
	if (same_file(from, &st))
		return err_at_file(err_new(OB_IO, "is being read: the output would overwrite "
						  "its own input"),
				   writer_shown(w));
	if (!out && S_ISREG(st.st_mode) && ftruncate(w->fd, 0))
		return err_at_file(err_sys(errno, "cannot empty"), writer_shown(w));
	return NULL;
}

static void writer_destroy(struct pkt_writer *w)
{
	if (w->fd > STDOUT_FILENO)
		close(w->fd);
	buf_deinit(&w->ng.block);
	buf_deinit(&w->ng.options);
	free(w->ng.units);
	free(w->ng.linktype);
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
	w->kind = opts->pcapng ? &writing_ng : &writing_pcap;
	w->nano = opts->nano;
	w->micro = opts->micro;
	w->forced = opts->forced;
	w->unbuffered = opts->unbuffered;
	w->name = strdup(path);
	w->buf = malloc(BUFFER);
	w->cap = BUFFER;
	struct ob_err *err = w->name && w->buf ? open_file(w, opts->from) : err_nomem();
	if (!err)
		err = w->kind->begin(w, opts);
	if (!err)
		err = pkt_flush(w);
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
			err = err_at_file(err_sys(errno, "cannot write"), writer_shown(w));
	}
	writer_destroy(w);
	return err;
}
