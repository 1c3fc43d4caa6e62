/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects that a program allocates, and the lists and trees that it puts them in. Who has
 * allocated an object, or has taken it out, owns it: a reference that must be given back.
 * What is in a list or tree is borrowed, as long as the lock beside the root is held. */
#include "check/kfunc.h"

enum { PERCPU_MAX = 512, NESTED = 4 };

/* ---- owned and borrowed ---- */

static void borrow(struct reg *r)
{
	const struct btf_fields *f = reg_fields(r);

	r->type |= REG_NON_OWNING;
	if (f && (f->kinds & BTF_REFCOUNT))
		r->type |= REG_RCU;
}

/* Needs: the lock is held. */
static void disown(struct verify *v, u32 id)
{
	struct walk w = {.s = v->cur};

	for (struct reg *r; (r = walk_next(&w));)
		if (r->ref == id) {
			r->ref = 0;
			borrow(r);
		}
}

void forget_borrowed(struct verify *v)
{
	struct walk w = {.s = v->cur};

	for (struct reg *r; (r = walk_next(&w));) {
		if (!reg_is_own(r) || !(r->type & REG_NON_OWNING))
			continue;
		if (v->leaks)
			reg_unknown(v, r);
		else
			reg_none(r);
	}
}

int check_insert(struct verify *v, const struct kcall *c)
{
	u32 id = regs(v)[2].ref;

	if (!(c->row->flags & KFUNC_INSERTS))
		return 0;
	disown(v, id);
	return ref_release(v, id);
}

/* ---- the lock that goes with a root ---- */

static bool lock_is_held(struct verify *v, const struct reg *r)
{
	const struct state *s = v->cur;
	const void *in = reg_kind(r->type) == REG_MAP_VALUE ? (const void *)r->map : r->btf;

	if (!s->locks)
		return false;
	for (u32 i = 0; i < s->refs; i++)
		if (s->ref[i].kind >= REF_LOCK && s->ref[i].id == r->id && s->ref[i].ptr == in)
			return true;
	say(v, 0, "held lock and object are not in the same allocation\n");
	return false;
}

static s32 lock_off(const struct btf_fields *f)
{
	for (u32 i = 0; i < f->n; i++)
		if (f->field[i].kind == BTF_SPIN_LOCK)
			return (s32)f->field[i].off;
	return -EINVAL;
}

/* ---- roots and nodes ---- */

int check_root(struct verify *v, struct kcall *c, u32 regno, u32 kind)
{
	const struct reg *r = &regs(v)[regno];
	const char *name = special_name(kind);
	const struct btf_fields *f = reg_fields(r);
	s64 off = r->off + (s64)r->v.bits.value;

	if (r->type != REG_MAP_VALUE && r->type != (REG_BTF | REG_ALLOC))
		return say(v, -EINVAL, "arg#%u expected pointer to map value or allocated object\n",
			   regno - 1);
	if (r->type != REG_MAP_VALUE && !r->ref)
		return say(v, -EINVAL, "allocated object must be referenced\n");
	if (!scalar_is_const(&r->v))
		return say(v, -EINVAL,
			   "R%u doesn't have constant offset. %s has to be at the constant "
			   "offset\n",
			   regno, name);
	c->root = field_at(f, off, kind);
	if (!c->root)
		return say(v, -EINVAL, "%s not found at offset=%u\n", name, (u32)off);
	c->root_btf = r->type == REG_MAP_VALUE ? r->map->btf : r->btf;
	if (lock_is_held(v, r))
		return 0;
	return say(v, -EINVAL, "bpf_spin_lock at off=%d must be held for %s\n", lock_off(f), name);
}

static const char *type_name(const struct btf *b, u32 id)
{
	const struct btf_type *t = btf_type(b, id);

	return t ? btf_name(b, t->name_off) : "";
}

