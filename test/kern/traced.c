/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that are attached by a type of the kernel's, in our world and in the running
 * kernel: which load, what is said of the others, and their links. */
#include "isa/bpf.h"
#include "kern/kern.h"
#include "prog/prog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static u32 failed;
static bool ours;
static struct btf *types;

static void check(bool good, const char *name, const char *what, long got)
{
	if (good)
		return;
	printf("FAIL %s: %s: %s: %ld\n", ours ? "ours" : "the kernel", name, what, got);
	failed++;
}

static int call(int cmd, union bpfattr *a)
{
	long ret = ours ? kern_bpf(cmd, &a->a, sizeof(*a)) : syscall(__NR_bpf, cmd, a, sizeof(*a));

	return ret < 0 && !ours ? -errno : (int)ret;
}

static bool read_types(void)
{
	struct stat st;
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY);
	u8 *p = fd < 0 || fstat(fd, &st) ? NULL : malloc((size_t)st.st_size);
	size_t n = 0;

	for (ssize_t got = 1; p && got > 0; n += (size_t)got)
		got = read(fd, p + n, (size_t)st.st_size - n);
	if (fd >= 0)
		close(fd);
	struct ob_err *err = p ? btf_read((struct bytes){p, n}, NULL, &types) : NULL;
	free(p);
	ob_err_destroy(err);
	return types != NULL;
}

/* ---- loading ---- */

enum { TRACING = BPF_PROG_TYPE_TRACING, LSM = BPF_PROG_TYPE_LSM };

