/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel's types, and memory of their layout. */
#include "kern/fake.h"
#include "kern/call.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the kernel's types ---- */

static struct bytes read_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	u8 *p = fd < 0 || fstat(fd, &st) || st.st_size <= 0 ? NULL : malloc((size_t)st.st_size);
	size_t n = 0;
	ssize_t got = 1;

	while (p && n < (size_t)st.st_size && got > 0) {
		got = read(fd, p + n, (size_t)st.st_size - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	return (struct bytes){p, p ? n : 0};
}

const struct btf *kern_vmlinux(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct btf *types;
	static bool tried;

	pthread_mutex_lock(&lock);
	if (!tried) {
		static const char path[] = "/sys/kernel/btf/vmlinux";
		struct bytes file = read_file(path);
		if (file.n)
			ob_err_destroy(btf_read(file, NULL, &types));
		free((void *)(uintptr_t)file.p);
		tried = true;
	}
	pthread_mutex_unlock(&lock);
	return types;
}

/* ---- memory of their layout ---- */

struct fake fake_create(const char *name)
{
	const struct btf *b = kern_vmlinux();
	u32 id = b ? btf_find(b, name, BTF_KIND_STRUCT) : 0;
	s64 size = id ? btf_size(b, id) : -1;
	struct fake f = {id ? btf_type(b, id) : NULL, NULL, 0};

	if (size > 0 && size < 1 << 20 && (f.at = calloc(1, (size_t)size)))
		f.size = (u32)size;
	return f;
}

void fake_destroy(struct fake *f)
{
	free(f->at);
	*f = (struct fake){NULL, NULL, 0};
}

/* Where a member lies, also in unions and structs without a name: bytes and size. */
static bool member(const struct btf_type *t, const char *name, u32 depth, u32 *at, u32 *size)
{
	const struct btf *b = kern_vmlinux();

	for (u32 i = 0; i < btf_len(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *called = btf_name(b, m->name_off);
		u32 off = btf_member_at(t, i) / 8;
		if (!strcmp(called, name)) {
			s64 n = btf_size(b, m->type);
			*at = off;
			*size = n > 0 ? (u32)n : 0;
			return n > 0 && !btf_member_bits(b, t, i);
		}
		const struct btf_type *in = *called ? NULL : btf_skip(b, m->type, NULL);
		if (in && depth && btf_is_composite(in) && member(in, name, depth - 1, at, size)) {
			*at += off;
			return true;
		}
	}
	return false;
}

void fake_set(struct fake *f, const char *name, const void *from, u32 n)
{
	u32 at, size;

	if (!f->at || !member(f->t, name, 4, &at, &size) || at > f->size || f->size - at < size)
		return;
	memset(f->at + at, 0, size);
	memcpy(f->at + at, from, MIN(n, size));
}

void fake_set_number(struct fake *f, const char *name, u64 v) { fake_set(f, name, &v, sizeof(v)); }
