/* SPDX-License-Identifier: BSD-2-Clause */
/* What libbpf makes of an object is what we make of it, instruction by instruction; but
 * for the numbers of maps, which are descriptors there.
 * Usage: object_libbpf [FILE.o ...], else an object that clang makes of the text below. */
#include "prog/object.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char text[] =
	"#define SEC(n) __attribute__((section(n)))\n"
	"typedef unsigned int u32;\n"
	"struct { int (*type)[1]; int (*max_entries)[8]; u32 *key; long *value; } m "
	"SEC(\".maps\");\n"
	"struct in { int (*type)[2]; int (*max_entries)[8]; u32 *key; long *value; } i0 "
	"SEC(\".maps\");\n"
	"struct { int (*type)[12]; int (*max_entries)[2]; u32 *key; struct in *values[]; }\n"
	"	o SEC(\".maps\") = {.values = {&i0}};\n"
	"int data = 4; static int hid; const volatile int lim = 3; long arr[8];\n"
	"extern int LINUX_KERNEL_VERSION SEC(\".kconfig\");\n"
	"extern int CONFIG_NONE_SUCH SEC(\".kconfig\") __attribute__((weak));\n"
	"extern const void bpf_prog_active __attribute__((weak)) SEC(\".ksyms\");\n"
	"extern const int bpf_stats_enabled_keys __attribute__((weak)) SEC(\".ksyms\");\n"
	"static void *(*lookup)(void *, const void *) = (void *)1;\n"
	"static long (*loop)(u32, void *, void *, long) = (void *)181;\n"
	"struct task_struct { int pid; char none_such; } __attribute__((preserve_access_index));\n"
	"__attribute__((noinline)) static int add(int a) { return a * lim + data; }\n"
	"__attribute__((noinline)) int twice(int a) { return add(a) + add(a + 1); }\n"
	"static long cb(u32 i, void *c) { hid += i; return 0; }\n"
	"SEC(\"xdp\") int x(void *c) { u32 k = twice(7); loop(3, cb, 0, 0); arr[3]++;\n"
	"	if (LINUX_KERNEL_VERSION > 1 && lookup(&m, &k)) return CONFIG_NONE_SUCH;\n"
	"	if (&bpf_prog_active) k++; return lookup(&o, &k) != 0; }\n"
	"SEC(\"tc\") int t(void *c) { return add(3) + twice(4) + hid; }\n"
	"SEC(\"?raw_tp/sys_enter\") int r(struct task_struct *c) {\n"
	"	return __builtin_preserve_field_info(c->pid, 0) +\n"
	"	       __builtin_preserve_field_info(c->none_such, 2); }\n"
	"char L[] SEC(\"license\") = \"GPL\";\n";

/* ---- libbpf, if it is here; as <bpf/libbpf.h> declares it ---- */

struct bpf_object;
struct bpf_program;
typedef int print_fn(int level, const char *fmt, va_list ap);
print_fn *libbpf_set_print(print_fn *fn);
struct bpf_object *bpf_object__open_mem(const void *p, size_t n, const void *opts);
struct bpf_program *bpf_object__next_program(const struct bpf_object *o, struct bpf_program *p);
int bpf_object__load(struct bpf_object *o);
void bpf_object__close(struct bpf_object *o);
int bpf_program__set_autoload(struct bpf_program *p, bool on);
int bpf_program__type(const struct bpf_program *p);
int bpf_program__set_type(struct bpf_program *p, int type);
const char *bpf_program__name(const struct bpf_program *p);
const struct bpf_insn *bpf_program__insns(const struct bpf_program *p);
size_t bpf_program__insn_cnt(const struct bpf_program *p);

static void *lib;

#define CALL(name, ...) ((__typeof__(&name))dlsym(lib, #name))(__VA_ARGS__)

static int quiet(int level, const char *fmt, va_list ap)
{
	if (getenv("V"))
		vprintf(fmt, ap);
	return level < 0;
}

/* ---- ours ---- */

static struct btf *kernel;

