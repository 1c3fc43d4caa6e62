/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of a value that belong to the kernel: locks, timers, pointers to kernel
 * objects, lists and trees. They are known by the names of their types, and by tags. */
#include "prog/btf_priv.h"

static const struct known {
	const char *name; /* NULL: by its tag */
	u32 kind;
	u8 size, align;
	bool once;   /* only one in a value */
	bool repeat; /* may be an array's element */
} known[] = {
	{"bpf_spin_lock", BTF_SPIN_LOCK, 4, 4, true, false},
	{"bpf_res_spin_lock", BTF_RES_SPIN_LOCK, 4, 4, true, false},
	{"bpf_timer", BTF_TIMER, 16, 8, true, false},
	{"bpf_wq", BTF_WORKQUEUE, 16, 8, true, false},
	{"bpf_task_work", BTF_TASK_WORK, 8, 8, true, false},
	{"bpf_list_head", BTF_LIST_HEAD, 16, 8, false, true},
	{"bpf_list_node", BTF_LIST_NODE, 24, 8, false, false},
	{"bpf_rb_root", BTF_RB_ROOT, 16, 8, false, true},
	{"bpf_rb_node", BTF_RB_NODE, 32, 8, false, false},
	{"bpf_refcount", BTF_REFCOUNT, 4, 4, false, false},
	{NULL, BTF_KPTR | BTF_UPTR, 8, 8, false, true},
};

static const struct known *row_of(u32 kind)
{
	const struct known *k = known;

	while (!(k->kind & kind))
		k++;
	return k;
}

/* A search: what was found in a struct, with offsets from its beginning. */
struct found {
	u32 kind, off;
	u32 type;         /* a kptr's, a root's */
	const char *node; /* a root's: the member of its type */
};
struct search {
	const struct btf *b;
	u32 mask;
};

static const char *shown(const struct btf *b, u32 off) { return off ? btf_name(b, off) : "(anon)"; }

static bool is_struct(const struct btf_type *t) { return t && btf_is(t, BTF_KIND_STRUCT); }

/* ---- pointers to kernel objects ---- */

/* Before Linux 6.4 what is `kptr` today was `kptr_ref`, and `kptr` was not trusted. */
static const char old_ref[] = "kptr_ref";

static bool has_old_tags(const struct btf *b)
{
	for (u32 id = 1; id < b->n; id++) {
		const struct btf_type *t = btf_type(b, id);

		if (btf_is(t, BTF_KIND_TYPE_TAG) && !strcmp(btf_name(b, t->name_off), old_ref))
			return true;
	}
	return false;
}

static u32 tag_kind(const struct btf *b, const char *tag)
{
	static const struct {
		const char *tag;
		u32 kind;
	} tags[] = {{"kptr_untrusted", BTF_KPTR_UNREF},
		    {"kptr", BTF_KPTR_REF},
		    {old_ref, BTF_KPTR_REF},
		    {"percpu_kptr", BTF_KPTR_PERCPU},
		    {"uptr", BTF_UPTR}};

	if (b->old_tags && !strcmp(tag, "kptr"))
		return BTF_KPTR_UNREF;
	for (u32 i = 0; i < LEN(tags); i++)
		if (!strcmp(tag, tags[i].tag))
			return tags[i].kind;
	return 0;
}

/* 1: it is one, 0: none, or errno. */
static int find_kptr(const struct search *s, const struct btf_type *t, struct found *to)
{
	const struct btf *b = s->b;

	if (btf_is(t, BTF_KIND_VOLATILE))
		t = btf_type(b, t->type);
	if (!btf_is(t, BTF_KIND_PTR))
		return 0;
	t = btf_type(b, t->type);
	if (!btf_is(t, BTF_KIND_TYPE_TAG) || btf_flag(t))
		return 0;
	if (btf_is(btf_type(b, t->type), BTF_KIND_TYPE_TAG))
		return -EINVAL;
	to->kind = tag_kind(b, shown(b, t->name_off));
	if (!to->kind)
		return -EINVAL;
	if (!(to->kind & s->mask))
		return 0;
	return is_struct(btf_skip(b, t->type, &to->type)) ? 1 : -EINVAL;
}

/* ---- lists and trees ---- */

/* The tag "contains:TYPE:NODE" of a member, or of a variable (index -1). */
static const char *find_contains(const struct btf *b, const struct btf_type *of, s32 index)
{
	static const char key[] = "contains:";
	const char *found = NULL;

	for (u32 id = 1; id < b->n; id++) {
		const struct btf_type *t = btf_type(b, id);
		const char *value;

		if (!btf_is(t, BTF_KIND_DECL_TAG) || btf_type(b, t->type) != of ||
		    ((const struct btf_decl_tag *)(t + 1))->component_idx != index)
			continue;
		value = btf_name(b, t->name_off);
		if (strncmp(value, key, sizeof(key) - 1) != 0)
			continue;
		if (found)
			return NULL;
		found = value + sizeof(key) - 1;
	}
	return found;
}

