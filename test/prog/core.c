/* SPDX-License-Identifier: BSD-2-Clause */
/* CO-RE: what is poisoned is told; enumerators above 31 bits; modules; ambiguity. And the
 * types of our world: Linux takes them, the tables of contexts say the same, and the
 * running kernel's are laid out as they are. */
#include "prog/core_priv.h"
#include "prog/object.h"

static bool failed;

static void check(bool ok, const char *what)
{
	printf("%s %s\n", ok ? "ok" : "FAIL", what);
	failed |= !ok;
}

/* ---- relocations ---- */

enum { INT = 1 };

static u32 add_int(struct btf_maker *m, const char *name, u32 size)
{
	u32 id = btf_maker_add(m, name, BTF_KIND_INT, false, 0, size);

	btf_maker_word(m, size * 8);
	return id;
}

static void member(struct btf_maker *m, const char *name, u32 type, u32 at)
{
	btf_maker_word(m, btf_maker_name(m, name));
	btf_maker_word(m, type);
	btf_maker_word(m, at);
}

static struct btf *finish(struct btf_maker *m)
{
	struct btf *b = NULL;
	struct ob_err *err = btf_maker_finish(m, &b);

	if (err)
		ob_err_print(err, stdout);
	btf_maker_destroy(m);
	return b;
}

/* struct NAME { u32 pad[pads]; u32 MEMBER; }; enum e { E = value }; */
static struct btf *make(const struct btf *base, const char *name, u32 pads, const char *field,
			u32 value)
{
	struct btf_maker *m = btf_maker_create(base);
	u32 u = add_int(m, "unsigned int", 4), s;

	btf_maker_name(m, "0");
	btf_maker_name(m, "0:0");
	s = btf_maker_add(m, name, BTF_KIND_STRUCT, false, 1, 4 * pads + 4);
	member(m, field, u, 32 * pads);
	btf_maker_add(m, "e", BTF_KIND_ENUM, false, 1, 4);
	btf_maker_word(m, btf_maker_name(m, "E"));
	btf_maker_word(m, value);
	return s ? finish(m) : NULL;
}

static u32 string(const struct btf *b, const char *s)
{
	for (u32 i = 0; i < b->strings.n; i++)
		if (!strcmp(btf_str(b, i), s))
			return i;
	return 0;
}

struct outcome {
	struct ob_ebpf insn[4];
	enum ob_code code;
	char text[256]; /* the last miss, or the reason */
	u32 misses, pc;
};

static u32 asked;
static const struct btf *module_at(void *arg, u32 i)
{
	asked++;
	return i ? NULL : *(const struct btf **)arg;
}

static struct outcome apply(const struct btf *local, const struct btf *kernel,
			    const struct btf *module, u32 kind, struct ob_ebpf first,
			    struct ob_ebpf second)
{
	struct outcome o = {.insn = {first, second}};
	bool of_enum = kind == BPF_CORE_ENUMVAL_VALUE;
	struct bpf_core_relo r[2] = {{80, btf_find(local, of_enum ? "e" : "s___v", 0),
				      string(local, of_enum ? "0" : "0:0"), kind}};
	struct arena arena;
	struct core_code code = {.name = "f", .insn = o.insn, .n = 4, .first = 10, .arena = &arena};
	struct core *c = NULL;
	struct ob_err *err = core_create(local, kernel, module_at, &module, &c);

	r[1] = r[0];
	r[1].insn_off += 8;
	arena_init(&arena);
	if (!err)
		err = core_apply(c, &code, r, second.code ? 2 : 1);
	if (err)
		snprintf(o.text, sizeof(o.text), "%s", ob_err_reason(err));
	else if (code.misses)
		snprintf(o.text, sizeof(o.text), "%s", code.miss[code.misses - 1].what);
	o.code = err ? ob_err_code(err) : 0;
	o.misses = code.misses;
	o.pc = code.misses ? code.miss[code.misses - 1].pc : 99;
	ob_err_destroy(err);
	core_destroy(c);
	arena_deinit(&arena);
	return o;
}

static const struct ob_ebpf load = {.code = BPF_LDX | BPF_MEM | BPF_W, .dst = 1, .src = 2};
static const struct ob_ebpf none;

