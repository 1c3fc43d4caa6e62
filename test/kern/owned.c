/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that own objects (owned/NAME.bpf.c), as each clang makes them: the verdict is the
 * one that their names tell; where the running kernel may be asked, verdict, log and result
 * are its own. They are run interpreted and compiled.
 *
 *	no_...        is refused
 *	here_...      the kernel is not asked; it returns 0 when all is right
 *	each_cpu_...  is not run in the kernel; it returns 0, too
 *
 * clang-14 has no tags of types, which `kept` needs.
 * CHANGES=N: each is changed N times instead, from SEED on, and only loaded.
 * Usage: owned [NAME [PROGRAM]] */
#include "isa/bpf.h"
#include "kern/kern.h"
#include "prog/object.h"
#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOG = 1 << 22, RUNS = 3, LINE = 512 };

static char dir[] = "/tmp/onebpf-owned-XXXXXX", world[512];
static const struct btf *types;
static bool kernel, failed;

/* ---- one door, which keeps the log ---- */

static char text[2][LOG];
static char *log_to;
static const struct sys_door *behind;
static int loaded;

/* ---- programs that are changed ---- */

static u32 seed; /* 0: as they are */

static u32 random_below(u32 n)
{
	static u32 state;

	if (!n)
		return state = seed;
	state = state * 1103515245 + 12345;
	return (state >> 8) % n;
}

enum { CALL = 0x85, LDDW = 0x18, MOV_X = 0xbf, MOV_K = 0xb7, ADD_K = 0x07, KFUNC = 2 };

static bool is_kfunc(const struct ob_ebpf *e) { return e->code == CALL && e->src == KFUNC; }

/* The same for each world: a call of another function, one that is not done, a register, an
 * offset, or a comparison that is not made. */
static void change_one(struct ob_ebpf *e, u32 n)
{
	u32 pc = random_below(n), other = random_below(n), how = random_below(8);

	for (u32 i = 0; i < n && !is_kfunc(&e[pc]) && how < 4; i++)
		pc = (pc + 1) % n;
	for (u32 i = 0; i < n && !is_kfunc(&e[other]); i++)
		other = (other + 1) % n;
	if (pc && e[pc - 1].code == LDDW)
		return;
	if (how < 2 && is_kfunc(&e[pc]))
		e[pc].imm = e[other].imm;
	else if (how < 4 && e[pc].code == CALL)
		e[pc] = (struct ob_ebpf){.code = MOV_K, .imm = (s32)(how & 1)};
	else if (how == 4 && e[pc].code == MOV_X)
		e[pc].src = random_below(11) & 15;
	else if (how == 5 && e[pc].code == ADD_K)
		e[pc].imm += random_below(2) ? 8 : -8;
	else if (how == 6 && (e[pc].code & 7) == 5 && (e[pc].code & 0xf0) <= 0x50)
		e[pc] = (struct ob_ebpf){.code = MOV_K, .dst = 0};
	else if (how == 7 && e[pc].code == MOV_X)
		e[pc] = (struct ob_ebpf){.code = MOV_K, .dst = e[pc].dst};
}

static void change(struct ob_ebpf *e, u32 n)
{
	random_below(0);
	for (u32 i = 0; i <= seed % 3; i++)
		change_one(e, n);
}

static int keep_log(int cmd, union bpf_attr *attr, unsigned size)
{
	union bpf_attr a = *attr;

	if (cmd != BPF_PROG_LOAD || !a.prog_btf_fd)
		return behind->bpf(cmd, attr, size);
	memset(log_to, 0, LOG);
	a.log_level = 2;
	a.log_size = LOG;
	a.log_buf = (u64)(uintptr_t)log_to;
	size_t bytes = a.insn_cnt * sizeof(struct ob_ebpf);
	struct ob_ebpf *code = seed ? malloc(bytes) : NULL;
	if (code) {
		memcpy(code, (void *)(uintptr_t)a.insns, bytes);
		change(code, a.insn_cnt);
		a.insns = (u64)(uintptr_t)code;
	}
	int fd = behind->bpf(cmd, &a, size);
	free(code);
	loaded = MIN(fd, 0);
	return fd;
}

struct result {
	int verdict; /* 0 or -errno */
	int run[RUNS], value[RUNS];
};

static void run(const struct sys_loaded *l, u32 prog, struct result *to)
{
	u8 packet[64] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};

	for (u32 i = 0; i < RUNS; i++) {
		union bpf_attr a = {.test = {.prog_fd = (u32)l->prog[prog],
					     .data_in = (u64)(uintptr_t)packet,
					     .data_size_in = sizeof(packet)}};
		to->run[i] = l->door->bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));
		to->value[i] = (int)a.test.retval;
	}
}

