/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands on objects of any kind: ids, pins, what is known of them. */
#include "kern/call.h"
#include "kern/xlate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- ids ---- */

static long next(enum object_kind kind, union bpfattr *attr, u64 uattr)
{
	u32 id;

	if (!world())
		return -errno;
	if (attr->by_id.id >= INT32_MAX)
		return -EINVAL;
	int err = world_next_id(world(), kind, attr->by_id.id, &id);
	return err ? err : call_put(uattr, by_id.next_id, id);
}

#define NEXT(name, kind)                                                \
	long call_next_##name(union bpfattr *attr, u64 uattr, u32 size) \
	{                                                               \
		(void)size;                                             \
		return next(kind, attr, uattr);                         \
	}
NEXT(map, OBJECT_MAP)
NEXT(prog, OBJECT_PROG)
NEXT(btf, OBJECT_BTF)
NEXT(link, OBJECT_LINK)

static int flags_mode(u32 flags)
{
	if (flags & ~(u32)(BPF_F_RDONLY | BPF_F_WRONLY) ||
	    (flags & (BPF_F_RDONLY | BPF_F_WRONLY)) == (BPF_F_RDONLY | BPF_F_WRONLY))
		return -EINVAL;
	return flags & BPF_F_RDONLY ? O_RDONLY : flags & BPF_F_WRONLY ? O_WRONLY : O_RDWR;
}

static long open_id(enum object_kind kind, u32 id, u32 flags)
{
	int mode = flags_mode(flags);

	if (mode < 0)
		return mode;
	return world() ? world_open_id(world(), kind, id, mode) : -errno;
}

long call_map_by_id(union bpfattr *attr, u64 uattr, u32 size)
{
	(void)uattr, (void)size;
	return open_id(OBJECT_MAP, attr->by_id.id, attr->by_id.open_flags);
}

long call_prog_by_id(union bpfattr *attr, u64 uattr, u32 size)
{
	(void)uattr, (void)size;
	return open_id(OBJECT_PROG, attr->by_id.id, 0);
}

long call_link_by_id(union bpfattr *attr, u64 uattr, u32 size)
{
	(void)uattr, (void)size;
	return open_id(OBJECT_LINK, attr->by_id.id, 0);
}

long call_btf_by_id(union bpfattr *attr, u64 uattr, u32 size)
{
	(void)uattr, (void)size;
	if (attr->by_id.open_flags & ~(u32)MAPF_TOKEN_FD)
		return -EINVAL;
	if (attr->by_id.open_flags & MAPF_TOKEN_FD)
		return call_no_token(attr->by_id.token_fd);
	return open_id(OBJECT_BTF, attr->by_id.id, 0);
}

/* ---- pins: names in the world's own fs, which stands for /sys/fs/bpf ---- */

enum { PATH = 512, FLAG_PATH_FD = 1 << 14 };

/* A name below the world's fs, whatever the caller calls that; EPERM: it is not
 * below it, and stands in path as it is. */
static int pin_path(const char *given, char path[PATH])
{
	static const char mount[] = "/sys/fs/bpf";
	const char *top = world()->path;
	size_t n = strlen(mount), t = strlen(top);

	if (!strncmp(given, mount, n) && (given[n] == '/' || !given[n]))
		given += n;
	else if (!strncmp(given, top, t) && !strncmp(given + t, "/fs", 3) &&
		 (given[t + 3] == '/' || !given[t + 3]))
		given += t + 3;
	else
		return snprintf(path, PATH, "%s", given) < PATH ? -EPERM : -ENAMETOOLONG;
	return snprintf(path, PATH, "%s/fs%s", top, given) < PATH ? 0 : -ENAMETOOLONG;
}

