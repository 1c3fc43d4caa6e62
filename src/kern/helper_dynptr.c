/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on dynptrs. */
#include "kern/dynptr.h"

/* Linux: memory, its size, flags, dynptr */
BPF_HELPER(dynptr_from_mem)
{
	struct dynptr d = {0};
	s64 err = dynptr_check(size_of(r2));

	if (!kern_may(r, r1, size_of(r2), true) || !kern_may(r, r4, sizeof(d), true))
		return 0;
	if (!err && r3)
		err = -EINVAL;
	if (!err)
		d = dynptr_of(r1, size_of(r2), DYNPTR_LOCAL);
	dynptr_put(r4, &d);
	return (u64)err;
}

/* The address of n bytes from off on; 0: they are not in it. */
static u64 part(const struct dynptr *d, u64 off, u64 n)
{
	u32 size = dynptr_size(d);

	return off <= size && n <= size - off ? d->data + d->offset + off : 0;
}

/* Linux: to, bytes, dynptr, offset, flags */
BPF_HELPER(dynptr_read)
{
	struct dynptr d;

	if (!dynptr_get(r, r3, &d) || !kern_may(r, r1, r2, true))
		return 0;
	if (!d.data || r5)
		return minus(EINVAL);
	u64 from = part(&d, r4, r2);
	if (!from)
		return minus(E2BIG);
	if (kern_may(r, from, r2, false))
		memmove(addr_of(r1), addr_of(from), r2);
	return 0;
}

/* Linux: dynptr, offset, from, bytes, flags */
BPF_HELPER(dynptr_write)
{
	struct dynptr d;

	if (!dynptr_get(r, r1, &d) || !kern_may(r, r3, r4, false))
		return 0;
	if (!d.data || dynptr_rdonly(&d))
		return minus(EINVAL);
	u64 to = part(&d, r2, r4);
	if (!to)
		return minus(E2BIG);
	if (r5)
		return minus(EINVAL);
	if (kern_may(r, to, r4, true))
		memmove(addr_of(to), addr_of(r3), r4);
	return 0;
}

/* Linux: dynptr, offset, bytes */
BPF_HELPER(dynptr_data)
{
	struct dynptr d;

	if (!dynptr_get(r, r1, &d) || !d.data || dynptr_rdonly(&d))
		return 0;
	return part(&d, r2, r3);
}
