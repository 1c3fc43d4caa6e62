/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel's maps, by its own bpf(). */
#ifndef TEST_MAP_KERNEL_H
#define TEST_MAP_KERNEL_H

#include "isa/bpf.h"
#include "map/map.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int kernel_bpf(int cmd, union bpf_attr *a)
{
	long ret = syscall(SYS_bpf, cmd, a, sizeof(*a));

	return ret < 0 ? -errno : (int)ret;
}

/* BTF that says: type 1 is an int, type 3 is `bytes` bytes. */
static inline int kernel_btf(u32 bytes)
{
	enum { INT = 1 << 24, ARRAY = 3 << 24, TYPES = 4 * (4 + 4 + 6) };
	const u32 text[] = {
		0x0001eb9f, 24,    0, TYPES, TYPES, 5, /* header */
		1,          INT,   4, 32,    1,     INT,
		1,          8, /* int, and one of a byte */
		0,          ARRAY, 0, 2,     1,     bytes,
		0x746e6900, 0, /* and "\0int" */
	};
	union bpf_attr a = {.btf = (u64)(uintptr_t)text, .btf_size = 24 + TYPES + 5};

	return kernel_bpf(BPF_BTF_LOAD, &a);
}

/* A descriptor, or errno. btf: -1, or of kernel_btf; inner: -1, or a map's. */
static inline int kernel_map(const struct map_attr *m, int btf, int inner)
{
	union bpf_attr a = {.map_type = m->type,
			    .key_size = m->key_size,
			    .value_size = m->value_size,
			    .max_entries = m->max_entries,
			    .map_flags = m->flags,
			    .map_extra = m->extra};

	if (btf >= 0) {
		a.btf_fd = (u32)btf;
		a.btf_key_type_id = 1;
		a.btf_value_type_id = 3;
	}
	if (inner >= 0)
		a.inner_map_fd = (u32)inner;
	return kernel_bpf(BPF_MAP_CREATE, &a);
}

#endif
