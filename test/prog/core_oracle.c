/* SPDX-License-Identifier: BSD-2-Clause */
/* CO-RE: from one object and one target, libbpf and core_apply must make the same
 * instructions of each program, or both refuse it. The objects are made by clang from
 * test/prog/core and from C that is made up, for each clang that is there.
 * Usage: core_oracle [OBJECT TARGET | SOURCES [SEED]] */
#include "prog/prog.h"
#include "prog/core.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#if __has_include(<bpf/libbpf.h>)
#define bpf_link libbpf_link /* our tables have an enum of that name */
#include <bpf/libbpf.h>

#include "core_gen.h"

enum { PROGRAM_MAX = 4096, CORE_KINDS_MADE = 14, MUTATIONS = 1 };

static u32 programs, refused, refused_mutated, poisoned;

/* ---- libbpf ---- */

static struct {
	void *lib;
	__typeof__(libbpf_set_print) *set_print;
	__typeof__(libbpf_register_prog_handler) *register_handler;
	__typeof__(bpf_object__open_file) *open;
	__typeof__(bpf_object__next_program) *next;
	__typeof__(bpf_program__set_autoload) *autoload;
	__typeof__(bpf_program__section_name) *section;
	__typeof__(bpf_program__insns) *insns;
	__typeof__(bpf_program__insn_cnt) *count;
	__typeof__(bpf_object__load) *load;
	__typeof__(bpf_object__close) *close;
} lb;

static struct ob_ebpf theirs[PROGRAM_MAX];
static size_t their_n;
static char their_log[1 << 16];

static int keep(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	size_t n = strlen(their_log);

	if (level != LIBBPF_DEBUG)
		vsnprintf(their_log + n, sizeof(their_log) - n, fmt, ap);
	return 0;
}

/* The instructions are complete; there is no need to load them. */
static int taken(struct bpf_program *p, struct bpf_prog_load_opts *opts, long cookie)
{
	(void)opts;
	(void)cookie;
	their_n = lb.count(p);
	if (their_n <= PROGRAM_MAX)
		memcpy(theirs, lb.insns(p), their_n * sizeof(*theirs));
	return -ECANCELED;
}

static const char *find_libbpf(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, how, .prog_prepare_load_fn = taken);

	lb.lib = dlopen("libbpf.so.1", RTLD_NOW);
	if (!lb.lib)
		return "libbpf is not here";
	lb.set_print = dlsym(lb.lib, "libbpf_set_print");
	lb.register_handler = dlsym(lb.lib, "libbpf_register_prog_handler");
	lb.open = dlsym(lb.lib, "bpf_object__open_file");
	lb.next = dlsym(lb.lib, "bpf_object__next_program");
	lb.autoload = dlsym(lb.lib, "bpf_program__set_autoload");
	lb.section = dlsym(lb.lib, "bpf_program__section_name");
	lb.insns = dlsym(lb.lib, "bpf_program__insns");
	lb.count = dlsym(lb.lib, "bpf_program__insn_cnt");
	lb.load = dlsym(lb.lib, "bpf_object__load");
	lb.close = dlsym(lb.lib, "bpf_object__close");
	if (!lb.register_handler || !lb.count)
		return "libbpf is too old";
	lb.set_print(keep);
	if (lb.register_handler("ours+", BPF_PROG_TYPE_SOCKET_FILTER, 0, &how) < 0)
		return "libbpf takes no handler";
	return NULL;
}

/* 0: the program is in theirs; else the error. */
static int load_theirs(const char *object, const char *target, const char *section)
{
	LIBBPF_OPTS(bpf_object_open_opts, how, .btf_custom_path = target);
	struct bpf_object *o;
	struct bpf_program *p = NULL;
	int err;

	*their_log = 0;
	their_n = 0;
	o = lb.open(object, &how);
	if (!o)
		return -errno;
	while ((p = lb.next(o, p)))
		lb.autoload(p, !strcmp(lb.section(p), section));
	err = lb.load(o);
	lb.close(o);
	return err == -ECANCELED && their_n ? 0 : err ? err : -EPROTO;
}

/* ---- ours ---- */

static struct buf read_file(const char *name)
{
	struct buf b = {0};
	FILE *f = fopen(name, "r");
	size_t n;

	while (f && buf_room(&b, 65536) && (n = fread(b.p + b.n, 1, 65536, f)))
		b.n += n;
	if (f)
		fclose(f);
	return b;
}

static struct bytes section_of(const struct elf *e, const char *name)
{
	u32 i = elf_find(e, name);

	return i ? elf_section(e, i).data : (struct bytes){0};
}

struct object_file {
	struct buf file;
	struct elf elf;
	struct btf *btf;
	struct btf_ext *ext;
};

static void fatal(const char *what, struct ob_err *err)
{
	printf("FAIL core_oracle: %s\n", what);
	ob_err_print(err, stdout);
	exit(1);
}

