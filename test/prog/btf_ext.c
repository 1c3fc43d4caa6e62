/* SPDX-License-Identifier: BSD-2-Clause */
/* .BTF.ext: records by section whatever their order and size, in both byte orders; and
 * what is wrong with it is told with the byte. */
#include "prog/btf_priv.h"
#include "prog/btf_ext.h"

static bool failed;

static void check(bool ok, const char *what)
{
	printf("%s %s\n", ok ? "ok" : "FAIL", what);
	failed |= !ok;
}

static u32 name_a, name_b, name_way;

static struct btf *make(void)
{
	struct btf_maker *m = btf_maker_create(NULL);
	struct btf *b = NULL;

	btf_maker_add(m, "int", BTF_KIND_INT, false, 0, 4);
	btf_maker_word(m, 32);
	name_a = btf_maker_name(m, "a");
	name_b = btf_maker_name(m, "b");
	name_way = btf_maker_name(m, "0:1");
	ob_err_destroy(btf_maker_finish(m, &b));
	btf_maker_destroy(m);
	return b;
}

struct file {
	u32 w[128];
	u32 n;
};

static void words(struct file *f, const u32 *w, u32 n)
{
	memcpy(f->w + f->n, w, n * sizeof(*w));
	f->n += n;
}
#define WORDS(f, ...) words(f, (const u32[]){__VA_ARGS__}, LEN(((const u32[]){__VA_ARGS__})))

enum { MAGIC, LENGTH, FUNC_OFF, FUNC_LEN, LINE_OFF, LINE_LEN, CORE_OFF, CORE_LEN, HEAD };

/* Functions of b, a, then a again, of 12 bytes; one line of b; two relocations of a. */
static struct file make_file(void)
{
	struct file f = {.n = HEAD};

	WORDS(&f, 12, name_b, 1, 0, 1, 77, name_a, 1, 8, 1, 77, name_a, 2, 16, 1, 77, 24, 1, 77);
	WORDS(&f, 16, name_b, 1, 40, name_a, name_b, 7 << 10 | 3);
	WORDS(&f, 16, name_a, 2, 8, 1, name_way, 0, 16, 1, name_way, 2);
	memcpy(f.w, (u32[HEAD]){BTF_VERSION << 16 | BTF_MAGIC, 32, 0, 76, 76, 28, 104, 44},
	       HEAD * sizeof(u32));
	return f;
}

static struct ob_err *read_file(struct file f, bool swap, const struct btf *b, struct btf_ext **ret)
{
	u8 *bytes = malloc(f.n * 4);

	memcpy(bytes, f.w, f.n * 4);
	for (u32 i = 1; swap && i < f.n; i++)
		put_be32(bytes + 4 * i, f.w[i]);
	if (swap)
		put_be16(bytes, BTF_MAGIC);
	struct ob_err *err = btf_ext_read((struct bytes){bytes, f.n * 4}, b, ret);
	free(bytes);
	return err;
}

static void check_good(const struct btf *b, bool swap)
{
	struct btf_ext *x = NULL;
	struct ob_err *err = read_file(make_file(), swap, b, &x);

	check(!err && x->sections == 2 && !btf_ext_find(x, "c"),
	      swap ? "the other byte order is read" : "it is read");
	if (err)
		return;
	const struct btf_ext_section *a = btf_ext_find(x, "a"), *c = btf_ext_find(x, "b");
	check(a->funcs == 3 && a->func[0].insn_off == 8 && a->func[1].insn_off == 16 &&
		      a->func[2].insn_off == 24 && a->func[2].type_id == 1 && !a->lines,
	      "functions of a section are together, in order");
	check(c->funcs == 1 && c->lines == 1 && c->line[0].insn_off == 40 &&
		      c->line[0].line_off == name_b && c->line[0].line_col == (7 << 10 | 3),
	      "a line");
	check(a->cores == 2 && !c->cores && a->core[1].kind == BPF_CORE_FIELD_EXISTS &&
		      a->core[1].access_str_off == name_way,
	      "relocations");
	btf_ext_destroy(x);
}

/* Word `at` becomes `value`. */
static void check_bad(const struct btf *b, u32 at, u32 value, const char *what)
{
	struct file f = make_file();
	struct btf_ext *x = NULL;

	f.w[at] = value;
	struct ob_err *err = read_file(f, false, b, &x);
	check(err && ob_err_code(err) != OB_NOMEM && strstr(ob_err_reason(err), ".BTF.ext"), what);
	if (!err)
		btf_ext_destroy(x);
	ob_err_destroy(err);
}

int main(void)
{
	struct btf *b = make();
	struct btf_ext *x = NULL;
	struct file none = {{BTF_VERSION << 16 | BTF_MAGIC, 24, 0, 0, 0, 0}, 6};

	check_good(b, false);
	check_good(b, true);
	check(!read_file(none, false, b, &x) && !x->sections && !btf_ext_find(x, "a"),
	      "there may be nothing");
	btf_ext_destroy(x);
	check_bad(b, MAGIC, 0x12345678, "no magic");
	check_bad(b, MAGIC, 2 << 16 | BTF_MAGIC, "version 2");
	check_bad(b, LENGTH, 1000, "a header that is longer than all");
	check_bad(b, FUNC_LEN, 1000, "a part that is longer than all");
	check_bad(b, FUNC_LEN, 75, "a record that is cut");
	check_bad(b, LINE_OFF, UINT32_MAX, "a part that begins behind the end");
	check_bad(b, HEAD, 4, "records that are too short");
	check_bad(b, HEAD, 13, "records of no whole words");
	check_bad(b, HEAD + 1, 100000, "a section without a name");
	check_bad(b, HEAD + 2, 0x20000000, "more records than there are bytes");
	check_bad(b, HEAD + 3, 4, "a place inside of an instruction");
	check_bad(b, HEAD + 4, 2, "a type that there is not");
	check_bad(b, HEAD + 19 + 4, 100000, "a string that there is not");
	btf_destroy(b);
	return failed;
}
