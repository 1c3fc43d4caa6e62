/* SPDX-License-Identifier: BSD-2-Clause */
/* Which maps a program of each type may have: here as in the running kernel, verdict and
 * words. */
#include "isa/bpf.h"
#include "isa/isa.h"
#include "kern/kern.h"
#include "prog/btf.h"
#include "sys/sys.h"

#include <errno.h>
#include <unistd.h>

enum { TEXT = 4096, KEY = 1 };

typedef int bpf_fn(int cmd, union bpf_attr *attr, unsigned size);

static int linux_bpf(int cmd, union bpf_attr *attr, unsigned size)
{
	int err = sys_linux_bpf(cmd, attr, size);

	return err < 0 ? -errno : err;
}

/* A struct with one field of the kernel's: BTF of it, and its id. */
static u32 make_types(const char *name, u32 size, struct btf **ret)
{
	struct btf_maker *m = btf_maker_create(NULL);

	btf_maker_add(m, "int", BTF_KIND_INT, false, 0, 4);
	btf_maker_word(m, BTF_INT_SIGNED << 24 | 32);
	u32 field = btf_maker_add(m, name, BTF_KIND_STRUCT, false, 0, size);
	u32 id = btf_maker_add(m, "value", BTF_KIND_STRUCT, false, 1, 16);
	btf_maker_word(m, btf_maker_name(m, "field"));
	btf_maker_word(m, field);
	btf_maker_word(m, 0);
	struct ob_err *err = btf_maker_finish(m, ret);
	btf_maker_destroy(m);
	ob_err_destroy(err);
	return err ? 0 : id;
}

static int array_with(bpf_fn *bpf, const struct btf *b, u32 value)
{
	union bpf_attr types = {.btf = (u64)(uintptr_t)b->data.p, .btf_size = (u32)b->data.n};
	int btf = bpf(BPF_BTF_LOAD, &types, sizeof(types));
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY,
			    .key_size = 4,
			    .value_size = 16,
			    .max_entries = 1,
			    .btf_fd = (u32)btf,
			    .btf_key_type_id = KEY,
			    .btf_value_type_id = value};
	int fd = btf < 0 ? btf : bpf(BPF_MAP_CREATE, &a, sizeof(a));

	if (btf >= 0)
		close(btf);
	return fd;
}

/* A map of a type is made with one of these shapes. */
static int plain(bpf_fn *bpf, u32 type)
{
	static const struct {
		u32 key, value, entries, flags;
	} shape[] = {{4, 4, 4, 0}, {4, 80, 4, 0}, {8, 8, 4, BPF_F_NO_PREALLOC},
		     {0, 4, 4, 0}, {8, 8, 4, 0},  {0, 0, 4096, 0}};
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

static int load(bpf_fn *bpf, u32 type, int map, u32 flags, char *text)
{
	const struct bpf_insn code[] = {
		{.code = 0x18, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
		{0},
		{.code = 0xb7, .imm = 1},
		{.code = 0x95}};
	union bpf_attr a = {.prog_type = type,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = LEN(code),
			    .license = (u64)(uintptr_t) "GPL",
			    .prog_flags = flags,
			    .log_level = 1,
			    .log_size = TEXT,
			    .log_buf = (u64)(uintptr_t)text};

	while (!prog_expects(type, a.expected_attach_type) && a.expected_attach_type < 64)
		a.expected_attach_type++;
	*text = 0;
	int fd = bpf(BPF_PROG_LOAD, &a, sizeof(a));
	char *end = strchr(text, '\n');
	if (end)
		*end = 0;
	return fd;
}

static u32 asked, refused, failed;

static void compare(const char *what, const int map[2], u32 type, u32 flags)
{
	static char text[2][TEXT];
	int ours = load(kern_bpf, type, map[0], flags, text[0]),
	    theirs = load(linux_bpf, type, map[1], flags, text[1]);
	bool same = (ours < 0 ? ours : 0) == (theirs < 0 ? theirs : 0) &&
		    (theirs >= 0 || !strcmp(text[0], text[1]));

	asked++;
	refused += theirs < 0;
	failed += !same;
	if (!same)
		printf("    %s, program type %u, flags %u: %d '%s', in Linux %d '%s'\n", what, type,
		       flags, ours, text[0], theirs, text[1]);
	if (ours >= 0)
		close(ours);
	if (theirs >= 0)
		close(theirs);
}

static void with(const char *what, int ours, int theirs)
{
	const int map[2] = {ours, theirs};

	for (u32 type = 1; type < PROGTYPE_COUNT && ours >= 0 && theirs >= 0; type++) {
		bool own = prog_row(type)->ctx == CTX_BTF || type == PROGTYPE_EXT ||
			   type == PROGTYPE_LIRC_MODE2;
		if (own)
			continue;
		compare(what, map, type, 0);
		if (type == PROGTYPE_KPROBE || type == PROGTYPE_SYSCALL)
			compare(what, map, type, BPF_F_SLEEPABLE);
	}
	if (ours >= 0)
		close(ours);
	if (theirs >= 0)
		close(theirs);
}

int main(void)
{
	static const struct {
		const char *name;
		u32 size;
	} fields[] = {{"bpf_spin_lock", 4}, {"bpf_timer", 16}, {"bpf_wq", 16}};
	int first = plain(linux_bpf, BPF_MAP_TYPE_ARRAY);

	if (first < 0) {
		printf("skip fit: bpf(): %s\n", strerror(-first));
		return 0;
	}
	close(first);
	for (u32 i = 0; i < LEN(fields); i++) {
		struct btf *b = NULL;
		u32 id = make_types(fields[i].name, fields[i].size, &b);

		if (id)
			with(fields[i].name, array_with(kern_bpf, b, id),
			     array_with(linux_bpf, b, id));
		btf_destroy(b);
	}
	for (u32 type = 1; type < MAPTYPE_ARENA; type++)
		with(maptype_row(type)->name, plain(kern_bpf, type), plain(linux_bpf, type));
	bool ok = !failed && asked > 500 && refused > 50;
	printf("    %u programs, %u refused\n", asked, refused);
	printf("%s fit: programs may have the maps that they may have in the kernel\n",
	       ok ? "ok" : "FAIL");
	return !ok;
}