static int node_fits(struct verify *v, struct kcall *c, u32 regno, u32 kind)
{
	const struct reg *r = &regs(v)[regno];
	const struct btf_field *root = c->root;
	const char *name = special_name(kind), *in = type_name(c->root_btf, root->type);
	s64 off = r->off + (s64)r->v.bits.value;

	if (!scalar_is_const(&r->v))
		return say(v, -EINVAL,
			   "R%u doesn't have constant offset. %s has to be at the constant "
			   "offset\n",
			   regno, name);
	if (!field_at(reg_fields(r), off, kind))
		return say(v, -EINVAL, "%s not found at offset=%u\n", name, (u32)off);
	if (!same_type(r->btf, r->btf_id, 0, c->root_btf, root->type, true))
		return say(v, -EINVAL,
			   "operation on %s expects arg#1 %s at offset=%u in struct %s, but arg is "
			   "at offset=%d in struct %s\n",
			   special_name(root->kind), name, root->node_off, in, (s32)off,
			   type_name(r->btf, r->btf_id));
	c->own_btf = r->btf;
	c->own = r->btf_id;
	if (off == root->node_off)
		return 0;
	return say(v, -EINVAL, "arg#1 offset=%d, but expected %s at offset=%u in struct %s\n",
		   (s32)off, name, root->node_off, in);
}

/* What is put in must be owned; what is already in a tree may be borrowed. */
static int node_is_mine(struct verify *v, const struct kcall *c, const struct reg *r, u32 i)
{
	if (c->row->flags & KFUNC_INSERTS) {
		if (r->type != (REG_BTF | REG_ALLOC))
			return say(v, -EINVAL, "arg#%u expected pointer to allocated object\n", i);
		if (!r->ref)
			return say(v, -EINVAL, "allocated object must be referenced\n");
		return 0;
	}
	if (!(reg_is_own(r) && (r->type & REG_NON_OWNING)) && !r->ref)
		return say(v, -EINVAL,
			   "%s can only take non-owning or refcounted bpf_rb_node pointer\n",
			   c->name);
	if (in_tree_callback(v))
		return say(v, -EINVAL, "%s not allowed in rbtree cb\n", c->name);
	return 0;
}

int check_node(struct verify *v, struct kcall *c, u32 regno, u32 kind)
{
	int err = node_is_mine(v, c, &regs(v)[regno], regno - 1);

	return err ? err : node_fits(v, c, regno, kind);
}

static void give_node(const struct kcall *c, struct reg *r)
{
	reg_zero_off(r, REG_BTF | REG_ALLOC);
	r->btf = c->root_btf;
	r->btf_id = c->root->type;
	r->off = (s32)c->root->node_off;
}

/* ---- the callback that orders a tree ---- */

bool in_tree_callback(const struct verify *v)
{
	const struct frame *f = running(v);

	if (!v->cur->top || !f->callback)
		return false;
	const struct eb *e = insn_at(v, (u32)f->callsite);
	return e->op == EB_CALL_KFUNC && kfunc_find(kfunc_name(v, e)) == KFUNC_rbtree_add_impl;
}

int check_tree_callback(struct verify *v, struct kcall *c)
{
	struct frame *f;
	int err = callback_now(v, c->subprog, &f);

	if (err)
		return say(v, err, "kfunc %s#%d failed callback verification\n", c->name,
			   (s32)insn_at(v, v->pc)->imm);
	for (u32 i = 1; i <= 2; i++) {
		give_node(c, &f->reg[i]);
		borrow(&f->reg[i]);
	}
	f->callback = true;
	f->hi = 1;
	return 0;
}

/* ---- objects ---- */

int check_own(struct verify *v, struct kcall *c, u32 regno)
{
	const struct reg *r = &regs(v)[regno];
	const char *wants = NULL;

	if (r->type == (REG_BTF | REG_ALLOC))
		wants = c->nr == KFUNC_obj_drop_impl ? NULL : "bpf_obj_drop_impl";
	else if (r->type == (REG_BTF | REG_ALLOC | REG_PERCPU))
		wants = c->nr == KFUNC_percpu_obj_drop_impl ? NULL : "bpf_percpu_obj_drop_impl";
	else
		return say(v, -EINVAL, "arg#%u expected pointer to allocated object\n", regno - 1);
	if (wants)
		return say(v, -EINVAL, "arg#%u expected for %s()\n", regno - 1, wants);
	if (!r->ref)
		return say(v, -EINVAL, "allocated object must be referenced\n");
	return 0;
}

