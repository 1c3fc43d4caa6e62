/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf load`: what was made, one line an object. */
#include "isa/bpf.h"
#include "tool/json.h"
#include "tool/load.h"

static void text(struct buf *b, const char *s) { json_text(b, s, strlen(s)); }

/* Of a descriptor: all kinds of info have it in another place. */
static u32 id_of(const struct load *l, int fd, u32 at, u32 size)
{
	u32 info[64] = {0};
	union bpf_attr a = {
		.info = {.bpf_fd = (u32)fd, .info_len = size, .info = (u64)(uintptr_t)info}};

	return l->loaded->door->bpf(BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a)) < 0 ? 0 : info[at];
}

static void head(struct load *l, const char *what, const char *name, u32 id)
{
	struct buf line = {0};

	if (l->cmd->json) {
		buf_printf(&l->out, "{\"type\":\"%s\",\"name\":", what);
		text(&l->out, name);
		buf_printf(&l->out, ",\"id\":%u", id);
		return;
	}
	buf_printf(&line, "%-5s %s", what, name);
	buf_pad(&line, 24);
	if (id)
		buf_printf(&line, " id %u", id);
	buf_pad(&line, 33);
	buf_puts(&l->out, line.p ? line.p : "");
	buf_deinit(&line);
}

static void say_map(struct load *l, u32 i)
{
	const struct object_map *m = &l->object->map[i];
	const struct maptype_row *row = maptype_row(m->shape.type);
	struct bpf_map_info info = {0};
	union bpf_attr a = {.info = {.bpf_fd = (u32)l->loaded->map[i],
				     .info_len = sizeof(info),
				     .info = (u64)(uintptr_t)&info}};

	l->loaded->door->bpf(BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a));
	head(l, "map", m->name, info.id);
	if (l->cmd->json)
		buf_printf(
			&l->out,
			",\"map_type\":\"%s\",\"key_size\":%u,\"value_size\":%u,\"max_entries\":%u,"
			"\"reused\":%s}\n",
			row ? row->name : "?", info.key_size, info.value_size, info.max_entries,
			l->loaded->reused[i] ? "true" : "false");
	else
		buf_printf(&l->out, " %s, key %u, value %u, %u entr%s%s\n", row ? row->name : "?",
			   info.key_size, info.value_size, info.max_entries,
			   info.max_entries == 1 ? "y" : "ies",
			   l->loaded->reused[i] ? ", found pinned" : "");
}

static void say_prog(struct load *l, u32 i)
{
	const struct object_program *p = &l->object->prog[i];
	const struct prog_row *row = prog_row(p->type);

	head(l, "prog", p->name,
	     id_of(l, l->loaded->prog[i], offsetof(struct bpf_prog_info, id) / 4,
		   sizeof(struct bpf_prog_info)));
	if (l->cmd->json) {
		buf_printf(&l->out, ",\"prog_type\":\"%s\",\"section\":", row ? row->name : "?");
		text(&l->out, p->section);
		buf_printf(&l->out, ",\"slots\":%u}\n", p->prog->n);
	} else {
		buf_printf(&l->out, " %s, %u slots, from %s\n", row ? row->name : "?", p->prog->n,
			   p->section);
	}
}

void load_say_link(struct load *l, const struct sys_link *link)
{
	const char *name = link->name;
	u32 id = link->kind && link->n
			 ? id_of(l, link->fd[link->n - 1], offsetof(struct bpf_link_info, id) / 4,
				 sizeof(struct bpf_link_info))
			 : 0;

	head(l, "link", name, id);
	if (l->cmd->json) {
		buf_puts(&l->out, ",\"where\":");
		text(&l->out, link->where);
		buf_puts(&l->out, ",\"how\":");
		text(&l->out, link->how);
		buf_puts(&l->out, "}\n");
	} else {
		buf_printf(&l->out, " %s%s%s\n", link->where,
			   strcmp(link->how, "link") ? ", by " : "",
			   strcmp(link->how, "link") ? link->how : "");
	}
}

void load_say_objects(struct load *l)
{
	for (u32 i = 0; i < l->object->maps; i++)
		if (l->loaded->map[i] >= 0)
			say_map(l, i);
	for (u32 i = 0; i < l->object->progs; i++)
		if (l->loaded->prog[i] >= 0)
			say_prog(l, i);
}

void load_say(struct load *l)
{
	FILE *to = l->cmd->attach && !l->cmd->json ? stderr : stdout;

	if (!l->cmd->quiet)
		fwrite(l->out.p ? l->out.p : "", 1, l->out.n, to);
	fflush(to);
	buf_clear(&l->out);
}