static u64 address(void *arg, const char *name)
{
	static FILE *f;
	char line[512], symbol[256];
	unsigned long long at;

	(void)arg;
	if (!f)
		f = fopen("/proc/kallsyms", "re");
	if (!f)
		return 0;
	rewind(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %255s", &at, symbol) == 2 && !strcmp(symbol, name))
			return at;
	return 0;
}

static const char *setting(void *arg, const char *name)
{
	static char version[32];
	struct utsname u;
	unsigned a, b, c;

	(void)arg;
	if (strcmp(name, "LINUX_KERNEL_VERSION") != 0 || uname(&u) ||
	    sscanf(u.release, "%u.%u.%u", &a, &b, &c) != 3)
		return NULL;
	snprintf(version, sizeof(version), "%u", a << 16 | b << 8 | (c > 255 ? 255 : c));
	return version;
}

static struct bytes get_file(const char *path)
{
	struct buf b = {0};
	FILE *f = fopen(path, "re");
	size_t n;

	while (f && buf_room(&b, 1 << 16) && (n = fread(b.p + b.n, 1, 1 << 16, f)))
		b.n += n;
	if (f)
		fclose(f);
	return (struct bytes){(u8 *)b.p, b.n};
}

/* ---- the same? ---- */

enum { FDS = 4096 };

struct pair {
	const char *file;
	struct object *o;
	s32 of_fd[FDS]; /* our number and one */
	u32 same, differ;
};

/* A map is always the same one. */
static bool same_map(struct pair *p, s32 fd, s32 ours)
{
	if (fd < 0 || fd >= FDS)
		return false;
	if (!p->of_fd[fd])
		p->of_fd[fd] = ours + 1;
	return p->of_fd[fd] == ours + 1;
}

static bool same_insn(struct pair *p, const struct bpf_insn *x, const struct ob_ebpf *y)
{
	if (x->code == 0x18 &&
	    (x->src_reg == BPF_PSEUDO_MAP_FD || x->src_reg == BPF_PSEUDO_MAP_VALUE)) {
		u8 src = x->src_reg == BPF_PSEUDO_MAP_FD ? BPF_PSEUDO_MAP_IDX
							 : BPF_PSEUDO_MAP_IDX_VALUE;

		return y->code == x->code && y->dst == x->dst_reg && y->src == src &&
		       same_map(p, x->imm, y->imm);
	}
	return !memcmp(x, y, sizeof(*x));
}

static void compare(struct pair *p, const struct bpf_program *theirs)
{
	const char *name = CALL(bpf_program__name, theirs);
	const struct object_program *ours = object_program(p->o, name);
	const struct bpf_insn *insn = CALL(bpf_program__insns, theirs);
	u32 n = (u32)CALL(bpf_program__insn_cnt, theirs);
	bool ok = ours && ours->prog && ours->prog->n == n;

	if (!ok)
		printf("# %s: %s: %u instructions, of ours %u\n", p->file, name, n,
		       ours && ours->prog ? ours->prog->n : 0);
	for (u32 i = 0; ok && i < n; i++) {
		const struct ob_ebpf *y = &ours->prog->stored[i];

		ok = same_insn(p, &insn[i], y);
		if (!ok)
			printf("# %s: %s: instruction %u: %02x %u %u %d %d, of ours "
			       "%02x %u %u %d %d\n",
			       p->file, name, i, insn[i].code, insn[i].dst_reg, insn[i].src_reg,
			       insn[i].off, insn[i].imm, y->code, y->dst, y->src, y->off, y->imm);
	}
	p->same += ok;
	p->differ += !ok;
}

/* 0: the same; 1: not; 2: libbpf takes it not, and why does not matter. */
static int one(const char *path)
{
	static struct pair p;
	struct bytes file = get_file(path);
	const struct object_target to = {.kernel = kernel, .address = address, .setting = setting};
	struct bpf_object *theirs = CALL(bpf_object__open_mem, file.p, file.n, NULL);
	struct bpf_program *prog = NULL;
	int got;

	p = (struct pair){.file = path};
	if (!theirs)
		return free((void *)(uintptr_t)file.p), 2;
	while ((prog = CALL(bpf_object__next_program, theirs, prog))) {
		CALL(bpf_program__set_autoload, prog, true);
		if (!CALL(bpf_program__type, prog))
			CALL(bpf_program__set_type, prog, BPF_PROG_TYPE_SOCKET_FILTER);
	}
	got = CALL(bpf_object__load, theirs);
	struct ob_err *err = object_open(path, file, &p.o);
	for (u32 i = 0; !err && i < p.o->progs; i++)
		p.o->prog[i].skip = false;
	if (!err)
		err = object_link(p.o, &to);
	if (err) {
		printf("# ");
		ob_err_print(err, stdout);
		p.differ += !got || got == -EACCES;
		ob_err_destroy(err);
	}
	while (!err && (!got || got == -EACCES) &&
	       (prog = CALL(bpf_object__next_program, theirs, prog)))
		compare(&p, prog);
	if (got)
		printf("# %s: libbpf cannot load it: %s\n", path, strerror(-got));
	CALL(bpf_object__close, theirs);
	object_close(p.o);
	free((void *)(uintptr_t)file.p);
	return p.differ ? 1 : p.same ? 0 : 2;
}

static bool compile(const char *clang, char *path)
{
	char command[256];
	int fd = mkstemp(path);

	if (fd < 0)
		return false;
	close(fd);
	snprintf(command, sizeof(command), "%s -g -O2 -w -target bpf -x c -c -o %s - 2>/dev/null",
		 clang, path);
	FILE *f = popen(command, "we");
	if (!f)
		return false;
	fwrite(text, 1, sizeof(text) - 1, f);
	return !pclose(f);
}

static int check_clang(const char *clang)
{
	char path[] = "/tmp/object-libbpf-XXXXXX";
	int got = compile(clang, path) ? one(path) : 3;

	if (got == 3)
		printf("skip %s: it is not here\n", clang);
	else
		printf("%s libbpf and we make the same of %s's object\n", got ? "FAIL" : "ok",
		       clang);
	unlink(path);
	return got == 1 || got == 2;
}

int main(int argc, char **argv)
{
	int failed = 0;

	lib = dlopen("libbpf.so.1", RTLD_NOW);
	if (!lib || geteuid()) {
		printf("skip libbpf: %s\n", lib ? "needs root" : "it is not here");
		return 0;
	}
	CALL(libbpf_set_print, quiet);
	struct bytes types = get_file("/sys/kernel/btf/vmlinux");
	ob_err_destroy(btf_read(types, NULL, &kernel));
	free((void *)(uintptr_t)types.p);
	for (int i = 1; i < argc; i++) {
		int got = one(argv[i]);

		printf("%s %s\n", got == 1 ? "FAIL" : got == 2 ? "skip" : "ok", argv[i]);
		failed |= got == 1;
	}
	if (argc == 1)
		failed = check_clang("clang-14") | check_clang("clang-19");
	btf_destroy(kernel);
	dlclose(lib);
	return failed;
}
