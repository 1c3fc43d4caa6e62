/* SPDX-License-Identifier: BSD-2-Clause */
/* A source of bytes: a file, a pipe or memory, unpacked when it is packed.
 *
 * Files are read into one small buffer instead of being mapped: on files that
 * are in the page cache, read() of 128 KiB pieces that stay in the processor's
 * cache took 0.02-0.03 s for 500 MB where every kind of mapping took 0.06-0.09
 * s (page faults), and a mapped file that another process shortens kills its
 * reader. */
#include "pkt/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 64 << 10, RAW = 64 << 10, FOLLOW_MS = 50 };

void input_fail(struct input *in, struct ob_err *err)
{
	if (in->err)
		ob_err_destroy(err);
	else
		in->err = err;
}

static bool keep_on(struct input *in)
{
	if (in->opts.wait && !in->opts.wait(in->opts.arg))
		in->stopped = true;
	return !in->stopped;
}

/* Tells the owner before a read that would wait. */
static bool ready(struct input *in)
{
	struct pollfd fd = {.fd = in->fd, .events = POLLIN};

	if (in->regular || !in->opts.wait || poll(&fd, 1, 0) > 0)
		return true;
	return keep_on(in);
}

/* At the end of a file that is followed. False: it does not go on. */
static bool await_more(struct input *in)
{
	struct stat st;
	off_t at = lseek(in->fd, 0, SEEK_CUR);

	if (!fstat(in->fd, &st) && at > st.st_size) {
		input_fail(in, err_at_file(err_new(OB_CUT,
						   "became shorter, %lld bytes, while its "
						   "end was waited for",
						   (long long)st.st_size),
					   in->name));
		return false;
	}
	if (keep_on(in))
		poll(NULL, 0, FOLLOW_MS);
	return keep_on(in);
}

static size_t read_fd(struct input *in, u8 *to, size_t n)
{
	while (ready(in)) {
		ssize_t got = read(in->fd, to, n);
		if (got > 0 || (!got && !(in->opts.follow && in->regular)))
			return (size_t)got;
		if (!got && await_more(in))
			continue;
		if (!got)
			break;
		if (errno != EINTR && errno != EAGAIN) {
			input_fail(in, err_at_file(err_sys(errno, "cannot read"), in->name));
			break;
		}
		if (errno == EAGAIN)
			poll(&(struct pollfd){.fd = in->fd, .events = POLLIN}, 1, -1);
		else if (!keep_on(in))
			break;
	}
	return 0;
}

static size_t read_mem(struct input *in, u8 *to, size_t n)
{
	n = MIN(n, in->mem.n);
	memcpy(to, in->mem.p, n);
	in->mem = bytes_part(in->mem, n, in->mem.n);
	return n;
}

static size_t read_plain(struct input *in, u8 *to, size_t n)
{
	return in->fd < 0 ? read_mem(in, to, n) : read_fd(in, to, n);
}

bool input_raw(struct input *in)
{
	in->raw_at = 0;
	in->raw_n = read_plain(in, in->raw, RAW);
	return in->raw_n > 0;
}

/* Room for more than there is: the unused bytes move to the front, and the
 * buffer doubles when they fill it. */
static bool make_room(struct input *in)
{
	size_t left = input_left(in);

	if (in->p > in->buf) {
		in->base += (u64)(in->p - in->buf);
		memmove(in->buf, in->p, left);
	} else if (left == in->cap) {
		u8 *bigger = realloc(in->buf, in->cap * 2);
		if (!bigger) {
			input_fail(in, err_nomem());
			return false;
		}
		in->buf = bigger;
		in->cap *= 2;
	}
	in->p = in->buf;
	in->end = in->buf + left;
	return true;
}

bool input_fill(struct input *in, size_t n)
{
	while (input_left(in) < n && !in->eof) {
		if (!make_room(in))
			return false;
		u8 *to = in->buf + input_left(in);
		size_t room = in->cap - input_left(in);
		size_t got = in->unpacker ? in->unpacker->read(in->state, in, to, room)
					  : read_plain(in, to, room);
		in->end += got;
		in->eof = !got;
	}
	return input_left(in) >= n;
}

/* The bytes read so far are packed: they become the raw ones. */
static struct ob_err *start_unpacking(struct input *in)
{
	size_t n = input_left(in);

	in->unpacker = unpacker_find(in->p, n);
	if (!in->unpacker)
		return NULL;
	in->state = in->unpacker->open();
	in->raw = malloc(MAX(n, (size_t)RAW));
	if (!in->state || !in->raw)
		return err_nomem();
	memcpy(in->raw, in->p, n);
	in->raw_n = n;
	in->p = in->end = in->buf;
	in->eof = false;
	return NULL;
}

static struct ob_err *start(struct input *in)
{
	in->buf = malloc(BUFFER);
	if (!in->buf)
		return err_nomem();
	in->cap = BUFFER;
	in->p = in->end = in->buf;
	input_fill(in, 4);
	return start_unpacking(in);
}

struct ob_err *input_open_bytes(struct input *in, struct bytes file)
{
	in->fd = -1;
	in->mem = file;
	return start(in);
}

struct ob_err *input_open(struct input *in, const char *path)
{
	struct stat st;

	in->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (in->fd < 0)
		return err_at_file(err_sys(errno, "cannot open"), path);
	in->regular = !fstat(in->fd, &st) && S_ISREG(st.st_mode);
	if (in->regular)
		posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return start(in);
}

void input_close(struct input *in)
{
	if (in->state)
		in->unpacker->close(in->state);
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	ob_err_destroy(in->err);
	free(in->raw);
	free(in->buf);
}
