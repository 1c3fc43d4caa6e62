/* SPDX-License-Identifier: BSD-2-Clause */
/* Variables and functions of the kernel that a program names. A kernel without
 * CONFIG_KALLSYMS_ALL knows no variables, so that is not asked for them. */
#include "owned.h"

struct rq;
extern const int bpf_prog_active KSYM;
extern const struct rq runqueues KSYM;
extern const int no_such_variable KSYM WEAK;
extern void bpf_no_such_function(void) KSYM WEAK;
extern const void bpf_prog_load KSYM WEAK;
extern const void no_such_symbol KSYM WEAK;

SEC("tc") int here_active(struct ctx *ctx)
{
	const int *n = this_cpu_ptr(&bpf_prog_active);

	return *n;
}

SEC("tc") int here_active_of_first(struct ctx *ctx)
{
	const int *n = per_cpu_ptr(&bpf_prog_active, 0);

	return n ? *n : 7;
}

SEC("tc") int here_active_of_none(struct ctx *ctx)
{
	const int *n = per_cpu_ptr(&bpf_prog_active, 100000);

	return n ? *n + 1 : 0;
}

SEC("tc") int here_of_struct(struct ctx *ctx) { return this_cpu_ptr(&runqueues) == NULL; }

SEC("tc") int which_are_there(struct ctx *ctx)
{
	return (&no_such_variable != NULL) + 2 * (bpf_no_such_function != NULL) +
	       4 * (bpf_rcu_read_lock != NULL);
}

SEC("tc") int addresses(struct ctx *ctx)
{
	return (&bpf_prog_load != NULL) + 2 * (&no_such_symbol != NULL);
}

SEC("tc") int here_no_unchecked(struct ctx *ctx)
{
	const int *n = per_cpu_ptr(&bpf_prog_active, 0);

	return *n;
}

SEC("tc") int here_no_beyond(struct ctx *ctx)
{
	const int *n = this_cpu_ptr(&bpf_prog_active);

	return n[1];
}

SEC("tc") int here_no_write(struct ctx *ctx)
{
	int *n = this_cpu_ptr(&bpf_prog_active);

	*n = 1;
	return 0;
}

SEC("tc") int here_no_direct(struct ctx *ctx) { return *(volatile const int *)&bpf_prog_active; }

SEC("tc") int here_no_write_to_struct(struct ctx *ctx)
{
	u64 *n = this_cpu_ptr(&runqueues);

	*n = 1;
	return 0;
}

SEC("tc") int no_read_of_function(struct ctx *ctx)
{
	return *(volatile const int *)bpf_rcu_read_lock;
}
