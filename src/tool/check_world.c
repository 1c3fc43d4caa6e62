/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that is checked, in a world: the kernel is asked for its verdict; in ours it
 * runs with every access checked, on inputs that should show what is wrong with it. */
#include "tool/check.h"

#include "kern/kern.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOG = 1 << 20, CONTEXT = 4096, ROOM = 1 << 16, FILLED = 16 };
enum { LDDW = 0x18, BY_FD = 1, VALUE_BY_FD = 2, BY_INDEX = 5, VALUE_BY_INDEX = 6 };

/* ---- maps ---- */

static int create(const struct sys_door *d, const struct prog_map *m, int inner)
{
	union bpf_attr a = {.map_type = m->type,
			    .key_size = m->key_size,
			    .value_size = m->value_size,
			    .max_entries = m->max_entries,
			    .map_flags = m->flags,
			    .map_extra = m->extra};

	if (inner >= 0)
		a.inner_map_fd = (u32)inner;
	return d->bpf(BPF_MAP_CREATE, &a, sizeof(a));
}

static int update(const struct sys_door *d, int fd, const void *key, const void *value)
{
	union bpf_attr a = {
		.map_fd = (u32)fd, .key = (u64)(uintptr_t)key, .value = (u64)(uintptr_t)value};

	return d->bpf(BPF_MAP_UPDATE_ELEM, &a, sizeof(a));
}

static int make_map(const struct sys_door *d, const struct prog_map *m)
{
	int inner = m->inner ? create(d, m->inner, -1) : -1;
	int fd = m->inner && inner < 0 ? inner : create(d, m, inner);

	if (inner >= 0)
		close(inner);
	if (fd >= 0 && m->fixed.p && m->fixed.n >= m->value_size) {
		union bpf_attr a = {.map_fd = (u32)fd};

		update(d, fd, &(u32){0}, m->fixed.p);
		d->bpf(BPF_MAP_FREEZE, &a, sizeof(a));
	}
	return fd;
}

static bool has_room(const struct prog_map *m)
{
	return (m->type == MAPTYPE_ARRAY || m->type == MAPTYPE_HASH ||
		m->type == MAPTYPE_LRU_HASH) &&
	       !m->fixed.p && m->key_size && m->value_size && !(m->name && strchr(m->name, '.'));
}

static void fill_map(const struct check_world *w, u32 nr, u8 byte)
{
	const struct prog_map *m = &w->p->map[nr];
	u8 *value = has_room(m) ? malloc(m->value_size) : NULL, *key = calloc(1, m->key_size + 8);

	for (u32 i = 0; value && key && i < FILLED; i++) {
		memset(value, byte, m->value_size);
		if (m->key_size >= 4)
			memcpy(key, &i, 4);
		else
			*key = (u8)i;
		update(w->door, w->map[nr], key, value);
	}
	free(value);
	free(key);
}

/* ---- the program ---- */

static struct ob_ebpf *code_of(const struct check_world *w)
{
	const struct prog *p = w->p;
	struct ob_ebpf *code = malloc((p->n + 1) * sizeof(*code));

	if (!code)
		return NULL;
	memcpy(code, p->stored, p->n * sizeof(*code));
	for (u32 i = 0; i + 1 < p->n; i++) {
		struct ob_ebpf *c = &code[i];

		if (c->code != LDDW)
			continue;
		if ((c->src == BY_INDEX || c->src == VALUE_BY_INDEX) && (u32)c->imm < p->maps) {
			c->src = c->src == BY_INDEX ? BY_FD : VALUE_BY_FD;
			c->imm = w->map[(u32)c->imm];
		}
		i++;
	}
	return code;
}