/* Relative names count from path_fd or the working directory. */
static int user_path(const union bpfattr *attr, char path[PATH])
{
	char given[PATH], at[64], dir[PATH];
	bool by_fd = attr->pin.file_flags & FLAG_PATH_FD;

	if (!by_fd && attr->pin.path_fd)
		return -EINVAL;
	long n = user_text(given, attr->pin.pathname, sizeof(given));
	if (n < 0)
		return n == -E2BIG ? -ENAMETOOLONG : -EFAULT;
	if (!n)
		return -ENOENT;
	if (*given == '/')
		return pin_path(given, path);
	if (by_fd)
		snprintf(at, sizeof(at), "/proc/self/fd/%d", attr->pin.path_fd);
	ssize_t got = readlink(by_fd ? at : "/proc/self/cwd", dir, sizeof(dir) - 1);
	if (got < 0)
		return by_fd ? -EBADF : -errno;
	dir[got] = 0;
	if ((size_t)got + (size_t)n + 2 > sizeof(dir))
		return -ENAMETOOLONG;
	dir[got] = '/';
	memcpy(dir + got + 1, given, (size_t)n + 1);
	return pin_path(dir, path);
}

int kern_pin_folder(const char *path)
{
	char at[PATH];
	int err = world() ? pin_path(path, at) : -errno;

	return !err && mkdir(at, 0700) && errno != EEXIST ? -errno : err;
}

/* What Linux says of a name that is no place for pins. */
static int no_pin(const char *path)
{
	char dir[PATH];
	struct stat st;

	if (!lstat(path, &st))
		return -EEXIST;
	if (errno != ENOENT)
		return -errno;
	snprintf(dir, sizeof(dir), "%s", path);
	char *slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = 0;
	return stat(dir, &st) ? -errno : -EPERM;
}

long call_obj_pin(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;
	char path[PATH], name[64];

	(void)uattr, (void)size;
	if (attr->pin.file_flags & ~(u32)FLAG_PATH_FD)
		return -EINVAL;
	if (!world())
		return -errno;
	int err = object_of((int)attr->pin.bpf_fd, &o);
	if (err)
		return err == -EBADF ? -EINVAL : err;
	err = o->kind == OBJECT_BTF ? -EINVAL : user_path(attr, path);
	if (err == -EPERM)
		err = no_pin(path);
	snprintf(name, sizeof(name), "bpf-%s.%u", object_kinds[o->kind], o->id);
	if (!err && linkat(world()->dir, name, AT_FDCWD, path, 0))
		err = errno == EXDEV ? -EPERM : -errno;
	object_put(o);
	return err;
}

long call_obj_get(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;
	struct stat st;
	char path[PATH];
	int mode = flags_mode(attr->pin.file_flags & ~(u32)FLAG_PATH_FD);

	(void)uattr, (void)size;
	if (attr->pin.bpf_fd || mode < 0)
		return -EINVAL;
	if (!world())
		return -errno;
	int err = user_path(attr, path);
	if (err == -EPERM)
		return stat(path, &st) ? -errno : -EACCES;
	if (err)
		return err;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == EISDIR ? -EACCES : -errno;
	err = flock(fd, LOCK_SH) || fstat(fd, &st) || !st.st_nlink ? -ENOENT : object_of(fd, &o);
	if (err) {
		close(fd);
		return err == -EINVAL ? -EACCES : err;
	}
	if (o->kind != OBJECT_MAP && mode != O_RDWR)
		err = o->kind == OBJECT_PROG && mode == O_RDONLY ? 0 : -EINVAL;
	int ret = err ? err : world_open_id(world(), o->kind, o->id, mode);
	object_put(o);
	close(fd);
	return ret;
}

/* ---- what is known of an object ---- */

/* Structures of Linux 6.18, which the caller may know longer or shorter. */
struct map_info {
	u32 type, id, key_size, value_size, max_entries, map_flags;
	char name[16];
	u32 ifindex, btf_vmlinux_value_type_id;
	u64 netns_dev, netns_ino;
	u32 btf_id, btf_key_type_id, btf_value_type_id, btf_vmlinux_id;
	u64 map_extra, hash;
	u32 hash_size, pad;
};
_Static_assert(sizeof(struct map_info) == 104, "struct bpf_map_info");

