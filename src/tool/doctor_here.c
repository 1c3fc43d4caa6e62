/* SPDX-License-Identifier: BSD-2-Clause */
/* `onebpf doctor`: packets, and what can be done in user space. */
#include "isa/bpf.h"
#include "kern/kern.h"
#include "sys/sys.h"
#include "tap/tap.h"
#include "tool/doctor.h"
#include "tool/user.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void settle(struct finding *f, int err, const char *help)
{
	if (!err) {
		f->state = DOCTOR_PERMITTED;
		return;
	}
	doctor_errno(f, -err);
	buf_puts(&f->help, help);
}

static void explain(struct finding *f, struct ob_err *err)
{
	f->state = err ? DOCTOR_NO : DOCTOR_PERMITTED;
	if (err)
		buf_puts(&f->why, ob_err_reason(err));
	ob_err_destroy(err);
}

/* ---- packets ---- */

void doctor_filter(struct finding *f)
{
	static const struct ob_cbpf accept = {.code = 0x06, .k = 0xffff};
	struct tap_trial t = {0};
	struct ob_err *err = tap_try(&accept, 1, &t);

	if (err)
		explain(f, err);
	else
		settle(f, -t.refused, "a seccomp filter or a sandbox may forbid SO_ATTACH_FILTER");
}

static void name_interfaces(struct buf *to)
{
	struct tap_iface *list;
	u32 n;
	struct ob_err *err = tap_ifaces(&list, &n);

	if (err) {
		ob_err_destroy(err);
		return;
	}
	for (u32 i = 0; i < n; i++)
		if (list[i].up && list[i].index)
			buf_printf(to, "%s%s", to->n ? ", " : "up: ", list[i].name);
	if (!to->n)
		buf_puts(to, "no interface is up");
	free(list);
}

void doctor_packets(struct finding *f)
{
	int failed = tap_permitted();
	char self[512];

	settle(f, -failed, "");
	if (!failed)
		name_interfaces(&f->why);
	else if (failed == EAFNOSUPPORT)
		buf_puts(&f->help, "a kernel with CONFIG_PACKET");
	if (!failed || failed == EAFNOSUPPORT)
		return;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = 0;
	buf_printf(&f->help,
		   "be root; or once: setcap cap_net_raw+ep %s; for one group only, before: chgrp "
		   "GROUP and chmod 750 the same",
		   *self ? self : "on the command");
}

static int confine(void)
{
	struct tap_sandbox o = {0};
	struct ob_err *err = tap_sandbox(&o);
	int errnum = err ? ob_err_errno(err) : 0;

	ob_err_destroy(err);
	_exit(errnum);
}

void doctor_sandbox(struct finding *f)
{
	settle(f, doctor_child(confine),
	       "Linux 3.17 with CONFIG_SECCOMP_FILTER; a container may forbid seccomp(2)");
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	if (!f->state && version > 0)
		buf_printf(&f->why, "Landlock %ld", version);
	else if (!f->state)
		buf_puts(&f->why, "without Landlock");
}

/* ---- in user space ---- */

void doctor_machine_code(struct finding *f)
{
	static const struct ob_ebpf code[] = {{.code = 0xb7, .imm = 42}, {.code = 0x95}};
	struct ob_run_opts o = {.engine = OB_ENGINE_JIT};
	struct ob_prog *p = NULL;
	struct ob_run *k = NULL;
	u64 r0 = 0;
	struct ob_err *err = ob_prog_create_ebpf(code, LEN(code), &p);

	if (!err)
		err = ob_run_create(p, &o, &k);
	if (!err)
		err = ob_run_call(k, NULL, 0, &r0);
	bool bad = !err && r0 != 42;
	explain(f, err);
	if (bad) {
		f->state = DOCTOR_NO;
		buf_puts(&f->why, "it computes wrongly");
	}
	ob_run_destroy(k);
	ob_prog_destroy(p);
}

/* A child looks into its sibling, as a tracer looks into what it did not start. */
static int seize(void)
{
	pid_t other = fork(), tracer;
	int status = 0;

	if (!other) {
		pause();
		_exit(0);
	}
	tracer = fork();
	if (!tracer)
		_exit(ptrace(PTRACE_SEIZE, other, NULL, NULL) ? errno : 0);
	waitpid(tracer, &status, 0);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

void doctor_ptrace(struct finding *f)
{
	long scope;

	settle(f, doctor_child(seize), "be root, or have CAP_SYS_PTRACE");
	if (f->state && doctor_number("/proc/sys/kernel/yama/ptrace_scope", &scope))
		buf_printf(&f->why, "; kernel.yama.ptrace_scope is %ld", scope);
}

static int new_userns(void) { return unshare(CLONE_NEWUSER) ? -errno : 0; }

void doctor_userns(struct finding *f)
{
	settle(f, doctor_child(new_userns),
	       "sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone; a container may "
	       "forbid it");
}

static int listen_for(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = {1, &allow};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		       &prog) < 0
		       ? -errno
		       : 0;
}

void doctor_notify(struct finding *f)
{
	settle(f, doctor_child(listen_for), "Linux 5.0 with CONFIG_SECCOMP_FILTER");
}

static int use_world(void)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
	int fd = kern_bpf(BPF_MAP_CREATE, &a, sizeof(a));

	if (fd < 0)
		return fd;
	u32 key = 0;
	u64 value = 0, wanted = 7;
	union bpf_attr put = {
		.map_fd = (u32)fd, .key = (u64)(uintptr_t)&key, .value = (u64)(uintptr_t)&wanted};
	union bpf_attr get = put;
	get.value = (u64)(uintptr_t)&value;
	int err = kern_bpf(BPF_MAP_UPDATE_ELEM, &put, sizeof(put));
	if (!err)
		err = kern_bpf(BPF_MAP_LOOKUP_ELEM, &get, sizeof(get));
	return err ? err : value == wanted ? 0 : -EIO;
}

static int use_world_and_leave(void)
{
	int err = use_world();

	exit(-err);
}

void doctor_world(struct finding *f)
{
	settle(f, doctor_child(use_world_and_leave),
	       "a directory in memory: $XDG_RUNTIME_DIR, or /dev/shm");
}

static struct ob_err *try_preload(struct buf *path)
{
	char name[32];
	struct buf library = {0};

	snprintf(name, sizeof(name), "doctor-%d", (int)getpid());
	struct ob_err *err = sys_world_make(name, path);
	if (!err)
		err = sys_world_library(path->p, user_library(), &library);
	struct ob_err *left = sys_world_remove(name);
	buf_deinit(&library);
	if (!err)
		return left;
	ob_err_destroy(left);
	return err;
}

static int guard(void)
{
	struct ob_err *err = sys_guard();
	int errnum = err ? ob_err_errno(err) : 0;

	ob_err_destroy(err);
	return -errnum;
}

void doctor_preload(struct finding *f)
{
	struct buf path = {0};
	struct ob_err *err = try_preload(&path);
	int closed = err ? 0 : doctor_child(guard);

	buf_deinit(&path);
	if (err)
		explain(f, err);
	else
		settle(f, closed, "seccomp(2) must be permitted");
}