static u32 find_struct(const struct btf *b, const char *name, size_t n)
{
	for (u32 id = 1; id < b->n; id++) {
		const struct btf_type *t = btf_type(b, id);
		const char *is = btf_name(b, t->name_off);

		if (is_struct(t) && !strncmp(is, name, n) && !is[n])
			return id;
	}
	return 0;
}

static int find_root(const struct search *s, const struct btf_type *of, s32 index, struct found *to)
{
	const char *value = find_contains(s->b, of, index);
	const char *colon = value ? strchr(value, ':') : NULL;

	if (!colon)
		return -EINVAL;
	to->type = find_struct(s->b, value, (size_t)(colon - value));
	if (!to->type)
		return -ENOENT;
	to->node = colon + 1;
	return colon[1] ? 1 : -EINVAL;
}

/* ---- the search ---- */

static int search_struct(const struct search *s, const struct btf_type *t, struct found *to,
			 u32 room, u32 level);

/* What stands n times, `size` bytes apart, has been found once. */
static int repeat(struct found *to, u32 room, u32 found, u32 n, u32 size)
{
	for (u32 i = 0; i < found; i++)
		if (!row_of(to[i].kind)->repeat)
			return -EINVAL;
	if (found * n > room)
		return -E2BIG;
	for (u32 i = found; i < found * n; i++) {
		to[i] = to[i - found];
		to[i].off += size;
	}
	return (int)(found * n);
}

static int search_nested(const struct search *s, const struct btf_type *t, u32 off, u32 n,
			 struct found *to, u32 room, u32 level)
{
	if (level + 1 >= BTF_CHAIN)
		return -E2BIG;
	int found = search_struct(s, t, to, room, level + 1);
	for (int i = 0; i < found; i++)
		to[i].off += off;
	return found > 0 && n > 1 ? repeat(to, room, (u32)found, n, t->size) : found;
}

/* The row that fits a type, NULL: none does. */
static const struct known *row_for(const struct search *s, const struct btf_type *t)
{
	const char *name = shown(s->b, t->name_off);

	for (u32 i = 0; i < LEN(known); i++)
		if ((known[i].kind & s->mask) &&
		    (known[i].name ? !strcmp(known[i].name, name) : !is_struct(t)))
			return &known[i];
	return NULL;
}

/* A member or variable. want: the size that it must have, 0: any. */
static int search_one(const struct search *s, const struct btf_type *of, s32 index, u32 id, u32 off,
		      u32 want, u32 *seen, struct found *to, u32 room, u32 level)
{
	const struct btf_type *t = btf_type(s->b, id);
	struct found one = {0};
	u32 n = 1, depth = 0;

	for (; depth < BTF_CHAIN && btf_is(t, BTF_KIND_ARRAY); depth++) {
		n *= btf_array_of(t)->nelems;
		t = btf_type(s->b, btf_array_of(t)->type);
	}
	if (depth == BTF_CHAIN)
		return -E2BIG;
	if (!n)
		return 0;
	const struct known *k = row_for(s, t);
	if (!k && is_struct(t))
		return want && want != t->size * n ? 0
						   : search_nested(s, t, off, n, to, room, level);
	if (!k)
		return 0;
	if (k->once && (*seen & k->kind))
		return -E2BIG;
	if (k->once)
		*seen |= k->kind;
	if ((want && want != k->size * n) || off % k->align)
		return 0;
	one.kind = k->kind;
	if (!k->name) {
		int found = find_kptr(s, t, &one);
		if (found <= 0)
			return found;
	} else if (!is_struct(t) || t->size != k->size) {
		return 0;
	} else if (k->kind & BTF_ROOT) {
		int found = find_root(s, of, index, &one);
		if (found < 0)
			return found;
	}
	if (!room)
		return -E2BIG;
	one.off = off;
	*to = one;
	return n > 1 ? repeat(to, room, 1, n, k->size) : 1;
}

static int search_struct(const struct search *s, const struct btf_type *t, struct found *to,
			 u32 room, u32 level)
{
	u32 seen = 0, n = 0;

	for (u32 i = 0; i < btf_len(t); i++) {
		u32 at = btf_member_at(t, i);

		if (at % 8)
			return -EINVAL;
		int found = search_one(s, t, (s32)i, btf_members(t)[i].type, at / 8, 0, &seen,
				       to + n, room - n, level);
		if (found < 0)
			return found;
		n += (u32)found;
	}
	return (int)n;
}

