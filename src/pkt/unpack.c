/* SPDX-License-Identifier: BSD-2-Clause */
/* Packed captures: gzip and zstd, one member or frame after another. */
#include "pkt/priv.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* A zstd frame may ask for a window of at most 128 MiB, as the zstd command
 * allows by default. */
enum { WINDOW_LOG = 27 };

static struct bytes raw_left(const struct input *in)
{
	return (struct bytes){in->raw + in->raw_at, in->raw_n - in->raw_at};
}

static bool raw_more(struct input *in) { return in->raw_at < in->raw_n || input_raw(in); }

static void fail(struct input *in, enum ob_code code, const char *kind, const char *why)
{
	input_fail(in, err_at_byte(err_new(code, "the %s data %s", kind, why), in->name,
				   in->base + input_left(in)));
}

static void fail_cut(struct input *in, const char *kind)
{
	if (!in->stopped)
		fail(in, OB_CUT, kind, "ends early");
}

/* ---- gzip ---- */

struct gz {
	z_stream z;
	bool between; /* a member has ended */
};

static void *gz_open(void)
{
	struct gz *g = calloc(1, sizeof(*g));

	if (g && inflateInit2(&g->z, 15 + 16) != Z_OK) {
		free(g);
		return NULL;
	}
	return g;
}

static void gz_close(void *state)
{
	struct gz *g = state;

	inflateEnd(&g->z);
	free(g);
}

/* Another member may follow, or nothing, or zeros as a tape pads. */
static bool gz_member(struct gz *g, struct input *in)
{
	while (raw_more(in)) {
		if (in->raw[in->raw_at]) {
			g->between = false;
			return inflateReset(&g->z) == Z_OK;
		}
		in->raw_at++;
	}
	return false;
}

static size_t gz_read(void *state, struct input *in, u8 *to, size_t n)
{
	struct gz *g = state;

	g->z.next_out = to;
	g->z.avail_out = (uInt)MIN(n, (size_t)1 << 30);
	uInt room = g->z.avail_out;
	while (g->z.avail_out == room) {
		if (g->between && !gz_member(g, in))
			break;
		if (!raw_more(in)) {
			fail_cut(in, "gzip");
			break;
		}
		struct bytes b = raw_left(in);
		g->z.next_in = (u8 *)b.p;
		g->z.avail_in = (uInt)b.n;
		int rc = inflate(&g->z, Z_NO_FLUSH);
		in->raw_at = in->raw_n - g->z.avail_in;
		g->between = rc == Z_STREAM_END;
		if (rc != Z_OK && rc != Z_STREAM_END) {
			fail(in, OB_FORMAT, "gzip", g->z.msg ? g->z.msg : "is damaged");
			break;
		}
	}
	return room - g->z.avail_out;
}

/* ---- zstd ---- */

struct zs {
	ZSTD_DStream *d;
	size_t first; /* bytes to begin a frame with */
	size_t want;  /* bytes of the next block: more are not given at once, for an error
		       * loses what the same call has unpacked */
	bool between;
};

static void zs_close(void *state)
{
	struct zs *z = state;

	ZSTD_freeDStream(z->d);
	free(z);
}

static void *zs_open(void)
{
	struct zs *z = calloc(1, sizeof(*z));

	if (!z)
		return NULL;
	z->d = ZSTD_createDStream();
	if (!z->d || ZSTD_isError(ZSTD_DCtx_setParameter(z->d, ZSTD_d_windowLogMax, WINDOW_LOG))) {
		zs_close(z);
		return NULL;
	}
	z->want = z->first = ZSTD_initDStream(z->d);
	return z;
}

static size_t zs_read(void *state, struct input *in, u8 *to, size_t n)
{
	struct zs *z = state;
	ZSTD_outBuffer out = {to, n, 0};

	while (!out.pos) {
		if (!raw_more(in)) {
			if (!z->between)
				fail_cut(in, "zstd");
			break;
		}
		struct bytes b = raw_left(in);
		ZSTD_inBuffer from = {b.p, MIN(b.n, z->want), 0};
		size_t rc = ZSTD_decompressStream(z->d, &out, &from);
		in->raw_at += from.pos;
		z->between = rc == 0;
		z->want = rc ? rc : z->first;
		if (ZSTD_isError(rc)) {
			fail(in, OB_FORMAT, "zstd", ZSTD_getErrorName(rc));
			break;
		}
	}
	return out.pos;
}

static const struct unpacker gzip = {
	"gzip", {0x1f, 0x8b}, 2, gz_open, gz_read, gz_close,
};

static const struct unpacker zstd = {
	"zstd", {0x28, 0xb5, 0x2f, 0xfd}, 4, zs_open, zs_read, zs_close,
};

const struct unpacker *unpacker_find(const u8 *p, size_t n)
{
	static const struct unpacker *const all[] = {&gzip, &zstd};

	for (size_t i = 0; i < LEN(all); i++)
		if (n >= all[i]->magic_n && !memcmp(p, all[i]->magic, all[i]->magic_n))
			return all[i];
	return NULL;
}
