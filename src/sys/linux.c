/* SPDX-License-Identifier: BSD-2-Clause */
/* The door to Linux: bpf(2). */
#include "sys/sys.h"

#include <sys/syscall.h>
#include <unistd.h>

int sys_linux_bpf(int cmd, union bpf_attr *attr, unsigned size)
{
	return (int)syscall(SYS_bpf, cmd, attr, size);
}
