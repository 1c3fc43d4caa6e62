/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of the kernel, by their id: sections, exceptions, iterators, keys. */
#include "kern/kfunc.h"
#include "isa/isa.h"
#include "kern/call.h"

#include <linux/keyctl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINUX(name)
#define HERE(name)                     [KFUNC_##name] = kfunc_##name,
#define KFUNC(name, where, who, flags) where(name)

env_fn *kern_kfunc(void *arg, u32 id, s32 btf)
{
	static env_fn *const ours[KFUNC_COUNT] = {
#include "isa/kfunc.def"
	};
	const struct btf *b = kern_vmlinux();
	const struct btf_type *t = b && !btf ? btf_type(b, id) : NULL;

	(void)arg;
	if (!t || !btf_is(t, BTF_KIND_FUNC))
		return NULL;
	return ours[kfunc_find(btf_name(b, t->name_off))];
}

/* ---- sections: nothing here is freed behind a program's back, or takes its CPU ---- */

BPF_KFUNC(rcu_read_lock) { return 0; }
BPF_KFUNC(rcu_read_unlock) { return 0; }
BPF_KFUNC(preempt_disable) { return 0; }
BPF_KFUNC(preempt_enable) { return 0; }

/* ---- exceptions ---- */

BPF_KFUNC(throw)
{
	r->fault = FAULT_THROWN;
	r->fault_addr = r1;
	return 0;
}

/* ---- an iterator over numbers ---- */

struct iter_num {
	s32 at, end;
};

BPF_KFUNC(iter_num_new)
{
	struct iter_num *it = addr_of(r1);
	s32 from = (s32)r2, to = (s32)r3;

	if (!kern_may(r, r1, sizeof(*it), true))
		return 0;
	*it = (struct iter_num){0};
	if (from > to)
		return minus(EINVAL);
	if ((s64)to - from > ENV_LOOPS_MAX)
		return minus(E2BIG);
	*it = (struct iter_num){(s32)((u32)from - 1), to};
	return 0;
}

BPF_KFUNC(iter_num_next)
{
	struct iter_num *it = addr_of(r1);

	if (!kern_may(r, r1, sizeof(*it), true))
		return 0;
	s32 next = (s32)((u32)it->at + 1);
	if (next >= it->end) {
		*it = (struct iter_num){0};
		return 0;
	}
	it->at = next;
	return reg_of(&it->at);
}

BPF_KFUNC(iter_num_destroy)
{
	if (kern_may(r, r1, sizeof(struct iter_num), true))
		memset(addr_of(r1), 0, sizeof(struct iter_num));
	return 0;
}

/* ---- an iterator over bits ----
 *
 * More than one word are kept outside, where it is not the program's to change. */

enum { WORDS = 511, KEPT = 16 };
struct iter_bits {
	u64 bits; /* one word, or which of those kept, from 1 */
	s32 n, at;
};

static _Thread_local u64 *kept[KEPT];

static int keep(struct run *r, u64 from, u32 words, u64 *nr)
{
	u32 i = 0;

	while (i < KEPT && kept[i])
		i++;
	if (i == KEPT || !(kept[i] = malloc(8 * WORDS)))
		return -ENOMEM;
	if (kern_memory_of(r, kept[i], words * 8, from)) {
		free(kept[i]);
		kept[i] = NULL;
		return -EFAULT;
	}
	*nr = i + 1;
	return 0;
}

BPF_KFUNC(iter_bits_new)
{
	struct iter_bits *it = addr_of(r1);
	u32 words = (u32)r3;
	u64 bits = 0;

	if (!kern_may(r, r1, sizeof(*it), true))
		return 0;
	*it = (struct iter_bits){.at = -1};
	if (!r2 || !words)
		return minus(EINVAL);
	if (words > WORDS)
		return minus(E2BIG);
	int err = words == 1 ? kern_memory_of(r, &bits, 8, r2) : keep(r, r2, words, &bits);
	if (err)
		return (u64)(s64)err;
	*it = (struct iter_bits){bits, (s32)words * 64, -1};
	return 0;
}

static const u64 *words_of(const struct iter_bits *it)
{
	if (it->n <= 64)
		return &it->bits;
	return it->bits - 1 < KEPT && it->n <= WORDS * 64 ? kept[it->bits - 1] : NULL;
}

BPF_KFUNC(iter_bits_next)
{
	struct iter_bits *it = addr_of(r1);

	if (!kern_may(r, r1, sizeof(*it), true))
		return 0;
	const u64 *word = words_of(it);
	s64 at = (s64)it->at + 1;
	while (word && at >= 0 && at < it->n && !(word[at / 64] >> at % 64 & 1))
		at++;
	if (!word || at < 0 || at >= it->n) {
		it->at = it->n;
		return 0;
	}
	it->at = (s32)at;
	return reg_of(&it->at);
}

BPF_KFUNC(iter_bits_destroy)
{
	struct iter_bits *it = addr_of(r1);

	if (!kern_may(r, r1, sizeof(*it), true))
		return 0;
	if (it->n > 64 && words_of(it)) {
		free(kept[it->bits - 1]);
		kept[it->bits - 1] = NULL;
	}
	*it = (struct iter_bits){0};
	return 0;
}

/* ---- keys: whether there is one is all that can be asked ---- */

enum { LOOKUP_CREATE = 1, LOOKUP_PARTIAL = 2, SYSTEM_KEYRINGS = 3 };
static const u64 key[2]; /* struct bpf_key */

bool kern_kfunc_has(u64 at, u64 size)
{
	return at - reg_of(key) < sizeof(key) && size <= sizeof(key) - (at - reg_of(key));
}

BPF_KFUNC(lookup_user_key)
{
	if (r2 & ~(u64)(LOOKUP_CREATE | LOOKUP_PARTIAL))
		return 0;
	long nr = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, (s32)r1, r2 & LOOKUP_CREATE);
	return nr < 0 ? 0 : reg_of(key);
}

BPF_KFUNC(lookup_system_key) { return r1 < SYSTEM_KEYRINGS ? reg_of(key) : 0; }
BPF_KFUNC(key_put) { return 0; }
