/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold of any bytes that are opened as an object file:
 *
 * - there is an end to it, and an error is one that can be printed;
 * - what was opened can be asked everything, linked and listed, for a kernel and for none;
 * - a linked program's parts cover it, its calls lead to where parts begin, and its
 *   records are in order;
 * - what is written of it is an object of one program, as long as it was. */
#include "prog/object.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static bool begins(const struct object_program *g, s64 pc)
{
	for (u32 i = 0; i < g->parts; i++)
		if (g->part[i].pc == pc)
			return true;
	return false;
}

static void look(const struct object *o, const struct object_program *g)
{
	const struct prog *p = g->prog;
	u32 at = 0;
	struct buf out = {0};

	for (u32 i = 0; i < g->parts; i++) {
		must(g->part[i].pc == at, "a part follows the other");
		at += g->part[i].n;
	}
	must(at == p->n, "parts are all of it");
	for (u32 i = 0; i < p->n; i++) {
		const struct eb *e = &p->ext[i];

		if (e->op == EB_LDDW_MAP_IDX || e->op == EB_LDDW_MAP_IDX_VALUE)
			must((u32)e->imm < p->maps || !p->maps, "a map that there is");
		object_put_name(&out, o, g, i);
	}
	for (u32 i = 0; i < p->funcs; i++)
		must(begins(g, p->func[i].pc), "a function begins with a part");
	for (u32 i = 1; i < p->lines; i++)
		must(p->line[i].pc > p->line[i - 1].pc, "lines are in order");
	for (u32 i = 0; i < p->lines; i++)
		must(p->line[i].pc < p->n, "lines are of instructions");
	buf_deinit(&out);
}

static u64 sum;

static void look_maps(const struct object *o)
{
	for (u32 i = 0; i < o->maps; i++) {
		const struct object_map *m = &o->map[i];

		must(m->inner < (s32)o->maps, "an inner map that there is");
		for (u32 k = 0; k < m->slots; k++)
			must(m->slot[k].what < (m->slot[k].is_map ? o->maps : o->progs),
			     "a value that there is");
		for (u32 k = 0; m->data && k < m->shape.value_size && k < 65536; k++)
			sum += m->data[k];
		sum += strlen(m->name) + (object_map(o, m->name) != NULL);
		must(!m->shape.value || btf_type(o->btf, m->shape.value), "a type that there is");
	}
	for (u32 i = 0; i < o->externs; i++) {
		u32 map, type;
		struct bytes v = object_variable(o, o->ext[i].name, &map, &type);

		for (u64 k = 0; k < v.n && k < 65536; k++)
			sum += v.p[k];
	}
}

static const char *setting(void *arg, const char *name)
{
	(void)arg;
	return strchr(name, 'Z')   ? NULL
	       : strchr(name, 'T') ? "\"text\""
	       : strchr(name, 'N') ? "y"
				   : "250";
}
static u64 address(void *arg, const char *name)
{
	(void)arg;
	return strlen(name);
}

static void write_again(const struct object *o, const struct object_program *g)
{
	struct object_out how = {.section = "xdp", .name = "f", .license = o->license};
	struct object_target nowhere = {0};
	struct object *again = NULL;
	struct buf out = {0};
	struct ob_err *err = object_write(&out, g->prog, &how);

	if (!err)
		err = object_open("again.o", (struct bytes){(const u8 *)out.p, out.n}, &again);
	if (!err)
		err = object_link(again, &nowhere);
	if (!err)
		must(again->progs == 1 && again->prog->prog->n == g->prog->n, "what is written");
	object_close(again);
	ob_err_destroy(err);
	buf_deinit(&out);
}

static void look_tables(const struct object *o)
{
	for (u32 i = 0; i < o->maps; i++) {
		const struct object_map *m = &o->map[i];

		for (u32 k = 0; m->ops && k < m->slots; k++)
			must(m->slot[k].index + 8ull <= m->shape.value_size,
			     "a field in the value");
		for (u32 k = 0; m->ops && k < m->shape.value_size; k++)
			sum += m->data[k];
	}
}

static void link_for(struct object *o, const struct object_target *to)
{
	struct ob_err *err;

	for (u32 i = 0; i < o->progs; i++)
		o->prog[i].skip = false;
	err = object_link(o, to);
	look_tables(o);
	for (u32 i = 0; i < o->progs; i++)
		if (o->prog[i].prog) {
			look(o, &o->prog[i]);
			write_again(o, &o->prog[i]);
		}
	ob_err_destroy(err);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
	u8 *exact = memcpy(malloc(n + 1), data, n);
	struct object *o;
	struct ob_err *err = object_open("fuzz.o", (struct bytes){exact, n}, &o);

	if (!err) {
		const struct object_target to = {
			.kernel = o->btf, .setting = setting, .address = address};

		look_maps(o);
		link_for(o, &to);
		link_for(o, NULL);
		object_close(o);
	}
	must(!err || ob_err_reason(err)[0], "an error has a reason");
	ob_err_destroy(err);
	free(exact);
	return 0;
}
