/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that read and write the memory of the process: probe_read and its
 * relatives. There is one memory: the user's and the kernel's are the same. */
#include "kern/fault.h"
#include "kern/helper.h"

/* Where Linux's memory is not the user's and never the kernel's. */
static bool in_gap(u64 at) { return at >= 0x7ffffffff000 && at < 0xffff800000000000; }
static bool is_users(u64 at) { return at < 0x7ffffffff000; }

/* Who asks for the kernel's memory and means the user's, or none, is told so. */
s64 kern_bad_address(u64 at, bool kernels)
{
	return kernels && (in_gap(at) || is_users(at)) ? -ERANGE : -EFAULT;
}

/* to, size, from: 0, or an errno and zeros */
static u64 read_memory(struct run *r, u64 to, u32 size, u64 from, bool kernels)
{
	if (likely(kern_trusts(r))) {
		if (likely(!kern_read(addr_of(to), from, size)))
			return 0;
	} else if (!kern_may(r, to, size, true) || !kern_memory_of(r, addr_of(to), size, from)) {
		return 0;
	}
	memset(addr_of(to), 0, size);
	return (u64)kern_bad_address(from, kernels);
}

BPF_HELPER(probe_read) { return read_memory(r, r1, size_of(r2), r3, !is_users(r3)); }
BPF_HELPER(probe_read_user) { return read_memory(r, r1, size_of(r2), r3, false); }
BPF_HELPER(probe_read_kernel) { return read_memory(r, r1, size_of(r2), r3, true); }

BPF_HELPER(copy_from_user) { return read_memory(r, r1, size_of(r2), r3, false); }

/* The bytes of the text with its 0, which is always written; or an errno and zeros. */
static u64 read_text(struct run *r, u64 to, u32 size, u64 from, bool kernels)
{
	if (!size || !kern_may(r, to, size, true))
		return 0;
	long n = kern_text_of(r, addr_of(to), size, from);
	if (n >= 0)
		return (u64)n;
	memset(addr_of(to), 0, size);
	return (u64)kern_bad_address(from, kernels);
}

BPF_HELPER(probe_read_str) { return read_text(r, r1, size_of(r2), r3, !is_users(r3)); }
BPF_HELPER(probe_read_user_str) { return read_text(r, r1, size_of(r2), r3, false); }
BPF_HELPER(probe_read_kernel_str) { return read_text(r, r1, size_of(r2), r3, true); }

BPF_HELPER(probe_write_user)
{
	u32 size = size_of(r3);

	if (!kern_may(r, r2, size, false))
		return 0;
	if (!kern_sees(r, r1, size, true))
		return minus(EPERM);
	return kern_write(r1, addr_of(r2), size) ? minus(EFAULT) : 0;
}
