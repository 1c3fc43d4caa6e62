/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold of any bytes that are read as BTF or as an ELF file:
 *
 * - what Linux would take can be read, and is the same then;
 * - what can be read can be asked everything and be printed, and there is an end to it;
 * - a size that the checked types came to is the one that is found by following them. */
#include "prog/btf_priv.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static void ask(const struct btf *b, u32 id)
{
	const struct btf_type *t = btf_type(b, id);
	struct btf_fields f;
	u32 at = id;

	must(t && btf_name(b, t->name_off), "a type has a name");
	must(btf_size(b, id) >= -1, "a size");
	must(btf_align(b, id) <= BTF_PTR, "an alignment");
	must(!btf_skip(b, id, &at) || at < b->n, "what is behind modifiers");
	for (u32 i = 0; btf_is_composite(t) && i < btf_len(t); i++)
		must(btf_member_bits(b, t, i) <= 255, "bits of a member");
	if (btf_find(b, btf_name(b, t->name_off), btf_kind_of(t)) > id)
		must(false, "the first of a name comes first");
	if (b->to && btf_is_composite(t))
		btf_fields(b, id, ~0u, t->size, b, &f);
}

/* As a key and as a value of a map. */
static void ask_map(const struct btf *b, u32 id)
{
	u32 size = 0, at = id;
	const struct btf_type *t = btf_sized(b, &at, &size);
	struct btf_fields f;

	must(!t || btf_size(b, id) == size, "sizes are the same");
	for (u32 type = 1; t && type < MAPTYPE_COUNT; type++) {
		struct btf_map m = {type, size, size, 1, 0, id, id};

		btf_map_check(b, &m, b, &f);
	}
}

static void put(const struct btf *b)
{
	struct buf out = {0};

	for (u32 id = b->first; id < b->n; id++)
		btf_put_raw(&out, b, id);
	buf_clear(&out);
	ob_err_destroy(btf_put_c(&out, b, NULL, 0));
	buf_clear(&out);
	for (u32 id = 1; id < b->n && id < 16; id++)
		btf_put_value(&out, b, id, bytes_part(b->data, 0, 64), id & 15);
	buf_deinit(&out);
}

/* Written and read it is the same; made one, it has no more, and stays so. */
static void make_again(const struct btf *b)
{
	struct btf *once = NULL, *again = NULL;
	struct buf out = {0};

	btf_write(&out, b, true);
	must(!btf_read((struct bytes){(const u8 *)out.p, out.n}, NULL, &again), "what is written");
	must(again->n == b->n && !memcmp(again->types.p, b->types.p, b->types.n), "it is the same");
	btf_destroy(again);
	buf_deinit(&out);
	again = NULL;
	struct ob_err *err = btf_dedup(b, &once);
	must(err || once->n <= b->n, "not more");
	if (!err)
		err = btf_dedup(once, &again);
	must(err || once->n == again->n, "that was all");
	ob_err_destroy(err);
	btf_destroy(once);
	btf_destroy(again);
}

static void check_types(struct bytes in)
{
	struct btf *loaded = NULL, *read = NULL;
	struct buf log = {0};
	int no = btf_load(in, NULL, &log, &loaded);
	struct ob_err *err = btf_read(in, NULL, &read);

	must(no || !err, "what is taken can be read");
	must(no || loaded->n == read->n, "it has as many types");
	must(!no || log.n, "a refusal says why");
	for (u32 id = 1; !err && id < read->n && id < 1000; id++)
		ask(read, id);
	for (u32 id = 1; !no && id < loaded->n && id < 1000; id++) {
		ask(loaded, id);
		ask_map(loaded, id);
	}
	if (!err) {
		put(read);
		make_again(read);
	}
	ob_err_destroy(err);
	btf_destroy(loaded);
	btf_destroy(read);
	buf_deinit(&log);
}

static u64 sum;

static void check_section(const struct elf *e, const struct elf_section *s)
{
	for (u64 i = 0; i < s->data.n; i++)
		sum += s->data.p[i];
	for (u64 i = 0; i < elf_symbols(s); i++)
		sum += strlen(elf_symbol(e, s, i).name);
	for (u64 i = 0; i < elf_relocs(s); i++)
		sum += elf_reloc(e, s, i).off;
}

static void check_elf(struct bytes in)
{
	struct elf e;
	struct ob_err *err = elf_open(in, &e);

	for (u32 i = 0; !err && i < e.sections; i++) {
		struct elf_section s = elf_section(&e, i);

		must(elf_find(&e, s.name) <= i || !i, "the first of a name comes first");
		check_section(&e, &s);
		if (!strcmp(s.name, ".BTF"))
			check_types(s.data);
	}
	ob_err_destroy(err);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	u8 *exact = memcpy(malloc(n + 1), data, n);
	struct bytes in = {exact, n};

	if (elf_is(in))
		check_elf(in);
	else
		check_types(in);
	free(exact);
	return 0;
}
