/* SPDX-License-Identifier: BSD-2-Clause */
/* A world: its directory, and the files that its objects are. */
#include "kern/own.h"
#include "kern/trace.h"
#include "kern/world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME = 64 };

static const u64 magic = 0x31646c726f776f62; /* "boworld1" */

const char *const object_kinds[OBJECT_KINDS] = {"map", "prog", "btf", "link", "perf", "event"};

static void file_name(char name[NAME], enum object_kind kind, u32 id)
{
	snprintf(name, NAME, "bpf-%s.%u", object_kinds[kind], id);
}

/* Which object a file name stands for. */
static bool parse_name(const char *name, enum object_kind *kind, u32 *id)
{
	if (strncmp(name, "bpf-", 4))
		return false;
	for (u32 k = 0; k < OBJECT_KINDS; k++) {
		size_t n = strlen(object_kinds[k]);
		char *end;
		if (strncmp(name + 4, object_kinds[k], n) || name[4 + n] != '.')
			continue;
		*id = (u32)strtoul(name + 5 + n, &end, 10);
		*kind = (enum object_kind)k;
		return !*end && *id;
	}
	return false;
}

/* ---- files ---- */

int world_begin(struct world *w)
{
	int fd = openat(w->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

/* A descriptor of its own of an open file, which holds it. */
static int hold(int fd)
{
	char self[NAME];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	int own = open(self, O_RDWR | O_CLOEXEC);
	if (own < 0)
		return -errno;
	if (!flock(own, LOCK_SH))
		return own;
	close(own);
	return -EIO;
}

u32 world_new_id(struct world *w, enum object_kind kind)
{
	return __atomic_add_fetch(&w->page->last_id[kind], 1, __ATOMIC_RELAXED);
}

int world_publish(struct world *w, enum object_kind kind, u32 id, int fd, int mode)
{
	char name[NAME], self[NAME];
	int held = hold(fd), ret = held;

	file_name(name, kind, id);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (held >= 0 && linkat(AT_FDCWD, self, w->dir, name, AT_SYMLINK_FOLLOW))
		ret = -errno;
	int named = ret < 0 ? ret : world_open_id(w, kind, id, mode);
	if (held >= 0)
		close(held);
	if (named < 0)
		return named;
	ret = dup3(named, fd, O_CLOEXEC) < 0 ? -errno : fd;
	close(named);
	return ret;
}

/* The directory of what an object needs. */
static int ref_dir(struct world *w, enum object_kind kind, u32 id, bool make)
{
	char name[NAME];

	snprintf(name, sizeof(name), "ref/%s.%u", object_kinds[kind], id);
	if (make && mkdirat(w->dir, name, 0700) && errno != EEXIST)
		return -errno;
	int fd = openat(w->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int world_ref(struct world *w, enum object_kind from, u32 from_id, enum object_kind to, u32 to_id)
{
	int dir = ref_dir(w, from, from_id, true), err = 0;
	char name[NAME];

	if (dir < 0)
		return dir;
	file_name(name, to, to_id);
	if (linkat(w->dir, name, dir, name + 4, 0) && errno != EEXIST)
		err = -errno;
	close(dir);
	return err;
}

void world_unref(struct world *w, enum object_kind from, u32 from_id, enum object_kind to,
		 u32 to_id)
{
	char name[2 * NAME];

	snprintf(name, sizeof(name), "ref/%s.%u/%s.%u", object_kinds[from], from_id,
		 object_kinds[to], to_id);
	unlinkat(w->dir, name, 0);
}

u32 world_refs(struct world *w, enum object_kind from, u32 from_id, enum object_kind to, u32 *id,
	       u32 n)
{
	int dir = ref_dir(w, from, from_id, false);
	DIR *d = dir < 0 ? NULL : fdopendir(dir);
	char full[NAME + 8];
	u32 have = 0;

	for (struct dirent *e; d && have < n && (e = readdir(d));) {
		enum object_kind kind;
		snprintf(full, sizeof(full), "bpf-%.60s", e->d_name);
		have += parse_name(full, &kind, &id[have]) && kind == to;
	}
	if (d)
		closedir(d);
	else if (dir >= 0)
		close(dir);
	return have;
}

static bool sweep_one(struct world *w, enum object_kind kind, u32 id, u32 depth);

/* What a dead object needed; that may be dead now, too. */
static void drop_refs(struct world *w, enum object_kind kind, u32 id, u32 depth)
{
	int dir = ref_dir(w, kind, id, false);
	DIR *d = dir < 0 ? NULL : fdopendir(dir);
	char name[NAME], full[NAME + 8];

	if (!d) {
		if (dir >= 0)
			close(dir);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		enum object_kind to;
		u32 to_id;
		snprintf(full, sizeof(full), "bpf-%.60s", e->d_name);
		if (!parse_name(full, &to, &to_id))
			continue;
		unlinkat(dirfd(d), e->d_name, 0);
		if (depth)
			sweep_one(w, to, to_id, depth - 1);
	}
	closedir(d);
	snprintf(name, sizeof(name), "ref/%s.%u", object_kinds[kind], id);
	unlinkat(w->dir, name, AT_REMOVEDIR);
}

int world_refs_begin(struct world *w, enum object_kind kind, u32 id)
{
	int dir = ref_dir(w, kind, id, true);

	if (dir >= 0 && flock(dir, LOCK_SH)) {
		close(dir);
		return -EIO;
	}
	return dir;
}

/* What a directory of references belongs to, "prog.3", never came to be: its maker
 * was killed. True: somebody is still making it. */
static bool drop_orphan(struct world *w, const char *name)
{
	char full[NAME + 8], dir[NAME + 8];
	enum object_kind kind;
	struct stat st;
	u32 id;

	snprintf(full, sizeof(full), "bpf-%.60s", name);
	if (!parse_name(full, &kind, &id) || !fstatat(w->dir, full, &st, 0))
		return false;
	snprintf(dir, sizeof(dir), "ref/%.60s", name);
	int fd = openat(w->dir, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool busy = flock(fd, LOCK_EX | LOCK_NB);
	/* It may have been published, and let go, since we looked. */
	if (!busy && fstatat(w->dir, full, &st, 0))
		drop_refs(w, kind, id, 0);
	close(fd);
	return busy;
}

/* Looks again only when references were made or removed since nothing was left to
 * look at. */
static void drop_orphans(struct world *w)
{
	int fd = openat(w->dir, "ref", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct stat st = {.st_ino = 0};
	bool busy = false;

	if (d && !fstat(fd, &st) &&
	    (st.st_mtim.tv_sec != w->refs_seen.tv_sec ||
	     st.st_mtim.tv_nsec != w->refs_seen.tv_nsec)) {
		for (struct dirent *e; (e = readdir(d));)
			busy |= drop_orphan(w, e->d_name);
		if (!busy)
			w->refs_seen = st.st_mtim;
	}
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}

enum { CHAIN = 8 }; /* link - program - map - inner map, and some */

/* Is it dead? Then it is gone. A lock that nobody else has says so: whoever opens
 * it meanwhile waits for ours and then finds a file without a name. */
static bool sweep_fd(struct world *w, enum object_kind kind, u32 id, int fd, u32 depth)
{
	struct stat st;
	char name[NAME];

	if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st))
		return false;
	if (st.st_nlink > 1)
		drop_orphans(w);
	if (st.st_nlink > 1 && (fstat(fd, &st) || st.st_nlink > 1))
		return false;
	if (kind == OBJECT_MAP)
		own_end_map(fd);
	file_name(name, kind, id);
	unlinkat(w->dir, name, 0);
	kern_wake_name(name, kind, id);
	if (kind == OBJECT_MAP || kind == OBJECT_PERF)
		unlinkat(w->dir, name, 0);
	drop_refs(w, kind, id, depth);
	return true;
}

static bool sweep_one(struct world *w, enum object_kind kind, u32 id, u32 depth)
{
	char name[NAME];

	file_name(name, kind, id);
	int fd = openat(w->dir, name, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	bool dead = sweep_fd(w, kind, id, fd, depth);
	close(fd);
	return dead;
}

/* Ids of a kind (or of all: OBJECT_KINDS), in no order. */
struct entry {
	enum object_kind kind;
	u32 id;
};
static int list(struct world *w, enum object_kind kind, struct entry **ret, u32 *n)
{
	int fd = openat(w->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct entry *v = NULL, e;
	u32 cap = 0;

	*n = 0;
	if (!d) {
		int err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	for (struct dirent *de; (de = readdir(d));) {
		if (!parse_name(de->d_name, &e.kind, &e.id) ||
		    (kind != OBJECT_KINDS && e.kind != kind))
			continue;
		if (*n == cap) {
			cap = cap ? cap * 2 : 64;
			struct entry *more = realloc(v, cap * sizeof(*v));
			if (!more) {
				free(v);
				closedir(d);
				return -ENOMEM;
			}
			v = more;
		}
		v[(*n)++] = e;
	}
	closedir(d);
	*ret = v;
	return 0;
}

int world_next_id(struct world *w, enum object_kind kind, u32 after, u32 *ret)
{
	struct entry *v = NULL;
	u32 n, best;

	/* Who begins to look finds nothing that only the dead refer to. */
	if (!after)
		world_sweep(w);
	int err = list(w, kind, &v, &n);

	if (err)
		return err;
	do {
		best = UINT32_MAX;
		for (u32 i = 0; i < n; i++)
			if (v[i].id > after && v[i].id < best)
				best = v[i].id;
		after = best;
	} while (best != UINT32_MAX && sweep_one(w, kind, best, CHAIN));
	free(v);
	if (best == UINT32_MAX)
		return -ENOENT;
	*ret = best;
	return 0;
}

void world_sweep(struct world *w)
{
	struct entry *v = NULL;
	u32 n;

	if (list(w, OBJECT_KINDS, &v, &n))
		return;
	for (u32 i = 0; i < n; i++)
		sweep_one(w, v[i].kind, v[i].id, CHAIN);
	free(v);
}

int world_open_id(struct world *w, enum object_kind kind, u32 id, int mode)
{
	char name[NAME];
	struct stat st;

	file_name(name, kind, id);
	int fd = openat(w->dir, name, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (sweep_fd(w, kind, id, fd, CHAIN) || flock(fd, LOCK_SH) || fstat(fd, &st) ||
	    !st.st_nlink) {
		close(fd);
		return -ENOENT;
	}
	if (mode == O_RDWR)
		return fd;
	int other = openat(w->dir, name, mode | O_CLOEXEC);
	if (other >= 0 && flock(other, LOCK_SH)) {
		close(other);
		other = -1;
	}
	close(fd);
	return other < 0 ? -ENOENT : other;
}

/* ---- the world ---- */

/* "0-3,7": the highest number and one. */
static u32 possible_cpus(void)
{
	char text[256];
	int fd = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	long online = sysconf(_SC_NPROCESSORS_CONF);
	u32 most = 0;

	if (fd >= 0)
		close(fd);
	text[MAX(n, 0)] = 0;
	for (const char *s = text; *s;) {
		char *end;
		unsigned long v = strtoul(s, &end, 10);
		most = MAX(most, (u32)v + (end > s));
		s = *end ? end + 1 : end;
	}
	most = most ? most : (u32)MAX(online, 1);
	return MIN(most, (u32)MAP_SLOTS_MAX);
}

/* The file may be there, or be made by another at this moment. */
static int map_page(struct world *w)
{
	int fd = openat(w->dir, "world", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX) || ftruncate(fd, WORLD_PAGE)) {
		close(fd);
		return -EIO;
	}
	if (file_sure(fd, 0, WORLD_PAGE)) {
		close(fd);
		return -ENOMEM;
	}
	w->page = mmap(NULL, WORLD_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (w->page == MAP_FAILED) {
		close(fd);
		return -ENOMEM;
	}
	if (!w->page->magic) {
		w->page->cpus = possible_cpus();
		w->page->last_id[OBJECT_BTF] = KERN_VMLINUX;
		w->page->magic = magic;
	}
	int err = w->page->magic == magic ? 0 : -EINVAL;
	if (!err && !w->page->secret[0])
		err = getrandom(w->page->secret, sizeof(w->page->secret), 0) < 0 ? -EIO : 0;
	flock(fd, LOCK_UN); /* the mapping would hold it */
	close(fd);
	return err;
}

static int map_slots(struct world *w)
{
	size_t n = kern_slots_bytes(MAP_SLOTS_MAX);
	int fd = openat(w->dir, "slots", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	void *p = ftruncate(fd, (off_t)n) || file_sure(fd, 0, n)
			  ? MAP_FAILED
			  : mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return -ENOMEM;
	w->slots = p;
	__atomic_store_n(&w->slots->n, MAP_SLOTS_MAX, __ATOMIC_RELEASE);
	return 0;
}

int world_trace_file(struct world *w)
{
	int fd = openat(w->dir, "trace", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

/* Out of the way of the descriptors that a program counts on. */
static int high(int fd)
{
	int to = fcntl(fd, F_DUPFD_CLOEXEC, 500);

	if (to < 0)
		return fd;
	close(fd);
	return to;
}

static int open_at(struct world *w)
{
	struct stat st;

	w->dir = open(w->path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (w->dir < 0)
		return -errno;
	w->dir = high(w->dir);
	if (fstat(w->dir, &st))
		return -errno;
	if (st.st_uid != geteuid())
		return -EPERM;
	w->dev = st.st_dev;
	mkdirat(w->dir, "ref", 0700);
	mkdirat(w->dir, "fs", 0700);
	int err = map_page(w);
	return err ? err : map_slots(w);
}

static void close_world(struct world *w)
{
	if (w->page && w->page != MAP_FAILED)
		munmap(w->page, WORLD_PAGE);
	if (w->slots)
		munmap(w->slots, kern_slots_bytes(MAP_SLOTS_MAX));
	if (w->dir >= 0)
		close(w->dir);
	free(w->path);
	free(w);
}

static struct world *open_world(const char *path, bool ours, int *err)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w)
		w->dir = -1;
	*err = !w || !(w->path = strdup(path)) ? -ENOMEM : open_at(w);
	if (!*err) {
		w->ours = ours;
		w->maker = getpid();
		return w;
	}
	if (w)
		close_world(w);
	return NULL;
}

static void remove_tree(int at, const char *name, u32 depth)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	for (struct dirent *e; d && (e = readdir(d));) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) && depth)
			remove_tree(dirfd(d), e->d_name, depth - 1);
	}
	if (d)
		closedir(d);
	unlinkat(at, name, AT_REMOVEDIR);
}

int kern_world_remove(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return -EPERM;
	remove_tree(AT_FDCWD, path, 64);
	return lstat(path, &st) ? 0 : -EBUSY;
}

int kern_world_top(char *path, size_t n)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	struct stat st;
	bool good = run && *run == '/' && !stat(run, &st) && st.st_uid == geteuid();
	int len = good ? snprintf(path, n, "%s/onebpf", run)
		       : snprintf(path, n, "%s/onebpf-%u",
				  access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", geteuid());

	return (size_t)len < n ? 0 : -ENAMETOOLONG;
}

int kern_world_dir(const char *name, char *path, size_t n)
{
	struct stat st;
	int err = kern_world_top(path, n);

	if (err)
		return err;
	if (!*name || strchr(name, '/') || *name == '.')
		return -EINVAL;
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	if (lstat(path, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 022))
		return -EPERM;
	size_t top = strlen(path);
	if ((size_t)snprintf(path + top, n - top, "/%s", name) >= n - top)
		return -ENAMETOOLONG;
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	return 0;
}

static int set(struct world_page *p, const char *name, const char *value)
{
	const struct {
		const char *name;
		u32 *to;
		unsigned long min, max;
		bool not ;
	} settings[] = {
		{"kernel.unchecked", &p->unchecked, KERN_REFUSE, KERN_RUN_TRUSTED, false},
		{"kernel.watch", &p->watch, 0, 1, false},
		{"kernel.cpus", &p->cpus, 1, MAP_SLOTS_MAX, false},
		{"kernel.unprivileged_bpf_disabled", &p->unprivileged_off, 0, 2, false},
		{"net.core.bpf_jit_enable", &p->no_jit, 0, 1, true},
		{"net.core.bpf_jit_harden", &p->harden, 0, 2, false},
	};
	char *end;
	unsigned long v = strtoul(value, &end, 10);

	if (!*value || *end)
		return -EINVAL;
	for (u32 i = 0; i < LEN(settings); i++) {
		if (strcmp(settings[i].name, name) != 0)
			continue;
		if (v < settings[i].min || v > settings[i].max)
			return -ERANGE;
		*settings[i].to = settings[i].not ? !v : (u32)v;
		return 0;
	}
	return -ENOENT;
}

int kern_world_set(const char *path, const char *name, const char *value)
{
	int err;
	struct world *w = open_world(path, false, &err);

	if (!w)
		return err;
	err = set(w->page, name, value);
	close_world(w);
	return err;
}

static struct world *the_world;

static void at_exit(void)
{
	struct world *w = the_world;

	if (w && w->ours && w->maker == getpid())
		kern_world_remove(w->path);
}

/* Private worlds of processes that are no more. */
static void remove_stale(const char *path)
{
	char top[256];
	const char *slash = strrchr(path, '/');

	snprintf(top, sizeof(top), "%.*s", (int)(slash - path), path);
	DIR *d = opendir(top);
	for (struct dirent *e; d && (e = readdir(d));) {
		char *end, full[512];
		long pid = strncmp(e->d_name, "process-", 8) ? 0 : strtol(e->d_name + 8, &end, 10);
		if (pid <= 0 || *end || !kill((pid_t)pid, 0) || errno != ESRCH)
			continue;
		snprintf(full, sizeof(full), "%s/%s", top, e->d_name);
		kern_world_remove(full);
	}
	if (d)
		closedir(d);
}

static struct world *open_first(int *err)
{
	const char *named = secure_getenv("ONEBPF_WORLD");
	char name[NAME], path[512];

	if (named)
		return open_world(named, false, err);
	snprintf(name, sizeof(name), "process-%d", getpid());
	*err = kern_world_dir(name, path, sizeof(path));
	if (*err)
		return NULL;
	remove_stale(path);
	struct world *w = open_world(path, true, err);
	if (w)
		atexit(at_exit);
	return w;
}

/* Without the ring the lines are lost; nothing else is. */
static void use_trace(struct world *w)
{
	struct trace *t;
	int fd = world_trace_file(w);

	if (fd >= 0 && !trace_open(fd, &t))
		trace_use(t);
}

struct world *world(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct world *w = __atomic_load_n(&the_world, __ATOMIC_ACQUIRE);
	int err = 0;

	if (likely(w))
		return w;
	pthread_mutex_lock(&lock);
	w = the_world;
	if (!w) {
		w = open_first(&err);
		if (w)
			use_trace(w);
		__atomic_store_n(&the_world, w, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&lock);
	if (!w)
		errno = -err;
	return w;
}

int kern_world_own(const char *name, const char *value)
{
	struct world *w = world();

	if (!w)
		return -errno;
	return w->ours ? set(w->page, name, value) : -EBUSY;
}
