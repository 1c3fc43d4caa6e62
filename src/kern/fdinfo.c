/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel tells of a descriptor besides BPF_OBJ_GET_INFO_BY_FD: the
 * *_show_fdinfo of kernel/bpf/syscall.c and btf.c. */
#include "kern/call.h"

u32 kern_cpus(void)
{
	struct world *w = world();

	return w ? w->page->cpus : 0;
}

const char *kern_object(int fd, u32 *id)
{
	struct object *o;

	if (object_of(fd, &o))
		return NULL;
	const char *kind = object_kinds[o->kind];
	*id = o->id;
	object_put(o);
	return kind;
}

static void line(struct buf *to, const char *name, u64 value)
{
	buf_printf(to, "%s:\t%llu\n", name, (unsigned long long)value);
}

static void hex(struct buf *to, const char *name, u64 value)
{
	buf_printf(to, "%s:\t0x%llx\n", name, (unsigned long long)value);
}

static void map_lines(const struct map *m, struct buf *to)
{
	const struct map_host_data *h = map_host_data(m);

	line(to, "map_type", m->type);
	line(to, "key_size", m->key_size);
	line(to, "value_size", m->value_size);
	line(to, "max_entries", m->max_entries);
	hex(to, "map_flags", m->flags);
	hex(to, "map_extra", m->head->attr.extra);
	line(to, "memlock", m->head->size);
	line(to, "map_id", m->id);
	line(to, "frozen", __atomic_load_n(&m->head->frozen, __ATOMIC_ACQUIRE));
	if (!kern_owner_type(h))
		return;
	line(to, "owner_prog_type", kern_owner_type(h));
	line(to, "owner_jited", 1);
}

static void tag(const struct prog_head *h, struct buf *to)
{
	buf_puts(to, "prog_tag:\t");
	for (u32 i = 0; i < PROG_TAG; i++)
		buf_printf(to, "%02x", h->tag[i]);
	buf_putc(to, '\n');
}

static void prog_lines(const struct kern_prog *p, struct buf *to)
{
	const struct prog_head *h = p->head;

	line(to, "prog_type", p->type);
	line(to, "prog_jited", kern_code(p->run).n != 0);
	tag(h, to);
	line(to, "memlock", p->file.n);
	line(to, "prog_id", p->id);
	line(to, "run_time_ns", h->run_ns);
	line(to, "run_cnt", h->run_count);
	line(to, "recursion_misses", h->misses);
	line(to, "verified_insns", h->verified);
}

/* Ends what is said of a link: the show_fdinfo of each kind in Linux. */
static void target_lines(const struct link_head *h, struct buf *to)
{
	bool attached = kern_link_prog(h);

	switch (h->type) {
	case BPF_LINK_TYPE_RAW_TRACEPOINT:
		buf_printf(to, "tp_name:\t%s\n", h->name);
		line(to, "cookie", h->cookie);
		break;
	case BPF_LINK_TYPE_TRACING:
		line(to, "attach_type", h->attach);
		line(to, "target_obj_id", h->target_id);
		line(to, "target_btf_id", h->target_btf);
		line(to, "cookie", h->cookie);
		break;
	case BPF_LINK_TYPE_CGROUP:
		line(to, "cgroup_id", attached ? h->target : 0);
		line(to, "attach_type", h->attach);
		break;
	case BPF_LINK_TYPE_ITER:
		buf_printf(to, "target_name:\t%s\n", h->name);
		if (h->target_id)
			line(to, "map_id", h->target_id);
		break;
	case BPF_LINK_TYPE_NETNS:
		line(to, "netns_ino", attached ? h->target_id : 0);
		line(to, "attach_type", h->attach);
		break;
	case BPF_LINK_TYPE_XDP:
		line(to, "ifindex", attached ? h->target_id : 0);
		break;
	case BPFLINK_TCX:
		line(to, "ifindex", attached ? h->target_id : 0);
		buf_printf(to, "attach_type:\t%u (%s)\n", h->attach,
			   h->attach == ATTACH_TCX_INGRESS ? "ingress" : "egress");
		break;
	case BPFLINK_NETFILTER:
		buf_printf(to, "pf:\t%u\thooknum:\t%u\tprio:\t%d\n", h->target_id,
			   (u32)(h->target >> 32), (s32)h->target);
		break;
	}
}

static void link_lines(const struct kern_link *l, struct buf *to)
{
	static const char *const types[] = {
		[BPF_LINK_TYPE_RAW_TRACEPOINT] = "raw_tracepoint",
		[BPF_LINK_TYPE_TRACING] = "tracing",
		[BPF_LINK_TYPE_CGROUP] = "cgroup",
		[BPF_LINK_TYPE_ITER] = "iter",
		[BPF_LINK_TYPE_NETNS] = "netns",
		[BPF_LINK_TYPE_XDP] = "xdp",
		[BPF_LINK_TYPE_PERF_EVENT] = "perf",
		[BPF_LINK_TYPE_KPROBE_MULTI] = "kprobe_multi",
		[BPF_LINK_TYPE_STRUCT_OPS] = "struct_ops",
		[10] = "netfilter",
		[11] = "tcx",
		[12] = "uprobe_multi",
		[13] = "netkit",
		[14] = "sockmap",
	};
	const struct link_head *h = l->head;
	u32 prog = __atomic_load_n(&h->prog_id, __ATOMIC_ACQUIRE);
	struct object *o;

	if (h->type < LEN(types) && types[h->type])
		buf_printf(to, "link_type:\t%s\n", types[h->type]);
	else
		buf_printf(to, "link_type:\t<%u>\n", h->type);
	line(to, "link_id", l->id);
	if (object_get_id(OBJECT_PROG, prog, &o))
		return;
	tag(((const struct kern_prog *)o->p)->head, to);
	line(to, "prog_id", prog);
	target_lines(h, to);
	object_put(o);
}

void kern_fdinfo(int fd, struct buf *to)
{
	struct object *o;

	if (object_of(fd, &o))
		return;
	switch (o->kind) {
	case OBJECT_MAP:
		map_lines(o->p, to);
		break;
	case OBJECT_PROG:
		prog_lines(o->p, to);
		break;
	case OBJECT_BTF:
		line(to, "btf_id", o->id);
		break;
	case OBJECT_LINK:
		link_lines(o->p, to);
		break;
	case OBJECT_PERF:
	case OBJECT_EVENT:
	case OBJECT_KINDS:
		break;
	}
	object_put(o);
}