static struct object_file open_file(const char *name, bool ext)
{
	struct object_file o = {.file = read_file(name)};
	struct bytes all = {(const u8 *)o.file.p, o.file.n};
	struct ob_err *err = elf_open(all, &o.elf);

	if (!err)
		err = btf_read(section_of(&o.elf, ".BTF"), NULL, &o.btf);
	if (!err && ext)
		err = btf_ext_read(section_of(&o.elf, ".BTF.ext"), o.btf, &o.ext);
	if (err)
		fatal(name, err);
	return o;
}

static void close_file(struct object_file *o)
{
	btf_ext_destroy(o->ext);
	btf_destroy(o->btf);
	buf_deinit(&o->file);
}

/* ---- both ---- */

static void show(const struct ob_ebpf *a, const struct ob_ebpf *b, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (memcmp(&a[i], &b[i], sizeof(*a)) != 0)
			printf("    insn %u: %02x %x%x %d %d, libbpf makes %02x %x%x %d %d\n", i,
			       a[i].code, a[i].src, a[i].dst, a[i].off, a[i].imm, b[i].code,
			       b[i].src, b[i].dst, b[i].off, b[i].imm);
}

static bool compare(const char *name, struct ob_err *err, const struct core_code *code, int no)
{
	if (err && no)
		refused++;
	poisoned += code->misses;
	if (err ? no
		: !no && their_n == code->n &&
			    !memcmp(theirs, code->insn, their_n * sizeof(*theirs)))
		return true;
	printf("FAIL %s: ours %s, libbpf's %s\n", name, err ? ob_err_reason(err) : "resolves",
	       no ? strerror(-no) : "resolves");
	if (no)
		printf("%s", their_log);
	else if (!err)
		show(code->insn, theirs, MIN(code->n, (u32)their_n));
	return false;
}

static bool program(const char *object, const char *target, const struct object_file *o,
		    const struct btf *kernel, const struct elf_section *s)
{
	static struct ob_ebpf ours[PROGRAM_MAX];
	const struct btf_ext_section *x = btf_ext_find(o->ext, s->name);
	struct arena arena;
	struct core_code code = {
		.name = s->name, .insn = ours, .n = (u32)(s->data.n / 8), .arena = &arena};
	struct core *c = NULL;
	struct ob_err *err = core_create(o->btf, kernel, NULL, NULL, &c);

	arena_init(&arena);
	memcpy(ours, s->data.p, s->data.n);
	if (!err && x)
		err = core_apply(c, &code, x->core, x->cores);
	bool ok = compare(s->name, err, &code, load_theirs(object, target, s->name));
	programs++;
	core_destroy(c);
	arena_deinit(&arena);
	ob_err_destroy(err);
	return ok;
}

static bool object(const char *name, const char *target)
{
	struct object_file o = open_file(name, true), t = open_file(target, false);
	bool ok = true;

	for (u32 i = 1; i < o.elf.sections; i++) {
		struct elf_section s = elf_section(&o.elf, i);

		if (!strncmp(s.name, "ours/", 5) && s.data.n <= sizeof(theirs) &&
		    !program(name, target, &o, t.btf, &s))
			ok = false;
	}
	close_file(&o);
	close_file(&t);
	return ok;
}

/* ---- relocations that no compiler made ---- */

/* Where the records of CO-RE lie in the file. */
static u32 find_records(const struct object_file *o, struct bpf_core_relo *rec[], u32 max)
{
	struct bytes x = section_of(&o->elf, ".BTF.ext");
	u8 *p = (u8 *)o->file.p + (x.p - (const u8 *)o->file.p);
	u32 at = get_le32(p + 4) + get_le32(p + 24), end = at + get_le32(p + 28), n = 0;

	for (at += 4; at < end;) {
		u32 records = get_le32(p + at + 4);

		at += 8;
		for (u32 i = 0; i < records; i++, at += sizeof(**rec))
			if (n < max)
				rec[n++] = (struct bpf_core_relo *)(void *)(p + at);
	}
	return n;
}

static void mutate(const struct object_file *o)
{
	struct bpf_core_relo *rec[512];
	u32 n = find_records(o, rec, LEN(rec));

	for (u32 i = 0; i < n; i++) {
		if (gen_next(3))
			continue;
		if (gen_next(2))
			rec[i]->kind = gen_next(CORE_KINDS_MADE);
		if (gen_next(2))
			rec[i]->type_id = rec[gen_next(n)]->type_id;
		else if (!gen_next(3))
			rec[i]->type_id = gen_next(o->btf->n);
		if (gen_next(2))
			rec[i]->access_str_off = rec[gen_next(n)]->access_str_off;
	}
}