static void check_fields(void)
{
	struct btf *local = make(NULL, "s___v", 0, "f", 1), *other = make(NULL, "s", 0, "g", 1);
	struct btf *kernel = make(NULL, "s", 3, "f", 1), *module = make(other, "s___m", 5, "f", 1);
	struct btf *none_there = make(NULL, "t", 0, "f", 1);
	struct btf *elsewhere = make(none_there, "s", 5, "f", 1);
	struct outcome o = apply(local, kernel, NULL, BPF_CORE_FIELD_BYTE_OFFSET, load, none);

	check(!o.code && !o.misses && o.insn[0].off == 12, "a moved field");
	o = apply(local, other, module, BPF_CORE_FIELD_BYTE_OFFSET, load, none);
	check(!o.code && o.misses == 1 && !o.pc && o.insn[0].imm == CORE_POISON && !asked &&
		      !strcmp(o.text, "<byte_off> [2] struct s___v.f (0:0 @ offset 0)"),
	      "a missing field is poisoned and told; modules are not asked");
	o = apply(local, kernel, NULL, BPF_CORE_FIELD_BYTE_OFFSET, load, load);
	check(!o.code && o.insn[0].off == 12 && o.insn[1].off == 12, "a moved field, twice");
	o = apply(local, other, module, BPF_CORE_FIELD_BYTE_OFFSET, load, load);
	check(!o.code && o.misses == 2 && o.pc == 1 && o.insn[1].imm == CORE_POISON &&
		      strstr(o.text, "struct s___v.f"),
	      "a missing field is told each time");
	o = apply(local, none_there, elsewhere, BPF_CORE_FIELD_BYTE_OFFSET, load, none);
	check(!o.code && o.insn[0].off == 20 && asked == 2, "a struct of a module's");
	o = apply(local, NULL, NULL, BPF_CORE_FIELD_BYTE_OFFSET, load, none);
	check(o.code == OB_UNSUPPORTED && strstr(o.text, "no types of a kernel"), "no target");
	o = apply(local, kernel, NULL, BPF_CORE_FIELD_BYTE_SIZE, load, none);
	check(o.code == OB_REFUSED && strstr(o.text, "not what the object's types say"),
	      "an instruction that says something else");
	btf_destroy(local);
	btf_destroy(module);
	btf_destroy(elsewhere);
	btf_destroy(none_there);
	btf_destroy(other);
	btf_destroy(kernel);
}

/* enum e { E = value } of 64 bits */
static struct btf *make_wide(u64 value)
{
	struct btf_maker *m = btf_maker_create(NULL);

	btf_maker_add(m, "e", BTF_KIND_ENUM64, false, 1, 8);
	btf_maker_word(m, btf_maker_name(m, "E"));
	btf_maker_word(m, (u32)value);
	btf_maker_word(m, (u32)(value >> 32));
	return finish(m);
}

static void check_enums(void)
{
	struct btf *local = make(NULL, "s", 0, "f", 0xf0000000),
		   *there = make(NULL, "s", 0, "f", 0xfffffff0), *grown = make_wide(5ull << 32);
	struct ob_ebpf wide = {.code = BPF_LD | BPF_IMM | BPF_DW, .imm = (s32)0xf0000000},
		       high = {0};
	struct outcome o = apply(local, there, NULL, BPF_CORE_ENUMVAL_VALUE, wide, high);

	check(!o.code && o.insn[0].imm == -16 && !o.insn[1].imm,
	      "an enumerator without a sign stays so");
	high.imm = -1;
	o = apply(local, there, NULL, BPF_CORE_ENUMVAL_VALUE, wide, high);
	check(!o.code && o.insn[0].imm == -16 && o.insn[1].imm == -1,
	      "an enumerator with a sign stays so");
	high.imm = 1;
	o = apply(local, there, NULL, BPF_CORE_ENUMVAL_VALUE, wide, high);
	check(o.code == OB_REFUSED, "any other is refused");
	high.imm = 0;
	o = apply(local, grown, NULL, BPF_CORE_ENUMVAL_VALUE, wide, high);
	check(!o.code && !o.insn[0].imm && o.insn[1].imm == 5, "an enum that has grown");
	btf_destroy(grown);
	btf_destroy(local);
	btf_destroy(there);
}

/* ---- our world ---- */

struct place {
	u32 at, bits;
	bool there;
};

/* A member by name, also of anonymous ones. */
static struct place find(const struct btf *b, u32 id, const char *name, u32 at, u32 depth)
{
	const struct btf_type *t = btf_skip(b, id, &id);
	struct place p = {0};

	for (u32 i = 0; depth < 8 && btf_is_composite(t) && i < btf_len(t) && !p.there; i++) {
		const struct btf_member *m = &btf_members(t)[i];
		u32 bits = btf_member_bits(b, t, i);

		if (!strcmp(btf_name(b, m->name_off), name))
			p = (struct place){at + btf_member_at(t, i),
					   bits ? bits : 8 * (u32)btf_size(b, m->type), true};
		else if (!m->name_off)
			p = find(b, m->type, name, at + btf_member_at(t, i), depth + 1);
	}
	return p;
}

