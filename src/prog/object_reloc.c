/* SPDX-License-Identifier: BSD-2-Clause */
/* Relocations of code: what each instruction that has one refers to. */
#include "prog/object_priv.h"

/* The numbers, as LLVM has them; before LLVM 13 there were only NONE, 64 and CALL. */
enum {
	R_NONE = 0,
	R_64 = 1,
	R_ABS64 = 2,
	R_ABS32 = 3,
	R_NODYLD32 = 4,
	R_CALL = 10,
};
enum { CODE_CALL = BPF_JMP | BPF_CALL, CODE_LDDW = BPF_LD | BPF_IMM | BPF_DW };

struct place {
	struct object *o;
	u32 section, insn;
	struct ob_ebpf i;
	const struct elf_symbol *s;
	s64 addend;
};

#define BAD(p, code, ...) object_err_insn((p)->o, (p)->section, (p)->insn, code, __VA_ARGS__)

static struct object_section *section_of(const struct place *p)
{
	return &p->o->priv->section[p->section];
}

/* For messages. */
static const char *name_of(const struct place *p)
{
	if (*p->s->name)
		return p->s->name;
	if (p->s->type == STT_SECTION && p->s->section < p->o->priv->elf.sections)
		return p->o->priv->section[p->s->section].elf.name;
	return "a symbol without a name";
}

static struct ob_err *find_extern(const struct place *p, u32 symbol, struct object_ref *ref)
{
	s32 e = p->o->priv->symbol_ext[symbol];
	bool call = p->i.code == CODE_CALL;

	if (e == OBJECT_NONE) {
		ref->kind = REF_MISSING;
		ref->what = symbol;
		return NULL;
	}
	if (call && p->o->ext[e].kind != EXTERN_FUNC)
		return BAD(p, OB_FORMAT, "%s is called, and no function", name_of(p));
	ref->kind = REF_EXTERN;
	ref->what = (u32)e;
	return NULL;
}

/* A call's distance counts from the symbol's place, in slots from the next one; an
 * address's in bytes. The assembler of binutils 2.40 has the place, in bytes, in the call
 * already: there the symbol counts alone. */
static s64 function_place(const struct place *p)
{
	bool call = p->i.code == CODE_CALL;
	s64 at = (s64)p->s->value + p->addend, add = (s64)p->i.imm;

	if (p->s->value > INT32_MAX || p->addend > INT32_MAX || p->addend < INT32_MIN)
		return -1;
	if (call)
		add = (add + 1) * OBJECT_SLOT;
	if (call && p->s->type == STT_FUNC && p->i.imm + 1 == (s64)p->s->value)
		add = 0;
	return at + add;
}

static struct ob_err *find_function(const struct place *p, struct object_ref *ref)
{
	s64 at = function_place(p);

	if (at < 0 || at % OBJECT_SLOT || !object_func_at(p->o, p->s->section, at / OBJECT_SLOT))
		return BAD(p, OB_FORMAT, "no function begins at byte %lld of section %s",
			   (long long)at, p->o->priv->section[p->s->section].elf.name);
	ref->kind = p->i.code == CODE_CALL ? REF_CALL : REF_FUNC;
	ref->what = p->s->section;
	ref->off = at / OBJECT_SLOT;
	return NULL;
}

static struct ob_err *find_map(const struct place *p, struct object_ref *ref)
{
	u64 at = p->s->value + (u64)p->addend + (p->s->type == STT_SECTION ? (u32)p->i.imm : 0);
	const struct object_map *m = object_map_at(p->o, p->s->section, at);

	if (!m)
		return BAD(p, OB_FORMAT, "%s is no map: none begins at byte %llu of section %s",
			   name_of(p), (unsigned long long)at,
			   p->o->priv->section[p->s->section].elf.name);
	ref->kind = REF_MAP;
	ref->what = (u32)(m - p->o->map);
	return NULL;
}