static int load(const struct check_world *w, const struct check_job *j, struct buf *log)
{
	struct ob_ebpf *code = code_of(w);
	union bpf_attr a = {.prog_type = w->p->type,
			    .expected_attach_type = w->p->attach,
			    .insns = (u64)(uintptr_t)code,
			    .insn_cnt = w->p->n,
			    .license = (u64)(uintptr_t)(j->how.gpl ? "GPL" : "other"),
			    .prog_flags = j->how.prog_flags,
			    .attach_btf_id = j->how.attach_btf_id};

	if (!code || (log && !buf_room(log, LOG))) {
		free(code);
		return -ENOMEM;
	}
	if (log) {
		*log->p = 0;
		a.log_level = 1;
		a.log_buf = (u64)(uintptr_t)log->p;
		a.log_size = LOG;
	}
	int fd = w->door->bpf(BPF_PROG_LOAD, &a, sizeof(a));
	if (log)
		log->n = strlen(log->p);
	free(code);
	return fd;
}

bool check_world_open(const struct sys_door *door, const struct check_job *j, struct buf *log,
		      struct check_world *ret)
{
	struct check_world w = {.door = door, .p = j->p, .prog = -EINVAL};
	bool ok = true;

	w.map = malloc((j->p->maps + 1) * sizeof(*w.map));
	w.out = calloc(1, ROOM + CONTEXT);
	if (!w.map || !w.out) {
		free(w.map);
		free(w.out);
		return false;
	}
	for (u32 i = 0; i < j->p->maps; i++) {
		w.map[i] = make_map(door, &j->p->map[i]);
		ok &= w.map[i] >= 0;
	}
	if (ok)
		w.prog = load(&w, j, log);
	*ret = w;
	if (!ok)
		check_world_close(ret);
	return ok;
}

void check_world_close(struct check_world *w)
{
	for (u32 i = 0; w->map && i < w->p->maps; i++)
		if (w->map[i] >= 0)
			close(w->map[i]);
	if (w->prog >= 0)
		close(w->prog);
	free(w->map);
	free(w->out);
	*w = (struct check_world){.prog = -EINVAL};
}

/* ---- runs ---- */

static int on_packet(struct check_world *w, const struct explain_trial *t, u64 *r0)
{
	union bpf_attr a = {.test = {.prog_fd = (u32)w->prog,
				     .repeat = 1,
				     .data_in = (u64)(uintptr_t)t->packet,
				     .data_size_in = t->n,
				     .data_out = (u64)(uintptr_t)w->out,
				     .data_size_out = ROOM}};
	int no = w->door->bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));

	*r0 = a.test.retval;
	return no;
}

bool check_world_run(void *arg, const struct explain_trial *t, struct explain_fate *ret)
{
	struct check_world *w = arg;
	const struct prog_row *row = prog_row(w->p->type);
	int no;

	if (w->prog < 0 || !row)
		return false;
	for (u32 i = 0; i < w->p->maps && t->fills; i++)
		fill_map(w, i, t->fill);
	if (row->run == RUN_SKB || row->run == RUN_XDP || row->run == RUN_FLOW) {
		no = on_packet(w, t, &ret->r0);
	} else {
		memcpy(w->out, t->packet, t->n);
		no = kern_prog_run(w->prog, w->out, CONTEXT, &ret->r0);
	}
	if (no != -EFAULT)
		return no >= 0;
	const struct run *r = kern_last_fault();
	*ret = (struct explain_fate){
		.fault = r->fault, .pc = r->fault_pc, .size = r->fault_size, .addr = r->fault_addr};
	return true;
}

static const char *missing(void *arg, u32 pc)
{
	const struct check_world *w = arg;

	for (u32 i = 0; w->from && i < w->from->misses; i++)
		if (w->from->miss[i].pc == pc)
			return w->from->miss[i].what;
	return NULL;
}

void check_job_explain(struct check_job *j)
{
	struct check_world w = {.prog = -EINVAL};
	struct explain_ask ask = {.missing = missing, .arg = &w};
	bool there;

	unsetenv(SYS_WORLD);
	there = !kern_world_own("kernel.unchecked", "1") &&
		check_world_open(&sys_door_own, j, NULL, &w);
	w.from = j->from;
	if (there && w.prog >= 0)
		ask.run = check_world_run;
	j->x = check_explain(j->p, &j->how, &ask);
	if (there)
		check_world_close(&w);
	kern_world_own("kernel.unchecked", "0");
}
