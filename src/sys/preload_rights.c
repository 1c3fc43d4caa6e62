/* SPDX-License-Identifier: BSD-2-Clause */
/* Rights: in its own world a process may do what bpf() asks for, until it says
 * otherwise. */
#include "sys/preload.h"

#include <sys/syscall.h>

/* What programs look for before they call bpf(): in its world the process has them,
 * until it gives them up. */
#define BIT(cap) ((u64)1 << (cap))
static const u64 granted =
	BIT(CAP_SYS_ADMIN) | BIT(CAP_NET_ADMIN) | BIT(CAP_BPF) | BIT(CAP_PERFMON);
static u64 effective = granted, permitted = granted; /* atomic */

void user_rights_none(void)
{
	effective = permitted = 0;
	kern_rights_set(0);
}

static u64 caps_of(u32 low, u32 high) { return ((u64)high << 32 | low) & granted; }

static void put_caps(u32 *low, u32 *high, u64 caps)
{
	*low = (*low & ~(u32)granted) | (u32)caps;
	*high = (*high & ~(u32)(granted >> 32)) | (u32)(caps >> 32);
}

/* Whoever asks the kernel to do something by such a right still is refused. */
int capget(cap_user_header_t head, cap_user_data_t data)
{
	int ret = real()->capget(head, data);

	if (ret || !data || !*user_world || head->version == _LINUX_CAPABILITY_VERSION_1)
		return ret;
	put_caps(&data[0].effective, &data[1].effective, effective);
	put_caps(&data[0].permitted, &data[1].permitted, permitted);
	return 0;
}

/* Of Linux's rights those that the process never had stay as they are. */
int capset(cap_user_header_t head, const cap_user_data_t data)
{
	struct __user_cap_data_struct have[_LINUX_CAPABILITY_U32S_3],
		want[_LINUX_CAPABILITY_U32S_3];

	if (!data || !*user_world || head->version == _LINUX_CAPABILITY_VERSION_1 ||
	    real()->capget(head, have))
		return real()->capset(head, data);
	u64 e = caps_of(data[0].effective, data[1].effective);
	u64 p = caps_of(data[0].permitted, data[1].permitted);
	if ((p & ~permitted) || (e & ~p)) {
		errno = EPERM;
		return -1;
	}
	memcpy(want, data, sizeof(want));
	u64 real_p = caps_of(have[0].permitted, have[1].permitted);
	put_caps(&want[0].effective, &want[1].effective, e & real_p);
	put_caps(&want[0].permitted, &want[1].permitted, p & real_p);
	int ret = real()->capset(head, want);
	if (!ret) {
		effective = e;
		permitted = p;
		kern_rights_set(e);
	}
	return ret;
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
