/* SPDX-License-Identifier: BSD-2-Clause */
/* Elements of the running kernel's maps, by its own bpf(): 0 or a negative errno. */
#ifndef KERNEL_MAP_H
#define KERNEL_MAP_H

#include "kernel.h"

#include <stdio.h>

static inline u64 kmap_ptr(const void *p) { return (u64)(uintptr_t)p; }

/* A map with 8-byte keys, and values of `bytes` that begin with a spin lock. */
static inline int kmap_locked(const struct map_attr *m)
{
	enum { INT = 1 << 24, STRUCT = 4 << 24 | 1 };
	/* clang-format off */
	const struct {
		u32 head[6], type[20];
		char text[27];
	} btf = {
		{0x0001eb9f, 24, 0, 80, 80, 27},
		{1, INT, 4, 32,                       /* 1: int */
		 5, STRUCT, 4, 19, 1, 0,              /* 2: bpf_spin_lock, of an int */
		 23, STRUCT, m->value_size, 25, 2, 0, /* 3: v */
		 1, INT, 8, 64},                      /* 4: the key */
		"\0int\0bpf_spin_lock\0val\0v\0l",
	};
	/* clang-format on */
	union bpf_attr a = {.btf = kmap_ptr(&btf), .btf_size = 24 + 80 + 27};
	int types = kernel_bpf(BPF_BTF_LOAD, &a);

	a = (union bpf_attr){.map_type = m->type,
			     .key_size = m->key_size,
			     .value_size = m->value_size,
			     .max_entries = m->max_entries,
			     .map_flags = m->flags,
			     .btf_fd = (u32)types,
			     .btf_key_type_id = 4,
			     .btf_value_type_id = 3};
	int fd = types < 0 ? types : kernel_bpf(BPF_MAP_CREATE, &a);
	if (types >= 0)
		close(types);
	return fd;
}

static inline void kmap_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* Why the kernel cannot be asked, or NULL. */
static inline const char *kmap_missing(void)
{
	static const struct map_attr any = {
		.type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1};
	int fd = kernel_map(&any, -1, -1);

	kmap_close(fd);
	return fd == -EPERM ? "the right to bpf() is missing" : fd < 0 ? "no bpf() here" : NULL;
}

static inline u32 kmap_id(int fd)
{
	struct bpf_map_info info = {0};
	union bpf_attr a = {
		.info = {.bpf_fd = (u32)fd, .info_len = sizeof(info), .info = kmap_ptr(&info)}};

	return kernel_bpf(BPF_OBJ_GET_INFO_BY_FD, &a) ? 0 : info.id;
}

/* Possible CPUs; a map of ours has as many slots. */
static inline u32 kmap_slots(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	u32 first = 0, last = 0;

	if (f && fscanf(f, "%u-%u", &first, &last) < 2)
		last = first;
	if (f)
		fclose(f);
	return MIN(last + 1, (u32)MAP_SLOTS_MAX);
}

static inline int kmap_elem(int cmd, int fd, const void *key, const void *value, u64 flags)
{
	union bpf_attr a = {
		.map_fd = (u32)fd, .key = kmap_ptr(key), .value = kmap_ptr(value), .flags = flags};

	return kernel_bpf(cmd, &a);
}

static inline int kmap_update(int fd, const void *key, const void *value, u64 flags)
{
	return kmap_elem(BPF_MAP_UPDATE_ELEM, fd, key, value, flags);
}

static inline int kmap_remove(int fd, const void *key)
{
	return kmap_elem(BPF_MAP_DELETE_ELEM, fd, key, NULL, 0);
}

static inline int kmap_read(int fd, const void *key, void *value, u64 flags)
{
	return kmap_elem(BPF_MAP_LOOKUP_ELEM, fd, key, value, flags);
}

static inline int kmap_take(int fd, const void *key, void *value)
{
	return kmap_elem(BPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, key, value, 0);
}

static inline int kmap_next(int fd, const void *key, void *next)
{
	return kmap_elem(BPF_MAP_GET_NEXT_KEY, fd, key, next, 0);
}

static inline int kmap_batch(int fd, void *in, void *out, void *keys, void *values, u32 *n,
			     bool take)
{
	union bpf_attr a = {.batch = {.in_batch = kmap_ptr(in),
				      .out_batch = kmap_ptr(out),
				      .keys = kmap_ptr(keys),
				      .values = kmap_ptr(values),
				      .count = *n,
				      .map_fd = (u32)fd}};
	int err = kernel_bpf(take ? BPF_MAP_LOOKUP_AND_DELETE_BATCH : BPF_MAP_LOOKUP_BATCH, &a);

	*n = a.batch.count;
	return err;
}

#endif
