/* SPDX-License-Identifier: BSD-2-Clause */
/* Variables of the running kernel that programs name. What they hold is not told to a
 * process: here they are zeros, and those of each CPU are the same ones for all. */
#include "kern/ksym.h"
#include "kern/call.h"

#include <pthread.h>
#include <sys/mman.h>

enum { ROOM = 64 << 20, MOST = 1024, APART = 64 };

static struct {
	pthread_mutex_t lock;
	u8 *at; /* NULL: not mapped yet */
	u64 used;
	u32 n;
	struct {
		u32 id;
		u64 off;
	} one[MOST];
} k = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Of a function, too, whose address is not that of anything else. -1: it is neither. */
static s64 size_of_symbol(u32 id)
{
	const struct btf *b = kern_vmlinux();
	const struct btf_type *t = b ? btf_type(b, id) : NULL;

	if (t && btf_is(t, BTF_KIND_FUNC))
		return 0;
	return t && btf_is(t, BTF_KIND_VAR) ? btf_size(b, t->type) : -1;
}

/* Needs: the lock. */
static u64 place(u32 id, s64 size)
{
	u64 n = ((u64)size + APART + 15) & ~(u64)15;

	for (u32 i = 0; i < k.n; i++)
		if (k.one[i].id == id)
			return (u64)(uintptr_t)k.at + k.one[i].off;
	if (!k.at) {
		void *p = mmap(NULL, ROOM, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			       -1, 0);
		if (p == MAP_FAILED)
			return 0;
		__atomic_store_n(&k.at, p, __ATOMIC_RELEASE);
	}
	if (k.n == MOST || n > ROOM - k.used)
		return 0;
	k.one[k.n].id = id;
	k.one[k.n++].off = k.used;
	k.used += n;
	return (u64)(uintptr_t)k.at + k.used - n;
}

u64 kern_ksym(u32 id)
{
	s64 size = size_of_symbol(id);
	u64 at = 0;

	if (size < 0)
		return 0;
	pthread_mutex_lock(&k.lock);
	at = place(id, size);
	pthread_mutex_unlock(&k.lock);
	return at;
}

bool kern_ksym_has(u64 at, u64 size)
{
	const u8 *from = __atomic_load_n(&k.at, __ATOMIC_ACQUIRE);
	u64 off = at - (u64)(uintptr_t)from;

	return from && off <= ROOM && ROOM - off >= size;
}
