/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold of any types, records and instructions that are to be adjusted (CO-RE):
 *
 * - there is an end to it, and nothing outside the instructions is touched;
 * - what did not resolve is poisoned, and nothing else is;
 * - a relocation changes numbers, offsets and sizes of instructions only;
 * - done again from the same bytes, the same comes out.
 *
 * The input: three lengths (local types, target types, .BTF.ext; 0: the target is the local
 * types), what they count, then 8 bytes for each instruction, whose last also make a
 * relocation each. Of a length of BUILT the bytes are no types: types are built from them. */
#include "prog/core_priv.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

enum { INSNS = 256, BUILT = 0xffff };

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

struct outcome {
	struct ob_ebpf insn[INSNS];
	u32 n, misses;
	enum ob_code code; /* 0: it went well */
};

static bool is_poison(const struct ob_ebpf *i)
{
	return i->code == 0x85 && !i->dst && !i->src && !i->off && i->imm == CORE_POISON;
}

static bool may_become(const struct ob_ebpf *a, const struct ob_ebpf *b)
{
	bool memory = BPF_CLASS(a->code) >= BPF_LDX && BPF_CLASS(a->code) <= BPF_STX;

	if (!memcmp(a, b, sizeof(*a)))
		return true;
	if (a->dst != b->dst || a->src != b->src || (a->code != b->code && !memory))
		return false;
	return memory ? a->imm == b->imm && !((a->code ^ b->code) & ~0x18) : a->off == b->off;
}

static void check_misses(const struct core_code *code)
{
	for (u32 i = 0; i < code->misses; i++) {
		must(code->miss[i].pc < code->n, "a miss is one of the instructions");
		must(is_poison(&code->insn[code->miss[i].pc]), "what is missing is poisoned");
		must(strlen(code->miss[i].what) > 2, "what is missing has a name");
	}
}

static struct outcome run(const struct btf *local, const struct btf *target,
			  const struct ob_ebpf *insn, u32 n, const struct bpf_core_relo *relo,
			  u32 relos)
{
	struct outcome o = {.n = n};
	struct arena arena;
	struct core_code code = {.name = "f", .insn = o.insn, .n = n, .arena = &arena};
	struct core *c = NULL;
	struct ob_err *err = core_create(local, target, NULL, NULL, &c);

	arena_init(&arena);
	memcpy(o.insn, insn, n * sizeof(*insn));
	if (!err)
		err = core_apply(c, &code, relo, relos);
	if (err)
		o.code = ob_err_code(err);
	else
		check_misses(&code);
	o.misses = code.misses;
	for (u32 i = 0; i < n; i++)
		must(may_become(&insn[i], &o.insn[i]) || (is_poison(&o.insn[i]) && code.misses),
		     "only numbers, offsets and sizes change");
	ob_err_destroy(err);
	core_destroy(c);
	arena_deinit(&arena);
	return o;
}

static void apply(const struct btf *local, const struct btf *target, const struct ob_ebpf *insn,
		  u32 n, const struct bpf_core_relo *relo, u32 relos)
{
	struct outcome a = run(local, target, insn, n, relo, relos);
	struct outcome b = run(local, target, insn, n, relo, relos);

	must(a.code == b.code && a.misses == b.misses && !memcmp(a.insn, b.insn, sizeof(a.insn)),
	     "it is the same again");
}

/* From the end of an instruction: a type, a place among the strings, a kind. */
static void made(const struct btf *local, const struct btf *target, const struct ob_ebpf *insn,
		 u32 n)
{
	struct bpf_core_relo r;
	struct buf text = {0};

	for (u32 i = 0; i < n; i++) {
		u32 what = (u32)insn[i].imm;

		r = (struct bpf_core_relo){8 * i, (what & 255) % local->n,
					   local->strings.n ? (what >> 8) % (u32)local->strings.n
							    : 0,
					   (what >> 24) % (CORE_KINDS + 1)};
		apply(local, target, insn, n, &r, 1);
		core_put(&text, local, &r);
	}
	must(!n || text.n, "a relocation has a text");
	buf_deinit(&text);
}

static void check_ext(const struct btf_ext *x, const struct btf *b)
{
	u64 sum = 0;

	for (u32 i = 0; i < x->sections; i++) {
		const struct btf_ext_section *s = &x->section[i];

		must(btf_ext_find(x, s->name) == s, "a section is found");
		for (u32 k = 0; k < s->funcs; k++)
			must(s->func[k].type_id < b->n && s->func[k].insn_off % 8 == 0,
			     "functions");
		for (u32 k = 0; k < s->lines; k++)
			sum += strlen(btf_str(b, s->line[k].line_off));
		for (u32 k = 0; k < s->cores; k++)
			sum += strlen(btf_str(b, s->core[k].access_str_off));
	}
	must(sum < UINT64_MAX, "strings end");
}

