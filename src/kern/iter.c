/* SPDX-License-Identifier: BSD-2-Clause */
/* Iterators: programs that are run for every map, program, link or element.
 *
 * They are written against the kernel's own structures (struct bpf_map ...), whose
 * layout the running kernel's BTF tells; programs get memory of that layout, with
 * the members filled in that our objects have, and zero elsewhere. What an iterator
 * writes is a file that is complete before it is handed out. */
#include "kern/call.h"
#include "kern/fake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is walked over ---- */

struct walk {
	const struct kern_prog *prog;
	const struct link_head *link;
	struct fake meta, object, more; /* more: what object points to */
	u64 slot[4];                    /* the context: meta, object, key, value */
	u64 session, nr;
	struct buf out;
	int err;
};

static struct region region(const void *p, u64 n)
{
	return (struct region){(u64)(uintptr_t)p, n, false};
}

/* Runs the program once; object false: it is the end. */
static void visit(struct walk *w, bool object, const void *key, u32 key_size, void *value,
		  u32 value_size)
{
	struct kern_ctx ctx = {.ctx = w->slot, .ctx_size = sizeof(w->slot), .seq = &w->out};

	w->slot[0] = (u64)(uintptr_t)w->meta.at;
	w->slot[1] = object ? (u64)(uintptr_t)w->object.at : 0;
	w->slot[2] = (u64)(uintptr_t)key;
	w->slot[3] = (u64)(uintptr_t)value;
	fake_set_number(&w->meta, "seq_num", w->nr);
	ctx.region[1] = region(w->meta.at, w->meta.size);
	ctx.region[2] = region(w->object.at, w->object.size);
	ctx.region[3] = region(w->more.at, w->more.size);
	ctx.region[4] = region(key, key_size);
	ctx.region[5] = region(value, value_size);
	ctx.region[5].writable = true;
	ctx.regions = 6;
	kern_prog_call(w->prog, &ctx);
	if (ctx.fault)
		w->err = -EFAULT;
	else if (w->out.oom)
		w->err = -ENOMEM;
	w->nr += object;
}

static void show_map(struct walk *w, const struct object *o)
{
	const struct map *m = o->p;

	fake_set_number(&w->object, "id", m->id);
	fake_set(&w->object, "name", m->head->attr.name, MAP_NAME);
	fake_set_number(&w->object, "map_type", m->type);
	fake_set_number(&w->object, "key_size", m->key_size);
	fake_set_number(&w->object, "value_size", m->value_size);
	fake_set_number(&w->object, "max_entries", m->max_entries);
	fake_set_number(&w->object, "map_flags", m->flags);
	fake_set_number(&w->object, "map_extra", m->head->attr.extra);
	fake_set_number(&w->object, "frozen", m->head->frozen != 0);
	fake_set_number(&w->object, "refcnt", 1);
	fake_set_number(&w->object, "usercnt", 1);
}

static void show_prog(struct walk *w, const struct object *o)
{
	const struct kern_prog *p = o->p;

	fake_set_number(&w->more, "id", p->id);
	fake_set(&w->more, "name", p->head->name, sizeof(p->head->name));
	fake_set_number(&w->more, "used_map_cnt", p->maps);
	fake_set_number(&w->more, "load_time", p->head->load_time);
	fake_set_number(&w->more, "verified_insns", p->head->verified);
	fake_set_number(&w->more, "func_info_cnt", p->head->funcs);
	fake_set_number(&w->more, "refcnt", 1);
	fake_set_number(&w->object, "aux", (u64)(uintptr_t)w->more.at);
	fake_set_number(&w->object, "type", p->type);
	fake_set_number(&w->object, "expected_attach_type", p->attach);
	fake_set_number(&w->object, "len", p->head->insns);
	fake_set_number(&w->object, "jited_len", (u32)kern_code(p->run).n);
	fake_set(&w->object, "tag", p->head->tag, PROG_TAG);
}

static void show_link(struct walk *w, const struct object *o)
{
	const struct kern_link *l = o->p;

	fake_set_number(&w->object, "id", l->id);
	fake_set_number(&w->object, "type", l->head->type);
	fake_set_number(&w->object, "refcnt", 1);
}

static void over_objects(struct walk *w, enum object_kind kind,
			 void (*show)(struct walk *w, const struct object *o))
{
	for (u32 id = 0; !w->err && !world_next_id(world(), kind, id, &id);) {
		struct object *o;
		if (object_get_id(kind, id, &o))
			continue;
		show(w, o);
		visit(w, true, NULL, 0, NULL, 0);
		object_put(o);
	}
}

static void over_maps(struct walk *w) { over_objects(w, OBJECT_MAP, show_map); }
static void over_progs(struct walk *w) { over_objects(w, OBJECT_PROG, show_prog); }
static void over_links(struct walk *w) { over_objects(w, OBJECT_LINK, show_link); }

static long element(struct map *m, void *key, void *value, void *arg)
{
	struct walk *w = arg;

	visit(w, true, key, m->key_size, value, m->value_size * (m->ops->per_cpu ? m->slots : 1));
	return w->err != 0;
}

static void over_elements(struct walk *w)
{
	struct object *o;

	w->err = object_get_id(OBJECT_MAP, w->link->target_id, &o);
	if (w->err)
		return;
	struct map *m = o->p;
	show_map(w, o);
	if (m->ops->each)
		m->ops->each(m, element, w, 0);
	object_put(o);
}

