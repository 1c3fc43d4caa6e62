/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on the running kernel's types: values as text, and types by name. */
#include "kern/call.h"
#include "kern/helper.h"

#include <stdlib.h>

enum {
	FLAGS = BTF_F_COMPACT | BTF_F_NONAME | BTF_F_PTR_RAW | BTF_F_ZERO,
	VALUE_MOST = 1 << 20,
};

/* bpf_btf_printf_prepare: 0, or an errno. */
static s64 prepare(struct run *r, u64 ptr, u32 size, u64 flags, struct btf_ptr *ret)
{
	const struct btf *b = kern_vmlinux();

	if (!kern_may(r, ptr, size, false))
		return -EFAULT;
	if (flags & ~(u64)FLAGS || size != sizeof(*ret) || !b)
		return -EINVAL;
	memcpy(ret, addr_of(ptr), sizeof(*ret));
	if (!ret->type_id)
		return -EINVAL;
	return (s32)ret->type_id < 0 || !btf_type(b, ret->type_id) ? -ENOENT : 0;
}

/* The value's text. A type without a size has no value; one that is not there is no
 * text. */
static s64 print(struct run *r, const struct btf_ptr *p, u64 flags, struct buf *to)
{
	const struct btf *b = kern_vmlinux();
	s64 size = btf_size(b, p->type_id);
	u8 *value = size > 0 && size <= VALUE_MOST ? malloc((size_t)size) : NULL;
	s64 err = size > 0 && !value ? -ENOMEM : 0;

	if (value && kern_memory_of(r, value, (u32)size, reg_of(p->ptr)))
		err = kern_bad_address(reg_of(p->ptr), true);
	if (!err)
		btf_put_value(to, b, p->type_id, (struct bytes){value, value ? (u64)size : 0},
			      flags);
	free(value);
	return err ? err : to->oom ? -ENOMEM : 0;
}

/* Linux: to, its size, struct btf_ptr, its size, flags: the text's length */
BPF_HELPER(snprintf_btf)
{
	u32 size = size_of(r2);
	struct btf_ptr p;
	struct buf text = {0};

	if (!kern_may(r, r1, size, true))
		return 0;
	s64 ret = prepare(r, r3, size_of(r4), r5, &p);
	if (!ret)
		ret = print(r, &p, r5, &text);
	if (!ret && size) {
		u32 n = MIN((u32)text.n, size - 1);
		memcpy(addr_of(r1), text.n ? text.p : "", n);
		((char *)addr_of(r1))[n] = 0;
	}
	if (!ret)
		ret = (s64)text.n;
	buf_deinit(&text);
	return r->fault ? 0 : (u64)ret;
}

/* Linux: file, struct btf_ptr, its size, flags */
BPF_HELPER(seq_printf_btf)
{
	struct kern_ctx *c = kern_ctx(r);
	struct btf_ptr p;
	s64 err = prepare(r, r2, size_of(r3), r4, &p);

	if (!err)
		err = c && c->seq ? print(r, &p, r4, c->seq) : -EINVAL;
	return r->fault ? 0 : (u64)err;
}

/* Linux: name, its size with the 0, kind, flags: the type's id */
BPF_HELPER(btf_find_by_name_kind)
{
	const struct btf *b = kern_vmlinux();
	u32 size = size_of(r2), kind = (u32)r3;

	if (!kern_may(r, r1, size, false))
		return 0;
	if (r4 || size <= 1 || ((const char *)addr_of(r1))[size - 1] || !b)
		return minus(EINVAL);
	u32 id = kind ? btf_find(b, addr_of(r1), kind) : 0;
	return id ? id : minus(ENOENT);
}