static struct ob_err *in_world(struct bytes file, const char *prog, const struct sys_door *d,
			       char *log, struct result *to)
{
	struct object_target target = {.kernel = types};
	struct sys_door door = *d;
	struct sys_loaded *l = NULL;
	struct object *o;
	u32 nr = 0;

	*to = (struct result){.verdict = 0};
	log_to = log;
	behind = d;
	loaded = 0;
	door.bpf = keep_log;
	struct ob_err *err = object_open("owned", file, &o);
	if (err)
		return err;
	for (u32 i = 0; i < o->progs; i++) {
		o->prog[i].skip = strcmp(o->prog[i].name, prog) != 0;
		nr = o->prog[i].skip ? nr : i;
	}
	err = object_link(o, &target);
	if (!err)
		err = sys_load(o, &(struct sys_load_opts){.door = &door, .kernel = types}, &l);
	to->verdict = loaded;
	if (err && loaded) {
		ob_err_destroy(err);
		err = NULL;
	} else if (!err && !seed && strncmp(prog, "no_", 3) &&
		   (d == &sys_door_own || strncmp(prog, "each_cpu", 8))) {
		run(l, nr, to);
	}
	sys_loaded_close(l);
	object_close(o);
	return err;
}

/* ---- ours and theirs ---- */

static bool fail(const char *clang, const char *prog, const char *fmt, ...) PRINTF(3, 4);
static bool fail(const char *clang, const char *prog, const char *fmt, ...)
{
	va_list ap;

	printf("FAIL %s, %s: ", prog, clang);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	failed = true;
	return false;
}

/* Not what Linux notes of its own liveness of the stack, nor its times, nor empty ones. */
static char *next_line(char **at)
{
	char *line;

	do {
		line = strsep(at, "\n");
	} while (line && (!*line || line[0] == '(' || !strncmp(line, "verification time", 17) ||
			  !strncmp(line, "stack depth", 11) || strstr(line, "BPF_")));
	return line;
}

/* Addresses differ, and so does where the state stands behind them. */
static bool same_line(const char *a, const char *b)
{
	const char *x = strstr(a, "(18) r"), *y = strstr(b, "(18) r");

	if (!strcmp(a, b))
		return true;
	return x && y && x - a == y - b && !strncmp(a, b, (size_t)(x - a)) &&
	       !strcmp(strchr(a, ';') ? strchr(a, ';') : "", strchr(b, ';') ? strchr(b, ';') : "");
}

static bool same_logs(const char *clang, const char *prog)
{
	char *ours = text[0], *theirs = text[1];

	for (;;) {
		char *a = next_line(&ours), *b = next_line(&theirs);
		if (!a && !b)
			return true;
		if (!a || !b)
			return fail(clang, prog, "only %s: %s", a ? "ours" : "the kernel's",
				    a ? a : b);
		if (!same_line(a, b))
			return fail(clang, prog, "ours:   %s\n    kernel: %s", a, b);
	}
}

static bool same_runs(const char *clang, const char *prog, const struct result *a,
		      const struct result *b)
{
	for (u32 i = 0; i < RUNS; i++)
		if (a->run[i] != b->run[i] || a->value[i] != b->value[i])
			return fail(clang, prog, "run %u: %d, %d, the kernel's %d, %d", i,
				    a->run[i], a->value[i], b->run[i], b->value[i]);
	return true;
}

static bool say(const char *clang, const char *prog, struct ob_err *err)
{
	ob_err_print(err, stdout);
	ob_err_destroy(err);
	return fail(clang, prog, "it is not loaded");
}

static void show(const char *prog)
{
	if (getenv("SHOW"))
		printf("---- %s, ours\n%s\n---- the kernel's\n%s\n", prog, text[0], text[1]);
}

static bool starts(const char *prog, const char *with)
{
	return !strncmp(prog, with, strlen(with));
}

static bool compare(struct bytes file, const char *clang, const char *prog)
{
	struct result ours[2], theirs;
	bool here = starts(prog, "here_"), refuse = starts(here ? prog + 5 : prog, "no_");
	struct ob_err *err = NULL;

	for (u32 jit = 0; jit < 2 && !err; jit++) {
		kern_world_set(world, "net.core.bpf_jit_enable", jit ? "1" : "0");
		err = in_world(file, prog, &sys_door_own, text[0], &ours[jit]);
	}
	if (err)
		return say(clang, prog, err);
	if (kernel && !here && (err = in_world(file, prog, &sys_door_linux, text[1], &theirs)))
		return say(clang, prog, err);
	show(prog);
	if (!ours[1].verdict == refuse) {
		puts(text[0]);
		return fail(clang, prog, "the verdict is %d", ours[1].verdict);
	}
	if (memcmp(&ours[0], &ours[1], sizeof(ours[0])))
		return fail(clang, prog, "interpreted %d, %d, compiled %d, %d", ours[0].run[0],
			    ours[0].value[0], ours[1].run[0], ours[1].value[0]);
	if (here || starts(prog, "each_cpu"))
		for (u32 i = 0; i < RUNS; i++)
			if (ours[1].value[i])
				return fail(clang, prog, "it finds something wrong: %d",
					    ours[1].value[i]);
	if (!kernel || here)
		return true;
	if (theirs.verdict != ours[1].verdict)
		return fail(clang, prog, "the verdict is %d, the kernel's %d\n%s", ours[1].verdict,
			    theirs.verdict, text[1]);
	return same_logs(clang, prog) &&
	       (starts(prog, "each_cpu") || same_runs(clang, prog, &ours[1], &theirs));
}

