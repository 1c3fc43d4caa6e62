/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended programs in files: which form a file has, and each form written. */
#include "tool/program.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/expr.h"

enum { MOST = 1 << 30 };

const char *const program_forms[] = {"raw", "hex", "c", "text", "objdump", NULL};

struct ob_err *program_operand(char **operand, const char **path)
{
	if (!operand[0])
		return err_new(OB_SYNTAX, "which file? - is standard input");
	if (operand[1])
		return err_new(OB_SYNTAX, "one file at a time, not also %s", operand[1]);
	*path = operand[0];
	return NULL;
}

/* ---- reading ---- */

static struct ob_err *from_bytes(const char *path, const struct buf *b, struct prog **ret)
{
	size_t n = b->n / sizeof(struct ob_ebpf);

	if (b->n % sizeof(struct ob_ebpf)) {
		struct ob_err *err =
			err_new(OB_FORMAT,
				"these are %zu bytes: a program has 8 for each instruction", b->n);

		return err_at_file(err, path);
	}
	if (n > EBPF_MAX)
		return err_at_file(err_new(OB_RANGE, "%zu slots, of at most %d", n, EBPF_MAX),
				   path);
	return prog_create_ebpf((const struct ob_ebpf *)(const void *)b->p, (u32)n, ret);
}

static bool is_text(const struct buf *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (((u8)b->p[i] < ' ' && !isspace((u8)b->p[i])) || b->p[i] == 127)
			return false;
	return true;
}

/* Pairs of digits and blanks, of whole slots: put together in place. */
static bool unhex(struct buf *b)
{
	size_t digits = 0;

	for (size_t i = 0; i < b->n; i++)
		if (isxdigit((u8)b->p[i]))
			digits++;
		else if (!isspace((u8)b->p[i]))
			return false;
	if (!digits || digits % 16)
		return false;
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++) {
		u8 c = (u8)b->p[i];

		if (isspace(c))
			continue;
		c = (u8)(isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
		b->p[n / 2] = (char)(n % 2 ? (u8)b->p[n / 2] << 4 | c : c);
		n++;
	}
	b->n = n / 2;
	return true;
}

static struct ob_err *by_content(const char *path, struct buf *b, const char *const *maps,
				 struct prog **ret)
{
	if (b->n >= 4 && !memcmp(b->p, "\177ELF", 4))
		return err_hint(err_at_file(err_new(OB_UNSUPPORTED,
						    "this is an object file, not the text or the "
						    "bytes of a program"),
					    path),
				"its programs as text: onebpf dis %s", path);
	if (!is_text(b) || unhex(b))
		return from_bytes(path, b, ret);
	return prog_assemble_maps(path, b->p, b->n, maps, ret);
}

static struct ob_err *read_form(const char *path, bool raw, const char *const *maps,
				struct prog **ret)
{
	struct buf b = {0};
	struct ob_err *err = expr_read(path, MOST, &b);

	if (err)
		;
	else if (!b.n)
		err = err_at_file(err_new(OB_FORMAT, "the file is empty"), path);
	else
		err = raw ? from_bytes(path, &b, ret) : by_content(path, &b, maps, ret);
	buf_deinit(&b);
	return err;
}

struct ob_err *program_read(const char *path, bool raw, struct prog **ret)
{
	return read_form(path, raw, NULL, ret);
}

struct ob_err *program_read_maps(const char *path, const char *const *maps, struct prog **ret)
{
	return read_form(path, false, maps, ret);
}

/* ---- writing ---- */

void program_hex(struct buf *to, const struct ob_ebpf *i)
{
	static const char digits[] = "0123456789abcdef";
	const u8 *p = (const u8 *)i;

	for (u32 k = 0; k < sizeof(*i); k++) {
		if (k)
			buf_putc(to, ' ');
		buf_putc(to, digits[p[k] >> 4]);
		buf_putc(to, digits[p[k] & 15]);
	}
}

