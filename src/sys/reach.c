/* SPDX-License-Identifier: BSD-2-Clause */
/* Will the loader put the preload library into this program? */
#include "sys/sys.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { SCRIPTS = 5, LINE = 256, HEADERS = 64 };

static bool get(int fd, u64 off, void *to, size_t n)
{
	return off <= INT64_MAX && pread(fd, to, n, (off_t)off) == (ssize_t)n;
}

/* A foreign or static program; NULL: neither, or no program at all. */
static const char *elf(int fd)
{
	Elf64_Ehdr own, h;
	Elf64_Phdr p;

	if (!get(fd, 0, &h, sizeof(h)) || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0)
		return NULL;
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	bool known = self >= 0 && get(self, 0, &own, sizeof(own));
	if (self >= 0)
		close(self);
	if (known && (h.e_machine != own.e_machine || h.e_ident[EI_CLASS] != own.e_ident[EI_CLASS]))
		return "is made for another machine";
	if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_phentsize != sizeof(p))
		return "is no program that onebpf can read";
	for (u32 i = 0; i < h.e_phnum && i < HEADERS; i++)
		if (get(fd, h.e_phoff + i * sizeof(p), &p, sizeof(p)) && p.p_type == PT_INTERP)
			return NULL;
	return "is statically linked";
}

/* It runs with rights that its caller has not, and the loader trusts nobody. */
static const char *privileged(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return NULL;
	if ((st.st_mode & S_ISUID) && st.st_uid != getuid())
		return "is setuid";
	if ((st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && st.st_gid != getgid())
		return "is setgid";
	if (getuid() && fgetxattr(fd, "security.capability", NULL, 0) > 0)
		return "has capabilities of its own";
	return NULL;
}

/* The interpreter that "#!" names. */
static bool script(int fd, char line[LINE])
{
	ssize_t n = pread(fd, line, LINE - 1, 0);
	char *from = line + 2;

	if (n < 3 || line[0] != '#' || line[1] != '!')
		return false;
	line[n] = 0;
	from += strspn(from, " \t");
	from[strcspn(from, " \t\n")] = 0;
	memmove(line, from, strlen(from) + 1);
	return *line;
}

const char *sys_out_of_reach(const char *path)
{
	char line[LINE];

	for (u32 i = 0; i < SCRIPTS; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

		if (fd < 0)
			return NULL;
		bool more = script(fd, line);
		const char *why = more ? NULL : privileged(fd);
		if (!more && !why)
			why = elf(fd);
		close(fd);
		if (!more)
			return why;
		path = line;
	}
	return NULL;
}