/* Changed, it is only loaded: what the kernel takes it may not survive. */
static bool compare_changed(struct bytes file, const char *clang, const char *prog)
{
	struct result ours, theirs;
	struct ob_err *err = in_world(file, prog, &sys_door_own, text[0], &ours);

	if (!err)
		err = in_world(file, prog, &sys_door_linux, text[1], &theirs);
	if (err)
		return say(clang, prog, err);
	show(prog);
	if (ours.verdict != theirs.verdict)
		return fail(clang, prog, "seed %u: the verdict is %d, the kernel's %d", seed,
			    ours.verdict, theirs.verdict);
	return same_logs(clang, prog) || fail(clang, prog, "seed %u", seed);
}

/* ---- with every clang ---- */

static bool read_all(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char part[1 << 14];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		buf_add(to, part, (size_t)n);
	if (fd >= 0)
		close(fd);
	return !n;
}

static bool compile(const char *clang, const char *name, char path[512])
{
	const char *top = getenv("SRCDIR");
	char command[2048];

	snprintf(path, 512, "%s/%s.o", dir, name);
	snprintf(command, sizeof(command),
		 "%s -O2 -g -target bpf -c %s/test/kern/owned/%s.bpf.c -o %s", clang,
		 top ? top : ".", name, path);
	return !system(command);
}

static void all(const char *name, const char *clang, const char *only)
{
	struct buf file = {0};
	struct object *o = NULL;
	char path[512];

	if (!compile(clang, name, path) || !read_all(path, &file)) {
		fail(clang, name, "it does not compile");
		return;
	}
	struct bytes b = {(const u8 *)file.p, file.n};
	struct ob_err *err = object_open(name, b, &o);
	if (err)
		say(clang, name, err);
	for (u32 i = 0; o && i < o->progs; i++) {
		const char *prog = o->prog[i].name;
		u32 first = getenv("SEED") ? (u32)atoi(getenv("SEED")) : 1;
		u32 n = getenv("CHANGES") ? (u32)atoi(getenv("CHANGES")) : 0;
		if (only && strcmp(only, prog))
			continue;
		seed = 0;
		if (!n && compare(b, clang, prog))
			printf("ok %s: %s, %s\n", name, prog, clang);
		for (seed = first; kernel && seed < first + n && !starts(prog, "here_"); seed++)
			compare_changed(b, clang, prog);
	}
	object_close(o);
	buf_deinit(&file);
}

static bool permits(void)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	int fd = sys_linux_bpf(BPF_MAP_CREATE, &a, sizeof(a));

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool read_types(void)
{
	struct buf file = {0};
	struct btf *b = NULL;

	if (read_all("/sys/kernel/btf/vmlinux", &file))
		ob_err_destroy(btf_read((struct bytes){(const u8 *)file.p, file.n}, NULL, &b));
	buf_deinit(&file);
	types = b;
	return b && btf_find(b, "bpf_obj_new_impl", BTF_KIND_FUNC);
}

int main(int argc, char **argv)
{
	static const char *const clangs[] = {"clang-14", "clang-19"};
	static const char *const names[] = {"list", "tree", "object", "variable", "kept"};
	char name[32], command[64];
	bool any = false;

	if (!read_types()) {
		puts("skip owned: the kernel has no such functions");
		return 0;
	}
	kernel = permits();
	snprintf(name, sizeof(name), "owned-%d", getpid());
	if (!mkdtemp(dir) || kern_world_dir(name, world, sizeof(world))) {
		puts("FAIL a world: there is none");
		return 1;
	}
	setenv("ONEBPF_WORLD", world, 1);
	for (u32 c = getenv("CHANGES") != NULL; c < LEN(clangs); c++) {
		snprintf(command, sizeof(command), "command -v %s >/dev/null", clangs[c]);
		if (system(command))
			continue;
		any = true;
		for (u32 i = 0; i < LEN(names); i++)
			if ((c || i + 1 < LEN(names)) && (argc < 2 || !strcmp(argv[1], names[i])))
				all(names[i], clangs[c], argc > 2 ? argv[2] : NULL);
	}
	if (!any)
		puts("skip owned: neither clang-14 nor clang-19");
	else if (!kernel)
		puts("skip the kernel: its bpf() is not permitted");
	kern_world_remove(world);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) || failed;
}
