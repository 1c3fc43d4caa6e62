/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that is to be loaded, as the verifier wants it: with the shapes of its maps,
 * its types, functions and lines. */
#include "kern/verify.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>

enum { FUNC_RECORD = 8, LINE_RECORD = 16 };

/* What must be given back when it is done. */
struct job {
	const struct verify_load *l;
	struct arena arena;
	struct prog *p;
	struct object *held[2 * VERIFY_MAPS]; /* types of maps, and of maps in them */
	u32 holds;
};

static int add_types(struct job *j, u32 btf_id, u32 key, u32 value, struct prog_map *to)
{
	struct object *o;

	if (!btf_id)
		return 0;
	int err = object_get_id(OBJECT_BTF, btf_id, &o);
	if (err)
		return err;
	j->held[j->holds++] = o;
	to->btf = ((const struct kern_btf *)o->p)->types;
	to->key = key;
	to->value = value;
	return 0;
}

static struct prog_map *add_inner(struct job *j, const struct map_attr *a)
{
	struct prog_map *m = arena_new(&j->arena, struct prog_map);

	if (m)
		*m = (struct prog_map){.name = arena_strndup(&j->arena, a->name, MAP_NAME),
				       .type = a->type,
				       .key_size = a->key_size,
				       .value_size = a->value_size,
				       .max_entries = a->max_entries,
				       .flags = a->flags,
				       .extra = a->extra};
	return m;
}

/* What a program may only read, and nobody writes any more, is constant. */
static struct bytes fixed_value(const struct map *m)
{
	enum { RDONLY_PROG = 1 << 7 };

	if (m->type != MAPTYPE_ARRAY || m->max_entries != 1 || !(m->flags & RDONLY_PROG) ||
	    !m->head->frozen)
		return (struct bytes){0};
	return (struct bytes){m->data, m->value_size};
}

static int add_map(struct job *j, const struct map *m, struct prog_map *to)
{
	const struct map_attr *a = &m->head->attr;
	const struct map_host_data *h = map_host_data(m);
	int err = 0;

	*to = (struct prog_map){.name = arena_strndup(&j->arena, a->name, MAP_NAME),
				.type = m->type,
				.key_size = m->key_size,
				.value_size = m->value_size,
				.max_entries = m->max_entries,
				.flags = m->flags,
				.extra = a->extra,
				.fixed = fixed_value(m)};
	if (m->type == MAPTYPE_ARRAY_OF_MAPS || m->type == MAPTYPE_HASH_OF_MAPS) {
		struct prog_map *inner = add_inner(j, &h->inner);

		if (!inner)
			return -ENOMEM;
		err = add_types(j, h->inner_btf_id, h->inner_btf_key, h->inner_btf_value, inner);
		to->inner = inner;
	}
	return err ? err : add_types(j, h->btf_id, h->btf_key, h->btf_value, to);
}

static int add_maps(struct job *j)
{
	struct prog_map *to = arena_array(&j->arena, struct prog_map, j->l->maps + 1);
	int err = to ? 0 : -ENOMEM;

	for (u32 i = 0; i < j->l->maps && !err; i++)
		err = add_map(j, j->l->map[i]->p, &to[i]);
	j->p->map = to;
	j->p->maps = j->l->maps;
	return err;
}

static int add_debug(struct job *j)
{
	const struct prog_head *h = j->l->head;
	const struct kern_btf *btf = j->l->btf ? j->l->btf->p : NULL;
	struct prog_func *func = arena_array(&j->arena, struct prog_func, h->funcs + 1);
	struct prog_line *line = arena_array(&j->arena, struct prog_line, h->lines + 1);

	if (!btf)
		return 0;
	if (!func || !line)
		return -ENOMEM;
	for (u32 i = 0; i < h->funcs; i++) {
		const u8 *r = j->l->func + (size_t)i * FUNC_RECORD;
		func[i] = (struct prog_func){get_le32(r), get_le32(r + 4)};
	}
	for (u32 i = 0; i < h->lines; i++) {
		const u8 *r = j->l->line + (size_t)i * LINE_RECORD;
		u32 at = get_le32(r + 12);
		line[i] = (struct prog_line){get_le32(r), btf_str(btf->types, get_le32(r + 4)),
					     btf_str(btf->types, get_le32(r + 8)), at >> 10,
					     at & 1023};
	}
	j->p->btf = btf->types;
	j->p->func = func;
	j->p->funcs = h->funcs;
	j->p->line = line;
	j->p->lines = h->lines;
	return 0;
}

static enum check_level level(void)
{
	if (!kern_capable(CAP_BPF))
		return CHECK_UNPRIVILEGED;
	return kern_capable(CAP_PERFMON) ? CHECK_PRIVILEGED : CHECK_CAPABLE;
}

/* Reading them takes a while. */
static bool needs_types(const struct verify_load *l)
{
	u32 t = l->head->type;

	if (l->head->attach_btf_id || t == BPF_PROG_TYPE_TRACING || t == BPF_PROG_TYPE_LSM ||
	    t == PROGTYPE_NETFILTER)
		return true;
	for (u32 i = 0; i < l->n; i++) {
		const struct ob_ebpf *e = &l->insn[i];
		if (e->code == (BPF_LD | BPF_IMM | BPF_DW)) {
			if (e->src == BPF_PSEUDO_BTF_ID)
				return true;
			i++;
		}
		if (e->code == (BPF_JMP | BPF_CALL) &&
		    (e->src == BPF_PSEUDO_KFUNC_CALL ||
		     (!e->src && helper_row((u32)e->imm) &&
		      helper_kind(helper_row((u32)e->imm)->result) == HELPER_BTF_ID)))
			return true;
	}
	return false;
}

static void add_loop(void *arg, u32 pc, u32 callee, s32 stack)
{
	buf_add(arg, &(struct xlate_loop){pc, callee, stack}, sizeof(struct xlate_loop));
}

static int verify(struct job *j, struct verified *ret)
{
	const struct verify_load *l = j->l;
	struct check_result r = {0};
	struct check_how how = {.level = level(),
				.gpl = l->head->gpl,
				.prog_flags = l->head->flags,
				.log = l->log->level,
				.text = l->log->level ? &l->log->text : NULL,
				.here = true,
				.kernel = needs_types(l) ? kern_vmlinux() : NULL,
				.attach_btf_id = l->head->attach_btf_id,
				.cpus = kern_cpus(),
				.loop = add_loop,
				.arg = &ret->loop};
	struct ob_err *oom = prog_create_ebpf(l->insn, l->n, &j->p);

	ob_err_destroy(oom);
	if (oom)
		return -ENOMEM;
	j->p->type = l->head->type;
	j->p->attach = l->head->attach;
	int err = add_maps(j);
	if (!err)
		err = add_debug(j);
	size_t at = l->log->text.n;
	if (!err)
		err = check_verify(j->p, &how, &r);
	if (err == -ENOTSUP && !how.kernel) { /* it looks into a map's struct */
		l->log->text.n = at;
		how.kernel = kern_vmlinux();
		err = check_verify(j->p, &how, &r);
	}
	ret->insns = r.insns;
	ret->context = r.context;
	ret->plain = r.plain;
	return err;
}

int kern_verify(const struct verify_load *l, struct verified *ret)
{
	struct job j = {.l = l};

	arena_init(&j.arena);
	int err = verify(&j, ret);
	for (u32 i = 0; i < j.holds; i++)
		object_put(j.held[i]);
	prog_destroy(j.p);
	arena_deinit(&j.arena);
	return err;
}
