/* SPDX-License-Identifier: BSD-2-Clause */
/* Each program of an object that clang made is written as an object of its own and read
 * back: the same instructions, maps, values, functions and lines. libbpf loads them.
 * Usage: write [OBJECT ...] */
#include "prog/object.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static bool failed;

static void check(bool ok, const char *name, const char *what)
{
	printf("%s %s: %s\n", ok ? "ok" : "FAIL", name, what);
	failed |= !ok;
}

static void fatal(const char *name, struct ob_err *err)
{
	printf("FAIL %s\n", name);
	ob_err_print(err, stdout);
	ob_err_destroy(err);
	failed = true;
}

/* ---- the same? ---- */

static bool same_map(const struct prog_map *a, const struct prog_map *b)
{
	if (strcmp(a->name, b->name) != 0 || a->type != b->type || a->key_size != b->key_size ||
	    a->value_size != b->value_size || a->max_entries != b->max_entries ||
	    a->flags != b->flags || a->extra != b->extra || !a->key != !b->key ||
	    !a->value != !b->value || !a->inner != !b->inner)
		return false;
	if (a->fixed.n != b->fixed.n || (a->fixed.n && memcmp(a->fixed.p, b->fixed.p, a->fixed.n)))
		return false;
	if (a->value && a->key &&
	    strcmp(btf_name(a->btf, btf_type(a->btf, a->value)->name_off),
		   btf_name(b->btf, btf_type(b->btf, b->value)->name_off)) != 0)
		return false;
	return !a->inner ||
	       (a->inner->type == b->inner->type && a->inner->value_size == b->inner->value_size &&
		a->inner->max_entries == b->inner->max_entries);
}

static bool same_code(const struct prog *a, const struct prog *b)
{
	for (u32 pc = 0; a->n == b->n && pc < a->n; pc++) {
		const struct eb *x = &a->ext[pc], *y = &b->ext[pc];
		bool map = x->op == EB_LDDW_MAP_IDX || x->op == EB_LDDW_MAP_IDX_VALUE;

		if (x->op != y->op || x->dst != y->dst || x->src != y->src || x->off != y->off)
			return false;
		if (map ? (u64)x->imm >> 32 != (u64)y->imm >> 32 ||
				    !same_map(&a->map[(u32)x->imm], &b->map[(u32)y->imm])
			: x->imm != y->imm)
			return false;
	}
	return a->n == b->n;
}

static const char *func_name(const struct prog *p, u32 i)
{
	return btf_name(p->btf, btf_type(p->btf, p->func[i].type)->name_off);
}

static bool same_functions(const struct prog *a, const struct prog *b)
{
	for (u32 i = 0; a->funcs == b->funcs && i < a->funcs; i++)
		if (a->func[i].pc != b->func[i].pc || strcmp(func_name(a, i), func_name(b, i)) != 0)
			return false;
	return a->funcs == b->funcs && a->funcs;
}

static bool same_lines(const struct prog *a, const struct prog *b)
{
	for (u32 i = 0; a->lines == b->lines && i < a->lines; i++) {
		const struct prog_line *x = &a->line[i], *y = &b->line[i];

		if (x->pc != y->pc || x->line != y->line || x->col != y->col ||
		    strcmp(x->text, y->text) != 0 || strcmp(x->file, y->file) != 0)
			return false;
	}
	return a->lines == b->lines && a->lines;
}

/* ---- libbpf ---- */

static struct {
	void *(*open)(const void *bytes, size_t n, const void *opts);
	int (*load)(void *object);
	void (*close)(void *object);
} lb;

static bool find_libbpf(void)
{
	void *lib = geteuid() ? NULL : dlopen("libbpf.so.1", RTLD_NOW);

	if (!lib)
		return false;
	lb.open = dlsym(lib, "bpf_object__open_mem");
	lb.load = dlsym(lib, "bpf_object__load");
	lb.close = dlsym(lib, "bpf_object__close");
	return lb.open && lb.load && lb.close;
}

static void load(const char *name, const struct buf *file)
{
	void *o = lb.open(file->p, file->n, NULL);

	int err = o ? lb.load(o) : -errno;
	check(!err, name, "libbpf loads it into the kernel");
	if (err)
		printf("    %s: %s\n", o ? "loading" : "opening", strerror(-err));
	if (o)
		lb.close(o);
}

/* ---- one program ---- */

static void compare(const char *name, const struct object *o, const struct object_program *g,
		    const struct object *again)
{
	const struct object_program *h = again->prog;

	check(again->progs == 1 && !strcmp(g->section, h->section) && g->type == h->type &&
		      g->attach == h->attach && !strcmp(g->name, h->name) &&
		      !strcmp(o->license ? o->license : "", again->license ? again->license : ""),
	      name, "what it is");
	check(same_code(g->prog, h->prog), name, "instructions and maps");
	check(same_functions(g->prog, h->prog), name, "functions");
	check(same_lines(g->prog, h->prog), name, "lines");
}

static void one(const struct object *o, const struct object_program *g, const struct bytes *data)
{
	struct object_out how = {.section = g->section, .license = o->license, .data = data};
	struct object_target nowhere = {0};
	struct object *again = NULL;
	struct buf file = {0};
	struct ob_err *err = object_write(&file, g->prog, &how);

	if (!err)
		err = object_open(g->name, (struct bytes){(const u8 *)file.p, file.n}, &again);
	if (!err)
		err = object_link(again, &nowhere);
	if (err)
		fatal(g->name, err);
	else
		compare(g->name, o, g, again);
	if (!err && lb.open)
		load(g->name, &file);
	object_close(again);
	buf_deinit(&file);
}

static void each(const char *name)
{
	struct buf file = {0};
	struct object *o = NULL;
	struct object_target nowhere = {0};
	FILE *f = fopen(name, "r");
	size_t n;

	while (f && buf_room(&file, 65536) && (n = fread(file.p + file.n, 1, 65536, f)))
		file.n += n;
	if (f)
		fclose(f);
	struct ob_err *err = object_open("test", (struct bytes){(const u8 *)file.p, file.n}, &o);
	if (!err)
		err = object_link(o, &nowhere);
	if (err) {
		fatal(name, err);
	} else {
		struct bytes *data = calloc(o->maps + 1, sizeof(*data));

		for (u32 i = 0; i < o->maps; i++)
			if (o->map[i].data)
				data[i] =
					(struct bytes){o->map[i].data, o->map[i].shape.value_size};
		for (u32 i = 0; i < o->progs; i++)
			one(o, &o->prog[i], data);
		free(data);
	}
	object_close(o);
	buf_deinit(&file);
}

int main(int argc, char **argv)
{
	char name[] = "/tmp/onebpf-write.XXXXXX", command[512];
	const char *top = getenv("SRCDIR") ? getenv("SRCDIR") : ".";

	if (!find_libbpf())
		printf("skip loading: libbpf is not here, or its bpf() needs root\n");
	for (int i = 1; i < argc; i++)
		each(argv[i]);
	if (argc > 1)
		return failed;
	int fd = mkstemp(name);
	if (fd < 0)
		return 1;
	close(fd);
	snprintf(command, sizeof(command),
		 "clang -target bpf -g -O2 -I/usr/include/$(uname -m)-linux-gnu -c "
		 "%s/test/prog/write/all.c -o %s 2>/dev/null",
		 top, name);
	if (system(command))
		printf("skip write: clang is not here, or libbpf's headers\n");
	else
		each(name);
	unlink(name);
	return failed;
}
