/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_BTF_LOAD: the running kernel and btf_load must say the same of any bytes:
 * taken or refused, the errno, and each byte of the log.
 * Usage: btf_oracle [count [seed]] */
#include "btf_make.h"

#include "isa/bpf.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

static char kernel_log[1 << 22];
static struct buf our_log;
static u64 taken, errnos[600];

static int kernel_load(bool log)
{
	union bpf_attr a = {.btf = (u64)(uintptr_t)mk.data, .btf_size = mk.data_n};

	if (log) {
		a.btf_log_buf = (u64)(uintptr_t)kernel_log;
		a.btf_log_size = sizeof(kernel_log);
		a.btf_log_level = 1;
	}
	*kernel_log = 0;
	int fd = (int)syscall(SYS_bpf, BPF_BTF_LOAD, &a, sizeof(a));
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int our_load(const struct btf *kernel)
{
	u8 *exact = memcpy(malloc(mk.data_n + 1), mk.data, mk.data_n);
	struct btf *b = NULL;

	buf_clear(&our_log);
	int err = btf_load((struct bytes){exact, mk.data_n}, kernel, &our_log, &b);
	free(exact);
	btf_destroy(b);
	return err;
}

static void show(u64 seed)
{
	FILE *f = fopen("/tmp/btf-differs", "w");

	if (f) {
		fwrite(mk.data, 1, mk.data_n, f);
		fclose(f);
	}
	printf("    input %llu, kept as /tmp/btf-differs\n", (unsigned long long)seed);
}

/* The lines from the first that differs. */
static void show_logs(const char *a, const char *b)
{
	const char *line = a;

	for (; *a && *a == *b; a++, b++)
		if (*a == '\n')
			line = a + 1;
	b -= a - line;
	printf("    kernel: %.200s\n    ours:   %.200s\n", line, b);
}

static bool same(u64 seed, const struct btf *kernel, u64 *logs)
{
	int theirs = kernel_load(true), ours = our_load(kernel);
	const char *log = our_log.p ? our_log.p : "";

	if (!theirs)
		taken++;
	else
		errnos[-theirs % 600]++;
	if (theirs == ours && !strcmp(log, kernel_log))
		return true;
	*logs += theirs == ours;
	printf("    kernel %d, ours %d\n", theirs, ours);
	show_logs(kernel_log, log);
	show(seed);
	return false;
}

static bool group(const char *name, u64 from, u64 n, const struct btf *kernel, bool pieces)
{
	u64 differ = 0, logs = 0;

	taken = 0;
	memset(errnos, 0, sizeof(errnos));
	for (u64 i = from; i < from + n; i++) {
		if (pieces)
			mk_piece(i, kernel);
		else
			mk_random(i);
		for (u32 j = i % 4; j > 0; j--)
			mk_mutate();
		differ += !same(i, kernel, &logs);
		if (differ > 8)
			break;
	}
	printf("    %llu taken", (unsigned long long)taken);
	for (u32 i = 0; i < LEN(errnos); i++)
		if (errnos[i])
			printf(", %llu errno %u", (unsigned long long)errnos[i], i);
	printf("\n%s %s: %llu differ, %llu of them in the log only\n", differ ? "FAIL" : "ok", name,
	       (unsigned long long)differ, (unsigned long long)logs);
	return !differ;
}

static struct bytes file(const char *path)
{
	static u8 text[1 << 24];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

	if (f)
		fclose(f);
	return (struct bytes){text, n};
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000;
	u64 from = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct btf *kernel = NULL;

	mk_random(1);
	int err = kernel_load(false);
	if (err == -EPERM || err == -ENOSYS) {
		printf("skip kernel: bpf() is not permitted here\n");
		return 0;
	}
	err = btf_load(file("/sys/kernel/btf/vmlinux"), NULL, NULL, &kernel);
	if (err) {
		printf("FAIL vmlinux: %d\n", err);
		return 1;
	}
	bool ok = group("random types", from, n, kernel, false);
	ok &= group("pieces of the kernel's types", from, n, kernel, true);
	btf_destroy(kernel);
	buf_deinit(&our_log);
	return !ok;
}