static const struct target {
	const char *name, *object, *more;
	void (*walk)(struct walk *w);
} targets[] = {
	{"bpf_map", "bpf_map", NULL, over_maps},
	{"bpf_prog", "bpf_prog", "bpf_prog_aux", over_progs},
	{"bpf_link", "bpf_link", NULL, over_links},
	{"bpf_map_elem", "bpf_map", NULL, over_elements},
};

static const struct target *target_named(const char *name)
{
	for (u32 i = 0; i < LEN(targets); i++)
		if (!strcmp(targets[i].name, name))
			return &targets[i];
	return NULL;
}

/* ---- the commands ---- */

bool kern_iter_target(u32 btf_id, char name[LINK_TARGET])
{
	static const char prefix[] = "bpf_iter_";
	const struct btf *b = kern_vmlinux();
	const struct btf_type *t = b ? btf_type(b, btf_id) : NULL;
	const char *called = t && btf_is(t, BTF_KIND_FUNC) ? btf_name(b, t->name_off) : "";

	if (strncmp(called, prefix, strlen(prefix)) || !target_named(called + strlen(prefix)))
		return false;
	snprintf(name, LINK_TARGET, "%s", called + strlen(prefix));
	return true;
}

/* DEFINE_BPF_ITER_FUNC: they are given what every iterator is. */
bool kern_iter_known(u32 btf_id)
{
	const struct btf *b = kern_vmlinux();
	const struct btf_type *t = b ? btf_type(b, btf_id) : NULL;

	if (!t || !btf_is(t, BTF_KIND_FUNC) || strncmp(btf_name(b, t->name_off), "bpf_iter_", 9))
		return false;
	t = btf_type(b, t->type);
	if (!t || !btf_is(t, BTF_KIND_FUNC_PROTO) || !btf_len(t))
		return false;
	t = btf_skip(b, btf_params(t)[0].type, NULL);
	t = t && btf_is(t, BTF_KIND_PTR) ? btf_skip(b, t->type, NULL) : NULL;
	return t && btf_is(t, BTF_KIND_STRUCT) &&
	       !strcmp(btf_name(b, t->name_off), "bpf_iter_meta");
}

int kern_iter_link(const struct kern_prog *p, const union bpfattr *attr, struct link_head *h)
{
	struct {
		u32 map_fd, more[3];
	} info = {0};
	struct object *o;

	if (attr->link.target_fd || attr->link.flags)
		return -EINVAL;
	if (!kern_iter_target(p->head->attach_btf_id, h->name))
		return -EINVAL;
	u32 len = attr->link.iter.info_len;
	if (!attr->link.iter.info != !len)
		return -EINVAL;
	int err = user_rest_is_zero(attr->link.iter.info, len, sizeof(info));
	if (!err && len)
		err = user_read(&info, attr->link.iter.info, MIN(len, (u32)sizeof(info)));
	h->type = BPF_LINK_TYPE_ITER;
	if (err || strcmp(h->name, "bpf_map_elem"))
		return err;
	if (!info.map_fd)
		return -EBADF;
	err = object_get((int)info.map_fd, OBJECT_MAP, &o);
	if (err)
		return err;
	const struct map *m = o->p;
	if (!m->ops->each)
		err = -EINVAL;
	h->target_id = o->id;
	object_put(o);
	return err;
}

static int run(struct walk *w)
{
	static u64 sessions;
	const struct target *t = target_named(w->link->name);

	w->session = __atomic_add_fetch(&sessions, 1, __ATOMIC_RELAXED);
	w->meta = fake_create("bpf_iter_meta");
	w->object = fake_create(t->object);
	if (t->more)
		w->more = fake_create(t->more);
	if (!w->meta.at || !w->object.at || (t->more && !w->more.at))
		w->err = -ENOMEM;
	fake_set_number(&w->meta, "session_id", w->session);
	fake_set_number(&w->meta, "seq", (u64)(uintptr_t)w->meta.at);
	if (!w->err)
		t->walk(w);
	if (!w->err)
		visit(w, false, NULL, 0, NULL, 0);
	fake_destroy(&w->meta);
	fake_destroy(&w->object);
	fake_destroy(&w->more);
	return w->err;
}

int kern_iter_open(const struct kern_link *l)
{
	struct walk w = {.link = l->head};
	struct object *o;

	if (l->head->type != BPF_LINK_TYPE_ITER || !target_named(l->head->name) || !kern_vmlinux())
		return -EINVAL;
	int err = object_get_id(OBJECT_PROG, l->head->prog_id, &o);
	if (err)
		return err;
	w.prog = o->p;
	err = run(&w);
	object_put(o);
	int fd = err ? err : memfd_create("bpf_iter", MFD_CLOEXEC);
	if (fd < 0 && !err)
		fd = -errno;
	if (fd >= 0 && w.out.n &&
	    (write(fd, w.out.p, w.out.n) != (ssize_t)w.out.n || lseek(fd, 0, SEEK_SET))) {
		close(fd);
		fd = -ENOMEM;
	}
	buf_deinit(&w.out);
	return fd;
}

int kern_iter_read(int fd)
{
	struct object *o;

	if (object_get(fd, OBJECT_LINK, &o))
		return -EIO;
	int ret = kern_iter_open(o->p);
	object_put(o);
	return ret == -EINVAL ? -EIO : ret;
}

long call_iter_create(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;

	(void)uattr, (void)size;
	if (attr->a.iter_create.flags)
		return -EINVAL;
	int err = object_get((int)attr->a.iter_create.link_fd, OBJECT_LINK, &o);
	if (err)
		return err;
	int ret = kern_iter_open(o->p);
	object_put(o);
	return ret;
}
