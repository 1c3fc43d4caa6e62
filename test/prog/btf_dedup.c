/* SPDX-License-Identifier: BSD-2-Clause */
/* Equal types as one, beside libbpf: of objects whose structs refer to each other and
 * are here declared, there defined or of another shape, and of the running kernel's types
 * twice, both keep the same types. And what a base has is not kept again.
 * Usage: btf_dedup [FILE ...] */
#include "prog/btf_priv.h"

#include <dlfcn.h>
#include <unistd.h>

#include "core_gen.h"

static bool failed;

static void check(bool ok, const char *what, const char *name)
{
	printf("%s %s: %s\n", ok ? "ok" : "FAIL", name, what);
	failed |= !ok;
}

static struct {
	void *(*empty)(void);
	void *(*make)(const void *bytes, u32 n);
	int (*add)(void *to, const void *from);
	int (*dedup)(void *all, const void *opts);
	const void *(*raw)(void *all, u32 *n);
	void (*destroy)(void *btf);
} lb;

static bool find_libbpf(void)
{
	void *lib = dlopen("libbpf.so.1", RTLD_NOW);

	if (!lib)
		return false;
	lb.empty = dlsym(lib, "btf__new_empty");
	lb.make = dlsym(lib, "btf__new");
	lb.add = dlsym(lib, "btf__add_btf");
	lb.dedup = dlsym(lib, "btf__dedup");
	lb.raw = dlsym(lib, "btf__raw_data");
	lb.destroy = dlsym(lib, "btf__free");
	return lb.empty && lb.make && lb.add && lb.dedup && lb.raw && lb.destroy;
}

static struct btf *read_types(const char *name)
{
	struct buf file = {0};
	struct btf *b = NULL;
	struct elf e;
	FILE *f = fopen(name, "r");
	size_t n;

	while (f && buf_room(&file, 1 << 20) && (n = fread(file.p + file.n, 1, 1 << 20, f)))
		file.n += n;
	if (f)
		fclose(f);
	struct bytes data = {(const u8 *)file.p, file.n};
	struct ob_err *err = NULL;
	if (elf_is(data)) {
		err = elf_open(data, &e);
		if (!err)
			data = elf_section(&e, elf_find(&e, ".BTF")).data;
	}
	if (!err)
		err = btf_read(data, NULL, &b);
	ob_err_destroy(err);
	buf_deinit(&file);
	return b;
}

/* ---- the same types? ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A line a type, sorted: what it is by itself. */
static char **lines(const struct btf *b)
{
	char **v = calloc(b->n, sizeof(*v));

	for (u32 id = 1; v && id < b->n; id++) {
		const struct btf_type *t = btf_type(b, id);

		if (asprintf(&v[id - 1], "%s %s, %u of them, %u", btf_kind_name(btf_kind_of(t)),
			     btf_name(b, t->name_off), btf_len(t),
			     btf_shapes[btf_kind_of(t)].refers ? 0 : t->size) < 0)
			abort();
	}
	qsort(v, b->n - 1, sizeof(*v), by_text);
	return v;
}

static bool same(const struct btf *a, const struct btf *b)
{
	char **x = lines(a), **y = lines(b);
	bool ok = a->n == b->n && a->strings.n == b->strings.n;
	u32 n = MIN(a->n, b->n) - 1;

	for (u32 i = 0; i < n && ok; i++)
		if (strcmp(x[i], y[i]) != 0) {
			printf("    %s; libbpf: %s\n", x[i], y[i]);
			ok = false;
		}
	for (u32 i = 0; i + 1 < a->n; i++)
		free(x[i]);
	for (u32 i = 0; i + 1 < b->n; i++)
		free(y[i]);
	free(x);
	free(y);
	return ok;
}

/* ---- many as one ---- */

struct all {
	struct btf_maker *m;
	void *theirs;
	u32 next;
};

static void add(struct all *a, const struct btf *b)
{
	u32 *id_of = calloc(b->n, sizeof(*id_of));
	struct buf out = {0};

	for (u32 id = 1; id < b->n; id++)
		id_of[id] = a->next++;
	for (u32 id = 1; id < b->n; id++)
		btf_maker_copy(a->m, b, id, id_of);
	btf_write(&out, b, false);
	void *their = lb.make(out.p, (u32)out.n);
	if (!their || lb.add(a->theirs, their) < 0)
		abort();
	lb.destroy(their);
	buf_deinit(&out);
	free(id_of);
}

