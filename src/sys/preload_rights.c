/* SPDX-License-Identifier: BSD-2-Clause */
/* Rights: in its own world a process may do what bpf() asks for. */
#include "sys/preload.h"

#include <sys/syscall.h>

/* What programs look for before they call bpf(). */
static const u32 granted[] = {CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON};

/* Whoever asks the kernel to do something by such a right still is refused. */
int capget(cap_user_header_t head, cap_user_data_t data)
{
	int ret = real()->capget(head, data);

	if (ret || !data || !*user_world || head->version == _LINUX_CAPABILITY_VERSION_1)
		return ret;
	for (u32 i = 0; i < LEN(granted); i++) {
		data[CAP_TO_INDEX(granted[i])].effective |= CAP_TO_MASK(granted[i]);
		data[CAP_TO_INDEX(granted[i])].permitted |= CAP_TO_MASK(granted[i]);
	}
	return 0;
}

/* To put back what capget() told: those that the process never had stay as they are. */
int capset(cap_user_header_t head, const cap_user_data_t data)
{
	struct __user_cap_data_struct have[_LINUX_CAPABILITY_U32S_3],
		want[_LINUX_CAPABILITY_U32S_3];

	if (!data || !*user_world || head->version == _LINUX_CAPABILITY_VERSION_1 ||
	    real()->capget(head, have))
		return real()->capset(head, data);
	memcpy(want, data, sizeof(want));
	for (u32 i = 0; i < LEN(granted); i++) {
		u32 at = CAP_TO_INDEX(granted[i]), bit = CAP_TO_MASK(granted[i]);

		want[at].effective &= have[at].permitted | ~bit;
		want[at].permitted &= have[at].permitted | ~bit;
	}
	return real()->capset(head, want);
}

/* Memory of our maps is not counted against RLIMIT_MEMLOCK, which programs raise
 * before they make one. */
int setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	int keep = errno, ret = real()->setrlimit(what, limit);

	if (!ret || what != RLIMIT_MEMLOCK || errno != EPERM || !*user_world)
		return ret;
	errno = keep;
	return 0;
}

int prlimit(pid_t pid, __rlimit_resource_t what, const struct rlimit *limit, struct rlimit *old)
{
	int keep = errno, ret = real()->prlimit(pid, what, limit, old);

	if (!ret || what != RLIMIT_MEMLOCK || errno != EPERM || pid || !*user_world)
		return ret;
	errno = keep;
	return real()->prlimit(pid, what, NULL, old);
}

int setrlimit64(__rlimit_resource_t what, const struct rlimit64 *limit)
{
	return setrlimit(what, (const struct rlimit *)limit);
}

int prlimit64(pid_t pid, __rlimit_resource_t what, const struct rlimit64 *limit,
	      struct rlimit64 *old)
{
	return prlimit(pid, what, (const struct rlimit *)limit, (struct rlimit *)old);
}
