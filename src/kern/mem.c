/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run may touch, and what helpers are given there. */
#include "kern/fault.h"
#include "kern/helper.h"

static bool within(u64 at, u64 size, u64 from, u64 n)
{
	return at >= from && at - from <= n && n - (at - from) >= size;
}

static bool in_region(const struct run *r, u64 at, u64 size, bool write)
{
	for (u32 i = 0; i < r->regions; i++)
		if (within(at, size, r->region[i].at, r->region[i].size) &&
		    (!write || r->region[i].writable))
			return true;
	return false;
}

bool kern_allows(struct run *r, u64 at, u64 size, bool write)
{
	return !size || kern_trusts(r) || in_region(r, at, size, write) ||
	       within(at, size, r->stack, r->stack_size) ||
	       (size <= UINT32_MAX && r->env->may_touch(r, at, (u32)size, write));
}

bool kern_may(struct run *r, u64 at, u64 size, bool write)
{
	if (kern_allows(r, at, size, write))
		return true;
	r->fault = write ? FAULT_WRITE : FAULT_READ;
	r->fault_addr = at;
	r->fault_size = (u32)MIN(size, (u64)UINT32_MAX);
	return false;
}

bool kern_lent(const struct run *r, u64 at, u64 size)
{
	for (const struct lent *l = r->lent; l; l = l->up)
		if (within(at, size, reg_of(l->p), l->size))
			return true;
	return false;
}

/* ---- memory that is anywhere ---- */

/* A run of our world sees the process; of a library user's, an untrusted one sees
 * what it may touch. */
bool kern_sees_all(const struct run *r)
{
	const struct ob_run *k = r->env->arg;

	return k->prog || k->opts.trusted;
}

bool kern_sees(struct run *r, u64 at, u64 size, bool write)
{
	return kern_sees_all(r) || kern_allows(r, at, size, write);
}

int kern_memory_of(struct run *r, void *to, u32 size, u64 at)
{
	return kern_sees(r, at, size, false) ? kern_read(to, at, size) : -EFAULT;
}

static u32 text_room(struct run *r, u64 at, u32 size)
{
	u32 n = 0;

	if (kern_sees(r, at, size, false))
		return size;
	while (n < size && kern_allows(r, at + n, 1, false))
		n++;
	return n;
}

long kern_text_of(struct run *r, char *to, u32 size, u64 at)
{
	u32 room = text_room(r, at, size);
	long n = room ? kern_read_text(to, at, room) : -EFAULT;

	if (n > 0 && (u32)n == room && to[n - 1]) {
		if (room < size)
			return -EFAULT;
		to[n - 1] = 0;
	}
	return n;
}

bool kern_may_text(struct run *r, u64 at, u32 most)
{
	const char *text = addr_of(at);

	if (kern_trusts(r))
		return true;
	for (u32 i = 0; i < most; i++) {
		if (!kern_may(r, at + i, 1, false))
			return false;
		if (!text[i])
			return true;
	}
	return kern_may(r, at + most, UINT64_MAX, false);
}
