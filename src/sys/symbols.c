/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs and libraries of users: found by name, and their functions by symbols. */
#include "sys/attach.h"

#include <elf.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the file ---- */

static char *in_folders(const char *folders, const char *name)
{
	for (const char *s = folders; s && *s; s += strcspn(s, ":"), s += *s == ':') {
		int n = (int)strcspn(s, ":");
		char *path;
		struct stat st;

		if (asprintf(&path, "%.*s/%s", n, s, name) < 0)
			return NULL;
		if (!stat(path, &st) && S_ISREG(st.st_mode))
			return path;
		free(path);
	}
	return NULL;
}

/* "libc" is the library of that name that the process has, or that is loaded here. */
static char *in_maps(const char *name, pid_t pid)
{
	char path[64], *line = NULL, *found = NULL;
	size_t cap = 0, n = strlen(name);

	snprintf(path, sizeof(path), pid ? "/proc/%d/maps" : "/proc/self/maps", (int)pid);
	FILE *f = fopen(path, "re");
	while (f && !found && getline(&line, &cap, f) > 0) {
		char *at = strchr(line, '/');
		char *last = at ? strrchr(at, '/') + 1 : NULL;

		if (!last)
			continue;
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(last, name, n) && (last[n] == '.' || last[n] == '-' || !last[n]))
			found = strdup(at);
	}
	if (f)
		fclose(f);
	free(line);
	return found;
}

static char *find_file(const char *name, pid_t pid)
{
	static const char libraries[] =
		"/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/lib/aarch64-linux-gnu:"
		"/usr/lib/aarch64-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib:/usr/local/lib";
	static const char programs[] =
		"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *found;

	if (strchr(name, '/'))
		return strdup(name);
	found = pid || !strncmp(name, "lib", 3) ? in_maps(name, pid) : NULL;
	if (!found)
		found = in_folders(strstr(name, ".so") ? libraries : getenv("PATH"), name);
	return found ? found : in_folders(programs, name);
}

void program_file_close(struct program_file *f)
{
	if (f->bytes.n)
		munmap((void *)(uintptr_t)f->bytes.p, f->bytes.n);
	free(f->path);
	*f = (struct program_file){0};
}

struct ob_err *program_file_open(const char *name, pid_t pid, struct program_file *ret)
{
	struct program_file f = {.path = find_file(name, pid)};
	struct ob_err *err = NULL;
	struct stat st;

	if (!f.path)
		return err_new(OB_NAME, "no program or library is called %s", name);
	int fd = open(f.path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		err = err_sys(errno, "cannot open %s", f.path);
	else if (!S_ISREG(st.st_mode) || !st.st_size)
		err = err_new(OB_FORMAT, "%s is no program", f.path);
	if (!err) {
		void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (p == MAP_FAILED)
			err = err_sys(errno, "cannot read %s", f.path);
		else
			f.bytes = (struct bytes){p, (u64)st.st_size};
	}
	if (fd >= 0)
		close(fd);
	if (!err && !elf_is(f.bytes))
		err = err_new(OB_FORMAT, "%s is no ELF file", f.path);
	else if (!err && (err = elf_open(f.bytes, &f.elf)))
		err = err_at_file(err, f.path);
	if (err) {
		program_file_close(&f);
		return err;
	}
	*ret = f;
	return NULL;
}

/* ---- what is in it ---- */

s64 program_file_offset(const struct program_file *f, u64 addr)
{
	for (u32 i = 1; i < f->elf.sections; i++) {
		struct elf_section s = elf_section(&f->elf, i);

		if (s.flags & SHF_ALLOC && s.data.n && addr >= s.addr && addr - s.addr < s.data.n)
			return s.data.p - f->bytes.p + (s64)(addr - s.addr);
	}
	return -1;
}

static bool is_function(const struct elf_symbol *s)
{
	return (s->type == STT_FUNC || s->type == STT_GNU_IFUNC) && s->section != SHN_UNDEF &&
	       s->value;
}

/* A version behind the name does not count. */
static bool fits(const char *name, const char *pattern)
{
	char bare[512];
	size_t n = strcspn(name, "@");

	if (name[n] && n < sizeof(bare) && !strchr(pattern, '@')) {
		snprintf(bare, sizeof(bare), "%.*s", (int)n, name);
		name = bare;
	}
	return strpbrk(pattern, "*?[") ? !fnmatch(pattern, name, 0) : !strcmp(pattern, name);
}

void program_functions(const struct program_file *f, const char *pattern,
		       bool (*fn)(void *arg, const char *name, u64 off), void *arg)
{
	for (u32 i = 1; i < f->elf.sections; i++) {
		struct elf_section s = elf_section(&f->elf, i);

		if (s.type != SHT_SYMTAB && s.type != SHT_DYNSYM)
			continue;
		for (u64 k = 0, n = elf_symbols(&s); k < n; k++) {
			struct elf_symbol sym = elf_symbol(&f->elf, &s, k);
			s64 off;

			if (!is_function(&sym) || !fits(sym.name, pattern))
				continue;
			off = program_file_offset(f, sym.value);
			if (off >= 0 && !fn(arg, sym.name, (u64)off))
				return;
		}
	}
}
