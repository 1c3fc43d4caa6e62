/* SPDX-License-Identifier: BSD-2-Clause */
/* Iterators: programs that are run for every map, program, link or element.
 *
 * They are written against the kernel's own structures (struct bpf_map ...), whose
 * layout the running kernel's BTF tells; programs get memory of that layout, with
 * the members filled in that our objects have, and zero elsewhere. What an iterator
 * writes is a file that is complete before it is handed out. */
#include "kern/call.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the kernel's types ---- */

static struct bytes read_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	u8 *p = fd < 0 || fstat(fd, &st) || st.st_size <= 0 ? NULL : malloc((size_t)st.st_size);
	size_t n = 0;
	ssize_t got = 1;

	while (p && n < (size_t)st.st_size && got > 0) {
		got = read(fd, p + n, (size_t)st.st_size - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	return (struct bytes){p, p ? n : 0};
}

const struct btf *kern_vmlinux(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct btf *types;
	static bool tried;

	pthread_mutex_lock(&lock);
	if (!tried) {
		static const char path[] = "/sys/kernel/btf/vmlinux";
		struct bytes file = read_file(path);
		if (file.n)
			ob_err_destroy(btf_read(file, NULL, &types));
		free((void *)(uintptr_t)file.p);
		tried = true;
	}
	pthread_mutex_unlock(&lock);
	return types;
}

/* ---- memory of the kernel's layout ---- */

struct fake {
	const struct btf_type *t;
	u8 *at;
	u32 size;
};

static struct fake fake_create(const char *name)
{
	const struct btf *b = kern_vmlinux();
	u32 id = btf_find(b, name, BTF_KIND_STRUCT);
	s64 size = id ? btf_size(b, id) : -1;
	struct fake f = {btf_type(b, id), NULL, 0};

	if (size > 0 && size < 1 << 20 && (f.at = calloc(1, (size_t)size)))
		f.size = (u32)size;
	return f;
}

/* Where a member lies, also in unions and structs without a name: bytes and size. */
static bool member(const struct btf_type *t, const char *name, u32 depth, u32 *at, u32 *size)
{
	const struct btf *b = kern_vmlinux();

	for (u32 i = 0; i < btf_len(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *called = btf_name(b, m->name_off);
		u32 off = btf_member_at(t, i) / 8;
		if (!strcmp(called, name)) {
			s64 n = btf_size(b, m->type);
			*at = off;
			*size = n > 0 ? (u32)n : 0;
			return n > 0 && !btf_member_bits(b, t, i);
		}
		const struct btf_type *in = *called ? NULL : btf_skip(b, m->type, NULL);
		if (in && depth && btf_is_composite(in) && member(in, name, depth - 1, at, size)) {
			*at += off;
			return true;
		}
	}
	return false;
}

/* A member that this kernel does not have is left out. */
static void set(struct fake *f, const char *name, const void *from, u32 n)
{
	u32 at, size;

	if (!f->at || !member(f->t, name, 4, &at, &size) || at > f->size || f->size - at < size)
		return;
	memset(f->at + at, 0, size);
	memcpy(f->at + at, from, MIN(n, size));
}

static void set_number(struct fake *f, const char *name, u64 v) { set(f, name, &v, sizeof(v)); }

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
	set_number(&w->meta, "seq_num", w->nr);
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

	set_number(&w->object, "id", m->id);
	set(&w->object, "name", m->head->attr.name, MAP_NAME);
	set_number(&w->object, "map_type", m->type);
	set_number(&w->object, "key_size", m->key_size);
	set_number(&w->object, "value_size", m->value_size);
	set_number(&w->object, "max_entries", m->max_entries);
	set_number(&w->object, "map_flags", m->flags);
	set_number(&w->object, "map_extra", m->head->attr.extra);
	set_number(&w->object, "frozen", m->head->frozen != 0);
	set_number(&w->object, "refcnt", 1);
	set_number(&w->object, "usercnt", 1);
}

static void show_prog(struct walk *w, const struct object *o)
{
	const struct kern_prog *p = o->p;

	set_number(&w->more, "id", p->id);
	set(&w->more, "name", p->head->name, sizeof(p->head->name));
	set_number(&w->more, "used_map_cnt", p->maps);
	set_number(&w->more, "load_time", p->head->load_time);
	set_number(&w->more, "verified_insns", p->head->verified);
	set_number(&w->more, "func_info_cnt", p->head->funcs);
	set_number(&w->more, "refcnt", 1);
	set_number(&w->object, "aux", (u64)(uintptr_t)w->more.at);
	set_number(&w->object, "type", p->type);
	set_number(&w->object, "expected_attach_type", p->attach);
	set_number(&w->object, "len", p->head->insns);
	set_number(&w->object, "jited_len", (u32)kern_code(p->run).n);
	set(&w->object, "tag", p->head->tag, PROG_TAG);
}

static void show_link(struct walk *w, const struct object *o)
{
	const struct kern_link *l = o->p;

	set_number(&w->object, "id", l->id);
	set_number(&w->object, "type", l->head->type);
	set_number(&w->object, "refcnt", 1);
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
	set_number(&w->meta, "session_id", w->session);
	set_number(&w->meta, "seq", (u64)(uintptr_t)w->meta.at);
	if (!w->err)
		t->walk(w);
	if (!w->err)
		visit(w, false, NULL, 0, NULL, 0);
	free(w->meta.at);
	free(w->object.at);
	free(w->more.at);
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
