/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel's maps, by the bpf() call itself: 0 or a negative errno. */
#ifndef KERNEL_MAP_H
#define KERNEL_MAP_H

#include "isa/bpf.h"
#include "map/map.h"
#include "sys/sys.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static inline u64 kmap_ptr(const void *p) { return (u64)(uintptr_t)p; }

static inline int kmap_call(int cmd, union bpf_attr *a)
{
	int r = sys_linux_bpf(cmd, a, sizeof(*a));

	return r < 0 ? -errno : r;
}

/* inner: of a map of maps, else -1. A descriptor, or a negative errno. */
static inline int kmap_create(const struct map_attr *m, int inner)
{
	union bpf_attr a = {.map_type = m->type,
			    .key_size = m->key_size,
			    .value_size = m->value_size,
			    .max_entries = m->max_entries,
			    .map_flags = m->flags};

	if (inner >= 0)
		a.inner_map_fd = (u32)inner;
	a.map_extra = m->extra;
	return kmap_call(BPF_MAP_CREATE, &a);
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
	int fd = kmap_create(&any, -1);

	kmap_close(fd);
	return fd == -EPERM ? "the right to bpf() is missing" : fd < 0 ? "no bpf() here" : NULL;
}

static inline u32 kmap_id(int fd)
{
	struct bpf_map_info info = {0};
	union bpf_attr a = {
		.info = {.bpf_fd = (u32)fd, .info_len = sizeof(info), .info = kmap_ptr(&info)}};

	return kmap_call(BPF_OBJ_GET_INFO_BY_FD, &a) ? 0 : info.id;
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

	return kmap_call(cmd, &a);
}

static inline int kmap_update(int fd, const void *key, const void *value, u64 flags)
{
	return kmap_elem(BPF_MAP_UPDATE_ELEM, fd, key, value, flags);
}

static inline int kmap_remove(int fd, const void *key)
{
	return kmap_elem(BPF_MAP_DELETE_ELEM, fd, key, NULL, 0);
}

static inline int kmap_read(int fd, const void *key, void *value)
{
	return kmap_elem(BPF_MAP_LOOKUP_ELEM, fd, key, value, 0);
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
	int err = kmap_call(take ? BPF_MAP_LOOKUP_AND_DELETE_BATCH : BPF_MAP_LOOKUP_BATCH, &a);

	*n = a.batch.count;
	return err;
}

#endif
