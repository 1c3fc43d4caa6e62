/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf load`: what its files share. */
#ifndef TOOL_LOAD_H
#define TOOL_LOAD_H

#include "prog/object.h"
#include "sys/sys.h"
#include "tool/opt.h"

struct load_cmd {
	u32 user, kernel, attach, json, quiet;
	const char *world, *pin, *interface, *cgroup, *event, *only, *type, *types, *hook, *show;
	u64 pid, seconds, freq;
	struct opt_list map, data;
};

struct load {
	const struct load_cmd *cmd;
	struct object *object;
	struct sys_loaded *loaded;
	struct sys_link **link;
	u32 links;
	struct buf out;
	u32 *event_type; /* one a map: what its events are, 0: not known */
	u32 prints;      /* lines of programs */
};

/* ---- what is told (load_say.c) ---- */
void load_say_objects(struct load *l);
void load_say_link(struct load *l, const struct sys_link *link);
/* Writes out what was said: records to standard output, all else to standard error
 * while events go there. */
void load_say(struct load *l);

/* ---- events, until a signal or the time is over (load_event.c) ---- */
struct ob_err *load_event_types(struct load *l);
struct ob_err *load_iterate(struct load *l);
struct ob_err *load_stream(struct load *l);

/* ---- variables and maps at the end (load_show.c) ---- */
struct ob_err *load_show(struct load *l);

/* ---- a value by its type (load_value.c): "pid=12 comm=\"sh\"", or as JSON ---- */
void load_value(struct buf *to, const struct btf *b, u32 type, struct bytes value, bool json);

#endif