static int search_section(const struct search *s, const struct btf_type *t, struct found *to)
{
	u32 seen = 0, n = 0;

	for (u32 i = 0; i < btf_len(t); i++) {
		const struct btf_var_secinfo *v = &btf_vars(t)[i];
		const struct btf_type *var = btf_type(s->b, v->type);

		int found = search_one(s, var, -1, var->type, v->offset, v->size, &seen, to + n,
				       BTF_FIELDS - n, 0);
		if (found < 0)
			return found;
		n += (u32)found;
	}
	return (int)n;
}

/* ---- what was found, looked at ---- */

/* Structs of the kernel of which a program may hold a reference: their destructors. */
static bool has_destructor(const char *name)
{
	static const char *const names[] = {"task_struct",      "cgroup",
					    "bpf_cpumask",      "bpf_crypto_ctx",
					    "prog_test_member", "prog_test_ref_kfunc"};

	for (u32 i = 0; i < LEN(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static int parse_kptr(const struct btf *b, const struct btf *kernel, const struct found *from,
		      struct btf_field *f)
{
	const char *name = shown(b, btf_type(b, from->type)->name_off);
	u32 id = kernel ? btf_find(kernel, name, BTF_KIND_STRUCT) : 0;

	f->type = id ? id : from->type;
	f->kernels = id;
	return id && f->kind == BTF_KPTR_REF && !has_destructor(name) ? -ENOENT : 0;
}

static int parse_root(const struct btf *b, const struct found *from, struct btf_field *f)
{
	const struct btf_type *t = btf_type(b, from->type), *node = NULL;
	const struct known *k = row_of(f->kind == BTF_LIST_HEAD ? BTF_LIST_NODE : BTF_RB_NODE);

	for (u32 i = 0; i < btf_len(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];

		if (strcmp(shown(b, m->name_off), from->node) != 0)
			continue;
		if (node)
			return -EINVAL;
		node = btf_type(b, m->type);
		if (!is_struct(node) || strcmp(shown(b, node->name_off), k->name) != 0)
			return -EINVAL;
		u32 at = btf_flag(node) ? BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset;
		if (at % (k->align * 8u))
			return -EINVAL;
		f->type = from->type;
		f->node_off = at / 8;
	}
	return node ? 0 : -ENOENT;
}

static int parse_one(const struct btf *b, const struct btf *kernel, const struct found *from,
		     struct btf_field *f)
{
	*f = (struct btf_field){
		.kind = from->kind, .off = from->off, .size = row_of(from->kind)->size};
	if (f->kind & (BTF_KPTR | BTF_UPTR))
		return parse_kptr(b, kernel, from, f);
	return f->kind & BTF_ROOT ? parse_root(b, from, f) : 0;
}

/* Fields that need others beside them, or may not have them. */
static int check_together(const struct btf_fields *f)
{
	u32 locks = f->kinds & (BTF_SPIN_LOCK | BTF_RES_SPIN_LOCK);

	if (locks == (BTF_SPIN_LOCK | BTF_RES_SPIN_LOCK))
		return -EINVAL;
	if ((f->kinds & BTF_ROOT) && !locks)
		return -EINVAL;
	return (f->kinds & BTF_NODE) == BTF_NODE && !(f->kinds & BTF_REFCOUNT) ? -EINVAL : 0;
}

int btf_fields(const struct btf *b, u32 id, u32 mask, u32 value_size, const struct btf *kernel,
	       struct btf_fields *ret)
{
	const struct search s = {b, mask};
	const struct btf_type *t = btf_type(b, id);
	struct found found[BTF_FIELDS];
	struct btf_fields f = {0};
	u32 end = 0;

	*ret = f;
	if (!t || !(is_struct(t) || btf_is(t, BTF_KIND_DATASEC)))
		return -EINVAL;
	int n = is_struct(t) ? search_struct(&s, t, found, BTF_FIELDS, 0)
			     : search_section(&s, t, found);
	if (n <= 0)
		return n;
	for (; f.n < (u32)n; f.n++) {
		struct btf_field *to = &f.field[f.n];
		const struct found *from = &found[f.n];
		u32 size = row_of(from->kind)->size;

		if (from->off + size > value_size)
			return -EFAULT;
		if (from->off < end)
			return -EEXIST;
		end = from->off + size;
		int err = parse_one(b, kernel, from, to);
		if (err)
			return err;
		f.kinds |= to->kind;
	}
	int err = check_together(&f);
	if (!err)
		*ret = f;
	return err;
}

/* ---- structs that programs may allocate ---- */

enum {
	META_KINDS = BTF_SPIN_LOCK | BTF_RES_SPIN_LOCK | BTF_LIST_HEAD | BTF_LIST_NODE |
		     BTF_RB_ROOT | BTF_RB_NODE | BTF_REFCOUNT | BTF_KPTR,
};

const struct btf_fields *btf_meta(const struct btf *b, u32 id)
{
	u32 from = 0, to = b->metas;

	while (from < to) {
		u32 mid = from + (to - from) / 2;

		if (b->meta[mid].id < id)
			from = mid + 1;
		else
			to = mid;
	}
	return from < b->metas && b->meta[from].id == id ? b->meta[from].fields : NULL;
}

int btf_check_fields(const struct btf *b, const struct btf_fields *f, const struct btf *kernel)
{
	for (u32 i = 0; i < f->n; i++) {
		const struct btf_field *one = &f->field[i];
		const struct btf_fields *of;

		if (one->kind == BTF_UPTR) {
			u32 size = btf_type(one->kernels ? kernel : b, one->type)->size;

			if (one->kernels || !size)
				return -EINVAL;
			if (size > 4096)
				return -E2BIG;
		}
		if (!(one->kind & BTF_ROOT))
			continue;
		of = btf_meta(b, one->type);
		if (!of)
			return -EFAULT;
		if ((f->kinds & BTF_NODE) && (of->kinds & BTF_ROOT))
			return -ELOOP;
	}
	return 0;
}

/* What a program may allocate as a part of its own. */
static const char *const allocated[] = {"bpf_spin_lock", "bpf_list_head", "bpf_list_node",
					"bpf_rb_root",   "bpf_rb_node",   "bpf_refcount"};

/* Is this the first struct of one of these names? */
static bool is_first(const struct btf_type *t, const char *name, u32 *seen)
{
	if (!is_struct(t))
		return false;
	for (u32 i = 0; i < LEN(allocated); i++)
		if (!strcmp(name, allocated[i])) {
			bool first = !(*seen & 1u << i);

			*seen |= 1u << i;
			return first;
		}
	return false;
}

/* Marks the types whose members make a struct one with special fields: the first of
 * each name, and kptrs. */
static bool mark_special(const struct btf *b, u8 *special)
{
	const struct search s = {b, BTF_KPTR};
	struct found to = {0};
	bool any = false;
	u32 seen = 0;

	for (u32 id = 1; id < b->n; id++) {
		const struct btf_type *t = btf_type(b, id);

		special[id] =
			is_first(t, btf_name(b, t->name_off), &seen) || find_kptr(&s, t, &to) == 1;
		any |= special[id];
	}
	return any;
}

static bool has_special(const struct btf *b, const struct btf_type *t, const u8 *special)
{
	for (u32 i = 0; i < btf_len(t); i++)
		if (btf_members(t)[i].type < b->n && special[btf_members(t)[i].type])
			return true;
	return false;
}

static int add_meta(struct btf *b, u32 id, const struct btf *kernel)
{
	struct btf_fields f;
	int err = btf_fields(b, id, META_KINDS, btf_type(b, id)->size, kernel, &f);
	size_t size = offsetof(struct btf_fields, field) + f.n * sizeof(f.field[0]);

	if (!err && !f.n)
		err = -EFAULT;
	if (err)
		return err;
	b->meta[b->metas].id = id;
	b->meta[b->metas].fields = arena_dup(&b->arena, &f, size);
	return b->meta[b->metas++].fields ? 0 : -ENOMEM;
}

static int add_metas(struct btf *b, const u8 *special, const struct btf *kernel)
{
	u32 n = 0;

	for (u32 id = 1; id < b->n; id++)
		n += is_struct(btf_type(b, id)) && has_special(b, btf_type(b, id), special);
	b->meta = arena_array(&b->arena, struct btf_meta, n + 1);
	if (!b->meta)
		return -ENOMEM;
	for (u32 id = 1; id < b->n; id++) {
		int err = is_struct(btf_type(b, id)) && has_special(b, btf_type(b, id), special)
				  ? add_meta(b, id, kernel)
				  : 0;
		if (err)
			return err;
	}
	for (u32 i = 0; i < b->metas; i++) {
		const struct btf_fields *f = b->meta[i].fields;
		int err = f->kinds & BTF_ROOT ? btf_check_fields(b, f, kernel) : 0;

		if (err)
			return err;
	}
	return 0;
}

int btf_find_metas(struct btf *b, const struct btf *kernel)
{
	u8 *special = calloc(b->n, 1);

	if (!special)
		return -ENOMEM;
	b->old_tags = has_old_tags(b);
	int err = mark_special(b, special) ? add_metas(b, special, kernel) : 0;
	free(special);
	return err;
}
