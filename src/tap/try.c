/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks the kernel whether it takes a filter, and what that costs. */
#include "tap/priv.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(sizeof(struct ob_cbpf) == sizeof(struct sock_filter), "one layout");

/* Bytes of options that are charged to a socket, or 0. */
static u32 charged(int fd)
{
	u32 info[SK_MEMINFO_VARS] = {0};
	socklen_t n = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &n) < 0)
		return 0;
	return info[SK_MEMINFO_OPTMEM];
}

static u32 optmem_max(void)
{
	FILE *f = fopen("/proc/sys/net/core/optmem_max", "re");
	unsigned n = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%u", &n) != 1)
		n = 0;
	fclose(f);
	return n;
}

struct ob_err *tap_try(const struct ob_cbpf *code, u32 n, struct tap_trial *ret)
{
	struct sock_fprog prog = {
		.len = (u16)MIN(n, (u32)UINT16_MAX),
		.filter = (struct sock_filter *)(uintptr_t)code,
	};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(errno, "cannot make a local socket");
	u32 before = charged(fd);
	int failed = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
	*ret = (struct tap_trial){
		.refused = failed ? errno : 0,
		.memory = failed ? 0 : charged(fd) - before,
		.optmem_max = optmem_max(),
	};
	close(fd);
	return NULL;
}