static void compare(struct all *a, const char *name)
{
	struct btf *ours = NULL, *once = NULL, *theirs = NULL;
	struct ob_err *err = btf_maker_finish(a->m, &ours);
	u32 n = 0;

	if (!err)
		err = btf_dedup(ours, &once);
	int no = lb.dedup(a->theirs, NULL);
	const void *raw = lb.raw(a->theirs, &n);
	if (!err)
		err = btf_read((struct bytes){raw, n}, NULL, &theirs);
	if (!err)
		printf("    %u types, of which we keep %u and libbpf %u\n", ours->n, once->n,
		       theirs->n);
	check(!err && !no && once->n < ours->n && same(once, theirs), "the same types as libbpf",
	      name);
	ob_err_destroy(err);
	btf_destroy(ours);
	btf_destroy(once);
	btf_destroy(theirs);
	btf_maker_destroy(a->m);
	lb.destroy(a->theirs);
}

static void files(char **name, u32 n, u32 times, const char *what)
{
	struct all a = {btf_maker_create(NULL), lb.empty(), 1};

	for (u32 i = 0; i < n * times; i++) {
		struct btf *b = read_types(name[i % n]);

		if (b)
			add(&a, b);
		btf_destroy(b);
	}
	compare(&a, what);
}

/* What goes on from a base, and is in the base, goes. */
static void split(const char *name)
{
	struct btf *base = read_types(name), *b = NULL, *once = NULL;
	struct btf_maker *m = btf_maker_create(base);
	u32 *id_of = calloc(base->n, sizeof(*id_of)), variables = 0, next = base->n;

	for (u32 id = 1; id < base->n; id++) {
		variables += btf_is(btf_type(base, id), BTF_KIND_VAR) ||
			     btf_is(btf_type(base, id), BTF_KIND_DATASEC);
		id_of[id] = next++;
	}
	for (u32 id = 1; id < base->n; id++)
		btf_maker_copy(m, base, id, id_of);
	struct ob_err *err = btf_maker_finish(m, &b);
	if (!err)
		err = btf_dedup(b, &once);
	check(!err && once->n == base->n + variables && variables, "a base's types go", "split");
	ob_err_destroy(err);
	btf_maker_destroy(m);
	btf_destroy(once);
	btf_destroy(b);
	btf_destroy(base);
	free(id_of);
}

/* ---- objects ---- */

enum { OBJECTS = 8 };

static u32 compile(const char *dir, char *name[OBJECTS])
{
	const char *top = getenv("SRCDIR") ? getenv("SRCDIR") : ".";
	u32 n = 0;

	for (u32 i = 0; i < OBJECTS; i++) {
		char source[64], command[512];

		snprintf(source, sizeof(source), "%s/%u.c", dir, i);
		FILE *f = fopen(source, "w");
		if (!f || asprintf(&name[n], "%s/%u.o", dir, i) < 0)
			return 0;
		gen_source(f, 1 + i / 2, false); /* each twice, from two sides */
		fclose(f);
		snprintf(command, sizeof(command),
			 "clang -target bpf -g -O2 %s -fno-crash-diagnostics -I%s/test/prog/core "
			 "-c %s -o %s >/dev/null 2>&1",
			 i % 2 ? "-DTARGET" : "", top, source, name[n]);
		if (!system(command))
			n++;
		else
			free(name[n]);
		unlink(source);
	}
	return n;
}

static void made(void)
{
	char dir[] = "/tmp/btf_dedup.XXXXXX", *name[OBJECTS];
	u32 n = mkdtemp(dir) ? compile(dir, name) : 0;

	if (n < 2)
		printf("skip objects: clang is not here\n");
	else
		files(name, n, 2, "objects");
	if (n > 1)
		split(name[1]);
	for (u32 i = 0; i < n; i++) {
		unlink(name[i]);
		free(name[i]);
	}
	rmdir(dir);
}

int main(int argc, char **argv)
{
	char *kernel = "/sys/kernel/btf/vmlinux";

	if (!find_libbpf()) {
		printf("skip btf_dedup: libbpf is not here\n");
		return 0;
	}
	if (argc > 1) {
		files(argv + 1, (u32)argc - 1, 1, "files");
		return failed;
	}
	made();
	if (access(kernel, R_OK))
		printf("skip the kernel: it has no types\n");
	else
		files(&kernel, 1, 2, "the kernel's types twice");
	return failed;
}