static struct ob_err *find_data(const struct place *p, struct object_ref *ref)
{
	u32 map = p->o->priv->section[p->s->section].map;
	u64 off = p->s->value + (u64)p->addend + (u64)(s64)p->i.imm;

	if (off >= p->o->map[map].shape.value_size)
		return BAD(p, OB_RANGE, "%s: byte %lld of section %s, which has %u", name_of(p),
			   (long long)off, p->o->map[map].name, p->o->map[map].shape.value_size);
	ref->kind = REF_DATA;
	ref->what = map;
	ref->off = (s64)off;
	return NULL;
}

static struct ob_err *find_defined(const struct place *p, struct object_ref *ref)
{
	u8 kind = p->o->priv->section[p->s->section].kind;

	if (kind == SECTION_CODE)
		return find_function(p, ref);
	if (p->i.code == CODE_CALL)
		return BAD(p, OB_FORMAT, "%s is called, and no function", name_of(p));
	switch (kind) {
	case SECTION_MAPS:
	case SECTION_OLD_MAPS:
	case SECTION_OPS:
		return find_map(p, ref);
	case SECTION_DATA:
		return find_data(p, ref);
	}
	return BAD(p, OB_UNSUPPORTED, "%s lies in section %s, which is neither code, maps nor data",
		   name_of(p), p->o->priv->section[p->s->section].elf.name);
}

static struct ob_err *find(const struct place *p, u32 symbol, struct object_ref *ref)
{
	if (p->s->section == SHN_UNDEF)
		return find_extern(p, symbol, ref);
	if (p->s->section >= p->o->priv->elf.sections)
		return BAD(p, OB_UNSUPPORTED, "%s lies in no section (0x%x)", name_of(p),
			   p->s->section);
	return find_defined(p, ref);
}

static struct ob_err *read_one(struct place *p, const struct elf_reloc *r, struct object_ref *ref)
{
	const struct object_priv *o = p->o->priv;
	struct bytes code = section_of(p)->elf.data;
	u32 wide;

	if (r->off % OBJECT_SLOT || !bytes_has(code, r->off, OBJECT_SLOT))
		return object_err(p->o, OB_FORMAT,
				  "section %s: a relocation at byte %llu, where no instruction is",
				  section_of(p)->elf.name, (unsigned long long)r->off);
	p->insn = (u32)(r->off / OBJECT_SLOT);
	if (!r->symbol || r->symbol >= o->symbols)
		return BAD(p, OB_FORMAT, "a relocation by symbol %u, of %u", r->symbol, o->symbols);
	p->s = &o->symbol[r->symbol];
	p->addend = r->addend;
	memcpy(&p->i, code.p + r->off, sizeof(p->i));
	wide = p->i.code == CODE_LDDW;
	if (r->type != R_64 && r->type != R_CALL)
		return BAD(p, OB_UNSUPPORTED, "a relocation of type %u, for %s", r->type,
			   name_of(p));
	if (!wide && p->i.code != CODE_CALL)
		return BAD(p, OB_FORMAT,
			   "%s: neither a call nor a 64-bit immediate (opcode 0x%02x)", name_of(p),
			   p->i.code);
	if (wide && !bytes_has(code, r->off, 2 * OBJECT_SLOT))
		return BAD(p, OB_FORMAT, "half of a 64-bit immediate ends the section");
	if (!wide && p->i.src != BPF_PSEUDO_CALL)
		return BAD(p, OB_FORMAT, "%s: this calls a helper, not a function", name_of(p));
	*ref = (struct object_ref){.insn = p->insn};
	return find(p, r->symbol, ref);
}

static int by_insn(const void *a, const void *b)
{
	const struct object_ref *x = a, *y = b;

	return (x->insn > y->insn) - (x->insn < y->insn);
}

static struct ob_err *read_section(struct object *o, u32 i)
{
	struct object_section *s = &o->priv->section[i];
	const struct elf_section *list = &o->priv->section[s->reloc].elf;
	u64 n = elf_relocs(list);
	struct place p = {.o = o, .section = i};
	struct ob_err *err = NULL;

