/* SPDX-License-Identifier: BSD-2-Clause */
/* Which maps may lie in maps of maps: here as in the running kernel. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "kern/kern.h"
#include "sys/sys.h"

#include <errno.h>
#include <unistd.h>

typedef int bpf_fn(int cmd, union bpf_attr *attr, unsigned size);

static int linux_bpf(int cmd, union bpf_attr *attr, unsigned size)
{
	int err = sys_linux_bpf(cmd, attr, size);

	return err < 0 ? -errno : err;
}

/* A map of a type is made with one of these shapes. */
static int make(bpf_fn *bpf, u32 type)
{
	static const struct {
		u32 key, value, entries, flags;
	} shape[] = {{4, 4, 4, 0}, {4, 80, 4, 0}, {4, 8, 4, 0},    {8, 8, 4, BPF_F_NO_PREALLOC},
		     {0, 4, 4, 0}, {8, 8, 4, 0},  {0, 0, 4096, 0}, {8, 8, 0, 0}};
	int fd = -EINVAL;

	for (u32 i = 0; i < LEN(shape) && fd < 0; i++) {
		union bpf_attr a = {.map_type = type,
				    .key_size = shape[i].key,
				    .value_size = shape[i].value,
				    .max_entries = shape[i].entries,
				    .map_flags = shape[i].flags};

		fd = bpf(BPF_MAP_CREATE, &a, sizeof(a));
	}
	return fd;
}

/* What making the outer map, putting the inner one in and taking it out say. */
struct answer {
	int make, put, get;
};

static struct answer ask(bpf_fn *bpf, u32 outer, int inner)
{
	u32 key = 1, id = 0;
	union bpf_attr a = {.map_type = outer,
			    .key_size = 4,
			    .value_size = 4,
			    .max_entries = 2,
			    .inner_map_fd = (u32)inner};
	int fd = bpf(BPF_MAP_CREATE, &a, sizeof(a));
	struct answer said = {.make = MIN(fd, 0)};

	if (fd < 0)
		return said;
	union bpf_attr put = {
		.map_fd = (u32)fd, .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)&inner};
	said.put = bpf(BPF_MAP_UPDATE_ELEM, &put, sizeof(put));
	union bpf_attr get = {
		.map_fd = (u32)fd, .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)&id};
	said.get = bpf(BPF_MAP_LOOKUP_ELEM, &get, sizeof(get));
	close(fd);
	return said;
}

int main(void)
{
	u32 asked = 0, failed = 0;

	for (u32 type = 1; type <= MAPTYPE_ARENA; type++) {
		int ours = make(kern_bpf, type), theirs = make(linux_bpf, type);

		if (theirs == -EPERM || theirs == -ENOSYS) {
			printf("skip inner: bpf() is not permitted\n");
			return 0;
		}
		for (u32 outer = BPF_MAP_TYPE_ARRAY_OF_MAPS;
		     ours >= 0 && theirs >= 0 && outer <= BPF_MAP_TYPE_HASH_OF_MAPS; outer++) {
			struct answer us = ask(kern_bpf, outer, ours),
				      them = ask(linux_bpf, outer, theirs);

			asked++;
			if (!memcmp(&us, &them, sizeof(us)))
				continue;
			failed++;
			printf("    type %u in %u: made %d, put %d, got %d; the kernel: %d, %d, "
			       "%d\n",
			       type, outer, us.make, us.put, us.get, them.make, them.put, them.get);
		}
		if (ours >= 0)
			close(ours);
		if (theirs >= 0)
			close(theirs);
	}
	printf("    %u pairs of types\n", asked);
	printf("%s inner: maps in maps as in the kernel\n", failed || asked < 20 ? "FAIL" : "ok");
	return failed || asked < 20;
}