/* Every member of one is in the other, at its place. */
static bool has_members(const struct btf *a, u32 id, const struct btf *b, u32 other, u32 root,
			u32 depth)
{
	const struct btf_type *t = btf_skip(a, id, &id);
	bool ok = true;

	for (u32 i = 0; depth < 8 && i < btf_len(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const struct btf_type *is = btf_skip(a, m->type, NULL);
		const char *name = btf_name(a, m->name_off);
		struct place p, q;

		if (!*name && btf_is_composite(is)) {
			ok &= has_members(a, m->type, b, other, root, depth + 1);
			continue;
		}
		p = find(a, root, name, 0, 0);
		q = find(b, other, name, 0, 0);
		if (q.there && p.at == q.at && p.bits == q.bits)
			continue;
		printf("    %s.%s: bit %u, %u bits; there %u, %u\n",
		       btf_name(a, btf_type(a, root)->name_off), name, p.at, p.bits, q.at, q.bits);
		ok = false;
	}
	return ok;
}

static void check_kernel(const struct btf *world)
{
	struct btf *kernel = NULL;
	struct buf file = {0};
	FILE *f = fopen("/sys/kernel/btf/vmlinux", "r");
	size_t n;
	u32 seen = 0;
	bool ok = true;

	while (f && buf_room(&file, 1 << 20) && (n = fread(file.p + file.n, 1, 1 << 20, f)))
		file.n += n;
	if (f)
		fclose(f);
	if (btf_read((struct bytes){(const u8 *)file.p, file.n}, NULL, &kernel)) {
		printf("skip the running kernel's structs: it has no types\n");
		buf_deinit(&file);
		return;
	}
	for (u32 id = 1; id < world->n; id++) {
		const struct btf_type *t = btf_type(world, id);
		const char *name = btf_name(world, t->name_off);
		u32 other = btf_is(t, BTF_KIND_STRUCT) && *name && t->size
				    ? btf_find(kernel, name, BTF_KIND_STRUCT)
				    : 0;

		if (!other)
			continue;
		ok &= has_members(world, id, kernel, other, id, 0);
		ok &= has_members(kernel, other, world, id, other, 0);
		ok &= t->size == btf_type(kernel, other)->size;
		seen++;
	}
	check(ok && seen > 50, "the running kernel's structs have the same members");
	btf_destroy(kernel);
	buf_deinit(&file);
}

/* Of these the tables say less than the struct has. */
static bool is_bare(u32 ctx)
{
	return ctx == CTX_REGS || ctx == CTX_TRACEPOINT || ctx == CTX_RAW_TRACEPOINT_WRITABLE ||
	       ctx == CTX_LIRC || ctx == CTX_BYTES;
}

static void check_contexts(const struct btf *world)
{
	bool ok = true;
	u32 seen = 0;

	for (u32 ctx = 1; ctx < CTX_COUNT; ctx++) {
		u32 n, id = btf_find(world, ctx_rows[ctx].type, BTF_KIND_STRUCT);
		const struct ctx_field *f = ctx_fields(ctx, &n);

		for (u32 i = 0; i < n && !is_bare(ctx); i++, seen++) {
			struct place p = id ? find(world, id, f[i].name, 0, 0) : (struct place){0};
			/* The zeros behind a port of 16 bits, the end of a flexible array. */
			bool more = p.bits < 8u * f[i].size && (!p.bits || p.bits == 16);

			if (p.there && p.at == 8u * f[i].off && (p.bits == 8u * f[i].size || more))
				continue;
			printf("    %s.%s\n", ctx_rows[ctx].type, f[i].name);
			ok = false;
		}
	}
	check(ok && seen > 100, "contexts are as their table says");
}

static bool has_value(const struct btf *b, const char *type, const char *name)
{
	u32 id = btf_find(b, type, BTF_KIND_ENUM);
	const struct btf_type *t = btf_type(b, id);

	for (u32 i = 0; id && i < btf_len(t); i++)
		if (!strcmp(btf_name(b, btf_enum_name(t, i)), name))
			return true;
	return false;
}

static void check_world(void)
{
	struct btf *world = NULL, *loaded = NULL;
	struct buf bytes = {0}, log = {0};
	struct ob_err *err = core_world(&world);

	if (err) {
		ob_err_print(err, stdout);
		check(false, "the types of our world");
		return;
	}
	btf_write(&bytes, world, false);
	int no = btf_load((struct bytes){(const u8 *)bytes.p, bytes.n}, NULL, &log, &loaded);
	check(!no, "Linux takes the types of our world");
	check(has_value(world, "bpf_func_id", "BPF_FUNC_ringbuf_output") &&
		      !has_value(world, "bpf_func_id", "BPF_FUNC_tcp_send_ack") &&
		      has_value(world, "bpf_map_type", "BPF_MAP_TYPE_RINGBUF"),
	      "helpers and maps can be asked for");
	check_contexts(world);
	check_kernel(world);
	btf_destroy(loaded);
	btf_destroy(world);
	buf_deinit(&bytes);
	buf_deinit(&log);
}

int main(void)
{
	check_fields();
	check_enums();
	check_world();
	return failed;
}