	if (n > s->elf.size / OBJECT_SLOT)
		return object_err(o, OB_FORMAT, "section %s: more relocations than instructions",
				  list->name);
	s->ref = arena_array(&o->priv->arena, struct object_ref, n + 1);
	for (u64 k = 0; k < n && !err; k++) {
		struct elf_reloc r = elf_reloc(&o->priv->elf, list, k);

		if (r.type != R_NONE)
			err = read_one(&p, &r, &s->ref[s->refs++]);
	}
	if (err)
		return err;
	qsort(s->ref, s->refs, sizeof(*s->ref), by_insn);
	for (u32 k = 1; k < s->refs; k++)
		if (s->ref[k].insn == s->ref[k - 1].insn)
			return object_err_insn(o, i, s->ref[k].insn, OB_FORMAT,
					       "it has two relocations");
	return NULL;
}

struct ob_err *object_read_relocs(struct object *o)
{
	struct ob_err *err = NULL;

	for (u32 i = 1; i < o->priv->elf.sections && !err; i++)
		if (o->priv->section[i].kind == SECTION_CODE && o->priv->section[i].reloc)
			err = read_section(o, i);
	return err;
}

const struct object_ref *object_refs(const struct object_section *s, u32 insn)
{
	u32 from = 0, to = s->refs;

	while (from < to) {
		u32 mid = from + (to - from) / 2;

		if (s->ref[mid].insn < insn)
			from = mid + 1;
		else
			to = mid;
	}
	return s->refs ? s->ref + from : NULL;
}

/* ---- for listings ---- */

/* "total + 4", or ".bss + 12". */
static void put_variable(struct buf *to, const struct object *o, const struct object_ref *ref)
{
	const struct object_map *m = &o->map[ref->what];
	const struct btf_type *t = m->shape.value ? btf_type(o->btf, m->shape.value) : NULL;
	const char *name = m->name;
	u64 off = (u64)ref->off;

	for (u32 i = 0; t && btf_is(t, BTF_KIND_DATASEC) && i < btf_len(t); i++) {
		const struct btf_var_secinfo *v = &btf_vars(t)[i];

		if (off < v->offset || off - v->offset >= v->size)
			continue;
		name = btf_name(o->btf, btf_type(o->btf, v->type)->name_off);
		off -= v->offset;
		break;
	}
	buf_puts(to, name);
	if (off)
		buf_printf(to, " + %llu", (unsigned long long)off);
}

static const struct object_part *part_of(const struct object_program *g, u32 pc)
{
	for (u32 i = 0; i < g->parts; i++)
		if (pc >= g->part[i].pc && pc - g->part[i].pc < g->part[i].n)
			return &g->part[i];
	return NULL;
}

void object_put_name(struct buf *to, const struct object *o, const struct object_program *g, u32 pc)
{
	const struct object_part *p = part_of(g, pc), *called;
	const struct object_section *s = p ? &o->priv->section[p->in] : NULL;
	const struct object_ref *ref = s ? object_refs(s, p->at + pc - p->pc) : NULL;
	const struct eb *e = &g->prog->ext[pc];
	bool is = ref && ref < s->ref + s->refs && ref->insn == p->at + pc - p->pc;

	if (!p)
		return;
	if ((e->op == EB_CALL_LOCAL || e->op == EB_LDDW_FUNC) &&
	    !(is && ref->kind == REF_MISSING)) {
		called = part_of(g, (u32)ebpf_target(e, pc));
		if (called)
			buf_puts(to, called->name);
		return;
	}
	if (!is)
		return object_put_core(to, o, p, pc);
	if (ref->kind == REF_MAP)
		buf_puts(to, o->map[ref->what].name);
	else if (ref->kind == REF_DATA)
		put_variable(to, o, ref);
	else if (ref->kind == REF_EXTERN)
		buf_puts(to, o->ext[ref->what].name);
	else if (ref->kind == REF_MISSING)
		buf_printf(to, "%s (not defined)", o->priv->symbol[ref->what].name);
}
