/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of functions (struct_ops): filled with the programs' descriptors they are the
 * kernel's, from then on or by a link. */
#include "sys/attach.h"

#include <stdlib.h>
#include <unistd.h>

static void withdraw(struct sys_link *l)
{
	u32 key = 0;
	union bpf_attr a = {.map_fd = (u32)l->own.target, .key = (u64)(uintptr_t)&key};

	sys_door_linux.bpf(BPF_MAP_DELETE_ELEM, &a, sizeof(a));
}

/* The value with descriptors where functions are called. */
static int fill(const struct sys_loaded *l, u32 map)
{
	const struct object_map *m = &l->object->map[map];
	u8 *value = malloc(m->shape.value_size);
	u32 key = 0;

	if (!value)
		return -ENOMEM;
	memcpy(value, m->data, m->shape.value_size);
	for (u32 i = 0; i < m->slots; i++) {
		u64 fd = (u64)l->prog[m->slot[i].what];

		memcpy(value + m->slot[i].index, &fd, sizeof(fd));
	}
	union bpf_attr a = {.map_fd = (u32)l->map[map],
			    .key = (u64)(uintptr_t)&key,
			    .value = (u64)(uintptr_t)value};
	int err = l->door->bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a));
	free(value);
	return err;
}

static struct ob_err *hand_over(const struct sys_loaded *l, u32 map, struct sys_link *to)
{
	const struct object_map *m = &l->object->map[map];
	int err = fill(l, map);

	if (err < 0)
		return load_err(l->door, err, "cannot hand over table %s", m->name);
	to->where = strdup("the kernel's, a table of functions");
	if (!to->where)
		return err_nomem();
	if (!(m->shape.flags & MAPF_LINK)) {
		to->how = "its value";
		to->own.target = l->map[map];
		to->undo = withdraw;
		return NULL;
	}
	union bpf_attr a = {
		.link_create = {.prog_fd = (u32)l->map[map], .attach_type = ATTACH_STRUCT_OPS}};
	int fd = l->door->bpf(BPF_LINK_CREATE, &a, sizeof(a));
	if (fd < 0)
		return load_err(l->door, fd, "cannot hand over table %s", m->name);
	to->kind = BPFLINK_STRUCT_OPS;
	return link_hold(to, fd);
}

struct ob_err *sys_attach_table(const struct sys_loaded *l, u32 map, struct sys_link **ret)
{
	struct sys_link *to = calloc(1, sizeof(*to));

	if (!to)
		return err_nomem();
	to->name = l->object->map[map].name;
	to->how = "link";
	struct ob_err *err = hand_over(l, map, to);
	if (err)
		sys_link_close(to);
	else
		*ret = to;
	return err;
}
