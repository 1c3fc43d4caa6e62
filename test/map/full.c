/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps that take memory as they grow, in a file system that gets full: ENOMEM, and what
 * is in them stays and can be replaced. */
#include "map/priv.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

enum { VALUE = 1000, SLOTS = 4, MOST = 1 << 16 };

static const struct kind {
	const char *name;
	u32 type, flags, key_size, max_entries;
} kinds[] = {
	{"hash", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 8, MOST},
	{"percpu_hash", BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC, 8, MOST},
	{"lpm_trie", BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, 8, MOST},
	{"inode_storage", BPF_MAP_TYPE_INODE_STORAGE, BPF_F_NO_PREALLOC, 4, 0},
	{"array", BPF_MAP_TYPE_ARRAY, 0, 4, MOST},
	{"stack", BPF_MAP_TYPE_STACK, 0, 0, MOST},
};

static int failed;

static void say(const struct kind *k, bool ok, const char *what, long found)
{
	if (!ok)
		printf("FAIL full: %s: %s: %ld\n", k->name, what, found);
	failed |= !ok;
}

static u64 key_of(const struct kind *k, u32 i)
{
	return k->type == BPF_MAP_TYPE_LPM_TRIE ? (u64)i << 32 | 32 : i;
}

static int put(struct map *m, const struct kind *k, u32 i)
{
	static u8 value[VALUE * SLOTS];
	u64 key = key_of(k, i);

	memset(value, (int)i | 1, sizeof(value));
	return map_write(m, &key, value, BPF_ANY);
}

static int get(struct map *m, const struct kind *k, u32 i)
{
	u8 value[VALUE * SLOTS];
	u64 key = key_of(k, i);
	int err = map_read(m, &key, value, 0);

	return err ? err : value[0];
}

static void grows(struct map *m, const struct kind *k)
{
	u32 n = 0, wrong = 0;
	int err;

	while (!(err = put(m, k, n)) && n < MOST)
		n++;
	say(k, err == -ENOMEM && n > 100, "the last update", err);
	for (u32 i = 0; i < n; i++)
		wrong += get(m, k, i) != (u8)(i | 1);
	say(k, !wrong, "elements that are wrong", wrong);
	for (u32 i = n; i < MOST; i++)
		wrong += get(m, k, i) != -ENOENT;
	say(k, !wrong, "elements that should not be there", wrong);
	u64 key = key_of(k, n / 2);
	err = map_remove(m, &key);
	say(k, !err, "a removal", err);
	err = put(m, k, n / 2);
	say(k, !err, "an update afterwards", err);
}

static void try(const char *path, const struct kind *k)
{
	struct map_attr a = {.type = k->type,
			     .key_size = k->key_size,
			     .value_size = VALUE,
			     .max_entries = k->max_entries,
			     .flags = k->flags,
			     .slots = SLOTS};
	int fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct map *m = NULL;
	int err = map_create(&a, fd, &m);

	if (k->flags & BPF_F_NO_PREALLOC)
		say(k, !err, "creation", err);
	else
		say(k, err == -ENOMEM, "creation", err);
	if (m)
		grows(m, k);
	map_put(m);
}

int main(void)
{
	char path[] = "/tmp/onebpf-full.XXXXXX";

	if (unshare(CLONE_NEWNS) || mount("", "/", "", MS_REC | MS_PRIVATE, NULL) ||
	    !mkdtemp(path) || mount("maps", path, "tmpfs", 0, "size=8m,mode=700")) {
		printf("skip full: no file system of its own: %s\n", strerror(errno));
		return 0;
	}
	for (u32 i = 0; i < LEN(kinds); i++)
		try(path, &kinds[i]);
	umount(path);
	rmdir(path);
	printf("%s full: %zu types of maps\n", failed ? "FAIL" : "ok", LEN(kinds));
	return failed;
}
