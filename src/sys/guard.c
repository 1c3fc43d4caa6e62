/* SPDX-License-Identifier: BSD-2-Clause */
/* In a world, Linux's own bpf(2) is out of reach: whoever goes past the preload
 * library gets ENOSYS. */
#include "sys/sys.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field)         BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (u32)(value), 0, skip)
#define DENY                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)

/* A machine's numbers of bpf(2), as every process of a session may choose. */
#define ON(machine, number) LOAD(arch), UNLESS(machine, 3), LOAD(nr), UNLESS(number, 1), DENY

static const struct sock_filter code[] = {
	ON(AUDIT_ARCH_X86_64, 321),
	ON(AUDIT_ARCH_X86_64, 0x40000000 + 321), /* x32 */
	ON(AUDIT_ARCH_I386, 357),
	ON(AUDIT_ARCH_AARCH64, 280),
	ON(AUDIT_ARCH_ARM, 386),
	ON(AUDIT_ARCH_RISCV64, 280),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

struct ob_err *sys_guard(void)
{
	struct sock_fprog prog = {LEN(code), (struct sock_filter *)code};

	if (!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog))
		return NULL;
	if (errno == EACCES && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	    !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog))
		return NULL;
	return err_hint(
		err_sys(errno, "cannot shut the kernel's bpf(2)"),
		"the kernel needs CONFIG_SECCOMP_FILTER, and a container must permit seccomp(2)");
}
