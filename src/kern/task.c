/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread as a struct task_struct, with what hangs on it: its process, its parent, its
 * cgroup. One set of them is made for each thread that is asked about; it is used again
 * by another thread, never freed, since programs may have kept its address. */
#include "kern/fake.h"
#include "kern/helper.h"
#include "map/lock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum part { SELF, LEADER, PARENT, CRED, CSS_SET, CGROUP, NODE, REGS, VMA, PARTS };
enum { COMM = 16 };

struct task {
	struct fake part[PARTS];
	u64 owner[PARTS];
	u32 parent; /* process */
	u32 generation;
	struct task *next;     /* of all */
	struct task *next_old; /* of those whose thread has ended */
};

static struct task *all; /* grows only */
static struct task *old; /* under the lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static _Thread_local struct task *mine;

/* ---- life ---- */

static void give_back(void *arg)
{
	struct task *t = arg;

	mine = NULL;
	pthread_mutex_lock(&lock);
	t->next_old = old;
	old = t;
	pthread_mutex_unlock(&lock);
}

static void before_fork(void) { pthread_mutex_lock(&lock); }
static void after_fork(void) { pthread_mutex_unlock(&lock); }

static void begin(void)
{
	pthread_key_create(&key, give_back);
	pthread_atfork(before_fork, after_fork, after_fork);
}

static struct task *create(void)
{
	static const char *const types[PARTS] = {"task_struct", "task_struct", "task_struct",
						 "cred",        "css_set",     "cgroup",
						 "kernfs_node", "pt_regs",     "vm_area_struct"};
	struct task *t = calloc(1, sizeof(*t));

	for (u32 i = 0; t && i < PARTS; i++)
		t->part[i] = fake_create(types[i]);
	if (!t || !t->part[SELF].at) {
		for (u32 i = 0; t && i < PARTS; i++)
			fake_destroy(&t->part[i]);
		free(t);
		return NULL;
	}
	t->next = __atomic_load_n(&all, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&all, &t->next, t, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	return t;
}

static struct task *find_old(void)
{
	pthread_mutex_lock(&lock);
	struct task *t = old;
	if (t)
		old = t->next_old;
	pthread_mutex_unlock(&lock);
	return t;
}

/* ---- what is known of a task ---- */

static void name_of(u32 pid, char comm[COMM])
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, comm, COMM - 1);
	if (fd >= 0)
		close(fd);
	comm[MAX(n, 0)] = 0;
	comm[strcspn(comm, "\n")] = 0;
}

/* enum part: another process, of which the first thread is meant. */
static void fill_process(struct task *t, enum part i, u32 pid)
{
	struct fake *f = &t->part[i];
	char comm[COMM] = "";

	name_of(pid, comm);
	fake_set_number(f, "pid", pid);
	fake_set_number(f, "tgid", pid);
	fake_set(f, "comm", comm, COMM);
	fake_point(f, "group_leader", f);
	t->owner[i] = lock_process(pid);
}

static void fill_parent(struct task *t)
{
	t->parent = (u32)getppid();
	fill_process(t, PARENT, t->parent);
}

static void fill_cgroup(struct task *t)
{
	u64 id = kern_cgroup_id();

	fake_set_number(&t->part[NODE], "id", id);
	fake_point(&t->part[CGROUP], "kn", &t->part[NODE]);
	fake_point(&t->part[CSS_SET], "dfl_cgrp", &t->part[CGROUP]);
	t->owner[CGROUP] = id;
}

static void fill_cred(struct fake *f)
{
	fake_set_number(f, "uid", getuid());
	fake_set_number(f, "gid", getgid());
	fake_set_number(f, "euid", geteuid());
	fake_set_number(f, "egid", getegid());
}

/* What stays while the thread lives. */
static void fill(struct task *t)
{
	struct fake *self = &t->part[SELF];
	u32 tid = (u32)syscall(SYS_gettid), pid = (u32)getpid();

	fill_process(t, LEADER, pid);
	fill_parent(t);
	fill_cgroup(t);
	fill_cred(&t->part[CRED]);
	fake_set_number(self, "pid", tid);
	fake_set_number(self, "tgid", pid);
	fake_point(self, "group_leader", tid == pid ? self : &t->part[LEADER]);
	fake_point(&t->part[LEADER], "real_parent", &t->part[PARENT]);
	fake_point(self, "real_parent", &t->part[PARENT]);
	fake_point(self, "parent", &t->part[PARENT]);
	fake_point(self, "cgroups", &t->part[CSS_SET]);
	fake_point(self, "cred", &t->part[CRED]);
	fake_point(self, "real_cred", &t->part[CRED]);
	t->owner[SELF] = lock_me();
	t->generation = lock_generation;
}

/* And what may change. */
static void refresh(struct task *t)
{
	char comm[COMM] = "";

	if (!prctl(PR_GET_NAME, comm))
		fake_set(&t->part[SELF], "comm", comm, COMM);
	if (t->parent != (u32)getppid())
		fill_parent(t);
}

static struct task *current_task(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, begin);
	if (!mine) {
		struct task *t = find_old();
		if (!t)
			t = create();
		if (!t)
			return NULL;
		mine = t;
		t->generation = 0;
		pthread_setspecific(key, t);
	}
	lock_me();
	if (mine->generation != lock_generation)
		fill(mine);
	return mine;
}

void *kern_current_task(void)
{
	struct task *t = current_task();

	if (!t)
		return NULL;
	refresh(t);
	return t->part[SELF].at;
}

/* ---- what else there is of it ---- */

void *kern_task_regs(const void *task, u32 *size)
{
	struct task *t = mine;

	if (!t || t->part[SELF].at != task)
		return NULL;
	*size = t->part[REGS].size;
	memset(t->part[REGS].at, 0, *size);
	return t->part[REGS].at;
}

void *kern_task_vma(u64 start, u64 end, u64 flags)
{
	struct task *t = current_task();
	struct fake *f = t ? &t->part[VMA] : NULL;

	if (!f || !f->at)
		return NULL;
	fake_set_number(f, "vm_start", start);
	fake_set_number(f, "vm_end", end);
	fake_set_number(f, "vm_flags", flags);
	return f->at;
}

/* ---- addresses ---- */

static bool in_task(const struct task *t, u64 at, u64 size)
{
	for (u32 i = 0; i < PARTS; i++) {
		u64 off = at - (u64)(uintptr_t)t->part[i].at;
		if (off <= t->part[i].size && t->part[i].size - off >= size)
			return true;
	}
	return false;
}

bool kern_fake_has(u64 at, u64 size)
{
	for (struct task *t = __atomic_load_n(&all, __ATOMIC_ACQUIRE); t; t = t->next)
		if (in_task(t, at, size))
			return true;
	return false;
}

static bool owner_in(const struct task *t, u64 at, enum fake_kind kind, u64 *ret)
{
	u32 first = kind == FAKE_TASK ? SELF : CGROUP, last = kind == FAKE_TASK ? PARENT : CGROUP;

	for (u32 i = first; i <= last; i++)
		if (t->part[i].at && (u64)(uintptr_t)t->part[i].at == at) {
			*ret = t->owner[i];
			return true;
		}
	return false;
}

bool kern_fake_owner(u64 at, enum fake_kind kind, u64 *ret)
{
	if (mine && owner_in(mine, at, kind, ret))
		return true;
	for (struct task *t = __atomic_load_n(&all, __ATOMIC_ACQUIRE); t; t = t->next)
		if (owner_in(t, at, kind, ret))
			return true;
	return false;
}
