/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_BTF_LOAD, and what a map's types say of it. */
#include "kern/call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void close_btf(void *arg)
{
	struct kern_btf *b = arg;

	btf_destroy(b->types);
	object_unmap(&b->file);
	free(b);
}

static const struct btf_head *head_of(const struct object_file *f)
{
	return (const struct btf_head *)(const void *)f->head->own;
}

/* What kptrs of allocated objects point to may be the kernel's: then its types are read,
 * which takes a while. */
static int read_types(struct bytes data, struct buf *log, struct btf **ret)
{
	static const char tag[] = "kptr";
	bool any = data.n && memmem(data.p, data.n, tag, sizeof(tag) - 1);

	return btf_load(data, any ? kern_vmlinux() : NULL, log, ret);
}

static int open_btf(int fd, u32 id, void **ret)
{
	struct kern_btf *b = calloc(1, sizeof(*b));
	int err = b ? object_map_file(fd, OBJECT_BTF, &b->file) : -ENOMEM;

	close(fd);
	if (err) {
		free(b);
		return err;
	}
	b->id = id;
	b->data = b->file.blob;
	b->size = (u32)MIN((size_t)head_of(&b->file)->size, b->file.n);
	err = read_types((struct bytes){b->data, b->size}, NULL, &b->types);
	if (err) {
		close_btf(b);
		return err;
	}
	*ret = b;
	return 0;
}

const struct object_ops object_btf_ops = {open_btf, close_btf};

static u8 field_kind(u32 kind)
{
	switch (kind) {
	case BTF_SPIN_LOCK:
		return MAP_SPIN_LOCK;
	case BTF_TIMER:
		return MAP_TIMER;
	case BTF_WORKQUEUE:
		return MAP_WORKQUEUE;
	case BTF_LIST_HEAD:
	case BTF_RB_ROOT:
		return MAP_ROOT;
	}
	return kind & BTF_KPTR ? MAP_KPTR : MAP_OPAQUE;
}

int kern_map_btf(const struct kern_btf *btf, u32 key, u32 value, struct map_attr *a)
{
	struct btf_map m = {.type = a->type,
			    .key_size = a->key_size,
			    .value_size = a->value_size,
			    .max_entries = a->max_entries,
			    .flags = a->flags,
			    .key = key,
			    .value = value};
	struct btf_fields fields;
	int err = btf_map_check(btf->types, &m, NULL, &fields);

	if (err)
		return err;
	for (a->fields = 0; a->fields < MIN(fields.n, (u32)MAP_FIELDS); a->fields++) {
		const struct btf_field *f = &fields.field[a->fields];
		a->field[a->fields] = (struct map_field){f->off, (u16)f->size, field_kind(f->kind)};
	}
	return 0;
}

/* Takes types. */
static long publish(const void *data, u32 n, struct btf *types)
{
	struct kern_btf *b = calloc(1, sizeof(*b));
	int fd = b ? object_file(world(), OBJECT_BTF, data, n, &b->file) : -ENOMEM;

	if (fd < 0) {
		btf_destroy(types);
		free(b);
		return fd;
	}
	struct btf_head *h = (struct btf_head *)(void *)b->file.head->own;
	h->size = n;
	b->id = b->file.head->id;
	b->data = b->file.blob;
	b->size = n;
	b->types = types;
	return object_add(world(), OBJECT_BTF, b->id, b, fd, O_RDWR);
}

long call_btf_load(union bpfattr *attr, u64 uattr, u32 size)
{
	struct user_log log;
	u32 true_size = 0;
	void *data = NULL;

	if (!world())
		return -errno;
	if (attr->btf.flags & ~(u32)MAPF_TOKEN_FD)
		return -EINVAL;
	if (attr->btf.flags & MAPF_TOKEN_FD)
		return call_no_token(attr->btf.token_fd);
	if (attr->btf.size > BTF_SIZE_MAX)
		return -E2BIG;
	int err = user_log_init(&log, attr->btf.log_level, attr->btf.log_buf, attr->btf.log_size);
	if (err)
		return err;
	struct btf *types = NULL;
	err = user_dup(attr->btf.btf, attr->btf.size, &data);
	if (!err)
		err = read_types((struct bytes){data, attr->btf.size}, log.level ? &log.text : NULL,
				 &types);
	long ret = err ? err : publish(data, attr->btf.size, types);
	free(data);
	int bad = user_log_finish(&log, ret < 0 ? (int)ret : 0, &true_size);
	if (size >= offsetof(union bpfattr, btf.log_true_size) + 4 &&
	    call_put(uattr, btf.log_true_size, true_size))
		bad = -EFAULT;
	if (bad && ret >= 0)
		close((int)ret);
	return bad ? bad : ret;
}
