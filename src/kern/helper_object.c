/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on the task that runs, and on others that hang on it, as objects that a program
 * may look into: memory of the running kernel's layout (task.c). */
#include "kern/fake.h"
#include "kern/fault.h"
#include "kern/helper.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

u64 kern_no_object(struct run *r, u64 at)
{
	r->fault = FAULT_READ;
	r->fault_addr = at;
	r->fault_size = 1;
	return 0;
}

BPF_HELPER(get_current_task) { return reg_of(kern_current_task()); }
BPF_HELPER(get_current_task_btf) { return reg_of(kern_current_task()); }

/* The number of a thread; else that is the run's fault, and 0. */
static u32 thread_of(struct run *r, u64 task)
{
	u64 owner;

	if (kern_fake_owner(task, FAKE_TASK, &owner))
		return owner >> 32 & INT32_MAX;
	return (u32)kern_no_object(r, task);
}

/* Linux: task. What is known of its registers is what the program was called with. */
BPF_HELPER(task_pt_regs)
{
	const struct kern_ctx *c = kern_ctx(r);
	u32 size = 0, tid = thread_of(r, r1);
	u8 *regs = tid ? kern_task_regs(addr_of(r1), &size) : NULL;
	struct kern_regs known;

	if (!regs)
		return tid ? kern_no_object(r, r1) : 0;
	if (kern_regs_of(r, &known) && c->ctx_size >= size && !c->regs)
		memcpy(regs, c->ctx, size);
	else if (kern_regs_of(r, &known))
		kern_regs_put(regs, &known);
	return reg_of(regs);
}

/* Linux: task, to, bytes, flags */
BPF_HELPER(get_task_stack)
{
	u32 size = size_of(r3), tid = thread_of(r, r1);

	if (!tid || !kern_may(r, r2, size, true))
		return 0;
	if (tid != (u32)gettid()) {
		memset(addr_of(r2), 0, size);
		return minus(r4 & BPF_F_USER_STACK ? EOPNOTSUPP : EFAULT);
	}
	return kern_stack_of(r, r2, size, r4);
}

/* Linux: to, size, from, task, flags */
BPF_HELPER(copy_from_user_task)
{
	u32 size = size_of(r2), tid = thread_of(r, r4);
	struct iovec to = {addr_of(r1), size}, from = {addr_of(r3), size};

	if (!tid || !kern_may(r, r1, size, true))
		return 0;
	if (r5)
		return minus(EINVAL);
	if (!size)
		return 0;
	bool got = tid == (u32)gettid()
			   ? !kern_memory_of(r, to.iov_base, size, r3)
			   : kern_sees_all(r) && process_vm_readv((pid_t)tid, &to, 1, &from, 1,
								  0) == (ssize_t)size;
	if (!got)
		memset(addr_of(r1), 0, size);
	return got ? 0 : minus(EFAULT);
}

/* ---- where memory is mapped ---- */

struct vma {
	u64 start, end, flags;
};

/* A line of /proc/PID/maps, "55d0-55e0 r-xp 0000 ...". */
static bool read_vma(const char *line, struct vma *v)
{
	enum { READ = 1, WRITE = 2, EXEC = 4, SHARED = 8 };
	unsigned long long start, end;
	char may[5] = "";

	if (sscanf(line, "%llx-%llx %4s", &start, &end, may) != 3)
		return false;
	*v = (struct vma){start, end, 0};
	v->flags = (may[0] == 'r' ? READ : 0) | (may[1] == 'w' ? WRITE : 0) |
		   (may[2] == 'x' ? EXEC : 0) | (may[3] == 's' ? SHARED : 0);
	return true;
}

static bool find_vma(u32 tid, u64 at, struct vma *v)
{
	char path[32], line[512];
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%u/maps", tid);
	FILE *f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = read_vma(line, v) && at >= v->start && at < v->end;
	if (f)
		fclose(f);
	return found;
}

/* Linux: task, address, callback(task, vma, ctx), ctx, flags */
BPF_HELPER(find_vma)
{
	u32 tid = thread_of(r, r1);
	struct vma v;

	if (!tid)
		return 0;
	if (r5)
		return minus(EINVAL);
	void *vma = find_vma(tid, r2, &v) ? kern_task_vma(v.start, v.end, v.flags) : NULL;
	if (!vma)
		return minus(ENOENT);
	run_callback(r, r3, r1, reg_of(vma), r4, 0, 0);
	return 0;
}