int call_take_info(const union bpf_attr *a, void *info, u32 known, u32 *len)
{
	int err = user_rest_is_zero(a->info.info, a->info.info_len, known);

	if (err)
		return err;
	*len = MIN(a->info.info_len, known);
	memset(info, 0, known);
	return user_read(info, a->info.info, *len);
}

int call_give_info(const union bpf_attr *a, u64 uattr, const void *info, u32 len)
{
	int err = user_write(a->info.info, info, len);

	return err ? err : call_put(uattr, a.info.info_len, len);
}

int call_give_name(u64 to, u32 room, const char *name)
{
	u32 n = (u32)strlen(name), fits = MIN(room - 1, n);

	if (user_write(to, name, fits) || user_write(to + fits, "", 1))
		return -EFAULT;
	return room < n + 1 ? -ENOSPC : 0;
}

static int map_info(const struct map *m, const union bpf_attr *a, u64 uattr)
{
	const struct map_host_data *h = map_host_data(m);
	struct map_info i;
	u32 len;
	int err = call_take_info(a, &i, sizeof(i), &len);

	if (err)
		return err;
	if (i.hash || i.hash_size)
		return -EINVAL;
	i = (struct map_info){.type = m->type,
			      .id = m->id,
			      .key_size = m->key_size,
			      .value_size = m->value_size,
			      .max_entries = m->max_entries,
			      .map_flags = m->flags,
			      .btf_id = h->btf_id,
			      .btf_key_type_id = h->btf_key,
			      .btf_value_type_id = h->btf_value,
			      .map_extra = m->head->attr.extra};
	memcpy(i.name, m->head->attr.name, sizeof(i.name));
	return call_give_info(a, uattr, &i, len);
}

/* Copies what there is room for: the caller's n becomes what there is. */
static int give_array(u64 to, u32 *n, u32 have, const void *from, u32 size)
{
	u32 room = *n;

	*n = have;
	if (!room || !have)
		return 0;
	return user_write(to, from, (size_t)MIN(room, have) * size);
}

static int prog_maps(const struct kern_prog *p, struct bpf_prog_info *i)
{
	u32 ids[128], n = 0, extra[64];

	for (; n < p->maps; n++)
		ids[n] = p->map[n]->id;
	u32 more = world_refs(world(), OBJECT_PROG, p->id, OBJECT_MAP, extra, LEN(extra));
	for (u32 e = 0; e < more && n < LEN(ids); e++) {
		u32 k = 0;
		while (k < n && ids[k] != extra[e])
			k++;
		if (k == n)
			ids[n++] = extra[e];
	}
	return give_array(i->map_ids, &i->nr_map_ids, n, ids, 4);
}

static const struct xlate_loop *loops_of(const struct kern_prog *p)
{
	return (const struct xlate_loop *)(const void *)(p->file.blob + p->head->loops_at);
}

/* As jit_subprogs leaves them: the distance in off, which function it is in imm. */
static void show_calls(struct ob_ebpf *code, u32 n)
{
	u32 *func = calloc(n, sizeof(*func)), count = 0;

	for (u32 i = 0; func && i < n; i++)
		if (code[i].src == BPF_PSEUDO_CALL ? code[i].code == (BPF_JMP | BPF_CALL)
						   : code[i].code == (BPF_LD | BPF_IMM | BPF_DW) &&
							     code[i].src == BPF_PSEUDO_FUNC)
			func[i + 1 + (u32)code[i].imm] = 1;
	for (u32 i = 0; func && i < n; i++)
		func[i] = count += func[i];
	for (u32 i = 0; func && i < n; i++)
		if (code[i].code == (BPF_JMP | BPF_CALL) && code[i].src == BPF_PSEUDO_CALL) {
			u32 to = i + 1 + (u32)code[i].imm;
			code[i].off = (s16)code[i].imm;
			code[i].imm = (s32)func[to];
		}
	free(func);
}