int check_counted(struct verify *v, struct kcall *c, u32 regno)
{
	const struct reg *r = &regs(v)[regno];
	const struct btf_fields *f = reg_is_own(r) ? reg_fields(r) : NULL;

	if (!reg_is_own(r))
		return say(v, -EINVAL, "arg#%u is neither owning or non-owning ref\n", regno - 1);
	c->owns = !(r->type & REG_NON_OWNING);
	if (!f)
		return say(v, -EFAULT, "verifier bug: Couldn't find btf_record\n");
	if (!(f->kinds & BTF_REFCOUNT))
		return say(v, -EINVAL, "arg#%u doesn't point to a type with bpf_refcount field\n",
			   regno - 1);
	c->own_btf = r->btf;
	c->own = r->btf_id;
	return 0;
}

/* Numbers, and structs and arrays of them. */
static bool is_numbers(const struct btf *b, u32 type, u32 depth)
{
	const struct btf_type *t = btf_skip(b, type, NULL);

	if (!t)
		return false;
	if (btf_is(t, BTF_KIND_INT) || btf_is(t, BTF_KIND_ENUM) || btf_is(t, BTF_KIND_ENUM64))
		return true;
	if (btf_is(t, BTF_KIND_ARRAY))
		return btf_array_of(t)->nelems && is_numbers(b, btf_array_of(t)->type, depth);
	if (!btf_is(t, BTF_KIND_STRUCT) || depth == NESTED)
		return false;
	for (u32 i = 0; i < btf_len(t); i++)
		if (!is_numbers(b, btf_members(t)[i].type, depth + 1))
			return false;
	return true;
}

static int check_percpu(struct verify *v, const struct btf *b, u32 id)
{
	u32 size = btf_type(b, id)->size;

	if (size > PERCPU_MAX)
		return say(v, -EINVAL, "bpf_percpu_obj_new type size (%u) is greater than %u\n",
			   size, PERCPU_MAX);
	if (!is_numbers(b, id, 0))
		return say(v, -EINVAL,
			   "bpf_percpu_obj_new type ID argument must be of a struct of scalars\n");
	if (btf_meta(b, id))
		return say(v, -EINVAL,
			   "bpf_percpu_obj_new type ID argument must not contain special fields\n");
	return 0;
}

static int give_new(struct verify *v, const struct kcall *c, struct reg *r)
{
	const struct btf *b = v->p->btf;
	u32 id = (u32)c->number;
	bool percpu = c->nr == KFUNC_percpu_obj_new_impl;

	if (id != c->number)
		return say(v, -EINVAL, "local type ID argument must be in range [0, U32_MAX]\n");
	if (!b)
		return say(v, -EINVAL, "bpf_obj_new/bpf_percpu_obj_new requires prog BTF\n");
	const struct btf_type *t = btf_type(b, id);
	if (!t || !btf_is(t, BTF_KIND_STRUCT))
		return say(v, -EINVAL,
			   "bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct\n");
	int err = percpu ? check_percpu(v, b, id) : 0;
	if (err)
		return err;
	reg_zero_off(r, REG_BTF | REG_ALLOC | (percpu ? REG_PERCPU : 0));
	r->btf = b;
	r->btf_id = id;
	return 0;
}

int give_own(struct verify *v, const struct kcall *c, struct reg *r)
{
	switch (c->nr) {
	case KFUNC_obj_new_impl:
	case KFUNC_percpu_obj_new_impl:
		return give_new(v, c, r);
	case KFUNC_refcount_acquire_impl:
		reg_zero_off(r, REG_BTF | REG_ALLOC);
		r->btf = c->own_btf;
		r->btf_id = c->own;
		return 0;
	default:
		give_node(c, r);
		return 0;
	}
}

/* What is looked up in a list or tree stays there. */
void lend_own(const struct kcall *c, struct reg *r)
{
	if (c->root && !(c->row->flags & KFUNC_ACQUIRE))
		borrow(r);
}
