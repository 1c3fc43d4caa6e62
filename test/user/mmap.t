# SPDX-License-Identifier: BSD-2-Clause
# maps are mapped, refused and frozen as in the kernel
-- skip-unless command -v cc && onebpf doctor bpf
-- file mmap.c
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
static long bpf(int cmd, union bpf_attr *a)
{
	long r = syscall(SYS_bpf, cmd, a, sizeof(*a));
	return r < 0 ? -errno : r;
}
static int make(int type, int key, int value, int n, int flags)
{
	union bpf_attr a = {.map_type = type, .key_size = key, .value_size = value, .max_entries = n, .map_flags = flags};
	return bpf(BPF_MAP_CREATE, &a);
}
static long freeze(int fd)
{
	union bpf_attr a = {.map_fd = fd};
	return bpf(BPF_MAP_FREEZE, &a);
}
static const struct kind { const char *name; int type, key, value, n, flags; } kinds[] = {
	{"array", BPF_MAP_TYPE_ARRAY, 4, 8, 16, 0},
	{"mmapable", BPF_MAP_TYPE_ARRAY, 4, 8, 16, BPF_F_MMAPABLE},
	{"large", BPF_MAP_TYPE_ARRAY, 4, 8, 1024, BPF_F_MMAPABLE},
	{"odd", BPF_MAP_TYPE_ARRAY, 4, 5, 1000, BPF_F_MMAPABLE},
	{"rdonly_prog", BPF_MAP_TYPE_ARRAY, 4, 8, 16, BPF_F_MMAPABLE | BPF_F_RDONLY_PROG},
	{"wronly_prog", BPF_MAP_TYPE_ARRAY, 4, 8, 16, BPF_F_MMAPABLE | BPF_F_WRONLY_PROG},
	{"rdonly", BPF_MAP_TYPE_ARRAY, 4, 8, 16, BPF_F_MMAPABLE | BPF_F_RDONLY},
	{"wronly", BPF_MAP_TYPE_ARRAY, 4, 8, 16, BPF_F_MMAPABLE | BPF_F_WRONLY},
	{"hash", BPF_MAP_TYPE_HASH, 4, 8, 16, 0},
	{"percpu", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 16, 0},
	{"ringbuf", BPF_MAP_TYPE_RINGBUF, 0, 0, 8192, 0},
	{"user_ringbuf", BPF_MAP_TYPE_USER_RINGBUF, 0, 0, 8192, 0},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
static void try(const struct kind *k, int prot, int flags, long off, long n)
{
	int fd = make(k->type, k->key, k->value, k->n, k->flags);
	char *p = mmap(NULL, n, prot, flags, fd, off);
	if (p == MAP_FAILED) {
		printf("%s prot %d flags %d off %ld n %ld: %d\n", k->name, prot, flags, off, n, errno);
	} else {
		int w = mprotect(p, n, PROT_READ | PROT_WRITE) ? errno : 0;
		long busy = freeze(fd);
		munmap(p, n);
		long after = busy ? freeze(fd) : 0;
		p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, off);
		int again = p == MAP_FAILED ? errno : 0;
		printf("%s prot %d flags %d off %ld n %ld: ok w %d freeze %ld %ld again %d\n", k->name, prot, flags, off, n, w, busy, after, again);
		if (!again)
			munmap(p, n);
	}
	close(fd);
}
int main(void)
{
	for (int k = 0; k < KINDS; k++)
		for (int prot = 0; prot < 8; prot++)
			for (int flags = MAP_SHARED; flags <= MAP_SHARED_VALIDATE; flags++)
				for (long off = 0; off <= 4 * 4096; off += off ? off : 4096)
					for (long n = 1; n <= 7 * 4096; n = n == 1 ? 4096 : n + 3 * 4096)
						try(&kinds[k], prot, flags, off, n);
	/* The data lies twice, and MAP_FIXED puts it where it is wanted. */
	int fd = make(BPF_MAP_TYPE_RINGBUF, 0, 0, 8192, 0);
	char *p = mmap(NULL, 6 * 4096, PROT_READ, MAP_SHARED, fd, 0);
	char *at = mmap(NULL, 8 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *q = mmap(at + 4096, 5 * 4096, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 4096);
	printf("%d %d\n", p != MAP_FAILED, q == at + 4096);
	int ufd = make(BPF_MAP_TYPE_USER_RINGBUF, 0, 0, 8192, 0);
	char *u = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ufd, 4096);
	u[4096 + 100] = 'a';
	u[4096 + 8192 + 4096] = 'b';
	printf("%d %c%c %d\n", u != MAP_FAILED, u[4096 + 8192 + 100], u[4096 + 4096], u[4096 + 101]);
	printf("frozen or not: %d\n", (int)freeze(fd));
}
-- sh
export XDG_RUNTIME_DIR=/dev/shm/onebpf-test.$$; mkdir -m 700 $XDG_RUNTIME_DIR
trap 'rm -r $XDG_RUNTIME_DIR' EXIT
cc -w mmap.c -o mmap
./mmap >kernel.txt
onebpf user --private ./mmap >user.txt
diff kernel.txt user.txt | head -n 20
grep -c ok kernel.txt
tail -n 3 user.txt
-- stdout
232
1 1
1 ab 0
frozen or not: 0
