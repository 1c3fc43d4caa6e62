/* SPDX-License-Identifier: BSD-2-Clause */
/* BPF_BTF_LOAD, and what a map's types say of it. */
#include "kern/call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { BTF_SIZE_MAX = 16 << 20 };

static void close_btf(void *arg)
{
	struct kern_btf *b = arg;

	object_unmap(&b->file);
	free(b);
}

static int open_btf(int fd, u32 id, void **ret)
{
	struct kern_btf *b = calloc(1, sizeof(*b));
	int err = b ? object_map(fd, OBJECT_BTF, &b->file) : -ENOMEM;

	close(fd);
	if (err) {
		free(b);
		return err;
	}
	b->id = id;
	b->data = b->file.blob;
	b->size = (u32)MIN((size_t)((const struct btf_head *)(const void *)b->file.head->own)->size,
			   b->file.n);
	*ret = b;
	return 0;
}

const struct object_ops object_btf_ops = {open_btf, close_btf};

int kern_btf_check(const void *data, u32 n, struct user_log *log)
{
	enum { HEADER = 24, MAGIC = 0xeb9f };

	(void)log;
	return n < HEADER || get_le16(data) != MAGIC ? -EINVAL : 0;
}

int kern_map_btf(const struct kern_btf *btf, u32 key, u32 value, struct map_attr *a)
{
	(void)btf, (void)key, (void)value, (void)a;
	return 0;
}

static long publish(const void *data, u32 n)
{
	struct kern_btf *b = calloc(1, sizeof(*b));
	int fd = b ? object_file(world(), OBJECT_BTF, data, n, &b->file) : -ENOMEM;

	if (fd < 0) {
		free(b);
		return fd;
	}
	((struct btf_head *)(void *)b->file.head->own)->size = n;
	b->id = b->file.head->id;
	b->data = b->file.blob;
	b->size = n;
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
		return attr->btf.token_fd < 0 ? -EBADF : -EINVAL;
	if (attr->btf.size > BTF_SIZE_MAX)
		return -E2BIG;
	int err = user_log_init(&log, attr->btf.log_level, attr->btf.log_buf, attr->btf.log_size);
	if (err)
		return err;
	err = user_dup(attr->btf.btf, attr->btf.size, &data);
	if (!err)
		err = kern_btf_check(data, attr->btf.size, &log);
	long ret = err ? err : publish(data, attr->btf.size);
	free(data);
	int bad = user_log_finish(&log, ret < 0 ? (int)ret : 0, &true_size);
	if (size >= offsetof(union bpfattr, btf.log_true_size) + 4 &&
	    call_put(uattr, btf.log_true_size, true_size))
		bad = -EFAULT;
	if (bad && ret >= 0)
		close((int)ret);
	return bad ? bad : ret;
}
