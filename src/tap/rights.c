/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving up the rights that opening a device needed. */
#include "tap/priv.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct ob_err *become(const struct passwd *pw, int fd)
{
	if (fd >= 0 && fchown(fd, pw->pw_uid, pw->pw_gid) < 0)
		return err_sys(errno, "cannot give the file to user %s", pw->pw_name);
	if (initgroups(pw->pw_name, pw->pw_gid) < 0)
		return err_sys(errno, "cannot take the groups of user %s", pw->pw_name);
	if (setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0)
		return err_sys(errno, "cannot take the group of user %s", pw->pw_name);
	if (setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
		return err_sys(errno, "cannot become user %s", pw->pw_name);
	return NULL;
}

/* Who called sudo, or NULL. Only root's word is taken for it. */
static const struct passwd *invoker(void)
{
	const char *s = getenv("SUDO_UID");
	char *end;

	if (!s || geteuid() != 0 || *s < '1' || *s > '9')
		return NULL;
	unsigned long uid = strtoul(s, &end, 10);
	return *end || uid > UINT32_MAX - 1 ? NULL : getpwuid((uid_t)uid);
}

static struct ob_err *clear_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capset, &head, none) < 0)
		return err_sys(errno, "cannot give up the capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(errno, "cannot forbid new privileges");
	return NULL;
}

struct ob_err *tap_drop_rights(const char *user, int fd, const char **ret)
{
	static char name[64];
	const struct passwd *pw = user ? getpwnam(user) : invoker();

	if (user && !pw)
		return err_new(OB_NAME, "no user \"%s\"", user);
	struct ob_err *err = pw && pw->pw_uid != geteuid() ? become(pw, fd) : NULL;
	if (!err)
		err = clear_capabilities();
	if (err)
		return err;
	snprintf(name, sizeof(name), "%s", pw ? pw->pw_name : "");
	*ret = pw ? name : NULL;
	return NULL;
}
