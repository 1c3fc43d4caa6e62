/* SPDX-License-Identifier: BSD-2-Clause */
/* A world whose file system is full: no map can be made, and those that were made hold
 * what they promise. */
#include "isa/bpf.h"
#include "kern/kern.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAPS = 64, ENTRIES = 4096, LARGE = 100 << 20 };

static int make(u32 type, u32 entries)
{
	union bpf_attr a = {
		.map_type = type, .key_size = 4, .value_size = 64, .max_entries = entries};

	return kern_bpf(BPF_MAP_CREATE, &a, sizeof(a));
}

static bool fill(int map)
{
	u8 value[64] = {1};

	for (u32 key = 0; key < ENTRIES; key++) {
		union bpf_attr a = {.map_fd = (u32)map,
				    .key = (u64)(uintptr_t)&key,
				    .value = (u64)(uintptr_t)value};
		if (kern_bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a)))
			return false;
	}
	return true;
}

int main(void)
{
	static const u32 types[] = {BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH};
	char path[] = "/tmp/onebpf-full.XXXXXX";
	int map[MAPS], n = 0, err = 0;
	bool filled = true;

	if (unshare(CLONE_NEWNS) || mount("", "/", "", MS_REC | MS_PRIVATE, NULL) ||
	    !mkdtemp(path) || mount("world", path, "tmpfs", 0, "size=4m,mode=700")) {
		printf("skip full: no file system of its own: %s\n", strerror(errno));
		return 0;
	}
	setenv("ONEBPF_WORLD", path, 1);
	int large = make(BPF_MAP_TYPE_ARRAY, LARGE / 64);
	while (n < MAPS && (err = make(types[n % 3], ENTRIES)) >= 0)
		map[n++] = err;
	for (int i = 0; i < n; i++)
		filled &= fill(map[i]);
	bool ok = large == -ENOMEM && n > 3 && err == -ENOMEM && filled;
	printf("%s full: %d maps, then %d; a large one: %d; %s\n", ok ? "ok" : "FAIL", n, err,
	       large, filled ? "all can be filled" : "not all can be filled");
	umount(path);
	rmdir(path);
	return !ok;
}