static void c_line(const struct prog *p, u32 pc, struct buf *to)
{
	const struct ob_ebpf *i = &p->stored[pc];

	buf_printf(to, "{ 0x%02x, %u, %u, %d, %d },", i->code, i->dst, i->src, i->off, i->imm);
	if (p->ext[pc].op < EB_COUNT) {
		buf_puts(to, " /* ");
		ebpf_dis_one(to, &p->ext[pc], pc);
		buf_puts(to, " */");
	}
	buf_putc(to, '\n');
}

/* A 64-bit immediate is one line, as llvm-objdump has it. */
static void objdump_line(const struct prog *p, u32 pc, struct buf *to, const struct eb_notes *notes)
{
	bool wide = pc + 1 < p->n && p->ext[pc + 1].op == EB_WIDE;

	if (p->ext[pc].op == EB_WIDE)
		return;
	if (notes)
		notes->before(notes->arg, pc, to);
	buf_printf(to, "%8u:\t", pc);
	program_hex(to, &p->stored[pc]);
	if (wide) {
		buf_putc(to, ' ');
		program_hex(to, &p->stored[pc + 1]);
	}
	buf_putc(to, '\t');
	if (p->ext[pc].op == EB_BAD)
		buf_puts(to, "<unknown>");
	else
		ebpf_dis_one(to, &p->ext[pc], pc);
	if (notes)
		notes->behind(notes->arg, pc, to);
	buf_putc(to, '\n');
}

void program_write_noted(const struct prog *p, enum program_form form, struct buf *to,
			 const struct eb_notes *notes)
{
	if (form == PROGRAM_RAW)
		buf_add(to, p->stored, p->n * sizeof(*p->stored));
	else if (form == PROGRAM_TEXT)
		ebpf_dis_noted(to, p->ext, p->n, notes);
	for (u32 i = 0; i < p->n && !to->oom; i++)
		if (form == PROGRAM_HEX) {
			program_hex(to, &p->stored[i]);
			buf_putc(to, '\n');
		} else if (form == PROGRAM_C) {
			c_line(p, i, to);
		} else if (form == PROGRAM_OBJDUMP) {
			objdump_line(p, i, to, notes);
		}
}

void program_write(const struct prog *p, enum program_form form, struct buf *to)
{
	program_write_noted(p, form, to, NULL);
}

/* ---- a whole file or none ---- */

static struct ob_err *write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR)
			return err_sys(errno, "cannot write");
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return NULL;
}

/* Behind what there is already, should it be a file (/dev/stdout may lead to one). */
static struct ob_err *save_special(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return err_at_file(err_sys(errno, "cannot open"), path);
	struct ob_err *err = write_all(fd, p, n);
	if (close(fd) && !err)
		err = err_sys(errno, "cannot write");
	return err ? err_at_file(err, path) : NULL;
}

/* Under a temporary name, which ends in XXXXXX, and then under its own. */
static struct ob_err *save_as(char *temporary, const char *path, const void *p, size_t n)
{
	int fd = mkstemp(temporary);
	mode_t mask = umask(0);

	umask(mask);
	if (fd < 0)
		return err_sys(errno, "cannot create");
	struct ob_err *err = write_all(fd, p, n);
	if (!err && fchmod(fd, 0666 & ~mask))
		err = err_sys(errno, "cannot set its mode");
	if (close(fd) && !err)
		err = err_sys(errno, "cannot write");
	if (!err && rename(temporary, path))
		err = err_sys(errno, "cannot rename");
	if (err)
		unlink(temporary);
	return err;
}

/* A name that belongs to the system is never replaced, whatever it leads to. */
static bool is_special(const char *path)
{
	struct stat st;

	return !strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6) ||
	       (!stat(path, &st) && !S_ISREG(st.st_mode));
}

struct ob_err *program_save(const char *path, const void *p, size_t n)
{
	struct ob_err *err;
	char *temporary, *real;

	if (is_special(path))
		return save_special(path, p, n);
	real = realpath(path, NULL); /* a link stays one */
	if (asprintf(&temporary, "%s.XXXXXX", real ? real : path) < 0) {
		free(real);
		return err_nomem();
	}
	err = save_as(temporary, real ? real : path, p, n);
	free(temporary);
	free(real);
	return err ? err_at_file(err, path) : NULL;
}
