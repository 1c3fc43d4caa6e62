/* SPDX-License-Identifier: BSD-2-Clause */
/* Which maps a program of a type may have: check_map_prog_compatibility. */
#include "check/priv.h"

/* Those that may run where the kernel holds locks: is_tracing_prog_type. */
static bool is_traced(u32 type)
{
	return type == PROGTYPE_KPROBE || type == PROGTYPE_TRACEPOINT ||
	       type == PROGTYPE_PERF_EVENT || type == PROGTYPE_RAW_TRACEPOINT ||
	       type == PROGTYPE_RAW_TRACEPOINT_WRITABLE;
}

static int check_fields(struct verify *v, u32 kinds)
{
	static const struct {
		u32 kinds;
		const char *name;
	} fields[] = {{BTF_LIST_HEAD | BTF_RB_ROOT, "bpf_{list_head,rb_root}"},
		      {BTF_SPIN_LOCK | BTF_RES_SPIN_LOCK, "bpf_spin_lock"},
		      {BTF_TIMER, "bpf_timer"},
		      {BTF_WORKQUEUE, "bpf_wq"}};

	for (u32 i = 0; i < LEN(fields); i++) {
		if (!(kinds & fields[i].kinds))
			continue;
		if (v->type == PROGTYPE_SOCKET_FILTER && (fields[i].kinds & BTF_SPIN_LOCK))
			return say(v, -EINVAL, "socket filter progs cannot use %s yet\n",
				   fields[i].name);
		if (is_traced(v->type))
			return say(v, -EINVAL, "tracing progs cannot use %s yet\n", fields[i].name);
	}
	return 0;
}

static int check_map(struct verify *v, const struct prog_map *m)
{
	bool sleeps = v->how->prog_flags & CHECK_SLEEPABLE;
	const struct maptype_row *t = maptype_row(m->type);
	int err = m->fields ? check_fields(v, m->fields->kinds) : 0;

	if (err)
		return err;
	if (m->type == MAPTYPE_STRUCT_OPS)
		return say(v, -EINVAL, "bpf_struct_ops map cannot be used in prog\n");
	if (sleeps && !(t && (t->flags & MAPUSE_SLEEP)))
		return say(v, -EINVAL,
			   "Sleepable programs can only use array, hash, ringbuf and local storage "
			   "maps\n");
	return 0;
}

int check_maps(struct verify *v)
{
	int err = 0;

	for (u32 i = 0; i < v->p->maps && !err; i++)
		err = check_map(v, &v->map[i]);
	return err;
}
