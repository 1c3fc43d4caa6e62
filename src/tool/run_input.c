/* SPDX-License-Identifier: BSD-2-Clause */
/* What `onebpf run` runs, and the memory that it gives it. */
#include "pkt/pkt.h"
#include "tool/expr.h"
#include "tool/run.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 1 << 30 };

/* ---- the program ---- */

static bool is_elf(const struct buf *b) { return b->n >= 4 && !memcmp(b->p, "\177ELF", 4); }

static struct ob_err *elf(const char *path)
{
	struct ob_err *err = err_new(OB_UNSUPPORTED, "this is an ELF object, not a program");

	return err_hint(err_at_file(err, path), "a program of it: onebpf run FILE.o:NAME");
}

static struct ob_err *from_raw(const char *path, const struct buf *b, struct prog **ret)
{
	if (b->n % sizeof(struct ob_ebpf))
		return err_at_file(
			err_new(OB_FORMAT,
				"%zu bytes: with --raw the length is a multiple of 8, one "
				"instruction each",
				b->n),
			path);
	if (b->n / sizeof(struct ob_ebpf) > EBPF_MAX)
		return err_at_file(err_new(OB_RANGE, "%zu instructions, of at most %u",
					   b->n / sizeof(struct ob_ebpf), EBPF_MAX),
				   path);
	return prog_create_ebpf((const struct ob_ebpf *)(const void *)b->p,
				(u32)(b->n / sizeof(struct ob_ebpf)), ret);
}

static struct ob_err *from_text(const char *path, const struct buf *b, struct prog **ret)
{
	if (memchr(b->p, 0, b->n))
		return err_hint(err_at_file(err_new(OB_FORMAT, "this is not text"), path),
				"instructions as they are stored are read with --raw");
	return prog_assemble(path, b->p, b->n, ret);
}

struct ob_err *run_program(const struct run_cmd *c, const char *path, struct prog **ret)
{
	struct buf b = {0};
	struct ob_err *err = expr_read(path, MOST, &b);

	if (err)
		;
	else if (!b.n)
		err = err_at_file(err_new(OB_FORMAT, "the file is empty"), path);
	else if (is_elf(&b))
		err = elf(path);
	else
		err = c->raw ? from_raw(path, &b, ret) : from_text(path, &b, ret);
	buf_deinit(&b);
	return err;
}

/* ---- the memory ---- */

/* FILE:N, unless there is a file whose name ends so. */
static struct ob_err *split(const char *arg, char **path, u64 *nr)
{
	const char *colon = strrchr(arg, ':');

	*nr = 1;
	*path = strdup(arg);
	if (!*path)
		return err_nomem();
	if (!colon || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")] || !access(arg, F_OK))
		return NULL;
	errno = 0;
	*nr = strtoull(colon + 1, NULL, 10);
	(*path)[colon - arg] = 0;
	if (errno || !*nr)
		return err_new(OB_RANGE, "--pkt: no packet has the number %s, they count from 1",
			       colon + 1);
	return NULL;
}

static struct ob_err *read_packet(struct pkt_reader *r, const char *path, u64 nr, struct buf *to)
{
	enum pkt_status status;
	struct pkt p = {0};

	while ((status = pkt_next(r, &p)) == PKT_OK)
		if (p.nr == nr) {
			buf_add(to, p.data, p.caplen);
			return to->oom ? err_nomem() : NULL;
		}
	if (status == PKT_ERR)
		return pkt_reader_err(r);
	return err_at_file(err_new(OB_RANGE, "there is no packet %llu, it has %llu",
				   (unsigned long long)nr, (unsigned long long)p.nr),
			   path);
}

static struct ob_err *from_packet(const char *arg, struct buf *to)
{
	struct pkt_reader *r;
	char *path;
	u64 nr;
	struct ob_err *err = split(arg, &path, &nr);

	if (!err)
		err = pkt_open(path, NULL, &r);
	if (!err) {
		err = read_packet(r, path, nr, to);
		pkt_close(r);
	}
	free(path);
	return err;
}

struct ob_err *run_memory(const struct run_cmd *c, struct buf *to)
{
	if (c->mem && c->pkt)
		return err_new(OB_SYNTAX, "--mem and --pkt: the memory is one or the other");
	if (c->pkt)
		return from_packet(c->pkt, to);
	return c->mem ? expr_bytes("--mem", c->mem, MOST, to) : NULL;
}