static void show_maps(const struct kern_prog *p, struct ob_ebpf *code, u32 n)
{
	for (u32 pc = 0; pc < n; pc++) {
		struct ob_ebpf *e = &code[pc];
		if (e->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (e->src == BPF_PSEUDO_MAP_IDX || e->src == BPF_PSEUDO_MAP_IDX_VALUE) {
			e->src = e->src == BPF_PSEUDO_MAP_IDX ? BPF_PSEUDO_MAP_FD
							      : BPF_PSEUDO_MAP_VALUE;
			e->imm = (u32)e->imm < p->maps ? (s32)p->map[e->imm]->id : 0;
		}
		pc++;
	}
}

/* As bpf_insn_prepare_dump shows them: maps by their ids. */
static int prog_code(const struct kern_prog *p, struct bpf_prog_info *i)
{
	const struct prog_head *h = p->head;
	u32 n = xlate_pc(loops_of(p), h->loops, h->insns), bytes = n * 8, room = i->xlated_prog_len;

	i->xlated_prog_len = bytes;
	if (!room)
		return 0;
	struct ob_ebpf *code =
		xlate((const void *)(p->file.blob + h->insns_at), h->insns, loops_of(p), h->loops);
	if (!code)
		return -ENOMEM;
	show_maps(p, code, n);
	show_calls(code, n);
	int err = user_write(i->xlated_prog_insns, code, MIN(room, bytes));
	free(code);
	return err;
}

static int prog_jited(const struct kern_prog *p, struct bpf_prog_info *i)
{
	struct bytes code = kern_code(p->fast ? p->fast : p->run);
	u64 at = (u64)(uintptr_t)code.p;
	u32 len = (u32)code.n, n = code.n != 0;
	int err = give_array(i->jited_prog_insns, &i->jited_prog_len, len, code.p, 1);

	if (!err)
		err = give_array(i->jited_ksyms, &i->nr_jited_ksyms, n, &at, 8);
	if (!err)
		err = give_array(i->jited_func_lens, &i->nr_jited_func_lens, n, &len, 4);
	return err;
}

/* set_info_rec_size */
static int check_record_sizes(const struct bpf_prog_info *i)
{
	if ((i->nr_func_info || i->func_info_rec_size) && i->func_info_rec_size != 8)
		return -EINVAL;
	if ((i->nr_line_info || i->line_info_rec_size) && i->line_info_rec_size != 16)
		return -EINVAL;
	bool jited = i->nr_jited_line_info || i->jited_line_info_rec_size;
	return jited && i->jited_line_info_rec_size != 8 ? -EINVAL : 0;
}

/* Records begin with the slot that they are of. */
static int give_records(const struct kern_prog *p, u64 to, u32 *n, u32 have, u32 at, u32 size)
{
	u32 bytes = have * size, pc;
	u8 *copy = malloc(MAX(bytes, 1u));

	if (!copy)
		return -ENOMEM;
	memcpy(copy, p->file.blob + at, bytes);
	for (u32 i = 0; i < have; i++) {
		memcpy(&pc, copy + (size_t)i * size, 4);
		pc = xlate_pc(loops_of(p), p->head->loops, pc);
		memcpy(copy + (size_t)i * size, &pc, 4);
	}
	int err = give_array(to, n, have, copy, size);
	free(copy);
	return err;
}

static int prog_records(const struct kern_prog *p, struct bpf_prog_info *i)
{
	const struct prog_head *h = p->head;
	int err = 0;

	i->func_info_rec_size = 8;
	i->line_info_rec_size = 16;
	i->jited_line_info_rec_size = 8;
	i->nr_jited_line_info = 0;
	err = give_records(p, i->func_info, &i->nr_func_info, h->funcs, h->func_at, 8);
	if (!err)
		err = give_records(p, i->line_info, &i->nr_line_info, h->lines, h->line_at, 16);
	u32 tags = 1;
	if (!err)
		err = give_array(i->prog_tags, &i->nr_prog_tags, tags, h->tag, PROG_TAG);
	return err;
}

/* What only CAP_BPF may see. */
static void hide_code(struct bpf_prog_info *i)
{
	i->jited_prog_len = i->xlated_prog_len = 0;
	i->nr_jited_ksyms = i->nr_jited_func_lens = 0;
	i->nr_func_info = i->nr_line_info = i->nr_jited_line_info = 0;
}

static int prog_info(const struct kern_prog *p, const union bpf_attr *a, u64 uattr)
{
	const struct prog_head *h = p->head;
	struct bpf_prog_info i;
	u32 len;
	int err = call_take_info(a, &i, sizeof(i), &len);

	if (err)
		return err;
	kern_stats_look();
	i.type = p->type;
	i.id = p->id;
	memcpy(i.tag, h->tag, PROG_TAG);
	i.load_time = h->load_time;
	i.created_by_uid = h->uid;
	memcpy(i.name, h->name, sizeof(i.name));
	i.gpl_compatible = h->gpl;
	i.btf_id = h->btf_id;
	i.run_time_ns = __atomic_load_n(&h->run_ns, __ATOMIC_RELAXED);
	i.run_cnt = __atomic_load_n(&h->run_count, __ATOMIC_RELAXED);
	i.recursion_misses = __atomic_load_n(&h->misses, __ATOMIC_RELAXED);
	i.verified_insns = h->verified;
	i.attach_btf_id = h->attach_btf_id;
	i.attach_btf_obj_id = h->attach_btf_id ? KERN_VMLINUX : 0;
	err = prog_maps(p, &i);
	if (!err)
		err = check_record_sizes(&i);
	if (!err && !kern_capable(CAP_BPF)) {
		hide_code(&i);
		return call_give_info(a, uattr, &i, len);
	}
	if (!err)
		err = prog_code(p, &i);
	if (!err)
		err = prog_jited(p, &i);
	if (!err)
		err = prog_records(p, &i);
	return err ? err : call_give_info(a, uattr, &i, len);
}

static int btf_info(const struct kern_btf *b, const union bpf_attr *a, u64 uattr)
{
	const struct btf_head *h = (const void *)b->file.head->own;
	struct bpf_btf_info i;
	u32 len, n = (u32)strlen(h->name);
	int err = call_take_info(a, &i, sizeof(i), &len);

	if (err)
		return err;
	u32 room = i.btf_size, name_room = i.name_len;
	i.id = b->id;
	i.kernel_btf = h->kernel;
	i.btf_size = b->size;
	if (user_write(i.btf, b->data, MIN(room, b->size)))
		return -EFAULT;
	i.name_len = n;
	if (!i.name != !name_room)
		return -EINVAL;
	if (i.name)
		err = call_give_name(i.name, name_room, h->name);
	if (err == -EFAULT)
		return err;
	int bad = call_give_info(a, uattr, &i, len);
	return bad ? bad : err;
}

long call_info(union bpfattr *attr, u64 uattr, u32 size)
{
	struct object *o;
	int err = object_of((int)attr->a.info.bpf_fd, &o);

	(void)size;
	if (err)
		return err == -EBADF ? -EBADFD : err;
	switch (o->kind) {
	case OBJECT_MAP:
		err = map_info(o->p, &attr->a, uattr);
		break;
	case OBJECT_PROG:
		err = prog_info(o->p, &attr->a, uattr);
		break;
	case OBJECT_BTF:
		err = btf_info(o->p, &attr->a, uattr);
		break;
	default:
		err = kern_link_info(o->p, &attr->a, uattr);
	}
	object_put(o);
	return err;
}