static const struct row {
	const char *name;
	u32 type, attach;
	const char *target; /* typedef "t NAME", function "f NAME", an id */
	const char *license;
	int want;
	const char *says;
} rows[] = {
	{"tp_btf", TRACING, BPF_TRACE_RAW_TP, "t btf_trace_sched_switch", "GPL", 0, ""},
	{"tp_btf, no licence", TRACING, BPF_TRACE_RAW_TP, "t btf_trace_sched_switch", "X", 0, ""},
	{"tp_btf of u32", TRACING, BPF_TRACE_RAW_TP, "t u32", "GPL", -EINVAL,
	 " points to wrong type name u32\n"},
	{"tp_btf of a function", TRACING, BPF_TRACE_RAW_TP, "f vfs_read", "GPL", -EINVAL,
	 " is not a typedef\n"},
	{"tp_btf of nothing", TRACING, BPF_TRACE_RAW_TP, "0", "GPL", -EINVAL,
	 "Tracing programs must provide btf_id\n"},
	{"tp_btf of no type", TRACING, BPF_TRACE_RAW_TP, "900000", "GPL", -EINVAL,
	 "attach_btf_id 900000 is invalid\n"},
	{"tp_btf beyond", TRACING, BPF_TRACE_RAW_TP, "1048576", "GPL", -EINVAL, ""},
	{"no attach type", TRACING, 0, "t btf_trace_sched_switch", "GPL", -EINVAL, ""},
	{"no iterator", TRACING, BPF_TRACE_ITER, "f vfs_read", "GPL", -EINVAL, ""},
	{"iterator", TRACING, BPF_TRACE_ITER, "f bpf_iter_task", "GPL", 0, ""},
	{"a function like one", TRACING, BPF_TRACE_ITER, "f bpf_iter_run_prog", "GPL", -EINVAL, ""},
	{"xdp", BPF_PROG_TYPE_XDP, 0, "f vfs_read", "GPL", -EINVAL, ""},
	{"raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, "t btf_trace_sched_switch", "GPL", -EINVAL, ""},
	{"fentry", TRACING, BPF_TRACE_FENTRY, "f vfs_read", "GPL", 0, ""},
	{"fexit", TRACING, BPF_TRACE_FEXIT, "f vfs_read", "GPL", 0, ""},
	{"fmod_ret", TRACING, BPF_MODIFY_RETURN, "f security_file_open", "GPL", 0, ""},
	{"fentry of a typedef", TRACING, BPF_TRACE_FENTRY, "t u32", "GPL", -EINVAL,
	 " is not a function\n"},
	{"lsm", LSM, BPF_LSM_MAC, "f bpf_lsm_file_open", "GPL", 0, ""},
	{"lsm, no licence", LSM, BPF_LSM_MAC, "f bpf_lsm_file_open", "X", -EINVAL,
	 "LSM programs must have a GPL compatible license\n"},
	{"lsm of no hook", LSM, BPF_LSM_MAC, "f vfs_read", "GPL", -EINVAL,
	 " points to wrong type name vfs_read\n"},
};

static u32 target(const char *s)
{
	if (s[1] != ' ')
		return (u32)strtoul(s, NULL, 10);
	return btf_find(types, s + 2, *s == 't' ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC);
}

static int load(const struct row *r, char *log, u32 room)
{
	static const struct bpf_insn code[] = {{.code = 0xb7}, {.code = 0x95}};
	union bpfattr a = {.a = {.prog_type = r->type,
				 .expected_attach_type = r->attach,
				 .attach_btf_id = target(r->target),
				 .insn_cnt = LEN(code),
				 .insns = (u64)(uintptr_t)code,
				 .license = (u64)(uintptr_t)r->license,
				 .log_level = 1,
				 .log_size = room,
				 .log_buf = (u64)(uintptr_t)log}};

	*log = 0;
	return call(BPF_PROG_LOAD, &a);
}

/* ---- links ---- */

/* The last lines of what a descriptor says. */
static bool tells(int fd, const char *end)
{
	char path[64], text[4096] = "";
	struct buf b = {0};
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (ours)
		kern_fdinfo(fd, &b);
	if (b.n)
		snprintf(text, sizeof(text), "%.*s", (int)b.n, (const char *)b.p);
	buf_deinit(&b);
	if (!ours && (f = fopen(path, "r"))) {
		text[fread(text, 1, sizeof(text) - 1, f)] = 0;
		fclose(f);
	}
	size_t n = strlen(text), m = strlen(end);
	return n >= m && !strcmp(text + n - m, end);
}

static void look(const struct row *r, int link, bool raw)
{
	struct bpf_link_info i = {0};
	union bpfattr a = {.a = {.info = {(u32)link, sizeof(i), (u64)(uintptr_t)&i}}};
	int err = call(BPF_OBJ_GET_INFO_BY_FD, &a);

	check(!err, r->name, "info of a link", err);
	check(i.type == (raw ? BPF_LINK_TYPE_RAW_TRACEPOINT : BPF_LINK_TYPE_TRACING), r->name,
	      "type of a link", i.type);
	if (raw) {
		check(tells(link, "tp_name:\tsched_switch\ncookie:\t0\n"), r->name, "fdinfo", 0);
		return;
	}
	check(i.tracing.attach_type == r->attach, r->name, "attach type", i.tracing.attach_type);
	check(i.tracing.target_btf_id == target(r->target), r->name, "target",
	      i.tracing.target_btf_id);
}

static void link_both(const struct row *r, int prog)
{
	union bpfattr create = {.link = {.prog_fd = (u32)prog, .attach_type = r->attach}};
	union bpfattr open = {.raw_tp = {.prog_fd = (u32)prog}};
	union bpfattr named = {
		.raw_tp = {.prog_fd = (u32)prog, .name = (u64)(uintptr_t) "sched_switch"}};
	bool raw = r->attach == BPF_TRACE_RAW_TP;
	int link = call(BPF_LINK_CREATE, &create), err = call(BPF_RAW_TRACEPOINT_OPEN, &named);

	check(err == -EINVAL, r->name, "open by a name", err);
	check(link >= 0, r->name, "link", link);
	if (link >= 0)
		look(r, link, raw);
	int again = call(BPF_RAW_TRACEPOINT_OPEN, &open);
	check(raw ? again >= 0 : again == -EBUSY, r->name, "link once more", again);
	close(again);
	close(link);
	again = call(BPF_RAW_TRACEPOINT_OPEN, &open);
	check(again >= 0, r->name, "link when it is closed", again);
	close(again);
	create.link.attach_type = BPF_XDP;
	err = call(BPF_LINK_CREATE, &create);
	check(err == -EINVAL, r->name, "link of another type", err);
}

/* "" is nothing but the numbers of a check, which not all refusals come to. */
static bool says(const char *log, const char *what)
{
	return *what ? strstr(log, what) != NULL : !*log || !strncmp(log, "processed ", 10);
}

static void try(const struct row *r)
{
	struct bpf_prog_info i = {0};
	char log[4096];
	int prog = load(r, log, sizeof(log));
	union bpfattr a = {.a = {.info = {(u32)prog, sizeof(i), (u64)(uintptr_t)&i}}};

	if (prog == -EPERM && !ours) {
		printf("skip %s: the kernel's: it is not permitted here\n", r->name);
		return;
	}
	check(prog == r->want || (!r->want && prog >= 0), r->name, "load", prog);
	check(says(log, r->says), r->name, log, 0);
	if (prog < 0)
		return;
	check(!call(BPF_OBJ_GET_INFO_BY_FD, &a) && i.attach_btf_obj_id == 1 &&
		      i.attach_btf_id == target(r->target),
	      r->name, "info", i.attach_btf_id);
	if (r->attach != BPF_TRACE_ITER)
		link_both(r, prog);
	close(prog);
}

/* Types that are loaded are not taken for the kernel's. */
static void loaded_types(void)
{
	static const u32 types[] = {0x0001eb9f, 24, 0, 16, 16, 5, 1, 1 << 24, 4, 32, 0x746e6900, 0};
	struct bpf_btf_info i = {0};
	union bpfattr a = {.btf = {.btf = (u64)(uintptr_t)types, .size = 45}};
	int fd = (int)call(BPF_BTF_LOAD, &a);

	a = (union bpfattr){.a = {.info = {(u32)fd, sizeof(i), (u64)(uintptr_t)&i}}};
	check(!call(BPF_OBJ_GET_INFO_BY_FD, &a) && i.id > 1, "types", "their id", i.id);
	close(fd);
}

static bool begin(char *path, size_t n)
{
	char name[64];

	snprintf(name, sizeof(name), "test-traced-%d", getpid());
	return !kern_world_dir(name, path, n) && !setenv("ONEBPF_WORLD", path, 1);
}

int main(void)
{
	char path[512], log[4096];

	if (!read_types()) {
		puts("skip traced: /sys/kernel/btf/vmlinux cannot be read");
		return 0;
	}
	ours = true;
	check(begin(path, sizeof(path)), "traced", "world", 0);
	for (u32 i = 0; i < LEN(rows); i++)
		try(&rows[i]);
	loaded_types();
	kern_world_remove(path);
	ours = false;
	int prog = load(&rows[0], log, sizeof(log));
	if (prog < 0)
		puts("skip kernel: its bpf() is not permitted here");
	for (u32 i = 0; prog >= 0 && i < LEN(rows); i++)
		try(&rows[i]);
	close(prog);
	btf_destroy(types);
	if (!failed)
		puts("ok traced");
	return failed != 0;
}