static struct bytes take(struct bytes *in, u32 n)
{
	struct bytes part = bytes_part(*in, 0, n);

	*in = bytes_part(*in, n, in->n);
	return part;
}

/* ---- types that can always be read ---- */

static u8 byte(struct bytes *in)
{
	struct bytes b = take(in, 1);

	return b.n ? *b.p : 0;
}

static const char *name(struct bytes *in)
{
	static const char *const names[] = {"", "a", "b", "a___x", "s", "s___two", "t", "E"};

	return names[byte(in) % LEN(names)];
}

static void element(struct btf_maker *m, struct bytes *in, char what, u32 n)
{
	u32 small = byte(in);

	btf_maker_word(m, what == 'n'   ? btf_maker_name(m, name(in))
			  : what == 't' ? small % n
			  : small & 128 ? small << 22 | byte(in)
					: small);
}

static struct btf *build(struct bytes *in)
{
	static const u8 kinds[] = {BTF_KIND_INT,      BTF_KIND_STRUCT, BTF_KIND_PTR,
				   BTF_KIND_ARRAY,    BTF_KIND_STRUCT, BTF_KIND_UNION,
				   BTF_KIND_ENUM,     BTF_KIND_FWD,    BTF_KIND_TYPEDEF,
				   BTF_KIND_CONST,    BTF_KIND_FLOAT,  BTF_KIND_FUNC_PROTO,
				   BTF_KIND_ENUM64,   BTF_KIND_VAR,    BTF_KIND_DATASEC,
				   BTF_KIND_TYPE_TAG, BTF_KIND_FUNC,   BTF_KIND_DECL_TAG};
	static const char *const ways[] = {"0", "0:0", "0:1", "0:0:0", "1:1:2", "0:1:0:1", "0:2:1"};
	struct btf_maker *m = btf_maker_create(NULL);
	u32 n = 2 + byte(in) % 20;
	struct btf *b = NULL;

	for (u32 i = 0; i < LEN(ways); i++)
		btf_maker_name(m, ways[i]);
	for (u32 i = 1; i < n; i++) {
		u32 kind = kinds[byte(in) % LEN(kinds)], len = byte(in) % 6;
		const struct btf_shape *s = &btf_shapes[kind];

		btf_maker_add(m, name(in), kind, byte(in) & 1, s->each ? len : 0,
			      s->refers ? byte(in) % n : 1u << byte(in) % 4);
		for (u32 k = s->each ? len : 1; k; k--)
			for (const char *c = s->words; *c; c++)
				element(m, in, *c, n);
	}
	must(!btf_maker_finish(m, &b), "what is built can be read");
	btf_maker_destroy(m);
	return b;
}

static struct ob_err *types(struct bytes *in, u32 len, struct btf **ret)
{
	if (len != BUILT)
		return btf_read(take(in, len), NULL, ret);
	*ret = build(in);
	return NULL;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	struct bytes in = {data, n};
	struct btf *local = NULL, *target = NULL;
	struct btf_ext *x = NULL;
	struct ob_ebpf insn[INSNS];
	u32 len[3];

	if (n < 6)
		return 0;
	for (u32 i = 0; i < 3; i++)
		len[i] = get_le16(take(&in, 2).p);
	struct ob_err *err = types(&in, len[0], &local);
	if (!err && len[1])
		err = types(&in, len[1], &target);
	struct bytes ext = take(&in, len[2]);
	struct ob_err *no = err ? NULL : btf_ext_read(ext, local, &x);
	u32 insns = MIN((u32)(in.n / 8), (u32)INSNS);
	if (insns)
		memcpy(insn, in.p, insns * 8);
	const struct btf *to = target ? target : local;
	if (!err)
		made(local, to, insn, MIN(insns, 32u));
	if (x)
		check_ext(x, local);
	for (u32 i = 0; x && i < x->sections; i++)
		apply(local, to, insn, insns, x->section[i].core, x->section[i].cores);
	btf_ext_destroy(x);
	btf_destroy(local);
	btf_destroy(target);
	ob_err_destroy(err);
	ob_err_destroy(no);
	return 0;
}
