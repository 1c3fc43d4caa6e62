/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs of cgroups: by a link, else by PROG_ATTACH. */
#include "sys/attach.h"

#include <fcntl.h>
#include <mntent.h>
#include <stdlib.h>
#include <unistd.h>

/* Where cgroups of version 2 are mounted. */
static bool find_root(char *to, size_t n)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	bool found = false;

	while (f && !found && (m = getmntent(f)))
		if (!strcmp(m->mnt_type, "cgroup2")) {
			snprintf(to, n, "%s", m->mnt_dir);
			found = true;
		}
	if (f)
		endmntent(f);
	return found;
}

static struct ob_err *open_group(const struct attach *a, char *path, size_t n, int *ret)
{
	if (a->opts->cgroup)
		snprintf(path, n, "%s", a->opts->cgroup);
	else if (!find_root(path, n))
		return err_hint(err_new(OB_UNSUPPORTED,
					"%s (%s): no cgroups of version 2 are mounted", a->p->name,
					a->p->section),
				"mount -t cgroup2 cgroup2 /sys/fs/cgroup, or --cgroup FOLDER");
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret < 0)
		return attach_err(a, -errno, "cannot open cgroup %s", path);
	return NULL;
}

static void undo(struct sys_link *l)
{
	union bpf_attr attr = {.target_fd = (u32)l->own.target,
			       .attach_bpf_fd = (u32)l->own.prog,
			       .attach_type = l->own.attach};

	sys_linux_bpf(BPF_PROG_DETACH, &attr, sizeof(attr));
}

/* "cgroup/skb" names no attach type; such a program is for what comes in. */
static u32 attach_type(const struct object_program *p)
{
	return p->type == PROGTYPE_CGROUP_SKB && !p->attach ? (u32)ATTACH_CGROUP_INET_INGRESS
							    : p->attach;
}

static int older_way(const struct attach *a, int group, u32 type, struct sys_link *to)
{
	union bpf_attr attr = {.target_fd = (u32)group,
			       .attach_bpf_fd = (u32)a->prog,
			       .attach_type = type,
			       .attach_flags = BPF_F_ALLOW_MULTI};
	int no = a->door->bpf(BPF_PROG_ATTACH, &attr, sizeof(attr));

	if (no < 0)
		return no;
	to->how = "cgroup";
	to->own.target = group;
	to->own.prog = a->prog;
	to->own.attach = type;
	to->undo = undo;
	return link_hold(to, group) ? -ENOMEM : 0;
}

static struct ob_err *cgroup(const struct attach *a, struct sys_link *to)
{
	u32 type = attach_type(a->p);
	char path[512];
	int group = -1;
	struct ob_err *err = open_group(a, path, sizeof(path), &group);

	if (err)
		return err;
	union bpf_attr attr = {.link_create = {.prog_fd = (u32)a->prog,
					       .target_fd = (u32)group,
					       .attach_type = type}};
	int fd = a->door->bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	if (fd == -EINVAL && !a->door->own) {
		int no = older_way(a, group, type, to);

		if (no >= 0)
			return link_where(to, "cgroup %s", path);
	}
	close(group);
	if (fd == -EBADF)
		return err_hint(err_new(OB_NAME, "%s is no cgroup of version 2", path),
				"--cgroup FOLDER");
	if (fd < 0)
		return attach_err(a, fd, "cannot attach to cgroup %s", path);
	to->kind = BPF_LINK_TYPE_CGROUP;
	err = link_hold(to, fd);
	return err ? err : link_where(to, "cgroup %s", path);
}

const struct attach_kind attach_cgroup = {
	(const char *const[]){"cgroup", "cgroup_skb", "sockops", "lsm_cgroup", NULL}, cgroup};
