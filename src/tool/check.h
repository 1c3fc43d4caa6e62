/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf check`, inside; and explanations for the verbs that load programs. */
#ifndef TOOL_CHECK_H
#define TOOL_CHECK_H

#include "check/check.h"
#include "prog/object.h"
#include "sys/sys.h"
#include "tool/opt.h"

enum check_show { SHOW_NOTHING, SHOW_STATES, SHOW_LIVENESS, SHOW_COST };

struct check_cmd {
	const char *type, *attach;
	u32 profile; /* enum check_level, from 1 */
	u64 log, flags;
	u32 raw, no_prune, not_gpl, explain, json, kernel;
	u32 show; /* enum check_show */
	const char *maps, *html, *types;
};

/* One program, and what became of it. */
struct check_job {
	const struct check_cmd *cmd;
	const struct prog *p;
	const char *name;
	struct object *object; /* that it is of, or NULL */
	const struct object_program *from;
	struct check_how how;
	struct check_result r;
	int err;
	struct explanation *x; /* of a refused one */
	struct {
		bool asked;
		int err; /* what it answered, 0: it takes the program */
		struct buf log;
	} peer;
};

/* ---- check_world.c: a program in one of the two worlds ---- */

struct check_world {
	const struct sys_door *door;
	const struct prog *p;
	const struct object_program *from; /* NULL: no object's */
	int *map, prog;                    /* descriptors; prog: or -errno */
	u8 *out;
};
/* Creates its maps and asks for it to be loaded; log: of level 1, may be NULL. false: the
 * maps cannot be made. */
bool check_world_open(const struct sys_door *door, const struct check_job *j, struct buf *log,
		      struct check_world *ret);
void check_world_close(struct check_world *w);
/* For struct explain_ask; arg is a struct check_world. */
bool check_world_run(void *arg, const struct explain_trial *t, struct explain_fate *ret);
/* Explains j->err, with an input that is tried in our world. */
void check_job_explain(struct check_job *j);

/* ---- check_show.c, check_html.c ---- */
void check_show(const struct check_job *j, struct buf *to);
void check_json(const struct check_job *j, struct buf *to);
void check_html(const struct check_job *j, struct buf *to);

/* Of a linked object that our world has refused with err: why, on standard error, and a
 * shorter error; or err, when that is all there is to say. */
struct ob_err *check_say(struct object *o, const struct btf *kernel, struct ob_err *err);

#endif
