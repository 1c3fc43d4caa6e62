/* SPDX-License-Identifier: BSD-2-Clause */
/* Values as text: bpf_snprintf_btf of the running kernel and btf_put_value must write
 * the same of any bytes, for types of the running kernel.
 * Usage: btf_value [count [seed]] */
#include "prog/btf_priv.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { VALUE = 4096, TEXT = 28000 };

/* The value of an array that the program and we share. */
static struct shared {
	u8 value[VALUE];
	u32 type, flags;
	s64 length;
	char text[TEXT];
} * ctx;

static u64 state = 1;

static u32 any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (u32)(state * 0x2545f4914f6cdd1du >> 32);
}

#define INSN(c, d, s, o, i)                                                         \
	{                                                                           \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) \
	}

static int make_map(void)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY,
			    .key_size = 4,
			    .value_size = sizeof(*ctx),
			    .max_entries = 1,
			    .map_flags = BPF_F_MMAPABLE};
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a));

	if (fd >= 0)
		ctx = mmap(NULL, sizeof(*ctx), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return fd;
}

static int load(int map)
{
	const struct bpf_insn code[] = {
		INSN(0x18, 6, BPF_PSEUDO_MAP_VALUE, 0, map), /* r6 = the value */
		INSN(0, 0, 0, 0, 0),
		INSN(0x7b, 10, 6, -16, 0),                          /* ptr = r6 */
		INSN(0x61, 2, 6, offsetof(struct shared, type), 0), /* r2 = type */
		INSN(0x63, 10, 2, -8, 0),                           /* its id */
		INSN(0x62, 10, 0, -4, 0),                           /* flags = 0 */
		INSN(0xbf, 1, 6, 0, 0),
		INSN(0x07, 1, 0, 0, offsetof(struct shared, text)),   /* r1 = text */
		INSN(0xb7, 2, 0, 0, TEXT),                            /* r2 = its size */
		INSN(0xbf, 3, 10, 0, 0),                              /* r3 = what */
		INSN(0x07, 3, 0, 0, -16),                             /* */
		INSN(0xb7, 4, 0, 0, 16),                              /* r4 = its size */
		INSN(0x61, 5, 6, offsetof(struct shared, flags), 0),  /* r5 = flags */
		INSN(0x85, 0, 0, 0, BPF_FUNC_snprintf_btf),           /* call */
		INSN(0x7b, 6, 0, offsetof(struct shared, length), 0), /* length = r0 */
		INSN(0xb7, 0, 0, 0, 0),                               /* r0 = 0 */
		INSN(0x95, 0, 0, 0, 0),                               /* exit */
	};
	static char log[1 << 16];
	union bpf_attr a = {.prog_type = BPF_PROG_TYPE_SYSCALL,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = LEN(code),
			    .license = (u64)(uintptr_t) "GPL",
			    .log_buf = (u64)(uintptr_t)log,
			    .log_size = sizeof(log),
			    .log_level = 1,
			    .prog_flags = BPF_F_SLEEPABLE};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &a, sizeof(a));

	if (fd < 0 && errno != EPERM && errno != ENOSYS)
		printf("    %s\n", log);
	return fd;
}

static bool run(int fd)
{
	union bpf_attr a = {.test = {.prog_fd = (u32)fd}};

	return !syscall(SYS_bpf, BPF_PROG_TEST_RUN, &a, sizeof(a));
}

/* Bytes of which many are 0, and some are letters. */
static void fill(u32 n)
{
	u32 zeros = any() % 4;

	memset(ctx, 0, sizeof(*ctx));
	for (u32 i = 0; i < n; i++) {
		u32 r = any();

		if (r % 4 < zeros || (i / 16 * 7 + state % 3) % 3 == 0)
			continue;
		ctx->value[i] = (u8)(r & 0x100 ? 'a' + (r >> 16) % 26 : r >> 24);
	}
}

/* Linux shows the first pointer, or inner array, again and again (btf_array_show takes
 * no size from it). */
