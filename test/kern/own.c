/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects that programs allocate, in their world: trees beside a plain array, all that a
 * value owns goes with it, several threads and processes, and some that are killed.
 * Usage: own [RUNS [SEED]] */
#include "isa/bpf.h"
#include "kern/kfunc.h"
#include "kern/own.h"
#include "prog/object.h"
#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NODES = 300, THREADS = 4, KILLS = 40, TYPE = 1, BTF = 1 << 30 };

static bool failed;
static const struct btf *types;
static char world_path[512], dir[] = "/tmp/onebpf-own-XXXXXX";
static u32 runs = 20000, seed = 1;

static void result(const char *name, const char *fmt, ...) PRINTF(2, 3);
static void result(const char *name, const char *fmt, ...)
{
	va_list ap;

	if (!fmt) {
		printf("ok %s\n", name);
		return;
	}
	failed = true;
	printf("FAIL %s: ", name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void passed(const char *name) { printf("ok %s\n", name); }

static u32 random_below(u32 n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

/* ---- trees ---- */

struct item {
	u64 key;
	u64 node[4]; /* up and colour, left, right, root */
};

static u64 key_of(u64 node) { return *(const u64 *)addr_of(node - 8); }

static u64 less(u64 a, u64 b, u64 r3, u64 r4, u64 r5, struct run *r)
{
	(void)r3, (void)r4, (void)r5, (void)r;
	return key_of(a) < key_of(b);
}

/* Black nodes on each way down, -1: it is no red-black tree, in order. */
static int blacks(const struct own_root *t, u64 at, u64 up, u64 lo, u64 hi)
{
	const u64 *n = addr_of(at);

	if (!at)
		return 1;
	bool black = n[0] & 1;
	if ((n[0] & ~(u64)1) != up || key_of(at) < lo || key_of(at) > hi || n[3] != t->number)
		return -1;
	for (u32 i = 1; i <= 2 && !black; i++)
		if (n[i] && !(*(const u64 *)addr_of(n[i]) & 1))
			return -1;
	int left = blacks(t, n[1], at, lo, key_of(at));
	int right = blacks(t, n[2], at, key_of(at), hi);
	return left < 0 || left != right ? -1 : left + black;
}

static bool is_sound(const struct own_root *t)
{
	return !t->first ||
	       ((*(u64 *)addr_of(t->first) & 1) && blacks(t, t->first, 0, 0, UINT64_MAX) >= 0);
}

static bool first_is_least(struct own_root *t, struct item *const *in, struct run *r)
{
	u64 least = UINT64_MAX, at = kfunc_rbtree_first(reg_of(t), 0, 0, 0, 0, r);

	for (u32 i = 0; i < NODES; i++)
		if (in[i])
			least = MIN(least, in[i]->key);
	return at ? key_of(at) == least : least == UINT64_MAX;
}

static void trees(void)
{
	static struct item *in[NODES];
	struct ob_run k = {.opts = {.trusted = true}};
	struct env env = {.arg = &k};
	struct run r = {.env = &env, .call = less};
	struct own_root t = {0}, other = {0};
	u64 before = own_count(), tree = reg_of(&t);

	own_root_number(&other);
	for (u32 i = 0; i < runs; i++) {
		u32 nr = random_below(NODES);
		u64 at = in[nr] ? reg_of(in[nr]->node) : 0;
		if (!at) {
			in[nr] = own_new(BTF, TYPE, sizeof(struct item), 1);
			in[nr]->key = random_below(NODES / 2);
			kfunc_rbtree_add_impl(tree, reg_of(in[nr]->node), 1, 0, 0, &r);
		} else {
			if (kfunc_rbtree_remove(reg_of(&other), at, 0, 0, 0, &r) ||
			    kfunc_rbtree_remove(tree, at, 0, 0, 0, &r) != at ||
			    kfunc_rbtree_remove(tree, at, 0, 0, 0, &r)) {
				result("trees", "step %u: not taken out", i);
				return;
			}
			own_drop(at);
			in[nr] = NULL;
		}
		if (!is_sound(&t) || !first_is_least(&t, in, &r)) {
			result("trees", "step %u: it is no tree any more", i);
			return;
		}
	}
	for (u64 at; (at = own_tree_take(&t));)
		own_drop(at);
	if (own_count() == before)
		passed("trees");
	else
		result("trees", "%llu objects are left", (unsigned long long)own_count());
}

/* ---- programs ---- */

static bool read_all(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char part[1 << 14];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		buf_add(to, part, (size_t)n);
	if (fd >= 0)
		close(fd);
	return !n;
}

static bool read_types(void)
{
	struct buf file = {0};
	struct btf *b = NULL;

	if (read_all("/sys/kernel/btf/vmlinux", &file))
		ob_err_destroy(btf_read((struct bytes){(u8 *)file.p, file.n}, NULL, &b));
	buf_deinit(&file);
	types = b;
	return b && btf_find(b, "bpf_obj_new_impl", BTF_KIND_FUNC);
}

static struct sys_loaded *load(const char *name, const char *prog)
{
	const char *top = getenv("SRCDIR");
	struct object_target target = {.kernel = types};
	struct sys_load_opts opts = {.door = &sys_door_own, .kernel = target.kernel};
	struct sys_loaded *l = NULL;
	struct object *o = NULL;
	struct buf file = {0};
	char command[1024], path[512];

	snprintf(path, sizeof(path), "%s/%s.o", dir, name);
	snprintf(command, sizeof(command),
		 "clang-19 -O2 -g -target bpf -c %s/test/kern/owned/%s.bpf.c -o %s",
		 top ? top : ".", name, path);
	if (system(command) || !read_all(path, &file))
		return NULL;
	struct ob_err *err = object_open(name, (struct bytes){(u8 *)file.p, file.n}, &o);
	for (u32 i = 0; !err && i < o->progs; i++)
		o->prog[i].skip = strcmp(o->prog[i].name, prog) != 0;
	if (!err)
		err = object_link(o, &target);
	if (!err)
		err = sys_load(o, &opts, &l);
	if (err)
		ob_err_print(err, stdout);
	ob_err_destroy(err);
	buf_deinit(&file);
	if (!l && o)
		object_close(o);
	return l;
}

static void end(struct sys_loaded *l)
{
	const struct object *o = l ? l->object : NULL;

	sys_loaded_close(l);
	if (o)
		object_close((struct object *)(uintptr_t)o);
}

static int fd_of(const struct sys_loaded *l)
{
	for (u32 i = 0; i < l->object->progs; i++)
		if (l->prog[i] >= 0)
			return l->prog[i];
	return -1;
}

static int run_fd(int fd)
{
	u8 packet[64] = {0};
	union bpf_attr a = {.test = {.prog_fd = (u32)fd,
				     .data_in = (u64)(uintptr_t)packet,
				     .data_size_in = sizeof(packet)}};
	int err = kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));

	return err ? err : (int)a.test.retval;
}

/* Who asks for the first program finds none that nobody has. */
static void unload(struct sys_loaded *l)
{
	union bpf_attr a = {.start_id = 0};

	end(l);
	kern_bpf(BPF_PROG_GET_NEXT_ID, &a, sizeof(a));
}

/* What the program leaves behind is there until its maps go. */
static void leaves(const char *file, const char *prog, u64 most)
{
	struct sys_loaded *l = load(file, prog);
	u64 before = own_count(), now;
	char name[128];

	snprintf(name, sizeof(name), "what %s leaves", prog);
	if (!l) {
		result(name, "it is not loaded");
		return;
	}
	for (u32 i = 0; i < 20; i++)
		run_fd(fd_of(l));
	now = own_count() - before;
	unload(l);
	if (now != most)
		result(name, "%llu objects, not %llu", (unsigned long long)now,
		       (unsigned long long)most);
	else if (own_count() != before)
		result(name, "%llu of %llu objects are left behind its maps",
		       (unsigned long long)(own_count() - before), (unsigned long long)now);
	else
		passed(name);
}

/* ---- threads and processes ---- */

static int shared;

static void *work(void *arg)
{
	for (u32 i = 0; i < runs / 10; i++)
		if (run_fd(shared) < 0)
			*(bool *)arg = true;
	return NULL;
}

static void in_parallel(void)
{
	struct sys_loaded *l = load("stress", "push_or_pop");
	u64 before = own_count();
	pthread_t t[THREADS];
	bool bad = false;

	if (!l) {
		result("threads", "it is not loaded");
		return;
	}
	shared = fd_of(l);
	for (u32 i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, work, &bad);
	for (u32 i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	unload(l);
	if (bad || own_count() != before)
		result("threads", "%s, %llu objects are left", bad ? "runs failed" : "all ran",
		       (unsigned long long)(own_count() - before));
	else
		passed("threads");
}

static u32 prog_id(int fd)
{
	struct bpf_prog_info info = {0};
	union bpf_attr a = {.info = {.bpf_fd = (u32)fd,
				     .info_len = sizeof(info),
				     .info = (u64)(uintptr_t)&info}};

	kern_bpf(BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a));
	return info.id;
}

/* This program again, as another process of the world. */
static pid_t start(const char *self, const char *what, u32 id)
{
	char nr[16];
	pid_t pid = fork();

	if (pid)
		return pid;
	snprintf(nr, sizeof(nr), "%u", id);
	execl(self, self, what, nr, (char *)NULL);
	_exit(127);
}

static int wait_for(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* One pushes, another pops what it has pushed. */
static void by_processes(const char *self)
{
	struct sys_loaded *l = load("stress", "push_three");
	u64 before = own_count();

	if (!l) {
		result("processes", "it is not loaded");
		return;
	}
	int pushed = run_fd(fd_of(l));
	u64 there = own_count() - before;
	int sum = wait_for(start(self, "sum", prog_id(fd_of(l))));
	if (pushed != 3 || there != 3 || sum != 14 || own_count() != before)
		result("processes", "pushed %d, there are %llu, the other finds %d and leaves %llu",
		       pushed, (unsigned long long)there, sum,
		       (unsigned long long)(own_count() - before));
	else
		passed("processes");
	unload(l);
}

/* Where the heap belongs is something else: then the program is not had, and says so. */
static void no_room(const char *self)
{
	struct sys_loaded *l = load("stress", "push_three");
	int err = l ? wait_for(start(self, "taken", prog_id(fd_of(l)))) : -1;

	if (err == ENOMEM)
		passed("no room");
	else
		result("no room", "%d", err);
	end(l);
}

/* A process that is killed may take with it what it was just about to put somewhere. */
static void killed(const char *self)
{
	struct sys_loaded *l = load("stress", "push_or_pop");
	u64 before = own_count(), left;
	bool bad = !l;

	for (u32 i = 0; l && i < KILLS; i++) {
		pid_t pid = start(self, "forever", prog_id(fd_of(l)));
		usleep(30000 + random_below(10000));
		kill(pid, SIGKILL);
		wait_for(pid);
		bad |= run_fd(fd_of(l)) < 0;
	}
	for (u32 i = 0; l && i < 1000; i++)
		bad |= run_fd(fd_of(l)) < 0;
	unload(l);
	left = own_count() - before;
	if (bad || left > KILLS)
		result("killed", "%s, %llu objects are lost",
		       bad ? "it does not run any more" : "it runs", (unsigned long long)left);
	else
		passed("killed");
}

static int other(const char *what, u32 id)
{
	union bpf_attr a = {.prog_id = id};
	void *at = (void *)(uintptr_t)0x200000000000;

	if (!strcmp(what, "taken") &&
	    mmap(at, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
		return 0;
	int fd = kern_bpf(BPF_PROG_GET_FD_BY_ID, &a, sizeof(a));
	char packet[64] = {0};
	a = (union bpf_attr){.test = {.prog_fd = (u32)fd,
				      .data_in = (u64)(uintptr_t)packet,
				      .data_size_in = sizeof(packet)}};
	if (fd >= 0 && !strcmp(what, "taken"))
		return -kern_bpf(BPF_PROG_TEST_RUN, &a, sizeof(a));
	if (fd < 0)
		return -fd;
	while (strcmp(what, "sum"))
		run_fd(fd);
	return run_fd(fd);
}

int main(int argc, char **argv)
{
	char name[32], command[64];

	if (argc == 3 && strspn(argv[1], "0123456789") == 0)
		return other(argv[1], (u32)atoi(argv[2]));
	runs = argc > 1 ? (u32)atoi(argv[1]) : runs;
	seed = argc > 2 ? (u32)atoi(argv[2]) : seed;
	snprintf(name, sizeof(name), "own-%d", getpid());
	if (!mkdtemp(dir) || kern_world_dir(name, world_path, sizeof(world_path))) {
		puts("FAIL a world: there is none");
		return 1;
	}
	setenv("ONEBPF_WORLD", world_path, 1);
	trees();
	if (system("command -v clang-19 >/dev/null") || !read_types()) {
		puts("skip programs: no clang-19, or no types of the kernel");
	} else {
		leaves("list", "many_in_a_map", 0);
		leaves("tree", "in_both", 0);
		leaves("object", "has_a_list", 0);
		leaves("kept", "keep", 1);
		leaves("kept", "nested_in_a_map", 2);
		leaves("kept", "goes_with_element", 2);
		leaves("kept", "each_cpu", 1);
		leaves("stress", "grow", 200);
		in_parallel();
		by_processes(argv[0]);
		killed(argv[0]);
		no_room(argv[0]);
	}
	kern_world_remove(world_path);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) || failed;
}