/* The same object, with other relocations. */
static bool mutated(const char *name, const char *target, const char *dir, u32 rounds)
{
	char to[256];
	bool ok = true;

	snprintf(to, sizeof(to), "%s/mutated.o", dir);
	for (u32 i = 0; i < rounds; i++) {
		struct object_file o = open_file(name, true);
		FILE *f = fopen(to, "w");

		if (!f)
			return false;
		mutate(&o);
		fwrite(o.file.p, 1, o.file.n, f);
		fclose(f);
		ok &= object(to, target);
		close_file(&o);
	}
	unlink(to);
	return ok;
}

/* ---- the sources ---- */

static const char *top(void) { return getenv("SRCDIR") ? getenv("SRCDIR") : "."; }

static bool compile(const char *clang, const char *source, const char *flags, const char *to)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "%s -target bpf -g -O2 %s -fno-crash-diagnostics -I%s/test/prog/core -c %s -o %s "
		 ">/dev/null 2>&1",
		 clang, flags, top(), source, to);
	return !system(command);
}

/* False: clang does not take it. */
static bool both(const char *clang, const char *source, const char *dir, bool *ok)
{
	char name[256], target[256];
	bool compiled;

	snprintf(name, sizeof(name), "%s/it.o", dir);
	snprintf(target, sizeof(target), "%s/target.o", dir);
	compiled = compile(clang, source, "", name) && compile(clang, source, "-DTARGET", target);
	if (compiled)
		*ok &= object(name, target);
	u32 no = refused;
	if (compiled)
		*ok &= mutated(name, target, dir, MUTATIONS);
	refused_mutated += refused - no;
	refused = no;
	unlink(name);
	unlink(target);
	return compiled;
}

static void one(const char *clang, const char *name, const char *dir)
{
	char source[256];
	u32 before = programs;
	bool ok = true;

	snprintf(source, sizeof(source), "%s/test/prog/core/%s.c", top(), name);
	bool compiled = both(clang, source, dir, &ok);
	printf("%s %s, %s: %u programs\n", compiled && ok && programs > before ? "ok" : "FAIL",
	       name, clang, programs - before);
}

/* Some of it clang refuses: bitfields that it cannot load at once. */
static void made(const char *clang, const char *dir, u32 sources, u64 seed, bool matches)
{
	char source[256];
	u32 before = programs, no = refused, none = poisoned;
	bool ok = true;

	snprintf(source, sizeof(source), "%s/made.c", dir);
	for (u32 i = 0; i < sources; i++) {
		FILE *f = fopen(source, "w");
		bool now = true;

		if (!f)
			return;
		gen_source(f, seed + i, matches);
		fclose(f);
		both(clang, source, dir, &now);
		if (!now)
			printf("    made from %llu\n", (unsigned long long)(seed + i));
		ok &= now;
	}
	unlink(source);
	if (ok && programs == before) {
		printf("skip made, %s: it takes none of it\n", clang);
		return;
	}
	printf("%s made, %s: %u programs, %u refused, %u instructions poisoned\n",
	       ok && refused - no < (programs - before) / 2 ? "ok" : "FAIL", clang,
	       programs - before, refused - no, poisoned - none);
}

static bool is_here(const char *clang)
{
	char command[64];

	snprintf(command, sizeof(command), "%s --version >/dev/null 2>&1", clang);
	return !system(command);
}

static void each_clang(const char *dir, u32 count, u64 seed)
{
	static const char *const clangs[] = {"clang-14", "clang-19", "clang-19 -mcpu=v4", "clang"};
	static const char *const sources[] = {"fields", "types", "enums"};

	for (u32 i = 0; i < LEN(clangs); i++) {
		if (i == 3 && programs)
			break;
		if (!is_here(clangs[i])) {
			printf("skip %s: it is not here\n", clangs[i]);
			continue;
		}
		for (u32 k = 0; k < LEN(sources) && i != 2; k++)
			one(clangs[i], sources[k], dir);
		made(clangs[i], dir, count, seed + i * count, i == 1 || i == 2);
	}
	if (programs)
		printf("%s %u programs, %u refused by both, %u instructions poisoned\n",
		       refused && refused_mutated && poisoned ? "ok" : "FAIL", programs,
		       refused + refused_mutated, poisoned);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/core_oracle.XXXXXX";
	const char *why = find_libbpf();
	u32 count = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 2;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (why) {
		printf("skip core_oracle: %s\n", why);
		return 0;
	}
	if (argc == 3 && !count)
		return !object(argv[1], argv[2]);
	if (geteuid()) {
		printf("skip core_oracle: libbpf asks the kernel's bpf() first, which needs "
		       "root\n");
		return 0;
	}
	if (!mkdtemp(dir))
		return 1;
	each_clang(dir, count, argc > 2 ? strtoull(argv[2], NULL, 0) : 1);
	rmdir(dir);
	return 0;
}

#else

int main(void)
{
	printf("skip core_oracle: <bpf/libbpf.h> is not here\n");
	return 0;
}

#endif