static bool has_odd_array(const struct btf *b, u32 id, u32 depth)
{
	const struct btf_type *t = btf_skip(b, id, NULL);

	if (depth > 20)
		return true;
	if (btf_is(t, BTF_KIND_ARRAY)) {
		const struct btf_type *of = btf_skip(b, btf_array_of(t)->type, NULL);

		return btf_is(of, BTF_KIND_PTR) || btf_is(of, BTF_KIND_ARRAY) ||
		       has_odd_array(b, btf_array_of(t)->type, depth + 1);
	}
	for (u32 i = 0; btf_is_composite(t) && i < btf_len(t); i++)
		if (has_odd_array(b, btf_members(t)[i].type, depth + 1))
			return true;
	return false;
}

/* Variables and their sections are never asked for: Linux 6.18 crashes (btf_var_show
 * takes a kernel's types for checked ones). */
static bool may_ask(const struct btf_type *t)
{
	return !btf_no_size(t) && !btf_is(t, BTF_KIND_VAR) && !btf_is(t, BTF_KIND_DATASEC);
}

static u64 compared, odd, cut;

static bool same(int fd, const struct btf *b, u32 id)
{
	s64 size = btf_size(b, id);
	struct buf ours = {0};

	if (size <= 0 || size > VALUE)
		return true;
	if (has_odd_array(b, id, 0)) {
		odd++;
		return true;
	}
	fill((u32)size);
	ctx->type = id;
	ctx->flags = (any() & 15) | BTF_F_PTR_RAW;
	u64 flags = ctx->flags;
	if (!run(fd)) {
		printf("    type %u: test run: %s\n", id, strerror(errno));
		return false;
	}
	btf_put_value(&ours, b, id, (struct bytes){ctx->value, (u64)size}, flags);
	const char *text = ours.p ? ours.p : "";
	bool ok = ctx->length >= 0 && !strncmp(text, ctx->text, TEXT - 1) &&
		  (u64)ctx->length == ours.n;
	compared++;
	cut += ours.n >= TEXT;
	if (!ok) {
		size_t i = 0;

		while (text[i] && text[i] == ctx->text[i])
			i++;
		i = i > 40 ? i - 40 : 0;
		printf("    type %u (%s) flags %llu, length %lld, ours %zu\n    kernel: %.120s\n"
		       "    ours:   %.120s\n",
		       id, btf_name(b, btf_type(b, id)->name_off), (unsigned long long)flags,
		       (long long)ctx->length, ours.n, ctx->text + i, text + i);
	}
	buf_deinit(&ours);
	return ok;
}

static struct btf *kernel_types(void)
{
	static u8 text[1 << 24];
	FILE *f = fopen("/sys/kernel/btf/vmlinux", "r");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;
	struct btf *b = NULL;
	struct ob_err *err = btf_read((struct bytes){text, n}, NULL, &b);

	if (f)
		fclose(f);
	ob_err_destroy(err);
	return err ? NULL : b;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000, differ = 0;
	int map = make_map(), fd = map < 0 ? map : load(map);

	if (fd < 0 && (errno == EPERM || errno == ENOSYS)) {
		printf("skip kernel: bpf() is not permitted here\n");
		return 0;
	}
	struct btf *b = kernel_types();
	if (fd < 0 || !b) {
		printf("FAIL kernel: cannot be asked\n");
		return 1;
	}
	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	for (u64 i = 0; i < n && differ < 9; i++) {
		u32 id = 1 + any() % (b->n - 1);

		if (may_ask(btf_type(b, id)))
			differ += !same(fd, b, id);
	}
	printf("    %llu values, %llu with arrays that Linux shows wrongly left out, %llu cut\n",
	       (unsigned long long)compared, (unsigned long long)odd, (unsigned long long)cut);
	bool ok = !differ && compared > n / 8;
	printf("%s values: %llu differ\n", ok ? "ok" : "FAIL", (unsigned long long)differ);
	btf_destroy(b);
	close(fd);
	return !ok;
}
